package mim2

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/validate"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

func representationChecks() []suites.Check {
	return []suites.Check{
		{
			ID: "mim2.representation.normalised.form", Title: "Each attribute of the normalised representation states its kind and has the member of its value",
			Requirements: open, Clause: cim + "4.5.1, 4.5.2.2, 4.5.3.2",
			Level: suites.Core, Needs: needs(), Fault: "models.value.misnamed",
			Hint: "The data may have been stored as plain JSON, without being NGSI-LD.",
			Body: func(t *suites.T) {
				v := look(t)
				y := v.tally()
				v.each(func(s subject) {
					for _, f := range s.entity.Faults {
						if strings.HasPrefix(f.Pointer, "/id") && f.Pointer == "/id" || strings.HasPrefix(f.Pointer, "/type") || strings.Contains(f.Message, "datasetId") {
							continue // for other checks to say
						}
						y.add(f.Message, s.id, reports.Finding{Pointer: f.Pointer})
					}
				})
				y.report()
				v.conclude("no entity was sampled")
			},
		},
		{
			ID: "mim2.representation.keyvalues.equal", Title: "The key-values representation carries the values of the normalised one",
			Requirements: equal, Clause: cim + "4.5.4, 6.3.7",
			Level: suites.Core, Needs: needs(), Fault: "models.keyvalues.differs",
			Hint: "Clients of the two representations would see different data.",
			Body: func(t *suites.T) {
				compareForms(t, "key-values", models.KeyValues, suites.Query("options", "keyValues"))
			},
		},
		{
			ID: "mim2.representation.concise.equal", Title: "The concise representation carries the values of the normalised one",
			Requirements: equal, Clause: cim + "4.5.1, 6.3.7", Since: "1.5.1",
			Level: suites.Core, Needs: needs(), Fault: "models.concise.differs",
			Hint: "Clients of the two representations would see different data.",
			Body: func(t *suites.T) {
				compareForms(t, "concise", models.Concise, suites.Query("options", "concise"))
			},
		},
		{
			ID: "mim2.representation.json.equal", Title: "Plain JSON and JSON-LD carry the same content",
			Requirements: join(equal, open), Clause: cim + "6.3.5",
			Level: suites.Core, Needs: needs(), Fault: "models.json.differs",
			Hint: "The two media types differ in where the @context is, and in nothing else.",
			Body: func(t *suites.T) {
				each(t, func(s subject, before map[string]any) (*probe.Response, string) {
					r := t.GET("/entities/"+escape(s.id), accept(mediaJSON), noLink())
					if r.Status != http.StatusOK {
						return r, ""
					}
					plain := t.Object(r)
					linked := maps.Clone(before)
					delete(linked, "@context")
					return r, firstDifference(plain, linked, "as "+mediaJSON, "as "+mediaJSONLD)
				})
			},
		},
		{
			ID: "mim2.representation.geojson.equal", Title: "The GeoJSON representation carries the entity's type, its geometry and its values",
			Requirements: equal, Clause: cim + "4.5.16.2, 6.3.15",
			Level: suites.Core, Feature: suites.FeatureGeoJSON, Needs: needs(), Fault: "models.geojson.differs",
			Hint: "Maps would show other data than applications.",
			Body: func(t *suites.T) {
				each(t, func(s subject, before map[string]any) (*probe.Response, string) {
					r := t.GET("/entities/"+escape(s.id), accept(mediaGeoJSON), noLink())
					if r.Status != http.StatusOK {
						return r, ""
					}
					return r, featureDiffers(t.Object(r), before)
				})
			},
		},
		{
			ID: "mim2.representation.feature.valid", Title: "The GeoJSON representation is a GeoJSON Feature",
			Requirements: open, Clause: cim + "4.5.16.1; RFC 7946, 3.2",
			Level: suites.Core, Feature: suites.FeatureGeoJSON, Needs: needs(), Fault: "models.geojson.no-feature",
			Hint: "Maps and GIS read features only.",
			Body: func(t *suites.T) {
				again(t, 3, func(v *view, s subject) {
					r := t.GET("/entities/"+escape(s.id), accept(mediaGeoJSON), noLink())
					if gone(v, s, r) {
						return
					}
					t.Expect(r).To(suites.HaveMediaType(mediaGeoJSON))
					f := t.Object(r)
					if f["type"] != "Feature" {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/type", Expected: "Feature", Actual: brief(f["type"]), Message: "the GeoJSON is no Feature"})
					}
					if _, ok := f["properties"].(map[string]any); !ok {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/properties", Expected: "an object", Actual: brief(f["properties"]), Message: "the Feature has no object of properties"})
					}
					if g, has := f["geometry"]; !has || g != nil && wellFormed(g) != "" {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: "/geometry", Expected: "a geometry or null", Actual: brief(g), Message: "the Feature has no geometry, and no null instead"})
					}
				})
			},
		},
		{
			ID: "mim2.representation.simplified.same", Title: "The simplified representation is the same under either of its two names",
			Requirements: equal, Clause: cim + "6.3.7", Since: "1.8.1",
			Level: suites.Core, Needs: needs(), Fault: "models.simplified.ignored",
			Hint: "The parameter format is newer than options, and means the same.",
			Body: func(t *suites.T) {
				compareForms(t, "simplified", models.KeyValues, suites.Query("format", "simplified"))
			},
		},
		{
			ID: "mim2.representation.list.equal", Title: "An entity in a list carries the same content as alone",
			Requirements: equal, Clause: cim + "5.7.1, 5.7.2",
			Level: suites.Core, Needs: needs(), Fault: "models.single.differs",
			Hint: "Lists and single entities may come from different copies of the data.",
			Body: func(t *suites.T) {
				each(t, func(s subject, before map[string]any) (*probe.Response, string) {
					r := t.GET("/entities", accept(mediaJSONLD), noLink(), suites.Query("id", s.id, "type", s.entity.Types[0].IRI))
					if r.Status != http.StatusOK {
						return r, ""
					}
					list := t.List(r)
					if len(list) != 1 {
						return r, fmt.Sprintf("a query for its id and type gives %d entities", len(list))
					}
					listed, _ := list[0].(map[string]any)
					return r, firstDifference(listed, before, "in a list", "alone")
				})
			},
		},
		{
			ID: "mim2.representation.keyvalues.valid", Title: "The key-values representation is valid by the data model's schema as it is served",
			Requirements: join(open, conformance), Clause: sdmSchema + "all",
			Level: suites.Extended, Needs: needs(), Fault: "models.keyvalues.invalid",
			Hint: "This is what a client gets that knows the model and nothing of NGSI-LD.",
			Body: func(t *suites.T) {
				again(t, 5, func(v *view, s subject) {
					if len(s.models) != 1 {
						v.judged--
						return
					}
					r := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD), noLink(), suites.Query("options", "keyValues"))
					if gone(v, s, r) {
						return
					}
					e := models.ReadWith(object(t, r), models.KeyValues, s.entity.Names)
					j := e.JudgeStrictly(s.models[0])
					if j.Verdict == validate.CantTell {
						v.doubt("entity %s: %s", s.id, j.Reason)
						return
					}
					for _, f := range j.Errors {
						v.mismatch(reports.Finding{Exchange: r.Seq, Pointer: f.Served, Expected: f.Schema,
							Message: fmt.Sprintf("entity %s as key-values: %s", s.id, f.Error)})
					}
				})
			},
		},
	}
}

