package reference

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// maxInstances bounds what is kept of one attribute; the oldest go first.
const maxInstances = 10000

// history is the temporal evolution of a tenant's entities (5.6.11). Its entities
// have all instances of an attribute that ever were, each with an instanceId. Like
// the current state they are immutable, and the tenant's lock guards the map.
type history struct {
	byID  map[string]*model.Entity
	order []string // ids in the order in which their evolution began
}

func (h *history) get(id string) *model.Entity { return h.byID[id] }

func (h *history) put(e *model.Entity) {
	if h.byID == nil {
		h.byID = map[string]*model.Entity{}
	}
	if h.byID[e.ID] == nil {
		h.order = append(h.order, e.ID)
	}
	h.byID[e.ID] = e
}

func (h *history) remove(id string) {
	delete(h.byID, id)
	if i := slices.Index(h.order, id); i >= 0 {
		h.order = slices.Delete(slices.Clone(h.order), i, i+1)
	}
}

// each yields the evolutions.
func (h *history) each(yield func(*model.Entity) bool) {
	for _, id := range h.order {
		if !yield(h.byID[id]) {
			return
		}
	}
}

func newInstanceID() string { return "urn:ngsi-ld:Instance:" + uuid.NewString() }

// instance is an attribute as it goes into the evolution.
func instance(a *model.Attribute, now time.Time) *model.Attribute {
	i := a.Clone()
	i.InstanceID = newInstanceID()
	i.CreatedAt, i.ModifiedAt = now, now
	return i
}

func addInstance(e *model.Entity, name string, a *model.Attribute) {
	list := append(slices.Clone(e.Attributes[name]), a)
	if len(list) > maxInstances {
		list = list[len(list)-maxInstances:]
	}
	e.Attributes[name] = list
}

// record adds a change of the current state to the evolution.
func (h *history) record(old, next *model.Entity, now time.Time) {
	e := next
	if e == nil {
		e = old
	}
	past := h.get(e.ID)
	evolution := &model.Entity{ID: e.ID, CreatedAt: e.CreatedAt, Attributes: map[string][]*model.Attribute{}}
	if past != nil {
		c := *past
		c.Attributes = make(map[string][]*model.Attribute, len(past.Attributes))
		for name, instances := range past.Attributes {
			c.Attributes[name] = instances
		}
		evolution = &c
	}
	evolution.Types, evolution.Scope, evolution.ModifiedAt = e.Types, e.Scope, now
	evolution.DeletedAt = zeroTime
	if next == nil {
		evolution.DeletedAt = now
	}
	for _, c := range diff(old, next) {
		if c.trigger == "attributeDeleted" {
			gone := instance(c.before.Deleted(now), now)
			addInstance(evolution, c.name, gone)
			continue
		}
		addInstance(evolution, c.name, instance(model.Instance(next.Attributes[c.name], c.dataset), now))
	}
	h.put(evolution)
}

// add adds instances to an evolution, which it makes if need be; it says whether it
// did.
func (h *history) add(e *model.Entity, now time.Time) (created bool) {
	past := h.get(e.ID)
	if past == nil {
		created = true
		past = &model.Entity{ID: e.ID, CreatedAt: now, Attributes: map[string][]*model.Attribute{}}
	}
	next := past.Clone()
	for _, kind := range e.Types {
		if !slices.Contains(next.Types, kind) {
			next.Types = append(next.Types, kind)
		}
	}
	if len(e.Scope) > 0 {
		next.Scope = e.Scope
	}
	next.ModifiedAt = now
	for _, name := range e.Names() {
		for _, a := range e.Attributes[name] {
			addInstance(next, name, instance(a, now))
		}
	}
	h.put(next)
	return created
}

// change replaces the instances of an attribute by what f makes of them.
func (h *history) change(id, name string, now time.Time, f func([]*model.Attribute) ([]*model.Attribute, error)) error {
	past := h.get(id)
	if past == nil {
		return problem.NotFound("there is no temporal evolution of an entity %s", id)
	}
	if len(past.Attributes[name]) == 0 {
		return problem.NotFound("the temporal evolution of %s has no attribute %s", id, name)
	}
	next := past.Clone()
	instances, err := f(next.Attributes[name])
	if err != nil {
		return err
	}
	if len(instances) == 0 {
		delete(next.Attributes, name)
	} else {
		next.Attributes[name] = instances
	}
	next.ModifiedAt = now
	h.put(next)
	return nil
}
