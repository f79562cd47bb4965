package mim7

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

// gmlSystem is a coordinate reference system as GML names it.
type gmlSystem struct {
	name  string // as it is written
	known string // authority and code; empty when the name is of no known form
	axes  bool   // the name is of a form that has the axes in the order of the system itself
}

var (
	epsgNamed  = regexp.MustCompile(`(?i)^(?:urn:(?:x-)?ogc:def:crs:EPSG:[0-9.]*:|urn:(?:x-)?ogc:def:crs:EPSG:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)([0-9]{4,6})$`)
	epsgShort  = regexp.MustCompile(`(?i)^(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)([0-9]{4,6})$`)
	crs84Named = regexp.MustCompile(`(?i)^(?:urn:(?:x-)?ogc:def:crs:OGC:[0-9.]*:CRS84|https?://www\.opengis\.net/def/crs/OGC/[0-9.]+/CRS84)$`)
	registered = regexp.MustCompile(`(?i)^(?:urn:[a-z0-9][a-z0-9-]{1,31}:\S+|https?://\S+)$`)
)

func systemNamed(name string) gmlSystem {
	s := gmlSystem{name: name}
	if m := epsgNamed.FindStringSubmatch(name); m != nil {
		s.known, s.axes = "EPSG:"+m[1], true
	} else if m := epsgShort.FindStringSubmatch(name); m != nil {
		s.known = "EPSG:" + m[1]
	} else if crs84Named.MatchString(name) {
		s.known, s.axes = "CRS84", true
	}
	return s
}

// namesSystem says whether a text can be the name of a reference system in a registry.
func namesSystem(name string) bool {
	return systemNamed(name).known != "" || registered.MatchString(name)
}

// latitudes says whether the system is one of latitude and longitude in degrees, of
// WGS 84 or ETRS89, with latitude as the first axis; longitudes with longitude as the first one.
func (s gmlSystem) latitudes() bool {
	return s.axes && (s.known == "EPSG:4326" || s.known == "EPSG:4258")
}
func (s gmlSystem) longitudes() bool { return s.known == "CRS84" }

// degrees says whether positions are longitudes and latitudes in a known order.
func (s gmlSystem) degrees() bool { return s.latitudes() || s.longitudes() }

// beyond is the most that the first and the second coordinate can be; zero when that is
// not known here.
func (s gmlSystem) beyond() [2]float64 {
	switch {
	case s.latitudes():
		return [2]float64{90, 360}
	case s.longitudes():
		return [2]float64{360, 90}
	case s.known == "EPSG:3857":
		return [2]float64{20037508.35, 242528681}
	}
	return [2]float64{}
}

// gmlGeometry is a geometry of a feature.
type gmlGeometry struct {
	element *xmldoc.Element
	system  gmlSystem // its name is empty where nothing tells it
}

func isGeometry(e *xmldoc.Element) bool {
	if e.Name.Space != spaceGML {
		return false
	}
	switch e.Name.Local {
	case "Point", "LineString", "Polygon", "Curve", "OrientableCurve", "CompositeCurve", "Surface", "PolyhedralSurface", "TriangulatedSurface", "Tin", "OrientableSurface", "CompositeSurface",
		"Solid", "CompositeSolid", "MultiPoint", "MultiCurve", "MultiSurface", "MultiSolid", "MultiGeometry", "GeometricComplex":
		return true
	}
	return false
}

// geometries are those of a feature, without the parts of which they are made.
func geometries(feature *xmldoc.Element) []gmlGeometry {
	var all []gmlGeometry
	feature.Below(func(e *xmldoc.Element) bool {
		if e.Is(spaceGML, "boundedBy") {
			return false
		}
		if isGeometry(e) {
			all = append(all, gmlGeometry{e, systemNamed(systemName(e))})
			return false
		}
		return true
	})
	return all
}

