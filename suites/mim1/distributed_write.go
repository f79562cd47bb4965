package mim1

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// creating is what a source offers so that creation is shared with it, and that what
// was created can be read.
func creating() edit {
	return offering("createEntity", "deleteEntity", "retrieveEntity", "queryEntity")
}

func distributedCreate() []Check {
	described := func(d *spread) ngsild.Object {
		return ngsild.Entity(d.id, d.kind, d.place, d.there, d.level, levelAtFirst())
	}
	return []Check{
		{
			ID:    "mim1.distributed.create.inclusive",
			Title: "An entity is created on the platform and, once, at an inclusive source", TestPurposes: []string{"D001_01_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.create.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", creating())
				r := t.POST(entities, JSON(described(d)))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				d.mentions(t, d.isTold(t, http.MethodPost, entities), d.level, d.place)
				d.fromHere(t, d.here(t))
			},
		},
		{
			ID:     "mim1.distributed.create.once",
			Title:  "A source is told once of an entity that is created",
			Clause: cim009 + "4.3.6.2", Fault: "distributed.forwards-twice",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", creating())
				t.POST(entities, JSON(described(d)))
				d.isTold(t, http.MethodPost, entities)
			},
		},
		{
			ID:    "mim1.distributed.create.exclusive",
			Title: "Of an entity that is created, the source gets what it has exclusively, and the platform the rest", TestPurposes: []string{"D001_01_exc"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.create.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.part(t, "exclusive", creating())
				r := t.POST(entities, JSON(described(d)))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				told := d.isTold(t, http.MethodPost, entities)
				d.mentions(t, told, d.level)
				t.Expect(string(told.Body)).NotTo(gomega.ContainSubstring(d.place), "the source is not registered for this attribute")
				e := d.here(t)
				d.fromHere(t, e)
				t.Expect(e).To(lackAttribute(d.level), "what a source has exclusively the platform does not keep itself")
			},
		},
		{
			ID:    "mim1.distributed.create.redirect",
			Title: "An entity that is redirected is created at its source and not on the platform", TestPurposes: []string{"D001_01_red"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.create.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect", creating())
				r := t.POST(entities, JSON(described(d)))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(201))
				d.mentions(t, d.isTold(t, http.MethodPost, entities), d.level, d.place)
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404), "the platform itself has nothing of it")
			},
		},
		{
			ID:    "mim1.distributed.create.local",
			Title: "With local=true an entity is created on the platform only", TestPurposes: []string{"D001_04_inc"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", creating())
				t.Require(t.POST(entities, Query("local", "true"), JSON(described(d)))).To(HaveStatus(201))
				e := d.here(t)
				d.fromHere(t, e)
				t.Expect(e).To(haveAttribute(d.level, levelAtFirst()))
				d.isNotAsked(t, "local=true is for the platform itself")
			},
		},
		{
			ID:    "mim1.distributed.create.partly",
			Title: "If the source has the entity already, the answer is 207, and the platform keeps it all the same", TestPurposes: []string{"D001_03_03_inc"},
			Clause: cim009 + "6.3.17", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				d.serve(ngsild.Entity(d.id, d.kind), 409)
				d.whole(t, "inclusive", offering("createEntity"))
				r := t.POST(entities, JSON(described(d)))
				d.isAsked(t)
				t.Expect(r).To(HaveStatus(207))
				tellsWhatFailed(t, r)
				d.fromHere(t, d.here(t))
			},
		},
		{
			ID:    "mim1.distributed.create.existsHere",
			Title: "If the platform has the entity already, that is said by 207, or by 409 if the source has it, too", TestPurposes: []string{"D001_03_01_inc", "D001_03_02_inc"},
			Clause: cim009 + "6.3.17", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				for _, there := range []int{0, 409} {
					d := newSpread(t)
					d.serve(ngsild.Entity(d.id, d.kind), there)
					d.keeps(t)
					d.whole(t, "inclusive", offering("createEntity"))
					t.Expect(t.POST(entities, JSON(described(d)))).To(HaveStatus(207, 409))
				}
			},
		},
		{
			ID:    "mim1.distributed.create.badId",
			Title: "What the platform refuses as invalid no source is told", TestPurposes: []string{"D001_02_inc"},
			Clause: cim009 + "5.6.1.4", Fault: "entity.create.takes-any-id",
			Body: func(t *T) {
				d := newSpread(t)
				d.register(t, "inclusive", informationOf(ngsild.Object{"type": d.kind}), []edit{offering("createEntity")})
				e := described(d)
				e["id"] = t.Name("sensor")
				t.Expect(t.POST(entities, JSON(e))).To(beBadData())
				d.isNotAsked(t, "the entity is not valid")
			},
		},
		{
			ID:    "mim1.distributed.create.notOffered",
			Title: "What a source has exclusively cannot be created if it does not offer that: 409, or 207 if the rest is", TestPurposes: []string{"D001_02_exc"},
			Clause: cim009 + "5.6.1.4", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				d.part(t, "exclusive", offering("retrieveEntity"))
				t.Expect(t.POST(entities, JSON(described(d)))).To(HaveStatus(409, 207))
				for _, a := range d.told() {
					t.Expect(a.Method+" "+a.Path).To(gomega.BeEmpty(), "the source does not offer this")
				}
			},
		},
		{
			ID:    "mim1.distributed.delete.inclusive",
			Title: "An entity is deleted on the platform and, once, at an inclusive source", TestPurposes: []string{"D002_01_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.delete.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive", creating())
				r := t.DELETE(entityPath(d.id))
				d.isAsked(t)
				done(t, r)
				d.isTold(t, http.MethodDelete, entities+"/"+d.id)
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
			},
		},
		{
			ID:    "mim1.distributed.delete.redirect",
			Title: "An entity that is redirected is deleted at its source", TestPurposes: []string{"D002_01_red"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.delete.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect", creating())
				r := t.DELETE(entityPath(d.id))
				d.isAsked(t)
				done(t, r)
				d.isTold(t, http.MethodDelete, entities+"/"+d.id)
			},
		},
		{
			ID:    "mim1.distributed.delete.exclusive",
			Title: "Of an entity that is deleted, what a source has exclusively is deleted there", TestPurposes: []string{"D002_01_exc"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.delete.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive", creating())
				r := t.DELETE(entityPath(d.id))
				d.isAsked(t)
				done(t, r)
				t.Expect(d.told()).To(gomega.HaveLen(1), "the source is told once")
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
			},
		},
		{
			ID:    "mim1.distributed.delete.notOffered",
			Title: "If the source of what is exclusive does not offer to delete, that is said by 207 or 409", TestPurposes: []string{"D002_02_exc"},
			Clause: cim009 + "5.6.6.4", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive", offering("retrieveEntity"))
				t.Expect(t.DELETE(entityPath(d.id))).To(HaveStatus(207, 409))
				t.Expect(d.told()).To(gomega.BeEmpty(), "the source does not offer this")
			},
		},
		{
			ID:    "mim1.distributed.delete.unknownThere",
			Title: "An entity that an inclusive source does not have is deleted on the platform all the same", TestPurposes: []string{"D002_02_01_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "entity.delete.swallowed",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.fails(404)
				d.whole(t, "inclusive", creating())
				r := t.DELETE(entityPath(d.id))
				d.isAsked(t)
				t.Expect(r).To(HaveStatus(204, 207), "whether that is a success in part only, the specification leaves open")
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
			},
		},
		{
			ID:    "mim1.distributed.delete.local",
			Title: "With local=true an entity is deleted on the platform only", TestPurposes: []string{"D002_03_inc"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive", creating())
				done(t, t.DELETE(entityPath(d.id), Query("local", "true")))
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
				d.isNotAsked(t, "local=true is for the platform itself")
			},
		},
		{
			ID:    "mim1.distributed.delete.partly",
			Title: "If the source fails to delete its part, the answer is 207, and the platform's part is deleted", TestPurposes: []string{"D002_02_02_inc"},
			Clause: cim009 + "6.3.17", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.fails(500)
				d.whole(t, "inclusive", creating())
				r := t.DELETE(entityPath(d.id), Expecting(500, 502, 503, 504))
				d.isAsked(t)
				t.Expect(r).To(HaveStatus(207))
				tellsWhatFailed(t, r)
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
			},
		},
	}
}

