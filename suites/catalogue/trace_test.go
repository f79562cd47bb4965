package catalogue

import (
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
	covered := 0
	for _, tr := range traces {
		if len(tr.Checks) > 0 {
			covered++
		}
	}
	if covered == 0 {
		t.Error("no test purpose leads to a check")
	}
	t.Logf("%d of %d test purposes lead to checks", covered, len(traces))
}
