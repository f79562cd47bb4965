package model

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// AggregationMethods are the methods of 4.5.19.
var AggregationMethods = []string{"totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"}

// Aggregation is how values are summed up (4.5.19).
type Aggregation struct {
	Methods []string
	Period  Duration // zero is the whole interval
}

// class is what the tables of 4.5.19.1 tell apart.
type class uint8

const (
	opaque class = iota // objects, links, and all that is only counted
	number              // numbers and booleans
	array
	words  // strings
	moment // DateTime and Date
	clock  // Time
)

// Aggregated is the aggregated temporal representation (4.5.19); now ends an interval
// that is open. An attribute that no method is for is an InvalidRequest (5.7.4.4).
func (v View) Aggregated(e *Entity, i Interval, g Aggregation, now time.Time) (map[string]any, error) {
	out := v.head(e)
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		if name == Scope {
			continue
		}
		var shown []any
		for _, group := range grouped(e.Attributes[name]) {
			group = slices.DeleteFunc(slices.Clone(group), func(a *Attribute) bool { return isNullValue(a.Value) })
			if len(group) == 0 {
				continue
			}
			kind := classOf(group)
			methods := slices.DeleteFunc(slices.Clone(g.Methods), func(method string) bool { return !eligible(kind, method) })
			if len(methods) == 0 {
				return nil, problem.Invalid("none of the methods %s can be applied to attribute %s (4.5.19.1)", strings.Join(g.Methods, ", "), v.Context.Compact(name))
			}
			i.sort(group)
			o := map[string]any{"type": group[0].Kind.String()}
			if group[0].DatasetID != "" {
				o["datasetId"] = group[0].DatasetID
			}
			spans := periods(i, g.Period, group, now)
			for _, method := range methods {
				list := make([]any, len(spans))
				for k, p := range spans {
					list[k] = []any{aggregate(method, kind, p.values), FormatTime(p.from), FormatTime(p.to)}
				}
				o[method] = list
			}
			shown = append(shown, o)
		}
		if len(shown) > 0 {
			out[v.Context.Compact(name)] = oneOrList(shown)
		}
	}
	return out, nil
}

type period struct {
	from, to time.Time
	values   []any
}

// periods splits the interval and the instances, which are sorted by time; periods
// without an instance are left out.
func periods(i Interval, length Duration, group []*Attribute, now time.Time) []period {
	from := i.TimeOf(group[0])
	if i.Relation == "after" || i.Relation == "between" {
		from = i.At
	}
	if length.Zero() {
		end := cmp.Or(i.End, now)
		if i.Relation == "before" {
			end = i.At
		}
		if last := i.TimeOf(group[len(group)-1]); end.Before(last) {
			end = last
		}
		p := period{from: from, to: end}
		for _, a := range group {
			p.values = append(p.values, a.Value)
		}
		return []period{p}
	}
	var out []period
	for _, a := range group {
		t := i.TimeOf(a)
		if len(out) == 0 || !t.Before(out[len(out)-1].to) {
			n := length.Index(from, t)
			out = append(out, period{from: length.After(from, n), to: length.After(from, n+1)})
		}
		p := &out[len(out)-1]
		p.values = append(p.values, a.Value)
	}
	return out
}

// classOf tells the class of an attribute's values: opaque if they are of several.
func classOf(group []*Attribute) class {
	if group[0].Kind != Property {
		return opaque
	}
	c := classOfValue(group[0].Value)
	for _, a := range group[1:] {
		if classOfValue(a.Value) != c {
			return opaque
		}
	}
	return c
}

func classOfValue(v any) class {
	switch v := v.(type) {
	case bool:
		return number
	case string:
		return words
	case []any:
		return array
	case map[string]any:
		name, _ := v["@type"].(string)
		name = strings.TrimPrefix(name, ngsild.CoreVocab)
		if _, ok := v["@value"].(string); !ok {
			return opaque
		}
		switch name {
		case "DateTime", "Date":
			return moment
		case "Time":
			return clock
		}
		return opaque
	default:
		if _, ok := Number(v); ok {
			return number
		}
		return opaque
	}
}

// eligible is the tables of 4.5.19.1.
func eligible(c class, method string) bool {
	switch method {
	case "totalCount", "distinctCount":
		return true
	case "min", "max":
		return c != opaque
	case "avg":
		return c == number || c == array || c == clock
	case "sum":
		return c == number || c == array
	default: // stddev, sumsq
		return c == number
	}
}

// aggregate applies a method that the class is eligible for.
func aggregate(method string, c class, values []any) any {
	switch {
	case method == "totalCount":
		return len(values)
	case method == "distinctCount":
		seen := map[string]bool{}
		for _, v := range values {
			seen[identity(v)] = true
		}
		return len(seen)
	case c == words || c == moment || c == clock:
		texts := make([]string, len(values))
		for i, v := range values {
			if o, ok := v.(map[string]any); ok {
				v = o["@value"]
			}
			texts[i], _ = v.(string)
		}
		switch method {
		case "min":
			return slices.Min(texts)
		case "avg":
			return averageTime(texts)
		}
		return slices.Max(texts)
	default:
		return aggregateNumbers(method, numbersOf(values))
	}
}

// timeOfDay is a Time in UTC (4.6.3).
const timeOfDay = "15:04:05.999999Z07:00"

// averageTime is the average of Times; those that are none do not count.
func averageTime(texts []string) any {
	var sum time.Duration
	n := 0
	for _, text := range texts {
		if t, err := time.Parse(timeOfDay, text); err == nil {
			t = t.UTC()
			sum += time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return time.Time{}.Add(sum / time.Duration(n)).UTC().Format(timeOfDay)
}

// numbersOf are values as numbers: true is 1, false is 0, an array its size.
func numbersOf(values []any) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case bool:
			if v {
				out[i] = 1
			}
		case []any:
			out[i] = float64(len(v))
		default:
			out[i], _ = Number(v)
		}
	}
	return out
}

func aggregateNumbers(method string, numbers []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, n := range numbers {
		sum += n
		squares += n * n
	}
	mean := sum / float64(len(numbers))
	switch method {
	case "sum":
		return finite(sum)
	case "avg":
		return finite(mean)
	case "min":
		return slices.Min(numbers)
	case "max":
		return slices.Max(numbers)
	case "sumsq":
		return finite(squares)
	default: // stddev, of the whole population
		variance := 0.0
		for _, n := range numbers {
			variance += (n - mean) * (n - mean)
		}
		return finite(math.Sqrt(variance / float64(len(numbers))))
	}
}

// finite bounds what JSON cannot write.
func finite(n float64) float64 {
	if math.IsNaN(n) {
		return 0
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, n))
}

// identity is a value as JSON, to compare values of any type; numbers of equal value
// are the same, however they are written.
func identity(v any) string {
	if f, ok := Number(v); ok {
		v = f
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}