// tellsWhatFailed expects that a 207 has a body with what was not done: in an UpdateResult
// the attributes that were not updated (5.2.18), in a BatchOperationResult the errors (5.2.16).
func tellsWhatFailed(t *T, r *probe.Response) {
	if r.Status != 207 {
		return // told already
	}
	result := t.Object(r)
	for _, item := range list(result["errors"]) {
		e, _ := item.(ngsild.Object)
		t.Expect(e).To(gomega.And(gomega.HaveKey("entityId"), gomega.HaveKey("error")), "errors tell of which entity they are (5.2.17)")
	}
	for _, item := range list(result["notUpdated"]) {
		e, _ := item.(ngsild.Object)
		t.Expect(e).To(gomega.And(gomega.HaveKey("attributeName"), gomega.HaveKey("reason")), "notUpdated tells of which attribute it is, and why (5.2.19)")
	}
	t.Expect(len(list(result["notUpdated"]))+len(list(result["errors"]))).To(gomega.BeNumerically(">", 0), "the body of a 207 tells what failed, in notUpdated or in errors")
}

// mentions expects that what the source was told names the entity and these attributes.
func (d *spread) mentions(t *T, a probe.Asked, attributes ...string) {
	for _, name := range append([]string{d.id}, attributes...) {
		t.Expect(a.Path+string(a.Body)).To(gomega.ContainSubstring(name), "what the source is told is to name this")
	}
}

