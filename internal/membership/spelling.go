package membership

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// letters without a decomposition in Unicode, by how they are spelled without them.
var plain = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ı", "i", "æ", "ae", "œ", "oe", "ð", "d", "þ", "th", "&", " and ")

// folded is the spelling by which names are compared: without case, diacritics,
// punctuation and extra spaces.
func folded(name string) string {
	s := plain.Replace(cases.Fold().String(name))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return ' '
	}, norm.NFKD.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// SameName says whether two names are the same but for case, diacritics and punctuation.
// Nobody is the same as one without a name.
func SameName(a, b string) bool { return folded(a) != "" && folded(a) == folded(b) }

// slug is a name as an id: its folded spelling in lower-case ASCII with hyphens.
func slug(name string) string {
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, folded(name))
	return strings.Join(strings.Fields(s), "-")
}
