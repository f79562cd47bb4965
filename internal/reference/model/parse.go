package model

import (
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Parser reads entities and attributes in normalized or concise representation
// (4.5.1, 4.5.4), checks them and expands their names. Its errors are problems.
type Parser struct {
	Context *jsonld.Context
	// Nulls admits NGSI-LD Nulls, which delete what they are given for.
	Nulls bool
	// Partial admits attributes without type or value, Deep sub-attributes too.
	Partial, Deep bool
	// Simplified takes each attribute's JSON as its value (4.5.4), typed as in
	// Existing where that has the attribute.
	Simplified bool
	Existing   *Entity
	// Language is what a plain string means for a LanguageProperty of Existing.
	Language string
	// Temporal admits arrays of instances that differ in time only (4.5.6).
	Temporal bool
}

// members that mean something inside of an attribute and so name no attribute.
var reserved = []string{
	"hasValue", "hasObject", "hasLanguageMap", "hasVocab", "hasJSON", "hasValueList", "hasObjectList",
	"hasObjectType", "datasetId", "observedAt", "unitCode", "instanceId", "valueType", "lang",
	"hasPreviousValue", "hasPreviousObject", "hasPreviousLanguageMap", "hasPreviousVocab", "hasPreviousJson",
	"hasPreviousValueList", "hasPreviousObjectList",
}

func isReserved(iri string) bool {
	name, ok := strings.CutPrefix(iri, ngsild.CoreVocab)
	return ok && slices.Contains(reserved, name)
}

// Entity reads a whole entity: id and type are mandatory (4.5.1).
func (p *Parser) Entity(o map[string]any) (*Entity, error) {
	e, err := p.FragmentOf(o)
	if err != nil {
		return nil, err
	}
	if e.ID == "" {
		return nil, problem.BadData("an entity needs an id that is a URI; this one has none")
	}
	if len(e.Types) == 0 {
		return nil, problem.BadData("an entity needs a type; %s has none", e.ID)
	}
	return e, nil
}

// FragmentOf reads an entity fragment: id and type may be missing (5.4).
func (p *Parser) FragmentOf(o map[string]any) (*Entity, error) {
	e := &Entity{Attributes: map[string][]*Attribute{}}
	for _, key := range sortedKeys(o) {
		if key == "@context" {
			continue
		}
		if err := p.entityMember(e, key, o[key]); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (p *Parser) entityMember(e *Entity, key string, v any) error {
	iri := p.Context.Expand(key)
	var err error
	switch iri {
	case "":
		return nil // the @context maps it to null
	case "@id":
		e.ID, err = uriMember(key, v)
		return err
	case "@type":
		e.Types, err = p.types(v)
		return err
	case Scope:
		if v == NullURI && p.Nulls {
			e.clear(Scope)
			return nil
		}
		if p.Temporal {
			e.Attributes[Scope], err = p.scopeInstances(key, v)
			return err
		}
		e.Scope, err = scopes(v)
		return err
	case ExpiresAt:
		if v == NullURI && p.Nulls {
			e.clear(ExpiresAt)
			return nil
		}
		e.ExpiresAt, err = timeMember(key, v)
		return err
	case CreatedAt, ModifiedAt, DeletedAt:
		return nil // the platform's own to set (4.8)
	}
	if isReserved(iri) || strings.HasPrefix(iri, "@") {
		return problem.BadData("%q is a term of the core model that cannot name an attribute", key)
	}
	if !IsName(key) {
		return problem.BadData("%q is not a valid attribute name (4.6.2)", key)
	}
	instances, err := p.instances(key, iri, v, 1)
	if err != nil {
		return err
	}
	if !p.Temporal && len(e.Attributes[iri]) > 0 {
		return problem.BadData("attribute %s is given twice under different names", iri)
	}
	if slices.Contains([]string{Location, ObservationSpace, OperationSpace}, iri) {
		for _, a := range instances {
			if a.Kind != GeoProperty && a.Kind != None {
				return problem.BadData("%s must be a GeoProperty (4.7), got a %s", key, a.Kind)
			}
		}
	}
	e.Attributes[iri] = append(e.Attributes[iri], instances...)
	return nil
}

func (e *Entity) clear(iri string) {
	if e.clears == nil {
		e.clears = map[string]bool{}
	}
	e.clears[iri] = true
}

func (a *Attribute) clear(iri string) {
	if a.clears == nil {
		a.clears = map[string]bool{}
	}
	a.clears[iri] = true
}

func uriMember(key string, v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", problem.BadData("%s must be a URI, got a %s", key, jsonKind(v))
	}
	if !IsURI(s) || s == NullURI {
		return "", problem.BadData("%s must be a URI, got %q", key, s)
	}
	return s, nil
}

func timeMember(key string, v any) (time.Time, error) {
	s, _ := v.(string)
	t, ok := ParseTime(s)
	if !ok {
		return time.Time{}, problem.BadData("%s must be a DateTime such as 2024-05-01T12:00:00Z (4.6.3), got %v", key, v)
	}
	return t, nil
}

func (p *Parser) types(v any) ([]string, error) {
	names, err := stringOrList("type", v)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		if !IsName(name) || name == NullURI {
			return nil, problem.BadData("%q is not a valid entity type name (4.6.2)", name)
		}
		iri := p.Context.Expand(name)
		if iri == "" || strings.HasPrefix(iri, "@") {
			return nil, problem.BadData("%q cannot name an entity type", name)
		}
		if !slices.Contains(out, iri) {
			out = append(out, iri)
		}
	}
	return out, nil
}

func scopes(v any) ([]string, error) {
	names, err := stringOrList("scope", v)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !IsScope(name) {
			return nil, problem.BadData("%q is not a valid scope (4.18): levels of letters, digits and underscores that begin with a letter, separated by slashes", name)
		}
	}
	return names, nil
}

