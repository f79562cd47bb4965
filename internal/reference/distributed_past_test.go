package reference

import (
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

const changesOfPasts = `"upsertTemporal","appendAttrsTemporal","deleteAttrsTemporal","updateAttrInstanceTemporal","deleteAttrInstanceTemporal","deleteTemporal"`

// pastOf is what a platform has itself of an evolution: the values of the attributes.
func pastOf(c *client, id string) string {
	c.Helper()
	a := c.get("/temporal/entities/" + id + "?options=temporalValues&local=true")
	if a.status != 200 {
		return "none"
	}
	return canonical(c.T, string(a.raw))
}

func TestDistributedChangesOfPasts(t *testing.T) { // 5.6.11 to 5.6.16
	const (
		time1, time2 = `"2025-01-01T00:00:00Z"`, `"2025-01-02T00:00:00Z"`
		a1           = `"a":{"type":"Property","values":[[1,` + time1 + `]]}`
		b1           = `"b":{"type":"Property","values":[[2,` + time1 + `]]}`
		b2           = `"b":{"type":"Property","values":[[2,` + time1 + `],[3,` + time2 + `]]}`
		frame        = `"id":"urn:1","type":"Room"}`
	)
	for _, x := range []struct{ name, mode, information, broker, source, appended, appendedSource string }{
		{"inclusive", inclusive, info(`{"type":"Room"}`, ""), `{` + a1 + `,` + b1 + `,` + frame, `{` + a1 + `,` + b1 + `,` + frame, `{` + a1 + `,` + b2 + `,` + frame, `{` + a1 + `,` + b2 + `,` + frame},
		{"redirect", redirect, info(`{"type":"Room"}`, ""), `none`, `{` + a1 + `,` + b1 + `,` + frame, `none`, `{` + a1 + `,` + b2 + `,` + frame},
		{"exclusive", exclusive, info(`{"type":"Room","id":"urn:1"}`, `"b"`), `{` + a1 + `,` + frame, `{` + b1 + `,` + frame, `{` + a1 + `,` + frame, `{` + b2 + `,` + frame},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := newBrokers(t, x.mode, changesOfPasts, x.information)
			check := func(broker, source string) {
				t.Helper()
				if got := pastOf(b.broker, "urn:1"); got != broker {
					t.Errorf("at the broker: %s, want %s", got, broker)
				}
				if got := pastOf(b.source, "urn:1"); got != source {
					t.Errorf("at the source: %s, want %s", got, source)
				}
			}
			first := `{"id":"urn:1","type":"Room","a":[{"type":"Property","value":1,"observedAt":` + time1 + `}],"b":[{"type":"Property","value":2,"observedAt":` + time1 + `}]}`
			b.broker.send("POST", "/temporal/entities", first).is(201)
			check(x.broker, x.source)
			b.broker.send("POST", "/temporal/entities/urn:1/attrs/", `{"b":[{"type":"Property","value":3,"observedAt":`+time2+`}]}`).is(204)
			check(x.appended, x.appendedSource)
			b.broker.send("POST", "/temporal/entities", `{"id":"urn:1","type":"Room","b":[{"type":"Property","value":3,"observedAt":`+time2+`}]}`).is(204)
			b.broker.send("DELETE", "/temporal/entities/urn:1/attrs/b?deleteAll=true", "").is(204)
			b.source.get("/temporal/entities/urn:1?attrs=b&local=true").is(404)
			b.broker.get("/temporal/entities/urn:1?attrs=b&local=true").is(404)
			b.broker.send("DELETE", "/temporal/entities/urn:1", "").is(204)
			check("none", "none")
			b.broker.send("DELETE", "/temporal/entities/urn:1", "").problem(404, ngsild.ResourceNotFound)
			b.broker.send("POST", "/temporal/entities?local=true", first).is(201)
			b.source.get("/temporal/entities/urn:1?local=true").is(404)
		})
	}
	t.Run("an instance", func(t *testing.T) {
		b := newBrokers(t, redirect, changesOfPasts, info(`{"type":"Room"}`, ""))
		b.broker.send("POST", "/temporal/entities", `{"id":"urn:1","type":"Room","b":[{"type":"Property","value":2,"observedAt":`+time1+`}]}`).is(201)
		instance := func() string {
			e := b.source.get("/temporal/entities/urn:1?local=true").is(200).json().(map[string]any)
			return e["b"].([]any)[0].(map[string]any)["instanceId"].(string)
		}
		path := "/temporal/entities/urn:1/attrs/b/" + instance()
		b.broker.send("PATCH", path, `{"b":[{"type":"Property","value":3,"observedAt":`+time2+`}]}`).is(204)
		if got, want := pastOf(b.source, "urn:1"), `{"b":{"type":"Property","values":[[3,`+time2+`]]},`+frame; got != want {
			t.Errorf("at the source: %s, want %s", got, want)
		}
		b.broker.send("DELETE", path, "").is(204)
		b.broker.send("DELETE", path, "").problem(404, ngsild.ResourceNotFound)
	})
	t.Run("what a source claims and does not offer to change", func(t *testing.T) {
		b := newBrokers(t, redirect, `"retrieveTemporal"`, info(`{"type":"Room","id":"urn:1"}`, ""))
		e := `{"id":"urn:1","type":"Room","b":[{"type":"Property","value":2,"observedAt":` + time1 + `}]}`
		for _, change := range [][3]string{
			{"POST", "/temporal/entities", e}, {"POST", "/temporal/entities/urn:1/attrs/", e}, {"DELETE", "/temporal/entities/urn:1/attrs/b", ""},
			{"PATCH", "/temporal/entities/urn:1/attrs/b/urn:i", `{"type":"Property","value":2}`}, {"DELETE", "/temporal/entities/urn:1/attrs/b/urn:i", ""}, {"DELETE", "/temporal/entities/urn:1", ""},
		} {
			b.broker.send(change[0], change[1], change[2]).problem(409, ngsild.Conflict)
			b.broker.send(change[0], change[1], change[2], "Via: 1.1 "+b.broker.p.name).is(508)
		}
	})
	t.Run("a part fails", func(t *testing.T) {
		b := newBrokers(t, exclusive, `"upsertTemporal"`, info(`{"type":"Room","id":"urn:1"}`, `"b"`))
		b.broker.send("POST", "/temporal/entities?local=true", `{"id":"urn:1","type":"Room","a":[{"type":"Property","value":1,"observedAt":`+time1+`}]}`).is(201)
		u := b.broker.send("POST", "/temporal/entities/urn:1/attrs/", `{"a":[{"type":"Property","value":2}],"b":[{"type":"Property","value":2}]}`).is(207).json().(map[string]any)
		if n := u["notUpdated"].([]any)[0].(map[string]any); n["attributeName"] != ngsild.DefaultVocab+"b" || n["registrationId"] != "urn:reg" || len(u["updated"].([]any)) != 1 {
			t.Errorf("%v", u)
		}
	})
}
