package certificate

import (
	"context"
	"crypto"
	"encoding/hex"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
)

// listType is the predicate type of the in-toto statement that a status list is.
const listType = "urn:mimcheck:predicate:certificate-status:1"

// StatusList says how all certificates that were ever issued stand at a time. Its subjects
// are the certificates.
type StatusList struct {
	Issued       time.Time `json:"issued"`
	NextUpdate   time.Time `json:"nextUpdate"` // from then on it is stale
	Ledger       Head      `json:"ledger"`
	Certificates []Entry   `json:"certificates"`
}

// Head is the end of the ledger that the list was made of.
type Head struct {
	Events int64  `json:"events"`
	Hash   string `json:"hash"`
}

// Entry is how one certificate stands.
type Entry struct {
	ID         string              `json:"id"`
	SHA256     string              `json:"sha256"` // of the signed certificate
	ValidUntil membership.Date     `json:"validUntil"`
	Standing   membership.Standing `json:"standing"`
	Ended      membership.Date     `json:"ended,omitempty"` // first day on which it counts no more
	Reason     string              `json:"reason,omitempty"`
}

// SignedAt is when it was issued.
func (s StatusList) SignedAt() time.Time { return s.Issued }

// SignList makes and signs the status list of a ledger. A zero next is the time that the
// rules of certification give a list.
func SignList(ctx context.Context, l *ledger.Ledger, now, next time.Time, key crypto.Signer) (StatusList, []byte, error) {
	rules, err := DefaultRules()
	if err != nil {
		return StatusList{}, nil, err
	}
	now = now.UTC().Truncate(time.Second)
	if next.IsZero() {
		next = now.AddDate(0, 0, rules.ListDays)
	}
	events, err := l.Events(ctx)
	if err != nil {
		return StatusList{}, nil, err
	}
	var head ledger.Head
	if n := len(events); n > 0 {
		head = ledger.Head{Count: events[n-1].Position, Hash: events[n-1].Hash}
	}
	state, err := membership.FoldState(events, now)
	if err != nil {
		return StatusList{}, nil, err
	}
	list := StatusList{Issued: now, NextUpdate: next.UTC(), Ledger: Head{head.Count, hex.EncodeToString(head.Hash[:])}, Certificates: []Entry{}}
	subjects := []attest.Subject{{Name: "ledger", Digest: map[string]string{"sha256": list.Ledger.Hash}}}
	for _, c := range state.Certificates(membership.DateOf(now)) {
		list.Certificates = append(list.Certificates, Entry{c.Certificate, c.SHA256, c.ValidUntil, c.Standing, c.Ended, c.Reason})
		subjects = append(subjects, attest.Subject{Name: c.Certificate, Digest: map[string]string{"sha256": c.SHA256}})
	}
	signed, err := attest.Seal(ctx, listType, subjects, list, key)
	return list, signed, err
}

// OpenList reads a status list that a trusted key signed; an error is an *attest.Error.
func OpenList(ctx context.Context, raw []byte, trust attest.Trust) (StatusList, error) {
	statement, _, err := attest.Unseal[StatusList](ctx, "the status list", listType, raw, trust)
	return statement.Predicate, err
}
