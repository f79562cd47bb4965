package mim1

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// Resources of entity maps (6.32, 6.34, 6.35).
const (
	entityMapList = "/entityMaps"
	pastMapList   = "/temporal/entityMaps"
)

func entityMapPath(id string) string { return "/entityMaps/" + url.PathEscape(id) }

// mapped are candidates that a query made an entity map of.
type mapped struct {
	candidates
	name string // the header's value, by which later queries name the map
	id   string // of the map
}

// beMapName matches a header that names an entity map: by the URL of its resource, which
// may be relative as in Location, or by the map's id alone.
func beMapName() types.GomegaMatcher {
	return gomega.Or(beURI(), gomega.MatchRegexp(`^/.*/entityMaps/[^/]+$`))
}

// namedMap requires that the answer names an entity map by its header (6.4.3.2, 6.34.3.1),
// and returns the name and the map's id.
func namedMap(t *T, r *probe.Response) (name, id string) {
	t.Require(r).To(HaveHeader(ngsild.HeaderEntityMap, beMapName()), "the answer names the map")
	name = r.Header.Get(ngsild.HeaderEntityMap)
	return name, mapID(name)
}

// mapID is the id of the map that is named by it, or by the URL of its resource.
func mapID(name string) string {
	if _, last, isURL := strings.Cut(name, "/entityMaps/"); isURL {
		if plain, err := url.PathUnescape(last); err == nil {
			return plain
		}
	}
	return name
}

// mapEntities queries candidates with entityMap=true.
func mapEntities(t *T) mapped {
	m := mapped{candidates: around(t)}
	r := m.query(t, Query("entityMap", "true"))
	m.name, m.id = madeMap(t, r)
	return m
}

// madeMap requires an answer to a query that made a map: with 201 by the tables of V1.9.1
// (6.4.3.2-2, 6.18.3.2-2, 6.23.3.1-1, 6.24.3.1-1), which have 200 beside it, and by those
// of V1.8.1 with 200 alone. No check holds one of the two against a platform.
func madeMap(t *T, r *probe.Response) (name, id string) {
	t.Require(r).To(HaveStatus(200, 201, 206))
	return namedMap(t, r)
}

// retrieve reads the map.
func (m mapped) retrieve(t *T) ngsild.Object {
	r := t.GET(entityMapPath(m.id))
	t.Require(r).To(HaveStatus(200))
	return t.Object(r)
}

// labelsOf names the candidates that an entity map lists.
func (c candidates) labelsOf(t *T, r *probe.Response) []string {
	entries, isObject := t.Object(r)["entityMap"].(ngsild.Object)
	t.Require(r).To(answering(isObject, "the answer has no member entityMap that is an object"))
	var listed []ngsild.Object
	for id := range InOrder(entries) {
		listed = append(listed, ngsild.Object{"id": id})
	}
	return c.labels(listed)
}

// expectMap expects a new map that holds exactly the labels, and can be retrieved.
func (c candidates) expectMap(t *T, r *probe.Response, labels ...string) {
	t.Require(r).To(HaveStatus(201))
	t.Expect(r).To(HaveJSON("/type", "EntityMap"))
	t.Expect(c.labelsOf(t, r)).To(chooseExactly(labels...))
	_, id := namedMap(t, r)
	t.Expect(r).To(HaveJSON("/id", id))
	if to := r.Header.Get("Location"); to != "" {
		t.Expect(mapID(pathFrom(r)(to))).To(gomega.Equal(id), "Location leads to the map that was created")
	}
	stored := t.GET(entityMapPath(id))
	t.Require(stored).To(HaveStatus(200), "the map that was created has to be there")
	t.Expect(c.labelsOf(t, stored)).To(chooseExactly(labels...))
}

