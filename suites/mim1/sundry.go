package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// memberSelection checks that pick and omit that are no expressions of 4.21 are refused.
func memberSelection() []Check {
	expressions := func(s sensor) []string {
		return []string{"id;" + s.level, "id," + s.place + "{" + s.level, "id," + s.place + "{{" + s.level + "}",
			"id,," + s.level, "id," + s.place + "{," + s.level + "}", "id," + s.place + "{}"}
	}
	of := Check{Requirements: errorAnswers, Clause: cim009 + "4.21", Level: Core, Needs: writes, Since: "1.8.1"}
	var checks []Check
	for _, parameter := range []string{"pick", "omit"} {
		checks = append(checks,
			Check{
				ID: "mim1.entity.represent." + parameter + "BadSyntax", Title: "Retrieving with a malformed " + parameter + " is refused with 400 BadRequestData",
				TestPurposes: []string{"018_18"}, Fault: "represent.bad-" + parameter + "-ignored",
				Body: func(t *T) {
					s := newSensor(t)
					for _, expression := range expressions(s) {
						t.Expect(t.GET(entityPath(s.id), Query(parameter, expression))).To(BeProblem(400, ngsild.BadRequestData), "%s=%s", parameter, expression)
					}
				},
			},
			Check{
				ID: "mim1.query." + parameter + ".badSyntax", Title: "A query with a malformed " + parameter + " is refused with 400 BadRequestData",
				TestPurposes: []string{"019_18"}, Fault: "represent.bad-" + parameter + "-ignored",
				Body: func(t *T) {
					s := newSensor(t)
					for _, expression := range expressions(s) {
						t.Expect(t.GET(entities, Query("type", s.kind, parameter, expression))).To(BeProblem(400, ngsild.BadRequestData), "%s=%s", parameter, expression)
					}
				},
			})
	}
	checks = append(checks, Check{
		ID: "mim1.query.pick.andOmit", Title: "A query with a member that is both picked and omitted is refused with 400 BadRequestData",
		TestPurposes: []string{"019_18"}, Fault: "represent.pick-beats-omit",
		Body: func(t *T) {
			s := newSensor(t)
			t.Expect(t.GET(entities, Query("type", s.kind, "pick", "id,"+s.level, "omit", s.level))).To(BeProblem(400, ngsild.BadRequestData))
		},
	})
	return common(checks, of)
}

// sundry is single checks that complete the topics of provision and consumption.
func sundry() []Check {
	return common([]Check{
		{
			ID: "mim1.negotiation.content.mergePatch", Title: "A PATCH may come as application/merge-patch+json",
			Requirements: negotiation, Clause: cim009 + "6.3.4", TestPurposes: []string{"044_01"}, Fault: "negotiation.merge-patch-unsupported",
			Body: func(t *T) {
				s := newSensor(t)
				patch := []byte(`{"type": "Property", "value": 25}`)
				done(t, t.PATCH(attrPath(s.id, s.level), Body(ngsild.MediaMergePatch, patch)))
				s.hasOnlyLevel(t, ngsild.Property(25))
				done(t, t.PATCH(attrsPath(s.id), Body(ngsild.MediaMergePatch, []byte(`{"`+s.level+`": {"type": "Property", "value": 26}}`))))
				s.hasOnlyLevel(t, ngsild.Property(26))
			},
		},
		{
			ID: "mim1.context.default.vocabulary", Title: "Names without @context expand to the default vocabulary, whatever they mean elsewhere",
			Requirements: structured, Clause: cim009 + "5.5.7, 5.5.5", TestPurposes: []string{"001_05"}, Fault: "context.default-vocabulary-by-local-name",
			Needs: []Need{NeedRead, NeedWrite, NeedCallback},
			Body: func(t *T) {
				v := newVocabulary(t)
				id := create(t, ngsild.Entity(t.URN("Sensor"), v.kind, v.level, ngsild.Property(20)))
				e := read(t, id, v.linked(t))
				t.Expect(e).To(lackAttribute(v.level))
				// Compaction may shorten the IRI by a prefix of the core @context.
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(gomega.HaveSuffix("default-context/" + v.level)))
			},
		},
		{
			ID: "mim1.query.attrs.badName", Title: "A query by attrs with what is no attribute name is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009 + "5.7.2", TestPurposes: []string{"019_03_03"}, Fault: "query.bad-attrs-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				for _, name := range []string{"<" + s.level + ">", s.level + "(", s.level + `"`} {
					t.Expect(t.GET(entities, Query("type", s.kind, "attrs", name))).To(BeProblem(400, ngsild.BadRequestData), "attrs=%s", name)
				}
			},
		},
		{
			ID: "mim1.error.parameter.ofCreation", Title: "A creation with a parameter that the operation has not is refused with 400 InvalidRequest and creates nothing",
			Requirements: errorAnswers, Clause: cim009 + "6.3.20", TestPurposes: []string{"059_01"}, Since: "1.7.1", Level: Extended, Fault: "error.unknown-parameter-ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(t.POST(entities, JSON(e), Query("invalidParams", "invalidValue"))).To(BeProblem(400, ngsild.InvalidRequest))
				isGone(t, s.id)
			},
		},
		{
			ID: "mim1.error.parameter.ofUpdate", Title: "An update with a parameter that the operation has not is refused with 400 InvalidRequest and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "6.3.20", TestPurposes: []string{"059_01"}, Since: "1.7.1", Level: Extended, Fault: "error.unknown-parameter-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(25)}), Query("invalidParams", "invalidValue"))
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
		{
			ID: "mim1.query.local.alone", Title: "local=true is selector enough: a query needs no type beside it",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_25"}, Fault: "query.local-too-wide", Since: "1.6.1",
			Body: func(t *T) {
				newSensor(t)
				r := t.GET(entities, Query("local", "true", "limit", "1"))
				t.Expect(entitiesIn(t, r)).To(gomega.HaveLen(1), "there is at least one entity, and a page of one was asked for")
			},
		},
		{
			ID: "mim1.query.local.andType", Title: "local=true beside a type gives the entities of that type that are here",
			Requirements: query, Clause: cim009 + "5.5.13, 6.3.18", Fault: "query.local-drops-type", Since: "1.6.1",
			Body: func(t *T) {
				c := around(t)
				newSensor(t)
				c.expect(t, Query("local", "true"), "below", "at", "above", "without")
			},
		},
	}, Check{Level: Core, Needs: writes})
}
