package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// newTenant is the name of a tenant of the run's own, as lower-case letters and
// digits, which every platform can take.
func newTenant(t *T) string { return strings.ToLower(t.Name("tenant")) }

// of sends a request to a tenant.
func of(tenant string) Option { return Header(ngsild.HeaderTenant, tenant) }

// createIn stores e in a tenant, which that makes if it is not there.
func createIn(t *T, tenant string, e ngsild.Object) {
	madeTenant(t, t.POST(entities, JSON(e), of(tenant)))
}

// madeTenant expects that a creation succeeded in a tenant that was not there; where that
// makes none, the check has nothing to work in.
func madeTenant(t *T, r *probe.Response) {
	if needsTenants(r) {
		t.Untested("the platform makes no tenant by a creation, which 5.5.10 leaves to it, so that there is none to work in")
	}
	t.Require(r).To(HaveStatus(201))
}

// needsTenants says whether the platform answers that a tenant has to be there before:
// how tenants come into being is its own affair (5.5.10).
func needsTenants(r *probe.Response) bool {
	refused, _ := BeProblem(404, ngsild.NonexistentTenant).Match(r)
	return refused
}

// twoTenants are two tenants, each with an entity of the same id and type but another level.
type twoTenants struct {
	one, two string
	sensor   sensor
}

func newTwoTenants(t *T) twoTenants {
	s, e := aSensor(t)
	both := twoTenants{newTenant(t), newTenant(t), s}
	createIn(t, both.one, with(e, s.level, ngsild.Property(1)))
	createIn(t, both.two, with(e, s.level, ngsild.Property(2)))
	return both
}

// levelIn expects the level of the tenant's entity.
func (b twoTenants) levelIn(t *T, tenant string, level int) {
	t.Expect(read(t, b.sensor.id, of(tenant))).To(haveAttribute(b.sensor.level, ngsild.Property(level)), "of tenant %s", tenant)
}

// echoed expects that all operations succeeded in the tenant, and that the answers name it.
func echoed(t *T, tenant string, answers ...*probe.Response) {
	repeated(t, ngsild.HeaderTenant, tenant, answers...)
}

// repeated expects that all operations succeeded, and that the answers have the header of
// their requests.
func repeated(t *T, header, value string, answers ...*probe.Response) {
	for _, r := range answers {
		t.Require(r).To(HaveStatus(200, 201, 204))
		t.Expect(r).To(HaveHeader(header, gomega.Equal(value)))
	}
}

