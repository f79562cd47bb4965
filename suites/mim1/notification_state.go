package mim1

import (
	"net/http"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// notificationState checks that subscriptions notify only while they are active, and
// as they are after an update (5.8.2, 5.8.5, 5.8.6).
func notificationState() []Check {
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.state.paused",
			Title: "A subscription that is created paused notifies of nothing", TestPurposes: []string{"046_01"},
			Fault: "notification.paused-notifies",
			Body: func(t *T) {
				s := newSensor(t)
				paused := s.prepare(t, having("isActive", false))
				active := s.watch(t)
				paused.isSilent(t, active, "the subscription is paused")
			},
		},
		{
			ID:    "mim1.notification.state.pausedLater",
			Title: "A subscription that is paused by an update notifies of nothing more", TestPurposes: []string{"046_01", "029_09"},
			Fault: "subscription.update.cannot-pause",
			Body: func(t *T) {
				s := newSensor(t)
				active, w := s.watch(t), s.watch(t)
				done(t, patchSubscription(t, w.sub, ngsild.Object{"isActive": false}))
				w.madeUpForNothing(t, active)
			},
		},
		{
			ID:    "mim1.notification.state.resumed",
			Title: "A subscription that is made active again notifies of changes from then on", TestPurposes: []string{"046_01", "029_07"},
			Fault: "subscription.update.cannot-resume",
			Body: func(t *T) {
				s := newSensor(t)
				w := s.prepare(t, having("isActive", false))
				done(t, patchSubscription(t, w.sub, ngsild.Object{"isActive": true}))
				e, level := w.told(t)
				t.Expect(e).To(haveAttribute(w.level, ngsild.Property(level)))
			},
		},
		{
			ID:    "mim1.notification.state.notMadeUpFor",
			Title: "What changed while a subscription was paused is not notified afterwards", TestPurposes: []string{"046_01"},
			Fault: "notification.paused-notifies",
			Body: func(t *T) {
				s := newSensor(t)
				active, w := s.watch(t), s.prepare(t, having("isActive", false))
				w.madeUpForNothing(t, active)
			},
		},
		{
			ID:    "mim1.notification.state.expired",
			Title: "A subscription that has ended is expired and notifies of nothing more",
			Fault: "notification.expired-notifies",
			Waits: true,
			Body: func(t *T) {
				s := newSensor(t)
				active := s.watch(t)
				s.prepare(t, having("expiresAt", soon(t))).expires(t).isSilent(t, active, "the subscription is expired")
			},
		},
		{
			ID:    "mim1.notification.state.deleted",
			Title: "A subscription that has been deleted notifies of nothing more", TestPurposes: []string{"032_03"},
			Clause: cim009 + "5.8.5.4", Fault: "subscription.delete.swallowed",
			Body: func(t *T) {
				s := newSensor(t)
				active := s.watch(t)
				w := s.watch(t)
				done(t, t.DELETE(subscriptionPath(w.sub)))
				w.isSilent(t, active, "the subscription has been deleted")
			},
		},
		{
			ID:    "mim1.notification.state.newQ",
			Title: "After an update of q, the new one decides what is notified", TestPurposes: []string{"029_06"},
			Clause: cim009 + "5.8.2.4", Fault: "subscription.update.old-q",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				done(t, patchSubscription(t, w.sub, ngsild.Object{"q": w.level + ">=1000"}))
				w.ignores(t, 7, "the entity does not match the subscription's new q", func() { w.setLevel(t, 7) })
			},
		},
		{
			ID:    "mim1.notification.state.newWatched",
			Title: "After an update of watchedAttributes, the new ones decide what is notified", TestPurposes: []string{"029_06"},
			Clause: cim009 + "5.8.2.4", Fault: "subscription.update.old-watched",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				done(t, patchSubscription(t, w.sub, ngsild.Object{"watchedAttributes": []any{w.level}}))
				object := t.URN("Place")
				w.ignores(t, object, "the changed attribute is no longer watched", func() {
					done(t, t.PATCH(attrsPath(w.id), JSON(ngsild.Object{w.place: ngsild.Relationship(object)})))
				})
			},
		},
		{
			ID:    "mim1.notification.state.newEndpoint",
			Title: "After an update of the endpoint, notifications go to the new one and no longer to the old one", TestPurposes: []string{"029_06"},
			Clause: cim009 + "5.8.2.4", Fault: "subscription.update.old-endpoint",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				old := *w
				w.inbox = t.Env.Callback.NewInbox(t.Check.ID)
				done(t, patchSubscription(t, w.sub, ngsild.Object{"notification": ngsild.Object{"endpoint": ngsild.Object{"uri": w.inbox.URL()}}}))
				old.isSilent(t, w, "the endpoint of the subscription is another one now")
			},
		},
		{
			ID:    "mim1.notification.state.several",
			Title: "Each of several subscriptions to the same entities is notified",
			Fault: "notification.one-subscriber-only",
			Body: func(t *T) {
				s := newSensor(t)
				first, second := s.watch(t), s.watch(t)
				v := t.Number()
				first.setLevel(t, v)
				first.await(t, v)
				second.await(t, v)
			},
		},
	})
}

