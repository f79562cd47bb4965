package mim1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// snapshotListener is who is told of the status of a snapshot (5.16.6).
type snapshotListener struct {
	inbox probe.Inbox
	id    string // of the snapshot
}

// until waits for a notification of the snapshot that is so. A platform may tell of it
// before as well, such as that it is being prepared.
func (l snapshotListener) until(t *T, what string, so func(n ngsild.Object) bool) delivery {
	ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
	defer cancel()
	others := 0
	for {
		n, err := l.inbox.Next(ctx)
		if err != nil {
			l.missed(t, what, others, err)
		}
		d := received(t, n)
		if d.body["snapshotId"] == l.id && so(d.body) {
			return d
		}
		others++
	}
}

// missed ends the check because of a notification that did not come.
func (l snapshotListener) missed(t *T, what string, others int, err error) {
	switch {
	case errors.Is(err, probe.ErrOverflow):
		t.CantTell("%v", err)
	case t.Context().Err() != nil:
		t.CantTell("no notification %s came before the check's time was over", what)
	}
	mayReach(t, l.inbox.URL())
	t.Require(nil).To(finding{&reports.Finding{Message: fmt.Sprintf("no notification %s came within %s", what, t.Patience()),
		Expected: "a SnapshotNotification to " + l.inbox.URL(), Actual: fmt.Sprintf("%d others", others)}})
}

// made waits until the listener is told that the snapshot is made.
func (l snapshotListener) made(t *T) delivery {
	return l.until(t, "that the snapshot is made", func(n ngsild.Object) bool { return n["snapshotStatus"] == "success" })
}

// freezeTold is freeze of a snapshot whose status is told to somebody, with further members.
func freezeTold(t *T, members ...any) (frozen, snapshotListener) {
	inbox := t.Env.Callback.NewInbox(t.Check.ID)
	f := freeze(t, append([]any{"endpoint", inbox.URL()}, members...)...)
	return f, snapshotListener{inbox, f.id}
}

