package runner

import (
	"errors"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

func testBaseline() baselines.Baseline {
	return baselines.Baseline{ID: "b", Title: "test", MIMs: []baselines.MIM{
		{ID: "MIM1", Capabilities: []baselines.Capability{{ID: "c", Requirements: []baselines.Requirement{{ID: "b/MIM1/r", Obligation: "mandatory"}}}}},
		{ID: "MIM2", Capabilities: []baselines.Capability{{ID: "c", Requirements: []baselines.Requirement{{ID: "b/MIM2/r", Obligation: "mandatory"}}}}},
	}}
}

func testCheck(id string, change ...func(*suites.Check)) suites.Check {
	c := suites.Check{ID: id, Title: id, Requirements: []string{"b/MIM1/r"}, Clause: "1", Level: suites.Core,
		Needs: []suites.Need{suites.NeedRead}, Fault: "f", Body: func(*suites.T) {}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func testRegistry(t *testing.T, checks ...suites.Check) *suites.Registry {
	t.Helper()
	r, err := suites.NewRegistry(checks)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPlanLeavesNothingOutSilently(t *testing.T) {
	base := Scope{Baseline: testBaseline(), Profile: target.Sandbox,
		Statement: target.Statement{MIMs: []string{"MIM1", "MIM2"}, SpecVersion: "1.6.1"}, Callback: true, Models: true}
	for _, c := range []struct {
		name    string
		check   suites.Check
		scope   func(*Scope)
		outcome reports.Outcome // empty: it runs
		reason  string
	}{
		{"runs", testCheck("mim1.a.x"), nil, "", ""},
		{"MIM not claimed", testCheck("mim1.a.x"), func(s *Scope) { s.Statement.MIMs = []string{"MIM2"} }, reports.Inapplicable, "does not claim MIM1"},
		{"left out by --mim", testCheck("mim1.a.x"), func(s *Scope) { s.MIMs = []string{"MIM2"} }, reports.Untested, "--mim MIM2"},
		{"left out by --filter", testCheck("mim1.a.x"), func(s *Scope) { s.Filter = "extended" }, reports.Untested, "--filter extended"},
		{"kept by --filter", testCheck("mim1.a.x"), func(s *Scope) { s.Filter = "core && !need:write" }, "", ""},
		{"writes while observing", testCheck("mim1.a.x", needs(suites.NeedWrite)), func(s *Scope) { s.Profile = target.Observe }, reports.Untested, "profile observe"},
		{"reads while observing", testCheck("mim1.a.x"), func(s *Scope) { s.Profile = target.Observe }, "", ""},
		{"feature not claimed", testCheck("mim1.a.x", feature(suites.FeatureBatch)), nil, reports.Inapplicable, "feature batch"},
		{"feature claimed", testCheck("mim1.a.x", feature(suites.FeatureBatch)), func(s *Scope) { s.Statement.Features = []string{"batch"} }, "", ""},
		{"lacks what it is about the lack of", testCheck("mim1.a.x", without(suites.FeatureTenants)), nil, "", ""},
		{"claims what it is about the lack of", testCheck("mim1.a.x", without(suites.FeatureTenants)), func(s *Scope) { s.Statement.Features = []string{"tenants"} }, reports.Inapplicable, "without feature tenants"},
		{"newer rule", testCheck("mim1.a.x", since("1.8.1")), nil, reports.Inapplicable, "came with version 1.8.1"},
		{"rule of this version", testCheck("mim1.a.x", since("1.6.1")), nil, "", ""},
		{"rule of this version, editorial revision", testCheck("mim1.a.x", since("1.6.2")), nil, "", ""},
		{"ended rule", testCheck("mim1.a.x", func(c *suites.Check) { c.Until = "1.5.1" }), nil, reports.Inapplicable, "ended with version 1.5.1"},
		{"newer rule, no version stated", testCheck("mim1.a.x", since("1.4.1")), func(s *Scope) { s.Statement.SpecVersion = "" }, reports.Inapplicable, "states no version"},
		{"no callback", testCheck("mim1.a.x", needs(suites.NeedCallback)), func(s *Scope) { s.Callback = false }, reports.Untested, "--callback-host"},
		{"no broker", testCheck("mim1.a.x", needs(suites.NeedBroker)), func(s *Scope) { s.Broker = false }, reports.Untested, "--notify-mqtt"},
		{"no models", testCheck("mim1.a.x", needs(suites.NeedModels)), func(s *Scope) { s.Models = false }, reports.Untested, "--models"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := base
			if c.scope != nil {
				c.scope(&s)
			}
			// A second check keeps the selection from being empty, whatever becomes of the first.
			other := testCheck("mim1.z.other", func(k *suites.Check) {
				k.Level, k.Requirements = suites.Extended, []string{"b/MIM1/r", "b/MIM2/r"}
				k.Needs = []suites.Need{suites.NeedRead}
			})
			s.Registry = testRegistry(t, c.check, other)
			plan, err := NewPlan(s)
			if err != nil && !errors.Is(err, ErrEmptySelection) {
				t.Fatal(err)
			}
			if len(plan.Checks) != 2 {
				t.Fatalf("%d checks in the plan, want 2", len(plan.Checks))
			}
			got := plan.Checks[0]
			if got.Outcome != c.outcome || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("got %q %q, want %q %q", got.Outcome, got.Reason, c.outcome, c.reason)
			}
			if got.Outcome != "" && got.Reason == "" {
				t.Error("left out without a reason")
			}
		})
	}
}

func needs(n ...suites.Need) func(*suites.Check) { return func(c *suites.Check) { c.Needs = n } }
func feature(f suites.Feature) func(*suites.Check) {
	return func(c *suites.Check) { c.Feature = f }
}
func without(f suites.Feature) func(*suites.Check) {
	return func(c *suites.Check) { c.Without = f }
}
func since(v string) func(*suites.Check) { return func(c *suites.Check) { c.Since = v } }

func TestPlanRefusesBadInput(t *testing.T) {
	good := Scope{Registry: testRegistry(t, testCheck("mim1.a.x")), Baseline: testBaseline(), Statement: target.Statement{MIMs: []string{"MIM1"}}}
	for _, c := range []struct {
		name  string
		scope func(*Scope)
		want  string
	}{
		{"empty selection", func(s *Scope) { s.Filter = "nothing" }, "the selection is empty"},
		{"no check bound", func(s *Scope) { s.Baseline.ID = "other" }, "no check is bound to baseline other"},
		{"bad filter", func(s *Scope) { s.Filter = "core &&" }, "no label expression"},
		{"unknown MIM", func(s *Scope) { s.MIMs = []string{"MIM9"} }, "has MIM1, MIM2"},
		{"unknown feature", func(s *Scope) { s.Statement.Features = []string{"bacth"} }, "unknown: expected some of batch"},
		{"bad version", func(s *Scope) { s.Statement.SpecVersion = "latest" }, "expected the form 1.6.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good
			c.scope(&s)
			if _, err := NewPlan(s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
