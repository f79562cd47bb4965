package ledger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// What somebody computed from the events can be kept beside them, so that it need not be
// computed from all of them again. It is no part of the ledger: not chained, not
// exported, and worth no more than a cache. It is read whole or not at all.

// keptHead says what the kept rows are of.
type keptHead struct {
	Form string `json:"form"` // of the rows, by whoever keeps them
	Head string `json:"head"` // of the events from which they were computed
	Rows int    `json:"rows"`
}

// Kept calls f with each row that was kept in a form and gives the head of the events
// from which the rows were computed. There are none, and the head is zero, where nothing
// was kept, or in another form, or from events that are not this ledger's. After an
// error, which is also one of f, the rows are worth nothing: a *KeptError says that they
// are damaged.
func (l *Ledger) Kept(ctx context.Context, form string, f func(name string, data []byte) error) (Head, error) {
	var head Head
	err := l.View(ctx, func(v *View) error {
		about, at, err := v.kept(form)
		if err != nil || at == (Head{}) {
			return err
		}
		n := 0
		err = v.tx.kept(func(name string, data []byte) error {
			if name == "" {
				return nil
			}
			n++
			data, err := unsummed(name, data)
			if err != nil {
				return v.misses(err.Error())
			}
			return f(name, data)
		})
		if err == nil && n != about.Rows {
			err = v.misses(fmt.Sprintf("there are %d rows, expected %d", n, about.Rows))
		}
		head = at
		return err
	})
	if err != nil {
		return Head{}, err
	}
	return head, nil
}

// Keep keeps rows computed from the events up to a head, in place of those with the same
// names. from is the head that Kept gave; zero drops all other rows. Nothing is kept
// where somebody else has kept something else meanwhile, which is as good.
func (l *Ledger) Keep(ctx context.Context, form string, from, to Head, rows map[string][]byte) (kept bool, err error) {
	err = l.Update(ctx, func(u *Update) error {
		kept = false
		_, now, err := u.kept(form)
		switch {
		case from == (Head{}):
			if err == nil && now.Count > to.Count {
				return nil
			}
			if err := u.tx.dropKept(); err != nil {
				return err
			}
		case err != nil:
			return err
		case now != from:
			return nil
		}
		for name, data := range rows {
			if err := u.tx.keep(name, summed(name, data)); err != nil {
				return err
			}
		}
		n, err := u.tx.countKept()
		if err != nil {
			return err
		}
		about, err := json.Marshal(keptHead{form, to.String(), n})
		if err != nil {
			return err
		}
		kept = true
		return u.tx.keep("", summed("", about))
	})
	return kept && err == nil, err
}

// kept reads what the rows are of; the head is zero when they can't be used.
func (v *View) kept(form string) (about keptHead, head Head, err error) {
	data, err := v.tx.keptRow("")
	if err != nil || data == nil {
		return about, head, err
	}
	if data, err = unsummed("", data); err == nil {
		err = json.Unmarshal(data, &about)
	}
	if err == nil && about.Form == form {
		head, err = ParseHead(about.Head)
	}
	if err != nil {
		return about, Head{}, v.misses(err.Error())
	}
	if through, err := v.goesThrough(head); !through || err != nil {
		return about, Head{}, err
	}
	return about, head, nil
}

func (v *View) misses(problem string) error {
	return &KeptError{Path: v.ledger.path, Problem: problem}
}

// goesThrough says whether the ledger has an event with a place and hash.
func (v *View) goesThrough(h Head) (bool, error) {
	if h.Count == 0 {
		return h == Head{}, nil
	}
	e, found, err := v.tx.at(h.Count)
	if err == nil && found {
		err = intact(v.ledger.path, e)
	}
	return err == nil && found && e.Hash == h.Hash, err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(name string, data []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(name), castagnoli), castagnoli, data)
}

// summed puts a check sum before the data of a row: against damage of the storage, not
// against people.
func summed(name string, data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, len(data)+4), sum(name, data)), data...)
}

func unsummed(name string, row []byte) ([]byte, error) {
	if len(row) < 4 || binary.BigEndian.Uint32(row) != sum(name, row[4:]) {
		return nil, fmt.Errorf("the row %q is damaged", name)
	}
	return row[4:], nil
}
