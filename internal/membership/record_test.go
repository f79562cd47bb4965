package membership

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// report is that of a run for Aarhus: MIM1 with one mandatory requirement and two
// checks of it, MIM2 with a check that was not made, MIM3 with none.
func report(t testing.TB, change ...func(*reports.Report)) *reports.Report {
	t.Helper()
	b, err := baselineOf(InitialBaseline)
	if err != nil {
		t.Fatal(err)
	}
	check := func(id, requirement string, o reports.Outcome, reason string) reports.CheckResult {
		return reports.CheckResult{
			ID: id, Title: "A sentence", MIM: strings.ToUpper(strings.Split(id, ".")[0]), Group: "entity", Requirements: []string{InitialBaseline + "/" + requirement},
			Clause: "5.6.1", Level: "core", Needs: []string{"read"}, Outcome: o, Reason: reason,
		}
	}
	requirement := func(id, obligation string, v reports.Verdict) reports.RequirementJudge {
		return reports.RequirementJudge{ID: InitialBaseline + "/" + id, Text: "Text", Obligation: obligation, Verdict: v, Reason: "Reason."}
	}
	mim := func(id string, v reports.Verdict, q ...reports.RequirementJudge) reports.MIMJudge {
		return reports.MIMJudge{ID: id, Title: id, Claimed: true, Verdict: v, Reason: "Reason.", Capabilities: []reports.CapabilityJudge{
			{ID: "c", Title: "c", Verdict: v, Reason: "Reason.", Requirements: q}}}
	}
	started := at("2026-03-01T10:00:00Z")
	r := &reports.Report{
		SchemaVersion: reports.SchemaVersion, Tool: reports.Tool{Name: "mimcheck", Version: "1"},
		Run:      reports.Run{ID: "run-1", Started: started, Finished: started.Add(time.Minute), Seed: 1<<63 + 1, Profile: "sandbox", Concurrency: 4, Requests: 9},
		Target:   reports.Target{Name: "Aarhus' broker", Endpoints: map[string]string{"ngsi-ld": "https://broker.example.org"}, Member: "Aarhus"},
		Baseline: reports.BaselineRef{ID: b.ID, Title: b.Title, Status: b.Status, SHA256: b.SHA256},
		Verdict: reports.BaselineJudge{Verdict: reports.Inconclusive, Reason: "Reason.", MIMs: []reports.MIMJudge{
			mim("MIM1", reports.Conformant, requirement("MIM1/api", "mandatory", reports.Conformant), requirement("MIM1/access", "unclear", reports.NonConformant)),
			mim("MIM2", reports.Inconclusive, requirement("MIM2/models", "mandatory", reports.Inconclusive)),
			mim("MIM3", reports.Inconclusive, requirement("MIM3/api", "mandatory", reports.Inconclusive)),
		}},
		Checks: []reports.CheckResult{
			check("mim1.a", "MIM1/api", reports.Passed, ""), check("mim1.b", "MIM1/api", reports.Passed, ""),
			check("mim1.c", "MIM1/api", reports.Inapplicable, "Not claimed."), check("mim1.d", "MIM1/access", reports.Failed, "It did otherwise."),
			check("mim2.a", "MIM2/models", reports.Untested, "Not selected."),
		},
	}
	for _, c := range change {
		c(r)
	}
	r.Counts = reports.Count(r.Checks)
	return r
}

func TestRecord(t *testing.T) {
	l := openLedger(t)
	e, err := Record(t.Context(), l, aarhus(t), report(t))
	if err != nil {
		t.Fatal(err)
	}
	if e.Stream != "aarhus" || e.Seq != 1 || e.Kind != "RunRecorded" || e.Key != "run:run-1" {
		t.Errorf("%+v", e)
	}
	var f RunRecorded
	if err := json.Unmarshal(e.Data, &f); err != nil {
		t.Fatal(err)
	}
	want := []RunMIM{{MIM: "MIM1", Claimed: true, Verdict: reports.Conformant, Conformant: 1, Mandatory: 1, Passed: 2, Checks: 2}}
	if diff := cmp.Diff(want, f.MIMs); diff != "" {
		t.Errorf("MIMs (-want +got):\n%s", diff)
	}
	if f.Assurance != SelfTested || f.Profile != "sandbox" || f.Partial || f.Target != "Aarhus' broker" || len(f.Report) != 64 {
		t.Errorf("%+v", f)
	}
	if s := mim1(t, []ledger.Event{e}, initialDecisions(t, SelfTested), at(today)); s.State != Implemented {
		t.Errorf("%s: %s", s.State, s.Reason)
	}
	var twice *RuleError
	if _, err := Record(t.Context(), l, aarhus(t), report(t)); !errors.As(err, &twice) || twice.Rule != RuleOnce {
		t.Errorf("the same run twice: %v", err)
	}
}

