package faults

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// retrieving, querying and reading match the reading of one entity, of several, of both.
func retrieving() Match { return Op(http.MethodGet, "/entities/*") }
func querying() Match   { return Op(http.MethodGet, "/entities") }
func reading() Match    { return retrieving().or(querying()) }

// or widens a match.
func (m Match) or(other Match) Match {
	return func(r *http.Request) bool { return m(r) || other(r) }
}

// inParam is a Request change of a query parameter's value, where it is given.
func inParam(name string, edit func(value string) string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		if q.Has(name) {
			q.Set(name, edit(q.Get(name)))
			r.URL.RawQuery = q.Encode()
		}
	}
}

// substitute is a Request change of what an expression matches in a query parameter.
func substitute(name, expression, with string) func(*http.Request) {
	re := regexp.MustCompile(expression)
	return inParam(name, func(value string) string { return re.ReplaceAllString(value, with) })
}

// upTo is a value before the first separator.
func upTo(separator string) func(string) string {
	return func(value string) string {
		first, _, _ := strings.Cut(value, separator)
		return first
	}
}

// again lets the platform handle the request once more with another query, and
// returns the answer.
func again(next http.Handler, r *http.Request, edit func(q url.Values)) *Answer {
	other := r.Clone(r.Context())
	other.Body = http.NoBody
	q := other.URL.Query()
	edit(q)
	other.URL.RawQuery = q.Encode()
	return Record(next, other)
}

// without is an edit of a query that drops parameters.
func without(names ...string) func(url.Values) {
	return func(q url.Values) {
		for _, name := range names {
			q.Del(name)
		}
	}
}

// forgiving answers what the platform refuses with 400 as if the parameters were not there.
func forgiving(names ...string) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := Record(next, r)
		if a.Status == http.StatusBadRequest {
			a = again(next, r, without(names...))
		}
		a.WriteTo(w)
	}
}

// list is the list of a 200 answer.
func (a *Answer) list() ([]any, bool) {
	if a.Status != http.StatusOK {
		return nil, false
	}
	l, ok := decode(a.Body).([]any)
	return l, ok
}

// setList makes the answer this list.
func (a *Answer) setList(l []any) {
	if l == nil {
		l = []any{}
	}
	a.Body = encode(l)
}

// emptied is an Answer change into an empty list.
func emptied(_ *http.Request, a *Answer) {
	a.Status, a.Body = http.StatusOK, []byte("[]")
	a.Header = http.Header{"Content-Type": {ngsild.MediaJSON}}
}

// emptyObject is an Answer change of 404 into an empty object.
func emptyObject(_ *http.Request, a *Answer) {
	if a.Status == http.StatusNotFound {
		a.Status, a.Body = http.StatusOK, []byte("{}")
		a.Header = http.Header{"Content-Type": {ngsild.MediaJSON}}
	}
}

// served is an Answer change of each entity of a 200 answer.
func served(edit func(r *http.Request, e object)) func(*http.Request, *Answer) {
	return func(r *http.Request, a *Answer) {
		v := decode(a.Body)
		if a.Status != http.StatusOK || v == nil {
			return
		}
		for _, e := range objects(v) {
			edit(r, e)
		}
		a.Body = encode(v)
	}
}

// servedAttributes is an Answer change of each attribute of each entity; edit returns
// what is served instead, nil for nothing.
func servedAttributes(edit func(a object) object) func(*http.Request, *Answer) {
	return served(func(_ *http.Request, e object) { editAttributes(e, edit) })
}

// kept is an Answer change of a list to the entities that are so.
func kept(so func(r *http.Request, e object) bool) func(*http.Request, *Answer) {
	return func(r *http.Request, a *Answer) {
		l, ok := a.list()
		if !ok {
			return
		}
		a.setList(slices.DeleteFunc(l, func(item any) bool {
			e, isEntity := item.(object)
			return isEntity && !so(r, e)
		}))
	}
}

