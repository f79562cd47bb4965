package text

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, b := range golden.Check(t, *update, ".txt", Render) {
		if i := bytes.IndexFunc(b, func(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == '\u202e' }); i >= 0 {
			t.Errorf("%s: a control character at byte %d", name, i)
		}
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9]+m")

func TestColorAddsColorOnly(t *testing.T) {
	plain := golden.Render(t, Render, fixture.Full())
	colored := golden.Render(t, with(Options{Color: true}), fixture.Full())
	if !ansi.Match(colored) {
		t.Error("there is no colour")
	}
	stripped := ansi.ReplaceAll(colored, nil)
	trim := func(b []byte) string { return regexp.MustCompile(` +\n`).ReplaceAllString(string(b), "\n") }
	if trim(stripped) != trim(plain) {
		t.Error("without its colours the text is another one")
	}
}

func TestWidth(t *testing.T) {
	for _, width := range []int{1, 40, 60, 132} {
		for _, name := range fixture.Names() {
			r := fixture.Report(name)
			for _, line := range strings.Split(string(golden.Render(t, with(Options{Width: width}), r)), "\n") {
				command := strings.HasPrefix(line, "    $ ") || strings.HasPrefix(line, "  mimcheck ")
				counts := strings.Contains(line, "✓") && strings.Contains(line, "○")
				headline := strings.Contains(line, strings.ToUpper(r.Verdict.Verdict.Label()))
				if n := columns(line); n > max(width, minWidth) && !command && !counts && !headline {
					t.Errorf("%s at %d: a line of %d columns: %s", name, width, n, line)
				}
			}
		}
	}
}

func TestManyFailuresAreAllNamed(t *testing.T) {
	r := fixture.Unreachable()
	for i := range r.Checks {
		r.Checks[i].Outcome = reports.Failed
	}
	r.Counts = reports.Count(r.Checks)
	got := string(golden.Render(t, Render, r))
	for _, c := range r.Checks {
		if !strings.Contains(got, c.ID) {
			t.Errorf("%s is not named", c.ID)
		}
	}
	if !strings.Contains(got, "40 more checks failed") {
		t.Error("expected to be told that 40 more failed")
	}
}

func TestWriteError(t *testing.T) {
	if err := Render(broken{}, fixture.Full()); err == nil {
		t.Error("the writer's error was lost")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("full") }

func with(o Options) func(io.Writer, *reports.Report) error {
	return func(w io.Writer, r *reports.Report) error { return RenderWith(w, r, o) }
}

func FuzzRender(f *testing.F) {
	for _, s := range fixture.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := golden.Render(t, Render, fixture.Saying(s))
		if i := bytes.IndexFunc(b, func(c rune) bool { return c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 || c == '\u202e' }); i >= 0 {
			t.Errorf("%q gave a control character at byte %d", s, i)
		}
	})
}

func TestManyFindingsAreCounted(t *testing.T) {
	r := fixture.Interrupted()
	c := &r.Checks[0]
	c.Outcome, c.Reason = reports.Failed, "x"
	for range 9 {
		c.Findings = append(c.Findings, reports.Finding{Message: "the value is wrong", Hint: "the broker rounds"})
	}
	r.Counts = reports.Count(r.Checks)
	got := string(golden.Render(t, Render, r))
	if strings.Count(got, "the value is wrong") != mostFindings || !strings.Contains(got, "- and 4 more mismatches") || strings.Count(got, "the broker rounds") != 1 {
		t.Errorf("expected %d findings, how many are left and the hint once:\n%s", mostFindings, got)
	}
}
