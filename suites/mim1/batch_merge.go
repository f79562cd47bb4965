package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func batchMerge() []Check {
	checks := batchChecks([]Check{
		{
			ID:           "mim1.batch.merge.merged",
			Title:        "A batch merge changes the members that are sent of each entity and keeps the others",
			Requirements: access, Clause: cim009 + "5.6.20.4, 6.31.3.1", TestPurposes: []string{"057_01"},
			Fault: "batch.merge.replaces-attributes",
			Body: func(t *T) {
				a, b := newSensor(t), newSensor(t)
				done(t, batch(t, "merge", []any{
					ngsild.Entity(a.id, a.kind, a.level, ngsild.Property(25)),
					ngsild.Entity(b.id, b.kind, b.level, ngsild.Property(26))}))
				a.hasOnlyLevel(t, with(levelAtFirst(), "value", 25))
				b.hasOnlyLevel(t, with(levelAtFirst(), "value", 26))
			},
		},
		{
			ID:           "mim1.batch.merge.appends",
			Title:        "A batch merge adds attributes that an entity has not",
			Requirements: access, Clause: cim009 + "5.6.20.4", TestPurposes: []string{"057_01"},
			Fault: "batch.merge.first-only",
			Body: func(t *T) {
				a, b, extra := newSensor(t), newSensor(t), t.Name("extra")
				done(t, batch(t, "merge", []any{
					ngsild.Entity(a.id, a.kind, extra, ngsild.Property("new")),
					ngsild.Entity(b.id, b.kind, extra, ngsild.Property("newer"))}))
				t.Expect(read(t, a.id)).To(haveAttribute(extra, ngsild.Property("new")))
				t.Expect(read(t, b.id)).To(haveAttribute(extra, ngsild.Property("newer")))
				b.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.batch.merge.nullRemoves",
			Title:        "NGSI-LD Null in a batch merge removes the attribute",
			Requirements: access, Clause: cim009 + "5.6.20.4",
			Fault: "batch.merge.ignores-null-value",
			Body: func(t *T) {
				s := newSensor(t)
				r := batch(t, "merge", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(ngsildNull))})
				if r.Status == 207 { // a platform that does not support Nulls says so for the entity
					isProblem(t, batchResult(t, r, nil, []string{s.id})[s.id], ngsild.OperationNotSupported)
					s.isUnchanged(t)
					t.Inapplicable("the platform says that it does not support NGSI-LD Null in this operation, as 5.6 allows")
				}
				doneOrNoNulls(t, r)
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.level))
				s.isElseUnchanged(t, e)
			},
		},
		{
			ID:           "mim1.batch.merge.unknown",
			Title:        "An entity that is not there is reported in a 207 answer and not created, while the others are merged",
			Requirements: access, Clause: cim009 + "5.6.20.4", TestPurposes: []string{"057_02"},
			Fault: "batch.merge.creates-unknown",
			Body: func(t *T) {
				s := newSensor(t)
				missing, e := aSensor(t)
				r := batch(t, "merge", []any{e, ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25))})
				batchResult(t, r, []string{s.id}, []string{missing.id})
				s.hasOnlyLevel(t, ngsild.Property(25))
				isGone(t, missing.id)
			},
		},
		{
			ID:           "mim1.batch.merge.unknownProblem",
			Title:        "The problem of an entity that is not there is ResourceNotFound",
			Requirements: errorAnswers, Clause: cim009 + "5.2.17",
			Fault: "batch.merge.untyped-problems",
			Body: func(t *T) {
				s := newSensor(t)
				missing, e := aSensor(t)
				r := batch(t, "merge", []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25)), e})
				isProblem(t, batchResult(t, r, []string{s.id}, []string{missing.id})[missing.id], ngsild.ResourceNotFound)
			},
		},
		{
			ID:           "mim1.batch.merge.duplicate",
			Title:        "An entity that is twice in a batch merge is merged in the order of the list",
			Requirements: access, Clause: cim009 + "5.5.11.5, 4.6.6",
			Fault: "batch.merge.reverses-order",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, batch(t, "merge", []any{
					ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25, "unitCode", "FAH")),
					ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(26))}))
				s.hasOnlyLevel(t, ngsild.Property(26, "unitCode", "FAH"))
			},
		},
		notJSONBatch("merge", "merge", "057_03"),
	})
	for i := range checks {
		checks[i].Since = "1.6.1"
	}
	return checks
}
