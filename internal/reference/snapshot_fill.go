package reference

import (
	"net/url"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// queried is the queries of one kind that a snapshot was made by.
type queried struct {
	queries []any // as given, with the names as they were
	details []any // of each query (5.2.42)
}

func (q queried) show(out map[string]any, queries, details string) {
	if q.queries != nil {
		out[queries], out[details] = q.queries, q.details
	}
}

// read takes the queries over: a list that is not empty, of which all are temporal or none is.
func (q *queried) read(doc map[string]any, member string, temporal bool) error {
	v, given := doc[member]
	if !given {
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return problem.BadData("%s must be an array that is not empty (5.2.41)", member)
	}
	for i, item := range list {
		o, ok := item.(map[string]any)
		switch {
		case !ok || o["type"] != "Query":
			return problem.BadData("item %d of %s is no Query (5.2.23)", i, member)
		case temporal && o["temporalQ"] == nil:
			return problem.BadData("item %d of %s has no temporalQ, and it has to be a temporal query (5.2.41)", i, member)
		case !temporal && o["temporalQ"] != nil:
			return problem.BadData("item %d of %s has temporalQ, and it is no temporal query (5.2.41)", i, member)
		}
	}
	q.queries = list
	return nil
}

// run carries the queries out one by one; one gives how many it found. It returns how
// many of them found something.
func (q *queried) run(one func(query map[string]any) (int, error)) (int, error) {
	found := 0
	for _, query := range q.queries {
		n, err := one(query.(map[string]any))
		if err != nil {
			return 0, err
		}
		result := "empty"
		if n > 0 {
			result = "success"
			found++
		}
		q.details = append(q.details, map[string]any{"resultStatus": result})
	}
	return found, nil
}

// fill carries out the snapshot's queries and stores what they find (5.16.1.4).
func (r *request) fill(s *snapshot) error {
	doc := r.object()
	if err := s.current.read(doc, "snapshotQueries", false); err != nil {
		return err
	}
	if err := s.past.read(doc, "snapshotTemporalQueries", true); err != nil {
		return err
	}
	all := len(s.current.queries) + len(s.past.queries)
	if all == 0 {
		return problem.BadData("a snapshot needs snapshotQueries or snapshotTemporalQueries (5.2.41)")
	}
	found, err := s.current.run(func(q map[string]any) (int, error) {
		entities, err := r.snapshotQuery(q)
		for _, e := range entities {
			if have := s.content.get(e.ID); have != nil {
				e = have.Union(e, true)
			}
			s.content.put(e)
		}
		return len(entities), err
	})
	if err != nil {
		return err
	}
	foundPast, err := s.past.run(func(q map[string]any) (int, error) {
		evolutions, err := r.snapshotTemporalQuery(q)
		for _, e := range evolutions {
			s.content.history.take(e, r.now)
		}
		return len(evolutions), err
	})
	if err != nil {
		return err
	}
	switch found + foundPast {
	case all:
		s.status = "success"
	case 0:
		s.status = "empty"
	default:
		s.status = "partial"
	}
	return nil
}

// within is the request for one of its queries: of the parameters, local counts for it, too
// (5.5.13).
func (r *request) within(q map[string]any) *request {
	one := *r
	one.query = url.Values{}
	if r.query.Has("local") {
		one.query.Set("local", r.query.Get("local"))
	}
	one.body = q
	return &one
}

// snapshotQuery finds what one query selects, here and at the sources (5.7.2.4).
func (r *request) snapshotQuery(q map[string]any) ([]*model.Entity, error) {
	one := r.within(q)
	if err := one.bodyParameters(q); err != nil {
		return nil, err
	}
	s, err := one.selection()
	if err != nil {
		return nil, err
	}
	if s.infos, err = one.entityInfos(q["entities"]); err != nil {
		return nil, err
	}
	p, err := one.projection()
	if err != nil {
		return nil, err
	}
	s.attrs = p.selecting()
	if !s.selects() {
		return nil, problem.BadData("a query of the snapshot is too wide: it needs a type, an id, attributes, q or a geo-query (5.7.2)")
	}
	shares, err := one.shares("queryEntity", s.sources())
	if err != nil {
		return nil, err
	}
	var found []*model.Entity
	if len(shares) > 0 {
		found = one.queried(s, shares)
	} else {
		one.tenant.mu.RLock()
		found, _ = one.find(s, everyone, nil)
		one.tenant.mu.RUnlock()
	}
	for i, e := range found {
		found[i] = e.Part(s.attrs)
	}
	return found, nil
}

// snapshotTemporalQuery finds the evolutions that one temporal query selects, with the
// instances of its interval, here and at the sources (5.7.4.4).
func (r *request) snapshotTemporalQuery(q map[string]any) ([]*model.Entity, error) {
	one := r.within(q)
	s, err := one.postedPast()
	if err != nil {
		return nil, err
	}
	o, err := one.temporalView(true)
	if err != nil {
		return nil, err
	}
	found, _, err := one.evolutions(s, o)
	if err != nil {
		return nil, err
	}
	for i, e := range found {
		found[i] = o.interval.Newest(o.projection.apply(e))
	}
	return found, nil
}
