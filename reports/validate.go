package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Validate says where the report contradicts itself in a way that the schema
// can't see: numbers that don't add up, a check given twice or out of order, a
// passed check with a mismatch, an outcome without its reason, a verdict that
// one of its own MIMs denies. Errors name the member by its JSON Pointer.
func (r *Report) Validate() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }

	if want := Count(r.Checks); r.Counts != want {
		say("/counts is %+v, expected %+v as /checks has it: count the checks again", r.Counts, want)
	}
	if r.Run.Finished.Before(r.Run.Started) {
		say("/run/finished is before /run/started: expected it at the same time or later")
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		if i > 0 {
			switch previous := r.Checks[i-1].ID; {
			case previous == c.ID:
				say("/checks/%d/id is %q like the check before it: expected each check once", i, clip(c.ID))
			case previous > c.ID:
				say("/checks/%d/id is %q after %q: expected the checks sorted by id", i, clip(c.ID), clip(previous))
			}
		}
		if c.Outcome == Passed && len(c.Findings) > 0 {
			say("/checks/%d (%s) passed with a finding: expected none, or the outcome failed", i, clip(c.ID))
		}
		if c.Outcome == Passed && c.Reason != "" {
			say("/checks/%d (%s) passed with a reason: expected none, or another outcome", i, clip(c.ID))
		}
		if c.Outcome != Passed && strings.TrimSpace(c.Reason) == "" {
			say("/checks/%d (%s) is %s without a reason: expected a sentence that says why", i, clip(c.ID), c.Outcome)
		}
	}
	for i, w := range r.Waivers {
		j := slices.IndexFunc(r.Checks, func(c CheckResult) bool { return c.ID == w.Check })
		switch {
		case j < 0:
			say("/waivers/%d/check is %q, which is none of /checks: expected the id of one", i, clip(w.Check))
		case r.Checks[j].Outcome != w.Outcome:
			say("/waivers/%d/outcome is %s, and /checks/%d (%s) is %s: expected the same", i, w.Outcome, j, clip(w.Check), r.Checks[j].Outcome)
		}
		if i > 0 && r.Waivers[i-1].Check >= w.Check {
			say("/waivers/%d/check is %q after %q: expected the waivers sorted by check, each once", i, clip(w.Check), clip(r.Waivers[i-1].Check))
		}
	}
	for i, m := range r.Verdict.MIMs {
		if r.Verdict.Verdict == Conformant && m.Claimed && m.Verdict == NonConformant {
			say("/verdict/verdict is conformant while the claimed /verdict/mims/%d (%s) is nonConformant: expected nonConformant", i, clip(m.ID))
		}
	}
	if len(wrong) > mostProblems {
		wrong = append(wrong[:mostProblems], fmt.Errorf("and %d more", len(wrong)-mostProblems))
	}
	return errors.Join(wrong...)
}
