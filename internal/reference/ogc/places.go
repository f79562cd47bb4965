package ogc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// collection is one feature collection.
type collection struct {
	id, title, description string
	kind                   string // entity type of its features
	when                   string // property with the temporal geometry; empty for none
	filters                []string
	shares                 bool // refers to the reference systems of all collections
	features               []*feature
}

// feature is one place. It never changes.
type feature struct {
	id         string
	geometry   geom.Geometry // longitude and latitude
	properties object
	at         time.Time // temporal geometry; zero for none
}

// places sorts the city's entities into collections.
func places(entities []ngsild.Object) ([]*collection, error) {
	all := []*collection{
		{id: "parking", title: "Car parks", description: "Off-street car parks with their free places", kind: "OffStreetParking", filters: []string{"name"}},
		{id: "streetlights", title: "Street lights", description: "Street lights by their last change of lamp", kind: "Streetlight", when: "dateLastLampChange", filters: []string{"areaServed", "locationCategory", "powerState"}},
		{id: "airquality", title: "Air quality", description: "Stations that measure the air, with their last values", kind: "AirQualityObserved", when: "dateObserved", filters: []string{"airQualityLevel"}},
		{id: "points-of-interest", title: "Points of interest", description: "What visitors look for", kind: "PointOfInterest", filters: []string{"name"}},
		{id: "traffic", title: "Traffic flow", description: "Sections of roads with their traffic", kind: "TrafficFlowObserved", when: "dateObserved", filters: []string{"laneDirection"}, shares: true},
	}
	for _, c := range all {
		for _, e := range entities {
			if e["type"] != c.kind {
				continue
			}
			f, err := place(e, c.when)
			if err != nil {
				return nil, fmt.Errorf("the city's entity %v makes no place: %w", e["id"], err)
			}
			c.features = append(c.features, f)
		}
	}
	return all, nil
}

func place(e ngsild.Object, when string) (*feature, error) {
	f := &feature{properties: object{}}
	f.id, _ = e["id"].(string)
	for name, attribute := range e {
		if name == "location" {
			location, _ := attribute.(ngsild.Object)
			b, err := json.Marshal(location["value"])
			if err != nil {
				return nil, err
			}
			if f.geometry, err = geom.UnmarshalGeoJSON(b); err != nil {
				return nil, err
			}
			continue
		}
		if value := plain(attribute); value != nil {
			_, local, prefixed := strings.Cut(name, ":")
			if !prefixed {
				local = name
			}
			f.properties[local] = value
		}
	}
	if text, ok := f.properties[when].(string); ok {
		var err error
		if f.at, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// plain is the value of an attribute; nil for what is no attribute.
func plain(attribute any) any {
	switch a := attribute.(type) {
	case []any: // several instances: the one without dataset comes first
		return plain(a[0])
	case ngsild.Object:
		for _, member := range []string{"value", "object"} {
			if v, have := a[member]; have {
				return v
			}
		}
		if languages, ok := a["languageMap"].(ngsild.Object); ok {
			return languages["en"]
		}
	}
	return nil
}

// extent is the collection's extent (7.14): a bounding box and an interval of time.
func (c *collection) extent() object {
	var box geom.Envelope
	var from, to time.Time
	for _, f := range c.features {
		box = box.ExpandToIncludeEnvelope(f.geometry.Envelope())
		if f.at.IsZero() {
			continue
		}
		if from.IsZero() || f.at.Before(from) {
			from = f.at
		}
		if f.at.After(to) {
			to = f.at
		}
	}
	extent := object{}
	if low, high, ok := box.MinMaxXYs(); ok {
		extent["spatial"] = object{"bbox": []any{[]float64{low.X, low.Y, high.X, high.Y}}, "crs": crs84}
	}
	if !from.IsZero() {
		extent["temporal"] = object{
			"interval": []any{[]string{from.Format(time.RFC3339), to.Format(time.RFC3339)}},
			"trs":      "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
		}
	}
	return extent
}

func (c *collection) feature(id string) *feature {
	i := slices.IndexFunc(c.features, func(f *feature) bool { return f.id == id })
	if i < 0 {
		return nil
	}
	return c.features[i]
}

// in is the feature as GeoJSON with the coordinates of a reference system.
func (f *feature) in(s crs) object {
	return object{"type": "Feature", "id": f.id, "geometry": f.geometry.TransformXY(s.to), "properties": f.properties}
}
