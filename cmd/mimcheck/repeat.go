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
// checks do not always have the outcome of the first run, and in which exchange the
// platform began to answer otherwise.
func repeat(ctx context.Context, s harness.Settings, times int, done *harness.Prepared, first *reports.Report, stdout io.Writer) error {
	s.Seed, s.Progress = first.Run.Seed, nil
	run, err := withEvidence(done, first)
	if err != nil {
		return err
	}
	runs := []compare.Run{run}
	for range times - 1 {
		if run, err = oneMore(ctx, s); err != nil {
			return err
		}
		runs = append(runs, run)
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

// oneMore is another run of the same settings.
func oneMore(ctx context.Context, s harness.Settings) (compare.Run, error) {
	p, err := harness.Prepare(s)
	if err != nil {
		return compare.Run{}, err
	}
	defer p.Close()
	r, err := p.Run(ctx)
	if err != nil {
		return compare.Run{}, err
	}
	if ctx.Err() != nil {
		return compare.Run{}, errors.New("interrupted before all runs were done")
	}
	return withEvidence(p, r)
}

// withEvidence is a run with its exchanges as they were recorded, without secrets.
func withEvidence(p *harness.Prepared, r *reports.Report) (compare.Run, error) {
	b, err := p.Bundle(r)
	if err != nil {
		return compare.Run{}, err
	}
	return compare.Run{Report: r, Evidence: compare.Evidence{Token: b.Run.Token, Answers: func(check string) []compare.Answer {
		var answers []compare.Answer
		for _, x := range b.Of(check) {
			a := compare.Answer{Seq: x.Seq, Request: x.Request.Method + " " + x.Request.URL}
			if x.Response != nil {
				a.Status, a.Header, a.Body = x.Response.Status, x.Response.Header, b.Blobs[x.Response.Body.SHA256]
			}
			answers = append(answers, a)
		}
		return answers
	}}}, nil
}
