package catalogue

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/suites"
)

//go:embed ogc.csv
var ogc []byte

// OGCTrace leads from one requirement of OGC API - Features, Part 1 (17-069r4) or
// Part 2 (18-058r1), to the checks that name it as their clause.
type OGCTrace struct {
	ID     string   // such as /req/core/fc-op
	Class  string   // requirements class
	Title  string   // what it asks, in short
	Checks []string // ids, sorted
	Reason string   // why there is none; empty when there are checks, or no reason is written
}

// ogcRequirement finds the requirement ids in a clause.
var ogcRequirement = regexp.MustCompile(`/req/[a-z0-9]+/[A-Za-z0-9-]+`)

// TraceOGC traces every requirement, in the order of the standards. One that has
// neither checks nor a reason is there too, so that the gap is seen.
func TraceOGC() ([]OGCTrace, error) {
	registry, err := Registry()
	if err != nil {
		return nil, err
	}
	return traceOGC(ogc, registry.All())
}

// traceOGC joins the requirements and the checks. A check whose clause names a
// requirement that is not there, and a reason beside checks, are errors.
func traceOGC(raw []byte, checks []suites.Check) ([]OGCTrace, error) {
	const columns = "id,class,title,reason"
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll() // wants as many fields in each row as in the first
	if err != nil {
		return nil, fmt.Errorf("ogc.csv: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != columns {
		return nil, fmt.Errorf("ogc.csv has to begin with the line %s", columns)
	}
	naming := map[string][]string{}
	for _, c := range checks {
		for _, id := range ogcRequirement.FindAllString(c.Clause, -1) {
			naming[id] = append(naming[id], c.ID)
		}
	}
	var traces []OGCTrace
	var wrong []error
	known := map[string]bool{}
	for i, row := range rows[1:] {
		t := OGCTrace{ID: row[0], Class: row[1], Title: row[2], Reason: row[3], Checks: slices.Clone(naming[row[0]])}
		slices.Sort(t.Checks)
		t.Checks = slices.Compact(t.Checks)
		switch {
		case t.ID == "" || t.Class == "" || t.Title == "":
			wrong = append(wrong, fmt.Errorf("ogc.csv, line %d: expected an id, a class and a title, got %q", i+2, row))
		case known[t.ID]:
			wrong = append(wrong, fmt.Errorf("ogc.csv, line %d: %s is there twice", i+2, t.ID))
		case len(t.Checks) > 0 && t.Reason != "":
			wrong = append(wrong, fmt.Errorf("ogc.csv, line %d: %s has checks and a reason for having none: remove the reason", i+2, t.ID))
		}
		known[t.ID] = true
		traces = append(traces, t)
	}
	for id, by := range naming {
		if !known[id] {
			wrong = append(wrong, fmt.Errorf("%s names the requirement %s, which ogc.csv does not have", by[0], id))
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return traces, errors.Join(wrong...)
}
