package membership

import (
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
)

// CertificateIssued is the fact that the Working Group certified what a run found.
type CertificateIssued struct {
	Certificate string    `json:"certificate"` // id
	SHA256      string    `json:"sha256"`      // of the signed certificate, hex
	Member      string    `json:"member"`
	SelfRun     string    `json:"selfRun"` // the run that the member filed
	Run         string    `json:"run"`     // the witnessed run that it rests on
	RunFinished time.Time `json:"runFinished"`
	Baseline    string    `json:"baseline"`
	MIMs        []string  `json:"mims"`
	Assurance   Assurance `json:"assurance"` // witnessed or certified
	Runner      string    `json:"runner"`    // person who made the witnessed run
	RunnerKey   string    `json:"runnerKey"` // id of the key that signed the run, hex SHA-256
	Issuer      string    `json:"issuer"`    // another person
	IssuerKey   string    `json:"issuerKey"` // id of the key that signed the certificate: another one
	URL         string    `json:"url,omitempty"`
	On          Date      `json:"on"`
	ValidUntil  Date      `json:"validUntil"` // the last day
}

// certificate is an issued certificate and what became of it.
type certificate struct {
	CertificateIssued
	revoked Date
	by, why string // of the revocation
}

func (f CertificateIssued) kind() string    { return "CertificateIssued" }
func (f CertificateIssued) stream() string  { return f.Member }
func (f CertificateIssued) key() string     { return "certificate:" + f.Certificate }
func (f CertificateIssued) when() time.Time { return f.On.Start() }
func (f CertificateIssued) reads() []string { return []string{f.Member} }

func (f CertificateIssued) allowed(_, now *State) error {
	if _, err := now.member(f.Member); err != nil {
		return err
	}
	if !runForm.MatchString(f.Certificate) {
		return breach(RuleCertificate, "its id is %.120q: expected at most 100 letters, digits and ._-", f.Certificate)
	}
	if err := said("who issues", f.Issuer, "who ran", f.Runner); err != nil {
		return err
	}
	for _, d := range []struct{ what, digest string }{{"signed certificate", f.SHA256}, {"runner's key", f.RunnerKey}, {"issuer's key", f.IssuerKey}} {
		if !digestForm.MatchString(d.digest) {
			return breach(RuleCertificate, "the digest of the %s is %.80q: expected SHA-256 in 64 hexadecimal digits", d.what, d.digest)
		}
	}
	switch filed, ok := now.filed[f.SelfRun]; {
	case folded(f.Issuer) == folded(f.Runner):
		return breach(RuleFourEyes, "%s is both", f.Issuer)
	case f.IssuerKey == f.RunnerKey:
		return breach(RuleFourEyes, "the key %.12s… signed both", f.IssuerKey)
	case !ok || filed.Member != f.Member:
		return breach(RuleFiling, "no bundle of a run %.100q was filed by %s", f.SelfRun, f.Member)
	case f.SelfRun == f.Run:
		return breach(RuleCertificate, "it rests on the run %s that the member filed itself: expected one that the Working Group made", f.Run)
	}
	if f.Assurance != Witnessed && f.Assurance != Certified {
		return breach(RuleCertificate, "its assurance is %.20q: expected witnessed or certified", f.Assurance)
	}
	if !f.ValidUntil.Valid() || f.ValidUntil < f.On {
		return breach(RuleCertificate, "it is issued on %s and valid until %q: expected a later day", f.On, f.ValidUntil)
	}
	if len(f.MIMs) == 0 {
		return breach(RuleCertificate, "it names no MIM")
	}
	if err := knownMIMs(f.Baseline, f.MIMs...); err != nil {
		return err
	}
	run, ok := now.runs[f.Run]
	switch {
	case !ok || run.Member != f.Member:
		return breach(RuleCertificate, "no run %.100q is recorded for %s", f.Run, f.Member)
	case run.Baseline != f.Baseline:
		return breach(RuleCertificate, "the run %s was judged against %s, not %s", f.Run, run.Baseline, f.Baseline)
	case !run.Finished.Equal(f.RunFinished):
		return breach(RuleCertificate, "the run %s ended at %s, not %s", f.Run, run.Finished.Format(time.RFC3339Nano), f.RunFinished.Format(time.RFC3339Nano))
	case DateOf(run.Finished) > f.On:
		return breach(RuleDate, "the run %s ended on %s, after the certificate's day %s", f.Run, DateOf(run.Finished), f.On)
	case run.Profile == referenceProfile || run.Partial:
		return breach(RuleCertificate, "the run %s is of the reference platform or not whole", f.Run)
	}
	for _, mim := range f.MIMs {
		if !slices.ContainsFunc(run.MIMs, func(m RunMIM) bool { return m.MIM == mim && m.Verdict == reports.Conformant }) {
			return breach(RuleCertificate, "the run %s did not find %s conformant", f.Run, mim)
		}
	}
	if later, mims := now.contradicts(f); later.Run != "" {
		return breach(RuleCertificate, "the run %s, which is later than %s, found %s not conformant", later.Run, f.Run, strings.Join(mims, ", "))
	}
	return nil
}

func (f CertificateIssued) apply(s *State) {
	s.issued[f.Certificate] = &certificate{CertificateIssued: f}
}

// CertificateRevoked is the fact that a certificate was taken back.
type CertificateRevoked struct {
	Certificate string `json:"certificate"`
	Member      string `json:"member"`
	By          string `json:"by"`
	Reason      string `json:"reason"`
	On          Date   `json:"on"`
}

func (f CertificateRevoked) kind() string    { return "CertificateRevoked" }
func (f CertificateRevoked) stream() string  { return f.Member }
func (f CertificateRevoked) key() string     { return "revoked:" + f.Certificate }
func (f CertificateRevoked) when() time.Time { return f.On.Start() }
func (f CertificateRevoked) reads() []string { return []string{f.Member} }

func (f CertificateRevoked) allowed(then, now *State) error {
	c := now.issued[f.Certificate]
	switch {
	case c == nil || c.Member != f.Member:
		return breach(RuleCertificate, "no certificate %.100q was issued to %s", f.Certificate, f.Member)
	case c.revoked != "":
		return breach(RuleCertificate, "%s was revoked on %s", f.Certificate, c.revoked)
	case then.issued[f.Certificate] == nil:
		return breach(RuleDate, "%s was issued on %s, after that day", f.Certificate, c.On)
	}
	return said("who revokes", f.By, "the reason", f.Reason)
}

func (f CertificateRevoked) apply(s *State) {
	if c := s.issued[f.Certificate]; c != nil {
		c.revoked, c.by, c.why = f.On, f.By, f.Reason
	}
}

// failsAfter are those of the MIMs that a run found not conformant, if it is one of the
// member's platform, by the same baseline and later than a time.
func failsAfter(r RunRecorded, member, baseline string, after time.Time, mims []string) []string {
	if r.Member != member || r.Baseline != baseline || r.Profile == referenceProfile || !r.Finished.After(after) {
		return nil
	}
	var failed []string
	for _, m := range r.MIMs {
		if m.Verdict == reports.NonConformant && slices.Contains(mims, m.MIM) {
			failed = append(failed, m.MIM)
		}
	}
	return failed
}
