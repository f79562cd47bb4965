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
		{"entityMap", "Creating an entity map", "createEntityMapQueryEntity", "get-entitymaps", FeatureEntityMaps, "1.9.1", func(t *T, d *spread) *probe.Response {
			return t.GET(entityMapList, Query("type", d.kind), local)
		}},
		{"entityMapByPost", "Creating an entity map by POST", "createEntityMapQueryEntity", "post-entitymaps", FeatureEntityMaps, "1.9.1", func(t *T, d *spread) *probe.Response {
			return t.POST(entityMapList, JSON(with(selector(ngsild.Object{"type": d.kind}), "type", "Query")), local)
		}},
		{"pastMap", "Creating an entity map for the past", "createEntityMapQueryTemporal", "get-temporal-entitymaps", FeatureEntityMaps, "1.9.1", func(t *T, d *spread) *probe.Response {
			alsoClaims(t, FeatureTemporal)
			return t.GET(pastMapList, Query("type", d.kind), everything(), local)
		}},
		{"pastMapByPost", "Creating an entity map for the past by POST", "createEntityMapQueryTemporal", "post-temporal-entitymaps", FeatureEntityMaps, "1.9.1", func(t *T, d *spread) *probe.Response {
			alsoClaims(t, FeatureTemporal)
			return t.POST(pastMapList, JSON(with(ofKind(d.kind, afterEleven()), "type", "Query")), local)
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
				past := o.offers == "createEntityMapQueryTemporal"
				offers := []any{o.offers, "createEntity", "updateEntity", "replaceEntity", "mergeEntity", "deleteEntity",
					"appendAttrs", "updateAttrs", "queryEntity", "retrieveEntity"}
				if past {
					offers = append(offers, "queryTemporal")
				}
				d.whole(t, "inclusive", offering(offers...), observing(past))
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
	var checks []Check
	get := func(path string, by ...Option) func(t *T, options ...Option) *probe.Response {
		return func(t *T, options ...Option) *probe.Response { return t.GET(path, append(options, by...)...) }
	}
	for _, o := range []struct {
		id, words, clause, fault string
		features                 []Feature
		since                    string
		send                     func(t *T, options ...Option) *probe.Response
	}{
		{"query", "A query", cim009 + "5.7.2.4", "get-entities", nil, "", get(entities)},
		{"pastQuery", "A temporal query", cim009 + "5.7.4.4", "get-temporal-entities", []Feature{FeatureTemporal}, "", get(evolutions, everything())},
		{"purge", "A purge", cim009Later + "5.6.21.4", "delete-entities", []Feature{FeaturePurge}, "1.9.1",
			func(t *T, options ...Option) *probe.Response { return t.DELETE(entities, options...) }},
		{"entityMap", "Creating an entity map", cim009Later + "5.14.4.4", "get-entitymaps", []Feature{FeatureEntityMaps}, "1.9.1", get(entityMapList)},
		{"pastMap", "Creating an entity map for the past", cim009Later + "5.14.5.4", "get-temporal-entitymaps", []Feature{FeatureEntityMaps, FeatureTemporal}, "1.9.1",
			get(pastMapList, everything())},
	} {
		checks = append(checks, Check{
			ID: "mim1.distributed." + o.id + ".csf", Title: o.words + " with csf asks the sources that meet it, and no others",
			Clause: o.clause, Since: o.since, Fault: "generic." + o.fault + ".ignores-csf",
			Body: func(t *T) {
				for _, f := range o.features {
					alsoClaims(t, f)
				}
				d, rank := newSpread(t), t.Name("rank")
				d.keeps(t)
				offers := []any{"queryEntity", "retrieveEntity", "queryTemporal", "purgeEntity"}
				if strings.HasSuffix(o.id, "Map") {
					offers = append(offers, "createEntityMapQueryEntity", "createEntityMapQueryTemporal")
				}
				d.whole(t, "inclusive", offering(offers...), having(rank, "low"),
					observing(o.id == "pastMap" || o.id == "pastQuery"))
				t.Require(o.send(t, Query("type", d.kind, "csf", rank+`=="high"`))).To(HaveStatus(200, 201, 204))
				d.isNotAsked(t, "its "+rank+" is another one than csf selects")
				o.send(t, Query("type", d.kind, "csf", rank+`=="low"`), Expecting(500, 502, 503, 504))
				d.isAsked(t)
			},
		})
	}
	return checks
}

// observing makes a source one of the past, if it is to be one (5.2.9).
func observing(past bool) edit {
	if !past {
		return having()
	}
	return having("observationInterval", ngsild.Object{"startAt": "2000-01-01T00:00:00Z", "endAt": "2099-01-01T00:00:00Z"})
}

// splitEntities checks queries for entities of which the parts are at several sources: what
// they are selected by is held against the whole.
func splitEntities() []Check {
	var checks []Check
	for _, o := range []struct {
		id, words, fault string
		feature          Feature
		send             func(t *T, d *spread, q string) *probe.Response
	}{
		{"query", "A query", "get-entities", "", func(t *T, d *spread, q string) *probe.Response {
			return t.GET(entities, Query("type", d.kind, "q", q, "splitEntities", "true"))
		}},
		{"batchQuery", "A query by POST", "post-entityoperations-query", FeatureBatch, func(t *T, d *spread, q string) *probe.Response {
			return post(t, with(selector(ngsild.Object{"type": d.kind}), "q", q), Query("splitEntities", "true"))
		}},
	} {
		checks = append(checks, Check{
			ID: "mim1.distributed." + o.id + ".split", Title: o.words + " with splitEntities=true finds an entity of which the parts meet q only together",
			Clause: cim009Later + "5.7.2.4", Since: "1.9.1", Fault: "generic." + o.fault + ".ignores-splitentities",
			Body: func(t *T) {
				if o.feature != "" {
					alsoClaims(t, o.feature)
				}
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "inclusive", offering("queryEntity", "queryBatch"))
				r := o.send(t, d, d.level+">40;"+d.place)
				d.isAsked(t)
				e := only(t, r)
				d.fromSource(t, e)
				d.fromHere(t, e)
			},
		})
	}
	return checks
}

