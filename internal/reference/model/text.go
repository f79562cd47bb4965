package model

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// IsURI says whether s is an absolute URI; letters and digits outside ASCII are
// taken as an IRI's (RFC 3987), invisible and directional characters are not.
func IsURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || scheme == "" || rest == "" {
		return false
	}
	for i, r := range scheme {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '+' || r == '-' || r == '.')) {
			return false
		}
	}
	for i, r := range rest {
		if r == unicode.ReplacementChar {
			return false
		}
		if r < 0x80 {
			if r <= ' ' || r == 0x7f || strings.ContainsRune("<>\"{}|\\^`", r) {
				return false
			}
			if r == '%' && (i+2 >= len(rest) || !isHex(rest[i+1]) || !isHex(rest[i+2])) {
				return false
			}
			continue
		}
		if r >= 0xE0000 && r < 0xE1000 { // tags and variants, which no IRI has (RFC 3987, ucschar)
			return false
		}
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// IsName says whether s can name a type or an attribute (4.6.2): a name of letters,
// digits and underscores, a compact IRI or a URI.
func IsName(s string) bool {
	if before, after, ok := strings.Cut(s, ":"); ok {
		return IsURI(s) || before != "" && after != "" && isWord(before, "-.") && !strings.ContainsAny(after, " \t\r\n<>\"{}|\\^`")
	}
	return isWord(s, "")
}

func isWord(s, more string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune(more, r) {
			return false
		}
	}
	return true
}

// IsScope says whether s is a scope (4.18): levels that begin with a letter, with
// slashes between and optionally before them.
func IsScope(s string) bool {
	for level := range strings.SplitSeq(strings.TrimPrefix(s, "/"), "/") {
		if !isWord(level, "") || !unicode.IsLetter([]rune(level)[0]) {
			return false
		}
	}
	return true
}

var languageTag = regexp.MustCompile(`^(@none|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)$`)

// ParseTime reads a DateTime (4.6.3): complete, extended, in UTC with a Z.
func ParseTime(s string) (time.Time, bool) {
	if !strings.HasSuffix(s, "Z") {
		return time.Time{}, false
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", s)
	return t, err == nil
}

// FormatTime writes a DateTime with as many as six digits of a second's fraction.
func FormatTime(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.999999Z")
}

// Number gives the number in a JSON value.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	default:
		return 0, false
	}
}

func jsonKind(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case string:
		return "string"
	case nil:
		return "null"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		return "number"
	}
}
