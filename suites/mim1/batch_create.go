package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func batchCreate() []Check {
	return batchChecks([]Check{
		{
			ID:           "mim1.batch.create.created",
			Title:        "All entities of a batch are created, and the answer is 201",
			Requirements: access, Clause: cim009 + "5.6.7.4", TestPurposes: []string{"003_01"},
			Fault: "batch.create.first-only",
			Body: func(t *T) {
				a, first := aSensor(t)
				b, second := aSensor(t)
				t.Require(batch(t, "create", []any{first, second})).To(HaveStatus(201))
				a.hasOnlyLevel(t, levelAtFirst())
				b.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.create.ids",
			Title:        "The answer to a wholly successful batch creation lists the created entities' ids",
			Requirements: access, Clause: cim009 + "6.14.3.1", TestPurposes: []string{"003_01"},
			Fault: "batch.create.no-ids",
			Body: func(t *T) {
				a, first := aSensor(t)
				b, second := aSensor(t)
				r := batch(t, "create", []any{first, second})
				t.Require(r).To(HaveStatus(201))
				isListOf(t, r, a.id, b.id)
			},
		},
		{
			ID:           "mim1.batch.create.exists",
			Title:        "An entity that exists is reported in a 207 answer and left alone, while the others are created",
			Requirements: access, Clause: cim009 + "5.6.7.4, 5.2.16", TestPurposes: []string{"003_02"},
			Fault: "batch.create.overwrites",
			Body: func(t *T) {
				old := newSensor(t)
				fresh, e := aSensor(t)
				r := batch(t, "create", []any{ngsild.Entity(old.id, old.kind, old.level, ngsild.Property(99)), e})
				batchResult(t, r, []string{fresh.id}, []string{old.id})
				t.Expect(read(t, fresh.id)).To(haveAttribute(fresh.level, levelAtFirst()))
				old.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.batch.create.existsProblem",
			Title:        "The problem of an entity that exists is AlreadyExists",
			Requirements: errorAnswers, Clause: cim009 + "5.2.16, 5.2.17",
			Fault: "batch.create.untyped-problems",
			Body: func(t *T) {
				old := newSensor(t)
				fresh, e := aSensor(t)
				r := batch(t, "create", []any{e, ngsild.Entity(old.id, old.kind, old.level, ngsild.Property(99))})
				isProblem(t, batchResult(t, r, []string{fresh.id}, []string{old.id})[old.id], ngsild.AlreadyExists)
			},
		},
		{
			ID:           "mim1.batch.create.duplicate",
			Title:        "Of an entity that is twice in a batch creation the first is created and the second reported as an error",
			Requirements: access, Clause: cim009 + "5.5.11.1", TestPurposes: []string{"003_10"}, Since: "1.5.1",
			Fault: "batch.create.last-duplicate-wins",
			Body: func(t *T) {
				s, e := aSensor(t)
				r := batch(t, "create", []any{e, ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(99))})
				batchResult(t, r, []string{s.id}, []string{s.id})
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		invalidItem("create", "creation", "5.6.7.4", "003_02"),
		emptyBatch("create", "creation", "5.6.7.4"),
		notJSONBatch("create", "creation", "003_03"),
	})
}
