package reference

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const subscriptionPath = "/subscriptions"

// subscriptionSet holds the subscriptions of one kind of a tenant, in the order in
// which they were made. The tenant's lock guards it.
type subscriptionSet struct{ list []*subscription }

func (s *subscriptionSet) find(id string) *subscription {
	i := s.index(id)
	if i < 0 {
		return nil
	}
	return s.list[i]
}

func (s *subscriptionSet) index(id string) int {
	return slices.IndexFunc(s.list, func(x *subscription) bool { return x.id == id })
}

// newID reads the id of a new resource, or makes one.
func newID(doc map[string]any, kind string) (string, error) {
	v, given := doc["id"]
	if !given {
		return "urn:ngsi-ld:" + kind + ":" + uuid.NewString(), nil
	}
	id, ok := v.(string)
	if !ok || !model.IsURI(id) {
		return "", problem.BadData("the id must be a URI, got %v", v)
	}
	return id, nil
}

// newSubscription reads the request's body as a subscription.
func (r *request) newSubscription() (*subscription, error) {
	doc := r.object()
	id, err := newID(doc, "Subscription")
	if err != nil {
		return nil, err
	}
	if err := checkNames(doc); err != nil {
		return nil, err
	}
	s := &subscription{id: id, doc: withoutOutputs(renameSubscription(doc, r.context.Expand)), context: r.context, origin: originOf(r.Request), created: r.now, modified: r.now}
	if s.rules, err = r.compile(s, r.now); err != nil {
		return nil, err
	}
	return s, r.setContext(s)
}

// setContext finds the @context for a subscription's notifications: its
// jsonldContext, or the one that it was made under.
func (r *request) setContext(s *subscription) error {
	if v, given := s.doc["jsonldContext"]; given {
		text, ok := v.(string)
		if !ok || !model.IsURI(text) {
			return problem.BadData("jsonldContext must be a URI, got %v", v)
		}
		c, err := r.p.resolve(r.Request, text)
		if err != nil {
			return err
		}
		s.rules.view.Context, s.link = c, text
		return nil
	}
	s.rules.view.Context, s.link = s.context, r.p.contexts.linkFor(r, s.context)
	s.implicit = !hasURL(s.context)
	return nil
}

