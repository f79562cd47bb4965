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
	"sync"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/printable"
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
	return template.New("page").Funcs(functions(anchors{})).Parse(page)
})

// Render writes the page.
func Render(w io.Writer, r *reports.Report) error {
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	if t, err = t.Clone(); err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	v := newView(r.Canonical())
	var out bytes.Buffer
	if err := t.Funcs(functions(v.anchors)).Execute(&out, v); err != nil {
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
func functions(a anchors) template.FuncMap {
	return template.FuncMap{
		"line":        line,
		"sentence":    sentence,
		"clip":        clip,
		"long":        long,
		"pretty":      func(s string) string { return clip(indent(s)) },
		"plural":      reports.Plural,
		"took":        printable.Duration,
		"ms":          func(ms int64) string { return fmt.Sprintf("%d ms", ms) },
		"date":        date,
		"stamp":       stamp,
		"icon":        icon,
		"sign":        newSign,
		"tally":       tally,
		"command":     func(label, text string) command { return command{label, printable.Text(text)} },
		"check":       func(id string) string { return a.checks[id] },
		"failure":     func(id string) string { return a.failures[id] },
		"requirement": func(id string) string { return a.requirements[id] },
	}
}
