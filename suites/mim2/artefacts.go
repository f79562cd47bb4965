package mim2

import (
	"fmt"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
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
		{
			ID: "mim2.models.profile.kept", Title: "What is valid by an application profile is valid by its base model",
			Requirements: profiles, Clause: "oasc-2026-06-draft/MIM2/R4.1",
			Level: suites.Core, Needs: needs(), Fault: "models.profile.looser",
			Hint: "Who knows the base model alone can't use such an entity: a profile may ask for more, and allow no more.",
			Body: func(t *suites.T) {
				if len(t.Env.Profiles) == 0 {
					t.Inapplicable("the target's statement names no application profile (profiles)")
				}
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, base *models.Model) {
					v.judged--
					profile := v.profileOf(s)
					if profile == nil {
						return
					}
					switch j := strictly(t, s.entity, profile); j.Verdict {
					case validate.CantTell:
						v.doubt("entity %s: %s", s.id, j.Reason)
						return
					case validate.Invalid:
						return // it does not follow the profile, so that nothing follows from it
					}
					j := strictly(t, s.entity, base)
					if j.Verdict == validate.CantTell {
						v.doubt("entity %s: %s", s.id, j.Reason)
						return
					}
					v.judged++
					for _, f := range j.Errors {
						y.add(fmt.Sprintf("it is valid by the profile %s, and not by %s%s: %s", profile.ID(), base.ID(), place(f), f.Message), s.id,
							reports.Finding{Pointer: f.Served, Expected: f.Schema, Actual: f.Message})
					}
				})
				y.report()
				if v.judged == 0 && len(v.doubts) == 0 {
					t.Untested("no sampled entity is valid by an application profile of its type")
				}
				v.conclude("")
			},
		},
	}
}

// profileOf is the application profile that entities of the subject's types follow; nil
// for none, or one that is not in the catalogue.
func (v *view) profileOf(s subject) *models.Model {
	for _, kind := range s.entity.Types {
		for _, key := range []string{kind.IRI, kind.Served, kind.Short()} {
			name := v.t.Env.Profiles[key]
			if name == "" {
				continue
			}
			m, err := v.t.Env.Models.Find(name)
			if err != nil {
				v.doubt("the profile %q of type %s: %v", name, kind.Short(), err)
			}
			return m
		}
	}
	return nil
}
