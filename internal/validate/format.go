package validate

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xeipuuv/gojsonschema"
	"golang.org/x/net/idna"
)

// Formats are judged by the same code in both engines: gojsonschema's own checks
// take a plain date or time for a date-time, and refuse leap seconds and
// lower-case letters that RFC 3339 allows.

// knownFormats are the formats that are asserted. Any other format is an
// annotation, as JSON Schema asks, and told by Schema.Notes.
func knownFormats() []string {
	return []string{
		"date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname",
		"ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "period", "regex",
		"relative-json-pointer", "semver", "time", "uri", "uri-reference", "uri-template", "uuid",
	}
}

// addFormats gives the santhosh-tekuri compiler the formats that it lacks, and stricter
// ones where its own let through what the standard forbids: white space in URIs.
func addFormats(c *jsonschema.Compiler) {
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "idn-email", Validate: idnEmail})
	c.RegisterFormat(&jsonschema.Format{Name: "idn-hostname", Validate: idnHostname})
	c.RegisterFormat(&jsonschema.Format{Name: "uri", Validate: identifier(true, false)})
	c.RegisterFormat(&jsonschema.Format{Name: "uri-reference", Validate: identifier(false, false)})
	c.RegisterFormat(&jsonschema.Format{Name: "iri", Validate: identifier(true, true)})
	c.RegisterFormat(&jsonschema.Format{Name: "iri-reference", Validate: identifier(false, true)})
}

// identifier is RFC 3986, or RFC 3987 when it may hold characters beyond ASCII.
func identifier(absolute, international bool) func(any) error {
	return func(v any) error {
		s, ok := v.(string)
		if !ok {
			return nil
		}
		for i, r := range s {
			switch {
			case r == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
				return fmt.Errorf("a percent sign without two hexadecimal digits")
			case r > unicode.MaxASCII && international && !unicode.IsSpace(r) && !unicode.IsControl(r) && r != utf8.RuneError:
			case r > unicode.MaxASCII, r <= ' ', r == 0x7f, strings.ContainsRune("\"<>\\^`{|}", r):
				return fmt.Errorf("the character %q", r)
			}
		}
		u, err := url.Parse(s)
		if err != nil {
			return err
		}
		if strings.ContainsAny(strings.Replace(s, u.Host, "", 1), "[]") {
			return fmt.Errorf("a square bracket outside of the host")
		}
		if absolute && !u.IsAbs() {
			return fmt.Errorf("no scheme")
		}
		return nil
	}
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// idnEmail is RFC 6531 as far as a format can tell: a local part and a host name.
func idnEmail(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 {
		return fmt.Errorf("no local part and @")
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("white space or control character")
	}
	return idnHostname(s[at+1:])
}

// idnHostname is RFC 5890, 2.3.2.3.
func idnHostname(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	if s == "" {
		return fmt.Errorf("empty host name")
	}
	_, err := idna.Registration.ToASCII(s)
	return err
}

// privateFormat is the name under which gojsonschema gets a format of ours. Its
// registry is one for the whole process, so nobody else's formats are replaced.
func privateFormat(name string) string { return "mimcheck:" + name }

// formatChecker lets the santhosh-tekuri engine judge a format for gojsonschema.
type formatChecker struct{ schema *jsonschema.Schema }

// IsFormat implements gojsonschema.FormatChecker.
func (f formatChecker) IsFormat(input any) bool {
	if _, ok := input.(string); !ok {
		return true // formats are about strings only
	}
	return f.schema.Validate(input) == nil
}

// registerFormats makes the formats known to gojsonschema, once in a process.
var registerFormats = sync.OnceValue(func() error {
	for _, name := range knownFormats() {
		url := "mimcheck-format:///" + name
		c := jsonschema.NewCompiler()
		c.UseLoader(closed{})
		c.UseRegexpEngine(compilePattern)
		addFormats(c)
		if err := c.AddResource(url, map[string]any{"format": name}); err != nil {
			return err
		}
		schema, err := c.Compile(url)
		if err != nil {
			return err
		}
		gojsonschema.FormatCheckers.Add(privateFormat(name), formatChecker{schema})
	}
	return nil
})

func isKnownFormat(name string) bool { return slices.Contains(knownFormats(), name) }
