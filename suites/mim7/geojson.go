package mim7

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func geoJSONChecks() []Check {
	checks := []Check{
		{
			ID: "mim7.geojson.media.features", Title: "Features come as " + mediaGeoJSON,
			Clause: json7 + "definition", Fault: "places.geojson.collection-as-json",
			Body: func(t *T) {
				for _, c := range some(t) {
					t.Expect(sample(t, c).Response).To(HaveMediaType(mediaGeoJSON))
				}
			},
		},
		{
			ID: "mim7.geojson.media.feature", Title: "A feature comes as " + mediaGeoJSON,
			Clause: json7 + "definition", Fault: "places.geojson.feature-as-json",
			Body: func(t *T) {
				retrieved(t, func(_ collection, _ object, got single) { t.Expect(got.r).To(HaveMediaType(mediaGeoJSON)) })
			},
		},
		{
			ID: "mim7.geojson.media.others", Title: "Landing page, conformance declaration and collections come as " + mediaJSON,
			Clause: json7 + "definition", Fault: "places.geojson.others-as-text",
			Body: func(t *T) {
				t.Expect(landing(t, accepting(mediaJSON))).To(HaveMediaType(mediaJSON))
				t.Expect(ok(t, "/conformance", accepting(mediaJSON))).To(HaveMediaType(mediaJSON))
				t.Expect(ok(t, "/collections", accepting(mediaJSON))).To(HaveMediaType(mediaJSON))
				t.Expect(ok(t, some(t)[0].path(), accepting(mediaJSON))).To(HaveMediaType(mediaJSON))
			},
		},
		{
			ID: "mim7.geojson.content.collection", Title: "The answer with features is a FeatureCollection",
			Clause: json7 + "content; RFC 7946, 3.3", Fault: "places.geojson.no-collection-type",
			Body: func(t *T) {
				for _, c := range some(t) {
					t.Expect(sample(t, c).Response).To(HaveJSON("/type", "FeatureCollection"))
				}
			},
		},
		{
			ID: "mim7.geojson.content.feature", Title: "A feature on its own is a Feature with geometry and properties",
			Clause: json7 + "content; RFC 7946, 3.2", Fault: "places.geojson.feature-without-type",
			Body: func(t *T) {
				retrieved(t, func(c collection, _ object, got single) {
					what := wrongFeature(got.feature)
					expect(t, got.r, what == "", "the feature of collection %s %s", c.id, what)
				})
			},
		},
		ofFeatures("content.members", "Each feature is a Feature with geometry and properties", json7+"content; RFC 7946, 3.2", Core, "places.geojson.properties-missing", wrongFeature),
		ofFeatures("content.foreign", "No feature has members of a geometry or of a collection", "RFC 7946, 7.1", Extended, "places.geojson.coordinates-in-feature", func(f object) string {
			for _, member := range []string{"coordinates", "geometries", "features"} {
				if _, there := f[member]; there {
					return "has a member " + member
				}
			}
			return ""
		}),
		ofFeatures("content.crs", "No feature states a reference system in a member crs", "RFC 7946, 4", Extended, "places.geojson.crs-member", func(f object) string {
			if _, there := f["crs"]; there {
				return "has a member crs, which GeoJSON no longer has"
			}
			return ""
		}),
		ofGeometries("geometry.type", "A geometry is of a type of GeoJSON", "RFC 7946, 3.1 and 1.4", Core, "places.geometry.unknown-type", func(g object) string {
			kind, _ := text(g, "type")
			if !slices.Contains([]string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}, kind) {
				return fmt.Sprintf("is of the type %q", kind)
			}
			return ""
		}),
		ofGeometries("geometry.coordinates", "The coordinates of a geometry are as its type asks", "RFC 7946, 3.1", Core, "places.geometry.text-coordinates", parsed),
		ofGeometries("geometry.rings", "The rings of a polygon end where they begin and have four positions", "RFC 7946, 3.1.6", Core, "places.geometry.open-ring", func(g object) string {
			for _, ring := range rings(g) {
				if len(ring) < 4 || !slices.Equal(ring[0], ring[len(ring)-1]) {
					return "has a ring that does not end where it begins, or is too short"
				}
			}
			return ""
		}, "Polygon", "MultiPolygon"),
		ofGeometries("geometry.valid", "A geometry is valid by the rules of Simple Features", "OGC 06-103r4, 6.1", Extended, "places.geometry.bow-tie", func(g object) string {
			b, err := json.Marshal(g)
			if err != nil || parsed(g) != "" {
				return ""
			}
			for _, ring := range rings(g) {
				if len(ring) < 4 || !slices.Equal(ring[0], ring[len(ring)-1]) {
					return "" // for another check to say
				}
			}
			if _, err := geom.UnmarshalGeoJSON(b); err != nil {
				return "is not valid: " + err.Error()
			}
			return ""
		}, "LineString", "Polygon", "MultiPolygon"),
		ofGeometries("geometry.winding", "Outer rings of polygons run counterclockwise", "RFC 7946, 3.1.6", Extended, "places.geometry.clockwise", func(g object) string {
			if shape, err := geometryOf(g); err == nil && shape.IsPolygon() && shape.MustAsPolygon().ForceCCW().AsText() != shape.AsText() {
				return "is a polygon whose outer ring runs clockwise, or an inner one counterclockwise"
			}
			return ""
		}, "Polygon"),
		ofGeometries("geometry.wgs84", "Positions are longitude and latitude in degrees of WGS 84", core+"crs84; RFC 7946, 4", Core, "places.geometry.national-grid", func(g object) string {
			shape, err := geometryOf(g)
			if err != nil || shape.IsEmpty() {
				return ""
			}
			if at := around(shape, 0); at[0] < -180 || at[2] > 180 || at[1] < -90 || at[3] > 90 {
				return fmt.Sprintf("reaches over %s, which is not within longitude -180 to 180 and latitude -90 to 90", at)
			}
			return ""
		}),
	}
	for i := range checks {
		c := &checks[i]
		c.Requirements = encoding
		if c.ID == "mim7.geojson.geometry.wgs84" {
			c.Requirements = slices.Concat(service, encoding, systems)
		}
	}
	return checks
}

