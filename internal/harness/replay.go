package harness

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/discover"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// ReplaySettings is what a user asks of a replay.
type ReplaySettings struct {
	Baseline string   // instead of the run's
	Claims   []string // MIMs, instead of those of the run
	Models   []string // data-model catalogues; needed when the run did not have the built-in one
	Tool     reports.Tool
}

// Replay judges what a bundle recorded: the same checks, without a platform. Under the
// same baseline and the same checks the report is the one in the bundle.
func Replay(ctx context.Context, b *attest.Bundle, s ReplaySettings) (*reports.Report, error) {
	plan, options, err := prepareReplay(b, s)
	if err != nil {
		return nil, err
	}
	report, err := runner.Run(ctx, plan, options)
	if report == nil {
		return nil, err
	}
	if have := b.Report; have.Counts.Passed+have.Counts.Failed > 0 {
		report.Notes = append(report.Notes, unclaimed(ctx, options.Session.Client(discover.ClientID), report.Target.Endpoints, report.Target.Features)...)
	}
	asRecorded(report, b.Report)
	return report, err
}

func prepareReplay(b *attest.Bundle, s ReplaySettings) (*runner.Plan, runner.Options, error) {
	var none runner.Options
	registry, err := catalogue.Registry()
	if err != nil {
		return nil, none, fmt.Errorf("the checks themselves are wrong, which is a fault of mimcheck: %w", err)
	}
	beside, err := besideBaselines()
	if err != nil {
		return nil, none, err
	}
	catalogue, err := replayModels(b, s)
	if err != nil {
		return nil, none, err
	}
	run := b.Run
	session, err := probe.NewReplay(probe.Recording{
		Token: run.Token, Endpoints: run.Target.Endpoints, TLSCert: run.Target.ClientCert, Callback: run.Callback, Requests: b.Report.Run.Requests,
		Cleanup:   probe.CleanupReport{Created: b.Report.Cleanup.Created, Removed: b.Report.Cleanup.Removed, Left: b.Report.Cleanup.Left},
		Exchanges: b.Exchanges, Events: b.Events, Blobs: evidence.Bodies(b.Blobs),
	})
	if err != nil {
		return nil, none, &attest.Error{Err: err}
	}
	baseline := b.Baseline
	if s.Baseline != "" {
		if baseline, err = baselines.Get(s.Baseline); err != nil {
			return nil, none, err
		}
	}
	said := run.Target.Statement
	statement := target.Statement{Baseline: said.Baseline, MIMs: said.MIMs, Features: said.Features, SpecVersion: said.SpecVersion, Types: said.Types, Profiles: said.Profiles, Places: said.Places}
	if len(s.Claims) > 0 {
		statement.MIMs = s.Claims
	}
	plan, err := runner.NewPlan(runner.Scope{
		Registry: registry, Baseline: baseline, Profile: target.Profile(run.Profile), Filter: run.Filter, MIMs: run.MIMs,
		Statement: statement, Callback: run.Callback != "", Broker: run.Broker != "", Models: catalogue != nil, Declarations: run.Target.Endpoints[target.Declarations] != "",
		Endpoints: run.Target.Endpoints,
	})
	if err != nil {
		return nil, none, err
	}
	clients := map[string]target.Client{}
	for name, scopes := range run.Target.Clients {
		clients[name] = target.Client{Scopes: scopes}
	}
	options := runner.Options{
		Target:  &target.Target{Name: run.Target.Name, Endpoints: run.Target.Endpoints, Tenant: run.Target.Tenant, Context: run.Target.Context, Clients: clients, SignIn: run.Target.SignIn, Tokens: run.Target.Tokens, Statement: statement},
		Session: session, Models: catalogue, Beside: beside, Waivers: b.Report.Waivers, Tool: s.Tool, RunID: b.Report.Run.ID, Seed: run.Seed, SampleSize: run.SampleSize,
		Concurrency: runtime.GOMAXPROCS(0), Rate: b.Report.Run.Rate,
		Timeout: time.Duration(run.TimeoutMS) * time.Millisecond, Patience: time.Duration(run.PatienceMS) * time.Millisecond,
	}
	if run.Callback != "" {
		options.Callback = session.Receiver("", nil)
	}
	if run.Broker != "" {
		options.Broker = session.Topics("", nil)
	}
	return plan, options, nil
}

// replayModels opens the catalogue that the run had.
func replayModels(b *attest.Bundle, s ReplaySettings) (c *models.Catalogue, err error) {
	switch {
	case len(s.Models) > 0:
		c, err = models.Open(s.Models...)
	case !b.Run.Models.BuiltIn:
		return nil, fmt.Errorf("the run had a data-model catalogue of its own, which no bundle holds: name it with --models")
	default:
		c, err = models.Default()
	}
	if err != nil {
		return nil, err
	}
	if have := modelsDigest(c); have != b.Run.Models.Digest {
		return nil, fmt.Errorf("the data-model catalogue is another one than the run had (models %s, and the run's were %s): replay with the mimcheck that made the bundle, or name the run's catalogue with --models",
			have[:12], b.Run.Models.Digest[:min(len(b.Run.Models.Digest), 12)])
	}
	return c, nil
}

// asRecorded takes over what a replay does not find out: when and how the run was done.
func asRecorded(r, recorded *reports.Report) {
	r.Run = recorded.Run
	r.Target.Member = recorded.Target.Member
	times := make(map[string]reports.CheckResult, len(recorded.Checks))
	for _, c := range recorded.Checks {
		times[c.ID] = c
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		c.StartedMS, c.DurationMS = times[c.ID].StartedMS, times[c.ID].DurationMS
	}
}
