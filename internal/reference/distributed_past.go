package reference

import (
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
)

// Distributed operations (4.3.6): this file hands on changes of evolutions (5.6.11 to
// 5.6.16).

// aboutPast is what a registration must have for an operation on one evolution. One
// that tells no interval is not left out.
func (r *request) aboutPast(id string, types, attrs []string) *sourceQuery {
	if len(types) == 0 && r.tenant != nil {
		r.tenant.mu.RLock()
		if e := r.tenant.history.get(id); e != nil {
			types = e.Types
		}
		r.tenant.mu.RUnlock()
	}
	look := r.about(id, types, attrs)
	look.past = true
	return look
}

// pastChange is a change of an evolution.
type pastChange struct {
	operation string // of 4.20
	fragment  *model.Entity
	// whole says that it is about the evolution as a whole, which sources have a part
	// of whatever their attributes are.
	whole bool
	// begins says that an evolution which this platform does not know is begun.
	begins bool
	body   func(part) any                  // what a source is told; nil is nothing
	here   func(local *model.Entity) error // what is done here
}

// changePast makes a change here and at the sources. What this platform does not know of
// is no error where a registration matches.
func (r *request) changePast(c pastChange) ([]outcome, error) {
	shares, err := r.shares(c.operation, r.aboutPast(c.fragment.ID, c.fragment.Types, names(c.fragment)))
	if err != nil {
		return nil, err
	}
	if len(shares) == 0 {
		return []outcome{{err: asProblem(c.here(c.fragment))}}, nil
	}
	local, parts := c.fragment, []part(nil)
	if c.whole {
		for _, s := range shares {
			if s.source.mode != auxiliary {
				parts = append(parts, part{s, c.fragment})
			}
		}
	} else {
		local, parts = divide(c.fragment, shares)
	}
	outcomes := r.each(parts, func(p part) sourceCall {
		call := sourceCall{method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), base), query: r.forwarded()}
		if c.body != nil {
			call.body = c.body(p)
		}
		return call
	})
	told := len(outcomes) > 0
	switch {
	case told && (local == nil || len(local.Attributes) == 0 && len(c.fragment.Attributes) > 0):
		return outcomes, nil // the sources have all of it
	case told && !c.begins && !r.knowsPast(c.fragment.ID):
		return outcomes, nil
	}
	return append(outcomes, outcome{err: asProblem(c.here(local))}), nil
}

func (r *request) knowsPast(id string) bool {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	return r.hasPast(id)
}

// changePastAttribute makes a change of one attribute of an evolution, or of an instance of
// it, here and at the sources. body is what a source is told.
func (r *request) changePastAttribute(operation, id, name string, body any, here func() error) error {
	c := pastChange{operation: operation, fragment: &model.Entity{ID: id, Attributes: map[string][]*model.Attribute{name: {{}}}},
		here: func(*model.Entity) error { return here() }}
	if body != nil {
		c.body = func(part) any { return body }
	}
	outcomes, err := r.changePast(c)
	if err != nil {
		return err
	}
	return r.settledUpdate(c.fragment, outcomes, nil)
}
