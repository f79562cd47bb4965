// Package validate judges JSON values by JSON Schema, every draft in use, behind
// one interface, and never touches the network.
//
// Two engines stand behind it. gojsonschema knows drafts 4, 6 and 7 and silently
// ignores what is newer; santhosh-tekuri/jsonschema knows all drafts. Which of them
// judges depends on the keywords that a schema, with everything it refers to,
// really uses, and not on its $schema: see Schema.Engines. Formats are assertions
// for both, judged by the same code. What cannot be judged for certain is CantTell
// with a reason, never a pass.
//
// In front of the engines a fast path accepts values that are plainly valid. It never
// refuses, and in strict mode it is not there.
package validate

import (
	"errors"
	"fmt"
	"strings"
)

// Verdict is the judgement of one value.
type Verdict string

// The verdicts.
const (
	// Valid: the value is as the schema says.
	Valid Verdict = "valid"
	// Invalid: it is not; Result.Errors says where and why.
	Invalid Verdict = "invalid"
	// CantTell: no judgement is possible; Result.Reason says why.
	CantTell Verdict = "cantTell"
)

// Result is the judgement of one value with its grounds.
type Result struct {
	Verdict Verdict
	Reason  string   // set for CantTell
	Errors  []Error  // set for Invalid, sorted by pointer and keyword
	Engines []string // who judged
}

// Error is one way in which a value is not as its schema says.
type Error struct {
	Pointer string // RFC 6901, into the value
	Keyword string // the JSON Schema keyword, such as required or enum
	Member  string // for required, additionalProperties and the like: the name that it is about
	Message string // what was expected and seen
	Schema  string // absolute location of the keyword in the schema document
	// Alternative says that the schema has alternatives (anyOf, oneOf) for the value and
	// that this is why the nearest of them does not fit.
	Alternative bool
}

func (e Error) String() string {
	at := e.Pointer
	if at == "" {
		at = "the value"
	}
	return fmt.Sprintf("%s: %s (%s)", at, e.Message, e.Keyword)
}

// Names of the engines.
const (
	EngineGojsonschema = "gojsonschema"
	EngineSanthosh     = "santhosh-tekuri/jsonschema"
	// EngineFast accepts what is plainly valid, and leaves the rest to the others.
	EngineFast = "mimcheck"
)

// Limits that keep a hostile schema or value from costing more than it should.
const (
	// MaxDepth is the deepest nesting of a value or a schema.
	MaxDepth = 128
	// maxTargets bounds the number of places that a schema may refer to.
	maxTargets = 10_000
	// maxNodes bounds the number of subschemas reached from one schema.
	maxNodes = 200_000
	// maxApplications bounds how many subschemas one value may be held against by
	// references alone (a reference that is taken twice counts twice).
	maxApplications = 1_000_000
	// maxErrors bounds the errors of one result.
	maxErrors = 200
)

// Documents gives schema documents by absolute URL without fragment, as decoded
// JSON (see Decode). It is asked for nothing that is not referred to, and is the
// only place that documents come from. Implementations are safe for concurrent use
// and return a document that nobody changes.
type Documents interface {
	// Document returns the document, or an error that says why it is not there.
	Document(url string) (any, error)
}

// Map is a fixed set of documents by URL.
type Map map[string]any

// Document implements Documents.
func (m Map) Document(url string) (any, error) {
	if doc, ok := m[url]; ok {
		return doc, nil
	}
	return nil, fmt.Errorf("no schema document is known under %s", url)
}

// Unusable is the error of a schema that cannot judge anything.
type Unusable struct {
	Schema string // URL
	Kind   Defect
	Reason string
}

func (u *Unusable) Error() string {
	return fmt.Sprintf("schema %s cannot be used: %s", u.Schema, u.Reason)
}

// Defect says what is wrong with a schema that cannot be used.
type Defect string

// The defects.
const (
	DefectReference Defect = "reference" // a $ref leads nowhere
	DefectPattern   Defect = "pattern"   // a pattern that RE2 cannot honour as ECMA 262 means it
	DefectShape     Defect = "shape"     // a keyword has a value that the draft does not allow
	DefectCycle     Defect = "cycle"     // references lead back to themselves without looking at a smaller value
	DefectSize      Defect = "size"      // over a limit of this package
	DefectDialect   Defect = "dialect"   // $schema names a dialect that is not known
	DefectEngine    Defect = "engine"    // an engine broke
)

func cantTell(reason string) Result { return Result{Verdict: CantTell, Reason: reason} }

// asUnusable makes err an *Unusable of the schema at url.
func asUnusable(url string, err error) *Unusable {
	var u *Unusable
	if errors.As(err, &u) {
		return u
	}
	return &Unusable{url, DefectEngine, err.Error()}
}

// pointer makes an RFC 6901 pointer of tokens.
func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(escapeToken(t))
	}
	return b.String()
}

func escapeToken(t string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t, "~", "~0"), "/", "~1")
}

func unescapeToken(t string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
}
