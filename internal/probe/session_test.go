package probe_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

const token = "mctest1234"

// open makes a session with a platform that the handler plays.
func open(t *testing.T, platform http.HandlerFunc, change func(*target.Target, *probe.Options)) *probe.Session {
	t.Helper()
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return openURL(t, server.URL, change)
}

// openURL makes a session with the platform at the address.
func openURL(t *testing.T, address string, change func(*target.Target, *probe.Options)) *probe.Session {
	t.Helper()
	where, err := target.FromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	options := probe.Options{Profile: target.Sandbox, Token: token, JournalPath: filepath.Join(t.TempDir(), "journal.ndjson"), Version: "1.2.3"}
	if change != nil {
		change(where, &options)
	}
	s, err := probe.Open(t.Context(), where, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func get(path string) probe.Request { return probe.Request{Method: http.MethodGet, Path: path} }

func do(s *probe.Session, r probe.Request) (*probe.Response, error) {
	return s.Client("mim1.test").Do(context.Background(), r)
}

func answerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func TestRequestAndResponse(t *testing.T) {
	var seen *http.Request
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		answerJSON(w, 200, `[{"id":"urn:a"}]`)
	}, func(where *target.Target, _ *probe.Options) {
		where.Tenant = "openiot"
		where.Header = map[string]string{"X-Own": "1"}
	})
	r := get("/entities/urn%3Aa")
	r.Query = map[string][]string{"limit": {"1"}}
	r.Header = http.Header{"Accept": {"application/ld+json"}}
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 200 || string(got.Body) != `[{"id":"urn:a"}]` || got.Seq != 1 || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got %+v", got)
	}
	if seen.URL.EscapedPath() != "/ngsi-ld/v1/entities/urn%3Aa" || seen.URL.RawQuery != "limit=1" {
		t.Errorf("the platform saw %s", seen.URL)
	}
	for name, want := range map[string]string{"Accept": "application/ld+json", "Ngsild-Tenant": "openiot", "X-Own": "1",
		"User-Agent": "mimcheck/1.2.3 (mim1.test)"} {
		if seen.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, seen.Header.Get(name), want)
		}
	}
	exchanges := s.Client("mim1.test").Exchanges()
	if len(exchanges) != 1 || exchanges[0].Seq != 1 || exchanges[0].Check != "mim1.test" || exchanges[0].Response.Status != 200 || s.Requests() != 1 {
		t.Errorf("recorded %+v, %d requests", exchanges, s.Requests())
	}
	if asked := s.Client("mim1.test").LastAsked(); !asked.Equal(exchanges[0].Started) || !s.Client("mim1.other").LastAsked().IsZero() {
		t.Errorf("the check last asked at %s, want %s, and another one not at all", asked, exchanges[0].Started)
	}
	if body, ok := s.Blobs().Get(exchanges[0].Response.Body.SHA256); !ok || string(body) != `[{"id":"urn:a"}]` {
		t.Errorf("kept %q", body)
	}
}
