package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// earlierVersion is one that knows no VocabProperty.
const earlierVersion = "1.5"

// labelled is an entity with a VocabProperty, which has a form of its own in versions
// before that of this attribute type (table 4.3.6.8-1).
type labelled struct{ id, kind, use string }

// newLabelled creates one.
func newLabelled(t *T) labelled {
	l := labelled{id: t.URN("Sensor"), kind: t.Name("Sensor"), use: t.Name("use")}
	create(t, ngsild.Entity(l.id, l.kind, l.use, ngsild.Object{"type": "VocabProperty", "vocab": "nonCommercial"},
		t.Name("other"), ngsild.Object{"type": "Property", "value": 1, "observedAt": at("10:00:00")}))
	return l
}

// earlier is what the entity looks like as the earlier version has it.
func earlier(t *T, attribute ngsild.Object) {
	t.Expect(attribute).To(haveMembers(ngsild.Object{"type": "Property"}))
	t.Expect(attribute).To(gomega.HaveKey("value"))
	t.Expect(attribute).NotTo(gomega.HaveKey("vocab"))
}

// amended ends the check unless the platform shows the entity as the earlier version has
// it, by its status or by what it shows: it shall endeavour to, and need not know all versions.
func (l labelled) amended(t *T, r *probe.Response, e ngsild.Object) {
	if r.Status != 203 && instance(e, l.use, "")["type"] == "VocabProperty" {
		t.Inapplicable("the platform shows entities in no form of earlier versions: it shall endeavour to, and need not know them all (4.3.6.8)")
	}
}

// earlierVersions checks answers and notifications in the form of an earlier version of
// the specification (4.3.6.8).
func earlierVersions() []Check {
	prefers := Header("Prefer", "ngsi-ld="+earlierVersion)
	retrieved := func(t *T) (labelled, *probe.Response, ngsild.Object) {
		l := newLabelled(t)
		r := t.GET(entityPath(l.id), prefers)
		t.Require(r).To(HaveStatus(200, 203))
		e := t.Object(r)
		l.amended(t, r, e)
		return l, r, e
	}
	listing := func(name, what, fault string, feature Feature, ask func(t *T, l labelled) *probe.Response) Check {
		return Check{
			ID: "mim1.earlier." + name, Title: what + " that says it was amended to an earlier version has a VocabProperty as a Property",
			Feature: feature, Fault: fault,
			Body: func(t *T) {
				l := newLabelled(t)
				r := ask(t, l)
				t.Require(r).To(HaveStatus(200, 203))
				var found []ngsild.Object
				for _, item := range t.List(r) {
					if e, is := item.(ngsild.Object); is && e["id"] == l.id {
						found = append(found, e)
					}
				}
				t.Require(found).To(gomega.HaveLen(1), "the entity that the check created")
				l.amended(t, r, found[0])
				earlier(t, instance(found[0], l.use, ""))
			},
		}
	}
	checks := []Check{
		{
			ID: "mim1.earlier.retrieve", Title: "A retrieved entity that the platform says it has amended to an earlier version has a VocabProperty as a Property",
			Fault: "earlier.not-amended",
			Body: func(t *T) {
				l, _, e := retrieved(t)
				earlier(t, instance(e, l.use, ""))
			},
		},
		{
			ID: "mim1.earlier.status", Title: "The answer with an entity that was amended to an earlier version is 203",
			Clause: cim009Later + "6.5.3.1", Fault: "earlier.as-200",
			Body: func(t *T) {
				_, r, _ := retrieved(t)
				t.Expect(r).To(HaveStatus(203))
			},
		},
		{
			ID: "mim1.earlier.told", Title: "The answer with an entity that was amended to an earlier version tells by Preference-Applied which",
			Clause: cim009Later + "6.5.3.1", Fault: "earlier.not-told",
			Body: func(t *T) {
				_, r, _ := retrieved(t)
				t.Expect(r).To(HaveHeader("Preference-Applied", gomega.MatchRegexp(`(?i)\bngsi-ld *= *"?[0-9]+\.[0-9]+`)))
			},
		},
		listing("query", "A query's answer", "earlier.lists-not-amended", "",
			func(t *T, l labelled) *probe.Response { return t.GET(entities, Query("type", l.kind), prefers) }),
		listing("queryByPost", "The answer to a query by POST", "earlier.lists-not-amended", FeatureBatch,
			func(t *T, l labelled) *probe.Response {
				return post(t, selector(ngsild.Object{"type": l.kind}), prefers)
			}),
		{
			ID: "mim1.earlier.evolution", Title: "An evolution that the platform says it has amended to an earlier version has the instances of a VocabProperty as those of a Property",
			Feature: FeatureTemporal, Fault: "earlier.evolutions-not-amended",
			Body: func(t *T) {
				l := labelled{id: t.URN("Sensor"), kind: t.Name("Sensor"), use: t.Name("use")}
				evolve(t, ngsild.Entity(l.id, l.kind, l.use, []any{ngsild.Object{"type": "VocabProperty", "vocab": "nonCommercial", "observedAt": at("10:00:00")}}))
				r := t.GET(evolutionPath(l.id), prefers)
				t.Require(r).To(HaveStatus(200, 203, 206))
				e := t.Object(r)
				l.amended(t, r, e)
				earlier(t, instance(e, l.use, ""))
			},
		},
	}
	return common(checks, Check{Requirements: negotiation, Clause: cim009Later + "4.3.6.8", Level: Extended, Needs: writes, Since: "1.9.1"})
}

// earlierNotifications checks ngsildConformance of subscriptions (5.2.12).
func earlierNotifications() []Check {
	return notificationChecks("5.2.12", []Check{
		{
			ID:     "mim1.notification.earlier.amended",
			Title:  "With ngsildConformance, entities are notified as that version of the specification has them",
			Clause: cim009Later + "5.2.12", Since: "1.9.1", Level: Extended,
			Fault: "notification.earlier-ignored",
			Body: func(t *T) {
				use := t.Name("use")
				s := newSensor(t, use, ngsild.Object{"type": "VocabProperty", "vocab": "nonCommercial"})
				e, _ := s.watch(t, having("ngsildConformance", earlierVersion)).told(t)
				earlier(t, instance(e, use, ""))
			},
		},
	})
}
