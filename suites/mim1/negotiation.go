package mim1

import (
	"mime"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// mediaTypes checks content negotiation: Accept, Content-Type and methods (6.3.2,
// 6.3.4, 6.3.6).
func mediaTypes() []Check {
	checks := append(accepting(), contentTypes()...)
	for i := range checks {
		checks[i].Requirements = negotiation
		if checks[i].Clause == "" {
			checks[i].Clause = cim009 + "6.3.4"
		}
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Needs == nil {
			checks[i].Needs = reads
		}
	}
	return checks
}

func accepting() []Check {
	// served expects that an answer to any query is of the media type.
	served := func(mediaType string, accept ...string) func(t *T) {
		return func(t *T) {
			r := t.GET(entities, Query("type", t.Name("Nothing")), Header("Accept", accept...))
			t.Require(r).To(HaveStatus(200))
			t.Expect(r).To(HaveMediaType(mediaType))
			t.Expect(t.List(r)).To(gomega.BeEmpty(), "the answer to a query is a list, here of nothing")
		}
	}
	return []Check{
		{
			ID: "mim1.negotiation.accept.none", Title: "Without an Accept header the answer is application/json",
			TestPurposes: []string{"045_01"}, Fault: "negotiate.json-ld-by-default",
			Body: served(ngsild.MediaJSON),
		},
		{
			ID: "mim1.negotiation.accept.anything", Title: "With Accept: */* the answer is application/json",
			TestPurposes: []string{"045_01"}, Fault: "negotiate.any-as-json-ld",
			Body: served(ngsild.MediaJSON, "*/*"),
		},
		{
			ID: "mim1.negotiation.accept.json", Title: "With Accept: application/json the answer is application/json",
			Fault: "negotiate.always-json-ld",
			Body:  served(ngsild.MediaJSON, ngsild.MediaJSON),
		},
		{
			ID: "mim1.negotiation.accept.jsonLd", Title: "With Accept: application/ld+json the answer is application/ld+json",
			Fault: "negotiate.always-json",
			Body:  served(ngsild.MediaJSONLD, ngsild.MediaJSONLD),
		},
		{
			ID: "mim1.negotiation.accept.range", Title: "With Accept: application/* the answer is application/json",
			Fault: "negotiate.ranges-unknown",
			Body:  served(ngsild.MediaJSON, "application/*"),
		},
		{
			ID: "mim1.negotiation.accept.both", Title: "If JSON and JSON-LD are equally acceptable, the answer is application/json",
			Fault: "negotiate.first-listed",
			Body:  served(ngsild.MediaJSON, "application/ld+json, application/json"),
		},
		{
			ID: "mim1.negotiation.accept.quality", Title: "If JSON-LD is preferred by quality, the answer is application/ld+json",
			Fault: "negotiate.quality-ignored",
			Body:  served(ngsild.MediaJSONLD, "application/json;q=0.5, application/ld+json;q=0.9"),
		},
		{
			ID: "mim1.negotiation.accept.oneOfMany", Title: "An acceptable media type among others that are not is enough",
			Fault: "negotiate.first-listed",
			Body:  served(ngsild.MediaJSON, "text/html, application/xhtml+xml, application/json;q=0.8"),
		},
		{
			ID: "mim1.negotiation.accept.unacceptable", Title: "If no media type of the API is acceptable, the answer is 406",
			TestPurposes: []string{"049_01"}, Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing")), Header("Accept", "application/pdf"))).To(HaveStatus(406))
			},
		},
		{
			ID: "mim1.negotiation.accept.available", Title: "An answer of 406 lists the representations that are available",
			Level: Extended, Fault: "negotiate.406-without-list",
			Body: func(t *T) {
				r := t.GET(entities, Query("type", t.Name("Nothing")), Header("Accept", "application/pdf"))
				t.Require(r).To(HaveStatus(406))
				body := strings.ReplaceAll(string(r.Body), `\/`, "/") // as JSON may write it
				for _, mediaType := range []string{ngsild.MediaJSON, ngsild.MediaJSONLD} {
					t.Expect(body).To(gomega.ContainSubstring(mediaType), "the body tells what is available")
				}
			},
		},
		{
			ID: "mim1.negotiation.accept.geoJsonOfTypes", Title: "GeoJSON is acceptable for entities only: for types the answer is 406",
			TestPurposes: []string{"049_02"}, Feature: FeatureDiscovery, Level: Extended, Fault: "negotiate.never-406",
			Body: func(t *T) {
				t.Expect(t.GET(typesPath, Header("Accept", ngsild.MediaGeoJSON))).To(HaveStatus(406))
			},
		},
		{
			ID: "mim1.negotiation.accept.errors", Title: "Errors are application/json, whatever the Accept header asks for",
			Clause: cim009 + "6.3.6", Fault: "problem.json-ld",
			Body: func(t *T) {
				r := t.GET(entityPath(t.URN("Nothing")), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(404))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSON))
			},
		},
		{
			ID: "mim1.negotiation.charset.utf8", Title: "Answers are in UTF-8 and name no other charset",
			Clause: cim009 + "4.6.1", Needs: writes, Fault: "negotiate.ascii-only",
			Body: func(t *T) {
				name := t.Name("name")
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), name, ngsild.Property("Ærø 東京 🚲")))
				r := t.GET(entityPath(id))
				t.Require(r).To(HaveStatus(200))
				_, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
				t.Expect(strings.ToLower(parameters["charset"])).To(gomega.Or(gomega.BeEmpty(), gomega.Equal("utf-8")))
				t.Expect(t.Object(r)).To(haveAttribute(name, ngsild.Property("Ærø 東京 🚲")))
			},
		},
	}
}

