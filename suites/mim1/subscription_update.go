package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// subscriptionUpdate checks changes of subscriptions (5.8.2, 6.11.3.2). What an update
// does to notifications is among the checks of notifications.
func subscriptionUpdate() []Check {
	refuses := func(c Check) Check {
		c.Requirements = subscriptionErrors
		return c
	}
	// invalid is the check that a fragment is refused and changes nothing.
	invalid := func(name, title string, purposes []string, fragment ngsild.Object) Check {
		return refuses(Check{
			ID:           "mim1.subscription.update." + name,
			Title:        "A fragment " + title + " is refused with 400 BadRequestData and changes nothing",
			TestPurposes: purposes, Fault: "subscription.update.takes-" + name,
			Body: func(t *T) {
				id := dormant(t, having("description", "as it was"))
				t.Expect(patchSubscription(t, id, with(fragment, "description", "changed"))).To(beBadData())
				t.Expect(subscription(t, id)["description"]).To(gomega.Equal("as it was"))
			},
		})
	}
	checks := []Check{
		{
			ID:    "mim1.subscription.update.member",
			Title: "A fragment replaces the members that it has and leaves the others alone", TestPurposes: []string{"029_06"},
			Clause: cim009 + "5.8.2.4, 6.11.3.2", Fault: "subscription.update.replaces-all",
			Hint: "the fragment is taken for the whole subscription",
			Body: func(t *T) {
				level := t.Name("level")
				id := dormant(t, having("description", "as it was", "watchedAttributes", []any{level}))
				done(t, patchSubscription(t, id, ngsild.Object{"description": "changed"}))
				s := subscription(t, id)
				t.Expect(s["description"]).To(gomega.Equal("changed"))
				t.Expect(texts(s["watchedAttributes"])).To(gomega.ConsistOf(level), "what the fragment does not name has to stay")
				t.Expect(endpointOf(s)["uri"]).To(gomega.Equal(nobody), "what the fragment does not name has to stay")
			},
		},
		{
			ID:    "mim1.subscription.update.add",
			Title: "A fragment adds members that the subscription did not have", TestPurposes: []string{"029_06"},
			Fault: "subscription.update.no-new-members",
			Body: func(t *T) {
				id := dormant(t)
				done(t, patchSubscription(t, id, ngsild.Object{"throttling": 7}))
				t.Expect(subscription(t, id)).To(haveMembers(ngsild.Object{"throttling": 7}))
			},
		},
		{
			ID:    "mim1.subscription.update.pause",
			Title: "isActive false pauses a subscription, and true makes it active again", TestPurposes: []string{"029_07", "029_09"},
			Fault: "subscription.update.cannot-pause",
			Body: func(t *T) {
				id := dormant(t)
				done(t, patchSubscription(t, id, ngsild.Object{"isActive": false}))
				t.Expect(subscription(t, id)["status"]).To(gomega.Equal("paused"))
				done(t, patchSubscription(t, id, ngsild.Object{"isActive": true}))
				t.Expect(subscription(t, id)["status"]).To(gomega.Equal("active"))
			},
		},
		{
			ID:    "mim1.subscription.update.activeAndExpiry",
			Title: "isActive true with an end in the future makes a paused subscription active", TestPurposes: []string{"029_08", "029_10"},
			Fault: "subscription.update.forgets-expiry",
			Body: func(t *T) {
				id := dormant(t, having("isActive", false))
				end := t.Now().Add(48 * time.Hour).Truncate(time.Second)
				done(t, patchSubscription(t, id, ngsild.Object{"isActive": true, "expiresAt": end.Format(time.RFC3339)}))
				s := subscription(t, id)
				t.Expect(s["status"]).To(gomega.Equal("active"))
				got, err := instant(s["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				t.Expect(got).To(gomega.BeTemporally("==", end))
			},
		},
		{
			ID:    "mim1.subscription.update.expiryAlone",
			Title: "A paused subscription stays paused when an update gives it an end in the future and says no more",
			Fault: "subscription.update.resumes",
			Body: func(t *T) {
				id := dormant(t, having("isActive", false))
				done(t, patchSubscription(t, id, ngsild.Object{"expiresAt": t.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)}))
				t.Expect(subscription(t, id)["status"]).To(gomega.Equal("paused"))
			},
		},
		{
			ID:    "mim1.subscription.update.idStays",
			Title: "The id of a subscription is not changed by an update", Clause: cim009 + "5.2.12",
			Fault: "subscription.update.renames",
			Body: func(t *T) {
				id, other := dormant(t), t.URN("Subscription")
				r := patchSubscription(t, id, ngsild.Object{"id": other}) // is refused, or what it says of the id is ignored
				t.Require(r).To(HaveStatus(204, 207, 400))
				t.Expect(subscription(t, id)["id"]).To(gomega.Equal(id))
				noSubscription(t, other)
			},
		},
		{
			ID:           "mim1.subscription.update.contextUnavailable",
			Title:        "A fragment whose jsonldContext cannot be retrieved is refused with LdContextNotAvailable and changes nothing",
			Requirements: subscriptionErrors, Since: "1.7.1", Fault: "subscription.update.takes-contextUnavailable",
			Body: func(t *T) {
				id := dormant(t, having("description", "as it was"))
				r := patchSubscription(t, id, ngsild.Object{"description": "changed", "jsonldContext": "http://" + t.Name("context") + ".invalid/context.jsonld"}, Expecting(503, 504))
				t.Require(r).To(HaveStatus(unavailable(t.Env.SpecVersion)...))
				t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable))
				t.Expect(subscription(t, id)["description"]).To(gomega.Equal("as it was"))
			},
		},
		{
			ID:    "mim1.subscription.update.mergePatch",
			Title: "A fragment of application/merge-patch+json is taken like application/json", TestPurposes: []string{"044_02"},
			Clause: cim009 + "6.3.4", Fault: "subscription.update.no-merge-patch",
			Body: func(t *T) {
				id := dormant(t)
				done(t, patchSubscription(t, id, ngsild.Object{"description": "changed"}, Header("Content-Type", ngsild.MediaMergePatch)))
				t.Expect(subscription(t, id)["description"]).To(gomega.Equal("changed"))
			},
		},
		{
			ID:    "mim1.subscription.update.context",
			Title: "The names in a fragment are known by the IRIs that the @context gives them", TestPurposes: []string{"029_05"},
			Clause: cim009 + "5.8.2.4", Fault: "subscription.update.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := dormant(t)
				fragment := ngsild.InContext(ngsild.Object{"watchedAttributes": []any{v.level}}, v.context())
				done(t, t.PATCH(subscriptionPath(id), inlined(), JSONLD(fragment)))
				t.Expect(texts(subscription(t, id, coreOnly())["watchedAttributes"])).To(gomega.ConsistOf(v.levelIRI))
			},
		},
		{
			ID:    "mim1.subscription.update.coreContext",
			Title: "Without an @context the names in a fragment are those of the default vocabulary", TestPurposes: []string{"029_05"},
			Clause: cim009 + "5.8.2.4", Needs: []Need{NeedRead, NeedWrite, NeedCallback}, Fault: "subscription.update.own-context",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := subscribe(t, aSubscription(t, v.kind, nobody), v.linked(t))
				done(t, patchSubscription(t, id, ngsild.Object{"watchedAttributes": []any{v.level}}, coreOnly()))
				s := subscription(t, id, coreOnly())
				t.Expect(memberOf(s, "entities")["type"]).To(gomega.Equal(v.kindIRI))
				t.Expect(texts(s["watchedAttributes"])).To(gomega.ConsistOf(v.level))
			},
		},
		{
			ID:    "mim1.subscription.update.null",
			Title: "NGSI-LD Null in a fragment removes a member",
			Since: "1.8.1", Clause: cim009 + "5.5.8", Fault: "subscription.update.stores-null",
			Body: func(t *T) {
				id := dormant(t, having("description", "as it was"))
				t.Require(subscription(t, id)).To(gomega.HaveKey("description"), "there is a description that can be removed")
				r := patchSubscription(t, id, ngsild.Object{"description": ngsildNull})
				if r.Status == 400 || r.Status == 422 {
					t.Inapplicable("the platform does not remove members of subscriptions by NGSI-LD Null: it answers %d", r.Status)
				}
				done(t, r)
				t.Expect(subscription(t, id)).NotTo(gomega.HaveKey("description"))
			},
		},
		{
			ID:    "mim1.subscription.update.modifiedAt",
			Title: "An update moves the subscription's modifiedAt on and leaves createdAt alone",
			Since: "1.4.1", Clause: cim009 + "4.8", Fault: "subscription.update.modified-at-stays",
			Body: func(t *T) {
				id := dormant(t)
				stamps := func() (created, modified time.Time) {
					s := subscription(t, id, Query("options", "sysAttrs"))
					created, err := instant(s["createdAt"])
					t.Require(err).To(gomega.Succeed(), "options=sysAttrs shows createdAt as a DateTime")
					modified, err = instant(s["modifiedAt"])
					t.Require(err).To(gomega.Succeed(), "options=sysAttrs shows modifiedAt as a DateTime")
					return created, modified
				}
				created, before := stamps()
				after := before
				// The standard sets no resolution for the platform's clock: after at least a
				// second the time has to be another.
				for attempt, wait := 1, time.Duration(0); attempt <= 6 && !after.After(before); attempt, wait = attempt+1, 2*wait+50*time.Millisecond {
					pause(t, wait)
					done(t, patchSubscription(t, id, ngsild.Object{"throttling": attempt}))
					_, after = stamps()
				}
				t.Expect(after).To(gomega.BeTemporally(">", before), "modifiedAt says when it was last modified (4.8)")
				now, _ := stamps()
				t.Expect(now).To(gomega.BeTemporally("==", created), "createdAt says when it was entered, and stays (4.8)")
			},
		},
		refuses(Check{
			ID:    "mim1.subscription.update.unknown",
			Title: "Updating a subscription that is not there is answered with 404 ResourceNotFound", TestPurposes: []string{"029_02"},
			Fault: "subscription.update.unknown-ignored",
			Body: func(t *T) {
				t.Expect(patchSubscription(t, t.URN("Subscription"), ngsild.Object{"isActive": false})).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		}),
		refuses(Check{
			ID:    "mim1.subscription.update.idNoUri",
			Title: "Updating a subscription by an id that is no URI is refused with 400 BadRequestData", TestPurposes: []string{"029_01"},
			Fault: "subscription.update.any-id-not-found",
			Body: func(t *T) {
				t.Expect(patchSubscription(t, t.Name("subscription"), ngsild.Object{"isActive": false})).To(beBadData())
			},
		}),
		refuses(Check{
			ID:    "mim1.subscription.update.notJson",
			Title: "A fragment that is not JSON is refused with 400 InvalidRequest",
			Fault: "subscription.update.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := dormant(t)
				t.Expect(t.PATCH(subscriptionPath(id), Body(ngsild.MediaJSON, []byte(`{"description": `)))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		}),
		invalid("invalidFragment", "with an invalid query", []string{"029_03"}, ngsild.Object{"q": "level>"}),
		invalid("invalidWatched", "that watches no list of attributes", []string{"029_03"}, ngsild.Object{"watchedAttributes": []any{7}}),
		invalid("nullMandatory", "that removes notification, which is mandatory,", []string{"029_04"}, ngsild.Object{"notification": ngsildNull}),
		invalid("expiresPast", "with an end in the past", []string{"029_11"}, ngsild.Object{"expiresAt": "2018-12-31T23:00:00Z"}),
		invalid("wrongType", "of another type than Subscription", nil, ngsild.Object{"type": "Registration"}),
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.8.2.4"
		}
	}
	return checks
}

