package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// eventsBase is the path of the root node of the event stream.
const eventsBase = "/events"

// eventsAt matches the reading of the root node, of the pages below, or of both.
func eventsAt(root, pages bool) Match {
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.Path, eventsBase)
		return found && r.Method == http.MethodGet && (root && strings.Trim(below, "/") == "" || pages && strings.HasPrefix(below, "/pages/"))
	}
}

// members is an Answer change of the members of the event stream on a page.
func members(edit func(m object)) func(*http.Request, *Answer) {
	return nodes("parking:OffStreetParking", edit)
}

// relations is an Answer change of the relations of a page.
func relations(edit func(r object)) func(*http.Request, *Answer) {
	return nodes("", func(n object) {
		if n["tree:node"] != nil {
			edit(n)
		}
	})
}

// full says whether an answer is a page that does not change anymore.
func full(a *Answer) bool {
	return strings.Contains(strings.Join(a.Header.Values("Cache-Control"), ","), "immutable")
}

// eventStream is the faults of the Linked Data Event Stream.
func eventStream() []Fault {
	root, pages, both := eventsAt(true, false), eventsAt(false, true), eventsAt(true, true)
	const stream, page, policy = "ldes:EventStream", "tree:Node", "ldes:RetentionPolicy"
	set := func(class, member string, values ...any) func(*http.Request, *Answer) {
		return nodes(class, func(n object) {
			if n[member] != nil {
				n[member] = values
			}
		})
	}
	lost := func(class, member string) func(*http.Request, *Answer) {
		return nodes(class, func(n object) { delete(n, member) })
	}
	words := object{"@value": "see our site"}
	otherPath := object{"@id": "http://purl.org/dc/terms/modified"}
	return slices.Concat([]Fault{
		{Name: "ldes.root.no-view", Summary: "The stream does not tell its root node.", On: root, Answer: lost(stream, "tree:view")},
		{Name: "ldes.root.two-streams", Summary: "Two streams have the root node as their view.", On: root, Answer: answered(func(o object) {
			for _, n := range objects(o["@graph"]) {
				if slices.Contains(items(n["@type"]), any(stream)) {
					o["@graph"] = append(items(o["@graph"]), object{"@id": "https://halverstad.example/other", "@type": []any{stream}, "tree:view": n["tree:view"]})
				}
			}
		})},
		{Name: "ldes.root.untyped", Summary: "The stream is said to be a collection only.", On: root, Answer: nodes(stream, func(n object) { n["@type"] = []any{"tree:Collection"} })},
		{Name: "ldes.root.two-timestamps", Summary: "The stream has two paths of its time.", On: root, Answer: nodes(stream, func(n object) {
			n["ldes:timestampPath"] = append(items(n["ldes:timestampPath"]), otherPath)
		})},
		{Name: "ldes.root.path-as-text", Summary: "The path of what members are versions of is a text.", On: root, Answer: set(stream, "ldes:versionOfPath", object{"@value": "dct:isVersionOf"})},
		{Name: "ldes.root.no-order", Summary: "The stream does not tell its order.", On: root, Answer: lost(stream, "ldes:timestampPath")},
		{Name: "ldes.root.polling-in-words", Summary: "The time between two looks at the stream is a text.", On: root, Answer: set(stream, "ldes:pollingInterval", object{"@value": "2 h"})},
		{Name: "ldes.retention.two", Summary: "The view has two retention policies.", On: root, Answer: nodes("ldes:EventSource", func(n object) {
			n["ldes:retentionPolicy"] = append(items(n["ldes:retentionPolicy"]), object{"@id": "https://halverstad.example/other"})
		})},
		{Name: "ldes.retention.without-zone", Summary: "The time from when on members are kept has no time zone.", On: root, Answer: set(policy, "ldes:startingFrom", object{"@value": "2025-03-13T09:30:00", "@type": "xsd:dateTime"})},
		{Name: "ldes.retention.as-date", Summary: "The time from when on members are kept is a date.", On: root, Answer: set(policy, "ldes:startingFrom", object{"@value": "2025-03-13", "@type": "xsd:date"})},
		{Name: "ldes.retention.duration-in-days", Summary: "The duration of the retention policy is a number of days.", On: root, Answer: nodes(policy, func(n object) {
			n["ldes:fullLogDuration"] = []any{object{"@value": "365", "@type": "xsd:integer"}}
		})},
		{Name: "ldes.retention.amount-in-words", Summary: "How many versions are kept is a text.", On: root, Answer: nodes(policy, func(n object) { n["ldes:versionAmount"] = []any{words} })},
		{Name: "ldes.retention.older-members", Summary: "Members are said to be kept from a later time on.", On: root, Answer: set(policy, "ldes:startingFrom", object{"@value": "2030-01-01T00:00:00Z", "@type": "xsd:dateTime"})},
		{Name: "ldes.relation.no-node", Summary: "Relations have two pages that they lead to.", On: root, Answer: relations(func(r object) {
			r["tree:node"] = append(items(r["tree:node"]), object{"@id": "https://halverstad.example/other"})
		})},
		{Name: "ldes.relation.no-value", Summary: "Relations have no value to compare with.", On: root, Answer: relations(func(r object) { delete(r, "tree:value") })},
		{Name: "ldes.relation.path-as-text", Summary: "The paths of relations are texts.", On: root, Answer: relations(func(r object) { r["tree:path"] = []any{object{"@value": "prov:generatedAtTime"}} })},
		{Name: "ldes.relation.untyped", Summary: "Relations have no type.", On: root, Answer: relations(func(r object) { delete(r, "@type") })},
		{Name: "ldes.relation.other-path", Summary: "Relations compare by another path than that of the stream's order.", On: root, Answer: relations(func(r object) { r["tree:path"] = []any{otherPath} })},
		{Name: "ldes.relation.shifted", Summary: "Relations have the values of a later year.", On: root, Answer: relations(func(r object) {
			for _, v := range objects(r["tree:value"]) {
				v["@value"] = strings.Replace(textOf(v["@value"]), "2025-", "2026-", 1)
			}
		})},
		{Name: "ldes.relation.turned", Summary: "Relations say less where they mean greater.", On: root, Answer: relations(func(r object) {
			if slices.Contains(items(r["@type"]), any("tree:GreaterThanOrEqualToRelation")) {
				r["@type"] = []any{"tree:LessThanRelation"}
			}
		})},
		{Name: "ldes.relation.miscounted", Summary: "Relations say that one more member remains.", On: root, Answer: relations(func(r object) {
			r["tree:remainingItems"] = []any{object{"@value": "17", "@type": "xsd:integer"}}
		})},
		{Name: "ldes.relation.count-in-words", Summary: "How many members remain is a text.", On: root, Answer: relations(func(r object) { r["tree:remainingItems"] = []any{object{"@value": "some"}} })},
		{Name: "ldes.relation.back", Summary: "Each page leads back to the root node.", On: pages, Answer: nodes(page, func(n object) {
			host, _, _ := strings.Cut(textOf(n["@id"]), eventsBase)
			n["tree:relation"] = []any{object{"@type": []any{"tree:Relation"}, "tree:node": []any{object{"@id": host + eventsBase}}}}
		})},
		{Name: "ldes.page.gone", Summary: "Pages are not there.", On: pages, Answer: gone},
		{Name: "ldes.page.immutable-in-words", Summary: "Whether a page is immutable is a text.", On: pages, Answer: set(page, "ldes:immutable", object{"@value": "yes"})},
	}, eventMembers(pages), eventAnswers(both, pages))
}

