package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// queryByPOST is the resource to which queries are posted (6.23).
const queryByPOST = entityOperation + "query"

// post queries by POST with the members of a Query (5.2.23).
func post(t *T, members ngsild.Object, options ...Option) *probe.Response {
	return t.POST(queryByPOST, append([]Option{ample, JSON(with(members, "type", "Query"))}, options...)...)
}

// selector is the member entities of a Query with one EntitySelector (5.2.33).
func selector(members ngsild.Object) ngsild.Object {
	return ngsild.Object{"entities": []any{members}}
}

// postedPages are the first two pages, of two, of a query for the candidates by POST. The
// link to the second one is that of a query by POST with the same body, or one of a query by
// GET: any that leads there will do (6.3.10).
func (c candidates) postedPages(t *T) (first, next *probe.Response) {
	body := JSON(with(selector(ngsild.Object{"type": c.kind}), "type", "Query"))
	first = t.POST(queryByPOST, Query("limit", "2"), body)
	requireNext(t, first)
	path, query := linkedPage(t, first, "next")
	if path == "" || strings.HasSuffix(path, queryByPOST) {
		return first, t.POST(queryByPOST, query, body)
	}
	return first, followIn(t, first, "next", entities)
}

// batchQuery checks Query Entities by POST (5.7.2, 6.23.3.1).
func batchQuery() []Check {
	checks := []Check{
		{
			ID:    "mim1.batch.query.type",
			Title: "A query by POST gives the entities of exactly the selected type", TestPurposes: []string{"019_02_02"},
			Fault: "batch.query.type-prefix",
			Body: func(t *T) {
				c, first, _ := twoTypes(t)
				c.expectIn(t, post(t, selector(ngsild.Object{"type": first})), "first")
			},
		},
		{
			ID:    "mim1.batch.query.selectors",
			Title: "A query by POST with several selectors gives the entities that any of them selects", TestPurposes: []string{"019_02_02"},
			Clause: cim009 + "6.23.3.1, 5.2.33",
			Fault:  "batch.query.first-selector",
			Body: func(t *T) {
				c, first, second := twoTypes(t)
				c.expectIn(t, post(t, ngsild.Object{"entities": []any{ngsild.Object{"type": first}, ngsild.Object{"type": second}}}),
					"first", "second")
			},
		},
		{
			ID:    "mim1.batch.query.id",
			Title: "A query by POST selects by id and type together", TestPurposes: []string{"019_02_01"},
			Fault: "batch.query.id-ignored",
			Body: func(t *T) {
				c := around(t)
				c.expectIn(t, post(t, selector(ngsild.Object{"type": c.kind, "id": c.ids["at"]})), "at")
			},
		},
		{
			ID:    "mim1.batch.query.idPattern",
			Title: "A query by POST selects by a pattern of ids", TestPurposes: []string{"019_02_03"},
			Clause: cim009 + "6.23.3.1, 5.2.33",
			Fault:  "batch.query.id-pattern-ignored",
			Body: func(t *T) {
				c := byIDKind(t)
				c.expectIn(t, post(t, selector(ngsild.Object{"type": c.kind, "idPattern": "^urn:ngsi-ld:Re[a-d]+:.*$"})), "Red", "Read")
			},
		},
		{
			ID:    "mim1.batch.query.attrs",
			Title: "A query by POST with attrs gives the entities that have one of them, with these only", TestPurposes: []string{"019_02_04"},
			Fault: "batch.query.attrs-ignored",
			Body: func(t *T) {
				c, first, _ := withAttributes(t)
				r := post(t, with(selector(ngsild.Object{"type": c.kind}), "attrs", []any{first}))
				c.expectIn(t, r, "both", "first")
				for _, e := range entitiesIn(t, r) {
					t.Expect(attributesOf(e)).To(gomega.ConsistOf(first))
				}
			},
		},
		{
			ID:    "mim1.batch.query.q",
			Title: "A query by POST selects by q, written without percent-encoding",
			Fault: "batch.query.q-ignored",
			Body: func(t *T) {
				c := colours(t)
				c.expectIn(t, post(t, with(selector(ngsild.Object{"type": c.kind}), "q", c.attr+`=="red"|`+c.attr+`=="blue"`)), "red", "blue")
			},
		},
		{
			ID:    "mim1.batch.query.geoQ",
			Title: "A query by POST selects by a geoquery",
			Fault: "batch.query.geo-ignored", Feature: FeatureGeoQuery, Requirements: geo,
			Body: func(t *T) {
				c := alongTheCoast(t)
				c.expectIn(t, post(t, with(selector(ngsild.Object{"type": c.kind}), "geoQ",
					ngsild.Object{"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": harbour})), "at", "1.2 km")
			},
		},
		{
			ID:    "mim1.batch.query.sameAsGET",
			Title: "A query gives the same entities by POST as by GET",
			Fault: "batch.query.loses-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				byPOST := only(t, post(t, selector(ngsild.Object{"type": s.kind})))
				byGET := only(t, t.GET(entities, Query("type", s.kind)))
				t.Expect(attributesOf(byPOST)).To(gomega.Equal(attributesOf(byGET)))
				t.Expect(byPOST).To(haveAttribute(s.level, levelAtFirst()))
				s.isElseUnchanged(t, byPOST)
			},
		},
		{
			ID:    "mim1.batch.query.keyValues",
			Title: "A query by POST serves the representation that the URL asks for",
			Fault: "batch.query.options-ignored",
			Body: func(t *T) {
				s := newSight(t)
				s.isSimplified(t, only(t, post(t, selector(ngsild.Object{"type": s.kind}), Query("options", "keyValues"))))
			},
		},
		{
			ID:    "mim1.batch.query.count",
			Title: "A query by POST is paged and counted as the URL asks",
			Fault: "batch.query.count-of-page", Since: "1.5.1",
			Body: func(t *T) {
				c := five(t)
				r := t.POST(queryByPOST, Query("limit", "2", "count", "true"), JSON(with(selector(ngsild.Object{"type": c.kind}), "type", "Query")))
				t.Expect(len(entitiesIn(t, r))).To(gomega.And(gomega.BeNumerically(">", 0), gomega.BeNumerically("<=", 2)))
				t.Expect(r).To(hasCount(5))
			},
		},
		{
			ID:     "mim1.batch.query.next",
			Title:  "While entities are left, the answer to a query by POST links to the next page, which holds others",
			Clause: cim009 + "6.3.10", Fault: "batch.query.no-next",
			Body: func(t *T) {
				c := five(t)
				first, next := c.postedPages(t)
				met := c.labels(entitiesIn(t, first))
				others := c.labels(entitiesIn(t, next))
				t.Expect(others).NotTo(gomega.BeEmpty())
				for _, label := range others {
					t.Expect(met).NotTo(gomega.ContainElement(label), "the next page repeats what the first one has")
				}
			},
		},
		{
			ID:     "mim1.batch.query.prev",
			Title:  "The second page of a query by POST links to the previous page",
			Clause: cim009 + "6.3.10", Fault: "batch.query.no-prev",
			Body: func(t *T) {
				_, next := five(t).postedPages(t)
				t.Expect(next).To(hasPage("prev"), "a page is before this one (5.5.9.1)")
			},
		},
		{
			ID:     "mim1.batch.query.lastHasNoNext",
			Title:  "The answer to a query by POST that has all entities links to no next page",
			Clause: cim009 + "6.3.10", Fault: "batch.query.always-next",
			Body: func(t *T) {
				c := five(t)
				r := post(t, selector(ngsild.Object{"type": c.kind}))
				t.Require(c.labels(entitiesIn(t, r))).To(chooseExactly(allFive...))
				t.Expect(r).NotTo(hasPage("next"), "no entity is left (5.5.9.1)")
			},
		},
		{
			ID:    "mim1.batch.query.empty",
			Title: "A query by POST that no entity matches is answered with 200 and an empty array",
			Fault: "batch.query.empty-not-found",
			Body: func(t *T) {
				t.Expect(entitiesIn(t, post(t, selector(ngsild.Object{"type": t.Name("Nothing")})))).To(gomega.BeEmpty())
			},
		},
		{
			ID:    "mim1.batch.query.context",
			Title: "A query by POST as JSON-LD names types and attributes by the @context in its body",
			Fault: "batch.query.context-ignored", Requirements: structured,
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				r := t.POST(queryByPOST, inlined(), JSONLD(ngsild.Object{"@context": v.context(), "type": "Query",
					"entities": []any{ngsild.Object{"type": v.kind}}, "attrs": []any{v.level}}))
				t.Expect(only(t, r)).To(haveMembers(ngsild.Object{"id": id}))
			},
		},
		{
			ID:    "mim1.batch.query.tooWide",
			Title: "A query by POST without any selector is refused as too wide with 400 BadRequestData",
			Fault: "batch.query.too-wide-answered", Requirements: errorAnswers,
			Body: func(t *T) {
				t.Expect(post(t, ngsild.Object{})).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:    "mim1.batch.query.notAQuery",
			Title: "A query by POST whose type is not Query is refused with 400 BadRequestData",
			Fault: "batch.query.any-type", Requirements: errorAnswers,
			Body: func(t *T) {
				wrong := with(selector(ngsild.Object{"type": t.Name("Nothing")}), "type", "Subscription")
				t.Expect(t.POST(queryByPOST, JSON(wrong))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:    "mim1.batch.query.notJson",
			Title: "A query by POST that is not JSON is refused with 400 InvalidRequest",
			Fault: "batch.query.syntax-error-as-bad-data", Requirements: errorAnswers,
			Body: func(t *T) {
				t.Expect(t.POST(queryByPOST, Body(ngsild.MediaJSON, []byte(`{"type": "Query", "entities": [{"type": "`+t.Name("Nothing"))))).
					To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:    "mim1.batch.query.qInvalid",
			Title: "A query by POST with an invalid q is refused with 400 BadRequestData",
			Fault: "batch.query.q-ignored", Requirements: errorAnswers,
			Body: func(t *T) {
				t.Expect(post(t, with(selector(ngsild.Object{"type": t.Name("Nothing")}), "q", t.Name("level")+"=="))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
	for i := range checks {
		checks[i].Level, checks[i].Needs = Core, writes
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "6.23.3.1"
		}
		if checks[i].Feature == "" {
			checks[i].Feature = FeatureBatch
		}
		if checks[i].Requirements == nil {
			checks[i].Requirements = query
		}
	}
	return checks
}
