package validate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Options of a Validator.
type Options struct {
	// Strict lets both engines judge wherever both can; a disagreement is CantTell.
	Strict bool
}

// Validator compiles schemas and keeps them. It is safe for concurrent use.
type Validator struct {
	docs    Documents
	options Options

	mu      sync.Mutex
	schemas map[string]*Schema
}

// New makes a validator over a closed set of documents.
func New(docs Documents, options Options) *Validator {
	return &Validator{docs: docs, options: options, schemas: map[string]*Schema{}}
}

// Schema returns the schema at an absolute URL, perhaps with a JSON pointer as its
// fragment. It is compiled at its first use and kept. A schema that cannot be used
// is returned too: it judges everything as CantTell; see Schema.Err.
func (v *Validator) Schema(url string) *Schema {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.schemas[url]
	if !ok {
		s = &Schema{url: url, validator: v}
		v.schemas[url] = s
	}
	return s
}

// Schema is a compiled schema. It is safe for concurrent use.
type Schema struct {
	url       string
	validator *Validator

	once     sync.Once
	err      error
	bundle   *bundle
	gojson   *gojson   // nil when gojsonschema cannot judge
	refusal  error     // why gojsonschema refused a schema that it should know
	santhosh *santhosh // also finds out whether the schema itself is well formed
	other    *santhosh // the same schema under the dialect that its keywords belong to
	fast     *rule     // accepts what is plainly valid; nil for none
}

// URL is where the schema is.
func (s *Schema) URL() string { return s.url }

// Err says why the schema cannot be used (an *Unusable), nil when it can.
func (s *Schema) Err() error {
	s.once.Do(s.compile)
	return s.err
}

// Engines tells who judges values by the schema.
func (s *Schema) Engines() []string {
	s.once.Do(s.compile)
	switch {
	case s.err != nil:
		return nil
	case s.gojson == nil:
		return []string{EngineSanthosh}
	case s.validator.options.Strict:
		return []string{EngineGojsonschema, EngineSanthosh}
	}
	return []string{EngineGojsonschema}
}

// Notes are sentences on what a reader of verdicts by this schema has to know.
func (s *Schema) Notes() []string {
	s.once.Do(s.compile)
	if s.bundle == nil {
		return nil
	}
	var notes []string
	for _, f := range slices.Sorted(maps.Keys(s.bundle.formats)) {
		notes = append(notes, fmt.Sprintf("format %q is unknown and is not checked", f))
	}
	for _, name := range slices.Sorted(maps.Keys(s.bundle.uses)) {
		if d := s.bundle.uses[name]; d != unstated {
			k := keywords[name]
			if d < k.from || d > k.to {
				notes = append(notes, fmt.Sprintf("keyword %s is not of %s, which the schema declares", name, d))
			}
		}
	}
	if s.refusal != nil {
		notes = append(notes, s.refusal.Error())
	}
	return notes
}

// Reaches lists the places that the schema is made of, itself first: absolute URLs,
// each with the JSON pointer of the part that is used as its fragment.
func (s *Schema) Reaches() []string {
	s.once.Do(s.compile)
	if s.bundle == nil {
		return nil
	}
	places := make([]string, len(s.bundle.origins))
	for i, o := range s.bundle.origins {
		places[i] = o.location()
	}
	return places
}

func (s *Schema) compile() {
	b, err := makeBundle(s.validator.docs, s.url)
	if err != nil {
		s.err = asUnusable(s.url, err)
		return
	}
	s.bundle = b
	if b.portable() {
		if s.santhosh, err = compileBundle(b); err != nil {
			s.err = asUnusable(s.url, err)
			return
		}
		if s.gojson, s.refusal = compileGojson(b); s.refusal != nil && s.validator.options.Strict {
			s.err = &Unusable{s.url, DefectEngine, fmt.Sprintf("the engines disagree: %v, and %s accepts it", s.refusal, EngineSanthosh)}
		}
		if s.gojson != nil && !s.validator.options.Strict && !b.precise {
			s.fast = compileFast(b)
		}
		return
	}
	if s.santhosh, err = compileDocuments(b, unstated); err != nil {
		s.err = asUnusable(s.url, err)
		return
	}
	switch {
	case b.newer && b.older:
		s.err = &Unusable{s.url, DefectDialect, "it mixes keywords that no one dialect has: " + strings.Join(slices.Sorted(maps.Keys(b.uses)), ", ")}
	case b.newer:
		s.other, err = compileDocuments(b, draft2020)
	case b.older:
		s.other, err = compileDocuments(b, draft07)
	}
	if err != nil {
		s.err = asUnusable(s.url, err)
	}
}

