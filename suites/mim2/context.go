package mim2

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/validate"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func contextChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.context.inline.present", Title: "An entity served as JSON-LD carries its @context",
			Requirements: contexts, Clause: sdmContext + "; " + cim + "6.3.5",
			Level: suites.Core, Needs: needs(), Fault: "models.context.missing-inline",
			Hint: "Without the @context nobody knows which attribute a name stands for.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					if s.entity.Context == nil {
						y.add("there is no @context in the JSON-LD", s.id, reports.Finding{Pointer: "/@context", Expected: "an @context", Actual: "nothing"})
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.context.link.present", Title: "An entity served as plain JSON comes with a Link header to its @context",
			Requirements: contexts, Clause: sdmContext + "; " + cim + "6.3.5",
			Level: suites.Core, Needs: needs(), Fault: "models.context.missing-link",
			Hint: "A gateway in front of the platform may drop the Link header.",
			Body: func(t *suites.T) {
				again(t, 3, func(v *view, s subject) {
					r := t.GET("/entities/"+escape(s.id), accept(mediaJSON))
					if gone(v, s, r) {
						return
					}
					t.Expect(contextLinks(r)).NotTo(suites.EqualJSON([]string{}), "entity %s as application/json has no Link header with rel %s", s.id, ngsild.ContextRel)
				})
			},
		},
		{
			ID: "mim2.context.both.same", Title: "The @context in the Link header and the one in the JSON-LD are the same",
			Requirements: contexts, Clause: sdmContext + "; " + cim + "6.3.5",
			Level: suites.Core, Needs: needs(), Fault: "models.context.other-link",
			Hint: "The two representations would mean different things.",
			Body: func(t *suites.T) {
				again(t, 3, func(v *view, s subject) {
					plain := t.GET("/entities/"+escape(s.id), accept(mediaJSON))
					if gone(v, s, plain) {
						return
					}
					linked := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD))
					if gone(v, s, linked) {
						return
					}
					links := contextLinks(plain)
					if len(links) == 0 {
						v.judged-- // for another check to say
						return
					}
					inline := t.Object(linked)["@context"]
					for _, link := range links {
						if !mentions(inline, link) {
							v.mismatch(reports.Finding{Exchange: linked.Seq, Pointer: "/@context", Expected: link, Actual: brief(inline),
								Message: fmt.Sprintf("entity %s: the Link header names %s, and the @context in the JSON-LD does not", s.id, link)})
						}
					}
				})
			},
		},
		{
			ID: "mim2.context.document.usable", Title: "The @context of an entity is one that JSON-LD can process",
			Requirements: join(contexts, unambiguous), Clause: sdmContext + "; " + cim + "4.4; W3C JSON-LD 1.1, 4.1",
			Level: suites.Core, Needs: needs(), Fault: "models.context.malformed",
			Hint: "Each term maps to an IRI, or to an object that says more about it.",
			Body: func(t *suites.T) {
				v := look(t)
				v.doubts = nil // what keeps other checks from judging is this one's subject
				y := v.tally()
				for _, s := range t.Sampled().Entities {
					body, err := validate.Decode(s.Body)
					object, ok := body.(map[string]any)
					if err != nil || !ok {
						v.doubt("entity %s cannot be read: %v", s.ID, err)
						continue
					}
					_, err = t.Env.Models.Names(object["@context"])
					switch {
					case errors.Is(err, models.ErrContextUnknown):
						v.doubt("entity %s: %v", s.ID, err)
						continue
					case err != nil:
						y.add(err.Error(), s.ID, reports.Finding{Pointer: "/@context", Actual: brief(object["@context"])})
					}
					v.judged++
				}
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.context.attributes.mapped", Title: "An attribute that bears a name of the data model has the IRI that the model's @context gives it",
			Requirements: join(contexts, unambiguous, linkedData), Clause: sdmContext,
			Level: suites.Core, Needs: needs(), Fault: "models.attribute.other-iri",
			Hint: "The data were written under another @context than the model's, so the same name means something else.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachModelled(func(s subject, m *models.Model) {
					for _, stranger := range s.entity.Strangers(m) {
						if stranger.Want == "" || describedElsewhere(s, stranger.Attr) {
							continue
						}
						y.add(fmt.Sprintf("attribute %s is not the one of %s", stranger.Name, m.Name), s.id, reports.Finding{
							Pointer: "/" + token(stranger.Attr.Served), Expected: stranger.Want, Actual: stranger.Attr.IRI})
					}
				})
				y.report()
				v.conclude("no sampled entity is of a type with a data model")
			},
		},
	}
}

// describedElsewhere says whether another type of the entity has the attribute.
func describedElsewhere(s subject, a models.Attr) bool {
	for _, m := range s.models {
		if name := m.NameOf(a.IRI); name != "" && m.Attribute(name) != nil {
			return true
		}
	}
	return false
}

// contextLinks are the addresses of @contexts in an answer's Link headers. It is
// never nil.
func contextLinks(r *probe.Response) []string {
	found := []string{}
	for _, header := range r.Header.Values("Link") {
		for _, link := range splitLinks(header) {
			target, parameters, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
			if ok && strings.Contains(parameters, ngsild.ContextRel) {
				found = append(found, target)
			}
		}
	}
	return found
}

// splitLinks splits a Link header at the commas outside of <> and quotes.
func splitLinks(header string) []string {
	var links []string
	start, inTarget, inQuotes := 0, false, false
	for i, c := range header {
		switch {
		case c == '"' && !inTarget:
			inQuotes = !inQuotes
		case c == '<' && !inQuotes:
			inTarget = true
		case c == '>' && !inQuotes:
			inTarget = false
		case c == ',' && !inQuotes && !inTarget:
			links = append(links, strings.TrimSpace(header[start:i]))
			start = i + 1
		}
	}
	return append(links, strings.TrimSpace(header[start:]))
}

// mentions says whether an @context is, or lists, the one at an address. All versions
// of the core @context are one.
func mentions(inline any, address string) bool {
	switch x := inline.(type) {
	case string:
		return x == address || ngsild.IsCoreContext(x) && ngsild.IsCoreContext(address)
	case []any:
		for _, e := range x {
			if mentions(e, address) {
				return true
			}
		}
	case map[string]any:
		_, nothing := x["@context"]
		return len(x) > 0 && !nothing // an inline object cannot be told from a document
	}
	return false
}

func token(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// same says whether two decoded JSON values are the same, numbers by value.
func same(a, b any) bool {
	ok, err := suites.EqualJSON(b).Match(a)
	return err == nil && ok
}

// object is an answer's body when it is a JSON object; statuses other than 200 and
// other bodies end the check.
func object(t *suites.T, r *probe.Response) map[string]any {
	t.Require(r).To(suites.HaveStatus(http.StatusOK))
	return t.Object(r)
}
