package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// justHere limits a query to the platform itself, since only such a one is ordered (4.23.1).
var justHere = Query("local", "true")

// inOrder queries the candidates by orderBy and expects the labels in this order.
func (c candidates) inOrder(t *T, orderBy string, labels ...string) {
	c.inOrderBy(t, Query("orderBy", orderBy), labels...)
}

func (c candidates) inOrderBy(t *T, by Option, labels ...string) {
	var got []string
	for _, e := range entitiesIn(t, c.query(t, justHere, by)) {
		got = append(got, c.labels([]ngsild.Object{e})...)
	}
	t.Expect(got).To(gomega.Equal(labels), "orderBy says in which order the entities come")
}

// shuffled creates sensors whose levels, names and ids are in different orders.
func shuffled(t *T) (c candidates, name string) {
	kind, level := t.Name("Sensor"), t.Name("level")
	name = t.Name("name")
	prefix := t.URN("Sensor")
	c = candidates{kind: kind, attr: level, ids: map[string]string{}}
	for _, e := range []struct {
		label, id, name string
		level           int
	}{{"two", ":c", "Birch", 2}, {"ten", ":a", "Ash", 10}, {"one", ":b", "Birch", 1}} {
		c.ids[e.label] = create(t, ngsild.Entity(prefix+e.id, kind, level, ngsild.Property(e.level, "unitCode", "CEL", t.Check.Suite(), ngsild.Property(-e.level)),
			name, ngsild.Property(e.name)))
	}
	return c, name
}

// refusesOrder is a check that an order is refused (5.7.2.4).
func refusesOrder(name, title string, by func(attr string) Option) Check {
	return Check{
		ID: "mim1.query.order." + name, Title: title, Clause: cim009Later + "5.7.2.4", Requirements: errorAnswers,
		Needs: reads, Fault: "order.bad-ignored",
		Body: func(t *T) {
			t.Expect(t.GET(entities, Query("type", t.Name("Nothing")), by(t.Name("level")))).To(BeProblem(400, ngsild.BadRequestData))
		},
	}
}

// ofSeveralSources is the check for platforms that ask others, too: each query of another one
// is limited to it.
func ofSeveralSources(c Check) Check {
	body := c.Body
	c.Body = func(t *T) {
		alsoClaims(t, FeatureDistributed)
		body(t)
	}
	return c
}

