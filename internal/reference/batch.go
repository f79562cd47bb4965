package reference

import (
	"net/http"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// batchResult is the outcome of a batch operation (5.2.16).
type batchResult struct {
	success []string
	created []string // of success, those that are new
	errors  []any
}

func (b *batchResult) fail(id string, err error) {
	entry := map[string]any{"error": problem.From(err)}
	if id != "" {
		entry["entityId"] = id
	}
	b.errors = append(b.errors, entry)
}

func (b *batchResult) mixed() map[string]any {
	if b.success == nil {
		b.success = []string{}
	}
	return map[string]any{"success": b.success, "errors": b.errors}
}

// batch runs f for each entity of the body in its order; f says whether it created
// the entity. A failure does not stop the others (5.6.7).
func (r *request) batch(f func(id string, item map[string]any, r *request) (created bool, err error)) (*batchResult, error) {
	items := make([]map[string]any, 0)
	list, _ := r.body.([]any)
	for i, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, problem.BadData("item %d of the array is not a JSON object", i)
		}
		items = append(items, o)
	}
	result := &batchResult{}
	for _, item := range items {
		id, err := itemID(item)
		created := false
		if err == nil {
			one := *r
			if err = one.itemContext(item); err == nil {
				created, err = f(id, item, &one)
				r.tenant = one.tenant
			}
		}
		switch {
		case err != nil:
			result.fail(id, err)
		case created:
			result.created = append(result.created, id)
			fallthrough
		default:
			result.success = append(result.success, id)
		}
	}
	return result, nil
}

func itemID(item map[string]any) (string, error) {
	id, ok := item["id"].(string)
	if !ok {
		id, ok = item["@id"].(string)
	}
	switch {
	case !ok:
		return "", problem.BadData("the entity has no id")
	case !model.IsURI(id):
		return id, problem.BadData("the entity's id %q is not a URI", id)
	default:
		return id, nil
	}
}

// itemContext resolves the @context of one entity of a batch (6.3.5).
func (r *request) itemContext(item map[string]any) error {
	source, err := r.bodyContext(item, nil)
	if err != nil || !r.linked {
		return err
	}
	r.context, err = r.p.resolve(r.Request, source)
	return err
}

// batchCreate is 5.6.7.
func (r *request) batchCreate() error {
	result, err := r.batch(func(_ string, item map[string]any, r *request) (bool, error) {
		e, err := r.parser().Entity(item)
		if err != nil {
			return false, err
		}
		outcomes, err := r.createAt(e, item)
		if err != nil {
			return false, err
		}
		if outcomes == nil {
			return true, r.makeTenant().create(e, r)
		}
		return true, firstError(outcomes)
	})
	if err != nil {
		return err
	}
	if len(result.errors) > 0 {
		return r.multiStatus(result)
	}
	return write(r.w, http.StatusCreated, ngsild.MediaJSON, result.success)
}

// firstError is the first error of the outcomes at several places.
func firstError(outcomes []outcome) error {
	for _, o := range outcomes {
		if o.err != nil {
			return o.err
		}
	}
	return nil
}

func (r *request) multiStatus(b *batchResult) error {
	return write(r.w, http.StatusMultiStatus, ngsild.MediaJSON, b.mixed())
}

// batchUpsert is 5.6.8.
func (r *request) batchUpsert() error {
	options, err := r.options("replace", "update")
	if err != nil {
		return err
	}
	update := len(options) > 0 && options[len(options)-1] == "update"
	result, err := r.batch(func(id string, item map[string]any, r *request) (created bool, err error) {
		err = r.inBatch("upsertBatch|createEntity", "/entityOperations/upsert", id, item, func(item map[string]any) error {
			created, err = r.upsert(id, item, update)
			return err
		})
		return created, err
	})
	switch {
	case err != nil:
		return err
	case len(result.errors) > 0:
		return r.multiStatus(result)
	case len(result.created) > 0:
		return write(r.w, http.StatusCreated, ngsild.MediaJSON, result.created)
	default:
		return r.noContent()
	}
}

