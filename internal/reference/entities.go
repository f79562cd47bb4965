package reference

import (
	"net/http"
	"net/url"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

const entityPath = "/entities"

// parser reads input by the request's @context.
func (r *request) parser() *model.Parser { return &model.Parser{Context: r.context} }

// createEntity is 5.6.1.
func (r *request) createEntity() error {
	e, err := r.parser().Entity(r.object())
	if err != nil {
		return err
	}
	outcomes, err := r.createAt(e, r.object())
	if err != nil {
		return err
	}
	if outcomes == nil {
		outcomes = []outcome{{err: asProblem(r.makeTenant().create(e, r))}}
	}
	return r.settled(e.ID, outcomes, func() error { return r.created(entityPath, e.ID) })
}

// create stores a new entity.
func (t *tenant) create(e *model.Entity, r *request) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current(e.ID, r) != nil {
		return problem.Exists("there is an entity %s already", e.ID)
	}
	e.Stamp(r.now)
	t.store(nil, e, r)
	return nil
}

// current gives an entity that has not expired, without what in it has (4.22). The
// caller holds the lock.
func (t *tenant) current(id string, r *request) *model.Entity {
	e := t.get(id)
	if e == nil {
		return nil
	}
	return e.Current(r.now)
}

// store puts next in the place of old, either of which may be nil. The caller holds
// the lock for writing.
func (t *tenant) store(old, next *model.Entity, r *request) {
	if next == nil {
		t.remove(old.ID)
	} else {
		t.put(next)
	}
	t.history.record(old, next, r.now)
	t.notify(r.p, old, next, r.now)
}

// change replaces an entity by what f makes of it; nil deletes it.
func (t *tenant) change(id string, r *request, f func(*model.Entity) (*model.Entity, error)) error {
	types, err := r.typeSelection()
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.current(id, r)
	if old == nil || !types.Match(old) {
		return problem.NotFound("there is no entity %s%s", id, ofType(r))
	}
	next, err := f(old)
	if err != nil {
		return err
	}
	t.store(old, next, r)
	return nil
}

func ofType(r *request) string {
	if text := r.query.Get("type"); text != "" {
		return " of type " + text
	}
	return ""
}

// typeSelection is the type parameter; nil selects all types.
func (r *request) typeSelection() (*query.Types, error) {
	if !r.query.Has("type") {
		return nil, nil
	}
	return query.ParseTypes(r.query.Get("type"), r.context)
}

// deleteEntity is 5.6.6.
func (r *request) deleteEntity() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	here := func() error {
		return r.tenant.change(id, r, func(*model.Entity) (*model.Entity, error) { return nil, nil })
	}
	outcomes, err := r.deleteAt(id, here)
	if err != nil {
		return err
	}
	if outcomes == nil {
		outcomes = []outcome{{err: asProblem(here())}}
	}
	return r.settled(id, outcomes, r.noContent)
}

// replaceEntity is 5.6.18.
func (r *request) replaceEntity() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	parser := r.parser()
	if parser.Simplified, err = r.simplifiedInput(); err != nil {
		return err
	}
	e, err := parser.FragmentOf(r.object())
	if err != nil {
		return err
	}
	if err := sameID(id, e); err != nil {
		return err
	}
	return r.onEntity("replaceEntity", id, e, func(local *model.Entity) error {
		return r.tenant.change(id, r, func(old *model.Entity) (*model.Entity, error) {
			return old.Replace(local, r.now), nil
		})
	})
}

// onEntity runs an operation on an entity here and, where registrations match, at
// their sources; f is the operation on what is here.
func (r *request) onEntity(operation, id string, fragment *model.Entity, f func(*model.Entity) error) error {
	outcomes, err := r.everywhere(operation, id, fragment, func(p part) sourceCall {
		return sourceCall{method: r.Method, path: entityPath + "/" + url.PathEscape(id), query: r.forwarded(), body: r.raw(r.object(), p)}
	}, f)
	if err != nil {
		return err
	}
	if outcomes == nil {
		outcomes = []outcome{{err: asProblem(f(fragment))}}
	}
	return r.settled(id, outcomes, r.noContent)
}

func sameID(id string, e *model.Entity) error {
	if e.ID != "" && e.ID != id {
		return problem.BadData("the body is for the entity %s, the path for %s", e.ID, id)
	}
	return nil
}

// simplifiedInput says whether the body is in simplified representation; concise
// and normalized input is told apart by looking at it.
func (r *request) simplifiedInput() (bool, error) {
	options, err := r.options("normalized", "concise", "keyValues", "simplified")
	if err != nil {
		return false, err
	}
	format := r.query.Get("format")
	if !r.query.Has("format") && len(options) > 0 {
		format = options[len(options)-1]
	}
	switch format {
	case "", "normalized", "concise":
		return false, nil
	case "keyValues", "simplified":
		return true, nil
	default:
		return false, problem.Invalid("the format %q is none of normalized, concise, simplified, keyValues", format)
	}
}

// mergeEntity is 5.6.17.
func (r *request) mergeEntity() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	var o model.MergeOptions
	if r.query.Has("observedAt") {
		at, ok := model.ParseTime(r.query.Get("observedAt"))
		if !ok {
			return problem.BadData("the parameter observedAt must be a DateTime (4.6.3), got %q", r.query.Get("observedAt"))
		}
		o.ObservedAt = at
	}
	parser := r.mergeParser()
	if parser.Simplified, err = r.simplifiedInput(); err != nil {
		return err
	}
	parser.Language = r.query.Get("lang")
	body := r.object()
	outline, err := parser.FragmentOf(body) // which attributes it is about
	if err != nil {
		return err
	}
	return r.onEntity("mergeEntity", id, outline, func(local *model.Entity) error {
		return r.tenant.change(id, r, func(old *model.Entity) (*model.Entity, error) {
			parser.Existing = old
			fragment, err := parser.FragmentOf(r.raw(body, part{entity: local}))
			if err != nil {
				return nil, err
			}
			if err := sameID(id, fragment); err != nil {
				return nil, err
			}
			return old.Merge(fragment, o, r.now)
		})
	})
}

func (r *request) mergeParser() *model.Parser {
	parser := r.parser()
	parser.Nulls, parser.Partial, parser.Deep = true, true, true
	return parser
}

// sourceIdentity is 5.15.1.
func (r *request) sourceIdentity() error {
	return r.answer(http.StatusOK, map[string]any{
		"id": r.p.id, "type": "ContextSourceIdentity",
		"contextSourceAlias":  r.p.alias(r.tenant),
		"contextSourceUptime": duration(r.now.Sub(r.p.started)),
		"contextSourceTimeAt": model.FormatTime(r.now),
	})
}
