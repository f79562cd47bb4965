package mim1

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
	"github.com/oasc/mimcheck/reports"
)

// lookout is the receiver of a subscription to registrations (5.11.7).
type lookout struct {
	kind  string // what the subscription is about
	sub   string // id of the subscription
	inbox probe.Inbox
}

// lookFor subscribes to registrations for entities of the type, with edits.
func lookFor(t *T, kind string, edits ...edit) *lookout {
	w := &lookout{kind: kind, inbox: t.Env.Callback.NewInbox(t.Check.ID)}
	w.sub = subscribeSources(t, aSubscription(t, kind, w.inbox.URL(), edits...))
	return w
}

// await waits for a notification about the registration for the reason, and returns
// all that came up to it, that one last. When none comes the check ends: as failed, or
// as cantTell when the platform may be unable to reach the harness.
func (w *lookout) await(t *T, id, reason string) []delivery {
	ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
	defer cancel()
	var got []delivery
	for {
		n, err := w.inbox.Next(ctx)
		if err != nil {
			w.missed(t, got, fmt.Sprintf("no notification came that registration %s is %s", id, reason), err)
		}
		d := received(t, n)
		got = append(got, d)
		if d.body["triggerReason"] == reason && about1(d, id) {
			return got
		}
	}
}

// told is the last of what await returns.
func (w *lookout) told(t *T, id, reason string) delivery {
	got := w.await(t, id, reason)
	return got[len(got)-1]
}

// toldOfAll waits until the subscriber has been told of all of these registrations, in
// one notification or several, for whatever reason.
func (w *lookout) toldOfAll(t *T, ids ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
	defer cancel()
	var got []delivery
	for len(ids) > 0 {
		n, err := w.inbox.Next(ctx)
		if err != nil {
			w.missed(t, got, "no notification came of "+strings.Join(ids, " and "), err)
		}
		d := received(t, n)
		got = append(got, d)
		ids = slices.DeleteFunc(ids, func(id string) bool { return about1(d, id) })
	}
}

// about1 says whether the notification is about the registration.
func about1(d delivery, id string) bool {
	return slices.ContainsFunc(d.items(), func(g ngsild.Object) bool { return g["id"] == id })
}

// ignores expects that nothing came about the registration. Nothing can be waited for
// but what comes: more sources are registered, one after the other, and by the time that
// they have been notified, the first one would have been.
func (w *lookout) ignores(t *T, id, why string, edits ...edit) {
	outlast(t, inTurn, func() {
		marker := register(t, aRegistration(t, w.kind, nowhere, edits...))
		for _, d := range w.await(t, marker, "newlyMatching") {
			if about1(d, id) {
				t.Require(nil).To(unwanted(d, why))
			}
		}
	})
}

// missed ends the check because of a notification that did not come.
func (w *lookout) missed(t *T, got []delivery, what string, err error) {
	switch {
	case errors.Is(err, probe.ErrOverflow):
		t.CantTell("%v", err)
	case t.Context().Err() != nil:
		t.CantTell("%s before the check's time was over", what)
	}
	f := &reports.Finding{Message: fmt.Sprintf("%s within %s", what, t.Patience()), Expected: "a notification", Actual: "none"}
	if len(got) > 0 {
		last := got[len(got)-1].Body
		f.Message += fmt.Sprintf("; %d others came", len(got))
		f.Actual = "last: " + string(last[:min(len(last), 1000)])
		t.Require(nil).To(finding{f})
	}
	n := notificationOf(sourceSubscription(t, w.sub))
	failed, _ := normal(n["timesFailed"]).(float64)
	if _, ever := n["lastFailure"]; ever || failed > 0 || n["status"] == "failed" {
		t.CantTell("no notification came, and the platform says that it tried and failed to deliver one to %s: give an address of this machine that it can reach with --callback-host", w.inbox.URL())
	}
	mayReach(t, w.inbox.URL())
	t.Require(nil).To(finding{f})
}

// mayReach ends the check as cantTell when the platform does not even fetch an
// @context from the harness: it seems unable to reach url.
func mayReach(t *T, url string) {
	if t.Env.Callback.Reached() {
		return
	}
	v := newVocabulary(t) // a new @context has to be fetched to know what the type means (5.5.5)
	t.GET(entities, Query("type", v.kind), v.linked(t), Expecting(503, 504))
	if !t.Env.Callback.Reached() {
		t.CantTell("the platform did not fetch an @context from the harness either: it seems unable to reach %s; give an address of this machine that it can reach with --callback-host", url)
	}
}

