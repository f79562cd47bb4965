package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/proof"
	"github.com/oasc/mimcheck/suites"
)

// proved does a small proof.
func proved(t *testing.T, o Options) *proof.Report {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outcomes are the names of the faults by what became of them.
func outcomes(r *proof.Report) map[proof.Outcome][]string {
	by := map[proof.Outcome][]string{}
	for _, f := range r.Faults {
		by[f.Outcome] = append(by[f.Outcome], f.Name)
	}
	return by
}

func TestAFaultIsNoticedByTheChecksThatLookThere(t *testing.T) {
	steps := 0
	r := proved(t, Options{Filter: "mim1.entity.create.location", Faults: []string{"entity.create.overwrites", "entity.create.no-location"}, Seeds: 2, Parallel: 2,
		Progress: func(done, of int, _ string) {
			if steps++; done != steps || done > of {
				t.Errorf("step %d is told as %d of %d", steps, done, of)
			}
		}})
	by := outcomes(r)
	if !slices.Equal(by[proof.Killed], []string{"entity.create.no-location"}) || !slices.Equal(by[proof.Survived], []string{"entity.create.overwrites"}) {
		t.Errorf("the faults ended as %v, expected the one to survive that the selected check does not look for", by)
	}
	if r.Score != 0.5 || r.Counts.Killed != 1 || r.Counts.Survived != 1 || r.Counts.Checks != 1 {
		t.Errorf("score %v, counts %+v", r.Score, r.Counts)
	}
	if c := r.Checks[0]; c.ID != "mim1.entity.create.location" || c.Killed != 1 || !c.Named || c.Sole != 1 || c.NeededFor != "entity.create.no-location" {
		t.Errorf("the check: %+v", c)
	}
	if len(r.FalseAlarms) > 0 || r.Proved || len(r.Reasons) != 1 || !strings.Contains(r.Reasons[0], "50.0 %") {
		t.Errorf("proved %v: %v, false alarms %v", r.Proved, r.Reasons, r.FalseAlarms)
	}
	if steps != 4 {
		t.Errorf("%d runs were told, expected two without a fault and two with one", steps)
	}
}

// The checks of a few operations, of several suites, against every fault that reaches
// them; some of the faults the long way, where the short cut must have missed nothing.
func TestAProofInSmall(t *testing.T) {
	o := Options{Filter: "entity.create || subscription.delete || types.model || landing.links", Seeds: 2, Audit: 6}
	if testing.Short() {
		o.Filter, o.Audit = "entity.create.location || subscription.delete || types.model || landing.links", 2
	}
	r := proved(t, o)
	if !r.Proved {
		t.Error(r.Reasons)
	}
	if len(r.Audit.Faults) != o.Audit || r.Counts.Killed == 0 || len(r.OutOfScope) == 0 {
		t.Errorf("counts %+v, %d audited, %d out of scope", r.Counts, len(r.Audit.Faults), len(r.OutOfScope))
	}
	var text bytes.Buffer
	if err := proof.Text(&text, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The checks are proved.", "oasc-2019-01-16/MIM1/access", "mim7.landing.links.api"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text says nothing of %q", want)
		}
	}
}

