package rdf

import (
	"crypto/sha256"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Reader reads documents, each but once as long as it is among the last few and no giant: many checks
// read the same catalogue, and reading it takes longer than all that they do with it. It
// is safe for concurrent use; a nil one keeps nothing.
type Reader struct {
	once singleflight.Group
	kept *lru.Cache[string, *Graph]
}

// What a reader keeps: so many graphs, none of more triples than these.
const (
	mostKept    = 32
	mostTriples = 20_000
)

// NewReader makes a reader that has read nothing.
func NewReader() *Reader {
	kept, _ := lru.New[string, *Graph](mostKept) // errs for a size below one only
	return &Reader{kept: kept}
}

// Read is the function Read; the graph is the caller's own.
func (r *Reader) Read(media string, document []byte, base string) (*Graph, error) {
	if r == nil {
		return Read(media, document, base)
	}
	key := fmt.Sprintf("%s %x %s", media, sha256.Sum256(document), base)
	if g, has := r.kept.Get(key); has {
		return g.Clone(), nil
	}
	g, err, _ := r.once.Do(key, func() (any, error) {
		g, err := Read(media, document, base)
		if err == nil && g.Len() <= mostTriples {
			r.kept.Add(key, g)
		}
		return g, err
	})
	if err != nil {
		return nil, err
	}
	return g.(*Graph).Clone(), nil
}