// ofFeatures makes a check of each sampled feature.
func ofFeatures(what, title, clause string, level Level, fault string, wrong func(f object) string) Check {
	return Check{
		ID: "mim7.geojson." + what, Title: title, Clause: clause, Level: level, Fault: fault,
		Body: func(t *T) {
			each(t, "features", func(c collection) bool {
				b := sample(t, c)
				for i, f := range b.features {
					if what := wrong(f); what != "" {
						report(t, b.Response, c, i, f, what)
					}
				}
				return len(b.features) > 0
			})
		},
	}
}

// ofGeometries makes a check of the geometry of each sampled feature, and of the parts
// of a geometry collection; if kinds are given, of those that are of one of them.
func ofGeometries(what, title, clause string, level Level, fault string, wrong func(g object) string, kinds ...string) Check {
	return Check{
		ID: "mim7.geojson." + what, Title: title, Clause: clause, Level: level, Fault: fault,
		Body: func(t *T) {
			each(t, "features with geometry", func(c collection) bool {
				b := sample(t, c)
				judged := false
				for i, f := range b.features {
					for _, g := range simple(f["geometry"]) {
						if kind, _ := text(g, "type"); len(kinds) > 0 && !slices.Contains(kinds, kind) {
							continue
						}
						judged = true
						if what := wrong(g); what != "" {
							report(t, b.Response, c, i, f, "has a geometry that "+what)
						}
					}
				}
				return judged
			})
		},
	}
}

func report(t *T, r *probe.Response, c collection, i int, f object, what string) {
	expect(t, r, false, "/features/%d of collection %s (%s) %s", i, c.id, idOf(f), what)
}

// simple are the parts of a geometry that are no collections.
func simple(geometry any) []object {
	g, isObject := geometry.(object)
	if !isObject {
		return nil
	}
	if g["type"] != "GeometryCollection" {
		return []object{g}
	}
	var all []object
	parts, _ := g["geometries"].([]any)
	for _, part := range parts {
		all = append(all, simple(part)...)
	}
	return all
}

func wrongFeature(f object) string {
	if kind, _ := text(f, "type"); kind != "Feature" {
		return fmt.Sprintf("is of the type %q, not Feature", kind)
	}
	for _, member := range []string{"geometry", "properties"} {
		v, there := f[member]
		if !there {
			return "has no member " + member
		}
		if _, isObject := v.(object); !isObject && v != nil {
			return "has a member " + member + " that is neither an object nor null"
		}
	}
	return ""
}

func geometryOf(g object) (geom.Geometry, error) {
	b, err := json.Marshal(g)
	if err != nil {
		return geom.Geometry{}, err
	}
	return geom.UnmarshalGeoJSON(b, geom.NoValidate{})
}

func parsed(g object) string {
	if _, err := geometryOf(g); err != nil {
		return "cannot be read: " + err.Error()
	}
	return ""
}

// rings are those of a Polygon or MultiPolygon, as far as they can be read.
func rings(g object) [][][]float64 {
	polygons, _ := g["coordinates"].([]any)
	switch g["type"] {
	case "Polygon":
		polygons = []any{g["coordinates"]}
	case "MultiPolygon":
	default:
		return nil
	}
	var all [][][]float64
	for _, p := range polygons {
		parts, _ := p.([]any)
		for _, part := range parts {
			positions, _ := part.([]any)
			var ring [][]float64
			for _, position := range positions {
				if n, good := numbers(position); good {
					ring = append(ring, n)
				}
			}
			all = append(all, ring)
		}
	}
	return all
}
