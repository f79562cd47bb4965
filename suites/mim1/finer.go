package mim1

import (
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// finerPoints checks single cases that the rules of an operation spell out, and that a
// platform may miss which does the usual ones.
func finerPoints() []Check {
	return slices.Concat(finerProvision(), unnamed(), nullItems(), finerConsumption())
}

func finerProvision() []Check {
	noOverwrite := Query("options", "noOverwrite")
	return common([]Check{
		{
			ID: "mim1.attribute.append.noOverwriteDataset", Title: "With options=noOverwrite the instance of a dataset that is there is left untouched, and one of another dataset is added",
			Clause: cim009 + "5.6.3.4", Fault: "attribute.append.no-overwrite-of-default-only",
			Body: func(t *T) {
				here, other := t.URN("Dataset"), t.URN("Dataset")
				level := t.Name("level")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, []any{ngsild.Property(20), ngsild.Property(30, "datasetId", here)}))
				r := t.POST(attrsPath(id), noOverwrite, JSON(ngsild.Object{level: []any{ngsild.Property(31, "datasetId", here), ngsild.Property(40, "datasetId", other)}}))
				t.Require(r).To(HaveStatus(204, 207))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", here)))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(40, "datasetId", other)))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20)))
			},
		},
		{
			ID: "mim1.attribute.append.noOverwriteScope", Title: "With options=noOverwrite an appended scope joins the scopes that the entity has",
			Clause: cim009Later + "5.6.3.4", Since: "1.9.1", Requirements: structured, Fault: "attribute.append.no-overwrite-drops-scope",
			Body: func(t *T) {
				s, e := aSensor(t)
				e["scope"] = "/Madrid/Gardens"
				create(t, e)
				t.Require(t.POST(attrsPath(s.id), noOverwrite, JSON(ngsild.Object{"scope": "/CompanyA"}))).To(HaveStatus(204, 207))
				t.Expect(read(t, s.id)).To(haveScopes("/Madrid/Gardens", "/CompanyA"))
			},
		},
		{
			ID: "mim1.attribute.update.addsDefault", Title: "Updating an attribute that has an instance of a dataset only adds the default instance",
			Clause: cim009Later + "5.6.2.4", Since: "1.9.1", Fault: "attribute.update.default-not-added",
			Body: func(t *T) {
				level, dataset := t.Name("level"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, ngsild.Property(30, "datasetId", dataset)))
				r := t.PATCH(attrsPath(id), JSON(ngsild.Object{level: ngsild.Property(20)}))
				t.Require(r).To(HaveStatus(204))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20)))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", dataset)))
			},
		},
		{
			ID: "mim1.attribute.update.addsDataset", Title: "Updating an attribute that has a default instance only adds an instance of a dataset",
			Clause: cim009Later + "5.6.2.4, 6.6.3.2", Since: "1.9.1", Fault: "attribute.update.dataset-not-added",
			Body: func(t *T) {
				level, dataset := t.Name("level"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, ngsild.Property(20)))
				t.Require(t.PATCH(attrsPath(id), JSON(ngsild.Object{level: ngsild.Property(30, "datasetId", dataset)}))).To(HaveStatus(204))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20)))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", dataset)))
			},
		},
		{
			ID: "mim1.attribute.partialUpdate.withoutType", Title: "A partial update need not name the attribute's type",
			Clause: cim009 + "5.6.4.4", Since: "1.6.1", Fault: "attribute.partial-update.wants-type",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Object{"value": 25})))
				s.hasOnlyLevel(t, with(levelAtFirst(), "value", 25))
			},
		},
		{
			ID: "mim1.attribute.partialUpdate.badData", Title: "A partial update against the attribute's data type is refused with 400 BadRequestData and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", Fault: "attribute.partial-update.takes-any-object",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrPath(s.id, s.place), JSON(ngsild.Relationship("next door")))).To(BeProblem(400, ngsild.BadRequestData))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID: "mim1.attribute.partialUpdate.scope", Title: "A partial update of scope, which is no attribute, is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.6.4.4", Since: "1.9.1", Fault: "attribute.partial-update.takes-scope",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrPath(s.id, "scope"), JSON(ngsild.Property("/Madrid")))).To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(read(t, s.id)).To(haveScopes())
			},
		},
		{
			ID: "mim1.attribute.replace.badData", Title: "Replacing an attribute by what breaks its data type is refused with 400 BadRequestData and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", Feature: FeatureReplace, Since: "1.6.1", Fault: "attribute.replace.takes-any-object",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(attrPath(s.id, s.place), JSON(ngsild.Relationship("next door")))).To(BeProblem(400, ngsild.BadRequestData))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID: "mim1.attribute.replace.unknownDataset", Title: "Replacing an instance that the attribute has not is answered with 404 ResourceNotFound and adds nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.19.4", Feature: FeatureReplace, Since: "1.6.1", Fault: "attribute.replace.adds-unknown-instance",
			Body: func(t *T) {
				s, dataset := newSensor(t), t.URN("Dataset")
				t.Expect(t.PUT(attrPath(s.id, s.level), JSON(ngsild.Property(99, "datasetId", dataset)))).To(BeProblem(404, ngsild.ResourceNotFound))
				e := read(t, s.id)
				t.Expect(e).To(lackInstance(s.level, dataset))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()))
			},
		},
		{
			ID: "mim1.attribute.replace.scope", Title: "Replacing scope, which is no attribute, is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009Later + "5.6.19.4", Feature: FeatureReplace, Since: "1.9.1", Fault: "attribute.replace.takes-scope",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(attrPath(s.id, "scope"), JSON(ngsild.Property("/Madrid")))).To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(read(t, s.id)).To(haveScopes())
			},
		},
		{
			ID: "mim1.entity.merge.observedAtExplicit", Title: "A common observedAt does not stand against one that the merged attribute brings",
			Clause: cim009 + "5.6.17.4", Feature: FeatureMerge, Since: "1.6.1", Fault: "entity.merge.observed-at-parameter-wins",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(entityPath(s.id), Query("observedAt", "2024-05-05T05:05:05Z"), JSON(ngsild.Object{
					s.level: ngsild.Property(22, "observedAt", "2024-06-06T06:06:06Z")})))
				s.hasOnlyLevel(t, ngsild.Property(22, "unitCode", "CEL", "observedAt", "2024-06-06T06:06:06Z"))
			},
		},
		{
			ID: "mim1.entity.replace.badData", Title: "Replacing an entity by what breaks the data type is refused with 400 BadRequestData, and the entity stays as it is",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", Feature: FeatureReplace, Since: "1.6.1", Fault: "entity.replace.takes-any-object",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PUT(entityPath(s.id), JSON(ngsild.Entity(s.id, s.kind, s.place, ngsild.Relationship("next door"))))).To(BeProblem(400, ngsild.BadRequestData))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID: "mim1.entity.create.defaultNamed", Title: "An instance with the datasetId @none is the default one, which is shown without a datasetId",
			Clause: cim009Later + "4.5.5.1", Requirements: structured, Since: "1.9.1", Fault: "represent.default-dataset-named",
			Body: func(t *T) {
				level, dataset := t.Name("level"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), level, []any{
					ngsild.Property(20, "datasetId", "@none"), ngsild.Property(30, "datasetId", dataset)}))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20), "datasetId"))
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", dataset)))
			},
		},
	}, Check{Requirements: access, Level: Core, Needs: writes})
}

