package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// batchContexts is the faults of the @contexts and types in batches (6.3.5, 4.16).
func batchContexts() []Fault {
	creating := batch("create").on
	notLD := func(r *http.Request) bool { return !isJSONLD(r) }
	withoutTypes := func(e object) { delete(e, "type") }
	return []Fault{
		{Name: "batch.context-link-ignored", Summary: "A batch does not look at the @context in the Link header.", On: creating.where(notLD), Request: dropRequestHeader("Link")},
		{Name: "batch.names-in-no-vocabulary", Summary: "Names in a batch expand to another vocabulary than the default one.", On: creating.where(notLD),
			Request: fragments(func(e object) {
				for _, name := range sorted(e) {
					if isAttribute(name) {
						e["https://vocabulary.example/"+name] = e[name]
						delete(e, name)
					}
				}
			})},
		{Name: "batch.first-context-for-all", Summary: "All entities of a batch are read by the @context of the first.", On: creating.where(isJSONLD),
			Request: body(func(v any) any {
				all := objects(v)
				for _, e := range all {
					e["@context"] = all[0]["@context"]
				}
				return v
			})},
		{Name: "batch.context-in-json-taken", Summary: "An @context in a batch as application/json is dropped.", On: creating.where(notLD),
			Request: fragments(func(e object) { delete(e, "@context") })},
		{Name: "batch.context-missing-assumed", Summary: "An entity without @context in a batch as JSON-LD gets the core one.", On: creating.where(isJSONLD),
			Request: fragments(func(e object) {
				if e["@context"] == nil {
					e["@context"] = ngsild.CoreContextURL
				}
			})},
		{Name: "batch.context-link-beside-body-ignored", Summary: "A Link header beside a batch as JSON-LD is not looked at.", On: creating.where(isJSONLD), Request: dropRequestHeader("Link")},
		{Name: "batch.update.drops-types", Summary: "Types in a batch update are not looked at.", On: batch("update").on, Request: fragments(withoutTypes)},
		{Name: "batch.upsert.drops-types", Summary: "Types in a batch upsert that updates are not looked at.", On: batch("upsert").on.WithQuery("options"), Request: fragments(withoutTypes)},
	}
}

// kinds is the faults of single kinds of attributes.
func kinds() []Fault {
	appended := func(name string, is func(name string, a object) bool) Fault {
		return Fault{Name: "kind." + name + "-appended-as-property", Summary: "An appended " + name + " becomes a Property.", On: attributeAppend().on,
			Request: fragments(func(e object) {
				for _, attribute := range sorted(e) {
					if a, ok := e[attribute].(object); ok && is(attribute, a) {
						e[attribute] = object{"type": "Property", "value": "unknown"}
					}
				}
			})}
	}
	typed := func(name, kind string) Fault {
		return appended(name, func(_ string, a object) bool { return a["type"] == kind })
	}
	// The core @context makes these GeoProperties, so that losing them is what can go wrong.
	lost := func(name string) Fault {
		return Fault{Name: "kind." + name + "-appended-as-property", Summary: "An appended " + name + " gets another name.", On: attributeAppend().on,
			Request: fragments(func(e object) {
				if a := e[name]; a != nil {
					delete(e, name)
					e[strings.ToUpper(name)] = a
				}
			})}
	}
	// spared is a request about a stored attribute of the kind that is answered, and not carried out.
	spared := func(name, kind, not string, on Match) Fault {
		return Fault{Name: "kind." + name + "-not-" + not, Summary: "A " + kind + " is not " + not + ", and said to be.", On: on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				p := parts(r)
				e, _ := decode(ask(next, r, http.MethodGet, entityPath(p[1])+"?local=true", nil).Body).(object)
				if a, ok := e[p[3]].(object); ok && a["type"] == kind {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				next.ServeHTTP(w, r)
			}}
	}
	return []Fault{
		spared("jsonProperty", "JsonProperty", "deleted", attributeDelete().on), spared("vocabProperty", "VocabProperty", "deleted", attributeDelete().on),
		spared("jsonProperty", "JsonProperty", "updated", attributePatch().on),
		typed("languageProperty", "LanguageProperty"), typed("jsonProperty", "JsonProperty"),
		typed("vocabProperty", "VocabProperty"), typed("listProperty", "ListProperty"),
		lost("observationSpace"), lost("operationSpace"),
	}
}

