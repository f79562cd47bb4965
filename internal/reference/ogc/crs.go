package ogc

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/wroge/wgs84"
)

// crs84 is the default coordinate reference system: longitude, latitude.
const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// epsg begins the identifiers of EPSG's coordinate reference systems.
const epsg = "http://www.opengis.net/def/crs/EPSG/0/"

// crs is a coordinate reference system: where a longitude and latitude of WGS 84 is in
// it, in the order of its axes.
type crs struct {
	uri string
	to  func(geom.XY) geom.XY
}

// systems are the coordinate reference systems in which every collection is offered,
// the default one first. The city is in zone 31 of UTM.
func systems() []crs {
	swap := func(p geom.XY) geom.XY { return geom.XY{X: p.Y, Y: p.X} }
	return []crs{
		{crs84, func(p geom.XY) geom.XY { return p }},
		{epsg + "4326", swap}, // latitude first
		{epsg + "4258", swap}, // ETRS89, which is WGS 84 to within its own accuracy
		{epsg + "3857", projected(wgs84.WebMercator())},
		{epsg + "25831", projected(wgs84.ETRS89UTM(31))},
	}
}

// projected rounds to millimetres.
func projected(system wgs84.CoordinateReferenceSystem) func(geom.XY) geom.XY {
	return func(p geom.XY) geom.XY {
		east, north, _ := wgs84.Transform(wgs84.LonLat(), system)(p.X, p.Y, 0)
		return geom.XY{X: math.Round(east*1000) / 1000, Y: math.Round(north*1000) / 1000}
	}
}

// system finds a coordinate reference system by its identifier.
func system(uri string) (crs, bool) {
	for _, s := range systems() {
		if s.uri == uri {
			return s, true
		}
	}
	return crs{}, false
}

func identifiers() []string {
	var all []string
	for _, s := range systems() {
		all = append(all, s.uri)
	}
	return all
}
