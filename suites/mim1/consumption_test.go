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
	"github.com/oasc/mimcheck/internal/reference/faults"
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
	platform := made(t, reference.Options{Empty: true})
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

// TestChecksAskTheSameAgain runs all checks twice, as a replay does: the same seed and
// token have to give the same requests.
func TestChecksAskTheSameAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	first, second := consume(t), consume(t)
	for _, check := range mim1.Consumption() {
		a, b := first[check.ID].asked, second[check.ID].asked
		if !slices.Equal(a, b) {
			t.Errorf("%s asked\n%s\nand then\n%s", check.ID, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
}

// consumed is how a check ended and what it asked, in order.
type consumed struct {
	suites.Result
	asked []string
}

// consume runs all checks of consumption on one fresh reference platform.
func consume(t *testing.T, active ...faults.Fault) map[string]consumed {
	t.Helper()
	return onOnePlatform(t, mim1.Consumption(), active...)
}

// onOnePlatform runs the checks one after the other on one fresh reference platform.
func onOnePlatform(t *testing.T, checks []suites.Check, active ...faults.Fault) map[string]consumed {
	t.Helper()
	platform := made(t, reference.Options{})
	server := httptest.NewServer(faults.Wrap(platform, active...))
	defer server.Close()
	session, err := probe.Open(t.Context(), &target.Target{
		Name:      "reference",
		Endpoints: map[string]string{target.NGSILD: server.URL + "/ngsi-ld/v1"},
	}, probe.Options{Profile: target.Reference, Token: "mcagain123", JournalPath: filepath.Join(t.TempDir(), "journal")})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	callback, err := probe.StartCallback("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer callback.Close()
	sample, err := suites.TakeSample(t.Context(), session.Client("sample"), 1, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	env := suites.Env{Seed: 1, Profile: "reference", Features: suites.Features(), Callback: callback,
		Sample: func(context.Context) (*suites.Sample, error) { return sample, nil }}
	results := map[string]consumed{}
	for _, check := range checks {
		client := session.Client(check.ID)
		c := consumed{Result: suites.Run(t.Context(), check, client, env)}
		for _, x := range client.Exchanges() {
			c.asked = append(c.asked, x.Request.Method+" "+strings.TrimPrefix(x.Request.URL, server.URL)+" "+x.Request.Body.SHA256)
		}
		results[check.ID] = c
	}
	return results
}
