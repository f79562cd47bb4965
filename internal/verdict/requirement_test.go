package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// The kinds of checks, as they weigh.
const (
	core     = "core"               // core, no feature
	feature  = "feature"            // core, of a feature
	optional = "extended, feature"  // extended, of a feature
	advice   = "extended, advisory" // extended, no feature
)

const req = "b/MIM1/r"

// a check's letter is its outcome: Passed, Failed, Can't tell, Inapplicable, Untested.
var outcomes = map[rune]reports.Outcome{
	'P': reports.Passed, 'F': reports.Failed, 'C': reports.CantTell, 'I': reports.Inapplicable, 'U': reports.Untested,
	'?': "whatever",
}

func results(kind, letters string) []reports.CheckResult {
	var all []reports.CheckResult
	for i, l := range letters {
		c := reports.CheckResult{ID: fmt.Sprintf("mim1.%s.%d", strings.Fields(kind)[0], i), Level: "core", Outcome: outcomes[l], Requirements: []string{req}}
		if c.Outcome != reports.Passed {
			c.Reason = "because of " + string(c.Outcome)
		}
		if kind == optional || kind == advice {
			c.Level = "extended"
		}
		if kind == feature || kind == optional {
			c.Feature = "geoQuery"
		}
		all = append(all, c)
	}
	return all
}

func judge(t *testing.T, obligation string, nocheck map[string]string, checks ...[]reports.CheckResult) reports.RequirementJudge {
	t.Helper()
	var all []reports.CheckResult
	for _, group := range checks {
		all = append(all, group...)
	}
	e := evidence{byRequirement: bind(all), beside: Beside{NoCheck: nocheck}}
	return e.requirement(baselines.Requirement{ID: req, Text: "text", Obligation: obligation})
}

var (
	conformant    = reports.Conformant
	nonConformant = reports.NonConformant
	inconclusive  = reports.Inconclusive
)

// none is what a requirement of which nothing is known becomes.
var none = map[string]reports.Verdict{
	baselines.Mandatory: reports.Inconclusive, baselines.Recommended: reports.NotApplicable,
	baselines.Optional: reports.NotApplicable, baselines.Unclear: reports.NotApplicable,
	"misspelt": reports.Inconclusive,
}

// TestOneCheck: every kind of check with every outcome, alone, under every obligation.
func TestOneCheck(t *testing.T) {
	const unknown = "" // by obligation
	want := map[string]map[string]reports.Verdict{
		core:     {"P": conformant, "F": nonConformant, "C": inconclusive, "I": unknown, "U": inconclusive, "?": inconclusive},
		feature:  {"P": conformant, "F": nonConformant, "C": inconclusive, "I": unknown, "U": inconclusive, "?": inconclusive},
		optional: {"P": conformant, "F": inconclusive, "C": inconclusive, "I": unknown, "U": inconclusive, "?": inconclusive},
		advice:   {"P": conformant, "F": inconclusive, "C": inconclusive, "I": unknown, "U": inconclusive, "?": inconclusive},
	}
	for kind, row := range want {
		for letters, v := range row {
			for obligation, nothing := range none {
				expected := v
				if v == unknown {
					expected = nothing
				}
				got := judge(t, obligation, nil, results(kind, letters))
				if got.Verdict != expected {
					t.Errorf("%s requirement, %s check, outcome %s: %s, expected %s (%s)", obligation, kind, letters, got.Verdict, expected, got.Reason)
				}
				if got.Reason == "" {
					t.Errorf("%s requirement, %s check, outcome %s: no reason", obligation, kind, letters)
				}
			}
		}
	}
}

// TestTwoGatingChecks: every pair of outcomes of checks that gate.
func TestTwoGatingChecks(t *testing.T) {
	const unknown = ""
	want := []struct {
		first string
		row   map[string]reports.Verdict
	}{
		{"P", map[string]reports.Verdict{"P": conformant, "F": nonConformant, "C": inconclusive, "I": conformant, "U": inconclusive}},
		{"F", map[string]reports.Verdict{"P": nonConformant, "F": nonConformant, "C": nonConformant, "I": nonConformant, "U": nonConformant}},
		{"C", map[string]reports.Verdict{"P": inconclusive, "F": nonConformant, "C": inconclusive, "I": inconclusive, "U": inconclusive}},
		{"I", map[string]reports.Verdict{"P": conformant, "F": nonConformant, "C": inconclusive, "I": unknown, "U": inconclusive}},
		{"U", map[string]reports.Verdict{"P": inconclusive, "F": nonConformant, "C": inconclusive, "I": inconclusive, "U": inconclusive}},
	}
	for _, w := range want {
		for second, v := range w.row {
			for _, kinds := range [][2]string{{core, core}, {core, feature}, {feature, core}, {feature, feature}} {
				for obligation, nothing := range none {
					expected := v
					if v == unknown {
						expected = nothing
					}
					got := judge(t, obligation, nil, results(kinds[0], w.first), results(kinds[1], second))
					if got.Verdict != expected {
						t.Errorf("%s requirement, %s %s and %s %s: %s, expected %s", obligation, kinds[0], w.first, kinds[1], second, got.Verdict, expected)
					}
				}
			}
		}
	}
}

