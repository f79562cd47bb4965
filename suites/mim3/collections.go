package mim3

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// basics are what every module of a marketplace has to do with its things.
func (m resource) basics() []Check {
	checks := []Check{
		m.check("list", "mandatory", "attributes", Check{
			Title: "All " + m.words + " in the list have the mandatory attributes", Fault: "market.list.no-href",
			Body: func(t *T) {
				p := m.sample(t)
				conforms(t, p.Response, m.name, p.things, true)
			},
		}),
		m.check("retrieve", "success", "retrieve", Check{
			Title: "One of the " + m.words + " can be retrieved by its id", Fault: "market.one.gone",
			Body: func(t *T) {
				_, thing, path := m.one(t)
				r, got := found(t, path)
				t.Holds(r, idOf(got) == idOf(thing), "the id is %v, and %v was asked for", got["id"], thing["id"])
			},
		}),
		m.check("retrieve", "unknown", "retrieve", Check{
			Title: "An id that none of the " + m.words + " has gives 404", Fault: "market.unknown.empty",
			Body: func(t *T) {
				t.Expect(t.GET(m.absent(t))).To(HaveStatus(http.StatusNotFound))
			},
		}),
		m.check("list", "media", "list", Check{
			Title: "The list of " + m.words + " is JSON", Fault: "market.list.as-text",
			Body: func(t *T) { t.Expect(m.read(t).Response).To(HaveMediaType("application/json")) },
		}),
		m.check("retrieve", "media", "retrieve", Check{
			Title: "One of the " + m.words + " on its own is JSON", Fault: "market.one.as-text",
			Body: func(t *T) {
				_, _, path := m.one(t)
				r, _ := found(t, path)
				t.Expect(r).To(HaveMediaType("application/json"))
			},
		}),
		m.check("list", "limit", "limit", Check{
			Title: "limit bounds how many " + m.words + " are in a list", Fault: "market.limit.ignored",
			Body: func(t *T) {
				switch all := m.read(t, Query("limit", strconv.Itoa(some))); len(all.things) {
				case 0:
					m.none(t, "the list of %s is empty", m.words)
				case 1:
					t.Inapplicable("there are no two %s", m.words)
				}
				p := m.read(t, Query("limit", "1"))
				t.Holds(p.Response, len(p.things) == 1, "limit=1 gave %d %s", len(p.things), m.words)
			},
		}),
	}
	if m.since4 {
		return checks
	}
	return append(checks, m.check("list", "success", "list", Check{
		Title: "The list of " + m.words + " is there", Fault: "market.list.gone",
		Hint: "The endpoint's address is the API's base URL, up to and including its version.",
		Body: func(t *T) { m.read(t) },
	}))
}

// all are the checks of a resource that is at the centre of its API.
func (m resource) all() []Check {
	return slices.Concat(m.basics(), m.forms(), m.selections(), m.pages())
}

