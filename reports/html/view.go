package html

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

const (
	mostOpen  = 12     // failures that are unfolded at first
	mostLine  = 2_000  // characters of one line of text
	mostValue = 20_000 // characters of a value, response or command
)

// view is the report with what the template can't work out itself.
type view struct {
	*reports.Report
	Language string
	Summary  string
	Caveats  []string
	Selected string
	Policy   string
	Style    template.CSS
	Script   template.JS
	Name     string
	Profile  string
	Sections []section
	Numbers  []number
	Bar      []segment
	BarText  string
	Failures []failure
	CantTell []reports.Reason
	Groups   []group

	Endpoints []endpoint
	anchors   anchors
	words     *words.Printer
}

type section struct {
	Anchor, Title, Number string
}

type endpoint struct {
	Name, URL string
}

// sign is a word with the class that gives it its icon and colours.
type sign struct {
	Class, Label string
}

// number is how many checks have an outcome.
type number struct {
	Class, Word, Meaning, Tally string
	N                           int
}

// segment is one outcome's part of the bar, in per cent of its width.
type segment struct {
	Class    string
	X, Width string
}

type command struct {
	Label, Text string
}

type failure struct {
	Anchor   string
	Open     bool
	Check    *reports.CheckResult
	Findings []finding
}

type finding struct {
	reports.Finding
	Shown *reports.Exchange // nil when an earlier finding of the check shows it
}

type group struct {
	reports.Group
	Open bool
}

func newView(r *reports.Report, p *words.Printer) *view {
	v := &view{
		Report: r, Policy: policy(), Style: template.CSS(style), Script: template.JS(script),
		Language: p.Code(), Summary: p.Summary(r), Caveats: p.Caveats(r), Selected: p.Selection(r.Selection),
		Name:    printable.Line(p.Platform(r)),
		Profile: profile(p, r.Run.Profile),
		Numbers: numbers(p, r.Counts),
		Bar:     bar(r.Counts), BarText: barText(p, r.Counts),
		CantTell: reports.Reasons(reports.With(r.Checks, reports.CantTell)),
		anchors:  newAnchors(r),
		words:    p,
	}
	for _, name := range slices.Sorted(maps.Keys(r.Target.Endpoints)) {
		v.Endpoints = append(v.Endpoints, endpoint{name, r.Target.Endpoints[name]})
	}
	failed := reports.With(r.Checks, reports.Failed)
	for i := range failed {
		v.Failures = append(v.Failures, newFailure(&failed[i], v.anchors.failures[failed[i].ID], len(failed) <= mostOpen))
	}
	for _, g := range reports.Groups(r.Checks) {
		v.Groups = append(v.Groups, group{g, len(r.Checks) <= mostOpen})
	}
	v.Sections = v.sections()
	return v
}

func (v *view) sections() []section {
	list := []section{{"verdict", v.words.Say("Verdict"), ""}}
	add := func(there bool, s section) {
		if there {
			list = append(list, s)
		}
	}
	add(len(v.Verdict.MIMs) > 0, section{"mims", v.words.Say("By MIM"), strconv.Itoa(len(v.Verdict.MIMs))})
	add(true, section{"failed", v.words.Say("What failed"), strconv.Itoa(v.Counts.Failed)})
	add(len(v.CantTell) > 0, section{"cant-tell", v.words.Say("Not judged"), strconv.Itoa(v.Counts.CantTell)})
	add(len(v.Verdict.MIMs) > 0, section{"requirements", v.words.Say("Requirements"), strconv.Itoa(v.requirements())})
	add(true, section{"checks", v.words.Say("All checks"), strconv.Itoa(v.Counts.Total)})
	add(len(v.Waivers) > 0, section{"waivers", v.words.Say("Waivers"), strconv.Itoa(len(v.Waivers))})
	add(true, section{"clean-up", v.words.Say("Clean-up"), ""})
	add(true, section{"run", v.words.Say("This run"), ""})
	add(len(v.Notes) > 0, section{"notes", v.words.Say("Notes"), strconv.Itoa(len(v.Notes))})
	return list
}

func (v *view) requirements() int {
	n := 0
	for _, m := range v.Verdict.MIMs {
		for _, c := range m.Capabilities {
			n += len(c.Requirements)
		}
	}
	return n
}

func newFailure(c *reports.CheckResult, anchor string, open bool) failure {
	f := failure{Anchor: anchor, Open: open, Check: c}
	shown, hint := map[int]bool{}, ""
	for _, one := range c.Findings {
		if one.Hint == hint {
			one.Hint = "" // it stands with the finding before
		} else {
			hint = one.Hint
		}
		e := c.Exchange(one.Exchange)
		if e != nil && shown[e.Seq] {
			e = nil
		}
		if e != nil {
			shown[e.Seq] = true
		}
		f.Findings = append(f.Findings, finding{one, e})
	}
	if len(f.Findings) == 0 {
		f.Findings = []finding{{Finding: reports.Finding{Message: c.Reason}}}
	}
	return f
}

