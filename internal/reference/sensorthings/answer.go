package sensorthings

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/reply"
)

// call is one request on its way.
type call struct {
	p    *Platform
	root string // address of the service's root, as the client sees it
	path string // that was asked for
}

func (c call) answer(w http.ResponseWriter, at resource, o options) {
	switch {
	case at.property != "" && at.raw:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		v := plain(at.value())
		if _, structured := v.(string); !structured {
			reply.JSON(w, http.StatusOK, v)
			return
		}
		_, _ = fmt.Fprint(w, v) // the client may be gone
	case at.property != "":
		name := at.property
		if len(at.within) > 0 {
			name = at.within[len(at.within)-1]
		}
		reply.JSON(w, http.StatusOK, object{name: plain(at.value())})
	case at.single && at.refs:
		reply.JSON(w, http.StatusOK, object{"@iot.selfLink": c.self(at.entities[0])})
	case at.single:
		reply.JSON(w, http.StatusOK, c.document(at.entities[0], o))
	default:
		host := strings.TrimSuffix(c.root, Root)
		reply.JSON(w, http.StatusOK, c.page(at.entities, o, at.refs, func(next url.Values) string { return host + c.path + "?" + next.Encode() }))
	}
}

// page is a part of a set of entities: the options are evaluated in the order of the
// standard (9.3.1).
func (c call) page(all []*entity, o options, refs bool, address func(url.Values) string) object {
	document, selected := object{}, o.filtered(all)
	if o.count {
		document["@iot.count"] = len(selected)
	}
	selected = o.sorted(selected)
	rest := selected[min(o.skip, len(selected)):]
	value := []object{}
	for _, e := range rest[:min(o.top, len(rest))] {
		if refs {
			value = append(value, object{"@iot.selfLink": c.self(e)})
			continue
		}
		value = append(value, c.document(e, o))
	}
	if document["value"] = value; len(rest) > o.top && o.top > 0 {
		document["@iot.nextLink"] = address(o.next())
	}
	return document
}

func (c call) self(e *entity) string { return fmt.Sprintf("%s/%s(%d)", c.root, e.kind.set, e.id) }

// document is an entity with what was selected of it, and what was asked to be expanded.
func (c call) document(e *entity, o options) object {
	wanted := func(name string) bool { return len(o.selected) == 0 || slices.Contains(o.selected, name) }
	d := object{}
	if wanted("id") {
		d["@iot.id"] = e.id
	}
	if len(o.selected) == 0 {
		d["@iot.selfLink"] = c.self(e)
	}
	for _, name := range e.kind.properties {
		if v, has := e.values[name]; has && wanted(name) {
			d[name] = plain(v)
		}
	}
	for _, r := range e.kind.relations {
		inner, expanded := o.expanded[r.name]
		address := c.self(e) + "/" + r.name
		switch {
		case expanded && r.many:
			page := c.page(e.related[r.name], inner, false, func(next url.Values) string { return address + "?" + next.Encode() })
			d[r.name] = page["value"]
			for _, more := range []string{"@iot.count", "@iot.nextLink"} {
				if v, has := page[more]; has {
					d[r.name+more] = v
				}
			}
		case expanded:
			d[r.name] = c.document(e.related[r.name][0], inner)
		case wanted(r.name):
			d[r.name+"@iot.navigationLink"] = address
		}
	}
	return d
}

// plain is a value as it stands in JSON.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.RFC3339)
	case interval:
		return v.from.Format(time.RFC3339) + "/" + v.to.Format(time.RFC3339)
	}
	return v
}

// next are the options of the next page.
func (o options) next() url.Values {
	q := url.Values{}
	for name, values := range o.given {
		q[name] = values
	}
	q.Set("$skip", strconv.Itoa(o.skip+o.top))
	q.Set("$top", strconv.Itoa(o.top))
	return q
}
