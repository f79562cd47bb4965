package mim7

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

func wfsServiceChecks() []Check {
	return []Check{
		{
			ID: "mim7.wfs.capabilities.there", Title: "A service answers GetCapabilities by KVP with its service metadata",
			Clause: wfs20 + "8.1; " + wfs20 + "8.3.2", Fault: "wfs.capabilities.gone",
			Hint: "The endpoint's address is what the operations are a query of.",
			Body: func(t *T) { metadata(t) },
		},
		{
			ID: "mim7.wfs.capabilities.version", Title: "A service lists version 2.0 in its service metadata",
			Clause: wfs20 + "6.2.2", Fault: "wfs.capabilities.other-version",
			Body: func(t *T) {
				s := metadata(t)
				version, _ := s.root.Get("", "version")
				expect(t, s.Response, strings.HasPrefix(version, "2.0."), "the metadata are of version %q, expected 2.0.0 or 2.0.2", version)
				if i := s.root.First(spaceOWS, "ServiceIdentification"); i != nil {
					expect(t, s.Response, slices.ContainsFunc(i.All(spaceOWS, "ServiceTypeVersion"), func(v *xmldoc.Element) bool { return strings.HasPrefix(v.Said(), "2.0.") }),
						"no ServiceTypeVersion is 2.0.0 or 2.0.2")
				}
			},
		},
		{
			ID: "mim7.wfs.capabilities.type", Title: "The service metadata tell that the service is a WFS",
			Clause: wfs20 + "8.3.2", Fault: "wfs.capabilities.other-service",
			Body: func(t *T) {
				s := metadata(t)
				kind := s.root.First(spaceOWS, "ServiceIdentification", "ServiceType").Said()
				expect(t, s.Response, strings.Contains(strings.ToUpper(kind), "WFS"), "ServiceIdentification has the ServiceType %q, expected WFS", kind)
			},
		},
		{
			ID: "mim7.wfs.negotiation.first", Title: "The service metadata are of the first acceptable version that the service supports",
			Clause: wfs20 + "6.2.3", Fault: "wfs.negotiation.first-only",
			Body: func(t *T) {
				s := metadata(t)
				r := call(t, "GetCapabilities", "ACCEPTVERSIONS", "99.0.0,"+s.version)
				t.Require(r).To(HaveStatus(200), "the service supports %s, which is acceptable", s.version)
				version, _ := parse(t, r).root.Get("", "version")
				expect(t, r, version == s.version, "the metadata are of version %q, expected %s", version, s.version)
			},
		},
		{
			ID: "mim7.wfs.negotiation.none", Title: "Without an acceptable version that the service supports, VersionNegotiationFailed is raised",
			Clause: wfs20 + "6.2.3", Fault: "wfs.negotiation.any",
			Body: func(t *T) {
				metadata(t)
				excepted(t, wrongly(t, "SERVICE", "WFS", "REQUEST", "GetCapabilities", "ACCEPTVERSIONS", "99.0.0"), "VersionNegotiationFailed")
			},
		},
		{
			ID: "mim7.wfs.parameters.case", Title: "Names of parameters are not case sensitive",
			Clause: wfs20 + "6.2.5.2", Fault: "wfs.parameters.upper-case-only",
			Body: func(t *T) {
				metadata(t)
				r := raw(t, "sErViCe", "WFS", "rEqUeSt", "GetCapabilities", "aCcEpTvErSiOnS", "2.0.2,2.0.0")
				t.Require(r).To(HaveStatus(200))
				d := parse(t, r)
				expect(t, r, d.root.Is(spaceWFS, "WFS_Capabilities"), "the answer is %s, expected the service metadata", shownName(d.root.Name))
			},
		},
		{
			ID: "mim7.wfs.parameters.unknown", Title: "Parameters that are not part of the standard are ignored",
			Clause: wfs20 + "6.2.5.2", Fault: "wfs.parameters.unknown-refused",
			Body: func(t *T) {
				metadata(t)
				r := call(t, "GetCapabilities", "ACCEPTVERSIONS", "2.0.2,2.0.0", t.Name("x"), "1")
				t.Require(r).To(HaveStatus(200))
				d := parse(t, r)
				expect(t, r, d.root.Is(spaceWFS, "WFS_Capabilities"), "the answer is %s, expected the service metadata", shownName(d.root.Name))
			},
		},
		{
			ID: "mim7.wfs.operations.simple", Title: "The metadata list the operations of a Simple WFS",
			Clause: wfs20 + "A.1.1", Fault: "wfs.operations.no-stored-queries",
			Body: func(t *T) {
				s := metadata(t)
				for _, name := range []string{"GetCapabilities", "DescribeFeatureType", "ListStoredQueries", "DescribeStoredQueries", "GetFeature"} {
					expect(t, s.Response, s.operation(name) != nil, "OperationsMetadata do not list %s", name)
				}
			},
		},
		{
			ID: "mim7.wfs.operations.basic", Title: "The metadata of a Basic WFS list GetPropertyValue",
			Clause: wfs20 + "A.1.2", Fault: "wfs.operations.no-values",
			Body: func(t *T) {
				s := basicService(t)
				expect(t, s.Response, s.operation("GetPropertyValue") != nil, "OperationsMetadata do not list GetPropertyValue, and the service states to be a Basic WFS")
			},
		},
		{
			ID: "mim7.wfs.operations.address", Title: "The metadata tell at what address operations are asked for by GET",
			Clause: wfs20 + "6.4", Fault: "wfs.operations.no-address",
			Body: func(t *T) {
				s := metadata(t)
				if !s.claims("KVPEncoding") {
					t.Inapplicable("the service does not state the constraint KVPEncoding")
				}
				for _, name := range []string{"GetCapabilities", "DescribeFeatureType", "GetFeature"} {
					o := s.operation(name)
					if o == nil {
						continue // for another check to say
					}
					get := o.First(spaceOWS, "DCP", "HTTP", "Get")
					if !expect(t, s.Response, get != nil, "the operation %s has no address for GET", name) {
						continue
					}
					href, _ := get.Get(spaceXLink, "href")
					u, err := url.Parse(strings.TrimSpace(href))
					expect(t, s.Response, err == nil && u.IsAbs(), "the operation %s has the address %q for GET, which is no absolute URL", name, href)
				}
			},
		},
		{
			ID: "mim7.wfs.constraints.simple", Title: "A service states a binding, and does not deny that it is a Simple WFS",
			Clause: wfs20 + "Table 13; " + wfs20 + "A.1.1", Fault: "wfs.constraints.not-simple",
			Body: func(t *T) {
				s := metadata(t)
				simple, stated := s.constraint(s.root.First(spaceOWS, "OperationsMetadata"), spaceOWS, "ImplementsSimpleWFS")
				expect(t, s.Response, !stated || simple != "FALSE", "the constraint ImplementsSimpleWFS is FALSE, and each service is a Simple WFS")
				expect(t, s.Response, s.claims("KVPEncoding") || s.claims("XMLEncoding") || s.claims("SOAPEncoding"), "none of the constraints KVPEncoding, XMLEncoding and SOAPEncoding is TRUE")
			},
		},
		{
			ID: "mim7.wfs.constraints.values", Title: "Each constraint of conformance is stated to be TRUE or FALSE",
			Clause: wfs20 + "Table 13", Fault: "wfs.constraints.perhaps",
			Body: func(t *T) {
				s := metadata(t)
				stated := 0
				for _, name := range conformanceConstraints() {
					value, there := s.constraint(s.root.First(spaceOWS, "OperationsMetadata"), spaceOWS, name)
					if there {
						stated++
						expect(t, s.Response, value == "TRUE" || value == "FALSE", "the constraint %s is %q, expected TRUE or FALSE", name, value)
					}
				}
				expect(t, s.Response, stated > 0, "OperationsMetadata state none of the constraints of conformance")
			},
		},
		{
			ID: "mim7.wfs.constraints.all", Title: "All constraints of conformance are stated",
			Level: Extended, Clause: wfs20 + "Table 13", Fault: "wfs.constraints.some",
			Body: func(t *T) {
				s := metadata(t)
				for _, name := range conformanceConstraints() {
					_, there := s.constraint(s.root.First(spaceOWS, "OperationsMetadata"), spaceOWS, name)
					expect(t, s.Response, there, "the constraint %s is not stated", name)
				}
			},
		},
		{
			ID: "mim7.wfs.filter.there", Title: "A Basic WFS tells what filters it knows: at least a box",
			Clause: wfs20 + "A.1.2", Fault: "wfs.filter.no-box",
			Body: func(t *T) {
				s := basicService(t)
				require(t, s.Response, s.root.First(spaceFES, "Filter_Capabilities") != nil, "the metadata have no Filter_Capabilities")
				expect(t, s.Response, s.filters("ImplementsMinSpatialFilter") || s.filters("ImplementsSpatialFilter"), "neither of the constraints ImplementsMinSpatialFilter and ImplementsSpatialFilter is TRUE")
			},
		},
		{
			ID: "mim7.wfs.types.there", Title: "The metadata list feature types, each with a name and its reference systems",
			Clause: wfs20 + "8.3.4", Requirements: wfsSystems, Fault: "wfs.types.no-system",
			Body: func(t *T) {
				s := metadata(t)
				list := s.root.First(spaceWFS, "FeatureTypeList")
				require(t, s.Response, list != nil && len(list.All(spaceWFS, "FeatureType")) > 0, "the metadata list no feature type")
				told := t.Few()
				for i, e := range list.All(spaceWFS, "FeatureType") {
					name := e.First(spaceWFS, "Name").Said()
					told.Holds(s.Response, name != "", "the feature type %d has no name", i+1)
					told.Holds(s.Response, e.First(spaceWFS, "DefaultCRS").Said() != "" || e.First(spaceWFS, "NoCRS") != nil, "the feature type %s has neither DefaultCRS nor NoCRS", name)
				}
				told.End()
			},
		},
		{
			ID: "mim7.wfs.types.unique", Title: "No two feature types have one name",
			Clause: wfs20 + "8.3.4", Fault: "wfs.types.twice",
			Body: func(t *T) {
				s := someTypes(t)
				seen := map[string]bool{}
				for _, of := range s.types {
					key := shownName(of.is)
					expect(t, s.Response, !seen[key], "the feature type %s is listed twice", of.name)
					seen[key] = true
				}
			},
		},
		{
			ID: "mim7.wfs.types.system", Title: "Reference systems are named by a URN or URI of a registry",
			Clause: wfs20 + "8.3.4; " + wfs20 + "7.9.2.4.4", Requirements: wfsSystems, Fault: "wfs.types.system-in-words",
			Body: func(t *T) {
				s := someTypes(t)
				told := t.Few()
				for _, of := range s.types {
					for _, name := range of.systems() {
						told.Holds(s.Response, namesSystem(name), "the feature type %s has the reference system %q, which is no name like urn:ogc:def:crs:EPSG::4326", of.name, name)
					}
				}
				told.End()
			},
		},
		{
			ID: "mim7.wfs.types.box", Title: "The box around a feature type is in longitude and latitude, its lower corner first",
			Clause: wfs20 + "8.3.4", Fault: "wfs.types.box-upside-down",
			Body: func(t *T) {
				s := someTypes(t)
				judged := 0
				told := t.Few()
				for _, of := range s.types {
					if e := of.element.First(spaceOWS, "WGS84BoundingBox"); e != nil {
						judged++
						b, is := of.box()
						told.Holds(s.Response, is, "the feature type %s has a WGS84BoundingBox that is no two corners of two numbers", of.name)
						told.Holds(s.Response, !is || b[0] >= -180-tiny && b[2] <= 180+tiny && b[1] >= -90-tiny && b[3] <= 90+tiny && b[1] <= b[3], "the feature type %s has the WGS84BoundingBox %s", of.name, b)
					}
				}
				told.End()
				if judged == 0 {
					t.Inapplicable("no feature type has a WGS84BoundingBox")
				}
			},
		},
		{
			ID: "mim7.wfs.types.format", Title: "A service offers features as GML 3.2",
			Clause: wfs20 + "Table 12; " + wfs20 + "7.1", Requirements: wfsEncoding, Fault: "wfs.types.no-gml",
			Body: func(t *T) {
				s := metadata(t)
				o := s.operation("GetFeature")
				require(t, s.Response, o != nil, "OperationsMetadata do not list GetFeature")
				var formats []string
				for _, in := range []*xmldoc.Element{o, s.root.First(spaceOWS, "OperationsMetadata")} {
					for _, p := range in.All(spaceOWS, "Parameter") {
						if name, _ := p.Get("", "name"); strings.EqualFold(name, "outputFormat") {
							p.Below(func(e *xmldoc.Element) bool {
								if e.Is(spaceOWS, "Value") || e.Is(spaceOWS, "DefaultValue") {
									formats = append(formats, e.Said())
								}
								return true
							})
						}
					}
				}
				if len(formats) == 0 {
					t.Inapplicable("the metadata of GetFeature have no parameter outputFormat with values")
				}
				expect(t, s.Response, slices.ContainsFunc(formats, isGML32), "outputFormat of GetFeature may be %s, expected %s among them", strings.Join(formats, ", "), mediaGML32)
			},
		},
	}
}

