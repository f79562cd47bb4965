package runner

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// nobody is a client that reaches no platform.
type nobody struct{}

func (nobody) Do(context.Context, probe.Request) (*probe.Response, error) {
	return nil, errors.New("there is no platform")
}
func (nobody) Exchanges() []evidence.Exchange { return nil }
func (nobody) LastAsked() time.Time           { return time.Time{} }
func (nobody) Token() string                  { return "mc00000000" }
func (nobody) Client(string) probe.Client     { return nobody{} }

func body(f func(*suites.T)) func(*suites.Check) { return func(c *suites.Check) { c.Body = f } }

func planned(t *testing.T, checks ...suites.Check) []Planned {
	t.Helper()
	plan, err := NewPlan(Scope{Registry: testRegistry(t, checks...), Baseline: testBaseline(), Profile: "reference"}.claiming("MIM1"))
	if err != nil {
		t.Fatal(err)
	}
	return plan.Selected()
}

func (s Scope) claiming(mims ...string) Scope {
	s.Statement.MIMs = mims
	return s
}

// judged runs checks in the pool with Ginkgo behind it, as a run does.
func judged(t *testing.T, ctx context.Context, size int, failFast bool, timeout time.Duration, checks ...suites.Check) (map[string]suites.Result, error) {
	t.Helper()
	selected := planned(t, checks...)
	p := newPool(selected)
	p.clients, p.size, p.timeout, p.failFast = nobody{}, size, timeout, failFast
	return behindGinkgo(ctx, p, selected)
}

// Checks that let time pass begin, so that none of them ends alone.
func TestChecksThatWaitBegin(t *testing.T) {
	var order []string
	begun := func(id string, waits bool) suites.Check {
		return testCheck(id, func(c *suites.Check) {
			c.Waits, c.Body = waits, func(*suites.T) { order = append(order, id) }
		})
	}
	if _, err := judged(t, t.Context(), 1, false, time.Minute, begun("mim1.a.quick", false), begun("mim1.b.waits", true), begun("mim1.c.quick", false), begun("mim1.d.waits", true)); err != nil {
		t.Fatal(err)
	}
	if want := []string{"mim1.b.waits", "mim1.d.waits", "mim1.a.quick", "mim1.c.quick"}; !slices.Equal(order, want) {
		t.Errorf("begun in the order %v, want %v", order, want)
	}
}

