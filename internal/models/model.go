package models

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// details are what a model's schema and @context say, read at first use.
type details struct {
	title, version, licence string
	dialect                 string // $schema
	address                 string // that the schema says it has, or was made from
	attributes              map[string]*Attribute
	open                    bool // the schema foresees members that it does not name
	terms                   map[string]string
	byIRI                   map[string]string
	required                []string
}

// Attribute is one attribute of a model.
type Attribute struct {
	Name       string
	IRI        string // empty when the model's @context does not map it
	Kind       Kind   // by the published convention: the first word of the description; empty when it is not stated
	Required   bool
	Deprecated bool     // by the keyword, or since its description begins so
	Targets    []string // type IRIs that a relationship may lead to, empty when it is not stated
	types      typeSet  // JSON types that the schema takes
	items      typeSet  // JSON types of the items of an array
}

// Title is the schema's title.
func (m *Model) Title() string { m.details0(); return m.details.title }

// Version is the schema's own version, empty when it states none.
func (m *Model) Version() string { m.details0(); return m.details.version }

// Dialect is the $schema that the model's schema states, empty when it states none.
func (m *Model) Dialect() string { m.details0(); return strings.TrimSuffix(m.details.dialect, "#") }

// StatedLicence is the licence by the schema itself, else by its repository.
func (m *Model) StatedLicence() string {
	m.details0()
	if m.details.licence != "" {
		return m.details.licence
	}
	return m.Licence
}

// Published says whether the model is one of the Smart Data Models as they publish
// it, and neither built in nor somebody's own.
func (m *Model) Published() bool { return m.file.published }

// Provenance says where the model comes from: the address that its schema has, or was
// made from; else the commit of its repository. It is empty when nothing says so.
func (m *Model) Provenance() string {
	m.details0()
	switch {
	case m.details.address != "":
		return m.details.address
	case m.source.builtin:
		return m.Origin
	}
	return m.Commit
}

// addressOf is the absolute address that a schema states.
func addressOf(root map[string]any) string {
	for _, name := range []string{"$id", "id", "derivedFrom"} {
		text, _ := root[name].(string)
		if u, err := url.Parse(text); err == nil && u.IsAbs() {
			return text
		}
	}
	return ""
}

// Attributes lists the attributes that the schema names, by name.
func (m *Model) Attributes() []*Attribute {
	m.details0()
	var list []*Attribute
	for _, name := range slices.Sorted(maps.Keys(m.details.attributes)) {
		list = append(list, m.details.attributes[name])
	}
	return list
}

// Attribute is the attribute with the model's own name, nil when there is none.
func (m *Model) Attribute(name string) *Attribute {
	m.details0()
	return m.details.attributes[name]
}

// Required lists the members that every entity of the model has, id and type
// included, as far as they stand at the schema's top or in its allOf.
func (m *Model) Required() []string { m.details0(); return slices.Clone(m.details.required) }

// Terms is what the model's @context maps its names to.
func (m *Model) Terms() map[string]string { m.details0(); return maps.Clone(m.details.terms) }

// IRIs are those of the type. A model whose @context does not map its name has, if
// it is in a repository of Smart Data Models, the IRI that they have by convention.
func (m *Model) IRIs() []string {
	if m.context != nil {
		if iri := m.context.terms()[m.Name]; iri != "" {
			return []string{iri}
		}
	}
	if _, smart := repositoryOf(m.Subject); smart {
		return []string{"https://smartdatamodels.org/" + m.Subject + "/" + m.Name}
	}
	return nil
}

// NameOf is the model's own name for an attribute IRI, empty when it has none.
func (m *Model) NameOf(iri string) string {
	m.details0()
	return m.details.byIRI[iri]
}

// details0 reads the details and leaves an error to load.
func (m *Model) details0() { _ = m.load() }

func (m *Model) load() error {
	m.once.Do(func() {
		m.details = details{attributes: map[string]*Attribute{}, terms: map[string]string{}, byIRI: map[string]string{}}
		if m.context != nil {
			m.details.terms = m.context.terms()
		}
		doc, err := m.file.document()
		if err != nil {
			m.err = fmt.Errorf("the schema cannot be read: %w", err)
			return
		}
		root, ok := doc.(map[string]any)
		if !ok {
			m.err = fmt.Errorf("the schema is no JSON object")
			return
		}
		m.details.title, _ = root["title"].(string)
		m.details.version, _ = root["$schemaVersion"].(string)
		m.details.dialect, _ = root["$schema"].(string)
		m.details.licence, _ = root["license"].(string)
		m.details.address = addressOf(root)
		m.collect(root, m.SchemaURL, true, 0)
		m.mapNames()
	})
	return m.err
}

