// Package runner plans a run, executes the selected checks in a bounded pool ahead
// of Ginkgo's serial specs, and turns what they found into a report.
package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

// ErrEmptySelection says that nothing would run: a run that tests nothing must not
// look like one that found nothing wrong.
var ErrEmptySelection = errors.New("the selection is empty: no check would run")

// Scope is what a plan is made of.
type Scope struct {
	Registry *suites.Registry
	Baseline baselines.Baseline
	Profile  target.Profile
	Filter   string   // Ginkgo label expression; empty selects all
	MIMs     []string // selected MIMs of the baseline; empty selects all claimed ones
	// Claimed MIMs and features, and the stated version of the specification.
	Statement target.Statement
	// Callback says that the platform can reach an address of the harness.
	Callback bool
	// Broker says that the platform can reach an MQTT broker of the harness.
	Broker bool
	// Models says that the run has a data-model catalogue.
	Models bool
	// Declarations says that the target has signed declarations.
	Declarations bool
	// Endpoints are those that the target names, by their names.
	Endpoints map[string]string
}

// Planned is one check of the baseline with what the plan says of it.
type Planned struct {
	suites.Check
	Bound []string // its requirements in the run's baseline
	// Outcome is empty when the check will run; else Reason says why it will not.
	Outcome reports.Outcome
	Reason  string
}

// Plan is every check that gives evidence for the baseline, sorted by id, whether
// it will run or not: nothing is silently left out.
type Plan struct {
	Scope  Scope
	Checks []Planned
}

// NewPlan decides for each check of the baseline whether it runs. A filter that
// cannot be parsed, an unknown MIM or feature, and an empty selection are errors.
func NewPlan(s Scope) (*Plan, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	matches := func([]string) bool { return true }
	if s.Filter != "" {
		parsed, err := ParseFilter(s.Filter)
		if err != nil {
			return nil, err
		}
		matches = parsed
	}
	p := &Plan{Scope: s}
	for _, c := range s.Registry.All() {
		bound := within(c.Requirements, s.Baseline.ID)
		if len(bound) == 0 {
			continue
		}
		planned := Planned{Check: c, Bound: bound}
		planned.Outcome, planned.Reason = s.leftOut(c, bound, matches)
		p.Checks = append(p.Checks, planned)
	}
	p.byEndpoints()
	if len(p.Selected()) == 0 {
		return p, fmt.Errorf("%w: %s", ErrEmptySelection, p.whyEmpty())
	}
	return p, nil
}

// Selected returns the checks that will run.
func (p *Plan) Selected() []Planned {
	var run []Planned
	for _, c := range p.Checks {
		if c.Outcome == "" {
			run = append(run, c)
		}
	}
	return run
}

func (p *Plan) whyEmpty() string {
	if len(p.Checks) == 0 {
		return fmt.Sprintf("no check is bound to baseline %s", p.Scope.Baseline.ID)
	}
	most, reasons := "", map[string]int{}
	for _, c := range p.Checks {
		reasons[c.Reason]++
		if n := reasons[c.Reason]; n > reasons[most] || n == reasons[most] && c.Reason < most {
			most = c.Reason
		}
	}
	return fmt.Sprintf("of %d checks, %d are left out because: %s", len(p.Checks), reasons[most], most)
}

func (s Scope) validate() error {
	known := make([]string, 0, len(s.Baseline.MIMs))
	for _, m := range s.Baseline.MIMs {
		known = append(known, m.ID)
	}
	for _, m := range s.MIMs {
		if !slices.Contains(known, m) {
			return fmt.Errorf("--mim %q: baseline %s has %s", m, s.Baseline.ID, strings.Join(known, ", "))
		}
	}
	for _, f := range s.Statement.Features {
		if !slices.Contains(suites.Features(), suites.Feature(f)) {
			return fmt.Errorf("the statement claims feature %q, which is unknown: expected some of %s", f, join(suites.Features()))
		}
	}
	if v := s.Statement.SpecVersion; v != "" {
		if _, err := parseVersion(v); err != nil {
			return fmt.Errorf("the statement's specVersion: %w", err)
		}
	}
	return nil
}

