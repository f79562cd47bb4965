package history

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/oasc/mimcheck/reports"
	pages "github.com/oasc/mimcheck/reports/html"
	"github.com/oasc/mimcheck/reports/words"
)

var (
	//go:embed page.html.tmpl
	page string
	//go:embed style.css
	style string
)

// view is a history with what its template can't work out itself.
type view struct {
	*History
	Language string
	Policy   string
	Style    template.CSS
}

// HTML writes the history as one page for people, in the look of the reports: without
// script and network. A Content-Security-Policy inside it allows its own style only.
func HTML(w io.Writer, h *History, p *words.Printer) error {
	t, err := template.New("page").Funcs(functions(h, p)).Parse(page)
	if err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	css := pages.Stylesheet() + style
	sum := sha256.Sum256([]byte(css))
	var out bytes.Buffer
	err = t.Execute(&out, view{History: h, Language: p.Code(), Style: template.CSS(css),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"})
	if err != nil {
		return fmt.Errorf("the history can't be shown as a page: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

func functions(h *History, p *words.Printer) template.FuncMap {
	return template.FuncMap{
		"say":      p.Say,
		"line":     line,
		"date":     p.Date,
		"verdict":  p.Verdict,
		"counted":  func(c reports.Counts) string { return counted(p, c) },
		"word":     func(o reports.Outcome) string { return word(p, o) },
		"next":     func(i int) int { return i + 1 },
		"sentence": func(c Change) string { return sentence(p, h, c) },
		"quoted": func() template.HTMLAttr {
			if p.Code() == words.English {
				return ""
			}
			return ` lang="en"`
		},
	}
}
