package mim1

import (
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// entityQuery checks Query Entities (5.7.2, 6.4.3.2) by type, id, id pattern,
// attributes and scope, and their combinations.
func entityQuery() []Check {
	checks := append(queryByType(), queryByID()...)
	checks = append(checks, queryByAttrs()...)
	return append(checks, queryByScope()...)
}

// twoTypes are an entity of each of two types, and one whose type merely looks like
// the first.
func twoTypes(t *T) (c candidates, first, second string) {
	first, second = t.Name("First"), t.Name("Second")
	return candidatesOf(t, map[string]ngsild.Object{
		"first": ngsild.Entity(t.URN("A"), first), "second": ngsild.Entity(t.URN("B"), second),
		"look-alike": ngsild.Entity(t.URN("C"), first+"Other"),
	}), first, second
}

func queryByType() []Check {
	return []Check{
		{
			ID:           "mim1.query.type.one",
			Title:        "A query by type gives the entities of exactly that type",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_02"},
			Level: Core, Needs: writes, Fault: "query.type.prefix",
			Hint: "types are compared by prefix, or without regard to case",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				c := candidatesOf(t, map[string]ngsild.Object{
					"of the type": ngsild.Entity(t.URN("A"), kind), "longer": ngsild.Entity(t.URN("B"), kind+"Other"),
					"other case": ngsild.Entity(t.URN("C"), strings.ToLower(kind[:1])+kind[1:]),
				})
				c.expect(t, Query("type", kind), "of the type")
			},
		},
		{
			ID:           "mim1.query.type.bare",
			Title:        "A query by type gives the entities that have no attributes, too",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.type.bare-left-out",
			Hint: "entities are looked for among the attributes, so that one without any is not found",
			Body: func(t *T) {
				kind := t.Name("Sensor")
				bare := create(t, ngsild.Entity(t.URN("A"), kind))
				c := candidatesOf(t, map[string]ngsild.Object{"other": ngsild.Entity(t.URN("B"), kind)})
				c.ids["bare"] = bare
				c.expect(t, Query("type", kind), "bare", "other")
			},
		},
		{
			ID:           "mim1.query.type.list",
			Title:        "A query by a list of types gives the entities of any of them",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_02", "019_08"},
			Level: Core, Needs: writes, Fault: "query.type.first-of-list",
			Body: func(t *T) {
				c, first, second := twoTypes(t)
				c.expect(t, Query("type", first+","+second), "first", "second")
			},
		},
		{
			ID:           "mim1.query.type.or",
			Title:        "A type selector with | gives the entities of any of the types",
			Requirements: query, Clause: cim009 + "4.17", TestPurposes: []string{"019_08"},
			Level: Core, Needs: writes, Since: "1.5.1", Fault: "query.type.bar-unknown",
			Body: func(t *T) {
				c, first, second := twoTypes(t)
				c.expect(t, Query("type", first+"|"+second), "first", "second")
			},
		},
		{
			ID:           "mim1.query.type.and",
			Title:        "A type selector with ; gives the entities that have all of the types",
			Requirements: query, Clause: cim009 + "4.17", TestPurposes: []string{"019_08"},
			Level: Core, Needs: writes, Since: "1.5.1", Fault: "query.type.and-as-or",
			Body: func(t *T) {
				first, second := t.Name("First"), t.Name("Second")
				c := candidatesOf(t, map[string]ngsild.Object{
					"first only": ngsild.Entity(t.URN("A"), first), "second only": ngsild.Entity(t.URN("B"), second),
					"both": {"id": t.URN("C"), "type": []any{first, second}},
				})
				c.expect(t, Query("type", "("+first+";"+second+")"), "both")
			},
		},
		{
			ID:           "mim1.query.type.oneOfSeveral",
			Title:        "A query by type also gives entities that have further types",
			Requirements: query, Clause: cim009 + "4.17",
			Level: Core, Needs: writes, Since: "1.5.1", Fault: "query.type.first-of-entity",
			Body: func(t *T) {
				first, second := t.Name("First"), t.Name("Second")
				c := candidatesOf(t, map[string]ngsild.Object{
					"first only": ngsild.Entity(t.URN("A"), first),
					"both":       {"id": t.URN("C"), "type": []any{first, second}},
				})
				c.expect(t, Query("type", second), "both")
			},
		},
		{
			ID:           "mim1.query.type.andOr",
			Title:        "A type selector may have types in parentheses beside another one",
			Requirements: query, Clause: cim009 + "4.17",
			Level: Core, Needs: writes, Since: "1.5.1", Fault: "query.type.and-as-or",
			Body: func(t *T) {
				first, second, third := t.Name("First"), t.Name("Second"), t.Name("Third")
				of := func(kinds ...any) ngsild.Object { return ngsild.Object{"id": t.URN("A"), "type": kinds} }
				c := candidatesOf(t, map[string]ngsild.Object{"first": of(first), "second": of(second), "both": of(first, second), "third": of(third)})
				c.expect(t, Query("type", "("+first+";"+second+")|"+third), "both", "third")
				c.expect(t, Query("type", "("+first+";"+second+"),"+third), "both", "third")
			},
		},
		{
			ID:           "mim1.query.type.iri",
			Title:        "A query may name the type by its fully qualified name",
			Requirements: structured, Clause: cim009 + "5.7.2.3",
			Level: Core, Needs: writes, Fault: "query.type.iri-unknown",
			Body: func(t *T) {
				v := newVocabulary(t)
				w := v.elsewhere("two")
				c := candidates{ids: map[string]string{"wanted": v.create(t, 1), "of that name elsewhere": w.create(t, 2)}}
				c.expect(t, Query("type", v.kindIRI), "wanted")
			},
		},
		{
			ID:           "mim1.query.type.unknown",
			Title:        "A query that no entity matches is answered with 200 and an empty array",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: reads, Fault: "query.empty.not-found",
			Hint: "an empty result is no error: 404 is for a single resource",
			Body: func(t *T) {
				t.Expect(entitiesIn(t, t.GET(entities, Query("type", t.Name("Nothing"))))).To(gomega.BeEmpty())
			},
		},
		{
			ID:           "mim1.query.type.none",
			Title:        "A query without any selector is refused as too wide with 400 BadRequestData",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_03_05"},
			Level: Core, Needs: reads, Fault: "query.too-wide.answered",
			Hint: "a query that names neither type nor attribute, q nor geoquery asks for everything",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("limit", "1"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}
}

func queryByID() []Check {
	three := func(t *T) candidates { return valued(t, map[string]any{"one": 1, "two": 2, "three": 3}) }
	return []Check{
		{
			ID:           "mim1.query.id.one",
			Title:        "A query by id gives the entity with exactly that id",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_01"},
			Level: Core, Needs: writes, Fault: "query.id.ignored",
			Body: func(t *T) {
				c := three(t)
				c.expect(t, Query("id", c.ids["two"]), "two")
			},
		},
		{
			ID:           "mim1.query.id.list",
			Title:        "A query by a list of ids gives the entities with any of them",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_01"},
			Level: Core, Needs: writes, Fault: "query.id.first-of-list",
			Body: func(t *T) {
				c := three(t)
				c.expect(t, Query("id", c.ids["one"]+","+c.ids["three"]), "one", "three")
			},
		},
		{
			ID:           "mim1.query.id.someUnknown",
			Title:        "Ids that no entity has are passed over in a list of ids",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.id.wants-all",
			Body: func(t *T) {
				c := three(t)
				c.expect(t, Query("id", t.URN("Nothing")+","+c.ids["three"]), "three")
			},
		},
		{
			ID:           "mim1.query.id.andType",
			Title:        "A query by id and type gives only what matches both",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.id.beats-known-type",
			Body: func(t *T) {
				c, first, second := twoTypes(t)
				c.expect(t, Query("id", c.ids["first"], "type", second))
				c.expect(t, Query("id", c.ids["first"], "type", first), "first")
			},
		},
		{
			ID:           "mim1.query.id.alone",
			Title:        "A query by id alone gives that entity, or is refused as too wide with 400 BadRequestData",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.id.alone-empty",
			Body: func(t *T) {
				c := three(t)
				c.kind = ""
				c.expectOrRefusal(t, Query("id", c.ids["two"]), "two")
			},
		},
		{
			ID:           "mim1.query.id.noUri",
			Title:        "A query by an id that is no URI is refused with 400 BadRequestData",
			Requirements: identity, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_03_01"},
			Level: Core, Needs: reads, Fault: "query.id.any-string",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "id", t.Name("sensor")))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		},
		{
			ID:           "mim1.query.idPattern.match",
			Title:        "A query by idPattern gives the entities whose id matches the regular expression",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_03"},
			Level: Core, Needs: writes, Fault: "query.id-pattern.ignored",
			Body: func(t *T) {
				c := byIDKind(t)
				c.expect(t, Query("idPattern", "^urn:ngsi-ld:Re[a-d]+:.*$"), "Red", "Read")
			},
		},
		{
			ID:           "mim1.query.idPattern.expression",
			Title:        "idPattern is read as a regular expression, not as a literal prefix",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_03"},
			Level: Core, Needs: writes, Fault: "query.id-pattern.literal",
			Body: func(t *T) {
				c := byIDKind(t)
				c.expect(t, Query("idPattern", "^urn:ngsi-ld:.ed:.*$"), "Red", "Bed", "red")
			},
		},
		{
			ID:           "mim1.query.idPattern.case",
			Title:        "idPattern is matched with regard to case",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.id-pattern.any-case",
			Body: func(t *T) {
				c := byIDKind(t)
				c.expect(t, Query("idPattern", "^urn:ngsi-ld:red:.*$"), "red")
			},
		},
		{
			ID:           "mim1.query.idPattern.invalid",
			Title:        "An idPattern that is no regular expression is refused with 400",
			Requirements: errorAnswers, Clause: cim009 + "6.4.3.2", TestPurposes: []string{"019_03_02"},
			Level: Extended, Needs: reads, Fault: "query.id-pattern.invalid-matches-nothing",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "idPattern", "^urn:[a-"))).
					To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
	}
}

