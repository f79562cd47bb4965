package sensorthings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"
)

// expression is what a filter or an order is made of (9.3.3.5): its values for an entity,
// more than one where a path leads to several, none where there is no value.
type expression func(e *entity) []any

// interval is a time that lasts.
type interval struct{ from, to time.Time }

// token is a part of an expression: a literal, a name or a sign.
type token struct {
	text  string
	value any // of a literal
}

const instant = `\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)`

var tokens = regexp.MustCompile(`^\s*(?:(geography'[^']*')|('(?:[^']|'')*')|(` + instant + `/` + instant + `)|(` + instant + `)|(\d{4}-\d\d-\d\d)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([@A-Za-z_][\w.@]*(?:/[@A-Za-z_][\w.@]*)*)|([(),]))`)

func lex(text string) ([]token, error) {
	var all []token
	for rest := text; strings.TrimSpace(rest) != ""; {
		found := tokens.FindStringSubmatch(rest)
		if found == nil {
			return nil, wrong("the expression cannot be read from here on: " + rest)
		}
		rest = rest[len(found[0]):]
		t := token{text: strings.TrimSpace(found[0])}
		var err error
		switch {
		case found[1] != "":
			t.value, err = geom.UnmarshalWKT(strings.Trim(strings.TrimPrefix(found[1], "geography"), "'"))
		case found[2] != "":
			t.value = strings.ReplaceAll(found[2][1:len(found[2])-1], "''", "'")
		case found[3] != "":
			a, b, _ := strings.Cut(found[3], "/")
			var i interval
			if i.from, err = moment(a); err == nil {
				i.to, err = moment(b)
			}
			t.value = i
		case found[4] != "":
			t.value, err = moment(found[4])
		case found[5] != "":
			t.value = day(found[5])
		case found[6] != "":
			t.value, err = strconv.ParseFloat(found[6], 64)
		}
		if err != nil {
			return nil, wrong("the literal " + t.text + " is none: " + err.Error())
		}
		all = append(all, t)
	}
	return all, nil
}

func moment(text string) (time.Time, error) {
	if t, err := time.Parse("2006-01-02T15:04Z07:00", text); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, text)
}

// parser reads an expression by precedence: or, and, not, comparison, sum, product.
type parser struct {
	kind *kind
	left []token
}

func parse(text string, k *kind) (expression, error) {
	all, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{k, all}
	e, err := p.level(0)
	if err == nil && len(p.left) > 0 {
		err = wrong("nothing is expected before " + p.left[0].text)
	}
	return e, err
}

// levels are the binary operators, the weakest first.
var levels = [][]string{{"or"}, {"and"}, {"eq", "ne", "gt", "ge", "lt", "le"}, {"add", "sub"}, {"mul", "div", "mod"}}

func (p *parser) level(n int) (expression, error) {
	if n == len(levels) {
		return p.operand()
	}
	left, err := p.level(n + 1)
	for err == nil && len(p.left) > 0 && p.left[0].value == nil && slices.Contains(levels[n], p.left[0].text) {
		operator := p.take().text
		var right expression
		if right, err = p.level(n + 1); err == nil {
			left = binary(operator, left, right)
		}
	}
	return left, err
}

func (p *parser) take() token {
	t := p.left[0]
	p.left = p.left[1:]
	return t
}

func (p *parser) expect(sign string) error {
	if len(p.left) == 0 || p.take().text != sign {
		return wrong("the expression lacks a " + sign)
	}
	return nil
}

func (p *parser) operand() (expression, error) {
	if len(p.left) == 0 {
		return nil, wrong("the expression ends too early")
	}
	t := p.take()
	switch {
	case t.value != nil:
		return func(*entity) []any { return []any{t.value} }, nil
	case t.text == "(":
		e, err := p.level(0)
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	case t.text == ")" || t.text == ",":
		return nil, wrong("nothing stands before " + t.text)
	case t.text == "not":
		e, err := p.level(2)
		if err != nil {
			return nil, err
		}
		return func(of *entity) []any { return []any{!holds(e(of))} }, nil
	case t.text == "true" || t.text == "false":
		return func(*entity) []any { return []any{t.text == "true"} }, nil
	case t.text == "null":
		return func(*entity) []any { return nil }, nil
	case len(p.left) > 0 && p.left[0].text == "(" && p.left[0].value == nil:
		return p.function(t.text)
	}
	return path(strings.Split(t.text, "/"), p.kind)
}

func (p *parser) function(name string) (expression, error) {
	f, known := functions()[name]
	if !known {
		return nil, wrong("there is no function " + name)
	}
	p.take()
	var arguments []expression
	for len(p.left) > 0 && p.left[0].text != ")" {
		if len(arguments) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		a, err := p.level(0)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, a)
	}
	if len(arguments) < f.least || len(arguments) > f.most {
		return nil, wrong("the function " + name + " takes another number of arguments")
	}
	return func(e *entity) []any { return f.over(e, arguments, nil) }, p.expect(")")
}

// path leads from an entity to values: along navigation properties to a property, and into
// it where it is structured.
func path(steps []string, k *kind) (expression, error) {
	name := steps[0]
	if to, related := k.relation(name); related && len(steps) > 1 {
		rest, err := path(steps[1:], kindOf(to.to))
		if err != nil {
			return nil, err
		}
		return func(e *entity) []any {
			var all []any
			for _, other := range e.related[name] {
				all = append(all, rest(other)...)
			}
			return all
		}, nil
	}
	if (name == "id" || name == "@iot.id") && len(steps) == 1 {
		return func(e *entity) []any { return []any{float64(e.id)} }, nil
	}
	if !slices.Contains(k.properties, name) {
		return nil, wrong("a " + k.name + " has no property " + name)
	}
	return func(e *entity) []any {
		v := e.values[name]
		for _, member := range steps[1:] {
			o, _ := v.(object)
			v = o[member]
		}
		if v == nil {
			return nil
		}
		return []any{v}
	}, nil
}
