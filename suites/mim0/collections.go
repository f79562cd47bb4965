package mim0

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func collectionChecks() []Check {
	return []Check{
		{
			ID: "mim0.collections.list.there", Title: "The collections are listed at /collections",
			Requirements: []string{laidOut}, Clause: "OGC 17-069r4, /req/core/fc-md-op", Fault: "rest.collections.gone",
			Body: func(t *T) {
				r := t.GET("/collections", accepting(jsonFirst))
				t.Require(r).To(HaveStatus(http.StatusOK))
				_, is := t.Object(r)["collections"].([]any)
				t.Holds(r, is, "the answer has no array collections")
			},
		},
		{
			ID: "mim0.collections.items.there", Title: "The items of each collection are at /collections/{id}/items",
			Requirements: []string{laidOut}, Clause: "OGC 17-069r4, /req/core/fc-op", Fault: "rest.collections.items-gone",
			Body: func(t *T) {
				for _, path := range collections(t) {
					r := t.GET(path, accepting(jsonFirst+", */*;q=0.1"))
					t.Expect(r).To(HaveStatus(http.StatusOK), "the items at %s", path)
				}
			},
		},
		{
			ID: "mim0.collections.paths.described", Title: "The description tells of the collections and their items",
			Requirements: []string{laidOut}, Clause: openAPI + "4.8.8", Fault: "rest.description.no-items",
			Body: func(t *T) {
				d := description(t)
				ends := func(so func(path string) bool) bool {
					return slices.ContainsFunc(d.reads(), func(o operation) bool { return so(strings.TrimRight(o.path, "/")) })
				}
				t.Holds(d.Response, ends(func(p string) bool { return strings.HasSuffix(p, "/collections") }), "the description has no GET for /collections")
				t.Holds(d.Response, ends(func(p string) bool { return strings.Contains(p, "/collections/") && strings.HasSuffix(p, "/items") }),
					"the description has no GET for the items of a collection")
			},
		},
		{
			ID: "mim0.collections.envelope.same", Title: "All collections give their items in the same envelope",
			Requirements: []string{uniform}, Clause: mim0 + "R2.1", Fault: "rest.collections.other-envelope",
			Body: func(t *T) {
				first, at, judged := "", "", 0
				for _, path := range collections(t) {
					r := items(t, path)
					member, _, told := envelope(r)
					if !told {
						continue
					}
					if judged++; judged == 1 {
						first, at = member, path
					}
					t.Holds(r, member == first, "the items at %s are in %q, and those at %s in %q", path, member, at, first)
				}
				if judged < 2 {
					t.Untested("fewer than two collections have items in an envelope that can be told")
				}
			},
		},
		{
			ID: "mim0.collections.paging.same", Title: "All collections are paged in the same way",
			Requirements: []string{uniform}, Clause: mim0 + "R2.1; OGC 17-069r4, /req/core/fc-limit-response-1", Fault: "rest.collections.limit-ignored",
			Body: func(t *T) {
				var bounded, whole []string
				var last = t.GET("/collections", accepting(jsonFirst))
				for _, path := range collections(t) {
					if _, all, told := envelope(items(t, path)); !told || len(all) < 2 {
						continue
					}
					last = items(t, path, Query("limit", "1"))
					if _, all, _ := envelope(last); len(all) == 1 {
						bounded = append(bounded, path)
					} else {
						whole = append(whole, path)
					}
				}
				if len(bounded)+len(whole) < 2 || len(bounded) == 0 {
					t.Untested("fewer than two collections have several items, or none is paged by limit")
				}
				t.Holds(last, len(whole) == 0, "limit=1 gives one item at %s, and another number at %s", strings.Join(bounded, ", "), strings.Join(whole, ", "))
			},
		},
	}
}
