package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// entityCreation is the faults of creating entities.
func entityCreation() []Fault {
	on := entityCreate().on
	return []Fault{
		{Name: "entity.create.no-location", Summary: "does not say where the created entity is", On: on, Answer: DropHeader("Location")},
		{Name: "entity.create.echoes-body", Summary: "sends the entity back in the answer to its creation", On: on,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					e.Body = encode(e.sent)
					e.Header.Set("Content-Type", ngsild.MediaJSON)
				}
			})},
		{Name: "entity.create.at-most-eight-attributes", Summary: "stores no more than eight attributes of a new entity", On: on,
			Request: fragments(func(e object) {
				n := 0
				for _, name := range sortedAttributes(e) {
					if n++; n > 8 {
						delete(e, name)
					}
				}
			})},
		{Name: "entity.create.wants-attributes", Summary: "refuses an entity without attributes", On: on,
			Instead: refuseWhen(func(e object) bool { return len(sortedAttributes(e)) == 0 && e["id"] != nil })},
		{Name: "entity.create.refuses-timestamps", Summary: "refuses an entity with createdAt or modifiedAt instead of ignoring them", On: on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					found = found || a["createdAt"] != nil || a["modifiedAt"] != nil
					return a
				})
				return found
			})},
		{Name: "entity.create.concise-refused", Summary: "refuses attributes whose type is left out", On: on,
			Instead: refuseWhen(func(e object) bool {
				for _, name := range sortedAttributes(e) {
					for _, item := range items(e[name]) {
						if a, ok := item.(object); !ok || a["type"] == nil {
							return true
						}
					}
				}
				return false
			})},
		{Name: "entity.create.overwrites", Summary: "replaces the entity that has the id already", On: on,
			Instead: answering(func(e exchange) {
				fresh, ok := e.sent.(object)
				if !ok || e.Status != http.StatusConflict {
					return
				}
				put(e.next, e.request, fresh)
				e.done(http.StatusCreated)
				e.Header.Set("Location", "/ngsi-ld/v1"+entityPath(idOf(fresh)))
			})},
		{Name: "entity.create.makes-up-id", Summary: "gives an entity without id one of its own", On: on,
			Request: fragments(func(e object) {
				if e["id"] == nil {
					e["id"] = "urn:ngsi-ld:unnamed:" + strings.Join(sortedAttributes(e), "-")
				}
			})},
		{Name: "entity.create.makes-up-type", Summary: "takes an entity without type for a Thing", On: on,
			Request: fragments(func(e object) {
				if e["type"] == nil {
					e["type"] = "Thing"
				}
			})},
		{Name: "entity.create.takes-any-id", Summary: "makes a URN of an id that is no URI", On: on,
			Request: fragments(func(e object) {
				if id, ok := e["id"].(string); ok && !strings.Contains(id, ":") {
					e["id"] = "urn:" + id + ":" + id
				}
			})},
		{Name: "entity.create.takes-null-marker", Summary: "leaves out attributes with NGSI-LD Null instead of refusing them", On: on,
			Request: attributes(leaveOut(isNull("value")))},
		{Name: "entity.create.takes-null-inside", Summary: "leaves out members of values that are NGSI-LD Null", On: on,
			Request: attributes(withoutNullsInside)},
		{Name: "entity.create.takes-empty-language-property", Summary: "leaves out a LanguageProperty without languages", On: on,
			Request: attributes(leaveOut(func(a object) bool { return a["type"] == "LanguageProperty" && a["languageMap"] == nil }))},
		{Name: "entity.create.takes-any-language-type", Summary: "leaves out a valueType of a LanguageProperty that is not langString", On: on,
			Request: attributes(func(a object) object {
				if a["type"] == "LanguageProperty" && a["valueType"] != "langString" {
					delete(a, "valueType")
				}
				return a
			})},
		{Name: "entity.create.takes-seals-without-proof", Summary: "leaves out what an attribute that is no proof seals", On: on,
			Request: attributes(unsealed)},
		{Name: "entity.create.takes-any-attribute-type", Summary: "takes an attribute of any other type for a Property", On: on,
			Request: attributes(asProperty)},
		{Name: "entity.create.takes-property-without-value", Summary: "gives a Property without value an empty one", On: on,
			Request: attributes(func(a object) object {
				if a["type"] == "Property" && a["value"] == nil {
					a["value"] = ""
				}
				return a
			})},
		{Name: "entity.create.takes-relationship-without-object", Summary: "leaves out a Relationship without object", On: on,
			Request: attributes(leaveOut(func(a object) bool { return a["type"] == "Relationship" && a["object"] == nil }))},
		{Name: "entity.create.takes-any-object", Summary: "leaves out a Relationship whose object is no URI", On: on,
			Request: attributes(leaveOut(objectNoURI))},
		{Name: "entity.create.takes-any-geometry", Summary: "leaves out a GeoProperty whose coordinates are no numbers", On: on,
			Request: attributes(leaveOut(func(a object) bool {
				geometry, _ := a["value"].(object)
				for _, c := range items(geometry["coordinates"]) {
					if _, isText := c.(string); isText {
						return true
					}
				}
				return false
			}))},
		{Name: "entity.create.takes-any-observed-at", Summary: "leaves out an observedAt that is no DateTime", On: on,
			Request: attributes(withoutBadTimes)},
	}
}

