package mim7

import (
	"encoding/xml"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

// mercator is a box of longitudes and latitudes in the metres of EPSG:3857.
func mercator(b box) box {
	const radius = 6378137
	east := func(lon float64) float64 { return radius * lon * math.Pi / 180 }
	north := func(lat float64) float64 { return radius * math.Log(math.Tan(math.Pi/4+lat*math.Pi/360)) }
	return box{east(b[0]), north(b[1]), east(b[2]), north(b[3])}
}

func wfsQueryChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.resourceId.one", Title: "A feature can be asked for by its identifier, and no other comes",
			Clause: wfs20 + "7.9.2.4.1; " + wfs20 + "7.2.2", Requirements: wfsIdentifiers, Fault: "wfs.resourceId.ignored",
			Body: func(t *T) {
				withID(t, func(s featureService, of servedType, id string) {
					p := s.features(t, of, "RESOURCEID", id, "COUNT", "10")
					expect(t, p.Response, slices.Equal(gmlIDs(p.features), []string{id}), "asked for %s, the features that come are %q", id, gmlIDs(p.features))
				})
			},
		},
		{
			ID: "mim7.wfs.bbox.has", Title: "A feature is found by a box around it",
			Clause: wfs20 + "Table 8; " + wfs20 + "A.1.2", Fault: "wfs.bbox.swapped",
			Hint: "The axes of the box are in the order of the reference system that it names.",
			Body: func(t *T) {
				inBox(t, func(of servedType, p featurePage, inside *xmldoc.Element, _ box, _ gmlSystem) {
					expect(t, p.Response, slices.Contains(gmlIDs(p.features), gmlID(inside)), "the feature %s is not among those in a box around it", gmlID(inside))
				})
			},
		},
		{
			ID: "mim7.wfs.bbox.only", Title: "Features that have no point in the box do not come",
			Clause: wfs20 + "Table 8; " + wfs20 + "A.1.2", Fault: "wfs.bbox.ignored",
			Body: func(t *T) {
				inBox(t, func(of servedType, p featurePage, _ *xmldoc.Element, b box, in gmlSystem) {
					told := t.Few()
					for _, f := range p.features {
						around, its, found := enclosure(f)
						told.Holds(p.Response, !found || its.known != in.known || !around.apart(b.wider(b.rounding())), "the feature %s is around %s, and comes for the box %s", gmlID(f), around, b)
					}
					told.End()
				})
			},
		},
		{
			ID: "mim7.wfs.bbox.wrong", Title: "A box that is none is refused",
			Level: Extended, Clause: wfs20 + "Table 8; " + wfs20 + "7.5", Fault: "wfs.bbox.wrong-ignored",
			Body: func(t *T) {
				s := basicService(t)
				of := anyType(t, s)
				r := s.refuse(t, "GetFeature", append(s.naming("TYPENAMES", of), "COUNT", "1", "BBOX", "1,2,three,4")...)
				expect(t, r, len(exceptions(r.Body)) > 0, "BBOX=1,2,three,4 is no box, and the answer (status %d) is no exception report", r.Status)
			},
		},
		{
			ID: "mim7.wfs.projection.there", Title: "A property that is asked for by name comes with the features",
			Clause: wfs20 + "7.9.2.4.5.1", Fault: "wfs.projection.dropped",
			Body: func(t *T) {
				withProperty(t, func(s featureService, of servedType, p featurePage, f, property *xmldoc.Element) {
					name := qualifiedAs(of, property.Name)
					got := s.features(t, of, "COUNT", strconv.Itoa(mostAsked), "PROPERTYNAME", name)
					i := slices.Index(gmlIDs(got.features), gmlID(f))
					if i < 0 {
						return // gone, or not among those that came
					}
					expect(t, got.Response, len(got.features[i].All(property.Name.Space, property.Name.Local)) > 0, "PROPERTYNAME=%s is asked for, and the feature %s comes without it", name, gmlID(f))
				})
			},
		},
		{
			ID: "mim7.wfs.filter.equal", Title: "A filter for a value gives the features that have it, and no others",
			Clause: wfs20 + "Table 8; " + wfs20 + "A.1.2", Fault: "wfs.filter.ignored",
			Body: func(t *T) {
				withProperty(t, func(s featureService, of servedType, p featurePage, f, property *xmldoc.Element) {
					if !s.filters("ImplementsMinStandardFilter") && !s.filters("ImplementsStandardFilter") {
						t.Inapplicable("the service does not state that it knows filters for values (the constraint ImplementsMinStandardFilter)")
					}
					got := s.features(t, of, "COUNT", strconv.Itoa(mostAsked), "FILTER", equalTo(of, property))
					told := t.Few()
					for _, one := range got.features {
						values := one.All(property.Name.Space, property.Name.Local)
						told.Holds(got.Response, slices.ContainsFunc(values, func(v *xmldoc.Element) bool { return v.Said() == property.Said() }),
							"asked for those whose %s is %q, the feature %s comes", property.Name.Local, property.Said(), gmlID(one))
					}
					told.End()
					if len(got.features) < mostAsked && !slices.Contains(gmlIDs(got.features), gmlID(f)) {
						again := s.features(t, of, "RESOURCEID", gmlID(f))
						if len(again.features) == 1 && again.features[0].First(property.Name.Space, property.Name.Local).Said() == property.Said() {
							expect(t, got.Response, false, "the %s of the feature %s is %q, and it does not come", property.Name.Local, gmlID(f), property.Said())
						}
					}
				})
			},
		},
		{
			ID: "mim7.wfs.values.come", Title: "GetPropertyValue gives the values of a property",
			Clause: wfs20 + "10.3.1; " + wfs20 + "A.1.2", Fault: "wfs.values.gone",
			Body: func(t *T) {
				withProperty(t, func(s featureService, of servedType, p featurePage, f, property *xmldoc.Element) {
					r := s.ask(t, "GetPropertyValue", append(s.naming("TYPENAMES", of), "VALUEREFERENCE", qualifiedAs(of, property.Name), "COUNT", "10")...)
					t.Require(r).To(HaveStatus(200))
					d := parse(t, r)
					require(t, r, d.root.Is(spaceWFS, "ValueCollection"), "the answer is %s, expected ValueCollection of the namespace %s", shownName(d.root.Name), spaceWFS)
					expect(t, r, len(d.root.All(spaceWFS, "member")) > 0, "the feature %s has a %s, and no value comes", gmlID(f), property.Name.Local)
				})
			},
		},
		{
			ID: "mim7.wfs.stored.listed", Title: "All services have the stored query GetFeatureById",
			Clause: wfs20 + "7.9.3.6; " + wfs20 + "14.3.4", Fault: "wfs.stored.not-listed",
			Body: func(t *T) {
				r, ids := storedQueries(t, metadata(t))
				expect(t, r, slices.ContainsFunc(ids, isFeatureByID), "the stored queries are %q, expected GetFeatureById of OGC-WFS among them", ids)
			},
		},
		{
			ID: "mim7.wfs.stored.described", Title: "GetFeatureById is described, with its argument id",
			Clause: wfs20 + "14.4.4.2; " + wfs20 + "7.9.3.6", Fault: "wfs.stored.no-argument",
			Body: func(t *T) {
				s := metadata(t)
				r := s.ask(t, "DescribeStoredQueries")
				t.Require(r).To(HaveStatus(200))
				d := parse(t, r)
				require(t, r, d.root.Is(spaceWFS, "DescribeStoredQueriesResponse"), "the answer is %s, expected DescribeStoredQueriesResponse", shownName(d.root.Name))
				described := false
				for _, q := range d.root.All(spaceWFS, "StoredQueryDescription") {
					if id, _ := q.Get("", "id"); !isFeatureByID(id) {
						continue
					}
					described = true
					arguments := q.All(spaceWFS, "Parameter")
					expect(t, r, slices.ContainsFunc(arguments, func(p *xmldoc.Element) bool { n, _ := p.Get("", "name"); return strings.EqualFold(n, "id") }),
						"GetFeatureById is described without an argument id")
				}
				expect(t, r, described, "GetFeatureById is not described")
			},
		},
		{
			ID: "mim7.wfs.stored.feature", Title: "GetFeatureById gives the feature with the identifier",
			Clause: wfs20 + "7.9.3.6", Requirements: slices.Concat(wfsService, wfsIdentifiers), Fault: "wfs.stored.another",
			Body: func(t *T) {
				if s := metadata(t); !s.claims("ImplementsBasicWFS") {
					t.Untested("the service does not state that it is a Basic WFS, so that no identifier of a feature can be found out to ask for")
				}
				withID(t, func(s featureService, of servedType, id string) {
					r := s.byID(t, id)
					t.Require(r).To(HaveStatus(200), "the feature %s, which came a moment before", id)
					d := parse(t, r)
					got := []*xmldoc.Element{d.root}
					if d.root.Is(spaceWFS, "FeatureCollection") {
						got = membersOf(d.root)
					}
					expect(t, r, len(got) == 1 && gmlID(got[0]) == id, "asked for %s, the features that come are %q", id, gmlIDs(got))
				})
			},
		},
		{
			ID: "mim7.wfs.stored.none", Title: "GetFeatureById for an identifier that is not there gives no feature",
			Clause: wfs20 + "7.9.3.6", Fault: "wfs.stored.any",
			Body: func(t *T) {
				s := metadata(t)
				r := s.refuse(t, "GetFeature", "STOREDQUERY_ID", s.featureByID(), "ID", t.Name("none."))
				if r.Status == http.StatusNotFound && len(r.Body) == 0 || len(exceptions(r.Body)) > 0 {
					return
				}
				d := parse(t, r)
				expect(t, r, r.Status != http.StatusOK || d.root.Is(spaceWFS, "FeatureCollection") && len(membersOf(d.root)) == 0, "there is no such feature, and %s comes with status %d", shownName(d.root.Name), r.Status)
			},
		},
		{
			ID: "mim7.wfs.stored.unknown", Title: "A stored query that is not there is refused: InvalidParameterValue",
			Clause: wfs20 + "7.9.3.4; " + wfs20 + "7.5", Fault: "wfs.stored.unknown-empty",
			Body: func(t *T) {
				s := metadata(t)
				excepted(t, s.refuse(t, "GetFeature", "STOREDQUERY_ID", "urn:mimcheck:"+t.Name("none"), "ID", "1"), "InvalidParameterValue")
			},
		},
	}
}

