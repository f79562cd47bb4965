package faults

import (
	"net/http"
	"regexp"
	"strings"
)

// pastStatements is the faults of what is selected of evolutions, and how that is shown.
func pastStatements() []Fault {
	query := func(s string) string { return "temporal.query." + s }
	aggregate := func(s string) string { return "temporal.aggregate." + s }
	system := regexp.MustCompile(`^(created|modified)At[<>]`)
	is := func(kinds ...string) func(v any) bool {
		return func(v any) bool {
			o, _ := v.(object)
			for _, kind := range kinds {
				if o["@type"] == kind || o["type"] == kind {
					return true
				}
			}
			return false
		}
	}
	isList := func(v any) bool { _, ok := v.([]any); return ok }
	read := readingPast()
	return []Fault{
		{Name: "temporal.retrieve.linked-ignored", Summary: "Members of linked entities are not looked at where an evolution is retrieved.",
			On: retrievingPast().where(asks("pick", func(v string) bool { return strings.Contains(v, "{") })), Instead: forgiving("pick")},
		{Name: query("linked-ignored"), Summary: "What a query of evolutions has of linked entities is not looked at.",
			On: queryingPast().where(func(r *http.Request) bool { return strings.Contains(r.URL.RawQuery, "%7B") }), Instead: forgiving("pick", "q")},
		{Name: query("system-alone"), Summary: "q of evolutions may be about system attributes alone, whatever the type.", On: queryingPast().WithoutQuery("type"),
			Request: func(r *http.Request) {
				if system.MatchString(r.URL.Query().Get("q")) {
					setQuery("type", "*")(r)
				}
			}},
		{Name: query("any-time-property"), Summary: "What was not observed is held to have been so when it was entered.", On: creatingPast(), Request: attributes(func(a object) object {
			if a["observedAt"] == nil {
				a["observedAt"] = "2020-01-01T00:00:00Z"
			}
			return a
		})},
		{Name: query("any-type-unknown"), Summary: "A temporal query by the type * finds nothing.",
			On: queryingPast().where(asks("type", func(v string) bool { return v == "*" })), Answer: emptied},
		{Name: "temporal.values.first-object", Summary: "Of several objects of a Relationship, simplified, the first is shown.", On: read.where(wants("temporalValues")),
			Answer: servedAttributes(func(a object) object {
				for _, pair := range items(a["objects"]) {
					if pair, ok := pair.([]any); ok && len(pair) == 2 && len(items(pair[0])) > 1 {
						pair[0] = items(pair[0])[0]
					}
				}
				return a
			})},
		{Name: "temporal.history.no-deletion-time", Summary: "It is not told when an entity was deleted.", On: read,
			Answer: pastEntities(func(_ *http.Request, e object) { delete(e, "deletedAt") })},
		{Name: aggregate("arrays-counted"), Summary: "max of arrays is how many they are.", On: read.where(usesMethod("max")), Instead: aggregatedAs("max", "totalCount", isList, same)},
		{Name: aggregate("moments-reversed"), Summary: "The first of dates is the last.", On: read.where(usesMethod("min")), Instead: aggregatedAs("min", "max", is("DateTime", "Date"), same)},
		{Name: aggregate("time-of-day-first"), Summary: "The average of Times is the first of them.", On: read.where(usesMethod("avg")), Instead: aggregatedAs("avg", "min", is("Time"), same)},
		{Name: aggregate("relationships-as-properties"), Summary: "Relationships, aggregated, are labelled as Properties.", On: read.where(wants("aggregatedValues")),
			Answer: servedAttributes(func(a object) object {
				if a["type"] == "Relationship" {
					a["type"] = "Property"
				}
				return a
			})},
		{Name: aggregate("weeks-as-days"), Summary: "Weeks are taken for days.", On: read, Request: substitute("aggrPeriodDuration", `^P(\d+)W$`, "P${1}D")},
	}
}
