package catalogue

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/suites"
)

func TestTrace(t *testing.T) {
	purposes := []TestPurpose{{ID: "1", Operation: "create"}, {ID: "2", Operation: "create"}, {ID: "3", Operation: "query"}, {ID: "4", Operation: "query"}}
	checks := []suites.Check{
		{ID: "mim1.b.b", TestPurposes: []string{"1"}},
		{ID: "mim1.a.a", TestPurposes: []string{"1", "1"}},
	}
	got, err := trace(purposes, checks, map[string]string{"create": "For the operation.", "3": "For this one."})
	if err != nil {
		t.Fatal(err)
	}
	want := []Trace{
		{TestPurpose: purposes[0], Checks: []string{"mim1.a.a", "mim1.b.b"}},
		{TestPurpose: purposes[1], Reason: "For the operation."},
		{TestPurpose: purposes[2], Reason: "For this one."},
		{TestPurpose: purposes[3]},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTraceRefusesReasonsThatExcuseNothing(t *testing.T) {
	purposes := []TestPurpose{{ID: "1", Operation: "create"}}
	checks := []suites.Check{{ID: "mim1.a.a", TestPurposes: []string{"1"}}}
	for _, key := range []string{"1", "create", "unknown"} {
		_, err := trace(purposes, checks, map[string]string{key: "A reason."})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("a reason for %q: %v", key, err)
		}
	}
}

func TestTraceETSI(t *testing.T) {
	traces, err := TraceETSI()
	if err != nil {
		t.Fatal(err)
	}
	purposes, err := TestPurposes()
	if err != nil {
		t.Fatal(err)
	}
	if len(traces) != len(purposes) {
		t.Errorf("%d traces of %d test purposes", len(traces), len(purposes))
	}
	const least = 0.95 // of all test purposes lead to checks, or to the reason for having none
	covered, explained := 0, 0
	var open []string
	for _, tr := range traces {
		switch {
		case len(tr.Checks) > 0:
			covered++
		case tr.Reason != "":
			explained++
		default:
			open = append(open, tr.ID)
		}
	}
	if float64(covered+explained) < least*float64(len(traces)) {
		t.Errorf("of %d test purposes %d lead to checks and %d to a reason; these lead nowhere: %v", len(traces), covered, explained, open)
	}
	t.Logf("of %d test purposes %d lead to checks and %d to a reason", len(traces), covered, explained)
}

func TestReasonsForNoTraceAreSentences(t *testing.T) {
	why, err := reasons("untraced.yaml", untraced)
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`^[A-Z]\S*( \S+){4,}\.$`)
	for id, reason := range why {
		if !sentence.MatchString(reason) {
			t.Errorf("%s: %q is no sentence", id, reason)
		}
	}
}
