package mim1

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// sourceSubscriptions is the resource of all subscriptions to context source
// registrations (6.12).
const sourceSubscriptions = "/csourceSubscriptions"

// sourceSubscriptionPath is the resource of one of them (6.13).
func sourceSubscriptionPath(id string) string {
	return sourceSubscriptions + "/" + url.PathEscape(id)
}

// subscribeSources creates a subscription to registrations and returns its id; anything
// but 201 ends the check.
func subscribeSources(t *T, s ngsild.Object, options ...Option) (id string) {
	t.Require(t.POST(sourceSubscriptions, append([]Option{JSON(s)}, options...)...)).To(HaveStatus(201), "a subscription to work on has to be created first")
	return s["id"].(string)
}

// still creates a subscription to registrations that never notifies, with edits.
func still(t *T, edits ...edit) (id string) {
	return subscribeSources(t, aSubscription(t, t.Name("Nothing"), nobody, edits...))
}

// sourceSubscription retrieves one; anything but 200 with an object ends the check.
func sourceSubscription(t *T, id string) ngsild.Object {
	r := t.GET(sourceSubscriptionPath(id))
	t.Require(r).To(HaveStatus(200), "subscription %s has to be there", id)
	return itself(t, r, id)
}

// sourceSubscriptionCreate checks the creation of subscriptions to registrations
// (5.11.2, 6.12.3.1).
func sourceSubscriptionCreate() []Check {
	return stated("5.11.2.4", []Check{
		{
			ID:    "mim1.sourceSubscription.create.created",
			Title: "A valid subscription to registrations is created with 201 and can be retrieved", TestPurposes: []string{"038_01", "040_01"},
			Fault: "source-subscription.create.swallowed",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				id := subscribeSources(t, aSubscription(t, kind, nobody))
				s := sourceSubscription(t, id)
				t.Expect(s).To(haveMembers(ngsild.Object{"id": id, "type": "Subscription"}))
				t.Expect(memberOf(s, "entities")["type"]).To(gomega.Equal(kind))
				t.Expect(endpointOf(s)["uri"]).To(gomega.Equal(nobody))
			},
		},
		{
			ID:     "mim1.sourceSubscription.create.location",
			Title:  "The answer to a creation names the subscription's resource in its Location header",
			Clause: cim009 + "6.12.3.1", TestPurposes: []string{"038_01"}, Fault: "source-subscription.create.no-location",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				r := t.POST(sourceSubscriptions, JSON(s))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix(sourceSubscriptions+"/"+s["id"].(string)))))
			},
		},
		{
			ID:    "mim1.sourceSubscription.create.withoutId",
			Title: "A subscription to registrations without id gets one from the platform", TestPurposes: []string{"038_02"},
			Clause: cim009 + "5.2.12", Fault: "source-subscription.create.wants-id",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				r := t.POST(sourceSubscriptions, JSON(aSubscription(t, kind, nobody, lacking("id"))))
				t.Require(r).To(HaveStatus(201))
				s := sourceSubscription(t, located(t, r, sourceSubscriptions))
				t.Expect(s["id"]).To(beURI())
				t.Expect(memberOf(s, "entities")["type"]).To(gomega.Equal(kind))
			},
		},
		{
			ID:     "mim1.sourceSubscription.create.apart",
			Title:  "Subscriptions to registrations are apart from subscriptions to entities",
			Clause: cim009 + "6.2", Fault: "source-subscription.create.as-plain",
			Body: func(t *T) {
				id := still(t)
				sourceSubscription(t, id)
				noSubscription(t, id)
			},
		},
		{
			ID:    "mim1.sourceSubscription.create.active",
			Title: "A subscription to registrations that says nothing of it is active", TestPurposes: []string{"038_03", "038_06"},
			Clause: cim009 + "5.2.12", Fault: "source-subscription.create.paused",
			Body: func(t *T) {
				s := sourceSubscription(t, still(t))
				t.Expect(s["status"]).To(gomega.Or(gomega.BeNil(), gomega.Equal("active")))
				t.Expect(s["isActive"]).To(gomega.Or(gomega.BeNil(), gomega.Equal(true)))
			},
		},
		{
			ID:    "mim1.sourceSubscription.create.paused",
			Title: "A subscription to registrations can be created paused", TestPurposes: []string{"038_04"},
			Clause: cim009 + "5.2.12", Fault: "source-subscription.create.always-active",
			Body: func(t *T) {
				s := sourceSubscription(t, still(t, having("isActive", false)))
				t.Expect(s["isActive"]).To(gomega.Equal(false))
				t.Expect(s["status"]).To(gomega.Or(gomega.BeNil(), gomega.Equal("paused")))
			},
		},
		{
			ID:    "mim1.sourceSubscription.create.expires",
			Title: "A subscription to registrations keeps its end", TestPurposes: []string{"038_05"},
			Clause: cim009 + "5.2.12", Fault: "source-subscription.create.end-lost",
			Body: func(t *T) {
				until := t.Now().Add(48 * time.Hour).Truncate(time.Second)
				end, err := instant(sourceSubscription(t, still(t, having("expiresAt", until.Format(time.RFC3339))))["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime (4.6.3)")
				t.Expect(end).To(gomega.BeTemporally("==", until))
			},
		},
		{
			ID:     "mim1.sourceSubscription.create.noBody",
			Title:  "The answer to a creation has no body",
			Clause: cim009 + "6.12.3.1", Level: Extended, Fault: "source-subscription.create.echoes-body",
			Body: func(t *T) {
				r := t.POST(sourceSubscriptions, JSON(aSubscription(t, t.Name("Nothing"), nobody)))
				t.Require(r).To(HaveStatus(201))
				t.Expect(strings.TrimSpace(string(r.Body))).To(gomega.BeEmpty(), "the table of answers foresees no data in it")
			},
		},
		{
			ID:           "mim1.sourceSubscription.create.unsupportedMedia",
			Title:        "A subscription to registrations that is neither JSON nor JSON-LD by its Content-Type is refused with 415",
			Requirements: sourceErrors, Clause: cim009 + "6.3.4", Fault: "source-subscription.create.any-content-type",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				t.Expect(t.POST(sourceSubscriptions, JSON(s), Header("Content-Type", "text/plain"))).To(HaveStatus(415))
			},
		},
		{
			ID:           "mim1.sourceSubscription.create.notJson",
			Title:        "A subscription to registrations that is not JSON is refused with 400 InvalidRequest",
			Requirements: sourceErrors, Clause: cim009 + "5.5.4", Fault: "source-subscription.create.syntax-error-as-bad-data",
			Body: func(t *T) {
				t.Expect(t.POST(sourceSubscriptions, notJSON(t.URN("Subscription")))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:           "mim1.sourceSubscription.create.exists",
			Title:        "A subscription to registrations whose id is taken is refused with 409 AlreadyExists",
			Requirements: sourceErrors, TestPurposes: []string{"038_07"}, Fault: "source-subscription.create.overwrites",
			Body: func(t *T) {
				id := still(t, having("description", "the first"))
				other := aSubscription(t, t.Name("Nothing"), nobody, having("id", id, "description", "the second"))
				t.Expect(t.POST(sourceSubscriptions, JSON(other))).To(BeProblem(409, ngsild.AlreadyExists))
				t.Expect(sourceSubscription(t, id)["description"]).To(gomega.Equal("the first"), "a refused request changes nothing")
			},
		},
	})
}

