package mim1

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// fake answers requests with a function.
type fake func(r probe.Request) *probe.Response

func (f fake) Do(_ context.Context, r probe.Request) (*probe.Response, error) { return f(r), nil }
func (f fake) Exchanges() []evidence.Exchange                                 { return nil }
func (fake) LastAsked() time.Time                                             { return time.Time{} }
func (f fake) Token() string                                                  { return "mc12345678" }

func run(client probe.Client, body func(*suites.T)) suites.Result {
	return suites.Run(context.Background(), suites.Check{ID: "mim1.a.b", Body: body}, client, suites.Env{})
}

func TestFollow(t *testing.T) {
	for _, c := range []struct {
		name, link, want string // want is the query of the request, or a part of the mismatch after "!"
	}{
		{"path", `</ngsi-ld/v1/entities?type=T&limit=2&offset=2>; rel="next"`, "limit=2&offset=2&type=T"},
		{"trailing slash", `</ngsi-ld/v1/entities/?offset=2>; rel="next"`, "offset=2"},
		{"another base", `</gateway/broker/entities?offset=2>; rel="next"`, "offset=2"},
		{"absolute, at the broker's own host", `<http://broker.internal:1026/ngsi-ld/v1/entities?offset=2>; rel="next"; type="application/ld+json"`, "offset=2"},
		{"query alone", `<?offset=2&type=T>; rel="next"`, "offset=2&type=T"},
		{"bare semicolon", `</ngsi-ld/v1/entities?q=a==1;b==2&offset=2>; rel="next"`, "offset=2&q=a%3D%3D1%3Bb%3D%3D2"},
		{"opaque", `</ngsi-ld/v1/entities?page=eyJ4IjoxfQ%3D%3D>; rel=next`, "page=eyJ4IjoxfQ%3D%3D"},
		{"another resource", `</ngsi-ld/v1/types?offset=2>; rel="next"`, "!is not the queried resource"},
		{"no URI", `<:::>; rel="next"`, "!is no URI reference"},
		{"bad escape", `</entities?q=%zz>; rel="next"`, "!has no readable query"},
		{"none", `</entities?offset=0>; rel="prev"`, "!no Link header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked url.Values
			client := fake(func(r probe.Request) *probe.Response {
				asked = r.Query
				return &probe.Response{Status: 200, Request: r}
			})
			result := run(client, func(check *suites.T) {
				follow(check, &probe.Response{Header: http.Header{"Link": {c.link}}}, "next")
			})
			if reason, fails := strings.CutPrefix(c.want, "!"); fails {
				if result.Outcome != reports.Failed || !strings.Contains(result.Reason, reason) {
					t.Errorf("got %s %q, want failed with %q", result.Outcome, result.Reason, reason)
				}
				return
			}
			if result.Outcome != reports.Passed || asked.Encode() != c.want {
				t.Errorf("got %s %q and query %q, want %q", result.Outcome, result.Reason, asked.Encode(), c.want)
			}
		})
	}
}

func TestWalkEnds(t *testing.T) {
	endless := fake(func(r probe.Request) *probe.Response {
		return &probe.Response{Status: 200, Body: []byte("[]"), Header: http.Header{"Link": {`<?offset=0>; rel="next"`}}, Request: r}
	})
	r := run(endless, func(t *suites.T) { walk(t, t.GET(entities), 3) })
	if r.Outcome != reports.Failed || !strings.Contains(r.Reason, "still a link") {
		t.Errorf("got %s %q", r.Outcome, r.Reason)
	}
}

func TestAgreeForgivesAChangeInBetween(t *testing.T) {
	for differences, want := range map[int]reports.Outcome{0: reports.Passed, 1: reports.Passed, 2: reports.Passed, 3: reports.Failed} {
		readings := 0
		r := run(fake(nil), func(t *suites.T) {
			agree(t, func() string {
				if readings++; readings <= differences {
					return "one and another"
				}
				return ""
			})
		})
		if r.Outcome != want {
			t.Errorf("%d differing readings: got %s, want %s", differences, r.Outcome, want)
		}
	}
}

func TestUnavailable(t *testing.T) {
	for version, want := range map[string]int{"1.3.1": 503, "1.8.1": 503, "1.9.1": 504, "1.10.1": 504} {
		if got := unavailable(version); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %v, want %d", version, got, want)
		}
	}
	for _, version := range []string{"", "newest"} {
		if got := unavailable(version); len(got) != 2 {
			t.Errorf("%q: got %v, want both", version, got)
		}
	}
}

func TestPlainLiteral(t *testing.T) {
	for raw, want := range map[string]string{
		`20`: "20", `-1.5`: "-1.5", `true`: "true", `"red"`: `"red"`, `"Ærø"`: `"Ærø"`,
		`"two words"`: "", `"a\"b"`: "", `""`: "", `1e3`: "", `1.23456`: "", `null`: "", `[1]`: "", `{"a":1}`: "", `12345678901234567890`: "",
	} {
		v, err := suites.Decode([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		got, plain := plainLiteral(v)
		if plain != (want != "") || plain && got != want {
			t.Errorf("%s: got %q %v, want %q", raw, got, plain, want)
		}
	}
}
