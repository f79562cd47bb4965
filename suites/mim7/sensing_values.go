package mim7

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"

	. "github.com/oasc/mimcheck/suites"
)

const measurement = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"

func sensingValueChecks() []Check {
	datastream, observation := sensing+"datamodel/datastream/properties", sensing+"datamodel/observation/properties"
	return []Check{
		{
			ID: "mim7.sensing.values.unit", Title: "A unitOfMeasurement has a name, a symbol and a definition",
			Clause: datastream, Fault: "sensing.values.unit-undefined",
			Body: func(t *T) {
				judged := 0
				r, all := someOf(t, "Datastreams")
				for i, d := range all {
					if d["observationType"] != measurement {
						continue // what is no number need have no unit
					}
					judged++
					unit, is := d["unitOfMeasurement"].(object)
					if !t.Holds(r, is, "/value/%d/unitOfMeasurement is no object", i) {
						continue
					}
					for _, name := range []string{"name", "symbol", "definition"} {
						_, has := unit[name]
						t.Holds(r, has, "/value/%d/unitOfMeasurement has no %s", i, name)
					}
				}
				if judged == 0 {
					t.Untested("no Datastream is of measurements")
				}
			},
		},
		{
			ID: "mim7.sensing.values.type", Title: "The observationType of a Datastream is the identifier of one",
			Clause: datastream, Level: Extended, Fault: "sensing.values.type-word",
			Hint: "The standard lists those of OGC, http://www.opengis.net/def/observationType/OGC-OM/2.0/…",
			Body: func(t *T) {
				r, all := someOf(t, "Datastreams")
				for i, d := range all {
					text, _ := d["observationType"].(string)
					u, err := url.Parse(text)
					t.Holds(r, err == nil && u.IsAbs(), "/value/%d/observationType is %q, which is no URI", i, text)
				}
			},
		},
		valued("area", "The observedArea of a Datastream is a geometry of GeoJSON", datastream, "Datastreams", "observedArea", "sensing.values.area-text",
			slices.Concat(sensingService, sensingEncoding), wrongPlace),
		timed("lasting", "The phenomenonTime of a Datastream is an interval that ends after it begins", datastream, "Datastreams", "phenomenonTime", "sensing.values.lasting-reversed"),
		timed("results", "The resultTime of a Datastream is an interval that ends after it begins", datastream, "Datastreams", "resultTime", "sensing.values.results-reversed"),
		timed("phenomenon", "The phenomenonTime of an Observation is a time as in ISO 8601", observation, "Observations", "phenomenonTime", "sensing.values.phenomenon-local"),
		timed("result", "The resultTime of an Observation is a time as in ISO 8601", observation, "Observations", "resultTime", "sensing.values.result-seconds"),
		timed("history", "The time of a HistoricalLocation is a time as in ISO 8601", sensing+"datamodel/historical-location/properties", "HistoricalLocations", "time", "sensing.values.history-day"),
		{
			ID: "mim7.sensing.values.measured", Title: "The results of a Datastream of measurements are numbers",
			Clause: observation, Fault: "sensing.values.measured-text",
			Body: func(t *T) {
				_, all := someOf(t, "Datastreams")
				judged := 0
				for _, d := range all {
					if d["observationType"] != measurement || judged == fewThings {
						continue
					}
					r, observations := many(t, entityPath(t, "Datastreams", d)+"/Observations", Query("$top", "10"))
					for i, o := range observations {
						if o["result"] == nil {
							continue // of a reading that failed
						}
						_, number := o["result"].(json.Number)
						t.Holds(r, number, "/value/%d/result is %v, which is no number", i, o["result"])
					}
					if len(observations) > 0 {
						judged++
					}
				}
				if judged == 0 {
					t.Untested("no Datastream of measurements has Observations")
				}
			},
		},
		{
			ID: "mim7.sensing.values.encoding", Title: "Locations are encoded as GeoJSON, and say so",
			Requirements: sensingEncoding, Clause: sensing + "datamodel/location/properties", Level: Extended, Fault: "sensing.values.encoding-private",
			Hint: "encodingType is application/geo+json, or application/vnd.geo+json as in version 1.0.",
			Body: func(t *T) {
				r, all := someOf(t, "Locations")
				for i, e := range all {
					t.Holds(r, isGeoJSON(e), "/value/%d/encodingType is %v", i, e["encodingType"])
				}
			},
		},
		placed("location", "A location that is said to be GeoJSON is a geometry or a Feature of GeoJSON", "Locations", "location", "sensing.values.location-text", slices.Concat(sensingService, sensingEncoding), wrongPlace),
		placed("feature", "A feature of interest that is said to be GeoJSON is a geometry or a Feature of GeoJSON", "FeaturesOfInterest", "feature", "sensing.values.feature-text", slices.Concat(sensingService, sensingEncoding), wrongPlace),
		placed("position", "The positions of locations are longitude and latitude in degrees of WGS 84", "Locations", "location", "sensing.values.location-grid", slices.Concat(sensingService, sensingSystems), wrongPosition),
		placed("surroundings", "The positions of features of interest are longitude and latitude in degrees of WGS 84", "FeaturesOfInterest", "feature", "sensing.values.feature-grid", slices.Concat(sensingService, sensingSystems), wrongPosition),
		{
			ID: "mim7.sensing.values.media", Title: "Entities come as JSON",
			Requirements: slices.Concat(sensingService, sensingEncoding), Clause: sensingPath, Fault: "sensing.values.as-text",
			Body: func(t *T) {
				r := t.GET("/Things", accepting(mediaJSON), Query("$top", "1"))
				t.Require(r).To(HaveStatus(http.StatusOK))
				t.Expect(r).To(HaveMediaType(mediaJSON))
			},
		},
	}
}

