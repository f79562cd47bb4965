package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// linkedNames checks the operations of which other checks ask in JSON-LD or by names of the
// default vocabulary only: the @context that a Link header names gives names their meaning in
// a body of application/json, in the path and in the parameters (6.3.5).
func linkedNames() []Check {
	var checks []Check
	for _, w := range namingWrites() {
		checks = append(checks, Check{
			ID: "mim1.context.linked." + w.name, Title: w.words + " are known by the IRIs of the @context that a Link header names",
			Feature: w.feature, Since: w.since, Fault: "linked-names." + w.name + ".link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				link := v.linked(t)
				w.named(t, v, func(fragment ngsild.Object, listed bool) Option {
					if listed {
						return both(link, JSON([]any{fragment}))
					}
					return both(link, JSON(fragment))
				})
			},
		})
	}
	return common(append(checks, furtherLinkedNames()...), Check{Clause: cim009 + "6.3.5", Requirements: structured, Level: Core, Needs: []Need{NeedRead, NeedWrite, NeedCallback},
		Hint: "the operation does not look at the Link header, and takes names for those of the default vocabulary"})
}

func furtherLinkedNames() []Check {
	// evolved creates the evolution of one instance under the vocabulary.
	evolved := func(t *T, v vocabulary) (id string) {
		e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "12:00:00")})
		return evolve(t, e, inlined(), JSONLD(ngsild.InContext(e, v.context())))
	}
	return []Check{
		{
			ID: "mim1.context.linked.delete", Title: "An attribute that is deleted is known by its name in the @context that a Link header names",
			Fault: "linked-names.delete.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				done(t, t.DELETE(attrPath(id, v.level), v.linked(t)))
				t.Expect(read(t, id, coreOnly())).To(lackAttribute(v.levelIRI))
			},
		},
		{
			ID: "mim1.context.linked.retrieve", Title: "The attributes that a retrieval asks for are known by their names in the @context that a Link header names",
			Fault: "linked-names.retrieve.attrs-of-core",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				t.Expect(read(t, id, v.linked(t), Query("attrs", v.level))).To(haveAttribute(v.level, ngsild.Property(20)))
			},
		},
		{
			ID: "mim1.context.linked.queryByPost", Title: "The types of a query by POST are known by their names in the @context that a Link header names",
			Feature: FeatureBatch, Fault: "linked-names.queryByPost.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := v.create(t, 20)
				e := only(t, post(t, selector(ngsild.Object{"type": v.kind}), v.linked(t)))
				t.Expect(e["id"]).To(gomega.Equal(id))
				t.Expect(e).To(haveAttribute(v.level, ngsild.Property(20)))
			},
		},
		{
			ID: "mim1.context.linked.type", Title: "An entity type is found by its name in the @context that a Link header names",
			Clause: cim009 + "6.26.2", Feature: FeatureDiscovery, Fault: "linked-names.type.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				v.create(t, 20)
				r := t.GET(typePath(v.kind), v.linked(t))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)["id"]).To(gomega.Equal(v.kindIRI))
			},
		},
		{
			ID: "mim1.context.linked.attribute", Title: "An attribute is found by its name in the @context that a Link header names",
			Clause: cim009 + "5.7.10", Feature: FeatureDiscovery, Fault: "linked-names.attribute.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				v.create(t, 20)
				r := t.GET(attributePath(v.level), v.linked(t))
				t.Require(r).To(HaveStatus(200))
				t.Expect(t.Object(r)["id"]).To(gomega.Equal(v.levelIRI))
			},
		},
		{
			ID: "mim1.context.linked.evolutionAttributes", Title: "Instances added to an evolution are known by the IRIs of the @context that a Link header names",
			Feature: FeatureTemporal, Fault: "linked-names.evolutionAttributes.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := evolved(t, v)
				done(t, t.POST(evolutionAttrsPath(id), v.linked(t), JSON(ngsild.Object{v.level: []any{reading(30, "13:00:00")}})))
				t.Expect(marks(evolution(t, id, coreOnly()), v.levelIRI)).To(holdReadings(mark(10, at("12:00:00")), mark(30, at("13:00:00"))))
			},
		},
		{
			ID: "mim1.context.linked.evolutionAttributeDelete", Title: "An attribute that is deleted from an evolution is known by its name in the @context that a Link header names",
			Feature: FeatureTemporal, Fault: "linked-names.evolutionAttributeDelete.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := evolved(t, v)
				done(t, t.DELETE(evolutionAttrPath(id, v.level), v.linked(t)))
				r := t.GET(evolutionPath(id), coreOnly())
				t.Require(r).To(HaveStatus(200, 404)) // nothing may be left of it
				if r.Status == 200 {
					t.Expect(marks(t.Object(r), v.levelIRI)).To(gomega.BeEmpty())
				}
			},
		},
		{
			ID: "mim1.context.linked.evolutionQuery", Title: "The types of a temporal query by POST are known by their names in the @context that a Link header names",
			Feature: FeatureTemporal, Fault: "linked-names.evolutionQuery.link-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				id := evolved(t, v)
				found := evolutionsIn(t, t.POST(evolutionQueries, v.linked(t), JSON(with(ofKind(v.kind, afterEleven()), "type", "Query"))))
				t.Require(found).To(gomega.HaveLen(1))
				t.Expect(found[0]["id"]).To(gomega.Equal(id))
			},
		},
	}
}
