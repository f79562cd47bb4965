package mim0

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

// again calls judge for pages that are read a second time, those that say that they do not
// change anymore, or all.
func again(t *T, s *stream, all bool, judge func(before, after *page)) {
	judged := 0
	for _, before := range s.pages {
		if !all && !immutable(before) {
			continue
		}
		if after, _ := tryRead(t, before.address, rdfForms); after != nil {
			judged++
			judge(before, after)
		}
	}
	if judged == 0 {
		t.Inapplicable("none of the pages that were read says that it does not change anymore")
	}
}

// cacheDirective says whether the answer has a directive in Cache-Control (RFC 9111, 5.2;
// RFC 8246).
func (p *page) cacheDirective(name string) bool {
	for d := range strings.SplitSeq(strings.Join(p.Header.Values("Cache-Control"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(d), name) {
			return true
		}
	}
	return false
}

func steadinessChecks() []Check {
	return []Check{
		{
			ID: "mim0.stream.member.unchanged", Title: "A member never changes: it says the same on each page, and each time that it is read",
			Requirements: []string{past}, Clause: eventStreams + "2; " + primer + "members", Fault: "ldes.member.changes",
			Body: func(t *T) {
				s := walk(t)
				told, found := t.Few(), false
				said := map[rdf.Term]string{}
				judge := func(p *page) {
					for _, m := range s.members(p) {
						if !p.Has(m) || m.Kind != rdf.IRI {
							continue
						}
						description, err := p.description(m)
						if err != nil {
							continue // of blank nodes that cannot be told apart
						}
						found = true
						before, known := said[m]
						told.Holds(p.Response, !known || before == description, "the member %v was another one when it was read before", m)
						said[m] = description
					}
				}
				for _, p := range s.pages {
					judge(p)
				}
				again(t, s, true, func(_, after *page) { judge(after) })
				told.End()
				if !found {
					t.Untested("none of the %d pages that were read describes a member", len(s.pages))
				}
			},
		},
		{
			ID: "mim0.stream.page.unchanged", Title: "A page that is immutable has the same members each time that it is read",
			Requirements: []string{past, further}, Clause: eventStreams + "2; " + eventStreams + "3.2; " + primer + "immutability", Fault: "ldes.page.immutable-grows",
			Body: func(t *T) {
				s := walk(t)
				again(t, s, false, func(before, after *page) {
					was, is := s.members(before), s.members(after)
					slices.SortFunc(was, rdf.Compare)
					slices.SortFunc(is, rdf.Compare)
					t.Holds(after.Response, slices.Equal(was, is), "the page %s is immutable, and had %d members, then %d or others", before.address, len(was), len(is))
				})
			},
		},
		{
			ID: "mim0.stream.page.lasting", Title: "No member goes from a page between two looks at it",
			Requirements: []string{past, further}, Clause: eventStreams + "2", Fault: "ldes.page.forgets",
			Body: func(t *T) {
				s := walk(t)
				if len(policies(s)) > 0 && !startsOnly(s) {
					t.Inapplicable("the view keeps members for a while only")
				}
				again(t, s, true, func(before, after *page) {
					told := t.Few()
					is := s.members(after)
					for _, m := range s.members(before) {
						told.Holds(after.Response, slices.Contains(is, m), "the page %s had the member %v, and does not anymore", before.address, m)
					}
					told.End()
				})
			},
		},
		{
			ID: "mim0.stream.page.immutableValue", Title: "Whether a page is immutable is told by a truth value",
			Requirements: []string{past}, Clause: primer + "nodes; " + eventStreams + "3.2", Fault: "ldes.page.immutable-in-words",
			Body: func(t *T) {
				s := walk(t)
				found := false
				for _, p := range s.pages {
					for _, v := range p.Objects(p.self(), ldes+"immutable") {
						found = true
						t.Holds(p.Response, v.Datatype == rdf.XSD+"boolean" && slices.Contains([]string{"true", "false", "1", "0"}, v.Value), "ldes:immutable is %v, and no xsd:boolean", v)
					}
				}
				if !found {
					t.Inapplicable("no page that was read has ldes:immutable, which is optional")
				}
			},
		},
	}
}

// startsOnly says whether the policies say from when on members are kept, and nothing else.
func startsOnly(s *stream) bool {
	for _, p := range policies(s) {
		if predicates := s.root().Predicates(p); !slices.Contains(predicates, ldes+"startingFrom") ||
			slices.ContainsFunc(predicates, func(name string) bool { return name != ldes+"startingFrom" && policyForms()[name].is != nil }) {
			return false
		}
	}
	return true
}

func answerChecks() []Check {
	caching := []string{cached}
	return []Check{
		{
			ID: "mim0.stream.answer.form", Title: "Pages come as N-Quads, N-Triples, TriG, Turtle or JSON-LD",
			Requirements: []string{past}, Clause: primer + "serializations; " + eventStreams + "3.3", Fault: "ldes.answer.as-text",
			Body: func(t *T) {
				r, at := front(t)
				noPageForPeople(t, r, at)
				t.Expect(r).To(HaveMediaType("application/n-quads", "application/n-triples", "application/trig", mediaTurtle, mediaJSONLD))
			},
		},
		{
			ID: "mim0.stream.answer.same", Title: "A page says the same in each form that it comes in",
			Level: Extended, Requirements: []string{past}, Clause: primer + "serializations", Fault: "ldes.answer.other-turtle",
			Body: func(t *T) {
				s := walk(t)
				judged := false
				for _, p := range s.pages {
					if !immutable(p) {
						continue
					}
					one, _ := tryRead(t, p.address, mediaJSONLD)
					other, _ := tryRead(t, p.address, mediaTurtle)
					if one == nil || other == nil || one.Header.Get("Content-Type") == other.Header.Get("Content-Type") {
						continue
					}
					judged = true
					a, b := s.members(one), s.members(other)
					slices.SortFunc(a, rdf.Compare)
					slices.SortFunc(b, rdf.Compare)
					t.Holds(other.Response, slices.Equal(a, b) && one.Len() == other.Len(), "the page %s has %d members and %d triples as JSON-LD, and %d and %d, or others, as Turtle", p.address, len(a), one.Len(), len(b), other.Len())
				}
				if !judged {
					t.Inapplicable("no page that does not change comes as JSON-LD and as Turtle")
				}
			},
		},
		{
			ID: "mim0.stream.answer.vary", Title: "Where the form is negotiated, the answer has a Vary header field",
			Level: Extended, Requirements: caching, Clause: primer + "serializations; RFC 9110, 12.5.5", Fault: "ldes.answer.no-vary",
			Body: func(t *T) {
				address := entry(t).root().address
				one, _ := tryRead(t, address, mediaJSONLD)
				other, _ := tryRead(t, address, mediaTurtle)
				if one == nil || other == nil || one.Header.Get("Content-Type") == other.Header.Get("Content-Type") {
					t.Inapplicable("the root node comes in one form only")
				}
				vary := strings.ToLower(strings.Join(one.Header.Values("Vary"), ","))
				t.Holds(one.Response, strings.Contains(vary, "accept") || strings.Contains(vary, "*"), "Accept chooses the form, and Vary (%q) does not tell so", vary)
			},
		},
		{
			ID: "mim0.stream.answer.tag", Title: "A page has an entity tag",
			Level: Extended, Requirements: caching, Clause: primer + "serializations; " + primer + "immutability", Fault: "ldes.answer.no-tag",
			Body: func(t *T) {
				for _, p := range walk(t).pages {
					t.Holds(p.Response, entityTag.MatchString(p.Header.Get("ETag")), "the ETag of %s is %q, expected a quoted text", p.address, p.Header.Get("ETag"))
				}
			},
		},
		{
			ID: "mim0.stream.answer.steadyTag", Title: "The entity tag of an immutable page stays the same",
			Level: Extended, Requirements: caching, Clause: primer + "immutability", Fault: "ldes.answer.tag-changes",
			Body: func(t *T) {
				again(t, walk(t), false, func(before, after *page) {
					was, is := before.Header.Get("ETag"), after.Header.Get("ETag")
					t.Holds(after.Response, was == is, "the ETag of %s was %q and is %q", before.address, was, is)
				})
			},
		},
		{
			ID: "mim0.stream.answer.immutable", Title: "A page that is immutable says so in Cache-Control, too",
			Level: Extended, Requirements: caching, Clause: primer + "immutability; " + primer + "serializations; " + eventStreams + "3.2", Fault: "ldes.answer.not-cached",
			Body: func(t *T) {
				found := false
				for _, p := range walk(t).pages {
					if immutable(p) {
						found = true
						t.Holds(p.Response, p.cacheDirective("immutable"), "%s is immutable, and Cache-Control is %q", p.address, strings.Join(p.Header.Values("Cache-Control"), ", "))
					}
				}
				if !found {
					t.Inapplicable("none of the pages that were read says that it does not change anymore")
				}
			},
		},
		{
			ID: "mim0.stream.answer.growing", Title: "A page that says in Cache-Control that it is immutable is",
			Requirements: []string{cached, past}, Clause: eventStreams + "3.2; " + primer + "immutability", Fault: "ldes.answer.all-immutable",
			Body: func(t *T) {
				s := walk(t)
				found := false
				for _, p := range s.pages {
					if !p.cacheDirective("immutable") {
						continue
					}
					found = true
					v, stated := p.Object(p.self(), ldes+"immutable")
					t.Holds(p.Response, !stated || v.Value != "false" && v.Value != "0", "%s is immutable by Cache-Control, and not by ldes:immutable", p.address)
					if after, _ := tryRead(t, p.address, rdfForms); after != nil {
						t.Holds(after.Response, len(s.members(after)) == len(s.members(p)) && len(after.relations()) == len(p.relations()),
							"%s is immutable by Cache-Control, and had %d members and %d relations, then %d and %d", p.address, len(s.members(p)), len(p.relations()), len(s.members(after)), len(after.relations()))
					}
				}
				if !found {
					t.Inapplicable("none of the pages that were read is immutable by Cache-Control")
				}
			},
		},
		{
			ID: "mim0.stream.answer.notModified", Title: "A page is not sent again to who has it: If-None-Match gives 304",
			Level: Extended, Requirements: caching, Clause: primer + "status-codes; " + eventStreams + "3.3; RFC 9110, 13.1.2", Fault: "ldes.answer.always-200",
			Body: func(t *T) {
				judged := false
				for _, p := range walk(t).pages {
					tag := p.Header.Get("ETag")
					if tag == "" || !immutable(p) {
						continue
					}
					judged = true
					_, r := tryRead(t, p.address, rdfForms, Header("If-None-Match", tag))
					t.Expect(r).To(HaveStatus(http.StatusNotModified), "%s has not changed", p.address)
				}
				if !judged {
					t.Inapplicable("none of the pages that were read is immutable and has an ETag")
				}
			},
		},
	}
}
