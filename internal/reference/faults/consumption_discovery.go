package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// discovery is the faults of types and attributes (5.7.5-5.7.10).
func discovery() []Fault {
	types, oneType := Op(http.MethodGet, "/types"), Op(http.MethodGet, "/types/*")
	attributeList, oneAttribute := Op(http.MethodGet, "/attributes"), Op(http.MethodGet, "/attributes/*")
	return []Fault{
		{Name: "types.list.rare-left-out", Summary: "The list of types names only those of several entities.",
			On: types.WithoutQuery("details"), Instead: relabelled("typeList", func(next http.Handler, r *http.Request, names []string) []string {
				return slices.DeleteFunc(names, func(name string) bool { return entityCount(next, r, name) < 2 })
			})},
		{Name: "types.list.once-an-entity", Summary: "The list of types names a type for each of its entities.",
			On: types.WithoutQuery("details"), Instead: relabelled("typeList", func(next http.Handler, r *http.Request, names []string) []string {
				var all []string
				for _, name := range names {
					all = append(all, slices.Repeat([]string{name}, max(entityCount(next, r, name), 1))...)
				}
				return all
			})},
		{Name: "types.list.bare-array", Summary: "The list of types is a bare array.",
			On: types.WithoutQuery("details"), Answer: bareArray("typeList")},
		{Name: "types.details-ignored", Summary: "The list of types does not look at details.", On: types, Request: DropQuery("details")},
		{Name: "types.one.no-count", Summary: "A type's description tells no count.",
			On: oneType, Answer: answered(func(o object) { delete(o, "entityCount") })},
		{Name: "types.one.no-attributes", Summary: "A type's description tells no attributes.",
			On: oneType, Answer: answered(func(o object) { o["attributeDetails"] = []any{} })},
		{Name: "types.one.all-properties", Summary: "A type's description calls each attribute a Property.",
			On: oneType, Answer: answered(func(o object) {
				for _, d := range objects(o["attributeDetails"]) {
					d["attributeTypes"] = []any{"Property"}
				}
			})},
		{Name: "types.one.iri-unknown", Summary: "A type is not found by its fully qualified name.",
			On: oneType.where(func(r *http.Request) bool { return strings.Contains(parts(r)[1], "://") }), Answer: func(_ *http.Request, a *Answer) {
				problem(a, http.StatusNotFound, "ResourceNotFound")
			}},
		{Name: "attributes.one.iri-unknown", Summary: "An attribute is not found by its fully qualified name.",
			On: oneAttribute.where(func(r *http.Request) bool { return strings.Contains(parts(r)[1], "://") }), Answer: func(_ *http.Request, a *Answer) {
				problem(a, http.StatusNotFound, "ResourceNotFound")
			}},
		{Name: "types.one.unknown-empty", Summary: "A type that no entity has is described by an empty object.", On: oneType, Answer: emptyObject},
		{Name: "attributes.list.no-relationships", Summary: "The list of attributes names no relationships.",
			On: attributeList.WithoutQuery("details"), Instead: relabelled("attributeList", func(next http.Handler, r *http.Request, names []string) []string {
				return slices.DeleteFunc(names, func(name string) bool {
					return slices.Contains(items(described(next, r, "/attributes", name)["attributeTypes"]), any("Relationship"))
				})
			})},
		{Name: "attributes.list.bare-array", Summary: "The list of attributes is a bare array.",
			On: attributeList.WithoutQuery("details"), Answer: bareArray("attributeList")},
		{Name: "attributes.details-ignored", Summary: "The list of attributes does not look at details.",
			On: attributeList, Request: DropQuery("details")},
		{Name: "attributes.one.no-kinds", Summary: "An attribute's description does not tell of which types it is.",
			On: oneAttribute, Answer: answered(func(o object) { delete(o, "attributeTypes") })},
		{Name: "attributes.one.unknown-empty", Summary: "An attribute that no entity has is described by an empty object.",
			On: oneAttribute, Answer: emptyObject},
		{Name: "discovery.remembers-deleted", Summary: "A deleted entity leaves a copy with another id.",
			On: Op(http.MethodDelete, "/entities/*"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				e := get(next, r, parts(r)[1])
				a := Record(next, r)
				if e != nil && a.Status == http.StatusNoContent {
					e["id"] = idOf(e) + ":deleted"
					delete(e, "@context")
					ask(next, r, http.MethodPost, "/entities", e)
				}
				a.WriteTo(w)
			}},
	}
}

// relabelled lets the platform list names and edits the list, with the platform at hand.
func relabelled(member string, edit func(next http.Handler, r *http.Request, names []string) []string) handle {
	return answering(func(e exchange) {
		o, ok := decode(e.Body).(object)
		if !ok || e.Status != http.StatusOK {
			return
		}
		var names []string
		for _, item := range items(o[member]) {
			if name, isName := item.(string); isName {
				names = append(names, name)
			}
		}
		list := []any{}
		for _, name := range edit(e.next, e.request, names) {
			list = append(list, name)
		}
		o[member] = list
		e.Body = encode(o)
	})
}

// bareArray is an Answer change of a list with id and type into its names alone.
func bareArray(member string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK {
			a.setList(items(o[member]))
		}
	}
}

// entityCount is how many entities have the type.
func entityCount(next http.Handler, r *http.Request, kind string) int {
	a := ask(next, r, http.MethodGet, "/entities?limit=0&count=true&type="+url.QueryEscape(kind), nil)
	n, _ := strconv.Atoi(a.Header.Get("NGSILD-Results-Count"))
	return n
}
