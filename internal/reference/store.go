package reference

import (
	"sync"

	"github.com/oasc/mimcheck/internal/reference/model"
)

// tenant is everything that one tenant (4.14) has. Entities in it are immutable: a
// change stores a new one.
type tenant struct {
	name string

	mu    sync.RWMutex
	slots []*slot // in the order of creation
	byID  map[string]*slot
	dead  int

	history       history
	subscriptions subscriptionSet
	registrations registrationSet
	// sourceSubscriptions are subscriptions to registrations (5.11).
	sourceSubscriptions subscriptionSet
	maps                entityMapSet
	snapshots           snapshotSet
	snapshot            string // id of the snapshot that this is the content of; empty for a tenant
}

// slot holds an entity's place in the order; it is nil when the entity is deleted.
type slot struct{ entity *model.Entity }

func newTenant(name string) *tenant { return &tenant{name: name, byID: map[string]*slot{}} }

// get gives an entity or nil. The caller holds the lock.
func (t *tenant) get(id string) *model.Entity {
	if s := t.byID[id]; s != nil {
		return s.entity
	}
	return nil
}

// put stores an entity. The caller holds the lock for writing.
func (t *tenant) put(e *model.Entity) {
	if s := t.byID[e.ID]; s != nil {
		s.entity = e
		return
	}
	s := &slot{e}
	t.byID[e.ID] = s
	t.slots = append(t.slots, s)
}

// remove deletes an entity. The caller holds the lock for writing.
func (t *tenant) remove(id string) {
	s := t.byID[id]
	if s == nil {
		return
	}
	s.entity = nil
	delete(t.byID, id)
	t.dead++
	if t.dead < 64 || t.dead*2 < len(t.slots) {
		return
	}
	alive := make([]*slot, 0, len(t.slots)-t.dead)
	for _, s := range t.slots {
		if s.entity != nil {
			alive = append(alive, s)
		}
	}
	t.slots, t.dead = alive, 0
}

// each yields the entities in the order of creation. The caller holds the lock.
func (t *tenant) each(yield func(*model.Entity) bool) {
	for _, s := range t.slots {
		if s.entity != nil && !yield(s.entity) {
			return
		}
	}
}
