package models_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// TestSmartDataModels holds a checkout of the published models against both engines.
// It runs only where the environment says where the checkout is.
func TestSmartDataModels(t *testing.T) {
	folder := os.Getenv("MIMCHECK_SMART_DATA_MODELS")
	if folder == "" {
		t.Skip("MIMCHECK_SMART_DATA_MODELS names no folder with a checkout of Smart Data Models")
	}
	started := time.Now()
	c, err := models.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("opened %d models in %v; problems while opening: %v", len(c.Models()), time.Since(started), c.Problems())
	for _, p := range c.Check() {
		t.Logf("broken: %s", p)
	}
	for _, m := range c.Models() {
		for _, r := range m.Repairs() {
			t.Logf("repaired in %s: %s", m.ID(), r)
		}
	}
	t.Logf("compiled after %v", time.Since(started))

	count := map[string]int{}
	disagreements := 0
	for _, name := range []struct {
		file string
		form models.Form
	}{{"example.json", models.KeyValues}, {"example.jsonld", models.KeyValues}, {"example-normalized.jsonld", models.Normalised}} {
		for _, m := range c.Models() {
			if m.Origin == "built-in" {
				continue
			}
			path := filepath.Join(folder, m.Subject, m.Name, "examples", name.file)
			b, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			doc, err := validate.Decode(b)
			if err != nil {
				count[name.file+" not JSON"]++
				continue
			}
			var entities []any
			if list, ok := doc.([]any); ok {
				entities = list
			} else {
				entities = []any{doc}
			}
			for _, v := range entities {
				object, ok := v.(map[string]any)
				if !ok {
					continue
				}
				names, err := c.Names(object["@context"])
				if err != nil {
					count[name.file+" @context missing"]++
					names, _ = c.Names(nil)
				}
				e := models.ReadWith(object, name.form, names)
				j := e.JudgeStrictly(m)
				count[name.file+" "+string(j.Verdict)]++
				if loose := e.Judge(m); loose.Verdict != j.Verdict {
					t.Errorf("%s: strict says %s (%s), else %s (%s)", path, j.Verdict, j.Reason, loose.Verdict, loose.Reason)
				}
				if j.Verdict == validate.CantTell && strings.Contains(j.Reason, "disagree") {
					disagreements++
					t.Logf("disagreement: %s: %s", path, j.Reason)
				}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-45s %5d", k, count[k])
	}
	t.Logf("disagreements: %d; all in %v", disagreements, time.Since(started))
}
