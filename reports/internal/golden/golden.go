// Package golden is the test that every format passes: each sample report gives
// the bytes of its golden file, the same ones each time, and the same ones after
// a way through JSON.
package golden

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

// Check renders every sample report and compares it with testdata/<name><ext>,
// which update writes anew. It returns what was rendered, by sample.
func Check(t *testing.T, update bool, ext string, render func(io.Writer, *reports.Report) error) map[string][]byte {
	t.Helper()
	rendered := map[string][]byte{}
	for _, name := range fixture.Names() {
		t.Run(name, func(t *testing.T) {
			got := Render(t, render, fixture.Report(name))
			rendered[name] = got
			if again := Render(t, render, fixture.Report(name)); !bytes.Equal(got, again) {
				t.Error("the same report gave other bytes the second time")
			}
			shuffled := fixture.Report(name)
			slices.Reverse(shuffled.Checks)
			if other := Render(t, render, shuffled); !bytes.Equal(got, other) {
				t.Error("the order of the checks in memory changed the bytes")
			}
			path := filepath.Join("testdata", name+ext)
			if update {
				if err := reports.Write(path, got); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v: run the test with -update to write it", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s changed (-want +got), run the test with -update if it should:\n%s", path, diff)
			}
		})
	}
	return rendered
}

// Render renders one report.
func Render(t *testing.T, render func(io.Writer, *reports.Report) error, r *reports.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
