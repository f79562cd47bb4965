package mim7

import (
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Checks lists the checks of MIM7.
func Checks() []Check {
	checks := slices.Concat(landingChecks(), apiChecks(), conformanceChecks(), refusalChecks(), collectionChecks(),
		itemChecks(), boxChecks(), timeChecks(), pageChecks(), featureChecks(), geoJSONChecks(), pagesOfHTMLChecks(),
		openAPIChecks(), systemChecks(), transformationChecks(), entityChecks(), sensingChecks(), wfsChecks())
	for i := range checks {
		c := &checks[i]
		c.Needs = []Need{NeedRead}
		if c.Endpoints == nil {
			c.Endpoints = []string{probe.OGCFeatures}
		}
		if c.Level == "" {
			c.Level = Core
		}
		if c.Requirements == nil {
			c.Requirements = service
		}
	}
	return checks
}
