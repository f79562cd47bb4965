package probe

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/evidence"
)

// variable matches the stand-in of a secret.
var variable = regexp.MustCompile(`\$\{MIMCHECK_[A-Z0-9_]+\}`)

// maxCurlBody is the longest body that a curl line repeats, in bytes.
const maxCurlBody = 32 << 10

// curl is a command for a POSIX shell that sends the recorded request again.
// Secrets are shell variables, which the user sets.
func curl(r evidence.Request, body []byte, tls bool) string {
	words := []string{"curl", "-sS"}
	var before string
	if r.Method == http.MethodHead {
		words = append(words, "-I")
	} else {
		words = append(words, "-i")
		if (r.Method != http.MethodGet || r.Body.Size > 0) && (r.Method != http.MethodPost || r.Body.Size == 0) {
			words = append(words, "-X", quote(r.Method))
		}
	}
	words = append(words, "-g", "--path-as-is") // neither [] nor .. in the URL is for curl to interpret
	if tls {
		words = append(words, "--cert", `"${MIMCHECK_TLS_CERT}"`, "--key", `"${MIMCHECK_TLS_KEY}"`)
	}
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch name {
		case "Content-Length", "Host", "User-Agent":
			continue
		case "Accept-Encoding":
			words = append(words, "--compressed")
			continue
		}
		for _, value := range r.Header[name] {
			if value == "" {
				words = append(words, "-H", quote(name+";")) // curl's way to send an empty header
			} else {
				words = append(words, "-H", quote(name+": "+value))
			}
		}
	}
	if _, sent := r.Header["Accept"]; !sent {
		words = append(words, "-H", quote("Accept:")) // or curl would send one
	}
	switch {
	case r.Body.Size == 0:
	case len(body) == 0, len(body) > maxCurlBody:
		words = append(words, "--data-binary", quote("@"+r.Body.SHA256+".body"))
	case printable(body):
		words = append(words, "--data-binary", quote(string(body)))
	default:
		before = "printf '%b' " + quote(octal(body)) + " | "
		words = append(words, "--data-binary", "@-")
	}
	if _, sent := r.Header["Content-Type"]; !sent && r.Body.Size > 0 {
		words = append(words, "-H", quote("Content-Type:"))
	}
	return before + strings.Join(append(words, quote(r.URL)), " ")
}

// quote makes s one word of a POSIX shell in which nothing is interpreted but the
// stand-ins of secrets.
func quote(s string) string {
	var out strings.Builder
	plain := func(part string) {
		if part != "" {
			out.WriteString("'" + strings.ReplaceAll(part, "'", `'\''`) + "'")
		}
	}
	end := 0
	for _, at := range variable.FindAllStringIndex(s, -1) {
		plain(s[end:at[0]])
		out.WriteString(`"` + s[at[0]:at[1]] + `"`)
		end = at[1]
	}
	plain(s[end:])
	if out.Len() == 0 {
		return "''"
	}
	return out.String()
}

// printable says whether b can be shown and pasted as it is. A leading @ would
// make curl read a file.
func printable(b []byte) bool {
	if !utf8.Valid(b) || b[0] == '@' {
		return false
	}
	for _, r := range string(b) {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return false
		}
	}
	return true
}

// octal escapes b for the shell's printf %b.
func octal(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		if c < ' ' || c > '~' || c == '\\' || c == '\'' {
			fmt.Fprintf(&out, `\0%03o`, c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}
