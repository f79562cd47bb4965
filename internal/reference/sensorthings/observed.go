package sensorthings

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/city"
)

// quantity is what a kind of sensor observes.
type quantity struct {
	attribute, name, definition  string
	unit, symbol, unitDefinition string
}

// station is how the city's entities of a type become things with sensors.
type station struct {
	kind, sensor string
	quantities   []quantity
}

func stations() []station {
	const qudt = "http://qudt.org/vocab/"
	density := func(attribute, name string) quantity {
		return quantity{attribute, name, qudt + "quantitykind/MassConcentration", "microgram per cubic metre", "µg/m3", qudt + "unit/MicroGM-PER-M3"}
	}
	return []station{
		{"AirQualityObserved", "Gas and particle analyser", []quantity{density("no2", "Nitrogen dioxide"), density("pm10", "Particles up to 10 µm"), density("o3", "Ozone")}},
		{"WeatherObserved", "Weather mast", []quantity{
			{"temperature", "Air temperature", qudt + "quantitykind/Temperature", "degree Celsius", "°C", qudt + "unit/DEG_C"},
			{"relativeHumidity", "Relative humidity", qudt + "quantitykind/RelativeHumidity", "unity", "", qudt + "unit/UNITLESS"},
			{"windSpeed", "Wind speed", qudt + "quantitykind/Speed", "metre per second", "m/s", qudt + "unit/M-PER-SEC"},
		}},
		{"TrafficFlowObserved", "Induction loop", []quantity{
			{"intensity", "Vehicles per hour", qudt + "quantitykind/Frequency", "per hour", "1/h", qudt + "unit/PER-HR"},
			{"averageVehicleSpeed", "Speed of vehicles", qudt + "quantitykind/Speed", "kilometre per hour", "km/h", qudt + "unit/KiloM-PER-HR"},
		}},
		{"OffStreetParking", "Counter at the barrier", []quantity{{"availableSpotNumber", "Free places", qudt + "quantitykind/Count", "one", "1", qudt + "unit/NUM"}}},
	}
}

// observationType is that of numbers (OGC 10-004r3).
const observationType = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"

// geoJSON is the encoding type of locations and features (8.2.2).
const geoJSON = "application/geo+json"

// now is when the city's present measurements were made.
var now = time.Date(2025, time.March, 14, 9, 30, 0, 0, time.UTC)

type builder struct{ sets map[string][]*entity }

func (b *builder) add(kind string, values object) *entity {
	k := kindOf(kind)
	e := &entity{kind: k, id: len(b.sets[k.set]) + 1, values: values, related: map[string][]*entity{}}
	b.sets[k.set] = append(b.sets[k.set], e)
	return e
}

// observed are the entity sets made of the city's entities.
func observed(entities []ngsild.Object) (map[string][]*entity, error) {
	b := &builder{map[string][]*entity{}}
	for _, s := range stations() {
		sensor := b.add("Sensor", object{"name": s.sensor, "description": "Of the kind that the city uses for " + s.kind, "encodingType": "text/html", "metadata": "https://halverstad.example/sensors#" + s.kind})
		observedProperties := map[string]*entity{}
		for _, q := range s.quantities {
			observedProperties[q.attribute] = b.add("ObservedProperty", object{"name": q.name, "definition": q.definition, "description": "The attribute " + q.attribute + " of " + s.kind})
		}
		for _, e := range entities {
			if e["type"] != s.kind {
				continue
			}
			if err := b.station(e, s, sensor, observedProperties); err != nil {
				return nil, fmt.Errorf("the city's entity %v makes no thing: %w", e["id"], err)
			}
		}
	}
	return b.sets, nil
}

// station adds a thing with all that belongs to it.
func (b *builder) station(e ngsild.Object, s station, sensor *entity, properties map[string]*entity) error {
	shape, err := geometry(e["location"])
	if err != nil {
		return err
	}
	name := nameOf(e)
	thing := b.add("Thing", object{"name": name, "description": s.kind + " of Halverstad", "properties": object{"entity": e["id"], "scope": e["scope"]}})
	location := b.add("Location", object{"name": "Place of " + name, "description": "Where it stands", "encodingType": geoJSON, "location": shape})
	link(thing, "Locations", location, "Things")
	for _, at := range []time.Time{now.AddDate(-1, 0, 0), now.AddDate(0, -1, 0)} {
		past := b.add("HistoricalLocation", object{"time": at})
		link(past, "Thing", thing, "HistoricalLocations")
		link(past, "Locations", location, "HistoricalLocations")
	}
	feature := b.add("FeatureOfInterest", object{"name": "Surroundings of " + name, "description": "What is observed there", "encodingType": geoJSON, "feature": shape})
	for _, q := range s.quantities {
		value, whole, has := number(e[q.attribute])
		if !has {
			continue
		}
		first := now.Add(-(city.PastReadings - 1) * city.BetweenThem)
		stream := b.add("Datastream", object{
			"name": q.name + " at " + name, "description": q.name + ", every two hours", "observationType": observationType,
			"unitOfMeasurement": object{"name": q.unit, "symbol": q.symbol, "definition": q.unitDefinition},
			"observedArea":      shape.Envelope().AsGeometry(),
			"phenomenonTime":    interval{first, now}, "resultTime": interval{first, now},
		})
		link(stream, "Thing", thing, "Datastreams")
		link(stream, "Sensor", sensor, "Datastreams")
		link(stream, "ObservedProperty", properties[q.attribute], "Datastreams")
		for ago := city.PastReadings - 1; ago >= 0; ago-- {
			at := now.Add(-time.Duration(ago) * city.BetweenThem)
			o := b.add("Observation", object{"phenomenonTime": at, "result": city.Earlier(value, whole, ago), "resultTime": at, "parameters": object{"reading": float64(city.PastReadings - ago)}})
			link(o, "Datastream", stream, "Observations")
			link(o, "FeatureOfInterest", feature, "Observations")
		}
	}
	return nil
}

func geometry(attribute any) (geom.Geometry, error) {
	location, _ := attribute.(ngsild.Object)
	b, err := json.Marshal(location["value"])
	if err != nil {
		return geom.Geometry{}, err
	}
	return geom.UnmarshalGeoJSON(b)
}

func nameOf(e ngsild.Object) string {
	attribute, _ := e["name"].(ngsild.Object)
	if languages, is := attribute["languageMap"].(ngsild.Object); is {
		return fmt.Sprint(languages["en"])
	}
	return fmt.Sprint(attribute["value"])
}

func number(attribute any) (value float64, whole, has bool) {
	a, _ := attribute.(ngsild.Object)
	switch v := a["value"].(type) {
	case int:
		return float64(v), true, true
	case float64:
		return v, false, true
	}
	return 0, false, false
}
