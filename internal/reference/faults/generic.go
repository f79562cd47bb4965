package faults

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/ogc"
)

// generic is the faults that any operation can have, for each operation of the platform:
// generic.<operation>.<what is wrong>, where the operation is its method and path, such
// as get-entities-entity for GET /entities/{entityId}.
func generic() []Fault {
	var all []Fault
	for _, o := range reference.Operations() {
		g := anyOperation{name: named(o.Method, o.Path), on: Op(o.Method, wild(o.Path)),
			reads: o.Method == http.MethodGet, parameters: o.Parameters, answers: o.Answers}
		all = append(all, g.faults()...)
		all = append(all, g.headers(o.Creates)...)
		all = append(all, g.refusals()...)
	}
	for _, o := range ogc.Operations() {
		g := anyOperation{name: "places-" + named(http.MethodGet, o.Path), on: place(strings.TrimPrefix(wild(o.Path), "/")),
			parameters: o.Parameters, answers: true}
		all = append(all, g.faults()...)
	}
	return all
}

// anyOperation is what generic faults know of an operation.
type anyOperation struct {
	name       string
	on         Match
	reads      bool     // what it gives can be old
	parameters []string // query parameters
	answers    bool     // it gives JSON
}

// named is the name of an operation: "get-entities-entity-attrs-attr".
func named(method, path string) string {
	parts := []string{strings.ToLower(method)}
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name, parameter := strings.CutPrefix(segment, "{"); parameter {
			segment = strings.TrimSuffix(strings.TrimSuffix(name, "}"), "Id")
		}
		if segment != "" {
			parts = append(parts, strings.ToLower(segment))
		}
	}
	return strings.Join(parts, "-")
}

// wild is a path with "*" for each parameter.
func wild(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}

func (o anyOperation) fault(what, summary string) Fault {
	return Fault{Name: "generic." + o.name + "." + what, Summary: summary, On: o.on}
}

func (o anyOperation) answer(what, summary string, change func(*http.Request, *Answer)) Fault {
	f := o.fault(what, summary)
	f.Answer = change
	return f
}

func (o anyOperation) faults() []Fault {
	all := []Fault{
		o.answer("other-success", "tells its success by another status code", otherStatus(map[int]int{200: 202, 201: 200, 204: 200, 206: 200, 207: 200})),
		o.answer("other-refusal", "tells a refusal by another status code", otherStatus(map[int]int{400: 422, 404: 400, 406: 415, 409: 400, 422: 400})),
	}
	for _, name := range o.parameters {
		f := o.fault("ignores-"+strings.ToLower(name), "does not look at the parameter "+name)
		f.On, f.Request = o.on.WithQuery(name), DropQuery(name)
		all = append(all, f)
	}
	if slices.Contains(o.parameters, "limit") {
		for _, by := range []int{1, -1} {
			f := o.fault(map[int]string{1: "limit-more", -1: "limit-less"}[by], map[int]string{1: "gives one more than the limit", -1: "gives one less than the limit"}[by])
			f.On, f.Request = o.on.WithQuery("limit"), inParam("limit", plus(by))
			all = append(all, f)
		}
	}
	if slices.Contains(o.parameters, "offset") {
		f := o.fault("page-late", "begins a page one later than asked for")
		f.On, f.Request = o.on.WithQuery("offset"), inParam("offset", plus(1))
		all = append(all, f)
	}
	if o.reads {
		f := o.fault("stale", "gives again what it gave before")
		f.Instead = stale()
		all = append(all, f)
	}
	if o.answers {
		all = append(all,
			o.answer("loses-first", "loses the first member of what it gives", inAnswer(func(e object, names []string) { delete(e, names[0]) })),
			o.answer("loses-last", "loses the last member of what it gives", inAnswer(func(e object, names []string) { delete(e, names[len(names)-1]) })),
			o.answer("retypes-first", "gives another JSON type for the first member of what it gives",
				inAnswer(func(e object, names []string) { e[names[0]] = otherType(e[names[0]]) })),
			o.answer("retypes-last", "gives another JSON type for the last member of what it gives",
				inAnswer(func(e object, names []string) { e[names[len(names)-1]] = otherType(e[names[len(names)-1]]) })),
			o.answer("media-type", "calls what it gives application/octet-stream", func(_ *http.Request, a *Answer) {
				if a.Status < 300 && len(a.Body) > 0 {
					a.Header.Set("Content-Type", "application/octet-stream")
				}
			}),
			o.answer("no-media-type", "does not say of what media type an answer is", func(_ *http.Request, a *Answer) {
				if a.Status < 300 && len(a.Body) > 0 {
					a.Header["Content-Type"] = nil // net/http would guess
				}
			}),
		)
	}
	return all
}

