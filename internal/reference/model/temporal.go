package model

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Interval is a temporal query (4.11).
type Interval struct {
	Relation string // before, after, between; empty takes all
	At, End  time.Time
	Property string // observedAt, createdAt, modifiedAt or deletedAt
	Last     int    // of each attribute, only this many of the most recent; 0 is all
}

// TimeOf is the instance's time that the temporal query is about; zero if it has none.
func (i Interval) TimeOf(a *Attribute) time.Time {
	switch i.Property {
	case "createdAt":
		return a.CreatedAt
	case "modifiedAt":
		return a.ModifiedAt
	case "deletedAt":
		return a.DeletedAt
	}
	if i.Relation == "" && a.ObservedAt.IsZero() { // without a query nothing is left out
		return cmp.Or(a.ModifiedAt, a.CreatedAt)
	}
	return a.ObservedAt
}

// holds says whether the instance is in the interval: its start belongs to it, its
// end does not (4.11).
func (i Interval) holds(a *Attribute) bool {
	t := i.TimeOf(a)
	switch i.Relation {
	case "before":
		return !t.IsZero() && t.Before(i.At)
	case "after":
		return t.After(i.At)
	case "between":
		return !t.Before(i.At) && t.Before(i.End)
	default:
		return true
	}
}

// Select gives a copy of e with the instances of the interval, in the order of time,
// or with Last the most recent ones first.
func (i Interval) Select(e *Entity) *Entity {
	out := *e
	out.Attributes = map[string][]*Attribute{}
	for name, instances := range e.Attributes {
		var kept []*Attribute
		for _, a := range instances {
			if i.holds(a) {
				kept = append(kept, a)
			}
		}
		if len(kept) == 0 {
			continue
		}
		slices.SortStableFunc(kept, func(a, b *Attribute) int { return i.TimeOf(a).Compare(i.TimeOf(b)) })
		if i.Last > 0 {
			slices.Reverse(kept)
			kept = lastOf(kept, i.Last)
		}
		out.Attributes[name] = kept
	}
	return &out
}

// lastOf keeps n instances of each dataset.
func lastOf(instances []*Attribute, n int) []*Attribute {
	count := map[string]int{}
	var kept []*Attribute
	for _, a := range instances {
		if count[a.DatasetID]++; count[a.DatasetID] <= n {
			kept = append(kept, a)
		}
	}
	return kept
}

// Range is the span of time that an answer holds in full.
type Range struct{ From, To time.Time }

// Limit cuts entities whose attributes have more than n instances down to a range
// that each attribute is whole in, and gives the range; nil if nothing was cut. With
// Last the range runs from the newest to older instances.
func (i Interval) Limit(entities []*Entity, n int) ([]*Entity, *Range) {
	var first, end time.Time
	cut := false
	later := func(a, b time.Time) bool { return a.After(b) }
	if i.Last > 0 {
		later = func(a, b time.Time) bool { return a.Before(b) }
	}
	for _, e := range entities {
		for _, instances := range e.Attributes {
			if t := i.TimeOf(instances[0]); first.IsZero() || later(first, t) {
				first = t
			}
			if len(instances) > n {
				if t := i.TimeOf(instances[n-1]); !cut || later(end, t) {
					end, cut = t, true
				}
			}
		}
	}
	if !cut {
		return entities, nil
	}
	out := make([]*Entity, len(entities))
	for k, e := range entities {
		c := *e
		c.Attributes = map[string][]*Attribute{}
		for name, instances := range e.Attributes {
			kept := slices.DeleteFunc(slices.Clone(instances), func(a *Attribute) bool { return later(i.TimeOf(a), end) })
			if len(kept) > 0 {
				c.Attributes[name] = kept
			}
		}
		out[k] = &c
	}
	return out, &Range{first, end}
}

// Temporal is e as an EntityTemporal (4.5.6): each attribute an array of instances.
func (v View) Temporal(e *Entity) map[string]any {
	out := v.head(e)
	for name, instances := range e.Attributes {
		list := make([]any, len(instances))
		for i, a := range instances {
			list[i] = v.attribute(name, a)
		}
		out[v.Context.Compact(name)] = list
	}
	return out
}

// head is an entity without its attributes.
func (v View) head(e *Entity) map[string]any {
	bare := *e
	bare.Attributes = nil
	return v.Entity(&bare)
}

// grouped gives an attribute's instances by kind and dataset, in the order of their
// first instance.
func grouped(instances []*Attribute) [][]*Attribute {
	type key struct {
		kind    Kind
		dataset string
	}
	var keys []key
	groups := map[key][]*Attribute{}
	for _, a := range instances {
		k := key{a.Kind, a.DatasetID}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], a)
	}
	out := make([][]*Attribute, len(keys))
	for i, k := range keys {
		out[i] = groups[k]
	}
	return out
}

