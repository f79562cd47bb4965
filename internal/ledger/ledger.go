// Package ledger is an append-only, hash-chained store of events.
//
// What it notices, and names by the first event concerned: an event whose content
// changed, one that is missing, one that was put in or moved, an end that was cut
// off, a storage file that is damaged. It never repairs: it reports.
//
// What no ledger can notice by itself: that somebody with write access to the file
// replaced it as a whole by an older copy, or rewrote it from some event on with
// all hashes and heads computed anew. Against that, keep heads (see Ledger.Head)
// where that person can't write, such as in signed exports, and give them to Verify.
package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// Ledger is an open ledger. It may be used by many goroutines, and the same ledger
// by many processes, at the same time.
type Ledger struct {
	store store
	path  string
	now   func() time.Time
}

// Option changes how a ledger is opened.
type Option func(*Ledger)

// WithClock makes the ledger take the times of its events from now.
func WithClock(now func() time.Time) Option { return func(l *Ledger) { l.now = now } }

// Open opens the ledger in the SQLite file at path, and makes one where there is no
// file; or that in the PostgreSQL database which path is the URL of
// (postgres://user@host/database), in the first schema of its search_path, and makes
// its tables where there are none. What is damaged, or is something else, is left as it
// is: *CorruptError. Close the result.
func Open(path string, options ...Option) (*Ledger, error) {
	l := &Ledger{path: Name(path), now: time.Now}
	for _, o := range options {
		o(l)
	}
	var err error
	if l.store, err = openStore(path); err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err = l.View(ctx, (*View).checkEnd); err != nil {
		// The whole is read to name the first event that is wrong.
		err = cmp.Or(l.View(ctx, func(v *View) error { return v.verify(nil) }), err)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func openStore(path string) (store, error) {
	switch {
	case isPostgres(path):
		return openPostgres(path)
	case IsURL(path):
		return nil, otherURL(path)
	}
	return openSQLite(path)
}

func otherURL(path string) error {
	return fmt.Errorf("the ledger %s can't be opened: expected a file, or a URL that begins with postgres://", Name(path))
}

// IsURL says whether the path of a ledger is a URL rather than a file.
func IsURL(path string) bool { return strings.Contains(path, "://") }

// Exists says whether there is a ledger at path, which Open would otherwise make.
func Exists(ctx context.Context, path string) (bool, error) {
	switch {
	case isPostgres(path):
		return existsPostgres(ctx, path)
	case IsURL(path):
		return false, otherURL(path)
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Name is the path of a ledger as it may be shown: a URL without its password.
func Name(path string) string {
	if !IsURL(path) {
		return path
	}
	u, err := url.Parse(path)
	if err != nil {
		scheme, _, _ := strings.Cut(path, "://")
		return scheme + "://…"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// Path is where the ledger is, as Name shows it.
func (l *Ledger) Path() string { return l.path }

// Close frees the ledger.
func (l *Ledger) Close() error { return l.store.close() }

// Now is the time by the ledger's clock, UTC, in the precision of events.
func (l *Ledger) Now() time.Time { return l.now().UTC().Truncate(time.Microsecond) }

// Append adds one event; see Update for adding on a condition. When it returns
// without error the event is on disk. Errors: *DuplicateError, *CorruptError, or
// what is wrong with the draft; then nothing was added.
func (l *Ledger) Append(ctx context.Context, d Draft) (Event, error) {
	var e Event
	err := l.Update(ctx, func(u *Update) (err error) {
		e, err = u.Append(d)
		return err
	})
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

// Update runs f as the only writer of the ledger: what f reads is true until what
// it appends is there. All of f's events are added or, when f gives an error, none.
func (l *Ledger) Update(ctx context.Context, f func(*Update) error) error {
	err := l.store.update(ctx, func(t tx) error {
		return f(&Update{View{tx: t, ledger: l}})
	})
	return l.explain(err)
}

// View runs f over one state of the ledger that no writer changes.
func (l *Ledger) View(ctx context.Context, f func(*View) error) error {
	err := l.store.view(ctx, func(t tx) error {
		return f(&View{tx: t, ledger: l})
	})
	return l.explain(err)
}

// Events gives the events of the streams, or of all, in the order of the ledger,
// after it has verified their chains. See Scan for ledgers that don't fit in memory.
func (l *Ledger) Events(ctx context.Context, streams ...string) ([]Event, error) {
	var events []Event
	err := l.View(ctx, func(v *View) (err error) {
		events, err = v.Events(streams...)
		return err
	})
	return events, err
}

// Since calls f with every event after head, in order, verified as it goes. The
// ledger must go through head: an error says when it is another one.
func (l *Ledger) Since(ctx context.Context, head Head, f func(Event) error) error {
	return l.View(ctx, func(v *View) error { return v.Since(head, f) })
}

// Streams lists the streams that have events, sorted.
func (l *Ledger) Streams(ctx context.Context) ([]string, error) {
	var streams []string
	err := l.View(ctx, func(v *View) error {
		heads, err := v.tx.heads()
		for stream := range heads {
			streams = append(streams, stream)
		}
		return err
	})
	slices.Sort(streams)
	return streams, err
}

// Head is the end of the ledger: its number of events and the last one's hash.
func (l *Ledger) Head(ctx context.Context) (Head, error) {
	var h Head
	err := l.View(ctx, func(v *View) (err error) {
		h, err = v.tx.head("")
		return err
	})
	return h, err
}

// explain turns the storage's complaints about damage into CorruptErrors.
func (l *Ledger) explain(err error) error {
	var known *CorruptError
	if err == nil || errors.As(err, &known) {
		return err
	}
	var found damage
	if errors.As(err, &found) {
		return &CorruptError{Path: l.path, Position: found.position, Problem: found.problem}
	}
	if !l.store.corrupt(err) {
		return err
	}
	return &CorruptError{Path: l.path, Problem: "its storage can't be read as what was written", Err: err}
}
