package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func batchUpsert() []Check {
	return batchChecks([]Check{
		{
			ID:           "mim1.batch.upsert.created",
			Title:        "A batch upsert creates the entities that are not there, and the answer is 201 with their ids",
			Requirements: access, Clause: cim009 + "5.6.8.4", TestPurposes: []string{"004_01"},
			Fault: "batch.upsert.first-only",
			Body: func(t *T) {
				a, first := aSensor(t)
				b, second := aSensor(t)
				r := batch(t, "upsert", []any{first, second})
				t.Require(r).To(HaveStatus(201))
				isListOf(t, r, a.id, b.id)
				a.hasOnlyLevel(t, levelAtFirst())
				b.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.upsert.replaces",
			Title:        "By default a batch upsert replaces entities that are there, and the answer is 204",
			Requirements: access, Clause: cim009 + "5.6.8.4", TestPurposes: []string{"004_03"},
			Fault: "batch.upsert.updates-by-default",
			Hint:  "the default mode is taken to be update",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, batch(t, "upsert", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))}))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(25), "unitCode", "observedAt"))
				t.Expect(e).To(lackAttribute(s.place))
			},
		},
		{
			ID:           "mim1.batch.upsert.replaceOption",
			Title:        "With options=replace a batch upsert replaces entities that are there",
			Requirements: access, Clause: cim009 + "6.15.3.1", TestPurposes: []string{"004_03"},
			Fault: "batch.upsert.ignores-replace",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, batch(t, "upsert", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))}, Query("options", "replace")))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(25), "unitCode", "observedAt"))
				t.Expect(e).To(lackAttribute(s.place))
			},
		},
		{
			ID:           "mim1.batch.upsert.updateOption",
			Title:        "With options=update a batch upsert changes the attributes that are sent and keeps the others",
			Requirements: access, Clause: cim009 + "5.6.8.4", TestPurposes: []string{"004_03"},
			Fault: "batch.upsert.ignores-update",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				done(t, batch(t, "upsert", []any{ngsild.Entity(s.id, s.kind,
					s.level, ngsild.Property(25, "unitCode", "FAH"), extra, ngsild.Property("new"))}, Query("options", "update")))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, ngsild.Property(25, "unitCode", "FAH"))
			},
		},
		{
			ID:           "mim1.batch.upsert.updateReplacesAttributes",
			Title:        "With options=update an attribute that is sent replaces the old one whole",
			Requirements: access, Clause: cim009 + "5.6.8.4", Since: "1.5.1",
			Fault: "batch.upsert.update-merges-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, batch(t, "upsert", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))}, Query("options", "update")))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.batch.upsert.mixed",
			Title:        "When a batch upsert creates some entities and updates others, the answer is 201 with the created ones' ids only",
			Requirements: access, Clause: cim009 + "6.15.3.1", TestPurposes: []string{"004_02"},
			Fault: "batch.upsert.lists-updated-too",
			Body: func(t *T) {
				old := newSensor(t)
				fresh, e := aSensor(t)
				r := batch(t, "upsert", []any{ngsild.Entity(old.id, old.kind, old.level, ngsild.Property(25), old.place, old.there), e})
				t.Require(r).To(HaveStatus(201))
				isListOf(t, r, fresh.id)
				old.hasOnlyLevel(t, ngsild.Property(25))
				fresh.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.upsert.duplicate",
			Title:        "Of an entity that is twice in a batch upsert the later one counts",
			Requirements: access, Clause: cim009 + "5.5.11.2, 4.6.6", TestPurposes: []string{"004_07"}, Since: "1.5.1",
			Fault: "batch.upsert.first-duplicate-wins",
			Body: func(t *T) {
				s, e := aSensor(t)
				later := ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25), s.place, s.there)
				r := batch(t, "upsert", []any{e, later})
				t.Require(r).To(HaveStatus(201))
				isListOf(t, r, s.id)
				s.hasOnlyLevel(t, ngsild.Property(25))
			},
		},
		invalidItem("upsert", "upsert", "5.6.8.4", "004_05"),
		{
			ID:           "mim1.batch.upsert.invalidProblem",
			Title:        "The problem of an invalid entity is BadRequestData",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", TestPurposes: []string{"004_05"},
			Fault: "batch.upsert.untyped-problems",
			Body: func(t *T) {
				good, goodEntity := aSensor(t)
				bad, badEntity := aSensor(t)
				badEntity[bad.place] = ngsild.Relationship("next door")
				r := batch(t, "upsert", []any{goodEntity, badEntity})
				if r.Status == 400 { // the list is judged as a whole
					t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
					return
				}
				isProblem(t, batchResult(t, r, []string{good.id}, []string{bad.id})[bad.id], ngsild.BadRequestData)
			},
		},
		emptyBatch("upsert", "upsert", "5.6.8.4"),
		notJSONBatch("upsert", "upsert", "004_06"),
	})
}