// madeUpForNothing changes the sensor while the subscription is paused, of which another
// one is told, and expects that nothing tells of this when the first is active again. That
// is an update, and what is sent before and after one may overtake each other.
func (w *subscriber) madeUpForNothing(t *T, active *subscriber) {
	w.ignoresMade(t, outOfTurn, "the subscription was paused when it changed", func() any {
		v := t.Number()
		w.setLevel(t, v)
		active.await(t, v)
		done(t, patchSubscription(t, w.sub, ngsild.Object{"isActive": true}))
		return v
	})
}

// platformTime is what the platform's clock says by the Date header of an answer, but
// not earlier than our own.
func platformTime(t *T) time.Time {
	now := t.Now()
	r := t.GET(entities, Query("type", t.Name("Nothing")))
	if theirs, err := http.ParseTime(r.Header.Get("Date")); err == nil && theirs.After(now) {
		return theirs
	}
	return now
}

// untilShown retrieves the subscription again and again until it is so, nil while it is
// not there; when it is not in time, the check has failed.
func (w *subscriber) untilShown(t *T, what string, so func(sub ngsild.Object) bool) ngsild.Object {
	begun := t.Now()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second/2) {
		var s ngsild.Object
		if r := t.GET(subscriptionPath(w.sub), w.in...); r.Status != 404 {
			t.Require(r).To(HaveStatus(200))
			s = t.Object(r)
		}
		if so(s) {
			return s
		}
		if t.Now().Sub(begun) > t.Patience() {
			t.Require(nil).To(answering(false, "the subscription was retrieved for %s and it never showed that %s: %s", t.Patience(), what, compact(s)))
		}
		if t.Context().Err() != nil {
			t.CantTell("the check's time was over before the subscription showed that %s", what)
		}
		pause(t, wait)
	}
}

// notificationTiming checks throttling and periodic notifications (5.2.12). What has to
// wait for time waits as short as the standard lets it.
func notificationTiming() []Check {
	return notificationChecks("5.2.12", []Check{
		{
			ID:    "mim1.notification.throttling.holds",
			Title: "Within the throttling time after a notification, no other is sent", TestPurposes: []string{"046_15"},
			Fault: "notification.throttling-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				free := s.watch(t)
				w := s.prepare(t, having("throttling", 600))
				w.first(t)
				w.isSilent(t, free, "the throttling time of the subscription is not over")
			},
		},
		{
			ID:    "mim1.notification.throttling.ends",
			Title: "When the throttling time is over, changes are notified again, and not before",
			Fault: "notification.throttling-in-minutes",
			Waits: true,
			Body: func(t *T) {
				const throttling = time.Second
				w := newSensor(t).prepare(t, having("throttling", throttling.Seconds()))
				first := w.first(t)
				for begun := t.Now(); ; {
					w.mark(t)
					if next, came := w.waiting(); came {
						gap := max(next.At.Sub(first.At), apart(first, received(t, next)))
						// The times are told in whole seconds by some, and the first may have been on its way for long.
						t.Expect(gap).To(gomega.BeNumerically(">", throttling/2), "the time between two notifications")
						return
					}
					if t.Now().Sub(begun) > throttling+t.Patience() {
						w.missed(t, []delivery{first}, "after the throttling time no notification came", nil)
					}
					pause(t, 100*time.Millisecond)
				}
			},
		},
		{
			ID:    "mim1.notification.interval.periodic",
			Title: "With timeInterval, the entities are notified again and again although nothing changes", TestPurposes: []string{"046_02"},
			Fault: "notification.interval-ignored",
			Waits: true,
			Body: func(t *T) {
				w := newSensor(t).prepare(t, having("timeInterval", 1))
				first := w.await(t, w.id)
				second := w.await(t, w.id)
				t.Expect(second[len(second)-1].entity(t, w.id)).To(haveAttribute(w.level, levelAtFirst()))
				t.Expect(first[len(first)-1].body["subscriptionId"]).To(gomega.Equal(w.sub))
			},
		},
		{
			ID:    "mim1.notification.interval.all",
			Title: "A periodic notification is of all entities that match, whether they changed or not",
			Fault: "notification.first-entity-of-data",
			Waits: true,
			Body: func(t *T) {
				s := newSensor(t)
				other := s.another(t)
				w := s.prepare(t, having("timeInterval", 1))
				w.awaitAll(t, s.id, other.id) // in one notification or in two
			},
		},
		{
			ID:    "mim1.notification.interval.matching",
			Title: "A periodic notification is not of entities that do not match q",
			Fault: "notification.q-ignored",
			Waits: true,
			Body: func(t *T) {
				s := newSensor(t)
				low := s.another(t)
				s.setLevel(t, 1000)
				w := s.prepare(t, having("timeInterval", 1, "q", s.level+">=1000"))
				for range 2 {
					for _, d := range w.await(t, s.id) {
						if mentions(d.body["data"], low.id) {
							t.Require(nil).To(unwanted(d, "one of its entities does not match the subscription's q"))
						}
					}
				}
			},
		},
		{
			ID:     "mim1.notification.interval.nothing",
			Title:  "No periodic notification is sent while no entity matches",
			Clause: cim009 + "5.8.6", Fault: "notification.empty-periodic",
			Waits: true,
			Body: func(t *T) {
				s := newSensor(t)
				w := s.prepare(t, having("timeInterval", 1, "q", s.level+">=1000"))
				other := s.prepare(t, having("timeInterval", 1))
				for range 3 { // by the time that the other one is told thrice, both would have been told
					other.await(t, s.id)
				}
				for d := range came(t, w.inbox) {
					t.Require(nil).To(unwanted(d, "no entity matches the subscription's q"))
				}
			},
		},
	})
}

