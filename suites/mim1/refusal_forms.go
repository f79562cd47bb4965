package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// refusal is a request of an operation that every platform refuses, or that it should.
type refusal struct {
	operation string // its name in operations.csv
	generic   string // its name in the generic faults
	words     string
	feature   Feature
	since     string
	need      []Need   // nil is to write
	errors    []string // requirements; nil are those of entities
	advised   bool     // it is recommended to refuse the request (6.3.20), and no more
	ask       func(t *T) *probe.Response
}

// refusals are one of each operation but the retrieval of an entity, whose errors are
// looked at more closely; of those that no request is refused of for certain, there is none.
func refusals() []refusal {
	nothing := func(t *T) string { return t.URN("Nothing") }
	level := func(*T) Option { return JSON(ngsild.Object{"level": ngsild.Property(21)}) }
	property := func() Option { return JSON(ngsild.Property(21)) }
	whole := func(t *T, id string) Option {
		return JSON(ngsild.Entity(id, t.Name("Sensor"), "level", ngsild.Property(21)))
	}
	cut := func(t *T) Option {
		return Body(ngsild.MediaJSON, []byte(`{"type": "Query", "entities": [{"type": "`+t.Name("Nothing")+`"`))
	}
	negative := func(t *T) Option { return Query("type", t.Name("Nothing"), "limit", "-1") }
	get := func(path func(t *T) string) func(t *T) *probe.Response {
		return func(t *T) *probe.Response { return t.GET(path(t)) }
	}
	remove := func(path func(t *T) string) func(t *T) *probe.Response {
		return func(t *T) *probe.Response { return t.DELETE(path(t)) }
	}
	batched := func(operation string) func(t *T) *probe.Response {
		return func(t *T) *probe.Response {
			return t.POST(entityOperation+operation, Body(ngsild.MediaJSON, []byte(`[{"id": "`+nothing(t)+`", "type": `)))
		}
	}
	at := func(path func(id string) string) func(t *T) string {
		return func(t *T) string { return path(nothing(t)) }
	}
	attributeOf := func(t *T) string { return attrPath(nothing(t), "level") }
	evolutionAttributeOf := func(t *T) string { return evolutionAttrPath(nothing(t), "level") }
	instanceOf := func(t *T) string { return instancePath(nothing(t), "level", t.URN("Instance")) }
	byName := func(path func(name string) string) func(t *T) string {
		return func(t *T) string { return path(t.Name("nothing")) }
	}
	return []refusal{
		{operation: "createEntity", generic: "post-entities", words: "to create an entity", ask: func(t *T) *probe.Response { return t.POST(entities, notJSON(nothing(t))) }},
		{operation: "queryEntities", generic: "get-entities", words: "to query entities", need: reads, ask: func(t *T) *probe.Response { return t.GET(entities, negative(t)) }},
		{operation: "purgeEntities", generic: "delete-entities", words: "to purge entities", feature: FeaturePurge, since: "1.9.1",
			ask: func(t *T) *probe.Response {
				return t.DELETE(entities, Query("type", t.Name("Nothing"), "id", "next door"))
			}},
		{operation: "deleteEntity", generic: "delete-entities-entity", words: "to delete an entity", ask: remove(at(entityPath))},
		{operation: "replaceEntity", generic: "put-entities-entity", words: "to replace an entity", feature: FeatureReplace, since: "1.6.1", ask: func(t *T) *probe.Response {
			id := nothing(t)
			return t.PUT(entityPath(id), whole(t, id))
		}},
		{operation: "mergeEntity", generic: "patch-entities-entity", words: "to merge an entity", feature: FeatureMerge, since: "1.6.1",
			ask: func(t *T) *probe.Response { return t.PATCH(entityPath(nothing(t)), level(t)) }},
		{operation: "appendAttributes", generic: "post-entities-entity-attrs", words: "to append attributes", ask: func(t *T) *probe.Response { return t.POST(attrsPath(nothing(t)), level(t)) }},
		{operation: "updateAttributes", generic: "patch-entities-entity-attrs", words: "to update attributes", ask: func(t *T) *probe.Response { return t.PATCH(attrsPath(nothing(t)), level(t)) }},
		{operation: "partialAttributeUpdate", generic: "patch-entities-entity-attrs-attr", words: "to update part of an attribute",
			ask: func(t *T) *probe.Response { return t.PATCH(attributeOf(t), property()) }},
		{operation: "deleteAttribute", generic: "delete-entities-entity-attrs-attr", words: "to delete an attribute", ask: remove(attributeOf)},
		{operation: "replaceAttribute", generic: "put-entities-entity-attrs-attr", words: "to replace an attribute", feature: FeatureReplace, since: "1.6.1",
			ask: func(t *T) *probe.Response { return t.PUT(attributeOf(t), property()) }},
		{operation: "batchCreate", generic: "post-entityoperations-create", words: "to create a batch of entities", feature: FeatureBatch, ask: batched("create")},
		{operation: "batchUpsert", generic: "post-entityoperations-upsert", words: "to upsert a batch of entities", feature: FeatureBatch, ask: batched("upsert")},
		{operation: "batchUpdate", generic: "post-entityoperations-update", words: "to update a batch of entities", feature: FeatureBatch, ask: batched("update")},
		{operation: "batchDelete", generic: "post-entityoperations-delete", words: "to delete a batch of entities", feature: FeatureBatch, ask: func(t *T) *probe.Response {
			return t.POST(entityOperation+"delete", Body(ngsild.MediaJSON, []byte(`["`+nothing(t)+`", `)))
		}},
		{operation: "batchMerge", generic: "post-entityoperations-merge", words: "to merge a batch of entities", feature: FeatureBatch, since: "1.6.1", ask: batched("merge")},
		{operation: "queryEntitiesPost", generic: "post-entityoperations-query", words: "to query entities by POST", feature: FeatureBatch,
			ask: func(t *T) *probe.Response { return t.POST(entityOperation+"query", cut(t)) }},
		{operation: "retrieveEntityTypes", generic: "get-types", words: "for the entity types", feature: FeatureDiscovery, since: "1.7.1", need: reads, advised: true,
			ask: func(t *T) *probe.Response { return t.GET(typesPath, Query("invalidParameter", "x")) }},
		{operation: "retrieveEntityTypeInfo", generic: "get-types-type", words: "for an entity type", feature: FeatureDiscovery, need: reads, ask: get(byName(typePath))},
		{operation: "retrieveAttributeInfo", generic: "get-attributes-attr", words: "for an attribute", feature: FeatureDiscovery, need: reads, ask: get(byName(attributePath))},
		{operation: "createSubscription", generic: "post-subscriptions", words: "to create a subscription", feature: FeatureSubscriptions, errors: subscriptionErrors,
			ask: func(t *T) *probe.Response { return t.POST(subscriptions, notJSON(t.URN("Subscription"))) }},
		{operation: "querySubscriptions", generic: "get-subscriptions", words: "for subscriptions", feature: FeatureSubscriptions, errors: subscriptionErrors, need: reads,
			ask: func(t *T) *probe.Response { return t.GET(subscriptions, Query("limit", "-1")) }},
		{operation: "retrieveSubscription", generic: "get-subscriptions-subscription", words: "for a subscription", feature: FeatureSubscriptions, errors: subscriptionErrors, need: reads, ask: get(at(subscriptionPath))},
		{operation: "updateSubscription", generic: "patch-subscriptions-subscription", words: "to update a subscription", feature: FeatureSubscriptions, errors: subscriptionErrors,
			ask: func(t *T) *probe.Response {
				return t.PATCH(subscriptionPath(nothing(t)), JSON(ngsild.Object{"description": "not there"}))
			}},
		{operation: "deleteSubscription", generic: "delete-subscriptions-subscription", words: "to delete a subscription", feature: FeatureSubscriptions, errors: subscriptionErrors, ask: remove(at(subscriptionPath))},
		{operation: "createOrUpdateTemporalEntity", generic: "post-temporal-entities", words: "to create an evolution", feature: FeatureTemporal,
			ask: func(t *T) *probe.Response { return t.POST(evolutions, notJSON(nothing(t))) }},
		{operation: "queryTemporalEntities", generic: "get-temporal-entities", words: "to query evolutions", feature: FeatureTemporal, need: reads,
			ask: func(t *T) *probe.Response {
				return t.GET(evolutions, Query("type", t.Name("Nothing"), "timerel", "after"))
			}},
		{operation: "retrieveTemporalEntity", generic: "get-temporal-entities-entity", words: "for an evolution", feature: FeatureTemporal, need: reads, ask: get(at(evolutionPath))},
		{operation: "deleteTemporalEntity", generic: "delete-temporal-entities-entity", words: "to delete an evolution", feature: FeatureTemporal, ask: remove(at(evolutionPath))},
		{operation: "addTemporalAttributes", generic: "post-temporal-entities-entity-attrs", words: "to add to an evolution", feature: FeatureTemporal,
			ask: func(t *T) *probe.Response {
				return t.POST(evolutionAttrsPath(nothing(t)), JSON(ngsild.Object{"level": []any{ngsild.Property(21, "observedAt", "2025-03-01T10:00:00Z")}}))
			}},
		{operation: "deleteTemporalAttribute", generic: "delete-temporal-entities-entity-attrs-attr", words: "to delete an attribute of an evolution", feature: FeatureTemporal, ask: remove(evolutionAttributeOf)},
		{operation: "updateTemporalAttributeInstance", generic: "patch-temporal-entities-entity-attrs-attr-instance", words: "to modify an instance of an evolution", feature: FeatureTemporal,
			ask: func(t *T) *probe.Response {
				return t.PATCH(instanceOf(t), JSON(ngsild.Object{"level": []any{ngsild.Property(21, "observedAt", "2025-03-01T10:00:00Z")}}))
			}},
		{operation: "deleteTemporalAttributeInstance", generic: "delete-temporal-entities-entity-attrs-attr-instance", words: "to delete an instance of an evolution", feature: FeatureTemporal, ask: remove(instanceOf)},
		{operation: "queryTemporalEntitiesPost", generic: "post-temporal-entityoperations-query", words: "to query evolutions by POST", feature: FeatureTemporal,
			ask: func(t *T) *probe.Response { return t.POST(evolutionQueries, cut(t)) }},
		{operation: "registerContextSource", generic: "post-csourceregistrations", words: "to register a source", feature: FeatureRegistrations, errors: sourceErrors,
			ask: func(t *T) *probe.Response {
				return t.POST(registrations, notJSON(t.URN("ContextSourceRegistration")))
			}},
		{operation: "queryContextSourceRegistrations", generic: "get-csourceregistrations", words: "for registrations", feature: FeatureRegistrations, errors: sourceErrors, need: reads,
			ask: func(t *T) *probe.Response { return t.GET(registrations, negative(t)) }},
		{operation: "retrieveContextSourceRegistration", generic: "get-csourceregistrations-registration", words: "for a registration", feature: FeatureRegistrations, errors: sourceErrors, need: reads, ask: get(at(registrationPath))},
		{operation: "updateContextSourceRegistration", generic: "patch-csourceregistrations-registration", words: "to update a registration", feature: FeatureRegistrations, errors: sourceErrors,
			ask: func(t *T) *probe.Response {
				return t.PATCH(registrationPath(nothing(t)), JSON(ngsild.Object{"description": "not there"}))
			}},
		{operation: "deleteContextSourceRegistration", generic: "delete-csourceregistrations-registration", words: "to delete a registration", feature: FeatureRegistrations, errors: sourceErrors, ask: remove(at(registrationPath))},
		{operation: "createContextSourceSubscription", generic: "post-csourcesubscriptions", words: "to subscribe to registrations", feature: FeatureSourceSubs, errors: sourceErrors,
			ask: func(t *T) *probe.Response { return t.POST(sourceSubscriptions, notJSON(t.URN("Subscription"))) }},
		{operation: "queryContextSourceSubscriptions", generic: "get-csourcesubscriptions", words: "for subscriptions to registrations", feature: FeatureSourceSubs, errors: sourceErrors, need: reads,
			ask: func(t *T) *probe.Response { return t.GET(sourceSubscriptions, Query("limit", "-1")) }},
		{operation: "retrieveContextSourceSubscription", generic: "get-csourcesubscriptions-subscription", words: "for a subscription to registrations", feature: FeatureSourceSubs, errors: sourceErrors, need: reads, ask: get(at(sourceSubscriptionPath))},
		{operation: "updateContextSourceSubscription", generic: "patch-csourcesubscriptions-subscription", words: "to update a subscription to registrations", feature: FeatureSourceSubs, errors: sourceErrors,
			ask: func(t *T) *probe.Response {
				return t.PATCH(sourceSubscriptionPath(nothing(t)), JSON(ngsild.Object{"description": "not there"}))
			}},
		{operation: "deleteContextSourceSubscription", generic: "delete-csourcesubscriptions-subscription", words: "to delete a subscription to registrations", feature: FeatureSourceSubs, errors: sourceErrors, ask: remove(at(sourceSubscriptionPath))},
		{operation: "addContext", generic: "post-jsonldcontexts", words: "to store an @context", feature: FeatureContexts, since: "1.5.1", ask: func(t *T) *probe.Response {
			return t.POST(contextList, Body(ngsild.MediaJSON, []byte(`{"@context": {"`+t.Name("nothing")+`": `)))
		}},
		{operation: "listContexts", generic: "get-jsonldcontexts", words: "for the list of stored @contexts", feature: FeatureContexts, since: "1.5.1", need: reads, advised: true,
			ask: func(t *T) *probe.Response { return t.GET(contextList, Query("details", "perhaps")) }},
		{operation: "serveContext", generic: "get-jsonldcontexts-context", words: "for a stored @context", feature: FeatureContexts, since: "1.5.1", need: reads, ask: get(byName(contextPath))},
		{operation: "deleteContext", generic: "delete-jsonldcontexts-context", words: "to delete a stored @context", feature: FeatureContexts, since: "1.5.1", ask: remove(byName(contextPath))},
		{operation: "retrieveEntityMap", generic: "get-entitymaps-entitymap", words: "for an entity map", feature: FeatureEntityMaps, since: "1.8.1", need: reads, ask: get(at(entityMapPath))},
		{operation: "updateEntityMap", generic: "patch-entitymaps-entitymap", words: "to update an entity map", feature: FeatureEntityMaps, since: "1.8.1",
			ask: func(t *T) *probe.Response {
				return t.PATCH(entityMapPath(nothing(t)), JSON(ngsild.Object{"expiresAt": t.Now().AddDate(0, 0, 1).UTC().Format("2006-01-02T15:04:05Z")}))
			}},
		{operation: "deleteEntityMap", generic: "delete-entitymaps-entitymap", words: "to delete an entity map", feature: FeatureEntityMaps, since: "1.8.1", ask: remove(at(entityMapPath))},
		{operation: "createEntityMapForQuery", generic: "get-entitymaps", words: "to make an entity map", feature: FeatureEntityMaps, since: "1.9.1",
			ask: func(t *T) *probe.Response { return t.GET(entityMapList) }},
		{operation: "createEntityMapForQueryPost", generic: "post-entitymaps", words: "to make an entity map by POST", feature: FeatureEntityMaps, since: "1.9.1",
			ask: func(t *T) *probe.Response { return t.POST(entityMapList, cut(t)) }},
		{operation: "createEntityMapForTemporalQuery", generic: "get-temporal-entitymaps", words: "to make an entity map for the past", feature: FeatureEntityMaps, since: "1.9.1",
			ask: func(t *T) *probe.Response {
				alsoClaims(t, FeatureTemporal)
				return t.GET(pastMapList, Query("type", t.Name("Nothing"), "timerel", "after"))
			}},
		{operation: "createEntityMapForTemporalQueryPost", generic: "post-temporal-entitymaps", words: "to make an entity map for the past by POST", feature: FeatureEntityMaps, since: "1.9.1",
			ask: func(t *T) *probe.Response {
				alsoClaims(t, FeatureTemporal)
				return t.POST(pastMapList, cut(t))
			}},
		{operation: "createSnapshot", generic: "post-snapshots", words: "to make a snapshot", feature: FeatureSnapshots, since: "1.9.1",
			ask: func(t *T) *probe.Response { return t.POST("/snapshots", notJSON(t.URN("Snapshot"))) }},
		{operation: "retrieveSnapshotStatus", generic: "get-snapshots-snapshot", words: "for a snapshot", feature: FeatureSnapshots, since: "1.9.1", need: reads, ask: get(at(snapshotPath))},
		{operation: "updateSnapshotStatus", generic: "patch-snapshots-snapshot", words: "to update a snapshot", feature: FeatureSnapshots, since: "1.9.1",
			ask: func(t *T) *probe.Response {
				return t.PATCH(snapshotPath(nothing(t)), JSON(ngsild.Object{"snapshotPriority": 1}))
			}},
		{operation: "cloneSnapshot", generic: "post-snapshots-snapshot-clone", words: "to clone a snapshot", feature: FeatureSnapshots, since: "1.9.1",
			ask: func(t *T) *probe.Response {
				return t.POST(snapshotPath(nothing(t))+"/clone", JSON(ngsild.Object{"id": t.URN("Snapshot"), "type": "Snapshot"}))
			}},
		{operation: "purgeSnapshots", generic: "delete-snapshots", words: "to purge snapshots", feature: FeatureSnapshots, since: "1.9.1",
			ask: func(t *T) *probe.Response { return t.DELETE("/snapshots", newSnapshotHerd(t).in()) }},
		{operation: "deleteSnapshot", generic: "delete-snapshots-snapshot", words: "to delete a snapshot", feature: FeatureSnapshots, since: "1.9.1", ask: remove(at(snapshotPath))},
	}
}

