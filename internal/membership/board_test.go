package membership

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
	"github.com/oasc/mimcheck/reports"
)

// note appends facts without asking the rules.
func note(t testing.TB, l *ledger.Ledger, facts ...Fact) {
	t.Helper()
	err := l.Update(t.Context(), func(u *ledger.Update) error {
		for _, f := range facts {
			if _, err := u.Append(ledger.Draft{Stream: f.stream(), Kind: f.kind(), Key: f.key(), Data: f}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Since, Events, Kept and Keep make a story a Keeper.
func (s *story) Since(_ context.Context, head ledger.Head, f func(ledger.Event) error) error {
	for _, e := range s.events[head.Count:] {
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) Events(_ context.Context, streams ...string) ([]ledger.Event, error) {
	return slices.DeleteFunc(slices.Clone(s.events), func(e ledger.Event) bool {
		return len(streams) > 0 && !slices.Contains(streams, e.Stream)
	}), nil
}

func (s *story) Kept(_ context.Context, _ string, f func(string, []byte) error) (ledger.Head, error) {
	for name, data := range s.kept {
		if err := f(name, data); err != nil {
			return ledger.Head{}, err
		}
	}
	return s.keptAt, nil
}

func (s *story) Keep(_ context.Context, _ string, from, to ledger.Head, rows map[string][]byte) (bool, error) {
	if from != (ledger.Head{}) && from != s.keptAt {
		return false, nil
	}
	if from == (ledger.Head{}) {
		s.kept = map[string][]byte{}
	}
	maps.Copy(s.kept, rows)
	s.keptAt = to
	return true, nil
}

// TestBoardSaysWhatTheFactsSay: however facts come in, whenever it is read and kept, and
// by however many boards, a board gives what is computed from all events anew.
func TestBoardSaysWhatTheFactsSay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := new(story)
		opened := func() *Board {
			b := NewBoard(l)
			b.keepAfter = rapid.Int64Range(0, 6).Draw(r, "keepAfter")
			return b
		}
		boards := []*Board{opened(), opened()}
		facts := append(someFacts(r), []Fact{proposed(), DecisionClosed{"mims-2022", Adopted, Tally{}, "2024-02-01"}}...)
		facts = rapid.Permutation(append(facts, becomes("toledo", "Toledo", "US", "2020")...)).Draw(r, "order")
		for len(facts) > 0 {
			n := rapid.IntRange(1, len(facts)).Draw(r, "facts until the next reading")
			l.add(facts[:n]...)
			facts = facts[n:]
			asOf := at(rapid.SampledFrom([]string{"2026-01-01", "2025-01-01", "2020-06-01"}).Draw(r, "asOf"))
			which := rapid.IntRange(0, 1).Draw(r, "which")
			if rapid.Bool().Draw(r, "opened anew") {
				boards[which] = opened()
			}
			got, err := boards[which].Overview(t.Context(), asOf)
			if err != nil {
				r.Fatal(err)
			}
			want, err := ReadOverview(t.Context(), l, "", asOf)
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("the board differs (-facts +board):\n%s", diff)
			}
			one, err := opened().Member(t.Context(), "aarhus", asOf)
			if err != nil {
				r.Fatal(err)
			}
			if want, _ := ReadOverview(t.Context(), l, "aarhus", asOf); !cmp.Equal(want, one) {
				r.Fatalf("the status of one member differs:\n%s", cmp.Diff(want, one))
			}
			if err := VerifyBoard(t.Context(), l); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// TestRowsWriteEveryField: a field that a row leaves out would be lost when a board is
// read again. Whoever adds one writes it in kept.go, and counts keptVersion up.
func TestRowsWriteEveryField(t *testing.T) {
	for _, c := range []struct {
		of      any
		written int
	}{{history{}, 3}, {mimKey{}, 2}, {track{}, 11}, {runAt{}, 2}, {proof{}, 8}, {revokedRun{}, 2}, {Share{}, 4}, {Extends{}, 5}} {
		fields := reflect.TypeOf(c.of).NumField()
		if _, ok := c.of.(history); ok {
			fields-- // the policy, which keptForm names
		}
		if fields != c.written {
			t.Errorf("%T has %d fields, a row writes %d of them", c.of, fields, c.written)
		}
	}
}

// TestVerifyBoard: what is kept and was changed, left out or put in is named.
func TestVerifyBoard(t *testing.T) {
	for kind, place := range ledgertest.Places() {
		t.Run(kind, func(t *testing.T) {
			path := place(t)
			l, err := ledger.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			note(t, l, run("r1", "2020-01-01", reports.Conformant, 10))
			note(t, l, becomes("toledo", "Toledo", "US", "2020")...)
			asOf := at("2020-06-01")
			if err := VerifyBoard(t.Context(), l); err != nil {
				t.Errorf("nothing is kept yet: %v", err)
			}
			if err := Recompute(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			note(t, l, run("r2", "2020-02-01", reports.NonConformant, 9)) // after what is kept
			if err := VerifyBoard(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			want, err := ReadOverview(t.Context(), l, "", asOf)
			if err != nil {
				t.Fatal(err)
			}
			for name, damage := range map[string]func(rows map[string][]byte){
				"changed": func(rows map[string][]byte) {
					rows["aarhus"] = row(nil, newHistory())
				},
				"left out": func(rows map[string][]byte) { delete(rows, "aarhus") },
				"put in":   func(rows map[string][]byte) { rows["vejle"] = rows["aarhus"] },
				"no row":   func(rows map[string][]byte) { rows["aarhus"] = []byte("no row") },
			} {
				t.Run(name, func(t *testing.T) {
					rows := map[string][]byte{}
					head, err := l.Kept(t.Context(), keptForm(), func(name string, data []byte) error {
						rows[name] = slices.Clone(data)
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
					damage(rows)
					if kept, err := l.Keep(t.Context(), keptForm(), ledger.Head{}, head, rows); !kept || err != nil {
						t.Fatal(kept, err)
					}
					var wrong *ledger.KeptError
					if err := VerifyBoard(t.Context(), l); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "--recompute") {
						t.Errorf("got %v, expected a KeptError", err)
					}
					if err := Recompute(t.Context(), l); err != nil {
						t.Fatal(err)
					}
					if err := VerifyBoard(t.Context(), l); err != nil {
						t.Error(err)
					}
					if got, err := NewBoard(l).Overview(t.Context(), asOf); err != nil || !cmp.Equal(want, got) {
						t.Errorf("%v\n%s", err, cmp.Diff(want, got))
					}
				})
			}
		})
	}
}

func TestBoardRefusesWhatItDoesNotKnow(t *testing.T) {
	l := openLedger(t)
	note(t, l, run("r1", "2020-01-01", reports.Conformant, 10))
	b := NewBoard(l)
	if _, err := b.Overview(t.Context(), at("2020-06-01")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), ledger.Draft{Stream: "aarhus", Kind: "Novelty", Data: struct{}{}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := b.Overview(t.Context(), at("2020-06-01")); err == nil {
			t.Error("an unknown kind of event was left out")
		}
	}
}

// size is a number of a benchmark, which an environment variable can change.
func size(b *testing.B, variable string, usual int) int {
	b.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("%s: %v", variable, err)
	}
	return n
}

// crowd is a board that has taken in 10,000 members with 1,000 events each.
func crowd(b *testing.B, l *ledger.Ledger) (board *Board, members int) {
	b.Helper()
	board = NewBoard(l)
	members, events := size(b, "MIMCHECK_BENCH_MEMBERS", 10_000), size(b, "MIMCHECK_BENCH_EVENTS", 1000)
	began := at("2019-02-01")
	take := func(f Fact) {
		data, err := json.Marshal(f)
		if err != nil {
			b.Fatal(err)
		}
		e := ledger.Event{Stream: f.stream(), Position: board.head.Count + 1, Kind: f.kind(), Data: data}
		board.head.Count++
		board.changed[e.Stream] = true
		if _, err := board.take(e, f); err != nil {
			b.Fatal(err)
		}
	}
	for i := range members {
		id := fmt.Sprintf("city-%d", i)
		take(&MemberListed{Member: id, Name: fmt.Sprintf("City %d", i), Country: "DK", Source: "list", On: "2019-01-20"})
		for n := range events - 1 {
			verdict := []reports.Verdict{reports.NonConformant, reports.Conformant, reports.Inconclusive}[(i+n)%3]
			f := run(fmt.Sprintf("%s-%d", id, n), "2019-02-01", verdict, n%10)
			f.Member, f.Finished = id, began.Add(time.Duration(n)*36*time.Hour)
			take(f)
		}
	}
	return board, members
}

// BenchmarkBoard reads the status of all members, which the board has taken in.
func BenchmarkBoard(b *testing.B) {
	board, members := crowd(b, openLedger(b))
	board.begun, board.head = true, ledger.Head{}
	readAll(b, members, func() *Board { return board })
}

// BenchmarkBoardKept reads the status of all members as a process does that opens the
// ledger anew: from what is kept beside the events.
func BenchmarkBoardKept(b *testing.B) {
	l := openLedger(b)
	board, members := crowd(b, l)
	note(b, l, run("last", "2020-01-01", reports.Conformant, 10)) // for a head to keep it at
	head, err := l.Head(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	board.head = head
	if err := board.keep(b.Context()); err != nil || board.kept != head {
		b.Fatal("the board was not kept", err)
	}
	readAll(b, members, func() *Board { return NewBoard(l) })
}

func readAll(b *testing.B, members int, board func() *Board) {
	b.Helper()
	asOf := at("2025-01-01")
	for b.Loop() {
		o, err := board().Overview(b.Context(), asOf)
		if err != nil || len(o.Members) != members+122 || o.Members[200].MIMs[0].Recorded == 0 {
			b.Fatal(len(o.Members), err)
		}
	}
}

// BenchmarkRecord enters a run of a member that has 1,000 events.
func BenchmarkRecord(b *testing.B) {
	l := openLedger(b)
	for n := range 1000 {
		note(b, l, run(fmt.Sprintf("old-%d", n), "2020-01-01", reports.NonConformant, n%10))
	}
	n := 0
	for b.Loop() {
		n++
		if _, err := Enter(b.Context(), l, run(fmt.Sprintf("new-%d", n), "2021-01-01", reports.Conformant, 10)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLedger enters a run into a ledger with many members and reads the status of
// all of them after it, as two commands do one after the other. MIMCHECK_BENCH_MEMBERS
// and MIMCHECK_BENCH_EVENTS make it larger: each event is really written.
func BenchmarkLedger(b *testing.B) {
	l := openLedger(b)
	members, events := size(b, "MIMCHECK_BENCH_MEMBERS", 1000), size(b, "MIMCHECK_BENCH_EVENTS", 10)
	for i := range members {
		id := fmt.Sprintf("city-%d", i)
		facts := []Fact{&MemberListed{Member: id, Name: fmt.Sprintf("City %d", i), Country: "DK", Source: "list", On: "2019-01-20"}}
		for n := range events - 1 {
			f := run(fmt.Sprintf("%s-%d", id, n), "2020-01-01", reports.NonConformant, n%10)
			f.Member = id
			facts = append(facts, f)
		}
		note(b, l, facts...)
	}
	if err := Recompute(b.Context(), l); err != nil {
		b.Fatal(err)
	}
	n := 0
	another := func(b *testing.B) {
		n++
		f := run(fmt.Sprintf("new-%d", n), "2021-01-01", reports.Conformant, 10)
		f.Member = "city-7"
		if _, err := Enter(b.Context(), l, f); err != nil {
			b.Fatal(err)
		}
	}
	status := func(b *testing.B) {
		if o, err := NewBoard(l).Overview(b.Context(), at("2022-01-01")); err != nil || len(o.Members) != members+122 {
			b.Fatal(len(o.Members), err)
		}
	}
	b.Run("enter", func(b *testing.B) {
		for b.Loop() {
			another(b)
		}
	})
	b.Run("status", func(b *testing.B) {
		for b.Loop() {
			status(b)
		}
	})
	b.Run("status of a member", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewBoard(l).Member(b.Context(), "city-7", at("2022-01-01")); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkOverview computes the status of all members from a ledger with 100 runs
// of each, as the command line does.
func BenchmarkOverview(b *testing.B) {
	l := openLedger(b)
	r, err := Founders()
	if err != nil {
		b.Fatal(err)
	}
	err = l.Update(b.Context(), func(u *ledger.Update) error {
		for _, m := range r.Members() {
			for n := range 100 {
				f := run(fmt.Sprintf("%s-%d", m.ID, n), "2020-01-01", reports.NonConformant, n%10)
				f.Member = m.ID
				if _, err := u.Append(ledger.Draft{Stream: m.ID, Kind: f.kind(), Data: f}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ReadOverview(b.Context(), l, "", at("2021-01-01")); err != nil {
			b.Fatal(err)
		}
	}
}
