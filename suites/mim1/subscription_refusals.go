package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// invalidSubscription is a subscription that no platform may create.
type invalidSubscription struct {
	name, title string
	clause      string
	purposes    []string
	since       string
	level       Level
	feature     Feature // beside subscriptions
	edits       func(t *T) []edit
}

func invalidSubscriptions() []invalidSubscription {
	fixed := func(edits ...edit) func(*T) []edit { return func(*T) []edit { return edits } }
	return []invalidSubscription{
		{name: "typeMissing", title: "without type", clause: "5.2.12", edits: fixed(lacking("type"))},
		{name: "typeWrong", title: "whose type is not Subscription", clause: "5.2.12", edits: fixed(having("type", "Subscribed"))},
		{name: "idNoUri", title: "whose id is no URI", clause: "5.8.1.4", purposes: []string{"028_03"},
			edits: func(t *T) []edit { return []edit{having("id", t.Name("subscription"))} }},
		{name: "notificationMissing", title: "without notification", clause: "5.2.12", edits: fixed(lacking("notification"))},
		{name: "endpointMissing", title: "without endpoint", clause: "5.2.14", edits: fixed(having("notification", ngsild.Object{"format": "normalized"}))},
		{name: "uriMissing", title: "whose endpoint has no uri", clause: "5.2.15",
			edits: fixed(sending("endpoint", ngsild.Object{"accept": ngsild.MediaJSON}))},
		{name: "uriNoUri", title: "whose endpoint's uri is no URI", clause: "5.2.15", edits: fixed(toEndpoint("uri", "subscriber"))},
		{name: "acceptUnknown", title: "whose endpoint accepts a media type that notifications cannot have", clause: "5.2.15",
			level: Extended, edits: fixed(toEndpoint("accept", "application/pdf"))},
		{name: "receiverInfoNoPairs", title: "whose receiverInfo is no list of keys and values", clause: "5.2.22",
			level: Extended, edits: fixed(toEndpoint("receiverInfo", []any{"Authorization"}))},
		{name: "nothingWatched", title: "with neither entities nor watchedAttributes", clause: "5.2.12", edits: fixed(lacking("entities"))},
		{name: "entitiesEmpty", title: "whose list of entities is empty", clause: "5.2.12", level: Extended,
			edits: func(t *T) []edit {
				return []edit{having("entities", []any{}, "watchedAttributes", []any{t.Name("level")})}
			}},
		{name: "entityTypeMissing", title: "about entities of no type", clause: "5.2.8",
			edits: func(t *T) []edit { return []edit{about(ngsild.Object{"id": t.URN("Nothing")})} }},
		{name: "entityIdNoUri", title: "about an entity whose id is no URI", clause: "5.2.8", purposes: []string{"028_03"},
			edits: func(t *T) []edit {
				return []edit{about(ngsild.Object{"id": t.Name("nothing"), "type": t.Name("Nothing")})}
			}},
		{name: "watchedEmpty", title: "whose list of watchedAttributes is empty", clause: "5.2.12", level: Extended,
			edits: fixed(having("watchedAttributes", []any{}))},
		{name: "watchedNoName", title: "that watches what is no attribute name", clause: "4.6.2", level: Extended,
			edits: func(t *T) []edit { return []edit{having("watchedAttributes", []any{t.Name("two") + " words"})} }},
		{name: "attributesEmpty", title: "whose list of attributes to be notified of is empty", clause: "5.2.14", level: Extended,
			edits: fixed(sending("attributes", []any{}))},
		{name: "q", title: "whose query does not follow the query language", clause: "5.8.1.4", purposes: []string{"028_05"},
			edits: func(t *T) []edit { return []edit{having("q", t.Name("level")+">")} }},
		{name: "geoQIncomplete", title: "whose geo-query has no relation", clause: "5.8.1.4", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"geometry": "Point", "coordinates": []any{10.2, 56.15}}))},
		{name: "geoQRelation", title: "whose geo-query has an unknown relation", clause: "5.8.1.4", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"georel": "beside", "geometry": "Point", "coordinates": []any{10.2, 56.15}}))},
		{name: "scopeQ", title: "whose scope query does not follow the scope query language", clause: "4.19", since: "1.5.1",
			edits: fixed(having("scopeQ", "/city/north;"))},
		{name: "intervalAndThrottling", title: "with both a time interval and throttling", clause: "5.2.12", purposes: []string{"028_05"},
			edits: fixed(having("timeInterval", 3600, "throttling", 5))},
		{name: "intervalAndWatched", title: "with both a time interval and watched attributes", clause: "5.2.12",
			edits: func(t *T) []edit {
				return []edit{having("timeInterval", 3600, "watchedAttributes", []any{t.Name("level")})}
			}},
		{name: "intervalAndTrigger", title: "with both a time interval and notification triggers", clause: "5.2.12", since: "1.6.1", level: Extended,
			edits: fixed(having("timeInterval", 3600, "notificationTrigger", []any{"attributeUpdated"}))},
		{name: "intervalNegative", title: "whose time interval is not above zero", clause: "5.2.12", edits: fixed(having("timeInterval", -5))},
		{name: "throttlingNegative", title: "whose throttling is not above zero", clause: "5.2.12", edits: fixed(having("throttling", -5))},
		{name: "expiresPast", title: "that ended in the past", clause: "5.8.1.4", edits: fixed(having("expiresAt", "2018-12-31T23:00:00Z"))},
		{name: "expiresNoTime", title: "whose end is no DateTime", clause: "4.6.3", edits: fixed(having("expiresAt", "tomorrow"))},
		{name: "isActiveNoTruth", title: "whose isActive is neither true nor false", clause: "5.2.12", edits: fixed(having("isActive", "maybe"))},
		{name: "triggerUnknown", title: "with an unknown notification trigger", clause: "5.2.12", since: "1.6.1",
			edits: fixed(having("notificationTrigger", []any{"entityRenamed"}))},
		{name: "formatUnknown", title: "whose notifications are of an unknown format", clause: "5.2.14", edits: fixed(sending("format", "pretty"))},
		{name: "simplifiedChanges", title: "that asks for former values in the simplified format, which has no place for them", clause: "5.2.14", since: "1.6.1",
			edits: fixed(sending("format", "keyValues", "showChanges", true))},
		{name: "pickAndOmit", title: "that both picks and omits a member", clause: "4.21", purposes: []string{"028_08"}, since: "1.8.1",
			edits: func(t *T) []edit {
				level := t.Name("level")
				return []edit{sending("pick", []any{"id", level}, "omit", []any{level})}
			}},
		{name: "joinUnknown", title: "that asks for linked entities in an unknown way", clause: "5.2.14", since: "1.8.1", feature: FeatureLinked,
			edits: fixed(sending("join", "sideways"))},
		{name: "timeoutNegative", title: "whose endpoint has a timeout that is not above zero", clause: "5.2.15", since: "1.6.1", edits: fixed(toEndpoint("timeout", -5))},
		{name: "cooldownNegative", title: "whose endpoint has a cooldown that is not above zero", clause: "5.2.15", since: "1.6.1", edits: fixed(toEndpoint("cooldown", -5))},
		{name: "sysAttrsNoTruth", title: "whose sysAttrs is neither true nor false", clause: "5.2.14", since: "1.6.1", edits: fixed(sending("sysAttrs", "maybe"))},
		{name: "showChangesNoTruth", title: "whose showChanges is neither true nor false", clause: "5.2.14", since: "1.6.1", edits: fixed(sending("showChanges", "maybe"))},
		{name: "attributesMembers", title: "that names the id among the attributes to be notified of", clause: "5.2.14", since: "1.8.1", level: Extended,
			edits: func(t *T) []edit { return []edit{sending("attributes", []any{"id", t.Name("level")})} }},
		{name: "pickEmpty", title: "that picks no member at all", clause: "5.2.14", since: "1.8.1", level: Extended, edits: fixed(sending("pick", []any{}))},
		{name: "omitEmpty", title: "whose list of members to omit is empty", clause: "5.2.14", since: "1.8.1", level: Extended, edits: fixed(sending("omit", []any{}))},
		{name: "joinLevelZero", title: "that asks for linked entities of no level", clause: "5.2.14", since: "1.8.1", feature: FeatureLinked,
			edits: fixed(sending("join", "flat", "joinLevel", 0))},
		{name: "datasetNoUri", title: "whose datasets are no URIs", clause: "5.2.12", since: "1.8.1", edits: fixed(having("datasetId", []any{"the second one"}))},
		{name: "geoQGeometry", title: "whose geo-query has a geometry that is a collection", clause: "5.2.13", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"georel": "within", "geometry": "GeometryCollection", "coordinates": []any{10.2, 56.15}}))},
		{name: "geoQCoordinates", title: "whose geo-query has no coordinates", clause: "5.2.13", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"georel": "near;maxDistance==2000", "geometry": "Point"}))},
		{name: "geoQUnlike", title: "whose geo-query has coordinates of another geometry", clause: "5.2.13", feature: FeatureGeoQuery,
			edits: fixed(having("geoQ", ngsild.Object{"georel": "within", "geometry": "Polygon", "coordinates": []any{10.2, 56.15}}))},
		{name: "idPattern", title: "about entities whose idPattern is no regular expression", clause: "5.2.33", level: Extended,
			edits: func(t *T) []edit {
				return []edit{about(ngsild.Object{"type": t.Name("Nothing"), "idPattern": "urn:(.*"})}
			}},
		{name: "localOnlyNoTruth", title: "whose localOnly is neither true nor false", clause: "5.2.12", since: "1.9.1", edits: fixed(having("localOnly", "maybe"))},
		{name: "splitEntitiesNoTruth", title: "whose splitEntities is neither true nor false", clause: "5.2.12", since: "1.9.1", edits: fixed(having("splitEntities", "maybe"))},
		{name: "contextNoUri", title: "whose jsonldContext is no URI", clause: "5.8.1.4", purposes: []string{"028_07"}, since: "1.7.1",
			edits: fixed(having("jsonldContext", "the usual one"))},
	}
}

