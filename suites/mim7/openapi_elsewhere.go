package mim7

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	. "github.com/oasc/mimcheck/suites"
)

// Parts of a description may be at other addresses (OpenAPI 3.0, Reference Object), which a
// run does not fetch. So that the rest can be judged, something stands in for them: for the parameters
// of the standard, which OGC serves to be referred to, their names and types; for all else
// what fits anywhere and says nothing.

// alone is the description with stand-ins for what is elsewhere; as it came when nothing is.
func alone(document object, came []byte) ([]byte, error) {
	if w := (walk{}); w.visit(document, "") == nil || len(w.refs) == 0 {
		return came, nil
	}
	w := walk{replace: true}
	return json.Marshal(w.visit(document, ""))
}

// unread are the references to other documents than those of the standard, sorted.
func unread(document object) []string {
	var w walk
	w.visit(document, "")
	w.refs = slices.DeleteFunc(w.refs, ofStandard)
	slices.Sort(w.refs)
	return slices.Compact(w.refs)
}

// isElsewhere says whether a parameter stands in for one that was not read. It is named by
// its address, so that it is none of those that are looked for.
func isElsewhere(p *openapi3.Parameter) bool { return p.Extensions[standIn] == true }

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
		for name, member := range InOrder(v) {
			copied[name] = w.member(name, member)
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
		for each, one := range InOrder(of) {
			copied[each] = w.visit(one, kind)
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
		return object{"content": object{mediaJSON: object{}}}, true
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

// freeForm ends the check when the description lets the operation take any query parameter:
// one whose names are those of the members of an object (OGC 17-069r4, at query-param-unknown).
func freeForm(t *T, path string) {
	from, page := landingPage(t)
	l, there := readable(related(page, "service-desc"))
	if !there {
		return // nothing that could allow it
	}
	document, err := loaded(t, describedAt(t, from, l.href))
	if err != nil || document.Paths == nil {
		return // for another check to say
	}
	item := pathItem(document, path)
	if item == nil {
		return
	}
	for _, p := range slices.Concat(item.Get.Parameters, item.Parameters) {
		switch {
		case p.Value == nil:
		case isElsewhere(p.Value):
			t.CantTell("the description of GET %s has a parameter at %s, which is not fetched and may allow any parameter", path, p.Value.Name)
		case takesAny(p.Value):
			t.Inapplicable("the description of GET %s allows any query parameter (%s)", path, p.Value.Name)
		}
	}
}

func takesAny(p *openapi3.Parameter) bool {
	if p.In != "query" || p.Schema == nil || p.Schema.Value == nil || p.Style != "" && p.Style != "form" || p.Explode != nil && !*p.Explode {
		return false
	}
	s := p.Schema.Value
	return s.Type.Is("object") && (s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has)
}
