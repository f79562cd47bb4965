// Package schemas holds the JSON Schemas that the project publishes, embedded.
// Each is a JSON Schema 2020-12 document named <subject>.schema.json, whose $id is
// urn:mimcheck:schema:<subject>:<major version>.
package schemas

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed *.schema.json
var files embed.FS

// Read returns the schema file with the given name, such as report.schema.json.
// The error of an unknown name lists those that exist.
func Read(name string) ([]byte, error) {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("schema %q is unknown: expected one of %s", name, strings.Join(Names(), ", "))
	}
	return b, nil
}

// Names lists the embedded schema files, sorted.
func Names() []string {
	names, _ := fs.Glob(files, "*.schema.json") // the pattern is a constant, so it can't be malformed
	return names
}
