package faults

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// modelTypes is the faults of entity types.
func modelTypes() []Fault {
	on := serves()
	return []Fault{
		{Name: "models.type.missing", Summary: "serves entities without their type", On: on,
			Answer: entities(func(e object) { delete(e, "type") })},
		{Name: "models.type.unmapped", Summary: "loses the namespace of entity types", On: on,
			Answer: entities(func(e object) {
				if kind, ok := e["type"].(string); ok {
					e["type"] = ngsild.DefaultVocab + bareName(kind)
				}
			})},
		{Name: "models.type.attributes-unlisted", Summary: "leaves attributes out of the description of a type", On: Op("GET", "/types/*"),
			Answer: func(_ *http.Request, a *Answer) {
				if info, ok := decode(a.Body).(object); ok {
					if list, ok := info["attributeDetails"].([]any); ok && len(list) > 1 {
						info["attributeDetails"] = list[1:]
						a.Body = encode(info)
					}
				}
			}},
		{Name: "models.type.of-another-model", Summary: "serves air quality as weather", On: on,
			Answer: entities(func(e object) {
				if kind, ok := e["type"].(string); ok && strings.HasSuffix(kind, "/AirQualityObserved") {
					e["type"] = "https://smartdatamodels.org/dataModel.Weather/WeatherObserved"
				}
			})},
		{Name: "models.profile.looser", Summary: "serves parking spots in a state that their base model does not know", On: on,
			Answer: entities(func(e object) {
				kind, ok := e["type"].(string)
				if !ok || !strings.HasSuffix(kind, "/ParkingSpot") {
					return
				}
				for _, name := range sortedAttributes(e) {
					if a, is := e[name].(object); is && bareName(name) == "status" {
						a["value"] = "reserved"
					}
				}
			})},
		{Name: "models.type.of-draft", Summary: "serves points of interest by a draft of its own", On: on,
			Answer: entities(func(e object) {
				if kind, ok := e["type"].(string); ok && strings.HasSuffix(kind, "/PointOfInterest") {
					e["type"] = ownNamespace + "Kiosk"
				}
			})},
	}
}

// shares are attributes whose values are 0 to 1.
var shares = []string{"relativeHumidity", "occupancy", "fillingLevel", "illuminanceLevel", "reliability"}

