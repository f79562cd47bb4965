package reference

import (
	"slices"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// purgeEntities is 5.6.21 (V1.9.1): it deletes the entities that are selected, or of
// these the attributes to drop, or all attributes but those to keep.
func (r *request) purgeEntities() error {
	s, err := r.selection()
	if err != nil {
		return err
	}
	drop, err := r.list("drop")
	if err != nil {
		return err
	}
	keep, err := r.list("keep")
	if err != nil {
		return err
	}
	if drop != nil && keep != nil {
		return problem.BadData("drop and keep exclude each other (5.6.21)")
	}
	for _, name := range slices.Concat(drop, keep) {
		if !model.IsName(name) {
			return problem.BadData("%q is not a valid attribute name (4.6.2)", name)
		}
	}
	byType := slices.ContainsFunc(s.infos, func(i entityInfo) bool { return i.types != nil })
	if !byType && s.q == nil && s.geo == nil && !s.local {
		return problem.BadData("a purge needs a type, q, a geo-query or local=true (5.6.21); otherwise it would delete too much")
	}
	if s.q.Depth() > 0 {
		return problem.BadData("a purge cannot select by what linked entities are like (5.6.21)")
	}
	drop, keep = r.context.ExpandAll(drop), r.context.ExpandAll(keep)
	here := func() error { r.purge(s, drop, keep); return nil }
	outcomes, err := r.purgeAt(s, here)
	if err != nil {
		return err
	}
	if outcomes == nil {
		outcomes = []outcome{{err: asProblem(here())}}
	}
	return r.settled("", outcomes, r.noContent)
}

// purge deletes what is selected here.
func (r *request) purge(s *selection, drop, keep []string) {
	t := r.tenant
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*model.Entity
	for e := range t.candidates(s) {
		if e = e.Current(r.now); e != nil && s.match(e) {
			found = append(found, e)
		}
	}
	for _, e := range found {
		if len(drop) == 0 && len(keep) == 0 {
			t.store(e, nil, r)
			continue
		}
		next := e.Clone()
		for name := range e.Attributes {
			if slices.Contains(drop, name) || len(keep) > 0 && !slices.Contains(keep, name) {
				delete(next.Attributes, name)
			}
		}
		if len(next.Attributes) == len(e.Attributes) {
			continue
		}
		next.ModifiedAt = r.now
		t.store(e, next, r)
	}
}
