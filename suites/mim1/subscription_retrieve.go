package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/weblink"
)

// subscriptionRetrieve checks the retrieval of a subscription (5.8.3, 6.11.3.1).
func subscriptionRetrieve() []Check {
	checks := []Check{
		{
			ID:     "mim1.subscription.retrieve.active",
			Title:  "The status of a subscription that notifies is active",
			Clause: cim009 + "5.8.3.4, 6.11.3.1", Fault: "subscription.retrieve.status-lost",
			Body: func(t *T) {
				t.Expect(subscription(t, dormant(t))["status"]).To(gomega.Equal("active"), "5.2.12 has the status with every retrieval")
			},
		},
		{
			ID:    "mim1.subscription.retrieve.paused",
			Title: "The status of a subscription whose isActive is false is paused",
			Fault: "subscription.retrieve.always-active",
			Body: func(t *T) {
				t.Expect(subscription(t, dormant(t, having("isActive", false)))["status"]).To(gomega.Equal("paused"))
			},
		},
		{
			ID:    "mim1.subscription.retrieve.countsNothing",
			Title: "A subscription that has never notified counts no notification and no failure",
			Fault: "subscription.retrieve.counts-creation",
			Body: func(t *T) {
				n := notificationOf(subscription(t, dormant(t)))
				for _, count := range []string{"timesSent", "timesFailed"} {
					if v, there := n[count]; there {
						t.Expect(normal(v)).To(EqualJSON(0), "notification.%s", count)
					}
				}
				for _, time := range []string{"lastNotification", "lastSuccess", "lastFailure"} {
					t.Expect(n).NotTo(gomega.HaveKey(time))
				}
			},
		},
		{
			ID:     "mim1.subscription.retrieve.sysAttrs",
			Title:  "With options=sysAttrs a subscription is shown with createdAt and modifiedAt",
			Clause: cim009 + "6.3.11", Since: "1.4.1", Fault: "subscription.retrieve.sysattrs-ignored",
			Body: func(t *T) {
				s := subscription(t, dormant(t), Query("options", "sysAttrs"))
				for _, name := range []string{"createdAt", "modifiedAt"} {
					_, err := instant(s[name])
					t.Expect(err).To(gomega.Succeed(), "%s is a DateTime", name)
				}
			},
		},
		{
			ID:     "mim1.subscription.retrieve.noSysAttrs",
			Title:  "Without options=sysAttrs a subscription is shown without createdAt and modifiedAt",
			Clause: cim009 + "5.2.2, 6.3.11", Since: "1.4.1", Fault: "subscription.retrieve.sysattrs-always",
			Body: func(t *T) {
				t.Expect(subscription(t, dormant(t))).NotTo(gomega.Or(gomega.HaveKey("createdAt"), gomega.HaveKey("modifiedAt")))
			},
		},
		{
			ID:           "mim1.subscription.retrieve.unknown",
			Title:        "Retrieving a subscription that is not there is answered with 404 ResourceNotFound",
			Requirements: subscriptionErrors, TestPurposes: []string{"030_02"}, Needs: reads,
			Fault: "subscription.retrieve.unknown-as-empty",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptionPath(t.URN("Subscription")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.subscription.retrieve.idNoUri",
			Title:        "Retrieving a subscription by an id that is no URI is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, TestPurposes: []string{"030_01"}, Needs: reads,
			Fault: "subscription.retrieve.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptionPath(t.Name("subscription")))).To(beBadData())
			},
		},
		{
			ID:           "mim1.subscription.retrieve.unacceptable",
			Title:        "If no media type of the API is acceptable, the answer to a retrieval is 406",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.4", TestPurposes: []string{"049_02"},
			Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptionPath(dormant(t)), Header("Accept", "application/pdf"))).To(HaveStatus(406))
			},
		},
		{
			ID:           "mim1.subscription.retrieve.geoJson",
			Title:        "GeoJSON is acceptable for entities only: for a subscription the answer is 406",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.4", TestPurposes: []string{"049_02"}, Level: Extended,
			Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptionPath(dormant(t)), Header("Accept", ngsild.MediaGeoJSON))).To(HaveStatus(406))
			},
		},
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.8.3.4"
		}
	}
	return checks
}