// sourceNotifications checks what subscribers to registrations are notified of (5.11.7, 5.3.2).
func sourceNotifications() []Check {
	checks := slices.Concat(sourceNotificationReasons(), sourceNotificationMatching(), sourceNotificationState())
	for i := range checks {
		checks[i].Needs = notifies
	}
	return stated("5.11.7", checks)
}

func sourceNotificationReasons() []Check {
	return []Check{
		{
			ID:    "mim1.sourceNotification.reason.atFirst",
			Title: "A new subscription is notified of the sources that are registered already", TestPurposes: []string{"047_02"},
			Fault: "source-notification.no-news",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				id := register(t, aRegistration(t, kind, nowhere))
				lookFor(t, kind).told(t, id, "newlyMatching")
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.registered",
			Title: "A subscription is notified of a source that is registered: it is newly matching", TestPurposes: []string{"047_02", "047_08"},
			Clause: cim009 + "5.11.7, 5.3.3", Fault: "source-notification.no-news",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				w.told(t, register(t, aRegistration(t, w.kind, nowhere)), "newlyMatching")
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.updated",
			Title: "A subscription is notified of a registration that is updated and still matches", TestPurposes: []string{"047_02"},
			Clause: cim009 + "5.11.7, 5.3.3", Fault: "source-notification.no-updates",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				id := register(t, aRegistration(t, w.kind, nowhere))
				w.told(t, id, "newlyMatching")
				done(t, t.PATCH(registrationPath(id), JSON(ngsild.Object{"endpoint": nowhere + "/moved"})))
				d := w.told(t, id, "updated")
				t.Expect(d.entity(t, id)["endpoint"]).To(gomega.Equal(nowhere + "/moved"))
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.becomesMatching",
			Title: "A registration that matches only after its update is newly matching", TestPurposes: []string{"047_02"},
			Fault: "source-notification.no-news",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				id := register(t, aRegistration(t, t.Name("Nowhere"), nowhere))
				done(t, t.PATCH(registrationPath(id), JSON(ngsild.Object{"information": []any{informationOf(ngsild.Object{"type": w.kind})}})))
				w.told(t, id, "newlyMatching")
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.matchesNoLonger",
			Title: "A registration that matches no more after its update is no longer matching", TestPurposes: []string{"047_09"},
			Fault: "source-notification.no-farewell",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				id := register(t, aRegistration(t, w.kind, nowhere))
				w.told(t, id, "newlyMatching")
				done(t, t.PATCH(registrationPath(id), JSON(ngsild.Object{"information": []any{informationOf(ngsild.Object{"type": t.Name("Nowhere")})}})))
				w.told(t, id, "noLongerMatching")
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.subscriptionUpdated",
			Title: "When a subscription is updated it is notified of all sources that match by then", TestPurposes: []string{"047_16"},
			Clause: cim009 + "5.11.3.4", Fault: "source-subscription.update.swallowed",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				first, second := t.Name("Nowhere"), t.Name("Nobody")
				ids := []string{register(t, aRegistration(t, first, nowhere)), register(t, aRegistration(t, second, nowhere))}
				done(t, t.PATCH(sourceSubscriptionPath(w.sub), JSON(ngsild.Object{"entities": []any{ngsild.Object{"type": first}, ngsild.Object{"type": second}}})))
				w.toldOfAll(t, ids...)
			},
		},
		{
			ID:    "mim1.sourceNotification.reason.deleted",
			Title: "A registration that is deleted is no longer matching", TestPurposes: []string{"047_02", "047_09"},
			Clause: cim009 + "5.11.7, 5.3.3", Fault: "source-notification.no-farewell",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				id := register(t, aRegistration(t, w.kind, nowhere))
				w.told(t, id, "newlyMatching")
				done(t, t.DELETE(registrationPath(id)))
				w.told(t, id, "noLongerMatching")
			},
		},
	}
}