func stringOrList(what string, v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case []any:
		if len(v) == 0 {
			return nil, problem.BadData("%s is an empty array; expected a string or an array of strings", what)
		}
		out := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, problem.BadData("%s holds a %s where a string should be", what, jsonKind(item))
			}
			out[i] = s
		}
		return out, nil
	default:
		return nil, problem.BadData("%s must be a string or an array of strings, got a %s", what, jsonKind(v))
	}
}

// instances reads one attribute's JSON: an object, several of them in an array, or a
// concise value.
func (p *Parser) instances(key, iri string, v any, depth int) ([]*Attribute, error) {
	if depth > 32 {
		return nil, problem.BadData("attribute %s has sub-attributes more than 32 levels deep", key)
	}
	if v == nil {
		return nil, problem.BadData("attribute %s is null; to delete one, use %q in an operation that can (5.5.4)", key, NullURI)
	}
	if p.Simplified && depth == 1 {
		a, err := p.simplified(key, iri, v)
		if err != nil {
			return nil, err
		}
		return []*Attribute{a}, nil
	}
	list, isList := v.([]any)
	if !isList || !p.isInstances(list) {
		a, err := p.attribute(key, v, depth)
		if err != nil {
			return nil, err
		}
		return []*Attribute{a}, nil
	}
	out := make([]*Attribute, 0, len(list))
	for _, item := range list {
		a, err := p.attribute(key, item, depth)
		if err != nil {
			return nil, err
		}
		if !p.Temporal && Instance(out, a.DatasetID) != nil {
			return nil, problem.BadData("attribute %s has two instances with the same datasetId %q (4.5.5)", key, a.DatasetID)
		}
		out = append(out, a)
	}
	return out, nil
}

// isInstances tells an array of attribute instances from an array that is a value.
func (p *Parser) isInstances(list []any) bool {
	if len(list) == 0 {
		return false
	}
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok || !p.isAttribute(o) {
			return false
		}
	}
	return true
}

// isAttribute tells an attribute from a JSON object that is a concise value.
func (p *Parser) isAttribute(o map[string]any) bool {
	if p.typeOf(o) != None {
		return true
	}
	for key := range o {
		if iri := p.Context.Expand(key); isReserved(iri) {
			return true
		}
	}
	return false
}

func (p *Parser) typeOf(o map[string]any) Kind {
	for key, v := range o {
		if p.Context.Expand(key) != "@type" {
			continue
		}
		if name, ok := v.(string); ok {
			return kindOf(p.Context.Expand(name))
		}
		if list, ok := v.([]any); ok && len(list) == 1 {
			if name, ok := list[0].(string); ok {
				return kindOf(p.Context.Expand(name))
			}
		}
	}
	return None
}

// Attribute reads one attribute instance for the attribute operations.
func (p *Parser) Attribute(name, iri string, v any) (*Attribute, error) {
	instances, err := p.instances(name, iri, v, 1)
	if err != nil {
		return nil, err
	}
	if len(instances) != 1 {
		return nil, problem.BadData("expected one instance of attribute %s, got %d", name, len(instances))
	}
	return instances[0], nil
}

