package entityfile

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// offsetOf walks along the pointer without decoding what is beside it.
func offsetOf(raw []byte, pointer string) int64 {
	var at int64 // of the nearest place that was found
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if pointer == "" {
		return start(raw, 0)
	}
	for _, token := range strings.Split(pointer, "/")[1:] {
		found, ok := step(d, raw, unescape(token))
		if !ok {
			return at
		}
		at = found
	}
	return at
}

// step goes to the value of the member or the list item, and gives where the member's
// name or the item begins.
func step(d *jsontext.Decoder, raw []byte, token string) (int64, bool) {
	open, err := d.ReadToken()
	if err != nil {
		return 0, false
	}
	switch open.Kind() {
	case '{':
		for d.PeekKind() == '"' {
			at := start(raw, d.InputOffset())
			name, err := d.ReadToken()
			if err != nil {
				return 0, false
			}
			if name.String() == token {
				return at, true
			}
			if d.SkipValue() != nil {
				return 0, false
			}
		}
	case '[':
		for n := 0; ; n++ {
			switch d.PeekKind() {
			case ']', 0:
				return 0, false
			}
			at := start(raw, d.InputOffset())
			if strconv.Itoa(n) == token {
				return at, true
			}
			if d.SkipValue() != nil {
				return 0, false
			}
		}
	}
	return 0, false
}

// start skips white space and the comma before a token.
func start(raw []byte, from int64) int64 {
	for from < int64(len(raw)) && strings.IndexByte(" \t\r\n,", raw[from]) >= 0 {
		from++
	}
	return from
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
