package mim8_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim8"
)

// inPages is a platform whose list of jobs comes in two pages, the first without jobs.
func inPages(next string, second func(jobs []any)) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/jobs") }, Answer: func(r *http.Request, a *faults.Answer) {
		var o object
		if json.Unmarshal(a.Body, &o) != nil {
			return
		}
		if r.URL.Query().Get("offset") == "1" {
			second(o["jobs"].([]any))
		} else {
			o["jobs"] = []any{}
			o["links"] = append(o["links"].([]any), object{"rel": "next", "href": next})
		}
		a.Body, _ = json.Marshal(o)
	}}
}

func TestJobsOnFurtherPages(t *testing.T) {
	as := func(edit func(j object)) func([]any) {
		return func(jobs []any) {
			for _, j := range jobs {
				edit(j.(object))
			}
		}
	}
	whole := as(func(object) {})
	results := func(status int, body, link string) faults.Fault {
		return faults.Fault{Name: "results", On: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/results") }, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Status, a.Body = status, []byte(body)
			if link != "" {
				a.Header.Set("Link", link)
			}
		}}
	}
	for _, c := range []struct {
		name, check string
		faults      []faults.Fault
		want        reports.Outcome
	}{
		{"further jobs", "jobs.list.status", []faults.Fault{inPages("jobs?offset=1", whole)}, reports.Passed},
		{"further jobs without type", "jobs.list.status", []faults.Fault{inPages("jobs?offset=1", as(func(j object) { delete(j, "type") }))}, reports.Failed},
		{"results of further jobs", "job.results.there", []faults.Fault{inPages("jobs?offset=1", whole)}, reports.Passed},
		{"no page", "job.results.there", []faults.Fault{inPages("/nowhere", whole)}, reports.Untested},
		{"a page elsewhere", "job.results.there", []faults.Fault{inPages("https://elsewhere.example/jobs", whole)}, reports.Untested},
		{"a page that leads to itself", "job.results.there", []faults.Fault{inPages("jobs", whole)}, reports.Untested},
		{"results as links", "job.results.there", []faults.Fault{results(http.StatusNoContent, "", `<https://city.example/1>; rel="floods"`)}, reports.Passed},
		{"no results and no links", "job.results.there", []faults.Fault{results(http.StatusNoContent, "", "")}, reports.Failed},
		{"empty results", "job.results.there", []faults.Fault{results(http.StatusOK, "", `<https://city.example/1>; rel="floods"`)}, reports.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			platform := judgetest.City(t, c.faults...)
			for _, check := range mim8.Checks() {
				if check.ID == "mim8."+c.check {
					if r := judgetest.Run(t, check, 7, platform); r.Outcome != c.want {
						t.Errorf("ends as %s, expected %s: %s", r.Outcome, c.want, r.Reason)
					}
				}
			}
		})
	}
}
