package mim1

import (
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// subscriptionCreate checks the creation of subscriptions (5.8.1, 6.10.3.1).
func subscriptionCreate() []Check {
	checks := []Check{
		{
			ID:           "mim1.subscription.create.created",
			Title:        "A valid subscription is created with 201 and can be retrieved",
			TestPurposes: []string{"028_01"},
			Fault:        "subscription.create.swallowed",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				s := aSubscription(t, kind, nobody)
				t.Require(t.POST(subscriptions, JSON(s))).To(HaveStatus(201))
				got := subscription(t, s["id"].(string))
				t.Expect(got).To(haveMembers(ngsild.Object{"id": s["id"], "type": "Subscription"}))
				t.Expect(memberOf(got, "entities")["type"]).To(gomega.Equal(kind))
				t.Expect(endpointOf(got)["uri"]).To(gomega.Equal(nobody))
			},
		},
		{
			ID:           "mim1.subscription.create.location",
			Title:        "The answer to a creation names the new subscription's resource in its Location header",
			TestPurposes: []string{"028_01"},
			Clause:       cim009 + "5.8.1.4, 6.10.3.1", Fault: "subscription.create.no-location",
			Hint: "Location is lost in a gateway, or names the collection instead of the subscription",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				r := t.POST(subscriptions, JSON(s))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix(subscriptions+"/"+s["id"].(string)))),
					"relative or absolute, it is the path of the created subscription (6.10.3.1)")
			},
		},
		{
			ID:    "mim1.subscription.create.noBody",
			Title: "The answer to a creation has no body",
			Level: Extended, Fault: "subscription.create.echoes-body",
			Body: func(t *T) {
				r := t.POST(subscriptions, JSON(aSubscription(t, t.Name("Nothing"), nobody)))
				t.Require(r).To(HaveStatus(201))
				t.Expect(strings.TrimSpace(string(r.Body))).To(gomega.BeEmpty(), "the table of answers foresees no data in it")
			},
		},
		{
			ID:    "mim1.subscription.create.withoutId",
			Title: "A subscription without id gets one from the platform, a URI that Location leads to",
			Fault: "subscription.create.wants-id",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				r := t.POST(subscriptions, JSON(aSubscription(t, kind, nobody, lacking("id"))))
				t.Require(r).To(HaveStatus(201))
				_, id, found := strings.Cut(pathFrom(r)(r.Header.Get("Location")), subscriptions+"/")
				t.Require(r).To(answering(found && id != "", "the Location header leads to no subscription: %q", r.Header.Get("Location")))
				got := subscription(t, id)
				t.Expect(got["id"]).To(gomega.And(beURI(), gomega.Equal(id)))
				t.Expect(memberOf(got, "entities")["type"]).To(gomega.Equal(kind))
			},
		},
		{
			ID:           "mim1.subscription.create.exists",
			Title:        "Creating a subscription whose id is taken is refused with 409 AlreadyExists and leaves the subscription alone",
			Requirements: subscriptionErrors, TestPurposes: []string{"028_04"},
			Fault: "subscription.create.overwrites",
			Body: func(t *T) {
				id := dormant(t, having("description", "the first"))
				other := aSubscription(t, t.Name("Nothing"), nobody, having("id", id, "description", "the second"))
				t.Expect(t.POST(subscriptions, JSON(other))).To(BeProblem(409, ngsild.AlreadyExists))
				t.Expect(subscription(t, id)["description"]).To(gomega.Equal("the first"), "a refused request changes nothing")
			},
		},
		{
			ID:    "mim1.subscription.create.watchedOnly",
			Title: "A subscription may name watched attributes and no entities",
			Fault: "subscription.create.wants-entities",
			Body: func(t *T) {
				id := dormant(t, lacking("entities"), having("watchedAttributes", []any{t.Name("level")}))
				t.Expect(subscription(t, id)).NotTo(gomega.HaveKey("entities"))
			},
		},
		{
			ID:    "mim1.subscription.create.expiresLater",
			Title: "A subscription that ends in the future is active until then",
			Fault: "subscription.create.refuses-expiry",
			Body: func(t *T) {
				id := dormant(t, having("expiresAt", t.Now().Add(48*time.Hour).Format(time.RFC3339)))
				t.Expect(subscription(t, id)["status"]).To(gomega.Equal("active"))
			},
		},
		{
			ID:    "mim1.subscription.create.dataset",
			Title: "A subscription may name the datasets of attribute instances to be notified of", TestPurposes: []string{"028_06"},
			Since: "1.8.1", Fault: "subscription.create.refuses-dataset",
			Body: func(t *T) {
				dataset := t.URN("Dataset")
				id := dormant(t, having("datasetId", []any{dataset}))
				t.Expect(texts(subscription(t, id)["datasetId"])).To(gomega.ConsistOf(dataset))
			},
		},
		{
			ID:           "mim1.subscription.create.unsupportedMedia",
			Title:        "A subscription that is neither JSON nor JSON-LD by its Content-Type is refused with 415",
			Requirements: subscriptionErrors, Clause: cim009 + "6.3.4",
			Fault: "subscription.create.any-content-type",
			Body: func(t *T) {
				s := aSubscription(t, t.Name("Nothing"), nobody)
				t.Expect(t.POST(subscriptions, JSON(s), Header("Content-Type", "text/plain"))).To(HaveStatus(415))
				noSubscription(t, s["id"].(string))
			},
		},
		{
			ID:     "mim1.subscription.create.localOnly",
			Title:  "A subscription that is about the platform's own entities only needs neither entities nor watchedAttributes",
			Clause: cim009Later + "5.2.12", Since: "1.9.1", Fault: "subscription.create.local-refused",
			Body: func(t *T) {
				// paused, since it is about each entity that there is
				id := subscribe(t, aSubscription(t, "", nobody, lacking("entities"), having("localOnly", true, "isActive", false)))
				t.Expect(subscription(t, id)).To(haveMembers(ngsild.Object{"localOnly": true}))
			},
		},
		{
			ID:           "mim1.subscription.create.notJson",
			Title:        "A subscription that is not JSON is refused with 400 InvalidRequest",
			Requirements: subscriptionErrors, TestPurposes: []string{"028_02"},
			Fault: "subscription.create.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := t.URN("Subscription")
				t.Expect(t.POST(subscriptions, notJSON(id))).To(BeProblem(400, ngsild.InvalidRequest))
				noSubscription(t, id)
			},
		},
		{
			ID:           "mim1.subscription.create.empty",
			Title:        "A subscription without any member is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, TestPurposes: []string{"028_02"},
			Fault: "subscription.create.takes-nothing",
			Body: func(t *T) {
				t.Expect(t.POST(subscriptions, JSON(ngsild.Object{}))).To(beBadData())
			},
		},
	}
	for i := range checks {
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "5.8.1.4"
		}
	}
	return checks
}

