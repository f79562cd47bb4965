// Package verdict turns the outcomes of checks into a verdict against a baseline.
//
// # A requirement
//
// Two kinds of checks give evidence for a requirement. A core check gates, that of an
// optional feature as well: when it is not inapplicable, the target claims the feature,
// and what is claimed is owed. An extended check advises: it is about what a standard
// recommends or leaves room for, of a feature or not. In this order:
//
//  1. A gating check failed: nonConformant.
//  2. A gating check is cantTell or untested: inconclusive.
//  3. A gating check passed: conformant. A failed extended check does not change
//     that, and is told in the reason ("with findings").
//  4. There are gating checks and all are inapplicable, or there are only extended
//     checks and all are inapplicable, or there is no check at all: nothing is
//     known. A mandatory requirement is inconclusive, any other notApplicable.
//  5. There are only extended checks: conformant if one passed (a failed one is
//     told), else inconclusive; never nonConformant.
//
// Where there are gating checks and none applies, extended ones of declarations stand in
// for them: what a person declares may stand for what was not to be tested, as declared.
// Conformant then needs one that passed and all others that apply to hold; else it is
// inconclusive, never nonConformant, like all that extended checks find.
//
// An outcome that is none of the five counts as cantTell.
//
// A requirement for which nothing but declarations speaks (checks with the need
// declarations) is conformant as declared: Declared is set, and the reasons of the
// requirement and of all that contains it say so. A declaration never outweighs a test.
//
// A requirement that only one mechanism makes (its key begins with M1-) is judged
// by its obligation like any other.
//
// # A requirement that asks for the verdict of other MIMs
//
// It is nonConformant when one of those MIMs is, else inconclusive when one of them
// is, else of nothing known when one of them is not claimed, and conformant when all
// of them are. Where it has checks that apply, too, the worse of both counts, in that
// order, so that it is conformant by both or not at all. It is declared when the MIMs are, and
// its checks. Reasons name the MIMs.
//
// # A capability and a MIM
//
// Both are judged over their requirements, by the same rule. Only mandatory
// requirements gate; obligation "unclear" means that the source has no word of
// obligation, and gates nothing. In this order:
//
//  1. A gating requirement is nonConformant: nonConformant.
//  2. A gating requirement is inconclusive: inconclusive.
//  3. A gating requirement is conformant: conformant.
//
// Others that are nonConformant or inconclusive are named in the reason. Where no
// requirement is mandatory, all that apply take their place and gate: a claim that
// rests on them alone is not upheld by silence about some, nor against one that
// failed. Where nothing applies a capability is notApplicable, and a claimed MIM
// inconclusive: silence never passes.
//
// A MIM that the target does not claim is notApplicable with all that is in it.
//
// # The baseline
//
// It is judged over the claimed MIMs: nonConformant if one is, else inconclusive if
// one is, else conformant. A claimed MIM that the baseline does not have, and a
// target that claims no MIM of it, make it inconclusive at best.
package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// Beside is what stands beside a baseline, whose own text is frozen.
type Beside struct {
	NoCheck map[string]string   // requirement id -> why it has no check, a sentence
	Derived map[string][]string // requirement id -> the MIMs whose verdicts it asks for
}

// Judge returns the verdict tree of baseline b for a target that claims the MIMs
// (ids such as MIM1), from the outcomes of its checks. It is a pure function, and the
// order of claims and checks does not matter. Outcomes of checks that are left out of
// checks are not known to it: whoever plans a run gives all, the untested ones too.
//
// Agreed exceptions are applied to checks before (package waiver): it knows none of them.
func Judge(b baselines.Baseline, claimed []string, checks []reports.CheckResult, beside Beside) reports.BaselineJudge {
	e := evidence{baseline: b, claimed: claimed, byRequirement: bind(checks), beside: beside, judged: map[string]reports.MIMJudge{}}
	judged := reports.BaselineJudge{MIMs: make([]reports.MIMJudge, 0, len(b.MIMs))}
	for _, m := range b.MIMs {
		judged.MIMs = append(judged.MIMs, e.mim(m))
	}
	judged.Verdict, judged.Reason = overMIMs(judged.MIMs, unknown(b, claimed))
	if b.Status == baselines.Draft {
		judged.Reason += fmt.Sprintf(" Baseline %s is a draft that nobody approved.", b.ID)
	}
	return judged
}

// evidence is all that is known of the target.
type evidence struct {
	baseline      baselines.Baseline
	claimed       []string                         // ids of MIMs
	byRequirement map[string][]reports.CheckResult // requirement id -> its checks, sorted
	beside        Beside
	judged        map[string]reports.MIMJudge // by id, since one MIM may ask for another's verdict
}

