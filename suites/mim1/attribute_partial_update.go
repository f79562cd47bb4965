package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func attributePartialUpdate() []Check {
	return coreWrites([]Check{
		{
			ID:           "mim1.attribute.partialUpdate.updated",
			Title:        "A partial update changes the members that are sent",
			Requirements: access, Clause: cim009 + "5.6.4.4, 6.7.3.1", TestPurposes: []string{"012_01"},
			Fault: "attribute.partial-update.swallowed",
			Body: func(t *T) {
				s := newSensor(t)
				want := ngsild.Property(25, "unitCode", "FAH", "observedAt", "2024-03-01T11:00:00Z")
				done(t, t.PATCH(attrPath(s.id, s.level), JSON(want)))
				s.hasOnlyLevel(t, want)
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.keepsMembers",
			Title:        "A partial update keeps the attribute's members that are not sent",
			Requirements: access, Clause: cim009 + "5.5.8", TestPurposes: []string{"012_01"},
			Fault: "attribute.partial-update.replaces-whole",
			Hint:  "the attribute is replaced instead of patched",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(25))))
				s.hasOnlyLevel(t, with(levelAtFirst(), "value", 25))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.subAttribute",
			Title:        "A partial update adds a sub-attribute and keeps the others",
			Requirements: access, Clause: cim009 + "5.5.8",
			Fault: "attribute.partial-update.drops-sub-attributes",
			Body: func(t *T) {
				level, accuracy, source := t.Name("level"), t.Name("accuracy"), t.Name("source")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"),
					level, ngsild.Property(20, accuracy, ngsild.Property(0.9))))
				done(t, t.PATCH(attrPath(id, level), JSON(ngsild.Property(20, source, ngsild.Property("radar")))))
				t.Expect(read(t, id)).To(haveAttribute(level, ngsild.Property(20,
					accuracy, ngsild.Property(0.9), source, ngsild.Property("radar"))))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.relationship",
			Title:        "A partial update gives a Relationship another object",
			Requirements: access, Clause: cim009 + "5.6.4.4",
			Fault: "attribute.partial-update.relationships-fixed",
			Body: func(t *T) {
				s, elsewhere := newSensor(t), t.URN("Place")
				done(t, t.PATCH(attrPath(s.id, s.place), JSON(ngsild.Relationship(elsewhere))))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.place, ngsild.Relationship(elsewhere)))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()), "what the request did not name has to stay")
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.dataset",
			Title:        "A partial update with a datasetId changes that instance only",
			Requirements: access, Clause: cim009 + "5.6.4.4", TestPurposes: []string{"012_01"},
			Fault: "attribute.partial-update.ignores-dataset",
			Body: datasetCheck(func(t *T, id, level, dataset string) {
				done(t, t.PATCH(attrPath(id, level), JSON(ngsild.Property(31, "datasetId", dataset))))
			}),
		},
		{
			ID:           "mim1.attribute.partialUpdate.unknownDataset",
			Title:        "A partial update of an instance that the attribute has not is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.4.4", TestPurposes: []string{"012_03"},
			Fault: "attribute.partial-update.falls-back-to-default-instance",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(99, "datasetId", t.URN("Dataset"))))).
					To(BeProblem(404, ngsild.ResourceNotFound))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.nullRemovesMember",
			Title:        "A partial update with NGSI-LD Null as a member removes that member only",
			Requirements: access, Clause: cim009 + "5.5.8, 5.4", Since: "1.6.1",
			Fault: "attribute.partial-update.ignores-null-member",
			Body: func(t *T) {
				level, accuracy := t.Name("level"), t.Name("accuracy")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"),
					level, ngsild.Property(20, "unitCode", "CEL", accuracy, ngsild.Property(0.9))))
				doneOrNoNulls(t, t.PATCH(attrPath(id, level), JSON(ngsild.Property(20, accuracy, ngsildNull))))
				t.Expect(read(t, id)).To(haveAttribute(level, ngsild.Property(20, "unitCode", "CEL"), accuracy))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.nullInside",
			Title:        "A partial update with NGSI-LD Null inside of the JSON object that is a value is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", Since: "1.9.1",
			Fault: "attribute.partial-update.takes-null-inside",
			Body: func(t *T) {
				level, whole := t.Name("level"), ngsild.Object{"upper": 1, "lower": 2}
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, ngsild.Property(whole)))
				t.Expect(t.PATCH(attrPath(id, level), JSON(ngsild.Property(ngsild.Object{"upper": 1, "lower": ngsildNull})))).
					To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(read(t, id)).To(haveAttribute(level, ngsild.Property(whole)))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.typeChange",
			Title:        "A partial update does not change an attribute's type: trying is refused with 400",
			Requirements: errorAnswers, Clause: cim009 + "5.6.4.4", Since: "1.6.1",
			Fault: "attribute.partial-update.changes-type",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Relationship(t.URN("Place"))))).To(BeProblem(400))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.timestamps",
			Title:        "A partial update moves the attribute's modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "4.8",
			Fault: "attribute.partial-update.recreates-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, s.level, func(attempt int) {
					done(t, t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(30+attempt))))
				})
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.unknownAttribute",
			Title:        "A partial update of an attribute that the entity has not is answered with 404 ResourceNotFound and adds nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.4.4", TestPurposes: []string{"012_03"},
			Fault: "attribute.partial-update.appends-unknown",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				t.Expect(t.PATCH(attrPath(s.id, extra), JSON(ngsild.Property(1)))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(read(t, s.id)).To(lackAttribute(extra))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.unknownEntity",
			Title:        "A partial update in an entity that is not there is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.4.4", TestPurposes: []string{"012_03"},
			Fault: "attribute.partial-update.unknown-accepted",
			Body: func(t *T) {
				t.Expect(t.PATCH(attrPath(t.URN("Sensor"), t.Name("level")), JSON(ngsild.Property(1)))).
					To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.idNoUri",
			Title:        "A partial update in an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.4.4", TestPurposes: []string{"012_02"},
			Fault: "attribute.partial-update.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(attrPath(t.Name("sensor"), t.Name("level")), JSON(ngsild.Property(1)))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.attribute.partialUpdate.notJson",
			Title:        "A partial update by a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "attribute.partial-update.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrPath(s.id, s.level), Body(ngsild.MediaJSON, []byte(`{"type": "Property", "value": `)))).
					To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
	})
}
