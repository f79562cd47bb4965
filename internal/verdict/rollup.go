package verdict

import (
	"fmt"
	"slices"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// overRequirements rolls requirements up to the verdict of their capability or MIM;
// see the package's rules.
func overRequirements(all []reports.RequirementJudge) (reports.Verdict, string) {
	what, gating, aside := deciding(all)
	broken, open, met := with(gating, reports.NonConformant), with(gating, reports.Inconclusive), with(gating, reports.Conformant)
	also := notGating(aside) + onDeclaration(all) + onDerivation(all)
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

// deciding splits requirements into those that decide over what contains them, named
// by what, and the others.
func deciding(all []reports.RequirementJudge) (what string, gating, aside []reports.RequirementJudge) {
	for _, r := range all {
		if gates(r.Obligation) {
			gating = append(gating, r)
		} else {
			aside = append(aside, r)
		}
	}
	if len(gating) > 0 {
		return "mandatory requirement", gating, aside
	}
	for _, r := range aside { // what applies of the rest takes their place
		if r.Verdict != reports.NotApplicable {
			gating = append(gating, r)
		}
	}
	return "requirement that applies", gating, nil
}

// allDeclared says whether none of the requirements that decide was tested.
func allDeclared(all []reports.RequirementJudge) bool {
	_, gating, _ := deciding(all)
	return !slices.ContainsFunc(gating, func(r reports.RequirementJudge) bool { return !r.Declared })
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

// onDeclaration names what is met by declaration alone.
func onDeclaration(all []reports.RequirementJudge) string {
	var names []string
	for _, r := range all {
		if r.Declared {
			names = append(names, short(r.ID))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" Declared, not tested: %s.", list(names))
}

// onDerivation names what was judged by the verdicts of other MIMs.
func onDerivation(all []reports.RequirementJudge) string {
	var names []string
	for _, r := range all {
		if len(r.DerivedFrom) > 0 {
			names = append(names, fmt.Sprintf("%s (%s)", short(r.ID), list(r.DerivedFrom)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" Derived from other MIMs: %s.", list(names))
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
