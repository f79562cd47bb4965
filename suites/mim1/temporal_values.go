package mim1

import (
	"maps"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// asValues asks for the simplified temporal representation.
func asValues() Option { return Query("options", "temporalValues") }

// simplifies is the body of a check that an attribute, simplified, has pairs of its
// values and their times in the named member.
func simplifies(kind, member string, sent []ngsild.Object, shown ...any) func(*T) {
	return func(t *T) {
		name := t.Name("attribute")
		e := evolution(t, evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, sent)), asValues())
		var want []string
		for i, o := range sent {
			want = append(want, mark(shown[i], o["observedAt"]))
		}
		t.Expect(pairs(e, name, member)).To(holdReadings(want...))
		for _, o := range instances(e, name) {
			t.Expect(o).To(gomega.HaveKeyWithValue("type", kind))
		}
	}
}

// temporalValues checks the simplified temporal representation (4.5.9).
func temporalValues() []Check {
	first, second := at("10:00:00"), at("11:00:00")
	return []Check{
		{
			ID:     "mim1.temporal.values.property",
			Title:  "A Property, simplified, is pairs of its values and when they were observed",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"020_10"},
			Fault: "temporal.values.pairs-swapped",
			Body: simplifies("Property", "values", []ngsild.Object{reading(10, "10:00:00"), reading(20, "11:00:00")},
				10, 20),
		},
		{
			ID:     "mim1.temporal.values.relationship",
			Title:  "A Relationship, simplified, is pairs of its objects and when they were observed",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"020_18"},
			Fault: "temporal.values.objects-as-values",
			Body: simplifies("Relationship", "objects", []ngsild.Object{
				ngsild.Relationship("urn:ngsi-ld:Place:one", "observedAt", first), ngsild.Relationship("urn:ngsi-ld:Place:two", "observedAt", second),
			}, "urn:ngsi-ld:Place:one", "urn:ngsi-ld:Place:two"),
		},
		{
			ID:     "mim1.temporal.values.geoProperty",
			Title:  "A GeoProperty, simplified, is pairs of its geometries and when they were observed",
			Clause: cim009 + "4.5.9",
			Fault:  "temporal.values.geometries-as-text",
			Body: simplifies("GeoProperty", "values", []ngsild.Object{
				ngsild.GeoProperty(ngsild.Point(10.1, 56.1), "observedAt", first), ngsild.GeoProperty(ngsild.Point(10.2, 56.2), "observedAt", second),
			}, ngsild.Point(10.1, 56.1), ngsild.Point(10.2, 56.2)),
		},
		{
			ID:     "mim1.temporal.values.languageProperty",
			Title:  "A LanguageProperty, simplified, is pairs of its language maps and when they were observed",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"020_12"}, Since: "1.6.1",
			Fault: "temporal.values.language-maps-bare",
			Body: simplifies("LanguageProperty", "languageMaps", []ngsild.Object{
				ngsild.LanguageProperty(ngsild.Object{"en": "yes", "fr": "oui"}, "observedAt", first), ngsild.LanguageProperty(ngsild.Object{"en": "no"}, "observedAt", second),
			}, ngsild.Object{"languageMap": ngsild.Object{"en": "yes", "fr": "oui"}}, ngsild.Object{"languageMap": ngsild.Object{"en": "no"}}),
		},
		{
			ID:     "mim1.temporal.values.vocabProperty",
			Title:  "A VocabProperty, simplified, is pairs of its terms and when they were observed",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"020_16"}, Since: "1.7.1",
			Fault: "temporal.values.terms-bare",
			Body: simplifies("VocabProperty", "vocabs", []ngsild.Object{
				{"type": "VocabProperty", "vocab": "Red", "observedAt": first}, {"type": "VocabProperty", "vocab": "Green", "observedAt": second},
			}, ngsild.Object{"vocab": "Red"}, ngsild.Object{"vocab": "Green"}),
		},
		{
			ID:     "mim1.temporal.values.jsonProperty",
			Title:  "A JsonProperty, simplified, is pairs of its JSON and when it was observed",
			Clause: cim009 + "4.5.9", TestPurposes: []string{"020_15"}, Since: "1.8.1",
			Fault: "temporal.values.json-bare",
			Body: simplifies("JsonProperty", "jsons", []ngsild.Object{
				{"type": "JsonProperty", "json": ngsild.Object{"n": 1}, "observedAt": first}, {"type": "JsonProperty", "json": ngsild.Object{"n": 2}, "observedAt": second},
			}, ngsild.Object{"json": ngsild.Object{"n": 1}}, ngsild.Object{"json": ngsild.Object{"n": 2}}),
		},
		{
			ID:     "mim1.temporal.values.listProperty",
			Title:  "A ListProperty, simplified, is pairs of its lists and when they were observed",
			Clause: cim009Later + "4.5.9", Since: "1.9.1",
			Fault: "temporal.values.lists-wrapped",
			Body: simplifies("ListProperty", "valueLists", []ngsild.Object{
				{"type": "ListProperty", "valueList": []any{1, 2}, "observedAt": first}, {"type": "ListProperty", "valueList": []any{2, 1}, "observedAt": second},
			}, []any{1, 2}, []any{2, 1}),
		},
		{
			ID:     "mim1.temporal.values.listRelationship",
			Title:  "A ListRelationship, simplified, is pairs of its lists of objects and when they were observed",
			Clause: cim009Later + "4.5.9", Since: "1.9.1",
			Fault: "temporal.values.lists-wrapped",
			Body: simplifies("ListRelationship", "objectLists", []ngsild.Object{
				{"type": "ListRelationship", "objectList": []any{ngsild.Object{"object": "urn:ngsi-ld:Place:one"}, ngsild.Object{"object": "urn:ngsi-ld:Place:two"}}, "observedAt": first},
				{"type": "ListRelationship", "objectList": []any{ngsild.Object{"object": "urn:ngsi-ld:Place:two"}, ngsild.Object{"object": "urn:ngsi-ld:Place:one"}}, "observedAt": second},
			}, []any{"urn:ngsi-ld:Place:one", "urn:ngsi-ld:Place:two"}, []any{"urn:ngsi-ld:Place:two", "urn:ngsi-ld:Place:one"}),
		},
		{
			ID:     "mim1.temporal.values.only",
			Title:  "An attribute, simplified, has no members beside its type, its pairs and its dataset",
			Clause: cim009 + "4.5.9",
			Fault:  "temporal.values.more-members",
			Body: func(t *T) {
				name := t.Name("level")
				e := evolution(t, evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{reading(10, "10:00:00", "unitCode", "CEL"), reading(20, "11:00:00", "unitCode", "CEL")})), asValues())
				shown := instances(e, name)
				t.Expect(shown).To(gomega.HaveLen(1))
				for _, o := range shown {
					for _, member := range slices.Sorted(maps.Keys(o)) {
						t.Expect(member).To(gomega.BeElementOf("type", "values", "datasetId"))
					}
				}
			},
		},
		{
			ID:     "mim1.temporal.values.interval",
			Title:  "The simplified representation holds the instances of the interval only",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.values.interval-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutionPath(s.id), asValues(), Query("attrs", s.level), within("10:30:00", "12:30:00"))
				t.Require(r).To(HaveStatus(200, 206))
				sameReadings(t, r, pairs(t.Object(r), s.level, "values"), []any{20, "11:00:00", 30, "12:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.values.last",
			Title:  "The simplified representation with lastN holds the most recent instances only",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.values.last-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutionPath(s.id), asValues(), Query("attrs", s.level, "lastN", "1"))
				t.Require(r).To(HaveStatus(200, 206))
				sameReadings(t, r, pairs(t.Object(r), s.level, "values"), []any{40, "13:00:00"})
			},
		},
		{
			ID:     "mim1.temporal.values.format",
			Title:  "format=temporalValues asks for the simplified representation",
			Clause: cim009 + "6.3.12", TestPurposes: []string{"021_19"}, Since: "1.8.1",
			Fault: "temporal.format.ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, Query("format", "temporalValues", "attrs", s.place))
				t.Expect(pairs(e, s.place, "objects")).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.values.formatOfQuery",
			Title:  "format=temporalValues holds for the evolutions of a query, too",
			Clause: cim009 + "6.3.12", Since: "1.8.1",
			Fault: "generic.get-temporal-entities.ignores-format",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind, "format", "temporalValues", "attrs", s.place), everything()), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(pairs(e, s.place, "objects")).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.values.formatWins",
			Title:  "Where format and options ask for different representations, format counts",
			Clause: cim009 + "6.3.12", TestPurposes: []string{"021_19"}, Since: "1.8.1",
			Fault: "temporal.format.options-win",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, Query("format", "temporalValues", "options", "aggregatedValues", "aggrMethods", "max", "attrs", s.place))
				t.Expect(pairs(e, s.place, "objects")).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
	}
}

