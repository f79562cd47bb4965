// Package mim0 checks access to data (MIM0) by mechanism M1: a REST API that an OpenAPI
// 3.1 document at a well-known path describes, with its collections at /collections; and
// access to past data by Linked Data Event Streams (LDES). All checks only observe. What
// NGSI-LD gives of access, package mim1 checks.
package mim0

import (
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Checks lists the checks of MIM0.
func Checks() []Check {
	return slices.Concat(
		of(FeatureREST, probe.REST, descriptionChecks(), exampleChecks(), collectionChecks(), linkChecks(), problemChecks(), formChecks(), cachingChecks(), promiseChecks()),
		of(FeatureEventStream, probe.LDES, rootChecks(), retentionChecks(), memberChecks(), relationChecks(), steadinessChecks(), answerChecks()),
	)
}

// of fills in what is the same for all checks of a feature.
func of(feature Feature, endpoint string, groups ...[]Check) []Check {
	checks := slices.Concat(groups...)
	for i := range checks {
		c := &checks[i]
		c.Needs, c.Endpoints, c.Feature = []Need{NeedRead}, []string{endpoint}, feature
		if c.Level == "" {
			c.Level = Core
		}
	}
	return checks
}
