package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// Event is one entry of the ledger. It never changes once it is appended.
//
// Two chains run through the events: PrevHash links an event to the one before it
// in its stream, PrevGlobal to the one before it in the whole ledger.
type Event struct {
	Stream     string          // whose event it is: a member's id, or "oasc"
	Seq        int64           // place in the stream, from 1 without gaps
	Position   int64           // place in the ledger, from 1 without gaps; not hashed, PrevGlobal implies it
	Time       time.Time       // of recording, UTC, in microseconds
	Kind       string          // what happened, such as RunRecorded
	Key        string          // what makes the event the only one of its sort; empty when nothing does
	Data       json.RawMessage // JSON object in the form of RFC 8785
	PrevHash   Hash            // of the stream's event before this one; zero for the first
	PrevGlobal Hash            // of the ledger's event before this one; zero for the first
	Hash       Hash            // see Sum
}

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// String is the digest in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText gives String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return fmt.Errorf("%.80q is no SHA-256 digest: expected 64 hexadecimal digits", text)
	}
	copy(h[:], b)
	return nil
}

// timeForm is RFC 3339 in UTC with six digits of fraction: one text for one time.
const timeForm = "2006-01-02T15:04:05.000000Z"

// Sum is the hash that e should have: SHA-256 over the UTF-8 bytes of the JSON
// object of e's fields without its hash, in the form of RFC 8785:
//
//	{"data":{...},"key":"...","kind":"...","prevGlobal":"<hex>","prevHash":"<hex>","seq":1,"stream":"...","time":"2026-01-31T12:00:00.000000Z"}
//
// Names hold only characters that need no escape, so this text is the canonical one.
func (e Event) Sum() Hash { return sha256.Sum256(e.canonical("")) }

// Line is the event as one line of JSON in the form of RFC 8785, with its hash.
func (e Event) Line() []byte { return e.canonical(`"hash":"` + e.Hash.String() + `",`) }

func (e Event) canonical(hash string) []byte {
	b := make([]byte, 0, len(e.Data)+len(hash)+400)
	return fmt.Appendf(b, `{"data":%s,%s"key":"%s","kind":"%s","prevGlobal":"%s","prevHash":"%s","seq":%d,"stream":"%s","time":"%s"}`,
		e.Data, hash, e.Key, e.Kind, e.PrevGlobal, e.PrevHash, e.Seq, e.Stream, e.Time.UTC().Format(timeForm))
}

// Draft is an event that is to be appended.
type Draft struct {
	Stream string // lower-case letters, digits and hyphens, at most 100
	Kind   string // letters and digits, at most 100
	// Key, when not empty, is the event's own name in the whole ledger: a second
	// event with it is refused, so that what happened once counts once.
	Key  string
	Data any // becomes a JSON object of at most MaxData bytes
}

var (
	streamForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)
	kindForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,99}$`)
	keyForm    = regexp.MustCompile(`^[A-Za-z0-9._:/@+-]{0,300}$`)
)

// named says what is wrong with the names of an event.
func named(stream, kind, key string) error {
	switch {
	case !streamForm.MatchString(stream):
		return fmt.Errorf("%.120q can't name a stream: expected at most 100 lower-case letters, digits and hyphens, such as aarhus", stream)
	case !kindForm.MatchString(kind):
		return fmt.Errorf("%.120q can't be the kind of an event: expected at most 100 letters and digits, such as RunRecorded", kind)
	case !keyForm.MatchString(key):
		return fmt.Errorf("%.120q can't be the key of an event: expected at most 300 letters, digits and ._:/@+-", key)
	}
	return nil
}