// informationModel is the faults that store an entity otherwise than it was sent.
func informationModel() []Fault {
	on := entityCreate().on
	return []Fault{
		{Name: "attribute.text-beyond-latin-lost", Summary: "stores characters beyond Latin-1 as question marks", On: on,
			Request: attributes(func(a object) object {
				if s, ok := a["value"].(string); ok {
					a["value"] = strings.Map(func(r rune) rune {
						if r > 0xff {
							return '?'
						}
						return r
					}, s)
				}
				return a
			})},
		{Name: "attribute.first-item-only", Summary: "stores the first item of a list as the value", On: on,
			Request: attributes(func(a object) object {
				firstOf("value")(a)
				return a
			})},
		{Name: "attribute.false-lost", Summary: "stores false as 0", On: on,
			Request: attributes(func(a object) object {
				if a["value"] == false {
					a["value"] = 0
				}
				return a
			})},
		{Name: "attribute.nested-values-flattened", Summary: "stores objects inside a value as text", On: on,
			Request: attributes(func(a object) object {
				if v, ok := a["value"].(object); ok && a["type"] != "GeoProperty" {
					for member, inner := range v {
						if _, nested := inner.(object); nested {
							v[member] = string(encode(inner))
						}
					}
				}
				return a
			})},
		{Name: "attribute.object-fragment-lost", Summary: "cuts the fragment off a Relationship's object", On: on,
			Request: attributes(func(a object) object {
				if s, ok := a["object"].(string); ok {
					a["object"], _, _ = strings.Cut(s, "#")
				}
				return a
			})},
		{Name: "attribute.geometry-axes-swapped", Summary: "stores latitude before longitude", On: on,
			Request: attributes(func(a object) object {
				if v, ok := a["value"].(object); ok && v["coordinates"] != nil {
					v["coordinates"] = swapAxes(v["coordinates"])
				}
				return a
			})},
		{Name: "attribute.proof-unsealed", Summary: "stores proofs without what they seal", On: on,
			Request: attributes(func(a object) object {
				if proof, ok := a["ngsildproof"].(object); ok {
					unsealed(proof)
				}
				return a
			})},
		{Name: "attribute.one-language-only", Summary: "stores the first language of a LanguageProperty only", On: on,
			Request: attributes(func(a object) object {
				if m, ok := a["languageMap"].(object); ok {
					for i, language := range sortedAttributes(m) {
						if i > 0 {
							delete(m, language)
						}
					}
				}
				return a
			})},
		{Name: "attribute.vocab-property-lost", Summary: "leaves out VocabProperties", On: on,
			Request: attributes(leaveOut(func(a object) bool { return a["type"] == "VocabProperty" }))},
		{Name: "attribute.json-property-lost", Summary: "leaves out JsonProperties", On: on,
			Request: attributes(leaveOut(func(a object) bool { return a["type"] == "JsonProperty" }))},
		{Name: "entity.create.never-expires", Summary: "does not look at when an entity expires", On: on, Request: fragments(func(e object) { delete(e, "expiresAt") })},
		{Name: "attribute.list-property-as-set", Summary: "stores a ListProperty's items without repetitions", On: on,
			Request: attributes(asSet("valueList"))},
		{Name: "attribute.list-relationship-as-set", Summary: "stores a ListRelationship's objects without repetitions", On: on,
			Request: attributes(asSet("objectList"))},
		{Name: "attribute.unit-code-rewritten", Summary: "stores kilometres per hour as metres per second, whatever the value", On: on,
			Request: attributes(func(a object) object {
				if a["unitCode"] == "KMH" {
					a["unitCode"] = "MTS"
				}
				return a
			})},
		{Name: "attribute.leap-day-lost", Summary: "takes the 29th of February for the 1st of March", On: on,
			Request: attributes(func(a object) object {
				if s, ok := a["observedAt"].(string); ok {
					a["observedAt"] = strings.Replace(s, "-02-29T", "-03-01T", 1)
				}
				return a
			})},
		{Name: "attribute.sub-attributes-lost", Summary: "stores attributes without attributes of their own", On: on,
			Request: attributes(withoutSubAttributes)},
		{Name: "attribute.deeper-attributes-lost", Summary: "stores attributes of attributes without attributes of their own", On: on,
			Request: attributes(func(a object) object {
				for name := range a {
					if sub, ok := a[name].(object); ok && isSub(name) {
						a[name] = withoutSubAttributes(sub)
					}
				}
				return a
			})},
		{Name: "attribute.last-instance-only", Summary: "stores the last of several instances of an attribute only", On: on,
			Request: fragments(func(e object) {
				for _, name := range sortedAttributes(e) {
					if l, ok := e[name].([]any); ok && len(l) > 0 {
						e[name] = l[len(l)-1]
					}
				}
			})},
		{Name: "entity.first-type-only", Summary: "stores the first of several types only", On: on, Request: fragments(firstOf("type"))},
		{Name: "entity.first-scope-only", Summary: "stores the first of several scopes only", On: on, Request: fragments(firstOf("scope"))},
	}
}

