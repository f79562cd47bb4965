package main

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
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

func TestTraceOperations(t *testing.T) {
	workdir(t)
	mimcheck(t, "trace", "operations").want(t, 0, "retrieveEntity GET /entities/{entityId}", "operations and topics: ")
	put(t, "report.json", "{}")
	mimcheck(t, "trace", "operations", "--report", "report.json").want(t, 2)
	mimcheck(t, "trace", "operations", "--report", "missing.json").want(t, 2)
	o := mimcheck(t, "trace", "operations", "--csv")
	o.want(t, 0)
	rows, err := csv.NewReader(strings.NewReader(o.out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if head := strings.Join(rows[0], ","); head != "operation,method,path,clause,since,checks,core,readOnly,ids,reason" {
		t.Errorf("the first line is %s", head)
	}
	for _, row := range rows[1:] {
		if ids := strings.Fields(row[8]); strconv.Itoa(len(ids)) != row[5] {
			t.Errorf("%s has %s checks, and %d ids", row[0], row[5], len(ids))
		}
	}
}

// With a report the columns are its outcomes, and a check that it has not is in none.
func TestTraceOperationsOutcomes(t *testing.T) {
	check := func(id string) suites.Check { return suites.Check{ID: id} }
	traces := []catalogue.OperationTrace{
		{Operation: "createEntity", Method: "POST", Path: "/entities", Clause: "5.6.1",
			Checks: []suites.Check{check("a"), check("b"), check("c")}},
		{Operation: "deleteEntity", Method: "DELETE", Path: "/entities/{entityId}", Clause: "5.6.6", Checks: []suites.Check{check("b"), check("d")}},
		{Operation: "createSnapshot", Method: "POST", Path: "/snapshots", Clause: "5.16.1", Reason: "Not yet."},
		{Operation: "names", Path: "(all)", Clause: "5.5.7"},
	}
	outcomes := map[string]reports.CheckResult{
		"a": {Outcome: reports.Passed}, "b": {Outcome: reports.Failed}, "d": {Outcome: reports.Untested},
	}
	var text, rows strings.Builder
	if err := operationsText(&text, traces, outcomes); err != nil {
		t.Fatal(err)
	}
	const wantText = `operation                                 clause  checks  passed  failed  cantTell  inapplicable  untested
createEntity POST /entities               5.6.1   2       1       1       0         0             0
deleteEntity DELETE /entities/{entityId}  5.6.6   2       0       1       0         0             1
createSnapshot POST /snapshots            5.16.1  0       0       0       0         0             0
names (all)                               5.5.7   0       0       0       0         0             0
all, each check once                              3       1       1       0         0             1

createSnapshot: no check: Not yet.
names: no check yet

4 operations and topics: 2 with checks, 1 with a reason for having none, 1 open
`
	if text.String() != wantText {
		t.Errorf("got\n%s\nwant\n%s", text.String(), wantText)
	}
	if err := operationsCSV(&rows, traces[:1], outcomes); err != nil {
		t.Fatal(err)
	}
	const wantCSV = "operation,method,path,clause,since,checks,passed,failed,cantTell,inapplicable,untested,ids,reason\n" +
		"createEntity,POST,/entities,5.6.1,,2,1,1,0,0,0,a b c,\n"
	if rows.String() != wantCSV {
		t.Errorf("got %s, want %s", rows.String(), wantCSV)
	}
}

func TestTraceClauses(t *testing.T) {
	for name, want := range map[string]string{"ogc": "/req/core/root-op (Core)", "tmf": "TMF620/catalog/attributes", "security": "RFC 7636, 4.6 (Proof keys) the verifier is held against the challenge: mim6.code.proof.wrong", "dcat": "Distribution, access URL (Distribution) mandatory: where it is had: mim3.distribution.content.accessURL"} {
		mimcheck(t, "trace", name).want(t, 0, want, " requirements: ", " 0 open")
		rows, err := csv.NewReader(strings.NewReader(mimcheck(t, "trace", name, "--csv").out)).ReadAll()
		if err != nil || len(rows) < 60 || len(rows[1]) != 5 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}
