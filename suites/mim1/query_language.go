package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// queryLanguage checks the NGSI-LD Query Language, parameter q (4.9).
func queryLanguage() []Check {
	checks := append(qOrder(), qEquality()...)
	checks = append(checks, qPatterns()...)
	checks = append(checks, qPaths()...)
	checks = append(checks, qLogic()...)
	checks = append(checks, qLanguages()...)
	checks = append(checks, qValues()...)
	checks = append(checks, qRefusals()...)
	for i := range checks {
		checks[i].Clause = cim009 + "4.9"
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Needs == nil {
			checks[i].Needs = writes
		}
		if checks[i].Requirements == nil {
			checks[i].Requirements = query
		}
	}
	return checks
}

// around are values on both sides of 20, and at it.
func around(t *T) candidates {
	return valued(t, map[string]any{"below": 19.5, "at": 20, "above": 20.5, "without": nil})
}

// span are values inside, at the ends of and outside the range from 10 to 20.
func span(t *T) candidates {
	return valued(t, map[string]any{"under": 9.5, "minimum": 10, "inside": 15, "maximum": 20, "over": 20.5, "without": nil})
}

// colours are strings, some alike.
func colours(t *T) candidates {
	return valued(t, map[string]any{"red": "red", "Red": "Red", "reddish": "reddish", "blue": "blue", "green": "green", "without": nil})
}

func qOrder() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.greater",
			Title: "q with > gives the entities whose value is strictly greater", TestPurposes: []string{"019_09"},
			Fault: "query.q.greater-includes-equal",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q(">20"), "above") },
		},
		{
			ID:    "mim1.query.q.greaterOrEqual",
			Title: "q with >= gives the entities whose value is greater or equal", TestPurposes: []string{"019_09"},
			Fault: "query.q.greater-equal-excludes-equal",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q(">=20"), "at", "above") },
		},
		{
			ID:    "mim1.query.q.less",
			Title: "q with < gives the entities whose value is strictly less", TestPurposes: []string{"019_09"},
			Fault: "query.q.less-includes-equal",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q("<20"), "below") },
		},
		{
			ID:    "mim1.query.q.lessOrEqual",
			Title: "q with <= gives the entities whose value is less or equal", TestPurposes: []string{"019_09"},
			Fault: "query.q.less-equal-excludes-equal",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q("<=20"), "below", "at") },
		},
		{
			ID:    "mim1.query.q.negativeNumber",
			Title: "q compares numbers as numbers, negative and decimal ones too",
			Fault: "query.q.numbers-unsigned",
			Body: func(t *T) {
				c := valued(t, map[string]any{"-12": -12, "-1.5": -1.5, "1": 1, "9": 9, "10": 10})
				c.expect(t, c.q(">-2.5"), "-1.5", "1", "9", "10")
				c.expect(t, c.q("<10"), "-12", "-1.5", "1", "9")
			},
		},
		{
			ID:    "mim1.query.q.range",
			Title: "q with a range gives the entities whose value is in it, both ends included",
			Fault: "query.q.range-excludes-ends",
			Body:  func(t *T) { c := span(t); c.expect(t, c.q("==10..20"), "minimum", "inside", "maximum") },
		},
		{
			ID:    "mim1.query.q.outsideRange",
			Title: "q with != and a range gives the entities whose value is outside it",
			Fault: "query.q.outside-includes-ends",
			Body:  func(t *T) { c := span(t); c.expect(t, c.q("!=10..20"), "under", "over") },
		},
		{
			ID:    "mim1.query.q.dateTime",
			Title: "q compares DateTimes as instants",
			Level: Extended, Fault: "query.q.date-dropped",
			Body: func(t *T) {
				at := func(instant string) ngsild.Object { return ngsild.Object{"@type": "DateTime", "@value": instant} }
				c := valued(t, map[string]any{"before": at("2024-03-01T09:59:59Z"), "at": at("2024-03-01T10:00:00Z"),
					"after": at("2024-03-01T10:00:01Z")})
				c.expect(t, c.q(">2024-03-01T10:00:00Z"), "after")
			},
		},
		{
			ID:    "mim1.query.q.observedAt",
			Title: "q selects by when an attribute was observed", TestPurposes: []string{"019_09"},
			Fault: "query.q.path-dropped",
			Body: func(t *T) {
				at := func(instant string) ngsild.Object { return ngsild.Property(20, "observedAt", instant) }
				c := attributed(t, map[string]any{"before": at("2024-03-01T09:59:59Z"), "at": at("2024-03-01T10:00:00Z"),
					"after": at("2024-03-01T10:00:01Z"), "not observed": ngsild.Property(20)})
				c.expect(t, c.q(".observedAt>=2024-03-01T10:00:00Z"), "at", "after")
			},
		},
	}
}

