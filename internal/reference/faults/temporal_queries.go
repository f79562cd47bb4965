package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// idsIn are the ids of the entities in a list.
func idsIn(list []any) []string {
	var out []string
	for _, e := range list {
		out = append(out, idOf(e))
	}
	return out
}

// among are the entities of a list that have one of the ids.
func among(list []any, ids []string) []any {
	return slices.DeleteFunc(slices.Clone(list), func(e any) bool { return !slices.Contains(ids, idOf(e)) })
}

// onlyWhatIsMissing answers an empty list to a query that was refused because it lacks
// the parameters.
func onlyWhatIsMissing(names ...string) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		q := r.URL.Query()
		a := Record(next, r)
		if a.Status == http.StatusBadRequest && !slices.ContainsFunc(names, q.Has) {
			emptied(r, a)
		}
		a.WriteTo(w)
	}
}

// pastQueries is the faults of queries of evolutions (5.7.4).
func pastQueries() []Fault {
	name := func(s string) string { return "temporal.query." + s }
	query := queryingPast()
	return []Fault{
		{Name: name("interval-ignored"), Summary: "A query does not look at the interval.", On: query.where(hasInterval), Request: inQuery(always)},
		{Name: name("all-instances"), Summary: "A query shows instances outside of the interval, too.",
			On: query, Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return among(ask(always), idsIn(found))
			})},
		{Name: name("type-prefix"), Summary: "A query also gives entities whose type begins like the wanted one.",
			On: query, Instead: asked("type", func(next http.Handler, r *http.Request, values []string) []string {
				var known []string
				for _, e := range allPasts(next, r) {
					if kind, ok := e["type"].(string); ok {
						known = append(known, kind)
					}
				}
				return alike(values, known, looksLike)
			})},
		{Name: name("first-type"), Summary: "Of several types the first counts.", On: query, Request: inParam("type", upTo(","))},
		{Name: name("id-ignored"), Summary: "A query does not look at id.", On: query, Request: DropQuery("id")},
		{Name: name("id-pattern-ignored"), Summary: "A query does not look at idPattern.", On: query, Request: DropQuery("idPattern")},
		{Name: name("attrs-select-nothing"), Summary: "Entities that have none of attrs are found as well.",
			On: query.WithQuery("attrs"), Instead: relisted(func(r *http.Request, _ []any, ask func(func(url.Values)) []any) []any {
				all := ask(without("attrs"))
				for _, e := range objects(all) {
					for _, attr := range sorted(e) {
						if isAttribute(attr) && !slices.Contains(listed(r, "attrs"), attr) {
							delete(e, attr)
						}
					}
				}
				return all
			})},
		{Name: name("attrs-show-all"), Summary: "All attributes are shown, whatever attrs says.",
			On: query.WithQuery("attrs"), Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return among(ask(without("attrs")), idsIn(found))
			})},
		{Name: name("any-attribute-in-interval"), Summary: "Entities are found whose other attributes have data in the interval.",
			On: query.WithQuery("attrs"), Instead: relisted(func(_ *http.Request, _ []any, ask func(func(url.Values)) []any) []any {
				return among(ask(without("attrs")), idsIn(ask(always)))
			})},
		{Name: name("last-ignored"), Summary: "A query does not look at lastN.", On: query, Request: DropQuery("lastN")},
		{Name: name("values-ignored"), Summary: "A query does not look at options.", On: query, Request: DropQuery("options")},
		{Name: name("pick-ignored"), Summary: "A query does not look at pick.", On: query, Request: DropQuery("pick")},
		{Name: name("omit-ignored"), Summary: "A query does not look at omit.", On: query, Request: DropQuery("omit")},
		{Name: name("pick-and-omit-accepted"), Summary: "Where one member is picked and omitted, it is picked.", On: query, Instead: forgiving("omit")},
		{Name: name("dataset-ignored"), Summary: "A query does not look at datasetId.", On: query, Request: DropQuery("datasetId")},
		{Name: name("nothing-as-not-found"), Summary: "A query that finds nothing gives 404.", On: query, Answer: notFoundIfEmpty},
		{Name: name("no-interval-accepted"), Summary: "A query without temporal query is answered.", On: query, Instead: onlyWhatIsMissing("timerel", "timeAt")},
		{Name: name("too-wide-answered"), Summary: "A query without any selector is answered.",
			On: query, Instead: onlyWhatIsMissing("type", "id", "idPattern", "attrs", "q", "georel", "local")},
		{Name: name("local-too-wide"), Summary: "A local query without selector is refused as too wide.",
			On: query, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if q := r.URL.Query(); !slices.ContainsFunc([]string{"type", "attrs", "q", "georel"}, q.Has) {
					refuse(w)
					return
				}
				next.ServeHTTP(w, r)
			}},
		{Name: name("order-ignored"), Summary: "A query does not look at orderBy.", On: query, Request: DropQuery("orderBy")},
		{Name: name("order-by-anything"), Summary: "An order that evolutions cannot have is not looked at.", On: query, Instead: forgiving("orderBy")},
		{Name: name("bad-ids-dropped"), Summary: "Ids that are no URIs are not looked at.", On: query, Instead: forgiving("id")},
		{Name: name("context-ignored"), Summary: "A query does not look at the @context that it links to.", On: query.where(hasLink), Request: dropLink},
	}
}

