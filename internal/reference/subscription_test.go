package reference

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// receiver takes notifications.
type receiver struct {
	*testing.T
	url  string
	got  chan received
	code int
}

type received struct {
	header http.Header
	raw    []byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{T: t, got: make(chan received, 100), code: 200}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		w.WriteHeader(r.code)
		r.got <- received{req.Header, raw}
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// next gives the next notification's data, in canonical JSON.
func (r *receiver) next() (string, map[string]any, http.Header) {
	r.Helper()
	select {
	case n := <-r.got:
		var body map[string]any
		if err := json.Unmarshal(n.raw, &body); err != nil {
			r.Fatalf("notification %s", n.raw)
		}
		raw, err := json.Marshal(body["data"])
		if err != nil {
			r.Fatal(err)
		}
		return string(raw), body, n.header
	case <-time.After(5 * time.Second):
		r.Fatal("no notification came")
		return "", nil, nil
	}
}

// wants demands the next notification's data.
func (r *receiver) wants(data string) {
	r.Helper()
	got, _, _ := r.next()
	if want := canonical(r.T, data); got != want {
		r.Errorf("notified\n got %s\nwant %s", got, want)
	}
}

// quiet demands that no notification has come. Notifications of one subscription are
// in order, so a later one that has come shows that an earlier one was not sent.
func (r *receiver) quiet() {
	r.Helper()
	select {
	case n := <-r.got:
		r.Errorf("unexpected notification %s", n.raw)
	default:
	}
}

func subscribe(id, url, more, notification string) string {
	return `{"id":"urn:` + id + `","type":"Subscription"` + more + `,"notification":{"endpoint":{"uri":"` + url + `"}` + notification + `}}`
}

func TestNotifications(t *testing.T) { // 5.8.6
	entities := `,"entities":[{"type":"Room"}]`
	change := func(c *client) {
		c.send("POST", "/entities", `{"id":"urn:r","type":"Room","temp":20,"hum":5}`).is(201)
		c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":25}`).is(204)
		c.send("PATCH", "/entities/urn:r/attrs/", `{"hum":{"value":6}}`).is(204)
		c.send("DELETE", "/entities/urn:r/attrs/hum", "").is(204)
		c.send("DELETE", "/entities/urn:r", "").is(204)
	}
	simple := `,"format":"keyValues"`
	full := func(more string) string { return `[{"id":"urn:r","type":"Room"` + more + `}]` }
	for _, x := range []struct {
		name, more, notification string
		want                     []string
	}{
		{"default triggers", entities, simple, []string{full(`,"temp":20,"hum":5`), full(`,"temp":25,"hum":5`), full(`,"temp":25,"hum":6`)}},
		{"watched", entities + `,"watchedAttributes":["hum"]`, simple, []string{full(`,"temp":20,"hum":5`), full(`,"temp":25,"hum":6`)}},
		{"watched alone", `,"watchedAttributes":["hum"]`, simple, []string{full(`,"temp":20,"hum":5`), full(`,"temp":25,"hum":6`)}},
		{"q", entities + `,"q":"temp>22"`, simple, []string{full(`,"temp":25,"hum":5`), full(`,"temp":25,"hum":6`)}},
		{"created", entities + `,"notificationTrigger":["entityCreated"]`, simple, []string{full(`,"temp":20,"hum":5`)}},
		{"updated", entities + `,"notificationTrigger":["entityUpdated"]`, simple, []string{full(`,"temp":25,"hum":5`), full(`,"temp":25,"hum":6`), full(`,"temp":25,"hum":"urn:ngsi-ld:null"`)}},
		{"attribute created", entities + `,"notificationTrigger":["attributeCreated"]`, simple, []string{full(`,"temp":20,"hum":5`)}},
		{"attributes", entities, `,"attributes":["temp"],"format":"concise"`, []string{full(`,"temp":20`), full(`,"temp":25`), full(`,"temp":25`)}},
		{"pick", entities + `,"notificationTrigger":["attributeUpdated"]`, simple + `,"pick":["temp"]`, []string{`[{"temp":25}]`, `[{"temp":25}]`}},
		{"other id", `,"entities":[{"type":"Room","id":"urn:other"}]`, simple, nil},
		{"other type", `,"entities":[{"type":"Hall"}]`, simple, nil},
		{"id pattern", `,"entities":[{"type":"*","idPattern":"^urn:r$"}],"watchedAttributes":["temp"]`, simple + `,"omit":["hum"]`, []string{full(`,"temp":20`), full(`,"temp":25`)}},
		{"show changes", entities + `,"notificationTrigger":["attributeUpdated"],"watchedAttributes":["temp"]`, `,"showChanges":true,"attributes":["temp"]`, []string{full(`,"temp":{"type":"Property","value":25,"previousValue":20}`)}},
		{"paused", entities + `,"isActive":false`, simple, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			c, r := newClient(t), newReceiver(t)
			c.send("POST", "/subscriptions", subscribe("s", r.url, x.more, x.notification)).is(201)
			c.send("POST", "/subscriptions", subscribe("end", r.url, `,"entities":[{"type":"End"}]`, simple)).is(201)
			change(c)
			for _, want := range x.want {
				r.wants(want)
			}
			c.send("POST", "/entities", `{"id":"urn:end","type":"End","a":1}`).is(201)
			r.wants(`[{"id":"urn:end","type":"End","a":1}]`)
			r.quiet()
		})
	}
	t.Run("deleted entity", func(t *testing.T) {
		c, r := newClient(t), newReceiver(t)
		c.send("POST", "/subscriptions", subscribe("s", r.url, entities+`,"notificationTrigger":["entityDeleted"]`, "")).is(201)
		change(c)
		_, body, _ := r.next()
		e := body["data"].([]any)[0].(map[string]any)
		if e["id"] != "urn:r" || e["deletedAt"] == nil || e["temp"] != nil {
			t.Errorf("%v", e)
		}
		r.quiet()
	})
	t.Run("deleted attribute", func(t *testing.T) {
		c, r := newClient(t), newReceiver(t)
		c.send("POST", "/subscriptions", subscribe("s", r.url, entities+`,"notificationTrigger":["attributeDeleted"]`, `,"showChanges":true`)).is(201)
		change(c)
		_, body, _ := r.next()
		a := body["data"].([]any)[0].(map[string]any)["hum"].(map[string]any)
		if a["value"] != "urn:ngsi-ld:null" || a["previousValue"] != 6.0 || a["deletedAt"] != nil {
			t.Errorf("%v", a)
		}
		r.next() // the entity goes, and its attributes with it
		r.quiet()
	})
	t.Run("attributes of a deleted entity", func(t *testing.T) {
		for _, sysAttrs := range []bool{false, true} {
			c, r := newClient(t), newReceiver(t)
			c.send("POST", "/subscriptions", subscribe("s", r.url, entities+`,"notificationTrigger":["attributeDeleted"],"watchedAttributes":["temp"]`, fmt.Sprintf(`,"sysAttrs":%v`, sysAttrs))).is(201)
			change(c)
			_, body, _ := r.next()
			e := body["data"].([]any)[0].(map[string]any)
			a, _ := e["temp"].(map[string]any)
			if e["deletedAt"] == nil || e["hum"] != nil || a["value"] != "urn:ngsi-ld:null" || (a["deletedAt"] != nil) != sysAttrs {
				t.Errorf("sysAttrs %v: %v", sysAttrs, e)
			}
			r.quiet()
		}
	})
}