// eventMembers is the faults of members and of pages that change.
func eventMembers(pages Match) []Fault {
	return []Fault{
		{Name: "ldes.member.blank", Summary: "Members have no IRIs.", On: pages, Answer: func(r *http.Request, a *Answer) {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"http://`+r.Host+eventsBase+"/members/", `"_:member-`))
		}},
		{Name: "ldes.member.of-the-page", Summary: "Members are linked from the page instead of the stream.", On: pages, Answer: answered(func(o object) {
			var all any
			for _, n := range objects(o["@graph"]) {
				if n["tree:member"] != nil {
					all = n["tree:member"]
					delete(n, "tree:member")
				}
			}
			for _, n := range objects(o["@graph"]) {
				if slices.Contains(items(n["@type"]), any("tree:Node")) {
					n["tree:member"] = all
				}
			}
		})},
		{Name: "ldes.member.bare", Summary: "Members are named and not described.", On: pages, Answer: members(func(m object) {
			for _, name := range sorted(m) {
				if name != "@id" {
					delete(m, name)
				}
			}
		})},
		{Name: "ldes.member.not-as-its-shape", Summary: "Members have a negative number of free places.", On: pages, Answer: members(func(m object) {
			m["parking:availableSpotNumber"] = []any{object{"@value": "-1", "@type": "xsd:integer"}}
		})},
		{Name: "ldes.member.timeless", Summary: "Members have no time.", On: pages, Answer: members(func(m object) { delete(m, "prov:generatedAtTime") })},
		{Name: "ldes.member.time-as-text", Summary: "The times of members are texts.", On: pages, Answer: members(func(m object) {
			for _, v := range objects(m["prov:generatedAtTime"]) {
				delete(v, "@type")
			}
		})},
		{Name: "ldes.member.without-zone", Summary: "The times of members have no time zone.", On: pages, Answer: members(func(m object) {
			for _, v := range objects(m["prov:generatedAtTime"]) {
				v["@value"] = strings.TrimSuffix(textOf(v["@value"]), "Z")
			}
		})},
		{Name: "ldes.member.of-nothing", Summary: "Members are versions of nothing.", On: pages, Answer: members(func(m object) { delete(m, "dct:isVersionOf") })},
		{Name: "ldes.member.changes", Summary: "Members have another number of free places each time.", On: pages, Answer: everyTime(func(n int64) func(*http.Request, *Answer) {
			return members(func(m object) {
				m["parking:availableSpotNumber"] = []any{object{"@value": fmt.Sprint(n), "@type": "xsd:integer"}}
			})
		})},
		{Name: "ldes.page.immutable-grows", Summary: "Pages that are immutable get one more member each time.", On: pages, Answer: everyTime(func(n int64) func(*http.Request, *Answer) {
			more := nodes("ldes:EventStream", func(s object) {
				if all := objects(s["tree:member"]); len(all) > 0 {
					for i := range n {
						s["tree:member"] = append(items(s["tree:member"]), object{"@id": fmt.Sprintf("%s-%d", textOf(all[0]["@id"]), i)})
					}
				}
			})
			return func(r *http.Request, a *Answer) {
				if full(a) {
					more(r, a)
				}
			}
		})},
		{Name: "ldes.page.forgets", Summary: "Pages lack another one of their members each time.", On: pages, Answer: everyTime(func(n int64) func(*http.Request, *Answer) {
			return nodes("ldes:EventStream", func(s object) {
				all := items(s["tree:member"])
				if len(all) > 0 {
					without := int(n) % len(all)
					s["tree:member"] = slices.Concat(all[:without], all[without+1:])
				}
			})
		})},
	}
}

// everyTime is an Answer change that is another one each time.
func everyTime(change func(n int64) func(*http.Request, *Answer)) func(*http.Request, *Answer) {
	var times atomic.Int64
	return func(r *http.Request, a *Answer) { change(times.Add(1))(r, a) }
}

// eventAnswers is the faults of what comes with a page.
func eventAnswers(both, pages Match) []Fault {
	return []Fault{
		{Name: "ldes.answer.as-text", Summary: "Pages come as plain text.", On: both, Answer: func(_ *http.Request, a *Answer) { a.Header.Set("Content-Type", "text/plain") }},
		{Name: "ldes.answer.other-turtle", Summary: "The JSON-LD form of pages lacks their last member.", On: pages, Answer: nodes("ldes:EventStream", func(s object) {
			all := items(s["tree:member"])
			s["tree:member"] = all[:max(0, len(all)-1)]
		})},
		{Name: "ldes.answer.no-vary", Summary: "Answers do not tell that Accept chooses their form.", On: both, Answer: DropHeader("Vary")},
		{Name: "ldes.answer.no-tag", Summary: "Pages have no entity tag.", On: both, Answer: DropHeader("ETag")},
		{Name: "ldes.answer.tag-changes", Summary: "Pages have another entity tag each time.", On: both, Answer: everyTime(func(n int64) func(*http.Request, *Answer) {
			return func(_ *http.Request, a *Answer) { a.Header.Set("ETag", fmt.Sprintf(`"%d"`, n)) }
		})},
		{Name: "ldes.answer.not-cached", Summary: "Pages that are immutable do not say so in Cache-Control.", On: pages, Answer: func(_ *http.Request, a *Answer) { a.Header.Set("Cache-Control", "max-age=60") }},
		{Name: "ldes.answer.all-immutable", Summary: "Pages that say that they change are immutable by Cache-Control.", On: pages, Answer: func(r *http.Request, a *Answer) {
			if !full(a) {
				nodes("tree:Node", func(n object) { n["ldes:immutable"] = []any{object{"@value": "false", "@type": "xsd:boolean"}} })(r, a)
				a.Header.Set("Cache-Control", "public, immutable")
			}
		}},
		{Name: "ldes.answer.always-200", Summary: "Pages are sent to who has them already.", On: both, Request: func(r *http.Request) { r.Header.Del("If-None-Match") }},
	}
}