// pastFilters is the faults of q, geo-queries and scopes over evolutions, and of their pages.
func pastFilters() []Fault {
	name := func(s string) string { return "temporal.query." + s }
	query := queryingPast()
	return []Fault{
		{Name: name("q-ignored"), Summary: "A query does not look at q.", On: query, Request: DropQuery("q")},
		{Name: name("q-of-latest"), Summary: "q looks at the latest instances only.",
			On: query.WithQuery("q"), Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return slices.DeleteFunc(found, func(e any) bool {
					last := latest(e)
					still := ask(func(q url.Values) {
						q.Set("id", idOf(e))
						q.Set("timerel", "after")
						q.Set("timeAt", last.UTC().Format(time.RFC3339Nano))
						q.Del("endTimeAt")
					})
					return len(still) == 0
				})
			})},
		{Name: name("q-beyond-interval"), Summary: "q looks at instances outside of the interval, too.",
			On: query.WithQuery("q"), Instead: relisted(func(_ *http.Request, _ []any, ask func(func(url.Values)) []any) []any {
				return among(ask(without("q")), idsIn(ask(always)))
			})},
		{Name: name("invalid-q-ignored"), Summary: "A q that is not valid is not looked at.", On: query, Instead: forgiving("q")},
		{Name: name("geo-ignored"), Summary: "A query does not look at the geo-query.", On: query, Request: drop("georel", "geometry", "coordinates", "geoproperty")},
		{Name: name("scope-ignored"), Summary: "A query does not look at scopeQ.", On: query, Request: DropQuery("scopeQ")},
		{Name: name("limit-ignored"), Summary: "A query does not look at limit.", On: query, Request: DropQuery("limit")},
		{Name: name("no-next"), Summary: "No answer links to the next page.", On: query, Answer: inLinks("next", nothing)},
		{Name: name("count-of-page"), Summary: "The count is of the evolutions on the page.", On: query, Answer: countOfPage},
		{Name: name("bad-limit-ignored"), Summary: "A limit that is not allowed is not looked at.", On: query, Instead: forgiving("limit")},
	}
}

// latest is the time of an entity's latest instance.
func latest(e any) time.Time {
	var last time.Time
	o, _ := e.(object)
	for _, attr := range sorted(o) {
		for _, i := range instancesOf(o[attr]) {
			if at := timeIn(i); at.After(last) {
				last = at
			}
		}
	}
	return last
}