// createdMaps checks the creation of entity maps without a query's answer, for queries of
// the present and of the past (5.14.4, 5.14.5 of V1.9.1).
func createdMaps() []Check {
	since := Query("timerel", "after", "timeAt", at("11:00:00"))
	return common([]Check{
		{
			ID: "mim1.entityMap.create.ofQuery", Title: "An entity map can be created for a query: 201 with the map, which lists the entities that the query selects",
			Fault: "entity-map.create.ids-lost",
			Body: func(t *T) {
				c := around(t)
				c.expectMap(t, t.GET(entityMapList, c.ofType(), c.q(">20")), "above")
			},
		},
		{
			ID: "mim1.entityMap.create.post", Title: "An entity map can be created for a query by POST",
			Clause: cim009Later + "6.34.3.2", Fault: "entity-map.create.ids-lost",
			Body: func(t *T) {
				c := around(t)
				c.expectMap(t, t.POST(entityMapList, JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}}, "q": c.attr + ">20"})), "above")
			},
		},
		{
			ID: "mim1.entityMap.create.used", Title: "A query can name a map that was created for it, and is of that map's entities",
			Clause: cim009Later + "5.7.2.4", Fault: "entity-map.ignored",
			Body: func(t *T) {
				c := around(t)
				r := t.GET(entityMapList, c.ofType())
				t.Require(r).To(HaveStatus(201))
				name, _ := namedMap(t, r)
				c.ids["later"] = create(t, ngsild.Entity(t.URN("Sensor"), c.kind, c.attr, ngsild.Property(99)))
				c.expect(t, Header(ngsild.HeaderEntityMap, name), "below", "at", "above", "without")
			},
		},
		{
			ID: "mim1.entityMap.create.tooWide", Title: "Creating an entity map for a query that selects nothing is refused with 400 BadRequestData",
			Clause: cim009Later + "5.14.4.4", Requirements: errorAnswers, Fault: "entity-map.create.any-query",
			Body: func(t *T) {
				t.Expect(t.GET(entityMapList)).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.create.ofPast", Title: "An entity map can be created for a temporal query, and lists the evolutions that have data in the interval",
			Clause: cim009Later + "5.14.5.4", Fault: "entity-map.create.ids-lost", Feature: FeatureTemporal, Requirements: historical,
			Body: func(t *T) {
				c := earlyAndLate(t)
				c.expectMap(t, t.GET(pastMapList, c.ofType(), since), "late")
			},
		},
		{
			ID: "mim1.entityMap.create.ofPastPost", Title: "An entity map can be created for a temporal query by POST",
			Clause: cim009Later + "6.35.3.2", Fault: "entity-map.create.ids-lost", Feature: FeatureTemporal, Requirements: historical,
			Body: func(t *T) {
				c := earlyAndLate(t)
				c.expectMap(t, t.POST(pastMapList, JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}},
					"temporalQ": ngsild.Object{"timerel": "after", "timeAt": at("11:00:00")}})), "late")
			},
		},
		{
			ID: "mim1.entityMap.create.noTemporalQuery", Title: "Creating an entity map for the past without a temporal query is refused with 400 BadRequestData",
			Clause: cim009Later + "5.14.5.4", Requirements: errorAnswers, Fault: "entity-map.create.any-query", Feature: FeatureTemporal,
			Body: func(t *T) {
				t.Expect(t.GET(pastMapList, Query("type", t.Name("Sensor")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.past.stable", Title: "A temporal query that names an entity map is of the evolutions that were found at first",
			Clause: cim009Later + "5.7.4.4", Fault: "entity-map.past-ignored", Feature: FeatureTemporal, Requirements: historical,
			Body: func(t *T) {
				c := earlyAndLate(t)
				name, _ := madeMap(t, c.past(t, everything(), Query("entityMap", "true")))
				c.ids["later"] = evolve(t, ngsild.Entity(t.URN("Sensor"), c.kind, c.attr, []any{reading(9, "13:00:00")}))
				c.expectPast(t, []Option{everything(), Header(ngsild.HeaderEntityMap, name)}, "early", "late")
			},
		},
	}, Check{Requirements: query, Clause: cim009Later + "5.14.4.4", Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.9.1"})
}

func entityMaps() []Check {
	return common([]Check{
		{
			ID: "mim1.entityMap.made", Title: "A query with entityMap=true answers with its entities and names the map of them",
			Fault: "entity-map.not-named",
			Body: func(t *T) {
				c := around(t)
				r := c.query(t, Query("entityMap", "true"))
				madeMap(t, r)
				t.Expect(c.labels(entityObjects(t, r))).To(chooseExactly("below", "at", "above", "without"))
			},
		},
		{
			ID: "mim1.entityMap.retrieve", Title: "An entity map lists the entities that the query found, and where each is from",
			Clause: cim009 + "5.14.1, 4.5.25, 5.2.39", Fault: "entity-map.empty",
			Body: func(t *T) {
				m := mapEntities(t)
				o := m.retrieve(t)
				t.Expect(o).To(haveMembers(ngsild.Object{"id": m.id, "type": "EntityMap"}))
				entries, _ := o["entityMap"].(ngsild.Object)
				var found []string
				for id, sources := range InOrder(entries) {
					found = append(found, id)
					t.Expect(texts(sources)).To(gomega.ContainElement("@none"), "an entity that is here has the source @none")
				}
				var want []string
				for _, id := range InOrder(m.ids) {
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
				m.expect(t, Header(ngsild.HeaderEntityMap, m.name), "below", "at", "above", "without")
				m.expect(t, Query(), "below", "at", "above", "without", "later")
			},
		},
		{
			ID: "mim1.entityMap.retrieval.made", Title: "The answer to a retrieval with entityMap=true names a map of that entity, and where it is from",
			Clause: cim009Later + "5.7.1.4", Since: "1.9.1", Fault: "generic.get-entities-entity.ignores-entitymap",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entityPath(s.id), Query("entityMap", "true"))
				t.Require(r).To(HaveStatus(200, 201))
				t.Expect(itself(t, r, s.id)).To(haveAttribute(s.level, levelAtFirst()))
				_, id := namedMap(t, r)
				entries, _ := mapped{id: id}.retrieve(t)["entityMap"].(ngsild.Object)
				t.Expect(entries).To(gomega.HaveLen(1), "the map is of the one entity")
				t.Expect(texts(entries[s.id])).To(gomega.ContainElement("@none"), "an entity that is here has the source @none")
			},
		},
		{
			ID: "mim1.entityMap.retrieval.used", Title: "A retrieval that names an entity map asks the sources that are in the map, and no later ones",
			Clause: cim009Later + "5.7.1.4", Since: "1.9.1", Needs: notifies, Fault: "entity-map.retrieval-ignores-map",
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				d := newSpread(t)
				d.keeps(t)
				r := t.GET(entityPath(d.id), Query("entityMap", "true"))
				t.Require(r).To(HaveStatus(200, 201))
				name, _ := namedMap(t, r)
				d.whole(t, "inclusive")
				e := read(t, d.id, Header(ngsild.HeaderEntityMap, name))
				d.fromHere(t, e)
				t.Expect(e).To(lackAttribute(d.level))
				d.isNotAsked(t, "it was registered after the map was made")
				d.fromSource(t, d.together(t)) // which shows that the platform can ask it
			},
		},
		{
			ID: "mim1.entityMap.paged", Title: "The pages of a query by an entity map hold each of its entities once, whatever is created meanwhile",
			Clause: cim009 + "5.5.14", Fault: "entity-map.ignored",
			Body: func(t *T) {
				m := mapEntities(t)
				by := Header(ngsild.HeaderEntityMap, m.name)
				r := t.GET(entities, Query("type", m.kind, "limit", "1"), by)
				requireNext(t, r)
				got := m.labels(entitiesIn(t, r))
				for page := 2; page <= 8; page++ {
					if _, more := weblink.To(r.Header, "next"); !more {
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
			ID: "mim1.entityMap.update", Title: "The expiry of an entity map can be moved to an earlier time",
			Clause: cim009 + "5.14.2, 6.32.3.2", Fault: "entity-map.update-swallowed",
			Body: func(t *T) {
				m := mapEntities(t)
				before, err := instant(m.retrieve(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt says until when the map is there")
				// to an earlier time: whether a map may live longer is the platform's affair (5.5.14)
				until := before.Add(-time.Second).Truncate(time.Second)
				done(t, t.PATCH(entityMapPath(m.id), JSON(ngsild.Object{"expiresAt": until.UTC().Format(time.RFC3339)})))
				got, err := instant(m.retrieve(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed())
				t.Expect(got).To(gomega.BeTemporally("==", until))
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
			Clause: cim009 + "5.14.3, 6.32.3.3", Fault: "entity-map.delete-swallowed",
			Body: func(t *T) {
				m := mapEntities(t)
				done(t, t.DELETE(entityMapPath(m.id)))
				t.Expect(t.GET(entityMapPath(m.id))).To(BeProblem(404, ngsild.ResourceNotFound))
				m.expect(t, Query(), "below", "at", "above", "without")
			},
		},
		{
			ID: "mim1.entityMap.updateUnknown", Title: "Updating an entity map that is not there is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.14.2", Requirements: errorAnswers, Fault: "entity-map.bad-update-taken",
			Body: func(t *T) {
				until := ngsild.Object{"expiresAt": t.Now().Add(time.Minute).UTC().Format(time.RFC3339)}
				t.Expect(t.PATCH(entityMapPath(t.URN("EntityMap")), JSON(until))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.entityMap.updateIdNoUri", Title: "Updating an entity map by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.14.2", Requirements: errorAnswers, Fault: "entity-map.bad-update-taken",
			Body: func(t *T) {
				until := ngsild.Object{"expiresAt": t.Now().Add(time.Minute).UTC().Format(time.RFC3339)}
				t.Expect(t.PATCH(entityMapPath("map"+t.Name("x")), JSON(until))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.deleteIdNoUri", Title: "Deleting an entity map by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.14.3", Requirements: errorAnswers, Fault: "entity-map.bad-delete-done",
			Body: func(t *T) {
				t.Expect(t.DELETE(entityMapPath("map" + t.Name("x")))).To(BeProblem(400, ngsild.BadRequestData))
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
	}, Check{Requirements: query, Clause: cim009 + "5.5.14", Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.8.1"})
}
