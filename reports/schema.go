package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/oasc/mimcheck/schemas"
)

// compiled is the published schema of a report, compiled at its first use.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	const name = "report.schema.json"
	b, err := schemas.Read(name)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(jsonschema.SchemeURLLoader{}) // loads nothing: the schema stands alone
	if err := c.AddResource(name, doc); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return c.Compile(name)
})

// mostProblems is how many broken rules one error tells.
const mostProblems = 10

// checkSchema holds the JSON document b against the published schema.
func checkSchema(b []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("the report is no JSON: %w", err)
	}
	err = schema.Validate(doc)
	var broken *jsonschema.ValidationError
	if !errors.As(err, &broken) {
		return err
	}
	var problems []string
	for _, leaf := range leaves(broken, nil) {
		problems = append(problems, problem(doc, leaf))
	}
	slices.Sort(problems)
	problems = slices.Compact(problems)
	if more := len(problems) - mostProblems; more > 0 {
		problems = append(problems[:mostProblems], fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("the report is not as schemas/report.schema.json says: %s", strings.Join(problems, "; "))
}

// leaves are the broken rules themselves, without those that only refer to others.
func leaves(e *jsonschema.ValidationError, found []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return append(found, e)
	}
	for _, cause := range e.Causes {
		found = leaves(cause, found)
	}
	return found
}

// problem tells one broken rule: member, seen, expected, fix.
func problem(doc any, e *jsonschema.ValidationError) string {
	where := jsonPointer(e.InstanceLocation)
	seen := show(at(doc, e.InstanceLocation))
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return fmt.Sprintf("%s lacks %s: add it", where, quoted(k.Missing))
	case *kind.AdditionalProperties:
		return fmt.Sprintf("%s has %s, which no report has: remove it or check its spelling", where, quoted(k.Properties))
	case *kind.Type:
		return fmt.Sprintf("%s is %s, expected %s", where, seen, strings.Join(k.Want, " or "))
	case *kind.Enum:
		words := make([]string, len(k.Want))
		for i, w := range k.Want {
			words[i] = fmt.Sprint(w)
		}
		return fmt.Sprintf("%s is %s, expected one of %s", where, seen, strings.Join(words, ", "))
	case *kind.Pattern:
		return fmt.Sprintf("%s is %s, expected text that matches %s", where, seen, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s is %s, expected at least %s", where, seen, k.Want.RatString())
	case *kind.Maximum:
		return fmt.Sprintf("%s is %s, expected at most %s", where, seen, k.Want.RatString())
	case *kind.MinLength:
		return fmt.Sprintf("%s is %s, expected at least %d character", where, seen, k.Want)
	}
	return fmt.Sprintf("%s is %s: %s", where, seen, e.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
}

// at is the value at path in doc, nil when there is none.
func at(doc any, path []string) any {
	for _, part := range path {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			doc = v[i]
		}
	}
	return doc
}

// show is a JSON value as an error quotes it.
func show(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("%q", clip(v))
	}
	b, _ := json.Marshal(v) // a scalar that was just read from JSON
	return clip(string(b))
}

func quoted(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	for i := range names {
		names[i] = fmt.Sprintf("%q", clip(names[i]))
	}
	return strings.Join(names, ", ")
}
