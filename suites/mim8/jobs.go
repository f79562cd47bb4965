package mim8

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// classJobs is the conformance class of a list of jobs, which is optional.
const classJobs = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list"

// someJobs is how many jobs a check looks at, at most.
const someJobs = 5

// jobChecks are about what models brought about: their outputs are read where the
// platform lists the jobs that have ended. Nothing is executed.
func jobChecks() []Check {
	return []Check{
		{
			ID: "mim8.jobs.list.there", Title: "The jobs are listed, with links",
			Requirements: reachable, Clause: processes + "job-list/job-list-success", Fault: "processes.jobs.bare",
			Body: func(t *T) {
				r := jobs(t)
				v, err := Decode(r.Body)
				body, _ := v.(object)
				_, all := body["jobs"].([]any)
				_, links := body["links"].([]any)
				t.Holds(r, err == nil && all && links, "the answer is no object with arrays jobs and links")
			},
		},
		{
			ID: "mim8.jobs.list.status", Title: "Each job of the list has an id, a status and a type",
			Requirements: reachable, Clause: processes + "job-list/job-list-success", Fault: "processes.jobs.nameless",
			Body: func(t *T) {
				r := jobs(t)
				all := objects(t.Object(r)["jobs"])
				if len(all) == 0 {
					t.Untested("the platform lists no job")
				}
				for i, j := range all {
					for _, name := range []string{"jobID", "status", "type"} {
						s, _ := j[name].(string)
						t.Holds(r, s != "", "/jobs/%d has no %s", i, name)
					}
				}
			},
		},
		{
			ID: "mim8.job.results.there", Title: "What a model brought about is there: the results of a job that has ended well are retrieved by GET",
			Requirements: reachable, Clause: processes + "7.13", Fault: "processes.job.results-gone",
			Body: func(t *T) {
				ended(t, func(_ object, r *probe.Response) {
					t.Holds(r, len(r.Body) > 0, "the results are empty")
				})
			},
		},
		{
			ID: "mim8.job.results.declared", Title: "Results have the names of outputs that the process declares",
			Requirements: reachable, Clause: processes + "7.13; " + processes + "ogc-process-description/outputs-def", Fault: "processes.job.results-renamed",
			Body: func(t *T) {
				judged := 0
				ended(t, func(j object, r *probe.Response) {
					process, _ := j["processID"].(string)
					v, err := Decode(r.Body)
					results, document := v.(object)
					if process == "" || err != nil || !document {
						return // processID is optional, and outputs may come as they are
					}
					d := t.GET("/processes/"+url.PathEscape(process), Header("Accept", "application/json"), AnyMedia())
					if d.Status != http.StatusOK {
						return // the process may be gone since
					}
					outputs, _ := t.Object(d)["outputs"].(object)
					if len(outputs) < 2 {
						return // what is alone may come without its name
					}
					judged++
					known := slices.ContainsFunc(slices.Collect(maps.Keys(results)), func(name string) bool { return outputs[name] != nil })
					t.Holds(r, known, "none of the members of the results is an output of the process %s", process)
				})
				if judged == 0 {
					t.Untested("no job has results in a document, of a process that is described with more than one output")
				}
			},
		},
	}
}

// jobs is the list of jobs. A platform that neither has it nor claims it need not.
func jobs(t *T) *probe.Response {
	r := t.GET("/jobs", Header("Accept", "application/json"), AnyMedia())
	if r.Status != http.StatusOK {
		classes, _ := t.Object(found(t, "/conformance"))["conformsTo"].([]any)
		if !slices.Contains(classes, any(classJobs)) {
			t.Inapplicable("the platform does not list jobs, which is optional, so that no outputs of models are known")
		}
	}
	t.Require(r).To(HaveStatus(http.StatusOK))
	t.Require(r).To(HaveMediaType("application/json"))
	return r
}

// ended calls judge for the results of some of the jobs that ended well.
func ended(t *T, judge func(j object, r *probe.Response)) {
	var all []object
	for _, j := range objects(t.Object(jobs(t))["jobs"]) {
		if id, _ := j["jobID"].(string); id != "" && j["status"] == "successful" {
			all = append(all, j)
		}
	}
	if len(all) == 0 {
		t.Untested("the platform lists no job that has ended well")
	}
	t.Rand().Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	for _, j := range all[:min(len(all), someJobs)] {
		id, _ := j["jobID"].(string)
		r := t.GET("/jobs/"+url.PathEscape(id)+"/results", AnyMedia(), Header("Accept", "application/json, */*;q=0.5"))
		if t.Expect(r).To(HaveStatus(http.StatusOK), "the results of job %s", id) {
			judge(j, r)
		}
	}
}

// objects are the objects of a list.
func objects(v any) []object {
	list, _ := v.([]any)
	var all []object
	for _, e := range list {
		if o, is := e.(object); is {
			all = append(all, o)
		}
	}
	return all
}
