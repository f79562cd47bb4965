// Package markdown renders a report as GitHub-flavoured Markdown, for the summary
// of a CI job or a comment on a pull request: verdict, numbers, what failed with
// its details folded. It stays below the 65,536 characters that such a comment
// may have; what does not fit is named in one line and counted.
package markdown

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

const (
	mostTotal    = 60_000 // characters of the whole
	mostDetails  = 45_000 // characters after which failures are only named
	mostText     = 500    // characters of a sentence from the platform or a check
	mostValue    = 1_000  // characters of an expected or actual value
	mostResponse = 1_500  // characters of a response
	mostCurl     = 3_000  // characters of a curl line
	mostNames    = 20     // check ids listed for one reason
	mostReasons  = 10     // reasons listed for one outcome
	mostFindings = 10     // mismatches of one failed check
)

// Render writes the summary in English.
func Render(w io.Writer, r *reports.Report) error { return RenderIn(w, r, words.InEnglish()) }

// RenderIn writes the summary in the language of in.
func RenderIn(w io.Writer, r *reports.Report, in *words.Printer) error {
	p := &page{report: r.Canonical(), words: in}
	p.head()
	p.failed()
	for _, o := range []reports.Outcome{reports.CantTell, reports.Untested, reports.Inapplicable} {
		p.reasons(o)
	}
	p.foot()
	_, err := w.Write(p.out.Bytes())
	return err
}

type page struct {
	report *reports.Report
	words  *words.Printer
	out    bytes.Buffer
}

// label is a word that something follows, as Markdown.
func (p *page) label(word string) string { return text(p.words.Label(word)) }

func (p *page) say(english string, args ...any) string { return p.words.Say(english, args...) }

func (p *page) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }

// size is the number of characters so far.
func (p *page) size() int { return utf8.RuneCount(p.out.Bytes()) }

func (p *page) head() {
	r := p.report
	p.printf("## %s %s: %s\n\n", verdictSign(r.Verdict.Verdict), text(p.words.Verdict(r.Verdict.Verdict)), text(p.words.Platform(r)))
	p.printf("%s\n\n", text(p.words.Summary(r)))
	if r.Verdict.Reason != "" {
		p.printf("**%s** %s\n\n", p.label(p.say("Why")), text(r.Verdict.Reason))
	}
	for _, caveat := range p.words.Caveats(r) {
		p.printf("> ⚠️ %s\n\n", text(caveat))
	}
	status := ""
	if r.Baseline.Draft() {
		status = " (" + p.say("Draft") + ")"
	}
	p.printf("| %s | |\n| --- | --- |\n", text(p.say("Scope")))
	p.row(p.say("Baseline"), r.Baseline.Title+status)
	p.row(p.say("MIMs claimed"), list(r.Target.MIMs, p.say("none")))
	p.row(p.say("Profile"), r.Run.Profile)
	p.row(p.say("Date"), p.words.Date(r.Run.Started))
	if r.Target.Member != "" {
		p.row(p.say("Member"), r.Target.Member)
	}
	p.printf("\n| %s | %s |\n| --- | ---: |\n", text(p.say("Outcome")), text(p.say("Checks")))
	for _, o := range reports.Outcomes() {
		p.printf("| %s %s | %d |\n", outcomeSign(o), text(p.words.Outcome(o)), r.Counts.Of(o))
	}
	p.printf("| **%s** | **%d** |\n\n", text(p.say("All")), r.Counts.Total)
	if len(r.Verdict.MIMs) > 0 {
		p.printf("| MIM | %s | %s |\n| --- | --- | --- |\n", text(p.say("Verdict")), text(p.say("Why")))
		for _, m := range r.Verdict.MIMs {
			claimed := ""
			if !m.Claimed {
				claimed = " (" + strings.ToLower(p.say("Not claimed")) + ")"
			}
			if m.Declared {
				claimed = " (" + strings.ToLower(p.say("By declaration, not tested")) + ")"
			}
			p.printf("| %s %s%s | %s %s | %s |\n", text(m.ID), text(m.Title), claimed, verdictSign(m.Verdict), text(p.words.Verdict(m.Verdict)), text(m.Reason))
		}
		p.printf("\n")
	}
}

func (p *page) row(name, value string) { p.printf("| %s | %s |\n", text(name), text(value)) }

func (p *page) failed() {
	failed := reports.With(p.report.Checks, reports.Failed)
	if len(failed) == 0 {
		return
	}
	p.printf("### %s (%d)\n\n", text(p.say("What failed")), len(failed))
	for i := range failed {
		if p.size() > mostDetails {
			p.printf("%s %s\n\n", text(p.say("And %d more, without their details here; the HTML report has them:", len(failed)-i)), p.names(failed[i:]))
			return
		}
		p.failure(&failed[i])
	}
}

