package certificate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

// Case is all that the rules of certification look at. Every member is always there: a
// rule must not be met because a fact is missing.
type Case struct {
	MIMs          []string    `json:"mims"` // that are to be certified
	Baseline      Baseline    `json:"baseline"`
	Filing        Filing      `json:"filing"`
	SelfRun       Run         `json:"selfRun"`
	Witnessed     Run         `json:"witnessed"`
	Same          Same        `json:"same"`
	Differences   Differences `json:"differences"`
	LaterFailures []string    `json:"laterFailures"` // runs of the ledger, in words
	People        People      `json:"people"`
}

// Baseline is that of the witnessed run.
type Baseline struct {
	ID     string `json:"id"`
	Status string `json:"status"` // approved or draft
}

// Filing is what the ledger says of the member's bundle.
type Filing struct {
	State string `json:"state"` // filed, missing, or another: the run is filed with another bundle, or by another member
	By    string `json:"by"`
}

// Run is one of the two runs.
type Run struct {
	ID             string   `json:"id"`
	Profile        string   `json:"profile"`
	Interrupted    bool     `json:"interrupted"`
	Filter         string   `json:"filter"`
	AgeDays        int      `json:"ageDays"` // from its end to the day of issue
	AfterSelfRun   bool     `json:"afterSelfRun"`
	Replay         string   `json:"replay"`         // what its evidence, judged again, gives otherwise; empty for nothing
	NotConformant  []string `json:"notConformant"`  // MIMs to be certified with their verdicts, in words
	ExpiredWaivers []string `json:"expiredWaivers"` // checks
}

// Same says what two runs must not have in common.
type Same struct {
	Run      bool `json:"run"`
	Evidence bool `json:"evidence"`
}

// Differences are those of the two runs. A text says what the one and the other have, and is
// empty when they have the same.
type Differences struct {
	Baseline  string   `json:"baseline"`
	Platform  string   `json:"platform"`
	Selection string   `json:"selection"`
	Profile   string   `json:"profile"`
	Statement string   `json:"statement"`
	Program   string   `json:"program"`
	Waivers   string   `json:"waivers"`
	Outcomes  []string `json:"outcomes"` // checks, with both outcomes
	Verdicts  []string `json:"verdicts"`
	Others    []string `json:"others"` // what no rule forbids: other words for the same outcome, another build
}

// People says who is who.
type People struct {
	RunnerIsIssuer bool `json:"runnerIsIssuer"`
	OneKey         bool `json:"oneKey"` // signed run and certificate
	FilerIsRunner  bool `json:"filerIsRunner"`
	FilerIsIssuer  bool `json:"filerIsIssuer"`
}

// Replay judges the evidence of a bundle again, and gives the report of that.
type Replay func(context.Context, *attest.Bundle) (*reports.Report, error)

// run gives the facts of one run.
func run(ctx context.Context, b *attest.Bundle, mims []string, on membership.Date, replay Replay) (Run, error) {
	r := b.Report
	facts := Run{
		ID: r.Run.ID, Profile: r.Run.Profile, Interrupted: r.Run.Interrupted, Filter: r.Selection.Filter,
		AgeDays:       int(on.Start().Sub(membership.DateOf(r.Run.Finished).Start()) / (24 * time.Hour)),
		NotConformant: []string{}, ExpiredWaivers: []string{},
	}
	for _, mim := range mims {
		if v := verdictOf(r, mim); v != reports.Conformant {
			facts.NotConformant = append(facts.NotConformant, mim+" is "+string(v))
		}
	}
	for _, w := range r.Waivers {
		if w.Applied && w.Expires < string(on) {
			facts.ExpiredWaivers = append(facts.ExpiredWaivers, w.Check)
		}
	}
	again, err := replay(ctx, b)
	if again == nil {
		return facts, fmt.Errorf("the evidence of the run %s can't be judged again: %w", r.Run.ID, err)
	}
	if d := compare.Reports(r, again); !d.Same() {
		facts.Replay = fmt.Sprintf("%s and %s differ, first %s", reports.Plural(len(d.Checks), "outcome", "outcomes"), reports.Plural(len(d.Verdicts), "verdict", "verdicts"), first(d))
	}
	return facts, err
}

