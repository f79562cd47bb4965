package membership

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// CertificateRefused is the fact that the Working Group did not certify what a member
// filed, with the rules of certification that were not met.
type CertificateRefused struct {
	Member    string   `json:"member"`
	SelfRun   string   `json:"selfRun"`
	Witnessed string   `json:"witnessed"` // the run that the Working Group made
	Baseline  string   `json:"baseline"`
	MIMs      []string `json:"mims"`
	Rules     []string `json:"rules"` // their ids, in the order of the rules
	Reason    string   `json:"reason"`
	By        string   `json:"by"`
	On        Date     `json:"on"`
}

func (f CertificateRefused) kind() string    { return "CertificateRefused" }
func (f CertificateRefused) stream() string  { return f.Member }
func (f CertificateRefused) when() time.Time { return f.On.Start() }
func (f CertificateRefused) reads() []string { return []string{f.Member} }

// key: the same runs are refused for the same rules once a day.
func (f CertificateRefused) key() string {
	sum := sha256.Sum256([]byte(strings.Join(f.Rules, " ") + "\n" + strings.Join(f.MIMs, " ")))
	return "refused:" + f.SelfRun + ":" + f.Witnessed + ":" + string(f.On) + ":" + hex.EncodeToString(sum[:6])
}

func (f CertificateRefused) allowed(_, now *State) error {
	if _, err := now.member(f.Member); err != nil {
		return err
	}
	if err := said("who refuses", f.By, "the reason", f.Reason); err != nil {
		return err
	}
	if len(f.Rules) == 0 {
		return breach(RuleCertificate, "it is refused for no rule")
	}
	for _, r := range f.Rules {
		if err := said("a rule", r); err != nil {
			return err
		}
	}
	for _, id := range []string{f.SelfRun, f.Witnessed} {
		run, ok := now.runs[id]
		switch {
		case !ok || run.Member != f.Member:
			return breach(RuleCertificate, "no run %.100q is recorded for %s", id, f.Member)
		case DateOf(run.Finished) > f.On:
			return breach(RuleDate, "the run %s ended on %s, after the refusal's day %s", id, DateOf(run.Finished), f.On)
		}
	}
	return knownMIMs(f.Baseline, f.MIMs...)
}

func (f CertificateRefused) apply(s *State) { s.refused = append(s.refused, f) }
