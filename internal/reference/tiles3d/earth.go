package tiles3d

import "math"

// The ellipsoid of WGS 84.
const (
	equatorial = 6378137.0         // metres
	flattening = 1 / 298.257223563 // of the poles
	eccentric2 = flattening * (2 - flattening)
)

type vector = [3]float64

// position is a place by longitude and latitude in degrees and height in metres, in the
// coordinates of EPSG 4978: from the centre of the earth, in metres.
func position(lon, lat, height float64) vector {
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	normal := equatorial / math.Sqrt(1-eccentric2*sinLat*sinLat)
	return vector{(normal + height) * cosLat * cosLon, (normal + height) * cosLat * sinLon, (normal*(1-eccentric2) + height) * sinLat}
}

// frame is a local system of coordinates at a place: east, north and up, in metres.
type frame struct{ east, north, up, origin vector }

func frameAt(lon, lat float64) frame {
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	return frame{
		east:   vector{-sinLon, cosLon, 0},
		north:  vector{-sinLat * cosLon, -sinLat * sinLon, cosLat},
		up:     vector{cosLat * cosLon, cosLat * sinLon, sinLat},
		origin: position(lon, lat, 0),
	}
}

// matrix leads from the local coordinates to those of EPSG 4978, column after column.
func (f frame) matrix() []float64 {
	var m []float64
	for i, column := range []vector{f.east, f.north, f.up, f.origin} {
		m = append(m, column[0], column[1], column[2], float64(i/3))
	}
	return m
}

// local is a place in the local coordinates.
func (f frame) local(lon, lat, height float64) vector {
	p := position(lon, lat, height)
	for i := range p {
		p[i] -= f.origin[i]
	}
	return vector{dot(p, f.east), dot(p, f.north), dot(p, f.up)}
}

func dot(a, b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
