// Package prove shows that the checks can fail: it runs them against every named
// fault of the reference platform and counts which faults they notice.
package prove

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Proof is what the checks made of the reference platform's faults.
type Proof struct {
	Checks []suites.Check
	// FalseAlarms are checks that did not pass on the platform without any fault, with the reason.
	FalseAlarms map[string]string
	// Killed maps each fault to the checks that failed with it, sorted. A fault
	// without such a check survived.
	Killed map[string][]string
}

// Options say what to prove. Zero values mean everything.
type Options struct {
	Settings harness.Settings // selection, seed, state folder; the platform is always the embedded one
	Faults   []faults.Fault
	Parallel int                           // platforms at once
	Progress func(fault string, kills int) // told after each fault, by one goroutine at a time
}

// Run runs the selected checks against the embedded reference platform as it is,
// and once more with each fault.
func Run(ctx context.Context, o Options) (*Proof, error) {
	proof := &Proof{FalseAlarms: map[string]string{}, Killed: map[string][]string{}}
	clean, checks, err := outcomes(ctx, o.Settings)
	if err != nil {
		return nil, err
	}
	proof.Checks = checks
	for id, r := range clean {
		if r.Outcome != reports.Passed {
			proof.FalseAlarms[id] = fmt.Sprintf("%s: %s", r.Outcome, r.Reason)
		}
	}
	type kill struct {
		fault  string
		failed []string
	}
	kills := make(chan kill)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, o.Parallel) + 1)
	group.Go(func() error {
		for range o.Faults {
			select {
			case k := <-kills:
				proof.Killed[k.fault] = k.failed
				if o.Progress != nil {
					o.Progress(k.fault, len(k.failed))
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	for _, f := range o.Faults {
		group.Go(func() error {
			settings := o.Settings
			settings.Faults = []string{f.Name}
			got, _, err := outcomes(ctx, settings)
			if err != nil {
				return fmt.Errorf("fault %s: %w", f.Name, err)
			}
			k := kill{fault: f.Name}
			for _, id := range slices.Sorted(maps.Keys(got)) {
				if got[id].Outcome == reports.Failed && proof.FalseAlarms[id] == "" {
					k.failed = append(k.failed, id)
				}
			}
			select {
			case kills <- k:
			case <-ctx.Done():
			}
			return nil
		})
	}
	return proof, group.Wait()
}

func outcomes(ctx context.Context, s harness.Settings) (map[string]suites.Result, []suites.Check, error) {
	s.Profile, s.Rate = "", -1
	prepared, err := harness.Prepare(s)
	if err != nil {
		return nil, nil, err
	}
	defer prepared.Close()
	var checks []suites.Check
	for _, c := range prepared.Plan.Selected() {
		checks = append(checks, c.Check)
	}
	results, err := prepared.Outcomes(ctx)
	return results, checks, err
}

// Survived lists the faults that no check noticed, sorted.
func (p *Proof) Survived() []string {
	var names []string
	for name, by := range p.Killed {
		if len(by) == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Score is the share of faults that at least one check noticed, from 0 to 1.
func (p *Proof) Score() float64 {
	if len(p.Killed) == 0 {
		return 0
	}
	return 1 - float64(len(p.Survived()))/float64(len(p.Killed))
}

// Idle lists the checks that noticed no fault at all, sorted: nothing proves that
// they can fail.
func (p *Proof) Idle() []string {
	busy := map[string]bool{}
	for _, by := range p.Killed {
		for _, id := range by {
			busy[id] = true
		}
	}
	var idle []string
	for _, c := range p.Checks {
		if !busy[c.ID] {
			idle = append(idle, c.ID)
		}
	}
	return idle
}

// Misnamed lists checks that passed although the fault that they name was on.
func (p *Proof) Misnamed() []string {
	var wrong []string
	for _, c := range p.Checks {
		by, ran := p.Killed[c.Fault]
		if ran && !slices.Contains(by, c.ID) {
			wrong = append(wrong, c.ID+" (fault "+c.Fault+")")
		}
	}
	return wrong
}

// WriteText writes the mutation score per requirement and per check.
func (p *Proof) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "FAULTS NOTICED\tCHECKS\tREQUIREMENT")
	for _, row := range p.perRequirement() {
		fmt.Fprintf(table, "%d\t%d\t%s\n", row.faults, row.checks, row.id)
	}
	fmt.Fprintln(table, "\t\t\nFAULTS NOTICED\t\tCHECK")
	counts := map[string]int{}
	for _, by := range p.Killed {
		for _, id := range by {
			counts[id]++
		}
	}
	for _, c := range p.Checks {
		fmt.Fprintf(table, "%d\t\t%s\n", counts[c.ID], c.ID)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d faults, %d noticed (%.1f %%), %d checks, %d false alarms\n",
		len(p.Killed), len(p.Killed)-len(p.Survived()), 100*p.Score(), len(p.Checks), len(p.FalseAlarms))
	for _, list := range []struct {
		title string
		ids   []string
	}{
		{"faults that no check noticed", p.Survived()},
		{"checks that noticed nothing", p.Idle()},
		{"checks that did not notice the fault they name", p.Misnamed()},
		{"false alarms", falseAlarms(p.FalseAlarms)},
	} {
		if len(list.ids) > 0 {
			fmt.Fprintf(w, "\n%s:\n  %s\n", list.title, strings.Join(list.ids, "\n  "))
		}
	}
	return nil
}

func falseAlarms(m map[string]string) []string {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, id+": "+m[id])
	}
	return lines
}

type requirementScore struct {
	id             string
	faults, checks int
}

// perRequirement counts the checks of each requirement and the faults that any of them noticed.
func (p *Proof) perRequirement() []requirementScore {
	checksOf := map[string][]string{}
	for _, c := range p.Checks {
		for _, r := range c.Requirements {
			checksOf[r] = append(checksOf[r], c.ID)
		}
	}
	var rows []requirementScore
	for id, checks := range checksOf {
		row := requirementScore{id: id, checks: len(checks)}
		for _, by := range p.Killed {
			if slices.ContainsFunc(by, func(k string) bool { return slices.Contains(checks, k) }) {
				row.faults++
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b requirementScore) int { return cmp.Compare(a.id, b.id) })
	return rows
}