// maxCompared is how many entities a comparison of representations reads.
const maxCompared = 5

// each reads some entities again in the normalised representation, lets compare ask
// for another one, and makes sure that the entity did not change meanwhile.
func each(t *suites.T, compare func(s subject, before map[string]any) (r *probe.Response, difference string)) {
	again(t, maxCompared, func(v *view, s subject) {
		for range 3 {
			first := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD), noLink())
			if gone(v, s, first) {
				return
			}
			before := t.Object(first)
			r, difference := compare(s, before)
			if r.Status == http.StatusNotFound {
				v.judged--
				return
			}
			if !t.Expect(r).To(suites.HaveStatus(http.StatusOK), "entity %s", s.id) || difference == "" {
				return
			}
			second := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD), noLink())
			if second.Status == http.StatusOK && same(before, t.Object(second)) {
				v.mismatch(reports.Finding{Exchange: r.Seq, Message: fmt.Sprintf("entity %s: %s", s.id, difference)})
				return
			}
		}
		v.doubt("entity %s changes faster than it can be read in two representations", s.id)
	})
}

// compareForms compares a lossy representation with the normalised one by what both
// have: the value of each attribute.
func compareForms(t *suites.T, name string, form models.Form, option suites.Option) {
	each(t, func(s subject, before map[string]any) (*probe.Response, string) {
		r := t.GET("/entities/"+escape(s.id), accept(mediaJSONLD), noLink(), option)
		if r.Status != http.StatusOK {
			return r, ""
		}
		have := models.ReadWith(t.Object(r), form, s.entity.Names)
		want := models.ReadWith(before, models.Normalised, s.entity.Names)
		return r, valuesDiffer(have, want, name)
	})
}

