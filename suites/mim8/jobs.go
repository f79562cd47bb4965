package mim8

import (
	"iter"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
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
				found := false
				for r, all := range jobPages(t) {
					for i, j := range all {
						found = true
						for _, name := range []string{"jobID", "status", "type"} {
							s, _ := j[name].(string)
							t.Holds(r, s != "", "/jobs/%d has no %s", i, name)
						}
					}
				}
				if !found {
					t.Untested("the platform lists no job")
				}
			},
		},
		{
			ID: "mim8.job.results.there", Title: "What a model brought about is there: the results of a job that has ended well are retrieved by GET",
			Requirements: reachable, Clause: processes + "7.13", Fault: "processes.job.results-gone",
			Body: func(t *T) {
				ended(t, func(_ object, r *probe.Response) {
					// Those that were asked for as references come as links (job-results-async-raw-ref).
					t.Holds(r, len(r.Body) > 0 || r.Status == http.StatusNoContent && len(weblink.Read(r.Header)) > 0, "the results are empty, and there are no links to them")
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

// somePages is how many pages of the list of jobs a check reads.
const somePages = 5

// jobPages are the first pages of the list of jobs, each with its jobs. A link to the next
// page that leads nowhere, or to another host, ends the list.
func jobPages(t *T) iter.Seq2[*probe.Response, []object] {
	return func(yield func(*probe.Response, []object) bool) {
		r, at := jobs(t), t.Env.Endpoints[probe.OGCProcesses]+"/jobs"
		for n := 1; ; n++ {
			body := t.Object(r)
			next, within := nextPage(t, at, body)
			if !yield(r, objects(body["jobs"])) || !within || n == somePages {
				return
			}
			r, at = t.Follow(probe.OGCProcesses, next, Header("Accept", "application/json"))
			if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Status != http.StatusOK || media != "application/json" {
				return
			}
		}
	}
}

// nextPage is the address of the next page; false for none that may be asked for.
func nextPage(t *T, at string, body object) (string, bool) {
	for _, l := range objects(body["links"]) {
		media, _ := l["type"].(string)
		if href, _ := l["href"].(string); l["rel"] == "next" && href != "" && !strings.Contains(media, "html") {
			if base, err := url.Parse(at); err == nil {
				if to, err := base.Parse(href); err == nil {
					return t.Locate(probe.OGCProcesses, to.String())
				}
			}
		}
	}
	return "", false
}

// ended calls judge for the results of some of the jobs that ended well.
func ended(t *T, judge func(j object, r *probe.Response)) {
	var all []object
	for _, listed := range jobPages(t) {
		for _, j := range listed {
			if id, _ := j["jobID"].(string); id != "" && j["status"] == "successful" {
				all = append(all, j)
			}
		}
	}
	if len(all) == 0 {
		t.Untested("the platform lists no job that has ended well")
	}
	t.Rand().Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	for _, j := range all[:min(len(all), someJobs)] {
		id, _ := j["jobID"].(string)
		r := t.GET("/jobs/"+url.PathEscape(id)+"/results", AnyMedia(), Header("Accept", "application/json, */*;q=0.5"))
		if t.Expect(r).To(HaveStatus(http.StatusOK, http.StatusNoContent), "the results of job %s", id) {
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
