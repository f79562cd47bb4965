package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// batchContexts checks how the entities of a batch get their @context (6.3.5).
func batchContexts() []Check {
	create := func(t *T, how Option, options ...Option) *probe.Response {
		return t.POST(entityOperation+"create", append(options, how)...)
	}
	return common([]Check{
		{
			ID: "mim1.batch.context.link", Title: "The @context of a Link header expands the names of each entity of a batch as application/json",
			TestPurposes: []string{"003_04"}, Fault: "batch.context-link-ignored", Needs: []Need{NeedRead, NeedWrite, NeedCallback},
			Body: func(t *T) {
				v := newVocabulary(t)
				one, two := v.entity(t, 1), v.entity(t, 2)
				t.Require(create(t, JSON([]any{one, two}), v.linked(t))).To(HaveStatus(201))
				for value, e := range []ngsild.Object{one, two} {
					v.isThere(t, e["id"].(string), value+1)
				}
			},
		},
		{
			ID: "mim1.batch.context.default", Title: "Names in a batch without @context expand to the default vocabulary",
			Clause: cim009 + "5.5.7", TestPurposes: []string{"003_05"}, Fault: "batch.names-in-no-vocabulary",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Require(create(t, JSON([]any{e}))).To(HaveStatus(201))
				c := candidates{ids: map[string]string{"sensor": s.id}}
				c.expect(t, both(coreOnly(), Query("type", ngsild.DefaultVocab+s.kind)), "sensor")
				c.expect(t, both(coreOnly(), Query("attrs", ngsild.DefaultVocab+s.level)), "sensor")
			},
		},
		{
			ID: "mim1.batch.context.member", Title: "Each entity of a batch as application/ld+json has the names of its own @context",
			TestPurposes: []string{"003_07"}, Fault: "batch.first-context-for-all",
			Body: func(t *T) {
				v := newVocabulary(t)
				w := v.elsewhere("two")
				one, two := v.entity(t, 1), w.entity(t, 2)
				t.Require(create(t, JSONLD([]any{ngsild.InContext(one, v.context()), ngsild.InContext(two, w.context())}), inlined())).To(HaveStatus(201))
				v.isThere(t, one["id"].(string), 1)
				w.isThere(t, two["id"].(string), 2)
			},
		},
		{
			ID: "mim1.batch.context.inJson", Title: "An entity with an @context in a batch as application/json is not created: BadRequestData",
			TestPurposes: []string{"003_06"}, Requirements: errorAnswers, Fault: "batch.context-in-json-taken",
			Body: func(t *T) {
				good, e := aSensor(t)
				v := newVocabulary(t)
				bad := v.entity(t, 1)
				refusesOne(t, create(t, JSON([]any{e, ngsild.InContext(bad, v.context())})), good.id, bad["id"].(string))
			},
		},
		{
			ID: "mim1.batch.context.missing", Title: "An entity without @context in a batch as application/ld+json is not created: BadRequestData",
			TestPurposes: []string{"003_08"}, Requirements: errorAnswers, Fault: "batch.context-missing-assumed",
			Body: func(t *T) {
				good, e := aSensor(t)
				bad, without := aSensor(t)
				refusesOne(t, create(t, JSONLD([]any{ngsild.InContext(e, ngsild.CoreContextURL), without}), inlined()), good.id, bad.id)
			},
		},
		{
			ID: "mim1.batch.context.twice", Title: "A batch as application/ld+json with an @context in a Link header as well is refused with 400 BadRequestData",
			TestPurposes: []string{"003_09"}, Requirements: errorAnswers, Fault: "batch.context-link-beside-body-ignored",
			Body: func(t *T) {
				s, e := aSensor(t)
				t.Expect(create(t, JSONLD([]any{ngsild.InContext(e, ngsild.CoreContextURL)}),
					Header("Link", ngsild.ContextLink(ngsild.CoreContextURL)))).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, s.id)
			},
		},
	}, Check{Requirements: structured, Clause: cim009 + "6.3.5", Level: Core, Feature: FeatureBatch, Needs: writes})
}

// isThere expects an entity with the vocabulary's type and level, by their IRIs.
func (v vocabulary) isThere(t *T, id string, value any) {
	e := read(t, id, coreOnly())
	t.Expect(e).To(haveTypes(v.kindIRI))
	t.Expect(e).To(haveAttribute(v.levelIRI, ngsild.Property(value)))
}

// refusesOne expects that a batch creation did not create the bad entity and said
// why: in its result, or by refusing the whole batch.
func refusesOne(t *T, r *probe.Response, good, bad string) {
	if r.Status == 400 {
		t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
	} else {
		isProblem(t, batchResult(t, r, []string{good}, []string{bad})[bad], ngsild.BadRequestData)
	}
	isGone(t, bad)
}

// batchTypes checks what batches do to types and mixed lists.
func batchTypes() []Check {
	return common([]Check{
		{
			ID: "mim1.batch.update.addsType", Title: "An entity in a batch update with another type gets that type beside its own",
			Clause: cim009 + "5.6.9.4", TestPurposes: []string{"005_05"}, Since: "1.5.1", Fault: "batch.update.drops-types",
			Body: func(t *T) {
				s := newSensor(t)
				more := t.Name("Thermometer")
				done(t, batch(t, "update", []any{ngsild.Entity(s.id, more, s.level, ngsild.Property(25))}))
				t.Expect(read(t, s.id)).To(haveTypes(s.kind, more))
			},
		},
		{
			ID: "mim1.batch.upsert.updateAddsType", Title: "With options=update an entity in a batch upsert with another type gets that type beside its own",
			Clause: cim009 + "5.6.8.4", TestPurposes: []string{"004_08"}, Since: "1.5.1", Fault: "batch.upsert.drops-types",
			Body: func(t *T) {
				s := newSensor(t)
				more := t.Name("Thermometer")
				done(t, batch(t, "upsert", []any{ngsild.Entity(s.id, more, s.level, ngsild.Property(25))}, Query("options", "update")))
				t.Expect(read(t, s.id)).To(haveTypes(s.kind, more))
			},
		},
		{
			ID: "mim1.batch.upsert.updateMixed", Title: "With options=update a batch upsert creates what is not there and lists only that in its 201 answer",
			Clause: cim009 + "5.6.8.4", TestPurposes: []string{"004_04"}, Fault: "batch.upsert.lists-updated-too",
			Body: func(t *T) {
				old := newSensor(t)
				fresh, e := aSensor(t)
				r := batch(t, "upsert", []any{ngsild.Entity(old.id, old.kind, old.level, ngsild.Property(25)), e}, Query("options", "update"))
				t.Require(r).To(HaveStatus(201))
				isListOf(t, r, fresh.id)
				old.hasOnlyLevel(t, ngsild.Property(25))
				fresh.hasOnlyLevel(t, levelAtFirst())
			},
		},
		{
			ID: "mim1.batch.query.ids", Title: "A query by POST with several ids gives the entities with these ids",
			Clause: cim009 + "5.7.2", Requirements: query, TestPurposes: []string{"019_02_06"}, Fault: "batch.query.first-selector",
			Body: func(t *T) {
				c := around(t)
				r := t.POST(entityOperation+"query", ample, JSON(ngsild.Object{"type": "Query", "entities": []any{
					ngsild.Object{"id": c.ids["below"], "type": c.kind}, ngsild.Object{"id": c.ids["above"], "type": c.kind}}}))
				c.expectIn(t, r, "below", "above")
			},
		},
	}, Check{Requirements: access, Level: Core, Feature: FeatureBatch, Needs: writes})
}
