package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// dataTypes checks what data types say of queries (5.2.23, 5.2.33) and of the identity of a
// source (5.2.40), and what stands for null (4.5.0).
func dataTypes() []Check {
	return common([]Check{
		{
			ID: "mim1.batch.query.emptyLists", Title: "A Query with an empty list of entities, attrs, pick or omit is refused with 400 BadRequestData",
			Clause: cim009Later + "5.2.23", Feature: FeatureBatch, Requirements: errorAnswers, Fault: "batch.query.empty-lists-taken",
			Body: func(t *T) {
				s := newSensor(t)
				for _, member := range []string{"entities", "attrs", "pick", "omit"} {
					members := with(selector(ngsild.Object{"type": s.kind}), "q", s.level)
					members[member] = []any{}
					t.Expect(post(t, members)).To(BeProblem(400, ngsild.BadRequestData), "%s is []", member)
				}
			},
		},
		{
			ID: "mim1.batch.query.idFirst", Title: "In a selector of entities, id takes precedence over idPattern",
			Clause: cim009Later + "5.2.33", Feature: FeatureBatch, Requirements: query, Fault: "batch.query.pattern-beats-id",
			Body: func(t *T) {
				c, first, _ := twoTypes(t)
				one := c.ids["first"]
				c.expectIn(t, post(t, selector(ngsild.Object{"type": first, "id": one, "idPattern": "^urn:mimcheck:no-such-entity$"})), "first")
			},
		},
		{
			ID: "mim1.sourceIdentity.ofTenant", Title: "The alias that the platform's identity tells is another one for each tenant",
			Clause: cim009Later + "5.2.40", Feature: FeatureTenants, Requirements: structured, Fault: "source-identity.alias-of-all-tenants",
			Body: func(t *T) {
				both := newTwoTenants(t)
				one, two := t.Object(identityOf(t, of(both.one)))["contextSourceAlias"], t.Object(identityOf(t, of(both.two)))["contextSourceAlias"]
				t.Expect(two).NotTo(gomega.Equal(one), "by its alias, a tenant is told from another one of the same source")
			},
		},
		{
			ID: "mim1.entity.merge.nullOfName", Title: "Merging NGSI-LD Null in the place of an attribute, or of a list's items, removes the attribute",
			Clause: cim009Later + "4.5.3.3, 4.5.18.3, 4.5.21.2, 5.5.4", Feature: FeatureMerge, Requirements: structured, Fault: "entity.merge.null-of-name-swallowed",
			Body: func(t *T) {
				s, e := aSensor(t)
				name, steps := t.Name("name"), t.Name("steps")
				e[name], e[steps] = ngsild.LanguageProperty(ngsild.Object{"en": "tower"}), ngsild.Object{"type": "ListProperty", "valueList": []any{3, 1}}
				create(t, e)
				doneOrNoNulls(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.place: ngsildNull, name: ngsildNull,
					steps: ngsild.Object{"type": "ListProperty", "valueList": []any{ngsildNull}}})))
				t.Expect(attributesOf(read(t, s.id))).To(chooseExactly(s.level))
			},
		},
		{
			ID: "mim1.entity.create.jsonNull", Title: "A JSON null can be the value of a Property, as a JSON literal",
			Clause: cim009Later + "4.5.0, 5.2.1", Level: Extended, Requirements: structured, Fault: "entity.create.json-null-refused",
			Body: func(t *T) {
				name := t.Name("nothing")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, ngsild.Property(ngsild.Object{"@type": "@json", "@value": nil})))
				t.Expect(attributesOf(read(t, id))).To(gomega.ConsistOf(name))
			},
		},
	}, Check{Level: Core, Needs: writes, Since: "1.9.1"})
}