func tenants() []Check {
	return common([]Check{
		{
			ID:    "mim1.tenant.create",
			Title: "Creating an entity in a tenant that is not there makes the tenant, and the entity is in it", Clause: cim009 + "5.5.10",
			Fault: "tenant.creation-refused",
			Body: func(t *T) {
				s, e := aSensor(t)
				tenant := newTenant(t)
				r := t.POST(entities, JSON(e), of(tenant))
				if needsTenants(r) {
					t.Inapplicable("the platform makes no tenant by a creation, which 5.5.10 leaves to it")
				}
				t.Require(r).To(HaveStatus(201))
				t.Expect(read(t, s.id, of(tenant))).To(haveAttribute(s.level, levelAtFirst()))
			},
		},
		{
			ID:    "mim1.tenant.apart.default",
			Title: "An entity of a tenant is not among the default tenant's",
			Fault: "tenant.ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				t.Require(t.GET(entityPath(s.id), of(tenant))).To(HaveStatus(200))
				isGone(t, s.id)
				t.Expect(entitiesIn(t, t.GET(entities, Query("type", s.kind)))).To(gomega.BeEmpty())
			},
		},
		{
			ID:    "mim1.tenant.apart.sameId",
			Title: "Two tenants can have entities of the same id, and each sees its own",
			Fault: "tenant.one-for-all",
			Body: func(t *T) {
				b := newTwoTenants(t)
				b.levelIn(t, b.one, 1)
				b.levelIn(t, b.two, 2)
			},
		},
		{
			ID:    "mim1.tenant.apart.query",
			Title: "A query in a tenant gives that tenant's entities only",
			Fault: "tenant.query-of-default",
			Body: func(t *T) {
				b := newTwoTenants(t)
				other := t.URN("Sensor")
				createIn(t, b.two, ngsild.Entity(other, b.sensor.kind))
				c := candidates{ids: map[string]string{"shared": b.sensor.id, "other": other}}
				c.expect(t, both(of(b.one), Query("type", b.sensor.kind)), "shared")
				c.expect(t, both(of(b.two), Query("type", b.sensor.kind)), "shared", "other")
			},
		},
		{
			ID:    "mim1.tenant.apart.update",
			Title: "An update in a tenant leaves the other tenant's entity alone",
			Fault: "tenant.update-of-default",
			Body: func(t *T) {
				b := newTwoTenants(t)
				done(t, t.PATCH(attrsPath(b.sensor.id), JSON(ngsild.Object{b.sensor.level: ngsild.Property(3)}), of(b.one)))
				b.levelIn(t, b.one, 3)
				b.levelIn(t, b.two, 2)
			},
		},
		{
			ID:    "mim1.tenant.apart.delete",
			Title: "A deletion in a tenant leaves the other tenant's entity alone",
			Fault: "tenant.delete-of-default",
			Body: func(t *T) {
				b := newTwoTenants(t)
				done(t, t.DELETE(entityPath(b.sensor.id), of(b.one)))
				t.Expect(t.GET(entityPath(b.sensor.id), of(b.one))).To(BeProblem(404, ngsild.ResourceNotFound))
				b.levelIn(t, b.two, 2)
			},
		},
		{
			ID:    "mim1.tenant.apart.types",
			Title: "The types of a tenant are those of its own entities",
			Fault: "tenant.types-of-default",
			Body: func(t *T) {
				if !t.Claims(FeatureDiscovery) {
					t.Inapplicable("the target does not claim feature %s, by which a tenant's types could be asked for", FeatureDiscovery)
				}
				s, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				listed := func(in ...Option) []string {
					r := t.GET("/types", in...)
					t.Require(r).To(HaveStatus(200))
					var names []string
					for _, name := range texts(t.Object(r)["typeList"]) {
						names = append(names, strings.TrimPrefix(name, ngsild.DefaultVocab))
					}
					return names
				}
				t.Expect(listed(of(tenant))).To(gomega.ConsistOf(s.kind))
				t.Expect(listed()).NotTo(gomega.ContainElement(s.kind))
			},
		},
		{
			ID:    "mim1.tenant.echo.create",
			Title: "The answer to a creation in a tenant names the tenant", Clause: cim009 + "6.3.14",
			Fault: "tenant.no-echo",
			Body: func(t *T) {
				_, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				other := t.POST(entities, JSON(with(e, "id", t.URN("Sensor"))), of(tenant))
				t.Require(other).To(HaveStatus(201))
				t.Expect(other).To(HaveHeader(ngsild.HeaderTenant, gomega.Equal(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.echo.read",
			Title: "The answers to a retrieval and to a query in a tenant name the tenant", Clause: cim009 + "6.3.14",
			Fault: "tenant.no-echo",
			Body: func(t *T) {
				b := newTwoTenants(t)
				for tenant, r := range InOrder(map[string]*probe.Response{
					b.one: t.GET(entityPath(b.sensor.id), of(b.one)),
					b.two: t.GET(entities, Query("type", b.sensor.kind), of(b.two)),
				}) {
					t.Require(r).To(HaveStatus(200))
					t.Expect(r).To(HaveHeader(ngsild.HeaderTenant, gomega.Equal(tenant)))
				}
			},
		},
		{
			ID:    "mim1.tenant.echo.change",
			Title: "The answers to changes and to deletions in a tenant name the tenant", Clause: cim009 + "6.3.14",
			Fault: "tenant.no-echo-without-content",
			Hint:  "the header is set with the body, and these answers have none",
			Body: func(t *T) {
				s, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				for _, r := range []*probe.Response{
					t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(21)}), of(tenant)),
					t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(22)), of(tenant)),
					t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(23)}), of(tenant)),
					t.DELETE(attrPath(s.id, s.level), of(tenant)),
					t.DELETE(entityPath(s.id), of(tenant)),
				} {
					done(t, r)
					t.Expect(r).To(HaveHeader(ngsild.HeaderTenant, gomega.Equal(tenant)))
				}
			},
		},
		{
			ID:    "mim1.tenant.echo.batch",
			Title: "The answers to batch operations in a tenant name the tenant", Clause: cim009 + "6.3.14; " + cim009 + "5.5.10",
			Fault: "tenant.batch-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureBatch)
				s, e := aSensor(t)
				tenant := newTenant(t)
				first := batch(t, "create", []any{e}, of(tenant))
				madeTenant(t, first)
				echoed(t, tenant, first,
					batch(t, "upsert", []any{with(e, s.level, ngsild.Property(21))}, of(tenant)),
					batch(t, "update", []any{with(e, s.level, ngsild.Property(22))}, of(tenant)),
					post(t, selector(ngsild.Object{"type": s.kind}), of(tenant)),
					batch(t, "delete", []any{s.id}, of(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.echo.subscription",
			Title: "The answers to operations on subscriptions of a tenant name the tenant", Clause: cim009 + "6.3.14; " + cim009 + "5.5.10",
			Fault: "tenant.subscription-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureSubscriptions)
				_, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				s := aSubscription(t, t.Name("Nothing"), nobody)
				created := t.POST(subscriptions, JSON(s), of(tenant))
				t.Require(created).To(HaveStatus(201))
				id := s["id"].(string)
				echoed(t, tenant, created,
					t.GET(subscriptionPath(id), of(tenant)),
					t.GET(subscriptions, of(tenant)),
					patchSubscription(t, id, ngsild.Object{"description": "changed"}, of(tenant)),
					t.DELETE(subscriptionPath(id), of(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.echo.registration",
			Title: "The answers to operations on registrations of a tenant name the tenant", Clause: cim009 + "6.3.14; " + cim009 + "5.5.10",
			Fault: "tenant.registration-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureRegistrations)
				_, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				kind := t.Name("Nothing")
				g := aRegistration(t, kind, nowhere)
				created := t.POST(registrations, JSON(g), of(tenant))
				t.Require(created).To(HaveStatus(201))
				id := g["id"].(string)
				echoed(t, tenant, created,
					t.GET(registrationPath(id), of(tenant)),
					t.GET(registrations, Query("type", kind), of(tenant)),
					t.PATCH(registrationPath(id), JSON(ngsild.Object{"description": "changed"}), of(tenant)),
					t.DELETE(registrationPath(id), of(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.echo.temporal",
			Title: "The answers to temporal operations in a tenant name the tenant", Clause: cim009 + "6.3.14; " + cim009 + "5.5.10",
			Fault: "tenant.temporal-no-echo",
			Body: func(t *T) {
				alsoClaims(t, FeatureTemporal)
				s, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, with(e, "id", t.URN("Sensor")))
				past := ngsild.Entity(s.id, s.kind)
				past[s.level] = []any{ngsild.Object{"type": "Property", "value": 20, "observedAt": at("11:00:00")}}
				created := t.POST(evolutions, JSON(past), of(tenant))
				t.Require(created).To(HaveStatus(201))
				echoed(t, tenant, created,
					t.GET(evolutionPath(s.id), of(tenant)),
					t.GET(evolutions, Query("type", s.kind), within("10:00:00", "14:00:00"), of(tenant)),
					postPast(t, ofKind(s.kind, ngsild.Object{"timerel": "after", "timeAt": at("10:00:00")}), of(tenant)),
					t.DELETE(evolutionPath(s.id), of(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.echo.refusal",
			Title: "The answers to what is not found and to what is refused in a tenant name the tenant", Clause: cim009 + "6.3.14",
			Fault: "tenant.no-echo-of-errors",
			Hint:  "the header is set where all went well, and errors are written by somebody else",
			Body: func(t *T) {
				s, e := aSensor(t)
				tenant := newTenant(t)
				createIn(t, tenant, e)
				notFound := t.GET(entityPath(t.URN("Sensor")), of(tenant))
				t.Require(notFound).To(HaveStatus(404))
				t.Expect(notFound).To(HaveHeader(ngsild.HeaderTenant, gomega.Equal(tenant)))
				refused := t.GET(entities, Query("type", s.kind, "limit", "-1"), of(tenant))
				t.Require(refused).To(HaveStatus(400))
				t.Expect(refused).To(HaveHeader(ngsild.HeaderTenant, gomega.Equal(tenant)))
			},
		},
		{
			ID:    "mim1.tenant.batch",
			Title: "A batch creation in a tenant stores all entities there",
			Fault: "tenant.batch-of-default",
			Body: func(t *T) {
				if !t.Claims(FeatureBatch) {
					t.Inapplicable("the target does not claim feature %s", FeatureBatch)
				}
				s, e := aSensor(t)
				tenant := newTenant(t)
				madeTenant(t, batch(t, "create", []any{e}, of(tenant)))
				t.Expect(read(t, s.id, of(tenant))).To(haveAttribute(s.level, levelAtFirst()))
				isGone(t, s.id)
			},
		},
	}, Check{Requirements: access, Clause: cim009 + "4.14", Level: Core, Feature: FeatureTenants, Needs: writes, Since: "1.4.1"})
}

// unknownTenants checks what is said of a tenant that is not there: NonexistentTenant is
// what a platform should say (5.5.10), so that another answer is a finding and no more.
func unknownTenants() []Check {
	checks := common([]Check{
		{
			ID:    "mim1.tenant.unknown.retrieve",
			Title: "A retrieval in a tenant that is not there is answered with 404 NonexistentTenant",
			Fault: "tenant.unknown-not-told",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.GET(entityPath(s.id), of(newTenant(t)))).To(BeProblem(404, ngsild.NonexistentTenant))
			},
		},
		{
			ID:    "mim1.tenant.unknown.query",
			Title: "A query in a tenant that is not there is answered with 404 NonexistentTenant",
			Needs: reads, Fault: "tenant.unknown-is-empty",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Sensor")), of(newTenant(t)))).To(BeProblem(404, ngsild.NonexistentTenant))
			},
		},
		{
			ID:    "mim1.tenant.unknown.update",
			Title: "An update in a tenant that is not there is answered with 404 NonexistentTenant",
			Fault: "tenant.unknown-not-told",
			Body: func(t *T) {
				s := newSensor(t)
				r := t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(3)}), of(newTenant(t)))
				t.Expect(r).To(BeProblem(404, ngsild.NonexistentTenant))
				s.isUnchanged(t)
			},
		},
		{
			ID:    "mim1.tenant.unknown.delete",
			Title: "A deletion in a tenant that is not there is answered with 404 NonexistentTenant and deletes nothing",
			Fault: "tenant.unknown-not-told",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.DELETE(entityPath(s.id), of(newTenant(t)))).To(BeProblem(404, ngsild.NonexistentTenant))
				s.isUnchanged(t)
			},
		},
	}, Check{Requirements: errorAnswers, Clause: cim009 + "5.5.10", Level: Extended, Needs: writes, Since: "1.4.1"})
	for i := range checks {
		body := checks[i].Body
		checks[i].Body = func(t *T) { alsoClaims(t, FeatureTenants); body(t) }
	}
	return checks
}