// refusalForms checks that each operation tells its errors in the form that all have
// (5.5.3, 6.3.3). Whether and by which status it refuses is for other checks to judge.
func refusalForms() []Check {
	var checks []Check
	for _, r := range refusals() {
		requirements := r.errors
		if requirements == nil {
			requirements = errorAnswers
		}
		checks = append(checks, Check{
			ID: "mim1.error.form." + r.operation, Title: "A refused request " + r.words + " is answered by an error in application/json, with the status of the answer if it tells one",
			Requirements: requirements, Clause: cim009 + "6.3.3", Since: r.since, Feature: r.feature, Needs: r.need,
			Fault: "generic." + r.generic + ".refusal-as-text",
			Body: func(t *T) {
				answer := r.ask(t)
				if r.advised && answer.Status == 200 {
					t.Inapplicable("the platform does not refuse a parameter that it does not know, which 6.3.20 recommends only")
				}
				t.Require(answer).To(HaveStatus(400, 404, 409, 422))
				t.Expect(answer).To(HaveMediaType(ngsild.MediaJSON))
				if status, told := t.Object(answer)["status"]; told {
					t.Expect(normal(status)).To(EqualJSON(answer.Status), "the status that the error tells")
				}
				t.Expect(t.Object(answer)["title"]).NotTo(gomega.BeNil(), "an error has a title")
			},
		})
	}
	return common(checks, Check{Level: Core, Needs: writes})
}
