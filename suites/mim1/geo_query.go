package mim1

import (
	"encoding/json"
	"maps"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// geoQuery checks the NGSI-LD Geoquery Language (4.10): georel, geometry,
// coordinates and geoproperty.
func geoQuery() []Check {
	checks := slices.Concat(geoRelations(), geoGeometries(), geoRefusals())
	for i := range checks {
		checks[i].Clause, checks[i].Requirements = cim009+"4.10", geo
		checks[i].Feature, checks[i].Level = FeatureGeoQuery, Core
	}
	return checks
}

// harbour is where the geoqueries look: longitude and latitude in degrees. East and
// north are chosen so that whoever mixes them up finds something else: at this
// latitude a degree east is about 62 km, a degree north 111 km.
var harbour = []float64{10.2, 56.15}

// point is a GeoJSON position in degrees east and north of the harbour.
func point(east, north float64) []float64 { return []float64{harbour[0] + east, harbour[1] + north} }

// box is a GeoJSON polygon's coordinates, from a south-west to a north-east corner
// in degrees east and north of the harbour, counter-clockwise and closed.
func box(west, south, east, north float64) [][][]float64 {
	return [][][]float64{{point(west, south), point(east, south), point(east, north), point(west, north), point(west, south)}}
}

func geometry(kind string, coordinates any) ngsild.Object {
	return ngsild.GeoProperty(ngsild.Object{"type": kind, "coordinates": coordinates})
}

// placed creates one entity a label, of one fresh type, with the location; nil
// stands for an entity without one.
func placed(t *T, locations map[string]ngsild.Object) candidates {
	kind := t.Name("Sensor")
	all := map[string]ngsild.Object{}
	for _, label := range slices.Sorted(maps.Keys(locations)) {
		e, location := ngsild.Entity(t.URN("Sensor"), kind), locations[label]
		if location != nil {
			e["location"] = location
		}
		all[label] = e
	}
	c := candidatesOf(t, all)
	c.kind = kind
	return c
}

// relation asks for a relation to a reference geometry.
func relation(georel, kind string, coordinates any, more ...string) Option {
	raw, err := json.Marshal(coordinates)
	if err != nil {
		panic(err)
	}
	return Query(append([]string{"georel", georel, "geometry", kind, "coordinates", string(raw)}, more...)...)
}

// alongTheCoast are points at the harbour, 1.2 km and 3.1 km east of it.
func alongTheCoast(t *T) candidates {
	return placed(t, map[string]ngsild.Object{"at": geometry("Point", point(0, 0)), "1.2 km": geometry("Point", point(0.02, 0)),
		"3.1 km": geometry("Point", point(0.05, 0)), "nowhere": nil})
}

// inAndOut are geometries inside, across and outside the box of one degree east and
// half a degree north around the harbour, bay.
func inAndOut(t *T) candidates {
	return placed(t, map[string]ngsild.Object{
		"inside":  geometry("Point", point(0.3, 0.1)),
		"across":  geometry("LineString", [][]float64{point(0, 0), point(0, 0.7)}),
		"outside": geometry("Point", point(0.1, 0.3)),
		"nowhere": nil})
}

var bay = box(-0.5, -0.25, 0.5, 0.25)

func geoRelations() []Check {
	checks := []Check{
		{
			ID:    "mim1.query.geo.maxDistance",
			Title: "near with maxDistance gives the entities within that many metres", TestPurposes: []string{"019_01_05", "019_10"},
			Fault: "query.geo.kilometres",
			Hint:  "the distance is taken in another unit, or longitude and latitude are mixed up",
			Body: func(t *T) {
				alongTheCoast(t).expect(t, relation("near;maxDistance==2000", "Point", harbour), "at", "1.2 km")
			},
		},
		{
			ID:    "mim1.query.geo.axes",
			Title: "Positions of a geoquery are longitude before latitude",
			Fault: "query.geo.axes-swapped",
			Hint:  "longitude and latitude are mixed up between storing and querying",
			Body: func(t *T) {
				c := placed(t, map[string]ngsild.Object{"east": geometry("Point", point(0.02, 0)), "north": geometry("Point", point(0, 0.02))})
				c.expect(t, relation("near;maxDistance==1700", "Point", harbour), "east")
			},
		},
		{
			ID:    "mim1.query.geo.minDistance",
			Title: "near with minDistance gives the entities farther away than that many metres", TestPurposes: []string{"019_10"},
			Fault: "query.geo.min-as-max",
			Body: func(t *T) {
				alongTheCoast(t).expect(t, relation("near;minDistance==2000", "Point", harbour), "3.1 km")
			},
		},
		{
			ID:    "mim1.query.geo.within",
			Title: "within gives the entities that lie wholly inside the polygon", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.within-as-intersects",
			Body:  func(t *T) { inAndOut(t).expect(t, relation("within", "Polygon", bay), "inside") },
		},
		{
			ID:    "mim1.query.geo.intersects",
			Title: "intersects gives the entities that share a point with the polygon", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.intersects-as-within",
			Body:  func(t *T) { inAndOut(t).expect(t, relation("intersects", "Polygon", bay), "inside", "across") },
		},
		{
			ID:    "mim1.query.geo.disjoint",
			Title: "disjoint gives the entities that share no point with the polygon, and none without location", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.disjoint-as-not-within",
			Body:  func(t *T) { inAndOut(t).expect(t, relation("disjoint", "Polygon", bay), "outside") },
		},
		{
			ID:    "mim1.query.geo.contains",
			Title: "contains gives the entities whose geometry contains the point", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.contains-as-within",
			Body: func(t *T) {
				c := placed(t, map[string]ngsild.Object{"around": geometry("Polygon", bay), "beside": geometry("Polygon", box(1, 1, 2, 2)),
					"another point": geometry("Point", point(0.1, 0.1))})
				c.expect(t, relation("contains", "Point", point(0.2, 0.1)), "around")
			},
		},
		{
			ID:    "mim1.query.geo.anyInstance",
			Title: "A geoquery finds an entity of whose GeoProperty any instance has the relation",
			Fault: "query.geo.default-instance-only",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				at := func(first, other []float64) ngsild.Object {
					return ngsild.Entity(t.URN("Sensor"), kind, "location", []any{geometry("Point", first), with(geometry("Point", other), "datasetId", t.URN("Dataset"))})
				}
				here, there, elsewhere := point(0, 0), point(0.05, 0), point(0.06, 0)
				c := candidatesOf(t, map[string]ngsild.Object{"default": at(here, there), "other": at(there, here), "none": at(there, elsewhere)})
				c.kind = kind
				c.expect(t, relation("near;maxDistance==2000", "Point", harbour), "default", "other")
			},
		},
		{
			ID:    "mim1.query.geo.equals",
			Title: "equals gives the entities whose geometry is the same", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.equals-as-near",
			Body: func(t *T) {
				alongTheCoast(t).expect(t, relation("equals", "Point", point(0.02, 0)), "1.2 km")
			},
		},
		{
			ID:    "mim1.query.geo.overlaps",
			Title: "overlaps gives the entities whose polygon covers a part of the polygon, but neither holds the other", TestPurposes: []string{"019_10", "019_11"},
			Fault: "query.geo.overlaps-as-intersects",
			Body: func(t *T) {
				c := placed(t, map[string]ngsild.Object{"partly": geometry("Polygon", box(0.4, 0.1, 0.9, 0.6)),
					"inside": geometry("Polygon", box(-0.1, -0.1, 0.1, 0.1)), "outside": geometry("Polygon", box(1, 1, 2, 2))})
				c.expect(t, relation("overlaps", "Polygon", bay), "partly")
			},
		},
		{
			ID:    "mim1.query.geo.geoproperty",
			Title: "geoproperty names the attribute that a geoquery looks at instead of location",
			Fault: "query.geo.geoproperty-ignored",
			Body: func(t *T) {
				kind, area := t.Name("Sensor"), t.Name("area")
				here, there := geometry("Point", harbour), geometry("Point", point(1, 1))
				c := candidatesOf(t, map[string]ngsild.Object{
					"by area":     ngsild.Entity(t.URN("Sensor"), kind, "location", there, area, here),
					"by location": ngsild.Entity(t.URN("Sensor"), kind, "location", here, area, there),
					"no area":     ngsild.Entity(t.URN("Sensor"), kind, "location", here)})
				c.kind = kind
				c.expect(t, relation("near;maxDistance==2000", "Point", harbour, "geoproperty", area), "by area")
			},
		},
		{
			ID:    "mim1.query.geo.andQ",
			Title: "A geoquery and q have to hold together",
			Fault: "query.geo.beats-q",
			Body: func(t *T) {
				kind, level := t.Name("Sensor"), t.Name("level")
				entity := func(east float64, value int) ngsild.Object {
					return ngsild.Entity(t.URN("Sensor"), kind, "location", geometry("Point", point(east, 0)), level, ngsild.Property(value))
				}
				c := candidatesOf(t, map[string]ngsild.Object{"near and high": entity(0, 30), "near and low": entity(0, 10), "far and high": entity(1, 30)})
				c.kind = kind
				c.expect(t, relation("near;maxDistance==2000", "Point", harbour, "q", level+">20"), "near and high")
			},
		},
	}
	for i := range checks {
		checks[i].Needs = writes
	}
	return checks
}