func ordering() []Check {
	return common([]Check{
		{
			ID: "mim1.query.order.ascending", Title: "orderBy an attribute gives the entities by its value, numbers as numbers, smallest first",
			TestPurposes: []string{"019_19"}, Fault: "order.numbers-as-text",
			Body: func(t *T) {
				c, _ := shuffled(t)
				c.inOrder(t, c.attr, "one", "two", "ten")
				c.inOrder(t, c.attr+";asc", "one", "two", "ten")
			},
		},
		{
			ID: "mim1.query.order.descending", Title: "orderBy with ;desc gives the entities with the largest value first",
			Clause: cim009Later + "4.23.1", TestPurposes: []string{"019_19"}, Fault: "order.direction-ignored",
			Body: func(t *T) { c, _ := shuffled(t); c.inOrder(t, c.attr+";desc", "ten", "two", "one") },
		},
		{
			ID: "mim1.query.order.id", Title: "orderBy id gives the entities by their ids",
			TestPurposes: []string{"019_19"}, Fault: "order.ignored",
			Body: func(t *T) {
				c, _ := shuffled(t)
				c.inOrder(t, "id", "ten", "one", "two")
				c.inOrder(t, "id;desc", "two", "one", "ten")
			},
		},
		{
			ID: "mim1.query.order.several", Title: "Entities that are equal by the first part of orderBy are ordered by the next",
			TestPurposes: []string{"019_19"}, Fault: "order.first-only",
			Body: func(t *T) {
				c, name := shuffled(t)
				c.inOrder(t, name+","+c.attr, "ten", "one", "two")
				c.inOrder(t, name+";desc,"+c.attr+";desc", "two", "one", "ten")
			},
		},
		{
			ID: "mim1.query.order.subAttribute", Title: "orderBy a dotted path orders by an attribute's own attribute",
			TestPurposes: []string{"019_19"}, Fault: "order.path-dropped",
			Body: func(t *T) { c, _ := shuffled(t); c.inOrder(t, c.attr+"."+t.Check.Suite(), "ten", "two", "one") },
		},
		{
			ID: "mim1.query.order.createdAt", Title: "orderBy createdAt gives the entities in the order of their creation",
			TestPurposes: []string{"019_19"}, Fault: "order.created-at-unknown",
			Body: func(t *T) {
				kind, prefix := t.Name("Sensor"), t.URN("Sensor")
				c := candidates{kind: kind, ids: map[string]string{}}
				var before time.Time
				for _, label := range []string{"c first", "a second", "b third"} {
					id := prefix + ":" + label[:1]
					for attempt := 1; ; attempt++ { // the platform's clock may be too coarse to tell them apart
						c.ids[label] = create(t, ngsild.Entity(id, kind))
						at, _ := stamps(t, id, "")
						if at.After(before) {
							before = at
							break
						}
						if attempt == 6 {
							t.CantTell("the platform's clock did not tell the creation of entities apart that were created a second after each other")
						}
						done(t, t.DELETE(entityPath(id)))
						pause(t, time.Duration(attempt)*100*time.Millisecond)
					}
				}
				c.inOrder(t, "createdAt", "c first", "a second", "b third")
				c.inOrder(t, "createdAt;desc", "b third", "a second", "c first")
			},
		},
		{
			ID: "mim1.query.order.paged", Title: "Pages of an ordered query continue the order",
			Fault: "order.within-page",
			Body: func(t *T) {
				c, _ := shuffled(t)
				var got []string
				first := t.GET(entities, Query("type", c.kind, "orderBy", c.attr, "limit", "1"), justHere)
				requireNext(t, first)
				for _, e := range walk(t, first, 6) {
					got = append(got, c.labels([]ngsild.Object{e})...)
				}
				t.Expect(got).To(gomega.Equal([]string{"one", "two", "ten"}), "the pages, one after the other")
			},
		},
		{
			ID: "mim1.query.order.distance", Title: "orderBy with ;dist-asc gives the nearest entities first",
			Fault: "order.direction-ignored",
			Body: func(t *T) {
				kind := t.Name("Sight")
				at := func(longitude float64) ngsild.Object {
					return ngsild.Entity(t.URN("Sight"), kind, "location", ngsild.GeoProperty(ngsild.Point(longitude, 56)))
				}
				c := candidatesOf(t, map[string]ngsild.Object{"a far": at(13), "b near": at(10.1), "c between": at(11)})
				c.kind = kind
				from := Query("orderFrom", "[10,56]")
				c.inOrderBy(t, both(from, Query("orderBy", "location;dist-asc")), "b near", "c between", "a far")
				c.inOrderBy(t, both(from, Query("orderBy", "location;dist-desc")), "a far", "c between", "b near")
			},
		},
		{
			ID: "mim1.query.order.fromGeometry", Title: "orderBy with ;dist-asc and orderGeometry gives the entities that are nearest to that geometry first",
			Clause: cim009Later + "4.23.3", Fault: "generic.get-entities.ignores-ordergeometry",
			Body: func(t *T) {
				kind := t.Name("Sight")
				at := func(longitude, latitude float64) ngsild.Object {
					return ngsild.Entity(t.URN("Sight"), kind, "location", ngsild.GeoProperty(ngsild.Point(longitude, latitude)))
				}
				c := candidatesOf(t, map[string]ngsild.Object{"at its end": at(12, 56), "beside it": at(11, 56.2), "off": at(9, 56.3)})
				c.kind = kind
				c.inOrderBy(t, Query("orderBy", "location;dist-asc", "orderFrom", "[[10,56],[12,56]]", "orderGeometry", "LineString"), "at its end", "beside it", "off")
			},
		},
		{
			ID: "mim1.query.order.member", Title: "orderBy a path in brackets orders by a member of a structured value",
			Clause: cim009Later + "4.23.3", Fault: "order.brackets-dropped",
			Body: func(t *T) {
				at := func(city string, floor int) any { return ngsild.Object{"floor": floor, "city": city} }
				c := valued(t, map[string]any{"second": at("Berlin", 1), "third": at("Cork", 2), "first": at("Aarhus", 3)})
				c.inOrder(t, c.attr+"[city]", "first", "second", "third")
				c.inOrder(t, c.attr+"[floor];desc", "first", "third", "second")
			},
		},
		{
			ID: "mim1.query.order.types", Title: "orderBy gives numbers before strings, strings before booleans, and what has no such attribute last",
			Clause: cim009Later + "4.23.2", Fault: "order.booleans-first",
			Body: func(t *T) {
				c := valued(t, map[string]any{"d none": nil, "c truth": false, "b text": "1", "a number": 7})
				c.inOrder(t, c.attr, "a number", "b text", "c truth", "d none")
			},
		},
		{
			ID: "mim1.query.order.allTypes", Title: "orderBy gives numbers, texts, objects, lists, booleans and DateTimes in this order",
			Clause: cim009Later + "4.23.2", Level: Extended, Fault: "order.booleans-first",
			Body: func(t *T) {
				c := valued(t, map[string]any{"f time": ngsild.Object{"@type": "DateTime", "@value": "2024-03-01T10:00:00Z"}, "e truth": true, "d list": []any{1, 2},
					"c object": ngsild.Object{"depth": 1}, "b text": "1", "a number": 7})
				c.inOrder(t, c.attr, "a number", "b text", "c object", "d list", "e truth", "f time")
			},
		},
		{
			ID: "mim1.query.order.root", Title: "Without a collation, orderBy gives texts in an order in which upper and lower case are neighbours",
			Clause: cim009Later + "4.23.1", Fault: "order.by-code-points",
			Body: func(t *T) {
				c := valued(t, map[string]any{"a": "apple", "B": "Banana", "c": "cherry", "D": "Date"})
				c.inOrder(t, c.attr, "a", "B", "c", "D")
			},
		},
		{
			ID: "mim1.query.order.noPlace", Title: "In an order by distance, entities without a place come after those with one",
			Clause: cim009Later + "4.23.2", Fault: "order.placeless-first",
			Body: func(t *T) {
				kind := t.Name("Sight")
				c := candidatesOf(t, map[string]ngsild.Object{
					"b far":  ngsild.Entity(t.URN("Sight"), kind, "location", ngsild.GeoProperty(ngsild.Point(13, 56))),
					"c none": ngsild.Entity(t.URN("Sight"), kind),
					"a near": ngsild.Entity(t.URN("Sight"), kind, "location", ngsild.GeoProperty(ngsild.Point(10.1, 56)))})
				c.kind = kind
				c.inOrderBy(t, Query("orderFrom", "[10,56]", "orderBy", "location;dist-asc"), "a near", "b far", "c none")
			},
		},
		refusesOrder("collationInvalid", "orderBy with a collation that is none is refused with 400 BadRequestData", func(attr string) Option {
			return both(justHere, Query("orderBy", attr, "collation", "in any order!"))
		}),
		refusesOrder("fromMissing", "orderBy distance without a place to measure from is refused with 400 BadRequestData", func(string) Option {
			return both(justHere, Query("orderBy", "location;dist-asc"))
		}),
		refusesOrder("fromInvalid", "orderBy distance from what is no place is refused with 400 BadRequestData", func(string) Option {
			return both(justHere, Query("orderBy", "location;dist-asc", "orderFrom", "[here"))
		}),
		ofSeveralSources(refusesOrder("everywhere", "orderBy in a query that is not limited to the platform itself is refused with 400 BadRequestData", func(attr string) Option {
			return Query("orderBy", attr)
		})),
		{
			ID: "mim1.query.order.collation", Title: "orderBy with collation gives texts in the order of that language",
			Level: Extended, Fault: "generic.get-entities.ignores-collation",
			Body: func(t *T) {
				c := valued(t, map[string]any{"a": "apa", "z": "zebra", "umlaut": "ärla"})
				c.inOrderBy(t, Query("orderBy", c.attr, "collation", "sv"), "a", "z", "umlaut")
				c.inOrderBy(t, Query("orderBy", c.attr, "collation", "de"), "a", "umlaut", "z")
			},
		},
		{
			ID: "mim1.query.order.badDirection", Title: "orderBy with an unknown direction is refused with 400 BadRequestData",
			Requirements: errorAnswers, Fault: "order.bad-ignored",
			Body: func(t *T) {
				c, _ := shuffled(t)
				t.Expect(c.query(t, justHere, Query("orderBy", c.attr+";sideways"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID: "mim1.query.order.post", Title: "A query by POST orders as its member ordering asks", Clause: cim009Later + "5.2.43",
			Fault: "order.post-ignored",
			Body: func(t *T) {
				c, _ := shuffled(t)
				r := post(t, with(selector(ngsild.Object{"type": c.kind}), "ordering", ngsild.Object{"orderBy": []any{c.attr + ";desc"}}), justHere)
				var got []string
				for _, e := range entitiesIn(t, r) {
					got = append(got, c.labels([]ngsild.Object{e})...)
				}
				t.Expect(got).To(gomega.Equal([]string{"ten", "two", "one"}))
			},
		},
	}, Check{Requirements: query, Clause: cim009Later + "4.23.3", Level: Core, Feature: FeatureOrder, Needs: writes, Since: "1.9.1"})
}
