package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// filled makes a ledger with some events in three streams and closes it.
func filled(t testing.TB, events int) (path string, all []Event) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		stream := []string{"aarhus", "oasc", "aalborg"}[i%3]
		all = append(all, appendNote(t, l, stream, fmt.Sprintf("note:%d", i), strings.Repeat("some text ", i%7)))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path, all
}

// tamper changes the file with SQL as an attacker would: takes the guards away and
// puts them back afterwards.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var drop, restore []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		drop, restore = append(drop, "DROP TRIGGER "+name), append(restore, text)
	}
	for _, s := range slices.Concat(drop, statements, restore) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestTamperingIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		sql      []string
		position int64 // of the first event concerned
		seen     string
	}{
		"changed content":         {[]string{`UPDATE events SET data = '{"n":1,"text":"forged"}' WHERE position = 5`}, 5, "changed"},
		"changed time":            {[]string{`UPDATE events SET time = '2020-01-01T00:00:00.000000Z' WHERE position = 5`}, 5, "changed"},
		"no time":                 {[]string{`UPDATE events SET time = 'yesterday' WHERE position = 5`}, 5, "time"},
		"changed kind":            {[]string{`UPDATE events SET kind = 'Other' WHERE position = 5`}, 5, "changed"},
		"changed key":             {[]string{`UPDATE events SET key = 'other' WHERE position = 5`}, 5, "changed"},
		"changed hash":            {[]string{`UPDATE events SET hash = zeroblob(32) WHERE position = 5`}, 5, "changed"},
		"changed link":            {[]string{`UPDATE events SET prev_hash = zeroblob(32) WHERE position = 5`}, 5, "changed"},
		"moved to another stream": {[]string{`UPDATE events SET stream = 'other', seq = 1 WHERE position = 5`}, 5, "changed"},
		"same text, other fields": {[]string{`UPDATE events SET data = data || ',"key":"x', key = 'x","key":"' || key WHERE position = 5`}, 5, "changed"},
		"removed":                 {[]string{`DELETE FROM events WHERE position = 5`}, 5, "missing"},
		"removed and closed up": {[]string{
			`DELETE FROM events WHERE position = 5`,
			`UPDATE events SET position = position - 1 WHERE position > 5`}, 5, "removed, put in or moved"},
		"first removed": {[]string{`DELETE FROM events WHERE position = 1`}, 1, "missing"},
		"last removed":  {[]string{`DELETE FROM events WHERE position = 12`}, 12, "end"},
		"all removed":   {[]string{`DELETE FROM events`}, 1, "end"},
		"last removed with the ledger's head": {[]string{
			`DELETE FROM events WHERE position = 12`,
			`UPDATE heads SET seq = 11, hash = (SELECT hash FROM events WHERE position = 11) WHERE stream = ''`}, 0, "stream aalborg"},
		"a stream removed": {[]string{`DELETE FROM events WHERE stream = 'oasc'`, `DELETE FROM heads WHERE stream = 'oasc'`}, 2, "missing"},
		"swapped": {[]string{
			`UPDATE events SET position = -1 WHERE position = 5`,
			`UPDATE events SET position = 5 WHERE position = 6`,
			`UPDATE events SET position = 6 WHERE position = -1`}, 5, "moved"},
		"head changed": {[]string{`UPDATE heads SET hash = zeroblob(32) WHERE stream = 'oasc'`}, 0, "stream oasc"},
		"head removed": {[]string{`DELETE FROM heads WHERE stream = ''`}, 1, "record says 0"},
		"copied": {[]string{
			`INSERT INTO events SELECT 13, stream, 5, time, kind, key || 'x', data, prev_hash, prev_global, hash FROM events WHERE position = 12`}, 13, "changed"},
		"no such column": {[]string{`ALTER TABLE events RENAME COLUMN data TO content`}, 0, "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := filled(t, 12)
			tamper(t, path, c.sql...)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Open(path)
			if err == nil {
				defer l.Close()
				err = l.Verify(t.Context())
				if _, readErr := l.Events(t.Context()); readErr == nil && !strings.HasPrefix(name, "head changed") && name != "last removed with the ledger's head" {
					t.Error("reading the ledger noticed nothing")
				}
			}
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) {
				t.Fatalf("got %v, expected a CorruptError", err)
			}
			if corrupt.Position != c.position || !strings.Contains(err.Error(), c.seen) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v; expected event %d with %q", err, c.position, c.seen)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestStreamReadNoticesItsOwnEnd: reading one stream sees that its last event is
// gone, though the events of the others are all there.
func TestStreamReadNoticesItsOwnEnd(t *testing.T) {
	path, _ := filled(t, 12)
	tamper(t, path, `DELETE FROM events WHERE position = 10`)
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var corrupt *CorruptError
	if _, err := l.Events(t.Context(), "aarhus"); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), "stream aarhus has 3 events") {
		t.Errorf("got %v", err)
	}
	if _, err := l.Events(t.Context(), "oasc"); err != nil {
		t.Errorf("a stream that is whole can't be read: %v", err)
	}
}