func (p *Parser) attribute(key string, v any, depth int) (*Attribute, error) {
	if v == NullURI {
		if !p.Nulls {
			return nil, problem.BadData("attribute %s is an NGSI-LD Null, which this operation does not admit (5.5.4)", key)
		}
		return &Attribute{delete: true}, nil
	}
	o, isObject := v.(map[string]any)
	if !isObject || !p.isAttribute(o) && !p.partial(depth) && !p.typed(o) {
		return p.conciseValue(key, v)
	}
	if isGeometry(v) {
		return p.conciseValue(key, v)
	}
	return p.attributeObject(key, o, depth)
}

// typed says whether an object has a type, which makes it an attribute and no value,
// whatever the type is (4.5.2.3).
func (p *Parser) typed(o map[string]any) bool {
	for key := range o {
		if p.Context.Expand(key) == "@type" {
			return true
		}
	}
	return false
}

func (p *Parser) partial(depth int) bool { return p.Partial && (depth == 1 || p.Deep) }

func (p *Parser) conciseValue(key string, v any) (*Attribute, error) {
	if isGeometry(v) {
		geometry, err := Geometry(v)
		if err != nil {
			return nil, problem.BadData("attribute %s: %v", key, err)
		}
		return &Attribute{Kind: GeoProperty, Value: geometry, given: true}, nil
	}
	if err := p.checkValue(key, v); err != nil {
		return nil, err
	}
	return &Attribute{Kind: Property, Value: p.Context.Value(v), given: true}, nil
}

// checkValue refuses JSON nulls and NGSI-LD Nulls as values (5.5.4).
func (p *Parser) checkValue(key string, v any) error {
	switch v := v.(type) {
	case nil:
		return problem.BadData("the value of %s is null, which NGSI-LD does not admit (5.5.4)", key)
	case string:
		if v == NullURI && !p.Nulls {
			return problem.BadData("the value of %s is an NGSI-LD Null, which this operation does not admit (5.5.4)", key)
		}
	case map[string]any:
		if isLiteral(v) {
			return nil // whose null is JSON's, which is not expanded (4.5.0)
		}
		for name, member := range v {
			if member == nil {
				return problem.BadData("the value of %s has a member %s that is null, which NGSI-LD does not admit (5.5.4)", key, name)
			}
		}
	}
	if !p.Deep && hasNullInside(v) { // a merge deletes what is inside of values (5.5.12)
		return problem.BadData("the value of %s has an NGSI-LD Null inside, which this operation does not admit (5.5.4)", key)
	}
	return nil
}

// isLiteral says whether a value is a JSON literal of JSON-LD, which may hold null.
func isLiteral(v map[string]any) bool {
	_, has := v["@value"]
	return has && v["@type"] == "@json"
}

// hasNullInside says whether a member of a JSON object in v, however deep, is an NGSI-LD Null.
func hasNullInside(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			if member == NullURI || hasNullInside(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasNullInside)
	}
	return false
}

