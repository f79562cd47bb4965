package reference

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// maxWaiting bounds the notifications of one subscription that are not sent yet.
const maxWaiting = 10000

// delivery is a notification on its way. Its body is made when it is sent.
type delivery struct {
	at   time.Time
	body func() (any, error)
}

// attributeChange is what happened to one attribute instance.
type attributeChange struct {
	name, dataset string
	trigger       string // attributeCreated, attributeUpdated or attributeDeleted
	before, after *model.Attribute
}

// same says whether the instance was written and is as it was: no change (5.8.6).
func (c attributeChange) same() bool {
	return c.after != nil && c.before != nil && c.after.Same(c.before)
}

// diff compares two states of an entity; either may be nil. Stored attributes are
// immutable, so that one which was written, even with the same value, is another.
func diff(old, next *model.Entity) []attributeChange {
	var out []attributeChange
	if next != nil {
		for _, name := range next.Names() {
			for _, a := range next.Attributes[name] {
				var before *model.Attribute
				if old != nil {
					before = model.Instance(old.Attributes[name], a.DatasetID)
				}
				switch {
				case before == nil:
					out = append(out, attributeChange{name, a.DatasetID, "attributeCreated", nil, a})
				case before != a:
					out = append(out, attributeChange{name, a.DatasetID, "attributeUpdated", before, a})
				}
			}
		}
	}
	if old == nil {
		return out
	}
	for _, name := range old.Names() {
		for _, a := range old.Attributes[name] {
			if next == nil || model.Instance(next.Attributes[name], a.DatasetID) == nil {
				out = append(out, attributeChange{name, a.DatasetID, "attributeDeleted", a, nil})
			}
		}
	}
	return out
}

// notify tells the tenant's subscriptions about a change. The caller holds the
// tenant's lock.
func (t *tenant) notify(p *Platform, old, next *model.Entity, now time.Time) {
	if len(t.subscriptions.list) == 0 {
		return
	}
	changes := slices.DeleteFunc(diff(old, next), attributeChange.same)
	for _, s := range t.subscriptions.list {
		if s.rules.interval == 0 && s.status(now) == "active" && s.concerns(old, next, changes) {
			s.enqueue(p, now, s.changed(old, next, changes, now))
		}
	}
}

// concerns says whether a change makes the subscription notify (5.8.6).
func (s *subscription) concerns(old, next *model.Entity, changes []attributeChange) bool {
	e := next
	if e == nil {
		e = old
	}
	if !s.rules.selection.match(e) {
		return false
	}
	wants := func(trigger string) bool { return contains(s.rules.triggers, trigger) }
	switch {
	case next == nil && wants("entityDeleted"):
		return true
	case old == nil && wants("entityCreated"):
		return s.rules.watched == nil || slices.ContainsFunc(s.rules.watched, func(name string) bool { return len(next.Attributes[name]) > 0 })
	}
	return slices.ContainsFunc(changes, func(c attributeChange) bool {
		if !s.watches(c.name) {
			return false
		}
		return wants(c.trigger) || old != nil && next != nil && wants("entityUpdated")
	})
}

// watches says whether the subscription is about an attribute.
func (s *subscription) watches(name string) bool {
	return s.rules.watched == nil || contains(s.rules.watched, name)
}

// changed is the notification's data: the entity as it is now, with what has been
// deleted marked by NGSI-LD Nulls, and former values if they are asked for.
func (s *subscription) changed(old, next *model.Entity, changes []attributeChange, now time.Time) []noted {
	n := noted{before: map[[2]string]*model.Attribute{}}
	if next == nil {
		gone := *old
		gone.DeletedAt = now
		gone.Attributes = map[string][]*model.Attribute{}
		n.entity = &gone
	} else {
		n.entity = next
	}
	wants := func(trigger string) bool { return contains(s.rules.triggers, trigger) }
	marks := s.rules.showChanges || wants("attributeDeleted") || wants("entityUpdated")
	for _, c := range changes {
		if c.before == nil {
			continue
		}
		if s.rules.showChanges {
			n.before[[2]string{c.name, c.dataset}] = c.before
		}
		if c.trigger != "attributeDeleted" || !marks {
			continue
		}
		if next == nil && !s.rules.showChanges && !(wants("attributeDeleted") && s.watches(c.name)) {
			continue
		}
		if n.entity == next {
			n.entity = next.Clone()
		}
		n.entity.Attributes[c.name] = append(n.entity.Attributes[c.name], c.before.Deleted(now))
	}
	return []noted{n}
}

// noted is an entity in a notification, with the former values of its attributes.
type noted struct {
	entity *model.Entity
	before map[[2]string]*model.Attribute
}

// data shows what a notification is about.
func (s *subscription) data(p *Platform, list []noted) any {
	r := &request{p: p, tenant: s.tenant, now: p.now(), media: s.rules.endpoint.media, context: s.rules.view.Context}
	r.Request = &http.Request{Method: http.MethodPost}
	o := presentation{view: s.rules.view, projection: s.rules.projection, geometry: model.Location, join: s.rules.join, level: s.rules.level}
	o.view.Conform = conformanceOf(s.rules.version)
	out := []map[string]any{}
	s.tenant.mu.RLock()
	defer s.tenant.mu.RUnlock()
	for _, n := range list {
		if len(n.before) > 0 {
			o.view.Previous = func(name string, a *model.Attribute) *model.Attribute {
				return n.before[[2]string{name, a.DatasetID}]
			}
		}
		out = append(out, o.show(r, []*model.Entity{n.entity})...)
	}
	if r.media == ngsild.MediaGeoJSON {
		return featureCollection(out)
	}
	return out
}

