package mim0

import (
	"net/http"
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

func formChecks() []Check {
	return []Check{
		{
			ID: "mim0.form.parameter.json", Title: "With f=json the answer is JSON, whatever the header field Accept asks for",
			Requirements: []string{formed}, Clause: mim0 + "M1-f", Level: Extended, Fault: "rest.form.f-ignored",
			Body: func(t *T) {
				d := description(t)
				known := slices.ContainsFunc(d.reads(), func(o operation) bool {
					return slices.ContainsFunc(d.parameters(o), func(p object) bool { return p["in"] == "query" && p["name"] == "f" })
				})
				if !known {
					t.Inapplicable("the description has no query parameter f, which is optional")
				}
				r := t.GET("/collections", Query("f", "json"), accepting("text/html"), AnyMedia())
				t.Require(r).To(HaveStatus(http.StatusOK))
				v, err := Decode(r.Body)
				_, is := v.(object)
				t.Holds(r, err == nil && is, "the answer to f=json is %q and no JSON object", r.Header.Get("Content-Type"))
			},
		},
		{
			ID: "mim0.status.resource.there", Title: "The landing page leads to a resource that tells the state of the service",
			Requirements: []string{healthy}, Clause: "RFC 8631, 4 (status)", Level: Extended, Fault: "rest.status.gone",
			Body: func(t *T) {
				landing := t.GET("", accepting(jsonFirst))
				t.Require(landing).To(HaveStatus(http.StatusOK), "the landing page")
				links := slices.DeleteFunc(linksIn(landing), func(l link) bool { return l.rel != "status" })
				if len(links) == 0 {
					t.Inapplicable("the landing page has no link of relation status, which is optional")
				}
				for _, l := range links {
					t.Expect(follow(t, landing, l.href, accepting("*/*"), AnyMedia())).To(HaveStatus(http.StatusOK), "the link %s", l.href)
				}
			},
		},
	}
}
