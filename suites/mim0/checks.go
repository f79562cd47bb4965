package mim0

import (
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Checks lists the checks of MIM0.
func Checks() []Check {
	checks := slices.Concat(descriptionChecks(), exampleChecks(), collectionChecks(), linkChecks(), problemChecks(), formChecks(), cachingChecks(), promiseChecks())
	for i := range checks {
		c := &checks[i]
		c.Needs, c.Endpoints, c.Feature = []Need{NeedRead}, []string{probe.REST}, FeatureREST
		if c.Level == "" {
			c.Level = Core
		}
	}
	return checks
}
