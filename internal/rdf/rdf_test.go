package rdf

import (
	"errors"
	"strings"
	"testing"
)

const prefixes = "@prefix ex: <http://example.org/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"

func TestTurtle(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"IRIs", "<http://a.example/s> <http://a.example/p> <http://a.example/o> .", "<http://a.example/s> <http://a.example/p> <http://a.example/o> ."},
		{"relative IRIs", "<s> <#p> </o> .", "<http://base.example/dir/s> <http://base.example/dir/doc#p> <http://base.example/o> ."},
		{"base", "@base <http://other.example/> . BASE <x/>\n<s> <p> <> .", "<http://other.example/x/s> <http://other.example/x/p> <http://other.example/x/> ."},
		{"prefixes", prefixes + "PREFIX : <http://d.example/#>\nex:s a :C.d ; ex:p\\,q :, ex:o%20x .", "<http://example.org/s> <http://example.org/p,q> <http://d.example/#> .\n<http://example.org/s> <http://example.org/p,q> <http://example.org/o%20x> .\n<http://example.org/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://d.example/#C.d> ."},
		{"lists of objects and predicates", prefixes + "ex:s ex:p 1, -2.5 , .5e3; ; ex:q true ;.", `<http://example.org/s> <http://example.org/p> "-2.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<http://example.org/s> <http://example.org/p> ".5e3"^^<http://www.w3.org/2001/XMLSchema#double> .
<http://example.org/s> <http://example.org/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://example.org/s> <http://example.org/q> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .`},
		{"a number at the end", prefixes + "ex:s ex:p 1.", `<http://example.org/s> <http://example.org/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .`},
		{"texts", prefixes + `ex:s ex:p "a\"\u00e9"@EN-gb, 'b', """c
"d" \\""""", "2024-01-01"^^xsd:date # end
.`, `<http://example.org/s> <http://example.org/p> "2024-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .
<http://example.org/s> <http://example.org/p> "a\"é"@en-gb .
<http://example.org/s> <http://example.org/p> "b" .
<http://example.org/s> <http://example.org/p> "c\n\"d\" \\\"\"" .`},
		{"blank nodes", prefixes + "_:x ex:p _:y.z, _:x, [ ex:q [] ] . [ ex:r 1 ] . [] ex:p ex:o .", `_:g1 <http://example.org/q> _:g2 .
_:g3 <http://example.org/r> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:g4 <http://example.org/p> <http://example.org/o> .
_:l1 <http://example.org/p> _:g1 .
_:l1 <http://example.org/p> _:l1 .
_:l1 <http://example.org/p> _:l2 .`},
		{"collections", prefixes + "ex:s ex:p () , ( 1 ex:o ) .", `<http://example.org/s> <http://example.org/p> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .
<http://example.org/s> <http://example.org/p> _:g1 .
_:g1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:g1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:g2 .
_:g2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> <http://example.org/o> .
_:g2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .`},
		{"twice", prefixes + "ex:s ex:p 1 . ex:s ex:p 1 .", `<http://example.org/s> <http://example.org/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .`},
		{"nothing", " # only a comment", ""},
		{"numerals in names", prefixes + "ex:1 ex:trueish ex:true .", "<http://example.org/1> <http://example.org/trueish> <http://example.org/true> ."},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := Turtle([]byte(c.in), "http://base.example/dir/doc")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(g.NTriples()); got != c.want {
				t.Errorf("got\n%s\nexpected\n%s", got, c.want)
			}
		})
	}
}

func TestTurtleRefuses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"<http://a.example/s> <http://a.example/p> <http://a.example/o>", `expected ".", seen the end`},
		{"\n\nex:s a ex:C .", "line 3: the prefix ex: is not declared"},
		{prefixes + "ex:s ex:p \"a\nb\" .", "a text has no end"},
		{prefixes + `ex:s ex:p "\x" .`, `the escape \x is unknown`},
		{prefixes + `ex:s ex:p "\uD800" .`, "is no character"},
		{prefixes + `ex:s ex:p "\u12" .`, "not whole"},
		{prefixes + "ex:s ex:p <a b> .", "is no IRI"},
		{prefixes + "ex:s ex:p <a", "no end"},
		{prefixes + `"s" ex:p ex:o .`, "expected an IRI"},
		{prefixes + "ex:s ex:p ( 1 .", "expected"},
		{prefixes + "ex:s ex:p [ ex:q 1 .", `expected "]"`},
		{prefixes + "ex:s .", "expected an IRI"},
		{prefixes + strings.Repeat("[ ex:p ", 200), "nested deeper"},
		{"\xff", "UTF-8"},
		{"{\"@id\": \"x\"}", "expected an IRI"},
	} {
		if _, err := Turtle([]byte(c.in), "http://base.example/"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gave the error %v, expected one with %q", c.in, err, c.want)
		}
	}
}

