package mim1

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// pagination checks how a query's answer is divided into pages (4.12, 5.5.9,
// 6.3.10) and counted (4.13, 6.3.13).
func pagination() []Check {
	return slices.Concat(pages(), counts(), pageRefusals())
}

// five are candidates for pages of two.
func five(t *T) candidates {
	return valued(t, map[string]any{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5})
}

var allFive = []string{"one", "two", "three", "four", "five"}

// page queries for two entities at most.
func (c candidates) page(t *T, more ...Option) *probe.Response {
	return t.GET(entities, append([]Option{c.ofType(), Query("limit", "2")}, more...)...)
}

// pageFrom queries for two entities from an offset, which a platform need not know:
// its links between pages may be opaque (5.5.9.2).
func (c candidates) pageFrom(t *T, offset string) *probe.Response {
	r := c.page(t, Query("offset", offset))
	if r.Status == 400 {
		t.Inapplicable("the platform refuses the parameter offset, which 5.5.9.2 leaves open to it")
	}
	return r
}

// hasPage matches an answer with a link to the next or previous page.
func hasPage(rel string) types.GomegaMatcher { return pageLink{rel} }

type pageLink struct{ rel string }

func (m pageLink) Match(actual any) (bool, error) {
	r, ok := actual.(*probe.Response)
	if !ok {
		return false, fmt.Errorf("this matcher looks at a response, not at %T", actual)
	}
	_, there := weblink.To(r.Header, m.rel)
	return there, nil
}

func (m pageLink) FailureMessage(any) string {
	return fmt.Sprintf("the answer has no Link header with rel=%q", m.rel)
}

func (m pageLink) NegatedFailureMessage(actual any) string {
	to, _ := weblink.To(actual.(*probe.Response).Header, m.rel)
	return fmt.Sprintf("the answer links to %s with rel=%q, where no such page is", to.Target, m.rel)
}

// follow retrieves the page to which the answer's link points. Only path and query of
// the link count: behind a gateway a platform may not know its own host name.
func follow(t *T, r *probe.Response, rel string) *probe.Response {
	return followIn(t, r, rel, entities)
}

// followIn is follow for pages of another resource, or with further options.
func followIn(t *T, r *probe.Response, rel, resource string, options ...Option) *probe.Response {
	path, query := linkedPage(t, r, rel)
	t.Require(r).To(answering(path == "" || strings.HasSuffix(path, resource),
		"the target of the %s link is not the queried resource: %q", rel, path))
	return t.GET(resource, append(options, query)...)
}

// linkedPage is where an answer's link to another page leads: the path, without a slash at
// its end, and the query.
func linkedPage(t *T, r *probe.Response, rel string) (path string, query Option) {
	to, ok := weblink.To(r.Header, rel)
	t.Require(r).To(answering(ok, "the answer has no Link header with rel=%q", rel))
	target, err := url.Parse(to.Target)
	t.Require(r).To(answering(err == nil, "the target of the %s link is no URI reference: %q", rel, to.Target))
	// A bare semicolon is fine in a URI, but net/url would drop the parameter.
	values, err := url.ParseQuery(strings.ReplaceAll(target.RawQuery, ";", "%3B"))
	t.Require(r).To(answering(err == nil, "the target of the %s link has no readable query: %q", rel, to.Target))
	return strings.TrimSuffix(target.Path, "/"), func(q *probe.Request) { q.Query = values }
}

// requireNext requires that an answer links to the next page. Where more match than were
// asked for at once there is one; without it nothing can be said of further pages, and
// least that they are right.
func requireNext(t *T, page *probe.Response) {
	t.Require(page).To(answering(hasNext(page),
		"more match than limit lets on this page, and no Link header with rel=\"next\" leads to the rest: the platform has to heed limit, and to link to the next page (5.5.9)"))
}

// lastOf follows the next links of a query for two candidates a page until each has been
// met, and returns that page. Whether one was met twice is not its affair.
func (c candidates) lastOf(t *T) *probe.Response {
	page := c.page(t)
	requireNext(t, page)
	met := map[string]bool{}
	for range 2 * len(c.ids) {
		for _, label := range c.labels(entitiesIn(t, page)) {
			met[label] = true
		}
		if len(met) >= len(c.ids) {
			return page
		}
		page = follow(t, page, "next")
	}
	t.Require(page).To(answering(false, "the next links lead to %d of %d entities", len(met), len(c.ids)))
	return page
}

// walk follows the next links from the first page and returns what is on all pages.
// It gives up after more pages than there can be.
func walk(t *T, page *probe.Response, most int) (found []ngsild.Object) {
	for range most {
		found = append(found, entitiesIn(t, page)...)
		if _, more := weblink.To(page.Header, "next"); !more {
			return found
		}
		page = follow(t, page, "next")
	}
	t.Require(page).To(answering(false, "after %d pages there is still a link to a next one", most))
	return found
}

