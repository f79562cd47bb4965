// Package history puts the reports of several runs into one view in the order of time:
// which outcomes changed, in which run, and which go back and forth.
package history

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

// Source is a report and where it came from.
type Source struct {
	Name   string // file
	Report *reports.Report
}

// History is what several runs found.
type History struct {
	Runs   []Run   `json:"runs"`   // in the order in which they started
	Checks []Check `json:"checks"` // those without one outcome in all runs, sorted by id
	Steady int     `json:"steady"` // number of checks with one outcome in all runs
	// Scope says in sentences what was judged otherwise in which run: then changes may be
	// of it, and not of the platform.
	Scope []string `json:"scope"`
}

// Run is one run of a history.
type Run struct {
	ID       string          `json:"id"`
	File     string          `json:"file"`
	Started  time.Time       `json:"started"`
	Target   string          `json:"target"`
	Baseline string          `json:"baseline"`
	Profile  string          `json:"profile"`
	Tool     string          `json:"tool"` // version and build
	Verdict  reports.Verdict `json:"verdict"`
	Counts   reports.Counts  `json:"counts"`
}

// Check is a check whose outcome is not the same in all runs.
type Check struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Outcomes are those of the runs, in their order; empty where a run has no such check.
	Outcomes []reports.Outcome `json:"outcomes"`
	Changes  []Change          `json:"changes"`
	// Unsteady says that it went back to an outcome that it had left: of the platform or
	// the network, or of time, and less likely of a change that somebody made. Runs in
	// which it was not tested, or did not apply, do not count for this.
	Unsteady bool `json:"unsteady"`
}

// Change is one time that a check's outcome became another one.
type Change struct {
	Run      int             `json:"run"` // number of the run, from 1, in which it was another one
	Was      reports.Outcome `json:"was,omitempty"`
	Is       reports.Outcome `json:"is,omitempty"`
	Reason   string          `json:"reason,omitempty"`   // of the new outcome
	Exchange string          `json:"exchange,omitempty"` // the first exchange that differs, in words
}

// Of gives the history of runs, which may come in any order. Fewer than two, and one that
// is there twice, are errors.
func Of(sources []Source) (*History, error) {
	if len(sources) < 2 {
		return nil, errors.New("a history needs two runs or more: name their reports or bundles")
	}
	sources = slices.Clone(sources)
	slices.SortStableFunc(sources, func(a, b Source) int {
		return cmp.Or(a.Report.Run.Started.Compare(b.Report.Run.Started), strings.Compare(a.Report.Run.ID, b.Report.Run.ID), strings.Compare(a.Name, b.Name))
	})
	h := &History{Checks: []Check{}, Scope: []string{}}
	named := map[string]string{}
	for i, s := range sources {
		r := s.Report
		if other, twice := named[r.Run.ID]; twice {
			return nil, fmt.Errorf("%s and %s are reports of one run, %s: name each run once", other, s.Name, r.Run.ID)
		}
		named[r.Run.ID] = s.Name
		h.Runs = append(h.Runs, Run{ID: r.Run.ID, File: s.Name, Started: r.Run.Started.UTC(), Target: r.Target.Name, Baseline: r.Baseline.ID,
			Profile: r.Run.Profile, Tool: strings.TrimSpace(r.Tool.Version + " " + r.Tool.Build), Verdict: r.Verdict.Verdict, Counts: r.Counts})
		if i > 0 {
			for _, what := range compare.Scope(sources[i-1].Report, r) {
				h.Scope = append(h.Scope, fmt.Sprintf("run %d, another %s", i+1, what))
			}
		}
	}
	h.checks(sources)
	return h, nil
}

func (h *History) checks(sources []Source) {
	byRun := make([]map[string]*reports.CheckResult, len(sources))
	var ids []string
	for i, s := range sources {
		byRun[i] = make(map[string]*reports.CheckResult, len(s.Report.Checks))
		for j := range s.Report.Checks {
			c := &s.Report.Checks[j]
			byRun[i][c.ID] = c
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		results := make([]*reports.CheckResult, len(byRun))
		for i, run := range byRun {
			results[i] = run[id]
		}
		if c := checkOf(id, results); len(c.Changes) > 0 {
			h.Checks = append(h.Checks, c)
		} else {
			h.Steady++
		}
	}
}

// checkOf is the check with its results in each run, nil where there is none.
func checkOf(id string, results []*reports.CheckResult) Check {
	c := Check{ID: id, Changes: []Change{}}
	for i, is := range results {
		if is == nil {
			c.Outcomes = append(c.Outcomes, "")
		} else {
			c.Outcomes = append(c.Outcomes, is.Outcome)
			c.Title = is.Title
		}
		if i == 0 || c.Outcomes[i] == c.Outcomes[i-1] {
			continue
		}
		change := Change{Run: i + 1, Was: c.Outcomes[i-1], Is: c.Outcomes[i]}
		if is != nil {
			change.Reason = is.Reason
			if was := results[i-1]; was != nil {
				change.Exchange = compare.FirstExchange(was.Exchanges, is.Exchanges)
			}
		}
		c.Changes = append(c.Changes, change)
	}
	c.Unsteady = unsteady(c.Outcomes)
	return c
}

// unsteady says whether an outcome came back after another one.
func unsteady(outcomes []reports.Outcome) bool {
	left := map[reports.Outcome]bool{}
	var last reports.Outcome
	for _, o := range outcomes {
		if o == "" || o == reports.Untested || o == reports.Inapplicable || o == last {
			continue
		}
		if left[o] {
			return true
		}
		if last != "" {
			left[last] = true
		}
		last = o
	}
	return false
}

// Unsteady are the checks that go back and forth.
func (h *History) Unsteady() []Check {
	var list []Check
	for _, c := range h.Checks {
		if c.Unsteady {
			list = append(list, c)
		}
	}
	return list
}
