package mim7

import (
	"mime"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func apiChecks() []Check {
	return []Check{
		{
			ID: "mim7.api.retrieve.success", Title: "The description of the API is there, where the landing page says",
			Requirements: front, Clause: core + "api-definition-op", Fault: "places.api.gone",
			Body: func(t *T) {
				from, page := landingPage(t)
				links := related(page, "service-desc", "service-doc")
				if len(links) == 0 {
					t.Untested("the landing page links to no description of the API")
				}
				for _, l := range links {
					t.Expect(follow(t, from, l.href, accepting(accepted(l)), AnyMedia())).To(HaveStatus(200), "the link %s (%s) is dead", l.href, l.rel)
				}
			},
		},
		{
			ID: "mim7.api.retrieve.media", Title: "The description of the API comes in the media type that the link states",
			Requirements: front, Clause: core + "api-definition-success", Fault: "places.api.other-media-type",
			Body: func(t *T) {
				from, page := landingPage(t)
				judged := 0
				for _, l := range related(page, "service-desc", "service-doc") {
					stated, _, err := mime.ParseMediaType(l.media)
					if err != nil {
						continue
					}
					judged++
					r := follow(t, from, l.href, accepting(accepted(l)), AnyMedia())
					if t.Expect(r).To(HaveStatus(200)) {
						t.Expect(r).To(HaveMediaType(stated), "the link %s states another media type", l.href)
					}
				}
				if judged == 0 {
					t.Untested("no link to a description of the API states a media type")
				}
			},
		},
		{
			ID: "mim7.api.content.machine", Title: "The description of the API has a form for machines",
			Requirements: front, Clause: core + "api-definition-success", Level: Extended, Fault: "places.api.for-people-only",
			Body: func(t *T) {
				from, page := landingPage(t)
				l, there := readable(related(page, "service-desc"))
				require(t, from, there, "no link of relation service-desc leads to anything but HTML")
				r := follow(t, from, l.href, accepting(accepted(l)), AnyMedia())
				t.Require(r).To(HaveStatus(200))
				expect(t, r, !strings.HasPrefix(r.Header.Get("Content-Type"), mediaHTML), "the link of relation service-desc leads to an HTML page")
			},
		},
	}
}

// accepted is what to accept when a link is followed.
func accepted(l link) string {
	if l.media == "" {
		return "*/*"
	}
	return l.media + ", */*;q=0.1"
}