// shared is an operation on one entity that is shared with a source.
type shared struct {
	name, does string // of the check, and in its title: "an attribute is updated"
	operation  string // of 4.20
	purpose    string // what ETSI's test purposes about it begin with
	method     string
	path       func(d *spread) string
	body       func(d *spread) any
	feature    Feature
}

func sharedOperations() []shared {
	entity := func(d *spread) string { return entities + "/" + d.id }
	attrs := func(d *spread) string { return entities + "/" + d.id + "/attrs" }
	attr := func(d *spread) string { return entities + "/" + d.id + "/attrs/" + d.level }
	fragment := func(d *spread) any { return ngsild.Object{d.level: ngsild.Property(7)} }
	attribute := func(*spread) any { return ngsild.Property(7) }
	return []shared{
		{"append", "appending an attribute", "appendAttrs", "D003_01", http.MethodPost, attrs, fragment, ""},
		{"update", "an update of attributes", "updateEntity", "D004_01", http.MethodPatch, attrs, fragment, ""},
		{"partialUpdate", "a partial update of an attribute", "updateAttrs", "D005_01", http.MethodPatch, attr, attribute, ""},
		{"deleteAttribute", "the deletion of an attribute", "deleteAttrs", "D006_01", http.MethodDelete, attr, nil, ""},
		{"replaceAttribute", "the replacement of an attribute", "replaceAttrs", "D009_01", http.MethodPut, attr, attribute, FeatureReplace},
		{"merge", "merging an entity", "mergeEntity", "D008_01", http.MethodPatch, entity, fragment, FeatureMerge},
		{"replace", "the replacement of an entity", "replaceEntity", "D007_01", http.MethodPut, entity,
			func(d *spread) any { return ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7)) }, FeatureReplace},
	}
}

// send sends the operation for d.
func (s shared) send(t *T, d *spread, more ...Option) *probe.Response {
	segments := strings.Split(s.path(d), "/")
	segments[2] = strings.TrimPrefix(entityPath(d.id), entities+"/")
	options := append([]Option{Expecting(500, 502, 503, 504)}, more...)
	if s.body != nil {
		options = append(options, JSON(s.body(d)))
	}
	return t.Send(s.method, strings.Join(segments, "/"), options...)
}

// isDone expects that the operation was done on the platform itself.
func (s shared) isDone(t *T, d *spread) {
	if s.body == nil {
		t.Expect(d.here(t)).To(lackAttribute(d.level))
	} else {
		t.Expect(d.here(t)).To(haveAttribute(d.level, ngsild.Property(7)))
	}
}

