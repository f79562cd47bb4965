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

// Portable is the one self-contained draft-07 document that a schema and all that it
// refers to come to, as an engine of another language can compile it.
func Portable(s *Schema) (map[string]any, error) {
	b, err := makeBundle(s.validator.docs, s.url)
	if err != nil {
		return nil, err
	}
	return b.root, nil
}
