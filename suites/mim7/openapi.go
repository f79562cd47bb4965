package mim7

import (
	"context"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/oasc/mimcheck/internal/openapi"
	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

const mediaOpenAPI = "application/vnd.oai.openapi+json"

func openAPIChecks() []Check {
	checks := []Check{
		{
			ID: "mim7.openapi.document.media", Title: "The description of the API has the media type of OpenAPI 3.0",
			Clause: oas30 + "oas-definition-1", Fault: "places.openapi.as-json",
			Body: func(t *T) {
				r, _ := description(t)
				media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
				expect(t, r, err == nil && media == mediaOpenAPI && strings.HasPrefix(parameters["version"], "3.0"),
					"the Content-Type is %q, expected %s;version=3.0", r.Header.Get("Content-Type"), mediaOpenAPI)
			},
		},
		{
			ID: "mim7.openapi.document.version", Title: "The description of the API is by OpenAPI 3.0",
			Clause: oas30 + "oas-definition-2", Fault: "places.openapi.swagger-2",
			Body: func(t *T) {
				r, _ := description(t)
				version, _ := text(t.Object(r), "openapi")
				expect(t, r, strings.HasPrefix(version, "3.0."), "the member openapi is %q, expected 3.0 and a patch number", version)
			},
		},
		{
			ID: "mim7.openapi.document.valid", Title: "The description of the API is valid by OpenAPI 3.0",
			Clause: oas30 + "oas-definition-2", Fault: "places.openapi.no-info",
			Body: func(t *T) {
				r, document := description(t)
				if document == nil {
					t.Untested("the description is by another version than 3.0")
				}
				if elsewhere := openapi.Unread(t.Object(r)); len(elsewhere) > 0 {
					t.CantTell("the description of the API refers to other documents, which are not fetched: %s", strings.Join(elsewhere, ", "))
				}
				// Examples and regular expressions are beyond the document's own form.
				err := document.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaPatternValidation(), openapi3.DisableSchemaDefaultsValidation())
				expect(t, r, err == nil, "the description is not valid: %v", err)
			},
		},
		{
			ID: "mim7.openapi.paths.core", Title: "The description tells of all resources of Core",
			Clause: oas30 + "completeness", Fault: "places.openapi.no-conformance",
			Body: func(t *T) {
				r, document := complete(t)
				for _, path := range []string{"/", "/conformance", "/collections"} {
					expect(t, r, operation(document, path) != nil, "the description has no GET for %s", path)
				}
			},
		},
		{
			ID: "mim7.openapi.paths.collections", Title: "The description tells of each collection, its features and its single features",
			Clause: oas30 + "completeness", Fault: "places.openapi.no-feature",
			Body: func(t *T) {
				r, document := complete(t)
				for _, c := range some(t) {
					for _, path := range []string{c.path(), c.items(), c.items() + "/x"} {
						expect(t, r, operation(document, path) != nil, "the description has no GET for %s", path)
					}
				}
			},
		},
		{
			ID: "mim7.openapi.paths.served", Title: "What the description tells of is there",
			Clause: oas30 + "oas-impl", Fault: "places.openapi.not-there",
			Body: func(t *T) {
				from, document := complete(t)
				paths := plainPaths(document)
				if len(paths) == 0 {
					t.Untested("the description has no GET for a path without parameters")
				}
				t.Rand().Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
				for _, path := range paths[:min(len(paths), 12)] {
					r := t.GET(prefix(t, from, document)+path, accepting("*/*"), AnyMedia())
					expect(t, r, r.Status < 400, "the description has GET %s, which answers %d", path, r.Status)
				}
			},
		},
		{
			ID: "mim7.openapi.responses.success", Title: "The description tells of the success of each operation",
			Clause: oas30 + "completeness", Fault: "places.openapi.no-200",
			Body: func(t *T) {
				r, document := complete(t)
				for _, path := range document.Paths.InMatchingOrder() {
					if get := document.Paths.Value(path).Get; get != nil {
						expect(t, r, get.Responses != nil && (get.Responses.Value("200") != nil || get.Responses.Value("2XX") != nil || get.Responses.Default() != nil), "GET %s has no response 200", path)
					}
				}
			},
		},
		{
			ID: "mim7.openapi.responses.errors", Title: "The description tells of the errors of each operation",
			Clause: oas30 + "exception-codes", Fault: "places.openapi.no-errors",
			Body: func(t *T) {
				r, document := complete(t)
				for _, c := range some(t) {
					get := operation(document, c.items())
					if get == nil {
						continue // for another check to say
					}
					fails := get.Responses != nil && get.Responses.Default() != nil
					for code := range get.Responses.Map() {
						fails = fails || strings.HasPrefix(code, "4") || strings.HasPrefix(code, "5")
					}
					expect(t, r, fails, "GET %s has no response for an error", c.items())
				}
			},
		},
	}
	for _, p := range []struct{ id, name, clause, words, fault string }{
		{"limit", "limit", core + "fc-limit-definition", "a whole number", "places.openapi.limit-undeclared"},
		{"bbox", "bbox", core + "fc-bbox-definition", "an array of numbers", "places.openapi.bbox-undeclared"},
		{"datetime", "datetime", core + "fc-time-definition", "a text", "places.openapi.datetime-undeclared"},
	} {
		checks = append(checks, Check{
			ID: "mim7.openapi.parameters." + p.id, Title: "The description has the parameter " + p.name + ", " + p.words,
			Clause: p.clause, Fault: p.fault,
			Body: func(t *T) { parameter(t, p.name) },
		})
	}
	checks = append(checks,
		Check{
			ID: "mim7.openapi.parameters.limitBounds", Title: "The parameter limit is a whole number with bounds and a default within them",
			Clause: core + "fc-limit-definition", Fault: "places.openapi.limit-unbounded",
			Body: func(t *T) {
				r, p := parameter(t, "limit")
				if p.Schema == nil || p.Schema.Value == nil {
					expect(t, r, false, "limit has no schema")
					return
				}
				s := p.Schema.Value
				expect(t, r, s.Type.Is("integer"), "limit is of type %v, expected integer", s.Type)
				expect(t, r, s.Min != nil && s.Max != nil, "limit has no minimum and maximum")
				standard, err := json.Marshal(s.Default)
				var d float64
				if s.Default != nil && err == nil && json.Unmarshal(standard, &d) == nil && s.Min != nil && s.Max != nil {
					expect(t, r, *s.Min <= d && d <= *s.Max, "the default of limit is %v, which is not between %v and %v", d, *s.Min, *s.Max)
				}
			},
		},
		Check{
			ID: "mim7.openapi.parameters.limitDefault", Title: "Without limit no answer has more features than the default that the description states",
			Clause: core + "fc-limit-definition", Fault: "places.openapi.limit-exceeded",
			Body: func(t *T) {
				_, p := parameter(t, "limit")
				if p.Schema == nil || p.Schema.Value == nil || p.Schema.Value.Default == nil {
					t.Untested("the description states no default for limit")
				}
				standard, isNumber := p.Schema.Value.Default.(float64)
				if !isNumber {
					t.Untested("the default of limit is no number")
				}
				each(t, "more features than the default of limit", func(c collection) bool {
					b := read(t, c)
					if matched, stated := count(b.document, "numberMatched"); stated && matched <= int(standard) {
						return false
					}
					return expect(t, b.Response, len(b.features) <= int(standard), "without limit there are %d features of collection %s, and the default of limit is %v", len(b.features), c.id, standard) || true
				})
			},
		},
		Check{
			ID: "mim7.openapi.parameters.crs", Title: "The description has the parameters crs and bbox-crs",
			Requirements: systems, Clause: crs + "fc-crs-definition; /req/crs/fc-bbox-crs-definition", Feature: FeaturePlacesCRS, Fault: "places.openapi.crs-undeclared",
			Body: func(t *T) {
				parameter(t, "crs")
				parameter(t, "bbox-crs")
			},
		})
	for i := range checks {
		if checks[i].Feature == "" {
			checks[i].Feature = FeaturePlacesOpenAPI
		}
	}
	return checks
}

