package models_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

const sdm = "https://smartdatamodels.org/"

func builtin(t testing.TB) *models.Catalogue {
	t.Helper()
	c, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t testing.TB, c *models.Catalogue, name string) *models.Model {
	t.Helper()
	m, err := c.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func read(t testing.TB, c *models.Catalogue, form models.Form, text string) *models.Entity {
	t.Helper()
	e, err := c.ReadEntity([]byte(text), form)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// reduced is the reductions of an entity as JSON texts.
func reduced(t *testing.T, e *models.Entity, m *models.Model) []string {
	t.Helper()
	var all []string
	for _, r := range e.Reduce(m) {
		b, err := json.Marshal(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

func TestReduce(t *testing.T) {
	const context = `"@context": {"AirQualityObserved": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",
		"no2": "https://smartdatamodels.org/dataModel.Environment/no2", "NO2": "https://smartdatamodels.org/dataModel.Environment/no2",
		"name": "https://smartdatamodels.org/name", "owner": "https://smartdatamodels.org/owner", "own": "https://city.example/own",
		"refDevice": "https://smartdatamodels.org/dataModel.Environment/refDevice", "address": "https://smartdatamodels.org/address",
		"dateObserved": "https://smartdatamodels.org/dateObserved"}`
	const head = `"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "AirQualityObserved", ` + context
	const want = `"id":"urn:ngsi-ld:AirQualityObserved:1"`
	for _, c := range []struct {
		name, entity string
		form         models.Form
		want         []string
	}{
		{"Property", `{` + head + `, "no2": {"type": "Property", "value": 5, "unitCode": "GQ", "observedAt": "2024-01-01T00:00:00Z", "sub": {"type": "Property", "value": 1}}}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"system attributes", `{` + head + `, "createdAt": "2024-01-01T00:00:00Z", "modifiedAt": "2024-01-01T00:00:00Z", "scope": "/a", "no2": {"type": "Property", "value": 5, "createdAt": "2024-01-01T00:00:00Z"}}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"GeoProperty", `{` + head + `, "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1.5, 2]}}}`,
			models.Normalised, []string{`{` + want + `,"location":{"coordinates":[1.5,2],"type":"Point"},"type":"AirQualityObserved"}`}},
		{"Relationship", `{` + head + `, "refDevice": {"type": "Relationship", "object": "urn:x:1"}}`,
			models.Normalised, []string{`{` + want + `,"refDevice":"urn:x:1","type":"AirQualityObserved"}`}},
		{"Relationship to many", `{` + head + `, "owner": {"type": "Relationship", "object": ["urn:x:1", "urn:x:2"]}}`,
			models.Normalised, []string{`{` + want + `,"owner":["urn:x:1","urn:x:2"],"type":"AirQualityObserved"}`}},
		{"one object where the model takes a list", `{` + head + `, "owner": {"type": "Relationship", "object": "urn:x:1"}}`,
			models.Normalised, []string{`{` + want + `,"owner":["urn:x:1"],"type":"AirQualityObserved"}`}},
		{"LanguageProperty", `{` + head + `, "name": {"type": "LanguageProperty", "languageMap": {"nl": "meetpunt", "en": "station"}}}`,
			models.Normalised, []string{`{` + want + `,"name":"station","type":"AirQualityObserved"}`, `{` + want + `,"name":"meetpunt","type":"AirQualityObserved"}`}},
		{"VocabProperty", `{` + head + `, "name": {"type": "VocabProperty", "vocab": "outdoor"}}`,
			models.Normalised, []string{`{` + want + `,"name":"outdoor","type":"AirQualityObserved"}`}},
		{"JsonProperty", `{` + head + `, "own": {"type": "JsonProperty", "json": {"id": 1, "value": [null]}}}`,
			models.Normalised, []string{`{` + want + `,"own":{"id":1,"value":[null]},"type":"AirQualityObserved"}`}},
		{"ListProperty", `{` + head + `, "own": {"type": "ListProperty", "valueList": [1, 2]}}`,
			models.Normalised, []string{`{` + want + `,"own":[1,2],"type":"AirQualityObserved"}`}},
		{"ListRelationship", `{` + head + `, "owner": {"type": "ListRelationship", "objectList": [{"object": "urn:x:1"}, "urn:x:2"]}}`,
			models.Normalised, []string{`{` + want + `,"owner":["urn:x:1","urn:x:2"],"type":"AirQualityObserved"}`}},
		{"datasetId", `{` + head + `, "no2": [{"type": "Property", "value": 6, "datasetId": "urn:d:1"}, {"type": "Property", "value": 5}]}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`, `{` + want + `,"no2":6,"type":"AirQualityObserved"}`}},
		{"typed value", `{` + head + `, "dateObserved": {"type": "Property", "value": {"@type": "DateTime", "@value": "2024-01-01T00:00:00Z"}}}`,
			models.Normalised, []string{`{"dateObserved":"2024-01-01T00:00:00Z",` + want + `,"type":"AirQualityObserved"}`}},
		{"another term for the same IRI", `{` + head + `, "NO2": {"type": "Property", "value": 5}}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"expanded names", `{"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved", "https://smartdatamodels.org/dataModel.Environment/no2": {"type": "Property", "value": 5}}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"keywords of JSON-LD", `{"@id": "urn:ngsi-ld:AirQualityObserved:1", "@type": ["https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"], "https://smartdatamodels.org/dataModel.Environment/no2": {"type": "Property", "value": 5}}`,
			models.Normalised, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"concise Property", `{` + head + `, "no2": {"value": 5, "unitCode": "GQ"}, "dateObserved": "2024-01-01T00:00:00Z"}`,
			models.Concise, []string{`{"dateObserved":"2024-01-01T00:00:00Z",` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"concise others", `{` + head + `, "location": {"type": "Point", "coordinates": [1, 2]}, "refDevice": {"object": "urn:x:1"}, "name": {"languageMap": {"en": "x"}}, "owner": ["a", "b"], "address": {"streetAddress": "x"}}`,
			models.Concise, []string{`{"address":{"streetAddress":"x"},` + want + `,"location":{"coordinates":[1,2],"type":"Point"},"name":"x","owner":["a","b"],"refDevice":"urn:x:1","type":"AirQualityObserved"}`}},
		{"concise instances", `{` + head + `, "no2": [5, {"value": 6, "datasetId": "urn:d:1"}]}`,
			models.Concise, []string{`{` + want + `,"no2":[5,{"datasetId":"urn:d:1","value":6}],"type":"AirQualityObserved"}`}},
		{"key-values", `{` + head + `, "no2": 5, "location": {"type": "Point", "coordinates": [1, 2]}, "refDevice": "urn:x:1", "name": {"languageMap": {"en": "x"}}, "own": {"json": {"a": 1}}}`,
			models.KeyValues, []string{`{` + want + `,"location":{"coordinates":[1,2],"type":"Point"},"name":"x","no2":5,"own":{"a":1},"refDevice":"urn:x:1","type":"AirQualityObserved"}`}},
		{"key-values of several instances", `{` + head + `, "no2": {"dataset": {"@none": 5, "urn:d:1": 6}}}`,
			models.KeyValues, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`, `{` + want + `,"no2":6,"type":"AirQualityObserved"}`}},
		{"told apart: normalised", `{` + head + `, "no2": {"type": "Property", "value": 5}}`,
			models.AnyForm, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"told apart: concise", `{` + head + `, "no2": {"value": 5, "unitCode": "GQ"}}`,
			models.AnyForm, []string{`{` + want + `,"no2":5,"type":"AirQualityObserved"}`}},
		{"told apart: key-values", `{` + head + `, "own": {"value": 5, "currency": "EUR"}}`,
			models.AnyForm, []string{`{` + want + `,"own":{"currency":"EUR","value":5},"type":"AirQualityObserved"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := builtin(t)
			e := read(t, cat, c.form, c.entity)
			if len(e.Faults) > 0 {
				t.Errorf("faults: %v", e.Faults)
			}
			match, err := cat.ForType(e.Types[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, reduced(t, e, match.Model)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultsOfAnEntity(t *testing.T) {
	for _, c := range []struct{ entity, pointer, message string }{
		{`{"type": "T"}`, "/id", "id"},
		{`{"id": "urn:x:1"}`, "/type", "type"},
		{`{"id": "urn:x:1", "type": []}`, "/type", "empty"},
		{`{"id": "urn:x:1", "type": ["A", 5]}`, "/type", "a number"},
		{`{"id": "urn:x:1", "type": "T", "a": 5}`, "/a", "expected an object"},
		{`{"id": "urn:x:1", "type": "T", "a": {"value": 5}}`, "/a/type", "no kind"},
		{`{"id": "urn:x:1", "type": "T", "a": {"type": "Property"}}`, "/a/value", "no member"},
		{`{"id": "urn:x:1", "type": "T", "a": {"type": "Relationship", "value": "x"}}`, "/a/object", "no member"},
		{`{"id": "urn:x:1", "type": "T", "a": []}`, "/a", "empty array"},
		{`{"id": "urn:x:1", "type": "T", "a": [{"type": "Property", "value": 5}, {"type": "Property", "value": 6}]}`, "/a/1", "same datasetId"},
		{`{"id": "urn:x:1", "type": "T", "a": [{"type": "Property", "value": 5}, {"type": "Relationship", "object": "urn:x:2", "datasetId": "urn:d:1"}]}`, "/a/1", "another a Relationship"},
		{`{"id": "urn:x:1", "type": "T", "a/b": {"type": "Property"}}`, "/a~1b/value", "no member"},
	} {
		e := read(t, builtin(t), models.Normalised, c.entity)
		if len(e.Faults) != 1 || e.Faults[0].Pointer != c.pointer || !strings.Contains(e.Faults[0].Message, c.message) {
			t.Errorf("%s: got %v, want one at %s that says %q", c.entity, e.Faults, c.pointer, c.message)
		}
	}
}

func TestJudge(t *testing.T) {
	const whole = `{"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",
		"https://smartdatamodels.org/dateObserved": {"type": "Property", "value": "2024-01-01T00:00:00Z"},
		"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}},
		"https://smartdatamodels.org/dataModel.Environment/no2": [{"type": "Property", "value": 5}, {"type": "Property", "value": -6, "datasetId": "urn:d:1"}]}`
	c := builtin(t)
	m := find(t, c, "AirQualityObserved")
	good := strings.Replace(whole, "-6", "6", 1)
	if j := read(t, c, models.Normalised, good).JudgeStrictly(m); j.Verdict != validate.Valid {
		t.Errorf("got %+v", j)
	}
	j := read(t, c, models.Normalised, whole).JudgeStrictly(m)
	if j.Verdict != validate.Invalid || len(j.Errors) != 1 {
		t.Fatalf("got %+v", j)
	}
	f := j.Errors[0]
	if f.Keyword != "minimum" || f.Pointer != "/no2" || !strings.Contains(f.About, "urn:d:1") ||
		f.Served != "/https:~1~1smartdatamodels.org~1dataModel.Environment~1no2/1/value" {
		t.Errorf("got %+v", f)
	}
	missing := read(t, c, models.Normalised, strings.Replace(good, "dateObserved", "dateSeen", 1)).Judge(m)
	if missing.Verdict != validate.Invalid || missing.Errors[0].Member != "dateObserved" {
		t.Errorf("got %+v", missing)
	}
}

func TestStrangers(t *testing.T) {
	c := builtin(t)
	m := find(t, c, "AirQualityObserved")
	e := read(t, c, models.Normalised, `{"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "AirQualityObserved",
		"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}},
		"observationSpace": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}},
		"no2": {"type": "Property", "value": 5}, "mood": {"type": "Property", "value": 5},
		"https://smartdatamodels.org/dataModel.Environment/o3": {"type": "Property", "value": 5}}`)
	got := map[string]string{}
	for _, s := range e.Strangers(m) {
		got[s.Attr.Served] = s.Want
	}
	want := map[string]string{"no2": sdm + "dataModel.Environment/no2", "mood": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestContextThatIsNotAtHand(t *testing.T) {
	_, err := builtin(t).ReadEntity([]byte(`{"id": "urn:x:1", "type": "T", "@context": "https://127.0.0.1:1/context.jsonld"}`), models.Normalised)
	if err == nil || !strings.Contains(err.Error(), "https://127.0.0.1:1/context.jsonld") {
		t.Errorf("got %v", err)
	}
	for _, context := range []string{
		`"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld"`, `"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"`,
		`["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld", "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"]`, `null`, `[]`,
	} {
		e := read(t, builtin(t), models.Normalised, `{"id": "urn:x:1", "type": "T", "@context": `+context+`}`)
		if e.Types[0].IRI != "https://uri.etsi.org/ngsi-ld/default-context/T" {
			t.Errorf("%s: got %v", context, e.Types)
		}
	}
}

func TestContextsAreNotFetched(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was fetched", r.URL)
	}))
	defer server.Close()
	for _, context := range []string{
		`"` + server.URL + `"`, `["` + server.URL + `"]`, `{"@import": "` + server.URL + `"}`,
		`{"a": {"@id": "https://example.org/a", "@context": "` + server.URL + `"}}`,
		`{"a": {"@id": "https://example.org/a", "@context": [{"@import": "` + server.URL + `"}]}}`,
	} {
		c := builtin(t)
		e, err := c.ReadEntity([]byte(`{"id": "urn:x:1", "type": "a", "a": {"type": "Property", "value": {"a": 1}}, "@context": `+context+`}`), models.Normalised)
		if err == nil {
			e.Reduce(find(t, c, "Device"))
		}
	}
}

func FuzzReduce(f *testing.F) {
	f.Add([]byte(`{"id": "urn:x:1", "type": "AirQualityObserved", "a": {"type": "Property", "value": 5}, "@context": {"a": "https://example.org/a"}}`))
	f.Add([]byte(`{"id": "urn:x:1", "type": ["A", "B"], "no2": [{"value": 5}, {"value": {"@value": 6}, "datasetId": "urn:d:1"}]}`))
	f.Add([]byte(`{"id": "urn:x:1", "type": "T", "a": {"languageMap": {"en": ["x"]}}, "b": {"dataset": {"@none": 1}}, "c": {"type": "ListRelationship", "objectList": [{"object": 1}]}}`))
	f.Add([]byte(`{"@id": 5, "@type": {}, "@context": [null, {"@vocab": ""}, "x"]}`))
	c := builtin(f)
	m := find(f, c, "AirQualityObserved")
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, form := range []models.Form{models.AnyForm, models.Normalised, models.Concise, models.KeyValues} {
			e, err := c.ReadEntity(b, form)
			if err != nil {
				continue
			}
			for _, r := range e.Reduce(m) {
				if _, err := json.Marshal(r.Value); err != nil {
					t.Fatal(err)
				}
			}
			if j := e.JudgeStrictly(m); strings.Contains(j.Reason, "disagree") {
				t.Fatalf("%s\nas %q: %s", b, form, j.Reason)
			}
			e.Strangers(m)
		}
	})
}
