package model

import (
	"maps"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/reference/problem"
)

// NotUpdated is an attribute that an operation left alone, and why (5.2.18, 5.2.19).
type NotUpdated struct {
	Name   string // expanded
	Reason string
}

// Stamp sets the times of a new entity and of everything in it (4.8).
func (e *Entity) Stamp(now time.Time) {
	e.CreatedAt, e.ModifiedAt = now, now
	for _, instances := range e.Attributes {
		for _, a := range instances {
			a.stamp(now, now)
		}
	}
}

func (a *Attribute) stamp(created, modified time.Time) {
	a.CreatedAt, a.ModifiedAt = created, modified
	for _, instances := range a.Sub {
		for _, s := range instances {
			s.stamp(modified, modified)
		}
	}
}

// successor is next, stamped as the replacement of old.
func successor(old, next *Attribute, now time.Time) *Attribute {
	a := next.Clone()
	a.stamp(old.CreatedAt, now)
	return a
}

// put replaces the instance with a's datasetId, or adds a.
func (e *Entity) put(name string, a *Attribute) {
	instances := e.Attributes[name]
	for i, old := range instances {
		if old.DatasetID == a.DatasetID {
			instances[i] = a
			return
		}
	}
	e.Attributes[name] = append(instances, a)
}

func (e *Entity) remove(name, datasetID string) {
	left := slices.DeleteFunc(e.Attributes[name], func(a *Attribute) bool { return a.DatasetID == datasetID })
	if len(left) == 0 {
		delete(e.Attributes, name)
	} else {
		e.Attributes[name] = left
	}
}

func (e *Entity) addTypes(types []string) {
	for _, t := range types {
		if !slices.Contains(e.Types, t) {
			e.Types = append(e.Types, t)
		}
	}
}

// Append adds the fragment's attributes (5.6.3) and gives the changed entity. Those
// that exist are overwritten unless noOverwrite.
func (e *Entity) Append(fragment *Entity, noOverwrite bool, now time.Time) (*Entity, []string, []NotUpdated) {
	next := e.Clone()
	var updated []string
	var not []NotUpdated
	next.addTypes(fragment.Types)
	if len(fragment.Scope) > 0 {
		if noOverwrite {
			for _, s := range fragment.Scope {
				if !slices.Contains(next.Scope, s) {
					next.Scope = append(next.Scope, s)
				}
			}
		} else {
			next.Scope = fragment.Scope
		}
		updated = append(updated, Scope)
	}
	next.setExpiry(fragment)
	for _, name := range fragment.Names() {
		done := false
		for _, a := range fragment.Attributes[name] {
			old := Instance(next.Attributes[name], a.DatasetID)
			switch {
			case a.delete && old == nil:
				not = append(not, NotUpdated{name, "the entity has no such attribute to delete"})
				continue
			case a.delete:
				next.remove(name, a.DatasetID)
			case old == nil:
				a.stamp(now, now)
				next.put(name, a)
			case noOverwrite:
				not = append(not, NotUpdated{name, "the attribute exists and noOverwrite was asked for"})
				continue
			default:
				next.put(name, successor(old, a, now))
			}
			done = true
		}
		if done {
			updated = append(updated, name)
		}
	}
	next.ModifiedAt = now
	return next, updated, not
}

func (e *Entity) setExpiry(fragment *Entity) {
	if !fragment.ExpiresAt.IsZero() {
		e.ExpiresAt = fragment.ExpiresAt
	}
	if fragment.clears[ExpiresAt] {
		e.ExpiresAt = time.Time{}
	}
}

// Update replaces the entity's attributes that the fragment has too, and appends those
// that the entity has not (5.6.2).
func (e *Entity) Update(fragment *Entity, now time.Time) (*Entity, []string, []NotUpdated) {
	next := e.Clone()
	var updated []string
	var not []NotUpdated
	next.addTypes(fragment.Types)
	next.setExpiry(fragment)
	switch {
	case len(fragment.Scope) > 0 && len(e.Scope) == 0:
		not = append(not, NotUpdated{Scope, "the entity has no scope"})
	case len(fragment.Scope) > 0:
		next.Scope = fragment.Scope
		updated = append(updated, Scope)
	case fragment.clears[Scope]:
		next.Scope = nil
		updated = append(updated, Scope)
	}
	for _, name := range fragment.Names() {
		done := false
		for _, a := range fragment.Attributes[name] {
			old := Instance(next.Attributes[name], a.DatasetID)
			switch {
			case old == nil && a.delete:
				not = append(not, NotUpdated{name, "the entity has no such attribute to delete"})
				continue
			case a.delete:
				next.remove(name, a.DatasetID)
			case old == nil:
				a.stamp(now, now)
				next.put(name, a)
			default:
				next.put(name, successor(old, a, now))
			}
			done = true
		}
		if done {
			updated = append(updated, name)
		}
	}
	next.ModifiedAt = now
	return next, updated, not
}

