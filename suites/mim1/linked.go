package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// chain is a building in a city in a country, each linked to the next by a Relationship.
type chain struct {
	kind, cityKind          string // of the building and of the city
	building, city, country string // ids
	in, name, area          string // attribute names: in links, the others are plain
}

// leadsTo is a Relationship to entities of a type, which it tells by objectType. Without,
// it depends on which clause is read whether the entities are retrieved with it: those that
// are stored locally are by 4.5.23.1, those of annotated Relationships only by 5.7.1.5.
func leadsTo(kind string, object any) ngsild.Object {
	return ngsild.Relationship(object, "objectType", kind)
}

func newChain(t *T) chain {
	c := chain{kind: t.Name("Building"), cityKind: t.Name("City"), building: t.URN("Building"), city: t.URN("City"), country: t.URN("Country"),
		in: t.Name("in"), name: t.Name("name"), area: t.Name("area")}
	country := t.Name("Country")
	create(t, ngsild.Entity(c.country, country, c.name, ngsild.Property("Utopia"), c.area, ngsild.Property(3)))
	create(t, ngsild.Entity(c.city, c.cityKind, c.name, ngsild.Property("Aarhus"), c.area, ngsild.Property(2), c.in, leadsTo(country, c.country)))
	create(t, ngsild.Entity(c.building, c.kind, c.name, ngsild.Property("Tower"), c.area, ngsild.Property(1), c.in, leadsTo(c.cityKind, c.city)))
	return c
}

// fetch is a way to get the building: by retrieval, by query or by query with POST.
type fetch struct {
	name   string
	answer func(t *T, c chain, parameters ...string) *probe.Response
}

func byRetrieval() fetch {
	return fetch{"retrieve", func(t *T, c chain, parameters ...string) *probe.Response {
		return t.GET(entityPath(c.building), Query(parameters...))
	}}
}

func byQuery() fetch {
	return fetch{"query", func(t *T, c chain, parameters ...string) *probe.Response {
		return t.GET(entities, Query("type", c.kind), Query(parameters...))
	}}
}

// inline is the building with what is linked inside of it.
func (f fetch) inline(t *T, c chain, parameters ...string) ngsild.Object {
	r := f.answer(t, c, append(parameters, "join", "inline")...)
	t.Require(r).To(HaveStatus(200))
	if f.name == "query" {
		return only(t, r)
	}
	return t.Object(r)
}

// flat is all entities of the answer by their ids: the building and what is linked
// beside it. A single entity may come without the list.
func (f fetch) flat(t *T, c chain, parameters ...string) map[string]ngsild.Object {
	r := f.answer(t, c, append(parameters, "join", "flat")...)
	t.Require(r).To(HaveStatus(200))
	found := map[string]ngsild.Object{}
	for _, item := range list(t.JSON(r)) {
		e, _ := item.(ngsild.Object)
		id, _ := e["id"].(string)
		_, twice := found[id]
		t.Expect(r).To(answering(id != "" && !twice, "an entity of the answer has no id or is there twice: %s", compact(item)))
		found[id] = e
	}
	return found
}

