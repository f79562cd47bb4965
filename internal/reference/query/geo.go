package query

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Geo is a geo-query (4.10).
type Geo struct {
	Property string // expanded name of the GeoProperty

	relation  string
	reference shape
	max       bool    // of near: at most, else at least
	distance  float64 // of near: metres
}

// shape is a geometry; kind and coordinates are GeoJSON's.
type shape struct {
	kind  string
	point *geom.XY // set for a Point
	full  geom.Geometry
}

var relations = []string{"near", "equals", "disjoint", "intersects", "within", "contains", "overlaps"}

// ParseGeo reads georel, geometry and coordinates; property is the GeoProperty's
// expanded name. All of the three must be given.
func ParseGeo(georel, geometry string, coordinates any, property string) (*Geo, error) {
	if georel == "" || geometry == "" || coordinates == nil || coordinates == "" {
		return nil, problem.BadData("a geo-query needs georel, geometry and coordinates (4.10); georel is %q, geometry is %q, coordinates are %v", georel, geometry, coordinates)
	}
	reference, err := parseShape(geometry, coordinates)
	if err != nil {
		return nil, problem.BadData("the geo-query's geometry is not valid: %v", err)
	}
	g := &Geo{Property: property, reference: reference}
	relation, modifier, hasModifier := strings.Cut(georel, ";")
	g.relation = relation
	if !slices.Contains(relations, relation) {
		return nil, problem.BadData("georel %q is none of %s", relation, strings.Join(relations, ", "))
	}
	if relation != "near" {
		if hasModifier {
			return nil, problem.BadData("georel %s takes no modifier, got %q", relation, modifier)
		}
		return g, nil
	}
	name, text, ok := strings.Cut(modifier, "==")
	if !ok || name != "maxDistance" && name != "minDistance" {
		return nil, problem.BadData("georel near needs ;maxDistance==metres or ;minDistance==metres, got %q", georel)
	}
	g.max = name == "maxDistance"
	g.distance, err = strconv.ParseFloat(text, 64)
	if err != nil || !numberPattern.MatchString(text) || !(g.distance > 0) || math.IsInf(g.distance, 0) {
		return nil, problem.BadData("%s must be a number of metres above zero, got %q", name, text)
	}
	return g, nil
}

func parseShape(kind string, coordinates any) (shape, error) {
	if text, ok := coordinates.(string); ok {
		if len(text) > maxLength {
			return shape{}, fmt.Errorf("its coordinates have more than %d characters", maxLength)
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		var list []any
		if err := decoder.Decode(&list); err != nil || decoder.More() {
			return shape{}, fmt.Errorf("its coordinates %q are not a JSON array", text)
		}
		coordinates = list
	}
	if err := model.CheckCoordinates(kind, coordinates); err != nil {
		return shape{}, err
	}
	return toShape(kind, coordinates), nil
}

// toShape converts coordinates that have been checked.
func toShape(kind string, coordinates any) shape {
	list, _ := coordinates.([]any)
	s := shape{kind: kind}
	switch kind {
	case "Point":
		xy := position(list)
		s.point = &xy
		s.full = geom.NewPoint(geom.Coordinates{XY: xy, Type: geom.DimXY}).AsGeometry()
	case "MultiPoint":
		points := make([]geom.Point, len(list))
		for i, item := range list {
			points[i] = geom.NewPoint(geom.Coordinates{XY: position(item), Type: geom.DimXY})
		}
		s.full = geom.NewMultiPoint(points).AsGeometry()
	case "LineString":
		s.full = line(list).AsGeometry()
	case "MultiLineString":
		s.full = geom.NewMultiLineString(lines(list)).AsGeometry()
	case "Polygon":
		s.full = geom.NewPolygon(lines(list)).AsGeometry()
	case "MultiPolygon":
		polygons := make([]geom.Polygon, len(list))
		for i, item := range list {
			rings, _ := item.([]any)
			polygons[i] = geom.NewPolygon(lines(rings))
		}
		s.full = geom.NewMultiPolygon(polygons).AsGeometry()
	}
	return s
}

func position(v any) geom.XY {
	list, _ := v.([]any)
	if len(list) < 2 {
		return geom.XY{}
	}
	x, _ := model.Number(list[0])
	y, _ := model.Number(list[1])
	return geom.XY{X: x, Y: y}
}

func line(list []any) geom.LineString {
	flat := make([]float64, 0, 2*len(list))
	for _, item := range list {
		xy := position(item)
		flat = append(flat, xy.X, xy.Y)
	}
	return geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
}

func lines(list []any) []geom.LineString {
	out := make([]geom.LineString, len(list))
	for i, item := range list {
		positions, _ := item.([]any)
		out[i] = line(positions)
	}
	return out
}

// Match says whether one instance of the entity's GeoProperty has the relation to the
// reference geometry.
func (g *Geo) Match(e *model.Entity) bool {
	return g == nil || slices.ContainsFunc(e.Attributes[g.Property], g.matchAttribute)
}

func (g *Geo) matchAttribute(a *model.Attribute) bool {
	target, ok := shapeOf(a)
	if !ok {
		return false
	}
	if g.relation == "near" {
		d := distance(g.reference, target)
		if g.max {
			return d <= g.distance
		}
		return d > g.distance // outside of the buffer, whose edge belongs to it (4.10)
	}
	holds, err := relate(g.relation, target.full, g.reference.full)
	return err == nil && holds
}

func shapeOf(a *model.Attribute) (shape, bool) {
	o, ok := a.Value.(map[string]any)
	if !ok || a.Kind != model.GeoProperty {
		return shape{}, false
	}
	kind, _ := o["type"].(string)
	if model.CheckCoordinates(kind, o["coordinates"]) != nil {
		return shape{}, false
	}
	return toShape(kind, o["coordinates"]), true
}

// relate answers by the OGC simple features model. Its algorithms are defined for valid
// geometries: a polygon that crosses itself is related by its lines, and what makes the
// library give up is an error here and no match.
func relate(relation string, target, reference geom.Geometry) (holds bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the relation cannot be computed: %v", r)
		}
	}()
	switch relation {
	case "equals":
		return geom.Equals(target, reference)
	case "disjoint":
		return !geom.Intersects(target, reference), nil
	case "intersects":
		return geom.Intersects(target, reference), nil
	}
	if crossed(target) || crossed(reference) {
		return relateLines(relation, target, reference), nil
	}
	switch relation {
	case "within":
		return geom.Within(target, reference)
	case "contains":
		return geom.Contains(target, reference)
	default:
		return geom.Overlaps(target, reference)
	}
}

