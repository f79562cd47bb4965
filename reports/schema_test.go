package reports_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/schemas"
)

type node = map[string]any

func schemaOf(t *testing.T) node {
	t.Helper()
	b, err := schemas.Read("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc node
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestSchemaAgreesWithTheModel walks the Go types and the schema side by side.
func TestSchemaAgreesWithTheModel(t *testing.T) {
	doc := schemaOf(t)
	var walk func(where string, typ reflect.Type, s node)
	walk = func(where string, typ reflect.Type, s node) {
		if ref, ok := s["$ref"].(string); ok {
			s = doc["$defs"].(node)[strings.TrimPrefix(ref, "#/$defs/")].(node)
		}
		if typ == reflect.TypeFor[time.Time]() {
			if s["type"] != "string" || s["pattern"] == nil {
				t.Errorf("%s: expected a string with a pattern for a time", where)
			}
			return
		}
		want := map[reflect.Kind]string{
			reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer",
			reflect.Uint64: "integer", reflect.Float64: "number", reflect.Slice: "array", reflect.Map: "object", reflect.Struct: "object",
		}[typ.Kind()]
		if s["type"] != want {
			t.Errorf("%s: the schema says %v, the model %s", where, s["type"], want)
		}
		switch typ.Kind() {
		case reflect.Slice:
			walk(where+"/*", typ.Elem(), s["items"].(node))
		case reflect.Map:
			walk(where+"/*", typ.Elem(), s["additionalProperties"].(node))
		case reflect.Struct:
			if s["additionalProperties"] != false {
				t.Errorf("%s: expected additionalProperties false", where)
			}
			properties := s["properties"].(node)
			required := map[string]bool{}
			list, _ := s["required"].([]any)
			for _, name := range list {
				required[name.(string)] = true
			}
			var names []string
			for i := range typ.NumField() {
				name, option, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				names = append(names, name)
				p, ok := properties[name].(node)
				if !ok {
					t.Errorf("%s: the schema lacks %q", where, name)
					continue
				}
				if required[name] == (option == "omitempty") {
					t.Errorf("%s/%s: required is %v while the tag says %q", where, name, required[name], option)
				}
				walk(where+"/"+name, typ.Field(i).Type, p)
			}
			for name := range properties {
				if !slices.Contains(names, name) {
					t.Errorf("%s: the model lacks %q", where, name)
				}
			}
		}
	}
	walk("", reflect.TypeFor[reports.Report](), doc)
}

func TestSchemaDescribesEveryMember(t *testing.T) {
	doc := schemaOf(t)
	used := map[string]bool{}
	var walk func(where string, s node)
	walk = func(where string, s node) {
		if ref, ok := s["$ref"].(string); ok {
			used[ref] = true
		}
		_, plainRef := s["$ref"]
		if d, _ := s["description"].(string); !strings.HasSuffix(d, ".") && !(plainRef && len(s) == 1) {
			t.Errorf("%s: expected a description that is a sentence", where)
		}
		for _, group := range []string{"properties", "$defs"} {
			members, _ := s[group].(node)
			for name, member := range members {
				walk(where+"/"+group+"/"+name, member.(node))
			}
		}
		for _, one := range []string{"items", "additionalProperties"} {
			if member, ok := s[one].(node); ok {
				walk(where+"/"+one, member)
			}
		}
	}
	walk("", doc)
	for name := range doc["$defs"].(node) {
		if !used["#/$defs/"+name] {
			t.Errorf("$defs/%s is not used", name)
		}
	}
	if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" || doc["$id"] != "urn:mimcheck:schema:report:1" {
		t.Errorf("$schema %v, $id %v", doc["$schema"], doc["$id"])
	}
}

func TestSchemaListsTheWordsOfTheModel(t *testing.T) {
	defs := schemaOf(t)["$defs"].(node)
	var outcomes []any
	for _, o := range reports.Outcomes() {
		outcomes = append(outcomes, string(o))
	}
	if got := defs["outcome"].(node)["enum"]; !reflect.DeepEqual(got, outcomes) {
		t.Errorf("outcomes: %v, want %v", got, outcomes)
	}
	for _, v := range defs["verdict"].(node)["enum"].([]any) {
		if !reports.Verdict(fmt.Sprint(v)).Valid() {
			t.Errorf("the model does not know the verdict %v", v)
		}
	}
}
