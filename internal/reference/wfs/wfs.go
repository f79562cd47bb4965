// Package wfs is the part of the reference city platform that serves the city's places by
// OGC Web Feature Service 2.0 (OGC 09-025r2): Simple WFS and Basic WFS, by HTTP GET with
// key-value pairs. The places are those of OGC API - Features. It shares nothing with the checks.
package wfs

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/ogc"
)

// Base is the path of the service.
const Base = "/wfs"

// Namespace is that of the city's feature types; prefix is what the service calls it.
const (
	Namespace = "https://halverstad.example/places"
	prefix    = "hal"
)

// Media types.
const (
	mediaXML = "text/xml; charset=utf-8"
	mediaGML = "application/gml+xml; version=3.2"
)

// versions are those of the protocol, the newest first.
func versions() []string { return []string{"2.0.2", "2.0.0"} }

// featureByID are the names of the stored query of version 2.0.2 and of 2.0.0 (7.9.3.6).
func featureByID() []string {
	return []string{"http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById", "urn:ogc:def:query:OGC-WFS::GetFeatureById"}
}

// Service serves the places, an http.Handler for Base.
type Service struct {
	clock func() time.Time
	types []*featureType
}

// New makes a service of the sample city's places; a nil clock is time.Now.
func New(clock func() time.Time) (*Service, error) {
	if clock == nil {
		clock = time.Now
	}
	layers, err := ogc.Layers()
	if err != nil {
		return nil, err
	}
	s := &Service{clock: clock}
	for _, l := range layers {
		s.types = append(s.types, typeOf(l))
	}
	return s, nil
}

// call is one request on its way, its parameters by their names in lower case (6.2.5.2).
type call struct {
	*Service
	r          *http.Request
	parameters map[string]string
}

// exception is why a request cannot be answered (7.5).
type exception struct {
	status              int
	code, locator, text string
}

func missing(parameter string) *exception {
	return &exception{http.StatusBadRequest, "MissingParameterValue", parameter, "the parameter " + parameter + " is not given"}
}

func invalid(parameter, why string) *exception {
	return &exception{http.StatusBadRequest, "InvalidParameterValue", parameter, why}
}

// answer is a document, or a part of one, with its media type.
type answer struct {
	root  *element
	media string
}

// ServeHTTP serves the operations.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.TrimSuffix(r.URL.Path, "/") != Base {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		send(w, http.StatusMethodNotAllowed, mediaXML, report(&exception{code: "OperationNotSupported", locator: "request", text: "requests come by GET, as key-value pairs"}))
		return
	}
	c := &call{Service: s, r: r, parameters: map[string]string{}}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		send(w, http.StatusBadRequest, mediaXML, report(&exception{code: "OperationParsingFailed", locator: "request", text: "the query cannot be read"}))
		return
	}
	for name, values := range query {
		c.parameters[strings.ToLower(name)] = values[0]
	}
	a, failed := c.answer()
	if failed != nil {
		send(w, failed.status, mediaXML, report(failed))
		return
	}
	send(w, http.StatusOK, a.media, a.root)
}

func send(w http.ResponseWriter, status int, media string, root *element) {
	b := document(root)
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may be gone; nobody is left to tell
}

func report(e *exception) *element {
	one := of("ows:Exception", saying("ows:ExceptionText", e.text)).with("exceptionCode", e.code)
	if e.locator != "" {
		one.with("locator", e.locator)
	}
	return of("ows:ExceptionReport", one).with("version", "2.0.0", "xml:lang", "en")
}

// operations are those of the service, by their names.
func operations() map[string]func(*call) (answer, *exception) {
	return map[string]func(*call) (answer, *exception){
		"GetCapabilities": (*call).capabilities, "DescribeFeatureType": (*call).describe, "GetFeature": (*call).features, "GetPropertyValue": (*call).values,
		"ListStoredQueries": (*call).listQueries, "DescribeStoredQueries": (*call).describeQueries,
	}
}

func (c *call) answer() (answer, *exception) {
	service, given := c.parameters["service"]
	switch {
	case !given || service == "":
		return answer{}, missing("service")
	case service != "WFS":
		return answer{}, invalid("service", "the service is WFS")
	case c.parameters["request"] == "":
		return answer{}, missing("request")
	}
	serve, known := operations()[c.parameters["request"]]
	if !known {
		return answer{}, &exception{http.StatusBadRequest, "OperationNotSupported", c.parameters["request"], "there is no such operation"}
	}
	if c.parameters["request"] != "GetCapabilities" {
		switch version := c.parameters["version"]; {
		case version == "":
			return answer{}, missing("version")
		case !slices.Contains(versions(), version):
			return answer{}, invalid("version", "the versions are "+strings.Join(versions(), ", "))
		}
	}
	return serve(c)
}

// root is the address of the service as the client sees it.
func (c *call) root() string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host + Base
}

func (c *call) now() string { return c.clock().UTC().Truncate(time.Second).Format(time.RFC3339) }

// list are the members of a parameter that is a list; none when it is not given.
func (c *call) list(name string) []string {
	if c.parameters[name] == "" {
		return nil
	}
	return strings.Split(c.parameters[name], ",")
}
