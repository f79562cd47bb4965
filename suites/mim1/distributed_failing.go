package mim1

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// answers makes the source one that answers whoever means its entity in one way.
func (d *spread) answers(told probe.Told) {
	d.source.Serve(func(a probe.Asked) probe.Told {
		if !d.isMeant(a) {
			return answerTo(a, []any{}) // other checks ask for their own entities without naming a type
		}
		return told
	})
}

// shortly lets a platform wait for a source for a moment only. Platforms may override
// that (5.2.34), and wait as long as they see fit.
func shortly() edit { return having("management", ngsild.Object{"timeout": 50}) }

// never is the answer of a source that does not answer in the time of any platform.
func never() probe.Told { return probe.Told{Delay: time.Hour} }

// inMedia is an answer of 200 in a media type.
func inMedia(media, body string) probe.Told {
	return probe.Told{Header: http.Header{"Content-Type": {media}}, Body: []byte(body)}
}

// warnOf matches an answer with a warning of this code of table 6.3.17-1.
func warnOf(code int) types.GomegaMatcher {
	return HaveHeader("NGSILD-Warning", gomega.MatchRegexp(`(^|[,;"\s])%d\b`, code))
}

// sourcesThatFail checks what a client learns of sources that do not do as they should (6.3.17).
func sourcesThatFail() []Check {
	return append(changesAtFailingSources(), warningsOfSources()...)
}

// changesAtFailingSources checks how a change is answered that was for one source alone,
// which failed.
func changesAtFailingSources() []Check {
	var checks []Check
	for _, f := range []struct {
		name, title, fault string
		told               func() probe.Told
		status             []int
		kinds              []string
		edits              []edit
	}{
		{"unknown", "If the only source of what is changed does not have it, the answer is 404 ResourceNotFound", "distributed.failing.not-found-as-refused",
			func() probe.Told { return problemAnswer(404) }, []int{404}, []string{ngsild.ResourceNotFound}, nil},
		{"forbidden", "If the only source of what is changed does not let the platform change it, the answer is 502", "distributed.failing.refusal-as-told",
			func() probe.Told { return problemAnswer(403) }, []int{502}, nil, nil},
		{"error", "If the only source of what is changed fails, the answer is 502", "distributed.failing.error-as-told",
			func() probe.Told { return problemAnswer(500) }, []int{502}, nil, nil},
		{"late", "If the only source of what is changed does not answer in time, the answer is 504", "distributed.failing.silence-as-error",
			never, []int{504}, nil, []edit{shortly()}},
	} {
		expect := func(t *T, d *spread, what string, r *probe.Response) {
			d.isAsked(t)
			t.Expect(nil).To(answering(r.Status == f.status[0], "%s is answered with %d, expected %d: all of it is at the source", what, r.Status, f.status[0]))
			if f.kinds != nil && r.Status == f.status[0] {
				t.Expect(r).To(BeProblem(r.Status, f.kinds...))
			}
		}
		failing := func(t *T, mode, operation string) *spread {
			d := newSpread(t)
			d.answers(f.told())
			edits := append([]edit{offering(operation)}, f.edits...)
			if mode == "exclusive" {
				d.part(t, mode, edits...)
			} else {
				d.whole(t, mode, edits...)
			}
			return d
		}
		checks = append(checks, Check{
			ID: "mim1.distributed.failing." + f.name, Title: f.title,
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: f.fault,
			Body: func(t *T) {
				for _, s := range sharedOperations() {
					if s.feature != "" && !t.Claims(s.feature) {
						continue
					}
					d := failing(t, "redirect", s.operation)
					expect(t, d, s.does+" of an entity that is redirected", s.send(t, d))
				}
				d := failing(t, "exclusive", "updateEntity")
				expect(t, d, "an update of an attribute that a source has exclusively",
					t.PATCH(attrsPath(d.id), JSON(ngsild.Object{d.level: ngsild.Property(7)}), Expecting(500, 502, 503, 504)))
				d = failing(t, "redirect", "deleteEntity")
				expect(t, d, "the deletion of an entity that is redirected", t.DELETE(entityPath(d.id), Expecting(500, 502, 503, 504)))
				if f.name != "unknown" { // what is created is not there before
					d = failing(t, "redirect", "createEntity")
					e := ngsild.Entity(d.id, d.kind, d.level, levelAtFirst())
					expect(t, d, "the creation of an entity that is redirected", t.POST(entities, JSON(e), Expecting(500, 502, 503, 504)))
				}
			},
		})
	}
	return checks
}

