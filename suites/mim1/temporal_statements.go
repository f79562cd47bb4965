package mim1

import (
	"fmt"
	"regexp"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// fractionOfZero is a fraction of a second that is none.
var fractionOfZero = regexp.MustCompile(`[.,]0+(Z?)$`)

// temporalStatements checks what else 4.5.9, 4.5.19, 4.11, 5.7.3 and 5.7.4 say of the reading of
// evolutions.
func temporalStatements() []Check {
	return slices.Concat(refusedQueries(), furtherSelections(), systemAttributes(), furtherAggregates())
}

// refusedQueries checks queries that are to be refused.
func refusedQueries() []Check {
	inBraces := func(t *T) (name, linked string) {
		name = t.Name("place")
		return name, name + "{" + t.Name("name") + "}"
	}
	bad := func(t *T, parameters ...string) {
		t.Expect(t.GET(evolutions, Query(parameters...), everything())).To(BeProblem(400, ngsild.BadRequestData))
	}
	return []Check{
		{
			ID:     "mim1.temporal.retrieve.linkedPick",
			Title:  "Retrieving an evolution with members of linked entities is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.3.4", Since: "1.9.1", Level: Extended,
			Fault: "temporal.retrieve.linked-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Query("pick", s.place+"{"+s.level+"}"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.linkedPick",
			Title:  "A query of evolutions with members of linked entities is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.4.4", Since: "1.9.1", Level: Extended, Needs: reads,
			Fault: "temporal.query.linked-ignored",
			Body: func(t *T) {
				_, linked := inBraces(t)
				bad(t, "type", t.Name("Nothing"), "pick", linked)
			},
		},
		{
			ID:     "mim1.temporal.query.linkedQ",
			Title:  "A query of evolutions whose q is about linked entities is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.4.4", Since: "1.9.1", Level: Extended, Needs: reads,
			Fault: "temporal.query.linked-ignored",
			Body: func(t *T) {
				_, linked := inBraces(t)
				bad(t, "type", t.Name("Nothing"), "q", linked+`=="x"`)
			},
		},
		{
			ID:     "mim1.temporal.query.orderNotLocal",
			Title:  "A query of evolutions with orderBy that is not local is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.4.4", Since: "1.9.1", Needs: reads,
			Fault: "temporal.query.order-by-anything",
			Body:  func(t *T) { bad(t, "type", t.Name("Nothing"), "orderBy", "id") },
		},
		{
			ID:     "mim1.temporal.query.orderCollation",
			Title:  "A query of evolutions with a collation that names no language is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.4.4", Since: "1.9.1", Level: Extended, Needs: reads,
			Fault: "generic.get-temporal-entities.ignores-collation",
			Body: func(t *T) {
				bad(t, "type", t.Name("Nothing"), "local", "true", "orderBy", "id", "collation", "no language!")
			},
		},
		{
			ID:     "mim1.temporal.query.systemAlone",
			Title:  "A query of evolutions that is narrowed by nothing but a q about system attributes is refused with 400 BadRequestData as too wide",
			Clause: cim009Later + "5.7.4.4", Since: "1.9.1", Needs: reads,
			Fault: "temporal.query.system-alone",
			Body:  func(t *T) { bad(t, "q", "modifiedAt>2020-01-01T00:00:00Z", "limit", "1") },
		},
		{
			ID:     "mim1.temporal.post.badTemporalQuery",
			Title:  "A query by POST whose temporalQ has a timerel, a time or a time property that there is not is refused with 400",
			Clause: cim009 + "5.2.21", Needs: writes,
			Fault: "temporal.post.invalid-interval-accepted",
			Body: func(t *T) {
				for _, wrong := range []ngsild.Object{{"timerel": "during"}, {"timeAt": "yesterday"}, {"timeproperty": "seenAt"}, {"timerel": nil}, {"timeAt": nil}} {
					q := afterEleven()
					for member, v := range wrong {
						if q[member] = v; v == nil {
							delete(q, member)
						}
					}
					t.Expect(postPast(t, ofKind(t.Name("Nothing"), q))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest), "temporalQ is %s", compact(q))
				}
			},
		},
		{
			ID:     "mim1.temporal.post.badLast",
			Title:  "A query by POST whose lastN is no positive number is refused with 400",
			Clause: cim009Later + "5.2.21", Since: "1.9.1", Needs: writes,
			Fault: "temporal.post.invalid-interval-accepted",
			Body: func(t *T) {
				for _, n := range []any{0, -1, 1.5} {
					t.Expect(postPast(t, ofKind(t.Name("Nothing"), with(afterEleven(), "lastN", n)))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest), "lastN is %v", n)
				}
			},
		},
	}
}

