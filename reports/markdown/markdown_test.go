package markdown

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
	"github.com/oasc/mimcheck/reports/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) { golden.Check(t, *update, ".md", Render) }

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain words, 5.6.1":    "plain words, 5.6.1",
		"a | b":                 `a \| b`,
		"<script>&amp;":         "&lt;script&gt;&amp;amp;",
		"[x](javascript:y)":     `\[x\](javascript:y)`,
		"`code` *b* _i_ ~s~ $m": "\\`code\\` \\*b\\* \\_i\\_ \\~s\\~ \\$m",
		"@everyone #1":          `\@<!-- -->everyone \#<!-- -->1`,
		"- item":                `\- item`,
		"1. item":               `1\. item`,
		"12) item":              `12\) item`,
		"a\nb\r\n\tc":           "a b c",
		"\x1b[0m":               `\\u001b\[0m`,
		`\`:                     `\\`,
	} {
		if got := text(in); got != want {
			t.Errorf("text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for in, want := range map[string]string{
		"409":    "`409`",
		"a`b":    "``a`b``",
		"`a``":   "``` `a`` ```",
		"":       "(nothing)",
		"a\n b ": "`a b`",
	} {
		if got := english().code(in, 100); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
	if got := english().fence("sh", "a ``` b\n", 100); got != "````sh\na ``` b\n````\n" {
		t.Errorf("a fence can be closed from within: %q", got)
	}
}

// TestStaysSmall has far more, and far longer, failures than a comment can hold.
func TestStaysSmall(t *testing.T) {
	r := fixture.Full()
	for _, o := range reports.Outcomes() {
		for i := range 2_000 {
			c := reports.CheckResult{ID: fmt.Sprintf("mim9.%s.case%04d", o, i), Title: fixture.Long(), MIM: "MIM9", Outcome: o}
			if o != reports.Passed {
				c.Reason = fmt.Sprint(i, fixture.Long())
				c.Findings = []reports.Finding{{Message: fixture.Long(), Expected: fixture.Long(), Actual: fixture.Long()}}
			}
			r.Checks = append(r.Checks, c)
			r.Notes = append(r.Notes, fixture.Long())
		}
	}
	r.Counts = reports.Count(r.Checks)
	got := golden.Render(t, Render, r)
	if n := utf8.RuneCount(got); n > 65_536 {
		t.Errorf("it has %d characters", n)
	}
	for _, want := range []string{"more, without their details", "more reasons", "and 9,992 more", "The same run again"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	got := string(golden.Render(t, Render, fixture.Full()))
	outside := withoutCode(got)
	for _, bad := range []string{"<script", "<img", "[link](", "@everyone", "\x1b", "\u202e"} {
		if strings.Contains(outside, bad) {
			t.Errorf("%q is in the text outside of code", bad)
		}
	}
	for _, row := range strings.Split(got, "\n") {
		if strings.HasPrefix(row, "| MIM1") && strings.Count(row, " | ") != 2 {
			t.Errorf("a table row has other columns: %s", row)
		}
	}
	if n, m := strings.Count(outside, "<details>"), strings.Count(outside, "</details>"); n != m || n == 0 {
		t.Errorf("%d details are opened, %d closed", n, m)
	}
}

// withoutCode leaves out code blocks and inline code.
func withoutCode(md string) string {
	var out strings.Builder
	fenced := ""
	for _, line := range strings.Split(md, "\n") {
		if fenced == "" && strings.HasPrefix(line, "```") {
			fenced = line[:len(line)-len(strings.TrimLeft(line, "`"))]
			continue
		}
		if fenced != "" {
			if line == fenced {
				fenced = ""
			}
			continue
		}
		for line != "" {
			open := strings.IndexByte(line, '`')
			if open > 0 && line[open-1] == '\\' || open < 0 {
				out.WriteString(line[:open+1])
				if open < 0 {
					out.WriteString(line)
					break
				}
				line = line[open+1:]
				continue
			}
			out.WriteString(line[:open])
			ticks := line[open : len(line)-len(strings.TrimLeft(line[open:], "`"))]
			rest := line[open+len(ticks):]
			end := strings.Index(rest, ticks)
			if end < 0 {
				out.WriteString(rest)
				break
			}
			line = rest[end+len(ticks):]
		}
		out.WriteString("\n")
	}
	return out.String()
}

func FuzzRender(f *testing.F) {
	for _, s := range fixture.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := golden.Render(t, Render, fixture.Saying(s))
		if !utf8.Valid(b) || utf8.RuneCount(b) > 65_536 {
			t.Errorf("%q gave %d characters, UTF-8: %v", s, utf8.RuneCount(b), utf8.Valid(b))
		}
		outside := withoutCode(string(b))
		if n := strings.Count(outside, "<"); n != strings.Count(outside, "<details>")+strings.Count(outside, "</details>")+strings.Count(outside, "<summary>")+strings.Count(outside, "</summary>")+strings.Count(outside, "<code>")+strings.Count(outside, "</code>")+strings.Count(outside, "<!-- -->") {
			t.Errorf("%q gave an element of its own", s)
		}
	})
}

func english() *page { return &page{words: words.InEnglish()} }

func TestLanguages(t *testing.T) {
	for _, l := range words.Languages() {
		p, err := words.In(l.Code)
		if err != nil {
			t.Fatal(err)
		}
		got := string(golden.Render(t, func(w io.Writer, r *reports.Report) error { return RenderIn(w, r, p) }, fixture.Full()))
		if !strings.Contains(got, p.Verdict(reports.NonConformant)) || strings.Contains(got, "What failed") != (l.Code == words.English) {
			t.Errorf("%s: the summary is in another language:\n%s", l.Code, got[:500])
		}
	}
}
