package mim1

import (
	"encoding/json"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// attributeData checks the data types of attributes' members (5.2.4 to 5.2.7, 5.2.32,
// 5.2.35 to 5.2.38): what breaks them is refused, and what they hold is kept.
func attributeData() []Check {
	return append(brokenMembers(), keptMembers()...)
}

func brokenMembers() []Check {
	// broken is what an attribute, or a member of the entity that has a name of its own,
	// must not be.
	type broken struct {
		name, title, clause, fault string
		attributes                 func(t *T) []any
		member                     string // empty for a name of the check's own
		level                      Level
	}
	several := func(attributes ...any) func(*T) []any { return func(*T) []any { return attributes } }
	property := func(more ...any) ngsild.Object { return ngsild.Property(20, more...) }
	var checks []Check
	for _, b := range []broken{
		{name: "unitCodeNoString", title: "A unitCode that is no string", clause: "5.2.5", fault: "takes-any-unit-code", attributes: several(property("unitCode", 7))},
		{name: "datasetNoUri", title: "A datasetId that is no URI", clause: "5.2.5, 4.5.5.1", fault: "takes-any-dataset",
			attributes: func(t *T) []any { return []any{property("datasetId", t.Name("radar"))} }},
		{name: "expiresNoTime", title: "An expiresAt of an attribute that is no DateTime", clause: "5.2.5, 4.8", fault: "takes-any-expiry", attributes: several(property("expiresAt", "tomorrow"))},
		{name: "objectTypeNoString", title: "An objectType that is no string", clause: "5.2.6", fault: "takes-any-object-type",
			attributes: func(t *T) []any { return []any{ngsild.Relationship(t.URN("Place"), "objectType", 7)} }},
		{name: "valueTypeNoString", title: "A valueType that is no string", clause: "5.2.5", fault: "takes-any-value-type", attributes: several(property("valueType", 7))},
		{name: "defaultTwice", title: "An attribute with two default instances", clause: "4.5.5.1", fault: "takes-two-defaults",
			attributes: several([]any{ngsild.Property(20), ngsild.Property(30)})},
		{name: "languageNoText", title: "A language of a languageMap with what is no string", clause: "4.6.5, 5.2.32", fault: "takes-any-text",
			attributes: several(ngsild.LanguageProperty(ngsild.Object{"en": 7}), ngsild.LanguageProperty(ngsild.Object{"en": []any{"one", 2}}))},
		{name: "languageNoTag", title: "A languageMap with a key that is no language tag", clause: "4.5.18.2, 4.6.5", fault: "takes-any-language",
			attributes: several(ngsild.LanguageProperty(ngsild.Object{"the Queen's": "tower"}))},
		{name: "vocabNoString", title: "A vocab that is no string", clause: "4.5.20.2, 5.2.35", fault: "takes-any-vocab",
			attributes: several(ngsild.Object{"type": "VocabProperty", "vocab": 7}, ngsild.Object{"type": "VocabProperty", "vocab": []any{"one", 2}})},
		{name: "valueListNoArray", title: "A valueList that is no array", clause: "4.5.21.2, 5.2.36", fault: "takes-any-list", attributes: several(ngsild.Object{"type": "ListProperty", "valueList": 3})},
		{name: "objectListNoUri", title: "An objectList with an object that is no URI", clause: "4.5.22.2, 5.2.37", fault: "takes-any-list-object",
			attributes: several(listRelationship("next door"), ngsild.Object{"type": "ListRelationship", "objectList": "next door"})},
		{name: "formWithoutValue", title: "An attribute of a kind without the member that its value is in", clause: "4.5.20.2, 4.5.21.2, 4.5.22.2, 4.5.24.2", fault: "takes-forms-without-value",
			attributes: func(*T) []any {
				var without []any
				for _, f := range forms() {
					without = append(without, ngsild.Object{"type": f.kind, "observedAt": "2024-03-01T10:00:00Z"})
				}
				return without
			}},
		{name: "geometryCollection", title: "A GeoProperty whose value is a GeometryCollection", clause: "4.7.1, 4.6.3, 5.2.7", fault: "takes-geometry-collections",
			attributes: several(ngsild.GeoProperty(ngsild.Object{"type": "GeometryCollection", "geometries": []any{ngsild.Point(10, 56)}}))},
		{name: "geometryText", title: "A GeoProperty whose value is a string that holds no geometry", clause: "4.7.2", fault: "takes-any-geometry-text",
			attributes: several(ngsild.GeoProperty("near the harbour"), ngsild.GeoProperty(`{"type": "Point", "coordinates": "here"}`))},
		{name: "locationNoGeoProperty", title: "A location that is no GeoProperty", clause: "5.2.4", fault: "takes-any-location", member: "location",
			attributes: several(ngsild.Property("near the harbour"))},
		{name: "timeReified", title: "An observedAt that is no DateTime by 4.6.3, or has members of its own,", clause: "4.6.3, 4.8", fault: "takes-any-form-of-time",
			attributes: several(property("observedAt", "2024-03-01T10:00:00+01:00"), property("observedAt", "2024-03-01T10:00Z"), property("observedAt", "2024-03-01T10:00:00"),
				property("observedAt", "2024-03-01"), property("observedAt", ngsild.Property("2024-03-01T10:00:00Z")))},
		{name: "nameOfMember", title: "An attribute by the name of a member that attributes have", clause: "4.5.1", fault: "takes-members-as-names", member: "unitCode",
			attributes: several(ngsild.Property(20))},
		{name: "nameNotAllowed", title: "An attribute whose name has other characters than letters, digits and underscores", clause: "4.6.2", fault: "takes-any-name", member: "level (of water)", level: Extended,
			attributes: several(ngsild.Property(20))},
	} {
		checks = append(checks, Check{
			ID: "mim1.entity.create." + b.name, Title: b.title + " is refused with 400 BadRequestData",
			Clause: cim009Later + b.clause, Level: b.level, Fault: "entity.create." + b.fault,
			Hint: "the payload is stored without being checked against the data type",
			Body: func(t *T) {
				for _, attribute := range b.attributes(t) {
					s, e := aSensor(t)
					name := b.member
					if name == "" {
						name = t.Name("extra")
					}
					e[name] = attribute
					t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData), "%s: %s", name, compact(attribute))
					isGone(t, s.id)
				}
			},
		})
	}
	checks = append(checks, Check{
		ID: "mim1.entity.create.contextInside", Title: "An attribute with an @context of its own is refused with 400 BadRequestData",
		Clause: cim009Later + "4.5.1, 5.5.7", Level: Extended, Fault: "entity.create.takes-inner-contexts",
		Body: func(t *T) {
			v := newVocabulary(t)
			e := v.entity(t, 20)
			e[t.Name("extra")] = ngsild.Property(20, "@context", ngsild.Object{v.level: namespace + "elsewhere/level"})
			t.Expect(t.POST(entities, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(BeProblem(400, ngsild.BadRequestData))
			isGone(t, e["id"].(string))
		},
	})
	return common(checks, Check{Requirements: errorAnswers, Level: Core, Needs: writes, Since: "1.9.1"})
}

func keptMembers() []Check {
	// expanded creates an entity under the @context of the vocabulary and reads it without.
	expanded := func(t *T, v vocabulary, attribute ngsild.Object) ngsild.Object {
		e := v.entity(t, 20)
		name := t.Name("extra")
		e[name] = attribute
		t.Require(t.POST(entities, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201), "an entity to work on has to be created first")
		got := instance(read(t, e["id"].(string), coreOnly()), name, "")
		t.Require(got).NotTo(gomega.BeNil(), "the attribute has to be there")
		return got
	}
	return common([]Check{
		{
			ID: "mim1.entity.create.valueTypeExpanded", Title: "The valueType of a Property is kept, as the IRI that the @context gives it",
			Clause: cim009Later + "4.5.2.2, 5.2.5", Fault: "attribute.value-type-as-sent",
			Body: func(t *T) {
				v := newVocabulary(t)
				t.Expect(expanded(t, v, ngsild.Property(20, "valueType", v.level))["valueType"]).To(gomega.Equal(v.levelIRI))
			},
		},
		{
			ID: "mim1.entity.create.objectTypeExpanded", Title: "The objectType of a Relationship is kept, as the IRI that the @context gives it",
			Clause: cim009Later + "4.5.3.2, 5.2.6", Fault: "attribute.object-type-as-sent",
			Body: func(t *T) {
				v := newVocabulary(t)
				got := expanded(t, v, ngsild.Relationship(t.URN("Sensor"), "objectType", v.kind))
				t.Expect(texts(got["objectType"])).To(gomega.Equal([]string{v.kindIRI}))
			},
		},
		{
			ID: "mim1.entity.create.vocabExpanded", Title: "The terms of a VocabProperty, one or several, are kept as the IRIs that the @context gives them",
			Clause: cim009Later + "4.5.20.2, 5.2.35", Fault: "attribute.vocab-as-sent",
			Body: func(t *T) {
				v := newVocabulary(t)
				got := expanded(t, v, ngsild.Object{"type": "VocabProperty", "vocab": v.level})
				t.Expect(texts(got["vocab"])).To(gomega.Equal([]string{v.levelIRI}))
				v = newVocabulary(t)
				got = expanded(t, v, ngsild.Object{"type": "VocabProperty", "vocab": []any{v.level, v.kind}})
				t.Expect(texts(got["vocab"])).To(gomega.ConsistOf(v.levelIRI, v.kindIRI))
			},
		},
		{
			ID: "mim1.entity.create.jsonNotExpanded", Title: "The keys in a JsonProperty are never expanded, whatever the @context",
			Clause: cim009Later + "4.5.24.2, 5.2.38", Fault: "attribute.json-expanded",
			Body: func(t *T) {
				v := newVocabulary(t)
				raw := ngsild.Object{v.level: 20, "id": "x", "value": []any{ngsild.Object{v.kind: true}}}
				t.Expect(expanded(t, v, ngsild.Object{"type": "JsonProperty", "json": raw})["json"]).To(EqualJSON(raw))
			},
		},
		{
			ID: "mim1.entity.create.insideEachForm", Title: "An attribute of any kind may have attributes of every kind, and they are kept",
			Clause: cim009Later + "5.2.5, 5.2.6, 5.2.7, 5.2.32, 5.2.35, 5.2.36, 5.2.37, 5.2.38", Fault: "attribute.sub-attributes-of-two-kinds",
			Body: func(t *T) {
				type member struct {
					of, name string // attribute, and the one inside of it
					form     form
					value    any
				}
				e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"))
				var members []member
				for _, outer := range forms() {
					of, attribute := t.Name("extra"), outer.attribute(t)
					for _, inner := range forms() {
						m := member{of, t.Name("inner"), inner, inner.value(t)}
						attribute[m.name] = ngsild.Object{"type": inner.kind, inner.member: m.value}
						members = append(members, m)
					}
					e[of] = attribute
				}
				got := read(t, create(t, e))
				for _, m := range members {
					outer := instance(got, m.of, "")
					t.Expect(outer).To(haveAttribute(m.name, ngsild.Object{"type": m.form.kind, m.form.member: m.value}), "a %s in a %v", m.form.kind, outer["type"])
				}
			},
		},
		{
			ID: "mim1.entity.create.languageTexts", Title: "A languageMap may have several texts in a language, and those of no particular one as @none",
			Clause: cim009Later + "4.6.5, 5.2.32", Fault: "attribute.first-text-of-language",
			Body: roundTrip("name", func(*T) ngsild.Object {
				return ngsild.LanguageProperty(ngsild.Object{"en": []any{"tower", "spire"}, "@none": "Turm"})
			}),
		},
		{
			ID: "mim1.entity.create.objects", Title: "A Relationship may have several objects, and keeps them",
			Clause: cim009Later + "4.5.3.2, 5.2.6", Fault: "attribute.first-object-only",
			Body: func(t *T) {
				owners, one, two := t.Name("owners"), t.URN("Person"), t.URN("Person")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), owners, ngsild.Relationship([]any{one, two})))
				t.Expect(texts(instance(read(t, id), owners, "")["object"])).To(gomega.ConsistOf(one, two))
				t.Expect(texts(read(t, id, Query("options", "keyValues"))[owners])).To(gomega.ConsistOf(one, two))
			},
		},
		{
			ID: "mim1.entity.create.geometryInText", Title: "A geometry may come as a string that holds it",
			Clause: cim009Later + "4.7.2", Fault: "entity.create.geometry-text-refused",
			Body: func(t *T) {
				area := t.Name("area")
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), area, ngsild.GeoProperty(`{"type": "Point", "coordinates": [10, 56]}`)))
				shown := instance(read(t, id), area, "")["value"]
				if text, is := shown.(string); is {
					shown = normal(json.RawMessage(text))
				}
				t.Expect(shown).To(EqualJSON(ngsild.Point(10, 56)), "as an object or as a string, it is the geometry that was sent")
			},
		},
		{
			ID: "mim1.entity.create.timeWithComma", Title: "In a request, a comma may stand before the fraction of a second",
			Clause: cim009Later + "4.6.3", Fault: "entity.create.refuses-decimal-comma",
			Body: func(t *T) {
				level := t.Name("level")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, ngsild.Property(20, "observedAt", "2024-03-01T10:00:00,25Z")))
				got, err := instant(instance(read(t, id), level, "")["observedAt"])
				t.Require(err).To(gomega.Succeed(), "observedAt is a DateTime")
				want, _ := instant("2024-03-01T10:00:00.25Z")
				t.Expect(got).To(gomega.BeTemporally("~", want, time.Second), "a platform may know times to the second only")
			},
		},
		{
			ID: "mim1.entity.create.content", Title: "Values with characters of markup and of scripts come back as they were sent, or are refused with 400 BadRequestData",
			Clause: cim009Later + "4.6.4", Fault: "attribute.markup-escaped",
			Body: func(t *T) {
				name, text := t.Name("name"), `<b onclick="alert('x');">a=1; b>(c)</b>`
				e := ngsild.Entity(t.URN("Sight"), t.Name("Sight"), name, ngsild.Property(text))
				r := t.POST(entities, JSON(e))
				if r.Status >= 400 {
					t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
					return
				}
				t.Require(r).To(HaveStatus(201))
				t.Expect(read(t, e["id"].(string))).To(haveAttribute(name, ngsild.Property(text)))
			},
		},
		{
			ID: "mim1.entity.create.keywords", Title: "@id and @type may stand for id and type in a request, and never do in an answer",
			Clause: cim009Later + "4.4", Fault: "entity.create.refuses-keywords",
			Body: func(t *T) {
				id, kind, level := t.URN("Sensor"), t.Name("Sensor"), t.Name("level")
				e := ngsild.Object{"@id": id, "@type": kind, level: ngsild.Object{"@type": "Property", "value": 20}}
				t.Require(t.POST(entities, JSON(e))).To(HaveStatus(201))
				got := read(t, id)
				t.Expect(got).To(haveMembers(ngsild.Object{"id": id}))
				t.Expect(got).To(haveTypes(kind))
				t.Expect(got).To(haveAttribute(level, ngsild.Property(20), "@type"))
				for _, keyword := range []string{"@id", "@type"} {
					t.Expect(got).NotTo(gomega.HaveKey(keyword))
				}
			},
		},
		{
			ID: "mim1.entity.create.entityTimesIgnored", Title: "createdAt, modifiedAt and deletedAt of the entity itself that a producer sends are ignored",
			Clause: cim009Later + "5.2.2, 5.2.4", Fault: "entity.create.refuses-entity-times",
			Body: func(t *T) {
				const sent = "2001-01-01T00:00:00Z"
				s, e := aSensor(t)
				create(t, with(e, "createdAt", sent, "modifiedAt", sent, "deletedAt", sent))
				created, modified := stamps(t, s.id, "")
				claimed, _ := instant(sent)
				t.Expect(created).NotTo(gomega.BeTemporally("==", claimed), "createdAt is not the producer's to say")
				t.Expect(modified).NotTo(gomega.BeTemporally("==", claimed), "modifiedAt is not the producer's to say")
				t.Expect(read(t, s.id)).NotTo(gomega.HaveKey("deletedAt"), "the entity is there")
			},
		},
	}, Check{Requirements: structured, Level: Core, Needs: writes, Since: "1.9.1"})
}
