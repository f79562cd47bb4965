package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// snapshotHerd is two snapshots in a tenant of the run's own, among which a purge has to
// choose. What purges snapshots selects by members that those of others have, too: so it
// is only ever sent to a tenant of the run's own, and not before it has been seen that
// the snapshots there are that tenant's alone.
type snapshotHerd struct {
	tenant    string
	sensor    sensor
	low, high string // ids, of the snapshot with the lower priority and of the other
}

func newSnapshotHerd(t *T) snapshotHerd {
	alsoClaims(t, FeatureTenants)
	s, e := aSensor(t)
	h := snapshotHerd{tenant: newTenant(t), sensor: s, low: t.URN("Snapshot"), high: t.URN("Snapshot")}
	createIn(t, h.tenant, with(e, s.level, ngsild.Property(1000)))
	for _, one := range []struct {
		id       string
		priority int
	}{{h.low, 2}, {h.high, 8}} {
		r := t.POST("/snapshots", JSON(with(aSnapshot(one.id, s), "snapshotPriority", one.priority)), of(h.tenant))
		t.Require(r).To(HaveStatus(201), "a snapshot to work on has to be created first")
		t.Require(t.GET(snapshotPath(one.id))).To(HaveStatus(404), "a snapshot of a tenant is not there without the tenant: where it is, a purge could take what is not the run's own")
	}
	return h
}

func (h snapshotHerd) in() Option { return of(h.tenant) }

// left expects which of the snapshots are still there.
func (h snapshotHerd) left(t *T, low, high bool) {
	for _, s := range []struct {
		id    string
		there bool
		what  string
	}{{h.low, low, "the snapshot with priority 2"}, {h.high, high, "the snapshot with priority 8"}} {
		want := 404
		if s.there {
			want = 200
		}
		t.Expect(t.GET(snapshotPath(s.id), h.in())).To(HaveStatus(want), s.what)
	}
}

// snapshotPurge checks Purge Snapshots (5.16.7), and that snapshots are a tenant's (5.5.15).
func snapshotPurge() []Check {
	refused := func(name, title string, parameters ...string) Check {
		return Check{
			ID: "mim1.snapshot.purge." + name, Title: title, Requirements: errorAnswers, Fault: "snapshot.bad-purge-taken",
			Body: func(t *T) {
				h := newSnapshotHerd(t)
				t.Expect(t.DELETE("/snapshots", h.in(), Query(parameters...))).To(BeProblem(400, ngsild.BadRequestData))
				h.left(t, true, true)
			},
		}
	}
	return common([]Check{
		{
			ID: "mim1.snapshot.tenant", Title: "What is in a snapshot of a tenant is found with both the tenant and the snapshot named, and not without the tenant",
			Clause: cim009Later + "5.5.15", Fault: "snapshot.of-any-tenant",
			Body: func(t *T) {
				h := newSnapshotHerd(t)
				inside := Header(ngsild.HeaderSnapshot, h.high)
				frozen{id: h.high}.ready(t, h.in())
				t.Expect(read(t, h.sensor.id, h.in(), inside)).To(haveAttribute(h.sensor.level, ngsild.Property(1000)))
				t.Expect(t.GET(entityPath(h.sensor.id), inside)).To(HaveStatus(404))
			},
		},
		{
			ID: "mim1.snapshot.purge.q", Title: "A purge of snapshots deletes those that meet its query",
			Fault: "snapshot.purge-swallowed",
			Body: func(t *T) {
				h := newSnapshotHerd(t)
				done(t, t.DELETE("/snapshots", h.in(), Query("q", "snapshotPriority<5")))
				h.left(t, false, true)
			},
		},
		{
			ID: "mim1.snapshot.purge.others", Title: "A purge of snapshots leaves those that do not meet its query",
			Fault: "snapshot.purge-of-all",
			Body: func(t *T) {
				h := newSnapshotHerd(t)
				done(t, t.DELETE("/snapshots", h.in(), Query("q", "snapshotPriority==8")))
				h.left(t, true, false)
			},
		},
		{
			ID: "mim1.snapshot.purge.nothing", Title: "A purge of snapshots that matches none is answered with 404 ResourceNotFound, and deletes none",
			Clause: cim009Later + "6.36.3.2", Requirements: errorAnswers, Level: Extended, Fault: "snapshot.purge-of-nothing-done",
			Body: func(t *T) {
				h := newSnapshotHerd(t)
				t.Expect(t.DELETE("/snapshots", h.in(), Query("q", "snapshotPriority>8"))).To(BeProblem(404, ngsild.ResourceNotFound))
				h.left(t, true, true)
			},
		},
		refused("noQuery", "A purge of snapshots without a query is refused with 400 BadRequestData"),
		refused("notMember", "A purge of snapshots by what is no member of a snapshot is refused with 400 BadRequestData", "q", "temperature>20"),
		refused("badQuery", "A purge of snapshots by a query that is not valid is refused with 400 BadRequestData", "q", "snapshotPriority>"),
	}, Check{Requirements: access, Clause: cim009Later + "5.16.7", Level: Core, Feature: FeatureSnapshots, Needs: writes, Since: "1.9.1"})
}
