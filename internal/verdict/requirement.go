package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// extended is the level of checks that decide nothing, as package suites writes it; it is not imported, so that a verdict needs no check's code.
const extended = "extended"

// requirement judges one requirement of a claimed MIM; see the package's rules.
func (e evidence) requirement(r baselines.Requirement) reports.RequirementJudge {
	judged := e.describe(r)
	checks := e.byRequirement[r.ID]
	judged.Verdict, judged.Reason = weigh(checks)
	declared := onlyDeclared(checks)
	if len(judged.DerivedFrom) > 0 {
		v, reason, shown := e.derive(judged.DerivedFrom)
		if judged.Verdict == "" { // checks that do not apply say nothing
			judged.Verdict, judged.Reason = v, reason
		} else {
			judged.Verdict, judged.Reason = worse(judged.Verdict, v), reason+" "+judged.Reason
		}
		declared = declared && shown
	}
	if judged.Verdict == reports.Conformant && declared {
		judged.Declared, judged.Reason = true, "Declared, not tested. "+judged.Reason
	}
	if judged.Verdict == "" { // nothing is known
		judged.Verdict = reports.NotApplicable
		if gates(r.Obligation) {
			judged.Verdict = reports.Inconclusive
		}
		if why := e.beside.NoCheck[r.ID]; why != "" && len(judged.Checks) == 0 {
			judged.Reason = why
		}
	}
	return judged
}

// describe is the requirement with its checks, without a verdict.
func (e evidence) describe(r baselines.Requirement) reports.RequirementJudge {
	checks := e.byRequirement[r.ID]
	judged := reports.RequirementJudge{ID: r.ID, Text: r.Text, Obligation: r.Obligation, Counts: reports.Count(checks), DerivedFrom: slices.Clone(e.beside.Derived[r.ID])}
	for _, c := range checks {
		judged.Checks = append(judged.Checks, c.ID)
	}
	return judged
}

// onlyDeclared says whether no check that passed tested anything.
func onlyDeclared(checks []reports.CheckResult) bool {
	return !slices.ContainsFunc(checks, func(c reports.CheckResult) bool {
		return c.Outcome == reports.Passed && !c.Declared()
	})
}

// gates says whether a requirement with the obligation decides over what contains
// it. An obligation that is not known does: better a verdict too few than too many.
func gates(obligation string) bool {
	switch obligation {
	case baselines.Recommended, baselines.Optional, baselines.Unclear:
		return false
	}
	return true
}

// tally sorts checks by what they mean for a verdict.
type tally struct {
	total, inapplicable  int
	passed, failed, open []reports.CheckResult // open: cantTell or untested
}

func count(checks []reports.CheckResult) tally {
	t := tally{total: len(checks)}
	for _, c := range checks {
		switch c.Outcome {
		case reports.Passed:
			t.passed = append(t.passed, c)
		case reports.Failed:
			t.failed = append(t.failed, c)
		case reports.Inapplicable:
			t.inapplicable++
		default:
			t.open = append(t.open, c)
		}
	}
	return t
}

// weigh judges by the checks of one requirement. An empty verdict means that
// nothing is known, for the reason given.
func weigh(checks []reports.CheckResult) (reports.Verdict, string) {
	var gating, advisory []reports.CheckResult
	for _, c := range checks {
		if c.Level == extended {
			advisory = append(advisory, c)
		} else {
			gating = append(gating, c)
		}
	}
	g, a := count(gating), count(advisory)
	deciding := g
	if g.total == 0 {
		deciding = a
	} else if d := count(declarations(advisory)); g.inapplicable == g.total && d.inapplicable < d.total {
		deciding = d // a declaration stands for what does not apply
	}
	switch {
	case len(g.failed) > 0:
		return reports.NonConformant, fmt.Sprintf("%s failed. First %s", share(g.failed, g.total), first(g.failed))
	case len(g.open) > 0:
		return reports.Inconclusive, fmt.Sprintf("%s could not be judged or %s not run. First %s", share(g.open, g.total), were(g.open), first(g.open))
	case deciding.total == 0:
		return "", "No check gives evidence for it, and no reason for that is written."
	case deciding.inapplicable == deciding.total:
		return "", fmt.Sprintf("None of its %s applies. First %s", plural(deciding.total, "check"), first(inapplicable(gating, advisory)))
	case len(deciding.passed) == 0:
		return reports.Inconclusive, "None of its checks passed." + findings(a)
	case g.total > 0 && len(deciding.failed)+len(deciding.open) > 0: // of declarations: gating checks were judged above
		return reports.Inconclusive, "None of its tests applies, and not all that is declared in their place holds." + findings(a)
	}
	return reports.Conformant, passed(deciding) + findings(a)
}

// declarations are those of the checks that hold what is declared.
func declarations(checks []reports.CheckResult) []reports.CheckResult {
	return slices.DeleteFunc(slices.Clone(checks), func(c reports.CheckResult) bool { return !c.Declared() })
}

// passed says how many checks passed and how many did not apply.
func passed(t tally) string {
	reason := fmt.Sprintf("%s passed", plural(len(t.passed), "check"))
	if t.inapplicable > 0 {
		reason += fmt.Sprintf(", %d did not apply", t.inapplicable)
	}
	return reason + "."
}

// findings tells what advisory checks found, which changes no verdict.
func findings(a tally) string {
	var told strings.Builder
	if len(a.failed) > 0 {
		fmt.Fprintf(&told, " With findings: %s of what is only recommended failed. First %s", plural(len(a.failed), "check"), first(a.failed))
	}
	if len(a.open) > 0 {
		fmt.Fprintf(&told, " %s of what is only recommended could not be judged or %s not run. First %s", plural(len(a.open), "check"), were(a.open), first(a.open))
	}
	return told.String()
}

// inapplicable are the checks that decided that nothing applies: the gating ones,
// or the advisory ones where there are no others.
func inapplicable(gating, advisory []reports.CheckResult) []reports.CheckResult {
	if len(gating) > 0 {
		return gating
	}
	return advisory
}
