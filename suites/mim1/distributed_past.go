package mim1

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// The level of an entity of which a source has the past, as the source has it; what the
// platform has itself is that of a series.
func levelsThere() []any {
	return []any{reading(50, "14:00:00"), reading(60, "15:00:00"), reading(70, "16:00:00")}
}

// remembered is a source that has the past of one entity: its level, and an attribute
// that nobody else has.
type remembered struct {
	*spread
	extra     string
	evolution ngsild.Object           // what it has
	tell      func(a probe.Asked) any // what it answers
}

// newRemembered opens such a source, which answers with all that it has whatever the
// time or the attributes asked for.
func newRemembered(t *T) remembered {
	s := remembered{spread: newSpread(t), extra: t.Name("extra")}
	e := ngsild.Entity(s.id, s.kind, s.level, levelsThere(), s.extra, []any{reading(1, "14:00:00")})
	s.evolution = e
	s.tell = func(a probe.Asked) any {
		switch path := strings.TrimSuffix(a.Path, "/"); {
		case path == evolutions+"/"+s.id:
			return e
		case a.Method == http.MethodGet && path == evolutions, path == "/temporal/entityOperations/query":
			if s.isMeant(a) && selects(a.Query, "id", s.id) {
				return []any{e}
			}
			return []any{}
		case isQuery(a):
			return []any{} // it tells of the past only
		default:
			return nil
		}
	}
	s.tells(s.tell)
	return s
}

// records makes the platform itself have a past of the entity: a level, and the place.
func (s remembered) records(t *T) {
	evolve(t, ngsild.Entity(s.id, s.kind, s.level, levels(), s.place, []any{s.thereThen()}))
}

// thereThen is the place that the platform has.
func (s remembered) thereThen() ngsild.Object {
	return with(s.there, "observedAt", at("10:30:00"))
}

// registered registers the source as one of the past in the mode, for the entity and
// whatever attributes, or the level alone.
func (s remembered) registered(t *T, mode string, properties []any, edits ...edit) {
	s.register(t, mode, informationOf(ngsild.Object{"id": s.id, "type": s.kind}, properties...),
		append([]edit{offering("retrieveTemporal", "queryTemporal"), observing(true)}, edits...))
}

// marksOf are the readings as evolutions show them.
func marksOfReadings(readings ...any) []string {
	var out []string
	for _, r := range readings {
		o, _ := r.(ngsild.Object)
		out = append(out, mark(o["value"], o["observedAt"]))
	}
	return out
}

