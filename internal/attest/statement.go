package attest

import (
	"time"

	"github.com/oasc/mimcheck/reports"
)

// Types of what is signed: an in-toto statement, version 1, with a predicate of our own.
const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "urn:mimcheck:predicate:conformance-run:1"
)

// InToto is an in-toto statement about its subjects.
type InToto[P any] struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     P         `json:"predicate"`
}

// SignedStatement is a statement about a bundle. Its subjects are the report, the scope
// (baseline, selection, profile, statement of the target), the evidence, and the bundle as
// a whole, each by its digest; the predicate says in the open what the report says.
type SignedStatement = InToto[Predicate]

// Subject is one thing that a statement is about.
type Subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// Predicate is what the signature says of the run.
type Predicate struct {
	SignedAt  time.Time           `json:"signedAt"`
	Run       string              `json:"run"`
	Finished  time.Time           `json:"finished"`
	Tool      reports.Tool        `json:"tool"`
	Target    reports.Target      `json:"target"`
	Baseline  reports.BaselineRef `json:"baseline"`
	Profile   string              `json:"profile"`
	Selection reports.Selection   `json:"selection"`
	Waivers   []reports.Waiver    `json:"waivers"`
	Verdict   reports.Verdict     `json:"verdict"`
	Counts    reports.Counts      `json:"counts"`
}

// statement is what there is to sign of the bundle at a time.
func (b *Bundle) statement(at time.Time) (SignedStatement, error) {
	m, err := b.Manifest()
	if err != nil {
		return SignedStatement{}, err
	}
	report, _ := m.find(reportFile)
	r := b.Report.Canonical()
	by := func(name, digest string) Subject { return Subject{name, map[string]string{"sha256": digest}} }
	waivers := r.Waivers
	if waivers == nil {
		waivers = []reports.Waiver{}
	}
	return SignedStatement{
		Type: statementType, PredicateType: predicateType,
		Subject: []Subject{by(reportFile, report.SHA256), by("scope", m.Scope), by("evidence", m.Evidence), by("bundle", m.Root)},
		Predicate: Predicate{SignedAt: at.UTC().Truncate(time.Second), Run: r.Run.ID, Finished: r.Run.Finished, Tool: r.Tool, Target: r.Target,
			Baseline: r.Baseline, Profile: r.Run.Profile, Selection: r.Selection, Waivers: waivers,
			Verdict: r.Verdict.Verdict, Counts: r.Counts},
	}, nil
}
