package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// herd is entities of two fresh types among which a purge has to choose; it is only
// ever sent with the first type, so that nothing but the run's own can go.
type herd struct {
	kind, other string // types
	level, note string // attribute names
	ids         map[string]string
}

// newHerd creates a low and a high one of the type to purge and one of another type.
func newHerd(t *T) herd {
	h := herd{kind: t.Name("Sensor"), other: t.Name("Station"), level: t.Name("level"), note: t.Name("note"), ids: map[string]string{}}
	for _, e := range []struct {
		label, kind string
		level       int
		at          []any
	}{{"low", h.kind, 10, []any{10.0, 56.0}}, {"high", h.kind, 30, []any{11.0, 57.0}}, {"other", h.other, 10, []any{10.0, 56.0}}} {
		h.ids[e.label] = create(t, ngsild.Entity(t.URN("Sensor"), e.kind, h.level, ngsild.Property(e.level), h.note, ngsild.Property(e.label),
			"location", ngsild.GeoProperty(ngsild.Object{"type": "Point", "coordinates": e.at})))
	}
	return h
}

// purge sends Purge Entities (5.6.21) for the herd's type with further parameters.
func (h herd) purge(t *T, parameters ...string) {
	done(t, t.DELETE(entities, Query("type", h.kind), Query(parameters...)))
}

// left expects that exactly the entities with the labels are still there.
func (h herd) left(t *T, labels ...string) {
	c := candidates{ids: h.ids}
	c.expect(t, Query("type", h.kind+","+h.other), labels...)
}

