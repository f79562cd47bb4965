package mim1_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

// isNotification says whether the platform sends a notification with the request.
func isNotification(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/notifications/")
}

// sends sends a copy of a request with another body.
func sends(r *http.Request, next http.RoundTripper, body []byte) (*http.Response, error) {
	again := r.Clone(r.Context())
	again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return next.RoundTrip(again)
}

func in(body []byte) map[string]any {
	var o map[string]any
	_ = json.Unmarshal(body, &o) // nil when it is something else
	return o
}

// listed is a list, or none.
func listed(v any) []any {
	l, _ := v.([]any)
	return l
}

// beginsWithEntities sends a first notification as soon as there is a subscription,
// with the entities as they are: the standard does not forbid it.
func beginsWithEntities() faults.Fault {
	return faults.Fault{Name: "begins with the entities", On: faults.Op("POST", "/subscriptions"),
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			s := in(faults.ReadBody(r))
			a := faults.Record(next, r)
			defer a.WriteTo(w)
			selectors, _ := s["entities"].([]any)
			notification, _ := s["notification"].(map[string]any)
			endpoint, _ := notification["endpoint"].(map[string]any)
			uri, _ := endpoint["uri"].(string)
			for _, member := range []string{"q", "geoQ", "scopeQ"} { // it would have to tell which of them match
				if s[member] != nil {
					return
				}
			}
			if a.Status != http.StatusCreated || len(selectors) == 0 || s["isActive"] == false || !strings.Contains(uri, "/notifications/") {
				return
			}
			kind, _ := selectors[0].(map[string]any)["type"].(string)
			ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://city/ngsi-ld/v1/entities?type="+url.QueryEscape(kind), http.NoBody)
			if err != nil {
				return
			}
			ask.Header["Link"], ask.Header["Ngsild-Tenant"] = r.Header["Link"], r.Header["Ngsild-Tenant"]
			var found []any
			if json.Unmarshal(faults.Record(next, ask).Body, &found) != nil || len(found) == 0 {
				return
			}
			raw, err := json.Marshal(map[string]any{"id": "urn:ngsi-ld:Notification:first", "type": "Notification", "subscriptionId": s["id"],
				"notifiedAt": "2024-01-01T00:00:00Z", "data": found})
			if err != nil {
				return
			}
			if answer, err := http.Post(uri, "application/json", bytes.NewReader(raw)); err == nil {
				answer.Body.Close()
			}
		}}
}

