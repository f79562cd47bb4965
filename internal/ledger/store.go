package ledger

import "context"

// store keeps events. What it has to do is in contract_test.go, which every store
// passes; what the events mean, and whether they are whole, is not its business.
type store interface {
	// view runs f over one unchanging state of the ledger.
	view(ctx context.Context, f func(tx) error) error
	// update runs f as the only writer, and keeps all of what f did or, when f or
	// the store fails, nothing. What it kept survives a crash right after.
	update(ctx context.Context, f func(tx) error) error
	// inspect asks the storage itself whether it is whole.
	inspect(ctx context.Context) error
	// corrupt says whether err, of any of these methods and no damage, means that the
	// storage is damaged.
	corrupt(err error) bool
	close() error
}

// tx reads, and in an update writes, one state of the ledger.
type tx interface {
	// head is the end of a stream, or with "" of the ledger; zero when there is none.
	head(stream string) (Head, error)
	// heads are the ends of all streams, without that of the ledger.
	heads() (map[string]Head, error)
	// scan calls f with the events of the streams (none: of all) whose position is
	// greater than after, in the order of position, as they are stored.
	scan(after int64, streams []string, f func(Event) error) error
	// last is the event with the greatest position.
	last() (e Event, found bool, err error)
	// at is the event in a place of the ledger.
	at(position int64) (e Event, found bool, err error)
	// byKey finds the event with a key.
	byKey(key string) (e Event, found bool, err error)
	// insert adds an event with everything that it has.
	insert(e Event) error
	// setHead moves the end of a stream, or with "" of the ledger.
	setHead(stream string, h Head) error
	// kept calls f with every row of what is kept beside the events.
	kept(f func(name string, data []byte) error) error
	// keptRow is the row with a name, nil for none.
	keptRow(name string) ([]byte, error)
	// countKept is the number of rows that have a name.
	countKept() (int, error)
	// keep puts a row in place of the one with its name.
	keep(name string, data []byte) error
	// dropKept removes all of those rows.
	dropKept() error
}

// damage is what a store itself found wrong with its content.
type damage struct {
	position int64 // of the event concerned, 0 when unknown
	problem  string
}

func (d damage) Error() string { return d.problem }
