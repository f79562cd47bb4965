package mim1

import (
	"fmt"
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

// limits checks what a platform says when more is asked than it can bear: where its
// limits are is its own affair (5.5.6), so that each check accepts the answer as well.
func limits() []Check {
	return common([]Check{
		{
			ID: "mim1.query.q.long", Title: "A query with a q of many conditions is resolved, or refused as too complex with 403 TooComplexQuery",
			Clause: cim009 + "5.5.6", Fault: "query.q.long-as-bad-data",
			Body: manyConditions(func(t *T, kind, q string) *probe.Response { return t.GET(entities, ample, Query("type", kind, "q", q)) }),
		},
		{
			ID: "mim1.batch.query.qLong", Title: "A query by POST with a q of many conditions is resolved, or refused as too complex with 403 TooComplexQuery",
			Clause: cim009 + "5.5.6", Feature: FeatureBatch, Fault: "batch.query.q-long-as-bad-data",
			Body: manyConditions(func(t *T, kind, q string) *probe.Response {
				return post(t, with(selector(ngsild.Object{"type": kind}), "q", q))
			}),
		},
		{
			ID: "mim1.query.page.large", Title: "A query for a very large page is answered with what the platform gives at once, or refused with 403 TooManyResults",
			Clause: cim009 + "5.5.6", Level: Extended, Fault: "query.large-page-as-bad-data",
			Body: func(t *T) {
				c := five(t)
				r := t.GET(entities, c.ofType(), Query("limit", "100000"))
				if r.Status == http.StatusForbidden {
					t.Expect(r).To(BeProblem(403, ngsild.TooManyResults))
					return
				}
				found := entitiesIn(t, r)
				if _, more := weblink.To(r.Header, "next"); more && len(found) < len(c.ids) {
					t.Expect(found).NotTo(gomega.BeEmpty(), "a page holds something when there is more")
					return
				}
				c.expectIn(t, r, sortedLabels(c.ids)...)
			},
		},
	}, Check{Requirements: query, Level: Core, Needs: writes})
}

// manyConditions is a body that asks for any of a hundred values, of which two are there.
func manyConditions(ask func(t *T, kind, q string) *probe.Response) func(*T) {
	return func(t *T) {
		c := valued(t, map[string]any{"first": 1001, "last": 1100, "other": 2000})
		any := make([]string, 100)
		for i := range any {
			any[i] = fmt.Sprintf("%s==%d", c.attr, 1001+i)
		}
		r := ask(t, c.kind, strings.Join(any, "|"))
		if r.Status == http.StatusForbidden {
			t.Expect(r).To(BeProblem(403, ngsild.TooComplexQuery))
			return
		}
		c.expectIn(t, r, "first", "last")
	}
}

// withoutTenants checks what a platform without tenants says to who names one.
func withoutTenants() []Check {
	unsupported := func(t *T, r *probe.Response, why string) {
		t.Expect(r).To(BeProblem(http.StatusNotImplemented, ngsild.NoMultiTenantSupport), why)
	}
	judged := Expecting(http.StatusNotImplemented)
	checks := common([]Check{
		{
			ID: "mim1.tenant.unsupported.query", Title: "A platform without tenants answers a query in a tenant with 501 NoMultiTenantSupport",
			Fault: "tenant.ignored",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entities, Query("type", s.kind), of(newTenant(t)), judged)
				hasTenants(t, r, r.Status == 200 && len(t.List(r)) == 0)
				unsupported(t, r, "the header is not passed over")
			},
		},
		{
			ID: "mim1.tenant.unsupported.retrieve", Title: "A platform without tenants answers a retrieval in a tenant with 501 NoMultiTenantSupport",
			Fault: "tenant.ignored",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entityPath(s.id), of(newTenant(t)), judged)
				hasTenants(t, r, r.Status == 404)
				unsupported(t, r, "the header is not passed over")
			},
		},
		{
			ID: "mim1.tenant.unsupported.create", Title: "A platform without tenants answers a creation in a tenant with 501 NoMultiTenantSupport and creates nothing",
			Fault: "tenant.ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				r := t.POST(entities, JSON(e), of(newTenant(t)), judged)
				there := t.GET(entityPath(s.id)).Status
				hasTenants(t, r, r.Status == 201 && there == 404)
				unsupported(t, r, "the header is not passed over")
				t.Expect(there).To(gomega.Equal(404), "entity %s must not be in the default tenant", s.id)
			},
		},
		{
			ID: "mim1.tenant.unsupported.registration", Title: "A platform without tenants refuses to register a context source with a tenant: 501 NoMultiTenantSupport",
			Feature: FeatureRegistrations, Fault: "registration.tenant-dropped",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.GET(entityPath(s.id), of(newTenant(t)), judged)
				hasTenants(t, r, r.Status == 404)
				g := aRegistration(t, t.Name("Nothing"), nowhere, having("tenant", newTenant(t)))
				unsupported(t, t.POST(registrations, JSON(g), judged), "such a source could not be asked as registered")
			},
		},
	}, Check{Requirements: errorAnswers, Clause: cim009 + "5.5.10", Level: Extended, Needs: writes, Since: "1.4.1"})
	for i := range checks {
		checks[i].Without = FeatureTenants
	}
	return checks
}

// hasTenants ends a check that is for platforms without tenants on one that turns out to
// have them.
func hasTenants(t *T, r *probe.Response, apart bool) {
	if needsTenants(r) || apart {
		t.Inapplicable("the platform keeps tenants apart, although it does not claim feature %s", FeatureTenants)
	}
}