// unnamed checks that operations on an attribute refuse what is no name of one.
func unnamed() []Check {
	const noName = "two words" // a space is none of the characters of names (4.6.2)
	refuses := func(name, words, clause, fault string, send func(t *T, path string) *probe.Response) Check {
		return Check{ID: "mim1.attribute." + name + ".noName", Title: words + " by what is no name of an attribute is refused with 400 BadRequestData",
			Clause: cim009 + clause, Fault: "attribute." + fault + ".any-name-not-found",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(send(t, attrPath(s.id, noName))).To(BeProblem(400, ngsild.BadRequestData))
				s.isUnchanged(t)
			}}
	}
	replace := refuses("replace", "Replacing an attribute", "5.6.19.4, 6.7.3.3", "replace", func(t *T, path string) *probe.Response { return t.PUT(path, JSON(ngsild.Property(1))) })
	replace.Feature, replace.Since = FeatureReplace, "1.6.1"
	return common([]Check{
		refuses("partialUpdate", "A partial update of an attribute", "5.6.4.4, 6.7.3.1", "partial-update", func(t *T, path string) *probe.Response { return t.PATCH(path, JSON(ngsild.Property(1))) }),
		refuses("delete", "Deleting an attribute", "5.6.5.4, 6.7.3.2", "delete", func(t *T, path string) *probe.Response { return t.DELETE(path) }),
		replace,
	}, Check{Requirements: errorAnswers, Level: Extended, Needs: writes, Hint: "an attribute of that name is not there, and that is answered with 404"})
}