// subscriptionLiberties are ways in which a platform may notify, and show
// subscriptions, otherwise than the reference platform and still be right.
func subscriptionLiberties() []faults.Fault {
	return []faults.Fault{
		beginsWithEntities(),
		{Name: "each notification twice", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			raw := faults.ReadBody(r)
			n := in(raw)
			if a, err := sends(r, next, raw); err == nil {
				a.Body.Close()
			}
			n["id"] = "urn:ngsi-ld:Notification:again-" + n["id"].(string)
			again, err := json.Marshal(n)
			if err != nil {
				return nil, err
			}
			return sends(r, next, again)
		}},
		{Name: "more members", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			n := in(faults.ReadBody(r))
			n["notificationTrigger"], n["sequence"] = "whatever", 7
			raw, err := json.Marshal(n)
			if err != nil {
				return nil, err
			}
			return sends(r, next, raw)
		}},
		{Name: "deleted attributes as the bare Null", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) { // 5.8.6
			n := in(faults.ReadBody(r))
			for _, item := range listed(n["data"]) {
				e, _ := item.(map[string]any)
				for name, member := range e {
					if a, ok := member.(map[string]any); ok && len(a) == 2 && (a["value"] == "urn:ngsi-ld:null" || a["object"] == "urn:ngsi-ld:null") {
						e[name] = "urn:ngsi-ld:null"
					}
				}
			}
			raw, err := json.Marshal(n)
			if err != nil {
				return nil, err
			}
			return sends(r, next, raw)
		}},
		{Name: "a success before the failure", On: faults.Op("GET", "/subscriptions/*"), Answer: func(_ *http.Request, a *faults.Answer) {
			s := in(a.Body)
			if n, ok := s["notification"].(map[string]any); ok && n["lastFailure"] != nil && n["lastSuccess"] == nil {
				n["lastSuccess"] = "2024-01-01T00:00:00Z"
				a.Body, _ = json.Marshal(s) // it was JSON
			}
		}},
		{Name: "defaults are shown", On: func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/subscriptions")
		}, Answer: func(_ *http.Request, a *faults.Answer) {
			defaults := func(o map[string]any, pairs ...any) {
				for i := 0; i < len(pairs); i += 2 {
					if name := pairs[i].(string); o[name] == nil {
						o[name] = pairs[i+1]
					}
				}
			}
			shown := func(s map[string]any) {
				n, ok := s["notification"].(map[string]any)
				if !ok {
					return
				}
				defaults(s, "isActive", true, "notificationTrigger", []string{"attributeCreated", "attributeUpdated"}, "origin", "local")
				defaults(n, "format", "normalized", "timesSent", 0, "timesFailed", 0, "sysAttrs", false, "showChanges", false)
				defaults(n["endpoint"].(map[string]any), "accept", "application/json")
			}
			var list []map[string]any
			if a.Status != http.StatusOK {
				return
			}
			if json.Unmarshal(a.Body, &list) == nil {
				for _, s := range list {
					shown(s)
				}
				a.Body, _ = json.Marshal(list) // it was JSON
				return
			}
			s := in(a.Body)
			shown(s)
			a.Body, _ = json.Marshal(s) // it was JSON
		}},
	}
}

// TestSubscriptionLiberties: checks of subscriptions let a platform have what the
// standard leaves open.
func TestSubscriptionLiberties(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, check := range mim1.Subscriptions() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, subscriptionLiberties()...); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// outOfOrder delivers notifications some time after the platform takes them for
// delivered, so that later ones may come earlier.
func outOfOrder(sending *sync.WaitGroup) faults.Fault {
	return faults.Fault{Name: "out of order", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		raw, later := faults.ReadBody(r), r.Clone(context.WithoutCancel(r.Context()))
		sending.Go(func() {
			time.Sleep(rand.N(10 * time.Millisecond)) // what is awaited is never that it has come
			if a, err := sends(later, next, raw); err == nil {
				a.Body.Close()
			}
		})
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
	}}
}

func TestNotificationsMayComeOutOfOrder(t *testing.T) {
	var sending sync.WaitGroup
	t.Cleanup(sending.Wait)
	for _, check := range mim1.Subscriptions() {
		if !strings.HasPrefix(check.ID, "mim1.notification.") || strings.HasPrefix(check.ID, "mim1.notification.count.") {
			continue // what the platform counts is what its receivers answer
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, outOfOrder(&sending)); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// What should not be sent is noticed, too, when it comes later than other things: the first
// notification to each receiver is on its way for long, as on a busy machine.
func TestWhatShouldNotComeMayBeLate(t *testing.T) {
	byName := map[string]faults.Fault{}
	for _, f := range faults.All() {
		byName[f.Name] = f
	}
	n := 0
	for _, check := range everyCheck() {
		if !slices.Contains([]string{"mim1.notification.state.paused", "mim1.notification.state.pausedLater", "mim1.notification.state.notMadeUpFor",
			"mim1.notification.state.deleted", "mim1.sourceNotification.matching.paused"}, check.ID) {
			continue
		}
		n++
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			var begun sync.Map // receivers that something has been sent to
			late := faults.Fault{Name: "late", On: isNotification, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if _, again := begun.LoadOrStore(r.URL.Path, true); !again {
					time.Sleep(100 * time.Millisecond) // a third of what the check takes, at least
				}
				return next.RoundTrip(r)
			}}
			if r := outcome(t, check, byName[check.Fault], late); r.Outcome != reports.Failed {
				t.Errorf("with fault %s the check ends as %s: %s", check.Fault, r.Outcome, r.Reason)
			}
		})
	}
	if n != 5 {
		t.Errorf("%d of the checks were found, expected 5", n)
	}
}

