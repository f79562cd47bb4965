package faults

import (
	"net/http"
	"strings"
)

// placeResources is the faults of landing page, conformance declaration, and of what
// is not there.
func placeResources() []Fault {
	landing, conformance := placeLanding(), placeConformance()
	withoutClass := func(name, suffix string) Fault {
		return Fault{Name: "places.conformance.no-" + name, Summary: "The conformance declaration does not name the class " + suffix + ".",
			On: conformance, Answer: answered(func(o object) {
				kept := []any{}
				for _, c := range items(o["conformsTo"]) {
					if s, _ := c.(string); !strings.HasSuffix(s, suffix) {
						kept = append(kept, c)
					}
				}
				o["conformsTo"] = kept
			})}
	}
	return []Fault{
		{Name: "places.landing.gone", Summary: "There is no landing page.", On: landing, Answer: gone},
		{Name: "places.landing.no-links", Summary: "The landing page has no links.", On: landing, Answer: answered(func(o object) { delete(o, "links") })},
		{Name: "places.landing.no-api-link", Summary: "The landing page does not lead to the description of the API.", On: landing, Answer: answered(unlinked("service-desc", "service-doc"))},
		{Name: "places.landing.no-conformance-link", Summary: "The landing page does not lead to the conformance declaration.", On: landing, Answer: answered(unlinked("conformance"))},
		{Name: "places.landing.no-data-link", Summary: "The landing page does not lead to the collections.", On: landing, Answer: answered(unlinked("data"))},
		{Name: "places.landing.dead-links", Summary: "The links of the landing page lead nowhere.", On: landing, Answer: answered(relinked(astray, "conformance", "data"))},
		{Name: "places.landing.no-head", Summary: "HEAD is not allowed.", On: func(r *http.Request) bool {
			return r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, placesBase)
		}, Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}},
		{Name: "places.api.gone", Summary: "There is no description of the API.", On: placeAPI(), Answer: gone},
		{Name: "places.api.other-media-type", Summary: "The description of the API comes as bytes of any kind.", On: placeAPI(), Answer: retyped("", "application/octet-stream")},
		{Name: "places.api.for-people-only", Summary: "The description of the API comes as HTML, whoever asks.", On: placeAPI(), Request: setting("f", "html")},
		{Name: "places.conformance.gone", Summary: "There is no conformance declaration.", On: conformance, Answer: gone},
		{Name: "places.conformance.not-a-list", Summary: "The conformance declaration is a text.", On: conformance, Answer: answered(func(o object) { o["conformsTo"] = "all of it" })},
		{Name: "places.conformance.short-names", Summary: "The conformance declaration names classes by their last part.", On: conformance, Answer: answered(func(o object) {
			short := []any{}
			for _, c := range items(o["conformsTo"]) {
				s, _ := c.(string)
				short = append(short, s[strings.LastIndex(s, "/")+1:])
			}
			o["conformsTo"] = short
		})},
		withoutClass("core", "/conf/core"), withoutClass("geojson", "/conf/geojson"), withoutClass("html", "/conf/html"),
		withoutClass("openapi", "/conf/oas30"), withoutClass("crs", "/conf/crs"),
		{Name: "places.absent.collection-empty", Summary: "A collection that is not there is an empty object.", On: placeCollection(), Answer: instead404(`{}`)},
		{Name: "places.absent.items-empty", Summary: "A collection that is not there has no features.", On: placeFeaturesOf(), Answer: instead404(`{"type": "FeatureCollection", "features": []}`)},
		{Name: "places.absent.feature-null", Summary: "A feature that is not there is null.", On: placeFeature(), Answer: instead404(`null`)},
	}
}

// instead404 is an Answer change: what is not there is a document.
func instead404(document string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status == http.StatusNotFound {
			a.Status, a.Body = http.StatusOK, []byte(document)
			a.Header.Set("Content-Type", "application/json")
		}
	}
}

