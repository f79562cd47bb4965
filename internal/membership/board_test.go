package membership

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// note appends facts without asking the rules.
func note(t testing.TB, l *ledger.Ledger, facts ...Fact) {
	t.Helper()
	err := l.Update(t.Context(), func(u *ledger.Update) error {
		for _, f := range facts {
			if _, err := u.Append(ledger.Draft{Stream: f.stream(), Kind: f.kind(), Data: f}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Since and Events make a story a Reader.
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

// TestBoardSaysWhatTheFactsSay: however facts come in and whenever it is read, the
// board gives what is computed from all events anew.
func TestBoardSaysWhatTheFactsSay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := new(story)
		b := NewBoard(l)
		facts := append(someFacts(r), []Fact{proposed(), DecisionClosed{"mims-2022", Adopted, Tally{}, "2024-02-01"}}...)
		facts = rapid.Permutation(append(facts, becomes("toledo", "Toledo", "US", "2020")...)).Draw(r, "order")
		for len(facts) > 0 {
			n := rapid.IntRange(1, len(facts)).Draw(r, "facts until the next reading")
			l.add(facts[:n]...)
			facts = facts[n:]
			asOf := at(rapid.SampledFrom([]string{"2026-01-01", "2025-01-01", "2020-06-01"}).Draw(r, "asOf"))
			got, err := b.Overview(t.Context(), asOf)
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
		}
	})
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

// BenchmarkBoard reads the status of 10,000 members with 1,000 events each, which
// the board has taken in.
func BenchmarkBoard(b *testing.B) {
	l := openLedger(b)
	board := NewBoard(l)
	began := at("2019-02-01")
	for i := range 10_000 {
		id := fmt.Sprintf("city-%d", i)
		facts := []Fact{&MemberListed{Member: id, Name: fmt.Sprintf("City %d", i), Country: "DK", Source: "list", On: "2019-01-20"}}
		for n := range 999 {
			verdict := []reports.Verdict{reports.NonConformant, reports.Conformant, reports.Inconclusive}[(i+n)%3]
			f := run(fmt.Sprintf("%s-%d", id, n), "2019-02-01", verdict, n%10)
			f.Member, f.Finished = id, began.Add(time.Duration(n)*36*time.Hour)
			facts = append(facts, f)
		}
		for _, f := range facts {
			if _, err := board.take(id, f); err != nil {
				b.Fatal(err)
			}
		}
	}
	asOf := at("2025-01-01")
	for b.Loop() {
		o, err := board.Overview(b.Context(), asOf)
		if err != nil || len(o.Members) != 10_122 {
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
