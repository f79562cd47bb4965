package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// notificationForms checks which attributes a notification holds, and in which
// representation (5.2.14, 4.5).
func notificationForms() []Check {
	return notificationChecks("5.2.14", []Check{
		{
			ID:    "mim1.notification.format.default",
			Title: "Unless a format is given, entities are notified in the normalised representation",
			Fault: "notification.simplified-by-default",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
				t.Expect(e).To(haveAttribute(w.place, w.there))
			},
		},
		{
			ID:    "mim1.notification.format.normalized",
			Title: "With format normalized, entities are notified in the normalised representation",
			Fault: "notification.always-simplified",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("format", "normalized"))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.format.keyValues",
			Title: "With format keyValues, entities are notified in the simplified representation",
			Fault: "notification.always-normalized",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("format", "keyValues"))
				e, level := w.told(t)
				t.Expect(normal(e[w.level])).To(EqualJSON(level), "a Property is its value (4.5.4)")
				t.Expect(e[w.place]).To(EqualJSON(w.there["object"]), "a Relationship is its object (4.5.4)")
			},
		},
		{
			ID:    "mim1.notification.format.simplified",
			Title: "The format simplified is another name of keyValues",
			Since: "1.8.1", Fault: "notification.simplified-unknown",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("format", "simplified"))
				e, level := w.told(t)
				t.Expect(normal(e[w.level])).To(EqualJSON(level), "a Property is its value (4.5.4)")
			},
		},
		{
			ID:    "mim1.notification.format.concise",
			Title: "With format concise, entities are notified in the concise representation",
			Since: "1.6.1", Fault: "notification.concise-as-normalized",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("format", "concise"))
				e, level := w.told(t)
				t.Expect(normal(e[w.level])).To(gomega.Or(EqualJSON(level), EqualJSON(ngsild.Object{"value": level})),
					"a Property without further members is its value, or an object with it (4.5.1)")
				t.Expect(e[w.place]).To(EqualJSON(ngsild.Object{"object": w.there["object"]}), "a Relationship is an object without type (4.5.1)")
			},
		},
		{
			ID:    "mim1.notification.sysAttrs.shown",
			Title: "With sysAttrs, notified entities and their attributes hold createdAt and modifiedAt",
			Since: "1.6.1", TestPurposes: []string{"046_17"}, Fault: "notification.sysattrs-ignored",
			Body: func(t *T) {
				w := newSensor(t).watch(t, sending("sysAttrs", true))
				e, _ := w.told(t)
				for _, o := range []ngsild.Object{e, instance(e, w.level, "")} {
					for _, name := range []string{"createdAt", "modifiedAt"} {
						_, err := instant(o[name])
						t.Expect(err).To(gomega.Succeed(), "%s is a DateTime (4.8)", name)
					}
				}
			},
		},
		{
			ID:    "mim1.notification.sysAttrs.hidden",
			Title: "Without sysAttrs, notified entities and their attributes hold no createdAt and modifiedAt",
			Since: "1.6.1", TestPurposes: []string{"046_18"}, Fault: "notification.sysattrs-always",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				e, _ := w.told(t)
				for _, o := range []ngsild.Object{e, instance(e, w.level, "")} {
					t.Expect(o).NotTo(gomega.Or(gomega.HaveKey("createdAt"), gomega.HaveKey("modifiedAt")))
				}
			},
		},
		{
			ID:    "mim1.notification.attributes.all",
			Title: "Unless attributes are named, a notified entity holds all of its attributes", TestPurposes: []string{"046_08"},
			Fault: "notification.relationships-left-out",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				e, _ := w.told(t)
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(w.level, w.place))
			},
		},
		{
			ID:    "mim1.notification.attributes.named",
			Title: "If attributes are named, a notified entity holds these and no others", TestPurposes: []string{"046_08"},
			Fault: "notification.attributes-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, sending("attributes", []any{s.level}))
				e, _ := w.told(t)
				t.Expect(e).To(haveTypes(w.kind))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(w.level))
			},
		},
		{
			ID:    "mim1.notification.attributes.unchanged",
			Title: "The attributes to be notified of need not be those that changed",
			Fault: "notification.attributes-as-watched",
			Hint:  "attributes says what to send, watchedAttributes when",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.prepare(t, sending("attributes", []any{s.place}))
				w.mark = func(t *T) any { // the level is not shown: the only thing that can be seen is the sensor
					w.setLevel(t, t.Number())
					return w.id
				}
				w.begin(t)
				got := w.await(t, w.mark(t))
				e := got[len(got)-1].entity(t, w.id)
				t.Expect(e).To(haveAttribute(w.place, w.there))
				t.Expect(e).To(lackAttribute(w.level))
			},
		},
		{
			ID:     "mim1.notification.pick.members",
			Title:  "If members are picked, a notified entity holds these and no others",
			Clause: cim009 + "4.21", Since: "1.8.1", TestPurposes: []string{"046_42"}, Fault: "notification.pick-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, sending("pick", []any{"id", s.level}))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
				t.Expect(e).To(lackAttribute(w.place))
				t.Expect(e).NotTo(gomega.HaveKey("type"))
			},
		},
		{
			ID:     "mim1.notification.omit.members",
			Title:  "If members are omitted, a notified entity holds all others",
			Clause: cim009 + "4.21", Since: "1.8.1", TestPurposes: []string{"046_43"}, Fault: "notification.omit-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, sending("omit", []any{s.place}))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
				t.Expect(e).To(haveTypes(w.kind))
				t.Expect(e).To(lackAttribute(w.place))
			},
		},
		{
			ID:     "mim1.notification.dataset.named",
			Title:  "If datasets are named, a notified entity holds the attribute instances of these only",
			Clause: cim009 + "4.5.5.1", Since: "1.8.1", TestPurposes: []string{"046_19"}, Fault: "notification.dataset-ignored",
			Body: func(t *T) {
				dataset, more := t.URN("Dataset"), t.Name("more")
				s := newSensor(t, more, []any{ngsild.Property(1), ngsild.Property(2, "datasetId", dataset)})
				w := s.prepare(t, having("datasetId", []any{dataset}))
				w.mark = func(t *T) any {
					v := t.Number()
					done(t, t.PATCH(attrPath(s.id, more), JSON(ngsild.Property(v, "datasetId", dataset))))
					return v
				}
				w.begin(t)
				v := w.mark(t)
				got := w.await(t, v)
				e := got[len(got)-1].entity(t, w.id)
				t.Expect(e).To(haveAttribute(more, ngsild.Property(v, "datasetId", dataset)))
				t.Expect(e).To(lackInstance(more, ""))
			},
		},
		{
			ID:     "mim1.notification.lang.chosen",
			Title:  "If a language is named, a LanguageProperty is notified as the text in that language",
			Clause: cim009 + "5.2.12", Since: "1.4.1", Fault: "notification.lang-ignored",
			Body: func(t *T) {
				name := t.Name("name")
				w := newSensor(t, name, ngsild.LanguageProperty(ngsild.Object{"da": "Havn", "en": "Harbour"})).watch(t, having("lang", "da"))
				e, _ := w.told(t)
				a := instance(e, name, "")
				t.Require(a).NotTo(gomega.BeNil(), "the attribute has to be notified")
				t.Expect(a["value"]).To(gomega.Equal("Havn"), "a LanguageProperty becomes a Property with the text (4.15)")
				t.Expect(a["lang"]).To(gomega.Equal("da"))
			},
		},
	})
}