// createSubscription is 5.8.1.
func (r *request) createSubscription() error {
	s, err := r.newSubscription()
	if err != nil {
		return err
	}
	t := r.makeTenant()
	if contains(r.via(), r.p.alias(t)) {
		return loop("the subscription that it copies is here")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.subscriptions.find(s.id) != nil {
		return problem.Exists("there is a subscription %s already", s.id)
	}
	s.tenant = t
	t.subscriptions.list = append(t.subscriptions.list, s)
	r.p.schedule(s)
	s.relay(r.p)
	return r.created(subscriptionPath, s.id)
}

// sysAttrs reads the options of the operations that show subscriptions and
// registrations.
func (r *request) sysAttrs() (bool, error) {
	options, err := r.options("sysAttrs", "normalized")
	return slices.Contains(options, "sysAttrs"), err
}

// retrieveSubscription is 5.8.3.
func (r *request) retrieveSubscription() error {
	return r.showOne(func(t *tenant) *subscriptionSet { return &t.subscriptions })
}

func (r *request) showOne(of func(*tenant) *subscriptionSet) error {
	id, err := r.uriParam("subscriptionId")
	if err != nil {
		return err
	}
	sysAttrs, err := r.sysAttrs()
	if err != nil {
		return err
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	s := of(r.tenant).find(id)
	if s == nil {
		return problem.NotFound("there is no subscription %s", id)
	}
	return r.answer(http.StatusOK, s.show(r.context, sysAttrs, r.now))
}

// querySubscriptions is 5.8.4.
func (r *request) querySubscriptions() error {
	return r.showAll(func(t *tenant) *subscriptionSet { return &t.subscriptions })
}

func (r *request) showAll(of func(*tenant) *subscriptionSet) error {
	sysAttrs, err := r.sysAttrs()
	if err != nil {
		return err
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	list := of(r.tenant).list
	p.headers(r, len(list) > p.offset+p.limit, len(list))
	out := []map[string]any{}
	for _, s := range cut(list, p) {
		out = append(out, s.show(r.context, sysAttrs, r.now))
	}
	return r.answer(http.StatusOK, out)
}

// cut gives a page of a list.
func cut[T any](list []T, p page) []T {
	return list[min(p.offset, len(list)):min(p.offset+p.limit, len(list))]
}

// updateSubscription is 5.8.2.
func (r *request) updateSubscription() error {
	return r.change(func(t *tenant) *subscriptionSet { return &t.subscriptions }, nil)
}

func (r *request) change(of func(*tenant) *subscriptionSet, check func(*subscription) error) error {
	id, err := r.uriParam("subscriptionId")
	if err != nil {
		return err
	}
	fragment := r.object()
	if v, given := fragment["id"]; given && v != id {
		return problem.BadData("the body is for the subscription %v, the path for %s", v, id)
	}
	if err := checkNames(withoutNulls(fragment)); err != nil {
		return err
	}
	fragment = withoutOutputs(renameSubscription(fragment, r.context.Expand))
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	set := of(r.tenant)
	old := set.find(id)
	if old == nil {
		return problem.NotFound("there is no subscription %s", id)
	}
	next := &subscription{id: id, context: old.context, tenant: old.tenant, origin: originOf(r.Request), created: old.created, modified: r.now, doc: patched(old.doc, fragment)}
	_, newQ := fragment["q"]
	_, newCSF := fragment["csf"]
	if newQ || newCSF {
		next.context = r.context
	}
	now := r.now
	if _, given := fragment["expiresAt"]; !given && old.status(now) == "expired" {
		now = old.created // an expiry that has passed is no new mistake
	}
	if next.rules, err = r.compile(next, now); err != nil {
		return err
	}
	if check != nil {
		if err := check(next); err != nil {
			return err
		}
	}
	if err := r.setContext(next); err != nil {
		return err
	}
	old.retire(next)
	set.list = slices.Clone(set.list)
	set.list[set.index(id)] = next
	if set == &r.tenant.subscriptions {
		r.p.schedule(next)
		old.withdraw(r.p, next)
	} else {
		next.begin(r.p, r.now)
		r.p.scheduleSources(next)
	}
	return r.noContent()
}

// patched replaces the members that the fragment has; NGSI-LD Null and null delete
// one (5.5.4, 5.5.8).
func patched(doc, fragment map[string]any) map[string]any {
	out := copyObject(doc)
	for key, v := range fragment {
		if isNull(v) {
			delete(out, key)
		} else {
			out[key] = v
		}
	}
	return out
}

func isNull(v any) bool { return v == nil || v == model.NullURI }

func withoutNulls(o map[string]any) map[string]any { return patched(nil, o) }

// retire stops a subscription that next replaces, and hands over its counts.
func (s *subscription) retire(next *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
	if next != nil {
		next.sent, next.failed, next.last, next.success, next.failure = s.sent, s.failed, s.last, s.success, s.failure
	}
}

// deleteSubscription is 5.8.5.
func (r *request) deleteSubscription() error {
	return r.drop(func(t *tenant) *subscriptionSet { return &t.subscriptions })
}

func (r *request) drop(of func(*tenant) *subscriptionSet) error {
	id, err := r.uriParam("subscriptionId")
	if err != nil {
		return err
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	set := of(r.tenant)
	i := set.index(id)
	if i < 0 {
		return problem.NotFound("there is no subscription %s", id)
	}
	set.list[i].retire(nil)
	if set == &r.tenant.subscriptions {
		set.list[i].withdraw(r.p, nil)
	}
	set.list = slices.Delete(slices.Clone(set.list), i, i+1)
	return r.noContent()
}
