package catalogue

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/oasc/mimcheck/suites"
)

//go:embed untraced.yaml
var untraced []byte

// Trace leads from one of ETSI's test purposes to the checks with the same aim.
type Trace struct {
	TestPurpose
	Checks []string // ids, sorted
	Reason string   // why there is none; empty when there are checks, or no reason is written
}

// TraceETSI traces every test purpose, sorted by id and operation. One that has
// neither checks nor a reason is there too, so that the gap is seen.
func TraceETSI() ([]Trace, error) {
	purposes, err := TestPurposes()
	if err != nil {
		return nil, err
	}
	registry, err := Registry()
	if err != nil {
		return nil, err
	}
	why, err := reasons("untraced.yaml", untraced)
	if err != nil {
		return nil, err
	}
	return trace(purposes, registry.All(), why)
}

// trace joins the three. A key of why is a test purpose's id, or an operation for
// all of its test purposes without checks; a key that excuses nothing is an error.
func trace(purposes []TestPurpose, checks []suites.Check, why map[string]string) ([]Trace, error) {
	covering := map[string][]string{}
	for _, c := range checks {
		for _, id := range c.TestPurposes {
			covering[id] = append(covering[id], c.ID)
		}
	}
	used := map[string]bool{}
	traces := make([]Trace, 0, len(purposes))
	for _, p := range purposes {
		t := Trace{TestPurpose: p, Checks: slices.Clone(covering[p.ID])}
		slices.Sort(t.Checks)
		t.Checks = slices.Compact(t.Checks)
		if len(t.Checks) == 0 {
			t.Reason = cmp.Or(why[p.ID], why[p.Operation])
			used[p.ID], used[p.Operation] = true, true
		}
		traces = append(traces, t)
	}
	var wrong []error
	for key := range why {
		if !used[key] {
			wrong = append(wrong, fmt.Errorf("untraced.yaml: %q is no test purpose or operation without checks: remove the line", key))
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return traces, errors.Join(wrong...)
}
