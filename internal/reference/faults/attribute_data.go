package faults

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// attributeData is the faults of what the members of attributes hold.
func attributeData() []Fault {
	return slices.Concat(takenMembers(), changedMembers(), representedInstances())
}

// takenMembers is the faults of creations that take what breaks a data type.
func takenMembers() []Fault {
	on := entityCreate().on
	isText := func(v any) bool { _, is := v.(string); return is }
	isTexts := func(v any) bool { return !slices.ContainsFunc(items(v), func(item any) bool { return !isText(item) }) }
	isURI := func(v any) bool { s, _ := v.(string); return strings.Contains(s, ":") || strings.HasPrefix(s, "@") }
	isTime := func(v any) bool {
		s, _ := v.(string)
		return len(s) >= len("2006-01-02T15:04:05Z") && strings.HasSuffix(s, "Z")
	}
	// without is a fault that leaves out a member that is not sound.
	without := func(name, summary, member string, sound func(v any) bool) Fault {
		return Fault{Name: "entity.create." + name, Summary: summary, On: on, Request: attributes(func(a object) object {
			if v, has := a[member]; has && !sound(v) {
				delete(a, member)
			}
			return a
		})}
	}
	// lost is a fault that leaves out attributes whose value is not sound.
	lost := func(name, summary, member string, sound func(v any) bool) Fault {
		return Fault{Name: "entity.create." + name, Summary: summary, On: on, Request: attributes(leaveOut(func(a object) bool {
			v, has := a[member]
			return has && !sound(v)
		}))}
	}
	return []Fault{
		without("takes-any-unit-code", "leaves out a unitCode that is no string", "unitCode", isText),
		without("takes-any-dataset", "leaves out a datasetId that is no URI", "datasetId", isURI),
		without("takes-any-expiry", "leaves out an expiresAt of an attribute that is no DateTime", "expiresAt", isTime),
		without("takes-any-object-type", "leaves out an objectType that is no string", "objectType", isTexts),
		without("takes-any-value-type", "leaves out a valueType that is no string", "valueType", isText),
		without("takes-any-form-of-time", "leaves out an observedAt that is not as a DateTime has to be", "observedAt", isTime),
		without("takes-inner-contexts", "does not look at an @context in an attribute", "@context", func(any) bool { return false }),
		lost("takes-any-vocab", "leaves out a VocabProperty with what is no string", "vocab", isTexts),
		lost("takes-any-list", "leaves out a ListProperty without a list", "valueList", func(v any) bool { _, is := v.([]any); return is }),
		lost("takes-any-text", "leaves out a LanguageProperty with a text that is no string", "languageMap", func(v any) bool {
			texts, _ := v.(object)
			return !slices.ContainsFunc(sorted(texts), func(language string) bool { return !isTexts(texts[language]) })
		}),
		lost("takes-any-language", "leaves out a LanguageProperty with a language that is none", "languageMap", func(v any) bool {
			texts, _ := v.(object)
			return !slices.ContainsFunc(sorted(texts), func(language string) bool { return strings.ContainsAny(language, " '") })
		}),
		lost("takes-any-list-object", "leaves out a ListRelationship with an object that is no URI", "objectList", func(v any) bool {
			for _, item := range items(v) {
				if o, is := item.(object); is {
					item = o["object"]
				}
				if !isURI(item) {
					return false
				}
			}
			return true
		}),
		lost("takes-geometry-collections", "leaves out a GeoProperty with a GeometryCollection", "value", func(v any) bool {
			geometry, _ := v.(object)
			return geometry["geometries"] == nil
		}),
		{Name: "entity.create.takes-any-geometry-text", Summary: "leaves out a GeoProperty with a text that is no geometry", On: on,
			Request: attributes(leaveOut(func(a object) bool {
				text, is := a["value"].(string)
				geometry, _ := decode([]byte(text)).(object)
				_, positions := geometry["coordinates"].([]any)
				return a["type"] == "GeoProperty" && is && !positions
			}))},
		{Name: "entity.create.takes-two-defaults", Summary: "takes the last of several default instances", On: on,
			Request: fragments(func(e object) {
				for _, name := range sortedAttributes(e) {
					l, several := e[name].([]any)
					if !several {
						continue
					}
					isDefault := func(item any) bool { a, is := item.(object); return is && a["datasetId"] == nil }
					for i := slices.IndexFunc(l, isDefault); i >= 0 && slices.ContainsFunc(l[i+1:], isDefault); i = slices.IndexFunc(l, isDefault) {
						l = slices.Delete(l, i, i+1)
					}
					e[name] = l
				}
			})},
		{Name: "entity.create.takes-forms-without-value", Summary: "leaves out lists, terms and JSON that have no value", On: on,
			Request: attributes(leaveOut(func(a object) bool {
				kind, _ := a["type"].(string)
				return slices.Contains([]string{"VocabProperty", "ListProperty", "ListRelationship", "JsonProperty"}, kind) && valueOf(a) == nil
			}))},
		{Name: "entity.create.takes-any-location", Summary: "leaves out a location that is no GeoProperty", On: on,
			Request: fragments(func(e object) {
				if a, is := e["location"].(object); is && a["type"] == "Property" {
					delete(e, "location")
				}
			})},
		{Name: "entity.create.takes-members-as-names", Summary: "leaves out attributes by the name of a member", On: on,
			Request: fragments(func(e object) {
				for _, name := range []string{"unitCode", "datasetId", "instanceId", "observedAt"} {
					delete(e, name)
				}
			})},
		{Name: "entity.create.takes-any-name", Summary: "leaves out attributes whose names have other characters than names may", On: on,
			Request: fragments(func(e object) {
				for _, name := range sortedAttributes(e) {
					if strings.ContainsAny(name, ` ()<>"`) {
						delete(e, name)
					}
				}
			})},
	}
}

