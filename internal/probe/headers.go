package probe

import (
	"crypto/sha256"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// headers keeps each header that a run has seen once. Most messages of a run have the
// header of another one, and headers would be the largest part of what is recorded.
// The zero value is ready.
type headers struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]http.Header
}

// one is h, or the one before it that is the same. Nobody may change it afterwards.
func (s *headers) one(h http.Header) http.Header {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(h)) {
		_, _ = io.WriteString(hash, name)
		for _, value := range h[name] {
			_, _ = io.WriteString(hash, "\x00"+value) // no header holds a zero byte or, as below, a line feed
		}
		_, _ = io.WriteString(hash, "\n")
	}
	key := [sha256.Size]byte(hash.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, have := s.seen[key]; have {
		return before
	}
	if s.seen == nil {
		s.seen = map[[sha256.Size]byte]http.Header{}
	}
	s.seen[key] = h
	return h
}
