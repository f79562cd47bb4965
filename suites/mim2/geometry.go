package mim2

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func geometryChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.geometry.form.geojson", Title: "The value of a GeoProperty is a GeoJSON geometry",
			Requirements: join(conformance, unambiguous, geometries), Clause: cim + "4.7.1; RFC 7946, 3.1",
			Level: suites.Core, Needs: needs(), Fault: "models.geometry.coordinates-as-text",
			Hint: "Coordinates are numbers in arrays, as deep as the geometry's type asks.",
			Body: func(t *suites.T) { eachGeometry(t, wellFormed) },
		},
		{
			ID: "mim2.geometry.model.fits", Title: "A geometry is one that the data model takes",
			Requirements: conformance, Clause: sdmSchema + "oneOf of GeoProperties",
			Level: suites.Core, Needs: needs(), Fault: "models.geometry.unknown-type",
			Hint: "The model foresees some geometries only, such as points.",
			Body: func(t *suites.T) {
				look(t).judge(func(_ models.Finding, kind models.Kind) bool { return kind == models.GeoProperty })
			},
		},
		{
			ID: "mim2.geometry.position.wgs84", Title: "Positions are longitude and latitude in WGS 84 degrees",
			Requirements: join(conformance, unambiguous, geometries), Clause: cim + "4.7.1; RFC 7946, 4",
			Level: suites.Core, Needs: needs(), Fault: "models.geometry.national-grid",
			Hint: "Coordinates in a national grid, or with latitude first, look like this.",
			Body: func(t *suites.T) {
				eachGeometry(t, func(g any) string { return positions(g, inWGS84) })
			},
		},
		{
			ID: "mim2.geometry.ring.closed", Title: "Each ring of a polygon ends where it begins",
			Requirements: join(conformance, geometries), Clause: cim + "4.7.1; RFC 7946, 3.1.6",
			Level: suites.Core, Needs: needs(), Fault: "models.geometry.ring-open",
			Hint: "The last position of a ring repeats the first one.",
			Body: func(t *suites.T) { eachPolygon(t, closed) },
		},
		{
			ID: "mim2.geometry.polygon.simple", Title: "A polygon does not cross itself",
			Requirements: join(conformance, geometries), Clause: "RFC 7946, 3.1.6; OGC Simple Features, 6.1.11",
			Level: suites.Extended, Needs: needs(), Fault: "models.geometry.bow-tie",
			Hint: "Positions of the ring are out of order.",
			Body: func(t *suites.T) { eachPolygon(t, simple) },
		},
	}
}