// furtherSelections checks which evolutions and instances are selected.
func furtherSelections() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.query.withoutTime",
			Title:  "An evolution that does not tell the time that is asked by is not found, whatever the interval",
			Clause: cim009 + "4.11",
			Fault:  "temporal.query.any-time-property",
			Body: func(t *T) {
				kind, name := t.Name("Sensor"), t.Name("level")
				c := candidates{kind: kind, ids: map[string]string{
					"observed":       evolve(t, ngsild.Entity(t.URN("Sensor"), kind, name, []any{reading(1, "10:00:00")})),
					"never observed": evolve(t, ngsild.Entity(t.URN("Sensor"), kind, name, []any{ngsild.Property(1)})),
				}}
				c.expectPast(t, []Option{everything()}, "observed")
				c.expectPast(t, []Option{Query("timerel", "before", "timeAt", "2099-01-01T00:00:00Z")}, "observed")
			},
		},
		{
			ID:     "mim1.temporal.query.anyType",
			Title:  "A temporal query by the type * gives evolutions of any type",
			Clause: cim009Later + "6.18.3.2", Since: "1.9.1",
			Fault: "temporal.query.any-type-unknown",
			Body: func(t *T) {
				level := []any{reading(1, "10:00:00")}
				c := candidates{ids: map[string]string{
					"one":     evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), t.Name("level"), level)),
					"another": evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Device"), t.Name("level"), level)),
				}}
				r := t.GET(evolutions, Query("type", "*", "id", c.ids["one"]+","+c.ids["another"]), everything(), ample)
				t.Expect(c.labels(evolutionsIn(t, r))).To(chooseExactly("one", "another"))
			},
		},
		{
			ID:     "mim1.temporal.history.deletedAt",
			Title:  "With timeproperty=deletedAt an evolution is searched by when attributes were deleted",
			Clause: cim009 + "4.11, 4.8", Since: "1.6.1", Level: Extended,
			Fault: "temporal.interval.timeproperty-ignored",
			Body: func(t *T) {
				s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level")}
				create(t, ngsild.Entity(s.id, s.kind, s.level, reading(10, "10:00:00"), t.Name("other"), reading(1, "10:00:00")))
				remembers(t, s.id, s.level, mark(10, at("10:00:00")))
				done(t, t.DELETE(attrPath(s.id, s.level)))
				var found []ngsild.Object
				eventually(t, func() (history, satisfied bool) {
					r := t.GET(evolutionPath(s.id), Query("timerel", "after", "timeAt", "2000-01-01T00:00:00Z", "timeproperty", "deletedAt", "attrs", s.level))
					if r.Status == 404 {
						return true, false
					}
					t.Require(r).To(HaveStatus(200, 206))
					found = instances(t.Object(r), s.level)
					return true, len(found) > 0
				})
				t.Require(found).To(gomega.HaveLen(1), "instances that were deleted since 2000")
				t.Expect(found[0]).To(gomega.HaveKey("deletedAt"))
				r := t.GET(evolutionPath(s.id), Query("timerel", "before", "timeAt", "2000-01-01T00:00:00Z", "timeproperty", "deletedAt", "attrs", s.level))
				if r.Status != 404 {
					t.Require(r).To(HaveStatus(200, 206))
					t.Expect(instances(t.Object(r), s.level)).To(gomega.BeEmpty(), "nothing was deleted before 2000")
				}
			},
		},
		{
			ID:     "mim1.temporal.values.severalObjects",
			Title:  "A Relationship to several objects, simplified, is pairs of its lists of objects and when they were observed",
			Clause: cim009Later + "4.5.9", Since: "1.9.1", Level: Extended,
			Fault: "temporal.values.first-object",
			Body: func(t *T) {
				name, one, two := t.Name("places"), t.URN("Place"), t.URN("Place")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{
					ngsild.Object{"type": "Relationship", "object": []any{one, two}, "observedAt": at("10:00:00")}, ngsild.Relationship(two, "observedAt", at("11:00:00"))}))
				got := pairs(evolution(t, id, Query("options", "temporalValues")), name, "objects")
				t.Expect(got).To(gomega.Or(holdReadings(mark([]any{one, two}, at("10:00:00")), mark(two, at("11:00:00"))),
					holdReadings(mark([]any{two, one}, at("10:00:00")), mark(two, at("11:00:00")))), "objects have no order")
			},
		},
	}
}

