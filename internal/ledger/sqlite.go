package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"

	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks the file as a ledger; the migrations set it.
const applicationID = 0x4d494d4c // "MIML"

// sqliteVersions is goose's own table; its name is the one that goose gives it.
const sqliteVersions = "goose_db_version"

// busyTimeout is how long a writer waits for another one, in milliseconds.
const busyTimeout = 10_000

// sqliteStore keeps a ledger in one SQLite file, in WAL mode so that readers and
// the writer don't wait for one another, and syncs at every commit.
type sqliteStore struct {
	write *sql.DB // one connection; every transaction takes the write lock at once
	read  *sql.DB
}

func openSQLite(path string) (*sqliteStore, error) {
	ctx := context.Background()
	// Only Stat: to open and close the file here would drop the locks that SQLite
	// holds for this process.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := createSQLite(ctx, path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("the ledger can't be opened: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder: expected the ledger's file", path)
	case info.Size() == 0:
		return nil, &CorruptError{Path: path, Problem: "the file is empty, expected at least the beginning of a ledger"}
	}
	s := connectSQLite(path, "rw")
	if err := s.ready(ctx); err != nil {
		err = errors.Join(err, s.close())
		if s.corrupt(err) {
			return nil, &CorruptError{Path: path, Problem: "the file is damaged, or is no ledger", Err: err}
		}
		return nil, fmt.Errorf("the ledger %s can't be opened: %w", path, err)
	}
	return s, nil
}

func connectSQLite(path, mode string) *sqliteStore {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole // so that it is never one of SQLite's special names
	}
	open := func(lock string, pragmas ...string) *sql.DB {
		q := url.Values{"mode": {mode}, "_txlock": {lock}, "_pragma": append([]string{
			fmt.Sprintf("busy_timeout(%d)", busyTimeout), "trusted_schema(0)", "cell_size_check(1)",
		}, pragmas...)}
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
		if err != nil {
			panic(err) // only an unknown driver name makes it fail
		}
		return db
	}
	s := &sqliteStore{
		write: open("immediate", "synchronous(FULL)", "fullfsync(1)"),
		read:  open("deferred", "query_only(1)"),
	}
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(4)
	return s
}

// createSQLite makes the file under another name first, so that there is never a
// half-made ledger, and two processes that do this at once end up with one.
func createSQLite(ctx context.Context, path string) error {
	if _, err := os.Stat(path + "-wal"); err == nil {
		return &CorruptError{Path: path, Problem: "the file is missing while its write-ahead log " + path + "-wal is there"}
	}
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()+".tmp")
	defer func() { _ = os.Remove(temporary) }() // gone already when it was renamed
	s := connectSQLite(temporary, "rwc")
	_, err := s.write.ExecContext(ctx, "PRAGMA journal_mode=WAL")
	if err == nil {
		var p *goose.Provider
		if p, err = migrationsOf(goose.DialectSQLite3, "sqlite", sqliteVersions, s.write); err == nil {
			_, err = p.Up(ctx)
		}
	}
	if err = errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("the ledger %s can't be made: %w", path, err)
	}
	// A link, unlike a rename, does not replace what another process has just made.
	if err := os.Link(temporary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, there := os.Stat(path); there != nil {
			err = os.Rename(temporary, path)
		}
		if err != nil {
			return fmt.Errorf("the ledger %s can't be made: %w", path, err)
		}
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the new name durable. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("can't sync %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// ready checks that the file is a ledger, and brings its tables up to date.
func (s *sqliteStore) ready(ctx context.Context) error {
	var id int64
	if err := s.read.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != applicationID {
		return errNoLedger
	}
	p, err := migrationsOf(goose.DialectSQLite3, "sqlite", sqliteVersions, s.write)
	if err != nil {
		return err
	}
	old, err := outdated(ctx, s.read, sqliteVersions, p)
	if !old || err != nil {
		return err
	}
	if _, err = p.Up(ctx); err != nil {
		if old, again := outdated(ctx, s.read, sqliteVersions, p); !old && again == nil {
			return nil // another process has done it meanwhile
		}
	}
	return err
}

var errNoLedger = errors.New("its application id is not that of a mimcheck ledger")

func (s *sqliteStore) view(ctx context.Context, f func(tx) error) error {
	return busy(inTransaction(ctx, s.read, &sql.TxOptions{ReadOnly: true}, f))
}

func (s *sqliteStore) update(ctx context.Context, f func(tx) error) error {
	return busy(inTransaction(ctx, s.write, nil, f))
}

// busy adds what to do when another process has held the ledger for too long.
func busy(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("another process has been writing to the ledger for more than %s: try again when it is done: %w", busyTimeout*time.Millisecond, err)
	}
	return err
}

func (s *sqliteStore) inspect(ctx context.Context) error {
	var problems []string
	err := rows(ctx, s.read, func(scan func(...any) error) error {
		var p string
		if err := scan(&p); err != nil {
			return err
		}
		if p != "ok" {
			problems = append(problems, p)
		}
		return nil
	}, "PRAGMA integrity_check(5)")
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return damage{problem: strings.Join(problems, "; ")}
	}
	return s.guarded(ctx)
}

// guarded checks that the triggers are there that keep events from being changed.
func (s *sqliteStore) guarded(ctx context.Context) error {
	for _, name := range []string{"events_keep_update", "events_keep_delete", "events_at_end", "heads_keep_delete", "heads_forward", "heads_once"} {
		var n int
		if err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger' AND name = ?", name).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return damage{problem: "the trigger " + name + " is missing, which keeps events from being changed: somebody took it away"}
		}
	}
	return nil
}

func (s *sqliteStore) corrupt(err error) bool {
	if errors.Is(err, errNoLedger) {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	case sqlite3.SQLITE_ERROR: // every statement is fixed: the tables are not the ones that it was written for
		return true
	}
	return false
}

func (s *sqliteStore) close() error { return errors.Join(s.read.Close(), s.write.Close()) }
