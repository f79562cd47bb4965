package faults

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// serves matches requests whose answer holds entities.
func serves() Match {
	list, one, query := Op("GET", "/entities"), Op("GET", "/entities/*"), Op("POST", "/entityOperations/query")
	return func(r *http.Request) bool { return list(r) || one(r) || query(r) }
}

// mediaType is that of an answer, without parameters.
func mediaType(a *Answer) string {
	m, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return m
}

// entities is an Answer change of each entity served as JSON or JSON-LD.
func entities(edit func(e object)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if m := mediaType(a); a.Status != http.StatusOK || m != ngsild.MediaJSON && m != ngsild.MediaJSONLD {
			return
		}
		v := decode(a.Body)
		for _, e := range objects(v) {
			if e["id"] != nil {
				edit(e)
			}
		}
		if v != nil {
			a.Body = encode(v)
		}
	}
}

// instances is an Answer change of each attribute instance of each entity; name is
// the attribute's without its namespace.
func instances(edit func(e object, name string, a object)) func(*http.Request, *Answer) {
	return entities(func(e object) { eachServed(e, edit) })
}

func eachServed(e object, edit func(e object, name string, a object)) {
	for _, name := range sortedAttributes(e) {
		for _, item := range items(e[name]) {
			if a, ok := item.(object); ok {
				edit(e, bareName(name), a)
			}
		}
	}
}

// valuesOf is an Answer change of the values of the attributes of a kind whose name is
// one of those given, or of all when none is. What edit leaves as it was stays.
func valuesOf(kind string, edit func(v any) any, names ...string) func(*http.Request, *Answer) {
	member := map[string]string{"Relationship": "object", "LanguageProperty": "languageMap"}[kind]
	if member == "" {
		member = "value"
	}
	return instances(func(_ object, name string, a object) {
		if a["type"] != kind || len(names) > 0 && !slices.Contains(names, name) {
			return
		}
		if v, has := a[member]; has {
			a[member] = edit(v)
		}
	})
}

// bareName is the last part of an IRI or prefixed name.
func bareName(name string) string { return name[strings.LastIndexAny(name, "/#:")+1:] }

// asText makes numbers text.
func asText(v any) any {
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	return v
}

// times multiplies numbers, at any depth.
func times(factor float64) func(v any) any {
	var multiply func(v any) any
	multiply = func(v any) any {
		switch x := v.(type) {
		case json.Number:
			f, _ := x.Float64() // of a platform's own number
			return f * factor
		case []any:
			out := make([]any, len(x))
			for i, e := range x {
				out[i] = multiply(e)
			}
			return out
		}
		return v
	}
	return multiply
}

// text makes an edit of texts one of any values.
func text(edit func(s string) string) func(v any) any {
	return func(v any) any {
		if s, ok := v.(string); ok {
			return edit(s)
		}
		return v
	}
}

// coordinates is an Answer change of the coordinates of geometries.
func coordinates(edit func(kind string, c any) any) func(*http.Request, *Answer) {
	return valuesOf("GeoProperty", func(v any) any {
		if g, ok := v.(object); ok {
			kind, _ := g["type"].(string)
			g["coordinates"] = edit(kind, g["coordinates"])
		}
		return v
	})
}

// polygonRings is a change of each ring of a polygon.
func polygonRings(edit func(ring []any) []any) func(kind string, c any) any {
	return func(kind string, c any) any {
		parts, ok := c.([]any)
		if kind != "Polygon" || !ok {
			return c
		}
		for i, part := range parts {
			if ring, ok := part.([]any); ok {
				parts[i] = edit(ring)
			}
		}
		return c
	}
}

// odd says whether the id of an entity ends with an odd digit or letter, so that a
// fault touches some entities of a type and not others.
func odd(e object) bool {
	id := idOf(e)
	return id != "" && id[len(id)-1]%2 == 1
}

// optioned narrows a match to requests for a representation (6.3.7).
func (m Match) optioned(option string) Match {
	return m.where(func(r *http.Request) bool {
		q := r.URL.Query()
		return slices.Contains(strings.Split(q.Get("options"), ","), option) || q.Get("format") == option
	})
}

// plainMembers is an Answer change of each member that is a plain value where a
// key-values representation has it.
func plainMembers(edit func(v any) any) func(*http.Request, *Answer) {
	return entities(func(e object) {
		for _, name := range sortedAttributes(e) {
			e[name] = edit(e[name])
		}
	})
}

// geoFeature is an Answer change of a GeoJSON Feature.
func geoFeature(edit func(f object)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status != http.StatusOK || mediaType(a) != ngsild.MediaGeoJSON {
			return
		}
		if f, ok := decode(a.Body).(object); ok {
			edit(f)
			a.Body = encode(f)
		}
	}
}