// forms are the checks of how things look.
func (m resource) forms() []Check {
	return []Check{
		m.check("list", "types", "attributes", Check{
			Title: "The attributes of " + m.words + " have the types of the data model", Fault: "market.list.numeric-id",
			Body: func(t *T) {
				p := m.sample(t)
				conforms(t, p.Response, m.name, p.things, false)
			},
		}),
		m.check("list", "distinct", "list", Check{
			Title: "No two of the " + m.words + " have the same id", Fault: "market.list.twice",
			Body: func(t *T) {
				p := m.sample(t)
				if len(p.things) < 2 {
					t.Inapplicable("there are no two %s", m.words)
				}
				seen := map[string]object{}
				for _, thing := range p.things {
					id := idOf(thing)
					_, again := seen[id]
					// Versions of one thing share its id (TMF620).
					t.Holds(p.Response, id == "" || !again || text(seen[id], "version") != text(thing, "version"), "the id %s is there twice", id)
					seen[id] = thing
				}
			},
		}),
		m.check("list", "dates", "attributes", Check{
			Title: "Dates of " + m.words + " are as RFC 3339 has them", Fault: "market.list.local-dates",
			Hint: "Dates without a time zone mean another moment to each client.",
			Body: func(t *T) {
				p, dates := m.sample(t), 0
				for _, thing := range p.things {
					period, _ := thing["validFor"].(object)
					for _, at := range []struct {
						in   object
						name string
					}{{thing, "lastUpdate"}, {thing, "orderDate"}, {thing, "completionDate"}, {thing, "startDate"}, {thing, "terminationDate"}, {thing, "creationDate"}, {period, "startDateTime"}, {period, "endDateTime"}} {
						if v, there := at.in[at.name]; there && v != nil {
							dates++
							t.Holds(p.Response, isTime(v), "%s %v: %s is %v", m.name, thing["id"], at.name, v)
						}
					}
				}
				if dates == 0 {
					t.Inapplicable("none of the %s has a date that is known here", m.words)
				}
			},
		}),
		m.check("retrieve", "mandatory", "attributes", Check{
			Title: "One of the " + m.words + " on its own has the mandatory attributes", Fault: "market.one.no-href",
			Body: func(t *T) {
				_, _, path := m.one(t)
				r, got := found(t, path)
				conforms(t, r, m.name, []object{got}, true)
			},
		}),
		m.check("retrieve", "href", "attributes", Check{
			Title: "The href of " + m.words + " leads to the thing itself", Level: Extended, Fault: "market.list.dead-href",
			Hint: "References are made with a wrong base address, often behind a proxy.",
			Body: func(t *T) {
				p, thing, _ := m.one(t)
				href := text(thing, "href")
				t.MustHold(p.Response, href != "", "%s %v has no href", m.name, thing["id"])
				r, got := found(t, below(t, p.Response, m.endpoint, href))
				t.Holds(r, idOf(got) == idOf(thing), "the href of %v leads to %v", thing["id"], got["id"])
			},
		}),
		m.check("retrieve", "error", "error", Check{
			Title: "The refusal of an unknown id among " + m.words + " has a code and a reason", Level: Extended, Fault: "market.error.bare",
			Body: func(t *T) { refused(t, t.GET(m.absent(t)), http.StatusNotFound) },
		}),
	}
}

// refused expects a refusal with the error object of TMF630.
func refused(t *T, r *probe.Response, statuses ...int) {
	t.Require(r).To(HaveStatus(statuses...))
	e := t.Object(r)
	code := e["code"]
	t.Holds(r, code != nil && fmt.Sprint(code) != "", "the error has no code")
	t.Holds(r, text(e, "reason") != "", "the error has no reason")
}