func (p *Parser) attributeObject(key string, o map[string]any, depth int) (*Attribute, error) {
	a := &Attribute{}
	var valueKey string // the member of the value, as the user wrote it
	var value any
	member := None // the kind that the value's member stands for
	outputs := map[Kind]string{}
	for _, name := range sortedKeys(o) {
		v := o[name]
		iri := p.Context.Expand(name)
		if iri == "" {
			continue
		}
		if kind := kindOfOutput(iri); kind != None {
			outputs[kind] = name
		}
		if kind := kindOfMember(iri); kind != None {
			if member != None {
				return nil, problem.BadData("attribute %s has both %s and %s; an attribute has one value", key, valueKey, name)
			}
			member, valueKey, value = kind, name, v
			continue
		}
		if err := p.attributeMember(a, key, name, iri, v, depth); err != nil {
			return nil, err
		}
	}
	if member == None {
		if !p.partial(depth) {
			return nil, problem.BadData("attribute %s of type %s has no %s", key, cmpOr(a.Kind.String(), "Property"), cmpOr(a.Kind.Member(), "value"))
		}
		return a, p.checkKind(a, key, outputs)
	}
	switch {
	case a.Kind == None && member == Property && isGeometry(value):
		a.Kind = GeoProperty
	case a.Kind == None:
		a.Kind = member
	case a.Kind != member && (a.Kind != GeoProperty || member != Property):
		return nil, problem.BadData("attribute %s of type %s must have %s, not %s", key, a.Kind, a.Kind.Member(), valueKey)
	}
	if err := p.setValue(a, key, valueKey, value); err != nil {
		return nil, err
	}
	return a, p.checkKind(a, key, outputs)
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func kindOfMember(iri string) Kind {
	switch strings.TrimPrefix(iri, ngsild.CoreVocab) {
	case "hasValue":
		return Property
	case "hasObject":
		return Relationship
	case "hasLanguageMap":
		return LanguageProperty
	case "hasVocab":
		return VocabProperty
	case "hasJSON":
		return JSONProperty
	case "hasValueList":
		return ListProperty
	case "hasObjectList":
		return ListRelationship
	default:
		return None
	}
}

// kindOfOutput is the kind of attribute that has the member in output only (tables 5.2.5-2
// and its like), None for another member.
func kindOfOutput(iri string) Kind {
	switch strings.TrimPrefix(iri, ngsild.CoreVocab) {
	case "hasPreviousValue":
		return Property
	case "hasPreviousObject", "entity":
		return Relationship
	case "hasPreviousLanguageMap":
		return LanguageProperty
	case "hasPreviousVocab":
		return VocabProperty
	case "hasPreviousJson":
		return JSONProperty
	case "hasPreviousValueList":
		return ListProperty
	case "hasPreviousObjectList", "entityList":
		return ListRelationship
	default:
		return None
	}
}

func (p *Parser) attributeMember(a *Attribute, key, name, iri string, v any, depth int) error {
	var err error
	null := v == NullURI
	if null && !p.Nulls {
		return problem.BadData("member %s of attribute %s is an NGSI-LD Null, which this operation does not admit (5.5.4)", name, key)
	}
	if v == nil {
		return problem.BadData("member %s of attribute %s is null, which NGSI-LD does not admit (5.5.4)", name, key)
	}
	if seal := sealOf(name, iri); seal != "" {
		return p.seal(a, key, name, seal, v)
	}
	switch iri {
	case "@type":
		if a.Kind = p.typeOf(map[string]any{"@type": v}); a.Kind == None {
			return problem.BadData("the type %v of attribute %s is none of the attribute types of NGSI-LD (4.5)", v, key)
		}
		return nil
	case "@id", "@context":
		return problem.BadData("attribute %s must not have a member %s", key, name)
	case DatasetID:
		if v == "@none" {
			return nil
		}
		a.DatasetID, err = uriMember(name, v)
		return err
	case ObservedAt, ExpiresAt:
		if null {
			a.clear(iri)
			return nil
		}
		t, err := timeMember(name, v)
		if iri == ObservedAt {
			a.ObservedAt = t
		} else {
			a.ExpiresAt = t
		}
		return err
	case UnitCode, ValueType:
		if null {
			a.clear(iri)
			return nil
		}
		s, ok := v.(string)
		if !ok || s == "" {
			return problem.BadData("%s of attribute %s must be a string, got a %s", name, key, jsonKind(v))
		}
		if iri == UnitCode {
			a.UnitCode = s
		} else {
			a.ValueType = p.Context.Expand(s)
		}
		return nil
	case ObjectType:
		if null {
			a.clear(iri)
			return nil
		}
		a.ObjectType, err = p.types(v)
		return err
	case DeletedAt:
		if p.Temporal {
			a.DeletedAt, err = timeMember(name, v)
		}
		return err // else output only
	case CreatedAt, ModifiedAt, InstanceID, Lang,
		ngsild.CoreVocab + "entity", ngsild.CoreVocab + "entityList":
		return nil // output only
	}
	if isReserved(iri) {
		return nil // previous values: output only
	}
	if strings.HasPrefix(iri, "@") || !IsName(name) {
		return problem.BadData("%q is not a valid name of a sub-attribute of %s (4.6.2)", name, key)
	}
	instances, err := p.instances(name, iri, v, depth+1)
	if err != nil {
		return err
	}
	if a.Sub == nil {
		a.Sub = map[string][]*Attribute{}
	}
	a.Sub[iri] = append(a.Sub[iri], instances...)
	return nil
}

// sealOf is the member of proofs that is named, empty for another one. The core @context has
// their names inside of a proof only (annex B), so elsewhere they are known by the name alone.
func sealOf(name, iri string) string {
	switch {
	case name == "entityIdSealed" || iri == IDSealed:
		return IDSealed
	case name == "entityTypeSealed" || iri == TypeSealed:
		return TypeSealed
	}
	return ""
}

// seal reads what a proof says of its entity. Nothing but a proof has these members (4.5.2.2).
func (p *Parser) seal(a *Attribute, key, name, seal string, v any) error {
	if p.Context.Expand(key) != Proof {
		return problem.BadData("attribute %s must not have %s, which only ngsildproof has (4.5.2.2)", key, name)
	}
	if v == NullURI {
		a.clear(seal)
		return nil
	}
	if seal == TypeSealed {
		types, err := p.types(v)
		a.TypeSealed = types
		return err
	}
	id, ok := v.(string)
	if !ok || id == "" {
		return problem.BadData("%s of %s must be a string, got a %s", name, key, jsonKind(v))
	}
	a.IDSealed = id
	return nil
}

// isLangString says whether a valueType is that of languages: the word, under whatever
// vocabulary, or the URI of the RDF datatype (5.2.32).
func isLangString(iri string) bool {
	return iri[strings.LastIndexAny(iri, "/#:")+1:] == "langString"
}

func noLangString(name string) error {
	return problem.BadData("attribute %s is a LanguageProperty, whose valueType can be langString only (5.2.32)", name)
}

// checkKind refuses members that the kind does not have (5.2.5 to 5.2.7, 5.2.32, 5.2.35 to 5.2.38).
// Of its members for output only, by kind in outputs, those that are its own are ignored
// and others refused (4.5.2.2 and its like).
func (p *Parser) checkKind(a *Attribute, key string, outputs map[Kind]string) error {
	for kind, name := range outputs {
		if a.Kind != None && kind != a.Kind && (kind != Property || a.Kind != GeoProperty) {
			return problem.BadData("attribute %s is a %s, which has no %s", key, a.Kind, name)
		}
	}
	if a.UnitCode != "" && a.Kind != None && a.Kind != Property && a.Kind != ListProperty {
		return problem.BadData("attribute %s is a %s, which has no unitCode", key, a.Kind)
	}
	if a.Kind == LanguageProperty && a.ValueType != "" && !isLangString(a.ValueType) {
		return noLangString(key)
	}
	if len(a.ObjectType) > 0 && a.Kind != None && a.Kind != Relationship && a.Kind != ListRelationship {
		return problem.BadData("attribute %s is a %s, which has no objectType", key, a.Kind)
	}
	return nil
}

// setValue checks the value by the attribute's kind and sets it.
func (p *Parser) setValue(a *Attribute, key, name string, v any) error {
	a.given = true
	if p.Nulls && isNullValue(v) {
		a.delete = true
		return nil
	}
	if p.Temporal && isNullValue(v) { // an instance that tells of a deletion (4.5.7)
		a.Value = nullOf(a.Kind)
		return nil
	}
	value, err := p.value(a.Kind, key, name, v)
	a.Value = value
	return err
}

// scopeInstances reads the scope of a temporal evolution: instances of a Property
// whose values are scopes (4.5.6), or scopes alone.
func (p *Parser) scopeInstances(key string, v any) ([]*Attribute, error) {
	_, single := v.(map[string]any)
	list, _ := v.([]any)
	if !single && !p.isInstances(list) {
		names, err := scopes(v)
		return []*Attribute{ScopeInstance(names)}, err
	}
	instances, err := p.instances(key, Scope, v, 1)
	if err != nil {
		return nil, err
	}
	for _, a := range instances {
		if a.Kind != Property {
			return nil, problem.BadData("the scope of a temporal evolution must be a Property (4.5.6), got a %s", a.Kind)
		}
		if isNullValue(a.Value) {
			continue
		}
		if _, err := scopes(a.Value); err != nil {
			return nil, err
		}
	}
	return instances, nil
}

// isNullValue knows the NGSI-LD Null in every value member's shape (5.5.4).
func isNullValue(v any) bool {
	switch v := v.(type) {
	case string:
		return v == NullURI
	case map[string]any:
		return len(v) == 1 && v["@none"] == NullURI
	case []any:
		if len(v) != 1 {
			return false
		}
		if o, ok := v[0].(map[string]any); ok {
			return len(o) == 1 && o["object"] == NullURI
		}
		return v[0] == NullURI
	default:
		return false
	}
}

func (p *Parser) value(kind Kind, key, name string, v any) (any, error) {
	switch kind {
	case None, Property:
		if err := p.checkValue(key, v); err != nil {
			return nil, err
		}
		return p.Context.Value(v), nil
	case GeoProperty:
		geometry, err := Geometry(v)
		if err != nil {
			return nil, problem.BadData("GeoProperty %s: %v", key, err)
		}
		return geometry, nil
	case Relationship:
		return objects(key, name, v)
	case LanguageProperty:
		return p.languageMap(key, v)
	case VocabProperty:
		return p.vocab(key, v)
	case JSONProperty:
		if v == nil {
			return nil, problem.BadData("the json of %s is null; a JsonProperty needs a value", key)
		}
		return v, nil
	case ListProperty:
		list, ok := v.([]any)
		if !ok {
			return nil, problem.BadData("%s of ListProperty %s must be an array, got a %s", name, key, jsonKind(v))
		}
		for _, item := range list {
			if item == nil {
				return nil, problem.BadData("%s of ListProperty %s holds a null, which NGSI-LD does not admit (5.5.4)", name, key)
			}
		}
		return p.Context.Value(list), nil
	default:
		return p.objectList(key, name, v)
	}
}

func objects(key, name string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		return uriMember(name+" of Relationship "+key, v)
	case []any:
		if len(v) == 0 {
			return nil, problem.BadData("%s of Relationship %s is an empty array", name, key)
		}
		for _, item := range v {
			if _, err := uriMember(name+" of Relationship "+key, item); err != nil {
				return nil, err
			}
		}
		return v, nil
	default:
		return nil, problem.BadData("%s of Relationship %s must be a URI or an array of URIs, got a %s", name, key, jsonKind(v))
	}
}

