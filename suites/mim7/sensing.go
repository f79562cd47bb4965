package mim7

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of OGC SensorThings API Part 1: Sensing stand: the end of the
// requirement's id follows, which begins with http://www.opengis.net/spec/iot_sensing/1.1/req/.
const sensing = "OGC 18-088, "

// What SensorThings gives evidence for: only the baseline of 2026 names it.
var (
	sensingService     = []string{"oasc-2026-06-draft/MIM7/R1.1"}
	sensingEncoding    = []string{"oasc-2026-06-draft/MIM7/R2.1"}
	sensingIdentifiers = []string{"oasc-2026-06-draft/MIM7/R4.1"}
	sensingSystems     = []string{"oasc-2026-06-draft/MIM7/R5.1"}
	// SensorThings is a profile of access to data, too (MIM0): what it shows of that
	sensingRetrieved = []string{"oasc-2026-06-draft/MIM0/R1.1", "oasc-2026-06-draft/MIM0/R1.2"}
	sensingUniform   = []string{"oasc-2026-06-draft/MIM0/R2.1"}
	sensingFiltered  = []string{"oasc-2026-06-draft/MIM0/R2.2"}
	sensingPast      = []string{"oasc-2026-06-draft/MIM0/C2-b"}
	sensingNear      = []string{"oasc-2026-06-draft/MIM0/C2-c"}
	sensingParts     = []string{"oasc-2026-06-draft/MIM0/C2-k"}
)

// How much of a service a check looks at.
const (
	someThings = 20 // entities of a set
	fewThings  = 3  // of which each takes a request of its own
)

// sensingKind is an entity type of the data model (8.2).
type sensingKind struct {
	set, name string // as they are in paths
	id        string // in the ids of requirements
	texts     []string
	others    []string // which have to be there, too
	one, many []string // navigation properties
}

func sensingKinds() []sensingKind {
	return []sensingKind{
		{"Things", "Thing", "thing", []string{"name", "description"}, nil, nil, []string{"Locations", "HistoricalLocations", "Datastreams"}},
		{"Locations", "Location", "location", []string{"name", "description", "encodingType"}, []string{"location"}, nil, []string{"Things", "HistoricalLocations"}},
		{"HistoricalLocations", "HistoricalLocation", "historical-location", []string{"time"}, nil, []string{"Thing"}, []string{"Locations"}},
		{"Datastreams", "Datastream", "datastream", []string{"name", "description", "observationType"}, []string{"unitOfMeasurement"}, []string{"Thing", "Sensor", "ObservedProperty"}, []string{"Observations"}},
		{"Sensors", "Sensor", "sensor", []string{"name", "description", "encodingType"}, []string{"metadata"}, nil, []string{"Datastreams"}},
		{"ObservedProperties", "ObservedProperty", "observed-property", []string{"name", "definition", "description"}, nil, nil, []string{"Datastreams"}},
		{"Observations", "Observation", "observation", []string{"phenomenonTime"}, nil, []string{"Datastream", "FeatureOfInterest"}, nil},
		{"FeaturesOfInterest", "FeatureOfInterest", "feature-of-interest", []string{"name", "description", "encodingType"}, []string{"feature"}, nil, []string{"Observations"}},
	}
}

// sensingChecks are about a service of OGC SensorThings API Part 1: Sensing 1.1 (OGC
// 18-088), or 1.0 (15-078r6), which a city may have instead of OGC API - Features.
func sensingChecks() []Check {
	checks := slices.Concat(sensingRootChecks(), sensingControlChecks(), sensingModelChecks(), sensingValueChecks(), sensingPathChecks(),
		sensingRefusalChecks(), sensingOptionChecks(), sensingPageChecks(), sensingFilterChecks())
	for i := range checks {
		c := &checks[i]
		c.Endpoints, c.Feature = []string{probe.SensorThings}, FeatureSensorThings
		if c.Requirements == nil {
			c.Requirements = sensingService
		}
		c.Requirements = slices.Concat(c.Requirements, accessBy(c.ID))
	}
	return checks
}

