package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sensingBase is the path that the SensorThings service is below.
const sensingBase = "/sensorthings/v1.1"

// keyOf is the key of an entity in a resource path.
var keyOf = regexp.MustCompile(`\([^()]*\)`)

// sensingAt matches resource paths below the root, in which (*) is the key of any entity
// and * any segment.
func sensingAt(pattern string) Match {
	want := strings.Split(pattern, "/")
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.Path, sensingBase)
		got := strings.Split(keyOf.ReplaceAllString(strings.Trim(below, "/"), "(*)"), "/")
		return found && r.Method == http.MethodGet && slices.EqualFunc(want, got, func(w, g string) bool { return w == "*" || w == g })
	}
}

// sensing matches all requests to the service.
func sensing(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, sensingBase) }

// eachSensed is an Answer change of all entities of a set, wherever they come, by their
// addresses.
func eachSensed(set string, edit func(e object)) func(*http.Request, *Answer) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case object:
			for _, name := range sorted(v) {
				walk(v[name])
			}
			if self := textOf(v["@iot.selfLink"]); strings.Contains(self, "/"+set+"(") {
				edit(v)
			}
		}
	}
	return answered(func(o object) { walk(o) })
}

// otherwise is a Request change of a query option.
func otherwise(option string, edit func(value string) string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		if !q.Has(option) {
			return
		}
		if value := edit(q.Get(option)); value != "" {
			q.Set(option, value)
		} else {
			q.Del(option)
		}
		r.URL.RawQuery = q.Encode()
	}
}

// reworded is a Request change of a filter's words.
func reworded(pattern, by string) func(*http.Request) {
	words := regexp.MustCompile(pattern)
	return otherwise("$filter", func(value string) string { return words.ReplaceAllString(value, by) })
}

// lenient leaves an option out where the service refuses it for a reason.
func lenient(option, reason string) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := Record(next, r.Clone(r.Context()))
		if a.Status == http.StatusBadRequest && strings.Contains(string(a.Body), reason) {
			DropQuery(option)(r)
			a = Record(next, r)
		}
		a.WriteTo(w)
	}
}

// sensors is the faults of what sensors observe, by SensorThings.
func sensors() []Fault {
	return slices.Concat(sensingResources(), sensingValues(), sensingPaths(), sensingOptions(), sensingFilters())
}

