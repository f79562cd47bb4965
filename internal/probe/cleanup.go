package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/target"
)

// cleanupClient is the name under which the exchanges of the clean-up are kept.
const cleanupClient = "run.cleanup"

// CleanupReport tells what became of the things that a run created.
type CleanupReport struct {
	Created int      // things that were written to the journal
	Removed int      // of these, gone: deleted now or before, or never there
	Left    []string // of these, still there, each with the reason; and journal lines that can't be read
	Torn    bool     // the journal's last line is not whole: the run ended while it was written
}

// announce writes what the call may create to the journal, before it is sent.
func (s *Session) announce(k *call) (*announcement, *evidence.Failure) {
	if safe(k.request.Method) || k.request.Method == http.MethodDelete {
		return &announcement{}, nil
	}
	r, ok := resourceOf(k.base, k.url)
	if !ok || r.isQuery() || r.isBatch() && r.id == "delete" {
		return &announcement{}, nil
	}
	things := append(r.created(contentOf(k.request.Body)), r.strays(k.request.Body)...)
	for i := range things {
		things[i] = s.placed(things[i], k)
	}
	fresh, err := s.journal.create(things...)
	if err != nil {
		return nil, &evidence.Failure{Class: evidence.Other, Reason: "mimcheck did not send this request, because it could not write down first what it would create: " + err.Error()}
	}
	return &announcement{all: len(things), fresh: fresh}, nil
}

// announcement is what a call may create, as it was written to the journal.
type announcement struct {
	all   int
	fresh []thing // of these, not written there before
}

// placed is t with the endpoint and the tenant of the call.
func (s *Session) placed(t thing, k *call) thing {
	t.Endpoint, t.Tenant = k.request.Endpoint, k.header.Get(ngsild.HeaderTenant)
	if t.Endpoint == "" {
		t.Endpoint = target.NGSILD
	}
	return t
}

// remember takes from the answer what only the platform knows: the name that it
// gave to a new thing, and that one is gone.
func (s *Session) remember(k *call, announced *announcement) {
	r, ok := resourceOf(k.base, k.url)
	if ok {
		s.rememberMap(k)
	}
	if !ok || safe(k.request.Method) {
		return
	}
	switch {
	case k.request.Method == http.MethodDelete && r.id != "" && len(r.rest) == 0 && k.last.status == http.StatusNoContent:
		s.journal.removed(s.placed(thing{Collection: r.collection, ID: r.id}, k))
	case k.request.Method == http.MethodPost && r.id == "" && k.last.status == http.StatusCreated && announced.all == 0:
		t, named := r.located(k.url, k.last.header.Get("Location"))
		if !named {
			t, named = r.identified(k.last.body)
		}
		if named {
			s.guard.adopt(t)
			// It is there already; if this can't be written, Cleanup knows it all the same.
			_, _ = s.journal.create(s.placed(t, k))
		}
	case k.last.status == http.StatusMethodNotAllowed, k.last.status == http.StatusNotImplemented:
		for _, t := range announced.fresh { // the platform has no such operation, so nothing was created
			s.journal.removed(t)
		}
	case k.last.status == http.StatusBadRequest:
		for _, t := range announced.fresh { // refused, as it had to be: there is nothing to look for
			if t.isStray() {
				s.journal.removed(t)
			}
		}
	}
}

// rememberMap adopts the entity map that the platform made because a query asked for
// one: a read that creates (ETSI GS CIM 009, 5.14). Its header names the map by its URL
// or by its id.
func (s *Session) rememberMap(k *call) {
	id := k.last.header.Get(ngsild.HeaderEntityMap)
	made := k.last.status == http.StatusOK || k.last.status == http.StatusCreated
	if id == "" || !made || k.header.Get(ngsild.HeaderEntityMap) != "" || !makesEntityMap(k.base, k.url) || k.url.Query().Get("entityMap") == "false" {
		return
	}
	t, isURL := resource{collection: "entityMaps"}.located(k.url, id)
	if !isURL {
		t = thing{Collection: "entityMaps", ID: id}
	}
	s.guard.adopt(t)
	// It is there already; if this can't be written, Cleanup knows it all the same.
	_, _ = s.journal.create(s.placed(t, k))
}

// Cleanup removes from the platform everything that the session created and that is
// still there: first what makes the platform act (subscriptions, registrations, orders),
// then entities with their temporal evolution and offerings, then contexts and categories. Something that is not
// there counts as removed. The error is of ctx.
func (s *Session) Cleanup(ctx context.Context) (CleanupReport, error) {
	all, left := s.journal.list()
	report := CleanupReport{Created: named(all), Removed: named(all) - named(left)}
	var mu sync.Mutex
	for _, group := range inOrder(left) {
		s.each(group, func(t thing) {
			reason := s.remove(ctx, t)
			mu.Lock()
			defer mu.Unlock()
			if reason == "" && !t.isStray() {
				report.Removed++
			} else if reason != "" {
				report.Left = append(report.Left, t.String()+": "+reason)
			}
		})
	}
	s.forget(ctx, all)
	slices.Sort(report.Left)
	return report, context.Cause(ctx)
}

// each calls f for every thing, as many at once as politeness allows.
func (s *Session) each(things []thing, f func(thing)) {
	var all errgroup.Group
	all.SetLimit(cap(s.pace.slots))
	for _, t := range things {
		all.Go(func() error { f(t); return nil })
	}
	_ = all.Wait() // no error is returned above
}

