package runner

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/internal/verdict"
	"github.com/oasc/mimcheck/internal/waiver"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Options is how a plan is executed.
type Options struct {
	Target      *target.Target
	Session     Session
	Callback    suites.Callback // nil when the platform cannot reach the harness
	Broker      suites.Broker   // nil when it cannot reach an MQTT broker of the harness
	Models      *models.Catalogue
	Beside      verdict.Beside // what is known of the baseline's requirements beside their checks
	Waivers     []reports.Waiver
	Tool        reports.Tool
	RunID       string
	Seed        uint64
	SampleSize  int           // entities that observing checks look at
	Concurrency int           // checks at once
	Rate        float64       // told in the report; the session keeps it
	Timeout     time.Duration // of one check
	Patience    time.Duration // see suites.Env
	FailFast    bool
	Progress    Progress // nil for none
}

// cleanupTime bounds the removal of what a run created, after it was interrupted too.
const cleanupTime = 60 * time.Second

// Run executes the plan and returns the complete report, also when ctx ends before
// the plan does: then Run.Interrupted is set and what did not run is untested. The
// error is a fault of the harness; the report is whole even then.
func Run(ctx context.Context, plan *Plan, o Options) (*reports.Report, error) {
	started := time.Now()
	selected := plan.Selected()
	if o.Progress != nil {
		o.Progress.Planned(len(selected), len(plan.Checks)-len(selected))
	}
	results := map[string]suites.Result{}
	var ginkgoErr error
	down := preflight(ctx, o.Session, selected)
	if slices.ContainsFunc(selected, func(c Planned) bool { return down.reason(c.Check) == "" }) {
		results, ginkgoErr = execute(ctx, plan, o, down)
	} else {
		for _, c := range selected {
			results[c.ID] = suites.Result{Outcome: reports.CantTell, Reason: down.reason(c.Check), Started: started}
		}
	}
	cleanupCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	cleaned, err := o.Session.Cleanup(cleanupCtx)
	if err != nil {
		cleaned.Left = append(cleaned.Left, err.Error())
	}
	r := assemble(plan, o, results, started)
	r.Run.Interrupted = ctx.Err() != nil
	r.Cleanup = reports.Cleanup{Created: cleaned.Created, Removed: cleaned.Removed, Left: cleaned.Left}
	return r, ginkgoErr
}

// execute runs the pool ahead of Ginkgo's serial specs and returns a result for
// each selected check.
func execute(ctx context.Context, plan *Plan, o Options, down outages) (map[string]suites.Result, error) {
	p := poolOf(ctx, plan, o, down)
	p.ended = o.Session.Settle
	return behindGinkgo(ctx, p, plan.Selected())
}

// behindGinkgo runs the pool ahead of Ginkgo, which waits for one result after the other.
func behindGinkgo(ctx context.Context, p *pool, selected []Planned) (map[string]suites.Result, error) {
	var running sync.WaitGroup
	running.Go(func() { p.run(ctx, selected) })
	results := make(map[string]suites.Result, len(selected))
	wait := func(specCtx context.Context, id string) (suites.Result, error) {
		select {
		case r := <-p.results[id]:
			results[id] = r
			return r, nil
		case <-specCtx.Done():
			return suites.Result{}, context.Cause(specCtx)
		}
	}
	// A check ends by its own deadline, so Ginkgo's is only a backstop.
	err := runGinkgo(ctx, selected, wait, time.Duration(len(selected)+1)*(p.timeout+time.Second))
	running.Wait()
	for _, c := range selected { // what Ginkgo did not wait for (an interruption)
		if _, have := results[c.ID]; !have {
			results[c.ID] = <-p.results[c.ID]
		}
	}
	return results, err
}

// Outcomes runs the plan's checks without Ginkgo and without a report, several
// calls at once if need be: for those who compare outcomes only.
func Outcomes(ctx context.Context, plan *Plan, o Options) map[string]suites.Result {
	selected := plan.Selected()
	p := poolOf(ctx, plan, o, nil)
	p.run(ctx, selected)
	results := map[string]suites.Result{}
	for id, result := range p.results {
		results[id] = <-result
	}
	return results
}

func poolOf(ctx context.Context, plan *Plan, o Options, down outages) *pool {
	p := newPool(plan.Selected())
	p.clients, p.around = o.Session, o.Session
	p.size, p.timeout, p.failFast, p.progress = o.Concurrency, o.Timeout, o.FailFast, o.Progress
	p.env, p.redact, p.down = environment(ctx, plan, o, down), o.Session.Redact, down
	return p
}

