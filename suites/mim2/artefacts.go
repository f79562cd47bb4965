package mim2

import (
	"fmt"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// draft2020 is the dialect that the mechanism asks of a model's schema.
const draft2020 = "https://json-schema.org/draft/2020-12/schema"

// artefactChecks are about what a model comes with, as far as the run's catalogue has it:
// its schema. That the @context gives its type an IRI, other checks tell; specification
// and examples are declared, since a catalogue may hold no more than schemas.
func artefactChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.models.artefacts.schema", Title: "A data model comes with a JSON Schema of 2020-12",
			Requirements: artefacts, Clause: "oasc-2026-06-draft/MIM2/M1-artefacts; JSON Schema 2020-12, Core 8.1.1",
			Level: suites.Core, Needs: needs(), Fault: "models.type.of-draft",
			Hint: "State the dialect by $schema at the top of the schema, and have tools check that it keeps to it.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					switch lacks := fmt.Sprintf("its model %s is no JSON Schema of 2020-12 by its $schema", m.ID()); {
					case m.Dialect() == draft2020:
					case m.Published(): // its publisher's matter, and another copy may be newer
						v.judged--
						v.doubt("%s, in the copy that the run has", lacks)
					default:
						y.add(lacks, s.id, reports.Finding{Pointer: "/type", Expected: draft2020, Actual: m.Dialect()})
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
	}
}
