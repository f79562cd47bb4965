package model

import (
	"maps"
	"time"
)

// Latest is the minor number of the latest version of the standard.
const Latest = 9

// Conformance shows entities as an earlier version of the standard had them (4.3.6.8).
type Conformance struct {
	Minor   int  // of version 1.Minor
	Altered bool // something was shown in another way than it is
}

// The versions that brought what earlier ones must not see.
var (
	kindsSince = map[Kind]int{LanguageProperty: 4, JSONProperty: 8, VocabProperty: 8, ListProperty: 8, ListRelationship: 8}
	older      = map[Kind]Kind{LanguageProperty: Property, JSONProperty: Property, VocabProperty: Property, ListProperty: Property, ListRelationship: Relationship}
)

// conform gives e as the version that is asked for had it; many keeps all instances of
// an attribute, which those of an evolution are.
func (v View) conform(e *Entity, many bool) *Entity {
	c := v.Conform
	if c == nil || c.Minor >= Latest {
		return e
	}
	out := *e
	if !e.ExpiresAt.IsZero() {
		out.ExpiresAt = time.Time{}
		c.Altered = c.Altered || v.SysAttrs
	}
	if c.Minor < 4 && len(e.Scope) > 0 {
		out.Scope, c.Altered = nil, true
	}
	if c.Minor < 3 && len(e.Types) > 1 {
		out.Types, c.Altered = e.Types[:1], true
	}
	out.Attributes = make(map[string][]*Attribute, len(e.Attributes))
	for name, instances := range e.Attributes {
		if name == Scope && c.Minor < 4 { // of an evolution
			c.Altered = true
			continue
		}
		out.Attributes[name] = v.conformed(instances, many)
	}
	return &out
}

func (v View) conformed(instances []*Attribute, many bool) []*Attribute {
	if v.Conform.Minor < 3 && !many && len(instances) > 1 {
		one := Instance(instances, "")
		if one == nil {
			one = instances[0]
		}
		instances, v.Conform.Altered = []*Attribute{one}, true
	}
	out := make([]*Attribute, len(instances))
	for i, a := range instances {
		out[i] = v.conformedAttribute(a)
	}
	return out
}

func (v View) conformedAttribute(a *Attribute) *Attribute {
	minor, out := v.Conform.Minor, *a
	altered := false
	if minor < kindsSince[a.Kind] {
		if a.Kind == VocabProperty {
			out.Value = v.vocab(a.Value)
		}
		out.Kind, altered = older[a.Kind], true
	}
	details := a.ValueType != "" || a.IDSealed != "" || a.TypeSealed != nil || !a.ExpiresAt.IsZero() && v.SysAttrs
	out.ValueType, out.IDSealed, out.TypeSealed, out.ExpiresAt = "", "", nil, time.Time{}
	if minor < 8 {
		details = details || len(a.ObjectType) > 0
		out.ObjectType = nil
	}
	if minor < 3 {
		details = details || a.DatasetID != "" || a.UnitCode != "" || !a.ObservedAt.IsZero()
		out.DatasetID, out.UnitCode, out.ObservedAt = "", "", time.Time{}
	}
	if v.Format == Simplified { // shows values only
		details = false
	}
	v.Conform.Altered = v.Conform.Altered || altered || details
	if len(a.Sub) > 0 {
		out.Sub = maps.Clone(a.Sub)
		for name, instances := range a.Sub {
			out.Sub[name] = v.conformed(instances, false)
		}
	}
	return &out
}
