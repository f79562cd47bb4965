package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/oasc/mimcheck/internal/harness"
)

// dryRun prints the plan, and how many requests each check made when it was
// rehearsed on the embedded platform: the target itself is not asked anything.
func dryRun(ctx context.Context, p *harness.Prepared, stdout io.Writer) error {
	requests, err := harness.Rehearse(ctx, p)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "REQUESTS\tCHECK\tNEEDS\tTITLE")
	for _, c := range p.Plan.Selected() {
		needs := make([]string, len(c.Needs))
		for i, need := range c.Needs {
			needs[i] = string(need)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", requests.ByCheck[c.ID], c.ID, strings.Join(needs, ","), c.Title)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	total, left := requests.Total(), len(p.Plan.Checks)-len(p.Plan.Selected())
	fmt.Fprintf(stdout, "\n%d checks would run with about %d requests, as counted on the embedded reference platform; %d of them are for preflight and sample, %d for removing what the checks create. %d checks are left out:\n",
		len(p.Plan.Selected()), total, requests.Shared, requests.CleanUp, left)
	for _, reason := range harness.LeftOut(p.Plan) {
		fmt.Fprintf(stdout, "  %4d  %s\n", reason.Count, reason.Reason)
	}
	polite := p.Target.Polite
	if polite.Rate > 0 {
		fmt.Fprintf(stdout, "at %g requests per second this takes at least %.0f s\n", polite.Rate, float64(total)/polite.Rate)
	}
	return nil
}
