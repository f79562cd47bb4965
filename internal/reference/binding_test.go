package reference

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// contexts is a server of @context documents.
func contextServer(t *testing.T) (string, *atomic.Int64) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		own := "http://" + r.Host
		switch r.URL.Path {
		case "/a":
			_, _ = w.Write([]byte(`{"@context":{"ex":"http://example.org/","Tree":"ex:Tree","height":{"@id":"ex:height","@type":"http://www.w3.org/2001/XMLSchema#double"},"value":"http://evil/value","identifier":"@id"}}`))
		case "/nested":
			fmt.Fprintf(w, `{"@context":["a","%s",{"width":"http://example.org/width"}]}`, ngsild.CoreContextURL)
		case "/loop":
			fmt.Fprintf(w, `{"@context":"%s/loop2"}`, own)
		case "/loop2":
			fmt.Fprintf(w, `{"@context":"%s/loop"}`, own)
		case "/scoped":
			_, _ = w.Write([]byte(`{"@context":{"Tree":{"@id":"http://example.org/Tree","@context":{"a":"http://example.org/a"}}}}`))
		case "/protected":
			_, _ = w.Write([]byte(`{"@context":{"@version":1.1,"@protected":true,"value":"http://evil/value","Tree":{"@id":"http://example.org/Tree","@protected":true}}}`))
		case "/import":
			fmt.Fprintf(w, `{"@context":{"@version":1.1,"@import":"%s/a","more":"http://example.org/more"}}`, own)
		case "/broken":
			_, _ = w.Write([]byte(`{"@context":`))
		case "/none":
			_, _ = w.Write([]byte(`{"a":1}`))
		case "/invalid":
			_, _ = w.Write([]byte(`{"@context":{"a":5}}`))
		case "/odd":
			_, _ = w.Write([]byte(`{"@context":{"@protected":"yes","x":null,"@vocab":5}}`))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, &asked
}

func TestContexts(t *testing.T) { // 4.4, 5.5.7, 6.3.5
	c := newClient(t)
	contexts, asked := contextServer(t)
	link := func(path string) string { return "Link: " + ngsild.ContextLink(contexts+path) }
	ld := "Content-Type: application/ld+json"

	c.send("POST", "/entities", `{"id":"urn:1","type":"Tree","height":{"type":"Property","value":{"height":2}},"plain":{"type":"Property","value":1}}`, link("/a")).is(201)
	c.get("/entities/urn:1", link("/a")).equals(`{"id":"urn:1","type":"Tree","height":{"type":"Property","value":{"height":2}},"plain":{"type":"Property","value":1}}`)
	c.get("/entities/urn:1").equals(`{"id":"urn:1","type":"http://example.org/Tree","http://example.org/height":{"type":"Property","value":{"http://example.org/height":2}},"plain":{"type":"Property","value":1}}`)
	if got := asked.Load(); got != 1 {
		t.Errorf("the @context was fetched %d times, want once", got)
	}
	a := c.get("/entities/urn:1?attrs=plain", link("/a"))
	if got := a.header.Get("Link"); got != ngsild.ContextLink(contexts+"/a") {
		t.Errorf("Link %s", got)
	}
	a = c.get("/entities/urn:1?attrs=plain", link("/a"), "Accept: application/ld+json").is(200)
	a.equals(`{"id":"urn:1","type":"Tree","plain":{"type":"Property","value":1},"@context":["` + contexts + `/a","` + ngsild.CoreContextURL + `"]}`)
	if a.header.Get("Link") != "" {
		t.Errorf("ld+json has a Link header")
	}
	c.get("/entities?type=Tree&pick=id", link("/nested"), "Accept: application/ld+json").equals(`[{"id":"urn:1","@context":"` + contexts + `/nested"}]`)
	if got := c.get("/entities?type=Tree&q=height[height]==2", link("/nested")).ids(); got != "1" {
		t.Errorf("by names of the @context: %q", got)
	}
	if got := c.get("/entities?type=Tree").ids(); got != "" {
		t.Errorf("by names of another @context: %q", got)
	}
	c.get("/entities?type=ex:Tree&pick=id", link("/a")).equals(`[{"id":"urn:1"}]`)
	c.get("/types/Tree", link("/import")).is(200)
	c.get("/types/Tree", link("/protected")).is(200)

	// an @context in the body: object, array, URL
	for _, x := range []string{`{"Tree":"http://example.org/Tree"}`, `["` + contexts + `/a",{"b":"http://example.org/b"}]`, `"` + contexts + `/a"`, `[]`, `{"Tree":{"@id":"http://example.org/Tree","@type":"@id"},"x":null,"x:y":null}`} {
		c.send("POST", "/entities", `{"@context":`+x+`,"id":"urn:2","type":"http://example.org/Tree","b":{"type":"Property","value":1}}`, ld).is(201)
		c.send("DELETE", "/entities/urn:2", "").is(204)
	}
	for _, x := range []string{`5`, `{"a":5}`, `[5]`, `null`, `"/relative"`, `"ftp://x/y"`, `{"a":{"@id":"http://x/a","@context":{}}}`, `{"@protected":"yes"}`} {
		c.send("POST", "/entities", `{"@context":`+x+`,"id":"urn:2","type":"T"}`, ld).problem(400, ngsild.BadRequestData)
	}
	for _, path := range []string{"/loop", "/scoped", "/broken", "/none", "/invalid", "/odd"} {
		c.get("/entities?type=T", link(path)).problem(400, ngsild.BadRequestData)
	}
	c.get("/entities?type=T", link("/missing")).problem(504, ngsild.LdContextNotAvailable)
	c.get("/entities?type=T", "Link: "+ngsild.ContextLink("http://127.0.0.1:1/x")).problem(504, ngsild.LdContextNotAvailable)
	c.send("POST", "/entityOperations/create", `[{"id":"urn:9","type":"T","@context":"`+contexts+`/missing"}]`, ld).is(207)

	// where the @context may be
	c.send("POST", "/entities", `{"id":"urn:2","type":"T","@context":"`+contexts+`/a"}`).problem(400, ngsild.BadRequestData)
	c.send("POST", "/entities", `{"id":"urn:2","type":"T"}`, ld).problem(400, ngsild.BadRequestData)
	c.send("POST", "/entities", `{"id":"urn:2","type":"T","@context":"`+contexts+`/a"}`, ld, link("/a")).problem(400, ngsild.BadRequestData)
	c.get("/entities?type=T", "Link: "+ngsild.ContextLink(contexts+"/a")+", "+ngsild.ContextLink(contexts+"/nested")).problem(400, ngsild.BadRequestData)
	// other links mean nothing here
	c.get("/entities?type=T", `Link: <http://x/>; rel="next"; type="application/ld+json"`).is(200)

	// core names cannot be overridden, and names that clash stay whole
	c.send("POST", "/entities", `{"id":"urn:3","type":"Tree","name":{"type":"Property","value":1}}`, link("/a")).is(201)
	c.send("POST", "/entities", `{"id":"urn:4","type":"T","height":{"type":"Property","value":1}}`).is(201)
	c.get("/entities/urn:4", link("/a")).equals(`{"id":"urn:4","type":"T","ngsi-ld:default-context/height":{"type":"Property","value":1}}`)
}

