package rdf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNesting bounds how deep blank nodes and lists of a document may be in one another.
const maxNesting = 128

// Turtle reads RDF 1.1 Turtle (which N-Triples is a part of). Relative IRIs are of base.
// An error tells the line.
func Turtle(document []byte, base string) (*Graph, error) {
	if !utf8.Valid(document) {
		return nil, fmt.Errorf("the document is not valid UTF-8")
	}
	p := &turtle{in: string(document), base: base, g: New(), prefixes: map[string]string{}, blanks: map[string]Term{}}
	if err := p.document(); err != nil {
		return nil, fmt.Errorf("line %d: %w", 1+strings.Count(p.in[:min(p.at, len(p.in))], "\n"), err)
	}
	return p.g, nil
}

// turtle reads a document from left to right; names are those of the grammar's
// productions (RDF 1.1 Turtle, 6.5).
type turtle struct {
	in       string
	at       int
	base     string
	prefixes map[string]string
	blanks   map[string]Term
	made     int // blank nodes without label
	depth    int
	g        *Graph
}

func (p *turtle) document() error {
	for {
		p.space()
		if p.at == len(p.in) {
			return nil
		}
		if err := p.statement(); err != nil {
			return err
		}
	}
}

func (p *turtle) statement() error {
	switch {
	case p.take("@prefix"):
		if err := p.prefix(); err != nil {
			return err
		}
		return p.want(".")
	case p.take("@base"):
		if err := p.newBase(); err != nil {
			return err
		}
		return p.want(".")
	case p.word("PREFIX"):
		return p.prefix()
	case p.word("BASE"):
		return p.newBase()
	}
	if err := p.triples(); err != nil {
		return err
	}
	return p.want(".")
}

func (p *turtle) prefix() error {
	p.space()
	name := prefixName.FindString(p.in[p.at:])
	if !strings.HasSuffix(name, ":") {
		return p.unexpected("a prefix and a colon")
	}
	p.at += len(name)
	iri, err := p.iriRef()
	p.prefixes[strings.TrimSuffix(name, ":")] = iri
	return err
}

func (p *turtle) newBase() (err error) {
	p.base, err = p.iriRef()
	return err
}

func (p *turtle) triples() error {
	p.space()
	if p.peek("[") {
		subject, bare, err := p.blankProperties()
		if err != nil {
			return err
		}
		p.space()
		if !bare && p.peek(".") {
			return nil // its properties say all
		}
		return p.predicateObjects(subject)
	}
	subject, err := p.node(true)
	if err != nil {
		return err
	}
	return p.predicateObjects(subject)
}

// predicateObjects reads a predicateObjectList.
func (p *turtle) predicateObjects(subject Term) error {
	for {
		predicate, err := p.verb()
		if err != nil {
			return err
		}
		for {
			object, err := p.node(false)
			if err != nil {
				return err
			}
			p.g.Add(subject, predicate, object)
			if !p.take(",") {
				break
			}
		}
		if !p.take(";") {
			return nil
		}
		for p.take(";") { // may be repeated
		}
		p.space()
		if p.at == len(p.in) || p.peek(".") || p.peek("]") {
			return nil
		}
	}
}

func (p *turtle) verb() (string, error) {
	p.space()
	if p.peek("a") && p.at+1 < len(p.in) && strings.ContainsRune(" \t\r\n<[(\"'#", rune(p.in[p.at+1])) {
		p.at++
		return Type, nil
	}
	return p.iri()
}

// node reads a subject or an object.
func (p *turtle) node(subject bool) (Term, error) {
	p.space()
	switch {
	case p.at == len(p.in):
		return Term{}, p.unexpected("a term")
	case p.peek("_:"):
		return p.blankLabel()
	case p.peek("["):
		t, _, err := p.blankProperties()
		return t, err
	case p.peek("("):
		return p.collection()
	case !subject && (p.peek(`"`) || p.peek("'")):
		return p.literal()
	case !subject && strings.ContainsRune("+-.0123456789", rune(p.in[p.at])):
		return p.number()
	case !subject:
		for _, b := range []string{"true", "false"} {
			if m := booleanEnd.FindString(p.in[p.at:]); m == b {
				p.at += len(b)
				return Term{Kind: Literal, Value: b, Datatype: XSD + "boolean"}, nil
			}
		}
	}
	iri, err := p.iri()
	return Ref(iri), err
}

