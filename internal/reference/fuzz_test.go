package reference

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBodies sends bodies and query strings to a platform: it must answer each with
// a status that the API has, and go on.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"id":"urn:1","type":"T","p":{"type":"Property","value":1}}`, `[{"id":"urn:1"}]`, `{"@context":{"a":{"@id":"b"}},"id":"urn:1","type":"a"}`,
		`{"id":"urn:1","type":"T","location":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":[[[0,0]]]}}}`, `{"type":"Query","q":"a==1"}`,
		`{"id":"urn:1","type":"T","p":"urn:ngsi-ld:null"}`, `{"p":{"languageMap":{"@none":"urn:ngsi-ld:null"}}}`,
		`{"id":"urn:s","type":"Subscription","entities":[{"type":"T"}],"notification":{"showChanges":true,"endpoint":{"uri":"http://x/"}}}`,
		`{"id":"urn:r","type":"ContextSourceRegistration","mode":"redirect","operations":["redirectionOps"],"endpoint":"http://x/","information":[{"entities":[{"type":"T"}],"propertyNames":["p"]}]}`,
		`{"id":"urn:1","type":"T","p":[{"type":"Property","value":1,"observedAt":"2025-01-01T00:00:00Z"}]}`,
		`{"@context":[{"@import":"http://127.0.0.1:1/"},null,{"@vocab":""},{"@propagate":5}],"id":"urn:1","type":"a"}`,
	} {
		for _, path := range []string{"POST /entities", "PATCH /entities/urn:0", "PATCH /entities/urn:0/attrs/p", "POST /entityOperations/upsert", "POST /entityOperations/query", "POST /jsonldContexts", "POST /subscriptions", "POST /csourceRegistrations", "POST /csourceSubscriptions", "POST /temporal/entities", "GET /temporal/entities?type=T&timerel=after&timeAt=2020-01-01T00:00:00Z"} {
			f.Add(path, seed, true)
			f.Add(path, seed, false)
		}
	}
	p, err := New(Options{Empty: true, Client: &http.Client{Transport: refusing{}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target, body string, linked bool) {
		method, path, _ := strings.Cut(target, " ")
		r, err := http.NewRequest(method, "http://platform/ngsi-ld/v1"+path, strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		if linked {
			r.Header.Set("Content-Type", "application/ld+json")
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code < 200 || w.Code == 500 || w.Code == 501 {
			t.Errorf("%s %s: status %d: %s", target, body, w.Code, w.Body)
		}
	})
}