func TestNegotiation(t *testing.T) { // 6.3.4
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T"}`).is(201)
	for accept, want := range map[string]string{
		"":                                      "application/json",
		"*/*":                                   "application/json",
		"application/*":                         "application/json",
		"application/json":                      "application/json",
		"application/ld+json":                   "application/ld+json",
		"application/ld+json, application/json": "application/json",
		"application/ld+json, application/json;q=0.5": "application/ld+json",
		"application/json;q=0, */*":                   "application/ld+json",
		"application/geo+json":                        "application/geo+json",
		"text/html, */*;q=0.1":                        "application/json",
		"text/html":                                   "406",
		"application/json;q=0":                        "406",
		"nonsense":                                    "406",
		"application/xml;q=0.9, application/ld+json;q=0.2, text/plain ": "application/ld+json",
	} {
		a := c.get("/entities/urn:1", "Accept: "+accept)
		if want == "406" {
			a.is(406).equals(`["application/json","application/ld+json","application/geo+json"]`)
		} else if got := a.is(200).header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q: %s, want %s", accept, got, want)
		}
	}
	for _, path := range []string{"/entities?type=T", "/types", "/attributes", "/jsonldContexts", "/info/sourceIdentity"} {
		c.get(path, "Accept: text/turtle").is(406)
	}
	body := `{"id":"urn:2","type":"T"}`
	for _, media := range []string{"text/plain", "application/xml", "application/merge-patch+json", "application/json; charset=latin1", "nonsense;;"} {
		c.send("POST", "/entities", body, "Content-Type: "+media).is(415)
	}
	c.send("POST", "/entities", body, "Content-Type: application/json; charset=UTF-8").is(201)
	c.send("PATCH", "/entities/urn:2", `{"type":"T"}`, "Content-Type: text/plain").is(415)
}