func pages() []Check {
	checks := []Check{
		{
			ID:    "mim1.query.page.limit",
			Title: "A page holds no more entities than limit asks for", TestPurposes: []string{"019_06"},
			Fault: "query.page.limit-ignored",
			Body: func(t *T) {
				c := five(t)
				t.Expect(len(entitiesIn(t, c.page(t)))).To(gomega.And(gomega.BeNumerically(">", 0), gomega.BeNumerically("<=", 2)))
			},
		},
		{
			ID:    "mim1.query.page.addUp",
			Title: "The pages reached by following the next links hold each matching entity exactly once", TestPurposes: []string{"019_06"},
			Fault: "query.page.overlaps",
			Hint:  "the offset of the next page is off by one, or the order changes between pages",
			Body: func(t *T) {
				c := five(t)
				first := c.page(t)
				requireNext(t, first)
				t.Expect(c.labels(walk(t, first, 6))).To(chooseExactly(allFive...))
			},
		},
		{
			ID:    "mim1.query.page.next",
			Title: "While entities are left, the answer links to the next page",
			Fault: "query.page.no-next",
			Body: func(t *T) {
				t.Expect(five(t).page(t)).To(hasPage("next"), "three of five entities are left (5.5.9)")
			},
		},
		{
			ID:    "mim1.query.page.lastHasNoNext",
			Title: "The last page links to no next page",
			Fault: "query.page.always-next",
			Body: func(t *T) {
				t.Expect(five(t).lastOf(t)).NotTo(hasPage("next"), "no entity is left (5.5.9)")
			},
		},
		{
			ID:     "mim1.query.page.prev",
			Title:  "The second page links to the previous page, which holds the same entities as before",
			Clause: cim009 + "4.12, 5.5.9.1", Fault: "query.page.no-prev",
			Body: func(t *T) {
				c := five(t)
				first := c.page(t)
				before := entitiesIn(t, first)
				t.Require(before).NotTo(gomega.BeEmpty(), "the first page holds something")
				second := follow(t, first, "next")
				t.Require(second).To(hasPage("prev"))
				t.Expect(c.labels(entitiesIn(t, follow(t, second, "prev")))).To(chooseExactly(c.labels(before)...))
			},
		},
		{
			ID:    "mim1.query.page.firstHasNoPrev",
			Title: "The first page links to no previous page",
			Fault: "query.page.always-prev",
			Body: func(t *T) {
				first := five(t).page(t)
				requireNext(t, first)
				t.Expect(first).NotTo(hasPage("prev"))
			},
		},
		{
			ID:    "mim1.query.page.linkKeepsQuery",
			Title: "The link to the next page carries the whole query",
			Fault: "query.page.next-forgets-q",
			Hint:  "q or attrs is missing in the link's target",
			Body: func(t *T) {
				c := five(t)
				first := c.page(t, c.q(">1"))
				t.Require(first).To(hasPage("next"), "two of four entities are left (5.5.9)")
				found := walk(t, first, 6)
				t.Expect(c.labels(found)).To(chooseExactly("two", "three", "four", "five"))
			},
		},
		{
			ID:    "mim1.query.page.linkType",
			Title: "The link to the next page tells the media type that the query was answered in", Clause: cim009 + "6.3.10",
			Fault: "query.page.link-type-fixed",
			Hint:  "the target attribute type is missing in the Link header, or the same whatever was asked for",
			Body: func(t *T) {
				c := five(t)
				for _, media := range []string{ngsild.MediaJSON, ngsild.MediaJSONLD} {
					first := c.page(t, Header("Accept", media))
					requireNext(t, first)
					next, _ := weblink.To(first.Header, "next")
					t.Expect(next.Params["type"]).To(gomega.Equal(media), "the target attribute type of the link with rel=\"next\"")
				}
			},
		},
		{
			ID:     "mim1.query.page.offset",
			Title:  "offset counts from 0: pages that begin after as many entities as were met hold each entity exactly once",
			Clause: cim009 + "5.5.9.2", Level: Extended, Fault: "query.page.offset-from-one",
			Hint: "offset is taken as a page number, or counted from 1",
			Body: func(t *T) {
				c := five(t)
				first := entitiesIn(t, c.pageFrom(t, "0"))
				found := first
				for range allFive {
					if len(found) >= len(allFive) {
						break
					}
					found = append(found, entitiesIn(t, c.pageFrom(t, strconv.Itoa(len(found))))...)
				}
				t.Require(c.labels(found)).To(chooseExactly(allFive...))
				if len(first) == len(allFive) { // at once, against limit: that says nothing of offset
					t.Expect(entitiesIn(t, c.pageFrom(t, "1"))).To(gomega.HaveLen(len(allFive)-1), "offset=1 leaves one out")
				}
			},
		},
		{
			ID:    "mim1.query.page.offsetBeyond",
			Title: "A page beyond the last entity has none, or the last one",
			Level: Extended, Fault: "query.page.offset-beyond-wraps",
			Body: func(t *T) {
				// 6.3.10 takes an offset beyond the result for its size, by which none is left,
				// and goes on to say that the last one is to be given.
				t.Expect(len(entitiesIn(t, five(t).pageFrom(t, "6")))).To(gomega.BeNumerically("<=", 1), "five match")
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Needs = query, writes
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.5.9.1"
		}
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
	}
	return checks
}

// hasCount matches an answer that says how many entities match in all.
func hasCount(want int) types.GomegaMatcher {
	return HaveHeader(ngsild.HeaderCount, gomega.WithTransform(strings.TrimSpace, gomega.Equal(strconv.Itoa(want))))
}

// isCounted expects of an answer with count=true that it counts at least as many as the
// check made, that it has items all the same, and that what is whole on one page is
// counted right: others may have theirs on the same list.
func isCounted(t *T, r *probe.Response, made int) {
	items := thingsIn(t, r)
	n, err := strconv.Atoi(strings.TrimSpace(r.Header.Get(ngsild.HeaderCount)))
	t.Require(err).To(gomega.Succeed(), "%s is a whole number", ngsild.HeaderCount)
	t.Expect(n).To(gomega.BeNumerically(">=", made), "the check alone made as many")
	t.Expect(items).NotTo(gomega.BeEmpty(), "a count is told beside the page, not instead of it")
	if _, more := weblink.To(r.Header, "next"); !more {
		t.Expect(n).To(gomega.Equal(len(items)), "this is the first page, and no next one is linked to")
	}
}

func counts() []Check {
	counted := Query("count", "true")
	checks := []Check{
		{
			ID:    "mim1.query.count.total",
			Title: "With count=true the answer says how many entities match in all, not how many are on the page", TestPurposes: []string{"019_07"},
			Fault: "query.count.of-page",
			Body: func(t *T) {
				r := five(t).page(t, counted)
				t.Expect(r).To(hasCount(5))
				t.Expect(entitiesIn(t, r)).NotTo(gomega.BeEmpty(), "a count is told beside the page, not instead of it")
			},
		},
		{
			ID:    "mim1.query.count.ofMatching",
			Title: "The count is of the entities that match the whole query",
			Fault: "query.count.ignores-q",
			Body: func(t *T) {
				c := five(t)
				t.Expect(c.query(t, counted, c.q(">3"))).To(hasCount(2))
			},
		},
		{
			ID:    "mim1.query.count.zero",
			Title: "The count of a query that nothing matches is 0",
			Fault: "query.count.absent-if-zero", Needs: reads,
			Body: func(t *T) {
				r := t.GET(entities, Query("type", t.Name("Nothing")), counted)
				t.Expect(entitiesIn(t, r)).To(gomega.BeEmpty())
				t.Expect(r).To(hasCount(0))
			},
		},
		{
			ID:    "mim1.query.count.only",
			Title: "With limit=0 and count=true the answer is the count and no entity", TestPurposes: []string{"019_07"},
			Clause: cim009 + "4.13, 6.3.13", Fault: "query.count.limit-zero-as-default",
			Body: func(t *T) {
				c := five(t)
				r := t.GET(entities, c.ofType(), Query("limit", "0"), counted)
				t.Expect(entitiesIn(t, r)).To(gomega.BeEmpty())
				t.Expect(r).To(hasCount(5))
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Level = query, Core
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "6.3.13"
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
	}
	return checks
}

func pageRefusals() []Check {
	refusal := func(name, title string, level Level, query ...string) Check {
		return Check{
			ID: "mim1.query.page." + name, Title: title,
			Requirements: errorAnswers, Clause: cim009 + "6.3.10",
			Level: level, Needs: reads, Fault: "query.page.invalid-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing")), Query(query...))).
					To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		}
	}
	return []Check{
		refusal("limitNegative", "A negative limit is refused with 400", Core, "limit", "-1"),
		refusal("limitNoNumber", "A limit that is no number is refused with 400", Core, "limit", "many"),
		refusal("limitZero", "limit=0 is refused with 400 unless a count is asked for", Extended, "limit", "0"),
		refusal("offsetNegative", "A negative offset is refused with 400", Extended, "offset", "-1"),
	}
}
