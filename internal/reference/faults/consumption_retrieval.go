package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// retrieval is the faults of Retrieve Entity (5.7.1).
func retrieval() []Fault {
	return []Fault{
		{Name: "entity.retrieve.loses-relationships", Summary: "A retrieved entity comes without its relationships.",
			On: retrieving(), Answer: servedAttributes(leaveOut(func(a object) bool { return a["type"] == "Relationship" }))},
		{Name: "entity.retrieve.drops-type", Summary: "A retrieved entity comes without its type.",
			On: retrieving(), Answer: served(func(_ *http.Request, e object) { delete(e, "type") })},
		{Name: "entity.retrieve.first-of-type", Summary: "A retrieval answers with the first entity of the wanted one's type.",
			On: retrieving(), Instead: answering(func(e exchange) {
				wanted, _ := decode(e.Body).(object)
				kind, _ := wanted["type"].(string)
				if e.Status != http.StatusOK || kind == "" {
					return
				}
				found, _ := ask(e.next, e.request, http.MethodGet, "/entities?limit=1&type="+url.QueryEscape(kind), nil).list()
				if len(found) > 0 {
					e.Body = encode(found[0])
				}
			})},
		{Name: "entity.retrieve.unknown-is-empty", Summary: "Retrieving an entity that is not there gives an empty object.",
			On: retrieving(), Answer: emptyObject},
		{Name: "entity.retrieve.any-id-not-found", Summary: "Retrieving by an id that is no URI gives 404.",
			On: retrieving().where(idIsNoURI), Answer: notFoundInstead},
		{Name: "entity.retrieve.id-prefix", Summary: "An entity is also found by an id that its own id is the beginning of.",
			On: retrieving(), Instead: answering(func(e exchange) {
				if e.Status != http.StatusNotFound {
					return
				}
				id := []rune(parts(e.request)[1])
				for length := len(id) - 1; length > 0; length-- {
					if found := get(e.next, e.request, string(id[:length])); found != nil {
						e.Status, e.Body = http.StatusOK, encode(found)
						return
					}
				}
			})},
		{Name: "entity.retrieve.ignores-attrs", Summary: "A retrieval with attrs gives all attributes.",
			On: retrieving(), Request: DropQuery("attrs")},
		{Name: "entity.retrieve.attrs-drop-type", Summary: "A retrieval with attrs gives no type.",
			On: retrieving().WithQuery("attrs"), Answer: served(func(_ *http.Request, e object) { delete(e, "type") })},
		{Name: "entity.retrieve.attrs-wants-all", Summary: "A retrieval with attrs gives 404 unless the entity has all of them.",
			On: retrieving().WithQuery("attrs"), Answer: func(r *http.Request, a *Answer) {
				e, ok := decode(a.Body).(object)
				if a.Status == http.StatusOK && ok && !hasAll(e, listed(r, "attrs")) {
					problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
				}
			}},
		{Name: "entity.retrieve.attrs-none-bare", Summary: "A retrieval with attrs of which the entity has none gives the bare entity.",
			On: retrieving().WithQuery("attrs"), Instead: bareInstead("attrs")},
		{Name: "entity.retrieve.none-as-dataset", Summary: "A retrieval takes @none for the id of a dataset that nothing is of.",
			On: retrieving(), Request: inParam("datasetId", func(value string) string { return strings.ReplaceAll(value, "@none", "urn:ngsi-ld:Dataset:none") })},
		{Name: "entity.retrieve.ignores-dataset", Summary: "A retrieval with datasetId gives the instances of all datasets.",
			On: retrieving(), Request: DropQuery("datasetId")},
	}
}

// hasAll says whether the entity has all the attributes.
func hasAll(e object, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return e[name] == nil })
}

// hasAny says whether the entity has any of the attributes.
func hasAny(e object, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return e[name] != nil })
}

// bareInstead answers 404 to a retrieval with the parameter by the entity's id and
// type alone, if it is there.
func bareInstead(parameter string) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := Record(next, r)
		if a.Status == http.StatusNotFound {
			if whole := again(next, r, without(parameter)); whole.Status == http.StatusOK {
				a = whole
				served(func(_ *http.Request, e object) {
					for _, name := range sorted(e) {
						if isAttribute(name) {
							delete(e, name)
						}
					}
				})(r, a)
			}
		}
		a.WriteTo(w)
	}
}