// nullItems checks that a batch with null in its list is refused as a whole.
func nullItems() []Check {
	var checks []Check
	for _, o := range []struct{ name, words, clause string }{
		{"create", "creation", "5.6.7.4"}, {"upsert", "upsert", "5.6.8.4"}, {"update", "update", "5.6.9.4"}, {"delete", "deletion", "5.6.10.4"},
	} {
		checks = append(checks, Check{
			ID: "mim1.batch." + o.name + ".nullItem", Title: "A list with null in it is refused as a whole by batch " + o.words + " with 400 BadRequestData",
			Clause: cim009Later + o.clause, Fault: "batch." + o.name + ".null-passed-over",
			Body: func(t *T) {
				s, e := aSensor(t)
				var item any = e
				switch o.name {
				case "update":
					create(t, e)
					item = ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(99))
				case "delete":
					item = create(t, e)
				}
				t.Expect(batch(t, o.name, []any{item, nil})).To(BeProblem(400, ngsild.BadRequestData))
				if o.name == "update" || o.name == "delete" {
					s.isUnchanged(t)
				} else {
					isGone(t, s.id)
				}
			},
		})
	}
	return common(checks, Check{Requirements: errorAnswers, Level: Core, Feature: FeatureBatch, Needs: writes, Since: "1.9.1"})
}

