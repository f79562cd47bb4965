package jsonld

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

func resolver(t *testing.T, documents map[string]string) *Resolver {
	t.Helper()
	r, err := NewResolver(func(_ context.Context, url string) ([]byte, error) {
		if text, ok := documents[url]; ok {
			return []byte(text), nil
		}
		return nil, ErrUnavailable
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNames(t *testing.T) { // 5.5.7
	r := resolver(t, map[string]string{"http://c/one": `{"@context":{"Tree":"http://x/Tree"}}`})
	for _, x := range []struct{ context, name, iri, compact string }{
		{`{}`, "a", ngsild.DefaultVocab + "a", "a"},
		{`{}`, "value", ngsild.CoreVocab + "hasValue", "value"},
		{`{}`, "http://x/a", "http://x/a", "http://x/a"},
		{`{"a":"http://x/a"}`, "a", "http://x/a", "a"},
		{`{"longer":"http://x/a","b":"http://x/a","c":"http://x/a"}`, "longer", "http://x/a", "b"},
		{`{"x":"http://x/"}`, "x:a", "http://x/a", "x:a"},
		{`{"x":"http://x/","xa":"http://x/a/"}`, "http://x/a/b", "http://x/a/b", "xa:b"},
		{`{"x":"http://x/a"}`, "http://x/abc", "http://x/abc", "http://x/abc"}, // no prefix: it does not end in a delimiter
		{`{"a":{"@id":"http://x/a","@type":"@id","@container":"@list"}}`, "a", "http://x/a", "a"},
		{`{"@vocab":"http://v/"}`, "a", ngsild.DefaultVocab + "a", "a"}, // the core @context comes last
		{`{"value":"http://evil/"}`, "value", ngsild.CoreVocab + "hasValue", "value"},
		{`{"a":"http://x/a"}`, "ngsi-ld:default-context/a", ngsild.DefaultVocab + "a", "ngsi-ld:default-context/a"},
		{`{"a":null}`, "a", "", ""},
		{`{"x":null}`, "x:a", "x:a", "x:a"},
		{`["http://c/one",{"b":"http://x/b"}]`, "Tree", "http://x/Tree", "Tree"},
		{`{"id2":"@id"}`, "id2", "@id", "id"},
	} {
		c, err := r.Resolve(t.Context(), parsed(t, x.context))
		if err != nil {
			t.Errorf("%s: %v", x.context, err)
			continue
		}
		if got := c.Expand(x.name); got != x.iri {
			t.Errorf("%s: %s expands to %q, want %q", x.context, x.name, got, x.iri)
		}
		if x.iri == "" {
			continue
		}
		if got := c.Compact(x.iri); got != x.compact {
			t.Errorf("%s: %s compacts to %q, want %q", x.context, x.iri, got, x.compact)
		}
		if back := c.Expand(c.Compact(x.iri)); back != x.iri {
			t.Errorf("%s: %s comes back as %s", x.context, x.iri, back)
		}
	}
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	c, err := resolver(t, nil).Resolve(t.Context(), parsed(t, `{"street":"http://x/street","Home":"http://x/Home"}`))
	if err != nil {
		t.Fatal(err)
	}
	value := parsed(t, `{"street":["a"],"type":["Home"],"deep":[[{"street":[]}],1,null,"street"]}`)
	expanded := c.Value(value)
	if _, ok := expanded.(map[string]any)["http://x/street"]; !ok {
		t.Errorf("expanded: %v", expanded)
	}
	if back := c.CompactValue(expanded); !reflect.DeepEqual(back, value) {
		t.Errorf("%v came back as %v", value, back)
	}
}

func TestContextsThatAreRefused(t *testing.T) {
	r := resolver(t, map[string]string{
		"http://c/self": `{"@context":"http://c/self"}`, "http://c/a": `{"@context":["b"]}`, "http://c/b": `{"@context":"http://c/a"}`,
		"http://c/text": `"x"`, "http://c/none": `{}`, "http://c/deep": `{"@context":{"a":{"@context":{}}}}`,
	})
	for text, status := range map[string]int{
		`"http://c/self"`: 400, `"http://c/a"`: 400, `"http://c/text"`: 400, `"http://c/none"`: 400, `"http://c/deep"`: 400,
		`"http://c/missing"`: 504, `["http://c/missing",{}]`: 504, `5`: 400, `{"a":5}`: 400, `{"@vocab":5}`: 400, `{"@protected":1}`: 400,
		`"relative"`: 400, `{"a":{"@id":"http://x/a","@context":null}}`: 400, `{"a":{"@id":"b"},"b":{"@id":"a"}}`: 400,
	} {
		_, err := r.Resolve(t.Context(), parsed(t, text))
		if err == nil || problem.From(err).Status != status {
			t.Errorf("%s: %v, want status %d", text, err, status)
		}
	}
}

func TestContextOfAnswers(t *testing.T) { // 6.3.5
	r := resolver(t, map[string]string{"http://c/x": `{"@context":{}}`, "http://c/core": `{"@context":["` + ngsild.CoreContextURL + `"]}`})
	for source, want := range map[string]string{
		`null`: `"` + ngsild.CoreContextURL + `"`, `"http://c/x"`: `["http://c/x","` + ngsild.CoreContextURL + `"]`, `"http://c/core"`: `"http://c/core"`,
		`["http://c/x"]`: `["http://c/x","` + ngsild.CoreContextURL + `"]`, `{"a":"http://x/a"}`: `[{"a":"http://x/a"},"` + ngsild.CoreContextURL + `"]`,
	} {
		c, err := r.Resolve(t.Context(), parsed(t, source))
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := json.Marshal(c.ForBody(ngsild.CoreContextURL)); string(raw) != want {
			t.Errorf("%s: %s, want %s", source, raw, want)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":{"@id":"b:c","@type":"@vocab","@container":["@set"]}}`, `[{"@base":"x"},null,{"@language":5}]`, `{"@version":1.1,"@propagate":false}`, `{"a":{"@reverse":"http://x"}}`, `{"a":{"@nest":"@nest","@index":"a"}}`} {
		f.Add(seed)
	}
	r, err := NewResolver(func(context.Context, string) ([]byte, error) { return []byte(`{"@context":{"q":"http://x/q"}}`), nil })
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		if c, err := r.Resolve(t.Context(), v); err == nil {
			for _, name := range []string{"a", "a:b", "value", "@type", ""} {
				c.Compact(c.Expand(name))
			}
		}
	})
}