// distributedChange checks how changes of an entity are shared with a source.
func distributedChange() []Check {
	var checks []Check
	for _, s := range sharedOperations() {
		add := func(c Check) {
			body := c.Body
			c.Body = func(t *T) {
				if s.feature != "" {
					alsoClaims(t, s.feature)
				}
				body(t)
			}
			checks = append(checks, c)
		}
		add(Check{
			ID:           "mim1.distributed." + s.name + ".exclusive",
			Title:        "What a source has exclusively is changed there, once, and not on the platform: " + s.does,
			TestPurposes: []string{s.purpose + "_exc"}, Clause: cim009 + "4.3.6.3", Fault: "distributed." + s.name + ".not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive", offering(s.operation, "retrieveEntity"))
				r := s.send(t, d)
				d.isAsked(t)
				done(t, r)
				d.mentions(t, d.isTold(t, s.method, s.path(d)), d.level)
				if s.name != "replace" { // which takes away what it does not name
					e := d.here(t)
					d.fromHere(t, e)
					t.Expect(e).To(lackAttribute(d.level), "what a source has exclusively the platform does not keep itself")
				}
			},
		})
		add(Check{
			ID:           "mim1.distributed." + s.name + ".redirect",
			Title:        "What is redirected is changed at its source, once: " + s.does,
			TestPurposes: []string{s.purpose + "_red"}, Clause: cim009 + "4.3.6.3", Fault: "distributed." + s.name + ".not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect", offering(s.operation, "retrieveEntity"))
				r := s.send(t, d)
				d.isAsked(t)
				done(t, r)
				d.mentions(t, d.isTold(t, s.method, s.path(d)), d.level)
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404), "the platform itself has nothing of it")
			},
		})
		add(Check{
			ID:           "mim1.distributed." + s.name + ".inclusive",
			Title:        "What platform and inclusive source both have is changed on both, once each: " + s.does,
			TestPurposes: []string{s.purpose + "_inc"}, Clause: cim009 + "4.3.6.2", Fault: "distributed." + s.name + ".not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "inclusive", offering(s.operation, "retrieveEntity"))
				r := s.send(t, d)
				d.isAsked(t)
				done(t, r)
				d.mentions(t, d.isTold(t, s.method, s.path(d)), d.level)
				s.isDone(t, d)
			},
		})
		add(Check{
			ID:     "mim1.distributed." + s.name + ".local",
			Title:  "With local=true a change is made on the platform only: " + s.does,
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "inclusive", offering(s.operation, "retrieveEntity"))
				done(t, s.send(t, d, Query("local", "true")))
				s.isDone(t, d)
				d.isNotAsked(t, "local=true is for the platform itself")
			},
		})
	}
	return append(append(checks, optionsOfAttributes()...), Check{
		ID:           "mim1.distributed.purge.inclusive",
		Title:        "Entities that are purged are purged on the platform and, once, at an inclusive source",
		TestPurposes: []string{"D017_01_inc"}, Since: "1.9.1",
		Clause: cim009 + "5.6.21.4", Fault: "distributed.purge.not-forwarded",
		Body: func(t *T) {
			alsoClaims(t, FeaturePurge)
			d := newSpread(t)
			d.keeps(t)
			d.whole(t, "inclusive", offering("purgeEntity"))
			r := t.DELETE(entities, Query("type", d.kind), Expecting(500, 502, 503, 504))
			d.isAsked(t)
			done(t, r)
			t.Expect(d.isTold(t, http.MethodDelete, entities).Query.Get("type")).To(gomega.ContainSubstring(d.kind))
			t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
		},
	}, Check{
		ID:           "mim1.distributed.purge.redirect",
		Title:        "Entities that are redirected are purged at their source",
		TestPurposes: []string{"D017_01_red"}, Since: "1.9.1",
		Clause: cim009 + "5.6.21.4", Fault: "distributed.purge.not-forwarded",
		Body: func(t *T) {
			alsoClaims(t, FeaturePurge)
			d := newSpread(t)
			d.whole(t, "redirect", offering("purgeEntity"))
			r := t.DELETE(entities, Query("type", d.kind), Expecting(500, 502, 503, 504))
			d.isAsked(t)
			done(t, r)
			t.Expect(d.isTold(t, http.MethodDelete, entities).Query.Get("type")).To(gomega.ContainSubstring(d.kind))
		},
	}, Check{
		ID:     "mim1.distributed.update.notOffered",
		Title:  "What a source has exclusively cannot be changed if it does not offer that: 409, or 207",
		Clause: cim009 + "5.6.2.4", Fault: "distributed.partial-as-success",
		Body: func(t *T) {
			d := newSpread(t)
			d.keeps(t)
			d.part(t, "exclusive", offering("retrieveEntity"))
			t.Expect(t.PATCH(attrsPath(d.id), JSON(ngsild.Object{d.level: ngsild.Property(7)}))).To(HaveStatus(409, 207))
			for _, a := range d.told() {
				t.Expect(a.Method+" "+a.Path).To(gomega.BeEmpty(), "the source does not offer this")
			}
			t.Expect(d.here(t)).To(lackAttribute(d.level), "what a source has exclusively the platform does not keep itself")
		},
	}, Check{
		ID:     "mim1.distributed.update.partly",
		Title:  "If the source fails to update its part, the answer is 207, and the platform's part is updated",
		Clause: cim009 + "6.3.17", Fault: "distributed.partial-as-success",
		Body: func(t *T) {
			d := newSpread(t)
			d.keeps(t)
			d.fails(500)
			d.part(t, "exclusive", offering("updateEntity"))
			other := ngsild.Relationship(t.URN("Place"))
			r := t.PATCH(attrsPath(d.id), JSON(ngsild.Object{d.level: ngsild.Property(7), d.place: other}), Expecting(500, 502, 503, 504))
			d.isAsked(t)
			t.Expect(r).To(HaveStatus(207))
			tellsWhatFailed(t, r)
			t.Expect(d.here(t)).To(haveAttribute(d.place, other))
		},
	})
}

