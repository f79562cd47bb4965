package faults_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
)

func TestEachFaultHasItsNameAndDoesSomething(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range faults.All() {
		switch {
		case f.Name == "" || f.Summary == "":
			t.Errorf("fault %q has no name or no summary", f.Name)
		case seen[f.Name]:
			t.Errorf("fault %q is there twice", f.Name)
		case f.On == nil && f.Publishing == nil && f.Listening == nil:
			t.Errorf("fault %q touches every request: say which", f.Name)
		case f.Request == nil && f.Answer == nil && f.Instead == nil && f.Outgoing == nil && f.Publishing == nil && f.Listening == nil:
			t.Errorf("fault %q does nothing", f.Name)
		}
		seen[f.Name] = true
	}
}

func TestNamedRefusesAnUnknownName(t *testing.T) {
	if _, err := faults.Named("no.such-fault"); err == nil || !strings.Contains(err.Error(), "no.such-fault") {
		t.Fatalf("error = %v, expected one that names the fault", err)
	}
}

func TestOp(t *testing.T) {
	for _, c := range []struct {
		method, pattern, path string
		want                  bool
	}{
		{"PATCH", "/entities/*", "/ngsi-ld/v1/entities/urn:a:b", true},
		{"PATCH", "/entities/*", "/base/ngsi-ld/v1/entities/urn:a:b/", true},
		{"PATCH", "/entities/*", "/ngsi-ld/v1/entities", false},
		{"PATCH", "/entities/*", "/ngsi-ld/v1/entities/urn:a:b/attrs", false},
		{"PATCH", "/entities/*", "/elsewhere", false},
		{"GET", "/entities/*", "/ngsi-ld/v1/entities/urn:a:b", false},
	} {
		r := httptest.NewRequest("PATCH", c.path, http.NoBody)
		if got := faults.Op(c.method, c.pattern)(r); got != c.want {
			t.Errorf("Op(%q, %q) of PATCH %s = %v, expected %v", c.method, c.pattern, c.path, got, c.want)
		}
	}
}

// transport answers every request with a status.
type transport int

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(t), Body: http.NoBody, Request: r}, nil
}

// Whatever a client sends, a fault neither panics nor hangs.
func FuzzFaults(f *testing.F) {
	f.Add("POST", "/ngsi-ld/v1/entities", `{"id": "urn:a:b", "type": "T", "p": {"type": "Property", "value": 1}}`)
	f.Add("PATCH", "/ngsi-ld/v1/entities/urn:a:b/attrs", `{"p": [{"value": 1}, 2, null], "q": null}`)
	f.Add("PATCH", "/ngsi-ld/v1/entities/urn:a:b/attrs/p", `{"value": 1, "datasetId": "urn:x:y"}`)
	f.Add("POST", "/ngsi-ld/v1/entityOperations/upsert", `[{"id": 1}, "x", null, []]`)
	f.Add("DELETE", "/ngsi-ld/v1/entities/%2", ``)
	f.Add("PUT", "/ngsi-ld/v1/", `[`)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		for _, status := range []int{200, 201, 204, 207, 400, 404, 409} {
			platform := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})
			for _, fault := range faults.All() {
				r, err := http.NewRequest(method, "http://city.example"+path, strings.NewReader(body))
				if err != nil {
					return
				}
				faults.Wrap(platform, fault).ServeHTTP(httptest.NewRecorder(), r)
				if fault.Outgoing == nil {
					continue
				}
				if r, err = http.NewRequest(method, "http://city.example"+path, strings.NewReader(body)); err != nil {
					return
				}
				if answer, err := fault.Outgoing(r, transport(status)); err != nil {
					t.Fatal(err)
				} else {
					answer.Body.Close()
				}
			}
		}
	})
}
