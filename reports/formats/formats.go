// Package formats lists the formats that a report can be rendered in, by name.
package formats

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/badge"
	"github.com/oasc/mimcheck/reports/csv"
	"github.com/oasc/mimcheck/reports/earl"
	"github.com/oasc/mimcheck/reports/html"
	"github.com/oasc/mimcheck/reports/junit"
	"github.com/oasc/mimcheck/reports/markdown"
	"github.com/oasc/mimcheck/reports/pdf"
	"github.com/oasc/mimcheck/reports/sarif"
	"github.com/oasc/mimcheck/reports/tap"
	"github.com/oasc/mimcheck/reports/text"
	"github.com/oasc/mimcheck/reports/words"
)

// Renderer writes a report in one format, in the language of p when it is a format for
// people; those for programs are the same in each. It writes nothing when it fails.
type Renderer func(w io.Writer, r *reports.Report, p *words.Printer) error

// Format is one way to show a report.
type Format struct {
	Name      string
	Summary   string // what it is for, without a full stop
	MediaType string
	File      string // usual file name
	Render    Renderer
}

// All lists the formats in the order in which help shows them.
func All() []Format {
	return []Format{
		{"text", "the summary that a run prints on a terminal", "text/plain; charset=utf-8", "report.txt", plain},
		{"html", "one page for people, complete, without network", "text/html; charset=utf-8", "report.html", html.RenderIn},
		{"pdf", "the HTML page as a Chromium prints it, or a plain layout without one", "application/pdf", "report.pdf", pdf.Render},
		{"json", "the canonical report, from which every other format is made", "application/json", "report.json", same(canonical)},
		{"markdown", "a summary for CI jobs and pull requests", "text/markdown; charset=utf-8", "report.md", markdown.RenderIn},
		{"junit", "JUnit XML for the test views of CI servers", "application/xml", "junit.xml", same(junit.Render)},
		{"sarif", "SARIF 2.1.0 for code review tools", "application/sarif+json", "report.sarif", same(sarif.Render)},
		{"earl", "EARL 1.0 as JSON-LD, the W3C's vocabulary for test results", "application/ld+json", "report.earl.jsonld", same(earl.Render)},
		{"tap", "TAP 14, the Test Anything Protocol", "text/plain; charset=utf-8", "report.tap", same(tap.Render)},
		{"csv", "a table of the checks for spreadsheets", "text/csv; charset=utf-8", "report.csv", same(csv.Render)},
		{"badge", "the verdict as a small SVG picture", "image/svg+xml", "badge.svg", same(badge.Render)},
	}
}

// Names lists the names of All.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}

// Find gives the format with a name. The error of an unknown one suggests the nearest.
func Find(name string) (Format, error) {
	best, distance := "", 3 // more changes than two make it another word
	for _, f := range All() {
		if f.Name == name {
			return f, nil
		}
		d := levenshtein.ComputeDistance(strings.ToLower(name), f.Name)
		if d < distance {
			best, distance = f.Name, d
		}
	}
	suggestion := ""
	if best != "" {
		suggestion = fmt.Sprintf("; did you mean %s?", best)
	}
	return Format{}, fmt.Errorf("the report format %q is unknown: expected one of %s%s", name, strings.Join(Names(), ", "), suggestion)
}

// same is a format for programs.
func same(render func(io.Writer, *reports.Report) error) Renderer {
	return func(w io.Writer, r *reports.Report, _ *words.Printer) error { return render(w, r) }
}

func plain(w io.Writer, r *reports.Report, p *words.Printer) error {
	return text.RenderWith(w, r, text.Options{Words: p})
}

// Render writes r in the format with a name; see Find for its error.
func Render(name string, w io.Writer, r *reports.Report, p *words.Printer) error {
	f, err := Find(name)
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("there is no report to render")
	}
	return f.Render(w, r, p)
}

func canonical(w io.Writer, r *reports.Report) error {
	b, err := reports.Encode(r)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
