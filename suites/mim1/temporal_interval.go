package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// retrieves is the body of a check that a temporal query retrieves these readings of a
// series, given as value, time of the day.
func retrieves(parameters []string, readings ...any) func(*T) {
	return func(t *T) {
		s := newSeries(t)
		s.expect(t, t.GET(evolutionPath(s.id), Query(parameters...)), readings...)
	}
}

// badOrInvalid are the types of a problem where the clauses give a value's form and not
// the error of one that has not: either fits what 5.5.2 says of it. Only a query without
// what it needs is BadRequestData by name (5.7.4.4, and ETSI's 020_09).
var badOrInvalid = []string{ngsild.BadRequestData, ngsild.InvalidRequest}

// temporalInterval checks the temporal query language (4.11).
func temporalInterval() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.interval.before",
			Title:  "timerel=before retrieves what was observed before timeAt",
			Clause: cim009 + "4.11", TestPurposes: []string{"020_04"},
			Fault: "temporal.interval.ignored",
			Body:  retrieves([]string{"timerel", "before", "timeAt", at("11:30:00")}, 10, "10:00:00", 20, "11:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.after",
			Title:  "timerel=after retrieves what was observed after timeAt",
			Clause: cim009 + "4.11", TestPurposes: []string{"020_04"},
			Fault: "temporal.interval.after-as-before",
			Body:  retrieves([]string{"timerel", "after", "timeAt", at("11:30:00")}, 30, "12:00:00", 40, "13:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.between",
			Title:  "timerel=between retrieves what was observed after timeAt and before endTimeAt",
			Clause: cim009 + "4.11", TestPurposes: []string{"020_04"},
			Fault: "temporal.interval.end-ignored",
			Body:  retrieves([]string{"timerel", "between", "timeAt", at("10:30:00"), "endTimeAt", at("12:30:00")}, 20, "11:00:00", 30, "12:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.beforeBound",
			Title:  "What was observed at timeAt exactly is not before it",
			Clause: cim009 + "4.11",
			Fault:  "temporal.interval.before-inclusive",
			Body:   retrieves([]string{"timerel", "before", "timeAt", at("11:00:00")}, 10, "10:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.afterBound",
			Title:  "What was observed at timeAt exactly counts as after it",
			Clause: cim009 + "4.11", Since: "1.8.1",
			Fault: "temporal.interval.after-exclusive",
			Body:  retrieves([]string{"timerel", "after", "timeAt", at("12:00:00")}, 30, "12:00:00", 40, "13:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.betweenStart",
			Title:  "What was observed at timeAt exactly counts as between",
			Clause: cim009 + "4.11", Since: "1.8.1",
			Fault: "temporal.interval.start-exclusive",
			Body:  retrieves([]string{"timerel", "between", "timeAt", at("11:00:00"), "endTimeAt", at("12:30:00")}, 20, "11:00:00", 30, "12:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.betweenEnd",
			Title:  "What was observed at endTimeAt exactly is not between",
			Clause: cim009 + "4.11", Since: "1.8.1",
			Fault: "temporal.interval.end-inclusive",
			Body:  retrieves([]string{"timerel", "between", "timeAt", at("10:30:00"), "endTimeAt", at("12:00:00")}, 20, "11:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.spelling",
			Title:  "A time with a fraction of zero is the same time as one without",
			Clause: cim009 + "4.6.3",
			Fault:  "temporal.interval.fractions-refused",
			Body:   retrieves([]string{"timerel", "before", "timeAt", day + "11:00:00.000Z"}, 10, "10:00:00"),
		},
		{
			ID:     "mim1.temporal.interval.fraction",
			Title:  "Fractions of a second count",
			Clause: cim009 + "4.6.3",
			Fault:  "temporal.interval.fractions-cut",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{reading(1, "10:00:00.250"), reading(2, "10:00:00.750")}))
				e := evolution(t, id, Query("timerel", "after", "timeAt", day+"10:00:00.500Z"))
				t.Expect(marks(e, name)).To(holdReadings(mark(2, at("10:00:00.750"))))
			},
		},
		{
			ID:     "mim1.temporal.interval.createdAt",
			Title:  "With timeproperty=createdAt an evolution is searched by when its instances were entered",
			Clause: cim009 + "4.11",
			Fault:  "temporal.interval.timeproperty-ignored",
			Body: func(t *T) {
				name := t.Name("level") // observed long before any platform could be told of it
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{ngsild.Property(1, "observedAt", "1999-01-01T00:00:00Z")}))
				e := evolution(t, id, Query("timerel", "after", "timeAt", "2010-01-01T00:00:00Z", "timeproperty", "createdAt"))
				t.Expect(instances(e, name)).To(gomega.HaveLen(1), "it was entered after 2010")
			},
		},
		{
			ID:     "mim1.temporal.interval.modifiedAt",
			Title:  "With timeproperty=modifiedAt an evolution is searched by when its instances were modified",
			Clause: cim009 + "4.11",
			Fault:  "temporal.interval.timeproperty-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, modify(t, s.id, s.level, s.instanceWith(t, 20), ngsild.Property(20, "observedAt", "1999-01-01T00:00:00Z")))
				e := evolution(t, s.id, Query("timerel", "after", "timeAt", "2010-01-01T00:00:00Z", "timeproperty", "modifiedAt", "attrs", s.level))
				found := false
				for _, i := range instances(e, s.level) {
					found = found || compact(valueOf(i)) == "20"
				}
				t.Expect(found).To(gomega.BeTrue(), "the instance was modified after 2010")
			},
		},
		{
			ID:     "mim1.temporal.interval.nothing",
			Title:  "An evolution without data in the interval shows none",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.interval.nothing-as-all",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutionPath(s.id), Query("timerel", "before", "timeAt", at("09:00:00")))
				if r.Status != 404 { // the clause takes the entity out of the result, and gives no answer for what is left
					s.expect(t, r)
				}
			},
		},
		{
			ID:     "mim1.temporal.interval.noTimeAt",
			Title:  "timerel without timeAt is refused with 400 BadRequestData",
			Clause: cim009 + "4.11", TestPurposes: []string{"020_09"},
			Fault: "temporal.interval.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				for _, relation := range []string{"before", "after"} {
					t.Expect(t.GET(evolutionPath(s.id), Query("timerel", relation))).To(BeProblem(400, ngsild.BadRequestData), "timerel=%s", relation)
				}
			},
		},
		{
			ID:     "mim1.temporal.interval.noEnd",
			Title:  "timerel=between without endTimeAt is refused with 400 BadRequestData",
			Clause: cim009 + "4.11", TestPurposes: []string{"020_09"},
			Fault: "temporal.interval.invalid-ignored",
			Body:  refusesRetrieval([]string{ngsild.BadRequestData}, "timerel", "between", "timeAt", at("10:00:00")),
		},
		{
			ID:     "mim1.temporal.interval.noTimerel",
			Title:  "timeAt without timerel is refused with 400",
			Clause: cim009 + "6.19.3.1",
			Fault:  "temporal.interval.invalid-ignored",
			Body:   refusesRetrieval(badOrInvalid, "timeAt", at("10:00:00")),
		},
		{
			ID:     "mim1.temporal.interval.unknownTimerel",
			Title:  "A timerel that the language has not is refused with 400",
			Clause: cim009 + "4.11",
			Fault:  "temporal.interval.invalid-ignored",
			Body:   refusesRetrieval(badOrInvalid, "timerel", "during", "timeAt", at("10:00:00")),
		},
		{
			ID:     "mim1.temporal.interval.badTime",
			Title:  "A timeAt that is no DateTime is refused with 400",
			Clause: cim009 + "4.11",
			Fault:  "temporal.interval.invalid-ignored",
			Body:   refusesRetrieval(badOrInvalid, "timerel", "after", "timeAt", "yesterday"),
		},
		{
			ID:     "mim1.temporal.interval.unknownTimeproperty",
			Title:  "A timeproperty that is no temporal property is refused with 400",
			Clause: cim009 + "6.19.3.1",
			Fault:  "temporal.interval.invalid-ignored",
			Body:   refusesRetrieval(badOrInvalid, "timerel", "after", "timeAt", at("10:00:00"), "timeproperty", "inventedAt"),
		},
	}
}

