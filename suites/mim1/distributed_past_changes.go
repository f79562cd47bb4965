package mim1

import (
	"net/http"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// pastChange is an operation that changes an evolution and is shared with sources.
type pastChange struct {
	name, does string // of the check, and in its title
	operation  string // of 4.20
	clause     string
	method     string
	path       func(d *spread, instance string) string
	body       func(d *spread) any // nil is none
	// left are the readings of the level that the platform has after it, of those of a series.
	left []any
}

// The reading that changes bring, and the first one of a series, which is the one that is
// modified or deleted where an instance is.
var firstOfSeries, added = 10, 7

func pastChanges() []pastChange {
	entity := func(d *spread, _ string) string { return evolutionPath(d.id) }
	attribute := func(d *spread, _ string) string { return evolutionAttrPath(d.id, d.level) }
	instance := func(d *spread, instance string) string { return instancePath(d.id, d.level, instance) }
	more := []any{reading(added, "15:00:00")}
	fragment := func(d *spread) any { return ngsild.Object{d.level: more} }
	return []pastChange{
		{"pastCreate", "creating or updating an evolution", "upsertTemporal", "5.6.11.4", http.MethodPost,
			func(*spread, string) string { return evolutions },
			func(d *spread) any { return ngsild.Entity(d.id, d.kind, d.level, more) }, append(levels(), more...)},
		{"pastAppend", "adding attributes to an evolution", "appendAttrsTemporal", "5.6.12.4", http.MethodPost,
			func(d *spread, _ string) string { return evolutionAttrsPath(d.id) }, fragment, append(levels(), more...)},
		{"pastDeleteAttribute", "deleting an attribute of an evolution", "deleteAttrsTemporal", "5.6.13.4", http.MethodDelete, attribute, nil, []any{}},
		{"pastModify", "modifying an instance of an evolution", "updateAttrInstanceTemporal", "5.6.14.4", http.MethodPatch, instance, fragment, append(levels()[1:], more...)},
		{"pastDeleteInstance", "deleting an instance of an evolution", "deleteAttrInstanceTemporal", "5.6.15.4", http.MethodDelete, instance, nil, levels()[1:]},
		{"pastDelete", "deleting an evolution", "deleteTemporal", "5.6.16.4", http.MethodDelete, entity, nil, nil},
	}
}

// aboutInstance says whether the operation is on one instance.
func (c pastChange) aboutInstance() bool {
	return strings.HasSuffix(c.path(&spread{}, "instance"), "/instance")
}

// send makes the change of the instance, if it is about one.
func (c pastChange) send(t *T, d *spread, instance string, options ...Option) *probe.Response {
	options = append([]Option{Expecting(500, 502, 503, 504, 508)}, options...)
	if c.body == nil {
		return t.Send(c.method, c.path(d, instance), options...)
	}
	if c.method == http.MethodPatch { // by the text, or as ETSI's suite has it
		body, _ := c.body(d).(ngsild.Object)
		r := t.Send(c.method, c.path(d, instance), append(options, JSON(body))...)
		if r.Status != 400 {
			return r
		}
		return t.Send(c.method, c.path(d, instance), append(options, JSON(body[d.level].([]any)[0]))...)
	}
	return t.Send(c.method, c.path(d, instance), append(options, JSON(c.body(d)))...)
}

// succeeds expects that the change was made.
func (c pastChange) succeeds(t *T, r *probe.Response) {
	if c.name == "pastCreate" {
		t.Require(r).To(HaveStatus(201, 204))
		return
	}
	done(t, r)
}

// isTold expects that the source was told once of the change, and of nothing else.
func (c pastChange) isTold(t *T, d *spread, instance string) probe.Asked {
	d.isAsked(t)
	told := d.told()
	t.Require(told).To(gomega.HaveLen(1), "the source is to be told once what the platform was told")
	a := told[0]
	t.Expect(a.Method).To(gomega.Equal(c.method), "how the source was told")
	t.Expect(a.Path).To(gomega.HavePrefix(evolutions), "what the source was told")
	if c.name == "pastCreate" {
		t.Expect(strings.Trim(a.Path, "/")).To(gomega.Equal(strings.Trim(evolutions, "/")), "what the source was told")
	}
	if c.name == "pastDelete" {
		t.Expect(strings.Trim(a.Path, "/")).To(gomega.Equal(strings.Trim(evolutions, "/")+"/"+d.id), "what the source was told")
		return a
	}
	d.mentions(t, a, d.level)
	if c.aboutInstance() {
		t.Expect(a.Path).To(gomega.HaveSuffix("/"+instance), "the instance that the source was told of")
	}
	return a
}

// isDone expects that the change was made of what the platform has itself.
func (c pastChange) isDone(t *T, d *spread) {
	r := t.GET(evolutionPath(d.id), local, everything())
	if c.name == "pastDelete" {
		t.Expect(r).To(HaveStatus(404), "the platform's own is deleted")
		return
	}
	t.Require(r).To(HaveStatus(200, 206))
	t.Expect(marks(t.Object(r), d.level)).To(holdReadings(marksOfReadings(c.left...)...), "what the platform has itself")
}

// evolves makes the platform itself have a past of the level, and returns the instanceId of
// its first reading. It has to come before the source is registered.
func (d *spread) evolves(t *T) (instance string) {
	evolve(t, ngsild.Entity(d.id, d.kind, d.level, levels(), d.place, []any{with(d.there, "observedAt", at("10:30:00"))}))
	return instanceIDs(t, d.id, d.level)[compact(firstOfSeries)]
}

// hasElse makes the platform itself have a past of the place alone.
func (d *spread) hasElse(t *T) {
	evolve(t, ngsild.Entity(d.id, d.kind, d.place, []any{with(d.there, "observedAt", at("10:30:00"))}))
}

// ofPast is what a source of the past offers.
func (c pastChange) ofPast() []edit {
	return []edit{offering(c.operation, "retrieveTemporal", "queryTemporal"), observing(true)}
}

// changesOfPasts checks that changes of evolutions are handed on to registered sources (5.6.11
// to 5.6.16).
func changesOfPasts() []Check {
	var checks []Check
	for _, c := range pastChanges() {
		lost := "distributed." + c.name + ".not-forwarded"
		checks = append(checks, Check{
			ID:     "mim1.distributed." + c.name + ".exclusive",
			Title:  "What a source has exclusively is changed there, once, and not on the platform: " + c.does,
			Clause: cim009 + c.clause + ", 4.3.6.3", Fault: lost,
			Body: func(t *T) {
				d, instance := newSpread(t), t.URN("Instance")
				d.hasElse(t)
				d.part(t, "exclusive", c.ofPast()...)
				r := c.send(t, d, instance)
				d.isAsked(t)
				c.succeeds(t, r)
				a := c.isTold(t, d, instance)
				t.Expect(string(a.Body)).NotTo(gomega.ContainSubstring(d.place), "the source is not registered for this attribute")
				if c.name == "pastDelete" {
					return // whether what the platform has itself is deleted, too, the text leaves open
				}
				t.Expect(instances(evolution(t, d.id, local, everything()), d.level)).To(gomega.BeEmpty(), "what a source has exclusively the platform does not keep itself")
			},
		}, Check{
			ID:     "mim1.distributed." + c.name + ".redirect",
			Title:  "What is redirected is changed at its source, once: " + c.does,
			Clause: cim009 + c.clause + ", 4.3.6.3", Fault: lost,
			Body: func(t *T) {
				d, instance := newSpread(t), t.URN("Instance")
				d.whole(t, "redirect", c.ofPast()...)
				r := c.send(t, d, instance)
				d.isAsked(t)
				c.succeeds(t, r)
				c.isTold(t, d, instance)
				t.Expect(t.GET(evolutionPath(d.id), local)).To(HaveStatus(404), "the platform itself has nothing of it")
			},
		}, Check{
			ID:     "mim1.distributed." + c.name + ".inclusive",
			Title:  "What platform and inclusive source both have is changed on both, once each: " + c.does,
			Clause: cim009 + c.clause + ", 4.3.6.2", Fault: lost,
			Body: func(t *T) {
				d := newSpread(t)
				instance := d.evolves(t)
				d.whole(t, "inclusive", c.ofPast()...)
				r := c.send(t, d, instance)
				d.isAsked(t)
				c.succeeds(t, r)
				c.isTold(t, d, instance)
				c.isDone(t, d)
			},
		}, Check{
			ID:     "mim1.distributed." + c.name + ".local",
			Title:  "With local=true a change is made on the platform only: " + c.does,
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				instance := d.evolves(t)
				d.whole(t, "inclusive", c.ofPast()...)
				c.succeeds(t, c.send(t, d, instance, local))
				c.isDone(t, d)
				d.isNotAsked(t, "local=true is for the platform itself")
			},
		}, Check{
			ID:     "mim1.distributed." + c.name + ".notOffered",
			Title:  "What is redirected to a source that does not offer it is refused with 409 Conflict: " + c.does,
			Clause: cim009 + c.clause, Level: Extended, Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect", offering("retrieveTemporal", "queryTemporal"), observing(true))
				t.Expect(c.send(t, d, t.URN("Instance"))).To(BeProblem(409, ngsild.Conflict))
				t.Expect(d.told()).To(gomega.BeEmpty(), "the source does not offer this")
			},
		}, Check{
			ID:     "mim1.distributed." + c.name + ".partly",
			Title:  "If the source fails to do its part, the answer is 207, and the platform's part is done: " + c.does,
			Clause: cim009 + "6.3.17", Fault: "distributed.partial-as-success",
			Body: func(t *T) {
				d := newSpread(t)
				instance := d.evolves(t)
				d.fails(500)
				d.whole(t, "inclusive", c.ofPast()...)
				r := c.send(t, d, instance)
				d.isAsked(t)
				t.Expect(r).To(HaveStatus(207))
				tellsWhatFailed(t, r)
				c.isDone(t, d)
			},
		})
		if c.name != "pastCreate" {
			checks = append(checks, Check{
				ID:     "mim1.distributed." + c.name + ".sourceOnly",
				Title:  "An evolution that a registered source may have is not said to be unknown because the platform has none: " + c.does,
				Clause: cim009 + c.clause, Fault: lost,
				Body: func(t *T) {
					d, instance := newSpread(t), t.URN("Instance")
					d.whole(t, "inclusive", c.ofPast()...)
					r := c.send(t, d, instance)
					d.isAsked(t)
					t.Expect(r).To(HaveStatus(204, 207))
					c.isTold(t, d, instance)
				},
			})
		}
	}
	checks = append(checks, furtherChangesOfPasts()...)
	for i := range checks {
		c := &checks[i]
		body := c.Body
		c.Body = func(t *T) {
			alsoClaims(t, FeatureTemporal)
			body(t)
		}
	}
	return checks
}

