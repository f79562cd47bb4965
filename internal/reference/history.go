package reference

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// What a tenant's history keeps.
const (
	maxInstances = 10_000    // of one attribute of an entity; the oldest go first
	maxHistory   = 1_000_000 // of all attributes; the evolutions that began first go first
)

// history is the temporal evolution of a tenant's entities (5.2.20). The tenant's
// lock guards it.
type history struct {
	byID  map[string]*evolution
	order []*evolution // as they began; those that are gone are nil inside
	first int          // of order; those before it are gone
	gone  int
	kept  int // instances
	limit int // zero is maxHistory
}

// evolution is an entity with all the instances of its attributes that ever were, each
// with an instanceId. The scope is one of the attributes (4.5.6).
type evolution struct {
	entity *model.Entity // nil when it is gone
	kept   int           // instances
}

func (h *history) get(id string) *model.Entity {
	if v := h.byID[id]; v != nil {
		return v.entity
	}
	return nil
}

// of gives an entity's evolution, which it begins if need be.
func (h *history) of(id string, now time.Time) (v *evolution, begun bool) {
	if v = h.byID[id]; v != nil {
		return v, false
	}
	if h.byID == nil {
		h.byID = map[string]*evolution{}
	}
	v = &evolution{entity: &model.Entity{ID: id, CreatedAt: now, Attributes: map[string][]*model.Attribute{}}}
	h.byID[id] = v
	h.order = append(h.order, v)
	return v, true
}

func (h *history) remove(id string) {
	v := h.byID[id]
	if v == nil {
		return
	}
	h.kept -= v.kept
	v.entity = nil
	delete(h.byID, id)
	h.gone++
	for h.first < len(h.order) && h.order[h.first].entity == nil {
		h.first++
	}
	if h.gone < 64 || h.gone*2 < len(h.order) {
		return
	}
	h.order = slices.DeleteFunc(h.order, func(v *evolution) bool { return v.entity == nil })
	h.first, h.gone = 0, 0
}

// each yields the evolutions in the order in which they began.
func (h *history) each(yield func(*model.Entity) bool) {
	for _, v := range h.order {
		if v.entity != nil && !yield(v.entity) {
			return
		}
	}
}

// append adds an instance, which becomes the history's own.
func (h *history) append(v *evolution, name string, a *model.Attribute) {
	a.InstanceID = "urn:ngsi-ld:Instance:" + uuid.NewString()
	list := append(v.entity.Attributes[name], a) //nolint:gocritic // it is put back below, cut if need be
	if len(list) > maxInstances {
		list = list[1:]
	} else {
		h.kept++
		v.kept++
	}
	v.entity.Attributes[name] = list
}

// take takes over an evolution that was found elsewhere, with its instances as they are.
func (h *history) take(e *model.Entity, now time.Time) {
	v, begun := h.of(e.ID, now)
	if begun {
		v.entity = e.Clone()
	} else {
		v.entity = model.Interval{Property: "observedAt"}.UnionOfInstances(v.entity, e, true)
	}
	n := 0
	for _, instances := range v.entity.Attributes {
		n += len(instances)
	}
	h.kept += n - v.kept
	v.kept = n
	h.bound(v)
}

// bound forgets the evolutions that began first, up to v, until the history has no
// more instances than it may.
func (h *history) bound(v *evolution) {
	limit := h.limit
	if limit == 0 {
		limit = maxHistory
	}
	for h.kept > limit && h.order[h.first] != v {
		h.remove(h.order[h.first].entity.ID)
	}
}

// instance is a copy of an attribute as it is at now.
func instance(a *model.Attribute, now time.Time) *model.Attribute {
	i := a.Clone()
	i.CreatedAt, i.ModifiedAt = now, now
	return i
}

// record adds a change of the current state to the evolution. An attribute that was
// deleted gets an instance that says so (4.5.7).
func (h *history) record(old, next *model.Entity, now time.Time) {
	e := next
	if e == nil {
		e = old
	}
	v, _ := h.of(e.ID, now)
	v.entity.Types, v.entity.ModifiedAt, v.entity.DeletedAt = e.Types, now, time.Time{}
	if next == nil {
		v.entity.DeletedAt = now
	}
	for _, c := range diff(old, next) {
		if c.trigger == "attributeDeleted" {
			h.append(v, c.name, instance(c.before.Deleted(now), now))
		} else {
			h.append(v, c.name, instance(model.Instance(next.Attributes[c.name], c.dataset), now))
		}
	}
	h.recordScope(v, old, next, now)
	h.bound(v)
}

// recordDeletion ends an attribute of an entity that the history alone has, and says
// whether it was there.
func (h *history) recordDeletion(id, name, dataset string, all bool, now time.Time) bool {
	v := h.byID[id]
	if v == nil || !v.entity.DeletedAt.IsZero() {
		return false
	}
	last := map[string]*model.Attribute{}
	var order []string
	for _, a := range v.entity.Attributes[name] {
		if all || a.DatasetID == dataset {
			if last[a.DatasetID] == nil {
				order = append(order, a.DatasetID)
			}
			last[a.DatasetID] = a
		}
	}
	deleted := false
	for _, dataset := range order {
		if a := last[dataset]; a.DeletedAt.IsZero() {
			h.append(v, name, instance(a.Deleted(now), now))
			deleted = true
		}
	}
	if deleted {
		v.entity.ModifiedAt = now
		h.bound(v)
	}
	return deleted
}

// recordScope records the scope as a Property whose observedAt is when it changed (4.5.6).
func (h *history) recordScope(v *evolution, old, next *model.Entity, now time.Time) {
	var before, after []string
	if old != nil {
		before = old.Scope
	}
	if next != nil {
		after = next.Scope
	}
	if slices.Equal(before, after) {
		return
	}
	if len(after) > 0 {
		a := model.ScopeInstance(after)
		a.ObservedAt = now
		h.append(v, model.Scope, instance(a, now))
		return
	}
	h.append(v, model.Scope, instance(model.ScopeInstance(before).Deleted(now), now))
}

// add adds instances to an evolution, which it begins if need be (5.6.11, 5.6.12); it
// says whether it did.
func (h *history) add(e *model.Entity, now time.Time) (begun bool) {
	v, begun := h.of(e.ID, now)
	for _, kind := range e.Types {
		if !v.entity.HasType(kind) {
			v.entity.Types = append(slices.Clip(v.entity.Types), kind)
		}
	}
	v.entity.ModifiedAt = now
	for _, name := range e.Names() {
		for _, a := range e.Attributes[name] {
			h.append(v, name, instance(a, now))
		}
	}
	h.bound(v)
	return begun
}

// change replaces the instances of an attribute by what f makes of a copy of them.
func (h *history) change(id, name string, now time.Time, f func([]*model.Attribute) ([]*model.Attribute, error)) error {
	v := h.byID[id]
	if v == nil {
		return problem.NotFound("there is no temporal evolution of an entity %s", id)
	}
	old := v.entity.Attributes[name]
	if len(old) == 0 {
		return problem.NotFound("the temporal evolution of %s has no attribute %s", id, name)
	}
	instances, err := f(slices.Clone(old))
	if err != nil {
		return err
	}
	h.kept += len(instances) - len(old)
	v.kept += len(instances) - len(old)
	if len(instances) == 0 {
		delete(v.entity.Attributes, name)
	} else {
		v.entity.Attributes[name] = instances
	}
	v.entity.ModifiedAt = now
	return nil
}
