package ngsild

import (
	"fmt"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"
)

func TestInlineContext(t *testing.T) {
	documents := map[string]string{
		"https://x.test/city.jsonld":  `{"@context": [{"a": "https://x.test/a"}, "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"]}`,
		"https://x.test/near.jsonld":  `{"@context": "city.jsonld"}`,
		"https://x.test/loop.jsonld":  `{"@context": ["loop2.jsonld"]}`,
		"https://x.test/loop2.jsonld": `{"@context": ["loop.jsonld"]}`,
		"https://x.test/none.jsonld":  `{}`,
	}
	loader := Loader(func(url string) ([]byte, error) {
		if d, ok := documents[url]; ok {
			return []byte(d), nil
		}
		return nil, fmt.Errorf("404")
	})
	for _, c := range []struct {
		context any
		parts   int
		wrong   string
	}{
		{"https://x.test/city.jsonld", 2, ""},
		{[]any{"https://x.test/city.jsonld", CoreContextURL}, 3, ""}, // the core twice is no cycle
		{[]any{"https://x.test/near.jsonld", map[string]any{"b": "https://x.test/b"}}, 3, ""},
		{nil, 1, ""},
		{"https://x.test/loop.jsonld", 0, "includes itself"},
		{"https://x.test/none.jsonld", 0, "no @context member"},
		{"https://x.test/gone.jsonld", 0, "404"},
	} {
		got, err := InlineContext(c.context, loader)
		switch {
		case c.wrong == "" && (err != nil || len(got) != c.parts):
			t.Errorf("%v: got %d parts (%v), want %d", c.context, len(got), err, c.parts)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%v: got %v, want an error with %q", c.context, err, c.wrong)
		}
	}
	parts, err := InlineContext([]any{"https://x.test/city.jsonld", CoreContextURL}, loader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ld.NewContext(nil, ld.NewJsonLdOptions("")).Parse(parts); err != nil {
		t.Errorf("the inlined context cannot be parsed: %v", err)
	}
}
