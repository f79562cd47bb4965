package faults

import (
	"net/http"
	"slices"
	"strings"
)

// processes is the faults of the models that can be called, by OGC API - Processes.
func processes() []Fault {
	const base = "/models"
	at := func(method, pattern string) Match {
		want := strings.Split(pattern, "/")
		return func(r *http.Request) bool {
			below, found := strings.CutPrefix(r.URL.EscapedPath(), base)
			return found && r.Method == method && slices.EqualFunc(want, strings.Split(strings.Trim(below, "/"), "/"), func(w, g string) bool { return w == "*" || w == g })
		}
	}
	landing, list, one := at(http.MethodGet, ""), at(http.MethodGet, "processes"), at(http.MethodGet, "processes/*")
	listed := func(edit func(p object)) func(*http.Request, *Answer) {
		return answered(func(o object) {
			for _, p := range objects(o["processes"]) {
				edit(p)
			}
		})
	}
	return []Fault{
		{Name: "processes.landing.no-processes", Summary: "The landing page does not lead to the processes.", On: landing, Answer: answered(unlinked("http://www.opengis.net/def/rel/ogc/1.0/processes"))},
		{Name: "processes.landing.no-conformance", Summary: "The landing page does not lead to the conformance declaration.", On: landing, Answer: answered(unlinked("http://www.opengis.net/def/rel/ogc/1.0/conformance"))},
		{Name: "processes.conformance.no-core", Summary: "The conformance declaration does not name Core.", On: at(http.MethodGet, "conformance"), Answer: answered(func(o object) {
			if classes := itemsOf(o["conformsTo"]); len(classes) > 0 {
				o["conformsTo"] = classes[1:]
			}
		})},
		{Name: "processes.list.bare", Summary: "The list of processes is an array without an object around it.", On: list, Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is && a.Status == http.StatusOK {
				a.Body = encode(o["processes"])
			}
		}},
		{Name: "processes.list.no-version", Summary: "Listed processes have no version.", On: list, Answer: listed(func(p object) { delete(p, "version") })},
		{Name: "processes.list.twice", Summary: "The first process is listed twice.", On: list, Answer: answered(func(o object) {
			if all := itemsOf(o["processes"]); len(all) > 0 {
				o["processes"] = append(all, all[0])
			}
		})},
		{Name: "processes.list.link-numbered", Summary: "The addresses of the links of the list are numbers.", On: list, Answer: answered(func(o object) {
			for i, l := range objects(o["links"]) {
				l["href"] = i
			}
		})},
		{Name: "processes.list.limit-ignored", Summary: "The list of processes is whole, whatever the limit.", On: list, Request: DropQuery("limit")},
		{Name: "processes.process.another", Summary: "A process is described with its title as its id.", On: one, Answer: answered(func(o object) { o["id"] = o["title"] })},
		{Name: "processes.process.input-untyped", Summary: "Inputs have no schema.", On: one, Answer: answered(func(o object) {
			inputs, _ := o["inputs"].(object)
			for _, name := range sorted(inputs) {
				inputs[name] = object{"title": name}
			}
		})},
		{Name: "processes.process.no-outputs", Summary: "A process is described without its outputs.", On: one, Answer: answered(func(o object) { delete(o, "outputs") })},
		{Name: "processes.process.wordless", Summary: "A process is described without words.", On: one, Answer: answered(func(o object) {
			delete(o, "title")
			delete(o, "description")
		})},
		{Name: "processes.process.unknown-empty", Summary: "A process that is not there is an empty object.", On: one, Answer: instead404(`{}`)},
		{Name: "processes.process.unknown-untyped", Summary: "The exception of a process that is not there does not tell its type.", On: one, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				inProblem(func(o object) { o["type"] = "about:blank" })(a)
			}
		}},
		{Name: "processes.jobs.bare", Summary: "The list of jobs is an array without an object around it.", On: at(http.MethodGet, "jobs"), Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is && a.Status == http.StatusOK {
				a.Body = encode(o["jobs"])
			}
		}},
		{Name: "processes.jobs.nameless", Summary: "Listed jobs have no id.", On: at(http.MethodGet, "jobs"), Answer: answered(func(o object) {
			for _, j := range objects(o["jobs"]) {
				delete(j, "jobID")
			}
		})},
		{Name: "processes.job.results-gone", Summary: "The results of a job are not there.", On: at(http.MethodGet, "jobs/*/results"), Answer: gone},
		{Name: "processes.job.results-renamed", Summary: "Results have other names than the outputs that the process declares.", On: at(http.MethodGet, "jobs/*/results"), Answer: answered(func(o object) {
			for _, name := range sorted(o) {
				o["result_"+name] = o[name]
				delete(o, name)
			}
		})},
		{Name: "processes.job.unknown-empty", Summary: "A job that is not there is an empty object.", On: at(http.MethodGet, "jobs/*"), Answer: instead404(`{}`)},
		{Name: "processes.execution.unknown-accepted", Summary: "The execution of a process that is not there is accepted.", On: at(http.MethodPost, "processes/*/execution"), Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusNotFound {
				a.Status = http.StatusCreated
			}
		}},
	}
}
