package wfs

import (
	"maps"
	"slices"
	"strings"
)

// capabilities is the service metadata (8.3), in the first version that the client accepts.
func (c *call) capabilities() (answer, *exception) {
	version := versions()[0]
	if accepted := c.list("acceptversions"); accepted != nil {
		i := slices.IndexFunc(accepted, func(v string) bool { return slices.Contains(versions(), v) })
		if i < 0 {
			return answer{}, &exception{400, "VersionNegotiationFailed", "", "the versions are " + strings.Join(versions(), ", ")}
		}
		version = accepted[i]
	}
	sections := c.list("sections")
	root := of("wfs:WFS_Capabilities").with("version", version)
	for _, section := range []struct {
		name string
		make func() *element
	}{{"ServiceIdentification", identification}, {"ServiceProvider", provider}, {"OperationsMetadata", c.operationsMetadata}, {"FeatureTypeList", c.typeList}, {"Filter_Capabilities", filterCapabilities}} {
		if len(sections) == 0 || slices.Contains(sections, section.name) || slices.Contains(sections, "All") {
			root.add(section.make())
		}
	}
	return answer{root, mediaXML}, nil
}

func identification() *element {
	e := of("ows:ServiceIdentification", saying("ows:Title", "Places of Halverstad"), saying("ows:ServiceType", "WFS"))
	for _, v := range versions() {
		e.add(saying("ows:ServiceTypeVersion", v))
	}
	e.add(saying("ows:Fees", "NONE"), saying("ows:AccessConstraints", "NONE"))
	return e
}

func provider() *element {
	return of("ows:ServiceProvider", saying("ows:ProviderName", "City of Halverstad"), of("ows:ServiceContact"))
}

// allowed is a parameter or constraint with the values that it may have.
func allowed(kind, name string, values ...string) *element {
	list := of("ows:AllowedValues")
	for _, v := range values {
		list.add(saying("ows:Value", v))
	}
	return of(kind, list).with("name", name)
}

// states is a constraint that is so or not so.
func states(kind, name string, so bool) *element {
	value := "FALSE"
	if so {
		value = "TRUE"
	}
	return of(kind, of("ows:NoValues"), saying("ows:DefaultValue", value)).with("name", name)
}

func (c *call) operationsMetadata() *element {
	e := of("ows:OperationsMetadata")
	for _, name := range slices.Sorted(maps.Keys(operations())) {
		o := of("ows:Operation", of("ows:DCP", of("ows:HTTP", of("ows:Get").with("xlink:href", c.root())))).with("name", name)
		switch name {
		case "GetCapabilities":
			o.add(allowed("ows:Parameter", "AcceptVersions", versions()...), allowed("ows:Parameter", "AcceptFormats", "text/xml"))
		case "DescribeFeatureType", "GetFeature", "GetPropertyValue":
			o.add(allowed("ows:Parameter", "outputFormat", mediaGML))
		}
		e.add(o)
	}
	e.add(allowed("ows:Parameter", "version", versions()...))
	claims := map[string]bool{"ImplementsSimpleWFS": true, "ImplementsBasicWFS": true, "KVPEncoding": true, "ImplementsResultPaging": true}
	for _, name := range []string{"ImplementsSimpleWFS", "ImplementsBasicWFS", "ImplementsTransactionalWFS", "ImplementsLockingWFS", "KVPEncoding", "XMLEncoding", "SOAPEncoding",
		"ImplementsInheritance", "ImplementsRemoteResolve", "ImplementsResultPaging", "ImplementsStandardJoins", "ImplementsSpatialJoins", "ImplementsTemporalJoins",
		"ImplementsFeatureVersioning", "ManageStoredQueries"} {
		e.add(states("ows:Constraint", name, claims[name]))
	}
	return e
}

func (c *call) typeList() *element {
	e := of("wfs:FeatureTypeList")
	for _, t := range c.types {
		one := of("wfs:FeatureType", saying("wfs:Name", prefix+":"+t.name), saying("wfs:Title", t.title), saying("wfs:Abstract", t.abstract), saying("wfs:DefaultCRS", systems()[0].urn))
		for _, s := range systems()[1:] {
			one.add(saying("wfs:OtherCRS", s.urn))
		}
		one.add(of("wfs:OutputFormats", saying("wfs:Format", mediaGML)))
		if low, high, ok := t.envelope().MinMaxXYs(); ok {
			one.add(of("ows:WGS84BoundingBox", saying("ows:LowerCorner", numbers(low.X, low.Y)), saying("ows:UpperCorner", numbers(high.X, high.Y))))
		}
		e.add(one)
	}
	return e
}

func filterCapabilities() *element {
	conformance := of("fes:Conformance")
	claims := map[string]bool{"ImplementsQuery": true, "ImplementsAdHocQuery": true, "ImplementsResourceId": true, "ImplementsMinStandardFilter": true, "ImplementsMinSpatialFilter": true}
	for _, name := range []string{"ImplementsQuery", "ImplementsAdHocQuery", "ImplementsFunctions", "ImplementsResourceId", "ImplementsMinStandardFilter", "ImplementsStandardFilter",
		"ImplementsMinSpatialFilter", "ImplementsSpatialFilter", "ImplementsMinTemporalFilter", "ImplementsTemporalFilter", "ImplementsVersionNav", "ImplementsSorting", "ImplementsExtendedOperators",
		"ImplementsMinimumXPath", "ImplementsSchemaElementFunc"} {
		conformance.add(states("fes:Constraint", name, claims[name]))
	}
	comparison := of("fes:ComparisonOperators")
	for _, name := range comparisons() {
		comparison.add(of("fes:ComparisonOperator").with("name", name))
	}
	return of("fes:Filter_Capabilities", conformance,
		of("fes:Id_Capabilities", of("fes:ResourceIdentifier").with("name", "fes:ResourceId")),
		of("fes:Scalar_Capabilities", comparison),
		of("fes:Spatial_Capabilities", of("fes:GeometryOperands", of("fes:GeometryOperand").with("name", "gml:Envelope")), of("fes:SpatialOperators", of("fes:SpatialOperator").with("name", "BBOX"))))
}
