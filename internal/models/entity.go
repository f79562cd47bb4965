package models

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/validate"
)

// Kind is the kind of an NGSI-LD attribute (ETSI GS CIM 009, 4.5).
type Kind string

// The kinds.
const (
	Property         Kind = "Property"         // 4.5.2
	GeoProperty      Kind = "GeoProperty"      // 4.5.2.4, 4.7
	Relationship     Kind = "Relationship"     // 4.5.3
	LanguageProperty Kind = "LanguageProperty" // 4.5.18
	VocabProperty    Kind = "VocabProperty"    // 4.5.20
	ListProperty     Kind = "ListProperty"     // 4.5.21
	ListRelationship Kind = "ListRelationship" // 4.5.22
	JSONProperty     Kind = "JsonProperty"     // 4.5.24
)

// valueMember is where an attribute of each kind has its value.
var valueMember = map[Kind]string{
	Property: "value", GeoProperty: "value", Relationship: "object", LanguageProperty: "languageMap",
	VocabProperty: "vocab", ListProperty: "valueList", ListRelationship: "objectList", JSONProperty: "json",
}

// Kinds lists the kinds of attributes.
func Kinds() []Kind {
	return []Kind{Property, GeoProperty, Relationship, LanguageProperty, VocabProperty, ListProperty, ListRelationship, JSONProperty}
}

// Form is the representation that an entity is in.
type Form string

// The forms.
const (
	AnyForm    Form = ""           // told apart by looking at the attributes
	Normalised Form = "normalised" // 4.5.1
	Concise    Form = "concise"    // 4.5.17 of V1.8.1: concise
	KeyValues  Form = "keyValues"  // 4.5.4: simplified
)

// Entity is an NGSI-LD entity read for what models describe: names expanded,
// attributes by kind, without system attributes and sub-attributes.
type Entity struct {
	ID         string
	Types      []Type
	Attributes []Attr // sorted by IRI
	Context    any    // its @context, nil for none
	Form       Form   // as it was read
	Names      *Names // by its @context
	// Faults are what is no NGSI-LD in it; the attributes concerned are left out.
	Faults []Fault
}

// Type is an entity type.
type Type struct {
	Served string // as the entity has it
	IRI    string
}

// Short is the type's name without the namespace that the @context left on it.
func (t Type) Short() string { return LocalName(t.Served) }

// Fault is something in an entity that NGSI-LD does not allow.
type Fault struct {
	Pointer string // RFC 6901, into the entity as served
	Message string
}

// Attr is an attribute of an entity.
type Attr struct {
	Served    string // name as served
	IRI       string
	Kind      Kind
	Instances []Instance // the default one first, then by datasetId (4.5.5)
}

// Instance is one instance of an attribute.
type Instance struct {
	DatasetID  string
	Value      any    // of the member that the kind has its value in
	Pointer    string // RFC 6901, of that value in the entity as served
	UnitCode   any    // nil for none
	ObservedAt any    // nil for none
	ObjectType any    // nil for none
}

