package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

// Consumption is the checks of context information consumption (5.7): retrieval,
// queries, representations and discovery, and what all operations share: media
// types, @contexts and errors.
func Consumption() []Check {
	return slices.Concat(
		entityRetrieve(), entityQuery(), queryLanguage(), linkedConditions(), geoQuery(), pagination(), batchQuery(),
		representation(), typesDiscovery(), attributesDiscovery(),
		mediaTypes(), contexts(), problems(), observation(),
	)
}
