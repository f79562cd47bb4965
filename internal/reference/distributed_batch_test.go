package reference

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// bareSource is a context source that answers everything with one status and body, and
// keeps what it was asked.
type bareSource struct {
	mu     sync.Mutex
	status int
	body   string
	asked  []string
	url    string
}

func newBareSource(t *testing.T, status int, body string) *bareSource {
	t.Helper()
	s := &bareSource{status: status, body: body}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		if !strings.HasSuffix(r.URL.Path, "/info/sourceIdentity") {
			s.asked = append(s.asked, r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), base)+" "+strings.TrimSpace(string(sent)))
		}
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *bareSource) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := strings.Join(s.asked, "\n")
	s.asked = nil
	return asked
}

func (s *bareSource) register(c *client, mode, operations, information string) {
	c.send("POST", "/csourceRegistrations", `{"type":"ContextSourceRegistration","endpoint":"`+s.url+`","mode":"`+mode+`","operations":[`+operations+`]`+information+`}`).is(201)
}

func TestBatchesGoToASourceInOneCall(t *testing.T) { // 4.20, 5.6.7 to 5.6.10, 5.6.20
	c, s := newClient(t), newBareSource(t, 204, "")
	s.register(c, redirect, `"createBatch","upsertBatch","updateBatch","mergeBatch","deleteBatch"`, info(`{"type":"Room"}`, ""))
	two := `[{"id":"urn:1","type":"Room","a":1},{"id":"urn:2","type":"Room","a":2}]`
	for _, x := range []struct{ path, body, asked string }{
		{"/entityOperations/create", two, `POST /entityOperations/create [{"a":1,"id":"urn:1","type":"Room"},{"a":2,"id":"urn:2","type":"Room"}]`},
		{"/entityOperations/upsert?options=update", two, `POST /entityOperations/upsert?options=update [{"a":1,"id":"urn:1","type":"Room"},{"a":2,"id":"urn:2","type":"Room"}]`},
		{"/entityOperations/update?options=noOverwrite", two, `POST /entityOperations/update?options=noOverwrite [{"a":1,"id":"urn:1","type":"Room"},{"a":2,"id":"urn:2","type":"Room"}]`},
		{"/entityOperations/merge", two, `POST /entityOperations/merge [{"a":1,"id":"urn:1","type":"Room"},{"a":2,"id":"urn:2","type":"Room"}]`},
		{"/entityOperations/delete", `["urn:1","urn:2"]`, `POST /entityOperations/delete ["urn:1","urn:2"]`},
	} {
		if a := c.send("POST", x.path, x.body); a.status >= 300 || a.status == 207 {
			t.Errorf("%s: %d %s", x.path, a.status, a.raw)
		}
		if got := s.take(); got != x.asked {
			t.Errorf("%s: the source was asked %s, want %s", x.path, got, x.asked)
		}
	}
	// each entity keeps the @context that it came with
	linked := `[{"id":"urn:1","type":"Room","a":1,"@context":{"a":"http://example.org/a"}},{"id":"urn:2","type":"Room","b":2,"@context":{"b":"http://example.org/b"}}]`
	c.send("POST", "/entityOperations/create", linked, "Content-Type: "+ngsild.MediaJSONLD).is(201)
	got := s.take()
	for _, part := range []string{`{"a":"http://example.org/a"}`, `{"b":"http://example.org/b"}`} {
		if !strings.Contains(got, part) {
			t.Errorf("the source was asked %s, which lacks the @context %s", got, part)
		}
	}
	if c.send("POST", "/entityOperations/create", `[{"id":"bad","type":"Room"},{"id":"urn:1","type":"Room","a":null}]`).is(207); s.take() != "" {
		t.Error("entities that are not valid went to the source")
	}
}

func TestBatchesAtASourceForSingleEntities(t *testing.T) { // 4.20: redirectionOps has no batch operations
	c, s := newClient(t), newBareSource(t, 201, "")
	s.register(c, redirect, `"redirectionOps"`, info(`{"type":"Room"}`, ""))
	c.send("POST", "/entityOperations/create", `[{"id":"urn:1","type":"Room","a":1},{"id":"urn:2","type":"Room","a":2}]`).is(201)
	if got := s.take(); strings.Count(got, "POST /entities {") != 2 {
		t.Errorf("the source was asked %s", got)
	}
	c.send("POST", "/entityOperations/delete", `["urn:1","urn:2"]`).is(204)
	if got := s.take(); strings.Count(got, "DELETE /entities/urn:") != 2 {
		t.Errorf("the source was asked %s", got)
	}
}

func TestPartOfABatchFailsAtASource(t *testing.T) { // 5.2.16
	c := newClient(t)
	s := newBareSource(t, 207, `{"success":["urn:1"],"errors":[{"entityId":"urn:2","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/AlreadyExists","title":"There","status":409}}]}`)
	s.register(c, inclusive, `"createBatch"`, info(`{"type":"Room"}`, ""))
	got := c.send("POST", "/entityOperations/create", `[{"id":"urn:1","type":"Room"},{"id":"urn:2","type":"Room"}]`).is(207).json().(map[string]any)
	errors := got["errors"].([]any)
	if len(errors) != 1 || errors[0].(map[string]any)["entityId"] != "urn:2" || errors[0].(map[string]any)["error"].(map[string]any)["status"] != 409.0 {
		t.Errorf("%v", got)
	}
}

func TestASourceDoesAPartOnly(t *testing.T) { // 6.3.17: a part that failed anywhere makes a 207
	c, s := newClient(t), newBareSource(t, 207, "")
	s.register(c, redirect, `"redirectionOps"`, info(`{"type":"Room","id":"urn:1"}`, ""))
	for _, x := range []struct{ method, path, body string }{
		{"DELETE", "/entities/urn:1", ""}, {"PATCH", "/entities/urn:1", `{"type":"Room","a":1}`}, {"POST", "/entities/urn:1/attrs/", `{"a":1}`},
		{"PATCH", "/entities/urn:1/attrs/a", `{"value":1}`}, {"DELETE", "/entities/urn:1/attrs/a", ""},
	} {
		c.send(x.method, x.path, x.body).is(207)
	}
}

func TestABareRefusalOfASource(t *testing.T) { // 6.3.2: the status says the type
	c, s := newClient(t), newBareSource(t, 404, "")
	s.register(c, inclusive, `"redirectionOps"`, info(`{"type":"Room","id":"urn:1"}`, ""))
	c.send("POST", "/entities?local=true", `{"id":"urn:1","type":"Room"}`).is(201)
	a := c.send("DELETE", "/entities/urn:1", "").is(207)
	if !strings.Contains(string(a.raw), ngsild.ErrorPrefix+ngsild.ResourceNotFound) {
		t.Errorf("%s", a.raw)
	}
}

func TestForwardedQueriesStayReadable(t *testing.T) { // RFC 3986, 3.4
	c, s := newClient(t), newBareSource(t, 200, "[]")
	s.register(c, inclusive, `"retrieveOps"`, info(`{"type":"Room"}`, ""))
	c.get("/entities?type=Room&id=urn:1,urn:2").is(200)
	if got := s.take(); !strings.Contains(got, "id=urn:1,urn:2") {
		t.Errorf("the source was asked %s", got)
	}
}
