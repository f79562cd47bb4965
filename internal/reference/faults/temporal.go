package faults

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// temporal is the faults of temporal evolution: ways in which brokers lose history,
// cut or search it wrongly, or show something else than was asked for.
func temporal() []Fault {
	return slices.Concat(
		pastCreation(), pastAppending(), pastDeletion(), pastInstances(), pastChanges(), pastStatements(), pastRetrieval(), pastIntervals(), pastNewest(),
		pastValues(), pastAggregates(), pastQueries(), pastFilters(), pastPosts(), pastParts(), pastRecording(),
	)
}

// The operations on temporal evolutions.
func creatingPast() Match   { return Op(http.MethodPost, "/temporal/entities") }
func appendingPast() Match  { return Op(http.MethodPost, "/temporal/entities/*/attrs") }
func retrievingPast() Match { return Op(http.MethodGet, "/temporal/entities/*") }
func queryingPast() Match   { return Op(http.MethodGet, "/temporal/entities") }
func postingPast() Match    { return Op(http.MethodPost, "/temporal/entityOperations/query") }
func readingPast() Match    { return retrievingPast().or(queryingPast()) }
func deletingPast() Match   { return Op(http.MethodDelete, "/temporal/entities/*") }
func deletingPastAttribute() Match {
	return Op(http.MethodDelete, "/temporal/entities/*/attrs/*")
}
func modifyingInstance() Match { return Op(http.MethodPatch, "/temporal/entities/*/attrs/*/*") }
func deletingInstance() Match  { return Op(http.MethodDelete, "/temporal/entities/*/attrs/*/*") }

// instanceSent is the instance that a body is, or has in an array under the attribute's name.
func instanceSent(body any, name string) any {
	o, _ := body.(object)
	if in := items(o[name]); len(in) == 1 {
		return in[0]
	}
	return body
}

// pastIDIsNoURI says whether the entity's or the instance's id in a path has no scheme.
func pastIDIsNoURI(r *http.Request) bool {
	p := parts(r)
	return len(p) > 2 && !strings.Contains(p[2], ":") || len(p) > 5 && !strings.Contains(p[5], ":")
}

// wants says whether a representation is asked for, by options or format.
func wants(representation string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		q := r.URL.Query()
		if q.Has("format") {
			return q.Get("format") == representation
		}
		return slices.Contains(strings.Split(q.Get("options"), ","), representation)
	}
}

func hasInterval(r *http.Request) bool {
	return r.URL.Query().Has("timerel") || r.URL.Query().Has("timeAt")
}

// always is a temporal query that all instances with a time match.
func always(q url.Values) {
	q.Set("timerel", "after")
	q.Set("timeAt", "0001-01-01T00:00:00Z")
	q.Del("endTimeAt")
}

// drop is a Request change: the platform never sees the parameters.
func drop(names ...string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		without(names...)(q)
		r.URL.RawQuery = q.Encode()
	}
}

// inQuery is a Request change of the query.
func inQuery(edit func(q url.Values)) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		edit(q)
		r.URL.RawQuery = q.Encode()
	}
}

// later is a time parameter as it is some microseconds later.
func later(microseconds int) func(string) string {
	return func(value string) string {
		at, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return value
		}
		return at.Add(time.Duration(microseconds) * time.Microsecond).Format(time.RFC3339Nano)
	}
}

// relation narrows a match to requests with the timerel.
func (m Match) relation(timerel string) Match {
	return m.where(func(r *http.Request) bool { return r.URL.Query().Get("timerel") == timerel })
}

// past is an evolution and the path of its resource.
func pastPath(id string) string { return "/temporal/entities/" + url.PathEscape(id) }

func pastAttrPath(id, name string) string { return pastPath(id) + "/attrs/" + url.PathEscape(name) }

// getPast is an evolution, normalised, or nil when there is none.
func getPast(next http.Handler, like *http.Request, id string) object {
	a := ask(next, like, http.MethodGet, pastPath(id), nil)
	if a.Status >= http.StatusMultipleChoices {
		return nil
	}
	e, _ := decode(a.Body).(object)
	return e
}

