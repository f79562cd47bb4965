package faults

import (
	"encoding/json"
	"fmt"
	"strings"
)

// placeEntities is the faults of places that are not what the broker says of the same things.
func placeEntities() []Fault {
	both := placeFeature().or(placeFeaturesOf())
	return []Fault{
		{Name: "places.entities.unknown", Summary: "Features have the ids of an older register.", On: both, Answer: featuresIn(func(f object) {
			id, _ := f["id"].(string)
			f["id"] = "urn:ngsi-ld:Place:" + id[strings.LastIndexByte(id, ':')+1:]
		})},
		{Name: "places.entities.moved", Summary: "Features are some twenty metres east of the entities.", On: both, Answer: movedBy(func(x, y float64) (float64, float64) { return x + 0.0003, y })},
		{Name: "places.entities.swapped", Summary: "Features have latitude first.", On: both, Answer: movedBy(exchanged)},
		{Name: "places.entities.stale", Summary: "Properties of features are older than the entities.", On: both, Answer: featuresIn(func(f object) {
			properties, _ := f["properties"].(object)
			for _, name := range sorted(properties) {
				switch v := properties[name].(type) {
				case json.Number:
					if n, is := float(v); is {
						properties[name] = n + 1
					}
				case string:
					properties[name] = fmt.Sprint(v, " (old)")
				}
			}
		})},
	}
}
