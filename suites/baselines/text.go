package baselines

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes the baseline for people: MIMs, capabilities, requirements.
func (b Baseline) WriteText(w io.Writer) error {
	var out strings.Builder
	status := b.Status
	if b.ApprovedBy != "" {
		status += " by " + b.ApprovedBy
	}
	fmt.Fprintf(&out, "%s\n%s, %s, %s\nsource: %s\nsha256: %s\n", b.ID, b.Title, status, b.Date, b.Source, b.SHA256)
	for _, r := range b.Sources {
		fmt.Fprintf(&out, "read: %s\n", strings.Join(strings.Fields(r.URL+" "+r.Commit+" "+r.Date), " "))
	}
	for _, note := range b.Notes {
		fmt.Fprintf(&out, "note: %s\n", note)
	}
	for _, m := range b.MIMs {
		fmt.Fprintf(&out, "\n%s %s\n", m.ID, m.Title)
		for _, c := range m.Capabilities {
			fmt.Fprintf(&out, "  %s\n", c.Title)
			for _, r := range c.Requirements {
				fmt.Fprintf(&out, "    %s (%s, %s)\n      %s\n", r.ID, r.Obligation, r.Verification, r.Text)
				if len(r.Mechanisms) > 0 {
					fmt.Fprintf(&out, "      met by: %s\n", strings.Join(r.Mechanisms, "; "))
				}
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}
