package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"maps"
	"sync"
)

// MemoryBlobs keeps body bytes in memory, each content once, up to a limit. What
// would exceed the limit is referred to and not kept.
type MemoryBlobs struct {
	limit int64

	mu     sync.RWMutex
	size   int64
	places map[[sha256.Size]byte]place
	arena  arena
}

// NewMemoryBlobs makes an empty store that keeps at most limit bytes.
func NewMemoryBlobs(limit int64) *MemoryBlobs {
	return &MemoryBlobs{limit: limit, places: map[[sha256.Size]byte]place{}}
}

// Put stores b and returns its reference; no bytes give the zero reference.
func (m *MemoryBlobs) Put(b []byte) Body {
	if len(b) == 0 {
		return Body{}
	}
	sum := sha256.Sum256(b)
	ref := Body{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b))}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, have := m.places[sum]; !have && m.size+ref.Size <= m.limit {
		m.places[sum] = m.arena.lay(b)
		m.size += ref.Size
	}
	return ref
}

// Get returns the bytes with the hex SHA-256 digest, if they were kept. They are not to
// be changed.
func (m *MemoryBlobs) Get(digest string) ([]byte, bool) {
	var sum [sha256.Size]byte
	if len(digest) != hex.EncodedLen(len(sum)) {
		return nil, false
	}
	if _, err := hex.Decode(sum[:], []byte(digest)); err != nil {
		return nil, false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	p, ok := m.places[sum]
	if !ok {
		return nil, false
	}
	return m.arena.at(p), true
}

// All gives the contents by their hex SHA-256 digests, in no order.
func (m *MemoryBlobs) All() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		m.mu.RLock()
		defer m.mu.RUnlock()
		for sum, p := range m.places {
			if !yield(hex.EncodeToString(sum[:]), m.arena.at(p)) {
				return
			}
		}
	}
}

// Size is the number of bytes kept.
func (m *MemoryBlobs) Size() int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.size
}

// Bodies are contents by their hex SHA-256 digests, to which Put adds nothing.
type Bodies map[string][]byte

// Put gives the reference of b.
func (k Bodies) Put(b []byte) Body { return NewMemoryBlobs(0).Put(b) }

// Get implements Blobs.
func (k Bodies) Get(digest string) ([]byte, bool) {
	b, ok := k[digest]
	return b, ok
}

// All implements Blobs.
func (k Bodies) All() iter.Seq2[string, []byte] { return maps.All(k) }
