package faults

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// representations is the faults of how entities are shown.
func representations() []Fault {
	return slices.Concat(forms(), timestamps(), projections(), languages(), features(), values())
}

// option says whether the request has the option.
func option(name string) func(*http.Request) bool {
	return func(r *http.Request) bool { return slices.Contains(listed(r, "options"), name) }
}

// simplified says whether the request asks for the simplified representation.
func simplified(r *http.Request) bool {
	return option("keyValues")(r) || option("simplified")(r) || slices.Contains([]string{"keyValues", "simplified"}, r.URL.Query().Get("format"))
}

// replaceOption is a Request change of one option; an empty one goes away.
func replaceOption(from, to string) func(*http.Request) {
	return func(r *http.Request) {
		options := listed(r, "options")
		i := slices.Index(options, from)
		if i < 0 {
			return
		}
		if options[i] = to; to == "" {
			options = slices.Delete(options, i, i+1)
		}
		if len(options) == 0 {
			DropQuery("options")(r)
			return
		}
		setQuery("options", strings.Join(options, ","))(r)
	}
}

func forms() []Fault {
	return []Fault{
		{Name: "represent.options-ignored", Summary: "A retrieval does not look at options.", On: retrieving(), Request: DropQuery("options")},
		{Name: "represent.query-options-ignored", Summary: "A query does not look at options.", On: querying(), Request: DropQuery("options")},
		{Name: "represent.several-options-ignored", Summary: "Of options, one value is known and several are not looked at.",
			On: reading().where(func(r *http.Request) bool { return len(listed(r, "options")) > 1 }), Request: DropQuery("options")},
		{Name: "represent.format-ignored", Summary: "Reading does not look at format.", On: reading(), Request: DropQuery("format")},
		{Name: "represent.options-beat-format", Summary: "options takes precedence over format.",
			On: reading().WithQuery("options"), Request: DropQuery("format")},
		{Name: "represent.unknown-format-ignored", Summary: "An unknown format is not looked at.",
			On: reading().WithQuery("format"), Instead: forgiving("format")},
		{Name: "represent.simplified-unknown", Summary: "The option simplified is not known.",
			On: reading(), Request: replaceOption("simplified", "")},
		{Name: "represent.simplified-by-default", Summary: "Entities are served simplified unless something else is asked for.",
			On: reading().WithoutQuery("options").WithoutQuery("format"), Request: setQuery("options", "keyValues")},
		{Name: "represent.simplified-language-flat", Summary: "Simplified, a LanguageProperty is one of its texts.",
			On: reading().where(simplified), Answer: served(func(_ *http.Request, e object) {
				for _, name := range sorted(e) {
					o, _ := e[name].(object)
					if texts, ok := o["languageMap"].(object); ok {
						e[name] = texts[sorted(texts)[0]]
					}
				}
			})},
		{Name: "represent.simplified-loses-numbers", Summary: "Simplified, numbers are strings.",
			On: reading().where(simplified), Answer: served(func(_ *http.Request, e object) {
				for name, v := range e {
					if n, ok := v.(json.Number); ok {
						e[name] = n.String()
					}
				}
			})},
		{Name: "represent.concise-keeps-types", Summary: "The concise representation is the normalised one.",
			On: reading(), Request: replaceOption("concise", "normalized")},
		{Name: "represent.concise-wraps-values", Summary: "Concise, an attribute is always an object.",
			On: reading().where(option("concise")), Answer: served(func(_ *http.Request, e object) {
				for _, name := range sorted(e) {
					o, isObject := e[name].(object)
					if isAttribute(name) && (!isObject || o["coordinates"] != nil) {
						e[name] = object{"value": e[name]}
					}
				}
			})},
	}
}

func timestamps() []Fault {
	return []Fault{
		{Name: "represent.sys-attrs-ignored", Summary: "Reading does not know the option sysAttrs.",
			On: reading(), Request: replaceOption("sysAttrs", "")},
		{Name: "represent.sys-attrs-always", Summary: "createdAt and modifiedAt are always shown.",
			On: reading(), Request: func(r *http.Request) {
				setQuery("options", strings.Join(append(listed(r, "options"), "sysAttrs"), ","))(r)
			}},
		{Name: "represent.sys-attrs-of-entity-only", Summary: "createdAt and modifiedAt are shown of entities, not of attributes.",
			On: reading().where(option("sysAttrs")), Answer: servedAttributes(func(a object) object {
				delete(a, "createdAt")
				delete(a, "modifiedAt")
				return a
			})},
		{Name: "represent.local-time", Summary: "Timestamps are served with an offset from UTC.",
			On: reading(), Answer: served(func(_ *http.Request, e object) {
				localTimes(e)
				editAttributes(e, func(a object) object {
					localTimes(a)
					return a
				})
			})},
	}
}

func localTimes(o object) {
	for _, member := range []string{"createdAt", "modifiedAt", "observedAt"} {
		if at, ok := o[member].(string); ok {
			o[member] = strings.TrimSuffix(at, "Z") + "+00:00"
		}
	}
}

