package ledger

import (
	"context"
	"fmt"
	"slices"
)

// Verify reads the whole ledger and checks the storage, every event's hash, the
// chain of every stream, the chain of the ledger and their ends. Given heads that
// were kept elsewhere, it also checks that the ledger still goes through them.
// A *CorruptError names the first event that was changed, removed or moved.
func (l *Ledger) Verify(ctx context.Context, anchors ...Head) error {
	// The chains first: they name an event, the storage names pages.
	if err := l.View(ctx, func(v *View) error { return v.verify(anchors) }); err != nil {
		return err
	}
	return l.explain(l.store.inspect(ctx))
}

func (v *View) verify(anchors []Head) error {
	at := map[int64]Hash{}
	for _, a := range anchors {
		at[a.Count] = a.Hash
	}
	walk := &chain{of: v, streams: map[string]Head{}}
	err := v.tx.scan(0, nil, func(e Event) error {
		if err := walk.globally(e); err != nil {
			return err
		}
		if err := walk.inStream(e); err != nil {
			return err
		}
		if want, ok := at[e.Position]; ok && want != e.Hash {
			return v.corrupt(e, fmt.Sprintf("its hash is %s, the head kept elsewhere says %s: the ledger was rewritten up to here", short(e.Hash), short(want)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return walk.finish(anchors)
}

// chain follows the hashes from event to event.
type chain struct {
	of      *View
	global  Head
	streams map[string]Head
}

// globally checks that e is the next event of the ledger.
func (c *chain) globally(e Event) error {
	if err := c.of.intact(e); err != nil {
		return err
	}
	switch next := c.global.Count + 1; {
	case e.Position > next:
		return c.missing(Event{Position: next}, fmt.Sprintf("it is missing: the next event that is there is number %d", e.Position))
	case e.Position < next:
		return c.of.corrupt(e, fmt.Sprintf("expected event %d here", next))
	case e.PrevGlobal != c.global.Hash:
		return c.of.corrupt(e, fmt.Sprintf("it follows on another event than the one before it: it, or that one, was removed, put in or moved (it names %s, before it stands %s)", short(e.PrevGlobal), short(c.global.Hash)))
	}
	c.global = Head{e.Position, e.Hash}
	return nil
}

// inStream checks that e is the next event of its stream.
func (c *chain) inStream(e Event) error {
	if err := c.of.intact(e); err != nil {
		return err
	}
	before := c.streams[e.Stream]
	switch next := before.Count + 1; {
	case e.Seq > next:
		return c.missing(Event{Position: e.Position, Stream: e.Stream, Seq: next}, fmt.Sprintf("number %d of the stream is missing before this event, which is number %d", next, e.Seq))
	case e.Seq < next:
		return c.of.corrupt(e, fmt.Sprintf("it was moved: expected number %d of the stream here", next))
	case e.PrevHash != before.Hash:
		return c.of.corrupt(e, fmt.Sprintf("it follows on another event of the stream than the one before it: it, or that one, was removed, put in or moved (it names %s, before it stands %s)", short(e.PrevHash), short(before.Hash)))
	}
	c.streams[e.Stream] = Head{e.Seq, e.Hash}
	return nil
}

func (c *chain) missing(e Event, problem string) error { return c.of.corrupt(e, problem) }

// ends checks that a walk ended at the recorded end of a stream, or with "" of the ledger.
func (c *chain) ends(stream string, reached, recorded Head) error {
	if reached == recorded {
		return nil
	}
	what := "the ledger"
	e := Event{Position: min(reached.Count, recorded.Count) + 1}
	if stream != "" {
		what = "the stream " + stream
		e = Event{}
	}
	if reached.Count == recorded.Count {
		e.Position = 0
	}
	return c.of.corrupt(e, fmt.Sprintf("%s has %d events and ends with %s, its record says %d and %s: events at its end were removed or added from outside",
		what, reached.Count, short(reached.Hash), recorded.Count, short(recorded.Hash)))
}

// finish checks all ends after a walk over everything.
func (c *chain) finish(anchors []Head) error {
	end, err := c.of.tx.head("")
	if err != nil {
		return err
	}
	if err := c.ends("", c.global, end); err != nil {
		return err
	}
	heads, err := c.of.tx.heads()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for s := range heads {
		names[s] = true
	}
	for s := range c.streams {
		names[s] = true
	}
	sorted := make([]string, 0, len(names))
	for s := range names {
		sorted = append(sorted, s)
	}
	slices.Sort(sorted)
	for _, s := range sorted {
		if err := c.ends(s, c.streams[s], heads[s]); err != nil {
			return err
		}
	}
	for _, a := range anchors {
		if a.Count > c.global.Count {
			return c.of.corrupt(Event{Position: c.global.Count + 1}, fmt.Sprintf("it is missing: a head kept elsewhere says that there were %d events, there are %d", a.Count, c.global.Count))
		}
	}
	return nil
}
