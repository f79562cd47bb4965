package claims

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/yamldoc"
	"github.com/oasc/mimcheck/schemas"
)

func known(t testing.TB) Known {
	t.Helper()
	c, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	return Known{Models: c}
}

const goodSheet = `vendor: Example Systems
product: Example Broker
version: "3.2"
bundles: [run.mimcheck.zip]
claims:
  - mim: MIM1
    says: all of it
  - requirement: MIM1/access
  - feature: temporal
  - model: AirQualityObserved
  - specVersion: 1.6.1
`

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "claims.yaml")
	if err := os.WriteFile(path, []byte(goodSheet), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, known(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Sheet{File: path, Vendor: "Example Systems", Product: "Example Broker", Version: "3.2", Baseline: DefaultBaseline,
		Bundles: []string{filepath.Join(filepath.Dir(path), "run.mimcheck.zip")},
		Claims: []Claim{
			{MIM, "MIM1", "all of it", 6}, {Requirement, "oasc-2019-01-16/MIM1/access", "", 8}, {Feature, "temporal", "", 9},
			{Model, "dataModel.Environment/AirQualityObserved", "", 10}, {SpecVersion, "1.6.1", "", 11},
		}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), known(t)); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestProblemsNameFileLineFieldAndFix(t *testing.T) {
	head := "vendor: x\nproduct: y\nclaims:\n"
	for name, c := range map[string]struct {
		sheet string
		want  []string
	}{
		"empty":               {"", []string{"c.yaml", "vendor, product and claims"}},
		"no YAML":             {"vendor: [", []string{"no YAML"}},
		"no vendor":           {"product: y\nclaims: [{mim: MIM1}]\n", []string{"c.yaml:1:1: vendor: missing"}},
		"no claims":           {"vendor: x\nproduct: y\n", []string{"claims: missing"}},
		"an empty list":       {"vendor: x\nproduct: y\nclaims: []\n", []string{"such as - mim: MIM1"}},
		"no list":             {"vendor: x\nproduct: y\nclaims: MIM1\n", []string{"c.yaml:3:9", "seen text"}},
		"unknown field":       {head + "  - mimm: MIM1\n", []string{"c.yaml:4:5: claims[0].mimm", "mim"}},
		"unknown MIM":         {head + "  - mim: MIM9\n", []string{"c.yaml:4:10: claims[0].mim", "oasc-2019-01-16"}},
		"MIM of another":      {"vendor: x\nproduct: y\nbaseline: oasc-2019-01-16\nclaims:\n  - mim: MIM7\n", []string{"c.yaml:5:10", "MIM7"}},
		"unknown baseline":    {"vendor: x\nproduct: y\nbaseline: oasc-1999\nclaims:\n  - mim: MIM1\n", []string{"c.yaml:3:11: baseline", "oasc-2019-01-16"}},
		"unknown requirement": {head + "  - requirement: MIM1/acces\n", []string{"c.yaml:4:18", "did you mean oasc-2019-01-16/MIM1/access?"}},
		"unknown feature":     {head + "  - feature: temporel\n", []string{"did you mean temporal?"}},
		"unknown model":       {head + "  - model: Nothing\n", []string{"c.yaml:4:12", "mimcheck models list"}},
		"short version":       {head + "  - specVersion: 1.6\n", []string{"put it in quotes"}},
		"odd version":         {head + "  - specVersion: v1.6.1\n", []string{"1.6.1"}},
		"two in one":          {head + "  - mim: MIM1\n    feature: temporal\n", []string{"claims[0]", "seen 2"}},
		"nothing in one":      {head + "  - says: all\n", []string{"seen 0"}},
		"twice":               {head + "  - mim: MIM1\n  - mim: MIM1\n", []string{"c.yaml:5:5", "first as claims[0]"}},
		"twice by its id":     {head + "  - requirement: MIM1/access\n  - requirement: oasc-2019-01-16/MIM1/access\n", []string{"claimed twice"}},
		"steering letters":    {"vendor: \"x\\u202e\"\nproduct: y\nclaims: [{mim: MIM1}]\n", []string{"c.yaml:1:9: vendor", "control characters"}},
		"two documents":       {head + "  - mim: MIM1\n---\nmore: 1\n", []string{"2 documents"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse("c.yaml", []byte(c.sheet), known(t))
			var one *yamldoc.Error
			if !errors.As(err, &one) {
				t.Fatalf("got %v, want a *yamldoc.Error", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q says nothing of %q", err, w)
				}
			}
		})
	}
}

// The buyer's baseline takes the place of the vendor's, also for what is claimed.
func TestBaselineOfTheBuyer(t *testing.T) {
	k := known(t)
	k.Baseline = "oasc-2022-06-07"
	s, err := parse("c.yaml", []byte("vendor: x\nproduct: y\nbaseline: oasc-2019-01-16\nclaims:\n  - mim: MIM7\n"), k)
	if err != nil || s.Baseline != k.Baseline {
		t.Errorf("%+v, %v", s, err)
	}
}

// What can be read is valid by the published schema, and the form of the annex is both.
func TestSheetsAreAsTheSchemaSays(t *testing.T) {
	raw, err := schemas.Read("claims.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("claims", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("claims")
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAnnex(DefaultBaseline, nil)
	if err != nil {
		t.Fatal(err)
	}
	var form bytes.Buffer
	if err := a.WriteYAML(&form); err != nil {
		t.Fatal(err)
	}
	for _, sheet := range []string{goodSheet, form.String()} {
		var v any
		if err := yaml.Unmarshal([]byte(sheet), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%v\n%s", err, sheet)
		}
		if _, err := parse("c.yaml", []byte(sheet), known(t)); err != nil {
			t.Error(err)
		}
	}
	if err := schema.Validate(map[string]any{"vendor": "x", "product": "y", "claims": []any{map[string]any{"mim": "MIM1", "feature": "batch"}}}); err == nil {
		t.Error("the schema takes two claims for one")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(goodSheet))
	f.Add([]byte("claims: [{mim: &a MIM1}, *a]"))
	k := known(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := parse("c.yaml", content, k)
		if err == nil && (s.Vendor == "" || len(s.Claims) == 0) {
			t.Errorf("read %+v of %q", s, content)
		}
	})
}
