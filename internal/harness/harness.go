// Package harness makes one run out of its settings: it finds the target, the
// baseline, the checks and the models, plans, runs and hands back the report.
package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/discover"
	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/internal/verdict"
	"github.com/oasc/mimcheck/internal/waiver"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// Settings is what a user asks of a run. Zero values mean the defaults of the profile.
type Settings struct {
	TargetFile string   // target.yaml
	URL        string   // or one address
	Faults     []string // of the embedded platform, when neither is given

	Baseline    string
	MIMs        []string
	Filter      string
	Claims      []string // MIMs, instead of the statement's
	Features    []string // instead of the statement's; "all" claims every feature
	SpecVersion string   // instead of the statement's
	Models      []string // data-model catalogues, instead of the target's

	Profile      string
	Concurrency  int
	Rate         float64 // requests per second; negative is unlimited
	Timeout      time.Duration
	FailFast     bool
	Seed         uint64 // 0 picks one
	Sample       int    // entities that observing checks look at
	CallbackHost string // address of the harness that the platform can reach
	NotifyURL    string // the same as the platform has to be told, if it is another
	NotifyMQTT   string // MQTT broker of the harness as the platform has to be told it
	MQTTListen   string // where that broker listens, if not at the port of NotifyMQTT
	Waivers      string // file of agreed exceptions
	StateDir     string // where the clean-up journal is kept
	Member       string
	Tool         reports.Tool
	Progress     runner.Progress
}

// Prepared is a run that has been planned and not started.
type Prepared struct {
	Plan   *runner.Plan
	Target *target.Target
	RunID  string
	Seed   uint64

	settings Settings
	beside   verdict.Beside
	waivers  []reports.Waiver
	models   *models.Catalogue
	callback *probe.Callback
	broker   *probe.Broker
	city     *embedded.City
	shared   int // exchanges of the run that belong to no check
	record   record
}

// defaultTimeout bounds one check.
const defaultTimeout = 30 * time.Second

// defaultSample is how many entities observing checks look at.
const defaultSample = 50

// cityConcurrency is how many checks are at the embedded platform at once.
const cityConcurrency = 16

// maxBodies bounds the bodies that a run keeps, in bytes.
const maxBodies = 256 << 20

// cityPatience is how long to wait for a notification of the embedded platform, which
// comes within milliseconds or not at all.
const cityPatience = 5 * time.Second

// Prepare finds everything that the run needs and plans it. Every error is of the
// settings or of files that they name. Close the result.
func Prepare(s Settings) (_ *Prepared, err error) {
	p := &Prepared{settings: s, RunID: uuid.NewString(), Seed: s.Seed}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if p.Seed == 0 {
		p.Seed = rand.Uint64()>>12 | 1 // short enough for any JSON reader, never 0
	}
	if err := p.findTarget(); err != nil {
		return nil, err
	}
	profile, err := p.profile()
	if err != nil {
		return nil, err
	}
	p.politeness(profile)
	scope, err := p.scope(profile)
	if err != nil {
		return nil, err
	}
	if p.Plan, err = runner.NewPlan(scope); err != nil {
		return p, err
	}
	if err := p.agreed(); err != nil {
		return p, err
	}
	if err := p.endpoints(); err != nil {
		return p, err
	}
	return p, p.startBroker()
}

// agreed reads the waivers, each of which has to be of a check of the plan.
func (p *Prepared) agreed() (err error) {
	if p.settings.Waivers == "" {
		return nil
	}
	if p.waivers, err = waiver.Load(p.settings.Waivers, time.Now()); err != nil {
		return err
	}
	ids := make([]string, len(p.Plan.Checks))
	for i, c := range p.Plan.Checks {
		ids[i] = c.ID
	}
	return waiver.Match(p.waivers, ids)
}

// endpoints refuses a plan that claims what no endpoint of the target is given for.
func (p *Prepared) endpoints() error {
	if claim, endpoint, found := p.Plan.Unshown(); found {
		return fmt.Errorf("the statement claims %s, which is checked at the endpoint %s, and the target names no such endpoint: give its url under endpoints in target.yaml, or claim without %s",
			claim, endpoint, claim)
	}
	return nil
}

func (p *Prepared) findTarget() (err error) {
	s := p.settings
	switch {
	case s.TargetFile != "" && s.URL != "":
		return errors.New("--target and --url name two platforms: give one of them")
	case len(s.Faults) > 0 && (s.TargetFile != "" || s.URL != ""):
		return errors.New("--fault is for the embedded reference platform: leave out --target and --url, or start `mimcheck reference serve --fault`")
	case s.TargetFile != "":
		p.Target, err = target.Load(s.TargetFile)
	case s.URL != "":
		p.Target, err = target.FromURL(s.URL)
	default:
		var active []faults.Fault
		if active, err = faults.Named(s.Faults...); err != nil {
			return err
		}
		if p.city, err = embedded.Start("127.0.0.1:0", reference.Options{SpecVersion: s.SpecVersion}, active...); err != nil {
			return err
		}
		p.Target, err = p.city.Target()
	}
	return err
}

