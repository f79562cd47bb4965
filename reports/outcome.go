package reports

import "fmt"

// Outcome is what one check found, in the words of EARL 1.0
// (https://www.w3.org/TR/EARL10-Schema/#OutcomeValue).
type Outcome string

// The five outcomes. Every outcome but Passed carries a reason.
const (
	// Passed: the platform did what the clause says.
	Passed Outcome = "passed"
	// Failed: the platform answered, and not as the clause says.
	Failed Outcome = "failed"
	// CantTell: unreachable, ambiguous or half-read: no judgement is possible.
	CantTell Outcome = "cantTell"
	// Inapplicable: the check is about something optional that is not claimed.
	Inapplicable Outcome = "inapplicable"
	// Untested: left out, by profile, by selection or by an interruption.
	Untested Outcome = "untested"
)

// Outcomes lists the five outcomes in the order in which reports show them.
func Outcomes() []Outcome {
	return []Outcome{Passed, Failed, CantTell, Inapplicable, Untested}
}

// Valid says whether o is one of the five outcomes.
func (o Outcome) Valid() bool {
	switch o {
	case Passed, Failed, CantTell, Inapplicable, Untested:
		return true
	}
	return false
}

// Verdict is the judgement of a requirement, capability, MIM or baseline.
type Verdict string

// The verdicts. NotApplicable is a requirement that nothing obliges the target
// to meet: it is optional and not claimed; it never counts as conformant.
const (
	Conformant    Verdict = "conformant"
	NonConformant Verdict = "nonConformant"
	Inconclusive  Verdict = "inconclusive"
	NotApplicable Verdict = "notApplicable"
)

// Valid says whether v is one of the verdicts.
func (v Verdict) Valid() bool {
	switch v {
	case Conformant, NonConformant, Inconclusive, NotApplicable:
		return true
	}
	return false
}

// ExitCode is the process exit code of a finished run with verdict v:
// 0 conformant, 1 not conformant, 3 inconclusive.
func (v Verdict) ExitCode() (int, error) {
	switch v {
	case Conformant:
		return 0, nil
	case NonConformant:
		return 1, nil
	case Inconclusive, NotApplicable:
		return 3, nil
	}
	return 0, fmt.Errorf("verdict %q is unknown: expected conformant, nonConformant, inconclusive or notApplicable", v)
}
