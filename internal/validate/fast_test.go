package validate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// airKeyValues is an AirQualityObserved of usual size in the form that a model describes.
const airKeyValues = `{"id":"urn:ngsi-ld:AirQualityObserved:Halverstad:Harbour-2025-05-01T10:00:00","type":"AirQualityObserved",
"address":{"addressCountry":"XX","addressLocality":"Halverstad","streetAddress":"1 Pier Road"},"dateObserved":"2025-05-01T10:00:00Z",
"airQualityIndex":65,"airQualityLevel":"moderate","co":500,"no":45,"no2":69,"nox":139,"so2":11,"precipitation":0,"relativeHumidity":0.54,
"reliability":0.7,"temperature":12.2,"windDirection":86,"windSpeed":0.64,"refPointOfInterest":"urn:ngsi-ld:PointOfInterest:Halverstad:001",
"location":{"type":"Point","coordinates":[4.215179,52.942]},"source":"https://halverstad.example/data"}`

func fast(r validate.Result) bool { return slices.Contains(r.Engines, validate.EngineFast) }

func TestTheFastPathTakesUsualEntities(t *testing.T) {
	c, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Find("AirQualityObserved")
	if err != nil {
		t.Fatal(err)
	}
	v, err := validate.Decode([]byte(airKeyValues))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]validate.Result{"bytes": m.Schema().ValidateJSON([]byte(airKeyValues)), "value": m.Schema().Validate(v)} {
		if !fast(r) || r.Verdict != validate.Valid {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := m.StrictSchema().ValidateJSON([]byte(airKeyValues)); fast(r) || r.Verdict != validate.Valid {
		t.Errorf("strict: %+v", r)
	}
}

// candidates are values that mutations put anywhere: near misses of what schemas say.
func candidates() []any {
	var list []any
	for _, text := range []string{`null`, `true`, `false`, `0`, `1`, `-1`, `1.0`, `1e0`, `0.1`, `54`, `-180`, `180.0000000000000001`, `1.0000000000000000001`, `1e400`, `12345678901234567890`,
		`""`, `"a"`, `"69"`, `"2025-05-01T10:00:00Z"`, `"2025-02-30T10:00:00Z"`, `"2025-05-01T10:00:60Z"`, `"2025-05-01T24:00:00Z"`, `"2025-05-01t10:00:00z"`, `"2025-05-01T10:00:00+02:00"`, `"2025-05-01T10:00:00.Z"`, `"2025-05-01T10:00:00.123456789012Z"`, `"2025-05-01"`,
		`"urn:a:b"`, `"urn:a b"`, `"http://"`, `"http://a"`, `"http://a:x/"`, `"https://a/b:c#d#e"`, `"http:///"`, `"http://a/%zz"`, `"http://-/"`, `"urn::"`, `"é"`, `"\u0000"`, `"moderate"`, `"` + strings.Repeat("x", 300) + `"`,
		`[]`, `[1]`, `["a"]`, `["a","a"]`, `["urn:a:b"]`, `[[1,2],[3,4]]`, `{}`, `{"a":1}`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[1]}`, `{"type":"Point"}`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`} {
		var v any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) == nil {
			list = append(list, v)
		}
	}
	return list
}

// mutate changes a few places of a value.
func mutate(t *rapid.T, v any, names []string, values []any) any {
	switch x := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(x))
		out := maps.Clone(x)
		switch rapid.IntRange(0, 5).Draw(t, "how") {
		case 0:
			out[rapid.SampledFrom(names).Draw(t, "name")] = rapid.SampledFrom(values).Draw(t, "value")
		case 1:
			if len(keys) > 0 {
				delete(out, rapid.SampledFrom(keys).Draw(t, "gone"))
			}
		case 2:
			if len(keys) > 0 {
				out[rapid.SampledFrom(keys).Draw(t, "key")] = rapid.SampledFrom(values).Draw(t, "value")
			}
		default:
			if len(keys) > 0 {
				key := rapid.SampledFrom(keys).Draw(t, "into")
				out[key] = mutate(t, out[key], names, values)
			}
		}
		return out
	case []any:
		out := slices.Clone(x)
		if len(out) > 0 && rapid.Bool().Draw(t, "into item") {
			i := rapid.IntRange(0, len(out)-1).Draw(t, "item")
			out[i] = mutate(t, out[i], names, values)
			return out
		}
		return append(out, rapid.SampledFrom(values).Draw(t, "more"))
	}
	return rapid.SampledFrom(values).Draw(t, "other")
}

// differ holds the fast path against both engines: what it takes, both take.
func differ(t *rapid.T, loose, strict *validate.Schema, v any) bool {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	taken := false
	for form, r := range map[string]validate.Result{"bytes": loose.ValidateJSON(b), "value": loose.Validate(v)} {
		if !fast(r) {
			continue
		}
		taken = true
		if s := strict.ValidateJSON(b); s.Verdict != validate.Valid {
			t.Fatalf("by %s the fast path of %s takes as %s\n%s\nthe engines: %+v", loose.URL(), loose.URL(), form, b, s)
		}
	}
	return taken
}