func contentTypes() []Check {
	return []Check{
		{
			ID: "mim1.negotiation.content.unsupported", Title: "A payload that is neither JSON nor JSON-LD by its Content-Type is refused with 415",
			TestPurposes: []string{"048_01"}, Needs: writes, Fault: "negotiate.any-content-type",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(e), Header("Content-Type", "text/plain"))).To(HaveStatus(415))
				isGone(t, s.id)
			},
		},
		{
			ID: "mim1.negotiation.content.noLength", Title: "A payload without Content-Length is refused with 411",
			Level: Extended, Needs: writes, Fault: "negotiation.no-length-taken",
			Hint: "HTTP knows payloads in chunks, which have no length, but NGSI-LD takes none; a gateway may have given it the length",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(e), Header("Content-Length"))).To(HaveStatus(411))
				isGone(t, s.id)
			},
		},
		{
			ID: "mim1.negotiation.content.refusedBare", Title: "Answers of 411 and 415 have no body",
			Level: Extended, Needs: writes, Fault: "negotiate.refused-with-body",
			Body: func(t *T) {
				_, typed := aSensor(t)
				_, long := aSensor(t)
				unsupported, noLength := t.POST(entities, JSON(typed), Header("Content-Type", "text/plain")), t.POST(entities, JSON(long), Header("Content-Length"))
				if unsupported.Status != 415 && noLength.Status != 411 { // which is for other checks to judge
					t.Inapplicable("the platform refuses payloads neither with 411 nor with 415")
				}
				for _, r := range []*probe.Response{unsupported, noLength} {
					if r.Status == 411 || r.Status == 415 {
						t.Expect(string(r.Body)).To(gomega.BeEmpty(), "the answer is just the status %d", r.Status)
					}
				}
			},
		},
		{
			ID: "mim1.negotiation.content.charset", Title: "A Content-Type with a charset parameter is still application/json",
			Needs: writes, Fault: "negotiate.content-type-compared-whole",
			Hint: "the header is compared as text instead of being parsed",
			Body: func(t *T) {
				_, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(e), Header("Content-Type", "application/json; charset=utf-8"))).To(HaveStatus(201))
			},
		},
		{
			ID: "mim1.negotiation.content.case", Title: "Media types are compared without regard to case",
			Level: Extended, Needs: writes, Fault: "negotiate.content-type-compared-whole",
			Body: func(t *T) {
				_, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(e), Header("Content-Type", "Application/JSON"))).To(HaveStatus(201))
			},
		},
		{
			ID: "mim1.negotiation.method.notAllowed", Title: "A method that a resource has not is refused with 405, which lists those that it has",
			Clause: cim009 + "6.3.2", Level: Extended, Needs: writes, Feature: FeatureDiscovery, Fault: "negotiate.405-without-allow",
			Body: func(t *T) {
				r := t.DELETE(typePath(t.Name("Nothing")))
				t.Require(r).To(HaveStatus(405))
				t.Expect(r).To(HaveHeader("Allow", gomega.ContainSubstring("GET")), "RFC 7231, 6.5.5")
			},
		},
	}
}
