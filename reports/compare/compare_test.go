package compare_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

func report(verdict reports.Verdict, checks ...reports.CheckResult) *reports.Report {
	return &reports.Report{Checks: checks, Verdict: reports.BaselineJudge{Verdict: verdict}}
}

func check(id string, o reports.Outcome, reason string, statuses ...int) reports.CheckResult {
	c := reports.CheckResult{ID: id, Outcome: o, Reason: reason}
	for i, s := range statuses {
		c.Exchanges = append(c.Exchanges, reports.Exchange{Seq: i + 1, Method: "GET", URL: "/x", Status: s})
	}
	return c
}

func TestChanges(t *testing.T) {
	for _, c := range []struct {
		name     string
		was, is  reports.CheckResult
		kind     compare.Kind
		exchange string
	}{
		{"got worse", check("a", reports.Passed, "", 200, 201), check("a", reports.Failed, "no", 200, 400), compare.Regression, "exchange 2: GET /x answered 201, then GET /x answered 400"},
		{"is not known anymore", check("a", reports.Passed, ""), check("a", reports.CantTell, "cut"), compare.Regression, ""},
		{"fails that was not tested", check("a", reports.Untested, "left out"), check("a", reports.Failed, "no", 500), compare.Regression, "exchange 1: only in the second run"},
		{"fixed", check("a", reports.Failed, "no", 400), check("a", reports.Passed, "", 201), compare.Fixed, "exchange 1"},
		{"other", check("a", reports.Untested, "x"), check("a", reports.Inapplicable, "y"), compare.Changed, ""},
		{"another reason", check("a", reports.Failed, "x", 1, 2), check("a", reports.Failed, "y", 1), compare.Reworded, "exchange 2: only in the first run"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := compare.Reports(report(reports.Inconclusive, c.was), report(reports.Inconclusive, c.is))
			if len(d.Checks) != 1 || d.Checks[0].Kind != c.kind || !strings.HasPrefix(d.Checks[0].Exchange, c.exchange) {
				t.Errorf("got %+v", d.Checks)
			}
			if worse := len(d.Regressions()) == 1; worse != (c.kind == compare.Regression) {
				t.Errorf("regressions: %v", d.Regressions())
			}
			if d.Same() {
				t.Error("says that it is the same")
			}
		})
	}
}

func TestTheSame(t *testing.T) {
	a := report(reports.Conformant, check("a", reports.Passed, "", 200), check("b", reports.Failed, "no"))
	d := compare.Reports(a, a)
	if !d.Same() || len(d.Regressions()) != 0 || len(d.Scope) != 0 {
		t.Errorf("got %+v", d)
	}
	var b strings.Builder
	if err := d.WriteText(&b); err != nil || !strings.Contains(b.String(), "is the same") {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestAddedRemovedAndVerdicts(t *testing.T) {
	a, b := report(reports.Conformant, check("a", reports.Passed, "")), report(reports.NonConformant, check("b", reports.Failed, "no"))
	b.Baseline.ID = "another"
	d := compare.Reports(a, b)
	var text strings.Builder
	if err := d.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"another baseline", "verdict of baseline: Conformant, then Not conformant", "added      b: Failed", "removed    a: was Passed"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
	if got := d.Regressions(); len(got) != 1 || got[0] != "baseline" {
		t.Errorf("regressions: %v", got)
	}
}
