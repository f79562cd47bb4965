package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// asking is a baseline of MIM1 and MIM2, and of MIM3 with one requirement that asks for
// the verdicts of both. Each of the first two has one mandatory requirement.
func asking(obligation string) (baselines.Baseline, Beside) {
	mim := func(id, obligation string) baselines.MIM {
		return baselines.MIM{ID: id, Title: id, Capabilities: []baselines.Capability{{ID: "c", Requirements: []baselines.Requirement{
			{ID: "b/" + id + "/r", Text: "text", Obligation: obligation}}}}}
	}
	return baselines.Baseline{ID: "b", Status: baselines.Approved, MIMs: []baselines.MIM{
		// The one that asks stands first: the order of a baseline does not matter.
		mim("MIM3", obligation), mim("MIM1", baselines.Mandatory), mim("MIM2", baselines.Mandatory),
	}}, Beside{Derived: map[string][]string{"b/MIM3/r": {"MIM1", "MIM2"}}}
}

func TestDerived(t *testing.T) {
	const n, i, c, a = reports.NonConformant, reports.Inconclusive, reports.Conformant, reports.NotApplicable
	const p, f, x, u, na = reports.Passed, reports.Failed, reports.CantTell, reports.Untested, reports.Inapplicable
	both := []string{"MIM1", "MIM2", "MIM3"}
	for name, w := range map[string]struct {
		claimed         []string
		first, second   reports.Outcome // of the checks of MIM1 and MIM2
		own             []reports.Outcome
		must, recommend reports.Verdict // as a mandatory requirement, and as one that gates nothing
		says            string
	}{
		"both conformant":            {both, p, p, nil, c, c, "Derived from the verdicts of MIM1 (conformant) and MIM2 (conformant)."},
		"one failed":                 {both, p, f, nil, n, n, "MIM2 (not conformant)"},
		"one not run":                {both, p, u, nil, i, i, "MIM2 (inconclusive)"},
		"one can't tell":             {both, x, p, nil, i, i, "MIM1 (inconclusive)"},
		"failure beats doubt":        {both, u, f, nil, n, n, "MIM2 (not conformant)"},
		"silence about a claim":      {both, p, na, nil, i, i, "MIM2 (inconclusive)"},
		"no check at all":            {both, p, "", nil, i, i, "MIM2 (inconclusive)"},
		"one not claimed":            {[]string{"MIM1", "MIM3"}, p, p, nil, i, a, "MIM2 (not claimed)"},
		"one not claimed, one fails": {[]string{"MIM1", "MIM3"}, f, p, nil, n, n, "MIM1 (not conformant)"},
		"none claimed":               {[]string{"MIM3"}, p, p, nil, i, a, "MIM1 (not claimed) and MIM2 (not claimed)"},
		"own check passed":           {both, p, p, []reports.Outcome{p}, c, c, "1 check passed."},
		"own check failed":           {both, p, p, []reports.Outcome{f}, n, n, "1 of its 1 check failed"},
		"own check not run":          {both, p, p, []reports.Outcome{u}, i, i, "was not run"},
		"own does not apply":         {both, p, p, []reports.Outcome{na}, c, c, "MIM2 (conformant)"},
		"neither is known":           {[]string{"MIM3"}, p, p, []reports.Outcome{na}, i, a, "MIM1 (not claimed)"},
		"own passed, MIM failed":     {both, f, p, []reports.Outcome{p}, n, n, "MIM1 (not conformant)"},
		"own passed, MIM in doubt":   {both, u, p, []reports.Outcome{p}, i, i, "MIM1 (inconclusive)"},
		"own passed, not claimed":    {[]string{"MIM3"}, p, p, []reports.Outcome{p}, i, a, "MIM1 (not claimed)"},
	} {
		var checks []reports.CheckResult
		for k, o := range []reports.Outcome{w.first, w.second} {
			if o != "" {
				checks = append(checks, on([]string{"MIM1/r", "MIM2/r"}[k], o))
			}
		}
		for _, o := range w.own {
			checks = append(checks, on("MIM3/r", o))
		}
		for obligation, want := range map[string]reports.Verdict{baselines.Mandatory: w.must, baselines.Recommended: w.recommend} {
			b, beside := asking(obligation)
			got := Judge(b, w.claimed, checks, beside).MIMs[0].Capabilities[0].Requirements[0]
			if got.Verdict != want || !strings.Contains(got.Reason, w.says) {
				t.Errorf("%s, %s: %s (%s), expected %s, saying %q", name, obligation, got.Verdict, got.Reason, want, w.says)
			}
			if !slices.Equal(got.DerivedFrom, []string{"MIM1", "MIM2"}) {
				t.Errorf("%s: derived from %v", name, got.DerivedFrom)
			}
		}
	}
}

