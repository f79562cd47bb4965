package mim0_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim0"
)

type object = map[string]any

// ofStreams are the checks of event streams.
func ofStreams() []suites.Check {
	var all []suites.Check
	for _, c := range mim0.Checks() {
		if c.Feature == suites.FeatureEventStream {
			all = append(all, c)
		}
	}
	return all
}

func events(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/events") }

// eachNode is a platform whose event stream differs, in its JSON-LD form.
func eachNode(edit func(n object)) faults.Fault {
	return faults.Fault{Name: "liberty", On: events, Answer: judgetest.EachNode(edit)}
}

func preferring(media string) faults.Fault {
	return faults.Fault{Name: "liberty", On: events, Request: func(r *http.Request) { r.Header.Set("Accept", media) }}
}

// turtle is a platform with one page as its stream.
func turtle(body string) faults.Fault {
	return faults.Fault{Name: "liberty", On: events, Answer: func(r *http.Request, a *faults.Answer) {
		if strings.Trim(r.URL.Path, "/") != "events" {
			return
		}
		a.Header.Set("Content-Type", "text/turtle")
		a.Header.Del("Cache-Control")
		a.Body = []byte(`@prefix ldes: <https://w3id.org/ldes#> . @prefix tree: <https://w3id.org/tree#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
` + body)
	}}
}

// What a stream may do does not fail it, whichever check looks.
func TestLibertiesOfStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name   string
		fault  faults.Fault
		except string // checks of what is recommended, that fail by right: beginnings of ids
	}{
		{"Turtle only", preferring("text/turtle"), ""},
		{"JSON-LD only", preferring("application/ld+json"), ""},
		{"what is mandatory, and no more", eachNode(func(n object) {
			for _, name := range []string{"ldes:retentionPolicy", "tree:shape", "ldes:pollingInterval", "ldes:versionOfPath", "tree:remainingItems", "ldes:immutable"} {
				delete(n, name)
			}
		}), ""},
		{"no order", eachNode(func(n object) { delete(n, "ldes:timestampPath") }), "mim0.stream.root.ordered"},
		{"relations without a condition", eachNode(func(n object) {
			if n["tree:node"] != nil {
				n["@type"] = []any{"tree:Relation"}
				delete(n, "tree:value")
				delete(n, "tree:path")
			}
		}), "mim0.stream.relation.chronological"},
		{"a relation of another kind", eachNode(func(n object) {
			if n["tree:node"] != nil {
				n["@type"] = []any{"tree:GeospatiallyContainsRelation"}
				n["tree:path"] = []any{object{"@id": "http://www.opengis.net/ont/geosparql#asWKT"}}
				n["tree:value"] = []any{object{"@value": "POLYGON((0 0,0 1,1 1,0 0))"}}
			}
		}), "mim0.stream.relation.chronological"},
		{"the policy of a view that is described", eachNode(func(n object) {
			if p := n["ldes:retentionPolicy"]; p != nil {
				delete(n, "ldes:retentionPolicy")
				n["tree:viewDescription"] = []any{object{"@id": "_:view", "ldes:retentionPolicy": p}}
			}
		}), ""},
		{"times with an offset and fractions", eachNode(func(n object) {
			for _, v := range list(n["prov:generatedAtTime"]) {
				v["@value"] = strings.Replace(v["@value"].(string), "Z", ".500+00:00", 1)
			}
		}), ""},
		{"pages that are gone", faults.Fault{On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/events/pages/") }, Answer: func(_ *http.Request, a *faults.Answer) { a.Status = http.StatusGone }}, ""},
		{"a new member each time", growing(), ""},
		{"one page with everything", turtle(`<#s> a ldes:EventStream ; tree:view <> ; ldes:timestampPath ( ex:meta dct:created ) ; ldes:versionOfPath [ sh:alternativePath ( ex:of dct:isVersionOf ) ] ;
  tree:member <#m1>, <#m2> .
<#m1> ex:meta [ dct:created "2025-01-01T00:00:00Z"^^xsd:dateTime ] ; dct:isVersionOf ex:a .
<#m2> ex:meta [ dct:created "2025-01-02T00:00:00.5+01:00"^^xsd:dateTime ] ; ex:of ex:b .
<> ldes:retentionPolicy [ ldes:fullLogDuration "P1YT2H"^^xsd:duration ; ldes:versionAmount 1 ; ldes:versionDuration "P30D"^^xsd:dayTimeDuration ] .`), "mim0.stream.answer."},
		{"no member yet", turtle(`<#s> a ldes:EventStream ; tree:view <> ; ldes:timestampPath dct:created .`), "mim0.stream.answer."},
		{"an overview that leads to the root node", turtle(`<#stream> a ldes:EventStream ; ldes:timestampPath dct:created ; tree:view </events/pages/1> .`), "mim0.stream."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, c.fault)
			for _, check := range ofStreams() {
				r := judgetest.Run(t, check, 7, platform)
				if r.Outcome == reports.CantTell || r.Outcome == reports.Failed && (c.except == "" || !strings.HasPrefix(check.ID, c.except) || check.Level == suites.Core) {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

func list(v any) []object {
	all, _ := v.([]any)
	var objects []object
	for _, e := range all {
		objects = append(objects, e.(object))
	}
	return objects
}

// growing is a platform whose last page, which may change, gets one more member each time.
func growing() faults.Fault {
	var times atomic.Int64
	return faults.Fault{On: func(r *http.Request) bool { return r.URL.Path == "/events/pages/4" }, Answer: func(_ *http.Request, a *faults.Answer) {
		var document object
		if json.Unmarshal(a.Body, &document) != nil {
			return
		}
		nodes := list(document["@graph"])
		last := nodes[len(nodes)-1]
		n := times.Add(1)
		for i := range n {
			more := object{}
			for name, value := range last {
				more[name] = value
			}
			more["@id"] = fmt.Sprintf("%s-%d", last["@id"], i)
			document["@graph"] = append(document["@graph"].([]any), more)
			for _, s := range nodes {
				if s["tree:member"] != nil {
					s["tree:member"] = append(s["tree:member"].([]any), object{"@id": more["@id"]})
				}
			}
		}
		a.Header.Set("ETag", fmt.Sprintf(`"%d"`, n))
		a.Body, _ = json.Marshal(document)
	}}
}

// What cannot be read here, and a platform that is down or refuses whoever asks, is not
// judged.
func TestStreamsThatCannotBeReadAreNotJudged(t *testing.T) {
	judgetest.NotJudged(t, events, ofStreams(), map[string]judgetest.Edit{
		"TriG": func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "application/trig")
			a.Body = []byte(`<http://a.example/> { <http://a.example/> a <http://a.example/> }`)
		},
		"an @context elsewhere": func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "application/ld+json")
			a.Body = []byte(`{"@context": "https://elsewhere.example/context.jsonld", "@type": "EventStream"}`)
		},
		"a login page elsewhere": func(_ *http.Request, a *faults.Answer) {
			a.Status = http.StatusFound
			a.Header.Set("Location", "https://login.example.org/")
		},
	}, func(check, name string) bool { // is about the form itself
		return check == "mim0.stream.answer.form" && (name == "TriG" || name == "an @context elsewhere")
	})
}

// An overview of several views does not say which is meant; a page without any is no way in.
func TestOverviewsOfViewsAreNotJudged(t *testing.T) {
	for views, want := range map[string]reports.Outcome{
		"; tree:view </events/by-time>, </events/by-page>": reports.CantTell, "; tree:view </events/pages/1>": reports.Passed, "": reports.Failed,
	} {
		platform := judgetest.City(t, turtle(`<#stream> a ldes:EventStream `+views+" ."))
		for _, check := range ofStreams() {
			if check.ID != "mim0.stream.root.there" {
				continue
			}
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
				t.Errorf("%q: ends as %s, expected %s: %s", views, r.Outcome, want, r.Reason)
			}
		}
	}
}

