package harness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
)

// ofCity is the report of a run against the sample city, with the fault of that name, "" for
// none, by the target.yaml that target makes of the city's URL.
func ofCity(t *testing.T, baseline, fault string, target func(city string) string) *reports.Report {
	t.Helper()
	var active []faults.Fault
	if fault != "" {
		var err error
		if active, err = faults.Named(fault); err != nil {
			t.Fatal(err)
		}
	}
	city, err := embedded.Start("127.0.0.1:0", reference.Options{}, active...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(city.Close)
	file := filepath.Join(t.TempDir(), "target.yaml")
	if err := os.WriteFile(file, []byte(target(city.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(Settings{TargetFile: file, StateDir: t.TempDir(), Baseline: baseline, Rate: -1, Concurrency: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	report, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}
