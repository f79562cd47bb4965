package mim1

import (
	"regexp"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// another is a second sensor of the same type and with the same attributes, with
// further attributes given as name, value.
func (s sensor) another(t *T, more ...any) sensor {
	other := s
	other.id = t.URN("Sensor")
	create(t, ngsild.Entity(other.id, s.kind, append([]any{s.level, levelAtFirst(), s.place, s.there}, more...)...))
	return other
}

// tellsOf expects that a change of the other sensor's level is notified, too.
func (w *subscriber) tellsOf(t *T, other sensor) {
	v := t.Number()
	d := w.notified(t, v, func() { other.setLevel(t, v) })
	t.Expect(d.entity(t, other.id)["id"]).To(gomega.Equal(other.id))
}

// passesOver expects that a change of the other sensor's level is not notified.
func (w *subscriber) passesOver(t *T, other sensor, why string) {
	v := t.Number()
	w.ignores(t, v, why, func() { other.setLevel(t, v) })
}

// notificationSelection checks which entities a subscription is about (5.2.8, 5.2.33).
func notificationSelection() []Check {
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.entities.type",
			Title: "A subscription to a type notifies of every entity of that type", TestPurposes: []string{"046_05"},
			Fault: "notification.first-entity-only",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				w.tellsOf(t, w.another(t))
			},
		},
		{
			ID:    "mim1.notification.entities.otherType",
			Title: "A subscription to a type does not notify of entities of another type", TestPurposes: []string{"046_16_02"},
			Fault: "notification.type-ignored",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				w.passesOver(t, newSensor(t), "the entity is not of the type that the subscription names")
			},
		},
		{
			ID:    "mim1.notification.entities.eitherType",
			Title: "A type selector with several types notifies of entities of each of them", TestPurposes: []string{"046_16_01"},
			Clause: cim009 + "4.17", Since: "1.5.1", Fault: "notification.first-type-only",
			Body: func(t *T) {
				s, other := newSensor(t), newSensor(t)
				w := s.watch(t, about(ngsild.Object{"type": s.kind + "," + other.kind}))
				w.tellsOf(t, other)
			},
		},
		{
			ID:    "mim1.notification.entities.bothTypes",
			Title: "A type selector that asks for two types notifies of entities of both only", TestPurposes: []string{"046_16_02"},
			Clause: cim009 + "4.17", Since: "1.5.1", Fault: "notification.and-as-or",
			Body: func(t *T) {
				s := newSensor(t)
				second := t.Name("Device")
				both := s
				both.id = t.URN("Sensor")
				create(t, ngsild.Object{"id": both.id, "type": []any{s.kind, second}, s.level: levelAtFirst()})
				w := both.watch(t, about(ngsild.Object{"type": "(" + s.kind + ";" + second + ")"}))
				w.passesOver(t, s, "the entity is of one of the two types only")
			},
		},
		{
			ID:    "mim1.notification.entities.id",
			Title: "A subscription to an id notifies of that entity", TestPurposes: []string{"046_03"},
			Fault: "notification.id-in-lower-case",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, about(ngsild.Object{"id": s.id, "type": s.kind}))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.entities.otherId",
			Title: "A subscription to an id does not notify of other entities of the type", TestPurposes: []string{"046_03"},
			Fault: "notification.id-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, about(ngsild.Object{"id": s.id, "type": s.kind}))
				w.passesOver(t, s.another(t), "the entity has another id than the one that the subscription names")
			},
		},
		{
			ID:    "mim1.notification.entities.idPattern",
			Title: "A subscription to an idPattern notifies of entities whose id matches it", TestPurposes: []string{"046_04"},
			Fault: "notification.id-pattern-as-text",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, about(ngsild.Object{"idPattern": "^" + regexp.QuoteMeta(s.id[:len(s.id)-1]) + "[0-9]+$", "type": s.kind}))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.entities.otherIdPattern",
			Title: "A subscription to an idPattern does not notify of entities whose id does not match it", TestPurposes: []string{"046_04"},
			Fault: "notification.id-pattern-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, about(ngsild.Object{"idPattern": "^" + regexp.QuoteMeta(s.id) + "$", "type": s.kind}))
				w.passesOver(t, s.another(t), "the entity's id does not match the subscription's idPattern")
			},
		},
		{
			ID:    "mim1.notification.entities.several",
			Title: "A subscription that names several entities notifies of each of them", TestPurposes: []string{"046_05"},
			Fault: "notification.first-selector-only",
			Body: func(t *T) {
				s, other := newSensor(t), newSensor(t)
				w := s.watch(t, about(ngsild.Object{"type": s.kind}, ngsild.Object{"id": other.id, "type": other.kind}))
				w.tellsOf(t, other)
			},
		},
		{
			ID:     "mim1.notification.entities.ids",
			Title:  "A subscription to several ids notifies of each of these entities",
			Clause: cim009Later + "5.2.33", Since: "1.9.1", Fault: "notification.first-id-only",
			Body: func(t *T) {
				s := newSensor(t)
				other := s.another(t)
				w := s.watch(t, about(ngsild.Object{"type": s.kind, "id": []any{s.id, other.id}}))
				w.tellsOf(t, other)
			},
		},
		{
			ID:     "mim1.notification.entities.idFirst",
			Title:  "A subscription to an id notifies of that entity whatever its idPattern is",
			Clause: cim009Later + "5.2.33", Since: "1.9.1", Fault: "notification.pattern-before-id",
			Body: func(t *T) {
				s := newSensor(t)
				e, level := s.watch(t, about(ngsild.Object{"type": s.kind, "id": s.id, "idPattern": "^urn:ngsi-ld:Nothing:.*$"})).told(t)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(level)))
			},
		},
		{
			ID:     "mim1.notification.entities.anyType",
			Title:  "A subscription to the type * notifies of entities of whatever type that have a watched attribute",
			Clause: cim009Later + "5.2.33", Since: "1.9.1", Fault: "notification.any-type-as-name",
			Body: func(t *T) {
				s := newSensor(t)
				e, level := s.watch(t, about(ngsild.Object{"type": "*"}), having("watchedAttributes", []any{s.level})).told(t)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.entities.watchedOnly",
			Title: "A subscription without entities notifies of every entity that has a watched attribute",
			Fault: "notification.entities-assumed",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, lacking("entities"), having("watchedAttributes", []any{s.level}))
				other := newSensor(t, s.level, levelAtFirst()) // of another type
				other.level = s.level
				w.tellsOf(t, other)
			},
		},
	})
}

