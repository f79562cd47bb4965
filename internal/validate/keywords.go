package validate

import "strings"

// draft is a JSON Schema dialect.
type draft int

const (
	unstated draft = iota
	draft04
	draft06
	draft07
	draft2019
	draft2020
)

func (d draft) String() string {
	return [...]string{"no dialect", "draft-04", "draft-06", "draft-07", "2019-09", "2020-12"}[d]
}

// dialectURL is what $schema says for d.
func (d draft) dialectURL() string {
	switch d {
	case draft04:
		return "http://json-schema.org/draft-04/schema"
	case draft06:
		return "http://json-schema.org/draft-06/schema"
	case draft07:
		return "http://json-schema.org/draft-07/schema"
	case draft2019:
		return "https://json-schema.org/draft/2019-09/schema"
	default:
		return "https://json-schema.org/draft/2020-12/schema"
	}
}

// latestDialect is an address that stood for the latest draft of its day, and so
// states none.
const latestDialect = "http://json-schema.org/schema#"

// draftOf reads a $schema value.
func draftOf(schema string) (draft, bool) {
	s := strings.TrimSuffix(schema, "#")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https:"), "http:")
	switch s {
	case "//json-schema.org/draft-04/schema":
		return draft04, true
	case "//json-schema.org/draft-06/schema":
		return draft06, true
	case "//json-schema.org/draft-07/schema":
		return draft07, true
	case "//json-schema.org/draft/2019-09/schema":
		return draft2019, true
	case "//json-schema.org/draft/2020-12/schema":
		return draft2020, true
	}
	return unstated, false
}

// shape is what a keyword's value holds.
type shape int

const (
	literal       shape = iota // a plain value
	subschema                  // a schema
	schemaList                 // a list of schemas
	schemaMap                  // schemas by name
	itemsShape                 // a schema, or (up to 2019-09) a list of schemas
	dependencyMap              // schemas or lists of names, by name
)

// keyword is what the router and the bundler know of a keyword.
type keyword struct {
	shape shape
	// inPlace: its subschemas look at the same value, not at a part of it.
	inPlace bool
	// from and to are the first and the last draft in which the keyword means what it says.
	from, to draft
}

// keywords are those that judge. Annotations are left out: they never change a verdict.
var keywords = map[string]keyword{
	"type":             {literal, false, draft04, draft2020},
	"enum":             {literal, false, draft04, draft2020},
	"const":            {literal, false, draft06, draft2020},
	"multipleOf":       {literal, false, draft04, draft2020},
	"maximum":          {literal, false, draft04, draft2020},
	"minimum":          {literal, false, draft04, draft2020},
	"exclusiveMaximum": {literal, false, draft04, draft2020},
	"exclusiveMinimum": {literal, false, draft04, draft2020},
	"maxLength":        {literal, false, draft04, draft2020},
	"minLength":        {literal, false, draft04, draft2020},
	"pattern":          {literal, false, draft04, draft2020},
	"format":           {literal, false, draft04, draft2020},
	"maxItems":         {literal, false, draft04, draft2020},
	"minItems":         {literal, false, draft04, draft2020},
	"uniqueItems":      {literal, false, draft04, draft2020},
	"maxProperties":    {literal, false, draft04, draft2020},
	"minProperties":    {literal, false, draft04, draft2020},
	"required":         {literal, false, draft04, draft2020},

	"properties":           {schemaMap, false, draft04, draft2020},
	"patternProperties":    {schemaMap, false, draft04, draft2020},
	"additionalProperties": {subschema, false, draft04, draft2020},
	"propertyNames":        {subschema, false, draft06, draft2020},
	"items":                {itemsShape, false, draft04, draft2020},
	"additionalItems":      {subschema, false, draft04, draft2019},
	"contains":             {subschema, false, draft06, draft2020},

	"allOf":        {schemaList, true, draft04, draft2020},
	"anyOf":        {schemaList, true, draft04, draft2020},
	"oneOf":        {schemaList, true, draft04, draft2020},
	"not":          {subschema, true, draft04, draft2020},
	"if":           {subschema, true, draft07, draft2020},
	"then":         {subschema, true, draft07, draft2020},
	"else":         {subschema, true, draft07, draft2020},
	"dependencies": {dependencyMap, true, draft04, draft07},

	"minContains":           {literal, false, draft2019, draft2020},
	"maxContains":           {literal, false, draft2019, draft2020},
	"dependentRequired":     {literal, false, draft2019, draft2020},
	"dependentSchemas":      {schemaMap, true, draft2019, draft2020},
	"unevaluatedItems":      {subschema, false, draft2019, draft2020},
	"unevaluatedProperties": {subschema, false, draft2019, draft2020},
	"$recursiveRef":         {literal, false, draft2019, draft2019},
	"$recursiveAnchor":      {literal, false, draft2019, draft2019},
	"prefixItems":           {schemaList, false, draft2020, draft2020},
	"$dynamicRef":           {literal, false, draft2020, draft2020},
	"$dynamicAnchor":        {literal, false, draft2020, draft2020},
}

// holders are places for schemas that judge only when they are referred to.
var holders = []string{"definitions", "$defs"}
