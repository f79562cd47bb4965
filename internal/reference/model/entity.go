// Package model is the NGSI-LD information model (clause 4.5) as Go values: entities
// with expanded names, the rules that input must keep, the merge rules of the
// updating operations, and the representations of the answers.
package model

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// Kind is the type of an attribute (4.5.2, 4.5.3, 4.5.18 to 4.5.24).
type Kind uint8

// The kinds of attributes. None stands for a fragment that leaves the type out.
const (
	None Kind = iota
	Property
	GeoProperty
	Relationship
	LanguageProperty
	VocabProperty
	JSONProperty
	ListProperty
	ListRelationship
)

var kinds = [...]struct{ name, member string }{
	None:             {"", ""},
	Property:         {"Property", "value"},
	GeoProperty:      {"GeoProperty", "value"},
	Relationship:     {"Relationship", "object"},
	LanguageProperty: {"LanguageProperty", "languageMap"},
	VocabProperty:    {"VocabProperty", "vocab"},
	JSONProperty:     {"JsonProperty", "json"},
	ListProperty:     {"ListProperty", "valueList"},
	ListRelationship: {"ListRelationship", "objectList"},
}

// String is the kind's name in the core model, such as "GeoProperty".
func (k Kind) String() string { return kinds[k].name }

// Member is the name of the member that holds the kind's value, such as "object".
func (k Kind) Member() string { return kinds[k].member }

// IRI is the kind's expanded name.
func (k Kind) IRI() string { return ngsild.CoreVocab + kinds[k].name }

func kindOf(iri string) Kind {
	for k := Property; k <= ListRelationship; k++ {
		if k.IRI() == iri {
			return k
		}
	}
	return None
}

// NullURI is the NGSI-LD Null: what it is given for shall be deleted (5.5.4).
const NullURI = "urn:ngsi-ld:null"

// Names of the core model that mean something to the platform.
const (
	Scope            = ngsild.CoreVocab + "scope"
	Location         = ngsild.CoreVocab + "location"
	ObservationSpace = ngsild.CoreVocab + "observationSpace"
	OperationSpace   = ngsild.CoreVocab + "operationSpace"
	CreatedAt        = ngsild.CoreVocab + "createdAt"
	ModifiedAt       = ngsild.CoreVocab + "modifiedAt"
	DeletedAt        = ngsild.CoreVocab + "deletedAt"
	ObservedAt       = ngsild.CoreVocab + "observedAt"
	ExpiresAt        = ngsild.CoreVocab + "expiresAt"
	DatasetID        = ngsild.CoreVocab + "datasetId"
	InstanceID       = ngsild.CoreVocab + "instanceId"
	UnitCode         = ngsild.CoreVocab + "unitCode"
	ValueType        = ngsild.CoreVocab + "valueType"
	ObjectType       = ngsild.CoreVocab + "hasObjectType"
	Lang             = ngsild.CoreVocab + "lang"
	Proof            = ngsild.CoreVocab + "ngsildproof"
	IDSealed         = ngsild.CoreVocab + "entityIdSealed"
	TypeSealed       = ngsild.CoreVocab + "entityTypeSealed"
)

// Entity is an entity with expanded names. Entities that are stored are immutable:
// operations change a Clone.
type Entity struct {
	ID         string
	Types      []string
	Scope      []string
	CreatedAt  time.Time
	ModifiedAt time.Time
	DeletedAt  time.Time // zero while it exists
	ExpiresAt  time.Time // zero for an entity that stays (4.22)
	Attributes map[string][]*Attribute

	clears map[string]bool // members that a fragment deletes, by IRI
}

// Attribute is one instance of an attribute (4.5.5): several of an entity with the
// same name differ in their DatasetID. Attributes that are stored are immutable.
//
// Value is by kind: Property any JSON with expanded names; GeoProperty a GeoJSON
// geometry; Relationship a URI or a []any of URIs; LanguageProperty a map from
// language tag to text or []any of texts; VocabProperty an IRI or a []any of IRIs;
// JSONProperty any JSON as it came; ListProperty a []any; ListRelationship a []any
// of URIs.
type Attribute struct {
	Kind       Kind
	Value      any
	ObjectType []string
	ValueType  string
	IDSealed   string   // of a proof: the entity that it is for (4.5.2.2)
	TypeSealed []string // of a proof: the types of that entity
	UnitCode   string
	DatasetID  string // empty for the default instance
	InstanceID string // only of temporal instances
	ObservedAt time.Time
	ExpiresAt  time.Time
	CreatedAt  time.Time
	ModifiedAt time.Time
	DeletedAt  time.Time
	Sub        map[string][]*Attribute

	given  bool            // a fragment: the value is given
	delete bool            // a fragment: the attribute shall be deleted
	clears map[string]bool // a fragment: members to delete, by IRI
}