func TestNotificationEnvelope(t *testing.T) { // 5.3.1, 6.3.8
	c, r := newClient(t), newReceiver(t)
	contexts, _ := contextServer(t)
	link := "Link: " + ngsild.ContextLink(contexts+"/a")
	c.send("POST", "/subscriptions", subscribe("s", r.url, `,"entities":[{"type":"Tree"}]`, ``), link).is(201)
	c.send("POST", "/entities", `{"id":"urn:1","type":"Tree","height":1}`, link).is(201)
	data, body, header := r.next()
	if data != `[{"height":{"type":"Property","value":1},"id":"urn:1","type":"Tree"}]` {
		t.Errorf("data %s", data)
	}
	if body["type"] != "Notification" || body["subscriptionId"] != "urn:s" || body["notifiedAt"] == nil || body["id"] == nil || body["@context"] != nil {
		t.Errorf("%v", body)
	}
	if header.Get("Content-Type") != "application/json" || header.Get("Link") != ngsild.ContextLink(contexts+"/a") {
		t.Errorf("%v", header)
	}
	c.send("DELETE", "/subscriptions/urn:s", "").is(204)

	notification := `{"endpoint":{"uri":"` + r.url + `","accept":"application/ld+json","receiverInfo":[{"key":"X-Key","value":"secret"}]}}`
	c.send("POST", "/subscriptions", `{"id":"urn:s","type":"Subscription","entities":[{"type":"Tree"}],"notification":`+notification+`,"@context":{"Tree":"http://example.org/Tree"}}`, "Content-Type: application/ld+json", "NGSILD-Tenant: t1").is(201)
	c.send("POST", "/entities", `{"id":"urn:2","type":"http://example.org/Tree","a":1}`, "NGSILD-Tenant: t1").is(201)
	data, body, header = r.next()
	if data != `[{"a":{"type":"Property","value":1},"id":"urn:2","type":"Tree"}]` || body["@context"] == nil {
		t.Errorf("%s", data)
	}
	if header.Get("X-Key") != "secret" || header.Get(ngsild.HeaderTenant) != "t1" || header.Get("Content-Type") != ngsild.MediaJSONLD || header.Get("Link") != "" {
		t.Errorf("%v", header)
	}
	r.quiet()

	c.send("POST", "/subscriptions", `{"id":"urn:g","type":"Subscription","entities":[{"type":"Place"}],"notification":{"endpoint":{"uri":"`+r.url+`","accept":"application/geo+json"}}}`).is(201)
	c.send("POST", "/entities", `{"id":"urn:3","type":"Place","location":{"type":"Point","coordinates":[1,2]}}`).is(201)
	_, body, _ = r.next()
	if body["data"].(map[string]any)["type"] != "FeatureCollection" {
		t.Errorf("%v", body)
	}
}

