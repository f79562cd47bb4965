package prove

import (
	"sync"

	"github.com/oasc/mimcheck/internal/reference/faults"
)

// stock gives faults that were not used before, since one may remember what it saw.
// All of them are made at once, which takes no longer than to make one.
type stock struct {
	mu   sync.Mutex
	left map[string]faults.Fault
}

// take is the faults with the names, each of which has to be one.
func (s *stock) take(names []string) []faults.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := make([]faults.Fault, len(names))
	for i, name := range names {
		if _, has := s.left[name]; !has {
			s.left = map[string]faults.Fault{}
			for _, f := range faults.All() {
				s.left[f.Name] = f
			}
		}
		taken[i] = s.left[name]
		delete(s.left, name)
	}
	return taken
}
