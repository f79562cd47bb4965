package model

import (
	"cmp"
	"slices"
	"time"
)

// Interval is a temporal query (4.11).
type Interval struct {
	Relation string // before, after, between; empty takes all
	At, End  time.Time
	// Property is observedAt, createdAt, modifiedAt or deletedAt; empty when there is
	// no temporal query at all, and then instances without observedAt count as well.
	Property string
	Last     int // of each attribute, only this many of the most recent; 0 is all
}

// Query is the interval for those who look for sources that have something of it; nil
// when there is no temporal query.
func (i Interval) Query() *Interval {
	if i.Relation == "" {
		return nil
	}
	return &i
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
	case "observedAt":
		return a.ObservedAt
	default:
		return cmp.Or(a.ObservedAt, a.DeletedAt, a.ModifiedAt)
	}
}

// holds says whether the instance is in the interval: its start belongs to it, its
// end does not, and what does not convey the temporal property is out (4.11).
func (i Interval) holds(a *Attribute) bool {
	t := i.TimeOf(a)
	switch {
	case t.IsZero():
		return i.Property == ""
	case i.Relation == "before":
		return t.Before(i.At)
	case i.Relation == "after":
		return !t.Before(i.At)
	case i.Relation == "between":
		return !t.Before(i.At) && t.Before(i.End)
	default:
		return true
	}
}

// overlaps says whether a state that held from one time until another, which is zero
// when it still holds, was in force in the interval.
func (i Interval) overlaps(from, until time.Time) bool {
	lasts := until.IsZero() || until.After(i.At)
	switch i.Relation {
	case "before":
		return from.Before(i.At)
	case "after":
		return lasts
	case "between":
		return from.Before(i.End) && lasts
	default:
		return true
	}
}

func (i Interval) sort(instances []*Attribute) {
	slices.SortStableFunc(instances, func(a, b *Attribute) int { return i.TimeOf(a).Compare(i.TimeOf(b)) })
}

// Select gives a copy of e with the instances of the interval in the order of time,
// all of them whatever Last is, and with the scopes that were in force in it.
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
		i.sort(kept)
		out.Attributes[name] = kept
	}
	out.Scope = i.scopes(e.Attributes[Scope])
	return &out
}

// scopes lists the scopes that were in force in the interval: each instance is until
// the next one.
func (i Interval) scopes(instances []*Attribute) []string {
	instances = slices.Clone(instances)
	i.sort(instances)
	var out []string
	for k, a := range instances {
		var until time.Time
		if k+1 < len(instances) {
			until = i.TimeOf(instances[k+1])
		}
		if !i.overlaps(i.TimeOf(a), until) {
			continue
		}
		for _, s := range scopesOf(a) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// scopesOf are the scopes of an instance of the scope.
func scopesOf(a *Attribute) []string {
	if isNullValue(a.Value) {
		return nil
	}
	names, err := scopes(a.Value)
	if err != nil {
		return nil // cannot be: input was checked
	}
	return names
}

// ScopeInstance is the scope as it stands in a temporal evolution, a Property (4.5.6).
func ScopeInstance(names []string) *Attribute {
	a := &Attribute{Kind: Property}
	if len(names) == 1 {
		a.Value = names[0]
		return a
	}
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	a.Value = list
	return a
}

// Newest gives a copy of e with the Last most recent instances of each attribute and
// dataset, the newest first; it is e itself when there is no such limit.
func (i Interval) Newest(e *Entity) *Entity {
	if i.Last == 0 {
		return e
	}
	out := *e
	out.Attributes = make(map[string][]*Attribute, len(e.Attributes))
	for name, instances := range e.Attributes {
		count := map[string]int{}
		var kept []*Attribute
		for _, a := range slices.Backward(instances) {
			if count[a.DatasetID]++; count[a.DatasetID] <= i.Last {
				kept = append(kept, a)
			}
		}
		out.Attributes[name] = kept
	}
	return &out
}

// Range is the span of time that an answer covers: from the oldest to the newest, or
// with Last from the newest to the oldest (6.3.10).
type Range struct{ From, To time.Time }

// Limit cuts entities whose attributes have more than n instances down to a range
// that each attribute is whole in, and gives the range; nil if nothing was cut. An
// attribute that has nothing in the range stays, without instances.
func (i Interval) Limit(entities []*Entity, n int) ([]*Entity, *Range) {
	beyond := time.Time.After
	if i.Last > 0 {
		beyond = time.Time.Before
	}
	var end time.Time
	cut := false
	for _, e := range entities {
		for _, instances := range e.Attributes {
			if len(instances) <= n {
				continue
			}
			if t := i.TimeOf(instances[n-1]); !cut || beyond(end, t) {
				end, cut = t, true
			}
		}
	}
	if !cut {
		return entities, nil
	}
	from := end
	out := make([]*Entity, len(entities))
	for k, e := range entities {
		c := *e
		c.Attributes = make(map[string][]*Attribute, len(e.Attributes))
		for name, instances := range e.Attributes {
			kept := []*Attribute{}
			for _, a := range instances {
				t := i.TimeOf(a)
				if beyond(t, end) {
					continue
				}
				kept = append(kept, a)
				if beyond(from, t) {
					from = t
				}
			}
			c.Attributes[name] = kept
		}
		out[k] = &c
	}
	switch {
	case i.Relation == "between" && i.Last > 0:
		from = i.End
	case i.Relation == "before" && i.Last > 0, i.Relation == "after" && i.Last == 0, i.Relation == "between":
		from = i.At
	}
	return out, &Range{from, end}
}