// subscriptionRefusals checks that subscriptions that are not valid are refused with
// 400 BadRequestData (5.5.4, 5.8.1.4).
func subscriptionRefusals() []Check {
	var checks []Check
	for _, s := range invalidSubscriptions() {
		checks = append(checks, Check{
			ID:           "mim1.subscription.refusal." + s.name,
			Title:        "A subscription " + s.title + " is refused with 400 BadRequestData",
			Requirements: subscriptionErrors, Clause: cim009 + s.clause, TestPurposes: s.purposes,
			Level: s.level, Feature: s.feature, Since: s.since, Fault: "subscription.takes-" + s.name,
			Hint: "the member is dropped or repaired instead of being refused, so that the subscriber is told of something else than it asked for",
			Body: func(t *T) {
				alsoClaims(t, FeatureSubscriptions)
				invalid := aSubscription(t, t.Name("Nothing"), nobody, s.edits(t)...)
				t.Expect(t.POST(subscriptions, JSON(invalid))).To(beBadData())
			},
		})
	}
	return append(checks, Check{
		ID:           "mim1.subscription.refusal.contextUnavailable",
		Title:        "A subscription whose jsonldContext cannot be retrieved is refused with LdContextNotAvailable",
		Requirements: subscriptionErrors, Clause: cim009 + "5.8.1.4", TestPurposes: []string{"028_07"},
		Since: "1.7.1", Fault: "subscription.takes-contextUnavailable",
		Body: func(t *T) {
			invalid := aSubscription(t, t.Name("Nothing"), nobody, having("jsonldContext", "http://"+t.Name("context")+".invalid/context.jsonld"))
			r := t.POST(subscriptions, JSON(invalid), Expecting(503, 504))
			t.Require(r).To(HaveStatus(unavailable(t.Env.SpecVersion)...))
			t.Expect(r).To(BeProblem(r.Status, ngsild.LdContextNotAvailable))
			noSubscription(t, invalid["id"].(string))
		},
	})
}
