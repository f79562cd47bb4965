package certificate

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/membership"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// now is when certificates are decided on in these tests.
var now = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

// bundle is a small one: a run of Aarhus' platform that ended on a day, with two checks.
func bundle(t testing.TB, id, day string, change ...func(*reports.Report)) *attest.Bundle {
	t.Helper()
	b, err := baselines.Get("oasc-2019-01-16")
	if err != nil {
		t.Fatal(err)
	}
	started, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	check := func(id string) reports.CheckResult {
		return reports.CheckResult{ID: id, Title: "A sentence", MIM: "MIM1", Group: "entity", Requirements: []string{b.ID + "/MIM1/access"},
			Clause: "5.6.1", Level: "core", Needs: []string{"read"}, Outcome: reports.Passed}
	}
	r := &reports.Report{
		SchemaVersion: reports.SchemaVersion, Tool: reports.Tool{Name: "mimcheck", Version: "1"},
		Run:      reports.Run{ID: id, Started: started, Finished: started.Add(time.Minute), Profile: "sandbox", Concurrency: 1},
		Target:   reports.Target{Name: "Aarhus' broker", Endpoints: map[string]string{"ngsi-ld": "https://broker.example.org"}, MIMs: []string{"MIM1"}, Features: []string{}},
		Baseline: reports.BaselineRef{ID: b.ID, Title: b.Title, Status: b.Status, SHA256: b.SHA256},
		Verdict: reports.BaselineJudge{Verdict: reports.Conformant, Reason: "Reason.", MIMs: []reports.MIMJudge{{ID: "MIM1", Title: "MIM1", Claimed: true, Verdict: reports.Conformant, Reason: "Reason.",
			Capabilities: []reports.CapabilityJudge{{ID: "c", Title: "c", Verdict: reports.Conformant, Reason: "Reason.", Requirements: []reports.RequirementJudge{
				{ID: b.ID + "/MIM1/access", Text: "Text", Obligation: "mandatory", Verdict: reports.Conformant, Reason: "Reason."}}}}}}},
		Checks: []reports.CheckResult{check("mim1.entity.create.a"), check("mim1.entity.create.b")},
	}
	for _, c := range change {
		c(r)
	}
	r.Counts = reports.Count(r.Checks)
	exchanges := []evidence.Exchange{{Check: "mim1.entity.create.a", Seq: 1, Started: r.Run.Started, Request: evidence.Request{Method: "GET", URL: "https://broker.example.org"}}}
	made, err := attest.New(r, attest.Run{Token: id, Profile: r.Run.Profile}, exchanges, nil, evidence.NewMemoryBlobs(0))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func failed(r *reports.Report) {
	r.Checks[1].Outcome, r.Checks[1].Reason = reports.Failed, "no"
	r.Verdict.Verdict, r.Verdict.MIMs[0].Verdict = reports.NonConformant, reports.NonConformant
	r.Verdict.MIMs[0].Capabilities[0].Requirements[0].Verdict = reports.NonConformant
}

// waived has a failed check that was excused until 2026-12-31.
func waived(r *reports.Report) {
	r.Checks[1].Outcome, r.Checks[1].Reason = reports.Failed, "no"
	r.Waivers = []reports.Waiver{{Check: "mim1.entity.create.b", Reason: "soon", Owner: "WG", Expires: "2026-12-31", Outcome: reports.Failed, Applied: true}}
}

func key(t testing.TB, seed byte) (ed25519.PrivateKey, attest.PublicKey) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	id, err := attest.KeyID(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return private, attest.PublicKey{ID: id, Key: private.Public()}
}

// confirmed is a replay that gives the report of the bundle.
func confirmed(_ context.Context, b *attest.Bundle) (*reports.Report, error) { return b.Report, nil }

// office is a ledger in which Aarhus has filed its run, and a request that meets every rule.
type office struct {
	ledger  *ledger.Ledger
	request Request
}

func newOffice(t testing.TB, own, witnessed *attest.Bundle) *office {
	t.Helper()
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	runner, runnerKey := key(t, 1)
	issuer, _ := key(t, 2)
	if err := witnessed.Sign(t.Context(), now, runner); err != nil {
		t.Fatal(err)
	}
	m, err := membership.Find("Aarhus")
	if err != nil {
		t.Fatal(err)
	}
	files, err := own.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := membership.File(t.Context(), l, m, own.Report, membership.BundleFiled{Bundle: files.Root, By: "A. Jensen", On: "2026-03-02"}); err != nil {
		t.Fatal(err)
	}
	return &office{l, Request{Member: m, SelfRun: own, Witnessed: witnessed, RunnerKey: runnerKey, Runner: "B. Larsen", Issuer: "C. Madsen", IssuerKey: issuer,
		URL: "https://example.org/certificates/{id}", Now: now}}
}

func (o *office) events(t *testing.T) []string {
	t.Helper()
	events, err := o.ledger.Events(t.Context(), "aarhus")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (o *office) decide(t *testing.T) Decision {
	t.Helper()
	d, err := Issue(t.Context(), o.ledger, o.request, confirmed)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACertificateIsIssuedAndCanBeVerified(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
	d := o.decide(t)
	if len(d.Breaches) != 0 || d.Issued == nil {
		t.Fatalf("refused: %+v", d.Breaches)
	}
	_, issuer := key(t, 2)
	c, err := Open(t.Context(), d.Signed, attest.Trust{Keys: []attest.PublicKey{issuer}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if c.ValidUntil != "2028-03-10" || c.Assurance != membership.Certified || c.Verify != "https://example.org/certificates/"+c.ID || c.Runner.Key == c.Issuer.Key {
		t.Errorf("got %+v", c)
	}
	if got, want := o.events(t), []string{"RunRecorded", "BundleFiled", "RunRecorded", "CertificateIssued"}; !slices.Equal(got, want) {
		t.Errorf("the ledger has %v, want %v", got, want)
	}
	if _, err := Issue(t.Context(), o.ledger, o.request, confirmed); err == nil || !strings.Contains(err.Error(), "once") {
		t.Errorf("issued twice: %v", err)
	}
	var text strings.Builder
	if err := d.WriteText(&text); err != nil || !strings.Contains(text.String(), "nothing is different") || !strings.Contains(text.String(), "conformant in") {
		t.Errorf("%v: %s", err, text.String())
	}
}

func TestRequestsThatBreakARuleAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		own, witnessed []func(*reports.Report)
		change         func(t *testing.T, o *office)
		rules          []string
	}{
		"the witnessed run fails": {witnessed: []func(*reports.Report){failed}, rules: []string{"runs-agree", "conformant"}},
		"both fail":               {own: []func(*reports.Report){failed}, witnessed: []func(*reports.Report){failed}, rules: []string{"conformant"}},
		"another selection":       {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Selection.MIMs = []string{"MIM1"} }}, rules: []string{"same-selection"}},
		"a filter":                {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Selection.Filter = "core" }}, rules: []string{"whole-runs", "same-selection"}},
		"another profile":         {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Run.Profile = "observe" }}, rules: []string{"same-profile"}},
		"the reference platform":  {own: []func(*reports.Report){func(r *reports.Report) { r.Run.Profile = "reference" }}, rules: []string{"own-platform", "same-profile"}},
		"another endpoint":        {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Target.Endpoints["ngsi-ld"] = "https://other.example.org" }}, rules: []string{"same-platform"}},
		"another statement":       {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Target.Features = []string{"batch"} }}, rules: []string{"same-statement"}},
		"another program":         {witnessed: []func(*reports.Report){func(r *reports.Report) { r.Tool.Version = "2" }}, rules: []string{"same-program"}},
		"a waiver in one":         {own: []func(*reports.Report){waived}, rules: []string{"agreed-waivers", "runs-agree"}},
		"interrupted":             {own: []func(*reports.Report){func(r *reports.Report) { r.Run.Interrupted = true }}, rules: []string{"whole-runs"}},
		"an old run": {own: []func(*reports.Report){func(r *reports.Report) {
			r.Run.Started, r.Run.Finished = r.Run.Started.AddDate(0, -4, 0), r.Run.Finished.AddDate(0, -4, 0)
		}}, rules: []string{"fresh-runs"}},
		"before the member's run": {witnessed: []func(*reports.Report){func(r *reports.Report) {
			r.Run.Started, r.Run.Finished = r.Run.Started.Add(-200*time.Hour), r.Run.Finished.Add(-200*time.Hour)
		}}, rules: []string{"witnessed-later"}},
		"the member's bundle again": {change: func(t *testing.T, o *office) {
			runner, _ := key(t, 1)
			o.request.Witnessed = bundle(t, "own", "2026-03-01")
			if err := o.request.Witnessed.Sign(t.Context(), now, runner); err != nil {
				t.Fatal(err)
			}
		}, rules: []string{"two-runs", "witnessed-later"}},
		"issued by the runner": {change: func(_ *testing.T, o *office) { o.request.Issuer = "b. LARSEN" }, rules: []string{"four-eyes"}},
		"one key":              {change: func(t *testing.T, o *office) { o.request.IssuerKey, _ = key(t, 1) }, rules: []string{"four-eyes"}},
		"issued by the filer":  {change: func(_ *testing.T, o *office) { o.request.Issuer = "A. Jensen" }, rules: []string{"independent"}},
		"never filed":          {change: func(t *testing.T, o *office) { o.request.SelfRun = bundle(t, "another", "2026-03-01") }, rules: []string{"filed-first"}},
		"filed otherwise": {change: func(t *testing.T, o *office) {
			o.request.SelfRun = bundle(t, "own", "2026-03-01")
			o.request.SelfRun.Run.Seed = 7
		}, rules: []string{"filed-first"}},
		"a later run failed": {change: func(t *testing.T, o *office) {
			later := bundle(t, "later", "2026-03-10", failed)
			if _, err := membership.Record(t.Context(), o.ledger, o.request.Member, later.Report); err != nil {
				t.Fatal(err)
			}
		}, rules: []string{"no-later-failure"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, bundle(t, "own", "2026-03-01", c.own...), bundle(t, "witnessed", "2026-03-09", c.witnessed...))
			if c.change != nil {
				c.change(t, o)
			}
			d := o.decide(t)
			var got []string
			for _, b := range d.Breaches {
				got = append(got, b.Rule)
			}
			if !slices.Equal(got, c.rules) || d.Issued != nil || d.Signed != nil {
				t.Errorf("refused for %v, want %v (%+v)", got, c.rules, d.Breaches)
			}
			if kinds := o.events(t); !slices.Contains(kinds, "CertificateRefused") || slices.Contains(kinds, "CertificateIssued") {
				t.Errorf("the ledger has %v", kinds)
			}
			o.decide(t) // the same refusal again is no error
			var text strings.Builder
			if err := d.WriteText(&text); err != nil || !strings.Contains(text.String(), "remedy") || !strings.Contains(text.String(), c.rules[0]) {
				t.Errorf("%v: %s", err, text.String())
			}
		})
	}
}

