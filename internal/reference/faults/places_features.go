package faults

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// placeFeatures is the faults of single features and of identifiers.
func placeFeatures() []Fault {
	one, items := placeFeature(), placeFeaturesOf()
	var answers atomic.Int64
	return []Fault{
		{Name: "places.feature.gone", Summary: "Features are not there on their own.", On: one, Answer: gone},
		{Name: "places.feature.other-id", Summary: "A feature has another id on its own.", On: one, Answer: answered(func(o object) { o["id"] = fmt.Sprint(o["id"], "-copy") })},
		{Name: "places.feature.moved", Summary: "A feature is a little elsewhere on its own.", On: one, Answer: movedBy(func(x, y float64) (float64, float64) { return x + 0.001, y })},
		{Name: "places.feature.no-properties", Summary: "A feature has no properties on its own.", On: one, Answer: answered(func(o object) { o["properties"] = object{} })},
		{Name: "places.feature.no-self", Summary: "A feature has no link to itself.", On: one, Answer: answered(unlinked("self"))},
		{Name: "places.feature.no-alternate", Summary: "A feature has no link to its other forms.", On: one, Answer: answered(unlinked("alternate"))},
		{Name: "places.feature.no-collection", Summary: "A feature has no link to its collection.", On: one, Answer: answered(unlinked("collection"))},
		{Name: "places.feature.other-collection", Summary: "A feature leads to another collection.", On: one, Answer: answered(relinked(func(l object) {
			href, _ := l["href"].(string)
			if head, _, found := strings.Cut(href, "/collections/"); found {
				other := "/collections/parking?f=json"
				if strings.Contains(href, "/collections/parking") {
					other = "/collections/traffic?f=json"
				}
				l["href"] = head + other
			}
		}, "collection"))},
		{Name: "places.ids.none", Summary: "Features have no ids.", On: items, Answer: answered(func(o object) {
			for _, f := range objects(o["features"]) {
				delete(f, "id")
			}
		})},
		{Name: "places.ids.fresh", Summary: "Features have new ids in each answer.", On: items, Answer: answered(func(o object) {
			n := answers.Add(1)
			for _, f := range objects(o["features"]) {
				f["id"] = fmt.Sprintf("%v-%d", f["id"], n)
			}
		})},
	}
}