// description is the description of the API that the landing page leads to, in JSON;
// the document is nil when it is by another version than 3.0.
func description(t *T) (*probe.Response, *openapi3.T) {
	from, page := landingPage(t)
	links := related(page, "service-desc")
	i := slices.IndexFunc(links, func(l link) bool { return strings.Contains(l.media, "json") })
	if i < 0 {
		i = slices.IndexFunc(links, func(l link) bool { return !l.isHTML() })
	}
	require(t, from, i >= 0, "the landing page has no link of relation service-desc to an OpenAPI document")
	r := describedAt(t, from, links[i].href)
	if version, _ := text(t.Object(r), "openapi"); !strings.HasPrefix(version, "3.0") {
		return r, nil
	}
	document, err := loaded(t, r)
	require(t, r, err == nil, "the description of the API cannot be read: %v", err)
	return r, document
}

// describedAt is the description at the address of a link, in JSON.
func describedAt(t *T, from *probe.Response, address string) *probe.Response {
	r := follow(t, from, address, accepting(mediaOpenAPI+";version=3.0, "+mediaJSON+";q=0.5"))
	t.Require(r).To(HaveStatus(200), "the description of the API")
	if !strings.Contains(r.Header.Get("Content-Type"), "json") && !json.Valid(r.Body) {
		t.CantTell("the description of the API comes as %q, and only its JSON form can be read here", r.Header.Get("Content-Type"))
	}
	return r
}

