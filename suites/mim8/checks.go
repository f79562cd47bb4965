// Package mim8 checks local digital twins (MIM8): models that can be called, by an API of
// OGC API - Processes, Part 1 (OGC 18-062r2), and the city in three dimensions, by a tileset
// of OGC 3D Tiles 1.1 (OGC 22-025r4).
package mim8

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules stand: the requirement of OGC that follows.
const (
	processes = "OGC 18-062r2, "
	core      = processes + "core/" // the id without its /req/, since those of OGC API - Features are traced by it
)

// classCore is the conformance class that every API has.
const classCore = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"

// someProcesses is how many processes a check looks at, at most.
const someProcesses = 5

// What the checks give evidence for.
var (
	callable  = []string{"oasc-2026-06-draft/MIM8/R3.2"} // models are called through a standard interface
	reachable = []string{"oasc-2026-06-draft/MIM8/R1.1"} // what models brought about
	described = []string{"oasc-2026-06-draft/MIM8/R3.1", "oasc-2026-06-draft/MIM8/R3.2"}
)

type object = map[string]any

// Checks lists the checks of MIM8.
func Checks() []Check {
	return slices.Concat(
		of(FeatureProcesses, probe.OGCProcesses, callable, resourceChecks(), processChecks(), jobChecks(), absentChecks()),
		of(FeatureTilesets, probe.Tiles3D, reachable, tilesetChecks(), tileChecks(), volumeChecks(), implicitChecks(), contentChecks(), enclosureChecks()),
	)
}

// of fills in what is the same for all checks of a feature, unless they say otherwise.
func of(feature Feature, endpoint string, requirements []string, groups ...[]Check) []Check {
	checks := slices.Concat(groups...)
	for i := range checks {
		c := &checks[i]
		c.Endpoints, c.Feature = []string{endpoint}, feature
		if c.Needs == nil {
			c.Needs = []Need{NeedRead}
		}
		if c.Level == "" {
			c.Level = Core
		}
		if c.Requirements == nil {
			c.Requirements = requirements
		}
	}
	return checks
}

func resourceChecks() []Check {
	return []Check{
		linked("processes", "the list of processes", "processes.landing.no-processes"),
		linked("conformance", "the conformance declaration", "processes.landing.no-conformance"),
		{
			ID: "mim8.conformance.content.core", Title: "The conformance declaration names the class Core",
			Clause: core + "conformance-success", Fault: "processes.conformance.no-core",
			Body: func(t *T) {
				r := found(t, "/conformance")
				classes, _ := t.Object(r)["conformsTo"].([]any)
				t.Holds(r, slices.Contains(classes, any(classCore)), "conformsTo has no %s", classCore)
			},
		},
		{
			ID: "mim8.processes.list.there", Title: "The processes are listed, with links",
			Clause: core + "process-list-success", Fault: "processes.list.bare",
			Body: func(t *T) {
				r := found(t, "/processes")
				v, err := Decode(r.Body)
				body, _ := v.(object)
				_, all := body["processes"].([]any)
				_, links := body["links"].([]any)
				t.Holds(r, err == nil && all && links, "the answer is no object with arrays processes and links")
			},
		},
		{
			ID: "mim8.processes.list.summary", Title: "Each process of the list has an id and a version",
			Clause: core + "process-list-success", Fault: "processes.list.no-version",
			Body: func(t *T) {
				r, all := listed(t)
				for i, p := range all {
					for _, name := range []string{"id", "version"} {
						s, _ := p[name].(string)
						t.Holds(r, s != "", "/processes/%d has no %s", i, name)
					}
				}
			},
		},
		{
			ID: "mim8.processes.list.unique", Title: "No two processes of the list have one id",
			Clause: core + "process-list-success", Fault: "processes.list.twice",
			Body: func(t *T) {
				r, all := listed(t)
				seen := map[any]bool{}
				for _, p := range all {
					t.Holds(r, !seen[p["id"]], "the id %v is listed twice", p["id"])
					seen[p["id"]] = true
				}
			},
		},
		{
			ID: "mim8.processes.list.links", Title: "Each link of the list and of its processes has an address, which is a text, as all that it tells of itself",
			Clause: core + "process-list-success", Fault: "processes.list.link-numbered",
			Hint: "The schema of links is link.yaml of OGC API - Processes, Part 1.",
			Body: func(t *T) {
				r, all := listed(t)
				areLinks(t, r, "", t.Object(r)["links"])
				for i, p := range all {
					areLinks(t, r, fmt.Sprintf("/processes/%d", i), p["links"])
				}
			},
		},
		{
			ID: "mim8.processes.list.limit", Title: "With limit the list has no more processes than that",
			Clause: core + "pl-limit-response", Fault: "processes.list.limit-ignored",
			Body: func(t *T) {
				if _, all := listed(t); len(all) < 2 {
					t.Untested("the platform lists fewer than two processes")
				}
				r, all := listed(t, Query("limit", "1"))
				t.Holds(r, len(all) <= 1, "limit=1 gave %d processes", len(all))
			},
		},
	}
}

