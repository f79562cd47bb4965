package mim0

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// entityTag is the form of an entity tag (RFC 9110, 8.8.3).
var entityTag = regexp.MustCompile("^(W/)?\"[\x21\x23-\x7e\u0080-\u00ff]*\"$")

func cachingChecks() []Check {
	return []Check{
		{
			ID: "mim0.caching.answer.validator", Title: "An answer has a validator: ETag or Last-Modified",
			Requirements: []string{cached}, Clause: "RFC 9110, 8.8", Fault: "rest.caching.no-validator",
			Body: func(t *T) {
				r := cacheable(t)
				t.Holds(r, r.Header.Get("ETag") != "" || r.Header.Get("Last-Modified") != "", "the answer has neither ETag nor Last-Modified")
			},
		},
		{
			ID: "mim0.caching.answer.freshness", Title: "An answer tells how it may be cached: Cache-Control or Expires",
			Requirements: []string{cached}, Clause: "RFC 9111, 4.2.1", Fault: "rest.caching.no-cache-control",
			Body: func(t *T) {
				r := cacheable(t)
				t.Holds(r, r.Header.Get("Cache-Control") != "" || r.Header.Get("Expires") != "", "the answer has neither Cache-Control nor Expires")
			},
		},
		{
			ID: "mim0.caching.answer.tag", Title: "An ETag is an entity tag",
			Requirements: []string{cached}, Clause: "RFC 9110, 8.8.3", Fault: "rest.caching.unquoted-tag",
			Body: func(t *T) {
				r := tagged(t)
				t.Holds(r, entityTag.MatchString(r.Header.Get("ETag")), "the ETag is %q, expected a quoted text, after W/ where it is weak", r.Header.Get("ETag"))
			},
		},
		{
			ID: "mim0.caching.answer.vary", Title: "Where the form is negotiated, the answer has a Vary header field",
			Requirements: []string{cached}, Clause: "RFC 9110, 12.5.5", Fault: "rest.caching.no-vary",
			Body: func(t *T) {
				r := cacheable(t)
				page := t.GET("/collections", accepting("text/html"), AnyMedia())
				if page.Status != http.StatusOK || page.Header.Get("Content-Type") == r.Header.Get("Content-Type") {
					t.Inapplicable("the list of collections comes in one form only")
				}
				vary := strings.ToLower(strings.Join(r.Header.Values("Vary"), ","))
				t.Holds(r, strings.Contains(vary, "accept") || strings.Contains(vary, "*"), "Accept chooses the form, and Vary (%q) does not tell so", vary)
			},
		},
		{
			ID: "mim0.caching.conditional.notModified", Title: "A GET on the condition that the data have changed gives 304 when they have not",
			Requirements: []string{cached}, Clause: "RFC 9110, 13.1.2, 13.1.3", Fault: "rest.caching.never-304",
			Body: func(t *T) { unchanged(t) },
		},
		{
			ID: "mim0.caching.conditional.empty", Title: "An answer 304 has no content, and the ETag that an answer 200 would have",
			Requirements: []string{cached}, Clause: "RFC 9110, 15.4.5", Fault: "rest.caching.304-forgets-tag",
			Body: func(t *T) {
				r := unchanged(t)
				t.Holds(r, len(r.Body) == 0, "the answer 304 has content")
				if r.Request.Header.Get("If-None-Match") != "" {
					t.Holds(r, r.Header.Get("ETag") != "", "the answer 200 has an ETag, and the answer 304 has none")
				}
			},
		},
		{
			ID: "mim0.caching.conditional.modified", Title: "A GET on the condition of another entity tag gives the data",
			Requirements: []string{cached}, Clause: "RFC 9110, 13.1.2", Fault: "rest.caching.always-304",
			Body: func(t *T) {
				tagged(t)
				r := t.GET("/collections", accepting(jsonFirst), Header("If-None-Match", `"`+t.Name("other")+`"`))
				t.Expect(r).To(HaveStatus(http.StatusOK))
			},
		},
	}
}

// cacheable is an answer that hardly changes: the list of collections.
func cacheable(t *T) *probe.Response {
	r := t.GET("/collections", accepting(jsonFirst))
	t.Require(r).To(HaveStatus(http.StatusOK), "the list of collections")
	return r
}

// tagged is such an answer with an entity tag.
func tagged(t *T) *probe.Response {
	r := cacheable(t)
	if r.Header.Get("ETag") == "" {
		t.Inapplicable("the answer has no ETag, which is optional")
	}
	return r
}

// unchanged is the answer 304 to the condition that the list of collections has changed.
// When it has changed meanwhile, the check cannot tell.
func unchanged(t *T) *probe.Response {
	before := cacheable(t)
	var condition Option
	switch tag, date := before.Header.Get("ETag"), before.Header.Get("Last-Modified"); {
	case tag != "":
		condition = Header("If-None-Match", tag)
	case date != "":
		condition = Header("If-Modified-Since", date)
	default:
		t.Inapplicable("the answer has neither ETag nor Last-Modified, which are optional")
	}
	r := t.GET("/collections", accepting(jsonFirst), condition)
	if r.Status == http.StatusOK && (r.Header.Get("ETag") != before.Header.Get("ETag") || r.Header.Get("Last-Modified") != before.Header.Get("Last-Modified")) {
		t.CantTell("the validator changes from one answer to the next (ETag %q, then %q)", before.Header.Get("ETag"), r.Header.Get("ETag"))
	}
	t.Require(r).To(HaveStatus(http.StatusNotModified))
	return r
}

// encoded is a value as JSON, with the members of objects in order.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
