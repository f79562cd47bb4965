package mim7

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

func wfsSchemaChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.schema.all", Title: "Without names of types, DescribeFeatureType gives the schema of all",
			Clause: wfs20 + "9.2.4.1", Fault: "wfs.schema.gone",
			Body: func(t *T) {
				s := metadata(t)
				r := s.ask(t, "DescribeFeatureType")
				t.Require(r).To(HaveStatus(200))
				d := parse(t, r)
				expect(t, r, d.root.Is(spaceXSD, "schema"), "the answer is %s, expected an XML Schema", shownName(d.root.Name))
			},
		},
		{
			ID: "mim7.wfs.schema.type", Title: "The schema of a feature type has the element that its features are",
			Clause: wfs20 + "9.2.4.1; " + wfs20 + "A.1.1", Fault: "wfs.schema.other-element",
			Body: func(t *T) {
				s := someTypes(t)
				whereServed(t, s, "a schema of one document", func(of servedType) bool {
					// The name of the parameter is that of 2.0.0 or of 2.0.2; the other one is ignored.
					r := s.ask(t, "DescribeFeatureType", append(s.naming("TYPENAMES", of), "TYPENAME", of.name)...)
					t.Require(r).To(HaveStatus(200), "the schema of type %s", of.name)
					d := parse(t, r)
					if !expect(t, r, d.root.Is(spaceXSD, "schema"), "the answer is %s, expected an XML Schema", shownName(d.root.Name)) {
						return true
					}
					space, _ := d.root.Get("", "targetNamespace")
					there := space == of.is.Space && slices.ContainsFunc(d.root.All(spaceXSD, "element"), func(e *xmldoc.Element) bool { n, _ := e.Get("", "name"); return n == of.is.Local })
					elsewhere := slices.ContainsFunc(d.root.Children, func(e *xmldoc.Element) bool {
						space, _ := e.Get("", "namespace")
						return e.Is(spaceXSD, "include") || e.Is(spaceXSD, "import") && space == of.is.Space
					})
					if !there && elsewhere {
						return false // in a document that is not fetched
					}
					return expect(t, r, there, "the schema has no element %s", shownName(of.is)) || true
				})
			},
		},
		{
			ID: "mim7.wfs.schema.unknown", Title: "The schema of a type that is not listed is refused: InvalidParameterValue",
			Clause: wfs20 + "9.2.4.1; " + wfs20 + "7.5", Fault: "wfs.schema.unknown-empty",
			Body: func(t *T) {
				s := metadata(t)
				none := t.Name("None")
				excepted(t, s.refuse(t, "DescribeFeatureType", "TYPENAMES", none, "TYPENAME", none), "InvalidParameterValue")
			},
		},
	}
}

func wfsFeatureChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.features.come", Title: "GetFeature answers a query for a listed type with a feature collection",
			Clause: wfs20 + "11.3; " + wfs20 + "7.9.2.4.1", Fault: "wfs.features.gone",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "been asked for", func(of servedType) bool { s.sample(t, of); return true })
			},
		},
		{
			ID: "mim7.wfs.features.type", Title: "The features that come are of the type that is asked for",
			Clause: wfs20 + "7.9.2.4.1", Fault: "wfs.features.other-type",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "features", func(of servedType) bool {
					p := s.sample(t, of)
					for _, f := range p.features {
						// A type may have subtypes, which are listed, too.
						listed := slices.ContainsFunc(s.types, func(o servedType) bool { return o.is == f.Name })
						expect(t, p.Response, f.Name == of.is || !listed && f.Name.Space != spaceWFS && f.Name.Space != spaceGML, "asked for %s, a feature is %s", shownName(of.is), shownName(f.Name))
					}
					return len(p.features) > 0
				})
			},
		},
		{
			ID: "mim7.wfs.features.gml", Title: "Features come as GML 3.2 when that is asked for",
			Clause: wfs20 + "7.6.3.7; " + wfs20 + "Table 12", Requirements: wfsEncoding, Fault: "wfs.features.gml-refused",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "features", func(of servedType) bool {
					return len(s.sample(t, of, "OUTPUTFORMAT", mediaGML32).features) > 0
				})
			},
		},
		{
			ID: "mim7.wfs.features.format.unknown", Title: "A format that is not offered is refused: InvalidParameterValue",
			Clause: wfs20 + "7.6.3.7; " + wfs20 + "7.5", Fault: "wfs.features.unknown-format",
			Body: func(t *T) {
				s := basicService(t)
				of := anyType(t, s)
				excepted(t, s.refuse(t, "GetFeature", append(s.naming("TYPENAMES", of), "COUNT", "1", "OUTPUTFORMAT", "application/x-"+strings.ToLower(t.Name("none")))...), "InvalidParameterValue", "OptionNotSupported")
			},
		},
		{
			ID: "mim7.wfs.features.type.unknown", Title: "A type that is not listed is refused: InvalidParameterValue",
			Clause: wfs20 + "7.9.2.4.1; " + wfs20 + "7.5", Fault: "wfs.features.unknown-empty",
			Body: func(t *T) {
				s := basicService(t)
				excepted(t, s.refuse(t, "GetFeature", "TYPENAMES", t.Name("None")), "InvalidParameterValue")
			},
		},
		{
			ID: "mim7.wfs.features.type.missing", Title: "A query without types and ids is refused: MissingParameterValue",
			Clause: wfs20 + "7.9.2.4.1; " + wfs20 + "7.5", Fault: "wfs.features.missing-all",
			Body: func(t *T) {
				s := basicService(t)
				excepted(t, s.refuse(t, "GetFeature", "COUNT", "1"), "MissingParameterValue")
			},
		},
		{
			ID: "mim7.wfs.collection.counts", Title: "A feature collection tells when it was made, and how many features match and come",
			Clause: wfs20 + "7.7.4.2; " + wfs20 + "7.7.4.3", Fault: "wfs.collection.no-counts",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "been asked for", func(of servedType) bool {
					p := s.sample(t, of)
					for _, name := range []string{"timeStamp", "numberMatched", "numberReturned"} {
						_, there := p.root.Get("", name)
						expect(t, p.Response, there, "the collection has no attribute %s", name)
					}
					matched, _ := p.root.Get("", "numberMatched")
					_, number := p.counted("numberMatched")
					expect(t, p.Response, number || matched == "" || matched == "unknown", "numberMatched is %q, expected a number or unknown", matched)
					return true
				})
			},
		},
		{
			ID: "mim7.wfs.collection.returned", Title: "As many features come as numberReturned tells",
			Clause: wfs20 + "7.7.4.3", Fault: "wfs.collection.one-too-many",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "features that are counted", func(of servedType) bool {
					p := s.sample(t, of)
					n, told := p.counted("numberReturned")
					expect(t, p.Response, !told || n == len(p.features), "numberReturned is %d, and there are %d features", n, len(p.features))
					return told && len(p.features) > 0
				})
			},
		},
		{
			ID: "mim7.wfs.collection.matched", Title: "No more features come than match",
			Clause: wfs20 + "7.7.4.2", Fault: "wfs.collection.none-match",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "features, and tells how many match", func(of servedType) bool {
					p := s.sample(t, of)
					n, told := p.counted("numberMatched")
					expect(t, p.Response, !told || n >= len(p.features), "numberMatched is %d, and %d features come", n, len(p.features))
					return told && len(p.features) > 0
				})
			},
		},
		{
			ID: "mim7.wfs.count.limits", Title: "No more features come than count asks for",
			Clause: wfs20 + "7.6.3.5", Fault: "wfs.count.ignored",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "several features", func(of servedType) bool {
					if len(s.sample(t, of).features) < 2 {
						return false
					}
					p := s.features(t, of, "COUNT", "1")
					expect(t, p.Response, len(p.features) == 1, "COUNT=1 gave %d features", len(p.features))
					return true
				})
			},
		},
		{
			ID: "mim7.wfs.startIndex.skips", Title: "The features that come begin at startIndex",
			Clause: wfs20 + "7.6.3.4", Fault: "wfs.startIndex.ignored",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "several features that are counted", func(of servedType) bool {
					n, told := s.features(t, of, "RESULTTYPE", "hits").counted("numberMatched")
					if !told || n < 3 || n > mostAsked {
						return false
					}
					// The first feature has the index 0 or, as Table 5 may be read, 1.
					p := s.features(t, of, "COUNT", strconv.Itoa(mostAsked), "STARTINDEX", strconv.Itoa(n-1))
					if now, _ := s.features(t, of, "RESULTTYPE", "hits").counted("numberMatched"); now != n {
						return false // others change the features meanwhile
					}
					expect(t, p.Response, len(p.features) == 1 || len(p.features) == 2, "of %d features those from STARTINDEX=%d are %d", n, n-1, len(p.features))
					return true
				})
			},
		},
		{
			ID: "mim7.wfs.hits.none", Title: "With resultType=hits features are counted, and none comes",
			Clause: wfs20 + "7.6.3.6", Fault: "wfs.hits.with-features",
			Body: func(t *T) {
				s := basicService(t)
				eachServed(t, s, "been asked for", func(of servedType) bool {
					p := s.features(t, of, "RESULTTYPE", "hits")
					expect(t, p.Response, len(p.features) == 0, "the answer has %d features", len(p.features))
					returned, _ := p.counted("numberReturned")
					expect(t, p.Response, returned == 0, "numberReturned is %d", returned)
					matched, _ := p.root.Get("", "numberMatched")
					_, number := p.counted("numberMatched")
					expect(t, p.Response, number, "numberMatched is %q, expected a number", matched)
					return true
				})
			},
		},
		{
			ID: "mim7.wfs.hits.same", Title: "As many features are counted as match when they come",
			Clause: wfs20 + "7.7.4.2; " + wfs20 + "7.6.3.6", Fault: "wfs.hits.others",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "features that are counted both ways", func(of servedType) bool {
					for range 3 { // features may come and go meanwhile, not each time
						before := s.features(t, of, "RESULTTYPE", "hits")
						p := s.features(t, of, "COUNT", "1")
						after := s.features(t, of, "RESULTTYPE", "hits")
						n, counted := before.counted("numberMatched")
						again, _ := after.counted("numberMatched")
						matched, told := p.counted("numberMatched")
						if !counted || !told {
							return false
						}
						if n == again {
							return expect(t, p.Response, n == matched, "%d features match when one of them comes, and %d when they are counted", matched, n) || true
						}
					}
					return false
				})
			},
		},
		{
			ID: "mim7.wfs.paging.next", Title: "A page leads to the next one, with other features",
			Clause: wfs20 + "7.7.4.4.1", Fault: "wfs.paging.next-same",
			Body: func(t *T) {
				pageTurned(t, func(of servedType, first, next featurePage) {
					expect(t, next.Response, len(next.features) > 0 && gmlID(next.features[0]) != gmlID(first.features[0]), "the next page has the feature %v, as the page before it", gmlIDs(next.features))
				})
			},
		},
		{
			ID: "mim7.wfs.paging.previous", Title: "A page leads to the one before it, with the features of that",
			Clause: wfs20 + "7.7.4.4.1", Fault: "wfs.paging.no-previous",
			Body: func(t *T) {
				pageTurned(t, func(of servedType, first, next featurePage) {
					address, there := next.root.Get("", "previous")
					if !expect(t, next.Response, there, "the second page has no attribute previous") {
						return
					}
					r := turnTo(t, address)
					t.Require(r).To(HaveStatus(200), "the page %s", address)
					p := unfold(t, r)
					expect(t, r, slices.Contains(gmlIDs(p.features), gmlID(first.features[0])), "the page before the second one has the features %v, expected %s", gmlIDs(p.features), gmlID(first.features[0]))
				})
			},
		},
		{
			ID: "mim7.wfs.system.asked", Title: "Geometries come in the offered reference system that srsName asks for",
			Clause: wfs20 + "7.9.2.4.4", Requirements: wfsSystems, Fault: "wfs.system.default-always",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "other reference systems, and features with geometry", func(of servedType) bool {
					judged := false
					others := of.systems()
					if len(others) < 2 {
						return false
					}
					for _, name := range others[1:min(len(others), 5)] {
						p := s.features(t, of, "COUNT", "2", "SRSNAME", name)
						for _, f := range p.features {
							for _, g := range geometries(f) {
								want := systemNamed(name)
								if want.known == "" || g.system.known == "" {
									continue
								}
								judged = true
								expect(t, p.Response, g.system.known == want.known, "asked for %s, the feature %s is in %s", name, gmlID(f), g.system.name)
							}
						}
					}
					return judged
				})
			},
		},
		{
			ID: "mim7.wfs.system.transformed", Title: "Positions are transformed into the reference system that srsName asks for",
			Clause: wfs20 + "7.9.2.4.4", Requirements: wfsSystems, Fault: "wfs.system.name-only",
			Body: func(t *T) {
				s := basicService(t)
				whereServed(t, s, "features in degrees and in a reference system of metres", func(of servedType) bool {
					metres := slices.IndexFunc(of.systems(), func(name string) bool { return systemNamed(name).known == "EPSG:3857" })
					if metres < 0 {
						return false
					}
					degrees, offered := s.inDegrees(t, of)
					if !offered {
						return false
					}
					p := s.sample(t, of, "SRSNAME", of.systems()[metres])
					judged := false
					for _, f := range p.features {
						b, in, found := enclosure(f)
						i := slices.Index(gmlIDs(degrees.features), gmlID(f))
						if !found || in.known != "EPSG:3857" || i < 0 || gmlID(f) == "" {
							continue
						}
						was, from, also := enclosure(degrees.features[i])
						if !also || !from.degrees() {
							continue
						}
						judged = true
						if from.latitudes() {
							was = was.swapped()
						}
						want := mercator(was)
						const near = 100 // metres: another datum's, and a moving thing's
						expect(t, p.Response, !b.apart(want.wider(near)), "the feature %s is around %s in degrees, which is around %s in EPSG:3857, and comes around %s", gmlID(f), was, want, b)
					}
					return judged
				})
			},
		},
		{
			ID: "mim7.wfs.system.unknown", Title: "A reference system that is not offered is refused",
			Clause: wfs20 + "7.9.2.4.4; " + wfs20 + "7.5", Requirements: wfsSystems, Fault: "wfs.system.unknown-ignored",
			Body: func(t *T) {
				s := basicService(t)
				of := anyType(t, s)
				r := s.refuse(t, "GetFeature", append(s.naming("TYPENAMES", of), "COUNT", "1", "SRSNAME", "urn:ogc:def:crs:EPSG::999999")...)
				expect(t, r, len(exceptions(r.Body)) > 0, "there is no EPSG::999999, and the answer (status %d) is no exception report", r.Status)
			},
		},
	}
}