func TestMethodsAndPaths(t *testing.T) {
	c := newClient(t)
	for _, x := range []struct{ method, path, allow string }{
		{"PUT", "/entities", "DELETE, GET, HEAD, POST"}, {"POST", "/entities/urn:1", "DELETE, GET, HEAD, PATCH, PUT"},
		{"GET", "/entityOperations/create", "POST"}, {"DELETE", "/types", "GET, HEAD"}, {"GET", "/entities/urn:1/attrs/", "PATCH, POST"},
	} {
		if got := c.send(x.method, x.path, "").is(405).header.Get("Allow"); got != x.allow {
			t.Errorf("%s %s: Allow %q, want %q", x.method, x.path, got, x.allow)
		}
	}
	c.send("OPTIONS", "/entities", "").is(204)
	c.get("/nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/../../x").problem(404, ngsild.ResourceNotFound)
	c.send("HEAD", "/types", "").is(200)
	// ids with characters that a path must escape
	c.send("POST", "/entities", `{"id":"http://example.org/a?b=c","type":"T"}`).is(201)
	c.get("/entities/http%3A%2F%2Fexample.org%2Fa%3Fb%3Dc").is(200)
}

func TestLengthRequired(t *testing.T) { // 6.3.4
	c := newClient(t)
	for name, raw := range map[string]string{
		"none":    "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
		"chunked": "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, raw)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 411 {
			t.Errorf("%s: %d, want 411", name, res.StatusCode)
		}
		conn.Close()
	}
	c.send("POST", "/entities", " ").problem(400, ngsild.InvalidRequest)
}

func TestUnknownParameters(t *testing.T) { // 6.3.20
	c := newClient(t)
	for pattern, op := range operations() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{entityId}", "urn:x", "{attrId}", "x", "{type}", "x", "{contextId}", "x").Replace(path)
		body := ""
		if op.body != noBody {
			body = `{"@context":{}}`
		}
		c.send(method, path+"?noSuchParameter=1", body).problem(400, ngsild.InvalidRequest)
	}
}

func TestTenants(t *testing.T) { // 4.14, 6.3.14
	c := newClient(t)
	tenant := "NGSILD-Tenant: urn:tenant"
	for _, x := range []struct{ method, path, body string }{
		{"GET", "/entities?type=T", ""}, {"GET", "/types", ""}, {"GET", "/entities/urn:1", ""}, {"DELETE", "/entities/urn:1", ""},
		{"PATCH", "/entities/urn:1", `{"a":1}`}, {"POST", "/entityOperations/delete", `["urn:1"]`}, {"POST", "/entityOperations/query", `{"type":"Query","q":"a"}`},
	} {
		a := c.send(x.method, x.path, x.body, tenant).problem(404, ngsild.NonexistentTenant)
		if a.header.Get("NGSILD-Tenant") != "urn:tenant" {
			t.Errorf("%s: the tenant is not echoed", a.what)
		}
	}
	c.send("POST", "/entities", `{"id":"urn:1"}`, tenant).problem(400, ngsild.BadRequestData) // makes no tenant
	c.get("/types", tenant).problem(404, ngsild.NonexistentTenant)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T"}`, tenant).is(201)
	if got := c.get("/entities?type=T", tenant).is(200).ids(); got != "1" {
		t.Errorf("in the tenant: %q", got)
	}
	if got := c.get("/entities?type=T").is(200).ids(); got != "" {
		t.Errorf("in the default tenant: %q", got)
	}
	c.get("/entities?type=T", "NGSILD-Tenant: a b").problem(400, ngsild.BadRequestData)
}

