package mim7

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/xmldoc"
	. "github.com/oasc/mimcheck/suites"
)

// Namespaces of what a feature service answers.
const (
	spaceWFS   = "http://www.opengis.net/wfs/2.0"
	spaceOWS   = "http://www.opengis.net/ows/1.1"
	spaceFES   = "http://www.opengis.net/fes/2.0"
	spaceGML   = "http://www.opengis.net/gml/3.2"
	spaceXSD   = "http://www.w3.org/2001/XMLSchema"
	spaceXLink = "http://www.w3.org/1999/xlink"
)

// Where the rules stand: the clause of the standard follows. Version 2.0.2 of the protocol
// is that of 09-025r2; its clauses have the numbers of 2.0.0.
const (
	wfs20 = "OGC 09-025r2, "
	gml32 = "OGC 07-036, "
)

const mediaGML32 = "application/gml+xml; version=3.2"

// mostAsked is how many features a check asks for that has to find some among them.
const mostAsked = 1000

// document is an answer in XML.
type document struct {
	*probe.Response
	root *xmldoc.Element
}

// parse reads an answer in XML, which it has to be.
func parse(t *T, r *probe.Response) document {
	root, err := xmldoc.Parse(r.Body)
	if errors.Is(err, xmldoc.ErrLimit) {
		t.CantTell("the answer is not read: %v", err)
	}
	require(t, r, err == nil, "the body is no XML: %v", err)
	return document{r, root}
}

// call asks for an operation, its parameters given as name, value, name, value. What is
// asked for wrongly may be answered by any status.
func call(t *T, operation string, pairs ...string) *probe.Response {
	return raw(t, append([]string{"SERVICE", "WFS", "REQUEST", operation}, pairs...)...)
}

// raw is call with all parameters given.
func raw(t *T, pairs ...string) *probe.Response {
	return t.GET("", Query(pairs...), accepting(mediaGML32+", application/xml, text/xml, */*;q=0.1"))
}

// wrongly is raw for a request that has to be refused.
func wrongly(t *T, pairs ...string) *probe.Response {
	return t.GET("", Query(pairs...), accepting("application/xml, text/xml, */*;q=0.1"), AnyMedia(),
		Expecting(http.StatusForbidden, http.StatusInternalServerError, http.StatusNotImplemented))
}

// featureService is what the service metadata say.
type featureService struct {
	document
	version string
	types   []servedType
}

// servedType is a feature type as the metadata list it.
type servedType struct {
	name    string   // as it is written there
	is      xml.Name // what that stands for
	element *xmldoc.Element
}

// metadata are the service metadata of version 2.0. A service of older versions only
// cannot be judged.
func metadata(t *T) featureService {
	r := call(t, "GetCapabilities", "ACCEPTVERSIONS", "2.0.2,2.0.0")
	const old = "the service offers no version 2.0 of WFS, and older ones are not checked: %s"
	if r.Status != http.StatusOK {
		for _, e := range exceptions(r.Body) {
			if e.code == "VersionNegotiationFailed" {
				t.CantTell(old, "it answers VersionNegotiationFailed to ACCEPTVERSIONS=2.0.2,2.0.0")
			}
		}
	}
	t.Require(r).To(HaveStatus(http.StatusOK), "the service metadata")
	d := parse(t, r)
	version, _ := d.root.Get("", "version")
	if d.root.Name.Local == "WFS_Capabilities" && d.root.Name.Space != spaceWFS && strings.HasPrefix(version, "1.") {
		t.CantTell(old, "its metadata are of version "+version)
	}
	require(t, r, d.root.Is(spaceWFS, "WFS_Capabilities"), "the answer is %s, expected WFS_Capabilities of the namespace %s", shownName(d.root.Name), spaceWFS)
	s := featureService{document: d, version: "2.0.0"}
	if version == "2.0.2" {
		s.version = version
	}
	if list := d.root.First(spaceWFS, "FeatureTypeList"); list != nil {
		for _, e := range list.All(spaceWFS, "FeatureType") {
			name := e.First(spaceWFS, "Name")
			if name == nil {
				continue // for another check to say
			}
			if is, known := name.Resolve(name.Text); known && is.Local != "" {
				s.types = append(s.types, servedType{name.Said(), is, e})
			}
		}
	}
	return s
}

