package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// modelIdentities is the faults of entity ids.
func modelIdentities() []Fault {
	on := serves()
	id := func(edit func(id string) string) func(*http.Request, *Answer) {
		return entities(func(e object) { e["id"] = edit(idOf(e)) })
	}
	local := func(id string) string {
		p := strings.SplitN(id, ":", 4)
		return p[len(p)-1]
	}
	return []Fault{
		{Name: "models.id.no-uri", Summary: "serves ids that are no URIs", On: on,
			Answer: id(func(id string) string { return strings.ReplaceAll(id, ":", "-") })},
		{Name: "models.id.other-namespace", Summary: "serves ids in the city's own namespace", On: on,
			Answer: id(func(id string) string { return ownNamespace + "id/" + strings.ReplaceAll(id, ":", "/") })},
		{Name: "models.id.other-type", Summary: "serves ids that name another type", On: on,
			Answer: id(func(id string) string { return "urn:ngsi-ld:Thing:" + local(id) })},
		{Name: "models.id.twice", Summary: "serves the first entity of a list twice", On: Op("GET", "/entities"),
			Answer: func(_ *http.Request, a *Answer) {
				if list, ok := decode(a.Body).([]any); ok && len(list) > 0 && a.Status == http.StatusOK {
					a.Body = encode(append(list, list[0]))
				}
			}},
		{Name: "models.id.changes", Summary: "serves a single entity under another id than in a list", On: Op("GET", "/entities/*"),
			Answer: id(func(id string) string { return id + "-single" })},
	}
}

// modelContexts is the faults of what the answers say of their @context.
func modelContexts() []Fault {
	on := serves()
	links := func(edit func(link string) string) func(*http.Request, *Answer) {
		return func(_ *http.Request, a *Answer) {
			var left []string
			for _, link := range a.Header.Values("Link") {
				if strings.Contains(link, ngsild.ContextRel) {
					link = edit(link)
				}
				if link != "" {
					left = append(left, link)
				}
			}
			a.Header.Del("Link")
			for _, link := range left {
				a.Header.Add("Link", link)
			}
		}
	}
	return []Fault{
		{Name: "models.context.missing-inline", Summary: "serves JSON-LD without an @context", On: on,
			Answer: entities(func(e object) { delete(e, "@context") })},
		{Name: "models.context.missing-link", Summary: "serves JSON without a Link to the @context", On: on,
			Answer: links(func(string) string { return "" })},
		{Name: "models.context.other-link", Summary: "links to another @context than it serves inline", On: on,
			Answer: links(func(string) string { return ngsild.ContextLink(ownNamespace + "context.jsonld") })},
		{Name: "models.context.malformed", Summary: "serves an @context that maps a term to a number", On: on,
			Answer: entities(func(e object) {
				if c, has := e["@context"]; has {
					e["@context"] = append(slices.Clone(items(c)), object{"mood": 5})
				}
			})},
	}
}

// modelAttributes is the faults of attributes' names and kinds.
func modelAttributes() []Fault {
	on := serves()
	more := func(name string) func(*http.Request, *Answer) {
		return entities(func(e object) { e[ownNamespace+name] = object{"type": "Property", "value": "calm"} })
	}
	return []Fault{
		{Name: "models.attribute.other-iri", Summary: "serves measurements in the city's own namespace", On: on,
			Answer: entities(func(e object) {
				rename(e, func(local string) bool { return local == "no2" || local == "temperature" || local == "fillingLevel" })
			})},
		{Name: "models.attribute.unknown", Summary: "adds an attribute of its own to every entity", On: on, Answer: more("mood")},
		{Name: "models.attribute.deprecated", Summary: "serves the kind of a device under its former name", On: on,
			Answer: entities(func(e object) {
				for _, name := range sortedAttributes(e) {
					if strings.HasPrefix(name, sharedNamespace) && bareName(name) == "deviceCategory" {
						e[strings.TrimSuffix(name, "deviceCategory")+"category"] = e[name]
						delete(e, name)
					}
				}
			})},
		{Name: "models.attribute.odd-name", Summary: "adds an attribute whose name is no plain one", On: on, Answer: more("mood-of.the day")},
		{Name: "models.relationship.as-property", Summary: "serves relationships as Properties", On: on,
			Answer: instances(func(_ object, _ string, a object) {
				if o, has := a["object"]; has && a["type"] == "Relationship" {
					a["type"], a["value"] = "Property", o
					delete(a, "object")
				}
			})},
	}
}

// modelRelationships is the faults of relationships' objects.
func modelRelationships() []Fault {
	on := serves()
	return []Fault{
		{Name: "models.relationship.local-id", Summary: "serves the last part of the object's id", On: on,
			Answer: valuesOf("Relationship", text(bareName))},
		{Name: "models.relationship.dangling", Summary: "serves objects that are not there", On: on,
			Answer: valuesOf("Relationship", text(func(s string) string { return s + "-gone" }))},
		{Name: "models.relationship.wrong-target", Summary: "serves objects of another type", On: on,
			Answer: valuesOf("Relationship", text(func(s string) string {
				return strings.NewReplacer(":Device:", ":PointOfInterest:", ":PointOfInterest:", ":Device:", ":OffStreetParking:", ":Device:").Replace(s)
			}))},
		{Name: "models.relationship.to-itself", Summary: "serves the entity itself as object", On: on,
			Answer: instances(func(e object, _ string, a object) {
				if a["type"] == "Relationship" && a["object"] != nil {
					a["object"] = idOf(e)
				}
			})},
	}
}

// modelRepresentations is the faults of one representation against another.
func modelRepresentations() []Fault {
	on := serves()
	spoil := times(1.5)
	return []Fault{
		{Name: "models.keyvalues.differs", Summary: "serves other numbers as key-values", On: on.optioned("keyValues"), Answer: plainMembers(spoil)},
		{Name: "models.keyvalues.invalid", Summary: "serves numbers as text as key-values", On: on.optioned("keyValues"), Answer: plainMembers(asText)},
		{Name: "models.concise.differs", Summary: "serves other numbers in the concise representation", On: on.optioned("concise"),
			Answer: entities(func(e object) {
				for _, name := range sortedAttributes(e) {
					if a, ok := e[name].(object); ok && a["value"] != nil {
						a["value"] = spoil(a["value"])
					} else {
						e[name] = spoil(e[name])
					}
				}
			})},
		{Name: "models.json.differs", Summary: "leaves attributes out of plain JSON", On: Op("GET", "/entities/*"),
			Answer: func(r *http.Request, a *Answer) {
				if mediaType(a) == ngsild.MediaJSON {
					entities(func(e object) {
						if names := sortedAttributes(e); len(names) > 1 {
							delete(e, names[0])
						}
					})(r, a)
				}
			}},
		{Name: "models.simplified.ignored", Summary: "does not know the parameter format", On: on.WithQuery("format"),
			Request: DropQuery("format")},
		{Name: "models.single.differs", Summary: "serves a single entity with other values than in a list", On: Op("GET", "/entities/*"),
			Answer: valuesOf("Property", spoil)},
		{Name: "models.geojson.differs", Summary: "serves another geometry as GeoJSON", On: on,
			Answer: geoFeature(func(f object) {
				if g, ok := f["geometry"].(object); ok {
					g["coordinates"] = spoil(g["coordinates"])
				}
			})},
		{Name: "models.geojson.no-feature", Summary: "serves an entity with a GeoJSON media type that is no Feature", On: on,
			Answer: geoFeature(func(f object) {
				f["type"] = "Entity"
				f["entity"] = f["properties"]
				delete(f, "properties")
			})},
	}
}
