package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// mapMaker is an operation that can make an entity map: of what there is or of what there
// was, by GET or by POST, and as a map alone or beside the answer of a query.
type mapMaker struct {
	name, words string
	operation   string // as the generic faults name it
	clause      string
	since       string
	feature     Feature // beside entity maps; empty for none
	make        func(t *T, options ...Option) *probe.Response
}

// mapMakers are the operations that create an entity map and nothing else (6.34, 6.35).
func mapMakers() []mapMaker {
	return []mapMaker{
		{"newMap", "a new entity map", "get-entitymaps", cim009Later + "6.34.3.1", "1.9.1", "", func(t *T, options ...Option) *probe.Response {
			return t.GET(entityMapList, append(options, Query("type", newSensor(t).kind))...)
		}},
		{"newMapByPost", "a new entity map asked for by POST", "post-entitymaps", cim009Later + "6.34.3.2", "1.9.1", "", func(t *T, options ...Option) *probe.Response {
			return t.POST(entityMapList, append(options, JSON(with(selector(ngsild.Object{"type": newSensor(t).kind}), "type", "Query")))...)
		}},
		{"newPastMap", "a new entity map for the past", "get-temporal-entitymaps", cim009Later + "6.35.3.1", "1.9.1", FeatureTemporal, func(t *T, options ...Option) *probe.Response {
			return t.GET(pastMapList, append(options, Query("type", newSeries(t).kind), everything())...)
		}},
		{"newPastMapByPost", "a new entity map for the past asked for by POST", "post-temporal-entitymaps", cim009Later + "6.35.3.2", "1.9.1", FeatureTemporal, func(t *T, options ...Option) *probe.Response {
			return t.POST(pastMapList, append(options, JSON(with(ofKind(newSeries(t).kind, afterEleven()), "type", "Query")))...)
		}},
	}
}

// mappedQueries are the queries that can make an entity map of what they find (5.5.14), and
// the retrieval of one entity, which can, too.
func mappedQueries() []mapMaker {
	mapped := Query("entityMap", "true")
	return []mapMaker{
		{"query", "a query", "get-entities", cim009 + "6.4.3.2", "1.8.1", "", func(t *T, options ...Option) *probe.Response {
			return t.GET(entities, append(options, Query("type", newSensor(t).kind), mapped)...)
		}},
		{"queryByPost", "a query by POST", "post-entityoperations-query", cim009 + "6.23.3.1", "1.8.1", FeatureBatch, func(t *T, options ...Option) *probe.Response {
			return post(t, selector(ngsild.Object{"type": newSensor(t).kind}), append(options, mapped)...)
		}},
		{"past", "a temporal query", "get-temporal-entities", cim009Later + "6.18.3.2", "1.9.1", FeatureTemporal, func(t *T, options ...Option) *probe.Response {
			return t.GET(evolutions, append(options, Query("type", newSeries(t).kind), everything(), mapped)...)
		}},
		{"pastByPost", "a temporal query by POST", "post-temporal-entityoperations-query", cim009Later + "6.24.3.1", "1.9.1", FeatureTemporal, func(t *T, options ...Option) *probe.Response {
			return postPast(t, ofKind(newSeries(t).kind, afterEleven()), append(options, mapped)...)
		}},
		{"retrieval", "a retrieval", "get-entities-entity", cim009Later + "6.5.3.1", "1.9.1", "", func(t *T, options ...Option) *probe.Response {
			return t.GET(entityPath(newSensor(t).id), append(options, mapped)...)
		}},
	}
}

// entityMapLifetimes checks that an operation which makes an entity map reads how long the
// map is to live, and that a query by POST makes one when it is asked to.
func entityMapLifetimes() []Check {
	var checks []Check
	for _, m := range append(mapMakers(), mappedQueries()...) {
		checks = append(checks, Check{
			ID: "mim1.entityMap.lifetime." + m.name, Title: "An entityMapLifetime that is no duration is refused with 400 (" + m.words + ")",
			// The table has the form of the value, which a platform may override; no clause names an error.
			Clause: m.clause, Since: m.since, Level: Extended, Requirements: errorAnswers, Fault: "generic." + m.operation + ".ignores-entitymaplifetime",
			Body: func(t *T) {
				m.claims(t)
				t.Expect(m.make(t, Query("entityMapLifetime", "soon"))).To(BeProblem(400, badOrInvalid...))
			},
		})
	}
	for _, m := range mappedQueries() {
		if !strings.HasSuffix(m.name, "ByPost") {
			continue // others name maps by GET
		}
		checks = append(checks, Check{
			ID: "mim1.entityMap.named." + m.name, Title: "The answer to " + m.words + " with entityMap=true names the map of what it found",
			Clause: m.clause, Since: m.since, Requirements: query, Fault: "generic." + m.operation + ".ignores-entitymap",
			Body: func(t *T) {
				m.claims(t)
				_, id := madeMap(t, m.make(t))
				t.Expect(t.GET(entityMapPath(id))).To(HaveStatus(200), "the map that was named has to be there")
			},
		})
	}
	return common(checks, Check{Level: Core, Feature: FeatureEntityMaps, Needs: writes})
}

