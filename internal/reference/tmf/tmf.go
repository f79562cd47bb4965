// Package tmf is the part of the reference city platform that is a marketplace of the
// city's data, by TM Forum's Open APIs in their version 4 and the design guidelines that
// they share (TMF630): catalogue (TMF620), orders (TMF622), and for reading only parties,
// customers, inventories, usage, agreements and payments. It shares nothing with the checks.
package tmf

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Base is the path that all APIs of the marketplace begin with.
const Base = "/tmf-api"

type object = map[string]any

// Platform serves the marketplace, an http.Handler for all paths below Base.
type Platform struct {
	clock func() time.Time

	mu          sync.RWMutex
	collections map[string]*collection // by API, version and name: productCatalogManagement/v4/category
	hrefs       map[string]string      // type of a thing -> the path of its collection
}

// New makes the marketplace of the sample city; a nil clock is time.Now.
func New(clock func() time.Time) (*Platform, error) {
	if clock == nil {
		clock = time.Now
	}
	p := &Platform{clock: clock, collections: map[string]*collection{}, hrefs: map[string]string{}}
	all, err := sample()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		p.collections[c.path] = c
		p.hrefs[c.kind] = c.path
	}
	return p, nil
}

// collection is the things of one type.
type collection struct {
	path   string // below Base
	kind   string // @type of its things
	takes  func(object) error
	things []object // in order of creation; each is replaced and never changed
}

func (c *collection) find(id string) int {
	return slices.IndexFunc(c.things, func(o object) bool { return o["id"] == id })
}

// call is one request on its way.
type call struct {
	*http.Request
	p          *Platform
	w          http.ResponseWriter
	collection *collection
	query      url.Values
}

// ServeHTTP serves the APIs.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, p: p, w: w}
	segments := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), Base), "/"), "/")
	if len(segments) < 3 || len(segments) > 4 {
		c.fail(http.StatusNotFound, "there is no resource "+r.URL.Path)
		return
	}
	var known bool
	if c.collection, known = p.collections[strings.Join(segments[:3], "/")]; !known {
		c.fail(http.StatusNotFound, "there is no resource "+r.URL.Path)
		return
	}
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		c.fail(http.StatusBadRequest, "the query cannot be read")
		return
	}
	methods := map[string]func(){http.MethodGet: c.list, http.MethodPost: c.create}
	if len(segments) == 4 {
		id, err := url.PathUnescape(segments[3])
		if err != nil {
			c.fail(http.StatusBadRequest, "the id cannot be read")
			return
		}
		methods = map[string]func(){
			http.MethodGet:    func() { c.retrieve(id) },
			http.MethodPatch:  func() { c.update(id) },
			http.MethodDelete: func() { c.remove(id) },
		}
	}
	if c.collection.takes == nil {
		methods = map[string]func(){http.MethodGet: methods[http.MethodGet]}
	}
	methods[http.MethodHead] = methods[http.MethodGet]
	do, allowed := methods[r.Method]
	if !allowed {
		var names []string
		for name := range methods {
			names = append(names, name)
		}
		slices.Sort(names)
		w.Header().Set("Allow", strings.Join(names, ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		c.fail(http.StatusMethodNotAllowed, "the method is not allowed here")
		return
	}
	do()
}

// send sends JSON.
func (c *call) send(status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(c.w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	c.w.Header().Set("Content-Type", "application/json;charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b) // the client may be gone
}

// fail sends the error object of TMF630: a code of the API's own and a reason.
func (c *call) fail(status int, message string) {
	c.send(status, object{"@type": "Error", "code": codes[status], "reason": http.StatusText(status), "message": message, "status": status})
}

// codes are the API's own error codes.
var codes = map[int]string{
	http.StatusBadRequest: "20", http.StatusNotFound: "60", http.StatusMethodNotAllowed: "61", http.StatusRequestEntityTooLarge: "23",
}

// address is the address of a thing as the client sees it.
func (c *call) address(path, id string) string {
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Host + Base + "/" + path + "/" + url.PathEscape(id)
}
