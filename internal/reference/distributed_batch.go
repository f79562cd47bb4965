package reference

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Distributed operations (4.3.6): this file has the batch operations. A source gets all
// entities of a batch that concern it in one call (5.6.7 to 5.6.10, 5.6.20).

// batchOperation is how a batch operation is handed on.
type batchOperation struct {
	name   string // by which a registration offers it (4.20)
	single string // the operation on one entity, of which a source that offers it is asked as well
	path   string
	// outline reads what an entity's JSON holds; nil is for a list of ids
	outline func(*request, map[string]any) (*model.Entity, error)
}

// outlined reads a fragment for the names that it holds.
func outlined(r *request, item map[string]any) (*model.Entity, error) {
	return r.mergeParser().FragmentOf(item)
}

// batchItem is one entity of a batch, or one id, and what became of it at the sources.
type batchItem struct {
	r           *request // with the entity's own @context
	id          string
	json        map[string]any
	err         error // the entity cannot be worked on at all
	distributed bool
	claimed     bool          // a source has the entity, or a part of it, alone
	local       *model.Entity // what belongs here; nil is nothing
	given       int           // attributes of the whole entity
	outcomes    []outcome     // at the sources
}

// spread hands the entities' parts to the sources that they belong to.
func (r *request) spread(to batchOperation, items []*batchItem) {
	if !r.distributes() {
		return
	}
	var parts []part
	calls := map[*model.Entity]sourceCall{}
	owners := map[*model.Entity][]*batchItem{}
	groups := map[*registration]*model.Entity{}
	for _, item := range items {
		if item.err != nil {
			continue
		}
		mine, err := item.divide(to)
		if item.err = err; err != nil {
			continue
		}
		for _, p := range mine {
			single := !contains(p.source.operations, to.name) && (to.name == "createBatch" || to.name == "deleteBatch")
			if single || p.refuse {
				parts = append(parts, p)
				calls[p.entity], owners[p.entity] = item.alone(to, p), []*batchItem{item}
				continue
			}
			group := groups[p.source]
			if group == nil {
				group = &model.Entity{}
				groups[p.source] = group
				parts = append(parts, part{p.share, group})
				calls[group] = sourceCall{method: http.MethodPost, path: to.path, query: r.forwarded(), body: []any{}, linked: r.linked && to.outline != nil}
			}
			owners[group] = append(owners[group], item)
			call := calls[group]
			call.body = append(call.body.([]any), item.content(to, p))
			calls[group] = call
		}
	}
	for i, o := range r.each(parts, func(p part) sourceCall { return calls[p.entity] }) {
		for _, item := range owners[parts[i].entity] {
			item.outcomes = append(item.outcomes, o.of(item.id))
		}
	}
}

// divide finds the sources that an entity belongs to, and what each of them gets.
func (item *batchItem) divide(to batchOperation) ([]part, error) {
	whole := &model.Entity{ID: item.id}
	if to.outline != nil {
		var err error
		if whole, err = to.outline(item.r, item.json); err != nil {
			return nil, err
		}
	}
	shares, err := item.r.shares(to.name+"|"+to.single, item.r.about(item.id, whole.Types, names(whole)))
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	item.distributed, item.given = true, len(whole.Attributes)
	item.claimed = slices.ContainsFunc(shares, func(s share) bool { return claims(s.source.mode) })
	if to.outline == nil {
		item.local = whole
		var parts []part
		for _, s := range shares {
			if s.source.mode != auxiliary {
				parts = append(parts, part{s, &model.Entity{ID: item.id}})
			}
		}
		return parts, nil
	}
	local, parts := divide(whole, shares)
	item.local = local
	for _, s := range shares {
		if s.refuse && to.name == "createBatch" {
			return nil, problem.Conflict("the registration %s claims the data, but its source does not offer to create entities (4.3.6)", s.source.id)
		}
	}
	return parts, nil
}

// content is what a source gets of an entity in its batch, under the @context that it
// was given with.
func (item *batchItem) content(to batchOperation, p part) any {
	if to.outline == nil {
		return item.id
	}
	out := item.r.raw(item.json, p)
	if item.r.linked {
		out["@context"] = item.r.context.ForBody(ngsild.CoreContextURL)
	}
	return out
}

// alone is the call by which a source does its part of one entity.
func (item *batchItem) alone(to batchOperation, p part) sourceCall {
	if to.outline == nil {
		return sourceCall{method: http.MethodDelete, path: entityPath + "/" + url.PathEscape(item.id), query: item.r.forwarded()}
	}
	return sourceCall{method: http.MethodPost, path: entityPath, body: item.content(to, p), linked: item.r.linked}
}

// here does what of the entity belongs to this platform, and gives the first error that
// there was anywhere.
func (item *batchItem) here(to batchOperation, f func(id string, item map[string]any, r *request) (bool, error)) (bool, error) {
	if !item.distributed {
		return f(item.id, item.json, item.r)
	}
	failed := firstError(item.outcomes)
	if item.local == nil || item.claimed && item.given > 0 && len(item.local.Attributes) == 0 && to.name != "createBatch" {
		return false, failed
	}
	json := item.json
	if json != nil {
		json = item.r.raw(json, part{entity: item.local})
	}
	created, err := f(item.id, json, item.r)
	if item.claimed && err != nil && problem.From(err).Status == http.StatusNotFound {
		err = nil // the sources have all of it
	}
	if failed == nil {
		failed = err
	}
	return created, failed
}

// of is what an outcome says about one of the entities that it is about: a source that
// did a part of what it was asked for lists where it failed (5.2.16).
func (o outcome) of(id string) outcome {
	if o.err != nil || !o.partial {
		return o
	}
	list, listed := o.update["errors"].([]any)
	if !listed {
		o.err = problem.Internal("the context source %s says that it did a part of it only", o.source.endpoint)
		return o
	}
	for _, item := range list {
		if entry, _ := item.(map[string]any); entry["entityId"] == id {
			o.err = reported(entry["error"], http.StatusMultiStatus, o.source)
			return o
		}
	}
	return o
}
