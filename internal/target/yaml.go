package target

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/oasc/mimcheck/internal/nearest"
)

// Error is one thing that is wrong with a target.yaml.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 when it is about the whole file
	Field        string // such as auth.oauth2.tokenUrl; empty for the whole file
	Message      string // what was expected, what was seen, and the fix
}

func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", where, e.Line, e.Column)
	}
	if e.Field != "" {
		where += ": " + e.Field
	}
	return where + ": " + e.Message
}

// document reads YAML nodes and collects what is wrong with them.
type document struct {
	file     string
	problems []error
}

// mostProblems is how many are told at once.
const mostProblems = 20

func (d *document) wrong(n ast.Node, field, format string, args ...any) {
	e := &Error{File: d.file, Field: field, Message: fmt.Sprintf(format, args...)}
	switch m := n.(type) { // its own token is the first colon: people look for the first field
	case *ast.MappingValueNode:
		n = m.Key
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	}
	if n != nil {
		if t := n.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
	}
	d.problems = append(d.problems, e)
}

func (d *document) err() error {
	if more := len(d.problems) - mostProblems; more > 0 {
		d.problems = append(d.problems[:mostProblems], fmt.Errorf("and %d more", more))
	}
	return errors.Join(d.problems...)
}

// parse gives the document's one value; nil when there is a problem.
func (d *document) parse(b []byte) (body ast.Node) {
	defer func() {
		if r := recover(); r != nil { // a YAML library meets every kind of file
			d.problems = append(d.problems, &Error{File: d.file, Message: "the file can't be read as YAML: write it anew from the README's example"})
			body = nil
		}
	}()
	file, err := parser.ParseBytes(b, 0)
	var known yaml.Error
	switch {
	case errors.As(err, &known):
		e := &Error{File: d.file, Message: "this is no YAML: " + known.GetMessage()}
		if t := known.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
		d.problems = append(d.problems, e)
		return nil
	case err != nil:
		d.problems = append(d.problems, &Error{File: d.file, Message: "this is no YAML: " + err.Error()})
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(one *ast.DocumentNode) bool { return one.Body == nil })
	switch len(docs) {
	case 1:
		return docs[0].Body
	case 0:
		d.wrong(nil, "", "the file is empty: expected at least endpoints, with ngsi-ld and its url")
	default:
		d.wrong(docs[1].Body, "", "the file holds %d documents: expected one; leave out the others, after ---", len(docs))
	}
	return nil
}

// field is a member that a mapping may have.
type field struct {
	name string
	read func(n ast.Node, at string)
}

// mapping reads the fields of a mapping; unknown ones are problems. It returns the
// names that are there, nil when n is no mapping.
func (d *document) mapping(n ast.Node, at string, fields ...field) map[string]bool {
	values, ok := d.members(n, at)
	if !ok {
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	seen := map[string]bool{}
	for _, v := range values {
		i := slices.Index(names, v.name)
		if i < 0 {
			hint := strings.Join(names, ", ")
			if near := nearest.To(v.name, names, 1); len(names) > 4 && len(near) > 0 {
				hint += "; " + near[0] + " is nearest"
			}
			d.wrong(v.key, join(at, v.name), "unknown field: expected one of %s", hint)
			continue
		}
		seen[v.name] = true
		fields[i].read(v.value, join(at, v.name))
	}
	return seen
}

type member struct {
	name       string
	key, value ast.Node
}

// members lists the members of a mapping in the file's order.
func (d *document) members(n ast.Node, at string) ([]member, bool) {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.wrong(n, at, "expected fields with values, seen %s", kind(n))
		return nil, false
	}
	members := make([]member, 0, len(values))
	for _, v := range values {
		key, ok := v.Key.(ast.ScalarNode)
		if !ok {
			d.wrong(v.Key, at, "expected a field name, seen %s", kind(v.Key))
			continue
		}
		members = append(members, member{name: fmt.Sprint(key.GetValue()), key: v.Key, value: v.Value})
	}
	return members, true
}

// text reads a text that is not empty.
func (d *document) text(n ast.Node, at string) string {
	var s string
	switch v := n.(type) {
	case *ast.StringNode:
		s = v.Value
	case *ast.LiteralNode:
		s = v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		d.wrong(n, at, "expected text, seen %s: put it in quotes", kind(n))
		return ""
	default:
		d.wrong(n, at, "expected text, seen %s", kind(n))
		return ""
	}
	if s == "" {
		d.wrong(n, at, "expected text, seen an empty one: give a value or leave the field out")
	}
	return s
}

// into is a field that is a text.
func (d *document) into(name string, to *string) field {
	return field{name, func(n ast.Node, at string) { *to = d.text(n, at) }}
}

// texts reads a list of texts.
func (d *document) texts(n ast.Node, at string) []string {
	items, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(n, at, "expected a list such as [a, b], seen %s", kind(n))
		return nil
	}
	var list []string
	for i, item := range items.Values {
		if s := d.text(item, fmt.Sprintf("%s[%d]", at, i)); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (d *document) flag(n ast.Node, at string) bool {
	v, ok := n.(*ast.BoolNode)
	if !ok {
		d.wrong(n, at, "expected true or false, seen %s", kind(n))
		return false
	}
	return v.Value
}

// number reads a number from least to most.
func (d *document) number(n ast.Node, at string, least, most float64) float64 {
	var f float64
	switch v := n.(type) {
	case *ast.IntegerNode:
		switch i := v.Value.(type) {
		case int64:
			f = float64(i)
		case uint64:
			f = float64(i)
		}
	case *ast.FloatNode:
		f = v.Value
	case *ast.NanNode:
		f = math.NaN()
	case *ast.InfinityNode:
		f = v.Value
	default:
		d.wrong(n, at, "expected a number, seen %s", kind(n))
		return 0
	}
	if math.IsNaN(f) || f < least || f > most {
		d.wrong(n, at, "expected a number from %s to %s, seen %s", decimal(least), decimal(most), decimal(f))
		return 0
	}
	return f
}

// whole reads a whole number from least to most.
func (d *document) whole(n ast.Node, at string, least, most int64) int64 {
	f := d.number(n, at, float64(least), float64(most))
	if f != math.Trunc(f) {
		d.wrong(n, at, "expected a whole number, seen %s", decimal(f))
		return 0
	}
	return int64(f)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// kind names what a node is, for people.
func kind(n ast.Node) string {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "fields with values"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor or alias, which a target.yaml can't have"
	case *ast.TagNode:
		return "a tag, which a target.yaml can't have"
	default:
		return strings.ToLower(v.Type().String())
	}
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