// mapNames gives the attributes their IRIs and the IRIs their names. A name that the
// model's schema uses wins over another that its @context maps to the same IRI.
func (m *Model) mapNames() {
	core := coreTerms()
	iriOf := func(name string) string {
		if iri := core[name]; iri != "" { // the core @context cannot be overridden (5.5.7)
			return iri
		}
		return m.details.terms[name]
	}
	for _, name := range slices.Sorted(maps.Keys(m.details.terms)) {
		if iri := iriOf(name); iri != "" {
			if _, taken := m.details.byIRI[iri]; !taken {
				m.details.byIRI[iri] = name
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.details.attributes)) {
		a := m.details.attributes[name]
		if a.IRI = iriOf(name); a.IRI != "" {
			m.details.byIRI[a.IRI] = name
		}
	}
	slices.Sort(m.details.required)
	m.details.required = slices.Compact(m.details.required)
}

// collect gathers the attributes that a schema and what it composes name. certain
// says that every entity has to meet this part.
func (m *Model) collect(node map[string]any, base string, certain bool, depth int) {
	if depth > 64 {
		return
	}
	if ref, ok := node["$ref"].(string); ok {
		if target, at, err := m.catalogue.follow(base, ref); err == nil {
			m.collect(target, at, certain, depth+1)
		}
	}
	if list, ok := node["required"].([]any); ok && certain {
		for _, v := range list {
			if name, ok := v.(string); ok {
				m.details.required = append(m.details.required, name)
				m.attribute(name).Required = true
			}
		}
	}
	if properties, ok := node["properties"].(map[string]any); ok {
		for name, schema := range properties {
			a := m.attribute(name)
			if s, ok := schema.(map[string]any); ok {
				m.describe(a, s, base, 0)
				types, items := m.types(s, base, 0)
				a.types &= types
				a.items &= items
			}
		}
	}
	for _, pattern := range []string{"patternProperties"} {
		if _, has := node[pattern]; has {
			m.details.open = true
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := node[keyword].([]any)
		for _, v := range list {
			if sub, ok := v.(map[string]any); ok {
				m.collect(sub, base, certain && keyword == "allOf", depth+1)
			}
		}
	}
	for _, keyword := range []string{"if", "then", "else"} {
		if sub, ok := node[keyword].(map[string]any); ok {
			m.collect(sub, base, false, depth+1)
		}
	}
}

func (m *Model) attribute(name string) *Attribute {
	a := m.details.attributes[name]
	if a == nil {
		a = &Attribute{Name: name, types: anyType, items: anyType}
		m.details.attributes[name] = a
	}
	return a
}

// describe reads what a property's schema says for people and for us.
func (m *Model) describe(a *Attribute, s map[string]any, base string, depth int) {
	if depth > 16 {
		return
	}
	if text, ok := s["description"].(string); ok {
		kind, words, found := strings.Cut(text, ".")
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(words)), "deprecated") || strings.HasPrefix(strings.ToLower(text), "deprecated") {
			a.Deprecated = true
		}
		if found && a.Kind == "" {
			switch k := Kind(strings.TrimSpace(kind)); k {
			case Property, GeoProperty, Relationship, LanguageProperty:
				a.Kind = k
			case "Geoproperty":
				a.Kind = GeoProperty
			}
		}
	}
	if d, ok := s["deprecated"].(bool); ok && d {
		a.Deprecated = true
	}
	if list, ok := s["x-targetTypes"].([]any); ok {
		for _, v := range list {
			if iri, ok := v.(string); ok && !slices.Contains(a.Targets, iri) {
				a.Targets = append(a.Targets, iri)
			}
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		if target, at, err := m.catalogue.follow(base, ref); err == nil {
			m.describe(a, target, at, depth+1)
		}
	}
}

// ListOnly says whether the model takes nothing but a list.
func (a *Attribute) ListOnly() bool { return a.types == arrayType }

// SeveralTypes says whether the model states more than one JSON type for the value.
func (a *Attribute) SeveralTypes() bool {
	return a.types != anyType && a.types&(a.types-1) != 0
}

// TakesItem says whether a value may be an item of the list that the model takes.
func (a *Attribute) TakesItem(v any) bool { return a.items&typeOf(v) != 0 }

// Repairs lists the known defects of published schemas that were worked around in
// what the model's schema reaches, so that a report can tell.
func (m *Model) Repairs() []Repair {
	if m.Err() != nil {
		return nil
	}
	var list []Repair
	for _, place := range m.Schema().Reaches() {
		address, ptr, _ := strings.Cut(place, "#")
		f := m.catalogue.find(address)
		if f == nil {
			continue
		}
		for _, r := range f.repairs {
			_, at, _ := strings.Cut(r.Where, "#")
			if at == "/$schema" || ptr == "" || at == ptr || strings.HasPrefix(at, ptr+"/") {
				if !slices.Contains(list, r) {
					list = append(list, r)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Repair) int { return strings.Compare(a.Where, b.Where) })
	return list
}

// typeSet is a set of JSON types.
type typeSet uint8

const (
	nullType typeSet = 1 << iota
	booleanType
	numberType
	stringType
	arrayType
	objectType
	anyType = nullType | booleanType | numberType | stringType | arrayType | objectType
)

func typeNamed(name string) typeSet {
	switch name {
	case "null":
		return nullType
	case "boolean":
		return booleanType
	case "number", "integer":
		return numberType
	case "string":
		return stringType
	case "array":
		return arrayType
	case "object":
		return objectType
	}
	return 0
}

func typeOf(v any) typeSet {
	switch v.(type) {
	case nil:
		return nullType
	case bool:
		return booleanType
	case string:
		return stringType
	case []any:
		return arrayType
	case map[string]any:
		return objectType
	}
	return numberType
}

// types says which JSON types a schema takes at most, and which as items of an array.
func (m *Model) types(s map[string]any, base string, depth int) (own, items typeSet) {
	own, items = anyType, anyType
	if depth > 16 {
		return own, items
	}
	switch t := s["type"].(type) {
	case string:
		own = typeNamed(t)
	case []any:
		own = 0
		for _, v := range t {
			if name, ok := v.(string); ok {
				own |= typeNamed(name)
			}
		}
	}
	if list, ok := s["enum"].([]any); ok {
		var listed typeSet
		for _, v := range list {
			listed |= typeOf(v)
		}
		own &= listed
	}
	if item, ok := s["items"].(map[string]any); ok {
		items, _ = m.types(item, base, depth+1)
	}
	if ref, ok := s["$ref"].(string); ok {
		if target, at, err := m.catalogue.follow(base, ref); err == nil {
			o, i := m.types(target, at, depth+1)
			own, items = own&o, items&i
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list, ok := s[keyword].([]any)
		if !ok || len(list) == 0 {
			continue
		}
		var union, unionItems typeSet
		for _, v := range list {
			sub, ok := v.(map[string]any)
			if !ok {
				union, unionItems = anyType, anyType
				continue
			}
			o, i := m.types(sub, base, depth+1)
			if keyword == "allOf" {
				own, items = own&o, items&i
			}
			union |= o
			if o&arrayType != 0 {
				unionItems |= i
			}
		}
		if keyword != "allOf" {
			own &= union
			if unionItems != 0 {
				items &= unionItems
			}
		}
	}
	return own, items
}

// follow resolves a $ref to an object schema of the catalogue.
func (c *Catalogue) follow(base, ref string) (map[string]any, string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return nil, "", err
	}
	r, err := url.Parse(ref)
	if err != nil {
		return nil, "", err
	}
	address := b.ResolveReference(r)
	fragment := address.Fragment
	address.Fragment, address.RawFragment = "", ""
	node, err := c.Document(address.String())
	if err != nil {
		return nil, "", err
	}
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		return nil, "", fmt.Errorf("%s has no JSON pointer as its fragment", ref)
	}
	for i, token := range strings.Split(fragment, "/") {
		if i == 0 {
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch n := node.(type) {
		case map[string]any:
			node = n[token]
		case []any:
			k, err := strconv.Atoi(token)
			if err != nil || k < 0 || k >= len(n) {
				return nil, "", fmt.Errorf("%s leads nowhere", ref)
			}
			node = n[k]
		default:
			return nil, "", fmt.Errorf("%s leads nowhere", ref)
		}
	}
	object, ok := node.(map[string]any)
	if !ok {
		return nil, "", fmt.Errorf("%s leads to no object", ref)
	}
	return object, address.String(), nil
}
