package mim1

import (
	"fmt"
	"net/url"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func entityMapPath(id string) string { return "/entityMaps/" + url.PathEscape(id) }

// mapped are candidates that a query made an entity map of.
type mapped struct {
	candidates
	id string // of the map
}

// mapEntities queries candidates with entityMap=true.
func mapEntities(t *T) mapped {
	m := mapped{candidates: around(t)}
	r := m.query(t, Query("entityMap", "true"))
	t.Require(r).To(HaveStatus(200))
	m.id = r.Header.Get(ngsild.HeaderEntityMap)
	t.Require(r).To(HaveHeader(ngsild.HeaderEntityMap, beURI()), "the answer to a query with entityMap=true names the map")
	return m
}

// retrieve reads the map.
func (m mapped) retrieve(t *T) ngsild.Object {
	r := t.GET(entityMapPath(m.id))
	t.Require(r).To(HaveStatus(200))
	return t.Object(r)
}

func entityMaps() []Check {
	return common([]Check{
		{
			ID: "mim1.entityMap.made", Title: "A query with entityMap=true answers with its entities and names the map of them",
			Fault: "entity-map.not-named",
			Body: func(t *T) {
				m := mapEntities(t)
				m.expect(t, Query("entityMap", "true"), "below", "at", "above", "without")
			},
		},
		{
			ID: "mim1.entityMap.retrieve", Title: "An entity map lists the entities that the query found, and where each is from",
			Clause: cim009 + "5.14.1", Fault: "entity-map.empty",
			Body: func(t *T) {
				m := mapEntities(t)
				o := m.retrieve(t)
				t.Expect(o).To(haveMembers(ngsild.Object{"id": m.id, "type": "EntityMap"}))
				entries, _ := o["entityMap"].(ngsild.Object)
				var found []string
				for id, sources := range entries {
					found = append(found, id)
					t.Expect(texts(sources)).To(gomega.ContainElement("@none"), "an entity that is here has the source @none")
				}
				var want []string
				for _, id := range m.ids {
					want = append(want, id)
				}
				t.Expect(found).To(gomega.ConsistOf(want))
				expires, err := instant(o["expiresAt"])
				t.Expect(err).To(gomega.Succeed(), "expiresAt says until when the map is there")
				t.Expect(expires).To(gomega.BeTemporally(">", time.Unix(0, 0)))
			},
		},
		{
			ID: "mim1.entityMap.stable", Title: "A query that names an entity map is of the entities that were found at first, not of later ones",
			Clause: cim009 + "5.5.14", Fault: "entity-map.ignored",
			Body: func(t *T) {
				m := mapEntities(t)
				later := create(t, ngsild.Entity(t.URN("Sensor"), m.kind, m.attr, ngsild.Property(99)))
				m.ids["later"] = later
				m.expect(t, Header(ngsild.HeaderEntityMap, m.id), "below", "at", "above", "without")
				m.expect(t, Query(), "below", "at", "above", "without", "later")
			},
		},
		{
			ID: "mim1.entityMap.paged", Title: "The pages of a query by an entity map hold each of its entities once, whatever is created meanwhile",
			Clause: cim009 + "5.5.14", Fault: "entity-map.ignored",
			Body: func(t *T) {
				m := mapEntities(t)
				by := Header(ngsild.HeaderEntityMap, m.id)
				r := t.GET(entities, Query("type", m.kind, "limit", "1"), by)
				got := m.labels(entitiesIn(t, r))
				for page := 2; page <= 8; page++ {
					if _, more := linkTo(r.Header, "next"); !more {
						break
					}
					m.ids[fmt.Sprintf("later %d", page)] = create(t, ngsild.Entity(t.URN("ASensor"), m.kind, m.attr, ngsild.Property(20)))
					r = followIn(t, r, "next", entities, by)
					got = append(got, m.labels(entitiesIn(t, r))...)
				}
				t.Expect(got).To(gomega.ConsistOf("below", "at", "above", "without"), "the pages, one after the other")
			},
		},
		{
			ID: "mim1.entityMap.update", Title: "The expiry of an entity map can be moved",
			Clause: cim009 + "5.14.2", Fault: "entity-map.update-swallowed",
			Body: func(t *T) {
				m := mapEntities(t)
				const until = "2099-01-01T00:00:00Z"
				done(t, t.PATCH(entityMapPath(m.id), JSON(ngsild.Object{"expiresAt": until})))
				got, err := instant(m.retrieve(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed())
				want, _ := instant(until)
				t.Expect(got).To(gomega.BeTemporally("==", want))
			},
		},
		{
			ID: "mim1.entityMap.updateBad", Title: "An expiry of an entity map that is no DateTime is refused with 400 BadRequestData",
			Clause: cim009 + "5.14.2", Requirements: errorAnswers, Fault: "entity-map.bad-update-taken",
			Body: func(t *T) {
				m := mapEntities(t)
				t.Expect(t.PATCH(entityMapPath(m.id), JSON(ngsild.Object{"expiresAt": "one day"}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.delete", Title: "A deleted entity map is gone, and its entities are not",
			Clause: cim009 + "5.14.3", Fault: "entity-map.delete-swallowed",
			Body: func(t *T) {
				m := mapEntities(t)
				done(t, t.DELETE(entityMapPath(m.id)))
				t.Expect(t.GET(entityMapPath(m.id))).To(BeProblem(404, ngsild.ResourceNotFound))
				m.expect(t, Query(), "below", "at", "above", "without")
			},
		},
		{
			ID: "mim1.entityMap.unknown", Title: "An entity map that is not there is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.14.1", Requirements: errorAnswers, Fault: "entity-map.unknown-is-empty", Needs: reads,
			Body: func(t *T) {
				t.Expect(t.GET(entityMapPath(t.URN("EntityMap")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.entityMap.idNoUri", Title: "Retrieving an entity map by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.14.1", Requirements: errorAnswers, Fault: "entity-map.any-id-not-found", Needs: reads,
			Body: func(t *T) {
				t.Expect(t.GET(entityMapPath("map" + t.Name("x")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}, Check{Requirements: query, Clause: cim009 + "5.14", Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.8.1"})
}
