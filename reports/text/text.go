// Package text renders a report as the summary that a run prints on a terminal:
// verdict, numbers, what failed with the request that shows it, what to do next.
// It is plain UTF-8 and, with Options.Color, has ANSI colours; a platform's text
// can't steer the terminal.
package text

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
)

// Options say how the terminal is to be used.
type Options struct {
	// Color switches ANSI colours on. Words and signs say the same without.
	Color bool
	// Width is the number of columns that text is wrapped to; 0 is 80. Command
	// lines are never wrapped, so that they can be copied.
	Width int
}

const (
	defaultWidth = 80
	minWidth     = 40
	mostDetailed = 20  // failures that are shown with everything
	mostValue    = 400 // characters of one expected or actual value
	mostNames    = 12  // check ids listed for one reason
	mostFindings = 5   // mismatches of one failed check
)

// Render writes the summary without colour, for 80 columns.
func Render(w io.Writer, r *reports.Report) error { return RenderWith(w, r, Options{}) }

// RenderWith writes the summary as o says.
func RenderWith(w io.Writer, r *reports.Report, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	p := &page{Options: o, report: r.Canonical(), width: max(o.Width, minWidth)}
	p.head()
	p.mims()
	p.counts()
	p.failed()
	p.reasons(reports.CantTell)
	p.reasons(reports.Untested)
	p.reasons(reports.Inapplicable)
	p.cleanup()
	p.next()
	_, err := w.Write(p.out.Bytes())
	return err
}

// page is a summary that is being written.
type page struct {
	Options
	report *reports.Report
	width  int
	out    bytes.Buffer
}

func (p *page) head() {
	r := p.report
	p.line(0, "%s  %s", p.paint(verdictColor(r.Verdict.Verdict)+bold, strings.ToUpper(r.Verdict.Verdict.Label())), p.paint(bold, name(r)))
	p.wrap(0, "", r.Verdict.Reason)
	for _, caveat := range r.Caveats() {
		p.wrap(0, p.paint(yellow, "!")+" ", caveat)
	}
	p.line(0, "")
	title := r.Baseline.Title + " (" + r.Baseline.ID + ")"
	if r.Baseline.Draft() {
		title += ", draft"
	}
	p.field("baseline", title)
	p.field("claimed", list(r.Target.MIMs, "no MIM"))
	if r.Target.Member != "" {
		p.field("member", r.Target.Member)
	}
	p.field("run", fmt.Sprintf("%s, profile %s, %s in %s", r.Run.Started.Format("2006-01-02 15:04 MST"), r.Run.Profile,
		reports.Plural(r.Run.Requests, "request", "requests"), printable.Duration(r.Run.Took())))
}

func (p *page) mims() {
	if len(p.report.Verdict.MIMs) == 0 {
		return
	}
	p.line(0, "")
	longest := 0
	for _, m := range p.report.Verdict.MIMs {
		longest = max(longest, len(printable.Line(m.ID)))
	}
	for _, m := range p.report.Verdict.MIMs {
		title := m.Title
		if !m.Claimed {
			title += " (not claimed)"
		}
		p.wrap(2, fmt.Sprintf("%-*s  %s  ", longest, printable.Line(m.ID), p.paint(verdictColor(m.Verdict), fmt.Sprintf("%-14s", m.Verdict.Label()))), title)
	}
}

func (p *page) counts() {
	c := p.report.Counts
	parts := []string{reports.Plural(c.Total, "check", "checks") + ":"}
	for _, o := range reports.Outcomes() {
		part := fmt.Sprintf("%s %d %s", sign(o), c.Of(o), strings.ToLower(o.Label()))
		if c.Of(o) > 0 {
			part = p.paint(outcomeColor(o), part)
		}
		parts = append(parts, part)
	}
	p.line(0, "")
	p.line(2, "%s", parts[0])
	p.line(2, "%s", strings.Join(parts[1:], "   "))
}

