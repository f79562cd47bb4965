package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// content is all that a ledger's tables hold.
type content struct {
	events []Event
	heads  map[string]Head // with that of the ledger
}

func (c content) clone() content { return content{slices.Clone(c.events), maps.Clone(c.heads)} }

func (c content) equal(o content) bool {
	return slices.EqualFunc(c.events, o.events, func(a, b Event) bool { return same(a, b) && a.Hash == b.Hash }) && maps.Equal(c.heads, o.heads)
}

// overwrite puts c in the place of what the tables hold, with the guards off. An error
// is the storage's own refusal: two events in one place, or with one key.
func (c content) overwrite(db *sql.DB) error {
	ctx := context.Background()
	return inTransaction(ctx, db, nil, func(t tx) error {
		for _, e := range c.events {
			if err := t.insert(e); err != nil {
				return err
			}
		}
		for stream, h := range c.heads {
			if err := t.setHead(stream, h); err != nil {
				return err
			}
		}
		return nil
	}, "DELETE FROM events", "DELETE FROM heads")
}

// unguarded opens the tables of a ledger without the triggers that keep them.
func unguarded(t *testing.T, l *Ledger) *sql.DB {
	t.Helper()
	var db *sql.DB
	var statements []string
	switch s := l.store.(type) {
	case *postgresStore:
		db = s.db
		statements = []string{"ALTER TABLE events DISABLE TRIGGER ALL", "ALTER TABLE heads DISABLE TRIGGER ALL"}
	case *sqliteStore:
		db = s.write
		err := rows(t.Context(), db, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			statements = append(statements, "DROP TRIGGER "+name)
			return err
		}, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// forge computes all hashes and heads from an event on anew, as somebody would who can
// write the tables and knows how they are made.
func (c *content) forge(from int) {
	c.heads = map[string]Head{}
	for i := range c.events {
		e := &c.events[i]
		if i >= from {
			stream, global := c.heads[e.Stream], c.heads[""]
			e.Seq, e.Position, e.PrevHash, e.PrevGlobal = stream.Count+1, global.Count+1, stream.Hash, global.Hash
			e.Hash = e.Sum()
		}
		c.heads[e.Stream], c.heads[""] = Head{e.Seq, e.Hash}, Head{e.Position, e.Hash}
	}
}

// change draws one change of the content. anchored: only a head that was kept elsewhere
// shows it, because the heads were changed with it.
func (c *content) change(r *rapid.T) (anchored bool) {
	if len(c.events) == 0 {
		return false
	}
	at := rapid.IntRange(0, len(c.events)-1).Draw(r, "event")
	e := &c.events[at]
	hash := func(h *Hash) {
		h[rapid.IntRange(0, 31).Draw(r, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(r, "bits"))
	}
	switch op := rapid.IntRange(0, 15).Draw(r, "change"); op {
	case 0:
		e.Data = json.RawMessage(strings.Replace(string(e.Data), `"text":"`, `"text":"`+rapid.StringMatching(`[a-z\\ ]{1,3}`).Draw(r, "text"), 1))
	case 1:
		e.Kind = rapid.SampledFrom([]string{"Note", "Other", ""}).Draw(r, "kind")
	case 2:
		e.Key = rapid.SampledFrom([]string{"", "other", `k","kind":"x`}).Draw(r, "key")
	case 3:
		e.Time = e.Time.Add(time.Duration(rapid.Int64Range(-5, 5).Draw(r, "time")) * time.Microsecond)
	case 4:
		e.Stream = rapid.SampledFrom([]string{"aarhus", "oasc", "other"}).Draw(r, "stream")
	case 5:
		e.Seq += rapid.Int64Range(-2, 2).Draw(r, "seq")
	case 6:
		e.Position += rapid.Int64Range(-2, 2).Draw(r, "position")
	case 7:
		hash(&e.Hash)
	case 8:
		hash(&e.PrevHash)
	case 9:
		hash(&e.PrevGlobal)
	case 10: // with a hash that fits it
		e.Data = json.RawMessage(`{"n":1,"text":"forged"}`)
		e.Hash = e.Sum()
	case 11:
		c.events = slices.Delete(c.events, at, at+1)
	case 12: // and those after it move up
		c.events = slices.Delete(c.events, at, at+1)
		for i := at; i < len(c.events); i++ {
			c.events[i].Position--
		}
	case 13: // two change places
		o := &c.events[rapid.IntRange(0, len(c.events)-1).Draw(r, "other")]
		e.Position, o.Position = o.Position, e.Position
		slices.SortFunc(c.events, func(a, b Event) int { return int(a.Position - b.Position) })
	case 14:
		stream := rapid.SampledFrom(slices.Sorted(maps.Keys(c.heads))).Draw(r, "head")
		h := c.heads[stream]
		h.Count += rapid.Int64Range(-1, 1).Draw(r, "count")
		hash(&h.Hash)
		c.heads[stream] = h
	case 15: // everything from here on is written anew
		if rapid.Bool().Draw(r, "removed") {
			c.events = slices.Delete(c.events, at, at+1)
		} else {
			e.Data = json.RawMessage(`{"n":1,"text":"forged"}`)
		}
		c.forge(at)
		return true
	}
	return false
}

// TestAnyChangeIsFound: whatever is changed, removed or reordered in the tables, and in
// however many places, Verify finds it; and where nothing is, it finds nothing.
func TestAnyChangeIsFound(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		for i := range 9 {
			appendNote(t, l, []string{"aarhus", "oasc", "aalborg"}[i%3], fmt.Sprintf("k%d", i), fmt.Sprint("text ", i))
		}
		var whole content
		err := l.View(t.Context(), func(v *View) (err error) {
			if whole.events, err = v.Events(); err != nil {
				return err
			}
			if whole.heads, err = v.tx.heads(); err != nil {
				return err
			}
			whole.heads[""], err = v.tx.head("")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		db := unguarded(t, l)
		found := 0
		rapid.Check(t, func(r *rapid.T) {
			c, anchors := whole.clone(), []Head(nil)
			for range rapid.IntRange(0, 3).Draw(r, "changes") {
				if c.change(r) {
					anchors = []Head{whole.heads[""]}
				}
			}
			if err := c.overwrite(db); err != nil {
				r.Skip(err) // the tables are as they were
			}
			// Without the storage's own inspection, which misses the guards.
			err := l.explain(l.View(t.Context(), func(v *View) error { return v.verify(anchors) }))
			var corrupt *CorruptError
			switch changed := !c.equal(whole); {
			case changed && !errors.As(err, &corrupt):
				r.Fatalf("got %v, expected a CorruptError; the tables hold\n%+v\n%+v", err, c.events, c.heads)
			case !changed && err != nil:
				r.Fatalf("nothing was changed, and Verify says %v", err)
			case changed:
				found++
			}
		})
		t.Logf("%d changes were found", found)
	})
}