// apart is the time between two notifications as they tell it, or 0.
func apart(a, b delivery) time.Duration {
	first, errA := instant(a.body["notifiedAt"])
	second, errB := instant(b.body["notifiedAt"])
	if errA != nil || errB != nil {
		return 0
	}
	return second.Sub(first)
}

// moment is a time that the subscription's notification tells.
func moment(t *T, s ngsild.Object, name string) time.Time {
	at, err := instant(notificationOf(s)[name])
	t.Require(err).To(gomega.Succeed(), "%s is a DateTime (4.6.3)", name)
	return at
}

// notificationCounters checks what a subscription tells about its notifications
// (5.2.14, 5.8.6): a platform may tell it a little later.
func notificationCounters() []Check {
	count := func(s ngsild.Object, name string) float64 {
		n, _ := normal(notificationOf(s)[name]).(float64)
		return n
	}
	has := func(s ngsild.Object, name string) bool {
		_, err := instant(notificationOf(s)[name])
		return err == nil
	}
	// failing is a subscriber whose receiver answers with 500 to a notification.
	failing := func(t *T, edits ...edit) *subscriber {
		w := newSensor(t).prepare(t, edits...)
		w.inbox.Answer(probe.Answer{Status: 500})
		w.await(t, w.mark(t))
		return w
	}
	return notificationChecks("5.8.6", []Check{
		{
			ID:    "mim1.notification.count.timesSent",
			Title: "timesSent grows with each notification", TestPurposes: []string{"046_11"},
			Fault: "notification.times-sent-stays",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				s := w.untilShown(t, "timesSent is at least 1", func(s ngsild.Object) bool { return count(s, "timesSent") >= 1 })
				before := count(s, "timesSent")
				w.told(t)
				w.untilShown(t, "timesSent has grown", func(s ngsild.Object) bool { return count(s, "timesSent") > before })
			},
		},
		{
			ID:    "mim1.notification.count.lastNotification",
			Title: "lastNotification says when the last notification was sent", TestPurposes: []string{"046_12"},
			Fault: "notification.no-last-notification",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				w.untilShown(t, "lastNotification is a DateTime", func(s ngsild.Object) bool { return has(s, "lastNotification") })
			},
		},
		{
			ID:    "mim1.notification.count.lastSuccess",
			Title: "lastSuccess says when a notification was last delivered, and the notification's status is ok", TestPurposes: []string{"046_12"},
			Fault: "notification.no-last-success",
			Body: func(t *T) {
				w := newSensor(t).watch(t)
				s := w.untilShown(t, "lastSuccess is a DateTime", func(s ngsild.Object) bool { return has(s, "lastSuccess") })
				t.Expect(notificationOf(s)["status"]).To(gomega.Equal("ok"))
				t.Expect(notificationOf(s)).NotTo(gomega.HaveKey("lastFailure"))
			},
		},
		{
			ID:    "mim1.notification.count.lastFailure",
			Title: "After the receiver answers with an error, lastFailure says when, and the notification's status is failed", TestPurposes: []string{"046_13"},
			Fault: "notification.failures-as-successes",
			Body: func(t *T) {
				w := failing(t)
				s := w.untilShown(t, "lastFailure is a DateTime", func(s ngsild.Object) bool { return has(s, "lastFailure") })
				t.Expect(notificationOf(s)["status"]).To(gomega.Equal("failed"))
				if has(s, "lastSuccess") { // of a notification before, for a platform may begin with the entities as they are
					t.Expect(moment(t, s, "lastSuccess")).NotTo(gomega.BeTemporally(">", moment(t, s, "lastFailure")), "the last success, against the last failure")
				}
			},
		},
		{
			ID:    "mim1.notification.count.timesFailed",
			Title: "timesFailed counts the notifications that could not be delivered", TestPurposes: []string{"046_13"},
			Clause: cim009 + "5.2.14", // ETSI's OpenAPI document of V1.6.1 has it
			Since:  "1.6.1", Fault: "notification.failures-as-successes",
			Body: func(t *T) {
				w := failing(t)
				w.untilShown(t, "timesFailed is at least 1", func(s ngsild.Object) bool { return count(s, "timesFailed") >= 1 })
			},
		},
		{
			ID:    "mim1.notification.count.recovered",
			Title: "After a failure the platform goes on to notify, and a success makes the notification's status ok again",
			Fault: "notification.failed-for-good",
			Body: func(t *T) {
				w := failing(t)
				w.untilShown(t, "lastFailure is a DateTime", func(s ngsild.Object) bool { return has(s, "lastFailure") })
				w.inbox.Answer()
				w.told(t)
				w.untilShown(t, "the notification's status is ok", func(s ngsild.Object) bool { return notificationOf(s)["status"] == "ok" })
			},
		},
		{
			ID:     "mim1.notification.count.timeout",
			Title:  "A receiver that does not answer within the endpoint's timeout counts as a failure",
			Clause: cim009 + "5.2.15", Since: "1.6.1", Level: Extended, Fault: "notification.no-failures",
			Waits: true,
			Body: func(t *T) {
				w := newSensor(t).prepare(t, toEndpoint("timeout", 1000))
				if shown := endpointOf(subscription(t, w.sub))["timeout"]; compact(shown) != "1000" {
					t.Inapplicable("the platform sets the timeout itself, as 5.2.15 allows: it shows %s", compact(shown))
				}
				w.inbox.Answer(probe.Answer{Delay: time.Hour})
				w.await(t, w.mark(t))
				w.untilShown(t, "lastFailure is a DateTime", func(s ngsild.Object) bool { return has(s, "lastFailure") })
			},
		},
	})
}