func TestAnchors(t *testing.T) {
	path, all := filled(t, 12)
	old := Head{12, all[11].Hash}
	tamper(t, path, `DELETE FROM events WHERE position > 9`, `DELETE FROM heads`,
		`INSERT INTO heads SELECT '', position, hash FROM events WHERE position = 9`,
		`INSERT INTO heads SELECT stream, seq, hash FROM events WHERE position IN (7, 8, 9)`)
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(t.Context()); err != nil {
		t.Errorf("an end that was cut off with all heads can't be noticed without an anchor: %v", err)
	}
	var corrupt *CorruptError
	if err := l.Verify(t.Context(), Head{4, all[3].Hash}, old); !errors.As(err, &corrupt) || corrupt.Position != 10 {
		t.Errorf("got %v", err)
	}
	if err := l.Verify(t.Context(), Head{4, all[4].Hash}); !errors.As(err, &corrupt) || corrupt.Position != 4 {
		t.Errorf("got %v", err)
	}
	if err := l.Since(t.Context(), Head{4, all[4].Hash}, func(Event) error { return nil }); !errors.As(err, &corrupt) {
		t.Errorf("reading on from a head of another ledger: %v", err)
	}
	if err := l.Since(t.Context(), old, func(Event) error { return nil }); !errors.As(err, &corrupt) {
		t.Errorf("reading on from a head that is past the end: %v", err)
	}
}

func TestGuards(t *testing.T) {
	path, _ := filled(t, 3)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{
		`UPDATE events SET data = '{}'`, `DELETE FROM events`, `DELETE FROM events WHERE position = 3`,
		`INSERT OR REPLACE INTO events SELECT 1, stream, seq, time, kind, key, '{}', prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`INSERT OR REPLACE INTO events SELECT 4, stream, seq, time, kind, '', '{}', prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`INSERT OR REPLACE INTO events SELECT 4, stream, 2, time, kind, key, '{}', prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`INSERT INTO events SELECT 9, stream, 2, time, kind, '', data, prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`DELETE FROM heads`, `UPDATE heads SET seq = 1 WHERE stream = ''`, `INSERT OR REPLACE INTO heads VALUES ('', 1, zeroblob(32))`,
	} {
		if _, err := db.Exec(s); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v; expected the guard to refuse it", s, err)
		}
	}
}

func TestMissingGuardIsNamed(t *testing.T) {
	path, _ := filled(t, 3)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("DROP TRIGGER events_keep_delete"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var corrupt *CorruptError
	if err := l.Verify(t.Context()); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), "events_keep_delete") {
		t.Errorf("got %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	newer, _ := filled(t, 1)
	db, err = sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	lost := filepath.Join(dir, "lost.db")
	write("lost.db-wal", "something")
	for name, c := range map[string]struct {
		path    string
		want    string
		corrupt bool
	}{
		"empty":              {write("empty.db", ""), "is empty", true},
		"text":               {write("text.db", strings.Repeat("no ledger ", 1000)), "is no ledger", true},
		"short":              {write("short.db", "x"), "is no ledger", true},
		"foreign":            {foreign, "application id", true},
		"only a log":         {lost, "write-ahead log", true},
		"a folder":           {dir, "is a folder", false},
		"no folder":          {filepath.Join(dir, "none", "x.db"), "can't be made", false},
		"of a newer version": {newer, "use the newer mimcheck", false},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			l, err := Open(c.path)
			if err == nil {
				l.Close()
			}
			var corrupt *CorruptError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &corrupt) != c.corrupt {
				t.Errorf("got %v; expected an error with %q", err, c.want)
			}
			if after, _ := os.ReadFile(c.path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*tmp*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFlippedBytes: whatever byte of the file is damaged, the ledger either says so
// or still gives every event as it was written.
func TestFlippedBytes(t *testing.T) {
	path, all := filled(t, 30)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	tries, step := 0, len(whole)/600+1
	if testing.Short() {
		step *= 10
	}
	noticed := 0
	for at := 0; at < len(whole); at += 1 + r.IntN(2*step) {
		tries++
		damaged := bytes.Clone(whole)
		damaged[at] ^= byte(1 + r.IntN(255))
		where := filepath.Join(t.TempDir(), "damaged.db")
		if err := os.WriteFile(where, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(t.Context(), where)
		var corrupt *CorruptError
		switch {
		case errors.As(err, &corrupt):
			noticed++
		case err != nil:
			t.Errorf("byte %d: %v is no CorruptError", at, err)
		case !slices.EqualFunc(got, all, same):
			t.Errorf("byte %d: other events were read and nothing was noticed", at)
		}
	}
	if noticed < tries/10 {
		t.Errorf("only %d of %d damages were noticed", noticed, tries)
	}
	t.Logf("%d of %d damages noticed, the rest is in unused room", noticed, tries)
}

func TestTruncated(t *testing.T) {
	path, all := filled(t, 30)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1; size < len(whole); size += 1777 {
		where := filepath.Join(t.TempDir(), "cut.db")
		if err := os.WriteFile(where, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(t.Context(), where)
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) && !slices.EqualFunc(got, all, same) {
			t.Errorf("cut to %d bytes: %d events, %v", size, len(got), err)
		}
	}
}

func readAll(ctx context.Context, path string) ([]Event, error) {
	l, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if err := l.Verify(ctx); err != nil {
		return nil, err
	}
	return l.Events(ctx)
}
