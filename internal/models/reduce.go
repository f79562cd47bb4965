package models

import (
	"maps"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/validate"
)

// Reduced is an entity in the key-values form that a model's schema describes.
type Reduced struct {
	Value map[string]any
	// About says what is special about it, empty for the entity as a whole: a schema
	// knows one value of an attribute, so further instances and languages are judged
	// in copies of their own.
	About string

	served map[string]string // attribute name -> pointer of its value as served
}

// maxReductions bounds the copies that one entity is judged in.
const maxReductions = 64

// Reduce gives the entity in the form that the model's schema describes: names as the
// model has them, each attribute's value alone. The first is the entity with the
// default instance of each attribute; then come copies with one other instance or
// language each.
//
// An attribute has the model's name for its IRI; else its own name, the namespace
// left out, so that the schema still judges what looks like its attribute (that the
// IRI is another one is a finding of its own; see Strangers). A single value or object
// stands for a list of one where the schema takes nothing but lists: JSON-LD makes no
// difference between the two.
func (e *Entity) Reduce(m *Model) []Reduced {
	base := Reduced{Value: map[string]any{}, served: map[string]string{"id": "/id", "type": "/type"}}
	if e.ID != "" {
		base.Value["id"] = e.ID
	}
	if len(e.Types) > 0 {
		base.Value["type"] = m.Name // the type was resolved by its IRI or by declaration
	}
	var variants []Reduced
	for _, a := range e.Attributes {
		name := m.nameFor(a)
		described := m.Attribute(name)
		choices := choicesOf(a, described)
		for i, c := range choices {
			if i == 0 {
				base.Value[name] = c.value
				base.served[name] = c.pointer
				continue
			}
			if len(variants) < maxReductions-1 {
				variants = append(variants, Reduced{About: a.Served + " " + c.about,
					Value: map[string]any{name: c.value}, served: map[string]string{name: c.pointer}})
			}
		}
	}
	all := []Reduced{base}
	for _, v := range variants {
		whole := Reduced{About: v.About, Value: maps.Clone(base.Value), served: maps.Clone(base.served)}
		maps.Copy(whole.Value, v.Value)
		maps.Copy(whole.served, v.served)
		all = append(all, whole)
	}
	return all
}

// nameFor is the name that a model knows an attribute by.
func (m *Model) nameFor(a Attr) string {
	if name := m.NameOf(a.IRI); name != "" {
		return name
	}
	return LocalName(a.Served)
}

type choice struct {
	value   any
	pointer string
	about   string
}

// choicesOf are the values that a schema may be held against, the default one first.
func choicesOf(a Attr, described *Attribute) []choice {
	var list []choice
	for _, i := range a.Instances {
		about := ""
		if i.DatasetID != "" {
			about = "with datasetId " + i.DatasetID
		}
		if a.Kind == LanguageProperty {
			list = append(list, languages(i, about, described)...)
			continue
		}
		list = append(list, choice{fit(plainValue(a.Kind, i), described), i.Pointer, about})
	}
	return list
}

// languages gives each text of a LanguageProperty by itself, unless the schema takes
// an object, which then is the language map.
func languages(i Instance, about string, described *Attribute) []choice {
	texts, ok := i.Value.(map[string]any)
	if !ok || described != nil && described.types&stringType == 0 && described.types&objectType != 0 {
		return []choice{{i.Value, i.Pointer, about}}
	}
	var list []choice
	for _, tag := range slices.Sorted(maps.Keys(texts)) {
		list = append(list, choice{fit(texts[tag], described), i.Pointer + "/" + escapeToken(tag), strings.TrimSpace(about + " in language " + tag)})
	}
	if len(list) == 0 {
		list = append(list, choice{i.Value, i.Pointer, about})
	}
	return list
}

// plainValue is an instance's value as key-values have it.
func plainValue(kind Kind, i Instance) any {
	if kind != ListRelationship {
		return unwrap(i.Value)
	}
	list, ok := i.Value.([]any)
	if !ok {
		return i.Value
	}
	out := make([]any, len(list))
	for n, v := range list {
		out[n] = v
		if o, ok := v.(map[string]any); ok && len(o) == 1 {
			if object, has := o["object"]; has {
				out[n] = object
			}
		}
	}
	return out
}