func TestWhatTheFastPathTakesBothEnginesTake(t *testing.T) {
	catalogues := map[string]func() (*models.Catalogue, error){"built-in": models.Default}
	if folder := os.Getenv("MIMCHECK_SMART_DATA_MODELS"); folder != "" {
		catalogues["published"] = func() (*models.Catalogue, error) { return models.Open(folder) }
	}
	for name, open := range catalogues {
		t.Run(name, func(t *testing.T) {
			c, err := open()
			if err != nil {
				t.Fatal(err)
			}
			var usable []*models.Model
			for _, m := range c.Models() {
				if m.Err() == nil && m.StrictSchema().Err() == nil {
					usable = append(usable, m)
				}
			}
			values := candidates()
			judged, taken := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				m := rapid.SampledFrom(usable).Draw(t, "model")
				var names []string
				for _, a := range m.Attributes() {
					names = append(names, a.Name)
				}
				names = append(names, "id", "type", "stranger")
				v, err := validate.Decode([]byte(airKeyValues))
				if err != nil {
					t.Fatal(err)
				}
				v.(map[string]any)["type"] = m.Name
				for range rapid.IntRange(0, 4).Draw(t, "mutations") {
					v = mutate(t, v, names, values)
					judged++
					if differ(t, m.Schema(), m.StrictSchema(), v) {
						taken++
					}
				}
			})
			t.Logf("%d of %d values were taken", taken, judged)
			if taken == 0 {
				t.Errorf("the fast path took nothing")
			}
		})
	}
}

// small are schemas that each use a keyword in a way that could go wrong.
func small() []string {
	return []string{
		`{"type":"integer"}`, `{"type":["integer","string"],"minimum":1,"exclusiveMaximum":180}`, `{"maximum":180}`, `{"enum":[1,"a",null,true,[]]}`, `{"const":1}`, `{"const":{"a":1}}`,
		`{"not":{"type":"integer"}}`, `{"not":{"const":1}}`, `{"oneOf":[{"type":"number"},{"type":"integer"}]}`, `{"oneOf":[{"minimum":1},{"maximum":0.1}]}`, `{"anyOf":[{"type":"string","maxLength":1},{"type":"array","uniqueItems":true}]}`,
		`{"if":{"type":"string"},"then":{"format":"date-time"},"else":{"type":"number"}}`, `{"if":{"type":"integer"},"then":false}`, `{"then":false}`, `{"items":{"type":"string"},"minItems":1,"maxItems":1}`, `{"items":[{"type":"string"}],"additionalItems":false}`,
		`{"items":[{"type":"string"}]}`, `{"contains":{"type":"integer"}}`, `{"contains":false}`, `{"uniqueItems":true}`, `{"minProperties":1,"maxProperties":1}`, `{"additionalProperties":false}`, `{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}`,
		`{"required":["a"],"additionalProperties":false}`, `{"properties":{"a":true},"required":["a"],"additionalProperties":false}`, `{"patternProperties":{"^t":{"type":"string"}},"additionalProperties":false}`, `{"patternProperties":{"^a":false}}`,
		`{"allOf":[{"required":["a"]},{"properties":{"a":{"minimum":1}}}],"type":"object"}`, `{"allOf":[{"properties":{"type":true}}],"additionalProperties":false}`, `{"allOf":[{"type":"object"},{"type":"string"}]}`,
		`{"propertyNames":{"maxLength":1}}`, `{"dependencies":{"a":["b"]}}`, `{"multipleOf":0.1}`, `{"pattern":"^[a-z]+$"}`, `{"pattern":"^[a-zé]*$"}`, `{"pattern":"^[^a]+$"}`, `{"pattern":"a|b"}`, `{"minLength":1,"maxLength":1}`, `{"format":"uri"}`, `{"format":"date-time"}`, `{"format":"iri"}`,
		`{"format":"email"}`, `{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}`, `{"definitions":{"x":{"type":"integer"}},"anyOf":[{"$ref":"#/definitions/x"},{"type":"null"}]}`, `true`, `false`, `{}`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}`, `{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"}`, `{"minimum":0.30000000000000004}`, `{"maximum":1e3}`,
	}
}

