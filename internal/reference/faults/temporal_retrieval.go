package faults

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// pastParameters are the parameters that the reading of evolutions has.
func pastParameters() []string {
	return []string{"timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration", "attrs", "pick", "omit",
		"datasetId", "lang", "options", "format", "local", "type", "id", "idPattern", "q", "csf", "georel", "geometry", "coordinates", "geoproperty",
		"scopeQ", "limit", "offset", "count", "orderBy"}
}

func pastRetrieval() []Fault {
	name := func(s string) string { return "temporal.retrieve." + s }
	get := retrievingPast()
	return []Fault{
		{Name: name("unknown-as-empty"), Summary: "Answers an empty object where there is no evolution.", On: get, Answer: emptyObject},
		anyIDNotFound("temporal.retrieve", get),
		{Name: name("types-lost"), Summary: "Instances have no type.", On: readingPast(), Answer: servedAttributes(withoutMember("type"))},
		{Name: name("no-type"), Summary: "Evolutions have no type.", On: readingPast(), Answer: pastEntities(func(_ *http.Request, e object) { delete(e, "type") })},
		{Name: name("attrs-ignored"), Summary: "Does not look at attrs.", On: get, Request: DropQuery("attrs")},
		{Name: name("first-of-attrs"), Summary: "Takes the first of attrs only.", On: get, Request: inParam("attrs", upTo(","))},
		{Name: name("unknown-attrs-as-empty"), Summary: "Answers an empty object where none of the asked members is there.",
			On: get.WithQuery("attrs").or(get.WithQuery("pick")), Answer: emptyObject},
		{Name: name("pick-ignored"), Summary: "Does not look at pick.", On: get, Request: DropQuery("pick")},
		{Name: name("omit-ignored"), Summary: "Does not look at omit.", On: get, Request: DropQuery("omit")},
		{Name: name("pick-and-omit-accepted"), Summary: "Where one member is picked and omitted, it is picked.", On: get, Instead: forgiving("omit")},
		{Name: name("dataset-ignored"), Summary: "Does not look at datasetId.", On: get, Request: DropQuery("datasetId")},
		{Name: name("sys-attrs-always"), Summary: "Shows system attributes whether they were asked for or not.",
			On: get, Request: inQuery(func(q url.Values) { q.Add("options", "sysAttrs") })},
		{Name: name("no-context"), Summary: "JSON-LD has no @context.", On: get, Answer: pastEntities(func(_ *http.Request, e object) { delete(e, "@context") })},
		{Name: name("geo-json"), Summary: "Answers JSON where GeoJSON is asked for.", On: get, Request: accept(func(value string) string {
			return strings.ReplaceAll(value, ngsild.MediaGeoJSON, ngsild.MediaJSON)
		})},
		{Name: name("unknown-parameter-ignored"), Summary: "Does not look at parameters that the operation has not.",
			On: readingPast(), Request: inQuery(func(q url.Values) {
				for parameter := range q {
					if !slices.Contains(pastParameters(), parameter) {
						q.Del(parameter)
					}
				}
			})},
		{Name: name("context-ignored"), Summary: "Does not look at the @context that the request links to.", On: get.where(hasLink), Request: dropLink},
	}
}

func dropLink(r *http.Request) { r.Header.Del("Link") }