func (p *page) failed() {
	failed := reports.With(p.report.Checks, reports.Failed)
	if len(failed) == 0 {
		return
	}
	p.section("What failed")
	for i := range failed {
		if i == mostDetailed {
			p.line(0, "")
			p.line(0, "%s failed; the HTML report shows them all:", reports.Plural(len(failed)-i, "more check", "more checks"))
			for _, c := range failed[i:] {
				p.line(0, "%s %s", p.paint(red, sign(c.Outcome)), printable.Line(c.ID))
			}
			return
		}
		p.failure(&failed[i])
	}
}

func (p *page) failure(c *reports.CheckResult) {
	p.line(0, "")
	p.line(0, "%s %s", p.paint(red, sign(c.Outcome)), p.paint(bold, printable.Line(c.ID)))
	p.wrap(2, "", c.Title)
	p.wrap(2, "", c.Clause+" · "+list(c.Requirements, "no requirement of this baseline"))
	if len(c.Findings) == 0 {
		p.wrap(2, "- ", c.Reason)
	}
	shown, hint := map[int]bool{}, ""
	for i, f := range c.Findings {
		if i == mostFindings {
			p.line(2, "- and %s", reports.Plural(len(c.Findings)-i, "more mismatch", "more mismatches"))
			break
		}
		p.wrap(2, "- ", f.Message)
		p.value("expected", f.Expected)
		p.value("actual", f.Actual)
		p.value("at", f.Pointer)
		if f.Hint != hint {
			p.value("hint", f.Hint)
			hint = f.Hint
		}
		if e := c.Exchange(f.Exchange); e != nil && e.Curl != "" && !shown[e.Seq] {
			shown[e.Seq] = true
			p.line(4, "%s %s", p.paint(dim, "$"), printable.Text(e.Curl)) // as it is, line feeds of a body too
		}
	}
}

// value shows one part of a finding; one with line feeds keeps them.
func (p *page) value(label, v string) {
	if v == "" {
		return
	}
	v, left := printable.Clip(v, mostValue)
	if left > 0 {
		v += fmt.Sprintf("… and %d characters more", left)
	}
	first := true
	for _, line := range strings.Split(strings.TrimRight(v, "\n"), "\n") {
		lead := strings.Repeat(" ", 10)
		if first {
			lead = p.paint(dim, fmt.Sprintf("%-8s", label)) + "  "
			first = false
		}
		p.wrap(4, lead, line)
	}
}

func (p *page) reasons(o reports.Outcome) {
	checks := reports.With(p.report.Checks, o)
	if len(checks) == 0 {
		return
	}
	p.section(o.Label())
	p.line(0, "")
	for _, reason := range reports.Reasons(checks) {
		p.wrap(0, fmt.Sprintf("%s %s: ", p.paint(outcomeColor(o), sign(o)), reports.Plural(len(reason.Checks), "check", "checks")), reason.Text)
		var names []string
		for i, c := range reason.Checks {
			if i == mostNames {
				names = append(names, fmt.Sprintf("and %d more", len(reason.Checks)-i))
				break
			}
			names = append(names, c.ID)
		}
		p.wrap(2, "", strings.Join(names, ", "))
	}
}

func (p *page) cleanup() {
	c := p.report.Cleanup
	if c.Created == 0 {
		return
	}
	p.section("Clean-up")
	p.line(0, "")
	p.line(0, "%s created, %d removed.", reports.Plural(c.Created, "thing", "things"), c.Removed)
	for _, path := range c.Left {
		p.wrap(0, p.paint(yellow, "!")+" still there: ", path)
	}
}

