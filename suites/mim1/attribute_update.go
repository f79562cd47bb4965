package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func attributeUpdate() []Check {
	return coreWrites([]Check{
		{
			ID:           "mim1.attribute.update.updated",
			Title:        "Updated attributes have their new values",
			Requirements: access, Clause: cim009 + "5.6.2.4, 6.6.3.2", TestPurposes: []string{"011_01"},
			Fault: "attribute.update.swallowed",
			Body: func(t *T) {
				s, elsewhere := newSensor(t), t.URN("Place")
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{
					s.level: ngsild.Property(25, "unitCode", "FAH"), s.place: ngsild.Relationship(elsewhere)})))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(25, "unitCode", "FAH")))
				t.Expect(e).To(haveAttribute(s.place, ngsild.Relationship(elsewhere)))
			},
		},
		{
			ID:           "mim1.attribute.update.othersStay",
			Title:        "Updating one attribute leaves the entity's other attributes as they are",
			Requirements: lasting, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_01"},
			Fault: "attribute.update.drops-other-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: with(levelAtFirst(), "value", 25)})))
				s.hasOnlyLevel(t, with(levelAtFirst(), "value", 25))
			},
		},
		{
			ID:           "mim1.attribute.update.replacesWhole",
			Title:        "An updated attribute is replaced whole: members that are not sent are gone",
			Requirements: access, Clause: cim009 + "5.5.8",
			Fault: "attribute.update.merges",
			Hint:  "the update merges into the attribute; only PATCH of the entity and of one attribute keep what is not sent",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(25)})))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.attribute.update.unknownAttribute",
			Title:        "Updating an attribute that the entity has not appends it or says that it did not, and never just drops it",
			Requirements: access, Clause: cim009 + "5.6.2.4",
			Fault: "attribute.update.drops-unknown-silently",
			Hint:  "newer versions append it (204), older ones report it as notUpdated (207); 204 without it is neither",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				r := t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(25), extra: ngsild.Property("new")}))
				allowed := []int{204, 207}
				if semver.Compare("v"+t.Env.SpecVersion, "v1.9.0") >= 0 { // no version is less than any
					allowed = allowed[:1]
				}
				t.Require(r).To(HaveStatus(allowed...), "since V1.9.1 it is appended")
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(25)))
				if r.Status == 204 {
					t.Expect(e).To(haveAttribute(extra, ngsild.Property("new")), "204 says that all attributes were updated (6.6.3.2)")
					return
				}
				t.Expect(t.Object(r)).To(gomega.And(gomega.HaveKey("updated"), gomega.HaveKey("notUpdated")), "207 comes with an UpdateResult (5.2.18)")
			},
		},
		{
			ID:           "mim1.attribute.update.dataset",
			Title:        "Updating an instance with a datasetId replaces that instance only",
			Requirements: access, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_01"},
			Fault: "attribute.update.ignores-dataset",
			Body: datasetCheck(func(t *T, id, level, dataset string) {
				done(t, t.PATCH(attrsPath(id), JSON(ngsild.Object{level: ngsild.Property(31, "datasetId", dataset)})))
			}),
		},
		{
			ID:           "mim1.attribute.update.nullRemoves",
			Title:        "Updating an attribute with NGSI-LD Null removes it",
			Requirements: access, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_07"}, Since: "1.6.1",
			Fault: "attribute.update.ignores-null-value",
			Body: func(t *T) {
				s := newSensor(t)
				doneOrNoNulls(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(ngsildNull)})))
				e := read(t, s.id)
				t.Expect(e).To(lackAttribute(s.level))
				s.isElseUnchanged(t, e)
			},
		},
		{
			ID:           "mim1.attribute.update.nullRemovesOther",
			Title:        "Updating a Relationship, a GeoProperty or a LanguageProperty with NGSI-LD Null removes it",
			Requirements: structured, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_07"}, Since: "1.6.1",
			Fault: "attribute.update.ignores-null-value",
			Body: func(t *T) {
				area, name := t.Name("area"), t.Name("name")
				s := newSensor(t, area, geometry("Point", point(0, 0)), name, ngsild.LanguageProperty(ngsild.Object{"en": "Tower", "fr": "Tour"}))
				for _, null := range []struct {
					name string
					is   ngsild.Object
				}{
					{s.place, ngsild.Relationship(ngsildNull)},
					{area, ngsild.Object{"type": "GeoProperty", "value": ngsildNull}},
					{name, ngsild.LanguageProperty(ngsild.Object{"@none": ngsildNull})},
				} {
					doneOrNoNulls(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{null.name: null.is})))
					t.Expect(read(t, s.id)).To(lackAttribute(null.name))
				}
				t.Expect(read(t, s.id)).To(haveAttribute(s.level, levelAtFirst()), "what was not named stays")
			},
		},
		{
			ID:           "mim1.attribute.update.addsType",
			Title:        "A fragment with another type adds that type to the entity's",
			Requirements: structured, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_06"}, Since: "1.5.1",
			Fault: "attribute.update.ignores-type",
			Body: func(t *T) {
				s, second := newSensor(t), t.Name("Device")
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{"type": second, s.level: ngsild.Property(25)})))
				t.Expect(read(t, s.id)).To(haveTypes(s.kind, second))
			},
		},
		{
			ID:           "mim1.attribute.update.scope",
			Title:        "An updated scope replaces the scope that the entity has",
			Requirements: structured, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_05"}, Since: "1.5.1",
			Fault: "attribute.update.adds-scope",
			Body: func(t *T) {
				s, e := aSensor(t)
				e["scope"] = "/Madrid/Gardens"
				create(t, e)
				done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{"scope": "/Lisbon/Parks"})))
				t.Expect(read(t, s.id)).To(haveScopes("/Lisbon/Parks"))
			},
		},
		{
			ID:           "mim1.attribute.update.scopeOfNone",
			Title:        "An updated scope is ignored where the entity has none",
			Requirements: structured, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_05"}, Since: "1.5.1",
			Fault: "attribute.update.adds-missing-scope",
			Body: func(t *T) {
				s := newSensor(t)
				// no clause says whether that is a success in part
				t.Require(t.PATCH(attrsPath(s.id), JSON(ngsild.Object{"scope": "/Lisbon/Parks"}))).To(HaveStatus(204, 207))
				t.Expect(read(t, s.id)).NotTo(gomega.HaveKey("scope"))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.update.timestamps",
			Title:        "Updating an attribute moves its modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "5.6.2.4", Since: "1.8.1",
			Fault: "attribute.update.recreates-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, s.level, func(attempt int) {
					done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(30 + attempt)})))
				})
			},
		},
		{
			ID:           "mim1.attribute.update.othersNotModified",
			Title:        "Updating one attribute does not move the modifiedAt of the others",
			Requirements: access, Clause: cim009 + "4.8",
			Fault: "attribute.update.touches-all",
			Body: func(t *T) {
				s := newSensor(t)
				_, before := stamps(t, s.id, s.place)
				isModified(t, s.id, s.level, func(attempt int) {
					done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(30 + attempt)})))
				})
				_, after := stamps(t, s.id, s.place)
				t.Expect(after).To(gomega.BeTemporally("==", before), "nobody modified this attribute")
			},
		},
		{
			ID:           "mim1.attribute.update.unknownEntity",
			Title:        "Updating attributes of an entity that is not there is answered with 404 ResourceNotFound and creates nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_03"},
			Fault: "attribute.update.creates-unknown",
			Body: func(t *T) {
				id := t.URN("Sensor")
				t.Expect(t.PATCH(attrsPath(id), JSON(ngsild.Object{"type": t.Name("Sensor"), t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(404, ngsild.ResourceNotFound))
				isGone(t, id)
			},
		},
		{
			ID:           "mim1.attribute.update.idNoUri",
			Title:        "Updating attributes of an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.2.4", TestPurposes: []string{"011_02"},
			Fault: "attribute.update.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.PATCH(attrsPath(t.Name("sensor")), JSON(ngsild.Object{t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.attribute.update.notJson",
			Title:        "Updating attributes by a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", TestPurposes: []string{"011_04"},
			Fault: "attribute.update.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrsPath(s.id), notJSON(s.id))).To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.update.badData",
			Title:        "Updating an attribute against its data type is refused with 400 BadRequestData and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "attribute.update.takes-any-object",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.place: ngsild.Relationship("next door")}))).
					To(BeProblem(400, ngsild.BadRequestData))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
	})
}
