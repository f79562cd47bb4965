package mim7

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func landingChecks() []Check {
	return []Check{
		{
			ID: "mim7.landing.retrieve.success", Title: "The landing page is there",
			Requirements: front, Clause: core + "root-op", Fault: "places.landing.gone",
			Hint: "The endpoint's address is that of the landing page of the API.",
			Body: func(t *T) { t.Require(landing(t)).To(HaveStatus(200)) },
		},
		{
			ID: "mim7.landing.content.links", Title: "The landing page has links, each with its target and relation",
			Requirements: front, Clause: core + "root-success", Fault: "places.landing.no-links",
			Body: func(t *T) {
				r, page := landingPage(t)
				list, isList := page["links"].([]any)
				require(t, r, isList && len(list) > 0, "the landing page has no array links with members")
				for i, l := range linksOf(page) {
					expect(t, r, l.href != "" && l.rel != "", "/links/%d has not both href and rel (%q, %q)", i, l.href, l.rel)
				}
			},
		},
		{
			ID: "mim7.landing.content.words", Title: "What the landing page says of its title and description is text",
			Requirements: front, Clause: core + "root-success", Fault: "generic.places-get.retypes-last",
			Body: func(t *T) {
				r, page := landingPage(t)
				for _, name := range []string{"title", "description", "attribution"} {
					v, told := page[name]
					_, isText := v.(string)
					expect(t, r, !told || isText, "/%s is %v, expected a string as in the schema landingPage", name, v)
				}
			},
		},
		linked("api", "the description of the API", "places.landing.no-api-link", "service-desc", "service-doc"),
		linked("conformance", "the conformance declaration", "places.landing.no-conformance-link", "conformance"),
		linked("data", "the collections", "places.landing.no-data-link", "data"),
		{
			ID: "mim7.landing.links.resolve", Title: "The links of the landing page to conformance and collections lead there",
			Requirements: front, Clause: core + "root-success", Fault: "places.landing.dead-links",
			Hint: "Links are made with a wrong base address, often behind a proxy.",
			Body: func(t *T) {
				r, page := landingPage(t)
				links := related(page, "conformance", "data")
				if len(links) == 0 {
					t.Untested("the landing page links to neither")
				}
				for _, l := range links {
					t.Expect(follow(t, r, l.href, AnyMedia())).To(HaveStatus(200), "the link %s (%s) is dead", l.href, l.rel)
				}
			},
		},
		{
			ID: "mim7.landing.method.head", Title: "HEAD answers as GET does, without a body",
			Requirements: front, Clause: core + "http; RFC 9110, 9.3.2", Level: Extended, Fault: "places.landing.no-head",
			Body: func(t *T) {
				got := landing(t)
				t.Require(got).To(HaveStatus(200))
				head := t.Send(http.MethodHead, got.Request.Path)
				t.Expect(head).To(HaveStatus(200))
				expect(t, head, len(head.Body) == 0, "the answer to HEAD has a body")
			},
		},
	}
}

func linked(what, words, fault string, rels ...string) Check {
	return Check{
		ID: "mim7.landing.links." + what, Title: "The landing page links to " + words,
		Requirements: front, Clause: core + "root-success", Fault: fault,
		Hint: "The link has the relation " + strings.Join(rels, " or ") + ".",
		Body: func(t *T) {
			r, page := landingPage(t)
			expect(t, r, len(related(page, rels...)) > 0, "the landing page has no link of relation %s", strings.Join(rels, " or "))
		},
	}
}