// claims ends a check where the target does not claim what the operation is part of.
func (m mapMaker) claims(t *T) {
	if m.feature != "" {
		alsoClaims(t, m.feature)
	}
}

// entityMapCreation checks the creation of an entity map without a query's answer
// (5.14.4, 5.14.5): what selects entities in a query selects them there.
func entityMapCreation() []Check {
	var checks []Check
	by := func(name, words, fault string, made func(t *T) candidates, how func(c candidates) Option, labels ...string) {
		checks = append(checks, Check{
			ID: "mim1.entityMap.create." + name, Title: "The entity map of a query by " + words + " lists the entities that the query finds",
			Clause: cim009Later + "5.14.4.4", Fault: "generic.get-entitymaps.ignores-" + fault,
			Body: func(t *T) {
				c := made(t)
				c.expectMap(t, t.GET(entityMapList, c.ofType(), how(c)), labels...)
			},
		})
	}
	past := func(name, words, fault string, made func(t *T) candidates, how func(c candidates) Option, labels ...string) {
		checks = append(checks, Check{
			ID: "mim1.entityMap.createPast." + name, Title: "The entity map of a temporal query by " + words + " lists the evolutions that the query finds",
			Clause: cim009Later + "5.14.5.4", Requirements: historical, Fault: "generic.get-temporal-entitymaps.ignores-" + fault,
			Body: func(t *T) {
				alsoClaims(t, FeatureTemporal)
				c := made(t)
				when := Query()
				if !strings.HasPrefix(name, "time") {
					when = everything()
				}
				c.expectMap(t, t.GET(pastMapList, c.ofType(), when, how(c)), labels...)
			},
		})
	}
	nearHere := func(more ...string) func(candidates) Option {
		return func(candidates) Option { return relation("near;maxDistance==2000", "Point", harbour, more...) }
	}
	byID := func(label string) func(candidates) Option {
		return func(c candidates) Option { return Query("id", c.ids[label]) }
	}
	byPattern := func(label string) func(candidates) Option {
		return func(c candidates) Option {
			return Query("idPattern", ".*"+strings.TrimPrefix(c.ids[label], "urn:ngsi-ld:Sensor:")+"$")
		}
	}
	madrid := func(candidates) Option { return Query("scopeQ", "/Madrid") }
	withAttribute := func(c candidates) Option { return Query("attrs", c.attr) }

	by("type", "type", "type", around, func(candidates) Option { return local }, "below", "at", "above", "without")
	by("q", "q", "q", around, func(c candidates) Option { return c.q(">20") }, "above")
	by("id", "id", "id", around, byID("at"), "at")
	by("idPattern", "idPattern", "idpattern", around, byPattern("at"), "at")
	by("attrs", "attrs", "attrs", around, withAttribute, "below", "at", "above")
	by("geo", "a geoquery", "georel", alongTheCoast, nearHere(), "at", "1.2 km")
	by("scopeQ", "scopeQ", "scopeq", inMadridOrNot, madrid, "in")
	by("geoproperty", "a geoquery of the attribute that geoproperty names", "geoproperty", byAreaOrLocation,
		func(c candidates) Option { return nearHere("geoproperty", c.attr)(c) }, "by area")

	past("q", "q", "q", highOrNot, func(c candidates) Option { return c.q(">20") }, "high")
	past("id", "id", "id", earlyAndLate, byID("late"), "late")
	past("idPattern", "idPattern", "idpattern", earlyAndLate, byPattern("late"), "late")
	past("attrs", "attrs", "attrs", highOrNot, withAttribute, "high", "low")
	past("geo", "a geoquery", "georel", pastByTheHarbour, nearHere(), "by location")
	past("geoproperty", "a geoquery of the attribute that geoproperty names", "geoproperty", pastByTheHarbour,
		func(c candidates) Option { return nearHere("geoproperty", c.attr)(c) }, "by area")
	past("scopeQ", "scopeQ", "scopeq", pastInMadridOrNot, madrid, "in")
	past("timeBetween", "an interval", "endtimeat", earlyAndLate, func(candidates) Option { return within("09:00:00", "11:00:00") }, "early")
	past("timeproperty", "the time of entry", "timeproperty", earlyAndLate, func(candidates) Option {
		return Query("timerel", "after", "timeAt", at("23:00:00"), "timeproperty", "createdAt")
	}, "early", "late")

	return common(append(checks, tooWideMaps()...), Check{Requirements: query, Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.9.1"})
}

// tooWideMaps checks that a map has to be of a query that selects something, and shows of
// linked entities only what it asks for.
func tooWideMaps() []Check {
	return []Check{
		{
			ID: "mim1.entityMap.create.postTooWide", Title: "Creating an entity map by POST for a query that selects nothing is refused with 400 BadRequestData",
			Clause: cim009Later + "5.14.4.4", Requirements: errorAnswers, Fault: "generic.post-entitymaps.other-refusal",
			Body: func(t *T) {
				t.Expect(t.POST(entityMapList, JSON(ngsild.Object{"type": "Query", "omit": []any{t.Name("level")}}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.create.pickTooDeep", Title: "Creating an entity map for a projection into linked entities without asking for these is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.4.4", Since: "1.9.1", Fault: "generic.get-entitymaps.ignores-pick",
			Body: func(t *T) {
				alsoClaims(t, FeatureLinked)
				s := newSensor(t)
				t.Expect(t.GET(entityMapList, Query("type", s.kind, "pick", s.place+"{"+s.level+"}"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.create.linked", Title: "The entity map of a query by what linked entities are like lists the entities that the query finds",
			Clause: cim009Later + "5.14.4.4", Fault: "generic.get-entitymaps.ignores-join",
			Body: func(t *T) {
				alsoClaims(t, FeatureLinked)
				c, name, _ := stations(t)
				c.expectMap(t, t.GET(entityMapList, c.ofType(), c.q("{"+name+`}=="wet"`), retrieving("1")), "at the wet device", "at the wet probe")
			},
		},
		{
			ID: "mim1.entityMap.create.postNoTemporalQuery", Title: "Creating an entity map for the past by POST without a temporal query is refused with 400 BadRequestData",
			Clause: cim009Later + "5.14.5.4", Requirements: errorAnswers, Fault: "generic.post-temporal-entitymaps.other-refusal",
			Body: func(t *T) {
				alsoClaims(t, FeatureTemporal)
				t.Expect(t.POST(pastMapList, JSON(with(selector(ngsild.Object{"type": t.Name("Sensor")}), "type", "Query")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.deleteUnknown", Title: "Deleting an entity map that is not there is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.14.3", Since: "1.8.1", Requirements: errorAnswers, Fault: "generic.delete-entitymaps-entitymap.other-refusal",
			Body: func(t *T) {
				t.Expect(t.DELETE(entityMapPath(t.URN("EntityMap")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
	}
}

// inMadridOrNot are an entity with a scope and one without.
func inMadridOrNot(t *T) candidates {
	kind := t.Name("Sensor")
	c := candidatesOf(t, map[string]ngsild.Object{"in": ngsild.Entity(t.URN("Sensor"), kind, "scope", "/Madrid"), "out": ngsild.Entity(t.URN("Sensor"), kind)})
	c.kind = kind
	return c
}

// byAreaOrLocation are an entity that is at the harbour by its location, and one that is
// by the attribute in question.
func byAreaOrLocation(t *T) candidates {
	kind, area := t.Name("Sensor"), t.Name("area")
	c := candidatesOf(t, map[string]ngsild.Object{
		"by area":     ngsild.Entity(t.URN("Sensor"), kind, area, geometry("Point", point(0, 0))),
		"by location": ngsild.Entity(t.URN("Sensor"), kind, "location", geometry("Point", point(0, 0))),
	})
	c.kind, c.attr = kind, area
	return c
}

// highOrNot are evolutions whose level was high, low, and one without.
func highOrNot(t *T) candidates {
	return evolved(t, map[string][]any{"high": {reading(30, "10:00:00")}, "low": {reading(10, "10:00:00")}, "without": nil})
}

// pastByTheHarbour are byAreaOrLocation as evolutions.
func pastByTheHarbour(t *T) candidates {
	c := candidates{kind: t.Name("Sensor"), attr: t.Name("area"), ids: map[string]string{}}
	here := []any{with(geometry("Point", point(0, 0)), "observedAt", at("10:00:00"))}
	for label, name := range InOrder(map[string]string{"by area": c.attr, "by location": "location"}) {
		c.ids[label] = evolve(t, ngsild.Entity(t.URN("Sensor"), c.kind, name, here))
	}
	return c
}

// pastInMadridOrNot are evolutions with a scope and another one.
func pastInMadridOrNot(t *T) candidates {
	c := candidates{kind: t.Name("Sensor"), ids: map[string]string{}}
	for label, scope := range InOrder(map[string]string{"in": "/Madrid", "out": "/Aarhus"}) {
		c.ids[label] = evolve(t, ngsild.Entity(t.URN("Sensor"), c.kind, "scope", []any{ngsild.Property(scope, "observedAt", at("09:00:00"))}, t.Name("level"), levels()))
	}
	return c
}

// containedIn is a check that linked entities which the asker has are not given again.
func containedIn(f fetch, operation string) Check {
	return Check{
		ID: "mim1.linked." + f.name + ".containedBy", Title: "With join=inline an entity that containedBy names is not given inside of those that link to it (" + f.name + ")",
		Clause: cim009 + "4.5.23.1", Fault: "generic." + operation + ".ignores-containedby",
		Body: func(t *T) {
			c := newChain(t)
			building := f.inline(t, c, "containedBy", c.city)
			t.Expect(building).To(haveAttribute(c.in, ngsild.Relationship(c.city)))
			endsAt(t, building, c.in)
			t.Expect(linkedIn(t, f.inline(t, c, "containedBy", c.country), c.in)["id"]).To(gomega.Equal(c.city), "one that it does not name is")
		},
	}
}