// temporalFormatErrors checks what is refused of the parameters that choose a
// representation (6.3.12). That it is refused is what 6.3.20 recommends, no more.
func temporalFormatErrors() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.format.unknown",
			Title:  "A format that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"021_20"}, Since: "1.8.1", Level: Extended,
			Fault: "temporal.format.unknown-ignored",
			Body:  refusesRetrieval([]string{ngsild.InvalidRequest}, "format", "invalidFormat"),
		},
		{
			ID:     "mim1.temporal.format.unknownOption",
			Title:  "An option that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"021_20"}, Since: "1.8.1", Level: Extended,
			Fault: "temporal.format.unknown-option-ignored",
			Body:  refusesRetrieval([]string{ngsild.InvalidRequest}, "options", "invalidOption"),
		},
		{
			ID:     "mim1.temporal.format.unknownOptionOfQuery",
			Title:  "An option that is unknown is refused even beside one that is known",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"021_20"}, Since: "1.8.1", Level: Extended, Needs: reads,
			Fault: "temporal.format.unknown-option-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "options", "temporalValues,invalidOption"), everything())
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.format.unknownOfQuery",
			Title:  "A query in a format that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", TestPurposes: []string{"021_20"}, Since: "1.8.1", Level: Extended, Needs: reads,
			Fault: "temporal.format.unknown-ignored",
			Body: func(t *T) {
				r := t.GET(evolutions, Query("type", t.Name("Nothing"), "format", "invalidFormat"), everything())
				t.Expect(r).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
	}
}
