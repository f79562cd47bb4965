package runner

import (
	"fmt"
	"slices"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// shown is what of the target's claims is checked at endpoints that it names.
type shown struct {
	mims     []string
	features []suites.Feature
}

func (p *Plan) shown() shown {
	var s shown
	for _, c := range p.Selected() {
		if p.lacks(c) == "" && !c.Has(suites.NeedDeclarations) { // what is declared shows nothing
			s.mims = append(s.mims, mimsOf(c.Bound)...)
			s.features = append(s.features, c.Feature)
		}
	}
	return s
}

// lacks is the first endpoint of the check that the target does not name; empty for none.
func (p *Plan) lacks(c Planned) string {
	for _, endpoint := range c.Asks() {
		if _, named := p.Scope.Endpoints[endpoint]; !named {
			return endpoint
		}
	}
	return ""
}

// unshown is the claim of which no check has its endpoints; empty when there is none.
func (p *Plan) unshown(c Planned, s shown) string {
	for _, mim := range mimsOf(c.Bound) {
		if !slices.Contains(p.Scope.Statement.MIMs, mim) {
			continue
		}
		if c.Feature != "" && !slices.Contains(s.features, c.Feature) {
			return mim + ", feature " + string(c.Feature)
		}
		if !slices.Contains(s.mims, mim) {
			return mim
		}
	}
	return ""
}

// replaced says of an endpoint, which the target does not name, whether another mechanism
// stands in its place: features that are claimed are checked at endpoints that it names, for
// each requirement that every target with the endpoint is held to there. A requirement that
// is met by one mechanism is met.
func (p *Plan) replaced(endpoint string) bool {
	var asked, given []string
	for _, c := range p.Selected() {
		switch {
		case c.Feature == "" && c.Level == suites.Core && slices.Equal(c.Asks(), []string{endpoint}):
			asked = append(asked, p.claimed(c)...)
		case c.Feature != "" && c.Level == suites.Core && p.lacks(c) == "":
			given = append(given, c.Bound...)
		}
	}
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(r string) bool { return !slices.Contains(given, r) })
}

// claimed are the requirements of the check whose MIM the target claims.
func (p *Plan) claimed(c Planned) []string {
	return slices.DeleteFunc(slices.Clone(c.Bound), func(r string) bool { return !overlap(mimsOf([]string{r}), p.Scope.Statement.MIMs) })
}

// byEndpoints leaves out checks at endpoints that the target does not name, where other
// checks of the same claim have theirs: there is more than one way to a MIM, and what
// compares two endpoints takes both. They do not apply where another mechanism stands in
// the endpoint's place.
func (p *Plan) byEndpoints() {
	s, replaced := p.shown(), map[string]bool{}
	for _, c := range p.Selected() {
		endpoint := p.lacks(c)
		if _, asked := replaced[endpoint]; endpoint != "" && !asked {
			replaced[endpoint] = p.replaced(endpoint)
		}
	}
	for i := range p.Checks {
		c := &p.Checks[i]
		if c.Outcome != "" {
			continue
		}
		if endpoint := p.lacks(*c); endpoint != "" && p.unshown(*c, s) == "" {
			if replaced[endpoint] {
				c.Outcome = reports.Inapplicable
				c.Reason = fmt.Sprintf("another mechanism is claimed for what is checked at the endpoint %s, which the target does not name", endpoint)
				continue
			}
			c.Outcome = reports.Untested
			c.Reason = fmt.Sprintf("checked at the endpoint %s, which the target does not name: give its url under endpoints in target.yaml", endpoint)
		}
	}
}

// Unshown is a claim of which nothing is checked at an endpoint that the target names, and
// an endpoint at which it would be.
func (p *Plan) Unshown() (claim, endpoint string, found bool) {
	s := p.shown()
	for _, c := range p.Selected() {
		if endpoint := p.lacks(c); endpoint != "" {
			return p.unshown(c, s), endpoint, true
		}
	}
	return "", "", false
}
