package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// notificationPitfalls checks what brokers were seen to do otherwise when they notify.
func notificationPitfalls() []Check {
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.attributes.whole",
			Title: "A notified entity has each attribute as it is retrieved, whatever its kind, with its units, times and attributes of its own",
			Fault: "notification.flat-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				more := manifold(t)
				done(t, t.POST(attrsPath(s.id), JSON(more)))
				e, _ := s.watch(t).told(t)
				whole := read(t, s.id)
				for _, name := range attributesOf(more) {
					t.Require(instance(whole, name, "")).NotTo(gomega.BeNil(), "attribute %s has to be there", name)
					t.Expect(e).To(haveAttribute(name, instance(whole, name, "")))
				}
			},
		},
		{
			ID:    "mim1.notification.state.afterDeletion",
			Title: "After an attribute of an entity was deleted, changes of the entity are notified still",
			Fault: "notification.ends-with-deletion",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				done(t, t.DELETE(attrPath(w.id, w.place)))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.state.otherFails",
			Title: "A receiver that fails does not keep others from being notified",
			Fault: "notification.stops-at-failure",
			Body: func(t *T) {
				s := newSensor(t)
				first, last := s.watch(t), s.watch(t)
				// Whatever the order in which they are told, one of them comes after the other's failure.
				for _, w := range [][2]*subscriber{{first, last}, {last, first}} {
					w[0].inbox.Answer(probe.Answer{Status: 500})
					w[0].await(t, w[0].mark(t))
					for range 2 { // the platform may learn of the failure later than it comes
						w[1].told(t)
					}
					w[0].inbox.Answer()
				}
			},
		},
	})
}

// manifold is attributes of all kinds that the version of the specification has, with
// attributes of their own.
func manifold(t *T) ngsild.Object {
	name := t.Name
	parts := ngsild.Object{
		name("list"): ngsild.Property([]any{"a", "b", 3}, "unitCode", "CEL", "observedAt", "2024-03-01T10:00:00Z",
			name("list"), ngsild.Property([]any{"c", "d"}), name("object"), ngsild.Property(ngsild.Object{"a": 1, "b": []any{1, 2}}),
			name("with"), ngsild.Relationship(t.URN("Place"))),
		name("to"): with(ngsild.Relationship(t.URN("Place")), "observedAt", "2024-03-01T11:00:00Z",
			name("text"), ngsild.Property("near"), name("by"), ngsild.Relationship(t.URN("Person"))),
		name("area"): with(ngsild.GeoProperty(ngsild.Object{"type": "Point", "coordinates": []any{10.5, 56.25}}), name("accuracy"), ngsild.Property(2.5)),
	}
	kinds := attributeTypes(t.Env.SpecVersion)
	for kind, a := range InOrder(map[string]ngsild.Object{
		"LanguageProperty": ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"}),
		"VocabProperty":    {"type": "VocabProperty", "vocab": name("term")},
		"JsonProperty":     {"type": "JsonProperty", "json": ngsild.Object{"id": 1, "b": []any{"x"}}},
		"ListProperty":     {"type": "ListProperty", "valueList": []any{1, 2, 1}},
	}) {
		if slices.Contains(kinds, kind) {
			parts[name("as"+kind)] = a
		}
	}
	return parts
}
