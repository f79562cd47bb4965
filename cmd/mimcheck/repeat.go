package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

// repeat runs the same settings with the same seed several times more, and tells which
// checks do not always have the outcome of the first run.
func repeat(ctx context.Context, s harness.Settings, times int, first *reports.Report, stdout io.Writer) error {
	s.Seed, s.Progress = first.Run.Seed, nil
	runs := []*reports.Report{first}
	for range times - 1 {
		p, err := harness.Prepare(s)
		if err != nil {
			return err
		}
		r, err := p.Run(ctx)
		p.Close()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return errors.New("interrupted before all runs were done")
		}
		runs = append(runs, r)
	}
	varying := compare.Runs(runs)
	fmt.Fprintf(stdout, "\n%d runs with seed %d: ", times, s.Seed)
	if len(varying) == 0 {
		fmt.Fprintf(stdout, "each of %d checks had the same outcome in all\n", len(first.Checks))
		return nil
	}
	fmt.Fprintf(stdout, "%s varied\n", reports.Plural(len(varying), "check", "checks"))
	for _, v := range varying {
		fmt.Fprintln(stdout, v)
	}
	return exitError{exitInconclusive, fmt.Errorf("the outcome of %s varies from run to run", reports.Plural(len(varying), "check", "checks"))}
}
