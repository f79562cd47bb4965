// Package openapi reads around what a description by OpenAPI refers to in other documents.
package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

type object = map[string]any

// Parts of a description may be at other addresses (OpenAPI 3.0, Reference Object), which a
// run does not fetch. So that the rest can be judged, something stands in for them: for the parameters
// of the standard, which OGC serves to be referred to, their names and types; for all else
// what fits anywhere and says nothing.

// Alone is the description with stand-ins for what is elsewhere; as it came when nothing is.
func Alone(document object, came []byte) ([]byte, error) {
	if w := (walk{}); w.visit(document, "") == nil || len(w.refs) == 0 {
		return came, nil
	}
	w := walk{replace: true}
	return json.Marshal(w.visit(document, ""))
}

// Unread are the references to other documents than those of the standard, sorted.
func Unread(document object) []string {
	var w walk
	w.visit(document, "")
	w.refs = slices.DeleteFunc(w.refs, ofStandard)
	slices.Sort(w.refs)
	return slices.Compact(w.refs)
}

// IsElsewhere says whether a parameter stands in for one that was not read. It is named by
// its address, so that it is none of those that are looked for.
func IsElsewhere(p *openapi3.Parameter) bool { return p.Extensions[standIn] == true }

const standIn = "x-mimcheck-elsewhere"

// walk goes through a description.
type walk struct {
	refs    []string // to other documents
	replace bool
}

// kinds are the members whose members or elements are of a kind of their own.
var kinds = map[string]string{
	"parameters": "parameter", "responses": "response", "headers": "header", "requestBodies": "requestBody", "properties": "schema",
	"schemas": "schema", "paths": "path", "links": "link", "callbacks": "callback",
}

// verbatim are the members that hold any JSON, in which $ref means nothing.
var verbatim = []string{"example", "examples", "default", "enum"}

// visit returns v with stand-ins; kind is what v is, empty when it does not matter.
func (w *walk) visit(v any, kind string) any {
	switch v := v.(type) {
	case object:
		if ref, is := v["$ref"].(string); is && !strings.HasPrefix(ref, "#") {
			w.refs = append(w.refs, ref)
			if instead, can := instead(ref, kind); can && w.replace {
				return instead
			}
			return v
		}
		copied := object{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			copied[name] = w.member(name, v[name])
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, e := range v {
			copied[i] = w.visit(e, kind)
		}
		return copied
	}
	return v
}

func (w *walk) member(name string, member any) any {
	of, isMap := member.(object)
	kind, plural := kinds[name]
	switch {
	case slices.Contains(verbatim, name):
		return member
	case plural && isMap: // names of its own, which are no keywords
		copied := object{}
		for _, each := range slices.Sorted(maps.Keys(of)) {
			copied[each] = w.visit(of[each], kind)
		}
		return copied
	case plural:
		return w.visit(member, kind)
	case name == "requestBody":
		return w.visit(member, name)
	}
	return w.visit(member, "")
}

// instead is what stands in for a part of that kind; a schema, when it does not matter.
func instead(ref, kind string) (any, bool) {
	switch kind {
	case "parameter":
		if p, known := standardParameters[ref[strings.LastIndex(ref, "/")+1:]]; known && ofStandard(ref) {
			return p, true
		}
		return object{"name": ref, "in": "query", "schema": object{}, standIn: true}, true
	case "response":
		return object{"description": ref}, true
	case "header":
		return object{"schema": object{}}, true
	case "requestBody":
		return object{"content": object{"application/json": object{}}}, true
	case "", "schema":
		return object{}, true
	}
	return nil, false
}

// ofStandard says whether a reference is to what OGC serves with the standard.
func ofStandard(ref string) bool {
	_, rest, _ := strings.Cut(ref, "://")
	return strings.HasPrefix(rest, "schemas.opengis.net/ogcapi/features/part1/1.0/openapi/ogcapi-features-1.yaml#/components/") ||
		strings.HasPrefix(rest, "schemas.opengis.net/ogcapi/features/part2/1.0/openapi/ogcapi-features-2.yaml#/components/")
}

// standardParameters are those of these documents, by name, as the requirements of the standard
// ask for them (fc-limit-definition and its neighbours).
var standardParameters = map[string]object{
	"limit": {"name": "limit", "in": "query", "style": "form", "explode": false,
		"schema": object{"type": "integer", "minimum": 1, "maximum": 10000, "default": 10}},
	"bbox": {"name": "bbox", "in": "query", "style": "form", "explode": false,
		"schema": object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}},
	"datetime":     {"name": "datetime", "in": "query", "style": "form", "explode": false, "schema": object{"type": "string"}},
	"crs":          {"name": "crs", "in": "query", "style": "form", "explode": false, "schema": object{"type": "string", "format": "uri"}},
	"bbox-crs":     {"name": "bbox-crs", "in": "query", "style": "form", "explode": false, "schema": object{"type": "string", "format": "uri"}},
	"collectionId": {"name": "collectionId", "in": "path", "required": true, "schema": object{"type": "string"}},
	"featureId":    {"name": "featureId", "in": "path", "required": true, "schema": object{"type": "string"}},
}
