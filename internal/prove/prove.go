// Package prove shows that the checks can fail: it runs them against every named
// fault of the reference platform and tells which faults they notice.
//
// The short cut that makes this quick: the checks are run once on the platform without
// a fault, and all that passes between it and the rest of the world is kept. A fault
// sits in front of the platform or behind it, so it can be held against what passed:
// a check for which it changes nothing cannot notice it, and is not run against it.
// Faults that reach many checks and are noticed by few share a platform before most of them.
// Faults that reach some checks and are noticed by none, for which there is no reason, are
// judged by all, several at once;
// and some faults, chosen at random, are judged by all checks to see that the short cut
// missed nothing.
package prove

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/proof"
	"github.com/oasc/mimcheck/suites"
)

// Options say what to prove. Zero values mean everything.
type Options struct {
	Filter    string   // label expression: these checks only
	Baselines []string // the checks of these only
	Faults    []string // these only, by name
	Seed      uint64   // of the runs with faults; 0 is 1
	Seeds     int      // runs without fault, from seed 1 on
	Audit     int      // faults that all checks judge
	AtLeast   float64  // share of all faults that all checks have to notice, from 0 to 1
	Parallel  int      // platforms at once; 0 is six a processor, since much of the time is waiting
	Tool      reports.Tool
	Progress  func(done, of int, what string) // told after each run, by one goroutine at a time
}

// job is one platform that is judged.
type job struct {
	what   string
	faults []string // that the platform has; empty for none
	seed   uint64
	checks []suites.Check
	way    way
}

// way says what a job is for.
type way uint8

const (
	chosen   way = iota // checks that a fault reaches
	shared              // such checks, and several faults that few others noticed
	together            // all checks, and several faults that none of those noticed
	survivor            // a check that noticed something then, and one of these faults
	audit               // all checks, to see whether one notices it that it was thought not to reach
	singly              // such a check again, with no other one around
)

type prover struct {
	Options
	bench  *harness.Bench
	checks []suites.Check
	matrix matrix
	report *proof.Report
	stock  stock

	mu    sync.Mutex
	done  int
	total int
	// alarms are the checks that did not pass without a fault: they notice nothing.
	alarms   map[string]bool
	doubts   []job                      // of the audit
	later    map[string]map[string]bool // fault -> the checks that it reaches and was not shown to at first
	suspects []job                      // of faults that shared a platform
	reached  map[string]map[string]bool // fault -> the checks that it reaches
}

// Run runs the checks against the embedded reference platform, as it is and with each
// fault. The error is of the options, of the harness or of ctx.
func Run(ctx context.Context, o Options) (*proof.Report, error) {
	started := time.Now()
	if o.Parallel <= 0 {
		o.Parallel = 6 * runtime.GOMAXPROCS(0)
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	p := &prover{Options: o, alarms: map[string]bool{}, later: map[string]map[string]bool{}, reached: map[string]map[string]bool{}}
	if err := p.prepare(); err != nil {
		return nil, err
	}
	if err := p.observe(ctx); err != nil {
		return nil, err
	}
	if err := p.judge(ctx); err != nil {
		return nil, err
	}
	p.matrix.score(p.report)
	r := p.report
	slices.SortFunc(r.FalseAlarms, compareAlarms)
	slices.SortFunc(r.Audit.Missed, compareMisses)
	r.Counts.FalseAlarms = len(p.alarms)
	r.Run.DurationMS = time.Since(started).Milliseconds()
	switch {
	case len(p.Faults) > 0:
		o.AtLeast = 1 // each of them was asked about
	case p.narrowed():
		o.AtLeast = 0 // what some of the checks do not notice, others may
	}
	conclude(r, o.AtLeast)
	return r, nil
}

func (p *prover) prepare() (err error) {
	if p.bench, err = harness.NewBench(); err != nil {
		return err
	}
	var left []harness.Omitted
	if p.checks, left, err = p.bench.Checks(p.Filter, p.Baselines...); err != nil {
		return err
	}
	all := faults.All()
	if len(p.Faults) > 0 {
		if all, err = faults.Named(p.Faults...); err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b faults.Fault) int { return cmp.Compare(a.Name, b.Name) })
	}
	p.matrix = matrix{checks: p.checks, faults: all, partial: len(p.Faults) > 0, reached: map[string][]string{}, killed: map[string][]string{}}
	p.report = &proof.Report{
		SchemaVersion: proof.SchemaVersion, Tool: p.Tool,
		Run:     proof.Run{Seed: p.Seed, Seeds: p.Seeds, Filter: p.Filter, Baselines: append([]string{}, p.Baselines...), Faults: append([]string{}, p.Faults...), Parallel: p.Parallel},
		Reasons: []string{}, Requirements: []proof.Requirement{}, Checks: []proof.Check{}, Faults: []proof.Fault{},
		FalseAlarms: []proof.FalseAlarm{}, Omitted: []proof.Omitted{}, OutOfScope: []string{},
		Audit: proof.Audit{Faults: []string{}, Missed: []proof.Miss{}},
	}
	for _, o := range left {
		p.report.Omitted = append(p.report.Omitted, proof.Omitted{Check: o.Check, Reason: o.Reason})
	}
	return nil
}

