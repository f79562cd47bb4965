package certificate

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
)

// Request is what the Working Group is asked to certify, and by whom.
type Request struct {
	Member     membership.Member
	SelfRun    *attest.Bundle // that the member filed
	Witnessed  *attest.Bundle // of the run that the Working Group made
	RunnerKey  attest.PublicKey
	Runner     string // who made it, and signed it with RunnerKey
	Issuer     string
	IssuerKey  crypto.Signer
	MIMs       []string             // empty for all that the platform claims of the baseline
	Assurance  membership.Assurance // empty for certified
	ID         string               // empty for one made of the member, the day and the bundle
	On         membership.Date      // empty for today
	ValidUntil membership.Date      // empty for the longest that the rules allow
	URL        string               // at which its standing is published; {id} stands for the id
	Now        time.Time
	DryRun     bool // decide, but sign and record nothing
}

// Decision is what became of a request.
type Decision struct {
	Member   string       `json:"member"`
	MIMs     []string     `json:"mims"`
	Case     Case         `json:"case"`
	Breaches []Breach     `json:"breaches"`              // why it is refused; none for a certificate
	Issued   *Certificate `json:"certificate,omitempty"` // nil when it is refused
	Signed   []byte       `json:"-"`                     // the certificate as it is published; nil in a dry run
}

// Issue decides on a request, and records the decision in the ledger: a certificate is
// issued only when the case meets every rule. Errors, beside those of the ledger: an
// *attest.Error when the witnessed bundle is not signed by the runner's key, a
// *membership.RuleError, or a request that can't be decided.
func Issue(ctx context.Context, l *ledger.Ledger, q Request, replay Replay) (Decision, error) {
	rules, err := DefaultRules()
	if err != nil {
		return Decision{}, err
	}
	if err := q.complete(rules); err != nil {
		return Decision{}, err
	}
	if _, err := q.Witnessed.Verify(ctx, attest.Trust{Keys: []attest.PublicKey{q.RunnerKey}, Now: q.Now}); err != nil {
		return Decision{}, fmt.Errorf("the witnessed run has to be signed by who made it: %w", err)
	}
	d := Decision{Member: q.Member.ID, MIMs: q.MIMs, Breaches: []Breach{}}
	state, err := membership.ReadState(ctx, l, q.Now)
	if err != nil {
		return d, err
	}
	if d.Case, err = q.examine(ctx, state, replay); err != nil {
		return d, err
	}
	broken, err := rules.Judge(d.Case)
	if err != nil {
		return d, err
	}
	if len(broken) > 0 {
		d.Breaches = broken
		return d, q.refuse(ctx, l, broken)
	}
	c, err := q.certificate(rules, d.Case)
	if err != nil {
		return d, err
	}
	d.Issued = &c
	if q.DryRun {
		return d, nil
	}
	if d.Signed, err = c.seal(ctx, q.IssuerKey); err != nil {
		return d, err
	}
	return d, q.record(ctx, l, c, digestOf(d.Signed))
}

// complete fills in what is left open and refuses what can't be decided.
func (q *Request) complete(rules Rules) error {
	r := q.Witnessed.Report
	if len(q.MIMs) == 0 {
		for _, m := range r.Verdict.MIMs {
			if m.Claimed {
				q.MIMs = append(q.MIMs, m.ID)
			}
		}
	}
	if len(q.MIMs) == 0 {
		return errors.New("the witnessed run's platform claims no MIM of its baseline: there is nothing to certify")
	}
	for _, mim := range q.MIMs {
		if !slices.ContainsFunc(r.Verdict.MIMs, func(m reports.MIMJudge) bool { return m.ID == mim }) {
			return fmt.Errorf("%s is none of the baseline %s of the witnessed run: see `mimcheck baseline show %s`", mim, r.Baseline.ID, r.Baseline.ID)
		}
	}
	if q.Assurance == "" {
		q.Assurance = membership.Certified
	}
	months, known := rules.ValidMonths[q.Assurance]
	if !known {
		return fmt.Errorf("a certificate is of assurance witnessed or certified, not %q", q.Assurance)
	}
	if q.On == "" {
		q.On = membership.DateOf(q.Now)
	}
	longest := q.On.AddMonths(months)
	for _, w := range r.Waivers {
		if w.Applied && w.Expires < string(longest) {
			longest = membership.Date(w.Expires) // what it excuses is not certified any longer than that
		}
	}
	if q.ValidUntil == "" {
		q.ValidUntil = longest
	}
	if q.ValidUntil > longest {
		return fmt.Errorf("a certificate of assurance %s that is issued on %s is valid until %s at the most (by the rules of certification and the waivers of the run), not %s", q.Assurance, q.On, longest, q.ValidUntil)
	}
	if q.ID == "" {
		m, err := q.Witnessed.Manifest()
		if err != nil {
			return err
		}
		q.ID = fmt.Sprintf("%s-%s-%.8s", q.Member.ID, q.On, m.Root)
	}
	q.URL = strings.ReplaceAll(q.URL, "{id}", url.PathEscape(q.ID))
	if u, err := url.Parse(q.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("the verification URL is %q: expected an address such as https://example.org/certificates/{id}", q.URL)
	}
	return nil
}