func projections() []Fault {
	return []Fault{
		{Name: "represent.pick-ignored", Summary: "Reading does not look at pick.", On: reading(), Request: DropQuery("pick")},
		{Name: "represent.omit-ignored", Summary: "Reading does not look at omit.", On: reading(), Request: DropQuery("omit")},
		{Name: "represent.pick-beats-omit", Summary: "Of pick and omit only pick counts.",
			On: reading().WithQuery("pick"), Request: DropQuery("omit")},
		{Name: "represent.pick-none-bare", Summary: "A retrieval with pick of which the entity has nothing gives the bare entity.",
			On: retrieving().WithQuery("pick"), Instead: bareInstead("pick")},
		{Name: "represent.pick-selects", Summary: "A query with pick gives only entities that have a picked attribute.",
			On: querying().WithQuery("pick"), Answer: kept(func(r *http.Request, e object) bool {
				return hasAny(e, slices.DeleteFunc(listed(r, "pick"), func(name string) bool { return !isAttribute(name) }))
			})},
	}
}

func languages() []Fault {
	return []Fault{
		{Name: "represent.lang-ignored", Summary: "Reading does not look at lang.", On: reading(), Request: DropQuery("lang")},
		{Name: "represent.lang-first-only", Summary: "Of several languages only the first counts.", On: reading(), Request: inParam("lang", upTo(","))},
		{Name: "represent.lang-unranked", Summary: "Languages count in the order in which they are given.", On: reading(), Request: substitute("lang", `;q=[0-9.]+`, "")},
		{Name: "represent.lang-any-ignored", Summary: "lang=* is not looked at.", On: reading().where(func(r *http.Request) bool { return r.URL.Query().Get("lang") == "*" }), Request: DropQuery("lang")},
		{Name: "represent.lang-missing-drops", Summary: "An attribute that is not there in the wanted language is left out.",
			On: reading().WithQuery("lang"), Answer: served(func(r *http.Request, e object) {
				editAttributes(e, leaveOut(func(a object) bool {
					return a["lang"] != nil && a["lang"] != r.URL.Query().Get("lang")
				}))
			})},
		{Name: "represent.language-names", Summary: "The keys of a languageMap are names of languages.",
			On: reading(), Answer: servedAttributes(func(a object) object {
				if texts, ok := a["languageMap"].(object); ok {
					for _, tag := range sorted(texts) {
						texts["language "+tag] = texts[tag]
						delete(texts, tag)
					}
				}
				return a
			})},
	}
}

// asGeoJSON says whether the request asks for GeoJSON.
func asGeoJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), ngsild.MediaGeoJSON)
}

func features() []Fault {
	geo := reading().where(asGeoJSON)
	return []Fault{
		{Name: "represent.feature-without-geometry", Summary: "Features have no geometry.",
			On: geo, Answer: answered(func(o object) {
				o["geometry"] = nil
				for _, f := range objects(o["features"]) {
					f["geometry"] = nil
				}
			})},
		{Name: "represent.collection-as-array", Summary: "A query's answer as GeoJSON is an array of Features.",
			On: querying().where(asGeoJSON), Answer: func(_ *http.Request, a *Answer) {
				if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK {
					a.setList(items(o["features"]))
				}
			}},
		{Name: "represent.prefer-ignored", Summary: "What a client prefers is not looked at.", On: reading(), Request: func(r *http.Request) { r.Header.Del("Prefer") }},
		{Name: "represent.geometry-property-ignored", Summary: "The geometry of a Feature is always the location.",
			On: geo, Request: DropQuery("geometryProperty")},
		{Name: "represent.no-geometry-not-found", Summary: "An entity without location is not found as GeoJSON.",
			On: retrieving().where(asGeoJSON), Answer: func(_ *http.Request, a *Answer) {
				if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK && o["geometry"] == nil {
					problem(a, http.StatusNotFound, ngsild.ResourceNotFound)
				}
			}},
	}
}

// values is the faults of what an entity is made of.
func values() []Fault {
	return []Fault{
		{Name: "represent.ids-shortened", Summary: "Entities are served with the last part of their ids.",
			On: querying(), Answer: served(func(_ *http.Request, e object) { e["id"] = lastPart(idOf(e)) })},
		{Name: "represent.types-empty", Summary: "Entities are served with an empty type.",
			On: querying(), Answer: served(func(_ *http.Request, e object) { e["type"] = "" })},
		{Name: "represent.attributes-untyped", Summary: "Normalised, attributes have no type.",
			On: querying(), Answer: servedAttributes(withoutMember("type"))},
		{Name: "represent.targets-shortened", Summary: "Relationships point at the last part of ids.",
			On: reading(), Answer: servedAttributes(func(a object) object {
				if target, ok := a["object"].(string); ok {
					a["object"] = lastPart(target)
				}
				return a
			})},
		{Name: "represent.coordinates-in-metres", Summary: "Geometries are served in metres instead of degrees.",
			On: reading(), Answer: servedAttributes(func(a object) object {
				if geometry, ok := a["value"].(object); ok && a["type"] == "GeoProperty" {
					geometry["coordinates"] = metres(geometry["coordinates"])
				}
				return a
			})},
	}
}

// lastPart is what follows the last colon.
func lastPart(id string) string { return id[strings.LastIndex(id, ":")+1:] }

// metres scales all numbers of GeoJSON coordinates.
func metres(v any) any {
	switch x := v.(type) {
	case []any:
		for i := range x {
			x[i] = metres(x[i])
		}
	case json.Number:
		f, _ := x.Float64()
		return f * 111320
	}
	return v
}
