package pdf

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

const (
	margin     = 18.0  // mm
	mostText   = 1_000 // characters of a sentence
	mostValue  = 1_500 // characters of an expected or actual value, or of a command
	mostShown  = 200   // failures with their details
	mostChecks = 5_000 // checks in the list of all
)

// fonts are the Go fonts, which have the letters of Latin, Greek and Cyrillic.
const (
	sans = "go"
	mono = "gomono"
)

// Plain writes the report in the plain layout. The same report gives the same bytes.
func Plain(w io.Writer, r *reports.Report, p *words.Printer) error {
	r = r.Canonical()
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("the font is broken: %w", err)
	}
	d := &document{Fpdf: fpdf.New("P", "mm", "A4", ""), report: r, words: p, font: font, drawn: map[sfnt.GlyphIndex]rune{}}
	d.AddUTF8FontFromBytes(sans, "", slices.Clone(goregular.TTF)) // which the library writes to
	d.AddUTF8FontFromBytes(sans, "B", slices.Clone(gobold.TTF))
	d.AddUTF8FontFromBytes(mono, "", slices.Clone(gomono.TTF))
	d.SetMargins(margin, margin, margin)
	d.SetAutoPageBreak(true, margin)
	d.SetCatalogSort(true)
	d.SetCreationDate(r.Run.Finished)
	d.SetModificationDate(r.Run.Finished)
	d.SetLang(p.Code())
	d.SetTitle(d.fit(p.Verdict(r.Verdict.Verdict)+": "+p.Platform(r)), true)
	d.SetCreator(d.fit(r.Tool.Name+" "+r.Tool.Version), true)
	d.AliasNbPages("{pages}")
	d.SetFooterFunc(func() {
		d.SetY(-margin + 4)
		d.style(sans, "", 8, muted)
		d.CellFormat(0, 5, fmt.Sprintf("%d / {pages}", d.PageNo()), "", 0, "R", false, 0, "")
	})
	d.AddPage()
	d.verdict()
	d.mims()
	d.failures()
	d.open()
	d.checks()
	d.run()
	var out bytes.Buffer
	if err := d.Output(&out); err != nil {
		return fmt.Errorf("the report can't be written as PDF: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// document is a PDF that is being written.
type document struct {
	*fpdf.Fpdf
	report *reports.Report
	words  *words.Printer
	font   *sfnt.Font
	buffer sfnt.Buffer
	drawn  map[sfnt.GlyphIndex]rune // the first character that each glyph was drawn for
}

// color is red, green and blue, 0 to 255.
type color [3]int

var (
	ink   = color{23, 32, 43}
	muted = color{80, 94, 108}
	tones = map[string]color{
		"passed": {23, 104, 58}, "conformant": {23, 104, 58}, "failed": {165, 32, 27}, "nonConformant": {165, 32, 27},
		"cantTell": {120, 73, 0}, "inconclusive": {120, 73, 0}, "untested": {85, 71, 139},
	}
)

// tone is the colour of an outcome or a verdict.
func tone(word string) color {
	if c, has := tones[word]; has {
		return c
	}
	return color{72, 88, 106}
}

func (d *document) style(family, style string, size float64, c color) {
	d.SetFont(family, style, size)
	d.SetTextColor(c[0], c[1], c[2])
}

// fit is text with what the font lacks as a box. Of characters that look alike, such as
// spaces, the first one stands for all: the library would embed one of them, any.
func (d *document) fit(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' {
			return c
		}
		glyph, err := d.font.GlyphIndex(&d.buffer, c)
		if err != nil || glyph == 0 {
			return '□'
		}
		if first, has := d.drawn[glyph]; has {
			return first
		}
		d.drawn[glyph] = c
		return c
	}, s)
}

// paragraph writes text that is wrapped to the page.
func (d *document) paragraph(size float64, style string, c color, s string) {
	d.style(sans, style, size, c)
	d.MultiCell(0, size*0.5, d.fit(printable.Short(printable.Line(s), mostText)), "", "L", false)
}

func (d *document) heading(s string) {
	d.Ln(5)
	if d.GetY() > 250 { // a heading does not stand alone at the foot of a page
		d.AddPage()
	}
	d.paragraph(14, "B", ink, s)
	d.SetDrawColor(ink[0], ink[1], ink[2])
	d.Line(margin, d.GetY()+0.5, 210-margin, d.GetY()+0.5)
	d.Bookmark(d.fit(s), 0, -1)
	d.Ln(3)
}

