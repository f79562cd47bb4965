// Package declared checks declarations: signed statements of those who answer for a
// platform about what no machine can test. A declaration that is there, in force, signed
// and shown by documents that can be read meets its requirement as declared, which every
// report keeps apart from what was tested.
package declared

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed asked.yaml
var asked []byte

// Asked is one requirement that asks for a declaration, since no machine can test it.
type Asked struct {
	Check        string   `yaml:"check"`        // id of the check that reads the declaration
	Requirements []string `yaml:"requirements"` // full ids; a declaration about any of them counts
	Mandatory    bool     `yaml:"mandatory"`
	Declared     string   `yaml:"declared"` // what has to be so
	Why          string   `yaml:"why"`      // why no machine can test it, a sentence
}

// All lists what is asked. An error is a fault of the project.
func All() ([]Asked, error) {
	var all []Asked
	if err := yaml.UnmarshalWithOptions(asked, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("asked.yaml: %w", err)
	}
	return all, nil
}
