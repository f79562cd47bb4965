package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// typedOperation is an operation about one entity, which may be said to be of a type.
type typedOperation struct {
	name, generic, clause, words string
	feature                      Feature
	send                         func(t *T, s sensor, of Option) *probe.Response
	done                         func(t *T, s sensor) // expects that it was done
}

func typedOperations() []typedOperation {
	const now = 30
	level := func(t *T, s sensor) { t.Expect(read(t, s.id)).To(haveAttribute(s.level, ngsild.Property(now))) }
	fragment := func(s sensor) Option { return JSON(ngsild.Object{s.level: ngsild.Property(now)}) }
	return []typedOperation{
		{name: "entity.retrieve", generic: "get-entities-entity", clause: "5.7.1.4", words: "Retrieving an entity",
			send: func(t *T, s sensor, of Option) *probe.Response { return t.GET(entityPath(s.id), of) },
			done: func(*T, sensor) {}},
		{name: "entity.delete", generic: "delete-entities-entity", clause: "5.6.6.4", words: "Deleting an entity",
			send: func(t *T, s sensor, of Option) *probe.Response { return t.DELETE(entityPath(s.id), of) },
			done: func(t *T, s sensor) { isGone(t, s.id) }},
		{name: "entity.replace", generic: "put-entities-entity", clause: "5.6.18.4", words: "Replacing an entity", feature: FeatureReplace,
			send: func(t *T, s sensor, of Option) *probe.Response {
				return t.PUT(entityPath(s.id), of, JSON(ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(now))))
			}, done: level},
		{name: "entity.merge", generic: "patch-entities-entity", clause: "5.6.17.4", words: "Merging into an entity", feature: FeatureMerge,
			send: func(t *T, s sensor, of Option) *probe.Response { return t.PATCH(entityPath(s.id), of, fragment(s)) }, done: level},
		{name: "attribute.append", generic: "post-entities-entity-attrs", clause: "5.6.3.4", words: "Appending to an entity",
			send: func(t *T, s sensor, of Option) *probe.Response { return t.POST(attrsPath(s.id), of, fragment(s)) }, done: level},
		{name: "attribute.update", generic: "patch-entities-entity-attrs", clause: "5.6.2.4", words: "Updating the attributes of an entity",
			send: func(t *T, s sensor, of Option) *probe.Response { return t.PATCH(attrsPath(s.id), of, fragment(s)) }, done: level},
		{name: "attribute.partialUpdate", generic: "patch-entities-entity-attrs-attr", clause: "5.6.4.4", words: "A partial update of an attribute",
			send: func(t *T, s sensor, of Option) *probe.Response {
				return t.PATCH(attrPath(s.id, s.level), of, JSON(ngsild.Property(now)))
			}, done: level},
		{name: "attribute.replace", generic: "put-entities-entity-attrs-attr", clause: "5.6.19.4", words: "Replacing an attribute", feature: FeatureReplace,
			send: func(t *T, s sensor, of Option) *probe.Response {
				return t.PUT(attrPath(s.id, s.level), of, JSON(ngsild.Property(now)))
			}, done: level},
		{name: "attribute.delete", generic: "delete-entities-entity-attrs-attr", clause: "5.6.5.4", words: "Deleting an attribute",
			send: func(t *T, s sensor, of Option) *probe.Response { return t.DELETE(attrPath(s.id, s.level), of) },
			done: func(t *T, s sensor) { t.Expect(read(t, s.id)).To(lackAttribute(s.level)) }},
	}
}

// typed checks that the parameter type says of which types an entity has to be for the
// operation to be about it (tables 6.5.3.1-1 to 6.7.3.3-1).
func typed() []Check {
	var checks []Check
	for _, o := range typedOperations() {
		checks = append(checks, Check{
			ID: "mim1." + o.name + ".ofType", Title: o.words + " that is said to be of a type which it is not of is answered with 404 ResourceNotFound, and of its own type it is done",
			Clause: cim009Later + o.clause, Feature: o.feature, Fault: "generic." + o.generic + ".ignores-type",
			Hint: "the query parameter type is not looked at",
			Body: func(t *T) {
				s := newSensor(t)
				t.Expect(o.send(t, s, Query("type", t.Name("Other")))).To(BeProblem(404, ngsild.ResourceNotFound))
				s.isUnchanged(t)
				t.Require(o.send(t, s, Query("type", s.kind))).To(HaveStatus(200, 204))
				o.done(t, s)
			},
		})
	}
	return common(checks, Check{Requirements: errorAnswers, Level: Core, Needs: writes, Since: "1.9.1"})
}
