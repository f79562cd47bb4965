package mim1_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim1"
)

// sourceLiberties are ways in which a platform may treat context sources otherwise than
// the reference platform and still be right: no check may hold one against it.
func sourceLiberties() []faults.Fault {
	registrations := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/csource") }
	one := faults.Op("GET", "/csourceRegistrations/*")
	return []faults.Fault{
		{Name: "absolute Location", On: registrations, Answer: func(_ *http.Request, a *faults.Answer) {
			if location := a.Header.Get("Location"); location != "" {
				a.Header.Set("Location", "https://gateway.example"+strings.ReplaceAll(location, ":", "%3A"))
			}
		}},
		{Name: "defaults and members of its own are shown", On: one, Answer: inAnswer(func(g map[string]any) {
			for name, v := range map[string]any{"mode": "inclusive", "operations": []any{"federationOps"}, "timesSent": 0, "timesFailed": 0, "status": "ok", "brokerNote": "kept warm"} {
				if g[name] == nil {
					g[name] = v
				}
			}
		})},
		{Name: "lists of one as that one", On: one, Answer: inAnswer(func(g map[string]any) { unlisted(g) })},
		{Name: "problems with more members", On: registrations, Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status >= 400 {
				a.Body = bytes.Replace(a.Body, []byte("{"), []byte(`{"instance": "urn:trace:1", `), 1)
			}
		}},
		{Name: "a retrieval that has come back finds what is left, which is nothing", On: func(r *http.Request) bool { return r.Method == http.MethodGet }, Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status == http.StatusLoopDetected {
				a.Status, a.Body = http.StatusNotFound, []byte(`{"type": "`+ngsild.ErrorPrefix+ngsild.ResourceNotFound+`", "title": "not here"}`)
			}
		}},
		{Name: "conflicts as AlreadyExists", On: registrations, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = bytes.ReplaceAll(a.Body, []byte("errors/Conflict"), []byte("errors/AlreadyExists"))
		}},
		{Name: "sources are asked by JSON-LD and for system attributes, with a name for each hop in a header of its own, and picked from", On: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/sources/") },
			Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				q := r.URL.Query()
				if attrs := q.Get("attrs"); attrs != "" {
					q.Del("attrs")
					q.Set("pick", "id,type,"+attrs)
				}
				if r.Method == http.MethodGet && !q.Has("options") { // so that it can tell which is newer
					q.Set("options", "sysAttrs")
				}
				r.URL.RawQuery = q.Encode()
				if via := r.Header.Values("Via"); len(via) == 1 {
					r.Header["Via"] = strings.Split(via[0], ", ")
				}
				r.Header.Set("Accept", "application/ld+json")
				return next.RoundTrip(r)
			}},
		{Name: "an entity is retrieved from a source by a query for its id", On: func(r *http.Request) bool {
			return strings.Contains(r.URL.Path, "/sources/") && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/entities/")
		}, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			before, id, _ := strings.Cut(r.URL.EscapedPath(), "/entities/")
			id, err := url.PathUnescape(id)
			if err != nil {
				return nil, err
			}
			q := r.URL.Query()
			q.Set("id", id)
			r.URL.RawPath, r.URL.RawQuery = before+"/entities", q.Encode()
			if r.URL.Path, err = url.PathUnescape(r.URL.RawPath); err != nil {
				return nil, err
			}
			return next.RoundTrip(r)
		}},
		{Name: "in what sources are told of evolutions, attributes are named by IRIs in the path", On: func(r *http.Request) bool {
			return strings.Contains(r.URL.Path, "/sources/") && strings.Contains(r.URL.Path, "/temporal/entities/") && strings.Contains(r.URL.Path, "/attrs/")
		}, Outgoing: func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			before, name, _ := strings.Cut(r.URL.EscapedPath(), "/attrs/")
			if name == "" { // of all attributes
				return next.RoundTrip(r)
			}
			r.URL.RawPath = before + "/attrs/" + url.PathEscape(ngsild.DefaultVocab) + name
			var err error
			if r.URL.Path, err = url.PathUnescape(r.URL.RawPath); err != nil {
				return nil, err
			}
			return next.RoundTrip(r)
		}},
	}
}

// unlisted replaces each list of one by that one, but for coordinates.
func unlisted(o map[string]any) {
	for name, v := range o {
		if list, ok := v.([]any); ok && len(list) == 1 && name != "coordinates" {
			v = list[0]
			o[name] = v
		}
		for _, inner := range anyList(v) {
			if inner, ok := inner.(map[string]any); ok {
				unlisted(inner)
			}
		}
	}
}

func anyList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func TestRegistrationsAllowWhatTheStandardAllows(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, check := range mim1.Registrations() {
		if check.ID == "mim1.distributed.manner.accept" {
			continue // a source that says which media type it wants leaves no choice of it (4.3.6.6)
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, sourceLiberties()...); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// A platform that cannot reach the harness cannot be judged by what it asks there, and
// one that reaches it and does not ask fails.
func TestASourceThatIsNotAskedIsAFailureOnlyWhereItCouldBe(t *testing.T) {
	unreachable := faults.Fault{Name: "the harness is out of reach", On: func(*http.Request) bool { return true },
		Outgoing: func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }}
	n := 0
	for _, check := range mim1.Registrations() {
		if check.ID != "mim1.distributed.retrieve.adds" && check.ID != "mim1.distributed.create.exclusive" && check.ID != "mim1.sourceNotification.reason.registered" {
			continue
		}
		n++
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, unreachable); r.Outcome != reports.CantTell {
				t.Errorf("out of reach, the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
	if n != 3 {
		t.Errorf("%d of the checks were found, expected 3", n)
	}
}

// No check of context sources asks a platform to forward what is not the run's own: all
// that a registration names holds the token.
func TestRegistrationsNameTheRunsOwnOnly(t *testing.T) {
	for _, check := range mim1.Registrations() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			watch := faults.Fault{Name: "watch", On: faults.Op("POST", "/csourceRegistrations"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent := faults.ReadBody(r)
				var g struct {
					Information []struct {
						Entities                         []map[string]string
						PropertyNames, RelationshipNames []string
					}
				}
				if json.Unmarshal(sent, &g) == nil {
					for _, i := range g.Information {
						names := append(i.PropertyNames, i.RelationshipNames...)
						for _, e := range i.Entities {
							names = append(names, e["type"]+e["id"])
						}
						for _, name := range names {
							if !strings.Contains(name, "mc") {
								t.Errorf("%s registers %q", check.ID, name)
							}
						}
					}
				}
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r)
				for name, values := range recorder.Header() {
					w.Header()[name] = values
				}
				w.WriteHeader(recorder.Code)
				_, _ = w.Write(recorder.Body.Bytes())
			}}
			if r := outcome(t, check, watch); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}
