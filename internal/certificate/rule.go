// Package certificate is the certification of a member's platform by the Working Group.
//
// A member files the bundle of a run of its own. The Working Group runs the harness again
// with the same selection. Issue holds the two bundles against the rules of certification,
// which are data, and signs a certificate or says which rule is not met, and its remedy.
// Whoever has a certificate and a status list, both signed, checks them offline with Verify.
package certificate

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/schemas"
)

// Rules are the rules of certification, as schemas/certification.schema.json describes them.
type Rules struct {
	Version     string                       `json:"version"`
	ValidMonths map[membership.Assurance]int `json:"validMonths"` // longest validity of a certificate
	ListDays    int                          `json:"listDays"`    // until a status list has to be replaced
	Rules       []Rule                       `json:"rules"`
	SHA256      string                       `json:"-"` // of the file's bytes, hex
}

// Rule is one thing that has to be so before a certificate is issued.
type Rule struct {
	ID     string          `json:"id"`
	Says   string          `json:"says"`
	Remedy string          `json:"remedy"`
	Facts  []string        `json:"facts"` // of the case, as JSON Pointers: those that it looks at
	Holds  json.RawMessage `json:"holds"` // JSON Schema of the case: met where the case is valid

	holds *jsonschema.Schema
}

//go:embed data/rules.json
var rulesJSON []byte

var embedded = sync.OnceValues(func() (Rules, error) { return ParseRules(rulesJSON) })

// DefaultRules are the embedded rules.
func DefaultRules() (Rules, error) { return embedded() }

// ParseRules reads rules, which have to be valid by schemas/certification.schema.json.
func ParseRules(raw []byte) (Rules, error) {
	const name = "certification.schema.json"
	form, err := schemas.Read(name)
	if err != nil {
		return Rules{}, err
	}
	schema, err := compile(name, form)
	if err != nil {
		return Rules{}, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return Rules{}, fmt.Errorf("the rules of certification are no JSON: %w", err)
	}
	if err := schema.Validate(document); err != nil {
		return Rules{}, fmt.Errorf("these are no rules of certification by %s: %w", name, err)
	}
	var r Rules
	if err := json.Unmarshal(raw, &r); err != nil {
		return Rules{}, fmt.Errorf("the rules of certification can't be read: %w", err)
	}
	var wrong []error
	seen := map[string]bool{}
	for i := range r.Rules {
		rule := &r.Rules[i]
		if seen[rule.ID] {
			wrong = append(wrong, fmt.Errorf("the rule %s is there twice", rule.ID))
		}
		seen[rule.ID] = true
		if rule.holds, err = compile(rule.ID+".json", rule.Holds); err != nil {
			wrong = append(wrong, fmt.Errorf("the rule %s: %w", rule.ID, err))
		}
	}
	sum := sha256.Sum256(raw)
	r.SHA256 = hex.EncodeToString(sum[:])
	return r, errors.Join(wrong...)
}

func compile(name string, raw []byte) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, document); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c.Compile(name)
}

// Breach is a rule that a case does not meet.
type Breach struct {
	Rule   string `json:"rule"`
	Says   string `json:"says"`
	Seen   string `json:"seen"` // the facts that it looked at
	Remedy string `json:"remedy"`
}

// Judge gives the rules that a case does not meet, in their order. It is a pure function.
func (r Rules) Judge(c Case) ([]Breach, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return r.judge(raw)
}

func (r Rules) judge(raw []byte) ([]Breach, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var breaches []Breach
	for _, rule := range r.Rules {
		var seen []string
		for _, pointer := range rule.Facts {
			fact, ok := resolve(document, pointer)
			if !ok { // a schema that looks past the case would be met by silence
				return nil, fmt.Errorf("the rule %s looks at %s, which no case has: the rules and this program don't belong together", rule.ID, pointer)
			}
			shown, err := json.Marshal(fact)
			if err != nil {
				return nil, err
			}
			seen = append(seen, strings.ReplaceAll(pointer[1:], "/", ".")+" is "+string(shown))
		}
		if rule.holds.Validate(document) != nil {
			breaches = append(breaches, Breach{rule.ID, rule.Says, strings.Join(seen, "; "), rule.Remedy})
		}
	}
	return breaches, nil
}

// resolve finds the value at a JSON Pointer that names members only.
func resolve(document any, pointer string) (any, bool) {
	at := document
	for _, name := range strings.Split(pointer, "/")[1:] {
		object, ok := at.(map[string]any)
		if !ok {
			return nil, false
		}
		if at, ok = object[name]; !ok {
			return nil, false
		}
	}
	return at, true
}
