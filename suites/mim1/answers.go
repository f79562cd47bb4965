package mim1

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// answer is a resource that is read, beside entities themselves, of which other checks ask.
type answer struct {
	name, words string
	operation   string // as the generic faults name it
	clause      string // of V1.8.1
	whole       string // a clause of a later version, with its name
	feature     Feature
	since       string
	media       []string // of an answer in plain JSON
	names       bool     // it holds names, which depend on an @context
	ask         func(t *T, options ...Option) *probe.Response
}

func answers() []answer {
	plain := []string{ngsild.MediaJSON}
	var all []answer
	for _, m := range mapMakers() {
		all = append(all, answer{name: m.name, words: m.words, operation: m.operation, whole: m.clause, feature: FeatureEntityMaps, since: m.since, media: plain,
			ask: func(t *T, _ ...Option) *probe.Response {
				m.claims(t)
				return m.make(t)
			}})
	}
	of := func(path func(s sensor) string) func(t *T, options ...Option) *probe.Response {
		return func(t *T, options ...Option) *probe.Response { return t.GET(path(newSensor(t)), options...) }
	}
	return append(all, []answer{
		{name: "snapshot", words: "a snapshot", operation: "get-snapshots-snapshot", whole: cim009Later + "6.37.3.1", feature: FeatureSnapshots, since: "1.9.1", media: plain,
			ask: func(t *T, _ ...Option) *probe.Response { return t.GET(snapshotPath(freeze(t).id)) }},
		{name: "types", words: "the list of entity types", operation: "get-types", clause: "6.25.3.1", feature: FeatureDiscovery, media: plain, names: true,
			ask: of(func(sensor) string { return typesPath })},
		{name: "type", words: "an entity type", operation: "get-types-type", clause: "6.26.3.1", feature: FeatureDiscovery, media: plain, names: true,
			ask: of(func(s sensor) string { return typePath(s.kind) })},
		{name: "attributes", words: "the list of attributes", operation: "get-attributes", clause: "6.27.3.1", feature: FeatureDiscovery, media: plain, names: true,
			ask: of(func(sensor) string { return attributesPath })},
		{name: "attribute", words: "an attribute", operation: "get-attributes-attr", clause: "6.28.3.1", feature: FeatureDiscovery, media: plain, names: true,
			ask: of(func(s sensor) string { return attributePath(s.level) })},
		{name: "registrations", words: "registrations", operation: "get-csourceregistrations", clause: "6.8.3.2", feature: FeatureRegistrations, media: plain,
			ask: func(t *T, _ ...Option) *probe.Response {
				kind := t.Name("Nothing")
				register(t, aRegistration(t, kind, nowhere))
				return t.GET(registrations, Query("type", kind))
			}},
		{name: "sourceSubscriptions", words: "subscriptions to registrations", operation: "get-csourcesubscriptions", clause: "6.12.3.2", feature: FeatureSourceSubs, media: plain,
			ask: func(t *T, _ ...Option) *probe.Response { still(t); return t.GET(sourceSubscriptions) }},
		{name: "sourceSubscription", words: "a subscription to registrations", operation: "get-csourcesubscriptions-subscription", clause: "6.13.3.1", feature: FeatureSourceSubs, media: plain,
			ask: func(t *T, _ ...Option) *probe.Response { return t.GET(sourceSubscriptionPath(still(t))) }},
		{name: "entityMap", words: "an entity map", operation: "get-entitymaps-entitymap", clause: "6.32.3.1", feature: FeatureEntityMaps, since: "1.8.1", media: plain,
			ask: func(t *T, _ ...Option) *probe.Response { return t.GET(entityMapPath(mapEntities(t).id)) }},
		{name: "contexts", words: "the list of stored @contexts", operation: "get-jsonldcontexts", clause: "6.29.3.2", feature: FeatureContexts, since: "1.5.1", media: plain,
			ask: func(t *T, _ ...Option) *probe.Response { host(t); return t.GET(contextList) }},
		{name: "context", words: "a stored @context", operation: "get-jsonldcontexts-context", clause: "6.30.3.1", feature: FeatureContexts, since: "1.5.1",
			media: []string{ngsild.MediaJSON, ngsild.MediaJSONLD},
			ask:   func(t *T, _ ...Option) *probe.Response { return t.GET(contextPath(host(t).id)) }},
		{name: "evolution", words: "the evolution of an entity", operation: "get-temporal-entities-entity", clause: "6.19.3.1", feature: FeatureTemporal, media: plain, names: true,
			ask: func(t *T, options ...Option) *probe.Response {
				return t.GET(evolutionPath(newSeries(t).id), options...)
			}},
		{name: "evolutions", words: "the evolutions of entities", operation: "get-temporal-entities", clause: "6.18.3.2", feature: FeatureTemporal, media: plain, names: true,
			ask: func(t *T, options ...Option) *probe.Response {
				return t.GET(evolutions, append(options, Query("type", newSeries(t).kind), within("10:00:00", "14:00:00"))...)
			}},
		{name: "evolutionsByPost", words: "the evolutions of entities asked for by POST", operation: "post-temporal-entityoperations-query", clause: "6.24.3.1",
			feature: FeatureTemporal, media: plain, names: true,
			ask: func(t *T, options ...Option) *probe.Response {
				return postPast(t, ofKind(newSeries(t).kind, afterEleven()), options...)
			}},
		{name: "entitiesByPost", words: "entities asked for by POST", operation: "post-entityoperations-query", clause: "6.23.3.1",
			feature: FeatureBatch, media: plain, names: true,
			ask: func(t *T, options ...Option) *probe.Response {
				return post(t, selector(ngsild.Object{"type": newSensor(t).kind}), options...)
			}},
	}...)
}