// anyType is one of the types that are listed.
func anyType(t *T, s featureService) servedType {
	if len(s.types) == 0 {
		t.Untested("the service lists no feature type whose name can be read")
	}
	return s.types[t.Rand().IntN(len(s.types))]
}

// pageTurned calls judge for first pages and those after them, of services that state that
// they have pages.
func pageTurned(t *T, judge func(of servedType, first, next featurePage)) {
	s := basicService(t)
	if !s.claims("ImplementsResultPaging") {
		t.Inapplicable("the service does not state that it has pages (the constraint ImplementsResultPaging)")
	}
	whereServed(t, s, "several features that are counted", func(of servedType) bool {
		n, told := s.features(t, of, "RESULTTYPE", "hits").counted("numberMatched")
		if !told || n < 3 {
			return false
		}
		first := s.features(t, of, "COUNT", "1", "STARTINDEX", "0")
		if len(first.features) != 1 || gmlID(first.features[0]) == "" {
			return false // for another check to say
		}
		address, there := first.root.Get("", "next")
		if !expect(t, first.Response, there, "one of %d features comes, and the collection has no attribute next", n) {
			return true
		}
		r := turnTo(t, address)
		t.Require(r).To(HaveStatus(200), "the page %s", address)
		judge(of, first, unfold(t, r))
		return true
	})
}
