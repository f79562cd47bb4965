package mim3

import (
	"net/http"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

// pageChecks are of the pages that a large catalogue comes in. DCAT-AP says nothing of them:
// they are held to what the vocabulary says by which they lead to one another.
func pageChecks() []Check {
	pages := func(name, clause, title, fault string, level Level, body func(t *T, d paged)) Check {
		c := entry("dataCatalogue", "pages."+name, "", Check{Title: title, Level: level, Fault: fault, Body: func(t *T) {
			body(t, walk(t))
		}})
		c.Clause = clause
		return c
	}
	return []Check{
		pages("there", "Hydra Core Vocabulary, next; TREE, #traversing; RFC 8288, 3", "The next page that a page of the catalogue leads to is there, as RDF", "dcat.pages.gone", Core, func(t *T, d paged) {
			d.several(t)
			for address, r := range InOrder(d.dead) {
				if t.Expect(r).To(HaveStatus(http.StatusOK), "the page %s", address) {
					t.Holds(r, false, "the page %s came as %q, which could not be read as RDF", address, r.Header.Get("Content-Type"))
				}
			}
			if len(d.pages)+len(d.dead) == 1 {
				d.whole(t) // no other page is at the endpoint's host
			}
		}),
		pages("end", "Hydra Core Vocabulary, next; TREE, #traversing; RFC 8288, 3", "The pages of the catalogue lead to no page again, so that they come to an end", "dcat.pages.endless", Extended, func(t *T, d paged) {
			d.several(t)
			read := map[string]bool{}
			for _, p := range d.pages {
				read[p.address] = true
				for _, to := range p.leads() {
					address, _ := t.Locate(probe.DCAT, to)
					t.Holds(p.Response, !read[address], "the page %s leads to %s, which led to it", p.address, to)
				}
			}
		}),
		pages("last", "Hydra Core Vocabulary, last", "The last page of the catalogue leads to no other", "dcat.pages.last-early", Extended, func(t *T, d paged) {
			to, stated := d.pages[0].stated("last", "lastPage")
			if !stated {
				t.Inapplicable("the first page names no last one, which is optional")
			}
			address, within := t.Locate(probe.DCAT, to.Value)
			if !within {
				t.CantTell("the last page is said to be %s, which is not at the endpoint's host and is not asked for", to.Value)
			}
			r, at := t.Follow(probe.DCAT, address, accepting(d.accept))
			t.Require(r).To(HaveStatus(http.StatusOK), "the last page, %s", address)
			g, err := graphOf(t, r, at)
			t.MustHold(r, err == nil, "the last page, %s, cannot be read: %v", address, err)
			further := rdfAt{Response: r, Graph: g, address: at}.leads()
			t.Holds(r, len(further) == 0, "%s is said to be the last page, and leads to %v", address, further)
		}),
		pages("total", "Hydra Core Vocabulary, totalItems", "The total number of items that the catalogue states is that of all its pages", "dcat.pages.miscounted", Extended, func(t *T, d paged) {
			wrong := miscount(t, &d)
			for range 2 { // entries may come and go while pages are read, not each time
				if wrong == "" {
					return
				}
				d = walk(t)
				wrong = miscount(t, &d)
			}
			t.Holds(d.Response, wrong == "", "%s", wrong)
		}),
	}
}

// several ends a check where there is one page only.
func (d *paged) several(t *T) {
	if len(d.leads()) == 0 {
		t.Inapplicable("the catalogue comes in one page")
	}
}

// miscount says how the number of items that the first page states is wrong. The items may be
// datasets only, or data services and catalogues as well.
func miscount(t *T, d *paged) string {
	stated, is := d.pages[0].stated("totalItems")
	if !is {
		t.Inapplicable("the first page states no total number of items, which is optional")
	}
	n, isNumber := stated.Number()
	t.MustHold(d.Response, isNumber && n.IsInt() && n.Sign() >= 0, "the total number of items is %v, and no whole number", stated)
	datasets, services, catalogues := d.count(dcat+"dataset"), d.count(dcat+"service"), d.count(dcat+"catalog")
	counts := []int{datasets, datasets + services, datasets + catalogues, datasets + services + catalogues}
	if members := d.count(hydra + "member"); members > 0 {
		counts = append(counts, members)
	}
	total := int(n.Num().Int64())
	if d.left != "" && slices.Min(counts) <= total {
		d.whole(t) // the rest may be on other pages
	}
	return WrongIf(!slices.Contains(counts, total), "the total number of items is said to be %d, and the %d pages that were read list %d datasets, %d data services and %d catalogues",
		total, len(d.pages), datasets, services, catalogues)
}

// stated is the first value that the page has for one of some properties of Hydra.
func (p rdfAt) stated(names ...string) (rdf.Term, bool) {
	for _, name := range names {
		for _, pair := range p.Linked(hydra + name) {
			return pair[1], true
		}
	}
	return rdf.Term{}, false
}

// count is how many different things are objects of a predicate.
func (d *paged) count(predicate string) int {
	all := map[rdf.Term]bool{}
	for _, pair := range d.Linked(predicate) {
		all[pair[1]] = true
	}
	return len(all)
}
