package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// blend are entities with a colour, several or none.
func blend(t *T) candidates {
	return valued(t, map[string]any{"red": "red", "green": "green", "red and blue": []any{"red", "blue"}, "blue and green": []any{"blue", "green"}, "without": nil})
}

// qValues checks what a term of q is compared with where a value is an array, a list, one of
// several languages or a moment, and where the term has several values (4.9).
func qValues() []Check {
	return []Check{
		{
			ID:    "mim1.query.q.unequalInArray",
			Title: "q with != gives the entities whose value is an array that does not include the value",
			Fault: "query.q.array-whole",
			Body:  func(t *T) { c := blend(t); c.expect(t, c.q(`!="red"`), "green", "blue and green") },
		},
		{
			ID:    "mim1.query.q.listInArray",
			Title: "q with == and a list gives the entities whose value is an array that includes any value of the list",
			Fault: "query.q.array-whole",
			Body:  func(t *T) { c := blend(t); c.expect(t, c.q(`=="black","red"`), "red", "red and blue") },
		},
		{
			ID:    "mim1.query.q.unequalRelationship",
			Title: "q with != and a URI gives the entities whose relationship points elsewhere",
			Fault: "query.q.unequal-as-existence",
			Body: func(t *T) {
				c, here, _ := pointing(t)
				c.expect(t, c.q(`!="`+here+`"`), "there", "yonder")
			},
		},
		{
			ID:    "mim1.query.q.relationshipInList",
			Title: "q with == and a list of URIs gives the entities whose relationship points to any of them",
			Fault: "query.q.first-of-list",
			Body: func(t *T) {
				c, here, there := pointing(t)
				c.expect(t, c.q(`=="`+here+`","`+there+`"`), "here", "there")
			},
		},
		{
			ID:    "mim1.query.q.bareUri",
			Title: "A URI in q needs no quotes",
			Fault: "query.q.bare-uri-unknown",
			Body: func(t *T) {
				c, here, _ := pointing(t)
				c.expect(t, c.q("=="+here), "here")
			},
		},
		{
			ID:    "mim1.query.q.memberMissing",
			Title: "q with a path in brackets to a member that a value has not never gives the entity",
			Fault: "query.q.brackets-dropped",
			Body: func(t *T) {
				c := valued(t, map[string]any{"Aarhus": ngsild.Object{"city": "Aarhus"}, "Odense": ngsild.Object{"city": "Odense"}, "elsewhere": ngsild.Object{"town": "Aarhus"}})
				c.expect(t, c.q(`[city]!="Aarhus"`), "Odense")
				c.expect(t, c.q("[town]"), "elsewhere")
			},
		},
		{
			ID:    "mim1.query.q.exponent",
			Title: "A number in q may have an exponent, as in JSON",
			Fault: "query.q.exponent-dropped",
			Body:  func(t *T) { c := around(t); c.expect(t, c.q("==2e1"), "at") },
		},
		{
			ID:    "mim1.query.q.rangeOfTimes",
			Title: "q with a range of DateTimes gives the entities whose attribute was observed in it, both ends included",
			Fault: "query.q.date-dropped",
			Body: func(t *T) {
				at := func(instant string) ngsild.Object { return ngsild.Property(20, "observedAt", instant) }
				c := attributed(t, map[string]any{"before": at("2024-03-01T09:59:59Z"), "first": at("2024-03-01T10:00:00Z"), "last": at("2024-03-01T11:00:00Z"), "after": at("2024-03-01T11:00:01Z")})
				c.expect(t, c.q(".observedAt==2024-03-01T10:00:00Z..2024-03-01T11:00:00Z"), "first", "last")
			},
		},
		{
			ID:    "mim1.query.q.date",
			Title: "q compares Dates in the order of the calendar",
			Level: Extended, Fault: "query.q.calendar-dropped",
			Body: func(t *T) {
				on := func(day string) ngsild.Object { return ngsild.Object{"@type": "Date", "@value": day} }
				c := valued(t, map[string]any{"before": on("2024-02-29"), "on": on("2024-03-01"), "after": on("2024-03-02")})
				c.expect(t, c.q(">=2024-03-01"), "on", "after")
			},
		},
		{
			ID:    "mim1.query.q.nested",
			Title: "Parentheses in q may stand in parentheses",
			// EXAMPLE 6 has them, the grammar above it has not.
			Level: Extended, Fault: "query.q.parentheses-dropped",
			Body: func(t *T) {
				c, x, y, z := triples(t)
				c.expect(t, Query("q", "(("+x+"|"+y+");"+z+")"), "xz", "yz", "xyz")
			},
		},
		{
			ID:    "mim1.query.q.listProperty",
			Title: "q with == gives the entities whose ListProperty includes the value",
			Level: Extended, Since: "1.9.1", Fault: "query.q.list-missed",
			Body: func(t *T) {
				list := func(values ...any) ngsild.Object { return ngsild.Object{"type": "ListProperty", "valueList": values} }
				c := attributed(t, map[string]any{"includes": list("blue", "red"), "lacks": list("blue", "green")})
				c.expect(t, c.q(`=="red"`), "includes")
			},
		},
		{
			ID:    "mim1.query.q.vocabUri",
			Title: "q with == and a URI gives the entities whose VocabProperty has that name",
			Level: Extended, Since: "1.9.1", Fault: "query.q.vocab-missed",
			Body: func(t *T) {
				red, blue := t.URN("Colour"), t.URN("Colour")
				c := attributed(t, map[string]any{"red": ngsild.Object{"type": "VocabProperty", "vocab": red}, "blue": ngsild.Object{"type": "VocabProperty", "vocab": blue}})
				c.expect(t, c.q("=="+red), "red")
				c.expect(t, c.q("!="+red), "blue")
			},
		},
		{
			ID:    "mim1.query.q.noLanguage",
			Title: "q without a language compares the texts of a LanguageProperty in all languages",
			Level: Extended, Since: "1.9.1", Fault: "query.q.language-missed",
			Body: func(t *T) { c := greetings(t); c.expect(t, c.q(`=="chat"`), "English chat", "French chat") },
		},
		{
			ID:    "mim1.query.q.unequalInLanguage",
			Title: "q with a language in brackets and != gives the entities whose text in that language is another one",
			Level: Extended, Since: "1.9.1", Fault: "query.q.unequal-as-existence",
			Body: func(t *T) { c := greetings(t); c.expect(t, c.q(`[en]!="chat"`), "French chat", "no chat") },
		},
		{
			ID:    "mim1.query.q.languageInArray",
			Title: "q with a language in brackets looks into the list of texts in that language",
			Level: Extended, Since: "1.9.1", Fault: "query.q.language-lists-missed",
			Body: func(t *T) {
				in := func(en, fr []any) ngsild.Object {
					return ngsild.LanguageProperty(ngsild.Object{"en": en, "fr": fr})
				}
				c := attributed(t, map[string]any{"English": in([]any{"cat", "red"}, []any{"chat", "rouge"}), "French": in([]any{"coal", "black"}, []any{"red", "noir"})})
				c.expect(t, c.q(`[en]=="red"`), "English")
				c.expect(t, c.q(`[en]!="red"`), "French")
			},
		},
	}
}

// pointing are candidates whose relationships point to three places; two are named.
func pointing(t *T) (c candidates, here, there string) {
	here, there = t.URN("Place"), t.URN("Place")
	return attributed(t, map[string]any{"here": ngsild.Relationship(here), "there": ngsild.Relationship(there), "yonder": ngsild.Relationship(t.URN("Place")), "nowhere": nil}), here, there
}
