package mim1

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// distributedOptions checks that a source is told how a batch is meant, and that what is
// purged is purged at the source of a part, too.
func distributedOptions() []Check {
	var checks []Check
	for _, b := range []struct {
		name, operation, option, purpose, clause, title string
		status                                          []int
	}{
		{"upsert", "upsertBatch", "update", "D013_02", "5.6.8.4", "That a batch upsert is to update entities, not to replace them, is handed on, once, to ", []int{201, 204}},
		{"update", "updateBatch", "noOverwrite", "D014_02", "5.6.9.4", "That a batch update is not to overwrite attributes is handed on, once, to ", []int{204}},
	} {
		for _, to := range []struct{ mode, title string }{
			{"inclusive", "an inclusive source"}, {"exclusive", "the source that has an attribute exclusively"}, {"redirect", "the source that entities are redirected to"},
		} {
			checks = append(checks, Check{
				ID:           "mim1.distributed.batch." + b.name + "Option" + strings.ToUpper(to.mode[:1]) + to.mode[1:],
				Title:        b.title + to.title,
				TestPurposes: []string{b.purpose + "_" + to.mode[:3]}, Clause: cim009 + b.clause, Fault: "distributed.options-lost",
				Body: func(t *T) {
					alsoClaims(t, FeatureBatch)
					d := newSpread(t)
					if to.mode != "redirect" {
						d.keeps(t)
					}
					offers := offering(b.operation, "retrieveEntity")
					if to.mode == "exclusive" {
						d.part(t, to.mode, offers)
					} else {
						d.whole(t, to.mode, offers)
					}
					item := ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))
					r := batch(t, b.name, []any{item}, Query("options", b.option), Expecting(500, 502, 503, 504))
					d.isAsked(t)
					t.Require(r).To(HaveStatus(b.status...))
					told := d.isTold(t, http.MethodPost, "/entityOperations/"+b.name)
					d.mentions(t, told, d.level)
					t.Expect(strings.Split(told.Query.Get("options"), ",")).To(gomega.ContainElement(b.option), "the options that the source is told")
					if to.mode != "redirect" {
						d.fromHere(t, d.here(t))
					}
				},
			})
		}
	}
	return append(checks, Check{
		ID:           "mim1.distributed.purge.exclusive",
		Title:        "Entities that are purged are purged on the platform and at the source that has a part of them exclusively",
		TestPurposes: []string{"D017_01_exc"}, Since: "1.9.1",
		Clause: cim009 + "5.6.21.4", Fault: "distributed.purge.not-forwarded",
		Body: func(t *T) {
			alsoClaims(t, FeaturePurge)
			d := newSpread(t)
			d.keeps(t)
			d.part(t, "exclusive", offering("purgeEntity"))
			r := t.DELETE(entities, Query("type", d.kind), Expecting(500, 502, 503, 504))
			d.isAsked(t)
			done(t, r)
			t.Expect(d.isTold(t, http.MethodDelete, entities).Query.Get("type")).To(gomega.ContainSubstring(d.kind))
			t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
		},
	})
}
