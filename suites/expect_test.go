package suites

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/probe"
)

func answer(status int, contentType, body string) *probe.Response {
	return &probe.Response{Status: status, Body: []byte(body), Header: http.Header{"Content-Type": {contentType}, "Location": {"/a"}}}
}

// Each matcher is shown an answer that it has to accept and ones that it must not.
func TestMatchers(t *testing.T) {
	const notFound = `{"type":"https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound","title":"no"}`
	for _, c := range []struct {
		name    string
		matcher types.GomegaMatcher
		good    []*probe.Response
		bad     []*probe.Response
	}{
		{"HaveStatus", HaveStatus(200, 204),
			[]*probe.Response{answer(200, "", ""), answer(204, "", "")},
			[]*probe.Response{answer(201, "", "")}},
		{"HaveHeader exact", HaveHeader("Location", "/a"),
			[]*probe.Response{answer(201, "", "")},
			[]*probe.Response{{Status: 201}, {Status: 201, Header: http.Header{"Location": {"/ab"}}}}},
		{"HaveHeader matcher", HaveHeader("Location", gomega.HavePrefix("/")),
			[]*probe.Response{answer(201, "", "")},
			[]*probe.Response{{Status: 201}, {Status: 201, Header: http.Header{"Location": {"b"}}}}},
		{"HaveMediaType", HaveMediaType("application/json"),
			[]*probe.Response{answer(200, "application/json", ""), answer(200, "application/json; charset=utf-8", "")},
			[]*probe.Response{answer(200, "application/ld+json", ""), answer(200, "", ""), answer(200, "application/jsonx", "")}},
		{"BeProblem", BeProblem(404, "ResourceNotFound"),
			[]*probe.Response{answer(404, "application/json", notFound)},
			[]*probe.Response{
				answer(400, "application/json", notFound),
				answer(404, "application/json", ""),
				answer(404, "application/json", `{"type":"https://uri.etsi.org/ngsi-ld/errors/BadRequestData","title":"no"}`),
				answer(404, "application/json", `{"type":"https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound"}`),
				answer(404, "application/json", `{"type":"https://uri.etsi.org/ngsi-ld/errors/XResourceNotFound","title":"no"}`),
				answer(404, "application/json", `{"type":"ResourceNotFound","title":"no"}`),
				answer(404, "text/html", "<p>"),
			}},
		{"HaveJSON", HaveJSON("/a/0/b~1c", 1),
			[]*probe.Response{answer(200, "", `{"a":[{"b/c":1}]}`), answer(200, "", `{"a":[{"b/c":1.0}]}`)},
			[]*probe.Response{answer(200, "", `{"a":[{"b/c":2}]}`), answer(200, "", `{"a":[]}`), answer(200, "", `{"a":{}}`), answer(200, "", `x`), answer(200, "", `{"a":1} {}`)}},
		{"LackJSON", LackJSON("/a"),
			[]*probe.Response{answer(200, "", `{"b":1}`), answer(200, "", `[]`)},
			[]*probe.Response{answer(200, "", `{"a":null}`), answer(200, "", ``)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range c.good {
				if ok, err := c.matcher.Match(r); err != nil || !ok {
					t.Errorf("refused %d %v %s: %v", r.Status, r.Header, r.Body, err)
				}
			}
			for _, r := range c.bad {
				ok, err := c.matcher.Match(r)
				if err != nil || ok {
					t.Errorf("accepted %d %v %s (%v)", r.Status, r.Header, r.Body, err)
					continue
				}
				if f := c.matcher.(Finder).Finding(r); f.Message == "" {
					t.Errorf("says nothing about %d %s", r.Status, r.Body)
				}
			}
			if _, err := c.matcher.Match("no response"); err == nil {
				t.Error("matched what is no response")
			}
		})
	}
}

func TestEqualJSON(t *testing.T) {
	m := EqualJSON(map[string]any{"a": []any{1, "x"}, "b": 2.50})
	for _, same := range []any{map[string]any{"b": 2.5, "a": []any{1.0, "x"}}} {
		if ok, err := m.Match(same); err != nil || !ok {
			t.Errorf("refused %v", same)
		}
	}
	for _, other := range []any{map[string]any{"a": []any{"x", 1}, "b": 2.5}, map[string]any{"a": []any{1, "x"}}, nil, "x"} {
		if ok, err := m.Match(other); err != nil || ok {
			t.Errorf("accepted %v", other)
		}
	}
	if ok, _ := EqualJSON(json.Number("9007199254740993")).Match(json.Number("9007199254740992")); ok {
		t.Error("two different integers beyond 2^53 are called the same")
	}
	if _, err := m.Match(make(chan int)); err == nil {
		t.Error("a value that is no JSON gave no error")
	}
}

// A mismatch of the status says what the platform itself says of it.
func TestAnErrorSpeaksForItself(t *testing.T) {
	for body, want := range map[string]string{
		`{"title":"bad","detail":"the id\n is missing"}`: "400, saying: the id is missing",
		`{"title":"bad"}`:        "400, saying: bad",
		`{"type":"about:blank"}`: "400",
		`<p>`:                    "400",
	} {
		for _, m := range []types.GomegaMatcher{HaveStatus(204), BeProblem(404, "ResourceNotFound")} {
			if ok, err := m.Match(answer(400, "application/json", body)); ok || err != nil {
				t.Fatalf("%s matches: %v", body, err)
			}
			if got := m.(*responseMatcher).last.Actual; got != want {
				t.Errorf("of %s the finding has %q, expected %q", body, got, want)
			}
		}
	}
}