// temporalLast checks lastN.
func temporalLast() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.last.newest",
			Title:  "lastN retrieves the most recent instances only",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_05"},
			Fault: "temporal.last.ignored",
			Body:  retrieves([]string{"lastN", "2"}, 30, "12:00:00", 40, "13:00:00"),
		},
		{
			ID:     "mim1.temporal.last.notOldest",
			Title:  "lastN=1 retrieves the instance with the latest time, whatever the order in which they were entered",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.last.oldest",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{reading(40, "13:00:00"), reading(10, "10:00:00"), reading(30, "12:00:00")}))
				t.Expect(marks(evolution(t, id, Query("lastN", "1")), name)).To(holdReadings(mark(40, at("13:00:00"))))
			},
		},
		{
			ID:     "mim1.temporal.last.perAttribute",
			Title:  "lastN counts the instances of each attribute by itself",
			Clause: cim009 + "5.7.3.3",
			Fault:  "temporal.last.over-all-attributes",
			Body: func(t *T) {
				other := t.Name("other")
				s := newSeries(t, other, []any{reading(1, "08:00:00"), reading(2, "09:00:00")})
				e := evolution(t, s.id, Query("lastN", "1"))
				t.Expect(marks(e, s.level)).To(holdReadings(mark(40, at("13:00:00"))))
				t.Expect(marks(e, other)).To(holdReadings(mark(2, at("09:00:00"))))
			},
		},
		{
			ID:     "mim1.temporal.last.inInterval",
			Title:  "lastN retrieves the most recent instances of the interval",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_05"},
			Fault: "temporal.last.before-interval",
			Hint:  "instances are cut before the interval is looked at",
			Body:  retrieves([]string{"timerel", "before", "timeAt", at("12:30:00"), "lastN", "2"}, 20, "11:00:00", 30, "12:00:00"),
		},
		{
			ID:     "mim1.temporal.last.moreThanThere",
			Title:  "lastN above the number of instances retrieves them all",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.last.all-but-oldest",
			Body:   retrieves([]string{"lastN", "5"}, 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00"),
		},
		{
			ID:     "mim1.temporal.last.zero",
			Title:  "A lastN that is no number above zero is refused with 400",
			Clause: cim009 + "6.19.3.1",
			Fault:  "temporal.last.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				for _, n := range []string{"0", "-1", "two"} {
					t.Expect(t.GET(evolutionPath(s.id), Query("lastN", n))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest), "lastN=%s", n)
				}
			},
		},
	}
}
