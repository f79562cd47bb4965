package mim1

import (
	"fmt"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// mostPages is how many pages of a list a check looks at: a platform may hold many
// things that are not the run's own.
const mostPages = 100

// inSteps is a page of things that platforms serve without complaint.
var inSteps = Query("limit", "50")

// onPages gives see one page of a list after the other, from the first, until it has
// seen enough or there is no further page. A list that is longer than a check looks at
// ends it: what it did not see may be there.
func onPages(t *T, first *probe.Response, resource string, see func(page *probe.Response) (enough bool)) {
	page := first
	for range mostPages {
		if see(page) {
			return
		}
		if _, more := weblink.To(page.Header, "next"); !more {
			return
		}
		page = followIn(t, page, "next", resource)
	}
	t.CantTell("%s has more than %d pages, too many to look for what the check itself has put there", resource, mostPages)
}

// turned are the pages of a list that a check has looked at, in its message on what it
// did not find there.
type turned struct {
	pages, items int
	last         int // items on the last page
}

// see counts a page.
func (p *turned) see(items int) { p.pages, p.items, p.last = p.pages+1, p.items+items, items }

// String tells how many pages there were, and that no link leads on from the last one.
func (p *turned) String() string {
	return fmt.Sprintf("%d of its items were on %d page(s); the last one, of %d, has no Link header with rel=\"next\" (if the list goes on, it has to link to the next page: 5.5.9)",
		p.items, p.pages, p.last)
}

// listed turns the pages of a list of things with ids until all of these have been seen,
// or to the last page, and returns those that were found and what pages it saw.
func listed(t *T, first *probe.Response, resource string, ids ...string) (map[string]ngsild.Object, *turned) {
	found, pages := map[string]ngsild.Object{}, &turned{}
	onPages(t, first, resource, func(page *probe.Response) bool {
		things := thingsIn(t, page)
		pages.see(len(things))
		for _, o := range things {
			if id, _ := o["id"].(string); slices.Contains(ids, id) {
				found[id] = o
			}
		}
		return len(found) == len(ids)
	})
	return found, pages
}

// theListed are the things with these ids on the list that ask begins, in that order; one
// that is on no page ends the check as failed. Others may delete what is theirs meanwhile,
// which moves what comes after it to a page that has been seen, but not each time.
func theListed(t *T, ask func() *probe.Response, resource string, ids ...string) []ngsild.Object {
	var found map[string]ngsild.Object
	agree(t, func() string {
		var pages *turned
		found, pages = listed(t, ask(), resource, ids...)
		for _, id := range ids {
			if found[id] == nil {
				return fmt.Sprintf("%s was not found on %s: %s", id, resource, pages)
			}
		}
		return ""
	})
	var all []ngsild.Object
	for _, id := range ids {
		if found[id] != nil {
			all = append(all, found[id])
		}
	}
	t.Require(nil).To(answering(len(all) == len(ids), "not all of what the check has put on %s was found", resource))
	return all
}

// thingsIn requires a 200 answer with an array of objects.
func thingsIn(t *T, r *probe.Response) []ngsild.Object {
	t.Require(r).To(HaveStatus(200))
	return objectsOf(t, r, "object")
}
