package mim2

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func relationshipChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.relationships.object.uri", Title: "The object of a relationship is the URI of an entity",
			Requirements: join(open, unambiguous), Clause: cim + "4.5.3.2, 5.2.6",
			Level: suites.Core, Needs: needs(), Fault: "models.relationship.local-id",
			Hint: "A key of another system is no URI.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachRelationship(func(s subject, a models.Attr, i models.Instance) {
					v.judged++
					objects := i.Objects()
					if len(objects) == 0 {
						y.add(local(a)+": there is no object", s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
					}
					for _, o := range objects {
						if u, err := url.Parse(o); err != nil || u.Scheme == "" {
							y.add(local(a)+": the object is no URI", s.id, reports.Finding{Pointer: i.Pointer, Actual: o})
						}
					}
				})
				y.report()
				v.conclude("no sampled entity has a relationship")
			},
		},
		{
			ID: "mim2.relationships.object.exists", Title: "The entity that a relationship leads to exists",
			Requirements: conformance, Clause: sdmRules + "; " + cim + "4.5.3.2",
			Level: suites.Extended, Needs: needs(), Fault: "models.relationship.dangling",
			Hint: "The other entity was deleted, has another id, or lives on another platform.",
			Body: func(t *suites.T) {
				v := look(t)
				for _, l := range v.links(maxFollowed) {
					v.judged++
					r := t.GET("/entities/"+escape(l.object), accept(mediaJSONLD), noLink())
					if r.Status == http.StatusNotFound {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: l.pointer, Expected: "an entity", Actual: "404",
							Message: fmt.Sprintf("entity %s: %s leads to %s, which is not there", l.from, l.name, l.object)})
						continue
					}
					t.Expect(r).To(suites.HaveStatus(http.StatusOK), "the object of %s of %s", l.name, l.from)
				}
				v.conclude("no sampled entity has a relationship")
			},
		},
		{
			ID: "mim2.relationships.object.type", Title: "The entity that a relationship leads to is of a type that the data model allows",
			Requirements: conformance, Clause: sdmRules,
			Level: suites.Core, Needs: needs(), Fault: "models.relationship.wrong-target",
			Hint: "The reference was filled with the id of something else.",
			Body: func(t *suites.T) {
				v := look(t)
				followed := 0
				for _, l := range v.links(0) {
					if len(l.targets) == 0 || followed == maxFollowed {
						continue
					}
					followed++
					r := t.GET("/entities/"+escape(l.object), accept(mediaJSONLD), noLink())
					if r.Status == http.StatusNotFound {
						continue // for another check to say
					}
					if !t.Expect(r).To(suites.HaveStatus(http.StatusOK), "the object of %s of %s", l.name, l.from) {
						continue
					}
					e, err := t.Env.Models.ReadEntity(r.Body, models.Normalised)
					if err != nil {
						v.doubt("entity %s: %v", l.object, err)
						continue
					}
					v.judged++
					var have []string
					for _, kind := range e.Types {
						have = append(have, kind.IRI)
					}
					if !slices.ContainsFunc(have, func(iri string) bool { return slices.Contains(l.targets, iri) }) {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/type", Expected: strings.Join(l.targets, " or "), Actual: strings.Join(have, ", "),
							Message: fmt.Sprintf("entity %s: %s leads to %s, which is of another type", l.from, l.name, l.object)})
					}
				}
				v.conclude("no sampled entity has a relationship of which the data model says where it may lead")
			},
		},
		{
			ID: "mim2.relationships.object.other", Title: "A relationship leads to another entity than the one that has it",
			Requirements: conformance, Clause: sdmRules,
			Level: suites.Extended, Needs: needs(), Fault: "models.relationship.to-itself",
			Hint: "The entity's own id was written where the other one's is due.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.eachRelationship(func(s subject, a models.Attr, i models.Instance) {
					v.judged++
					if slices.Contains(i.Objects(), s.entity.ID) {
						y.add(local(a)+" leads to the entity itself", s.id, reports.Finding{Pointer: i.Pointer, Actual: brief(i.Value)})
					}
				})
				y.report()
				v.conclude("no sampled entity has a relationship")
			},
		},
	}
}

// maxFollowed bounds the relationships that one check follows.
const maxFollowed = 10

func (v *view) eachRelationship(f func(s subject, a models.Attr, i models.Instance)) {
	for _, s := range v.subjects {
		for _, a := range s.entity.Attributes {
			if a.Kind != models.Relationship && a.Kind != models.ListRelationship {
				continue
			}
			for _, i := range a.Instances {
				f(s, a, i)
			}
		}
	}
}

// link is one relationship of a sampled entity.
type link struct {
	from, name, object, pointer string
	targets                     []string // type IRIs that the model allows, empty when it does not say
}

// links are the relationships of the sample, first one of each name, up to most (0 is
// all).
func (v *view) links(most int) []link {
	var chosen, rest []link
	seen := map[string]bool{}
	v.eachRelationship(func(s subject, a models.Attr, i models.Instance) {
		var targets []string
		for _, m := range s.models {
			if described := m.Attribute(m.NameOf(a.IRI)); described != nil {
				targets = append(targets, described.Targets...)
			}
		}
		for _, o := range i.Objects() {
			if u, err := url.Parse(o); err != nil || u.Scheme == "" {
				continue // for another check to say
			}
			l := link{s.id, local(a), o, i.Pointer, targets}
			switch {
			case !seen[a.IRI]:
				seen[a.IRI] = true
				chosen = append(chosen, l)
			default:
				rest = append(rest, l)
			}
		}
	})
	chosen = append(chosen, rest...)
	if most > 0 {
		chosen = chosen[:min(most, len(chosen))]
	}
	return chosen
}