// isGeoJSON says whether an entity's encoding is GeoJSON, by its name of today or of
// version 1.0.
func isGeoJSON(e object) bool {
	kind, _ := e["encodingType"].(string)
	kind, _, _ = strings.Cut(kind, ";")
	return slices.Contains([]string{"application/geo+json", "application/vnd.geo+json"}, strings.TrimSpace(kind))
}

// geometryIn is the geometry of a GeoJSON object, which may be a Feature.
func geometryIn(v any) (geom.Geometry, error) {
	o, is := v.(object)
	if !is {
		return geom.Geometry{}, fmt.Errorf("is no object, but %v", v)
	}
	if o["type"] == "Feature" {
		if o, is = o["geometry"].(object); !is {
			return geom.Geometry{}, fmt.Errorf("is a Feature without a geometry")
		}
	}
	return geometryOf(o)
}

func wrongPlace(v any) string {
	if _, err := geometryIn(v); err != nil {
		return err.Error()
	}
	return ""
}

func wrongPosition(v any) string {
	shape, err := geometryIn(v)
	if err != nil || shape.IsEmpty() {
		return "" // for another check to say
	}
	at := around(shape, 0)
	return WrongIf(at[0] < -180 || at[2] > 180 || at[1] < -90 || at[3] > 90, "reaches over %s, which is not within longitude -180 to 180 and latitude -90 to 90", at)
}

// placed judges what is encoded as GeoJSON.
func placed(name, title, set, property, fault string, requirements []string, wrong func(v any) string) Check {
	kind := sensingKinds()[slices.IndexFunc(sensingKinds(), func(k sensingKind) bool { return k.set == set })]
	return Check{
		ID: "mim7.sensing.values." + name, Title: title, Requirements: requirements,
		Clause: sensing + "datamodel/" + kind.id + "/properties", Fault: fault,
		Body: func(t *T) {
			r, all := someOf(t, set)
			judged := 0
			for i, e := range all {
				if !isGeoJSON(e) || e[property] == nil {
					continue
				}
				judged++
				what := wrong(e[property])
				t.Holds(r, what == "", "/value/%d/%s of %s: %s", i, property, set, what)
			}
			if judged == 0 {
				t.Untested("none of the %s is said to be GeoJSON", set)
			}
		},
	}
}

// valued judges a property that may be left out.
func valued(name, title, clause, set, property, fault string, requirements []string, wrong func(v any) string) Check {
	return Check{
		ID: "mim7.sensing.values." + name, Title: title, Requirements: requirements, Clause: clause, Fault: fault,
		Body: func(t *T) {
			judged := 0
			r, all := someOf(t, set)
			for i, e := range all {
				if e[property] == nil {
					continue
				}
				judged++
				what := wrong(e[property])
				t.Holds(r, what == "", "/value/%d/%s of %s: %s", i, property, set, what)
			}
			if judged == 0 {
				t.Untested("none of the %s has a %s, which may be left out", set, property)
			}
		},
	}
}

func timed(name, title, clause, set, property, fault string) Check {
	return valued(name, title, clause, set, property, fault, sensingService, func(v any) string {
		_, known := whenOf(v)
		return WrongIf(!known, "%v is no time as in ISO 8601, with an offset from UTC, nor an interval that ends after it begins", v)
	})
}

// when is an instant, or what lasts from and to.
type when struct{ from, to time.Time }

// whenOf reads an instant or an interval of ISO 8601, which may say how long it lasts in the
// place of its end.
func whenOf(v any) (when, bool) {
	text, _ := v.(string)
	begin, end, lasts := strings.Cut(text, "/")
	from, known := instant(begin)
	if !lasts || !known {
		return when{from, from}, known
	}
	if strings.HasPrefix(end, "P") {
		return when{from, from.Add(time.Nanosecond)}, true // no check asks how long
	}
	to, known := instant(end)
	return when{from, to}, known && !to.Before(from)
}

func instant(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "20060102T150405Z07:00", "20060102T150405Z0700"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
