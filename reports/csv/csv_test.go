package csv

import (
	"bytes"
	"encoding/csv"
	"flag"
	"strconv"
	"testing"

	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) { golden.Check(t, *update, ".csv", Render) }

func TestReadBack(t *testing.T) {
	for _, name := range fixture.Names() {
		r := fixture.Report(name)
		rows, err := csv.NewReader(bytes.NewReader(golden.Render(t, Render, r))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(rows) != len(r.Checks)+1 {
			t.Fatalf("%s: %d rows for %d checks", name, len(rows), len(r.Checks))
		}
		for i, c := range r.Checks {
			if row := rows[i+1]; row[0] != c.ID || row[8] != string(c.Outcome) || row[10] != strconv.Itoa(len(c.Findings)) {
				t.Errorf("%s: row %d is %q", name, i, row)
			}
		}
	}
}

func TestNoFormula(t *testing.T) {
	for in, want := range map[string]string{
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`, "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		"plain": "plain", "": "", "a=b": "a=b", "\r=1": `\u000d=1`,
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}
