package reference

import (
	"fmt"
	"strings"
	"testing"
)

// copiesAt are the subscriptions at a source once the broker has nothing left to do.
func (b brokers) copiesAt() []any {
	b.broker.Helper()
	b.broker.p.background.Wait()
	return b.source.get("/subscriptions").is(200).json().([]any)
}

func TestDistributedSubscriptions(t *testing.T) { // 5.8.1.4, 5.8.5.4, 5.8.6
	rooms := `,"entities":[{"type":"Room"}]`
	for _, mode := range []string{inclusive, auxiliary} {
		t.Run(mode, func(t *testing.T) {
			b, r := newBrokers(t, mode, `"federationOps"`, info(`{"type":"Room"}`, "")), newReceiver(t)
			b.broker.send("POST", "/subscriptions", subscribe("s", r.url, rooms+`,"q":"temp>20"`, `,"format":"simplified","attributes":["temp"]`)).is(201)
			copies := b.copiesAt()
			if len(copies) != 1 || strings.Contains(fmt.Sprint(copies), r.url) || !strings.Contains(fmt.Sprint(copies), "temp>20") {
				t.Fatalf("copies %v", copies)
			}
			b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room","temp":20}`).is(201)
			b.source.send("PATCH", "/entities/urn:1/attrs/", `{"temp":25}`).is(204)
			r.wants(`[{"id":"urn:1","type":"Room","temp":25}]`)
			b.broker.send("POST", "/entities?local=true", `{"id":"urn:2","type":"Room","temp":30}`).is(201)
			r.wants(`[{"id":"urn:2","type":"Room","temp":30}]`)
			b.broker.send("PATCH", "/subscriptions/urn:s", `{"q":"temp>40"}`).is(204)
			if copies := b.copiesAt(); len(copies) != 1 || !strings.Contains(fmt.Sprint(copies), "temp>40") {
				t.Errorf("copies after an update: %v", copies)
			}
			b.broker.send("DELETE", "/csourceRegistrations/urn:reg", "").is(204)
			if copies := b.copiesAt(); len(copies) != 0 {
				t.Errorf("copies without a registration: %v", copies)
			}
			b.register("urn:reg", mode, `"federationOps"`, info(`{"type":"Room"}`, ""))
			if copies := b.copiesAt(); len(copies) != 1 {
				t.Errorf("copies with a registration that came later: %v", copies)
			}
			b.broker.send("DELETE", "/subscriptions/urn:s", "").is(204)
			if copies := b.copiesAt(); len(copies) != 0 {
				t.Errorf("copies after the subscription is gone: %v", copies)
			}
			r.quiet()
		})
	}
	for name, x := range map[string]struct{ operations, information, more string }{
		"local":           {`"federationOps"`, info(`{"type":"Room"}`, ""), rooms + `,"localOnly":true`},
		"another type":    {`"federationOps"`, info(`{"type":"Hall"}`, ""), rooms},
		"not offered":     {`"retrieveOps"`, info(`{"type":"Room"}`, ""), rooms},
		"other attribute": {`"federationOps"`, info(`{"type":"Room"}`, `"hum"`), rooms + `,"watchedAttributes":["temp"]`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrokers(t, inclusive, x.operations, x.information)
			b.broker.send("POST", "/subscriptions", subscribe("s", "http://example.org/", x.more, "")).is(201)
			if copies := b.copiesAt(); len(copies) != 0 {
				t.Errorf("copies %v", copies)
			}
		})
	}
	t.Run("split entities", func(t *testing.T) {
		b, r := newBrokers(t, inclusive, `"federationOps"`, info(`{"type":"Room"}`, "")), newReceiver(t)
		b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","brand":"T"}`).is(201)
		b.broker.send("POST", "/subscriptions", subscribe("s", r.url, rooms+`,"splitEntities":true,"q":"temp>20;brand==\"T\""`, `,"format":"simplified"`)).is(201)
		if copies := fmt.Sprint(b.copiesAt()); strings.Contains(copies, "temp>20") {
			t.Errorf("the copy has the filter: %s", copies)
		}
		b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room","temp":10}`).is(201)
		b.source.send("PATCH", "/entities/urn:1/attrs/", `{"temp":25}`).is(204)
		r.wants(`[{"id":"urn:1","type":"Room","temp":25,"brand":"T"}]`)
		r.quiet()
	})
	t.Run("circle", func(t *testing.T) {
		b, r := newBrokers(t, inclusive, `"federationOps"`, info(`{"type":"Room"}`, "")), newReceiver(t)
		b.source.send("POST", "/csourceRegistrations", `{"type":"ContextSourceRegistration","endpoint":"`+b.broker.url+`"`+info(`{"type":"Room"}`, "")+`}`).is(201)
		b.broker.send("POST", "/subscriptions", subscribe("s", r.url, rooms, "")).is(201)
		b.copiesAt()
		b.source.p.background.Wait()
		if here := b.broker.get("/subscriptions").is(200).json().([]any); len(here) != 1 {
			t.Errorf("the copy came back: %v", here)
		}
	})
	newClient(t).send("POST", "/../ex/v1/notifications/urn:unknown", `{"data":[]}`).is(404)
}
