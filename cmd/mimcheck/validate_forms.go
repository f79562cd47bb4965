package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/oasc/mimcheck/internal/filecheck"
	"github.com/oasc/mimcheck/internal/validate"
	auditreport "github.com/oasc/mimcheck/reports/audit"
)

// results writes the results of `mimcheck models validate` in one form.
type results interface {
	add(r filecheck.Result) error
	end() error
}

// formsOfResults are the forms by the name that --format has for them.
func formsOfResults() map[string]func(w io.Writer) results {
	return map[string]func(w io.Writer) results{
		"text":  func(w io.Writer) results { return textResults{w} },
		"json":  func(w io.Writer) results { return jsonResults{w} },
		"sarif": func(w io.Writer) results { return &sarifResults{out: w} },
	}
}

// textResults tells what is not valid, as soon as it is known.
type textResults struct{ out io.Writer }

func (t textResults) add(r filecheck.Result) error {
	if r.Verdict == validate.Valid {
		return nil
	}
	fmt.Fprintln(t.out, strings.Join(strings.Fields(fmt.Sprintf("%s%s %s %s %s", r.File, place(r.Line, r.Column), r.Pointer, r.ID, r.Verdict)), " "))
	for _, e := range r.Errors {
		by := strings.Trim(fmt.Sprintf("%s; %s", e.Model, e.About), "; ")
		fmt.Fprintf(t.out, "  %s%s %s: %s%s\n", r.File, place(e.Line, e.Column), cmp.Or(e.Pointer, "the entity"), e.Message, map[bool]string{true: " (" + by + ")"}[by != ""])
	}
	if r.Reason != "" {
		fmt.Fprintf(t.out, "  %s\n", r.Reason)
	}
	return nil
}

// place is a line and a column as compilers write them, empty where there are none.
func place(line, column int64) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(":%d:%d", line, column)
}

func (textResults) end() error { return nil }

// jsonResults writes each result as a line of JSON.
type jsonResults struct{ out io.Writer }

func (j jsonResults) add(r filecheck.Result) error {
	line := json.NewEncoder(j.out)
	line.SetEscapeHTML(false)
	return line.Encode(r)
}

func (jsonResults) end() error { return nil }

// maxSARIF bounds what is kept for SARIF: the code hosts take no more results of a run.
const maxSARIF = 25_000

// sarifResults keeps what is not valid until the end, since SARIF is one document.
type sarifResults struct {
	out    io.Writer
	report auditreport.Summary
	left   int
}

func (s *sarifResults) add(r filecheck.Result) error {
	c := &s.report.Counts
	var kind string
	if len(r.Types) > 0 {
		kind = r.Types[0]
	}
	switch {
	case r.Broken:
		c.Broken++
		if s.room(1) {
			s.report.Broken = append(s.report.Broken, auditreport.Broken{File: r.File, Line: r.Line, Column: r.Column, Where: r.Pointer, Reason: r.Reason})
		}
		return nil
	case r.Verdict == validate.Valid:
		c.Valid++
	case r.Verdict == validate.CantTell:
		c.CantTell++
		if s.room(1) {
			s.report.Doubts = append(s.report.Doubts, auditreport.Doubt{File: r.File, Line: r.Line, Entities: 1, Example: r.ID, Reason: r.Reason})
		}
	default:
		c.Invalid++
		if !s.room(len(r.Errors)) {
			break
		}
		for _, e := range r.Errors {
			s.report.Findings = append(s.report.Findings, auditreport.Finding{File: r.File, Line: e.Line, Column: e.Column, Entity: r.ID, Type: kind,
				Keyword: cmp.Or(e.Keyword, "ngsi-ld"), Member: e.Member, Message: e.Message, Pointer: e.Pointer})
		}
	}
	c.Read++
	return nil
}

// room says whether n more are kept, and counts them when they are not.
func (s *sarifResults) room(n int) bool {
	if len(s.report.Findings)+len(s.report.Broken)+len(s.report.Doubts)+n <= maxSARIF {
		return true
	}
	s.left += n
	return false
}

func (s *sarifResults) end() error {
	s.report.Tool, s.report.Complete, s.report.Source.Name = tool(), true, "standard input"
	if s.left > 0 {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf("The first %d findings are listed; %d more are not.", maxSARIF, s.left))
	}
	s.report.Conclude()
	return auditreport.SARIF(s.out, &s.report)
}
