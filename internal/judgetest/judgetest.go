// Package judgetest judges checks: each has to pass on the reference platform as it is,
// and to fail with the fault that it names. It is for the tests of the suites.
package judgetest

import (
	"context"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Checks holds each check against the reference platform as it is, where it has to
// pass, and with the check's own fault, where it has to fail, whatever the run's seed.
// With -short the faults are left out, and there is one seed.
func Checks(t *testing.T, checks []suites.Check, change ...func(*suites.Env)) {
	t.Helper()
	seeds := uint64(2)
	if testing.Short() {
		seeds = 1
	}
	seldom(t)
	observed, written := City(t), City(t) // what some checks write is none of the others' business
	byFault := map[string][]suites.Check{}
	for _, check := range checks {
		byFault[check.Fault] = append(byFault[check.Fault], check)
	}
	for fault, same := range byFault {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			found, err := faults.Named(fault)
			if err != nil {
				t.Fatal(err)
			}
			var broken *target.Target
			if !testing.Short() {
				broken = City(t, found...)
			}
			for _, check := range same {
				clean := observed
				if check.Has(suites.NeedWrite) {
					clean = written
				}
				for seed := range seeds {
					if r := Run(t, check, seed, clean, change...); r.Outcome != reports.Passed {
						t.Errorf("%s, seed %d: without a fault the check ends as %s: %s", check.ID, seed, r.Outcome, r.Reason)
					}
					if broken == nil {
						continue
					}
					if r := Run(t, check, seed, broken, change...); r.Outcome != reports.Failed {
						t.Errorf("%s, seed %d: with the fault the check ends as %s (%s), expected failed", check.ID, seed, r.Outcome, r.Reason)
					}
				}
			}
		})
	}
}

// base is what the platforms of all tests have in common: some hundred are made.
var base = sync.OnceValues(reference.NewBase)

// seldom lets garbage be collected seldom for the time of the test: what a platform leaves
// behind goes all at once when it ends.
func seldom(t *testing.T) {
	before := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(before) })
}

// City starts a reference platform for the time of the test.
func City(t *testing.T, active ...faults.Fault) *target.Target {
	t.Helper()
	like, err := base()
	if err != nil {
		t.Fatal(err)
	}
	started, err := embedded.Start("127.0.0.1:0", reference.Options{Base: like}, active...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Close)
	platform, err := started.Target()
	if err != nil {
		t.Fatal(err)
	}
	return platform
}

// Run runs one check against the platform and removes what it created: in the profile
// observe, or in sandbox when the check writes. The environment of the run, which has
// all features, may be changed.
func Run(t *testing.T, check suites.Check, seed uint64, platform *target.Target, change ...func(*suites.Env)) suites.Result {
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
	env := suites.Env{Seed: seed, Profile: string(profile), Features: suites.Features(), Endpoints: platform.Endpoints,
		Places: platform.Statement.Places, Profiles: platform.Statement.Profiles, Scopes: platform.Scopes(), SignIn: platform.SignIn, Tokens: platform.Tokens, Witness: session.Witness(check.ID),
		Sample: func(ctx context.Context) (*suites.Sample, error) {
			return suites.TakeSample(ctx, session.Client("sample"), 1, 50, nil)
		}}
	for _, f := range change {
		f(&env)
	}
	r := suites.Run(ctx, check, session.Client(check.ID), env)
	if _, err := session.Cleanup(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}