// storedMember is a member of a subscription that has to come back as it was sent.
type storedMember struct {
	name, what string
	since      string
	level      Level
	feature    Feature // beside subscriptions
	edits      func(t *T) []edit
	same       func(t *T, sent, got ngsild.Object)
}

// sameAs is a comparison of the member that path leads to with what was sent.
func sameAs(path ...string) func(t *T, sent, got ngsild.Object) {
	return func(t *T, sent, got ngsild.Object) {
		last := path[len(path)-1]
		for _, step := range path[:len(path)-1] {
			sent, got = memberOf(sent, step), memberOf(got, step)
		}
		t.Expect(got).To(haveMembers(ngsild.Object{last: sent[last]}), "%s", strings.Join(path, "."))
	}
}

// sameSet is sameAs for a list of names whose order means nothing.
func sameSet(path ...string) func(t *T, sent, got ngsild.Object) {
	return func(t *T, sent, got ngsild.Object) {
		last := path[len(path)-1]
		for _, step := range path[:len(path)-1] {
			sent, got = memberOf(sent, step), memberOf(got, step)
		}
		t.Expect(texts(got[last])).To(gomega.ConsistOf(texts(sent[last])), "%s holds the names that were sent", strings.Join(path, "."))
	}
}

func storedMembers() []storedMember {
	fixed := func(edits ...edit) func(*T) []edit { return func(*T) []edit { return edits } }
	return []storedMember{
		{name: "description", what: "its description", edits: fixed(having("description", "tells of what is new")), same: sameAs("description")},
		{name: "watchedAttributes", what: "the attributes that it watches", same: sameSet("watchedAttributes"),
			edits: func(t *T) []edit {
				return []edit{having("watchedAttributes", []any{t.Name("level"), t.Name("place")})}
			}},
		{name: "q", what: "its query", edits: func(t *T) []edit { return []edit{having("q", t.Name("level")+">20")} },
			same: func(t *T, sent, got ngsild.Object) {
				q, _ := got["q"].(string)
				// A platform may write the same query in another way, with parentheses for one.
				name, _, _ := strings.Cut(sent["q"].(string), ">")
				t.Expect(q).To(gomega.And(gomega.ContainSubstring(name), gomega.ContainSubstring("20")), "q is the query that was sent")
			}},
		{name: "geoQ", what: "its geo-query", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": []any{10.2, 56.15}})),
			same: func(t *T, sent, got ngsild.Object) {
				want := memberOf(sent, "geoQ")
				t.Expect(memberOf(got, "geoQ")).To(haveMembers(ngsild.Object{"georel": want["georel"], "geometry": want["geometry"]}))
			}},
		{name: "scopeQ", what: "its scope query", since: "1.5.1", edits: fixed(having("scopeQ", "/city/north")), same: sameAs("scopeQ")},
		{name: "throttling", what: "its throttling", edits: fixed(having("throttling", 5)), same: sameAs("throttling")},
		{name: "timeInterval", what: "its time interval", edits: fixed(having("timeInterval", 3600)), same: sameAs("timeInterval")},
		{name: "expiresAt", what: "when it ends", edits: fixed(having("expiresAt", "2099-03-01T12:00:00Z")),
			same: func(t *T, sent, got ngsild.Object) {
				a, err := instant(got["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				b, _ := instant(sent["expiresAt"]) // it is one of ours
				t.Expect(a).To(gomega.BeTemporally("==", b))
			}},
		{name: "isActive", what: "that it is paused", edits: fixed(having("isActive", false)), same: sameAs("isActive")},
		{name: "notificationTrigger", what: "which changes trigger notifications", since: "1.6.1",
			edits: fixed(having("notificationTrigger", []any{"entityCreated", "attributeDeleted"})), same: sameSet("notificationTrigger")},
		{name: "subscriptionName", what: "its name", edits: fixed(having("subscriptionName", "what is new")), same: sameAs("subscriptionName")},
		{name: "lang", what: "its language", since: "1.4.1", edits: fixed(having("lang", "da")), same: sameAs("lang")},
		{name: "datasetId", what: "the datasets to be notified of", since: "1.8.1", same: sameSet("datasetId"),
			edits: func(t *T) []edit { return []edit{having("datasetId", []any{t.URN("Dataset"), "@none"})} }},
		{name: "jsonldContext", what: "the @context of its notifications", since: "1.7.1",
			edits: fixed(having("jsonldContext", ngsild.CoreContextURL)), same: sameAs("jsonldContext")},
		{name: "localOnly", what: "that it is about the platform's own entities only", since: "1.9.1",
			edits: fixed(having("localOnly", true)), same: sameAs("localOnly")},
		{name: "splitEntities", what: "whether parts of its entities are elsewhere", since: "1.9.1",
			edits: fixed(having("splitEntities", true)), same: sameAs("splitEntities")},
		{name: "ngsildConformance", what: "the version that its notifications are in", since: "1.9.1", level: Extended,
			edits: fixed(having("ngsildConformance", "1.8")), same: sameAs("ngsildConformance")},
		{name: "pick", what: "the members to be notified of", since: "1.8.1", same: sameSet("notification", "pick"),
			edits: func(t *T) []edit { return []edit{sending("pick", []any{t.Name("level"), t.Name("place")})} }},
		{name: "omit", what: "the members not to be notified of", since: "1.8.1", same: sameSet("notification", "omit"),
			edits: func(t *T) []edit { return []edit{sending("omit", []any{t.Name("level"), t.Name("place")})} }},
		{name: "join", what: "whether linked entities are notified", since: "1.8.1", feature: FeatureLinked,
			edits: fixed(sending("join", "flat")), same: sameAs("notification", "join")},
		{name: "joinLevel", what: "how many levels of linked entities are notified", since: "1.8.1", feature: FeatureLinked,
			edits: fixed(sending("join", "flat", "joinLevel", 2)), same: sameAs("notification", "joinLevel")},
		{name: "attributes", what: "the attributes to be notified of", same: sameSet("notification", "attributes"),
			edits: func(t *T) []edit { return []edit{sending("attributes", []any{t.Name("level"), t.Name("place")})} }},
		{name: "format", what: "the format of its notifications", edits: fixed(sending("format", "keyValues")),
			same: func(t *T, _, got ngsild.Object) {
				// Since V1.5.1 the format has a second name.
				t.Expect(notificationOf(got)).To(gomega.HaveKeyWithValue("format", gomega.BeElementOf("keyValues", "simplified")))
			}},
		{name: "sysAttrs", what: "whether notifications hold system attributes", since: "1.6.1",
			edits: fixed(sending("sysAttrs", true)), same: sameAs("notification", "sysAttrs")},
		{name: "showChanges", what: "whether notifications show former values", since: "1.6.1",
			edits: fixed(sending("showChanges", true)), same: sameAs("notification", "showChanges")},
		{name: "accept", what: "the media type of its notifications", edits: fixed(toEndpoint("accept", ngsild.MediaJSONLD)),
			same: sameAs("notification", "endpoint", "accept")},
		{name: "receiverInfo", what: "the headers of its notifications", same: sameAs("notification", "endpoint", "receiverInfo"),
			edits: func(t *T) []edit {
				return []edit{toEndpoint("receiverInfo", []any{ngsild.Object{"key": "X-Mimcheck", "value": t.Name("value")}})}
			}},
		{name: "timeout", what: "how long to wait for its receiver", since: "1.6.1",
			edits: fixed(toEndpoint("timeout", 2500)), same: func(t *T, _, got ngsild.Object) {
				limit, isNumber := normal(endpointOf(got)["timeout"]).(float64)
				t.Expect(isNumber && limit > 0).To(gomega.BeTrue(), "timeout is the one that was sent, or the platform's own (5.2.15), seen %s", compact(endpointOf(got)["timeout"]))
			}},
		{name: "cooldown", what: "how long to pause after a failure", since: "1.6.1",
			edits: fixed(toEndpoint("cooldown", 2500)), same: sameAs("notification", "endpoint", "cooldown")},
	}
}

// subscriptionMembers checks that the members of a subscription come back (5.2.12,
// 5.2.14, 5.2.15).
func subscriptionMembers() []Check {
	var checks []Check
	for _, m := range storedMembers() {
		checks = append(checks, Check{
			ID:     "mim1.subscription.member." + m.name,
			Title:  "A subscription keeps " + m.what + " (" + m.name + ")",
			Clause: cim009 + "5.2.12", TestPurposes: []string{"030_03"},
			Level: m.level, Feature: m.feature, Since: m.since, Fault: "subscription.create.forgets-" + m.name,
			Body: func(t *T) {
				alsoClaims(t, FeatureSubscriptions)
				sent := aSubscription(t, t.Name("Nothing"), nobody, m.edits(t)...)
				m.same(t, sent, subscription(t, subscribe(t, sent)))
			},
		})
	}
	return checks
}