func qEquality() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.equalNumber",
			Title: "q with == and a number gives the entities with that number", TestPurposes: []string{"019_09"},
			Fault: "query.q.equal-as-existence",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q("==20"), "at") },
		},
		{
			ID:    "mim1.query.q.equalString",
			Title: "q with == and a string gives the entities with exactly that string", TestPurposes: []string{"019_09"},
			Fault: "query.q.string-as-prefix",
			Hint:  "strings are compared by prefix, or without regard to case",
			Body:  func(t *T) { c := colours(t); c.expect(t, c.q(`=="red"`), "red") },
		},
		{
			ID:    "mim1.query.q.equalBoolean",
			Title: "q with == true gives the entities with that boolean",
			Fault: "query.q.boolean-as-existence",
			Body: func(t *T) {
				c := valued(t, map[string]any{"true": true, "false": false, "text": "true", "without": nil})
				c.expect(t, c.q("==true"), "true")
				c.expect(t, c.q("==false"), "false")
			},
		},
		{
			ID:           "mim1.query.q.equalRelationship",
			Title:        "q with == and a URI gives the entities whose relationship points there",
			Requirements: slices.Concat(query, alsoKnown),
			Fault:        "query.q.equal-as-existence",
			Body: func(t *T) {
				here, there := t.URN("Place"), t.URN("Place")
				c := attributed(t, map[string]any{"here": ngsild.Relationship(here), "there": ngsild.Relationship(there), "nowhere": nil})
				c.expect(t, c.q(`=="`+here+`"`), "here")
			},
		},
		{
			ID:    "mim1.query.q.equalDataset",
			Title: "q matches an entity of whose attribute any instance has the value",
			Fault: "query.q.default-instance-only",
			Body: func(t *T) {
				instances := func(byDefault, other int) any {
					return []any{ngsild.Property(byDefault), ngsild.Property(other, "datasetId", t.URN("Dataset"))}
				}
				c := attributed(t, map[string]any{"default": instances(20, 1), "other": instances(1, 20), "none": instances(1, 2)})
				c.expect(t, c.q("==20"), "default", "other")
			},
		},
		{
			ID:    "mim1.query.q.equalInArray",
			Title: "q with == gives the entities whose value is an array that includes the value",
			Fault: "query.q.array-whole",
			Body: func(t *T) {
				c := valued(t, map[string]any{"includes": []any{"blue", "red"}, "is": "red", "lacks": []any{"blue", "green"}})
				c.expect(t, c.q(`=="red"`), "includes", "is")
			},
		},
		{
			ID:    "mim1.query.q.unequal",
			Title: "q with != gives the entities with another value",
			Fault: "query.q.unequal-as-existence",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q("!=20"), "below", "above") },
		},
		{
			ID:    "mim1.query.q.unequalAbsent",
			Title: "q with != never gives an entity that lacks the attribute",
			Fault: "query.q.unequal-takes-absent",
			Hint:  "the condition is negated as a whole, so that absence meets it",
			Body: func(t *T) {
				c := valued(t, map[string]any{"equal": "red", "other": "blue", "without": nil})
				c.expect(t, c.q(`!="red"`), "other")
			},
		},
		{
			ID:    "mim1.query.q.list",
			Title: "q with == and a list gives the entities with any value of the list",
			Fault: "query.q.first-of-equal-texts",
			Body:  func(t *T) { c := colours(t); c.expect(t, c.q(`=="red","blue"`), "red", "blue") },
		},
		{
			ID:    "mim1.query.q.notInList",
			Title: "q with != and a list gives the entities with none of the values of the list, alone or in an array",
			Fault: "query.q.first-of-list",
			Body: func(t *T) {
				c := colours(t)
				c.expect(t, c.q(`!="red","blue"`), "Red", "reddish", "green")
				c = blend(t)
				c.expect(t, c.q(`!="black","red"`), "green", "blue and green")
			},
		},
		{
			ID:    "mim1.query.q.typesDiffer",
			Title: "q never takes a string for a number, nor a number for a string",
			Fault: "query.q.equal-types-coerced",
			Body: func(t *T) {
				c := valued(t, map[string]any{"number": 20, "string": "20"})
				c.expect(t, c.q("==20"), "number")
				c.expect(t, c.q(`=="20"`), "string")
			},
		},
		{
			ID:    "mim1.query.q.orderTypesDiffer",
			Title: "q with > compares a number with numbers only",
			Fault: "query.q.types-coerced",
			Body: func(t *T) {
				c := valued(t, map[string]any{"number": 30, "string": "30"})
				c.expect(t, c.q(">20"), "number")
			},
		},
	}
}

