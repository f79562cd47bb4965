package mim1_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// judge runs each check twice against the reference platform: as it is, where the
// check has to pass, and with the check's own fault, where it has to fail.
func judge(t *testing.T, checks []suites.Check) {
	t.Helper()
	t.Parallel() // with the other suites of the package: some checks wait for long
	byName := map[string]faults.Fault{}
	for _, f := range faults.All() {
		byName[f.Name] = f
	}
	for _, check := range checks {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			clean := platform(t, check)
			r := seeded(t, check, 0, clean)
			if r.Outcome != reports.Passed {
				t.Errorf("without a fault the check ends as %s: %s", r.Outcome, r.Reason)
			}
			if testing.Short() {
				return // with faults, in the long run
			}
			found, known := byName[check.Fault]
			if !known {
				t.Fatalf("there is no fault %s", check.Fault)
			}
			broken := clean // whose answers are altered; what it sends is altered in a platform of its own
			if found.Outgoing != nil || found.Publishing != nil {
				broken = platform(t, check, found)
			}
			r = seeded(t, check, 0, broken, found)
			if r.Outcome != reports.Failed {
				t.Errorf("with fault %s the check ends as %s (%s), expected failed", check.Fault, r.Outcome, r.Reason)
			}
		})
	}
}

// base is what the platforms of all tests have in common: some thousand are made.
var base = sync.OnceValues(reference.NewBase)

// platform is a reference platform for the time of the test, which sends what the
// faults make of it. It holds the sample city for checks that only read, nothing for
// those that bring what they need.
func platform(t *testing.T, check suites.Check, active ...faults.Fault) *reference.Platform {
	t.Helper()
	options := reference.Options{Empty: check.Has(suites.NeedWrite), NoTenants: check.Without == suites.FeatureTenants, Publish: faults.Publish(active...)}
	if transport := faults.Transport(reference.Transport(), active...); transport != nil {
		options.Client = reference.NewClient(transport)
	}
	p := made(t, options)
	t.Cleanup(p.Close)
	return p
}

// made is a reference platform that has the base of all. Close it.
func made(t *testing.T, options reference.Options) *reference.Platform {
	t.Helper()
	read, err := base()
	if err != nil {
		t.Fatal(err)
	}
	options.Base = read
	p, err := reference.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome runs one check against a reference platform of its own.
func outcome(t *testing.T, check suites.Check, active ...faults.Fault) suites.Result {
	t.Helper()
	return seeded(t, check, 0, platform(t, check, active...), active...)
}

// seeded runs one check with a run's seed against a platform that answers as the
// faults make it.
func seeded(t *testing.T, check suites.Check, seed uint64, platform *reference.Platform, active ...faults.Fault) suites.Result {
	t.Helper()
	return inVersion(t, check, "1.9.1", claimedFor(check), seed, platform, active...)
}

// claimedFor is all features, but for the one whose lack the check is about.
func claimedFor(check suites.Check) []suites.Feature {
	return slices.DeleteFunc(suites.Features(), func(f suites.Feature) bool { return f == check.Without })
}

// inVersion is seeded on a platform that states a version of the specification and claims features.
func inVersion(t *testing.T, check suites.Check, version string, features []suites.Feature, seed uint64, platform *reference.Platform, active ...faults.Fault) suites.Result {
	t.Helper()
	server := httptest.NewServer(faults.Wrap(http.Handler(platform), active...))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	session, err := probe.Open(ctx, &target.Target{
		Name:      "reference",
		Endpoints: map[string]string{target.NGSILD: server.URL + "/ngsi-ld/v1"},
	}, probe.Options{Profile: target.Reference, JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	callback, err := probe.StartCallback("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer callback.Close()
	var broker suites.Broker
	if check.Has(suites.NeedBroker) {
		b, err := probe.StartBroker()
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		broker = b
	}
	return suites.Run(ctx, check, session.Client(check.ID), suites.Env{Seed: seed, SpecVersion: version, Profile: "reference", Features: features, Callback: callback, Broker: broker, Patience: 3 * time.Second,
		Sample: func(ctx context.Context) (*suites.Sample, error) {
			return suites.TakeSample(ctx, session.Client("sample"), 1, 50, nil)
		}})
}
