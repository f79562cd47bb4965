package mim7

import (
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

func conformanceChecks() []Check {
	return []Check{
		{
			ID: "mim7.conformance.retrieve.success", Title: "The conformance declaration is there",
			Requirements: front, Clause: core + "conformance-op", Fault: "places.conformance.gone",
			Body: func(t *T) { ok(t, "/conformance") },
		},
		{
			ID: "mim7.conformance.content.list", Title: "The conformance declaration lists classes as texts",
			Requirements: front, Clause: core + "conformance-success", Fault: "places.conformance.not-a-list",
			Body: func(t *T) { declared(t) },
		},
		{
			ID: "mim7.conformance.content.uris", Title: "Each conformance class is named by a URI",
			Requirements: front, Clause: core + "conformance-success", Level: Extended, Fault: "places.conformance.short-names",
			Body: func(t *T) {
				r, classes := declared(t)
				for _, c := range classes {
					u, err := url.Parse(c)
					expect(t, r, err == nil && u.IsAbs(), "the conformance class %q is no absolute URI", c)
				}
			},
		},
		declares("core", "Core", front, core+"conformance-success", classCore, "", "places.conformance.no-core"),
		declares("geojson", "GeoJSON", encoding, part1+"conf/geojson", classGeoJSON, "", "places.conformance.no-geojson"),
		declares("html", "HTML", service, part1+"conf/html", classHTML, FeaturePlacesHTML, "places.conformance.no-html"),
		declares("openapi", "OpenAPI 3.0", service, part1+"conf/oas30", classOpenAPI, FeaturePlacesOpenAPI, "places.conformance.no-openapi"),
		declares("crs", "Coordinate Reference Systems by Reference", systems, part2+"conf/crs", classCRS, FeaturePlacesCRS, "places.conformance.no-crs"),
	}
}

// declared is the list of conformance classes; anything else ends the check.
func declared(t *T) (*probe.Response, []string) {
	r := ok(t, "/conformance")
	list, isList := t.Object(r)["conformsTo"].([]any)
	require(t, r, isList && len(list) > 0, "the conformance declaration has no array conformsTo with members")
	var classes []string
	for i, one := range list {
		class, isText := one.(string)
		require(t, r, isText && class != "", "/conformsTo/%d is no text", i)
		classes = append(classes, class)
	}
	return r, classes
}

// declares makes a check that a class is declared. GeoJSON is recommended, not owed.
func declares(what, name string, requirements []string, clause, class string, feature Feature, fault string) Check {
	c := Check{
		ID: "mim7.conformance." + what + ".declared", Title: "The conformance declaration names " + name,
		Requirements: requirements, Clause: clause, Feature: feature, Fault: fault,
		Hint: "The class is " + class + ".",
		Body: func(t *T) {
			r, classes := declared(t)
			expect(t, r, slices.Contains(classes, class), "the conformance declaration does not name %s", class)
		},
	}
	if class == classGeoJSON {
		c.Level = Extended
	}
	return c
}
