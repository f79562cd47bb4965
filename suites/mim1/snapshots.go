package mim1

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

func snapshotPath(id string) string { return "/snapshots/" + url.PathEscape(id) }

// frozen is a snapshot of high, one of two sensors of the same type.
type frozen struct {
	id   string
	high sensor
	low  sensor
}

// in makes a request one about the snapshot (6.3.22).
func (f frozen) in() Option { return Header(ngsild.HeaderSnapshot, f.id) }

// aSnapshot describes a snapshot of s's type with a level from 1000.
func aSnapshot(id string, s sensor) ngsild.Object {
	return ngsild.Object{"id": id, "type": "Snapshot", "snapshotQueries": []any{
		ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": s.kind}}, "q": s.level + ">=1000"}}}
}

// freeze creates two sensors and a snapshot, with further members, of the one whose level
// is high, and waits until it is made.
func freeze(t *T, members ...any) frozen {
	f := frozen{id: t.URN("Snapshot"), high: newSensor(t)}
	f.low = f.high.another(t)
	f.high.setLevel(t, 1000)
	t.Require(t.POST("/snapshots", JSON(with(aSnapshot(f.id, f.high), members...)))).To(HaveStatus(201), "a snapshot to work on has to be created first")
	f.ready(t)
	return f
}

// ready waits until the snapshot is no longer being prepared, and returns its status.
func (f frozen) ready(t *T, options ...Option) ngsild.Object {
	begun := t.Now()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second/2) {
		r := t.GET(snapshotPath(f.id), options...)
		t.Require(r).To(HaveStatus(200), "the snapshot has to be there")
		s := t.Object(r)
		if s["snapshotStatus"] != "preparing" && s["snapshotStatus"] != "preparation" { // as 5.2.41 and as 5.16.1.4 have it
			return s
		}
		if t.Now().Sub(begun) > t.Patience() {
			t.Require(s).To(answering(false, "after %s the snapshot is still being prepared: %s", t.Patience(), compact(s)))
		}
		if t.Context().Err() != nil {
			t.CantTell("the check's time was over before the snapshot was made")
		}
		pause(t, wait)
	}
}

// moves expects that a time which is told of the snapshot moves on, at last, when act is
// done again and again: it may be told in whole seconds.
func (f frozen) moves(t *T, name string, before time.Time, act func()) {
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		act()
		told := f.ready(t)[name]
		after, err := instant(told)
		t.Require(err).To(gomega.Succeed(), "%s is a DateTime", name)
		if after.After(before) {
			return
		}
		t.Require(told).To(answering(wait < 2*time.Second, "%s stays at %v", name, told))
		pause(t, wait)
	}
}

// level is what the platform answers to be the level of a sensor, in a snapshot or not.
func (f frozen) level(t *T, of sensor, options ...Option) any {
	r := t.GET(entityPath(of.id), options...)
	t.Require(r).To(HaveStatus(200))
	a := instance(t.Object(r), of.level, "")
	if a == nil {
		return nil
	}
	return normal(a["value"])
}

// found are the ids of sensors that a query finds.
func (f frozen) found(t *T, options ...Option) []string {
	r := t.GET(entities, append([]Option{Query("type", f.high.kind)}, options...)...)
	t.Require(r).To(HaveStatus(200))
	var ids []string
	for _, e := range entitiesIn(t, r) {
		ids = append(ids, fmt.Sprint(e["id"]))
	}
	return ids
}

