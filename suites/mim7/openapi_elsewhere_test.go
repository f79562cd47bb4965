package mim7_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim7"
)

const featuresYAML = "https://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/ogcapi-features-1.yaml#/components/"

// describing is a platform whose description of GETs differs.
func describing(edit func(path string, get object)) faults.Fault {
	return answering(func(o object) {
		paths, _ := o["paths"].(object)
		for path, item := range paths {
			edit(path, item.(object)["get"].(object))
		}
	})
}

// parametersAt replaces parameters of features by references.
func parametersAt(at map[string]string) faults.Fault {
	return describing(func(_ string, get object) {
		list, _ := get["parameters"].([]any)
		for i, p := range list {
			if ref := at[p.(object)["name"].(string)]; ref != "" {
				list[i] = object{"$ref": ref}
			}
		}
	})
}

// What a description refers to elsewhere is not read; the rest of it is judged.
func TestDescriptionsThatReferToOtherDocuments(t *testing.T) {
	standard := map[string]string{}
	for _, name := range []string{"limit", "bbox", "datetime", "featureId"} {
		standard[name] = featuresYAML + "parameters/" + name
	}
	for _, c := range []struct {
		name     string
		platform faults.Fault
		want     map[string]reports.Outcome // of checks of descriptions; passed for all others
	}{
		{"parameters of the standard", parametersAt(standard), nil},
		{"answers of the standard", describing(func(_ string, get object) {
			responses := get["responses"].(object)
			responses["200"] = object{"$ref": featuresYAML + "responses/Features"}
			responses["400"] = object{"$ref": featuresYAML + "responses/InvalidParameter"}
		}), nil},
		{"a parameter of another document", parametersAt(map[string]string{"bbox": "https://places.invalid/parameters.yaml#/bbox"}), map[string]reports.Outcome{
			"mim7.openapi.parameters.bbox": reports.CantTell, "mim7.openapi.document.valid": reports.CantTell}},
		{"another parameter of the standard in its place", parametersAt(map[string]string{"bbox": featuresYAML + "parameters/datetime"}), map[string]reports.Outcome{
			"mim7.openapi.parameters.bbox": reports.Failed, "mim7.openapi.document.valid": reports.Failed}}, // twice the same
		{"a part that an example names", describing(func(_ string, get object) {
			get["responses"].(object)["400"] = object{"description": "wrong", "content": object{"application/json": object{"example": object{"$ref": "https://places.invalid/x"}}}}
		}), nil},
		{"a property by the name of a keyword", describing(func(_ string, get object) {
			schema := object{"type": "object", "properties": object{"parameters": object{"type": "array", "items": object{"type": "string"}}, "default": object{"$ref": "schemas.json#/x"}}}
			get["responses"].(object)["400"] = object{"description": "wrong", "content": object{"application/json": object{"schema": schema}}}
		}), map[string]reports.Outcome{"mim7.openapi.document.valid": reports.CantTell}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, c.platform)
			for _, check := range mim7.Checks() {
				if !strings.HasPrefix(check.ID, "mim7.openapi.") {
					continue
				}
				want := reports.Passed
				if other, is := c.want[check.ID]; is {
					want = other
				}
				if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
					t.Errorf("%s ends as %s: %s; expected %s", check.ID, r.Outcome, r.Reason, want)
				}
			}
		})
	}
}

// A description may let an operation take any parameter, which then is not unknown.
func TestParametersThatTheDescriptionAllows(t *testing.T) {
	free := func(change object) faults.Fault {
		return describing(func(path string, get object) {
			if strings.HasSuffix(path, "/items") {
				p := object{"name": "others", "in": "query", "style": "form", "schema": object{"type": "object", "additionalProperties": true}}
				for name, value := range change {
					p[name] = value
				}
				list, _ := get["parameters"].([]any)
				get["parameters"] = append(list, p)
			}
		})
	}
	tolerant, err := faults.Named("places.unknown.items", "places.unknown.feature")
	if err != nil {
		t.Fatal(err)
	}
	all := mim7.Checks()
	items := all[slices.IndexFunc(all, func(c suites.Check) bool { return c.ID == "mim7.parameter.unknown.items" })]
	feature := all[slices.IndexFunc(all, func(c suites.Check) bool { return c.ID == "mim7.parameter.unknown.feature" })]
	for _, c := range []struct {
		name        string
		description faults.Fault
		want        reports.Outcome
	}{
		{"any", free(nil), reports.Inapplicable},
		{"any object", free(object{"schema": object{"type": "object"}}), reports.Inapplicable},
		{"no others", free(object{"schema": object{"type": "object", "additionalProperties": false}}), reports.Failed},
		{"in one parameter", free(object{"explode": false}), reports.Failed},
		{"as a header", free(object{"in": "header", "style": "simple"}), reports.Failed},
		{"elsewhere", parametersAt(map[string]string{"limit": "https://places.invalid/any.yaml"}), reports.CantTell},
		{"nothing", free(object{"schema": object{"type": "string"}}), reports.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			platform := judgetest.City(t, slices.Concat(tolerant, []faults.Fault{c.description})...)
			if r := judgetest.Run(t, items, 7, platform); r.Outcome != c.want {
				t.Errorf("%s ends as %s: %s; expected %s", items.ID, r.Outcome, r.Reason, c.want)
			}
			if r := judgetest.Run(t, feature, 7, platform); r.Outcome != reports.Failed {
				t.Errorf("%s ends as %s: %s; expected %s, since only the features take any", feature.ID, r.Outcome, r.Reason, reports.Failed)
			}
		})
	}
}