// TestGatingAndAdvisoryCheck: an advisory check never changes what the gating ones
// say, and never stands in for them.
func TestGatingAndAdvisoryCheck(t *testing.T) {
	for gating, v := range map[string]reports.Verdict{"P": conformant, "F": nonConformant, "C": inconclusive, "I": "", "U": inconclusive} {
		for _, advisory := range []string{"P", "F", "C", "I", "U"} {
			for obligation, nothing := range none {
				expected := v
				if v == "" {
					expected = nothing
				}
				for _, kind := range []string{advice, optional} {
					got := judge(t, obligation, nil, results(core, gating), results(kind, advisory))
					if got.Verdict != expected {
						t.Errorf("%s requirement, gating %s, %s %s: %s, expected %s", obligation, gating, kind, advisory, got.Verdict, expected)
					}
					told := strings.Contains(got.Reason, "With findings") && strings.Contains(got.Reason, "mim1.extended,.0")
					if expected == conformant && told != (advisory == "F") {
						t.Errorf("conformant, %s %s: the reason is %q", kind, advisory, got.Reason)
					}
				}
			}
		}
	}
}

// TestTwoAdvisoryChecks: one that passed is enough, a failed one is told.
func TestTwoAdvisoryChecks(t *testing.T) {
	for letters, v := range map[string]reports.Verdict{
		"PP": conformant, "PF": conformant, "PC": conformant, "PI": conformant, "PU": conformant,
		"FF": inconclusive, "FC": inconclusive, "FI": inconclusive, "FU": inconclusive,
		"CC": inconclusive, "CI": inconclusive, "CU": inconclusive, "IU": inconclusive, "UU": inconclusive, "II": "",
	} {
		for obligation, nothing := range none {
			expected := v
			if v == "" {
				expected = nothing
			}
			if got := judge(t, obligation, nil, results(advice, letters)); got.Verdict != expected {
				t.Errorf("%s requirement, advisory %s: %s, expected %s", obligation, letters, got.Verdict, expected)
			}
		}
	}
}

func TestRequirementReasons(t *testing.T) {
	why := map[string]string{req: "No check is written yet for this."}
	for name, c := range map[string]struct {
		checks  []reports.CheckResult
		nocheck map[string]string
		want    string
	}{
		"failed":           {results(core, "PFF"), nil, "2 of its 3 checks failed. First mim1.core.1: because of failed."},
		"open":             {results(core, "PCU"), nil, "2 of its 3 checks could not be judged or were not run. First mim1.core.1: because of cantTell."},
		"passed":           {results(core, "PPI"), nil, "2 checks passed, 1 did not apply."},
		"inapplicable":     {results(core, "II"), why, "None of its 2 checks applies. First mim1.core.0: because of inapplicable."},
		"no check":         {nil, why, "No check is written yet for this."},
		"no check, no why": {nil, nil, "No check gives evidence for it, and no reason for that is written."},
		"advisory only":    {results(advice, "F"), nil, "None of its checks passed. With findings: 1 check of what is only recommended failed. First mim1.extended,.0: because of failed."},
		"findings": {append(results(core, "P"), results(advice, "FU")...), nil, "1 check passed. With findings: 1 check of what is only recommended failed. First mim1.extended,.0: because of failed." +
			" 1 check of what is only recommended could not be judged or was not run. First mim1.extended,.1: because of untested."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(t, baselines.Mandatory, c.nocheck, c.checks); got.Reason != c.want {
				t.Errorf("the reason is\n%s\nexpected\n%s", got.Reason, c.want)
			}
		})
	}
}

func TestRequirementTellsItsChecks(t *testing.T) {
	checks := results(core, "PFCIU")
	checks[0].Requirements = []string{req, "other/MIM1/r", req} // bound twice counts once
	got := judge(t, baselines.Mandatory, nil, checks)
	if got.Counts != (reports.Counts{Total: 5, Passed: 1, Failed: 1, CantTell: 1, Inapplicable: 1, Untested: 1}) {
		t.Errorf("counts: %+v", got.Counts)
	}
	if len(got.Checks) != 5 || got.Checks[0] != "mim1.core.0" || got.ID != req || got.Text != "text" || got.Obligation != "mandatory" {
		t.Errorf("judged: %+v", got)
	}
}