// byIDKind are candidates of one type whose ids differ by a word, which is the label.
func byIDKind(t *T) candidates {
	kind := t.Name("Sensor")
	all := map[string]ngsild.Object{}
	for _, word := range []string{"Red", "Read", "Bed", "Blue", "red"} {
		all[word] = ngsild.Entity(t.URN(word), kind)
	}
	c := candidatesOf(t, all)
	c.kind = kind
	return c
}

// withAttributes are candidates of one type with two, one or none of two attributes.
func withAttributes(t *T) (c candidates, first, second string) {
	kind, first, second := t.Name("Sensor"), t.Name("first"), t.Name("second")
	c = candidatesOf(t, map[string]ngsild.Object{
		"both":   ngsild.Entity(t.URN("A"), kind, first, ngsild.Property(1), second, ngsild.Property(2)),
		"first":  ngsild.Entity(t.URN("B"), kind, first, ngsild.Property(1)),
		"second": ngsild.Entity(t.URN("C"), kind, second, ngsild.Property(2)),
		"none":   ngsild.Entity(t.URN("D"), kind, t.Name("third"), ngsild.Property(3)),
	})
	c.kind, c.attr = kind, first
	return c, first, second
}

func queryByAttrs() []Check {
	return []Check{
		{
			ID:           "mim1.query.attrs.one",
			Title:        "A query by attrs gives the entities that have the attribute",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_04"},
			Level: Core, Needs: writes, Fault: "query.attrs.projects-only",
			Hint: "attrs is applied to the answer but not to the selection",
			Body: func(t *T) {
				c, first, _ := withAttributes(t)
				c.expect(t, Query("attrs", first), "both", "first")
			},
		},
		{
			ID:           "mim1.query.attrs.any",
			Title:        "A query by several attrs gives the entities that have at least one of them",
			Requirements: query, Clause: cim009 + "5.7.2.4", TestPurposes: []string{"019_01_04"},
			Level: Core, Needs: writes, Fault: "query.attrs.wants-all",
			Body: func(t *T) {
				c, first, second := withAttributes(t)
				c.expect(t, Query("attrs", first+","+second), "both", "first", "second")
			},
		},
		{
			ID:           "mim1.query.attrs.projection",
			Title:        "Entities that are queried with attrs hold the named attributes only, beside id and type",
			Requirements: slices.Concat(query, partly), Clause: cim009 + "5.7.2.5", TestPurposes: []string{"019_01_04"},
			Level: Core, Needs: writes, Fault: "query.attrs.selects-only",
			Body: func(t *T) {
				c, first, _ := withAttributes(t)
				e := only(t, c.query(t, Query("id", c.ids["both"], "attrs", first)))
				t.Expect(e).To(haveTypes(c.kind))
				t.Expect(attributesOf(e)).To(gomega.ConsistOf(first))
			},
		},
		{
			ID:           "mim1.query.attrs.alone",
			Title:        "attrs is selector enough: a query needs no type beside it",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.type.demanded",
			Body: func(t *T) {
				c, first, _ := withAttributes(t)
				c.kind = ""
				c.expect(t, Query("attrs", first), "both", "first")
			},
		},
		{
			ID:           "mim1.query.attrs.unknown",
			Title:        "A query by an attribute that no entity has gives an empty array",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.attrs.unknown-ignored",
			Body: func(t *T) {
				c, _, _ := withAttributes(t)
				c.expect(t, Query("attrs", t.Name("missing")))
			},
		},
		{
			ID:           "mim1.query.combination.all",
			Title:        "All conditions of a query have to hold together: type, id, attrs and q",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.combination.q-dropped",
			Body: func(t *T) {
				kind, level, mark := t.Name("Sensor"), t.Name("level"), t.Name("mark")
				entity := func(kind string, attributes ...any) ngsild.Object {
					return ngsild.Entity(t.URN("Sensor"), kind, attributes...)
				}
				high, low, marked := ngsild.Property(30), ngsild.Property(10), ngsild.Property(true)
				c := candidatesOf(t, map[string]ngsild.Object{
					"meets all":  entity(kind, level, high, mark, marked),
					"q fails":    entity(kind, level, low, mark, marked),
					"attrs fail": entity(kind, level, high),
					"type fails": entity(kind+"Other", level, high, mark, marked),
					"id fails":   entity(kind, level, high, mark, marked),
				})
				ids := []string{c.ids["meets all"], c.ids["q fails"], c.ids["attrs fail"], c.ids["type fails"]}
				c.expect(t, Query("type", kind, "id", strings.Join(ids, ","), "attrs", mark, "q", level+">20"), "meets all")
			},
		},
		{
			ID:           "mim1.query.dataset.noUri",
			Title:        "A query with a datasetId that is no URI is refused with 400",
			Requirements: errorAnswers, Clause: cim009Later + "6.4.3.2",
			Level: Extended, Needs: reads, Since: "1.8.1", Fault: "query.dataset-anything",
			Body: func(t *T) {
				r := t.GET(entities, Query("type", t.Name("Nothing"), "datasetId", t.URN("Dataset")+",nowhere"))
				t.Expect(r).To(BeProblem(400, ngsild.BadRequestData, ngsild.InvalidRequest))
			},
		},
		{
			ID:           "mim1.query.dataset.one",
			Title:        "A query with datasetId gives of each attribute the instance of that dataset only",
			Requirements: query, Clause: cim009 + "4.5.5.1", TestPurposes: []string{"019_12"},
			Level: Core, Needs: writes, Since: "1.8.1", Fault: "query.dataset-ignored",
			Body: func(t *T) {
				kind, attr, manual := t.Name("Sensor"), t.Name("level"), t.URN("Dataset")
				create(t, ngsild.Entity(t.URN("Sensor"), kind, attr, []any{
					ngsild.Property(20), ngsild.Property(21, "datasetId", manual)}))
				e := only(t, t.GET(entities, Query("type", kind, "datasetId", manual)))
				t.Expect(e).To(haveAttribute(attr, ngsild.Property(21, "datasetId", manual)))
				t.Expect(e).To(lackInstance(attr, ""))
			},
		},
		{
			ID:           "mim1.query.answer.once",
			Title:        "An entity that matches in several ways is in the answer once",
			Requirements: query, Clause: cim009 + "5.7.2.4",
			Level: Core, Needs: writes, Fault: "query.answer.duplicates",
			Body: func(t *T) {
				c, first, second := withAttributes(t)
				c.expect(t, Query("attrs", first+","+second, "id", c.ids["both"]+","+c.ids["none"]), "both")
			},
		},
		{
			ID:           "mim1.query.answer.whole",
			Title:        "Entities in a query's answer are whole and the same as when retrieved one by one",
			Requirements: query, Clause: cim009 + "5.7.2.5",
			Level: Core, Needs: writes, Fault: "query.answer.loses-metadata",
			Body: func(t *T) {
				s := newSensor(t)
				e := only(t, t.GET(entities, Query("type", s.kind)))
				t.Expect(e).To(haveAttribute(s.level, levelAtFirst()))
				s.isElseUnchanged(t, e)
			},
		},
	}
}