// objectList reads URIs, bare or as {"object": URI} (4.5.22).
func (p *Parser) objectList(key, name string, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, problem.BadData("%s of ListRelationship %s must be an array, got a %s", name, key, jsonKind(v))
	}
	out := make([]any, len(list))
	for i, item := range list {
		if o, ok := item.(map[string]any); ok {
			item = nil
			for member, v := range o {
				if p.Context.Expand(member) == ngsild.CoreVocab+"hasObject" {
					item = v
				}
			}
		}
		uri, err := uriMember(name+" of ListRelationship "+key, item)
		if err != nil {
			return nil, err
		}
		out[i] = uri
	}
	return out, nil
}

func (p *Parser) languageMap(key string, v any) (any, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return nil, problem.BadData("the languageMap of %s must be an object, got a %s", key, jsonKind(v))
	}
	for tag, text := range o {
		if !languageTag.MatchString(tag) {
			return nil, problem.BadData("the languageMap of %s has a key %q that is no language tag (RFC 5646)", key, tag)
		}
		if _, err := stringOrList("language "+tag+" of "+key, text); err != nil {
			return nil, err
		}
		if text == NullURI && !p.Nulls {
			return nil, problem.BadData("language %s of %s is an NGSI-LD Null, which this operation does not admit (5.5.4)", tag, key)
		}
	}
	return o, nil
}