func TestRecordSaysWhatARunIsWorth(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*reports.Report)
		want   MIMState
	}{
		"interrupted": {func(r *reports.Report) { r.Run.Interrupted = true }, Experimenting},
		"filtered":    {func(r *reports.Report) { r.Selection.Filter = "core" }, Experimenting},
		"by MIM":      {func(r *reports.Report) { r.Selection.MIMs = []string{"MIM1"} }, Implemented},
		"reference":   {func(r *reports.Report) { r.Run.Profile = referenceProfile }, Experimenting},
		"inconclusive": {func(r *reports.Report) {
			r.Verdict.MIMs[0].Verdict = reports.Inconclusive
			r.Verdict.MIMs[0].Capabilities[0].Requirements[0].Verdict = reports.Inconclusive
			for i := range r.Checks[:2] {
				r.Checks[i].Outcome, r.Checks[i].Reason = reports.CantTell, "It did not answer."
			}
		}, Experimenting},
		"nothing made": {func(r *reports.Report) {
			r.Verdict.MIMs[0].Verdict = reports.Inconclusive
			r.Verdict.MIMs[0].Capabilities[0].Requirements[0].Verdict = reports.Inconclusive
			for i := range r.Checks {
				r.Checks[i].Outcome, r.Checks[i].Reason = reports.Untested, "Interrupted."
			}
		}, NotStarted},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLedger(t)
			e, err := Record(t.Context(), l, aarhus(t), report(t, c.change))
			if err != nil {
				t.Fatal(err)
			}
			s := mim1(t, []ledger.Event{e}, initialDecisions(t, SelfTested), at(today))
			if s.Progress != c.want {
				t.Errorf("%s, expected %s: %s", s.Progress, c.want, s.Reason)
			}
		})
	}
}

func TestRecordRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*reports.Report)
		rule   Rule
	}{
		"another member":    {func(r *reports.Report) { r.Target.Member = "Vejle" }, RuleRun},
		"an invalid report": {func(r *reports.Report) { r.Checks[0].Outcome = "great" }, RuleRun},
		"the future":        {func(r *reports.Report) { r.Run.Finished = at("2027-01-01") }, RuleDate},
		"an unknown MIM": {func(r *reports.Report) {
			r.Verdict.MIMs[0].ID = "MIM9"
			r.Checks[0].Requirements[0] = InitialBaseline + "/MIM9/x"
		}, RuleKnownMIM},
		"an unknown baseline": {func(r *reports.Report) { r.Baseline.ID = "mine" }, RuleKnownBaseline},
		"a changed baseline":  {func(r *reports.Report) { r.Baseline.SHA256 = strings.Repeat("0", 64) }, RuleKnownBaseline},
		"conformant with a mandatory requirement that is not": {func(r *reports.Report) {
			r.Verdict.MIMs[0].Capabilities[0].Requirements[0].Verdict = reports.NonConformant
		}, RuleRun},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLedger(t)
			_, err := Record(t.Context(), l, aarhus(t), report(t, c.change))
			var refused *RuleError
			if !errors.As(err, &refused) || refused.Rule != c.rule {
				t.Errorf("got %v; expected the rule %s", err, c.rule)
			}
			if h, err := l.Head(t.Context()); h.Count != 0 || err != nil {
				t.Errorf("%d events, %v", h.Count, err)
			}
		})
	}
}

// A requirement that follows from other MIMs counts like any other, and has no checks of its own.
func TestRecordCountsWhatFollowsFromOtherMIMs(t *testing.T) {
	for v, conformant := range map[reports.Verdict]int{reports.Conformant: 2, reports.Inconclusive: 1} {
		e, err := Record(t.Context(), openLedger(t), aarhus(t), report(t, func(r *reports.Report) {
			m := &r.Verdict.MIMs[0]
			m.Verdict = v
			m.Capabilities[0].Requirements = append(m.Capabilities[0].Requirements, reports.RequirementJudge{ID: InitialBaseline + "/MIM1/serves", Text: "Text",
				Obligation: "mandatory", Verdict: v, Reason: "Derived from the verdict of MIM2.", DerivedFrom: []string{"MIM2"}})
		}))
		if err != nil {
			t.Fatal(err)
		}
		var f RunRecorded
		if err := json.Unmarshal(e.Data, &f); err != nil {
			t.Fatal(err)
		}
		want := []RunMIM{{MIM: "MIM1", Claimed: true, Verdict: v, Conformant: conformant, Mandatory: 2, Passed: 2, Checks: 2}}
		if diff := cmp.Diff(want, f.MIMs); diff != "" {
			t.Errorf("%s: MIMs (-want +got):\n%s", v, diff)
		}
	}
}