// entityDeletion is the faults of deleting entities.
func entityDeletion() []Fault {
	on := entityDelete().on
	return []Fault{
		{Name: "entity.delete.deletes-whole-type", Summary: "deletes all entities of the type", On: on, Instead: deletesWholeType},
		{Name: "entity.delete.unknown-accepted", Summary: "says 204 for an entity that is not there", On: on, Answer: success},
		{Name: "entity.delete.unknown-wrong-type", Summary: "says BadRequestData in a 404 answer", On: on, Answer: kind(404, ngsild.BadRequestData)},
		{Name: "entity.delete.leaves-attributes", Summary: "gives a new entity the attributes that a deleted one with its id had",
			On:      func(r *http.Request) bool { return on(r) || entityCreate().on(r) },
			Instead: leavesAttributes()},
	}
}

// entityMerging is the faults of merging into entities.
func entityMerging() []Fault {
	on := entityMerge().on
	return []Fault{
		{Name: "entity.merge.drops-members", Summary: "loses unitCode and observedAt that the fragment does not repeat", On: on,
			Instead: stored(dropMembers(func(m string) bool { return m == "unitCode" || m == "observedAt" }))},
		{Name: "entity.merge.drops-sub-attributes", Summary: "loses sub-attributes that the fragment does not repeat", On: on,
			Instead: stored(dropMembers(isSub))},
		{Name: "entity.merge.replaces-object-values", Summary: "replaces a JSON object as a value instead of merging into it", On: on,
			Instead: stored(sentMember("value"))},
		{Name: "entity.merge.replaces-language-maps", Summary: "replaces all languages by those of the fragment", On: on,
			Instead: stored(sentMember("languageMap"))},
		{Name: "entity.merge.ignores-null-value", Summary: "ignores NGSI-LD Null as a value", On: on, Request: attributes(leaveOut(isNull("value")))},
		{Name: "entity.merge.ignores-null-object", Summary: "ignores NGSI-LD Null as an object", On: on, Request: attributes(leaveOut(isNull("object")))},
		{Name: "entity.merge.ignores-null-member", Summary: "ignores NGSI-LD Null as a member of an attribute", On: on, Request: attributes(withoutNulls)},
		{Name: "entity.merge.ignores-dataset", Summary: "merges every instance into the default one", On: on, Request: attributes(withoutMember("datasetId"))},
		{Name: "entity.merge.ignores-observed-at-parameter", Summary: "ignores the common observedAt", On: on, Request: DropQuery("observedAt")},
		{Name: "entity.merge.ignores-lang-parameter", Summary: "ignores the common language", On: on, Request: DropQuery("lang")},
		{Name: "entity.merge.simplified-makes-properties", Summary: "takes a simplified fragment for a concise one", On: on, Request: DropQuery("options")},
		{Name: "entity.merge.ignores-type", Summary: "ignores types in the fragment", On: on, Request: fragments(func(e object) { delete(e, "type") })},
		{Name: "entity.merge.ignores-scope", Summary: "ignores the scope in the fragment", On: on, Request: fragments(func(e object) { delete(e, "scope") })},
		{Name: "entity.merge.adds-nulls", Summary: "adds an attribute whose value is the text of NGSI-LD Null", On: on,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				before := get(next, r, parts(r)[1])
				fragments(func(e object) {
					for _, name := range sorted(e) {
						if a, _ := e[name].(object); a != nil && a["value"] == "urn:ngsi-ld:null" && before[name] == nil {
							a["value"] = "null"
						}
					}
				})(r)
				next.ServeHTTP(w, r)
			}},
		{Name: "entity.merge.recreates-attributes", Summary: "deletes and appends what it should change", On: on, Instead: recreated},
		{Name: "entity.merge.creates-unknown", Summary: "creates an entity that is not there", On: on, Instead: answering(createsUnknown)},
		{Name: "entity.merge.takes-any-observed-at", Summary: "leaves out an observedAt that is no DateTime", On: on, Request: attributes(withoutBadTimes)},
	}
}

