package verdict

import (
	"fmt"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// overRequirements rolls requirements up to the verdict of their capability or MIM;
// see the package's rules.
func overRequirements(all []reports.RequirementJudge) (reports.Verdict, string) {
	var gating, others []reports.RequirementJudge
	for _, r := range all {
		if gates(r.Obligation) {
			gating = append(gating, r)
		} else {
			others = append(others, r)
		}
	}
	what, aside := "mandatory requirement", others
	if len(gating) == 0 { // what applies of the rest takes their place
		what, aside = "requirement that applies", nil
		for _, r := range others {
			if r.Verdict != reports.NotApplicable {
				gating = append(gating, r)
			}
		}
	}
	broken, open, met := with(gating, reports.NonConformant), with(gating, reports.Inconclusive), with(gating, reports.Conformant)
	also := notGating(aside)
	switch {
	case len(broken) > 0:
		return reports.NonConformant, fmt.Sprintf("Not met: %s.", list(broken)) + also
	case len(open) > 0:
		return reports.Inconclusive, fmt.Sprintf("Not known to be met: %s.", list(open)) + also
	case len(met) > 0:
		return reports.Conformant, fmt.Sprintf("Every %s is met: %s.", what, list(met)) + also
	}
	return reports.NotApplicable, "None of its requirements is mandatory, and none applies."
}

// notGating names the requirements that are not met, or not known to be, and decide nothing.
func notGating(others []reports.RequirementJudge) string {
	also := ""
	if broken := with(others, reports.NonConformant); len(broken) > 0 {
		also += fmt.Sprintf(" Not met, but not mandatory: %s.", list(broken))
	}
	if open := with(others, reports.Inconclusive); len(open) > 0 {
		also += fmt.Sprintf(" Not known to be met, but not mandatory: %s.", list(open))
	}
	return also
}

// with gives the requirements with the verdict, as MIM/KEY, in the baseline's order.
func with(all []reports.RequirementJudge, v reports.Verdict) []string {
	var names []string
	for _, r := range all {
		if r.Verdict == v {
			names = append(names, short(r.ID))
		}
	}
	return names
}

func short(id string) string {
	if _, mim, key, ok := baselines.SplitID(id); ok {
		return mim + "/" + key
	}
	return id
}