// placeEncodings is the faults of GeoJSON.
func placeEncodings() []Fault {
	one, items := placeFeature(), placeFeaturesOf()
	both := one.or(items)
	rings := func(edit func(ring []any) []any) func(*http.Request, *Answer) {
		return geometriesIn(func(g object) {
			if g["type"] != "Polygon" {
				return
			}
			out := []any{}
			for _, ring := range itemsOf(g["coordinates"]) {
				out = append(out, edit(itemsOf(ring)))
			}
			g["coordinates"] = out
		})
	}
	const geo = "application/geo+json"
	return []Fault{
		{Name: "places.geojson.collection-as-json", Summary: "Features come as plain JSON.", On: items, Answer: retyped(geo, "application/json")},
		{Name: "places.geojson.feature-as-json", Summary: "A feature comes as plain JSON.", On: one, Answer: retyped(geo, "application/json")},
		{Name: "places.geojson.others-as-text", Summary: "Landing page and collections come as plain text.", On: placeLanding().or(placeList()).or(placeCollection()).or(placeConformance()), Answer: retyped("application/json", "text/plain")},
		{Name: "places.geojson.no-collection-type", Summary: "The collection of features has no type.", On: items, Answer: answered(func(o object) { delete(o, "type") })},
		{Name: "places.geojson.feature-without-type", Summary: "A feature on its own has no type.", On: one, Answer: answered(func(o object) { delete(o, "type") })},
		{Name: "places.geojson.properties-missing", Summary: "Features have their properties beside their geometry.", On: items, Answer: featuresIn(func(f object) {
			properties, _ := f["properties"].(object)
			for name, value := range properties {
				if _, taken := f[name]; !taken {
					f[name] = value
				}
			}
			delete(f, "properties")
		})},
		{Name: "places.geojson.coordinates-in-feature", Summary: "Features have coordinates of their own.", On: items, Answer: featuresIn(func(f object) { f["coordinates"] = []any{0, 0} })},
		{Name: "places.geojson.crs-member", Summary: "Features state a reference system as GeoJSON of 2008 had it.", On: items, Answer: featuresIn(func(f object) {
			f["crs"] = object{"type": "name", "properties": object{"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
		})},
		{Name: "places.geometry.unknown-type", Summary: "Points are called Position.", On: both, Answer: geometriesIn(func(g object) { g["type"] = strings.Replace(fmt.Sprint(g["type"]), "Point", "Position", 1) })},
		{Name: "places.geometry.text-coordinates", Summary: "Coordinates are texts.", On: both, Answer: geometriesIn(func(g object) { g["coordinates"] = textual(g["coordinates"]) })},
		{Name: "places.geometry.open-ring", Summary: "Rings do not end where they begin.", On: both, Answer: rings(func(ring []any) []any { return ring[:max(0, len(ring)-1)] })},
		{Name: "places.geometry.bow-tie", Summary: "Polygons cross themselves.", On: both, Answer: rings(func(ring []any) []any {
			if len(ring) >= 4 {
				ring[1], ring[2] = ring[2], ring[1]
			}
			return ring
		})},
		{Name: "places.geometry.clockwise", Summary: "Outer rings run clockwise.", On: both, Answer: rings(func(ring []any) []any {
			for i, j := 0, len(ring)-1; i < j; i, j = i+1, j-1 {
				ring[i], ring[j] = ring[j], ring[i]
			}
			return ring
		})},
		{Name: "places.geometry.national-grid", Summary: "Positions are metres of a national grid.", On: both, Answer: movedBy(func(x, y float64) (float64, float64) { return x*67000 + 155000, y*111000 - 5300000 })},
	}
}

func itemsOf(v any) []any {
	list, _ := v.([]any)
	return list
}

// textual turns all numbers in coordinates into texts.
func textual(v any) any {
	list, isList := v.([]any)
	if !isList {
		return fmt.Sprint(v)
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		out = append(out, textual(e))
	}
	return out
}

// placeForms is the faults of the HTML forms.
func placeForms() []Fault {
	var all []Fault
	for _, on := range []struct {
		name, words string
		on          Match
	}{
		{"landing", "The landing page", placeLanding()},
		{"conformance", "The conformance declaration", placeConformance()},
		{"collections", "The list of collections", placeList()},
		{"collection", "A collection", placeCollection()},
		{"items", "A page of features", placeFeaturesOf()},
		{"feature", "A feature", placeFeature()},
	} {
		all = append(all, Fault{Name: "places.html." + on.name + "-json", Summary: on.words + " comes as JSON, whatever Accept says.", On: on.on, Request: func(r *http.Request) {
			if strings.Contains(r.Header.Get("Accept"), "text/html") {
				r.Header.Set("Accept", "application/json")
			}
		}})
	}
	inPage := func(edit func(page []byte) []byte) func(*http.Request, *Answer) {
		return func(_ *http.Request, a *Answer) {
			if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				a.Body = edit(a.Body)
			}
		}
	}
	bare := inPage(func([]byte) []byte {
		return []byte("<!DOCTYPE html><title>Places</title><p>There is more in the JSON form.</p>")
	})
	return append(all,
		Fault{Name: "places.html.fragment", Summary: "Pages have no title.", On: placeLanding().or(placeList()), Answer: inPage(func(p []byte) []byte {
			begin, end := bytes.Index(p, []byte("<title>")), bytes.Index(p, []byte("</title>"))
			if begin < 0 || end < begin {
				return p
			}
			return append(bytes.Clone(p[:begin]), p[end+len("</title>"):]...)
		})},
		Fault{Name: "places.html.no-way-on", Summary: "The page of the landing page has no links.", On: placeLanding(), Answer: inPage(func(p []byte) []byte { return bytes.ReplaceAll(p, []byte("href="), []byte("data-to=")) })},
		Fault{Name: "places.html.empty-list", Summary: "The page of collections shows none.", On: placeList(), Answer: bare},
		Fault{Name: "places.html.no-properties", Summary: "The page of a feature does not show its properties.", On: placeFeature(), Answer: bare},
	)
}

// placeDescriptions is the faults of the description of the API.
func placeDescriptions() []Fault {
	api := placeAPI()
	edited := func(name, summary string, edit func(o object)) Fault {
		return Fault{Name: "places.openapi." + name, Summary: summary, On: api, Answer: answered(edit)}
	}
	inOperations := func(edit func(get object)) func(object) {
		return func(o object) {
			paths, _ := o["paths"].(object)
			for _, path := range paths {
				if p, ok := path.(object); ok {
					if get, ok := p["get"].(object); ok {
						edit(get)
					}
				}
			}
		}
	}
	withoutPaths := func(so func(path string) bool) func(object) {
		return func(o object) {
			paths, _ := o["paths"].(object)
			for path := range paths {
				if so(path) {
					delete(paths, path)
				}
			}
		}
	}
	undeclared := func(names ...string) func(object) {
		return inOperations(func(get object) {
			kept := []any{}
			for _, p := range objects(get["parameters"]) {
				if name, _ := p["name"].(string); !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
					kept = append(kept, p)
				}
			}
			get["parameters"] = kept
		})
	}
	withoutResponses := func(so func(code string) bool) func(object) {
		return inOperations(func(get object) {
			responses, _ := get["responses"].(object)
			for code := range responses {
				if so(code) {
					delete(responses, code)
				}
			}
		})
	}
	return []Fault{
		{Name: "places.openapi.as-json", Summary: "The description of the API comes as plain JSON.", On: api, Answer: retyped("application/vnd.oai", "application/json")},
		edited("swagger-2", "The description of the API is by Swagger 2.0.", func(o object) {
			delete(o, "openapi")
			o["swagger"] = "2.0"
		}),
		edited("no-info", "The description of the API has no info.", func(o object) { delete(o, "info") }),
		edited("no-conformance", "The description of the API does not tell of the conformance declaration.", withoutPaths(func(p string) bool { return p == "/conformance" })),
		edited("no-feature", "The description of the API does not tell of single features.", withoutPaths(func(p string) bool { return strings.Contains(p, "{") })),
		edited("not-there", "The description of the API tells of resources that are not there.", func(o object) {
			paths, _ := o["paths"].(object)
			for path, item := range paths {
				if strings.HasSuffix(path, "/items") {
					paths[strings.TrimSuffix(path, "/items")+"/queryables"] = item
				}
			}
		}),
		edited("no-200", "The description of the API does not tell of success.", withoutResponses(func(code string) bool { return code == "200" })),
		edited("no-errors", "The description of the API does not tell of errors.", withoutResponses(func(code string) bool { return code != "200" })),
		edited("limit-undeclared", "The description of the API does not tell of limit.", undeclared("limit")),
		edited("bbox-undeclared", "The description of the API does not tell of bbox.", undeclared("bbox")),
		edited("datetime-undeclared", "The description of the API does not tell of datetime.", undeclared("datetime")),
		edited("crs-undeclared", "The description of the API does not tell of reference systems.", undeclared("crs", "bbox-crs")),
		edited("limit-unbounded", "The description of the API states no maximum of limit.", inOperations(func(get object) {
			for _, p := range objects(get["parameters"]) {
				if schema, ok := p["schema"].(object); ok && p["name"] == "limit" {
					delete(schema, "maximum")
				}
			}
		})),
		{Name: "places.openapi.limit-exceeded", Summary: "Without a limit all features come.", On: placeFeaturesOf().WithoutQuery("limit"), Request: setting("limit", "1000")},
	}
}
