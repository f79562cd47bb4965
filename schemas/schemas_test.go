package schemas_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/oasc/mimcheck/schemas"
)

var id = regexp.MustCompile(`^urn:mimcheck:schema:[a-z-]+:[1-9][0-9]*$`)

func TestEverySchemaCompiles(t *testing.T) {
	names := schemas.Names()
	if len(names) == 0 {
		t.Fatal("there are no schemas")
	}
	for _, name := range names {
		b, err := schemas.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		top, _ := doc.(map[string]any)
		if top["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: $schema is %v, expected 2020-12", name, top["$schema"])
		}
		if s, _ := top["$id"].(string); !id.MatchString(s) {
			t.Errorf("%s: $id is %q, expected urn:mimcheck:schema:<subject>:<major>", name, s)
		}
		c := jsonschema.NewCompiler()
		c.UseLoader(jsonschema.SchemeURLLoader{}) // a published schema stands alone
		if err := c.AddResource(name, doc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := c.Compile(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadUnknown(t *testing.T) {
	for _, name := range []string{"", "reprot.schema.json", "../go.mod", "report.schema.json/"} {
		if _, err := schemas.Read(name); err == nil || !strings.Contains(err.Error(), "report.schema.json") {
			t.Errorf("%q: got %v, expected the names that exist", name, err)
		}
	}
}
