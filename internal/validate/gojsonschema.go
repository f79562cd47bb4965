package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xeipuuv/gojsonreference"
	"github.com/xeipuuv/gojsonschema"
)

// gojson is a schema compiled by gojsonschema.
type gojson struct{ schema *gojsonschema.Schema }

// compileGojson compiles a portable bundle. It never panics.
func compileGojson(b *bundle) (g *gojson, err error) {
	defer func() {
		if p := recover(); p != nil {
			g, err = nil, fmt.Errorf("%s broke while it compiled the schema: %v", EngineGojsonschema, p)
		}
	}()
	if err := registerFormats(); err != nil {
		return nil, err
	}
	loader := gojsonschema.NewSchemaLoader()
	loader.AutoDetect = false
	loader.Draft = gojsonschema.Draft7
	schema, err := loader.Compile(fixed{forGojson(b.root, b)})
	if err != nil {
		return nil, fmt.Errorf("%s refuses the schema: %w", EngineGojsonschema, err)
	}
	return &gojson{schema}, nil
}

// judge returns what is wrong with v, empty when nothing is. It never panics.
func (g *gojson) judge(v any) (complaints []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			complaints, err = nil, fmt.Errorf("%s broke while it judged: %v", EngineGojsonschema, p)
		}
	}()
	result, err := g.schema.Validate(fixed{v})
	if err != nil {
		return nil, fmt.Errorf("%s cannot judge: %w", EngineGojsonschema, err)
	}
	for _, e := range result.Errors() {
		complaints = append(complaints, e.Context().String()+": "+e.Description())
	}
	slices.Sort(complaints)
	return complaints, nil
}

// fixed is a JSON loader of one value; what it would have to load for a reference
// does not exist, so gojsonschema never opens a file or a connection.
type fixed struct{ value any }

func (f fixed) LoadJSON() (any, error) { return f.value, nil }
func (f fixed) JsonSource() any        { return f.value }
func (f fixed) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference("#")
}
func (f fixed) LoaderFactory() gojsonschema.JSONLoaderFactory { return nowhere{} }

type nowhere struct{}

// New implements gojsonschema.JSONLoaderFactory.
func (nowhere) New(source string) gojsonschema.JSONLoader { return missing(source) }

type missing string

func (m missing) JsonSource() any { return string(m) }
func (m missing) LoadJSON() (any, error) {
	return nil, fmt.Errorf("no document is loaded for reference %s", string(m))
}
func (m missing) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference(string(m))
}
func (m missing) LoaderFactory() gojsonschema.JSONLoaderFactory { return nowhere{} }

// forGojson copies a bundled schema with patterns in RE2 form and formats under
// their private names. It copies because gojsonschema changes what it is given.
func forGojson(node any, b *bundle) any {
	m, ok := node.(map[string]any)
	if !ok {
		return node
	}
	out := make(map[string]any, len(m))
	for name, value := range m {
		out[name] = gojsonKeyword(name, value, b)
	}
	return out
}

func gojsonKeyword(name string, value any, b *bundle) any {
	k, judges := keywords[name]
	if name == "definitions" {
		k, judges = keyword{shape: schemaMap}, true
	}
	if !judges {
		return value
	}
	switch v := value.(type) {
	case string:
		switch name {
		case "pattern":
			return b.patterns[v]
		case "format":
			return privateFormat(v)
		}
	case map[string]any:
		switch k.shape {
		case subschema, itemsShape:
			return forGojson(v, b)
		case schemaMap, dependencyMap:
			out := make(map[string]any, len(v))
			for key, sub := range v {
				if name == "patternProperties" {
					key = b.patterns[key]
				}
				out[key] = forGojson(sub, b)
			}
			return out
		}
	case []any:
		if k.shape == schemaList || k.shape == itemsShape {
			out := make([]any, len(v))
			for i, sub := range v {
				out[i] = forGojson(sub, b)
			}
			return out
		}
	}
	return value
}

// first shows the first of several complaints.
func first(complaints []string) string {
	if len(complaints) == 0 {
		return "nothing"
	}
	s := complaints[0]
	if len(complaints) > 1 {
		s += fmt.Sprintf(" (and %d more)", len(complaints)-1)
	}
	return strings.TrimSpace(s)
}
