// Package ogc is the part of the reference city platform that serves the city's places
// by OGC API - Features: Part 1 (OGC 17-069r4) with Core, GeoJSON, HTML and OpenAPI 3.0,
// and Part 2 (OGC 18-058r1), coordinate reference systems by reference. It shares
// nothing with the checks.
package ogc

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/city"
)

// Base is the path of the landing page.
const Base = "/ogc"

// Media types.
const (
	mediaJSON      = "application/json"
	mediaGeoJSON   = "application/geo+json"
	mediaHTML      = "text/html"
	mediaOpenAPI   = "application/vnd.oai.openapi+json;version=3.0"
	mediaOpenAPI31 = "application/vnd.oai.openapi+json;version=3.1"
	mediaProblem   = "application/problem+json"
)

// Platform serves the places, an http.Handler for all paths at and below Base.
type Platform struct {
	clock       func() time.Time
	collections []*collection
	mux         *http.ServeMux
	meter       meter
}

// New makes a platform of the sample city's places; a nil clock is time.Now.
func New(clock func() time.Time) (*Platform, error) {
	if clock == nil {
		clock = time.Now
	}
	collections, err := places(city.Entities())
	if err != nil {
		return nil, err
	}
	p := &Platform{clock: clock, collections: collections, mux: http.NewServeMux()}
	for path, resource := range resources() {
		p.mux.HandleFunc(Base+path, func(w http.ResponseWriter, r *http.Request) { p.handle(w, r, resource) })
	}
	return p, nil
}

// resources are what is served, by path.
func resources() map[string]resource {
	return map[string]resource{
		"/{$}":                                 {media: mediaJSON, serve: (*call).landing},
		"/conformance":                         {media: mediaJSON, serve: (*call).conformance},
		"/api":                                 {media: mediaOpenAPI, serve: (*call).api},
		"/openapi.json":                        {media: mediaOpenAPI31, serve: (*call).wellKnown},
		"/status":                              {media: mediaJSON, serve: (*call).status},
		"/collections":                         {media: mediaJSON, serve: (*call).listCollections},
		"/collections/{collection}":            {media: mediaJSON, serve: (*call).oneCollection},
		"/collections/{collection}/items":      {media: mediaGeoJSON, serve: (*call).items, takes: itemParameters},
		"/collections/{collection}/items/{id}": {media: mediaGeoJSON, serve: (*call).oneFeature, takes: func(*collection) []string { return []string{"crs"} }},
	}
}

// Operation is the reading of one resource, as others may know it.
type Operation struct {
	Path       string   // below Base, parameters in braces
	Parameters []string // of the query, beside those that a collection has of its own
}

// Operations lists the operations, sorted by path.
func Operations() []Operation {
	var list []Operation
	for path, r := range resources() {
		o := Operation{Path: strings.TrimSuffix(path, "{$}"), Parameters: []string{"f"}}
		if r.takes != nil {
			o.Parameters = append(o.Parameters, r.takes(&collection{})...)
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b Operation) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// ServeHTTP serves the API.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == Base {
		r.URL.Path += "/"
	}
	if _, pattern := p.mux.Handler(r); pattern == "" {
		(&call{Request: r, w: w}).fail(http.StatusNotFound, "there is no resource "+r.URL.Path)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// resource is what is served at a path.
type resource struct {
	media string // of its JSON form
	serve func(*call)
	takes func(*collection) []string // query parameters beside f
}

// call is one request on its way.
type call struct {
	*http.Request
	p          *Platform
	w          http.ResponseWriter
	query      url.Values
	media      string // of the JSON form
	html       bool   // the HTML form is wanted
	collection *collection
}

// handle does what all resources have in common: methods, the collection, parameters
// and the choice of the form.
func (p *Platform) handle(w http.ResponseWriter, r *http.Request, resource resource) {
	c := &call{Request: r, p: p, w: w, media: resource.media}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		c.fail(http.StatusMethodNotAllowed, "the places can be read only")
		return
	}
	if id := r.PathValue("collection"); id != "" {
		i := slices.IndexFunc(p.collections, func(c *collection) bool { return c.id == id })
		if i < 0 {
			c.fail(http.StatusNotFound, "there is no collection "+id)
			return
		}
		c.collection = p.collections[i]
	}
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		c.fail(http.StatusBadRequest, "the query cannot be read")
		return
	}
	var known []string
	if resource.takes != nil {
		known = resource.takes(c.collection)
	}
	for name, values := range c.query {
		if name != "f" && !slices.Contains(known, name) {
			c.fail(http.StatusBadRequest, "the parameter "+name+" is unknown here")
			return
		}
		if len(values) > 1 {
			c.fail(http.StatusBadRequest, "the parameter "+name+" is given more than once")
			return
		}
	}
	if c.choose() {
		resource.serve(c)
	}
}

// choose settles the form of the answer: f before Accept. It is false when the answer
// has been given, since there is no such form.
func (c *call) choose() bool {
	if c.query.Has("f") {
		switch c.query.Get("f") {
		case "json":
			return true
		case "html":
			c.html = true
			return true
		}
		c.fail(http.StatusBadRequest, "the parameter f takes json or html")
		return false
	}
	json := quality(c.Header.Values("Accept"), mediaJSON, mediaGeoJSON, "application/vnd.oai.openapi+json")
	page := quality(c.Header.Values("Accept"), mediaHTML)
	if json == 0 && page == 0 {
		c.fail(http.StatusNotAcceptable, "there is JSON and HTML")
		return false
	}
	c.html = page > json
	return true
}

func (c *call) now() string { return c.p.clock().UTC().Truncate(time.Second).Format(time.RFC3339) }

// root is the address of the landing page as the client sees it.
func (c *call) root() string {
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Host + Base
}

// address is the whole address of this request with another f.
func (c *call) address(form string) string {
	q := url.Values{}
	for name, values := range c.query {
		q[name] = values
	}
	q.Set("f", form)
	return c.root() + strings.TrimPrefix(c.URL.EscapedPath(), Base) + "?" + q.Encode()
}
