package reference

import (
	"net/http"
	"net/url"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// appendAttributes is 5.6.3.
func (r *request) appendAttributes() error {
	options, err := r.options("noOverwrite")
	if err != nil {
		return err
	}
	return r.changeAttributes("appendAttrs", func(old, fragment *model.Entity) (*model.Entity, []string, []model.NotUpdated) {
		return old.Append(fragment, len(options) > 0, r.now)
	})
}

// updateAttributes is 5.6.2.
func (r *request) updateAttributes() error {
	return r.changeAttributes("updateEntity", func(old, fragment *model.Entity) (*model.Entity, []string, []model.NotUpdated) {
		return old.Update(fragment, r.now)
	})
}

func (r *request) changeAttributes(operation string, f func(old, fragment *model.Entity) (*model.Entity, []string, []model.NotUpdated)) error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	parser := r.parser()
	parser.Nulls = true
	fragment, err := parser.FragmentOf(r.object())
	if err != nil {
		return err
	}
	if err := sameID(id, fragment); err != nil {
		return err
	}
	var updated []string
	var not []model.NotUpdated
	here := func(local *model.Entity) error {
		return r.tenant.change(id, r, func(old *model.Entity) (*model.Entity, error) {
			var next *model.Entity
			next, updated, not = f(old, local)
			if len(updated) == 0 && len(not) > 0 {
				return old, nil
			}
			return next, nil
		})
	}
	outcomes, err := r.everywhere(operation, id, fragment, func(p part) sourceCall {
		return sourceCall{method: r.Method, path: entityPath + "/" + url.PathEscape(id) + "/attrs/", query: r.forwarded(), body: r.raw(r.object(), p)}
	}, here)
	if err != nil {
		return err
	}
	if outcomes != nil {
		return r.settledUpdate(fragment, outcomes, not)
	}
	if err := here(fragment); err != nil {
		return err
	}
	if len(not) == 0 {
		return r.noContent()
	}
	return write(r.w, http.StatusMultiStatus, "application/json", updateResult(updated, not))
}

// updateResult is 5.2.18. Its names are fully qualified, as no @context goes with it (6.3.6).
func updateResult(updated []string, not []model.NotUpdated) map[string]any {
	details := make([]any, len(not))
	for i, n := range not {
		details[i] = map[string]any{"attributeName": n.Name, "reason": n.Reason}
	}
	return map[string]any{"updated": append([]string{}, updated...), "notUpdated": details}
}

// attributeTarget reads the path of the operations on one attribute.
func (r *request) attributeTarget() (id, name string, err error) {
	if id, err = r.uriParam("entityId"); err != nil {
		return "", "", err
	}
	name, err = r.nameParam("attrId")
	return id, name, err
}

// partialUpdate is 5.6.4.
func (r *request) partialUpdate() error {
	id, name, err := r.attributeTarget()
	if err != nil {
		return err
	}
	if name == model.Scope {
		return problem.BadData("a scope cannot be partially updated (5.6.4)")
	}
	parser := r.parser()
	parser.Nulls, parser.Partial = true, true
	fragment, err := parser.Attribute(r.PathValue("attrId"), name, withoutContext(r.object()))
	if err != nil {
		return err
	}
	return r.changeOne("updateAttrs", id, name, withoutContext(r.object()), func(old *model.Entity) (*model.Entity, error) {
		return old.PartialUpdate(name, fragment, r.now)
	})
}

// changeOne runs an operation on one attribute here and at the sources that have it.
func (r *request) changeOne(operation, id, name string, body any, f func(*model.Entity) (*model.Entity, error)) error {
	here := func() error { return r.tenant.change(id, r, f) }
	if done, err := r.onAttribute(operation, id, name, body, here); done {
		return err
	}
	if err := here(); err != nil {
		return err
	}
	return r.noContent()
}

func withoutContext(o map[string]any) map[string]any {
	out := make(map[string]any, len(o))
	for key, v := range o {
		if key != "@context" {
			out[key] = v
		}
	}
	return out
}

// replaceAttribute is 5.6.19.
func (r *request) replaceAttribute() error {
	id, name, err := r.attributeTarget()
	if err != nil {
		return err
	}
	if name == model.Scope {
		return problem.BadData("a scope cannot be replaced as an attribute (5.6.19)")
	}
	attribute, err := r.parser().Attribute(r.PathValue("attrId"), name, withoutContext(r.object()))
	if err != nil {
		return err
	}
	return r.changeOne("replaceAttrs", id, name, withoutContext(r.object()), func(old *model.Entity) (*model.Entity, error) {
		return old.ReplaceAttribute(name, attribute, r.now)
	})
}

// deleteAttribute is 5.6.5.
func (r *request) deleteAttribute() error {
	id, name, err := r.attributeTarget()
	if err != nil {
		return err
	}
	all, err := r.flag("deleteAll")
	if err != nil {
		return err
	}
	dataset, err := r.datasetParam()
	if err != nil {
		return err
	}
	err = r.changeOne("deleteAttrs", id, name, nil, func(old *model.Entity) (*model.Entity, error) {
		return old.DeleteAttribute(name, dataset, all, r.now)
	})
	if err != nil && problem.From(err).Status == http.StatusNotFound && r.deletePast(id, name, dataset, all) {
		return r.noContent()
	}
	return err
}

// deletePast records the deletion of an attribute of an entity of which this platform
// knows the evolution only (5.6.11), and says whether there was anything to delete.
func (r *request) deletePast(id, name, dataset string, all bool) bool {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	return r.tenant.get(id) == nil && r.tenant.history.recordDeletion(id, name, dataset, all, r.now)
}
