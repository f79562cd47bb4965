package runner

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Progress is told what happens while a run goes on. Its methods are called by
// several goroutines, one at a time.
type Progress interface {
	Planned(run, leftOut int)
	Finished(check suites.Check, result suites.Result)
}

// Clients gives each check its own way to the platform.
type Clients interface {
	Client(checkID string) probe.Client
}

// pool runs check bodies, at most size at once, in the order of the plan but for those
// that let time pass, which begin; checks that need the platform alone follow when the
// others have ended.
type pool struct {
	clients  Clients
	around   Surroundings
	env      suites.Env
	size     int
	timeout  time.Duration // of one check
	failFast bool
	progress Progress
	ended    func(check string)  // nil for nobody who has to know
	redact   func(string) string // removes the target's secrets
	down     outages             // what was found before the first check

	mu      sync.Mutex // progress, one call at a time
	results map[string]chan suites.Result
}

func newPool(selected []Planned) *pool {
	p := &pool{results: make(map[string]chan suites.Result, len(selected)), around: plain{}, redact: func(s string) string { return s }}
	for _, c := range selected {
		p.results[c.ID] = make(chan suites.Result, 1)
	}
	return p
}

// waiting is how many checks that wait for the platform to act run at once, for each
// of the others: they ask little and wait long, and the session bounds how many
// requests are under way, so they cost the platform nothing.
const waiting = 4

// run executes the checks and delivers a result for each, come what may.
func (p *pool) run(ctx context.Context, selected []Planned) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var asking, waits, alone []Planned
	for _, c := range selected {
		switch {
		case c.Has(suites.NeedExclusive):
			alone = append(alone, c)
		case c.Has(suites.NeedCallback), c.Has(suites.NeedBroker):
			waits = append(waits, c)
		default:
			asking = append(asking, c)
		}
	}
	for _, group := range [][]Planned{asking, waits} {
		slices.SortStableFunc(group, waitingFirst)
	}
	one := func(c Planned) { p.one(ctx, cancel, c.Check) }
	var both sync.WaitGroup
	both.Go(func() { together(waits, waiting*p.size, one) })
	both.Go(func() { together(asking, p.size, one) })
	both.Wait()
	together(alone, 1, one)
}

// waitingFirst orders checks that let time pass before the others.
func waitingFirst(a, b Planned) int {
	switch {
	case a.Waits == b.Waits:
		return 0
	case a.Waits:
		return -1
	}
	return 1
}

// together calls do for each check, in their order, at most size at once.
func together(checks []Planned, size int, do func(Planned)) {
	next := make(chan Planned)
	var workers sync.WaitGroup
	for range max(1, min(size, len(checks))) {
		workers.Go(func() {
			for c := range next {
				do(c)
			}
		})
	}
	for _, c := range checks {
		next <- c
	}
	close(next)
	workers.Wait()
}

func (p *pool) one(ctx context.Context, cancel context.CancelCauseFunc, c suites.Check) {
	result := p.redacted(p.execute(ctx, c))
	if p.failFast && result.Outcome == reports.Failed {
		cancel(errFailFast)
	}
	if p.ended != nil {
		p.ended(c.ID)
	}
	if p.progress != nil {
		p.mu.Lock()
		p.progress.Finished(c, result)
		p.mu.Unlock()
	}
	p.results[c.ID] <- result
}

func (p *pool) execute(ctx context.Context, c suites.Check) suites.Result {
	if reason := p.around.Skipped(c.ID, stopReason(ctx)); reason != "" {
		return suites.Result{Outcome: reports.Untested, Reason: reason, Started: time.Now()}
	}
	if reason := p.down.reason(c); reason != "" {
		return suites.Result{Outcome: reports.CantTell, Reason: reason, Started: time.Now()}
	}
	env := p.env
	env.Clock = p.around.Clock(c.ID)
	env.Witness = p.around.Witness(c.ID)
	if env.Callback != nil {
		env.Callback = p.around.Receiver(c.ID, env.Callback)
	}
	if env.Broker != nil {
		env.Broker = p.around.Topics(c.ID, env.Broker)
	}
	checkCtx, leave := p.around.Enter(ctx, c.ID, p.timeout)
	result := suites.Run(checkCtx, c, p.clients.Client(c.ID), env)
	end := leave(stopReason(ctx))
	switch {
	case end.Stopped != "" && result.Outcome != reports.Passed && result.Outcome != reports.Failed:
		result.Outcome, result.Reason = reports.Untested, end.Stopped
	case end.Over && result.Outcome != reports.Failed:
		result.Outcome = reports.CantTell
		result.Reason = "the check did not end within " + p.timeout.String() + " (--timeout)"
	}
	return result
}

// redacted is the result as it may be told. What a check itself sees is not
// redacted, so that a secret that looks like any other word changes no outcome.
func (p *pool) redacted(r suites.Result) suites.Result {
	r.Reason = p.redact(r.Reason)
	for i, f := range r.Findings {
		f.Message, f.Expected, f.Actual = p.redact(f.Message), p.redact(f.Expected), p.redact(f.Actual)
		r.Findings[i] = f
	}
	return r
}

type stopError string

func (e stopError) Error() string { return string(e) }

const errFailFast = stopError("left out after the first failure (--fail-fast)")

// stopReason is why the run stopped; empty while it goes on.
func stopReason(ctx context.Context) string {
	if ctx.Err() == nil {
		return ""
	}
	var stopped stopError
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &stopped):
		return stopped.Error()
	case errors.Is(cause, context.DeadlineExceeded):
		return "the run's time was over before the check ended (--run-timeout)"
	}
	return "the run was interrupted before the check ended"
}
