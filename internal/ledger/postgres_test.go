package ledger

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
)

func TestName(t *testing.T) {
	for path, want := range map[string]string{
		"ledger.db": "ledger.db", "/a:b@c/ledger.db": "/a:b@c/ledger.db",
		"postgres://wg:secret@db.example.org/mims?sslmode=verify-full": "postgres://wg:xxxxx@db.example.org/mims?sslmode=verify-full",
		"postgresql://db.example.org/mims?user=wg&password=secret":     "postgresql://db.example.org/mims?password=xxxxx&user=wg",
		"postgres://wg:secret@db example/%zz":                          "postgres://…",
		"postgres://wg@db.example.org/mims":                            "postgres://wg@db.example.org/mims",
	} {
		if got := Name(path); got != want {
			t.Errorf("%s is shown as %s, expected %s", path, got, want)
		}
	}
}

func TestPostgresThatIsNotThere(t *testing.T) {
	for _, u := range []string{
		"postgres://wg:secret@127.0.0.1:1/mims?connect_timeout=2",
		"postgres://wg:secret@127.0.0.1:1/mims?sslmode=maybe",
		"postgres://wg:secret@127.0.0.1:port/mims",
	} {
		l, err := Open(u)
		if err == nil {
			l.Close()
		}
		var corrupt *CorruptError
		if err == nil || errors.As(err, &corrupt) || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "can't be opened") {
			t.Errorf("%s: got %v; expected an error without the password", Name(u), err)
		}
	}
}

func TestPostgresRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		made    string // before it is opened
		want    string
		corrupt bool
	}{
		"tables of something else": {`CREATE TABLE events (x INT)`, "already exists", false},
		"of a newer version": {`CREATE TABLE mimcheck_ledger_version (id INT, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP);
			INSERT INTO mimcheck_ledger_version VALUES (1, 99, TRUE, now())`, "use the newer mimcheck", false},
		"without its tables": {`CREATE TABLE mimcheck_ledger_version (id INT, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP);
			INSERT INTO mimcheck_ledger_version SELECT n, n, TRUE, now() FROM generate_series(0, 1) n`, "can't be read", true},
	} {
		t.Run(name, func(t *testing.T) {
			at := ledgertest.Postgres(t)
			postgresExec(t, at, c.made)
			l, err := Open(at)
			if err == nil {
				l.Close()
			}
			var corrupt *CorruptError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &corrupt) != c.corrupt {
				t.Errorf("got %v; expected an error with %q", err, c.want)
			}
		})
	}
}

// TestPostgresGuards: what a user who may write the tables does by mistake is refused.
func TestPostgresGuards(t *testing.T) {
	at := ledgertest.Postgres(t)
	l, err := Open(at)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 3 {
		appendNote(t, l, "aarhus", "", "x")
	}
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{
		`UPDATE events SET data = '{}'`, `DELETE FROM events`, `DELETE FROM events WHERE position = 3`, `TRUNCATE events`,
		`INSERT INTO events SELECT 9, stream, 4, time, kind, '', data, prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`INSERT INTO events SELECT 4, stream, 9, time, kind, '', data, prev_hash, prev_global, hash FROM events WHERE position = 1`,
		`INSERT INTO events SELECT 4, stream, 4, time, kind, '', data, prev_hash, prev_global, hash FROM events WHERE position = 1
			ON CONFLICT (position) DO UPDATE SET data = '{}'`,
		`DELETE FROM heads`, `TRUNCATE heads`, `UPDATE heads SET seq = 1 WHERE stream = ''`, `UPDATE heads SET stream = 'x', seq = 99`,
	} {
		if _, err := db.Exec(s); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v; expected the guard to refuse it", s, err)
		}
	}
	if _, err := db.Exec("ALTER TABLE events DISABLE TRIGGER events_keep_delete"); err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	if err := l.Verify(t.Context()); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), "events_keep_delete") {
		t.Errorf("got %v", err)
	}
}

func postgresExec(t *testing.T, at, statements string) {
	t.Helper()
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}
