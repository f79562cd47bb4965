package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of what Decode reads.
const (
	// MaxSize is the largest report, in bytes.
	MaxSize = 64 << 20
	// MaxDepth is how deep objects and lists may be nested.
	MaxDepth = 128
)

// maxNumber is the longest number literal: the longest 64-bit float has 24 characters.
const maxNumber = 32

// Decode reads a report in JSON. It refuses what is too large or too deep, a
// member given twice, a newer major version, what breaks the published schema
// (schemas/report.schema.json) and what contradicts itself (see Validate). Its
// errors name the member, what was seen, what was expected and what to do.
func Decode(b []byte) (*Report, error) {
	if err := sized(b); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		return nil, errors.New("the report begins with a byte order mark, expected UTF-8 without one: save it without")
	}
	if at := invalidUTF8(b); at >= 0 {
		return nil, fmt.Errorf("the report is not UTF-8 at byte %d (0x%02x): save it as UTF-8", at, b[at])
	}
	if err := wellFormed(b); err != nil {
		return nil, err
	}
	newer, err := readable(b)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(b); err != nil {
		return nil, explainNewer(newer, err)
	}
	var r Report
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, explainNewer(newer, fmt.Errorf("the report can't be read: %w", err))
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return &r, nil
}

func sized(b []byte) error {
	if len(b) > MaxSize {
		return fmt.Errorf("the report has %d bytes, expected at most %d: is it a report?", len(b), MaxSize)
	}
	return nil
}

// invalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// versionFix is what to do about a version that can't be read.
const versionFix = "expected the schemaVersion %s: %s"

// readable checks the version of the report. newer is its version when that has
// the same major number as ours and a higher minor one.
func readable(b []byte) (newer string, err error) {
	version, err := statedVersion(jsontext.NewDecoder(bytes.NewBuffer(b)))
	if err != nil {
		return "", err
	}
	return readableVersion(version)
}

// statedVersion is the member schemaVersion of the document that d reads.
func statedVersion(d *jsontext.Decoder) (string, error) {
	if begin, err := d.ReadToken(); err != nil || begin.Kind() != jsontext.BeginObject.Kind() {
		return "", errors.New("the report is no JSON object: expected the file that a run writes as report.json")
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		if name.String() != "schemaVersion" {
			if err := d.SkipValue(); err != nil {
				return "", err
			}
			continue
		}
		if value, err := d.ReadToken(); err == nil && value.Kind() == '"' {
			return value.String(), nil
		}
		break
	}
	return "", fmt.Errorf("/schemaVersion is missing or no string: "+versionFix, SchemaVersion, "is this a mimcheck report?")
}

// readableVersion is readable for the version alone.
func readableVersion(version string) (newer string, err error) {
	major, minor, ok := parseVersion(version)
	ours, oursMinor, _ := parseVersion(SchemaVersion)
	switch {
	case !ok:
		return "", fmt.Errorf("/schemaVersion is %q: "+versionFix, clip(version), SchemaVersion, "two numbers with a dot between them")
	case major > ours:
		return "", fmt.Errorf("/schemaVersion is %q: "+versionFix, clip(version), SchemaVersion, "the report comes from a newer mimcheck, read it with that version or a later one")
	case major < ours:
		return "", fmt.Errorf("/schemaVersion is %q: "+versionFix, clip(version), SchemaVersion, "the report comes from an older mimcheck whose form is no longer read")
	case minor > oursMinor:
		return version, nil
	}
	return "", nil
}

// parseVersion reads major.minor.
func parseVersion(s string) (major, minor int, ok bool) {
	a, b, found := strings.Cut(s, ".")
	if !found {
		return 0, 0, false
	}
	major, errA := strconv.Atoi(a)
	minor, errB := strconv.Atoi(b)
	return major, minor, errA == nil && errB == nil && major >= 0 && minor >= 0
}

func explainNewer(newer string, err error) error {
	if newer == "" {
		return err
	}
	return fmt.Errorf("%w (the report has version %s, newer than the %s that this program knows: a newer mimcheck may read it)", err, clip(newer), SchemaVersion)
}

// wellFormed refuses what encoding/json would let pass silently: a member given
// twice, deep nesting, huge numbers, more than one document.
func wellFormed(b []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(b))
	for more := true; more; more = d.StackDepth() > 0 {
		token, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return errors.New("the report is empty: expected a JSON object")
		case errors.Is(err, jsontext.ErrDuplicateName):
			return memberTwice(err)
		case err != nil:
			return fmt.Errorf("the report is no JSON at byte %d, in %s: %w: is the file whole?", d.InputOffset(), pointer(d.StackPointer()), err)
		case d.StackDepth() > MaxDepth:
			return fmt.Errorf("the report is nested deeper than %d levels at %s: is it a report?", MaxDepth, clip(pointer(d.StackPointer())))
		case token.Kind() == '0' && !modest(token.String()):
			return fmt.Errorf("%s is the number %s: expected one that fits into 64 bits", pointer(d.StackPointer()), clip(token.String()))
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("there is more after the report's end at byte %d: expected one JSON object", d.InputOffset())
	}
	return nil
}

// memberTwice tells where the member is that err found for a second time.
func memberTwice(err error) error {
	var at *jsontext.SyntacticError
	if !errors.As(err, &at) {
		return err
	}
	return fmt.Errorf("%s has the member %q twice: expected it once, so that it has one meaning", pointer(at.JSONPointer.Parent()), clip(at.JSONPointer.LastToken()))
}

// pointer is p in words for the whole document, with long names shortened.
func pointer(p jsontext.Pointer) string {
	return jsonPointer(slices.Collect(p.Tokens()))
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// jsonPointer is the RFC 6901 pointer of the parts, in words for the whole document.
func jsonPointer(parts []string) string {
	if len(parts) == 0 {
		return "the report"
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + escapePointer.Replace(clip(p)))
	}
	return b.String()
}

// modest says whether a number literal is one that costs nothing to work with.
func modest(literal string) bool {
	if len(literal) > maxNumber {
		return false
	}
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(literal[i+1:])
		return err == nil && exponent >= -400 && exponent <= 400
	}
	return true
}

// clip shortens what is quoted in an error.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
