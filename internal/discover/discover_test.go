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
	"github.com/oasc/mimcheck/suites"
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
	return discover.Platform(t.Context(), session.Client(discover.ClientID), to.Endpoints)
}

// What is beside the broker is asked for where its address is given.
func TestEndpointsBesideTheBroker(t *testing.T) {
	city, err := embedded.Start("127.0.0.1:0", reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	to, err := city.Target()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := map[string]string{}
	for name, address := range to.Endpoints {
		elsewhere[name] = address
	}
	elsewhere[target.LDES], elsewhere[target.Tiles3D], elsewhere[target.SensorThings], elsewhere[target.WFS] = city.URL+"/ogc", city.URL+"/nothing", city.URL+"/ogc", city.URL+"/ogc"
	for _, c := range []struct {
		endpoints map[string]string
		want      map[suites.Feature]discover.Answer
	}{
		{map[string]string{target.OGCFeatures: to.Endpoints[target.OGCFeatures]}, map[suites.Feature]discover.Answer{
			suites.FeaturePlacesHTML: discover.Yes, suites.FeaturePlacesOpenAPI: discover.Yes, suites.FeaturePlacesCRS: discover.Yes, suites.FeatureTemporal: discover.Unknown}},
		{to.Endpoints, map[suites.Feature]discover.Answer{suites.FeatureTilesets: discover.Yes, suites.FeatureWFS: discover.Yes, suites.FeatureSensorThings: discover.Yes, suites.FeatureEventStream: discover.Yes, suites.FeatureProcesses: discover.Yes}},
		{elsewhere, map[suites.Feature]discover.Answer{suites.FeatureTilesets: discover.No, suites.FeatureWFS: discover.Unknown, suites.FeatureSensorThings: discover.No, suites.FeatureEventStream: discover.No}},
		{map[string]string{target.NGSILD: to.Endpoints[target.NGSILD]}, map[suites.Feature]discover.Answer{suites.FeatureTilesets: discover.Unknown, suites.FeatureEventStream: discover.Unknown}},
	} {
		to.Endpoints = c.endpoints
		session, err := probe.Open(t.Context(), to, probe.Options{Profile: target.Observe})
		if err != nil {
			t.Fatal(err)
		}
		all, err := discover.Platform(t.Context(), session.Client(discover.ClientID), c.endpoints)
		session.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if want, asked := c.want[f.Feature]; asked && f.Offered != want {
				t.Errorf("%s: %s (%s), expected %s", f.Feature, f.Offered, f.Because, want)
			}
		}
	}
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
	if err := discover.WriteStatement(&draft, "city", map[string]string{target.NGSILD: city.URL}, all); err != nil {
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

// Where the address is of something else, nothing is drafted.
func TestWhatIsNoBrokerIsAnError(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"nothing": http.NotFound,
		"a page":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>welcome</html>")) },
		"an object": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"links":[]}`))
		},
	} {
		server := httptest.NewServer(answer)
		_, err := found(t, server.URL)
		server.Close()
		if err == nil || !strings.Contains(err.Error(), "no NGSI-LD API") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestADraftWithoutABrokerClaimsNothingOfOne(t *testing.T) {
	var draft strings.Builder
	if err := discover.WriteStatement(&draft, "places", map[string]string{target.OGCFeatures: "http://127.0.0.1:9"}, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(draft.String(), "MIM1") {
		t.Errorf("the draft is\n%s", draft.String())
	}
}

// Of a platform that lacks a few features the draft claims the others.
func TestWhatIsSwitchedOffIsNotDrafted(t *testing.T) {
	city, err := reference.New(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	// Each changes a request, or answers it with a status.
	none := func(prefix string, status int) func(*http.Request) int {
		return func(r *http.Request) int {
			if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, "/ngsi-ld/v1"), prefix) {
				return status
			}
			return 0
		}
	}
	ignores := func(parameters ...string) func(*http.Request) int {
		return func(r *http.Request) int {
			q := r.URL.Query()
			for _, name := range parameters {
				q.Del(name)
			}
			r.URL.RawQuery = q.Encode()
			return 0
		}
	}
	refuses := func(parameter string) func(*http.Request) int {
		return func(r *http.Request) int {
			if r.URL.Query().Has(parameter) {
				return http.StatusBadRequest
			}
			return 0
		}
	}
	geo := []string{"georel", "geometry", "coordinates"}
	off := map[suites.Feature][]func(*http.Request) int{
		suites.FeatureGeoQuery: {ignores(geo...), refuses("georel")}, suites.FeatureLinked: {ignores("join"), refuses("join")},
		suites.FeatureOrder: {ignores("orderBy"), refuses("orderBy")}, suites.FeatureEntityMaps: {none("/entityMaps", 404)},
		suites.FeatureSnapshots: {none("/snapshots", 404)}, suites.FeatureBatch: {none("/entityOperations/create", 404)},
		suites.FeatureMerge: {none("/entityOperations/merge", 404)}, suites.FeatureTemporal: {none("/temporal", 404), none("/temporal", 501)},
		suites.FeatureContexts: {none("/jsonldContexts", 404)}, suites.FeatureDiscovery: {none("/types", 404)},
		suites.FeatureSubscriptions: {none("/subscriptions", 405)}, suites.FeatureRegistrations: {none("/csourceRegistrations", 404)},
		suites.FeatureSourceSubs: {none("/csourceSubscriptions", 404)},
		suites.FeatureTenants:    {func(r *http.Request) int { r.Header.Del("NGSILD-Tenant"); return 0 }},
		suites.FeatureGeoJSON: {func(r *http.Request) int {
			if strings.Contains(r.Header.Get("Accept"), "geo+json") {
				return http.StatusNotAcceptable
			}
			return 0
		}},
	}
	seen := func(change func(*http.Request) int) []suites.Feature {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if status := change(r); status != 0 {
				http.Error(w, "not here", status)
				return
			}
			city.ServeHTTP(w, r)
		}))
		defer server.Close()
		all, err := found(t, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		var yes []suites.Feature
		for _, f := range all {
			if f.Offered == discover.Yes {
				yes = append(yes, f.Feature)
			}
		}
		return yes
	}
	whole := seen(func(*http.Request) int { return 0 })
	if len(whole) != len(off) {
		t.Errorf("of the whole platform is seen %v, expected what can be switched off", whole)
	}
	for feature, ways := range off {
		for i, way := range ways {
			want := slices.DeleteFunc(slices.Clone(whole), func(f suites.Feature) bool { return f == feature })
			if got := seen(way); !slices.Equal(got, want) {
				t.Errorf("without %s, in way %d, is seen %v, expected %v", feature, i, got, want)
			}
		}
	}
}

// A platform that has its lists at paths that end with a slash is found out, and its draft
// says so.
func TestListsAtPathsThatEndWithASlash(t *testing.T) {
	for path, want := range map[string]bool{"/ngsi-ld/v1/entities": false, "/ngsi-ld/v1/entities/": true, "/": false} {
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
		if got := discover.Slashed(t.Context(), session.Client(discover.ClientID)); got != want {
			t.Errorf("with a list at %s: %v, expected %v", path, got, want)
		}
	}
	var draft strings.Builder
	if err := discover.WriteStatement(&draft, "a", map[string]string{target.NGSILD: "http://a.example/ngsi-ld/v1/"}, nil); err != nil || !strings.Contains(draft.String(), "url: http://a.example/ngsi-ld/v1\n    slash: true\n") {
		t.Errorf("the draft is %s (%v)", draft.String(), err)
	}
}
