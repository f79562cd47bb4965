package reference

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// Base is what platforms have in common, read once for as many of them as one likes:
// the core @context, and the sample city as it is before it is anywhere. It is safe for
// concurrent use.
type Base struct {
	resolver *jsonld.Resolver
	context  *jsonld.Context // of the city
	entities []cityEntity
}

// cityEntity is an entity of the sample city.
type cityEntity struct {
	*model.Entity
	kind string // its type, as the city's @context writes it
}

// NewBase reads it.
func NewBase() (*Base, error) {
	var b Base
	var err error
	if b.resolver, err = jsonld.NewResolver(nil); err != nil { // neither context refers to another one
		return nil, err
	}
	var document map[string]any
	if err := json.Unmarshal(city.Context(), &document); err != nil {
		return nil, fmt.Errorf("the city's @context is not JSON: %w", err)
	}
	if b.context, err = b.resolver.Resolve(context.Background(), document["@context"]); err != nil {
		return nil, fmt.Errorf("the city's @context is not valid: %w", err)
	}
	for _, object := range city.Entities() {
		e, err := b.entity(object)
		if err != nil {
			return nil, err
		}
		kind, _ := object["type"].(string)
		b.entities = append(b.entities, cityEntity{e, kind})
	}
	return &b, nil
}

func (b *Base) entity(object map[string]any) (*model.Entity, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	parsed, err := parseJSON(raw)
	if err != nil {
		return nil, err
	}
	o, _ := parsed.(map[string]any)
	e, err := (&model.Parser{Context: b.context}).Entity(o)
	if err != nil {
		return nil, fmt.Errorf("the city's entity %v is not valid: %w", object["id"], err)
	}
	return e, nil
}

// anew copies an entity with all that is in it, for a platform to stamp.
func anew(e *model.Entity) *model.Entity {
	c := e.Clone()
	for name, instances := range c.Attributes {
		c.Attributes[name] = anewAll(instances)
	}
	return c
}

func anewAll(instances []*model.Attribute) []*model.Attribute {
	fresh := make([]*model.Attribute, len(instances))
	for i, a := range instances {
		fresh[i] = a.Clone()
		for name, sub := range fresh[i].Sub {
			fresh[i].Sub[name] = anewAll(sub)
		}
	}
	return fresh
}
