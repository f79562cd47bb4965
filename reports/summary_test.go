package reports_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

func TestMeaningNeverCallsAnythingElseAPass(t *testing.T) {
	for _, v := range []reports.Verdict{reports.Conformant, reports.NonConformant, reports.Inconclusive, reports.NotApplicable, "great"} {
		r := fixture.Full()
		r.Verdict.Verdict = v
		got := r.Meaning()
		if strings.Contains(got, "meets everything") != (v == reports.Conformant) {
			t.Errorf("%s: %s", v, got)
		}
		if got == "" || v.Label() == "" {
			t.Errorf("%s has no words", v)
		}
	}
	for _, o := range reports.Outcomes() {
		if o.Label() == "" || o.Meaning() == "" {
			t.Errorf("%s has no words", o)
		}
	}
}

func TestCaveats(t *testing.T) {
	for name, want := range map[string][]string{
		"conformant":  nil,
		"full":        {"Waived until 2026-12-31 by A. Jensen, Working Group: mim1.entity.create.duplicate (outcome \"Failed\") does not count", "was not needed", "left 2 things"},
		"unreachable": {"draft"},
		"interrupted": {"interrupted", "the suites MIM1, and of them the checks that match core && !need:write"},
	} {
		got := fixture.Report(name).Caveats()
		if len(got) != len(want) {
			t.Errorf("%s: got %q, want %d", name, got, len(want))
			continue
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: got %q, want it to have %q", name, got[i], want[i])
			}
		}
	}
}

func TestFailuresBesideAConformantVerdictAreTold(t *testing.T) {
	r := fixture.Conformant()
	r.Counts.Failed = 2
	if got := r.Caveats(); len(got) != 1 || !strings.HasPrefix(got[0], "2 checks failed. None counts") {
		t.Errorf("got %q", got)
	}
	r.Verdict.Verdict, r.Counts.Failed = reports.NonConformant, 0
	if got := r.Meaning(); !strings.Contains(got, "does not meet") {
		t.Errorf("got %q", got)
	}
}

func TestReproduce(t *testing.T) {
	for name, want := range map[string]string{
		"full":        "mimcheck run --url https://broker.example.org/ngsi-ld/v1 --profile sandbox --baseline oasc-2019-01-16 --seed 18446744073709551615 --concurrency 4 --rate 5",
		"conformant":  "mimcheck run --baseline oasc-2019-01-16 --seed 18446744073709551615 --concurrency 4 --rate -1",
		"unreachable": "mimcheck run --target city.yaml --seed 7",
		"interrupted": "mimcheck run --url https://broker.example.org/ngsi-ld/v1 --profile sandbox --baseline oasc-2019-01-16 --mim MIM1 --filter 'core && !need:write' --seed 18446744073709551615 --concurrency 4 --rate 5",
		"empty":       "mimcheck run --target target.yaml --profile sandbox --baseline oasc-2019-01-16 --seed 18446744073709551615 --concurrency 4 --rate 5",
	} {
		if got := fixture.Report(name).Reproduce(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
	r := fixture.Full()
	r.Selection.Filter = "it's; rm -rf /"
	if got := r.Reproduce(); !strings.Contains(got, `--filter 'it'\''s; rm -rf /'`) {
		t.Errorf("not quoted for the shell: %s", got)
	}
}

func TestGroups(t *testing.T) {
	groups := reports.Groups([]reports.CheckResult{
		{ID: "a", MIM: "MIM10", Group: "a", Outcome: reports.Passed},
		{ID: "b", MIM: "MIM2", Group: "b", Outcome: reports.Failed},
		{ID: "c", MIM: "MIM2", Group: "a", Outcome: reports.Passed},
		{ID: "d", MIM: "MIM2", Group: "b", Outcome: reports.Passed},
	})
	var got []string
	for _, g := range groups {
		var ids string
		for _, c := range g.Checks {
			ids += c.ID
		}
		got = append(got, g.MIM+" "+g.Name+" "+ids)
	}
	if want := "MIM2 a c, MIM2 b bd, MIM10 a a"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if groups[1].Counts != (reports.Counts{Total: 2, Passed: 1, Failed: 1}) {
		t.Errorf("counts of MIM2 b: %+v", groups[1].Counts)
	}
}

func TestReasons(t *testing.T) {
	got := reports.Reasons([]reports.CheckResult{{ID: "a", Reason: "x"}, {ID: "b", Reason: "y"}, {ID: "c", Reason: "y"}})
	if len(got) != 2 || got[0].Text != "y" || len(got[0].Checks) != 2 || got[1].Checks[0].ID != "a" {
		t.Errorf("got %+v", got)
	}
}