// forget deletes the temporal evolution of entities, where the platform has one: it
// outlives them. It is not in the journal, because the platform made it by itself;
// an answer that it is not there, or can't be deleted, means nothing.
func (s *Session) forget(ctx context.Context, all []thing) {
	has := map[string]bool{} // tenant -> it keeps temporal evolutions
	var evolutions []thing
	for _, t := range all {
		if t.Collection != "entities" {
			continue
		}
		if _, known := has[t.Tenant]; !known {
			has[t.Tenant] = s.temporal(ctx, t.Endpoint, t.Tenant)
		}
		if has[t.Tenant] {
			t.Collection = "temporal/entities"
			evolutions = append(evolutions, t)
		}
	}
	s.each(evolutions, func(t thing) { s.remove(ctx, t) })
}

// inOrder groups things by when they are to be removed.
func inOrder(things []thing) [3][]thing {
	var groups [3][]thing
	for _, t := range things {
		n := 1
		switch t.Collection {
		case "subscriptions", "csourceRegistrations", "csourceSubscriptions", "productOrder":
			n = 0
		case "jsonldContexts", "category":
			n = 2
		}
		if t.isStray() {
			n = 2 // what was not found by its id
		}
		groups[n] = append(groups[n], t)
	}
	return groups
}

// remove deletes t and says why it may still be there; empty when it is gone.
func (s *Session) remove(ctx context.Context, t thing) (reason string) {
	if reason = s.deleteOrSearch(ctx, t); reason == "" {
		s.journal.removed(t)
	}
	return reason
}

func (s *Session) delete(ctx context.Context, t thing) string {
	answer, reason := s.tidy(ctx, t, Request{Method: http.MethodDelete, Path: "/" + t.Collection + "/" + url.PathEscape(t.ID),
		Expects: []int{http.StatusInternalServerError}})
	switch {
	case reason != "":
		return reason
	case answer.Status == http.StatusNotFound, answer.Status >= 200 && answer.Status < 300:
		return ""
	case answer.Status == http.StatusBadRequest && !isURI(t.ID):
		return "" // it was sent to see it refused, and there is no such thing
	}
	return fmt.Sprintf("DELETE answered %d", answer.Status)
}

// tidy sends a request of the clean-up about t, at its endpoint and in its tenant. Without
// an answer that can be judged it says why there is none.
func (s *Session) tidy(ctx context.Context, t thing, r Request) (answer *Response, reason string) {
	r.Endpoint, r.Header = t.Endpoint, http.Header{ngsild.HeaderTenant: nil}
	if t.Tenant != "" {
		r.Header[ngsild.HeaderTenant] = []string{t.Tenant}
	}
	answer, err := s.Client(cleanupClient).Do(ctx, r)
	var why *Unjudgeable
	switch {
	case errors.As(err, &why):
		return nil, why.Reason
	case err != nil:
		return nil, s.Redact(err.Error())
	}
	return answer, ""
}

// isURI says whether s has the form of a URI, as the id of every entity must (5.2.4): a
// scheme, and no character that RFC 3986 has nowhere.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && !strings.ContainsAny(s, " \"<>\\^`{|}")
}

// temporal says whether the platform keeps the temporal evolution of the tenant's entities.
func (s *Session) temporal(ctx context.Context, endpoint, tenant string) bool {
	answer, reason := s.tidy(ctx, thing{Endpoint: endpoint, Tenant: tenant}, Request{Method: http.MethodGet, Path: "/temporal/entities",
		Query: url.Values{"type": {"MimcheckCleanup"}, "timerel": {"after"}, "timeAt": {"2000-01-01T00:00:00Z"}, "limit": {"1"}}})
	return reason == "" && answer.Status == http.StatusOK
}

// CleanupJournal removes what the run of the journal at path created and could not
// remove itself. The journal must be of the same target: an error says so, or that
// it can't be read.
func CleanupJournal(ctx context.Context, t *target.Target, path string) (CleanupReport, error) {
	j, unreadable, torn, err := readJournal(path)
	if err != nil {
		return CleanupReport{}, fmt.Errorf("the journal can't be read: %w", err)
	}
	report := CleanupReport{Torn: torn}
	for _, number := range unreadable {
		report.Left = append(report.Left, fmt.Sprintf("line %d of the journal can't be read: look for entities whose id holds %s", number, orUnknown(j.run.Token)))
	}
	all, _ := j.list()
	if len(all) == 0 {
		return report, nil
	}
	if !maps.Equal(j.run.Endpoints, t.Endpoints) {
		return report, fmt.Errorf("the journal is of another platform (%v, not %v): name the one that the run was made against", j.run.Endpoints, t.Endpoints)
	}
	s, err := Open(ctx, t, Options{Profile: target.Sandbox, Token: j.run.Token, JournalPath: path})
	if err != nil {
		return report, err
	}
	defer s.Close()
	s.journal = j
	for _, one := range all {
		s.guard.adopt(one)
	}
	cleaned, err := s.Cleanup(ctx)
	report.Created, report.Removed = cleaned.Created, cleaned.Removed
	report.Left = append(report.Left, cleaned.Left...)
	return report, err
}

func orUnknown(token string) string {
	if token == "" {
		return "the run's token, which is not known"
	}
	return token
}
