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
	Member      string    `json:"member"`
	Run         string    `json:"run"` // the run that it rests on
	RunFinished time.Time `json:"runFinished"`
	Baseline    string    `json:"baseline"`
	MIMs        []string  `json:"mims"`
	Assurance   Assurance `json:"assurance"` // witnessed or certified
	Runner      string    `json:"runner"`    // person who made the witnessed run
	Issuer      string    `json:"issuer"`    // another person
	URL         string    `json:"url,omitempty"`
	On          Date      `json:"on"`
	ValidUntil  Date      `json:"validUntil"` // the last day
}

// certificate is an issued certificate and what became of it.
type certificate struct {
	CertificateIssued
	revoked Date
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
	if folded(f.Issuer) == folded(f.Runner) {
		return breach(RuleFourEyes, "%s is both", f.Issuer)
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
		if later := now.failedAfter(run, mim); later != "" {
			return breach(RuleCertificate, "the run %s, which is later than %s, found %s not conformant", later, f.Run, mim)
		}
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
		c.revoked = f.On
	}
}

// failedAfter finds a run of a member's platform, later than the given one, that
// found a MIM not conformant.
func (s *State) failedAfter(run RunRecorded, mim string) string {
	var later []string
	for id, r := range s.runs {
		if r.Member == run.Member && r.Baseline == run.Baseline && r.Profile != referenceProfile && r.Finished.After(run.Finished) &&
			slices.ContainsFunc(r.MIMs, func(m RunMIM) bool { return m.MIM == mim && m.Verdict == reports.NonConformant }) {
			later = append(later, id)
		}
	}
	slices.Sort(later)
	return strings.Join(later, ", ")
}
