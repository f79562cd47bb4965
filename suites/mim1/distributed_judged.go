package mim1

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// careless is a source of two entities of one type: the wanted one has the level 42, is
// near the harbour and has a scope, the other one a level of 20, is far away, and has
// another scope. Whoever queries gets both, whole, whatever is asked for.
type careless struct {
	*spread
	two   candidates // labels wanted and other
	extra string     // an attribute that both have beside the level
	alien string     // another type, for which the source is registered as well
}

// newCareless registers such a source; change, unless it is nil, changes the other entity first.
func newCareless(t *T, change func(s careless, e ngsild.Object)) careless {
	s := careless{spread: newSpread(t), extra: t.Name("extra"), alien: t.Name("Alien")}
	s.two = candidates{kind: s.kind, attr: s.level, ids: map[string]string{"wanted": s.id, "other": t.URN("Sensor")}}
	wanted := ngsild.Entity(s.id, s.kind, s.level, levelThere(), "location", geometry("Point", harbour), "scope", "/Aarhus/Harbour", s.extra, ngsild.Property(1))
	other := ngsild.Entity(s.two.ids["other"], s.kind, s.level, levelAtFirst(), "location", geometry("Point", point(3, 0)), "scope", "/Madrid", s.extra, ngsild.Property(1))
	if change != nil {
		change(s, other)
	}
	s.tells(func(a probe.Asked) any {
		switch {
		case isQuery(a) && s.isMeant(a):
			return []any{wanted, other}
		case isQuery(a):
			return []any{}
		case a.Path == entities+"/"+s.id:
			return wanted
		case a.Path == entities+"/"+s.two.ids["other"]:
			return other
		default:
			return nil
		}
	})
	s.register(t, "inclusive", ngsild.Object{"entities": []any{ngsild.Object{"type": s.kind}, ngsild.Object{"type": s.alien}}},
		[]edit{offering("queryEntity", "queryBatch", "retrieveEntity")})
	return s
}

// isQuery says whether the source is asked for a list of entities.
func isQuery(a probe.Asked) bool {
	return a.Method == http.MethodGet && strings.TrimSuffix(a.Path, "/") == entities || a.Path == "/entityOperations/query"
}

// finds expects that a query, which the source takes part in, selects the wanted entity alone.
func (s careless) finds(t *T, r *probe.Response) {
	s.isAsked(t)
	s.two.expectIn(t, r, "wanted")
}

// sourcesJudged checks that what sources answer is held against the request before it
// is given on: a source may know less of a query language than the platform does.
func sourcesJudged() []Check {
	var checks []Check
	for _, o := range []struct {
		name, title, clause string
		feature             Feature
		by                  func(s careless) []string
		edit                func(s careless, e ngsild.Object)
	}{
		{name: "q", title: "do not meet q", by: func(s careless) []string { return []string{"q", s.level + ">20"} }},
		{name: "geo", title: "are not where the geo-query says", feature: FeatureGeoQuery, by: func(s careless) []string {
			return []string{"georel", "near;maxDistance==2000", "geometry", "Point", "coordinates", compact(harbour)}
		}},
		{name: "scope", title: "have no scope that scopeQ matches", by: func(s careless) []string { return []string{"scopeQ", "/Aarhus/#"} }},
		{name: "id", title: "have other ids than those asked for", by: func(s careless) []string { return []string{"id", s.id} }},
		{name: "idPattern", title: "have ids that idPattern does not match", by: func(s careless) []string { return []string{"idPattern", "^" + s.id + "$"} }},
		{name: "attrs", title: "have none of the attributes asked for", by: func(s careless) []string { return []string{"attrs", s.level} },
			edit: func(s careless, e ngsild.Object) { delete(e, s.level) }},
		{name: "type", title: "are of another type", by: func(careless) []string { return nil },
			edit: func(s careless, e ngsild.Object) { e["type"] = s.alien }},
	} {
		checks = append(checks, Check{
			ID:     "mim1.distributed.query.judged" + strings.ToUpper(o.name[:1]) + o.name[1:],
			Title:  "A query does not find what a source answers with, if those entities " + o.title,
			Clause: cim009 + "5.7.2.4", Level: Extended, Fault: "distributed.query." + o.name + "-unjudged",
			Body: func(t *T) {
				if o.feature != "" {
					alsoClaims(t, o.feature)
				}
				s := newCareless(t, o.edit)
				s.finds(t, t.GET(entities, Query("type", s.kind), Query(o.by(s)...)))
			},
		})
	}
	checks = append(checks, []Check{
		{
			ID:     "mim1.distributed.query.judgedByPost",
			Title:  "A query by POST does not find what a source answers with, if those entities do not meet q",
			Clause: cim009 + "5.7.2.4", Level: Extended, Fault: "distributed.query.post-unjudged",
			Body: func(t *T) {
				s := newCareless(t, nil)
				s.finds(t, post(t, with(selector(ngsild.Object{"type": s.kind}), "q", s.level+">20")))
			},
		},
		{
			ID:     "mim1.distributed.query.projected",
			Title:  "Of entities of a source a query shows no other attributes than those asked for, whatever the source sends",
			Clause: cim009 + "5.7.2.4", Level: Extended, Fault: "distributed.query.attrs-unjudged",
			Body: func(t *T) {
				s := newCareless(t, nil)
				r := t.GET(entities, Query("type", s.kind, "attrs", s.level))
				s.isAsked(t)
				t.Require(entityIn(t, r, s.id)).NotTo(gomega.BeNil(), "entity %s of the source has to be found", s.id)
				for _, e := range entitiesIn(t, r) {
					t.Expect(e).To(gomega.HaveKey(s.level))
					t.Expect(e).To(lackAttribute(s.extra))
				}
			},
		},
		{
			ID:     "mim1.distributed.retrieve.projected",
			Title:  "Of an entity of a source no other attributes are retrieved than those asked for, whatever the source sends",
			Clause: cim009 + "5.7.1.4", Level: Extended, Fault: "distributed.retrieve.attrs-unjudged",
			Body: func(t *T) {
				s := newCareless(t, nil)
				r := t.GET(entityPath(s.id), Query("attrs", s.level))
				s.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				s.fromSource(t, t.Object(r))
				t.Expect(t.Object(r)).To(lackAttribute(s.extra))
			},
		},
		{
			ID:     "mim1.distributed.query.limit",
			Title:  "The limit of a query is that of platform and sources together",
			Clause: cim009 + "6.3.10", Fault: "distributed.query.limit-unjudged",
			Body: func(t *T) {
				s := newCareless(t, nil)
				create(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(7)))
				r := t.GET(entities, Query("type", s.kind, "limit", "1"))
				t.Expect(entitiesIn(t, r)).To(gomega.HaveLen(1))
			},
		},
		{
			ID:     "mim1.distributed.query.count",
			Title:  "The count of a query is that of platform and sources together",
			Clause: cim009 + "6.3.13", Level: Extended, Fault: "distributed.query.counts-own-only",
			Body: func(t *T) {
				s := newCareless(t, nil)
				create(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(7)))
				r := t.GET(entities, Query("type", s.kind, "count", "true"))
				s.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveHeader(ngsild.HeaderCount, gomega.Equal("3")))
			},
		},
	}...)
	for i := range checks {
		checks[i].Requirements = lookup
	}
	return checks
}
