package reference

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// brokers are a broker and a source that is registered there.
type brokers struct{ broker, source *client }

func newBrokers(t *testing.T, mode, operations, information string) brokers {
	t.Helper()
	b := brokers{newClient(t), newClient(t)}
	b.register("urn:reg", mode, operations, information)
	return b
}

func (b brokers) register(id, mode, operations, information string) {
	b.broker.Helper()
	b.broker.send("POST", "/csourceRegistrations", `{"id":"`+id+`","type":"ContextSourceRegistration","endpoint":"`+b.source.url+`","mode":"`+mode+`","operations":[`+operations+`]`+information+`}`).is(201)
}

const everything = `"redirectionOps"`

func TestDistributedReads(t *testing.T) { // 4.3.6, 5.7.1, 5.7.2
	room := info(`{"type":"Room"}`, "")
	for _, x := range []struct{ name, mode, information, retrieve, query string }{
		{"inclusive", inclusive, room, `{"id":"urn:1","type":"Room","a":1,"b":22,"c":33}`, "1 2 3"},
		{"inclusive, some", inclusive, info(`{"type":"Room"}`, `"c"`), `{"id":"urn:1","type":"Room","a":1,"b":2,"c":33}`, "1 2"},
		{"auxiliary", auxiliary, room, `{"id":"urn:1","type":"Room","a":1,"b":2,"c":33}`, "1 2 3"},
		{"redirect", redirect, room, `{"id":"urn:1","type":"Room","b":22,"c":33}`, "1 3"},
		{"exclusive", exclusive, info(`{"type":"Room","id":"urn:1"}`, `"b"`), `{"id":"urn:1","type":"Room","a":1,"b":22}`, "1 2"},
		{"other type", inclusive, info(`{"type":"Hall"}`, ""), `{"id":"urn:1","type":"Room","a":1,"b":2}`, "1 2"},
	} {
		t.Run(x.name, func(t *testing.T) {
			operations := `"retrieveOps"`
			b := newBrokers(t, x.mode, operations, x.information)
			b.source.clock.skip(1e12) // its data are newer
			b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","a":1,"b":2}`).is(201)
			b.broker.send("POST", "/entities?local=true", `{"id":"urn:2","type":"Room","a":1}`).is(201)
			b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room","b":22,"c":33}`).is(201)
			b.source.send("POST", "/entities", `{"id":"urn:3","type":"Room","b":3}`).is(201)
			b.broker.get("/entities/urn:1?options=keyValues").is(200).equals(x.retrieve)
			if got := b.broker.get("/entities?type=Room").is(200).ids(); got != x.query {
				t.Errorf("query: %q, want %q", got, x.query)
			}
			if got := b.broker.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Room"}]}`).is(200).ids(); got != x.query {
				t.Errorf("query by POST: %q, want %q", got, x.query)
			}
			b.broker.get("/entities/urn:1?options=keyValues&local=true").is(200).equals(`{"id":"urn:1","type":"Room","a":1,"b":2}`)
			if got := b.broker.get("/entities?type=Room&local=true").ids(); got != "1 2" {
				t.Errorf("local query: %q", got)
			}
		})
	}
	t.Run("order", func(t *testing.T) {
		b := newBrokers(t, inclusive, `"retrieveOps"`, room)
		b.broker.get("/entities?type=Room&orderBy=a").problem(400, ngsild.BadRequestData)
		b.broker.get("/entities?type=Room&orderBy=a&local=true").is(200)
	})
}

