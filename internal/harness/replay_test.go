package harness_test

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

// run runs the embedded platform.
func run(t *testing.T, s harness.Settings) (*harness.Prepared, *reports.Report) {
	t.Helper()
	s.StateDir = t.TempDir()
	s.Tool = reports.Tool{Name: "mimcheck", Version: "test"}
	p, err := harness.Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	report, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p, report
}

// ran is run, and returns the bundle, as another machine reads it.
func ran(t *testing.T, s harness.Settings) *attest.Bundle {
	t.Helper()
	p, report := run(t, s)
	var written bytes.Buffer
	if err := p.WriteBundle(&written, report); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("MIMCHECK_KEEP_BUNDLE"); path != "" {
		_ = os.WriteFile(path, written.Bytes(), 0o600)
	}
	p.Close() // nothing of the run is there anymore
	read, err := attest.Decode(written.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// A bundle has the same bytes whenever it is made, and also where it is written piece by
// piece.
func TestABundleHasOneForm(t *testing.T) {
	p, report := run(t, harness.Settings{Seed: 5, Filter: "entity.create || notification.state || temporal.query || MIM2", Features: []string{"all"}, Faults: []string{"entity.create.no-location"}})
	made, err := p.Bundle(report)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := made.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := made.Encode()
	if err != nil || !bytes.Equal(encoded, again) {
		t.Errorf("the same bundle gives other bytes (%v)", err)
	}
	var streamed bytes.Buffer
	if err := p.WriteBundle(&streamed, report); err != nil || !bytes.Equal(encoded, streamed.Bytes()) {
		t.Errorf("written piece by piece the bundle has other bytes (%v)", err)
	}
}

// compare expects that the replay gives the recorded report, byte by byte.
func compare(t *testing.T, b *attest.Bundle) {
	t.Helper()
	replayed, err := harness.Replay(t.Context(), b, harness.ReplaySettings{Tool: b.Report.Tool})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]reports.CheckResult{}
	for _, c := range b.Report.Checks {
		want[c.ID] = c
	}
	for _, c := range replayed.Checks {
		if w := want[c.ID]; c.Outcome != w.Outcome || c.Reason != w.Reason {
			t.Errorf("%s: recorded %s (%s), replayed %s (%s)", c.ID, w.Outcome, w.Reason, c.Outcome, c.Reason)
		}
	}
	a, err := reports.Encode(b.Report)
	if err != nil {
		t.Fatal(err)
	}
	z, err := reports.Encode(replayed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, z) {
		t.Errorf("the replayed report is another one:\n%s", firstDifference(a, z))
	}
}

func firstDifference(a, b []byte) string {
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(as), len(bs)) {
		if !bytes.Equal(as[i], bs[i]) {
			return string(bytes.Join(as[max(0, i-12):i], []byte("\n"))) + "\n- " + string(as[i]) + "\n+ " + string(bs[i])
		}
	}
	return "one is longer than the other"
}

// Every suite that the embedded platform is judged by, in a run of the first baseline that
// has checks of it: the default one before the others.
func TestReplayOfEverySuite(t *testing.T) {
	if testing.Short() {
		t.Skip("whole runs, one after the other; other tests run the same code")
	}
	left := map[string]bool{}
	for _, c := range judged(t) {
		left[c.Suite()] = true
	}
	for _, id := range append([]string{baselines.DefaultID}, baselines.IDs()...) {
		now := map[string]bool{}
		for _, c := range judged(t, id) {
			if left[c.Suite()] {
				now[c.Suite()] = true
			}
		}
		if len(now) == 0 {
			continue
		}
		t.Run(id, func(t *testing.T) {
			b := ran(t, harness.Settings{Seed: 7, Features: []string{"all"}, Baseline: id, Filter: strings.Join(slices.Sorted(maps.Keys(now)), " || ")})
			compare(t, b)
			for _, c := range reports.With(b.Report.Checks, reports.Passed) {
				suite, _, _ := strings.Cut(c.ID, ".")
				delete(left, strings.ToUpper(suite))
			}
		})
	}
	if len(left) > 0 {
		t.Errorf("no check of %v passed in any run, so nothing of them was replayed", slices.Sorted(maps.Keys(left)))
	}
}

