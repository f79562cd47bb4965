package models_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// checkout is a small Smart Data Models checkout: two subjects, shared definitions
// that one of them refers to at another host, and what is broken.
var checkout = map[string]string{
	"data-models/common-schema.json": `{"$schema": "https://json-schema.org/draft/2020-12/schema", "definitions": {
		"Id": {"type": "string", "format": "uri"}, "Unused": {"pattern": "(?=x)"}}}`,
	"data-models/context.jsonld":                   `{"@context": {"Bench": "https://old.example/Bench", "Tree": "https://old.example/Tree"}}`,
	"data-models/templates/Model/schema.json":      `{"type": "object"}`,
	"dataModel.Garden/context.jsonld":              `{"@context": {"garden": "https://garden.example/", "Bench": "garden:Bench", "seats": {"@id": "garden:seats"}, "Tree": "https://garden.example/Tree"}}`,
	"dataModel.Garden/Bench/schema.json":           `{"$schema": "https://json-schema.org/draft/2020-12/schema", "$schemaVersion": "0.0.2", "title": "A bench", "license": "CC0", "allOf": [{"properties": {"id": {"$ref": "https://smart-data-models.github.io/data-models/common-schema.json#/definitions/Id"}}}, {"properties": {"seats": {"type": "integer", "description": "Property. How many sit."}, "type": {"enum": ["Bench"]}}}], "required": ["id", "type", "seats"]}`,
	"dataModel.Garden/Bench/examples/example.json": `{"id": "urn:ngsi-ld:Bench:1"}`,
	"dataModel.Garden/Tree/schema.json":            `{"type": "object", "properties": {"id": {"$ref": "https://raw.githubusercontent.com/smart-data-models/data-models/master/common-schema.json#/definitions/Id"}, "height": {"type": "number"}}}`,
	"dataModel.Garden/Lost/schema.json":            `{"$ref": "https://smart-data-models.github.io/dataModel.Elsewhere/x.json"}`,
	"dataModel.Garden/Cut/schema.json":             `{"type": `,
	"dataModel.Wood/Tree/schema.json":              `{"type": "object"}`,
	"dataModel.Wood/LICENSE.md":                    `some licence`,
	"PROVENANCE.csv":                               "repo,commit,commit_date,licence\nsmart-data-models/dataModel.Garden,abc123,2024-05-06,CC-BY-4.0\n",
	"README.md":                                    `not relevant`,
}

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "checkout")
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipped(files map[string]string, prefix string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, _ := z.Create(prefix + name)
		_, _ = io.WriteString(w, files[name])
	}
	_ = z.Close()
	return b.Bytes()
}

func tarred(files map[string]string, prefix string, compressed bool) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_ = w.WriteHeader(&tar.Header{Name: prefix + name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg})
		_, _ = io.WriteString(w, files[name])
	}
	_ = w.Close()
	if !compressed {
		return b.Bytes()
	}
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	_, _ = g.Write(b.Bytes())
	_ = g.Close()
	return z.Bytes()
}

func file(t testing.TB, name string, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOpen(t *testing.T) {
	for _, c := range []struct{ name, path string }{
		{"folder", folder(t, checkout)},
		{"zip", file(t, "models.zip", zipped(checkout, ""))},
		{"zip of a repository host, one folder around", file(t, "models.zip", zipped(checkout, "smart-data-models-main/"))},
		{"tar", file(t, "models.tar", tarred(checkout, "./", false))},
		{"tar.gz", file(t, "models.tar.gz", tarred(checkout, "x/", true))},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat, err := models.Open(c.path)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range cat.Models() {
				if m.Origin != "built-in" {
					got = append(got, m.ID())
				}
			}
			want := []string{"dataModel.Garden/Bench", "dataModel.Garden/Cut", "dataModel.Garden/Lost", "dataModel.Garden/Tree", "dataModel.Wood/Tree"}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			m := find(t, cat, "Bench")
			if m.Title() != "A bench" || m.Version() != "0.0.2" || m.StatedLicence() != "CC0" || m.Licence != "CC-BY-4.0" || m.Commit != "abc123" || m.Date != "2024-05-06" {
				t.Errorf("got %q %q %q %q %q %q", m.Title(), m.Version(), m.StatedLicence(), m.Licence, m.Commit, m.Date)
			}
			if got := m.IRIs(); !slices.Equal(got, []string{"https://garden.example/Bench"}) {
				t.Errorf("IRIs %v", got)
			}
			if a := m.Attribute("seats"); a == nil || a.IRI != "https://garden.example/seats" || a.Kind != models.Property || !a.Required {
				t.Errorf("seats: %+v", a)
			}
			for value, want := range map[string]validate.Verdict{
				`{"id": "urn:ngsi-ld:Bench:1", "type": "Bench", "seats": 3}`:   validate.Valid,
				`{"id": "1", "type": "Bench", "seats": 3}`:                     validate.Invalid,
				`{"id": "urn:ngsi-ld:Bench:1", "type": "Bench", "seats": 3.5}`: validate.Invalid,
			} {
				if r := m.Schema().ValidateJSON([]byte(value)); r.Verdict != want {
					t.Errorf("%s: got %s (%s)", value, r.Verdict, r.Reason)
				}
			}
		})
	}
}

