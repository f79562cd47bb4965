package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// notCreated expects that a refused creation left no evolution behind.
func notCreated(t *T, id string) {
	t.Expect(t.GET(evolutionPath(id))).To(HaveStatus(404), "what was refused must not be there")
}

// keepsInstances is the body of a check that the instances of an attribute are there,
// with all their members, as they were sent.
func keepsInstances(base string, sent ...ngsild.Object) func(*T) {
	return func(t *T) {
		name := t.Name(base)
		e := evolution(t, evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, sent)))
		for _, want := range sent {
			found := false
			for _, got := range instances(e, name) {
				found = found || holds("", got, want) == nil
			}
			t.Expect(e[name]).To(answering(found, "no instance of %s is %s; there are %s", name, compact(want), compact(e[name])))
		}
	}
}

func temporalCreate() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.create.created",
			Title:  "A temporal evolution is created with 201 and can be retrieved with all its instances",
			Clause: cim009 + "5.6.11.4", TestPurposes: []string{"007_01", "020_01"},
			Fault: "temporal.create.swallowed",
			Body: func(t *T) {
				s, e := aSeries(t)
				t.Require(t.POST(evolutions, JSON(e))).To(HaveStatus(201))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00")
				got := evolution(t, s.id)
				t.Expect(got).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(got).To(haveTypes(s.kind))
			},
		},
		{
			ID:     "mim1.temporal.create.location",
			Title:  "The answer to the creation of an evolution names its resource in the Location header",
			Clause: cim009 + "6.18.3.1", TestPurposes: []string{"007_01"},
			Fault: "temporal.create.no-location",
			Body: func(t *T) {
				s, e := aSeries(t)
				r := t.POST(evolutions, JSON(e))
				t.Require(r).To(HaveStatus(201))
				t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix(evolutions+"/"+s.id))))
			},
		},
		{
			ID:     "mim1.temporal.create.jsonLd",
			Title:  "The terms of an evolution expand by the @context in its body",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"007_01", "020_02"},
			Fault: "temporal.create.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00")})
				t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
				got := evolution(t, e["id"].(string), coreOnly())
				t.Expect(marks(got, v.levelIRI)).To(holdReadings(mark(10, at("10:00:00"))))
				t.Expect(got).To(haveTypes(v.kindIRI))
			},
		},
		{
			ID:     "mim1.temporal.create.relationships",
			Title:  "The evolution of a Relationship keeps its objects and when they were observed",
			Clause: cim009 + "4.5.8",
			Fault:  "temporal.create.relationships-lost",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(marks(evolution(t, s.id), s.place)).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.create.geoProperties",
			Title:  "The evolution of a GeoProperty keeps its geometries",
			Clause: cim009 + "4.5.7",
			Fault:  "temporal.create.geometries-lost",
			Body: keepsInstances("track",
				ngsild.GeoProperty(ngsild.Point(10.1, 56.1), "observedAt", at("10:00:00")),
				ngsild.GeoProperty(ngsild.Point(10.2, 56.2), "observedAt", at("11:00:00")),
			),
		},
		{
			ID:     "mim1.temporal.create.languageProperties",
			Title:  "The evolution of a LanguageProperty keeps its languages",
			Clause: cim009 + "4.5.18.2", TestPurposes: []string{"020_12"}, Since: "1.4.1",
			Fault: "temporal.create.languages-lost",
			Body: keepsInstances("says",
				ngsild.LanguageProperty(ngsild.Object{"en": "yes", "fr": "oui"}, "observedAt", at("10:00:00")),
				ngsild.LanguageProperty(ngsild.Object{"en": "no", "fr": "non"}, "observedAt", at("11:00:00")),
			),
		},
		{
			ID:     "mim1.temporal.create.vocabProperties",
			Title:  "The evolution of a VocabProperty keeps its terms",
			Clause: cim009 + "4.5.20.2", TestPurposes: []string{"020_16"}, Since: "1.7.1",
			Fault: "temporal.create.vocabularies-lost",
			Body: keepsInstances("colour",
				ngsild.Object{"type": "VocabProperty", "vocab": "Red", "observedAt": at("10:00:00")},
				ngsild.Object{"type": "VocabProperty", "vocab": "Green", "observedAt": at("11:00:00")},
			),
		},
		{
			ID:     "mim1.temporal.create.jsonProperties",
			Title:  "The evolution of a JsonProperty keeps its JSON",
			Clause: cim009 + "4.5.24.2", TestPurposes: []string{"020_15"}, Since: "1.8.1",
			Fault: "temporal.create.json-lost",
			Body: keepsInstances("raw",
				ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"id": "one", "n": 1}, "observedAt": at("10:00:00")},
				ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"id": "two", "n": 2}, "observedAt": at("11:00:00")},
			),
		},
		{
			ID:     "mim1.temporal.create.metadata",
			Title:  "The instances of an evolution keep their units and sub-attributes",
			Clause: cim009 + "4.5.7",
			Fault:  "temporal.create.metadata-lost",
			Hint:   "the store of the history has values and times only",
			Body: func(t *T) {
				name, accuracy := t.Name("level"), t.Name("accuracy")
				want := reading(10, "10:00:00", "unitCode", "CEL", accuracy, ngsild.Property(0.5))
				e := evolution(t, evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{want})))
				t.Expect(e).To(haveAttribute(name, want))
			},
		},
		{
			ID:     "mim1.temporal.create.datasets",
			Title:  "Instances of several datasets that were observed at one time are all kept",
			Clause: cim009 + "4.5.5.1",
			Fault:  "temporal.create.datasets-merged",
			Body: func(t *T) {
				name, dataset := t.Name("level"), t.URN("Dataset")
				e := evolution(t, evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
					[]any{reading(10, "10:00:00"), reading(11, "10:00:00", "datasetId", dataset)})))
				t.Expect(e).To(haveAttribute(name, reading(11, "10:00:00", "datasetId", dataset)))
				t.Expect(e).To(haveAttribute(name, reading(10, "10:00:00")))
			},
		},
		{
			ID:     "mim1.temporal.create.update",
			Title:  "Posting an evolution that is there adds its instances to those that are there",
			Clause: cim009 + "5.6.11.4", TestPurposes: []string{"008_01"},
			Fault: "temporal.create.update-replaces",
			Body: func(t *T) {
				s := newSeries(t)
				t.Require(t.POST(evolutions, JSON(ngsild.Entity(s.id, s.kind, s.level, []any{reading(50, "14:00:00")})))).To(HaveStatus(201, 204))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00", 50, "14:00:00")
			},
		},
		{
			ID:     "mim1.temporal.create.updateStatus",
			Title:  "Posting an evolution that is there is answered with 204",
			Clause: cim009 + "6.18.3.1", TestPurposes: []string{"008_01"},
			Fault: "temporal.create.update-as-creation",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.POST(evolutions, JSON(ngsild.Entity(s.id, s.kind, s.level, []any{reading(50, "14:00:00")})))).To(HaveStatus(204))
			},
		},
		{
			ID:     "mim1.temporal.create.types",
			Title:  "Types that an update of an evolution has in addition are added to it",
			Clause: cim009 + "5.6.11.4", Since: "1.8.1",
			Fault: "temporal.create.types-kept",
			Body: func(t *T) {
				s, more := newSeries(t), t.Name("Station")
				e := ngsild.Object{"id": s.id, "type": []any{s.kind, more}, s.level: []any{reading(50, "14:00:00")}}
				t.Require(t.POST(evolutions, JSON(e))).To(HaveStatus(204))
				t.Expect(evolution(t, s.id)).To(haveTypes(s.kind, more))
			},
		},
		{
			ID:     "mim1.temporal.create.notJson",
			Title:  "An evolution that is no JSON is refused with 400 InvalidRequest",
			Clause: cim009 + "5.5.4", TestPurposes: []string{"007_02"},
			Fault: "temporal.create.syntax-error-as-bad-data",
			Body: func(t *T) {
				id := t.URN("Sensor")
				t.Expect(t.POST(evolutions, notJSON(id))).To(BeProblem(400, ngsild.InvalidRequest))
				notCreated(t, id)
			},
		},
		{
			ID:     "mim1.temporal.create.noId",
			Title:  "An evolution without id is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.20", TestPurposes: []string{"007_03"},
			Fault: "temporal.create.makes-up-ids",
			Body: func(t *T) {
				_, e := aSeries(t)
				delete(e, "id")
				t.Expect(t.POST(evolutions, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.create.noType",
			Title:  "An evolution without type is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.20", TestPurposes: []string{"007_03"},
			Fault: "temporal.create.makes-up-types",
			Body: func(t *T) {
				s, e := aSeries(t)
				delete(e, "type")
				t.Expect(t.POST(evolutions, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
				notCreated(t, s.id)
			},
		},
		{
			ID:     "mim1.temporal.create.idNoUri",
			Title:  "An evolution whose id is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.20",
			Fault:  "temporal.create.any-id",
			Body: func(t *T) {
				_, e := aSeries(t)
				e["id"] = strings.ReplaceAll(e["id"].(string), ":", "")
				t.Expect(t.POST(evolutions, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.create.badTime",
			Title:  "An instance whose observedAt is no DateTime is refused with 400 BadRequestData",
			Clause: cim009 + "4.6.3",
			Fault:  "temporal.create.bad-times-dropped",
			Body: func(t *T) {
				s, e := aSeries(t)
				e[s.level] = []any{ngsild.Property(10, "observedAt", "yesterday")}
				t.Expect(t.POST(evolutions, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
				notCreated(t, s.id)
			},
		},
		{
			ID:     "mim1.temporal.create.noValue",
			Title:  "An instance without value is refused with 400 BadRequestData",
			Clause: cim009 + "5.2.5",
			Fault:  "temporal.create.valueless-dropped",
			Body: func(t *T) {
				s, e := aSeries(t)
				e[s.level] = []any{ngsild.Object{"type": "Property", "observedAt": at("10:00:00")}}
				t.Expect(t.POST(evolutions, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
				notCreated(t, s.id)
			},
		},
	}
}

func temporalAppend() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.append.attribute",
			Title:  "An attribute that is added to an evolution is there with its instances, and the others stay",
			Clause: cim009 + "5.6.12.4, 6.20.3.1", TestPurposes: []string{"014_01"},
			Fault: "temporal.append.swallowed",
			Body: func(t *T) {
				s, name := newSeries(t), t.Name("added")
				done(t, t.POST(evolutionAttrsPath(s.id), JSON(ngsild.Object{name: []any{reading(1, "10:00:00"), reading(2, "11:00:00")}})))
				e := evolution(t, s.id)
				t.Expect(marks(e, name)).To(holdReadings(mark(1, at("10:00:00")), mark(2, at("11:00:00"))))
				t.Expect(marks(e, s.place)).To(holdReadings(mark(s.target, at("10:30:00"))), "the others stay")
			},
		},
		{
			ID:     "mim1.temporal.append.instances",
			Title:  "Instances that are added to an attribute of an evolution come to those that are there",
			Clause: cim009 + "5.6.12.4", TestPurposes: []string{"014_01"},
			Fault: "temporal.append.replaces",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, t.POST(evolutionAttrsPath(s.id), JSON(ngsild.Object{s.level: []any{reading(5, "09:00:00")}})))
				s.expect(t, t.GET(evolutionPath(s.id)), 5, "09:00:00", 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
		{
			ID:     "mim1.temporal.append.unknown",
			Title:  "Adding attributes to an evolution that is not there is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.12.4", TestPurposes: []string{"014_03"},
			Fault: "temporal.append.unknown-accepted",
			Body: func(t *T) {
				id := t.URN("Sensor")
				r := t.POST(evolutionAttrsPath(id), JSON(ngsild.Object{t.Name("level"): []any{reading(10, "10:00:00")}}))
				t.Expect(r).To(BeProblem(404, ngsild.ResourceNotFound))
				notCreated(t, id)
			},
		},
		{
			ID:     "mim1.temporal.append.idNoUri",
			Title:  "Adding attributes to an evolution whose id is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.12.4", TestPurposes: []string{"014_02"},
			Fault: "temporal.append.any-id-not-found",
			Body: func(t *T) {
				r := t.POST(evolutionAttrsPath(t.Name("sensor")), JSON(ngsild.Object{t.Name("level"): []any{reading(10, "10:00:00")}}))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.append.notJson",
			Title:  "Adding attributes by what is no JSON is refused with 400 InvalidRequest",
			Clause: cim009 + "5.5.4", TestPurposes: []string{"014_04"},
			Fault: "temporal.append.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.POST(evolutionAttrsPath(s.id), notJSON(s.id))).To(BeProblem(400, ngsild.InvalidRequest))
			},
		},
		{
			ID:     "mim1.temporal.append.badInstance",
			Title:  "Adding an instance without value is refused with 400 BadRequestData and adds nothing",
			Clause: cim009 + "5.5.4", TestPurposes: []string{"014_02"},
			Fault: "temporal.append.valueless-dropped",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.POST(evolutionAttrsPath(s.id), JSON(ngsild.Object{s.level: []any{ngsild.Object{"type": "Property", "observedAt": at("14:00:00")}}}))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
	}
}
