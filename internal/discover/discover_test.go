package discover_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/discover"
	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/target"
)

func found(t *testing.T, url string) ([]discover.Found, error) {
	t.Helper()
	to, err := target.FromURL(url)
	if err != nil {
		t.Fatal(err)
	}
	session, err := probe.Open(t.Context(), to, probe.Options{Profile: target.Observe})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return discover.Platform(t.Context(), session.Client(discover.ClientID))
}

func TestTheReferencePlatformIsSeenToOfferWhatItClaims(t *testing.T) {
	city, err := embedded.Start("127.0.0.1:0", reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	all, err := found(t, city.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if slices.Contains(embedded.Statement().Features, string(f.Feature)) && f.Offered == discover.No {
			t.Errorf("%s is claimed and was not seen: %s", f.Feature, f.Because)
		}
	}
	var draft strings.Builder
	if err := discover.WriteStatement(&draft, "city", city.URL, all); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "city.yaml")
	if err := os.WriteFile(path, []byte(draft.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := target.Load(path)
	if err != nil {
		t.Fatalf("the draft cannot be used: %v\n%s", err, draft.String())
	}
	if !slices.Contains(loaded.Statement.Features, "geoJson") {
		t.Errorf("the draft claims %v", loaded.Statement.Features)
	}
}

func TestABarePlatformOffersNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/v1/entities") && r.URL.Query().Get("georel") == "" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("[]"))
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	all, err := found(t, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Offered == discover.Yes {
			t.Errorf("%s was seen where there is nothing: %s", f.Feature, f.Because)
		}
	}
	if got := discover.Unclaimed([]discover.Found{{Feature: "batch", Offered: discover.Yes}, {Feature: "merge", Offered: discover.Yes}}, []string{"batch"}); !slices.Equal(got, []string{"merge"}) {
		t.Errorf("unclaimed: %v", got)
	}
}

func TestAPlatformThatIsNotThereIsAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := found(t, server.URL); err == nil || !strings.Contains(err.Error(), "nothing listens") {
		t.Errorf("got %v", err)
	}
}