func sensingResources() []Fault {
	root := sensingAt("")
	all := []Fault{
		{Name: "sensing.root.no-sensors", Summary: "The service root does not list the sensors.", On: root, Answer: answered(func(o object) {
			o["value"] = slices.DeleteFunc(itemsOf(o["value"]), func(v any) bool { s, _ := v.(object); return s["name"] == "Sensors" })
		})},
		{Name: "sensing.root.astray", Summary: "All addresses in the service root are those of the Things.", On: root, Answer: answered(func(o object) {
			for _, s := range objects(o["value"]) {
				s["url"] = strings.Replace(textOf(s["url"]), textOf(s["name"]), "Things", 1)
			}
		})},
		{Name: "sensing.root.no-conformance", Summary: "The service root does not tell which requirements are met.", On: root, Answer: answered(func(o object) { delete(o, "serverSettings") })},
		{Name: "sensing.root.other-conformance", Summary: "The service root tells requirements of tasking alone.", On: root, Answer: answered(func(o object) {
			o["serverSettings"] = object{"conformance": []any{"http://www.opengis.net/spec/iot_tasking/1.0/req/task/properties"}}
		})},
		{Name: "sensing.control.no-id", Summary: "Things have no @iot.id.", On: sensing, Answer: eachSensed("Things", func(e object) { delete(e, "@iot.id") })},
		{Name: "sensing.control.twice", Summary: "All Datastreams have one @iot.id.", On: sensing, Answer: eachSensed("Datastreams", func(e object) { e["@iot.id"] = 1 })},
		{Name: "sensing.control.self-astray", Summary: "The address of each Sensor is that of the first one.", On: sensing, Answer: eachSensed("Sensors", func(e object) {
			e["@iot.selfLink"] = keyOf.ReplaceAllString(textOf(e["@iot.selfLink"]), "(1)")
		})},
		{Name: "sensing.control.no-navigation", Summary: "Things do not link to their Datastreams.", On: sensing, Answer: eachSensed("Things", func(e object) { delete(e, "Datastreams@iot.navigationLink") })},
		{Name: "sensing.control.navigation-gone", Summary: "The links from Things to their Datastreams lead nowhere.", On: sensing, Answer: eachSensed("Things", func(e object) {
			if link, has := e["Datastreams@iot.navigationLink"].(string); has {
				e["Datastreams@iot.navigationLink"] = link + "Of"
			}
		})},
	}
	for _, k := range []struct{ id, set, lost, related string }{
		{"thing", "Things", "description", "HistoricalLocations"},
		{"location", "Locations", "name", "Things"},
		{"historical-location", "HistoricalLocations", "time", "Thing"},
		{"datastream", "Datastreams", "unitOfMeasurement", "Sensor"},
		{"sensor", "Sensors", "metadata", "Datastreams"},
		{"observed-property", "ObservedProperties", "definition", "Datastreams"},
		{"observation", "Observations", "phenomenonTime", "Datastream"},
		{"feature-of-interest", "FeaturesOfInterest", "feature", "Observations"},
	} {
		all = append(all,
			Fault{Name: "sensing." + k.id + ".bare", Summary: k.set + " have no " + k.lost + ".", On: sensing, Answer: eachSensed(k.set, func(e object) { delete(e, k.lost) })},
			Fault{Name: "sensing." + k.id + ".alone", Summary: "The " + k.related + " that " + k.set + " are related to cannot be asked for.", On: sensingAt(k.set + "(*)/" + k.related), Answer: gone})
	}
	return all
}

func sensingValues() []Fault {
	value := func(name, summary, set, property string, edit func(v any) any) Fault {
		return Fault{Name: "sensing.values." + name, Summary: summary, On: sensing, Answer: eachSensed(set, func(e object) {
			if v, has := e[property]; has {
				e[property] = edit(v)
			}
		})}
	}
	reversed := func(v any) any {
		from, to, _ := strings.Cut(textOf(v), "/")
		return to + "/" + from
	}
	constant := func(c any) func(any) any { return func(any) any { return c } }
	grid := func(v any) any {
		g, _ := v.(object)
		g["coordinates"] = numbersIn(g["coordinates"], func(x, y float64) (float64, float64) { return 1e5 * x, 1e5 * y })
		return g
	}
	return []Fault{
		value("unit-undefined", "Units have no definition.", "Datastreams", "unitOfMeasurement", func(v any) any {
			u, _ := v.(object)
			delete(u, "definition")
			return u
		}),
		value("type-word", "The observationType of Datastreams is a word.", "Datastreams", "observationType", constant("measurement")),
		value("area-text", "The observedArea of Datastreams is the name of a place.", "Datastreams", "observedArea", constant("Halverstad")),
		value("lasting-reversed", "The phenomenonTime of Datastreams ends before it begins.", "Datastreams", "phenomenonTime", reversed),
		value("results-reversed", "The resultTime of Datastreams ends before it begins.", "Datastreams", "resultTime", reversed),
		value("phenomenon-local", "The phenomenonTime of Observations has no offset from UTC.", "Observations", "phenomenonTime", func(v any) any { return strings.TrimSuffix(textOf(v), "Z") }),
		value("result-seconds", "The resultTime of Observations is a number of seconds.", "Observations", "resultTime", constant(1741944600)),
		value("history-day", "The time of HistoricalLocations is a date alone.", "HistoricalLocations", "time", func(v any) any { return textOf(v)[:10] }),
		value("measured-text", "Results that are numbers come as texts.", "Observations", "result", func(v any) any { return fmt.Sprint(v) }),
		value("encoding-private", "The encoding of Locations is one of the city's own.", "Locations", "encodingType", constant("application/x-halverstad")),
		value("location-text", "Locations are addresses, and said to be GeoJSON.", "Locations", "location", constant("1 Pier Road")),
		value("feature-text", "Features of interest are words, and said to be GeoJSON.", "FeaturesOfInterest", "feature", constant("the air")),
		value("location-grid", "The positions of Locations are of a grid in metres.", "Locations", "location", grid),
		value("feature-grid", "The positions of features of interest are of a grid in metres.", "FeaturesOfInterest", "feature", grid),
		{Name: "sensing.values.as-text", Summary: "Things come as plain text.", On: sensingAt("Things"), Answer: retyped("application/json", "text/plain")},
	}
}