// fact writes a label and a value beside it.
func (d *document) fact(label, value string) {
	const width = 48.0
	d.style(sans, "B", 9, muted)
	top := d.GetY()
	d.MultiCell(width, 4.8, d.fit(label), "", "L", false)
	below := d.GetY()
	if below < top { // the page was turned
		top = margin
	}
	d.SetXY(margin+width, top)
	d.style(sans, "", 9, ink)
	d.SetLeftMargin(margin + width)
	d.MultiCell(0, 4.8, d.fit(printable.Short(printable.Line(value), mostText)), "", "L", false)
	d.SetLeftMargin(margin)
	d.SetXY(margin, max(d.GetY(), below))
}

// value writes a value of several lines, as it is.
func (d *document) value(label, v string) {
	if v == "" {
		return
	}
	d.paragraph(8, "B", muted, label)
	v, left := printable.Clip(printable.Text(v), mostValue)
	if left > 0 {
		v += "\n" + d.words.Say("… and %d characters more", left)
	}
	d.style(mono, "", 8, ink)
	d.SetFillColor(244, 246, 248)
	d.MultiCell(0, 4.2, d.fit(strings.ReplaceAll(v, "\t", "  ")), "", "L", true)
	d.Ln(1)
}

func (d *document) verdict() {
	r, p := d.report, d.words
	d.paragraph(9, "", muted, r.Tool.Name+" · "+p.Say("conformance report"))
	d.Ln(3)
	d.paragraph(11, "B", ink, p.Platform(r))
	d.paragraph(26, "B", tone(string(r.Verdict.Verdict)), p.Verdict(r.Verdict.Verdict))
	d.Ln(1)
	d.paragraph(11, "", ink, p.Summary(r))
	if r.Verdict.Reason != "" {
		d.Ln(1)
		d.paragraph(10, "", ink, p.Label(p.Say("Why"))+" "+r.Verdict.Reason)
	}
	for _, caveat := range p.Caveats(r) {
		d.Ln(1)
		d.paragraph(9.5, "", tone("cantTell"), "! "+caveat)
	}
	d.Ln(3)
	title := r.Baseline.Title + " (" + r.Baseline.ID + ")"
	if r.Baseline.Draft() {
		title += ", " + p.Say("Draft")
	}
	claimed := strings.Join(r.Target.MIMs, ", ")
	if claimed == "" {
		claimed = p.Say("none")
	}
	d.fact(p.Say("Judged against"), title)
	d.fact(p.Say("MIMs claimed"), claimed)
	d.fact(p.Say("Profile"), r.Run.Profile)
	d.fact(p.Say("Checks selected"), p.Selection(r.Selection))
	d.fact(p.Say("Date"), p.Date(r.Run.Started)+" ("+p.Duration(r.Run.Took())+")")
	if r.Target.Member != "" {
		d.fact(p.Say("Member"), r.Target.Member)
	}
	var counts []string
	for _, o := range reports.Outcomes() {
		counts = append(counts, p.Tally(o, r.Counts.Of(o)))
	}
	d.fact(p.Say("%d checks", r.Counts.Total), strings.Join(counts, ", "))
	d.Ln(2)
	d.paragraph(8.5, "", muted, p.Say("Plain layout, made without a browser: the HTML report shows more. What the font lacks is shown as □."))
	if p.Code() != words.English {
		d.paragraph(8.5, "", muted, p.Say("Titles, reasons and answers are quoted in English, as they were recorded."))
	}
}

func (d *document) mims() {
	for i, m := range d.report.Verdict.MIMs {
		if i == 0 {
			d.heading(d.words.Say("The verdict, requirement by requirement"))
		}
		d.judged(11, string(m.Verdict), d.words.Verdict(m.Verdict), m.ID+" "+m.Title, m.Reason)
		for _, c := range m.Capabilities {
			for _, q := range c.Requirements {
				d.judged(9, string(q.Verdict), d.words.Verdict(q.Verdict), q.Text+" ("+d.words.Term(q.Obligation)+", "+q.ID+")", q.Reason)
			}
		}
		d.Ln(2)
	}
}

