package reference

import (
	"encoding/json"
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
func (p *Platform) loadCity(b *Base, generated int) error {
	entities, err := b.city()
	if err != nil {
		return err
	}
	p.contexts.add(&storedContext{localID: cityContext, kind: hosted, raw: city.Context()})
	t := p.tenant("", true)
	r := &request{p: p, now: p.now(), tenant: t}
	for _, e := range entities {
		if len(e.past.Attributes) > 0 {
			t.history.add(e.past, r.now)
		}
		if err := t.create(anew(e.Entity), r); err != nil {
			return err
		}
	}
	t.generate(generated, entities, r.now)
	return nil
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