var (
	booleanEnd = regexp.MustCompile(`^[A-Za-z]+`)
	nameChar   = `[\p{L}\p{N}_\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}-]`
	nameStart  = `[\p{L}]`
	localStart = `(?:[\p{L}\p{N}_:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])`
	localChar  = `(?:` + nameChar + `|:|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])`
	prefixName = regexp.MustCompile(`^(?:` + nameStart + `(?:(?:` + nameChar + `|\.)*` + nameChar + `)?)?:`)
	localName  = regexp.MustCompile(`^(?:` + localStart + `(?:(?:` + localChar + `|\.)*` + localChar + `)?)?`)
	blankName  = regexp.MustCompile(`^_:[\p{L}\p{N}_](?:(?:` + nameChar + `|\.)*` + nameChar + `)?`)
	language   = regexp.MustCompile(`^@[A-Za-z]+(?:-[A-Za-z0-9]+)*`)
	numeral    = regexp.MustCompile(`^[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.[0-9]+[eE][+-]?[0-9]+|[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)`)
)

func (p *turtle) iri() (string, error) {
	p.space()
	if p.peek("<") {
		return p.iriRef()
	}
	name := prefixName.FindString(p.in[p.at:])
	if name == "" {
		return "", p.unexpected("an IRI")
	}
	expanded, known := p.prefixes[strings.TrimSuffix(name, ":")]
	if !known {
		return "", fmt.Errorf("the prefix %s is not declared", name)
	}
	p.at += len(name)
	local := localName.FindString(p.in[p.at:])
	p.at += len(local)
	return expanded + localEscape.ReplaceAllString(local, "$1"), nil
}

var localEscape = regexp.MustCompile(`\\(.)`)

func (p *turtle) iriRef() (string, error) {
	p.space()
	if !p.peek("<") {
		return "", p.unexpected("an IRI in angle brackets")
	}
	end := strings.IndexByte(p.in[p.at:], '>')
	if end < 0 {
		return "", fmt.Errorf("an IRI has no end")
	}
	raw := p.in[p.at+1 : p.at+end]
	plain, err := unescape(raw, false)
	if err != nil {
		return "", err
	}
	iri, err := resolve(p.base, plain)
	if err != nil {
		return "", err
	}
	p.at += end + 1
	return iri, nil
}

func (p *turtle) fresh() Term {
	p.made++
	return Term{Kind: Blank, Value: "g" + strconv.Itoa(p.made)}
}

func (p *turtle) blankLabel() (Term, error) {
	label := blankName.FindString(p.in[p.at:])
	if label == "" {
		return Term{}, p.unexpected("the label of a blank node")
	}
	p.at += len(label)
	t, known := p.blanks[label]
	if !known {
		t = Term{Kind: Blank, Value: "l" + strconv.Itoa(len(p.blanks)+1)}
		p.blanks[label] = t
	}
	return t, nil
}

// blankProperties reads a blank node in brackets; bare is one without properties.
func (p *turtle) blankProperties() (t Term, bare bool, err error) {
	if p.depth++; p.depth > maxNesting {
		return t, false, fmt.Errorf("it is nested deeper than %d", maxNesting)
	}
	defer func() { p.depth-- }()
	p.at++
	t = p.fresh()
	if p.take("]") {
		return t, true, nil
	}
	if err := p.predicateObjects(t); err != nil {
		return t, false, err
	}
	return t, false, p.want("]")
}

func (p *turtle) collection() (Term, error) {
	if p.depth++; p.depth > maxNesting {
		return Term{}, fmt.Errorf("it is nested deeper than %d", maxNesting)
	}
	defer func() { p.depth-- }()
	p.at++
	head, last := Ref(Nil), Term{}
	for !p.take(")") {
		member, err := p.node(false)
		if err != nil {
			return head, err
		}
		cell := p.fresh()
		p.g.Add(cell, First, member)
		if head == Ref(Nil) {
			head = cell
		} else {
			p.g.Add(last, Rest, cell)
		}
		last = cell
	}
	if head != Ref(Nil) {
		p.g.Add(last, Rest, Ref(Nil))
	}
	return head, nil
}