// selections are the checks of what a client can ask for.
func (m resource) selections() []Check {
	level := Extended
	if m.name == "productOffering" {
		level = Core // offerings have to be found
	}
	by := "name"
	if m.name == "productOrder" {
		by = "state"
	}
	return []Check{
		m.check("fields", "list", "fields", Check{
			Title: "fields selects the attributes of " + m.words + " in the list", Fault: "market.fields.ignored",
			Body: func(t *T) {
				p := m.sample(t)
				kept, left := attributes(p.things[0])
				if kept == "" || left == "" {
					t.Inapplicable("%s have no two attributes to select from", m.words)
				}
				only := m.readAt(t, p.path, Query("fields", kept, "limit", strconv.Itoa(some)))
				for _, thing := range only.things {
					t.Holds(only.Response, thing[left] == nil, "fields=%s gave the attribute %s of %v", kept, left, thing["id"])
				}
				t.Holds(only.Response, slices.ContainsFunc(only.things, func(o object) bool { return o[kept] != nil }), "fields=%s gave no %s", kept, kept)
			},
		}),
		m.check("fields", "retrieve", "fields", Check{
			Title: "fields selects the attributes of one of the " + m.words, Fault: "market.fields.one-ignored",
			Body: func(t *T) {
				_, thing, path := m.one(t)
				kept, left := attributes(thing)
				if kept == "" || left == "" {
					t.Inapplicable("%s have no two attributes to select from", m.words)
				}
				r, got := found(t, path, Query("fields", kept))
				t.Holds(r, got[kept] != nil, "fields=%s gave no %s", kept, kept)
				t.Holds(r, got[left] == nil, "fields=%s gave the attribute %s", kept, left)
			},
		}),
		m.check("filter", "equal", "filter", Check{
			Title: "A filter by " + by + " gives those of the " + m.words + " that have it, and no others", Level: level, Fault: "market.filter.ignored",
			Body: func(t *T) {
				p := m.sample(t)
				value, discerns := telling(p.things, by)
				if value == "" {
					t.Inapplicable("none of the %s has a %s to filter by", m.words, by)
				}
				if !discerns {
					t.Untested("all %d %s that were looked at have the same %s, so that a filter has none to leave out", len(p.things), m.words, by)
				}
				got := m.readAt(t, p.path, Query(by, value))
				t.Holds(got.Response, len(got.things) > 0, "%s=%s gave none of the %s", by, value, m.words)
				for _, thing := range got.things {
					t.Holds(got.Response, strings.EqualFold(text(thing, by), value), "%s=%s gave %v, whose %s is %v", by, value, thing["id"], by, thing[by])
				}
			},
		}),
		m.check("filter", "totalCount", "counts", Check{
			Title: "X-Total-Count counts those of the " + m.words + " that fit a filter, and no others", Level: Extended, Fault: "market.count.total-of-all",
			Body: func(t *T) {
				p := m.sample(t)
				value, discerns := telling(p.things, by)
				if !discerns {
					t.Inapplicable("no two of the %s that were looked at differ in their %s", m.words, by)
				}
				var all, fit int
				var got page
				for range 3 { // things may come and go between two requests, not each time
					all = total(t, m.readAt(t, p.path, Query("limit", "1")))
					got = m.readAt(t, p.path, Query(by, value))
					if fit = total(t, got); fit < all {
						return
					}
				}
				t.Holds(got.Response, false, "X-Total-Count is %d with %s=%s and %d without it, and not all %s fit", fit, by, value, all, m.words)
			},
		}),
		m.check("filter", "none", "filter", Check{
			Title: "A filter by a " + by + " that none of the " + m.words + " has gives none", Level: level, Fault: "market.filter.all-for-none",
			Body: func(t *T) {
				p := m.sample(t) // a list of nothing has none by any filter
				got := m.readAt(t, p.path, Query(by, t.Name("absent")))
				t.Holds(got.Response, len(got.things) == 0, "%d %s were given", len(got.things), m.words)
			},
		}),
	}
}

// telling is a value of an attribute to filter by, one that others do not have if there is one.
func telling(things []object, by string) (value string, discerns bool) {
	for _, thing := range things {
		v := text(thing, by)
		if v == "" || strings.ContainsAny(v, ",;&=*") { // a comma separates alternatives (TMF630)
			continue
		}
		value = v
		if slices.ContainsFunc(things, func(o object) bool { return !strings.EqualFold(text(o, by), v) }) {
			return v, true
		}
	}
	return value, false
}

// attributes are two attributes of a thing: one to select, and one that is optional and so
// is not there when another is selected. Those that are mandatory may always be.
func attributes(thing object) (kept, left string) {
	first := func(names ...string) string {
		for _, name := range names {
			if s, _ := thing[name].(string); s != "" {
				return name
			}
		}
		return ""
	}
	return first("name", "state"), first("description", "version", "category")
}