// pattern queries by a regular expression. The grammar has it bare; platforms that
// refuse that read it in quotes.
func (c candidates) pattern(t *T, operator, expression string, labels ...string) {
	r := c.query(t, c.q(operator+expression))
	if r.Status == 400 {
		r = c.query(t, c.q(operator+`"`+expression+`"`))
	}
	c.expectIn(t, r, labels...)
}

func qPatterns() []Check {
	// The expressions mean the same whether the platform matches the whole value or
	// looks for the expression inside it: brokers differ, and 4.9 leaves the dialect open.
	names := func(t *T) candidates {
		return valued(t, map[string]any{"AlphaOne": "AlphaOne", "AlpiaTwo": "AlpiaTwo", "alphaThree": "alphaThree",
			"Alp": "Alp", "Beta": "Beta", "without": nil})
	}
	return []Check{
		{
			ID:    "mim1.query.q.pattern",
			Title: "q with ~= gives the entities whose value matches the regular expression", TestPurposes: []string{"019_09"},
			Fault: "query.q.pattern-literal",
			Body:  func(t *T) { names(t).pattern(t, "~=", "Alp.a.*", "AlphaOne", "AlpiaTwo") },
		},
		{
			ID:    "mim1.query.q.notPattern",
			Title: "q with !~= gives the entities whose value does not match the regular expression",
			Fault: "query.q.not-pattern-as-pattern",
			Body:  func(t *T) { names(t).pattern(t, "!~=", "Alp.a.*", "alphaThree", "Alp", "Beta") },
		},
		{
			ID:    "mim1.query.q.patternOfStrings",
			Title: "q with ~= never matches a value that is no string",
			Fault: "query.q.pattern-as-existence",
			Body: func(t *T) {
				c := valued(t, map[string]any{"string": "5", "number": 5, "boolean": true})
				c.pattern(t, "~=", "5.*", "string")
			},
		},
	}
}