// examine collects the facts of the case.
func (q *Request) examine(ctx context.Context, s *membership.State, replay Replay) (c Case, err error) {
	own, other := q.SelfRun.Report, q.Witnessed.Report
	c = Case{MIMs: q.MIMs, Baseline: Baseline{other.Baseline.ID, other.Baseline.Status}, Differences: differences(own, other), LaterFailures: []string{}}
	ownFiles, err := q.SelfRun.Manifest()
	if err != nil {
		return c, err
	}
	otherFiles, err := q.Witnessed.Manifest()
	if err != nil {
		return c, err
	}
	c.Same = Same{Run: own.Run.ID == other.Run.ID, Evidence: ownFiles.Evidence == otherFiles.Evidence}
	c.Filing.State = "missing"
	if f, ok := s.Filed(own.Run.ID); ok {
		c.Filing = Filing{"filed", f.By}
		if f.Bundle != ownFiles.Root || f.Member != q.Member.ID {
			c.Filing.State = "another"
		}
	}
	if c.SelfRun, err = run(ctx, q.SelfRun, q.MIMs, q.On, replay); err != nil {
		return c, err
	}
	if c.Witnessed, err = run(ctx, q.Witnessed, q.MIMs, q.On, replay); err != nil {
		return c, err
	}
	c.Witnessed.AfterSelfRun = other.Run.Started.After(own.Run.Finished)
	c.LaterFailures = append(c.LaterFailures, s.FailuresAfter(q.Member.ID, other.Baseline.ID, other.Run.Finished, q.MIMs)...)
	issuer, err := attest.KeyID(q.IssuerKey.Public())
	if err != nil {
		return c, err
	}
	c.People = People{
		RunnerIsIssuer: membership.SameName(q.Runner, q.Issuer), OneKey: issuer == q.RunnerKey.ID,
		FilerIsRunner: membership.SameName(c.Filing.By, q.Runner), FilerIsIssuer: membership.SameName(c.Filing.By, q.Issuer),
	}
	return c, nil
}

// certificate is what is to be signed.
func (q *Request) certificate(rules Rules, c Case) (Certificate, error) {
	r := q.Witnessed.Report.Canonical()
	own, err := q.SelfRun.Manifest()
	if err != nil {
		return Certificate{}, err
	}
	other, err := q.Witnessed.Manifest()
	if err != nil {
		return Certificate{}, err
	}
	issuer, err := attest.KeyID(q.IssuerKey.Public())
	if err != nil {
		return Certificate{}, err
	}
	waivers := r.Waivers
	if waivers == nil {
		waivers = []reports.Waiver{}
	}
	return Certificate{
		ID: q.ID, Issued: q.Now.UTC().Truncate(time.Second), ValidFrom: q.On, ValidUntil: q.ValidUntil, Assurance: q.Assurance,
		Member:  Member{q.Member.ID, q.Member.Name, q.Member.Country},
		Scope:   Scope{Baseline: r.Baseline, MIMs: q.MIMs, Selection: r.Selection, Profile: r.Run.Profile, Statement: r.Target},
		Waivers: waivers, Differences: c.Differences.Others,
		SelfRun: evidenceOf(q.SelfRun, own), Witnessed: evidenceOf(q.Witnessed, other),
		Runner: Person{q.Runner, q.RunnerKey.ID}, Issuer: Person{q.Issuer, issuer},
		Rules: RulesRef{rules.Version, rules.SHA256}, Verify: q.URL,
	}, nil
}

// record enters the witnessed run and the certificate. The run alone proves no more than
// one of the member's: what the Working Group stands for is the certificate.
func (q *Request) record(ctx context.Context, l *ledger.Ledger, c Certificate, digest string) error {
	_, err := membership.EnterWithRuns(ctx, l, q.Member, []*reports.Report{q.Witnessed.Report}, membership.CertificateIssued{
		Certificate: c.ID, SHA256: digest, Member: c.Member.ID, SelfRun: c.SelfRun.Run, Run: c.Witnessed.Run, RunFinished: c.Witnessed.Finished,
		Baseline: c.Scope.Baseline.ID, MIMs: c.Scope.MIMs, Assurance: c.Assurance,
		Runner: c.Runner.Name, RunnerKey: c.Runner.Key, Issuer: c.Issuer.Name, IssuerKey: c.Issuer.Key,
		URL: c.Verify, On: c.ValidFrom, ValidUntil: c.ValidUntil,
	})
	return err
}

// refuse enters both runs, whatever they found, and the refusal.
func (q *Request) refuse(ctx context.Context, l *ledger.Ledger, broken []Breach) error {
	if q.DryRun {
		return nil
	}
	var ids, said []string
	for _, b := range broken {
		ids, said = append(ids, b.Rule), append(said, b.Says)
	}
	f := membership.CertificateRefused{
		Member: q.Member.ID, SelfRun: q.SelfRun.Report.Run.ID, Witnessed: q.Witnessed.Report.Run.ID, Baseline: q.Witnessed.Report.Baseline.ID,
		MIMs: q.MIMs, Rules: ids, Reason: "Not so: " + said[0], By: q.Issuer, On: q.On,
	}
	_, err := membership.EnterWithRuns(ctx, l, q.Member, []*reports.Report{q.SelfRun.Report, q.Witnessed.Report}, f)
	var twice *membership.RuleError
	if errors.As(err, &twice) && twice.Rule == membership.RuleOnce {
		return nil // the same refusal was recorded today
	}
	return err
}
