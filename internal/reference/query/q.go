package query

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Q is a parsed query of the NGSI-LD query language (4.9).
type Q struct{ root node[term] }

// Conditions is how many comparisons and tests of existence there are.
func (q *Q) Conditions() int {
	n := 0
	q.root.atoms(func(term) { n++ })
	return n
}

// QOptions are the parameters that say how q's names and values are to be read.
type QOptions struct {
	Context *jsonld.Context
	// ExpandValues names the attributes whose values are terms to expand.
	ExpandValues []string
	// JSONKeys names the attributes whose inner keys must not be expanded.
	JSONKeys []string
}

// Linked finds the entity that a Relationship links to; nil when it is not known.
type Linked func(uri string) *model.Entity

// term is one comparison, or a test of existence when operator is empty.
type term struct {
	links    []link   // Relationships that lead to the entity that the path is about
	path     []string // attribute and sub-attributes, expanded
	inner    []string // path inside of the value
	raw      []string // inner as written, for values that are not expanded
	operator string
	values   []literal // alternatives
	low      *literal  // a range
	high     *literal
	pattern  *regexp.Regexp
}

// link is a Relationship to follow, to entities of one of the types if there are any.
type link struct {
	name  string
	types []string
}

// maxLinks bounds how many Relationships one term follows.
const maxLinks = 16

// literal is a value of a query.
type literal struct {
	text   string // of a string, URI or time, as written
	iri    string // text expanded, for VocabProperties
	number *float64
	truth  *bool
	time   *time.Time
	quoted bool
}

// ParseQ reads a query.
func ParseQ(text string, o QOptions) (*Q, error) {
	s, err := newScanner("q", text)
	if err != nil {
		return nil, err
	}
	root, err := parse(s, "|", func(s *scanner) (term, error) { return parseTerm(s, o) })
	if err != nil {
		return nil, err
	}
	return &Q{root}, nil
}

// RenameQ gives the query with other names of attributes and of types.
func RenameQ(text string, o QOptions, name func(string) string) (string, error) {
	s, err := newScanner("q", text)
	if err != nil {
		return "", err
	}
	if _, err := parse(s, "|", func(s *scanner) (term, error) { return parseTerm(s, o) }); err != nil {
		return "", err
	}
	out, at := "", 0
	for _, n := range s.names {
		out += text[at:n.from] + name(text[n.from:n.to])
		at = n.to
	}
	return out + text[at:], nil
}

// Depth is how many Relationships the deepest condition follows to linked entities.
func (q *Q) Depth() int {
	deepest := 0
	if q != nil {
		q.root.atoms(func(t term) { deepest = max(deepest, len(t.links)) })
	}
	return deepest
}

// Attributes lists the expanded names of the attributes that the query looks at.
func (q *Q) Attributes() []string {
	var names []string
	if q != nil {
		q.root.atoms(func(t term) { names = append(names, t.first()) })
	}
	return names
}

// first is the attribute of the entity itself that the term looks at.
func (t term) first() string {
	if len(t.links) > 0 {
		return t.links[0].name
	}
	return t.path[0]
}

func parseTerm(s *scanner, o QOptions) (term, error) {
	var t term
	name, err := parseName(s)
	for err == nil && s.take("{") {
		if len(t.links) == maxLinks {
			return t, problem.TooComplex("q follows more than %d Relationships in a row", maxLinks)
		}
		t.links = append(t.links, link{name: o.Context.Expand(name), types: parseHint(s, o)})
		name, err = parseName(s)
	}
	if err != nil {
		return t, err
	}
	names := []string{name}
	for s.take(".") {
		if name, err = parseName(s); err != nil {
			return t, err
		}
		names = append(names, name)
	}
	t.path = o.Context.ExpandAll(names)
	if s.take("[") {
		end := strings.IndexByte(s.rest(), ']')
		if end <= 0 {
			return t, s.fail("a path and a closing bracket")
		}
		t.raw = strings.Split(s.rest()[:end], ".")
		literally, from := slices.Contains(o.JSONKeys, names[0]), s.at
		for _, key := range t.raw {
			if key == "" {
				return t, s.fail("a path of names with dots between")
			}
			if !literally {
				s.names = append(s.names, span{from, from + len(key)})
			}
			from += len(key) + 1
		}
		t.inner = o.Context.ExpandAll(t.raw)
		if literally {
			t.inner = t.raw
		}
		s.at += end + 1
	}
	for range t.links {
		if !s.take("}") {
			return t, s.fail("a closing brace")
		}
	}
	for _, operator := range []string{"!~=", "~=", "==", "!=", ">=", "<=", ">", "<"} {
		if s.take(operator) {
			t.operator = operator
			break
		}
	}
	if t.operator == "" {
		if rest := s.rest(); rest != "" && !strings.ContainsAny(rest[:1], ";|)") {
			return t, s.fail("an operator")
		}
		return t, nil
	}
	if strings.HasSuffix(t.operator, "~=") {
		return t, t.parsePattern(s)
	}
	return t, t.parseValues(s, o, slices.Contains(o.ExpandValues, names[0]))
}