func TestContextsAPI(t *testing.T) { // 5.13
	c := newClient(t)
	contexts, asked := contextServer(t)
	a := c.send("POST", "/jsonldContexts", `{"@context":{"Tree":"http://example.org/Tree"}}`).is(201)
	location := a.header.Get("Location")
	path := strings.TrimPrefix(location, "/ngsi-ld/v1")
	if path == location || !strings.HasPrefix(path, "/jsonldContexts/") {
		t.Fatalf("Location %q", location)
	}
	c.get(path).is(200).equals(`{"@context":{"Tree":"http://example.org/Tree"}}`)
	details := c.get(path + "?details=true").is(200).json().(map[string]any)
	if details["kind"] != hosted || details["URL"] != c.url+location || details["numberOfHits"] != 1.0 || details["createdAt"] == nil || details["localId"] == nil {
		t.Errorf("%v", details)
	}
	hostedLink := "Link: " + ngsild.ContextLink(c.url+location)
	c.send("POST", "/entities", `{"id":"urn:1","type":"Tree"}`, hostedLink).is(201)
	c.get("/entities/urn:1").equals(`{"id":"urn:1","type":"http://example.org/Tree"}`)
	if got := c.get(path + "?details=true").json().(map[string]any)["numberOfHits"]; got != 2.0 {
		t.Errorf("hits %v, want 2", got)
	}
	// cached ones
	c.get("/types", "Link: "+ngsild.ContextLink(contexts+"/a")).is(200)
	list := fmt.Sprint(c.get("/jsonldContexts?kind=Cached").is(200).json())
	if !strings.Contains(list, contexts+"/a") || !strings.Contains(list, ngsild.CoreContextURL) {
		t.Errorf("%s", list)
	}
	escaped := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(contexts + "/a")
	c.get("/jsonldContexts/"+escaped).problem(422, ngsild.OperationNotSupported)
	if got := c.get("/jsonldContexts/" + escaped + "?details=true").is(200).json().(map[string]any)["kind"]; got != cached {
		t.Errorf("kind %v", got)
	}
	before := asked.Load()
	c.send("DELETE", "/jsonldContexts/"+escaped+"?reload=true", "").is(204)
	if asked.Load() != before+1 {
		t.Error("a reload must fetch")
	}
	c.send("DELETE", "/jsonldContexts/"+escaped, "").is(204)
	c.send("DELETE", "/jsonldContexts/"+escaped, "").problem(404, ngsild.ResourceNotFound)
	c.get("/types", "Link: "+ngsild.ContextLink(contexts+"/a")).is(200)
	if asked.Load() != before+2 {
		t.Error("a deleted @context must be fetched again")
	}
	// implicitly created ones: an array in a query's body must become a URL
	a = c.send("POST", "/entityOperations/query", `{"type":"Query","entities":[{"type":"Tree"}],"@context":[{"Tree":"http://example.org/Tree"}]}`, "Content-Type: application/ld+json").is(200)
	made := parseLinks(a.header.Get("Link"))[0].target
	c.get(strings.TrimPrefix(made, c.url+"/ngsi-ld/v1")).is(200).equals(`{"@context":[{"Tree":"http://example.org/Tree"}]}`)
	c.send("DELETE", strings.TrimPrefix(made, c.url+"/ngsi-ld/v1")+"?reload=true", "").problem(400, ngsild.BadRequestData)
	if list := c.get("/jsonldContexts?kind=ImplicitlyCreated&details=true").json().([]any); len(list) != 1 {
		t.Errorf("%v", list)
	}
	c.send("DELETE", path+"?reload=true", "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", path, "").is(204)
	c.get(path).problem(404, ngsild.ResourceNotFound)
	c.get("/types", hostedLink).problem(504, ngsild.LdContextNotAvailable)

	core := "/jsonldContexts/" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace(ngsild.CoreContextURL)
	c.send("DELETE", core, "").problem(400, ngsild.BadRequestData)
	c.send("DELETE", core+"?reload=true", "").is(204)
	c.get(core).is(200)
	c.get("/jsonldContexts?kind=Other").problem(400, ngsild.BadRequestData)
	for body, name := range map[string]string{`{"a":1}`: ngsild.InvalidRequest, `[]`: ngsild.InvalidRequest, `{`: ngsild.InvalidRequest, `{"@context":5}`: ngsild.BadRequestData, `{"@context":{"a":5}}`: ngsild.BadRequestData} {
		c.send("POST", "/jsonldContexts", body).problem(400, name)
	}
	// a failed reload keeps what is there
	c.get("/types", "Link: "+ngsild.ContextLink(contexts+"/import")).is(200)
	broken := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(contexts + "/import")
	c.p.client = &http.Client{Transport: refusing{}}
	c.send("DELETE", "/jsonldContexts/"+broken+"?reload=true", "").problem(504, ngsild.LdContextNotAvailable)
	c.get("/types", "Link: "+ngsild.ContextLink(contexts+"/import")).is(200)
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, context.DeadlineExceeded
}

func TestSourceIdentity(t *testing.T) { // 5.15.1
	c := newClient(t)
	o := c.get("/info/sourceIdentity").is(200).json().(map[string]any)
	for _, name := range []string{"id", "contextSourceAlias", "contextSourceUptime", "contextSourceTimeAt"} {
		if o[name] == nil {
			t.Errorf("%s is missing: %v", name, o)
		}
	}
	if o["type"] != "ContextSourceIdentity" {
		t.Errorf("type %v", o["type"])
	}
}

func TestConcurrentUse(t *testing.T) {
	c := newClient(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				id := fmt.Sprintf("urn:%d:%d", i, j)
				c.send("POST", "/entities", `{"id":"`+id+`","type":"T","n":1}`)
				c.send("PATCH", "/entities/"+id+"/attrs/n", `{"value":2}`)
				c.get("/entities?type=T&q=n==2&limit=5&count=true")
				c.get("/types")
				if j%2 == 0 {
					c.send("DELETE", "/entities/"+id, "")
				}
			}
		})
	}
	wg.Wait()
	if got := c.get("/entities?type=T&q=n==2&limit=0&count=true").is(200).header.Get(ngsild.HeaderCount); got != "80" {
		t.Errorf("count %s, want 80", got)
	}
}
