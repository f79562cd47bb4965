// Package earl renders a report in EARL 1.0, the W3C's vocabulary for test
// results, as JSON-LD: one assertion a check, with the platform as subject, the
// check as test case and the requirements that it gives evidence for. The context
// stands in the file, so that reading it needs no network.
package earl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/oasc/mimcheck/reports"
)

// vocabulary is the context of the document.
func vocabulary() map[string]any {
	iri := func(id string) map[string]string { return map[string]string{"@id": id, "@type": "@id"} }
	return map[string]any{
		"earl":         "http://www.w3.org/ns/earl#",
		"dct":          "http://purl.org/dc/terms/",
		"xsd":          "http://www.w3.org/2001/XMLSchema#",
		"mimcheck":     "urn:mimcheck:vocabulary:",
		"assertedBy":   iri("earl:assertedBy"),
		"subject":      iri("earl:subject"),
		"test":         iri("earl:test"),
		"mode":         iri("earl:mode"),
		"outcome":      iri("earl:outcome"),
		"result":       "earl:result",
		"info":         "earl:info",
		"title":        "dct:title",
		"description":  "dct:description",
		"source":       "dct:source",
		"hasVersion":   "dct:hasVersion",
		"isPartOf":     iri("dct:isPartOf"),
		"date":         map[string]string{"@id": "dct:date", "@type": "xsd:dateTime"},
		"verdict":      "mimcheck:verdict",
		"requirements": iri("mimcheck:requirement"),
		"baseline":     iri("mimcheck:baseline"),
		"endpoint":     iri("mimcheck:endpoint"),
		"waiver":       "mimcheck:waiver",
		"owner":        "mimcheck:owner",
		"reason":       "mimcheck:reason",
		"applied":      "mimcheck:applied",
		"expires":      map[string]string{"@id": "mimcheck:expires", "@type": "xsd:date"},
	}
}

type document struct {
	Context map[string]any `json:"@context"`
	Graph   []any          `json:"@graph"`
}

type assertor struct {
	ID      string   `json:"@id"`
	Type    []string `json:"@type"`
	Title   string   `json:"title"`
	Version string   `json:"hasVersion"`
}

type subject struct {
	ID        string   `json:"@id"`
	Type      string   `json:"@type"`
	Title     string   `json:"title"`
	Endpoints []string `json:"endpoint,omitempty"`
	Baseline  string   `json:"baseline"`
	Verdict   string   `json:"verdict"`
	Info      string   `json:"description,omitempty"`
}

type requirement struct {
	ID          string `json:"@id"`
	Type        string `json:"@type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Verdict     string `json:"verdict"`
	Baseline    string `json:"isPartOf"`
}

type testcase struct {
	ID           string   `json:"@id"`
	Type         string   `json:"@type"`
	Title        string   `json:"title"`
	Source       string   `json:"source"`
	Requirements []string `json:"requirements,omitempty"`
}

type assertion struct {
	ID         string  `json:"@id"`
	Type       string  `json:"@type"`
	AssertedBy string  `json:"assertedBy"`
	Subject    string  `json:"subject"`
	Test       string  `json:"test"`
	Mode       string  `json:"mode"`
	Result     result  `json:"result"`
	Waiver     *waiver `json:"waiver,omitempty"`
}

// waiver is an agreed exception; applied says that the result counts neither for nor
// against the subject.
type waiver struct {
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Expires string `json:"expires"`
	Applied bool   `json:"applied"`
}

type result struct {
	Type    string `json:"@type"`
	Outcome string `json:"outcome"`
	Date    string `json:"date"`
	Info    string `json:"info,omitempty"`
}

// mode: a person declared what a program then read.
func mode(c *reports.CheckResult) string {
	if c.Declared() {
		return "earl:semiAuto"
	}
	return "earl:automatic"
}

// Render writes the report as EARL.
func Render(w io.Writer, r *reports.Report) error {
	r = r.Canonical()
	tool := urn("tool", r.Tool.Name+"/"+r.Tool.Version)
	platform := urn("run", r.Run.ID) + ":target"
	doc := document{Context: vocabulary()}
	doc.Graph = append(doc.Graph,
		assertor{tool, []string{"earl:Assertor", "earl:Software"}, r.Tool.Name, r.Tool.Version},
		subject{platform, "earl:TestSubject", r.Target.Name, endpoints(r), urn("baseline", r.Baseline.ID), string(r.Verdict.Verdict), r.Verdict.Reason},
	)
	for _, m := range r.Verdict.MIMs {
		for _, c := range m.Capabilities {
			for _, q := range c.Requirements {
				doc.Graph = append(doc.Graph, requirement{urn("requirement", q.ID), "earl:TestRequirement", q.ID, q.Text, string(q.Verdict), urn("baseline", r.Baseline.ID)})
			}
		}
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		id := urn("check", c.ID)
		test := testcase{ID: id, Type: "earl:TestCase", Title: c.Title, Source: c.Clause}
		for _, q := range c.Requirements {
			test.Requirements = append(test.Requirements, urn("requirement", q))
		}
		at := r.Run.Started.Add(time.Duration(c.StartedMS+c.DurationMS) * time.Millisecond)
		said := assertion{
			ID: urn("run", r.Run.ID) + ":assertion:" + url.PathEscape(c.ID), Type: "earl:Assertion",
			AssertedBy: tool, Subject: platform, Test: id, Mode: mode(c),
			Result: result{"earl:TestResult", outcome(c.Outcome), at.UTC().Format(time.RFC3339Nano), c.Reason},
		}
		if w := r.Waiver(c.ID); w != nil {
			said.Waiver = &waiver{w.Owner, w.Reason, w.Expires, w.Applied}
		}
		doc.Graph = append(doc.Graph, test, said)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("the report can't be written as EARL: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// outcome is the term of EARL; an outcome that is none of the five tells nothing.
func outcome(o reports.Outcome) string {
	if !o.Valid() {
		o = reports.CantTell
	}
	return "earl:" + string(o)
}

func endpoints(r *reports.Report) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(r.Target.Endpoints)) {
		if u, err := url.Parse(r.Target.Endpoints[name]); err == nil && u.IsAbs() {
			list = append(list, u.String())
		}
	}
	return list
}

func urn(kind, id string) string { return "urn:mimcheck:" + kind + ":" + url.PathEscape(id) }