// pages are the checks of lists in parts.
func (m resource) pages() []Check {
	return []Check{
		m.check("list", "offset", "offset", Check{
			Title: "offset leads to further " + m.words, Fault: "market.offset.ignored",
			Body: func(t *T) {
				path := m.path(t)
				if len(m.readAt(t, path, Query("limit", "2")).things) < 2 {
					t.Inapplicable("there are no two %s", m.words)
				}
				var first, second page
				for range 3 { // things may come and go between two requests, not each time
					first = m.readAt(t, path, Query("offset", "0", "limit", "1"))
					second = m.readAt(t, path, Query("offset", "1", "limit", "1"))
					if len(first.things) > 0 && len(second.things) > 0 && idOf(first.things[0]) != idOf(second.things[0]) {
						return
					}
				}
				t.Holds(second.Response, len(second.things) > 0, "offset=1 gave none of the %s", m.words)
				if len(first.things) > 0 && len(second.things) > 0 {
					t.Holds(second.Response, false, "offset=0 and offset=1 gave the same, %v", second.things[0]["id"])
				}
			},
		}),
		m.check("list", "resultCount", "counts", Check{
			Title: "X-Result-Count is the number of " + m.words + " in the list", Fault: "market.count.result-wrong",
			Body: func(t *T) {
				p := m.read(t, Query("limit", strconv.Itoa(some)))
				n, stated := count(t, p.Response, "X-Result-Count")
				if !stated {
					t.Inapplicable("the answer has no X-Result-Count, which is optional")
				}
				t.Holds(p.Response, n == len(p.things), "X-Result-Count is %d, and there are %d %s", n, len(p.things), m.words)
			},
		}),
		m.check("list", "totalCount", "counts", Check{
			Title: "X-Total-Count counts all " + m.words + ", and not only those in the list", Fault: "market.count.total-of-page",
			Body: func(t *T) {
				var listed, counted int
				var p page
				for range 3 { // things may come and go between two requests, not each time
					all := m.sample(t)
					p = m.readAt(t, all.path, Query("limit", "1"))
					if listed, counted = len(all.things), total(t, p); counted >= listed {
						if listed < 2 {
							t.Inapplicable("there are no two %s", m.words)
						}
						return
					}
				}
				t.Holds(p.Response, false, "X-Total-Count is %d with limit=1, and there are %d %s at least", counted, listed, m.words)
			},
		}),
	}
}

func total(t *T, p page) int {
	n, stated := count(t, p.Response, "X-Total-Count")
	if !stated {
		t.Inapplicable("the answer has no X-Total-Count, which is optional")
	}
	t.Holds(p.Response, n >= len(p.things), "X-Total-Count is %d, and there are %d things in the list", n, len(p.things))
	return n
}

// refer expects that what the things refer to is there, of which a few are looked at. What is
// not, and by its href is at another host, may be there.
func (m resource) refer(t *T, to resource, from func(o object) []object) {
	p, named, elsewhere := m.sample(t), 0, 0
	for _, o := range p.things {
		for _, reference := range from(o) {
			if named++; named > tries {
				continue
			}
			id := idOf(reference)
			if !t.Holds(p.Response, id != "", "%s %s has a reference to one of the %s without an id", m.name, idOf(o), to.words) {
				continue
			}
			r := t.GET(to.path(t) + "/" + url.PathEscape(id))
			if r.Status == http.StatusNotFound && abroad(t, m.endpoint, text(reference, "href")) {
				elsewhere++
				continue
			}
			t.Expect(r).To(HaveStatus(http.StatusOK), "%s %s refers to %s %s, which is not there", m.name, idOf(o), to.name, id)
		}
	}
	switch {
	case named == 0:
		t.Inapplicable("none of the %s refers to any of the %s", m.words, to.words)
	case elsewhere > 0:
		t.CantTell("%d references lead to other hosts, where nothing is asked for", elsewhere)
	}
}

// abroad says whether an href is at another host than the endpoint.
func abroad(t *T, endpoint, href string) bool {
	base, err := url.Parse(t.Env.Endpoints[endpoint])
	if err != nil {
		return false
	}
	to, err := base.Parse(href)
	return err == nil && strings.HasPrefix(to.Scheme, "http") && !strings.EqualFold(to.Host, base.Host)
}
