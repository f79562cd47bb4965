package reports_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

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