func wfsExceptionChecks() []Check {
	unknown := func(t *T) (*probe.Response, featureService) {
		s := metadata(t)
		none := t.Name("None")
		return s.refuse(t, "DescribeFeatureType", "TYPENAMES", none, "TYPENAME", none), s
	}
	return []Check{
		{
			ID: "mim7.wfs.exception.report", Title: "What is wrong is told by an exception report of version 2.0.0, each exception with its code",
			Clause: wfs20 + "7.5", Fault: "wfs.exception.no-code",
			Body: func(t *T) {
				r, _ := unknown(t)
				d := parse(t, r)
				require(t, r, d.root.Is(spaceOWS, "ExceptionReport"), "the answer is %s, expected ExceptionReport of the namespace %s", shownName(d.root.Name), spaceOWS)
				version, _ := d.root.Get("", "version")
				expect(t, r, strings.HasPrefix(version, "2.0."), "the report has the version %q, expected 2.0.0", version)
				all := exceptions(r.Body)
				expect(t, r, len(all) > 0, "the report has no exception")
				for _, e := range all {
					expect(t, r, e.code != "", "an exception has no exceptionCode")
				}
			},
		},
		{
			ID: "mim7.wfs.exception.locator", Title: "The locator of an exception names the parameter whose value is invalid",
			Level: Extended, Clause: wfs20 + "7.5", Fault: "wfs.exception.no-locator",
			Body: func(t *T) {
				r, _ := unknown(t)
				e := excepted(t, r, "InvalidParameterValue")
				expect(t, r, strings.Contains(strings.ToLower(e.locator), "typename"), "the locator is %q, expected the parameter typeNames", e.locator)
			},
		},
		{
			ID: "mim7.wfs.exception.status", Title: "An exception comes with the status 400 of HTTP",
			Level: Extended, Clause: wfs20 + "Table D.2", Fault: "wfs.exception.as-success",
			Body: func(t *T) {
				r, _ := unknown(t)
				excepted(t, r, "InvalidParameterValue")
				t.Expect(r).To(HaveStatus(400))
			},
		},
		{
			ID: "mim7.wfs.exception.operation", Title: "An operation that is not there is refused: OperationNotSupported",
			Clause: wfs20 + "7.5", Fault: "wfs.exception.any-operation",
			Body: func(t *T) {
				s := metadata(t)
				// One that is not there at all can as well be an invalid value of REQUEST.
				excepted(t, s.refuse(t, t.Name("Get")), "OperationNotSupported", "InvalidParameterValue")
			},
		},
		{
			ID: "mim7.wfs.exception.request", Title: "A query without an operation is refused: MissingParameterValue",
			Clause: wfs20 + "7.5", Fault: "wfs.exception.no-operation",
			Body: func(t *T) {
				s := metadata(t)
				excepted(t, wrongly(t, "SERVICE", "WFS", "VERSION", s.version), "MissingParameterValue")
			},
		},
		{
			ID: "mim7.wfs.exception.version", Title: "A version that the service does not support is refused: InvalidParameterValue",
			Clause: wfs20 + "6.2.2; " + wfs20 + "7.5", Fault: "wfs.exception.any-version",
			Body: func(t *T) {
				metadata(t)
				excepted(t, wrongly(t, "SERVICE", "WFS", "VERSION", "99.0.0", "REQUEST", "ListStoredQueries"), "InvalidParameterValue", "VersionNegotiationFailed")
			},
		},
	}
}

