package validate

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// DecodeSlowly is the reader that Decode falls back to.
var DecodeSlowly = decodeSlowly

// Bare is santhosh-tekuri alone, as a program would use it: its own reader and its
// verdict.
func Bare(s *Schema, text []byte) func() bool {
	s.once.Do(s.compile)
	return func() bool {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		return err == nil && s.santhosh.schema.Validate(v) == nil
	}
}