func (p *turtle) literal() (Term, error) {
	quote := p.in[p.at : p.at+1]
	long := strings.Repeat(quote, 3)
	if p.peek(long) {
		quote = long
	}
	p.at += len(quote)
	start := p.at
	for {
		switch {
		case p.at >= len(p.in), len(quote) == 1 && (p.in[p.at] == '\n' || p.in[p.at] == '\r'):
			return Term{}, fmt.Errorf("a text has no end")
		case p.in[p.at] == '\\':
			p.at += 2
			continue
		case !p.peek(quote):
			p.at++
			continue
		}
		break
	}
	end := p.at
	for len(quote) == 3 && strings.HasPrefix(p.in[end+1:], quote) { // up to two quotes may stand before the end
		end++
	}
	value, err := unescape(p.in[start:end], true)
	if err != nil {
		return Term{}, err
	}
	p.at = end + len(quote)
	t := Text(value)
	if tag := language.FindString(p.in[p.at:]); tag != "" {
		p.at += len(tag)
		t.Language, t.Datatype = strings.ToLower(tag[1:]), LangString
		return t, nil
	}
	if p.peek("^^") {
		p.at += 2
		t.Datatype, err = p.iri()
	}
	return t, err
}

func (p *turtle) number() (Term, error) {
	n := numeral.FindString(p.in[p.at:])
	if n == "" {
		return Term{}, p.unexpected("a number")
	}
	p.at += len(n)
	kind := "integer"
	switch {
	case strings.ContainsAny(n, "eE"):
		kind = "double"
	case strings.Contains(n, "."):
		kind = "decimal"
	}
	return Term{Kind: Literal, Value: n, Datatype: XSD + kind}, nil
}

// space skips white space and comments.
func (p *turtle) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		case '#':
			end := strings.IndexAny(p.in[p.at:], "\r\n")
			if end < 0 {
				p.at = len(p.in)
				return
			}
			p.at += end
		default:
			return
		}
	}
}

func (p *turtle) peek(s string) bool { return strings.HasPrefix(p.in[min(p.at, len(p.in)):], s) }

// take reads s, after space, if it is next.
func (p *turtle) take(s string) bool {
	p.space()
	if !p.peek(s) {
		return false
	}
	p.at += len(s)
	return true
}

// word reads a keyword, in any case, that is followed by space or a bracket.
func (p *turtle) word(s string) bool {
	p.space()
	rest := p.in[p.at:]
	if len(rest) <= len(s) || !strings.EqualFold(rest[:len(s)], s) || !strings.ContainsRune(" \t\r\n<#", rune(rest[len(s)])) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *turtle) want(s string) error {
	if !p.take(s) {
		return p.unexpected(strconv.Quote(s))
	}
	return nil
}

func (p *turtle) unexpected(expected string) error {
	rest := p.in[min(p.at, len(p.in)):]
	if rest == "" {
		return fmt.Errorf("expected %s, seen the end", expected)
	}
	if r := []rune(rest[:min(len(rest), 80)]); len(r) > 20 {
		rest = string(r[:20]) + "…"
	}
	return fmt.Errorf("expected %s, seen %q", expected, rest)
}

// unescape reads \uXXXX and \UXXXXXXXX, and in texts \n and the like.
func unescape(s string, text bool) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf(`a backslash at the end of %q`, s)
		}
		digits := map[byte]int{'u': 4, 'U': 8}[s[i]]
		if digits > 0 {
			if i+digits >= len(s) {
				return "", fmt.Errorf("the escape \\%s is not whole", s[i:])
			}
			n, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
			if err != nil || !utf8.ValidRune(rune(n)) || n > utf8.MaxRune {
				return "", fmt.Errorf("the escape \\%s is no character", s[i:i+1+digits])
			}
			b.WriteRune(rune(n))
			i += digits
			continue
		}
		at := strings.IndexByte(`tbnrf"'\`, s[i])
		if at < 0 || !text {
			return "", fmt.Errorf("the escape \\%c is unknown", s[i])
		}
		b.WriteByte("\t\b\n\r\f\"'\\"[at])
	}
	return b.String(), nil
}
