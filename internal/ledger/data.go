package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of an event's data.
const (
	MaxData  = 1 << 20 // bytes
	maxDepth = 128     // objects and lists inside one another
)

// canonicalData turns data into a JSON object in the form of RFC 8785. It refuses
// what that form can't hold without loss: such data would be hashed as another.
func canonicalData(data any) (json.RawMessage, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("the event's data is no JSON: %w", err)
	}
	if err := lossless(b); err != nil {
		return nil, fmt.Errorf("the event's data: %w", err)
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("the event's data: %w", err)
	}
	if len(v) > MaxData {
		return nil, fmt.Errorf("the event's data has %d bytes, expected at most %d: record a digest instead of the content", len(v), MaxData)
	}
	return json.RawMessage(v), nil
}

func lossless(b []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(b))
	if d.PeekKind() != '{' {
		return errors.New("expected a JSON object")
	}
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if d.StackDepth() > maxDepth {
			return fmt.Errorf("nested deeper than %d levels at %s", maxDepth, d.StackPointer())
		}
		if token.Kind() == '0' && !exact(token.String()) {
			return fmt.Errorf("the number %.40s at %s can't be kept exactly in 64-bit floating point (RFC 8785): write it as a string", token, d.StackPointer())
		}
	}
}

// exact says whether a JSON number survives RFC 8785, which knows doubles only.
func exact(number string) bool {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return false
	}
	if f != math.Trunc(f) {
		return true // a fraction is never meant to more digits than a double has
	}
	return math.Abs(f) < 1<<53
}
