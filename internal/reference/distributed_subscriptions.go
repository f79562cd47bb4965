package reference

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Distributed subscriptions (5.8.1.4, 5.8.2.4, 5.8.5.4, 5.8.6): a source that offers to
// take subscriptions gets a reduced copy of each that concerns it. Its notifications come
// to this platform, which judges them again and notifies the subscriber.

// relayPath is where sources notify this platform; the id of the copy follows.
const relayPath = "/ngsi-ld/ex/v1/notifications/"

// origin is how a subscription came here: under which address, and by which hops.
type origin struct {
	host string
	tls  *tls.ConnectionState
	via  []string
}

func originOf(r *http.Request) origin {
	return origin{r.Host, r.TLS, r.Header.Values("Via")}
}

// copies are a subscription's copies at sources, by registration.
type copies struct {
	mu   sync.Mutex
	made map[string]sentCopy
	gone bool
}

type sentCopy struct {
	id     string
	source *registration
}

// relayed is the subscription that a copy belongs to.
type relayed struct {
	tenant *tenant
	id     string
}

// relay brings the copies of the tenant's subscriptions in step with a registration that
// is new, changed or gone: old or next may be nil. The caller holds the tenant's lock.
func (t *tenant) relay(p *Platform, old, next *registration) {
	for _, s := range t.subscriptions.list {
		look := s.wanted()
		if old != nil && look.match(old) || next != nil && look.match(next) {
			s.relay(p)
		}
	}
}

// relay brings the subscription's copies in step, beside the request.
func (s *subscription) relay(p *Platform) {
	if s.relays() {
		p.beside(func() { s.settleCopies(p, false) })
	}
}

// withdraw deletes the copies at the sources, and makes those of next, which replaces
// the subscription; next may be nil.
func (s *subscription) withdraw(p *Platform, next *subscription) {
	p.beside(func() {
		s.settleCopies(p, true)
		if next != nil && next.relays() {
			next.settleCopies(p, false)
		}
	})
}

// relays says whether sources are to get copies: not of one that is local, nor of a
// periodic one, for which this platform asks.
func (s *subscription) relays() bool { return s.doc["localOnly"] != true && s.rules.interval == 0 }

func (s *subscription) settleCopies(p *Platform, gone bool) {
	s.copies.mu.Lock()
	defer s.copies.mu.Unlock()
	s.copies.gone = s.copies.gone || gone
	r := &request{p: p, tenant: s.tenant, now: p.now(), media: ngsild.MediaJSON, context: s.context}
	r.Request = (&http.Request{Method: http.MethodPost, Host: s.origin.host, TLS: s.origin.tls, URL: &url.URL{}, Header: http.Header{"Via": s.origin.via}}).WithContext(p.life)
	wanted := map[string]share{}
	if !s.copies.gone {
		shares, err := r.shares("createSubscription", s.wanted())
		if err != nil {
			return // it has been here before
		}
		for _, to := range shares {
			if !to.refuse {
				wanted[to.source.id] = to
			}
		}
	}
	for id, c := range s.copies.made {
		if to, stays := wanted[id]; stays && to.source.endpoint == c.source.endpoint {
			delete(wanted, id)
			continue
		}
		_, _ = r.ask(share{source: c.source}, sourceCall{method: http.MethodDelete, path: subscriptionPath + "/" + c.id})
		p.copies.Delete(c.id)
		delete(s.copies.made, id)
	}
	for id, to := range wanted {
		c := sentCopy{"urn:ngsi-ld:Subscription:" + uuid.NewString(), to.source}
		p.copies.Store(c.id, relayed{s.tenant, s.id}) // a notification may come at once
		answer, err := r.ask(to, sourceCall{method: http.MethodPost, path: subscriptionPath, body: s.reduced(r, c.id)})
		if err != nil || answer.status >= http.StatusMultipleChoices {
			p.copies.Delete(c.id)
			continue
		}
		if s.copies.made == nil {
			s.copies.made = map[string]sentCopy{}
		}
		s.copies.made[id] = c
	}
}

// reduced is the copy that a source gets: what selects entities and changes, with this
// platform as the receiver. Where entities may be split the source cannot judge filters.
func (s *subscription) reduced(r *request, id string) map[string]any {
	whole := renameSubscription(s.doc, s.context.Compact)
	out := map[string]any{"id": id, "type": "Subscription"}
	members := []string{"entities", "watchedAttributes", "notificationTrigger", "expiresAt", "splitEntities"}
	if s.doc["splitEntities"] != true {
		members = append(members, "q", "geoQ", "scopeQ", "expandValues", "jsonKeys")
	}
	for _, member := range members {
		if v, given := whole[member]; given {
			out[member] = v
		}
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	out["notification"] = map[string]any{"format": "normalized", "sysAttrs": true, "endpoint": map[string]any{
		"uri": scheme + "://" + r.Host + relayPath + id, "accept": ngsild.MediaJSON}}
	return out
}

// takeNotification takes a source's notification about a copy and notifies the
// subscriber about what the subscription selects of it (5.8.6).
func (p *Platform) takeNotification(w http.ResponseWriter, h *http.Request) {
	r := &request{Request: h, w: w, p: p, now: p.now(), media: ngsild.MediaJSON}
	if err := r.takeNotification(strings.TrimPrefix(h.URL.Path, relayPath)); err != nil {
		r.fail(err)
	}
}

func (r *request) takeNotification(id string) error {
	v, known := r.p.copies.Load(id)
	if !known {
		return problem.NotFound("there is no subscription %s that a source could notify about", id)
	}
	of := v.(relayed)
	var err error
	if r.body, r.linked, err = readBody(r.Request); err != nil {
		return err
	}
	if err := r.resolveContext(objectBody); err != nil {
		return err
	}
	r.tenant = of.tenant
	found, _ := (&reply{body: r.object()["data"], context: r.context}).entities(r, false)
	of.tenant.mu.RLock()
	s := of.tenant.subscriptions.find(of.id)
	var list []noted
	if s != nil && s.status(r.now) == "active" {
		for _, e := range found {
			if local := of.tenant.current(e.ID, r); local != nil && s.doc["splitEntities"] == true {
				e = e.Union(local, true)
			}
			if s.rules.selection.match(e) {
				list = append(list, noted{entity: e})
			}
		}
	}
	of.tenant.mu.RUnlock()
	if len(list) > 0 {
		s.enqueue(r.p, r.now, list)
	}
	return r.noContent()
}
