package faults

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// usesMethod says whether aggregation by the method is asked for.
func usesMethod(method string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return wants("aggregatedValues")(r) && slices.Contains(listed(r, "aggrMethods"), method)
	}
}

// aggregatedAs is an Instead of aggregation by a method: its values are those of another
// method, and edited, where the attribute's own values are so.
func aggregatedAs(method, other string, so func(value any) bool, edit func(float64) float64) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		original := r.Clone(r.Context())
		a := Record(next, r)
		shown := objects(decode(a.Body))
		instead := objects(decode(again(next, original, func(q url.Values) { q.Set("aggrMethods", other) }).Body))
		plain := objects(decode(again(next, original, without("options", "format", "aggrMethods", "aggrPeriodDuration")).Body))
		if len(instead) != len(shown) || len(plain) != len(shown) || a.Status != http.StatusOK {
			a.WriteTo(w)
			return
		}
		for i, e := range shown {
			for _, name := range sorted(e) {
				to, ok := e[name].(object)
				from, also := instead[i][name].(object)
				if !ok || !also || to[method] == nil || !slices.ContainsFunc(instancesOf(plain[i][name]), func(i object) bool { return so(i["value"]) }) {
					continue
				}
				to[method] = edited(from[other], edit)
			}
		}
		if _, isList := decode(a.Body).([]any); isList {
			a.Body = encode(shown)
		} else {
			a.Body = encode(shown[0])
		}
		a.WriteTo(w)
	}
}

// edited is a list of periods with their values edited.
func edited(list any, edit func(float64) float64) any {
	for _, item := range items(list) {
		if triple, ok := item.([]any); ok && len(triple) == 3 {
			if n, ok := triple[0].(json.Number); ok {
				if f, err := n.Float64(); err == nil {
					triple[0] = edit(f)
				}
			}
		}
	}
	return list
}

func anyValue(any) bool { return true }

func same(n float64) float64 { return n }

// pastAggregates is the faults of aggregation (4.5.19).
func pastAggregates() []Fault {
	name := func(s string) string { return "temporal.aggregate." + s }
	read := readingPast()
	method := func(method, summary, other string, edit func(float64) float64) Fault {
		return Fault{Name: name(method), Summary: summary, On: read.where(usesMethod(method)), Instead: aggregatedAs(method, other, anyValue, edit)}
	}
	aggregated := read.where(wants("aggregatedValues"))
	triples := func(edit func(triple []any)) func(*http.Request, *Answer) {
		return servedAttributes(func(a object) object {
			for _, list := range a {
				for _, item := range items(list) {
					if triple, ok := item.([]any); ok && len(triple) == 3 {
						edit(triple)
					}
				}
			}
			return a
		})
	}
	isText := func(v any) bool { _, ok := v.(string); return ok }
	isTruth := func(v any) bool { _, ok := v.(bool); return ok }
	return []Fault{
		method("totalCount", "totalCount counts equal values once.", "distinctCount", same),
		method("distinctCount", "distinctCount counts equal values each.", "totalCount", same),
		method("sum", "sum is the average.", "avg", same),
		method("avg", "avg is cut to a whole number.", "avg", math.Floor),
		method("min", "min is the greatest value.", "max", same),
		method("max", "max is the least value.", "min", same),
		method("stddev", "stddev is the variance.", "stddev", func(n float64) float64 { return n * n }),
		method("sumsq", "sumsq is the square of the sum.", "sum", func(n float64) float64 { return n * n }),
		{Name: name("count-of-one-less"), Summary: "totalCount does not count the first instance.", On: read.where(usesMethod("totalCount")),
			Instead: aggregatedAs("totalCount", "totalCount", anyValue, func(n float64) float64 { return n - 1 })},
		{Name: name("texts-reversed"), Summary: "The least of texts is the last.", On: read.where(usesMethod("min")), Instead: aggregatedAs("min", "max", isText, same)},
		{Name: name("booleans-as-one"), Summary: "The sum of booleans counts false as well.", On: read.where(usesMethod("sum")), Instead: aggregatedAs("sum", "totalCount", isTruth, same)},
		{Name: name("period-ignored"), Summary: "Does not look at aggrPeriodDuration.", On: read, Request: DropQuery("aggrPeriodDuration")},
		{Name: name("ends-as-starts"), Summary: "Periods end where they start.", On: aggregated, Answer: triples(func(triple []any) { triple[2] = triple[1] })},
		{Name: name("days-as-hours"), Summary: "Days are taken for hours.", On: read, Request: substitute("aggrPeriodDuration", `^P(\d+)D$`, "PT${1}H")},
		{Name: name("zero-refused"), Summary: "A duration of zero is refused.", On: read, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if d := r.URL.Query().Get("aggrPeriodDuration"); d == "PT0S" || d == "P0D" {
				refuse(w)
				return
			}
			next.ServeHTTP(w, r)
		}},
		{Name: name("first-method"), Summary: "Of several methods the first counts.", On: read, Request: inParam("aggrMethods", upTo(","))},
		{Name: name("interval-ignored"), Summary: "Aggregation does not look at the interval.",
			On: retrievingPast().where(wants("aggregatedValues")), Request: drop("timerel", "timeAt", "endTimeAt")},
		{Name: name("relationships-lost"), Summary: "Relationships are not aggregated.", On: aggregated, Answer: servedAttributes(leaveOut(ofType("Relationship")))},
		{Name: name("not-of-queries"), Summary: "Queries do not aggregate.", On: queryingPast().where(wants("aggregatedValues")), Request: drop("options", "format")},
		{Name: name("not-eligible-accepted"), Summary: "A query by methods that an attribute's type has not gives nothing.",
			On: queryingPast().where(wants("aggregatedValues")), Answer: func(r *http.Request, a *Answer) {
				if a.Status == http.StatusBadRequest && strings.Contains(string(a.Body), ngsild.InvalidRequest) {
					emptied(r, a)
				}
			}},
		{Name: name("invalid-ignored"), Summary: "Parameters of aggregation that are not valid are not looked at.",
			On: aggregated, Instead: forgiving("options", "format", "aggrMethods", "aggrPeriodDuration")},
	}
}
