// Package mim2 checks shared data models (MIM2): what a platform holds against the
// data models that it follows. All checks only observe: they look at the run's sample
// of entities and read single ones again in other representations.
package mim2

// What the checks give evidence for, in every baseline that asks it. MIM2 kept its
// number from 2019 on; it is called Representing Data since 2025.
var (
	// data are as their model says
	conformance = []string{
		"oasc-2019-01-16/MIM2/common-models",
		"oasc-2022-06-07/MIM2/harmonised",
		"oasc-2026-06-draft/MIM2/R3.4",
	}
	// models are recognised ones
	recognised = []string{
		"oasc-2019-01-16/MIM2/common-models",
		"oasc-2019-01-16/MIM2/ngsi-ld-models",
		"oasc-2022-06-07/MIM2/defined",
		"oasc-2022-06-07/MIM2/ngsi-ld-models",
		"mims-plus-5.0/MIM2/existing-initiative",
		"mims-plus-5.0/MIM2/ngsi-ld-models",
		"oasc-2026-06-draft/MIM2/R1.2a",
	}
	// terms, units and formats are unambiguous
	unambiguous = []string{
		"oasc-2022-06-07/MIM2/defined",
		"oasc-2026-06-draft/MIM2/R1",
	}
	// the data are served in an open, standard format
	open = []string{
		"oasc-2019-01-16/MIM2/ngsi-ld-models",
		"oasc-2026-06-draft/MIM2/R3.1",
	}
	// all formats carry the same content
	equal = []string{
		"oasc-2026-06-draft/MIM2/R3.3",
	}
	// identifiers of the mechanism
	identifiers = []string{
		"oasc-2026-06-draft/MIM2/M1-ids",
	}
	// @context of the mechanism
	contexts = []string{
		"oasc-2026-06-draft/MIM2/M1-context",
	}
	// types and attributes have IRIs
	linkedData = []string{
		"mims-plus-5.0/MIM2/consistent-models",
	}
	// profiles leave their base model as it is
	profiles = []string{
		"oasc-2026-06-draft/MIM2/R4.1",
	}
	// geometries are GeoJSON
	geometries = []string{
		"oasc-2022-06-07/MIM2/geo-encoding",
	}
	// what a model comes with
	artefacts = []string{
		"oasc-2026-06-draft/MIM2/M1-artefacts",
	}
	// the same format and meaning everywhere
	harmonised = []string{
		"oasc-2022-06-07/MIM2/harmonised",
		"oasc-2026-06-draft/MIM2/R1",
	}
)

// Clauses of the rules. Those of data models are the models' own: JSON Schema is how
// they are published, and the mechanism Smart Data Models with NGSI-LD asks for it.
const (
	sdmSchema  = "MIM2 mechanism Smart Data Models with NGSI-LD: JSON Schema of the data model, keyword "
	sdmContext = "MIM2 mechanism Smart Data Models with NGSI-LD: @context of the data model"
	sdmIDs     = "MIM2 mechanism Smart Data Models with NGSI-LD: identifiers"
	sdmRules   = "Smart Data Models, coding guidelines of a data model"
	cim        = "ETSI GS CIM 009 V1.8.1, "
)