// sourceSubscriptionRefusals checks that subscriptions to registrations that are not
// valid are refused with 400 BadRequestData.
func sourceSubscriptionRefusals() []Check {
	var checks []Check
	for _, s := range []struct {
		name, title string
		purposes    []string
		edits       []edit
	}{
		{"typeWrong", "whose type is not Subscription", nil, []edit{having("type", "Subscribed")}},
		{"notificationMissing", "without notification", []string{"038_08"}, []edit{lacking("notification")}},
		{"endpointMissing", "without endpoint", []string{"038_08"}, []edit{having("notification", ngsild.Object{"format": "normalized"})}},
		{"nothingWatched", "with neither entities nor watchedAttributes", []string{"038_08"}, []edit{lacking("entities")}},
		{"expiresPast", "that ended in the past", []string{"038_09"}, []edit{having("expiresAt", "2018-12-31T23:00:00Z")}},
	} {
		checks = append(checks, Check{
			ID:           "mim1.sourceSubscription.refusal." + s.name,
			Title:        "A subscription to registrations " + s.title + " is refused with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: s.purposes, Fault: "source-subscription.takes-" + s.name,
			Body: func(t *T) {
				invalid := aSubscription(t, t.Name("Nothing"), nobody, append(s.edits, having("description", t.Name("nothing")))...)
				t.Expect(t.POST(sourceSubscriptions, JSON(invalid))).To(beBadData())
			},
		})
	}
	return stated("5.11.2.4", checks)
}

