// Package badge renders the verdict of a report as a small SVG picture for a
// README or a web page: the baseline on the left, the verdict on the right.
package badge

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

const (
	mostLabel  = 40    // characters
	mostWaiver = 1_000 // characters
	letter     = 6.7   // width of an average character of 11 px, in px
	padding    = 8.0   // on each side of a text, in px
)

// Render writes the picture. It says draft, in part, declared and waivers where the verdict
// is that of a draft, of a part, rests for a MIM on declarations alone, or with agreed
// exceptions; these are told in its descriptions.
func Render(w io.Writer, r *reports.Report) error {
	english := words.InEnglish()
	label := printable.Short(printable.Line(r.Baseline.ID), mostLabel)
	verdict := lower(r.Verdict.Verdict)
	var limits []string
	if r.Baseline.Draft() {
		limits = append(limits, "draft")
	}
	if r.Selection.Filter != "" || len(r.Selection.MIMs) > 0 {
		limits = append(limits, "in part")
	}
	if slices.ContainsFunc(r.Verdict.MIMs, func(m reports.MIMJudge) bool { return m.Declared }) {
		limits = append(limits, "in part declared")
	}
	waivers := ""
	for _, w := range r.Waivers {
		waivers += "<desc>" + escape(printable.Short(printable.Line(english.Waiver(w)), mostWaiver)) + "</desc>\n"
	}
	if n := len(r.Waivers); n > 0 {
		limits = append(limits, reports.Plural(n, "waiver", "waivers"))
	}
	if len(limits) > 0 {
		verdict += " (" + strings.Join(limits, ", ") + ")"
	}
	left, right := width(label), width(verdict)
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="20" role="img" aria-label="%s">
<title>%s</title>
%s<clipPath id="r"><rect width="%.0f" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="%.0f" height="20" fill="#3a4652"/>
<rect x="%.0f" width="%.0f" height="20" fill="%s"/>
</g>
<g fill="#ffffff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="%.1f" y="14" textLength="%.1f">%s</text>
<text x="%.1f" y="14" textLength="%.1f">%s</text>
</g>
</svg>
`, left+right, escape(label+": "+verdict), escape(label+": "+verdict), waivers, left+right, left, left, right, color(r.Verdict.Verdict),
		left/2, left-2*padding, escape(label), left+right/2, right-2*padding, escape(verdict))
	_, err := w.Write(out.Bytes())
	return err
}

func width(s string) float64 {
	return float64(int(float64(utf8.RuneCountInString(s))*letter + 2*padding))
}

func lower(v reports.Verdict) string {
	switch v {
	case reports.Conformant:
		return "conformant"
	case reports.NonConformant:
		return "not conformant"
	case reports.NotApplicable:
		return "not applicable"
	}
	return "inconclusive" // and what is unknown says nothing either
}

// color is dark enough for white text (WCAG 2.2, 1.4.3).
func color(v reports.Verdict) string {
	switch v {
	case reports.Conformant:
		return "#17683a"
	case reports.NonConformant:
		return "#a5201b"
	case reports.NotApplicable:
		return "#48586a"
	}
	return "#784900"
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