// subscriptionDelete checks the deletion of subscriptions (5.8.5, 6.11.3.3).
func subscriptionDelete() []Check {
	checks := []Check{
		{
			ID:    "mim1.subscription.delete.deleted",
			Title: "A subscription is deleted with 204 and is gone", TestPurposes: []string{"032_03"},
			Fault: "subscription.delete.swallowed",
			Body: func(t *T) {
				id := dormant(t)
				done(t, t.DELETE(subscriptionPath(id)))
				t.Expect(t.GET(subscriptionPath(id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:    "mim1.subscription.delete.onlyOne",
			Title: "Deleting a subscription leaves the others alone",
			Fault: "subscription.delete.of-endpoint",
			Body: func(t *T) {
				id, other := dormant(t), dormant(t)
				done(t, t.DELETE(subscriptionPath(id)))
				t.Expect(subscription(t, other)["id"]).To(gomega.Equal(other))
			},
		},
		{
			ID:           "mim1.subscription.delete.twice",
			Title:        "Deleting a subscription that has been deleted is answered with 404 ResourceNotFound",
			Requirements: subscriptionErrors, TestPurposes: []string{"032_02"},
			Fault: "subscription.delete.always-done",
			Body: func(t *T) {
				id := dormant(t)
				done(t, t.DELETE(subscriptionPath(id)))
				t.Expect(t.DELETE(subscriptionPath(id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.subscription.delete.unknown",
			Title:        "Deleting a subscription that never was is answered with 404 ResourceNotFound",
			Requirements: subscriptionErrors, TestPurposes: []string{"032_02"},
			Fault: "subscription.delete.always-done",
			Body: func(t *T) {
				t.Expect(t.DELETE(subscriptionPath(t.URN("Subscription")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.subscription.delete.idNoUri",
			Title:        "Deleting a subscription by an id that is no URI is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, TestPurposes: []string{"032_01"},
			Fault: "subscription.delete.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.DELETE(subscriptionPath(t.Name("subscription")))).To(beBadData())
			},
		},
	}
	for i := range checks {
		checks[i].Clause = cim009 + "5.8.5.4, 6.11.3.3"
	}
	return checks
}
