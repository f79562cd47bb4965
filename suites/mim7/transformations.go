package mim7

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/wroge/wgs84"

	. "github.com/oasc/mimcheck/suites"
)

// reference is a reference system that a check can work out positions in: where a
// longitude and latitude is, and how far off a platform may be that rounds.
type reference struct {
	uri       string
	to        func(geom.XY) geom.XY
	tolerance float64 // in units of the axes
}

// metres and degrees are how far off positions may be: some metres, since positions in
// degrees are often rounded, and datums are some decimetres apart.
const (
	metres  = 5
	degrees = 5e-5
)

func asIs(p geom.XY) geom.XY          { return p }
func latitudeFirst(p geom.XY) geom.XY { return geom.XY{X: p.Y, Y: p.X} }

func projected(system wgs84.CoordinateReferenceSystem) func(geom.XY) geom.XY {
	return func(p geom.XY) geom.XY {
		east, north, _ := wgs84.Transform(wgs84.LonLat(), system)(p.X, p.Y, 0)
		return geom.XY{X: east, Y: north}
	}
}

// grid is a reference system of UTM that is offered: ETRS89 or WGS 84, any zone.
func grid(offered []string) (reference, bool) {
	for _, uri := range offered {
		code, err := strconv.Atoi(strings.TrimPrefix(uri, epsg))
		if err != nil {
			continue
		}
		r := reference{uri: uri, tolerance: metres}
		switch {
		case code >= 25828 && code <= 25838:
			r.to = projected(wgs84.ETRS89UTM(float64(code - 25800)))
		case code >= 32601 && code <= 32660:
			r.to = projected(wgs84.UTM(float64(code-32600), true))
		case code >= 32701 && code <= 32760:
			r.to = projected(wgs84.UTM(float64(code-32700), false))
		default:
			continue
		}
		return r, true
	}
	return reference{}, false
}

// listedAs makes a choice of one reference system, if it is offered.
func listedAs(uri string, to func(geom.XY) geom.XY, tolerance float64) func(offered []string) (reference, bool) {
	return func(offered []string) (reference, bool) {
		return reference{uri, to, tolerance}, slices.Contains(offered, uri)
	}
}

func transformationChecks() []Check {
	mercator := listedAs(epsg+"3857", projected(wgs84.WebMercator()), metres)
	wgs := listedAs(epsg+"4326", latitudeFirst, degrees)
	checks := []Check{
		transformed("identity", "crs=CRS84 gives what is given without crs", "fc-crs-default-value", "places.crs.identity-swapped", listedAs(crs84, asIs, degrees)),
		transformed("axes", "EPSG:4326 has latitude first", "fc-crs-action", "places.crs.longitude-first", wgs),
		transformed("axesETRS89", "EPSG:4258 has latitude first", "fc-crs-action", "places.crs.etrs-longitude-first", listedAs(epsg+"4258", latitudeFirst, degrees)),
		transformed("mercator", "EPSG:3857 has positions of Web Mercator", "fc-crs-action", "places.crs.untransformed", mercator),
		transformed("grid", "A UTM system has positions of that grid", "fc-crs-action", "places.crs.shifted-grid", grid),
		{
			ID: "mim7.crs.transform.feature", Title: "A single feature is given in the reference system that crs asks for",
			Clause: crs + "fc-crs-action", Fault: "places.crs.feature-untransformed",
			Body: func(t *T) {
				spatial(t, func(c collection, offered []string, b batch) bool {
					judged := false
					for _, uri := range offered {
						if judged || uri == crs84 || uri == crs84h {
							continue
						}
						for _, f := range sample(t, c, Query("crs", uri)).features {
							g, there := shape(f)
							if !there || idOf(f) == "" {
								continue
							}
							r := t.GET(c.feature(idOf(f)), accepting(mediaGeoJSON), Query("crs", uri))
							t.Require(r).To(HaveStatus(200))
							alone, there := shape(t.Object(r))
							if !there {
								break
							}
							judged = true
							what := apart(g, alone, asIs, metres)
							if around(g, 0)[2] <= 360 { // degrees
								what = apart(g, alone, asIs, degrees)
							}
							expect(t, r, what == "", "feature %s in %s is on its own elsewhere than in the collection: %s", idOf(f), uri, what)
							break
						}
					}
					return judged
				})
			},
		},
		boxed("default", "Without bbox-crs a box is in CRS84, whatever crs asks for", "fc-bbox-crs-default-value", "places.crs.bbox-in-crs", mercator, false),
		boxed("mercator", "A box in EPSG:3857 selects as its like in CRS84 does", "fc-bbox-crs-action", "places.crs.bbox-crs-ignored", mercator, true),
		boxed("axes", "A box in EPSG:4326 begins with latitude", "fc-bbox-crs-action", "places.crs.bbox-longitude-first", wgs, true),
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Feature = systems, FeaturePlacesCRS
	}
	return checks
}