func TestDeclaredIsToldApartFromTested(t *testing.T) {
	declared := func(outcomes string) []reports.CheckResult {
		checks := results(core, outcomes)
		for i := range checks {
			checks[i].ID, checks[i].Needs = fmt.Sprintf("mim1.declared.d%d", i), []string{"read", "declarations"}
		}
		return checks
	}
	for name, c := range map[string]struct {
		checks   []reports.CheckResult
		verdict  reports.Verdict
		declared bool
	}{
		"declared":                        {declared("P"), reports.Conformant, true},
		"declared, the tests don't apply": {append(declared("P"), results(core, "I")...), reports.Conformant, true},
		"declared and tested":             {append(declared("P"), results(core, "P")...), reports.Conformant, false},
		"declared, a test failed":         {append(declared("P"), results(core, "F")...), reports.NonConformant, false},
		"declared, a test is open":        {append(declared("P"), results(core, "U")...), reports.Inconclusive, false},
		"a declaration that doesn't hold": {declared("F"), reports.NonConformant, false},
		"nothing declared":                {declared("U"), reports.Inconclusive, false},
		"tested":                          {results(core, "P"), reports.Conformant, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(t, baselines.Mandatory, nil, c.checks)
			if got.Verdict != c.verdict || got.Declared != c.declared {
				t.Errorf("%s, declared %t: expected %s, declared %t", got.Verdict, got.Declared, c.verdict, c.declared)
			}
			if strings.Contains(got.Reason, "Declared, not tested") != c.declared {
				t.Errorf("the reason is %q", got.Reason)
			}
			if _, reason := overRequirements([]reports.RequirementJudge{got}); strings.Contains(reason, "Declared, not tested: ") != c.declared {
				t.Errorf("the reason of what contains it is %q", reason)
			}
		})
	}
}

// Where tests do not apply, a declaration decides; where they do, it is aside.
func TestADeclarationStandsForWhatDoesNotApply(t *testing.T) {
	declared := func(letters string) []reports.CheckResult {
		all := results(advice, letters)
		for i := range all {
			all[i].Needs = []string{"read", "declarations"}
		}
		return all
	}
	for name, c := range map[string]struct {
		tests, declared string
		verdict         reports.Verdict
		isDeclared      bool
	}{
		"declared":               {"II", "P", conformant, true},
		"declared in vain":       {"II", "F", inconclusive, false},
		"declared in part":       {"II", "PF", inconclusive, false},
		"in part not known":      {"II", "PC", inconclusive, false},
		"in part not asked":      {"II", "PI", conformant, true},
		"not known to hold":      {"II", "C", inconclusive, false},
		"nothing declared":       {"II", "I", inconclusive, false},
		"tested, too":            {"PI", "P", conformant, false},
		"tested, not declared":   {"P", "I", conformant, false},
		"failed, and declared":   {"FI", "P", nonConformant, false},
		"not run, and declared":  {"UI", "P", inconclusive, false},
		"tested, declared badly": {"P", "F", conformant, false},
	} {
		got := judge(t, baselines.Mandatory, nil, results(feature, c.tests), declared(c.declared))
		if got.Verdict != c.verdict || got.Declared != c.isDeclared {
			t.Errorf("%s: %s, declared %t: %s", name, got.Verdict, got.Declared, got.Reason)
		}
	}
	if got := judge(t, baselines.Mandatory, nil, results(feature, "I"), results(advice, "P")); got.Verdict != inconclusive {
		t.Errorf("advice alone decides: %s", got.Reason)
	}
}

func TestAMIMIsDeclaredOnlyWhenAllThatDecidesIs(t *testing.T) {
	b := two()
	declared := on("MIM1/must", reports.Passed)
	declared.Needs = []string{"read", "declarations"}
	for name, c := range map[string]struct {
		checks []reports.CheckResult
		want   bool
	}{
		"all":                       {[]reports.CheckResult{declared}, true},
		"what is aside was tested":  {[]reports.CheckResult{declared, on("MIM1/should", reports.Passed)}, true},
		"what decides was tested":   {[]reports.CheckResult{on("MIM1/must", reports.Passed)}, false},
		"the declaration is untrue": {[]reports.CheckResult{declared, on("MIM1/must", reports.Failed)}, false},
		"nothing":                   {nil, false},
	} {
		got := Judge(b, []string{"MIM1"}, c.checks, Beside{})
		if got.MIMs[0].Declared != c.want {
			t.Errorf("%s: %t, expected %t", name, got.MIMs[0].Declared, c.want)
		}
		if told := strings.Contains(got.Reason, "Declared, not tested: MIM1."); told != c.want {
			t.Errorf("%s: the verdict's reason is %q", name, got.Reason)
		}
	}
}
