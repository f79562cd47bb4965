package validate_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/validate"
)

func docs(t *testing.T, pairs ...string) validate.Map {
	t.Helper()
	m := validate.Map{}
	for i := 0; i+1 < len(pairs); i += 2 {
		doc, err := validate.Decode([]byte(pairs[i+1]))
		if err != nil {
			t.Fatalf("%s: %v", pairs[i], err)
		}
		m[pairs[i]] = doc
	}
	return m
}

const url = "https://example.org/schema.json"

// judge judges value by schema in both modes, which have to agree.
func judge(t *testing.T, schema, value string) validate.Result {
	t.Helper()
	d := docs(t, url, schema)
	loose := validate.New(d, validate.Options{}).Schema(url).ValidateJSON([]byte(value))
	strict := validate.New(d, validate.Options{Strict: true}).Schema(url).ValidateJSON([]byte(value))
	if loose.Verdict != strict.Verdict {
		t.Errorf("schema %s\nvalue %s\nstrict says %s (%s), else %s (%s)", schema, value, strict.Verdict, strict.Reason, loose.Verdict, loose.Reason)
	}
	return loose
}

// Each case is a trap in which one engine alone gives a wrong verdict.
func TestTraps(t *testing.T) {
	for _, c := range []struct {
		name, schema, value string
		want                validate.Verdict
	}{
		{"unevaluatedProperties", `{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":true},"unevaluatedProperties":false}`, `{"b":1}`, validate.Invalid},
		{"unevaluatedProperties holds", `{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":true},"unevaluatedProperties":false}`, `{"a":1}`, validate.Valid},
		{"dependentRequired", `{"$schema":"https://json-schema.org/draft/2019-09/schema","dependentRequired":{"a":["b"]}}`, `{"a":1}`, validate.Invalid},
		{"minContains", `{"$schema":"https://json-schema.org/draft/2020-12/schema","contains":{"const":1},"minContains":2}`, `[1]`, validate.Invalid},
		{"$dynamicRef", `{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicRef":"#n","$defs":{"s":{"$dynamicAnchor":"n","type":"string"}}}`, `1`, validate.Invalid},
		{"prefixItems with items false", `{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":false}`, `["a"]`, validate.Valid},
		{"prefixItems with one too many", `{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":false}`, `["a","b"]`, validate.Invalid},
		{"keyword beside $ref, 2020-12", `{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/s","maxLength":1,"$defs":{"s":{"type":"string"}}}`, `"ab"`, validate.Invalid},
		{"keyword beside $ref, draft-07", `{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/s","maxLength":1,"definitions":{"s":{"type":"string"}}}`, `"ab"`, validate.Valid},
		{"format duration", `{"format":"duration"}`, `"one hour"`, validate.Invalid},
		{"format duration holds", `{"format":"duration"}`, `"PT1H"`, validate.Valid},
		{"a date is no date-time", `{"format":"date-time"}`, `"2024-01-01"`, validate.Invalid},
		{"a time is no date-time", `{"format":"date-time"}`, `"12:00:00"`, validate.Invalid},
		{"date-time without zone", `{"format":"date-time"}`, `"2024-01-01T12:00:00"`, validate.Invalid},
		{"lower-case date-time", `{"format":"date-time"}`, `"2024-01-01t12:00:00z"`, validate.Valid},
		{"leap second", `{"format":"date-time"}`, `"1998-12-31T23:59:60Z"`, validate.Valid},
		{"leap second elsewhere", `{"format":"date-time"}`, `"1998-12-31T22:59:60Z"`, validate.Invalid},
		{"format asserted under 2020-12", `{"$schema":"https://json-schema.org/draft/2020-12/schema","format":"ipv4"}`, `"300.1.1.1"`, validate.Invalid},
		{"idn-email", `{"format":"idn-email"}`, `"jørgen@例え.jp"`, validate.Valid},
		{"no idn-email", `{"format":"idn-email"}`, `"jørgen"`, validate.Invalid},
		{"URN", `{"format":"uri"}`, `"urn:ngsi-ld:T:a-b_c.d~e(1)!*'"`, validate.Valid},
		{"URI with an IPv6 host", `{"format":"uri"}`, `"http://[::1]:80/a?b#c"`, validate.Valid},
		{"URI with a space", `{"format":"uri"}`, `"http://example.org/a b"`, validate.Invalid},
		{"URI with a bracket", `{"format":"uri"}`, `"http://example.org/a[1]"`, validate.Invalid},
		{"URI with a bad escape", `{"format":"uri"}`, `"http://example.org/%zz"`, validate.Invalid},
		{"URI beyond ASCII", `{"format":"uri"}`, `"http://example.org/æ"`, validate.Invalid},
		{"IRI beyond ASCII", `{"format":"iri"}`, `"http://example.org/æ"`, validate.Valid},
		{"URI without scheme", `{"format":"uri"}`, `"//example.org/a"`, validate.Invalid},
		{"URI reference without scheme", `{"format":"uri-reference"}`, `"//example.org/a"`, validate.Valid},
		{"empty URI", `{"format":"uri"}`, `""`, validate.Invalid},
		{"upper-case uuid", `{"format":"uuid"}`, `"2EB8AA08-AA98-11EA-B4AA-73B441D16380"`, validate.Valid},
		{"look-ahead", `{"pattern":"^P(?!$)"}`, `"P1D"`, validate.CantTell},
		{"back reference", `{"pattern":"^(a)\\1$"}`, `"aa"`, validate.CantTell},
		{"RE2's own escape", `{"pattern":"\\Aa\\z"}`, `"a"`, validate.CantTell},
		{"RE2's own flag", `{"pattern":"(?i)a"}`, `"A"`, validate.CantTell},
		{"ECMA white space", `{"pattern":"^\\s$"}`, `"\u00a0"`, validate.Valid},
		{"dot and line separator", `{"pattern":"^.$"}`, `"\u2028"`, validate.Invalid},
		{"code point escape", `{"pattern":"^\\u00e6$"}`, `"æ"`, validate.Valid},
		{"remote reference", `{"$ref":"https://127.0.0.1:1/secret.json"}`, `1`, validate.CantTell},
		{"file reference", `{"$ref":"file:///etc/hostname"}`, `1`, validate.CantTell},
		{"reference into nothing", `{"$ref":"#/definitions/none"}`, `1`, validate.CantTell},
		{"reference to itself", `{"$ref":"#"}`, `1`, validate.CantTell},
		{"references in a ring", `{"anyOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"not":{"$ref":"#/definitions/b"}},"b":{"$ref":"#/definitions/a"}}}`, `1`, validate.CantTell},
		{"recursion on smaller values", `{"type":"object","properties":{"next":{"$ref":"#"}}}`, `{"next":{"next":{}}}`, validate.Valid},
		{"recursion on smaller values, broken inside", `{"type":"object","properties":{"next":{"$ref":"#"}}}`, `{"next":{"next":1}}`, validate.Invalid},
		{"draft-04 exclusive bound", `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}`, `1`, validate.Invalid},
		{"draft-04 inclusive bound", `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":false}`, `1`, validate.Valid},
		{"draft-04 without const", `{"$schema":"http://json-schema.org/draft-04/schema#","const":1}`, `2`, validate.CantTell},
		{"draft-07 with dependentRequired", `{"$schema":"http://json-schema.org/draft-07/schema#","dependentRequired":{"a":["b"]}}`, `{"a":1}`, validate.CantTell},
		{"draft-07 with dependentRequired that does not matter", `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","dependentRequired":{"a":["b"]}}`, `1`, validate.Invalid},
		{"2020-12 with dependencies", `{"$schema":"https://json-schema.org/draft/2020-12/schema","dependencies":{"a":["b"]}}`, `{"a":1}`, validate.Invalid},
		{"tuple under draft-07", `{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":false}`, `["a","b"]`, validate.Invalid},
		{"tuple under 2020-12", `{"$schema":"https://json-schema.org/draft/2020-12/schema","items":[{"type":"string"}]}`, `[1]`, validate.CantTell},
		{"unknown dialect", `{"$schema":"https://example.org/own-dialect"}`, `1`, validate.CantTell},
		{"broken keyword", `{"type":"Number"}`, `1`, validate.CantTell},
		{"broken keyword of a kind that gojsonschema overlooks", `{"properties":{"a":{"format":5}}}`, `{}`, validate.CantTell},
		{"broken definition that nobody uses", `{"type":"number","definitions":{"x":{"type":"Number"},"y":{"pattern":"(?=x)"}}}`, `1`, validate.Valid},
		{"false schema", `{"properties":{"a":false}}`, `{"a":1}`, validate.Invalid},
		{"one as integer", `{"type":"integer"}`, `1.0`, validate.Valid},
		{"const and number forms", `{"const":1}`, `1.0`, validate.Valid},
		{"enum and number forms", `{"enum":[100]}`, `1e2`, validate.Valid},
		{"large integers differ", `{"const":9007199254740993}`, `9007199254740992`, validate.CantTell},
		{"long fractions differ", `{"enum":[0.1000000000000000000001]}`, `0.1`, validate.CantTell},
		{"large integers alike", `{"const":9007199254740993}`, `9007199254740993`, validate.Valid},
		{"null", `{"type":"null"}`, `null`, validate.Valid},
		{"null where an object is due", `{"type":"object"}`, `null`, validate.Invalid},
		{"length counts characters", `{"maxLength":1}`, `"😀"`, validate.Valid},
		{"unique objects", `{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2,"a":1}]`, validate.Invalid},
		{"embedded resource", `{"$id":"https://example.org/schema.json","$ref":"item.json","definitions":{"i":{"$id":"item.json","type":"string"}}}`, `1`, validate.Invalid},
		{"anchor", `{"$ref":"#s","$defs":{"x":{"$anchor":"s","type":"string"}}}`, `1`, validate.Invalid},
		{"multipleOf of decimals", `{"multipleOf":0.01}`, `4.35`, validate.Valid},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, c.schema, c.value)
			if r.Verdict != c.want {
				t.Errorf("got %s, want %s\nreason: %s\nerrors: %v", r.Verdict, c.want, r.Reason, r.Errors)
			}
			if r.Verdict == validate.CantTell && r.Reason == "" {
				t.Error("no reason is given")
			}
			if r.Verdict == validate.Invalid && len(r.Errors) == 0 {
				t.Error("no error is given")
			}
		})
	}
}

