package claims

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

var update = flag.Bool("update", false, "write the golden files anew")

// registry has a core check, one of a feature, one of version 1.6.1 and a recommendation.
func registry(t testing.TB) *suites.Registry {
	t.Helper()
	check := func(id string, level suites.Level, feature suites.Feature, since string) suites.Check {
		return suites.Check{ID: id, Title: "A sentence", Requirements: []string{"b/MIM1/access"}, Clause: "5.6.1", Level: level, Feature: feature, Since: since,
			Needs: []suites.Need{suites.NeedRead}, Fault: "fault", Body: func(*suites.T) {}}
	}
	r, err := suites.NewRegistry([]suites.Check{
		check("mim1.entity.create.core", suites.Core, "", ""), check("mim1.temporal.query.first", suites.Extended, suites.FeatureTemporal, ""),
		check("mim1.temporal.query.second", suites.Extended, suites.FeatureTemporal, ""), check("mim1.entity.create.new", suites.Core, "", "1.6.1"),
		check("mim1.entity.create.advice", suites.Extended, "", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outcomes are those of the checks of registry, in their order.
type outcomes [5]reports.Outcome

// evidenceOf is a bundle whose evidence gives outcomes and a verdict of MIM1.
func evidenceOf(t testing.TB, path, profile, version string, v reports.Verdict, found outcomes) Evidence {
	t.Helper()
	r := &reports.Report{Run: reports.Run{ID: "run-" + path, Profile: profile}, Target: reports.Target{Name: "broker", Version: version},
		Baseline: reports.BaselineRef{ID: "b"}, Verdict: reports.BaselineJudge{Verdict: v, MIMs: []reports.MIMJudge{{ID: "MIM1", Claimed: true, Verdict: v, Reason: "Reason of MIM1.",
			Capabilities: []reports.CapabilityJudge{{Requirements: []reports.RequirementJudge{{ID: "b/MIM1/access", Verdict: v, Reason: "Reason of access."}}}}}}}}
	for n, id := range []string{"mim1.entity.create.core", "mim1.temporal.query.first", "mim1.temporal.query.second", "mim1.entity.create.new", "mim1.entity.create.advice"} {
		known, _ := registry(t).Get(id)
		c := reports.CheckResult{ID: id, MIM: "MIM1", Requirements: known.Requirements, Level: string(known.Level), Feature: string(known.Feature), Outcome: found[n]}
		if c.Outcome != reports.Passed {
			c.Reason = "reason of " + string(c.Outcome)
		}
		r.Checks = append(r.Checks, c)
	}
	return Evidence{Path: path, Bundle: &attest.Bundle{Report: r}, Report: r}
}

const (
	p = reports.Passed
	f = reports.Failed
	x = reports.CantTell
	u = reports.Untested
	i = reports.Inapplicable
)

func TestJudge(t *testing.T) {
	mim, access := Claim{Kind: MIM, Value: "MIM1"}, Claim{Kind: Requirement, Value: "b/MIM1/access"}
	temporal, version := Claim{Kind: Feature, Value: "temporal"}, Claim{Kind: SpecVersion, Value: "1.6.1"}
	old := Claim{Kind: SpecVersion, Value: "1.3.1"}
	model := Claim{Kind: Model, Value: "dataModel.Environment/AirQualityObserved"}
	of := func(v reports.Verdict, found outcomes) []Evidence {
		return []Evidence{evidenceOf(t, "a.zip", "sandbox", "1.8.1", v, found)}
	}
	all := outcomes{p, p, p, p, p}
	for name, c := range map[string]struct {
		claim    Claim
		evidence []Evidence
		want     Finding
		says     string
		first    string // check
	}{
		"a MIM":                          {mim, of(reports.Conformant, all), Proven, "Reason of MIM1.", "mim1.entity.create.advice"},
		"a MIM that is not met":          {mim, of(reports.NonConformant, outcomes{p, p, f, p, p}), Contradicted, "Reason of MIM1.", "mim1.temporal.query.second"},
		"a MIM that is not known":        {mim, of(reports.Inconclusive, outcomes{p, p, u, p, p}), NotShown, "", "mim1.temporal.query.second"},
		"a MIM that the run left out":    {mim, of(reports.NotApplicable, outcomes{i, i, i, i, i}), NotShown, "", ""},
		"a MIM of another baseline":      {Claim{Kind: MIM, Value: "MIM9"}, of(reports.Conformant, all), NotShown, "has no mim MIM9", ""},
		"a requirement":                  {access, of(reports.Conformant, all), Proven, "Reason of access.", "mim1.entity.create.advice"},
		"a requirement that is not met":  {access, of(reports.NonConformant, outcomes{f, p, p, p, p}), Contradicted, "Reason of access.", "mim1.entity.create.core"},
		"an unknown requirement":         {Claim{Kind: Requirement, Value: "b/MIM1/none"}, of(reports.Conformant, all), NotShown, "has no requirement", ""},
		"a feature":                      {temporal, of(reports.Conformant, all), Proven, "2 checks passed.", "mim1.temporal.query.first"},
		"half a feature":                 {temporal, of(reports.NonConformant, outcomes{p, p, f, p, p}), Contradicted, "1 of 2 checks failed.", "mim1.temporal.query.second"},
		"a feature not wholly tested":    {temporal, of(reports.Inconclusive, outcomes{p, p, u, p, p}), NotShown, "1 of 2 checks could not be judged", "mim1.temporal.query.second"},
		"a feature that nothing answers": {temporal, of(reports.Inconclusive, outcomes{p, x, x, p, p}), NotShown, "2 of 2", "mim1.temporal.query.first"},
		"a feature that was not claimed": {temporal, of(reports.Conformant, outcomes{p, i, i, p, p}), NotShown, "--features temporal", ""},
		"a feature that partly applies":  {temporal, of(reports.Conformant, outcomes{p, p, i, p, p}), Proven, "1 check passed.", "mim1.temporal.query.first"},
		"a version":                      {version, of(reports.Conformant, all), Proven, "4 checks passed.", "mim1.entity.create.core"},
		"a version without its news":     {version, of(reports.NonConformant, outcomes{p, p, p, f, p}), Contradicted, "1 of 4", "mim1.entity.create.new"},
		"a version that fails at home":   {version, of(reports.NonConformant, outcomes{f, p, p, p, p}), Contradicted, "1 of 4", "mim1.entity.create.core"},
		"advice does not count":          {version, of(reports.Conformant, outcomes{p, p, p, p, f}), Proven, "4 checks passed.", "mim1.entity.create.core"},
		"a version untold":               {version, of(reports.Conformant, outcomes{p, p, p, i, p}), NotShown, "nothing tells version 1.6.1", "mim1.entity.create.core"},
		"a version not wholly tested":    {version, of(reports.Inconclusive, outcomes{u, p, p, p, p}), NotShown, "1 of 4", "mim1.entity.create.core"},
		"a newer version than the run's": {version, []Evidence{evidenceOf(t, "a.zip", "sandbox", "1.4.1", reports.Conformant, all)}, NotShown, "--spec-version 1.6.1", ""},
		"a version, and none stated":     {version, []Evidence{evidenceOf(t, "a.zip", "sandbox", "", reports.Conformant, all)}, NotShown, "version 1.3.1", ""},
		"an old version":                 {old, of(reports.NonConformant, outcomes{p, p, p, f, p}), Proven, "3 checks passed.", "mim1.entity.create.core"},
		"a model nobody saw":             {model, of(reports.Conformant, all), NotShown, "saw no entity of the model", ""},
		"the reference platform":         {mim, []Evidence{evidenceOf(t, "a.zip", "reference", "1.8.1", reports.Conformant, all)}, NotShown, "reference platform", ""},
		"no evidence":                    {mim, nil, NotShown, "no bundle", ""},
		"two bundles, one proves": {mim, []Evidence{evidenceOf(t, "a.zip", "sandbox", "", reports.Inconclusive, outcomes{p, p, u, p, p}),
			evidenceOf(t, "b.zip", "sandbox", "", reports.Conformant, all)}, Proven, "Reason of MIM1.", "mim1.entity.create.advice"},
		"two bundles, one contradicts": {mim, []Evidence{evidenceOf(t, "a.zip", "sandbox", "", reports.Conformant, all),
			evidenceOf(t, "b.zip", "sandbox", "", reports.NonConformant, outcomes{f, p, p, p, p})}, Contradicted, "Reason of MIM1.", "mim1.entity.create.core"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Judge(Sheet{Claims: []Claim{c.claim}}, c.evidence, registry(t), known(t).Models)[0]
			if got.Finding != c.want || !strings.Contains(got.Reason, c.says) {
				t.Errorf("got %s: %s, want %s: %s", got.Finding, got.Reason, c.want, c.says)
			}
			first := ""
			if len(got.Checks) > 0 {
				first = got.Checks[0].ID
			}
			if first != c.first {
				t.Errorf("the first check is %q, want %q", first, c.first)
			}
		})
	}
}

// checked is a sheet with a claim of each finding, and words that formats have to escape.
func checked(t testing.TB, vendor string) Checked {
	t.Helper()
	s := Sheet{Vendor: vendor, Product: "Broker | <b>", Version: "3.2", Baseline: "b", Claims: []Claim{
		{Kind: MIM, Value: "MIM1", Says: "=all of it"}, {Kind: Feature, Value: "temporal"}, {Kind: SpecVersion, Value: "1.9.1"}}}
	e := evidenceOf(t, "a.zip", "sandbox", "1.8.1", reports.Conformant, outcomes{p, p, f, p, p})
	e.Report.Checks[2].Reason = "it said\x1b[31m \u202eno"
	e.Notes = []string{"A note."}
	return NewChecked(s, []Evidence{e}, Judge(s, []Evidence{e}, registry(t), known(t).Models))
}

func TestFormats(t *testing.T) {
	one := checked(t, "One")
	if one.Finding() != Contradicted {
		t.Errorf("the sheet is %s", one.Finding())
	}
	two := checked(t, "Two")
	two.Results = two.Results[1:2]
	both := Compare("b", []Checked{one, two})
	if both.Finding() != Contradicted {
		t.Errorf("the comparison is %s", both.Finding())
	}
	for name, write := range map[string]func(*strings.Builder) error{
		"checked.txt":     func(b *strings.Builder) error { return one.WriteText(b) },
		"checked.md":      func(b *strings.Builder) error { return one.WriteMarkdown(b) },
		"checked.csv":     func(b *strings.Builder) error { return one.WriteCSV(b) },
		"checked.json":    func(b *strings.Builder) error { return one.WriteJSON(b) },
		"comparison.txt":  func(b *strings.Builder) error { return both.WriteText(b) },
		"comparison.md":   func(b *strings.Builder) error { return both.WriteMarkdown(b) },
		"comparison.csv":  func(b *strings.Builder) error { return both.WriteCSV(b) },
		"comparison.json": func(b *strings.Builder) error { return both.WriteJSON(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.String())
			if strings.ContainsAny(b.String(), "\x1b\u202e") {
				t.Error("it steers the terminal")
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestFindingOfASheet(t *testing.T) {
	for _, c := range []struct {
		findings []Finding
		want     Finding
	}{{[]Finding{Proven, Proven}, Proven}, {[]Finding{Proven, NotShown}, NotShown}, {[]Finding{NotShown, Contradicted, Proven}, Contradicted}} {
		var one Checked
		for _, f := range c.findings {
			one.Results = append(one.Results, Result{Finding: f})
		}
		if got := one.Finding(); got != c.want {
			t.Errorf("%v is %s, want %s", c.findings, got, c.want)
		}
	}
}

// A requirement that follows from another MIM is shown by the checks of that MIM.
func TestAClaimOfADerivedRequirementNamesTheChecksBehindIt(t *testing.T) {
	e := evidenceOf(t, "a.zip", "sandbox", "1.8.1", reports.Conformant, outcomes{p, p, p, p, p})
	e.Report.Verdict.MIMs = append(e.Report.Verdict.MIMs, reports.MIMJudge{ID: "MIM2", Claimed: true, Verdict: reports.Conformant, Capabilities: []reports.CapabilityJudge{{
		Requirements: []reports.RequirementJudge{{ID: "b/MIM2/serves", Verdict: reports.Conformant, Reason: "Derived.", DerivedFrom: []string{"MIM1"}}}}}})
	got := Judge(Sheet{Claims: []Claim{{Kind: Requirement, Value: "b/MIM2/serves"}}}, []Evidence{e}, registry(t), known(t).Models)[0]
	if got.Finding != Proven || len(got.Checks) != 5 {
		t.Errorf("%s with %d checks: %s", got.Finding, len(got.Checks), got.Reason)
	}
}
