package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// frozenPast is a snapshot of what was around eleven o'clock of one of two series of the
// same type.
type frozenPast struct {
	frozen
	series
	other string // id of a series that is not in the snapshot
}

// aPastSnapshot describes a snapshot of what was around eleven o'clock of an entity.
func aPastSnapshot(id string, entity ngsild.Object) ngsild.Object {
	return ngsild.Object{"id": id, "type": "Snapshot", "snapshotTemporalQueries": []any{
		ngsild.Object{"type": "Query", "entities": []any{entity}, "temporalQ": aroundEleven()}}}
}

// freezePast creates two series and a snapshot of one of them, and waits until it is made.
func freezePast(t *T) frozenPast {
	alsoClaims(t, FeatureTemporal)
	p := frozenPast{frozen: frozen{id: t.URN("Snapshot")}, series: newSeries(t)}
	_, e := aSeries(t)
	p.other = evolve(t, with(e, "type", p.kind))
	s := aPastSnapshot(p.frozen.id, ngsild.Object{"id": p.series.id, "type": p.kind})
	t.Require(t.POST("/snapshots", JSON(s))).To(HaveStatus(201), "a snapshot to work on has to be created first")
	p.ready(t)
	return p
}

// around is what is told of the level around eleven o'clock.
func (p frozenPast) around(t *T, options ...Option) []string {
	return marks(evolution(t, p.series.id, append([]Option{within("10:30:00", "12:30:00")}, options...)...), p.series.level)
}