// pastAtSources checks that temporal evolutions are put together of what the platform and
// registered sources have of them (5.7.3, 5.7.4).
func pastAtSources() []Check {
	retrieved := func(t *T, s remembered, options ...Option) ngsild.Object {
		r := t.GET(evolutionPath(s.id), append([]Option{everything(), Expecting(502, 503, 504)}, options...)...)
		s.isAsked(t)
		t.Require(r).To(HaveStatus(200, 206))
		return t.Object(r)
	}
	// found is the evolution in the answer to a query.
	found := func(t *T, s remembered, r *probe.Response) ngsild.Object {
		s.isAsked(t)
		e := entityIn(t, r, s.id)
		t.Require(r).To(answering(e != nil, "the source has an evolution of %s", s.id))
		return e
	}
	whole := marksOfReadings(append(levels(), levelsThere()...)...)
	// overlapping is a source that has another value of the platform's first reading, which was
	// modified later, and a reading of its own.
	overlapping := func(t *T) (s remembered, want []string) {
		s = newRemembered(t)
		s.records(t)
		s.evolution[s.level] = []any{reading(99, "10:00:00", "modifiedAt", "2099-01-01T00:00:00Z"), reading(50, "14:00:00")}
		s.registered(t, "auxiliary", nil)
		return s, marksOfReadings(append(levels(), reading(50, "14:00:00"))...)
	}
	checks := []Check{
		{
			ID: "mim1.distributed.past.auxiliary", Title: "Of an auxiliary source the instances are added of whose times there are none elsewhere, and no others",
			Clause: cim009 + "5.7.3.4", Fault: "distributed.auxiliary-as-inclusive",
			Body: func(t *T) {
				s, want := overlapping(t)
				t.Expect(marks(retrieved(t, s), s.level)).To(holdReadings(want...))
			},
		},
		{
			ID: "mim1.distributed.pastQuery.auxiliary", Title: "To the evolutions of a query the instances of an auxiliary source are added of whose times there are none elsewhere, and no others",
			Clause: cim009 + "5.7.4.4", Fault: "distributed.auxiliary-as-inclusive",
			Body: func(t *T) {
				s, want := overlapping(t)
				t.Expect(marks(found(t, s, t.GET(evolutions, Query("type", s.kind), everything())), s.level)).To(holdReadings(want...))
			},
		},
		{
			ID: "mim1.distributed.past.sourceOnly", Title: "A temporal evolution that only a source has is retrieved from there",
			Clause: cim009 + "5.7.3.4", Fault: "distributed.past.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				s.registered(t, "inclusive", nil)
				e := retrieved(t, s)
				t.Expect(e).To(haveTypes(s.kind))
				t.Expect(marks(e, s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
			},
		},
		{
			ID: "mim1.distributed.past.adds", Title: "To a temporal evolution the instances are added that an inclusive source has",
			Clause: cim009 + "5.7.3.4", Fault: "distributed.past.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil)
				e := retrieved(t, s)
				t.Expect(marks(e, s.level)).To(holdReadings(whole...))
				t.Expect(instances(e, s.place)).To(gomega.HaveLen(1), "the platform has this attribute itself")
			},
		},
		{
			ID: "mim1.distributed.past.exclusive", Title: "The past of an attribute that a source has exclusively is retrieved from there, that of the others from the platform",
			Clause: cim009 + "4.3.6.3", Fault: "distributed.past.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				evolve(t, ngsild.Entity(s.id, s.kind, s.place, []any{s.thereThen()}))
				s.registered(t, "exclusive", []any{s.level})
				e := retrieved(t, s)
				t.Expect(marks(e, s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
				t.Expect(instances(e, s.place)).To(gomega.HaveLen(1), "the platform has this attribute itself")
			},
		},
		{
			ID: "mim1.distributed.past.redirect", Title: "The temporal evolution of an entity that is redirected is retrieved from its source",
			Clause: cim009 + "4.3.6.3", Fault: "distributed.past.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				s.registered(t, "redirect", nil)
				t.Expect(marks(retrieved(t, s), s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
			},
		},
		{
			ID: "mim1.distributed.past.local", Title: "With local=true the temporal evolution is retrieved that the platform has itself, and no source is asked",
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil)
				t.Expect(marks(evolution(t, s.id, everything(), local), s.level)).To(holdReadings(marksOfReadings(levels()...)...))
				s.isNotAsked(t, "local=true is for what the platform has itself")
			},
		},
		{
			ID: "mim1.distributed.past.otherOperation", Title: "A source that does not offer to retrieve temporal evolutions is not asked to",
			Clause: cim009 + "4.20", Fault: "distributed.past.all-operations",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil, offering("retrieveEntity"))
				t.Expect(marks(evolution(t, s.id, everything()), s.level)).To(holdReadings(marksOfReadings(levels()...)...))
				s.isNotAsked(t, "it offers to retrieve entities only")
			},
		},
		{
			ID: "mim1.distributed.past.otherTime", Title: "A source that has nothing of the time that is asked for is not asked",
			Clause: cim009 + "5.12", Level: Extended, Fault: "distributed.past.time-ignored",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil, having("observationInterval", ngsild.Object{"startAt": "2001-01-01T00:00:00Z", "endAt": "2002-01-01T00:00:00Z"}))
				t.Expect(marks(evolution(t, s.id, within("09:00:00", "18:00:00")), s.level)).To(holdReadings(marksOfReadings(levels()...)...))
				s.isNotAsked(t, "what it observed was another year")
			},
		},
		{
			ID: "mim1.distributed.past.sourceFails", Title: "If a source fails, the temporal evolution is retrieved that the platform has itself",
			Clause: cim009 + "6.3.17", Fault: "distributed.fails-with-source",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.fails(500)
				s.registered(t, "inclusive", nil)
				t.Expect(marks(retrieved(t, s), s.level)).To(holdReadings(marksOfReadings(levels()...)...))
			},
		},
		{
			ID: "mim1.distributed.past.nobody", Title: "A temporal evolution that neither the platform nor the source has is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.7.3.4", Fault: "distributed.past.nothing-as-empty",
			Body: func(t *T) {
				s := newRemembered(t)
				s.tells(func(probe.Asked) any { return nil })
				s.registered(t, "inclusive", nil)
				t.Expect(t.GET(evolutionPath(s.id), everything())).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.distributed.past.judgedInterval", Title: "Of a source's evolution no instances are retrieved but those of the time asked for, whatever the source sends",
			Clause: cim009 + "5.7.3.4", Level: Extended, Fault: "distributed.past.interval-unjudged",
			Body: func(t *T) {
				s := newRemembered(t)
				s.registered(t, "inclusive", nil)
				r := t.GET(evolutionPath(s.id), within("14:30:00", "15:30:00"))
				s.isAsked(t)
				t.Require(r).To(HaveStatus(200, 206))
				t.Expect(marks(t.Object(r), s.level)).To(holdReadings(marksOfReadings(reading(60, "15:00:00"))...))
			},
		},
		{
			ID: "mim1.distributed.past.projected", Title: "Of a source's evolution no other attributes are retrieved than those asked for, whatever the source sends",
			Clause: cim009 + "5.7.3.4", Level: Extended, Fault: "distributed.past.attrs-unjudged",
			Body: func(t *T) {
				s := newRemembered(t)
				s.registered(t, "inclusive", nil)
				e := retrieved(t, s, Query("attrs", s.level))
				t.Expect(instances(e, s.level)).NotTo(gomega.BeEmpty())
				t.Expect(e).To(lackAttribute(s.extra))
			},
		},
		{
			ID: "mim1.distributed.pastQuery.adds", Title: "A temporal query finds evolutions of the platform and of an inclusive source",
			Clause: cim009 + "5.7.4.4", Fault: "distributed.pastQuery.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				own := evolve(t, ngsild.Entity(t.URN("Sensor"), s.kind, s.level, levels()))
				s.registered(t, "inclusive", nil)
				r := t.GET(evolutions, Query("type", s.kind), everything())
				t.Expect(marks(found(t, s, r), s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
				t.Expect(entityIn(t, r, own)).NotTo(gomega.BeNil(), "the platform has this evolution itself")
			},
		},
		{
			ID: "mim1.distributed.pastQuery.merges", Title: "A temporal evolution of which platform and source have a part is found once, whole",
			Clause: cim009 + "5.7.4.4", Fault: "distributed.pastQuery.not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil)
				r := t.GET(evolutions, Query("type", s.kind), everything())
				t.Expect(marks(found(t, s, r), s.level)).To(holdReadings(whole...))
				t.Expect(evolutionsIn(t, r)).To(gomega.HaveLen(1))
			},
		},
		{
			ID: "mim1.distributed.pastQuery.post", Title: "A temporal query by POST finds what a source has, too",
			Clause: cim009 + "5.7.4.4", Fault: "distributed.pastQuery.post-not-forwarded",
			Body: func(t *T) {
				s := newRemembered(t)
				s.registered(t, "inclusive", nil)
				r := postPast(t, ofKind(s.kind, afterEleven()))
				t.Expect(marks(found(t, s, r), s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
			},
		},
		{
			ID: "mim1.distributed.pastQuery.local", Title: "With local=true a temporal query finds what the platform has itself, and no source is asked",
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil)
				e := entityIn(t, t.GET(evolutions, Query("type", s.kind), everything(), local), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the platform has an evolution of it")
				t.Expect(marks(e, s.level)).To(holdReadings(marksOfReadings(levels()...)...))
				s.isNotAsked(t, "local=true is for what the platform has itself")
			},
		},
		{
			ID: "mim1.distributed.pastQuery.postLocal", Title: "With local=true a temporal query by POST finds what the platform has itself, and no source is asked",
			Clause: cim009 + "6.3.18", Fault: "generic.post-temporal-entityoperations-query.ignores-local",
			Body: func(t *T) {
				s := newRemembered(t)
				s.records(t)
				s.registered(t, "inclusive", nil)
				e := entityIn(t, postPast(t, ofKind(s.kind, ngsild.Object{"timerel": "after", "timeAt": at("09:00:00")}), local), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the platform has an evolution of it")
				t.Expect(marks(e, s.level)).To(holdReadings(marksOfReadings(levels()...)...))
				s.isNotAsked(t, "local=true is for what the platform has itself")
			},
		},
	}
	for i := range checks {
		c := &checks[i]
		c.Requirements = lookup
		body := c.Body
		c.Body = func(t *T) {
			alsoClaims(t, FeatureTemporal)
			body(t)
		}
	}
	return checks
}