// subscriptionContexts checks that the names in subscriptions have the meaning that
// the @context gives them (5.5.7, 6.3.5).
func subscriptionContexts() []Check {
	withCallback := []Need{NeedRead, NeedWrite, NeedCallback}
	checks := []Check{
		{
			ID:    "mim1.subscription.context.inline",
			Title: "The names in a subscription are known by the IRIs that its @context gives them",
			Fault: "subscription.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				s := aSubscription(t, v.kind, nobody, having("watchedAttributes", []any{v.level}))
				t.Require(t.POST(subscriptions, inlined(), JSONLD(ngsild.InContext(s, v.context())))).To(HaveStatus(201))
				got := subscription(t, s["id"].(string), coreOnly())
				t.Expect(memberOf(got, "entities")["type"]).To(gomega.Equal(v.kindIRI))
				t.Expect(texts(got["watchedAttributes"])).To(gomega.ConsistOf(v.levelIRI))
			},
		},
		{
			ID:    "mim1.subscription.context.link",
			Title: "The @context of a Link header gives the names in a subscription of application/json their meaning",
			Needs: withCallback, Fault: "subscription.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := subscribe(t, aSubscription(t, v.kind, nobody, sending("attributes", []any{v.level})), v.linked(t))
				got := subscription(t, id, coreOnly())
				t.Expect(memberOf(got, "entities")["type"]).To(gomega.Equal(v.kindIRI))
				t.Expect(texts(notificationOf(got)["attributes"])).To(gomega.ConsistOf(v.levelIRI))
			},
		},
		{
			ID:    "mim1.subscription.context.compacts",
			Title: "The @context of a retrieval compacts the names in the subscription",
			Needs: withCallback, Fault: "subscription.retrieve.never-compacts",
			Body: func(t *T) {
				v := newVocabulary(t)
				s := aSubscription(t, v.kind, nobody, having("watchedAttributes", []any{v.level}))
				t.Require(t.POST(subscriptions, inlined(), JSONLD(ngsild.InContext(s, v.context())))).To(HaveStatus(201))
				got := subscription(t, s["id"].(string), v.linked(t))
				t.Expect(memberOf(got, "entities")["type"]).To(gomega.Equal(v.kind))
				t.Expect(texts(got["watchedAttributes"])).To(gomega.ConsistOf(v.level))
			},
		},
		{
			ID:    "mim1.subscription.context.answerLink",
			Title: "A subscription as application/json names its @context in a Link header", Clause: cim009 + "6.3.6",
			Fault: "subscription.retrieve.no-context",
			Body: func(t *T) {
				r := t.GET(subscriptionPath(dormant(t)), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				_, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Expect(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
			},
		},
		{
			ID:    "mim1.subscription.context.answerMember",
			Title: "A subscription as application/ld+json holds its @context", Clause: cim009 + "6.3.6",
			Fault: "subscription.retrieve.no-context",
			Body: func(t *T) {
				r := t.GET(subscriptionPath(dormant(t)), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Expect(t.Object(r)["@context"]).NotTo(gomega.BeNil())
			},
		},
		{
			ID:           "mim1.subscription.context.missing",
			Title:        "A subscription of application/ld+json without @context is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.5", TestPurposes: []string{"028_02"},
			Fault: "subscription.context-missing-assumed",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				t.Expect(t.POST(subscriptions, inlined(), JSONLD(s))).To(beBadData())
				noSubscription(t, s["id"].(string))
			},
		},
		{
			ID:           "mim1.subscription.context.inJson",
			Title:        "A subscription of application/json with an @context in it is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.5",
			Fault: "subscription.context-in-json-taken",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				t.Expect(t.POST(subscriptions, JSON(ngsild.InContext(s, ngsild.CoreContextURL)))).To(beBadData())
				noSubscription(t, s["id"].(string))
			},
		},
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.5.7"
		}
	}
	return checks
}