// warningsOfSources checks what is left of a retrieval or a query where a source does
// not answer as it should, and that the answer tells.
func warningsOfSources() []Check {
	var checks []Check
	for _, f := range []struct {
		name, title, fault string
		told               func(d *spread) probe.Told
		code               int
		edits              []edit
	}{
		{"refused", "If a source answers with an error, what the platform has itself is shown with NGSILD-Warning 299", "distributed.warning.refusal-as-nothing",
			func(*spread) probe.Told { return problemAnswer(403) }, 299, nil},
		{"late", "If a source does not answer in time, what the platform has itself is shown with NGSILD-Warning 199", "distributed.warning.silence-as-nothing",
			func(*spread) probe.Told { return never() }, 199, []edit{shortly()}},
		{"html", "If a source answers with a page of HTML, nothing of it is shown, and the answer has NGSILD-Warning 111", "distributed.warning.page-as-nothing",
			func(*spread) probe.Told {
				return inMedia("text/html", "<!DOCTYPE html><title>Maintenance</title>")
			}, 111, nil},
		{"broken", "If a source answers with what is no JSON, nothing of it is shown, and the answer has NGSILD-Warning 111", "distributed.warning.broken-as-nothing",
			func(d *spread) probe.Told {
				return inMedia(ngsild.MediaJSON, fmt.Sprintf(`{"id": %q, "type": %q, %q: {"type": "Property", "value": 42`, d.id, d.kind, d.level))
			}, 111, nil},
		{"noEntity", "If a source answers with JSON that is no entity, nothing of it is shown, and the answer has NGSILD-Warning 111", "distributed.warning.no-entity-as-nothing",
			func(*spread) probe.Told { return inMedia(ngsild.MediaJSON, `[{"message": "maintenance"}]`) }, 111, nil},
		{"noAttribute", "If a source answers with an entity that is not valid, nothing of it is shown, and the answer has NGSILD-Warning 111", "distributed.warning.invalid-as-nothing",
			func(d *spread) probe.Told {
				return inMedia(ngsild.MediaJSON, compact([]any{ngsild.Entity(d.id, d.kind, d.level, ngsild.Object{"type": "Property"})}))
			}, 111, nil},
	} {
		checks = append(checks, Check{
			ID: "mim1.distributed.warning." + f.name, Title: f.title, Requirements: lookup,
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: f.fault,
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.answers(f.told(d))
				d.whole(t, "inclusive", f.edits...)
				here := func(r *probe.Response, e ngsild.Object) {
					d.fromHere(t, e)
					t.Expect(e).To(lackAttribute(d.level), "the source's answer is none")
					t.Expect(r).To(warnOf(f.code))
				}
				r := t.GET(entityPath(d.id), Expecting(500, 502, 503, 504))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				here(r, t.Object(r))
				r = t.GET(entities, Query("type", d.kind), Expecting(500, 502, 503, 504))
				here(r, only(t, r))
			},
		})
	}
	return append(checks, []Check{
		{
			ID: "mim1.distributed.warning.notForUnknown", Title: "That a source does not have an entity is nothing to be warned of", Requirements: lookup,
			Clause: cim009 + "6.3.17", Since: "1.8.1", Level: Extended, Fault: "distributed.warning.of-unknown",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.answers(problemAnswer(404))
				d.whole(t, "inclusive")
				r := t.GET(entityPath(d.id))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r.Header).NotTo(gomega.HaveKey("Ngsild-Warning"))
			},
		},
		{
			ID: "mim1.distributed.warning.loop", Title: "Of a retrieval or a query that has come back to the platform what is left is shown with NGSILD-Warning 199", Requirements: lookup,
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: "distributed.warning.loop-as-error",
			Body: func(t *T) {
				through := comeBack(t)
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive")
				r := t.GET(entityPath(d.id), through, Expecting(508))
				t.Require(r).To(HaveStatus(200))
				d.fromHere(t, t.Object(r))
				t.Expect(r).To(warnOf(199))
				r = t.GET(entities, Query("type", d.kind), through, Expecting(508))
				d.fromHere(t, only(t, r))
				t.Expect(r).To(warnOf(199))
				d.isNotAsked(t, "the request has come through this platform before")
			},
		},
	}...)
}