// Deletes says that the fragment's attribute is an NGSI-LD Null.
func (a *Attribute) Deletes() bool { return a.delete }

// Clone copies the entity; the attributes are shared, since they are immutable.
func (e *Entity) Clone() *Entity {
	c := *e
	c.Types = slices.Clone(e.Types)
	c.Scope = slices.Clone(e.Scope)
	c.Attributes = make(map[string][]*Attribute, len(e.Attributes))
	for name, instances := range e.Attributes {
		c.Attributes[name] = slices.Clone(instances)
	}
	c.clears = nil
	return &c
}

// Same says whether the attribute holds what another one does. When they were created and
// modified is not looked at.
func (a *Attribute) Same(b *Attribute) bool {
	return a.Kind == b.Kind && reflect.DeepEqual(a.Value, b.Value) && slices.Equal(a.ObjectType, b.ObjectType) && a.ValueType == b.ValueType &&
		a.IDSealed == b.IDSealed && slices.Equal(a.TypeSealed, b.TypeSealed) && a.UnitCode == b.UnitCode && a.DatasetID == b.DatasetID &&
		a.ObservedAt.Equal(b.ObservedAt) && a.ExpiresAt.Equal(b.ExpiresAt) &&
		maps.EqualFunc(a.Sub, b.Sub, func(x, y []*Attribute) bool { return slices.EqualFunc(x, y, (*Attribute).Same) })
}

// Clone copies the attribute; its sub-attributes are shared.
func (a *Attribute) Clone() *Attribute {
	c := *a
	c.Sub = maps.Clone(a.Sub)
	c.given, c.delete, c.clears = false, false, nil
	return &c
}

// Deleted gives the attribute as a notification shows one that has been deleted: with
// an NGSI-LD Null for its value (5.8.6).
func (a *Attribute) Deleted(now time.Time) *Attribute {
	return &Attribute{Kind: a.Kind, Value: nullOf(a.Kind), DatasetID: a.DatasetID, CreatedAt: a.CreatedAt, ModifiedAt: a.ModifiedAt, DeletedAt: now}
}

// nullOf is the NGSI-LD Null as a value of the kind.
func nullOf(k Kind) any {
	if k == LanguageProperty {
		return map[string]any{"@none": NullURI}
	}
	return NullURI
}

// HasType says whether the entity has the type.
func (e *Entity) HasType(iri string) bool { return slices.Contains(e.Types, iri) }

// Instance finds the instance with the datasetId, or gives nil.
func Instance(instances []*Attribute, datasetID string) *Attribute {
	for _, a := range instances {
		if a.DatasetID == datasetID {
			return a
		}
	}
	return nil
}

// Names lists the attributes' names, sorted.
func (e *Entity) Names() []string { return slices.Sorted(maps.Keys(e.Attributes)) }

// Expired says whether the entity's or attribute's time has come.
func expired(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// Current gives the entity without what has expired by now (4.22), or nil when the
// entity itself has.
func (e *Entity) Current(now time.Time) *Entity {
	if expired(e.ExpiresAt, now) {
		return nil
	}
	current := e
	for name, instances := range e.Attributes {
		if !slices.ContainsFunc(instances, func(a *Attribute) bool { return expired(a.ExpiresAt, now) }) {
			continue
		}
		if current == e {
			current = e.Clone()
		}
		kept := slices.DeleteFunc(slices.Clone(instances), func(a *Attribute) bool { return expired(a.ExpiresAt, now) })
		if len(kept) == 0 {
			delete(current.Attributes, name)
		} else {
			current.Attributes[name] = kept
		}
	}
	return current
}

// Transient says that the entity, or something in it, has an expiry.
func (e *Entity) Transient() bool {
	if !e.ExpiresAt.IsZero() {
		return true
	}
	for _, instances := range e.Attributes {
		for _, a := range instances {
			if !a.ExpiresAt.IsZero() {
				return true
			}
		}
	}
	return false
}
