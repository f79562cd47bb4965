package validate

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// bundleURL is the name of a bundle inside the engine.
const bundleURL = "mimcheck-bundle:///schema"

// closed is a loader that has nothing, so the engine never opens a file or a connection.
type closed struct{}

// Load implements jsonschema.URLLoader.
func (closed) Load(url string) (any, error) {
	return nil, fmt.Errorf("no document is loaded for reference %s", url)
}

// santhosh is a schema compiled by santhosh-tekuri/jsonschema.
type santhosh struct {
	schema *jsonschema.Schema
	bundle *bundle // set when the engine got the bundle and not the documents
}

// compileBundle compiles a portable bundle. It never panics.
func compileBundle(b *bundle) (*santhosh, error) {
	schema, err := compileSanthosh(bundleURL, map[string]any{bundleURL: b.root}, draft07)
	if err != nil {
		return nil, &Unusable{b.url, DefectShape, b.explain(err)}
	}
	return &santhosh{schema, b}, nil
}

// compileDocuments compiles the documents of a bundle as they are, read under their
// own dialect, or under the given one instead when it is not unstated.
func compileDocuments(b *bundle, as draft) (*santhosh, error) {
	docs := map[string]any{}
	for u, doc := range b.docs {
		if m, ok := doc.(map[string]any); ok && (as != unstated || m["$schema"] == latestDialect) {
			m = maps.Clone(m)
			delete(m, "$schema")
			if as != unstated {
				m["$schema"] = as.dialectURL()
			}
			doc = m
		}
		docs[u] = doc
	}
	byDefault := draft2020
	if b.older || !b.newer && !b.usesAfter(draft07) {
		byDefault = draft07
	}
	schema, err := compileSanthosh(b.url, docs, byDefault)
	if err != nil {
		return nil, &Unusable{b.url, DefectShape, b.explain(err)}
	}
	return &santhosh{schema, nil}, nil
}

func compileSanthosh(address string, docs map[string]any, byDefault draft) (schema *jsonschema.Schema, err error) {
	defer func() {
		if p := recover(); p != nil {
			schema, err = nil, fmt.Errorf("%s broke while it compiled the schema: %v", EngineSanthosh, p)
		}
	}()
	c := jsonschema.NewCompiler()
	c.UseLoader(closed{})
	c.UseRegexpEngine(compilePattern)
	c.DefaultDraft(map[draft]*jsonschema.Draft{draft07: jsonschema.Draft7}[byDefault])
	if byDefault != draft07 {
		c.DefaultDraft(jsonschema.Draft2020)
	}
	addFormats(c)
	for _, u := range slices.Sorted(maps.Keys(docs)) {
		if err := c.AddResource(u, docs[u]); err != nil {
			return nil, err
		}
	}
	return c.Compile(address)
}

// usesAfter says whether a keyword is used that came after draft d.
func (b *bundle) usesAfter(d draft) bool {
	for name := range b.uses {
		if keywords[name].from > d {
			return true
		}
	}
	return false
}

// judge returns what is wrong with v, empty when nothing is. It never panics.
func (s *santhosh) judge(v any) (found []Error, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, fmt.Errorf("%s broke while it judged: %v", EngineSanthosh, p)
		}
	}()
	err = s.schema.Validate(v)
	if err == nil {
		return nil, nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil, fmt.Errorf("%s cannot judge: %w", EngineSanthosh, err)
	}
	found = s.flatten(invalid)
	if len(found) == 0 { // never let a complaint get lost
		found = []Error{{Message: invalid.Error(), Keyword: "schema", Schema: s.location(invalid, "")}}
	}
	slices.SortStableFunc(found, func(a, b Error) int {
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return strings.Compare(a.Keyword+"\x00"+a.Member+"\x00"+a.Message, b.Keyword+"\x00"+b.Member+"\x00"+b.Message)
	})
	found = slices.CompactFunc(found, func(a, b Error) bool {
		return a.Pointer == b.Pointer && a.Keyword == b.Keyword && a.Member == b.Member && a.Message == b.Message
	})
	if len(found) > maxErrors {
		found = found[:maxErrors]
	}
	return found, nil
}

