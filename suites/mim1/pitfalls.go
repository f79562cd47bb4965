package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// pitfalls checks what brokers were seen to do otherwise, by their own tests and the
// defects that their users reported.
func pitfalls() []Check {
	return slices.Concat(pitfallsOfProvision(), entityModified(), pitfallsOfQueries())
}

func pitfallsOfProvision() []Check {
	return common([]Check{
		{
			ID: "mim1.entity.create.idCharacters", Title: "An entity whose id has characters that no URI has is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.6.1.4", Fault: "entity.create.takes-any-character-in-ids",
			Hint: "an id with a space in it, once taken, cannot be asked for by its path",
			Body: func(t *T) {
				for _, wrong := range []string{" ", "<", ">", "\"", "{", "\\"} {
					s, e := aSensor(t)
					e["id"] = s.id + wrong + "b"
					t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData), "with %q in the id", wrong)
				}
			},
		},
		{
			ID: "mim1.attribute.delete.addedAgain", Title: "An attribute that was deleted can be added again, by merging as by appending",
			Clause: cim009 + "5.6.5.4", Feature: FeatureMerge, Since: "1.6.1", Fault: "attribute.delete.for-good",
			Body: func(t *T) {
				s := newSensor(t)
				done(t, t.DELETE(attrPath(s.id, s.level)))
				done(t, t.PATCH(entityPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(31)})))
				s.hasOnlyLevel(t, ngsild.Property(31))
				done(t, t.DELETE(attrPath(s.id, s.level)))
				done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(32)})))
				s.hasOnlyLevel(t, ngsild.Property(32))
			},
		},
		{
			ID: "mim1.batch.update.duplicate", Title: "An entity that is twice in a batch update is updated in the order of the list",
			Clause: cim009 + "5.5.11.3", Feature: FeatureBatch, Fault: "batch.update.first-duplicate-wins",
			Body: func(t *T) {
				s, more := newSensor(t), t.Name("more")
				done(t, batch(t, "update", []any{
					ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(25)),
					ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(26), more, ngsild.Property(1))}))
				e := read(t, s.id)
				t.Expect(e).To(haveAttribute(s.level, ngsild.Property(26), "unitCode"))
				t.Expect(e).To(haveAttribute(more, ngsild.Property(1)))
			},
		},
		{
			ID: "mim1.batch.upsert.updateDuplicate", Title: "With options=update an entity that is twice in a batch upsert has the attributes of both, and of those in both the later one",
			Clause: cim009 + "5.5.11.2", Feature: FeatureBatch, Fault: "batch.upsert.duplicate-replaces",
			Body: func(t *T) {
				s, e := aSensor(t)
				more := t.Name("more")
				r := batch(t, "upsert", []any{with(e, more, ngsild.Property(1)), ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(26))}, Query("options", "update"))
				t.Require(r).To(HaveStatus(201))
				got := read(t, s.id)
				t.Expect(got).To(haveAttribute(s.level, ngsild.Property(26), "unitCode"))
				t.Expect(got).To(haveAttribute(s.place, s.there))
				t.Expect(got).To(haveAttribute(more, ngsild.Property(1)))
			},
		},
	}, Check{Requirements: access, Level: Core, Needs: writes})
}

// entityModified checks that whatever changes an entity moves on when the entity itself was
// last modified, not only its attribute.
func entityModified() []Check {
	type changing struct {
		name, words, fault string
		feature            Feature
		since              string
		change             func(t *T, s sensor, value int, spare string)
	}
	part := func(s sensor, value int) ngsild.Object { return ngsild.Object{s.level: ngsild.Property(value)} }
	inBatch := func(name string, options ...Option) func(t *T, s sensor, value int, _ string) {
		return func(t *T, s sensor, value int, _ string) {
			done(t, batch(t, name, []any{ngsild.Entity(s.id, s.kind, s.level, ngsild.Property(value))}, options...))
		}
	}
	var checks []Check
	for _, c := range []changing{
		{"append", "Appending an attribute", "attribute.append", "", "", func(t *T, s sensor, value int, _ string) {
			done(t, t.POST(attrsPath(s.id), JSON(part(s, value))))
		}},
		{"update", "Updating an attribute", "attribute.update", "", "", func(t *T, s sensor, value int, _ string) {
			done(t, t.PATCH(attrsPath(s.id), JSON(part(s, value))))
		}},
		{"partialUpdate", "A partial update of an attribute", "attribute.partial-update", "", "", func(t *T, s sensor, value int, _ string) {
			done(t, t.PATCH(attrPath(s.id, s.level), JSON(ngsild.Property(value))))
		}},
		{"replaceAttribute", "Replacing an attribute", "attribute.replace", FeatureReplace, "1.6.1", func(t *T, s sensor, value int, _ string) {
			done(t, t.PUT(attrPath(s.id, s.level), JSON(ngsild.Property(value))))
		}},
		{"delete", "Deleting an attribute", "attribute.delete", "", "", func(t *T, s sensor, _ int, spare string) {
			done(t, t.DELETE(attrPath(s.id, spare)))
		}},
		{"merge", "Merging an attribute", "entity.merge", FeatureMerge, "1.6.1", func(t *T, s sensor, value int, _ string) {
			done(t, t.PATCH(entityPath(s.id), JSON(part(s, value))))
		}},
		{"batchUpdate", "A batch update", "batch.update", FeatureBatch, "", inBatch("update")},
		{"batchUpsert", "A batch upsert with options=update", "batch.upsert", FeatureBatch, "", inBatch("upsert", Query("options", "update"))},
		{"batchMerge", "A batch merge", "batch.merge", FeatureBatch, "1.6.1", inBatch("merge")},
	} {
		checks = append(checks, Check{
			ID: "mim1.entity.modified." + c.name, Title: c.words + " moves the entity's modifiedAt and keeps its createdAt",
			Fault: c.fault + ".entity-not-modified", Feature: c.feature, Since: c.since,
			Body: func(t *T) {
				s, e := aSensor(t)
				spare := make([]string, mostAttempts)
				for i := range spare {
					spare[i] = t.Name("spare")
					e[spare[i]] = ngsild.Property(i)
				}
				create(t, e)
				isStamped(t, s.id, "", func(attempt int) { c.change(t, s, 30+attempt, spare[attempt-1]) })
			},
		})
	}
	return common(checks, Check{Requirements: access, Clause: cim009 + "4.8", Level: Core, Needs: writes})
}

