package mim1

import (
	"fmt"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// registered is a few registrations, by what a check calls them: what queries may or
// may not discover.
type registered struct{ ids map[string]string }

func sourcesIn(ids map[string]string) registered { return registered{ids} }

// sourcesOf registers a source for each label.
func sourcesOf(t *T, described map[string]ngsild.Object) registered {
	ids := map[string]string{}
	labels := make([]string, 0, len(described))
	for label := range described {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	for _, label := range labels {
		ids[label] = register(t, described[label])
	}
	return registered{ids}
}

// expect queries and expects exactly these of the registrations, each once. Others, which
// are not of this check, do not count: a source may be registered for entities of any type.
func (c registered) expect(t *T, by Option, labels ...string) {
	agree(t, func() string { // others may come and go between two pages, not each time
		var got []string
		onPages(t, t.GET(registrations, both(Query("limit", "100"), by)), registrations, func(page *probe.Response) bool {
			got = append(got, c.labels(thingsIn(t, page))...)
			return false
		})
		slices.Sort(got)
		want := slices.Sorted(slices.Values(labels))
		if !slices.Equal(got, want) {
			return (&choice{want: want}).FailureMessage(got)
		}
		return ""
	})
}

func (c registered) labels(found []ngsild.Object) []string {
	var got []string
	for _, g := range found {
		for label, id := range c.ids {
			if g["id"] == id {
				got = append(got, label)
			}
		}
	}
	return got
}

// registrationQuery checks the discovery of registered sources (5.10.2, 5.12, 6.8.3.2).
func registrationQuery() []Check {
	checks := slices.Concat(discoveryBySelectors(), discoveryByPlaceAndTime(), discoveryPages(), discoveryRefusals())
	return checks
}

func discoveryBySelectors() []Check {
	of := func(t *T, kind string, properties ...any) ngsild.Object {
		return aRegistration(t, kind, nowhere, informing(informationOf(ngsild.Object{"type": kind}, properties...)))
	}
	one := func(t *T, kind, id string) ngsild.Object {
		return aRegistration(t, kind, nowhere, informing(informationOf(ngsild.Object{"id": id, "type": kind})))
	}
	pattern := func(t *T, kind, pattern string) ngsild.Object {
		return aRegistration(t, kind, nowhere, informing(informationOf(ngsild.Object{"idPattern": pattern, "type": kind})))
	}
	return stated("5.12", []Check{
		{
			ID:    "mim1.registration.query.type",
			Title: "A query by type discovers the sources that are registered for entities of that type", TestPurposes: []string{"037_04", "037_05"},
			Fault: "registration.query.any-type",
			Body: func(t *T) {
				kind, other := t.Name("Nothing"), t.Name("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{"registered": of(t, kind), "for others": of(t, other)})
				c.expect(t, Query("type", kind), "registered")
			},
		},
		{
			ID:    "mim1.registration.query.types",
			Title: "A query by several types discovers the sources of each of them", TestPurposes: []string{"037_01"},
			Fault: "registration.query.first-type-only",
			Body: func(t *T) {
				kind, other := t.Name("Nothing"), t.Name("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{"one": of(t, kind), "two": of(t, other), "three": of(t, t.Name("Nobody"))})
				c.expect(t, Query("type", kind+","+other), "one", "two")
			},
		},
		{
			ID:    "mim1.registration.query.attrs",
			Title: "A query by attribute discovers the sources with that property, and those that name no attributes", TestPurposes: []string{"037_01", "037_06"},
			Fault: "registration.query.any-attribute",
			Body: func(t *T) {
				kind, level := t.Name("Nothing"), t.Name("level")
				c := sourcesOf(t, map[string]ngsild.Object{"level": of(t, kind, level), "depth": of(t, kind, t.Name("depth")), "anything": of(t, kind)})
				c.expect(t, Query("type", kind, "attrs", level), "level", "anything")
			},
		},
		{
			ID:    "mim1.registration.query.relationship",
			Title: "A query by attribute discovers the sources with a relationship of that name", TestPurposes: []string{"037_06"},
			Fault: "registration.query.properties-only",
			Body: func(t *T) {
				kind, place := t.Name("Nothing"), t.Name("place")
				related := aRegistration(t, kind, nowhere, informing(ngsild.Object{"entities": []any{ngsild.Object{"type": kind}}, "relationshipNames": []any{place}}))
				c := sourcesOf(t, map[string]ngsild.Object{"related": related, "depth": of(t, kind, t.Name("depth"))})
				c.expect(t, Query("type", kind, "attrs", place), "related")
			},
		},
		{
			ID:    "mim1.registration.query.attrsAlone",
			Title: "Attributes are enough for a query of sources", Clause: cim009 + "5.10.2.4", TestPurposes: []string{"037_01"},
			Fault: "registration.query.wants-type",
			Body: func(t *T) {
				kind, level := t.Name("Nothing"), t.Name("level")
				c := sourcesOf(t, map[string]ngsild.Object{"level": of(t, kind, level), "depth": of(t, kind, t.Name("depth"))})
				c.expect(t, Query("attrs", level), "level")
			},
		},
		{
			ID:    "mim1.registration.query.qAttributes",
			Title: "The attributes that q names select sources as those of a list of attributes do", Clause: cim009 + "5.10.2.4",
			Since: "1.8.1", Fault: "registration.query.attributes-of-q-ignored",
			Body: func(t *T) {
				kind, level := t.Name("Nothing"), t.Name("level")
				c := sourcesOf(t, map[string]ngsild.Object{"level": of(t, kind, level), "depth": of(t, kind, t.Name("depth")), "anything": of(t, kind)})
				c.expect(t, Query("type", kind, "q", level+">20"), "level", "anything")
			},
		},
		{
			ID:    "mim1.registration.query.qAlone",
			Title: "A q is enough for a query of sources", Clause: cim009 + "5.10.2.4",
			Since: "1.8.1", Fault: "registration.query.q-wants-type",
			Body: func(t *T) {
				kind, level := t.Name("Nothing"), t.Name("level")
				c := sourcesOf(t, map[string]ngsild.Object{"level": of(t, kind, level)})
				c.expect(t, Query("q", level+">20"), "level")
			},
		},
		{
			ID:    "mim1.registration.query.withoutEntities",
			Title: "A source that is registered for attributes of whatever entities is discovered by any type", TestPurposes: []string{"037_05"},
			Fault: "registration.query.wants-entity-info",
			Body: func(t *T) {
				kind, level := t.Name("Nothing"), t.Name("level")
				c := sourcesOf(t, map[string]ngsild.Object{
					"attributes": aRegistration(t, kind, nowhere, informing(ngsild.Object{"propertyNames": []any{level}})),
				})
				c.expect(t, Query("type", kind, "attrs", level), "attributes")
			},
		},
		{
			ID:    "mim1.registration.query.id",
			Title: "A query by type and id discovers the source of that entity and those of all entities of the type", TestPurposes: []string{"037_10"},
			Requirements: lookup, Fault: "registration.query.any-id",
			Body: func(t *T) {
				kind, id := t.Name("Nothing"), t.URN("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"that entity": one(t, kind, id), "another entity": one(t, kind, t.URN("Nothing")), "all": of(t, kind)})
				c.expect(t, Query("type", kind, "id", id), "that entity", "all")
			},
		},
		{
			ID:    "mim1.registration.query.ids",
			Title: "A query by type and several ids discovers the sources of each of these entities", TestPurposes: []string{"037_10"},
			Requirements: lookup, Fault: "registration.query.first-id-only",
			Body: func(t *T) {
				kind, first, second := t.Name("Nothing"), t.URN("Nothing"), t.URN("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"first": one(t, kind, first), "second": one(t, kind, second), "third": one(t, kind, t.URN("Nothing"))})
				c.expect(t, Query("type", kind, "id", first+","+second), "first", "second")
			},
		},
		{
			ID:           "mim1.registration.query.idInPattern",
			Title:        "A query by id discovers the sources whose pattern the id matches, and no others",
			Requirements: lookup, Fault: "registration.query.patterns-match-all",
			Body: func(t *T) {
				kind, id := t.Name("Nothing"), t.URN("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"matching": pattern(t, kind, "^"+id+"$"), "not matching": pattern(t, kind, "^"+t.URN("Nowhere")+"$")})
				c.expect(t, Query("type", kind, "id", id), "matching")
			},
		},
		{
			ID:    "mim1.registration.query.idBeforePattern",
			Title: "Where a registration names an entity by its id and by a pattern, the id counts", Clause: cim009 + "5.2.8",
			Since: "1.8.1", Fault: "registration.query.pattern-before-id",
			Body: func(t *T) {
				kind, id, other := t.Name("Nothing"), t.URN("Nothing"), t.URN("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{
					"both": aRegistration(t, kind, nowhere, informing(informationOf(ngsild.Object{"id": id, "idPattern": "^" + other + "$", "type": kind})))})
				c.expect(t, Query("type", kind, "id", id), "both")
				c.expect(t, Query("type", kind, "id", other))
			},
		},
		{
			ID:    "mim1.registration.query.severalTypes",
			Title: "A source that is registered for entities of several types is discovered by each of them", Clause: cim009 + "5.2.8",
			Since: "1.8.1", Fault: "registration.create.first-type-only",
			Body: func(t *T) {
				kind, second := t.Name("Nothing"), t.Name("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{
					"both": aRegistration(t, kind, nowhere, informing(informationOf(ngsild.Object{"type": []any{kind, second}})))})
				c.expect(t, Query("type", kind), "both")
				c.expect(t, Query("type", second), "both")
			},
		},
		{
			ID:    "mim1.registration.query.idPattern",
			Title: "A query by a pattern of ids discovers the sources of entities that match it, and not those of others",
			Fault: "registration.query.pattern-ignored",
			Body: func(t *T) {
				kind, id := t.Name("Nothing"), t.URN("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"that entity": one(t, kind, id), "another entity": one(t, kind, t.URN("Nowhere"))})
				c.expect(t, Query("type", kind, "idPattern", "^"+id+"$"), "that entity")
			},
		},
		{
			ID:    "mim1.registration.query.twoPatterns",
			Title: "A query by a pattern of ids discovers every source with a pattern, for it cannot be told whether both meet",
			Fault: "registration.query.patterns-as-text",
			Body: func(t *T) {
				kind, id := t.Name("Nothing"), t.URN("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"patterned": pattern(t, kind, id+".*")})
				c.expect(t, Query("type", kind, "idPattern", ".*"+id), "patterned")
			},
		},
		{
			ID:    "mim1.registration.query.anyInformation",
			Title: "A source is discovered by each item of its information", TestPurposes: []string{"037_05"},
			Fault: "registration.create.first-information-only",
			Body: func(t *T) {
				first, second := t.Name("Nothing"), t.Name("Nowhere")
				c := sourcesOf(t, map[string]ngsild.Object{"both": aRegistration(t, first, nowhere,
					informing(informationOf(ngsild.Object{"type": first}), informationOf(ngsild.Object{"type": second})))})
				c.expect(t, Query("type", first), "both")
				c.expect(t, Query("type", second), "both")
			},
		},
		{
			ID:    "mim1.registration.query.perInformation",
			Title: "Type and attribute have to match within one item of the information",
			Fault: "registration.query.any-attribute",
			Body: func(t *T) {
				kind, other, level, depth := t.Name("Nothing"), t.Name("Nowhere"), t.Name("level"), t.Name("depth")
				c := sourcesOf(t, map[string]ngsild.Object{"crosswise": aRegistration(t, kind, nowhere,
					informing(informationOf(ngsild.Object{"type": kind}, level), informationOf(ngsild.Object{"type": other}, depth)))})
				c.expect(t, Query("type", kind, "attrs", level), "crosswise")
				c.expect(t, Query("type", kind, "attrs", depth))
			},
		},
		{
			ID:    "mim1.registration.query.scope",
			Title: "A scope query discovers the sources of that scope and not those of another", Clause: cim009 + "5.10.2.4",
			Since: "1.5.1", Fault: "registration.query.scope-ignored",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{
					"north": aRegistration(t, kind, nowhere, having("scope", "/city/north")),
					"south": aRegistration(t, kind, nowhere, having("scope", "/city/south")),
				})
				c.expect(t, Query("type", kind, "scopeQ", "/city/north"), "north")
			},
		},
		{
			ID:    "mim1.registration.query.nothing",
			Title: "Where no source is registered the answer is an empty list", Clause: cim009 + "5.10.2.5", TestPurposes: []string{"037_05", "037_06"},
			Needs: reads, Fault: "registration.query.nothing-not-found",
			Body: func(t *T) {
				for _, g := range thingsIn(t, t.GET(registrations, Query("type", t.Name("Nothing")))) {
					anyType := func(info ngsild.Object) bool { return len(list(info["entities"])) == 0 }
					if slices.ContainsFunc(instances(g, "information"), anyType) { // which is right to be found
						if !t.Own(fmt.Sprint(g["id"])) {
							t.Untested("the platform has a source, %v, for entities of any type", g["id"])
						}
						continue
					}
					t.Expect(g["id"]).To(gomega.BeNil(), "a source was found for a type that nobody has registered")
				}
			},
		},
	})
}

func discoveryByPlaceAndTime() []Check {
	located := func(t *T, kind string, longitude, latitude float64) ngsild.Object {
		return aRegistration(t, kind, nowhere, having("location", ngsild.Point(longitude, latitude)))
	}
	past := func(t *T, kind, member string) ngsild.Object {
		return aRegistration(t, kind, nowhere, having(member, ngsild.Object{"startAt": "2020-01-01T00:00:00Z", "endAt": "2022-01-01T00:00:00Z"}))
	}
	return stated("5.10.2.4", []Check{
		{
			ID:    "mim1.registration.query.location",
			Title: "A geo-query discovers the sources whose location matches it", TestPurposes: []string{"037_07"},
			Fault: "registration.query.geo-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"near": located(t, kind, 10.2, 56.15), "far": located(t, kind, -3.7, 40.4)})
				c.expect(t, Query("type", kind, "georel", "near;maxDistance==2000", "geometry", "Point", "coordinates", "[10.2,56.15]"), "near")
			},
		},
		{
			ID:    "mim1.registration.query.geoAlone",
			Title: "A geo-query is enough for a query of sources",
			Since: "1.8.1", Fault: "registration.query.geo-wants-type",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				c := sourcesOf(t, map[string]ngsild.Object{"near": located(t, t.Name("Nothing"), 10.2, 56.15)})
				c.expect(t, Query("georel", "near;maxDistance==2000", "geometry", "Point", "coordinates", "[10.2,56.15]"), "near")
			},
		},
		{
			ID:    "mim1.registration.query.present",
			Title: "Without a temporal query, sources of the past are not discovered", TestPurposes: []string{"037_08"},
			Clause: cim009 + "5.10.2.4, 5.9.1", Fault: "registration.query.past-as-present",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"present": aRegistration(t, kind, nowhere), "past": past(t, kind, "observationInterval")})
				c.expect(t, Query("type", kind), "present")
			},
		},
		{
			ID:    "mim1.registration.query.past",
			Title: "A temporal query discovers the sources whose interval of observation it meets, and none of the present", TestPurposes: []string{"037_09"},
			Fault: "registration.query.present-as-past",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"present": aRegistration(t, kind, nowhere), "past": past(t, kind, "observationInterval")})
				c.expect(t, Query("type", kind, "timerel", "before", "timeAt", "2021-01-01T00:00:00Z"), "past")
				c.expect(t, Query("type", kind, "timerel", "after", "timeAt", "2021-01-01T00:00:00Z"), "past")
				c.expect(t, Query("type", kind, "timerel", "between", "timeAt", "2021-01-01T00:00:00Z", "endTimeAt", "2023-01-01T00:00:00Z"), "past")
			},
		},
		{
			ID:    "mim1.registration.query.otherTimes",
			Title: "A temporal query does not discover sources of other times", TestPurposes: []string{"037_09"},
			Fault: "registration.query.any-past",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"past": past(t, kind, "observationInterval")})
				c.expect(t, Query("type", kind, "timerel", "before", "timeAt", "2021-01-01T00:00:00Z"), "past")
				c.expect(t, Query("type", kind, "timerel", "before", "timeAt", "2019-01-01T00:00:00Z"))
				c.expect(t, Query("type", kind, "timerel", "after", "timeAt", "2023-01-01T00:00:00Z"))
				c.expect(t, Query("type", kind, "timerel", "between", "timeAt", "2023-01-01T00:00:00Z", "endTimeAt", "2024-01-01T00:00:00Z"))
			},
		},
		{
			ID:    "mim1.registration.query.managed",
			Title: "A temporal query of modifiedAt is held against the interval of management, any other against that of observation", TestPurposes: []string{"037_09"},
			Fault: "registration.query.timeproperty-ignored",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				c := sourcesOf(t, map[string]ngsild.Object{"managed": past(t, kind, "managementInterval"), "observed": past(t, kind, "observationInterval")})
				inside := Query("type", kind, "timerel", "before", "timeAt", "2021-01-01T00:00:00Z")
				c.expect(t, both(inside, Query("timeproperty", "modifiedAt")), "managed")
				c.expect(t, inside, "observed")
			},
		},
	})
}

