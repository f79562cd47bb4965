package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
)

// ended is when what a source has was to be deleted there.
const ended = "2020-01-01T00:00:00Z"

// expiringVersions checks what becomes of versions of an entity that sources have for a
// time only (4.5.5.2, 4.5.5.3).
func expiringVersions() []Check {
	// twice registers two inclusive sources for the same entity, of which each has what is
	// given as name, value, and its level: the first the later one.
	twice := func(t *T, first, second []any) *spread {
		d, other := newSpread(t), newSpread(t)
		other.id, other.kind, other.level = d.id, d.kind, d.level
		d.has(append(first, d.level, levelThere())...)
		other.has(append(second, d.level, levelAtFirst())...)
		d.whole(t, "inclusive")
		other.whole(t, "inclusive")
		t.GET(entityPath(d.id), Expecting(404, 502, 503, 504)) // so that it is known whether both are asked
		d.isAsked(t)
		other.isAsked(t)
		return d
	}
	return common([]Check{
		{
			ID:     "mim1.distributed.retrieve.expiredAttribute",
			Title:  "Of an attribute that both the platform and a source have, the source's is not shown if its expiresAt is in the past, though it was observed last",
			Clause: cim009Later + "4.5.5.3", Fault: "distributed.expiry-unread",
			Body: func(t *T) {
				d := newSpread(t)
				d.has(d.level, with(levelThere(), "expiresAt", ended))
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "inclusive")
				t.Expect(d.together(t)).To(haveAttribute(d.level, levelAtFirst()))
			},
		},
		{
			ID:     "mim1.distributed.retrieve.expiredVersion",
			Title:  "Where one source's version of an entity has an expiresAt that is in the past and another one's has none, the attributes of the other one are shown",
			Clause: cim009Later + "4.5.5.2", Fault: "distributed.expiry-unread",
			Body: func(t *T) {
				d := twice(t, []any{"expiresAt", ended}, nil)
				e := d.together(t)
				t.Expect(e).To(haveAttribute(d.level, levelAtFirst()))
				t.Expect(e).NotTo(gomega.HaveKey("expiresAt"), "one of the versions has none")
			},
		},
		{
			ID:     "mim1.distributed.retrieve.expiryFurthest",
			Title:  "Where the sources' versions of an entity have different times of expiresAt, the furthest in the future is shown",
			Clause: cim009Later + "4.5.5.3", Fault: "distributed.expiry-unread",
			Body: func(t *T) {
				latest := t.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
				soon, late := latest.Add(-time.Hour).Format(time.RFC3339), latest.Format(time.RFC3339)
				for _, times := range [][]string{{soon, late}, {late, soon}} {
					d := twice(t, []any{"expiresAt", times[0]}, []any{"expiresAt", times[1]})
					ends, err := instant(read(t, d.id, Query("options", "sysAttrs"))["expiresAt"])
					t.Require(err).NotTo(gomega.HaveOccurred())
					t.Expect(ends).To(gomega.BeTemporally("==", latest), "expiresAt of the entity")
				}
			},
		},
	}, Check{Requirements: lookup, Level: Core, Since: "1.9.1"})
}
