package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Format is one form of the report.
type Format struct {
	Name   string
	File   string // usual file name
	Render func(w io.Writer, s *Summary) error
}

// Formats lists the forms in the order in which help shows them.
func Formats() []Format {
	return []Format{
		{"text", "audit.txt", Text},
		{"json", "audit.json", JSON},
		{"csv", "audit.csv", CSV},
		{"sarif", "audit.sarif", SARIF},
		{"html", "audit.html", HTML},
	}
}

// FormatNamed is the format with the name.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("format %q is unknown: expected one of %s", name, strings.Join(names, ", "))
}

// JSON writes the report as schemas/audit.schema.json describes it.
func JSON(w io.Writer, s *Summary) error { return writeJSON(w, s) }

func writeJSON(w io.Writer, v any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("the audit can't be written as JSON: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}
