package pdf

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/words"
)

func in(t *testing.T, code string) *words.Printer {
	t.Helper()
	p, err := words.In(code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func plain(t *testing.T, r *reports.Report, code string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Plain(&b, r, in(t, code)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The plain layout takes whatever a report has, in every language, and the same report
// gives the same bytes.
func TestPlain(t *testing.T) {
	for _, name := range fixture.Names() {
		for _, code := range []string{"en", "fi"} {
			got := plain(t, fixture.Report(name), code)
			if !bytes.HasPrefix(got, []byte("%PDF-")) || !bytes.Contains(got, []byte("/Lang ("+code+")")) {
				t.Errorf("%s in %s is no PDF in that language: %.40q", name, code, got)
			}
			if !bytes.Equal(got, plain(t, fixture.Report(name), code)) {
				t.Errorf("%s in %s gives other bytes the second time", name, code)
			}
		}
	}
}

func TestPlainNamesWhatTheFontLacks(t *testing.T) {
	r := fixture.Conformant()
	r.Target.Name = "Ääkköset ž Ж 市 👩🏽‍🚒"
	if got := plain(t, r, "en"); len(got) == 0 {
		t.Error("nothing")
	}
}

// fake is a program that stands in for a browser.
func fake(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	path := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // it has to be run
		t.Fatal(err)
	}
	return path
}

func render(t *testing.T, browser string) (string, error) {
	t.Helper()
	t.Setenv(BrowserVariable, browser)
	var b bytes.Buffer
	err := Render(&b, fixture.Conformant(), in(t, "fr"))
	return b.String(), err
}

func TestTheBrowserThatIsNamedPrints(t *testing.T) {
	browser := fake(t, `for a; do case "$a" in --print-to-pdf=*) out="${a#*=}";; file://*) page="${a#file://}";; esac; done
printf '%%PDF-of ' > "$out"; cat "$page" >> "$out"`)
	got, err := render(t, browser)
	if err != nil || !strings.HasPrefix(got, "%PDF-of ") || !strings.Contains(got, `<html lang="fr">`) {
		t.Errorf("%v: %.100q", err, got)
	}
}

func TestABrowserThatFailsIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"it ends badly":     {"echo no display >&2; exit 3", "no display"},
		"it leaves nothing": {"exit 0", "left no PDF"},
		"it leaves a page":  {`for a; do case "$a" in --print-to-pdf=*) echo '<html>' > "${a#*=}";; esac; done`, "left no PDF"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := render(t, fake(t, c.script))
			if err == nil || got != "" || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), BrowserVariable) {
				t.Errorf("got %v, %d bytes", err, len(got))
			}
		})
	}
	if _, err := render(t, "/no/such/browser"); err == nil || !strings.Contains(err.Error(), "/no/such/browser") {
		t.Errorf("got %v", err)
	}
}

func TestNoBrowserGivesThePlainLayout(t *testing.T) {
	got, err := render(t, None)
	if err != nil || !strings.HasPrefix(got, "%PDF-") {
		t.Errorf("%v: %.40q", err, got)
	}
}

// TestChromium prints with the browser of this machine, where there is one.
func TestChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser, err := find("")
	if err != nil || browser == "" {
		t.Skip("there is no Chromium")
	}
	got, err := render(t, browser)
	if err != nil || !strings.HasPrefix(got, "%PDF-") || len(got) < 10_000 {
		t.Errorf("%v: %d bytes", err, len(got))
	}
}
