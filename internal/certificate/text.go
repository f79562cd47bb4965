package certificate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oasc/mimcheck/reports"
)

// WriteText writes the rules for people.
func (r Rules) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "rules of certification %s (sha256 %s)\n", r.Version, r.SHA256)
	for _, rule := range r.Rules {
		fmt.Fprintf(&b, "\n%s\n  %s\n  if not: %s\n", rule.ID, rule.Says, rule.Remedy)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteText writes the decision for people: each difference of the two runs, then the
// certificate, or the rules that are not met with what was seen and the remedy.
func (d Decision) WriteText(w io.Writer) error {
	var b strings.Builder
	differences := d.Case.Differences.lines()
	if len(differences) == 0 {
		b.WriteString("The two runs agree: nothing is different.\n")
	} else {
		fmt.Fprintf(&b, "The two runs differ (the member's, then the Working Group's):\n")
		for _, line := range differences {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if d.Issued == nil {
		fmt.Fprintf(&b, "\nrefused: %s of %s, for %s of certification\n", strings.Join(d.MIMs, ", "), d.Member, reports.Plural(len(d.Breaches), "rule", "rules"))
		for _, broken := range d.Breaches {
			fmt.Fprintf(&b, "\n  %s: %s\n    seen    %s\n    remedy  %s\n", broken.Rule, broken.Says, broken.Seen, broken.Remedy)
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	if d.Signed == nil {
		b.WriteString("\nEvery rule of certification is met; this was a dry run, and nothing is signed or recorded.\n")
	}
	b.WriteString("\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return d.Issued.WriteText(w)
}

func (d Differences) lines() []string {
	var lines []string
	for _, one := range []struct{ what, text string }{
		{"baseline", d.Baseline}, {"platform", d.Platform}, {"selection", d.Selection}, {"profile", d.Profile},
		{"statement", d.Statement}, {"program", d.Program}, {"waivers", d.Waivers},
	} {
		if one.text != "" {
			lines = append(lines, one.what+": "+one.text)
		}
	}
	for _, v := range d.Verdicts {
		lines = append(lines, "verdict of "+v)
	}
	lines = append(lines, d.Outcomes...)
	return append(lines, d.Others...)
}

// WriteText writes the certificate for people.
func (c Certificate) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "certificate\t%s\n", c.ID)
	fmt.Fprintf(t, "member\t%s (%s, %s)\n", c.Member.Name, c.Member.ID, c.Member.Country)
	fmt.Fprintf(t, "platform\t%s\n", platform(c.Scope.Statement))
	fmt.Fprintf(t, "conformant in\t%s of %s (%s)\n", strings.Join(c.Scope.MIMs, ", "), c.Scope.Baseline.ID, c.Scope.Baseline.Title)
	fmt.Fprintf(t, "scope\tprofile %s, %s; it claims %s\n", c.Scope.Profile, selection(c.Scope.Selection), statement(c.Scope.Statement))
	if len(c.Waivers) > 0 {
		fmt.Fprintf(t, "except\t%s\n", waivers(c.Waivers))
	}
	fmt.Fprintf(t, "assurance\t%s\n", c.Assurance)
	fmt.Fprintf(t, "valid\tfrom %s until %s\n", c.ValidFrom, c.ValidUntil)
	fmt.Fprintf(t, "rests on\tself-run %s of %s, witnessed run %s of %s\n", c.SelfRun.Run, c.SelfRun.Finished.Format(time.RFC3339), c.Witnessed.Run, c.Witnessed.Finished.Format(time.RFC3339))
	fmt.Fprintf(t, "runner\t%s, key %.16s…\n", c.Runner.Name, c.Runner.Key)
	fmt.Fprintf(t, "issuer\t%s, key %.16s…\n", c.Issuer.Name, c.Issuer.Key)
	fmt.Fprintf(t, "verify at\t%s\n", c.Verify)
	return t.Flush()
}
