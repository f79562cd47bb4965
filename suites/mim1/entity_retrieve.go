package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// entityRetrieve checks Retrieve Entity (5.7.1, 6.5.3.1).
func entityRetrieve() []Check {
	return []Check{
		{
			ID:           "mim1.entity.retrieve.whole",
			Title:        "An entity is retrieved by its id, whole: id, type and each attribute as it was created, and nothing else",
			Requirements: retrieve, Clause: cim009 + "5.7.1.4", TestPurposes: []string{"018_01_01"},
			Level: Core, Needs: writes, Fault: "entity.retrieve.loses-relationships",
			Body: func(t *T) {
				s := newSensor(t)
				s.hasOnlyLevel(t, levelAtFirst())
				t.Expect(attributesOf(read(t, s.id))).To(gomega.ConsistOf(s.level, s.place))
			},
		},
		{
			ID:           "mim1.entity.retrieve.rightOne",
			Title:        "Of two entities that look alike, the id decides which one is retrieved",
			Requirements: identity, Clause: cim009 + "5.7.1.4, 5.5.1",
			Level: Core, Needs: writes, Fault: "entity.retrieve.first-of-type",
			Hint: "the entity is looked up by something else than its whole id",
			Body: func(t *T) {
				c := valued(t, map[string]any{"one": 1, "other": 2})
				for i, label := range []string{"one", "other"} {
					e := read(t, c.ids[label])
					t.Expect(e).To(haveMembers(ngsild.Object{"id": c.ids[label]}))
					t.Expect(e).To(haveAttribute(c.attr, ngsild.Property(i+1)))
				}
			},
		},
		{
			ID:           "mim1.entity.retrieve.related",
			Title:        "The object of a relationship is retrieved as the entity that it names",
			Requirements: slices.Concat(related, alsoKnown), Clause: cim009 + "4.5.3.2",
			Level: Core, Needs: writes, Fault: "entity.retrieve.loses-relationships",
			Body: func(t *T) {
				owner, kind, owns := create(t, ngsild.Object{"id": t.URN("Owner"), "type": t.Name("Owner"), t.Name("called"): ngsild.Property("Ana")}), t.Name("Thing"), t.Name("ownedBy")
				thing := create(t, ngsild.Object{"id": t.URN("Thing"), "type": kind, owns: ngsild.Relationship(owner)})
				t.Require(read(t, thing)).To(haveAttribute(owns, ngsild.Relationship(owner)))
				t.Expect(read(t, owner)).To(haveMembers(ngsild.Object{"id": owner}))
			},
		},
		{
			ID:           "mim1.entity.retrieve.unknown",
			Title:        "Retrieving an entity that is not there is answered with 404 ResourceNotFound",
			Requirements: retrieve, Clause: cim009 + "5.7.1.4", TestPurposes: []string{"018_03_01"},
			Level: Core, Needs: reads, Fault: "entity.retrieve.unknown-is-empty",
			Body: func(t *T) {
				t.Expect(t.GET(entityPath(t.URN("Nothing")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.entity.retrieve.idNoUri",
			Title:        "Retrieving an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.7.1.4", TestPurposes: []string{"018_02"},
			Level: Core, Needs: reads, Fault: "entity.retrieve.any-id-not-found",
			Hint: "the id is looked up before it is checked to be a URI",
			Body: func(t *T) {
				t.Expect(t.GET(entityPath(t.Name("sensor")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.entity.retrieve.attrs",
			Title:        "Retrieving with attrs gives the named attributes only, beside id and type",
			Requirements: slices.Concat(retrieve, partly), Clause: cim009 + "5.7.1.4", TestPurposes: []string{"018_01_02"},
			Level: Core, Needs: writes, Fault: "entity.retrieve.ignores-attrs",
			Body: func(t *T) {
				s := newSensor(t)
				e := read(t, s.id, Query("attrs", s.level))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()))
				t.Expect(e).To(lackAttribute(s.place))
			},
		},
		{
			ID:           "mim1.entity.retrieve.attrsKeepIdentity",
			Title:        "Retrieving with attrs still gives the entity's id and type",
			Requirements: identity, Clause: cim009 + "5.2.4",
			Level: Core, Needs: writes, Fault: "entity.retrieve.attrs-drop-type",
			Body: func(t *T) {
				s := newSensor(t)
				e := read(t, s.id, Query("attrs", s.place))
				t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(e).To(haveTypes(s.kind))
			},
		},
		{
			ID:           "mim1.entity.retrieve.attrsSome",
			Title:        "Retrieving with attrs of which the entity has only some gives those",
			Requirements: retrieve, Clause: cim009 + "5.7.1.4",
			Level: Core, Needs: writes, Fault: "entity.retrieve.attrs-wants-all",
			Body: func(t *T) {
				s := newSensor(t)
				e := read(t, s.id, Query("attrs", s.level+","+t.Name("missing")))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.level))
			},
		},
		{
			ID:           "mim1.entity.retrieve.attrsNone",
			Title:        "Retrieving with attrs of which the entity has none is answered with 404 ResourceNotFound",
			Requirements: retrieve, Clause: cim009 + "5.7.1.4", TestPurposes: []string{"018_03_02"},
			Level: Core, Needs: writes, Fault: "entity.retrieve.attrs-none-bare",
			Hint: "the bare entity is served, although none of the wanted attributes is there",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.GET(entityPath(s.id), Query("attrs", t.Name("missing")))).
					To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.entity.retrieve.dataset",
			Title:        "Retrieving with datasetId gives of each attribute the instance of that dataset only",
			Requirements: structured, Clause: cim009 + "4.5.5.1",
			Level: Core, Needs: writes, Since: "1.8.1", Fault: "entity.retrieve.ignores-dataset",
			Body: func(t *T) {
				attr, manual := t.Name("level"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), attr, []any{
					ngsild.Property(20), ngsild.Property(21, "datasetId", manual)}))
				e := read(t, id, Query("datasetId", manual))
				t.Expect(e).To(haveAttribute(attr, ngsild.Property(21, "datasetId", manual)))
				t.Expect(e).To(lackInstance(attr, ""))
			},
		},
		{
			ID:           "mim1.entity.retrieve.datasetDefault",
			Title:        "Retrieving with datasetId @none gives the default instances, among others those of other datasets that are named, and no attribute that has none of them",
			Requirements: structured, Clause: cim009Later + "4.5.5.1",
			Level: Core, Needs: writes, Since: "1.9.1", Fault: "entity.retrieve.none-as-dataset",
			Body: func(t *T) {
				attr, other, manual, third := t.Name("level"), t.Name("other"), t.URN("Dataset"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), other, ngsild.Property(1, "datasetId", third), attr, []any{
					ngsild.Property(20), ngsild.Property(21, "datasetId", manual)}))
				e := read(t, id, Query("datasetId", "@none"))
				t.Expect(e).To(haveAttribute(attr, ngsild.Property(20), "datasetId"))
				t.Expect(e).To(lackInstance(attr, manual))
				t.Expect(e).To(lackAttribute(other))
				e = read(t, id, Query("datasetId", "@none,"+manual))
				t.Expect(e).To(haveAttribute(attr, ngsild.Property(20), "datasetId"))
				t.Expect(e).To(haveAttribute(attr, ngsild.Property(21, "datasetId", manual)))
				t.Expect(e).To(lackAttribute(other))
			},
		},
	}
}