// allPasts are all evolutions that the platform has, with id and type only.
func allPasts(next http.Handler, like *http.Request) []object {
	a := ask(next, like, http.MethodGet, "/temporal/entities?local=true&timerel=after&timeAt=0001-01-01T00:00:00Z&timeproperty=createdAt&limit=1000&pick=id,type", nil)
	return objects(decode(a.Body))
}

// instancesOf are the instances of an attribute that an answer shows.
func instancesOf(v any) []object { return objects(v) }

// pastAttributes calls edit for each attribute of each evolution in an answer; it gives
// what is shown instead, nil for nothing.
func pastAttributes(edit func(r *http.Request, name string, shown any) any) func(*http.Request, *Answer) {
	return pastEntities(func(r *http.Request, e object) {
		for _, name := range sorted(e) {
			if !isAttribute(name) {
				continue
			}
			if v := edit(r, name, e[name]); v != nil {
				e[name] = v
			} else {
				delete(e, name)
			}
		}
	})
}

// pastEntities is an Answer change of each evolution in an answer in whole or in part.
func pastEntities(edit func(r *http.Request, e object)) func(*http.Request, *Answer) {
	return func(r *http.Request, a *Answer) {
		v := decode(a.Body)
		if a.Status != http.StatusOK && a.Status != http.StatusPartialContent || v == nil {
			return
		}
		for _, e := range objects(v) {
			edit(r, e)
		}
		a.Body = encode(v)
	}
}

// oldestFirst are the instances of an attribute in the order of observedAt.
func oldestFirst(shown any) []object {
	list := slices.Clone(instancesOf(shown))
	slices.SortStableFunc(list, func(a, b object) int { return timeIn(a).Compare(timeIn(b)) })
	return list
}

func timeIn(instance object) time.Time {
	s, _ := instance["observedAt"].(string)
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

func anys[T any](list []T) any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
	}
	return out
}

// syntaxAsBadData answers BadRequestData where the body is not even JSON.
func syntaxAsBadData(name string, on Match) Fault {
	return Fault{Name: name + ".syntax-error-as-bad-data", Summary: "Answers BadRequestData where the body is not even JSON.",
		On: on, Instead: answering(func(e exchange) {
			if !e.isJSON && e.Status == http.StatusBadRequest {
				e.problem(http.StatusBadRequest, ngsild.BadRequestData)
			}
		})}
}

// anyIDNotFound looks up an id that is no URI, and answers 404.
func anyIDNotFound(name string, on Match) Fault {
	return Fault{Name: name + ".any-id-not-found", Summary: "Looks an id up that is no URI, and answers 404 instead of 400.",
		On: on.where(pastIDIsNoURI), Answer: notFoundInstead}
}

// unknownAccepted says that it did what could not be done.
func unknownAccepted(name string, on Match) Fault {
	return Fault{Name: name + "unknown-accepted", Summary: "Says that it did it where there is nothing to do it to.", On: on, Answer: success}
}

// valueless says whether an instance has no member with a value.
func valueless(a object) bool {
	return !hasAny(a, []string{"value", "object", "languageMap", "vocab", "json", "valueList", "objectList"})
}

func ofType(kind string) func(object) bool {
	return func(a object) bool { return a["type"] == kind }
}