// ValidateJSON judges one JSON value given as bytes; what is no JSON, or JSON that
// readers understand differently, is CantTell.
func (s *Schema) ValidateJSON(b []byte) Result {
	if s.Err() == nil && s.fast != nil {
		if t := readTape(b); t != nil {
			accepted := s.fast.accept(t, 0)
			t.release()
			if accepted == yes {
				return Result{Verdict: Valid, Engines: []string{EngineFast}}
			}
		}
	}
	v, err := Decode(b)
	if err != nil {
		return cantTell(err.Error())
	}
	return s.validate(v)
}

// Validate judges one decoded value (see Decode).
func (s *Schema) Validate(v any) Result {
	if s.Err() == nil && s.fast != nil {
		if t := tapeOf(v); t != nil {
			accepted := s.fast.accept(t, 0)
			t.release()
			if accepted == yes {
				return Result{Verdict: Valid, Engines: []string{EngineFast}}
			}
		}
	}
	if err := wellFormed(v, 0); err != nil {
		return cantTell(err.Error())
	}
	if hasFloat(v) { // the engines compute with exact numbers
		b, err := json.Marshal(v)
		if err != nil {
			return cantTell(err.Error())
		}
		return s.ValidateJSON(b)
	}
	return s.validate(v)
}

func (s *Schema) validate(v any) Result {
	if err := s.Err(); err != nil {
		return cantTell(err.Error())
	}
	switch {
	case s.gojson == nil && s.other != nil:
		return s.bothDialects(v)
	case s.gojson == nil:
		return s.alone(v)
	}
	complaints, err := s.gojson.judge(v)
	if err != nil {
		return cantTell(err.Error())
	}
	strict := s.validator.options.Strict || s.bundle.precise || hasLongNumber(v)
	if len(complaints) == 0 && !strict {
		return Result{Verdict: Valid, Engines: []string{EngineGojsonschema}}
	}
	// What gojsonschema refuses the other engine has to refuse too: it knows the
	// place in the schema, and a wrong "invalid" is no better than a wrong "valid".
	found, err := s.santhosh.judge(v)
	if err != nil {
		return cantTell(err.Error())
	}
	engines := []string{EngineGojsonschema, EngineSanthosh}
	switch {
	case len(complaints) == 0 && len(found) == 0:
		return Result{Verdict: Valid, Engines: engines}
	case len(complaints) > 0 && len(found) > 0:
		return Result{Verdict: Invalid, Errors: found, Engines: engines}
	}
	theirs := "nothing"
	if len(found) > 0 {
		theirs = found[0].String()
	}
	return Result{Verdict: CantTell, Engines: engines,
		Reason: fmt.Sprintf("the engines disagree: %s complains of %s; %s complains of %s", EngineGojsonschema, first(complaints), EngineSanthosh, theirs)}
}

// alone is the verdict of the engine that knows every draft.
func (s *Schema) alone(v any) Result {
	found, err := s.santhosh.judge(v)
	if err != nil {
		return cantTell(err.Error())
	}
	if len(found) > 0 {
		return Result{Verdict: Invalid, Errors: found, Engines: []string{EngineSanthosh}}
	}
	return Result{Verdict: Valid, Engines: []string{EngineSanthosh}}
}

// bothDialects judges by the declared dialect and by the one that the keywords
// belong to: where the two differ nobody can tell what the schema's author meant.
func (s *Schema) bothDialects(v any) Result {
	declared := s.alone(v)
	if declared.Verdict == CantTell {
		return declared
	}
	found, err := s.other.judge(v)
	if err != nil {
		return cantTell(err.Error())
	}
	if (len(found) > 0) == (declared.Verdict == Invalid) {
		return declared
	}
	return cantTell(fmt.Sprintf("the schema uses keywords that its declared dialect does not have (%s), and the verdict depends on whether they count",
		strings.Join(slices.Sorted(maps.Keys(s.bundle.uses)), ", ")))
}

// hasLongNumber finds a number with more digits than a float64 tells apart.
// gojsonschema compares such numbers as floats, so its word alone is not enough.
func hasLongNumber(v any) bool {
	switch x := v.(type) {
	case json.Number:
		digits := 0
		for _, c := range []byte(x) {
			if isDigit(c) {
				digits++
			}
		}
		return digits > 15
	case map[string]any:
		for _, e := range x {
			if hasLongNumber(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, hasLongNumber)
	}
	return false
}

func hasFloat(v any) bool {
	switch x := v.(type) {
	case float64:
		return true
	case map[string]any:
		for _, e := range x {
			if hasFloat(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, hasFloat)
	}
	return false
}
