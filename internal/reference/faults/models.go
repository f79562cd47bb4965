package faults

import "slices"

// dataModels is the faults of what the entities say, against their data models.
func dataModels() []Fault {
	return slices.Concat(modelTypes(), modelValues(), modelGeometries(), modelIdentities(), modelContexts(),
		modelAttributes(), modelRelationships(), modelRepresentations(), modelDrift())
}
