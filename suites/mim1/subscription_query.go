package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// subscriptionQuery checks the list of subscriptions (5.8.4, 6.10.3.2).
func subscriptionQuery() []Check {
	three := func(t *T) []string { return []string{dormant(t), dormant(t), dormant(t)} }
	all := func(t *T) func() *probe.Response {
		return func() *probe.Response { return t.GET(subscriptions, inSteps) }
	}
	checks := []Check{
		{
			ID:    "mim1.subscription.query.all",
			Title: "Every subscription is on the list of subscriptions", TestPurposes: []string{"031_01"},
			Clause: cim009 + "5.8.4.4, 6.10.3.2", Fault: "subscription.query.notified-only",
			Body: func(t *T) {
				theListed(t, all(t), subscriptions, three(t)...)
			},
		},
		{
			ID:    "mim1.subscription.query.paused",
			Title: "Subscriptions that are paused are on the list, too", TestPurposes: []string{"031_01"},
			Fault: "subscription.query.active-only",
			Body: func(t *T) {
				id := dormant(t, having("isActive", false))
				theListed(t, all(t), subscriptions, id)
			},
		},
		{
			ID:    "mim1.subscription.query.asRetrieved",
			Title: "A subscription on the list is as it is when retrieved", TestPurposes: []string{"031_01"},
			Fault: "subscription.query.shortened",
			Body: func(t *T) {
				id := dormant(t, having("description", "one of many", "throttling", 5))
				t.Expect(theListed(t, all(t), subscriptions, id)[0]).To(haveMembers(without(subscription(t, id), "@context")))
			},
		},
		{
			ID:    "mim1.subscription.query.whole",
			Title: "A subscription with much to it is on the list with all that a retrieval shows", TestPurposes: []string{"031_01"},
			Since: "1.5.1", Fault: "subscription.query.first-selector",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				edits := []edit{
					having("entities", []any{ngsild.Object{"type": kind, "idPattern": "^urn:.*$"}, ngsild.Object{"type": kind, "id": t.URN("Nothing")}},
						"watchedAttributes", []any{t.Name("level"), t.Name("status")}, "q", t.Name("level")+">5", "scopeQ", "/city/north", "throttling", 5),
					toEndpoint("receiverInfo", []any{ngsild.Object{"key": "X-Mimcheck", "value": t.Name("value")}}),
				}
				if t.Claims(FeatureGeoQuery) {
					edits = append(edits, having("geoQ", ngsild.Object{"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": []any{10.2, 56.15}}))
				}
				id := dormant(t, edits...)
				retrieved := subscription(t, id)
				listed := theListed(t, all(t), subscriptions, id)[0]
				t.Expect(listed).To(haveMembers(without(retrieved, "@context", "entities", "watchedAttributes")))
				for _, name := range []string{"entities", "watchedAttributes"} { // in any order
					t.Expect(compacted(listed[name])).To(gomega.ConsistOf(compacted(retrieved[name])), "%s", name)
				}
			},
		},
		{
			ID:    "mim1.subscription.query.limit",
			Title: "A page of subscriptions holds no more than limit asks for", TestPurposes: []string{"031_02"},
			Fault: "subscription.query.limit-ignored",
			Body: func(t *T) {
				three(t)
				t.Expect(len(thingsIn(t, t.GET(subscriptions, Query("limit", "2"))))).To(
					gomega.And(gomega.BeNumerically(">", 0), gomega.BeNumerically("<=", 2)))
			},
		},
		{
			ID:    "mim1.subscription.query.next",
			Title: "While subscriptions are left, the answer links to the next page, which begins with another one", TestPurposes: []string{"031_02"},
			Fault: "subscription.query.no-next",
			Body: func(t *T) {
				three(t)
				agree(t, func() string {
					first := t.GET(subscriptions, Query("limit", "1"))
					one := thingsIn(t, first)
					if _, more := weblink.To(first.Header, "next"); !more {
						return "three subscriptions were created, and the answer with limit=1 has no Link header with rel=\"next\" (5.5.9)"
					}
					two := thingsIn(t, followIn(t, first, "next", subscriptions))
					if len(one) != 1 || len(two) != 1 || one[0]["id"] == two[0]["id"] {
						return "with limit=1, the first two pages do not hold one subscription each, and not the same"
					}
					return ""
				})
			},
		},
		{
			ID:    "mim1.subscription.query.prev",
			Title: "The second page links to the previous one, and the first page does not", TestPurposes: []string{"031_02"},
			Fault: "subscription.query.no-prev",
			Body: func(t *T) {
				three(t)
				first := t.GET(subscriptions, Query("limit", "1"))
				t.Require(first).To(HaveStatus(200))
				t.Expect(first).NotTo(hasPage("prev"))
				second := followIn(t, first, "next", subscriptions)
				t.Require(second).To(HaveStatus(200))
				t.Expect(second).To(hasPage("prev"))
			},
		},
		{
			ID:    "mim1.subscription.query.count",
			Title: "With count=true the answer says how many subscriptions there are in all", Clause: cim009 + "6.3.13",
			Fault: "subscription.query.count-of-page",
			Body: func(t *T) {
				three(t)
				for _, limit := range []string{"1", "100"} {
					isCounted(t, t.GET(subscriptions, Query("limit", limit, "count", "true")), 3)
				}
			},
		},
		{
			ID:    "mim1.subscription.query.beyond",
			Title: "A page beyond the last subscription is empty",
			Level: Extended, Fault: "subscription.query.offset-ignored",
			Body: func(t *T) {
				dormant(t)
				r := t.GET(subscriptions, Query("limit", "1", "offset", "1000000"))
				if r.Status == 400 {
					t.Inapplicable("the platform refuses the parameter offset, which 5.5.9.2 leaves open to it")
				}
				t.Expect(thingsIn(t, r)).To(gomega.BeEmpty())
			},
		},
		{
			ID:           "mim1.subscription.query.limitNegative",
			Title:        "A negative limit is refused with 400",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.10", TestPurposes: []string{"031_02"},
			Needs: reads, Fault: "subscription.query.invalid-page-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptions, Query("limit", "-1"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:           "mim1.subscription.query.unacceptable",
			Title:        "If no media type of the API is acceptable, the answer to a query is 406",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.4",
			Needs: reads, Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(subscriptions, Query("limit", "1"), Header("Accept", "application/pdf"))).To(HaveStatus(406))
			},
		},
		{
			ID:     "mim1.subscription.query.jsonLd",
			Title:  "Subscriptions as application/ld+json hold their @context",
			Clause: cim009 + "6.3.6", Fault: "subscription.query.no-context",
			Body: func(t *T) {
				dormant(t)
				r := t.GET(subscriptions, Query("limit", "1"), Header("Accept", ngsild.MediaJSONLD))
				found := thingsIn(t, r)
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Require(found).NotTo(gomega.BeEmpty(), "the check itself created a subscription")
				for _, s := range found {
					t.Expect(s["@context"]).NotTo(gomega.BeNil(), "subscription %v has to hold an @context", s["id"])
				}
			},
		},
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.8.4.4"
		}
	}
	return checks
}

// without is a copy of o that lacks the named members.
func without(o ngsild.Object, names ...string) ngsild.Object {
	out := with(o)
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// compacted are the values of a list, each as JSON.
func compacted(v any) []string {
	all := []string{}
	for _, one := range list(v) {
		all = append(all, compact(one))
	}
	return all
}
