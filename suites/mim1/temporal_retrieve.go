package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// refusesRetrieval is the body of a check that the retrieval of a series with the
// parameters is refused.
func refusesRetrieval(kinds []string, parameters ...string) func(*T) {
	return func(t *T) {
		s := newSeries(t)
		t.Expect(t.GET(evolutionPath(s.id), Query(parameters...))).To(BeProblem(400, kinds...))
	}
}

func temporalRetrieve() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.retrieve.unknown",
			Title:  "Retrieving an evolution that is not there gives 404 ResourceNotFound",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_07"}, Needs: reads,
			Fault: "temporal.retrieve.unknown-as-empty",
			Body: func(t *T) {
				t.Expect(t.GET(evolutionPath(t.URN("Nothing")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.idNoUri",
			Title:  "Retrieving an evolution by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_06"}, Needs: reads,
			Fault: "temporal.retrieve.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.GET(evolutionPath(t.Name("sensor")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.instances",
			Title:  "Each instance of an evolution tells its type, its value and when it was observed",
			Clause: cim009 + "4.5.7", TestPurposes: []string{"020_01"},
			Fault: "temporal.retrieve.types-lost",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id)
				t.Expect(instances(e, s.level)).NotTo(gomega.BeEmpty(), "the evolution of %s", s.level)
				t.Expect(instances(e, s.place)).NotTo(gomega.BeEmpty(), "the evolution of %s", s.place)
				for _, i := range instances(e, s.level) {
					t.Expect(i).To(gomega.HaveKeyWithValue("type", "Property"))
					t.Expect(i).To(gomega.HaveKey("value"))
					t.Expect(i["observedAt"]).To(gomega.MatchRegexp(dateTime))
				}
				for _, i := range instances(e, s.place) {
					t.Expect(i).To(gomega.HaveKeyWithValue("type", "Relationship"))
				}
			},
		},
		{
			ID:     "mim1.temporal.retrieve.attrs",
			Title:  "attrs retrieves the named attributes of an evolution only",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_03"},
			Fault: "temporal.retrieve.attrs-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, Query("attrs", s.place))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
				t.Expect(marks(e, s.place)).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.severalAttrs",
			Title:  "attrs may name several attributes of an evolution",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_03"},
			Fault: "temporal.retrieve.first-of-attrs",
			Body: func(t *T) {
				other := t.Name("other")
				s := newSeries(t, other, []any{reading(1, "10:00:00")})
				t.Expect(attributesOf(evolution(t, s.id, Query("attrs", s.place+","+s.level)))).To(gomega.ConsistOf(s.place, s.level))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.unknownAttrs",
			Title:  "Retrieving none but attributes that an evolution has not gives 404 ResourceNotFound",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"020_08"}, Level: Extended, // 5.7.1.4 says so of entities; of evolutions ETSI's suite does, and no sentence
			Fault: "temporal.retrieve.unknown-attrs-as-empty",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Query("attrs", t.Name("unknown")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.pick",
			Title:  "pick retrieves the named members of an evolution only",
			Clause: cim009 + "4.21", TestPurposes: []string{"020_21"}, Since: "1.8.1",
			Fault: "temporal.retrieve.pick-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, Query("pick", "id,"+s.level))
				t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.level))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.omit",
			Title:  "omit leaves the named members of an evolution out",
			Clause: cim009 + "4.21", TestPurposes: []string{"020_21"}, Since: "1.8.1",
			Fault: "temporal.retrieve.omit-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := evolution(t, s.id, Query("omit", "type,"+s.level))
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.pickAndOmit",
			Title:  "Picking and omitting one member of an evolution is refused with 400 BadRequestData",
			Clause: cim009 + "4.21", TestPurposes: []string{"020_22"}, Since: "1.8.1", Level: Extended,
			Fault: "temporal.retrieve.pick-and-omit-accepted",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Query("pick", s.level, "omit", s.level))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:    "mim1.temporal.retrieve.unknownPick",
			Title: "Picking none but members that an evolution has not gives 404 ResourceNotFound",
			// ETSI's suite expects it; 5.7.3.5 has the evolution reduced, and names no error.
			Clause: cim009 + "4.21", TestPurposes: []string{"020_23"}, Since: "1.8.1", Level: Extended,
			Fault: "temporal.retrieve.unknown-attrs-as-empty",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Query("pick", t.Name("unknown")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.dataset",
			Title:  "datasetId retrieves the instances of that dataset only",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"021_18"}, Since: "1.8.1",
			Fault: "temporal.retrieve.dataset-ignored",
			Body: func(t *T) {
				id, name, dataset := twoDatasets(t)
				e := evolution(t, id, Query("datasetId", dataset))
				t.Expect(marks(e, name)).To(holdReadings(mark(11, at("10:30:00"))))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(name), "attributes without instance of the dataset are left out")
			},
		},
		{
			ID:     "mim1.temporal.retrieve.defaultDataset",
			Title:  "datasetId=@none retrieves the instances without dataset only",
			Clause: cim009 + "5.7.3.4", TestPurposes: []string{"021_18"}, Since: "1.8.1",
			Fault: "temporal.retrieve.dataset-ignored",
			Body: func(t *T) {
				id, name, _ := twoDatasets(t)
				t.Expect(marks(evolution(t, id, Query("datasetId", "@none", "attrs", name)), name)).To(holdReadings(mark(10, at("10:00:00"))))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.noSysAttrs",
			Title:  "Instances tell when they were created and modified only where options=sysAttrs asks for it",
			Clause: cim009 + "6.3.11",
			Fault:  "temporal.retrieve.sys-attrs-always",
			Body: func(t *T) {
				s := newSeries(t)
				plain := instances(evolution(t, s.id), s.level)
				t.Require(plain).NotTo(gomega.BeEmpty(), "the evolution of %s", s.level)
				for _, i := range plain {
					t.Expect(i).NotTo(gomega.Or(gomega.HaveKey("createdAt"), gomega.HaveKey("modifiedAt")))
				}
				stamped := evolution(t, s.id, Query("options", "sysAttrs"))
				told := 0
				for _, o := range append(instances(stamped, s.level), stamped) {
					for _, member := range []string{"createdAt", "modifiedAt"} {
						if v, there := o[member]; there { // those that a platform does not hold it leaves out
							t.Expect(v).To(gomega.MatchRegexp(dateTime), member)
							told++
						}
					}
				}
				t.Expect(told).NotTo(gomega.BeZero(), "with options=sysAttrs the evolution or its instances have createdAt or modifiedAt")
			},
		},
		{
			ID:     "mim1.temporal.retrieve.jsonLd",
			Title:  "An evolution as application/ld+json has its @context in the body",
			Clause: cim009 + "6.3.6",
			Fault:  "temporal.retrieve.no-context",
			Body: func(t *T) {
				s := newSeries(t)
				r := t.GET(evolutionPath(s.id), Header("Accept", ngsild.MediaJSONLD))
				t.Require(r).To(HaveStatus(200, 206))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSONLD))
				t.Expect(t.Object(r)).To(gomega.HaveKey("@context"))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.geoJson",
			Title:  "An evolution is not acceptable as application/geo+json, and asking for that gives 406",
			Clause: cim009 + "6.3.4",
			Fault:  "temporal.retrieve.geo-json",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.GET(evolutionPath(s.id), Header("Accept", ngsild.MediaGeoJSON))).To(HaveStatus(406))
			},
		},
		{
			ID:     "mim1.temporal.retrieve.unknownParameter",
			Title:  "Retrieving an evolution with a parameter that the operation has not is refused with 400 InvalidRequest",
			Clause: cim009 + "6.3.20", Since: "1.7.1", Level: Extended,
			Fault: "temporal.retrieve.unknown-parameter-ignored",
			Body:  refusesRetrieval([]string{ngsild.InvalidRequest}, "invalidParameter", "x"),
		},
		{
			ID:     "mim1.temporal.retrieve.context",
			Title:  "Attributes are asked for by the terms of the @context that the request links to, and shown by them",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"020_02"}, Needs: []Need{NeedRead, NeedWrite, NeedCallback},
			Fault: "temporal.retrieve.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00")})
				t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
				got := evolution(t, e["id"].(string), v.linked(t), Query("attrs", v.level))
				t.Expect(marks(got, v.level)).To(holdReadings(mark(10, at("10:00:00"))))
			},
		},
	}
}
