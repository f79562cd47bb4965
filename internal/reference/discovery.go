package reference

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// usage is what entities use of types and attributes (5.7.5 to 5.7.10). Of what sources
// tell, the numbers are added up where they tell them; else one stands for some.
type usage struct {
	entities   map[string]int   // by type
	attributes map[string]kinds // by type
	counts     map[string]int   // instances by attribute
}

// kinds are those of each attribute of a type.
type kinds map[string]map[string]bool

// of gives what is known of a type's attributes, which it begins if need be.
func (u usage) of(kind string) kinds {
	k := u.attributes[kind]
	if k == nil {
		k = kinds{}
		u.attributes[kind] = k
	}
	return k
}

// note adds an attribute unless that is empty, and a kind of it unless that is.
func (k kinds) note(attribute, as string) {
	if attribute == "" {
		return
	}
	seen := k[attribute]
	if seen == nil {
		seen = map[string]bool{}
		k[attribute] = seen
	}
	if as != "" && !seen[as] {
		seen[as] = true
	}
}

// note adds an attribute of a type, and a kind of it unless that is empty.
func (u usage) note(kind, attribute, as string) { u.of(kind).note(attribute, as) }

// usage is what the entities that are stored here use.
func (r *request) usage() usage {
	u := usage{map[string]int{}, map[string]kinds{}, map[string]int{}}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	for e := range r.tenant.each {
		if e = e.Current(r.now); e == nil {
			continue
		}
		for name, instances := range e.Attributes {
			u.counts[name] += len(instances)
		}
		for _, kind := range e.Types {
			u.entities[kind]++
			used := u.of(kind)
			for name, instances := range e.Attributes {
				for _, a := range instances {
					used.note(name, a.Kind.String())
				}
			}
		}
	}
	return u
}

// typesOf lists the types whose entities have the attribute.
func (u usage) typesOf(name string) []string {
	var out []string
	for kind, attributes := range u.attributes {
		if attributes[name] != nil {
			out = append(out, kind)
		}
	}
	return out
}

// kindsOf lists the attribute types that an attribute has.
func (u usage) kindsOf(name string) []string {
	kinds := map[string]bool{}
	for _, attributes := range u.attributes {
		maps.Copy(kinds, attributes[name])
	}
	return slices.Sorted(maps.Keys(kinds))
}

// compacted gives names by the request's @context, sorted.
func (r *request) compacted(iris []string) []string {
	names := append([]string{}, r.context.CompactAll(iris)...) // no names are an empty list, not null
	slices.Sort(names)
	return names
}

// listTypes is 5.7.5 and, with details, 5.7.6.
func (r *request) listTypes() error {
	details, err := r.flag("details")
	if err != nil {
		return err
	}
	u, err := r.usageEverywhere("retrieveEntityTypes|retrieveEntityTypeDetails", "/types", &sourceQuery{}, typesOf)
	if err != nil {
		return err
	}
	if !details {
		return r.answer(http.StatusOK, map[string]any{
			"id": "urn:ngsi-ld:EntityTypeList:" + uuid.NewString(), "type": "EntityTypeList",
			"typeList": r.compacted(slices.Collect(maps.Keys(u.entities))),
		})
	}
	out := []map[string]any{}
	for _, kind := range slices.Sorted(maps.Keys(u.entities)) {
		out = append(out, map[string]any{
			"id": kind, "type": "EntityType", "typeName": r.context.Compact(kind),
			"attributeNames": r.compacted(slices.Collect(maps.Keys(u.attributes[kind]))),
		})
	}
	return r.answer(http.StatusOK, out)
}

// retrieveType is 5.7.7.
func (r *request) retrieveType() error {
	kind, err := r.nameParam("type")
	if err != nil {
		return err
	}
	u, err := r.usageEverywhere("retrieveEntityTypeInfo", "/types/"+url.PathEscape(r.PathValue("type")), &sourceQuery{infos: []entityInfo{{types: query.TypesOf(kind)}}}, typeInfo)
	if err != nil {
		return err
	}
	if u.entities[kind] == 0 {
		return problem.NotFound("there is no entity of type %s", r.PathValue("type"))
	}
	details := []any{}
	for _, name := range slices.Sorted(maps.Keys(u.attributes[kind])) {
		details = append(details, map[string]any{
			"id": name, "type": "Attribute", "attributeName": r.context.Compact(name),
			"attributeTypes": slices.Sorted(maps.Keys(u.attributes[kind][name])),
		})
	}
	return r.answer(http.StatusOK, map[string]any{
		"id": kind, "type": "EntityTypeInfo", "typeName": r.context.Compact(kind),
		"entityCount": u.entities[kind], "attributeDetails": details,
	})
}

// listAttributes is 5.7.8 and, with details, 5.7.9.
func (r *request) listAttributes() error {
	details, err := r.flag("details")
	if err != nil {
		return err
	}
	u, err := r.usageEverywhere("retrieveAttrTypes|retrieveAttrTypeDetails", "/attributes", &sourceQuery{}, attributesOf)
	if err != nil {
		return err
	}
	if !details {
		return r.answer(http.StatusOK, map[string]any{
			"id": "urn:ngsi-ld:AttributeList:" + uuid.NewString(), "type": "AttributeList",
			"attributeList": r.compacted(slices.Collect(maps.Keys(u.counts))),
		})
	}
	out := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(u.counts)) {
		out = append(out, map[string]any{
			"id": name, "type": "Attribute", "attributeName": r.context.Compact(name),
			"typeNames": r.compacted(u.typesOf(name)),
		})
	}
	return r.answer(http.StatusOK, out)
}

// retrieveAttribute is 5.7.10.
func (r *request) retrieveAttribute() error {
	name, err := r.nameParam("attrId")
	if err != nil {
		return err
	}
	u, err := r.usageEverywhere("retrieveAttrTypeInfo", "/attributes/"+url.PathEscape(r.PathValue("attrId")), &sourceQuery{attrs: []string{name}}, attributeInfo)
	if err != nil {
		return err
	}
	if u.counts[name] == 0 {
		return problem.NotFound("no entity has an attribute %s", r.PathValue("attrId"))
	}
	return r.answer(http.StatusOK, map[string]any{
		"id": name, "type": "Attribute", "attributeName": r.context.Compact(name),
		"attributeCount": u.counts[name], "attributeTypes": u.kindsOf(name),
		"typeNames": r.compacted(u.typesOf(name)),
	})
}