// unwrap replaces JSON-LD value objects, such as {"@type": "DateTime", "@value": "..."}
// (4.6.3), by their value, at any depth.
func unwrap(v any) any {
	switch x := v.(type) {
	case map[string]any:
		if value, typed := x["@value"]; typed {
			return value
		}
		var out map[string]any
		for name, inner := range x {
			if u := unwrap(inner); typeOf(inner)&(objectType|arrayType) != 0 {
				if out == nil {
					out = maps.Clone(x)
				}
				out[name] = u
			}
		}
		if out != nil {
			return out
		}
	case []any:
		out := make([]any, len(x))
		for n, inner := range x {
			out[n] = unwrap(inner)
		}
		return out
	}
	return v
}

// fit makes a list of one out of a single value where the schema takes lists only,
// and nothing else of the value's type.
func fit(v any, described *Attribute) any {
	if described == nil {
		return v
	}
	t := typeOf(v)
	if described.types&t == 0 && described.types&arrayType != 0 && described.items&t != 0 {
		return []any{v}
	}
	return v
}

// Served maps a pointer into the reduced value to one into the entity as served.
func (r Reduced) Served(pointer string) string {
	if pointer == "" {
		return ""
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	at, ok := r.served[unescapeToken(name)]
	if !ok {
		return pointer
	}
	if rest != "" {
		at += "/" + rest
	}
	return at
}

func unescapeToken(t string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
}

// Stranger is an attribute that a model does not know by its IRI.
type Stranger struct {
	Attr Attr
	// Name is set when the model has an attribute of this name under another IRI.
	Name string
	// Want is that IRI, empty when the model's @context does not map the name.
	Want string
}

// Strangers lists the attributes of the entity that the model does not describe, and
// those that it describes under another IRI.
func (e *Entity) Strangers(m *Model) []Stranger {
	var list []Stranger
	core := coreTerms()
	for _, a := range e.Attributes {
		name := m.NameOf(a.IRI)
		if name != "" && m.Attribute(name) != nil {
			continue
		}
		if core[LocalName(a.Served)] == a.IRI {
			continue // location, observationSpace, operationSpace and the like (4.7, 4.8)
		}
		s := Stranger{Attr: a}
		if described := m.Attribute(LocalName(a.Served)); described != nil {
			s.Name, s.Want = described.Name, described.IRI
		}
		list = append(list, s)
	}
	return list
}

// Judgement is what a model's schema says of an entity.
type Judgement struct {
	Verdict validate.Verdict
	Reason  string // for CantTell
	Errors  []Finding
}

// Finding is one way in which an entity is not as its model says.
type Finding struct {
	validate.Error
	Served string // pointer into the entity as served
	About  string // the instance or language concerned, empty for the entity as a whole
}

// Judge holds the entity against the model's schema.
func (e *Entity) Judge(m *Model) Judgement {
	return e.judge(m, m.Schema())
}

// JudgeStrictly is Judge with both engines wherever both can judge.
func (e *Entity) JudgeStrictly(m *Model) Judgement {
	return e.judge(m, m.StrictSchema())
}

func (e *Entity) judge(m *Model, schema *validate.Schema) Judgement {
	if err := m.Err(); err != nil {
		return Judgement{Verdict: validate.CantTell, Reason: "model " + m.ID() + ": " + err.Error()}
	}
	j := Judgement{Verdict: validate.Valid}
	seen := map[string]bool{}
	for _, r := range e.Reduce(m) {
		result := schema.Validate(r.Value)
		switch result.Verdict {
		case validate.CantTell:
			if j.Verdict == validate.Valid {
				j.Verdict, j.Reason = validate.CantTell, result.Reason
			}
		case validate.Invalid:
			j.Verdict = validate.Invalid
			for _, err := range result.Errors {
				f := Finding{err, r.Served(err.Pointer), r.About}
				key := f.Served + "\x00" + f.Keyword + "\x00" + f.Member + "\x00" + f.Message
				if !seen[key] {
					seen[key] = true
					j.Errors = append(j.Errors, f)
				}
			}
		}
	}
	return j
}

// Opinions is what each engine by itself says of the entity: see validate.Schema.
func (e *Entity) Opinions(m *Model) []validate.Opinion {
	var all []validate.Opinion
	for _, r := range e.Reduce(m) {
		for _, o := range m.Schema().Opinions(r.Value) {
			i := slices.IndexFunc(all, func(a validate.Opinion) bool { return a.Engine == o.Engine })
			switch {
			case i < 0:
				all = append(all, o)
			case all[i].Verdict == validate.Valid || all[i].Verdict == validate.CantTell && o.Verdict == validate.Invalid:
				all[i] = o
			}
		}
	}
	return all
}