func geoRefusals() []Check {
	refusal := func(name, title string, query ...string) Check {
		return Check{
			ID: "mim1.query.geo." + name, Title: title,
			Needs: reads, Fault: "query.geo.invalid-ignored",
			Hint: "a geoquery that cannot be understood is left out, and everything of the type comes back",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing")), Query(query...))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		}
	}
	return []Check{
		refusal("coordinatesMissing", "A geoquery without coordinates is refused with 400 BadRequestData",
			"georel", "within", "geometry", "Polygon"),
		refusal("geometryMissing", "A geoquery without geometry is refused with 400 BadRequestData",
			"georel", "near;maxDistance==2000", "coordinates", "[10.2,56.15]"),
		refusal("georelMissing", "A geoquery without georel is refused with 400 BadRequestData",
			"geometry", "Point", "coordinates", "[10.2,56.15]"),
		covering(refusal("georelUnknown", "A geoquery with an unknown relation is refused with 400 BadRequestData",
			"georel", "beside", "geometry", "Point", "coordinates", "[10.2,56.15]"), "019_03_04"),
		refusal("distanceZero", "near with a distance of zero is refused with 400 BadRequestData",
			"georel", "near;maxDistance==0", "geometry", "Point", "coordinates", "[10.2,56.15]"),
		refusal("distanceNegative", "near with a negative distance is refused with 400 BadRequestData",
			"georel", "near;minDistance==-5", "geometry", "Point", "coordinates", "[10.2,56.15]"),
		refusal("collection", "A geoquery by a GeometryCollection is refused with 400 BadRequestData",
			"georel", "intersects", "geometry", "GeometryCollection", "coordinates", "[[10.2,56.15]]"),
		refusal("distanceMissing", "near without a distance is refused with 400 BadRequestData",
			"georel", "near", "geometry", "Point", "coordinates", "[10.2,56.15]"),
		refusal("coordinatesInvalid", "A geoquery whose coordinates are no JSON array is refused with 400 BadRequestData",
			"georel", "near;maxDistance==2000", "geometry", "Point", "coordinates", "[10.2,"),
	}
}
