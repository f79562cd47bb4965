package probe

import (
	"bytes"
	"encoding/json"
	"io"
)

// content is what a request body says about the things that it concerns.
type content struct {
	json  bool     // it is one JSON value
	empty bool     // it holds nothing: no bytes, null, {} or []
	ids   []string // id (or @id) of the object, or of each item of an array
	loose [][]byte // the object, or those items, that have no such id
}

// contentOf reads a body. A member that occurs twice counts twice: platforms differ
// in which one they take.
func contentOf(body []byte) content {
	body = bytes.Trim(body, " \t\r\n") // the white space of JSON (RFC 8259, 2)
	if len(body) == 0 {
		return content{empty: true}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	var c content
	if err := c.read(d, body); err != nil {
		return content{}
	}
	if _, err := d.Token(); err != io.EOF {
		return content{}
	}
	c.json = true
	return c
}

func (c *content) read(d *json.Decoder, body []byte) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		c.empty = !d.More()
		return c.object(d, func() []byte { return body })
	case json.Delim('['):
		c.empty = !d.More()
		for d.More() {
			start := d.InputOffset()
			if err := c.item(d, func() []byte { return body[start:d.InputOffset()] }); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case nil:
		c.empty = true
	default:
		c.loose = append(c.loose, body)
	}
	return nil
}

// item reads one element of an array: an object, or the id of one. raw gives its
// bytes once it is read.
func (c *content) item(d *json.Decoder, raw func() []byte) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case nil: // of which nothing can be made
		return nil
	case string:
		c.ids = append(c.ids, v)
		return nil
	case json.Delim:
		if v == '{' {
			return c.object(d, raw)
		}
		for d.More() { // a list in a list has no meaning, whatever is in it
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
		}
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	c.loose = append(c.loose, raw())
	return nil
}

// object reads the members of an object, after its brace.
func (c *content) object(d *json.Decoder, raw func() []byte) error {
	found := false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if name != "id" && name != "@id" {
			continue
		}
		var id string
		if value[0] == '"' && json.Unmarshal(value, &id) == nil {
			c.ids = append(c.ids, id)
			found = true
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if !found {
		c.loose = append(c.loose, raw())
	}
	return nil
}
