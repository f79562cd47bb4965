package ledger

import (
	"fmt"
	"strings"
)

// CorruptError says that a ledger is not as it was written. The ledger is left as
// it is: what to trust is for people to decide.
type CorruptError struct {
	Path     string
	Position int64  // of the first event that is wrong; 0 when it is the file itself
	Stream   string // of that event, when known
	Seq      int64
	Line     int64  // of an export, from 1; 0 when it is a ledger
	Problem  string // what was expected and what was seen
	Err      error  // of the storage, when it was that which complained
}

// Error names the ledger, the place and the problem.
func (e *CorruptError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the ledger %s is corrupt", e.Path)
	if e.Position > 0 {
		fmt.Fprintf(&b, " at event %d", e.Position)
		if e.Stream != "" {
			fmt.Fprintf(&b, " (%s, number %d)", e.Stream, e.Seq)
		}
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, " in line %d", e.Line)
	}
	b.WriteString(": " + e.Problem)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	b.WriteString("; it has not been changed: restore a copy, or import an export of it into a new ledger")
	return b.String()
}

// Unwrap gives the storage's error.
func (e *CorruptError) Unwrap() error { return e.Err }

// DuplicateError says that an event with the same key is there already.
type DuplicateError struct {
	Key      string
	Existing Event
}

// Error names the key and the event that has it.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("%s is recorded already, as event %d of %s on %s: an event counts once, nothing was added",
		e.Key, e.Existing.Seq, e.Existing.Stream, e.Existing.Time.Format("2006-01-02 15:04:05Z"))
}

// KeptError says that what is kept beside the events is not what was computed from them.
// The events themselves are not concerned.
type KeptError struct {
	Path    string
	Problem string
}

// Error names the ledger, the problem and what helps.
func (e *KeptError) Error() string {
	return fmt.Sprintf("what is kept beside the events of the ledger %s is wrong: %s; the events are not concerned, and `mimcheck status --recompute` makes it anew from them", e.Path, e.Problem)
}
