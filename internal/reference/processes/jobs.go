package processes

import (
	"net/http"

	"github.com/oasc/mimcheck/internal/reference/reply"
)

// A job is a run of a model that has ended. What clients execute is answered at once and
// makes none: the city's own runs do.
type job struct {
	id, process, ended string
	results            object
}

// ran are the city's own runs, the last one first.
func ran() []job {
	return []job{
		{"2025-03-14-parking", "parking-forecast", "2025-03-14T09:00:04Z", object{"free": 131, "taken": 15}},
		{"2025-03-14-noise", "noise-level", "2025-03-14T06:00:01Z", object{"level": 54.5, "loss": 20}},
		{"2025-03-13-parking", "parking-forecast", "2025-03-13T09:00:03Z", object{"free": 127, "taken": 14}},
	}
}

// jobs lists the jobs (conformance class job-list).
func jobs(w http.ResponseWriter, r *http.Request) {
	all := []object{}
	for _, j := range ran() {
		all = append(all, j.status(r))
	}
	reply.JSON(w, http.StatusOK, object{"jobs": all, "links": []object{link(r, "/jobs", "self")}})
}

// status is what is told of a job (7.12).
func (j job) status(r *http.Request) object {
	return object{"jobID": j.id, "processID": j.process, "type": "process", "status": "successful", "finished": j.ended, "progress": 100,
		"links": []object{link(r, "/jobs/"+j.id, "self"), link(r, "/jobs/"+j.id+"/results", "http://www.opengis.net/def/rel/ogc/1.0/results")}}
}

func oneJob(w http.ResponseWriter, r *http.Request) {
	withJob(w, r, func(j job) object { return j.status(r) })
}

// results gives what a job brought about (7.13).
func results(w http.ResponseWriter, r *http.Request) {
	withJob(w, r, func(j job) object { return j.results })
}

func withJob(w http.ResponseWriter, r *http.Request, document func(j job) object) {
	for _, j := range ran() {
		if j.id == r.PathValue("id") {
			reply.JSON(w, http.StatusOK, document(j))
			return
		}
	}
	fail(w, http.StatusNotFound, exceptions+"no-such-job", "there is no job "+r.PathValue("id"))
}
