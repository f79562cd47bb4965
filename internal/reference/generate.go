package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/model"
)

// variants is how many differing sets of attributes the generated entities of one
// template have. Entities share them, which is safe because what is stored is
// immutable: a million entities take some hundred megabytes.
const variants = 64

// template is one of the city's entities that others are made like.
type template struct {
	entity *model.Entity
	kind   string // as the city's @context writes it
	made   [variants]map[string][]*model.Attribute
}

// generate adds n entities like the sample city's measuring things, without a past:
// other numbers, other places, and ids of their own.
func (t *tenant) generate(n int, like []cityEntity, now time.Time) {
	if n == 0 {
		return
	}
	var templates []*template
	for _, e := range like {
		if slices.Contains([]string{"PointOfInterest", "OffStreetParking"}, e.kind) {
			continue // there are few of these in a city
		}
		fresh := anew(e.Entity)
		fresh.Stamp(now)
		templates = append(templates, &template{entity: fresh, kind: e.kind})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slots = slices.Grow(t.slots, n)
	for i := range n {
		of := templates[i%len(templates)]
		e := *of.entity
		e.ID = fmt.Sprintf("urn:ngsi-ld:%s:Halverstad:generated:%07d", of.kind, i+1)
		e.Attributes = of.variant(i / len(templates) % variants)
		t.put(&e)
	}
}

// variant gives the attributes of the v-th variant of a template.
func (t *template) variant(v int) map[string][]*model.Attribute {
	if t.made[v] == nil {
		t.made[v] = make(map[string][]*model.Attribute, len(t.entity.Attributes))
		for name, instances := range t.entity.Attributes {
			varied := make([]*model.Attribute, len(instances))
			for i, a := range instances {
				varied[i] = vary(a, v)
			}
			t.made[v][name] = varied
		}
	}
	return t.made[v]
}

// vary makes a variant of an attribute: a measured number is a little less, a point a
// little to the north-east; all else is the same.
func vary(a *model.Attribute, v int) *model.Attribute {
	switch value := a.Value.(type) {
	case json.Number:
		number, err := value.Float64()
		if err != nil || a.ObservedAt.IsZero() {
			return a
		}
		varied := a.Clone()
		varied.Value = json.Number(strconv.FormatFloat(city.Earlier(number, !strings.Contains(value.String(), "."), v), 'f', -1, 64))
		return varied
	case map[string]any:
		at, _ := value["coordinates"].([]any)
		if a.Kind != model.GeoProperty || value["type"] != "Point" || len(at) < 2 {
			return a
		}
		const step = 0.0002 // degrees
		moved := make([]any, 2)
		for i, by := range []int{v % 8, v / 8} {
			number, ok := at[i].(json.Number)
			degrees, err := number.Float64()
			if !ok || err != nil {
				return a
			}
			moved[i] = json.Number(strconv.FormatFloat(degrees+step*float64(by), 'f', 6, 64))
		}
		varied := a.Clone()
		varied.Value = map[string]any{"type": "Point", "coordinates": moved}
		return varied
	default:
		return a
	}
}