func sourceNotificationMatching() []Check {
	point := ngsild.Object{"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": []any{10.2, 56.15}}
	there := having("location", ngsild.Point(10.2, 56.15))
	past := having("observationInterval", ngsild.Object{"startAt": "2020-01-01T00:00:00Z", "endAt": "2022-01-01T00:00:00Z"})
	return []Check{
		{
			ID:    "mim1.sourceNotification.matching.type",
			Title: "A subscription is not notified of sources of entities of another type", TestPurposes: []string{"047_08"},
			Fault: "source-notification.any-type",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				w.ignores(t, register(t, aRegistration(t, t.Name("Nowhere"), nowhere)), "the registration is for another type")
			},
		},
		{
			ID:     "mim1.sourceNotification.matching.watched",
			Title:  "A subscription that watches attributes is notified of sources with these, and not of sources with others only",
			Clause: cim009 + "5.12", TestPurposes: []string{"047_12", "047_13"},
			Fault: "source-notification.any-attribute",
			Body: func(t *T) {
				level := t.Name("level")
				// Attributes count for the matching when the notification asks for some (5.12).
				w := lookFor(t, t.Name("Nothing"), having("watchedAttributes", []any{level}), sending("attributes", []any{level}))
				with := func(name string) edit { return informing(informationOf(ngsild.Object{"type": w.kind}, name)) }
				other := register(t, aRegistration(t, w.kind, nowhere, with(t.Name("depth"))))
				w.ignores(t, other, "the registered source has none of the attributes", with(level))
			},
		},
		{
			ID:    "mim1.sourceNotification.matching.present",
			Title: "A subscription without temporal query is not notified of sources of the past", TestPurposes: []string{"047_08"},
			Clause: cim009 + "5.11.2.4", Fault: "registration.create.interval-lost",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				w.ignores(t, register(t, aRegistration(t, w.kind, nowhere, past)), "the source has information of the past only")
			},
		},
		{
			ID:    "mim1.sourceNotification.matching.past",
			Title: "A subscription with a temporal query is notified of sources of that time, and not of those of the present", TestPurposes: []string{"047_10"},
			Clause: cim009 + "5.11.2.4", Fault: "source-notification.temporal-query-ignored",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"), having("temporalQ", ngsild.Object{"timerel": "before", "timeAt": "2021-01-01T00:00:00Z"}))
				w.ignores(t, register(t, aRegistration(t, w.kind, nowhere)), "the source has information of the present only", past)
			},
		},
		{
			ID:    "mim1.sourceNotification.matching.managed",
			Title: "A temporal query of createdAt or modifiedAt is held against the interval of management", TestPurposes: []string{"047_11"},
			Clause: cim009 + "5.11.2.4", Fault: "source-notification.timeproperty-ignored",
			Body: func(t *T) {
				for _, property := range []string{"createdAt", "modifiedAt"} {
					w := lookFor(t, t.Name("Nothing"), having("temporalQ", ngsild.Object{"timerel": "before", "timeAt": "2021-01-01T00:00:00Z", "timeproperty": property}))
					managed := having("managementInterval", ngsild.Object{"startAt": "2020-01-01T00:00:00Z", "endAt": "2022-01-01T00:00:00Z"})
					w.ignores(t, register(t, aRegistration(t, w.kind, nowhere, past)), "the registration has no interval of management", managed)
				}
			},
		},
		{
			ID:    "mim1.sourceNotification.matching.location",
			Title: "A subscription with a geo-query is notified of sources of that place, and not of those elsewhere", TestPurposes: []string{"047_14", "047_15"},
			Clause: cim009 + "5.11.2.4", Fault: "source-notification.geo-query-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				w := lookFor(t, t.Name("Nothing"), having("geoQ", point))
				far := register(t, aRegistration(t, w.kind, nowhere, having("location", ngsild.Point(-3.7, 40.4))))
				w.ignores(t, far, "the source is elsewhere", there)
			},
		},
		{
			ID:     "mim1.sourceNotification.matching.scope",
			Title:  "A subscription with a scope query is notified of sources of that scope, and not of those of another",
			Clause: cim009 + "5.11.2.4", Since: "1.5.1", Fault: "source-notification.scope-query-ignored",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"), having("scopeQ", "/city/north"))
				south := register(t, aRegistration(t, w.kind, nowhere, having("scope", "/city/south")))
				w.ignores(t, south, "the source is of another scope", having("scope", "/city/north"))
			},
		},
		{
			ID:     "mim1.sourceNotification.matching.filter",
			Title:  "A subscription with csf is notified of sources whose own properties meet it, and of no others",
			Clause: cim009 + "5.11.2.4", Since: "1.6.1", Fault: "source-notification.filter-ignored",
			Body: func(t *T) {
				grade := t.Name("grade")
				w := lookFor(t, t.Name("Nothing"), having("csf", grade+">=5"))
				low := register(t, aRegistration(t, w.kind, nowhere, having(grade, ngsild.Property(1))))
				w.ignores(t, low, "the source's own property does not meet csf", having(grade, ngsild.Property(7)))
			},
		},
		{
			ID:    "mim1.sourceNotification.matching.paused",
			Title: "A paused subscription is not notified", TestPurposes: []string{"047_07"},
			Clause: cim009 + "5.8.6", Fault: "source-notification.paused-too",
			Body: func(t *T) {
				paused := lookFor(t, t.Name("Nothing"), having("isActive", false))
				other := lookFor(t, paused.kind)
				paused.isSilent(t, other, "the subscription is paused")
			},
		},
		{
			ID:     "mim1.sourceNotification.matching.deleted",
			Title:  "A subscription that is deleted is not notified any more",
			Clause: cim009 + "5.11.6.4", Fault: "source-subscription.delete.swallowed",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				w.told(t, register(t, aRegistration(t, w.kind, nowhere)), "newlyMatching")
				done(t, t.DELETE(sourceSubscriptionPath(w.sub)))
				w.isSilent(t, lookFor(t, w.kind), "the subscription is deleted")
			},
		},
	}
}

