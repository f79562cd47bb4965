package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// inParts is a sensor whose level a source has, and whose place the platform has, with a
// query that needs both.
func inParts(t *T) (*spread, string) {
	d := newSpread(t)
	d.keeps(t)
	d.part(t, "inclusive", offering("queryEntity", "queryBatch"))
	part := ngsild.Entity(d.id, d.kind, d.level, levelThere())
	d.tells(func(a probe.Asked) any {
		if !isQuery(a) {
			return nil
		}
		// the source has no place: with a filter by it there is nothing that it finds
		if !d.isMeant(a) || strings.Contains(a.Query.Get("q")+string(a.Body), d.place) {
			return []any{}
		}
		return []any{part}
	})
	return d, d.level + ">40;" + d.place
}

// pastInParts is the same of the past.
func pastInParts(t *T) (*spread, string) {
	alsoClaims(t, FeatureTemporal)
	s := newRemembered(t)
	s.records(t)
	s.registered(t, "inclusive", nil)
	return s.spread, s.extra + "==1;" + s.place
}

// entityMapsOfParts checks entity maps of entities of which the parts are at several
// sources: as in a query, what they are selected by is held against the whole.
func entityMapsOfParts() []Check {
	split := Query("splitEntities", "true")
	var checks []Check
	for _, o := range []struct {
		id, words, operation, clause string
		of                           func(t *T) (*spread, string)
		send                         func(t *T, kind, q string) *probe.Response
	}{
		{"query", "a query", "get-entitymaps", "5.14.4.4", inParts, func(t *T, kind, q string) *probe.Response {
			return t.GET(entityMapList, Query("type", kind, "q", q), split)
		}},
		{"queryByPost", "a query by POST", "post-entitymaps", "5.14.4.4", inParts, func(t *T, kind, q string) *probe.Response {
			return t.POST(entityMapList, JSON(with(selector(ngsild.Object{"type": kind}), "type", "Query", "q", q)), split)
		}},
		{"past", "a temporal query", "get-temporal-entitymaps", "5.14.5.4", pastInParts, func(t *T, kind, q string) *probe.Response {
			return t.GET(pastMapList, Query("type", kind, "q", q), everything(), split)
		}},
		{"pastByPost", "a temporal query by POST", "post-temporal-entitymaps", "5.14.5.4", pastInParts, func(t *T, kind, q string) *probe.Response {
			return t.POST(pastMapList, JSON(with(ofKind(kind, wholeDay()), "type", "Query", "q", q)), split)
		}},
	} {
		checks = append(checks, Check{
			ID: "mim1.entityMap.parts." + o.id, Title: "With splitEntities=true the entity map of " + o.words + " names both places of an entity of which the parts meet q only together",
			Clause: cim009Later + o.clause, Fault: "generic." + o.operation + ".ignores-splitentities",
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				d, q := o.of(t)
				r := o.send(t, d.kind, q)
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				entries, _ := t.Object(r)["entityMap"].(ngsild.Object)
				t.Expect(entries).To(gomega.HaveLen(1), "the map is of one entity")
				t.Expect(texts(entries[d.id])).To(gomega.ConsistOf("@none", d.registration), "one part is here, the other at the registered source")
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
				s, q := pastInParts(t)
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
