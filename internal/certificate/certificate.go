package certificate

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
)

// Extension is how the name of a certificate's file ends.
const Extension = ".certificate.json"

// predicateType is that of the in-toto statement that a certificate is.
const predicateType = "urn:mimcheck:predicate:certificate:1"

// Certificate is what the Working Group signs: who was found conformant in what, how that
// is known, and until when it holds. Its subjects are the two bundles.
type Certificate struct {
	ID          string               `json:"id"`
	Issued      time.Time            `json:"issued"`
	ValidFrom   membership.Date      `json:"validFrom"`
	ValidUntil  membership.Date      `json:"validUntil"` // the last day
	Assurance   membership.Assurance `json:"assurance"`
	Member      Member               `json:"member"`
	Scope       Scope                `json:"scope"`
	Waivers     []reports.Waiver     `json:"waivers"`     // exceptions that were agreed on
	Differences []string             `json:"differences"` // of the two runs, that no rule forbids
	SelfRun     Evidence             `json:"selfRun"`
	Witnessed   Evidence             `json:"witnessed"`
	Runner      Person               `json:"runner"` // of the witnessed run
	Issuer      Person               `json:"issuer"`
	Rules       RulesRef             `json:"rules"`
	Verify      string               `json:"verify"` // address at which its standing is published
}

// SignedAt is when it was issued.
func (c Certificate) SignedAt() time.Time { return c.Issued }

// Member is whose platform it is.
type Member struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Country string `json:"country"`
}

// Scope is what is certified, and nothing beyond.
type Scope struct {
	Baseline  reports.BaselineRef `json:"baseline"`
	MIMs      []string            `json:"mims"`
	Selection reports.Selection   `json:"selection"`
	Profile   string              `json:"profile"`
	Statement reports.Target      `json:"statement"` // the platform and what it claims
}

// Evidence is a run and the bundle that holds it.
type Evidence struct {
	Run      string       `json:"run"`
	Finished time.Time    `json:"finished"`
	Bundle   string       `json:"bundle"` // the root of its hash tree, hex SHA-256
	Tool     reports.Tool `json:"tool"`
}

// Person is who acted, and with which key.
type Person struct {
	Name string `json:"name"`
	Key  string `json:"key"` // id, hex SHA-256
}

// RulesRef names the rules that were met.
type RulesRef struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

func evidenceOf(b *attest.Bundle, m attest.Manifest) Evidence {
	return Evidence{b.Report.Run.ID, b.Report.Run.Finished, m.Root, b.Report.Tool}
}

// seal signs the certificate.
func (c Certificate) seal(ctx context.Context, key crypto.Signer) ([]byte, error) {
	return attest.Seal(ctx, predicateType, c.subjects(), c, key)
}

func (c Certificate) subjects() []attest.Subject {
	by := func(name, digest string) attest.Subject {
		return attest.Subject{Name: name, Digest: map[string]string{"sha256": digest}}
	}
	return []attest.Subject{by("self-run bundle", c.SelfRun.Bundle), by("witnessed-run bundle", c.Witnessed.Bundle)}
}

// Open reads a certificate that a trusted key signed, whatever became of it since; see
// Verify. An error about its bytes or signature is an *attest.Error.
func Open(ctx context.Context, raw []byte, trust attest.Trust) (Certificate, error) {
	statement, _, err := attest.Unseal[Certificate](ctx, "the certificate", predicateType, raw, trust)
	return statement.Predicate, err
}

// digestOf is the digest by which a status list names a signed certificate.
func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
