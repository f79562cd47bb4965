// Package csv renders the checks of a report as a table in CSV (RFC 4180), a row
// a check, for spreadsheets. A cell that a spreadsheet would take for a formula
// begins with an apostrophe.
package csv

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
)

// Columns lists the names in the first row. The column waived is true for a check that a
// waiver excused, false for one whose waiver was not needed, and empty without a waiver.
func Columns() []string {
	return []string{"id", "mim", "group", "title", "requirements", "clause", "level", "feature", "outcome", "reason",
		"findings", "expected", "actual", "pointer", "requests", "duration_ms", "waived", "waiver_owner", "waiver_reason", "waiver_expires"}
}

const mostCell = 30_000 // characters; a spreadsheet's cell holds 32,767

// Render writes the table. Expected, actual and pointer are those of the first finding.
func Render(w io.Writer, r *reports.Report) error {
	r = r.Canonical()
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	table.UseCRLF = true
	rows := [][]string{Columns()}
	for i := range r.Checks {
		c := &r.Checks[i]
		var first reports.Finding
		if len(c.Findings) > 0 {
			first = c.Findings[0]
		}
		row := []string{c.ID, c.MIM, c.Group, c.Title, strings.Join(c.Requirements, " "), c.Clause, c.Level, c.Feature, string(c.Outcome), c.Reason,
			strconv.Itoa(len(c.Findings)), first.Expected, first.Actual, first.Pointer, strconv.Itoa(len(c.Exchanges)), strconv.FormatInt(c.DurationMS, 10)}
		waiver := make([]string, 4)
		if w := r.Waiver(c.ID); w != nil {
			waiver = []string{strconv.FormatBool(w.Applied), w.Owner, w.Reason, w.Expires}
		}
		row = append(row, waiver...)
		for j := range row {
			row[j] = cell(row[j])
		}
		rows = append(rows, row)
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("the report can't be written as CSV: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func cell(s string) string {
	s = printable.Short(printable.Text(s), mostCell)
	if s != "" && strings.ContainsRune("=+-@\t\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