// accessBy is what a check shows of access to data (MIM0), by its id.
func accessBy(id string) []string {
	switch strings.TrimPrefix(id, "mim7.sensing.") {
	case "values.media":
		return sensingRetrieved
	case "root.sets", "page.complete":
		return sensingUniform
	case "filter.eq", "filter.after":
		return sensingFiltered
	case "filter.before":
		return slices.Concat(sensingFiltered, sensingPast)
	case "filter.stwithin":
		return slices.Concat(sensingFiltered, sensingNear)
	case "select.only":
		return sensingParts
	}
	return nil
}

// many asks for entities of a set, which are the array value of the answer.
func many(t *T, path string, options ...Option) (*probe.Response, []object) {
	r := t.GET(path, append([]Option{accepting(mediaJSON)}, options...)...)
	t.Require(r).To(HaveStatus(http.StatusOK))
	return r, entitiesIn(t, r)
}

func entitiesIn(t *T, r *probe.Response) []object {
	list, is := t.Object(r)["value"].([]any)
	t.MustHold(r, is, "the answer has no array value")
	all := make([]object, 0, len(list))
	for i, v := range list {
		o, is := v.(object)
		t.MustHold(r, is, "/value/%d is no object", i)
		all = append(all, o)
	}
	return all
}

// someOf are entities of a set that the service happens to hold; with none of them the
// check ends as untested.
func someOf(t *T, set string, options ...Option) (*probe.Response, []object) {
	r, all := many(t, "/"+set, append([]Option{Query("$top", fmt.Sprint(someThings))}, options...)...)
	if len(all) == 0 {
		t.Untested("the service has no %s", set)
	}
	return r, all[:min(len(all), someThings)]
}

// fewOf are a few of them, by the check's own choice.
func fewOf(t *T, set string, options ...Option) (*probe.Response, []object) {
	r, all := someOf(t, set, options...)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return r, all[:min(len(all), fewThings)]
}

// key is an entity's id as a literal, which paths and filters take: a text is in quotes.
// Without an id the check ends as it cannot tell, since another check is of that.
func key(t *T, e object) string {
	switch id := e["@iot.id"].(type) {
	case nil:
	case string:
		return "'" + strings.ReplaceAll(id, "'", "''") + "'"
	default:
		return fmt.Sprint(id)
	}
	t.CantTell("an entity has no @iot.id, so that it cannot be asked for: %s", excerptOf(e))
	return ""
}

func excerptOf(e object) string {
	text := fmt.Sprint(e)
	return text[:min(len(text), 120)]
}

// entityPath is the resource path of an entity.
func entityPath(t *T, set string, e object) string {
	return "/" + set + "(" + url.PathEscape(key(t, e)) + ")"
}

// ids are the keys of entities, in their order.
func ids(t *T, all []object) []string {
	keys := make([]string, len(all))
	for i, e := range all {
		keys[i] = key(t, e)
	}
	return keys
}

// followed asks for what a link leads to: relative ones are of the request's address, or of
// the root, as services have it.
func followed(t *T, from, to string, options ...Option) *probe.Response {
	root := strings.TrimSuffix(t.Env.Endpoints[probe.SensorThings], "/") + "/"
	var r *probe.Response
	for _, base := range []string{root + strings.TrimPrefix(from, "/"), root} {
		at, err := url.Parse(base)
		if err != nil {
			t.CantTell("the address %s is none", base)
		}
		link, err := at.Parse(to)
		if err != nil {
			continue
		}
		address, within := t.Locate(probe.SensorThings, link.String())
		if !within {
			t.CantTell("the service links to %s, which is not at the endpoint's host and is not asked", link)
		}
		if r, _ = t.Follow(probe.SensorThings, address, append([]Option{accepting(mediaJSON)}, options...)...); r.Status == http.StatusOK || link.IsAbs() && strings.Contains(to, "://") {
			break
		}
	}
	if r == nil {
		t.CantTell("the link %q is no address", to)
	}
	return r
}