func TestSubscriptionResource(t *testing.T) { // 5.8.1 to 5.8.5
	c, r := newClient(t), newReceiver(t)
	body := subscribe("s", r.url, `,"entities":[{"type":"Room"}],"watchedAttributes":["temp"],"q":"temp>5"`, `,"attributes":["temp"]`)
	if got := c.send("POST", "/subscriptions", body).is(201).header.Get("Location"); got != "/ngsi-ld/v1/subscriptions/urn:s" {
		t.Errorf("Location %q", got)
	}
	c.send("POST", "/subscriptions", body).problem(409, ngsild.AlreadyExists)
	c.get("/subscriptions/urn:s").is(200).equals(`{"id":"urn:s","type":"Subscription","status":"active","entities":[{"type":"Room"}],"watchedAttributes":["temp"],"q":"temp>5","notification":{"attributes":["temp"],"endpoint":{"uri":"` + r.url + `"}}}`)
	c.get("/subscriptions?limit=1&count=true").is(200)
	c.get("/subscriptions/urn:none").problem(404, ngsild.ResourceNotFound)
	c.get("/subscriptions/none").problem(400, ngsild.BadRequestData)
	c.get("/subscriptions?limit=-1").problem(400, ngsild.BadRequestData)

	r.code = 500
	c.send("POST", "/entities", `{"id":"urn:r","type":"Room","temp":20}`).is(201)
	r.next()
	c.p.settle()
	n := c.get("/subscriptions/urn:s").json().(map[string]any)["notification"].(map[string]any)
	if n["timesSent"] != 1.0 || n["timesFailed"] != 1.0 || n["status"] != "failed" || n["lastFailure"] == nil || n["lastSuccess"] != nil {
		t.Errorf("%v", n)
	}
	r.code = 204
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":7}`).is(204)
	r.next()
	c.p.settle()
	n = c.get("/subscriptions/urn:s").json().(map[string]any)["notification"].(map[string]any)
	if n["timesSent"] != 2.0 || n["timesFailed"] != 1.0 || n["status"] != "ok" || n["lastSuccess"] == nil || n["lastNotification"] == nil {
		t.Errorf("%v", n)
	}

	c.send("PATCH", "/subscriptions/urn:s", `{"isActive":false,"q":"urn:ngsi-ld:null"}`).is(204)
	o := c.get("/subscriptions/urn:s?options=sysAttrs").json().(map[string]any)
	if o["status"] != "paused" || o["q"] != nil || o["createdAt"] == o["modifiedAt"] || o["notification"].(map[string]any)["timesSent"] != 2.0 {
		t.Errorf("%v", o)
	}
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":1}`).is(204)
	c.send("PATCH", "/subscriptions/urn:s", `{"isActive":true}`, "Content-Type: application/merge-patch+json").is(204)
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":2}`).is(204)
	r.wants(`[{"id":"urn:r","type":"Room","temp":{"type":"Property","value":2}}]`)
	c.send("PATCH", "/subscriptions/urn:s", `{"id":"urn:x"}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/subscriptions/urn:none", `{"isActive":true}`).problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/subscriptions/urn:s", "").is(204)
	c.send("DELETE", "/subscriptions/urn:s", "").problem(404, ngsild.ResourceNotFound)
	r.quiet()

	ok := `,"entities":[{"type":"Room"}]`
	for name, body := range map[string]string{
		"no type":           `{"entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://x/"}}}`,
		"wrong type":        `{"type":"Subscribe","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://x/"}}}`,
		"bad id":            `{"id":"s","type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://x/"}}}`,
		"no notification":   `{"type":"Subscription","entities":[{"type":"Room"}]}`,
		"no endpoint":       `{"type":"Subscription","entities":[{"type":"Room"}],"notification":{}}`,
		"nothing to watch":  subscribe("x", "http://x/", ``, ``),
		"empty entities":    subscribe("x", "http://x/", `,"entities":[]`, ``),
		"empty watched":     subscribe("x", "http://x/", `,"watchedAttributes":[]`, ``),
		"bad watched":       subscribe("x", "http://x/", `,"watchedAttributes":["a b"]`, ``),
		"entity no type":    subscribe("x", "http://x/", `,"entities":[{"id":"urn:1"}]`, ``),
		"bad endpoint":      subscribe("x", "nowhere", ok, ``),
		"bad accept":        `{"type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://x/","accept":"text/plain"}}}`,
		"bad q":             subscribe("x", "http://x/", ok+`,"q":"a=="`, ``),
		"bad geoQ":          subscribe("x", "http://x/", ok+`,"geoQ":{"georel":"near"}`, ``),
		"bad scopeQ":        subscribe("x", "http://x/", ok+`,"scopeQ":"/1"`, ``),
		"past expiry":       subscribe("x", "http://x/", ok+`,"expiresAt":"2020-01-01T00:00:00Z"`, ``),
		"bad expiry":        subscribe("x", "http://x/", ok+`,"expiresAt":"soon"`, ``),
		"interval+throttle": subscribe("x", "http://x/", ok+`,"timeInterval":5,"throttling":5`, ``),
		"interval+watched":  subscribe("x", "http://x/", ok+`,"timeInterval":5,"watchedAttributes":["a"]`, ``),
		"bad throttling":    subscribe("x", "http://x/", ok+`,"throttling":-5`, ``),
		"bad trigger":       subscribe("x", "http://x/", ok+`,"notificationTrigger":["whenever"]`, ``),
		"bad format":        subscribe("x", "http://x/", ok, `,"format":"pretty"`),
		"changes+simple":    subscribe("x", "http://x/", ok, `,"format":"keyValues","showChanges":true`),
		"bad isActive":      subscribe("x", "http://x/", ok+`,"isActive":"yes"`, ``),
		"pick and omit":     subscribe("x", "http://x/", ok, `,"pick":["a"],"omit":["a"]`),
		"header injection":  `{"type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://x/","receiverInfo":[{"key":"a","value":"b\r\nc"}]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			(&client{T: t, url: c.url}).send("POST", "/subscriptions", body).problem(400, ngsild.BadRequestData)
		})
	}
	c.send("POST", "/subscriptions", subscribe("x", "coap://x/topic", ok, ``)).problem(422, ngsild.OperationNotSupported)
	c.send("POST", "/subscriptions", `{`).problem(400, ngsild.InvalidRequest)
}

