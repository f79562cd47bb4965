package faults

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// marketLists is the faults of lists of things.
func marketLists() []Fault {
	list := marketList()
	return []Fault{
		{Name: "market.list.gone", Summary: "There are no lists.", On: list, Answer: marketGone},
		{Name: "market.list.as-text", Summary: "Lists come as plain text.", On: list, Answer: retyped("application/json", "text/plain")},
		{Name: "market.list.no-href", Summary: "Things in lists have no addresses.", On: list, Answer: things(losing("href"))},
		{Name: "market.list.numeric-id", Summary: "Things in lists have numbers for ids.", On: list, Answer: listOf(func(l []any) []any {
			for i, o := range objects(l) {
				o["id"] = i + 1
			}
			return l
		})},
		{Name: "market.list.twice", Summary: "The first thing of a list is there twice.", On: list, Answer: listOf(func(l []any) []any {
			return append(l[:min(1, len(l)):min(1, len(l))], l...)
		})},
		{Name: "market.list.local-dates", Summary: "Dates have no time zone.", On: list, Answer: things(func(o object) {
			period, _ := o["validFor"].(object)
			for _, in := range []object{o, period} {
				for name, v := range in {
					if s, ok := v.(string); ok && strings.Contains(s, "T") && strings.HasSuffix(s, ":00Z") {
						in[name] = strings.TrimSuffix(s, "Z")
					}
				}
			}
		})},
		{Name: "market.list.dead-href", Summary: "The addresses of things lead nowhere.", On: list, Answer: things(func(o object) {
			href, _ := o["href"].(string)
			o["href"] = href + "-moved"
		})},
		{Name: "market.limit.ignored", Summary: "limit is ignored.", On: list, Request: DropQuery("limit")},
		{Name: "market.offset.ignored", Summary: "offset is ignored.", On: list, Request: DropQuery("offset")},
		{Name: "market.fields.ignored", Summary: "fields is ignored in lists.", On: list, Request: DropQuery("fields")},
		{Name: "market.filter.ignored", Summary: "Filters are ignored.", On: list, Request: unfiltered},
		{Name: "market.filter.all-for-none", Summary: "A filter that nothing fits gives everything.", On: list, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if strings.TrimSpace(string(a.Body)) == "[]" {
				unfiltered(r)
				a = Record(next, r)
			}
			a.WriteTo(w)
		}},
		{Name: "market.count.result-wrong", Summary: "X-Result-Count is one too many.", On: list, Answer: func(_ *http.Request, a *Answer) {
			if n, err := strconv.Atoi(a.Header.Get("X-Result-Count")); err == nil {
				a.Header.Set("X-Result-Count", strconv.Itoa(n+1))
			}
		}},
		{Name: "market.count.total-of-page", Summary: "X-Total-Count counts what is in the answer.", On: list, Answer: func(_ *http.Request, a *Answer) {
			if n := a.Header.Get("X-Result-Count"); n != "" {
				a.Header.Set("X-Total-Count", n)
			}
		}},
		{Name: "market.count.total-of-all", Summary: "X-Total-Count counts all things, whatever the filter.", On: list, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			unfiltered(r)
			if n := Record(next, r).Header.Get("X-Total-Count"); n != "" && a.Status < http.StatusMultipleChoices {
				a.Header.Set("X-Total-Count", n)
			}
			a.WriteTo(w)
		}},
	}
}

// unfiltered drops all query parameters that are filters.
func unfiltered(r *http.Request) {
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains([]string{"fields", "offset", "limit", "sort"}, name) {
			q.Del(name)
		}
	}
	r.URL.RawQuery = q.Encode()
}

// marketGone is an Answer change: nothing is there.
func marketGone(_ *http.Request, a *Answer) {
	a.Status, a.Body = http.StatusNotFound, []byte(`{"code": "60", "reason": "Not Found"}`)
	a.Header.Set("Content-Type", "application/json")
}

// marketThings is the faults of single things, and of refusals.
func marketThings() []Fault {
	one := marketOne()
	return []Fault{
		{Name: "market.one.gone", Summary: "Things are not there on their own.", On: one, Answer: marketGone},
		{Name: "market.one.as-text", Summary: "A thing on its own comes as plain text.", On: one, Answer: retyped("application/json", "text/plain")},
		{Name: "market.one.no-href", Summary: "A thing on its own has no address.", On: one, Answer: things(losing("href"))},
		{Name: "market.fields.one-ignored", Summary: "fields is ignored for a single thing.", On: one, Request: DropQuery("fields")},
		{Name: "market.unknown.empty", Summary: "A thing that is not there is an empty object.", On: one, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				a.Status, a.Body = http.StatusOK, []byte(`{}`)
			}
		}},
		{Name: "market.error.bare", Summary: "Refusals have neither code nor reason.", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, marketBase) },
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status >= http.StatusBadRequest {
					a.Body = []byte(`{"message": "no"}`)
				}
			}},
	}
}
