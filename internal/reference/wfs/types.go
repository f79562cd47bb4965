package wfs

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/reference/ogc"
)

// featureType is one type of features.
type featureType struct {
	name, title, abstract string
	properties            []property // in the order of the schema, without the geometry
	features              []*feature
}

// property is one property of a type, with its simple type of XML Schema.
type property struct{ name, kind string }

// feature is one place.
type feature struct {
	of       *featureType
	id       string // gml:id
	source   string // the URN of what it is
	geometry geom.Geometry
	values   map[string]string
}

// geometryName is the name of the property that is the geometry.
const geometryName = "location"

var ncName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]*$`)

// typeOf makes a feature type of a layer: of its properties those that have one value.
func typeOf(l ogc.Layer) *featureType {
	t := &featureType{name: l.ID, title: l.Title, abstract: l.Description}
	kinds := map[string]string{}
	for _, p := range l.Places {
		f := &feature{of: t, id: identifier(p.ID), source: p.ID, geometry: p.Geometry, values: map[string]string{}}
		for name, value := range p.Properties {
			kind, text := simple(value)
			if kind == "" || !ncName.MatchString(name) || name == geometryName || kinds[name] != "" && kinds[name] != kind {
				continue
			}
			kinds[name], f.values[name] = kind, text
		}
		t.features = append(t.features, f)
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		t.properties = append(t.properties, property{name, kinds[name]})
	}
	return t
}

// identifier is a URN without what an id of XML cannot have.
func identifier(urn string) string {
	return strings.NewReplacer(":", ".").Replace(strings.TrimPrefix(urn, "urn:ngsi-ld:"))
}

func simple(v any) (kind, text string) {
	switch v := v.(type) {
	case string:
		return "xsd:string", v
	case bool:
		return "xsd:boolean", strconv.FormatBool(v)
	case float64:
		return "xsd:double", strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return "xsd:double", strconv.Itoa(v)
	}
	return "", ""
}

func (t *featureType) envelope() geom.Envelope {
	var e geom.Envelope
	for _, f := range t.features {
		e = e.ExpandToIncludeEnvelope(f.geometry.Envelope())
	}
	return e
}

// system is a coordinate reference system of the service.
type system struct {
	urn string
	to  func(geom.XY) geom.XY
}

// systems are those that every type is served in, the default one first: the axes are in
// the order of the system itself.
func systems() []system {
	var all []system
	for _, code := range []string{"4326", "4258", "3857", "25831"} {
		if to, known := ogc.System("http://www.opengis.net/def/crs/EPSG/0/" + code); known {
			all = append(all, system{"urn:ogc:def:crs:EPSG::" + code, to})
		}
	}
	if to, known := ogc.System("http://www.opengis.net/def/crs/OGC/1.3/CRS84"); known {
		all = append(all, system{"urn:ogc:def:crs:OGC:1.3:CRS84", to})
	}
	return all
}

var epsgName = regexp.MustCompile(`^(?:urn:ogc:def:crs:EPSG:[0-9.]*:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)([0-9]+)$`)

// systemOf finds a system by a name of the forms of OGC 07-092r2 or by its URI.
func systemOf(name string) (system, bool) {
	if m := epsgName.FindStringSubmatch(name); m != nil {
		name = "urn:ogc:def:crs:EPSG::" + m[1]
	}
	if name == "http://www.opengis.net/def/crs/OGC/1.3/CRS84" {
		name = "urn:ogc:def:crs:OGC:1.3:CRS84"
	}
	i := slices.IndexFunc(systems(), func(s system) bool { return s.urn == name })
	if i < 0 {
		return system{}, false
	}
	return systems()[i], true
}

func numbers(all ...float64) string {
	var words []string
	for _, n := range all {
		words = append(words, strconv.FormatFloat(n, 'f', -1, 64))
	}
	return strings.Join(words, " ")
}

// gml is the feature as an element: with all properties, or with the geometry and those
// that are asked for.
func (f *feature) gml(s system, wanted []string) *element {
	has := func(name string) bool { return wanted == nil || slices.Contains(wanted, name) }
	e := of(prefix+":"+f.of.name).with("gml:id", f.id)
	e.add(saying("gml:identifier", f.source).with("codeSpace", "urn:ngsi-ld"))
	if has(geometryName) {
		e.add(of(prefix+":"+geometryName, shape(f.geometry.TransformXY(s.to), f.id+".geometry", s.urn)))
	}
	for _, p := range f.of.properties {
		if value, there := f.values[p.name]; there && has(p.name) {
			e.add(saying(prefix+":"+p.name, value))
		}
	}
	return e
}

// shape is a geometry as GML.
func shape(g geom.Geometry, id, srs string) *element {
	var e *element
	switch g.Type() {
	case geom.TypePoint:
		xy, _ := g.MustAsPoint().XY()
		e = of("gml:Point", saying("gml:pos", numbers(xy.X, xy.Y)))
	case geom.TypeLineString:
		e = of("gml:LineString", positions(g.MustAsLineString().Coordinates()))
	case geom.TypePolygon:
		p := g.MustAsPolygon()
		e = of("gml:Polygon", of("gml:exterior", of("gml:LinearRing", positions(p.ExteriorRing().Coordinates()))))
		for i := range p.NumInteriorRings() {
			e.add(of("gml:interior", of("gml:LinearRing", positions(p.InteriorRingN(i).Coordinates()))))
		}
	default:
		panic(fmt.Sprintf("the city has a place of type %s, which is not written", g.Type()))
	}
	return e.with("gml:id", id, "srsName", srs, "srsDimension", "2")
}

func positions(s geom.Sequence) *element {
	var all []float64
	for i := range s.Length() {
		xy := s.GetXY(i)
		all = append(all, xy.X, xy.Y)
	}
	return saying("gml:posList", numbers(all...))
}

// schema is the application schema of some types (9.3).
func schema(types []*featureType) *element {
	e := of("xsd:schema", of("xsd:import").with("namespace", "http://www.opengis.net/gml/3.2", "schemaLocation", "http://schemas.opengis.net/gml/3.2.1/gml.xsd")).
		with("targetNamespace", Namespace, "elementFormDefault", "qualified", "version", "1.0")
	for _, t := range types {
		sequence := of("xsd:sequence", of("xsd:element").with("name", geometryName, "type", "gml:GeometryPropertyType", "minOccurs", "0"))
		for _, p := range t.properties {
			sequence.add(of("xsd:element").with("name", p.name, "type", p.kind, "minOccurs", "0"))
		}
		e.add(of("xsd:complexType", of("xsd:complexContent", of("xsd:extension", sequence).with("base", "gml:AbstractFeatureType"))).with("name", t.name+"Type"),
			of("xsd:element").with("name", t.name, "type", prefix+":"+t.name+"Type", "substitutionGroup", "gml:AbstractFeature"))
	}
	return e
}

// meets says whether a feature is in a box of a system.
func (f *feature) meets(s system, low, high geom.XY) bool {
	return geom.Intersects(geom.NewEnvelope(low, high).AsGeometry(), f.geometry.TransformXY(s.to))
}

func finite(n float64) bool { return !math.IsNaN(n) && !math.IsInf(n, 0) }
