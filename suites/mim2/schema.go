package mim2

import (
	"slices"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/suites"
)

// class is a group of JSON Schema keywords that one check is about.
type class struct {
	id, title string
	keywords  []string
	fault     string
	hint      string
}

// classes part the keywords, so that a failed check points to one thing. What no
// class names belongs to structure.
func classes() []class {
	return []class{
		{"mim2.schema.required.members", "An entity has every member that its data model requires",
			[]string{"required", "dependentRequired", "dependencies", "dependency", "minProperties"}, "models.required.missing",
			"The mapping to the data model leaves a mandatory attribute out, or the @context gives it another IRI."},
		{"mim2.schema.value.types", "The values of an entity are of the JSON types that its data model says",
			[]string{"type"}, "models.number.as-string",
			"Numbers and booleans are often written as strings by the agent that feeds the platform."},
		{"mim2.schema.value.enumerations", "Values of which the data model lists the choices are one of them",
			[]string{"enum", "const"}, "models.enumeration.unknown",
			"The model's words are case-sensitive, and translated words are no values of it."},
		{"mim2.schema.value.ranges", "Numbers lie in the range that the data model sets",
			[]string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}, "models.share.as-percent",
			"Shares are 0 to 1 in most models, not percent."},
		{"mim2.schema.value.formats", "Texts have the format that the data model says",
			[]string{"format"}, "models.time.without-zone",
			"A date-time needs a zone, such as the Z at its end (RFC 3339)."},
		{"mim2.schema.value.texts", "Texts have the length and the pattern that the data model says",
			[]string{"pattern", "minLength", "maxLength"}, "models.id.too-long",
			"An identifier or a code is longer, shorter or made of other characters than the model allows."},
		{"mim2.schema.value.lists", "Lists have as many items, and as distinct ones, as the data model says",
			[]string{"minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "additionalItems", "items", "prefixItems", "unevaluatedItems"}, "models.list.repeats",
			"An empty list is not the same as a missing attribute, and the model may want each item once."},
	}
}

// structure is the check of the keywords that no class names.
var structure = class{"mim2.schema.value.alternatives", "A value for which the data model gives alternatives fits as many of them as it says",
	nil, "models.alternative.none",
	"The value is none of the forms that the model foresees for it."}

func schemaChecks() []suites.Check {
	var checks []suites.Check
	named := map[string]bool{}
	for _, c := range classes() {
		for _, k := range c.keywords {
			named[k] = true
		}
		checks = append(checks, c.check(func(f models.Finding) bool { return !f.Alternative && slices.Contains(c.keywords, f.Keyword) }))
	}
	return append(checks, structure.check(func(f models.Finding) bool { return f.Alternative || !named[f.Keyword] }))
}

// check makes the check of the keywords. Geometries have checks of their own.
func (c class) check(belongs func(f models.Finding) bool) suites.Check {
	keywords := "those of composition"
	if len(c.keywords) > 0 {
		keywords = c.keywords[0]
	}
	return suites.Check{
		ID: c.id, Title: c.title, Requirements: conformance, Clause: sdmSchema + keywords,
		Level: suites.Core, Needs: []suites.Need{suites.NeedRead, suites.NeedModels}, Fault: c.fault, Hint: c.hint,
		Body: func(t *suites.T) {
			look(t).judge(func(f models.Finding, kind models.Kind) bool {
				return kind != models.GeoProperty && belongs(f)
			})
		},
	}
}