// Replace gives the entity that stands in e's place (5.6.18).
func (e *Entity) Replace(with *Entity, now time.Time) *Entity {
	next := with.Clone()
	next.ID = e.ID
	if len(next.Types) == 0 {
		next.Types = e.Types
	}
	for name, instances := range next.Attributes {
		for i, a := range instances {
			created := now
			if old := Instance(e.Attributes[name], a.DatasetID); old != nil {
				created = old.CreatedAt
			}
			instances[i] = a.Clone()
			instances[i].stamp(created, now)
		}
	}
	next.CreatedAt, next.ModifiedAt = e.CreatedAt, now
	return next
}

// PartialUpdate changes the members of one attribute instance that the fragment has
// (5.6.4, 5.5.8).
func (e *Entity) PartialUpdate(name string, fragment *Attribute, now time.Time) (*Entity, error) {
	old := Instance(e.Attributes[name], fragment.DatasetID)
	if old == nil {
		return nil, noInstance(e.ID, name, fragment.DatasetID)
	}
	next := e.Clone()
	next.ModifiedAt = now
	a, err := old.Apply(fragment, name, now)
	if err != nil {
		return nil, err
	}
	if a == nil {
		next.remove(name, fragment.DatasetID)
	} else {
		next.put(name, a)
	}
	return next, nil
}

// Apply gives the instance with the members that the fragment has (5.5.8), or nil if
// the fragment deletes it.
func (a *Attribute) Apply(fragment *Attribute, name string, now time.Time) (*Attribute, error) {
	if fragment.delete {
		return nil, nil
	}
	next, err := a.members(fragment, name, now)
	if err != nil {
		return nil, err
	}
	for sub, instances := range fragment.Sub {
		if slices.ContainsFunc(instances, (*Attribute).Deletes) {
			delete(next.Sub, sub)
			continue
		}
		for _, s := range instances {
			s.stamp(now, now)
		}
		next.Sub[sub] = instances
	}
	return next, nil
}

func noInstance(id, name, datasetID string) error {
	if datasetID == "" {
		return problem.NotFound("entity %s has no attribute %s, or none without datasetId", id, name)
	}
	return problem.NotFound("entity %s has no attribute %s with datasetId %s", id, name, datasetID)
}

// members applies a fragment's own members, not its sub-attributes.
func (a *Attribute) members(fragment *Attribute, name string, now time.Time) (*Attribute, error) {
	if fragment.Kind != None && fragment.Kind != a.Kind {
		return nil, problem.BadData("attribute %s is a %s; the fragment is for a %s", name, a.Kind, fragment.Kind)
	}
	next := a.Clone()
	if next.Sub == nil {
		next.Sub = map[string][]*Attribute{}
	}
	if fragment.given {
		next.Value = fragment.Value
	}
	if fragment.UnitCode != "" {
		next.UnitCode = fragment.UnitCode
	}
	if next.Kind == LanguageProperty && fragment.ValueType != "" && !isLangString(fragment.ValueType) {
		return nil, noLangString(name)
	}
	if fragment.ValueType != "" {
		next.ValueType = fragment.ValueType
	}
	if fragment.IDSealed != "" {
		next.IDSealed = fragment.IDSealed
	}
	if len(fragment.TypeSealed) > 0 {
		next.TypeSealed = fragment.TypeSealed
	}
	if len(fragment.ObjectType) > 0 {
		next.ObjectType = fragment.ObjectType
	}
	if !fragment.ObservedAt.IsZero() {
		next.ObservedAt = fragment.ObservedAt
	}
	if !fragment.ExpiresAt.IsZero() {
		next.ExpiresAt = fragment.ExpiresAt
	}
	for iri := range fragment.clears {
		switch iri {
		case UnitCode:
			next.UnitCode = ""
		case ValueType:
			next.ValueType = ""
		case IDSealed:
			next.IDSealed = ""
		case TypeSealed:
			next.TypeSealed = nil
		case ObjectType:
			next.ObjectType = nil
		case ObservedAt:
			next.ObservedAt = time.Time{}
		case ExpiresAt:
			next.ExpiresAt = time.Time{}
		}
	}
	next.ModifiedAt = now
	return next, nil
}

// MergeOptions are the parameters of the merge operation (5.6.17).
type MergeOptions struct {
	ObservedAt time.Time // for attributes that have an observedAt and get no other
}

