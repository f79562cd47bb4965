package models_test

import (
	"os"
	"testing"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// BenchmarkFirstVerdict opens a checkout of the published models and judges one entity.
func BenchmarkFirstVerdict(b *testing.B) {
	folder := os.Getenv("MIMCHECK_SMART_DATA_MODELS")
	if folder == "" {
		b.Skip("MIMCHECK_SMART_DATA_MODELS names no folder with a checkout of Smart Data Models")
	}
	for b.Loop() {
		c, err := models.Open(folder)
		if err != nil {
			b.Fatal(err)
		}
		e, err := c.ReadEntity([]byte(air), models.Normalised)
		if err != nil {
			b.Fatal(err)
		}
		match, err := c.ForType(e.Types[0], nil)
		if err != nil {
			b.Fatal(err)
		}
		if j := e.Judge(match.Model); j.Verdict != validate.Valid {
			b.Fatal(j)
		}
	}
}

// BenchmarkJudge reads and judges one entity from its bytes.
func BenchmarkJudge(b *testing.B) {
	c, err := models.Default()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(air)))
	b.ReportAllocs()
	for b.Loop() {
		e, err := c.ReadEntity([]byte(air), models.Normalised)
		if err != nil {
			b.Fatal(err)
		}
		match, err := c.ForType(e.Types[0], nil)
		if err != nil {
			b.Fatal(err)
		}
		if j := e.Judge(match.Model); j.Verdict != validate.Valid {
			b.Fatal(j)
		}
	}
}

// air is an AirQualityObserved of usual size.
const air = `{"id":"urn:ngsi-ld:AirQualityObserved:Halverstad:Harbour-2025-05-01T10:00:00","type":"https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",
"https://smartdatamodels.org/address":{"type":"Property","value":{"addressCountry":"XX","addressLocality":"Halverstad","streetAddress":"1 Pier Road"}},
"https://smartdatamodels.org/dateObserved":{"type":"Property","value":"2025-05-01T10:00:00Z"},
"https://smartdatamodels.org/dataModel.Environment/airQualityIndex":{"type":"Property","value":65},
"https://smartdatamodels.org/dataModel.Environment/airQualityLevel":{"type":"Property","value":"moderate"},
"https://smartdatamodels.org/dataModel.Environment/co":{"type":"Property","value":500,"unitCode":"GP"},
"https://smartdatamodels.org/dataModel.Environment/no":{"type":"Property","value":45,"unitCode":"GQ"},
"https://smartdatamodels.org/dataModel.Environment/no2":{"type":"Property","value":69,"unitCode":"GQ"},
"https://smartdatamodels.org/dataModel.Environment/nox":{"type":"Property","value":139,"unitCode":"GQ"},
"https://smartdatamodels.org/dataModel.Environment/so2":{"type":"Property","value":11,"unitCode":"GQ"},
"https://smartdatamodels.org/dataModel.Environment/precipitation":{"type":"Property","value":0},
"https://smartdatamodels.org/dataModel.Environment/relativeHumidity":{"type":"Property","value":0.54},
"https://smartdatamodels.org/dataModel.Environment/reliability":{"type":"Property","value":0.7},
"https://smartdatamodels.org/dataModel.Environment/temperature":{"type":"Property","value":12.2},
"https://smartdatamodels.org/dataModel.Environment/windDirection":{"type":"Property","value":86},
"https://smartdatamodels.org/dataModel.Environment/windSpeed":{"type":"Property","value":0.64},
"https://smartdatamodels.org/dataModel.Environment/refPointOfInterest":{"type":"Relationship","object":"urn:ngsi-ld:PointOfInterest:Halverstad:001"},
"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.215179,52.942]}},
"@context":["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"]}`
