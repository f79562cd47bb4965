package harness_test

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
)

func TestProfileAndPace(t *testing.T) {
	for _, c := range []struct {
		name        string
		settings    harness.Settings
		profile     target.Profile
		rate        float64
		concurrency int
	}{
		{"the embedded platform: everything, fast", harness.Settings{}, target.Reference, 0, 16},
		{"anything remote: look only, slowly", harness.Settings{URL: "http://broker.invalid"}, target.Observe, 5, 2},
		{"sandbox", harness.Settings{URL: "http://broker.invalid", Profile: "sandbox"}, target.Sandbox, 10, 4},
		{"reference, on this machine", harness.Settings{URL: "http://127.0.0.1:1", Profile: "reference"}, target.Reference, 0, 16},
		{"the command line decides", harness.Settings{URL: "http://broker.invalid", Rate: 2, Concurrency: 1}, target.Observe, 2, 1},
		{"negative is unlimited", harness.Settings{URL: "http://broker.invalid", Rate: -1}, target.Observe, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.settings.StateDir = t.TempDir()
			p, err := harness.Prepare(c.settings)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			got := p.Target.Polite
			if p.Plan.Scope.Profile != c.profile || got.Rate != c.rate || got.Concurrency != c.concurrency {
				t.Errorf("profile %s, %g/s, %d at once; want %s, %g/s, %d", p.Plan.Scope.Profile, got.Rate, got.Concurrency, c.profile, c.rate, c.concurrency)
			}
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings harness.Settings
		want     string
	}{
		{"reference profile for a remote platform", harness.Settings{URL: "http://broker.invalid", Profile: "reference"}, "on this machine"},
		{"a fault of a remote platform", harness.Settings{URL: "http://127.0.0.1:1", Faults: []string{"x"}}, "--fault is for the embedded"},
		{"an unknown feature", harness.Settings{Features: []string{"telepathy"}}, "telepathy"},
		{"a broker that nobody can be told", harness.Settings{URL: "http://broker.invalid", Profile: "sandbox", Features: []string{"mqtt"}, NotifyMQTT: "broker.example"}, "mqtt://host.example"},
		{"a broker that nobody is told", harness.Settings{MQTTListen: "127.0.0.1:0"}, "--notify-mqtt"},
		{"models that are not there", harness.Settings{Models: []string{"/nowhere/at/all"}}, "/nowhere/at/all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := harness.Prepare(c.settings)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// What is said of a run in advance has to hold: the rehearsal's numbers are those
// of the run itself, on the same platform.
func TestRehearsalCountsWhatARunSends(t *testing.T) {
	city, err := embedded.Start("127.0.0.1:0", reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	p, err := harness.Prepare(harness.Settings{URL: city.URL, Rate: -1, Seed: 7, StateDir: t.TempDir(),
		Features: embedded.Statement().Features, SpecVersion: embedded.SpecVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	announced, err := harness.Rehearse(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	report, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Run.Requests == 0 {
		t.Fatal("the run sent nothing")
	}
	if announced.Total() != report.Run.Requests {
		t.Errorf("%d requests were announced and %d sent", announced.Total(), report.Run.Requests)
	}
	for _, c := range report.Checks {
		if c.Outcome != "untested" && announced.ByCheck[c.ID] != len(c.Exchanges) {
			t.Errorf("%s: %d requests were announced and %d sent", c.ID, announced.ByCheck[c.ID], len(c.Exchanges))
		}
	}
}

// What profile observe does not let a check send, the check has to need: it is left out then,
// with that reason, and does not end without a judgement.
func TestObservingChecksAreAllowedWhatTheySend(t *testing.T) {
	_, report := run(t, harness.Settings{Profile: "observe", Features: []string{"all"}, Seed: 7, Rate: -1})
	for _, c := range reports.With(report.Checks, reports.CantTell) {
		t.Errorf("%s: %s", c.ID, c.Reason)
	}
	if observed := len(reports.With(report.Checks, reports.Passed)); observed < 100 {
		t.Errorf("%d checks passed, expected 100 at least", observed)
	}
}
