package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// defaultInstances checks that what is sent without datasetId is about the default instance
// of an attribute alone (4.5.5), in every operation that changes attributes.
func defaultInstances() []Check {
	inBatch := func(operation string, options ...Option) func(t *T, id, kind, level string, a ngsild.Object) *probe.Response {
		return func(t *T, id, kind, level string, a ngsild.Object) *probe.Response {
			return batch(t, operation, []any{ngsild.Entity(id, kind, level, a)}, options...)
		}
	}
	var checks []Check
	for _, o := range []struct {
		name, fault, words, clause, since string
		feature                           Feature
		send                              func(t *T, id, kind, level string, a ngsild.Object) *probe.Response
	}{
		{name: "attribute.append", fault: "attribute.append", words: "Appending", clause: "5.6.3.4",
			send: func(t *T, id, _, level string, a ngsild.Object) *probe.Response {
				return t.POST(attrsPath(id), JSON(ngsild.Object{level: a}))
			}},
		{name: "attribute.update", fault: "attribute.update", words: "Updating", clause: "5.6.2.4",
			send: func(t *T, id, _, level string, a ngsild.Object) *probe.Response {
				return t.PATCH(attrsPath(id), JSON(ngsild.Object{level: a}))
			}},
		{name: "attribute.partialUpdate", fault: "attribute.partial-update", words: "A partial update of", clause: "5.6.4.4",
			send: func(t *T, id, _, level string, a ngsild.Object) *probe.Response {
				return t.PATCH(attrPath(id, level), JSON(a))
			}},
		{name: "attribute.replace", fault: "attribute.replace", words: "Replacing", clause: "5.6.19.4", since: "1.6.1", feature: FeatureReplace,
			send: func(t *T, id, _, level string, a ngsild.Object) *probe.Response {
				return t.PUT(attrPath(id, level), JSON(a))
			}},
		{name: "entity.merge", fault: "entity.merge", words: "Merging", clause: "5.6.17.4", since: "1.6.1", feature: FeatureMerge,
			send: func(t *T, id, _, level string, a ngsild.Object) *probe.Response {
				return t.PATCH(entityPath(id), JSON(ngsild.Object{level: a}))
			}},
		{name: "batch.update", fault: "batch.update", words: "A batch update of", clause: "5.6.9.4", feature: FeatureBatch, send: inBatch("update")},
		{name: "batch.upsert", fault: "batch.upsert", words: "With options=update, a batch upsert of", clause: "5.6.8.4", feature: FeatureBatch,
			send: inBatch("upsert", Query("options", "update"))},
		{name: "batch.merge", fault: "batch.merge", words: "A batch merge of", clause: "5.6.20.4", since: "1.6.1", feature: FeatureBatch, send: inBatch("merge")},
	} {
		checks = append(checks, Check{
			ID: "mim1." + o.name + ".defaultOnly", Title: o.words + " the default instance of an attribute leaves its instances of datasets alone",
			Clause: cim009 + o.clause, Since: o.since, Feature: o.feature, Fault: o.fault + ".default-drops-datasets",
			Hint: "the attribute is stored anew as a whole, as if it had one instance only",
			Body: func(t *T) {
				kind, level, gps, radar := t.Name("Sensor"), t.Name("level"), t.URN("Dataset"), t.URN("Dataset")
				id := create(t, ngsild.Entity(t.URN("Sensor"), kind, level, []any{
					ngsild.Property(20), ngsild.Property(30, "datasetId", gps), ngsild.Property(40, "datasetId", radar)}))
				done(t, o.send(t, id, kind, level, ngsild.Property(21)))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(21)), "the default instance")
				t.Expect(e).To(haveAttribute(level, ngsild.Property(30, "datasetId", gps)), "the instance of a dataset is another one")
				t.Expect(e).To(haveAttribute(level, ngsild.Property(40, "datasetId", radar)), "the instance of a dataset is another one")
				t.Expect(instances(e, level)).To(gomega.HaveLen(3))
			},
		})
	}
	return common(checks, Check{Requirements: access, Level: Core, Needs: writes})
}
