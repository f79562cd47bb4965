package reports_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

var update = flag.Bool("update", false, "write the golden files anew")

func encode(t *testing.T, r *reports.Report) []byte {
	t.Helper()
	b, err := reports.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodeGolden(t *testing.T) {
	for _, name := range fixture.Names() {
		t.Run(name, func(t *testing.T) {
			got := encode(t, fixture.Report(name))
			path := filepath.Join("testdata", name+".json")
			if *update {
				if err := reports.Write(path, got); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v: run the test with -update to write it", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the canonical JSON changed (-want +got); a released form must not:\n%s", diff)
			}
			decoded, err := reports.Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fixture.Report(name), decoded); diff != "" {
				t.Errorf("decoding gave another report (-want +got):\n%s", diff)
			}
			if again := encode(t, decoded); !bytes.Equal(again, want) {
				t.Error("encoding the decoded report gave other bytes")
			}
		})
	}
}

func TestEncodeIsCanonical(t *testing.T) {
	want := encode(t, fixture.Full())
	r := fixture.Full()
	for i, j := 0, len(r.Checks)-1; i < j; i, j = i+1, j-1 {
		r.Checks[i], r.Checks[j] = r.Checks[j], r.Checks[i]
	}
	for i := range r.Checks {
		e := r.Checks[i].Exchanges
		for a, b := 0, len(e)-1; a < b; a, b = a+1, b-1 {
			e[a], e[b] = e[b], e[a]
		}
	}
	r.Target.MIMs = []string{"MIM2", "MIM1"}
	r.Target.Features = []string{"temporal", "subscriptions"}
	r.Run.Started = r.Run.Started.In(time.FixedZone("elsewhere", 7200))
	first := r.Checks[0].ID
	if got := encode(t, r); !bytes.Equal(got, want) {
		t.Errorf("the order in memory changed the bytes:\n%s", cmp.Diff(string(want), string(got)))
	}
	if r.Checks[0].ID != first || r.Target.MIMs[0] != "MIM2" {
		t.Error("Encode changed the report that it was given")
	}
	if !bytes.HasSuffix(want, []byte("}\n")) || bytes.HasSuffix(want, []byte("\n\n")) {
		t.Error("expected one line feed at the end")
	}
	if !bytes.Contains(want, []byte("<script>")) {
		t.Error("expected < not to be escaped")
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*reports.Report)
		want   string
	}{
		"counts that don't add up": {func(r *reports.Report) { r.Counts.Passed++ }, "/counts"},
		"passed with a finding":    {func(r *reports.Report) { pass(r).Findings = []reports.Finding{{Message: "x"}} }, "passed with a finding"},
		"passed with a reason":     {func(r *reports.Report) { pass(r).Reason = "x" }, "passed with a reason"},
		"failed without reason":    {func(r *reports.Report) { fail(r).Reason = " " }, "without a reason"},
		"unknown outcome":          {func(r *reports.Report) { pass(r).Outcome = "ok" }, `"ok", expected one of passed`},
		"unknown verdict":          {func(r *reports.Report) { r.Verdict.Verdict = "great" }, "/verdict/verdict"},
		"conformant without being": {func(r *reports.Report) { r.Verdict.Verdict = reports.Conformant }, "MIM1"},
		"a check twice": {func(r *reports.Report) {
			r.Checks = append(r.Checks, *pass(r))
			r.Counts = reports.Count(r.Checks)
		}, "each check once"},
		"end before start":  {func(r *reports.Report) { r.Run.Finished = r.Run.Started.Add(-1) }, "/run/finished"},
		"a rate of NaN":     {func(r *reports.Report) { r.Run.Rate = math.NaN() }, "JSON can't hold"},
		"no version":        {func(r *reports.Report) { r.SchemaVersion = "" }, "/schemaVersion"},
		"unknown profile":   {func(r *reports.Report) { r.Run.Profile = "wild" }, "/run/profile"},
		"negative duration": {func(r *reports.Report) { pass(r).DurationMS = -1 }, "at least 0"},
		"no digest":         {func(r *reports.Report) { r.Baseline.SHA256 = "" }, "/baseline/sha256"},
	} {
		t.Run(name, func(t *testing.T) {
			r := fixture.Full()
			c.change(r)
			_, err := reports.Encode(r)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	if _, err := reports.Encode(nil); err == nil {
		t.Error("expected an error without a report")
	}
}

func pass(r *reports.Report) *reports.CheckResult { return first(r, reports.Passed) }
func fail(r *reports.Report) *reports.CheckResult { return first(r, reports.Failed) }

func first(r *reports.Report, o reports.Outcome) *reports.CheckResult {
	for i := range r.Checks {
		if r.Checks[i].Outcome == o {
			return &r.Checks[i]
		}
	}
	panic("the sample has no check that is " + string(o))
}

func TestCount(t *testing.T) {
	var checks []reports.CheckResult
	for i, o := range reports.Outcomes() {
		for range i + 1 {
			checks = append(checks, reports.CheckResult{Outcome: o})
		}
	}
	got := reports.Count(checks)
	want := reports.Counts{Total: 15, Passed: 1, Failed: 2, CantTell: 3, Inapplicable: 4, Untested: 5}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for i, o := range reports.Outcomes() {
		if got.Of(o) != i+1 || len(reports.With(checks, o)) != i+1 {
			t.Errorf("%s: got %d and %d checks, want %d", o, got.Of(o), len(reports.With(checks, o)), i+1)
		}
	}
	if unknown := reports.Count([]reports.CheckResult{{Outcome: "ok"}}); unknown != (reports.Counts{Total: 1}) {
		t.Errorf("an unknown outcome was counted as one of the five: %+v", unknown)
	}
}
