package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// namingWrite is a write to an entity that exists, by names of a vocabulary.
type namingWrite struct {
	name, words, since string
	feature            Feature
	// send writes 30 to the level of the vocabulary's entity id, under the @context of the body.
	send func(t *T, v vocabulary, id string, as inContext) *probe.Response
}

// inContext sends a fragment, alone or as the only one of a list, under an @context.
type inContext func(fragment ngsild.Object, listed bool) Option

// inBody is application/ld+json with the vocabulary's @context in each fragment.
func (v vocabulary) inBody(fragment ngsild.Object, listed bool) Option {
	fragment = ngsild.InContext(fragment, v.context())
	if listed {
		return both(inlined(), JSONLD([]any{fragment}))
	}
	return both(inlined(), JSONLD(fragment))
}

func namingWrites() []namingWrite {
	level := func(v vocabulary) ngsild.Object { return ngsild.Object{v.level: ngsild.Property(30)} }
	whole := func(v vocabulary, id string) ngsild.Object {
		return ngsild.Entity(id, v.kind, v.level, ngsild.Property(30))
	}
	inBatch := func(operation string) func(*T, vocabulary, string, inContext) *probe.Response {
		return func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.POST(entityOperation+operation, as(whole(v, id), true))
		}
	}
	return []namingWrite{
		{name: "append", words: "Appended attributes", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.POST(attrsPath(id), as(level(v), false))
		}},
		{name: "update", words: "Updated attributes", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.PATCH(attrsPath(id), as(level(v), false))
		}},
		{name: "partialUpdate", words: "The attributes of a partial update", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.PATCH(attrPath(id, v.level), as(ngsild.Property(30), false))
		}},
		{name: "replaceAttribute", words: "Replaced attributes", since: "1.6.1", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.PUT(attrPath(id, v.level), as(ngsild.Property(30), false))
		}},
		{name: "merge", words: "Merged attributes", since: "1.6.1", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.PATCH(entityPath(id), as(level(v), false))
		}},
		{name: "replace", words: "The names of a replaced entity", since: "1.6.1", send: func(t *T, v vocabulary, id string, as inContext) *probe.Response {
			return t.PUT(entityPath(id), as(whole(v, id), false))
		}},
		{name: "batchUpsert", words: "The names of entities in a batch upsert", feature: FeatureBatch, send: inBatch("upsert")},
		{name: "batchUpdate", words: "The names of entities in a batch update", feature: FeatureBatch, send: inBatch("update")},
		{name: "batchMerge", words: "The names of entities in a batch merge", feature: FeatureBatch, since: "1.6.1", send: inBatch("merge")},
	}
}

// named expects that a write gives the level of the vocabulary's entity the value 30, and
// that the entity has no attribute beside.
func (w namingWrite) named(t *T, v vocabulary, as inContext) {
	id := v.create(t, 20)
	done(t, w.send(t, v, id, as))
	e := read(t, id, coreOnly())
	t.Expect(e).To(haveAttribute(v.levelIRI, ngsild.Property(30)))
	t.Expect(attributesOf(e)).To(gomega.ConsistOf(v.levelIRI))
}

// jsonLD checks the operations of which other checks ask in plain JSON only: what is
// sent as application/ld+json has its @context in the body (6.3.5), and so has what is
// answered (6.3.6).
func jsonLD() []Check {
	var checks []Check
	for _, w := range namingWrites() {
		checks = append(checks, Check{
			ID: "mim1.jsonLd.sent." + w.name, Title: w.words + " are known by the IRIs of the @context in an application/ld+json body",
			Clause: cim009 + "6.3.5", Feature: w.feature, Since: w.since, Requirements: structured, Fault: "json-ld.sent." + w.name + ".context-ignored",
			Hint: "the operation takes its @context from the Link header only, or refuses application/ld+json",
			Body: func(t *T) {
				v := newVocabulary(t)
				w.named(t, v, v.inBody)
			},
		})
	}
	for _, a := range answers() {
		if !a.names || a.name == "evolution" { // of which mim1.temporal.retrieve.jsonLd asks
			continue
		}
		checks = append(checks, Check{
			ID: "mim1.jsonLd.answered." + a.name, Title: "The answer with " + a.words + " as application/ld+json has its @context in the body",
			Clause: cim009 + "6.3.6", Feature: a.feature, Since: a.since, Requirements: negotiation, Fault: "json-ld.answered." + a.name + ".no-context",
			Body: func(t *T) {
				r := a.ask(t, Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200, 206))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				parts, several := t.JSON(r).([]any)
				if !several {
					parts = []any{t.JSON(r)}
				}
				t.Require(r).To(answering(len(parts) > 0, "the list is empty, although the check has created something for it"))
				for _, part := range parts {
					t.Expect(part).To(gomega.HaveKeyWithValue("@context", gomega.Not(gomega.BeNil())))
				}
			},
		})
	}
	return common(append(checks, furtherJSONLD()...), Check{Level: Core, Needs: writes})
}

