package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
)

func TestModelsAudit(t *testing.T) {
	workdir(t)
	const context = `{"AirQualityObserved":"https://smartdatamodels.org/dataModel.Environment/AirQualityObserved","no2":"https://smartdatamodels.org/dataModel.Environment/no2","dateObserved":"https://smartdatamodels.org/dateObserved"}`
	good := `{"id":"urn:a:1","type":"AirQualityObserved","dateObserved":{"type":"Property","value":"2025-05-01T10:00:00Z"},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.2,52.9]}},"no2":{"type":"Property","value":69},"@context":` + context + "}\n"
	bad := strings.Replace(good, "69", `"69"`, 1)
	column := strconv.Itoa(strings.Index(bad, `"value":"69"`) + 1)
	put(t, "good.ndjson", good+good)
	put(t, "bad.ndjson", good+bad)
	put(t, "broken.ndjson", good+`{"id":`)
	put(t, "strange.ndjson", strings.ReplaceAll(good, `"AirQualityObserved",`, `"Sensor",`))
	put(t, "away.ndjson", `{"id": "urn:a:1", "type": "AirQualityObserved", "@context": "https://away.example/c.jsonld"}`)
	mimcheck(t, "models", "audit", "--file", "away.ndjson").want(t, exitInconclusive, "https://away.example/c.jsonld is not in the catalogue", "--context-copy ADDRESS=FILE")
	mimcheck(t, "models", "audit", "--file", "good.ndjson").want(t, 0, "CONFORMANT", "2 valid")
	mimcheck(t, "models", "audit", "--file", "bad.ndjson").want(t, exitNonConformant, "line 2 column "+column, "Write a number, without quotes")
	mimcheck(t, "models", "audit", "--file", "broken.ndjson").want(t, exitInconclusive, "line 2", "could not be read")
	mimcheck(t, "models", "audit", "--file", "strange.ndjson").want(t, exitInconclusive, "perhaps dataModel.Environment/AirQualityObserved")
	mimcheck(t, "models", "audit", "--file", "strange.ndjson", "--type", "Sensor=AirQualityObserved").want(t, 0, "1 valid")
	mimcheck(t, "models", "audit", "--file", "bad.ndjson", "--format", "sarif").want(t, exitNonConformant, `"startLine": 2`, `"startColumn": `+column, `"uri": "bad.ndjson"`)
	mimcheck(t, "models", "audit", "--file", "bad.ndjson", "--format", "csv").want(t, exitNonConformant, "kind,type,", "attribute,AirQualityObserved")
	mimcheck(t, "models", "audit", "--file", "bad.ndjson", "--out", "out").want(t, exitNonConformant, "NOT CONFORMANT", "out/audit.sarif")
	for _, name := range []string{"audit.txt", "audit.json", "audit.csv", "audit.sarif", "audit.html"} {
		if _, err := os.Stat("out/" + name); err != nil {
			t.Error(err)
		}
	}
	for _, args := range [][]string{
		{}, {"--file", "none"}, {"--file", "good.ndjson", "--url", "http://127.0.0.1"}, {"--file", "good.ndjson", "--format", "pdf"},
		{"--file", "good.ndjson", "--format", "csv,json"}, {"--file", "good.ndjson", "--sample", "-1"}, {"--file", "."},
	} {
		mimcheck(t, append([]string{"models", "audit"}, args...)...).want(t, exitUsage)
	}
}

func TestModelsAuditOfPlatform(t *testing.T) {
	workdir(t)
	city, err := embedded.Start("127.0.0.1:0", reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	got := mimcheck(t, "models", "audit", "--url", city.URL, "--rate", "-1", "--format", "json")
	got.want(t, 0)
	var report struct {
		Verdict string
		Counts  map[string]int
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || report.Verdict != "conformant" || report.Counts["valid"] < 10 {
		t.Errorf("%v %+v", err, report)
	}
	mimcheck(t, "models", "audit", "--url", city.URL, "--rate", "-1", "--sample", "5").want(t, 0, "5 read")
	mimcheck(t, "models", "audit", "--url", "http://127.0.0.1:1").want(t, exitInconclusive, "Not all was read")
}
