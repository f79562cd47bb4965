package prove

import (
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports/proof"
	"github.com/oasc/mimcheck/suites"
)

// made is a matrix out of lines "fault: check check", each of which notices the fault;
// a check in brackets is reached by it only. Checks are of one suite, and name the fault of their own letter.
func made(lines ...string) *matrix {
	m := &matrix{reached: map[string][]string{}, killed: map[string][]string{}}
	for _, line := range lines {
		name, rest, _ := strings.Cut(line, ":")
		m.faults = append(m.faults, faults.Fault{Name: name})
		m.reached[name] = nil
		for _, id := range strings.Fields(rest) {
			bare := strings.Trim(id, "()")
			full := "suite." + bare
			m.reached[name] = append(m.reached[name], full)
			if bare == id {
				m.killed[name] = append(m.killed[name], full)
			}
			if !slices.ContainsFunc(m.checks, func(c suites.Check) bool { return c.ID == full }) {
				m.checks = append(m.checks, suites.Check{ID: full, Fault: bare[:1], Requirements: []string{"q" + bare[1:]}})
			}
		}
	}
	return m
}

func scored(m *matrix) *proof.Report {
	r := &proof.Report{}
	m.score(r)
	return r
}

func checkOf(t *testing.T, r *proof.Report, id string) proof.Check {
	t.Helper()
	for _, c := range r.Checks {
		if c.ID == "suite."+id {
			return c
		}
	}
	t.Fatalf("there is no check %s", id)
	return proof.Check{}
}

func TestWhatACheckIsNeededFor(t *testing.T) {
	r := scored(made(
		"a: a1 b1 c1 d1 e1", // all notice it
		"b: b1 c1",
		"c: c1 (a1)",
		"d: d1 e1",
		"e: (e1)",
		"f: f1 g1",
		"g: f1 g1",
		"h: (h1)",
	))
	for _, c := range []struct {
		id, needed string
		sole       int
		twins      []string
		coveredBy  []string
	}{
		{"a1", "a", 0, nil, nil},
		{"b1", "b", 0, nil, nil}, // a1 is weaker, and notices no b
		{"c1", "c", 1, nil, nil},
		{"d1", "d", 0, []string{"suite.e1"}, nil}, // twins are not weaker than one another
		{"e1", "d", 0, []string{"suite.d1"}, nil},
		{"f1", "f", 0, []string{"suite.g1"}, nil},
		{"g1", "g", 0, []string{"suite.f1"}, nil},
		{"h1", "", 0, nil, nil}, // noticed nothing
	} {
		got := checkOf(t, r, c.id)
		if got.NeededFor != c.needed || got.Sole != c.sole || !slices.Equal(got.Twins, c.twins) || !slices.Equal(got.CoveredBy, c.coveredBy) {
			t.Errorf("%s: %+v, expected %+v", c.id, got, c)
		}
	}
	if r.Counts.Idle != 1 || r.Counts.Redundant != 0 || r.Counts.Misnamed != 2 { // e1 and h1 did not notice their own
		t.Errorf("counts %+v", r.Counts)
	}
}

func TestACheckThatWeakerOnesReplaceIsRedundant(t *testing.T) {
	r := scored(made("a: a1 c1", "b: b1 c1", "c: a1 c1", "d: d1"))
	if got := checkOf(t, r, "c1"); got.NeededFor != "" || !slices.Equal(got.CoveredBy, []string{"suite.a1", "suite.b1"}) {
		t.Errorf("c1: %+v", got)
	}
	if r.Counts.Redundant != 1 {
		t.Errorf("counts %+v", r.Counts)
	}
}

func TestWhatStandsInForACheckRunsWhereverItDoes(t *testing.T) {
	c := suites.Check{ID: "mim1.a.b.c", Feature: "temporal", Since: "1.6.1", Needs: []suites.Need{suites.NeedRead, suites.NeedWrite}}
	for _, w := range []struct {
		name  string
		check suites.Check
		want  bool
	}{
		{"the same", c, true},
		{"one that asks for less", suites.Check{ID: "mim1.a.b.d", Needs: []suites.Need{suites.NeedRead}}, true},
		{"one of another suite", suites.Check{ID: "mim2.a.b.d"}, false},
		{"one of another feature", suites.Check{ID: "mim1.a.b.d", Feature: "batch"}, false},
		{"one of a later rule", suites.Check{ID: "mim1.a.b.d", Since: "1.8.1"}, false},
		{"one of a rule that ended", suites.Check{ID: "mim1.a.b.d", Until: "1.8.1"}, false},
		{"one that needs more", suites.Check{ID: "mim1.a.b.d", Needs: []suites.Need{suites.NeedCallback}}, false},
	} {
		if got := runsWherever(w.check, c); got != w.want {
			t.Errorf("%s: %v, expected %v", w.name, got, w.want)
		}
	}
}

func TestRequirementsCountWhatTheirOwnChecksNotice(t *testing.T) {
	r := scored(made("a: a1 b2", "b: (a1) b2", "c: (a1)"))
	want := []proof.Requirement{
		{ID: "q1", Checks: 1, Reached: 3, Killed: 1, Survived: 1},
		{ID: "q2", Checks: 1, Reached: 2, Killed: 2},
	}
	if !slices.Equal(r.Requirements, want) {
		t.Errorf("%+v, expected %+v", r.Requirements, want)
	}
	if r.Score != 2.0/3 {
		t.Errorf("score %v", r.Score)
	}
}

func TestConclude(t *testing.T) {
	sound := proof.Report{Score: 0.98}
	conclude(&sound, 0.98)
	if !sound.Proved || len(sound.Reasons) > 0 {
		t.Errorf("not proved: %v", sound.Reasons)
	}
	for want, r := range map[string]proof.Report{
		"97.0 % of the faults": {Score: 0.97},
		"did not pass":         {Score: 1, Counts: proof.Counts{FalseAlarms: 1}},
		"noticed no fault":     {Score: 1, Counts: proof.Counts{Idle: 1}},
		"they name":            {Score: 1, Counts: proof.Counts{Misnamed: 1}},
		"needed for no fault":  {Score: 1, Counts: proof.Counts{Redundant: 1}},
		"equivalent":           {Score: 1, Faults: []proof.Fault{{Outcome: proof.Killed, Reason: "nobody can see it"}}},
		"not to reach it":      {Score: 1, Audit: proof.Audit{Missed: []proof.Miss{{Check: "c", Fault: "f"}}}},
	} {
		conclude(&r, 0.98)
		if r.Proved || len(r.Reasons) != 1 || !strings.Contains(r.Reasons[0], want) {
			t.Errorf("%v, expected one reason with %q", r.Reasons, want)
		}
	}
}
