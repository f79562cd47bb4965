package claims

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/reports"
)

// Checked is a sheet with what the evidence says of its claims.
type Checked struct {
	Vendor   string   `json:"vendor"`
	Product  string   `json:"product"`
	Version  string   `json:"version,omitempty"`
	Baseline string   `json:"baseline"`
	Evidence []Source `json:"evidence"`
	Results  []Result `json:"results"`
}

// Source is a bundle that results rest on.
type Source struct {
	Path  string   `json:"path"`
	Run   string   `json:"run"`
	About string   `json:"about"`
	Notes []string `json:"notes"`
}

// NewChecked puts a sheet, its evidence and the results together.
func NewChecked(s Sheet, evidence []Evidence, results []Result) Checked {
	c := Checked{Vendor: s.Vendor, Product: s.Product, Version: s.Version, Baseline: s.Baseline, Evidence: []Source{}, Results: results}
	for _, e := range evidence {
		notes := []string{}
		for _, n := range e.Notes {
			notes = append(notes, shown(n))
		}
		c.Evidence = append(c.Evidence, Source{e.Path, e.Bundle.Report.Run.ID, shown(e.about()), notes})
	}
	return c
}

// Finding is that of the whole sheet: contradicted when one claim is, else not shown when
// one is not, else proven.
func (c Checked) Finding() Finding {
	whole := Proven
	for _, r := range c.Results {
		switch r.Finding {
		case Contradicted:
			return Contradicted
		case NotShown:
			whole = NotShown
		}
	}
	return whole
}

func (c Checked) title() string {
	return Sheet{Vendor: c.Vendor, Product: c.Product, Version: c.Version}.Title()
}

// summary counts the findings, in words.
func (c Checked) summary() string {
	count := map[Finding]int{}
	for _, r := range c.Results {
		count[r.Finding]++
	}
	return fmt.Sprintf("%s: %d proven, %d contradicted, %d not shown", reports.Plural(len(c.Results), "claim", "claims"), count[Proven], count[Contradicted], count[NotShown])
}

// shownChecks is how many checks of a claim are named for people; CSV and JSON have all.
const shownChecks = 5

// told is the checks of a result in a line.
func (r Result) told() string {
	count := map[reports.Outcome]int{}
	for _, c := range r.Checks {
		count[c.Outcome]++
	}
	var parts []string
	for _, o := range reports.Outcomes() {
		if count[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[o], o))
		}
	}
	line := strings.Join(parts, ", ")
	for i, c := range r.Checks {
		if i == shownChecks {
			return line + fmt.Sprintf(" and %d more", len(r.Checks)-i)
		}
		line += map[bool]string{true: ": ", false: ", "}[i == 0] + c.ID
	}
	return line
}

// WriteText writes it for people.
func (c Checked) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nbaseline %s; %s\n", c.title(), c.Baseline, c.summary())
	for _, s := range c.Evidence {
		fmt.Fprintf(&b, "evidence %s: %s\n", s.Path, s.About)
		for _, note := range s.Notes {
			fmt.Fprintf(&b, "  note: %s\n", note)
		}
	}
	for _, r := range c.Results {
		fmt.Fprintf(&b, "\n  %-13s %s\n", r.Finding.Label(), r.Claim)
		if r.Claim.Says != "" {
			fmt.Fprintf(&b, "    says    %s\n", r.Claim.Says)
		}
		fmt.Fprintf(&b, "    why     %s\n", r.Reason)
		if len(r.Checks) > 0 {
			fmt.Fprintf(&b, "    checks  %s\n", r.told())
		}
		if first := r.Checks; len(first) > 0 && first[0].Reason != "" {
			fmt.Fprintf(&b, "    first   %s: %s\n", first[0].ID, first[0].Reason)
		}
	}
	b.WriteString("\nA finding is about the platform and the day of the run: that it ran this product and version is for the vendor to answer for.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes it as a document.
func (c Checked) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Claims of %s\n\nBaseline %s. %s.\n\n", cell(c.title()), cell(c.Baseline), c.summary())
	for _, s := range c.Evidence {
		fmt.Fprintf(&b, "- Evidence %s: %s\n", cell(s.Path), cell(s.About))
		for _, note := range s.Notes {
			fmt.Fprintf(&b, "  - %s\n", cell(note))
		}
	}
	b.WriteString("\n| Claim | Finding | Why | Checks |\n| --- | --- | --- | --- |\n")
	for _, r := range c.Results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(r.Claim.String()), r.Finding.Label(), cell(r.Reason), cell(r.told()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteCSV writes a line for each check that a claim rests on, or one for a claim without.
func (c Checked) WriteCSV(w io.Writer) error {
	rows := [][]string{{"vendor", "product", "version", "kind", "claim", "finding", "reason", "bundle", "check", "outcome", "outcome reason"}}
	for _, r := range c.Results {
		head := []string{c.Vendor, c.Product, c.Version, string(r.Claim.Kind), r.Claim.Value, string(r.Finding), r.Reason}
		for _, k := range r.Checks {
			rows = append(rows, append(slices.Clone(head), k.Bundle, k.ID, string(k.Outcome), k.Reason))
		}
		if len(r.Checks) == 0 {
			rows = append(rows, append(head, "", "", "", ""))
		}
	}
	return writeCSV(w, rows)
}

// WriteJSON writes it for programs.
func (c Checked) WriteJSON(w io.Writer) error { return writeJSON(w, c) }