// areLinks expects that what a list of links, which may be absent, has are links by their
// schema (link.yaml): at is the JSON pointer of what has the list.
func areLinks(t *T, r *probe.Response, at string, links any) {
	if links == nil {
		return
	}
	list, is := links.([]any)
	t.Holds(r, is, "%s/links is no array", at)
	for i, v := range list {
		l, _ := v.(object)
		address, _ := l["href"].(string)
		t.Holds(r, address != "", "%s/links/%d has no href that is a text", at, i)
		for _, name := range []string{"rel", "type", "hreflang", "title"} {
			_, text := l[name].(string)
			t.Holds(r, text || l[name] == nil, "%s/links/%d/%s is no text", at, i, name)
		}
	}
}

func linked(what, words, fault string) Check {
	const ogc = "http://www.opengis.net/def/rel/ogc/1.0/"
	return Check{
		ID: "mim8.landing.links." + what, Title: "The landing page links to " + words,
		Clause: core + "landingpage-success", Fault: fault,
		Hint: "The link has the relation " + ogc + what + ".",
		Body: func(t *T) {
			r := t.GET("", Header("Accept", "application/json"))
			if r.Status == http.StatusNotFound {
				r = t.GET("/", Header("Accept", "application/json"))
			}
			t.Require(r).To(HaveStatus(http.StatusOK), "the landing page")
			links, _ := t.Object(r)["links"].([]any)
			t.Holds(r, slices.ContainsFunc(links, func(v any) bool {
				l, _ := v.(object)
				return l["rel"] == ogc+what || l["rel"] == what
			}), "the landing page has no link of relation %s%s", ogc, what)
		},
	}
}

func processChecks() []Check {
	return []Check{
		{
			ID: "mim8.process.description.there", Title: "Each process is described at its id, as the one that it is",
			Requirements: described, Clause: core + "process-description-success", Fault: "processes.process.another",
			Body: func(t *T) {
				each(t, func(r *probe.Response, id string, p object) {
					t.Holds(r, p["id"] == id, "the description of %s has the id %v", id, p["id"])
				})
			},
		},
		{
			ID: "mim8.process.description.inputs", Title: "Each input of a process has a schema",
			Requirements: described, Clause: processes + "ogc-process-description/input-def", Fault: "processes.process.input-untyped",
			Body: func(t *T) {
				each(t, func(r *probe.Response, id string, p object) {
					inputs, _ := p["inputs"].(object) // a process may have none
					schemas(t, r, id, "input", inputs)
				})
			},
		},
		{
			ID: "mim8.process.description.outputs", Title: "A process has outputs, each with a schema",
			Requirements: described, Clause: processes + "ogc-process-description/output-def", Fault: "processes.process.no-outputs",
			Body: func(t *T) {
				each(t, func(r *probe.Response, id string, p object) {
					outputs, _ := p["outputs"].(object)
					t.Holds(r, len(outputs) > 0, "the process %s has no outputs", id)
					schemas(t, r, id, "output", outputs)
				})
			},
		},
		{
			ID: "mim8.process.description.words", Title: "A process is described in words: it has a title or a description",
			Requirements: []string{"oasc-2026-06-draft/MIM8/R3.1"}, Clause: "oasc-2026-06-draft/MIM8/R3.1", Fault: "processes.process.wordless",
			Body: func(t *T) {
				each(t, func(r *probe.Response, id string, p object) {
					title, _ := p["title"].(string)
					description, _ := p["description"].(string)
					t.Holds(r, strings.TrimSpace(title+description) != "", "the process %s has neither title nor description", id)
				})
			},
		},
	}
}