// optionsOfAttributes checks that a source is told how attributes are to be appended or
// deleted, whatever the mode of its registration.
func optionsOfAttributes() []Check {
	var checks []Check
	for _, to := range []struct{ mode, suffix, title string }{
		{"exclusive", "", "the source that has an attribute exclusively"}, {"inclusive", "Inclusive", "an inclusive source"}, {"redirect", "Redirect", "the source that an entity is redirected to"},
	} {
		// placed registers the source for an operation; what the platform has, if anything, comes before.
		placed := func(t *T, operation string) *spread {
			d := newSpread(t)
			switch to.mode {
			case "exclusive":
				d.keeps(t)
				d.part(t, to.mode, offering(operation, "retrieveEntity"))
			case "inclusive":
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, to.mode, offering(operation, "retrieveEntity"))
			default:
				d.whole(t, to.mode, offering(operation, "retrieveEntity"))
			}
			return d
		}
		purpose := "_" + to.mode[:3]
		checks = append(checks, Check{
			ID:           "mim1.distributed.append.noOverwrite" + to.suffix,
			Title:        "That attributes are to be appended without overwriting is handed on to " + to.title,
			TestPurposes: []string{"D003_02" + purpose}, Clause: cim009 + "5.6.3.4", Fault: "distributed.options-lost",
			Body: func(t *T) {
				d := placed(t, "appendAttrs")
				r := t.POST(attrsPath(d.id), Query("options", "noOverwrite"), JSON(ngsild.Object{d.level: ngsild.Property(7)}))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(204, 207))
				t.Expect(d.isTold(t, http.MethodPost, entities+"/"+d.id+"/attrs").Query.Get("options")).To(gomega.ContainSubstring("noOverwrite"))
				if to.mode == "inclusive" {
					t.Expect(d.here(t)).To(haveAttribute(d.level, levelAtFirst()), "what the platform has is not overwritten either")
				}
			},
		}, Check{
			ID:           "mim1.distributed.deleteAttribute.all" + to.suffix,
			Title:        "That all instances of an attribute are to be deleted is handed on to " + to.title,
			TestPurposes: []string{"D006_02" + purpose}, Clause: cim009 + "5.6.5.4", Fault: "distributed.options-lost",
			Body: func(t *T) {
				d := placed(t, "deleteAttrs")
				r := t.DELETE(attrPath(d.id, d.level), Query("deleteAll", "true"))
				d.isAsked(t)
				done(t, r)
				t.Expect(d.isTold(t, http.MethodDelete, entities+"/"+d.id+"/attrs/"+d.level).Query.Get("deleteAll")).To(gomega.Equal("true"))
				if to.mode == "inclusive" {
					t.Expect(d.here(t)).To(lackAttribute(d.level), "the platform's own is deleted, too")
				}
			},
		})
	}
	return checks
}

