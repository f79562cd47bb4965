package query

import (
	"context"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
)

func core(t testing.TB) *jsonld.Context {
	t.Helper()
	r, err := jsonld.NewResolver(func(context.Context, string) ([]byte, error) { return nil, jsonld.ErrUnavailable })
	if err != nil {
		t.Fatal(err)
	}
	return r.Core()
}

// sample has a value of every kind, for the parsed queries to meet.
func sample(t testing.TB, c *jsonld.Context) *model.Entity {
	t.Helper()
	value := map[string]any{
		"id": "urn:1", "type": "T", "scope": "/a/b", "n": 1.0, "s": "x", "b": true, "list": []any{1.0, "a"},
		"o":        map[string]any{"value": map[string]any{"k": map[string]any{"l": []any{1.0}}}},
		"r":        map[string]any{"object": "urn:2"},
		"l":        map[string]any{"languageMap": map[string]any{"en": "a"}},
		"location": map[string]any{"type": "Polygon", "coordinates": []any{[]any{[]any{0.0, 0.0}, []any{1.0, 0.0}, []any{1.0, 1.0}, []any{0.0, 0.0}}}},
	}
	e, err := (&model.Parser{Context: c}).Entity(value)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func FuzzQ(f *testing.F) {
	for _, seed := range []string{`a`, `n==1`, `n>=1;s=="x"|b==true`, `(a;(b|c))`, `o[k.l]==1..2`, `s~="^x"`, `s!~=(a|b)`, `n.observedAt>2025-01-01T00:00:00Z`, `r==urn:2`, `l[en]=="a","b"`, `http://x/a==1`, `a==12:00:00Z`, `"`, `((((`, `s=="\"`} {
		f.Add(seed)
	}
	c := core(f)
	e := sample(f, c)
	f.Fuzz(func(_ *testing.T, text string) {
		if q, err := ParseQ(text, QOptions{Context: c}); err == nil {
			q.Match(e, func(string) *model.Entity { return e })
			q.Attributes()
		}
	})
}

func FuzzTypesAndScopes(f *testing.F) {
	for _, seed := range []string{"A", "A,B", "(A;B)|C", "*", "/a/+/b", "/a/#", "((", ","} {
		f.Add(seed)
	}
	c := core(f)
	e := sample(f, c)
	f.Fuzz(func(_ *testing.T, text string) {
		if q, err := ParseTypes(text, c); err == nil {
			q.Match(e)
		}
		if q, err := ParseScopes(text); err == nil {
			q.Match(e)
		}
		if o, err := ParseOrder(text, "", "Point", "[0,0]", c); err == nil {
			o.Compare(e, e)
		}
	})
}

func FuzzGeo(f *testing.F) {
	f.Add("near;maxDistance==5", "Point", "[0,0]")
	f.Add("within", "Polygon", "[[[0,0],[1,1],[1,0],[0,1],[0,0]]]")
	f.Add("equals", "MultiLineString", "[[[0,0],[0,0]]]")
	f.Add("overlaps", "MultiPolygon", "[[[[0,0],[0,0],[0,0],[0,0]]]]")
	f.Add("disjoint", "LineString", "[[0,0],[1e308,1]]")
	c := core(f)
	e := sample(f, c)
	f.Fuzz(func(_ *testing.T, relation, geometry, coordinates string) {
		if g, err := ParseGeo(relation, geometry, coordinates, model.Location); err == nil {
			g.Match(e)
		}
	})
}