// profile is the one asked for; reference only for the embedded platform, and the
// most careful one for anything remote.
func (p *Prepared) profile() (target.Profile, error) {
	asked := target.Profile(p.settings.Profile)
	switch {
	case asked == "" && p.city != nil:
		return target.Reference, nil
	case asked == "":
		return target.Observe, nil
	case asked == target.Reference && p.city == nil && !p.loopback():
		return "", fmt.Errorf("--profile reference is for a platform on this machine; %s is not: use observe or sandbox", p.Target.Name)
	case asked == target.Observe, asked == target.Sandbox, asked == target.Reference:
		return asked, nil
	}
	return "", fmt.Errorf("--profile %q is unknown: expected observe, sandbox or reference", asked)
}

// loopback says whether every endpoint is on this machine.
func (p *Prepared) loopback() bool {
	for _, base := range p.Target.Endpoints {
		u, err := url.Parse(base)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// politeness settles rate and concurrency: the command line over target.yaml over
// the profile's default.
func (p *Prepared) politeness(profile target.Profile) {
	standard := map[target.Profile]target.Politeness{
		target.Observe:   {Rate: 5, Concurrency: 2},
		target.Sandbox:   {Rate: 10, Concurrency: 4},
		target.Reference: {Rate: 0, Concurrency: cityConcurrency},
	}[profile]
	polite := &p.Target.Polite
	if polite.Rate == 0 {
		polite.Rate = standard.Rate
	}
	if polite.Concurrency == 0 {
		polite.Concurrency = standard.Concurrency
	}
	if p.settings.Rate != 0 {
		polite.Rate = max(0, p.settings.Rate)
	}
	if p.settings.Concurrency != 0 {
		polite.Concurrency = p.settings.Concurrency
	}
}

func (p *Prepared) scope(profile target.Profile) (runner.Scope, error) {
	s, t := p.settings, p.Target
	var scope runner.Scope
	registry, err := catalogue.Registry()
	if err != nil {
		return scope, fmt.Errorf("the checks themselves are wrong, which is a fault of mimcheck: %w", err)
	}
	if p.beside, err = besideBaselines(); err != nil {
		return scope, err
	}
	statement := &t.Statement
	baseline, err := baselines.Get(cmp.Or(s.Baseline, statement.Baseline, baselines.DefaultID))
	if err != nil {
		return scope, err
	}
	if len(s.Claims) > 0 {
		statement.MIMs = s.Claims
	}
	if len(statement.MIMs) == 0 {
		statement.MIMs = within(baseline, claimedByEndpoints(baseline, t.Endpoints), registry)
		switch {
		case p.city != nil:
			statement.MIMs = claimedByCity(baseline, t.Endpoints, registry)
		case len(statement.Features) == 0:
			statement.Features = offeredByEndpoints(t.Endpoints)
		}
	}
	if len(s.Features) > 0 {
		statement.Features = s.Features
		if slices.Contains(s.Features, "all") {
			statement.Features = nil
			for _, f := range suites.Features() {
				statement.Features = append(statement.Features, string(f))
			}
		}
	}
	statement.SpecVersion = cmp.Or(s.SpecVersion, statement.SpecVersion)
	if err := p.openModels(); err != nil {
		return scope, err
	}
	if err := p.startCallback(); err != nil {
		return scope, err
	}
	return runner.Scope{
		Registry: registry, Baseline: baseline, Profile: profile, Filter: s.Filter, MIMs: s.MIMs,
		Statement: *statement, Callback: p.callback != nil, Broker: p.canReachBroker(), Models: p.models != nil, Declarations: t.Endpoints[target.Declarations] != "",
		Endpoints: t.Endpoints,
	}, nil
}

// besideBaselines is what the project says of requirements beside the baselines and checks.
func besideBaselines() (verdict.Beside, error) {
	noCheck, err := catalogue.NoCheck()
	if err != nil {
		return verdict.Beside{}, err
	}
	derived, err := catalogue.Derived()
	return verdict.Beside{NoCheck: noCheck, Derived: derived}, err
}

// claimedByCity is what the embedded platform claims.
func claimedByCity(b baselines.Baseline, endpoints map[string]string, registry *suites.Registry) []string {
	mims := claimedByEndpoints(b, endpoints)
	for _, m := range within(b, declaredMIMs, registry) {
		if !slices.Contains(mims, m) {
			mims = append(mims, m)
		}
	}
	return mims
}

// checkedAt names the endpoints at any of which a MIM is checked, by its subject: what a
// number stands for changes from baseline to baseline.
var checkedAt = map[string][]string{
	"access":        {target.NGSILD, target.REST, target.LDES},
	"context":       {target.NGSILD},
	"data-models":   {target.NGSILD},
	"digital-twins": {target.OGCProcesses, target.Tiles3D},
	"exchange":      {target.DCAT},
	"geospatial":    {target.OGCFeatures, target.SensorThings, target.WFS},
	"interlinking":  {target.NGSILD},
	"security":      {target.OpenID, target.Protected},
	"transactions":  {target.TMF620},
}

// claimedByEndpoints: an endpoint alone is a claim to what is checked over it.
func claimedByEndpoints(b baselines.Baseline, endpoints map[string]string) []string {
	var mims []string
	for _, m := range b.MIMs {
		if slices.ContainsFunc(checkedAt[m.Subject], func(name string) bool {
			return endpoints[name] != "" && (name != target.SensorThings || names(m, "SensorThings"))
		}) {
			mims = append(mims, m.ID)
		}
	}
	return mims
}

// names says whether the baseline names a mechanism for some requirement of the MIM: what it
// does not name is no way to it, such as SensorThings before 2026.
func names(m baselines.MIM, mechanism string) bool {
	for _, c := range m.Capabilities {
		for _, r := range c.Requirements {
			if slices.ContainsFunc(r.Mechanisms, func(s string) bool { return strings.Contains(s, mechanism) }) {
				return true
			}
		}
	}
	return false
}

// offeredByEndpoints are the features that an endpoint is for and nothing else: who names
// it and claims nothing means them.
func offeredByEndpoints(endpoints map[string]string) []string {
	var all []string
	for _, one := range []struct {
		endpoint string
		feature  suites.Feature
	}{
		{target.REST, suites.FeatureREST}, {target.SensorThings, suites.FeatureSensorThings}, {target.LDES, suites.FeatureEventStream},
		{target.OGCProcesses, suites.FeatureProcesses}, {target.Tiles3D, suites.FeatureTilesets}, {target.WFS, suites.FeatureWFS},
		{target.OpenID, suites.FeatureOpenID}, {target.Protected, suites.FeatureProtectedData},
		{target.TMF622, suites.FeatureProductOrders}, {target.TMF629, suites.FeatureCustomers}, {target.TMF632, suites.FeatureParties},
		{target.TMF633, suites.FeatureServiceCatalogue}, {target.TMF634, suites.FeatureResourceCatalogue}, {target.TMF635, suites.FeatureUsage},
		{target.TMF637, suites.FeatureProducts}, {target.TMF638, suites.FeatureServices}, {target.TMF639, suites.FeatureResources},
		{target.TMF641, suites.FeatureServiceOrders}, {target.TMF651, suites.FeatureAgreements}, {target.TMF652, suites.FeatureResourceOrders},
		{target.TMF670, suites.FeaturePaymentMethods}, {target.TMF676, suites.FeaturePayments},
	} {
		if endpoints[one.endpoint] != "" {
			all = append(all, string(one.feature))
		}
	}
	return all
}

// declaredMIMs are those that the embedded platform claims by its declarations alone.
// Another platform has to say itself which MIMs its declarations are about.
var declaredMIMs = []string{"MIM4", "MIM5", "MIM6", "MIM8"}

// within are the MIMs that the baseline has, and that it asks something of which there are
// checks: of a work item without requirements nothing can be claimed.
func within(b baselines.Baseline, mims []string, registry *suites.Registry) []string {
	checked := map[string]bool{}
	for _, c := range registry.All() {
		for _, id := range c.Requirements {
			if baseline, mim, _, _ := baselines.SplitID(id); baseline == b.ID {
				checked[mim] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(mims), func(id string) bool { return !checked[id] })
}

func (p *Prepared) openModels() (err error) {
	paths := p.settings.Models
	if len(paths) == 0 {
		paths = p.Target.Models
	}
	if len(paths) == 0 {
		p.models, err = models.Default()
		return err
	}
	p.models, err = models.Open(paths...)
	return err
}

// startCallback serves contexts to a platform that can reach the harness: one on
// this machine, or one that the user says can reach an address of ours.
func (p *Prepared) startCallback() (err error) {
	host := p.settings.CallbackHost
	if p.settings.NotifyURL != "" {
		p.callback, err = probe.StartCallbackBehind(host, p.settings.NotifyURL)
		return err
	}
	if host == "" {
		if p.city == nil && !p.loopback() {
			return nil
		}
		host = "127.0.0.1"
	}
	p.callback, err = probe.StartCallback(host)
	return err
}

// canReachBroker says whether the platform can reach an MQTT broker of the harness: one
// on this machine, or one that the user says can reach an address of ours.
func (p *Prepared) canReachBroker() bool {
	return p.settings.NotifyMQTT != "" || p.city != nil || p.loopback()
}

// startBroker starts the MQTT broker when a selected check needs it.
func (p *Prepared) startBroker() (err error) {
	needed := slices.ContainsFunc(p.Plan.Selected(), func(c runner.Planned) bool { return c.Has(suites.NeedBroker) })
	switch s := p.settings; {
	case s.NotifyMQTT == "" && s.MQTTListen != "":
		return errors.New("--mqtt-listen says where the MQTT broker listens, and not where the platform finds it: give --notify-mqtt, too")
	case !needed:
		return nil
	case s.NotifyMQTT != "":
		p.broker, err = probe.StartBrokerBehind(s.MQTTListen, s.NotifyMQTT)
	default:
		p.broker, err = probe.StartBroker()
	}
	return err
}

// Run executes the plan and returns the report, which is whole even when ctx ends
// early or the error says that the harness itself failed.
func (p *Prepared) Run(ctx context.Context) (*reports.Report, error) {
	session, options, journal, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	report, err := runner.Run(ctx, p.Plan, options)
	report.Target.Member = p.settings.Member
	for _, client := range []string{runner.PreflightClient, runner.SampleClient} {
		p.shared += len(session.Client(client).Exchanges())
	}
	if p.city == nil && report.Counts.Passed+report.Counts.Failed > 0 {
		report.Notes = append(report.Notes, unclaimed(ctx, session.Client(discover.ClientID), report.Target.Endpoints, report.Target.Features)...)
	}
	p.record = record{session, options}
	if len(report.Cleanup.Left) == 0 {
		_ = os.Remove(journal) // an empty journal left behind does no harm
	}
	return report, err
}

// unclaimed tells of features that the platform seems to offer and does not claim:
// nothing was asked about them.
func unclaimed(ctx context.Context, client probe.Client, endpoints map[string]string, claimed []string) []string {
	found, err := discover.Platform(ctx, client, endpoints)
	if err != nil {
		return nil // the run has said already what is wrong with the platform
	}
	names := discover.Unclaimed(found, claimed)
	if len(names) == 0 {
		return nil
	}
	list := strings.Join(names, ",")
	return []string{fmt.Sprintf("The platform seems to offer %s and claims none of it, so none of it was tested: claim it in the statement, or by --features %s.",
		strings.Join(names, ", "), strings.Join(append(slices.Clone(claimed), list), ","))}
}

func (p *Prepared) open(ctx context.Context) (_ *probe.Session, _ runner.Options, journal string, err error) {
	s := p.settings
	journal = filepath.Join(s.StateDir, "journals", p.RunID+".ndjson")
	if err := os.MkdirAll(filepath.Dir(journal), 0o700); err != nil {
		return nil, runner.Options{}, "", fmt.Errorf("the clean-up journal has no place: %w; name one with --state", err)
	}
	session, err := probe.Open(ctx, p.Target, probe.Options{
		Profile: p.Plan.Scope.Profile, JournalPath: journal, Version: s.Tool.Version,
		Blobs: evidence.NewMemoryBlobs(maxBodies),
	})
	if err != nil {
		return nil, runner.Options{}, "", err
	}
	options := runner.Options{
		Target: p.Target, Session: session, Models: p.models, Beside: p.beside, Waivers: p.waivers,
		Tool: s.Tool, RunID: p.RunID, Seed: p.Seed, SampleSize: cmp.Or(s.Sample, defaultSample),
		Concurrency: p.Target.Polite.Concurrency, Rate: p.Target.Polite.Rate,
		Timeout: cmp.Or(s.Timeout, defaultTimeout), FailFast: s.FailFast, Progress: s.Progress,
	}
	if p.callback != nil {
		options.Callback = p.callback
	}
	if p.broker != nil {
		options.Broker = p.broker
	}
	if p.city != nil {
		options.Patience = cityPatience
	}
	return session, options, journal, nil
}

// Close frees what Prepare started.
func (p *Prepared) Close() {
	if p.callback != nil {
		p.callback.Close()
	}
	if p.broker != nil {
		p.broker.Close()
	}
	if p.city != nil {
		p.city.Close()
	}
}