// pastPosts is the faults of queries by POST (6.24).
func pastPosts() []Fault {
	name := func(s string) string { return "temporal.post." + s }
	post := postingPast()
	inPost := func(edit func(q, temporalQ object)) func(*http.Request) {
		return fragments(func(q object) {
			temporalQ, _ := q["temporalQ"].(object)
			if temporalQ == nil {
				temporalQ = object{}
			}
			edit(q, temporalQ)
		})
	}
	accepted := func(when func(q object) bool) handle {
		return answering(func(e exchange) {
			if q, ok := e.sent.(object); ok && e.Status == http.StatusBadRequest && when(q) {
				emptied(e.request, e.Answer)
			}
		})
	}
	without := func(fault, member string) Fault {
		return Fault{Name: name(fault), Summary: "A query of evolutions by POST does not look at " + member + ".", On: post, Request: inPost(func(q, _ object) { delete(q, member) })}
	}
	return []Fault{
		without("geo-ignored", "geoQ"), without("scope-ignored", "scopeQ"), without("pick-ignored", "pick"), without("omit-ignored", "omit"),
		without("dataset-ignored", "datasetId"),
		without("ordering-ignored", "ordering"), without("lang-ignored", "lang"),
		{Name: name("id-pattern-ignored"), Summary: "A query by POST does not look at the id patterns of its selectors.", On: post, Request: inPost(func(q, _ object) {
			for _, s := range objects(q["entities"]) {
				delete(s, "idPattern")
			}
		})},
		{Name: name("first-selector"), Summary: "Of several selectors of a query by POST the first counts.", On: post, Request: inPost(func(q, _ object) {
			if list := items(q["entities"]); len(list) > 1 {
				q["entities"] = list[:1]
			}
		})},
		{Name: name("timeproperty-ignored"), Summary: "A query by POST does not look at the timeproperty of its temporalQ.",
			On: post, Request: inPost(func(_, temporalQ object) { delete(temporalQ, "timeproperty") })},
		{Name: name("interval-ignored"), Summary: "A query by POST does not look at the interval.", On: post, Request: inPost(func(_, temporalQ object) {
			if temporalQ["timerel"] != nil {
				temporalQ["timerel"], temporalQ["timeAt"] = "after", "0001-01-01T00:00:00Z"
			}
		})},
		{Name: name("end-ignored"), Summary: "Between has no end in a query by POST.", On: post, Request: inPost(func(_, temporalQ object) {
			if temporalQ["timerel"] == "between" && temporalQ["endTimeAt"] != nil {
				temporalQ["timerel"] = "after"
			}
		})},
		{Name: name("relationships-lost"), Summary: "Evolutions that are queried by POST come without their relationships.", On: post, Answer: servedAttributes(leaveOut(ofType("Relationship")))},
		{Name: name("last-ignored"), Summary: "A query by POST does not look at lastN.", On: post, Request: inPost(func(_, temporalQ object) { delete(temporalQ, "lastN") })},
		{Name: name("aggregation-ignored"), Summary: "A query by POST does not look at aggrPeriodDuration of its temporalQ.",
			On: post, Request: inPost(func(_, temporalQ object) { delete(temporalQ, "aggrPeriodDuration") })},
		{Name: name("aggregation-params-ignored"), Summary: "A query by POST does not look at aggrParams.", On: post, Request: inPost(func(q, _ object) { delete(q, "aggrParams") })},
		{Name: name("q-ignored"), Summary: "A query by POST does not look at q.", On: post, Request: inPost(func(q, _ object) { delete(q, "q") })},
		{Name: name("attrs-ignored"), Summary: "A query by POST does not look at attrs.", On: post, Request: inPost(func(q, _ object) { delete(q, "attrs") })},
		{Name: name("id-ignored"), Summary: "A query by POST does not look at the ids of its selectors.", On: post, Request: inPost(func(q, _ object) {
			for _, s := range objects(q["entities"]) {
				delete(s, "id")
			}
		})},
		{Name: name("options-ignored"), Summary: "A query by POST does not look at options.", On: post, Request: DropQuery("options")},
		{Name: name("no-interval-accepted"), Summary: "A query by POST without temporal query is answered.",
			On: post, Instead: accepted(func(q object) bool { return q["temporalQ"] == nil })},
		{Name: name("invalid-interval-accepted"), Summary: "A query by POST whose interval is not valid is answered.",
			On: post, Instead: accepted(func(q object) bool { return q["temporalQ"] != nil })},
		{Name: name("any-type"), Summary: "The type of a query by POST does not matter.", On: post, Request: inPost(func(q, _ object) { q["type"] = "Query" })},
		syntaxAsBadData("temporal.post", post),
	}
}