func pastCreation() []Fault {
	name := func(s string) string { return "temporal.create." + s }
	create := creatingPast()
	lost := func(what, kind string) Fault {
		return Fault{Name: name(what + "-lost"), Summary: "Keeps no history of attributes of type " + kind + ".", On: create, Request: attributes(leaveOut(ofType(kind)))}
	}
	return []Fault{
		{Name: name("swallowed"), Summary: "Says that the evolution was created, and does nothing.", On: create, Instead: swallow(http.StatusCreated)},
		{Name: name("no-location"), Summary: "The answer to a creation has no Location.", On: create, Answer: DropHeader("Location")},
		{Name: name("context-ignored"), Summary: "Does not look at the @context in the body.", On: create.where(isJSONLD), Request: withoutContext},
		lost("relationships", "Relationship"), lost("geometries", "GeoProperty"), lost("languages", "LanguageProperty"),
		lost("vocabularies", "VocabProperty"), lost("json", "JsonProperty"),
		{Name: name("metadata-lost"), Summary: "Keeps values and times only.", On: create, Request: attributes(func(a object) object {
			for member := range a {
				if isSub(member) || member == "unitCode" {
					delete(a, member)
				}
			}
			return a
		})},
		{Name: name("datasets-merged"), Summary: "Takes the instances of all datasets for those of one.", On: create, Request: attributes(withoutMember("datasetId"))},
		{Name: name("update-replaces"), Summary: "Replaces an evolution that is there by the new one.",
			On: create, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if e, ok := decode(ReadBody(r)).(object); ok && idOf(e) != "" {
					ask(next, r, http.MethodDelete, pastPath(idOf(e)), nil)
				}
				next.ServeHTTP(w, r)
			}},
		{Name: name("update-as-creation"), Summary: "Answers 201 to an update.", On: create, Answer: Status(http.StatusNoContent, http.StatusCreated)},
		{Name: name("types-kept"), Summary: "Keeps the first type only.", On: create, Request: fragments(func(e object) {
			if list := items(e["type"]); len(list) > 1 {
				e["type"] = list[0]
			}
		})},
		syntaxAsBadData("temporal.create", create),
		{Name: name("makes-up-ids"), Summary: "Makes up an id where there is none.", On: create, Request: fragments(func(e object) {
			if e["id"] == nil {
				e["id"] = "urn:ngsi-ld:Made:up"
			}
		})},
		{Name: name("makes-up-types"), Summary: "Makes up a type where there is none.", On: create, Request: fragments(func(e object) {
			if e["type"] == nil {
				e["type"] = "Thing"
			}
		})},
		{Name: name("any-id"), Summary: "Takes an id that is no URI.", On: create, Request: fragments(func(e object) {
			if id, ok := e["id"].(string); ok && !strings.Contains(id, ":") {
				e["id"] = "urn:ngsi-ld:" + id
			}
		})},
		{Name: name("bad-times-dropped"), Summary: "Leaves out an observedAt that is no time.", On: create, Request: attributes(withoutBadTimes)},
		{Name: name("valueless-dropped"), Summary: "Leaves out instances without a value.", On: create, Request: attributes(leaveOut(valueless))},
	}
}

func pastAppending() []Fault {
	name := func(s string) string { return "temporal.append." + s }
	return []Fault{
		{Name: name("swallowed"), Summary: "Says that attributes were added, and does nothing.", On: appendingPast(), Instead: swallow(http.StatusNoContent)},
		{Name: name("replaces"), Summary: "Replaces the instances of the attributes that are added to.",
			On: appendingPast(), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if e, ok := decode(ReadBody(r)).(object); ok {
					for _, attr := range sorted(e) {
						if isAttribute(attr) {
							ask(next, r, http.MethodDelete, pastAttrPath(parts(r)[2], attr)+"?deleteAll=true", nil)
						}
					}
				}
				next.ServeHTTP(w, r)
			}},
		unknownAccepted("temporal.append.", appendingPast()),
		anyIDNotFound("temporal.append", appendingPast()),
		syntaxAsBadData("temporal.append", appendingPast()),
		{Name: name("valueless-dropped"), Summary: "Leaves out instances without a value.", On: appendingPast(), Request: attributes(leaveOut(valueless))},
	}
}