// answerForms checks the header fields of answers (6.3.4, 6.3.5).
func answerForms() []Check {
	var checks []Check
	for _, a := range answers() {
		common := Check{Level: Core, Needs: writes, Feature: a.feature, Since: a.since, Requirements: negotiation}
		media := common
		media.ID, media.Title = "mim1.answer.media."+a.name, "The answer with "+a.words+" tells by Content-Type that it is JSON"
		media.Clause, media.Fault = cmp.Or(a.whole, cim009+a.clause), "generic."+a.operation+".media-type"
		media.Body = func(t *T) {
			r := a.ask(t)
			t.Require(r).To(HaveStatus(200, 201, 206))
			t.Expect(r).To(HaveMediaType(a.media...))
		}
		checks = append(checks, media)
		if !a.names {
			continue
		}
		linked := common
		linked.ID, linked.Title = "mim1.answer.context."+a.name, "The answer in plain JSON with "+a.words+" links to the @context of its names"
		linked.Clause, linked.Fault, linked.Requirements = cim009+"6.3.5", "generic."+a.operation+".no-link", structured
		linked.Body = func(t *T) {
			r := a.ask(t)
			t.Require(r).To(HaveStatus(200, 206))
			_, there := weblink.To(r.Header, ngsild.ContextRel)
			t.Expect(r).To(answering(there, "the answer has no Link header with rel=%q", ngsild.ContextRel))
		}
		checks = append(checks, linked)
	}
	return checks
}

