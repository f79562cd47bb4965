package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/reports/pdf"
)

// readmeExit are the README's commands with an exit code other than 0, and why.
var readmeExit = map[string]int{
	"mimcheck run --url https://broker.example.org/ngsi-ld/v1":                       3, // observing does not prove conformance
	"mimcheck run --target city.yaml":                                                3, // likewise
	"mimcheck run --fault FAULT":                                                     1,
	"mimcheck replay mimcheck-report/run.mimcheck.zip --baseline oasc-2026-06-draft": 3,
	"mimcheck run --filter entity.create --out last-week":                            3, // a part of the baseline
	"mimcheck certificate verify villaclara-1.certificate.json --key issuer.pub --status-list status.json --as-of 2099-01-31": 1, // it has expired
	"mimcheck run --filter entity.create --repeat 2": 3, // a part of the baseline
}

// readmePart are the README's commands of which a part promises the same exit code, and
// the part. That all of them are run has other tests.
var readmePart = map[string]string{
	"mimcheck run --fault FAULT": atOnce,
	"mimcheck run --fault entity.create.no-location --expected-failures expected.yaml": atOnce,
}

// TestREADME types every command of the README, with a reference platform in place
// of the example's, and expects the exit code that the README promises.
func TestREADME(t *testing.T) {
	oneAfterTheOther(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	yaml := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(readme)
	if yaml == nil {
		t.Fatal("the README has no example of a target.yaml")
	}
	workdir(t)
	city, err := embedded.Start("127.0.0.1:0", reference.Options{SpecVersion: "1.6.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	t.Setenv("CITY_TOKEN", "secret-of-the-test")
	t.Setenv(pdf.BrowserVariable, pdf.None) // what a browser prints has tests of its own
	here := strings.NewReplacer(
		"https://broker.example.org", city.URL,
		"http://127.0.0.1:9090", city.URL,
		"FAULT", anyFault(t),
		"tenant: openiot                     # NGSILD-Tenant, if any\n", "",
		"rate: 5 ", "rate: 10000 ",
	)
	if err := os.WriteFile("city.yaml", []byte(here.Replace(string(yaml[1]))), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, "sensors.ndjson", `{"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "AirQualityObserved", "dateObserved": "2024-05-01T10:00:00Z",`+
		` "location": {"type": "Point", "coordinates": [10.2, 56.1]}, "no2": 12.5,`+
		` "@context": {"AirQualityObserved": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"}}`+"\n")
	put(t, "context.jsonld", `{"@context": {"AirQualityObserved": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"}}`)
	put(t, "passphrase.txt", "a passphrase of the test\n")
	for _, example := range regexp.MustCompile("(?s)```yaml\n# (waivers|expected|claims).yaml\n(.*?)```").FindAllSubmatch(readme, -1) {
		put(t, string(example[1])+".yaml", string(example[2]))
	}
	put(t, "other.yaml", "vendor: Other\nproduct: Broker\nbundles: [witnessed/run.mimcheck.zip]\nclaims:\n  - mim: MIM2\n")
	ran := 0
	for _, line := range strings.Split(string(readme), "\n") {
		command, isCommand := strings.CutPrefix(line, "    mimcheck ")
		command, _, _ = strings.Cut(command, "  #")
		switch {
		case !isCommand,
			strings.HasPrefix(command, "reference serve"),    // does not end; served above instead
			strings.Contains(command, "./smart-data-models"): // needs a download
			continue
		}
		ran++
		t.Run(command, func(t *testing.T) {
			args := typed(here.Replace(command))
			if args[0] == "run" {
				args = append(args, "--rate", "-1", "--concurrency", "16")
				if part := readmePart["mimcheck "+command]; part != "" {
					args = append(args, "--filter", part)
				}
			}
			mimcheck(t, args...).want(t, readmeExit["mimcheck "+command])
		})
	}
	if ran < 58 {
		t.Errorf("only %d commands were found in the README", ran)
	}
}