// listRelationships is the faults of ListRelationships after their creation (4.5.22).
func listRelationships() []Fault {
	set := attributes(asSet("objectList"))
	inAttribute := body(func(v any) any {
		if a, ok := v.(object); ok {
			return asSet("objectList")(a)
		}
		return v
	})
	var all []Fault
	for _, changed := range []struct {
		op   operation
		edit func(*http.Request)
	}{{attributeAppend(), set}, {attributeUpdate(), set}, {entityMerge(), set}, {attributePatch(), inAttribute}, {attributeReplace(), inAttribute}} {
		all = append(all, Fault{Name: changed.op.name + ".list-relationship-as-set", Summary: "stores a ListRelationship's objects without repetitions", On: changed.op.on, Request: changed.edit})
	}
	inLists := func(edit func(a object, l []any)) func(*http.Request, *Answer) {
		return served(func(_ *http.Request, e object) {
			editAttributes(e, func(a object) object {
				if l := items(a["objectList"]); len(l) > 0 {
					edit(a, l)
				}
				return a
			})
		})
	}
	return append(all,
		Fault{Name: "represent.list-relationship-bare", Summary: "The objects of a ListRelationship are shown as URIs, normalised as well.", On: reading(),
			Answer: inLists(func(a object, l []any) {
				bare := make([]any, len(l))
				for i, item := range l {
					if bare[i] = item; item != nil {
						if o, ok := item.(object); ok {
							bare[i] = o["object"]
						}
					}
				}
				a["objectList"] = bare
			})},
		Fault{Name: "represent.lists-simplified-in-members", Summary: "Simplified, a ListProperty is in a member valueList, and a ListRelationship in objectList.", On: reading().where(simplified),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				plain := r.Clone(r.Context())
				DropQuery("options")(plain)
				DropQuery("format")(plain)
				members := map[string]object{}
				for _, e := range objects(decode(Record(next, plain).Body)) {
					members[idOf(e)] = e
				}
				a := Record(next, r)
				served(func(_ *http.Request, e object) {
					for _, name := range sorted(e) {
						full, _ := members[idOf(e)][name].(object)
						switch full["type"] {
						case "ListProperty":
							e[name] = object{"valueList": e[name]}
						case "ListRelationship":
							e[name] = object{"objectList": e[name]}
						}
					}
				})(r, a)
				a.WriteTo(w)
			}},
		Fault{Name: "linked.list-reversed", Summary: "The entities that a ListRelationship links to are shown from the last to the first.", On: reading().WithQuery("join"),
			Answer: served(func(_ *http.Request, e object) {
				editAttributes(e, func(a object) object {
					if l := items(a["entityList"]); len(items(a["objectList"])) > 0 {
						slices.Reverse(l)
					}
					return a
				})
			})},
		Fault{Name: "query.q.list-relationship-first-only", Summary: "In q, of a ListRelationship the first object counts.", On: byQ(),
			Answer: kept(func(r *http.Request, e object) bool {
				m := simpleTerm.FindStringSubmatch(r.URL.Query().Get("q"))
				if m == nil || m[2] != "==" {
					return true
				}
				a, _ := e[m[1]].(object)
				l := items(a["objectList"])
				if len(l) == 0 {
					return true
				}
				o, _ := l[0].(object)
				return o == nil || `"`+fmt.Sprint(o["object"])+`"` == m[3]
			})})
}

// nulls is the faults of NGSI-LD Null in operations that take it (5.5.4).
func nulls() []Fault {
	const null = `"urn:ngsi-ld:null"`
	var all []Fault
	for _, op := range []operation{attributeUpdate(), attributePatch(), entityMerge()} {
		all = append(all,
			Fault{Name: op.name + ".null-of-dataset-swallowed", Summary: "NGSI-LD Null for an instance with a datasetId does nothing.",
				On: op.on.where(bodyHas(null)).where(bodyHas(`"datasetId"`)), Instead: swallow(op.success)},
			Fault{Name: op.name + ".null-of-default-swallowed", Summary: "NGSI-LD Null for the default instance does nothing.",
				On: op.on.where(bodyHas(null)).where(func(r *http.Request) bool { return !bodyHas(`"datasetId"`)(r) }), Instead: swallow(op.success)})
	}
	return all
}

// defaults is the faults of changes of an attribute's default instance (4.5.5).
func defaults() []Fault {
	var all []Fault
	for _, op := range []operation{attributeAppend(), attributeUpdate(), attributePatch(), attributeReplace(), entityMerge(), batch("update"), batch("upsert"), batch("merge")} {
		all = append(all, Fault{Name: op.name + ".default-drops-datasets", Summary: "A change of the default instance of an attribute drops its instances of datasets.",
			On: op.on, Instead: stored(func(c change) {
				for name, v := range c.sent {
					if sent, one := v.(object); !one || !isAttribute(name) || sent["datasetId"] != nil {
						continue
					}
					for _, instance := range items(c.after[name]) {
						if a, ok := instance.(object); ok && a["datasetId"] == nil {
							c.after[name] = a
						}
					}
				}
			})})
	}
	return all
}
