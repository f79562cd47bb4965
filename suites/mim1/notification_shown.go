package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// shownChange is an attribute of some type, before and after a change, and the member
// that shows what it was.
type shownChange struct {
	name, kind    string
	before, after ngsild.Object
	previous      string
	value         string // member of the value
	since         string
	updateTP      string // test purposes
	deleteTP      string
	entityTP      string
}

func shownChanges(t *T) []shownChange {
	text := func() string {
		if t == nil {
			return ""
		}
		return t.Name("text")
	}
	vocab := func(v string) ngsild.Object { return ngsild.Object{"type": "VocabProperty", "vocab": v} }
	json := func(v string) ngsild.Object {
		return ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"a": v}}
	}
	return []shownChange{
		{name: "property", kind: "Property", value: "value", previous: "previousValue", since: "1.6.1",
			before: ngsild.Property(text()), after: ngsild.Property(text()), updateTP: "046_31", deleteTP: "046_34", entityTP: "046_37"},
		{name: "relationship", kind: "Relationship", value: "object", previous: "previousObject", since: "1.6.1",
			before: ngsild.Relationship("urn:ngsi-ld:Place:" + text()), after: ngsild.Relationship("urn:ngsi-ld:Place:" + text()), updateTP: "046_31", deleteTP: "046_34", entityTP: "046_37"},
		{name: "languageProperty", kind: "LanguageProperty", value: "languageMap", previous: "previousLanguageMap", since: "1.6.1",
			before: ngsild.LanguageProperty(ngsild.Object{"en": text()}), after: ngsild.LanguageProperty(ngsild.Object{"en": text()}), updateTP: "046_31", deleteTP: "046_34", entityTP: "046_37"},
		{name: "vocabProperty", kind: "VocabProperty", value: "vocab", previous: "previousVocab", since: "1.7.1",
			before: vocab(text()), after: vocab(text()), updateTP: "046_33", deleteTP: "046_36", entityTP: "046_39"},
		{name: "jsonProperty", kind: "JsonProperty", value: "json", previous: "previousJson", since: "1.8.1",
			before: json(text()), after: json(text()), updateTP: "046_32", deleteTP: "046_35", entityTP: "046_38"},
	}
}

// marker is the text that only the attribute holds after the change, or before it.
func marker(a ngsild.Object, value string) any {
	switch v := a[value].(type) {
	case ngsild.Object:
		for _, inner := range v {
			return inner
		}
	default:
		return v
	}
	return nil
}