func qPaths() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.exists",
			Title: "q with an attribute's name alone gives the entities that have it",
			Fault: "query.q.dropped",
			Body: func(t *T) {
				c := attributed(t, map[string]any{"property": ngsild.Property(0), "false": ngsild.Property(false),
					"relationship": ngsild.Relationship(t.URN("Place")), "without": nil})
				c.expect(t, c.q(""), "property", "false", "relationship")
			},
		},
		{
			ID:    "mim1.query.q.alone",
			Title: "q is selector enough: a query needs no type beside it",
			Fault: "query.type.demanded", Since: "1.5.1",
			Body: func(t *T) {
				c := around(t)
				c.kind = ""
				c.expect(t, c.q(">20"), "above")
			},
		},
		{
			ID:    "mim1.query.q.unknownAttribute",
			Title: "q on an attribute that no entity has gives an empty array",
			Fault: "query.q.unknown-ignored",
			Body:  func(t *T) { c := around(t); c.expect(t, Query("q", t.Name("missing")+">20")) },
		},
		{
			ID:    "mim1.query.q.subAttribute",
			Title: "q with a dotted path reaches an attribute's own attribute",
			Fault: "query.q.path-dropped",
			Body: func(t *T) {
				accuracy := t.Name("accuracy")
				with := func(value, accurate float64) ngsild.Object {
					return ngsild.Property(value, accuracy, ngsild.Property(accurate))
				}
				c := attributed(t, map[string]any{"accurate": with(1, 0.9), "inaccurate": with(2, 0.1), "only value": ngsild.Property(0.9)})
				c.expect(t, c.q("."+accuracy+">0.5"), "accurate")
			},
		},
		{
			ID:    "mim1.query.q.subRelationship",
			Title: "q with a dotted path reaches an attribute's own relationship",
			Fault: "query.q.relationship-path-unknown",
			Body: func(t *T) {
				by, me, you := t.Name("by"), t.URN("Person"), t.URN("Person")
				with := func(who string) ngsild.Object { return ngsild.Property(1, by, ngsild.Relationship(who)) }
				c := attributed(t, map[string]any{"me": with(me), "you": with(you), "nobody": ngsild.Property(1)})
				c.expect(t, c.q("."+by+`=="`+me+`"`), "me")
			},
		},
		{
			ID:    "mim1.query.q.member",
			Title: "q with a path in brackets reaches a member of a structured value",
			Fault: "query.q.brackets-dropped",
			Body: func(t *T) {
				c := valued(t, map[string]any{"Aarhus": ngsild.Object{"city": "Aarhus"}, "Odense": ngsild.Object{"city": "Odense"},
					"elsewhere": ngsild.Object{"town": "Aarhus"}, "plain": "Aarhus"})
				c.expect(t, c.q(`[city]=="Aarhus"`), "Aarhus")
			},
		},
		{
			ID:    "mim1.query.q.memberOfMember",
			Title: "q with a dotted path in brackets reaches a member of a member",
			Fault: "query.q.brackets-dropped",
			Body: func(t *T) {
				inside := func(n int) ngsild.Object { return ngsild.Object{"air": ngsild.Object{"dust": n}} }
				c := valued(t, map[string]any{"high": inside(40), "low": inside(10), "outside": ngsild.Object{"dust": 40}})
				c.expect(t, c.q("[air.dust]>20"), "high")
			},
		},
	}
}

// triples are candidates with each combination of three marks, after which they are
// labelled, and the three conditions that a mark is there.
func triples(t *T) (c candidates, x, y, z string) {
	kind, x, y, z := t.Name("Sensor"), t.Name("x"), t.Name("y"), t.Name("z")
	all := map[string]ngsild.Object{}
	for _, label := range []string{"x", "y", "z", "xy", "xz", "yz", "xyz"} {
		e := ngsild.Entity(t.URN("Sensor"), kind)
		for _, mark := range label {
			e[map[rune]string{'x': x, 'y': y, 'z': z}[mark]] = ngsild.Property(1)
		}
		all[label] = e
	}
	c = candidatesOf(t, all)
	c.kind = kind
	return c, x + "==1", y + "==1", z + "==1"
}

func qLogic() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.and",
			Title: "q with ; gives the entities that meet both conditions", TestPurposes: []string{"019_09"},
			Fault: "query.q.and-as-or",
			Body: func(t *T) {
				c, x, y, _ := triples(t)
				c.expect(t, Query("q", x+";"+y), "xy", "xyz")
			},
		},
		{
			ID:    "mim1.query.q.or",
			Title: "q with | gives the entities that meet either condition", TestPurposes: []string{"019_09"},
			Fault: "query.q.or-as-and",
			Body: func(t *T) {
				c, x, y, _ := triples(t)
				c.expect(t, Query("q", x+"|"+y), "x", "y", "xy", "xz", "yz", "xyz")
			},
		},
		{
			ID:    "mim1.query.q.precedence",
			Title: "In q, ; binds stronger than |",
			Fault: "query.q.left-to-right",
			Body: func(t *T) {
				c, x, y, z := triples(t)
				c.expect(t, Query("q", x+"|"+y+";"+z), "x", "xy", "xz", "yz", "xyz")
			},
		},
		{
			ID:    "mim1.query.q.parentheses",
			Title: "Parentheses in q are evaluated first",
			Fault: "query.q.parentheses-dropped",
			Body: func(t *T) {
				c, x, y, z := triples(t)
				c.expect(t, Query("q", "("+x+"|"+y+");"+z), "xz", "yz", "xyz")
			},
		},
	}
}

