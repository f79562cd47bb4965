package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// becomes changes the attribute of a candidate.
func (c candidates) becomes(t *T, label string, value any) {
	done(t, t.PATCH(attrsPath(c.ids[label]), JSON(ngsild.Object{c.attr: ngsild.Property(value)})))
}

// mapLives checks what becomes of an entity map while it is used: of whom it is then, and
// when there is another one (5.5.9.3, 5.5.14).
func mapLives() []Check {
	above := func(c candidates, name string) Option {
		return both(c.q(">20"), Header(ngsild.HeaderEntityMap, name))
	}
	// three are candidates above 20, in an entity map of that query.
	three := func(t *T) (c candidates, name, id string) {
		c = valued(t, map[string]any{"first": 21, "second": 22, "third": 23, "below": 19})
		name, id = madeMap(t, c.query(t, both(c.q(">20"), Query("entityMap", "true"))))
		return c, name, id
	}
	return common(append(invalidMaps(), []Check{
		{
			ID: "mim1.entityMap.life.filtered", Title: "A query that names an entity map gives none of its entities that the query does not fit anymore",
			Clause: cim009Later + "5.5.9.3", Fault: "entity-map.filters-dropped",
			Body: func(t *T) {
				c, name, _ := three(t)
				c.becomes(t, "second", 5)
				c.expect(t, above(c, name), "first", "third")
			},
		},
		{
			ID: "mim1.entityMap.life.removed", Title: "Entities that do not fit the query anymore are removed from its entity map when the map is used",
			Clause: cim009Later + "5.5.9.3", Fault: "entity-map.ignored",
			Body: func(t *T) {
				c, name, id := three(t)
				c.becomes(t, "second", 5)
				c.expect(t, above(c, name), "first", "third")
				r := t.GET(entityMapPath(id))
				t.Require(r).To(HaveStatus(200))
				t.Expect(c.labelsOf(t, r)).To(chooseExactly("first", "third"))
			},
		},
		{
			ID: "mim1.entityMap.life.full", Title: "A page of a query that names an entity map is as full as without the map, although entities of the map do not fit anymore",
			Clause: cim009Later + "5.5.9.3", Fault: "entity-map.page-cut-first",
			Body: func(t *T) {
				c, name, _ := three(t)
				first := c.labels(entitiesIn(t, t.GET(entities, c.ofType(), c.q(">20"), Query("limit", "1"))))
				t.Require(first).To(gomega.HaveLen(1), "one of those that fit is on the first page of one")
				c.becomes(t, first[0], 5)
				size := func(by Option) int { return len(entitiesIn(t, t.GET(entities, c.ofType(), by, Query("limit", "1")))) }
				t.Expect(size(above(c, name))).To(gomega.Equal(size(c.q(">20"))), "entities on the first page, by the map and without it")
			},
		},
		{
			ID: "mim1.entityMap.life.gone", Title: "A query that names an entity map which is not there makes a new one, of what the query finds then",
			Clause: cim009 + "5.5.14", Since: "1.8.1", Fault: "entity-map.gone-for-good",
			Body: func(t *T) {
				m := mapEntities(t)
				done(t, t.DELETE(entityMapPath(m.id)))
				m.ids["later"] = create(t, ngsild.Entity(t.URN("Sensor"), m.kind, m.attr, ngsild.Property(99)))
				r := m.query(t, Header(ngsild.HeaderEntityMap, m.name))
				_, id := madeMap(t, r)
				t.Expect(m.labels(entityObjects(t, r))).To(chooseExactly("below", "at", "above", "without", "later"))
				stored := t.GET(entityMapPath(id))
				t.Require(stored).To(HaveStatus(200), "the map that the answer names has to be there")
				t.Expect(m.labelsOf(t, stored)).To(chooseExactly("below", "at", "above", "without", "later"))
			},
		},
		{
			ID: "mim1.entityMap.life.outputOnly", Title: "What only the platform can tell of an entity map is ignored in an update",
			Clause: cim009 + "5.14.2.4", Since: "1.8.1", Fault: "entity-map.output-refused",
			Body: func(t *T) {
				m := mapEntities(t)
				done(t, t.PATCH(entityMapPath(m.id), JSON(ngsild.Object{"entityMap": ngsild.Object{t.URN("Sensor"): []any{"@none"}}})))
				r := t.GET(entityMapPath(m.id))
				t.Require(r).To(HaveStatus(200))
				t.Expect(m.labelsOf(t, r)).To(chooseExactly("below", "at", "above", "without"))
			},
		},
		{
			ID: "mim1.entityMap.life.suggested", Title: "The time that an entity map is there takes the suggested one into account: one that is to live for a second ends before one that is to live for ten years",
			// The platform may bound what is suggested, yet not overlook it.
			Clause: cim009 + "5.5.14", Since: "1.8.1", Level: Extended, Fault: "generic.get-entities.ignores-entitymaplifetime",
			Body: func(t *T) {
				c := around(t)
				until := func(lifetime string) time.Time {
					r := c.query(t, Query("entityMap", "true", "entityMapLifetime", lifetime))
					_, id := madeMap(t, r)
					asked := t.Now()
					m := t.GET(entityMapPath(id))
					if m.Status == 404 {
						return asked // it has ended already
					}
					t.Require(m).To(HaveStatus(200))
					expires, err := instant(t.Object(m)["expiresAt"])
					t.Require(err).To(gomega.Succeed(), "expiresAt says until when the map is there")
					done(t, t.DELETE(entityMapPath(id)))
					return expires
				}
				short := until("PT1S")
				t.Expect(until("P3650D")).To(gomega.BeTemporally(">", short.Add(time.Minute)), "the ends of two maps that were made one after the other")
			},
		},
		{
			ID: "mim1.entityMap.create.wholeDespiteLimit", Title: "The entity map of a query is of all entities that it finds, whatever limit says",
			Clause: cim009Later + "5.14.4.3", Fault: "entity-map.create.limited",
			Body: func(t *T) {
				c := around(t)
				c.expectMap(t, t.GET(entityMapList, c.ofType(), Query("limit", "1")), "below", "at", "above", "without")
			},
		},
		{
			ID: "mim1.entityMap.create.linkedDeeper", Title: "The entity map of a query by what linked entities link to is refused with 400 BadRequestData where linked entities of one level only are asked for, and else made",
			Clause: cim009Later + "5.14.4.4", Fault: "generic.get-entitymaps.ignores-joinlevel",
			Body: func(t *T) {
				alsoClaims(t, FeatureLinked)
				c, in, name := devicesInPlaces(t)
				by := c.q("{" + in + "{" + name + `}}=="Porto"`)
				t.Expect(t.GET(entityMapList, c.ofType(), by, retrieving("1"))).To(BeProblem(400, ngsild.BadRequestData))
				c.expectMap(t, t.GET(entityMapList, c.ofType(), by, retrieving("2")), "in Porto")
			},
		},
		{
			ID: "mim1.entityMap.create.omitTooDeep", Title: "Creating an entity map with members of linked entities to be omitted, without asking for these, is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.4.4", Fault: "generic.get-entitymaps.ignores-omit",
			Body: func(t *T) {
				alsoClaims(t, FeatureLinked)
				s := newSensor(t)
				t.Expect(t.GET(entityMapList, Query("type", s.kind, "omit", s.place+"{"+s.level+"}"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.entityMap.createPast.pickLinked", Title: "Creating an entity map for the past with members of linked entities to be picked is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.5.4", Fault: "generic.get-temporal-entitymaps.ignores-pick",
			Body: func(t *T) { refusesLinked(t, "pick") },
		},
		{
			ID: "mim1.entityMap.createPast.omitLinked", Title: "Creating an entity map for the past with members of linked entities to be omitted is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.5.4", Fault: "generic.get-temporal-entitymaps.ignores-omit",
			Body: func(t *T) { refusesLinked(t, "omit") },
		},
	}...), Check{Requirements: query, Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.9.1"})
}

// invalidMaps checks that no entity map is made of a query that is not valid.
func invalidMaps() []Check {
	var checks []Check
	for _, wrong := range []struct {
		name, words string
		of          []string
	}{
		{"idNoUri", "an id that is no URI", []string{"id", "sensor"}},
		{"qInvalid", "a q that breaks off", []string{"q", "level=="}},
		{"geoInvalid", "a geoquery that is not whole", []string{"georel", "within", "geometry", "Polygon"}},
	} {
		checks = append(checks, Check{
			ID: "mim1.entityMap.create." + wrong.name, Title: "Creating an entity map for a query by " + wrong.words + " is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.4.4", Needs: writes, Fault: "entity-map.create.invalid-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(entityMapList, Query("type", t.Name("Nothing")), Query(wrong.of...))).To(BeProblem(400, ngsild.BadRequestData))
			},
		}, Check{
			ID: "mim1.entityMap.createPast." + wrong.name, Title: "Creating an entity map for the past by " + wrong.words + " is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.14.5.4", Needs: writes, Fault: "entity-map.create.invalid-ignored",
			Body: func(t *T) {
				alsoClaims(t, FeatureTemporal)
				t.Expect(t.GET(pastMapList, Query("type", t.Name("Nothing")), everything(), Query(wrong.of...))).To(BeProblem(400, ngsild.BadRequestData))
			},
		})
	}
	return checks
}

// refusesLinked expects that no entity map of the past is made for a projection into linked
// entities.
func refusesLinked(t *T, projection string) {
	alsoClaims(t, FeatureTemporal)
	s := newSeries(t)
	t.Expect(t.GET(pastMapList, Query("type", s.kind, projection, s.level+"{"+t.Name("name")+"}"), everything())).To(BeProblem(400, ngsild.BadRequestData))
}

// mapsAtSources checks that a query by an entity map asks the sources that are in the map
// alone, and by the maps that they made themselves (5.7.2.4).
func mapsAtSources() []Check {
	return common([]Check{
		{
			ID: "mim1.entityMap.sources.query", Title: "A query that names an entity map asks the sources that are in the map, and no later ones",
			Fault: "entity-map.ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				name, _ := madeMap(t, t.GET(entities, Query("type", d.kind, "entityMap", "true")))
				d.whole(t, "inclusive", offering("queryEntity", "retrieveEntity"))
				e := entityIn(t, t.GET(entities, Query("type", d.kind), Header(ngsild.HeaderEntityMap, name)), d.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity that is here is found")
				d.fromHere(t, e)
				t.Expect(e).To(lackAttribute(d.level))
				d.isNotAsked(t, "it was registered after the map was made")
				d.fromSource(t, d.together(t)) // which shows that the platform can ask it
			},
		},
		{
			ID: "mim1.entityMap.sources.linked", Title: "A query that names an entity map names to a source the map that the source made for it",
			Fault: "distributed.entity-map-not-sent",
			Body: func(t *T) {
				d, q, remote := inParts(t)
				r := t.GET(entityMapList, Query("type", d.kind, "q", q, "splitEntities", "true"))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				name, _ := namedMap(t, r)
				before := len(d.asked())
				t.Require(t.GET(entities, Query("type", d.kind, "q", q, "splitEntities", "true"), Header(ngsild.HeaderEntityMap, name))).To(HaveStatus(200, 201))
				asked := d.asked()[before:]
				t.Require(asked).NotTo(gomega.BeEmpty(), "the source has to be asked for the part that it has")
				var named []string
				for _, a := range asked {
					named = append(named, mapID(a.Header.Get(ngsild.HeaderEntityMap)))
				}
				t.Expect(named).To(gomega.HaveEach(remote), "the header %s of what the source is asked", ngsild.HeaderEntityMap)
			},
		},
	}, Check{Requirements: query, Clause: cim009Later + "5.7.2.4", Level: Core, Feature: FeatureEntityMaps, Needs: notifies, Since: "1.9.1"})
}
