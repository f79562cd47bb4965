package printable

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":             {"an entity", "an entity"},
		"scripts and emoji": {"Αθήνα, 東京, القاهرة 👩‍🚒 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "Αθήνα, 東京, القاهرة 👩‍🚒 🏴󠁧󠁢󠁳󠁣󠁴󠁿"},
		"line feed and tab": {"a\n\tb", "a\n\tb"},
		"carriage return":   {"a\r\nb\rc", `a` + "\n" + `b\u000dc`},
		"terminal escape":   {"\x1b[2J\x07", `\u001b[2J\u0007`},
		"C1 control":        {"\u009b31m", `\u009b31m`},
		"bidi override":     {"a\u202eb\u2066c", `a\u202eb\u2066c`},
		"zero width space":  {"a\u200bb", `a\u200bb`},
		"not UTF-8":         {"a\xffb", "a\ufffdb"},
		"NUL":               {"\x00", `\u0000`},
		"line separator":    {"a\u2028b", `a\u2028b`},
		"outside the BMP":   {"\U000f0000", `\U000f0000`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Text(c.in); got != c.want {
				t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	if got, want := Line("  a\r\n\tb \x1b c\n"), `a b \u001b c`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"ab cd", 4, "ab…"}, {"日本語文字", 3, "日本…"}, {"", 3, ""}} {
		if got := Short(c.in, c.most); got != c.want {
			t.Errorf("Short(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
	if kept, left := Clip("日本語", 2); kept != "日本" || left != 1 {
		t.Errorf("Clip gave %q, %d", kept, left)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 999 * time.Millisecond: "999 ms", 1500 * time.Millisecond: "1.5 s", 185 * time.Second: "3 min 5 s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Text(s), Line(s)} {
			if !utf8.ValidString(got) {
				t.Fatalf("%q became %q, which is not UTF-8", s, got)
			}
			if i := strings.IndexFunc(got, func(c rune) bool { return c < ' ' && c != '\n' && c != '\t' || c == 0x7f }); i >= 0 {
				t.Fatalf("%q became %q with a control character", s, got)
			}
		}
		if Text(Text(s)) != Text(s) {
			t.Fatalf("Text is not stable on %q", s)
		}
	})
}