// notificationShownChanges checks showChanges: what attributes were before (5.2.14,
// since V1.6.1).
func notificationShownChanges() []Check {
	var checks []Check
	for i, kind := range shownChanges(nil) {
		checks = append(checks,
			Check{
				ID:           "mim1.notification.changes." + kind.name,
				Title:        "With showChanges, a changed " + kind.kind + " is notified with what it was (" + kind.previous + ")",
				TestPurposes: []string{kind.updateTP}, Since: kind.since, Fault: "notification.no-previous",
				Body: func(t *T) {
					c, name := shownChanges(t)[i], t.Name("more")
					w := newSensor(t, name, c.before).watch(t, sending("showChanges", true))
					d := w.notified(t, marker(c.after, c.value), func() {
						done(t, t.PATCH(attrsPath(w.id), JSON(ngsild.Object{name: c.after})))
					})
					t.Expect(d.entity(t, w.id)).To(haveAttribute(name, with(c.after, c.previous, c.before[c.value])))
				},
			},
			Check{
				ID:           "mim1.notification.changes.deleted." + kind.name,
				Title:        "With showChanges, a deleted " + kind.kind + " is notified with what it was (" + kind.previous + ")",
				TestPurposes: []string{kind.deleteTP}, Since: kind.since, Fault: "notification.no-previous",
				Body: func(t *T) {
					c, name := shownChanges(t)[i], t.Name("more")
					s := newSensor(t, name, c.before)
					w := s.prepare(t, having("notificationTrigger", []any{"attributeDeleted"}), sending("showChanges", true))
					done(t, t.DELETE(attrPath(w.id, name)))
					got := w.await(t, ngsildNull)
					t.Expect(got[len(got)-1].entity(t, w.id)).To(haveAttribute(name, ngsild.Object{"type": kind.kind, c.previous: c.before[c.value]}))
				},
			},
			Check{
				ID:           "mim1.notification.changes.entity." + kind.name,
				Title:        "With showChanges, a deleted entity is notified with what its " + kind.kind + " was (" + kind.previous + ")",
				TestPurposes: []string{kind.entityTP}, Since: kind.since, Fault: "notification.no-previous",
				Body: func(t *T) {
					c, name := shownChanges(t)[i], t.Name("more")
					s := newSensor(t, name, c.before)
					w := s.prepare(t, having("notificationTrigger", []any{"entityDeleted"}), sending("showChanges", true))
					done(t, t.DELETE(entityPath(w.id)))
					got := w.until(t, "says that the entity is deleted", func(d delivery) bool {
						return mentions(d.body["data"], "deletedAt") || mentions(d.body["data"], c.previous)
					})
					t.Expect(got[len(got)-1].entity(t, w.id)).To(haveAttribute(name, ngsild.Object{"type": kind.kind, c.previous: c.before[c.value]}))
				},
			},
		)
	}
	checks = append(checks,
		Check{
			ID:    "mim1.notification.changes.created",
			Title: "With showChanges, a new attribute is notified without anything that it was", TestPurposes: []string{"046_41"},
			Since: "1.6.1", Fault: "notification.previous-of-new",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("showChanges", true))
				name := t.Name("more")
				v := t.Number()
				d := w.notified(t, v, func() {
					done(t, t.POST(attrsPath(w.id), JSON(ngsild.Object{name: ngsild.Property(v)})))
				})
				t.Expect(d.entity(t, w.id)).To(haveAttribute(name, ngsild.Property(v), "previousValue"))
			},
		},
		Check{
			ID:    "mim1.notification.changes.createdEntity",
			Title: "With showChanges, a new entity is notified without anything that it was", TestPurposes: []string{"046_40"},
			Since: "1.6.1", Fault: "notification.previous-of-new",
			Body: func(t *T) {
				w := newSensor(t).prepare(t, having("notificationTrigger", []any{"entityCreated"}), sending("showChanges", true))
				v, id := t.Number(), t.URN("Sensor")
				d := w.notified(t, v, func() { create(t, ngsild.Entity(id, w.kind, w.level, ngsild.Property(v))) })
				t.Expect(d.entity(t, id)).To(haveAttribute(w.level, ngsild.Property(v), "previousValue"))
			},
		},
		Check{
			ID:    "mim1.notification.changes.unchanged",
			Title: "With showChanges, an attribute that did not change is notified without anything that it was", TestPurposes: []string{"046_31"},
			Since: "1.6.1", Fault: "notification.previous-of-unchanged",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("showChanges", true))
				e, _ := w.told(t)
				t.Expect(e).To(haveAttribute(w.place, w.there, "previousObject"))
			},
		},
		Check{
			ID:    "mim1.notification.changes.notAsked",
			Title: "Without showChanges, nothing is notified that attributes were",
			Since: "1.6.1", Fault: "notification.changes-always",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level), "previousValue"))
			},
		},
	)
	return notificationChecks("5.2.14", checks)
}