func sensingPaths() []Fault {
	entities := func(r *http.Request) bool {
		return sensing(r) && strings.HasSuffix(r.URL.Path, ")") && strings.Count(r.URL.Path, "/") == 3
	}
	toSet := func(set string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawPath = sensingBase+"/"+set, "" }
	}
	return []Fault{
		{Name: "sensing.path.another", Summary: "An entity on its own has another id.", On: entities, Answer: answered(func(o object) { o["@iot.id"] = 999999 })},
		{Name: "sensing.path.renamed", Summary: "A Thing on its own has another name.", On: sensingAt("Things(*)"), Answer: answered(func(o object) { o["name"] = "The " + textOf(o["name"]) })},
		{Name: "sensing.path.property-bare", Summary: "A property comes as its bare value.", On: sensingAt("Things(*)/name"), Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is && a.Status == http.StatusOK {
				a.Body = encode(o["name"])
			}
		}},
		{Name: "sensing.path.value-wrapped", Summary: "The bare value of a property comes in an object.", On: sensingAt("*/*/$value"), Answer: func(_ *http.Request, a *Answer) {
			a.Body = encode(object{"value": string(a.Body)})
		}},
		{Name: "sensing.path.ref-whole", Summary: "Where addresses of Things are asked for, all of them comes.", On: sensingAt("Things/$ref"), Request: toSet("Things")},
		{Name: "sensing.path.related-all", Summary: "A Thing comes with the Datastreams of all Things.", On: sensingAt("Things(*)/Datastreams"), Request: toSet("Datastreams")},
		{Name: "sensing.path.no-deeper", Summary: "Paths do not go on from related entities.", On: sensingAt("*/*/*"), Answer: gone},
		{Name: "sensing.refusal.set-empty", Summary: "An entity set that is not there is empty.", On: sensingAt("*"), Answer: instead404(`{"value": []}`)},
		{Name: "sensing.refusal.entity-empty", Summary: "An entity that is not there is an empty object.", On: sensingAt("Things(*)"), Answer: instead404(`{}`)},
		{Name: "sensing.refusal.property-null", Summary: "A property that is not there is an empty object.", On: sensingAt("Things(*)/*"), Answer: instead404(`{}`)},
		{Name: "sensing.refusal.option-ignored", Summary: "Query options that are not known are passed over.", On: sensing, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			for name := range r.URL.Query() {
				if strings.HasPrefix(name, "$") && !slices.Contains([]string{"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count"}, name) {
					DropQuery(name)(r)
				}
			}
			next.ServeHTTP(w, r)
		}},
		{Name: "sensing.refusal.filter-ignored", Summary: "A filter that cannot be read selects all.", On: sensing, Instead: lenient("$filter", "")},
		{Name: "sensing.refusal.unknown-ignored", Summary: "A filter by a property that is not known selects all.", On: sensing, Instead: lenient("$filter", "has no property")},
		{Name: "sensing.refusal.top-ignored", Summary: "A $top that is no number is passed over.", On: sensing, Instead: lenient("$top", "$top takes")},
		{Name: "sensing.refusal.expand-ignored", Summary: "An $expand of what is not known is passed over.", On: sensing, Instead: lenient("$expand", "to be expanded")},
	}
}

