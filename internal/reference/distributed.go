package reference

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Distributed operations (4.3.6): this file has what the provision operations do when
// registrations match. Each function does nothing and says so when none does.

// raw gives the members of the request's JSON that belong to a part, as the user
// wrote them: NGSI-LD Nulls and representation stay.
func (r *request) raw(o map[string]any, p part) map[string]any {
	out := map[string]any{}
	for key, v := range o {
		switch iri := r.context.Expand(key); {
		case key == "@context":
		case iri == "@id", iri == "@type", iri == model.Scope, iri == model.ExpiresAt:
			out[key] = v
		default:
			if _, mine := p.entity.Attributes[iri]; mine {
				out[key] = v
			}
		}
	}
	return out
}

// forwarded are the parameters of the request that its parts keep.
func (r *request) forwarded() url.Values {
	q := cloneQuery(r.query)
	q.Del("local")
	return q
}

// createAt creates an entity here and at the sources (5.6.1).
func (r *request) createAt(e *model.Entity, o map[string]any) ([]outcome, error) {
	shares, err := r.shares("createEntity", r.about(e.ID, e.Types, names(e)))
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	for _, s := range shares {
		if s.refuse {
			return nil, problem.Conflict("the registration %s claims the data, but its source does not offer to create entities (4.3.6)", s.source.id)
		}
	}
	local, parts := divide(e, shares)
	outcomes := r.each(parts, func(p part) sourceCall {
		return sourceCall{method: http.MethodPost, path: entityPath, body: r.raw(o, p)}
	})
	if local != nil {
		outcomes = append(outcomes, outcome{err: asProblem(r.makeTenant().create(local, r))})
	}
	return outcomes, nil
}

// names lists an entity's attributes; nil if there are none.
func names(e *model.Entity) []string {
	if len(e.Attributes) == 0 {
		return nil
	}
	return e.Names()
}

// everywhere runs an operation on a whole entity here and at the sources: f is the
// operation on the local part. It says whether any source was concerned.
func (r *request) everywhere(operation, id string, fragment *model.Entity, to func(part) sourceCall, f func(local *model.Entity) error) ([]outcome, error) {
	shares, err := r.shares(operation, r.about(id, fragment.Types, names(fragment)))
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	local, parts := divide(fragment, shares)
	claimed := slices.ContainsFunc(shares, func(s share) bool { return claims(s.source.mode) })
	outcomes := r.each(parts, to)
	if local == nil || claimed && len(local.Attributes) == 0 && len(fragment.Attributes) > 0 {
		return outcomes, nil
	}
	err = f(local)
	if claimed && err != nil && problem.From(err).Status == http.StatusNotFound {
		return outcomes, nil // the sources have all of it
	}
	return append(outcomes, outcome{err: asProblem(err)}), nil
}

// deleteAt deletes an entity here and at the sources (5.6.6).
func (r *request) deleteAt(id string, f func() error) ([]outcome, error) {
	shares, err := r.shares("deleteEntity", r.about(id, nil, nil))
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	var parts []part
	claimed := false
	for _, s := range shares {
		claimed = claimed || claims(s.source.mode)
		if s.source.mode != auxiliary {
			parts = append(parts, part{s, &model.Entity{ID: id}})
		}
	}
	outcomes := r.each(parts, func(part) sourceCall {
		return sourceCall{method: http.MethodDelete, path: entityPath + "/" + url.PathEscape(id), query: r.forwarded()}
	})
	err = f()
	if claimed && err != nil && problem.From(err).Status == http.StatusNotFound {
		return outcomes, nil
	}
	return append(outcomes, outcome{err: asProblem(err)}), nil
}

