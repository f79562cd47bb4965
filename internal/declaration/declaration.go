// Package declaration is what those who answer for a platform declare of it where no
// machine can look: which access rules are in force, what an algorithm is for. A
// declaration is signed by a named person, runs out, and points to documents that
// anybody can read. It is evidence of what was said, not of what is so: whatever rests
// on it is told as declared, never as tested.
package declaration

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
)

// PredicateType names, in the signed in-toto statement, what it is about.
const PredicateType = "urn:mimcheck:predicate:declarations:1"

// Declarations are all that one person declares of one platform.
type Declarations struct {
	Platform string      `json:"platform"`
	Signer   Signer      `json:"signer"`
	Signed   time.Time   `json:"signedAt"`
	Expires  string      `json:"expires"` // YYYY-MM-DD, the last day on which they hold
	Entries  []Statement `json:"declarations"`
}

// SignedAt implements attest.Dated.
func (d Declarations) SignedAt() time.Time { return d.Signed }

// Signer stands for the declarations.
type Signer struct {
	Name         string `json:"name"`
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Key          []byte `json:"key"` // SubjectPublicKeyInfo, DER
}

// Statement is what is declared about one requirement.
type Statement struct {
	Requirement string     `json:"requirement"` // full id, BASELINE/MIM/REQUIREMENT
	Statement   string     `json:"statement"`
	Documents   []Document `json:"documents"` // that show it; at least one
}

// Document is where the statement can be read up.
type Document struct {
	Title  string `json:"title"`
	URL    string `json:"url"`              // or a reference relative to where the declarations are published
	SHA256 string `json:"sha256,omitempty"` // of its bytes, hex; empty for a page that may change
}

// About are the statements about a requirement.
func (d Declarations) About(requirement string) []Statement {
	var about []Statement
	for _, s := range d.Entries {
		if s.Requirement == requirement {
			about = append(about, s)
		}
	}
	return about
}

// InForce says why the declarations do not hold at a time; nil when they do.
func (d Declarations) InForce(now time.Time) error {
	last, err := time.Parse(time.DateOnly, d.Expires)
	switch {
	case err != nil:
		return fmt.Errorf("they expire on %q: expected a date such as 2027-06-30", d.Expires)
	case !now.Before(last.AddDate(0, 0, 1)):
		return fmt.Errorf("they ran out on %s: sign them anew", d.Expires)
	case d.Signed.IsZero():
		return errors.New("they do not say when they were signed")
	}
	return nil
}

// Sign makes the signed form of declarations, a DSSE envelope in JSON, by the key of the
// person that they name.
func Sign(ctx context.Context, d Declarations, at time.Time, key crypto.Signer) ([]byte, error) {
	var err error
	if d.Signer.Key, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
		return nil, fmt.Errorf("the key can't be shown: %w", err)
	}
	d.Signed = at.UTC().Truncate(time.Second)
	if err := errors.Join(d.complete(), d.InForce(at)); err != nil {
		return nil, fmt.Errorf("the declarations can't be signed: %w", err)
	}
	return attest.Seal(ctx, PredicateType, d.subjects(), d, key)
}

// Read reads what Sign wrote. It holds the signature against the key that the
// declarations name, so that nobody can have changed them since; whose key that is, is
// for the reader to know, by the id that it returns. Errors say what is wrong.
func Read(ctx context.Context, raw []byte, now time.Time) (Declarations, string, error) {
	claimed, err := signerOf(raw)
	if err != nil {
		return Declarations{}, "", err
	}
	statement, _, err := attest.Unseal[Declarations](ctx, "the declarations", PredicateType, raw, attest.Trust{Keys: []attest.PublicKey{claimed}, Now: now})
	if err != nil {
		return Declarations{}, "", err
	}
	d := statement.Predicate
	want := d.subjects()
	if len(statement.Subject) != 1 || statement.Subject[0].Digest["sha256"] != want[0].Digest["sha256"] {
		return d, "", errors.New("the signature is about something else than these declarations: sign them anew")
	}
	return d, claimed.ID, d.complete()
}

// signerOf is the key that the declarations name, before anything is believed.
func signerOf(raw []byte) (attest.PublicKey, error) {
	var envelope struct{ Payload []byte }
	var payload struct {
		Predicate struct{ Signer struct{ Key []byte } }
	}
	if err := json.Unmarshal(raw, &envelope); err != nil || len(envelope.Payload) == 0 {
		return attest.PublicKey{}, errors.New("they are no DSSE envelope in JSON: expected what `mimcheck declaration sign` writes")
	}
	if err := json.Unmarshal(envelope.Payload, &payload); err != nil || len(payload.Predicate.Signer.Key) == 0 {
		return attest.PublicKey{}, errors.New("what was signed names no key of the signer: expected what `mimcheck declaration sign` writes")
	}
	key, err := x509.ParsePKIXPublicKey(payload.Predicate.Signer.Key)
	if err != nil {
		return attest.PublicKey{}, errors.New("the key that they name is none that can be read: expected Ed25519, ECDSA or RSA")
	}
	id, err := attest.KeyID(key)
	return attest.PublicKey{ID: id, Key: key}, err
}

// complete says what is missing.
func (d Declarations) complete() error {
	var missing []error
	need := func(what, have string) {
		if have == "" {
			missing = append(missing, fmt.Errorf("%s is missing", what))
		}
	}
	need("platform", d.Platform)
	need("signer.name", d.Signer.Name)
	need("signer.role", d.Signer.Role)
	need("signer.organisation", d.Signer.Organisation)
	for i, s := range d.Entries {
		at := fmt.Sprintf("declarations[%d].", i)
		need(at+"requirement", s.Requirement)
		need(at+"statement", s.Statement)
		if len(s.Documents) == 0 {
			missing = append(missing, fmt.Errorf("%sdocuments is empty: a declaration points to at least one document that shows it", at))
		}
		for j, doc := range s.Documents {
			at := fmt.Sprintf("%sdocuments[%d].", at, j)
			need(at+"title", doc.Title)
			need(at+"url", doc.URL)
			if sum, err := hex.DecodeString(doc.SHA256); err != nil || len(sum) != 0 && len(sum) != sha256.Size {
				missing = append(missing, fmt.Errorf("%ssha256 is no SHA-256 in hex", at))
			}
		}
	}
	if len(d.Entries) == 0 {
		missing = append(missing, errors.New("nothing is declared"))
	}
	return errors.Join(missing...)
}

// subjects are what an in-toto statement is about: here the declarations themselves.
func (d Declarations) subjects() []attest.Subject {
	encoded, err := json.Marshal(d)
	if err != nil {
		encoded = nil // a struct of texts, times and bytes: can't be
	}
	sum := sha256.Sum256(encoded)
	return []attest.Subject{{Name: "declarations", Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}}}
}
