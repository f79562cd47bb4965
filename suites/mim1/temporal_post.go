package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// postPast queries evolutions by POST with the members of a Query (5.2.23).
func postPast(t *T, members ngsild.Object, options ...Option) *probe.Response {
	return t.POST(evolutionQueries, append([]Option{ample, JSON(with(members, "type", "Query"))}, options...)...)
}

// ofKind is a Query's members for a type and a temporal query (5.2.21).
func ofKind(kind string, temporalQ ngsild.Object, more ...any) ngsild.Object {
	return with(ngsild.Object{"entities": []any{ngsild.Object{"type": kind}}, "temporalQ": temporalQ}, more...)
}

// beforeEleven, afterEleven and aroundEleven are temporal queries of a Query.
func beforeEleven() ngsild.Object {
	return ngsild.Object{"timerel": "before", "timeAt": at("11:00:00")}
}
func afterEleven() ngsild.Object { return ngsild.Object{"timerel": "after", "timeAt": at("11:00:00")} }
func aroundEleven() ngsild.Object {
	return ngsild.Object{"timerel": "between", "timeAt": at("10:30:00"), "endTimeAt": at("12:30:00")}
}

// temporalPost checks Query Temporal Evolution of Entities by POST (6.24.3.1).
func temporalPost() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.post.after",
			Title:  "A query by POST gives the evolutions of a type that have data after timeAt",
			Clause: cim009 + "6.24.3.1", TestPurposes: []string{"021_13"},
			Fault: "temporal.post.interval-ignored",
			Body: func(t *T) {
				c := earlyAndLate(t)
				t.Expect(c.labels(evolutionsIn(t, postPast(t, ofKind(c.kind, afterEleven()))))).To(chooseExactly("late"))
			},
		},
		{
			ID:     "mim1.temporal.post.before",
			Title:  "A query by POST gives the evolutions of a type that have data before timeAt",
			Clause: cim009 + "6.24.3.1", TestPurposes: []string{"021_13"},
			Fault: "temporal.post.interval-ignored",
			Body: func(t *T) {
				c := earlyAndLate(t)
				t.Expect(c.labels(evolutionsIn(t, postPast(t, ofKind(c.kind, beforeEleven()))))).To(chooseExactly("early"))
			},
		},
		{
			ID:     "mim1.temporal.post.between",
			Title:  "A query by POST gives the instances between timeAt and endTimeAt",
			Clause: cim009 + "6.24.3.1", TestPurposes: []string{"021_13"},
			Fault: "temporal.post.end-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := postPast(t, ofKind(s.kind, aroundEleven()))
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				sameReadings(t, r, marks(e, s.level), []any{20, "11:00:00", 30, "12:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.post.asGet",
			Title:  "A query by POST gives what the same query by GET gives",
			Clause: cim009 + "6.24.1", TestPurposes: []string{"021_13"},
			Fault: "temporal.post.relationships-lost",
			Body: func(t *T) {
				s := newSeries(t)
				byGet := t.GET(evolutions, Query("type", s.kind), within("10:00:00", "14:00:00"))
				byPost := postPast(t, ofKind(s.kind, fromTenToTwo()))
				one, other := entityIn(t, byGet, s.id), entityIn(t, byPost, s.id)
				t.Require(one).NotTo(gomega.BeNil(), "the entity has to be found by GET")
				t.Require(other).NotTo(gomega.BeNil(), "the entity has to be found by POST")
				t.Expect(attributesOf(other)).To(gomega.Equal(attributesOf(one)))
				for _, name := range attributesOf(one) {
					t.Expect(marks(other, name)).To(holdReadings(marks(one, name)...), "attribute %s", name)
				}
			},
		},
		{
			ID:    "mim1.temporal.post.last",
			Title: "A query by POST with lastN gives the most recent instances only",
			// Until V1.8.1 a TemporalQuery has no lastN, by ETSI's OpenAPI documents of V1.6.1 and V1.8.1.
			Clause: cim009Later + "5.2.21", TestPurposes: []string{"021_03"}, Since: "1.9.1",
			Fault: "temporal.post.last-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := postPast(t, ofKind(s.kind, with(afterEleven(), "lastN", 1)))
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				sameReadings(t, r, marks(e, s.level), []any{40, "13:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.post.aggregate",
			Title:  "A query by POST for the aggregated representation names its methods and its period in the temporal query",
			Clause: cim009Later + "5.2.21", Since: "1.9.1",
			Fault: "temporal.post.aggregation-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := postPast(t, ofKind(s.kind, with(fromTenToTwo(), "aggrMethods", "max", "aggrPeriodDuration", "PT2H"), "attrs", []any{s.level}),
					Query("options", "aggregatedValues"))
				greatestOfTwoHours(t, r, s)
			},
		},
		{
			ID:     "mim1.temporal.post.aggregateParams",
			Title:  "A query by POST for the aggregated representation names its methods and its period in aggrParams",
			Clause: cim009Later + "5.2.44", Since: "1.9.1",
			Fault: "temporal.post.aggregation-params-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := postPast(t, ofKind(s.kind, fromTenToTwo(), "attrs", []any{s.level},
					"aggrParams", ngsild.Object{"aggrMethods": "max", "aggrPeriodDuration": "PT2H"}), Query("options", "aggregatedValues"))
				greatestOfTwoHours(t, r, s)
			},
		},
		{
			ID:     "mim1.temporal.post.q",
			Title:  "A query by POST with q gives the evolutions of which an instance in the interval matches",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_08"},
			Fault: "temporal.post.q-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"high": {reading(90, "11:00:00")}, "low": {reading(10, "11:00:00")}})
				t.Expect(c.labels(evolutionsIn(t, postPast(t, ofKind(c.kind, afterEleven(), "q", c.attr+">50"))))).To(chooseExactly("high"))
			},
		},
		{
			ID:     "mim1.temporal.post.attrs",
			Title:  "A query by POST with attrs shows these attributes only",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_02"},
			Fault: "temporal.post.attrs-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, postPast(t, ofKind(s.kind, beforeEleven(), "attrs", []any{s.place})), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
			},
		},
		{
			ID:     "mim1.temporal.post.ids",
			Title:  "A query by POST selects evolutions by id and type together",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_06"},
			Fault: "temporal.post.id-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels()})
				q := ngsild.Object{"entities": []any{ngsild.Object{"type": c.kind, "id": c.ids["two"]}}, "temporalQ": afterEleven()}
				t.Expect(c.labels(evolutionsIn(t, postPast(t, q)))).To(chooseExactly("two"))
			},
		},
		{
			ID:     "mim1.temporal.post.simplified",
			Title:  "A query by POST can ask for the simplified representation",
			Clause: cim009 + "6.3.12", TestPurposes: []string{"021_14"},
			Fault: "temporal.post.options-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := postPast(t, ofKind(s.kind, aroundEleven()), asValues())
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				sameReadings(t, r, pairs(e, s.level, "values"), []any{20, "11:00:00", 30, "12:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.post.noTemporalQuery",
			Title:  "A query by POST without temporal query is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.4.4",
			Fault:  "temporal.post.no-interval-accepted",
			Body: func(t *T) {
				r := postPast(t, ngsild.Object{"entities": []any{ngsild.Object{"type": t.Name("Nothing")}}})
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.post.noEnd",
			Title:  "A query by POST between timeAt and no endTimeAt is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.21",
			Fault:  "temporal.post.invalid-interval-accepted",
			Body: func(t *T) {
				r := postPast(t, ofKind(t.Name("Nothing"), ngsild.Object{"timerel": "between", "timeAt": at("10:00:00")}))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.post.notAQuery",
			Title:  "A query by POST whose type is not Query is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.23",
			Fault:  "temporal.post.any-type",
			Body: func(t *T) {
				r := t.POST(evolutionQueries, JSON(with(ofKind(t.Name("Nothing"), afterEleven()), "type", "Question")))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.post.notJson",
			Title:  "A query by POST that is no JSON is refused with 400 InvalidRequest",
			Clause: cim009 + "5.5.4",
			Fault:  "temporal.post.syntax-error-as-bad-data",
			Body: func(t *T) {
				t.Expect(t.POST(evolutionQueries, notJSON(t.URN("Sensor")))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	}
}

// fromTenToTwo is the temporal query of the hours in which a series has its readings.
func fromTenToTwo() ngsild.Object {
	return ngsild.Object{"timerel": "between", "timeAt": at("10:00:00"), "endTimeAt": at("14:00:00")}
}

// greatestOfTwoHours expects the level of a series by its greatest value of every two hours.
func greatestOfTwoHours(t *T, r *probe.Response, s series) {
	e := entityIn(t, r, s.id)
	t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
	got := periodsOf(t, e, s.level, "max")
	t.Require(got).To(gomega.HaveLen(2), "there are readings in two periods")
	t.Expect(got[0].value).To(answering(nearly(got[0].value, 20), "the first period has %s, expected 20", compact(got[0].value)))
	t.Expect(got[1].value).To(answering(nearly(got[1].value, 40), "the second period has %s, expected 40", compact(got[1].value)))
}