// snapshotNotifications checks what a snapshot's endpoint is told (5.16.6, 5.3.4).
func snapshotNotifications() []Check {
	return common([]Check{
		{
			ID: "mim1.snapshot.notification.made", Title: "When a snapshot is made, a SnapshotNotification is sent to its endpoint",
			Fault: "snapshot.notification-not-sent",
			Body: func(t *T) {
				_, l := freezeTold(t)
				l.made(t)
			},
		},
		{
			ID: "mim1.snapshot.notification.members", Title: "A SnapshotNotification has an id and a type of its own, and tells the snapshot, its status and when it was sent",
			Clause: cim009Later + "5.3.4", Fault: "snapshot.notification-untyped",
			Body: func(t *T) {
				_, l := freezeTold(t)
				n := l.made(t).body
				t.Expect(n).To(haveMembers(ngsild.Object{"type": "SnapshotNotification", "snapshotId": l.id, "snapshotStatus": "success"}))
				id, _ := n["id"].(string)
				t.Expect(id).To(beURI(), "the id of a notification")
				t.Expect(id).NotTo(gomega.Equal(l.id), "a notification's id is not the snapshot's")
				_, err := instant(n["notifiedAt"])
				t.Expect(err).To(gomega.Succeed(), "notifiedAt is a DateTime")
				if v, told := n["expiresAt"]; told {
					_, err := instant(v)
					t.Expect(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				}
				if v, told := n["snapshotPriority"]; told {
					t.Expect(normal(v)).To(EqualJSON(5))
				}
				if v, told := n["snapshotQueriesDetails"]; told {
					t.Expect(results(v)).To(gomega.ConsistOf("success"), "of the one query")
				}
			},
		},
		{
			ID: "mim1.snapshot.notification.receiverInfo", Title: "The keys and values of a snapshot's receiverInfo are headers of its notifications",
			Fault: "snapshot.notification-without-receiver-info",
			Body: func(t *T) {
				_, l := freezeTold(t, "receiverInfo", []any{ngsild.Object{"key": "X-Purpose", "value": "conformance"}})
				t.Expect(l.made(t).Header.Get("X-Purpose")).To(gomega.Equal("conformance"), "the header X-Purpose")
			},
		},
		{
			ID: "mim1.snapshot.notification.updated", Title: "When a snapshot's status is updated, a SnapshotNotification is sent",
			Fault: "snapshot.update-not-notified",
			Body: func(t *T) {
				f, l := freezeTold(t)
				made := l.made(t).body
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": 2}))).To(HaveStatus(200, 204))
				l.until(t, "of the update", func(n ngsild.Object) bool {
					priority, told := n["snapshotPriority"]
					return n["id"] != made["id"] && (!told || normal(priority) == normal(json.Number("2"))) // what tells of the former one may be late
				})
			},
		},
		{
			ID: "mim1.snapshot.notification.expires", Title: "The notification of an update tells when the snapshot ends now",
			Fault: "snapshot.notification-of-former-end", Level: Extended,
			Body: func(t *T) {
				f, l := freezeTold(t)
				made := l.made(t).body
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotLifetime": "PT1H"}))).To(HaveStatus(200, 204))
				shown, err := instant(f.ready(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt of the snapshot is a DateTime")
				l.until(t, "that the snapshot ends at "+shown.Format(time.RFC3339), func(n ngsild.Object) bool {
					told, err := instant(n["expiresAt"])
					return n["id"] != made["id"] && err == nil && told.Sub(shown).Abs() <= time.Second // which may be told to the second
				})
			},
		},
		{
			ID: "mim1.snapshot.notification.moved", Title: "A snapshot whose endpoint was changed is notified to the new one",
			Clause: cim009Later + "5.16.4", Fault: "snapshot.endpoint-kept", Level: Extended,
			Body: func(t *T) {
				f, l := freezeTold(t)
				l.made(t)
				next := snapshotListener{t.Env.Callback.NewInbox(t.Check.ID), f.id}
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"endpoint": next.inbox.URL()}))).To(HaveStatus(200, 204))
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": 2}))).To(HaveStatus(200, 204))
				next.until(t, "to the new endpoint", func(ngsild.Object) bool { return true })
			},
		},
		{
			ID: "mim1.snapshot.notification.clone", Title: "When a snapshot is cloned, a SnapshotNotification is sent to the endpoint of the clone",
			Clause: cim009Later + "5.16.2", Level: Extended, Fault: "snapshot.notification-not-sent",
			Body: func(t *T) {
				f := freeze(t)
				l := snapshotListener{t.Env.Callback.NewInbox(t.Check.ID), t.URN("Snapshot")}
				t.Require(t.POST(snapshotPath(f.id)+"/clone", JSON(ngsild.Object{"id": l.id, "type": "Snapshot", "endpoint": l.inbox.URL()}))).To(HaveStatus(201))
				l.made(t)
			},
		},
		{
			ID: "mim1.snapshot.create.endpoint", Title: "Creating a snapshot whose endpoint is no URI is refused with 400 BadRequestData",
			Clause: cim009Later + "5.2.41", Requirements: errorAnswers, Fault: "snapshot.bad-create-taken", Needs: writes,
			Body: func(t *T) {
				s := aSnapshot(t.URN("Snapshot"), newSensor(t))
				t.Expect(t.POST("/snapshots", JSON(with(s, "endpoint", "next door")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}, Check{Requirements: notifying, Clause: cim009Later + "5.16.6", Level: Core, Feature: FeatureSnapshots, Needs: notifies, Since: "1.9.1",
		Hint: "the platform has to reach the harness: see --callback-host"})
}

// results are what the details of queries (5.2.42) tell of each.
func results(details any) []string {
	var out []string
	for _, item := range list(details) {
		d, _ := item.(ngsild.Object)
		out = append(out, fmt.Sprint(d["resultStatus"]))
	}
	return out
}
