package reference

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const sourceSubscriptionPath = "/csourceSubscriptions"

func sourceSubscriptionsOf(t *tenant) *subscriptionSet { return &t.sourceSubscriptions }

// createSourceSubscription is 5.11.2.
func (r *request) createSourceSubscription() error {
	s, err := r.newSubscription()
	if err != nil {
		return err
	}
	if err := r.checkSourceSubscription(s); err != nil {
		return err
	}
	t := r.makeTenant()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sourceSubscriptions.find(s.id) != nil {
		return problem.Exists("there is a subscription %s already", s.id)
	}
	s.tenant, s.matches = t, map[string]bool{}
	t.sourceSubscriptions.list = append(t.sourceSubscriptions.list, s)
	s.begin(r.p, r.now)
	r.p.scheduleSources(s)
	return r.created(sourceSubscriptionPath, s.id)
}

// checkSourceSubscription refuses what subscriptions to context sources do not have.
func (r *request) checkSourceSubscription(s *subscription) error {
	if v, given := s.doc["temporalQ"]; given {
		o, ok := v.(map[string]any)
		if !ok {
			return problem.BadData("temporalQ must be an object (5.2.21)")
		}
		sub := *r
		sub.query = map[string][]string{}
		for _, name := range []string{"timerel", "timeAt", "endTimeAt", "timeproperty"} {
			if text, ok := o[name].(string); ok {
				sub.query.Set(name, text)
			}
		}
		interval, err := sub.interval(true)
		if err != nil {
			return err
		}
		s.rules.temporal = &interval
	}
	return nil
}

func (r *request) updateSourceSubscription() error {
	return r.change(sourceSubscriptionsOf, func(s *subscription) error { return r.checkSourceSubscription(s) })
}

func (r *request) retrieveSourceSubscription() error { return r.showOne(sourceSubscriptionsOf) }
func (r *request) querySourceSubscriptions() error   { return r.showAll(sourceSubscriptionsOf) }
func (r *request) deleteSourceSubscription() error   { return r.drop(sourceSubscriptionsOf) }

// wanted is what the subscription looks for among the registrations.
func (s *subscription) wanted() *sourceQuery {
	return &sourceQuery{infos: s.rules.selection.infos, attrs: s.rules.watched, csf: s.rules.selection.csf,
		geo: s.rules.selection.geo, scope: s.rules.selection.scope, interval: s.rules.temporal}
}

// begin notifies about what matches when the subscription begins (5.11.7). The
// caller holds the tenant's lock.
func (s *subscription) begin(p *Platform, now time.Time) {
	if s.status(now) != "active" {
		return
	}
	s.matches = map[string]bool{}
	var found []*registration
	for _, g := range s.tenant.registrations.list {
		if !g.expired(now) && s.wanted().match(g) {
			s.matches[g.id] = true
			found = append(found, g)
		}
	}
	if len(found) > 0 {
		s.tell(p, now, found, "newlyMatching")
	}
}

// sourcesChanged tells the subscriptions about a registration that is new, changed
// or gone (5.11.7). The caller holds the tenant's lock.
func (t *tenant) sourcesChanged(p *Platform, old, next *registration, now time.Time) {
	for _, s := range t.sourceSubscriptions.list {
		if s.rules.interval > 0 || s.status(now) != "active" {
			continue
		}
		g := next
		if g == nil {
			g = old
		}
		before := s.matches[g.id]
		after := next != nil && s.wanted().match(next)
		if after != before {
			s.matches = with(s.matches, g.id, after)
		}
		switch {
		case after && !before:
			s.tell(p, now, []*registration{g}, "newlyMatching")
		case after:
			s.tell(p, now, []*registration{g}, "updated")
		case before:
			s.tell(p, now, []*registration{g}, "noLongerMatching")
		}
	}
}

// with is a copy of a set that has id, or does not.
func with(set map[string]bool, id string, has bool) map[string]bool {
	set = maps.Clone(set)
	if has {
		set[id] = true
	} else {
		delete(set, id)
	}
	return set
}

// tell sends a ContextSourceNotification (5.3.2).
func (s *subscription) tell(p *Platform, now time.Time, list []*registration, reason string) {
	list = slices.Clone(list)
	s.queue(p, now, func() (any, error) {
		data := []map[string]any{}
		for _, g := range list {
			data = append(data, g.show(s.rules.view.Context, false))
		}
		body := map[string]any{
			"id": "urn:ngsi-ld:ContextSourceNotification:" + uuid.NewString(), "type": "ContextSourceNotification",
			"subscriptionId": s.id, "notifiedAt": model.FormatTime(now), "triggerReason": reason, "data": data,
		}
		s.embedContext(body)
		return body, nil
	})
}

// scheduleSources starts the timer of a periodic subscription.
func (p *Platform) scheduleSources(s *subscription) {
	p.every(s, func() {
		now := p.now()
		if s.status(now) != "active" {
			return
		}
		var found []*registration
		s.tenant.mu.RLock()
		for _, g := range s.tenant.registrations.list {
			if !g.expired(now) && s.wanted().match(g) {
				found = append(found, g)
			}
		}
		s.tenant.mu.RUnlock()
		if len(found) > 0 {
			s.tell(p, now, found, "updated")
		}
	})
}
