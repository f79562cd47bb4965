package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// attributesDiscovery checks the retrieval of attributes (5.7.8-5.7.10).
func attributesDiscovery() []Check {
	return discovering([]Check{
		{
			ID:     "mim1.attributes.list.contains",
			Title:  "The list of attributes names the attributes of an entity as soon as there is one",
			Clause: cim009 + "5.7.8", TestPurposes: []string{"025_01"},
			Fault: "attributes.list.no-relationships",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(namesIn(t, attributesPath, "attributeList")).To(gomega.ContainElements(s.level, s.place))
			},
		},
		{
			ID:     "mim1.attributes.list.form",
			Title:  "The list of attributes is an AttributeList with a URI as id",
			Clause: cim009 + "5.2.27, 4.5.13", TestPurposes: []string{"025_01"}, Needs: reads,
			Fault: "attributes.list.bare-array",
			Body: func(t *T) {
				r := t.GET(attributesPath)
				t.Require(r).To(HaveStatus(200))
				list := t.Object(r)
				t.Expect(list["type"]).To(gomega.Equal("AttributeList"))
				t.Expect(list["id"]).To(beURI())
				t.Expect(r).To(answering(areNames(list["attributeList"]), "attributeList is %s, expected an array of names", compact(list["attributeList"])))
			},
		},
		{
			ID:     "mim1.attributes.list.gone",
			Title:  "The list of attributes no longer names an attribute when the last entity that has it is deleted",
			Clause: cim009 + "5.7.8",
			Fault:  "discovery.remembers-deleted",
			Body: func(t *T) {
				s := newSensor(t)
				t.Require(namesIn(t, attributesPath, "attributeList")).To(gomega.ContainElement(s.level))
				done(t, t.DELETE(entityPath(s.id)))
				t.Expect(namesIn(t, attributesPath, "attributeList")).NotTo(gomega.ContainElement(s.level))
			},
		},
		{
			ID:     "mim1.attributes.details.types",
			Title:  "With details=true, each attribute is an Attribute with its IRI and the types of entities that have it",
			Clause: cim009 + "5.7.9, 4.5.14, 5.2.28", TestPurposes: []string{"026_01"},
			Fault: "attributes.details-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				d := described(t, attributesPath, "attributeName", s.level)
				t.Expect(d).To(haveMembers(ngsild.Object{"type": "Attribute"}))
				t.Expect(d["id"]).To(beIRIOf(s.level))
				t.Expect(texts(d["typeNames"])).To(gomega.ConsistOf(s.kind))
			},
		},
		{
			ID:     "mim1.attributes.one.info",
			Title:  "An attribute is described by its IRI, its name, its kinds, the types that have it and a count",
			Clause: cim009 + "5.7.10, 4.5.15, 5.2.28", TestPurposes: []string{"027_02"},
			Level: Extended, Fault: "attributes.one.no-kinds",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(attributePath(s.place))
				t.Require(r).To(HaveStatus(200))
				info := t.Object(r)
				t.Expect(info).To(haveMembers(ngsild.Object{"type": "Attribute", "attributeName": s.place}))
				t.Expect(info["id"]).To(beIRIOf(s.place))
				t.Expect(texts(info["attributeTypes"])).To(gomega.ConsistOf("Relationship"))
				t.Expect(texts(info["typeNames"])).To(gomega.ConsistOf(s.kind))
				t.Expect(info["attributeCount"]).To(unsigned(), "attributeCount may be an estimate, but has to be a count (5.7.11)")
			},
		},
		{
			ID:     "mim1.attributes.one.iri",
			Title:  "An attribute is also found by its fully qualified name",
			Clause: cim009 + "6.28.3.1",
			Fault:  "attributes.one.iri-unknown",
			Body: func(t *T) {
				v := newVocabulary(t)
				v.create(t, 20)
				r := t.GET(attributePath(v.levelIRI))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveJSON("/id", v.levelIRI))
			},
		},
		{
			ID:     "mim1.attributes.one.unknown",
			Title:  "An attribute that no entity has is answered with 404 ResourceNotFound",
			Clause: cim009 + "6.28.3.1", TestPurposes: []string{"027_01"}, Needs: reads,
			Fault: "attributes.one.unknown-empty",
			Body: func(t *T) {
				t.Expect(t.GET(attributePath(t.Name("nothing")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
	})
}