// systemName is the name of the reference system of a geometry: its own, that of its parts,
// or that of the box around what it is in (10.1.3.2).
func systemName(geometry *xmldoc.Element) string {
	name := ""
	geometry.Below(func(e *xmldoc.Element) bool {
		if name == "" {
			name, _ = e.Get("", "srsName")
		}
		return name == ""
	})
	for at := geometry.Parent; at != nil && name == ""; at = at.Parent {
		if around := at.First(spaceGML, "boundedBy"); around != nil && len(around.Children) > 0 {
			name, _ = around.Children[0].Get("", "srsName")
		}
	}
	return strings.TrimSpace(name)
}

// dimension is how many coordinates a position has by what the element and those around it
// tell; otherwise, when nothing does.
func dimension(e *xmldoc.Element, otherwise int) int {
	for at := e; at != nil && at.Name.Space == spaceGML; at = at.Parent {
		if text, told := at.Get("", "srsDimension"); told {
			if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
				return n
			}
		}
	}
	return otherwise
}

// position is the first two coordinates of a position.
type position [2]float64

// positionsIn are the positions of an element pos or posList.
func positionsIn(e *xmldoc.Element) ([]position, error) {
	words := strings.Fields(e.Text)
	size := dimension(e, 2)
	if e.Name.Local == "pos" {
		size = len(words)
	}
	if size < 2 || len(words) == 0 || len(words)%size != 0 {
		return nil, fmt.Errorf("%s has %d numbers, which are no positions of %d coordinates", e.Name.Local, len(words), max(size, 2))
	}
	var all []position
	for i := 0; i+1 < len(words); i += size {
		var p position
		for j := range size {
			n, err := strconv.ParseFloat(words[i+j], 64)
			if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
				return nil, fmt.Errorf("%s has %q, which is no number", e.Name.Local, words[i+j])
			}
			if j < len(p) {
				p[j] = n
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// positions are all of a geometry; without those that cannot be read.
func (g gmlGeometry) positions() []position {
	var all []position
	g.element.Below(func(e *xmldoc.Element) bool {
		if e.Is(spaceGML, "pos") || e.Is(spaceGML, "posList") {
			some, err := positionsIn(e)
			if err == nil {
				all = append(all, some...)
			}
		}
		return true
	})
	return all
}

// enclosure is the box around the geometries of a feature that are in one system; false
// when there is none with a system that is named.
func enclosure(feature *xmldoc.Element) (b box, in gmlSystem, found bool) {
	for _, g := range geometries(feature) {
		if g.system.name == "" || found && g.system != in {
			continue
		}
		for _, p := range g.positions() {
			if !found {
				b, in, found = box{p[0], p[1], p[0], p[1]}, g.system, true
			}
			b = box{min(b[0], p[0]), min(b[1], p[1]), max(b[2], p[0]), max(b[3], p[1])}
		}
	}
	return b, in, found
}

// apart says whether two boxes have no point in common.
func (b box) apart(from box) bool {
	return b[0] > from[2] || from[0] > b[2] || b[1] > from[3] || from[1] > b[3]
}

// rounding is a distance within which positions like those of the box count as the same.
func (b box) rounding() float64 {
	largest := 0.0
	for _, n := range b {
		largest = max(largest, math.Abs(n))
	}
	return max(tiny, largest*1e-8)
}

// inDegrees asks a type for features whose positions are longitudes and latitudes; false
// when it offers none.
func (s featureService) inDegrees(t *T, of servedType) (featurePage, bool) {
	offered := of.systems()
	i := slices.IndexFunc(offered, func(name string) bool { return systemNamed(name).degrees() })
	switch {
	case i < 0:
		return featurePage{}, false
	case i == 0:
		return s.sample(t, of), true
	}
	return s.sample(t, of, "SRSNAME", offered[i]), true
}

func wfsGMLChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.gml.id.there", Title: "Each feature has its identifier as gml:id",
			Clause: wfs20 + "7.2.2", Requirements: wfsIdentifiers, Fault: "wfs.gml.no-id",
			Body: func(t *T) {
				ofPage(t, func(of servedType, p featurePage) {
					for i, f := range p.features {
						expect(t, p.Response, gmlID(f) != "", "the feature %d of type %s has no gml:id", i+1, of.name)
					}
				})
			},
		},
		{
			ID: "mim7.wfs.gml.id.unique", Title: "No two things of a response have one gml:id",
			Clause: wfs20 + "7.2.1; " + wfs20 + "7.2.2", Requirements: wfsIdentifiers, Fault: "wfs.gml.one-id",
			Body: func(t *T) {
				ofPage(t, func(of servedType, p featurePage) {
					seen := map[string]bool{}
					told := t.Few()
					p.root.Below(func(e *xmldoc.Element) bool {
						if id := gmlID(e); id != "" {
							told.Holds(p.Response, !seen[id], "the gml:id %q is there twice", id)
							seen[id] = true
						}
						return true
					})
					told.End()
				})
			},
		},
		{
			ID: "mim7.wfs.gml.id.stable", Title: "Features have the same identifiers when asked for again",
			Clause: wfs20 + "7.2.1", Requirements: wfsIdentifiers, Fault: "wfs.gml.fresh-ids",
			Hint: "Identifiers are made up for each answer.",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "features with gml:id", func(of servedType) bool {
					var before, after featurePage
					for range 3 { // features may come and go meanwhile, not each time
						before, after = s.sample(t, of), s.sample(t, of)
						ids := gmlIDs(before.features)
						if len(ids) == 0 || ids[0] == "" {
							return false
						}
						if slices.ContainsFunc(gmlIDs(after.features), func(id string) bool { return slices.Contains(ids, id) }) {
							return true
						}
					}
					return expect(t, after.Response, false, "no feature of type %s has a gml:id that it had a moment before", of.name) || true
				})
			},
		},
		{
			ID: "mim7.wfs.gml.system.there", Title: "The reference system of each geometry is told",
			Clause: gml32 + "10.1.3.2", Requirements: wfsSystems, Fault: "wfs.gml.no-system",
			Body: func(t *T) {
				ofGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (bool, string) {
					return true, WrongIf(g.system.name == "", "has a geometry, and no srsName tells its reference system")
				})
			},
		},
		{
			ID: "mim7.wfs.gml.system.known", Title: "The reference system of each geometry is named as registries name it",
			Clause: gml32 + "10.1.3.2; " + wfs20 + "7.9.2.4.4", Requirements: wfsSystems, Fault: "wfs.gml.system-in-words",
			Body: func(t *T) {
				ofSomeGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (bool, string) {
					return g.system.name != "", WrongIf(g.system.name != "" && !namesSystem(g.system.name), "has a geometry with the srsName %q, which is no name like urn:ogc:def:crs:EPSG::4326", g.system.name)
				})
			},
		},
		{
			ID: "mim7.wfs.gml.system.default", Title: "Without srsName, geometries are in the default reference system",
			Clause: wfs20 + "7.9.2.4.4", Requirements: wfsSystems, Fault: "wfs.gml.other-system",
			Body: func(t *T) {
				ofSomeGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (bool, string) {
					usual := systemNamed(of.element.First(spaceWFS, "DefaultCRS").Said())
					both := usual.known != "" && g.system.known != ""
					return both, WrongIf(both && usual.known != g.system.known, "has a geometry in %s, and the default reference system of the type is %s", g.system.name, usual.name)
				})
			},
		},
		{
			ID: "mim7.wfs.gml.positions.numbers", Title: "Positions are as many numbers as their reference system has axes",
			Clause: gml32 + "10.1.4.1; " + gml32 + "10.1.4.2", Requirements: wfsEncoding, Fault: "wfs.gml.commas",
			Body: func(t *T) {
				ofGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (judged bool, wrong string) {
					g.element.Below(func(e *xmldoc.Element) bool {
						if e.Is(spaceGML, "pos") || e.Is(spaceGML, "posList") {
							judged = true
							if _, err := positionsIn(e); err != nil && wrong == "" {
								wrong = "has a geometry of which " + err.Error()
							}
						}
						return true
					})
					return judged, wrong
				})
			},
		},
		{
			ID: "mim7.wfs.gml.positions.within", Title: "Positions are within what their reference system can tell",
			Clause: gml32 + "10.1.4.1", Requirements: wfsEncoding, Fault: "wfs.gml.metres-as-degrees",
			Body: func(t *T) {
				ofSomeGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (bool, string) {
					most := g.system.beyond()
					for _, at := range g.positions() {
						if most[0] > 0 && (math.Abs(at[0]) > most[0] || math.Abs(at[1]) > most[1]) {
							return true, fmt.Sprintf("has a geometry with the position %v, which %s cannot have", at, g.system.name)
						}
					}
					return most[0] > 0, ""
				})
			},
		},
		{
			ID: "mim7.wfs.gml.positions.axes", Title: "The axes of positions are in the order of the reference system",
			Clause: gml32 + "10.1.4.1; " + wfs20 + "8.3.4", Requirements: wfsSystems, Fault: "wfs.gml.swapped",
			Hint: "urn:ogc:def:crs:EPSG::4326 has latitude first. The box around the feature type is in longitude and latitude.",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "features in degrees, and a WGS84BoundingBox that tells the axes apart", func(of servedType) bool {
					around, is := of.box()
					if !is || !around.wider(around.slack()).apart(around.swapped().wider(around.slack())) {
						return false
					}
					p, offered := s.inDegrees(t, of)
					if !offered {
						return false
					}
					judged := false
					for _, f := range p.features {
						b, in, found := enclosure(f)
						if !found || !in.degrees() {
							continue
						}
						if in.latitudes() {
							b = b.swapped()
						}
						judged = true
						wrong := b.apart(around.wider(around.slack())) && !b.swapped().apart(around.wider(around.slack()))
						expect(t, p.Response, !wrong, "the feature %s of type %s is in the box around its type only if the axes of its positions are taken the other way round than %s has them", gmlID(f), of.name, in.name)
					}
					return judged
				})
			},
		},
		{
			ID: "mim7.wfs.gml.rings.closed", Title: "A ring has at least four positions, and its last is its first",
			Clause: gml32 + "10.5", Requirements: wfsEncoding, Fault: "wfs.gml.open-rings",
			Body: func(t *T) {
				ofSomeGeometry(t, func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (judged bool, wrong string) {
					g.element.Below(func(e *xmldoc.Element) bool {
						if !e.Is(spaceGML, "LinearRing") {
							return true
						}
						ring := gmlGeometry{element: e}.positions()
						if len(ring) == 0 {
							return false // for another check to say
						}
						judged = true
						if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
							wrong = fmt.Sprintf("has a ring of %d positions, from %v to %v", len(ring), ring[0], ring[len(ring)-1])
						}
						return false
					})
					return judged, wrong
				})
			},
		},
	}
}