func TestJSONLD(t *testing.T) {
	const document = `{"@context": {"ex": "http://example.org/", "label": {"@id": "ex:label", "@language": "en"}},
		"@id": "s", "@type": "ex:C", "label": "x", "ex:n": 1, "ex:of": {"@list": [{"ex:q": true}]}}`
	g, err := JSONLD([]byte(document), "http://base.example/")
	if err != nil {
		t.Fatal(err)
	}
	same, err := Turtle([]byte(prefixes+`<s> a ex:C ; ex:label "x"@en ; ex:n 1 ; ex:of ( [ ex:q true ] ) .`), "http://base.example/")
	if err != nil {
		t.Fatal(err)
	}
	a, err := g.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	b, err := same.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if a != b || a == "" {
		t.Errorf("JSON-LD gave\n%s\nand Turtle\n%s", a, b)
	}
	for in, want := range map[string]string{
		`{"@context": "http://elsewhere.example/c", "x": 1}`: "elsewhere.example",
		`{} {}`:                  "more than one",
		`{`:                      "no JSON",
		`{"@id": 1, "a:b": "c"}`: "no JSON-LD",
		strings.Repeat(`{"a:b":`, 200) + "1" + strings.Repeat("}", 200): "nested deeper",
	} {
		if _, err := JSONLD([]byte(in), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s gave the error %v, expected one with %q", in, err, want)
		}
	}
	if _, err := JSONLD([]byte(`{"@context": "http://elsewhere.example/c"}`), ""); !errors.Is(err, ErrRemoteContext) {
		t.Errorf("a remote @context gave %v", err)
	}
}

func TestGraph(t *testing.T) {
	g, err := Turtle([]byte(prefixes+"ex:s a ex:C ; ex:p ex:o, ex:n ; ex:list ( 1 2 ) ; ex:bad [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ] . ex:a a ex:C ."), "")
	if err != nil {
		t.Fatal(err)
	}
	s := Ref("http://example.org/s")
	if got := g.Instances("http://example.org/C"); len(got) != 2 || got[1] != s || !g.Is(s, "http://example.org/C") || g.Is(s, "http://example.org/D") {
		t.Errorf("instances: %v", got)
	}
	if got := g.Objects(s, "http://example.org/p"); len(got) != 2 || got[0] != Ref("http://example.org/o") {
		t.Errorf("objects: %v", got)
	}
	if got := g.Subjects("http://example.org/p", Ref("http://example.org/n")); len(got) != 1 || got[0] != s {
		t.Errorf("subjects: %v", got)
	}
	if got := g.Linked("http://example.org/p"); len(got) != 2 || got[0][1] != Ref("http://example.org/n") {
		t.Errorf("linked: %v", got)
	}
	head, _ := g.Object(s, "http://example.org/list")
	if members, err := g.List(head); err != nil || len(members) != 2 || members[1].Value != "2" {
		t.Errorf("list: %v, %v", members, err)
	}
	bad, _ := g.Object(s, "http://example.org/bad")
	if _, err := g.List(bad); err == nil {
		t.Error("a list without an end is one")
	}
	n := g.Len()
	g.Merge(g, "m")
	if g.Len() <= n {
		t.Error("blank nodes of another graph are taken for those of this one")
	}
}

func FuzzTurtle(f *testing.F) {
	f.Add([]byte(prefixes + `ex:s a ex:C ; ex:p "x"@en, 1.5, ( [] true ) , """l""" .`))
	f.Add([]byte("@base <http://a/> . <> <p> _:b ; ."))
	f.Fuzz(func(t *testing.T, in []byte) {
		g, err := Turtle(in, "http://base.example/")
		if err != nil {
			return
		}
		again, err := Turtle([]byte(g.NTriples()), "")
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v\n%s", err, g.NTriples())
		}
		if again.Len() != g.Len() {
			t.Fatalf("%d triples were read, and %d when read again", g.Len(), again.Len())
		}
	})
}

func FuzzJSONLD(f *testing.F) {
	f.Add([]byte(`{"@context": {"ex": "http://example.org/"}, "@id": "s", "ex:p": [{"@value": "x", "@language": "en"}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		_, _ = JSONLD(in, "http://base.example/") // must not panic
	})
}
