package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func attributeDelete() []Check {
	return coreWrites([]Check{
		{
			ID:           "mim1.attribute.delete.deleted",
			Title:        "A deleted attribute is gone, and the entity's others stay",
			Requirements: access, Clause: cim009 + "5.6.5.4, 6.7.3.2", TestPurposes: []string{"013_01"},
			Fault: "attribute.delete.swallowed",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.DELETE(attrPath(s.id, s.level)))
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.level))
				s.isElseUnchanged(t, e)
			},
		},
		{
			ID:           "mim1.attribute.delete.defaultInstance",
			Title:        "Without datasetId only the default instance is deleted",
			Requirements: access, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_01"},
			Fault: "attribute.delete.deletes-all-instances",
			Body: func(t *T) {
				dataset, level := t.URN("Dataset"), t.Name("level")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level,
					[]any{ngsild.Property(20), ngsild.Property(30, "datasetId", dataset)}))
				done(t, t.DELETE(attrPath(id, level)))
				e := read(t, id)
				t.Expect(e).To(lackInstance(level, ""))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", dataset)))
			},
		},
		{
			ID:           "mim1.attribute.delete.dataset",
			Title:        "With datasetId only that instance is deleted",
			Requirements: access, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_01"},
			Fault: "attribute.delete.ignores-dataset",
			Body: func(t *T) {
				dataset, level := t.URN("Dataset"), t.Name("level")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level,
					[]any{ngsild.Property(20), ngsild.Property(30, "datasetId", dataset)}))
				done(t, t.DELETE(attrPath(id, level), Query("datasetId", dataset)))
				e := read(t, id)
				t.Expect(e).To(lackInstance(level, dataset))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20)), "the default instance is another one")
			},
		},
		{
			ID:           "mim1.attribute.delete.all",
			Title:        "With deleteAll=true all instances of the attribute are deleted",
			Requirements: access, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_01"},
			Fault: "attribute.delete.ignores-delete-all",
			Body: func(t *T) {
				level, other := t.Name("level"), t.Name("other")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), other, ngsild.Property(1), level,
					[]any{ngsild.Property(20), ngsild.Property(30, "datasetId", t.URN("Dataset")), ngsild.Property(40, "datasetId", t.URN("Dataset"))}))
				done(t, t.DELETE(attrPath(id, level), Query("deleteAll", "true")))
				e := read(t, id)
				t.Expect(e).To(lackAttribute(level))
				t.Expect(e).To(haveAttribute(other, ngsild.Property(1)))
			},
		},
		{
			ID:           "mim1.attribute.delete.scope",
			Title:        "Deleting scope as an attribute removes the entity's scopes",
			Requirements: structured, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_04"}, Since: "1.5.1",
			Fault: "attribute.delete.scope-stays",
			Body: func(t *T) {
				s, e := aSensor(t)
				e["scope"] = "/Madrid/Gardens"
				create(t, e)
				done(t, t.DELETE(attrPath(s.id, "scope")))
				got := read(t, s.id)
				t.Expect(got).To(haveScopes())
				s.isElseUnchanged(t, got)
			},
		},
		{
			ID:           "mim1.attribute.delete.unknownAttribute",
			Title:        "Deleting an attribute that the entity has not is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_03"},
			Fault: "attribute.delete.unknown-accepted",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.DELETE(attrPath(s.id, t.Name("extra")))).To(BeProblem(404, ngsild.ResourceNotFound))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.delete.unknownEntity",
			Title:        "Deleting an attribute of an entity that is not there is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.5.4", TestPurposes: []string{"013_03"},
			Fault: "attribute.delete.unknown-wrong-type",
			Body: func(t *T) {
				t.Expect(t.DELETE(attrPath(t.URN("Sensor"), t.Name("level")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.attribute.delete.idNoUri",
			Title:        "Deleting an attribute of an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.5.4",
			TestPurposes: []string{"013_02"}, Fault: "attribute.delete.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.DELETE(attrPath(t.Name("sensor"), t.Name("level")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	})
}