// printer makes the engine's messages; a printer may not be shared by goroutines.
func printer() *message.Printer { return message.NewPrinter(language.English) }

// flatten turns the engine's tree of errors into a list of what a person can mend.
func (s *santhosh) flatten(e *jsonschema.ValidationError) []Error {
	one := func(keyword, member, text string) Error {
		return Error{Pointer: pointer(e.InstanceLocation), Keyword: keyword, Member: member, Message: text,
			Schema: s.location(e, keyword)}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf:
		return s.alternatives(e, "anyOf")
	case *kind.OneOf:
		if len(k.Subschemas) > 0 {
			return []Error{one("oneOf", "", fmt.Sprintf("matches %d of the alternatives, expected exactly one", len(k.Subschemas)))}
		}
		return s.alternatives(e, "oneOf")
	case *kind.Required:
		var list []Error
		for _, name := range k.Missing {
			list = append(list, one("required", name, fmt.Sprintf("the member %q is missing", name)))
		}
		return list
	case *kind.AdditionalProperties:
		var list []Error
		for _, name := range k.Properties {
			list = append(list, one("additionalProperties", name, fmt.Sprintf("the member %q is not foreseen", name)))
		}
		return list
	case *kind.Type:
		return []Error{one("type", "", fmt.Sprintf("is of type %s, expected %s", k.Got, strings.Join(k.Want, " or ")))}
	case *kind.Enum:
		return []Error{one("enum", "", fmt.Sprintf("is %s, expected one of %s", show(k.Got), showList(k.Want)))}
	case *kind.Const:
		return []Error{one("const", "", fmt.Sprintf("is %s, expected %s", show(k.Got), show(k.Want)))}
	case *kind.Format:
		return []Error{one("format", "", fmt.Sprintf("%s is no %s: %v", show(k.Got), k.Want, k.Err))}
	case *kind.Pattern:
		return []Error{one("pattern", "", fmt.Sprintf("%s does not match the pattern %s", show(k.Got), k.Want))}
	case *kind.Minimum:
		return []Error{one("minimum", "", fmt.Sprintf("is %s, expected at least %s", decimal(k.Got), decimal(k.Want)))}
	case *kind.Maximum:
		return []Error{one("maximum", "", fmt.Sprintf("is %s, expected at most %s", decimal(k.Got), decimal(k.Want)))}
	case *kind.ExclusiveMinimum:
		return []Error{one("exclusiveMinimum", "", fmt.Sprintf("is %s, expected more than %s", decimal(k.Got), decimal(k.Want)))}
	case *kind.ExclusiveMaximum:
		return []Error{one("exclusiveMaximum", "", fmt.Sprintf("is %s, expected less than %s", decimal(k.Got), decimal(k.Want)))}
	case *kind.RefCycle:
		return []Error{one("$ref", "", "the schema refers back to itself without end")}
	}
	if len(e.Causes) > 0 {
		var list []Error
		for _, c := range e.Causes {
			list = append(list, s.flatten(c)...)
			if len(list) > maxErrors {
				break
			}
		}
		return list
	}
	path := e.ErrorKind.KeywordPath()
	keyword := "not"
	if len(path) > 0 {
		keyword = path[0]
	} else if _, never := e.ErrorKind.(*kind.FalseSchema); never {
		keyword = "false"
	}
	return []Error{one(keyword, "", e.ErrorKind.LocalizedString(printer()))}
}