func TestThrottlingExpiryAndInterval(t *testing.T) {
	c, r := newClient(t), newReceiver(t) // the clock moves by a second a look
	c.send("POST", "/subscriptions", subscribe("s", r.url, `,"entities":[{"type":"Room"}],"throttling":100000`, `,"format":"keyValues"`)).is(201)
	c.send("POST", "/subscriptions", subscribe("e", r.url, `,"entities":[{"type":"Hall"}],"expiresAt":"2025-06-01T13:00:00Z"`, `,"format":"keyValues"`)).is(201)
	c.send("POST", "/entities", `{"id":"urn:r","type":"Room","temp":20}`).is(201)
	r.wants(`[{"id":"urn:r","type":"Room","temp":20}]`)
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":7}`).is(204)
	c.send("POST", "/entities", `{"id":"urn:h","type":"Hall","temp":20}`).is(201)
	r.wants(`[{"id":"urn:h","type":"Hall","temp":20}]`)
	c.clock.skip(200_000 * time.Second)
	c.send("PATCH", "/entities/urn:h/attrs/temp", `{"value":7}`).is(204)
	c.send("PATCH", "/entities/urn:r/attrs/temp", `{"value":8}`).is(204)
	r.wants(`[{"id":"urn:r","type":"Room","temp":8}]`)
	if got := c.get("/subscriptions/urn:e").json().(map[string]any)["status"]; got != "expired" {
		t.Errorf("status %v", got)
	}
	c.send("POST", "/subscriptions", subscribe("i", r.url, `,"entities":[{"type":"Room"}],"timeInterval":0.05`, `,"format":"keyValues"`)).is(201)
	r.wants(`[{"id":"urn:r","type":"Room","temp":8}]`)
	r.wants(`[{"id":"urn:r","type":"Room","temp":8}]`)
	c.send("PATCH", "/subscriptions/urn:i", `{"isActive":false}`).is(204)
}
