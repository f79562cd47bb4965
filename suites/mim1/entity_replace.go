package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func entityReplace() []Check {
	checks := []Check{
		{
			ID:           "mim1.entity.replace.replaced",
			Title:        "A replaced entity has the attributes of its replacement",
			Requirements: access, Clause: cim009 + "5.6.18.4, 6.5.3.3", TestPurposes: []string{"054_01"},
			Fault: "entity.replace.swallowed",
			Body: func(t *T) {
				s, fresh := newSensor(t), t.Name("fresh")
				done(t, t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25), fresh, ngsild.Property("new")))))
				e := read(t, s.id)
				t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(e).To(haveTypes(s.kind))
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(25)))
				t.Expect(e).To(haveAttribute(fresh, ngsild.Property("new")))
			},
		},
		{
			ID:           "mim1.entity.replace.removesRest",
			Title:        "Replacing an entity removes the attributes that its replacement has not",
			Requirements: access, Clause: cim009 + "5.6.18.4", TestPurposes: []string{"054_01"},
			Fault: "entity.replace.keeps-other-attributes",
			Hint:  "PUT is implemented as an update of attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25)))))
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.place))
				t.Expect(attributesOf(e)).To(gomega.Equal([]string{s.level}))
			},
		},
		{
			ID:           "mim1.entity.replace.attributesWhole",
			Title:        "Replacing an entity replaces its attributes whole, with their sub-attributes",
			Requirements: access, Clause: cim009 + "5.6.18.4",
			Fault: "entity.replace.merges-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25), s.place, s.there))))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.entity.replace.timestamps",
			Title:        "Replacing an entity moves its modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "5.6.18.4",
			Fault: "entity.replace.recreates",
			Hint:  "the entity is deleted and created anew",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, "", func(attempt int) {
					done(t, t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(30+attempt)))))
				})
			},
		},
		{
			ID:           "mim1.entity.replace.scope",
			Title:        "Replacing an entity replaces its scopes",
			Requirements: structured, Clause: cim009 + "4.18", TestPurposes: []string{"054_03"},
			Fault: "entity.replace.keeps-scopes",
			Body: func(t *T) {
				s, e := aSensor(t)
				e["scope"] = []any{"/Madrid/Gardens", "/CompanyA"}
				create(t, e)
				e["scope"] = []any{"/Lisbon/Parks", "/CompanyB"}
				done(t, t.PUT(entityPath(s.id), JSON(e)))
				t.Expect(read(t, s.id)).To(haveScopes("/Lisbon/Parks", "/CompanyB"))
			},
		},
		{
			ID:           "mim1.entity.replace.unknown",
			Title:        "Replacing an entity that is not there is answered with 404 ResourceNotFound and creates nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.18.4", TestPurposes: []string{"054_02"},
			Fault: "entity.replace.creates-unknown",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.PUT(entityPath(s.id), JSON(e))).To(BeProblem(404, ngsild.ResourceNotFound))
				isGone(t, s.id)
			},
		},
		{
			ID:           "mim1.entity.replace.idNoUri",
			Title:        "Replacing an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.18.4", TestPurposes: []string{"054_02"},
			Fault: "entity.replace.any-id-not-found",
			Body: func(t *T) {
				id := t.Name("sensor")
				t.Expect(t.PUT(entityPath(id), JSON(ngsild.Entity(id, t.Name("Sensor"), t.Name("level"), ngsild.Property(1))))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.entity.replace.notJson",
			Title:        "Replacing an entity by a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "entity.replace.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(entityPath(s.id), notJSON(s.id))).To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.entity.replace.nullMarker",
			Title:        "NGSI-LD Null is refused in a replacement with 400 BadRequestData, and the entity stays as it is",
			Requirements: errorAnswers, Clause: cim009 + "5.6.18.4",
			Fault: "entity.replace.takes-null-marker",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(ngsildNull))))).
					To(BeProblem(400, ngsild.BadRequestData))
				s.isUnchanged(t)
			},
		},
	}
	for i := range checks {
		checks[i].Feature, checks[i].Level, checks[i].Needs, checks[i].Since = FeatureReplace, Core, writes, "1.6.1"
	}
	return checks
}