// answersAgain checks that what is read again tells what has changed since.
func answersAgain() []Check {
	return common([]Check{
		{
			ID: "mim1.answer.again.type", Title: "An entity type's description tells the attributes of an entity that has come since",
			Clause: cim009 + "5.7.7", Feature: FeatureDiscovery, Fault: "generic.get-types-type.stale",
			Body: func(t *T) {
				s, later := newSensor(t), t.Name("later")
				t.Require(t.GET(typePath(s.kind))).To(HaveStatus(200))
				create(t, ngsild.Entity(t.URN("Sensor"), s.kind, later, ngsild.Property(1)))
				var names []string
				for _, d := range instances(t.Object(t.GET(typePath(s.kind))), "attributeDetails") {
					name, _ := d["attributeName"].(string)
					names = append(names, name)
				}
				t.Expect(names).To(gomega.ContainElement(later))
			},
		},
		{
			ID: "mim1.answer.again.attribute", Title: "An attribute's description tells the type of an entity that has come since",
			Clause: cim009 + "5.7.10", Feature: FeatureDiscovery, Level: Extended, Fault: "generic.get-attributes-attr.stale",
			Body: func(t *T) {
				s, kind := newSensor(t), t.Name("Later")
				t.Require(t.GET(attributePath(s.level))).To(HaveStatus(200))
				create(t, ngsild.Entity(t.URN("Sensor"), kind, s.level, ngsild.Property(1)))
				t.Expect(texts(t.Object(t.GET(attributePath(s.level)))["typeNames"])).To(gomega.ContainElement(kind))
			},
		},
		{
			ID: "mim1.answer.again.registrations", Title: "A registration that has come since is found by the same query",
			Clause: cim009 + "5.10.2", Feature: FeatureRegistrations, Requirements: discover, Fault: "generic.get-csourceregistrations.stale",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				ask := func() *probe.Response { return t.GET(registrations, both(inSteps, Query("type", kind))) }
				t.Require(ask()).To(HaveStatus(200))
				theListed(t, ask, registrations, register(t, aRegistration(t, kind, nowhere)))
			},
		},
		{
			ID: "mim1.answer.again.sourceSubscription", Title: "A subscription to registrations that was updated is read as it is now",
			Clause: cim009 + "5.11.4", Feature: FeatureSourceSubs, Requirements: discover, Fault: "generic.get-csourcesubscriptions-subscription.stale",
			Body: func(t *T) {
				id := still(t, having("description", "the first"))
				t.Require(sourceSubscription(t, id)["description"]).To(gomega.Equal("the first"))
				done(t, t.PATCH(sourceSubscriptionPath(id), JSON(ngsild.Object{"type": "Subscription", "description": "the second"})))
				t.Expect(sourceSubscription(t, id)["description"]).To(gomega.Equal("the second"))
			},
		},
		{
			ID: "mim1.answer.again.sourceSubscriptions", Title: "A subscription to registrations that has come since is on the list",
			Clause: cim009 + "5.11.5", Feature: FeatureSourceSubs, Fault: "generic.get-csourcesubscriptions.stale",
			Body: func(t *T) {
				ask := func() *probe.Response { return t.GET(sourceSubscriptions, inSteps) }
				t.Require(ask()).To(HaveStatus(200))
				theListed(t, ask, sourceSubscriptions, still(t))
			},
		},
		{
			ID: "mim1.answer.again.entityMap", Title: "An entity map that was updated is read as it is now",
			Clause: cim009 + "5.14.1", Feature: FeatureEntityMaps, Since: "1.8.1", Requirements: query, Fault: "generic.get-entitymaps-entitymap.stale",
			Body: func(t *T) {
				m := mapEntities(t)
				m.retrieve(t)
				const until = "2099-01-01T00:00:00Z"
				done(t, t.PATCH(entityMapPath(m.id), JSON(ngsild.Object{"expiresAt": until})))
				got, err := instant(m.retrieve(t)["expiresAt"])
				want, _ := instant(until)
				t.Require(err).To(gomega.Succeed())
				t.Expect(got).To(gomega.BeTemporally("==", want))
			},
		},
		{
			ID: "mim1.answer.again.evolutions", Title: "An instance that has come since is found by the same temporal query",
			Clause: cim009 + "5.7.4", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.get-temporal-entities.stale",
			Body: func(t *T) {
				c := earlyAndLate(t)
				ask := func() *probe.Response {
					return t.GET(evolutions, Query("type", c.kind, "timerel", "after", "timeAt", at("14:00:00")))
				}
				t.Expect(c.labels(evolutionsIn(t, ask()))).To(chooseExactly())
				done(t, t.POST(evolutionAttrsPath(c.ids["late"]), JSON(ngsild.Object{c.attr: []any{reading(9, "15:00:00")}})))
				t.Expect(c.labels(evolutionsIn(t, ask()))).To(chooseExactly("late"))
			},
		},
	}, Check{Requirements: discover, Level: Core, Needs: writes})
}

