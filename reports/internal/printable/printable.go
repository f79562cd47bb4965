// Package printable makes text from a platform fit to be shown: nothing in it can
// steer a terminal, hide itself or turn the reading direction of what stands
// around it. Letters of every script and emoji stay as they are.
package printable

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Text is s with every invisible steering character as an escape such as \u001b.
// Line feeds and tabs stay; a carriage return before a line feed is dropped.
func Text(s string) string { return clean(s, false) }

// Line is Text on one line: each run of white space is one space.
func Line(s string) string { return clean(strings.Join(strings.FieldsFunc(s, isBreak), " "), true) }

// Clip is the first most characters of s and how many were left out.
func Clip(s string, most int) (kept string, left int) {
	n := 0
	for i := range s {
		if n == most {
			return s[:i], utf8.RuneCountInString(s[i:])
		}
		n++
	}
	return s, 0
}

// Short is s with at most most characters, the last an ellipsis if any are left out.
func Short(s string, most int) string {
	if kept, left := Clip(s, most); left > 0 {
		kept, _ = Clip(kept, most-1)
		return strings.TrimRight(kept, " ") + "…"
	}
	return s
}

func isBreak(c rune) bool { return c == '\n' || c == '\r' || c == '\t' || c == ' ' }

func clean(s string, line bool) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, c := range s {
		switch {
		case !line && (c == '\n' || c == '\t'):
			b.WriteRune(c)
		case !line && c == '\r' && strings.HasPrefix(s[i+1:], "\n"):
		case hidden(c):
			if c > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, c)
			} else {
				fmt.Fprintf(&b, `\u%04x`, c)
			}
		default:
			b.WriteRune(c) // what is not UTF-8 comes as U+FFFD
		}
	}
	return b.String()
}

// hidden says whether c is shown as an escape: controls, format characters but
// those that emoji and scripts need, separators that break lines, private use.
func hidden(c rune) bool {
	switch c {
	case '\u200c', '\u200d', '\u00ad':
		return false // joiners of scripts and emoji, soft hyphen
	case '\u2028', '\u2029':
		return true
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co) && !emojiTag(c) || c >= 0xfdd0 && c <= 0xfdef || c&0xfffe == 0xfffe
}

// emojiTag is a character that spells a flag such as Scotland's.
func emojiTag(c rune) bool { return c >= 0xe0020 && c <= 0xe007f }

// Duration is a time span as a person says it: 850 ms, 42.3 s, 3 min 5 s.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
