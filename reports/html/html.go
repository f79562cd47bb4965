// Package html renders a report as one page for people: self-contained, without
// network, readable on paper, on a phone, with a screen reader and without
// JavaScript. A strict Content-Security-Policy inside the page allows its own
// style and script by their digests and nothing else, so that text from a
// platform stays text even if escaping had a hole.
package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

var (
	//go:embed page.html.tmpl
	page string
	//go:embed style.css
	style string
	//go:embed enhance.js
	script string
)

// parsed is the template, parsed at its first use; its look-ups of anchors are
// replaced for each report.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(functions(&view{words: words.InEnglish()})).Parse(page)
})

// Render writes the page in English.
func Render(w io.Writer, r *reports.Report) error { return RenderIn(w, r, words.InEnglish()) }

// RenderIn writes the page in the language of p.
func RenderIn(w io.Writer, r *reports.Report, p *words.Printer) error {
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	if t, err = t.Clone(); err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	v := newView(r.Canonical(), p)
	var out bytes.Buffer
	if err := t.Funcs(functions(v)).Execute(&out, v); err != nil {
		return fmt.Errorf("the report can't be shown as a page: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// policy is the page's Content-Security-Policy.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(style), digest(script))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// functions are what the template calls. Text from the report goes through one
// of line, clip and pretty, or is one of a fixed set of words.
func functions(v *view) template.FuncMap {
	p := v.words
	return template.FuncMap{
		"say":         p.Say,
		"label":       p.Label,
		"term":        func(word string) string { return line(p.Term(word)) },
		"verdict":     p.Verdict,
		"quoted":      v.quoted,
		"line":        line,
		"names":       func(names []string) string { return line(strings.Join(names, ", ")) },
		"sentence":    sentence,
		"clip":        func(s string) string { return clip(p, s) },
		"long":        long,
		"pretty":      func(s string) string { return clip(p, indent(s)) },
		"took":        p.Duration,
		"ms":          func(ms int64) string { return p.Number(ms) + " ms" },
		"date":        p.Date,
		"stamp":       stamp,
		"icon":        icon,
		"sign":        func(word any) (sign, error) { return newSign(p, word) },
		"tally":       func(c reports.Counts) []number { return tally(p, c) },
		"command":     func(label, text string) command { return command{label, printable.Text(text)} },
		"waiver":      v.waiver,
		"check":       func(id string) string { return v.anchors.checks[id] },
		"failure":     func(id string) string { return v.anchors.failures[id] },
		"requirement": func(id string) string { return v.anchors.requirements[id] },
	}
}

// quoted marks what the report quotes in English on a page in another language, for
// those who have it read to them (WCAG 2.2, 3.1.2).
func (v *view) quoted() template.HTMLAttr {
	if v.words.Code() == words.English {
		return ""
	}
	return ` lang="en"`
}

// waiver is who excused the check, until when and why; empty when nobody did.
func (v *view) waiver(check string) string {
	w := v.Waiver(check)
	if w == nil || !w.Applied {
		return ""
	}
	return v.words.Say("until %s, by %s. Reason: %s", w.Expires, w.Owner, w.Reason)
}
