package reference

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
)

// Distributed operations on the past (5.7.3, 5.7.4): evolutions are put together of what
// the platform and the sources have.

// pastParameters are those of a temporal query that sources are asked with as well.
// Which instances are the last ones, or how they are aggregated, is for the whole.
var pastParameters = []string{"timerel", "timeAt", "endTimeAt", "timeproperty"}

// pastQuery is the query string for evolutions.
func (r *request) pastQuery(attrs []string) url.Values {
	q := url.Values{"options": {"sysAttrs"}}
	for _, name := range pastParameters {
		if r.query.Has(name) {
			q.Set(name, r.query.Get(name))
		}
	}
	if attrs != nil {
		q.Set("attrs", strings.Join(r.context.CompactAll(attrs), ","))
	}
	return q
}

// pasts asks the sources and gives the evolutions in their answers.
func (r *request) pasts(shares []share, to func(share) sourceCall) [][]*model.Entity {
	out := make([][]*model.Entity, len(shares))
	for i, answer := range r.replies(shares, to) {
		out[i] = r.entitiesOf(answer, shares[i].source, true)
	}
	return out
}

// gatherPast adds to an evolution what the sources have of it; local may be nil.
func (r *request) gatherPast(id string, local *model.Entity, shares []share) *model.Entity {
	answers := r.pasts(shares, func(s share) sourceCall {
		q := r.pastQuery(s.attrs)
		if r.query.Has("type") {
			q.Set("type", r.query.Get("type"))
		}
		return sourceCall{method: http.MethodGet, path: temporalPath + "/" + url.PathEscape(id), query: q}
	})
	return combine(local, shares, func(i int) *model.Entity { return withID(answers[i], id) }, r.unionOfPasts())
}

// queriedPast gives the evolutions of the interval that are candidates here and at the
// sources, put together; local are those that are here.
func (r *request) queriedPast(s *selection, o *temporalView, shares []share, local []*model.Entity) []*model.Entity {
	answers := r.pasts(shares, func(of share) sourceCall {
		q := r.pastQuery(nil)
		if r.Method == http.MethodPost {
			return sourceCall{method: http.MethodPost, path: "/temporal/entityOperations/query", query: url.Values{"options": {"sysAttrs"}}, body: r.forwardedBody(s, of)}
		}
		for name, values := range r.forwardedQuery(s, of) {
			q[name] = values
		}
		return sourceCall{method: http.MethodGet, path: temporalPath, query: q}
	})
	for i := range answers {
		for k, e := range answers[i] {
			answers[i][k] = o.interval.Select(e)
		}
	}
	return r.together(s, shares, slices.DeleteFunc(local, func(e *model.Entity) bool { return !s.split && !o.concerns(e) }), answers, r.unionOfPasts())
}

// unionOfPasts is the union of evolutions by the time that the request is about.
func (r *request) unionOfPasts() func(whole, more *model.Entity, fill bool) *model.Entity {
	i := model.Interval{Property: r.query.Get("timeproperty")}
	if i.Property == "" {
		i.Property = "observedAt"
	}
	return i.UnionOfInstances
}
