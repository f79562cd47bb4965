package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/oasc/mimcheck/internal/attest"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/reports"
)

// record is what a run left to judge it by.
type record struct {
	session *probe.Session
	options runner.Options
}

// Bundle puts the report of Run and all that the run recorded into one bundle.
func (p *Prepared) Bundle(report *reports.Report) (*attest.Bundle, error) {
	run, err := p.ran(report)
	if err != nil {
		return nil, err
	}
	session := p.record.session
	return attest.New(report, run, session.Exchanges(), session.Events(), session.Blobs())
}

// WriteBundle writes what Bundle puts together, without having all of it in memory.
func (p *Prepared) WriteBundle(w io.Writer, report *reports.Report) error {
	run, err := p.ran(report)
	if err != nil {
		return err
	}
	return attest.Write(w, report, run, p.record.session)
}

// ran is what a replay has to know of the run.
func (p *Prepared) ran(report *reports.Report) (attest.Run, error) {
	session, o := p.record.session, p.record.options
	if session == nil {
		return attest.Run{}, errors.New("nothing has been run, so there is nothing to put into a bundle")
	}
	t, scope := p.Target, p.Plan.Scope
	run := attest.Run{
		Token: session.Token(), Seed: p.Seed, Profile: string(scope.Profile), Filter: scope.Filter, MIMs: listed(scope.MIMs),
		SampleSize: o.SampleSize, TimeoutMS: o.Timeout.Milliseconds(), PatienceMS: o.Patience.Milliseconds(),
		Models: attest.Models{BuiltIn: len(p.settings.Models)+len(t.Models) == 0, Digest: modelsDigest(p.models)},
		Target: attest.Target{Name: t.Name, Endpoints: t.Endpoints, Tenant: t.Tenant, Context: session.Redact(t.Context),
			ClientCert: t.TLS.CertFile != "", Clients: t.Scopes(), SignIn: t.SignIn, Tokens: redacted(session, t.Tokens), Statement: attest.Statement{Baseline: scope.Statement.Baseline,
				MIMs: listed(scope.Statement.MIMs), Features: listed(scope.Statement.Features),
				SpecVersion: scope.Statement.SpecVersion, Types: scope.Statement.Types, Profiles: scope.Statement.Profiles, Places: scope.Statement.Places}},
		Interrupted: report.Run.Interrupted,
	}
	if p.callback != nil {
		run.Callback = p.callback.Base()
	}
	if p.broker != nil {
		run.Broker = p.broker.Base()
	}
	return run, nil
}

// modelsDigest tells catalogues with other models apart.
func modelsDigest(c *models.Catalogue) string {
	h := sha256.New()
	if c != nil {
		for _, m := range c.Models() {
			fmt.Fprintf(h, "%q %q\n", m.ID(), m.SchemaURL)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// redacted are the texts without secrets.
func redacted(s *probe.Session, texts map[string]string) map[string]string {
	shown := map[string]string{}
	for name, text := range texts {
		shown[name] = s.Redact(text)
	}
	return shown
}

func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
