package validate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// JSON Schema patterns are ECMA 262 regular expressions; Go has RE2. translate gives
// the RE2 pattern that matches the same strings, or says why there is none.
//
// Differences that are translated: \s and . (ECMA's sets of white space and line
// ends are larger), \uXXXX, \xXX, \cX, \0 and \v. Differences that cannot be
// honoured: look-around, back references, RE2's own escapes and flags (which mean
// something else in ECMA 262), and repetitions over 1000.
func translate(pattern string) (string, error) {
	t := translator{in: pattern}
	if err := t.run(); err != nil {
		return "", fmt.Errorf("pattern %q cannot be honoured: %w", pattern, err)
	}
	if _, err := regexp.Compile(t.out.String()); err != nil {
		return "", fmt.Errorf("pattern %q cannot be honoured: RE2 says %w", pattern, err)
	}
	return t.out.String(), nil
}

const (
	ecmaSpace   = `\t\n\v\f\r \x{a0}\x{feff}\x{2028}\x{2029}\p{Zs}`
	ecmaLineEnd = `\n\r\x{2028}\x{2029}`
)

type translator struct {
	in  string
	pos int
	out strings.Builder
}

func (t *translator) rest() string { return t.in[t.pos:] }

func (t *translator) run() error {
	if !utf8.ValidString(t.in) {
		return fmt.Errorf("it is not UTF-8")
	}
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; c {
		case '\\':
			if err := t.escape(false); err != nil {
				return err
			}
		case '[':
			if err := t.class(); err != nil {
				return err
			}
		case '.':
			t.out.WriteString("[^" + ecmaLineEnd + "]")
			t.pos++
		case '(':
			if err := t.group(); err != nil {
				return err
			}
		default:
			t.out.WriteByte(c)
			t.pos++
		}
	}
	return nil
}

func (t *translator) group() error {
	rest := t.rest()
	switch {
	case !strings.HasPrefix(rest, "(?"):
		t.out.WriteString("(")
		t.pos++
		return nil
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.pos += 3
		return nil
	case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!"):
		return fmt.Errorf("it looks ahead")
	case strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		return fmt.Errorf("it looks behind")
	case strings.HasPrefix(rest, "(?<"):
		name, _, closed := strings.Cut(rest[3:], ">")
		if !closed || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			return fmt.Errorf("its group name is not plain")
		}
		t.out.WriteString("(?P<" + name + ">")
		t.pos += 3 + len(name) + 1
		return nil
	}
	return fmt.Errorf("(?%c is no group of ECMA 262", rune(rest[min(2, len(rest)-1)]))
}

// class copies a character class.
func (t *translator) class() error {
	t.out.WriteByte('[')
	t.pos++
	if strings.HasPrefix(t.rest(), "^") {
		t.out.WriteByte('^')
		t.pos++
	}
	if strings.HasPrefix(t.rest(), "]") {
		return fmt.Errorf("it has an empty character class")
	}
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; c {
		case ']':
			t.out.WriteByte(']')
			t.pos++
			return nil
		case '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		case '[': // plain in ECMA 262, perhaps a POSIX class in RE2
			t.out.WriteString(`\[`)
			t.pos++
		default:
			t.out.WriteByte(c)
			t.pos++
		}
	}
	return fmt.Errorf("a character class is not closed")
}

func (t *translator) escape(inClass bool) error {
	if t.pos+1 >= len(t.in) {
		return fmt.Errorf("it ends with a backslash")
	}
	c := t.in[t.pos+1]
	t.pos += 2
	switch c {
	case 'd', 'D', 'w', 'W', 'n', 'r', 't', 'f', 'v':
		t.out.WriteString(`\` + string(c))
	case 's':
		if inClass {
			t.out.WriteString(ecmaSpace)
		} else {
			t.out.WriteString("[" + ecmaSpace + "]")
		}
	case 'S':
		if inClass {
			return fmt.Errorf(`\S inside a character class has no RE2 form with ECMA's white space`)
		}
		t.out.WriteString("[^" + ecmaSpace + "]")
	case 'b':
		if inClass {
			t.out.WriteString(`\x08`)
		} else {
			t.out.WriteString(`\b`)
		}
	case 'B':
		if inClass {
			return fmt.Errorf(`\B inside a character class means nothing`)
		}
		t.out.WriteString(`\B`)
	case 'x':
		return t.hex(2)
	case 'u':
		if strings.HasPrefix(t.rest(), "{") {
			digits, _, closed := strings.Cut(t.rest()[1:], "}")
			n, err := strconv.ParseUint(digits, 16, 32)
			if !closed || err != nil {
				return fmt.Errorf(`\u{%s} is no code point`, digits)
			}
			t.pos += len(digits) + 2
			return t.codePoint(n)
		}
		return t.hex(4)
	case 'c':
		if t.pos >= len(t.in) || !isLetter(t.in[t.pos]) {
			return fmt.Errorf(`\c is not followed by a letter`)
		}
		fmt.Fprintf(&t.out, `\x%02x`, t.in[t.pos]%32)
		t.pos++
	case 'p', 'P':
		if !strings.HasPrefix(t.rest(), "{") {
			return fmt.Errorf(`\%c without braces means something else in ECMA 262`, c)
		}
		t.out.WriteString(`\` + string(c))
	case '0':
		if t.pos < len(t.in) && isDigit(t.in[t.pos]) {
			return fmt.Errorf("it has an octal escape")
		}
		t.out.WriteString(`\x00`)
	default:
		switch {
		case isDigit(c) || c == 'k':
			return fmt.Errorf("it refers back to a group")
		case isLetter(c):
			return fmt.Errorf(`\%c is no escape of ECMA 262`, c)
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(t.in[t.pos-1:])
			t.out.WriteString(regexp.QuoteMeta(string(r)))
			t.pos += size - 1
		case c == '_': // no escape in RE2
			t.out.WriteByte(c)
		case c < ' ' || c == ' ' || c == 0x7f:
			fmt.Fprintf(&t.out, `\x%02x`, c)
		default: // punctuation
			t.out.WriteString(`\` + string(rune(c)))
		}
	}
	return nil
}

func (t *translator) hex(digits int) error {
	if len(t.rest()) < digits {
		return fmt.Errorf("an escape ends too early")
	}
	n, err := strconv.ParseUint(t.rest()[:digits], 16, 32)
	if err != nil {
		return fmt.Errorf("%q are no hexadecimal digits", t.rest()[:digits])
	}
	t.pos += digits
	return t.codePoint(n)
}

func (t *translator) codePoint(n uint64) error {
	if n >= 0xd800 && n <= 0xdfff {
		return fmt.Errorf("it names half of a surrogate pair")
	}
	if n > utf8.MaxRune {
		return fmt.Errorf("%#x is no code point", n)
	}
	fmt.Fprintf(&t.out, `\x{%x}`, n)
	return nil
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// ecma is a translated pattern that shows its original form in messages.
type ecma struct {
	*regexp.Regexp
	original string
}

func (e ecma) String() string { return e.original }

// compilePattern is the regular expression engine given to santhosh-tekuri.
func compilePattern(pattern string) (jsonschema.Regexp, error) {
	re2, err := translate(pattern)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(re2)
	if err != nil {
		return nil, err
	}
	return ecma{re, pattern}, nil
}
