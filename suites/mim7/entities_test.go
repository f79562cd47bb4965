package mim7

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/peterstace/simplefeatures/geom"
)

func decoded(t *testing.T, s string) any {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEntityID(t *testing.T) {
	f := object{"id": json.Number("7"), "properties": object{"code": "H-7", "n": json.Number("12")}}
	for rule, want := range map[string][2]string{
		"{id}":                      {"7", ""},
		"urn:ngsi-ld:Bench:{id}":    {"urn:ngsi-ld:Bench:7", ""},
		"urn:x:{code}:{n}":          {"urn:x:H-7:12", ""},
		"urn:ngsi-ld:Bench:{other}": {"", "other"},
	} {
		id, lacks := entityID(rule, f)
		if lacks != want[1] || lacks == "" && id != want[0] {
			t.Errorf("%s: %q, lacks %q", rule, id, lacks)
		}
	}
}

// What a standard writes in more than one way is equal.
func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true}, {`1`, `2`, false}, {`1`, `"1"`, false}, {`"a"`, `"a"`, true}, {`"a"`, `"b"`, false},
		{`"2025-03-14T09:30:00Z"`, `"2025-03-14T10:30:00+01:00"`, true}, {`"2025-03-14T09:30:00Z"`, `"2025-03-14T09:31:00Z"`, false},
		{`["a"]`, `"a"`, true}, {`["a", "b"]`, `"a"`, false}, {`["a", 1]`, `["a", 1.0]`, true}, {`[1, 2]`, `[2, 1]`, false},
		{`{"a": 1}`, `{"a": 1.0}`, true}, {`{"a": 1}`, `{"a": 1, "b": 2}`, false}, {`true`, `true`, true}, {`true`, `false`, false}, {`null`, `0`, false},
	} {
		if got := equal(decoded(t, c.a), decoded(t, c.b)); got != c.want {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
}

func TestPairsAgree(t *testing.T) {
	const feature = `{"id": "1", "geometry": {"type": "Point", "coordinates": [4.2, 52.9]}, "properties": {"name": "Harbour", "free": 7, "when": "2025-03-14T09:30:00Z"}}`
	at := func(coordinates string) string {
		return `{"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": ` + coordinates + `}}}`
	}
	for name, c := range map[string]struct {
		entity string
		judge  func(p pair) (bool, string)
		judged bool
		agree  bool
	}{
		"the same place":        {at(`[4.2, 52.9]`), elsewhere, true, true},
		"a hand's breadth off":  {at(`[4.200001, 52.9]`), elsewhere, true, true},
		"three metres off":      {at(`[4.2, 52.90003]`), elsewhere, true, false},
		"the other way round":   {at(`[52.9, 4.2]`), elsewhere, true, false},
		"no place":              {`{}`, elsewhere, true, false},
		"several instances":     {`{"location": [` + at(`[4.2, 52.9]`)[len(`{"location": `):len(at(`[4.2, 52.9]`))-1] + `]}`, elsewhere, true, true},
		"the same name":         {`{"https://example.org/name": {"type": "Property", "value": "Harbour"}}`, named("name"), true, true},
		"another name":          {`{"https://example.org/name": {"type": "Property", "value": "Port"}}`, named("name"), true, false},
		"no name":               {`{}`, named("name"), true, false},
		"neither has it":        {`{}`, named("colour"), false, true},
		"a name of languages":   {`{"name": {"type": "LanguageProperty", "languageMap": {"nl": "Haven", "en": "Harbour"}}}`, named("name"), true, true},
		"a time with its type":  {`{"when": {"type": "Property", "value": {"@type": "DateTime", "@value": "2025-03-14T09:30:00Z"}}}`, named("when"), true, true},
		"a number":              {`{"free": {"type": "Property", "value": 7.0}}`, named("free"), true, true},
		"another number":        {`{"free": {"type": "Property", "value": 8}}`, named("free"), true, false},
		"a name of the whole":   {`{"name": {"type": "Property", "value": "Harbour"}, "https://example.org/name": {"type": "Property", "value": "Port"}}`, named("name"), true, true},
		"a relationship's name": {`{"name": {"type": "Relationship", "object": "Harbour"}}`, named("name"), true, true},
	} {
		p := pair{f: seen{body: decoded(t, feature).(object)}, entity: decoded(t, c.entity).(object)}
		p.rule.Geometry, p.rule.Tolerance = "location", 1
		judged, wrong := c.judge(p)
		if judged != c.judged || (wrong == "") != c.agree {
			t.Errorf("%s: judged %t: %q", name, judged, wrong)
		}
	}
}

// named holds one property against the attribute of its name.
func named(name string) func(p pair) (bool, string) {
	return func(p pair) (bool, string) {
		p.rule.Properties = map[string]string{name: name}
		return otherwise(p)
	}
}

func TestMetresApart(t *testing.T) {
	read := func(s string) geom.Geometry {
		g, err := geom.UnmarshalWKT(s)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"POINT(4 52)", "POINT(4 52.001)", 111.2},
		{"POINT(4 52)", "POINT(4.001 52)", 68.5},
		{"LINESTRING(4 52, 4 52.001)", "LINESTRING(4 52, 4 52.0005, 4 52.001)", 0},
		{"POLYGON((4 52, 4.001 52, 4.001 52.001, 4 52))", "POINT(4 52)", 130.6},
		{"MULTIPOINT((4 52))", "POINT(4 52)", 0},
	} {
		if got := metresApart(read(c.a), read(c.b)); got < c.want-0.2 || got > c.want+0.2 {
			t.Errorf("%s and %s: %.1f m, expected %.1f m", c.a, c.b, got, c.want)
		}
	}
}
