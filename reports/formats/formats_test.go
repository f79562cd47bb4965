package formats

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
	"github.com/oasc/mimcheck/reports/pdf"
	"github.com/oasc/mimcheck/reports/words"
)

func TestEveryFormatRendersEveryReport(t *testing.T) {
	t.Setenv(pdf.BrowserVariable, pdf.None)
	seen := map[string]bool{}
	for _, f := range All() {
		if seen[f.Name] || seen[f.File] {
			t.Errorf("%s: the name or file is another format's too", f.Name)
		}
		seen[f.Name], seen[f.File] = true, true
		if f.Summary == "" || f.MediaType == "" || f.File == "" {
			t.Errorf("%s is not described", f.Name)
		}
		for _, name := range fixture.Names() {
			r := fixture.Report(name)
			before := golden.Render(t, canonical, r)
			var b bytes.Buffer
			if err := Render(f.Name, &b, r, words.InEnglish()); err != nil || b.Len() == 0 {
				t.Errorf("%s of %s: %d bytes, %v", f.Name, name, b.Len(), err)
			}
			if !bytes.Equal(before, golden.Render(t, canonical, r)) {
				t.Errorf("%s changed the report %s", f.Name, name)
			}
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	for name, want := range map[string]string{
		"htlm": "did you mean html?", "JUnit": "did you mean junit?", "pdf-a": "expected one of text, html, pdf, json", "": "expected one of",
	} {
		err := Render(name, io.Discard, fixture.Empty(), words.InEnglish())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", name, err, want)
		}
	}
	if err := Render("text", io.Discard, nil, words.InEnglish()); err == nil {
		t.Error("expected an error without a report")
	}
}

// Whoever reads a report in whatever format learns who excused what, why and until when.
func TestEveryFormatTellsOfWaivers(t *testing.T) {
	t.Setenv(pdf.BrowserVariable, pdf.None)
	r := fixture.Full()
	r.Waivers = []reports.Waiver{{Check: "mim1.entity.create.duplicate", Owner: "Ana Ruiz", Reason: "next release of the broker", Expires: "2031-07-09", Outcome: reports.Failed, Applied: true}}
	for _, f := range All() {
		got := string(golden.Render(t, func(w io.Writer, r *reports.Report) error { return f.Render(w, r, words.InEnglish()) }, r))
		if f.Name == "pdf" {
			continue // packed; its words are those of the page
		}
		got = strings.Join(strings.Fields(got), " ") // whatever lines it breaks
		for _, want := range []string{"Ana Ruiz", "next release of the broker", "2031-07-09"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not tell %q", f.Name, want)
			}
		}
	}
}