func sensingOptions() []Fault {
	skipped := regexp.MustCompile(`%24skip=(\d+)`)
	next := func(edit func(link string) string) func(*http.Request, *Answer) {
		return answered(func(o object) {
			if link, has := o["@iot.nextLink"].(string); has {
				o["@iot.nextLink"] = edit(link)
			}
		})
	}
	return []Fault{
		{Name: "sensing.top.ignored", Summary: "$top is passed over.", On: sensing, Request: DropQuery("$top")},
		{Name: "sensing.top.last", Summary: "With $top, the last of the first entities comes first.", On: Match(sensing).WithQuery("$top"), Answer: answered(func(o object) { slices.Reverse(itemsOf(o["value"])) })},
		{Name: "sensing.skip.ignored", Summary: "$skip is passed over.", On: sensing, Request: DropQuery("$skip")},
		{Name: "sensing.count.missing", Summary: "The number of entities is never told.", On: sensing, Request: DropQuery("$count")},
		{Name: "sensing.count.of-page", Summary: "The number of entities is that of those that come.", On: sensing, Answer: answered(func(o object) {
			if o["@iot.count"] != nil {
				o["@iot.count"] = len(itemsOf(o["value"]))
			}
		})},
		{Name: "sensing.count.always", Summary: "A number of entities is told to whoever does not want it.", On: sensing, Answer: answered(func(o object) {
			if all, is := o["value"].([]any); is && o["@iot.count"] == nil {
				o["@iot.count"] = len(all)
			}
		})},
		{Name: "sensing.order.counted-first", Summary: "Entities are counted before they are filtered.", On: Match(sensing).WithQuery("$count"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			whole := r.Clone(r.Context())
			DropQuery("$filter")(whole)
			all, _ := decode(Record(next, whole).Body).(object)
			a := Record(next, r)
			answered(func(o object) { o["@iot.count"] = all["@iot.count"] })(r, a)
			a.WriteTo(w)
		}},
		{Name: "sensing.order.skipped-first", Summary: "Entities are skipped before they are put in order.", On: Match(sensing).WithQuery("$skip"), Request: DropQuery("$orderby")},
		{Name: "sensing.orderby.ignored", Summary: "$orderby is passed over.", On: sensing, Request: DropQuery("$orderby")},
		{Name: "sensing.orderby.plain-ignored", Summary: "$orderby is passed over without asc or desc.", On: sensing, Request: otherwise("$orderby", func(value string) string {
			if strings.HasSuffix(value, " asc") || strings.HasSuffix(value, " desc") {
				return value
			}
			return ""
		})},
		{Name: "sensing.orderby.never-descending", Summary: "$orderby is ascending, whatever is asked for.", On: sensing, Request: otherwise("$orderby", func(value string) string { return strings.ReplaceAll(value, " desc", "") })},
		{Name: "sensing.select.ignored", Summary: "$select is passed over.", On: sensing, Request: DropQuery("$select")},
		{Name: "sensing.select.first-only", Summary: "$select takes its first property alone.", On: sensing, Request: otherwise("$select", func(value string) string { first, _, _ := strings.Cut(value, ","); return first })},
		{Name: "sensing.expand.ignored", Summary: "$expand is passed over.", On: sensing, Request: DropQuery("$expand")},
		{Name: "sensing.expand.single-as-array", Summary: "A single expanded entity comes in an array.", On: sensing, Answer: eachSensed("Datastreams", func(e object) {
			if thing, is := e["Thing"].(object); is {
				e["Thing"] = []any{thing}
			}
		})},
		{Name: "sensing.expand.shallow", Summary: "$expand does not go on along paths.", On: sensing, Request: otherwise("$expand", func(value string) string { return regexp.MustCompile(`/\w+`).ReplaceAllString(value, "") })},
		{Name: "sensing.expand.options-ignored", Summary: "Query options of an expansion are passed over.", On: sensing, Request: otherwise("$expand", func(value string) string { return keyOf.ReplaceAllString(value, "") })},
		{Name: "sensing.page.no-next", Summary: "No page links to the next one.", On: sensing, Answer: answered(func(o object) { delete(o, "@iot.nextLink") })},
		{Name: "sensing.page.again", Summary: "The next page is the first one again.", On: sensing, Answer: next(func(link string) string { return skipped.ReplaceAllString(link, "%24skip=0") })},
		{Name: "sensing.page.leaps", Summary: "Between two pages an entity is left out.", On: sensing, Answer: next(func(link string) string {
			return skipped.ReplaceAllStringFunc(link, func(s string) string {
				n, _ := strconv.Atoi(skipped.FindStringSubmatch(s)[1])
				return "%24skip=" + strconv.Itoa(n+1)
			})
		})},
		{Name: "sensing.page.forgets", Summary: "The link to the next page forgets what was selected.", On: sensing, Answer: next(func(link string) string {
			u, err := url.Parse(link)
			if err != nil {
				return link
			}
			q := u.Query()
			q.Del("$select")
			u.RawQuery = q.Encode()
			return u.String()
		})},
	}
}

