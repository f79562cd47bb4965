package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// TestRollUp: every combination of what the gating and the other requirements of a
// capability or MIM can be.
func TestRollUp(t *testing.T) {
	const n, i, c, a = reports.NonConformant, reports.Inconclusive, reports.Conformant, reports.NotApplicable
	type v = []reports.Verdict
	for _, w := range []struct {
		mandatory, others v
		want              reports.Verdict
	}{
		// Mandatory ones decide, whatever the others are.
		{v{c}, nil, c}, {v{c}, v{c}, c}, {v{c}, v{i}, c}, {v{c}, v{n}, c}, {v{c}, v{a}, c}, {v{c}, v{n, i, a, c}, c},
		{v{i}, nil, i}, {v{i}, v{c}, i}, {v{i}, v{i}, i}, {v{i}, v{n}, i}, {v{i}, v{a}, i}, {v{i}, v{n, i, a, c}, i},
		{v{n}, nil, n}, {v{n}, v{c}, n}, {v{n}, v{i}, n}, {v{n}, v{n}, n}, {v{n}, v{a}, n}, {v{n}, v{n, i, a, c}, n},
		{v{c, c}, nil, c}, {v{c, i}, nil, i}, {v{c, n}, nil, n}, {v{i, i}, nil, i}, {v{i, n}, nil, n}, {v{n, n}, nil, n},
		{v{c, i, n}, nil, n},
		// No mandatory one: those that apply decide.
		{nil, v{c}, c}, {nil, v{i}, i}, {nil, v{n}, n}, {nil, v{a}, a},
		{nil, v{c, c}, c}, {nil, v{c, a}, c}, {nil, v{c, i}, i}, {nil, v{c, n}, n}, {nil, v{i, a}, i}, {nil, v{i, n}, n}, {nil, v{n, a}, n}, {nil, v{a, a}, a},
		{nil, nil, a},
	} {
		var all []reports.RequirementJudge
		for k, x := range w.mandatory {
			all = append(all, reports.RequirementJudge{ID: fmt.Sprintf("b/MIM1/m%d", k), Obligation: baselines.Mandatory, Verdict: x})
		}
		for k, x := range w.others {
			obligation := []string{baselines.Recommended, baselines.Optional, baselines.Unclear}[k%3]
			all = append(all, reports.RequirementJudge{ID: fmt.Sprintf("b/MIM1/o%d", k), Obligation: obligation, Verdict: x})
		}
		got, reason := overRequirements(all)
		if got != w.want {
			t.Errorf("mandatory %v, others %v: %s, expected %s", w.mandatory, w.others, got, w.want)
		}
		for _, r := range all { // whatever is not met, or not known to be, is named unless something worse leads
			worse := r.Verdict == n || r.Verdict == i && got != n
			if worse && !strings.Contains(reason, short(r.ID)) {
				t.Errorf("mandatory %v, others %v: the reason does not name %s: %s", w.mandatory, w.others, r.ID, reason)
			}
		}
	}
}

// two is a baseline of two MIMs, the second with nothing mandatory.
func two() baselines.Baseline {
	r := func(id, obligation string) baselines.Requirement {
		return baselines.Requirement{ID: "b/" + id, Text: "text of " + id, Obligation: obligation}
	}
	return baselines.Baseline{ID: "b", Status: baselines.Approved, MIMs: []baselines.MIM{
		{ID: "MIM1", Title: "One", Capabilities: []baselines.Capability{
			{ID: "c1", Title: "First", Requirements: []baselines.Requirement{r("MIM1/must", baselines.Mandatory)}},
			{ID: "c2", Title: "Second", Requirements: []baselines.Requirement{r("MIM1/should", baselines.Recommended)}},
		}},
		{ID: "MIM2", Title: "Two", Capabilities: []baselines.Capability{
			{ID: "c3", Title: "Third", Requirements: []baselines.Requirement{r("MIM2/may", baselines.Optional)}},
		}},
	}}
}

func on(requirement string, o reports.Outcome) reports.CheckResult {
	return reports.CheckResult{ID: "mim1.on." + requirement, Level: "core", Outcome: o, Reason: "of " + string(o), Requirements: []string{"b/" + requirement}}
}

