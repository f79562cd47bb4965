package mim1

import (
	"fmt"
	"math"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// aggregated asks for the aggregated temporal representation by methods, of periods of
// the duration, or of one period for all when it is empty.
func aggregated(methods, duration string) Option {
	return func(r *probe.Request) {
		Query("options", "aggregatedValues", "aggrMethods", methods)(r)
		if duration != "" {
			Query("aggrPeriodDuration", duration)(r)
		}
	}
}

// period is one period of an aggregated attribute (4.5.19).
type period struct{ value, from, until any }

// periodsOf are the periods of a method; of an attribute in several parts (datasets) those
// of all. A period without data, which some platforms leave out and others show with
// nothing for its value, is left out.
func periodsOf(t *T, e ngsild.Object, name, method string) []period {
	var out []period
	for _, i := range instances(e, name) {
		for _, item := range list(i[method]) {
			triple := list(item)
			if !t.Expect(triple).To(gomega.HaveLen(3), "a period of %s is its value, its start and its end", method) {
				continue
			}
			if triple[0] == nil || triple[0] == "" || method == "totalCount" && compact(triple[0]) == "0" {
				continue
			}
			out = append(out, period{triple[0], triple[1], triple[2]})
		}
	}
	return out
}

// aggregates is the body of a check that a method, over all of these values, gives one
// of the results; numbers may differ by rounding.
func aggregates(method string, values []any, results ...any) func(*T) {
	return func(t *T) {
		name := t.Name("level")
		e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"))
		var sent []any
		for i, v := range values {
			sent = append(sent, reading(v, fmt.Sprintf("10:%02d:00", i)))
		}
		e[name] = sent
		got := periodsOf(t, evolution(t, evolve(t, e), aggregated(method, ""), within("10:00:00", "11:00:00")), name, method)
		t.Require(got).To(gomega.HaveLen(1), "without a duration there is one period")
		right := slices.ContainsFunc(results, func(want any) bool { return nearly(got[0].value, want) })
		t.Expect(got[0].value).To(answering(right, "%s of %s is %s, expected %s", method, compact(values), compact(got[0].value), compact(results[0])))
	}
}

// nearly compares values, numbers up to rounding.
func nearly(got, want any) bool {
	x, isNumber := normal(got).(float64)
	y, wantNumber := normal(want).(float64)
	if isNumber && wantNumber {
		return math.Abs(x-y) <= 1e-6*math.Max(1, math.Abs(y))
	}
	return compact(got) == compact(want)
}

// temporalAggregates checks the aggregated temporal representation (4.5.19).
func temporalAggregates() []Check {
	numbers := []any{2, 4, 4, 9}
	method := func(name, title string, results ...any) Check {
		return Check{
			ID: "mim1.temporal.aggregate." + name, Title: title,
			Clause: cim009 + "4.5.19.1", TestPurposes: []string{"020_11"}, Since: "1.4.1",
			Fault: "temporal.aggregate." + name, Body: aggregates(name, numbers, results...),
		}
	}
	checks := []Check{
		method("totalCount", "totalCount is how many instances there are in the period", 4),
		method("distinctCount", "distinctCount is how many different values there are in the period", 3),
		method("sum", "sum is the sum of the values in the period", 19),
		method("avg", "avg is the average of the values in the period", 4.75),
		method("min", "min is the least value in the period", 2),
		method("max", "max is the greatest value in the period", 9),
		// the standard does not tell the deviation of all from that of a sample
		method("stddev", "stddev is the standard deviation of the values in the period", math.Sqrt(26.75/4), math.Sqrt(26.75/3)),
		method("sumsq", "sumsq is the sum of the squares of the values in the period", 117),
	}
	return append(checks, aggregatePeriods()...)
}

func aggregatePeriods() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.aggregate.hours",
			Title:  "With aggrPeriodDuration=PT1H each hour with data has a value of its own, with the hour's start and end",
			Clause: cim009 + "4.5.19.1", TestPurposes: []string{"020_11"}, Since: "1.4.1",
			Fault: "temporal.aggregate.period-ignored",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{reading(1, "10:00:00"), reading(3, "10:30:00"), reading(5, "11:00:00"), reading(9, "13:59:00")}))
				got := periodsOf(t, evolution(t, id, aggregated("max", "PT1H"), within("10:00:00", "14:00:00")), name, "max")
				t.Require(got).To(gomega.HaveLen(3), "there are readings of three hours")
				for i, want := range []period{{3, at("10:00:00"), at("11:00:00")}, {5, at("11:00:00"), at("12:00:00")}, {9, at("13:00:00"), at("14:00:00")}} {
					t.Expect(got[i].value).To(answering(nearly(got[i].value, want.value), "period %d has %s, expected %v", i+1, compact(got[i].value), want.value))
					t.Expect(sameValue("observedAt", got[i].from, want.from)).To(gomega.BeTrue(), "period %d starts at %v, expected %v", i+1, got[i].from, want.from)
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.ends",
			Title:  "The end of a period is its start and the duration",
			Clause: cim009 + "4.5.19", TestPurposes: []string{"020_11"}, Since: "1.4.1",
			Fault: "temporal.aggregate.ends-as-starts",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{reading(1, "10:00:00"), reading(5, "11:00:00")}))
				got := periodsOf(t, evolution(t, id, aggregated("sum", "PT1H"), within("10:00:00", "12:00:00")), name, "sum")
				t.Require(got).To(gomega.HaveLen(2))
				for i, want := range []string{at("11:00:00"), at("12:00:00")} {
					t.Expect(sameValue("observedAt", got[i].until, want)).To(gomega.BeTrue(), "period %d ends at %v, expected %s", i+1, got[i].until, want)
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.days",
			Title:  "With aggrPeriodDuration=P1D each day with data has a value of its own",
			Clause: cim009 + "4.5.19.1", TestPurposes: []string{"020_11"}, Since: "1.4.1",
			Fault: "temporal.aggregate.days-as-hours",
			Body: func(t *T) {
				name := t.Name("level")
				on := func(v int, when string) ngsild.Object { return ngsild.Property(v, "observedAt", when) }
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{
					on(1, "2024-03-01T00:00:00Z"), on(3, "2024-03-01T22:00:00Z"), on(7, "2024-03-02T05:00:00Z")}))
				got := periodsOf(t, evolution(t, id, aggregated("sum", "P1D"),
					Query("timerel", "between", "timeAt", "2024-03-01T00:00:00Z", "endTimeAt", "2024-03-03T00:00:00Z")), name, "sum")
				t.Require(got).To(gomega.HaveLen(2), "there are readings of two days")
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 4), "the first day has %s, expected 4", compact(got[0].value)))
				t.Expect(got[1].value).To(answering(nearly(got[1].value, 7), "the second day has %s, expected 7", compact(got[1].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.whole",
			Title:  "With aggrPeriodDuration=PT0S there is one period for all",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.zero-refused",
			Body: func(t *T) {
				s := newSeries(t)
				got := periodsOf(t, evolution(t, s.id, aggregated("totalCount", "PT0S"), Query("attrs", s.level), within("10:00:00", "14:00:00")), s.level, "totalCount")
				t.Require(got).To(gomega.HaveLen(1))
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 4), "it counts %s, expected 4", compact(got[0].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.severalMethods",
			Title:  "Each of several aggregation methods has a member of its own",
			Clause: cim009 + "4.5.19", TestPurposes: []string{"020_11"}, Since: "1.4.1",
			Fault: "temporal.aggregate.first-method",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, aggregated("min,max", "PT0S"), Query("attrs", s.level), within("10:00:00", "14:00:00"))
				for method, want := range InOrder(map[string]any{"min": 10, "max": 40}) {
					got := periodsOf(t, e, s.level, method)
					t.Require(got).To(gomega.HaveLen(1), "periods of %s", method)
					t.Expect(got[0].value).To(answering(nearly(got[0].value, want), "%s is %s, expected %v", method, compact(got[0].value), want))
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.interval",
			Title:  "Only instances of the interval are aggregated",
			Clause: cim009 + "5.7.3.4", Since: "1.4.1",
			Fault: "temporal.aggregate.interval-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				got := periodsOf(t, evolution(t, s.id, aggregated("sum", ""), Query("attrs", s.level), within("10:30:00", "12:30:00")), s.level, "sum")
				t.Require(got).To(gomega.HaveLen(1))
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 50), "the sum is %s, expected 50", compact(got[0].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.texts",
			Title:  "min and max of texts are the first and the last in lexicographical order",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.texts-reversed",
			Body: func(t *T) {
				aggregates("min", []any{"pear", "fig", "banana"}, "banana")(t)
				aggregates("max", []any{"pear", "fig", "banana"}, "pear")(t)
			},
		},
		{
			ID:     "mim1.temporal.aggregate.booleans",
			Title:  "For aggregation true is 1 and false is 0",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.booleans-as-one",
			Body:  aggregates("sum", []any{true, false, true}, 2),
		},
		{
			ID:     "mim1.temporal.aggregate.relationships",
			Title:  "The different objects of a Relationship can be counted",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.relationships-lost",
			Body: func(t *T) {
				name := t.Name("place")
				to := func(object, clock string) ngsild.Object {
					return ngsild.Relationship("urn:ngsi-ld:Place:"+object, "observedAt", at(clock))
				}
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{to("one", "10:00:00"), to("two", "10:10:00"), to("one", "10:20:00")}))
				got := periodsOf(t, evolution(t, id, aggregated("distinctCount", ""), within("10:00:00", "11:00:00")), name, "distinctCount")
				t.Require(got).To(gomega.HaveLen(1))
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 2), "it counts %s, expected 2", compact(got[0].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.ofQuery",
			Title:  "A query can ask for the aggregated representation",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_17"}, Since: "1.4.1",
			Fault: "temporal.aggregate.not-of-queries",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind, "attrs", s.level), aggregated("avg", "PT2H"), within("10:00:00", "14:00:00")), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				got := periodsOf(t, e, s.level, "avg")
				t.Require(got).To(gomega.HaveLen(2))
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 15), "the first period has %s, expected 15", compact(got[0].value)))
				t.Expect(got[1].value).To(answering(nearly(got[1].value, 35), "the second period has %s, expected 35", compact(got[1].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.notEligible",
			Title:  "A query that aggregates an attribute by a method that its type has not is refused with 400 InvalidRequest",
			Clause: cim009 + "5.7.4.4", Since: "1.8.1",
			Fault: "temporal.aggregate.not-eligible-accepted",
			Body: func(t *T) {
				kind, name := t.Name("Sensor"), t.Name("text")
				evolve(t, ngsild.Entity(t.URN("Sensor"), kind, name, []any{reading("a", "10:00:00"), reading("b", "10:10:00")}))
				r := t.GET(evolutions, Query("type", kind, "attrs", name), aggregated("avg", ""), within("10:00:00", "11:00:00"))
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.noMethods",
			Title:  "Aggregated values without aggrMethods are refused with 400",
			Clause: cim009 + "6.19.3.1", Since: "1.4.1",
			Fault: "temporal.aggregate.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Query("options", "aggregatedValues"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.unknownMethod",
			Title:  "An aggregation method that the standard has not is refused with 400",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), aggregated("guess", "PT1H"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.badDuration",
			Title:  "An aggrPeriodDuration that is no duration is refused with 400",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), aggregated("max", "hourly"), Query("attrs", s.level))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
	}
}
