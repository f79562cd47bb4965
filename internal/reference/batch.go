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

// batch runs f for each entity of the body in its order, on what of the entity belongs
// here; f says whether it created the entity. A failure does not stop the others
// (5.6.7). What belongs to sources goes to them first, to each in one call.
func (r *request) batch(to batchOperation, f func(id string, item map[string]any, r *request) (created bool, err error)) (*batchResult, error) {
	list, _ := r.body.([]any)
	items := make([]*batchItem, 0, len(list))
	for i, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, problem.BadData("item %d of the array is not a JSON object", i)
		}
		one := *r
		items = append(items, &batchItem{r: &one, json: o})
	}
	for _, item := range items {
		if item.id, item.err = itemID(item.json); item.err == nil {
			item.err = item.r.itemContext(item.json)
		}
	}
	r.spread(to, items)
	result := &batchResult{}
	for _, item := range items {
		created, err := false, item.err
		if err == nil {
			item.r.tenant = r.tenant
			created, err = item.here(to, f)
			r.tenant = item.r.tenant
		}
		switch {
		case err != nil:
			result.fail(item.id, err)
		case created:
			result.created = append(result.created, item.id)
			fallthrough
		default:
			result.success = append(result.success, item.id)
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
	read := func(r *request, item map[string]any) (*model.Entity, error) { return r.parser().Entity(item) }
	to := batchOperation{name: "createBatch", single: "createEntity", path: "/entityOperations/create", outline: read}
	result, err := r.batch(to, func(_ string, item map[string]any, r *request) (bool, error) {
		e, err := read(r, item)
		if err != nil {
			return false, err
		}
		return true, r.makeTenant().create(e, r)
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
	to := batchOperation{name: "upsertBatch", single: "createEntity", path: "/entityOperations/upsert", outline: outlined}
	result, err := r.batch(to, func(id string, item map[string]any, r *request) (bool, error) {
		return r.upsert(id, item, update)
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
	to := batchOperation{name: "updateBatch", single: "appendAttrs", path: "/entityOperations/update", outline: outlined}
	return r.changeEach(to, func(old *model.Entity, item map[string]any, r *request) (*model.Entity, error) {
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
	to := batchOperation{name: "mergeBatch", single: "mergeEntity", path: "/entityOperations/merge", outline: outlined}
	return r.changeEach(to, func(old *model.Entity, item map[string]any, r *request) (*model.Entity, error) {
		fragment, err := r.mergeParser().FragmentOf(item)
		if err != nil {
			return nil, err
		}
		return old.Merge(fragment, model.MergeOptions{}, r.now)
	})
}

// changeEach applies f to every entity of a batch. When f gives both an entity and
// an error, the change is made and the error is reported: a part of it failed.
func (r *request) changeEach(to batchOperation, f func(*model.Entity, map[string]any, *request) (*model.Entity, error)) error {
	result, err := r.batch(to, func(id string, item map[string]any, r *request) (bool, error) {
		t := r.tenant
		t.mu.Lock()
		defer t.mu.Unlock()
		old := t.current(id, r)
		if old == nil {
			return false, problem.NotFound("there is no entity %s", id)
		}
		next, err := f(old, item, r)
		if next != nil {
			t.store(old, next, r)
		}
		return false, err
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
	items := make([]*batchItem, 0, len(list))
	for i, item := range list {
		id, ok := item.(string)
		if !ok {
			return problem.BadData("item %d of the array is not an entity id", i)
		}
		one := &batchItem{r: r, id: id}
		if !model.IsURI(id) {
			one.err = problem.BadData("the id %q is not a URI", id)
		}
		items = append(items, one)
	}
	to := batchOperation{name: "deleteBatch", single: "deleteEntity", path: "/entityOperations/delete"}
	r.spread(to, items)
	result := &batchResult{}
	for _, item := range items {
		err := item.err
		if err == nil {
			_, err = item.here(to, func(id string, _ map[string]any, r *request) (bool, error) { return false, r.deleteHere(id) })
		}
		if err != nil {
			result.fail(item.id, err)
		} else {
			result.success = append(result.success, item.id)
		}
	}
	if len(result.errors) > 0 {
		return r.multiStatus(result)
	}
	return r.noContent()
}

// deleteHere deletes an entity of this platform.
func (r *request) deleteHere(id string) error {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	old := r.tenant.current(id, r)
	if old == nil {
		return problem.NotFound("there is no entity %s", id)
	}
	r.tenant.store(old, nil, r)
	return nil
}