// furtherChangesOfPasts checks what is common to all changes of evolutions that are handed on.
func furtherChangesOfPasts() []Check {
	// eachTold makes all changes of what is redirected, and judges what the source is told. Whether
	// it is told is for other checks to judge.
	eachTold := func(t *T, judge func(c pastChange, a probe.Asked), edits ...edit) {
		told := 0
		for _, c := range pastChanges() {
			d := newSpread(t)
			d.whole(t, "redirect", append(c.ofPast(), edits...)...)
			c.send(t, d, t.URN("Instance"))
			for _, a := range d.told() {
				told++
				judge(c, a)
			}
		}
		t.Require(nil).To(answering(told > 0, "the platform handed none of the changes on to the registered source"))
	}
	// eachAtFailing makes all changes of what is redirected to a source that answers with the
	// status, and judges the platform's answers.
	eachAtFailing := func(t *T, status int, judge func(c pastChange, r *probe.Response)) {
		for _, c := range pastChanges() {
			d := newSpread(t)
			d.answers(problemAnswer(status))
			d.whole(t, "redirect", c.ofPast()...)
			r := c.send(t, d, t.URN("Instance"))
			d.isAsked(t)
			judge(c, r)
		}
	}
	return []Check{
		{
			ID:     "mim1.distributed.pastChange.via",
			Title:  "A change of an evolution that is handed on to a source says by its Via header which platform it comes from",
			Clause: cim009 + "6.3.18", Since: "1.8.1", Fault: "distributed.no-via-of-changes",
			Body: func(t *T) {
				eachTold(t, func(c pastChange, a probe.Asked) {
					t.Expect(strings.Fields(a.Header.Get("Via"))).NotTo(gomega.BeEmpty(), "%s: Via is %q, expected a protocol and a name for each hop", c.does, a.Header.Values("Via"))
				})
			},
		},
		{
			ID:     "mim1.distributed.pastChange.tenant",
			Title:  "A change of an evolution is handed on in the tenant that the registration names",
			Clause: cim009 + "5.2.9", Fault: "distributed.tenant-lost",
			Body: func(t *T) {
				alsoClaims(t, FeatureTenants) // a platform without them takes no such registration (5.5.10)
				eachTold(t, func(c pastChange, a probe.Asked) {
					t.Expect(a.Header.Get(ngsild.HeaderTenant)).To(gomega.Equal("harbour"), "%s", c.does)
				}, having("tenant", "harbour"))
			},
		},
		{
			ID:     "mim1.distributed.pastChange.values",
			Title:  "A change of an evolution is handed on with the values that it has",
			Clause: cim009 + "4.3.6", Fault: "distributed.values-lost",
			Body: func(t *T) {
				eachTold(t, func(c pastChange, a probe.Asked) {
					if c.body != nil {
						t.Expect(nil).To(answering(hasNumber(a.Body, float64(added)), "%s, by which an attribute gets the value %d, was handed on by %s %s with the body %s", c.does, added, a.Method, a.Path, a.Body))
					}
				})
			},
		},
		{
			ID:     "mim1.distributed.pastChange.loop",
			Title:  "A change of an evolution that is redirected and has come back to the platform, by its Via header, is answered with 508",
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: "distributed.via-ignored",
			Body: func(t *T) {
				through := comeBack(t)
				for _, c := range pastChanges() {
					d := newSpread(t)
					d.whole(t, "redirect", c.ofPast()...)
					t.Expect(c.send(t, d, t.URN("Instance"), through)).To(HaveStatus(508), "%s", c.does)
					d.isNotAsked(t, "the request has come through this platform before")
				}
			},
		},
		{
			ID:     "mim1.distributed.pastChange.unknown",
			Title:  "If the only source of an evolution that is changed does not have it, the answer is 404 ResourceNotFound",
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: "distributed.failing.not-found-as-refused",
			Body: func(t *T) {
				eachAtFailing(t, 404, func(c pastChange, r *probe.Response) {
					if c.name != "pastCreate" { // for which there is nothing to be found
						t.Expect(r).To(BeProblem(404, ngsild.ResourceNotFound), "%s", c.does)
					}
				})
			},
		},
		{
			ID:     "mim1.distributed.pastChange.forbidden",
			Title:  "If the only source of an evolution that is changed does not let the platform change it, the answer is 502",
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: "distributed.failing.refusal-as-told",
			Body: func(t *T) {
				eachAtFailing(t, 403, func(c pastChange, r *probe.Response) {
					t.Expect(r).To(HaveStatus(502), "%s", c.does)
				})
			},
		},
		{
			ID:     "mim1.distributed.pastCreate.badId",
			Title:  "An evolution that the platform refuses as invalid no source is told of",
			Clause: cim009 + "5.6.11.4", Fault: "temporal.create.any-id",
			Body: func(t *T) {
				d := newSpread(t)
				d.register(t, "inclusive", informationOf(ngsild.Object{"type": d.kind}), []edit{offering("upsertTemporal"), observing(true)})
				t.Expect(t.POST(evolutions, JSON(ngsild.Entity(t.Name("sensor"), d.kind, d.level, levels())))).To(beBadData())
				d.isNotAsked(t, "the entity is not valid")
			},
		},
		{
			ID:     "mim1.distributed.pastDeleteAttribute.options",
			Title:  "Which instances of an attribute of an evolution are to be deleted is handed on to its source",
			Clause: cim009 + "5.6.13.4, 6.21.3.1", Fault: "distributed.options-lost",
			Body: func(t *T) {
				for name, value := range InOrder(map[string]string{"deleteAll": "true", "datasetId": t.URN("Dataset")}) {
					d := newSpread(t)
					d.whole(t, "redirect", offering("deleteAttrsTemporal", "retrieveTemporal"), observing(true))
					r := t.DELETE(evolutionAttrPath(d.id, d.level), Query(name, value), Expecting(500, 502, 503, 504))
					d.isAsked(t)
					done(t, r)
					t.Require(d.told()).To(gomega.HaveLen(1), "the source is to be told once what the platform was told")
					t.Expect(d.told()[0].Query).To(gomega.HaveKeyWithValue(name, []string{value}), "what the source is told beside the path")
				}
			},
		},
		{
			ID:     "mim1.distributed.pastAppend.rest",
			Title:  "Of attributes that are added to an evolution, the source gets what it has exclusively, and the platform the rest",
			Clause: cim009 + "5.6.12.4", Fault: "distributed.pastAppend.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.hasElse(t)
				d.part(t, "exclusive", offering("appendAttrsTemporal", "retrieveTemporal"), observing(true))
				later := with(d.there, "observedAt", at("15:00:00"))
				r := t.POST(evolutionAttrsPath(d.id), JSON(ngsild.Object{d.level: []any{reading(added, "15:00:00")}, d.place: []any{later}}), Expecting(500, 502, 503, 504))
				d.isAsked(t)
				done(t, r)
				t.Require(d.told()).To(gomega.HaveLen(1), "the source is to be told once what the platform was told")
				d.mentions(t, d.told()[0], d.level)
				t.Expect(string(d.told()[0].Body)).NotTo(gomega.ContainSubstring(d.place), "the source is not registered for this attribute")
				e := evolution(t, d.id, local, everything())
				t.Expect(instances(e, d.place)).To(gomega.HaveLen(2), "the platform has this attribute itself")
				t.Expect(instances(e, d.level)).To(gomega.BeEmpty(), "what a source has exclusively the platform does not keep itself")
			},
		},
	}
}
