package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// notificationChanges checks that a change is notified by whatever operation it is
// made (5.8.6), and that nothing is when nothing changes.
func notificationChanges() []Check {
	// shows makes a change that gives the attribute a fresh value, and expects to be
	// told of it.
	shows := func(t *T, w *subscriber, name string, change func(value int)) ngsild.Object {
		v := t.Number()
		e := w.notified(t, v, func() { change(v) }).entity(t, w.id)
		t.Expect(e).To(haveAttribute(name, ngsild.Property(v)))
		return e
	}
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.change.updateAttributes",
			Title: "An update of attributes is notified",
			Fault: "notification.no-update-attributes",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.change.partialUpdate",
			Title: "A partial update of an attribute is notified",
			Fault: "notification.no-partial-update",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				shows(t, w, w.level, func(v int) {
					done(t, t.PATCH(attrPath(w.id, w.level), JSON(ngsild.Object{"value": v})))
				})
			},
		},
		{
			ID:    "mim1.notification.change.append",
			Title: "A new attribute is notified",
			Fault: "notification.no-append",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				more := t.Name("more")
				shows(t, w, more, func(v int) {
					done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{more: ngsild.Property(v)})))
				})
			},
		},
		{
			ID:    "mim1.notification.change.overwrite",
			Title: "An attribute that is overwritten by appending is notified",
			Fault: "notification.no-append",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				shows(t, w, w.level, func(v int) {
					done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{w.level: ngsild.Property(v)})))
				})
			},
		},
		{
			ID:    "mim1.notification.change.createEntity",
			Title: "A new entity with attributes is notified",
			Level: Extended, Fault: "notification.no-create",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				v, id := t.Number(), t.URN("Sensor")
				d := w.notified(t, v, func() { create(t, ngsild.Entity(id, w.kind, w.level, ngsild.Property(v))) })
				t.Expect(d.entity(t, id)).To(haveAttribute(w.level, ngsild.Property(v)))
			},
		},
		{
			ID:    "mim1.notification.change.replaceAttribute",
			Title: "The replacement of an attribute is notified",
			Since: "1.6.1", Fault: "notification.no-replace",
			Body: func(t *T) {
				alsoClaims(t, FeatureReplace)
				w := newSensor(t).watch(t)
				shows(t, w, w.level, func(v int) { done(t, t.PUT(attrPath(w.id, w.level), JSON(ngsild.Property(v)))) })
			},
		},
		{
			ID:    "mim1.notification.change.replaceEntity",
			Title: "The replacement of an entity is notified",
			Since: "1.6.1", Fault: "notification.no-replace",
			Body: func(t *T) {
				alsoClaims(t, FeatureReplace)
				w := newSensor(t).watch(t)
				shows(t, w, w.level, func(v int) {
					done(t, t.PUT(entityPath(w.id), JSON(ngsild.Entity(w.id, w.kind, w.level, ngsild.Property(v)))))
				})
			},
		},
		{
			ID:    "mim1.notification.change.merge",
			Title: "A merge into an entity is notified",
			Since: "1.6.1", Fault: "notification.no-merge",
			Body: func(t *T) {
				alsoClaims(t, FeatureMerge)
				w := newSensor(t).watch(t)
				e := shows(t, w, w.level, func(v int) {
					done(t, t.PATCH(entityPath(w.id), JSON(ngsild.Object{w.level: ngsild.Object{"type": "Property", "value": v}})))
				})
				t.Expect(e).To(haveAttribute(w.place, w.there))
			},
		},
		{
			ID:    "mim1.notification.change.batch",
			Title: "A batch update of several entities is notified, for each of them",
			Fault: "notification.no-batch",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				w := newSensor(t).watch(t)
				other := w.another(t)
				a, b := t.Number(), t.Number()
				done(t, batch(t, "update", []any{
					ngsild.Entity(w.id, w.kind, w.level, ngsild.Property(a)), ngsild.Entity(other.id, w.kind, w.level, ngsild.Property(b))}))
				w.awaitAll(t, a, b) // in one notification or in two, in any order
			},
		},
		{
			ID:    "mim1.notification.change.upsert",
			Title: "A batch upsert is notified",
			Fault: "notification.no-batch",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				w := newSensor(t).watch(t)
				shows(t, w, w.level, func(v int) {
					r := batch(t, "upsert", []any{ngsild.Entity(w.id, w.kind, w.level, ngsild.Property(v), w.place, w.there)})
					t.Require(r).To(HaveStatus(201, 204))
				})
			},
		},
		{
			ID:     "mim1.notification.change.instance",
			Title:  "The update of one instance of an attribute is notified",
			Clause: cim009 + "4.5.5.1",
			Fault:  "notification.default-instance-only",
			Body: func(t *T) {
				more, dataset := t.Name("more"), t.URN("Dataset")
				w := newSensor(t, more, []any{ngsild.Property(1), ngsild.Property(2, "datasetId", dataset)}).watch(t)
				v := t.Number()
				d := w.notified(t, v, func() {
					done(t, t.PATCH(attrPath(w.id, more), JSON(ngsild.Property(v, "datasetId", dataset))))
				})
				t.Expect(d.entity(t, w.id)).To(haveAttribute(more, ngsild.Property(v, "datasetId", dataset)))
			},
		},
		{
			ID:    "mim1.notification.change.languageProperty",
			Title: "The change of a LanguageProperty is notified", TestPurposes: []string{"046_22_11"},
			Since: "1.4.1", Fault: "notification.properties-only",
			Body: func(t *T) {
				name, text := t.Name("name"), t.Name("harbour")
				w := newSensor(t, name, ngsild.LanguageProperty(ngsild.Object{"en": "Harbour"})).watch(t)
				d := w.notified(t, text, func() {
					done(t, t.PATCH(attrsPath(w.id), JSON(ngsild.Object{name: ngsild.LanguageProperty(ngsild.Object{"en": text})})))
				})
				t.Expect(d.entity(t, w.id)).To(haveAttribute(name, ngsild.LanguageProperty(ngsild.Object{"en": text})))
			},
		},
		{
			ID:    "mim1.notification.change.same",
			Title: "An update that leaves each member of an attribute as it was is no change, and is not notified",
			Level: Extended, Fault: "notification.of-same-values",
			Hint: "the platform notifies of each update without looking whether it changes anything",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.prepare(t, having("watchedAttributes", []any{s.level}))
				_, level := w.told(t)
				place := t.URN("Place") // is not watched, so that it is notified by what comes later only
				w.ignores(t, place, "the update changed nothing that is watched", func() {
					done(t, t.PATCH(attrsPath(w.id), JSON(ngsild.Object{w.place: ngsild.Relationship(place)})))
					w.setLevel(t, level)
				})
			},
		},
		{
			ID:     "mim1.notification.change.batchTwice",
			Title:  "Of an entity that is in a batch update twice, each of the updates is notified",
			Clause: cim009Later + "5.5.11.3", Since: "1.9.1", Fault: "batch.update.last-duplicate-only",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				w := newSensor(t).watch(t)
				first, second := t.Number(), t.Number()
				at := func(v int) any { return ngsild.Entity(w.id, w.kind, w.level, ngsild.Property(v)) }
				done(t, batch(t, "update", []any{at(first), at(second)}))
				w.awaitAll(t, first, second)
			},
		},
		{
			ID:    "mim1.notification.change.refused",
			Title: "A change that is refused is not notified",
			Fault: "notification.of-attempts",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				v := t.Number()
				w.ignores(t, v, "the change was refused", func() {
					t.Require(t.POST(entities, JSON(ngsild.Entity(w.id, w.kind, w.level, ngsild.Property(v))))).To(HaveStatus(409))
				})
			},
		},
	})
}

