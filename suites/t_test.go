package suites

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// scripted answers every request alike.
type scripted struct {
	response *probe.Response
	err      error
	asked    []probe.Request
}

func (s *scripted) Do(_ context.Context, r probe.Request) (*probe.Response, error) {
	s.asked = append(s.asked, r)
	if s.err != nil {
		return nil, s.err
	}
	answer := *s.response
	answer.Request, answer.Seq = r, len(s.asked)
	return &answer, nil
}
func (s *scripted) Exchanges() []evidence.Exchange { return nil }
func (s *scripted) LastAsked() time.Time           { return time.Time{} }
func (s *scripted) Token() string                  { return "mc12345678" }

func runBody(client probe.Client, body func(*T)) Result {
	return Run(context.Background(), Check{ID: "mim1.a.b", Hint: "the usual", Body: body}, client, Env{Seed: 1})
}

func TestOutcomeOfABody(t *testing.T) {
	ok := &scripted{response: &probe.Response{Status: 200, Body: []byte(`{"a":1}`)}}
	unreachable := &scripted{err: &probe.Unjudgeable{Failure: evidence.Failure{Class: evidence.Refused, Reason: "nothing listens"}}}
	for _, c := range []struct {
		name     string
		client   *scripted
		body     func(*T)
		want     reports.Outcome
		reason   string
		findings int
	}{
		{"all expectations met", ok, func(t *T) { t.Expect(t.GET("/x")).To(HaveStatus(200)) }, reports.Passed, "", 0},
		{"one mismatch", ok, func(t *T) { t.Expect(t.GET("/x")).To(HaveStatus(201)) }, reports.Failed, "expected 201", 1},
		{"mismatches are collected", ok, func(t *T) {
			r := t.GET("/x")
			t.Expect(r).To(HaveStatus(201))
			t.Expect(r).To(HaveJSON("/a", 2))
		}, reports.Failed, "expected 201", 2},
		{"a required mismatch ends the check", ok, func(t *T) {
			r := t.GET("/x")
			t.Require(r).To(HaveStatus(201))
			t.Expect(r).To(HaveJSON("/a", 2))
		}, reports.Failed, "expected 201", 1},
		{"no answer", unreachable, func(t *T) { t.GET("/x") }, reports.CantTell, "nothing listens", 0},
		{"no answer after a mismatch stays a failure", ok, func(t *T) {
			t.Expect(1).To(gomega.Equal(2))
			t.CantTell("lost it")
		}, reports.Failed, "", 1},
		{"cantTell", ok, func(t *T) { t.CantTell("half %s", "read") }, reports.CantTell, "half read", 0},
		{"inapplicable", ok, func(t *T) { t.Inapplicable("no such thing") }, reports.Inapplicable, "no such thing", 0},
		{"untested", ok, func(t *T) { t.Untested("nothing there") }, reports.Untested, "nothing there", 0},
		{"no sample", ok, func(t *T) { t.Sampled() }, reports.Untested, "takes no sample", 0},
		{"a panic is the harness's fault", ok, func(*T) { panic(errors.New("boom")) }, reports.CantTell, "fault of mimcheck", 0},
		{"no JSON where it is due", &scripted{response: &probe.Response{Status: 200, Body: []byte("<p>")}},
			func(t *T) { t.Object(t.GET("/x")) }, reports.Failed, "no JSON", 1},
		{"an array where an object is due", &scripted{response: &probe.Response{Status: 200, Body: []byte("[]")}},
			func(t *T) { t.Object(t.GET("/x")) }, reports.Failed, "no JSON object", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runBody(c.client, c.body)
			if r.Outcome != c.want || !strings.Contains(r.Reason, c.reason) || len(r.Findings) != c.findings {
				t.Errorf("got %s %q with %d findings, want %s %q with %d", r.Outcome, r.Reason, len(r.Findings), c.want, c.reason, c.findings)
			}
			if r.Outcome != reports.Passed && r.Reason == "" {
				t.Error("an outcome that is not passed has no reason")
			}
		})
	}
}

func TestFindingPointsToItsExchange(t *testing.T) {
	client := &scripted{response: &probe.Response{Status: 200}}
	r := runBody(client, func(t *T) {
		first := t.GET("/first")
		t.GET("/second")
		t.Expect(first).To(HaveStatus(204), "clause %s", "5.6.1")
	})
	f := r.Findings[0]
	if f.Exchange != 1 || f.Hint != "the usual" || f.Expected != "204" || f.Actual != "200" {
		t.Errorf("got %+v", f)
	}
	if want := "clause 5.6.1: GET /first answered 200, expected 204"; f.Message != want {
		t.Errorf("message %q, want %q", f.Message, want)
	}
}

func TestNamesAreTheRunsOwnAndFresh(t *testing.T) {
	client := &scripted{}
	seen := map[string]bool{}
	runBody(client, func(c *T) {
		for range 3 {
			for _, name := range []string{c.URN("Vehicle"), c.Name("Vehicle")} {
				if !strings.Contains(name, client.Token()) {
					t.Errorf("%q lacks the run's token", name)
				}
				if seen[name] {
					t.Errorf("%q was given twice", name)
				}
				seen[name] = true
			}
		}
	})
}

func TestRandomnessIsSeeded(t *testing.T) {
	draw := func(seed uint64, id string) (n uint64) {
		Run(context.Background(), Check{ID: id, Body: func(t *T) { n = t.Rand().Uint64() }}, &scripted{}, Env{Seed: seed})
		return n
	}
	if first, again := draw(1, "mim1.a.b"), draw(1, "mim1.a.b"); first != again {
		t.Error("the same seed and check gave different numbers")
	}
	if draw(1, "mim1.a.b") == draw(2, "mim1.a.b") || draw(1, "mim1.a.b") == draw(1, "mim1.a.c") {
		t.Error("another seed or check gave the same number")
	}
}

func TestOptionsShapeTheRequest(t *testing.T) {
	client := &scripted{response: &probe.Response{Status: 200}}
	runBody(client, func(t *T) {
		t.POST("/x", JSONLD(map[string]any{"id": "a"}), Query("a", "1", "b", "2"), Header("Accept", "text/x"), Expecting(503), KeepRedirects(), AnyMedia())
		t.DELETE("/y", Body("text/plain", []byte("raw")))
	})
	first, second := client.asked[0], client.asked[1]
	if first.Method != http.MethodPost || string(first.Body) != `{"id":"a"}` || first.Query.Encode() != "a=1&b=2" ||
		first.Header.Get("Content-Type") != "application/ld+json" || first.Header.Get("Accept") != "text/x" ||
		first.Expects[0] != 503 || !first.KeepRedirects || !first.AnyMedia {
		t.Errorf("got %+v", first)
	}
	if string(second.Body) != "raw" || second.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("got %+v", second)
	}
}
