package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// form is a kind of attribute: the member that its value is in, and what sets it apart
// from the others (4.5.2 to 4.5.24, 5.2.5 to 5.2.7, 5.2.32 and 5.2.35 to 5.2.38).
type form struct {
	kind, member, previous      string // its type, the member of its value and that of its former value
	normalised, concise, formal string // clauses
	value                       func(t *T) any
	unitless                    bool
	joined                      string // the member of linked entities, if it has one
}

func forms() []form {
	uri := func(t *T) any { return t.URN("Place") }
	constant := func(v any) func(*T) any { return func(*T) any { return v } }
	return []form{
		{kind: "Property", member: "value", previous: "previousValue", normalised: "4.5.2.2", concise: "4.5.2.3", formal: "5.2.5", value: constant(20)},
		{kind: "GeoProperty", member: "value", previous: "previousValue", normalised: "4.5.2.2", concise: "4.5.2.3", formal: "5.2.7", value: constant(ngsild.Point(10, 56))},
		{kind: "Relationship", member: "object", previous: "previousObject", normalised: "4.5.3.2", concise: "4.5.3.3", formal: "5.2.6", value: uri, unitless: true, joined: "entity"},
		{kind: "LanguageProperty", member: "languageMap", previous: "previousLanguageMap", normalised: "4.5.18.2", concise: "4.5.18.3", formal: "5.2.32",
			value: constant(ngsild.Object{"en": "tower"}), unitless: true},
		{kind: "VocabProperty", member: "vocab", previous: "previousVocab", normalised: "4.5.20.2", concise: "4.5.20.3", formal: "5.2.35", value: constant("commercial"), unitless: true},
		{kind: "ListProperty", member: "valueList", previous: "previousValueList", normalised: "4.5.21.2", concise: "4.5.21.3", formal: "5.2.36", value: constant([]any{3, 1, 3})},
		{kind: "ListRelationship", member: "objectList", previous: "previousObjectList", normalised: "4.5.22.2", concise: "4.5.22.3", formal: "5.2.37",
			value: func(t *T) any { return []any{ngsild.Object{"object": t.URN("Place")}} }, unitless: true, joined: "entityList"},
		{kind: "JsonProperty", member: "json", previous: "previousJson", normalised: "4.5.24.2", concise: "4.5.24.3", formal: "5.2.38",
			value: constant(ngsild.Object{"id": 7}), unitless: true},
	}
}

// attribute is an attribute of the form with further members.
func (f form) attribute(t *T, more ...any) ngsild.Object {
	return with(ngsild.Object{"type": f.kind, f.member: f.value(t)}, more...)
}

// shown are the clauses of the form as it is concise; geometries have one more (4.7.3).
func (f form) shown() string {
	if f.kind == "GeoProperty" {
		return f.concise + ", " + f.formal + ", 4.7.3"
	}
	return f.concise + ", " + f.formal
}

// foreign is a member that a form shall never include, and a value for it that is sound
// where the member is at home.
type foreign struct {
	name  string
	value any
}

// values are the members of the values of other forms (4.5.2.2, Prohibited, and its like).
func (f form) values(t *T) []foreign {
	var others []foreign
	for _, o := range forms() {
		if o.member != f.member && !slices.ContainsFunc(others, func(m foreign) bool { return m.name == o.member }) {
			others = append(others, foreign{o.member, o.value(t)})
		}
	}
	return others
}

// outputs are the members for output only that other forms have and this one shall never
// include.
func (f form) outputs(t *T) []foreign {
	var others []foreign
	for _, o := range forms() {
		if o.previous != f.previous && !slices.ContainsFunc(others, func(m foreign) bool { return m.name == o.previous }) {
			others = append(others, foreign{o.previous, o.value(t)})
		}
		if o.joined != "" && o.joined != f.joined {
			others = append(others, foreign{o.joined, linkedEntities(t, o.joined)})
		}
	}
	return others
}

// linkedEntities is what a join puts into the member (4.5.23.2).
func linkedEntities(t *T, member string) any {
	e := ngsild.Entity(t.URN("Place"), t.Name("Place"))
	if member == "entityList" {
		return []any{e}
	}
	return e
}

// own are the members for output only that the form has itself (tables 5.2.5-2 and its like).
func (f form) own(t *T) []any {
	own := []any{f.previous, f.value(t), "deletedAt", "2024-03-01T10:00:00Z", "instanceId", t.URN("Instance")}
	if f.joined != "" {
		own = append(own, f.joined, linkedEntities(t, f.joined))
	}
	return own
}

// attributeForms checks which members each kind of attribute may have, and that its type
// follows from them where it is not told.
func attributeForms() []Check {
	return slices.Concat(foreignMembers(), outputMembers(), conciseForms(), attributeData(), represented(), dataTypes())
}

