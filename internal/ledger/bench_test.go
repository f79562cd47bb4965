package ledger

import (
	"path/filepath"
	"testing"
)

func BenchmarkAppend(b *testing.B) {
	l, err := Open(filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for b.Loop() {
		appendNote(b, l, "aarhus", "", "an event of a usual size, about as long as what a run records of each MIM of a baseline")
	}
}

// BenchmarkRead reads and verifies the chain of a member with 1,000 events.
func BenchmarkRead(b *testing.B) {
	l, err := Open(filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	err = l.Update(b.Context(), func(u *Update) error {
		for i := range 10_000 {
			if _, err := u.Append(Draft{Stream: []string{"aarhus", "oasc", "a", "b", "c", "d", "e", "f", "g", "h"}[i%10], Kind: "Note", Data: note{Text: "an event of a usual size"}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		events, err := l.Events(b.Context(), "aarhus")
		if err != nil || len(events) != 1000 {
			b.Fatal(len(events), err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path, _ := filled(b, 100)
	for b.Loop() {
		l, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}