func purge() []Check {
	return common([]Check{
		{
			ID:    "mim1.purge.type",
			Title: "A purge by type deletes all entities of that type and no others",
			Fault: "purge.swallowed", TestPurposes: []string{"060_03_01"},
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t)
				h.left(t, "other")
			},
		},
		{
			ID:    "mim1.purge.q",
			Title: "A purge by type and q deletes the entities that meet both",
			Fault: "purge.ignores-q", TestPurposes: []string{"060_03_02"},
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "q", h.level+">20")
				h.left(t, "low", "other")
			},
		},
		{
			ID:    "mim1.purge.id",
			Title: "A purge by type and id deletes that entity alone",
			Fault: "purge.ignores-id",
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "id", h.ids["high"])
				h.left(t, "low", "other")
			},
		},
		{
			ID:    "mim1.purge.idPattern",
			Title: "A purge by type and idPattern deletes the entities whose ids match",
			Fault: "purge.ignores-id-pattern",
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "idPattern", ".*"+h.ids["high"][len("urn:ngsi-ld:Sensor:"):])
				h.left(t, "low", "other")
			},
		},
		{
			ID:    "mim1.purge.geo",
			Title: "A purge by type and geoquery deletes the entities that lie there",
			Fault: "purge.ignores-geo", TestPurposes: []string{"060_03_04"},
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "georel", "near;maxDistance==1000", "geometry", "Point", "coordinates", "[10,56]")
				h.left(t, "high", "other")
			},
		},
		{
			ID:    "mim1.purge.types",
			Title: "A purge by a list of types deletes the entities of any of them",
			Fault: "purge.first-of-types",
			Body: func(t *T) {
				h := newHerd(t)
				h.left(t, "low", "high", "other")
				done(t, t.DELETE(entities, Query("type", h.kind+","+h.other)))
				h.left(t)
			},
		},
		{
			ID:    "mim1.purge.drop",
			Title: "A purge with drop deletes the named attributes and leaves the rest of the entities",
			Fault: "purge.drop-ignored", TestPurposes: []string{"060_04"},
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "drop", h.note)
				for _, label := range []string{"low", "high"} {
					e := read(t, h.ids[label])
					t.Expect(e).To(lackAttribute(h.note))
					t.Expect(attributesOf(e)).To(chooseExactly(h.level, "location"))
				}
				t.Expect(read(t, h.ids["other"])).To(haveAttribute(h.note, ngsild.Property("other")))
			},
		},
		{
			ID:    "mim1.purge.keep",
			Title: "A purge with keep deletes all attributes but the named ones",
			Fault: "purge.keep-ignored", TestPurposes: []string{"060_05"},
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "keep", h.note)
				for _, label := range []string{"low", "high"} {
					t.Expect(attributesOf(read(t, h.ids[label]))).To(chooseExactly(h.note))
				}
				t.Expect(attributesOf(read(t, h.ids["other"]))).To(chooseExactly(h.level, h.note, "location"))
			},
		},
		{
			ID:    "mim1.purge.nothing",
			Title: "A purge that nothing matches is answered with 204 and deletes nothing",
			Fault: "purge.nothing-not-found",
			Body: func(t *T) {
				h := newHerd(t)
				h.purge(t, "q", h.level+">100")
				h.left(t, "low", "high", "other")
			},
		},
		refusedPurge("keepAndDrop", "A purge with both keep and drop is refused with 400 BadRequestData", "purge.keep-and-drop", []string{"060_02"},
			func(h herd) []string { return []string{"keep", h.level, "drop", h.note} }, ngsild.BadRequestData),
		refusedPurge("badQ", "A purge with an invalid q is refused with 400 BadRequestData", "purge.bad-q-ignored", nil,
			func(h herd) []string { return []string{"q", h.level + ">"} }, ngsild.BadRequestData),
		refusedPurge("qLinked", "A purge by what linked entities are like is refused with 400 BadRequestData", "purge.linked-q-ignored", nil,
			func(h herd) []string { return []string{"q", h.note + "{" + h.level + "}>20"} }, ngsild.BadRequestData),
		{
			ID:     "mim1.purge.context",
			Title:  "A purge names types and attributes by the @context that it links to",
			Clause: cim009Later + "5.6.21, 6.4.3.3", Needs: notifies, Fault: "purge.context-ignored",
			Body: func(t *T) {
				v := newVocabulary(t)
				low, high := v.create(t, 10), v.create(t, 30)
				done(t, t.DELETE(entities, Query("type", v.kind, "q", v.level+">20"), v.linked(t)))
				isGone(t, high)
				t.Expect(t.GET(entityPath(low))).To(HaveStatus(200), "the entity whose level is low")
			},
		},
		refusedPurge("badId", "A purge with an id that is no URI is refused with 400 BadRequestData", "purge.bad-id-ignored", nil,
			func(herd) []string { return []string{"id", "next door"} }, ngsild.BadRequestData),
		recommended(refusedPurge("unknownParameter", "A purge with a parameter that it does not know is refused with 400 InvalidRequest", "purge.unknown-parameter-ignored", []string{"059_01"},
			func(herd) []string { return []string{"invalidParams", "invalidValue"} }, ngsild.InvalidRequest), "6.3.20"),
	}, Check{Requirements: access, Clause: cim009Later + "5.6.21", Level: Core, Feature: FeaturePurge, Needs: writes, Since: "1.9.1"})
}

// recommended is the check c of what the clause says that a platform should do, not that it
// shall.
func recommended(c Check, clause string) Check {
	c.Level, c.Clause = Extended, cim009+clause
	return c
}

// refusedPurge is a check that a purge, which names the run's own type besides, is refused
// and deletes nothing.
func refusedPurge(name, title, fault string, purposes []string, parameters func(herd) []string, kind string) Check {
	return Check{
		ID: "mim1.purge." + name, Title: title, Fault: fault, TestPurposes: purposes, Requirements: errorAnswers,
		Body: func(t *T) {
			h := newHerd(t)
			t.Expect(t.DELETE(entities, Query("type", h.kind), Query(parameters(h)...))).To(BeProblem(400, kind))
			h.left(t, "low", "high", "other")
		},
	}
}
