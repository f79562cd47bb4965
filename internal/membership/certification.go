package membership

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Certification is what the Working Group was asked to certify of a member, and said.
type Certification struct {
	Filed        []BundleFiled        `json:"filed"`
	Certificates []Certificate        `json:"certificates"`
	Refused      []CertificateRefused `json:"refused"`
}

// Certificate is an issued certificate and how it stands.
type Certificate struct {
	CertificateIssued
	Standing Standing `json:"standing"`
	Ended    Date     `json:"ended,omitempty"`  // the first day on which it counts no more; empty while it does
	Reason   string   `json:"reason,omitempty"` // why
}

// Standing says whether a certificate counts.
type Standing string

// The standings.
const (
	Valid        Standing = "valid"
	Expired      Standing = "expired"      // its last day is over
	Revoked      Standing = "revoked"      // taken back by the Working Group
	Contradicted Standing = "contradicted" // a later run found a MIM of it not conformant
)

// Certificates are all certificates that were issued, as they stand on a day; sorted by
// the day of issue and id. A revoked or contradicted one stays that when it expires.
func (s *State) Certificates(today Date) []Certificate {
	all := make([]Certificate, 0, len(s.issued))
	for _, c := range s.issued {
		all = append(all, s.standing(*c, today))
	}
	slices.SortFunc(all, func(a, b Certificate) int {
		if c := strings.Compare(string(a.On), string(b.On)); c != 0 {
			return c
		}
		return strings.Compare(a.Certificate, b.Certificate)
	})
	return all
}

func (s *State) standing(c certificate, today Date) Certificate {
	told := Certificate{CertificateIssued: c.CertificateIssued, Standing: Valid}
	failed, mims := s.contradicts(c.CertificateIssued)
	switch {
	case c.revoked != "":
		told.Standing, told.Ended, told.Reason = Revoked, c.revoked, "revoked by "+c.by+": "+c.why
	case failed.Run != "":
		told.Standing, told.Ended = Contradicted, DateOf(failed.Finished)
		told.Reason = fmt.Sprintf("the later run %s on %s found %s not conformant", failed.Run, told.Ended, strings.Join(mims, ", "))
	case today > c.ValidUntil:
		told.Standing, told.Ended, told.Reason = Expired, DateOf(c.ValidUntil.End()), "it was valid until "+string(c.ValidUntil)
	}
	return told
}

// contradicts finds the first run after the one that a certificate rests on, and before the
// certificate's end, that found MIMs of it not conformant.
func (s *State) contradicts(c CertificateIssued) (first RunRecorded, mims []string) {
	for _, r := range s.runs {
		if r.Finished.Before(c.ValidUntil.End()) && (first.Run == "" || r.Finished.Before(first.Finished) || r.Finished.Equal(first.Finished) && r.Run < first.Run) {
			if found := failsAfter(r, c.Member, c.Baseline, c.RunFinished, c.MIMs); len(found) > 0 {
				first, mims = r, found
			}
		}
	}
	return first, mims
}

// certification is what is recorded of a member's certification, by day.
func (s *State) certification(member string, today Date) Certification {
	c := Certification{Filed: []BundleFiled{}, Certificates: []Certificate{}, Refused: []CertificateRefused{}}
	for _, f := range s.filed {
		if f.Member == member {
			c.Filed = append(c.Filed, f)
		}
	}
	slices.SortFunc(c.Filed, func(a, b BundleFiled) int { return strings.Compare(string(a.On)+a.Run, string(b.On)+b.Run) })
	for _, issued := range s.Certificates(today) {
		if issued.Member == member {
			c.Certificates = append(c.Certificates, issued)
		}
	}
	for _, f := range s.refused {
		if f.Member == member {
			c.Refused = append(c.Refused, f)
		}
	}
	return c
}

// Filed is the filing of a run's bundle.
func (s *State) Filed(run string) (BundleFiled, bool) {
	f, ok := s.filed[run]
	return f, ok
}

// FailuresAfter are the runs of a member's platform, later than a time, that found any of
// some MIMs of a baseline not conformant: in words, by time.
func (s *State) FailuresAfter(member, baseline string, after time.Time, mims []string) []string {
	var found []string
	for _, r := range s.runs {
		if failed := failsAfter(r, member, baseline, after, mims); len(failed) > 0 {
			found = append(found, fmt.Sprintf("%s: the run %s found %s not conformant", r.Finished.UTC().Format(time.RFC3339), r.Run, strings.Join(failed, ", ")))
		}
	}
	slices.Sort(found)
	return found
}

// lines tell it for people, by day.
func (c Certification) lines() []string {
	var lines []string
	for _, f := range c.Filed {
		lines = append(lines, fmt.Sprintf("%s  bundle of the run %s filed by %s", f.On, f.Run, f.By))
	}
	for _, f := range c.Certificates {
		line := fmt.Sprintf("%s  certificate %s of %s (%s) issued by %s: %s", f.On, f.Certificate, strings.Join(f.MIMs, ", "), f.Assurance, f.Issuer, f.Standing)
		if f.Reason != "" {
			line += ", " + f.Reason
		}
		lines = append(lines, line)
	}
	for _, f := range c.Refused {
		lines = append(lines, fmt.Sprintf("%s  certificate refused by %s (%s): %s", f.On, f.By, strings.Join(f.Rules, ", "), f.Reason))
	}
	slices.Sort(lines)
	return lines
}