func TestDistributedWrites(t *testing.T) { // 4.3.6, 5.6
	room := info(`{"type":"Room"}`, "")
	local := func(c *client, id string) string {
		a := c.get("/entities/" + id + "?options=keyValues&local=true")
		if a.status != 200 {
			return "none"
		}
		return canonical(c.T, string(a.raw))
	}
	check := func(t *testing.T, b brokers, broker, source string) {
		t.Helper()
		if got := local(b.broker, "urn:1"); got != broker {
			t.Errorf("at the broker: %s, want %s", got, broker)
		}
		if got := local(b.source, "urn:1"); got != source {
			t.Errorf("at the source: %s, want %s", got, source)
		}
	}
	for _, x := range []struct{ name, mode, information, broker, source, patched, patchedSource string }{
		{"inclusive", inclusive, room, `{"a":1,"b":2,"id":"urn:1","type":"Room"}`, `{"a":1,"b":2,"id":"urn:1","type":"Room"}`, `{"a":1,"b":5,"id":"urn:1","type":"Room"}`, `{"a":1,"b":5,"id":"urn:1","type":"Room"}`},
		{"redirect", redirect, room, `none`, `{"a":1,"b":2,"id":"urn:1","type":"Room"}`, `none`, `{"a":1,"b":5,"id":"urn:1","type":"Room"}`},
		{"exclusive", exclusive, info(`{"type":"Room","id":"urn:1"}`, `"b"`), `{"a":1,"id":"urn:1","type":"Room"}`, `{"b":2,"id":"urn:1","type":"Room"}`, `{"a":1,"id":"urn:1","type":"Room"}`, `{"b":5,"id":"urn:1","type":"Room"}`},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := newBrokers(t, x.mode, everything, x.information)
			make := func() { b.broker.send("POST", "/entities", `{"id":"urn:1","type":"Room","a":1,"b":2}`).is(201) }
			make()
			check(t, b, x.broker, x.source)
			for _, change := range [][3]string{
				{"PATCH", "/entities/urn:1/attrs/b", `{"value":5}`}, {"PUT", "/entities/urn:1/attrs/b", `{"value":5}`}, {"PATCH", "/entities/urn:1/attrs/", `{"b":{"value":5}}`},
				{"POST", "/entities/urn:1/attrs/", `{"b":{"value":5}}`}, {"PATCH", "/entities/urn:1", `{"b":{"value":5}}`},
				{"POST", "/entityOperations/update", `[{"id":"urn:1","type":"Room","b":5}]`}, {"POST", "/entityOperations/merge", `[{"id":"urn:1","type":"Room","b":5}]`},
			} {
				b.broker.send(change[0], change[1], change[2]).is(204)
				check(t, b, x.patched, x.patchedSource)
				b.broker.send("PATCH", "/entities/urn:1/attrs/b", `{"value":2}`).is(204)
			}
			b.broker.send("PUT", "/entities/urn:1", `{"type":"Room","a":1,"b":5}`).is(204)
			check(t, b, x.patched, x.patchedSource)
			b.broker.send("DELETE", "/entities/urn:1/attrs/b", "").is(204)
			b.broker.send("DELETE", "/entities/urn:1", "").is(204)
			check(t, b, "none", "none")
			b.broker.send("DELETE", "/entities/urn:1", "").is(404)
			make()
			b.broker.send("POST", "/entityOperations/delete", `["urn:1"]`).is(204)
			check(t, b, "none", "none")
			b.broker.send("POST", "/entityOperations/create", `[{"id":"urn:1","type":"Room","a":1,"b":2}]`).is(201)
			check(t, b, x.broker, x.source)
			b.broker.send("POST", "/entityOperations/upsert?options=update", `[{"id":"urn:1","type":"Room","b":5}]`)
			check(t, b, x.patched, x.patchedSource)
			b.broker.send("POST", "/entities?local=true", `{"id":"urn:9","type":"Room"}`).is(201)
			b.source.get("/entities/urn:9").is(404)
			b.broker.send("DELETE", "/entities?type=Room", "").is(204)
			if x.mode != exclusive {
				check(t, b, "none", "none")
			}
		})
	}
	t.Run("a part fails", func(t *testing.T) {
		b := newBrokers(t, inclusive, everything, room)
		b.source.send("POST", "/entities", `{"id":"urn:1","type":"Room"}`).is(201)
		a := b.broker.send("POST", "/entities", `{"id":"urn:1","type":"Room","a":1}`).is(207).json().(map[string]any)
		e := a["errors"].([]any)[0].(map[string]any)
		if e["registrationId"] != "urn:reg" || e["error"].(map[string]any)["type"] != ngsild.ErrorPrefix+ngsild.AlreadyExists || len(a["success"].([]any)) != 1 {
			t.Errorf("%v", a)
		}
		b.broker.send("DELETE", "/entities/urn:1?local=true", "").is(204)
		b.broker.send("DELETE", "/entities/urn:1", "").is(207)
		b.broker.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room","a":1}`).is(201)
		u := b.broker.send("PATCH", "/entities/urn:1/attrs/a", `{"value":2}`).is(207).json().(map[string]any)
		if n := u["notUpdated"].([]any)[0].(map[string]any); n["attributeName"] != ngsild.DefaultVocab+"a" || n["registrationId"] != "urn:reg" || n["reason"] == "" {
			t.Errorf("%v", u)
		}
	})
	t.Run("a claim without the operation", func(t *testing.T) {
		b := newBrokers(t, exclusive, `"retrieveOps"`, info(`{"type":"Room","id":"urn:1"}`, `"b"`))
		b.broker.send("POST", "/entities", `{"id":"urn:1","type":"Room","a":1,"b":2}`).problem(409, ngsild.Conflict)
	})
	t.Run("bad entities go nowhere", func(t *testing.T) {
		b := newBrokers(t, inclusive, everything, room)
		b.broker.send("POST", "/entities", `{"id":"nonsense","type":"Room"}`).problem(400, ngsild.BadRequestData)
		b.source.get("/entities?local=true").equals(`[]`)
	})
}

