package ledger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// An export is a file of lines, each a JSON object in the form of RFC 8785:
//
//	{"format":"mimcheck-ledger","version":1}
//	the events in their order, as Event.Line gives them
//	{"end":{"events":N,"head":"<hash of the last event>","sha256":"<of all bytes before this line>"},"seal":...}
//
// The seal is a signature over the bytes of the object "end", in whatever JSON the
// signer gives; it is left out of an export that is not signed.
const exportHeader = `{"format":"mimcheck-ledger","version":1}` + "\n"

// maxLine is the longest line of an export, in bytes: data and what stands around it.
const maxLine = MaxData + 1<<14

// Sign signs a payload and gives the signature as JSON, such as a DSSE envelope.
type Sign func(payload []byte) (seal json.RawMessage, err error)

// Check says why a signature is not one of a payload by a key that is trusted.
type Check func(payload []byte, seal json.RawMessage) error

// ErrNotSigned says that an export has no signature, where one was asked for.
var ErrNotSigned = errors.New("the export is not signed: expected a signature of a trusted key; import it without a key only if you trust where it comes from")

// end is the last line of an export.
type end struct {
	End  json.RawMessage `json:"end"`
	Seal json.RawMessage `json:"seal,omitempty"`
}

// summary is what an export says of itself. Its fields are in the order of RFC 8785.
type summary struct {
	Events int64 `json:"events"`
	Head   Hash  `json:"head"`
	SHA256 Hash  `json:"sha256"`
}

// Export writes the whole ledger, verified as it goes, and gives its head. Without
// sign the export is not signed.
func (l *Ledger) Export(ctx context.Context, w io.Writer, sign Sign) (Head, error) {
	digest := sha256.New()
	out := bufio.NewWriter(w)
	both := io.MultiWriter(out, digest)
	var head Head
	err := l.View(ctx, func(v *View) error {
		if _, err := io.WriteString(both, exportHeader); err != nil {
			return err
		}
		return v.Since(Head{}, func(e Event) error {
			head = Head{e.Position, e.Hash}
			_, err := both.Write(append(e.Line(), '\n'))
			return err
		})
	})
	if err != nil {
		return Head{}, err
	}
	last := end{End: summaryOf(head, digest)}
	if sign != nil {
		if last.Seal, err = sign(last.End); err != nil {
			return Head{}, fmt.Errorf("the export can't be signed: %w", err)
		}
	}
	line, err := json.Marshal(last)
	if err != nil {
		return Head{}, fmt.Errorf("the signature of the export is no JSON: %w", err)
	}
	_, err = out.Write(append(line, '\n'))
	return head, errors.Join(err, out.Flush())
}

func summaryOf(head Head, digest hash.Hash) json.RawMessage {
	b, err := json.Marshal(summary{head.Count, head.Hash, Hash(digest.Sum(nil))})
	if err != nil {
		panic(err) // numbers and digests always are JSON
	}
	return b
}

