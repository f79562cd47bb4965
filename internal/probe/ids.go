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
	list  bool     // it is a JSON array
	ids   []string // id (or @id) of the object, or of each item of an array
	loose bool     // there is an object or item without such an id
}

// contentOf reads a body. A member that occurs twice counts twice: platforms differ
// in which one they take.
func contentOf(body []byte) content {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return content{empty: true}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	var c content
	if err := c.read(d); err != nil {
		return content{}
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // the decoder returns it as it is
		return content{}
	}
	c.json = true
	return c
}

func (c *content) read(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		members, err := c.object(d)
		c.empty = members == 0
		return err
	case json.Delim('['):
		c.list = true
		c.empty = true
		for d.More() {
			c.empty = false
			if err := c.item(d); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case nil:
		c.empty = true
	default:
		c.loose = true
	}
	return nil
}

// item reads one element of an array: an object, or the id of one.
func (c *content) item(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case string:
		c.ids = append(c.ids, v)
	case json.Delim:
		if v == '{' {
			_, err := c.object(d)
			return err
		}
		c.loose = true
		for d.More() { // a list in a list has no meaning, whatever is in it
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	default:
		c.loose = true
	}
	return nil
}

// object reads the members of an object, after its brace, and counts them.
func (c *content) object(d *json.Decoder) (members int, err error) {
	found := false
	for d.More() {
		members++
		name, err := d.Token()
		if err != nil {
			return members, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return members, err
		}
		if name != "id" && name != "@id" {
			continue
		}
		var id string
		if json.Unmarshal(value, &id) == nil && value[0] == '"' {
			c.ids = append(c.ids, id)
			found = true
		}
	}
	if !found {
		c.loose = true
	}
	_, err = d.Token()
	return members, err
}
