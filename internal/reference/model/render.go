package model

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
)

// Format is a representation of entities (4.5.4).
type Format uint8

// The representations of an entity.
const (
	Normalized Format = iota
	Concise
	Simplified
)

// View says how entities are shown.
type View struct {
	Context  *jsonld.Context
	Format   Format
	SysAttrs bool
	// Deletions shows when an attribute was deleted, as evolutions do; else that is a
	// system attribute like the others (4.8).
	Deletions bool
	Lang      []string // language ranges by preference; nil shows language maps
	// Linked gives the entity that a relationship points to, for inline join
	// (4.5.23.2); nil shows none.
	Linked func(uri string) *Entity
	Level  int // how many levels of linked entities are left to show
	// Within lists the entities around the one shown: they are not shown inside of it
	// again (containedBy).
	Within []string
	// Budget is how many linked entities one answer may still show.
	Budget *int
	// Sub selects what is shown of linked entities, by relationship.
	Sub func(view View, name string) (View, func(*Entity) *Entity)
	// Previous gives the former value of a changed attribute instance, for
	// notifications with showChanges (5.8.6).
	Previous func(name string, a *Attribute) *Attribute
	// Conform is the version of the standard that entities are shown in; nil is the latest.
	Conform *Conformance
}

// Entity is e as JSON, without @context.
func (v View) Entity(e *Entity) map[string]any {
	e = v.conform(e, false)
	if v.Linked != nil {
		v.Within = append(v.Within[:len(v.Within):len(v.Within)], e.ID)
	}
	out := make(map[string]any, len(e.Attributes)+4)
	if e.ID != "" {
		out["id"] = e.ID
	}
	if len(e.Types) > 0 {
		out["type"] = oneOrMany(v.Context.CompactAll(e.Types))
	}
	if len(e.Scope) > 0 {
		out["scope"] = oneOrMany(e.Scope)
	}
	if v.SysAttrs {
		setTime(out, "createdAt", e.CreatedAt)
		setTime(out, "modifiedAt", e.ModifiedAt)
		setTime(out, "expiresAt", e.ExpiresAt)
	}
	setTime(out, "deletedAt", e.DeletedAt)
	for name, instances := range e.Attributes {
		out[v.Context.Compact(name)] = v.Instances(name, instances)
	}
	return out
}

func setTime(out map[string]any, name string, t time.Time) {
	if !t.IsZero() {
		out[name] = FormatTime(t)
	}
}

