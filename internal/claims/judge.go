package claims

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Finding is what the evidence says of a claim.
type Finding string

// The findings.
const (
	Proven       Finding = "proven"       // the evidence shows it
	Contradicted Finding = "contradicted" // the evidence shows otherwise
	NotShown     Finding = "notShown"     // the evidence shows neither
)

// Label is the finding in words.
func (f Finding) Label() string {
	if f == NotShown {
		return "not shown"
	}
	return string(f)
}

// Result is a claim with what the evidence says of it.
type Result struct {
	Claim   Claim   `json:"claim"`
	Finding Finding `json:"finding"`
	Reason  string  `json:"reason"`
	Checks  []Check `json:"checks"` // those that it rests on, sorted: what failed first, then what is not known
}

// Check is a check that a finding rests on.
type Check struct {
	Bundle  string          `json:"bundle"`
	ID      string          `json:"id"`
	Outcome reports.Outcome `json:"outcome"`
	Reason  string          `json:"reason,omitempty"`
}

// Judge holds each claim of a sheet against the evidence. One bundle that contradicts a
// claim outweighs others that prove it. registry has every check of this program.
func Judge(s Sheet, evidence []Evidence, registry *suites.Registry, catalogue *models.Catalogue) []Result {
	results := make([]Result, 0, len(s.Claims))
	for _, c := range s.Claims {
		result := Result{Claim: c, Finding: NotShown, Reason: "There is no evidence for it: no bundle was given.", Checks: []Check{}}
		best := 0
		for _, e := range evidence {
			j := judge(c, e, registry, catalogue)
			if w := weight(j.finding); w > best {
				best, result.Finding, result.Reason = w, j.finding, shown(j.reason)
				result.Checks = []Check{}
			}
			if j.finding == result.Finding {
				for _, k := range j.checks {
					result.Checks = append(result.Checks, Check{e.Path, k.ID, k.Outcome, shown(k.Reason)})
				}
			}
		}
		slices.SortStableFunc(result.Checks, func(a, b Check) int {
			return cmp.Or(rank(a.Outcome)-rank(b.Outcome), strings.Compare(a.ID, b.ID), strings.Compare(a.Bundle, b.Bundle))
		})
		results = append(results, result)
	}
	return results
}

// weight orders findings by which of several bundles' counts.
func weight(f Finding) int { return 1 + slices.Index([]Finding{NotShown, Proven, Contradicted}, f) }

// rank orders outcomes by how much they matter to a reader.
func rank(o reports.Outcome) int {
	return slices.Index([]reports.Outcome{reports.Failed, reports.CantTell, reports.Untested, reports.Passed, reports.Inapplicable}, o)
}

// judgement is what one bundle says of a claim.
type judgement struct {
	finding Finding
	reason  string
	checks  []reports.CheckResult
}

func judge(c Claim, e Evidence, registry *suites.Registry, catalogue *models.Catalogue) judgement {
	if e.Bundle.Report.Run.Profile == referenceProfile {
		return judgement{finding: NotShown, reason: "The run is of the harness's own reference platform."}
	}
	switch c.Kind {
	case MIM:
		for _, m := range e.Report.Verdict.MIMs {
			if m.ID == c.Value {
				return byVerdict(e.Report, m.Verdict, m.Reason, requirementsOf(m))
			}
		}
	case Requirement:
		for _, m := range e.Report.Verdict.MIMs {
			for _, capability := range m.Capabilities {
				for _, q := range capability.Requirements {
					if q.ID == c.Value {
						return byVerdict(e.Report, q.Verdict, q.Reason, requirementsBehind(e.Report.Verdict, q))
					}
				}
			}
		}
	case Feature:
		return feature(c.Value, e.Report)
	case Model:
		return model(c.Value, e, catalogue)
	case SpecVersion:
		return specVersion(c.Value, e.Report, registry)
	}
	return judgement{finding: NotShown, reason: fmt.Sprintf("The baseline %s has no %s.", e.Report.Baseline.ID, c)}
}