// pastIntervals is the faults of temporal queries (4.11).
func pastIntervals() []Fault {
	name := func(s string) string { return "temporal.interval." + s }
	read := readingPast()
	return []Fault{
		{Name: name("ignored"), Summary: "A retrieval does not look at the interval.", On: retrievingPast(), Request: drop("timerel", "timeAt", "endTimeAt")},
		{Name: name("after-as-before"), Summary: "After is taken for before.", On: read.relation("after"), Request: setQuery("timerel", "before")},
		{Name: name("end-ignored"), Summary: "Between has no end.", On: read.relation("between"), Request: inQuery(func(q url.Values) {
			q.Set("timerel", "after")
			q.Del("endTimeAt")
		})},
		{Name: name("before-inclusive"), Summary: "What was at timeAt is before it.", On: read.relation("before"), Request: inParam("timeAt", later(1))},
		{Name: name("after-exclusive"), Summary: "What was at timeAt is not after it.", On: read.relation("after"), Request: inParam("timeAt", later(1))},
		{Name: name("start-exclusive"), Summary: "What was at the start is not between.", On: read.relation("between"), Request: inParam("timeAt", later(1))},
		{Name: name("end-inclusive"), Summary: "What was at the end is between.", On: read.relation("between"), Request: inParam("endTimeAt", later(1))},
		{Name: name("fractions-refused"), Summary: "A time with a fraction of a second is refused.",
			On: read, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.Contains(r.URL.Query().Get("timeAt"), ".") {
					refuse(w)
					return
				}
				next.ServeHTTP(w, r)
			}},
		{Name: name("fractions-cut"), Summary: "Times are taken in whole seconds.", On: read, Request: substitute("timeAt", `\.\d+`, "")},
		{Name: name("timeproperty-ignored"), Summary: "Does not look at timeproperty.", On: read, Request: DropQuery("timeproperty")},
		{Name: name("nothing-as-all"), Summary: "Where nothing is in the interval, all is shown.",
			On: retrievingPast().where(hasInterval), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if a.Status == http.StatusNotFound {
					a = again(next, r, without("timerel", "timeAt", "endTimeAt"))
				}
				a.WriteTo(w)
			}},
		{Name: name("invalid-ignored"), Summary: "An interval that is not valid is not looked at.",
			On: read.where(func(r *http.Request) bool { return hasInterval(r) || r.URL.Query().Has("timeproperty") }),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := Record(next, r)
				if a.Status == http.StatusBadRequest {
					a = again(next, r, without("timerel", "timeAt", "endTimeAt", "timeproperty"))
				}
				if a.Status == http.StatusBadRequest && queryingPast()(r) {
					emptied(r, a)
				}
				a.WriteTo(w)
			}},
	}
}

// newestOf is how many instances lastN asks for; 0 is all.
func newestOf(r *http.Request) int {
	n := 0
	for _, c := range r.URL.Query().Get("lastN") {
		if c < '0' || c > '9' || n > 1000 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// pastNewest is the faults of lastN.
func pastNewest() []Fault {
	name := func(s string) string { return "temporal.last." + s }
	get := retrievingPast().WithQuery("lastN")
	return []Fault{
		{Name: name("ignored"), Summary: "A retrieval does not look at lastN.", On: get, Request: DropQuery("lastN")},
		{Name: name("oldest"), Summary: "lastN gives the oldest instances.",
			On: get, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				n := newestOf(r)
				a := again(next, r, without("lastN"))
				pastAttributes(func(_ *http.Request, _ string, shown any) any {
					list := oldestFirst(shown)
					return anys(list[:min(n, len(list))])
				})(r, a)
				a.WriteTo(w)
			}},
		{Name: name("over-all-attributes"), Summary: "lastN counts the instances of all attributes together.",
			On: get, Answer: pastEntities(func(r *http.Request, e object) {
				var times []time.Time
				for _, attr := range sorted(e) {
					for _, i := range instancesOf(e[attr]) {
						times = append(times, timeIn(i))
					}
				}
				slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
				if n := newestOf(r); n > 0 && n < len(times) {
					editAttributes(e, leaveOut(func(i object) bool { return timeIn(i).Before(times[n-1]) }))
				}
			})},
		{Name: name("before-interval"), Summary: "lastN counts before the interval is looked at.",
			On: get.where(hasInterval), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				newest := again(next, r, without("timerel", "timeAt", "endTimeAt"))
				e, _ := decode(newest.Body).(object)
				kept := idsOfInstances(e)
				a := Record(next, r)
				pastAttributes(func(_ *http.Request, attr string, shown any) any {
					list := slices.DeleteFunc(instancesOf(shown), func(i object) bool {
						id, _ := i["instanceId"].(string)
						return !slices.Contains(kept, instanceName{attr, id})
					})
					return anys(list)
				})(r, a)
				a.WriteTo(w)
			}},
		{Name: name("all-but-oldest"), Summary: "Where lastN is more than there is, the oldest is left out.",
			On: get, Answer: pastAttributes(func(r *http.Request, _ string, shown any) any {
				list := oldestFirst(shown)
				if len(list) > 1 && len(list) < newestOf(r) {
					list = list[1:]
				}
				return anys(list)
			})},
		{Name: name("invalid-ignored"), Summary: "A lastN that is not valid is not looked at.", On: readingPast(), Instead: forgiving("lastN")},
	}
}

