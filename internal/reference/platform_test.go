package reference

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// client talks to a platform of its own over loopback.
type client struct {
	*testing.T
	url   string
	p     *Platform
	clock *testClock
}

// testClock moves on by a second at every look, so that times are told apart.
type testClock struct {
	mu  chan struct{}
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu <- struct{}{}
	defer func() { <-c.mu }()
	c.now = c.now.Add(time.Second)
	return c.now
}

// skip moves the clock on.
func (c *testClock) skip(d time.Duration) {
	c.mu <- struct{}{}
	defer func() { <-c.mu }()
	c.now = c.now.Add(d)
}

// settle waits until what runs beside the requests has come to an end.
func (p *Platform) settle() { p.background.Wait() }

func newClient(t *testing.T) *client {
	t.Helper()
	clock := &testClock{mu: make(chan struct{}, 1), now: time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)}
	p, err := New(Options{Empty: true, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	t.Cleanup(func() { server.Close(); p.Close() })
	return &client{t, server.URL, p, clock}
}

// answer is what came back.
type answer struct {
	*testing.T
	what   string
	status int
	header http.Header
	raw    []byte
}

// send sends a request; headers are "Name: value".
func (c *client) send(method, path, body string, headers ...string) *answer {
	c.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, c.url+"/ngsi-ld/v1"+path, reader)
	if err != nil {
		c.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", ngsild.MediaJSON)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	return &answer{c.T, method + " " + path, res.StatusCode, res.Header, raw}
}

func (c *client) get(path string, headers ...string) *answer {
	c.Helper()
	return c.send("GET", path, "", headers...)
}

// is demands a status.
func (a *answer) is(status int) *answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("%s: status %d, want %d; body %s", a.what, a.status, status, a.raw)
	}
	return a
}

// problem demands an error of a type.
func (a *answer) problem(status int, name string) *answer {
	a.Helper()
	a.is(status)
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	if err := json.Unmarshal(a.raw, &p); err != nil {
		a.Fatalf("%s: the error is not JSON: %s", a.what, a.raw)
	}
	if p.Type != ngsild.ErrorPrefix+name || p.Title == "" || p.Detail == "" || p.Status != status {
		a.Errorf("%s: error %+v, want %s with title, detail and status %d", a.what, p, name, status)
	}
	return a
}

// json gives the body.
func (a *answer) json() any {
	a.Helper()
	var v any
	if err := json.Unmarshal(a.raw, &v); err != nil {
		a.Fatalf("%s: the body is not JSON: %s", a.what, a.raw)
	}
	return v
}

// equals demands a body, compared as JSON.
func (a *answer) equals(want string) *answer {
	a.Helper()
	var got, expected bytes.Buffer
	if err := json.Compact(&expected, []byte(canonical(a.T, want))); err != nil {
		a.Fatal(err)
	}
	if err := json.Compact(&got, []byte(canonical(a.T, string(a.raw)))); err != nil {
		a.Fatal(err)
	}
	if got.String() != expected.String() {
		a.Errorf("%s:\n got %s\nwant %s", a.what, got.String(), expected.String())
	}
	return a
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("not JSON: %s", text)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// ids gives the ids of a list of entities.
func (a *answer) ids() string {
	a.Helper()
	var list []struct{ ID string }
	if err := json.Unmarshal(a.raw, &list); err != nil {
		a.Fatalf("%s: the body is not a list of entities: %s", a.what, a.raw)
	}
	var out []string
	for _, e := range list {
		out = append(out, strings.TrimPrefix(e.ID, "urn:"))
	}
	return strings.Join(out, " ")
}

func TestCreateRetrieveDelete(t *testing.T) {
	c := newClient(t)
	a := c.send("POST", "/entities", `{"id":"urn:e:1","type":"Room","temperature":{"type":"Property","value":21.50,"unitCode":"CEL","observedAt":"2025-06-01T10:00:00Z"},"isPartOf":{"type":"Relationship","object":"urn:e:2"}}`)
	a.is(201)
	if got := a.header.Get("Location"); got != "/ngsi-ld/v1/entities/urn:e:1" {
		t.Errorf("Location %q", got)
	}
	if len(a.raw) != 0 {
		t.Errorf("a 201 has no body, got %s", a.raw)
	}
	got := c.get("/entities/urn:e:1").is(200)
	got.equals(`{"id":"urn:e:1","type":"Room","temperature":{"type":"Property","value":21.5,"unitCode":"CEL","observedAt":"2025-06-01T10:00:00Z"},"isPartOf":{"type":"Relationship","object":"urn:e:2"}}`)
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("Link") != ngsild.ContextLink(ngsild.CoreContextURL) {
		t.Errorf("headers %v", got.header)
	}
	c.get("/entities?type=Room").is(200)
	c.send("DELETE", "/entities/urn:e:1", "").is(204)
	c.get("/entities/urn:e:1").problem(404, ngsild.ResourceNotFound)
	c.send("DELETE", "/entities/urn:e:1", "").problem(404, ngsild.ResourceNotFound)
}
