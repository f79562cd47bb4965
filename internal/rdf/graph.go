// Package rdf holds RDF graphs (RDF 1.1), and reads them from Turtle and JSON-LD. It never
// touches the network.
package rdf

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Kind is what a term is.
type Kind int

// The kinds of terms.
const (
	IRI Kind = iota
	Blank
	Literal
)

// Term is a node of a graph, comparable: two terms are the same if they are equal.
type Term struct {
	Kind  Kind
	Value string // IRI, label of the blank node, or lexical form
	// Datatype and Language are of literals: without language the datatype is set, with
	// one it is rdf:langString.
	Datatype, Language string
}

// Names of RDF itself and of XML Schema.
const (
	ns         = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	Type       = ns + "type"
	First      = ns + "first"
	Rest       = ns + "rest"
	Nil        = ns + "nil"
	LangString = ns + "langString"
	XSD        = "http://www.w3.org/2001/XMLSchema#"
	xsdString  = XSD + "string"
)

// Ref is the term of an IRI.
func Ref(iri string) Term { return Term{Kind: IRI, Value: iri} }

// Text is a literal of type xsd:string.
func Text(s string) Term { return Term{Kind: Literal, Value: s, Datatype: xsdString} }

// String is the term as N-Triples has it.
func (t Term) String() string {
	switch t.Kind {
	case IRI:
		return "<" + t.Value + ">"
	case Blank:
		return "_:" + t.Value
	}
	s := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(t.Value) + `"`
	switch {
	case t.Language != "":
		return s + "@" + t.Language
	case t.Datatype != xsdString:
		return s + "^^<" + t.Datatype + ">"
	}
	return s
}

// Compare orders terms: by kind, value, datatype, language.
func Compare(a, b Term) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Datatype, b.Datatype), cmp.Compare(a.Language, b.Language))
}

// Graph is a set of triples. The zero value is not usable: see New.
type Graph struct {
	out map[Term]map[string][]Term // subject -> predicate -> objects
	in  map[Term]map[string][]Term // object -> predicate -> subjects
	n   int
}

// New makes an empty graph.
func New() *Graph {
	return &Graph{out: map[Term]map[string][]Term{}, in: map[Term]map[string][]Term{}}
}

// Add adds a triple; one that is there already is not there twice.
func (g *Graph) Add(subject Term, predicate string, object Term) {
	// A subject can have thousands of objects, and an object thousands of subjects: the
	// shorter list tells as well.
	out, in := g.out[subject][predicate], g.in[object][predicate]
	if len(out) <= len(in) && slices.Contains(out, object) || len(in) < len(out) && slices.Contains(in, subject) {
		return
	}
	put(g.out, subject, predicate, object)
	put(g.in, object, predicate, subject)
	g.n++
}

func put(index map[Term]map[string][]Term, from Term, predicate string, to Term) {
	if index[from] == nil {
		index[from] = map[string][]Term{}
	}
	index[from][predicate] = append(index[from][predicate], to)
}

// Clone is a graph of its own with the same triples.
func (g *Graph) Clone() *Graph { return &Graph{out: clone(g.out), in: clone(g.in), n: g.n} }

func clone(index map[Term]map[string][]Term) map[Term]map[string][]Term {
	fresh := make(map[Term]map[string][]Term, len(index))
	for from, all := range index {
		fresh[from] = maps.Clone(all)
		for predicate, to := range all {
			fresh[from][predicate] = slices.Clip(to) // so that what is added goes elsewhere
		}
	}
	return fresh
}

// Len is the number of triples.
func (g *Graph) Len() int { return g.n }

// Objects are the objects of triples with the subject and the predicate, in the order in
// which they were added.
func (g *Graph) Objects(subject Term, predicate string) []Term {
	return slices.Clone(g.out[subject][predicate])
}

