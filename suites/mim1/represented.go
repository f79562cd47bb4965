package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// represented checks what single kinds and instances of attributes become, simplified
// (4.5.4) and in GeoJSON (4.5.16, 4.5.17).
func represented() []Check {
	return append(simplifiedForms(), featuresOfInstances()...)
}

func simplifiedForms() []Check {
	return common([]Check{
		{
			ID: "mim1.entity.represent.wrapped", Title: "Simplified, a VocabProperty is its terms in a member vocab, and a JsonProperty its JSON in a member json",
			Fault: "represent.simplified-unwrapped",
			Body: func(t *T) {
				category, raw := t.Name("category"), t.Name("raw")
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"),
					category, ngsild.Object{"type": "VocabProperty", "vocab": "commercial"}, raw, ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"id": 7}}))
				e := read(t, id, Query("options", "keyValues"))
				t.Expect(e[category]).To(EqualJSON(ngsild.Object{"vocab": "commercial"}))
				t.Expect(e[raw]).To(EqualJSON(ngsild.Object{"json": ngsild.Object{"id": 7}}))
			},
		},
		{
			ID: "mim1.entity.represent.datasets", Title: "Simplified, several instances of an attribute are in a member dataset, by their datasetIds, the default one by @none",
			Fault: "represent.simplified-default-only",
			Body: func(t *T) {
				dataset := t.URN("Dataset")
				e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"))
				want := ngsild.Object{}
				add := func(kind, member string, byDefault, of any) {
					name := t.Name("extra")
					e[name] = []any{ngsild.Object{"type": kind, member: byDefault}, ngsild.Object{"type": kind, member: of, "datasetId": dataset}}
					want[name] = ngsild.Object{"dataset": ngsild.Object{"@none": byDefault, dataset: of}}
				}
				add("Property", "value", 20, 30)
				add("GeoProperty", "value", ngsild.Point(10, 56), ngsild.Point(11, 57))
				add("Relationship", "object", t.URN("Place"), t.URN("Place"))
				add("ListProperty", "valueList", []any{3, 1}, []any{2, 4})
				got := read(t, create(t, e), Query("options", "keyValues"))
				t.Expect(got).To(haveMembers(want))
			},
		},
	}, Check{Clause: cim009Later + "4.5.4", Requirements: structured, Level: Core, Needs: writes, Since: "1.9.1"})
}

