// Package processes is the part of the reference city platform that lets its models be
// called, by OGC API - Processes, Part 1 (OGC 18-062r2): Core, JSON and the OGC process
// description. It shares nothing with the checks.
package processes

import (
	"net/http"
	"strconv"

	"github.com/oasc/mimcheck/internal/reference/reply"
)

// Base is the path of the landing page.
const Base = "/models"

// exceptions is what the types of the standard's exceptions begin with.
const exceptions = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"

type object = map[string]any

// Platform serves the models, an http.Handler for all paths at and below Base.
type Platform struct{ mux *http.ServeMux }

// New makes the platform with the models of the sample city.
func New() *Platform {
	p := &Platform{http.NewServeMux()}
	p.mux.HandleFunc("GET "+Base+"/{$}", landing)
	p.mux.HandleFunc("GET "+Base+"/conformance", conformance)
	p.mux.HandleFunc("GET "+Base+"/processes", list)
	p.mux.HandleFunc("GET "+Base+"/processes/{id}", one)
	p.mux.HandleFunc("POST "+Base+"/processes/{id}/execution", execute)
	p.mux.HandleFunc("GET "+Base+"/jobs", jobs)
	p.mux.HandleFunc("GET "+Base+"/jobs/{id}", oneJob)
	p.mux.HandleFunc("GET "+Base+"/jobs/{id}/results", results)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "about:blank", "there is no resource "+r.URL.Path)
	})
	return p
}

// ServeHTTP serves the API.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == Base {
		r.URL.Path += "/"
	}
	p.mux.ServeHTTP(w, r)
}

// models are the processes, whole.
func models() []object {
	number := object{"type": "number", "minimum": 0}
	return []object{
		{
			"id": "parking-forecast", "version": "1.2.0", "title": "Forecast of free parking places",
			"description":       "How many places are free in an hour to come, going by those that are free now",
			"jobControlOptions": []string{"sync-execute"}, "outputTransmission": []string{"value"},
			"inputs": object{
				"free":  object{"title": "Places that are free now", "schema": number},
				"hours": object{"title": "Hours from now", "schema": object{"type": "integer", "minimum": 1, "maximum": 24}},
			},
			"outputs": object{
				"free":  object{"title": "Places that will be free", "schema": number},
				"taken": object{"title": "Places that will be taken until then", "schema": number},
			},
		},
		{
			"id": "noise-level", "version": "0.9.0", "title": "Level of noise at a distance",
			"description":       "The level of noise at a distance from where it is made, in the open",
			"jobControlOptions": []string{"sync-execute"}, "outputTransmission": []string{"value"},
			"inputs": object{
				"level":    object{"title": "Level at one metre, in decibel", "schema": number},
				"distance": object{"title": "Distance in metres", "schema": object{"type": "number", "minimum": 1}},
			},
			"outputs": object{
				"level": object{"title": "Level in decibel", "schema": object{"type": "number"}},
				"loss":  object{"title": "Loss on the way, in decibel", "schema": number},
			},
		},
	}
}

func model(id string) object {
	for _, m := range models() {
		if m["id"] == id {
			return m
		}
	}
	return nil
}

func root(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host + Base
	}
	return "http://" + r.Host + Base
}

func link(r *http.Request, path, rel string) object {
	return object{"href": root(r) + path, "rel": rel, "type": "application/json"}
}

func landing(w http.ResponseWriter, r *http.Request) {
	const rel = "http://www.opengis.net/def/rel/ogc/1.0/"
	reply.JSON(w, http.StatusOK, object{"title": "Models of Halverstad", "links": []object{
		link(r, "", "self"), link(r, "/conformance", rel+"conformance"), link(r, "/processes", rel+"processes"), link(r, "/jobs", rel+"job-list"),
	}})
}

func conformance(w http.ResponseWriter, _ *http.Request) {
	const class = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
	reply.JSON(w, http.StatusOK, object{"conformsTo": []string{class + "core", class + "json", class + "ogc-process-description", class + "job-list"}})
}

// list gives the summaries of the processes (7.9).
func list(w http.ResponseWriter, r *http.Request) {
	all := models()
	if text := r.URL.Query().Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 {
			fail(w, http.StatusBadRequest, "about:blank", "limit takes a whole number from 1")
			return
		}
		all = all[:min(limit, len(all))]
	}
	for _, m := range all {
		delete(m, "inputs")
		delete(m, "outputs")
		m["links"] = []object{link(r, "/processes/"+m["id"].(string), "self")}
	}
	reply.JSON(w, http.StatusOK, object{"processes": all, "links": []object{link(r, "/processes", "self")}})
}

// one gives the description of a process (7.10).
func one(w http.ResponseWriter, r *http.Request) {
	m := model(r.PathValue("id"))
	if m == nil {
		noProcess(w, r)
		return
	}
	m["links"] = []object{
		link(r, "/processes/"+r.PathValue("id"), "self"),
		link(r, "/processes/"+r.PathValue("id")+"/execution", "http://www.opengis.net/def/rel/ogc/1.0/execute"),
	}
	reply.JSON(w, http.StatusOK, m)
}

func noProcess(w http.ResponseWriter, r *http.Request) {
	fail(w, http.StatusNotFound, exceptions+"no-such-process", "there is no process "+r.PathValue("id"))
}

func fail(w http.ResponseWriter, status int, kind, detail string) {
	reply.JSON(w, status, object{"type": kind, "title": http.StatusText(status), "status": status, "detail": detail})
}
