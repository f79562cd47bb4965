package ogc

import (
	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/reference/city"
)

// Layer is a collection of places, for other interfaces of the city to serve as well.
type Layer struct {
	ID, Title, Description string
	Places                 []Place
}

// Place is one of them: its geometry is in longitude and latitude.
type Place struct {
	ID         string
	Geometry   geom.Geometry
	Properties map[string]any
}

// Layers are the city's places, in the order in which they are served.
func Layers() ([]Layer, error) {
	collections, err := places(city.Entities())
	if err != nil {
		return nil, err
	}
	var all []Layer
	for _, c := range collections {
		l := Layer{ID: c.id, Title: c.title, Description: c.description}
		for _, f := range c.features {
			l.Places = append(l.Places, Place{f.id, f.geometry, f.properties})
		}
		all = append(all, l)
	}
	return all, nil
}

// System is the transformation from longitude and latitude into a coordinate reference
// system, in the order of its axes; false when the city does not know its identifier.
func System(uri string) (to func(geom.XY) geom.XY, known bool) {
	s, known := system(uri)
	return s.to, known
}
