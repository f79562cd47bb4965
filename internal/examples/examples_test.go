package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/examples"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// garden is a folder with a model of benches and its examples.
func garden(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"schema.json":                        `{"type": "object", "required": ["seats"], "properties": {"seats": {"type": "integer", "minimum": 1}, "location": {"required": ["coordinates"]}}}`,
		"examples/example.json":              `[{"id": "urn:b:1", "type": "Bench", "seats": 1}, {"id": "urn:b:2", "type": "Bench", "seats": 0}]`,
		"examples/example.jsonld":            `{"id": "urn:b:1", "type": "Bench", "seats": 1, "@context": "https://city.example/context.jsonld"}`,
		"examples/example-normalized.json":   `{"id": "urn:b:1", "type": "Bench", "seats": {"type": "Integer", "value": 0}}`,
		"examples/example-normalized.jsonld": "{\"id\": \"urn:b:1\",\n \"type\": \"Bench\", \"seats\": {\"type\": \"Property\"}}\n",
		"examples/example-geojsonfeature.json": `{"type": "Feature", "id": "urn:b:1", "geometry": {"type": "Point"},
			"properties": {"type": "Bench", "seats": 2}}`,
		"examples/exampleOther.json": `{`,
	} {
		path := filepath.Join(dir, "dataModel.Garden", "Bench", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCheck(t *testing.T) {
	dir := garden(t)
	c, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = examples.Check(t.Context(), c, dir, func(r examples.Result) error {
		line := r.Kind + " " + string(r.Verdict) + " " + strings.Join(r.Keywords, ",")
		for _, o := range r.Opinions {
			line += " " + examples.Engine(o.Engine) + "=" + string(o.Verdict)
		}
		got = append(got, line+map[bool]string{true: " noted"}[r.Note != ""])
		if r.Disagree() {
			t.Errorf("the engines disagree: %+v", r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"example-geojsonfeature.json invalid required gojsonschema=invalid jsonschema=invalid mimcheck=cantTell",
		"example-normalized.jsonld invalid ngsi-ld,required gojsonschema=invalid jsonschema=invalid mimcheck=cantTell",
		"example.json valid  gojsonschema=valid jsonschema=valid mimcheck=valid",
		"example.json invalid minimum gojsonschema=invalid jsonschema=invalid mimcheck=cantTell",
		"example.jsonld valid  gojsonschema=valid jsonschema=valid mimcheck=valid noted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDisagree(t *testing.T) {
	for _, c := range []struct {
		verdicts []validate.Verdict
		want     bool
	}{
		{nil, false},
		{[]validate.Verdict{validate.Valid, validate.Valid}, false},
		{[]validate.Verdict{validate.Valid, validate.CantTell}, false},
		{[]validate.Verdict{validate.Invalid, validate.CantTell}, false},
		{[]validate.Verdict{validate.Invalid, validate.Valid}, true},
	} {
		var r examples.Result
		for _, v := range c.verdicts {
			r.Opinions = append(r.Opinions, validate.Opinion{Verdict: v})
		}
		if r.Disagree() != c.want {
			t.Errorf("%v: got %v", c.verdicts, r.Disagree())
		}
	}
}

func TestFolderWithoutExamples(t *testing.T) {
	c, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if err := examples.Check(t.Context(), c, dir, func(examples.Result) error { return nil }); err == nil {
			t.Errorf("%s: no error", dir)
		}
	}
}

// TestSmartDataModels holds a checkout of the published models against every engine.
// It runs only where the environment says where the checkout is.
func TestSmartDataModels(t *testing.T) {
	folder := os.Getenv("MIMCHECK_SMART_DATA_MODELS")
	if folder == "" {
		t.Skip("MIMCHECK_SMART_DATA_MODELS names no folder with a checkout of Smart Data Models")
	}
	c, err := models.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(c.Problems(), c.Check()...) {
		t.Logf("broken: %s", p)
	}
	count := map[validate.Verdict]int{}
	err = examples.Check(t.Context(), c, folder, func(r examples.Result) error {
		count[r.Verdict]++
		if r.Disagree() || r.Verdict == validate.CantTell {
			t.Errorf("%s: %s %s %+v", r.File, r.Verdict, r.Why, r.Opinions)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d models, examples: %v", len(c.Models()), count)
}
