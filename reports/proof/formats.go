package proof

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Render writes a report in one format.
type Render func(io.Writer, *Report) error

func formats() map[string]Render {
	return map[string]Render{"json": JSON, "markdown": Markdown, "text": Text}
}

// Formats are the names of the formats, sorted.
func Formats() []string { return slices.Sorted(maps.Keys(formats())) }

// Format gives the format with the name. The error lists those that exist.
func Format(name string) (Render, error) {
	render, known := formats()[name]
	if !known {
		return nil, fmt.Errorf("format %q is unknown: expected one of %s", name, strings.Join(Formats(), ", "))
	}
	return render, nil
}
