package reference

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// Base is what platforms have in common, read once for as many of them as one likes:
// the core @context, for those that hold it the sample city as it is before it is
// anywhere, and a key that takes a while to make. It is safe for concurrent use.
type Base struct {
	resolver *jsonld.Resolver
	city     func() ([]cityEntity, error) // read for the first platform that holds it
	key      func() (*rsa.PrivateKey, error)
}

// Key is an RSA key of 2048 bits for the platforms' providers, made when one is asked for it.
func (b *Base) Key() (*rsa.PrivateKey, error) { return b.key() }

// cityEntity is an entity of the sample city.
type cityEntity struct {
	*model.Entity
	kind string        // its type, as the city's @context writes it
	past *model.Entity // how its measurements evolved until now
}

// NewBase reads it.
func NewBase() (*Base, error) {
	resolver, err := jsonld.NewResolver(nil) // neither context refers to another one
	if err != nil {
		return nil, err
	}
	return &Base{resolver, sync.OnceValues(func() ([]cityEntity, error) { return readCity(resolver) }),
		sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })}, nil
}

func readCity(resolver *jsonld.Resolver) ([]cityEntity, error) {
	var document map[string]any
	if err := json.Unmarshal(city.Context(), &document); err != nil {
		return nil, fmt.Errorf("the city's @context is not JSON: %w", err)
	}
	terms, err := resolver.Resolve(context.Background(), document["@context"])
	if err != nil {
		return nil, fmt.Errorf("the city's @context is not valid: %w", err)
	}
	var entities []cityEntity
	for _, object := range city.Entities() {
		e, err := parsedEntity(object, &model.Parser{Context: terms})
		if err != nil {
			return nil, err
		}
		kind, _ := object["type"].(string)
		entities = append(entities, cityEntity{e, kind, cityPast(e)})
	}
	return entities, nil
}

func parsedEntity(object map[string]any, parser *model.Parser) (*model.Entity, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	parsed, err := parseJSON(raw)
	if err != nil {
		return nil, err
	}
	o, _ := parsed.(map[string]any)
	e, err := parser.Entity(o)
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
