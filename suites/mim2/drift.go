package mim2

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func driftChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.drift.kind.same", Title: "An attribute of a type is of the same kind in all entities",
			Requirements: harmonised, Clause: sdmRules + "; " + cim + "4.5.1",
			Level: suites.Core, Needs: needs(), Fault: "models.drift.kind",
			Hint: "Two agents feed the same type in different ways.",
			Body: func(t *suites.T) {
				drift(t, "kind", func(_ subject, a models.Attr, _ models.Instance) string { return string(a.Kind) })
			},
		},
		{
			ID: "mim2.drift.value.same", Title: "The values of an attribute of a type are of the same JSON type in all entities",
			Requirements: harmonised, Clause: sdmRules,
			Level: suites.Core, Needs: needs(), Fault: "models.drift.value-type",
			Hint: "Two agents feed the same type in different ways, such as numbers and numbers as text.",
			Body: func(t *suites.T) {
				drift(t, "JSON type", func(s subject, a models.Attr, i models.Instance) string {
					if a.Kind == models.Relationship || a.Kind == models.GeoProperty || s.allowsMix(a) {
						return ""
					}
					return jsonType(i.Value)
				})
			},
		},
		{
			ID: "mim2.drift.unit.same", Title: "An attribute of a type is measured in the same unit in all entities",
			Requirements: harmonised, Clause: sdmRules + "; " + cim + "5.2.5",
			Level: suites.Extended, Needs: needs(), Fault: "models.drift.unit",
			Hint: "Values in different units cannot be compared without conversion.",
			Body: func(t *suites.T) {
				drift(t, "unitCode", func(_ subject, _ models.Attr, i models.Instance) string {
					code, _ := i.UnitCode.(string)
					return code
				})
			},
		},
		{
			ID: "mim2.drift.name.same", Title: "A name stands for the same IRI in all entities of a type",
			Requirements: join(harmonised, contexts), Clause: sdmContext + "; " + cim + "4.4",
			Level: suites.Core, Needs: needs(), Fault: "models.drift.iri",
			Hint: "Some of the data were written under another @context.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				seen := map[string]string{}
				first := map[string]string{}
				v.each(func(s subject) {
					for _, kind := range s.entity.Types {
						for _, a := range s.entity.Attributes {
							key := kind.IRI + " " + local(a)
							if have, ok := seen[key]; !ok {
								seen[key], first[key] = a.IRI, s.id
							} else if have != a.IRI {
								y.add(fmt.Sprintf("%s of %s stands for two IRIs", local(a), kind.Short()), s.id,
									reports.Finding{Pointer: "/" + token(a.Served), Expected: have + " as in " + first[key], Actual: a.IRI})
							}
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.drift.language.same", Title: "The texts of a LanguageProperty are there in the same languages in all entities of a type",
			Requirements: harmonised, Clause: sdmRules + "; " + cim + "4.5.18.2",
			Level: suites.Extended, Needs: needs(), Fault: "models.drift.language",
			Hint: "Some of the texts were not translated.",
			Body: func(t *suites.T) {
				drift(t, "languages", func(_ subject, a models.Attr, i models.Instance) string {
					if a.Kind != models.LanguageProperty {
						return ""
					}
					return strings.Join(tags(i.Value), ", ")
				})
			},
		},
		{
			ID: "mim2.drift.attributes.same", Title: "An attribute that nearly all entities of a type have is there in all of them",
			Requirements: harmonised, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.drift.attribute",
			Hint: "A mapping failed for some of the entities.",
			Body: func(t *suites.T) {
				v := look(t)
				entities := map[string][]subject{}
				have := map[string]map[string]int{}
				v.each(func(s subject) {
					for _, kind := range s.entity.Types {
						entities[kind.IRI] = append(entities[kind.IRI], s)
						if have[kind.IRI] == nil {
							have[kind.IRI] = map[string]int{}
						}
						for _, a := range s.entity.Attributes {
							have[kind.IRI][a.IRI]++
						}
					}
				})
				y := v.tally()
				for _, kind := range slices.Sorted(maps.Keys(entities)) {
					list := entities[kind]
					for _, iri := range slices.Sorted(maps.Keys(have[kind])) {
						if n := have[kind][iri]; n == len(list) || len(list) < fewEntities || float64(n) < nearlyAll*float64(len(list)) {
							continue
						}
						for _, s := range list {
							if !slices.ContainsFunc(s.entity.Attributes, func(a models.Attr) bool { return a.IRI == iri }) {
								y.add(fmt.Sprintf("attribute %s is missing, which %d of the %d sampled entities of type %s have",
									models.LocalName(iri), have[kind][iri], len(list), models.LocalName(kind)), s.id, reports.Finding{Expected: iri, Actual: "nothing"})
							}
						}
					}
				}
				y.report()
				v.conclude("no entity was sampled")
			},
		},
	}
}

// An attribute is expected in all entities of a type when at least this share of
// them, and of at least so many, have it.
const (
	nearlyAll   = 0.75
	fewEntities = 4
)

// drift reports attributes of a type that are used in more than one way. An empty way
// says nothing.
func drift(t *suites.T, what string, way func(s subject, a models.Attr, i models.Instance) string) {
	v := look(t)
	ways := map[string]map[string]string{} // type and attribute -> way -> an entity
	v.each(func(s subject) {
		for _, kind := range s.entity.Types {
			for _, a := range s.entity.Attributes {
				for _, i := range a.Instances {
					w := way(s, a, i)
					if w == "" {
						continue
					}
					key := local(a) + " of " + kind.Short()
					if ways[key] == nil {
						ways[key] = map[string]string{}
					}
					if _, known := ways[key][w]; !known {
						ways[key][w] = s.id
					}
				}
			}
		}
	})
	told := 0
	for _, key := range slices.Sorted(maps.Keys(ways)) {
		if len(ways[key]) < 2 || told == maxFindings {
			continue
		}
		told++
		var words []string
		for _, w := range slices.Sorted(maps.Keys(ways[key])) {
			words = append(words, w+" (as in "+ways[key][w]+")")
		}
		v.mismatch(reports.Finding{Message: fmt.Sprintf("attribute %s has %s %s", key, what, strings.Join(words, " and ")),
			Expected: "one " + what, Actual: strings.Join(words, ", ")})
	}
	v.conclude("no entity was sampled")
}

// allowsMix says whether a data model foresees values of several JSON types for the
// attribute, so that a mix is no drift.
func (s subject) allowsMix(a models.Attr) bool {
	for _, m := range s.models {
		if described := m.Attribute(m.NameOf(a.IRI)); described != nil && described.SeveralTypes() {
			return true
		}
	}
	return false
}

// jsonType is the JSON type of a value, empty when it says nothing. A list counts as
// what it lists: in JSON-LD a list of one and its item are the same.
func jsonType(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		if len(x) == 0 {
			return ""
		}
		return jsonType(x[0])
	case map[string]any:
		return "object"
	}
	return "number"
}
