package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	gtypes "github.com/onsi/ginkgo/v2/types"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// Tree declares one Ginkgo spec for each check, in a container for each suite and
// group, with the labels of Labels. result waits for what the check's body gave.
// It has to be called while Ginkgo builds its tree.
func Tree(checks []Planned, result func(ctx context.Context, id string) (suites.Result, error)) {
	for _, suite := range grouped(checks, suites.Check.Suite) {
		ginkgo.Describe(suite.name, func() {
			for _, group := range grouped(suite.checks, suites.Check.Group) {
				ginkgo.Describe(group.name, func() {
					for _, c := range group.checks {
						ginkgo.It(c.Title, ginkgo.Label(Labels(c.Check)...), func(ctx ginkgo.SpecContext) {
							r, err := result(ctx, c.ID)
							if err != nil {
								ginkgo.Skip(err.Error())
							}
							conclude(r)
						})
					}
				})
			}
		})
	}
}

// conclude tells Ginkgo what a check found. Ginkgo knows no more than passed,
// failed and skipped, so the verdict never comes from its states.
func conclude(r suites.Result) {
	switch r.Outcome {
	case reports.Passed:
	case reports.Failed:
		ginkgo.Fail(r.Reason)
	case reports.CantTell, reports.Inapplicable, reports.Untested:
		ginkgo.Skip(string(r.Outcome) + ": " + r.Reason)
	}
}

type group struct {
	name   string
	checks []Planned
}

// grouped splits checks by key and keeps their order.
func grouped(checks []Planned, key func(suites.Check) string) []group {
	var groups []group
	at := map[string]int{}
	for _, c := range checks {
		k := key(c.Check)
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, group{name: k})
		}
		groups[i].checks = append(groups[i].checks, c)
	}
	return groups
}

// ginkgoRuns guards Ginkgo's global state: one run at a time in a process.
var ginkgoRuns sync.Mutex

// runGinkgo runs the tree of the selected checks in this process, serially and
// silently, and returns how many specs were reported. An error is a fault of the
// harness: Ginkgo lost or refused specs.
func runGinkgo(ctx context.Context, selected []Planned, wait func(context.Context, string) (suites.Result, error), timeout time.Duration) error {
	ginkgoRuns.Lock()
	defer ginkgoRuns.Unlock()
	globals.Reset()
	formatter.ColorableStdOut = io.Discard
	formatter.ColorableStdErr = io.Discard
	ginkgo.GinkgoWriter.TeeTo(io.Discard)

	suite, reporter := gtypes.NewDefaultSuiteConfig(), gtypes.NewDefaultReporterConfig()
	suite.RandomSeed = 1 // the order is the plan's; containers must not be shuffled by time
	suite.Timeout = timeout
	suite.GracePeriod = time.Second
	reporter.NoColor, reporter.Succinct = true, true

	Tree(selected, wait)
	reported := 0
	ginkgo.ReportAfterEach(func(ginkgo.SpecReport) { reported++ })
	ginkgo.RunSpecs(silent{}, "mimcheck", suite, reporter)
	if reported < len(selected) && ctx.Err() == nil {
		return fmt.Errorf("ginkgo reported %d of %d specs: %w", reported, len(selected), errLostSpecs)
	}
	return nil
}

var errLostSpecs = errors.New("specs were lost, which is a fault of mimcheck: please report it")

// silent is what RunSpecs tells of failures; the pool's results say it better.
type silent struct{}

func (silent) Fail() {}