// modelValues is the faults of values.
func modelValues() []Fault {
	on := serves()
	return []Fault{
		{Name: "models.required.missing", Summary: "loses the date of observation and the status", On: on,
			Answer: entities(func(e object) {
				for _, name := range sortedAttributes(e) {
					if l := bareName(name); l == "dateObserved" || l == "status" {
						delete(e, name)
					}
				}
			})},
		{Name: "models.number.as-string", Summary: "serves numbers as text", On: on, Answer: valuesOf("Property", asText)},
		{Name: "models.enumeration.unknown", Summary: "serves a status in words of its own", On: on,
			Answer: valuesOf("Property", text(func(string) string { return "inBestOrder" }), "status", "powerState", "storedWasteKind")},
		{Name: "models.share.as-percent", Summary: "serves shares as percent", On: on, Answer: valuesOf("Property", times(100), shares...)},
		{Name: "models.time.without-zone", Summary: "serves dates without their zone", On: on,
			Answer: valuesOf("Property", text(func(s string) string { return strings.TrimSuffix(s, "Z") }), "dateObserved", "dateInstalled", "dateLastEmptying", "dateLastLampChange")},
		{Name: "models.id.too-long", Summary: "serves ids of thousands of characters", On: on,
			Answer: entities(func(e object) { e["id"] = idOf(e) + strings.Repeat("0", 3000) })},
		{Name: "models.list.repeats", Summary: "repeats the first item of a list", On: on,
			Answer: valuesOf("Property", func(v any) any {
				if list, ok := v.([]any); ok && len(list) > 0 {
					return append(list, list[0])
				}
				return v
			})},
		{Name: "models.alternative.none", Summary: "serves battery levels of another scale", On: on,
			Answer: valuesOf("Property", times(-50), "batteryLevel")},
		{Name: "models.value.null", Summary: "serves null for names", On: on,
			Answer: valuesOf("Property", func(any) any { return nil }, "name", "serialNumber", "areaServed")},
		{Name: "models.value.empty-text", Summary: "serves empty names", On: on,
			Answer: valuesOf("Property", text(func(string) string { return "" }), "name", "serialNumber", "areaServed")},
		{Name: "models.list.unwrapped", Summary: "serves a list of one as its item", On: on,
			Answer: valuesOf("Property", func(v any) any {
				if list, ok := v.([]any); ok && len(list) == 1 {
					return list[0]
				}
				return v
			})},
		{Name: "models.unit.as-symbol", Summary: "serves units as symbols", On: on,
			Answer: instances(func(_ object, _ string, a object) {
				symbols := map[any]string{"CEL": "°C", "GQ": "µg/m3", "KMH": "km/h", "MTR": "m"}
				if s, ok := symbols[a["unitCode"]]; ok {
					a["unitCode"] = s
				}
			})},
		{Name: "models.observed-at.local-time", Summary: "serves observedAt with an offset", On: on,
			Answer: instances(func(_ object, _ string, a object) {
				if at, ok := a["observedAt"].(string); ok {
					a["observedAt"] = strings.TrimSuffix(at, "Z") + "+01:00"
				}
			})},
		{Name: "models.observed-at.future", Summary: "serves observations of the future", On: on,
			Answer: instances(func(_ object, _ string, a object) {
				if at, ok := a["observedAt"].(string); ok && len(at) > 4 {
					a["observedAt"] = "2999" + at[4:]
				}
			})},
		{Name: "models.date.future", Summary: "serves dates of observation in the future", On: on,
			Answer: valuesOf("Property", text(func(s string) string {
				if len(s) > 4 {
					return "2999" + s[4:]
				}
				return s
			}), "dateObserved")},
		{Name: "models.dataset.repeated", Summary: "serves an instance of an attribute twice", On: on,
			Answer: entities(func(e object) {
				for _, name := range sortedAttributes(e) {
					if a, ok := e[name].(object); ok && bareName(name) == "name" && a["type"] != nil {
						e[name] = []any{a, a}
					}
				}
			})},
		{Name: "models.language.by-name", Summary: "names languages instead of tagging them", On: on,
			Answer: valuesOf("LanguageProperty", func(v any) any {
				if m, ok := v.(object); ok {
					out := object{}
					for tag, s := range m {
						out["in_"+tag] = s
					}
					return out
				}
				return v
			})},
		{Name: "models.text.padded", Summary: "serves texts with a space at their end", On: on,
			Answer: valuesOf("Property", text(func(s string) string { return s + " " }), "serialNumber", "areaServed", "airQualityLevel")},
		{Name: "models.text.placeholder", Summary: "serves N/A for what it does not know", On: on,
			Answer: valuesOf("Property", text(func(string) string { return "N/A" }), "serialNumber", "areaServed", "airQualityLevel")},
		{Name: "models.number.sentinel", Summary: "serves -9999 for what was not measured", On: on,
			Answer: valuesOf("Property", func(any) any { return -9999 }, "temperature", "no2")},
		{Name: "models.value.misnamed", Summary: "serves the value of a Property as val", On: on,
			Answer: instances(func(_ object, _ string, a object) {
				if v, has := a["value"]; has && a["type"] == "Property" {
					a["val"] = v
					delete(a, "value")
				}
			})},
	}
}

