package faults

import (
	"net/http"
	"strings"
)

// rest is the faults of what the places have as a REST API: their description by OpenAPI
// 3.1, caching, Link header fields and problem details.
func rest() []Fault {
	description, list, some := place("openapi.json"), placeList(), placeFeaturesOf()
	parking := some.where(func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/parking/") })
	edited := func(name, summary string, edit func(o object)) Fault {
		return Fault{Name: "rest.description." + name, Summary: summary, On: description, Answer: answered(edit)}
	}
	gets := func(edit func(path string, get object)) func(object) {
		return func(o object) {
			paths, _ := o["paths"].(object)
			for _, path := range sorted(paths) {
				item, _ := paths[path].(object)
				if get, is := item["get"].(object); is {
					edit(path, get)
				}
			}
		}
	}
	contents := func(edit func(path string, kind object)) func(object) {
		return gets(func(path string, get object) {
			responses, _ := get["responses"].(object)
			success, _ := responses["200"].(object)
			content, _ := success["content"].(object)
			for _, kind := range content {
				if k, is := kind.(object); is {
					edit(path, k)
				}
			}
		})
	}
	header := func(name, summary string, on Match, edit func(h http.Header)) Fault {
		return Fault{Name: name, Summary: summary, On: on, Answer: func(_ *http.Request, a *Answer) { edit(a.Header) }}
	}
	failing := func(name, summary string, status int, change func(a *Answer)) Fault {
		return Fault{Name: "rest.problem." + name, Summary: summary, On: placeCollection().or(some), Answer: func(_ *http.Request, a *Answer) {
			if a.Status == status {
				change(a)
			}
		}}
	}
	return []Fault{
		{Name: "rest.description.gone", Summary: "No well-known path holds a description of the API.", On: description.or(placeAPI()), Answer: gone},
		edited("older", "The description at the well-known path is by OpenAPI 3.0.", func(o object) { o["openapi"] = "3.0.3" }),
		edited("untitled", "The description has no title, which OpenAPI demands.", func(o object) {
			if info, is := o["info"].(object); is {
				delete(info, "title")
			}
		}),
		edited("not-there", "The description tells of a resource that is not there.", func(o object) {
			if paths, is := o["paths"].(object); is {
				paths["/tiles"] = paths["/conformance"]
			}
		}),
		edited("no-version", "The description does not state the version of the API.", func(o object) {
			if info, is := o["info"].(object); is {
				delete(info, "version")
			}
		}),
		edited("no-schemas", "The description has no schemas.", contents(func(_ string, kind object) { delete(kind, "schema") })),
		edited("dangling", "The description refers to a schema that it does not have.", contents(func(_ string, kind object) {
			kind["schema"] = object{"$ref": "#/components/schemas/Document"}
		})),
		edited("no-examples", "The description has no examples.", contents(func(_ string, kind object) { delete(kind, "example") })),
		edited("one-unexemplified", "The description has no example of the conformance declaration.", contents(func(path string, kind object) {
			if path == "/conformance" {
				delete(kind, "example")
			}
		})),
		edited("no-items", "The description does not tell of the items of collections.", func(o object) {
			paths, _ := o["paths"].(object)
			for _, path := range sorted(paths) {
				if strings.HasSuffix(path, "/items") {
					delete(paths, path)
				}
			}
		}),
		{Name: "rest.answers.other-status", Summary: "The list of collections is answered with 203.", On: list, Answer: otherStatus(map[int]int{200: 203})},
		{Name: "rest.answers.other-media-type", Summary: "The list of collections comes as a kind of JSON that is not described.", On: list, Answer: retyped("", "application/hal+json")},
		{Name: "rest.collections.gone", Summary: "There is no list of collections.", On: list, Answer: gone},
		{Name: "rest.collections.items-gone", Summary: "A collection's items are not there.", On: parking, Answer: gone},
		{Name: "rest.collections.other-envelope", Summary: "One collection has its items in another member than the others.", On: parking, Answer: answered(func(o object) {
			o["results"] = o["features"]
			delete(o, "features")
		})},
		{Name: "rest.collections.limit-ignored", Summary: "One collection is not paged.", On: parking, Request: DropQuery("limit")},
		header("rest.links.no-self", "Items come without a Link header field to themselves.", some, withoutLink("self")),
		header("rest.links.no-next", "A page comes without a Link header field to the next.", some, withoutLink("next")),
		header("rest.links.next-is-self", "The Link header field to the next page leads to the same one.", some, func(h http.Header) {
			for i, l := range h["Link"] {
				h["Link"][i] = strings.ReplaceAll(l, "offset=1&", "offset=0&")
				h["Link"][i] = strings.ReplaceAll(h["Link"][i], "offset=1>", "offset=0>")
			}
		}),
		failing("plain-404", "What is not there is told as plain JSON.", http.StatusNotFound, func(a *Answer) { a.Header.Set("Content-Type", "application/json") }),
		failing("plain-400", "A refusal is told as plain JSON.", http.StatusBadRequest, func(a *Answer) { a.Header.Set("Content-Type", "application/json") }),
		failing("other-status", "Problem details have another status than the answer.", http.StatusNotFound, inProblem(func(o object) { o["status"] = 400 })),
		failing("title-object", "The title of problem details is an object.", http.StatusNotFound, inProblem(func(o object) { o["title"] = object{"en": o["title"]} })),
		{Name: "rest.form.f-ignored", Summary: "The parameter f has no effect.", On: list.WithQuery("f"), Request: DropQuery("f")},
		{Name: "rest.status.gone", Summary: "The resource that tells the state of the service is not there.", On: place("status"), Answer: gone},
		header("rest.caching.no-validator", "An answer has no validator.", list, func(h http.Header) { h.Del("ETag") }),
		header("rest.caching.no-cache-control", "An answer does not tell how it may be cached.", list, func(h http.Header) { h.Del("Cache-Control") }),
		header("rest.caching.no-vary", "An answer does not tell that Accept chose its form.", list, func(h http.Header) { h.Del("Vary") }),
		header("rest.caching.unquoted-tag", "An entity tag has no quotes.", list, func(h http.Header) {
			h.Set("ETag", strings.ReplaceAll(strings.TrimPrefix(h.Get("ETag"), "W/"), `"`, ""))
		}),
		{Name: "rest.caching.never-304", Summary: "Conditions are not looked at.", On: list, Request: func(r *http.Request) { r.Header.Del("If-None-Match") }},
		{Name: "rest.caching.always-304", Summary: "Whatever tag the client has, its data are called current.", On: list,
			Request: func(r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					r.Header.Set("If-None-Match", "*")
				}
			}},
		header("rest.update.untold", "Nothing tells when the data are updated next.", some, func(h http.Header) { h.Del("X-Next-Update") }),
		header("rest.update.in-words", "The time of the next update is told in words.", some, func(h http.Header) { h.Set("X-Next-Update", "each night") }),
		header("rest.update.missed", "The time that is told for the next update has passed.", some, func(h http.Header) { h.Set("X-Next-Update", "Fri, 14 Mar 2025 09:30:00 GMT") }),
		header("rest.rate.untold", "Nothing tells of rate limits.", some, func(h http.Header) { h.Del("RateLimit"); h.Del("RateLimit-Policy") }),
		header("rest.rate.quota-in-words", "The quota of requests is told in words.", some, func(h http.Header) { h.Set("RateLimit-Policy", "\"requests\";q=many;w=60") }),
		header("rest.rate.less-than-nothing", "The number of requests that remain is less than none.", some, func(h http.Header) { h.Set("RateLimit", "\"requests\";r=-1;t=5") }),
		{Name: "rest.caching.304-forgets-tag", Summary: "An answer 304 has no ETag.", On: list, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotModified {
				a.Header.Del("ETag")
			}
		}},
	}
}

// withoutLink is an edit of header fields: no Link of the relation.
func withoutLink(rel string) func(h http.Header) {
	return func(h http.Header) {
		var kept []string
		for _, l := range h["Link"] {
			if !strings.Contains(l, `rel="`+rel+`"`) {
				kept = append(kept, l)
			}
		}
		h["Link"] = kept
	}
}

// inProblem is a change of an answer with problem details.
func inProblem(edit func(o object)) func(a *Answer) {
	return func(a *Answer) {
		if o, is := decode(a.Body).(object); is {
			edit(o)
			a.Body = encode(o)
		}
	}
}