func oneOrList(list []any) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// valuesMember is the member of the simplified temporal representation (4.5.9).
func (k Kind) valuesMember() string {
	switch k {
	case JSONProperty:
		return "jsons"
	case Property, GeoProperty:
		return "values"
	default:
		return k.Member() + "s"
	}
}

// TemporalValues is the simplified temporal representation (4.5.9): pairs of a value
// and its time.
func (v View) TemporalValues(e *Entity, i Interval) map[string]any {
	out := v.head(e)
	for name, instances := range e.Attributes {
		var shown []any
		for _, group := range grouped(instances) {
			pairs := make([]any, 0, len(group))
			kind := group[0].Kind
			for _, a := range group {
				k, value, _ := v.inLanguage(a)
				kind = k
				pairs = append(pairs, []any{v.value(k, value), FormatTime(i.TimeOf(a))})
			}
			o := map[string]any{"type": kind.String(), kind.valuesMember(): pairs}
			if group[0].DatasetID != "" {
				o["datasetId"] = group[0].DatasetID
			}
			shown = append(shown, o)
		}
		out[v.Context.Compact(name)] = oneOrList(shown)
	}
	return out
}

// AggregationMethods are the methods of 4.5.19.
var AggregationMethods = []string{"totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"}

// Aggregation is how values are summed up (4.5.19).
type Aggregation struct {
	Methods []string
	Period  Duration // zero is the whole interval
}

const maxPeriods = 10000

// Aggregated is the aggregated temporal representation (4.5.19); now ends an interval
// that is open.
func (v View) Aggregated(e *Entity, i Interval, g Aggregation, now time.Time) map[string]any {
	out := v.head(e)
	for name, instances := range e.Attributes {
		var shown []any
		for _, group := range grouped(instances) {
			group = slices.Clone(group)
			slices.SortStableFunc(group, func(a, b *Attribute) int { return i.TimeOf(a).Compare(i.TimeOf(b)) })
			o := map[string]any{"type": group[0].Kind.String()}
			if group[0].DatasetID != "" {
				o["datasetId"] = group[0].DatasetID
			}
			for _, method := range g.Methods {
				o[method] = []any{}
			}
			for _, p := range periods(i, g.Period, group, now) {
				for _, method := range g.Methods {
					if value, ok := aggregate(method, p.values); ok {
						o[method] = append(o[method].([]any), []any{value, FormatTime(p.from), FormatTime(p.to)})
					}
				}
			}
			shown = append(shown, o)
		}
		out[v.Context.Compact(name)] = oneOrList(shown)
	}
	return out
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
	end := cmp.Or(i.End, now)
	if i.Relation == "before" {
		end = i.At
	}
	if last := i.TimeOf(group[len(group)-1]); end.Before(last) {
		end = last
	}
	if length.Zero() {
		p := period{from: from, to: end}
		for _, a := range group {
			p.values = append(p.values, a.Value)
		}
		return []period{p}
	}
	var out []period
	for n := 0; len(group) > 0 && n < maxPeriods; n++ {
		p := period{from: length.After(from, n), to: length.After(from, n+1)}
		for len(group) > 0 && i.TimeOf(group[0]).Before(p.to) {
			p.values = append(p.values, group[0].Value)
			group = group[1:]
		}
		if len(p.values) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// aggregate applies a method; false if it does not apply to the values' type.
func aggregate(method string, values []any) (any, bool) {
	switch method {
	case "totalCount":
		return len(values), true
	case "distinctCount":
		seen := map[string]bool{}
		for _, v := range values {
			seen[text(v)] = true
		}
		return len(seen), true
	}
	numbers := make([]float64, 0, len(values))
	for _, v := range values {
		switch v := v.(type) {
		case bool:
			if v {
				numbers = append(numbers, 1)
			} else {
				numbers = append(numbers, 0)
			}
		case []any:
			numbers = append(numbers, float64(len(v)))
		default:
			number, ok := Number(v)
			if !ok {
				return aggregateText(method, values)
			}
			numbers = append(numbers, number)
		}
	}
	sum, squares := 0.0, 0.0
	for _, n := range numbers {
		sum += n
		squares += n * n
	}
	mean := sum / float64(len(numbers))
	switch method {
	case "sum":
		return sum, true
	case "avg":
		return mean, true
	case "min":
		return slices.Min(numbers), true
	case "max":
		return slices.Max(numbers), true
	case "sumsq":
		return squares, true
	default:
		variance := 0.0
		for _, n := range numbers {
			variance += (n - mean) * (n - mean)
		}
		return math.Sqrt(variance / float64(len(numbers))), true
	}
}

// aggregateText is min or max of texts, dates and times included.
func aggregateText(method string, values []any) (any, bool) {
	if method != "min" && method != "max" {
		return nil, false
	}
	texts := make([]string, 0, len(values))
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		texts = append(texts, s)
	}
	if method == "min" {
		return slices.MinFunc(texts, strings.Compare), true
	}
	return slices.MaxFunc(texts, strings.Compare), true
}
