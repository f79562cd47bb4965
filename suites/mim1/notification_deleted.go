package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// ofDeletions makes a subscription one to the deletion of attributes.
func ofDeletions() edit { return having("notificationTrigger", []any{"attributeDeleted"}) }

// gone waits for the notification that shows the attribute as deleted, in whatever form,
// and returns what it shows of the sensor.
func (w *subscriber) gone(t *T, name string) ngsild.Object {
	shown := func(d delivery) ngsild.Object {
		for _, e := range d.items() {
			if e["id"] == w.id && mentions(e[name], ngsildNull) {
				return e
			}
		}
		return nil
	}
	got := w.until(t, "shows the deletion of "+name, func(d delivery) bool { return shown(d) != nil })
	return shown(got[len(got)-1])
}

// notificationDeletions checks how what was deleted is notified (5.8.6): by whatever
// operation, in which form, and with what else is asked for.
func notificationDeletions() []Check {
	// inDatasets is a sensor with an attribute of two instances, the second of a dataset.
	inDatasets := func(t *T) (s sensor, name, dataset string) {
		name, dataset = t.Name("more"), t.URN("Dataset")
		return newSensor(t, name, []any{ngsild.Property(1), ngsild.Property(2, "datasetId", dataset)}), name, dataset
	}
	checks := []Check{
		{
			ID:    "mim1.notification.deleted.simplified",
			Title: "With format keyValues, a deleted attribute is notified by its name and NGSI-LD Null", TestPurposes: []string{"046_22_01", "046_22_02"},
			Fault: "notification.always-normalized",
			Body: func(t *T) {
				more := t.Name("more")
				w := newSensor(t, more, ngsild.Property(1)).prepare(t, ofDeletions(), sending("format", "keyValues"))
				done(t, t.DELETE(attrPath(w.id, more)))
				t.Expect(w.gone(t, more)[more]).To(EqualJSON(ngsildNull))
			},
		},
		{
			ID:    "mim1.notification.deleted.unwatched",
			Title: "The deletion of an attribute that is not watched is not notified", TestPurposes: []string{"046_22_03"},
			Fault: "notification.watched-ignored",
			Body: func(t *T) {
				more := t.Name("more")
				s := newSensor(t, more, ngsild.Property(1))
				w := s.watch(t, having("notificationTrigger", []any{"attributeDeleted", "attributeUpdated"}, "watchedAttributes", []any{s.level}))
				w.ignores(t, ngsildNull, "the attribute is not among watchedAttributes", func() { done(t, t.DELETE(attrPath(w.id, more))) })
			},
		},
		{
			ID:    "mim1.notification.deleted.sysAttrs",
			Title: "With sysAttrs, a deleted attribute is notified with its system attributes and NGSI-LD Null", TestPurposes: []string{"046_22_05"},
			Fault: "notification.sysattrs-ignored",
			Body: func(t *T) {
				more := t.Name("more")
				w := newSensor(t, more, ngsild.Property(1)).prepare(t, ofDeletions(), sending("sysAttrs", true))
				done(t, t.DELETE(attrPath(w.id, more)))
				a := instance(w.gone(t, more), more, "")
				t.Require(a).To(answering(a != nil, "what is notified of the deleted attribute %s is an object, for its system attributes", more))
				t.Expect(a["value"]).To(EqualJSON(ngsildNull))
				told := 0
				for _, member := range []string{"createdAt", "modifiedAt", "deletedAt"} {
					if v, there := a[member]; there {
						told++
						_, err := instant(v)
						t.Expect(err).To(gomega.Succeed(), "%s is a DateTime (4.8)", member)
					}
				}
				t.Expect(told).NotTo(gomega.BeZero(), "createdAt, modifiedAt or deletedAt of the deleted attribute, seen %s", compact(a))
			},
		},
		{
			ID:     "mim1.notification.deleted.instance",
			Title:  "A deleted instance of an attribute is notified with its datasetId and NGSI-LD Null",
			Clause: cim009 + "5.8.6", TestPurposes: []string{"046_22_06"}, Fault: "notification.deleted-without-dataset",
			Body: func(t *T) {
				s, name, dataset := inDatasets(t)
				w := s.prepare(t, ofDeletions())
				done(t, t.DELETE(attrPath(w.id, name), Query("datasetId", dataset)))
				a := instance(w.gone(t, name), name, dataset)
				t.Require(a).To(answering(a != nil, "an instance of %s with the datasetId %s is notified", name, dataset))
				t.Expect(a["value"]).To(EqualJSON(ngsildNull))
			},
		},
		{
			ID:    "mim1.notification.deleted.instanceSimplified",
			Title: "With format keyValues, a deleted instance of an attribute is notified by NGSI-LD Null", TestPurposes: []string{"046_22_07"},
			Level: Extended, Fault: "notification.trigger-attributeDeleted-unknown",
			Body: func(t *T) {
				s, name, dataset := inDatasets(t)
				w := s.prepare(t, ofDeletions(), sending("format", "keyValues"))
				done(t, t.DELETE(attrPath(w.id, name), Query("datasetId", dataset)))
				w.gone(t, name)
			},
		},
		{
			ID:    "mim1.notification.deleted.allInstances",
			Title: "The deletion of all instances of an attribute is notified", TestPurposes: []string{"046_22_08"},
			Fault: "notification.deleted-attribute-left-out",
			Body: func(t *T) {
				s, name, _ := inDatasets(t)
				w := s.prepare(t, ofDeletions())
				done(t, t.DELETE(attrPath(w.id, name), Query("deleteAll", "true")))
				w.gone(t, name)
			},
		},
		{
			ID:    "mim1.notification.deleted.byUpdate",
			Title: "An attribute of whatever kind that an update deletes by NGSI-LD Null is notified as deleted", TestPurposes: []string{"046_22_09", "046_22_10", "046_22_11"},
			Fault: "notification.no-update-attributes",
			Body:  deletedByNull(attrsPath),
		},
		{
			ID:    "mim1.notification.deleted.byMerge",
			Title: "An attribute of whatever kind that a merge deletes by NGSI-LD Null is notified as deleted", TestPurposes: []string{"046_22_09", "046_22_10", "046_22_11"},
			Fault: "notification.no-merge",
			Body: func(t *T) {
				alsoClaims(t, FeatureMerge)
				deletedByNull(entityPath)(t)
			},
		},
		{
			ID:    "mim1.notification.deleted.withEntity",
			Title: "With the trigger attributeDeleted, the deletion of an entity that has the watched attribute is notified", TestPurposes: []string{"046_22_12", "046_22_13"},
			// ETSI's suite expects it; 5.8.6 speaks of the deletion of an entity and of an attribute apart.
			Level: Extended, Fault: "notification.deleted-with-entity-lost",
			Body: func(t *T) {
				s := newSensor(t)
				other := s.another(t) // before the subscription, so that its creation is not notified
				w := s.prepare(t, ofDeletions(), having("watchedAttributes", []any{s.level}))
				done(t, t.DELETE(entityPath(other.id)))
				w.await(t, other.id)
			},
		},
	}
	for i := range checks {
		checks[i].Since = "1.6.1"
	}
	return notificationChecks("5.8.6", append(checks, Check{
		ID:    "mim1.notification.deleted.entitySysAttrs",
		Title: "With sysAttrs, a deleted entity is notified with when it was created and modified, too",
		// The test purpose is of V1.6.1, the text that was read of V1.9.1.
		Clause: cim009Later + "5.8.6", Since: "1.9.1", TestPurposes: []string{"046_21_02"}, Fault: "notification.sysattrs-ignored",
		Body: func(t *T) {
			w := newSensor(t).prepare(t, having("notificationTrigger", []any{"entityDeleted"}), sending("sysAttrs", true))
			other := w.another(t)
			e := w.notified(t, other.id, func() { done(t, t.DELETE(entityPath(other.id))) }).entity(t, other.id)
			for _, member := range []string{"createdAt", "modifiedAt", "deletedAt"} {
				_, err := instant(e[member])
				t.Expect(err).To(gomega.Succeed(), "%s is a DateTime (4.8)", member)
			}
		},
	}))
}

// deletedByNull deletes attributes of several kinds by a PATCH of a sensor's resource, and
// expects each of them to be notified as deleted.
func deletedByNull(resource func(id string) string) func(t *T) {
	return func(t *T) {
		property, relationship, text := t.Name("depth"), t.Name("owner"), t.Name("name")
		w := newSensor(t, property, ngsild.Property(1), relationship, ngsild.Relationship(t.URN("Owner")),
			text, ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"})).prepare(t, ofDeletions())
		for _, null := range []struct {
			name string
			is   ngsild.Object
		}{
			{property, ngsild.Property(ngsildNull)},
			{relationship, ngsild.Relationship(ngsildNull)},
			{text, ngsild.LanguageProperty(ngsild.Object{"@none": ngsildNull})},
		} {
			doneOrNoNulls(t, t.PATCH(resource(w.id), JSON(ngsild.Object{null.name: null.is})))
			w.gone(t, null.name)
		}
	}
}
