package mim2

import (
	"slices"

	"github.com/oasc/mimcheck/suites"
)

// Checks lists the checks of MIM2.
func Checks() []suites.Check {
	return slices.Concat(typeChecks(), schemaChecks(), geometryChecks(), identityChecks(), contextChecks(),
		attributeChecks(), valueChecks(), relationshipChecks(), representationChecks(), driftChecks(), qualityChecks(), originChecks(), artefactChecks())
}