// entityReplacement is the faults of replacing entities.
func entityReplacement() []Fault {
	on := entityReplace().on
	return []Fault{
		{Name: "entity.replace.keeps-other-attributes", Summary: "keeps attributes that the replacement has not", On: on,
			Instead: stored(func(c change) {
				for name, old := range c.before {
					if _, there := c.after[name]; !there && isAttribute(name) {
						c.after[name] = old
					}
				}
			})},
		{Name: "entity.replace.merges-attributes", Summary: "keeps members of attributes that the replacement's have not", On: on, Instead: stored(keepMembers)},
		{Name: "entity.replace.keeps-scopes", Summary: "keeps the scopes that the entity had", On: on,
			Instead: stored(func(c change) {
				if c.before["scope"] != nil {
					c.after["scope"] = c.before["scope"]
				}
			})},
		{Name: "entity.replace.recreates", Summary: "deletes the entity and creates it anew", On: on,
			Instead: answering(func(e exchange) {
				if e.Status != http.StatusNoContent {
					return
				}
				id := parts(e.request)[1]
				now := get(e.next, e.request, id)
				ask(e.next, e.request, http.MethodDelete, entityPath(id), nil)
				ask(e.next, e.request, http.MethodPost, "/entities", now)
			})},
		{Name: "entity.replace.creates-unknown", Summary: "creates an entity that is not there", On: on, Instead: answering(createsUnknown)},
		{Name: "entity.replace.takes-null-marker", Summary: "leaves out attributes with NGSI-LD Null instead of refusing them", On: on,
			Request: attributes(leaveOut(isNull("value")))},
	}
}