// notificationConditions checks under which conditions a change is notified:
// watchedAttributes, q, geoQ and scopeQ (5.2.12).
func notificationConditions() []Check {
	// elsewhere is a sensor's location, inside or outside of the bay.
	elsewhere := func(inside bool) ngsild.Object {
		if inside {
			return geometry("Point", point(0.3, 0.1))
		}
		return geometry("Point", point(0.1, 0.3))
	}
	// replace gives the sensor's place another object and returns it.
	replace := func(t *T, s sensor) (object string, change func()) {
		object = t.URN("Place")
		return object, func() {
			done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.place: ngsild.Relationship(object)})))
		}
	}
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.watched.none",
			Title: "Unless attributes are watched, a change of any attribute is notified",
			Fault: "notification.properties-only",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				object, change := replace(t, w.sensor)
				t.Expect(w.notified(t, object, change).entity(t, w.id)).To(haveAttribute(w.place, ngsild.Relationship(object)))
			},
		},
		{
			ID:    "mim1.notification.watched.changed",
			Title: "A change of any of the watched attributes is notified",
			Fault: "notification.first-watched-only",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("watchedAttributes", []any{s.level, s.place}))
				object, change := replace(t, w.sensor)
				t.Expect(w.notified(t, object, change).entity(t, w.id)).To(haveAttribute(w.place, ngsild.Relationship(object)))
			},
		},
		{
			ID:    "mim1.notification.watched.other",
			Title: "If attributes are watched, a change of another attribute is not notified",
			Fault: "notification.watched-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("watchedAttributes", []any{s.level}))
				object, change := replace(t, w.sensor)
				w.ignores(t, object, "the changed attribute is not watched", change)
			},
		},
		{
			ID:    "mim1.notification.watched.all",
			Title: "A notification of a watched attribute holds the other attributes, too",
			Fault: "notification.watched-as-attributes",
			Hint:  "watchedAttributes says when to send, attributes what",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("watchedAttributes", []any{s.level}))
				e, _ := w.told(t)
				t.Expect(e).To(haveAttribute(w.place, w.there))
			},
		},
		{
			ID:    "mim1.notification.q.matches",
			Title: "A change after which the entity matches q is notified", TestPurposes: []string{"046_06"},
			Fault: "notification.q-upside-down",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("q", s.level+">=1000"))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.q.fails",
			Title: "A change after which the entity does not match q is not notified",
			Fault: "notification.q-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("q", s.level+">=1000"))
				w.ignores(t, 7, "the entity does not match the subscription's q", func() { w.setLevel(t, 7) })
			},
		},
		{
			ID:    "mim1.notification.q.unchanged",
			Title: "The condition q may be about another attribute than the one that changed",
			Fault: "notification.q-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				mode := t.Name("mode")
				on, off := s.another(t, mode, ngsild.Property("on")), s.another(t, mode, ngsild.Property("off"))
				w := on.watch(t, having("q", mode+`=="on"`))
				w.passesOver(t, off, "the entity does not match the subscription's q")
			},
		},
		{
			ID:    "mim1.notification.q.absent",
			Title: "An entity without the attribute that q is about is not notified",
			Fault: "notification.q-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				mode := t.Name("mode")
				on := s.another(t, mode, ngsild.Property("on"))
				w := on.watch(t, having("q", mode+`=="on"`))
				w.passesOver(t, s, "the entity lacks the attribute that the subscription's q is about")
			},
		},
		{
			ID:    "mim1.notification.q.relationship",
			Title: "The condition q may be about a Relationship's object",
			Fault: "notification.q-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("q", s.place+`=="`+s.there["object"].(string)+`"`))
				other := s.another(t)
				object, change := replace(t, other)
				w.ignores(t, object, "the Relationship's object is not the one that the subscription's q asks for", change)
			},
		},
		{
			ID:    "mim1.notification.geoQ.inside",
			Title: "A change of an entity that matches geoQ is notified", TestPurposes: []string{"046_06"},
			Requirements: append([]string{"oasc-2019-01-16/MIM1/geo"}, notifying...), Fault: "notification.geoq-axes-swapped",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				w := newSensor(t, "location", elsewhere(true)).watch(t, having("geoQ", inTheBay()))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:           "mim1.notification.geoQ.outside",
			Title:        "A change of an entity that does not match geoQ is not notified",
			Requirements: append([]string{"oasc-2019-01-16/MIM1/geo"}, notifying...), Fault: "notification.geoq-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				s := newSensor(t, "location", elsewhere(true))
				w := s.watch(t, having("geoQ", inTheBay()))
				w.passesOver(t, s.another(t, "location", elsewhere(false)), "the entity is outside of the subscription's geoQ")
			},
		},
		{
			ID:           "mim1.notification.geoQ.nowhere",
			Title:        "An entity without location is not notified if the subscription has geoQ",
			Requirements: append([]string{"oasc-2019-01-16/MIM1/geo"}, notifying...), Fault: "notification.geoq-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				s := newSensor(t, "location", elsewhere(true))
				w := s.watch(t, having("geoQ", inTheBay()))
				w.passesOver(t, s.another(t), "the entity has no location that could match the subscription's geoQ")
			},
		},
		{
			ID:           "mim1.notification.geoQ.anyInstance",
			Title:        "A change of an entity of which one of several locations matches geoQ is notified",
			Requirements: append([]string{"oasc-2019-01-16/MIM1/geo"}, notifying...), Fault: "notification.geoq-of-single-locations",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				s := newSensor(t, "location", []any{elsewhere(false), with(elsewhere(true), "datasetId", t.URN("Dataset"))})
				e, level := s.watch(t, having("geoQ", inTheBay())).told(t)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(level)))
			},
		},
		{
			ID:           "mim1.notification.geoQ.property",
			Title:        "With a geoproperty, geoQ is about that attribute and not about location",
			Requirements: append([]string{"oasc-2019-01-16/MIM1/geo"}, notifying...), Fault: "notification.geoproperty-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				area := t.Name("area")
				s := newSensor(t, "location", elsewhere(false), area, elsewhere(true))
				w := s.watch(t, having("geoQ", with(inTheBay(), "geoproperty", area)))
				w.passesOver(t, s.another(t, "location", elsewhere(true), area, elsewhere(false)), "the attribute that geoQ names is outside")
			},
		},
		{
			ID:    "mim1.notification.scopeQ.within",
			Title: "A change of an entity whose scope matches scopeQ is notified", TestPurposes: []string{"046_06"},
			Clause: cim009 + "4.19", Since: "1.5.1", Fault: "notification.scopeq-exactly",
			Body: func(t *T) {
				w := newSensor(t, "scope", "/city/north/harbour").watch(t, having("scopeQ", "/city/north/#"))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:     "mim1.notification.scopeQ.elsewhere",
			Title:  "A change of an entity whose scope does not match scopeQ is not notified",
			Clause: cim009 + "4.19", Since: "1.5.1", Fault: "notification.scopeq-ignored",
			Body: func(t *T) {
				s := newSensor(t, "scope", "/city/north")
				w := s.watch(t, having("scopeQ", "/city/north"))
				w.passesOver(t, s.another(t, "scope", "/city/south"), "the entity's scope does not match the subscription's scopeQ")
			},
		},
		{
			ID:    "mim1.notification.condition.all",
			Title: "A change has to meet all conditions of a subscription, not one of them",
			Fault: "notification.q-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.watch(t, having("watchedAttributes", []any{s.level}, "q", s.level+">=1000"))
				w.ignores(t, 7, "the watched attribute changed, but the entity does not match q", func() { w.setLevel(t, 7) })
			},
		},
	})
}

// inTheBay is a geo-query for what lies within the bay (5.2.13).
func inTheBay() ngsild.Object {
	return ngsild.Object{"georel": "within", "geometry": "Polygon", "coordinates": bay}
}