// eachTextIsFound expects that q finds by each of these texts, given by labels, its entity alone.
func eachTextIsFound(t *T, texts map[string]any) {
	c := valued(t, texts)
	for label, text := range InOrder(texts) {
		c.expect(t, c.q(`=="`+text.(string)+`"`), label)
	}
}

func pitfallsOfQueries() []Check {
	return common([]Check{
		{
			ID: "mim1.query.q.operatorsInQuotes", Title: "What stands in quotes in q is text, whatever operators it spells",
			Fault: "query.q.operators-in-quotes",
			Body: func(t *T) {
				eachTextIsFound(t, map[string]any{"semicolon": "a;b", "bar": "a|b", "comma": "a,b", "parentheses": "(a)", "dots": "1..2", "equal": "a==b"})
			},
		},
		{
			ID: "mim1.query.q.escapedQuote", Title: "A quotation mark in a text of q is written with a backslash before it, as in JSON",
			Fault: "query.q.no-escapes", Level: Extended,
			Body: func(t *T) {
				c := valued(t, map[string]any{"quoted": `say "yes"`, "plain": "say yes"})
				c.expect(t, c.q(`=="say \"yes\""`), "quoted")
			},
		},
		{
			ID: "mim1.query.q.letters", Title: "q compares texts in letters of any script",
			Fault: "query.q.ascii-texts-only",
			Body: func(t *T) {
				eachTextIsFound(t, map[string]any{"Danish": "Grønnegade", "Greek": "Αθήνα", "Chinese": "東京", "plain": "Gronnegade"})
			},
		},
		{
			ID: "mim1.query.q.lettersInNames", Title: "An attribute's name in q may have letters of any script",
			Fault: "query.q.ascii-names-only", Level: Extended,
			Body: func(t *T) {
				kind, name := t.Name("Sensor"), t.Name("højde")
				high := create(t, ngsild.Entity(t.URN("Sensor"), kind, name, ngsild.Property(20)))
				create(t, ngsild.Entity(t.URN("Sensor"), kind, name, ngsild.Property(10)))
				t.Expect(itself(t, t.GET(entityPath(high)), high)).To(haveAttribute(name, ngsild.Property(20)))
				e := only(t, t.GET(entities, Query("type", kind, "q", name+">15")))
				t.Expect(e["id"]).To(gomega.Equal(high))
			},
		},
		{
			ID: "mim1.query.geo.distanceMalformed", Title: "near with a distance that is no number of metres is refused with 400 BadRequestData",
			Requirements: errorAnswers, Clause: cim009 + "4.10", Feature: FeatureGeoQuery, Fault: "query.geo.malformed-distance-ignored",
			Body: func(t *T) {
				kind := t.Name("Sight")
				for _, wrong := range []string{"near;maxDistance=10", "near;maxDistance==ten", "near;maxDistance==", "near;farDistance==10"} {
					t.Expect(t.GET(entities, Query("type", kind, "georel", wrong, "geometry", "Point", "coordinates", "[10,56]"))).
						To(BeProblem(400, ngsild.BadRequestData), "georel=%s", wrong)
				}
			},
		},
	}, Check{Requirements: query, Clause: cim009 + "4.9", Level: Core, Needs: writes})
}