// withID calls judge for features of some types.
func withID(t *T, judge func(s featureService, of servedType, id string)) {
	s := basicService(t)
	eachServed(t, s, "features with gml:id", func(of servedType) bool {
		ids := slices.DeleteFunc(gmlIDs(s.sample(t, of).features), func(id string) bool { return id == "" || strings.Contains(id, ",") })
		if len(ids) == 0 {
			return false
		}
		judge(s, of, ids[t.Rand().IntN(len(ids))])
		return true
	})
}

// inBox calls judge for the features in a box around one of them, of types with others
// that are elsewhere.
func inBox(t *T, judge func(of servedType, p featurePage, inside *xmldoc.Element, b box, in gmlSystem)) {
	s := basicService(t)
	whereServed(t, s, "features at several places in a reference system whose axes are known", func(of servedType) bool {
		p := s.sample(t, of)
		for _, f := range p.features {
			b, in, found := enclosure(f)
			if !found || !in.axes || gmlID(f) == "" {
				continue
			}
			b = b.wider(b.rounding())
			if !slices.ContainsFunc(p.features, func(o *xmldoc.Element) bool {
				around, its, there := enclosure(o)
				return there && its == in && around.apart(b)
			}) {
				continue
			}
			got := s.features(t, of, "COUNT", strconv.Itoa(mostAsked), "BBOX", b.String()+","+in.name)
			if len(got.features) >= mostAsked {
				return false
			}
			judge(of, got, f, b, in)
			return true
		}
		return false
	})
}