// crossed says whether a surface is not valid, for a ring of it crosses itself.
func crossed(g geom.Geometry) bool { return g.Dimension() == 2 && g.Validate() != nil }

// relateLines relates surfaces by where their rings run: one is inside of the other
// when no ring of it leaves the other.
func relateLines(relation string, target, reference geom.Geometry) bool {
	switch relation {
	case "within":
		return inside(target, reference)
	case "contains":
		return inside(reference, target)
	default:
		return target.Dimension() == reference.Dimension() && geom.Intersects(target, reference) && !inside(target, reference) && !inside(reference, target)
	}
}

func inside(inner, outer geom.Geometry) bool {
	if outer.Dimension() != 2 {
		return false
	}
	corners := inner.DumpCoordinates()
	for i := range corners.Length() {
		if !geom.Intersects(geom.NewPoint(corners.Get(i)).AsGeometry(), outer) {
			return false
		}
	}
	if inner.Dimension() == 0 {
		return true
	}
	edge := inner
	if inner.Dimension() == 2 {
		edge = inner.Boundary()
	}
	return !geom.Intersects(edge, outer.Boundary())
}

const earthRadius = 6371008.8 // metres, mean

// distance is in metres: the great circle between points; for other shapes the
// straight line on a plane that touches the Earth at the reference, which holds
// within a city's reach.
func distance(reference, target shape) float64 {
	if reference.point != nil && target.point != nil {
		return greatCircle(*reference.point, *target.point)
	}
	center, ok := reference.full.Centroid().XY()
	if !ok {
		return math.Inf(1)
	}
	plane := func(p geom.XY) geom.XY {
		rad := math.Pi / 180
		return geom.XY{
			X: (p.X - center.X) * rad * earthRadius * math.Cos(center.Y*rad),
			Y: (p.Y - center.Y) * rad * earthRadius,
		}
	}
	d, ok := geom.Distance(reference.full.TransformXY(plane), target.full.TransformXY(plane))
	if !ok {
		return math.Inf(1)
	}
	return d
}

func greatCircle(a, b geom.XY) float64 {
	rad := math.Pi / 180
	sinLat := math.Sin((b.Y - a.Y) * rad / 2)
	sinLon := math.Sin((b.X - a.X) * rad / 2)
	h := sinLat*sinLat + math.Cos(a.Y*rad)*math.Cos(b.Y*rad)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}
