package ledger

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

// kept reads everything that is kept in a form.
func kept(t *testing.T, l *Ledger, form string) (Head, map[string]string, error) {
	t.Helper()
	rows := map[string]string{}
	head, err := l.Kept(t.Context(), form, func(name string, data []byte) error {
		rows[name] = string(data)
		return nil
	})
	return head, rows, err
}

func keep(t *testing.T, l *Ledger, form string, from, to Head, rows map[string]string) bool {
	t.Helper()
	data := map[string][]byte{}
	for name, text := range rows {
		data[name] = []byte(text)
	}
	done, err := l.Keep(t.Context(), form, from, to, data)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestKeep(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		expect := func(form string, head Head, rows map[string]string) {
			t.Helper()
			if got, have, err := kept(t, open(), form); got != head || !maps.Equal(have, rows) || err != nil {
				t.Errorf("kept in the form %s are %v, %v, %v; expected %v, %v", form, got, have, err, head, rows)
			}
		}
		none := map[string]string{}
		expect("a", Head{}, none)
		first := appendNote(t, l, "aarhus", "", "1")
		second := appendNote(t, l, "aarhus", "", "2")
		one, two := Head{1, first.Hash}, Head{2, second.Hash}

		if !keep(t, l, "a", Head{}, one, map[string]string{"x": "1", "y": "ø\x00"}) {
			t.Error("nothing was there, and it was not kept")
		}
		expect("a", one, map[string]string{"x": "1", "y": "ø\x00"})
		expect("b", Head{}, none)
		if !keep(t, l, "a", one, two, map[string]string{"x": "2", "z": ""}) {
			t.Error("what follows on was not kept")
		}
		expect("a", two, map[string]string{"x": "2", "y": "ø\x00", "z": ""})
		// somebody who read what was there before does not overwrite it
		if keep(t, l, "a", one, two, map[string]string{"x": "3"}) || keep(t, l, "a", Head{}, one, map[string]string{"x": "3"}) {
			t.Error("what was kept meanwhile was overwritten")
		}
		expect("a", two, map[string]string{"x": "2", "y": "ø\x00", "z": ""})
		if !keep(t, l, "b", Head{}, one, map[string]string{"w": "4"}) { // the program changed
			t.Error("another form was not kept")
		}
		expect("a", Head{}, none)
		expect("b", one, map[string]string{"w": "4"})

		// What is of other events is worth nothing.
		if !keep(t, l, "a", Head{}, Head{2, first.Hash}, map[string]string{"x": "1"}) {
			t.Error("it was not kept")
		}
		expect("a", Head{}, none)
		if err := l.Verify(t.Context()); err != nil {
			t.Errorf("what is kept is no part of the ledger: %v", err)
		}
	})
}

func TestKeptDamageIsFound(t *testing.T) {
	for name, c := range map[string]struct{ sql, seen string }{
		"a row changed":    {"UPDATE kept SET data = (SELECT data FROM kept WHERE name = 'y') WHERE name = 'x'", `row "x" is damaged`},
		"a row cut":        {"UPDATE kept SET data = substr(data, 1, 3) WHERE name = 'x'", `row "x" is damaged`},
		"a row renamed":    {"UPDATE kept SET name = 'z' WHERE name = 'x'", `row "z" is damaged`},
		"a row removed":    {"DELETE FROM kept WHERE name = 'x'", "there are 1 rows, expected 2"},
		"the head changed": {"UPDATE kept SET data = (SELECT data FROM kept WHERE name = 'y') WHERE name = ''", `row "" is damaged`},
	} {
		t.Run(name, func(t *testing.T) {
			contract(t, func(t *testing.T, open func(...Option) *Ledger) {
				l := open()
				e := appendNote(t, l, "aarhus", "", "1")
				keep(t, l, "a", Head{}, Head{1, e.Hash}, map[string]string{"x": "1", "y": "2"})
				if _, err := unguarded(t, l).Exec(c.sql); err != nil {
					t.Fatal(err)
				}
				var wrong *KeptError
				if _, _, err := kept(t, l, "a"); !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.seen) {
					t.Errorf("got %v, expected a KeptError with %q", err, c.seen)
				}
				keep(t, l, "a", Head{}, Head{1, e.Hash}, map[string]string{"x": "3"})
				if _, rows, err := kept(t, l, "a"); rows["x"] != "3" || err != nil {
					t.Errorf("it can't be replaced: %v, %v", rows, err)
				}
			})
		})
	}
}
