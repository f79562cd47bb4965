package mim1

import (
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// evolved creates one evolution a label, of one fresh type, whose level has these
// instances; nil stands for an evolution without it.
func evolved(t *T, levels map[string][]any) candidates {
	c := candidates{kind: t.Name("Sensor"), attr: t.Name("level"), ids: map[string]string{}}
	other := t.Name("other")
	for _, label := range sortedLabels(levels) {
		e := ngsild.Entity(t.URN("Sensor"), c.kind, other, []any{reading(0, "10:00:00")})
		if levels[label] != nil {
			e[c.attr] = levels[label]
		}
		c.ids[label] = evolve(t, e)
	}
	return c
}

func sortedLabels[V any](m map[string]V) []string {
	var labels []string
	for label := range m {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	return labels
}

// past queries the evolutions of the candidates' type with further options.
func (c candidates) past(t *T, by ...Option) *probe.Response {
	return t.GET(evolutions, append([]Option{c.ofType(), ample}, by...)...)
}

// expectPast queries the evolutions and expects exactly those with the labels, in any order.
func (c candidates) expectPast(t *T, by []Option, labels ...string) {
	t.Expect(c.labels(evolutionsIn(t, c.past(t, by...)))).To(chooseExactly(labels...))
}

// earlyAndLate are an evolution with a reading at 10:00 and one with a reading at 12:00.
func earlyAndLate(t *T) candidates {
	c := candidates{kind: t.Name("Sensor"), attr: t.Name("level"), ids: map[string]string{}}
	for label, clock := range InOrder(map[string]string{"early": "10:00:00", "late": "12:00:00"}) {
		c.ids[label] = evolve(t, ngsild.Entity(t.URN("Sensor"), c.kind, c.attr, []any{reading(1, clock)}))
	}
	return c
}

// refusesQuery is the body of a check that a query is refused.
func refusesQuery(kind string, parameters ...string) func(*T) {
	return func(t *T) {
		t.Expect(t.GET(evolutions, Query(parameters...))).To(BeProblem(400, kind))
	}
}

// temporalQuery checks Query Temporal Evolution of Entities (5.7.4, 6.18.3.2).
func temporalQuery() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.query.after",
			Title:  "A query gives the evolutions of a type that have data after timeAt",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_01", "021_05"},
			Fault: "temporal.query.interval-ignored",
			Body: func(t *T) {
				earlyAndLate(t).expectPast(t, []Option{Query("timerel", "after", "timeAt", at("11:00:00"))}, "late")
			},
		},
		{
			ID:     "mim1.temporal.query.before",
			Title:  "A query gives the evolutions of a type that have data before timeAt",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_01"},
			Fault: "temporal.query.interval-ignored",
			Body: func(t *T) {
				earlyAndLate(t).expectPast(t, []Option{Query("timerel", "before", "timeAt", at("11:00:00"))}, "early")
			},
		},
		{
			ID:     "mim1.temporal.query.between",
			Title:  "A query gives the evolutions of a type that have data between timeAt and endTimeAt",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_01"},
			Fault: "temporal.interval.end-ignored",
			Body: func(t *T) {
				earlyAndLate(t).expectPast(t, []Option{within("09:00:00", "11:00:00")}, "early")
			},
		},
		{
			ID:     "mim1.temporal.query.instances",
			Title:  "The evolutions that a query gives hold the instances of the interval only",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_01"},
			Fault: "temporal.query.all-instances",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutions, Query("type", s.kind), within("10:30:00", "12:30:00"))
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				sameReadings(t, r, marks(e, s.level), []any{20, "11:00:00", 30, "12:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.query.type",
			Title:  "A query by type gives evolutions of exactly that type",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_05"},
			Fault: "temporal.query.type-prefix",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				level := []any{reading(1, "10:00:00")}
				c := candidates{kind: kind, ids: map[string]string{
					"of the type": evolve(t, ngsild.Entity(t.URN("Sensor"), kind, t.Name("level"), level)),
					"longer":      evolve(t, ngsild.Entity(t.URN("Sensor"), kind+"Other", t.Name("level"), level)),
				}}
				c.expectPast(t, []Option{everything()}, "of the type")
			},
		},
		{
			ID:     "mim1.temporal.query.types",
			Title:  "A query by several types gives evolutions of any of them",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_05"},
			Fault: "temporal.query.first-type",
			Body: func(t *T) {
				first, second := t.Name("First"), t.Name("Second")
				level := []any{reading(1, "10:00:00")}
				c := candidates{ids: map[string]string{
					"first":  evolve(t, ngsild.Entity(t.URN("Sensor"), first, t.Name("level"), level)),
					"second": evolve(t, ngsild.Entity(t.URN("Sensor"), second, t.Name("level"), level)),
				}}
				c.expectPast(t, []Option{Query("type", first+","+second), everything()}, "first", "second")
			},
		},
		{
			ID:     "mim1.temporal.query.id",
			Title:  "A query by ids gives the evolutions of those entities only",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_06"},
			Fault: "temporal.query.id-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels(), "three": levels()})
				c.expectPast(t, []Option{Query("id", c.ids["one"]+","+c.ids["three"]), everything()}, "one", "three")
			},
		},
		{
			ID:     "mim1.temporal.query.idPattern",
			Title:  "A query by id pattern gives the evolutions whose id matches it",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_07"},
			Fault: "temporal.query.id-pattern-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels()})
				c.expectPast(t, []Option{Query("idPattern", "^"+c.ids["two"]+"$"), everything()}, "two")
			},
		},
		{
			ID:     "mim1.temporal.query.attrs",
			Title:  "A query by attrs gives the evolutions that have one of the attributes",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_02"},
			Fault: "temporal.query.attrs-select-nothing",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"with": levels(), "without": nil})
				c.expectPast(t, []Option{Query("attrs", c.attr), everything()}, "with")
			},
		},
		{
			ID:     "mim1.temporal.query.attrsShown",
			Title:  "A query by attrs shows these attributes only",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_02"},
			Fault: "temporal.query.attrs-show-all",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind, "attrs", s.place), everything()), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
			},
		},
		{
			ID:     "mim1.temporal.query.attrsInInterval",
			Title:  "An evolution whose asked attribute has no data in the interval is not found, whatever its other attributes have",
			Clause: cim009 + "5.7.4.4",
			Fault:  "temporal.query.any-attribute-in-interval",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"in": {reading(1, "10:10:00")}, "out": {reading(1, "12:00:00")}}) // both have another attribute at 10:00
				c.expectPast(t, []Option{Query("attrs", c.attr), within("09:00:00", "11:00:00")}, "in")
			},
		},
		{
			ID:     "mim1.temporal.query.last",
			Title:  "A query with lastN gives the most recent instances of each entity",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_03"},
			Fault: "temporal.query.last-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": {reading(5, "08:00:00"), reading(6, "09:00:00")}})
				r := c.past(t, Query("lastN", "1"), everything())
				for label, want := range InOrder(map[string]string{"one": mark(40, at("13:00:00")), "two": mark(6, at("09:00:00"))}) {
					e := entityIn(t, r, c.ids[label])
					t.Require(e).NotTo(gomega.BeNil(), "entity %s has to be found", label)
					t.Expect(marks(e, c.attr)).To(holdReadings(want))
				}
			},
		},
		{
			ID:     "mim1.temporal.query.simplified",
			Title:  "A query can ask for the simplified representation",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"021_14"},
			Fault: "temporal.query.values-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutions, Query("type", s.kind, "attrs", s.level), asValues(), within("10:30:00", "12:30:00"))
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				sameReadings(t, r, pairs(e, s.level, "values"), []any{20, "11:00:00", 30, "12:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.query.pick",
			Title:  "A query with pick shows the named members only",
			Clause: cim009 + "4.21", TestPurposes: []string{"021_21"}, Since: "1.8.1",
			Fault: "temporal.query.pick-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind, "pick", "id,"+s.level), everything()), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.level))
			},
		},
		{
			ID:     "mim1.temporal.query.omit",
			Title:  "A query with omit leaves the named members out",
			Clause: cim009 + "4.21", TestPurposes: []string{"021_21"}, Since: "1.8.1",
			Fault: "temporal.query.omit-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind, "omit", "type,"+s.level), everything()), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
			},
		},
		{
			ID:     "mim1.temporal.query.pickAndOmit",
			Title:  "A query that picks and omits one member is refused with 400 BadRequestData",
			Clause: cim009 + "4.21", TestPurposes: []string{"021_22"}, Since: "1.8.1", Needs: reads, Level: Extended,
			Fault: "temporal.query.pick-and-omit-accepted",
			Body: func(t *T) {
				name := t.Name("level")
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "pick", name, "omit", name), everything())
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.dataset",
			Title:  "A query with datasetId shows the instances of that dataset only",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_18"}, Since: "1.8.1",
			Fault: "temporal.query.dataset-ignored",
			Body: func(t *T) {
				kind, name, dataset := t.Name("Sensor"), t.Name("level"), t.URN("Dataset")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), kind, name, []any{reading(10, "10:00:00"), reading(11, "10:30:00", "datasetId", dataset)}))
				e := entityIn(t, t.GET(evolutions, Query("type", kind, "datasetId", dataset), everything()), id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(marks(e, name)).To(holdReadings(mark(11, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.query.nothing",
			Title:  "A query that finds nothing gives an empty list",
			Clause: cim009 + "5.7.4.5", Needs: reads,
			Fault: "temporal.query.nothing-as-not-found",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing")), everything())
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.List(r)).To(gomega.BeEmpty())
			},
		},
		{
			ID:     "mim1.temporal.query.noTemporalQuery",
			Title:  "A query of evolutions without temporal query is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.4.4", Needs: reads,
			Fault: "temporal.query.no-interval-accepted",
			Body: func(t *T) {
				t.Expect(t.GET(evolutions, Query("type", t.Name("Nothing")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.tooWide",
			Title:  "A query that selects no entities at all is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_12", "021_24"}, Needs: reads,
			Fault: "temporal.query.too-wide-answered",
			Body:  refusesQuery(ngsild.BadRequestData, "timerel", "after", "timeAt", "2000-01-01T00:00:00Z"),
		},
		{
			ID:     "mim1.temporal.query.local",
			Title:  "A query that is local needs no selector",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_25"}, Since: "1.8.1",
			Fault: "temporal.query.local-too-wide",
			Body: func(t *T) {
				c := earlyAndLate(t)
				r := t.GET(evolutions, Query("local", "true", "id", c.ids["late"]), everything()) // ids alone do not select (5.7.4.3)
				t.Expect(c.labels(evolutionsIn(t, r))).To(chooseExactly("late"))
			},
		},
		{
			ID:     "mim1.temporal.query.order",
			Title:  "A local query with orderBy=id gives the evolutions in the order of their ids",
			Clause: "ETSI GS CIM 009 V1.9.1, 5.7.4.4", TestPurposes: []string{"021_23"}, Since: "1.9.1",
			Fault: "temporal.query.order-ignored",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				first := t.URN("Sensor")
				for _, end := range []string{"b", "c", "a"} {
					evolve(t, ngsild.Entity(first+end, kind, t.Name("level"), levels()))
				}
				for order, want := range InOrder(map[string][]string{"id": {"a", "b", "c"}, "id;desc": {"c", "b", "a"}}) {
					r := t.GET(evolutions, Query("type", kind, "local", "true", "orderBy", order), everything())
					var got []string
					for page := 1; page <= 3; page++ { // the platform's pages may be smaller than three
						t.Require(r).To(HaveStatus(200, 206))
						for _, item := range t.List(r) {
							e, _ := item.(ngsild.Object)
							id, _ := e["id"].(string)
							got = append(got, strings.TrimPrefix(id, first))
						}
						if _, more := weblink.To(r.Header, "next"); !more {
							break
						}
						r = followIn(t, r, "next", evolutions)
					}
					t.Expect(got).To(gomega.Equal(want), "orderBy=%s", order)
				}
			},
		},
		{
			ID:     "mim1.temporal.query.orderByAttribute",
			Title:  "A query of evolutions with orderBy an attribute is refused with 400 BadRequestData",
			Clause: "ETSI GS CIM 009 V1.9.1, 5.7.4.4", TestPurposes: []string{"021_23"}, Since: "1.9.1", Needs: reads,
			Fault: "temporal.query.order-by-anything",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "local", "true", "orderBy", t.Name("level")), everything())
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.idNoUri",
			Title:  "A query by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.4.4", Needs: reads,
			Fault: "temporal.query.bad-ids-dropped",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "id", t.Name("sensor")), everything())
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.noTimeAt",
			Title:  "A query with timerel and no timeAt is refused with 400 BadRequestData",
			Clause: cim009 + "4.11", Needs: reads,
			Fault: "temporal.interval.invalid-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(evolutions, Query("type", t.Name("Nothing"), "timerel", "after"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.noEnd",
			Title:  "A query between timeAt and no endTimeAt is refused with 400 BadRequestData",
			Clause: cim009 + "4.11", Needs: reads,
			Fault: "temporal.interval.invalid-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "timerel", "between", "timeAt", at("10:00:00")))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.unknownParameter",
			Title:  "A query with a parameter that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", Since: "1.7.1", Level: Extended, Needs: reads,
			Fault: "temporal.retrieve.unknown-parameter-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "invalidParameter", "x"), everything())
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.query.context",
			Title:  "Types are asked for by the terms of the @context that the query links to",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"021_04"}, Needs: []Need{NeedRead, NeedWrite, NeedCallback},
			Fault: "temporal.query.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00")})
				t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
				got := entityIn(t, t.GET(evolutions, v.linked(t), Query("type", v.kind), everything()), e["id"].(string))
				t.Require(got).NotTo(gomega.BeNil(), "the entity has to be found by its type")
				t.Expect(marks(got, v.level)).To(holdReadings(mark(10, at("10:00:00"))))
			},
		},
	}
}

