package mim1

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// attributeName is the form of a name that q takes (4.9).
var attributeName = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_]*$`)

func queryable(name string) bool { return attributeName.MatchString(name) }

// valueMember is the member that each type of attribute has its value in (4.5).
func valueMember(kind string) (member string, known bool) {
	member, known = map[string]string{
		"Property": "value", "GeoProperty": "value", "Relationship": "object", "LanguageProperty": "languageMap",
		"VocabProperty": "vocab", "JsonProperty": "json", "ListProperty": "valueList", "ListRelationship": "objectList",
	}[kind]
	return member, known
}

// observeEntities looks at what the sample holds, without asking further.
func observeEntities() []Check {
	return []Check{
		{
			ID:           "mim1.observe.entity.id",
			Title:        "The id of each entity is a URI",
			Requirements: identity, Clause: cim009 + "5.2.4",
			Fault: "represent.ids-shortened",
			Body: func(t *T) {
				for _, o := range sampled(t) {
					t.Expect(o.ID).To(beURI())
				}
			},
		},
		{
			ID:     "mim1.observe.entity.type",
			Title:  "Each entity has a type, which is a name or an IRI",
			Clause: cim009 + "5.2.4",
			Fault:  "represent.types-empty",
			Body: func(t *T) {
				for _, o := range sampled(t) {
					t.Expect(o.Types).NotTo(gomega.BeEmpty(), "entity %s has no type", o.ID)
					for _, kind := range o.Types {
						t.Expect(kind).To(gomega.Or(gomega.MatchRegexp(attributeName.String()), beURI()), "type of entity %s", o.ID)
					}
				}
			},
		},
		{
			ID:     "mim1.observe.entity.attributes",
			Title:  "Each attribute, normalised, has one of the types of attributes and the value that belongs to it",
			Clause: cim009 + "4.5.1",
			Fault:  "represent.attributes-untyped",
			Body: func(t *T) {
				all(t, "has an attribute", func(o observed) bool {
					names := attributesOf(o.body)
					for _, name := range names {
						t.Expect(instances(o.body, name)).NotTo(gomega.BeEmpty(), "attribute %s of %s has to be an object or an array of objects", name, o.ID)
					}
					o.eachInstance(func(pointer, _ string, a ngsild.Object) {
						kind, _ := a["type"].(string)
						member, known := valueMember(kind)
						t.Expect(kind).To(answering(known, "%s has type %q, which is no type of attribute", pointer, kind))
						if known {
							t.Expect(a).To(gomega.HaveKey(member), "%s is a %s", pointer, kind)
						}
					})
					return len(names) > 0
				})
			},
		},
		{
			ID:           "mim1.observe.entity.relationships",
			Title:        "The targets of relationships are URIs",
			Requirements: identity, Clause: cim009 + "4.5.3.2",
			Fault: "represent.targets-shortened",
			Body: func(t *T) {
				all(t, "has a relationship", func(o observed) bool {
					o.eachInstance(func(pointer, _ string, a ngsild.Object) {
						if a["type"] != "Relationship" {
							return
						}
						for _, target := range list(a["object"]) {
							t.Expect(target).To(beURI(), "object of %s", pointer)
						}
					})
					return o.hasKind("Relationship")
				})
			},
		},
		{
			ID:           "mim1.observe.entity.geometries",
			Title:        "The values of GeoProperties are GeoJSON geometries in degrees, longitude before latitude",
			Requirements: geo, Clause: cim009 + "4.7.1",
			Fault: "represent.coordinates-in-metres",
			Hint:  "latitude stands before longitude, or the coordinates are projected",
			Body: func(t *T) {
				all(t, "has a GeoProperty", func(o observed) bool {
					o.eachInstance(func(pointer, _ string, a ngsild.Object) {
						if a["type"] == "GeoProperty" {
							wrong := wrongGeometry(a["value"])
							t.Expect(a["value"]).To(answering(wrong == "", "%s: %s", pointer, wrong))
						}
					})
					return o.hasKind("GeoProperty")
				})
			},
		},
		{
			ID:     "mim1.observe.entity.observedAt",
			Title:  "observedAt of an attribute is a DateTime in UTC",
			Clause: cim009 + "4.6.3",
			Fault:  "represent.local-time",
			Body: func(t *T) {
				all(t, "has an attribute with observedAt", func(o observed) (fits bool) {
					o.eachInstance(func(pointer, _ string, a ngsild.Object) {
						if at, there := a["observedAt"]; there {
							fits = true
							t.Expect(at).To(gomega.MatchRegexp(dateTime), "observedAt of %s", pointer)
						}
					})
					return fits
				})
			},
		},
		{
			ID:     "mim1.observe.entity.noSysAttrs",
			Title:  "Entities that were not asked for system attributes show none",
			Clause: cim009 + "6.3.11",
			Fault:  "represent.sys-attrs-always",
			Body: func(t *T) {
				for _, o := range sampled(t) {
					for _, member := range []string{"createdAt", "modifiedAt"} {
						t.Expect(o.body).NotTo(gomega.HaveKey(member), "entity %s", o.ID)
					}
				}
			},
		},
		{
			ID:     "mim1.observe.entity.languages",
			Title:  "The keys of a languageMap are language tags and its values are strings",
			Clause: cim009 + "4.5.18.2, 4.6.5",
			Since:  "1.4.1", Fault: "represent.language-names",
			Body: func(t *T) {
				all(t, "has a LanguageProperty", func(o observed) bool {
					o.eachInstance(func(pointer, _ string, a ngsild.Object) {
						texts, _ := a["languageMap"].(ngsild.Object)
						for _, tag := range slices.Sorted(maps.Keys(texts)) {
							t.Expect(tag).To(gomega.MatchRegexp(`^(@none|[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|[A-Za-z]{4,8}(-[A-Za-z0-9]{1,8})*|[xiXI](-[A-Za-z0-9]{1,8})+)$`), "language of %s", pointer)
							for _, one := range list(texts[tag]) {
								_, isText := one.(string)
								t.Expect(one).To(answering(isText, "%s: the text in %s is no string", pointer, tag))
							}
						}
					})
					return o.hasKind("LanguageProperty")
				})
			},
		},
	}
}

// wrongGeometry says what is wrong with a GeoJSON geometry (RFC 7946), or nothing.
func wrongGeometry(v any) string {
	g, _ := normal(v).(map[string]any)
	kind, _ := g["type"].(string)
	depth, known := map[string]int{"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}[kind]
	if !known {
		return "the geometry has type " + compact(g["type"]) + ", which is none of the allowed ones"
	}
	return wrongPositions(g["coordinates"], depth)
}

func wrongPositions(v any, depth int) string {
	items, ok := v.([]any)
	if !ok {
		return "coordinates hold " + compact(v) + " where an array is due"
	}
	if depth > 0 {
		for _, item := range items {
			if wrong := wrongPositions(item, depth-1); wrong != "" {
				return wrong
			}
		}
		return ""
	}
	if len(items) < 2 {
		return "a position holds " + compact(v) + " where longitude and latitude are due"
	}
	longitude, isNumber := items[0].(float64)
	latitude, isNumberToo := items[1].(float64)
	if !isNumber || !isNumberToo || longitude < -180 || longitude > 180 || latitude < -90 || latitude > 90 {
		return "position " + compact(v) + " is not longitude (-180..180) and latitude (-90..90) in degrees"
	}
	return ""
}

// observeForms compares the representations of one entity.
func observeForms() []Check {
	return []Check{
		{
			ID:           "mim1.observe.represent.keyValues",
			Title:        "Simplified, an entity has the attributes that it has normalised, with the same values",
			Requirements: retrieve, Clause: cim009 + "4.5.4",
			Fault: "represent.simplified-loses-numbers",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					agree(t, func() string {
						before, simplified, after := read(t, o.ID), read(t, o.ID, Query("options", "keyValues")), read(t, o.ID)
						for _, name := range attributesOf(before) {
							if compact(before[name]) != compact(after[name]) { // it changes all the time
								delete(before, name)
								delete(simplified, name)
							}
						}
						return differsSimplified(before, simplified)
					})
				})
			},
		},
		{
			ID:     "mim1.observe.represent.sysAttrs",
			Title:  "options=sysAttrs shows when an entity was created and modified",
			Clause: cim009 + "4.8",
			Fault:  "represent.sys-attrs-ignored",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					created, modified := stamps(t, o.ID, "")
					t.Expect(modified).To(gomega.BeTemporally(">=", created), "entity %s was not modified before it was created", o.ID)
				})
			},
		},
		{
			ID:           "mim1.observe.represent.feature",
			Title:        "As GeoJSON, an entity with a location is a Feature with its id and that location",
			Requirements: geo, Clause: cim009 + "4.5.16.2", Feature: FeatureGeoJSON,
			Fault: "represent.feature-without-geometry",
			Body: func(t *T) {
				located := func(o observed) bool {
					location, _ := sole(o.body, "location")
					return location["type"] == "GeoProperty"
				}
				some(t, "has a location", located, func(o observed) {
					agree(t, func() string {
						r := t.GET(entityPath(o.ID), Header("Accept", ngsild.MediaGeoJSON))
						t.Require(r).To(HaveStatus(200))
						f, now := t.Object(r), instance(read(t, o.ID), "location", "")
						switch {
						case f["type"] != "Feature" || f["id"] != o.ID:
							return "entity " + o.ID + " is no Feature with its id, but type " + compact(f["type"]) + " and id " + compact(f["id"])
						case now != nil && !sameValue("value", f["geometry"], now["value"]):
							return "the geometry of the Feature " + o.ID + " is " + compact(f["geometry"]) + ", its location " + compact(now["value"])
						}
						return ""
					})
				})
			},
		},
	}
}

// differsSimplified compares an entity normalised and simplified. Attributes with
// instances of datasets, or of a type with a form of its own, are compared by name only.
func differsSimplified(normalised, simplified ngsild.Object) string {
	if a, b := attributesOf(normalised), attributesOf(simplified); compact(a) != compact(b) {
		return "normalised the entity has the attributes " + strings.Join(a, ", ") + ", simplified " + strings.Join(b, ", ")
	}
	for _, name := range attributesOf(normalised) {
		a, single := sole(normalised, name)
		if !single || a["datasetId"] != nil {
			continue
		}
		var want any
		switch a["type"] {
		case "Property", "GeoProperty":
			want = a["value"]
		case "Relationship":
			want = a["object"]
		case "ListProperty":
			if want = a["valueList"]; !equalValues("valueList", simplified[name], want) {
				want = ngsild.Object{"valueList": want} // as before V1.9.1
			}
		default:
			continue
		}
		if !sameValue("value", simplified[name], want) {
			return "attribute " + name + " is " + compact(want) + " normalised and " + compact(simplified[name]) + " simplified"
		}
	}
	return ""
}