// sortedAttributes is the names of an entity's attributes.
func sortedAttributes(e object) []string {
	var names []string
	for name := range e {
		if isAttribute(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// refuseWhen refuses entities that are so, and lets the platform handle the others.
func refuseWhen(so func(e object) bool) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if e, ok := decode(ReadBody(r)).(object); ok && so(e) {
			refuse(w)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// unsealed is an attribute without the members that a proof has.
func unsealed(a object) object {
	delete(a, "entityIdSealed")
	delete(a, "entityTypeSealed")
	return a
}

// asProperty takes an attribute of an unknown type for a Property.
func asProperty(a object) object {
	if !knownType(a) {
		a["type"] = "Property"
	}
	return a
}

func withoutSubAttributes(a object) object {
	for name := range a {
		if isSub(name) {
			delete(a, name)
		}
	}
	return a
}

// swapAxes swaps the first two numbers of each position.
func swapAxes(coordinates any) any {
	l, ok := coordinates.([]any)
	if !ok || len(l) == 0 {
		return coordinates
	}
	if _, deeper := l[0].([]any); deeper {
		for i := range l {
			l[i] = swapAxes(l[i])
		}
	} else if len(l) > 1 {
		l[0], l[1] = l[1], l[0]
	}
	return l
}

// firstOf keeps the first item of a list.
func firstOf(member string) func(e object) {
	return func(e object) {
		if l, ok := e[member].([]any); ok && len(l) > 0 {
			e[member] = l[0]
		}
	}
}

// sentMember leaves the member of attributes as it was sent, where it is an object.
func sentMember(member string) func(change) {
	return func(c change) {
		c.inSent(func(_ string, sent, _, after object) {
			if v, ok := sent[member].(object); ok {
				after[member] = v
			}
		})
	}
}

// deletesWholeType deletes, together with the entities that the request names, all
// others of their types.
func deletesWholeType(w http.ResponseWriter, r *http.Request, next http.Handler) {
	var kinds []any
	for id := range sentOf(r, decode(ReadBody(r))) {
		if e := get(next, r, id); e != nil {
			kinds = append(kinds, items(e["type"])...)
		}
	}
	a := Record(next, r)
	for _, k := range kinds {
		name, _ := k.(string)
		found := ask(next, r, http.MethodGet, "/entities?type="+url.QueryEscape(name), nil)
		for _, e := range objects(decode(found.Body)) {
			id, _ := e["id"].(string)
			ask(next, r, http.MethodDelete, entityPath(id), nil)
		}
	}
	a.WriteTo(w)
}

// leavesAttributes remembers deleted entities and gives their attributes to those
// that are created with their ids.
func leavesAttributes() handle {
	var mu sync.Mutex
	deleted := map[string]object{}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodDelete {
			id := parts(r)[1]
			if e := get(next, r, id); e != nil {
				deleted[id] = e
			}
			next.ServeHTTP(w, r)
			return
		}
		fragments(func(e object) {
			id, _ := e["id"].(string)
			for name, old := range deleted[id] {
				if _, there := e[name]; !there && isAttribute(name) {
					e[name] = old
				}
			}
		})(r)
		next.ServeHTTP(w, r)
	}
}

// asSet is an edit of attributes: the list in the member loses its repetitions.
func asSet(member string) func(a object) object {
	return func(a object) object {
		if l, ok := a[member].([]any); ok {
			var seen []string
			a[member] = slices.DeleteFunc(l, func(item any) bool {
				was := slices.Contains(seen, string(encode(item)))
				seen = append(seen, string(encode(item)))
				return was
			})
		}
		return a
	}
}