// pairsIn is an Answer change of each pair of value and time in simplified evolutions.
func pairsIn(edit func(pair []any) []any) func(*http.Request, *Answer) {
	return servedAttributes(func(a object) object {
		for _, member := range []string{"values", "objects", "languageMaps", "vocabs", "jsons", "valueLists", "objectLists"} {
			for _, item := range items(a[member]) {
				if pair, ok := item.([]any); ok && len(pair) == 2 {
					copy(pair, edit(pair))
				}
			}
		}
		return a
	})
}

// pastValues is the faults of the simplified representation (4.5.9).
func pastValues() []Fault {
	name := func(s string) string { return "temporal.values." + s }
	shown := readingPast().where(wants("temporalValues"))
	bare := func(fault, member string) Fault {
		return Fault{Name: name(fault), Summary: "Pairs have the value of " + member + " without the member.", On: shown, Answer: pairsIn(func(pair []any) []any {
			if o, ok := pair[0].(object); ok && len(o) == 1 && o[member] != nil {
				return []any{o[member], pair[1]}
			}
			return pair
		})}
	}
	return []Fault{
		{Name: name("pairs-swapped"), Summary: "Pairs have the time first.", On: shown, Answer: pairsIn(func(pair []any) []any { return []any{pair[1], pair[0]} })},
		{Name: name("objects-as-values"), Summary: "The pairs of Relationships are in values.", On: shown, Answer: servedAttributes(func(a object) object {
			if list, there := a["objects"]; there {
				a["values"] = list
				delete(a, "objects")
			}
			return a
		})},
		{Name: name("geometries-as-text"), Summary: "Geometries are texts.", On: shown, Answer: pairsIn(func(pair []any) []any {
			if o, ok := pair[0].(object); ok && o["coordinates"] != nil {
				return []any{string(encode(o)), pair[1]}
			}
			return pair
		})},
		{Name: name("lists-wrapped"), Summary: "Lists are in objects.", On: shown, Answer: pairsIn(func(pair []any) []any {
			if list, ok := pair[0].([]any); ok {
				return []any{object{"list": list}, pair[1]}
			}
			return pair
		})},
		bare("language-maps-bare", "languageMap"), bare("terms-bare", "vocab"), bare("json-bare", "json"),
		{Name: name("more-members"), Summary: "Attributes show a unit beside their pairs.", On: shown, Answer: servedAttributes(func(a object) object {
			a["unitCode"] = "C62"
			return a
		})},
		{Name: name("interval-ignored"), Summary: "The simplified representation does not look at the interval.",
			On: retrievingPast().where(wants("temporalValues")), Request: drop("timerel", "timeAt", "endTimeAt")},
		{Name: name("last-ignored"), Summary: "The simplified representation does not look at lastN.",
			On: retrievingPast().where(wants("temporalValues")), Request: DropQuery("lastN")},
		{Name: "temporal.format.ignored", Summary: "Does not look at format.", On: readingPast(), Request: DropQuery("format")},
		{Name: "temporal.format.options-win", Summary: "options count where format asks for something else.",
			On: readingPast().WithQuery("options").WithQuery("format"), Request: DropQuery("format")},
		{Name: "temporal.format.unknown-ignored", Summary: "A format that is not known is not looked at.", On: readingPast(), Instead: forgiving("format")},
		{Name: "temporal.format.unknown-option-ignored", Summary: "An option that is not known is not looked at.", On: readingPast(), Instead: forgiving("options")},
	}
}
