package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func entityMerge() []Check {
	checks := []Check{
		{
			ID:           "mim1.entity.merge.adds",
			Title:        "Merging adds an attribute that the entity has not",
			Requirements: access, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_01"},
			Fault: "entity.merge.swallowed",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{extra: ngsild.Property("new")})))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.entity.merge.keepsMembers",
			Title:        "Merging an attribute changes the members that are sent and keeps the others",
			Requirements: access, Clause: cim009 + "5.5.12, 6.5.3.4", TestPurposes: []string{"056_01"},
			Fault: "entity.merge.drops-members",
			Hint:  "PATCH of an entity is implemented as PATCH of its attributes, which replaces whole attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{
					s.level: ngsild.Property(25, "observedAt", "2024-03-01T11:00:00Z")})))
				s.hasOnlyLevel(t, ngsild.Property(25, "unitCode", "CEL", "observedAt", "2024-03-01T11:00:00Z"))
			},
		},
		{
			ID:           "mim1.entity.merge.subAttributes",
			Title:        "Merging adds a sub-attribute and keeps those that are there",
			Requirements: access, Clause: cim009 + "5.5.12",
			Fault: "entity.merge.drops-sub-attributes",
			Body: func(t *T) {
				level, accuracy, source := t.Name("level"), t.Name("accuracy"), t.Name("source")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"),
					level, ngsild.Property(20, accuracy, ngsild.Property(0.9, "unitCode", "P1"))))
				done(t, t.PATCH(entityPath(id), JSON(ngsild.Object{
					level: ngsild.Property(21, source, ngsild.Property("radar"))})))
				t.Expect(read(t, id)).To(haveAttribute(level, ngsild.Property(21,
					accuracy, ngsild.Property(0.9, "unitCode", "P1"), source, ngsild.Property("radar"))))
			},
		},
		{
			ID:           "mim1.entity.merge.objectValue",
			Title:        "Merging goes into a JSON object that is a Property's value",
			Requirements: access, Clause: cim009 + "5.5.12", TestPurposes: []string{"056_01"}, Since: "1.8.1",
			Fault: "entity.merge.replaces-object-values",
			Body: func(t *T) {
				address, street, city := t.Name("address"), t.Name("street"), t.Name("city")
				id := create(t, ngsild.Entity(t.URN("Building"), t.Name("Building"),
					address, ngsild.Property(ngsild.Object{street: "Main Street", city: "Berlin"})))
				done(t, t.PATCH(entityPath(id), JSON(ngsild.Object{
					address: ngsild.Property(ngsild.Object{street: "Pariser Platz"})})))
				t.Expect(read(t, id)).To(haveAttribute(address, ngsild.Property(ngsild.Object{street: "Pariser Platz", city: "Berlin"})))
			},
		},
		{
			ID:           "mim1.entity.merge.languages",
			Title:        "Merging a LanguageProperty changes the languages that are sent and keeps the others",
			Requirements: access, Clause: cim009 + "5.5.12", Since: "1.8.1",
			Fault: "entity.merge.replaces-language-maps",
			Body: func(t *T) {
				name := t.Name("name")
				id := create(t, ngsild.Entity(t.URN("Square"), t.Name("Square"),
					name, ngsild.LanguageProperty(ngsild.Object{"en": "Big Square", "nl": "Grote Markt"})))
				done(t, t.PATCH(entityPath(id), JSON(ngsild.Object{
					name: ngsild.LanguageProperty(ngsild.Object{"en": "Grand Place", "fr": "Grand-Place"})})))
				t.Expect(read(t, id)).To(haveAttribute(name,
					ngsild.LanguageProperty(ngsild.Object{"en": "Grand Place", "fr": "Grand-Place", "nl": "Grote Markt"})))
			},
		},
		{
			ID:           "mim1.entity.merge.nullRemovesAttribute",
			Title:        "Merging NGSI-LD Null as an attribute's value removes the attribute",
			Requirements: access, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_03"},
			Fault: "entity.merge.ignores-null-value",
			Body: func(t *T) {
				s := newSensor(t)
				doneOrNoNulls(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(ngsildNull)})))
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.level))
				s.isElseUnchanged(t, e)
			},
		},
		{
			ID:           "mim1.entity.merge.nullRemovesRelationship",
			Title:        "Merging NGSI-LD Null as a Relationship's object removes the Relationship",
			Requirements: access, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_03"},
			Fault: "entity.merge.ignores-null-object",
			Body: func(t *T) {
				s := newSensor(t)
				doneOrNoNulls(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.place: ngsild.Relationship(ngsildNull)})))
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.place))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()), "what the request did not name has to stay")
			},
		},
		{
			ID:           "mim1.entity.merge.nullRemovesMember",
			Title:        "Merging NGSI-LD Null as a member of an attribute removes that member only",
			Requirements: access, Clause: cim009 + "5.5.12, 5.4", TestPurposes: []string{"056_03"},
			Fault: "entity.merge.ignores-null-member",
			Body: func(t *T) {
				s := newSensor(t)
				doneOrNoNulls(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{
					s.level: ngsild.Object{"type": "Property", "value": 20, "unitCode": ngsildNull}})))
				s.hasOnlyLevel(t, ngsild.Property(20, "observedAt", "2024-03-01T10:00:00Z"), "unitCode")
			},
		},
		{
			ID:           "mim1.entity.merge.dataset",
			Title:        "Merging an instance with a datasetId changes that instance and leaves the default one alone",
			Requirements: access, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_05"},
			Fault: "entity.merge.ignores-dataset",
			Body: datasetCheck(func(t *T, id, level, dataset string) {
				done(t, t.PATCH(entityPath(id), JSON(ngsild.Object{level: ngsild.Property(31, "datasetId", dataset)})))
			}),
		},
		{
			ID:           "mim1.entity.merge.observedAt",
			Title:        "A common observedAt is given to merged attributes that had one, and to no others",
			Requirements: access, Clause: cim009 + "5.6.17.4",
			Fault: "entity.merge.ignores-observed-at-parameter",
			Body: func(t *T) {
				plain := t.Name("plain")
				s := newSensor(t, plain, ngsild.Property(1))
				done(t, t.PATCH(entityPath(s.id), Query("observedAt", "2024-05-05T05:05:05Z"), JSON(ngsild.Object{
					s.level: ngsild.Property(22), plain: ngsild.Property(2)})))
				s.hasOnlyLevel(t, ngsild.Property(22, "unitCode", "CEL", "observedAt", "2024-05-05T05:05:05Z"))
				t.Expect(read(t, s.id)).To(haveAttribute(plain, ngsild.Property(2), "observedAt"))
			},
		},
		{
			ID:           "mim1.entity.merge.lang",
			Title:        "With the lang parameter a merged string changes that language of a LanguageProperty only",
			Requirements: access, Clause: cim009 + "5.6.17.4",
			Fault: "entity.merge.ignores-lang-parameter",
			Body: func(t *T) {
				name := t.Name("name")
				id := create(t, ngsild.Entity(t.URN("Square"), t.Name("Square"),
					name, ngsild.LanguageProperty(ngsild.Object{"en": "Big Square", "nl": "Grote Markt"})))
				done(t, t.PATCH(entityPath(id), Query("lang", "en", "options", "keyValues"), JSON(ngsild.Object{name: "Grand Place"})))
				t.Expect(read(t, id)).To(haveAttribute(name,
					ngsild.LanguageProperty(ngsild.Object{"en": "Grand Place", "nl": "Grote Markt"})))
			},
		},
		{
			ID:           "mim1.entity.merge.keyValues",
			Title:        "A fragment in the simplified representation changes values and keeps the attributes' types",
			Requirements: access, Clause: cim009 + "5.6.17.4",
			Fault: "entity.merge.simplified-makes-properties",
			Body: func(t *T) {
				s, elsewhere := newSensor(t), t.URN("Place")
				done(t, t.PATCH(entityPath(s.id), Query("options", "keyValues"), JSON(ngsild.Object{s.level: 23, s.place: elsewhere})))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(23, "unitCode", "CEL")))
				t.Expect(e).To(haveAttribute(s.place, ngsild.Relationship(elsewhere)))
			},
		},
		{
			ID:           "mim1.entity.merge.addsType",
			Title:        "Merging a type that the entity has not adds it to the types that it has",
			Requirements: structured, Clause: cim009 + "5.6.17.4",
			Fault: "entity.merge.ignores-type",
			Body: func(t *T) {
				s, second := newSensor(t), t.Name("Device")
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{"type": second, s.level: ngsild.Property(24)})))
				t.Expect(read(t, s.id)).To(haveTypes(s.kind, second))
			},
		},
		{
			ID:           "mim1.entity.merge.scope",
			Title:        "Merging a scope replaces the scopes that the entity has",
			Requirements: structured, Clause: cim009 + "5.6.17.4, 6.5.3.4",
			Fault: "entity.merge.ignores-scope",
			Body: func(t *T) {
				s, e := aSensor(t)
				e["scope"] = "/Madrid/Gardens"
				create(t, e)
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{"scope": []any{"/CompanyA", "/CompanyB"}})))
				t.Expect(read(t, s.id)).To(haveScopes("/CompanyA", "/CompanyB"))
			},
		},
		{
			ID:           "mim1.entity.merge.nullOfNone",
			Title:        "Merging NGSI-LD Null as an attribute that the entity has not adds nothing",
			Requirements: access, Clause: cim009 + "5.6.17.4",
			Fault: "entity.merge.adds-nulls",
			Body: func(t *T) {
				s, none := newSensor(t), t.Name("none")
				doneOrNoNulls(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{none: ngsild.Property(ngsildNull)})))
				t.Expect(attributesOf(read(t, s.id))).To(gomega.ConsistOf(s.level, s.place))
			},
		},
		{
			ID:           "mim1.entity.merge.timestamps",
			Title:        "Merging moves an attribute's modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "4.8",
			Fault: "entity.merge.recreates-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, s.level, func(attempt int) {
					done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(30 + attempt)})))
				})
			},
		},
		{
			ID:           "mim1.entity.merge.unknown",
			Title:        "Merging into an entity that is not there is answered with 404 ResourceNotFound and creates nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_02"},
			Fault: "entity.merge.creates-unknown",
			Body: func(t *T) {
				id := t.URN("Sensor")
				t.Expect(t.PATCH(entityPath(id), JSON(ngsild.Object{"type": t.Name("Sensor"), t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(404, ngsild.ResourceNotFound))
				isGone(t, id)
			},
		},
		{
			ID:           "mim1.entity.merge.idNoUri",
			Title:        "Merging into an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.17.4", TestPurposes: []string{"056_02"},
			Fault: "entity.merge.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(entityPath(t.Name("sensor")), JSON(ngsild.Object{t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.entity.merge.notJson",
			Title:        "Merging a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "entity.merge.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(entityPath(s.id), notJSON(s.id))).To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.entity.merge.badData",
			Title:        "Merging an attribute that breaks its data type is refused with 400 BadRequestData and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "entity.merge.takes-any-observed-at",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(25, "observedAt", "yesterday")}))).
					To(BeProblem(400, ngsild.BadRequestData))
				s.isUnchanged(t)
			},
		},
	}
	for i := range checks {
		checks[i].Feature, checks[i].Level, checks[i].Needs = FeatureMerge, Core, writes
		if checks[i].Since == "" {
			checks[i].Since = "1.6.1"
		}
	}
	return checks
}

// datasetCheck is a body about an attribute with a default instance of 20 and one
// of a dataset with 30: change has to set the latter to 31 and leave the former alone.
func datasetCheck(change func(t *T, id, level, dataset string)) func(*T) {
	return func(t *T) {
		level, dataset, other := t.Name("level"), t.URN("Dataset"), t.URN("Dataset")
		id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, []any{
			ngsild.Property(20, "unitCode", "CEL"), ngsild.Property(30, "datasetId", dataset), ngsild.Property(40, "datasetId", other)}))
		change(t, id, level, dataset)
		e := read(t, id)
		t.Expect(e).To(haveAttribute(level, ngsild.Property(31, "datasetId", dataset)), "the instance that the request names")
		t.Expect(e).To(haveAttribute(level, ngsild.Property(20, "unitCode", "CEL")), "the default instance is another one")
		t.Expect(e).To(haveAttribute(level, ngsild.Property(40, "datasetId", other)), "the other dataset's instance is another one")
		t.Expect(instances(e, level)).To(gomega.HaveLen(3))
	}
}