func (p *page) failure(c *reports.CheckResult) {
	p.printf("<details><summary>❌ <code>%s</code> %s</summary>\n\n", raw(c.ID), raw(c.Title))
	p.printf("%s · %s\n\n", text(c.Clause), text(list(c.Requirements, p.say("none of this baseline"))))
	if len(c.Findings) == 0 {
		p.printf("%s\n\n", text(c.Reason))
	}
	shown, hint := map[int]bool{}, ""
	for i, f := range c.Findings {
		if i == mostFindings {
			p.printf("- %s\n\n", text(p.say("and %d more mismatches", len(c.Findings)-i)))
			break
		}
		p.printf("**%s**\n\n", text(f.Message))
		p.value(p.say("Expected"), f.Expected)
		p.value(p.say("Actual"), f.Actual)
		if f.Pointer != "" {
			p.printf("%s %s\n\n", p.label(p.say("Where")), p.code(f.Pointer, mostText))
		}
		if f.Hint != "" && f.Hint != hint {
			p.printf("%s %s\n\n", p.label(p.say("Usual cause")), text(f.Hint))
			hint = f.Hint
		}
		e := c.Exchange(f.Exchange)
		if e == nil || shown[e.Seq] {
			continue
		}
		shown[e.Seq] = true
		if e.Curl != "" {
			p.printf("%s\n", p.fence("sh", e.Curl, mostCurl))
		}
		if e.Response != "" {
			p.printf("%s\n\n%s\n", p.label(fmt.Sprintf("%s (%d)", p.say("The answer"), e.Status)), p.fence("", e.Response, mostResponse))
		}
	}
	p.printf("</details>\n\n")
}

func (p *page) value(label, v string) {
	switch {
	case v == "":
	case strings.Contains(v, "\n"):
		p.printf("%s\n\n%s\n", p.label(label), p.fence("", v, mostValue))
	default:
		p.printf("%s %s\n\n", p.label(label), p.code(v, mostValue))
	}
}

func (p *page) reasons(o reports.Outcome) {
	checks := reports.With(p.report.Checks, o)
	if len(checks) == 0 {
		return
	}
	p.printf("<details><summary>%s %s (%d)</summary>\n\n", outcomeSign(o), raw(p.words.Outcome(o)), len(checks))
	reasons := reports.Reasons(checks)
	for i, reason := range reasons {
		if i == mostReasons || p.size() > mostTotal-5_000 {
			p.printf("- %s\n", text(p.say("and %d more reasons", len(reasons)-i)))
			break
		}
		p.printf("- %s %s  \n  %s\n", p.label(p.say("%d checks", len(reason.Checks))), text(reason.Text), p.names(reason.Checks))
	}
	p.printf("\n</details>\n\n")
}

// names lists check ids, the first ones by name.
func (p *page) names(checks []reports.CheckResult) string {
	var names []string
	for i, c := range checks {
		if i == mostNames {
			names = append(names, text(p.say("and %d more", len(checks)-i)))
			break
		}
		names = append(names, p.code(c.ID, 120))
	}
	return strings.Join(names, ", ")
}

func (p *page) foot() {
	r := p.report
	if n := len(r.Notes); n > 0 {
		p.printf("<details><summary>%s (%d)</summary>\n\n", raw(p.say("Notes")), n)
		for i, note := range r.Notes {
			if i == mostReasons {
				p.printf("- %s\n", text(p.say("and %d more", n-i)))
				break
			}
			p.printf("- %s\n", text(note))
		}
		p.printf("\n</details>\n\n")
	}
	p.printf("%s %s · %s %d · %s\n\n%s", text(r.Tool.Name), text(r.Tool.Version), p.label(p.say("Seed")), r.Run.Seed, p.label(p.say("The same run again")), p.fence("sh", r.Reproduce(), mostCurl))
}

// Literal makes s literal Markdown on one line, for other summaries.
func Literal(s string) string { return text(s) }

// text makes s literal Markdown on one line.
func text(s string) string {
	s = printable.Short(printable.Line(s), mostText)
	var b strings.Builder
	for i, c := range s {
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]|~$", c):
			b.WriteString(`\` + string(c))
		case c == '@' || c == '#':
			// A comment keeps the site from telling a person or an issue about it.
			b.WriteString(`\` + string(c) + "<!-- -->")
		case i == 0 && strings.ContainsRune("-+=", c), c == '.' && digits(s[:i]), c == ')' && digits(s[:i]):
			b.WriteString(`\` + string(c)) // would start a list or a heading
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// raw makes s literal HTML on one line.
func raw(s string) string { return rawEscapes.Replace(printable.Short(printable.Line(s), mostText)) }

var rawEscapes = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&quot;", "@", "@<!-- -->", "#", "#<!-- -->")

// code makes s inline code.
func (p *page) code(s string, most int) string {
	s = printable.Short(printable.Line(s), most)
	if s == "" {
		return text(p.say("(nothing)"))
	}
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fence makes s a code block of a language.
func (p *page) fence(language, s string, most int) string {
	s, left := printable.Clip(printable.Text(s), most)
	if left > 0 {
		s += "\n" + p.say("… and %d characters more", left)
	}
	ticks := strings.Repeat("`", max(longestRun(s, '`')+1, 3))
	return ticks + language + "\n" + strings.TrimRight(s, "\n") + "\n" + ticks + "\n"
}

func longestRun(s string, of rune) int {
	longest, run := 0, 0
	for _, c := range s {
		if c != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func list(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

func verdictSign(v reports.Verdict) string {
	switch v {
	case reports.Conformant:
		return "✅"
	case reports.NonConformant:
		return "❌"
	case reports.Inconclusive:
		return "❔"
	}
	return "➖"
}

func outcomeSign(o reports.Outcome) string {
	switch o {
	case reports.Passed:
		return "✅"
	case reports.Failed:
		return "❌"
	case reports.CantTell:
		return "❔"
	case reports.Inapplicable:
		return "➖"
	}
	return "⚪"
}