// answersInPart checks the pages and counts of lists of which other checks do not ask.
func answersInPart() []Check {
	return common([]Check{
		{
			ID: "mim1.batch.query.pages", Title: "The pages of a query by POST hold each entity once",
			Clause: cim009 + "5.5.9.1", Feature: FeatureBatch, Requirements: query, Fault: "generic.post-entityoperations-query.ignores-offset",
			Body: func(t *T) {
				c := around(t)
				body := JSON(with(selector(ngsild.Object{"type": c.kind}), "type", "Query"))
				t.Require(entitiesIn(t, t.POST(queryByPOST, body, Query("limit", "1")))).To(gomega.HaveLen(1), "the first page has what limit allows")
				c.eachOnce(t, func(limit, offset Option) []ngsild.Object {
					r := t.POST(queryByPOST, body, limit, offset)
					mayRefuseOffset(t, r)
					return entitiesIn(t, r)
				})
			},
		},
		{
			ID: "mim1.temporal.post.pages", Title: "The pages of a temporal query by POST hold each evolution once",
			Clause: cim009 + "5.5.9.1", Feature: FeatureTemporal, Requirements: historical, Since: "1.5.1", Fault: "generic.post-temporal-entityoperations-query.ignores-offset",
			Body: func(t *T) {
				c := earlyAndLate(t)
				body := JSON(with(ofKind(c.kind, ngsild.Object{"timerel": "after", "timeAt": at("09:00:00")}), "type", "Query"))
				t.Require(evolutionsIn(t, t.POST(evolutionQueries, body, Query("limit", "1")))).To(gomega.HaveLen(1), "the first page has what limit allows")
				c.eachOnce(t, func(limit, offset Option) []ngsild.Object {
					r := t.POST(evolutionQueries, body, limit, offset)
					mayRefuseOffset(t, r)
					return evolutionsIn(t, r)
				})
			},
		},
		{
			ID: "mim1.temporal.post.count", Title: "With count=true a temporal query by POST tells how many evolutions there are in all",
			Clause: cim009 + "6.3.13", Feature: FeatureTemporal, Requirements: historical, Since: "1.5.1", Fault: "generic.post-temporal-entityoperations-query.ignores-count",
			Body: func(t *T) {
				c := earlyAndLate(t)
				r := postPast(t, ofKind(c.kind, ngsild.Object{"timerel": "after", "timeAt": at("09:00:00")}), Query("count", "true"))
				t.Require(r).To(HaveStatus(200, 206))
				t.Expect(r).To(HaveHeader(ngsild.HeaderCount, "2"))
				t.Expect(objectsOf(t, r, "evolution")).NotTo(gomega.BeEmpty(), "a count is told beside the page, not instead of it")
			},
		},
		{
			ID: "mim1.temporal.post.members", Title: "An evolution found by POST has its id and its type",
			Clause: cim009 + "4.5.6", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.post-temporal-entityoperations-query.loses-last",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, postPast(t, ofKind(s.kind, afterEleven())), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(e).To(haveTypes(s.kind))
			},
		},
		{
			ID: "mim1.temporal.query.members", Title: "An evolution found by a query has its id and its type",
			Clause: cim009 + "4.5.6", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.get-temporal-entities.retypes-last",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind), within("10:00:00", "14:00:00")), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(e).To(haveTypes(s.kind))
			},
		},
		{
			ID: "mim1.batch.query.members", Title: "An entity found by POST has its id and its type",
			Clause: cim009 + "4.5.1", Feature: FeatureBatch, Requirements: query, Fault: "generic.post-entityoperations-query.retypes-last",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(only(t, post(t, selector(ngsild.Object{"type": s.kind})))).To(haveTypes(s.kind))
			},
		},
		{
			ID: "mim1.registration.query.whole", Title: "A registration in a list is the same as when it is retrieved",
			Clause: cim009 + "5.10.2.5", Feature: FeatureRegistrations, Fault: "registration.query.shortened",
			Body: func(t *T) {
				kind := t.Name("Nothing")
				id := register(t, aRegistration(t, kind, nowhere, having("description", "one of many")))
				sameInList(t, theListed(t, func() *probe.Response { return t.GET(registrations, both(inSteps, Query("type", kind))) }, registrations, id)[0], registration(t, id))
			},
		},
		{
			ID: "mim1.sourceSubscription.query.whole", Title: "A subscription to registrations in the list is the same as when it is retrieved",
			Clause: cim009 + "5.11.5", Feature: FeatureSourceSubs, Fault: "source-subscription.query.shortened",
			Body: func(t *T) {
				id := still(t, having("description", "one of many"))
				sameInList(t, theListed(t, func() *probe.Response { return t.GET(sourceSubscriptions, inSteps) }, sourceSubscriptions, id)[0], sourceSubscription(t, id))
			},
		},
		{
			ID: "mim1.sourceSubscription.query.count", Title: "With count=true the answer says how many subscriptions to registrations there are in all",
			Clause: cim009 + "6.3.13", Feature: FeatureSourceSubs, Fault: "source-subscription.query.count-of-page",
			Body: func(t *T) {
				still(t)
				still(t)
				for _, limit := range []string{"1", "100"} {
					isCounted(t, t.GET(sourceSubscriptions, Query("limit", limit, "count", "true")), 2)
				}
			},
		},
		beyondTheLast("sourceSubscription", "subscription to registrations", sourceSubscriptions, FeatureSourceSubs, "generic.get-csourcesubscriptions.ignores-offset",
			func(t *T) Option { still(t); still(t); return Query() }),
		beyondTheLast("registration", "registration", registrations, FeatureRegistrations, "generic.get-csourceregistrations.ignores-offset",
			func(t *T) Option {
				kind := t.Name("Nothing")
				register(t, aRegistration(t, kind, nowhere))
				register(t, aRegistration(t, kind, nowhere))
				return Query("type", kind)
			}),
		beginsWithTheFirst("subscription", "subscriptions", subscriptions, FeatureSubscriptions, "generic.get-subscriptions.page-late",
			func(t *T) { dormant(t); dormant(t) }),
		beginsWithTheFirst("sourceSubscription", "subscriptions to registrations", sourceSubscriptions, FeatureSourceSubs, "generic.get-csourcesubscriptions.page-late",
			func(t *T) { still(t); still(t) }),
		showsStamps("subscription.query", "The list of subscriptions", FeatureSubscriptions, "generic.get-subscriptions.ignores-options",
			func(t *T) []ngsild.Object {
				return theListed(t, func() *probe.Response { return t.GET(subscriptions, both(inSteps, stamped)) }, subscriptions, dormant(t))
			}),
		showsStamps("registration.query", "The list of registrations", FeatureRegistrations, "generic.get-csourceregistrations.ignores-options",
			func(t *T) []ngsild.Object {
				kind := t.Name("Nothing")
				id := register(t, aRegistration(t, kind, nowhere))
				return theListed(t, func() *probe.Response { return t.GET(registrations, both(inSteps, Query("type", kind)), stamped) }, registrations, id)
			}),
		showsStamps("registration.retrieve", "A registration", FeatureRegistrations, "generic.get-csourceregistrations-registration.ignores-options",
			func(t *T) []ngsild.Object { return []ngsild.Object{registration(t, idle(t), stamped)} }),
		showsStamps("sourceSubscription.retrieve", "A subscription to registrations", FeatureSourceSubs, "generic.get-csourcesubscriptions-subscription.ignores-options",
			func(t *T) []ngsild.Object {
				r := t.GET(sourceSubscriptionPath(still(t)), stamped)
				t.Require(r).To(HaveStatus(200))
				return []ngsild.Object{t.Object(r)}
			}),
		showsStamps("sourceSubscription.query", "The list of subscriptions to registrations", FeatureSourceSubs, "generic.get-csourcesubscriptions.ignores-options",
			func(t *T) []ngsild.Object {
				return theListed(t, func() *probe.Response { return t.GET(sourceSubscriptions, both(inSteps, stamped)) }, sourceSubscriptions, still(t))
			}),
	}, Check{Requirements: discover, Level: Core, Needs: writes})
}