func TestWhatIsDerivedIsToldOfTheMIM(t *testing.T) {
	b, beside := asking(baselines.Mandatory)
	checks := []reports.CheckResult{on("MIM1/r", reports.Passed), on("MIM2/r", reports.Passed)}
	got := Judge(b, []string{"MIM1", "MIM2", "MIM3"}, checks, beside)
	if got.Verdict != reports.Conformant || got.MIMs[0].Verdict != reports.Conformant || !strings.Contains(got.MIMs[0].Reason, "Derived from other MIMs: MIM3/r (MIM1 and MIM2).") {
		t.Errorf("%s: %+v", got.Verdict, got.MIMs[0])
	}
	if unclaimed := Judge(b, []string{"MIM1"}, checks, beside).MIMs[0]; unclaimed.Verdict != reports.NotApplicable || len(unclaimed.Capabilities[0].Requirements[0].DerivedFrom) != 2 {
		t.Errorf("not claimed: %+v", unclaimed)
	}
}

// What follows from declarations alone is no better tested than they are.
func TestDerivedFromDeclarations(t *testing.T) {
	b, beside := asking(baselines.Mandatory)
	declared := func(requirement string) reports.CheckResult {
		c := on(requirement, reports.Passed)
		c.Needs = []string{"read", "declarations"}
		return c
	}
	for name, w := range map[string]struct {
		checks []reports.CheckResult
		want   bool
	}{
		"all declared":     {[]reports.CheckResult{declared("MIM1/r"), declared("MIM2/r")}, true},
		"one tested":       {[]reports.CheckResult{declared("MIM1/r"), on("MIM2/r", reports.Passed)}, false},
		"own check tested": {[]reports.CheckResult{declared("MIM1/r"), declared("MIM2/r"), on("MIM3/r", reports.Passed)}, false},
		"own declared":     {[]reports.CheckResult{declared("MIM1/r"), declared("MIM2/r"), declared("MIM3/r")}, true},
	} {
		got := Judge(b, []string{"MIM1", "MIM2", "MIM3"}, w.checks, beside).MIMs[0]
		if r := got.Capabilities[0].Requirements[0]; r.Verdict != reports.Conformant || r.Declared != w.want || got.Declared != w.want {
			t.Errorf("%s: %s, declared %t, MIM declared %t", name, r.Verdict, r.Declared, got.Declared)
		}
	}
}

// What the gate refuses is never passed either: a circle, and a MIM that is not there.
func TestDerivedOfNothingIsInconclusive(t *testing.T) {
	b, _ := asking(baselines.Mandatory)
	checks := []reports.CheckResult{on("MIM1/r", reports.Passed), on("MIM2/r", reports.Passed), on("MIM3/r", reports.Passed)}
	for name, from := range map[string]map[string][]string{
		"a circle":    {"b/MIM3/r": {"MIM1"}, "b/MIM1/r": {"MIM3"}},
		"itself":      {"b/MIM3/r": {"MIM3"}},
		"no such MIM": {"b/MIM3/r": {"MIM9"}},
	} {
		got := Judge(b, []string{"MIM1", "MIM2", "MIM3"}, checks, Beside{Derived: from})
		if got.MIMs[0].Verdict != reports.Inconclusive {
			t.Errorf("%s: MIM3 is %s: %s", name, got.MIMs[0].Verdict, got.MIMs[0].Reason)
		}
	}
}