func TestErrorsPointToValueAndSchema(t *testing.T) {
	const common = "https://example.org/common.json"
	d := docs(t, url, `{"$schema":"https://json-schema.org/draft/2020-12/schema","allOf":[{"$ref":"common.json#/definitions/Place"},
		{"properties":{"level":{"$ref":"common.json#/definitions/Level","maximum":3}}}],"required":["id"]}`,
		common, `{"$schema":"https://json-schema.org/draft/2020-12/schema","definitions":{"Level":{"type":"integer"},"Place":{"properties":{"location":{"oneOf":[
		{"type":"object","required":["type","coordinates"],"properties":{"type":{"enum":["Point"]},"coordinates":{"type":"array","items":{"type":"number"},"minItems":2}}},
		{"type":"object","required":["type","coordinates"],"properties":{"type":{"enum":["Polygon"]},"coordinates":{"type":"array","items":{"type":"array"}}}}]}}}}}`)
	s := validate.New(d, validate.Options{}).Schema(url)
	for _, c := range []struct {
		value string
		want  []validate.Error
	}{
		{`{}`, []validate.Error{{Keyword: "required", Member: "id", Schema: url + "#/required"}}},
		{`{"id":1,"level":4}`, []validate.Error{{Pointer: "/level", Keyword: "maximum", Schema: url + "#/allOf/1/properties/level/maximum"}}},
		{`{"id":1,"level":"x"}`, []validate.Error{{Pointer: "/level", Keyword: "type", Schema: common + "#/definitions/Level/type"}}},
		{`{"id":1,"location":{"type":"Point","coordinates":[1]}}`, []validate.Error{{Pointer: "/location/coordinates", Keyword: "minItems",
			Schema: common + "#/definitions/Place/properties/location/oneOf/0/properties/coordinates/minItems", Alternative: true}}},
		{`{"id":1,"location":{"type":"Line","coordinates":[1]}}`, []validate.Error{{Pointer: "/location", Keyword: "oneOf",
			Schema: common + "#/definitions/Place/properties/location/oneOf"}}},
		{`{"id":1,"location":"here"}`, []validate.Error{{Pointer: "/location", Keyword: "type",
			Schema: common + "#/definitions/Place/properties/location/oneOf"}}},
	} {
		r := s.ValidateJSON([]byte(c.value))
		if len(r.Errors) != len(c.want) {
			t.Errorf("%s: got %v, want %v (%s)", c.value, r.Errors, c.want, r.Reason)
			continue
		}
		for i, w := range c.want {
			got := r.Errors[i]
			if got.Message == "" {
				t.Errorf("%s: no message", c.value)
			}
			got.Message = ""
			if got != w {
				t.Errorf("%s: got %+v, want %+v", c.value, got, w)
			}
		}
	}
}

