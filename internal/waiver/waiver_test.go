package waiver_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/verdict"
	"github.com/oasc/mimcheck/internal/waiver"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

var today = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	const rest = ", reason: r, owner: o, expires: 2026-05-04}"
	for _, c := range []struct {
		name, content, wrong string
	}{
		{"good, on its last day", "waivers:\n- {check: b" + rest + "\n- {check: a" + rest, ""},
		{"expired", "waivers: [{check: a, reason: r, owner: o, expires: 2026-05-03}]", "expired on 2026-05-03"},
		{"no day", "waivers: [{check: a, reason: r, owner: o, expires: soon}]", "2026-12-31"},
		{"no owner", "waivers: [{check: a, reason: r, expires: 2026-12-31}]", "lacks owner"},
		{"no reason", "waivers: [{check: a, owner: r, reason: ' ', expires: 2026-12-31}]", "lacks reason"},
		{"twice", "waivers:\n- {check: a" + rest + "\n- {check: a" + rest, "twice"},
		{"unknown member", "waivers: [{check: a, why: x" + rest + "]", "why"},
		{"none", "waivers: []", "no waiver"},
		{"empty", "", "no waiver"},
		{"no YAML", "waivers: [", "not as expected"},
		{"a list", "- a", "not as expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := waiver.Load(file(t, c.content), today)
			switch {
			case c.wrong == "" && (err != nil || len(got) != 2 || got[0].Check != "a"):
				t.Errorf("got %v, %v", got, err)
			case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("got %v, want %q", err, c.wrong)
			}
		})
	}
	if _, err := waiver.Load("/nowhere.yaml", today); err == nil {
		t.Error("a file that is not there is read")
	}
}

func TestMatch(t *testing.T) {
	w := []reports.Waiver{{Check: "a"}, {Check: "z"}}
	if err := waiver.Match(w[:1], []string{"a", "b"}); err != nil {
		t.Error(err)
	}
	if err := waiver.Match(w, []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "z matches no check") {
		t.Errorf("got %v", err)
	}
}

// A waiver takes a failure out of the verdict, and nothing else: it never turns what is
// not known into conformance.
func TestWaiversInTheVerdict(t *testing.T) {
	b := baselines.Baseline{ID: "b", Status: baselines.Approved, MIMs: []baselines.MIM{{ID: "MIM1", Capabilities: []baselines.Capability{{ID: "c",
		Requirements: []baselines.Requirement{{ID: "b/MIM1/r", Obligation: baselines.Mandatory}}}}}}}
	check := func(id string, o reports.Outcome) reports.CheckResult {
		return reports.CheckResult{ID: id, Level: "core", Requirements: []string{"b/MIM1/r"}, Outcome: o, Reason: "r", Findings: []reports.Finding{{Message: "m"}}}
	}
	w := []reports.Waiver{{Check: "x", Reason: "because", Owner: "wg", Expires: "2026-12-31"}}
	for _, c := range []struct {
		name    string
		checks  []reports.CheckResult
		waivers []reports.Waiver
		want    reports.Verdict
		applied bool
	}{
		{"a failure", []reports.CheckResult{check("a", reports.Passed), check("x", reports.Failed)}, nil, reports.NonConformant, false},
		{"a waived failure", []reports.CheckResult{check("a", reports.Passed), check("x", reports.Failed)}, w, reports.Conformant, true},
		{"a waived doubt", []reports.CheckResult{check("a", reports.Passed), check("x", reports.CantTell)}, w, reports.Conformant, true},
		{"another failure beside it", []reports.CheckResult{check("a", reports.Failed), check("x", reports.Failed)}, w, reports.NonConformant, true},
		{"nothing is left", []reports.CheckResult{check("x", reports.Failed)}, w, reports.Inconclusive, true},
		{"it passed", []reports.CheckResult{check("x", reports.Passed)}, w, reports.Conformant, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.checks)
			judged, told := waiver.Apply(c.checks, c.waivers)
			if got := verdict.Judge(b, []string{"MIM1"}, judged, verdict.Beside{}); got.Verdict != c.want {
				t.Errorf("%s (%s), want %s", got.Verdict, got.Reason, c.want)
			}
			for _, w := range told {
				if w.Applied != c.applied || w.Outcome != c.checks[len(c.checks)-1].Outcome {
					t.Errorf("told %+v", w)
				}
			}
			for i := range before {
				if before[i].Outcome != c.checks[i].Outcome {
					t.Error("the outcomes of the report were changed")
				}
			}
		})
	}
}

func TestExpected(t *testing.T) {
	for _, c := range []struct{ name, content, wrong string }{
		{"good", "expected: [{check: a, reason: r, expires: 2026-12-31, reruns: 3}]", ""},
		{"expired", "expected: [{check: a, reason: r, expires: 2020-01-01}]", "expired"},
		{"no expiry", "expected: [{check: a, reason: r}]", "lacks expires"},
		{"too many reruns", "expected: [{check: a, reason: r, expires: 2026-12-31, reruns: 300}]", "0 to 20"},
		{"twice", "expected: [{check: a, reason: r, expires: 2026-12-31}, {check: a, reason: r, expires: 2026-12-31}]", "twice"},
		{"none", "expected: []", "no expected failure"},
	} {
		_, err := waiver.LoadExpected(file(t, c.content), today)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCompareWithWhatIsExpected(t *testing.T) {
	r := &reports.Report{Checks: []reports.CheckResult{
		{ID: "news", Outcome: reports.Failed}, {ID: "known", Outcome: reports.Failed}, {ID: "fixed", Outcome: reports.Passed},
		{ID: "flaky", Outcome: reports.Failed}, {ID: "calm", Outcome: reports.Passed}, {ID: "broken", Outcome: reports.Failed}, {ID: "doubt", Outcome: reports.CantTell},
	}}
	n := waiver.Compare(r, []waiver.Expected{{Check: "known"}, {Check: "fixed"}, {Check: "flaky", Reruns: 2}, {Check: "calm", Reruns: 2}, {Check: "broken", Reruns: 2}, {Check: "gone"}, {Check: "doubt"}}, []string{"flaky"})
	if got := strings.Join(n.Failed, " "); got != "news" {
		t.Errorf("failed: %s", got)
	}
	if got := strings.Join(n.Never, " "); got != "broken" {
		t.Errorf("never passed: %s", got)
	}
	if got := strings.Join(n.Known, " "); got != "known flaky" {
		t.Errorf("known: %s", got)
	}
	if len(n.Stale) != 2 || !strings.HasPrefix(n.Stale[0], "fixed is expected to fail and passed") || !strings.HasPrefix(n.Stale[1], "gone is expected to fail and is no check") {
		t.Errorf("stale: %q", n.Stale)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("waivers: [{check: a, reason: r, owner: o, expires: 2026-12-31}]")
	f.Add("waivers: &x [*x]")
	f.Fuzz(func(t *testing.T, content string) {
		got, err := waiver.Load(file(t, content), today)
		if err == nil && len(got) == 0 {
			t.Error("no waiver and no error")
		}
	})
}