// Objects are the URIs of the entities that a Relationship or ListRelationship leads to.
func (i Instance) Objects() []string {
	var list []string
	switch v := i.Value.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, e := range v {
			switch x := e.(type) {
			case string:
				list = append(list, x)
			case map[string]any:
				if s, ok := x["object"].(string); ok {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// systemMembers are entity members that no data model describes, by IRI.
var systemMembers = []string{
	ngsild.CoreVocab + "createdAt", ngsild.CoreVocab + "modifiedAt", ngsild.CoreVocab + "deletedAt",
	ngsild.CoreVocab + "expiresAt", ngsild.CoreVocab + "scope", ngsild.CoreVocab + "hasScope",
}

// ReadEntity reads an entity given as JSON bytes; see Read.
func (c *Catalogue) ReadEntity(b []byte, form Form) (*Entity, error) {
	doc, err := validate.Decode(b)
	if err != nil {
		return nil, err
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("an entity is a JSON object, found %s", describeType(doc))
	}
	return c.Read(object, form)
}

// Read reads an entity (decoded by validate.Decode). It fails when there is no
// telling what the names mean: the @context cannot be had or used.
func (c *Catalogue) Read(object map[string]any, form Form) (*Entity, error) {
	names, err := c.Names(object["@context"])
	if err != nil {
		return nil, err
	}
	return ReadWith(object, form, names), nil
}

// ReadWith reads an entity whose names are expanded by names.
func ReadWith(object map[string]any, form Form, names *Names) *Entity {
	e := &Entity{Context: object["@context"], Form: form, Names: names}
	e.readHead(object)
	if form == AnyForm {
		e.Form = formOf(object)
	}
	for _, served := range slices.Sorted(maps.Keys(object)) {
		if isHead(served) {
			continue
		}
		iri := names.Expand(served)
		if slices.Contains(systemMembers, iri) {
			continue
		}
		if a, ok := e.readAttribute(served, iri, object[served]); ok {
			e.Attributes = append(e.Attributes, a)
		}
	}
	slices.SortStableFunc(e.Attributes, func(a, b Attr) int { return strings.Compare(a.IRI, b.IRI) })
	return e
}

func isHead(name string) bool {
	return name == "id" || name == "type" || name == "@id" || name == "@type" || name == "@context"
}

func (e *Entity) fault(pointer, formatted string, args ...any) {
	e.Faults = append(e.Faults, Fault{pointer, fmt.Sprintf(formatted, args...)})
}

func (e *Entity) readHead(object map[string]any) {
	id, has := object["id"]
	if !has {
		id = object["@id"]
	}
	if e.ID, has = id.(string); !has {
		e.fault("/id", "the id is %s, expected a URI", describeType(id))
	}
	types, has := object["type"]
	if !has {
		types = object["@type"]
	}
	add := func(v any) {
		if s, ok := v.(string); ok && s != "" {
			e.Types = append(e.Types, Type{s, e.Names.Expand(s)})
		} else {
			e.fault("/type", "a type is %s, expected a name", describeType(v))
		}
	}
	if list, ok := types.([]any); ok {
		for _, v := range list {
			add(v)
		}
		if len(list) == 0 {
			e.fault("/type", "the list of types is empty")
		}
		return
	}
	add(types)
}

// formOf tells the representation by what the attributes look like: one that says
// its kind is normalised, one with a value member alone is concise.
func formOf(object map[string]any) Form {
	found := KeyValues
	for name, v := range object {
		if isHead(name) {
			continue
		}
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		o, ok := v.(map[string]any)
		if !ok {
			continue
		}
		kind, _ := o["type"].(string)
		if member, known := valueMember[Kind(kind)]; known {
			if _, has := o[member]; has {
				return Normalised
			}
		}
		for _, member := range valueMember {
			if _, has := o[member]; has && conciseOnly(o) {
				found = Concise
			}
		}
	}
	return found
}

// conciseOnly says whether an object has nothing but what a concise attribute may
// have without sub-attributes, so that a plain value with a member named "value" is
// not taken for one.
func conciseOnly(o map[string]any) bool {
	for name := range o {
		switch name {
		case "value", "object", "languageMap", "vocab", "valueList", "objectList", "json",
			"unitCode", "observedAt", "datasetId", "objectType", "createdAt", "modifiedAt", "instanceId", "valueType", "jsonType":
		default:
			return false
		}
	}
	return true
}

func (e *Entity) readAttribute(served, iri string, v any) (Attr, bool) {
	a := Attr{Served: served, IRI: iri}
	at := "/" + escapeToken(served)
	if e.Form == KeyValues {
		e.readSimplified(&a, at, v)
		return a, true
	}
	instances, several := v.([]any)
	if several && e.Form == Concise && !allObjects(instances) {
		several = false // a plain array value
	}
	if !several {
		instances = []any{v}
	}
	if len(instances) == 0 {
		e.fault(at, "the attribute is an empty array, expected an attribute or several instances of one (4.5.5)")
		return a, false
	}
	seen := map[string]bool{}
	for i, one := range instances {
		here := at
		if several {
			here = fmt.Sprintf("%s/%d", at, i)
		}
		kind, instance, ok := e.readInstance(here, one)
		if !ok {
			return a, false
		}
		if a.Kind != "" && a.Kind != kind {
			e.fault(here, "one instance of the attribute is a %s, another a %s (4.5.5)", a.Kind, kind)
			return a, false
		}
		a.Kind = kind
		if seen[instance.DatasetID] {
			e.fault(here, "two instances of the attribute have the same datasetId (4.5.5)")
		}
		seen[instance.DatasetID] = true
		a.Instances = append(a.Instances, instance)
	}
	slices.SortStableFunc(a.Instances, func(x, y Instance) int { return strings.Compare(x.DatasetID, y.DatasetID) })
	return a, true
}

func allObjects(list []any) bool {
	for _, v := range list {
		if _, ok := v.(map[string]any); !ok {
			return false
		}
	}
	return len(list) > 0
}

// readInstance reads one instance in normalised or concise form.
func (e *Entity) readInstance(at string, v any) (Kind, Instance, bool) {
	o, ok := v.(map[string]any)
	if !ok {
		if e.Form == Concise {
			return Property, Instance{Value: v, Pointer: at}, true
		}
		e.fault(at, "the attribute is %s, expected an object with type and value (4.5.2)", describeType(v))
		return "", Instance{}, false
	}
	kind, stated := e.kindOf(o)
	if !stated {
		if e.Form == Normalised {
			e.fault(at+"/type", "the attribute says no kind: type is %s, expected one of %v (4.5)", show(o["type"]), Kinds())
			return "", Instance{}, false
		}
		var member string
		if kind, member = conciseKind(o); member == "" {
			if isGeometry(o) {
				return GeoProperty, Instance{Value: v, Pointer: at}, true
			}
			return Property, Instance{Value: v, Pointer: at}, true
		}
	}
	member := valueMember[kind]
	value, has := o[member]
	if !has {
		e.fault(at+"/"+member, "the %s has no member %q", kind, member)
		return "", Instance{}, false
	}
	instance := Instance{Value: value, Pointer: at + "/" + member,
		UnitCode: o["unitCode"], ObservedAt: o["observedAt"], ObjectType: o["objectType"]}
	if id, has := o["datasetId"]; has {
		text, ok := id.(string)
		if !ok {
			e.fault(at+"/datasetId", "the datasetId is %s, expected a URI (4.5.5)", describeType(id))
		}
		instance.DatasetID = text
	}
	return kind, instance, true
}

// kindOf is the kind that an attribute states, by its core term or IRI.
func (e *Entity) kindOf(o map[string]any) (Kind, bool) {
	text, ok := o["type"].(string)
	if !ok {
		if text, ok = o["@type"].(string); !ok {
			return "", false
		}
	}
	kind := Kind(strings.TrimPrefix(text, ngsild.CoreVocab))
	_, known := valueMember[kind]
	return kind, known
}

// conciseKind tells the kind by the member that is there.
func conciseKind(o map[string]any) (kind Kind, member string) {
	for _, k := range Kinds() {
		m := valueMember[k]
		if value, has := o[m]; has {
			if g, ok := value.(map[string]any); k == Property && ok && isGeometry(g) {
				return GeoProperty, m
			}
			return k, m
		}
	}
	return "", ""
}

func isGeometry(o map[string]any) bool {
	switch o["type"] {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection":
	default:
		return false
	}
	_, coordinates := o["coordinates"]
	_, geometries := o["geometries"]
	return coordinates || geometries
}

// readSimplified reads an attribute of the simplified representation (4.5.4), where
// only the kinds that keep a member around their value can be told.
func (e *Entity) readSimplified(a *Attr, at string, v any) {
	a.Kind = Property
	if o, ok := v.(map[string]any); ok {
		if isGeometry(o) {
			a.Kind = GeoProperty
		}
		if len(o) == 1 {
			if byDataset, ok := o["dataset"].(map[string]any); ok {
				for _, id := range slices.Sorted(maps.Keys(byDataset)) {
					one := Attr{}
					e.readSimplified(&one, at+"/dataset/"+escapeToken(id), byDataset[id])
					a.Kind = one.Kind
					for _, i := range one.Instances {
						i.DatasetID = strings.TrimPrefix(id, "@none")
						a.Instances = append(a.Instances, i)
					}
				}
				slices.SortStableFunc(a.Instances, func(x, y Instance) int { return strings.Compare(x.DatasetID, y.DatasetID) })
				return
			}
			for _, kind := range []Kind{LanguageProperty, VocabProperty, ListProperty, ListRelationship, JSONProperty} {
				if inner, has := o[valueMember[kind]]; has {
					a.Kind = kind
					a.Instances = []Instance{{Value: inner, Pointer: at + "/" + valueMember[kind]}}
					return
				}
			}
		}
	}
	a.Instances = []Instance{{Value: v, Pointer: at}}
}

func describeType(v any) string {
	switch v.(type) {
	case nil:
		return "missing or null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

func show(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return describeType(v)
}

func escapeToken(t string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t, "~", "~0"), "/", "~1")
}

// LocalName is the last part of an IRI, or a plain name as it is.
func LocalName(iri string) string {
	if !strings.Contains(iri, ":") {
		return iri
	}
	return iri[strings.LastIndexAny(iri, "/#:")+1:]
}
