package probe

import (
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf16"
)

// disguises are patterns of the texts in which a secret can be told: as it is, with
// characters escaped for a URL, JSON or HTML, and inside something in base64.
func disguises(secret string) []string {
	patterns := []string{disguise(secret)}
	for _, coding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		patterns = append(patterns, disguise(coding.EncodeToString([]byte(secret))))
		for offset := range 3 {
			if core := inBase64(coding, secret, offset); len(core) >= shortestCore {
				// The next character may be half of the secret, half of what follows.
				patterns = append(patterns, disguise(core)+"[A-Za-z0-9+/_-]?")
			}
		}
	}
	return patterns
}

// shortestCore is how many characters of base64 are told from other text.
const shortestCore = 8

// inBase64 is the part of base64 text that says secret and nothing else, when
// secret begins offset bytes after a multiple of three.
func inBase64(coding *base64.Encoding, secret string, offset int) string {
	encoded := coding.EncodeToString([]byte(strings.Repeat("\x00", offset) + secret))
	first := (8*offset + 5) / 6
	return encoded[first : 8*(offset+len(secret))/6]
}

// disguise is a pattern of s in which each character may be escaped in its own way.
// Letters, digits and what no escaping touches stand for themselves, so that most
// patterns are plain text, which is found fast.
func disguise(s string) string {
	var pattern strings.Builder
	for _, r := range s {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-_.~", r)) {
			pattern.WriteString(regexp.QuoteMeta(string(r)))
			continue
		}
		ways := []string{regexp.QuoteMeta(string(r)), `\\` + regexp.QuoteMeta(string(r)), fmt.Sprintf(`&#(?:0*%d|[xX]0*(?i:%x));`, r, r)}
		percent, unicode := "", ""
		for _, b := range []byte(string(r)) {
			percent += fmt.Sprintf("%%%02x", b)
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			unicode += fmt.Sprintf(`\\u%04x`, unit)
		}
		ways = append(ways, "(?i:"+percent+")", "(?i:"+unicode+")")
		if named := html.EscapeString(string(r)); named != string(r) {
			ways = append(ways, regexp.QuoteMeta(named))
		}
		switch r {
		case ' ':
			ways = append(ways, `\+`)
		case '"':
			ways = append(ways, "&quot;")
		case '\'':
			ways = append(ways, "&apos;")
		}
		pattern.WriteString("(?:" + strings.Join(ways, "|") + ")")
	}
	return pattern.String()
}