// parseHint reads the types before a colon that linked entities have to be of (4.9,
// EXAMPLE 14); none are no condition.
func parseHint(s *scanner, o QOptions) []string {
	colon := strings.IndexByte(s.rest(), ':')
	if colon < 0 {
		return nil
	}
	types := strings.Split(s.rest()[:colon], ",")
	for _, name := range types {
		if !model.IsName(name) {
			return nil
		}
	}
	if strings.HasPrefix(s.rest()[colon:], "://") {
		return nil // it is an IRI
	}
	from := s.at
	for _, name := range types {
		s.names = append(s.names, span{from, from + len(name)})
		from += len(name) + 1
	}
	s.at += colon + 1
	return o.Context.ExpandAll(types)
}

// parseName reads an attribute's name: a word, a compact IRI, or an IRI (whose dots
// and slashes belong to it).
func parseName(s *scanner) (string, error) {
	end := strings.IndexAny(s.rest(), "=!<>~;|()[]{}\"")
	if end < 0 {
		end = len(s.rest())
	}
	name := s.rest()[:end]
	if !strings.Contains(name, "://") {
		if dot := strings.IndexByte(name, '.'); dot >= 0 {
			name = name[:dot]
		}
	}
	if !model.IsName(name) {
		return "", s.fail("the name of an attribute")
	}
	s.names = append(s.names, span{s.at, s.at + len(name)})
	s.at += len(name)
	return name, nil
}

func (t *term) parsePattern(s *scanner) error {
	var text string
	if strings.HasPrefix(s.rest(), `"`) {
		v, err := parseQuoted(s)
		if err != nil {
			return err
		}
		text = v
	} else {
		depth, end := 0, len(s.rest())
	scan:
		for i, r := range s.rest() {
			switch r {
			case '(':
				depth++
			case ')':
				if depth == 0 {
					end = i
					break scan
				}
				depth--
			case ';', '|':
				if depth == 0 {
					end = i
					break scan
				}
			}
		}
		text = s.rest()[:end]
		s.at += end
	}
	if text == "" {
		return s.fail("a regular expression")
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return problem.BadData("q has a pattern %q that is not a regular expression: %v", text, err)
	}
	t.pattern = pattern
	return nil
}

func (t *term) parseValues(s *scanner, o QOptions, expand bool) error {
	first, err := parseLiteral(s, o, expand)
	if err != nil {
		return err
	}
	equality := t.operator == "==" || t.operator == "!="
	if s.take("..") {
		if !equality {
			return problem.BadData("q has a range after %s; ranges go with == and != only", t.operator)
		}
		last, err := parseLiteral(s, o, expand)
		if err != nil {
			return err
		}
		t.low, t.high = &first, &last
		return nil
	}
	t.values = []literal{first}
	for s.take(",") {
		if !equality {
			return problem.BadData("q has a list of values after %s; lists go with == and != only", t.operator)
		}
		v, err := parseLiteral(s, o, expand)
		if err != nil {
			return err
		}
		t.values = append(t.values, v)
	}
	if v := t.values[0]; !equality && (v.truth != nil) {
		return problem.BadData("q compares a boolean by %s; use == or !=", t.operator)
	}
	return nil
}

func parseQuoted(s *scanner) (string, error) {
	rest := s.rest()
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			raw := rest[:i+1]
			s.at += i + 1
			var text string
			if json.Unmarshal([]byte(raw), &text) != nil {
				text = raw[1 : len(raw)-1] // escapes that are not JSON's, as in patterns
			}
			return text, nil
		}
	}
	return "", s.fail("a closing quote")
}

var numberPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func parseLiteral(s *scanner, o QOptions, expand bool) (literal, error) {
	if strings.HasPrefix(s.rest(), `"`) {
		text, err := parseQuoted(s)
		if err != nil {
			return literal{}, err
		}
		return newText(text, o, expand, true), nil
	}
	end := strings.IndexAny(s.rest(), ",;|()\"")
	if end < 0 {
		end = len(s.rest())
	}
	if dots := strings.Index(s.rest()[:end], ".."); dots >= 0 {
		end = dots
	}
	text := s.rest()[:end]
	v := literal{text: text}
	switch {
	case text == "true" || text == "false":
		truth := text == "true"
		v.truth = &truth
	case numberPattern.MatchString(text):
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, problem.BadData("q has a number %s that is out of range", text)
		}
		v.number = &f
	case expand && model.IsName(text): // a term without quotes (4.9, EXAMPLE 12)
		v = newText(text, o, expand, true)
	default:
		if _, isTime := parseMoment(text); !isTime && !model.IsURI(text) {
			return v, s.fail(`a value: a number, true, false, "text" in double quotes, a date or a URI`)
		}
		v = newText(text, o, expand, false)
	}
	s.at += end
	return v, nil
}

func newText(text string, o QOptions, expand, quoted bool) literal {
	v := literal{text: text, iri: o.Context.Expand(text), quoted: quoted}
	if expand {
		v.text = v.iri
	}
	if t, ok := parseMoment(text); ok {
		v.time = &t
	}
	return v
}

// parseMoment reads a DateTime, a Date or a Time (4.6.3).
func parseMoment(text string) (time.Time, bool) {
	if t, ok := model.ParseTime(text); ok {
		return t, true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, true
	}
	if t, err := time.Parse("15:04:05Z", text); err == nil {
		return t, true
	}
	return time.Time{}, false
}

// Match says whether the entity meets the query; linked finds those that it links to.
func (q *Q) Match(e *model.Entity, linked Linked) bool {
	return q == nil || q.root.match(func(t term) bool {
		return slices.ContainsFunc(t.subjects(e, linked), t.match)
	})
}

// subjects are the entities that the path is about: the entity itself, or those that the
// term's Relationships lead to, each once.
func (t term) subjects(e *model.Entity, linked Linked) []*model.Entity {
	found := []*model.Entity{e}
	for _, l := range t.links {
		var next []*model.Entity
		seen := map[string]bool{}
		for _, from := range found {
			for _, a := range from.Attributes[l.name] {
				for _, uri := range model.Objects(a) {
					if seen[uri] || linked == nil {
						continue
					}
					seen[uri] = true
					if to := linked(uri); to != nil && l.admits(to) {
						next = append(next, to)
					}
				}
			}
		}
		found = next
	}
	return found
}

func (l link) admits(e *model.Entity) bool {
	return len(l.types) == 0 || slices.ContainsFunc(l.types, func(name string) bool { return slices.Contains(e.Types, name) })
}

func (t term) match(e *model.Entity) bool {
	for v := range t.targets(e) {
		if t.test(v) {
			return true
		}
	}
	return false
}

// targets yields the values that the path leads to, one an instance.
func (t term) targets(e *model.Entity) func(yield func(any) bool) {
	return func(yield func(any) bool) {
		if len(t.path) == 1 {
			if at, ok := entityTime(e, t.path[0]); ok {
				yield(at)
				return
			}
		}
		t.walk(e.Attributes[t.path[0]], t.path[1:], yield)
	}
}

func entityTime(e *model.Entity, name string) (time.Time, bool) {
	var at time.Time
	switch name {
	case model.CreatedAt:
		at = e.CreatedAt
	case model.ModifiedAt:
		at = e.ModifiedAt
	case model.ExpiresAt:
		at = e.ExpiresAt
	}
	return at, !at.IsZero()
}

func (t term) walk(instances []*model.Attribute, path []string, yield func(any) bool) bool {
	for _, a := range instances {
		if len(path) == 0 {
			if t.ordersRelationship(a) {
				continue
			}
			for _, v := range t.valuesOf(a) {
				if !yield(v) {
					return false
				}
			}
			continue
		}
		if len(path) == 1 {
			if v, ok := memberOf(a, path[0]); ok {
				if !yield(v) {
					return false
				}
				continue
			}
		}
		if !t.walk(a.Sub[path[0]], path[1:], yield) {
			return false
		}
	}
	return true
}

// ordersRelationship says whether the term compares a Relationship by another operator
// than those of equality, by which it never matches (4.9).
func (t term) ordersRelationship(a *model.Attribute) bool {
	return (a.Kind == model.Relationship || a.Kind == model.ListRelationship) && t.operator != "" && t.operator != "==" && t.operator != "!="
}