// Object is the first of the Objects; false when there is none.
func (g *Graph) Object(subject Term, predicate string) (Term, bool) {
	all := g.out[subject][predicate]
	if len(all) == 0 {
		return Term{}, false
	}
	return all[0], true
}

// Subjects are the subjects of triples with the predicate and the object, in the order
// in which they were added.
func (g *Graph) Subjects(predicate string, object Term) []Term {
	return slices.Clone(g.in[object][predicate])
}

// Predicates are the predicates of triples with the subject, sorted.
func (g *Graph) Predicates(subject Term) []string {
	var all []string
	for p := range g.out[subject] {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

// Has says whether the graph has a triple with the subject.
func (g *Graph) Has(subject Term) bool { return len(g.out[subject]) > 0 }

// Described are the subjects of all triples, sorted.
func (g *Graph) Described() []Term {
	var all []Term
	for s := range g.out {
		all = append(all, s)
	}
	slices.SortFunc(all, Compare)
	return all
}

// Instances are the subjects of a class, sorted.
func (g *Graph) Instances(class string) []Term {
	all := g.Subjects(Type, Ref(class))
	slices.SortFunc(all, Compare)
	return all
}

// Is says whether the term is an instance of the class.
func (g *Graph) Is(t Term, class string) bool { return slices.Contains(g.out[t][Type], Ref(class)) }

// Linked are the subjects of a predicate with their objects, both sorted.
func (g *Graph) Linked(predicate string) (pairs [][2]Term) {
	for subject, by := range g.out {
		for _, object := range by[predicate] {
			pairs = append(pairs, [2]Term{subject, object})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]Term) int { return cmp.Or(Compare(a[0], b[0]), Compare(a[1], b[1])) })
	return pairs
}

// List is the members of an RDF collection; an error tells of one that is not well formed.
func (g *Graph) List(head Term) ([]Term, error) {
	var members []Term
	for seen := map[Term]bool{}; head != Ref(Nil); {
		first, rest := g.out[head][First], g.out[head][Rest]
		if len(first) != 1 || len(rest) != 1 || seen[head] {
			return nil, fmt.Errorf("%v is no well-formed RDF list", head)
		}
		seen[head] = true
		members = append(members, first[0])
		head = rest[0]
	}
	return members, nil
}

// Merge adds the triples of another graph. Blank nodes with the same label stay apart
// when prefix sets those of the other graph off from all others.
func (g *Graph) Merge(other *Graph, prefix string) {
	apart := func(t Term) Term {
		if t.Kind == Blank {
			t.Value = prefix + t.Value
		}
		return t
	}
	for _, subject := range other.Described() {
		for _, predicate := range other.Predicates(subject) {
			for _, object := range other.out[subject][predicate] {
				g.Add(apart(subject), predicate, apart(object))
			}
		}
	}
}

// NTriples is the graph as N-Triples, sorted.
func (g *Graph) NTriples() string {
	var lines []string
	for _, subject := range g.Described() {
		for _, predicate := range g.Predicates(subject) {
			for _, object := range g.out[subject][predicate] {
				lines = append(lines, fmt.Sprintf("%v <%s> %v .\n", subject, predicate, object))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// resolve makes a reference absolute (RFC 3986, 5.2); without base it has to be.
func resolve(base, reference string) (string, error) {
	if strings.ContainsAny(reference, " <>\"{}|\\^`") {
		return "", fmt.Errorf("%q is no IRI: it has characters that an IRI can't hold", reference)
	}
	if scheme, _, ok := strings.Cut(reference, ":"); ok && scheme != "" && !strings.ContainsAny(scheme, "/?#") {
		return reference, nil
	}
	if base == "" {
		return "", fmt.Errorf("the IRI %q is relative, and there is no base", reference)
	}
	b, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("the base %q is no IRI: %w", base, err)
	}
	r, err := b.Parse(reference)
	if err != nil {
		return "", fmt.Errorf("%q is no IRI: %w", reference, err)
	}
	return r.String(), nil
}
