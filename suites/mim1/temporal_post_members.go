package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// temporalPostMembers checks the members of a Query that say which evolutions are found and
// what of them is shown (5.2.23).
func temporalPostMembers() []Check {
	always := func() ngsild.Object {
		return ngsild.Object{"timerel": "after", "timeAt": "2000-01-01T00:00:00Z"}
	}
	// finds expects the evolutions with these labels, and no others of the type.
	finds := func(t *T, c candidates, q ngsild.Object, labels ...string) {
		t.Expect(c.labels(evolutionsIn(t, postPast(t, q)))).To(chooseExactly(labels...))
	}
	// shown is the evolution that a query for the type, with further members, finds.
	shown := func(t *T, id, kind string, more ...any) ngsild.Object {
		e := entityIn(t, postPast(t, ofKind(kind, always(), more...)), id)
		t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
		return e
	}
	lang := inOneLanguage("post", "A temporal query by POST", "", func(t *T, id, kind string) ngsild.Object {
		return shown(t, id, kind, "lang", "fr")
	})
	lang.Clause, lang.Since, lang.Fault = cim009+"5.2.23, 4.15", "1.8.1", "temporal.post.lang-ignored"
	return []Check{
		lang,
		{
			ID:     "mim1.temporal.post.idPattern",
			Title:  "A query by POST selects evolutions by id pattern and type together",
			Clause: cim009 + "5.2.23, 5.7.4.4", Fault: "temporal.post.id-pattern-ignored",
			Body: func(t *T) {
				c := evolved(t, map[string][]any{"one": levels(), "two": levels()})
				finds(t, c, ngsild.Object{"entities": []any{ngsild.Object{"type": c.kind, "idPattern": "^" + c.ids["two"] + "$"}}, "temporalQ": always()}, "two")
			},
		},
		{
			ID:     "mim1.temporal.post.selectors",
			Title:  "A query by POST with several selectors gives the evolutions that match any of them",
			Clause: cim009 + "5.2.23, 5.7.4.4", Fault: "temporal.post.first-selector",
			Body: func(t *T) {
				kinds, level := []string{t.Name("Sensor"), t.Name("Device"), t.Name("Gauge")}, []any{reading(1, "10:00:00")}
				c := candidates{kind: kinds[0], ids: map[string]string{}}
				for i, label := range []string{"first", "second", "third"} {
					c.ids[label] = evolve(t, ngsild.Entity(t.URN("Sensor"), kinds[i], t.Name("level"), level))
				}
				finds(t, c, ngsild.Object{"entities": []any{ngsild.Object{"type": kinds[0]}, ngsild.Object{"type": kinds[1]}}, "temporalQ": always()}, "first", "second")
			},
		},
		{
			ID:     "mim1.temporal.post.geoQ",
			Title:  "A query by POST with geoQ gives the evolutions that were there in the interval",
			Clause: cim009 + "5.2.23, 5.7.4.4", Fault: "temporal.post.geo-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				kind, place := t.Name("Vehicle"), func(east float64) []any {
					return []any{ngsild.GeoProperty(ngsild.Point(10+east, 56), "observedAt", at("10:00:00"))}
				}
				c := candidates{kind: kind, ids: map[string]string{
					"here":     evolve(t, ngsild.Entity(t.URN("Vehicle"), kind, "location", place(0))),
					"far away": evolve(t, ngsild.Entity(t.URN("Vehicle"), kind, "location", place(0.5))),
				}}
				finds(t, c, ofKind(kind, always(), "geoQ", ngsild.Object{"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": []any{10, 56}}), "here")
			},
		},
		{
			ID:     "mim1.temporal.post.scopeQ",
			Title:  "A query by POST with scopeQ gives the evolutions of that scope",
			Clause: cim009 + "5.2.23, 5.7.4.4", Since: "1.6.1", Fault: "temporal.post.scope-ignored",
			Body: func(t *T) {
				c := pastInMadridOrNot(t)
				finds(t, c, ofKind(c.kind, always(), "scopeQ", "/Madrid"), "in")
			},
		},
		{
			ID:     "mim1.temporal.post.pick",
			Title:  "A query by POST with pick shows the named members of evolutions only",
			Clause: cim009 + "5.2.23, 4.21", Since: "1.8.1", Fault: "temporal.post.pick-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := shown(t, s.id, s.kind, "pick", []any{"id", s.level})
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.level))
			},
		},
		{
			ID:     "mim1.temporal.post.omit",
			Title:  "A query by POST with omit leaves the named members of evolutions out",
			Clause: cim009 + "5.2.23, 4.21", Since: "1.8.1", Fault: "temporal.post.omit-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				e := shown(t, s.id, s.kind, "omit", []any{"type", s.level})
				t.Expect(e).NotTo(gomega.HaveKey("type"))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.place))
			},
		},
		{
			ID:     "mim1.temporal.post.dataset",
			Title:  "A query by POST with datasetId shows the instances of that dataset only",
			Clause: cim009 + "5.2.23, 5.7.4.4", Since: "1.8.1", Fault: "temporal.post.dataset-ignored",
			Body: func(t *T) {
				kind, name, dataset := t.Name("Sensor"), t.Name("level"), t.URN("Dataset")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), kind, name, []any{reading(10, "10:00:00"), reading(11, "10:30:00", "datasetId", dataset)}))
				t.Expect(marks(shown(t, id, kind, "datasetId", []any{dataset}), name)).To(holdReadings(mark(11, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.post.timeproperty",
			Title:  "A query by POST whose temporalQ has the timeproperty createdAt selects by when instances were entered",
			Clause: cim009 + "5.2.21, 4.11", Fault: "temporal.post.timeproperty-ignored",
			Body: func(t *T) {
				c := earlyAndLate(t)
				entered := func(timerel, when string) ngsild.Object {
					return ofKind(c.kind, ngsild.Object{"timerel": timerel, "timeAt": when, "timeproperty": "createdAt"})
				}
				finds(t, c, entered("before", "2010-01-01T00:00:00Z"))
				finds(t, c, entered("after", at("23:00:00")), "early", "late")
			},
		},
		{
			ID:     "mim1.temporal.post.ordering",
			Title:  "A local query by POST with ordering by id gives the evolutions in the order of their ids",
			Clause: cim009Later + "5.2.23, 5.2.43, 5.7.4.4", Since: "1.9.1", Fault: "temporal.post.ordering-ignored",
			Body: func(t *T) {
				kind, first := t.Name("Sensor"), t.URN("Sensor")
				for _, end := range []string{"b", "c", "a"} {
					evolve(t, ngsild.Entity(first+end, kind, t.Name("level"), []any{reading(1, "10:00:00")}))
				}
				for order, want := range InOrder(map[string][]string{"id;asc": {"a", "b", "c"}, "id;desc": {"c", "b", "a"}}) {
					r := postPast(t, ofKind(kind, always(), "ordering", ngsild.Object{"orderBy": []any{order}}), local)
					t.Require(r).To(HaveStatus(200, 206))
					var got []string
					for _, item := range t.List(r) {
						e, _ := item.(ngsild.Object)
						id, _ := e["id"].(string)
						got = append(got, id[min(len(id), len(first)):])
					}
					t.Expect(got).To(gomega.Equal(want), "the order of %s", order)
				}
			},
		},
	}
}