func schemas(t *T, r *probe.Response, id, what string, all object) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		one, _ := all[name].(object)
		t.Holds(r, one["schema"] != nil, "the %s %s of process %s has no schema", what, name, id)
	}
}

func absentChecks() []Check {
	const exceptions = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
	path := func(t *T) string { return "/processes/" + t.Name("none") }
	return []Check{
		{
			ID: "mim8.process.unknown.status", Title: "A process that is not there is answered with 404",
			Clause: core + "process-exception/no-such-process", Fault: "processes.process.unknown-empty",
			Body: func(t *T) { t.Expect(t.GET(path(t), AnyMedia())).To(HaveStatus(http.StatusNotFound)) },
		},
		{
			ID: "mim8.process.unknown.kind", Title: "The type of the exception tells that there is no such process",
			Clause: core + "process-exception/no-such-process", Fault: "processes.process.unknown-untyped",
			Body: func(t *T) {
				r := t.GET(path(t))
				t.Require(r).To(HaveStatus(http.StatusNotFound))
				t.Expect(r).To(HaveJSON("/type", exceptions+"no-such-process"))
			},
		},
		{
			ID: "mim8.job.unknown.status", Title: "A job that is not there is answered with 404",
			Clause: core + "job-exception/no-such-job", Fault: "processes.job.unknown-empty",
			Body: func(t *T) {
				t.Expect(t.GET("/jobs/"+t.Name("none"), AnyMedia())).To(HaveStatus(http.StatusNotFound))
			},
		},
		{
			ID: "mim8.execution.unknown.status", Title: "The execution of a process that is not there is answered with 404",
			Clause: core + "process-exception/no-such-process", Needs: []Need{NeedWrite}, Fault: "processes.execution.unknown-accepted",
			Body: func(t *T) {
				r := t.POST(path(t)+"/execution", JSON(object{"inputs": object{}}), AnyMedia())
				t.Expect(r).To(HaveStatus(http.StatusNotFound))
			},
		},
	}
}

// found asks for a resource that has to be there.
func found(t *T, path string, options ...Option) *probe.Response {
	r := t.GET(path, append([]Option{Header("Accept", "application/json")}, options...)...)
	t.Require(r).To(HaveStatus(http.StatusOK))
	return r
}

// listed are the processes of the list; with none the check ends as untested.
func listed(t *T, options ...Option) (*probe.Response, []object) {
	r := found(t, "/processes", options...)
	all := objects(t.Object(r)["processes"])
	if len(all) == 0 {
		t.Untested("the platform lists no process")
	}
	return r, all
}

// each calls judge for the descriptions of some of the listed processes.
func each(t *T, judge func(r *probe.Response, id string, p object)) {
	_, all := listed(t)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	judged := 0
	for _, p := range all[:min(len(all), someProcesses)] {
		id, _ := p["id"].(string)
		if id == "" {
			continue // for another check to say
		}
		judged++
		r := found(t, "/processes/"+url.PathEscape(id))
		judge(r, id, t.Object(r))
	}
	if judged == 0 {
		t.Untested("no listed process has an id")
	}
}
