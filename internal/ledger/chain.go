package ledger

import (
	"encoding/json"
	"fmt"
)

// chain follows the hashes from event to event.
type chain struct {
	path    string // for errors
	global  Head
	streams map[string]Head
}

func newChain(path string) *chain { return &chain{path: path, streams: map[string]Head{}} }

// next checks that e is the next event of the ledger and of its stream.
func (c *chain) next(e Event) error {
	if err := c.globally(e); err != nil {
		return err
	}
	return c.inStream(e)
}

// globally checks that e is the next event of the ledger.
func (c *chain) globally(e Event) error {
	if err := intact(c.path, e); err != nil {
		return err
	}
	switch next := c.global.Count + 1; {
	case e.Position > next:
		return corrupt(c.path, Event{Position: next}, fmt.Sprintf("it is missing: the next event that is there is number %d", e.Position))
	case e.Position < next:
		return corrupt(c.path, e, fmt.Sprintf("expected event %d here", next))
	case e.PrevGlobal != c.global.Hash:
		return corrupt(c.path, e, fmt.Sprintf("it follows on another event than the one before it: it, or that one, was removed, put in or moved (it names %s, before it stands %s)", short(e.PrevGlobal), short(c.global.Hash)))
	}
	c.global = Head{e.Position, e.Hash}
	return nil
}

// inStream checks that e is the next event of its stream.
func (c *chain) inStream(e Event) error {
	if err := intact(c.path, e); err != nil {
		return err
	}
	before := c.streams[e.Stream]
	switch next := before.Count + 1; {
	case e.Seq > next:
		return corrupt(c.path, Event{Position: e.Position, Stream: e.Stream, Seq: next}, fmt.Sprintf("number %d of the stream is missing before this event, which is number %d", next, e.Seq))
	case e.Seq < next:
		return corrupt(c.path, e, fmt.Sprintf("it was moved: expected number %d of the stream here", next))
	case e.PrevHash != before.Hash:
		return corrupt(c.path, e, fmt.Sprintf("it follows on another event of the stream than the one before it: it, or that one, was removed, put in or moved (it names %s, before it stands %s)", short(e.PrevHash), short(before.Hash)))
	}
	c.streams[e.Stream] = Head{e.Seq, e.Hash}
	return nil
}

// ends checks that a walk ended at the recorded end of a stream, or with "" of the ledger.
func (c *chain) ends(stream string, reached, recorded Head) error {
	if reached == recorded {
		return nil
	}
	what, e := "the stream "+stream, Event{}
	if stream == "" {
		what = "the ledger"
		if reached.Count != recorded.Count {
			e.Position = min(reached.Count, recorded.Count) + 1
		}
	}
	return corrupt(c.path, e, fmt.Sprintf("%s has %d events and ends with %s, its record says %d and %s: events at its end were removed, or added from outside",
		what, reached.Count, short(reached.Hash), recorded.Count, short(recorded.Hash)))
}

// intact verifies that an event is what its hash says. Its names and data have to
// be well formed too: only then does the hashed text have one meaning.
func intact(path string, e Event) error {
	if err := named(e.Stream, e.Kind, e.Key); err != nil {
		return corrupt(path, e, fmt.Sprintf("it was changed: %v", err))
	}
	if !json.Valid(e.Data) {
		return corrupt(path, e, "it was changed: its data is no JSON")
	}
	if sum := e.Sum(); sum != e.Hash {
		return corrupt(path, e, fmt.Sprintf("it was changed: its content has the hash %s, its record says %s", short(sum), short(e.Hash)))
	}
	return nil
}

func corrupt(path string, e Event, problem string) error {
	return &CorruptError{Path: path, Position: e.Position, Stream: e.Stream, Seq: e.Seq, Problem: problem}
}

func short(h Hash) string { return h.String()[:12] + "…" }
