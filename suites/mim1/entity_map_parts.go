package mim1

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// makesMap says whether a source is asked for an entity map of a query.
func makesMap(a probe.Asked) bool {
	path := strings.TrimSuffix(strings.TrimPrefix(a.Path, "/temporal"), "/")
	return path == entityMapList && (a.Method == http.MethodGet || a.Method == http.MethodPost)
}

// offersMaps is what a source offers that makes entity maps (4.20), and that a platform
// may query, too, when it makes a map or reads by one.
func offersMaps() edit {
	return offering("createEntityMapQueryEntity", "createEntityMapQueryTemporal", "retrieveEntityMap", "queryEntity", "queryBatch", "queryTemporal")
}

// maps makes the source one that makes entity maps of its part, which has no place: with a
// filter by it there is nothing that it finds. All else it answers by what it is given. It
// returns the id of its maps.
func (d *spread) maps(t *T, what func(a probe.Asked) any) string {
	id := t.URN("EntityMap")
	d.source.Serve(func(a probe.Asked) probe.Told {
		if !makesMap(a) {
			if v := what(a); v != nil && !isWrite(a) {
				return answerTo(a, v)
			}
			return problemAnswer(http.StatusNotFound)
		}
		found := ngsild.Object{}
		if d.isMeant(a) && !d.filtersByPlace(a) {
			found[d.id] = []any{"@none"}
		}
		told := answerTo(a, ngsild.Object{"id": id, "type": "EntityMap", "expiresAt": "2099-01-01T00:00:00Z", "entityMap": found})
		told.Status = http.StatusCreated
		told.Header.Set(ngsild.HeaderEntityMap, "/ngsi-ld/v1"+entityMapPath(id))
		return told
	})
	return id
}

// filtersByPlace says whether a request has a filter by the place.
func (d *spread) filtersByPlace(a probe.Asked) bool {
	return strings.Contains(a.Query.Get("q")+string(a.Body), d.place)
}

// inParts is a sensor whose level a source has, and whose place the platform has, with a
// query that needs both and the id of the source's maps.
func inParts(t *T) (d *spread, q, remote string) {
	d = newSpread(t)
	d.keeps(t)
	d.part(t, "inclusive", offersMaps())
	part := ngsild.Entity(d.id, d.kind, d.level, levelThere())
	remote = d.maps(t, func(a probe.Asked) any {
		if !isQuery(a) {
			return nil
		}
		if !d.isMeant(a) || d.filtersByPlace(a) {
			return []any{}
		}
		return []any{part}
	})
	return d, d.level + ">40;" + d.place, remote
}

// pastInParts is the same of the past.
func pastInParts(t *T, edits ...edit) (d *spread, q, remote string) {
	alsoClaims(t, FeatureTemporal)
	s := newRemembered(t)
	s.records(t)
	s.registered(t, "inclusive", nil, edits...)
	return s.spread, s.extra + "==1;" + s.place, s.maps(t, s.tell)
}

