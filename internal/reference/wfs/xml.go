package wfs

import (
	"bytes"
	"encoding/xml"
)

// element is a part of a document on its way out. Names have the prefixes of spaces.
type element struct {
	name       string
	attributes []string // name, value, name, value
	text       string
	children   []*element
}

// of makes an element with children.
func of(name string, children ...*element) *element { return &element{name: name, children: children} }

// saying makes an element with text.
func saying(name, text string) *element { return &element{name: name, text: text} }

// with adds attributes, given as name, value, name, value.
func (e *element) with(attributes ...string) *element {
	e.attributes = append(e.attributes, attributes...)
	return e
}

// add adds children.
func (e *element) add(children ...*element) { e.children = append(e.children, children...) }

// spaces are the namespaces by their prefixes.
func spaces() []string {
	return []string{
		"xmlns:wfs", "http://www.opengis.net/wfs/2.0", "xmlns:ows", "http://www.opengis.net/ows/1.1", "xmlns:fes", "http://www.opengis.net/fes/2.0",
		"xmlns:gml", "http://www.opengis.net/gml/3.2", "xmlns:xlink", "http://www.w3.org/1999/xlink", "xmlns:xsd", "http://www.w3.org/2001/XMLSchema",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance", "xmlns:" + prefix, Namespace,
	}
}

// document is the whole text of a document with the root.
func document(root *element) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	(&element{name: root.name, attributes: append(spaces(), root.attributes...), text: root.text, children: root.children}).write(&b)
	return b.Bytes()
}

func (e *element) write(b *bytes.Buffer) {
	b.WriteString("<" + e.name)
	for i := 0; i+1 < len(e.attributes); i += 2 {
		b.WriteString(" " + e.attributes[i] + `="` + escaped(e.attributes[i+1]) + `"`)
	}
	b.WriteString(">" + escaped(e.text))
	for _, c := range e.children {
		c.write(b)
	}
	b.WriteString("</" + e.name + ">\n")
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