// pastParts is the faults of answers in part (6.3.10).
func pastParts() []Fault {
	name := func(s string) string { return "temporal.page." + s }
	read := readingPast().or(postingPast())
	inRange := func(edit func(from, to time.Time) (time.Time, time.Time)) func(*http.Request, *Answer) {
		return func(_ *http.Request, a *Answer) {
			unit, span, _ := strings.Cut(a.Header.Get("Content-Range"), " ")
			times, size, ok := strings.Cut(span, "/")
			start, end, ends := strings.Cut(times, "Z-")
			from, err := time.Parse(time.RFC3339Nano, start+"Z")
			to, also := time.Parse(time.RFC3339Nano, end)
			if !ok || !ends || err != nil || also != nil {
				return
			}
			from, to = edit(from, to)
			a.Header.Set("Content-Range", unit+" "+from.Format(time.RFC3339Nano)+"-"+to.Format(time.RFC3339Nano)+"/"+size)
		}
	}
	return []Fault{
		{Name: name("part-as-whole"), Summary: "What is a part only is answered as if it were all.", On: read, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusPartialContent {
				a.Status = http.StatusOK
				a.Header.Del("Content-Range")
			}
		}},
		{Name: name("no-content-range"), Summary: "A part does not tell its range.", On: read, Answer: DropHeader("Content-Range")},
		{Name: name("no-range-by-post"), Summary: "A part that is asked for by POST does not tell its range.", On: postingPast(), Answer: DropHeader("Content-Range")},
		{Name: name("range-too-short"), Summary: "The range of a part ends before its last instances.", On: read, Answer: inRange(func(from, to time.Time) (time.Time, time.Time) {
			return from, to.Add(from.Sub(to) / 2)
		})},
		{Name: name("range-too-far"), Summary: "The range of a part ends after what is left out.", On: read, Answer: inRange(func(from, to time.Time) (time.Time, time.Time) {
			return from, to.Add(to.Sub(from))
		})},
		{Name: name("range-wider"), Summary: "The range of a part begins before what was asked for.", On: read, Answer: inRange(func(from, to time.Time) (time.Time, time.Time) {
			return from.Add(from.Sub(to) / 2), to
		})},
		{Name: name("size-of-part"), Summary: "The size in the range of a part is how many there are in it.", On: read, Answer: func(_ *http.Request, a *Answer) {
			if span, _, ok := strings.Cut(a.Header.Get("Content-Range"), "/"); ok {
				a.Header.Set("Content-Range", span+"/15")
			}
		}},
		{Name: name("range-forwards"), Summary: "The range of the newest begins with the oldest.", On: read, Answer: inRange(func(from, to time.Time) (time.Time, time.Time) {
			if to.Before(from) {
				return to, from
			}
			return from, to
		})},
	}
}

// pastRecording is the faults of the history that a platform writes by itself.
func pastRecording() []Fault {
	lost := func(name string, op operation) Fault {
		return Fault{Name: "temporal.history." + name + "-lost", Summary: "Keeps no history of what " + op.name + " changes.", On: op.on, Instead: unrecorded}
	}
	return []Fault{
		lost("creation", entityCreate()), lost("update", attributeUpdate()), lost("partial-update", attributePatch()),
		lost("append", attributeAppend()), lost("attribute-replacement", attributeReplace()), lost("entity-replacement", entityReplace()),
		lost("merge", entityMerge()), lost("deletion", attributeDelete()), lost("batch-upsert", batch("upsert")), lost("batch-update", batch("update")),
		{Name: "temporal.history.whole-entity", Summary: "Writes history of all attributes when one changes.",
			On: attributeUpdate().on, Instead: answering(func(e exchange) {
				id := parts(e.request)[1]
				changed, _ := e.sent.(object)
				if e.Status >= http.StatusMultipleChoices {
					return
				}
				others := object{}
				now := get(e.next, e.request, id)
				for _, attr := range sorted(now) {
					if _, also := changed[attr]; isAttribute(attr) && !also {
						others[attr] = now[attr]
					}
				}
				ask(e.next, e.request, http.MethodPost, pastPath(id)+"/attrs", others)
			})},
		{Name: "temporal.history.of-refused", Summary: "Writes history of changes that are refused.",
			On: entityCreate().on, Instead: answering(func(e exchange) {
				if sent, ok := e.sent.(object); ok && e.Status == http.StatusConflict {
					ask(e.next, e.request, http.MethodPost, "/temporal/entities", sent)
				}
			})},
	}
}

// unrecorded lets the platform handle a change and takes what it wrote to the history
// out again.
func unrecorded(w http.ResponseWriter, r *http.Request, next http.Handler) {
	b := ReadBody(r)
	about := sentOf(r, decode(b))
	if attributeDelete().on(r) {
		about = map[string]object{parts(r)[1]: nil}
	}
	before := map[string][]instanceName{}
	for id := range about {
		before[id] = idsOfInstances(getPast(next, r, id))
	}
	a := Record(next, r)
	for id := range about {
		for _, i := range idsOfInstances(getPast(next, r, id)) {
			if !slices.Contains(before[id], i) {
				ask(next, r, http.MethodDelete, pastAttrPath(id, i.attr)+"/"+url.PathEscape(i.id), nil)
			}
		}
	}
	a.WriteTo(w)
}