// ids are the keys in order.
func ids(found map[string]ngsild.Object) []string {
	var all []string
	for id := range found {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// hasExactly expects exactly the entities with these ids.
func hasExactly(t *T, found map[string]ngsild.Object, want ...string) {
	t.Expect(ids(found)).To(gomega.ConsistOf(want), "the linking entity and those that it links to, each once")
}

// linkedIn is the entity inside a Relationship of e (4.5.23.2).
func linkedIn(t *T, e ngsild.Object, name string) ngsild.Object {
	inside, ok := instance(e, name, "")["entity"].(ngsild.Object)
	t.Require(ok).To(gomega.BeTrue(), "Relationship %s has to hold the linked entity in its member entity, seen %s", name, compact(e[name]))
	return inside
}

// endsAt expects that the Relationship holds no entity.
func endsAt(t *T, e ngsild.Object, name string) {
	t.Expect(instance(e, name, "")).NotTo(gomega.HaveKey("entity"), "Relationship %s goes no further", name)
}

func linked() []Check {
	var checks []Check
	for _, f := range []fetch{byRetrieval(), byQuery()} {
		checks = append(checks, joins(f)...)
		checks = append(checks, joinedSelections(f)...)
	}
	checks = append(checks, containedIn(byRetrieval(), "get-entities-entity"), containedIn(byQuery(), "get-entities"))
	return common(append(checks, joinRefusals()...),
		Check{Requirements: structured, Clause: cim009 + "4.5.23.1", Level: Core, Feature: FeatureLinked, Needs: writes, Since: "1.8.1"})
}

// purposes picks the test purposes of the way of fetching.
func (f fetch) purposes(retrieve, query []string) []string {
	if f.name == "query" {
		return query
	}
	return retrieve
}

func joins(f fetch) []Check {
	return []Check{
		{
			ID: "mim1.linked." + f.name + ".inline", Clause: cim009 + "4.5.23.2",
			Title: "With join=inline a Relationship holds the entity that it links to, and no further one (" + f.name + ")",
			Fault: "linked.join-ignored", TestPurposes: f.purposes([]string{"018_10"}, []string{"019_13"}),
			Body: func(t *T) {
				c := newChain(t)
				building := f.inline(t, c)
				t.Expect(building).To(haveAttribute(c.in, ngsild.Relationship(c.city)))
				city := linkedIn(t, building, c.in)
				t.Expect(city).To(haveMembers(ngsild.Object{"id": c.city, "type": c.cityKind}))
				t.Expect(city).To(haveAttribute(c.name, ngsild.Property("Aarhus")))
				t.Expect(city).To(haveAttribute(c.in, ngsild.Relationship(c.country)))
				endsAt(t, city, c.in)
			},
		},
		{
			ID: "mim1.linked." + f.name + ".flat", Clause: cim009 + "4.5.23.3",
			Title: "With join=flat the linked entity comes beside the linking one (" + f.name + ")",
			Fault: "linked.join-ignored", TestPurposes: f.purposes([]string{"018_10"}, []string{"019_13"}),
			Body: func(t *T) {
				c := newChain(t)
				found := f.flat(t, c)
				hasExactly(t, found, c.building, c.city)
				t.Expect(found[c.building]).To(haveAttribute(c.in, ngsild.Relationship(c.city)))
				t.Expect(found[c.city]).To(haveAttribute(c.name, ngsild.Property("Aarhus")))
			},
		},
		{
			ID: "mim1.linked." + f.name + ".inlineSimplified", Clause: cim009 + "4.5.23.2",
			Title: "Simplified, with join=inline the linked entity takes the place of the target's URI (" + f.name + ")",
			Fault: "linked.join-ignored", TestPurposes: f.purposes([]string{"018_10"}, []string{"019_13"}),
			Body: func(t *T) {
				c := newChain(t)
				building := f.inline(t, c, "options", "keyValues")
				t.Expect(building[c.in]).To(EqualJSON(ngsild.Object{"id": c.city, "type": inside(building, c.in)["type"],
					c.name: "Aarhus", c.area: 2, c.in: c.country}))
			},
		},
		{
			ID: "mim1.linked." + f.name + ".flatSimplified", Clause: cim009 + "4.5.23.3",
			Title: "Simplified, with join=flat the linked entity comes simplified beside the linking one (" + f.name + ")",
			Fault: "linked.join-ignored", TestPurposes: f.purposes([]string{"018_10"}, []string{"019_13"}),
			Body: func(t *T) {
				c := newChain(t)
				found := f.flat(t, c, "options", "keyValues")
				hasExactly(t, found, c.building, c.city)
				t.Expect(found[c.building]).To(haveMembers(ngsild.Object{c.in: c.city, c.name: "Tower"}))
				t.Expect(found[c.city]).To(haveMembers(ngsild.Object{c.in: c.country, c.name: "Aarhus"}))
			},
		},
		{
			ID: "mim1.linked." + f.name + ".inlineLevels", Clause: cim009 + "4.5.23.2",
			Title: "With joinLevel=2 the entities that linked ones link to are there as well, inside of them (" + f.name + ")",
			Fault: "linked.level-ignored", TestPurposes: f.purposes([]string{"018_13"}, []string{"019_16"}),
			Body: func(t *T) {
				c := newChain(t)
				city := linkedIn(t, f.inline(t, c, "joinLevel", "2"), c.in)
				t.Expect(linkedIn(t, city, c.in)).To(haveAttribute(c.name, ngsild.Property("Utopia")))
			},
		},
		{
			ID: "mim1.linked." + f.name + ".flatLevels", Clause: cim009 + "4.5.23.3",
			Title: "With joinLevel=2 the entities that linked ones link to are there as well, beside them (" + f.name + ")",
			Fault: "linked.level-ignored", TestPurposes: f.purposes([]string{"018_13"}, []string{"019_16"}),
			Body: func(t *T) {
				c := newChain(t)
				found := f.flat(t, c, "joinLevel", "2")
				hasExactly(t, found, c.building, c.city, c.country)
				t.Expect(found[c.country]).To(haveAttribute(c.name, ngsild.Property("Utopia")))
			},
		},
		{
			ID: "mim1.linked." + f.name + ".inlineSysAttrs", Clause: cim009 + "4.5.23.2",
			Title: "With join=inline and sysAttrs the linked entity shows when it was created (" + f.name + ")",
			Fault: "linked.sys-attrs-of-outermost", TestPurposes: f.purposes([]string{"018_11"}, []string{"019_14"}),
			Body: func(t *T) {
				c := newChain(t)
				building := f.inline(t, c, "options", "sysAttrs")
				for _, e := range []ngsild.Object{building, linkedIn(t, building, c.in)} {
					_, err := instant(e["createdAt"])
					t.Expect(err).To(gomega.Succeed(), "createdAt of %v", e["id"])
				}
			},
		},
		{
			ID: "mim1.linked." + f.name + ".flatSysAttrs", Clause: cim009 + "4.5.23.3",
			Title: "With join=flat and sysAttrs each entity shows when it was created (" + f.name + ")",
			Fault: "linked.sys-attrs-of-outermost", TestPurposes: f.purposes([]string{"018_12"}, []string{"019_15"}),
			Body: func(t *T) {
				c := newChain(t)
				found := f.flat(t, c, "options", "sysAttrs")
				hasExactly(t, found, c.building, c.city)
				for _, id := range ids(found) {
					_, err := instant(found[id]["createdAt"])
					t.Expect(err).To(gomega.Succeed(), "createdAt of %s", id)
				}
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".none",
			Title: "Without join, or with join=@none, a Relationship is its target's URI alone (" + f.name + ")",
			Fault: "linked.always-inline",
			Body: func(t *T) {
				c := newChain(t)
				for _, parameters := range [][]string{nil, {"join", "@none"}} {
					r := f.answer(t, c, parameters...)
					t.Require(r).To(HaveStatus(200))
					e, _ := list(t.JSON(r))[0].(ngsild.Object)
					t.Expect(e).To(haveAttribute(c.in, ngsild.Relationship(c.city), "entity"))
				}
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".missing",
			Title: "A linked entity that is not there is passed over (" + f.name + ")",
			Fault: "linked.missing-not-found", TestPurposes: f.purposes([]string{"018_14"}, nil),
			Body: func(t *T) {
				c := newChain(t)
				done(t, t.DELETE(entityPath(c.city)))
				building := f.inline(t, c)
				t.Expect(building).To(haveAttribute(c.in, ngsild.Relationship(c.city), "entity"))
				hasExactly(t, f.flat(t, c), c.building)
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".circle",
			Title: "Entities that link to each other are each shown once (" + f.name + ")",
			Fault: "linked.circle-repeats",
			Body: func(t *T) {
				c := newChain(t)
				done(t, t.PATCH(attrsPath(c.city), JSON(ngsild.Object{c.in: leadsTo(c.kind, c.building)})))
				hasExactly(t, f.flat(t, c, "joinLevel", "3"), c.building, c.city)
				city := linkedIn(t, f.inline(t, c, "joinLevel", "3"), c.in)
				endsAt(t, city, c.in)
			},
		},
	}
}

// inside is a member that is an object.
func inside(e ngsild.Object, name string) ngsild.Object {
	o, _ := e[name].(ngsild.Object)
	return o
}

// joinedSelections checks pick and omit that reach into linked entities (4.21).
func joinedSelections(f fetch) []Check {
	clause := cim009 + "4.21"
	return []Check{
		{
			ID:    "mim1.linked." + f.name + ".pick",
			Title: "pick of the linking entity leaves the linked one whole (" + f.name + ")", Clause: clause,
			Fault: "represent.pick-ignored", TestPurposes: f.purposes(nil, []string{"019_20"}),
			Body: func(t *T) {
				c := newChain(t)
				building := f.inline(t, c, "pick", "id,type,"+c.in)
				t.Expect(building).To(lackAttribute(c.name))
				city := linkedIn(t, building, c.in)
				t.Expect(city).To(haveAttribute(c.name, ngsild.Property("Aarhus")))
				t.Expect(city).To(haveAttribute(c.area, ngsild.Property(2)))
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".omit",
			Title: "omit of the linking entity leaves the linked one whole (" + f.name + ")", Clause: clause,
			Fault: "represent.omit-ignored", TestPurposes: f.purposes(nil, []string{"019_21"}),
			Body: func(t *T) {
				c := newChain(t)
				building := f.inline(t, c, "omit", c.name)
				t.Expect(building).To(lackAttribute(c.name))
				t.Expect(linkedIn(t, building, c.in)).To(haveAttribute(c.name, ngsild.Property("Aarhus")))
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".pickLinked",
			Title: "pick with braces picks members of linked entities, level by level (" + f.name + ")", Clause: clause,
			Fault: "linked.braces-ignored", TestPurposes: f.purposes([]string{"018_20"}, []string{"019_22"}),
			Body: func(t *T) {
				c := newChain(t)
				picked := "id," + c.in + "{id," + c.name + "," + c.in + "{id," + c.area + "}}"
				building := f.inline(t, c, "joinLevel", "2", "pick", picked)
				t.Expect(attributesOf(building)).To(gomega.ConsistOf(c.in))
				city := linkedIn(t, building, c.in)
				t.Expect(attributesOf(city)).To(gomega.ConsistOf(c.in, c.name))
				t.Expect(attributesOf(linkedIn(t, city, c.in))).To(gomega.ConsistOf(c.area))
				found := f.flat(t, c, "joinLevel", "2", "pick", picked)
				t.Expect(attributesOf(found[c.city])).To(gomega.ConsistOf(c.in, c.name))
				t.Expect(attributesOf(found[c.country])).To(gomega.ConsistOf(c.area))
			},
		},
		{
			ID:    "mim1.linked." + f.name + ".omitLinked",
			Title: "omit with braces takes members of linked entities away (" + f.name + ")", Clause: clause,
			Fault: "linked.braces-ignored", TestPurposes: f.purposes([]string{"018_21"}, []string{"019_23"}),
			Body: func(t *T) {
				c := newChain(t)
				omitted := c.in + "{" + c.name + "," + c.in + "{" + c.area + "}}"
				building := f.inline(t, c, "joinLevel", "2", "omit", omitted)
				t.Expect(building).To(haveAttribute(c.name, ngsild.Property("Tower")))
				city := linkedIn(t, building, c.in)
				t.Expect(attributesOf(city)).To(gomega.ConsistOf(c.in, c.area))
				t.Expect(attributesOf(linkedIn(t, city, c.in))).To(gomega.ConsistOf(c.name))
				found := f.flat(t, c, "joinLevel", "2", "omit", omitted)
				t.Expect(attributesOf(found[c.city])).To(gomega.ConsistOf(c.in, c.area))
				t.Expect(attributesOf(found[c.country])).To(gomega.ConsistOf(c.name))
			},
		},
	}
}

// group is an entity with a Relationship, has, to two others, and a ListRelationship to
// them that begins with the second.
type group struct {
	id           string
	has, inOrder string // attribute names
	parts        []string
}

func newGroup(t *T) group {
	kind, part := t.Name("Group"), t.Name("Part")
	g := group{has: t.Name("parts"), inOrder: t.Name("order")}
	for range 2 {
		g.parts = append(g.parts, create(t, ngsild.Entity(t.URN("Part"), part)))
	}
	g.id = create(t, ngsild.Entity(t.URN("Group"), kind, g.has, leadsTo(part, []any{g.parts[0], g.parts[1]}),
		g.inOrder, with(listRelationship(g.parts[1], g.parts[0]), "objectType", part)))
	return g
}

// joined is the group's Relationship with what it links to.
func (g group) joined(t *T) ngsild.Object {
	return instance(read(t, g.id, Query("join", "inline")), g.has, "")
}

func joinRefusals() []Check {
	return []Check{
		{
			ID: "mim1.linked.several", Clause: cim009 + "4.5.23.2",
			Title: "A Relationship to several entities holds them all",
			Fault: "linked.first-of-several",
			Body: func(t *T) {
				g := newGroup(t)
				shown := g.joined(t)
				held := instances(shown, "entity")
				if held == nil { // as a ListRelationship has them; see mim1.linked.several.inEntity
					held = instances(shown, "entityList")
				}
				t.Expect(idsIn(held)).To(gomega.ConsistOf(g.parts), "the linked entities, seen %s", compact(shown))
			},
		},
		{
			ID:    "mim1.linked.several.inEntity",
			Title: "A Relationship to several entities holds them in its member entity, and has no entityList, which is of ListRelationships",
			Fault: "linked.several-in-list", Clause: cim009Later + "4.5.3.2, 5.2.6", Since: "1.9.1",
			Body: func(t *T) {
				g := newGroup(t)
				shown := g.joined(t)
				t.Expect(idsIn(instances(shown, "entity"))).To(gomega.ConsistOf(g.parts), "entity holds the linked entities, seen %s", compact(shown))
				t.Expect(shown).NotTo(gomega.HaveKey("entityList"))
			},
		},
		{
			ID:    "mim1.linked.several.simplified",
			Title: "Simplified, with join=inline a Relationship to several entities is a list of these, and a ListRelationship one in its order",
			Fault: "linked.simplified-lists-as-uris", Clause: cim009Later + "4.5.4", Since: "1.9.1",
			Body: func(t *T) {
				g := newGroup(t)
				e := read(t, g.id, Query("join", "inline", "options", "keyValues"))
				t.Expect(idsIn(instances(e, g.has))).To(gomega.ConsistOf(g.parts), "the linked entities, seen %s", compact(e[g.has]))
				t.Expect(idsIn(instances(e, g.inOrder))).To(gomega.Equal([]string{g.parts[1], g.parts[0]}), "the linked entities in order, seen %s", compact(e[g.inOrder]))
			},
		},
		{
			ID: "mim1.linked.post.inline", Clause: cim009 + "4.5.23.2",
			Title: "A query by POST joins as its member join asks",
			Fault: "linked.post-join-ignored", TestPurposes: []string{"019_24"},
			Body: func(t *T) {
				c := newChain(t)
				r := t.POST(entityOperation+"query", JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}},
					"join": "inline", "joinLevel": 2}))
				city := linkedIn(t, only(t, r), c.in)
				t.Expect(linkedIn(t, city, c.in)).To(haveAttribute(c.name, ngsild.Property("Utopia")))
			},
		},
		{
			ID: "mim1.linked.post.flat", Clause: cim009 + "4.5.23.3",
			Title: "A query by POST with join flat gives the linked entities beside the linking ones",
			Fault: "linked.post-join-ignored", TestPurposes: []string{"019_24"},
			Body: func(t *T) {
				c := newChain(t)
				r := t.POST(entityOperation+"query", JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}}, "join": "flat"}))
				found := map[string]ngsild.Object{}
				for _, e := range entitiesIn(t, r) {
					id, _ := e["id"].(string)
					found[id] = e
				}
				hasExactly(t, found, c.building, c.city)
			},
		},
		{
			ID:    "mim1.linked.unknownJoin",
			Title: "An unknown value of join is refused with 400", Requirements: errorAnswers,
			Fault: "linked.unknown-join-ignored",
			Body: func(t *T) {
				c := newChain(t)
				t.Expect(t.GET(entityPath(c.building), Query("join", "sideways"))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:    "mim1.linked.badLevel",
			Title: "A joinLevel that is no positive number is refused with 400", Requirements: errorAnswers,
			Fault: "linked.bad-level-ignored",
			Body: func(t *T) {
				c := newChain(t)
				for _, level := range []string{"-1", "two"} {
					t.Expect(t.GET(entityPath(c.building), Query("join", "inline", "joinLevel", level))).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
				}
			},
		},
	}
}
