package verdict

import (
	"fmt"
	"slices"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// fromWorst are the verdicts of a requirement from worst to best; an empty one says
// that nothing is known.
func fromWorst() []reports.Verdict {
	return []reports.Verdict{reports.NonConformant, reports.Inconclusive, "", reports.Conformant}
}

func worse(a, b reports.Verdict) reports.Verdict {
	order := fromWorst()
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

// derive judges by the verdicts of MIMs (ids) of the same baseline; see the package's
// rules. declared: none of them was tested.
func (e evidence) derive(from []string) (v reports.Verdict, reason string, declared bool) {
	v, declared = reports.Conformant, true
	told := make([]string, len(from))
	for i, id := range from {
		found, said := e.verdictOf(id)
		v = worse(v, found.Verdict)
		declared = declared && found.Declared
		told[i] = fmt.Sprintf("%s (%s)", id, said)
	}
	noun := "verdict"
	if len(from) > 1 {
		noun = "verdicts"
	}
	return v, fmt.Sprintf("Derived from the %s of %s.", noun, list(told)), declared
}

// verdictOf is the judged MIM, with an empty verdict when it is not claimed, and what is
// said of it.
func (e evidence) verdictOf(id string) (judged reports.MIMJudge, said string) {
	i := slices.IndexFunc(e.baseline.MIMs, func(m baselines.MIM) bool { return m.ID == id })
	if i < 0 {
		return reports.MIMJudge{Verdict: reports.Inconclusive}, "not in the baseline"
	}
	judged = e.mim(e.baseline.MIMs[i])
	switch {
	case !judged.Claimed:
		judged.Verdict = ""
		return judged, "not claimed"
	case judged.Verdict == reports.Conformant:
		return judged, "conformant"
	case judged.Verdict == reports.NonConformant:
		return judged, "not conformant"
	}
	return judged, "inconclusive"
}