func discoveryPages() []Check {
	three := func(t *T) (kind string, c registered) {
		kind = t.Name("Nothing")
		return kind, sourcesOf(t, map[string]ngsild.Object{
			"one": aRegistration(t, kind, nowhere), "two": aRegistration(t, kind, nowhere), "three": aRegistration(t, kind, nowhere)})
	}
	return stated("5.5.9.1", []Check{
		{
			ID:    "mim1.registration.query.limit",
			Title: "A page of registrations holds no more than limit asks for", TestPurposes: []string{"037_11"},
			Fault: "registration.query.limit-ignored",
			Body: func(t *T) {
				kind, _ := three(t)
				t.Expect(len(thingsIn(t, t.GET(registrations, Query("type", kind, "limit", "2"))))).To(
					gomega.And(gomega.BeNumerically(">", 0), gomega.BeNumerically("<=", 2)))
			},
		},
		{
			ID:    "mim1.registration.query.pages",
			Title: "The pages reached by following the next links hold each matching registration exactly once", TestPurposes: []string{"037_11"},
			Fault: "registration.query.no-next",
			Body: func(t *T) {
				kind, c := three(t)
				first := func(q *probe.Request) {
					q.Query.Set("type", kind)
					q.Query.Set("limit", "1")
				}
				requireNext(t, t.GET(registrations, first))
				c.expect(t, first, "one", "two", "three")
			},
		},
		{
			ID:    "mim1.registration.query.count",
			Title: "With count=true the answer says how many registrations match", Clause: cim009 + "6.3.13", TestPurposes: []string{"037_11"},
			Fault: "registration.query.count-of-page",
			Body: func(t *T) {
				kind, _ := three(t)
				for _, limit := range []string{"1", "100"} {
					isCounted(t, t.GET(registrations, Query("type", kind, "limit", limit, "count", "true")), 3)
				}
			},
		},
	})
}

