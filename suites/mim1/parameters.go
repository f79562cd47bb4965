package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// localOnly checks that what is asked for locally stays on the platform, where other
// operations than those on one entity are concerned (6.3.18).
func localOnly() []Check {
	var checks []Check
	for _, o := range []struct {
		name, words, offers, fault string
		feature                    Feature
		since                      string
		send                       func(t *T, d *spread) *probe.Response
	}{
		{"batchCreate", "A batch creation", "createBatch", "post-entityoperations-create", FeatureBatch, "", func(t *T, d *spread) *probe.Response {
			return batch(t, "create", []any{ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))}, local)
		}},
		{"batchUpsert", "A batch upsert", "upsertBatch", "post-entityoperations-upsert", FeatureBatch, "", func(t *T, d *spread) *probe.Response {
			return batch(t, "upsert", []any{ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))}, local)
		}},
		{"batchUpdate", "A batch update", "updateBatch", "post-entityoperations-update", FeatureBatch, "", func(t *T, d *spread) *probe.Response {
			return batch(t, "update", []any{ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))}, local)
		}},
		{"batchMerge", "A batch merge", "mergeBatch", "post-entityoperations-merge", FeatureMerge, "", func(t *T, d *spread) *probe.Response {
			return batch(t, "merge", []any{ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))}, local)
		}},
		{"batchDelete", "A batch deletion", "deleteBatch", "post-entityoperations-delete", FeatureBatch, "", func(t *T, d *spread) *probe.Response {
			return batch(t, "delete", []any{d.id}, local)
		}},
		{"batchQuery", "A query by POST", "queryBatch", "post-entityoperations-query", FeatureBatch, "", func(t *T, d *spread) *probe.Response {
			return post(t, selector(ngsild.Object{"type": d.kind}), local)
		}},
		{"purge", "A purge", "purgeEntity", "delete-entities", FeaturePurge, "1.9.1", func(t *T, d *spread) *probe.Response {
			return t.DELETE(entities, Query("type", d.kind), local)
		}},
	} {
		checks = append(checks, Check{
			ID: "mim1.distributed.local." + o.name, Title: o.words + " with local=true is the platform's own: no source is asked",
			Clause: cim009 + "6.3.18", Fault: "generic." + o.fault + ".ignores-local", Since: o.since,
			Body: func(t *T) {
				alsoClaims(t, o.feature)
				d := newSpread(t)
				if o.name != "batchCreate" {
					d.keeps(t)
				}
				d.whole(t, "inclusive", offering(o.offers, "createEntity", "updateEntity", "replaceEntity", "mergeEntity", "deleteEntity",
					"appendAttrs", "updateAttrs", "queryEntity", "retrieveEntity"))
				r := o.send(t, d)
				t.Require(r).To(HaveStatus(200, 201, 204))
				d.isNotAsked(t, "local=true is for what the platform has itself")
			},
		})
	}
	return checks
}

var local = Query("local", "true")

// sourceFilters checks csf, which selects context sources by their own properties (4.9).
func sourceFilters() []Check {
	return []Check{
		{
			ID: "mim1.distributed.query.csf", Title: "A query with csf asks the sources that meet it, and no others",
			Clause: cim009 + "5.7.2.4", Level: Extended, Fault: "generic.get-entities.ignores-csf",
			Body: func(t *T) {
				d, rank := newSpread(t), t.Name("rank")
				d.keeps(t)
				d.whole(t, "inclusive", offering("queryEntity", "retrieveEntity"), having(rank, "low"))
				t.Require(t.GET(entities, Query("type", d.kind, "csf", rank+`=="high"`))).To(HaveStatus(200))
				d.isNotAsked(t, "its "+rank+" is another one than csf selects")
			},
		},
	}
}

