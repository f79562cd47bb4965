package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Encode gives the canonical JSON of r, which digests and signatures are taken
// over: the same report always gives the same bytes. r itself is not changed.
//
// The form is that of schemas/report.schema.json, in UTF-8, with
//   - object members in the order of the Go types, and those of a map by key;
//   - checks sorted by id, waivers by check, exchanges by seq, claims and left-over paths sorted;
//   - times in UTC, empty lists as [], absent optional members left out;
//   - two spaces of indentation, no escaping of <, > and &, one line feed at the end.
//
// A report that Decode would refuse is an error, so that what can't be read
// again is never written.
func Encode(r *Report) ([]byte, error) {
	if r == nil {
		return nil, errors.New("there is no report to encode")
	}
	r = r.Canonical()
	b, err := written(r)
	if err != nil {
		return nil, err
	}
	if err := decodable(r, b); err != nil {
		return nil, fmt.Errorf("the report is not a valid one: %w", err)
	}
	return b, nil
}

// decodable says why Decode would refuse the bytes, which are those of r, the canonical
// report: they are one JSON object in UTF-8 without unknown members, since that is what
// encoding gives.
func decodable(r *Report, b []byte) error {
	if err := sized(b); err != nil {
		return err
	}
	if _, err := readableVersion(r.SchemaVersion); err != nil {
		return err
	}
	if err := checkSchema(b); err != nil {
		return err
	}
	return r.Validate()
}

// Form is Encode for a report that Decode gave or Encode took: whether it can be read is
// not looked at again.
func Form(r *Report) ([]byte, error) { return written(r.Canonical()) }

// written gives the bytes of a report in its canonical order.
func written(canonical *Report) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(canonical); err != nil {
		return nil, fmt.Errorf("the report has a value that JSON can't hold: %w", err)
	}
	return out.Bytes(), nil
}

// Canonical is a copy of the report in the one order that Encode describes, so
// that every format shows a report alike whether it was just made or was read.
// It shares with r what it doesn't change.
func (report *Report) Canonical() *Report {
	r := *report
	r.Run.Started = r.Run.Started.UTC()
	r.Run.Finished = r.Run.Finished.UTC()
	if r.Target.Endpoints == nil {
		r.Target.Endpoints = map[string]string{}
	}
	r.Target.MIMs = sorted(r.Target.MIMs, compareMIMs)
	r.Target.Features = sorted(r.Target.Features, strings.Compare)
	r.Cleanup.Left = sorted(r.Cleanup.Left, strings.Compare)
	r.Checks = sorted(r.Checks, func(a, b CheckResult) int { return strings.Compare(a.ID, b.ID) })
	for i := range r.Checks {
		c := &r.Checks[i]
		c.Requirements = listed(c.Requirements)
		c.Needs = listed(c.Needs)
		c.Exchanges = sorted(c.Exchanges, func(a, b Exchange) int { return a.Seq - b.Seq })
	}
	if r.Waivers != nil {
		r.Waivers = sorted(r.Waivers, func(a, b Waiver) int { return strings.Compare(a.Check, b.Check) })
	}
	r.Verdict.MIMs = sorted(r.Verdict.MIMs, nil)
	for i := range r.Verdict.MIMs {
		m := &r.Verdict.MIMs[i]
		m.Capabilities = sorted(m.Capabilities, nil)
		for j := range m.Capabilities {
			m.Capabilities[j].Requirements = listed(m.Capabilities[j].Requirements)
		}
	}
	return &r
}

// sorted is a sorted copy of list, never nil; without compare it keeps its order.
func sorted[E any](list []E, compare func(a, b E) int) []E {
	list = append(make([]E, 0, len(list)), list...)
	if compare != nil {
		slices.SortStableFunc(list, compare)
	}
	return list
}

// listed is list, or an empty one that JSON shows as [] when there is none.
func listed[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}

// compareMIMs orders ids so that MIM10 comes after MIM2.
func compareMIMs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
