package audit

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/reports/internal/printable"
)

// Columns lists the names in the first row of CSV.
func Columns() []string {
	return []string{"kind", "type", "type_iri", "model", "attribute", "place", "keyword", "member", "entities", "valid", "invalid", "cant_tell",
		"no_model", "count", "share_valid", "entity", "line", "column", "message", "suggestion"}
}

const mostCell = 30_000 // characters; a spreadsheet's cell holds 32,767

// CSV writes one table (RFC 4180) for spreadsheets. The first column says what a row
// is about: total, type, attribute, error, doubt or broken.
func CSV(w io.Writer, s *Summary) error {
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	table.UseCRLF = true
	var err error
	row := func(kind string, cells map[string]string) {
		cells["kind"] = kind
		var r []string
		for _, name := range Columns() {
			r = append(r, cell(cells[name]))
		}
		if err == nil {
			err = table.Write(r)
		}
	}
	if err := table.Write(Columns()); err != nil {
		return err
	}
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	c := s.Counts
	row("total", map[string]string{"entities": n(c.Read), "valid": n(c.Valid), "invalid": n(c.Invalid), "cant_tell": n(c.CantTell), "no_model": n(c.NoModel),
		"share_valid": ratio(c.Valid, c.Valid+c.Invalid), "message": s.Reason})
	for _, t := range s.Types {
		var near []string
		for _, x := range t.Suggestions {
			near = append(near, x.Model)
		}
		row("type", map[string]string{"type": t.Name, "type_iri": t.IRI, "model": t.Model, "entities": n(t.Entities), "valid": n(t.Valid), "invalid": n(t.Invalid),
			"cant_tell": n(t.CantTell), "no_model": n(t.NoModel), "share_valid": ratio(t.Valid, t.Valid+t.Invalid), "suggestion": strings.Join(near, " ")})
		for _, a := range t.Attributes {
			row("attribute", map[string]string{"type": t.Name, "type_iri": t.IRI, "model": t.Model, "attribute": a.Name, "entities": n(a.Present), "invalid": n(a.Faulty)})
		}
	}
	for _, e := range s.Errors {
		cells := map[string]string{"type": e.Type, "model": e.Model, "place": e.Place, "keyword": e.Keyword, "member": e.Member,
			"invalid": n(e.Entities), "count": n(e.Count), "suggestion": e.Suggestion}
		if len(e.Examples) > 0 {
			x := e.Examples[0]
			cells["entity"], cells["line"], cells["column"], cells["message"] = x.Entity, number(x.Line), number(x.Column), x.Message
		}
		row("error", cells)
	}
	for _, d := range s.Doubts {
		row("doubt", map[string]string{"cant_tell": n(d.Entities), "entity": d.Example, "line": number(d.Line), "message": d.Reason})
	}
	for _, b := range s.Broken {
		row("broken", map[string]string{"line": number(b.Line), "column": number(b.Column), "place": b.Where, "message": b.Reason})
	}
	if table.Flush(); err == nil {
		err = table.Error()
	}
	if err != nil {
		return fmt.Errorf("the audit can't be written as CSV: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

func ratio(n, all int64) string {
	if all == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/float64(all), 'f', 6, 64)
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// cell keeps a spreadsheet from taking text for a formula.
func cell(s string) string {
	s = printable.Short(printable.Text(s), mostCell)
	if s != "" && strings.ContainsRune("=+-@\t\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