// answered is an Answer change of the one object of a 200 answer.
func answered(edit func(o object)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK {
			edit(o)
			a.Body = encode(o)
		}
	}
}

// listed splits a comma-separated query parameter.
func listed(r *http.Request, name string) []string {
	value := r.URL.Query().Get(name)
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}

// union is the first list and what of the second it lacks.
func union(a, b []any) []any {
	out := slices.Clone(a)
	for _, item := range b {
		if !slices.ContainsFunc(out, func(have any) bool { return idOf(have) == idOf(item) }) {
			out = append(out, item)
		}
	}
	return out
}

// minus is the first list without what is in the second.
func minus(a, b []any) []any {
	return slices.DeleteFunc(slices.Clone(a), func(item any) bool {
		return slices.ContainsFunc(b, func(gone any) bool { return idOf(gone) == idOf(item) })
	})
}

// relisted lets the platform handle the request and edits the list; ask gives the
// list that another query would have given.
func relisted(edit func(r *http.Request, found []any, ask func(func(url.Values)) []any) []any) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		original := r.Clone(r.Context())
		a := Record(next, r)
		if found, ok := a.list(); ok {
			a.setList(edit(original, found, func(query func(url.Values)) []any {
				other, _ := again(next, original, query).list()
				return other
			}))
		}
		a.WriteTo(w)
	}
}

// knownNames are the names of the types or attributes that the platform lists.
func knownNames(next http.Handler, r *http.Request, resource, member string) []string {
	list, _ := decode(ask(next, r, http.MethodGet, resource, nil).Body).(object)
	var names []string
	for _, item := range items(list[member]) {
		if name, ok := item.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

func knownTypes(next http.Handler, r *http.Request) []string {
	return knownNames(next, r, "/types", "typeList")
}

// described is what the platform tells about one type or attribute.
func described(next http.Handler, r *http.Request, resource, name string) object {
	o, _ := decode(ask(next, r, http.MethodGet, resource+"/"+url.PathEscape(name), nil).Body).(object)
	return o
}

// looksLike says whether a name begins like the wanted one, whatever the case.
func looksLike(wanted, name string) bool {
	return len(name) >= len(wanted) && strings.EqualFold(name[:len(wanted)], wanted)
}

// alike are the wanted names and the known ones that look like one of them.
func alike(wanted, known []string, like func(wanted, name string) bool) []string {
	out := slices.Clone(wanted)
	for _, name := range known {
		if slices.ContainsFunc(wanted, func(w string) bool { return like(w, name) }) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// asked is an Instead that changes a list parameter with the platform at hand.
func asked(name string, edit func(next http.Handler, r *http.Request, values []string) []string) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		q := r.URL.Query()
		q.Set(name, strings.Join(edit(next, r, listed(r, name)), ","))
		r.URL.RawQuery = q.Encode()
		next.ServeHTTP(w, r)
	}
}

// accept is a Request change of the Accept header.
func accept(edit func(value string) string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Accept", edit(strings.Join(r.Header.Values("Accept"), ", ")))
	}
}

// links are Link header values, each of one link.
func (a *Answer) links() []string {
	var out []string
	for _, value := range a.Header.Values("Link") {
		for i, part := range strings.Split(value, ", <") {
			if i > 0 {
				part = "<" + part
			}
			out = append(out, part)
		}
	}
	return out
}

// inLinks is an Answer change of each link with the relation; an empty result drops it.
func inLinks(rel string, edit func(link string) string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		links := a.links()
		a.Header.Del("Link")
		for _, link := range links {
			if strings.Contains(link, `rel="`+rel+`"`) {
				link = edit(link)
			}
			if link != "" {
				a.Header.Add("Link", link)
			}
		}
	}
}

func nothing(string) string { return "" }

// sorted are the members of an object in order.
func sorted(o object) []string { return slices.Sorted(maps.Keys(o)) }