// changedMembers is the faults of creations that refuse or change what attributes may hold.
func changedMembers() []Fault {
	on := entityCreate().on
	const elsewhere = "https://uri.etsi.org/ngsi-ld/default-context/"
	// unexpanded is a fault that stores terms in a member as if there were no @context.
	unexpanded := func(name, summary, member string) Fault {
		var own func(v any) any
		own = func(v any) any {
			switch v := v.(type) {
			case string:
				return elsewhere + v
			case []any:
				out := make([]any, len(v))
				for i, item := range v {
					out[i] = own(item)
				}
				return out
			}
			return v
		}
		return Fault{Name: "attribute." + name, Summary: summary, On: on.where(isJSONLD), Request: attributes(func(a object) object {
			if v := a[member]; v != nil {
				a[member] = own(v)
			}
			return a
		})}
	}
	return []Fault{
		unexpanded("value-type-as-sent", "stores a valueType without regard to the @context", "valueType"),
		unexpanded("object-type-as-sent", "stores an objectType without regard to the @context", "objectType"),
		unexpanded("vocab-as-sent", "stores a vocab without regard to the @context", "vocab"),
		{Name: "attribute.json-expanded", Summary: "expands the keys in a JsonProperty by the @context", On: on.where(isJSONLD),
			Request: fragments(func(e object) {
				terms, _ := e["@context"].(object)
				for _, part := range items(e["@context"]) {
					if o, is := part.(object); is {
						terms = o
					}
				}
				editAttributes(e, func(a object) object {
					raw, _ := a["json"].(object)
					for _, key := range sorted(raw) {
						if iri, is := terms[key].(string); is {
							raw[iri] = raw[key]
							delete(raw, key)
						}
					}
					return a
				})
			})},
		{Name: "attribute.sub-attributes-of-two-kinds", Summary: "stores attributes of attributes that are Properties and Relationships only", On: on,
			Request: attributes(func(a object) object {
				for _, name := range sorted(a) {
					if sub, is := a[name].(object); is && isSub(name) && sub["type"] != nil && sub["type"] != "Property" && sub["type"] != "Relationship" {
						delete(a, name)
					}
				}
				return a
			})},
		{Name: "attribute.first-text-of-language", Summary: "stores the first of several texts in a language only", On: on,
			Request: attributes(func(a object) object {
				texts, _ := a["languageMap"].(object)
				for language := range texts {
					firstOf(language)(texts)
				}
				return a
			})},
		{Name: "attribute.first-object-only", Summary: "stores the first of several objects of a Relationship only", On: on,
			Request: attributes(func(a object) object {
				firstOf("object")(a)
				return a
			})},
		{Name: "entity.create.geometry-text-refused", Summary: "refuses a geometry that comes as a string", On: on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					_, text := a["value"].(string)
					found = found || text && a["type"] == "GeoProperty"
					return a
				})
				return found
			})},
		{Name: "entity.create.refuses-decimal-comma", Summary: "refuses an observedAt with a comma before its fraction", On: on,
			Instead: refuseWhen(func(e object) bool {
				found := false
				editAttributes(e, func(a object) object {
					at, _ := a["observedAt"].(string)
					found = found || strings.Contains(at, ",")
					return a
				})
				return found
			})},
		{Name: "attribute.markup-escaped", Summary: "stores characters of markup as entities of HTML", On: on,
			Request: attributes(func(a object) object {
				if text, is := a["value"].(string); is {
					a["value"] = html.EscapeString(text)
				}
				return a
			})},
		{Name: "entity.create.refuses-keywords", Summary: "refuses an entity with @id and @type", On: on,
			Instead: refuseWhen(func(e object) bool { return e["@id"] != nil || e["@type"] != nil })},
		{Name: "entity.create.refuses-entity-times", Summary: "refuses an entity with times of the platform instead of ignoring these", On: on,
			Instead: refuseWhen(func(e object) bool { return e["createdAt"] != nil || e["modifiedAt"] != nil || e["deletedAt"] != nil })},
	}
}

