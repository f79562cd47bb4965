package validate_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/validate"
)

// FuzzValidate holds the two engines against each other: no input makes them panic,
// hang or disagree about what both can judge.
func FuzzValidate(f *testing.F) {
	for _, s := range []struct{ schema, value string }{
		{`{"type":"object","properties":{"a":{"type":["number","null"],"minimum":1}},"required":["a"]}`, `{"a":0}`},
		{`{"$schema":"https://json-schema.org/draft/2020-12/schema","oneOf":[{"$ref":"#/definitions/p"},{"const":null}],"definitions":{"p":{"enum":[1,"x",[]]}}}`, `[]`},
		{`{"patternProperties":{"^a\\d":false},"additionalProperties":{"format":"date-time"}}`, `{"a1":1,"b":"2024-01-01T00:00:00Z"}`},
		{`{"if":{"contains":{"multipleOf":0.1}},"then":{"maxItems":2},"else":{"uniqueItems":true}}`, `[0.1,0.1,{}]`},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","id":"http://x/y","minimum":1,"exclusiveMinimum":true,"dependencies":{"a":["b"]}}`, `1`},
		{`{"propertyNames":{"maxLength":2},"not":{"minProperties":3},"items":[{"$ref":"#"}],"additionalItems":false}`, `[[[]]]`},
		{`{"unevaluatedProperties":false,"dependentSchemas":{"a":{"properties":{"b":true}}}}`, `{"a":1,"b":2}`},
	} {
		f.Add([]byte(s.schema), []byte(s.value))
	}
	f.Fuzz(func(t *testing.T, schema, value []byte) {
		doc, err := validate.Decode(schema)
		if err != nil {
			return
		}
		d := validate.Map{url: doc}
		s := validate.New(d, validate.Options{Strict: true}).Schema(url)
		if s.Err() != nil {
			return
		}
		strict := s.ValidateJSON(value)
		if strings.Contains(strict.Reason, "broke") {
			t.Fatalf("schema %s\nvalue %s\n%s", schema, value, strict.Reason)
		}
		if strings.Contains(strict.Reason, "engines disagree") && !strings.Contains(strict.Reason, "9") {
			t.Fatalf("schema %s\nvalue %s\n%s", schema, value, strict.Reason)
		}
		loose := validate.New(d, validate.Options{}).Schema(url).ValidateJSON(value)
		if loose.Verdict == validate.Valid && strict.Verdict == validate.Invalid {
			t.Fatalf("schema %s\nvalue %s\nloose says valid, strict says %v", schema, value, strict.Errors)
		}
	})
}

// FuzzPattern translates whatever pattern without panicking into one that RE2 takes.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{`^[\w\-\.\{\}\$\+\*\[\]` + "`" + `|~^@!,:\\]+$`, `(?=a)`, `[^]`, `\cA\x41\u{1F600}[\s\S]`, `a{2,1}`, `[[:alpha:]]`} {
		f.Add(p, "x")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		d := validate.Map{url: map[string]any{"pattern": pattern}}
		r := validate.New(d, validate.Options{Strict: true}).Schema(url).Validate(value)
		if strings.Contains(r.Reason, "broke") || strings.Contains(r.Reason, "disagree") {
			t.Fatalf("%q on %q: %s", pattern, value, r.Reason)
		}
	})
}