// isSilent expects that nothing comes of sources of which a second lookout of the same
// type is told. What tells of others may still be on its way.
func (w *lookout) isSilent(t *T, other *lookout, why string) {
	var made []string
	outlast(t, outOfTurn, func() {
		id := register(t, aRegistration(t, w.kind, nowhere))
		made = append(made, id)
		other.await(t, id, "newlyMatching")
	})
	for d := range came(t, w.inbox) {
		if slices.ContainsFunc(made, func(id string) bool { return about1(d, id) }) {
			t.Require(nil).To(unwanted(d, why))
		}
	}
}

func sourceNotificationState() []Check {
	first := func(t *T, edits ...edit) (*lookout, string, delivery) {
		w := lookFor(t, t.Name("Nothing"), edits...)
		id := register(t, aRegistration(t, w.kind, nowhere))
		return w, id, w.told(t, id, "newlyMatching")
	}
	return []Check{
		{
			ID:     "mim1.sourceNotification.body.members",
			Title:  "A notification has an id, its type, its subscription and its time",
			Clause: cim009 + "5.3.2", TestPurposes: []string{"047_04"}, Fault: "source-notification.type-of-entities",
			Body: func(t *T) {
				w, _, d := first(t)
				t.Expect(d.Method).To(gomega.Equal("POST"))
				t.Expect(d.body).To(haveMembers(ngsild.Object{"type": "ContextSourceNotification", "subscriptionId": w.sub}))
				t.Expect(d.body["id"]).To(beURI())
				_, err := instant(d.body["notifiedAt"])
				t.Expect(err).To(gomega.Succeed(), "notifiedAt is a DateTime")
			},
		},
		{
			ID:     "mim1.sourceNotification.body.data",
			Title:  "A notification holds the registration: endpoint and the information that matches",
			Clause: cim009 + "5.3.2", TestPurposes: []string{"047_03"}, Fault: "source-notification.ids-only",
			Body: func(t *T) {
				w, id, d := first(t)
				g := d.entity(t, id)
				t.Expect(g).To(haveMembers(ngsild.Object{"type": "ContextSourceRegistration", "endpoint": nowhere}))
				t.Expect(texts(entityOf(g)["type"])).To(gomega.ConsistOf(w.kind))
			},
		},
		{
			ID:     "mim1.sourceNotification.body.receiverInfo",
			Title:  "A notification carries what the subscription says the receiver is to be told",
			Clause: cim009 + "6.3.9", Fault: "source-notification.receiver-info-lost",
			Body: func(t *T) {
				_, _, d := first(t, toEndpoint("receiverInfo", []any{ngsild.Object{"key": "X-Purpose", "value": "conformance"}}))
				t.Expect(d.Header.Get("X-Purpose")).To(gomega.Equal("conformance"))
			},
		},
		{
			ID:     "mim1.sourceNotification.http.json",
			Title:  "Unless the endpoint asks for something else, a notification about registrations is application/json",
			Clause: cim009 + "6.3.9", Fault: "source-notification.json-ld-by-default",
			Body: func(t *T) {
				_, _, d := first(t)
				t.Expect(d).To(arriveAs(ngsild.MediaJSON))
				t.Expect(d.body).NotTo(gomega.HaveKey("@context"))
			},
		},
		{
			ID:     "mim1.sourceNotification.http.link",
			Title:  "A notification about registrations of application/json names its @context in a Link header",
			Clause: cim009 + "6.3.9", Fault: "source-notification.no-link",
			Body: func(t *T) {
				_, _, d := first(t)
				to, ok := weblink.To(d.Header, ngsild.ContextRel)
				t.Require(d.body).To(answering(ok, "the notification has no Link header with rel=%q", ngsild.ContextRel))
				t.Expect(to.Target).NotTo(gomega.BeEmpty())
			},
		},
		{
			ID:     "mim1.sourceNotification.http.acceptJsonLd",
			Title:  "An endpoint that accepts application/ld+json gets notifications about registrations as that, with the @context",
			Clause: cim009 + "6.3.9", Fault: "source-notification.always-json",
			Body: func(t *T) {
				_, _, d := first(t, toEndpoint("accept", ngsild.MediaJSONLD))
				t.Expect(d).To(arriveAs(ngsild.MediaJSONLD))
				t.Expect(hasContext(d)).To(gomega.BeTrue(), "the @context is in the notification")
			},
		},
		{
			ID:    "mim1.sourceNotification.count.success",
			Title: "A subscription says how often and when it was notified", TestPurposes: []string{"047_05"},
			Fault: "source-notification.not-counted",
			Body: func(t *T) {
				w, _, _ := first(t)
				settles(t, func() string {
					n := notificationOf(sourceSubscription(t, w.sub))
					sent, _ := normal(n["timesSent"]).(float64)
					if _, err := instant(n["lastNotification"]); sent < 1 || err != nil {
						return "after a notification, timesSent is to be above 0 and lastNotification to be there: " + compact(n)
					}
					if _, err := instant(n["lastSuccess"]); err != nil {
						return "after a successful notification, lastSuccess is to be there: " + compact(n)
					}
					return ""
				})
			},
		},
		{
			ID:    "mim1.sourceNotification.count.failure",
			Title: "A subscription says when a notification failed", TestPurposes: []string{"047_06"},
			Fault: "source-notification.failure-not-counted",
			Body: func(t *T) {
				w := lookFor(t, t.Name("Nothing"))
				w.inbox.Answer(probe.Answer{Status: 500})
				w.told(t, register(t, aRegistration(t, w.kind, nowhere)), "newlyMatching")
				settles(t, func() string {
					n := notificationOf(sourceSubscription(t, w.sub))
					if _, err := instant(n["lastFailure"]); err != nil {
						return "after a failed notification, lastFailure is to be there: " + compact(n)
					}
					return ""
				})
			},
		},
		{
			ID:    "mim1.sourceNotification.interval.periodic",
			Title: "A subscription with a time interval is notified at first and again and again, whether or not there are changes", TestPurposes: []string{"047_01"},
			Fault: "source-notification.interval-ignored",
			Waits: true,
			Body: func(t *T) {
				kind := t.Name("Nothing")
				id := register(t, aRegistration(t, kind, nowhere))
				w := lookFor(t, kind, having("timeInterval", 1))
				// What reason a periodic notification gives, the specification leaves open.
				ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
				defer cancel()
				var got []delivery
				for len(got) < 2 {
					n, err := w.inbox.Next(ctx)
					if err != nil {
						w.missed(t, got, "two periodic notifications did not come", err)
					}
					got = append(got, received(t, n))
				}
				for _, d := range got {
					d.entity(t, id)
				}
			},
		},
	}
}

// settles expects that what the platform says of its own doings comes to be right: it
// may count a notification after the receiver has seen it.
func settles(t *T, wrong func() string) {
	var last string
	for attempt := range 6 {
		if last = wrong(); last == "" {
			return
		}
		pause(t, 50*time.Millisecond<<attempt)
	}
	t.Expect(last).To(gomega.BeEmpty())
}