func requirementsOf(m reports.MIMJudge) []string {
	var ids []string
	for _, c := range m.Capabilities {
		for _, q := range c.Requirements {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// requirementsBehind are the ids of q and of the MIMs that its verdict follows from.
func requirementsBehind(judged reports.BaselineJudge, q reports.RequirementJudge) []string {
	ids := []string{q.ID}
	for _, m := range judged.MIMs {
		if slices.Contains(q.DerivedFrom, m.ID) {
			ids = append(ids, requirementsOf(m)...)
		}
	}
	return ids
}

// byVerdict turns the verdict of a MIM or requirement into a finding.
func byVerdict(r *reports.Report, v reports.Verdict, reason string, requirements []string) judgement {
	j := judgement{finding: NotShown, reason: reason}
	switch v {
	case reports.Conformant:
		j.finding = Proven
	case reports.NonConformant:
		j.finding = Contradicted
	}
	for _, c := range r.Checks {
		if c.Outcome != reports.Inapplicable && slices.ContainsFunc(c.Requirements, func(q string) bool { return slices.Contains(requirements, q) }) {
			j.checks = append(j.checks, c)
		}
	}
	return j
}

// feature judges by the checks of an optional feature, each of which is owed by who claims it.
func feature(name string, r *reports.Report) judgement {
	return byChecks(r, fmt.Sprintf("The run tested nothing of %s, since its statement does not claim it: run with --features %s.", name, name),
		func(c reports.CheckResult) bool { return c.Feature == name })
}

// byChecks judges by those checks of a report that apply; none says what it means that there are none.
func byChecks(r *reports.Report, none string, of func(reports.CheckResult) bool) judgement {
	j := judgement{finding: NotShown, reason: none}
	var failed, open, passed int
	for _, c := range r.Checks {
		if !of(c) || c.Outcome == reports.Inapplicable {
			continue
		}
		j.checks = append(j.checks, c)
		switch c.Outcome {
		case reports.Failed:
			failed++
		case reports.Passed:
			passed++
		default:
			open++
		}
	}
	total := len(j.checks)
	switch {
	case failed > 0:
		j.finding, j.reason = Contradicted, fmt.Sprintf("%d of %s failed.", failed, reports.Plural(total, "check", "checks"))
	case open > 0:
		j.reason = fmt.Sprintf("%d of %s could not be judged or were not run.", open, reports.Plural(total, "check", "checks"))
	case passed > 0:
		j.finding, j.reason = Proven, fmt.Sprintf("%s passed.", reports.Plural(passed, "check", "checks"))
	}
	return j
}

// oldest is the version of ETSI GS CIM 009 that a platform is held to which states none.
const oldest = "1.3.1"

// specVersion judges by every check of NGSI-LD whose rule the version has: those of what is
// optional only where it is claimed.
func specVersion(version string, r *reports.Report, registry *suites.Registry) judgement {
	stated := cmp.Or(r.Target.Version, oldest)
	if semver.Compare("v"+stated, "v"+version) < 0 {
		return judgement{finding: NotShown, reason: fmt.Sprintf("The run held the platform to version %s: run with --spec-version %s.", stated, version)}
	}
	newest := ""
	j := byChecks(r, "The run tested nothing of the specification.", func(c reports.CheckResult) bool {
		known, ok := registry.Get(c.ID)
		if !ok || c.MIM != "MIM1" || c.Level == string(suites.Extended) && c.Feature == "" ||
			known.Since != "" && semver.Compare("v"+known.Since, "v"+version) > 0 {
			return false
		}
		if c.Outcome == reports.Passed && known.Since != "" && semver.Compare("v"+known.Since, "v"+newest) > 0 {
			newest = known.Since
		}
		return true
	})
	if j.finding == Proven && semver.Compare("v"+version, "v"+oldest) > 0 && newest == "" {
		j.finding, j.reason = NotShown, fmt.Sprintf("No check that passed is of a rule that is newer than %s: nothing tells version %s from it.", oldest, version)
	}
	return j
}