// modelGeometries is the faults of geometries.
func modelGeometries() []Fault {
	on := serves()
	var words func(v any) any
	words = func(v any) any {
		if list, ok := v.([]any); ok {
			for i, e := range list {
				list[i] = words(e)
			}
			return list
		}
		return asText(v)
	}
	return []Fault{
		{Name: "models.geometry.coordinates-as-text", Summary: "serves coordinates as text", On: on,
			Answer: coordinates(func(_ string, c any) any { return words(c) })},
		{Name: "models.geometry.unknown-type", Summary: "serves geometries of a type of its own", On: on,
			Answer: valuesOf("GeoProperty", func(v any) any {
				if g, ok := v.(object); ok {
					g["type"] = "Place"
				}
				return v
			})},
		{Name: "models.geometry.national-grid", Summary: "serves coordinates in metres", On: on,
			Answer: coordinates(func(_ string, c any) any { return times(111000)(c) })},
		{Name: "models.geometry.null-island", Summary: "serves zeros for coordinates", On: on,
			Answer: coordinates(func(_ string, c any) any { return times(0)(c) })},
		{Name: "models.geometry.ring-open", Summary: "leaves out the last position of rings", On: on,
			Answer: coordinates(polygonRings(func(ring []any) []any {
				if len(ring) > 4 {
					return ring[:len(ring)-1]
				}
				return ring
			}))},
		{Name: "models.geometry.bow-tie", Summary: "swaps two positions of rings", On: on,
			Answer: coordinates(polygonRings(func(ring []any) []any {
				if len(ring) > 4 {
					ring[1], ring[2] = ring[2], ring[1]
				}
				return ring
			}))},
	}
}

// modelDrift is the faults of some entities being another way than others of their type.
func modelDrift() []Fault {
	on := serves()
	return []Fault{
		{Name: "models.drift.kind", Summary: "serves the relationships of some entities as Properties", On: on,
			Answer: instances(func(e object, _ string, a object) {
				if o, has := a["object"]; has && odd(e) {
					a["type"], a["value"] = "Property", o
					delete(a, "object")
				}
			})},
		{Name: "models.drift.value-type", Summary: "serves the numbers of some entities as text", On: on,
			Answer: instances(func(e object, _ string, a object) {
				if v, has := a["value"]; has && odd(e) {
					a["value"] = asText(v)
				}
			})},
		{Name: "models.drift.unit", Summary: "serves the values of some entities in another unit", On: on,
			Answer: instances(func(e object, _ string, a object) {
				others := map[any]string{"CEL": "KEL", "GQ": "GP", "KMH": "MTS", "MTR": "CMT", "WTT": "KWT"}
				if other, ok := others[a["unitCode"]]; ok && odd(e) {
					a["unitCode"] = other
				}
			})},
		{Name: "models.drift.language", Summary: "serves the names of some entities in one language only", On: on,
			Answer: instances(func(e object, _ string, a object) {
				if m, ok := a["languageMap"].(object); ok && odd(e) && len(m) > 1 {
					for _, tag := range slices.Sorted(maps.Keys(m))[1:] {
						delete(m, tag)
					}
				}
			})},
		{Name: "models.drift.attribute", Summary: "leaves an attribute out of the first entity of each type", On: on,
			Answer: entities(func(e object) {
				if names := sortedAttributes(e); strings.HasSuffix(idOf(e), ":001") && len(names) > 1 {
					delete(e, names[len(names)-1])
				}
			})},
		{Name: "models.drift.iri", Summary: "serves the attributes of some entities in another namespace", On: on,
			Answer: entities(func(e object) {
				if odd(e) {
					rename(e, func(string) bool { return true })
				}
			})},
	}
}

// sharedNamespace is that of the data models, ownNamespace one of the city's.
const (
	sharedNamespace = "https://smartdatamodels.org/"
	ownNamespace    = "https://data.halverstad.example/"
)

// rename moves the attributes with a name that is wanted into the city's namespace.
func rename(e object, wanted func(local string) bool) {
	for _, name := range sortedAttributes(e) {
		if strings.HasPrefix(name, sharedNamespace) && wanted(bareName(name)) {
			e[ownNamespace+bareName(name)] = e[name]
			delete(e, name)
		}
	}
}
