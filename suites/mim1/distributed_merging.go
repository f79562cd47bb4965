package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// merging checks what becomes of an entity of which both the platform and a source have a
// part: instances of datasets, geometries, and whose tenant it is.
func merging() []Check {
	return []Check{
		{
			ID:     "mim1.distributed.retrieve.newestOfDataset",
			Title:  "Of each dataset's instance of an attribute that both the platform and an inclusive source have, the one that was observed last is shown",
			Clause: cim009 + "4.5.5.3", Fault: "distributed.default-instances-only",
			Body: func(t *T) {
				d := newSpread(t)
				one, two := t.URN("Dataset"), t.URN("Dataset")
				of := func(value any, dataset, at string) ngsild.Object {
					return ngsild.Property(value, "datasetId", dataset, "observedAt", at)
				}
				d.keeps(t, d.level, []any{of(1, one, "2024-03-01T10:00:00Z"), of(2, two, "2024-03-01T12:00:00Z")})
				d.has(d.level, []any{of(11, one, "2024-03-01T11:00:00Z"), of(12, two, "2024-03-01T11:00:00Z")})
				d.whole(t, "inclusive")
				e := d.together(t)
				t.Expect(e).To(haveAttribute(d.level, of(11, one, "2024-03-01T11:00:00Z")))
				t.Expect(e).To(haveAttribute(d.level, of(2, two, "2024-03-01T12:00:00Z")))
			},
		},
		{
			ID:     "mim1.distributed.retrieve.feature",
			Title:  "As GeoJSON, an entity has the geometry that a source has of it",
			Clause: cim009 + "4.5.16.1", Fault: "distributed.own-geometries-only",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoJSON)
				d := newSpread(t)
				d.keeps(t)
				here := ngsild.Object{"type": "Point", "coordinates": []any{10.25, 56.5}}
				d.has("location", ngsild.GeoProperty(here))
				d.whole(t, "inclusive")
				f := d.together(t, Header("Accept", ngsild.MediaGeoJSON))
				t.Expect(f["geometry"]).To(EqualJSON(here))
			},
		},
		{
			ID:     "mim1.distributed.forward.noTenant",
			Title:  "A source of which the registration names no tenant is asked in none, whatever the tenant of the request",
			Clause: cim009 + "4.14", Fault: "distributed.own-tenant-forwarded",
			Body: func(t *T) {
				alsoClaims(t, FeatureTenants)
				d, tenant := newSpread(t), newTenant(t)
				createIn(t, tenant, ngsild.Entity(d.id, d.kind, d.place, d.there))
				register(t, aRegistration(t, d.kind, d.source.URL(), having("mode", "inclusive"), offering("retrieveOps"),
					informing(informationOf(ngsild.Object{"id": d.id, "type": d.kind}))), of(tenant))
				d.fromSource(t, d.together(t, of(tenant)))
				for _, a := range d.asked() {
					t.Expect(a.Header.Values(ngsild.HeaderTenant)).To(gomega.BeEmpty(), "%s %s", a.Method, a.Path)
				}
			},
		},
		{
			ID:     "mim1.distributed.retrieve.otherTenant",
			Title:  "A source that is registered in one tenant is not asked for what another tenant has",
			Clause: cim009 + "4.14", Fault: "distributed.registrations-of-all-tenants",
			Body: func(t *T) {
				alsoClaims(t, FeatureTenants)
				d, tenant := newSpread(t), newTenant(t)
				d.keeps(t)
				d.whole(t, "inclusive")
				createIn(t, tenant, ngsild.Entity(d.id, d.kind, d.place, d.there))
				d.fromSource(t, d.together(t)) // so that the source is known to be asked
				before := len(d.asked())
				t.Expect(read(t, d.id, of(tenant))).To(lackAttribute(d.level))
				t.Expect(d.asked()).To(gomega.HaveLen(before), "requests to the source of another tenant")
			},
		},
	}
}