// memberOf gives a member of an attribute that is no sub-attribute.
func memberOf(a *model.Attribute, name string) (any, bool) {
	var at time.Time
	switch name {
	case model.ObservedAt:
		at = a.ObservedAt
	case model.CreatedAt:
		at = a.CreatedAt
	case model.ModifiedAt:
		at = a.ModifiedAt
	case model.ExpiresAt:
		at = a.ExpiresAt
	case model.UnitCode:
		return a.UnitCode, a.UnitCode != ""
	case model.DatasetID:
		return a.DatasetID, a.DatasetID != ""
	}
	return at, !at.IsZero()
}

// valuesOf gives the values of an instance that the inner path selects.
func (t term) valuesOf(a *model.Attribute) []any {
	value := a.Value
	inner := t.inner
	switch a.Kind {
	case model.LanguageProperty:
		texts, _ := value.(map[string]any)
		if len(inner) == 0 || t.raw[0] == "*" { // [*] is any language (4.9)
			var all []any
			for _, text := range texts {
				all = append(all, text)
			}
			if strings.HasPrefix(t.operator, "!") {
				return []any{all} // no text may be equal (4.9)
			}
			return all
		}
		inner = t.raw
	case model.JSONProperty:
		inner = t.raw
	}
	if len(inner) == 0 {
		return []any{value}
	}
	return dig(value, inner, nil)
}

// dig follows a path into a JSON value; arrays are looked through.
func dig(v any, path []string, into []any) []any {
	if len(path) == 0 {
		return append(into, v)
	}
	switch v := v.(type) {
	case map[string]any:
		if member, ok := v[path[0]]; ok {
			return dig(member, path[1:], into)
		}
	case []any:
		for _, item := range v {
			into = dig(item, path, into)
		}
	}
	return into
}

func (t term) test(v any) bool {
	switch t.operator {
	case "":
		return true
	case "==":
		return t.equal(v)
	case "!=":
		return !t.equal(v)
	case "~=":
		return t.matches(v)
	case "!~=":
		return areTexts(v) && !t.matches(v)
	default:
		order, ok := compare(v, t.values[0])
		if !ok {
			return false
		}
		switch t.operator {
		case ">":
			return order > 0
		case ">=":
			return order >= 0
		case "<":
			return order < 0
		default:
			return order <= 0
		}
	}
}

// equal also holds when v is an array with an equal member (4.9).
func (t term) equal(v any) bool {
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, t.equal)
	}
	if o, ok := v.(map[string]any); ok {
		if typed, ok := o["@value"]; ok {
			return t.equal(typed)
		}
	}
	if t.low != nil {
		low, ok := compare(v, *t.low)
		if !ok || low < 0 {
			return false
		}
		high, ok := compare(v, *t.high)
		return ok && high <= 0
	}
	for _, value := range t.values {
		if order, ok := compare(v, value); ok && order == 0 {
			return true
		}
	}
	return false
}

// areTexts knows a string, and an array of strings: what is no string never matches a
// pattern nor fails to (4.9).
func areTexts(v any) bool {
	if list, ok := v.([]any); ok {
		return !slices.ContainsFunc(list, func(item any) bool { return !areTexts(item) })
	}
	_, ok := v.(string)
	return ok
}

func (t term) matches(v any) bool {
	switch v := v.(type) {
	case string:
		return t.pattern.MatchString(v)
	case []any:
		return slices.ContainsFunc(v, t.matches)
	default:
		return false
	}
}

// compare orders a value and a literal of the same type; false if they are not.
func compare(v any, with literal) (int, bool) {
	switch v := v.(type) {
	case bool:
		if with.truth == nil {
			return 0, false
		}
		if v == *with.truth {
			return 0, true
		}
		return 1, true
	case time.Time:
		if with.time == nil {
			return 0, false
		}
		return v.Compare(*with.time), true
	case string:
		if with.number != nil || with.truth != nil {
			return 0, false
		}
		if with.time != nil {
			if at, ok := parseMoment(v); ok {
				return at.Compare(*with.time), true
			}
		}
		if v == with.iri {
			return 0, true
		}
		return strings.Compare(v, with.text), true
	case map[string]any:
		if typed, ok := v["@value"]; ok {
			return compare(typed, with)
		}
		return 0, false
	default:
		number, ok := model.Number(v)
		if !ok || with.number == nil {
			return 0, false
		}
		switch {
		case number < *with.number:
			return -1, true
		case number > *with.number:
			return 1, true
		default:
			return 0, true
		}
	}
}
