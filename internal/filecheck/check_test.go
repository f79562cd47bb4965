package filecheck

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// garden is a catalogue with a model of benches, that needs seats, from 1 on.
func garden(t testing.TB) *models.Catalogue {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"dataModel.Garden/context.jsonld": `{"@context": {"Bench": "https://garden.example/Bench", "seats": "https://garden.example/seats"}}`,
		"dataModel.Garden/Bench/schema.json": `{"type": "object", "required": ["id", "type", "seats"], "properties": {"id": {"type": "string"}, "type": {"enum": ["Bench"]},
			"seats": {"type": "integer", "minimum": 1, "description": "Property. How many."},
			"location": {"type": "object", "required": ["coordinates"], "properties": {"coordinates": {"type": "array", "minItems": 2}}}}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const atContext = `"@context": {"Bench": "https://garden.example/Bench", "seats": "https://garden.example/seats"}`

func bench(seats string) string {
	return `{"id": "urn:b:1", "type": "Bench", "seats": {"type": "Property", "value": ` + seats + `}, ` + atContext + `}`
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	z.Close()
	return b.String()
}

func given(name, text string) *entityfile.File {
	return &entityfile.File{Path: name, Input: strings.NewReader(text)}
}

// told is a result in short: where, what, and where each error is.
func told(r Result) string {
	s := fmt.Sprintf("%d%s %s", r.Line, r.Pointer, r.Verdict)
	for _, e := range r.Errors {
		s += " " + e.Pointer
	}
	return s
}

func TestFile(t *testing.T) {
	plain := func(seats string) string { return `{"id": "urn:b:1", "type": "Bench", "seats": ` + seats + `}` }
	feature := func(properties, more string) string {
		return `{"type": "Feature", "id": "urn:b:1", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"type": "Bench", ` + properties + `}` + more + `}`
	}
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"one", "a.json", bench("3"), []string{"1 valid"}},
		{"one that is not so", "a.json", bench("0"), []string{"1 invalid /seats/value"}},
		{"pretty", "a.json", strings.ReplaceAll(bench("0"), ", ", ",\n"), []string{"1 invalid /seats/value"}},
		{"after blank lines and a mark", "a.json", "\ufeff\n\n" + bench("3"), []string{"3 valid"}},
		{"simplified", "a.json", plain(`3, ` + atContext), []string{"1 valid"}},
		{"a list", "a.json", "[" + bench("3") + "," + bench("0") + ", 7]", []string{"1/0 valid", "1/1 invalid /1/seats/value", "1/2 cantTell"}},
		{"lines", "a.json", bench("3") + "\n\n" + bench("0") + "\n", []string{"1 valid", "3 invalid /seats/value"}},
		{"lines by name", "a.ndjson", "{broken\n" + bench("3"), []string{"1 cantTell", "2 valid"}},
		{"lines, one broken", "-", bench("3") + "\n{broken\n" + bench("0"), []string{"1 valid", "2 cantTell", "3 invalid /seats/value"}},
		{"packed", "a.ndjson.gz", zipped(bench("3") + "\n" + bench("0")), []string{"1 valid", "2 invalid /seats/value"}},
		{"packed without a name", "-", zipped(bench("0")), []string{"1 invalid /seats/value"}},
		{"packed and cut off", "a.ndjson.gz", zipped(bench("3") + "\n" + bench("0"))[:60], []string{"0 cantTell"}},
		{"packed badly", "a.gz", "\x1f\x8bnot really", []string{"0 cantTell"}},
		{"graph", "a.jsonld", `{"@graph": [` + plain("3") + "," + plain("0") + "], " + atContext + "}", []string{"1/@graph/0 valid", "1/@graph/1 invalid /@graph/1/seats"}},
		{"feature", "a.geojson", feature(`"seats": 3`, ", "+atContext), []string{"1 valid"}},
		{"feature, normalised", "a.geojson", feature(`"seats": {"type": "Property", "value": 0}`, ", "+atContext), []string{"1 invalid /properties/seats/value"}},
		{"feature whose geometry is wrong", "a.geojson", strings.ReplaceAll(feature(`"seats": {"type": "Property", "value": 1}`, ", "+atContext), "[1, 2]", "[1]"),
			[]string{"1 invalid /geometry/coordinates"}},
		{"features", "a.geojson", `{"type": "FeatureCollection", ` + atContext + `, "features": [` + feature(`"seats": 3`, "") + "," + feature(`"seats": 0`, "") + "]}",
			[]string{"1/features/0 valid", "1/features/1 invalid /features/1/properties/seats"}},
		{"no NGSI-LD", "a.json", `{"id": 5, "type": "Bench", "seats": 3, ` + atContext + `}`, []string{"1 invalid /id "}},
		{"a type without a model", "a.json", plain("3"), []string{"1 cantTell"}},
		{"two types, one without a model", "a.json", `{"id": "urn:b:1", "type": ["Bench", "Thing"], "seats": 3, ` + atContext + `}`, []string{"1 cantTell"}},
		{"two types, one without a model, and invalid", "a.json", `{"id": "urn:b:1", "type": ["Bench", "Thing"], "seats": 0, ` + atContext + `}`, []string{"1 invalid /seats"}},
		{"an @context that is not at hand", "a.json", plain(`3, "@context": "https://city.example/context.jsonld"`), []string{"1 cantTell"}},
		{"cut off", "a.json", bench("3")[:40], []string{"1 cantTell"}},
		{"a member twice", "a.json", plain(`3, "seats": 0, ` + atContext), []string{"1 cantTell"}},
		{"empty", "a.json", "", []string{"0 cantTell"}},
		{"blank", "a.ndjson", " \n\n", []string{"0 cantTell"}},
		{"an empty list", "a.json", "[]", []string{"0 cantTell"}},
		{"a number", "a.json", "5", []string{"1 cantTell"}},
		{"deep", "a.json", strings.Repeat("[", 10000), []string{"1/0 cantTell"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, strict := range []bool{false, true} {
				checker := &Checker{Catalogue: garden(t), Strict: strict}
				var got []string
				err := checker.File(t.Context(), given(c.file, c.text), func(r Result) error {
					got = append(got, told(r))
					if (r.Verdict == validate.CantTell) != (r.Reason != "") && r.Verdict != validate.Invalid {
						t.Errorf("%s with the reason %q", r.Verdict, r.Reason)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Each error has the line and the column of the member that it is about.
func TestPlaces(t *testing.T) {
	text := "[\n  " + bench("3") + ",\n  {\n    \"id\": \"urn:ö:2\",\n    \"type\": \"Bench\", \"seats\": {\"type\": \"Property\", \"value\": 0},\n    " + atContext + "\n  },\n" +
		`{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1]}, "properties": {"type": "Bench"}, ` + atContext + "}]"
	var got []string
	checker := &Checker{Catalogue: garden(t)}
	err := checker.File(t.Context(), given("a.json", text), func(r Result) error {
		got = append(got, fmt.Sprintf("%d:%d %s", r.Line, r.Column, r.Verdict))
		for _, e := range r.Errors {
			got = append(got, fmt.Sprintf("%d:%d %s %s%s", e.Line, e.Column, e.Pointer, e.Keyword, e.Member))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2:3 valid",
		"3:3 invalid", "5:52 /1/seats/value minimum",
		"8:1 invalid", "8:1 /2/id ", "8:1 /2 requiredid", "8:1 /2 requiredseats", "8:51 /2/geometry/coordinates minItems",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsSaidBesidesTheFile(t *testing.T) {
	c := garden(t)
	m, err := c.Find("Bench")
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"id": "urn:b:1", "type": "Bench", "seats": 0}`
	for name, checker := range map[string]Checker{
		"model":    {Model: m},
		"declared": {Declared: map[string]string{"Bench": "dataModel.Garden/Bench"}},
		"context":  {Context: map[string]any{"Bench": "https://garden.example/Bench"}},
	} {
		checker.Catalogue = c
		err := checker.File(t.Context(), given("a.json", text), func(r Result) error {
			if r.Verdict != validate.Invalid || len(r.Models) != 1 {
				t.Errorf("%s: %+v", name, r)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestLineThatIsTooLongIsToldAndTheNextIsRead(t *testing.T) {
	text := `{"id": "` + strings.Repeat("x", entityfile.DefaultMaxEntity) + `"}` + "\n" + bench("3")
	var got []string
	checker := &Checker{Catalogue: garden(t)}
	err := checker.File(t.Context(), given("a.ndjson", text), func(r Result) error {
		got = append(got, told(r))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 cantTell", "2 valid"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFileEnds(t *testing.T) {
	checker := &Checker{Catalogue: garden(t)}
	enough := errors.New("enough")
	err := checker.File(t.Context(), given("-", bench("3")+"\n"+bench("3")), func(Result) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err = checker.File(ctx, given("-", bench("3")), func(Result) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Whatever the bytes are, there is at least one result, and none is valid that is no JSON.
func FuzzFile(f *testing.F) {
	f.Add("a.json", []byte(bench("3")))
	f.Add("a.ndjson", []byte(bench("3")+"\n{"))
	f.Add("a.geojson", []byte(`{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"type": 5}, "geometry": {}}]}`))
	f.Add("-", []byte(zipped(bench("0"))))
	f.Add("-", []byte(`{"@graph": [[], 1, {"@context": [null]}]}`))
	checker := &Checker{Catalogue: garden(f)}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		count := 0
		err := checker.File(t.Context(), given(name, string(b)), func(r Result) error {
			count++
			if r.Verdict == validate.Valid && len(r.Models) == 0 {
				t.Errorf("valid by no model: %+v", r)
			}
			return nil
		})
		if err != nil || count == 0 {
			t.Errorf("%d results, %v", count, err)
		}
	})
}