// profile says what the profile allows a run to do.
func profile(p *words.Printer, name string) string {
	switch name {
	case "observe":
		return p.Say("observe: read only")
	case "sandbox":
		return p.Say("sandbox: create, change and remove its own things")
	case "reference":
		return p.Say("reference: everything, on the built-in platform")
	}
	return printable.Line(name)
}

func newSign(p *words.Printer, word any) (sign, error) {
	switch w := word.(type) {
	case reports.Outcome:
		return sign{string(w), p.Outcome(w)}, nil
	case reports.Verdict:
		return sign{string(w), p.Verdict(w)}, nil
	case string:
		return sign{w, p.Outcome(reports.Outcome(w))}, nil
	}
	return sign{}, fmt.Errorf("there is no sign for %T", word)
}

// icon is the name of the symbol for an outcome or verdict.
func icon(class any) string {
	switch name := fmt.Sprint(class); name {
	case "conformant":
		return "passed"
	case "nonConformant":
		return "failed"
	case "inconclusive":
		return "cantTell"
	case "notApplicable":
		return "inapplicable"
	default:
		return name
	}
}

func numbers(p *words.Printer, c reports.Counts) []number {
	var list []number
	for _, o := range reports.Outcomes() {
		list = append(list, number{string(o), p.Outcome(o), p.Meaning(o), p.Tally(o, c.Of(o)), c.Of(o)})
	}
	return list
}

// tally is the outcomes that some check has.
func tally(p *words.Printer, c reports.Counts) []number {
	var list []number
	for _, n := range numbers(p, c) {
		if n.N > 0 {
			list = append(list, n)
		}
	}
	return list
}

// bar shares the width out by outcome. What is there is seen, however few it is:
// each part has at least 1 per cent, which the others give.
func bar(c reports.Counts) []segment {
	const least = 1.0
	var shares []float64
	var of []reports.Outcome
	sum := 0.0
	for _, o := range reports.Outcomes() {
		if n := c.Of(o); n > 0 {
			share := max(100*float64(n)/float64(c.Total), least)
			shares, of, sum = append(shares, share), append(of, o), sum+share
		}
	}
	var list []segment
	x := 0.0
	for i, share := range shares {
		width := share * 100 / sum
		gap := 0.3
		if i == len(shares)-1 {
			gap = 0
		}
		list = append(list, segment{string(of[i]), percent(x), percent(width - gap)})
		x += width
	}
	return list
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func barText(p *words.Printer, c reports.Counts) string {
	var parts []string
	for _, n := range tally(p, c) {
		parts = append(parts, n.Tally)
	}
	return p.Label(p.Say("%d checks", c.Total)) + " " + strings.Join(parts, ", ")
}

// line is text on one line, fit to be shown.
func line(s any) string { return printable.Short(printable.Line(fmt.Sprint(s)), mostLine) }

// sentence is a line that begins with a capital, if it begins with a plain word.
func sentence(s string) string {
	s = line(s)
	word, _, _ := strings.Cut(s, " ")
	if len(word) < 2 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return s // a name, a number, code or another script: as it is
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// clip is a value of several lines, fit to be shown.
func clip(p *words.Printer, s string) string {
	s, left := printable.Clip(printable.Text(s), mostValue)
	if left > 0 {
		s += "\n" + p.Say("… and %d characters more; the JSON report has what was kept", left)
	}
	return s
}

// long says whether s may be more than its box shows, which then has to scroll
// and to be reached by keyboard.
func long(s string) bool { return len(s) > 300 || strings.Count(s, "\n") > 7 }

// indent lays out JSON; an excerpt, which is no whole JSON, stays as it is.
func indent(s string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(s), "", "  "); err != nil {
		return s
	}
	return b.String()
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// anchors are the ids within the page of what others link to.
type anchors struct {
	checks, failures, requirements map[string]string
}

func newAnchors(r *reports.Report) anchors {
	a := anchors{map[string]string{}, map[string]string{}, map[string]string{}}
	taken := map[string]bool{}
	for _, c := range r.Checks {
		a.checks[c.ID] = slug("c-", c.ID, taken)
		if c.Outcome == reports.Failed {
			a.failures[c.ID] = slug("failed-", c.ID, taken)
		}
	}
	for _, m := range r.Verdict.MIMs {
		for _, c := range m.Capabilities {
			for _, q := range c.Requirements {
				a.requirements[q.ID] = slug("r-", q.ID, taken)
			}
		}
	}
	return a
}

// slug makes an id of ASCII letters, digits, points and hyphens that is not taken.
func slug(prefix, id string, taken map[string]bool) string {
	clean := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' {
			return c
		}
		return '-'
	}, id)
	clean, _ = printable.Clip(prefix+clean, 100)
	for try, n := clean, 2; ; try, n = clean+"-"+strconv.Itoa(n), n+1 {
		if !taken[try] {
			taken[try] = true
			return try
		}
	}
}
