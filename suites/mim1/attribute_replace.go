package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func attributeReplace() []Check {
	checks := coreWrites([]Check{
		{
			ID:           "mim1.attribute.replace.replaced",
			Title:        "A replaced attribute is as it was sent, and the others stay",
			Requirements: access, Clause: cim009 + "5.6.19.4, 6.7.3.3", TestPurposes: []string{"055_01"},
			Fault: "attribute.replace.swallowed",
			Body: func(t *T) {
				s := newSensor(t)
				want := ngsild.Property(25, "unitCode", "FAH", "observedAt", "2024-03-01T11:00:00Z")
				done(t, t.PUT(attrPath(s.id, s.level), JSON(want)))
				s.hasOnlyLevel(t, want)
			},
		},
		{
			ID:           "mim1.attribute.replace.whole",
			Title:        "Replacing an attribute removes its members that are not sent",
			Requirements: access, Clause: cim009 + "5.6.19.4", TestPurposes: []string{"055_01"},
			Fault: "attribute.replace.merges",
			Hint:  "PUT is implemented as the partial update",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PUT(attrPath(s.id, s.level), JSON(ngsild.Property(25))))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.attribute.replace.dataset",
			Title:        "Replacing an instance with a datasetId replaces that instance only",
			Requirements: access, Clause: cim009 + "5.6.19.4", TestPurposes: []string{"055_02"},
			Fault: "attribute.replace.ignores-dataset",
			Body: datasetCheck(func(t *T, id, level, dataset string) {
				done(t, t.PUT(attrPath(id, level), JSON(ngsild.Property(31, "datasetId", dataset))))
			}),
		},
		{
			ID:           "mim1.attribute.replace.timestamps",
			Title:        "Replacing an attribute moves its modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "5.6.19.4", Since: "1.8.1",
			Fault: "attribute.replace.recreates-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, s.level, func(attempt int) {
					done(t, t.PUT(attrPath(s.id, s.level), JSON(ngsild.Property(30+attempt))))
				})
			},
		},
		{
			ID:           "mim1.attribute.replace.unknownAttribute",
			Title:        "Replacing an attribute that the entity has not is answered with 404 ResourceNotFound and adds nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.19.4", TestPurposes: []string{"055_03"},
			Fault: "attribute.replace.appends-unknown",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				t.Expect(t.PUT(attrPath(s.id, extra), JSON(ngsild.Property(1)))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(read(t, s.id)).To(lackAttribute(extra))
			},
		},
		{
			ID:           "mim1.attribute.replace.unknownEntity",
			Title:        "Replacing an attribute of an entity that is not there is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.19.4", TestPurposes: []string{"055_03"},
			Fault: "attribute.replace.unknown-accepted",
			Body: func(t *T) {
				t.Expect(t.PUT(attrPath(t.URN("Sensor"), t.Name("level")), JSON(ngsild.Property(1)))).
					To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.attribute.replace.idNoUri",
			Title:        "Replacing an attribute of an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.19.4", TestPurposes: []string{"055_03"},
			Fault: "attribute.replace.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.PUT(attrPath(t.Name("sensor"), t.Name("level")), JSON(ngsild.Property(1)))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.attribute.replace.notJson",
			Title:        "Replacing an attribute by a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "attribute.replace.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(attrPath(s.id, s.level), Body(ngsild.MediaJSON, []byte(`{"type": "Property", "value": `)))).
					To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
	})
	for i := range checks {
		checks[i].Feature = FeatureReplace
		if checks[i].Since == "" {
			checks[i].Since = "1.6.1"
		}
	}
	return checks
}