func (p *Parser) vocab(key string, v any) (any, error) {
	names, err := stringOrList("the vocab of "+key, v)
	if err != nil {
		return nil, err
	}
	iris := make([]any, len(names))
	for i, name := range names {
		if name == NullURI {
			return nil, problem.BadData("the vocab of %s holds an NGSI-LD Null, which this operation does not admit (5.5.4)", key)
		}
		iris[i] = p.Context.Expand(name)
	}
	if _, single := v.(string); single {
		return iris[0], nil
	}
	return iris, nil
}

// simplified reads the simplified representation (4.5.4).
func (p *Parser) simplified(key, iri string, v any) (*Attribute, error) {
	if isNullValue(v) && p.Nulls {
		return &Attribute{delete: true}, nil
	}
	if o, ok := v.(map[string]any); ok && len(o) == 1 {
		for name, value := range o {
			kind := kindOfMember(p.Context.Expand(name))
			if kind != None && kind != Property {
				a := &Attribute{Kind: kind}
				return a, p.setValue(a, key, name, value)
			}
		}
	}
	if p.Existing != nil {
		if old := Instance(p.Existing.Attributes[iri], ""); old != nil {
			a := &Attribute{Kind: old.Kind}
			if text, ok := v.(string); ok && old.Kind == LanguageProperty && p.Language != "" {
				v = map[string]any{p.Language: text}
			}
			return a, p.setValue(a, key, old.Kind.Member(), v)
		}
	}
	return p.conciseValue(key, v)
}

func sortedKeys(o map[string]any) []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