// temporalQueryFilters checks q, geo-queries and scopes, and the paging of entities, which
// is older than that of instances: ETSI's 021_11 is of the first version.
func temporalQueryFilters() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.query.q",
			Title:  "q gives the evolutions of which an instance in the interval matches",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_08"},
			Fault: "temporal.query.q-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"once high": {reading(90, "10:00:00"), reading(10, "11:00:00")}, "never high": {reading(10, "10:00:00"), reading(20, "11:00:00")}})
				c.expectPast(t, []Option{c.q(">50"), everything()}, "once high")
			},
		},
		{
			ID:     "mim1.temporal.query.qOfEarlier",
			Title:  "q looks at all instances in the interval, not only at the latest",
			Clause: cim009 + "5.7.4.4",
			Fault:  "temporal.query.q-of-latest",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"once high": {reading(90, "10:00:00"), reading(10, "11:00:00")}})
				c.expectPast(t, []Option{c.q(">50"), everything()}, "once high")
			},
		},
		{
			ID:     "mim1.temporal.query.qInInterval",
			Title:  "q does not look at instances outside of the interval",
			Clause: cim009 + "5.7.4.4",
			Fault:  "temporal.query.q-beyond-interval",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{
					"high before": {reading(90, "10:00:00"), reading(10, "12:00:00")},
					"high in it":  {reading(10, "10:00:00"), reading(90, "12:00:00")},
				})
				c.expectPast(t, []Option{c.q(">50"), within("11:00:00", "13:00:00")}, "high in it")
			},
		},
		{
			ID:     "mim1.temporal.query.qInvalid",
			Title:  "A q that is not valid is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.4.4", Needs: reads,
			Fault: "temporal.query.invalid-q-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "q", t.Name("level")+">>"), everything())
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.query.geo",
			Title:  "A geo-query gives the evolutions of which an instance in the interval is there",
			Clause: cim009 + "5.7.4.4", TestPurposes: []string{"021_09"},
			Fault: "temporal.query.geo-ignored",
			Body: func(t *T) {
				if !t.Claims(FeatureGeoQuery) {
					t.Inapplicable("the target does not claim geo-queries")
				}
				kind := t.Name("Vehicle")
				route := func(positions ...float64) []any {
					var out []any
					for i, east := range positions {
						out = append(out, ngsild.GeoProperty(ngsild.Point(10+east, 56), "observedAt", at([]string{"10:00:00", "12:00:00"}[i])))
					}
					return out
				}
				c := candidates{kind: kind, ids: map[string]string{
					"came by":   evolve(t, ngsild.Entity(t.URN("Vehicle"), kind, "location", route(0, 0.5))),
					"far away":  evolve(t, ngsild.Entity(t.URN("Vehicle"), kind, "location", route(0.6, 0.5))),
					"came late": evolve(t, ngsild.Entity(t.URN("Vehicle"), kind, "location", route(0.5, 0))),
				}}
				here := Query("georel", "near;maxDistance==1000", "geometry", "Point", "coordinates", "[10,56]")
				c.expectPast(t, []Option{here, within("09:00:00", "11:00:00")}, "came by")
			},
		},
		{
			ID:     "mim1.temporal.query.scope",
			Title:  "A scope query gives the evolutions of that scope",
			Clause: cim009 + "5.7.4.4", Since: "1.6.1",
			Fault: "temporal.query.scope-ignored",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				scope := func(s string) []any { return []any{ngsild.Property(s, "observedAt", at("09:00:00"))} }
				c := candidates{kind: kind, ids: map[string]string{
					"of the scope": evolve(t, ngsild.Entity(t.URN("Sensor"), kind, "scope", scope("/Madrid/Gardens"), t.Name("level"), levels())),
					"of another":   evolve(t, ngsild.Entity(t.URN("Sensor"), kind, "scope", scope("/Madrid/Harbour"), t.Name("level"), levels())),
				}}
				c.expectPast(t, []Option{Query("scopeQ", "/Madrid/Gardens"), everything()}, "of the scope")
			},
		},
		{
			ID:     "mim1.temporal.query.limit",
			Title:  "A query gives no more evolutions than limit, and links to the next ones until all were seen once",
			Clause: cim009 + "5.5.9.1", TestPurposes: []string{"021_11"},
			Fault: "temporal.query.limit-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels(), "three": levels()})
				seen := c.pastPages(t, t.GET(evolutions, c.ofType(), Query("limit", "2"), everything()), 2)
				t.Expect(seen).To(chooseExactly("one", "two", "three"))
			},
		},
		{
			ID:     "mim1.temporal.query.noNext",
			Title:  "Where more evolutions match than limit, the answer links to the next page",
			Clause: cim009 + "5.5.9.1", TestPurposes: []string{"021_11"},
			Fault: "temporal.query.no-next",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels()})
				seen := c.pastPages(t, t.GET(evolutions, c.ofType(), Query("limit", "1"), everything()), 1)
				t.Expect(seen).To(chooseExactly("one", "two"))
			},
		},
		{
			ID:     "mim1.temporal.query.count",
			Title:  "count=true tells how many evolutions match, whatever the page",
			Clause: cim009 + "6.3.13", Since: "1.5.1",
			Fault: "temporal.query.count-of-page",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels(), "three": levels()})
				r := t.GET(evolutions, c.ofType(), Query("limit", "2", "count", "true"), everything())
				t.Require(r).To(HaveStatus(200, 206))
				t.Expect(r).To(HaveHeader(ngsild.HeaderCount, gomega.Equal("3")))
				t.Expect(objectsOf(t, r, "evolution")).NotTo(gomega.BeEmpty(), "a count is told beside the page, not instead of it")
			},
		},
		{
			ID:     "mim1.temporal.query.badLimit",
			Title:  "A limit below zero is refused with 400 BadRequestData",
			Clause: cim009 + "6.3.10", Needs: reads,
			Fault: "temporal.query.bad-limit-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "limit", "-1"), everything())
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
}

// pastPages follows the links to the next page and gives the labels of all evolutions
// on the pages, none of which may hold more than limit.
func (c candidates) pastPages(t *T, r *probe.Response, limit int) []string {
	var seen []ngsild.Object
	for range 10 {
		page := evolutionsIn(t, r)
		t.Expect(len(page)).To(gomega.BeNumerically("<=", limit), "evolutions on a page")
		seen = append(seen, page...)
		if _, more := weblink.To(r.Header, "next"); !more {
			break
		}
		r = followIn(t, r, "next", evolutions)
	}
	return c.labels(seen)
}
