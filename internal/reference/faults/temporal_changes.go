package faults

import (
	"net/http"
	"strings"
)

// pastChanges is the faults of all that changes evolutions (5.6.11 to 5.6.16): names, and
// what of an instance is the platform's own.
func pastChanges() []Fault {
	named := deletingPastAttribute().or(modifyingInstance()).or(deletingInstance())
	own := []string{"instanceId", "createdAt", "modifiedAt"}
	return []Fault{
		{Name: "temporal.append.types-ignored", Summary: "Does not look at the types that attributes are added with.", On: appendingPast(),
			Request: fragments(func(e object) { delete(e, "type") })},
		{Name: "temporal.create.nulls-dropped", Summary: "Leaves NGSI-LD Nulls out of an evolution.", On: creatingPast(), Request: body(withoutAnyNulls)},
		{Name: "temporal.create.given-kept", Summary: "Takes instanceId and times of entry from the client.", On: creatingPast().or(readingPast()),
			Request: attributes(func(a object) object {
				for _, member := range own {
					if given := a[member]; given != nil {
						a["given_"+member] = object{"type": "Property", "value": given}
					}
				}
				return a
			}),
			Answer: servedAttributes(func(a object) object {
				for _, member := range own {
					if given, ok := a["given_"+member].(object); ok {
						a[member] = given["value"]
						delete(a, "given_"+member)
					}
				}
				return a
			})},
		{Name: "temporal.create.scope-lost", Summary: "Keeps no scope of an evolution.", On: creatingPast(), Request: fragments(func(e object) { delete(e, "scope") })},
		{Name: "temporal.change.context-ignored", Summary: "A change of an attribute or an instance does not look at the @context that it links to.",
			On: named.where(hasLink), Request: dropLink},
		{Name: "temporal.change.bad-name-not-found", Summary: "Looks for an attribute by what is no name, and answers 404 instead of 400.",
			On: named.where(attributeIsNoName), Answer: notFoundInstead},
		{Name: "temporal.instance.modify-merges", Summary: "Keeps what an instance had beside what it is modified by.",
			On: modifyingInstance(), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				p, sent := parts(r), decode(ReadBody(r))
				if given, ok := instanceSent(sent, p[4]).(object); ok {
					for _, old := range instancesOf(getPast(next, r, p[2])[p[4]]) {
						if old["instanceId"] != p[5] {
							continue
						}
						for _, member := range sorted(old) {
							if given[member] == nil && member != "instanceId" {
								given[member] = old[member]
							}
						}
					}
					SetBody(r, encode(sent))
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "temporal.instance.modify-unstamped", Summary: "The modifiedAt of an instance is when it was created.", On: readingPast(), Answer: servedAttributes(func(a object) object {
			if a["modifiedAt"] != nil && a["createdAt"] != nil {
				a["modifiedAt"] = a["createdAt"]
			}
			return a
		})},
		{Name: "temporal.history.scope-unreified", Summary: "The scopes that an entity has had are shown without their times.", On: retrievingPast(),
			Answer: pastEntities(func(_ *http.Request, e object) {
				var scopes []any
				for _, i := range instancesOf(e["scope"]) {
					scopes = append(scopes, i["value"])
				}
				if len(scopes) > 0 {
					e["scope"] = scopes
				}
			})},
		{Name: "temporal.history.deleted-as-property", Summary: "The instance that tells of a Relationship's deletion has a value, as one of a Property.",
			On: readingPast(), Answer: servedAttributes(func(a object) object {
				if a["type"] == "Relationship" && a["deletedAt"] != nil {
					a["value"] = a["object"]
					delete(a, "object")
				}
				return a
			})},
	}
}

// attributeIsNoName says whether the attribute in a path has a character that no name has (4.6.2).
func attributeIsNoName(r *http.Request) bool {
	p := parts(r)
	return len(p) > 4 && strings.ContainsAny(p[4], "<>\"'=;()")
}

// withoutAnyNulls takes NGSI-LD Nulls out of a JSON document.
func withoutAnyNulls(v any) any {
	switch v := v.(type) {
	case object:
		for _, member := range sorted(v) {
			if v[member] == "urn:ngsi-ld:null" {
				delete(v, member)
			} else {
				v[member] = withoutAnyNulls(v[member])
			}
		}
	case []any:
		for i, item := range v {
			v[i] = withoutAnyNulls(item)
		}
	}
	return v
}