// leftOut says why a check does not run, or nothing when it does. What is not
// claimed comes first: it says more than a selection.
func (s Scope) leftOut(c suites.Check, bound []string, matches func([]string) bool) (reports.Outcome, string) {
	mims := mimsOf(bound)
	switch {
	case !overlap(mims, s.Statement.MIMs):
		return reports.Inapplicable, fmt.Sprintf("the target does not claim %s", strings.Join(mims, " or "))
	case len(s.MIMs) > 0 && !overlap(mims, s.MIMs):
		return reports.Untested, fmt.Sprintf("left out by --mim %s", strings.Join(s.MIMs, ","))
	case !matches(Labels(c)):
		return reports.Untested, fmt.Sprintf("left out by --filter %s", s.Filter)
	}
	if outcome, reason := s.byVersion(c); outcome != "" {
		return outcome, reason
	}
	if c.Feature != "" && !slices.Contains(s.Statement.Features, string(c.Feature)) {
		return reports.Inapplicable, fmt.Sprintf("feature %s is optional and the target does not claim it", c.Feature)
	}
	if c.Without != "" && slices.Contains(s.Statement.Features, string(c.Without)) {
		return reports.Inapplicable, fmt.Sprintf("the rule is for platforms without feature %s, and the target claims it", c.Without)
	}
	switch {
	case s.Profile == target.Observe && c.Has(suites.NeedWrite):
		return reports.Untested, "left out by profile observe: the check writes; use --profile sandbox"
	case c.Has(suites.NeedCallback) && !s.Callback:
		return reports.Untested, "the platform cannot reach the harness: give an address that it can reach with --callback-host"
	case c.Has(suites.NeedBroker) && !s.Broker:
		return reports.Untested, "the platform cannot reach an MQTT broker of the harness: give an address that it can reach with --notify-mqtt"
	case c.Has(suites.NeedModels) && !s.Models:
		return reports.Untested, "the run has no data-model catalogue: name one with --models"
	case c.Has(suites.NeedDeclarations) && !s.Declarations && c.Level == suites.Core:
		return reports.Untested, "no machine can test it, and the target has no declarations: publish some, see `mimcheck declaration`, and name their address as the endpoint declarations"
	case c.Has(suites.NeedDeclarations) && !s.Declarations:
		return reports.Inapplicable, "no machine can test it, and it is not mandatory: the target has no declarations"
	}
	return "", ""
}

func (s Scope) byVersion(c suites.Check) (reports.Outcome, string) {
	stated := s.Statement.SpecVersion
	if stated == "" {
		if c.Since != "" {
			return reports.Inapplicable, fmt.Sprintf("the rule came with version %s of the specification and the target states no version: set specVersion in its statement, or --spec-version", c.Since)
		}
		return "", ""
	}
	have, err := parseVersion(stated)
	if err != nil {
		return reports.CantTell, err.Error()
	}
	if c.Since != "" {
		if since, err := parseVersion(c.Since); err != nil || have.before(since) {
			return reports.Inapplicable, fmt.Sprintf("the rule came with version %s of the specification; the target states %s", c.Since, stated)
		}
	}
	if c.Until != "" {
		if until, err := parseVersion(c.Until); err != nil || until.before(have) {
			return reports.Inapplicable, fmt.Sprintf("the rule ended with version %s of the specification; the target states %s", c.Until, stated)
		}
	}
	return "", ""
}

// Labels are the Ginkgo labels of a check: its id, suite, group, level, and
// feature:, need: and req: labels. A requirement's slashes are dots there, since
// Ginkgo's filter language uses slashes for regular expressions.
func Labels(c suites.Check) []string {
	labels := []string{c.ID, c.Suite(), c.Group(), string(c.Level)}
	if c.Feature != "" {
		labels = append(labels, "feature:"+string(c.Feature))
	}
	for _, n := range c.Needs {
		labels = append(labels, "need:"+string(n))
	}
	for _, r := range c.Requirements {
		labels = append(labels, "req:"+strings.ReplaceAll(r, "/", "."))
	}
	return labels
}

func within(requirements []string, baseline string) []string {
	var in []string
	for _, r := range requirements {
		if strings.HasPrefix(r, baseline+"/") {
			in = append(in, r)
		}
	}
	return in
}

// mimsOf returns the MIM part of full requirement ids, sorted, each once.
func mimsOf(requirements []string) []string {
	var mims []string
	for _, r := range requirements {
		if parts := strings.Split(r, "/"); len(parts) == 3 {
			mims = append(mims, parts[1])
		}
	}
	slices.Sort(mims)
	return slices.Compact(mims)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

func join(features []suites.Feature) string {
	words := make([]string, len(features))
	for i, f := range features {
		words[i] = string(f)
	}
	return strings.Join(words, ", ")
}
