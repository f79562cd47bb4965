package probe_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// In these requests TOKEN stands for the run's token.
var guarded = []struct {
	method, path, body string
	allowed            bool // in profiles sandbox and reference
}{
	{"GET", "/entities/urn:theirs", "", true},
	{"HEAD", "/entities", "", true},
	{"OPTIONS", "/entities", "", true},
	{"POST", "/entityOperations/query", `{"type":"Query"}`, true},
	{"POST", "/temporal/entityOperations/query", `{}`, true},

	{"POST", "/entities", `{"id":"urn:TOKEN","type":"T"}`, true},
	{"POST", "/entities/", `{"id":"urn:TOKEN","type":"T"}`, true},
	{"POST", "/entities", `{"@id":"urn:TOKEN"}`, true},
	{"POST", "/entities", `{"id":"urn:theirs","type":"TTOKEN"}`, false},
	{"POST", "/entities", `{"id":"urn:theirs","id":"urn:TOKEN"}`, false},
	{"POST", "/entities", `{"id":"urn:TOKEN","id":"urn:theirs"}`, false},
	{"POST", "/entities", `{"type":"TTOKEN"}`, true},
	{"POST", "/entities", `{"type":"T"}`, false},
	{"POST", "/entities", `{"id": "urn:TOKEN", "type": `, true},
	{"POST", "/entities", `{"id": "urn:theirs", "type": `, false},
	{"POST", "/entities", `<html>`, false},
	{"POST", "/entities", `[]`, true},
	{"POST", "/entities", `{}`, true},
	{"POST", "/entities", ``, true},
	{"POST", "/entities", `7`, false},
	{"POST", "/entities/urn:TOKEN/attrs", `{"a":1}`, true},
	{"POST", "/entities/urn:theirs/attrs", `{"aTOKEN":1}`, false},
	{"POST", "/entities//attrs", `{"aTOKEN":1}`, true},
	{"POST", "/entities//attrs", `{"a":1}`, false},

	{"PATCH", "/entities/urn:TOKEN", `{"a":1}`, true},
	{"PATCH", "/entities/urn:TOKEN", `{"id":"urn:theirs","a":1}`, false},
	{"PATCH", "/entities/urn:theirs", `{"a":1}`, false},
	{"PATCH", "/entities/", `{"id":"urn:theirs"}`, false},
	{"PATCH", "/entities/urn%3ATOKEN/attrs/a", `{"value":1}`, true},
	{"PATCH", "/entities/urn%3Atheirs/attrs/a", `{"value":1}`, false},
	{"PUT", "/entities/urn:TOKEN", `{"id":"urn:TOKEN","type":"T"}`, true},
	{"PUT", "/entities/urn:theirs", `{"id":"urn:TOKEN","type":"T"}`, false},

	{"DELETE", "/entities/urn:TOKEN", "", true},
	{"DELETE", "/entities/urn:theirs", "", false},
	{"DELETE", "/entities/urn:theirs?type=TTOKEN", "", false},
	{"DELETE", "/entities/urn:TOKEN/attrs/a", "", true},
	{"DELETE", "/entities/urn:theirs/attrs/aTOKEN", "", false},
	{"DELETE", "/entities//attrs/aTOKEN", "", true},
	{"DELETE", "/entities//attrs/a", "", false},
	{"DELETE", "/entities", "", false},
	{"DELETE", "/entities/", "", false},
	{"DELETE", "/entities?local=true", "", false},
	{"DELETE", "/entities?type=Building", "", false},
	{"DELETE", "/entities?type=", "", false},
	{"DELETE", "/entities?type=BTOKEN", "", true},
	{"DELETE", "/entities?type=BTOKEN,Vehicle", "", false},
	{"DELETE", "/entities?type=BTOKEN%7CVehicle", "", false},
	{"DELETE", "/entities?type=BTOKEN,(CTOKEN%3BDTOKEN)", "", true},
	{"DELETE", "/entities?type=BTOKEN;type=Vehicle", "", false},
	{"DELETE", "/entities?type=BTOKEN&type=Vehicle", "", false},
	{"DELETE", "/entities?q=a==%22TOKEN%22", "", false},
	{"DELETE", "/subscriptions?type=BTOKEN", "", false},
	{"DELETE", "/subscriptions", "", false},

	{"POST", "/entityOperations/create", `[{"id":"urn:TOKEN:1"},{"id":"urn:TOKEN:2"}]`, true},
	{"POST", "/entityOperations/create", `[{"id":"urn:TOKEN:1"},{"id":"urn:theirs"}]`, false},
	{"POST", "/entityOperations/upsert", `[{"id":"urn:TOKEN:1"},{"type":"T"}]`, false},
	{"POST", "/entityOperations/upsert", `[{"id":"urn:TOKEN:1"},{"type":"TTOKEN"}]`, true},
	{"POST", "/entityOperations/upsert", `[{"type":"T"}]`, false},
	{"POST", "/entityOperations/delete", `["urn:TOKEN:1"]`, true},
	{"POST", "/entityOperations/delete", `["urn:TOKEN:1","urn:theirs"]`, false},
	{"POST", "/entityOperations/delete", `[{"id":"urn:theirs"}]`, false},
	{"POST", "/entityOperations/delete", `[]`, true},

	{"POST", "/subscriptions", `{"id":"urn:TOKEN","type":"Subscription"}`, true},
	{"POST", "/subscriptions", `{"type":"Subscription","description":"TOKEN"}`, true},
	{"POST", "/subscriptions", `{"type":"Subscription"}`, false},
	{"DELETE", "/subscriptions/urn:theirs", "", false},
	{"POST", "/jsonldContexts", `{"@context":{"aTOKEN":"http://a.example/a"}}`, true},
	{"POST", "/jsonldContexts", `{"@context":{"a":"http://a.example/a"}}`, false},
	{"POST", "/snapshots/urn:TOKEN:1/clone", `{"id":"urn:TOKEN:2","type":"Snapshot"}`, true},
	{"POST", "/snapshots/urn:TOKEN:1/clone", `{"id":"urn:other","type":"Snapshot"}`, false},
	{"POST", "/snapshots/urn:other/clone", `{"id":"urn:TOKEN:2","type":"Snapshot"}`, false},
	{"DELETE", "/snapshots?q=snapshotPriority<5", "", false},
	{"DELETE", "/jsonldContexts/https%3A%2F%2Furi.etsi.org%2Fngsi-ld%2Fv1%2Fngsi-ld-core-context-v1.8.jsonld", "", false},
	{"POST", "/temporal/entities", `{"id":"urn:TOKEN"}`, true},
	{"POST", "/temporal/entities", `{"id":"urn:theirs"}`, false},
	{"DELETE", "/temporal/entities/urn:TOKEN", "", true},
	{"DELETE", "/temporal/entities/urn:theirs", "", false},
	{"DELETE", "/temporal/entities/urn:theirs/attrs/aTOKEN", "", false},
	{"DELETE", "/temporal/entities?type=BTOKEN", "", false},

	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"type":"VTOKEN"}]}],"endpoint":"http://a.example"}`, true},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"id":"urn:TOKEN:1","type":"Vehicle"}]}]}`, true},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"type":["VTOKEN","WTOKEN"]}]}]}`, true},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"type":"Vehicle"}]}]}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"type":["VTOKEN","Vehicle"]}]}]}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":{"entities":{"type":"Vehicle"}}}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"entities":[{"type":"VTOKEN"}]},{"propertyNames":["speed"]}]}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"propertyNames":["speedTOKEN"]}]}`, true},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[{"idPattern":".*"}]}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":[7]}`, false},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN","information":"none"}`, true},
	{"POST", "/csourceRegistrations", `{"id":"urn:TOKEN"}`, true},
	{"PATCH", "/csourceRegistrations/urn:TOKEN", `{"information":[{"entities":[{"type":"Vehicle"}]}]}`, false},
	{"DELETE", "/csourceRegistrations/urn:TOKEN", "", true},

	{"DELETE", "/entities/../subscriptions/urn:TOKEN", "", false},
	{"DELETE", "/entities/%2e%2e/entities/urn:TOKEN", "", false},
	{"DELETE", "/entities/./urn:TOKEN", "", false},
	{"PURGE", "/entities/urn:theirs", "", false},
	{"PURGE", "/entities/urn:TOKEN", "", true},
	{"TRACE", "/somewhere", "", true}, // it holds nothing and names nothing
}

func TestGuard(t *testing.T) {
	for _, profile := range []target.Profile{target.Observe, target.Sandbox, target.Reference} {
		t.Run(string(profile), func(t *testing.T) {
			var mu sync.Mutex
			arrived := 0
			s := open(t, func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				arrived++
				mu.Unlock()
				w.WriteHeader(http.StatusNotFound)
			}, func(_ *target.Target, o *probe.Options) { o.Profile = profile })
			for _, c := range guarded {
				path, query, _ := strings.Cut(strings.ReplaceAll(c.path, "TOKEN", token), "?")
				r := probe.Request{Method: c.method, Path: path}
				if query != "" {
					r.Path += "?" + query
				}
				if c.body != "" {
					r.Body = []byte(strings.ReplaceAll(c.body, "TOKEN", token))
				}
				allowed := c.allowed
				if profile == target.Observe {
					allowed = slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, c.method)
				}
				before := arrived
				got, err := do(s, r)
				sent := arrived > before
				if sent != allowed {
					t.Errorf("%s %s %s: sent is %v, want %v (%v)", c.method, c.path, c.body, sent, allowed, err)
				}
				class := evidence.Unsafe
				if allowed {
					class = ""
				}
				judged(t, got, err, class, "")
			}
		})
	}
}

func TestObserveMayQueryByPOSTWhenAllowed(t *testing.T) {
	s := open(t, as("application/json", 200, `[]`), func(where *target.Target, o *probe.Options) {
		o.Profile, where.Polite.QueryPOST = target.Observe, true
	})
	for path, class := range map[string]evidence.FailureClass{
		"/entityOperations/query": "", "/temporal/entityOperations/query": "",
		"/entityOperations/upsert": evidence.Unsafe, "/entityOperations/query/x": evidence.Unsafe, "/query": evidence.Unsafe,
	} {
		got, err := do(s, probe.Request{Method: http.MethodPost, Path: path, Body: []byte(`[{"id":"urn:` + token + `"}]`)})
		judged(t, got, err, class, "")
	}
}

func TestSnapshotsArePurgedInTenantsOfTheRunOnly(t *testing.T) {
	const purge = "/snapshots?q=snapshotPriority<5"
	for _, c := range []struct {
		path, tenant string
		class        evidence.FailureClass
	}{
		{purge, "new" + token, ""},
		{"/snapshots", "new" + token, ""},
		{purge, "mine", evidence.Unsafe},
		{purge, "", evidence.Unsafe},
		{"/snapshots//x", "new" + token, evidence.Unsafe},
		{"/subscriptions", "new" + token, evidence.Unsafe},
	} {
		s := open(t, as("application/json", 204, ``), func(where *target.Target, _ *probe.Options) { where.Tenant = "mine" })
		got, err := do(s, probe.Request{Method: "DELETE", Path: c.path, Header: http.Header{"Ngsild-Tenant": {c.tenant}}})
		judged(t, got, err, c.class, "")
	}
}

func TestTenantsOfOthersAreNotWrittenTo(t *testing.T) {
	for _, c := range []struct {
		target string
		header http.Header
		class  evidence.FailureClass
	}{
		{"", nil, ""},
		{"mine", nil, ""},
		{"mine", http.Header{"Ngsild-Tenant": {"mine"}}, ""},
		{"mine", http.Header{"Ngsild-Tenant": {"new" + token}}, ""},
		{"mine", http.Header{"Ngsild-Tenant": {"theirs"}}, evidence.Unsafe},
		{"mine", http.Header{"Ngsild-Tenant": nil}, evidence.Unsafe},
		{"", http.Header{"Ngsild-Tenant": {"theirs"}}, evidence.Unsafe},
	} {
		s := open(t, as("application/json", 201, ``), func(where *target.Target, _ *probe.Options) { where.Tenant = c.target })
		got, err := do(s, probe.Request{Method: http.MethodPost, Path: "/entities", Header: c.header, Body: []byte(`{"id":"urn:` + token + `"}`)})
		judged(t, got, err, c.class, "")
		r := get("/entities") // to look is allowed
		r.Header = c.header
		got, err = do(s, r)
		judged(t, got, err, "", "")
	}
}

func TestObserveMakesNoEntityMaps(t *testing.T) {
	for profile, class := range map[target.Profile]evidence.FailureClass{target.Observe: evidence.Unsafe, target.Sandbox: ""} {
		for _, path := range []string{"/entities?entityMap=true", "/temporal/entities?entityMap=true", "/entityMaps?type=T", "/entityMaps/?type=T", "/temporal/entityMaps?type=T"} {
			s := open(t, as("application/json", 200, `[]`), func(_ *target.Target, o *probe.Options) { o.Profile = profile })
			got, err := do(s, get(path))
			judged(t, got, err, class, "")
		}
	}
	s := open(t, as("application/json", 200, `{}`), func(_ *target.Target, o *probe.Options) { o.Profile = target.Observe })
	got, err := do(s, get("/entityMaps/urn:map:1")) // to look at one is allowed
	judged(t, got, err, "", "")
}

func TestAnEntityMapThatWasAskedForIsTheRunsOwn(t *testing.T) {
	for _, before := range []string{"", "/ngsi-ld/v1/entityMaps/", "http://elsewhere.example/ngsi-ld/v1/entityMaps/"} {
		s := open(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(ngsild.HeaderEntityMap, before+"urn:map:"+r.URL.Query().Get("q"))
			w.Header().Set("Content-Type", "application/json")
			if strings.HasSuffix(r.URL.Path, "/entityMaps") {
				w.WriteHeader(http.StatusCreated)
			}
			_, _ = w.Write([]byte(`[]`))
		}, nil)
		remove := func(id string) probe.Request {
			return probe.Request{Method: http.MethodDelete, Path: "/entityMaps/urn:map:" + id}
		}
		theirs := get("/entities?q=theirs&entityMap=true")
		theirs.Header = http.Header{http.CanonicalHeaderKey(ngsild.HeaderEntityMap): {before + "urn:map:theirs"}}
		for _, r := range []probe.Request{get("/entities?q=unasked"), theirs, get("/entities?q=own&entityMap=true"), get("/entityMaps?q=made"), get("/temporal/entityMaps?q=past")} {
			got, err := do(s, r)
			judged(t, got, err, "", "")
		}
		for id, class := range map[string]evidence.FailureClass{"unasked": evidence.Unsafe, "theirs": evidence.Unsafe, "own": "", "made": "", "past": ""} {
			got, err := do(s, remove(id))
			judged(t, got, err, class, "")
		}
	}
}

func TestWhatThePlatformNamedIsTheRunsOwn(t *testing.T) {
	for _, location := range []string{
		"http://elsewhere.example/ngsi-ld/v1/jsonldContexts/urn%3Acontext%3A7",
		"/ngsi-ld/v1/jsonldContexts/urn:context:7",
		"jsonldContexts/urn:context:7", // relative to what was asked
	} {
		t.Run(location, func(t *testing.T) {
			s := open(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.Header().Set("Location", location)
					w.WriteHeader(http.StatusCreated)
					return
				}
				w.WriteHeader(http.StatusNoContent)
			}, nil)
			remove := probe.Request{Method: http.MethodDelete, Path: "/jsonldContexts/urn:context:7"}
			got, err := do(s, remove)
			judged(t, got, err, evidence.Unsafe, "not the run's own")
			got, err = do(s, probe.Request{Method: http.MethodPost, Path: "/jsonldContexts", Body: []byte(`{"@context":{"` + token + `":"http://a.example"}}`)})
			judged(t, got, err, "", "")
			got, err = do(s, probe.Request{Method: http.MethodDelete, Path: "/subscriptions/urn:context:7"})
			judged(t, got, err, evidence.Unsafe, "not the run's own")
			got, err = do(s, remove)
			judged(t, got, err, "", "")
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, o := range map[string]probe.Options{
		"an unknown profile":        {Profile: "all"},
		"a sandbox without journal": {Profile: target.Sandbox},
		"a short token":             {Token: "mc1"},
		"a token in capitals":       {Token: "MCMCMCMCMC"},
	} {
		where, err := target.FromURL("http://a.example")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := probe.Open(t.Context(), where, o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := probe.Open(t.Context(), &target.Target{Endpoints: map[string]string{"ngsi-ld": "broker"}}, probe.Options{}); err == nil {
		t.Error("an endpoint without scheme was taken")
	}
}

func TestTokensDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		where, _ := target.FromURL("http://a.example")
		s, err := probe.Open(t.Context(), where, probe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if seen[s.Token()] || len(s.Token()) != 10 || !strings.HasPrefix(s.Token(), "mc") || s.Client("x").Token() != s.Token() {
			t.Errorf("token %q", s.Token())
		}
		seen[s.Token()] = true
	}
}

func TestRequestsThatCannotBeMade(t *testing.T) {
	s := open(t, as("application/json", 200, `[]`), nil)
	for _, r := range []probe.Request{
		{Method: http.MethodGet, Path: "/a%zz"},
		{Method: http.MethodGet, Path: "/a", Endpoint: "ogc"},
		{Method: "BAD METHOD", Path: "/a"},
		{Method: http.MethodGet, Path: "/a", Header: http.Header{"X": {"a\nb"}}},
	} {
		got, err := do(s, r)
		judged(t, got, err, evidence.Other, "")
	}
}