// stamped asks for the times at which things were created and modified (4.8).
var stamped = Query("options", "sysAttrs")

// showsStamps is a check that things are shown with createdAt and modifiedAt on demand.
func showsStamps(name, what string, feature Feature, fault string, found func(t *T) []ngsild.Object) Check {
	return Check{
		ID: "mim1." + name + ".sysAttrs", Title: what + " tells with options=sysAttrs when it was made and changed",
		Clause: cim009 + "4.8", Feature: feature, Requirements: structured, Since: "1.4.1", Fault: fault,
		Body: func(t *T) {
			all := found(t)
			t.Require(all).NotTo(gomega.BeEmpty(), "what the check made has to be found")
			for _, o := range all {
				for _, name := range []string{"createdAt", "modifiedAt"} {
					_, err := instant(o[name])
					t.Expect(err).To(gomega.Succeed(), "%s of %v is a DateTime", name, o["id"])
				}
			}
		},
	}
}

// beyondTheLast is a check that a page beyond the last item of a list, of which two are made,
// is empty, or has the last one, which 6.3.10 has as well.
func beyondTheLast(name, words, path string, feature Feature, fault string, made func(t *T) Option) Check {
	return Check{
		ID: "mim1." + name + ".query.beyond", Title: "A page beyond the last " + words + " has none, or the last one",
		Clause: cim009 + "5.5.9.1", Feature: feature, Level: Extended, Fault: fault,
		Body: func(t *T) {
			r := t.GET(path, both(made(t), Query("limit", "2", "offset", "1000000")))
			mayRefuseOffset(t, r)
			t.Require(r).To(HaveStatus(200))
			t.Expect(len(t.List(r))).To(gomega.BeNumerically("<=", 1), "two or more there are")
		},
	}
}

