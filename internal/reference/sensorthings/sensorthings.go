// Package sensorthings is the part of the reference city platform that serves what the
// city's sensors observed, by OGC SensorThings API Part 1: Sensing 1.1 (OGC 18-088), to be
// read only. It shares nothing with the checks.
package sensorthings

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/city"
	"github.com/oasc/mimcheck/internal/reference/reply"
)

// Base is the path that the service is below, and Root that of its root, which ends with
// the version (9.2).
const (
	Base = "/sensorthings"
	Root = Base + "/v1.1"
)

type object = map[string]any

// Platform serves the observations, an http.Handler for all paths at and below Base.
type Platform struct{ sets map[string][]*entity }

// New makes the platform of the sample city's sensors.
func New() (*Platform, error) {
	sets, err := observed(city.Entities())
	if err != nil {
		return nil, err
	}
	return &Platform{sets}, nil
}

// refusal is why a request is not answered as asked.
type refusal struct {
	status int
	why    string
}

func (r *refusal) Error() string { return r.why }

func absent(why string) error { return &refusal{http.StatusNotFound, why} }
func wrong(why string) error  { return &refusal{http.StatusBadRequest, why} }

// ServeHTTP serves the API.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, &refusal{http.StatusMethodNotAllowed, "what was observed can be read only"})
		return
	}
	below, found := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/"), Root)
	if !found {
		refuse(w, &refusal{http.StatusNotFound, "the service is at " + Root})
		return
	}
	c := call{p: p, root: root(r), path: r.URL.EscapedPath()}
	if below == "" {
		reply.JSON(w, http.StatusOK, c.index())
		return
	}
	at, err := p.resolve(strings.Split(strings.TrimPrefix(below, "/"), "/"))
	if err != nil {
		refuse(w, err)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, &refusal{http.StatusBadRequest, "the query cannot be read"})
		return
	}
	o, err := readOptions(query, at.kind)
	if err != nil {
		refuse(w, err)
		return
	}
	c.answer(w, at, o)
}

func root(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host + Root
	}
	return "http://" + r.Host + Root
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if r := (*refusal)(nil); errors.As(err, &r) {
		status = r.status
	}
	reply.JSON(w, status, object{"code": status, "type": "error", "message": err.Error()})
}

// index is the service's root: its entity sets, and the requirements that it meets.
func (c call) index() object {
	sets := []object{}
	for _, k := range kinds() {
		sets = append(sets, object{"name": k.set, "url": c.root + "/" + k.set})
	}
	return object{"value": sets, "serverSettings": object{"conformance": conformance()}}
}

// conformance are the requirements that the service meets.
func conformance() []string {
	const req = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
	all := []string{req + "datamodel/entity-control-information/common-control-information"}
	for _, part := range []string{"thing", "location", "historical-location", "datastream", "sensor", "observed-property", "observation", "feature-of-interest"} {
		all = append(all, req+"datamodel/"+part+"/properties", req+"datamodel/"+part+"/relations")
	}
	all = append(all, req+"resource-path/resource-path-to-entities")
	for _, part := range []string{"status-code", "query-status-code", "order", "expand", "select", "orderby", "top", "skip", "count", "filter", "built-in-filter-operations", "built-in-query-functions", "pagination"} {
		all = append(all, req+"request-data/"+part)
	}
	return all
}