// eachGeometry reports what is wrong with the value of each GeoProperty.
func eachGeometry(t *suites.T, wrong func(geometry any) string) {
	v := look(t)
	y := v.tally()
	for _, s := range v.subjects {
		for _, a := range s.entity.Attributes {
			if a.Kind != models.GeoProperty {
				continue
			}
			for _, i := range a.Instances {
				v.judged++
				if what := wrong(i.Value); what != "" {
					y.add(local(a)+": "+what, s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
				}
			}
		}
	}
	y.report()
	v.conclude("no sampled entity has a GeoProperty")
}

// eachPolygon is eachGeometry for polygons alone.
func eachPolygon(t *suites.T, wrong func(kind string, g map[string]any) string) {
	v := look(t)
	y := v.tally()
	for _, s := range v.subjects {
		for _, a := range s.entity.Attributes {
			for _, i := range a.Instances {
				g, ok := i.Value.(map[string]any)
				kind, _ := g["type"].(string)
				if !ok || a.Kind != models.GeoProperty || kind != "Polygon" && kind != "MultiPolygon" || wellFormed(g) != "" {
					continue
				}
				v.judged++
				if what := wrong(kind, g); what != "" {
					y.add(local(a)+": "+what, s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
				}
			}
		}
	}
	y.report()
	v.conclude("no sampled entity has a polygon")
}

// depths is how deep the coordinates of each geometry are nested.
var depths = map[string]int{"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4}

// wellFormed says what keeps a value from being a GeoJSON geometry.
func wellFormed(value any) string {
	g, ok := value.(map[string]any)
	if !ok {
		return "the value is no object"
	}
	kind, _ := g["type"].(string)
	depth, known := depths[kind]
	if !known {
		return fmt.Sprintf("its type is %s, which is no geometry of RFC 7946 that NGSI-LD takes", brief(g["type"]))
	}
	if what := nested(g["coordinates"], depth); what != "" {
		return "the coordinates of the " + kind + " " + what
	}
	list, _ := g["coordinates"].([]any)
	switch kind {
	case "LineString":
		return shorter(list, 2, "the LineString")
	case "MultiLineString":
		for _, line := range list {
			if what := shorter(line.([]any), 2, "a line"); what != "" {
				return what
			}
		}
	case "Polygon", "MultiPolygon":
		for _, ring := range rings(kind, g) {
			if what := shorter(ring, 4, "a ring"); what != "" {
				return what
			}
		}
	}
	return ""
}

func shorter(list []any, least int, what string) string {
	if len(list) < least {
		return fmt.Sprintf("%s has %d positions, expected at least %d", what, len(list), least)
	}
	return ""
}

// nested says what is wrong with coordinates that should be arrays of that depth
// with numbers inside.
func nested(v any, depth int) string {
	list, ok := v.([]any)
	if !ok {
		return "are no array where one is due"
	}
	if depth > 1 {
		for _, e := range list {
			if what := nested(e, depth-1); what != "" {
				return what
			}
		}
		return ""
	}
	if len(list) < 2 {
		return "have a position with fewer than two numbers"
	}
	for _, e := range list {
		if _, ok := e.(json.Number); !ok {
			return "have something else than numbers in a position"
		}
	}
	return ""
}

// positions reports the first position that is wrong.
func positions(value any, wrong func(lon, lat float64) string) string {
	g, ok := value.(map[string]any)
	if !ok || wellFormed(g) != "" {
		return "" // for another check to say
	}
	return walk(g["coordinates"], wrong)
}

func walk(v any, wrong func(lon, lat float64) string) string {
	list, _ := v.([]any)
	if len(list) >= 2 {
		lon, first := number(list[0])
		lat, second := number(list[1])
		if first && second {
			return wrong(lon, lat)
		}
	}
	for _, e := range list {
		if what := walk(e, wrong); what != "" {
			return what
		}
	}
	return ""
}

func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func inWGS84(lon, lat float64) string {
	at := strconv.FormatFloat(lon, 'g', -1, 64) + ", " + strconv.FormatFloat(lat, 'g', -1, 64)
	switch {
	case lon < -180 || lon > 180:
		return "the position " + at + " has no longitude between -180 and 180 in front"
	case lat < -90 || lat > 90:
		return "the position " + at + " has no latitude between -90 and 90"
	}
	return ""
}

// rings are those of a Polygon or MultiPolygon that is well formed.
func rings(kind string, g map[string]any) [][]any {
	var all [][]any
	list, _ := g["coordinates"].([]any)
	if kind == "Polygon" {
		list = []any{g["coordinates"]}
	}
	for _, polygon := range list {
		parts, _ := polygon.([]any)
		for _, ring := range parts {
			if r, ok := ring.([]any); ok {
				all = append(all, r)
			}
		}
	}
	return all
}

func closed(kind string, g map[string]any) string {
	for _, ring := range rings(kind, g) {
		first, _ := ring[0].([]any)
		last, _ := ring[len(ring)-1].([]any)
		for n := range 2 {
			a, _ := number(first[n])
			b, _ := number(last[n])
			if a != b {
				return "a ring does not end where it begins"
			}
		}
	}
	return ""
}

func simple(kind string, g map[string]any) string {
	if closed(kind, g) != "" {
		return "" // for another check to say
	}
	b, err := json.Marshal(map[string]any{"type": kind, "coordinates": g["coordinates"]})
	if err != nil {
		return err.Error()
	}
	if _, err := geom.UnmarshalGeoJSON(b); err != nil {
		return "the polygon is not valid: " + err.Error()
	}
	return ""
}

// local is an attribute's name without the namespace that was left on it.
func local(a models.Attr) string { return models.LocalName(a.Served) }

// brief is a value as JSON, cut.
func brief(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if s := []rune(string(b)); len(s) > 200 {
		return string(s[:200]) + "…"
	}
	return string(b)
}
