package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError says where and why bytes are not JSON that can be judged.
type SyntaxError struct {
	Offset  int64  // in bytes, from 0
	Pointer string // RFC 6901, of the innermost value that was begun
	Message string
}

func (e *SyntaxError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("not JSON that can be judged, at byte %d: %s", e.Offset, e.Message)
	}
	return fmt.Sprintf("not JSON that can be judged, at byte %d (%s): %s", e.Offset, e.Pointer, e.Message)
}

// Decode reads one JSON value with nothing after it: numbers as json.Number,
// objects as map[string]any, arrays as []any. Beyond what RFC 8259 forbids it
// refuses what different readers understand differently: a member name that occurs
// twice, invalid UTF-8, a lone surrogate, numbers that no float64 can hold, and
// nesting deeper than MaxDepth. The error is a *SyntaxError.
func Decode(b []byte) (any, error) {
	if t := readTape(b); t != nil {
		v := t.decoded(0)
		t.release()
		return v, nil
	}
	return decodeSlowly(b)
}

// decodeSlowly is Decode for what is unusual or wrong.
func decodeSlowly(b []byte) (any, error) {
	r := reader{d: jsontext.NewDecoder(bytes.NewBuffer(b))}
	v, err := r.value(0)
	if err == nil {
		if _, err = r.d.ReadToken(); errors.Is(err, io.EOF) {
			return v, nil
		}
		if err == nil {
			err = r.wrong("more than one JSON value")
		}
	}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return nil, syntax
	}
	return nil, r.explain(err)
}

type reader struct{ d *jsontext.Decoder }

func (r reader) wrong(message string) error {
	return &SyntaxError{r.d.InputOffset(), string(r.d.StackPointer()), message}
}

func (r reader) explain(err error) error {
	e := &SyntaxError{Offset: r.d.InputOffset(), Pointer: string(r.d.StackPointer()), Message: err.Error()}
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		e.Offset, e.Pointer = syntactic.ByteOffset, string(syntactic.JSONPointer)
		e.Message = strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
		if errors.Is(syntactic.Err, io.ErrUnexpectedEOF) {
			e.Message = "the text ends inside a value"
		}
	case errors.Is(err, io.EOF):
		e.Message = "there is no value"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Message = "the text ends inside a value"
	}
	return e
}

func (r reader) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, r.wrong(fmt.Sprintf("nested deeper than %d", MaxDepth))
	}
	token, err := r.d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		literal := token.String()
		if !representable(literal) {
			return nil, r.wrong(fmt.Sprintf("the number %s is beyond what a 64-bit float can hold (RFC 8259, section 6)", shorten(literal)))
		}
		return json.Number(literal), nil
	case '{':
		object := map[string]any{}
		for r.d.PeekKind() != '}' {
			name, err := r.d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String() // the token is valid until the next read only
			if object[key], err = r.value(depth + 1); err != nil {
				return nil, err
			}
		}
		_, err := r.d.ReadToken()
		return object, err
	case '[':
		array := []any{}
		for r.d.PeekKind() != ']' {
			item, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			array = append(array, item)
		}
		_, err := r.d.ReadToken()
		return array, err
	}
	return nil, r.wrong("unexpected " + token.String())
}

// representable says whether a JSON number is in the range of float64: neither
// infinite nor, being other than zero, zero. Engines compute with exact fractions,
// for which 1e999999999 alone would take all memory.
func representable(literal string) bool {
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.IsInf(f, 0) {
		return false
	}
	if f != 0 {
		return true
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(literal), "e")
	if strings.Trim(mantissa, "-0.") != "" {
		return false
	}
	return len(literal) < 64 // 0e999999999 is zero, and not worth the risk
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// wellFormed refuses a decoded value (from Decode or from encoding/json) that the
// engines must not see.
func wellFormed(v any, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("the value is nested deeper than %d", MaxDepth)
	}
	switch x := v.(type) {
	case nil, bool, string:
		return nil
	case json.Number:
		if !representable(string(x)) {
			return fmt.Errorf("the number %s is beyond what a 64-bit float can hold (RFC 8259, section 6)", shorten(string(x)))
		}
		return nil
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%v is no JSON number", x)
		}
		return nil
	case map[string]any:
		for _, e := range x {
			if err := wellFormed(e, depth+1); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for _, e := range x {
			if err := wellFormed(e, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("a %T is no decoded JSON", v)
}