func TestRequestsThatCantBeDecided(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, q *Request)
		want   string
		bytes  bool // it is the bytes or the signature that are wrong
	}{
		"an unknown MIM":           {func(_ *testing.T, q *Request) { q.MIMs = []string{"MIM9"} }, "MIM9", false},
		"an unknown assurance":     {func(_ *testing.T, q *Request) { q.Assurance = "selfTested" }, "witnessed or certified", false},
		"for too long":             {func(_ *testing.T, q *Request) { q.ValidUntil = "2028-03-11" }, "2028-03-10", false},
		"no URL":                   {func(_ *testing.T, q *Request) { q.URL = "here" }, "{id}", false},
		"not signed by the runner": {func(t *testing.T, q *Request) { _, q.RunnerKey = key(t, 3) }, "signed by who made it", true},
		"not signed":               {func(_ *testing.T, q *Request) { q.Witnessed.Signature = nil }, "nobody signed it", true},
		"in the future":            {func(_ *testing.T, q *Request) { q.On = "2026-03-12" }, "rule date", false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
			c.change(t, &o.request)
			_, err := Issue(t.Context(), o.ledger, o.request, confirmed)
			var bad *attest.Error
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &bad) != c.bytes {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if kinds := o.events(t); len(kinds) != 2 {
				t.Errorf("the ledger has %v", kinds)
			}
		})
	}
}