func foreignMembers() []Check {
	var checks []Check
	for _, f := range forms() {
		// refused creates one entity for each member that the form must not have.
		refused := func(t *T, members []foreign) {
			for _, m := range members {
				s, e := aSensor(t)
				e[t.Name("extra")] = f.attribute(t, m.name, m.value)
				t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData), "a %s with %s", f.kind, m.name)
				isGone(t, s.id)
			}
		}
		checks = append(checks,
			Check{
				ID: "mim1.entity.create.secondValueIn" + f.kind, Title: "A " + f.kind + " that has the value of another kind of attribute as well is refused with 400 BadRequestData",
				Clause: cim009Later + f.normalised, Requirements: errorAnswers, Fault: "entity.create.takes-second-value-in-" + f.kind,
				Hint: "of several values, one is stored and the others are passed over",
				Body: func(t *T) { refused(t, f.values(t)) },
			},
			Check{
				// What is for output only is to be ignored where it is at home, so that elsewhere
				// ignoring is near at hand, though an attribute so made is not as the text has it.
				ID: "mim1.entity.create.foreignOutputIn" + f.kind, Title: "A " + f.kind + " with a member for output of another kind of attribute is refused with 400 BadRequestData",
				Clause: cim009Later + f.normalised, Requirements: errorAnswers, Level: Extended, Fault: "entity.create.takes-foreign-output",
				Body: func(t *T) { refused(t, f.outputs(t)) },
			})
	}
	return common(append(checks,
		Check{
			ID: "mim1.entity.create.unitOfUnitless", Title: "A unitCode in an attribute that has no unit, such as a Relationship or a LanguageProperty, is refused with 400 BadRequestData",
			Clause: cim009Later + "4.5.3.2, 4.5.18.2, 4.5.20.2, 4.5.24.2", Requirements: errorAnswers, Fault: "entity.create.takes-any-unit",
			Body: func(t *T) {
				for _, f := range forms() {
					if !f.unitless {
						continue
					}
					s, e := aSensor(t)
					e[t.Name("extra")] = f.attribute(t, "unitCode", "CEL")
					t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData), "a %s with unitCode", f.kind)
					isGone(t, s.id)
				}
			},
		},
		Check{
			ID: "mim1.entity.represent.foreignOutput", Title: "An attribute is never shown with members for output of other kinds of attributes, whatever it was created with",
			Clause: cim009Later + "4.5.2.2, 4.5.3.2, 4.5.18.2, 4.5.20.2, 4.5.21.2, 4.5.22.2, 4.5.24.2", Requirements: structured, Fault: "represent.foreign-output-kept",
			Body: func(t *T) {
				for _, f := range forms() {
					s, e := aSensor(t)
					name, members := t.Name("extra"), f.outputs(t)
					attribute := f.attribute(t)
					for _, m := range members {
						attribute[m.name] = m.value
					}
					r := t.POST(entities, JSON(with(e, name, attribute)))
					t.Require(r).To(HaveStatus(201, 400))
					if r.Status == 400 { // which the text asks for; see foreignOutputIn
						isGone(t, s.id)
						continue
					}
					shown := instance(read(t, s.id), name, "")
					for _, m := range members {
						t.Expect(shown).NotTo(gomega.HaveKey(m.name), "a %s never includes it", f.kind)
					}
				}
			},
		}), Check{Level: Core, Needs: writes, Since: "1.9.1"})
}

func outputMembers() []Check {
	clauses := cim009Later + "5.2.5, 5.2.6, 5.2.7, 5.2.32, 5.2.35, 5.2.36, 5.2.37, 5.2.38"
	// ignored expects each attribute as it was sent, without what is for output only.
	ignored := func(t *T, e ngsild.Object, names []string, sent []ngsild.Object) {
		for i, f := range forms() {
			got := instance(e, names[i], "")
			t.Expect(e).To(haveAttribute(names[i], ngsild.Object{"type": f.kind, f.member: sent[i][f.member]}))
			for _, member := range []string{f.previous, "deletedAt", "instanceId", "entity", "entityList"} {
				t.Expect(got).NotTo(gomega.HaveKey(member), "a %s that is retrieved has no such member", f.kind)
			}
		}
	}
	// laden is an attribute of each form, with all of its members for output.
	laden := func(t *T) (names []string, attributes []ngsild.Object) {
		for _, f := range forms() {
			names, attributes = append(names, t.Name("extra")), append(attributes, f.attribute(t, f.own(t)...))
		}
		return names, attributes
	}
	return common([]Check{
		{
			ID: "mim1.entity.create.outputIgnored", Title: "Members for output only that a producer sends in a creation are ignored, in each kind of attribute",
			Fault: "entity.create.refuses-output-members",
			Body: func(t *T) {
				s, e := aSensor(t)
				names, attributes := laden(t)
				for i, name := range names {
					e[name] = attributes[i]
				}
				create(t, e)
				ignored(t, read(t, s.id), names, attributes)
			},
		},
		{
			ID: "mim1.attribute.update.outputIgnored", Title: "Members for output only that a producer sends in an update are ignored, in each kind of attribute",
			Fault: "attribute.update.refuses-output-members",
			Body: func(t *T) {
				s, e := aSensor(t)
				names, attributes := laden(t)
				fragment := ngsild.Object{}
				for i, f := range forms() {
					e[names[i]], fragment[names[i]] = f.attribute(t), attributes[i]
				}
				create(t, e)
				done(t, t.PATCH(attrsPath(s.id), JSON(fragment)))
				ignored(t, read(t, s.id), names, attributes)
			},
		},
	}, Check{Clause: clauses, Requirements: structured, Level: Core, Needs: writes, Since: "1.9.1"})
}

