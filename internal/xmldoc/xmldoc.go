// Package xmldoc reads XML documents from outside into trees, within limits: nothing is
// fetched, no entity but XML's own five is known, and a document type declaration is
// refused. Tokens are read by encoding/xml, which is strict and expands nothing.
package xmldoc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// Limits of a document.
const (
	MaxDepth    = 128     // of elements in elements
	MaxElements = 200_000 // with their attributes, a document of 16 MiB
)

// ErrLimit is wrapped by errors about documents that may be right and are not read.
var ErrLimit = errors.New("the document is beyond what is read")

// Element is one element of a document.
type Element struct {
	Name     xml.Name // with the namespace's URI
	Attr     []xml.Attr
	Parent   *Element // nil for the root
	Children []*Element
	Text     string // of its own, without that of its children
	declares map[string]string
}

// Parse reads a whole document. Its errors say what is wrong with it, or wrap ErrLimit.
func Parse(b []byte) (*Element, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = charset.NewReaderLabel
	var root, open *Element
	texts := map[*Element]*strings.Builder{}
	depth, elements := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			elements += 1 + len(token.Attr)
			switch {
			case depth > MaxDepth:
				return nil, fmt.Errorf("%w: elements are nested deeper than %d", ErrLimit, MaxDepth)
			case elements > MaxElements:
				return nil, fmt.Errorf("%w: there are more than %d elements and attributes", ErrLimit, MaxElements)
			case open == nil && root != nil:
				return nil, fmt.Errorf("there is a second root element, %s", token.Name.Local)
			}
			e := &Element{Name: token.Name, Parent: open, declares: declared(token.Attr)}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && (a.Name != xml.Name{Local: "xmlns"}) {
					e.Attr = append(e.Attr, xml.Attr{Name: a.Name, Value: a.Value})
				}
			}
			if open == nil {
				root = e
			} else {
				open.Children = append(open.Children, e)
			}
			open = e
		case xml.EndElement:
			depth--
			if text := texts[open]; text != nil {
				open.Text = text.String()
				delete(texts, open)
			}
			open = open.Parent
		case xml.CharData:
			if open == nil || len(open.Children) > 0 && len(bytes.TrimSpace(token)) == 0 {
				continue
			}
			if texts[open] == nil {
				texts[open] = &strings.Builder{}
			}
			texts[open].Write(token)
		case xml.Directive:
			return nil, fmt.Errorf("%w: it has a declaration <!%.20s", ErrLimit, token)
		}
	}
	if root == nil {
		return nil, errors.New("there is no element")
	}
	return root, nil
}

// declared are the namespaces that a start tag declares, by prefix.
func declared(attributes []xml.Attr) map[string]string {
	var all map[string]string
	for _, a := range attributes {
		name := ""
		switch {
		case a.Name.Space == "xmlns":
			name = a.Name.Local
		case a.Name != xml.Name{Local: "xmlns"}:
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name] = a.Value
	}
	return all
}

// Is says whether the element has the name in the namespace.
func (e *Element) Is(space, local string) bool {
	return e.Name == xml.Name{Space: space, Local: local}
}

// All are the children with the name in the namespace.
func (e *Element) All(space, local string) []*Element {
	var all []*Element
	for _, c := range e.Children {
		if c.Is(space, local) {
			all = append(all, c)
		}
	}
	return all
}

// First is the first child on each step of a path of names in one namespace; nil when
// there is none.
func (e *Element) First(space string, path ...string) *Element {
	for _, local := range path {
		all := e.All(space, local)
		if len(all) == 0 {
			return nil
		}
		e = all[0]
	}
	return e
}

// Below calls visit for the element and all that is below it, in the order of the document,
// as long as visit says to go on below.
func (e *Element) Below(visit func(*Element) bool) {
	if !visit(e) {
		return
	}
	for _, c := range e.Children {
		c.Below(visit)
	}
}

// Said is the element's text without white space around it; empty for nil.
func (e *Element) Said() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text)
}

// Get is an attribute and whether it is there.
func (e *Element) Get(space, local string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name == (xml.Name{Space: space, Local: local}) {
			return a.Value, true
		}
	}
	return "", false
}

// Resolve is the name that a qualified name in the element's text or attributes stands
// for; false when its prefix is not declared.
func (e *Element) Resolve(qualified string) (xml.Name, bool) {
	prefix, local, prefixed := strings.Cut(strings.TrimSpace(qualified), ":")
	if !prefixed {
		prefix, local = "", prefix
	}
	for at := e; at != nil; at = at.Parent {
		if space, has := at.declares[prefix]; has {
			return xml.Name{Space: space, Local: local}, true
		}
	}
	return xml.Name{Local: local}, !prefixed
}
