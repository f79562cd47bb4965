package mim2_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim2"
)

// offline is a client of a platform that cannot be reached.
type offline struct{}

func (offline) Do(context.Context, probe.Request) (*probe.Response, error) {
	return nil, &probe.Unjudgeable{Failure: evidence.Failure{Class: evidence.Refused, Reason: "nothing listens"}}
}
func (offline) Exchanges() []evidence.Exchange { return nil }
func (offline) LastAsked() time.Time           { return time.Time{} }
func (offline) Token() string                  { return "mctoken01" }

// on runs a check on a sample of entities, without a platform.
func on(t *testing.T, id string, catalogue *models.Catalogue, types map[string]string, entities ...string) suites.Result {
	t.Helper()
	return in(t, id, suites.Env{Models: catalogue, Types: types}, entities...)
}

// in is on with an environment of its own.
func in(t *testing.T, id string, env suites.Env, entities ...string) suites.Result {
	t.Helper()
	for _, check := range mim2.Checks() {
		if check.ID != id {
			continue
		}
		sample := &suites.Sample{Taken: time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC), Reason: "it is empty"}
		for _, e := range entities {
			var head struct {
				ID string `json:"id"`
			}
			_ = json.Unmarshal([]byte(e), &head)
			sample.Entities = append(sample.Entities, suites.SampledEntity{ID: head.ID, Body: json.RawMessage(e)})
		}
		env.Sample = func(context.Context) (*suites.Sample, error) { return sample, nil }
		return suites.Run(t.Context(), check, offline{}, env)
	}
	t.Fatalf("there is no check %s", id)
	return suites.Result{}
}

const (
	airIRI = "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"
	air    = `{"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "` + airIRI + `",
		"https://smartdatamodels.org/dateObserved": {"type": "Property", "value": "2025-05-01T00:00:00Z"},
		"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}}}`
	own       = `{"id": "urn:ngsi-ld:Bench:1", "type": "https://city.example/Bench", "a": {"type": "Property", "value": 5}}`
	elsewhere = `{"id": "urn:ngsi-ld:Bench:1", "type": "Bench", "@context": "https://127.0.0.1:1/context.jsonld"}`
)

