package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// MemoryBlobs keeps body bytes in memory, each content once, up to a limit. What
// would exceed the limit is referred to and not kept.
type MemoryBlobs struct {
	limit int64

	mu    sync.RWMutex
	size  int64
	bytes map[string][]byte
}

// NewMemoryBlobs makes an empty store that keeps at most limit bytes.
func NewMemoryBlobs(limit int64) *MemoryBlobs {
	return &MemoryBlobs{limit: limit, bytes: map[string][]byte{}}
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
	if _, have := m.bytes[ref.SHA256]; !have && m.size+ref.Size <= m.limit {
		m.bytes[ref.SHA256] = append([]byte(nil), b...)
		m.size += ref.Size
	}
	return ref
}

// Get returns the bytes with the hex SHA-256 digest, if they were kept.
func (m *MemoryBlobs) Get(digest string) ([]byte, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	b, ok := m.bytes[digest]
	return b, ok
}

// Size is the number of bytes kept.
func (m *MemoryBlobs) Size() int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.size
}