// systemAttributes checks that system attributes are told where they are asked for (6.3.11).
func systemAttributes() []Check {
	// told expects that the instances of the level tell when they were created, if they do so
	// where the evolution is retrieved.
	told := func(t *T, s series, e ngsild.Object) {
		t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
		list := instances(evolution(t, s.id, Query("options", "sysAttrs")), s.level)
		if len(list) == 0 || list[0]["createdAt"] == nil {
			t.Inapplicable("the platform holds no createdAt of instances, which 6.3.11 allows")
		}
		for _, i := range instances(e, s.level) {
			t.Expect(i).To(gomega.And(gomega.HaveKey("createdAt"), gomega.HaveKey("modifiedAt")), "system attributes of an instance")
		}
	}
	return []Check{
		{
			ID:     "mim1.temporal.query.sysAttrs",
			Title:  "A query of evolutions with options=sysAttrs tells when instances were created and modified",
			Clause: cim009 + "6.3.11",
			Fault:  "temporal.query.values-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				told(t, s, entityIn(t, t.GET(evolutions, Query("type", s.kind, "options", "sysAttrs"), everything()), s.id))
			},
		},
		{
			ID:     "mim1.temporal.post.sysAttrs",
			Title:  "A query of evolutions by POST with options=sysAttrs tells when instances were created and modified",
			Clause: cim009 + "6.3.11",
			Fault:  "temporal.post.options-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				told(t, s, entityIn(t, postPast(t, ofKind(s.kind, fromTenToTwo()), Query("options", "sysAttrs")), s.id))
			},
		},
		{
			ID:     "mim1.temporal.history.deletedEntity",
			Title:  "The evolution of an entity that was deleted tells with options=sysAttrs when that was",
			Clause: cim009 + "6.3.11", Since: "1.6.1", Level: Extended,
			Fault: "temporal.history.no-deletion-time",
			Body: func(t *T) {
				id, level := t.URN("Sensor"), t.Name("level")
				create(t, ngsild.Entity(id, t.Name("Sensor"), level, reading(10, "10:00:00")))
				remembers(t, id, level, mark(10, at("10:00:00")))
				done(t, t.DELETE(entityPath(id)))
				var e ngsild.Object
				eventually(t, func() (found, satisfied bool) {
					r := t.GET(evolutionPath(id), Query("options", "sysAttrs"))
					if r.Status != 200 {
						return false, false
					}
					e = t.Object(r)
					return true, e["deletedAt"] != nil
				})
				t.Expect(e["deletedAt"]).To(gomega.And(gomega.Not(gomega.BeNil()), gomega.MatchRegexp(dateTime)), "deletedAt of the entity")
			},
		},
	}
}