// settledUpdate makes one answer of the outcomes of an operation on attributes: a 207
// tells which of them were not updated (5.2.18).
func (r *request) settledUpdate(fragment *model.Entity, outcomes []outcome, not []model.NotUpdated) error {
	failed := 0
	result := map[string]bool{}
	for _, name := range fragment.Names() {
		result[name] = true
	}
	var details []any
	for _, o := range outcomes {
		switch {
		case o.err != nil:
			failed++
			for _, name := range fragment.Names() {
				detail := map[string]any{"attributeName": name, "reason": o.err.Error()}
				if o.source != nil {
					if !o.source.has(name) {
						continue
					}
					detail["registrationId"] = o.source.id
				}
				details = append(details, detail)
				delete(result, name)
			}
		case o.partial:
			list, listed := o.update["notUpdated"].([]any)
			if !listed {
				for _, name := range fragment.Names() {
					if o.source.has(name) {
						details = append(details, map[string]any{"attributeName": name, "reason": o.of("").err.Error(), "registrationId": o.source.id})
						delete(result, name)
					}
				}
			}
			for _, item := range list {
				if detail, ok := item.(map[string]any); ok {
					detail["registrationId"] = o.source.id
					details = append(details, detail)
					if name, ok := detail["attributeName"].(string); ok {
						name = r.context.Expand(name)
						detail["attributeName"] = name // fully qualified (6.3.6), as this platform's own are
						delete(result, name)
					}
				}
			}
		}
	}
	for _, n := range not {
		details = append(details, map[string]any{"attributeName": n.Name, "reason": n.Reason})
		delete(result, n.Name)
	}
	switch {
	case len(details) == 0 && failed == 0:
		return r.noContent()
	case failed == len(outcomes):
		for _, o := range outcomes {
			switch {
			case len(outcomes) == 1:
				return o.whole()
			case o.err.Status == http.StatusNotFound:
				return o.err
			}
		}
	}
	updated := []string{}
	for _, name := range fragment.Names() {
		if result[name] {
			updated = append(updated, name)
		}
	}
	return write(r.w, http.StatusMultiStatus, ngsild.MediaJSON, map[string]any{"updated": updated, "notUpdated": details})
}

// has says whether the registration is about an attribute.
func (g *registration) has(name string) bool {
	return slices.ContainsFunc(g.infos, func(i registrationInfo) bool { return i.attributes == nil || contains(i.attributes, name) })
}

// onAttribute runs an operation on one attribute here and at the sources; f is the
// operation here. done says whether any source was concerned.
func (r *request) onAttribute(operation, id, name string, body any, f func() error) (done bool, err error) {
	shares, err := r.shares(operation, r.about(id, nil, []string{name}))
	if err != nil || len(shares) == 0 {
		return err != nil, err
	}
	fragment := &model.Entity{ID: id, Attributes: map[string][]*model.Attribute{name: {{}}}}
	local, parts := divide(fragment, shares)
	outcomes := r.each(parts, func(part) sourceCall {
		return sourceCall{method: r.Method, path: entityPath + "/" + url.PathEscape(id) + "/attrs/" + url.PathEscape(r.PathValue("attrId")), query: r.forwarded(), body: body}
	})
	if local != nil && len(local.Attributes) > 0 {
		outcomes = append(outcomes, outcome{err: asProblem(f())})
	}
	return true, r.settledUpdate(fragment, outcomes, nil)
}

// purgeAt purges at the sources as well (5.6.21); f purges here.
func (r *request) purgeAt(s *selection, f func() error) ([]outcome, error) {
	shares, err := r.shares("purgeEntity", &sourceQuery{infos: s.infos, csf: s.csf, geo: s.geo, scope: s.scope})
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	var parts []part
	for _, s := range shares {
		if s.source.mode != auxiliary && !s.refuse {
			parts = append(parts, part{s, &model.Entity{}})
		}
	}
	outcomes := r.each(parts, func(part) sourceCall {
		return sourceCall{method: http.MethodDelete, path: entityPath, query: r.forwarded()}
	})
	return append(outcomes, outcome{err: asProblem(f())}), nil
}