// awaitAll waits until each value has been mentioned by some notification.
func (w *subscriber) awaitAll(t *T, values ...any) {
	seen := map[any]bool{}
	for _, v := range values {
		if seen[v] {
			continue
		}
		for _, d := range w.await(t, v) {
			for _, other := range values {
				seen[other] = seen[other] || mentions(d.body["data"], other)
			}
		}
	}
}

// notificationTriggers checks which kinds of changes a subscription notifies of, by
// notificationTrigger (5.2.12, since V1.6.1).
func notificationTriggers() []Check {
	on := func(names ...any) edit { return having("notificationTrigger", names) }
	// Changes that are marks: each returns what only its notification mentions.
	creation := func(w *subscriber) func(*T) any {
		return func(t *T) any {
			v := t.Number()
			create(t, ngsild.Entity(t.URN("Sensor"), w.kind, w.level, ngsild.Property(v)))
			return v
		}
	}
	deletion := func(w *subscriber) func(*T) any {
		return func(t *T) any {
			other := w.another(t)
			done(t, t.DELETE(entityPath(other.id)))
			return other.id
		}
	}
	append1 := func(w *subscriber) func(*T) any {
		return func(t *T) any {
			v := t.Number()
			done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{t.Name("more"): ngsild.Property(v)})))
			return v
		}
	}
	removal := func(w *subscriber) func(*T) any {
		return func(t *T) any {
			name := t.Name("more")
			done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{name: ngsild.Property(1)})))
			done(t, t.DELETE(attrPath(w.id, name)))
			return name
		}
	}
	update := func(w *subscriber) func(*T) any { return w.markLevel }

	// What a notification of a deletion mentions is not in one of the creation before it.
	type change struct {
		what, name string
		mark       func(w *subscriber) func(*T) any
		trace      any // what its notification mentions, if that is not what mark returns
	}
	created := change{what: "a new entity", name: "Create", mark: creation}
	deleted := change{what: "the deletion of an entity", name: "Delete", mark: deletion, trace: "deletedAt"}
	appended := change{what: "a new attribute", name: "Append", mark: append1}
	removed := change{what: "the deletion of an attribute", name: "Remove", mark: removal, trace: ngsildNull}
	updated := change{what: "the update of an attribute", name: "Update", mark: update}
	var checks []Check
	for _, c := range []struct {
		trigger  string
		sends    change
		purposes []string // of ETSI, of what it sends
		ignores  []change
	}{
		{"entityCreated", created, nil, []change{updated, appended}},
		{"entityUpdated", updated, nil, []change{deleted}},
		{"entityDeleted", deleted, []string{"046_21_01"}, []change{updated, removed}},
		{"attributeCreated", appended, nil, []change{updated, removed}},
		{"attributeUpdated", updated, nil, []change{appended, removed}},
		{"attributeDeleted", removed, []string{"046_22_04"}, []change{updated, appended}},
	} {
		subscribed := func(t *T) *subscriber {
			w := newSensor(t).prepare(t, on(c.trigger))
			w.mark = c.sends.mark(w)
			return w.begin(t)
		}
		checks = append(checks, Check{
			ID:           "mim1.notification.trigger." + c.trigger,
			Title:        "With the trigger " + c.trigger + ", " + c.sends.what + " is notified",
			TestPurposes: c.purposes, Fault: "notification.trigger-" + c.trigger + "-unknown",
			Body: func(t *T) {
				w := subscribed(t)
				v := w.mark(t)
				got := w.await(t, v)
				t.Expect(got[len(got)-1].items()).NotTo(gomega.BeEmpty())
			},
		})
		for _, other := range c.ignores {
			checks = append(checks, Check{
				ID:    "mim1.notification.trigger." + c.trigger + "Not" + other.name,
				Title: "With the trigger " + c.trigger + " alone, " + other.what + " is not notified",
				Fault: "notification.trigger-ignored",
				Body: func(t *T) {
					w := subscribed(t)
					w.ignoresMade(t, inTurn, "it is none of the changes that notificationTrigger names", func() any {
						if v := other.mark(w)(t); other.trace == nil {
							return v
						}
						return other.trace
					})
				},
			})
		}
	}
	checks = append(checks,
		Check{
			ID:    "mim1.notification.trigger.entityUpdatedAppend",
			Title: "The trigger entityUpdated covers new attributes",
			Fault: "notification.entity-updated-as-attribute-updated",
			Body: func(t *T) {
				w := newSensor(t).watch(t, on("entityUpdated"))
				w.await(t, append1(w)(t))
			},
		},
		Check{
			ID:    "mim1.notification.trigger.entityUpdatedRemove",
			Title: "The trigger entityUpdated covers the deletion of attributes",
			Fault: "notification.entity-updated-as-attribute-updated",
			Body: func(t *T) {
				w := newSensor(t).watch(t, on("entityUpdated"))
				// The deletion shows in the name of the attribute, with a Null, and not in the
				// notification of its creation, which shows the value.
				name := t.Name("more")
				w.await(t, w.appended(t, name))
				done(t, t.DELETE(attrPath(w.id, name)))
				got := w.await(t, ngsildNull)
				t.Expect(got[len(got)-1].entity(t, w.id)).To(gomega.HaveKey(name))
			},
		},
		Check{
			ID:    "mim1.notification.trigger.defaultNotRemove",
			Title: "Unless triggers are named, the deletion of an attribute is not notified",
			Fault: "notification.any-trigger-by-default",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				name := t.Name("more")
				w.await(t, w.appended(t, name))
				w.ignores(t, ngsildNull, "the default triggers are attributeCreated and attributeUpdated (5.2.12)", func() {
					done(t, t.DELETE(attrPath(w.id, name)))
				})
			},
		},
		Check{
			ID:    "mim1.notification.trigger.defaultNotDelete",
			Title: "Unless triggers are named, the deletion of an entity is not notified",
			Fault: "notification.any-trigger-by-default",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				other := w.another(t)
				w.ignores(t, "deletedAt", "the default triggers are attributeCreated and attributeUpdated (5.2.12)", func() {
					done(t, t.DELETE(entityPath(other.id)))
				})
			},
		},
		Check{
			ID:    "mim1.notification.trigger.several",
			Title: "Any of several triggers is enough",
			Fault: "notification.first-trigger-only",
			Body: func(t *T) {
				w := newSensor(t).prepare(t, on("entityDeleted", "attributeUpdated"))
				w.await(t, deletion(w)(t))
				w.await(t, w.mark(t))
			},
		},
		Check{
			ID:    "mim1.notification.deleted.attribute",
			Title: "A deleted attribute is notified with NGSI-LD Null as its value", TestPurposes: []string{"046_22_04"},
			Clause: cim009 + "5.8.6", Fault: "notification.deleted-attribute-left-out",
			Body: func(t *T) {
				w := newSensor(t).prepare(t, on("attributeDeleted"))
				w.mark = removal(w)
				name := w.mark(t).(string)
				got := w.await(t, ngsildNull)
				t.Expect(got[len(got)-1].entity(t, w.id)).To(showDeleted(name, ngsild.Object{"type": "Property", "value": ngsildNull}))
			},
		},
		Check{
			ID:     "mim1.notification.deleted.relationship",
			Title:  "A deleted Relationship is notified with NGSI-LD Null as its object",
			Clause: cim009 + "5.8.6", Fault: "notification.deleted-attribute-left-out",
			Body: func(t *T) {
				w := newSensor(t).prepare(t, on("attributeDeleted"))
				done(t, t.DELETE(attrPath(w.id, w.place)))
				got := w.await(t, ngsildNull)
				t.Expect(got[len(got)-1].entity(t, w.id)).To(showDeleted(w.place, ngsild.Object{"type": "Relationship", "object": ngsildNull}))
			},
		},
		Check{
			ID:    "mim1.notification.deleted.entity",
			Title: "A deleted entity is notified with its id and type, and when it was deleted", TestPurposes: []string{"046_21_01"},
			Level: Extended, Fault: "notification.no-deleted-at",
			Body: func(t *T) {
				w := newSensor(t).prepare(t, on("entityDeleted"))
				other := w.another(t)
				d := w.notified(t, other.id, func() { done(t, t.DELETE(entityPath(other.id))) })
				e := d.entity(t, other.id)
				t.Expect(e).To(haveTypes(w.kind))
				_, err := instant(e["deletedAt"])
				t.Expect(err).To(gomega.Succeed(), "deletedAt is a DateTime (4.8)")
			},
		},
	)
	for i := range checks {
		checks[i].Since = "1.6.1"
	}
	checks = append(checks, Check{
		ID:    "mim1.notification.deleted.entityAlone",
		Title: "Of a deleted entity no more is notified than its id and type and when it was deleted, unless changes or system attributes are asked for",
		// The test purpose is of V1.6.1, the text that was read of V1.9.1.
		Clause: cim009Later + "5.8.6", Since: "1.9.1", TestPurposes: []string{"046_21_01"},
		Fault: "notification.deleted-entity-as-it-was",
		Body: func(t *T) {
			w := newSensor(t).prepare(t, on("entityDeleted"))
			other := w.another(t)
			d := w.notified(t, other.id, func() { done(t, t.DELETE(entityPath(other.id))) })
			e := d.entity(t, other.id)
			_, err := instant(e["deletedAt"])
			t.Expect(err).To(gomega.Succeed(), "deletedAt is a DateTime (4.8)")
			t.Expect(attributesOf(e)).To(gomega.BeEmpty(), "attributes of the deleted entity")
			t.Expect(e).NotTo(gomega.Or(gomega.HaveKey("createdAt"), gomega.HaveKey("modifiedAt")))
		},
	})
	return notificationChecks("5.2.12", checks)
}

// showDeleted matches an entity whose attribute is deleted. The text has the name with the
// Null alone (5.8.6 of V1.9.1), unless there is more to tell; the expectations of ETSI's
// suite, which are older, have an attribute whose value is the Null. Either tells it.
func showDeleted(name string, attribute ngsild.Object) types.GomegaMatcher {
	return gomega.Or(gomega.HaveKeyWithValue(name, gomega.Equal(ngsildNull)), haveAttribute(name, attribute))
}

// appended adds an attribute with a fresh value to the sensor, and returns the value.
func (w *subscriber) appended(t *T, name string) int {
	v := t.Number()
	done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{name: ngsild.Property(v)})))
	return v
}
