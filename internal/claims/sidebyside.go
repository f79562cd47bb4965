package claims

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Comparison is what several vendors claim, side by side.
type Comparison struct {
	Baseline string    `json:"baseline"`
	Vendors  []Checked `json:"vendors"`
	Rows     []Row     `json:"rows"`
}

// Row is one claim, and the finding for each vendor in their order; empty where a vendor
// does not claim it.
type Row struct {
	Claim    string    `json:"claim"`
	Findings []Finding `json:"findings"`
}

// Compare puts sheets side by side: a row for each thing that any of them claims.
func Compare(baseline string, vendors []Checked) Comparison {
	c := Comparison{Baseline: baseline, Vendors: vendors, Rows: []Row{}}
	var claimed []Claim
	for _, v := range vendors {
		for _, r := range v.Results {
			if !slices.ContainsFunc(claimed, func(c Claim) bool { return c.String() == r.Claim.String() }) {
				claimed = append(claimed, r.Claim)
			}
		}
	}
	slices.SortStableFunc(claimed, func(a, b Claim) int {
		return cmp.Or(slices.Index(kinds(), a.Kind)-slices.Index(kinds(), b.Kind), strings.Compare(a.Value, b.Value))
	})
	for _, one := range claimed {
		row := Row{Claim: one.String(), Findings: make([]Finding, len(vendors))}
		for i, v := range vendors {
			for _, r := range v.Results {
				if r.Claim.String() == row.Claim {
					row.Findings[i] = r.Finding
				}
			}
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

// Finding is that of all sheets together, see Checked.Finding.
func (c Comparison) Finding() Finding {
	var all Checked
	for _, v := range c.Vendors {
		all.Results = append(all.Results, v.Results...)
	}
	return all.Finding()
}

// header is the first line of the comparison: a column a vendor.
func (c Comparison) header() []string {
	line := []string{"claim"}
	for _, v := range c.Vendors {
		line = append(line, v.title())
	}
	return line
}

func (r Row) line() []string {
	line := []string{r.Claim}
	for _, f := range r.Findings {
		if f == "" {
			line = append(line, "not claimed")
			continue
		}
		line = append(line, f.Label())
	}
	return line
}

// WriteText writes the comparison for people, and what is behind each finding.
func (c Comparison) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(c.header(), "\t"))
	for _, r := range c.Rows {
		fmt.Fprintln(t, strings.Join(r.line(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, v := range c.Vendors {
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := v.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}

// WriteMarkdown writes the comparison as a document.
func (c Comparison) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Claims side by side\n\nBaseline %s.\n\n", cell(c.Baseline))
	row := func(line []string) {
		for i := range line {
			line[i] = cell(line[i])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(line, " | "))
	}
	row(c.header())
	b.WriteString(strings.Repeat("| --- ", len(c.Vendors)+1) + "|\n")
	for _, r := range c.Rows {
		row(r.line())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	for _, v := range c.Vendors {
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := v.WriteMarkdown(w); err != nil {
			return err
		}
	}
	return nil
}

// WriteCSV writes the table.
func (c Comparison) WriteCSV(w io.Writer) error {
	rows := [][]string{c.header()}
	for _, r := range c.Rows {
		rows = append(rows, r.line())
	}
	return writeCSV(w, rows)
}

// WriteJSON writes it for programs.
func (c Comparison) WriteJSON(w io.Writer) error { return writeJSON(w, c) }
