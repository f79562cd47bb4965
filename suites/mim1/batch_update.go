package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func batchUpdate() []Check {
	return batchChecks([]Check{
		{
			ID:           "mim1.batch.update.updated",
			Title:        "A batch update changes the attributes that are sent of each entity and keeps the others",
			Requirements: access, Clause: cim009 + "5.6.9.4, 6.16.3.1", TestPurposes: []string{"005_01"},
			Fault: "batch.update.first-only",
			Body: func(t *T) {
				a, b := newSensor(t), newSensor(t)
				done(t, batch(t, "update", []any{
					ngsild.Entity(a.id, a.kind, a.level, ngsild.Property(25)),
					ngsild.Entity(b.id, b.kind, b.level, ngsild.Property(26))}))
				a.hasOnlyLevel(t, ngsild.Property(25))
				b.hasOnlyLevel(t, ngsild.Property(26))
			},
		},
		{
			ID:           "mim1.batch.update.appends",
			Title:        "A batch update adds attributes that an entity has not",
			Requirements: access, Clause: cim009 + "5.6.9.4", TestPurposes: []string{"005_01"},
			Fault: "batch.update.drops-new-attributes",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				done(t, batch(t, "update", []any{ngsild.Entity(s.id, s.kind, extra, ngsild.Property("new"))}))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.update.replacesAttributes",
			Title:        "An attribute in a batch update replaces the old one whole",
			Requirements: access, Clause: cim009 + "5.6.9.4",
			Fault: "batch.update.merges-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, batch(t, "update", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))}))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.batch.update.noOverwrite",
			Title:        "With options=noOverwrite a batch update leaves existing attributes untouched and adds new ones",
			Requirements: access, Clause: cim009 + "5.6.9.4", TestPurposes: []string{"005_02"},
			Fault: "batch.update.ignores-no-overwrite",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				t.Require(batch(t, "update", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(99), extra, ngsild.Property("new"))},
					Query("options", "noOverwrite"))).To(HaveStatus(204, 207))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.update.unknown",
			Title:        "An entity that is not there is reported in a 207 answer and not created, while the others are updated",
			Requirements: access, Clause: cim009 + "5.6.9.4", TestPurposes: []string{"005_03"},
			Fault: "batch.update.creates-unknown",
			Body: func(t *T) {
				s := newSensor(t)
				missing, e := aSensor(t)
				r := batch(t, "update", []any{e, ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))})
				batchResult(t, r, []string{s.id}, []string{missing.id})
				s.hasOnlyLevel(t, ngsild.Property(25))
				isGone(t, missing.id)
			},
		},
		{
			ID:           "mim1.batch.update.unknownProblem",
			Title:        "The problem of an entity that is not there is ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.2.17",
			Fault: "batch.update.untyped-problems",
			Body: func(t *T) {
				s := newSensor(t)
				missing, e := aSensor(t)
				r := batch(t, "update", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25)), e})
				isProblem(t, batchResult(t, r, []string{s.id}, []string{missing.id})[missing.id], ngsild.ResourceNotFound)
			},
		},
		emptyBatch("update", "update", "5.6.9.4"),
		notJSONBatch("update", "update", "005_04"),
	})
}