// withProperty calls judge for a feature of some types and a property of it that is a text.
func withProperty(t *T, judge func(s featureService, of servedType, p featurePage, f, property *xmldoc.Element)) {
	s := basicService(t)
	whereServed(t, s, "features with properties of one value", func(of servedType) bool {
		p := s.sample(t, of)
		for _, f := range p.features {
			i := slices.IndexFunc(f.Children, func(e *xmldoc.Element) bool {
				return e.Name.Space == of.is.Space && len(e.Children) == 0 && e.Said() != "" && e.Said() == e.Text && len(f.All(e.Name.Space, e.Name.Local)) == 1 && !numeric(e.Said())
			})
			if i >= 0 && gmlID(f) != "" {
				judge(s, of, p, f, f.Children[i])
				return true
			}
		}
		return false
	})
}

// numeric says whether a text is a number, a time or such, which can be written in more
// than one way.
func numeric(s string) bool {
	return s[0] >= '0' && s[0] <= '9' || s[0] == '-' || s[0] == '+' || s[0] == '.'
}

// qualifiedAs is a property's name with the prefix that the type's name has.
func qualifiedAs(of servedType, property xml.Name) string {
	if prefix, _, prefixed := strings.Cut(of.name, ":"); prefixed {
		return prefix + ":" + property.Local
	}
	return property.Local
}

// equalTo is a filter for the value of a property (ISO 19143, 7.7).
func equalTo(of servedType, property *xmldoc.Element) string {
	var value strings.Builder
	_ = xml.EscapeText(&value, []byte(property.Said())) // a builder takes everything
	declares := ""
	if prefix, _, prefixed := strings.Cut(of.name, ":"); prefixed {
		declares = ` xmlns:` + prefix + `="` + of.is.Space + `"`
	}
	return `<fes:Filter xmlns:fes="` + spaceFES + `"` + declares + `><fes:PropertyIsEqualTo><fes:ValueReference>` + qualifiedAs(of, property.Name) +
		`</fes:ValueReference><fes:Literal>` + value.String() + `</fes:Literal></fes:PropertyIsEqualTo></fes:Filter>`
}

// isFeatureByID says whether a stored query is GetFeatureById, by its name of version
// 2.0.0 or of 2.0.2.
func isFeatureByID(id string) bool {
	return id == "urn:ogc:def:query:OGC-WFS::GetFeatureById" || id == "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById"
}

func (s featureService) featureByID() string {
	if s.version == "2.0.0" {
		return "urn:ogc:def:query:OGC-WFS::GetFeatureById"
	}
	return "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById"
}

// byID invokes GetFeatureById, by the name that the service lists.
func (s featureService) byID(t *T, id string) *probe.Response {
	_, ids := storedQueries(t, s)
	name := s.featureByID()
	if i := slices.IndexFunc(ids, isFeatureByID); i >= 0 && !slices.Contains(ids, name) {
		name = ids[i]
	}
	return s.ask(t, "GetFeature", "STOREDQUERY_ID", name, "ID", id)
}

// storedQueries are the identifiers of those that the service lists.
func storedQueries(t *T, s featureService) (*probe.Response, []string) {
	r := s.ask(t, "ListStoredQueries")
	t.Require(r).To(HaveStatus(http.StatusOK))
	d := parse(t, r)
	require(t, r, d.root.Is(spaceWFS, "ListStoredQueriesResponse"), "the answer is %s, expected ListStoredQueriesResponse", shownName(d.root.Name))
	var ids []string
	for _, q := range d.root.All(spaceWFS, "StoredQuery") {
		id, _ := q.Get("", "id")
		ids = append(ids, id)
	}
	return r, ids
}