func oneOrMany(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// Instances is an attribute with all of its instances.
func (v View) Instances(name string, instances []*Attribute) any {
	if v.Format == Simplified {
		if len(instances) == 1 && instances[0].DatasetID == "" {
			return v.simplified(name, instances[0])
		}
		dataset := make(map[string]any, len(instances))
		for _, a := range instances {
			id := a.DatasetID
			if id == "" {
				id = "@none"
			}
			dataset[id] = v.simplified(name, a)
		}
		return map[string]any{"dataset": dataset}
	}
	if len(instances) == 1 {
		return v.shortened(v.attribute(name, instances[0]))
	}
	list := make([]any, len(instances))
	for i, a := range instances {
		list[i] = v.attribute(name, a)
	}
	return list
}

// shortened is a concise attribute without members but its value: the value alone,
// unless it is an object that could be taken for an attribute (4.5.4).
func (v View) shortened(o map[string]any) any {
	value, has := o["value"]
	if v.Format != Concise || !has || len(o) != 1 || isObject(value) && !isGeometry(value) {
		return o
	}
	return value
}

// attribute is one instance, normalized or concise.
func (v View) attribute(name string, a *Attribute) map[string]any {
	kind, value, lang := v.inLanguage(a)
	out := make(map[string]any, 6+len(a.Sub))
	out[kind.Member()] = v.value(kind, value)
	if lang != "" {
		out["lang"] = lang
	}
	if a.DatasetID != "" {
		out["datasetId"] = a.DatasetID
	}
	if a.InstanceID != "" {
		out["instanceId"] = a.InstanceID
	}
	if a.UnitCode != "" {
		out["unitCode"] = a.UnitCode
	}
	if a.ValueType != "" {
		out["valueType"] = v.Context.Compact(a.ValueType)
	}
	if a.IDSealed != "" {
		out["entityIdSealed"] = a.IDSealed
	}
	if len(a.TypeSealed) > 0 {
		out["entityTypeSealed"] = oneOrMany(v.Context.CompactAll(a.TypeSealed))
	}
	if len(a.ObjectType) > 0 {
		out["objectType"] = oneOrMany(v.Context.CompactAll(a.ObjectType))
	}
	setTime(out, "observedAt", a.ObservedAt)
	if v.SysAttrs || v.Deletions {
		setTime(out, "deletedAt", a.DeletedAt)
	}
	if v.SysAttrs {
		setTime(out, "createdAt", a.CreatedAt)
		setTime(out, "modifiedAt", a.ModifiedAt)
		setTime(out, "expiresAt", a.ExpiresAt)
	}
	nested := v
	nested.Previous, nested.Linked = nil, nil
	for sub, instances := range a.Sub {
		out[v.Context.Compact(sub)] = nested.Instances(sub, instances)
	}
	v.join(out, name, a)
	v.previous(out, name, a)
	if v.Format != Concise {
		out["type"] = kind.String()
	}
	return out
}

func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

// value shows a value as its member holds it.
func (v View) value(kind Kind, value any) any {
	switch kind {
	case Property, ListProperty:
		if isScalar(value) {
			return value
		}
		return v.Context.CompactValue(value)
	case VocabProperty:
		return v.vocab(value)
	case ListRelationship:
		list, ok := value.([]any)
		if !ok {
			return value
		}
		out := make([]any, len(list))
		for i, uri := range list {
			out[i] = map[string]any{"object": uri}
		}
		return out
	default:
		return value
	}
}

func isScalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	default:
		return true
	}
}

func (v View) vocab(value any) any {
	switch value := value.(type) {
	case string:
		if value == NullURI {
			return value
		}
		return v.Context.Compact(value)
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = v.vocab(item)
		}
		return out
	default:
		return value
	}
}

// simplified is an instance's value alone (4.5.4).
func (v View) simplified(name string, a *Attribute) any {
	kind, value, _ := v.inLanguage(a)
	if linked := v.inline(name, a); linked != nil {
		return linked
	}
	switch kind {
	case Property, ListProperty:
		return v.value(kind, value)
	case GeoProperty, Relationship, ListRelationship:
		return value
	default:
		return map[string]any{kind.Member(): v.value(kind, value)}
	}
}

// inLanguage shows a LanguageProperty as a Property in the asked language (4.15).
func (v View) inLanguage(a *Attribute) (Kind, any, string) {
	texts, ok := a.Value.(map[string]any)
	if v.Lang == nil || a.Kind != LanguageProperty || !ok || len(texts) == 0 {
		return a.Kind, a.Value, ""
	}
	tag := bestLanguage(texts, v.Lang)
	if tag == "@none" {
		return Property, texts[tag], "@none"
	}
	return Property, texts[tag], tag
}

// bestLanguage follows RFC 4647's lookup over the ranges, then takes @none, and
// else the first tag in alphabetical order.
func bestLanguage(texts map[string]any, ranges []string) string {
	tags := sortedKeys(texts)
	for _, wanted := range ranges {
		if wanted == "*" {
			break
		}
		for r := wanted; r != ""; r = shorter(r) {
			for _, tag := range tags {
				if strings.EqualFold(tag, r) {
					return tag
				}
			}
		}
		for _, tag := range tags { // "en" is served by "en-GB"
			if len(tag) > len(wanted) && strings.EqualFold(tag[:len(wanted)], wanted) && tag[len(wanted)] == '-' {
				return tag
			}
		}
	}
	if slices.Contains(tags, "@none") {
		return "@none"
	}
	return tags[0]
}

