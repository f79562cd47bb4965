package prove

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/reference/mqtt"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/suites"
)

// platform answers every request with the same entity.
func platform(w http.ResponseWriter, r *http.Request) {
	_, _ = io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"b": 1.0, "a": "x"}`)
}

func everything(*http.Request) bool { return true }

func TestWhatAFaultChanges(t *testing.T) {
	tr := &trace{}
	r := httptest.NewRequest("PATCH", "/ngsi-ld/v1/entities/urn:a:b?local=true", strings.NewReader(`{"n": 1, "m": 2}`))
	r.Header.Set("User-Agent", "mimcheck/1 (mim1.a.b.c)")
	faults.Wrap(http.HandlerFunc(platform), tr.tap()).ServeHTTP(httptest.NewRecorder(), r)
	if len(tr.passages) != 1 || tr.passages[0].client != "mim1.a.b.c" {
		t.Fatalf("%+v", tr.passages)
	}
	for _, c := range []struct {
		name  string
		fault faults.Fault
		want  bool
	}{
		{"of another operation", faults.Fault{On: faults.Op("PATCH", "/entities"), Request: faults.DropQuery("local")}, false},
		{"of a parameter", faults.Fault{On: everything, Request: faults.DropQuery("local")}, true},
		{"of a parameter that is not there", faults.Fault{On: everything, Request: faults.DropQuery("limit")}, false},
		{"of a status", faults.Fault{On: everything, Answer: faults.Status(200, 201)}, true},
		{"of another status", faults.Fault{On: everything, Answer: faults.Status(204, 201)}, false},
		{"of a header field", faults.Fault{On: everything, Answer: faults.DropHeader("Content-Type")}, true},
		{"of the order of members", faults.Fault{On: everything,
			Request: func(r *http.Request) { faults.SetBody(r, []byte(`{"m":2,"n":1}`)) },
			Answer:  func(_ *http.Request, a *faults.Answer) { a.Body = []byte(`{"a":"x","b":1.0}`) }}, false},
		{"of a number", faults.Fault{On: everything, Answer: func(_ *http.Request, a *faults.Answer) { a.Body = []byte(`{"a":"x","b":1}`) }}, true},
		{"of the request's body", faults.Fault{On: everything, Request: func(r *http.Request) { faults.SetBody(r, []byte(`{}`)) }}, true},
		{"that asks twice", faults.Fault{On: everything, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			faults.Record(next, r.Clone(r.Context()))
			next.ServeHTTP(w, r)
		}}, true},
		{"that does not ask", faults.Fault{On: everything, Instead: platformInstead}, true},
		{"of what the platform sends", faults.Fault{On: everything, Outgoing: func(*http.Request, http.RoundTripper) (*http.Response, error) {
			return nil, io.ErrUnexpectedEOF
		}}, false},
	} {
		if got := (&comparison{passage: tr.passages[0]}).changedBy(c.fault); got != c.want {
			t.Errorf("a fault %s: changed %v, expected %v", c.name, got, c.want)
		}
	}
}

func platformInstead(w http.ResponseWriter, r *http.Request, _ http.Handler) { platform(w, r) }

func TestWhatAFaultChangesOfWhatThePlatformSends(t *testing.T) {
	inbox := httptest.NewServer(http.HandlerFunc(platform))
	defer inbox.Close()
	tr := &trace{}
	tap := tr.tap()
	r, err := http.NewRequestWithContext(t.Context(), "POST", inbox.URL+"/notifications/key/mim1.a.b.c", strings.NewReader(`{"id": "urn:n:1"}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := tap.Outgoing(r, http.DefaultTransport)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); len(body) == 0 {
		t.Error("the tap took the answer's body away")
	}
	_ = res.Body.Close()
	through := func(r *http.Request, next http.RoundTripper) (*http.Response, error) { return next.RoundTrip(r) }
	for _, c := range []struct {
		name  string
		fault faults.Fault
		want  bool
	}{
		{"that does nothing", faults.Fault{On: everything, Outgoing: through}, false},
		{"of other requests", faults.Fault{On: faults.Op("GET", "/entities"), Outgoing: nil}, false},
		{"of what comes in", faults.Fault{On: everything, Answer: faults.Status(200, 500)}, false},
		{"of a header field", faults.Fault{On: everything, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			r.Header.Set("Link", "<x>")
			return next.RoundTrip(r)
		}}, true},
		{"that loses it", faults.Fault{On: everything, Outgoing: func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
		}}, true},
		{"that breaks", faults.Fault{On: everything, Outgoing: func(*http.Request, http.RoundTripper) (*http.Response, error) {
			return nil, io.ErrUnexpectedEOF
		}}, true},
	} {
		if got := (&comparison{passage: tr.passages[0]}).changedBy(c.fault); got != c.want {
			t.Errorf("a fault %s: changed %v, expected %v", c.name, got, c.want)
		}
	}
}

func TestWhosePassagesAre(t *testing.T) {
	checks := []suites.Check{
		{ID: "mim1.a.b.writes", Needs: []suites.Need{suites.NeedWrite}},
		{ID: "mim1.a.b.looks", Needs: []suites.Need{suites.NeedRead}, Fault: "own"},
		{ID: "mim7.a.b.looks", Needs: []suites.Need{suites.NeedRead}, Endpoints: []string{"ogc-features"}},
		{ID: "mim1.a.b.mqtt", Needs: []suites.Need{suites.NeedBroker, suites.NeedWrite}},
	}
	request := func(client, url, body string, outgoing bool) passage {
		return passage{client: client, outgoing: outgoing, request: httptest.NewRequest("POST", url, nil), sent: []byte(body)}
	}
	tr := &trace{passages: []passage{
		request("mim1.a.b.writes", "http://city.example/x", `{"uri": "http://here:1/notifications/key1/n"}`, false),
		request("mim1.a.b.looks", "http://city.example/x", `{"endpoint": "http://source.example"}`, false),
		request(runner.SampleClient, "http://city.example/x", ``, false),
		request("", "http://city.example/x", ``, false),
		request("", "http://here:1/notifications/key1/n", `{}`, true),
		request("", "http://source.example/ngsi-ld/v1/entities", ``, true),
		request("", "http://nobody.example/ngsi-ld/v1/entities", ``, true),
	}}
	all := []string{"mim1.a.b.writes", "mim1.a.b.looks", "mim7.a.b.looks", "mim1.a.b.mqtt"}
	want := [][]string{
		{"mim1.a.b.writes"}, {"mim1.a.b.looks"}, {"mim1.a.b.looks"}, all,
		{"mim1.a.b.writes"}, {"mim1.a.b.looks"}, all,
	}
	for i, got := range tr.owners(checks) {
		if !slices.Equal(got, want[i]) {
			t.Errorf("passage %d is of %v, expected %v", i, got, want[i])
		}
	}
	reached := tr.reach(checks, []faults.Fault{
		{Name: "own", On: faults.Op("GET", "/nowhere"), Request: faults.DropQuery("q")},
		{Name: "published", Publishing: func(context.Context, mqtt.Endpoint, []byte, mqtt.Publish) error { return nil }},
	})
	if got := reached["published"]; !slices.Equal(got, []string{"mim1.a.b.mqtt"}) {
		t.Errorf("a fault of MQTT reaches %v, expected the check that needs a broker", got)
	}
	if got := reached["own"]; !slices.Equal(got, []string{"mim1.a.b.looks"}) {
		t.Errorf("a fault reaches %v, expected the check that names it", got)
	}
}
