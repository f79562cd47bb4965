package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// named expects that all operations succeeded, and that the answers name the snapshot.
func (f frozen) named(t *T, answers ...*probe.Response) {
	repeated(t, ngsild.HeaderSnapshot, f.id, answers...)
}

// snapshotEcho checks that whatever is answered and notified in a snapshot names it (6.3.22).
func snapshotEcho() []Check {
	return common([]Check{
		{
			ID: "mim1.snapshot.echo.change", Title: "The answers to creations, changes and deletions in a snapshot name the snapshot",
			Fault: "snapshot.no-echo-of-changes",
			Hint:  "the header is set with what is read, and these answers tell nothing",
			Body: func(t *T) {
				f := freeze(t)
				s := f.high
				f.named(t, t.POST(entities, JSON(ngsild.Entity(t.URN("Sensor"), s.kind)), f.in()),
					t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(21)}), f.in()),
					t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(22)), f.in()),
					t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(23)}), f.in()),
					t.DELETE(attrPath(s.id, s.level), f.in()),
					t.DELETE(entityPath(s.id), f.in()))
			},
		},
		{
			ID: "mim1.snapshot.echo.batch", Title: "The answers to batch operations in a snapshot name the snapshot",
			Fault: "snapshot.batch-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				f := freeze(t)
				id := t.URN("Sensor")
				e := ngsild.Entity(id, f.high.kind, f.high.level, ngsild.Property(1))
				f.named(t, batch(t, "create", []any{e}, f.in()),
					batch(t, "upsert", []any{with(e, f.high.level, ngsild.Property(2))}, f.in()),
					batch(t, "update", []any{with(e, f.high.level, ngsild.Property(3))}, f.in()),
					post(t, selector(ngsild.Object{"type": f.high.kind}), f.in()),
					batch(t, "delete", []any{id}, f.in()))
			},
		},
		{
			ID: "mim1.snapshot.echo.discovery", Title: "The answers to what types and attributes there are in a snapshot name the snapshot",
			Fault: "snapshot.discovery-no-echo",
			Body: func(t *T) {
				f := freeze(t)
				f.named(t, t.GET("/types", f.in()), t.GET("/types/"+f.high.kind, f.in()),
					t.GET("/attributes", f.in()), t.GET("/attributes/"+f.high.level, f.in()))
			},
		},
		{
			ID: "mim1.snapshot.echo.subscription", Title: "The answers to operations on subscriptions in a snapshot name the snapshot",
			Fault: "snapshot.subscription-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureSubscriptions)
				f := freeze(t)
				s := aSubscription(t, t.Name("Nothing"), nobody)
				id := s["id"].(string)
				f.named(t, t.POST(subscriptions, JSON(s), f.in()), t.GET(subscriptionPath(id), f.in()), t.GET(subscriptions, f.in()),
					patchSubscription(t, id, ngsild.Object{"description": "changed"}, f.in()), t.DELETE(subscriptionPath(id), f.in()))
			},
		},
		{
			ID: "mim1.snapshot.echo.temporal", Title: "The answers to temporal operations in a snapshot name the snapshot",
			Fault: "snapshot.temporal-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureTemporal)
				f := freeze(t)
				id := t.URN("Sensor")
				past := ngsild.Entity(id, f.high.kind)
				past[f.high.level] = []any{ngsild.Object{"type": "Property", "value": 20, "observedAt": at("11:00:00")}}
				f.named(t, t.POST(evolutions, JSON(past), f.in()), t.GET(evolutionPath(id), f.in()),
					t.GET(evolutions, Query("type", f.high.kind), within("10:00:00", "14:00:00"), f.in()),
					postPast(t, ofKind(f.high.kind, ngsild.Object{"timerel": "after", "timeAt": at("10:00:00")}), f.in()),
					t.DELETE(evolutionPath(id), f.in()))
			},
		},
		{
			ID: "mim1.snapshot.echo.refusal", Title: "The answers to what is not found and to what is refused in a snapshot name the snapshot",
			Fault: "snapshot.no-echo-of-errors", Requirements: errorAnswers,
			Hint: "the header is set where all went well, and errors are written by somebody else",
			Body: func(t *T) {
				f := freeze(t)
				notFound := t.GET(entityPath(f.low.id), f.in())
				t.Require(notFound).To(HaveStatus(404))
				t.Expect(notFound).To(HaveHeader(ngsild.HeaderSnapshot, gomega.Equal(f.id)))
				refused := t.GET(entities, Query("type", f.high.kind, "limit", "-1"), f.in())
				t.Require(refused).To(HaveStatus(400))
				t.Expect(refused).To(HaveHeader(ngsild.HeaderSnapshot, gomega.Equal(f.id)))
			},
		},
		{
			ID: "mim1.snapshot.echo.notification", Title: "What is notified of a change in a snapshot to a subscription that was made there names the snapshot",
			Clause: cim009Later + "6.3.22; " + cim009Later + "5.5.15", Requirements: notifying, Needs: notifies,
			Fault: "snapshot.notification-no-echo", Hint: "the platform has to reach the harness: see --callback-host",
			Body: func(t *T) {
				alsoClaims(t, FeatureSubscriptions)
				f := freeze(t)
				w := &subscriber{sensor: f.high, inbox: t.Env.Callback.NewInbox(t.Check.ID), in: []Option{f.in()}}
				w.sub = subscribe(t, aSubscription(t, f.high.kind, w.inbox.URL()), f.in())
				w.mark = func(t *T) any {
					v := t.Number()
					done(t, t.PATCH(attrsPath(w.id), JSON(ngsild.Object{w.level: ngsild.Property(v)}), f.in()))
					return v
				}
				got := w.await(t, w.mark(t))
				t.Expect(got[len(got)-1].Header.Get(ngsild.HeaderSnapshot)).To(gomega.Equal(f.id))
			},
		},
	}, Check{Requirements: query, Clause: cim009Later + "6.3.22", Level: Core, Feature: FeatureSnapshots, Needs: writes, Since: "1.9.1"})
}