// enqueue sends a notification unless throttling or cooldown stand against it.
func (s *subscription) enqueue(p *Platform, now time.Time, list []noted) {
	s.queue(p, now, func() (any, error) {
		body := map[string]any{
			"id": "urn:ngsi-ld:Notification:" + uuid.NewString(), "type": "Notification",
			"subscriptionId": s.id, "notifiedAt": model.FormatTime(now), "data": s.data(p, list),
		}
		s.embedContext(body)
		return body, nil
	})
}

// embedContext puts the @context into a body that is to hold it.
func (s *subscription) embedContext(body map[string]any) {
	switch {
	case s.rules.endpoint.media == ngsild.MediaJSONLD:
	case s.rules.endpoint.media == ngsild.MediaGeoJSON && !s.rules.endpoint.bare:
		if collection, ok := body["data"].(map[string]any); ok { // a FeatureCollection holds it itself (5.2.30)
			body = collection
		}
	default:
		return
	}
	body["@context"] = s.rules.view.Context.ForBody(ngsild.CoreContextURL)
}

// queue adds a notification to those that wait, and has them sent.
func (s *subscription) queue(p *Platform, now time.Time, body func() (any, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules.throttling > 0 && !s.last.IsZero() && now.Sub(s.last) < s.rules.throttling {
		return
	}
	if s.rules.endpoint.cooldown > 0 && s.failure.After(s.success) && now.Sub(s.failure) < s.rules.endpoint.cooldown {
		return
	}
	if len(s.waiting) >= maxWaiting {
		return
	}
	s.last = now
	s.waiting = append(s.waiting, delivery{now, body})
	if !s.delivers {
		s.delivers = p.beside(func() { s.deliver(p) })
	}
}

// deliver sends what waits, one after the other, so that a subscriber sees changes
// in their order.
func (s *subscription) deliver(p *Platform) {
	for {
		s.mu.Lock()
		if len(s.waiting) == 0 {
			s.delivers = false
			s.mu.Unlock()
			return
		}
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.mu.Unlock()
		ok := s.send(p, next)
		s.mu.Lock()
		s.sent++
		if ok {
			s.success = next.at
		} else {
			s.failed++
			s.failure = p.now()
		}
		s.mu.Unlock()
	}
}

// send delivers a notification and says whether it did.
func (s *subscription) send(p *Platform, d delivery) bool {
	body, err := d.body()
	if err != nil {
		return false
	}
	ctx := p.life
	if s.rules.endpoint.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.rules.endpoint.timeout)
		defer cancel()
	}
	if s.rules.endpoint.mqtt != nil {
		return s.publish(ctx, p, body) == nil
	}
	return s.post(ctx, p, body) == nil
}

// headers tell of a notification what is not in its body (6.3.8): name, value.
func (s *subscription) headers() [][2]string {
	out := [][2]string{{"Content-Type", s.rules.endpoint.media}}
	if s.rules.endpoint.media == ngsild.MediaJSON || s.rules.endpoint.bare {
		out = append(out, [2]string{"Link", ngsild.ContextLink(s.link)})
	}
	if s.tenant.name != "" {
		out = append(out, [2]string{ngsild.HeaderTenant, s.tenant.name})
	}
	if s.tenant.snapshot != "" {
		out = append(out, [2]string{ngsild.HeaderSnapshot, s.tenant.snapshot})
	}
	return append(out, s.rules.endpoint.headers...)
}

// post sends a notification over HTTP (6.3.8); any 2xx is a success.
func (s *subscription) post(ctx context.Context, p *Platform, body any) error {
	raw, err := encode(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.rules.endpoint.url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for _, h := range s.headers() {
		req.Header.Set(h[0], h[1])
	}
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the receiver answers with %s", res.Status)
	}
	return nil
}

// publish sends a notification over MQTT (7.2): what HTTP has as headers is metadata.
func (s *subscription) publish(ctx context.Context, p *Platform, body any) error {
	metadata := map[string]any{}
	for _, h := range s.headers() {
		metadata[h[0]] = h[1]
	}
	raw, err := encode(map[string]any{"metadata": metadata, "body": body})
	if err != nil {
		return err
	}
	return p.publish(ctx, *s.rules.endpoint.mqtt, raw)
}

// schedule starts the timer of a periodic subscription (timeInterval).
func (p *Platform) schedule(s *subscription) { p.every(s, func() { s.tick(p) }) }

// every calls f at the subscription's interval, if it has one, until it is retired.
func (p *Platform) every(s *subscription, f func()) {
	if s.rules.interval == 0 {
		return
	}
	ctx, cancel := context.WithCancel(p.life)
	s.stop = cancel
	p.beside(func() {
		ticker := time.NewTicker(s.rules.interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				f()
			}
		}
	})
}

// tick notifies about all entities that match now.
func (s *subscription) tick(p *Platform) {
	now := p.now()
	if s.status(now) != "active" {
		return
	}
	var list []noted
	s.tenant.mu.RLock()
	for e := range s.tenant.candidates(&s.rules.selection) {
		if e = e.Current(now); e != nil && s.rules.selection.match(e) {
			list = append(list, noted{entity: e})
		}
		if len(list) == maxLimit {
			break
		}
	}
	s.tenant.mu.RUnlock()
	if len(list) > 0 {
		s.enqueue(p, now, list)
	}
}
