package mim6_test

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
	"github.com/oasc/mimcheck/suites/mim6"
)

// Each check passes on the reference platform as it is, and fails with its fault,
// whatever the run's seed.
func TestChecks(t *testing.T) {
	for _, check := range mim6.Checks() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			found, err := faults.Named(check.Fault)
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(3) {
				if r := outcome(t, check, seed); r.Outcome != reports.Passed {
					t.Errorf("seed %d: without a fault the check ends as %s: %s", seed, r.Outcome, r.Reason)
				}
				if r := outcome(t, check, seed, found...); r.Outcome != reports.Failed {
					t.Errorf("seed %d: with fault %s the check ends as %s (%s), expected failed", seed, check.Fault, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// outcome runs one check in the sandbox profile against a reference platform of its own.
func outcome(t *testing.T, check suites.Check, seed uint64, active ...faults.Fault) suites.Result {
	t.Helper()
	return run(t, check, seed, start(t, active...))
}

// start starts a reference platform for the time of the test.
func start(t *testing.T, active ...faults.Fault) *target.Target {
	t.Helper()
	city, err := embedded.Start("127.0.0.1:0", reference.Options{}, active...)
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

// run runs one check in the sandbox profile.
func run(t *testing.T, check suites.Check, seed uint64, platform *target.Target) suites.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	session, err := probe.Open(ctx, platform, probe.Options{Profile: target.Sandbox, JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	return suites.Run(ctx, check, session.Client(check.ID), suites.Env{Seed: seed, Profile: string(target.Sandbox),
		Features: suites.Features(), Endpoints: platform.Endpoints, Scopes: platform.Scopes(), Witness: session.Witness(check.ID)})
}
