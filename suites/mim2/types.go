package mim2

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func typeChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.types.model.resolved", Title: "Each entity states its type, and the type resolves to a data model",
			Requirements: join(recognised, artefacts), Clause: sdmRules + "; " + cim + "4.5.1",
			Level: suites.Core, Needs: needs(), Fault: "models.type.missing",
			Hint: "State in target.yaml which model a type of your own follows, and give the model's folder.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, f := range s.entity.Faults {
						if strings.HasPrefix(f.Pointer, "/type") {
							y.add(f.Message, s.id, reports.Finding{Pointer: f.Pointer})
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
				if len(v.strange) > 0 {
					t.Untested("not every type in the sample has a data model: %s", strings.Join(v.strange, "; "))
				}
			},
		},
		{
			ID: "mim2.types.name.mapped", Title: "A type that bears the name of a data model is mapped to an IRI by an @context",
			Requirements: join(unambiguous, contexts, linkedData), Clause: sdmContext + "; " + cim + "4.4",
			Level: suites.Core, Needs: needs(), Fault: "models.type.unmapped",
			Hint: "Entities were created without the model's @context, so the type means nothing beyond this platform.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, kind := range s.entity.Types {
						if !strings.HasPrefix(kind.IRI, ngsild.DefaultVocab) || declared(t, kind.IRI, kind.Served) {
							continue
						}
						for _, m := range t.Env.Models.Models() {
							if m.Name == kind.Short() {
								y.add(fmt.Sprintf("type %s has no IRI of its own", kind.Short()), s.id, reports.Finding{
									Pointer: "/type", Expected: strings.Join(m.IRIs(), " or "), Actual: kind.IRI})
								break
							}
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.types.declaration.kept", Title: "A type that is declared to follow a data model is not another data model's type",
			Requirements: recognised, Clause: sdmRules,
			Level: suites.Core, Needs: needs(), Fault: "models.type.of-another-model",
			Hint: "The type's IRI is that of a published model: the entities are of that model, whatever they were meant to be.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, kind := range s.entity.Types {
						byIRI, err := t.Env.Models.ForType(kind, nil)
						if err != nil {
							continue
						}
						// The id of an entity names its type too, by the mechanism's rule.
						named := typeInID(s.entity.ID)
						other, err := t.Env.Models.Find(named)
						switch declaredAs, isDeclared := declaration(t, kind.IRI, kind.Served); {
						case isDeclared && declaredAs != "":
							if m, err := t.Env.Models.FindFor(kind, declaredAs); err == nil && m != byIRI.Model {
								y.add(fmt.Sprintf("type %s is declared to follow %s, and its IRI is that of %s", kind.Short(), m.ID(), byIRI.Model.ID()),
									s.id, reports.Finding{Pointer: "/type", Expected: m.ID(), Actual: byIRI.Model.ID()})
							}
						case err == nil && other != byIRI.Model && len(s.entity.Types) == 1:
							y.add(fmt.Sprintf("the id says type %s, and the type's IRI is that of %s", named, byIRI.Model.ID()),
								s.id, reports.Finding{Pointer: "/type", Expected: other.ID(), Actual: byIRI.Model.ID()})
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.types.attributes.listed", Title: "The attributes of a type's entities are among those that the platform lists for the type",
			Requirements: unambiguous, Clause: cim + "5.7.7, 5.2.26",
			Level: suites.Core, Feature: suites.FeatureDiscovery, Needs: needs(), Fault: "models.type.attributes-unlisted",
			Hint: "The platform's own description of its types is out of date.",
			Body: func(t *suites.T) {
				v := look(t)
				for _, s := range v.spread(maxFollowed, func(s subject) bool { return len(s.entity.Types) == 1 }) {
					kind := s.entity.Types[0]
					r := t.GET("/types/"+escape(kind.IRI), accept(mediaJSONLD), noLink())
					if r.Status == http.StatusNotFound {
						continue // for the checks of discovery to say
					}
					info := object(t, r)
					details, ok := info["attributeDetails"].([]any)
					if !ok {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/attributeDetails", Expected: "a list", Actual: brief(info["attributeDetails"]),
							Message: fmt.Sprintf("the description of type %s lists no attributes", kind.Short())})
						continue
					}
					v.judged++
					listed := map[string]bool{}
					for _, d := range details {
						o, _ := d.(map[string]any)
						for _, member := range []string{"id", "attributeName"} {
							if name, ok := o[member].(string); ok {
								listed[s.entity.Names.Expand(name)] = true
							}
						}
					}
					for _, a := range s.entity.Attributes {
						if !listed[a.IRI] {
							v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/attributeDetails", Expected: a.IRI,
								Message: fmt.Sprintf("entity %s has attribute %s, which the description of its type does not list", s.id, local(a))})
						}
					}
				}
				v.conclude("the platform describes no type of the sample")
			},
		},
	}
}

// declared says whether the platform's statement says which model a type follows.
func declared(t *suites.T, iri, served string) bool {
	_, ok := declaration(t, iri, served)
	return ok
}

func declaration(t *suites.T, iri, served string) (string, bool) {
	for _, key := range []string{iri, served} {
		if name, ok := t.Env.Types[key]; ok {
			return name, true
		}
	}
	return "", false
}

// typeInID is the type part of urn:ngsi-ld:TYPE:LOCAL, empty when the id has none.
func typeInID(id string) string {
	rest, ok := strings.CutPrefix(id, "urn:ngsi-ld:")
	if !ok {
		return ""
	}
	name, local, ok := strings.Cut(rest, ":")
	if !ok || local == "" {
		return ""
	}
	return name
}

func needs() []suites.Need { return []suites.Need{suites.NeedRead, suites.NeedModels} }

// join is the ids of several groups of requirements, each once.
func join(groups ...[]string) []string {
	var all []string
	for _, g := range groups {
		for _, id := range g {
			all = addOnce(all, id)
		}
	}
	return all
}