func shorter(r string) string {
	i := strings.LastIndexByte(r, '-')
	if i < 0 {
		return ""
	}
	return r[:i]
}

// LanguageRanges reads a lang parameter or an Accept-Language value by preference.
func LanguageRanges(s string) []string {
	type weighted struct {
		tag string
		q   float64
	}
	var list []weighted
	for part := range strings.SplitSeq(s, ",") {
		tag, parameters, _ := strings.Cut(part, ";")
		tag = strings.TrimSpace(tag)
		q := 1.0
		if _, after, ok := strings.Cut(parameters, "q="); ok {
			if weight, err := strconv.ParseFloat(strings.TrimSpace(after), 64); err == nil {
				q = weight
			}
		}
		if tag != "" && q > 0 { // 0 is not acceptable (RFC 9110, 12.4.2)
			list = append(list, weighted{tag, q})
		}
	}
	slices.SortStableFunc(list, func(a, b weighted) int { return cmp.Compare(b.q, a.q) })
	out := []string{}
	for _, w := range list {
		out = append(out, w.tag)
	}
	return out
}

// join adds the linked entities to a normalized or concise relationship (4.5.23.2).
func (v View) join(out map[string]any, name string, a *Attribute) {
	linked := v.inline(name, a)
	if linked == nil {
		return
	}
	if a.Kind == ListRelationship {
		out["entityList"] = linked
	} else {
		out["entity"] = linked
	}
}

func (v View) inline(name string, a *Attribute) any {
	if v.Linked == nil || v.Level <= 0 {
		return nil
	}
	var found []any
	for _, uri := range Objects(a) {
		if slices.Contains(v.Within, uri) || *v.Budget <= 0 {
			continue
		}
		e := v.Linked(uri)
		if e == nil {
			continue
		}
		*v.Budget--
		nested := v
		nested.Level--
		if v.Sub != nil {
			var project func(*Entity) *Entity
			nested, project = v.Sub(nested, name)
			e = project(e)
		}
		if e != nil {
			found = append(found, nested.Entity(e))
		}
	}
	_, single := a.Value.(string)
	switch {
	case len(found) == 0:
		return nil
	case single:
		return found[0]
	default:
		return found
	}
}

// Objects lists the URIs that a Relationship or ListRelationship points to.
func Objects(a *Attribute) []string {
	if a.Kind != Relationship && a.Kind != ListRelationship {
		return nil
	}
	switch value := a.Value.(type) {
	case string:
		return []string{value}
	case []any:
		out := make([]string, 0, len(value))
		for _, item := range value {
			if uri, ok := item.(string); ok {
				out = append(out, uri)
			}
		}
		return out
	default:
		return nil
	}
}

func (v View) previous(out map[string]any, name string, a *Attribute) {
	if v.Previous == nil {
		return
	}
	old := v.Previous(name, a)
	if old == nil {
		return
	}
	if v.Conform != nil {
		old = v.conformedAttribute(old)
	}
	member := old.Kind.Member()
	out["previous"+strings.ToUpper(member[:1])+member[1:]] = v.value(old.Kind, old.Value)
}

// Feature is e as a GeoJSON Feature (4.5.16); geometry is the name of the
// GeoProperty that gives the geometry, in the instance with the datasetId.
func (v View) Feature(e *Entity, geometry, datasetID string) map[string]any {
	properties := v.Entity(e)
	delete(properties, "id")
	feature := map[string]any{"type": "Feature", "properties": properties, "geometry": nil}
	if e.ID != "" {
		feature["id"] = e.ID
	}
	instances := e.Attributes[geometry]
	a := Instance(instances, datasetID)
	if a == nil && datasetID == "" && len(instances) > 0 {
		a = instances[0]
	}
	if a != nil && a.Kind == GeoProperty {
		feature["geometry"] = a.Value
	}
	return feature
}
