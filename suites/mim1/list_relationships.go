package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// route is an entity with a ListRelationship, stops, that leads twice to the same stop.
type route struct {
	sensor
	stops       string // attribute name
	first, then string // the stops: first, then, first
}

func newRoute(t *T, more ...any) route {
	stops, first, then := t.Name("stops"), t.URN("Stop"), t.URN("Stop")
	return route{newSensor(t, append([]any{stops, listRelationship(first, then, first)}, more...)...), stops, first, then}
}

// leadsTo expects the stops, in order, and that nothing else changed.
func (r route) leadsTo(t *T, stops ...string) {
	e := read(t, r.id)
	t.Expect(e).To(haveAttribute(r.stops, ngsild.Object{"type": "ListRelationship"}))
	t.Expect(objectsIn(e, r.stops)).To(gomega.Equal(stops), "the objects, in order and with their repetitions")
	r.isElseUnchanged(t, e)
}

// listRelationships checks what becomes of a ListRelationship after its creation, and how
// it is shown and followed.
func listRelationships() []Check {
	// changes is a check that an operation gives the list its new objects.
	changes := func(id, title, clause, fault string, feature Feature, change func(t *T, r route, list ngsild.Object) *probe.Response) Check {
		return Check{
			ID: "mim1." + id + ".listRelationship", Title: title, Clause: cim009 + clause, Feature: feature, Fault: fault,
			Body: func(t *T) {
				r, other := newRoute(t), t.URN("Stop")
				done(t, change(t, r, listRelationship(other, r.first, other)))
				r.leadsTo(t, other, r.first, other)
			},
		}
	}
	of := Check{Requirements: related, Level: Core, Needs: writes, Since: "1.8.1"}
	return common([]Check{
		{
			ID: "mim1.attribute.append.listRelationship", Title: "Appending adds a ListRelationship with its objects, their order and their repetitions",
			Clause: cim009 + "5.6.3.4", Fault: "attribute.append.list-relationship-as-set",
			Body: func(t *T) {
				r := route{sensor: newSensor(t), stops: t.Name("stops"), first: t.URN("Stop"), then: t.URN("Stop")}
				done(t, t.POST(attrsPath(r.id), JSON(ngsild.Object{r.stops: listRelationship(r.then, r.first, r.then)})))
				r.leadsTo(t, r.then, r.first, r.then)
			},
		},
		changes("attribute.update", "Updating a ListRelationship replaces its objects, all of them", "5.6.2.4", "attribute.update.list-relationship-as-set", "",
			func(t *T, r route, list ngsild.Object) *probe.Response {
				return t.PATCH(attrsPath(r.id), JSON(ngsild.Object{r.stops: list}))
			}),
		changes("attribute.partialUpdate", "A partial update replaces the objects of a ListRelationship, all of them", "5.6.4.4", "attribute.partial-update.list-relationship-as-set", "",
			func(t *T, r route, list ngsild.Object) *probe.Response {
				return t.PATCH(attrPath(r.id, r.stops), JSON(list))
			}),
		changes("attribute.replace", "A replaced ListRelationship leads where its replacement does", "5.6.19.4", "attribute.replace.list-relationship-as-set", FeatureReplace,
			func(t *T, r route, list ngsild.Object) *probe.Response {
				return t.PUT(attrPath(r.id, r.stops), JSON(list))
			}),
		changes("entity.merge", "Merging a ListRelationship replaces its objects, all of them", "5.5.12", "entity.merge.list-relationship-as-set", FeatureMerge,
			func(t *T, r route, list ngsild.Object) *probe.Response {
				return t.PATCH(entityPath(r.id), JSON(ngsild.Object{r.stops: list}))
			}),
		{
			ID: "mim1.attribute.delete.listRelationship", Title: "Deleting removes a ListRelationship", Clause: cim009 + "5.6.5.4", Fault: "attribute.delete.swallowed",
			Body: func(t *T) {
				r := newRoute(t)
				done(t, t.DELETE(attrPath(r.id, r.stops)))
				e := read(t, r.id)
				t.Expect(e).To(lackAttribute(r.stops))
				r.isElseUnchanged(t, e)
			},
		},
		{
			ID: "mim1.attribute.update.nullOfListRelationship", Title: "Updating a ListRelationship with a list of NGSI-LD Null alone removes it",
			Clause: cim009Later + "4.5.22.3", Since: "1.9.1", Fault: "attribute.update.null-of-default-swallowed",
			Body: func(t *T) {
				r := newRoute(t)
				doneOrNoNulls(t, t.PATCH(attrsPath(r.id), JSON(ngsild.Object{r.stops: ngsild.Object{"type": "ListRelationship", "objectList": []any{ngsildNull}}})))
				e := read(t, r.id)
				t.Expect(e).To(lackAttribute(r.stops))
				r.isElseUnchanged(t, e)
			},
		},
		{
			ID: "mim1.entity.represent.listRelationship", Title: "A ListRelationship is shown as a list of objects, each in its member object, and concise without its type",
			Clause: cim009 + "4.5.22.2, 4.5.22.3", Fault: "represent.list-relationship-bare",
			Body: func(t *T) {
				r := newRoute(t)
				want := listRelationship(r.first, r.then, r.first)
				t.Expect(instance(read(t, r.id), r.stops, "")["objectList"]).To(EqualJSON(want["objectList"]), "normalised, each object stands in a member object")
				e := read(t, r.id, Query("options", "concise"))
				t.Expect(objectsIn(e, r.stops)).To(gomega.Equal([]string{r.first, r.then, r.first}), "concise, the objects come alone or each in a member object")
				t.Expect(instance(e, r.stops, "")).NotTo(gomega.HaveKey("type"), "concise, the type follows from objectList")
			},
		},
		{
			ID: "mim1.entity.represent.listsSimplified", Title: "Simplified, a ListProperty is the list of its values alone, and a ListRelationship that of its objects' URIs",
			Clause: cim009Later + "4.5.4", Since: "1.9.1", Fault: "represent.lists-simplified-in-members",
			Body: func(t *T) {
				steps := t.Name("steps")
				r := newRoute(t, steps, ngsild.Object{"type": "ListProperty", "valueList": []any{3, 1, 3, 2}})
				e := read(t, r.id, Query("options", "keyValues"))
				t.Expect(e[r.stops]).To(EqualJSON([]any{r.first, r.then, r.first}))
				t.Expect(e[steps]).To(EqualJSON([]any{3, 1, 3, 2}))
			},
		},
		{
			ID: "mim1.query.q.listRelationship", Title: "q with == and a URI gives the entities whose ListRelationship includes it, and with != those whose has others only",
			Requirements: query, Clause: cim009 + "4.9", Fault: "query.q.list-relationship-first-only",
			Body: func(t *T) {
				a, b, c := t.URN("Stop"), t.URN("Stop"), t.URN("Stop")
				routes := attributed(t, map[string]any{"a, b": listRelationship(a, b), "b": listRelationship(b, b), "c, a": listRelationship(c, a), "none": nil})
				routes.expect(t, routes.q(`=="`+a+`"`), "a, b", "c, a")
				routes.expect(t, routes.q(`!="`+a+`"`), "b")
			},
		},
		{
			ID: "mim1.linked.retrieve.list", Title: "With join=inline a ListRelationship holds the entities that it links to in entityList, in its order",
			Clause: cim009 + "5.7.1.5", Feature: FeatureLinked, Fault: "linked.list-reversed",
			Body: func(t *T) {
				stops, name, kind := t.Name("stops"), t.Name("name"), t.Name("Stop")
				stop := func(called string) string {
					return create(t, ngsild.Entity(t.URN("Stop"), kind, name, ngsild.Property(called)))
				}
				one, two, three := stop("one"), stop("two"), stop("three")
				id := create(t, ngsild.Entity(t.URN("Route"), t.Name("Route"), stops, with(listRelationship(two, three, one), "objectType", kind)))
				e := read(t, id, Query("join", "inline"))
				t.Expect(objectsIn(e, stops)).To(gomega.Equal([]string{two, three, one}))
				t.Expect(idsIn(instances(instance(e, stops, ""), "entityList"))).To(gomega.Equal([]string{two, three, one}), "entityList holds the linked entities in order, seen %s", compact(e[stops]))
				flat := byRetrieval().flat(t, chain{building: id})
				hasExactly(t, flat, id, one, two, three)
				t.Expect(flat[two]).To(haveAttribute(name, ngsild.Property("two")))
			},
		},
	}, of)
}