// alternatives tells why none of several subschemas fits: the errors of the one that
// is nearest, or, when all want another type of value, the types that would do.
func (s *santhosh) alternatives(e *jsonschema.ValidationError, keyword string) []Error {
	own := Error{Pointer: pointer(e.InstanceLocation), Keyword: keyword, Schema: s.location(e, keyword)}
	var (
		nearest []Error
		least   = -1
		wanted  []string
		got     string
		byType  = 0
	)
	for _, cause := range e.Causes {
		list := s.flatten(cause)
		distance := 0
		for _, f := range list {
			switch {
			case f.Pointer == own.Pointer && f.Keyword == "type":
				distance += 100
			case f.Pointer == own.Pointer+"/type" && (f.Keyword == "enum" || f.Keyword == "const"):
				distance += 50 // another kind of object, such as another geometry
			default:
				distance++
			}
		}
		if len(list) == 1 && distance == 100 {
			byType++
			var want string
			if _, err := fmt.Sscanf(list[0].Message, "is of type %s", &got); err == nil {
				got = strings.TrimSuffix(got, ",")
				_, want, _ = strings.Cut(list[0].Message, "expected ")
				if !slices.Contains(wanted, want) {
					wanted = append(wanted, want)
				}
			}
		}
		if least < 0 || distance < least {
			nearest, least = list, distance
		}
	}
	switch {
	case byType > 0 && byType == len(e.Causes):
		own.Keyword = "type"
		own.Message = fmt.Sprintf("is of type %s, expected %s", got, strings.Join(wanted, " or "))
		return []Error{own}
	case least >= 0 && least < 50:
		for i := range nearest {
			nearest[i].Alternative = true
		}
		return nearest
	}
	own.Message = fmt.Sprintf("matches none of the %d alternatives", len(e.Causes))
	if len(nearest) > 0 {
		own.Message += "; the nearest says: " + nearest[0].String()
	}
	return []Error{own}
}

// location is the absolute place of a keyword in the schema's own documents.
func (s *santhosh) location(e *jsonschema.ValidationError, keyword string) string {
	at := e.SchemaURL
	if s.bundle != nil {
		at = s.bundle.original(at)
	}
	if keyword == "" || keyword == "not" || keyword == "false" {
		return at
	}
	if !strings.Contains(at, "#") {
		at += "#"
	}
	return at + "/" + escapeToken(keyword)
}

// original maps a place in the bundle to the place in the document it came from.
func (b *bundle) original(at string) string {
	_, ptr, _ := strings.Cut(at, "#")
	tokens := strings.Split(ptr, "/")
	if len(tokens) < 3 || tokens[1] != "definitions" {
		return b.url
	}
	n, err := strconv.Atoi(tokens[2])
	if err != nil || n < 0 || n >= len(b.origins) {
		return b.url
	}
	o := b.origins[n]
	rest := ""
	for i, t := range tokens[3:] {
		step := rest + "/" + t
		if _, _, err := o.doc.at(o.ptr + step); err != nil && i > 0 && tokens[3+i-1] == "allOf" {
			return o.doc.url + "#" + o.ptr + strings.TrimSuffix(rest, "/allOf") + "/$ref" // the bundler's own allOf
		}
		rest = step
	}
	return o.doc.url + "#" + o.ptr + rest
}

// explain says what the engine finds wrong with a schema, in the document's own places.
func (b *bundle) explain(err error) string {
	var broken *jsonschema.SchemaValidationError
	if !errors.As(err, &broken) {
		return err.Error()
	}
	at := broken.URL
	var invalid *jsonschema.ValidationError
	if !errors.As(broken.Err, &invalid) {
		return fmt.Sprintf("%s: %v", b.original(at), broken.Err)
	}
	var lines []string
	for _, f := range (&santhosh{}).flatten(invalid) {
		where := at
		if !strings.Contains(where, "#") {
			where += "#"
		}
		where += f.Pointer
		if strings.HasPrefix(where, bundleURL) {
			where = b.original(where)
		}
		lines = append(lines, where+" "+f.Message)
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if len(lines) > 3 {
		lines = append(lines[:3], fmt.Sprintf("and %d more", len(lines)-3))
	}
	if len(lines) == 0 {
		return err.Error()
	}
	return "the schema itself is broken: " + strings.Join(lines, "; ")
}

func show(v any) string {
	switch x := v.(type) {
	case string:
		return strconv.Quote(shorten(x))
	case nil:
		return "null"
	}
	return shorten(fmt.Sprint(v))
}

func showList(list []any) string {
	const most = 12
	words := make([]string, 0, min(len(list), most)+1)
	for i, v := range list {
		if i == most {
			words = append(words, fmt.Sprintf("… (%d in all)", len(list)))
			break
		}
		words = append(words, show(v))
	}
	return strings.Join(words, ", ")
}

func decimal(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}
