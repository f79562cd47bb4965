package mim3_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim3"
)

// Each check passes on the reference platform as it is, and fails with its fault,
// whatever the run's seed.
func TestChecks(t *testing.T) {
	observed, written := start(t), start(t) // what some checks write is none of the others' business
	byFault := map[string][]suites.Check{}
	for _, check := range mim3.Checks() {
		byFault[check.Fault] = append(byFault[check.Fault], check)
	}
	for name, checks := range byFault {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := faults.Named(name)
			if err != nil {
				t.Fatal(err)
			}
			broken := start(t, found...)
			for _, check := range checks {
				clean := observed
				if check.Has(suites.NeedWrite) {
					clean = written
				}
				for seed := range uint64(2) {
					if r := run(t, check, seed, clean); r.Outcome != reports.Passed {
						t.Errorf("%s, seed %d: without a fault the check ends as %s: %s", check.ID, seed, r.Outcome, r.Reason)
					}
					if r := run(t, check, seed, broken); r.Outcome != reports.Failed {
						t.Errorf("%s, seed %d: with the fault the check ends as %s (%s), expected failed", check.ID, seed, r.Outcome, r.Reason)
					}
				}
			}
		})
	}
}

// start starts a reference platform for the time of the test.
func start(t *testing.T, active ...faults.Fault) *target.Target {
	t.Helper()
	city, err := embedded.Start("127.0.0.1:0", reference.Options{Empty: true}, active...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(city.Close)
	platform, err := city.Target()
	if err != nil {
		t.Fatal(err)
	}
	return platform
}

// run runs one check; those that only observe in the observe profile.
func run(t *testing.T, check suites.Check, seed uint64, platform *target.Target) suites.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	profile := target.Observe
	if check.Has(suites.NeedWrite) {
		profile = target.Sandbox
	}
	session, err := probe.Open(ctx, platform, probe.Options{Profile: profile, JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	r := suites.Run(ctx, check, session.Client(check.ID), suites.Env{Seed: seed, Profile: string(profile),
		Features: suites.Features(), Endpoints: platform.Endpoints})
	if _, err := session.Cleanup(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}
