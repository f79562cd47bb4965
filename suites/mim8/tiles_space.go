package mim8

import (
	"encoding/json"
	"math"
)

type vector = [3]float64

// matrix is of 4 by 4 numbers, column after column, as 3D Tiles and glTF have it.
type matrix [16]float64

var identity = matrix{0: 1, 5: 1, 10: 1, 15: 1}

// times is the transformation by n and then by m.
func (m matrix) times(n matrix) (product matrix) {
	for column := range 4 {
		for row := range 4 {
			for k := range 4 {
				product[4*column+row] += m[4*k+row] * n[4*column+k]
			}
		}
	}
	return product
}

// at is where the transformation takes a place.
func (m matrix) at(p vector) (q vector) {
	for row := range q {
		q[row] = m[row]*p[0] + m[4+row]*p[1] + m[8+row]*p[2] + m[12+row]
	}
	return q
}

// turned is where the transformation takes a direction.
func (m matrix) turned(d vector) vector { return minus(m.at(d), m.at(vector{})) }

// scale is the largest factor by which the transformation scales along an axis.
func (m matrix) scale() float64 {
	return max(length(m.turned(vector{1})), length(m.turned(vector{0, 1})), length(m.turned(vector{0, 0, 1})))
}

func minus(a, b vector) vector          { return vector{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func length(a vector) float64           { return math.Sqrt(a[0]*a[0] + a[1]*a[1] + a[2]*a[2]) }
func scaled(a vector, f float64) vector { return vector{a[0] * f, a[1] * f, a[2] * f} }
func dot(a, b vector) float64           { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func cross(a, b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// numbers are those of a list of nothing else.
func numbers(v any) ([]float64, bool) {
	list, is := v.([]any)
	var all []float64
	for _, e := range list {
		n, isNumber := e.(json.Number)
		f, err := n.Float64()
		if !isNumber || err != nil {
			return nil, false
		}
		all = append(all, f)
	}
	return all, is
}

func number(v any) (float64, bool) {
	n, is := v.(json.Number)
	f, err := n.Float64()
	return f, is && err == nil
}

func matrixOf(v any) (matrix, bool) {
	all, is := numbers(v)
	if !is || len(all) != 16 {
		return identity, false
	}
	return matrix(all), true
}

// solid is a bounding volume in the coordinates of the first tileset.
type solid interface {
	// beyond is how far a place is outside of the volume when each side of it is longer by a
	// part of its length, in metres; none or less when it is inside.
	beyond(p vector, longer float64) float64
}

// solidOf is the volume, whose box or sphere the transformation is applied to. False says that
// it is of no kind that can be judged here.
func solidOf(volume object, m matrix) (solid, bool) {
	if n, is := numbers(volume["box"]); is && len(n) == 12 {
		return orientedBox(m.at(vector(n[:3])), [3]vector{m.turned(vector(n[3:6])), m.turned(vector(n[6:9])), m.turned(vector(n[9:]))})
	}
	if n, is := numbers(volume["sphere"]); is && len(n) == 4 {
		return ball{m.at(vector(n[:3])), n[3] * m.scale()}, true
	}
	if n, is := numbers(volume["region"]); is && len(n) == 6 {
		return zone(n), true
	}
	return nil, false
}

// ball is a bounding sphere.
type ball struct {
	centre vector
	radius float64
}

func (b ball) beyond(p vector, longer float64) float64 {
	return length(minus(p, b.centre)) - b.radius*(1+longer)
}

// slab is a bounding box: its centre, and for each side half its length and the vector whose
// product with a place, seen from the centre, is how far it is along that side.
type slab struct {
	centre  vector
	half    [3]float64
	measure [3]vector
}

// flat is the length below which a side is none, in metres.
const flat = 1e-9

func orientedBox(centre vector, sides [3]vector) (solid, bool) {
	b := slab{centre: centre}
	var units [3]vector
	none := -1
	for i, s := range sides {
		if b.half[i] = length(s); b.half[i] > flat {
			units[i] = scaled(s, 1/b.half[i])
		} else if none < 0 {
			none = i
		} else {
			return nil, false // a line or a point has no sides to tell
		}
	}
	if none >= 0 { // a flat box
		up := cross(units[(none+1)%3], units[(none+2)%3])
		if length(up) < flat {
			return nil, false
		}
		units[none] = scaled(up, 1/length(up))
	}
	volume := dot(units[0], cross(units[1], units[2]))
	if math.Abs(volume) < 1e-6 {
		return nil, false
	}
	for i := range units {
		b.measure[i] = scaled(cross(units[(i+1)%3], units[(i+2)%3]), 1/volume)
	}
	return b, true
}

func (b slab) beyond(p vector, longer float64) float64 {
	most := math.Inf(-1)
	for i := range b.half {
		most = max(most, math.Abs(dot(minus(p, b.centre), b.measure[i]))-b.half[i]*(1+longer))
	}
	return most
}

// zone is a bounding region: west, south, east and north in radians, the lowest and the
// highest height in metres.
type zone []float64

// The ellipsoid of WGS 84.
const (
	earthRadius = 6378137.0 // metres
	eccentric2  = 6.69437999014e-3
)

func (z zone) beyond(p vector, longer float64) float64 {
	lon, lat, height := geographic(p)
	width := z[2] - z[0]
	if width < 0 { // over the date line
		width += 2 * math.Pi
	}
	outside := func(distance, half float64) float64 { return math.Abs(distance) - half*(1+longer) }
	return max(
		outside(math.Remainder(lon-z[0]-width/2, 2*math.Pi), width/2)*earthRadius*math.Cos(lat),
		outside(lat-(z[1]+z[3])/2, (z[3]-z[1])/2)*earthRadius,
		outside(height-(z[4]+z[5])/2, (z[5]-z[4])/2),
	)
}

// geographic is a place from the centre of the earth (EPSG 4978) by longitude and latitude
// in radians and height in metres above the ellipsoid (EPSG 4979).
func geographic(p vector) (lon, lat, height float64) {
	fromAxis := math.Hypot(p[0], p[1])
	lat = math.Atan2(p[2], fromAxis*(1-eccentric2))
	for range 6 { // each step is nearer by two orders of magnitude or more
		normal := earthRadius / math.Sqrt(1-eccentric2*math.Sin(lat)*math.Sin(lat))
		height = fromAxis*math.Cos(lat) + p[2]*math.Sin(lat) - earthRadius*earthRadius/normal
		lat = math.Atan2(p[2], fromAxis*(1-eccentric2*normal/(normal+height)))
	}
	return math.Atan2(p[1], p[0]), lat, height
}