// furtherParameters checks parameters of queries of which no other check asks.
func furtherParameters() []Check {
	return common([]Check{
		{
			ID: "mim1.registration.query.csf", Title: "csf selects registrations by the sources' own properties",
			Clause: cim009 + "5.10.2.4", Feature: FeatureRegistrations, Requirements: discover, Level: Extended, Fault: "generic.get-csourceregistrations.ignores-csf",
			Body: func(t *T) {
				kind, rank := t.Name("Nothing"), t.Name("rank")
				high := register(t, aRegistration(t, kind, nowhere, having(rank, "high")))
				register(t, aRegistration(t, kind, nowhere, having(rank, "low")))
				t.Expect(idsIn(registrationsIn(t, t.GET(registrations, Query("type", kind, "csf", rank+`=="high"`))))).To(gomega.ConsistOf(high))
			},
		},
		{
			ID: "mim1.query.lang", Title: "A query with lang gives the texts of LanguageProperties in that language",
			Clause: cim009 + "4.15", Fault: "generic.get-entities.ignores-lang",
			Body: func(t *T) {
				kind, name := t.Name("Sensor"), t.Name("name")
				create(t, ngsild.Entity(t.URN("Sensor"), kind, name, ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"})))
				t.Expect(only(t, t.GET(entities, Query("type", kind, "lang", "fr")))).To(haveAttribute(name, ngsild.Property("Tour", "lang", "fr"), "languageMap"))
			},
		},
		{
			ID: "mim1.query.geometryProperty", Title: "In a query for GeoJSON, geometryProperty names the attribute that becomes the geometry",
			Clause: cim009 + "6.3.15", Feature: FeatureGeoJSON, Fault: "generic.get-entities.ignores-geometryproperty",
			Body: func(t *T) {
				kind, entrance := t.Name("Sensor"), t.Name("entrance")
				create(t, ngsild.Entity(t.URN("Sensor"), kind, "location", geometry("Point", point(0, 0)), entrance, geometry("Point", point(1, 1))))
				r := t.GET(entities, Query("type", kind, "geometryProperty", entrance), Header("Accept", ngsild.MediaGeoJSON))
				t.Require(r).To(HaveStatus(200))
				features := instances(t.Object(r), "features")
				t.Require(features).To(gomega.HaveLen(1))
				shown, _ := features[0]["geometry"].(ngsild.Object)
				t.Expect(normal(shown["coordinates"])).To(gomega.Equal(normal(point(1, 1))))
			},
		},
		{
			ID: "mim1.batch.query.format", Title: "A query by POST with format=simplified gives simplified entities",
			Clause: cim009 + "6.3.7", Since: "1.8.1", Feature: FeatureBatch, Fault: "generic.post-entityoperations-query.ignores-format",
			Body: func(t *T) {
				s := newSensor(t)
				e := only(t, post(t, selector(ngsild.Object{"type": s.kind}), Query("format", "simplified")))
				t.Expect(normal(e[s.level])).To(gomega.Equal(20.0))
			},
		},
		inOneLanguage("retrieve", "An evolution", "get-temporal-entities-entity", func(t *T, id, kind string) ngsild.Object {
			return evolution(t, id, Query("lang", "fr"))
		}),
		inOneLanguage("query", "A temporal query", "get-temporal-entities", func(t *T, id, kind string) ngsild.Object {
			return entityIn(t, t.GET(evolutions, Query("type", kind, "lang", "fr"), within("09:00:00", "14:00:00")), id)
		}),
		{
			ID: "mim1.temporal.query.createdAt", Title: "A temporal query with timeproperty=createdAt selects by when instances were entered",
			Clause: cim009 + "4.11", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.get-temporal-entities.ignores-timeproperty",
			Body: func(t *T) {
				c, now := earlyAndLate(t), "2010-01-01T00:00:00Z"
				later := t.GET(evolutions, Query("type", c.kind, "timerel", "before", "timeAt", now, "timeproperty", "createdAt"))
				t.Expect(c.labels(evolutionsIn(t, later))).To(chooseExactly(), "nothing was entered before %s", now)
				ever := t.GET(evolutions, Query("type", c.kind, "timerel", "before", "timeAt", "2099-01-01T00:00:00Z", "timeproperty", "createdAt"))
				t.Expect(c.labels(evolutionsIn(t, ever))).To(chooseExactly("early", "late"))
				none := t.GET(evolutions, Query("type", c.kind, "timerel", "after", "timeAt", "2099-01-01T00:00:00Z", "timeproperty", "createdAt"))
				t.Expect(c.labels(evolutionsIn(t, none))).To(chooseExactly())
				since := t.GET(evolutions, Query("type", c.kind, "timerel", "after", "timeAt", at("23:00:00"), "timeproperty", "createdAt"))
				t.Expect(c.labels(evolutionsIn(t, since))).To(chooseExactly("early", "late"), "all was observed before that time, and entered after it")
			},
		},
		{
			ID: "mim1.purge.scopeQ", Title: "A purge by type and scopeQ deletes the entities of that scope",
			Clause: cim009Later + "5.6.21", Since: "1.9.1", Feature: FeaturePurge, Requirements: access, Fault: "generic.delete-entities.ignores-scopeq",
			Body: func(t *T) {
				h := newHerd(t)
				scoped := create(t, ngsild.Entity(t.URN("Sensor"), h.kind, "scope", "/Madrid"))
				h.ids["scoped"] = scoped
				h.purge(t, "scopeQ", "/Madrid")
				h.left(t, "low", "high", "other")
			},
		},
		{
			ID: "mim1.purge.geoproperty", Title: "A purge by geoquery looks at the attribute that geoproperty names",
			Clause: cim009Later + "5.6.21", Since: "1.9.1", Feature: FeaturePurge, Requirements: access, Fault: "generic.delete-entities.ignores-geoproperty",
			Body: func(t *T) {
				h, area := newHerd(t), t.Name("area")
				h.ids["by area"] = create(t, ngsild.Entity(t.URN("Sensor"), h.kind, area, geometry("Point", []any{10.0, 56.0})))
				h.purge(t, "georel", "near;maxDistance==1000", "geometry", "Point", "coordinates", "[10,56]", "geoproperty", area)
				h.left(t, "low", "high", "other")
			},
		},
	}, Check{Requirements: query, Level: Core, Needs: writes})
}

// inOneLanguage is a check that the instances of a LanguageProperty are shown in one language.
func inOneLanguage(name, words, operation string, read func(t *T, id, kind string) ngsild.Object) Check {
	return Check{
		ID: "mim1.temporal." + name + ".lang", Title: words + " with lang gives the texts of LanguageProperties in that language",
		Clause: cim009 + "4.15", Feature: FeatureTemporal, Requirements: historical, Fault: "generic." + operation + ".ignores-lang",
		Body: func(t *T) {
			kind, sign := t.Name("Sensor"), t.Name("sign")
			id := evolve(t, ngsild.Entity(t.URN("Sensor"), kind,
				sign, []any{ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"}, "observedAt", at("10:00:00"))}))
			e := read(t, id, kind)
			t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
			shown := instances(e, sign)
			t.Require(shown).To(gomega.HaveLen(1))
			t.Expect(shown[0]["value"]).To(gomega.Equal("Tour"))
			t.Expect(shown[0]).NotTo(gomega.HaveKey("languageMap"))
		},
	}
}

// entityMapCreation checks the creation of an entity map without a query's answer
// (5.14.4): what selects entities in a query selects them there.
func entityMapCreation() []Check {
	var checks []Check
	add := func(name, words, fault string, body func(t *T)) {
		checks = append(checks, Check{ID: "mim1.entityMap.create." + name, Title: words, Fault: "generic.get-entitymaps." + fault, Body: body})
	}
	by := func(name, words string, fault string, made func(t *T) candidates, how func(c candidates) Option, labels ...string) {
		add(name, "The entity map of a query by "+words+" lists the entities that the query finds", fault, func(t *T) {
			c := made(t)
			c.expectMap(t, t.GET(entityMapList, c.ofType(), how(c)), labels...)
		})
	}
	by("type", "type", "ignores-type", around, func(c candidates) Option { return Query("local", "true") }, "below", "at", "above", "without")
	by("q", "q", "ignores-q", around, func(c candidates) Option { return c.q(">20") }, "above")
	by("id", "id", "ignores-id", around, func(c candidates) Option { return Query("id", c.ids["at"]) }, "at")
	by("idPattern", "idPattern", "ignores-idpattern", around, func(c candidates) Option {
		return Query("idPattern", ".*"+strings.TrimPrefix(c.ids["at"], "urn:ngsi-ld:Sensor:")+"$")
	}, "at")
	by("attrs", "attrs", "ignores-attrs", around, func(c candidates) Option { return Query("attrs", c.attr) }, "below", "at", "above")
	by("geo", "a geoquery", "ignores-georel", alongTheCoast, func(candidates) Option {
		return relation("near;maxDistance==2000", "Point", harbour)
	}, "at", "1.2 km")
	by("scopeQ", "scopeQ", "ignores-scopeq", func(t *T) candidates {
		kind := t.Name("Sensor")
		c := candidatesOf(t, map[string]ngsild.Object{"in": ngsild.Entity(t.URN("Sensor"), kind, "scope", "/Madrid"), "out": ngsild.Entity(t.URN("Sensor"), kind)})
		c.kind = kind
		return c
	}, func(candidates) Option { return Query("scopeQ", "/Madrid") }, "in")
	add("geoproperty", "The entity map of a geoquery is by the attribute that geoproperty names", "ignores-geoproperty", func(t *T) {
		kind, area := t.Name("Sensor"), t.Name("area")
		c := candidatesOf(t, map[string]ngsild.Object{
			"by area":     ngsild.Entity(t.URN("Sensor"), kind, area, geometry("Point", point(0, 0))),
			"by location": ngsild.Entity(t.URN("Sensor"), kind, "location", geometry("Point", point(0, 0))),
		})
		c.kind = kind
		c.expectMap(t, t.GET(entityMapList, c.ofType(), relation("near;maxDistance==2000", "Point", harbour, "geoproperty", area)), "by area")
	})
	return common(checks, Check{Requirements: query, Clause: cim009Later + "5.14.4", Level: Core, Feature: FeatureEntityMaps, Needs: writes, Since: "1.9.1"})
}
