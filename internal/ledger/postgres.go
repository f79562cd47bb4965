package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgresVersions is the table of goose: one of our own, since the database may have
// those of other programs.
const postgresVersions = "mimcheck_ledger_version"

// postgresStore keeps a ledger in the tables of one schema of a PostgreSQL database:
// the first of the connection's search_path.
type postgresStore struct{ db *sql.DB }

// isPostgres says whether a ledger's path is the URL of a PostgreSQL database.
func isPostgres(path string) bool {
	return strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://")
}

func openPostgres(path string) (*postgresStore, error) {
	s, err := connectPostgres(path)
	if err != nil {
		return nil, err
	}
	if err := s.ready(context.Background()); err != nil {
		err = errors.Join(err, s.close())
		if s.corrupt(err) {
			return nil, &CorruptError{Path: Name(path), Problem: "its tables are damaged, or are those of something else", Err: err}
		}
		return nil, unopened(path, err)
	}
	return s, nil
}

func unopened(path string, err error) error {
	return fmt.Errorf("the ledger %s can't be opened: %w", Name(path), err)
}

// connectPostgres prepares connections, and makes none yet.
func connectPostgres(path string) (*postgresStore, error) {
	config, err := pgx.ParseConfig(path)
	if err != nil {
		return nil, unopened(path, err) // pgx leaves the password out
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = busyTimeout * time.Millisecond
	}
	config.RuntimeParams["application_name"] = "mimcheck"
	// What the ledger promises, whatever the server's settings are: a commit is on disk,
	// and who waits for another writer gives up in the end.
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["lock_timeout"] = fmt.Sprint(busyTimeout)
	s := &postgresStore{db: stdlib.OpenDB(*config)}
	s.db.SetMaxOpenConns(5)
	return s, nil
}

func existsPostgres(ctx context.Context, path string) (bool, error) {
	s, err := connectPostgres(path)
	if err != nil {
		return false, err
	}
	made, err := s.made(ctx)
	if err = errors.Join(err, s.close()); err != nil {
		return false, unopened(path, err)
	}
	return made, nil
}

// made says whether the tables are there.
func (s *postgresStore) made(ctx context.Context) (made bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", postgresVersions).Scan(&made)
	return made, err
}

// ready makes the tables where there are none, and brings them up to date.
func (s *postgresStore) ready(ctx context.Context) error {
	var encoding string
	if err := s.db.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has the encoding %s, expected UTF8: events hold names in every script", encoding)
	}
	p, err := migrationsOf(goose.DialectPostgres, "postgres", postgresVersions, s.db)
	if err != nil {
		return err
	}
	if old, err := s.outdated(ctx, p); !old || err != nil {
		return err
	}
	// One process at a time; the others see then that it is done.
	const lock = 0x4d494d4c // "MIML"
	c, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool, without the lock
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return waited(err)
	}
	old, err := s.outdated(ctx, p)
	if old && err == nil {
		_, err = p.Up(ctx)
	}
	_, unlocked := c.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", lock)
	return errors.Join(err, unlocked)
}

func (s *postgresStore) outdated(ctx context.Context, p *goose.Provider) (bool, error) {
	if made, err := s.made(ctx); !made || err != nil {
		return true, err
	}
	return outdated(ctx, s.db, postgresVersions, p)
}

func (s *postgresStore) view(ctx context.Context, f func(tx) error) error {
	return inTransaction(ctx, s.db, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, f)
}

// update takes the lock that no other writer gets, and no reader needs. After it every
// statement sees what the writer before has committed.
func (s *postgresStore) update(ctx context.Context, f func(tx) error) error {
	return waited(inTransaction(ctx, s.db, nil, f, "LOCK TABLE heads IN EXCLUSIVE MODE"))
}

// waited adds what to do when another process has held the ledger for too long.
func waited(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "55P03" { // lock_not_available
		return fmt.Errorf("another process has been writing to the ledger for more than %s: try again when it is done: %w", busyTimeout*time.Millisecond, err)
	}
	return err
}

// inspect checks that the triggers are there, and not switched off, that keep events
// from being changed.
func (s *postgresStore) inspect(ctx context.Context) error {
	for _, name := range []string{
		"events_keep_update", "events_keep_delete", "events_keep_truncate", "events_at_end",
		"heads_keep_delete", "heads_keep_truncate", "heads_forward",
	} {
		var n int
		const query = "SELECT COUNT(*) FROM pg_trigger WHERE tgname = $1 AND tgenabled IN ('O', 'A') AND tgrelid IN ('events'::regclass, 'heads'::regclass)"
		if err := s.db.QueryRowContext(ctx, query, name).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return damage{problem: "the trigger " + name + " is missing, which keeps events from being changed: somebody took it away"}
		}
	}
	return nil
}

// corrupt: every statement is fixed, so that one which the server does not understand
// (class 42, without a lack of rights) was written for other tables.
func (s *postgresStore) corrupt(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return true
	case "42501", "42P07", "42710": // insufficient_privilege; what a migration would make is there
		return false
	}
	return strings.HasPrefix(e.Code, "42")
}

func (s *postgresStore) close() error { return s.db.Close() }
