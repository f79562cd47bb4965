package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// geoGeometries checks geoqueries by each kind of GeoJSON geometry that is no point or
// polygon, and of entities whose location is of such a kind (4.7, 4.10). In each only a
// part that is not the first one decides.
func geoGeometries() []Check {
	far := func(shift float64) []float64 { return point(3+shift, 3) }
	here, away := box(0.1, -0.1, 0.3, 0.1), box(0.1, 0.3, 0.3, 0.5)
	type shape struct {
		kind        string
		coordinates any
	}
	kinds := map[string]shape{
		"lineString":      {"LineString", [][]float64{point(-0.4, 0), point(0.5, 0)}},
		"multiPoint":      {"MultiPoint", [][]float64{far(0), point(0.2, 0)}},
		"multiLineString": {"MultiLineString", [][][]float64{{far(0), far(0.1)}, {point(-0.4, 0), point(0.5, 0)}}},
		"multiPolygon":    {"MultiPolygon", [][][][]float64{box(3, 3, 4, 4), here}},
	}
	var checks []Check
	for _, name := range sortedLabels(kinds) {
		k := kinds[name]
		checks = append(checks, Check{
			ID: "mim1.query.geo." + name, Title: "A geoquery by a " + k.kind + " looks at all of it",
			Fault: "query.geo." + k.kind + "-first-part-only",
			Body: func(t *T) {
				c := placed(t, map[string]ngsild.Object{"here": geometry("Polygon", here), "away": geometry("Polygon", away), "nowhere": nil})
				c.expect(t, relation("intersects", k.kind, k.coordinates), "here")
			},
		}, Check{
			ID: "mim1.query.geo." + name + "Of", Title: "A geoquery finds an entity whose location is a " + k.kind + " by any part of it",
			Fault: "query.geo." + k.kind + "-first-part-kept",
			Body: func(t *T) {
				c := placed(t, map[string]ngsild.Object{"all of it": geometry(k.kind, k.coordinates), "elsewhere": geometry("Point", far(0.5)), "nowhere": nil})
				c.expect(t, relation("intersects", "Polygon", here), "all of it")
			},
		})
	}
	for i := range checks {
		checks[i].Needs = writes
	}
	return checks
}