func sensingFilters() []Fault {
	words := func(name, summary, pattern, by string) Fault {
		return Fault{Name: "sensing.filter." + name, Summary: summary, On: sensing, Request: reworded(pattern, by)}
	}
	all := []Fault{
		{Name: "sensing.filter.ignored", Summary: "$filter is passed over.", On: sensing, Request: DropQuery("$filter")},
		words("ne-as-eq", "ne is taken for eq.", ` ne `, ` eq `),
		words("gt-as-ge", "gt is taken for ge.", ` gt `, ` ge `),
		words("ge-as-gt", "ge is taken for gt.", ` ge `, ` gt `),
		words("lt-as-le", "lt is taken for le.", ` lt `, ` le `),
		words("le-as-lt", "le is taken for lt.", ` le `, ` lt `),
		words("and-as-or", "and is taken for or.", ` and `, ` or `),
		words("or-as-and", "or is taken for and.", ` or `, ` and `),
		words("not-dropped", "not is passed over.", `\bnot `, ``),
		words("ungrouped", "Parentheses are passed over.", `(^| )\(([^()]*)\)`, `$1$2`),
		words("or-first", "or binds before and does.", `^(.*) or (.*) and (.*)$`, `($1 or $2) and $3`),
		words("related-ignored", "A filter along a path selects all.", `^[A-Z]\w*/.*$`, ``),
		words("after-as-before", "What is asked to be after an instant is taken for what is before it.", `(\w+Time) gt `, `$1 lt `),
		words("before-as-after", "What is asked to be before an instant is taken for what is after it.", `(\w+Time) lt `, `$1 gt `),
		{Name: "sensing.filter.no-arithmetic", Summary: "Filters that calculate are refused.", On: func(r *http.Request) bool {
			return sensing(r) && strings.Contains(r.URL.Query().Get("$filter"), " add ")
		}, Instead: refusing400},
	}
	for _, function := range []string{"substringof", "startswith", "endswith", "length", "indexof", "substring", "tolower", "toupper", "trim", "concat", "round", "floor", "ceiling", "day", "hour",
		"st_within", "st_intersects", "st_disjoint", "st_contains", "st_equals", "geo.intersects", "geo.distance"} {
		all = append(all, words(strings.ReplaceAll(function, "_", "-"), "A filter with "+function+" selects all.", `^.*\b`+regexp.QuoteMeta(function)+`\(.*$`, ``))
	}
	return all
}
