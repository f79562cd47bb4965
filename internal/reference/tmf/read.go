package tmf

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// list answers with the things that the query selects.
func (c *call) list() {
	offset, wrong := c.number("offset", 0)
	limit, wrong2 := c.number("limit", defaultLimit)
	if wrong || wrong2 {
		c.fail(http.StatusBadRequest, "offset and limit are whole numbers from 0 on")
		return
	}
	c.p.mu.RLock()
	defer c.p.mu.RUnlock()
	var found []object
	for _, o := range c.collection.things {
		if c.selects(o) {
			found = append(found, o)
		}
	}
	from := min(offset, len(found))
	to := min(from+limit, len(found))
	shown := []object{}
	for _, o := range found[from:to] {
		shown = append(shown, c.shown(o))
	}
	c.w.Header().Set("X-Total-Count", strconv.Itoa(len(found)))
	c.w.Header().Set("X-Result-Count", strconv.Itoa(len(shown)))
	c.send(http.StatusOK, shown)
}

// defaultLimit is how many things are in a list unless the client says otherwise.
const defaultLimit = 100

func (c *call) number(name string, standard int) (n int, wrong bool) {
	if !c.query.Has(name) {
		return standard, false
	}
	n, err := strconv.Atoi(c.query.Get(name))
	return n, err != nil || n < 0
}

// selects says whether a thing has the values that the query asks for: a parameter
// that is no other is the name of an attribute, with dots for what is inside.
func (c *call) selects(o object) bool {
	for name, values := range c.query {
		switch name {
		case "fields", "offset", "limit", "sort":
			continue
		}
		var alternatives []string
		for _, v := range values {
			alternatives = append(alternatives, strings.Split(v, ",")...)
		}
		if !slices.ContainsFunc(inside(o, strings.Split(name, ".")), func(v string) bool {
			return slices.Contains(values, v) || slices.Contains(alternatives, v)
		}) {
			return false
		}
	}
	return true
}

// inside are the plain values at a path, those of each item of a list.
func inside(v any, path []string) []string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, inside(item, path)...)
		}
		return all
	case object:
		if len(path) == 0 {
			return nil
		}
		return inside(v[path[0]], path[1:])
	case nil:
		return nil
	}
	if len(path) > 0 {
		return nil
	}
	return []string{fmt.Sprint(v)}
}

func (c *call) retrieve(id string) {
	c.p.mu.RLock()
	defer c.p.mu.RUnlock()
	i := c.collection.find(id)
	if i < 0 {
		c.fail(http.StatusNotFound, "there is no "+c.collection.kind+" "+id)
		return
	}
	c.send(http.StatusOK, c.shown(c.collection.things[i]))
}

// shown is a thing as it is sent: with addresses, and the attributes that the query
// selects. What names the thing is always there.
func (c *call) shown(o object) object {
	out := c.linked(o)
	id, _ := o["id"].(string)
	out["href"] = c.address(c.collection.path, id)
	out["@type"] = c.collection.kind
	if !c.query.Has("fields") {
		return out
	}
	wanted := append(strings.Split(strings.Join(c.query["fields"], ","), ","), "id", "href", "@type")
	maps.DeleteFunc(out, func(name string, _ any) bool { return !slices.Contains(wanted, name) })
	return out
}

// linked is a copy in which every reference to another thing has its address.
func (c *call) linked(o object) object {
	out := make(object, len(o)+2)
	for name, v := range o {
		out[name] = c.linkedValue(v)
	}
	kind, _ := o["@referredType"].(string)
	id, _ := o["id"].(string)
	if path, known := c.p.hrefs[kind]; known && id != "" {
		out["href"] = c.address(path, id)
	}
	return out
}

func (c *call) linkedValue(v any) any {
	switch v := v.(type) {
	case object:
		return c.linked(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = c.linkedValue(item)
		}
		return out
	}
	return v
}
