package faults

import (
	"net/http"
	"slices"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// valueMembers are the members of values, by the kinds of attributes (4.5.2 to 4.5.24).
func valueMembers() map[string]string {
	return map[string]string{
		"Property": "value", "GeoProperty": "value", "Relationship": "object", "LanguageProperty": "languageMap",
		"VocabProperty": "vocab", "ListProperty": "valueList", "ListRelationship": "objectList", "JsonProperty": "json",
	}
}

// outputMembers are the members of attributes that are for output only, with the member
// of the value of the kinds that have them.
func outputMembers() map[string]string {
	return map[string]string{
		"previousValue": "value", "previousObject": "object", "previousLanguageMap": "languageMap", "previousVocab": "vocab",
		"previousValueList": "valueList", "previousObjectList": "objectList", "previousJson": "json",
		"entity": "object", "entityList": "objectList",
	}
}

// foreignOutputs are the members of the attribute that are for output of other kinds.
func foreignOutputs(a object) []string {
	kind, _ := a["type"].(string)
	own := valueMembers()[kind]
	return slices.DeleteFunc(sorted(a), func(name string) bool {
		of, is := outputMembers()[name]
		return !is || own == "" || of == own
	})
}

// attributeForms is the faults of members that kinds of attributes have or must not have,
// and of what these hold.
func attributeForms() []Fault {
	on := entityCreate().on
	all := slices.Concat(attributeData(), dataTypes())
	for kind, own := range valueMembers() {
		all = append(all, Fault{Name: "entity.create.takes-second-value-in-" + kind, Summary: "leaves out the values that a " + kind + " has beside its own", On: on,
			Request: attributes(func(a object) object {
				if a["type"] != kind || a[own] == nil {
					return a
				}
				for _, member := range valueMembers() {
					if member != own {
						delete(a, member)
					}
				}
				return a
			})})
		if kind == "Property" || kind == "Relationship" {
			continue
		}
		all = append(all, Fault{Name: "entity.create.concise-" + kind + "-as-property", Summary: "takes a " + kind + " without its type for a Property", On: on,
			Request: attributes(func(a object) object {
				v, is := a[own]
				if geometry, _ := v.(object); kind == "GeoProperty" && geometry["coordinates"] == nil {
					is = false
				}
				if is && a["type"] == nil {
					delete(a, own)
					a["type"], a["value"] = "Property", string(encode(v))
				}
				return a
			})})
	}
	refusing := func(op operation) Fault {
		return Fault{Name: op.name + ".refuses-output-members", Summary: "refuses attributes with members for output only instead of ignoring these", On: op.on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					found = found || a["deletedAt"] != nil || a["instanceId"] != nil
					for member := range outputMembers() {
						found = found || a[member] != nil
					}
					return a
				})
				return found
			})}
	}
	return append(all,
		refusing(entityCreate()), refusing(attributeUpdate()),
		Fault{Name: "entity.create.takes-foreign-output", Summary: "ignores members for output only of other kinds of attributes", On: on,
			Request: attributes(func(a object) object {
				for _, member := range foreignOutputs(a) {
					delete(a, member)
				}
				return a
			})},
		Fault{Name: "entity.create.takes-any-unit", Summary: "leaves out the unitCode of attributes that have no unit", On: on,
			Request: attributes(func(a object) object {
				if a["value"] == nil && a["valueList"] == nil {
					delete(a, "unitCode")
				}
				return a
			})},
		Fault{Name: "represent.foreign-output-kept", Summary: "keeps and shows members for output only of other kinds of attributes",
			On: func(r *http.Request) bool { return on(r) || retrieving()(r) }, Instead: keepsForeignOutput()},
		Fault{Name: "entity.create.concise-objects-refused", Summary: "refuses a ListRelationship whose objects are URIs alone", On: on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					for _, item := range items(a["objectList"]) {
						_, bare := item.(string)
						found = found || bare
					}
					return a
				})
				return found
			})},
		Fault{Name: "entity.create.concise-inside-refused", Summary: "refuses attributes of attributes that are values alone", On: on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					for _, name := range sorted(a) {
						_, inner := a[name].(object)
						found = found || isSub(name) && !inner && valueOf(a) != nil
					}
					return a
				})
				return found
			})},
		Fault{Name: "entity.create.takes-typed-object-as-value", Summary: "takes a JSON object of a type that is no attribute's for a value", On: on,
			Request: attributes(func(a object) object {
				kind, typed := a["type"].(string)
				if _, known := valueMembers()[kind]; typed && !known && a["coordinates"] == nil && valueOf(a) == nil {
					return object{"type": "Property", "value": a}
				}
				return a
			})},
	)
}

// valueOf is the value of an attribute, of whatever kind, nil if it has none.
func valueOf(a object) any {
	for _, member := range valueMembers() {
		if a[member] != nil {
			return a[member]
		}
	}
	return nil
}

// keepsForeignOutput remembers the foreign members for output that an entity is created
// with, and adds them to the entity whenever it is retrieved.
func keepsForeignOutput() handle {
	var mu sync.Mutex
	kept := map[string]object{} // by id, attribute
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPost {
			fragments(func(e object) {
				found := object{}
				for _, name := range sortedAttributes(e) {
					a, _ := e[name].(object)
					members := object{}
					for _, member := range foreignOutputs(a) {
						members[member] = a[member]
						delete(a, member)
					}
					if len(members) > 0 {
						found[name] = members
					}
				}
				kept[idOf(e)] = found
			})(r)
			next.ServeHTTP(w, r)
			return
		}
		a := Record(next, r)
		served(func(_ *http.Request, e object) {
			for name, members := range kept[idOf(e)] {
				shown, _ := e[name].(object)
				added, _ := members.(object)
				for member, v := range added {
					if shown != nil {
						shown[member] = v
					}
				}
			}
		})(r, a)
		a.Header.Set("Content-Type", ngsild.MediaJSON)
		a.WriteTo(w)
	}
}