// entityMapsOfParts checks entity maps of entities of which the parts are at several
// sources: as in a query, what they are selected by is held against the whole.
func entityMapsOfParts() []Check {
	split := Query("splitEntities", "true")
	past := func(t *T) (*spread, string, string) { return pastInParts(t, offersMaps()) }
	var checks []Check
	for _, o := range []struct {
		id, words, operation, clause string
		of                           func(t *T) (d *spread, q, remote string)
		send                         func(t *T, kind, q string) *probe.Response
	}{
		{"query", "a query", "get-entitymaps", "5.14.4.4", inParts, func(t *T, kind, q string) *probe.Response {
			return t.GET(entityMapList, Query("type", kind, "q", q), split)
		}},
		{"queryByPost", "a query by POST", "post-entitymaps", "5.14.4.4", inParts, func(t *T, kind, q string) *probe.Response {
			return t.POST(entityMapList, JSON(with(selector(ngsild.Object{"type": kind}), "type", "Query", "q", q)), split)
		}},
		{"past", "a temporal query", "get-temporal-entitymaps", "5.14.5.4", past, func(t *T, kind, q string) *probe.Response {
			return t.GET(pastMapList, Query("type", kind, "q", q), everything(), split)
		}},
		{"pastByPost", "a temporal query by POST", "post-temporal-entitymaps", "5.14.5.4", past, func(t *T, kind, q string) *probe.Response {
			return t.POST(pastMapList, JSON(with(ofKind(kind, wholeDay()), "type", "Query", "q", q)), split)
		}},
	} {
		checks = append(checks, Check{
			ID: "mim1.entityMap.parts." + o.id, Title: "With splitEntities=true the entity map of " + o.words + " names both places of an entity of which the parts meet q only together",
			Clause: cim009Later + o.clause, Fault: "generic." + o.operation + ".ignores-splitentities",
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				d, q, _ := o.of(t)
				r := o.send(t, d.kind, q)
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				entries, _ := t.Object(r)["entityMap"].(ngsild.Object)
				t.Expect(entries).To(gomega.HaveLen(1), "the map is of one entity")
				t.Expect(texts(entries[d.id])).To(gomega.ConsistOf("@none", d.registration), "one part is here, the other at the registered source")
			},
		}, Check{
			ID: "mim1.entityMap.linked." + o.id, Title: "The entity map of " + o.words + " links to the one that a registered source made of it",
			Clause: cim009Later + o.clause, Fault: "entity-map.links-lost",
			Hint: "the source is queried for entities, instead of being asked for a map by the operation that it offers (4.20)",
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				d, q, remote := o.of(t)
				r := o.send(t, d.kind, q)
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				_, id := namedMap(t, r)
				for _, m := range []ngsild.Object{t.Object(r), mapped{id: id}.retrieve(t)} {
					links, _ := m["linkedMaps"].(ngsild.Object)
					t.Expect(texts(links[d.registration])).To(gomega.ConsistOf(gomega.WithTransform(mapID, gomega.Equal(remote))),
						"linkedMaps has the source's map by its registration, seen %s", compact(m["linkedMaps"]))
				}
			},
		})
	}
	return common(checks, Check{Requirements: query, Level: Core, Feature: FeatureEntityMaps, Needs: notifies, Since: "1.9.1"})
}

// wholeDay is the temporal query of a Query for all that there is in series.
func wholeDay() ngsild.Object { return ngsild.Object{"timerel": "after", "timeAt": at("00:00:00")} }

// pastOfParts checks temporal queries for evolutions of which the parts are at several
// sources.
func pastOfParts() []Check {
	var checks []Check
	for _, o := range []struct {
		id, words, operation string
		send                 func(t *T, kind, q string) *probe.Response
	}{
		{"split", "A temporal query", "get-temporal-entities", func(t *T, kind, q string) *probe.Response {
			return t.GET(evolutions, Query("type", kind, "q", q, "splitEntities", "true"), everything())
		}},
		{"splitByPost", "A temporal query by POST", "post-temporal-entityoperations-query", func(t *T, kind, q string) *probe.Response {
			return postPast(t, ofKind(kind, wholeDay(), "q", q), Query("splitEntities", "true"))
		}},
	} {
		checks = append(checks, Check{
			ID: "mim1.distributed.pastQuery." + o.id, Title: o.words + " with splitEntities=true finds an evolution of which the parts meet q only together",
			Fault: "generic." + o.operation + ".ignores-splitentities",
			Body: func(t *T) {
				s, q, _ := pastInParts(t)
				r := o.send(t, s.kind, q)
				s.isAsked(t)
				t.Require(r).To(HaveStatus(200, 206))
				t.Require(entityIn(t, r, s.id)).NotTo(gomega.BeNil(), "the evolution is found")
				t.Expect(instances(entityIn(t, r, s.id), s.place)).To(gomega.HaveLen(1), "the part that is here")
			},
		})
	}
	return common(checks, Check{Requirements: lookup, Clause: cim009Later + "5.7.4.4", Level: Core, Feature: FeatureDistributed, Needs: notifies, Since: "1.9.1"})
}
