package mim1

import (
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

func attributeAppend() []Check {
	checks := []Check{
		{
			ID:           "mim1.attribute.append.adds",
			Title:        "Appended attributes are added to those that the entity has",
			Requirements: access, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_01"},
			Fault: "attribute.append.swallowed",
			Body: func(t *T) {
				s, speed, owner, person := newSensor(t), t.Name("speed"), t.Name("owner"), t.URN("Person")
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{
					speed: ngsild.Property(55, "unitCode", "KMH"), owner: ngsild.Relationship(person)})))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(speed, ngsild.Property(55, "unitCode", "KMH")))
				t.Expect(e).To(haveAttribute(owner, ngsild.Relationship(person)))
			},
		},
		{
			ID:           "mim1.attribute.append.othersStay",
			Title:        "Appending an attribute leaves the entity's other attributes as they are",
			Requirements: access, Clause: cim009 + "5.6.3.4",
			Fault: "attribute.append.replaces-entity",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{extra: ngsild.Property("new")})))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.attribute.append.overwrites",
			Title:        "An appended attribute that the entity has already replaces it whole",
			Requirements: access, Clause: cim009 + "5.6.3.4",
			Fault: "attribute.append.merges",
			Hint:  "the old attribute's members survive under the new one's",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(25)})))
				s.hasOnlyLevel(t, ngsild.Property(25), "unitCode", "observedAt")
			},
		},
		{
			ID:           "mim1.attribute.append.noOverwrite",
			Title:        "With options=noOverwrite an existing attribute is left untouched and a new one is added",
			Requirements: access, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_04"},
			Fault: "attribute.append.ignores-no-overwrite",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				t.Require(t.POST(attrsPath(s.id), Query("options", "noOverwrite"), JSON(ngsild.Object{
					s.level: ngsild.Property(99), extra: ngsild.Property("new")}))).To(HaveStatus(204, 207))
				t.Expect(read(t, s.id)).To(haveAttribute(extra, ngsild.Property("new")))
				s.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID:           "mim1.attribute.append.partialResult",
			Title:        "When only some attributes were appended, the answer is 207 and lists what was and what was not",
			Requirements: access, Clause: cim009 + "6.6.3.1, 5.2.18, 5.2.19", TestPurposes: []string{"010_04"},
			Fault: "attribute.append.hides-partial-result",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				r := t.POST(attrsPath(s.id), Query("options", "noOverwrite"), JSON(ngsild.Object{
					s.level: ngsild.Property(99), extra: ngsild.Property("new")}))
				t.Require(r).To(HaveStatus(207))
				result := t.Object(r)
				t.Expect(texts(result["updated"])).To(gomega.ConsistOf(nameOf(extra)), "updated lists what was appended (5.2.18)")
				var left []string
				for _, item := range list(result["notUpdated"]) {
					details, _ := item.(ngsild.Object)
					name, _ := details["attributeName"].(string)
					left = append(left, name)
					t.Expect(details).To(gomega.HaveKey("reason"), "notUpdated says why (5.2.19)")
				}
				t.Expect(left).To(gomega.ConsistOf(nameOf(s.level)), "notUpdated lists what was not appended (5.2.18)")
			},
		},
		{
			ID:           "mim1.attribute.append.partialNames",
			Title:        "When only some attributes were appended, the answer names them by their fully qualified names",
			Requirements: access, Clause: cim009Later + "6.3.6", Since: "1.9.1",
			Fault: "attribute.append.partial-names-short",
			Body: func(t *T) {
				s, extra := newSensor(t), t.Name("extra")
				r := t.POST(attrsPath(s.id), Query("options", "noOverwrite"), JSON(ngsild.Object{
					s.level: ngsild.Property(99), extra: ngsild.Property("new")}))
				t.Require(r).To(HaveStatus(207))
				t.Expect(texts(t.Object(r)["updated"])).To(gomega.ConsistOf(beIRIOf(extra)), "no @context goes with this answer")
				t.Expect(memberOf(t.Object(r), "notUpdated")["attributeName"]).To(beIRIOf(s.level), "no @context goes with this answer")
			},
		},
		{
			ID:           "mim1.attribute.append.dataset",
			Title:        "An appended instance with a new datasetId joins the instances that are there",
			Requirements: access, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_01"},
			Fault: "attribute.append.replaces-all-instances",
			Body: func(t *T) {
				s, dataset := newSensor(t), t.URN("Dataset")
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(30, "datasetId", dataset)})))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(30, "datasetId", dataset)))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()), "the default instance is another one")
			},
		},
		{
			ID:           "mim1.attribute.append.datasetOverwrites",
			Title:        "An appended instance with a datasetId that is there replaces that instance only",
			Requirements: access, Clause: cim009 + "5.6.3.4",
			Fault: "attribute.append.ignores-dataset",
			Body: datasetCheck(func(t *T, id, level, dataset string) {
				done(t, t.POST(attrsPath(id), JSON(ngsild.Object{level: ngsild.Property(31, "datasetId", dataset)})))
			}),
		},
		{
			ID:           "mim1.attribute.append.addsType",
			Title:        "An appended fragment with another type adds that type to the entity's",
			Requirements: structured, Clause: cim009 + "5.6.3.4", Since: "1.5.1",
			Fault: "attribute.append.ignores-type",
			Body: func(t *T) {
				s, second := newSensor(t), t.Name("Device")
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{"type": second, t.Name("extra"): ngsild.Property("new")})))
				t.Expect(read(t, s.id)).To(haveTypes(s.kind, second))
			},
		},
		{
			ID:           "mim1.attribute.append.scope",
			Title:        "An appended scope becomes the entity's scope",
			Requirements: structured, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_07"}, Since: "1.5.1",
			Fault: "attribute.append.ignores-scope",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{"scope": "/Madrid/Gardens"})))
				t.Expect(read(t, s.id)).To(haveScopes("/Madrid/Gardens"))
			},
		},
		{
			ID:           "mim1.attribute.append.timestamps",
			Title:        "Overwriting an attribute by appending moves its modifiedAt and keeps its createdAt",
			Requirements: access, Clause: cim009 + "5.6.3.4", Since: "1.8.1",
			Fault: "attribute.append.recreates-attributes",
			Body: func(t *T) {
				s := newSensor(t)
				isStamped(t, s.id, s.level, func(attempt int) {
					done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(30 + attempt)})))
				})
			},
		},
		{
			ID:           "mim1.attribute.append.unknownEntity",
			Title:        "Appending to an entity that is not there is answered with 404 ResourceNotFound and creates nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_03"},
			Fault: "attribute.append.creates-unknown",
			Body: func(t *T) {
				id := t.URN("Sensor")
				t.Expect(t.POST(attrsPath(id), JSON(ngsild.Object{"type": t.Name("Sensor"), t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(404, ngsild.ResourceNotFound))
				isGone(t, id)
			},
		},
		{
			ID:           "mim1.attribute.append.idNoUri",
			Title:        "Appending to an entity by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.3.4", TestPurposes: []string{"010_02"},
			Fault: "attribute.append.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.POST(attrsPath(t.Name("sensor")), JSON(ngsild.Object{t.Name("level"): ngsild.Property(1)}))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.attribute.append.notJson",
			Title:        "Appending a body that is not JSON is refused with 400 InvalidRequest",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4", TestPurposes: []string{"010_05"},
			Fault: "attribute.append.syntax-error-as-bad-data",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(t.POST(attrsPath(s.id), notJSON(s.id))).To(BeProblem(400, ngsild.InvalidRequest))
				s.isUnchanged(t)
			},
		},
		{
			ID:           "mim1.attribute.append.badData",
			Title:        "Appending an attribute that breaks its data type is refused with 400 BadRequestData and changes nothing",
			Requirements: errorAnswers, Clause: cim009 + "5.5.4",
			Fault: "attribute.append.takes-any-object",
			Body: func(t *T) {
				s, owner := newSensor(t), t.Name("owner")
				t.Expect(t.POST(attrsPath(s.id), JSON(ngsild.Object{owner: ngsild.Relationship("next door")}))).
					To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(read(t, s.id)).To(lackAttribute(owner))
				s.isUnchanged(t)
			},
		},
	}
	return coreWrites(checks)
}

// coreWrites gives checks of writes the level and needs that they all have.
func coreWrites(checks []Check) []Check {
	for i := range checks {
		checks[i].Level, checks[i].Needs = Core, writes
	}
	return checks
}

// nameOf matches an attribute's name as an answer without @context may give it:
// fully qualified (6.3.6), or short, as of earlier versions.
func nameOf(attribute string) gomega.OmegaMatcher {
	return gomega.WithTransform(func(got string) string {
		return strings.TrimPrefix(got, ngsild.DefaultVocab)
	}, gomega.Equal(attribute))
}
