package probe_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// serve starts a platform and returns its URL.
func serve(t testing.TB, platform http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return server.URL
}

func TestRedirects(t *testing.T) {
	var elsewhere atomic.Int64
	other := serve(t, func(w http.ResponseWriter, _ *http.Request) { elsewhere.Add(1); answerJSON(w, 200, `[]`) })
	to := func(status int, location string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/ngsi-ld/v1/entities" || strings.HasPrefix(r.URL.Path, "/ngsi-ld/v1/hop") {
				if location != "" {
					w.Header().Set("Location", location)
				}
				w.WriteHeader(status)
				return
			}
			answerJSON(w, 200, `[]`)
		}
	}
	mine := []byte(`{"id":"urn:` + token + `"}`)
	for _, c := range []struct {
		name     string
		platform http.HandlerFunc
		request  probe.Request
		class    evidence.FailureClass
		reason   string
		status   int
		hops     int
	}{
		{"301 to another path", to(301, "/ngsi-ld/v1/there"), get("/entities"), "", "", 200, 2},
		{"307 of a POST to another path", to(307, "/ngsi-ld/v1/entities/"), probe.Request{Method: "POST", Path: "/entities", Body: mine}, "", "", 200, 2},
		{"302 of a POST", to(302, "/ngsi-ld/v1/there"), probe.Request{Method: "POST", Path: "/entities", Body: mine}, evidence.Redirects, "lets a client send GET instead", 0, 1},
		{"308 of a DELETE to what is not the run's", to(308, "/ngsi-ld/v1/subscriptions/urn:theirs"),
			probe.Request{Method: "DELETE", Path: "/entities?type=" + token}, evidence.Unsafe, "not the run's own", 0, 1},
		{"in a circle", to(302, "/ngsi-ld/v1/entities"), get("/entities"), evidence.Redirects, "in a circle", 0, 1},
		{"to another host", to(302, other+"/ngsi-ld/v1/there"), get("/entities"), evidence.Redirects, "another host", 0, 1},
		{"to another host with credentials in it", to(302, "http://me:s3cret@"+strings.TrimPrefix(other, "http://")), get("/entities"), evidence.Redirects, "another host", 0, 1},
		{"to https of the same host", to(302, "https://127.0.0.1:1/"), get("/entities"), evidence.Redirects, "another host", 0, 1},
		{"to no URL", to(302, "http://[bad"), get("/entities"), evidence.Redirects, "no URL", 0, 1},
		{"without a Location", to(302, ""), get("/entities"), "", "", 302, 1},
		{"that the check judges", to(302, other), probe.Request{Method: "GET", Path: "/entities", KeepRedirects: true}, "", "", 302, 1},
		{"304", to(304, "/ngsi-ld/v1/there"), get("/entities"), "", "", 304, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var auth []string
			s := open(t, func(w http.ResponseWriter, r *http.Request) {
				auth = append(auth, r.Header.Get("Authorization"))
				c.platform(w, r)
			}, func(where *target.Target, _ *probe.Options) { where.Auth.Bearer = "s3cret-bearer" })
			got, err := do(s, c.request)
			judged(t, got, err, c.class, c.reason)
			if c.class == "" && err == nil && got.Status != c.status {
				t.Errorf("status %d, want %d", got.Status, c.status)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells a secret: %v", err)
			}
			exchanges := s.Client("mim1.test").Exchanges()
			if len(exchanges) != c.hops {
				t.Errorf("%d hops were recorded, want %d", len(exchanges), c.hops)
			}
			if strings.Contains(fmt.Sprint(exchanges), "s3cret") {
				t.Errorf("a record tells a secret: %+v", exchanges)
			}
			for _, a := range auth {
				if a != "Bearer s3cret-bearer" {
					t.Errorf("a hop on the platform's own host came with %q", a)
				}
			}
		})
	}
	if elsewhere.Load() > 0 {
		t.Errorf("another host was asked %d times", elsewhere.Load())
	}
}

func TestTooManyRedirects(t *testing.T) {
	var n atomic.Int64
	s := open(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", fmt.Sprintf("/ngsi-ld/v1/hop%d", n.Add(1)))
		w.WriteHeader(http.StatusFound)
	}, nil)
	got, err := do(s, get("/entities"))
	judged(t, got, err, evidence.Redirects, "more than 5 times")
	if n.Load() != 6 {
		t.Errorf("the platform was asked %d times, want 6", n.Load())
	}
}