func TestForwardedRequests(t *testing.T) { // 6.3.5, 6.3.17, 6.3.18, 4.3.6.6
	var got []*http.Request
	status := 200
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"id":"urn:1","type":"Room","x":1}`))
	}))
	defer source.Close()
	c := newClient(t)
	contexts, _ := contextServer(t)
	link := "Link: " + ngsild.ContextLink(contexts+"/a")
	c.send("POST", "/csourceRegistrations", `{"id":"urn:reg","type":"ContextSourceRegistration","endpoint":"`+source.URL+`/","tenant":"t","management":{"localOnly":true},"contextSourceInfo":[{"key":"X-Key","value":"v"}]`+info(`{"type":"Room"}`, "")+`}`).is(201)
	c.get("/entities/urn:1?attrs=height", link, "Via: 1.1 other")
	if len(got) != 1 {
		t.Fatalf("%d requests at the source", len(got))
	}
	r := got[0]
	if r.URL.Path != "/ngsi-ld/v1/entities/urn:1" || r.URL.Query().Get("local") != "true" || r.URL.Query().Get("attrs") != "height" {
		t.Errorf("%s", r.URL)
	}
	if r.Header.Get("Link") != ngsild.ContextLink(contexts+"/a") || r.Header.Get(ngsild.HeaderTenant) != "t" || r.Header.Get("X-Key") != "v" || r.Header.Get("Via") != "1.1 other, 1.1 "+c.p.name {
		t.Errorf("%v", r.Header)
	}
	// loops
	c.get("/entities/urn:1", "Via: 1.1 "+c.p.name).problem(404, ngsild.ResourceNotFound)
	if len(got) != 1 {
		t.Error("a request that has been here was sent on")
	}
	c.send("POST", "/csourceRegistrations", `{"id":"urn:red","type":"ContextSourceRegistration","endpoint":"`+source.URL+`/","mode":"redirect"`+info(`{"type":"Hall"}`, "")+`}`).is(201)
	if w := c.get("/entities?type=Hall", "Via: 1.1 "+c.p.name).is(200).header.Get("NGSILD-Warning"); !strings.HasPrefix(w, "199 ") {
		t.Errorf("warning %q", w)
	}
	c.send("DELETE", "/entities/urn:1?type=Hall", "", "Via: 1.1 "+c.p.name).is(508)
	// failures
	status = 500
	a := c.get("/entities/urn:1").is(404)
	if w := a.header.Get("NGSILD-Warning"); !strings.HasPrefix(w, "299 ") {
		t.Errorf("warning %q", w)
	}
	source.Close()
	a = c.get("/entities?type=Room").is(200)
	if w := a.header.Get("NGSILD-Warning"); !strings.HasPrefix(w, "199 ") {
		t.Errorf("warning %q", w)
	}
	g := c.get("/csourceRegistrations/urn:reg").is(200).json().(map[string]any)
	if g["timesSent"] == nil || g["timesFailed"] != 2.0 || g["status"] != "failed" {
		t.Errorf("%v", g)
	}
}

func TestMannerOfForwarding(t *testing.T) { // 4.3.6.6
	var got *http.Request
	var body string
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got, body = r, string(raw)
		w.WriteHeader(204)
	}))
	defer source.Close()
	contexts, _ := contextServer(t)
	a, core := ngsild.ContextLink(contexts+"/a"), ngsild.ContextLink(ngsild.CoreContextURL)
	for _, x := range []struct{ info, media, link, body, q string }{
		{`{"key":"contentType","value":"application/ld+json"}`, ngsild.MediaJSONLD, "",
			`{"@context":["` + contexts + `/a","` + ngsild.CoreContextURL + `"],"id":"urn:1","name":{"height":{"observedAt":"2025-01-01T00:00:00Z","type":"VocabProperty","vocab":"height"},"type":"Property","value":2},"type":"Room"}`,
			`height>5;name=="height"`},
		{`{"key":"jsonldContext","value":"` + ngsild.CoreContextURL + `"}`, ngsild.MediaJSON, core,
			`{"id":"urn:1","name":{"http://example.org/height":{"observedAt":"2025-01-01T00:00:00Z","type":"VocabProperty","vocab":"http://example.org/height"},"type":"Property","value":2},"type":"Room"}`,
			`http://example.org/height>5;name=="height"`},
		{`{"key":"ngsildConformance","value":"1.2"}`, ngsild.MediaJSON, a,
			`{"id":"urn:1","name":{"height":{"type":"Property","value":"height"},"type":"Property","value":2},"type":"Room"}`,
			`height>5;name=="height"`},
	} {
		c := newClient(t)
		c.send("POST", "/csourceRegistrations", `{"id":"urn:reg","type":"ContextSourceRegistration","endpoint":"`+source.URL+`","mode":"redirect","operations":["redirectionOps"],"contextSourceInfo":[`+x.info+`]`+info(`{"type":"Room"}`, "")+`}`, "Link: "+a).is(201)
		c.send("POST", "/entities", `{"id":"urn:1","type":"Room","name":{"type":"Property","value":2,"height":{"type":"VocabProperty","vocab":"height","observedAt":"2025-01-01T00:00:00Z"}}}`, "Link: "+a).is(201)
		if got.Header.Get("Content-Type") != x.media || got.Header.Get("Link") != x.link || body != x.body {
			t.Errorf("%s: %v %s", x.info, got.Header, body)
		}
		c.get(`/entities?type=Room&q=height>5;name=="height"`, "Link: "+a).is(200)
		if q := got.URL.Query().Get("q"); q != x.q {
			t.Errorf("%s: %s", x.info, q)
		}
	}
}
