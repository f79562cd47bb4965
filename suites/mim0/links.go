package mim0

import (
	"bytes"
	"net/http"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
	. "github.com/oasc/mimcheck/suites"
)

func linkChecks() []Check {
	return []Check{
		{
			ID: "mim0.links.header.self", Title: "The items of a collection come with a Link header field to themselves",
			Requirements: []string{linking}, Clause: "RFC 8288, 3", Fault: "rest.links.no-self",
			Body: func(t *T) {
				for _, path := range collections(t) {
					r := items(t, path)
					_, there := weblink.To(r.Header, "self")
					t.Holds(r, there, "the answer at %s has no Link header field of relation self", path)
				}
			},
		},
		{
			ID: "mim0.links.header.next", Title: "A page that is not the last one comes with a Link header field to the next",
			Requirements: []string{linking}, Clause: "RFC 8288, 3", Fault: "rest.links.no-next",
			Body: func(t *T) {
				paged(t, func(path string, first *probe.Response) {
					_, there := weblink.To(first.Header, "next")
					t.Holds(first, there, "the first of several pages at %s has no Link header field of relation next", path)
				})
			},
		},
		{
			ID: "mim0.links.header.nextResolves", Title: "The Link header field of relation next leads to another page",
			Requirements: []string{linking}, Clause: "RFC 8288, 3.1", Fault: "rest.links.next-is-self",
			Body: func(t *T) {
				judged := 0
				paged(t, func(_ string, first *probe.Response) {
					next, there := weblink.To(first.Header, "next")
					if !there {
						return
					}
					judged++
					second := follow(t, first, next.Target, accepting(jsonFirst+", */*;q=0.1"))
					if !t.Expect(second).To(HaveStatus(http.StatusOK), "the link to the next page, %s, is dead", next.Target) {
						return
					}
					_, one, told := envelope(first)
					_, other, alsoTold := envelope(second)
					if told && alsoTold {
						t.Holds(second, !bytes.Equal(encoded(one), encoded(other)), "the next page, %s, has the items of the page before it", next.Target)
					}
				})
				if judged == 0 {
					t.Inapplicable("no page comes with a Link header field of relation next")
				}
			},
		},
	}
}

// paged calls judge for the first page of each collection with several items that is
// paged by limit.
func paged(t *T, judge func(path string, first *probe.Response)) {
	judged := 0
	for _, path := range collections(t) {
		if _, all, told := envelope(items(t, path)); !told || len(all) < 2 {
			continue
		}
		first := items(t, path, Query("limit", "1"))
		if _, all, told := envelope(first); told && len(all) == 1 {
			judged++
			judge(path, first)
		}
	}
	if judged == 0 {
		t.Untested("no collection has several items that limit=1 divides into pages")
	}
}
