package catalogue

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/suites"
)

//go:embed operations.csv
var operations []byte

// OperationTrace leads from one operation of the NGSI-LD API, or from what all of them
// have in common, to the checks of it.
type OperationTrace struct {
	Operation string // as ETSI GS CIM 009 calls it, such as queryEntities; "other" for checks of no operation
	Method    string // empty for what is common to all
	Path      string // below the API's root
	Clause    string // of ETSI GS CIM 009
	Since     string // the first version of the specification with the operation
	Checks    []suites.Check
	Reason    string // why there are no checks; empty when there are, or no reason is written
}

// TraceOperations traces every operation, in the order of the specification. One that
// has neither checks nor a reason is there too, and checks of MIM1 that belong to none
// are under the operation "other" at the end, so that gaps are seen.
func TraceOperations() ([]OperationTrace, error) {
	registry, err := Registry()
	if err != nil {
		return nil, err
	}
	return traceOperations(operations, registry.All())
}

// traceOperations joins the operations and the checks, sorted by id. The column checks
// holds the beginnings of ids without suite: entity.create is all mim1.entity.create.*.
// A beginning of no check, and a reason beside checks, are errors.
func traceOperations(raw []byte, checks []suites.Check) ([]OperationTrace, error) {
	const columns = "operation,method,path,clause,since,checks,reason"
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll() // wants as many fields in each row as in the first
	if err != nil {
		return nil, fmt.Errorf("operations.csv: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != columns {
		return nil, fmt.Errorf("operations.csv has to begin with the line %s", columns)
	}
	var traces []OperationTrace
	var wrong []error
	known, traced := map[string]bool{}, map[string]bool{}
	for i, row := range rows[1:] {
		complain := func(format string, args ...any) {
			wrong = append(wrong, fmt.Errorf("operations.csv, line %d: %w", i+2, fmt.Errorf(format, args...)))
		}
		t := OperationTrace{Operation: row[0], Method: row[1], Path: row[2], Clause: row[3], Since: row[4], Reason: row[6]}
		beginnings := strings.Fields(row[5])
		used := map[string]bool{}
		for _, c := range checks {
			at := slices.IndexFunc(beginnings, func(b string) bool { return strings.HasPrefix(c.ID+".", "mim1."+b+".") })
			if at < 0 {
				continue
			}
			used[beginnings[at]], traced[c.ID] = true, true
			t.Checks = append(t.Checks, c)
		}
		for _, b := range beginnings {
			if !used[b] {
				complain("no check begins with mim1.%s, or another beginning of %s covers it", b, t.Operation)
			}
		}
		switch {
		case t.Operation == "" || t.Path == "" || t.Clause == "" || t.Since == "":
			complain("expected an operation, a path, a clause and a version, got %q", row)
		case known[t.Operation]:
			complain("%s is there twice", t.Operation)
		case len(t.Checks) > 0 && t.Reason != "":
			complain("%s has checks and a reason for having none: remove the reason", t.Operation)
		}
		known[t.Operation] = true
		traces = append(traces, t)
	}
	var other []suites.Check
	for _, c := range checks {
		if c.Suite() == "MIM1" && !traced[c.ID] {
			other = append(other, c)
		}
	}
	if len(other) > 0 {
		traces = append(traces, OperationTrace{Operation: "other", Checks: other})
	}
	return traces, errors.Join(wrong...)
}
