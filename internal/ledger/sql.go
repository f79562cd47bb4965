package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

// migrationsOf are the migrations of a dialect of SQL; versions is the table in which
// goose keeps which of them were made.
func migrationsOf(dialect database.Dialect, dir, versions string, db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+dir)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, files, goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true))
}

// outdated says whether the tables, which have a version, need the migrations of p.
// Tables of a later program than this one are an error.
func outdated(ctx context.Context, db *sql.DB, versions string, p *goose.Provider) (bool, error) {
	var version int64
	if err := db.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+versions+" WHERE is_applied").Scan(&version); err != nil {
		return false, err
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if version > newest {
		return false, fmt.Errorf("its tables have version %d, this program knows up to %d: use the newer mimcheck that wrote it", version, newest)
	}
	return version < newest, nil
}

// inTransaction runs f in a transaction, after the statements in first.
func inTransaction(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(tx) error, first ...string) error {
	t, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	for _, statement := range first {
		if _, err := t.ExecContext(ctx, statement); err != nil {
			return errors.Join(err, t.Rollback())
		}
	}
	if err := f(sqlTx{ctx, t}); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Commit()
}

// sqlTx is a transaction of a store in SQL. Its statements are those that SQLite and
// PostgreSQL both know.
type sqlTx struct {
	ctx context.Context
	tx  *sql.Tx
}

func (t sqlTx) head(stream string) (Head, error) {
	var h Head
	err := t.tx.QueryRowContext(t.ctx, "SELECT seq, hash FROM heads WHERE stream = $1", stream).Scan(&h.Count, scanHash{&h.Hash})
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	return h, err
}

func (t sqlTx) heads() (map[string]Head, error) {
	all := map[string]Head{}
	err := rows(t.ctx, t.tx, func(scan func(...any) error) error {
		var stream string
		var h Head
		if err := scan(&stream, &h.Count, scanHash{&h.Hash}); err != nil {
			return err
		}
		all[stream] = h
		return nil
	}, "SELECT stream, seq, hash FROM heads WHERE stream <> ''")
	return all, err
}

const columns = "position, stream, seq, time, kind, key, data, prev_hash, prev_global, hash"

func (t sqlTx) scan(after int64, streams []string, f func(Event) error) error {
	query, args := "SELECT "+columns+" FROM events WHERE position > $1", []any{after}
	if len(streams) > 0 {
		places := make([]string, len(streams))
		for i, s := range streams {
			args = append(args, s)
			places[i] = fmt.Sprintf("$%d", len(args))
		}
		query += " AND stream IN (" + strings.Join(places, ", ") + ")"
	}
	return t.events(f, query+" ORDER BY position", args...)
}

func (t sqlTx) last() (Event, bool, error) {
	return t.one("ORDER BY position DESC LIMIT 1")
}

func (t sqlTx) at(position int64) (Event, bool, error) {
	return t.one("WHERE position = $1", position)
}

func (t sqlTx) byKey(key string) (Event, bool, error) {
	return t.one("WHERE key = $1 AND key <> ''", key)
}

func (t sqlTx) one(where string, args ...any) (e Event, found bool, err error) {
	err = t.events(func(only Event) error {
		e, found = only, true
		return nil
	}, "SELECT "+columns+" FROM events "+where, args...)
	return e, found, err
}

func (t sqlTx) events(f func(Event) error, query string, args ...any) error {
	return rows(t.ctx, t.tx, func(scan func(...any) error) error {
		e, err := readEvent(scan)
		if err != nil {
			return err
		}
		return f(e)
	}, query, args...)
}

// rows calls f for each row of a query.
func rows(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, f func(scan func(...any) error) error, query string, args ...any) (err error) {
	r, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for r.Next() {
		if err := f(r.Scan); err != nil {
			return err
		}
	}
	return r.Err()
}

func (t sqlTx) insert(e Event) error {
	_, err := t.tx.ExecContext(t.ctx, "INSERT INTO events ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		e.Position, e.Stream, e.Seq, e.Time.Format(timeForm), e.Kind, e.Key, string(e.Data), e.PrevHash[:], e.PrevGlobal[:], e.Hash[:])
	return err
}

func (t sqlTx) setHead(stream string, h Head) error {
	result, err := t.tx.ExecContext(t.ctx, "UPDATE heads SET seq = $1, hash = $2 WHERE stream = $3", h.Count, h.Hash[:], stream)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = t.tx.ExecContext(t.ctx, "INSERT INTO heads (stream, seq, hash) VALUES ($1, $2, $3)", stream, h.Count, h.Hash[:])
	return err
}

func (t sqlTx) kept(f func(name string, data []byte) error) error {
	return rows(t.ctx, t.tx, func(scan func(...any) error) error {
		var name string
		var data []byte
		if err := scan(&name, &data); err != nil {
			return err
		}
		return f(name, data)
	}, "SELECT name, data FROM kept ORDER BY name")
}

func (t sqlTx) keptRow(name string) (data []byte, err error) {
	err = t.tx.QueryRowContext(t.ctx, "SELECT data FROM kept WHERE name = $1", name).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

func (t sqlTx) countKept() (n int, err error) {
	err = t.tx.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM kept WHERE name <> ''").Scan(&n)
	return n, err
}

func (t sqlTx) keep(name string, data []byte) error {
	_, err := t.tx.ExecContext(t.ctx, "INSERT INTO kept (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data", name, data)
	return err
}

func (t sqlTx) dropKept() error {
	_, err := t.tx.ExecContext(t.ctx, "DELETE FROM kept")
	return err
}

// readEvent reads a row as it is stored: what is wrong with it shows in its hash.
func readEvent(scan func(...any) error) (Event, error) {
	var e Event
	var at, data string
	if err := scan(&e.Position, &e.Stream, &e.Seq, &at, &e.Kind, &e.Key, &data,
		scanHash{&e.PrevHash}, scanHash{&e.PrevGlobal}, scanHash{&e.Hash}); err != nil {
		return e, damage{e.Position, err.Error()}
	}
	e.Data = []byte(data)
	var err error
	if e.Time, err = time.Parse(timeForm, at); err != nil || e.Time.Format(timeForm) != at {
		return e, damage{e.Position, fmt.Sprintf("its time is %.40q", at)}
	}
	return e, nil
}

// scanHash reads a digest from a column.
type scanHash struct{ to *Hash }

// Scan implements sql.Scanner.
func (s scanHash) Scan(from any) error {
	b, ok := from.([]byte)
	if !ok || len(b) != len(s.to) {
		return fmt.Errorf("expected a digest of %d bytes", len(s.to))
	}
	copy(s.to[:], b)
	return nil
}