// slack is how far features may be beyond the box around their type, which may be rounded
// or old.
func (b box) slack() float64 { return 0.01 + max(b[2]-b[0], b[3]-b[1])/10 }

// ofPage calls judge for pages of some types that have features.
func ofPage(t *T, judge func(of servedType, p featurePage)) {
	s := basicService(t)
	eachServed(t, s, "features", func(of servedType) bool {
		p := s.sample(t, of)
		if len(p.features) == 0 {
			return false
		}
		judge(of, p)
		return true
	})
}

// ofGeometry calls judge for the geometries of some features of some types: about says
// whether the rule is about the geometry, wrong what is wrong with the feature.
func ofGeometry(t *T, judge func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (about bool, wrong string)) {
	geometric(t, eachServed, judge)
}

// ofSomeGeometry is ofGeometry for a rule about geometries that there need not be.
func ofSomeGeometry(t *T, judge func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (about bool, wrong string)) {
	geometric(t, whereServed, judge)
}

func geometric(t *T, each func(t *T, s featureService, what string, judge func(of servedType) bool), judge func(of servedType, p featurePage, f *xmldoc.Element, g gmlGeometry) (about bool, wrong string)) {
	s := basicService(t)
	told := t.Few()
	defer told.End()
	each(t, s, "features with geometries that the rule is about", func(of servedType) bool {
		p := s.sample(t, of)
		fits := false
		for _, f := range p.features {
			for _, g := range geometries(f) {
				about, wrong := judge(of, p, f, g)
				fits = fits || about
				told.Holds(p.Response, wrong == "", "the feature %s of type %s %s", gmlID(f), of.name, wrong)
			}
		}
		return fits
	})
}
