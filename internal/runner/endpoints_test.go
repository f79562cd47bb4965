package runner

import (
	"testing"

	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// What is claimed has to be checked at one of the target's endpoints, and need not be at all.
func TestChecksAtEndpointsThatAreNotNamed(t *testing.T) {
	at := func(names ...string) func(*suites.Check) { return func(c *suites.Check) { c.Endpoints = names } }
	of := func(mims ...string) func(*suites.Check) {
		return func(c *suites.Check) {
			c.Requirements = nil
			for _, m := range mims {
				c.Requirements = append(c.Requirements, "b/"+m+"/r")
			}
		}
	}
	also := func(mim string) func(*suites.Check) {
		return func(c *suites.Check) { c.Requirements = append(c.Requirements, "b/"+mim+"/s") }
	}
	checks := []suites.Check{
		testCheck("mim1.a.broker", at("ngsi-ld"), of("MIM1", "MIM2")),
		testCheck("mim2.a.more", at("ngsi-ld"), also("MIM2")),
		testCheck("mim2.a.rest", at("rest"), of("MIM2"), also("MIM2"), feature(suites.FeatureREST)),
		testCheck("mim2.a.both", at("rest", "ngsi-ld"), of("MIM2"), feature(suites.FeatureREST)),
		testCheck("mim2.a.stream", at("ldes"), of("MIM2"), feature(suites.FeatureEventStream)),
		testCheck("mim2.a.declared", at("declarations"), of("MIM2"), needs(suites.NeedDeclarations)),
	}
	for _, c := range []struct {
		name            string
		named           []string
		mims, features  []string
		unshown, where  string
		broker, compare reports.Outcome // of what is checked at ngsi-ld, and at two endpoints
	}{
		{"all", []string{"ngsi-ld", "rest"}, []string{"MIM1", "MIM2"}, []string{"rest"}, "", "", "", ""},
		{"another way to the same", []string{"rest"}, []string{"MIM2"}, []string{"rest"}, "", "", reports.Inapplicable, reports.Inapplicable},
		{"another way, not to all of it", []string{"ldes"}, []string{"MIM2"}, []string{"eventStream"}, "", "", reports.Untested, reports.Inapplicable},
		{"no way to one of two", []string{"rest"}, []string{"MIM1", "MIM2"}, []string{"rest"}, "MIM1", "ngsi-ld", "", reports.Untested},
		{"no way to a feature", []string{"ngsi-ld", "rest"}, []string{"MIM2"}, []string{"rest", "eventStream"}, "MIM2, feature eventStream", "ldes", "", ""},
		{"none", []string{"tmf620"}, []string{"MIM1"}, nil, "MIM1", "ngsi-ld", "", reports.Inapplicable},
		{"declared alone", []string{"declarations"}, []string{"MIM2"}, nil, "MIM2", "ngsi-ld", "", reports.Inapplicable},
	} {
		t.Run(c.name, func(t *testing.T) {
			named := map[string]string{}
			for _, n := range c.named {
				named[n] = "x"
			}
			p, err := NewPlan(Scope{Registry: testRegistry(t, checks...), Baseline: testBaseline(), Profile: target.Observe,
				Statement: target.Statement{MIMs: c.mims, Features: c.features}, Endpoints: named, Declarations: named["declarations"] != ""})
			if err != nil {
				t.Fatal(err)
			}
			claim, endpoint, found := p.Unshown()
			if claim != c.unshown || endpoint != c.where || found != (c.unshown != "") {
				t.Errorf("%q at %q is not shown (%t), expected %q at %q", claim, endpoint, found, c.unshown, c.where)
			}
			for _, planned := range p.Checks {
				want, asked := map[string]reports.Outcome{"mim1.a.broker": c.broker, "mim2.a.both": c.compare}[planned.ID]
				if asked && planned.Outcome != want {
					t.Errorf("%s: %q (%s), expected %q", planned.ID, planned.Outcome, planned.Reason, want)
				}
			}
		})
	}
}
