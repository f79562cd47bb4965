package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// queryingByPost matches a query by POST.
func queryingByPost() Match { return Op(http.MethodPost, "/entityOperations/query") }

// joining is the faults of linked entities (4.5.23).
func joining() []Fault {
	on := reading()
	joined := on.where(func(r *http.Request) bool { return r.URL.Query().Get("join") != "" })
	return []Fault{
		{Name: "linked.join-ignored", Summary: "Linked entities are never shown.", On: on, Request: func(r *http.Request) {
			DropQuery("join")(r)
			DropQuery("joinLevel")(r)
		}, Answer: asList},
		{Name: "linked.level-ignored", Summary: "Only the entities are shown that the asked one links to itself.", On: on, Request: DropQuery("joinLevel")},
		{Name: "linked.always-inline", Summary: "Linked entities are shown unless another form is asked for.", On: on, Request: func(r *http.Request) {
			if j := r.URL.Query().Get("join"); j == "" || j == "@none" {
				setQuery("join", "inline")(r)
			}
		}},
		{Name: "linked.typeless", Summary: "Entities inside of others have no type.", On: joined, Answer: servedAttributes(func(attribute object) object {
			if linked, ok := attribute["entity"].(object); ok {
				delete(linked, "type")
			}
			return attribute
		})},
		{Name: "linked.dead-ends", Summary: "The Relationships of entities inside of others lead nowhere.", On: joined, Answer: servedAttributes(func(attribute object) object {
			if linked, ok := attribute["entity"].(object); ok {
				editAttributes(linked, func(inner object) object {
					if inner["object"] != nil && inner["entity"] == nil {
						inner["object"] = "urn:ngsi-ld:Nowhere:1"
					}
					return inner
				})
			}
			return attribute
		})},
		{Name: "linked.sys-attrs-of-outermost", Summary: "Of linked entities it is not shown when they were created.", On: joined,
			Answer: func(r *http.Request, a *Answer) {
				flat := r.URL.Query().Get("join") == "flat"
				served(func(_ *http.Request, e object) {
					editAttributes(e, func(attribute object) object {
						if linked, ok := attribute["entity"].(object); ok {
							delete(linked, "createdAt")
						}
						return attribute
					})
				})(r, a)
				if l, ok := a.list(); ok && flat && len(l) > 1 {
					for _, e := range objects(l[1:]) {
						delete(e, "createdAt")
					}
					a.setList(l)
				}
			}},
		{Name: "linked.missing-not-found", Summary: "An entity that links to one that is not there is answered with 404.", On: joined,
			Instead: answering(func(e exchange) {
				missing := false
				for _, one := range objects(decode(e.Body)) {
					editAttributes(one, func(a object) object {
						target, isOne := a["object"].(string)
						missing = missing || isOne && get(e.next, e.request, target) == nil
						return a
					})
				}
				if missing {
					e.problem(http.StatusNotFound, ngsild.ResourceNotFound)
				}
			})},
		{Name: "linked.circle-repeats", Summary: "Entities that link to each other are shown again.", On: joined,
			Answer: func(r *http.Request, a *Answer) {
				if l, ok := a.list(); ok && r.URL.Query().Get("join") == "flat" && len(l) > 0 {
					a.setList(append(l, l[0]))
				}
			}},
		{Name: "linked.first-of-several", Summary: "Of several linked entities the first is shown.", On: joined,
			Answer: servedAttributes(func(a object) object {
				for _, member := range []string{"entity", "entityList"} {
					if l, ok := a[member].([]any); ok && len(l) > 0 {
						a[member] = l[:1]
					}
				}
				return a
			})},
		{Name: "linked.several-in-list", Summary: "Several entities that a Relationship links to are in entityList, as those of a ListRelationship are.", On: joined,
			Answer: servedAttributes(func(a object) object {
				if l, ok := a["entity"].([]any); ok {
					delete(a, "entity")
					a["entityList"] = l
				}
				return a
			})},
		{Name: "linked.simplified-lists-as-uris", Summary: "Simplified, several linked entities are shown as their URIs.", On: joined.where(simplified),
			Answer: served(func(_ *http.Request, e object) {
				for _, name := range sortedAttributes(e) {
					l, several := e[name].([]any)
					for i := range l {
						if linked, is := l[i].(object); is && several {
							l[i] = linked["id"]
						}
					}
				}
			})},
		{Name: "linked.braces-ignored", Summary: "What pick and omit say of linked entities is not looked at.", On: joined, Request: func(r *http.Request) {
			inParam("pick", withoutBraces)(r)
			if strings.Contains(r.URL.Query().Get("omit"), "{") {
				DropQuery("omit")(r)
			}
		}},
		{Name: "linked.post-join-ignored", Summary: "A query by POST does not look at join.", On: queryingByPost(), Request: fragments(func(q object) {
			delete(q, "join")
			delete(q, "joinLevel")
		})},
		{Name: "linked.unknown-join-ignored", Summary: "An unknown value of join is not looked at.", On: on, Instead: forgiving("join", "joinLevel")},
		{Name: "linked.bad-level-ignored", Summary: "A joinLevel that is no number is not looked at.", On: on, Instead: forgiving("joinLevel")},
	}
}

