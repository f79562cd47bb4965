package audit

import (
	"context"

	reports "github.com/oasc/mimcheck/reports/audit"
)

// Item is one entity of the input as its bytes, or what stands where one was expected.
type Item struct {
	Order  int64  // number in the input, from 1, broken ones included
	Line   int64  // of its first byte, from 1; 0 for a platform
	Column int64  // in Unicode characters, from 1
	Where  string // for a platform: the request
	Raw    []byte // nil when Broken is set

	// Context is the @context of the document around it, nil for none, when the
	// entity has none of its own.
	Context any
	// Feature says that Raw is a GeoJSON Feature (ETSI GS CIM 009, 5.2.29).
	Feature bool
	// Broken says why there is no entity, empty when there is one.
	Broken string
}

// Source is where entities come from.
type Source interface {
	// Each gives the items in order, in batches that are the receiver's to keep, until
	// the end, an error of the receiver, or one that says why not all could be read.
	Each(ctx context.Context, give func([]Item) error) error
	// Describe says what is read.
	Describe() reports.Source
}

// Limits of the input.
const (
	// DefaultMaxEntity is the most bytes of one entity; a larger one is broken.
	DefaultMaxEntity = 16 << 20
	// batchItems and batchBytes bound a batch, and with the number of workers the memory.
	batchItems = 256
	batchBytes = 1 << 20
)

// batcher collects items into batches.
type batcher struct {
	give  func([]Item) error
	items []Item
	bytes int
	order int64
}

func (b *batcher) add(i Item) error {
	b.order++
	i.Order = b.order
	b.items = append(b.items, i)
	if b.bytes += len(i.Raw); len(b.items) < batchItems && b.bytes < batchBytes {
		return nil
	}
	return b.flush()
}

func (b *batcher) flush() error {
	if len(b.items) == 0 {
		return nil
	}
	items := b.items
	b.items, b.bytes = make([]Item, 0, batchItems), 0
	return b.give(items)
}