// distributedBatch checks how batch operations are shared with a source.
func distributedBatch() []Check {
	var checks []Check
	for _, b := range []struct {
		name, operation, single, purpose string
		status                           []int
	}{
		{"create", "createBatch", "createEntity", "D012_01", []int{201}},
		{"upsert", "upsertBatch", "replaceEntity", "D013_01", []int{201, 204}},
		{"update", "updateBatch", "updateEntity", "D014_01", []int{204}},
		{"merge", "mergeBatch", "mergeEntity", "D016_01", []int{204}},
		{"delete", "deleteBatch", "deleteEntity", "D015_01", []int{204}},
	} {
		for _, to := range []struct{ mode, title string }{{"inclusive", "an inclusive source"}, {"exclusive", "the source that has its attribute exclusively"}, {"redirect", "the source that it is redirected to"}} {
			mode := to.mode
			checks = append(checks, Check{
				ID:           "mim1.distributed.batch." + b.name + strings.ToUpper(mode[:1]) + mode[1:],
				Title:        "An entity of a batch " + b.name + " is handed on, once, to " + to.title,
				TestPurposes: []string{b.purpose + "_" + mode[:3]}, Clause: cim009 + "4.3.6", Fault: "distributed.batch.not-forwarded",
				Body: func(t *T) {
					alsoClaims(t, FeatureBatch)
					if b.name == "merge" {
						alsoClaims(t, FeatureMerge)
					}
					d := newSpread(t)
					there := b.name != "create"
					switch {
					case there && mode == "inclusive":
						d.keeps(t, d.level, levelAtFirst())
					case there && mode == "exclusive":
						d.keeps(t)
					}
					// A platform may hand it on as a batch or as an operation on one entity.
					offers := offering(b.operation, b.single, "createEntity", "appendAttrs", "retrieveEntity")
					if mode == "exclusive" {
						d.part(t, mode, offers)
					} else {
						d.whole(t, mode, offers)
					}
					var item any = ngsild.Entity(d.id, d.kind, d.level, ngsild.Property(7))
					if b.name == "delete" {
						item = d.id
					}
					r := batch(t, b.name, []any{item}, Expecting(500, 502, 503, 504))
					d.isAsked(t)
					t.Require(r).To(HaveStatus(b.status...))
					told := d.told()
					t.Require(told).To(gomega.HaveLen(1), "the source is told once")
					d.mentions(t, told[0])
					switch {
					case mode == "exclusive" && there && b.name != "delete":
						t.Expect(d.here(t)).To(lackAttribute(d.level), "what a source has exclusively the platform does not keep itself")
					case mode == "redirect":
						t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404), "the platform itself has nothing of it")
					}
				},
			})
		}
	}
	return checks
}