func TestJudge(t *testing.T) {
	const p, f, u, i = reports.Passed, reports.Failed, reports.Untested, reports.Inapplicable
	type verdicts struct{ baseline, mim1, mim2 reports.Verdict }
	const n, o, c, a = reports.NonConformant, reports.Inconclusive, reports.Conformant, reports.NotApplicable
	for name, w := range map[string]struct {
		claimed []string
		checks  []reports.CheckResult
		want    verdicts
		says    string
	}{
		"both met":                 {[]string{"MIM1", "MIM2"}, []reports.CheckResult{on("MIM1/must", p), on("MIM1/should", p), on("MIM2/may", p)}, verdicts{c, c, c}, "MIM1 and MIM2 are conformant."},
		"order and repeats":        {[]string{"MIM2", "MIM1", "MIM2"}, []reports.CheckResult{on("MIM2/may", p), on("MIM1/must", p)}, verdicts{c, c, c}, "MIM1 and MIM2 are conformant."},
		"one claimed":              {[]string{"MIM1"}, []reports.CheckResult{on("MIM1/must", p), on("MIM2/may", i)}, verdicts{c, c, a}, "MIM1 is conformant."},
		"unclaimed failure":        {[]string{"MIM1"}, []reports.CheckResult{on("MIM1/must", p), on("MIM2/may", f)}, verdicts{c, c, a}, "MIM1 is conformant."},
		"recommended failure":      {[]string{"MIM1"}, []reports.CheckResult{on("MIM1/must", p), on("MIM1/should", f)}, verdicts{c, c, a}, "MIM1 is conformant."},
		"mandatory failure":        {[]string{"MIM1", "MIM2"}, []reports.CheckResult{on("MIM1/must", f), on("MIM2/may", p)}, verdicts{n, n, c}, "MIM1 is not conformant."},
		"mandatory untested":       {[]string{"MIM1", "MIM2"}, []reports.CheckResult{on("MIM1/must", u), on("MIM2/may", p)}, verdicts{o, o, c}, "MIM1 is inconclusive."},
		"failure beats untested":   {[]string{"MIM1", "MIM2"}, []reports.CheckResult{on("MIM1/must", u), on("MIM2/may", f)}, verdicts{n, o, n}, "MIM2 is not conformant."},
		"silence about a claim":    {[]string{"MIM1", "MIM2"}, []reports.CheckResult{on("MIM1/must", p), on("MIM2/may", i)}, verdicts{o, c, o}, "MIM2 is inconclusive."},
		"no checks at all":         {[]string{"MIM1", "MIM2"}, nil, verdicts{o, o, o}, "MIM1 and MIM2 are inconclusive."},
		"nothing claimed":          {nil, []reports.CheckResult{on("MIM1/must", p)}, verdicts{o, a, a}, "claims no MIM"},
		"strange claim":            {[]string{"MIM1", "MIM7"}, []reports.CheckResult{on("MIM1/must", p)}, verdicts{o, c, a}, "claims MIM7, which the baseline does not have"},
		"only strange claims":      {[]string{"MIM7"}, nil, verdicts{o, a, a}, "claims MIM7, which the baseline does not have"},
		"strange claim, failure":   {[]string{"MIM1", "MIM7"}, []reports.CheckResult{on("MIM1/must", f)}, verdicts{n, n, a}, "MIM1 is not conformant. The target claims MIM7"},
		"checks of other baseline": {[]string{"MIM1"}, []reports.CheckResult{{ID: "x", Level: "core", Outcome: p, Requirements: []string{"other/MIM1/must"}}}, verdicts{o, o, a}, "MIM1 is inconclusive."},
	} {
		t.Run(name, func(t *testing.T) {
			got := Judge(two(), w.claimed, w.checks, Beside{})
			if v := (verdicts{got.Verdict, got.MIMs[0].Verdict, got.MIMs[1].Verdict}); v != w.want {
				t.Errorf("verdicts %v, expected %v", v, w.want)
			}
			if !strings.Contains(got.Reason, w.says) {
				t.Errorf("the reason is %q, expected it to say %q", got.Reason, w.says)
			}
		})
	}
}

func TestJudgeTree(t *testing.T) {
	why := map[string]string{"b/MIM2/may": "No check is written yet for it."}
	got := Judge(two(), []string{"MIM1"}, []reports.CheckResult{on("MIM1/must", reports.Passed), on("MIM1/should", reports.Failed)}, Beside{NoCheck: why})
	one, other := got.MIMs[0], got.MIMs[1]
	if !one.Claimed || one.Title != "One" || len(one.Capabilities) != 2 {
		t.Errorf("MIM1: %+v", one)
	}
	if one.Reason != "Every mandatory requirement is met: MIM1/must. Not met, but not mandatory: MIM1/should." {
		t.Errorf("reason of MIM1: %s", one.Reason)
	}
	// A capability without mandatory requirement is judged by what it has.
	if second := one.Capabilities[1]; second.Verdict != reports.NonConformant || second.Reason != "Not met: MIM1/should." {
		t.Errorf("second capability: %+v", second)
	}
	if other.Claimed || other.Verdict != reports.NotApplicable || other.Reason != "The target does not claim MIM2." {
		t.Errorf("MIM2: %+v", other)
	}
	if r := other.Capabilities[0].Requirements[0]; r.Verdict != reports.NotApplicable || r.Text == "" || r.Reason != other.Reason {
		t.Errorf("requirement of an unclaimed MIM: %+v", r)
	}
	claimed := Judge(two(), []string{"MIM2"}, nil, Beside{NoCheck: why}).MIMs[1]
	if claimed.Verdict != reports.Inconclusive || claimed.Capabilities[0].Verdict != reports.NotApplicable ||
		claimed.Capabilities[0].Requirements[0].Reason != why["b/MIM2/may"] {
		t.Errorf("claimed, and nothing known: %+v", claimed)
	}
}

func TestDraftIsTold(t *testing.T) {
	b := two()
	b.Status = baselines.Draft
	for _, claimed := range [][]string{nil, {"MIM1"}} {
		if got := Judge(b, claimed, nil, Beside{}); !strings.Contains(got.Reason, "is a draft") {
			t.Errorf("the reason does not tell that the baseline is a draft: %s", got.Reason)
		}
	}
}

func TestJudgeLeavesItsInputAlone(t *testing.T) {
	checks := []reports.CheckResult{on("MIM2/may", reports.Passed), on("MIM1/must", reports.Passed)}
	checks[0].Requirements = []string{"b/MIM2/may", "b/MIM1/should"}
	Judge(two(), []string{"MIM2", "MIM1"}, checks, Beside{})
	if checks[0].ID != "mim1.on.MIM2/may" || checks[0].Requirements[0] != "b/MIM2/may" {
		t.Errorf("changed: %+v", checks)
	}
}