// beginsWithTheFirst is a check that the page at offset 0 is the first one.
func beginsWithTheFirst(name, words, path string, feature Feature, fault string, made func(t *T)) Check {
	return Check{
		ID: "mim1." + name + ".query.first", Title: "The page of " + words + " at offset 0 is the one without an offset",
		Clause: cim009 + "5.5.9.1", Feature: feature, Level: Extended, Fault: fault,
		Body: func(t *T) {
			made(t)
			agree(t, func() string { // others may come and go between two requests, not each time
				first, same := t.GET(path, Query("limit", "1")), t.GET(path, Query("limit", "1", "offset", "0"))
				mayRefuseOffset(t, same)
				one, other := idsIn(thingsIn(t, first)), idsIn(thingsIn(t, same))
				if len(one) == 0 {
					return "the first page is empty, although the check has put something on the list"
				}
				if !slices.Equal(one, other) {
					return "without an offset the page holds " + strings.Join(one, ", ") + ", and at offset 0 " + strings.Join(other, ", ")
				}
				return ""
			})
		},
	}
}

// mayRefuseOffset ends a check of pages on a platform that has no parameter offset.
func mayRefuseOffset(t *T, r *probe.Response) {
	if r.Status == 400 {
		t.Inapplicable("the platform refuses the parameter offset, which 5.5.9.2 leaves open to it")
	}
}

// eachOnce asks for pages of one and expects each candidate on exactly one of them. A
// platform may give them in any order that stays.
func (c candidates) eachOnce(t *T, page func(limit, offset Option) []ngsild.Object) {
	var got []string
	for n := range len(c.ids) {
		found := page(Query("limit", "1"), Query("offset", strconv.Itoa(n)))
		t.Expect(len(found)).To(gomega.BeNumerically("<=", 1), "limit=1 bounds the page at offset %d", n)
		got = append(got, c.labels(found)...)
	}
	t.Expect(got).To(gomega.ConsistOf(sortedLabels(c.ids)), "the pages, one after the other")
}

// sameInList expects that a thing on a list has the members that it was retrieved with,
// but for those that tell what has become of it, which can change between two looks.
func sameInList(t *T, onList, want ngsild.Object) {
	t.Expect(onList).To(haveMembers(without(want, "@context", "notification", "status", "timesSent", "timesFailed",
		"lastSuccess", "lastFailure")))
}
