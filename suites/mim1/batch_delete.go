package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func batchDelete() []Check {
	return batchChecks([]Check{
		{
			ID:           "mim1.batch.delete.deleted",
			Title:        "All entities of a batch deletion are gone, and the answer is 204",
			Requirements: access, Clause: cim009 + "5.6.10.4, 6.17.3.1", TestPurposes: []string{"006_01"},
			Fault: "batch.delete.first-only",
			Body: func(t *T) {
				a, b := newSensor(t), newSensor(t)
				done(t, batch(t, "delete", []any{a.id, b.id}))
				isGone(t, a.id)
				isGone(t, b.id)
			},
		},
		{
			ID:           "mim1.batch.delete.othersStay",
			Title:        "A batch deletion leaves entities alone that it does not name",
			Requirements: access, Clause: cim009 + "5.6.10.4",
			Fault: "batch.delete.deletes-whole-type",
			Body: func(t *T) {
				s := newSensor(t)
				sibling := create(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(7)))
				done(t, batch(t, "delete", []any{s.id}))
				t.Expect(read(t, sibling)).To(haveAttribute(s.level, ngsild.Property(7)))
			},
		},
		{
			ID:           "mim1.batch.delete.unknown",
			Title:        "An entity that is not there is reported in a 207 answer, while the others are deleted",
			Requirements: access, Clause: cim009 + "5.6.10.4", TestPurposes: []string{"006_02"},
			Fault: "batch.delete.hides-unknown",
			Body: func(t *T) {
				s, missing := newSensor(t), t.URN("Sensor")
				batchResult(t, batch(t, "delete", []any{missing, s.id}), []string{s.id}, []string{missing})
				isGone(t, s.id)
			},
		},
		{
			ID:           "mim1.batch.delete.unknownProblem",
			Title:        "The problem of an entity that is not there is ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.2.17",
			Fault: "batch.delete.untyped-problems",
			Body: func(t *T) {
				s, missing := newSensor(t), t.URN("Sensor")
				problems := batchResult(t, batch(t, "delete", []any{s.id, missing}), []string{s.id}, []string{missing})
				isProblem(t, problems[missing], ngsild.ResourceNotFound)
			},
		},
		{
			ID:           "mim1.batch.delete.duplicate",
			Title:        "Of an id that is twice in a batch deletion the first deletes and the second is reported as an error",
			Requirements: access, Clause: cim009 + "5.5.11.4", TestPurposes: []string{"006_04"}, Since: "1.5.1",
			Fault: "batch.delete.hides-duplicate",
			Body: func(t *T) {
				s := newSensor(t)
				batchResult(t, batch(t, "delete", []any{s.id, s.id}), []string{s.id}, []string{s.id})
				isGone(t, s.id)
			},
		},
		emptyBatch("delete", "deletion", "5.6.10.4"),
		notJSONBatch("delete", "deletion", "006_03"),
	})
}