func TestEachCheckKeepsItsOwnOutcome(t *testing.T) {
	got, err := judged(t, t.Context(), 4, false, time.Minute,
		testCheck("mim1.a.passed"),
		testCheck("mim1.a.failed", body(func(t *suites.T) { t.Expect(1).To(suites.EqualJSON(2)) })),
		testCheck("mim1.b.cantTell", body(func(t *suites.T) { t.CantTell("half read") })),
		testCheck("mim1.b.inapplicable", body(func(t *suites.T) { t.Inapplicable("not there") })),
		testCheck("mim1.b.panics", body(func(*suites.T) { panic("boom") })),
		testCheck("mim1.c.passed"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]reports.Outcome{
		"mim1.a.passed": reports.Passed, "mim1.a.failed": reports.Failed, "mim1.b.cantTell": reports.CantTell,
		"mim1.b.inapplicable": reports.Inapplicable, "mim1.b.panics": reports.CantTell, "mim1.c.passed": reports.Passed,
	} {
		if got[id].Outcome != want {
			t.Errorf("%s is %s (%s), want %s", id, got[id].Outcome, got[id].Reason, want)
		}
	}
}

// In Ginkgo, work that a spec leaves behind and that fails later is charged to the
// spec that runs then. Our outcomes belong to the check whatever Ginkgo runs.
func TestALateFailureIsChargedToNobodyElse(t *testing.T) {
	release := make(chan struct{})
	got, err := judged(t, t.Context(), 1, false, time.Minute,
		testCheck("mim1.a.first", body(func(t *suites.T) {
			go func() { <-release; t.Expect(1).To(suites.EqualJSON(2)) }()
		})),
		testCheck("mim1.a.second", body(func(*suites.T) { close(release) })),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got["mim1.a.second"].Outcome != reports.Passed {
		t.Errorf("the second check is %s: %s", got["mim1.a.second"].Outcome, got["mim1.a.second"].Reason)
	}
}

func TestSeveralRunsInOneProcess(t *testing.T) {
	for range 3 {
		got, err := judged(t, t.Context(), 2, false, time.Minute, testCheck("mim1.a.x"), testCheck("mim1.a.y"))
		if err != nil || len(got) != 2 || got["mim1.a.x"].Outcome != reports.Passed {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestAnInterruptedRunLeavesEachCheckWithAReason(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	got, err := judged(t, ctx, 1, false, time.Minute,
		testCheck("mim1.a.first", body(func(t *suites.T) { stop() })),
		testCheck("mim1.a.second"), testCheck("mim1.a.third", needs(suites.NeedExclusive)),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"mim1.a.second", "mim1.a.third"} {
		if r := got[id]; r.Outcome != reports.Untested || r.Reason == "" {
			t.Errorf("%s is %s (%q), want untested with a reason", id, r.Outcome, r.Reason)
		}
	}
}

func TestFailFastLeavesTheRestUntested(t *testing.T) {
	got, err := judged(t, t.Context(), 1, true, time.Minute,
		testCheck("mim1.a.first", body(func(t *suites.T) { t.Expect(1).To(suites.EqualJSON(2)) })),
		testCheck("mim1.a.second"),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got["mim1.a.first"].Outcome != reports.Failed || got["mim1.a.second"].Outcome != reports.Untested ||
		got["mim1.a.second"].Reason != errFailFast.Error() {
		t.Errorf("got %+v", got)
	}
}

func TestACheckThatDoesNotEndIsCantTell(t *testing.T) {
	got, err := judged(t, t.Context(), 1, false, time.Millisecond,
		testCheck("mim1.a.hangs", body(func(t *suites.T) { <-t.Context().Done() })))
	if err != nil {
		t.Fatal(err)
	}
	if got["mim1.a.hangs"].Outcome != reports.CantTell {
		t.Errorf("got %+v", got)
	}
}

func TestExclusiveChecksRunAlone(t *testing.T) {
	var running, most int
	turn := make(chan struct{}, 1)
	count := func(alone bool) func(*suites.Check) {
		return body(func(t *suites.T) {
			turn <- struct{}{}
			running++
			most = max(most, running)
			if alone && running != 1 {
				t.CantTell("not alone")
			}
			<-turn
			turn <- struct{}{}
			running--
			<-turn
		})
	}
	got, err := judged(t, t.Context(), 8, false, time.Minute,
		testCheck("mim1.a.a", count(true), needs(suites.NeedExclusive)), testCheck("mim1.a.b", count(false)),
		testCheck("mim1.a.c", count(true), needs(suites.NeedExclusive)), testCheck("mim1.a.d", count(false)))
	if err != nil {
		t.Fatal(err)
	}
	for id, r := range got {
		if r.Outcome != reports.Passed {
			t.Errorf("%s: %s", id, r.Reason)
		}
	}
}

// The trap that OCI's and others' harnesses fell into: Ginkgo calls an empty or a
// dry run a success. Ours never asks it.
func TestGinkgoItselfCallsAnEmptyRunASuccess(t *testing.T) {
	if err := runGinkgo(t.Context(), nil, nil, time.Minute); err != nil {
		t.Errorf("got %v", err)
	}
	if _, err := NewPlan(Scope{Registry: testRegistry(t), Baseline: testBaseline()}); !errors.Is(err, ErrEmptySelection) {
		t.Errorf("an empty plan gave %v", err)
	}
}
