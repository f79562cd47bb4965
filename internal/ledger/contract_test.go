package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
)

// kinds are the ways to keep a ledger that there are on this machine.
func kinds() []string {
	if ledgertest.HasPostgres() {
		return []string{"SQLite", "PostgreSQL"}
	}
	return []string{"SQLite"}
}

// opener opens one new ledger of a kind, again and again.
func opener(t testing.TB, kind string) func(...Option) *Ledger {
	at := ledgertest.Places()[kind](t)
	return func(o ...Option) *Ledger {
		t.Helper()
		l, err := Open(at, o...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
		return l
	}
}

// contract runs a test on each way to keep a ledger.
func contract(t *testing.T, test func(t *testing.T, open func(...Option) *Ledger)) {
	for kind := range ledgertest.Places() {
		t.Run(kind, func(t *testing.T) { test(t, opener(t, kind)) })
	}
}

type note struct {
	Text string `json:"text"`
	N    int    `json:"n"`
}

func appendNote(t testing.TB, l *Ledger, stream, key, text string) Event {
	t.Helper()
	e, err := l.Append(t.Context(), Draft{Stream: stream, Kind: "Note", Key: key, Data: note{text, len(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAppendAndRead(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		at := time.Date(2026, 3, 14, 9, 26, 53, 589_793_238, time.FixedZone("CET", 3600))
		l := open(WithClock(func() time.Time { return at }))
		a := appendNote(t, l, "aarhus", "note:1", "ø <&> \u2028")
		b := appendNote(t, l, "oasc", "", "between")
		c := appendNote(t, l, "aarhus", "", "third")
		d := appendNote(t, l, "aarhus", "", "without a key, too")

		if want := "2026-03-14T08:26:53.589793Z"; a.Time.Format(timeForm) != want {
			t.Errorf("time %s, expected %s", a.Time, want)
		}
		if string(a.Data) != "{\"n\":10,\"text\":\"ø <&> \u2028\"}" {
			t.Errorf("data %s is not in the form of RFC 8785", a.Data)
		}
		for i, e := range []Event{a, b, c, d} {
			if e.Position != int64(i+1) || e.Hash != e.Sum() {
				t.Errorf("event %d: %+v", i+1, e)
			}
		}
		if a.PrevHash != (Hash{}) || c.PrevHash != a.Hash || c.PrevGlobal != b.Hash || c.Seq != 2 || b.Seq != 1 {
			t.Error("the chains are not linked as documented")
		}
		again := open()
		for name, c := range map[string]struct {
			streams []string
			want    []Event
		}{
			"all":     {nil, []Event{a, b, c, d}},
			"one":     {[]string{"aarhus"}, []Event{a, c, d}},
			"several": {[]string{"oasc", "aarhus", "oasc"}, []Event{a, b, c, d}},
			"none":    {[]string{"aalborg"}, nil},
		} {
			got, err := again.Events(t.Context(), c.streams...)
			if err != nil || !slices.EqualFunc(got, c.want, same) {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
		}
		if s, err := again.Streams(t.Context()); err != nil || !slices.Equal(s, []string{"aarhus", "oasc"}) {
			t.Errorf("streams %v, %v", s, err)
		}
		head, err := again.Head(t.Context())
		if err != nil || head != (Head{4, d.Hash}) {
			t.Errorf("head %v, %v", head, err)
		}
		if err := again.Verify(t.Context(), Head{2, b.Hash}, head); err != nil {
			t.Error(err)
		}
		var since []Event
		if err := again.Since(t.Context(), Head{2, b.Hash}, func(e Event) error { since = append(since, e); return nil }); err != nil || !slices.EqualFunc(since, []Event{c, d}, same) {
			t.Errorf("since event 2: %+v, %v", since, err)
		}
	})
}

func same(a, b Event) bool {
	return string(a.Line()) == string(b.Line()) && a.Position == b.Position
}

func TestEmptyLedger(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		events, err := l.Events(t.Context())
		if len(events) != 0 || err != nil {
			t.Error(events, err)
		}
		if h, err := l.Head(t.Context()); h != (Head{}) || err != nil {
			t.Error(h, err)
		}
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		first := appendNote(t, l, "aarhus", "run:1", "first")
		head, _ := l.Head(t.Context())
		deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
		for name, c := range map[string]struct {
			draft Draft
			want  string
		}{
			"stream":           {Draft{Stream: "Aarhus", Kind: "Note", Data: note{}}, "can't name a stream"},
			"no stream":        {Draft{Kind: "Note", Data: note{}}, "can't name a stream"},
			"stream injected":  {Draft{Stream: `a","x":"`, Kind: "Note", Data: note{}}, "can't name a stream"},
			"kind":             {Draft{Stream: "aarhus", Kind: "a note", Data: note{}}, "can't be the kind"},
			"key":              {Draft{Stream: "aarhus", Kind: "Note", Key: "ø", Data: note{}}, "can't be the key"},
			"no object":        {Draft{Stream: "aarhus", Kind: "Note", Data: []int{1}}, "expected a JSON object"},
			"nothing":          {Draft{Stream: "aarhus", Kind: "Note"}, "expected a JSON object"},
			"no JSON":          {Draft{Stream: "aarhus", Kind: "Note", Data: func() {}}, "no JSON"},
			"a big number":     {Draft{Stream: "aarhus", Kind: "Note", Data: map[string]uint64{"seed": 1<<53 + 1}}, "/seed can't be kept exactly"},
			"a member twice":   {Draft{Stream: "aarhus", Kind: "Note", Data: json.RawMessage(`{"a":1,"a":2}`)}, "duplicate"},
			"too deep":         {Draft{Stream: "aarhus", Kind: "Note", Data: json.RawMessage(deep)}, "nested deeper than 128"},
			"too large":        {Draft{Stream: "aarhus", Kind: "Note", Data: note{Text: strings.Repeat("x", MaxData)}}, "expected at most 1048576"},
			"the same key":     {Draft{Stream: "aarhus", Kind: "Note", Key: "run:1", Data: note{}}, "run:1 is recorded already, as event 1 of aarhus"},
			"in another place": {Draft{Stream: "aalborg", Kind: "Note", Key: "run:1", Data: note{}}, "counts once"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := l.Append(t.Context(), c.draft)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, expected an error with %q", err, c.want)
				}
				if strings.Contains(c.want, "counts once") {
					var twice *DuplicateError
					if !errors.As(err, &twice) || !same(twice.Existing, first) {
						t.Errorf("expected a DuplicateError with the first event, got %#v", err)
					}
				}
				if now, err := l.Head(t.Context()); now != head || err != nil {
					t.Errorf("the ledger changed: %v, %v", now, err)
				}
			})
		}
		year := open(WithClock(func() time.Time { return time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }))
		if _, err := year.Append(t.Context(), Draft{Stream: "a", Kind: "Note", Data: note{}}); err == nil {
			t.Error("expected a year of five digits to be refused")
		}
	})
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		stop := errors.New("the rule says no")
		err := l.Update(t.Context(), func(u *Update) error {
			if _, err := u.Append(Draft{Stream: "aarhus", Kind: "Note", Key: "k", Data: note{}}); err != nil {
				return err
			}
			if _, found, err := u.Has("k"); !found || err != nil {
				t.Error("an update does not see its own event")
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		if h, _ := l.Head(t.Context()); h.Count != 0 {
			t.Errorf("%d events were kept", h.Count)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Append(cancelled, Draft{Stream: "a", Kind: "Note", Data: note{}}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		appendNote(t, l, "aarhus", "k", "now")
	})
}

// TestUpdateHoldsOffWriters: a decision that an update makes on what it read is
// still right when its event is there.
func TestUpdateHoldsOffWriters(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		a, b := open(), open()
		const most = 5
		var wg sync.WaitGroup
		for i := range 20 {
			l := a
			if i%2 == 1 {
				l = b
			}
			wg.Go(func() {
				err := l.Update(t.Context(), func(u *Update) error {
					events, err := u.Events("seats")
					if err != nil || len(events) == most {
						return err
					}
					_, err = u.Append(Draft{Stream: "seats", Kind: "Note", Data: note{N: i}})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if events, err := a.Events(t.Context(), "seats"); len(events) != most || err != nil {
			t.Errorf("%d events, expected %d; %v", len(events), most, err)
		}
	})
}

func TestConcurrentWritersNeverFork(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		const writers, each = 8, 10
		var wg sync.WaitGroup
		for w := range writers {
			l := open()
			wg.Go(func() {
				for i := range each {
					stream := "shared"
					if i%2 == 1 {
						stream = fmt.Sprintf("own-%d", w)
					}
					if _, err := l.Append(t.Context(), Draft{Stream: stream, Kind: "Note", Data: note{N: i}}); err != nil {
						t.Error(err)
					}
					if _, err := l.Events(t.Context(), "shared"); err != nil { // readers see whole chains only
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		l := open()
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		if events, _ := l.Events(t.Context()); len(events) != writers*each {
			t.Errorf("%d events, expected %d", len(events), writers*each)
		}
	})
}

// TestOlderTables: a ledger of an earlier program is brought up to date, by one of those
// who open it at once.
func TestOlderTables(t *testing.T) {
	contract(t, func(t *testing.T, open func(...Option) *Ledger) {
		l := open()
		e := appendNote(t, l, "aarhus", "", "1")
		db, versions := unguarded(t, l), postgresVersions
		if _, ok := l.store.(*sqliteStore); ok {
			versions = sqliteVersions
		}
		for range 5 {
			for _, s := range []string{"DROP TABLE kept", "DELETE FROM " + versions + " WHERE version_id = 2"} {
				if _, err := db.Exec(s); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, err := open().Kept(t.Context(), "a", nil); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		if h, err := l.Head(t.Context()); h != (Head{1, e.Hash}) || err != nil {
			t.Error(h, err)
		}
	})
}

func TestHeadText(t *testing.T) {
	h := Head{42, Hash{1, 2, 255}}
	got, err := ParseHead(h.String())
	if got != h || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "42", "42:", "42:abc", "-1:" + h.Hash.String(), "x:" + h.Hash.String(), h.String() + "00"} {
		if _, err := ParseHead(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

// TestSum holds the documented text of the hash to an independent reading of it.
func TestSum(t *testing.T) {
	e := Event{
		Stream: "aarhus", Seq: 7, Kind: "RunRecorded", Key: "run:1", Data: json.RawMessage(`{"a":1}`),
		Time: time.Date(2026, 1, 2, 3, 4, 5, 600_000, time.UTC), PrevHash: Hash{1}, PrevGlobal: Hash{2},
	}
	if want := "9a13de9ca6dd0024cfaa678d06f6dbb5c66ad28e65bbc7af221e9a05b70d54a4"; e.Sum().String() != want {
		t.Errorf("the hash of a known event is %s: a released form must not change", e.Sum())
	}
	var line map[string]any
	if err := json.Unmarshal(e.Line(), &line); err != nil || len(line) != 9 {
		t.Errorf("%v: %s", err, e.Line())
	}
	canonical, err := canonicalData(json.RawMessage(e.Line()))
	if err != nil || string(canonical) != string(e.Line()) {
		t.Errorf("the line is not in the form of RFC 8785: %s", e.Line())
	}
}