// valuesDiffer says where two readings of an entity have different values.
func valuesDiffer(have, want *models.Entity, name string) string {
	if have.ID != want.ID {
		return fmt.Sprintf("the id is %s in the %s representation", have.ID, name)
	}
	if !sameTypes(have.Types, want.Types) {
		return fmt.Sprintf("the types differ in the %s representation", name)
	}
	theirs := map[string]models.Attr{}
	for _, a := range have.Attributes {
		theirs[a.IRI] = a
	}
	for _, w := range want.Attributes {
		h, there := theirs[w.IRI]
		delete(theirs, w.IRI)
		if !there {
			return fmt.Sprintf("attribute %s is missing in the %s representation", local(w), name)
		}
		if !sameInstances(h, w) {
			return fmt.Sprintf("attribute %s is %s in the %s representation, and %s in the normalised one",
				local(w), brief(firstValue(h)), name, brief(firstValue(w)))
		}
	}
	for _, iri := range slices.Sorted(maps.Keys(theirs)) {
		return fmt.Sprintf("attribute %s is in the %s representation only", local(theirs[iri]), name)
	}
	return ""
}

func sameTypes(a, b []models.Type) bool {
	iris := func(list []models.Type) []string {
		var all []string
		for _, t := range list {
			all = append(all, t.IRI)
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(iris(a), iris(b))
}

func firstValue(a models.Attr) any {
	if len(a.Instances) == 0 {
		return nil
	}
	return a.Instances[0].Value
}

func sameInstances(have, want models.Attr) bool {
	if len(have.Instances) != len(want.Instances) {
		return false
	}
	for i, w := range want.Instances {
		h := have.Instances[i]
		if h.DatasetID != w.DatasetID || !sameValue(h.Value, w.Value, want.Kind) {
			return false
		}
	}
	return true
}

// sameValue compares values, the objects of relationships by their URIs.
func sameValue(have, want any, kind models.Kind) bool {
	if kind == models.Relationship || kind == models.ListRelationship {
		return slices.Equal(models.Instance{Value: have}.Objects(), models.Instance{Value: want}.Objects())
	}
	return same(have, want)
}

// firstDifference says which member differs first by name.
func firstDifference(have, want map[string]any, here, there string) string {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		h, has := have[name]
		if !has {
			return fmt.Sprintf("member %s is missing %s", name, here)
		}
		if !same(h, want[name]) {
			return fmt.Sprintf("member %s is %s %s, and %s %s", name, brief(h), here, brief(want[name]), there)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, has := want[name]; !has && name != "@context" {
			return fmt.Sprintf("member %s is there only %s", name, here)
		}
	}
	return ""
}

// featureDiffers compares a GeoJSON Feature with the normalised entity (4.5.16).
func featureDiffers(feature, entity map[string]any) string {
	if !same(feature["id"], entity["id"]) {
		return fmt.Sprintf("the Feature's id is %s", brief(feature["id"]))
	}
	properties, _ := feature["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(entity)) {
		if name == "id" || name == "@context" {
			continue
		}
		if !same(properties[name], entity[name]) {
			return fmt.Sprintf("property %s of the Feature is %s, the entity's is %s", name, brief(properties[name]), brief(entity[name]))
		}
	}
	location, _ := entity["location"].(map[string]any)
	if location != nil && !same(feature["geometry"], location["value"]) {
		return fmt.Sprintf("the Feature's geometry is %s, the entity's location is %s", brief(feature["geometry"]), brief(location["value"]))
	}
	return ""
}
