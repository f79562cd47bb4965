package reports

// Label is the outcome in English; an unknown one is printed as it is.
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

// Label is the verdict in English; an unknown one is printed as it is.
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