// transformed makes a check that features in a reference system are where they are by
// their longitude and latitude.
func transformed(what, title, clause, fault string, choose func(offered []string) (reference, bool)) Check {
	return Check{
		ID: "mim7.crs.transform." + what, Title: title, Clause: crs + clause + "; /req/crs/geojson", Fault: fault,
		Hint: "The axes are in another order than EPSG defines, or the coordinates are not transformed.",
		Body: func(t *T) {
			spatial(t, func(c collection, offered []string, b batch) bool {
				r, there := choose(offered)
				if !there {
					return false
				}
				again := sample(t, c, Query("crs", r.uri))
				judged := false
				for _, f := range again.features {
					i := slices.IndexFunc(b.features, func(o object) bool { return idOf(o) != "" && idOf(o) == idOf(f) })
					if i < 0 {
						continue
					}
					plain, there := shape(b.features[i])
					inSystem, there2 := shape(f)
					if !there || !there2 || len(positions(plain)) != len(positions(inSystem)) {
						continue
					}
					judged = true
					what := apart(plain, inSystem, r.to, r.tolerance)
					expect(t, again.Response, what == "", "feature %s of collection %s in %s is elsewhere than in CRS84: %s", idOf(f), c.id, r.uri, what)
				}
				return judged
			})
		},
	}
}

// boxed makes a check that a box around a feature finds it and no feature outside.
func boxed(what, title, clause, fault string, choose func(offered []string) (reference, bool), inSystem bool) Check {
	return Check{
		ID: "mim7.crs.bbox." + what, Title: title, Clause: crs + clause, Fault: fault,
		Body: func(t *T) {
			spatial(t, func(c collection, offered []string, b batch) bool {
				r, there := choose(offered)
				if !there {
					return false
				}
				for _, i := range t.Rand().Perm(len(b.features)) {
					f := b.features[i]
					g, there := shape(f)
					if !there || idOf(f) == "" {
						continue
					}
					// Some metres wider, so that the curvature of the box's edges and rounding do not matter.
					degreesWide := around(g, 2*degrees)
					low, high := r.to(geom.XY{X: degreesWide[0], Y: degreesWide[1]}), r.to(geom.XY{X: degreesWide[2], Y: degreesWide[3]})
					inReference := box{low.X, low.Y, high.X, high.Y}
					parameters := []string{"bbox", inReference.String(), "bbox-crs", r.uri}
					if !inSystem {
						parameters = []string{"bbox", degreesWide.String(), "crs", r.uri}
					}
					selected := read(t, c, Query(append(parameters, "limit", "50")...))
					if inSystem { // the answer is in CRS84
						onlyWithin(t, degreesWide.wider(2*degrees), selected)
					}
					return found(t, c, idOf(f), parameters...)
				}
				return false
			})
		},
	}
}

func positions(g geom.Geometry) []geom.XY {
	sequence := g.DumpCoordinates()
	var all []geom.XY
	for i := range sequence.Length() {
		all = append(all, sequence.GetXY(i))
	}
	return all
}

// apart says where a geometry is not where the other one should be.
func apart(plain, got geom.Geometry, to func(geom.XY) geom.XY, tolerance float64) string {
	a, b := positions(plain), positions(got)
	if len(a) != len(b) {
		return fmt.Sprintf("it has %d positions instead of %d", len(b), len(a))
	}
	for i := range a {
		want := to(a[i])
		if off := math.Max(math.Abs(want.X-b[i].X), math.Abs(want.Y-b[i].Y)); !(off <= tolerance) {
			return fmt.Sprintf("%v, %v, expected about %.6f, %.6f", b[i].X, b[i].Y, want.X, want.Y)
		}
	}
	return ""
}
