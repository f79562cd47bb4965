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
	"github.com/oasc/mimcheck/reports/words"
)

// Options say how the terminal is to be used.
type Options struct {
	// Color switches ANSI colours on. Words and signs say the same without.
	Color bool
	// Width is the number of columns that text is wrapped to; 0 is 80. Command
	// lines are never wrapped, so that they can be copied.
	Width int
	// Words are those of the language; nil for English.
	Words *words.Printer
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
	if o.Words == nil {
		o.Words = words.InEnglish()
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
	p.line(0, "%s  %s", p.paint(verdictColor(r.Verdict.Verdict)+bold, strings.ToUpper(p.Words.Verdict(r.Verdict.Verdict))), p.paint(bold, printable.Line(p.Words.Platform(r))))
	p.wrap(0, "", r.Verdict.Reason)
	for _, caveat := range p.Words.Caveats(r) {
		p.wrap(0, p.paint(yellow, "!")+" ", caveat)
	}
	p.line(0, "")
	title := r.Baseline.Title + " (" + r.Baseline.ID + ")"
	if r.Baseline.Draft() {
		title += ", " + p.say("Draft")
	}
	facts := [][2]string{{p.say("Baseline"), title}, {p.say("MIMs claimed"), list(r.Target.MIMs, p.say("none"))}}
	if r.Target.Member != "" {
		facts = append(facts, [2]string{p.say("Member"), r.Target.Member})
	}
	p.fields(append(facts, [2]string{p.say("Run"), p.say("%s, profile %s, %s in %s", p.Words.Date(r.Run.Started), r.Run.Profile,
		p.say("%d requests", r.Run.Requests), p.Words.Duration(r.Run.Took()))}))
}

func (p *page) say(english string, args ...any) string { return p.Words.Say(english, args...) }

func (p *page) mims() {
	if len(p.report.Verdict.MIMs) == 0 {
		return
	}
	p.line(0, "")
	longest, widest := 0, 0
	for _, m := range p.report.Verdict.MIMs {
		longest = max(longest, columns(printable.Line(m.ID)))
		widest = max(widest, columns(p.Words.Verdict(m.Verdict)))
	}
	for _, m := range p.report.Verdict.MIMs {
		title := m.Title
		if !m.Claimed {
			title += " (" + strings.ToLower(p.say("Not claimed")) + ")"
		}
		if m.Declared {
			title += " (" + strings.ToLower(p.say("By declaration, not tested")) + ")"
		}
		p.wrap(2, fmt.Sprintf("%s  %s  ", pad(printable.Line(m.ID), longest), p.paint(verdictColor(m.Verdict), pad(p.Words.Verdict(m.Verdict), widest))), title)
	}
}

func (p *page) counts() {
	c := p.report.Counts
	parts := []string{p.Words.Label(p.say("%d checks", c.Total))}
	for _, o := range reports.Outcomes() {
		part := sign(o) + " " + p.Words.Tally(o, c.Of(o))
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
	p.section(p.say("What failed"))
	for i := range failed {
		if i == mostDetailed {
			p.line(0, "")
			p.line(0, "%s", p.say("%d more checks failed; the HTML report shows them all:", len(failed)-i))
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
	p.wrap(2, "", c.Clause+" · "+list(c.Requirements, p.say("none of this baseline")))
	if len(c.Findings) == 0 {
		p.wrap(2, "- ", c.Reason)
	}
	shown, hint := map[int]bool{}, ""
	for i, f := range c.Findings {
		if i == mostFindings {
			p.line(2, "- %s", p.say("and %d more mismatches", len(c.Findings)-i))
			break
		}
		p.wrap(2, "- ", f.Message)
		p.value(p.say("Expected"), f.Expected)
		p.value(p.say("Actual"), f.Actual)
		p.value(p.say("Where"), f.Pointer)
		if f.Hint != hint {
			p.value(p.say("Usual cause"), f.Hint)
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
		v += p.say("… and %d characters more", left)
	}
	width := 0
	for _, l := range []string{p.say("Expected"), p.say("Actual"), p.say("Where"), p.say("Usual cause")} {
		width = max(width, columns(l))
	}
	first := true
	for _, line := range strings.Split(strings.TrimRight(v, "\n"), "\n") {
		lead := strings.Repeat(" ", width+2)
		if first {
			lead = p.paint(dim, pad(label, width)) + "  "
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
	p.section(p.Words.Outcome(o))
	p.line(0, "")
	for _, reason := range reports.Reasons(checks) {
		p.wrap(0, fmt.Sprintf("%s %s ", p.paint(outcomeColor(o), sign(o)), p.Words.Label(p.say("%d checks", len(reason.Checks)))), reason.Text)
		var names []string
		for i, c := range reason.Checks {
			if i == mostNames {
				names = append(names, p.say("and %d more", len(reason.Checks)-i))
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
	p.section(p.say("Clean-up"))
	p.line(0, "")
	p.wrap(0, "", p.say("The run created %d things on the platform and removed %d.", c.Created, c.Removed))
	for _, path := range c.Left {
		p.wrap(0, p.paint(yellow, "!")+" "+p.Words.Label(p.say("still there"))+" ", path)
	}
}

// next says what the reader can do.
func (p *page) next() {
	r := p.report
	p.section(p.say("Next"))
	p.line(0, "")
	switch {
	case r.Counts.Failed > 0:
		p.wrap(0, "", p.say("Paste a curl line to see a failure yourself. What a check is about and where its rule stands:"))
		p.line(2, "%s explain %s", printable.Line(r.Tool.Name), printable.Line(reports.With(r.Checks, reports.Failed)[0].ID))
	case r.Verdict.Verdict == reports.Conformant:
		p.wrap(0, "", p.say("Keep the report: it is the evidence of this run, for this scope and date."))
	case r.Counts.CantTell > 0:
		p.wrap(0, "", p.say("Remove the causes under \"%s\", then run again.", p.Words.Outcome(reports.CantTell)))
	default:
		p.wrap(0, "", p.say("Read the reasons above: what was not tested leaves the verdict open."))
	}
	if len(r.Cleanup.Left) > 0 {
		p.wrap(0, "", p.say("Remove what the run left behind:"))
		p.line(2, "%s cleanup", printable.Line(r.Tool.Name))
	}
	p.wrap(0, "", p.Words.Label(p.say("The same run again")))
	p.line(2, "%s", printable.Line(r.Reproduce()))
}

func (p *page) section(title string) {
	p.line(0, "")
	p.line(0, "%s", p.paint(bold, title))
}

// fields writes labels and values in two columns.
func (p *page) fields(facts [][2]string) {
	width := 0
	for _, f := range facts {
		width = max(width, columns(f[0]))
	}
	for _, f := range facts {
		p.wrap(2, p.paint(dim, pad(f[0], width))+"  ", f[1])
	}
}

// pad makes s as many columns wide.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(width-columns(s), 0)) }

// line writes one line as it is; arguments from the report have to be printable.
func (p *page) line(indent int, format string, args ...any) {
	line := strings.Repeat(" ", indent) + fmt.Sprintf(format, args...)
	p.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// wrap writes a sentence after lead, wrapped to the width; later lines stand below
// the first word.
func (p *page) wrap(indent int, lead, sentence string) {
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
	for _, word := range strings.Split(strings.Trim(printable.Line(sentence), " "), " ") { // not at spaces that hold words together
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

func list(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