func TestRouting(t *testing.T) {
	for _, c := range []struct {
		schema string
		strict bool
		want   []string
	}{
		{`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"string"}`, false, []string{validate.EngineGojsonschema}},
		{`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"string"}`, true, []string{validate.EngineGojsonschema, validate.EngineSanthosh}},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","type":"string"}`, false, []string{validate.EngineGojsonschema}},
		{`{"$schema":"https://json-schema.org/draft/2020-12/schema","unevaluatedItems":false}`, true, []string{validate.EngineSanthosh}},
		{`{"properties":{"unevaluatedItems":{"type":"string"}}}`, false, []string{validate.EngineGojsonschema}},
		{`{"$ref":"#/none"}`, false, nil},
	} {
		got := validate.New(docs(t, url, c.schema), validate.Options{Strict: c.strict}).Schema(url).Engines()
		if strings.Join(got, ",") != strings.Join(c.want, ",") {
			t.Errorf("%s: got %v, want %v", c.schema, got, c.want)
		}
	}
}

func TestUnknownFormatIsNoted(t *testing.T) {
	s := validate.New(docs(t, url, `{"format":"uuencoded"}`), validate.Options{}).Schema(url)
	if r := s.ValidateJSON([]byte(`"x"`)); r.Verdict != validate.Valid {
		t.Errorf("got %s", r.Verdict)
	}
	if notes := s.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "uuencoded") {
		t.Errorf("notes: %v", notes)
	}
}

