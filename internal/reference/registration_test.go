package reference

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func register(id, more string) string {
	return `{"id":"urn:` + id + `","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:1/"` + more + `}`
}

func info(entities, attributes string) string {
	var parts []string
	if entities != "" {
		parts = append(parts, `"entities":[`+entities+`]`)
	}
	if attributes != "" {
		parts = append(parts, `"propertyNames":[`+attributes+`]`)
	}
	return `,"information":[{` + strings.Join(parts, ",") + `}]`
}

func TestRegistrationResource(t *testing.T) { // 5.9, 5.10.1
	c := newClient(t)
	contexts, _ := contextServer(t)
	link := "Link: " + ngsild.ContextLink(contexts+"/a")
	body := register("1", info(`{"type":"Tree","id":"urn:t"}`, `"height"`)+`,"speciality":{"Tree":"x"},"observationInterval":{"startAt":"2025-01-01T00:00:00Z"}`)
	if got := c.send("POST", "/csourceRegistrations", body, link).is(201).header.Get("Location"); got != "/ngsi-ld/v1/csourceRegistrations/urn:1" {
		t.Errorf("Location %q", got)
	}
	c.send("POST", "/csourceRegistrations", body, link).problem(409, ngsild.AlreadyExists)
	c.get("/csourceRegistrations/urn:1", link).is(200).equals(body)
	c.get("/csourceRegistrations/urn:1").is(200).equals(`{"id":"urn:1","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:1/","information":[{"entities":[{"type":"http://example.org/Tree","id":"urn:t"}],"propertyNames":["http://example.org/height"]}],"speciality":{"http://example.org/Tree":"x"},"observationInterval":{"startAt":"2025-01-01T00:00:00Z"}}`)
	c.send("PATCH", "/csourceRegistrations/urn:1", `{"endpoint":"http://127.0.0.1:2/","observationInterval":null}`).is(204)
	o := c.get("/csourceRegistrations/urn:1?options=sysAttrs").json().(map[string]any)
	if o["endpoint"] != "http://127.0.0.1:2/" || o["observationInterval"] != nil || o["createdAt"] == nil {
		t.Errorf("%v", o)
	}
	c.send("PATCH", "/csourceRegistrations/urn:1", `{"mode":"sometimes"}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/csourceRegistrations/urn:none", `{"endpoint":"http://x/"}`).problem(404, ngsild.ResourceNotFound)
	c.send("PATCH", "/csourceRegistrations/none", `{"endpoint":"http://x/"}`).problem(400, ngsild.BadRequestData)
	c.send("PATCH", "/csourceRegistrations/urn:1", `{`).problem(400, ngsild.InvalidRequest)
	c.get("/csourceRegistrations/urn:none").problem(404, ngsild.ResourceNotFound)
	c.get("/csourceRegistrations/none").problem(400, ngsild.BadRequestData)
	c.send("DELETE", "/csourceRegistrations/urn:1", "").is(204)
	c.send("DELETE", "/csourceRegistrations/urn:1", "").problem(404, ngsild.ResourceNotFound)
	c.send("POST", "/csourceRegistrations", `{"type":"ContextSourceRegistration","endpoint":"http://x/"`+info(`{"type":"T"}`, "")+`}`).is(201)
	tree := info(`{"type":"T"}`, "")
	for name, body := range map[string]string{
		"no endpoint":             `{"id":"urn:x","type":"ContextSourceRegistration"` + tree + `}`,
		"bad endpoint":            `{"id":"urn:x","type":"ContextSourceRegistration","endpoint":"x"` + tree + `}`,
		"wrong type":              `{"id":"urn:x","type":"Registration","endpoint":"http://x/"` + tree + `}`,
		"no information":          register("x", ``),
		"empty information":       register("x", `,"information":[]`),
		"information of nothing":  register("x", `,"information":[{}]`),
		"entity without type":     register("x", info(`{"id":"urn:1"}`, "")),
		"entity with bad id":      register("x", info(`{"type":"T","id":"1"}`, "")),
		"entity with bad pattern": register("x", info(`{"type":"T","idPattern":"("}`, "")),
		"bad attribute":           register("x", info("", `"a b"`)),
		"bad mode":                register("x", tree+`,"mode":"sometimes"`),
		"bad operation":           register("x", tree+`,"operations":["fly"]`),
		"past expiry":             register("x", tree+`,"expiresAt":"2020-01-01T00:00:00Z"`),
		"bad interval":            register("x", tree+`,"observationInterval":{}`),
		"exclusive without id":    register("x", info(`{"type":"T"}`, `"a"`)+`,"mode":"exclusive"`),
		"exclusive of all":        register("x", info(`{"type":"T","id":"urn:1"}`, ``)+`,"mode":"exclusive"`),
		"auxiliary that writes":   register("x", tree+`,"mode":"auxiliary","operations":["updateOps"]`),
		"bad info":                register("x", tree+`,"contextSourceInfo":[{"key":"a"}]`),
		"bad management":          register("x", tree+`,"management":{"timeout":-1}`),
		"bad location":            register("x", tree+`,"location":{"type":"Point"}`),
	} {
		t.Run(name, func(t *testing.T) {
			(&client{T: t, url: c.url}).send("POST", "/csourceRegistrations", body).problem(400, ngsild.BadRequestData)
		})
	}
	c.send("POST", "/csourceRegistrations", register("e1", info(`{"type":"T","id":"urn:1"}`, `"a"`)+`,"mode":"exclusive"`)).is(201)
	c.send("POST", "/csourceRegistrations", register("e2", info(`{"type":"T","id":"urn:1"}`, `"a","b"`)+`,"mode":"exclusive"`)).problem(409, ngsild.Conflict)
	c.send("POST", "/csourceRegistrations", register("e3", info(`{"type":"T","id":"urn:1"}`, `"b"`)+`,"mode":"exclusive"`)).is(201)
	c.send("POST", "/csourceRegistrations", register("e4", info(`{"type":"T"}`, ``)+`,"mode":"redirect"`)).problem(409, ngsild.Conflict)
	c.send("POST", "/csourceRegistrations", register("e5", info(`{"type":"U"}`, ``)+`,"mode":"redirect"`)).is(201)
}

func TestDiscoverRegistrations(t *testing.T) { // 5.10.2, 5.12
	c := newClient(t)
	for _, body := range []string{
		register("1", info(`{"type":"Tree"}`, `"height","width"`)),
		register("2", info(`{"type":"Tree","id":"urn:t1"},{"type":"Bench"}`, "")),
		register("3", info("", `"height"`)+`,"scope":"/city/a","quality":{"type":"Property","value":5}`),
		register("4", info(`{"type":"Bus","idPattern":"^urn:bus"}`, "")+`,"location":{"type":"Point","coordinates":[1,2]}`),
		register("5", info(`{"type":"Tree"}`, "")+`,"observationInterval":{"startAt":"2024-01-01T00:00:00Z","endAt":"2025-01-01T00:00:00Z"}`),
	} {
		c.send("POST", "/csourceRegistrations", body).is(201)
	}
	for _, x := range []struct{ query, want string }{
		{"type=Tree", "1 2 3"}, {"type=Bench", "2 3"}, {"type=Tree,Bus", "1 2 3 4"}, {"type=None", "3"},
		{"type=Tree&attrs=height", "1 2 3"}, {"type=Tree&attrs=other", "2"}, {"attrs=width", "1 2 4"},
		{"type=Tree&id=urn:t1", "1 2 3"}, {"type=Tree&id=urn:t2", "1 3"}, {"type=Bus&id=urn:bus:1", "3 4"}, {"type=Bus&id=urn:x", "3"},
		{"type=Tree&idPattern=t1$", "1 2 3"}, {"type=Tree&idPattern=t2$", "1 3"},
		{"type=Tree&csf=quality>4", "3"}, {"type=Tree&scopeQ=/city/b", "1 2"},
		{"type=Bus&georel=near;maxDistance==10&geometry=Point&coordinates=[1,2]", "3 4"}, {"type=Bus&georel=near;maxDistance==10&geometry=Point&coordinates=[5,5]", "3"},
		{"type=Tree&timerel=before&timeAt=2024-06-01T00:00:00Z", "5"}, {"type=Tree&timerel=after&timeAt=2026-01-01T00:00:00Z", ""},
		{"type=Tree&timerel=between&timeAt=2023-06-01T00:00:00Z&endTimeAt=2024-06-01T00:00:00Z", "5"},
		{"type=Tree&limit=1&offset=1&count=true", "2"},
	} {
		if got := c.get("/csourceRegistrations?" + x.query).is(200).ids(); got != x.want {
			t.Errorf("%s: %q, want %q", x.query, got, x.want)
		}
	}
	for _, query := range []string{"", "type=(", "id=x", "type=T&attrs=a(b", "type=T&timerel=x", "type=T&limit=-1"} {
		c.get("/csourceRegistrations?"+query).problem(400, ngsild.BadRequestData)
	}
}

func TestSourceSubscriptions(t *testing.T) { // 5.11, 5.3.2
	c, r := newClient(t), newReceiver(t)
	c.send("POST", "/csourceRegistrations", register("1", info(`{"type":"Tree"}`, ""))).is(201)
	body := subscribe("s", r.url, `,"entities":[{"type":"Tree"}]`, ``)
	c.send("POST", "/csourceSubscriptions", body).is(201)
	expect := func(reason, id string) {
		t.Helper()
		_, got, _ := r.next()
		if got["type"] != "ContextSourceNotification" || got["triggerReason"] != reason || got["subscriptionId"] != "urn:s" || got["data"].([]any)[0].(map[string]any)["id"] != id {
			t.Errorf("%v, want %s of %s", got, reason, id)
		}
	}
	expect("newlyMatching", "urn:1")
	c.send("POST", "/csourceRegistrations", register("2", info(`{"type":"Bench"}`, ""))).is(201)
	c.send("POST", "/csourceRegistrations", register("3", info(`{"type":"Tree"}`, ""))).is(201)
	expect("newlyMatching", "urn:3")
	c.send("PATCH", "/csourceRegistrations/urn:3", `{"description":"x"}`).is(204)
	expect("updated", "urn:3")
	c.send("PATCH", "/csourceRegistrations/urn:3", `{"information":[{"entities":[{"type":"Bench"}]}]}`).is(204)
	expect("noLongerMatching", "urn:3")
	c.send("DELETE", "/csourceRegistrations/urn:1", "").is(204)
	expect("noLongerMatching", "urn:1")
	c.p.settle()
	o := c.get("/csourceSubscriptions/urn:s").is(200).json().(map[string]any)
	if o["notification"].(map[string]any)["timesSent"] != 5.0 || o["status"] != "active" {
		t.Errorf("%v", o)
	}
	c.send("POST", "/csourceSubscriptions", body).problem(409, ngsild.AlreadyExists)
	c.get("/csourceSubscriptions?count=true").is(200)
	c.send("PATCH", "/csourceSubscriptions/urn:s", `{"isActive":false}`).is(204)
	c.send("POST", "/csourceRegistrations", register("4", info(`{"type":"Tree"}`, ""))).is(201)
	c.send("PATCH", "/csourceSubscriptions/urn:s", `{"isActive":true}`).is(204)
	expect("newlyMatching", "urn:4")
	c.send("DELETE", "/csourceSubscriptions/urn:s", "").is(204)
	c.send("DELETE", "/csourceSubscriptions/urn:s", "").problem(404, ngsild.ResourceNotFound)
	c.get("/csourceSubscriptions/urn:s").problem(404, ngsild.ResourceNotFound)
	c.get("/csourceSubscriptions/s").problem(400, ngsild.BadRequestData)
	c.send("POST", "/csourceSubscriptions", `{"type":"Subscription"}`).problem(400, ngsild.BadRequestData)
	r.quiet()
}