// notificationTenants checks that tenants have subscriptions of their own (4.14, 6.3.14).
func notificationTenants() []Check {
	in := func(tenant string) Option { return Header(ngsild.HeaderTenant, tenant) }
	checks := []Check{
		{
			ID:    "mim1.notification.tenant.header",
			Title: "A notification of a tenant's subscription names the tenant in its header",
			Fault: "notification.no-tenant",
			Body: func(t *T) {
				w, tenant := tenanted(t, in)
				got := w.await(t, w.mark(t))
				t.Expect(got[len(got)-1].Header.Get(ngsild.HeaderTenant)).To(gomega.Equal(tenant))
			},
		},
		{
			ID:    "mim1.notification.tenant.separate",
			Title: "A subscription of one tenant does not notify of entities of another",
			Fault: "notification.tenants-mixed",
			Body: func(t *T) {
				w, _ := tenanted(t, in)
				w.begin(t)
				other := w.sensor
				other.id = create(t, ngsild.Entity(t.URN("Sensor"), w.kind, w.level, levelAtFirst())) // in the default tenant
				w.passesOver(t, other, "the entity is another tenant's")
			},
		},
		{
			ID:    "mim1.subscription.tenant.separate",
			Title: "A subscription of one tenant is not there for another",
			Fault: "subscription.tenants-mixed",
			Body: func(t *T) {
				w, tenant := tenanted(t, in)
				t.Expect(subscription(t, w.sub, in(tenant))["id"]).To(gomega.Equal(w.sub))
				noSubscription(t, w.sub)
			},
		},
	}
	for i := range checks {
		checks[i].Feature, checks[i].Since = FeatureTenants, "1.4.1"
		body := checks[i].Body
		checks[i].Body = func(t *T) { alsoClaims(t, FeatureSubscriptions); body(t) }
	}
	return notificationChecks("6.3.14", checks)
}

// tenanted is a subscriber of a new tenant, whose sensor is in that tenant, too.
func tenanted(t *T, in func(string) Option) (*subscriber, string) {
	tenant := t.Name("tenant")
	s, e := aSensor(t)
	createIn(t, tenant, e)
	w := &subscriber{sensor: s, inbox: t.Env.Callback.NewInbox(t.Check.ID), in: []Option{in(tenant)}}
	w.mark = func(t *T) any {
		v := t.Number()
		done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(v)}), in(tenant)))
		return v
	}
	w.sub = subscribe(t, aSubscription(t, s.kind, w.inbox.URL()), in(tenant))
	return w, tenant
}