// Import adds the events of an export that the ledger does not have yet, with their
// hashes and times, and gives their number. The ledger has to be empty or the
// beginning of the export; where it goes on longer, nothing is added. With check,
// an export has to have a signature that check accepts; without, signatures are not
// looked at. An export that is not whole changes nothing: *CorruptError.
func (l *Ledger) Import(ctx context.Context, from io.Reader, check Check) (added int64, err error) {
	err = l.Update(ctx, func(u *Update) error {
		added = 0
		have, err := u.tx.head("")
		if err != nil {
			return err
		}
		r := newReader(from)
		for {
			e, more, err := r.event()
			if err != nil {
				return err
			}
			if !more {
				break
			}
			if e.Position == have.Count && e.Hash != have.Hash {
				return u.parted(e.Position)
			}
			if e.Position <= have.Count {
				continue
			}
			if err := u.put(e); err != nil {
				return fmt.Errorf("event %d of the export can't be added: %w", e.Position, err)
			}
			added++
		}
		if err := r.close(check); err != nil {
			return err
		}
		if r.chain.global.Count < have.Count {
			through, err := u.goesThrough(r.chain.global)
			if err == nil && !through {
				err = u.parted(r.chain.global.Count)
			}
			return err
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// parted says that the ledger and an export have another event in a place.
func (v *View) parted(at int64) error {
	return fmt.Errorf("the ledger %s and the export have parted at event %d or before it: import into a new ledger, and compare", v.ledger.path, at)
}

// importName stands for the path of a ledger in errors about an export.
const importName = "to be imported"

// reader reads an export and verifies it as it goes.
type reader struct {
	lines  *bufio.Scanner
	number int64 // of the line that was read last, from 1
	digest hash.Hash
	chain  *chain
	begun  bool
	last   *end
}

func newReader(from io.Reader) *reader {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	lines.Split(wholeLines)
	return &reader{lines: lines, digest: sha256.New(), chain: newChain(importName)}
}

// wholeLines splits at line feeds and keeps them, so that a last line without one is seen.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// event gives the next event; more is false after the last one.
func (r *reader) event() (e Event, more bool, err error) {
	if !r.begun {
		r.begun = true
		line, err := r.line()
		if err != nil {
			return e, false, err
		}
		if string(line) != exportHeader {
			return e, false, r.broken("its first line is %.80q, expected %.80q", line, exportHeader)
		}
		r.digest.Write(line)
	}
	line, err := r.line()
	if err != nil {
		return e, false, err
	}
	if bytes.HasPrefix(line, []byte(`{"end":`)) {
		return e, false, r.end(line)
	}
	if e, err = r.parse(line); err != nil {
		return e, false, err
	}
	r.digest.Write(line)
	return e, true, r.where(r.chain.next(e))
}

// where adds the line to what is wrong with an event.
func (r *reader) where(err error) error {
	var broken *CorruptError
	if errors.As(err, &broken) {
		broken.Line = r.number
	}
	return err
}

func (r *reader) line() ([]byte, error) {
	r.number++
	if r.lines.Scan() {
		return r.lines.Bytes(), nil
	}
	if err := r.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, r.broken("its line is longer than %d bytes", maxLine)
	} else if err != nil {
		return nil, fmt.Errorf("the export can't be read: %w", err)
	}
	return nil, r.broken("the export ends without its last line, which begins with {\"end\":: the file is not whole")
}

// parse reads a line and holds it to be the canonical one of its event.
func (r *reader) parse(line []byte) (Event, error) {
	var f struct {
		Stream, Kind, Key          string
		Seq                        int64
		Time                       string
		Data                       json.RawMessage
		PrevHash, PrevGlobal, Hash Hash
	}
	if err := json.Unmarshal(line, &f); err != nil {
		return Event{}, r.broken("its line can't be read: %v", err)
	}
	at, err := time.Parse(timeForm, f.Time)
	if err != nil {
		return Event{}, r.broken("its time is %.40q", f.Time)
	}
	e := Event{
		Stream: f.Stream, Seq: f.Seq, Position: r.chain.global.Count + 1, Time: at, Kind: f.Kind, Key: f.Key,
		Data: f.Data, PrevHash: f.PrevHash, PrevGlobal: f.PrevGlobal, Hash: f.Hash,
	}
	if !bytes.Equal(append(e.Line(), '\n'), line) {
		return Event{}, r.broken("its line is not in the form of RFC 8785")
	}
	return e, nil
}

func (r *reader) end(line []byte) error {
	r.last = &end{}
	if err := json.Unmarshal(line, r.last); err != nil {
		return r.broken("the last line can't be read: %v", err)
	}
	want := summaryOf(r.chain.global, r.digest)
	if !bytes.Equal(r.last.End, want) {
		return r.broken("the last line says %.300s, expected %s: lines at the end are missing or were added", r.last.End, want)
	}
	return nil
}

// close checks what comes after the events.
func (r *reader) close(check Check) error {
	r.number++
	if r.lines.Scan() {
		return r.broken("there is more after the last line")
	}
	if check == nil {
		return nil
	}
	if len(r.last.Seal) == 0 {
		return ErrNotSigned
	}
	return check(r.last.End, r.last.Seal)
}

// broken says what is wrong where the reader stands.
func (r *reader) broken(format string, args ...any) error {
	return r.where(corrupt(importName, Event{Position: r.chain.global.Count + 1}, fmt.Sprintf(format, args...)))
}