// placeCollections is the faults of the list of collections and of single ones.
func placeCollections() []Fault {
	list, one := placeList(), placeCollection()
	all := list.or(one)
	listed := answered
	return []Fault{
		{Name: "places.collections.gone", Summary: "There is no list of collections.", On: list, Answer: gone},
		{Name: "places.collections.no-links", Summary: "The list of collections has no links.", On: list, Answer: listed(func(o object) { delete(o, "links") })},
		{Name: "places.collections.no-self", Summary: "The list of collections has no link to itself.", On: list, Answer: listed(unlinked("self"))},
		{Name: "places.collections.no-alternate", Summary: "The list of collections has no link to its other forms.", On: list, Answer: listed(unlinked("alternate"))},
		{Name: "places.collections.links-untyped", Summary: "Links of the list of collections state no media type.", On: list, Answer: listed(relinked(untyped, "self", "alternate"))},
		{Name: "places.collections.id-twice", Summary: "Two collections have the same id.", On: list, Answer: listed(func(o object) {
			if c := objects(o["collections"]); len(c) > 1 {
				c[1]["id"] = c[0]["id"]
			}
		})},
		{Name: "places.collections.no-items-link", Summary: "Collections do not lead to their features.", On: list, Answer: collectionsIn(unlinked("items"))},
		{Name: "places.collections.items-link-untyped", Summary: "Links to features state no media type.", On: list, Answer: collectionsIn(relinked(untyped, "items"))},
		{Name: "places.collections.items-link-dead", Summary: "Links to features lead nowhere.", On: list, Answer: collectionsIn(relinked(astray, "items"))},
		{Name: "places.extent.flat-box", Summary: "The spatial extent is one box and no list of boxes.", On: all, Answer: collectionsIn(func(c object) {
			if spatial, ok := extentOf(c)["spatial"].(object); ok {
				if boxes := items(spatial["bbox"]); len(boxes) > 0 {
					spatial["bbox"] = boxes[0]
				}
			}
		})},
		{Name: "places.extent.dates-only", Summary: "The temporal extent has dates without times.", On: all, Answer: collectionsIn(func(c object) {
			temporal, _ := extentOf(c)["temporal"].(object)
			for _, interval := range items(temporal["interval"]) {
				pair := items(interval)
				for i := range pair {
					if s, ok := pair[i].(string); ok {
						pair[i], _, _ = strings.Cut(s, "T")
					}
				}
			}
		})},
		{Name: "places.extent.too-small", Summary: "The spatial extent is the western half of what it should be.", On: all, Answer: collectionsIn(func(c object) {
			spatial, _ := extentOf(c)["spatial"].(object)
			for _, b := range items(spatial["bbox"]) {
				if box := items(b); len(box) == 4 {
					west, _ := float(box[0])
					east, _ := float(box[2])
					box[2] = (west + east) / 2
				}
			}
		})},
		{Name: "places.collection.gone", Summary: "Collections are not there on their own.", On: one, Answer: gone},
		{Name: "places.collection.other-id", Summary: "A collection has another id on its own than in the list.", On: one, Answer: answered(func(o object) { o["id"] = "halverstad" })},
		{Name: "places.collection.other-title", Summary: "A collection has another title on its own than in the list.", On: one, Answer: answered(func(o object) { o["title"] = "A collection" })},
		{Name: "places.collection.no-extent", Summary: "A collection has no extent on its own.", On: one, Answer: answered(func(o object) { delete(o, "extent") })},
		{Name: "places.collection.other-crs", Summary: "A collection has no reference systems on its own.", On: one, Answer: answered(func(o object) { delete(o, "crs") })},
		{Name: "places.collection.no-items-link", Summary: "A collection on its own does not lead to its features.", On: one, Answer: answered(unlinked("items"))},
	}
}

func extentOf(c object) object {
	extent, _ := c["extent"].(object)
	return extent
}