func TestOutcomes(t *testing.T) {
	bench := map[string]string{"https://city.example/Bench": "Bench"}
	builtin, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, check string
		models      *models.Catalogue
		types       map[string]string
		entities    []string
		want        reports.Outcome
		reason      string
	}{
		{"a valid entity", "mim2.schema.required.members", builtin, nil, []string{air}, reports.Passed, ""},
		{"no models", "mim2.schema.required.members", nil, nil, []string{air}, reports.Untested, "no data models"},
		{"no entities", "mim2.schema.required.members", builtin, nil, nil, reports.Untested, "it is empty"},
		{"no type with a model", "mim2.schema.required.members", builtin, nil, []string{own}, reports.Untested, "https://city.example/Bench"},
		{"one of two types with a model", "mim2.schema.required.members", builtin, nil, []string{air, own}, reports.Passed, ""},
		{"all types have a model", "mim2.types.model.resolved", builtin, nil, []string{air}, reports.Passed, ""},
		{"a type without a model", "mim2.types.model.resolved", builtin, nil, []string{air, own}, reports.Untested, "Bench"},
		{"an @context that is not at hand", "mim2.schema.required.members", builtin, nil, []string{air, elsewhere}, reports.CantTell, "https://127.0.0.1:1/context.jsonld"},
		{"an @context that is not at hand, its own check", "mim2.context.document.usable", builtin, nil, []string{elsewhere}, reports.CantTell, "https://127.0.0.1:1/context.jsonld"},
		{"a mismatch beside a doubt", "mim2.identity.id.uri", builtin, nil, []string{elsewhere, strings.Replace(air, "urn:ngsi-ld:AirQualityObserved:1", "1", 1)}, reports.Failed, "no URI"},
		{"a declared model that is unknown", "mim2.schema.required.members", builtin, map[string]string{"https://city.example/Bench": "Bench"}, []string{own}, reports.Untested, "declared"},
		{"a declared model that an entity breaks", "mim2.schema.required.members", builtin, map[string]string{"https://city.example/Bench": "AirQualityObserved"}, []string{own}, reports.Failed, "dateObserved"},
		{"a broken model", "mim2.schema.value.types", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {"a": {"type": "Number"}}}`}),
			map[string]string{"https://city.example/Bench": "Bench"}, []string{own}, reports.CantTell, "broken"},
		{"a reference that leads nowhere", "mim2.schema.value.types", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {"a": {"$ref": "https://127.0.0.1:1/x.json"}}}`}),
			map[string]string{"https://city.example/Bench": "Bench"}, []string{own}, reports.CantTell, "https://127.0.0.1:1/x.json"},
		{"an ambiguous model", "mim2.schema.value.types", catalogueOf(t, map[string]string{"a/Bench.json": `{"properties": {}}`, "b/Bench/schema.json": `{"properties": {}}`}),
			map[string]string{"https://city.example/Bench": "Bench"}, []string{own}, reports.CantTell, "ambiguous"},
		{"not JSON", "mim2.schema.value.types", builtin, nil, []string{air, `{"id": "urn:ngsi-ld:X:1", "a": 1e999}`}, reports.CantTell, "64-bit float"},
		{"a platform that is gone", "mim2.identity.id.stable", builtin, nil, []string{air}, reports.CantTell, "nothing listens"},
		{"no unit to judge", "mim2.values.unit.code", builtin, nil, []string{air}, reports.Inapplicable, "no sampled attribute has a unitCode"},
		{"no LanguageProperty to judge", "mim2.values.language.tag", builtin, nil, []string{air}, reports.Inapplicable, "LanguageProperty"},
		{"no polygon to judge", "mim2.geometry.ring.closed", builtin, nil, []string{air}, reports.Inapplicable, "polygon"},
		{"a type of the model's name in an own namespace", "mim2.types.name.mapped", builtin, nil,
			[]string{strings.Replace(air, airIRI, "https://city.example/AirQualityObserved", 1)}, reports.Passed, ""},
		{"a type of the model's name without a namespace, declared", "mim2.types.name.mapped", builtin, map[string]string{"AirQualityObserved": "AirQualityObserved"},
			[]string{strings.Replace(air, airIRI, "AirQualityObserved", 1)}, reports.Passed, ""},
		{"an own model with a licence", "mim2.models.licence.stated", catalogueOf(t, map[string]string{"Bench.json": `{"license": "CC0-1.0", "properties": {}}`}),
			bench, []string{own}, reports.Passed, ""},
		{"an own model without a licence", "mim2.models.licence.stated", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {}}`}),
			bench, []string{own}, reports.Failed, "licence"},
		{"an own model with version and address", "mim2.models.origin.stated", catalogueOf(t, map[string]string{"Bench.json": `{"$id": "https://city.example/Bench.json", "$schemaVersion": "1.0", "properties": {}}`}),
			bench, []string{own}, reports.Passed, ""},
		{"an own model without an address", "mim2.models.origin.stated", catalogueOf(t, map[string]string{"Bench.json": `{"$id": "Bench.json", "$schemaVersion": "1.0", "properties": {}}`}),
			bench, []string{own}, reports.Failed, "address"},
		{"an own model without a version", "mim2.models.origin.stated", catalogueOf(t, map[string]string{"Bench.json": `{"derivedFrom": "https://city.example/Bench.json", "properties": {}}`}),
			bench, []string{own}, reports.Failed, "version"},
		{"an own model by JSON Schema 2020-12", "mim2.models.artefacts.schema", catalogueOf(t, map[string]string{"Bench.json": `{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {}}`}),
			bench, []string{own}, reports.Passed, ""},
		{"an own model by an older JSON Schema", "mim2.models.artefacts.schema", catalogueOf(t, map[string]string{"Bench.json": `{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {}}`}),
			bench, []string{own}, reports.Failed, "2020-12"},
		{"an own model that states no dialect", "mim2.models.artefacts.schema", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {}}`}),
			bench, []string{own}, reports.Failed, "2020-12"},
		{"a published model by an older JSON Schema", "mim2.models.artefacts.schema", catalogueOf(t, map[string]string{"dataModel.Garden/Bench/schema.json": `{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {}}`}),
			bench, []string{own}, reports.CantTell, "in the copy"},
		{"a published model without a licence", "mim2.models.licence.stated", catalogueOf(t, map[string]string{"dataModel.Garden/Bench/schema.json": `{"properties": {}}`}),
			bench, []string{own}, reports.Inapplicable, "published"},
		{"an attribute that is deprecated", "mim2.attributes.name.current", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {"a": {"deprecated": true}}}`, "context.jsonld": `{"@context": {"a": "https://uri.etsi.org/ngsi-ld/default-context/a"}}`}),
			bench, []string{own}, reports.Failed, "deprecated"},
		{"an attribute that is deprecated in words", "mim2.attributes.name.current", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {"a": {"description": "Property. Deprecated: use b."}}}`, "context.jsonld": `{"@context": {"a": "https://uri.etsi.org/ngsi-ld/default-context/a"}}`}),
			bench, []string{own}, reports.Failed, "deprecated"},
		{"an attribute that is not deprecated", "mim2.attributes.name.current", catalogueOf(t, map[string]string{"Bench.json": `{"properties": {"a": {"deprecated": false}, "b": {"deprecated": true}}}`, "context.jsonld": `{"@context": {"a": "https://uri.etsi.org/ngsi-ld/default-context/a"}}`}),
			bench, []string{own}, reports.Passed, ""},
		{"a list of one as its item beside lists is no drift", "mim2.drift.value.same", builtin, nil,
			[]string{strings.Replace(own, "5", `"x"`, 1), strings.Replace(strings.Replace(own, "5", `["x"]`, 1), "Bench:1", "Bench:2", 1)}, reports.Passed, ""},
		{"observed a minute after the sample", "mim2.values.observedAt.past", builtin, nil,
			[]string{strings.Replace(own, `"value": 5`, `"value": 5, "observedAt": "2025-06-01T12:01:00Z"`, 1)}, reports.Passed, ""},
		{"observed an hour after the sample", "mim2.values.observedAt.past", builtin, nil,
			[]string{strings.Replace(own, `"value": 5`, `"value": 5, "observedAt": "2025-06-01T13:00:00Z"`, 1)}, reports.Failed, "after the sample"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := on(t, c.check, c.models, c.types, c.entities...)
			if r.Outcome != c.want || !strings.Contains(r.Reason, c.reason) {
				t.Errorf("got %s (%s), want %s that says %q", r.Outcome, r.Reason, c.want, c.reason)
			}
		})
	}
}