func queryByScope() []Check {
	gardens := func(t *T) candidates {
		kind := t.Name("Sensor")
		all := map[string]ngsild.Object{"none": ngsild.Entity(t.URN("Sensor"), kind)}
		for _, place := range [][2]string{
			{"city", "/Madrid"}, {"gardens", "/Madrid/Gardens"}, {"north", "/Madrid/Gardens/North"},
			{"museum north", "/Madrid/Museum/North"}, {"other city", "/MadridSouth/Gardens"},
			{"level too few", "/Madrid/North"}, {"level too many", "/Madrid/Gardens/Old/North"},
		} {
			all[place[0]] = ngsild.Entity(t.URN("Sensor"), kind, "scope", place[1])
		}
		c := candidatesOf(t, all)
		c.kind = kind
		return c
	}
	scopeCheck := func(name, title, scopeQ, fault string, labels ...string) Check {
		return Check{
			ID: "mim1.query.scope." + name, Title: title,
			Requirements: query, Clause: cim009 + "4.19", TestPurposes: []string{"019_01_06"},
			Level: Core, Needs: writes, Since: "1.5.1", Fault: fault,
			Body: func(t *T) { gardens(t).expect(t, Query("scopeQ", scopeQ), labels...) },
		}
	}
	crossing := func(name, title, scopeQ, fault string, labels ...string) Check {
		c := scopeCheck(name, title, scopeQ, fault)
		c.TestPurposes = nil
		c.Body = func(t *T) {
			kind := t.Name("Sensor")
			of := func(scopes ...any) ngsild.Object { return ngsild.Entity(t.URN("Sensor"), kind, "scope", scopes) }
			c := candidatesOf(t, map[string]ngsild.Object{"both": of("/Madrid/Gardens", "/Works/Water"), "city": of("/Madrid/Gardens", "/Works/Light"),
				"works": of("/Porto", "/Works/Water"), "other": of("/Lyon", "/Works/Light")})
			c.kind = kind
			c.expect(t, Query("scopeQ", scopeQ), labels...)
		}
		return c
	}
	return []Check{
		crossing("several", "An entity of several scopes is found by each of them", "/Works/Water", "query.scope.first-of-entity", "both", "works"),
		crossing("and", "A scope query with ; in parentheses gives the entities that have all of the scopes", "(/Madrid/Gardens;/Works/Water)", "query.scope.and-as-or", "both"),
		crossing("bar", "A | in a scope query gives the entities of any of the scopes", "/Porto|/Lyon", "query.scope.bar-unknown", "works", "other"),
		crossing("andOr", "A scope query may have scopes in parentheses beside another one", "(/Madrid/Gardens;/Works/Water),/Lyon", "query.scope.and-as-or", "both", "other"),
		scopeCheck("exact", "A scope query gives the entities of exactly that scope", "/Madrid/Gardens",
			"query.scope.subtree", "gardens"),
		scopeCheck("subtree", "A scope query that ends in /# gives the entities of that scope and all below it", "/Madrid/Gardens/#",
			"query.scope.hash-ignored", "gardens", "north", "level too many"),
		scopeCheck("plus", "A + in a scope query stands for exactly one level", "/Madrid/+/North",
			"query.scope.plus-as-hash", "north", "museum north"),
		scopeCheck("or", "A comma in a scope query gives the entities of any of the scopes", "/Madrid,/Madrid/Museum/North",
			"query.scope.first-of-list", "city", "museum north"),
		scopeCheck("any", "The scope query /# gives all entities that have a scope", "/#",
			"query.scope.ignored", "city", "gardens", "north", "museum north", "other city", "level too few", "level too many"),
	}
}