// What the evidence does not give is not certified, however the report reads.
func TestEvidenceIsJudgedAgain(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
	honest := bundle(t, "own", "2026-03-01", failed)
	d, err := Issue(t.Context(), o.ledger, o.request, func(_ context.Context, b *attest.Bundle) (*reports.Report, error) {
		if b == o.request.SelfRun {
			return honest.Report, nil
		}
		return b.Report, nil
	})
	if err != nil || len(d.Breaches) == 0 || !slices.ContainsFunc(d.Breaches, func(b Breach) bool {
		return b.Rule == "evidence-confirms" && strings.Contains(b.Seen, "mim1.entity.create.b")
	}) {
		t.Errorf("%v: %+v", err, d.Breaches)
	}
	broken := errors.New("broken")
	if _, err := Issue(t.Context(), o.ledger, o.request, func(context.Context, *attest.Bundle) (*reports.Report, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestADryRunRecordsNothing(t *testing.T) {
	for _, change := range [][]func(*reports.Report){nil, {failed}} {
		o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09", change...))
		o.request.DryRun = true
		if d := o.decide(t); d.Signed != nil {
			t.Error("it was signed")
		}
		if kinds := o.events(t); len(kinds) != 2 {
			t.Errorf("the ledger has %v", kinds)
		}
	}
}

// A certificate does not outlive the waiver that it rests on.
func TestWaiversShortenTheValidity(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01", waived), bundle(t, "witnessed", "2026-03-09", waived))
	d := o.decide(t)
	if d.Issued == nil || d.Issued.ValidUntil != "2026-12-31" || len(d.Issued.Waivers) != 1 {
		t.Errorf("got %+v, %+v", d.Issued, d.Breaches)
	}
}

func TestVerify(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
	d := o.decide(t)
	if d.Issued == nil {
		t.Fatalf("refused: %+v", d.Breaches)
	}
	issuer, public := key(t, 2)
	list := func() *StatusList {
		t.Helper()
		_, signed, err := SignList(t.Context(), o.ledger, now.Add(time.Hour), time.Time{}, issuer)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := OpenList(t.Context(), signed, attest.Trust{Keys: []attest.PublicKey{public}, Now: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return &opened
	}
	valid := list()
	if _, err := membership.Enter(t.Context(), o.ledger, membership.CertificateRevoked{Certificate: d.Issued.ID, Member: "aarhus", By: "C. Madsen", Reason: "the platform was replaced", On: "2026-03-10"}); err != nil {
		t.Fatal(err)
	}
	revoked := list()
	empty := &StatusList{Issued: now.Add(time.Hour), NextUpdate: now.AddDate(1, 0, 0)}
	early := &StatusList{Issued: now.Add(-time.Hour), NextUpdate: now.AddDate(1, 0, 0)}
	other := *valid
	other.Certificates = []Entry{{ID: d.Issued.ID, SHA256: strings.Repeat("0", 64), Standing: membership.Valid}}
	for name, c := range map[string]struct {
		list *StatusList
		at   time.Time
		want Answer
		says string
	}{
		"valid":                {valid, now, Good, "2028-03-10"},
		"the last day":         {withNext(valid, now.AddDate(9, 0, 0)), time.Date(2028, 3, 10, 23, 0, 0, 0, time.UTC), Good, ""},
		"the day after":        {withNext(valid, now.AddDate(9, 0, 0)), time.Date(2028, 3, 11, 0, 0, 0, 0, time.UTC), Bad, "expired"},
		"the day before":       {valid, now.AddDate(0, 0, -1), Bad, "from 2026-03-10 only"},
		"no list":              {nil, now, Unknown, "not known"},
		"a stale list":         {valid, now.AddDate(0, 0, 31), Unknown, "stale"},
		"revoked":              {revoked, now, Bad, "the platform was replaced"},
		"revoked, stale list":  {revoked, now.AddDate(0, 0, 31), Bad, "the platform was replaced"},
		"not on the list":      {empty, now, Bad, "does not have it"},
		"a list before it":     {early, now, Unknown, "not newer"},
		"another certificate":  {&other, now, Bad, "another certificate"},
		"expired without list": {nil, now.AddDate(3, 0, 0), Bad, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			v := Verify(*d.Issued, d.Signed, c.list, c.at)
			if v.Answer != c.want || !strings.Contains(v.Reason, c.says) || (v.Answer == Unknown) != (v.Next != "") {
				t.Errorf("got %+v, want %s %q", v, c.want, c.says)
			}
		})
	}
}

func withNext(l *StatusList, next time.Time) *StatusList {
	changed := *l
	changed.NextUpdate = next
	return &changed
}

// A run that fails later takes a certificate's worth on the list, too.
func TestALaterFailureIsOnTheList(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
	d := o.decide(t)
	if d.Issued == nil {
		t.Fatalf("refused: %+v", d.Breaches)
	}
	later := bundle(t, "later", "2026-03-10", failed)
	if _, err := membership.Record(t.Context(), o.ledger, o.request.Member, later.Report); err != nil {
		t.Fatal(err)
	}
	issuer, _ := key(t, 2)
	list, _, err := SignList(t.Context(), o.ledger, now, time.Time{}, issuer)
	if err != nil || len(list.Certificates) != 1 || list.Certificates[0].Standing != membership.Contradicted {
		t.Fatalf("%v: %+v", err, list)
	}
	if v := Verify(*d.Issued, d.Signed, &list, now); v.Answer != Bad || !strings.Contains(v.Reason, "the later run later") {
		t.Errorf("got %+v", v)
	}
}

func TestWhatIsAlteredOrOfAnotherKindIsNotOpened(t *testing.T) {
	o := newOffice(t, bundle(t, "own", "2026-03-01"), bundle(t, "witnessed", "2026-03-09"))
	d := o.decide(t)
	if d.Issued == nil {
		t.Fatalf("refused: %+v", d.Breaches)
	}
	issuer, public := key(t, 2)
	_, stranger := key(t, 3)
	_, list, err := SignList(t.Context(), o.ledger, now, time.Time{}, issuer)
	if err != nil {
		t.Fatal(err)
	}
	trust := attest.Trust{Keys: []attest.PublicKey{public}, Now: now}
	for name, c := range map[string]struct {
		raw   []byte
		trust attest.Trust
		want  string
	}{
		"a list":            {list, trust, "certificate-status"},
		"a run's signature": {o.request.Witnessed.Signature, trust, "conformance-run"},
		"nothing":           {nil, trust, "can't be read"},
		"a longer validity": {altered(t, d.Signed, "2028-03-10", "2038-03-10"), trust, "no trusted key"},
		"a stranger's":      {d.Signed, attest.Trust{Keys: []attest.PublicKey{stranger}, Now: now}, "no trusted key"},
		"a revoked key's":   {d.Signed, attest.Trust{Keys: []attest.PublicKey{public}, Revoked: []attest.Revocation{{Key: public.ID, Reason: "stolen"}}, Now: now}, "revoked"},
		"of the future":     {d.Signed, attest.Trust{Keys: []attest.PublicKey{public}, Now: now.Add(-time.Hour)}, "future"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), c.raw, c.trust)
			var bad *attest.Error
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "the certificate is not valid") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := OpenList(t.Context(), d.Signed, trust); err == nil || !strings.Contains(err.Error(), "the status list") {
		t.Errorf("a certificate is taken for a list: %v", err)
	}
}

// altered is an envelope with another text in its payload and the old signature.
func altered(t *testing.T, envelope []byte, from, to string) []byte {
	t.Helper()
	var e struct {
		PayloadType string `json:"payloadType"`
		Payload     []byte `json:"payload"`
		Signatures  []struct {
			KeyID string `json:"keyid"`
			Sig   string `json:"sig"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(envelope, &e); err != nil {
		t.Fatal(err)
	}
	e.Payload = bytes.ReplaceAll(e.Payload, []byte(from), []byte(to))
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzOpen(f *testing.F) {
	_, public := key(f, 2)
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"x","sig":"eA=="}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := Open(t.Context(), raw, attest.Trust{Keys: []attest.PublicKey{public}, Now: now}); err == nil {
			t.Error("bytes that nobody signed are a certificate")
		}
	})
}