// observe runs the checks on the platform without fault and finds out which of them
// each fault reaches.
func (p *prover) observe(ctx context.Context) error {
	var seen trace // a large part of the memory, which is not kept
	outcomes, err := p.bench.Outcomes(ctx, p.Seed, p.checks, seen.tap())
	if err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	p.alarm(p.Seed, outcomes)
	reached := seen.reach(p.checks, p.matrix.faults)
	p.matrix.faults = slices.DeleteFunc(p.matrix.faults, func(f faults.Fault) bool {
		if p.narrowed() && len(p.Faults) == 0 && len(reached[f.Name]) == 0 {
			p.report.OutOfScope = append(p.report.OutOfScope, f.Name)
			return true
		}
		return false
	})
	for _, f := range p.matrix.faults {
		p.matrix.reached[f.Name] = reached[f.Name]
		p.reached[f.Name] = map[string]bool{}
		for _, id := range reached[f.Name] {
			p.reached[f.Name][id] = true
		}
	}
	return nil
}

// narrowed says whether some of the checks are left out by choice.
func (p *prover) narrowed() bool { return p.Filter != "" || len(p.Baselines) > 0 }

// alarm notes what did not pass on the platform without fault.
func (p *prover) alarm(seed uint64, outcomes map[string]suites.Result) {
	for _, id := range slices.Sorted(maps.Keys(outcomes)) {
		if r := outcomes[id]; r.Outcome != reports.Passed {
			p.alarms[id] = true
			p.report.FalseAlarms = append(p.report.FalseAlarms, proof.FalseAlarm{Check: id, Seed: seed, Outcome: r.Outcome, Reason: r.Reason})
		}
	}
}

// judge does all the runs: first what has no fault, so that false alarms are known.
func (p *prover) judge(ctx context.Context) error {
	var clean, faulty []job
	for seed := range uint64(max(p.Seeds, 0)) {
		clean = append(clean, job{what: fmt.Sprintf("no fault, seed %d", seed+1), seed: seed + 1, checks: p.checks})
	}
	random := rand.New(rand.NewPCG(p.Seed, 0))
	audited := map[string]bool{}
	for _, i := range random.Perm(len(p.matrix.faults))[:min(max(p.Audit, 0), len(p.matrix.faults))] {
		audited[p.matrix.faults[i].Name] = true
	}
	p.report.Audit.Faults = append(p.report.Audit.Faults, slices.Sorted(maps.Keys(audited))...)
	for _, f := range p.matrix.faults {
		if audited[f.Name] {
			faulty = append(faulty, job{what: f.Name + ", by all checks", faults: []string{f.Name}, seed: p.Seed, checks: p.checks, way: audit})
		} else {
			faulty = append(faulty, p.first(f, random))
		}
	}
	// Faults with neighbouring names are often such that checks wait for what never comes.
	random.Shuffle(len(faulty), func(i, j int) { faulty[i], faulty[j] = faulty[j], faulty[i] })
	p.total = len(clean) + len(faulty)
	// All checks at once keep a processor busy, and hold much memory; of the others many wait.
	if err := p.all(ctx, clean, max(1, p.Parallel/3)); err != nil {
		return err
	}
	if err := p.all(ctx, faulty, p.Parallel); err != nil {
		return err
	}
	if err := p.more(ctx, p.rest(), p.Parallel); err != nil {
		return err
	}
	if err := p.more(ctx, p.suspects, p.Parallel); err != nil {
		return err
	}
	return p.again(ctx)
}

// those are the checks that are so.
func (p *prover) those(so func(suites.Check) bool) []suites.Check {
	var some []suites.Check
	for _, c := range p.checks {
		if so(c) {
			some = append(some, c)
		}
	}
	return some
}

// again judges once more, by all checks and several at once, the faults that reach some
// and were noticed by none, and what that and the audit are in doubt of; and by the
// check that names it a fault which is of what a platform does on its own and was not
// noticed by that check: on a busy machine, what a platform sends too much may come
// after the check has stopped looking.
func (p *prover) again(ctx context.Context) error {
	const most = 3
	for range most {
		var jobs []job
		for _, f := range p.matrix.faults {
			killed := p.matrix.killed[f.Name]
			missing := p.those(func(c suites.Check) bool {
				return c.Fault == f.Name && c.Has(suites.NeedCallback) && !slices.Contains(killed, c.ID)
			})
			if len(missing) > 0 {
				jobs = append(jobs, job{what: f.Name + ", once more", faults: []string{f.Name}, seed: p.Seed, checks: missing})
			}
		}
		if len(jobs) == 0 {
			break
		}
		if err := p.more(ctx, jobs, p.Parallel); err != nil {
			return err
		}
	}
	var jobs []job
	for group := range p.unnoticed() {
		jobs = append(jobs, job{what: fmt.Sprintf("%d faults that nothing noticed, by all checks", len(group)), faults: group, seed: p.Seed, checks: p.checks, way: together})
	}
	if err := p.more(ctx, jobs, max(1, p.Parallel/3)); err != nil {
		return err
	}
	return p.more(ctx, p.doubts, p.Parallel)
}

