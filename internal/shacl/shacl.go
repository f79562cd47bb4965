// Package shacl holds RDF graphs against shapes, by the part of SHACL Core (W3C
// Recommendation of 2017-07-20) that it lists in Keywords. A shape with any other keyword
// of SHACL is refused, so that nothing passes because it was not understood.
package shacl

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/rdf"
)

// NS is the namespace of SHACL.
const NS = "http://www.w3.org/ns/shacl#"

// Keywords are the names of SHACL that are understood, without the namespace. Names and
// messages are for people, and say nothing of a graph.
func Keywords() []string {
	return []string{
		"targetClass", "targetObjectsOf", "targetSubjectsOf", "property", "path", "name", "description", "message",
		"minCount", "maxCount", "datatype", "nodeKind", "class", "in", "pattern", "minLength", "minInclusive",
		"uniqueLang", "lessThanOrEquals", "or", "node",
	}
}

// Shapes are the shapes of a graph, checked to be well formed.
type Shapes struct{ g *rdf.Graph }

// Result is one value, or the lack of one, that is not as a shape says.
type Result struct {
	Shape rdf.Term // the node or property shape
	Focus rdf.Term // what was held against it
	Path  string   // predicate, empty for the focus itself
	Value rdf.Term // the zero Term when something is missing
	// Message says what was expected and seen, for people.
	Message string
}

// New reads the shapes of a graph. The error names what is not understood.
func New(g *rdf.Graph) (*Shapes, error) {
	var wrong []error
	for _, pair := range g.Linked(NS + "path") {
		if pair[1].Kind != rdf.IRI {
			wrong = append(wrong, fmt.Errorf("shape %v: only a predicate is understood as sh:path", pair[0]))
		}
	}
	for _, subject := range g.Described() {
		for _, predicate := range g.Predicates(subject) {
			name, is := strings.CutPrefix(predicate, NS)
			if is && !slices.Contains(Keywords(), name) {
				wrong = append(wrong, fmt.Errorf("shape %v: sh:%s is not understood", subject, name))
			}
		}
		for _, object := range g.Objects(subject, NS+"pattern") {
			if _, err := regexp.Compile(object.Value); err != nil {
				wrong = append(wrong, fmt.Errorf("shape %v: sh:pattern: %w", subject, err))
			}
		}
		for _, keyword := range []string{"minCount", "maxCount", "minLength"} {
			for _, object := range g.Objects(subject, NS+keyword) {
				if n, err := strconv.Atoi(object.Value); err != nil || n < 0 {
					wrong = append(wrong, fmt.Errorf("shape %v: sh:%s is %v and no whole number", subject, keyword, object))
				}
			}
		}
		for _, keyword := range []string{"in", "or"} {
			for _, object := range g.Objects(subject, NS+keyword) {
				if _, err := g.List(object); err != nil {
					wrong = append(wrong, fmt.Errorf("shape %v: sh:%s: %w", subject, keyword, err))
				}
			}
		}
	}
	return &Shapes{g}, errors.Join(wrong...)
}

