package mim1

import (
	"maps"
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// temporalChanges checks what is common to the operations that change evolutions (5.6.11 to
// 5.6.16): what of an instance is the platform's own, names, and what an instance is replaced by.
func temporalChanges() []Check {
	return slices.Concat(givenByClients(), namesInChanges(), replacedInstances(), scopesOfPasts(), []Check{
		{
			ID:     "mim1.temporal.append.types",
			Title:  "Types that attributes are added with, and that an evolution has not yet, are added to it",
			Clause: cim009 + "5.6.12.4", Since: "1.8.1",
			Fault: "temporal.append.types-ignored",
			Body: func(t *T) {
				s := newSeries(t)
				more := t.Name("Device")
				done(t, t.POST(evolutionAttrsPath(s.id), JSON(ngsild.Object{"type": []any{s.kind, more}, s.level: []any{reading(50, "14:00:00")}})))
				t.Expect(evolution(t, s.id)).To(haveTypes(s.kind, more))
			},
		},
		{
			ID:     "mim1.temporal.create.nullMember",
			Title:  "An evolution with NGSI-LD Null as a member is refused with 400 BadRequestData",
			Clause: cim009 + "5.5.4", Since: "1.6.1", Level: Extended,
			Fault: "temporal.create.nulls-dropped",
			Body: func(t *T) {
				s, e := aSeries(t)
				t.Expect(t.POST(evolutions, JSON(with(e, t.Name("other"), ngsildNull)))).To(beBadData())
				notCreated(t, s.id)
			},
		},
		{
			ID:     "mim1.temporal.create.nullInside",
			Title:  "An evolution with NGSI-LD Null inside of a value is refused with 400 BadRequestData",
			Clause: cim009 + "5.5.4", Since: "1.9.1", Level: Extended,
			Fault: "temporal.create.nulls-dropped",
			Body: func(t *T) {
				s, e := aSeries(t)
				t.Expect(t.POST(evolutions, JSON(with(e, t.Name("other"), []any{reading(ngsild.Object{"a": 1, "b": ngsildNull}, "10:00:00")})))).To(beBadData())
				notCreated(t, s.id)
			},
		},
	})
}

// givenByClients checks that members which are the platform's own are ignored where a client
// gives them (tables 5.2.5-2 and 5.2.6-2).
func givenByClients() []Check {
	const long = "2001-02-03T04:05:06Z"
	return []Check{
		{
			ID:     "mim1.temporal.create.givenInstanceId",
			Title:  "The instanceId that a client gives an instance is ignored: the platform makes one of its own",
			Clause: cim009 + "5.2.5", Level: Extended,
			Fault: "temporal.create.given-kept",
			Body: func(t *T) {
				name, given := t.Name("level"), t.URN("Instance")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{reading(10, "10:00:00", "instanceId", given), reading(20, "11:00:00")}))
				ids := instanceIDs(t, id, name)
				t.Expect(ids).To(gomega.HaveLen(2))
				t.Expect(slices.Collect(maps.Values(ids))).NotTo(gomega.ContainElement(given), "instanceIds of the instances")
			},
		},
		{
			ID:     "mim1.temporal.create.givenRelationshipId",
			Title:  "The instanceId that a client gives an instance of a Relationship is ignored",
			Clause: cim009 + "5.2.6", Level: Extended,
			Fault: "temporal.create.given-kept",
			Body: func(t *T) {
				name, given := t.Name("place"), t.URN("Instance")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{ngsild.Relationship(t.URN("Place"), "observedAt", at("10:00:00"), "instanceId", given)}))
				t.Expect(slices.Collect(maps.Values(instanceIDs(t, id, name)))).NotTo(gomega.ContainElement(given), "instanceIds of the instances")
			},
		},
		{
			ID:     "mim1.temporal.create.givenTimes",
			Title:  "When an instance was created and modified is told by the platform, not by the client that gives it",
			Clause: cim009 + "5.2.5",
			Fault:  "temporal.create.given-kept",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{reading(10, "10:00:00", "createdAt", long, "modifiedAt", long)}))
				for _, i := range instances(evolution(t, id, Query("options", "sysAttrs")), name) {
					for _, member := range []string{"createdAt", "modifiedAt"} {
						t.Expect(i[member] != nil && sameValue(member, i[member], long)).To(gomega.BeFalse(), "%s of the instance is what the client gave, %v", member, i[member])
					}
				}
			},
		},
	}
}