// refusals is the faults of how an operation tells its errors.
func (o anyOperation) refusals() []Fault {
	return []Fault{
		o.answer("refusal-as-text", "calls a refusal text/plain", func(r *http.Request, a *Answer) {
			if a.Status >= http.StatusBadRequest {
				calledText(r, a)
			}
		}),
		o.answer("refusal-of-other-status", "tells another status in a refusal than by the status code", func(_ *http.Request, a *Answer) {
			if p, is := decode(a.Body).(object); is && a.Status >= http.StatusBadRequest && p["status"] != nil {
				p["status"] = http.StatusInternalServerError
				a.Body = encode(p)
			}
		}),
	}
}

// headers is the faults of header fields that get lost.
func (o anyOperation) headers(creates bool) []Fault {
	var all []Fault
	loses := func(what, name string) {
		all = append(all, o.answer(what, "loses the header field "+name, DropHeader(name)))
	}
	if o.answers {
		loses("no-link", "Link")
	}
	if creates {
		loses("no-location", "Location")
	}
	if slices.Contains(o.parameters, "count") {
		loses("no-count", ngsild.HeaderCount)
		all = append(all, o.answer("count-more", "counts one more than there are", func(_ *http.Request, a *Answer) {
			if n, err := strconv.Atoi(a.Header.Get(ngsild.HeaderCount)); err == nil {
				a.Header.Set(ngsild.HeaderCount, strconv.Itoa(n+1))
			}
		}))
		counted := o.answer("counts-only", "gives nothing but the count where it counts", func(_ *http.Request, a *Answer) {
			if _, is := a.list(); is {
				a.setList([]any{})
			}
		})
		counted.On = o.on.where(asks("count", func(v string) bool { return v == "true" }))
		all = append(all, counted)
	}
	return all
}

// otherStatus is an Answer change of status codes.
func otherStatus(to map[int]int) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if status := to[a.Status]; status != 0 {
			a.Status = status
		}
	}
}

// inAnswer is an Answer change of each object of a success; names are its members in
// their order, but for the @context.
func inAnswer(edit func(o object, names []string)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		v := decode(a.Body)
		if a.Status >= 300 || v == nil {
			return
		}
		for _, o := range objects(v) {
			if names := slices.DeleteFunc(sorted(o), func(name string) bool { return name == "@context" }); len(names) > 0 {
				edit(o, names)
			}
		}
		a.Body = encode(v)
	}
}

// otherType is a value as another JSON type.
func otherType(v any) any {
	switch v := v.(type) {
	case string:
		return len(v)
	case json.Number:
		return v.String()
	case nil:
		return false
	}
	return string(encode(v))
}

// plus is an edit of a number.
func plus(n int) func(string) string {
	return func(value string) string {
		number, err := strconv.Atoi(value)
		if err != nil {
			return value // the platform has to refuse it
		}
		return strconv.Itoa(max(0, number+n))
	}
}

// stale gives the answer that the same request got first.
func stale() handle {
	var first sync.Map // what was asked for -> *Answer
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		asked := r.URL.String()
		for _, name := range []string{"Accept", "Link", ngsild.HeaderTenant} {
			asked += "\n" + strings.Join(r.Header.Values(name), ", ")
		}
		if before, have := first.Load(asked); have {
			a := before.(*Answer)
			(&Answer{Status: a.Status, Header: a.Header.Clone(), Body: a.Body}).WriteTo(w)
			return
		}
		a := Record(next, r)
		first.Store(asked, &Answer{Status: a.Status, Header: a.Header.Clone(), Body: a.Body})
		a.WriteTo(w)
	}
}