// TestUnreachableReceiverIsNotJudged: when nothing of the platform gets through to the
// harness, nobody can tell whether it notifies.
func TestUnreachableReceiverIsNotJudged(t *testing.T) {
	t.Parallel()
	unreachable := faults.Fault{Name: "walled in", On: func(*http.Request) bool { return true },
		Outgoing: func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
			return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
		}}
	// As a platform that says nothing of what it tried.
	mum := faults.Fault{Name: "mum", On: faults.Op("GET", "/subscriptions/*"), Answer: func(_ *http.Request, a *faults.Answer) {
		s := in(a.Body)
		if n, ok := s["notification"].(map[string]any); ok {
			s["notification"] = map[string]any{"endpoint": n["endpoint"]}
			a.Body, _ = json.Marshal(s) // it was JSON
		}
	}}
	for _, check := range mim1.Subscriptions() {
		if !slices.Contains([]string{"mim1.notification.body.sent", "mim1.notification.state.paused", "mim1.notification.interval.periodic",
			"mim1.notification.throttling.ends", "mim1.notification.context.ofSubscription", "mim1.notification.tenant.header"}, check.ID) {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			for name, active := range map[string][]faults.Fault{"says so": {unreachable}, "is mum": {unreachable, mum}} {
				if r := outcome(t, check, active...); r.Outcome != reports.CantTell || !strings.Contains(r.Reason, "--callback-host") && !strings.Contains(r.Reason, "context") {
					t.Errorf("against a platform that cannot reach the harness and %s the check ends as %s: %s", name, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// A platform that can reach the harness and never notifies fails.
func TestSilentPlatformFails(t *testing.T) {
	silent := faults.Fault{Name: "silent", On: faults.Op("POST", "/subscriptions"), Request: func(r *http.Request) {
		s := in(faults.ReadBody(r))
		s["isActive"] = false
		raw, err := json.Marshal(s)
		if err != nil {
			return
		}
		faults.SetBody(r, raw)
	}}
	for _, check := range mim1.Subscriptions() {
		if check.ID != "mim1.notification.body.sent" {
			continue
		}
		if r := outcome(t, check, silent); r.Outcome != reports.Failed {
			t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
		}
	}
}

// What a platform says of failures is no excuse where it has reached the harness.
func TestFailingToNotifyIsNoExcuse(t *testing.T) {
	failing := faults.Fault{Name: "fails to notify", On: isNotification, Outgoing: func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
	}}
	if r := outcome(t, subscriptionCheck(t, "mim1.notification.context.ofSubscription"), failing); r.Outcome != reports.Failed {
		t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
	}
}

// A platform may have a time-out of its own (5.2.15).
func TestTimeoutsMayBeThePlatforms(t *testing.T) {
	own := faults.Fault{Name: "a time-out of its own", On: faults.Op("GET", "/subscriptions/*"), Answer: func(_ *http.Request, a *faults.Answer) {
		a.Body = regexp.MustCompile(`"timeout":\s*\d+`).ReplaceAll(a.Body, []byte(`"timeout": 30000`))
	}}
	for id, want := range map[string]reports.Outcome{"mim1.notification.count.timeout": reports.Inapplicable, "mim1.subscription.member.timeout": reports.Passed} {
		if r := outcome(t, subscriptionCheck(t, id), own); r.Outcome != want {
			t.Errorf("%s ends as %s, want %s: %s", id, r.Outcome, want, r.Reason)
		}
	}
}

func subscriptionCheck(t *testing.T, id string) suites.Check {
	t.Helper()
	all := mim1.Subscriptions()
	i := slices.IndexFunc(all, func(c suites.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no check %s", id)
	}
	return all[i]
}
