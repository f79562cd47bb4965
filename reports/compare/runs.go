package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports"
)

// Run is one of several runs of the same checks.
type Run struct {
	Report   *reports.Report
	Evidence Evidence
}

// Varying is a check that did not have the same outcome in each run.
type Varying struct {
	Check    string
	Outcomes []reports.Outcome // of each run, in order
	Exchange string            // the first exchange whose answer differs, in words; empty when none does
	Reason   string            // of the first outcome that differs
}

// String is the check with its outcomes in a line, and what differs in another.
func (v Varying) String() string {
	words := make([]string, len(v.Outcomes))
	for i, o := range v.Outcomes {
		words[i] = string(o)
	}
	differs := cmp.Or(v.Exchange, "no status, header field or body differs, but for what does so in each run: it is when the answers come, or what the platform sends on its own")
	return fmt.Sprintf("%s: %s\n  %s\n  %s", v.Check, strings.Join(words, ", "), differs, v.Reason)
}

// Runs gives the checks whose outcome is not the same in all runs, sorted by id.
func Runs(runs []Run) []Varying {
	byRun := make([]map[string]reports.CheckResult, len(runs))
	ids := map[string]bool{}
	for i, r := range runs {
		byRun[i] = byID(r.Report)
		for id := range byRun[i] {
			ids[id] = true
		}
	}
	var varying []Varying
	for id := range ids {
		first := byRun[0][id]
		v := Varying{Check: id}
		for i, run := range byRun {
			c := run[id]
			v.Outcomes = append(v.Outcomes, c.Outcome)
			if c.Outcome != first.Outcome && v.Reason == "" {
				v.Exchange = firstAnswer(id, runs[0].Evidence, runs[i].Evidence)
				v.Reason = first.Reason + c.Reason // one of them passed and has none, or both are told
				if first.Reason != "" && c.Reason != "" {
					v.Reason = first.Reason + "; then " + c.Reason
				}
			}
		}
		if slices.ContainsFunc(v.Outcomes, func(o reports.Outcome) bool { return o != first.Outcome }) {
			varying = append(varying, v)
		}
	}
	slices.SortFunc(varying, func(a, b Varying) int { return strings.Compare(a.Check, b.Check) })
	return varying
}