func (r *request) upsert(id string, item map[string]any, update bool) (created bool, err error) {
	parser := r.parser()
	t := r.tenant
	if t != nil {
		t.mu.RLock()
		exists := t.current(id, r) != nil
		t.mu.RUnlock()
		parser.Nulls = exists && update
	}
	e, err := parser.FragmentOf(item)
	if err != nil {
		return false, err
	}
	t = r.makeTenant()
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.current(id, r)
	switch {
	case old == nil && len(e.Types) == 0:
		return false, problem.BadData("an entity needs a type; %s has none", id)
	case old == nil:
		e.Stamp(r.now)
		t.store(nil, e, r)
		return true, nil
	case update:
		next, _, not := old.Append(e, false, r.now)
		if len(not) > 0 {
			return false, problem.BadData("attribute %s: %s", r.context.Compact(not[0].Name), not[0].Reason)
		}
		t.store(old, next, r)
		return false, nil
	default:
		t.store(old, old.Replace(e, r.now), r)
		return false, nil
	}
}

// batchUpdate is 5.6.9: attributes are appended, and overwritten unless noOverwrite.
func (r *request) batchUpdate() error {
	options, err := r.options("noOverwrite")
	if err != nil {
		return err
	}
	return r.changeEach("updateBatch|appendAttrs", "/entityOperations/update", func(old *model.Entity, item map[string]any, r *request) (*model.Entity, error) {
		parser := r.parser()
		parser.Nulls = true
		fragment, err := parser.FragmentOf(item)
		if err != nil {
			return nil, err
		}
		next, updated, not := old.Append(fragment, len(options) > 0, r.now)
		if len(not) > 0 {
			err = problem.BadData("attributes were not updated: %s: %s", r.context.Compact(not[0].Name), not[0].Reason)
			if len(updated) == 0 {
				return nil, err
			}
		}
		return next, err
	})
}

// batchMerge is 5.6.20.
func (r *request) batchMerge() error {
	return r.changeEach("mergeBatch|mergeEntity", "/entityOperations/merge", func(old *model.Entity, item map[string]any, r *request) (*model.Entity, error) {
		fragment, err := r.mergeParser().FragmentOf(item)
		if err != nil {
			return nil, err
		}
		return old.Merge(fragment, model.MergeOptions{}, r.now)
	})
}

// changeEach applies f to every entity of a batch. When f gives both an entity and
// an error, the change is made and the error is reported: a part of it failed.
func (r *request) changeEach(operations, path string, f func(*model.Entity, map[string]any, *request) (*model.Entity, error)) error {
	result, err := r.batch(func(id string, item map[string]any, r *request) (bool, error) {
		return false, r.inBatch(operations, path, id, item, func(item map[string]any) error {
			t := r.tenant
			t.mu.Lock()
			defer t.mu.Unlock()
			old := t.current(id, r)
			if old == nil {
				return problem.NotFound("there is no entity %s", id)
			}
			next, err := f(old, item, r)
			if next != nil {
				t.store(old, next, r)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	if len(result.errors) > 0 {
		return r.multiStatus(result)
	}
	return r.noContent()
}

// batchDelete is 5.6.10.
func (r *request) batchDelete() error {
	list, _ := r.body.([]any)
	result := &batchResult{}
	for i, item := range list {
		if _, ok := item.(string); !ok {
			return problem.BadData("item %d of the array is not an entity id", i)
		}
	}
	for _, item := range list {
		id := item.(string)
		if !model.IsURI(id) {
			result.fail(id, problem.BadData("the id %q is not a URI", id))
			continue
		}
		if err := r.deleteOne(id); err != nil {
			result.fail(id, err)
		} else {
			result.success = append(result.success, id)
		}
	}
	if len(result.errors) > 0 {
		return r.multiStatus(result)
	}
	return r.noContent()
}

// deleteOne deletes an entity here and at the sources.
func (r *request) deleteOne(id string) error {
	here := func() error {
		r.tenant.mu.Lock()
		defer r.tenant.mu.Unlock()
		old := r.tenant.current(id, r)
		if old == nil {
			return problem.NotFound("there is no entity %s", id)
		}
		r.tenant.store(old, nil, r)
		return nil
	}
	outcomes, err := r.deleteAt(id, here)
	if err != nil {
		return err
	}
	if outcomes == nil {
		return here()
	}
	return firstError(outcomes)
}