// snapshotFilling checks what snapshots are made of beside the platform's own entities:
// temporal evolutions, and what registered sources have (5.16.1).
func snapshotFilling() []Check {
	refused := func(name, title string, edit func(s ngsild.Object)) Check {
		return Check{
			ID: "mim1.snapshot.create." + name, Title: title, Clause: cim009Later + "5.2.41", Requirements: errorAnswers, Fault: "snapshot.bad-create-taken",
			Body: func(t *T) {
				s := aSnapshot(t.URN("Snapshot"), newSensor(t))
				edit(s)
				t.Expect(t.POST("/snapshots", JSON(s))).To(BeProblem(400, ngsild.BadRequestData))
			},
		}
	}
	firstQuery := func(s ngsild.Object) ngsild.Object { return list(s["snapshotQueries"])[0].(ngsild.Object) }
	// several makes a snapshot by a query of each type, and gives its status.
	several := func(t *T, kinds ...string) ngsild.Object {
		f := frozen{id: t.URN("Snapshot")}
		var queries []any
		for _, kind := range kinds {
			queries = append(queries, ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": kind}}})
		}
		s := ngsild.Object{"id": f.id, "type": "Snapshot", "snapshotQueries": queries}
		t.Require(t.POST("/snapshots", JSON(s))).To(HaveStatus(201))
		return f.ready(t)
	}
	return common([]Check{
		{
			ID: "mim1.snapshot.status.partial", Title: "The status of a snapshot is partial when one of its queries has found something and another nothing",
			Clause: cim009Later + "5.16.1, 5.2.42", Fault: "snapshot.always-success",
			Body: func(t *T) {
				s := several(t, newSensor(t).kind, t.Name("Nothing"))
				t.Expect(s).To(haveMembers(ngsild.Object{"snapshotStatus": "partial"}))
				if v, told := s["snapshotQueriesDetails"]; told {
					t.Expect(results(v)).To(gomega.ConsistOf("success", "empty"), "of the two queries")
				}
			},
		},
		{
			ID: "mim1.snapshot.status.empty", Title: "The status of a snapshot is empty when its queries have found nothing",
			Fault: "snapshot.always-success",
			Body: func(t *T) {
				t.Expect(several(t, t.Name("Nothing"))).To(haveMembers(ngsild.Object{"snapshotStatus": "empty"}))
			},
		},
		{
			ID: "mim1.snapshot.past.content", Title: "A snapshot that is made by temporal queries has the evolutions that they find",
			Fault: "snapshot.past-left-out",
			Body: func(t *T) {
				p := freezePast(t)
				t.Expect(p.ready(t)).To(haveMembers(ngsild.Object{"snapshotStatus": "success"}))
				t.Expect(p.around(t, p.in())).To(holdReadings(marksOfReadings(reading(20, "11:00:00"), reading(30, "12:00:00"))...))
			},
		},
		{
			ID: "mim1.snapshot.past.selected", Title: "A temporal query of a snapshot finds what the snapshot's temporal queries selected, and nothing else",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.past-of-all",
			Body: func(t *T) {
				p := freezePast(t)
				r := t.GET(evolutions, Query("type", p.kind), everything(), p.in())
				t.Expect(entityIn(t, r, p.series.id)).NotTo(gomega.BeNil(), "the evolution that was selected")
				t.Expect(entityIn(t, r, p.other)).To(gomega.BeNil(), "the evolution that was not")
			},
		},
		{
			ID: "mim1.snapshot.past.frozen", Title: "What is added to an evolution after a snapshot was made is not in the snapshot",
			Clause: cim009Later + "4.3.7", Fault: "snapshot.past-of-all",
			Body: func(t *T) {
				p := freezePast(t)
				done(t, t.POST(evolutionAttrsPath(p.series.id), JSON(ngsild.Object{p.series.level: []any{reading(25, "11:30:00")}})))
				was := marksOfReadings(reading(20, "11:00:00"), reading(30, "12:00:00"))
				t.Expect(p.around(t, p.in())).To(holdReadings(was...), "the level in the snapshot")
				t.Expect(p.around(t)).To(holdReadings(append(was, marksOfReadings(reading(25, "11:30:00"))...)...), "the level now")
			},
		},
		{
			ID: "mim1.snapshot.past.written", Title: "What is added to an evolution in a snapshot is there and nowhere else",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.past-writes-through",
			Body: func(t *T) {
				p := freezePast(t)
				done(t, t.POST(evolutionAttrsPath(p.series.id), JSON(ngsild.Object{p.series.level: []any{reading(25, "11:30:00")}}), p.in()))
				was := marksOfReadings(reading(20, "11:00:00"), reading(30, "12:00:00"))
				t.Expect(p.around(t)).To(holdReadings(was...), "the level outside of the snapshot")
				t.Expect(p.around(t, p.in())).To(holdReadings(append(was, marksOfReadings(reading(25, "11:30:00"))...)...), "the level in the snapshot")
			},
		},
		{
			ID: "mim1.snapshot.past.clone", Title: "A clone of a snapshot has its evolutions, and keeps them when the snapshot is deleted",
			Clause: cim009Later + "5.16.2", Fault: "snapshot.empty-clone",
			Body: func(t *T) {
				p := freezePast(t)
				clone := p
				clone.frozen.id = t.URN("Snapshot")
				t.Require(t.POST(snapshotPath(p.frozen.id)+"/clone", JSON(ngsild.Object{"id": clone.frozen.id, "type": "Snapshot"}))).To(HaveStatus(201))
				clone.ready(t)
				done(t, t.DELETE(snapshotPath(p.frozen.id)))
				t.Expect(clone.around(t, clone.in())).To(holdReadings(marksOfReadings(reading(20, "11:00:00"), reading(30, "12:00:00"))...))
			},
		},
		{
			ID: "mim1.snapshot.sources.filled", Title: "A snapshot has what registered sources had when it was made, and still has it when they have something else",
			Fault: "snapshot.made-of-own", Needs: notifies,
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				d := newSpread(t)
				d.whole(t, "inclusive")
				f := frozen{id: t.URN("Snapshot")}
				query := ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": d.kind}}}
				t.Require(t.POST("/snapshots", JSON(ngsild.Object{"id": f.id, "type": "Snapshot", "snapshotQueries": []any{query}}))).To(HaveStatus(201))
				status := f.ready(t)
				d.isAsked(t)
				t.Expect(status).To(haveMembers(ngsild.Object{"snapshotStatus": "success"}))
				d.has(d.level, ngsild.Property(50, "observedAt", "2025-03-01T11:00:00Z"))
				r := t.GET(entityPath(d.id), f.in())
				t.Require(r).To(HaveStatus(200))
				d.fromSource(t, t.Object(r))
			},
		},
		{
			ID: "mim1.snapshot.sources.past", Title: "A snapshot has the evolutions that registered sources had when it was made",
			Fault: "snapshot.made-of-own", Needs: notifies,
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				alsoClaims(t, FeatureTemporal)
				s := newRemembered(t)
				s.registered(t, "inclusive", nil)
				f := frozen{id: t.URN("Snapshot")}
				query := ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"id": s.id, "type": s.kind}},
					"temporalQ": ngsild.Object{"timerel": "after", "timeAt": at("13:00:00")}}
				t.Require(t.POST("/snapshots", JSON(ngsild.Object{"id": f.id, "type": "Snapshot", "snapshotTemporalQueries": []any{query}}))).To(HaveStatus(201))
				f.ready(t)
				s.isAsked(t)
				e := evolution(t, s.id, everything(), f.in())
				t.Expect(marks(e, s.level)).To(holdReadings(marksOfReadings(levelsThere()...)...))
			},
		},
		refused("temporalQ", "A query of snapshotQueries with temporalQ is refused with 400 BadRequestData", func(s ngsild.Object) {
			firstQuery(s)["temporalQ"] = aroundEleven()
		}),
		refused("noTemporalQ", "A query of snapshotTemporalQueries without temporalQ is refused with 400 BadRequestData", func(s ngsild.Object) {
			s["snapshotTemporalQueries"] = []any{ngsild.Object{"type": "Query", "entities": firstQuery(s)["entities"]}}
		}),
		refused("idNoUri", "Creating a snapshot whose id is no URI is refused with 400 BadRequestData", func(s ngsild.Object) {
			s["id"] = "snapshot" + s["id"].(string)[len("urn:ngsi-ld:Snapshot:"):]
		}),
		refused("type", "Creating a snapshot whose type is not Snapshot is refused with 400 BadRequestData", func(s ngsild.Object) { s["type"] = "Query" }),
		refused("priority", "Creating a snapshot with a priority that is not from 1 to 10 is refused with 400 BadRequestData", func(s ngsild.Object) { s["snapshotPriority"] = 0 }),
		refused("lifetime", "Creating a snapshot whose lifetime is no duration is refused with 400 BadRequestData", func(s ngsild.Object) { s["snapshotLifetime"] = "for long" }),
	}, Check{Requirements: query, Clause: cim009Later + "5.16.1", Level: Core, Feature: FeatureSnapshots, Needs: writes, Since: "1.9.1"})
}