// featuresOfInstances checks GeoJSON of attributes that have several instances, or none
// that is a geometry.
func featuresOfInstances() []Check {
	asGeoJSON := Header("Accept", ngsild.MediaGeoJSON)
	// twoPlaces is an entity with two instances of location.
	twoPlaces := func(t *T) (id, kind, dataset string) {
		kind, dataset = t.Name("Sight"), t.URN("Dataset")
		elsewhere := with(ngsild.GeoProperty(ngsild.Point(11, 57)), "datasetId", dataset)
		return create(t, ngsild.Entity(t.URN("Sight"), kind, "location", []any{elsewhere, ngsild.GeoProperty(ngsild.Point(10, 56))})), kind, dataset
	}
	feature := func(t *T, id string, parameters ...string) ngsild.Object {
		r := t.GET(entityPath(id), asGeoJSON, Query(parameters...))
		t.Require(r).To(HaveStatus(200))
		return t.Object(r)
	}
	return common([]Check{
		{
			ID: "mim1.entity.represent.geometryDefault", Title: "Of several instances of the GeoProperty, the default one is a Feature's geometry, and with datasetId that of the dataset",
			Clause: cim009Later + "4.5.16.1", Fault: "represent.geometry-of-first-instance",
			Body: func(t *T) {
				id, _, dataset := twoPlaces(t)
				t.Expect(feature(t, id)).To(haveMembers(ngsild.Object{"geometry": ngsild.Point(10, 56)}))
				t.Expect(feature(t, id, "datasetId", dataset)).To(haveMembers(ngsild.Object{"geometry": ngsild.Point(11, 57)}))
			},
		},
		{
			ID: "mim1.entity.represent.geometryOfProperty", Title: "As GeoJSON, a geometryProperty of which the entity has no geometry gives a geometry that is null",
			Clause: cim009Later + "4.5.16.1, 5.2.29", Fault: "represent.geometry-fallback",
			Body: func(t *T) {
				height := t.Name("height")
				id := create(t, ngsild.Entity(t.URN("Sight"), t.Name("Sight"), "location", ngsild.GeoProperty(ngsild.Point(10, 56)), height, ngsild.Property(40)))
				for _, name := range []string{height, t.Name("entrance")} {
					f := feature(t, id, "geometryProperty", name)
					t.Expect(f).To(gomega.HaveKeyWithValue("geometry", gomega.BeNil()), "the geometry of %s", name)
				}
			},
		},
		{
			ID: "mim1.entity.represent.featureInstances", Title: "In a Feature's properties, several instances of an attribute are an array, and simplified in a member dataset",
			Clause: cim009Later + "4.5.16.2, 4.5.17.1, 5.2.31", Fault: "represent.feature-default-instance-only",
			Body: func(t *T) {
				id, _, dataset := twoPlaces(t)
				properties := inside(feature(t, id), "properties")
				t.Expect(properties).To(haveAttribute("location", ngsild.GeoProperty(ngsild.Point(10, 56))))
				t.Expect(properties).To(haveAttribute("location", with(ngsild.GeoProperty(ngsild.Point(11, 57)), "datasetId", dataset)))
				simple := feature(t, id, "options", "keyValues")
				t.Expect(simple).To(haveMembers(ngsild.Object{"geometry": ngsild.Point(10, 56)}))
				t.Expect(inside(simple, "properties")["location"]).To(EqualJSON(ngsild.Object{"dataset": ngsild.Object{"@none": ngsild.Point(10, 56), dataset: ngsild.Point(11, 57)}}))
			},
		},
		{
			ID: "mim1.entity.represent.collectionSimplified", Title: "As simplified GeoJSON, a query's answer is a FeatureCollection of simplified Features, which have no @context of their own",
			Clause: cim009Later + "4.5.16.3, 4.5.17.2", Fault: "represent.context-in-each-feature",
			Body: func(t *T) {
				s := newSight(t)
				for _, parameters := range [][]string{nil, {"options", "keyValues"}} {
					r := t.GET(entities, Query("type", s.kind), asGeoJSON, Query(parameters...))
					t.Require(r).To(HaveStatus(200))
					collection := t.Object(r)
					t.Expect(collection).To(haveMembers(ngsild.Object{"type": "FeatureCollection"}))
					features := instances(collection, "features")
					t.Require(features).To(gomega.HaveLen(1))
					t.Expect(features[0]).To(haveMembers(ngsild.Object{"type": "Feature", "id": s.id, "geometry": s.place()}))
					t.Expect(features[0]).NotTo(gomega.HaveKey("@context"), "the collection alone may have one")
					if parameters != nil {
						t.Expect(features[0]["properties"]).To(haveMembers(ngsild.Object{s.height: 42, s.owner: s.belongsTo}))
					}
				}
			},
		},
		{
			ID: "mim1.entity.represent.collectionEmpty", Title: "As GeoJSON, the answer to a query that finds nothing is a FeatureCollection with an empty list of features",
			Clause: cim009Later + "5.2.30", Needs: reads, Fault: "represent.empty-collection-bare",
			Body: func(t *T) {
				r := t.GET(entities, Query("type", t.Name("Nothing")), asGeoJSON)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveJSON("/type", "FeatureCollection"))
				t.Expect(r).To(HaveJSON("/features", []any{}))
			},
		},
	}, Check{Feature: FeatureGeoJSON, Requirements: geo, Level: Core, Needs: writes, Since: "1.9.1"})
}
