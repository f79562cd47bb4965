package reference

import (
	"slices"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const temporalPath = "/temporal/entities"

func (r *request) temporalParser() *model.Parser {
	parser := r.parser()
	parser.Temporal = true
	return parser
}

// createTemporal is 5.6.11. It writes the evolution only, not the current state.
func (r *request) createTemporal() error {
	e, err := r.temporalParser().Entity(r.object())
	if err != nil {
		return err
	}
	begun := false
	outcomes, err := r.changePast(pastChange{operation: "upsertTemporal", fragment: e, begins: true,
		body: func(p part) any { return r.raw(r.object(), p) },
		here: func(local *model.Entity) error {
			t := r.makeTenant()
			t.mu.Lock()
			defer t.mu.Unlock()
			begun = t.history.add(local, r.now)
			return nil
		}})
	if err != nil {
		return err
	}
	return r.settled(e.ID, outcomes, func() error {
		for _, o := range outcomes { // it is new if it is so wherever there is a part of it
			if o.source == nil && !begun || o.source != nil && !o.created {
				return r.noContent()
			}
		}
		return r.created(temporalPath, e.ID)
	})
}

// deleteTemporal is 5.6.16.
func (r *request) deleteTemporal() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	outcomes, err := r.changePast(pastChange{operation: "deleteTemporal", fragment: &model.Entity{ID: id}, whole: true,
		here: func(*model.Entity) error {
			t := r.tenant
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.history.get(id) == nil {
				return problem.NotFound("there is no temporal evolution of an entity %s", id)
			}
			t.history.remove(id)
			return nil
		}})
	if err != nil {
		return err
	}
	return r.settled(id, outcomes, r.noContent)
}

// addTemporal is 5.6.12.
func (r *request) addTemporal() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	fragment, err := r.temporalParser().FragmentOf(r.object())
	if err != nil {
		return err
	}
	if err := sameID(id, fragment); err != nil {
		return err
	}
	fragment.ID = id
	outcomes, err := r.changePast(pastChange{operation: "appendAttrsTemporal", fragment: fragment,
		body: func(p part) any { return r.raw(r.object(), p) },
		here: func(local *model.Entity) error {
			t := r.tenant
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.history.get(id) == nil {
				return problem.NotFound("there is no temporal evolution of an entity %s", id)
			}
			t.history.add(local, r.now)
			return nil
		}})
	if err != nil {
		return err
	}
	return r.settledUpdate(fragment, outcomes, nil)
}

// deleteTemporalAttribute is 5.6.13.
func (r *request) deleteTemporalAttribute() error {
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
	return r.changePastAttribute("deleteAttrsTemporal", id, name, nil, func() error {
		r.tenant.mu.Lock()
		defer r.tenant.mu.Unlock()
		return r.tenant.history.change(id, name, r.now, func(instances []*model.Attribute) ([]*model.Attribute, error) {
			if all {
				return nil, nil
			}
			left := slices.DeleteFunc(slices.Clone(instances), func(a *model.Attribute) bool { return a.DatasetID == dataset })
			if len(left) == len(instances) {
				return nil, problem.NotFound("the temporal evolution of %s has no such instance of attribute %s", id, r.PathValue("attrId"))
			}
			return left, nil
		})
	})
}

// datasetParam is the datasetId of the instance that is meant; empty is the default.
func (r *request) datasetParam() (string, error) {
	dataset := r.query.Get("datasetId")
	if dataset == "" || dataset == "@none" {
		return "", nil
	}
	if !model.IsURI(dataset) {
		return "", problem.BadData("the parameter datasetId must be a URI, got %q", dataset)
	}
	return dataset, nil
}

// updateInstance is 5.6.14: the fragment takes the instance's place.
func (r *request) updateInstance() error {
	id, name, instanceID, err := r.instanceTarget()
	if err != nil {
		return err
	}
	fragment, err := r.instanceFragment(name)
	if err != nil {
		return err
	}
	here := r.onInstance(id, name, instanceID, func(instances []*model.Attribute, i int) []*model.Attribute {
		next := fragment.Clone()
		next.InstanceID, next.CreatedAt, next.ModifiedAt = instanceID, instances[i].CreatedAt, r.now
		instances[i] = next
		return instances
	})
	return r.changePastAttribute("updateAttrInstanceTemporal", id, name, withoutContext(r.object()), here)
}

// instanceFragment reads the body of 5.6.14: the instance alone, or as the only one in
// an array under the attribute's name, as a fragment of an EntityTemporal.
func (r *request) instanceFragment(name string) (*model.Attribute, error) {
	var v any = withoutContext(r.object())
	if o := r.object(); len(withoutContext(o)) == 1 {
		for key, member := range o {
			if r.context.Expand(key) == name {
				v = member
			}
		}
	}
	return r.temporalParser().Attribute(r.PathValue("attrId"), name, v)
}

// deleteInstance is 5.6.15.
func (r *request) deleteInstance() error {
	id, name, instanceID, err := r.instanceTarget()
	if err != nil {
		return err
	}
	here := r.onInstance(id, name, instanceID, func(instances []*model.Attribute, i int) []*model.Attribute {
		return slices.Delete(instances, i, i+1)
	})
	return r.changePastAttribute("deleteAttrInstanceTemporal", id, name, nil, here)
}

// instanceTarget reads the path of the operations on one instance.
func (r *request) instanceTarget() (id, name, instanceID string, err error) {
	if id, name, err = r.attributeTarget(); err != nil {
		return "", "", "", err
	}
	instanceID, err = r.uriParam("instanceId")
	return id, name, instanceID, err
}

// onInstance is a change of what this platform has: f changes the instances of an attribute
// around the i-th, which is the one that is meant.
func (r *request) onInstance(id, name, instanceID string, f func(instances []*model.Attribute, i int) []*model.Attribute) func() error {
	return func() error {
		r.tenant.mu.Lock()
		defer r.tenant.mu.Unlock()
		return r.tenant.history.change(id, name, r.now, func(instances []*model.Attribute) ([]*model.Attribute, error) {
			i := slices.IndexFunc(instances, func(a *model.Attribute) bool { return a.InstanceID == instanceID })
			if i < 0 {
				return nil, problem.NotFound("attribute %s of %s has no instance %s", r.PathValue("attrId"), id, instanceID)
			}
			return f(instances, i), nil
		})
	}
}