// sourceSubscriptionRead checks the retrieval and the list of subscriptions to
// registrations (5.11.4, 5.11.5).
func sourceSubscriptionRead() []Check {
	return slices.Concat(stated("5.11.4.4", []Check{
		{
			ID:           "mim1.sourceSubscription.retrieve.unknown",
			Title:        "A subscription to registrations that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"040_03"}, Needs: reads, Fault: "source-subscription.retrieve.unknown-empty",
			Body: func(t *T) {
				t.Expect(t.GET(sourceSubscriptionPath(t.URN("Subscription")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.sourceSubscription.retrieve.idNoUri",
			Title:        "A subscription to registrations whose id is no URI is answered with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"040_02"}, Needs: reads, Fault: "source-subscription.retrieve.any-id-not-found",
			Body: func(t *T) { t.Expect(t.GET(sourceSubscriptionPath(t.Name("subscription")))).To(beBadData()) },
		},
		{
			ID:     "mim1.sourceSubscription.retrieve.json",
			Title:  "A subscription to registrations as application/json has its @context in a Link header",
			Clause: cim009 + "6.3.6", Fault: "source-subscription.retrieve.no-link",
			Body: func(t *T) {
				r := t.GET(sourceSubscriptionPath(still(t)), Header("Accept", ngsild.MediaJSON))
				t.Require(r).To(HaveStatus(200))
				_, ok := weblink.To(r.Header, ngsild.ContextRel)
				t.Expect(r).To(answering(ok, "the answer has no Link header with rel=%q", ngsild.ContextRel))
			},
		},
		{
			ID:     "mim1.sourceSubscription.retrieve.jsonLd",
			Title:  "A subscription to registrations as application/ld+json holds its @context",
			Clause: cim009 + "6.3.6", Fault: "source-subscription.retrieve.no-context",
			Body: func(t *T) {
				r := t.GET(sourceSubscriptionPath(still(t)), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)["@context"]).NotTo(gomega.BeNil())
			},
		},
	}), stated("5.11.5.4", []Check{
		{
			ID:    "mim1.sourceSubscription.query.all",
			Title: "Every subscription to registrations is on exactly one page of their list", TestPurposes: []string{"041_01", "041_03"},
			Fault: "source-subscription.query.hides-newest",
			Body: func(t *T) {
				ids := []string{still(t), still(t), still(t)}
				agree(t, func() string { // others may come and go between two pages, not each time
					times := map[string]int{}
					onPages(t, t.GET(sourceSubscriptions, inSteps), sourceSubscriptions, func(page *probe.Response) bool {
						for _, id := range idsIn(thingsIn(t, page)) {
							times[id]++
						}
						return false
					})
					for _, id := range ids {
						if times[id] != 1 {
							return fmt.Sprintf("%s is %d times on the pages of the list", id, times[id])
						}
					}
					return ""
				})
			},
		},
		{
			ID:    "mim1.sourceSubscription.query.limit",
			Title: "A page of subscriptions to registrations holds no more than limit asks for", TestPurposes: []string{"041_02"},
			Clause: cim009 + "5.5.9.1", Fault: "source-subscription.query.limit-ignored",
			Body: func(t *T) {
				still(t)
				still(t)
				t.Expect(thingsIn(t, t.GET(sourceSubscriptions, Query("limit", "1")))).To(gomega.HaveLen(1))
			},
		},
		{
			ID:    "mim1.sourceSubscription.query.next",
			Title: "While subscriptions to registrations are left, the answer links to the next page", TestPurposes: []string{"041_02", "041_03"},
			Clause: cim009 + "5.5.9.1", Fault: "source-subscription.query.no-next",
			Body: func(t *T) {
				still(t)
				still(t)
				first := t.GET(sourceSubscriptions, Query("limit", "1"))
				t.Require(first).To(HaveStatus(200))
				t.Require(first).To(hasPage("next"))
				t.Expect(thingsIn(t, followIn(t, first, "next", sourceSubscriptions))).To(gomega.HaveLen(1))
			},
		},
		{
			ID:           "mim1.sourceSubscription.query.limitNegative",
			Title:        "A negative limit is refused with 400",
			Requirements: sourceErrors, Clause: cim009 + "6.3.10", TestPurposes: []string{"041_04"}, Needs: reads,
			Fault: "source-subscription.query.invalid-page-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(sourceSubscriptions, Query("limit", "-1"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
	}))
}

// sourceSubscriptionChange checks the update and the deletion of subscriptions to
// registrations (5.11.3, 5.11.6).
func sourceSubscriptionChange() []Check {
	patch := func(t *T, id string, fragment ngsild.Object) *probe.Response {
		return t.PATCH(sourceSubscriptionPath(id), JSON(fragment))
	}
	return slices.Concat(stated("5.11.3.4", []Check{
		{
			ID:    "mim1.sourceSubscription.update.updated",
			Title: "What a fragment names of a subscription to registrations is replaced, and the rest stays", TestPurposes: []string{"039_01"},
			Clause: cim009 + "5.11.3.4, 6.13.3.2", Fault: "source-subscription.update.swallowed",
			Body: func(t *T) {
				id := still(t, having("description", "the first"))
				kind := t.Name("Nowhere")
				done(t, patch(t, id, ngsild.Object{"entities": []any{ngsild.Object{"type": kind}}}))
				s := sourceSubscription(t, id)
				t.Expect(memberOf(s, "entities")["type"]).To(gomega.Equal(kind))
				t.Expect(s["description"]).To(gomega.Equal("the first"))
			},
		},
		{
			ID:           "mim1.sourceSubscription.update.unknown",
			Title:        "The update of a subscription to registrations that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"039_03"}, Fault: "source-subscription.update.unknown-updated",
			Body: func(t *T) {
				t.Expect(patch(t, t.URN("Subscription"), ngsild.Object{"description": "moved"})).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.sourceSubscription.update.idNoUri",
			Title:        "The update of a subscription to registrations whose id is no URI is refused with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"039_02"}, Fault: "source-subscription.update.any-id-not-found",
			Body: func(t *T) {
				t.Expect(patch(t, t.Name("subscription"), ngsild.Object{"description": "moved"})).To(beBadData())
			},
		},
		{
			ID:           "mim1.sourceSubscription.update.withoutId",
			Title:        "The list of subscriptions to registrations itself cannot be updated: 405",
			Requirements: sourceErrors, Clause: cim009 + "6.3.2", Fault: "source-subscription.update.collection-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(sourceSubscriptions, JSON(ngsild.Object{"description": t.Name("nothing")}))).To(HaveStatus(405))
			},
		},
		{
			ID:           "mim1.sourceSubscription.update.badData",
			Title:        "A fragment that would make the subscription invalid is refused with 400 BadRequestData and changes nothing",
			Requirements: sourceErrors, TestPurposes: []string{"039_04"}, Fault: "source-subscription.update.takes-bad-data",
			Body: func(t *T) {
				id := still(t)
				t.Expect(patch(t, id, ngsild.Object{"notification": ngsild.Object{"format": "normalized"}})).To(beBadData())
				t.Expect(endpointOf(sourceSubscription(t, id))["uri"]).To(gomega.Equal(nobody), "a refused request changes nothing")
			},
		},
		{
			ID:           "mim1.sourceSubscription.update.notJson",
			Title:        "A fragment that is not JSON is refused with 400 InvalidRequest",
			Requirements: sourceErrors, Clause: cim009 + "5.5.4", TestPurposes: []string{"039_05"}, Fault: "source-subscription.update.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := still(t)
				t.Expect(t.PATCH(sourceSubscriptionPath(id), notJSON(id))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	}), stated("5.11.6.4", []Check{
		{
			ID:    "mim1.sourceSubscription.delete.deleted",
			Title: "A subscription to registrations is deleted with 204 and is gone", TestPurposes: []string{"042_01"},
			Clause: cim009 + "5.11.6.4, 6.13.3.3", Fault: "source-subscription.delete.swallowed",
			Body: func(t *T) {
				id := still(t)
				done(t, t.DELETE(sourceSubscriptionPath(id)))
				t.Expect(t.GET(sourceSubscriptionPath(id))).To(HaveStatus(404))
			},
		},
		{
			ID:           "mim1.sourceSubscription.delete.unknown",
			Title:        "The deletion of a subscription to registrations that is not there is answered with 404 ResourceNotFound",
			Requirements: sourceErrors, TestPurposes: []string{"042_03"}, Fault: "source-subscription.delete.unknown-deleted",
			Body: func(t *T) {
				t.Expect(t.DELETE(sourceSubscriptionPath(t.URN("Subscription")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:           "mim1.sourceSubscription.delete.idNoUri",
			Title:        "The deletion of a subscription to registrations whose id is no URI is refused with 400 BadRequestData",
			Requirements: sourceErrors, TestPurposes: []string{"042_02"}, Fault: "source-subscription.delete.any-id-not-found",
			Body: func(t *T) { t.Expect(t.DELETE(sourceSubscriptionPath(t.Name("subscription")))).To(beBadData()) },
		},
	}))
}