// judged are the checks that the embedded platform is judged by under the baselines.
func judged(t *testing.T, baselines ...string) []suites.Check {
	t.Helper()
	bench, err := harness.NewBench()
	if err != nil {
		t.Fatal(err)
	}
	checks, _, err := bench.Checks("", baselines...)
	if err != nil && !errors.Is(err, runner.ErrEmptySelection) {
		t.Fatal(err)
	}
	return checks
}

func TestReplayOfRunsThatWentWrong(t *testing.T) {
	if testing.Short() {
		t.Skip("whole runs, one after the other; other tests run the same code")
	}
	for _, c := range []struct {
		name     string
		settings harness.Settings
		ended    []string // what some checks end as, and the beginning of their names
	}{
		{"faults", harness.Settings{Faults: []string{"entity.create.no-location", "temporal.query.order-ignored", "notification.one-subscriber-only"}, Features: []string{"all"},
			Filter: `entity.create || temporal.query || /^notification\./`}, []string{"failed mim1.entity.create.", "failed mim1.temporal.query.", "failed mim1.notification."}},
		{"the first failure ends it", harness.Settings{Faults: []string{"entity.create.no-location"}, FailFast: true, Concurrency: 2, Filter: `/^entity\./`},
			[]string{"failed mim1.entity.create.", "untested mim1.entity."}},
		{"no time for any check", harness.Settings{Timeout: 3 * time.Millisecond, Filter: "entity.create"}, nil},
		{"nobody answers", harness.Settings{URL: "http://127.0.0.1:1", Profile: "observe", Rate: -1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.settings.Seed = 11
			b := ran(t, c.settings)
			compare(t, b)
			for _, ended := range c.ended {
				if !slices.ContainsFunc(b.Report.Checks, func(c reports.CheckResult) bool {
					return strings.HasPrefix(string(c.Outcome)+" "+c.ID, ended)
				}) {
					t.Errorf("no check ended as %s", ended)
				}
			}
		})
	}
}

func TestReplayUnderAnotherBaseline(t *testing.T) {
	if testing.Short() {
		t.Skip("whole runs, one after the other; other tests run the same code")
	}
	b := ran(t, harness.Settings{Seed: 5, Filter: "entity.create || MIM2"})
	replayed, err := harness.Replay(t.Context(), b, harness.ReplaySettings{Baseline: "oasc-2026-06-draft", Claims: []string{"MIM0", "MIM1", "MIM2"}, Tool: b.Report.Tool})
	if err != nil {
		t.Fatal(err)
	}
	if replayed.Baseline.ID != "oasc-2026-06-draft" || replayed.Verdict.Verdict != reports.Inconclusive {
		t.Errorf("judged %s by %s", replayed.Verdict.Verdict, replayed.Baseline.ID)
	}
	recorded := map[string]reports.CheckResult{}
	for _, c := range b.Report.Checks {
		recorded[c.ID] = c
	}
	judged := 0
	for _, c := range replayed.Checks {
		if was, both := recorded[c.ID]; both && was.Outcome == reports.Passed {
			judged++
			if c.Outcome != reports.Passed {
				t.Errorf("%s is %s (%s)", c.ID, c.Outcome, c.Reason)
			}
		}
		if c.Outcome == reports.Failed {
			t.Errorf("%s failed for %s", c.ID, c.Reason)
		}
	}
	if judged == 0 {
		t.Error("no check is in both baselines, so nothing was compared")
	}
}

// A check that asks for what nobody recorded is untested, and says what is missing:
// neither the platform's failure nor its merit.
func TestReplayOfWhatIsNotRecorded(t *testing.T) {
	b := ran(t, harness.Settings{Seed: 5, Filter: "entity.create || notification.state || MIM2"})
	for _, c := range []struct {
		name string
		keep func(evidence.Event) bool
		only string // prefix of the checks that lose something
	}{
		{"no calls", func(e evidence.Event) bool { return e.Kind != evidence.Called }, ""},
		{"the second call", func(e evidence.Event) bool { return e.Kind != evidence.Called || e.Seq < 2 }, ""},
		{"no notifications", func(e evidence.Event) bool { return e.Kind != evidence.Next }, "mim1.notification."},
		{"no inboxes", func(e evidence.Event) bool { return e.Kind != evidence.Inbox }, "mim1.notification."},
	} {
		t.Run(c.name, func(t *testing.T) {
			less := *b
			less.Events = nil
			for _, e := range b.Events {
				if c.keep(e) {
					less.Events = append(less.Events, e)
				}
			}
			replayed, err := harness.Replay(t.Context(), &less, harness.ReplaySettings{Tool: b.Report.Tool})
			if err != nil {
				t.Fatal(err)
			}
			gaps := 0
			for i, got := range replayed.Checks {
				was := b.Report.Checks[i]
				switch {
				case got.Outcome == was.Outcome && got.Reason == was.Reason:
				case got.Outcome == reports.Untested && strings.Contains(got.Reason, "the record does not have") && strings.HasPrefix(got.ID, c.only):
					gaps++
				default:
					t.Errorf("%s: recorded %s, now %s (%s)", got.ID, was.Outcome, got.Outcome, got.Reason)
				}
			}
			if gaps == 0 {
				t.Error("no check misses anything")
			}
		})
	}
}