// representedInstances is the faults of single kinds and instances of attributes, simplified
// and in GeoJSON.
func representedInstances() []Fault {
	geo := reading().where(asGeoJSON)
	// inFeatures is an Answer change of each Feature.
	inFeatures := func(edit func(f object)) func(*http.Request, *Answer) {
		return answered(func(o object) {
			if o["type"] == "Feature" {
				edit(o)
			}
			for _, f := range objects(o["features"]) {
				edit(f)
			}
		})
	}
	return []Fault{
		{Name: "represent.simplified-unwrapped", Summary: "Simplified, terms and JSON are shown without the member that tells what they are.", On: reading().where(simplified),
			Answer: servedAttributes(func(a object) object {
				for _, member := range []string{"vocab", "json"} {
					if v, is := a[member].(object); is && len(a) == 1 {
						return v
					}
				}
				delete(a, "vocab")
				return a
			})},
		{Name: "represent.simplified-default-only", Summary: "Simplified, of several instances the default one is shown.", On: reading().where(simplified),
			Answer: served(func(_ *http.Request, e object) {
				for _, name := range sortedAttributes(e) {
					a, _ := e[name].(object)
					if instances, is := a["dataset"].(object); is && instances["@none"] != nil {
						e[name] = instances["@none"]
					}
				}
			})},
		{Name: "represent.geometry-of-first-instance", Summary: "The geometry of a Feature is that of the first instance.", On: geo,
			Answer: inFeatures(func(f object) {
				properties, _ := f["properties"].(object)
				if l, several := properties["location"].([]any); several {
					if a, is := l[0].(object); is {
						f["geometry"] = a["value"]
					}
				}
			})},
		{Name: "represent.geometry-fallback", Summary: "Where the named attribute is no geometry, that of a Feature is the location.", On: geo.WithQuery("geometryProperty"),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if o, is := decode(a.Body).(object); is && a.Status == http.StatusOK && o["geometry"] == nil {
					a = again(next, r, func(q url.Values) { q.Del("geometryProperty") })
				}
				a.WriteTo(w)
			}},
		{Name: "represent.feature-default-instance-only", Summary: "A Feature's properties have the default instances of attributes only.", On: geo,
			Answer: inFeatures(func(f object) {
				properties, _ := f["properties"].(object)
				for _, name := range sortedAttributes(properties) {
					for _, item := range items(properties[name]) {
						if a, is := item.(object); is && a["datasetId"] == nil {
							properties[name] = a
						}
					}
				}
			})},
		{Name: "represent.context-in-each-feature", Summary: "Each Feature of a collection has an @context.", On: querying().where(asGeoJSON),
			Answer: inFeatures(func(f object) { f["@context"] = ngsild.CoreContextURL })},
		{Name: "represent.empty-collection-bare", Summary: "Where nothing is found, the answer as GeoJSON is an empty array.", On: querying().where(asGeoJSON),
			Answer: func(_ *http.Request, a *Answer) {
				if o, is := decode(a.Body).(object); is && a.Status == http.StatusOK && len(items(o["features"])) == 0 {
					a.Body = json.RawMessage("[]")
				}
			}},
	}
}