func conciseForms() []Check {
	var checks []Check
	for _, f := range forms() {
		if f.kind == "Property" || f.kind == "Relationship" {
			continue // mim1.entity.create.concise
		}
		checks = append(checks, Check{
			ID: "mim1.entity.create.concise" + f.kind, Title: "An attribute without a type that has the member " + f.member + " is a " + f.kind + ", and is shown so, and concise without the type",
			Clause: cim009Later + f.shown(), Fault: "entity.create.concise-" + f.kind + "-as-property",
			Hint: "only Properties and Relationships are read in the concise representation",
			Body: func(t *T) {
				name, value := t.Name("extra"), f.value(t)
				observed := ngsild.Object{"observedAt": "2024-03-01T10:00:00Z"}
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), name, with(observed, f.member, value)))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(name, with(observed, "type", f.kind, f.member, value)))
				t.Expect(read(t, id, Query("options", "concise"))).To(haveAttribute(name, observed, "type"))
			},
		})
	}
	return common(append(checks,
		Check{
			ID: "mim1.entity.create.conciseObjects", Title: "Concise, the objects of a ListRelationship may be URIs alone",
			Clause: cim009Later + "4.5.22.3, 5.2.37", Fault: "entity.create.concise-objects-refused",
			Body: func(t *T) {
				stops, first, second := t.Name("stops"), t.URN("Stop"), t.URN("Stop")
				id := create(t, ngsild.Entity(t.URN("Route"), t.Name("Route"), stops, ngsild.Object{"objectList": []any{second, first, second}}))
				t.Expect(objectsIn(read(t, id), stops)).To(gomega.Equal([]string{second, first, second}))
			},
		},
		Check{
			ID: "mim1.entity.create.conciseInside", Title: "Concise, the attributes of attributes are concise as well: values alone, and without their types",
			Clause: cim009Later + "4.5.2.3, 4.5.3.3", Fault: "entity.create.concise-inside-refused",
			Body: func(t *T) {
				level, owner, accuracy, by, since := t.Name("level"), t.Name("owner"), t.Name("accuracy"), t.Name("by"), t.Name("since")
				camera, person := t.URN("Camera"), t.URN("Person")
				id := create(t, ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"),
					level, ngsild.Object{"value": 20, accuracy: 0.5, by: ngsild.Object{"object": camera}},
					owner, ngsild.Object{"object": person, since: "spring"}))
				e := read(t, id)
				t.Expect(e).To(haveAttribute(level, ngsild.Property(20, accuracy, ngsild.Property(0.5), by, ngsild.Relationship(camera))))
				t.Expect(e).To(haveAttribute(owner, ngsild.Relationship(person, since, ngsild.Property("spring"))))
				e = read(t, id, Query("options", "concise"))
				t.Expect(e).To(haveAttribute(level, ngsild.Object{"value": 20, accuracy: 0.5, by: ngsild.Object{"object": camera}}, "type"))
				t.Expect(e).To(haveAttribute(owner, ngsild.Object{"object": person, since: "spring"}, "type"))
			},
		},
		Check{
			ID: "mim1.entity.create.conciseTyped", Title: "An attribute that is a JSON object with a type is no concise value: if the type is none of attributes, it is refused with 400 BadRequestData",
			Clause: cim009Later + "4.5.2.3", Requirements: errorAnswers, Fault: "entity.create.takes-typed-object-as-value",
			Body: func(t *T) {
				s, e := aSensor(t)
				e[t.Name("address")] = ngsild.Object{"type": "PostalAddress", "streetAddress": "Grote Markt 1"}
				t.Expect(t.POST(entities, JSON(e))).To(BeProblem(400, ngsild.BadRequestData))
				isGone(t, s.id)
			},
		}), Check{Requirements: structured, Level: Core, Needs: writes, Since: "1.9.1"})
}
