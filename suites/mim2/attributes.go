package mim2

import (
	"fmt"
	"regexp"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func attributeChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.attributes.kind.matches", Title: "An attribute is of the kind, Property, GeoProperty, Relationship or LanguageProperty, that the data model says",
			Requirements: join(conformance, unambiguous), Clause: sdmRules + ": the kind leads each description; " + cim + "4.5.1",
			Level: suites.Core, Needs: needs(), Fault: "models.relationship.as-property",
			Hint: "A reference that is stored as a Property is no link to the other entity.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					for _, a := range s.entity.Attributes {
						described := m.Attribute(m.NameOf(a.IRI))
						if described == nil || described.Kind == "" || fits(a.Kind, described.Kind) {
							continue
						}
						y.add(fmt.Sprintf("attribute %s of %s is a %s, the model says %s", described.Name, m.Name, a.Kind, described.Kind), s.id,
							reports.Finding{Pointer: "/" + token(a.Served) + "/type", Expected: string(described.Kind), Actual: string(a.Kind)})
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
		{
			ID: "mim2.attributes.name.known", Title: "The attributes of an entity are those of its data model",
			Requirements: conformance, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.attribute.unknown",
			Hint: "A model may be extended: then declare the extended model. Else the name may be misspelt.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					for _, stranger := range s.entity.Strangers(m) {
						if stranger.Want != "" || describedElsewhere(s, stranger.Attr) {
							continue
						}
						y.add(fmt.Sprintf("attribute %s is unknown to %s", local(stranger.Attr), m.Name), s.id,
							reports.Finding{Pointer: "/" + token(stranger.Attr.Served), Actual: stranger.Attr.IRI})
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
		{
			ID: "mim2.attributes.name.current", Title: "No attribute is one that its data model marks as deprecated",
			Requirements: conformance, Clause: "JSON Schema 2020-12, Validation, 9.3: deprecated; " + sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.attribute.deprecated",
			Hint: "The model's description of the attribute says what to use instead; a later version will not have it.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					for _, a := range s.entity.Attributes {
						if described := m.Attribute(m.NameOf(a.IRI)); described != nil && described.Deprecated {
							y.add(fmt.Sprintf("attribute %s of %s is deprecated", described.Name, m.Name), s.id,
								reports.Finding{Pointer: "/" + token(a.Served), Expected: "an attribute that is not deprecated", Actual: a.IRI})
						}
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
		{
			ID: "mim2.attributes.name.style", Title: "Attribute names begin with a letter and hold letters, digits and underscores only",
			Requirements: unambiguous, Clause: cim + "4.6.2; " + sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.attribute.odd-name",
			Hint: "Hyphens, dots and spaces in names break queries and programming languages.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, a := range s.entity.Attributes {
						if !plainName.MatchString(local(a)) {
							y.add(fmt.Sprintf("the name %q is not plain", local(a)), s.id, reports.Finding{Pointer: "/" + token(a.Served), Actual: a.Served})
						}
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.attributes.value.present", Title: "Every attribute has a value",
			Requirements: conformance, Clause: cim + "4.5.2.2",
			Level: suites.Core, Needs: needs(), Fault: "models.value.null",
			Hint: "An attribute without a value is left out or deleted, not set to null.",
			Body: func(t *suites.T) {
				eachInstance(t, func(_ models.Attr, i models.Instance) string {
					if i.Value == nil || i.Value == "urn:ngsi-ld:null" {
						return "the value is null"
					}
					return ""
				})
			},
		},
		{
			ID: "mim2.attributes.text.filled", Title: "No text value is empty",
			Requirements: unambiguous, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.value.empty-text",
			Hint: "An empty text says no more than a missing attribute, and is easily taken for a value.",
			Body: func(t *suites.T) {
				eachInstance(t, func(_ models.Attr, i models.Instance) string {
					if i.Value == "" {
						return "the value is an empty text"
					}
					return ""
				})
			},
		},
		{
			ID: "mim2.attributes.list.kept", Title: "A value that the data model says is a list is a list, even of one item",
			Requirements: join(conformance, equal), Clause: sdmSchema + "type",
			Level: suites.Extended, Needs: needs(), Fault: "models.list.unwrapped",
			Hint: "JSON-LD compaction makes a list of one into its item; clients of the plain JSON then find two forms.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					for _, a := range s.entity.Attributes {
						described := m.Attribute(m.NameOf(a.IRI))
						if described == nil || !described.ListOnly() || a.Kind != models.Property {
							continue
						}
						for _, i := range a.Instances {
							if _, isList := i.Value.([]any); !isList && described.TakesItem(i.Value) {
								y.add(fmt.Sprintf("%s of %s is a single value, the model says a list", described.Name, m.Name), s.id,
									reports.Finding{Pointer: i.Pointer, Expected: "a list", Actual: brief(i.Value)})
							}
						}
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
	}
}

// fits says whether an attribute of a kind is what a model means by another: models
// know four kinds, of which the others are refinements (4.5.18 to 4.5.24).
func fits(have, want models.Kind) bool {
	switch want {
	case models.Property:
		return have != models.Relationship && have != models.ListRelationship && have != models.GeoProperty
	case models.Relationship:
		return have == models.Relationship || have == models.ListRelationship
	}
	return have == want
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// eachInstance reports what is wrong with each instance of each attribute.
func eachInstance(t *suites.T, wrong func(a models.Attr, i models.Instance) string) {
	v := look(t)
	y := v.tally()
	for _, s := range v.subjects {
		for _, a := range s.entity.Attributes {
			for _, i := range a.Instances {
				v.judged++
				if what := wrong(a, i); what != "" {
					y.add(local(a)+": "+what, s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
				}
			}
		}
	}
	y.report()
	v.conclude("no sampled entity has an attribute")
}