// namesInChanges checks the names of attributes in the paths of changes.
func namesInChanges() []Check {
	// known makes an evolution whose attribute is of an @context, and names its instances by their values.
	known := func(t *T) (v vocabulary, id string, ids map[string]string) {
		v = newVocabulary(t)
		e := ngsild.Entity(t.URN("Sensor"), v.kind, v.level, []any{reading(10, "10:00:00"), reading(20, "11:00:00")}, t.Name("other"), []any{reading(1, "10:00:00")})
		t.Require(t.POST(evolutions, inlined(), JSONLD(ngsild.InContext(e, v.context())))).To(HaveStatus(201))
		id = e["id"].(string)
		ids = map[string]string{}
		for _, i := range instances(evolution(t, id, coreOnly()), v.levelIRI) {
			if instanceID, ok := i["instanceId"].(string); ok {
				ids[compact(valueOf(i))] = instanceID
			}
		}
		return v, id, ids
	}
	left := func(t *T, v vocabulary, id string) []string { return marks(evolution(t, id, coreOnly()), v.levelIRI) }
	callback := []Need{NeedRead, NeedWrite, NeedCallback}
	named := func(t *T, ids map[string]string) {
		if len(ids) == 0 {
			t.Inapplicable("the platform shows no instanceId, which 4.5.7 recommends; without it no instance can be addressed")
		}
	}
	return []Check{
		{
			ID:     "mim1.temporal.attributeDelete.term",
			Title:  "The attribute that is deleted from an evolution is named by the term of the @context that the request links to",
			Clause: cim009 + "5.6.13.4, 5.5.7", Needs: callback,
			Fault: "temporal.change.context-ignored",
			Body: func(t *T) {
				v, id, _ := known(t)
				done(t, t.DELETE(evolutionAttrPath(id, v.level), v.linked(t)))
				t.Expect(left(t, v, id)).To(holdReadings())
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyTerm",
			Title:  "The attribute of an instance that is modified is named by the term of the @context that the request links to",
			Clause: cim009 + "5.6.14.4, 5.5.7", Needs: callback,
			Fault: "temporal.change.context-ignored",
			Body: func(t *T) {
				v, id, ids := known(t)
				named(t, ids)
				link := v.linked(t)
				done(t, modify(t, id, v.level, ids["20"], reading(21, "11:11:00"), func(body ngsild.Object) Option {
					return func(r *probe.Request) { link(r); JSON(body)(r) }
				}))
				t.Expect(left(t, v, id)).To(holdReadings(marksOfReadings(reading(10, "10:00:00"), reading(21, "11:11:00"))...))
			},
		},
		{
			ID:     "mim1.temporal.instance.deleteTerm",
			Title:  "The attribute of an instance that is deleted is named by the term of the @context that the request links to",
			Clause: cim009 + "5.6.15.4, 5.5.7", Needs: callback,
			Fault: "temporal.change.context-ignored",
			Body: func(t *T) {
				v, id, ids := known(t)
				named(t, ids)
				done(t, t.DELETE(instancePath(id, v.level, ids["20"]), v.linked(t)))
				t.Expect(left(t, v, id)).To(holdReadings(marksOfReadings(reading(10, "10:00:00"))...))
			},
		},
		{
			ID:     "mim1.temporal.attributeDelete.badName",
			Title:  "Deleting from an evolution what is no attribute name is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.13.4", Level: Extended,
			Fault: "temporal.change.bad-name-not-found",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(evolutionAttrPath(s.id, s.level+"("))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.instance.modifyBadName",
			Title:  "Modifying an instance of what is no attribute name is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.14.4", Level: Extended,
			Fault: "temporal.change.bad-name-not-found",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(modify(t, s.id, s.level+"(", t.URN("Instance"), reading(21, "11:11:00"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:     "mim1.temporal.instance.deleteBadName",
			Title:  "Deleting an instance of what is no attribute name is refused with 400 BadRequestData",
			Clause: cim009 + "5.6.15.4", Level: Extended,
			Fault: "temporal.change.bad-name-not-found",
			Body: func(t *T) {
				s := newSeries(t)
				t.Expect(t.DELETE(instancePath(s.id, s.level+"(", t.URN("Instance")))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
}

// replacedInstances checks what an instance is after it was modified (5.6.14.4).
func replacedInstances() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.instance.replaced",
			Title:  "An instance that is modified is replaced: it has no members but those that it was given",
			Clause: cim009 + "5.6.14.4",
			Fault:  "temporal.instance.modify-merges",
			Body: func(t *T) {
				name, note := t.Name("level"), t.Name("note")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{reading(10, "10:00:00", "unitCode", "CEL", note, ngsild.Property("rough"))}))
				done(t, modify(t, id, name, instanceIDs(t, id, name)["10"], reading(11, "10:10:00")))
				kept := instances(evolution(t, id), name)
				t.Require(kept).To(gomega.HaveLen(1))
				t.Expect(compact(valueOf(kept[0]))).To(gomega.Equal("11"))
				for _, member := range []string{"unitCode", note} {
					t.Expect(kept[0]).NotTo(gomega.HaveKey(member), "what the instance had before is not kept")
				}
			},
		},
		{
			ID:     "mim1.temporal.instance.modifiedAt",
			Title:  "The modifiedAt of an instance that is modified is when that was done",
			Clause: cim009 + "5.6.14.4",
			Fault:  "temporal.instance.modify-unstamped",
			Body: func(t *T) {
				name := t.Name("level")
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, []any{reading(10, "10:00:00")}))
				instance := instanceIDs(t, id, name)["10"]
				stamped := func() ngsild.Object {
					shown := instances(evolution(t, id, Query("options", "sysAttrs")), name)
					t.Require(shown).To(gomega.HaveLen(1))
					return shown[0]
				}
				before := stamped()
				if before["modifiedAt"] == nil {
					t.Inapplicable("the platform holds no modifiedAt of instances, which 6.3.11 allows")
				}
				last, err := instant(before["modifiedAt"])
				t.Require(err).NotTo(gomega.HaveOccurred(), "modifiedAt is a time")
				var now ngsild.Object
				for _, wait := range []time.Duration{0, 50 * time.Millisecond, 1100 * time.Millisecond} { // a platform may tell whole seconds only
					pause(t, wait)
					done(t, modify(t, id, name, instance, reading(11, "10:10:00")))
					now = stamped()
					if at, err := instant(now["modifiedAt"]); err == nil && at.After(last) {
						return
					}
				}
				t.Expect(now["modifiedAt"]).To(answering(false, "modifiedAt was %v and is %v after the instance was modified", before["modifiedAt"], now["modifiedAt"]))
			},
		},
	}
}

// scopesOfPasts checks the scopes of evolutions, which are instances of a Property (4.5.6).
func scopesOfPasts() []Check {
	return []Check{
		{
			ID:     "mim1.temporal.create.scope",
			Title:  "The scopes of an evolution are kept, as instances of a Property with their times",
			Clause: cim009 + "4.5.6", Since: "1.6.1",
			Fault: "temporal.create.scope-lost",
			Body: func(t *T) {
				id := evolve(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), "scope", []any{reading("/Madrid/Gardens", "09:00:00"), reading("/Madrid/Harbour", "11:00:00")}, t.Name("level"), levels()))
				t.Expect(marks(evolution(t, id), "scope")).To(holdReadings(marksOfReadings(reading("/Madrid/Gardens", "09:00:00"), reading("/Madrid/Harbour", "11:00:00"))...))
			},
		},
		{
			ID:     "mim1.temporal.history.scope",
			Title:  "The scopes that an entity has had are in its history, as instances of a Property that has nothing but its value and times",
			Clause: cim009 + "4.5.6", Since: "1.6.1", Level: Extended,
			Fault: "temporal.history.scope-unreified",
			Body: func(t *T) {
				id := t.URN("Sensor")
				create(t, ngsild.Entity(id, t.Name("Sensor"), t.Name("level"), reading(10, "10:00:00"), "scope", "/Madrid/Gardens"))
				done(t, t.PATCH(attrsPath(id), JSON(ngsild.Object{"scope": "/Madrid/Harbour"})))
				var e ngsild.Object
				eventually(t, func() (found, satisfied bool) {
					r := t.GET(evolutionPath(id))
					if r.Status != 200 {
						return false, false
					}
					e = t.Object(r)
					return e["scope"] != nil, len(list(e["scope"])) > 1
				})
				values := map[string]bool{}
				for _, item := range list(e["scope"]) {
					i, is := item.(ngsild.Object)
					t.Require(is).To(answering(is, "an instance of the scope is an object, got %s", compact(item)))
					values[compact(unlist(i["value"]))] = true
					t.Expect(i["type"]).To(gomega.Equal("Property"))
					for member := range i {
						t.Expect(member).To(gomega.BeElementOf("type", "value", "instanceId", "createdAt", "modifiedAt", "deletedAt", "observedAt"), "members of an instance of the scope")
					}
				}
				t.Expect(values).To(gomega.And(gomega.HaveKey(`"/Madrid/Gardens"`), gomega.HaveKey(`"/Madrid/Harbour"`)), "the scopes that the entity has had")
			},
		},
		{
			ID:     "mim1.temporal.history.deletedRelationship",
			Title:  "A deleted Relationship's history ends with an instance whose object is NGSI-LD Null and that has deletedAt",
			Clause: cim009 + "4.5.8", Since: "1.6.1", Level: Extended,
			Fault: "temporal.history.deleted-as-property",
			Body: func(t *T) {
				id, place, target := t.URN("Sensor"), t.Name("place"), t.URN("Place")
				create(t, ngsild.Entity(id, t.Name("Sensor"), place, ngsild.Relationship(target, "observedAt", at("10:00:00")), t.Name("other"), reading(1, "10:00:00")))
				remembers(t, id, place, mark(target, at("10:00:00")))
				done(t, t.DELETE(attrPath(id, place)))
				isRememberedAsDeleted(t, id, place, ngsildNull)
			},
		},
	}
}