// snapshots checks snapshots (4.3.7, 5.5.15, 5.16).
func snapshots() []Check {
	location := func(t *T, r *probe.Response, id string) {
		t.Require(r).To(HaveStatus(201))
		// a relative path (tables 6.36.3.1-1 and 6.38.3.1-1), of which no clause says what it is relative to
		t.Expect(r).To(HaveHeader("Location", gomega.WithTransform(pathFrom(r), gomega.HaveSuffix("/snapshots/"+id))))
	}
	return common([]Check{
		{
			ID: "mim1.snapshot.create.location", Title: "A snapshot is created with 201 and its Location",
			Clause: cim009Later + "6.36.3.1", Fault: "snapshot.no-location",
			Body: func(t *T) {
				id := t.URN("Snapshot")
				location(t, t.POST("/snapshots", JSON(aSnapshot(id, newSensor(t)))), id)
			},
		},
		{
			ID: "mim1.snapshot.create.exists", Title: "Creating a snapshot whose id there is already is refused with 409 AlreadyExists",
			Clause: cim009Later + "6.36.3.1", Requirements: errorAnswers, Fault: "snapshot.overwrites",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(t.POST("/snapshots", JSON(aSnapshot(f.id, f.high)))).To(BeProblem(409, ngsild.AlreadyExists))
			},
		},
		{
			ID: "mim1.snapshot.create.noQueries", Title: "Creating a snapshot without queries is refused with 400 BadRequestData",
			Clause: cim009Later + "5.2.41", Requirements: errorAnswers, Fault: "snapshot.needs-no-query",
			Body: func(t *T) {
				t.Expect(t.POST("/snapshots", JSON(ngsild.Object{"id": t.URN("Snapshot"), "type": "Snapshot"}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.status.success", Title: "The status of a snapshot is success when its queries have found something",
			Clause: cim009Later + "5.16.3", Fault: "snapshot.never-ready",
			Body: func(t *T) {
				f := freeze(t)
				s := f.ready(t)
				t.Expect(s).To(haveMembers(ngsild.Object{"id": f.id, "type": "Snapshot", "snapshotStatus": "success"}))
			},
		},
		{
			ID: "mim1.snapshot.status.queries", Title: "A snapshot that is retrieved tells the queries by which it was made",
			Clause: cim009Later + "5.16.3; " + cim009Later + "5.2.41", Fault: "snapshot.queries-lost",
			Body: func(t *T) {
				f := freeze(t)
				queries := list(f.ready(t)["snapshotQueries"])
				t.Require(queries).To(gomega.HaveLen(1), "snapshotQueries of a snapshot that was made by one query")
				q, _ := queries[0].(ngsild.Object)
				t.Expect(memberOf(q, "entities")["type"]).To(gomega.BeElementOf(f.high.kind, ngsild.DefaultVocab+f.high.kind), "the type that the query selects")
			},
		},
		{
			ID: "mim1.snapshot.status.priority", Title: "The priority of a snapshot is 5 unless it is given",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.no-priority",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(normal(f.ready(t)["snapshotPriority"])).To(EqualJSON(5))
			},
		},
		{
			ID: "mim1.snapshot.status.unknown", Title: "A snapshot that is not there is answered with 404 ResourceNotFound",
			Clause: cim009Later + "5.16.3", Requirements: errorAnswers, Fault: "snapshot.unknown-is-empty", Needs: reads,
			Body: func(t *T) {
				t.Expect(t.GET(snapshotPath(t.URN("Snapshot")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.snapshot.status.idNoUri", Title: "Retrieving a snapshot by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009Later + "5.16.3", Requirements: errorAnswers, Fault: "snapshot.any-id-not-found", Needs: reads,
			Body: func(t *T) {
				t.Expect(t.GET(snapshotPath("snapshot" + t.Name("x")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.content.selected", Title: "A query of a snapshot finds what the snapshot's queries selected, and nothing else",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.query-of-all",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(f.found(t, f.in())).To(gomega.ConsistOf(f.high.id))
			},
		},
		{
			ID: "mim1.snapshot.content.others", Title: "An entity that the snapshot's queries did not select is not found in it",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.retrieve-of-all",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(t.GET(entityPath(f.low.id), f.in())).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.snapshot.content.frozen", Title: "What changes after a snapshot was made does not change in the snapshot",
			Clause: cim009Later + "4.3.7", Fault: "snapshot.retrieve-of-all",
			Body: func(t *T) {
				f := freeze(t)
				f.high.setLevel(t, 2000)
				t.Expect(f.level(t, f.high, f.in())).To(EqualJSON(1000), "the level in the snapshot")
				t.Expect(f.level(t, f.high)).To(EqualJSON(2000), "the level now")
			},
		},
		{
			ID: "mim1.snapshot.content.deleted", Title: "An entity that is deleted after a snapshot was made is still in the snapshot",
			Clause: cim009Later + "4.3.7", Fault: "snapshot.query-of-all",
			Body: func(t *T) {
				f := freeze(t)
				done(t, t.DELETE(entityPath(f.high.id)))
				t.Expect(f.found(t, f.in())).To(gomega.ContainElement(f.high.id))
			},
		},
		{
			ID: "mim1.snapshot.content.written", Title: "A change of an entity in a snapshot is made there and nowhere else",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.writes-through",
			Body: func(t *T) {
				f := freeze(t)
				done(t, t.PATCH(attrsPath(f.high.id), JSON(ngsild.Object{f.high.level: ngsild.Property(3000)}), f.in()))
				t.Expect(f.level(t, f.high, f.in())).To(EqualJSON(3000), "the level in the snapshot")
				t.Expect(f.level(t, f.high)).To(EqualJSON(1000), "the level outside of it")
			},
		},
		{
			ID: "mim1.snapshot.content.local", Title: "An operation in a snapshot is of local scope: no source is asked",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.asks-sources", Needs: notifies,
			Body: func(t *T) {
				alsoClaims(t, FeatureDistributed)
				f := freeze(t)
				d := newSpread(t)
				d.id, d.kind = f.high.id, f.high.kind
				d.has(d.level, levelThere())
				d.whole(t, "inclusive")
				t.Expect(f.level(t, f.high, f.in(), Query("local", "false"))).To(EqualJSON(1000))
				t.Expect(f.found(t, f.in())).To(gomega.ConsistOf(f.high.id))
				d.isNotAsked(t, "registrations are not used for what is done in a snapshot")
				d.together(t) // which shows that the platform can ask it
			},
		},
		{
			ID: "mim1.snapshot.content.echo", Title: "The answers to a retrieval and to a query in a snapshot name the snapshot",
			Clause: cim009Later + "6.3.22", Fault: "snapshot.no-echo",
			Body: func(t *T) {
				f := freeze(t)
				for _, r := range []*probe.Response{t.GET(entityPath(f.high.id), f.in()), t.GET(entities, Query("type", f.high.kind), f.in())} {
					t.Require(r).To(HaveStatus(200))
					t.Expect(r).To(HaveHeader(ngsild.HeaderSnapshot, gomega.Equal(f.id)))
				}
			},
		},
		{
			ID: "mim1.snapshot.content.unknown", Title: "An operation in a snapshot that is not there is answered with 404",
			Clause: cim009Later + "6.3.22", Requirements: errorAnswers, Fault: "snapshot.unknown-ignored",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.GET(entityPath(s.id), Header(ngsild.HeaderSnapshot, t.URN("Snapshot")))).To(HaveStatus(404))
			},
		},
		{
			ID: "mim1.snapshot.update.priority", Title: "The priority of a snapshot can be changed",
			Clause: cim009Later + "5.16.4", Fault: "snapshot.priority-fixed",
			Body: func(t *T) {
				f := freeze(t)
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": 2}))).To(HaveStatus(200, 204))
				t.Expect(normal(f.ready(t)["snapshotPriority"])).To(EqualJSON(2))
			},
		},
		{
			ID: "mim1.snapshot.update.bad", Title: "A priority that is not from 1 to 10 is refused with 400 BadRequestData",
			Clause: cim009Later + "5.16.4", Requirements: errorAnswers, Fault: "snapshot.bad-update-taken",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": 11}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.update.readOnly", Title: "The queries that a snapshot was made by cannot be changed: 400 BadRequestData",
			Clause: cim009Later + "5.16.4", Requirements: errorAnswers, Level: Extended, Fault: "snapshot.bad-update-taken",
			Body: func(t *T) {
				f := freeze(t)
				queries := aSnapshot(f.id, f.low)["snapshotQueries"]
				t.Expect(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotQueries": queries}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.update.unknown", Title: "Updating a snapshot that is not there is answered with 404 ResourceNotFound",
			Clause: cim009Later + "5.16.4", Requirements: errorAnswers, Fault: "snapshot.bad-update-taken",
			Body: func(t *T) {
				t.Expect(t.PATCH(snapshotPath(t.URN("Snapshot")), JSON(ngsild.Object{"snapshotPriority": 2}))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.snapshot.update.idNoUri", Title: "Updating a snapshot by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009Later + "5.16.4", Requirements: errorAnswers, Fault: "snapshot.bad-update-taken",
			Body: func(t *T) {
				t.Expect(t.PATCH(snapshotPath("snapshot"+t.Name("x")), JSON(ngsild.Object{"snapshotPriority": 2}))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.update.lifetime", Title: "The end of a snapshot is moved by another lifetime, as far as the platform grants it",
			Clause: cim009Later + "5.2.41", Fault: "snapshot.update-swallowed", Level: Extended,
			Body: func(t *T) {
				f := freeze(t)
				before, err := instant(f.ready(t)["expiresAt"])
				if err != nil {
					t.Inapplicable("the platform does not tell when a snapshot ends")
				}
				// to an earlier time: how long a snapshot may live at most is the platform's affair
				if left := before.Sub(t.Now()); left < 2*time.Minute {
					t.Inapplicable("the platform ends snapshots after %s anyway", left)
				}
				t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotLifetime": "PT1M"}))).To(HaveStatus(200, 204))
				after, err := instant(f.ready(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				t.Expect(after).To(gomega.BeTemporally("<", before))
			},
		},
		{
			ID: "mim1.snapshot.delete.gone", Title: "A deleted snapshot is gone, and the entities that it was of are not",
			Clause: cim009Later + "5.16.5, 6.37.3.3", Fault: "snapshot.delete-swallowed",
			Body: func(t *T) {
				f := freeze(t)
				done(t, t.DELETE(snapshotPath(f.id)))
				t.Expect(t.GET(snapshotPath(f.id))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(t.GET(entityPath(f.high.id), f.in())).To(HaveStatus(404), "what was in the snapshot")
				t.Expect(f.level(t, f.high)).To(EqualJSON(1000), "the level outside of it")
			},
		},
		{
			ID: "mim1.snapshot.delete.unknown", Title: "Deleting a snapshot that is not there is answered with 404 ResourceNotFound",
			Clause: cim009Later + "5.16.5", Requirements: errorAnswers, Fault: "snapshot.delete-unknown-done",
			Body: func(t *T) {
				t.Expect(t.DELETE(snapshotPath(t.URN("Snapshot")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID: "mim1.snapshot.delete.idNoUri", Title: "Deleting a snapshot by an id that is no URI is refused with 400 BadRequestData",
			Clause: cim009Later + "5.16.5", Requirements: errorAnswers, Fault: "snapshot.delete-unknown-done",
			Body: func(t *T) {
				t.Expect(t.DELETE(snapshotPath("snapshot" + t.Name("x")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.clone.exists", Title: "Cloning a snapshot to an id that there is already is refused with 409 AlreadyExists",
			Clause: cim009Later + "6.38.3.1", Requirements: errorAnswers, Fault: "snapshot.clone-of-nothing",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(t.POST(snapshotPath(f.id)+"/clone", JSON(ngsild.Object{"id": f.id, "type": "Snapshot"}))).To(BeProblem(409, ngsild.AlreadyExists))
			},
		},
		{
			ID: "mim1.snapshot.clone.queries", Title: "Cloning a snapshot by queries of its own is refused with 400 BadRequestData",
			Clause: cim009Later + "5.2.41", Requirements: errorAnswers, Level: Extended, Fault: "snapshot.clone-by-queries",
			Body: func(t *T) {
				f := freeze(t)
				t.Expect(t.POST(snapshotPath(f.id)+"/clone", JSON(aSnapshot(t.URN("Snapshot"), f.low)))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.snapshot.clone.independent", Title: "A clone of a snapshot has the same content, and keeps it when the snapshot is deleted",
			Clause: cim009Later + "5.16.2", Fault: "snapshot.empty-clone",
			Body: func(t *T) {
				f := freeze(t)
				clone := f
				clone.id = t.URN("Snapshot")
				location(t, t.POST(snapshotPath(f.id)+"/clone", JSON(ngsild.Object{"id": clone.id, "type": "Snapshot"})), clone.id)
				clone.ready(t)
				done(t, t.DELETE(snapshotPath(f.id)))
				t.Expect(clone.found(t, clone.in())).To(gomega.ConsistOf(f.high.id))
			},
		},
		{
			ID: "mim1.snapshot.clone.unknown", Title: "Cloning a snapshot that is not there is answered with 404 ResourceNotFound",
			Clause: cim009Later + "6.38.3.1", Requirements: errorAnswers, Fault: "snapshot.clone-of-nothing",
			Body: func(t *T) {
				r := t.POST(snapshotPath(t.URN("Snapshot"))+"/clone", JSON(ngsild.Object{"id": t.URN("Snapshot"), "type": "Snapshot"}))
				t.Expect(r).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
	}, Check{Requirements: query, Clause: cim009Later + "5.16", Level: Core, Feature: FeatureSnapshots, Needs: writes, Since: "1.9.1"})
}

// snapshotMembers checks what is told of a snapshot beside its status (5.2.41).
func snapshotMembers() []Check {
	// stamps expects that what a snapshot tells of times is DateTimes; it need not tell them.
	stamps := func(t *T, s ngsild.Object) (told int) {
		for _, name := range []string{"createdAt", "modifiedAt", "expiresAt", "lastUsedAt"} {
			if v, there := s[name]; there {
				told++
				_, err := instant(v)
				t.Expect(err).To(gomega.Succeed(), "%s is a DateTime", name)
			}
		}
		return told
	}
	// without is a description of a snapshot, or of a clone, that has no id.
	without := func(s ngsild.Object) ngsild.Object {
		delete(s, "id")
		return s
	}
	// hasID expects that the platform made up an id, which Location leads to.
	hasID := func(t *T, r *probe.Response) {
		t.Require(r).To(HaveStatus(201))
		id := lastSegment(r.Header.Get("Location"))
		t.Require(id).To(beURI(), "the id that Location ends in")
		t.Expect(frozen{id: id}.ready(t)["id"]).To(gomega.Equal(id))
	}
	// madeUp is what only the platform tells of a snapshot (table 5.2.41-2).
	madeUp := ngsild.Object{"snapshotStatus": "failure", "createdAt": "2001-01-01T00:00:00Z", "expiresAt": "2001-01-01T00:00:00Z", "lastUsedAt": "2001-01-01T00:00:00Z"}
	believed := func(t *T, s ngsild.Object) {
		for name, v := range InOrder(madeUp) {
			t.Expect(s[name]).NotTo(gomega.Equal(v), "%s is the platform's", name)
		}
	}
	return common([]Check{
		{
			ID: "mim1.snapshot.create.withoutId", Title: "A snapshot without id gets one from the platform, a URI that Location leads to",
			Clause: cim009Later + "5.16.1", Fault: "snapshot.id-wanted",
			Body: func(t *T) { hasID(t, t.POST("/snapshots", JSON(without(aSnapshot("", newSensor(t)))))) },
		},
		{
			ID: "mim1.snapshot.clone.withoutId", Title: "A clone without id gets one from the platform, a URI that Location leads to",
			Clause: cim009Later + "5.16.2", Fault: "snapshot.clone-id-wanted",
			Body: func(t *T) {
				hasID(t, t.POST(snapshotPath(freeze(t).id)+"/clone", JSON(ngsild.Object{"type": "Snapshot"})))
			},
		},
		{
			ID: "mim1.snapshot.create.madeUpIgnored", Title: "What a client says of a snapshot's status and times is ignored",
			Clause: cim009Later + "5.2.41", Level: Extended, Fault: "snapshot.create-believes",
			Body: func(t *T) {
				f := freeze(t, "snapshotStatus", madeUp["snapshotStatus"], "createdAt", madeUp["createdAt"], "expiresAt", madeUp["expiresAt"], "lastUsedAt", madeUp["lastUsedAt"])
				believed(t, f.ready(t))
			},
		},
		{
			ID: "mim1.snapshot.update.madeUpIgnored", Title: "In an update, too, what a client says of a snapshot's status and times is ignored",
			Clause: cim009Later + "5.2.41", Level: Extended, Fault: "snapshot.update-believes",
			Body: func(t *T) {
				f := freeze(t)
				t.Require(t.PATCH(snapshotPath(f.id), JSON(with(madeUp, "snapshotPriority", 2)))).To(HaveStatus(200, 204))
				s := f.ready(t)
				t.Expect(normal(s["snapshotPriority"])).To(EqualJSON(2))
				believed(t, s)
			},
		},
		{
			ID: "mim1.snapshot.status.expires", Title: "A snapshot tells when it ends, which is later than now",
			Clause: cim009Later + "5.16.1; " + cim009Later + "5.2.41", Fault: "snapshot.no-end",
			Body: func(t *T) {
				end, err := instant(freeze(t).ready(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				t.Expect(end).To(gomega.BeTemporally(">", platformTime(t)))
			},
		},
		{
			ID: "mim1.snapshot.create.ends", Title: "A snapshot ends after the lifetime that it is created with, or earlier",
			Clause: cim009Later + "5.16.1", Level: Extended, Fault: "snapshot.lifetime-ignored",
			Hint: "the platform may set a limit to lifetimes, and is free to keep a snapshot for longer than was suggested",
			Body: func(t *T) {
				end, err := instant(freeze(t, "snapshotLifetime", "PT10M").ready(t)["expiresAt"])
				t.Require(err).To(gomega.Succeed(), "expiresAt is a DateTime")
				t.Expect(end).To(gomega.BeTemporally("<", platformTime(t).Add(11*time.Minute)))
			},
		},
		{
			ID: "mim1.snapshot.status.lastUsed", Title: "When a snapshot was last used moves on as it is used",
			Clause: cim009Later + "5.2.41", Level: Extended, Fault: "snapshot.last-use-stays",
			Body: func(t *T) {
				f := freeze(t)
				before, err := instant(f.ready(t)["lastUsedAt"])
				if err != nil {
					t.Inapplicable("the platform does not tell when a snapshot was last used")
				}
				f.moves(t, "lastUsedAt", before, func() { f.level(t, f.high, f.in()) })
			},
		},
		{
			ID: "mim1.snapshot.update.modifiedAt", Title: "An update moves a snapshot's modifiedAt on and leaves createdAt alone",
			Clause: cim009Later + "5.2.41; " + cim009Later + "4.8", Fault: "snapshot.modified-at-stays",
			Body: func(t *T) {
				f := freeze(t)
				was := f.ready(t)
				before, err := instant(was["modifiedAt"])
				if err != nil {
					t.Inapplicable("the platform does not tell when a snapshot was modified")
				}
				priority := 2
				f.moves(t, "modifiedAt", before, func() {
					priority = 5 - priority // so that each update changes something
					t.Require(t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": priority}))).To(HaveStatus(200, 204))
				})
				t.Expect(f.ready(t)["createdAt"]).To(gomega.Equal(was["createdAt"]))
			},
		},
		{
			ID: "mim1.snapshot.content.allPages", Title: "A snapshot holds all that its queries find, whatever fits on a page",
			Clause: cim009Later + "5.16.1", Fault: "snapshot.first-page-only",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				const many = 60
				s := newSensor(t)
				s.setLevel(t, 1000)
				batched := make([]any, many)
				for i := range batched {
					batched[i] = ngsild.Entity(t.URN("Sensor"), s.kind, s.level, ngsild.Property(1000+i))
				}
				t.Require(batch(t, "create", batched)).To(HaveStatus(201))
				f := frozen{id: t.URN("Snapshot"), high: s}
				t.Require(t.POST("/snapshots", JSON(aSnapshot(f.id, s)))).To(HaveStatus(201))
				f.ready(t)
				r := t.GET(entities, Query("type", s.kind, "count", "true", "limit", "1"), f.in())
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveHeader(ngsild.HeaderCount, gomega.Equal(strconv.Itoa(many+1))))
			},
		},
		{
			ID: "mim1.snapshot.status.times", Title: "The times that a snapshot tells are DateTimes",
			Clause: cim009Later + "5.2.41", Fault: "generic.get-snapshots-snapshot.retypes-first",
			Body: func(t *T) {
				f := freeze(t)
				if stamps(t, f.ready(t)) == 0 {
					t.Inapplicable("the platform tells no times of its snapshots")
				}
			},
		},
		{
			ID: "mim1.snapshot.update.answer", Title: "The answer to a snapshot's update is 200 and the snapshot as it is now",
			Clause: cim009Later + "6.37.3.2", Fault: "generic.patch-snapshots-snapshot.retypes-first",
			Body: func(t *T) {
				f := freeze(t)
				r := t.PATCH(snapshotPath(f.id), JSON(ngsild.Object{"snapshotPriority": 2}))
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(HaveMediaType(ngsild.MediaJSON))
				told := t.Object(r)
				t.Expect(told).To(haveMembers(ngsild.Object{"id": f.id, "type": "Snapshot"}))
				t.Expect(normal(told["snapshotPriority"])).To(EqualJSON(2))
				stamps(t, told)
			},
		},
	}, Check{Requirements: query, Level: Core, Feature: FeatureSnapshots, Needs: writes, Since: "1.9.1"})
}
