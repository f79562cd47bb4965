package mim1

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// several is one entity of which sources in several modes each have an attribute: the
// level of each spread. Its place the platform may have itself.
type several []*spread

// newSeveral opens a source for each mode. What the first one has, an auxiliary source
// has as well, newer and with another value.
func newSeveral(t *T, modes []string) several {
	first := newSpread(t)
	s := several{first}
	for range modes[1:] {
		d := newSpread(t)
		d.id, d.kind, d.place, d.there = first.id, first.kind, first.place, first.there
		s = append(s, d)
	}
	for i, mode := range modes {
		d := s[i]
		if mode == "auxiliary" {
			d.has(d.level, levelThere(), first.level, ngsild.Property(43, "observedAt", "2025-03-02T10:00:00Z"))
			continue
		}
		d.has(d.level, levelThere())
	}
	return s
}

// registered registers the sources one after the other, those that take changes offering
// creation as well.
func (s several) registered(t *T, modes []string) {
	for i, mode := range modes {
		attributes, offer := []any{s[i].level}, creating()
		if mode == "auxiliary" {
			attributes, offer = append(attributes, s[0].level), offering("retrieveEntity", "queryEntity")
		}
		s[i].register(t, mode, informationOf(ngsild.Object{"id": s[i].id, "type": s[i].kind}, attributes...), []edit{offer})
	}
}

// whole expects each part from where it is.
func (s several) whole(t *T, e ngsild.Object) {
	s[0].fromHere(t, e)
	for _, d := range s {
		d.fromSource(t, e)
	}
}

// alone expects the part that one of the sources has, and no other.
func (s several) alone(t *T, d *spread, e ngsild.Object) {
	d.fromSource(t, e)
	t.Expect(e).To(lackAttribute(d.place), "it is not asked for")
	for _, other := range s {
		if other != d {
			t.Expect(e).To(lackAttribute(other.level), "it is not asked for")
		}
	}
}

// areAsked expects that each source was asked.
func (s several) areAsked(t *T) {
	for _, d := range s {
		d.isAsked(t)
	}
}

// severalSources is the checks of entities of which there are parts at sources in
// different modes: no mode stands in another one's way (4.3.6).
func severalSources() []Check {
	var checks []Check
	for _, c := range []struct {
		name, sources string
		modes         []string
		purposes      []string
	}{
		{"inclusiveExclusive", "an inclusive and an exclusive source", []string{"inclusive", "exclusive"}, []string{"IOP_CNF_01_01", "IOP_CNF_01_02"}},
		{"inclusiveRedirect", "an inclusive source and one that is redirected to", []string{"inclusive", "redirect"}, []string{"IOP_CNF_02_01", "IOP_CNF_02_02"}},
		{"inclusiveAuxiliary", "an inclusive and an auxiliary source", []string{"inclusive", "auxiliary"}, []string{"IOP_CNF_03_01", "IOP_CNF_03_02"}},
		{"allModes", "sources of all four modes", []string{"inclusive", "exclusive", "redirect", "auxiliary"}, []string{"IOP_CNF_04_01", "IOP_CNF_04_02"}},
	} {
		clause := cim009 + "4.3.6.2"
		if !slices.Equal(c.modes, []string{"inclusive", "auxiliary"}) {
			clause += ", 4.3.6.3"
		}
		kept := func(t *T) several {
			s := newSeveral(t, c.modes)
			s[0].keeps(t)
			s.registered(t, c.modes)
			return s
		}
		checks = append(checks,
			Check{
				ID:    "mim1.distributed.several.retrieve." + c.name,
				Title: "An entity with parts on the platform and at " + c.sources + " is retrieved whole, and one part alone if that is asked for", TestPurposes: c.purposes,
				Clause: clause, Fault: "distributed.several.retrieve." + c.name,
				Body: func(t *T) {
					s := kept(t)
					r := t.GET(entityPath(s[0].id), Expecting(502, 503, 504))
					s.areAsked(t)
					t.Require(r).To(HaveStatus(200))
					s.whole(t, t.Object(r))
					for _, d := range s {
						s.alone(t, d, read(t, d.id, Query("attrs", d.level)))
					}
				},
			},
			Check{
				ID:    "mim1.distributed.several.query." + c.name,
				Title: "An entity with parts on the platform and at " + c.sources + " is found once and whole, by GET and by POST, and one part alone if that is asked for", TestPurposes: c.purposes,
				Clause: clause, Fault: "distributed.several.query." + c.name,
				Body: func(t *T) {
					s := kept(t)
					r := t.GET(entities, Query("type", s[0].kind), Expecting(502, 503, 504))
					s.areAsked(t)
					s.whole(t, only(t, r))
					s.whole(t, only(t, t.POST("/entityOperations/query", JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": s[0].kind}}}))))
					for _, d := range s {
						s.alone(t, d, only(t, t.GET(entities, Query("type", d.kind), Query("attrs", d.level))))
					}
				},
			},
			Check{
				ID:    "mim1.distributed.several.create." + c.name,
				Title: "An entity that is created where there are " + c.sources + " is parted: each gets what it is registered for, the platform the rest", TestPurposes: c.purposes,
				Clause: clause, Fault: "distributed.several.create." + c.name,
				Body: func(t *T) { createsAtSeveral(t, c.modes) },
			})
	}
	return checks
}

// createsAtSeveral creates an entity with a part for the platform and each of the sources,
// and looks what each of them got.
func createsAtSeveral(t *T, modes []string) {
	s := newSeveral(t, modes)
	s.registered(t, modes)
	parts := []any{s[0].place, s[0].there}
	for _, d := range s {
		parts = append(parts, d.level, levelThere())
	}
	r := t.POST(entities, JSON(ngsild.Entity(s[0].id, s[0].kind, parts...)))
	var here ngsild.Object
	for i, d := range s {
		if modes[i] == "auxiliary" {
			t.Expect(d.told()).To(gomega.BeEmpty(), "auxiliary sources are for reading alone")
			continue
		}
		told := d.isTold(t, http.MethodPost, entities)
		d.mentions(t, told, d.level)
		s.others(t, d, told)
		if here == nil {
			t.Require(r).To(HaveStatus(201))
			here = d.here(t)
			d.fromHere(t, here)
		}
		if modes[i] == "inclusive" {
			t.Expect(here).To(haveAttribute(d.level, ngsild.Property(42)), "what an inclusive source has the platform keeps as well")
		} else {
			t.Expect(here).To(lackAttribute(d.level), "what the source has "+modes[i]+" the platform does not keep itself")
		}
	}
}

// others expects that a source was told of no part that another one is registered for.
func (s several) others(t *T, d *spread, told probe.Asked) {
	for _, other := range s {
		if other != d {
			t.Expect(strings.Contains(string(told.Body), other.level)).To(gomega.BeFalse(), "the source is not registered for "+other.level)
		}
	}
}
