package reference

import (
	"net/http"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const registrationPath = "/csourceRegistrations"

// registrationSet holds a tenant's registrations in the order in which they were
// made. The tenant's lock guards it.
type registrationSet struct{ list []*registration }

func (s *registrationSet) index(id string) int {
	return slices.IndexFunc(s.list, func(g *registration) bool { return g.id == id })
}

func (s *registrationSet) find(id string) *registration {
	if i := s.index(id); i >= 0 {
		return s.list[i]
	}
	return nil
}

// contradicts says what keeps a registration from claiming data: another one that
// claims them, or an entity that this platform has of them itself (5.9.2.4, 5.9.3.4).
// The caller holds the tenant's lock.
func (t *tenant) contradicts(g *registration, now time.Time) error {
	if other := t.registrations.conflict(g); other != nil {
		return problem.Conflict("the registration claims what %s has (5.9.2)", other.id)
	}
	if !claims(g.mode) || g.observed != nil || g.managed != nil {
		return nil
	}
	for e := range t.each {
		if e = e.Current(now); e != nil && slices.ContainsFunc(g.infos, func(i registrationInfo) bool { return i.claims(e) }) {
			return problem.Conflict("the registration claims what this platform has itself of the entity %s (5.9.2)", e.ID)
		}
	}
	return nil
}

// claims says whether the entity has something of what is registered.
func (i registrationInfo) claims(e *model.Entity) bool {
	if i.attributes != nil && !slices.ContainsFunc(i.attributes, func(name string) bool { return len(e.Attributes[name]) > 0 }) {
		return false
	}
	return len(i.entities) == 0 || slices.ContainsFunc(i.entities, func(r registeredEntity) bool {
		return r.hasID(e.ID) && slices.ContainsFunc(r.types, func(kind string) bool { return contains(e.Types, kind) })
	})
}

// checkRegisteredNames refuses names that are not valid, before they are expanded.
func checkRegisteredNames(doc map[string]any) error {
	list, _ := doc["information"].([]any)
	for _, item := range list {
		o, _ := item.(map[string]any)
		for _, member := range infoNames {
			for _, name := range stringsOf(o[member]) {
				if !model.IsName(name) {
					return problem.BadData("information.%s has %q, which is not a valid name (4.6.2)", member, name)
				}
			}
		}
		entities, _ := o["entities"].([]any)
		for _, e := range entities {
			eo, _ := e.(map[string]any)
			if name, ok := eo["type"].(string); ok && !model.IsName(name) {
				return problem.BadData("information.entities has the type %q, which is not a valid name (4.6.2)", name)
			}
		}
	}
	return nil
}

// forgetExpired deletes the registrations whose end has come (5.9.2.4).
func (r *request) forgetExpired() {
	t := r.tenant
	if t == nil {
		return
	}
	over := func(g *registration) bool { return g.expired(r.now) }
	t.mu.RLock()
	some := slices.ContainsFunc(t.registrations.list, over)
	t.mu.RUnlock()
	if !some {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range t.registrations.list {
		if over(g) {
			t.sourcesChanged(r.p, g, nil, r.now)
			t.relay(r.p, g, nil)
		}
	}
	t.registrations.list = slices.DeleteFunc(slices.Clone(t.registrations.list), over)
}

// registerSource is 5.9.2.
func (r *request) registerSource() error {
	r.forgetExpired()
	doc := r.object()
	id, err := newID(doc, "ContextSourceRegistration")
	if err != nil {
		return err
	}
	if err := checkRegisteredNames(doc); err != nil {
		return err
	}
	g := &registration{id: id, doc: renameRegistration(doc, r.context.Expand, r.context.Value), context: r.context, created: r.now, modified: r.now}
	if err := r.compileRegistration(g, r.now); err != nil {
		return err
	}
	t := r.makeTenant()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.registrations.find(id) != nil {
		return problem.Exists("there is a registration %s already", id)
	}
	if err := t.contradicts(g, r.now); err != nil {
		return err
	}
	t.registrations.list = append(t.registrations.list, g)
	t.sourcesChanged(r.p, nil, g, r.now)
	t.relay(r.p, nil, g)
	return r.created(registrationPath, id)
}

// updateRegistration is 5.9.3.
func (r *request) updateRegistration() error {
	r.forgetExpired()
	id, err := r.uriParam("registrationId")
	if err != nil {
		return err
	}
	fragment := r.object()
	if v, given := fragment["id"]; given && v != id {
		return problem.BadData("the body is for the registration %v, the path for %s", v, id)
	}
	if err := checkRegisteredNames(fragment); err != nil {
		return err
	}
	t := r.tenant
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.registrations.index(id)
	if i < 0 {
		return problem.NotFound("there is no registration %s", id)
	}
	old := t.registrations.list[i]
	next := &registration{id: id, context: old.context, created: old.created, modified: r.now,
		doc: patched(old.doc, renameRegistration(fragment, r.context.Expand, r.context.Value))}
	if err := r.compileRegistration(next, r.now); err != nil {
		return err
	}
	if err := t.contradicts(next, r.now); err != nil {
		return err
	}
	old.mu.Lock()
	next.sent, next.failed, next.success, next.failure = old.sent, old.failed, old.success, old.failure
	old.mu.Unlock()
	list := slices.Clone(t.registrations.list)
	list[i] = next
	t.registrations.list = list
	t.sourcesChanged(r.p, old, next, r.now)
	t.relay(r.p, old, next)
	return r.noContent()
}

// deleteRegistration is 5.9.4.
func (r *request) deleteRegistration() error {
	r.forgetExpired()
	id, err := r.uriParam("registrationId")
	if err != nil {
		return err
	}
	t := r.tenant
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.registrations.index(id)
	if i < 0 {
		return problem.NotFound("there is no registration %s", id)
	}
	old := t.registrations.list[i]
	t.registrations.list = slices.Delete(slices.Clone(t.registrations.list), i, i+1)
	t.sourcesChanged(r.p, old, nil, r.now)
	t.relay(r.p, old, nil)
	return r.noContent()
}

// retrieveRegistration is 5.10.1.
func (r *request) retrieveRegistration() error {
	r.forgetExpired()
	id, err := r.uriParam("registrationId")
	if err != nil {
		return err
	}
	sysAttrs, err := r.sysAttrs()
	if err != nil {
		return err
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	g := r.tenant.registrations.find(id)
	if g == nil {
		return problem.NotFound("there is no registration %s", id)
	}
	return r.answer(http.StatusOK, g.show(r.context, sysAttrs))
}

// queryRegistrations is 5.10.2.
func (r *request) queryRegistrations() error {
	sysAttrs, err := r.sysAttrs()
	if err != nil {
		return err
	}
	s, err := r.selection()
	if err != nil {
		return err
	}
	attrs, err := r.projection()
	if err != nil {
		return err
	}
	if len(s.infos) == 0 && attrs.attrs == nil && s.csf == nil && s.geo == nil && s.scope == nil && s.q == nil {
		return problem.BadData("the query is too wide: it needs a type, an id, attributes, csf or a geo-query (5.10.2)")
	}
	look := &sourceQuery{infos: s.infos, attrs: slices.Concat(attrs.attrs, s.q.Attributes()), csf: s.csf, geo: s.geo, scope: s.scope}
	if r.query.Has("timerel") || r.query.Has("timeAt") || r.query.Has("endTimeAt") {
		interval, err := r.interval(true)
		if err != nil {
			return err
		}
		look.interval = &interval
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	var found []*registration
	for _, g := range r.tenant.registrations.list {
		if !g.expired(r.now) && look.match(g) {
			found = append(found, g)
		}
	}
	p.headers(r, len(found) > p.offset+p.limit, len(found))
	out := []map[string]any{}
	for _, g := range cut(found, p) {
		out = append(out, g.show(r.context, sysAttrs))
	}
	return r.answer(http.StatusOK, out)
}