func furtherJSONLD() []Check {
	return []Check{
		{
			ID: "mim1.jsonLd.sent.evolutionAttributes", Title: "Instances added to an evolution are known by the IRIs of the @context in an application/ld+json body",
			Clause: cim009 + "6.3.5", Feature: FeatureTemporal, Requirements: structured, Fault: "json-ld.sent.evolutionAttributes.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00")})
				t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
				id := e["id"].(string)
				done(t, t.POST(evolutionAttrsPath(id), inlined(), JSONLD(ngsild.InContext(ngsild.Object{v.level: []any{reading(30, "11:00:00")}}, v.context()))))
				t.Expect(marks(evolution(t, id, coreOnly()), v.levelIRI)).To(holdReadings(mark(10, at("10:00:00")), mark(30, at("11:00:00"))))
			},
		},
		{
			ID: "mim1.jsonLd.sent.instance", Title: "An instance of an evolution is modified by the attribute's name in the @context of an application/ld+json body",
			Clause: cim009 + "6.3.5", Feature: FeatureTemporal, Requirements: structured, Fault: "json-ld.sent.instance.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00"), reading(20, "11:00:00")})
				id := evolve(t, e, inlined(), JSONLD(ngsild.InContext(e, v.context())))
				instance, found := instanceIDs(t, id, v.levelIRI)["20"]
				t.Require(found).To(gomega.BeTrue(), "the instance with the value 20 has to be there")
				done(t, modify(t, id, v.level, instance, reading(21, "11:11:00"), func(body ngsild.Object) Option {
					return both(inlined(), JSONLD(ngsild.InContext(body, v.context())))
				}))
				t.Expect(marks(evolution(t, id, coreOnly()), v.levelIRI)).To(holdReadings(mark(10, at("10:00:00")), mark(21, at("11:11:00"))))
			},
		},
		{
			ID: "mim1.jsonLd.sent.evolutionQuery", Title: "A temporal query by POST as application/ld+json names types by the @context in its body",
			Clause: cim009 + "6.3.5", Feature: FeatureTemporal, Requirements: structured, Fault: "json-ld.sent.evolutionQuery.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "12:00:00")})
				t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
				r := t.POST(evolutionQueries, inlined(), JSONLD(ngsild.InContext(with(ofKind(v.kind, afterEleven()), "type", "Query"), v.context())))
				found := evolutionsIn(t, r)
				t.Require(found).To(gomega.HaveLen(1))
				t.Expect(found[0]["id"]).To(gomega.Equal(e["id"]))
			},
		},
		{
			ID: "mim1.jsonLd.sent.sourceSubscription", Title: "The names in a subscription to registrations are known by the IRIs of the @context in an application/ld+json body",
			Clause: cim009 + "6.3.5", Feature: FeatureSourceSubs, Requirements: structured, Fault: "json-ld.sent.sourceSubscription.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				s := aSubscription(t, v.kind, nobody)
				t.Require(t.POST(sourceSubscriptions, inlined(), JSONLD(ngsild.InContext(s, v.context())))).To(HaveStatus(201))
				r := t.GET(sourceSubscriptionPath(s["id"].(string)), coreOnly())
				t.Require(r).To(HaveStatus(200))
				t.Expect(memberOf(t.Object(r), "entities")["type"]).To(gomega.Equal(v.kindIRI))
			},
		},
		{
			ID: "mim1.jsonLd.sent.sourceSubscriptionUpdate", Title: "The names in an update of a subscription to registrations are known by the IRIs of the @context in an application/ld+json body",
			Clause: cim009 + "6.3.5", Feature: FeatureSourceSubs, Requirements: structured, Fault: "json-ld.sent.sourceSubscriptionUpdate.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				s := aSubscription(t, t.Name("Sensor"), nobody)
				t.Require(t.POST(sourceSubscriptions, JSON(s))).To(HaveStatus(201))
				path := sourceSubscriptionPath(s["id"].(string))
				fragment := ngsild.Object{"type": "Subscription", "entities": []any{ngsild.Object{"type": v.kind}}}
				done(t, t.PATCH(path, inlined(), JSONLD(ngsild.InContext(fragment, v.context()))))
				r := t.GET(path, coreOnly())
				t.Require(r).To(HaveStatus(200))
				t.Expect(memberOf(t.Object(r), "entities")["type"]).To(gomega.Equal(v.kindIRI))
			},
		},
		{
			ID: "mim1.jsonLd.answered.entity", Title: "An entity that is asked for as application/ld+json comes with that Content-Type and its @context in the body",
			Clause: cim009 + "6.3.6, 5.2.3", Requirements: negotiation, Fault: "json-ld.answered.entity.as-json",
			Body: func(t *T) {
				r := t.GET(entityPath(newSensor(t).id), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Expect(t.Object(r)["@context"]).NotTo(gomega.BeNil())
			},
		},
	}
}
