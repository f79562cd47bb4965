package mim1_test

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestConsumptionAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Consumption()) }

func TestConsumptionChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Provision(), mim1.Consumption())
	if err != nil {
		t.Fatal(err)
	}
	observing := 0
	for _, c := range r.All() {
		if strings.HasPrefix(c.ID, "mim1.observe.") {
			observing++
			if !slices.Equal(c.Needs, []suites.Need{suites.NeedRead}) {
				t.Errorf("%s needs %v, but only observes", c.ID, c.Needs)
			}
		}
	}
	if n := len(mim1.Consumption()); n < 200 || observing < 25 {
		t.Errorf("there are %d checks of consumption, %d of them observing: expected at least the 200 and 25 that there were", n, observing)
	}
}

// TestObservingAnEmptyPlatform runs what only reads against a platform that holds
// nothing, in the profile that lets nothing be written: a check either needs no
// entity and passes, or is untested with a reason.
func TestObservingAnEmptyPlatform(t *testing.T) {
	platform, err := reference.New(reference.Options{Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(platform)
	defer server.Close()
	session, err := probe.Open(t.Context(), &target.Target{
		Name:      "empty",
		Endpoints: map[string]string{target.NGSILD: server.URL + "/ngsi-ld/v1"},
	}, probe.Options{Profile: target.Observe, JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	env := suites.Env{Profile: "observe", Features: suites.Features(), Sample: func(ctx context.Context) (*suites.Sample, error) {
		return suites.TakeSample(ctx, session.Client("sample"), 1, 50, nil)
	}}
	for _, check := range mim1.Consumption() {
		if !slices.Equal(check.Needs, []suites.Need{suites.NeedRead}) {
			continue
		}
		want := reports.Passed
		if strings.HasPrefix(check.ID, "mim1.observe.") {
			want = reports.Untested
		}
		if r := suites.Run(t.Context(), check, session.Client(check.ID), env); r.Outcome != want {
			t.Errorf("%s ends as %s (%s), want %s", check.ID, r.Outcome, r.Reason, want)
		}
	}
}
