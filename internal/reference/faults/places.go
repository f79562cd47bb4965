package faults

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// places is the faults of the places, by OGC API - Features.
func places() []Fault {
	return slices.Concat(placeResources(), placeCollections(), placeParameters(), placeItems(), placePages(), placeFeatures(), placeEntities(),
		placeEncodings(), placeForms(), placeDescriptions(), placeSystems())
}

// placesBase is the path of the landing page.
const placesBase = "/ogc"

// place matches the reading of a resource below the landing page, where "*" is one
// segment and "" the landing page itself.
func place(pattern string) Match {
	want := strings.Split(pattern, "/")
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.EscapedPath(), placesBase)
		if !found || r.Method != http.MethodGet || below != "" && below[0] != '/' {
			return false
		}
		got := strings.Split(strings.Trim(below, "/"), "/")
		return slices.EqualFunc(want, got, func(w, g string) bool { return w == "*" || w == g })
	}
}

// Resources of the places.
func placeLanding() Match     { return place("") }
func placeConformance() Match { return place("conformance") }
func placeAPI() Match         { return place("api") }
func placeList() Match        { return place("collections") }
func placeCollection() Match  { return place("collections/*") }
func placeFeaturesOf() Match  { return place("collections/*/items") }
func placeFeature() Match     { return place("collections/*/items/*") }

// asks says whether the request has a query parameter whose value is so.
func asks(name string, so func(value string) bool) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Query().Has(name) && so(r.URL.Query().Get(name)) }
}

// setting is a Request change: a query parameter gets a value.
func setting(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

// gone is an Answer change: the resource is not there.
func gone(_ *http.Request, a *Answer) {
	a.Status, a.Body = http.StatusNotFound, []byte(`{"title": "Not Found", "status": 404}`)
	a.Header.Set("Content-Type", "application/problem+json")
}

// refusing400 handles a request by refusing it.
func refusing400(w http.ResponseWriter, r *http.Request, next http.Handler) {
	a := Record(next, r)
	a.Status, a.Body = http.StatusBadRequest, []byte(`{"title": "Bad Request", "status": 400}`)
	a.Header.Set("Content-Type", "application/problem+json")
	a.WriteTo(w)
}

// retyped is an Answer change of the media type of one that is from.
func retyped(from, to string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if strings.HasPrefix(a.Header.Get("Content-Type"), from) && a.Status == http.StatusOK {
			a.Header.Set("Content-Type", to)
		}
	}
}

// without links of the relations, in the links of an object.
func unlinked(rels ...string) func(object) {
	return func(o object) {
		kept := []any{}
		for _, l := range objects(o["links"]) {
			rel, _ := l["rel"].(string)
			if !slices.Contains(rels, rel) {
				kept = append(kept, l)
			}
		}
		o["links"] = kept
	}
}

// relinked edits the links of the relations in the links of an object.
func relinked(edit func(l object), rels ...string) func(object) {
	return func(o object) {
		for _, l := range objects(o["links"]) {
			rel, _ := l["rel"].(string)
			if slices.Contains(rels, rel) {
				edit(l)
			}
		}
	}
}

func untyped(l object) { delete(l, "type") }

// astray makes a link lead to where nothing is.
func astray(l object) {
	href, _ := l["href"].(string)
	path, query, _ := strings.Cut(href, "?")
	l["href"] = path + "-moved?" + query
}

// inHref edits the query of a link.
func inHref(edit func(q url.Values)) func(object) {
	return func(l object) {
		href, _ := l["href"].(string)
		u, err := url.Parse(href)
		if err != nil {
			return
		}
		q := u.Query()
		edit(q)
		u.RawQuery = q.Encode()
		l["href"] = u.String()
	}
}

// collectionsIn edits each collection of an answer: of the list, or the one.
func collectionsIn(edit func(c object)) func(*http.Request, *Answer) {
	return answered(func(o object) {
		if _, list := o["collections"]; !list {
			edit(o)
			return
		}
		for _, c := range objects(o["collections"]) {
			edit(c)
		}
	})
}

// featuresIn edits each feature of an answer.
func featuresIn(edit func(f object)) func(*http.Request, *Answer) {
	return answered(func(o object) {
		if o["type"] == "Feature" {
			edit(o)
		}
		for _, f := range objects(o["features"]) {
			edit(f)
		}
	})
}

// geometriesIn edits the geometry of each feature of an answer.
func geometriesIn(edit func(g object)) func(*http.Request, *Answer) {
	return featuresIn(func(f object) {
		if g, ok := f["geometry"].(object); ok {
			edit(g)
		}
	})
}

// numbersIn edits each position in coordinates.
func numbersIn(v any, edit func(x, y float64) (float64, float64)) any {
	list, _ := v.([]any)
	if len(list) >= 2 {
		x, first := float(list[0])
		y, second := float(list[1])
		if first && second {
			x, y = edit(x, y)
			return append([]any{x, y}, list[2:]...)
		}
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		out = append(out, numbersIn(e, edit))
	}
	return out
}

// movedBy edits all positions of the features of an answer.
func movedBy(edit func(x, y float64) (float64, float64)) func(*http.Request, *Answer) {
	return geometriesIn(func(g object) { g["coordinates"] = numbersIn(g["coordinates"], edit) })
}

func exchanged(x, y float64) (float64, float64) { return y, x }

// noneSelected is an Answer change: nothing was found.
func noneSelected(o object) {
	if _, list := o["features"]; list {
		o["features"], o["numberMatched"], o["numberReturned"] = []any{}, 0, 0
		unlinked("next")(o)
	}
}

// float is the value of a JSON number.
func float(v any) (float64, bool) {
	n, is := v.(json.Number)
	if !is {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}
