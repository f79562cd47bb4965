package sensorthings

import "slices"

// kind is an entity type of the data model (8.2).
type kind struct {
	name, set  string
	properties []string
	relations  []relation
}

// relation is a navigation property.
type relation struct {
	name string
	to   string // kind
	many bool
}

func (k *kind) relation(name string) (relation, bool) {
	i := slices.IndexFunc(k.relations, func(r relation) bool { return r.name == name })
	if i < 0 {
		return relation{}, false
	}
	return k.relations[i], true
}

// kinds are the eight entity types.
func kinds() []*kind {
	one := func(to string) relation { return relation{to, to, false} }
	many := func(set, to string) relation { return relation{set, to, true} }
	return []*kind{
		{"Thing", "Things", []string{"name", "description", "properties"},
			[]relation{many("Locations", "Location"), many("HistoricalLocations", "HistoricalLocation"), many("Datastreams", "Datastream")}},
		{"Location", "Locations", []string{"name", "description", "encodingType", "location", "properties"},
			[]relation{many("Things", "Thing"), many("HistoricalLocations", "HistoricalLocation")}},
		{"HistoricalLocation", "HistoricalLocations", []string{"time"}, []relation{one("Thing"), many("Locations", "Location")}},
		{"Datastream", "Datastreams", []string{"name", "description", "unitOfMeasurement", "observationType", "observedArea", "phenomenonTime", "resultTime", "properties"},
			[]relation{one("Thing"), one("Sensor"), one("ObservedProperty"), many("Observations", "Observation")}},
		{"Sensor", "Sensors", []string{"name", "description", "encodingType", "metadata", "properties"}, []relation{many("Datastreams", "Datastream")}},
		{"ObservedProperty", "ObservedProperties", []string{"name", "definition", "description", "properties"}, []relation{many("Datastreams", "Datastream")}},
		{"Observation", "Observations", []string{"phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters"},
			[]relation{one("Datastream"), one("FeatureOfInterest")}},
		{"FeatureOfInterest", "FeaturesOfInterest", []string{"name", "description", "encodingType", "feature", "properties"}, []relation{many("Observations", "Observation")}},
	}
}

// kindOf is the kind with the name.
func kindOf(name string) *kind {
	all := kinds()
	return all[slices.IndexFunc(all, func(k *kind) bool { return k.name == name })]
}

// entity is one of them. It never changes once the platform is made.
type entity struct {
	kind    *kind
	id      int
	values  object // properties that it has
	related map[string][]*entity
}

// link relates two entities, each by the name of its own relation to the other.
func link(a *entity, to string, b *entity, from string) {
	a.related[to] = append(a.related[to], b)
	b.related[from] = append(b.related[from], a)
}