func TestTheFastPathKeywordByKeyword(t *testing.T) {
	values := candidates()
	type pair struct{ loose, strict *validate.Schema }
	var schemas []pair
	for i, text := range small() {
		doc, err := validate.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("%s?%d", url, i)
		schemas = append(schemas, pair{validate.New(validate.Map{at: doc}, validate.Options{}).Schema(at), validate.New(validate.Map{at: doc}, validate.Options{Strict: true}).Schema(at)})
	}
	took := map[int]bool{}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(values).Draw(t, "value")
		for range rapid.IntRange(0, 2).Draw(t, "mutations") {
			v = mutate(t, v, []string{"a", "b", "type", "é"}, values)
		}
		for i, s := range schemas {
			if s.loose.Err() == nil && s.strict.Err() == nil && differ(t, s.loose, s.strict, v) {
				took[i] = true
			}
		}
	})
	for i, text := range small() {
		if !took[i] && text != `false` && !strings.Contains(text, `{"$ref":"#"}`) && text != `{"contains":false}` && text != `{"allOf":[{"type":"object"},{"type":"string"}]}` {
			t.Logf("schema %s: the fast path took nothing", text)
		}
	}
}

// The quick reader takes nothing that the other one refuses, and reads the same.
func FuzzDecodeQuickly(f *testing.F) {
	for _, s := range []string{airKeyValues, `{"a":1,"a":2}`, `"\ud83d\ude00"`, `"\ud83d"`, `[1.0,-0,1e5,0e9,01,1.,.5,-]`, `"` + "\xff" + `"`, `{"a":{"b":[null,true,false]}} `, `[1,]`, `{"a" : 1 ,}`, `""""`, `tru`, "\"\x01\"", `12345678901234567890.123`, `"\u00e9\/\n"`, `{"":1,"\u0000":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := validate.Decode(b)
		want, slowErr := validate.DecodeSlowly(b)
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("%q: %v, and slowly %v", b, err, slowErr)
		}
		x, _ := json.Marshal(got)
		y, _ := json.Marshal(want)
		if string(x) != string(y) {
			t.Fatalf("%q is read as %s, and slowly as %s", b, x, y)
		}
	})
}

// BenchmarkValidate goes from bytes to a verdict, beside one of the engines alone.
func BenchmarkValidate(b *testing.B) {
	c, err := models.Default()
	if err != nil {
		b.Fatal(err)
	}
	m, err := c.Find("AirQualityObserved")
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(airKeyValues)
	for name, judge := range map[string]func() bool{
		"mimcheck": func() bool { return m.Schema().ValidateJSON(text).Verdict == validate.Valid },
		"strict":   func() bool { return m.StrictSchema().ValidateJSON(text).Verdict == validate.Valid },
		"santhosh": validate.Bare(m.Schema(), text),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if !judge() {
					b.Fatal("not valid")
				}
			}
		})
	}
}

// BenchmarkDecode reads the bytes alone.
func BenchmarkDecode(b *testing.B) {
	text := []byte(airKeyValues)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := validate.Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

// Bad input is refused in bounded time and memory, quickly read or not.
func TestBadInput(t *testing.T) {
	d := validate.Map{url: map[string]any{}}
	s := validate.New(d, validate.Options{}).Schema(url)
	deep := strings.Repeat(`{"a":`, 10_000)
	for name, text := range map[string]string{
		"nothing": "", "truncated": airKeyValues[:len(airKeyValues)/2], "duplicate names": `{"a":1,"b":2,"a":3}`, "duplicate names, escaped": `{"a":1,"\u0061":2}`,
		"invalid UTF-8": "{\"a\":\"\xc3\x28\"}", "invalid UTF-8 in a name": "{\"\xff\":1}", "lone surrogate": `"\udc00"`, "surrogates the wrong way round": `"\ude00\ud83d"`,
		"depth 10,000": deep + "1" + strings.Repeat("}", 10_000), "depth 10,000, not closed": deep, "depth 130": strings.Repeat("[", 130) + strings.Repeat("]", 130),
		"huge": "1e309", "huge, long": strings.Repeat("9", 400), "tiny": "1e-400", "exponent": "1e999999999999", "NaN": "NaN", "in a list": "[NaN]", "Infinity": "-Infinity", "hexadecimal": "0x10",
		"leading zero": "01", "plus": "+1", "bare point": "1.", "comment": "{} // x", "two values": "{} {}", "trailing comma": "[1,]", "single quotes": "{'a':1}", "control character": "\"\n\"",
		"100 MB, not closed": `{"a":"` + strings.Repeat("x", 100<<20),
	} {
		if r := s.ValidateJSON([]byte(text)); r.Verdict != validate.CantTell || r.Reason == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, text := range map[string]string{
		"100 MB": `{"a":"` + strings.Repeat("x", 100<<20) + `"}`, "many members": "{" + strings.TrimSuffix(manyMembers(20_000), ",") + "}", "many items": "[" + strings.Repeat("0,", 1_000_000) + "0]",
		"depth 128": strings.Repeat("[", 128) + strings.Repeat("]", 128), "large number": "1e308", "long number": "0." + strings.Repeat("1", 60), "surrogates": `"\ud83d\ude00"`, "zero": "-0.0",
	} {
		if r := s.ValidateJSON([]byte(text)); r.Verdict != validate.Valid {
			t.Errorf("%s: %s", name, r.Reason)
		}
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"a%d":%d,`, i, i)
	}
	return b.String()
}
