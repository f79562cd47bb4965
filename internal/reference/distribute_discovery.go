package reference

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
)

// Distributed discovery of types and attributes (5.7.5 to 5.7.10): what the sources tell
// of theirs is added to what is here.

// usageEverywhere is usage with what the sources tell that offer the operation and may
// have what is looked for. Details have an operation of their own, the second one of two
// with a bar between. read takes an answer's value into the usage; what is not registered
// of a source does not count.
func (r *request) usageEverywhere(operation, path string, look *sourceQuery, read func(told, any)) (usage, error) {
	u := r.usage()
	q := url.Values{}
	if plain, details, two := strings.Cut(operation, "|"); two {
		if operation = plain; r.query.Get("details") == "true" {
			operation = details
			q.Set("details", "true")
		}
	}
	shares, err := r.shares(operation, look)
	if err != nil {
		return u, err
	}
	for i, answer := range r.replies(shares, func(share) sourceCall {
		return sourceCall{method: http.MethodGet, path: path, query: q}
	}) {
		if answer == nil {
			continue
		}
		list, isList := answer.body.([]any)
		if !isList {
			list = []any{answer.body}
		}
		for _, item := range list {
			if o, ok := item.(map[string]any); ok {
				read(told{u, shares[i].source, answer.context}, o)
			}
		}
	}
	return u, nil
}

// told is where a source's answer about its types and attributes goes.
type told struct {
	usage
	source  *registration
	context *jsonld.Context
}

// registered says whether the source is registered for an attribute of entities of a
// type; an empty name is any.
func (t told) registered(kind, attribute string) bool {
	return slices.ContainsFunc(t.source.infos, func(i registrationInfo) bool {
		if attribute != "" && i.attributes != nil && !contains(i.attributes, attribute) {
			return false
		}
		return kind == "" || len(i.entities) == 0 ||
			slices.ContainsFunc(i.entities, func(e registeredEntity) bool { return contains(e.types, kind) })
	})
}

// names expands the names in a member that is a list of them.
func (t told) names(v any) []string {
	var out []string
	for _, name := range stringsOf(v) {
		out = append(out, t.context.Expand(name))
	}
	return out
}

// number reads a count; what is none stands for some.
func number(v any) int {
	n, ok := v.(json.Number)
	count, err := n.Int64()
	if !ok || err != nil || count < 1 {
		return 1
	}
	return int(count)
}

// expanded is the name in a member, or else the IRI in id.
func (t told) expanded(o map[string]any, member string) string {
	if name, ok := o[member].(string); ok {
		return t.context.Expand(name)
	}
	iri, _ := o["id"].(string)
	return iri
}

// typesOf takes an EntityTypeList or one EntityType (5.2.24, 5.2.25).
func typesOf(t told, v any) {
	o, _ := v.(map[string]any)
	kinds := t.names(o["typeList"])
	if o["typeList"] == nil {
		kinds = []string{t.expanded(o, "typeName")}
	}
	for _, kind := range kinds {
		if kind == "" || !t.registered(kind, "") {
			continue
		}
		t.entities[kind]++
		t.note(kind, "", "")
		for _, name := range t.names(o["attributeNames"]) {
			if t.registered(kind, name) {
				t.note(kind, name, "")
			}
		}
	}
}

// typeInfo takes an EntityTypeInfo (5.2.26).
func typeInfo(t told, v any) {
	o, _ := v.(map[string]any)
	kind := t.expanded(o, "typeName")
	if kind == "" || !t.registered(kind, "") {
		return
	}
	t.entities[kind] += number(o["entityCount"])
	t.note(kind, "", "")
	details, _ := o["attributeDetails"].([]any)
	for _, item := range details {
		detail, _ := item.(map[string]any)
		name := t.expanded(detail, "attributeName")
		if name == "" || !t.registered(kind, name) {
			continue
		}
		t.note(kind, name, "")
		for _, as := range stringsOf(detail["attributeTypes"]) {
			t.note(kind, name, as)
		}
	}
}

// attributesOf takes an AttributeList or one Attribute (5.2.27, 5.2.28).
func attributesOf(t told, v any) {
	o, _ := v.(map[string]any)
	names := t.names(o["attributeList"])
	if o["attributeList"] == nil {
		names = []string{t.expanded(o, "attributeName")}
	}
	for _, name := range names {
		t.attribute(name, 1, o)
	}
}

// attributeInfo takes an Attribute (5.2.28).
func attributeInfo(t told, v any) {
	o, _ := v.(map[string]any)
	t.attribute(t.expanded(o, "attributeName"), number(o["attributeCount"]), o)
}

// attribute adds an attribute with the types that have it and its kinds, as far as told.
func (t told) attribute(name string, count int, o map[string]any) {
	if name == "" || !t.registered("", name) {
		return
	}
	t.counts[name] += count
	for _, kind := range t.names(o["typeNames"]) {
		if !t.registered(kind, name) {
			continue
		}
		t.note(kind, name, "")
		for _, as := range stringsOf(o["attributeTypes"]) {
			t.note(kind, name, as)
		}
	}
}
