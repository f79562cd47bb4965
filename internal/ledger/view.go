package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// View reads one state of a ledger.
type View struct {
	tx     tx
	ledger *Ledger
}

// Events gives the events of the streams, or of all, in the order of the ledger,
// after it has verified their chains.
func (v *View) Events(streams ...string) ([]Event, error) {
	var events []Event
	collect := func(e Event) error {
		events = append(events, e)
		return nil
	}
	if len(streams) == 0 {
		return events, v.Since(Head{}, collect)
	}
	return events, v.streams(streams, collect)
}

// Since calls f with every event after head, in order, verified as it goes.
func (v *View) Since(head Head, f func(Event) error) error {
	end, err := v.tx.head("")
	if err != nil {
		return err
	}
	walk := &chain{path: v.ledger.path, global: head}
	err = v.tx.scan(head.Count, nil, func(e Event) error {
		if err := walk.globally(e); err != nil {
			return err
		}
		return f(e)
	})
	if err != nil {
		return err
	}
	return walk.ends("", walk.global, end)
}

// streams verifies and gives the events of some streams.
func (v *View) streams(names []string, f func(Event) error) error {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	walk := newChain(v.ledger.path)
	err := v.tx.scan(0, names, func(e Event) error {
		if err := walk.inStream(e); err != nil {
			return err
		}
		return f(e)
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		end, err := v.tx.head(name)
		if err != nil {
			return err
		}
		if err := walk.ends(name, walk.streams[name], end); err != nil {
			return err
		}
	}
	return nil
}

// Has says whether an event with the key is there, and which.
func (v *View) Has(key string) (Event, bool, error) {
	e, found, err := v.tx.byKey(key)
	if err == nil && found {
		err = intact(v.ledger.path, e)
	}
	return e, found, err
}

// Now is the time by the ledger's clock; see Ledger.Now.
func (v *View) Now() time.Time { return v.ledger.Now() }

// checkEnd verifies that the ledger ends where its head says: cheap enough for
// every opening, and what a file that was cut off gets wrong.
func (v *View) checkEnd() error {
	end, err := v.tx.head("")
	if err != nil {
		return err
	}
	last, found, err := v.tx.last()
	if err == nil && found {
		err = intact(v.ledger.path, last)
	}
	if err != nil {
		return err
	}
	return newChain(v.ledger.path).ends("", Head{last.Position, last.Hash}, end)
}

// Update is a View that can also append.
type Update struct{ View }

// Append adds an event at the end of its stream and of the ledger.
func (u *Update) Append(d Draft) (Event, error) {
	if err := named(d.Stream, d.Kind, d.Key); err != nil {
		return Event{}, err
	}
	data, err := canonicalData(d.Data)
	if err != nil {
		return Event{}, err
	}
	if d.Key != "" {
		existing, found, err := u.Has(d.Key)
		switch {
		case err != nil:
			return Event{}, err
		case found:
			return Event{}, &DuplicateError{Key: d.Key, Existing: existing}
		}
	}
	global, err := u.tx.head("")
	if err != nil {
		return Event{}, err
	}
	stream, err := u.tx.head(d.Stream)
	if err != nil {
		return Event{}, err
	}
	e := Event{
		Stream: d.Stream, Seq: stream.Count + 1, Position: global.Count + 1, Time: u.ledger.Now(),
		Kind: d.Kind, Key: d.Key, Data: data, PrevHash: stream.Hash, PrevGlobal: global.Hash,
	}
	if y := e.Time.Year(); y < 1 || y > 9999 {
		return Event{}, fmt.Errorf("the clock says %s: expected a year of four digits", e.Time.Format(time.RFC3339))
	}
	e.Hash = e.Sum()
	return e, u.put(e)
}

// put adds an event that is complete.
func (u *Update) put(e Event) error {
	return errors.Join(
		u.tx.insert(e),
		u.tx.setHead(e.Stream, Head{e.Seq, e.Hash}),
		u.tx.setHead("", Head{e.Position, e.Hash}),
	)
}
