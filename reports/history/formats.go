package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/markdown"
	"github.com/oasc/mimcheck/reports/words"
)

// Format is one form of a history, in the language of the printer where people read it.
type Format struct {
	Name   string
	Render func(w io.Writer, h *History, p *words.Printer) error
}

// Formats lists the forms in the order in which help shows them.
func Formats() []Format {
	return []Format{{"text", Text}, {"markdown", Markdown}, {"html", HTML}, {"json", JSON}}
}

// Names lists the names of Formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// Find gives the form with a name.
func Find(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("a history has no format %q: expected one of %s", name, strings.Join(Names(), ", "))
}

// JSON writes the history for programs, with the members that History names.
func JSON(w io.Writer, h *History, _ *words.Printer) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(h); err != nil {
		return fmt.Errorf("the history can't be written as JSON: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

const mostText = 1_000 // characters of one sentence

// line is text on one line, fit to be shown.
func line(s string) string { return printable.Short(printable.Line(s), mostText) }

// word is an outcome, or that there is none.
func word(p *words.Printer, o reports.Outcome) string {
	if o == "" {
		return p.Say("no such check")
	}
	return p.Outcome(o)
}

// counted is how many checks of a run had which outcome.
func counted(p *words.Printer, c reports.Counts) string {
	var parts []string
	for _, o := range reports.Outcomes() {
		if n := c.Of(o); n > 0 {
			parts = append(parts, p.Tally(o, n))
		}
	}
	return strings.Join(parts, ", ")
}

// Text writes the history for a terminal.
func Text(w io.Writer, h *History, p *words.Printer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n\n", p.Say("Run history"), p.Say("%d runs", len(h.Runs)))
	for i, r := range h.Runs {
		fmt.Fprintf(&b, "%d  %s  %s  %s\n   %s\n", i+1, p.Date(r.Started), line(r.Target), p.Verdict(r.Verdict), counted(p, r.Counts))
	}
	for _, s := range h.Scope {
		fmt.Fprintf(&b, "! %s\n", line(s))
	}
	fmt.Fprintf(&b, "\n%s\n", p.Say("%d checks had the same outcome in each run.", h.Steady))
	if len(h.Checks) > 0 {
		fmt.Fprintf(&b, "\n%s\n", p.Say("What changed"))
	}
	for _, c := range h.Checks {
		fmt.Fprintf(&b, "\n%s%s\n  %s\n", line(c.ID), note(p, c), line(c.Title))
		for _, x := range c.Changes {
			fmt.Fprintf(&b, "  %s\n", line(sentence(p, h, x)))
			for _, more := range []string{x.Reason, x.Exchange} {
				if more != "" {
					fmt.Fprintf(&b, "    %s\n", line(more))
				}
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// note marks a check that goes back and forth.
func note(p *words.Printer, c Check) string {
	if !c.Unsteady {
		return ""
	}
	return " (" + p.Say("goes back and forth") + ")"
}

// sentence tells of one change and when it was.
func sentence(p *words.Printer, h *History, c Change) string {
	return p.Say("in run %s (%s): %s, then %s", fmt.Sprint(c.Run), p.Date(h.Runs[c.Run-1].Started), word(p, c.Was), word(p, c.Is))
}

// Markdown writes the history for a CI job's summary.
func Markdown(w io.Writer, h *History, p *words.Printer) error {
	var b bytes.Buffer
	text := markdown.Literal
	fmt.Fprintf(&b, "## %s: %s\n\n", text(p.Say("Run history")), text(p.Say("%d runs", len(h.Runs))))
	fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n| ---: | --- | --- | --- | --- |\n", text(p.Say("No.")), text(p.Say("Date")), text(p.Say("Platform")), text(p.Say("Verdict")), text(p.Say("Checks")))
	for i, r := range h.Runs {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s |\n", i+1, text(p.Date(r.Started)), text(r.Target), text(p.Verdict(r.Verdict)), text(counted(p, r.Counts)))
	}
	b.WriteString("\n")
	for _, s := range h.Scope {
		fmt.Fprintf(&b, "> ⚠️ %s\n\n", text(s))
	}
	fmt.Fprintf(&b, "%s\n\n", text(p.Say("%d checks had the same outcome in each run.", h.Steady)))
	if len(h.Checks) > 0 {
		fmt.Fprintf(&b, "### %s (%d)\n\n", text(p.Say("What changed")), len(h.Checks))
	}
	for _, c := range h.Checks {
		fmt.Fprintf(&b, "- **%s**%s: %s\n", text(c.ID), text(note(p, c)), text(c.Title))
		for _, x := range c.Changes {
			fmt.Fprintf(&b, "  - %s\n", text(sentence(p, h, x)))
			for _, more := range []string{x.Reason, x.Exchange} {
				if more != "" {
					fmt.Fprintf(&b, "    - %s\n", text(more))
				}
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}
