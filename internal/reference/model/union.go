package model

import (
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
)

// Union adds what another source has of the same entity (4.5.5): of two instances
// with the same name and datasetId the more recent one stays; with fill, those that
// are there stay in any case (auxiliary sources, 4.3.6.4).
func (e *Entity) Union(other *Entity, fill bool) *Entity {
	next := e.Clone()
	if !e.ExpiresAt.Equal(other.ExpiresAt) { // one that is not of all versions is of its version's attributes (4.5.5.2)
		next, other = next.expiring(), other.expiring()
		next.ExpiresAt = furthest(e.ExpiresAt, other.ExpiresAt)
	}
	next.addTypes(other.Types)
	for _, scope := range other.Scope {
		if !slices.Contains(next.Scope, scope) {
			next.Scope = append(next.Scope, scope)
		}
	}
	for name, instances := range other.Attributes {
		for _, a := range instances {
			old := Instance(next.Attributes[name], a.DatasetID)
			if old == nil || !fill && a.newer(old) {
				next.put(name, a)
			}
		}
	}
	if !other.CreatedAt.IsZero() && (next.CreatedAt.IsZero() || other.CreatedAt.Before(next.CreatedAt)) {
		next.CreatedAt = other.CreatedAt
	}
	if other.ModifiedAt.After(next.ModifiedAt) {
		next.ModifiedAt = other.ModifiedAt
	}
	return next
}

// expiring is the entity with its expiry on each of its attributes that has not an earlier one.
func (e *Entity) expiring() *Entity {
	if e.ExpiresAt.IsZero() {
		return e
	}
	next := e.Clone()
	for name, instances := range next.Attributes {
		list := make([]*Attribute, len(instances))
		for i, a := range instances {
			own := *a
			if own.ExpiresAt.IsZero() || own.ExpiresAt.After(e.ExpiresAt) {
				own.ExpiresAt = e.ExpiresAt
			}
			list[i] = &own
		}
		next.Attributes[name] = list
	}
	return next
}

// furthest is the later expiry, none if one of two versions has none (4.5.5.3).
func furthest(a, b time.Time) time.Time {
	switch {
	case a.IsZero() || b.IsZero():
		return time.Time{}
	case a.After(b):
		return a
	default:
		return b
	}
}

// UnionOfInstances adds what another source has of the same evolution (4.5.5, 5.7.4.4): of
// two instances of one attribute and dataset with the same time, by the interval's
// property, one stays, as Union says; all others are added.
func (i Interval) UnionOfInstances(e, other *Entity, fill bool) *Entity {
	bare := *other
	bare.Attributes = nil
	next := e.Union(&bare, fill)
	for name, instances := range other.Attributes {
		merged := slices.Clone(next.Attributes[name])
		for _, a := range instances {
			at := i.TimeOf(a)
			k := slices.IndexFunc(merged, func(b *Attribute) bool {
				return b.DatasetID == a.DatasetID && !at.IsZero() && i.TimeOf(b).Equal(at)
			})
			switch {
			case k < 0:
				merged = append(merged, a)
			case !fill && a.ModifiedAt.After(merged[k].ModifiedAt):
				merged[k] = a
			}
		}
		next.Attributes[name] = merged
	}
	return next
}

// newer compares by observedAt if both have it, else by modifiedAt (4.5.5).
func (a *Attribute) newer(than *Attribute) bool {
	if !a.ObservedAt.IsZero() || !than.ObservedAt.IsZero() {
		return a.ObservedAt.After(than.ObservedAt)
	}
	return a.ModifiedAt.After(than.ModifiedAt)
}

// Part is the entity with some of its attributes only; nil means all of them.
func (e *Entity) Part(names []string) *Entity {
	part := e.Clone()
	if names == nil {
		return part
	}
	for name := range part.Attributes {
		if !slices.Contains(names, name) {
			delete(part.Attributes, name)
		}
	}
	return part
}

// ReadStamps sets the system times (4.8) that a source gave with an entity, whose
// JSON is o; a Parser leaves them out since on input they have no meaning.
func (e *Entity) ReadStamps(o map[string]any, c *jsonld.Context) {
	e.CreatedAt, e.ModifiedAt = stamps(o, c)
	for key, v := range o {
		instances := e.Attributes[c.Expand(key)]
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		if len(list) != len(instances) {
			continue
		}
		for i, item := range list {
			if member, ok := item.(map[string]any); ok {
				instances[i].CreatedAt, instances[i].ModifiedAt = stamps(member, c)
				instances[i].InstanceID, _ = member["instanceId"].(string)
			}
		}
	}
}

func stamps(o map[string]any, c *jsonld.Context) (created, modified time.Time) {
	for key, v := range o {
		text, ok := v.(string)
		if !ok {
			continue
		}
		t, ok := ParseTime(text)
		switch iri := c.Expand(key); {
		case ok && iri == CreatedAt:
			created = t
		case ok && iri == ModifiedAt:
			modified = t
		}
	}
	return created, modified
}