// conformanceConstraints are the names of the constraints by which a service states which
// classes it conforms to.
func conformanceConstraints() []string {
	return []string{"ImplementsSimpleWFS", "ImplementsBasicWFS", "ImplementsTransactionalWFS", "ImplementsLockingWFS", "KVPEncoding", "XMLEncoding", "SOAPEncoding",
		"ImplementsInheritance", "ImplementsRemoteResolve", "ImplementsResultPaging", "ImplementsStandardJoins", "ImplementsSpatialJoins", "ImplementsTemporalJoins",
		"ImplementsFeatureVersioning", "ManageStoredQueries"}
}

// isGML32 says whether a format is GML 3.2, as its media type may be written.
func isGML32(format string) bool {
	format = strings.ToLower(strings.ReplaceAll(format, " ", ""))
	return format == "application/gml+xml;version=3.2" || format == `application/gml+xml;version="3.2"` || format == "text/xml;subtype=gml/3.2" || strings.HasPrefix(format, "text/xml;subtype=gml/3.2.") || format == "gml32"
}

// someTypes are the metadata of a service that lists feature types.
func someTypes(t *T) featureService {
	s := metadata(t)
	if len(s.types) == 0 {
		t.Untested("the service lists no feature type whose name can be read")
	}
	return s
}

// systems are the names of the reference systems that a type is served in, the default
// one first.
func (of servedType) systems() []string {
	var all []string
	for _, kind := range []string{"DefaultCRS", "OtherCRS"} {
		for _, e := range of.element.All(spaceWFS, kind) {
			if e.Said() != "" {
				all = append(all, e.Said())
			}
		}
	}
	return all
}

// box is the box around the type in longitude and latitude; false when it has none.
func (of servedType) box() (box, bool) {
	e := of.element.First(spaceOWS, "WGS84BoundingBox")
	if e == nil {
		return box{}, false
	}
	var b box
	words := append(strings.Fields(e.First(spaceOWS, "LowerCorner").Said()), strings.Fields(e.First(spaceOWS, "UpperCorner").Said())...)
	if len(words) != len(b) {
		return box{}, false
	}
	for i, w := range words {
		n, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return box{}, false
		}
		b[i] = n
	}
	return b, true
}