// Merge applies a merge patch (5.6.17, 5.5.12).
func (e *Entity) Merge(fragment *Entity, o MergeOptions, now time.Time) (*Entity, error) {
	next := e.Clone()
	next.addTypes(fragment.Types)
	next.setExpiry(fragment)
	if len(fragment.Scope) > 0 {
		next.Scope = fragment.Scope
	}
	if fragment.clears[Scope] {
		next.Scope = nil
	}
	attributes, err := merge(next.Attributes, fragment.Attributes, o, now)
	if err != nil {
		return nil, err
	}
	next.Attributes = attributes
	next.ModifiedAt = now
	return next, nil
}

func merge(into, patches map[string][]*Attribute, o MergeOptions, now time.Time) (map[string][]*Attribute, error) {
	e := &Entity{Attributes: maps.Clone(into)}
	if e.Attributes == nil {
		e.Attributes = map[string][]*Attribute{}
	}
	for _, name := range slices.Sorted(maps.Keys(patches)) {
		e.Attributes[name] = slices.Clone(e.Attributes[name])
		for _, patch := range patches[name] {
			old := Instance(e.Attributes[name], patch.DatasetID)
			switch {
			case patch.delete:
				e.remove(name, patch.DatasetID)
			case old == nil:
				if !patch.given {
					return nil, problem.BadData("attribute %s does not exist yet, so the fragment needs a value for it", name)
				}
				fresh, err := patch.withoutNulls(now)
				if err != nil {
					return nil, err
				}
				e.put(name, fresh)
			default:
				merged, err := old.merge(patch, name, o, now)
				if err != nil {
					return nil, err
				}
				e.put(name, merged)
			}
		}
		if len(e.Attributes[name]) == 0 {
			delete(e.Attributes, name)
		}
	}
	return e.Attributes, nil
}

func (a *Attribute) merge(patch *Attribute, name string, o MergeOptions, now time.Time) (*Attribute, error) {
	if patch.given && patch.Kind != None && patch.Kind != a.Kind { // another type takes the whole place
		fresh, err := patch.withoutNulls(now)
		if err != nil {
			return nil, err
		}
		fresh.CreatedAt = a.CreatedAt
		return fresh, nil
	}
	next, err := a.members(patch, name, now)
	if err != nil {
		return nil, err
	}
	if patch.given {
		next.Value = mergeJSON(a.Value, patch.Value)
	}
	if !o.ObservedAt.IsZero() && !a.ObservedAt.IsZero() && patch.ObservedAt.IsZero() {
		next.ObservedAt = o.ObservedAt
	}
	if next.Sub, err = merge(a.Sub, patch.Sub, MergeOptions{}, now); err != nil {
		return nil, err
	}
	return next, nil
}

// withoutNulls is the patch as a new attribute.
func (a *Attribute) withoutNulls(now time.Time) (*Attribute, error) {
	next := a.Clone()
	next.Value = mergeJSON(nil, a.Value)
	var err error
	if next.Sub, err = merge(nil, a.Sub, MergeOptions{}, now); err != nil {
		return nil, err
	}
	next.stamp(now, now)
	return next, nil
}

// mergeJSON is RFC 7396's merge with the NGSI-LD Null in place of null.
func mergeJSON(target, patch any) any {
	o, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if t, ok := target.(map[string]any); ok {
		maps.Copy(out, t)
	}
	if _, geometry := o["coordinates"]; geometry {
		return patch // a geometry is one value
	}
	for key, v := range o {
		if v == NullURI {
			delete(out, key)
			continue
		}
		out[key] = mergeJSON(out[key], v)
	}
	return out
}

// DeleteAttribute removes an instance, or all of them (5.6.5).
func (e *Entity) DeleteAttribute(name, datasetID string, all bool, now time.Time) (*Entity, error) {
	next := e.Clone()
	switch {
	case name == Scope:
		if len(e.Scope) == 0 {
			return nil, problem.NotFound("entity %s has no scope", e.ID)
		}
		next.Scope = nil
	case all:
		if len(e.Attributes[name]) == 0 {
			return nil, problem.NotFound("entity %s has no attribute %s", e.ID, name)
		}
		delete(next.Attributes, name)
	default:
		if Instance(e.Attributes[name], datasetID) == nil {
			return nil, noInstance(e.ID, name, datasetID)
		}
		next.remove(name, datasetID)
	}
	next.ModifiedAt = now
	return next, nil
}

// ReplaceAttribute puts a in the place of the instance with its datasetId (5.6.19).
func (e *Entity) ReplaceAttribute(name string, a *Attribute, now time.Time) (*Entity, error) {
	old := Instance(e.Attributes[name], a.DatasetID)
	if old == nil {
		return nil, noInstance(e.ID, name, a.DatasetID)
	}
	next := e.Clone()
	next.put(name, successor(old, a, now))
	next.ModifiedAt = now
	return next, nil
}
