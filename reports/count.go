package reports

// Count counts checks by outcome. An outcome that is none of the five counts in
// Total only, so that Validate sees that the numbers don't add up.
func Count(checks []CheckResult) Counts {
	c := Counts{Total: len(checks)}
	for i := range checks {
		switch checks[i].Outcome {
		case Passed:
			c.Passed++
		case Failed:
			c.Failed++
		case CantTell:
			c.CantTell++
		case Inapplicable:
			c.Inapplicable++
		case Untested:
			c.Untested++
		}
	}
	return c
}

// Of is the number of checks with outcome o; 0 for an unknown outcome.
func (c Counts) Of(o Outcome) int {
	switch o {
	case Passed:
		return c.Passed
	case Failed:
		return c.Failed
	case CantTell:
		return c.CantTell
	case Inapplicable:
		return c.Inapplicable
	case Untested:
		return c.Untested
	}
	return 0
}

// With gives the checks with outcome o, in the order of checks.
func With(checks []CheckResult, o Outcome) []CheckResult {
	var found []CheckResult
	for i := range checks {
		if checks[i].Outcome == o {
			found = append(found, checks[i])
		}
	}
	return found
}