func pastDeletion() []Fault {
	attr := deletingPastAttribute()
	return []Fault{
		{Name: "temporal.attribute-delete.swallowed", Summary: "Says that an attribute was deleted, and does nothing.", On: attr, Instead: swallow(http.StatusNoContent)},
		{Name: "temporal.attribute-delete.deletes-all", Summary: "Deletes the instances of all datasets.", On: attr.WithoutQuery("datasetId"), Request: setQuery("deleteAll", "true")},
		{Name: "temporal.attribute-delete.dataset-ignored", Summary: "Does not look at datasetId.", On: attr, Request: DropQuery("datasetId")},
		{Name: "temporal.attribute-delete.delete-all-ignored", Summary: "Does not look at deleteAll.", On: attr, Request: DropQuery("deleteAll")},
		unknownAccepted("temporal.attribute-delete.", attr),
		anyIDNotFound("temporal.attribute-delete", attr),
		{Name: "temporal.delete.swallowed", Summary: "Says that an evolution was deleted, and does nothing.", On: deletingPast(), Instead: swallow(http.StatusNoContent)},
		{Name: "temporal.delete.by-prefix", Summary: "Deletes all evolutions whose ids begin alike.",
			On: deletingPast(), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if a.Status == http.StatusNoContent {
					for _, e := range allPasts(next, r) {
						if strings.HasPrefix(idOf(e), parts(r)[2]) {
							ask(next, r, http.MethodDelete, pastPath(idOf(e)), nil)
						}
					}
				}
				a.WriteTo(w)
			}},
		unknownAccepted("temporal.delete.", deletingPast()),
		anyIDNotFound("temporal.delete", deletingPast()),
	}
}

// pastInstances is the faults of operations on single instances (5.6.14, 5.6.15).
func pastInstances() []Fault {
	name := func(s string) string { return "temporal.instance." + s }
	return []Fault{
		{Name: name("ids-shared"), Summary: "All instances have the same instanceId.", On: readingPast(), Answer: servedAttributes(func(a object) object {
			if a["instanceId"] != nil {
				a["instanceId"] = "urn:ngsi-ld:Instance:1"
			}
			return a
		})},
		{Name: name("modify-swallowed"), Summary: "Says that an instance was modified, and does nothing.", On: modifyingInstance(), Instead: swallow(http.StatusNoContent)},
		{Name: name("modify-renames"), Summary: "Gives a modified instance another instanceId.",
			On: modifyingInstance(), Instead: answering(func(e exchange) {
				if e.Status == http.StatusNoContent {
					p := parts(e.request)
					ask(e.next, e.request, http.MethodDelete, pastAttrPath(p[2], p[4])+"/"+url.PathEscape(p[5]), nil)
					ask(e.next, e.request, http.MethodPost, pastPath(p[2])+"/attrs", object{p[4]: []any{instanceSent(e.sent, p[4])}})
				}
			})},
		{Name: name("modify-restamps"), Summary: "The createdAt of an instance is when it was last modified.", On: readingPast(), Answer: servedAttributes(func(a object) object {
			if a["createdAt"] != nil {
				a["createdAt"] = a["modifiedAt"]
			}
			return a
		})},
		unknownAccepted("temporal.instance.modify-", modifyingInstance()),
		{Name: name("delete-swallowed"), Summary: "Says that an instance was deleted, and does nothing.", On: deletingInstance(), Instead: swallow(http.StatusNoContent)},
		unknownAccepted("temporal.instance.delete-", deletingInstance()),
		{Name: name("delete-of-any-attribute"), Summary: "Deletes an instance whatever attribute it is of.",
			On: deletingInstance(), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if a.Status == http.StatusNotFound {
					p := parts(r)
					for _, i := range idsOfInstances(getPast(next, r, p[2])) {
						if i.id == p[5] {
							a = ask(next, r, http.MethodDelete, pastAttrPath(p[2], i.attr)+"/"+url.PathEscape(i.id), nil)
						}
					}
				}
				a.WriteTo(w)
			}},
		anyIDNotFound("temporal.instance", modifyingInstance().or(deletingInstance())),
	}
}

// instanceName tells where an instance is in an evolution.
type instanceName struct{ attr, id string }

func idsOfInstances(e object) []instanceName {
	var out []instanceName
	for _, attr := range slices.Sorted(maps.Keys(e)) {
		for _, i := range instancesOf(e[attr]) {
			if id, ok := i["instanceId"].(string); ok {
				out = append(out, instanceName{attr, id})
			}
		}
	}
	slices.SortFunc(out, func(a, b instanceName) int {
		return cmp.Or(cmp.Compare(a.attr, b.attr), cmp.Compare(a.id, b.id))
	})
	return out
}
