package mim1

import (
	"maps"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// twoDatasets creates an evolution whose attribute has an instance without dataset and
// one of a dataset.
func twoDatasets(t *T) (id, name, dataset string) {
	name, dataset = t.Name("level"), t.URN("Dataset")
	return evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name,
		[]any{reading(10, "10:00:00"), reading(11, "10:30:00", "datasetId", dataset)}, t.Name("other"), []any{reading(1, "10:00:00")})), name, dataset
}

func temporalAttributeDelete() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.attributeDelete.deleted",
			Title:  "An attribute that is deleted from an evolution is gone with all its instances, and the others stay",
			Clause: cim009 + "5.6.13.4, 6.21.3.1", TestPurposes: []string{"015_01"},
			Fault: "temporal.attribute-delete.swallowed",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, t.DELETE(evolutionAttrPath(s.id, s.level)))
				e := evolution(t, s.id)
				t.Expect(marks(e, s.level)).To(holdReadings())
				t.Expect(marks(e, s.place)).To(holdReadings(mark(s.target, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.default",
			Title:  "Without datasetId only instances of the default dataset are deleted from an evolution",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_01"},
			Fault: "temporal.attribute-delete.deletes-all",
			Body: func(t *T) {
				id, name, _ := twoDatasets(t)
				done(t, t.DELETE(evolutionAttrPath(id, name)))
				t.Expect(marks(evolution(t, id), name)).To(holdReadings(mark(11, at("10:30:00"))))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.dataset",
			Title:  "With datasetId only instances of that dataset are deleted from an evolution",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_01"},
			Fault: "temporal.attribute-delete.dataset-ignored",
			Body: func(t *T) {
				id, name, dataset := twoDatasets(t)
				done(t, t.DELETE(evolutionAttrPath(id, name), Query("datasetId", dataset)))
				t.Expect(marks(evolution(t, id), name)).To(holdReadings(mark(10, at("10:00:00"))))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.all",
			Title:  "With deleteAll=true the instances of all datasets are deleted from an evolution",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_01"},
			Fault: "temporal.attribute-delete.delete-all-ignored",
			Body: func(t *T) {
				id, name, _ := twoDatasets(t)
				done(t, t.DELETE(evolutionAttrPath(id, name), Query("deleteAll", "true")))
				e := evolution(t, id)
				t.Expect(marks(e, name)).To(holdReadings())
				t.Expect(attributesOf(e)).To(gomega.HaveLen(1), "the other attribute stays")
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.unknownAttribute",
			Title:  "Deleting an attribute that an evolution has not is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_03"},
			Fault: "temporal.attribute-delete.unknown-accepted",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(evolutionAttrPath(s.id, t.Name("unknown")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.unknownEntity",
			Title:  "Deleting an attribute of an evolution that is not there is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_03"},
			Fault: "temporal.attribute-delete.unknown-accepted",
			Body: func(t *T) {
				t.Expect(t.DELETE(evolutionAttrPath(t.URN("Sensor"), t.Name("level")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.idNoUri",
			Title:  "Deleting an attribute of an evolution whose id is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.13.4", TestPurposes: []string{"015_02"},
			Fault: "temporal.attribute-delete.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.DELETE(evolutionAttrPath(t.Name("sensor"), t.Name("level")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
}

func temporalDelete() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.delete.deleted",
			Title:  "An evolution that is deleted is gone",
			Clause: cim009 + "5.6.16.4, 6.19.3.2", TestPurposes: []string{"009_01"},
			Fault: "temporal.delete.swallowed",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, t.DELETE(evolutionPath(s.id)))
				t.Expect(t.GET(evolutionPath(s.id))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(evolutionsIn(t, t.GET(evolutions, Query("type", s.kind), everything()))).To(gomega.BeEmpty(), "queries do not find it, either")
			},
		},
		{
			ID:     "mim1.temporal.delete.onlyThat",
			Title:  "Deleting one evolution leaves others alone",
			Clause: cim009 + "5.6.16.4", TestPurposes: []string{"009_01"},
			Fault: "temporal.delete.by-prefix",
			Hint:  "ids are compared by prefix",
			Body: func(t *T) {
				s, e := aSeries(t)
				evolve(t, e)
				longer := with(e, "id", s.id+"0")
				evolve(t, longer)
				done(t, t.DELETE(evolutionPath(s.id)))
				s.expect(t, t.GET(evolutionPath(s.id+"0")), 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
		{
			ID:     "mim1.temporal.delete.unknown",
			Title:  "Deleting an evolution that is not there is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.16.4", TestPurposes: []string{"009_03"},
			Fault: "temporal.delete.unknown-accepted",
			Body: func(t *T) {
				t.Expect(t.DELETE(evolutionPath(t.URN("Sensor")))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.delete.idNoUri",
			Title:  "Deleting an evolution whose id is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.16.4", TestPurposes: []string{"009_02"},
			Fault: "temporal.delete.any-id-not-found",
			Body: func(t *T) {
				t.Expect(t.DELETE(evolutionPath(t.Name("sensor")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
}

// modify replaces an instance: by a fragment of the evolution, in which the instance is the
// only one in an array under the attribute's name, as the text has it (5.6.14.3). To a
// platform that refuses this, the instance itself is sent, as by ETSI's suite (016_01). It is
// sent as JSON, or as another form makes of it.
func modify(t *T, id, name, instanceID string, instance ngsild.Object, form ...func(body ngsild.Object) Option) *probe.Response {
	as := func(body ngsild.Object) Option { return JSON(body) }
	if len(form) > 0 {
		as = form[0]
	}
	path := instancePath(id, name, instanceID)
	r := t.PATCH(path, as(ngsild.Object{name: []any{instance}}))
	if r.Status == 400 {
		return t.PATCH(path, as(instance))
	}
	return r
}

// temporalInstances checks what is done to single instances (5.6.14, 5.6.15).
func temporalInstances() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.instance.ids",
			Title:  "Each instance of an evolution has an instanceId of its own, which is a URI",
			Clause: cim009 + "4.5.7", Level: Extended,
			Fault: "temporal.instance.ids-shared",
			Body: func(t *T) {
				s := newSeries(t)
				ids, seen := instanceIDs(t, s.id, s.level), map[string]bool{}
				for _, value := range slices.Sorted(maps.Keys(ids)) {
					id := ids[value]
					t.Expect(id).To(beURI(), "instanceId of the instance with value %s", value)
					seen[id] = true
				}
				t.Expect(seen).To(gomega.HaveLen(len(ids)), "different instanceIds of %d instances", len(ids))
			},
		},
		{
			ID:     "mim1.temporal.instance.modified",
			Title:  "An instance that is modified has the new value and time, and the other instances stay",
			Clause: cim009 + "5.6.14.4, 6.22.3.1", TestPurposes: []string{"016_01"},
			Fault: "temporal.instance.modify-swallowed",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, modify(t, s.id, s.level, s.instanceWith(t, 20), reading(21, "11:11:00")))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 21, "11:11:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
		{
			ID:     "mim1.temporal.instance.modifiedId",
			Title:  "An instance that was modified is still known by its instanceId",
			Clause: cim009 + "5.6.14.4",
			Fault:  "temporal.instance.modify-renames",
			Body: func(t *T) {
				s := newSeries(t)
				id := s.instanceWith(t, 20)
				done(t, modify(t, s.id, s.level, id, reading(21, "11:11:00")))
				t.Expect(s.instanceWith(t, 21)).To(gomega.Equal(id))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifiedCreatedAt",
			Title:  "The createdAt of an instance that is modified stays",
			Clause: cim009 + "5.6.14.4",
			Fault:  "temporal.instance.modify-restamps",
			Body: func(t *T) {
				s := newSeries(t)
				created := func(value any) any {
					for _, i := range instances(evolution(t, s.id, Query("options", "sysAttrs")), s.level) {
						if compact(valueOf(i)) == compact(value) {
							return i["createdAt"]
						}
					}
					return nil
				}
				before := created(20)
				if before == nil {
					t.Inapplicable("the platform holds no createdAt of instances, which 6.3.11 allows")
				}
				done(t, modify(t, s.id, s.level, s.instanceWith(t, 20), reading(21, "11:11:00")))
				t.Expect(sameValue("createdAt", created(21), before)).To(gomega.BeTrue(), "createdAt was %v and is %v", before, created(21))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyUnknown",
			Title:  "Modifying an instance that an attribute has not is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.14.4", TestPurposes: []string{"016_03"},
			Fault: "temporal.instance.modify-unknown-accepted",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(modify(t, s.id, s.level, t.URN("Instance"), reading(21, "11:11:00"))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyUnknownAttribute",
			Title:  "Modifying an instance of an attribute that an evolution has not is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.14.4", TestPurposes: []string{"016_03"},
			Fault: "temporal.instance.modify-unknown-accepted",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(modify(t, s.id, t.Name("unknown"), t.URN("Instance"), reading(21, "11:11:00"))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyUnknownEntity",
			Title:  "Modifying an instance of an evolution that is not there is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.14.4", TestPurposes: []string{"016_03"},
			Fault: "temporal.instance.modify-unknown-accepted",
			Body: func(t *T) {
				t.Expect(modify(t, t.URN("Sensor"), t.Name("level"), t.URN("Instance"), reading(21, "11:11:00"))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyIdNoUri",
			Title:  "Modifying an instance whose instanceId is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.14.4", TestPurposes: []string{"016_02"},
			Fault: "temporal.instance.any-id-not-found",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(modify(t, s.id, s.level, t.Name("instance"), reading(21, "11:11:00"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyEntityIdNoUri",
			Title:  "Modifying an instance of an entity whose id is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.14.4", TestPurposes: []string{"016_02"},
			Fault: "temporal.instance.any-id-not-found",
			Body: func(t *T) {
				t.Expect(modify(t, t.Name("sensor"), t.Name("level"), t.URN("Instance"), reading(21, "11:11:00"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.instance.deleted",
			Title:  "An instance that is deleted is gone, and the other instances stay",
			Clause: cim009 + "5.6.15.4, 6.22.3.2", TestPurposes: []string{"017_01"},
			Fault: "temporal.instance.delete-swallowed",
			Body: func(t *T) {
				s := newSeries(t)
				done(t, t.DELETE(instancePath(s.id, s.level, s.instanceWith(t, 20))))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
		{
			ID:     "mim1.temporal.instance.deleteUnknown",
			Title:  "Deleting an instance that an attribute has not is refused with 404 ResourceNotFound",
			Clause: cim009 + "5.6.15.4", TestPurposes: []string{"017_03"},
			Fault: "temporal.instance.delete-unknown-accepted",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(instancePath(s.id, s.level, t.URN("Instance")))).To(BeProblem(404, ngsild.ResourceNotFound))
				t.Expect(t.DELETE(instancePath(s.id, t.Name("unknown"), t.URN("Instance")))).To(BeProblem(404, ngsild.ResourceNotFound), "an unknown attribute")
				t.Expect(t.DELETE(instancePath(t.URN("Sensor"), s.level, t.URN("Instance")))).To(BeProblem(404, ngsild.ResourceNotFound), "an unknown entity")
			},
		},
		{
			ID:     "mim1.temporal.instance.deleteOfAnotherAttribute",
			Title:  "An instance cannot be deleted as one of another attribute",
			Clause: cim009 + "5.6.15.4",
			Fault:  "temporal.instance.delete-of-any-attribute",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(instancePath(s.id, s.place, s.instanceWith(t, 20)))).To(BeProblem(404, ngsild.ResourceNotFound))
				s.expect(t, t.GET(evolutionPath(s.id)), 10, "10:00:00", 20, "11:00:00", 30, "12:00:00", 40, "13:00:00")
			},
		},
		{
			ID:     "mim1.temporal.instance.deleteIdNoUri",
			Title:  "Deleting an instance whose instanceId is no URI is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.15.4", TestPurposes: []string{"017_02"},
			Fault: "temporal.instance.any-id-not-found",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(instancePath(s.id, s.level, t.Name("instance")))).To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(t.DELETE(instancePath(t.Name("sensor"), s.level, t.URN("Instance")))).To(BeProblem(400, ngsild.BadRequestData), "an entity's id that is no URI")
			},
		},
	}
}