func TestBadOptionsAndInterruption(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Filter: "entity.create &&"}, "--filter"},
		{Options{Filter: "nothing.of.that.name"}, "the selection is empty"},
		{Options{Faults: []string{"no.such-fault"}}, `fault "no.such-fault" is unknown`},
		{Options{Baselines: []string{"oasc-1919"}}, "oasc-1919"},
	} {
		if _, err := Run(t.Context(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, expected an error with %q", c.o, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{Filter: "entity.create"}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// What none of the checks noticed that a fault reaches is judged by all of them, many
// faults at once; who fails then judges each of these alone.
func TestUnnoticedFaultsAreJudgedTogetherAndThenAlone(t *testing.T) {
	p := &prover{checks: []suites.Check{{ID: "a"}, {ID: "b"}, {ID: "c"}}, alarms: map[string]bool{"c": true}, report: &proof.Report{}}
	p.matrix = matrix{reached: map[string][]string{}, killed: map[string][]string{"f00": {"a"}}}
	var want []string
	for i := range 2*atOnce + 3 {
		f := faults.Fault{Name: fmt.Sprintf("f%02d", i)}
		p.matrix.faults = append(p.matrix.faults, f)
		if i != 1 { // which reaches no check
			p.matrix.reached[f.Name] = []string{"a"}
		}
		if i > 1 {
			want = append(want, f.Name)
		}
	}
	groups := slices.Collect(p.unnoticed())
	got := slices.Sorted(slices.Values(slices.Concat(groups...)))
	if len(groups) != 3 || !slices.Equal(got, want) || len(groups[0]) > atOnce {
		t.Errorf("the groups are %v, expected three of at most %d with each of %v", groups, atOnce, want)
	}
	failed, passed := suites.Result{Outcome: reports.Failed}, suites.Result{Outcome: reports.Passed}
	p.suspect(job{faults: []string{"f02", "f03"}}, map[string]suites.Result{"a": passed, "b": failed, "c": failed})
	if len(p.doubts) != 2 || p.doubts[0].what != "f02, by b alone" || p.doubts[1].what != "f03, by b alone" || p.doubts[1].checks[0].ID != "b" {
		t.Errorf("%+v", p.doubts)
	}
	p.notice(p.doubts[1], map[string]suites.Result{"b": failed})
	if !slices.Equal(p.matrix.killed["f03"], []string{"b"}) || len(p.report.Audit.Missed) > 0 {
		t.Errorf("killed by %v, and missed by the audit: %v", p.matrix.killed["f03"], p.report.Audit.Missed)
	}
}

// A fault that few of its first checks notice comes before the others with its like; who
// does not pass there judges each of them, and is the only one that notices it.
func TestFaultsThatFewNoticeShareAPlatform(t *testing.T) {
	p := &prover{alarms: map[string]bool{}, later: map[string]map[string]bool{}, reached: map[string]map[string]bool{}, report: &proof.Report{}}
	p.matrix = matrix{reached: map[string][]string{}, killed: map[string][]string{}}
	for i := range 100 {
		p.checks = append(p.checks, suites.Check{ID: fmt.Sprintf("c%02d", i)})
	}
	p.checks[77].Fault = "shy"
	random := rand.New(rand.NewPCG(1, 1))
	for name, reaches := range map[string]int{"shy": 100, "other": 60, "seen": 90, "small": 2 * atFirst} {
		p.matrix.faults = append(p.matrix.faults, faults.Fault{Name: name})
		p.reached[name] = map[string]bool{}
		for _, c := range p.checks[:reaches] {
			p.reached[name][c.ID] = true
		}
	}
	for _, f := range p.matrix.faults {
		j := p.first(f, random)
		if want := map[string]int{"shy": atFirst, "other": atFirst, "seen": atFirst, "small": 2 * atFirst}[f.Name]; len(j.checks) != want {
			t.Errorf("%s is shown to %d checks first, expected %d", f.Name, len(j.checks), want)
		}
		if f.Name == "shy" && j.checks[0].ID != "c77" {
			t.Errorf("the check that names the fault is not the first: %s", j.checks[0].ID)
		}
		if f.Name == "seen" {
			for _, c := range j.checks[:atFirst/2] {
				p.matrix.killed["seen"] = append(p.matrix.killed["seen"], c.ID)
			}
		}
	}
	jobs := p.rest()
	if len(jobs) != 2 || !slices.Equal(jobs[0].faults, []string{"seen"}) || len(jobs[0].checks) != 90-atFirst ||
		!slices.Equal(jobs[1].faults, []string{"shy", "other"}) || jobs[1].way != shared || len(jobs[1].checks) < 100-atFirst {
		t.Fatalf("%+v", jobs)
	}
	noticing := slices.Sorted(maps.Keys(p.later["other"]))[0]
	p.tellApart(jobs[1], map[string]suites.Result{noticing: {Outcome: reports.Failed}})
	for _, j := range p.suspects {
		if len(j.checks) != 1 || j.checks[0].ID != noticing || j.way != chosen {
			t.Errorf("%+v", j)
		}
	}
	if n := len(p.suspects); n == 0 || p.suspects[n-1].faults[0] != "other" {
		t.Errorf("suspects: %+v", p.suspects)
	}
}

func TestEquivalentFaultsExistAndHaveReasons(t *testing.T) {
	for name, reason := range equivalent() {
		if _, err := faults.Named(name); err != nil {
			t.Error(err)
		}
		if len(strings.Fields(reason)) < 5 {
			t.Errorf("%s is called equivalent for %q, which is no reason", name, reason)
		}
	}
}
