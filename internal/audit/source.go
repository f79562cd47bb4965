package audit

import (
	"context"
	"path/filepath"

	"github.com/oasc/mimcheck/internal/entityfile"
	reports "github.com/oasc/mimcheck/reports/audit"
)

// Item is one entity of the input, or what stands where one was expected.
type Item = entityfile.Item

// Source is where entities come from.
type Source interface {
	// Each gives the items in order, in batches that are the receiver's to keep, until
	// the end, an error of the receiver, or one that says why not all could be read.
	Each(ctx context.Context, give func([]Item) error) error
	// Describe says what is read.
	Describe() reports.Source
}

// OfFile is the source of a file's entities.
func OfFile(f *entityfile.File) Source { return fileSource{f} }

type fileSource struct{ *entityfile.File }

// Describe implements Source.
func (f fileSource) Describe() reports.Source {
	if f.Path == entityfile.Stdin {
		return reports.Source{Name: f.Name(), File: f.Path}
	}
	return reports.Source{Name: filepath.Base(f.Path), File: f.Path}
}
