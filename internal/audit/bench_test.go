package audit_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/oasc/mimcheck/internal/audit"
	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
)

// usual is an AirQualityObserved of usual size, normalised.
const usual = `{"id":"urn:ngsi-ld:AirQualityObserved:Halverstad:Harbour-%d","type":"https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",` +
	`"https://smartdatamodels.org/address":{"type":"Property","value":{"addressCountry":"XX","addressLocality":"Halverstad","streetAddress":"1 Pier Road"}},` +
	`"https://smartdatamodels.org/dateObserved":{"type":"Property","value":"2025-05-01T10:00:00Z"},` +
	`"https://smartdatamodels.org/dataModel.Environment/airQualityIndex":{"type":"Property","value":%d},` +
	`"https://smartdatamodels.org/dataModel.Environment/co":{"type":"Property","value":500,"unitCode":"GP"},` +
	`"https://smartdatamodels.org/dataModel.Environment/no2":{"type":"Property","value":69,"unitCode":"GQ"},` +
	`"https://smartdatamodels.org/dataModel.Environment/relativeHumidity":{"type":"Property","value":0.54},` +
	`"https://smartdatamodels.org/dataModel.Environment/temperature":{"type":"Property","value":12.2},` +
	`"https://smartdatamodels.org/dataModel.Environment/windDirection":{"type":"Property","value":86},` +
	`"https://smartdatamodels.org/dataModel.Environment/windSpeed":{"type":"Property","value":0.64},` +
	`"https://smartdatamodels.org/dataModel.Environment/refPointOfInterest":{"type":"Relationship","object":"urn:ngsi-ld:PointOfInterest:Halverstad:001"},` +
	`"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.215179,52.942]}}}` + "\n"

// writeEntities writes n entities as NDJSON.
func writeEntities(tb testing.TB, path string, n int) {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for i := range n {
		fmt.Fprintf(w, usual, i, i%100)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkAudit reads and judges a file of entities. MIMCHECK_AUDIT_ENTITIES is how
// many (default 10,000), and MIMCHECK_AUDIT_FILE names the file to keep.
func BenchmarkAudit(b *testing.B) {
	n := 10_000
	if text := os.Getenv("MIMCHECK_AUDIT_ENTITIES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	path := os.Getenv("MIMCHECK_AUDIT_FILE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "entities.ndjson")
	}
	writeEntities(b, path, n)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	catalogue, err := models.Default()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		s, err := audit.Run(b.Context(), audit.OfFile(&entityfile.File{Path: path}), audit.Options{Models: catalogue})
		if err != nil || s.Counts.Valid != int64(n) {
			b.Fatalf("%v %+v", err, s.Counts)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "entities/s")
}