// next says what the reader can do.
func (p *page) next() {
	r := p.report
	p.section("Next")
	p.line(0, "")
	switch {
	case r.Counts.Failed > 0:
		p.wrap(0, "", "Paste a curl line to see a failure yourself. What a check is about and where its rule stands:")
		p.line(2, "%s explain %s", printable.Line(r.Tool.Name), printable.Line(reports.With(r.Checks, reports.Failed)[0].ID))
	case r.Verdict.Verdict == reports.Conformant:
		p.wrap(0, "", "Keep the report: it is the evidence of this run, for this scope and date.")
	case r.Counts.CantTell > 0:
		p.wrap(0, "", "Remove the causes under \"Can't tell\", then run again.")
	default:
		p.wrap(0, "", "Read the reasons above: what was not tested leaves the verdict open.")
	}
	if len(r.Cleanup.Left) > 0 {
		p.wrap(0, "", "Remove what the run left behind:")
		p.line(2, "%s cleanup", printable.Line(r.Tool.Name))
	}
	p.wrap(0, "", "The same run again:")
	p.line(2, "%s", printable.Line(r.Reproduce()))
}

func (p *page) section(title string) {
	p.line(0, "")
	p.line(0, "%s", p.paint(bold, title))
}

func (p *page) field(label, value string) {
	p.wrap(2, p.paint(dim, fmt.Sprintf("%-8s", label))+"  ", value)
}

// line writes one line as it is; arguments from the report have to be printable.
func (p *page) line(indent int, format string, args ...any) {
	line := strings.Repeat(" ", indent) + fmt.Sprintf(format, args...)
	p.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// wrap writes words after lead, wrapped to the width; later lines stand below
// the first word.
func (p *page) wrap(indent int, lead, words string) {
	hang := columns(stripColor(lead))
	if hang > p.width/2 {
		hang = 2
	}
	room := p.width - indent
	line, used, empty := lead, columns(stripColor(lead)), true
	flush := func() {
		p.line(indent, "%s", line)
		line, used, empty = strings.Repeat(" ", hang), hang, true
	}
	for _, word := range strings.Fields(printable.Line(words)) {
		for {
			gap := 1
			if empty {
				gap = 0
			}
			size := columns(word)
			if used+gap+size <= room {
				line, used, empty = line+strings.Repeat(" ", gap)+word, used+gap+size, false
				break
			}
			if !empty {
				flush()
				continue
			}
			head, rest := cut(word, max(room-used, 1))
			line, empty = line+head, false
			flush()
			if word = rest; word == "" {
				break
			}
		}
	}
	if !empty || line == lead {
		p.line(indent, "%s", line)
	}
}

// cut splits a word that is wider than a line, after at least one character.
func cut(word string, room int) (head, rest string) {
	width := 0
	for i, c := range word {
		w := measure.RuneWidth(c)
		if i > 0 && width+w > room {
			return word[:i], word[i:]
		}
		width += w
	}
	return word, ""
}

// measure doesn't look at the environment, so that output is the same everywhere.
var measure = &runewidth.Condition{}

func columns(s string) int { return measure.StringWidth(s) }

// The ANSI colours that are used.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
)

func (p *page) paint(color, s string) string {
	if !p.Color || color == "" {
		return s
	}
	return color + s + reset
}

func stripColor(s string) string {
	for _, code := range []string{reset, bold, dim, red, green, yellow} {
		s = strings.ReplaceAll(s, code, "")
	}
	return s
}

func verdictColor(v reports.Verdict) string {
	switch v {
	case reports.Conformant:
		return green
	case reports.NonConformant:
		return red
	case reports.Inconclusive:
		return yellow
	}
	return dim
}

func outcomeColor(o reports.Outcome) string {
	switch o {
	case reports.Passed:
		return green
	case reports.Failed:
		return red
	case reports.CantTell:
		return yellow
	}
	return dim
}

func sign(o reports.Outcome) string {
	switch o {
	case reports.Passed:
		return "✓"
	case reports.Failed:
		return "✗"
	case reports.CantTell:
		return "?"
	case reports.Inapplicable:
		return "–"
	}
	return "○"
}

func name(r *reports.Report) string {
	if r.Target.Name == "" {
		return "unnamed platform"
	}
	return printable.Line(r.Target.Name)
}

func list(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}