// furtherParameters checks parameters of queries of which no other check asks.
func furtherParameters() []Check {
	return common([]Check{
		{
			ID: "mim1.registration.query.csf", Title: "csf selects registrations by the sources' own properties",
			Clause: cim009 + "5.10.2.4", Feature: FeatureRegistrations, Requirements: discover, Fault: "generic.get-csourceregistrations.ignores-csf",
			Body: func(t *T) {
				kind, rank := t.Name("Nothing"), t.Name("rank")
				high := register(t, aRegistration(t, kind, nowhere, having(rank, "high")))
				register(t, aRegistration(t, kind, nowhere, having(rank, "low")))
				t.Expect(idsIn(thingsIn(t, t.GET(registrations, Query("type", kind, "csf", rank+`=="high"`))))).To(gomega.ConsistOf(high))
			},
		},
		{
			ID: "mim1.registration.query.geoproperty", Title: "A geo-query with geoproperty discovers sources by that area of theirs",
			Clause: cim009 + "5.10.2.4", Feature: FeatureRegistrations, Requirements: discover, Fault: "generic.get-csourceregistrations.ignores-geoproperty",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				kind, near, far := t.Name("Nothing"), ngsild.Point(10.2, 56.15), ngsild.Point(-3.7, 40.4)
				c := sourcesOf(t, map[string]ngsild.Object{
					"operates here": aRegistration(t, kind, nowhere, having("operationSpace", near, "location", far)),
					"is here":       aRegistration(t, kind, nowhere, having("operationSpace", far, "location", near)),
				})
				c.expect(t, Query("type", kind, "georel", "near;maxDistance==2000", "geometry", "Point", "coordinates", "[10.2,56.15]",
					"geoproperty", "operationSpace"), "operates here")
			},
		},
		{
			ID: "mim1.temporal.query.geoproperty", Title: "A temporal query with geoproperty is by the places that this attribute had",
			Clause: cim009 + "5.7.4.4", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.get-temporal-entities.ignores-geoproperty",
			Body: func(t *T) {
				alsoClaims(t, FeatureGeoQuery)
				c := pastByTheHarbour(t)
				c.expectPast(t, []Option{everything(), relation("near;maxDistance==2000", "Point", harbour, "geoproperty", c.attr)}, "by area")
			},
		},
		{
			ID: "mim1.temporal.post.format", Title: "A temporal query by POST with format=temporalValues gives the simplified representation",
			Clause: cim009 + "6.3.12", Since: "1.8.1", Feature: FeatureTemporal, Requirements: historical, Fault: "generic.post-temporal-entityoperations-query.ignores-format",
			Body: func(t *T) {
				s := newSeries(t)
				e := entityIn(t, postPast(t, ofKind(s.kind, afterEleven()), Query("format", "temporalValues")), s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				t.Expect(pairs(e, s.level, "values")).NotTo(gomega.BeEmpty(), "pairs of values and times")
			},
		},
		{
			ID: "mim1.query.lang", Title: "A query with lang gives the texts of LanguageProperties in that language",
			Clause: cim009 + "4.15", Since: "1.4.1", Fault: "generic.get-entities.ignores-lang",
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
		Clause: cim009 + "4.15", Feature: FeatureTemporal, Requirements: historical, Since: "1.4.1", Fault: "generic." + operation + ".ignores-lang",
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