func shownName(n xml.Name) string { return "{" + n.Space + "}" + n.Local }

// constraint is whether the service states that something is so; false when it does not
// say either.
func (s featureService) constraint(in *xmldoc.Element, space, name string) (value string, stated bool) {
	if in == nil {
		return "", false
	}
	for _, c := range in.All(space, "Constraint") {
		if n, _ := c.Get("", "name"); n != name {
			continue
		}
		if v := c.First(spaceOWS, "DefaultValue"); v != nil {
			return strings.ToUpper(v.Said()), true
		}
		if v := c.First(spaceOWS, "AllowedValues", "Value"); v != nil {
			return strings.ToUpper(v.Said()), true
		}
		return "", true
	}
	return "", false
}

// claims is whether the operations metadata state that something is so.
func (s featureService) claims(name string) bool {
	v, _ := s.constraint(s.root.First(spaceOWS, "OperationsMetadata"), spaceOWS, name)
	return v == "TRUE"
}

// filters is whether the filter capabilities state that something is so.
func (s featureService) filters(name string) bool {
	v, _ := s.constraint(s.root.First(spaceFES, "Filter_Capabilities", "Conformance"), spaceFES, name)
	return v == "TRUE"
}

// operation is the metadata of an operation; nil when it is not listed.
func (s featureService) operation(name string) *xmldoc.Element {
	list := s.root.First(spaceOWS, "OperationsMetadata")
	if list == nil {
		return nil
	}
	for _, o := range list.All(spaceOWS, "Operation") {
		if n, _ := o.Get("", "name"); n == name {
			return o
		}
	}
	return nil
}

// basicService is the metadata of a service that states that it is a Basic WFS: only then
// may features be asked for by anything but stored queries.
func basicService(t *T) featureService {
	s := metadata(t)
	if !s.claims("ImplementsBasicWFS") {
		t.Inapplicable("the service does not state that it is a Basic WFS (the constraint ImplementsBasicWFS)")
	}
	return s
}

// naming are the parameters that name a type, with its namespace (7.6.6).
func (s featureService) naming(parameter string, of servedType) []string {
	pairs := []string{parameter, of.name}
	if prefix, _, prefixed := strings.Cut(of.name, ":"); prefixed && of.is.Space != "" {
		pairs = append(pairs, "NAMESPACES", "xmlns("+prefix+","+of.is.Space+")")
	}
	return pairs
}

// ask asks for an operation in the service's version.
func (s featureService) ask(t *T, operation string, pairs ...string) *probe.Response {
	return call(t, operation, append([]string{"VERSION", s.version}, pairs...)...)
}

// refuse is ask for a request that has to be refused.
func (s featureService) refuse(t *T, operation string, pairs ...string) *probe.Response {
	return wrongly(t, append([]string{"SERVICE", "WFS", "VERSION", s.version, "REQUEST", operation}, pairs...)...)
}

// featurePage is a response collection.
type featurePage struct {
	document
	features []*xmldoc.Element
}

// features asks for features of a type, which have to come.
func (s featureService) features(t *T, of servedType, pairs ...string) featurePage {
	r := s.ask(t, "GetFeature", append(s.naming("TYPENAMES", of), pairs...)...)
	t.Require(r).To(HaveStatus(http.StatusOK), "the features of type %s have to come", of.name)
	return unfold(t, r)
}

// sample is a page of a type's features.
func (s featureService) sample(t *T, of servedType, pairs ...string) featurePage {
	return s.features(t, of, append([]string{"COUNT", strconv.Itoa(someFeatures)}, pairs...)...)
}

// unfold reads a response collection.
func unfold(t *T, r *probe.Response) featurePage {
	p := featurePage{document: parse(t, r)}
	require(t, r, p.root.Is(spaceWFS, "FeatureCollection"), "the answer is %s, expected FeatureCollection of the namespace %s", shownName(p.root.Name), spaceWFS)
	p.features = membersOf(p.root)
	return p
}

