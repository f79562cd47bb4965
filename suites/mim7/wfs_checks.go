package mim7

import (
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

// What the checks of a Web Feature Service give evidence for.
var (
	// the data are served through a standard interface
	wfsService = service
	// the data are encoded in an open standard: GML
	wfsEncoding = encoding
	// features have identifiers that are unique and last
	wfsIdentifiers = identifiers
	// coordinate reference systems are standard ones and stated
	wfsSystems = systems
	// a WFS has an OGC API in front of it
	wfsFront = []string{
		"oasc-2022-06-07/MIM7/recommendation-1",
		"mims-plus-5.0/MIM7/recommendation-1",
	}
)

// wfsChecks are the checks of geospatial data that come by a Web Feature Service 2.0.
func wfsChecks() []Check {
	checks := slices.Concat(wfsServiceChecks(), wfsSchemaChecks(), wfsFeatureChecks(), wfsGMLChecks(), wfsQueryChecks(), wfsExceptionChecks(), wfsBesideChecks())
	for i := range checks {
		c := &checks[i]
		c.Endpoints, c.Feature = []string{probe.WFS}, FeatureWFS
		if c.Requirements == nil {
			c.Requirements = wfsService
		}
	}
	return checks
}

// wfsBesideChecks hold the service against the OGC API in front of it.
func wfsBesideChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.front.there", Title: "A Web Feature Service has an OGC API in front of it",
			Clause: "oasc-2022-06-07/MIM7/recommendation-1", Requirements: wfsFront, Fault: "places.landing.gone",
			Body: func(t *T) {
				if t.Env.Endpoints[probe.OGCFeatures] == "" {
					t.MustHold(nil, false, "the target has a Web Feature Service, and names no OGC API (the endpoint %s)", probe.OGCFeatures)
				}
				r := t.GET("", At(probe.OGCFeatures), accepting(mediaJSON))
				if r.Status == 404 {
					r = t.GET("/", At(probe.OGCFeatures), accepting(mediaJSON))
				}
				t.Expect(r).To(HaveStatus(200), "the landing page of the OGC API")
			},
		},
		{
			ID: "mim7.wfs.front.same", Title: "A feature is at the same place by the Web Feature Service and by the OGC API",
			Level: Extended, Clause: "oasc-2022-06-07/MIM7/recommendation-1", Requirements: wfsFront, Fault: "wfs.front.moved",
			Hint: "Types and collections belong together when they have one name, and features when their identifiers are the same.",
			Body: func(t *T) {
				if t.Env.Endpoints[probe.OGCFeatures] == "" {
					t.Inapplicable("the target names no OGC API (the endpoint %s)", probe.OGCFeatures)
				}
				s := basicService(t)
				eachServed(t, s, "a collection of its name with features of the same identifiers, in degrees", func(of servedType) bool {
					c := collection{id: of.is.Local}
					r := t.GET(c.items(), At(probe.OGCFeatures), accepting(mediaGeoJSON), Query("limit", "100"))
					if r.Status == 404 {
						c.id = of.name
						r = t.GET(c.items(), At(probe.OGCFeatures), accepting(mediaGeoJSON), Query("limit", "100"))
					}
					if r.Status != 200 {
						return false
					}
					p, offered := s.inDegrees(t, of)
					if !offered {
						return false
					}
					judged := false
					for _, there := range unpack(t, r).features {
						shape, has := shape(there)
						if !has {
							continue
						}
						i := slices.IndexFunc(p.features, func(f *xmldoc.Element) bool { return sameFeature(f, idOf(there)) })
						if i < 0 {
							continue
						}
						b, in, found := enclosure(p.features[i])
						if !found || !in.degrees() {
							continue
						}
						if in.latitudes() {
							b = b.swapped()
						}
						judged = true
						const near = 1e-4 // degrees: some metres
						want := around(shape, near)
						expect(t, p.Response, !b.apart(want), "the feature %s is around %s, and by the OGC API around %s", idOf(there), b, around(shape, 0))
					}
					return judged
				})
			},
		},
	}
}

// sameFeature says whether a feature of the service has the identifier that the OGC API
// gives it: as its gml:id, alone or after the name of its type, or as its gml:identifier.
func sameFeature(f *xmldoc.Element, id string) bool {
	own := gmlID(f)
	return id != "" && (own == id || own == f.Name.Local+"."+id || f.First(spaceGML, "identifier").Said() == id)
}
