package catalogue

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed nocheck.yaml
var nocheck []byte

// NoCheck says why requirements have no check: full requirement id -> a sentence.
func NoCheck() (map[string]string, error) {
	return reasons("nocheck.yaml", nocheck)
}

// reasons reads a file of id: sentence. An id that is there twice is an error.
func reasons(name string, raw []byte) (map[string]string, error) {
	all := map[string]string{}
	if err := yaml.UnmarshalWithOptions(raw, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s has to hold lines of the form ID: SENTENCE, each id once: %w", name, err)
	}
	return all, nil
}