// judged writes a word in its colour, what it is about, and why.
func (d *document) judged(size float64, class, word, what, why string) {
	d.paragraph(size, "B", tone(class), word)
	d.paragraph(size, "", ink, what)
	if why != "" {
		d.paragraph(size-1, "", muted, why)
	}
	d.Ln(1.2)
}

func (d *document) failures() {
	failed := reports.With(d.report.Checks, reports.Failed)
	if len(failed) == 0 {
		return
	}
	p := d.words
	d.heading(p.Say("What failed"))
	for i := range failed {
		c := &failed[i]
		if i == mostShown {
			d.paragraph(9, "", ink, p.Say("%d more checks failed; the HTML report shows them all:", len(failed)-i))
			for _, rest := range failed[i:] {
				d.paragraph(8, "", ink, rest.ID)
			}
			return
		}
		requirements := strings.Join(c.Requirements, ", ")
		if requirements == "" {
			requirements = p.Say("none of this baseline")
		}
		d.judged(10, "failed", c.ID, c.Title, c.Clause+" · "+requirements)
		if len(c.Findings) == 0 {
			d.paragraph(9, "", ink, c.Reason)
		}
		shown := map[int]bool{}
		for _, f := range c.Findings {
			d.paragraph(9, "B", ink, f.Message)
			d.value(p.Say("Expected"), f.Expected)
			d.value(p.Say("Actual"), f.Actual)
			d.value(p.Say("Where in the answer"), f.Pointer)
			if f.Hint != "" {
				d.paragraph(9, "", muted, p.Label(p.Say("Usual cause"))+" "+f.Hint)
			}
			if e := c.Exchange(f.Exchange); e != nil && !shown[e.Seq] {
				shown[e.Seq] = true
				d.value(p.Say("Repeat the request"), e.Curl)
				d.value(p.Say("The answer"), e.Response)
			}
			d.Ln(1)
		}
		d.Ln(3)
	}
}

// open writes why checks were not judged, or not tested.
func (d *document) open() {
	for _, o := range []reports.Outcome{reports.CantTell, reports.Untested, reports.Inapplicable} {
		checks := reports.With(d.report.Checks, o)
		if len(checks) == 0 {
			continue
		}
		d.heading(d.words.Outcome(o))
		for _, reason := range reports.Reasons(checks) {
			var ids []string
			for _, c := range reason.Checks {
				ids = append(ids, c.ID)
			}
			d.judged(9, string(o), d.words.Say("%d checks", len(ids)), reason.Text, strings.Join(ids, ", "))
		}
	}
}

func (d *document) checks() {
	d.heading(d.words.Say("All checks"))
	for i, c := range d.report.Checks {
		if i == mostChecks {
			d.paragraph(9, "", ink, d.words.Say("and %d more", len(d.report.Checks)-i))
			return
		}
		d.style(sans, "B", 8, tone(string(c.Outcome)))
		d.Write(4, d.fit(d.words.Outcome(c.Outcome))+"  ")
		d.style(sans, "", 8, ink)
		d.Write(4, d.fit(printable.Short(printable.Line(c.ID+": "+c.Title), mostText)))
		d.Ln(4.4)
	}
}

func (d *document) run() {
	r, p := d.report, d.words
	d.heading(p.Say("How this run was made"))
	d.fact(p.Say("Tool"), strings.TrimSpace(r.Tool.Name+" "+r.Tool.Version+" "+r.Tool.Build))
	d.fact(p.Say("Run"), r.Run.ID)
	d.fact(p.Say("Seed"), fmt.Sprint(r.Run.Seed))
	d.fact(p.Say("Requests"), p.Number(int64(r.Run.Requests)))
	d.fact(p.Say("SHA-256 of the baseline"), r.Baseline.SHA256)
	d.Ln(1)
	d.value(p.Say("The same run again"), r.Reproduce())
	for i, note := range r.Notes {
		if i == 0 {
			d.heading(p.Say("Notes"))
		}
		d.paragraph(9, "", ink, "– "+note)
	}
	d.Ln(3)
	d.paragraph(8.5, "", muted, p.Say("This page shows what one run saw on %s. It is a test result and not a certificate.", p.Date(r.Run.Started)))
}