// counting counts how often documents are asked for.
type counting struct {
	validate.Map
	mu    sync.Mutex
	asked map[string]int
}

func (c *counting) Document(u string) (any, error) {
	c.mu.Lock()
	c.asked[u]++
	c.mu.Unlock()
	return c.Map.Document(u)
}

func TestCompiledOnceAndConcurrent(t *testing.T) {
	d := &counting{Map: docs(t, url, `{"type":"object","properties":{"a":{"format":"date-time"},"b":{"pattern":"^x"}},"required":["a"]}`), asked: map[string]int{}}
	v := validate.New(d, validate.Options{Strict: true})
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			value := fmt.Sprintf(`{"a":"2024-01-01T00:00:00Z","b":"x%d"}`, i)
			if r := v.Schema(url).ValidateJSON([]byte(value)); r.Verdict != validate.Valid {
				t.Errorf("%s %s %v", r.Verdict, r.Reason, r.Errors)
			}
			if r := v.Schema(url).ValidateJSON([]byte(`{"b":1}`)); r.Verdict != validate.Invalid || len(r.Errors) != 1 {
				t.Errorf("%s %s %v", r.Verdict, r.Reason, r.Errors)
			}
		})
	}
	wait.Wait()
	if d.asked[url] != 1 {
		t.Errorf("the document was asked for %d times, want once", d.asked[url])
	}
}

func TestHostileSchemas(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 200) + `{}` + strings.Repeat(`}`, 200)
	if _, err := validate.Decode([]byte(deep)); err == nil {
		t.Error("a schema nested 200 deep was read")
	}
	// Each definition applies the next one twice: 2^40 applications to one value.
	var b strings.Builder
	b.WriteString(`{"$ref":"#/definitions/d0","definitions":{`)
	for i := range 40 {
		fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]},`, i, i+1, i+1)
	}
	b.WriteString(`"d40":{"type":"string"}}}`)
	if r := judge(t, b.String(), `"x"`); r.Verdict != validate.CantTell {
		t.Errorf("got %s", r.Verdict)
	}
}

func TestValidateTakesFloatsToo(t *testing.T) {
	s := validate.New(docs(t, url, `{"properties":{"a":{"type":"integer"}}}`), validate.Options{}).Schema(url)
	if r := s.Validate(map[string]any{"a": 1.0}); r.Verdict != validate.Valid {
		t.Errorf("%s %s", r.Verdict, r.Reason)
	}
	if r := s.Validate(map[string]any{"a": 1.5}); r.Verdict != validate.Invalid {
		t.Errorf("%s %s", r.Verdict, r.Reason)
	}
	if r := s.Validate(map[string]any{"a": struct{}{}}); r.Verdict != validate.CantTell {
		t.Errorf("%s %s", r.Verdict, r.Reason)
	}
}