func environment(ctx context.Context, plan *Plan, o Options, down outages) suites.Env {
	statement := plan.Scope.Statement
	env := suites.Env{
		Seed: o.Seed, SpecVersion: statement.SpecVersion, Context: o.Target.Context, Types: statement.Types, Profiles: statement.Profiles, Places: statement.Places,
		Models: o.Models, RDF: rdf.NewReader(), Callback: o.Callback, Broker: o.Broker, Profile: string(plan.Scope.Profile),
		Patience: o.Patience, Endpoints: o.Target.Endpoints, Scopes: o.Target.Scopes(), SignIn: o.Target.SignIn, Tokens: o.Target.Tokens,
	}
	for _, f := range statement.Features {
		env.Features = append(env.Features, suites.Feature(f))
	}
	env.Sample = sampleOnce(o, slices.Sorted(maps.Keys(statement.Types)))
	if slices.ContainsFunc(plan.Selected(), func(c Planned) bool {
		return !c.Has(suites.NeedWrite) && slices.Contains(c.Asks(), target.NGSILD) && down.reason(c.Check) == ""
	}) {
		// Before any check writes: the sample is of what the platform holds, not of what
		// the run makes. An error is told to each check that asks for the sample.
		_, _ = env.Sample(ctx)
	}
	return env
}

// The names under which the exchanges that belong to no check are kept.
const (
	PreflightClient = "run.preflight"
	SampleClient    = "run.sample"
)

// sampleOnce takes the sample when the first check asks for it; the others wait.
func sampleOnce(o Options, types []string) func(context.Context) (*suites.Sample, error) {
	take := sync.OnceValues(func() (*suites.Sample, error) {
		// Not the first asking check's context: its deadline is not the sample's.
		ctx, cancel := context.WithTimeout(context.Background(), 4*o.Timeout)
		defer cancel()
		return suites.TakeSample(ctx, o.Session.Client(SampleClient), o.Seed, o.SampleSize, types)
	})
	return func(ctx context.Context) (*suites.Sample, error) {
		type taken struct {
			sample *suites.Sample
			err    error
		}
		done := make(chan taken, 1)
		go func() { s, err := take(); done <- taken{s, err} }()
		select {
		case t := <-done:
			return t.sample, t.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// assemble makes the report of the plan and the results.
func assemble(plan *Plan, o Options, results map[string]suites.Result, started time.Time) *reports.Report {
	s := plan.Scope
	r := &reports.Report{
		SchemaVersion: reports.SchemaVersion,
		Tool:          o.Tool,
		Run: reports.Run{ID: o.RunID, Started: started.UTC(), Finished: time.Now().UTC(), Seed: o.Seed,
			Profile: string(s.Profile), Concurrency: o.Concurrency, Rate: o.Rate, Requests: o.Session.Requests()},
		Target: reports.Target{Name: o.Target.Name, Endpoints: o.Target.Endpoints, Tenant: o.Target.Tenant,
			Version: s.Statement.SpecVersion, MIMs: s.Statement.MIMs, Features: s.Statement.Features},
		Baseline:  reports.BaselineRef{ID: s.Baseline.ID, Title: s.Baseline.Title, Status: s.Baseline.Status, SHA256: s.Baseline.SHA256},
		Selection: reports.Selection{Filter: s.Filter, MIMs: s.MIMs},
	}
	r.Checks = make([]reports.CheckResult, len(plan.Checks))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, c := range plan.Checks {
		all.Go(func() error {
			r.Checks[i] = checkResult(c, results[c.ID], o.Session, started)
			return nil
		})
	}
	_ = all.Wait() // none fails
	for _, result := range results {
		r.Notes = append(r.Notes, result.Notes...)
	}
	slices.Sort(r.Notes)
	r.Notes = slices.Compact(r.Notes)
	r.Counts = reports.Count(r.Checks)
	judged, waivers := waiver.Apply(r.Checks, o.Waivers)
	r.Waivers = waivers
	r.Verdict = verdict.Judge(s.Baseline, s.Statement.MIMs, judged, o.Beside)
	return r
}

func checkResult(c Planned, got suites.Result, s Session, started time.Time) reports.CheckResult {
	out := reports.CheckResult{
		ID: c.ID, Title: c.Title, MIM: c.Suite(), Group: c.Group(), Requirements: c.Bound, Clause: c.Clause,
		TestPurposes: c.TestPurposes, Level: string(c.Level), Feature: string(c.Feature),
		Outcome: c.Outcome, Reason: c.Reason,
	}
	for _, n := range c.Needs {
		out.Needs = append(out.Needs, string(n))
	}
	if c.Outcome != "" {
		return out
	}
	out.Outcome, out.Reason, out.Findings = got.Outcome, got.Reason, got.Findings
	out.StartedMS, out.DurationMS = got.Started.Sub(started).Milliseconds(), got.Duration.Milliseconds()
	out.Exchanges = exchanges(s, c.ID, got.Findings)
	return out
}