// notificationLinked checks the linked entities in notifications (4.5.23, since V1.8.1).
func notificationLinked() []Check {
	// linked is a sensor with a Relationship to a place that has a name, and with further attributes.
	linked := func(t *T, more ...any) (s sensor, to string, name string) {
		name = t.Name("name")
		kind := t.Name("Place")
		to = create(t, ngsild.Entity(t.URN("Place"), kind, name, ngsild.Property("harbour")))
		s = sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place"), there: ngsild.Relationship(to)}
		create(t, ngsild.Entity(s.id, s.kind, append([]any{s.level, levelAtFirst(), s.place, leadsTo(kind, to)}, more...)...))
		return s, to, name
	}
	// inside is the entity that the Relationship of the notified sensor holds.
	inside := func(t *T, w *subscriber, e ngsild.Object) ngsild.Object {
		a, _ := e[w.place].(ngsild.Object)
		t.Require(e).To(answering(a != nil, "attribute %s has to be notified, seen %s", w.place, compact(e)))
		return memberOf(a, "entity")
	}
	created := func(t *T, e ngsild.Object) {
		_, err := instant(e["createdAt"])
		t.Expect(err).To(gomega.Succeed(), "createdAt of %v is a DateTime (4.8)", e["id"])
	}
	checks := []Check{
		{
			ID:    "mim1.notification.join.inline",
			Title: "With join inline, a Relationship is notified with the entity that it leads to", TestPurposes: []string{"046_27"},
			Fault: "notification.join-ignored",
			Body: func(t *T) {
				s, to, name := linked(t)
				w := s.watch(t, sending("join", "inline", "joinLevel", 1))
				e, _ := w.told(t)
				inner := inside(t, w, e)
				t.Expect(inner).To(haveMembers(ngsild.Object{"id": to}))
				t.Expect(inner).To(haveAttribute(name, ngsild.Property("harbour")))
			},
		},
		{
			ID:    "mim1.notification.join.inlineSimplified",
			Title: "With join inline and format keyValues, a Relationship is notified as the entity that it leads to", TestPurposes: []string{"046_29"},
			Fault: "notification.join-ignored",
			Body: func(t *T) {
				s, to, name := linked(t)
				w := s.watch(t, sending("join", "inline", "joinLevel", 1, "format", "keyValues"))
				e, _ := w.told(t)
				t.Expect(memberOf(e, w.place)).To(haveMembers(ngsild.Object{"id": to, name: "harbour"}))
			},
		},
		{
			ID:    "mim1.notification.join.inlineAttributes",
			Title: "With join inline, the attributes that are named decide which Relationships are notified", TestPurposes: []string{"046_30"},
			Fault: "notification.attributes-ignored",
			Body: func(t *T) {
				s, _, _ := linked(t)
				w := s.watch(t, sending("join", "inline", "joinLevel", 1, "attributes", []any{s.level}))
				e, _ := w.told(t)
				t.Expect(e).To(lackAttribute(w.place))
			},
		},
		{
			ID:    "mim1.notification.join.flat",
			Title: "With join flat, the entity that a Relationship leads to is notified beside", TestPurposes: []string{"046_23"},
			Fault: "notification.join-ignored",
			Body: func(t *T) {
				s, to, name := linked(t)
				w := s.watch(t, sending("join", "flat", "joinLevel", 1))
				v := t.Number()
				d := w.notified(t, v, func() { w.setLevel(t, v) })
				t.Expect(d.entity(t, w.id)).To(haveAttribute(w.place, w.there))
				t.Expect(d.entity(t, to)).To(haveAttribute(name, ngsild.Property("harbour")))
			},
		},
		{
			ID:    "mim1.notification.join.flatSimplified",
			Title: "With join flat and format keyValues, the entity that a Relationship leads to is notified beside", TestPurposes: []string{"046_25"},
			Fault: "notification.join-ignored",
			Body: func(t *T) {
				s, to, name := linked(t)
				w := s.watch(t, sending("join", "flat", "joinLevel", 1, "format", "keyValues"))
				v := t.Number()
				d := w.notified(t, v, func() { w.setLevel(t, v) })
				t.Expect(d.entity(t, w.id)[w.place]).To(EqualJSON(to))
				t.Expect(d.entity(t, to)[name]).To(EqualJSON("harbour"))
			},
		},
		{
			ID:    "mim1.notification.join.inlineSysAttrs",
			Title: "With join inline and sysAttrs, the linked entity is notified with when it was created, too", TestPurposes: []string{"046_28"},
			Fault: "notification.sysattrs-ignored",
			Body: func(t *T) {
				s, _, _ := linked(t)
				w := s.watch(t, sending("join", "inline", "joinLevel", 1, "sysAttrs", true))
				e, _ := w.told(t)
				created(t, e)
				created(t, inside(t, w, e))
			},
		},
		{
			ID:    "mim1.notification.join.flatSysAttrs",
			Title: "With join flat and sysAttrs, each entity is notified with when it was created", TestPurposes: []string{"046_24"},
			Fault: "notification.sysattrs-ignored",
			Body: func(t *T) {
				s, to, _ := linked(t)
				w := s.watch(t, sending("join", "flat", "joinLevel", 1, "sysAttrs", true))
				v := t.Number()
				d := w.notified(t, v, func() { w.setLevel(t, v) })
				created(t, d.entity(t, w.id))
				created(t, d.entity(t, to))
			},
		},
		{
			ID:    "mim1.notification.join.flatAttributes",
			Title: "With join flat, the entity that a Relationship which is named leads to is notified beside, and attributes that are not named are left out", TestPurposes: []string{"046_26"},
			Fault: "notification.flat-attributes-ignored",
			Body: func(t *T) {
				more := t.Name("more")
				s, to, name := linked(t, more, ngsild.Property(1))
				w := s.watch(t, sending("join", "flat", "joinLevel", 1, "attributes", []any{s.level, s.place, name}))
				v := t.Number()
				d := w.notified(t, v, func() { w.setLevel(t, v) })
				t.Expect(d.entity(t, w.id)).To(haveAttribute(w.place, w.there))
				t.Expect(d.entity(t, w.id)).To(lackAttribute(more))
				t.Expect(d.entity(t, to)).To(haveAttribute(name, ngsild.Property("harbour")))
			},
		},
		{
			ID:    "mim1.notification.join.none",
			Title: "Without join, no linked entity is notified",
			Fault: "notification.join-always",
			Body: func(t *T) {
				s, to, _ := linked(t)
				w := s.watch(t)
				v := t.Number()
				d := w.notified(t, v, func() { w.setLevel(t, v) })
				t.Expect(d.entity(t, w.id)).To(haveAttribute(w.place, w.there, "entity"))
				for _, e := range d.items() {
					t.Expect(e["id"]).NotTo(gomega.Equal(to))
				}
			},
		},
	}
	for i := range checks {
		checks[i].Feature, checks[i].Since = FeatureLinked, "1.8.1"
		body := checks[i].Body
		checks[i].Body = func(t *T) { alsoClaims(t, FeatureSubscriptions); body(t) }
	}
	return notificationChecks("4.5.23.1", checks)
}
