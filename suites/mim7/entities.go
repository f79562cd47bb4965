package mim7

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// entityChecks hold features against the entities that they are by the target's own
// statement: what the two APIs say of one thing has to agree.
func entityChecks() []Check {
	checks := []Check{
		{
			ID: "mim7.entities.mapped.there", Title: "A feature that is said to be an entity as well is one, of the type that is said",
			Clause: placeRule + "; ETSI GS CIM 009 V1.8.1, 5.7.1", Fault: "places.entities.unknown",
			Hint: "See places in the statement of target.yaml: type and id tell which entity a feature is.",
			Body: func(t *T) {
				_, _, all := listed(t)
				mapped(t)
				for id := range InOrder(t.Env.Places) {
					if !slices.ContainsFunc(all, func(c collection) bool { return c.id == id }) {
						t.MustHold(nil, false, "the statement maps the collection %q, which the platform does not list", id)
					}
				}
				pairs(t, func(p pair) {
					if p.e.Status == http.StatusNotFound && !slices.Contains(sample(t, p.f.c).idsOf(), idOf(p.f.body)) {
						return // the feature is gone, too, or has moved on to another page
					}
					if t.Expect(p.e).To(HaveStatus(http.StatusOK), "the feature %s of collection %s is said to be the entity %s", idOf(p.f.body), p.f.c.id, p.id) {
						kinds := p.entity["type"]
						expect(t, p.e, isType(kinds, p.rule.Type), "the entity %s is of type %v, and the statement says %s", p.id, kinds, p.rule.Type)
					}
				})
			},
		},
		{
			ID: "mim7.entities.mapped.geometry", Title: "Feature and entity are at the same place",
			Clause: placeRule + "; RFC 7946, 3.1", Fault: "places.entities.moved",
			Hint: "One of the two is transformed from another reference system, or is older than the other.",
			Body: func(t *T) { concur(t, "geometry", elsewhere) },
		},
		{
			ID: "mim7.entities.mapped.axes", Title: "The coordinates of feature and entity have the same order: longitude, then latitude",
			Clause: placeRule + "; RFC 7946, 3.1.1", Fault: "places.entities.swapped",
			Hint: "Geographic systems of EPSG have latitude first, and CRS84 and GeoJSON longitude.",
			Body: func(t *T) {
				concur(t, "geometry", func(p pair) (judged bool, wrong string) {
					f, e, both := p.shapes()
					if !both {
						return false, ""
					}
					if swapped := f.TransformXY(latitudeFirst); metresApart(f, e) > p.rule.Tolerance && metresApart(swapped, e) <= p.rule.Tolerance {
						return true, "the axes of one are those of the other the other way round"
					}
					return true, ""
				})
			},
		},
		{
			ID: "mim7.entities.mapped.values", Title: "The properties of a feature have the values of the entity's attributes that they are mapped to",
			Clause: placeRule, Fault: "places.entities.stale",
			Hint: "One of the two APIs is fed late, or by another source.",
			Body: func(t *T) { concur(t, "property that is mapped to an attribute", otherwise) },
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Endpoints = combined, []string{probe.OGCFeatures, probe.NGSILD}
	}
	return checks
}

// placeRule is where it stands that the two belong together.
const placeRule = "oasc-2026-06-draft/MIM7/R3.1, by the target's statement"

// somePairs is how many features of one collection are held against their entities.
const somePairs = 5

// mapped ends the check when nothing says that features are entities.
func mapped(t *T) {
	if len(t.Env.Places) == 0 {
		t.Inapplicable("the target's statement does not say that features are entities (places)")
	}
}

// seen is a feature of a collection, as it was read.
type seen struct {
	c    collection
	body object
}

// says is all that the feature says of the thing that it is.
func (f seen) says() string { return encoded([]any{f.body["geometry"], f.body["properties"]}) }

// again reads the feature once more; nil when it is no longer there.
func (f seen) again(t *T) object {
	r := t.GET(f.c.feature(idOf(f.body)), accepting(mediaGeoJSON))
	if r.Status == http.StatusNotFound || r.Status == http.StatusGone {
		return nil
	}
	t.Require(r).To(HaveStatus(http.StatusOK))
	return t.Object(r)
}

// pair is a feature with the entity that it is said to be.
type pair struct {
	rule   probe.Place
	f      seen
	id     string // of the entity
	e      *probe.Response
	entity object // nil when the answer has none
}

// pairs calls judge for some features of some mapped collections.
func pairs(t *T, judge func(p pair)) {
	mapped(t)
	_, _, all := listed(t)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	looked, judged := 0, 0
	for _, c := range all {
		rule, has := t.Env.Places[c.id]
		if !has || looked == someCollections {
			continue
		}
		looked++
		b := sample(t, c)
		for _, f := range b.features[:min(len(b.features), somePairs)] {
			if idOf(f) == "" {
				continue // for another check to say
			}
			id, lacks := entityID(rule.ID, f)
			if !expect(t, b.Response, lacks == "", "the statement makes the entity's id of the property %q, which the feature %s of collection %s lacks", lacks, idOf(f), c.id) {
				continue
			}
			judged++
			p := pair{rule: rule, f: seen{c, f}, id: id}
			p.read(t)
			judge(p)
		}
	}
	if judged == 0 {
		t.Untested("no mapped collection has features with ids")
	}
}

// read reads the entity.
func (p *pair) read(t *T) {
	p.entity = nil
	// Without @context names come as the platform knows them: as IRIs.
	p.e = t.GET("/entities/"+url.PathEscape(p.id), At(probe.NGSILD), Header("Link"), AnyMedia(), Header("Accept", "application/ld+json"))
	if p.e.Status == http.StatusOK {
		p.entity = t.Object(p.e)
	}
}

// concur judges pairs of which both are there. Where the two differ they are read again:
// a difference counts only while neither of them changes.
func concur(t *T, what string, judge func(p pair) (judged bool, wrong string)) {
	const rounds = 3
	judgedAny, restless := false, ""
	pairs(t, func(p pair) {
		for round := range rounds {
			if p.entity == nil {
				return // for another check to say
			}
			judged, wrong := judge(p)
			judgedAny = judgedAny || judged
			if wrong == "" {
				return
			}
			before := p
			if p.f.body = p.f.again(t); p.f.body == nil {
				return
			}
			p.read(t)
			if before.f.says() == p.f.says() && encoded(before.entity) == encoded(p.entity) {
				expect(t, p.e, false, "the feature %s of collection %s and the entity %s: %s", idOf(p.f.body), p.f.c.id, p.id, wrong)
				return
			}
			if round == rounds-1 {
				restless = fmt.Sprintf("the feature %s of collection %s or its entity changed each time that they were read, and they never agreed", idOf(p.f.body), p.f.c.id)
			}
		}
	})
	switch {
	case restless != "":
		t.CantTell("%s", restless)
	case !judgedAny:
		t.Untested("none of the features and entities looked at has a %s", what)
	}
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// entityID makes the entity's id of the feature; lacks names the property that the
// feature does not have.
func entityID(rule string, f object) (id, lacks string) {
	properties, _ := f["properties"].(object)
	id = placeholder.ReplaceAllStringFunc(rule, func(s string) string {
		name := s[1 : len(s)-1]
		if name == "id" {
			return idOf(f)
		}
		v := properties[name]
		if v == nil {
			lacks = name
		}
		return fmt.Sprint(v)
	})
	return id, lacks
}

// isType says whether one type or several include one, by its IRI or its name alone.
func isType(kinds any, want string) bool {
	list, several := kinds.([]any)
	if !several {
		list = []any{kinds}
	}
	return slices.ContainsFunc(list, func(v any) bool {
		kind, _ := v.(string)
		return kind == want || local(kind) == want
	})
}

// local is the last part of an IRI.
func local(iri string) string { return iri[strings.LastIndexAny(iri, "/#:")+1:] }

// attribute is the entity's attribute by its IRI or its name alone; nil when it has none.
func (p pair) attribute(name string) any {
	if v, has := p.entity[name]; has {
		return v
	}
	for key, value := range InOrder(p.entity) {
		if local(key) == name {
			return value
		}
	}
	return nil
}

// shapes are the two geometries; false when one of them has none.
func (p pair) shapes() (feature, entity geom.Geometry, both bool) {
	feature, there := shape(p.f.body)
	instance, _ := first(p.attribute(p.rule.Geometry)).(object)
	entity, too := shape(object{"geometry": instance["value"]})
	return feature, entity, there && too
}

// first is an attribute's only instance, or the first of several.
func first(attribute any) any {
	if list, several := attribute.([]any); several && len(list) > 0 {
		return list[0]
	}
	return attribute
}

func elsewhere(p pair) (judged bool, wrong string) {
	f, e, both := p.shapes()
	if !both {
		_, there := shape(p.f.body)
		if there != (p.attribute(p.rule.Geometry) != nil) {
			return true, "one of the two has a geometry, and the other has none that can be read"
		}
		return false, ""
	}
	if d := metresApart(f, e); d > p.rule.Tolerance {
		return true, fmt.Sprintf("they are %.1f m apart, and %g m is no difference", d, p.rule.Tolerance)
	}
	return true, ""
}

// metresApart is the Hausdorff distance of the vertices of two geometries from the other, in
// metres, with degrees taken for what they are at the first one.
func metresApart(a, b geom.Geometry) float64 {
	_, high, _ := a.Envelope().MinMaxXYs()
	const perDegree = math.Pi / 180 * 6371008.8 // mean radius of the earth (IUGG)
	flat := func(at geom.XY) geom.XY {
		return geom.XY{X: at.X * perDegree * math.Cos(high.Y*math.Pi/180), Y: at.Y * perDegree}
	}
	a, b = a.TransformXY(flat), b.TransformXY(flat)
	most := 0.0
	for _, two := range [][2]geom.Geometry{{a, b}, {b, a}} {
		for _, at := range positions(two[0]) {
			if d, known := geom.Distance(at.AsPoint().AsGeometry(), two[1]); known {
				most = max(most, d)
			}
		}
	}
	return most
}

func otherwise(p pair) (judged bool, wrong string) {
	properties, _ := p.f.body["properties"].(object)
	for name, of := range InOrder(p.rule.Properties) {
		value, attribute := properties[name], p.attribute(of)
		if value == nil && attribute == nil {
			continue
		}
		judged = true
		values := valuesOf(attribute)
		if !slices.ContainsFunc(values, func(v any) bool { return equal(value, v) }) {
			return true, fmt.Sprintf("the property %s is %s, and the attribute %s is %s", name, excerpt(value), of, excerpt(values))
		}
	}
	return judged, ""
}