// bind groups the checks by requirement, each once, in an order that depends on
// nothing but the checks themselves.
func bind(checks []reports.CheckResult) map[string][]reports.CheckResult {
	sorted := slices.Clone(checks)
	slices.SortFunc(sorted, func(a, b reports.CheckResult) int {
		return slices.Compare(
			[]string{a.ID, a.Level, a.Feature, string(a.Outcome), a.Reason},
			[]string{b.ID, b.Level, b.Feature, string(b.Outcome), b.Reason})
	})
	bound := map[string][]reports.CheckResult{}
	for _, c := range sorted {
		requirements := slices.Clone(c.Requirements)
		slices.Sort(requirements)
		for _, id := range slices.Compact(requirements) {
			bound[id] = append(bound[id], c)
		}
	}
	return bound
}

// mim judges a MIM, once.
func (e evidence) mim(m baselines.MIM) reports.MIMJudge {
	if done, has := e.judged[m.ID]; has {
		return done
	}
	// What is found by a requirement that asks, over others, for the verdict of its own MIM.
	e.judged[m.ID] = reports.MIMJudge{ID: m.ID, Claimed: true, Verdict: reports.Inconclusive}
	judged := e.unclaimed(m)
	if slices.Contains(e.claimed, m.ID) {
		judged = e.claim(m)
	}
	e.judged[m.ID] = judged
	return judged
}

// claim judges a MIM that the target claims.
func (e evidence) claim(m baselines.MIM) reports.MIMJudge {
	judged := reports.MIMJudge{ID: m.ID, Title: m.Title, Claimed: true}
	var all []reports.RequirementJudge
	for _, c := range m.Capabilities {
		capability := reports.CapabilityJudge{ID: c.ID, Title: c.Title}
		for _, r := range c.Requirements {
			capability.Requirements = append(capability.Requirements, e.requirement(r))
		}
		capability.Verdict, capability.Reason = overRequirements(capability.Requirements)
		judged.Capabilities = append(judged.Capabilities, capability)
		all = append(all, capability.Requirements...)
	}
	judged.Verdict, judged.Reason = overRequirements(all)
	judged.Declared = judged.Verdict == reports.Conformant && allDeclared(all)
	if judged.Verdict == reports.NotApplicable {
		judged.Verdict = reports.Inconclusive
		judged.Reason = fmt.Sprintf("%s is claimed, and nothing is known of it: %s", m.ID, judged.Reason)
	}
	return judged
}

func (e evidence) unclaimed(m baselines.MIM) reports.MIMJudge {
	reason := fmt.Sprintf("The target does not claim %s.", m.ID)
	judged := reports.MIMJudge{ID: m.ID, Title: m.Title, Verdict: reports.NotApplicable, Reason: reason}
	for _, c := range m.Capabilities {
		capability := reports.CapabilityJudge{ID: c.ID, Title: c.Title, Verdict: reports.NotApplicable, Reason: reason}
		for _, r := range c.Requirements {
			requirement := e.describe(r)
			requirement.Verdict, requirement.Reason = reports.NotApplicable, reason
			capability.Requirements = append(capability.Requirements, requirement)
		}
		judged.Capabilities = append(judged.Capabilities, capability)
	}
	return judged
}

// unknown are the claimed MIMs that the baseline does not have, sorted.
func unknown(b baselines.Baseline, claimed []string) []string {
	var strange []string
	for _, id := range claimed {
		if !slices.ContainsFunc(b.MIMs, func(m baselines.MIM) bool { return m.ID == id }) {
			strange = append(strange, id)
		}
	}
	slices.Sort(strange)
	return slices.Compact(strange)
}

// overMIMs rolls the claimed MIMs up to the baseline's verdict.
func overMIMs(mims []reports.MIMJudge, strange []string) (reports.Verdict, string) {
	var broken, open, met, declared []string
	for _, m := range mims {
		switch {
		case !m.Claimed:
		case m.Verdict == reports.NonConformant:
			broken = append(broken, m.ID)
		case m.Verdict == reports.Conformant:
			met = append(met, m.ID)
			if m.Declared {
				declared = append(declared, m.ID)
			}
		default:
			open = append(open, m.ID)
		}
	}
	also := ""
	if len(declared) > 0 {
		also = fmt.Sprintf(" Declared, not tested: %s.", list(declared))
	}
	if len(strange) > 0 {
		also += fmt.Sprintf(" The target claims %s, which the baseline does not have: claim MIMs of the baseline, or name another one.", list(strange))
	}
	switch {
	case len(broken) > 0:
		return reports.NonConformant, fmt.Sprintf("%s %s not conformant.", list(broken), are(broken)) + also
	case len(open) > 0:
		return reports.Inconclusive, fmt.Sprintf("%s %s inconclusive.", list(open), are(open)) + also
	case len(strange) > 0:
		return reports.Inconclusive, strings.TrimSpace(also)
	case len(met) > 0:
		return reports.Conformant, fmt.Sprintf("%s %s conformant.", list(met), are(met)) + also
	}
	return reports.Inconclusive, "The target claims no MIM: there is nothing to judge. Name the MIMs in its statement."
}
