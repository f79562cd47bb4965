package mim1

import (
	"net/http"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/weblink"
)

// notificationBody checks what a notification looks like (5.3.1) and how it is sent
// over HTTP (6.3.8).
func notificationBody() []Check {
	// one is the notification of a change of a sensor, with edits of the subscription.
	one := func(t *T, edits ...edit) (*subscriber, delivery) {
		w := newSensor(t).watch(t, edits...)
		v := t.Number()
		return w, w.notified(t, v, func() { w.setLevel(t, v) })
	}
	// geo is one of a sensor that has a location, as GeoJSON.
	geo := func(t *T, edits ...edit) (*subscriber, delivery) {
		alsoClaims(t, FeatureGeoJSON)
		s := newSensor(t, "location", ngsild.GeoProperty(ngsild.Point(10.2, 56.15)))
		w := s.watch(t, append([]edit{toEndpoint("accept", ngsild.MediaGeoJSON)}, edits...)...)
		v := t.Number()
		d := w.notified(t, v, func() { w.setLevel(t, v) })
		t.Require(d).To(arriveAs(ngsild.MediaGeoJSON))
		return w, d
	}
	prefers := func(form string) edit {
		return toEndpoint("receiverInfo", []any{ngsild.Object{"key": "Prefer", "value": form}})
	}
	return notificationChecks("5.3.1", []Check{
		{
			ID:     "mim1.notification.body.sent",
			Title:  "A change of an entity that a subscription is about is notified to its endpoint",
			Clause: cim009 + "5.8.6", TestPurposes: []string{"046_09"},
			Fault: "notification.lost",
			Body: func(t *T) {
				e, level := newSensor(t).watch(t).told(t)
				_ = level // the notification that shows it has come
				t.Expect(e["id"]).To(beURI())
			},
		},
		{
			ID:    "mim1.notification.body.id",
			Title: "A notification has an id that is a URI, and each another one", TestPurposes: []string{"046_07"},
			Fault: "notification.same-id",
			Body: func(t *T) {
				w, first := one(t)
				v := t.Number()
				second := w.notified(t, v, func() { w.setLevel(t, v) })
				t.Expect(first.body["id"]).To(beURI())
				t.Expect(second.body["id"]).To(beURI())
				t.Expect(second.body["id"]).NotTo(gomega.Equal(first.body["id"]))
			},
		},
		{
			ID:    "mim1.notification.body.type",
			Title: "The type of a notification is Notification", TestPurposes: []string{"046_07"},
			Fault: "notification.no-type",
			Body: func(t *T) {
				_, d := one(t)
				t.Expect(d.body["type"]).To(gomega.Equal("Notification"))
			},
		},
		{
			ID:    "mim1.notification.body.subscriptionId",
			Title: "A notification says of which subscription it is", TestPurposes: []string{"046_07"},
			Fault: "notification.no-subscription-id",
			Body: func(t *T) {
				w, d := one(t)
				t.Expect(d.body["subscriptionId"]).To(gomega.Equal(w.sub))
			},
		},
		{
			ID:    "mim1.notification.body.notifiedAt",
			Title: "A notification says when it was made, as a DateTime, and a later one no earlier time", TestPurposes: []string{"046_07"},
			Fault: "notification.local-time",
			Body: func(t *T) {
				w, first := one(t)
				v := t.Number()
				second := w.notified(t, v, func() { w.setLevel(t, v) })
				a, err := instant(first.body["notifiedAt"])
				t.Require(err).To(gomega.Succeed(), "notifiedAt is a DateTime (4.6.3)")
				b, err := instant(second.body["notifiedAt"])
				t.Require(err).To(gomega.Succeed(), "notifiedAt is a DateTime (4.6.3)")
				t.Expect(b).NotTo(gomega.BeTemporally("<", a))
			},
		},
		{
			ID:    "mim1.notification.body.data",
			Title: "The data of a notification are an array of entities, each with id and type", TestPurposes: []string{"046_07"},
			Fault: "notification.data-no-array",
			Body: func(t *T) {
				w, d := one(t)
				data, isArray := d.body["data"].([]any)
				t.Require(d.body).To(answering(isArray && len(data) > 0, "data is %s, expected an array of entities", compact(d.body["data"])))
				t.Expect(d.entity(t, w.id)).To(haveTypes(w.kind))
			},
		},
		{
			ID:     "mim1.notification.http.post",
			Title:  "A notification is sent by POST",
			Clause: cim009 + "6.3.8", Fault: "notification.by-put",
			Body: func(t *T) {
				_, d := one(t)
				t.Expect(d.Method).To(gomega.Equal(http.MethodPost))
			},
		},
		{
			ID:     "mim1.notification.http.json",
			Title:  "Unless the endpoint asks for something else, a notification is application/json",
			Clause: cim009 + "6.3.8", TestPurposes: []string{"046_10"}, Fault: "notification.json-ld-by-default",
			Body: func(t *T) {
				_, d := one(t)
				t.Expect(d).To(arriveAs(ngsild.MediaJSON))
				t.Expect(d.body).NotTo(gomega.HaveKey("@context"))
			},
		},
		{
			ID:     "mim1.notification.http.acceptJson",
			Title:  "An endpoint that accepts application/json gets application/json",
			Clause: cim009 + "5.2.15", TestPurposes: []string{"046_10"}, Fault: "notification.always-json-ld",
			Body: func(t *T) {
				_, d := one(t, toEndpoint("accept", ngsild.MediaJSON))
				t.Expect(d).To(arriveAs(ngsild.MediaJSON))
				t.Expect(d.body).NotTo(gomega.HaveKey("@context"))
			},
		},
		{
			ID:     "mim1.notification.http.link",
			Title:  "A notification of application/json names its @context in a Link header",
			Clause: cim009 + "6.3.8", Fault: "notification.no-link",
			Body: func(t *T) {
				_, d := one(t)
				to, ok := weblink.To(d.Header, ngsild.ContextRel)
				t.Require(d.body).To(answering(ok, "the notification has no Link header with rel=%q", ngsild.ContextRel))
				t.Expect(to.Target).NotTo(gomega.BeEmpty())
			},
		},
		{
			ID:     "mim1.notification.http.acceptJsonLd",
			Title:  "An endpoint that accepts application/ld+json gets application/ld+json with its @context",
			Clause: cim009 + "6.3.8", TestPurposes: []string{"046_14"}, Fault: "notification.always-json",
			Body: func(t *T) {
				_, d := one(t, toEndpoint("accept", ngsild.MediaJSONLD))
				t.Expect(d).To(arriveAs(ngsild.MediaJSONLD))
				t.Expect(hasContext(d)).To(gomega.BeTrue(), "the @context is in the notification")
			},
		},
		{
			ID:     "mim1.notification.http.acceptGeoJson",
			Title:  "An endpoint that accepts application/geo+json gets the entities as a FeatureCollection",
			Clause: cim009 + "5.3.1", Fault: "notification.always-json",
			Body: func(t *T) {
				w, d := geo(t)
				t.Expect(memberOf(d.body, "data")).To(haveMembers(ngsild.Object{"type": "FeatureCollection"}))
				feature := d.entity(t, w.id)
				t.Expect(feature["type"]).To(gomega.Equal("Feature"))
				t.Expect(memberOf(feature, "geometry")).To(haveMembers(ngsild.Point(10.2, 56.15)))
				t.Expect(memberOf(feature, "properties")).To(haveAttribute(w.place, w.there))
			},
		},
		{
			ID:     "mim1.notification.http.geoJsonContext",
			Title:  "A notification of application/geo+json holds its @context, unless the receiver prefers plain JSON",
			Level:  Extended, // 5.2.30 has the @context where Prefer asks for it only
			Clause: cim009 + "6.3.8", Fault: "notification.geojson-without-context",
			Body: func(t *T) {
				_, d := geo(t)
				t.Expect(hasContext(d)).To(gomega.BeTrue(), "the @context is in the notification")
			},
		},
		{
			ID:     "mim1.notification.http.geoJsonPreferJson",
			Title:  "With body=json as Prefer in receiverInfo, a notification of application/geo+json names its @context in a Link header, and its FeatureCollection has none",
			Clause: cim009 + "6.3.8; " + cim009 + "5.3.1", Since: "1.6.1", Fault: "notification.prefer-ignored",
			Body: func(t *T) {
				_, d := geo(t, prefers("body=json"))
				t.Expect(memberOf(d.body, "data")).NotTo(gomega.HaveKey("@context"))
				_, ok := weblink.To(d.Header, ngsild.ContextRel)
				t.Expect(d.body).To(answering(ok, "the notification has no Link header with rel=%q", ngsild.ContextRel))
			},
		},
		{
			ID:     "mim1.notification.http.geoJsonPreferJsonLd",
			Title:  "With body=ld+json as Prefer in receiverInfo, a notification of application/geo+json holds its @context",
			Clause: cim009 + "6.3.8", Since: "1.6.1", Fault: "notification.prefers-json",
			Body: func(t *T) {
				_, d := geo(t, prefers("body=ld+json"))
				t.Expect(hasContext(d)).To(gomega.BeTrue(), "the @context is in the notification")
			},
		},
		{
			ID:     "mim1.notification.http.geoJsonSimplified",
			Title:  "With format keyValues, the properties of a notification's features are values",
			Clause: cim009 + "5.2.14", Fault: "notification.always-normalized",
			Body: func(t *T) {
				w, d := geo(t, sending("format", "keyValues"))
				properties := memberOf(d.entity(t, w.id), "properties")
				t.Expect(properties[w.place]).To(EqualJSON(w.there["object"]), "a Relationship is its object (4.5.4)")
			},
		},
		{
			ID:     "mim1.notification.http.receiverInfo",
			Title:  "The keys and values of receiverInfo are headers of the notification",
			Clause: cim009 + "5.2.22", Fault: "notification.no-receiver-info",
			Body: func(t *T) {
				_, d := one(t, toEndpoint("receiverInfo", []any{
					ngsild.Object{"key": "X-Mimcheck", "value": "one value"}, ngsild.Object{"key": "Authorization", "value": "Bearer " + t.Name("key")}}))
				t.Expect(d.Header.Get("X-Mimcheck")).To(gomega.Equal("one value"))
				t.Expect(d.Header.Get("Authorization")).To(gomega.HavePrefix("Bearer "))
			},
		},
		{
			ID:     "mim1.notification.context.ofSubscription",
			Title:  "The names in a notification are those of the @context that the subscription was made under",
			Clause: cim009 + "5.2.12", Fault: "notification.core-context",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				w := v.watch(t, id)
				e, _ := w.told(t)
				t.Expect(e).To(haveTypes(v.kind))
				t.Expect(e).To(gomega.HaveKey(v.level))
			},
		},
		{
			ID:     "mim1.notification.context.jsonldContext",
			Title:  "The names in a notification are those of the @context that the subscription's jsonldContext names",
			Clause: cim009 + "5.2.12", Since: "1.7.1", TestPurposes: []string{"046_20"}, Fault: "notification.jsonld-context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				named := v.renamed(t)
				w := v.watch(t, id, having("jsonldContext", t.Env.Callback.ServeContext(named.document())))
				e, _ := w.told(t)
				t.Expect(e).To(haveTypes(named.kind))
				t.Expect(e).To(gomega.HaveKey(named.level))
			},
		},
	})
}

// watch subscribes, under the vocabulary, to an entity of its type, whose level is
// changed by its IRI, which means the same under each @context.
func (v vocabulary) watch(t *T, id string, edits ...edit) *subscriber {
	w := &subscriber{sensor: sensor{id: id, kind: v.kind, level: v.levelIRI}, inbox: t.Env.Callback.NewInbox(t.Check.ID)}
	w.mark = w.markLevel
	w.sub = subscribe(t, aSubscription(t, v.kind, w.inbox.URL(), edits...), v.linked(t))
	return w.begin(t)
}

// renamed is a vocabulary with other terms for the same IRIs.
func (v vocabulary) renamed(t *T) vocabulary {
	v.kind, v.level = t.Name("Device"), t.Name("height")
	return v
}
