package mim1

import (
	"net/url"
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

// Resources of the temporal API (table 6.2-1).
const (
	evolutions       = "/temporal/entities"
	evolutionQueries = "/temporal/entityOperations/query"
)

func evolutionPath(id string) string           { return evolutions + "/" + url.PathEscape(id) }
func evolutionAttrsPath(id string) string      { return evolutionPath(id) + "/attrs/" }
func evolutionAttrPath(id, attr string) string { return evolutionAttrsPath(id) + url.PathEscape(attr) }
func instancePath(id, attr, inst string) string {
	return evolutionAttrPath(id, attr) + "/" + url.PathEscape(inst)
}

// historical is what temporal evolution gives evidence for.
var historical = []string{
	"oasc-2019-01-16/MIM1/access",
	"oasc-2019-01-16/MIM1/query-historical",
	"oasc-2026-06-draft/MIM0/C2-b",
}

// Temporal is the checks of the temporal evolution of entities (5.6.11 to 5.6.16, 5.7.3,
// 5.7.4). The standard leaves open how much of an evolution one answer holds (6.3.10),
// in which order instances come, and whether POST /temporal/entities makes a current
// entity; no check depends on these.
func Temporal() []Check {
	checks := slices.Concat(
		temporalCreate(), temporalAppend(), temporalAttributeDelete(), temporalDelete(), temporalInstances(), temporalChanges(),
		temporalRetrieve(), temporalInterval(), temporalLast(), temporalValues(), temporalAggregates(),
		temporalQuery(), temporalQueryFilters(), temporalPost(), temporalPostMembers(), temporalPages(), temporalFormatErrors(), temporalHistory(),
		temporalObservation(), temporalStatements(),
	)
	for i := range checks {
		checks[i].Feature = FeatureTemporal
		checks[i].Requirements = historical
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
	}
	return checks
}
