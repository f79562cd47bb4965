package reference

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// CityContextPath is the path at which the platform serves the @context of its
// sample city; joined to the platform's address it can stand in a Link header.
const CityContextPath = base + contextPath + "/" + cityContext

const cityContext = "city"

// loadCity fills the default tenant with the sample city, and generates further
// entities like those of the city.
func (p *Platform) loadCity(generated int) error {
	p.contexts.add(&storedContext{localID: cityContext, kind: hosted, raw: city.Context()})
	var document map[string]any
	if err := json.Unmarshal(city.Context(), &document); err != nil {
		return fmt.Errorf("the city's @context is not JSON: %w", err)
	}
	context, err := p.resolver.Resolve(p.life, document["@context"])
	if err != nil {
		return fmt.Errorf("the city's @context is not valid: %w", err)
	}
	t := p.tenant("", true)
	r := &request{p: p, now: p.now(), tenant: t}
	for _, object := range city.Entities() {
		e, err := cityEntity(object, &model.Parser{Context: context})
		if err != nil {
			return err
		}
		if past := cityPast(e); len(past.Attributes) > 0 {
			t.history.add(past, r.now)
		}
		if err := t.create(e, r); err != nil {
			return err
		}
	}
	return t.generate(generated, &model.Parser{Context: context}, r.now)
}

func cityEntity(object map[string]any, parser *model.Parser) (*model.Entity, error) {
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

// cityPast is how an entity's measurements evolved until now.
func cityPast(e *model.Entity) *model.Entity {
	past := &model.Entity{ID: e.ID, Types: e.Types, Attributes: map[string][]*model.Attribute{}}
	for name, instances := range e.Attributes {
		for _, a := range instances {
			text, ok := a.Value.(json.Number)
			if a.ObservedAt.IsZero() || !ok {
				continue
			}
			value, err := text.Float64()
			if err != nil {
				continue
			}
			whole := !strings.Contains(text.String(), ".")
			for ago := city.PastReadings; ago > 0; ago-- {
				earlier := a.Clone()
				earlier.Value = json.Number(strconv.FormatFloat(city.Earlier(value, whole, ago), 'f', -1, 64))
				earlier.ObservedAt = a.ObservedAt.Add(-time.Duration(ago) * city.BetweenThem)
				past.Attributes[name] = append(past.Attributes[name], earlier)
			}
		}
	}
	return past
}
