package main

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/suites/catalogue"
)

// TestTraceCSV reads the printed CSV back: a row for each test purpose, in order, with
// the checks or the reason that the catalogue has.
func TestTraceCSV(t *testing.T) {
	workdir(t)
	o := mimcheck(t, "trace", "etsi", "--csv")
	o.want(t, 0)
	rows, err := csv.NewReader(strings.NewReader(o.out)).ReadAll() // wants as many fields in each row as in the first
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		t.Fatal("nothing was printed")
	}
	if head := strings.Join(rows[0], ","); head != "id,operation,checks,reason" {
		t.Errorf("the first line is %s", head)
	}
	traces, err := catalogue.TraceETSI()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(traces)+1 {
		t.Fatalf("%d rows for %d test purposes", len(rows)-1, len(traces))
	}
	for i, trace := range traces {
		want := []string{trace.ID, trace.Operation, strings.Join(trace.Checks, " "), trace.Reason}
		if got := rows[i+1]; strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("row %d is %q, want %q", i+1, got, want)
		}
	}
}

func TestTraceText(t *testing.T) {
	workdir(t)
	mimcheck(t, "trace", "etsi").want(t, 0,
		"001_01 createEntity: mim1.entity.create.", // one with checks
		"060_01 purgeEntities: no check: A purge",  // one with a reason
		"556 test purposes: ")
}

// Reasons and checks go through CSV whatever is in them.
func TestTraceCSVQuotes(t *testing.T) {
	var out strings.Builder
	err := traceCSV(&out, []catalogue.Trace{
		{TestPurpose: catalogue.TestPurpose{ID: "1", Operation: "create"}, Checks: []string{"a.b.c", "a.b.d"}},
		{TestPurpose: catalogue.TestPurpose{ID: "2", Operation: "create"}, Reason: `It says "no", and why.`},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = "id,operation,checks,reason\n1,create,a.b.c a.b.d,\n2,create,,\"It says \"\"no\"\", and why.\"\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
