package prove

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Half of all that there is to judge is of faults that reach hundreds of checks, of which
// a handful look there. So such a fault is shown to some of its checks first, alone; when
// few of these notice it, it shares a platform with others of its kind before the rest,
// and who does not pass there judges each of these alone. One fault may hide another one
// from a check: then that check's share of what is noticed is told too low, never too high.
const (
	atFirst    = 24 // checks that a fault is shown to first
	neighbours = 8  // faults that share a platform
)

// alone says whether a fault can't share a platform: one listens by TLS in one way only,
// and those that answer on their own may ask what is behind them more than once, which
// multiplies when there is another such fault.
func alone(f faults.Fault) bool { return f.Listening != nil || f.Instead != nil }

// first is the first job of a fault: those of its checks that name it, and others at
// random; all of them when they are not many, when the fault was asked for by name, and
// when it can't share a platform.
func (p *prover) first(f faults.Fault, random *rand.Rand) job {
	checks := p.those(func(c suites.Check) bool { return p.reached[f.Name][c.ID] })
	if len(p.Faults) == 0 && !alone(f) && len(checks) > 2*atFirst {
		random.Shuffle(len(checks), func(i, j int) { checks[i], checks[j] = checks[j], checks[i] })
		naming := func(c suites.Check) int {
			if c.Fault == f.Name {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(checks, func(a, b suites.Check) int { return naming(a) - naming(b) })
		p.later[f.Name] = map[string]bool{}
		for _, c := range checks[atFirst:] {
			p.later[f.Name][c.ID] = true
		}
		checks = checks[:atFirst]
	}
	return job{what: f.Name, faults: []string{f.Name}, seed: p.Seed, checks: checks}
}

// rest are the jobs of the checks that the faults were not shown to at first.
func (p *prover) rest() []job {
	var jobs []job
	var shy []string
	for _, f := range p.matrix.faults {
		later := p.later[f.Name]
		switch noticed := len(p.matrix.killed[f.Name]); {
		case len(later) == 0:
		case noticed*10 > atFirst:
			jobs = append(jobs, job{what: f.Name + ", by the other checks", faults: []string{f.Name}, seed: p.Seed,
				checks: p.those(func(c suites.Check) bool { return later[c.ID] })})
		default:
			shy = append(shy, f.Name)
		}
	}
	// Those that reach as many checks often reach the same ones.
	slices.SortStableFunc(shy, func(a, b string) int { return len(p.later[b]) - len(p.later[a]) })
	for group := range slices.Chunk(shy, neighbours) {
		jobs = append(jobs, job{what: fmt.Sprintf("%s and %d others, by the other checks", group[0], len(group)-1), faults: group, seed: p.Seed, way: shared,
			checks: p.those(func(c suites.Check) bool {
				return slices.ContainsFunc(group, func(name string) bool { return p.later[name][c.ID] })
			})})
	}
	return jobs
}

// tellApart has the checks that did not pass before several faults judge each of these
// that reaches them.
func (p *prover) tellApart(j job, outcomes map[string]suites.Result) {
	for _, name := range j.faults {
		suspecting := p.those(func(c suites.Check) bool {
			r, judged := outcomes[c.ID]
			return judged && r.Outcome != reports.Passed && p.later[name][c.ID]
		})
		if len(suspecting) > 0 {
			p.suspects = append(p.suspects, job{what: name + ", by those that noticed something", faults: []string{name}, seed: p.Seed, checks: suspecting})
		}
	}
}
