// Package yamldoc reads YAML files that people write, and tells everything that is wrong
// with one at once: where, what was expected, what was seen, and the fix.
package yamldoc

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

// Error is one thing that is wrong with a file.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 when it is about the whole file
	Field        string // such as auth.oauth2.tokenUrl; empty for the whole file
	Message      string // what was expected, what was seen, and the fix
}

// Error is the place, as FILE:LINE:COLUMN: FIELD, and the message.
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

// Document reads YAML nodes and collects what is wrong with them.
type Document struct {
	File string // named in what is told
	Want string // what an empty file should have, in words

	problems []error
}

// mostProblems is how many are told at once.
const mostProblems = 20

// Wrong adds a problem: field is its path, such as auth.bearer; n, which may be nil, tells
// the line.
func (d *Document) Wrong(n ast.Node, field, format string, args ...any) {
	e := &Error{File: d.File, Field: field, Message: fmt.Sprintf(format, args...)}
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

// Err is all that is wrong so far, each as *Error, joined.
func (d *Document) Err() error {
	if more := len(d.problems) - mostProblems; more > 0 {
		d.problems = append(d.problems[:mostProblems], fmt.Errorf("and %d more", more))
	}
	return errors.Join(d.problems...)
}

// Count is how many problems there are so far.
func (d *Document) Count() int { return len(d.problems) }

// Parse gives the document's one value; nil when there is a problem.
func (d *Document) Parse(b []byte) (body ast.Node) {
	defer func() {
		if r := recover(); r != nil { // a YAML library meets every kind of file
			d.problems = append(d.problems, &Error{File: d.File, Message: "the file can't be read as YAML: write it anew from the README's example"})
			body = nil
		}
	}()
	file, err := parser.ParseBytes(b, 0)
	var known yaml.Error
	switch {
	case errors.As(err, &known):
		e := &Error{File: d.File, Message: "this is no YAML: " + known.GetMessage()}
		if t := known.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
		d.problems = append(d.problems, e)
		return nil
	case err != nil:
		d.problems = append(d.problems, &Error{File: d.File, Message: "this is no YAML: " + err.Error()})
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(one *ast.DocumentNode) bool { return one.Body == nil })
	switch len(docs) {
	case 1:
		return docs[0].Body
	case 0:
		d.Wrong(nil, "", "the file is empty: expected %s", d.Want)
	default:
		d.Wrong(docs[1].Body, "", "the file holds %d documents: expected one; leave out the others, after ---", len(docs))
	}
	return nil
}

// Field is a member that a mapping may have.
type Field struct {
	Name string
	Read func(n ast.Node, at string)
}

// Named is the field with a name, and what reads its value.
func Named(name string, read func(n ast.Node, at string)) Field {
	return Field{Name: name, Read: read}
}

// Mapping reads the fields of a mapping; unknown ones are problems. It returns the
// names that are there, nil when n is no mapping.
func (d *Document) Mapping(n ast.Node, at string, fields ...Field) map[string]bool {
	values, ok := d.Members(n, at)
	if !ok {
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	seen := map[string]bool{}
	for _, v := range values {
		i := slices.Index(names, v.Name)
		if i < 0 {
			hint := strings.Join(names, ", ")
			if near := nearest.To(v.Name, names, 1); len(names) > 4 && len(near) > 0 {
				hint += "; " + near[0] + " is nearest"
			}
			d.Wrong(v.Key, Join(at, v.Name), "unknown field: expected one of %s", hint)
			continue
		}
		seen[v.Name] = true
		fields[i].Read(v.Value, Join(at, v.Name))
	}
	return seen
}

// Member is a name in a mapping with its value.
type Member struct {
	Name       string
	Key, Value ast.Node
}

// Members lists the members of a mapping in the file's order.
func (d *Document) Members(n ast.Node, at string) ([]Member, bool) {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.Wrong(n, at, "expected fields with values, seen %s", Kind(n))
		return nil, false
	}
	members := make([]Member, 0, len(values))
	for _, v := range values {
		key, ok := v.Key.(ast.ScalarNode)
		if !ok {
			d.Wrong(v.Key, at, "expected a field name, seen %s", Kind(v.Key))
			continue
		}
		members = append(members, Member{Name: fmt.Sprint(key.GetValue()), Key: v.Key, Value: v.Value})
	}
	return members, true
}

// Text reads a text that is not empty.
func (d *Document) Text(n ast.Node, at string) string {
	var s string
	switch v := n.(type) {
	case *ast.StringNode:
		s = v.Value
	case *ast.LiteralNode:
		s = v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		d.Wrong(n, at, "expected text, seen %s: put it in quotes", Kind(n))
		return ""
	default:
		d.Wrong(n, at, "expected text, seen %s", Kind(n))
		return ""
	}
	if s == "" {
		d.Wrong(n, at, "expected text, seen an empty one: give a value or leave the field out")
	}
	return s
}

// Into is a field that is a text.
func (d *Document) Into(name string, to *string) Field {
	return Field{name, func(n ast.Node, at string) { *to = d.Text(n, at) }}
}

// Texts reads a list of texts.
func (d *Document) Texts(n ast.Node, at string) []string {
	items, ok := n.(*ast.SequenceNode)
	if !ok {
		d.Wrong(n, at, "expected a list such as [a, b], seen %s", Kind(n))
		return nil
	}
	var list []string
	for i, item := range items.Values {
		if s := d.Text(item, fmt.Sprintf("%s[%d]", at, i)); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// Flag reads true or false.
func (d *Document) Flag(n ast.Node, at string) bool {
	v, ok := n.(*ast.BoolNode)
	if !ok {
		d.Wrong(n, at, "expected true or false, seen %s", Kind(n))
		return false
	}
	return v.Value
}

// Number reads a number from least to most.
func (d *Document) Number(n ast.Node, at string, least, most float64) float64 {
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
		d.Wrong(n, at, "expected a number, seen %s", Kind(n))
		return 0
	}
	if math.IsNaN(f) || f < least || f > most {
		d.Wrong(n, at, "expected a number from %s to %s, seen %s", decimal(least), decimal(most), decimal(f))
		return 0
	}
	return f
}

// Whole reads a whole number from least to most.
func (d *Document) Whole(n ast.Node, at string, least, most int64) int64 {
	f := d.Number(n, at, float64(least), float64(most))
	if f != math.Trunc(f) {
		d.Wrong(n, at, "expected a whole number, seen %s", decimal(f))
		return 0
	}
	return int64(f)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Kind names what a node is, for people.
func Kind(n ast.Node) string {
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
		return "an anchor or alias, which this file can't have"
	case *ast.TagNode:
		return "a tag, which this file can't have"
	default:
		return strings.ToLower(v.Type().String())
	}
}

// Join is the path of a field: at and name with a dot between.
func Join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