// Whatever is missing, twice or in another order in a record: a replay ends, and fails no
// check that did not fail in the run.
func TestReplayOfDamagedRecords(t *testing.T) {
	b := ran(t, harness.Settings{Seed: 5, Filter: "entity.create || notification.state || mim1.subscription.create || MIM2", Features: []string{"all"}})
	failed := func(r *reports.Report) map[string]bool {
		ids := map[string]bool{}
		for _, c := range reports.With(r.Checks, reports.Failed) {
			ids[c.ID] = true
		}
		return ids
	}
	before := failed(b.Report)
	seeds := uint64(12)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 1))
		less := *b
		less.Events = nil
		for _, e := range b.Events {
			if random.IntN(8) != 0 {
				less.Events = append(less.Events, e)
			}
		}
		replayed, err := harness.Replay(t.Context(), &less, harness.ReplaySettings{Tool: b.Report.Tool})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range reports.With(replayed.Checks, reports.Failed) {
			if !before[c.ID] {
				t.Errorf("seed %d: %s failed where something is missing: %s", seed, c.ID, c.Reason)
			}
		}
		if replayed.Verdict.Verdict == reports.NonConformant && b.Report.Verdict.Verdict != reports.NonConformant {
			t.Errorf("seed %d: not conformant, because the record has gaps", seed)
		}
	}
}

// A HAR of the whole run, and of one check, are judged again with the same outcomes.
func TestReplayOfAnImportedHAR(t *testing.T) {
	const id = "mim1.entity.create.location"
	b := ran(t, harness.Settings{Seed: 9, Filter: "entity.create || notification.state || MIM2", Faults: []string{"entity.create.no-location"}})
	for name, checks := range map[string][]string{"whole": nil, "one check": {id}, "two checks": {id, "mim1.entity.create.scope"}} {
		t.Run(name, func(t *testing.T) {
			har, err := b.HAR(checks...)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "x.har")
			if err := os.WriteFile(path, har, 0o600); err != nil {
				t.Fatal(err)
			}
			imported, err := harness.ImportHAR(t.Context(), path, harness.ReplaySettings{})
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := imported.Encode()
			if err != nil {
				t.Fatal(err)
			}
			read, err := attest.Decode(encoded)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, read)
			was := map[string]reports.CheckResult{}
			for _, c := range b.Report.Checks {
				was[c.ID] = c
			}
			judged := 0
			for _, c := range read.Report.Checks {
				chosen := checks == nil || slices.Contains(checks, c.ID)
				switch {
				case chosen && (c.Outcome != was[c.ID].Outcome || c.Reason != was[c.ID].Reason):
					t.Errorf("%s: it was %s (%s) and is %s (%s)", c.ID, was[c.ID].Outcome, was[c.ID].Reason, c.Outcome, c.Reason)
				case !chosen && (c.Outcome == reports.Passed || c.Outcome == reports.Failed):
					t.Errorf("%s was not exported, and is %s", c.ID, c.Outcome)
				case chosen:
					judged++
				}
			}
			if judged == 0 {
				t.Error("nothing was judged")
			}
			again, err := read.HAR(checks...)
			if err != nil {
				t.Fatal(err)
			}
			if third, _, err := attest.ImportHAR(again); err != nil || len(third.Exchanges) != len(read.Exchanges) && checks == nil {
				t.Errorf("it goes out, and does not come in again: %v", err)
			}
		})
	}
}
