package sensorthings

import (
	"regexp"
	"slices"
	"strconv"
)

// resource is what a resource path (9.2) leads to: a set of entities, one entity, or a
// property of one.
type resource struct {
	kind     *kind // of the entities; nil for a property
	entities []*entity
	single   bool
	refs     bool     // only the links to them
	property string   // of the one entity
	within   []string // members of the property's value, outer first
	raw      bool     // the bare value of it
}

// segment is one of a path: a name, and in parentheses the key of one entity.
var segment = regexp.MustCompile(`^([A-Za-z]+)(?:\(([^()]*)\))?$`)

// resolve follows a path from the root.
func (p *Platform) resolve(path []string) (resource, error) {
	var at resource
	for i, part := range path {
		last := i == len(path)-1
		switch {
		case part == "$ref" && last && at.kind != nil:
			at.refs = true
			continue
		case part == "$value" && last && at.property != "":
			at.raw = true
			continue
		case at.property != "":
			at.within = append(at.within, part)
			continue
		}
		found := segment.FindStringSubmatch(part)
		if found == nil {
			return at, absent("there is no resource " + part)
		}
		var err error
		if at, err = p.step(at, i == 0, found[1]); err != nil {
			return at, err
		}
		if part == found[1] {
			continue // without a key
		}
		if at.kind == nil || at.single {
			return at, wrong("only an entity set takes the key of an entity, not " + found[1])
		}
		if at, err = at.keyed(found[2]); err != nil {
			return at, err
		}
	}
	if at.property != "" {
		if v := at.value(); v == nil {
			return at, absent("the entity has no " + at.property)
		}
	}
	return at, nil
}

// step goes on to an entity set, a navigation property or a property.
func (p *Platform) step(at resource, first bool, name string) (resource, error) {
	if first {
		i := slices.IndexFunc(kinds(), func(k *kind) bool { return k.set == name })
		if i < 0 {
			return at, absent("there is no entity set " + name)
		}
		return resource{kind: kinds()[i], entities: p.sets[name]}, nil
	}
	if !at.single {
		return at, absent("a path goes on from one entity, not from the set before " + name)
	}
	one := at.entities[0]
	if to, is := at.kind.relation(name); is {
		return resource{kind: kindOf(to.to), entities: one.related[name], single: !to.many}, nil
	}
	if name == "id" || slices.Contains(at.kind.properties, name) {
		return resource{entities: at.entities, single: true, property: name}, nil
	}
	return at, absent("a " + at.kind.name + " has no " + name)
}

// keyed is the entity of a set that has the key.
func (r resource) keyed(key string) (resource, error) {
	id, err := strconv.Atoi(key)
	i := slices.IndexFunc(r.entities, func(e *entity) bool { return e.id == id })
	if err != nil || i < 0 {
		return r, absent("there is no " + r.kind.name + " with the id " + key)
	}
	return resource{kind: r.kind, entities: r.entities[i : i+1], single: true}, nil
}

// value is that of the property; nil for none.
func (r resource) value() any {
	v := r.entities[0].values[r.property]
	if r.property == "id" {
		v = float64(r.entities[0].id)
	}
	for _, member := range r.within {
		o, _ := plain(v).(object)
		v = o[member]
	}
	return v
}
