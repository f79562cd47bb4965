package mim0

import (
	"testing"

	"github.com/oasc/mimcheck/internal/rdf"
)

func typed(value, kind string) rdf.Term {
	return rdf.Term{Kind: rdf.Literal, Value: value, Datatype: rdf.XSD + kind}
}

func TestSatisfies(t *testing.T) {
	for _, c := range []struct {
		kind         string
		value, limit rdf.Term
		holds, known bool
	}{
		{"GreaterThanRelation", typed("2025-01-02T00:00:00Z", "dateTime"), typed("2025-01-01T00:00:00Z", "dateTime"), true, true},
		{"GreaterThanRelation", typed("2025-01-01T01:00:00+01:00", "dateTime"), typed("2025-01-01T00:00:00Z", "dateTime"), false, true},
		{"GreaterThanOrEqualToRelation", typed("2025-01-01T01:00:00+01:00", "dateTime"), typed("2025-01-01T00:00:00Z", "dateTime"), true, true},
		{"LessThanRelation", typed("2025-01-01T00:00:00", "dateTime"), typed("2025-06-01T00:00:00Z", "dateTime"), false, false}, // no time zone
		{"LessThanRelation", typed("9", "integer"), typed("10.0", "decimal"), true, true},
		{"LessThanOrEqualToRelation", typed("1e1", "double"), typed("10", "integer"), true, true},
		{"LessThanRelation", typed("10", "integer"), typed("9", "integer"), false, true},
		{"EqualToRelation", rdf.Text("a"), rdf.Text("a"), true, true},
		{"NotEqualToRelation", rdf.Text("a"), rdf.Text("a"), false, true},
		{"GreaterThanRelation", rdf.Text("b"), rdf.Text("a"), true, true},
		{"GreaterThanRelation", rdf.Ref("urn:b"), rdf.Ref("urn:a"), true, true},
		{"GreaterThanRelation", typed("5", "integer"), rdf.Text("a"), false, false},
		{"EqualToRelation", typed("2025", "gYear"), typed("2025", "gYear"), true, false},
		{"PrefixRelation", rdf.Text("abc"), rdf.Text("ab"), true, true},
		{"SuffixRelation", rdf.Text("abc"), rdf.Text("ab"), false, true},
		{"SubstringRelation", rdf.Text("abc"), rdf.Text("b"), true, true},
		{"GeospatiallyContainsRelation", rdf.Text("abc"), rdf.Text("b"), false, false},
		{"EqualToRelation", typed("1e999999999", "double"), typed("1", "double"), false, false}, // endless
	} {
		holds, known := satisfies(c.kind, c.value, c.limit)
		if known != c.known || known && holds != c.holds {
			t.Errorf("%s: %v and %v: %v, %v", c.kind, c.value, c.limit, holds, known)
		}
	}
}

func TestForms(t *testing.T) {
	for value, want := range map[string]bool{"P1Y": true, "PT5M": true, "P1DT2H": true, "PT0.5S": true, "-P1D": true, "P": false, "P1DT": false, "1Y": false, "PT": false, "P1H": false} {
		if isDuration(typed(value, "duration")) != want {
			t.Errorf("duration %s: expected %v", value, want)
		}
	}
	if isDuration(rdf.Text("P1Y")) {
		t.Error("a text is a duration")
	}
	for _, c := range []struct {
		v    rdf.Term
		want bool
	}{{typed("60", "integer"), true}, {typed("60", "nonNegativeInteger"), true}, {typed("-1", "integer"), false}, {typed("1.5", "decimal"), false}, {rdf.Text("60"), false}, {typed("x", "integer"), false}, {typed("1/2", "integer"), false}} {
		if whole(c.v, 0) != c.want {
			t.Errorf("%v: expected %v", c.v, c.want)
		}
	}
}

func TestPaths(t *testing.T) {
	g, err := rdf.Turtle([]byte(`@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
ex:paths ex:plain ex:p ; ex:text "ex:p" ; ex:sequence ( ex:p ex:q ) ; ex:inverse [ sh:inversePath ex:p ] ; ex:alternative [ sh:alternativePath ( ex:q ex:p ) ] ;
  ex:many [ sh:zeroOrMorePath ex:p ] ; ex:empty () ; ex:circle _:c ; ex:odd [ ex:x ex:y ] ; ex:broken ( ex:p "q" ) .
_:c sh:inversePath _:c .
ex:a ex:p ex:b . ex:b ex:q "end" .`), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from string
		is, known  bool
		leads      int
	}{
		{"plain", "a", true, true, 1}, {"text", "a", false, false, 0}, {"sequence", "a", true, true, 1}, {"inverse", "b", true, true, 1}, {"alternative", "a", true, true, 1},
		{"many", "a", true, false, 0}, {"empty", "a", false, false, 0}, {"circle", "a", false, false, 0}, {"odd", "a", false, false, 0}, {"broken", "a", false, false, 0},
	} {
		path, _ := g.Object(rdf.Ref("http://example.org/paths"), "http://example.org/"+c.name)
		all, known := along(g, rdf.Ref("http://example.org/"+c.from), path, g)
		if isPath(g, path, 0) != c.is || known != c.known || len(all) != c.leads {
			t.Errorf("%s: path %v, known %v, leads to %v", c.name, isPath(g, path, 0), known, all)
		}
	}
}