func finerConsumption() []Check {
	return common([]Check{
		{
			ID: "mim1.query.q.unequalTypesDiffer", Title: "q with != takes values of another type for unequal",
			Clause: cim009 + "4.9", Fault: "query.q.unequal-of-one-type",
			Body: func(t *T) {
				c := valued(t, map[string]any{"equal": 20, "string": "20", "boolean": true, "without": nil})
				c.expect(t, c.q("!=20"), "string", "boolean")
			},
		},
		{
			ID: "mim1.query.q.relationshipOrder", Title: "q with an operator of order never matches a Relationship",
			Clause: cim009 + "4.9", Fault: "query.q.relationships-ordered",
			Body: func(t *T) {
				c := attributed(t, map[string]any{"relationship": ngsild.Relationship("urn:ngsi-ld:Place:x"), "text": ngsild.Property("urn:ngsi-ld:Place:x")})
				c.expect(t, c.q(`>="urn:ngsi-ld:Place:a"`), "text")
			},
		},
		{
			ID: "mim1.query.q.unequalInAnyLanguage", Title: "q with [*] and != gives the entities of which no text in any language is equal",
			Clause: cim009 + "4.9", Since: "1.9.1", Fault: "query.q.unequal-in-some-language",
			Body: func(t *T) {
				in := func(en, fr string) ngsild.Object {
					return ngsild.LanguageProperty(ngsild.Object{"en": en, "fr": fr})
				}
				c := attributed(t, map[string]any{"red": in("red", "rouge"), "black": in("black", "noir"), "without": nil})
				c.expect(t, c.q(`[*]!="red"`), "black")
			},
		},
		{
			ID: "mim1.query.q.systemAlone", Title: "A query that is narrowed by nothing but a q about system attributes is refused with 400 BadRequestData as too wide",
			Requirements: errorAnswers, Clause: cim009 + "5.7.2.4", Since: "1.9.1", Needs: reads, Fault: "query.q.system-alone",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("q", "modifiedAt>2020-01-01T00:00:00Z", "limit", "1"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.query.q.notPatternOfStrings", Title: "q with !~= never matches a value that is no string",
			Clause: cim009 + "4.9", Since: "1.9.1", Fault: "query.q.not-pattern-of-any-type",
			Body: func(t *T) {
				c := valued(t, map[string]any{"string": "six", "number": 6, "boolean": true})
				c.pattern(t, "!~=", "5.*", "string")
			},
		},
		{
			ID: "mim1.query.page.fullHasNoNext", Title: "A page that is full and holds the last entity links to no next page",
			Clause: cim009 + "5.5.9.1", Fault: "query.page.next-if-full",
			Body: func(t *T) {
				c := valued(t, map[string]any{"one": 1, "two": 2, "three": 3, "four": 4}) // two pages of two
				t.Expect(c.lastOf(t)).NotTo(hasPage("next"), "no entity is left (5.5.9)")
			},
		},
		{
			ID: "mim1.query.csfInvalid", Title: "A query with a filter of sources that is not valid is refused with 400 BadRequestData",
			Clause: cim009 + "5.7.2.4", Feature: FeatureDistributed, Requirements: errorAnswers, Needs: reads, Since: "1.6.1", Fault: "query.csf.invalid-ignored",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "csf", "rank=="))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID: "mim1.query.type.anyElsewhere", Title: "A query by the type * that is not to be limited to the platform itself is refused with 400 BadRequestData",
			Clause: cim009Later + "6.4.3.2", Since: "1.9.1", Requirements: errorAnswers, Needs: reads, Fault: "query.type.any-everywhere",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", "*", "local", "false", "limit", "1"))).To(BeProblem(400, badOrInvalid...))
			},
		},
		{
			ID: "mim1.query.type.any", Title: "A query by the type * gives entities of any type",
			Clause: cim009Later + "6.4.3.2", Since: "1.9.1", Fault: "query.type.any-unknown",
			Body: func(t *T) {
				c, _, _ := twoTypes(t)
				var ids []string
				for _, label := range sortedLabels(c.ids) {
					ids = append(ids, c.ids[label])
				}
				c.expect(t, Query("type", "*", "id", strings.Join(ids, ",")), "first", "look-alike", "second")
			},
		},
		{
			ID: "mim1.entity.represent.pickBar", Title: "pick may have | between the members as well as a comma",
			Clause: cim009Later + "4.21", Since: "1.9.1", Requirements: retrieve, Fault: "represent.pick-bar-unknown",
			Body: func(t *T) {
				s := newSight(t)
				e := read(t, s.id, Query("pick", "id|"+s.height+"|"+s.label))
				t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(s.height, s.label))
			},
		},
		{
			ID: "mim1.entity.represent.geometryPropertyAlone", Title: "geometryProperty in a retrieval that is not of GeoJSON is refused with 400 BadRequestData",
			Clause: cim009Later + "5.7.1.4", Since: "1.9.1", Feature: FeatureGeoJSON, Requirements: errorAnswers, Fault: "represent.geometry-property-of-json-taken",
			Body: func(t *T) {
				s := newSight(t)
				r := t.GET(entityPath(s.id), Query("geometryProperty", "location"), Header("Accept", ngsild.MediaJSON))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}, Check{Requirements: query, Level: Core, Needs: writes})
}