// Names are the names of the property shapes that are IRIs, sorted.
func (s *Shapes) Names() []string {
	var names []string
	for _, pair := range s.g.Linked(NS + "property") {
		if pair[1].Kind == rdf.IRI {
			names = append(names, pair[1].Value)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Targets are the nodes of data that the shape is about, sorted: those of the targets
// that it declares, or for a property shape those of the shapes that have it.
func (s *Shapes) Targets(data *rdf.Graph, shape rdf.Term) []rdf.Term {
	var all []rdf.Term
	for _, owner := range append(s.g.Subjects(NS+"property", shape), shape) {
		for _, class := range s.g.Objects(owner, NS+"targetClass") {
			all = append(all, data.Instances(class.Value)...)
		}
		for _, predicate := range s.g.Objects(owner, NS+"targetObjectsOf") {
			for _, pair := range data.Linked(predicate.Value) {
				all = append(all, pair[1])
			}
		}
		for _, predicate := range s.g.Objects(owner, NS+"targetSubjectsOf") {
			for _, pair := range data.Linked(predicate.Value) {
				all = append(all, pair[0])
			}
		}
	}
	slices.SortFunc(all, rdf.Compare)
	return slices.Compact(all)
}

// Values are the values that the shape judges: of its path, or the focus itself.
func (s *Shapes) Values(data *rdf.Graph, focus, shape rdf.Term) []rdf.Term {
	if path, is := s.g.Object(shape, NS+"path"); is {
		return data.Objects(focus, path.Value)
	}
	return []rdf.Term{focus}
}

// Requires says whether the shape asks for values to be there.
func (s *Shapes) Requires(shape rdf.Term) bool {
	n, is := number(s.g, shape, "minCount")
	return is && n > 0
}

// Validate holds a node of data against a node or property shape, and what that has
// inside.
func (s *Shapes) Validate(data *rdf.Graph, focus, shape rdf.Term) []Result {
	return (&run{s: s, data: data}).shape(focus, shape)
}

// maxDepth bounds how deep shapes refer to one another by sh:node, so that shapes which
// refer to themselves come to an end.
const maxDepth = 8

type run struct {
	s     *Shapes
	data  *rdf.Graph
	depth int
}

func (r *run) shape(focus, shape rdf.Term) []Result {
	if r.depth++; r.depth > maxDepth {
		r.depth--
		return nil
	}
	defer func() { r.depth-- }()
	g := r.s.g
	var results []Result
	path, _ := g.Object(shape, NS+"path")
	values := r.s.Values(r.data, focus, shape)
	add := func(value rdf.Term, format string, args ...any) {
		results = append(results, Result{Shape: shape, Focus: focus, Path: path.Value, Value: value, Message: fmt.Sprintf(format, args...)})
	}
	if n, is := number(g, shape, "minCount"); is && len(values) < n {
		add(rdf.Term{}, "there are %d values, and at least %d are expected", len(values), n)
	}
	if n, is := number(g, shape, "maxCount"); is && len(values) > n {
		add(values[n], "there are %d values, and at most %d are expected", len(values), n)
	}
	if unique, is := g.Object(shape, NS+"uniqueLang"); is && unique.Value == "true" {
		seen := map[string]bool{}
		for _, v := range values {
			if v.Language != "" && seen[v.Language] {
				add(v, "there are two texts of language %s", v.Language)
			}
			seen[v.Language] = true
		}
	}
	for _, other := range g.Objects(shape, NS+"lessThanOrEquals") {
		for _, v := range values {
			for _, bound := range r.data.Objects(focus, other.Value) {
				if v.Kind == rdf.Literal && bound.Kind == rdf.Literal && v.Datatype == bound.Datatype && v.Value > bound.Value {
					add(v, "%v is after %v", v, bound)
				}
			}
		}
	}
	for _, v := range values {
		for _, message := range r.value(v, shape) {
			add(v, "%s", message)
		}
		for _, inner := range g.Objects(shape, NS+"node") {
			for _, found := range r.shape(v, inner) {
				add(v, "%v: %s", v, found.told())
			}
		}
		for _, inner := range g.Objects(shape, NS+"property") {
			results = append(results, r.shape(v, inner)...)
		}
	}
	return results
}

func (f Result) told() string {
	if f.Path == "" {
		return f.Message
	}
	return "<" + f.Path + ">: " + f.Message
}

// value says what is wrong with one value.
func (r *run) value(v, shape rdf.Term) (wrong []string) {
	g := r.s.g
	for _, kind := range g.Objects(shape, NS+"nodeKind") {
		if name := strings.TrimPrefix(kind.Value, NS); !isKind(v, name) {
			wrong = append(wrong, fmt.Sprintf("%v is no %s", v, name))
		}
	}
	for _, datatype := range g.Objects(shape, NS+"datatype") {
		if v.Kind != rdf.Literal || v.Datatype != datatype.Value || !lexical(v) {
			wrong = append(wrong, fmt.Sprintf("%v is no literal of <%s>", v, datatype.Value))
		}
	}
	for _, class := range g.Objects(shape, NS+"class") {
		if !r.data.Is(v, class.Value) {
			wrong = append(wrong, fmt.Sprintf("%v is not said to be of class <%s>", v, class.Value))
		}
	}
	for _, pattern := range g.Objects(shape, NS+"pattern") {
		if v.Kind == rdf.Blank || !regexp.MustCompile(pattern.Value).MatchString(v.Value) { // New compiled it
			wrong = append(wrong, fmt.Sprintf("%v does not match %s", v, pattern.Value))
		}
	}
	if n, is := number(g, shape, "minLength"); is && (v.Kind == rdf.Blank || len([]rune(strings.TrimSpace(v.Value))) < n) {
		wrong = append(wrong, fmt.Sprintf("%v has fewer than %d characters", v, n))
	}
	for _, bound := range g.Objects(shape, NS+"minInclusive") {
		least, err := strconv.ParseFloat(bound.Value, 64)
		have, err2 := strconv.ParseFloat(v.Value, 64)
		if err == nil && (v.Kind != rdf.Literal || err2 != nil || have < least) {
			wrong = append(wrong, fmt.Sprintf("%v is no number from %s on", v, bound.Value))
		}
	}
	for _, list := range g.Objects(shape, NS+"in") {
		if members, err := g.List(list); err != nil || !slices.Contains(members, v) { // New checked the list
			wrong = append(wrong, fmt.Sprintf("%v is none of the values that are allowed", v))
		}
	}
	for _, list := range g.Objects(shape, NS+"or") {
		alternatives, _ := g.List(list) // New checked it
		if !slices.ContainsFunc(alternatives, func(a rdf.Term) bool { return len(r.shape(v, a)) == 0 }) {
			wrong = append(wrong, fmt.Sprintf("%v fits none of the %d alternatives", v, len(alternatives)))
		}
	}
	return wrong
}

func isKind(v rdf.Term, kind string) bool {
	switch kind {
	case "IRI":
		return v.Kind == rdf.IRI
	case "BlankNode":
		return v.Kind == rdf.Blank
	case "Literal":
		return v.Kind == rdf.Literal
	case "BlankNodeOrIRI":
		return v.Kind != rdf.Literal
	case "IRIOrLiteral":
		return v.Kind != rdf.Blank
	case "BlankNodeOrLiteral":
		return v.Kind != rdf.IRI
	}
	return false
}

func number(g *rdf.Graph, shape rdf.Term, keyword string) (int, bool) {
	v, is := g.Object(shape, NS+keyword)
	n, err := strconv.Atoi(v.Value)
	return n, is && err == nil
}

var forms = map[string]*regexp.Regexp{
	"date":               regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(Z|[+-]\d\d:\d\d)?$`),
	"dateTime":           regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`),
	"gYear":              regexp.MustCompile(`^-?\d{4,}(Z|[+-]\d\d:\d\d)?$`),
	"gYearMonth":         regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])(Z|[+-]\d\d:\d\d)?$`),
	"nonNegativeInteger": regexp.MustCompile(`^(\+?\d+|-0+)$`),
	"integer":            regexp.MustCompile(`^[+-]?\d+$`),
	"decimal":            regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`),
	"hexBinary":          regexp.MustCompile(`^([0-9a-fA-F]{2})*$`),
	"boolean":            regexp.MustCompile(`^(true|false|0|1)$`),
}

// lexical says whether a literal has the form that its datatype asks for; of one that is
// not known here, any has.
func lexical(v rdf.Term) bool {
	form, known := forms[strings.TrimPrefix(v.Datatype, rdf.XSD)]
	return !known || form.MatchString(strings.TrimSpace(v.Value))
}
