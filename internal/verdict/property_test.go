package verdict

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// rank orders verdicts from worst to best.
func rank(v reports.Verdict) int {
	return slices.Index([]reports.Verdict{reports.NonConformant, reports.Inconclusive, reports.NotApplicable, reports.Conformant}, v)
}

type situation struct {
	baseline baselines.Baseline
	claimed  []string
	checks   []reports.CheckResult
	ids      []string // of requirements
	beside   Beside
}

func drawSituation(t *rapid.T) situation {
	s := situation{baseline: baselines.Baseline{ID: "b", Status: baselines.Approved}, beside: Beside{Derived: map[string][]string{}}}
	for m := range rapid.IntRange(1, 3).Draw(t, "mims") {
		mim := baselines.MIM{ID: fmt.Sprintf("MIM%d", m)}
		for c := range rapid.IntRange(1, 2).Draw(t, "capabilities") {
			capability := baselines.Capability{ID: fmt.Sprintf("c%d", c)}
			for r := range rapid.IntRange(1, 3).Draw(t, "requirements") {
				id := fmt.Sprintf("b/%s/c%dr%d", mim.ID, c, r)
				capability.Requirements = append(capability.Requirements, baselines.Requirement{
					ID: id, Obligation: rapid.SampledFrom([]string{"mandatory", "recommended", "optional", "unclear"}).Draw(t, "obligation")})
				s.ids = append(s.ids, id)
				if m > 0 && rapid.IntRange(0, 2).Draw(t, "derived") == 0 { // of MIMs before it, so that there is no circle
					s.beside.Derived[id] = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MIM0", fmt.Sprintf("MIM%d", m-1)}), 1, min(m, 2), rapid.ID[string]).Draw(t, "from")
				}
			}
			mim.Capabilities = append(mim.Capabilities, capability)
		}
		s.baseline.MIMs = append(s.baseline.MIMs, mim)
		if rapid.IntRange(0, 3).Draw(t, "claimed") > 0 {
			s.claimed = append(s.claimed, mim.ID)
		}
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "checks") {
		s.checks = append(s.checks, drawCheck(t, fmt.Sprintf("c%02d", i), s.ids))
	}
	return s
}

func drawCheck(t *rapid.T, id string, requirements []string) reports.CheckResult {
	return reports.CheckResult{
		ID:      id,
		Level:   rapid.SampledFrom([]string{"core", "core", "extended"}).Draw(t, "level"),
		Feature: rapid.SampledFrom([]string{"", "", "geoQuery"}).Draw(t, "feature"),
		// Passed and inapplicable often, or everything would fail.
		Outcome:      rapid.SampledFrom([]reports.Outcome{"passed", "passed", "passed", "passed", "inapplicable", "inapplicable", "failed", "cantTell", "untested"}).Draw(t, "outcome"),
		Reason:       "reason",
		Needs:        rapid.SampledFrom([][]string{{"read"}, {"read"}, {"read", "declarations"}}).Draw(t, "needs"),
		Requirements: rapid.SliceOfNDistinct(rapid.SampledFrom(requirements), 1, min(3, len(requirements)), rapid.ID[string]).Draw(t, "bound"),
	}
}

func (s situation) judge() reports.BaselineJudge {
	return Judge(s.baseline, s.claimed, s.checks, s.beside)
}

// noBetter fails if any verdict of after is better than the same one of before.
func noBetter(t *rapid.T, before, after reports.BaselineJudge) {
	compare := func(what string, was, is reports.Verdict) {
		if rank(is) > rank(was) {
			t.Fatalf("%s was %s and became %s", what, was, is)
		}
	}
	compare("the baseline", before.Verdict, after.Verdict)
	for i, m := range before.MIMs {
		compare(m.ID, m.Verdict, after.MIMs[i].Verdict)
		for j, c := range m.Capabilities {
			compare(m.ID+" "+c.ID, c.Verdict, after.MIMs[i].Capabilities[j].Verdict)
			for k, r := range c.Requirements {
				compare(r.ID, r.Verdict, after.MIMs[i].Capabilities[j].Requirements[k].Verdict)
			}
		}
	}
}

func TestWorseOutcomesNeverImproveAVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		passed := []int{}
		for i, c := range s.checks {
			if c.Outcome == reports.Passed {
				passed = append(passed, i)
			}
		}
		if len(passed) == 0 {
			t.Skip("nothing passed")
		}
		before := s.judge()
		i := rapid.SampledFrom(passed).Draw(t, "worsened")
		s.checks[i].Outcome = rapid.SampledFrom([]reports.Outcome{reports.Failed, reports.CantTell, reports.Untested, "whatever"}).Draw(t, "to")
		noBetter(t, before, s.judge())
	})
}

func TestAFailureIsNeverBetterThanDoubt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		s.checks = append(s.checks, drawCheck(t, "extra", s.ids))
		last := &s.checks[len(s.checks)-1]
		last.Outcome = rapid.SampledFrom([]reports.Outcome{reports.CantTell, reports.Untested}).Draw(t, "doubt")
		before := s.judge()
		last.Outcome = reports.Failed
		noBetter(t, before, s.judge())
	})
}

func TestUntestedChecksNeverImproveAVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		before := s.judge()
		extra := drawCheck(t, "extra", s.ids)
		extra.Outcome = reports.Untested
		s.checks = append(s.checks, extra)
		noBetter(t, before, s.judge())
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		before := s.judge()
		s.checks = rapid.Permutation(s.checks).Draw(t, "checks")
		s.claimed = rapid.Permutation(s.claimed).Draw(t, "claimed")
		for i := range s.checks {
			s.checks[i].Requirements = rapid.Permutation(s.checks[i].Requirements).Draw(t, "requirements")
		}
		if diff := cmp.Diff(before, s.judge()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestConformantRestsOnAPass: silence never passes, and no mandatory requirement of
// a claimed MIM may have a gating check that failed or was not judged.
func TestConformantRestsOnAPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		got := s.judge()
		if got.Verdict != reports.Conformant {
			return
		}
		if len(s.claimed) == 0 {
			t.Fatal("conformant without a claim")
		}
		passedOf := map[string]int{}
		for _, m := range got.MIMs {
			passed := 0
			for _, c := range m.Capabilities {
				for _, r := range c.Requirements {
					if r.Verdict == reports.Conformant {
						passed += r.Counts.Passed
						for _, from := range r.DerivedFrom { // judged before it
							passed += passedOf[from]
						}
					}
					if m.Claimed && r.Obligation == baselines.Mandatory && r.Verdict != reports.Conformant {
						t.Fatalf("conformant while mandatory %s is %s", r.ID, r.Verdict)
					}
				}
			}
			passedOf[m.ID] = passed
			if m.Claimed && passed == 0 {
				t.Fatalf("conformant, and nothing of claimed %s passed", m.ID)
			}
		}
	})
}