// loaded reads a description; parts of it that are elsewhere are stood in for.
func loaded(t *T, r *probe.Response) (*openapi3.T, error) {
	body, err := openapi.Alone(t.Object(r), r.Body)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	document, err := loader.LoadFromData(body)
	if err != nil && strings.Contains(err.Error(), "external") {
		t.CantTell("the description of the API refers to other documents, which are not fetched: %v", err)
	}
	return document, err
}

// complete is a description by OpenAPI 3.0 with paths.
func complete(t *T) (*probe.Response, *openapi3.T) {
	r, document := description(t)
	if document == nil {
		t.Untested("the description of the API is by another version than 3.0")
	}
	require(t, r, document.Paths != nil && document.Paths.Len() > 0, "the description has no paths")
	return r, document
}

// operation is the GET operation whose path, with any values for its parameters, is
// this one; nil for none. Paths in the description may begin with that of the server.
func operation(document *openapi3.T, path string) *openapi3.Operation {
	if item := pathItem(document, path); item != nil {
		return item.Get
	}
	return nil
}

// pathItem is the path with that operation.
func pathItem(document *openapi3.T, path string) *openapi3.PathItem {
	want := strings.Split(strings.Trim(path, "/"), "/")
	for _, pattern := range document.Paths.InMatchingOrder() {
		have := strings.Split(strings.Trim(pattern, "/"), "/")
		if len(have) != len(want) || document.Paths.Value(pattern).Get == nil {
			continue
		}
		fits := true
		for i := range have {
			plain, err := url.PathUnescape(want[i])
			fits = fits && err == nil && (strings.Contains(have[i], "{") || have[i] == want[i] || have[i] == plain)
		}
		if fits {
			return document.Paths.Value(pattern)
		}
	}
	return nil
}

// plainPaths are the paths with a GET that takes no parameter that must be given.
func plainPaths(document *openapi3.T) []string {
	var paths []string
	for _, path := range document.Paths.InMatchingOrder() {
		item := document.Paths.Value(path)
		if item.Get == nil || strings.Contains(path, "{") {
			continue
		}
		must := false
		for _, p := range slices.Concat(item.Parameters, item.Get.Parameters) {
			must = must || p.Value != nil && (p.Value.Required || openapi.IsElsewhere(p.Value))
		}
		if !must {
			paths = append(paths, path)
		}
	}
	return paths
}

// prefix is what stands between the endpoint and the paths of the description, which
// are relative to its server. One that is not below the endpoint ends the check.
func prefix(t *T, from *probe.Response, document *openapi3.T) string {
	if len(document.Servers) == 0 {
		t.Untested("the description names no server, so that its paths lead nowhere that is known")
	}
	address := t.Env.Endpoints[probe.OGCFeatures]
	base, err := url.Parse(address)
	if err != nil {
		t.CantTell("the address of the endpoint is no URL: %v", err)
	}
	for _, s := range document.Servers {
		u, err := base.Parse(s.URL)
		if err != nil || u.Scheme != base.Scheme || u.Host != base.Host {
			continue
		}
		if below, is := strings.CutPrefix(strings.TrimRight(u.Path, "/"), base.Path); is {
			return below
		}
	}
	t.CantTell("no server of the description is at or below the endpoint %s, so that its paths are not asked for", address)
	return ""
}

// parameter is a query parameter of the features of some collection, which every
// collection has to have.
func parameter(t *T, name string) (*probe.Response, *openapi3.Parameter) {
	r, document := complete(t)
	var first *openapi3.Parameter
	judged := 0
	for _, c := range some(t) {
		item := pathItem(document, c.items())
		if item == nil {
			continue // for another check to say
		}
		judged++
		p := item.Get.Parameters.GetByInAndName("query", name)
		if p == nil {
			p = item.Parameters.GetByInAndName("query", name)
		}
		if p == nil {
			for _, other := range slices.Concat(item.Get.Parameters, item.Parameters) {
				if other.Value != nil && openapi.IsElsewhere(other.Value) {
					t.CantTell("GET %s has no query parameter %s in the description, but may have it at %s, which is not fetched", c.items(), name, other.Value.Name)
				}
			}
		}
		require(t, r, p != nil, "GET %s has no query parameter %s in the description", c.items(), name)
		if first == nil {
			first = p
		}
	}
	if judged == 0 {
		t.Untested("the description has no GET for features")
	}
	return r, first
}
