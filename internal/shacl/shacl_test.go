package shacl

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/rdf"
)

const prefixes = `@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://e.example/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
`

func graph(t *testing.T, turtle string) *rdf.Graph {
	t.Helper()
	g, err := rdf.Turtle([]byte(prefixes+turtle), "")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Each constraint has a graph that fits and one that does not.
func TestConstraints(t *testing.T) {
	for _, c := range []struct{ constraint, fits, not, says string }{
		{"sh:minCount 1", "ex:p 1", "ex:q 1", "at least 1"},
		{"sh:maxCount 1", "ex:p 1", "ex:p 1, 2", "at most 1"},
		{"sh:datatype xsd:date", `ex:p "2024-01-31"^^xsd:date`, `ex:p "2024-01-31"`, "no literal of"},
		{"sh:datatype xsd:date", "ex:q 1", `ex:p "31.1.2024"^^xsd:date`, "no literal of"},
		{"sh:datatype xsd:nonNegativeInteger", `ex:p "7"^^xsd:nonNegativeInteger`, `ex:p "-7"^^xsd:nonNegativeInteger`, "no literal of"},
		{"sh:nodeKind sh:IRI", "ex:p ex:o", `ex:p "o"`, "no IRI"},
		{"sh:nodeKind sh:Literal", "ex:p 1", "ex:p []", "no Literal"},
		{"sh:nodeKind sh:BlankNodeOrIRI", "ex:p []", "ex:p 1", "no BlankNodeOrIRI"},
		{"sh:class ex:D", "ex:p ex:d . ex:d a ex:D", "ex:p ex:d", "class"},
		{"sh:in ( ex:a ex:b )", "ex:p ex:b", "ex:p ex:c", "allowed"},
		{`sh:pattern "^http://e"`, "ex:p ex:b", "ex:p <urn:x>", "match"},
		{"sh:minLength 1", `ex:p "x"`, `ex:p "  "`, "fewer"},
		{"sh:minInclusive 0", "ex:p 0.5", "ex:p -1", "number from 0"},
		{"sh:uniqueLang true", `ex:p "x"@en, "y"@de, "z", "w"`, `ex:p "x"@en, "y"@en`, "language en"},
		{"sh:lessThanOrEquals ex:q", "ex:p 1; ex:q 1", `ex:p "2024-02-01"^^xsd:date; ex:q "2024-01-01"^^xsd:date`, "after"},
		{"sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] )", `ex:p "2024"^^xsd:gYear`, `ex:p "2024"`, "alternatives"},
		{"sh:node [ sh:property [ sh:path ex:r ; sh:minCount 1 ] ]", "ex:p [ ex:r 1 ]", "ex:p [ ex:s 1 ]", "at least 1"},
	} {
		shapes, err := New(graph(t, "ex:Shape sh:targetClass ex:C ; sh:property ex:p-shape . ex:p-shape sh:path ex:p ; "+c.constraint+" ."))
		if err != nil {
			t.Fatal(err)
		}
		shape := rdf.Ref("http://e.example/p-shape")
		for _, turtle := range []string{c.fits, c.not} {
			data := graph(t, "ex:x a ex:C ; "+turtle+" .")
			targets := shapes.Targets(data, shape)
			if len(targets) != 1 {
				t.Fatalf("%s has the targets %v", turtle, targets)
			}
			results := shapes.Validate(data, targets[0], shape)
			switch {
			case turtle == c.fits && len(results) > 0:
				t.Errorf("%s: %s gave %v", c.constraint, turtle, results)
			case turtle == c.not && (len(results) == 0 || !strings.Contains(results[0].Message, c.says)):
				t.Errorf("%s: %s gave %v, expected %q", c.constraint, turtle, results, c.says)
			}
		}
	}
}

func TestTargets(t *testing.T) {
	shapes, err := New(graph(t, "ex:A sh:targetObjectsOf ex:p . ex:B sh:targetSubjectsOf ex:p . ex:C sh:targetClass ex:K ."))
	if err != nil {
		t.Fatal(err)
	}
	data := graph(t, "ex:s ex:p ex:o, ex:o2 . ex:k a ex:K .")
	for name, want := range map[string]int{"A": 2, "B": 1, "C": 1, "D": 0} {
		if got := shapes.Targets(data, rdf.Ref("http://e.example/"+name)); len(got) != want {
			t.Errorf("%s has the targets %v, expected %d", name, got, want)
		}
	}
}

// What is not understood is refused, and so is never passed.
func TestNewRefuses(t *testing.T) {
	for turtle, want := range map[string]string{
		"ex:A sh:sparql [] .":                    "sh:sparql is not understood",
		"ex:A sh:path ( ex:p ex:q ) .":           "only a predicate",
		`ex:A sh:path ex:p ; sh:pattern "(" .`:   "sh:pattern",
		"ex:A sh:path ex:p ; sh:minCount 1.5 .":  "no whole number",
		"ex:A sh:path ex:p ; sh:in ex:nothing .": "no well-formed RDF list",
	} {
		if _, err := New(graph(t, turtle)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, expected %q", turtle, err, want)
		}
	}
}

// Shapes that refer to themselves come to an end.
func TestRecursion(t *testing.T) {
	shapes, err := New(graph(t, "ex:A sh:targetClass ex:K ; sh:property [ sh:path ex:p ; sh:node ex:A ] ."))
	if err != nil {
		t.Fatal(err)
	}
	if got := shapes.Validate(graph(t, "ex:k a ex:K ; ex:p ex:k ."), rdf.Ref("http://e.example/k"), rdf.Ref("http://e.example/A")); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