func TestBrokenModelsAreListedAndIsolated(t *testing.T) {
	cat, err := models.Open(folder(t, checkout))
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]string{}
	for _, p := range cat.Check() {
		broken[p.Where] = p.Reason
	}
	if len(broken) != 2 || !strings.Contains(broken["dataModel.Garden/Lost"], "dataModel.Elsewhere/x.json") ||
		!strings.Contains(broken["dataModel.Garden/Cut"], "ends inside") {
		t.Errorf("got %v", broken)
	}
	if r := find(t, cat, "Lost").Schema().ValidateJSON([]byte(`{}`)); r.Verdict != validate.CantTell {
		t.Errorf("a broken model says %s", r.Verdict)
	}
	e := read(t, cat, models.Normalised, `{"id": "urn:x:1", "type": "T"}`)
	if j := e.Judge(find(t, cat, "Cut")); j.Verdict != validate.CantTell || j.Reason == "" {
		t.Errorf("a broken model says %+v", j)
	}
}

func TestLookUp(t *testing.T) {
	cat, err := models.Open(folder(t, checkout))
	if err != nil {
		t.Fatal(err)
	}
	const plain = "https://uri.etsi.org/ngsi-ld/default-context/"
	for _, c := range []struct {
		name     string
		kind     models.Type
		declared map[string]string
		want     string
		via      models.Via
		err      error
	}{
		{"by IRI", models.Type{Served: "Bench", IRI: "https://garden.example/Bench"}, nil, "dataModel.Garden/Bench", models.ViaIRI, nil},
		{"by the older IRI", models.Type{Served: "Bench", IRI: "https://old.example/Bench"}, nil, "dataModel.Garden/Bench", models.ViaOldIRI, nil},
		{"the older IRI of two models", models.Type{Served: "Tree", IRI: "https://old.example/Tree"}, nil, "", "", models.ErrAmbiguous},
		{"by convention", models.Type{Served: "Tree", IRI: sdm + "dataModel.Wood/Tree"}, nil, "dataModel.Wood/Tree", models.ViaIRI, nil},
		{"the name alone says nothing", models.Type{Served: "Bench", IRI: plain + "Bench"}, nil, "", "", models.ErrNoModel},
		{"declared by name", models.Type{Served: "Seat", IRI: plain + "Seat"}, map[string]string{"Seat": "Bench"}, "dataModel.Garden/Bench", models.ViaDeclaration, nil},
		{"declared by IRI", models.Type{Served: "Seat", IRI: plain + "Seat"}, map[string]string{plain + "Seat": "dataModel.Garden/Bench"}, "dataModel.Garden/Bench", models.ViaDeclaration, nil},
		{"declared, two of the name", models.Type{Served: "Oak", IRI: plain + "Oak"}, map[string]string{"Oak": "Tree"}, "", "", models.ErrAmbiguous},
		{"declared, none of the name", models.Type{Served: "Oak", IRI: plain + "Oak"}, map[string]string{"Oak": "Shrub"}, "", "", models.ErrNoModel},
		{"declared by subject", models.Type{Served: "Tree", IRI: plain + "Tree"}, map[string]string{"Tree": "dataModel.Wood"}, "dataModel.Wood/Tree", models.ViaDeclaration, nil},
		{"declared by a subject that has no such model", models.Type{Served: "Oak", IRI: plain + "Oak"}, map[string]string{"Oak": "dataModel.Wood"}, "", "", models.ErrNoModel},
		{"unknown", models.Type{Served: "Oak", IRI: plain + "Oak"}, nil, "", "", models.ErrNoModel},
	} {
		m, err := cat.ForType(c.kind, c.declared)
		switch {
		case !errors.Is(err, c.err):
			t.Errorf("%s: error %v, want %v", c.name, err, c.err)
		case err == nil && (m.Model.ID() != c.want || m.Via != c.via):
			t.Errorf("%s: got %s via %s, want %s via %s", c.name, m.Model.ID(), m.Via, c.want, c.via)
		}
	}
}