// atOnce is how many unnoticed faults a platform has at most when all checks judge it:
// since none of them is noticed, they seldom hide one another, and each run of all checks
// takes seconds.
const atOnce = 32

// unnoticed yields the faults that reach some checks and were noticed by none, and are not
// equivalent for a reason, in groups.
// Neighbours by name are often of one operation and come into different groups.
func (p *prover) unnoticed() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if p.narrowed() && len(p.Faults) == 0 {
			return // a survivor is no news
		}
		var all []string
		var groups [][]string
		explained := equivalent()
		for _, f := range p.matrix.faults {
			switch {
			case len(p.matrix.killed[f.Name]) > 0 || len(p.matrix.reached[f.Name]) == 0 || slices.Contains(p.report.Audit.Faults, f.Name):
			case explained[f.Name] != "": // to be noticed by none is what is expected
			case alone(f):
				groups = append(groups, []string{f.Name})
			default:
				all = append(all, f.Name)
			}
		}
		mixed := make([][]string, (len(all)+atOnce-1)/atOnce)
		for i, name := range all {
			mixed[i%len(mixed)] = append(mixed[i%len(mixed)], name)
		}
		groups = append(groups, mixed...)
		for _, group := range groups {
			if !yield(group) {
				return
			}
		}
	}
}

// more does jobs that were not counted before.
func (p *prover) more(ctx context.Context, jobs []job, limit int) error {
	p.total += len(jobs)
	return p.all(ctx, jobs, limit)
}

// all does the jobs, several at once.
func (p *prover) all(ctx context.Context, jobs []job, limit int) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, j := range jobs {
		if running.Err() != nil {
			break
		}
		group.Go(func() error { return p.do(running, j) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (p *prover) do(ctx context.Context, j job) error {
	var outcomes map[string]suites.Result
	if len(j.checks) > 0 {
		var err error
		if outcomes, err = p.bench.Outcomes(ctx, j.seed, j.checks, p.stock.take(j.faults)...); err != nil {
			return fmt.Errorf("%s: %w", j.what, err)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	switch {
	case len(j.faults) == 0:
		p.alarm(j.seed, outcomes)
	case j.way == together:
		p.suspect(j, outcomes)
	case j.way == shared:
		p.tellApart(j, outcomes)
	default:
		p.notice(j, outcomes)
	}
	if p.Progress != nil {
		p.Progress(p.done, p.total, j.what)
	}
	return nil
}

// suspect has each check that noticed something of several faults judge each of them alone.
func (p *prover) suspect(j job, outcomes map[string]suites.Result) {
	for _, id := range slices.Sorted(maps.Keys(outcomes)) {
		if outcomes[id].Outcome != reports.Failed || p.alarms[id] {
			continue
		}
		for _, name := range j.faults {
			p.doubts = append(p.doubts, p.oneByOne(name, id, survivor))
		}
	}
}

// oneByOne is the job of one check against one fault.
func (p *prover) oneByOne(fault, check string, w way) job {
	return job{what: fault + ", by " + check + " alone", faults: []string{fault}, seed: p.Seed, way: w,
		checks: p.those(func(c suites.Check) bool { return c.ID == check })}
}

// notice notes which checks noticed a job's fault. On a platform that many checks use at
// once, a check may fail by what the fault did to another one: the audit is about what it
// does to the check itself, so such a check is asked again when it is alone.
func (p *prover) notice(j job, outcomes map[string]suites.Result) {
	name := j.faults[0]
	for _, id := range slices.Sorted(maps.Keys(outcomes)) {
		switch {
		case outcomes[id].Outcome != reports.Failed, p.alarms[id], slices.Contains(p.matrix.killed[name], id):
			continue
		case j.way == audit && !p.reached[name][id]:
			p.doubts = append(p.doubts, p.oneByOne(name, id, singly))
			continue
		case j.way == singly:
			p.report.Audit.Missed = append(p.report.Audit.Missed, proof.Miss{Check: id, Fault: name})
		}
		p.matrix.killed[name] = append(p.matrix.killed[name], id)
		if !p.reached[name][id] {
			p.matrix.reached[name] = append(p.matrix.reached[name], id)
		}
	}
	slices.Sort(p.matrix.killed[name])
	slices.Sort(p.matrix.reached[name])
}

func compareAlarms(a, b proof.FalseAlarm) int {
	return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Seed, b.Seed))
}

func compareMisses(a, b proof.Miss) int {
	return cmp.Or(cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Check, b.Check))
}