// greetings are texts in two languages.
func greetings(t *T) candidates {
	in := func(en, fr string) ngsild.Object {
		return ngsild.LanguageProperty(ngsild.Object{"en": en, "fr": fr})
	}
	return attributed(t, map[string]any{"English chat": in("chat", "discussion"), "French chat": in("cat", "chat"), "no chat": in("dog", "chien")})
}

func qLanguages() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.language",
			Title: "q with a language in brackets compares the text in that language",
			Level: Extended, Since: "1.5.1", Fault: "query.q.language-as-any",
			Body: func(t *T) { c := greetings(t); c.expect(t, c.q(`[en]=="chat"`), "English chat") },
		},
		{
			ID:    "mim1.query.q.anyLanguage",
			Title: "q with [*] compares the text in any language",
			Level: Extended, Since: "1.5.1", Fault: "query.q.any-language-as-english",
			Body: func(t *T) {
				c := greetings(t)
				c.expect(t, c.q(`[*]=="chat"`), "English chat", "French chat")
			},
		},
		{
			ID:    "mim1.query.q.expandValues",
			Title: "q compares the term of a VocabProperty by the name that it stands for, if expandValues names the attribute",
			Level: Extended, Since: "1.8.1", Fault: "query.q.vocab-missed",
			Body: func(t *T) {
				sold, let := t.Name("sold"), t.Name("let")
				c := attributed(t, map[string]any{"sold": ngsild.Object{"type": "VocabProperty", "vocab": sold}, "let": ngsild.Object{"type": "VocabProperty", "vocab": let}})
				c.expect(t, Query("q", c.attr+`=="`+sold+`"`, "expandValues", c.attr), "sold")
			},
		},
		{
			ID:    "mim1.query.q.jsonKeys",
			Title: "q finds the keys of a JsonProperty as they are written, if jsonKeys names the attribute",
			Level: Extended, Since: "1.8.1", Fault: "query.q.json-missed",
			Body: func(t *T) {
				state := func(v int) ngsild.Object {
					return ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"pump": ngsild.Object{"speed": v}}}
				}
				c := attributed(t, map[string]any{"slow": state(1), "fast": state(9)})
				c.expect(t, Query("q", c.attr+"[pump.speed]>5", "jsonKeys", c.attr), "fast")
			},
		},
	}
}

// qRefusals are expressions that the grammar of q has not; each stands for a
// slip that clients make.
func qRefusals() []Check {
	refusal := func(name, title string, q func(attr string) string) Check {
		return Check{
			ID: "mim1.query.q." + name, Title: title, Requirements: errorAnswers,
			Needs: reads, Fault: "query.q.invalid-ignored",
			Hint: "what cannot be parsed is ignored, and everything of the type comes back",
			Body: func(t *T) {
				t.Expect(t.GET(entities, Query("type", t.Name("Nothing"), "q", q(t.Name("level"))))).
					To(BeProblem(400, ngsild.BadRequestData))
			},
		}
	}
	return []Check{
		refusal("valueMissing", "q that breaks off after the operator is refused with 400 BadRequestData",
			func(attr string) string { return attr + "==" }),
		refusal("parenthesisOpen", "q with an open parenthesis is refused with 400 BadRequestData",
			func(attr string) string { return "(" + attr + "==1;" + attr + "!=2" }),
		refusal("attributeMissing", "q that begins with the operator is refused with 400 BadRequestData",
			func(string) string { return "==20" }),
	}
}
