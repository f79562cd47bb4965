package mim1

import (
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// eventually asks again and again, with growing pauses, until look is satisfied: a
// platform may write its history behind the answer to the change. found says whether
// there was a history at all.
func eventually(t *T, look func() (found, satisfied bool)) (found bool) {
	for wait := time.Duration(0); wait < 2*time.Second; wait = 2*wait + 50*time.Millisecond {
		pause(t, wait)
		f, satisfied := look()
		found = found || f
		if satisfied {
			break
		}
	}
	if !found {
		t.Inapplicable("the platform keeps no history of what is changed through /entities, which the standard leaves open")
	}
	return found
}

// remembers expects that the history of an attribute, which the platform wrote by
// itself, is these readings.
func remembers(t *T, id, name string, want ...string) {
	slices.Sort(want)
	var got []string
	eventually(t, func() (found, satisfied bool) {
		r := t.GET(evolutionPath(id), Query("attrs", name))
		if r.Status == 404 {
			return false, false
		}
		t.Require(r).To(HaveStatus(200, 206))
		got = marks(t.Object(r), name)
		return len(got) > 0, slices.Equal(got, want)
	})
	t.Expect(got).To(holdReadings(want...))
}

// tenThen is the body of a check that a change of the level, which was 10 at 10:00,
// to 20 at 11:00 makes history.
func tenThen(feature Feature, change func(t *T, s sensor, next ngsild.Object)) func(*T) {
	return func(t *T) {
		if feature != "" && !t.Claims(feature) {
			t.Inapplicable("the target does not claim %s", feature)
		}
		s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level")}
		create(t, ngsild.Entity(s.id, s.kind, s.level, reading(10, "10:00:00")))
		change(t, s, reading(20, "11:00:00"))
		remembers(t, s.id, s.level, mark(10, at("10:00:00")), mark(20, at("11:00:00")))
	}
}

// temporalHistory checks the history that a platform writes by itself when entities
// change through the core API. No clause asks for it, so that a platform without it has
// nothing to be judged.
func temporalHistory() []Check {
	checks := []Check{
		{
			ID:     "mim1.temporal.history.created",
			Title:  "A created entity's attributes are in its history, with when they were observed",
			Fault:  "temporal.history.creation-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen("", func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: next})))
			}),
		},
		{
			ID:     "mim1.temporal.history.updated",
			Title:  "An updated attribute is in the history of its entity",
			Fault:  "temporal.history.update-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen("", func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: next})))
			}),
		},
		{
			ID:     "mim1.temporal.history.partiallyUpdated",
			Title:  "A partially updated attribute is in the history of its entity",
			Fault:  "temporal.history.partial-update-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen("", func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PATCH(attrPath(s.id, s.level), JSON(next)))
			}),
		},
		{
			ID:     "mim1.temporal.history.appended",
			Title:  "An attribute that is overwritten by appending is in the history of its entity",
			Fault:  "temporal.history.append-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen("", func(t *T, s sensor, next ngsild.Object) {
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: next})))
			}),
		},
		{
			ID:    "mim1.temporal.history.replacedAttribute",
			Title: "A replaced attribute is in the history of its entity",
			Since: "1.6.1", Fault: "temporal.history.attribute-replacement-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen(FeatureReplace, func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PUT(attrPath(s.id, s.level), JSON(next)))
			}),
		},
		{
			ID:    "mim1.temporal.history.replacedEntity",
			Title: "The attributes of a replaced entity are in its history",
			Since: "1.6.1", Fault: "temporal.history.entity-replacement-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen(FeatureReplace, func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, next))))
			}),
		},
		{
			ID:    "mim1.temporal.history.merged",
			Title: "A merged attribute is in the history of its entity",
			Since: "1.6.1", Fault: "temporal.history.merge-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen(FeatureMerge, func(t *T, s sensor, next ngsild.Object) {
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.level: next})))
			}),
		},
		{
			ID:     "mim1.temporal.history.batchUpserted",
			Title:  "An attribute that is upserted in a batch is in the history of its entity",
			Fault:  "temporal.history.batch-upsert-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen(FeatureBatch, func(t *T, s sensor, next ngsild.Object) {
				done(t, t.POST(entityOperation+"upsert", JSON([]any{ngsild.Entity(s.id, s.kind, s.level, next)})))
			}),
		},
		{
			ID:    "mim1.temporal.history.batchTwice",
			Title: "Of an entity that is twice in a batch upsert, both are in its history",
			Fault: "batch.upsert.last-duplicate-only", Clause: cim009 + "5.5.11.2",
			Body: func(t *T) {
				if !t.Claims(FeatureBatch) {
					t.Inapplicable("the target does not claim %s", FeatureBatch)
				}
				id, kind, level := t.URN("Sensor"), t.Name("Sensor"), t.Name("level")
				r := batch(t, "upsert", []any{ngsild.Entity(id, kind, level, reading(10, "10:00:00")), ngsild.Entity(id, kind, level, reading(20, "11:00:00"))})
				t.Require(r).To(HaveStatus(201))
				remembers(t, id, level, mark(10, at("10:00:00")), mark(20, at("11:00:00")))
			},
		},
		{
			ID:     "mim1.temporal.history.batchUpdated",
			Title:  "An attribute that is updated in a batch is in the history of its entity",
			Fault:  "temporal.history.batch-update-lost",
			Clause: cim009 + "4.5.6",
			Body: tenThen(FeatureBatch, func(t *T, s sensor, next ngsild.Object) {
				done(t, t.POST(entityOperation+"update", JSON([]any{ngsild.Entity(s.id, s.kind, s.level, next)})))
			}),
		},
		{
			ID:     "mim1.temporal.history.unchanged",
			Title:  "Changing one attribute writes no history of the others",
			Fault:  "temporal.history.whole-entity",
			Clause: cim009 + "4.5.7",
			Hint:   "the whole entity is recorded at each change",
			Body: func(t *T) {
				s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place")}
				create(t, ngsild.Entity(s.id, s.kind, s.level, reading(10, "10:00:00"), s.place, reading("north", "10:00:00")))
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: reading(20, "11:00:00")})))
				remembers(t, s.id, s.level, mark(10, at("10:00:00")), mark(20, at("11:00:00")))
				remembers(t, s.id, s.place, mark("north", at("10:00:00")))
			},
		},
		{
			ID:     "mim1.temporal.history.refused",
			Title:  "A change that was refused is not in the history",
			Fault:  "temporal.history.of-refused",
			Clause: cim009 + "4.5.6",
			Body: func(t *T) {
				s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level")}
				e := ngsild.Entity(s.id, s.kind, s.level, reading(10, "10:00:00"))
				create(t, e)
				t.Require(t.POST(entities, JSON(with(e, s.level, reading(99, "11:00:00"))))).To(HaveStatus(409))
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: reading(20, "12:00:00")})))
				remembers(t, s.id, s.level, mark(10, at("10:00:00")), mark(20, at("12:00:00")))
			},
		},
		{
			ID:     "mim1.temporal.history.deletedAttribute",
			Title:  "A deleted attribute's history ends with an instance whose value is NGSI-LD Null and that has deletedAt",
			Fault:  "temporal.history.deletion-lost",
			Clause: cim009 + "4.5.7", TestPurposes: []string{"020_17", "020_18"}, Since: "1.6.1",
			Body: func(t *T) {
				s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level")}
				create(t, ngsild.Entity(s.id, s.kind, s.level, reading(10, "10:00:00"), t.Name("other"), reading(1, "10:00:00")))
				remembers(t, s.id, s.level, mark(10, at("10:00:00")))
				done(t, t.DELETE(attrPath(s.id, s.level)))
				isRememberedAsDeleted(t, s.id, s.level, ngsildNull)
			},
		},
		{
			ID:     "mim1.temporal.history.deletedScope",
			Title:  "The history of a scope that is deleted ends with an instance that has deletedAt",
			Fault:  "temporal.history.deletion-lost",
			Clause: cim009 + "4.5.6", TestPurposes: []string{"020_19", "020_20"}, Since: "1.6.1",
			Body: func(t *T) {
				id, level := t.URN("Sensor"), t.Name("level")
				create(t, ngsild.Entity(id, t.Name("Sensor"), level, reading(10, "10:00:00"), "scope", "/Madrid/Gardens"))
				remembers(t, id, level, mark(10, at("10:00:00")))
				r := t.GET(evolutionPath(id))
				if r.Status != 200 || len(instances(t.Object(r), "scope")) == 0 {
					t.Inapplicable("the platform keeps no history of scopes")
				}
				done(t, t.DELETE(attrPath(id, "scope")))
				isRememberedAsDeleted(t, id, "scope", nil)
			},
		},
	}
	for i := range checks {
		checks[i].Level = Extended
	}
	return checks
}

// isRememberedAsDeleted expects an instance with deletedAt, and with the value if one
// is given.
func isRememberedAsDeleted(t *T, id, name string, value any) {
	var gone []ngsild.Object
	eventually(t, func() (found, satisfied bool) {
		r := t.GET(evolutionPath(id), Query("timeproperty", "deletedAt"))
		if r.Status == 404 {
			return true, false // there is a history, as was seen, but nothing deleted in it
		}
		t.Require(r).To(HaveStatus(200, 206))
		gone = nil
		for _, i := range instances(t.Object(r), name) {
			if i["deletedAt"] != nil {
				gone = append(gone, i)
			}
		}
		return true, len(gone) > 0
	})
	t.Require(gone).To(gomega.HaveLen(1), "instances of %s that tell of the deletion", name)
	t.Expect(gone[0]["deletedAt"]).To(gomega.MatchRegexp(dateTime))
	if value != nil {
		t.Expect(compact(valueOf(gone[0]))).To(gomega.Equal(compact(value)))
	}
}
