package runner

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// A platform whose lists are at /entities/ is not told to be no NGSI-LD API: its user is
// told what to say of it.
func TestPreflightOfListsAtPathsThatEndWithASlash(t *testing.T) {
	for path, want := range map[string]string{"/ngsi-ld/v1/entities": "", "/ngsi-ld/v1/entities/": "slash: true", "/": "check the address"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Path != path {
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(`{}`))
				return
			}
			_, _ = w.Write([]byte(`[]`))
		}))
		defer server.Close()
		to, err := target.FromURL(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		session, err := probe.Open(t.Context(), to, probe.Options{Profile: target.Observe})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		if got := broker(t.Context(), session.Client(PreflightClient), target.NGSILD).reason; !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("with a list at %s: %q, expected %q", path, got, want)
		}
	}
}