// However long a stream is, a check asks for a few pages only, also where these lead on
// without an end.
func TestStreamsAreReadInPart(t *testing.T) {
	var asked atomic.Int64
	platform := judgetest.City(t, faults.Fault{On: events, Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		n := asked.Add(1)
		w.Header().Set("Content-Type", "text/turtle")
		fmt.Fprintf(w, `@prefix ldes: <https://w3id.org/ldes#> . @prefix tree: <https://w3id.org/tree#> .
<http://%s/events#s> a ldes:EventStream ; tree:member <#m%d> . <#m%d> a tree:Member .
<> ldes:immutable true ; tree:relation [ a tree:Relation ; tree:node </events/pages/x%d> ], [ a tree:Relation ; tree:node </events/pages/y%d> ] .
`, r.Host, n, n, n, n)
		if r.URL.Path == "/events" {
			fmt.Fprintf(w, "<#s> tree:view <> .\n")
		}
	}})
	for _, check := range ofStreams() {
		asked.Store(0)
		judgetest.Run(t, check, 7, platform)
		if asked.Load() > 20 {
			t.Errorf("%s asked for %d pages", check.ID, asked.Load())
		}
	}
}

// The slash at the end of an address, which targets are kept without, is no matter.
func TestStreamsBelowASlash(t *testing.T) {
	platform := judgetest.City(t, faults.Fault{On: events, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/events" {
			http.NotFound(w, r)
			return
		}
		root := r.URL.Path == "/events/"
		a := faults.Record(next, r)
		if root {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `/events"`, `/events/"`))
		}
		a.WriteTo(w)
	}})
	for _, check := range ofStreams() {
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Passed {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
}

// A page that was moved is read where it is now, with relative addresses from there.
func TestMovedPages(t *testing.T) {
	platform := judgetest.City(t, faults.Fault{On: func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/events/pages/") && r.URL.RawQuery == ""
	}, Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Location", r.URL.Path+"?moved=1")
		w.WriteHeader(http.StatusMovedPermanently)
	}})
	for _, check := range ofStreams() {
		if r := judgetest.Run(t, check, 7, platform); r.Outcome == reports.Failed && check.Level == suites.Core || r.Outcome == reports.CantTell {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
}

// A root node whose relations lead to itself alone hides all that is behind it.
func TestARootNodeThatLeadsToItself(t *testing.T) {
	platform := judgetest.City(t, turtle(`@prefix ldes: <https://w3id.org/ldes#> . @prefix tree: <https://w3id.org/tree#> .
<#s> a ldes:EventStream ; tree:view <> . <> tree:relation [ a tree:Relation ; tree:node <> ] .
`))
	for _, check := range ofStreams() {
		if check.ID != "mim0.stream.relation.tree" {
			continue
		}
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Failed {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
}
