package mim2

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func identityChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.identity.id.uri", Title: "The id of an entity is a URI",
			Requirements: identifiers, Clause: cim + "4.6.2, 5.2.4",
			Level: suites.Core, Needs: needs(), Fault: "models.id.no-uri",
			Hint: "An id of NGSIv2 style has no scheme in front of it.",
			Body: func(t *suites.T) {
				eachID(t, func(id string) string {
					if u, err := url.Parse(id); err != nil || u.Scheme == "" || strings.ContainsAny(id, " <>\"{}|\\^`") {
						return "the id is no URI"
					}
					return ""
				}, "a URI with a scheme")
			},
		},
		{
			ID: "mim2.identity.id.urn", Title: "The id of an entity has the form urn:ngsi-ld:Type:localId",
			Requirements: identifiers, Clause: sdmIDs,
			Level: suites.Core, Needs: needs(), Fault: "models.id.other-namespace",
			Hint: "The mechanism asks for one form of ids; ids in the city's own namespace are URIs, but not of this form.",
			Body: func(t *suites.T) {
				eachID(t, func(id string) string {
					if !urnForm.MatchString(id) {
						return "the id is not of the form urn:ngsi-ld:Type:localId"
					}
					return ""
				}, "urn:ngsi-ld:Type:localId")
			},
		},
		{
			ID: "mim2.identity.id.type", Title: "The type in the id of an entity is one of its types",
			Requirements: identifiers, Clause: sdmIDs,
			Level: suites.Core, Needs: needs(), Fault: "models.id.other-type",
			Hint: "The id was built with another type than the entity has now.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					named := typeInID(s.entity.ID)
					if named == "" {
						v.judged-- // of another form, which is for the check of the form to say
						return
					}
					var short []string
					for _, kind := range s.entity.Types {
						if kind.Short() == named {
							return
						}
						short = append(short, kind.Short())
					}
					y.add(fmt.Sprintf("the id says %s, the type is %s", named, strings.Join(short, ", ")), s.id,
						reports.Finding{Pointer: "/id", Expected: strings.Join(short, " or "), Actual: named})
				})
				y.report()
				v.conclude("no sampled entity has an id of the form urn:ngsi-ld:Type:localId")
			},
		},
		{
			ID: "mim2.identity.id.stable", Title: "An entity that is read again by its id has that id and those types",
			Requirements: identifiers, Clause: sdmIDs + "; " + cim + "5.7.1",
			Level: suites.Core, Needs: needs(), Fault: "models.id.changes",
			Hint: "Something between store and client writes the ids anew.",
			Body: func(t *suites.T) {
				again(t, 3, func(v *view, s subject) {
					r := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD), noLink())
					if gone(v, s, r) {
						return
					}
					t.Expect(r).To(suites.HaveJSON("/id", s.entity.ID), "entity %s", s.id)
				})
			},
		},
		{
			ID: "mim2.identity.id.unique", Title: "No two entities of a page have the same id",
			Requirements: identifiers, Clause: sdmIDs + "; " + cim + "5.7.2",
			Level: suites.Core, Needs: needs(), Fault: "models.id.twice",
			Hint: "The platform joins several sources without merging what they hold.",
			Body: func(t *suites.T) {
				v := look(t)
				seen := map[string]bool{}
				for _, s := range v.subjects {
					for _, kind := range s.entity.Types {
						if seen[kind.IRI] || len(seen) == maxFollowed {
							continue
						}
						seen[kind.IRI] = true
						r := t.GET("/entities", accept(mediaJSONLD), noLink(), suites.Query("type", kind.IRI, "limit", "100"))
						if !t.Expect(r).To(suites.HaveStatus(http.StatusOK), "the entities of type %s", kind.IRI) {
							continue
						}
						v.judged++
						ids := map[string]bool{}
						for i, e := range t.List(r) {
							o, _ := e.(map[string]any)
							id, _ := o["id"].(string)
							if id != "" && ids[id] {
								v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: fmt.Sprintf("/%d/id", i), Actual: id,
									Message: "entity " + shorten(id) + " is there twice"})
							}
							ids[id] = true
						}
					}
				}
				v.conclude("no sampled entity has a type to ask for")
			},
		},
	}
}

var urnForm = regexp.MustCompile(`^urn:ngsi-ld:[A-Za-z][A-Za-z0-9_.-]*:[A-Za-z0-9()+,\-.:=@;$_!*'%/?#~&]+$`)

// eachID reports what is wrong with each sampled id.
func eachID(t *suites.T, wrong func(id string) string, want string) {
	v := look(t)
	y := v.tally()
	v.each(func(s subject) {
		if what := wrong(s.entity.ID); what != "" {
			y.add(what, s.id, reports.Finding{Pointer: "/id", Expected: want, Actual: s.entity.ID})
		}
	})
	y.report()
	v.conclude("no entity was sampled")
}
