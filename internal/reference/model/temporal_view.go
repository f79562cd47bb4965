package model

// Temporal is e as an EntityTemporal (4.5.6): each attribute an array of instances.
func (v View) Temporal(e *Entity) map[string]any {
	e = v.conform(e, true)
	out := v.head(e)
	for name, instances := range e.Attributes {
		list := make([]any, len(instances))
		for i, a := range instances {
			list[i] = v.attribute(name, a)
		}
		out[v.Context.Compact(name)] = list
	}
	return out
}

// head is an entity without its attributes, the scope included, which is one of them
// in an evolution (4.5.6).
func (v View) head(e *Entity) map[string]any {
	bare := *e
	bare.Attributes, bare.Scope = nil, nil
	return v.Entity(&bare)
}

// grouped gives an attribute's instances by kind and dataset, in the order of their
// first instance.
func grouped(instances []*Attribute) [][]*Attribute {
	type key struct {
		kind    Kind
		dataset string
	}
	var keys []key
	groups := map[key][]*Attribute{}
	for _, a := range instances {
		k := key{a.Kind, a.DatasetID}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], a)
	}
	out := make([][]*Attribute, len(keys))
	for i, k := range keys {
		out[i] = groups[k]
	}
	return out
}

func oneOrList(list []any) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// TemporalValues is the simplified temporal representation (4.5.9): pairs of a value
// and its time.
func (v View) TemporalValues(e *Entity, i Interval) map[string]any {
	e = v.conform(e, true)
	out := v.head(e)
	for name, instances := range e.Attributes {
		shown := []any{}
		for _, group := range grouped(instances) {
			pairs := make([]any, 0, len(group))
			kind := group[0].Kind
			for _, a := range group {
				k, value, _ := v.inLanguage(a)
				kind = k
				pairs = append(pairs, []any{v.ofPair(k, value), FormatTime(i.TimeOf(a))})
			}
			o := map[string]any{"type": kind.String(), kind.Member() + "s": pairs}
			if group[0].DatasetID != "" {
				o["datasetId"] = group[0].DatasetID
			}
			shown = append(shown, o)
		}
		out[v.Context.Compact(name)] = oneOrList(shown)
	}
	return out
}

// ofPair is a value as it stands in a pair: alone, or in an object with the name of
// its member where it could be taken for something else (4.5.9).
func (v View) ofPair(kind Kind, value any) any {
	switch kind {
	case LanguageProperty, VocabProperty, JSONProperty:
		return map[string]any{kind.Member(): v.value(kind, value)}
	case ListRelationship:
		return value
	default:
		return v.value(kind, value)
	}
}
