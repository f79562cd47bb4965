package harness

import (
	"cmp"
	"context"
	"slices"

	"github.com/oasc/mimcheck/internal/runner"
)

// Requests is how many requests a run makes.
type Requests struct {
	ByCheck map[string]int // check id -> its own
	Shared  int            // preflight and sample
	CleanUp int            // removing what the checks created
}

// Total is all of them.
func (r Requests) Total() int {
	total := r.Shared + r.CleanUp
	for _, n := range r.ByCheck {
		total += n
	}
	return total
}

// Rehearse runs the plan's checks on a fresh embedded platform and returns how many
// requests were made there. On another platform the number differs where a check
// looks at what that platform holds.
func Rehearse(ctx context.Context, p *Prepared) (Requests, error) {
	s := Settings{
		Baseline: p.Plan.Scope.Baseline.ID, MIMs: p.settings.MIMs, Filter: p.settings.Filter,
		Claims: p.Plan.Scope.Statement.MIMs, Features: p.Plan.Scope.Statement.Features,
		SpecVersion: p.Plan.Scope.Statement.SpecVersion, Profile: string(p.Plan.Scope.Profile),
		Rate: -1, Concurrency: 16, Seed: p.Seed, StateDir: p.settings.StateDir, Tool: p.settings.Tool,
	}
	rehearsal, err := Prepare(s)
	if err != nil {
		return Requests{}, err
	}
	defer rehearsal.Close()
	rehearsal.Plan.Checks = p.Plan.Checks // and nothing that only the embedded platform has an endpoint for
	report, err := rehearsal.Run(ctx)
	if err != nil {
		return Requests{}, err
	}
	requests := Requests{ByCheck: map[string]int{}, Shared: rehearsal.shared}
	for _, c := range report.Checks {
		requests.ByCheck[c.ID] = len(c.Exchanges)
	}
	requests.CleanUp = report.Run.Requests - requests.Total()
	return requests, nil
}

// Reason is why checks are left out of a plan, and how many.
type Reason struct {
	Reason string
	Count  int
}

// LeftOut groups the checks that a plan leaves out by reason, most first.
func LeftOut(p *runner.Plan) []Reason {
	counts := map[string]int{}
	for _, c := range p.Checks {
		if c.Outcome != "" {
			counts[string(c.Outcome)+": "+c.Reason]++
		}
	}
	reasons := make([]Reason, 0, len(counts))
	for reason, n := range counts {
		reasons = append(reasons, Reason{reason, n})
	}
	slices.SortFunc(reasons, func(a, b Reason) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Reason, b.Reason))
	})
	return reasons
}