// A profile may ask for more than its base model, and allow no more.
func TestProfiles(t *testing.T) {
	catalogue := catalogueOf(t, map[string]string{
		"Bench.json":     `{"properties": {"a": {"type": "integer", "maximum": 9}}}`,
		"Tall.json":      `{"properties": {"a": {"type": "integer", "minimum": 3}}}`,
		"context.jsonld": `{"@context": {"a": "https://uri.etsi.org/ngsi-ld/default-context/a"}}`,
	})
	valued := func(value string) string { return strings.Replace(own, `"value": 5`, `"value": `+value, 1) }
	tall := map[string]string{"https://city.example/Bench": "Tall"}
	for name, c := range map[string]struct {
		profiles map[string]string
		entity   string
		want     reports.Outcome
		reason   string
	}{
		"valid by both":         {tall, valued("5"), reports.Passed, ""},
		"by the profile only":   {tall, valued("12"), reports.Failed, "valid by the profile"},
		"by the base only":      {tall, valued("1"), reports.Untested, "valid by an application profile"},
		"by neither":            {tall, valued(`"x"`), reports.Untested, "valid by an application profile"},
		"another type":          {map[string]string{"Tree": "Tall"}, valued("12"), reports.Untested, "valid by an application profile"},
		"no profile":            {nil, valued("12"), reports.Inapplicable, "names no application profile"},
		"a profile not at hand": {map[string]string{"Bench": "Short"}, valued("5"), reports.CantTell, "Short"},
	} {
		env := suites.Env{Models: catalogue, Types: map[string]string{"https://city.example/Bench": "Bench"}, Profiles: c.profiles}
		if r := in(t, "mim2.models.profile.kept", env, c.entity); r.Outcome != c.want || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s: got %s (%s), want %s that says %q", name, r.Outcome, r.Reason, c.want, c.reason)
		}
	}
}

func TestUnreadableSample(t *testing.T) {
	builtin, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range mim2.Checks() {
		r := suites.Run(t.Context(), check, offline{}, suites.Env{Models: builtin, Profiles: map[string]string{"A": "B"},
			Sample: func(context.Context) (*suites.Sample, error) { return nil, errors.New("nothing listens") }})
		if r.Outcome != reports.CantTell {
			t.Errorf("%s: got %s (%s)", check.ID, r.Outcome, r.Reason)
		}
	}
}

func catalogueOf(t *testing.T, files map[string]string) *models.Catalogue {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