// membersOf are the features of a collection, and of those in it.
func membersOf(collection *xmldoc.Element) []*xmldoc.Element {
	var all []*xmldoc.Element
	for _, m := range collection.All(spaceWFS, "member") {
		for _, f := range m.Children {
			if f.Is(spaceWFS, "FeatureCollection") {
				all = append(all, membersOf(f)...)
			} else {
				all = append(all, f)
			}
		}
	}
	return all
}

// gmlID is the identifier of a feature; empty when it has none.
func gmlID(feature *xmldoc.Element) string {
	id, _ := feature.Get(spaceGML, "id")
	return id
}

func gmlIDs(features []*xmldoc.Element) []string {
	var ids []string
	for _, f := range features {
		ids = append(ids, gmlID(f))
	}
	return ids
}

// counted is a count of a response collection; false when it is no number.
func (p featurePage) counted(attribute string) (int, bool) {
	text, _ := p.root.Get("", attribute)
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// eachServed calls judge for some types that fit. When none does, the check ends as
// untested: there was nothing that what tells of.
func eachServed(t *T, s featureService, what string, judge func(of servedType) (fits bool)) {
	if !someServed(t, s, judge) {
		t.Untested("none of the feature types looked at has %s", what)
	}
}

// whereServed is eachServed for what types need not have: when none fits, the check ends as
// inapplicable.
func whereServed(t *T, s featureService, what string, judge func(of servedType) (fits bool)) {
	if !someServed(t, s, judge) {
		t.Inapplicable("none of the feature types looked at has %s", what)
	}
}

func someServed(t *T, s featureService, judge func(of servedType) (fits bool)) bool {
	all := slices.Clone(s.types)
	if len(all) == 0 {
		t.Untested("the service lists no feature type")
	}
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	fitting := 0
	for _, of := range all[:min(len(all), tries)] {
		if fitting < someCollections && judge(of) {
			fitting++
		}
	}
	return fitting > 0
}

// turnTo asks for the page that an address of the answer leads to. What is not at the
// endpoint is not asked for.
func turnTo(t *T, address string) *probe.Response {
	endpoint := t.Env.Endpoints[probe.WFS]
	base, err := url.Parse(endpoint)
	if err != nil || endpoint == "" {
		t.CantTell("the address of the endpoint is not known, so that no page can be turned")
	}
	to, err := base.Parse(address)
	if err != nil || to.Scheme != base.Scheme || to.Host != base.Host || strings.TrimRight(to.Path, "/") != strings.TrimRight(base.Path, "/") {
		t.CantTell("the address %s is not at the endpoint %s and is not asked for: is the endpoint's address the one that the service knows itself by?", address, endpoint)
	}
	query := to.Query()
	return t.GET("", func(r *probe.Request) {
		for name, values := range query {
			r.Query[name] = append(r.Query[name], values...)
		}
	}, accepting(mediaGML32+", application/xml, text/xml, */*;q=0.1"))
}

// exception is one of an exception report.
type exception struct{ code, locator string }

// exceptions are those of a body that is an exception report; none when it is not.
func exceptions(body []byte) []exception {
	root, err := xmldoc.Parse(body)
	if err != nil || !root.Is(spaceOWS, "ExceptionReport") {
		return nil
	}
	var all []exception
	for _, e := range root.All(spaceOWS, "Exception") {
		code, _ := e.Get("", "exceptionCode")
		locator, _ := e.Get("", "locator")
		all = append(all, exception{code, locator})
	}
	return all
}

// excepted wants an exception report with one of the codes, and gives the exception.
func excepted(t *T, r *probe.Response, codes ...string) exception {
	all := exceptions(r.Body)
	require(t, r, len(all) > 0, "the answer (status %d) is no ows:ExceptionReport with an exception, expected one with the code %s", r.Status, strings.Join(codes, " or "))
	i := slices.IndexFunc(all, func(e exception) bool { return slices.Contains(codes, e.code) })
	require(t, r, i >= 0, "the exception has the code %q, expected %s", all[0].code, strings.Join(codes, " or "))
	return all[i]
}