func TestOwnModels(t *testing.T) {
	dir := folder(t, map[string]string{
		"Bench.schema.json":   `{"$schema": "http://json-schema.org/draft-04/schema#", "id": "https://city.example/bench.json", "type": "object", "properties": {"seats": {"$ref": "definitions.json#/definitions/Count"}}}`,
		"definitions.json":    `{"definitions": {"Count": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}}`,
		"Pond/schema.json":    `{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://city.example/pond.json", "properties": {"depth": {"type": "number"}}, "unevaluatedProperties": false}`,
		"Pond/context.jsonld": `{"@context": {"Pond": "https://city.example/Pond", "depth": "https://city.example/depth"}}`,
		"examples/x.json":     `{"properties": {}}`,
		"data.json":           `[1, 2]`,
		"broken.json":         `{"properties": `,
		"odd name.json":       `{"properties": {}}`,
	})
	cat, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range cat.Models() {
		if m.Origin != "built-in" {
			got = append(got, m.Name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"Bench", "Pond"}) {
		t.Errorf("got %v", got)
	}
	if p := cat.Problems(); len(p) != 2 || !strings.Contains(p[0].Where+p[1].Where, "broken.json") || !strings.Contains(p[0].Where+p[1].Where, "odd name.json") {
		t.Errorf("problems %v", p)
	}
	m, err := cat.ForType(models.Type{Served: "Pond", IRI: "https://city.example/Pond"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := m.Model.Schema().ValidateJSON([]byte(`{"depth": 2, "fish": 3}`)); r.Verdict != validate.Invalid {
		t.Errorf("got %s %s", r.Verdict, r.Reason)
	}
	if r := find(t, cat, "Bench").Schema().ValidateJSON([]byte(`{"seats": 0}`)); r.Verdict != validate.Invalid {
		t.Errorf("got %s %s", r.Verdict, r.Reason)
	}
}

func TestLayers(t *testing.T) {
	upper := folder(t, map[string]string{
		"dataModel.Environment/AirQualityObserved/schema.json": `{"title": "stricter", "type": "object", "required": ["no2"]}`,
	})
	cat, err := models.Open(folder(t, checkout), upper)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cat.Find(sdm + "dataModel.Environment/AirQualityObserved")
	if err != nil || m.Title() != "stricter" {
		t.Errorf("got %v %v", m, err)
	}
	if _, err := cat.Find("WeatherObserved"); err != nil {
		t.Errorf("the built-in layer is gone: %v", err)
	}
}

func TestArchivesThatAreRefused(t *testing.T) {
	bomb := map[string]string{"dataModel.A/B/schema.json": strings.Repeat(" ", 20<<20)}
	for _, c := range []struct {
		name, wrong string
		b           []byte
	}{
		{"zip that leads out", "leads out", zipped(map[string]string{"../dataModel.A/B/schema.json": "{}"}, "")},
		{"zip that leads out by backslashes", "leads out", zipped(map[string]string{`dataModel.A\..\..\schema.json`: "{}"}, "")},
		{"tar that leads out", "leads out", tarred(map[string]string{"a/../../schema.json": "{}"}, "", true)},
		{"tar with an absolute name", "absolute", tarred(map[string]string{"/etc/schema.json": "{}"}, "", false)},
		{"zip bomb", "larger", zipped(bomb, "")},
		{"tar bomb", "larger", tarred(bomb, "", true)},
		{"cut zip", "broken", zipped(checkout, "")[:500]},
		{"cut tar.gz", "", tarred(checkout, "", true)[:200]},
		{"no archive", "archive", []byte("hello")},
		{"empty", "no schema", nil},
		{"HTML", "archive", []byte("<html>" + strings.Repeat("not found ", 100))},
		{"nothing in it", "no schema", zipped(map[string]string{"README.md": "x"}, "")},
	} {
		_, err := models.Open(file(t, "models.bin", c.b))
		if err == nil || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: got %v, want an error that says %q", c.name, err, c.wrong)
		}
	}
	if _, err := models.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestFolderLinksDoNotLeadOut(t *testing.T) {
	outside := file(t, "schema.json", []byte(`{"properties": {"secret": {}}}`))
	dir := folder(t, map[string]string{"Bench.json": `{"properties": {"a": {"$ref": "Linked.json"}}}`})
	if err := os.Symlink(outside, filepath.Join(dir, "Linked.json")); err != nil {
		t.Skip(err)
	}
	cat, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r := find(t, cat, "Bench").Schema().ValidateJSON([]byte(`{"a": 1}`)); r.Verdict != validate.CantTell {
		t.Errorf("got %s", r.Verdict)
	}
}

func TestBuiltinModels(t *testing.T) {
	cat := builtin(t)
	if p := cat.Check(); len(p) > 0 {
		t.Errorf("broken: %v", p)
	}
	if len(cat.Models()) < 8 {
		t.Errorf("%d models", len(cat.Models()))
	}
	for _, m := range cat.Models() {
		if draft := m.Name == "Kiosk"; m.Title() == "" || !draft && (m.StatedLicence() != "Apache-2.0" || m.Version() == "") {
			t.Errorf("%s: title %q, licence %q, version %q", m.ID(), m.Title(), m.StatedLicence(), m.Version())
		}
		for _, a := range m.Attributes() {
			if a.Name != "id" && a.Name != "type" && (a.IRI == "" || a.Kind == "") {
				t.Errorf("%s: attribute %s has IRI %q and kind %q", m.ID(), a.Name, a.IRI, a.Kind)
			}
		}
		if len(m.StrictSchema().Engines()) != 2 {
			t.Errorf("%s: judged by %v only", m.ID(), m.StrictSchema().Engines())
		}
	}
}

func FuzzArchive(f *testing.F) {
	f.Add(zipped(checkout, "x/"))
	f.Add(tarred(checkout, "", false))
	f.Add(tarred(checkout, "../", true))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		cat, err := models.Open(file(t, "models", b))
		if err != nil {
			return
		}
		cat.Check()
		_, _ = cat.Find("Bench")
	})
}