// sourceCounters checks what a registration says of how its source was asked (5.2.9).
func sourceCounters() []Check {
	number := func(v any) float64 {
		n, _ := normal(v).(float64)
		return n
	}
	return []Check{
		{
			ID:     "mim1.distributed.count.success",
			Title:  "A registration says how often and when its source was asked",
			Clause: cim009 + "5.2.9", Level: Extended, Fault: "distributed.not-counted",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				d.together(t)
				settles(t, func() string {
					g := registration(t, d.registration)
					if _, err := instant(g["lastSuccess"]); err != nil || number(g["timesSent"]) < 1 {
						return "after a request to its source, a registration is to have timesSent and lastSuccess: " + compact(g)
					}
					return ""
				})
			},
		},
		{
			ID:     "mim1.distributed.count.failure",
			Title:  "A registration says how often and when its source failed, and that its status is failed",
			Clause: cim009 + "5.2.9", Level: Extended, Fault: "distributed.not-counted",
			Body: func(t *T) {
				d := newSpread(t)
				d.fails(500)
				d.whole(t, "inclusive", offering("retrieveEntity")) // by its id, so that nobody else asks for it
				t.GET(entityPath(d.id), Expecting(500, 502, 503, 504))
				if len(d.asked()) == 0 {
					d.isAsked(t)
				}
				settles(t, func() string {
					g := registration(t, d.registration)
					if _, err := instant(g["lastFailure"]); err != nil || number(g["timesFailed"]) < 1 || g["status"] != "failed" {
						return "after a failure of its source, a registration is to have timesFailed, lastFailure and the status failed: " + compact(g)
					}
					return ""
				})
			},
		},
	}
}

// groupsOfOperations checks that a source is told of changes by the groups of operations
// that it offers, and of none that it does not (4.20).
func groupsOfOperations() []Check {
	// told sends each of the operations, which a group stands for, to a redirected entity.
	told := func(t *T, group string, of func(s shared) bool) {
		for _, s := range sharedOperations() {
			if !of(s) || s.feature != "" && !t.Claims(s.feature) {
				continue
			}
			d := newSpread(t)
			d.whole(t, "redirect", offering(group, "retrieveEntity"))
			done(t, s.send(t, d))
			d.isTold(t, s.method, s.path(d))
		}
	}
	return []Check{
		{
			ID:     "mim1.distributed.group.updates",
			Title:  "A source that offers updateOps is told of updates and replacements of entities and attributes",
			Clause: cim009 + "4.20", Fault: "distributed.group.updates-unknown",
			Body: func(t *T) {
				told(t, "updateOps", func(s shared) bool {
					return slices.Contains([]string{"updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs"}, s.operation)
				})
			},
		},
		{
			ID:     "mim1.distributed.group.redirection",
			Title:  "A source that offers redirectionOps is told of every change of one entity",
			Clause: cim009 + "4.20", Fault: "distributed.group.redirection-unknown",
			Body: func(t *T) {
				told(t, "redirectionOps", func(shared) bool { return true })
				d := newSpread(t)
				d.whole(t, "redirect", offering("redirectionOps"))
				t.Require(t.POST(entities, JSON(ngsild.Entity(d.id, d.kind, d.level, levelAtFirst())), Expecting(500, 502, 503, 504))).To(HaveStatus(201))
				d.isTold(t, http.MethodPost, entities)
			},
		},
		{
			ID:     "mim1.distributed.group.association",
			Title:  "A source that offers associationOps is asked to retrieve and to query entities",
			Clause: cim009Later + "4.20", Since: "1.9.1", Requirements: lookup, Fault: "distributed.group.association-unknown",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", offering("associationOps"))
				d.fromSource(t, d.together(t))
				d.fromSource(t, only(t, t.GET(entities, Query("type", d.kind), Expecting(502, 503, 504))))
			},
		},
		{
			ID:     "mim1.distributed.group.byDefault",
			Title:  "A source that names no operations is told of no change: by default it offers federationOps, which are for reading",
			Clause: cim009 + "4.20", Fault: "distributed.group.default-all",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", lacking("operations"))
				t.Require(t.POST(entities, JSON(ngsild.Entity(d.id, d.kind, d.place, d.there)))).To(HaveStatus(201))
				done(t, t.PATCH(attrsPath(d.id), JSON(ngsild.Object{d.place: ngsild.Relationship(t.URN("Place"))})))
				for _, a := range d.told() {
					t.Expect(a.Method+" "+a.Path).To(gomega.BeEmpty(), "the source offers nothing that changes entities")
				}
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(200))
			},
		},
	}
}
