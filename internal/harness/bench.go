package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// Bench judges embedded platforms, as they are or with faults, one after the other or
// several at once: for their outcomes alone, without Ginkgo, report and evidence. What
// is the same for all of them is made once.
type Bench struct {
	models *models.Catalogue
	base   *reference.Base
}

// NewBench makes a bench with the built-in data models.
func NewBench() (*Bench, error) {
	catalogue, err := models.Default()
	if err != nil {
		return nil, err
	}
	base, err := reference.NewBase()
	return &Bench{catalogue, base}, err
}

// Omitted is a check that the embedded platform is not judged by.
type Omitted struct{ Check, Reason string }

// Checks are those that a run of the embedded platform does under any of the baselines,
// by default all, each once and sorted, of those whose labels match the filter. A rule
// that came after the version of the specification that the platform states is among
// them: the platform keeps it too.
func (b *Bench) Checks(filter string, ids ...string) ([]suites.Check, []Omitted, error) {
	registry, err := catalogue.Registry()
	if err != nil {
		return nil, nil, fmt.Errorf("the checks themselves are wrong, which is a fault of mimcheck: %w", err)
	}
	if len(ids) == 0 {
		ids = baselines.IDs()
	}
	chosen, reasons := map[string]bool{}, map[string]string{}
	var empty error
	for _, options := range platforms() {
		claimed, err := b.claims(options)
		if err != nil {
			return nil, nil, err
		}
		for _, version := range versions(registry) {
			for _, id := range ids {
				plan, err := planFor(registry, claimed, id, filter, version)
				if errors.Is(err, runner.ErrEmptySelection) {
					empty = err
				} else if err != nil {
					return nil, nil, err
				}
				for _, c := range plan.Checks {
					chosen[c.ID] = chosen[c.ID] || c.Outcome == ""
					if !strings.HasPrefix(c.Reason, "left out by --filter") { // which is no news
						reasons[c.ID] = c.Reason
					}
				}
			}
		}
	}
	var checks []suites.Check
	var left []Omitted
	for _, c := range registry.All() {
		switch {
		case chosen[c.ID]:
			checks = append(checks, c)
		case reasons[c.ID] != "":
			left = append(left, Omitted{c.ID, reasons[c.ID]})
		}
	}
	if len(checks) == 0 {
		return nil, nil, empty
	}
	return checks, left, nil
}

// platforms are those that checks are about: with everything, and without what some rules
// are about the lack of.
func platforms() []reference.Options { return []reference.Options{{}, {NoTenants: true}} }

// isAbout says whether a check is about such a platform.
func isAbout(c suites.Check, options reference.Options) bool {
	return (c.Without == suites.FeatureTenants) == options.NoTenants
}

// claims is the target that a platform is, with what it claims.
func (b *Bench) claims(options reference.Options) (*target.Target, error) {
	options.Empty, options.Base = true, b.base
	city, err := embedded.Start("127.0.0.1:0", options)
	if err != nil {
		return nil, err
	}
	defer city.Close()
	return city.Target()
}

// versions are those of the specification that decide on a check: the platform's, and
// those with which a rule came.
func versions(registry *suites.Registry) []string {
	all := []string{embedded.SpecVersion}
	for _, c := range registry.All() {
		if c.Since != "" && !slices.Contains(all, c.Since) {
			all = append(all, c.Since)
		}
	}
	return all
}

func planFor(registry *suites.Registry, claimed *target.Target, baselineID, filter, version string) (*runner.Plan, error) {
	baseline, err := baselines.Get(baselineID)
	if err != nil {
		return nil, err
	}
	statement := claimed.Statement
	statement.MIMs, statement.SpecVersion = claimedByCity(baseline, claimed.Endpoints, registry), version
	return runner.NewPlan(runner.Scope{Registry: registry, Baseline: baseline, Profile: target.Reference, Filter: filter,
		Statement: statement, Callback: true, Broker: true, Models: true, Declarations: claimed.Endpoints[target.Declarations] != "", Endpoints: claimed.Endpoints})
}

// Outcomes runs the checks against embedded platforms of their own that have the faults:
// one with everything and, where rules are about the lack of something, one without.
func (b *Bench) Outcomes(ctx context.Context, seed uint64, checks []suites.Check, active ...faults.Fault) (map[string]suites.Result, error) {
	outcomes := map[string]suites.Result{}
	for _, options := range platforms() {
		about := slices.DeleteFunc(slices.Clone(checks), func(c suites.Check) bool { return !isAbout(c, options) })
		if len(about) == 0 {
			continue
		}
		some, err := b.outcomesOn(ctx, options, seed, about, active...)
		if err != nil {
			return nil, err
		}
		maps.Copy(outcomes, some)
	}
	return outcomes, nil
}

func (b *Bench) outcomesOn(ctx context.Context, options reference.Options, seed uint64, checks []suites.Check, active ...faults.Fault) (map[string]suites.Result, error) {
	options.Base = b.base
	city, err := embedded.Start("127.0.0.1:0", options, active...)
	if err != nil {
		return nil, err
	}
	defer city.Close()
	t, err := city.Target()
	if err != nil {
		return nil, err
	}
	callback, err := probe.StartCallback("127.0.0.1")
	if err != nil {
		return nil, err
	}
	defer callback.Close()
	session, err := probe.Open(ctx, t, probe.Options{Profile: target.Reference, Blobs: evidence.NewMemoryBlobs(0)})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	var broker suites.Broker
	if slices.ContainsFunc(checks, func(c suites.Check) bool { return c.Has(suites.NeedBroker) }) {
		started, err := probe.StartBroker()
		if err != nil {
			return nil, err
		}
		defer started.Close()
		broker = started
	}
	plan := &runner.Plan{Scope: runner.Scope{Profile: target.Reference, Statement: t.Statement}}
	for _, c := range checks {
		plan.Checks = append(plan.Checks, runner.Planned{Check: c})
	}
	return runner.Outcomes(ctx, plan, runner.Options{
		Target: t, Session: session, Callback: callback, Broker: broker, Models: b.models, RunID: uuid.NewString(), Seed: seed,
		SampleSize: defaultSample, Concurrency: cityConcurrency, Timeout: defaultTimeout, Patience: cityPatience,
	}), nil
}