func discoveryRefusals() []Check {
	checks := stated("5.10.2.4", []Check{
		{
			ID:    "mim1.registration.query.tooWide",
			Title: "A query of sources by nothing is refused with 400 BadRequestData", TestPurposes: []string{"037_02"},
			Fault: "registration.query.nothing-finds-all",
			Body:  func(t *T) { t.Expect(t.GET(registrations)).To(beBadData()) },
		},
		{
			ID:    "mim1.registration.query.idNoUri",
			Title: "A query of sources by an id that is no URI is refused with 400 BadRequestData", TestPurposes: []string{"037_03"},
			Fault: "registration.query.any-id-taken",
			Body: func(t *T) {
				t.Expect(t.GET(registrations, Query("type", t.Name("Nothing"), "id", t.Name("nothing")))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.query.q",
			Title: "A query of sources whose q does not follow the query language is refused with 400 BadRequestData", TestPurposes: []string{"037_03"},
			Fault: "registration.query.invalid-q-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(registrations, Query("type", t.Name("Nothing"), "q", t.Name("level")+">"))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.query.geoIncomplete",
			Title: "A query of sources with an incomplete geo-query is refused with 400 BadRequestData", TestPurposes: []string{"037_03"},
			Fault: "registration.query.invalid-geo-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				t.Expect(t.GET(registrations, Query("type", t.Name("Nothing"), "georel", "near;maxDistance==10", "geometry", "Point"))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.query.timeMissing",
			Title: "A query of sources whose temporal query has no time is refused with 400 BadRequestData", TestPurposes: []string{"037_03"},
			Fault: "registration.query.invalid-time-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(registrations, Query("type", t.Name("Nothing"), "timerel", "before"))).To(beBadData())
			},
		},
		{
			ID:    "mim1.registration.query.limitNegative",
			Title: "A negative limit is refused with 400", Clause: cim009 + "6.3.10",
			Fault: "registration.query.invalid-page-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(registrations, Query("type", t.Name("Nothing"), "limit", "-1"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
	})
	for i := range checks {
		checks[i].Requirements, checks[i].Needs = sourceErrors, reads
	}
	return checks
}
