package reports

// Label is the outcome as reports print it; an unknown one is printed as it is.
func (o Outcome) Label() string {
	switch o {
	case Passed:
		return "Passed"
	case Failed:
		return "Failed"
	case CantTell:
		return "Can't tell"
	case Inapplicable:
		return "Not applicable"
	case Untested:
		return "Not tested"
	}
	return string(o)
}

// Meaning says in a sentence what the outcome stands for.
func (o Outcome) Meaning() string {
	switch o {
	case Passed:
		return "The platform did what the clause says."
	case Failed:
		return "The platform answered, and not as the clause says."
	case CantTell:
		return "There was no answer that could be judged, so it counts neither for nor against the platform."
	case Inapplicable:
		return "It is about something optional that the platform does not claim."
	case Untested:
		return "It was left out of this run, so nothing is known about it."
	}
	return ""
}

// Label is the verdict as reports print it; an unknown one is printed as it is.
func (v Verdict) Label() string {
	switch v {
	case Conformant:
		return "Conformant"
	case NonConformant:
		return "Not conformant"
	case Inconclusive:
		return "Inconclusive"
	case NotApplicable:
		return "Not applicable"
	}
	return string(v)
}