// asList is an Answer change of one entity into a list where join=flat asks for one.
func asList(r *http.Request, a *Answer) {
	if e, ok := decode(a.Body).(object); ok && a.Status == http.StatusOK && r.URL.Query().Get("join") == "flat" {
		a.setList([]any{e})
	}
}

// withoutBraces is an expression of pick without what is in braces.
func withoutBraces(expression string) string {
	var out strings.Builder
	depth := 0
	for _, c := range expression {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case depth == 0:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// ordering is the faults of orderBy (4.23).
func ordering() []Fault {
	on := querying().WithQuery("orderBy")
	return []Fault{
		{Name: "order.ignored", Summary: "orderBy is not looked at.", On: on, Request: DropQuery("orderBy"), Answer: asCreated},
		{Name: "order.numbers-as-text", Summary: "Numbers are ordered as text.", On: on, Answer: func(r *http.Request, a *Answer) {
			name, _, _ := strings.Cut(r.URL.Query().Get("orderBy"), ";")
			l, ok := a.list()
			if !ok {
				return
			}
			text := func(item any) string {
				e, _ := item.(object)
				attribute, _ := e[name].(object)
				return string(encode(attribute["value"]))
			}
			slices.SortStableFunc(l, func(x, y any) int { return strings.Compare(text(x), text(y)) })
			a.setList(l)
		}},
		{Name: "order.direction-ignored", Summary: "The order is always ascending.", On: on, Request: substitute("orderBy", `;(dist-)?desc`, "")},
		{Name: "order.first-only", Summary: "Only the first part of orderBy counts.", On: on, Request: inParam("orderBy", upTo(","))},
		{Name: "order.path-dropped", Summary: "A dotted path in orderBy is read up to the dot.", On: on, Request: substitute("orderBy", `\.\w+`, "")},
		{Name: "order.brackets-dropped", Summary: "A path in brackets in orderBy is not read.", On: on, Request: substitute("orderBy", `\[[^\]]*\]`, ""), Answer: asCreated},
		{Name: "order.booleans-first", Summary: "Booleans are ordered before everything else.", On: on, Answer: func(r *http.Request, a *Answer) {
			name, _, _ := strings.Cut(r.URL.Query().Get("orderBy"), ";")
			l, ok := a.list()
			if !ok {
				return
			}
			isTruth := func(item any) int {
				e, _ := item.(object)
				attribute, _ := e[name].(object)
				if _, is := attribute["value"].(bool); is {
					return 0
				}
				return 1
			}
			slices.SortStableFunc(l, func(x, y any) int { return isTruth(x) - isTruth(y) })
			a.setList(l)
		}},
		{Name: "order.by-code-points", Summary: "Texts are ordered by their code points.", On: on, Answer: func(r *http.Request, a *Answer) {
			name, _, _ := strings.Cut(r.URL.Query().Get("orderBy"), ";")
			if l, ok := a.list(); ok {
				text := func(item any) string {
					e, _ := item.(object)
					attribute, _ := e[name].(object)
					return wordOf(attribute["value"])
				}
				slices.SortStableFunc(l, func(x, y any) int { return strings.Compare(text(x), text(y)) })
				a.setList(l)
			}
		}},
		{Name: "order.placeless-first", Summary: "Entities without a place are the nearest.", On: on, Answer: func(r *http.Request, a *Answer) {
			name, direction, _ := strings.Cut(r.URL.Query().Get("orderBy"), ";")
			if l, ok := a.list(); ok && strings.HasPrefix(direction, "dist-") {
				placed := func(item any) int {
					if e, _ := item.(object); e[name] != nil {
						return 1
					}
					return 0
				}
				slices.SortStableFunc(l, func(x, y any) int { return placed(x) - placed(y) })
				a.setList(l)
			}
		}},
		{Name: "order.within-page", Summary: "Each page is ordered by itself.", On: on.WithQuery("offset"), Request: DropQuery("orderBy")},
		{Name: "order.bad-ignored", Summary: "An orderBy that is not valid is not looked at.", On: on, Instead: forgiving("orderBy", "collation", "orderFrom")},
		{Name: "order.post-ignored", Summary: "A query by POST does not look at orderBy.", On: queryingByPost(), Request: fragments(func(q object) { delete(q, "ordering") })},
	}
}

// asCreated is an Answer change of a list into an order that nobody asked for: the
// second entity first.
func asCreated(_ *http.Request, a *Answer) {
	if l, ok := a.list(); ok && len(l) > 1 {
		l[0], l[1] = l[1], l[0]
		a.setList(l)
	}
}

// entityMaps is the faults of entity maps (5.14).
func entityMaps() []Fault {
	one := Op(http.MethodGet, "/entityMaps/*")
	const named = ngsild.HeaderEntityMap
	byMap := querying().where(func(r *http.Request) bool { return r.Header.Get(named) != "" })
	return []Fault{
		{Name: "entity-map.not-named", Summary: "A query with entityMap=true does not name the map.", On: querying(), Answer: DropHeader(named)},
		{Name: "entity-map.empty", Summary: "Entity maps are empty.", On: one, Answer: answered(func(o object) { o["entityMap"] = object{} })},
		{Name: "entity-map.ignored", Summary: "A query does not look at the entity map that it is to use.", On: querying(), Request: dropRequestHeader(named)},
		{Name: "entity-map.retrieval-ignores-map", Summary: "A retrieval does not look at the entity map that it is to use.", On: retrieving(), Request: dropRequestHeader(named)},
		{Name: "entity-map.filters-dropped", Summary: "A query by an entity map gives all that is in the map, whatever q says.", On: byMap, Request: DropQuery("q")},
		{Name: "entity-map.page-cut-first", Summary: "A page of a query by an entity map is a part of the map, of which then only some fit the query.", On: byMap.WithQuery("limit"),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				part, _ := again(next, r, without("q")).list()
				fit, _ := again(next, r, func(q url.Values) { q.Set("limit", "1000") }).list()
				a := Record(next, r)
				a.setList(minus(part, minus(part, fit)))
				a.WriteTo(w)
			}},
		{Name: "entity-map.gone-for-good", Summary: "A query by an entity map that is not there is one without a map.", On: byMap,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				id := r.Header.Get(named)
				if at := strings.LastIndex(id, "/"); at >= 0 {
					id = id[at+1:]
				}
				if ask(next, r, http.MethodGet, "/entityMaps/"+id, nil).Status == http.StatusNotFound {
					r.Header.Del(named)
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "entity-map.output-refused", Summary: "An update of an entity map that has what only the platform can tell is refused.", On: Op(http.MethodPatch, "/entityMaps/*").where(bodyHas(`"entityMap"`)),
			Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "entity-map.create.invalid-ignored", Summary: "What is not valid of a query is passed over when an entity map is created of it.", On: creatingMap(), Instead: forgiving(slices.Concat([]string{"id", "q"}, geoParameters)...)},
		{Name: "entity-map.create.limited", Summary: "An entity map that is created is of as many entities as limit says.", On: creatingMap().WithQuery("limit"), Answer: func(r *http.Request, a *Answer) {
			o, _ := decode(a.Body).(object)
			of, _ := o["entityMap"].(object)
			if most, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && a.Status == http.StatusCreated {
				for i, id := range sorted(of) {
					if i >= most {
						delete(of, id)
					}
				}
				a.Body = encode(o)
			}
		}},
		{Name: "entity-map.update-swallowed", Summary: "Updating an entity map does nothing.", On: Op(http.MethodPatch, "/entityMaps/*"), Instead: swallow(http.StatusNoContent)},
		{Name: "entity-map.bad-update-taken", Summary: "Any update of an entity map is answered with 204.", On: Op(http.MethodPatch, "/entityMaps/*"), Answer: failing(http.StatusNoContent)},
		{Name: "entity-map.bad-delete-done", Summary: "Any deletion of an entity map is answered with 204.", On: Op(http.MethodDelete, "/entityMaps/*"), Answer: failing(http.StatusNoContent)},
		{Name: "entity-map.delete-swallowed", Summary: "Deleting an entity map does nothing.", On: Op(http.MethodDelete, "/entityMaps/*"), Instead: swallow(http.StatusNoContent)},
		{Name: "entity-map.unknown-is-empty", Summary: "An unknown entity map is an empty object.", On: one, Answer: emptyObject},
		{Name: "entity-map.create.ids-lost", Summary: "An entity map that is created for a query alone is empty.", On: creatingMap(), Answer: func(_ *http.Request, a *Answer) {
			if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusCreated {
				o["entityMap"] = object{}
				a.Body = encode(o)
			}
		}},
		{Name: "entity-map.create.other-id", Summary: "An entity map that is created has another id in the answer than in its name.", On: creatingMap(), Answer: func(_ *http.Request, a *Answer) {
			if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusCreated {
				o["id"] = wordOf(o["id"]) + "-other"
				a.Body = encode(o)
			}
		}},
		{Name: "entity-map.create.location-elsewhere", Summary: "The Location of a new entity map leads nowhere.", On: creatingMap(), Answer: movedLocation},
		{Name: "entity-map.links-lost", Summary: "An entity map does not tell which maps at sources it is of.", On: creatingMap(), Answer: func(_ *http.Request, a *Answer) {
			if o, ok := decode(a.Body).(object); ok && a.Status == http.StatusCreated {
				delete(o, "linkedMaps")
				a.Body = encode(o)
			}
		}},
		{Name: "entity-map.create.any-query", Summary: "An entity map can be created for any query.", On: creatingMap(), Answer: failing(http.StatusCreated)},
		{Name: "entity-map.past-ignored", Summary: "A temporal query does not look at the entity map that it is to use.",
			On: Op(http.MethodGet, "/temporal/entities"), Request: dropRequestHeader(named)},
		{Name: "entity-map.any-id-not-found", Summary: "Retrieving an entity map by an id that is no URI gives 404.", On: one.where(idIsNoURI), Answer: notFoundInstead},
	}
}

// creatingMap matches the creation of an entity map without a query's answer.
func creatingMap() Match {
	return func(r *http.Request) bool {
		p := parts(r)
		return len(p) > 0 && p[len(p)-1] == "entityMaps"
	}
}

// sourceIdentities is the faults of what the platform tells of itself (5.15.1).
func sourceIdentities() []Fault {
	edited := func(name, summary string, edit func(o object)) Fault {
		return Fault{Name: "source-identity." + name, Summary: summary, On: Op(http.MethodGet, "/info/sourceIdentity"), Answer: answered(edit)}
	}
	return []Fault{
		edited("no-id", "The platform's identity has no id.", func(o object) { delete(o, "id") }),
		edited("no-alias", "The platform does not tell its alias.", func(o object) { delete(o, "contextSourceAlias") }),
		edited("time-stands", "The platform tells a time long ago.", func(o object) { o["contextSourceTimeAt"] = "1970-01-01T00:00:00Z" }),
		edited("uptime-in-seconds", "The platform tells its uptime as a number of seconds.", func(o object) { o["contextSourceUptime"] = 12 }),
		edited("no-context", "The platform's identity never holds an @context.", func(o object) { delete(o, "@context") }),
	}
}

// sundry is the faults of single topics.
func sundry() []Fault {
	mergePatch := func(r *http.Request) bool {
		return strings.HasPrefix(r.Header.Get("Content-Type"), ngsild.MediaMergePatch)
	}
	return []Fault{
		{Name: "represent.bad-pick-ignored", Summary: "A pick that is not valid is not looked at.", On: reading(), Instead: forgiving("pick")},
		{Name: "represent.bad-omit-ignored", Summary: "An omit that is not valid is not looked at.", On: reading(), Instead: forgiving("omit")},
		{Name: "negotiation.no-length-taken", Summary: "A payload is taken without its length.", On: anything().where(func(r *http.Request) bool { return r.ContentLength < 0 }),
			Request: func(r *http.Request) { SetBody(r, ReadBody(r)) }},
		{Name: "negotiation.merge-patch-unsupported", Summary: "application/merge-patch+json is refused with 415.", On: anything().where(mergePatch),
			Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
				w.WriteHeader(http.StatusUnsupportedMediaType)
			}},
		{Name: "context.default-vocabulary-by-local-name", Summary: "Names of the default vocabulary are served as their last part, whatever that means.",
			On: reading(), Answer: served(func(_ *http.Request, e object) {
				for _, name := range sorted(e) {
					if strings.Contains(name, "default-context/") {
						e[localName(name)] = e[name]
						delete(e, name)
					}
				}
			})},
		{Name: "error.unknown-parameter-ignored", Summary: "Writing does not look at parameters that it does not know.",
			On: func(r *http.Request) bool { return r.Method != http.MethodGet }, Request: func(r *http.Request) {
				q := r.URL.Query()
				for name := range q {
					if !slices.Contains([]string{"type", "local", "options", "format", "lang", "observedAt", "datasetId", "deleteAll", "id", "idPattern",
						"q", "georel", "geometry", "coordinates", "geoproperty", "scopeQ", "csf", "drop", "keep", "limit", "offset", "count", "reload"}, name) {
						q.Del(name)
					}
				}
				r.URL.RawQuery = q.Encode()
			}},
		{Name: "query.bad-attrs-ignored", Summary: "attrs that are no names are not looked at.", On: querying(), Instead: forgiving("attrs")},
		{Name: "query.local-too-wide", Summary: "local=true alone is refused as too wide.", On: querying().where(param("local", "true")),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if q := r.URL.Query(); !q.Has("type") && !q.Has("attrs") && !q.Has("q") && !q.Has("georel") {
					refuse(w)
					return
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "query.local-drops-type", Summary: "With local=true a query is of all types.", On: querying().where(param("local", "true")), Request: DropQuery("type")},
		{Name: "generated.numbers-rounded", Summary: "Numbers lose what is behind the point.", On: reading(), Answer: served(func(_ *http.Request, e object) { rounded(e) })},
		{Name: "generated.q-and-as-or", Summary: "In q, ; means or.", On: querying(), Request: substitute("q", ";", "|")},
		{Name: "generated.count-of-page", Summary: "The count of a query is never more than five.", On: querying(), Answer: func(_ *http.Request, a *Answer) {
			if n := a.Header.Get(ngsild.HeaderCount); len(n) > 1 || n > "5" {
				a.Header.Set(ngsild.HeaderCount, "5")
			}
		}},
		{Name: "generated.post-q-and-as-or", Summary: "In the q of a query by POST ; means or.", On: queryingByPost(), Request: fragments(func(q object) {
			if text, ok := q["q"].(string); ok {
				q["q"] = strings.ReplaceAll(text, ";", "|")
			}
		})},
	}
}

// everyValue is JSON with each plain value edited.
func everyValue(v any, edit func(any) any) any {
	switch x := v.(type) {
	case object:
		for name, member := range x {
			x[name] = everyValue(member, edit)
		}
		return x
	case []any:
		for i, item := range x {
			x[i] = everyValue(item, edit)
		}
		return x
	}
	return edit(v)
}

func rounded(e object) {
	everyValue(e, func(v any) any {
		if n, ok := v.(interface{ String() string }); ok {
			whole, _, _ := strings.Cut(n.String(), ".")
			return decode([]byte(whole))
		}
		return v
	})
}
