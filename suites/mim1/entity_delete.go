package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func entityDelete() []Check {
	return []Check{
		{
			ID:           "mim1.entity.delete.deleted",
			Title:        "A deleted entity is gone, and deleting is answered with 204",
			Requirements: access, Clause: cim009 + "5.6.6.4, 6.5.3.2", TestPurposes: []string{"002_01"},
			Level: Core, Needs: writes, Fault: "entity.delete.swallowed",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.DELETE(entityPath(s.id)))
				t.Expect(t.GET(entityPath(s.id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.entity.delete.othersStay",
			Title:        "Deleting an entity leaves other entities of its type alone",
			Requirements: access, Clause: cim009 + "5.6.6.4",
			Level: Core, Needs: writes, Fault: "entity.delete.deletes-whole-type",
			Body: func(t *T) {
				s := newSensor(t)
				sibling := create(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(7)))
				done(t, t.DELETE(entityPath(s.id)))
				t.Expect(read(t, sibling)).To(haveAttribute(s.level, ngsild.Property(7)))
			},
		},
		{
			ID:           "mim1.entity.delete.repeated",
			Title:        "Deleting an entity a second time is answered with 404 ResourceNotFound",
			Requirements: access, Clause: cim009 + "5.6.6.4", TestPurposes: []string{"002_03"},
			Level: Core, Needs: writes, Fault: "entity.delete.unknown-accepted",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.DELETE(entityPath(s.id)))
				t.Expect(t.DELETE(entityPath(s.id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.entity.delete.unknown",
			Title:        "Deleting an entity that never was is answered with 404 ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.6.6.4", TestPurposes: []string{"002_03"},
			Level: Core, Needs: writes, Fault: "entity.delete.unknown-wrong-type",
			Body: func(t *T) {
				t.Expect(t.DELETE(entityPath(t.URN("Sensor")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.entity.delete.idNoUri",
			Title:        "Deleting an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.6.4", TestPurposes: []string{"002_02"},
			Level: Core, Needs: writes, Fault: "entity.delete.any-id-not-found",
			Hint: "the id is looked up before it is checked",
			Body: func(t *T) {
				t.Expect(t.DELETE(entityPath(t.Name("sensor")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.entity.delete.createdAgain",
			Title:        "After its deletion an entity can be created again and has nothing of its former self",
			Requirements: access, Clause: cim009 + "5.6.6.4",
			Level: Core, Needs: writes, Fault: "entity.delete.leaves-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.DELETE(entityPath(s.id)))
				create(t, ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(5)))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(5), "unitCode", "observedAt"))
				t.Expect(e).To(lackAttribute(s.place))
			},
		},
	}
}
