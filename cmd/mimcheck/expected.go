package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/waiver"
	"github.com/oasc/mimcheck/reports"
)

// news tells what the run found that the file of expected failures does not have, and
// gives the exit code by it. Checks that are known to fail at times are run again.
func news(ctx context.Context, s harness.Settings, expected []waiver.Expected, r *reports.Report, stdout io.Writer) error {
	again, err := runAgain(ctx, s, expected, r)
	if err != nil {
		return err
	}
	n := waiver.Compare(r, expected, again)
	if len(n.Known) > 0 {
		fmt.Fprintf(stdout, "failed as expected: %s\n", strings.Join(n.Known, ", "))
	}
	var said []string // all of it: what is mended next should not bring up the rest
	if len(n.Failed) > 0 {
		said = append(said, "failed, and nobody expected it: "+strings.Join(n.Failed, ", "))
	}
	if len(n.Never) > 0 {
		said = append(said, "failed each time, and is expected to pass at times: "+strings.Join(n.Never, ", "))
	}
	message := errors.New(strings.Join(append(said, n.Stale...), "; "))
	switch {
	case len(said) > 0:
		return exitError{exitNonConformant, message}
	case len(n.Stale) > 0:
		return exitError{exitUsage, message}
	case r.Verdict.Verdict == reports.NonConformant:
		fmt.Fprintln(stdout, "The platform is not conformant, and nothing that failed is news: the exit code is 0.")
		return nil
	}
	return verdictCode(r)
}

// runAgain runs the failed checks that pass at times again, and gives those that did.
func runAgain(ctx context.Context, s harness.Settings, expected []waiver.Expected, r *reports.Report) ([]string, error) {
	var passed []string
	for _, e := range expected {
		for _, c := range r.Checks {
			if c.ID != e.Check || c.Outcome != reports.Failed {
				continue
			}
			for range e.Reruns {
				outcome, err := once(ctx, s, e.Check)
				if err != nil {
					return passed, err
				}
				if outcome == reports.Passed {
					passed = append(passed, e.Check)
					break
				}
			}
		}
	}
	return passed, nil
}

// once runs a single check.
func once(ctx context.Context, s harness.Settings, check string) (reports.Outcome, error) {
	s.Filter, s.Progress, s.Waivers, s.Seed = check, nil, "", 0
	p, err := harness.Prepare(s)
	if err != nil {
		return "", err
	}
	defer p.Close()
	r, err := p.Run(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range r.Checks {
		if c.ID == check {
			return c.Outcome, nil
		}
	}
	return "", fmt.Errorf("%s is no check of the run", check)
}

// loadExpected reads the file of expected failures; no file is none.
func loadExpected(path string) ([]waiver.Expected, error) {
	if path == "" {
		return nil, nil
	}
	return waiver.LoadExpected(path, time.Now())
}