// furtherAggregates checks the aggregation of what is no number, and its periods (4.5.19).
func furtherAggregates() []Check {
	typed := func(kind string, texts ...string) []any {
		var out []any
		for _, text := range texts {
			out = append(out, ngsild.Object{"@type": kind, "@value": text})
		}
		return out
	}
	// gives expects the one period's value, by a method, of attributes of the type.
	gives := func(t *T, method, kind string, of []string, want string) {
		name := t.Name("level")
		var sent []any
		for i, v := range typed(kind, of...) {
			sent = append(sent, reading(v, fmt.Sprintf("10:%02d:00", i)))
		}
		id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, sent))
		got := periodsOf(t, evolution(t, id, aggregated(method, ""), within("10:00:00", "11:00:00")), name, method)
		t.Require(got).To(gomega.HaveLen(1), "without a duration there is one period")
		value := got[0].value
		if o, is := value.(ngsild.Object); is {
			value = o["@value"] // with its type, or without
		}
		text, _ := value.(string)
		text = fractionOfZero.ReplaceAllString(text, "$1")
		t.Expect(text).To(gomega.Equal(want), "%s of %s, each a %s", method, compact(of), kind)
	}
	return []Check{
		{
			ID:     "mim1.temporal.aggregate.arrays",
			Title:  "avg, min, max and sum of arrays are of their sizes",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.arrays-counted",
			Body: func(t *T) {
				for method, want := range InOrder(map[string]any{"avg": 3, "min": 2, "max": 4, "sum": 6}) {
					aggregates(method, []any{[]any{1, 2}, []any{1, 2, 3, 4}}, want)(t)
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.moments",
			Title:  "min and max of DateTimes and Dates are the first and the last of them",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1", Level: Extended,
			Fault: "temporal.aggregate.moments-reversed",
			Body: func(t *T) {
				for kind, of := range InOrder(map[string][]string{"DateTime": {"2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z"}, "Date": {"2024-02-01", "2024-01-01", "2024-03-01"}}) {
					gives(t, "min", kind, of, of[1])
					gives(t, "max", kind, of, of[2])
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.clockTimes",
			Title:  "avg of Times is the average time of the day",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1", Level: Extended,
			Fault: "temporal.aggregate.time-of-day-first",
			Body:  func(t *T) { gives(t, "avg", "Time", []string{"08:00:00Z", "11:00:00Z"}, "09:30:00Z") },
		},
		{
			ID:     "mim1.temporal.aggregate.relationshipUpdates",
			Title:  "totalCount of a Relationship is how many instances there are in the period, and distinctCount does not count an object twice",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.relationships-as-properties",
			Body: func(t *T) {
				name, place := t.Name("place"), t.URN("Place")
				var sent []any
				for i := range 3 {
					sent = append(sent, ngsild.Relationship(place, "observedAt", at(fmt.Sprintf("10:%02d:00", i))))
				}
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, sent))
				e := evolution(t, id, aggregated("totalCount,distinctCount", ""), within("10:00:00", "11:00:00"))
				for method, want := range InOrder(map[string]any{"totalCount": 3, "distinctCount": 1}) {
					got := periodsOf(t, e, name, method)
					t.Require(got).To(gomega.HaveLen(1), "without a duration there is one period")
					t.Expect(got[0].value).To(answering(nearly(got[0].value, want), "%s is %s, expected %v", method, compact(got[0].value), want))
				}
				for _, i := range instances(e, name) {
					t.Expect(i["type"]).To(gomega.Equal("Relationship"), "an aggregated Relationship is labelled as such (4.5.19)")
				}
			},
		},
		{
			ID:     "mim1.temporal.aggregate.weeks",
			Title:  "With aggrPeriodDuration=P1W each week with data has a value of its own",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1",
			Fault: "temporal.aggregate.weeks-as-days",
			Body: func(t *T) {
				name := t.Name("level")
				on := func(v int, day string) ngsild.Object {
					return ngsild.Property(v, "observedAt", "2024-03-"+day+"T12:00:00Z")
				}
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{on(1, "01"), on(3, "06"), on(7, "09")}))
				got := periodsOf(t, evolution(t, id, aggregated("sum", "P1W"),
					Query("timerel", "between", "timeAt", "2024-03-01T00:00:00Z", "endTimeAt", "2024-03-15T00:00:00Z")), name, "sum")
				t.Require(got).To(gomega.HaveLen(2), "there are readings of two weeks")
				t.Expect(got[0].value).To(answering(nearly(got[0].value, 4), "the first week has %s, expected 4", compact(got[0].value)))
				t.Expect(got[1].value).To(answering(nearly(got[1].value, 7), "the second week has %s, expected 7", compact(got[1].value)))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.alternativeDuration",
			Title:  "An aggrPeriodDuration in the alternative format of ISO 8601, like a date and time, is refused with 400",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1", Level: Extended,
			Fault: "temporal.aggregate.invalid-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), aggregated("max", "P0000-00-00T01:00:00"), Query("attrs", s.level))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.aggregate.wholeInterval",
			Title:  "Without aggrPeriodDuration the one period is the whole interval that is asked for",
			Clause: cim009 + "4.5.19.1", Since: "1.4.1", Level: Extended,
			Fault: "temporal.aggregate.ends-as-starts",
			Body: func(t *T) {
				s := newSeries(t)
				got := periodsOf(t, evolution(t, s.id, aggregated("max", ""), Query("attrs", s.level), within("09:00:00", "15:00:00")), s.level, "max")
				t.Require(got).To(gomega.HaveLen(1))
				t.Expect(sameValue("observedAt", got[0].from, at("09:00:00"))).To(gomega.BeTrue(), "the period starts at %v, expected timeAt, %s", got[0].from, at("09:00:00"))
				t.Expect(sameValue("observedAt", got[0].until, at("15:00:00"))).To(gomega.BeTrue(), "the period ends at %v, expected endTimeAt, %s", got[0].until, at("15:00:00"))
			},
		},
	}
}