func first(d compare.Difference) string {
	if len(d.Checks) > 0 {
		return outcomeChange(d.Checks[0])
	}
	return verdictChange(d.Verdicts[0])
}

// verdictOf is what a report says of a MIM; notApplicable where it is not claimed.
func verdictOf(r *reports.Report, mim string) reports.Verdict {
	for _, m := range r.Verdict.MIMs {
		if m.ID == mim {
			return m.Verdict
		}
	}
	return reports.NotApplicable
}

// differences compares the member's run with the witnessed one.
func differences(a, b *reports.Report) Differences {
	d := Differences{
		Baseline:  either(a.Baseline.ID+" "+a.Baseline.SHA256, b.Baseline.ID+" "+b.Baseline.SHA256),
		Platform:  either(platform(a.Target), platform(b.Target)),
		Selection: either(selection(a.Selection), selection(b.Selection)),
		Profile:   either(a.Run.Profile, b.Run.Profile),
		Statement: either(statement(a.Target), statement(b.Target)),
		Program:   either(a.Tool.Name+" "+a.Tool.Version, b.Tool.Name+" "+b.Tool.Version),
		Waivers:   either(waivers(a.Waivers), waivers(b.Waivers)),
		Outcomes:  []string{}, Verdicts: []string{}, Others: []string{},
	}
	if build := either(a.Tool.Build, b.Tool.Build); build != "" {
		d.Others = append(d.Others, "build of the harness: "+build)
	}
	found := compare.Reports(a, b)
	for _, c := range found.Checks {
		if c.Kind == compare.Reworded {
			d.Others = append(d.Others, fmt.Sprintf("%s is %s in both runs, in other words", c.Check, c.Is))
			continue
		}
		d.Outcomes = append(d.Outcomes, outcomeChange(c))
	}
	for _, v := range found.Verdicts {
		d.Verdicts = append(d.Verdicts, verdictChange(v))
	}
	return d
}

func outcomeChange(c compare.Change) string {
	said := c.Check + ": " + outcome(c.Was) + ", then " + outcome(c.Is)
	for _, more := range []string{c.WasReason, c.IsReason, c.Exchange} {
		if more != "" {
			said += "; " + more
		}
	}
	return said
}

func outcome(o reports.Outcome) string {
	if o == "" {
		return "not there"
	}
	return string(o)
}

func verdictChange(v compare.Judgement) string {
	return fmt.Sprintf("%s: %s, then %s", v.What, v.Was, v.Is)
}

// either tells of two values that differ, and is empty where they don't.
func either(a, b string) string {
	if a == b {
		return ""
	}
	said := func(s string) string {
		if s = strings.TrimSpace(s); s == "" {
			return "none"
		}
		return s
	}
	return said(a) + ", then " + said(b)
}

func platform(t reports.Target) string {
	parts := []string{t.Name}
	for _, name := range slices.Sorted(maps.Keys(t.Endpoints)) {
		parts = append(parts, name+" at "+t.Endpoints[name])
	}
	if t.Tenant != "" {
		parts = append(parts, "tenant "+t.Tenant)
	}
	return strings.Join(parts, ", ")
}

func selection(s reports.Selection) string {
	said := "every suite"
	if len(s.MIMs) > 0 {
		said = "suites " + sorted(s.MIMs)
	}
	if s.Filter != "" {
		said += ", of them " + s.Filter
	}
	return said
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), " ") }

func statement(t reports.Target) string {
	return fmt.Sprintf("MIMs %s; features %s; version %s", sorted(t.MIMs), sorted(t.Features), t.Version)
}

func waivers(list []reports.Waiver) string {
	var parts []string
	for _, w := range list {
		parts = append(parts, fmt.Sprintf("%s until %s by %s (%s)", w.Check, w.Expires, w.Owner, w.Reason))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}
