package suites

import (
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
)

// Sample is a seeded choice of the entities that a platform happens to hold, read
// once a run in the normalised representation, for checks that only observe.
type Sample struct {
	Entities []SampledEntity
	// Taken is when it was read, by the record of the run: a replay has to find the same.
	Taken time.Time
	// Reason says why there are no entities, when there are none.
	Reason string

	read sync.Map // what checks have read of it, by a key of theirs
}

// ReadOnce gives what by makes of the sample, made once for the run: many checks read the same
// of it, and reading takes longer than what they do with it. The key is a type of the
// caller's own. What comes is everybody's, and must not be changed.
func ReadOnce[T any](s *Sample, key any, by func() T) T {
	once, _ := s.read.LoadOrStore(key, sync.OnceValue(by))
	return once.(func() T)()
}

// SampledEntity is one entity as the platform served it.
type SampledEntity struct {
	ID    string
	Types []string        // as served, under the @context of the sample
	Body  json.RawMessage // normalised, application/ld+json, with @context
}

// Sampled returns the run's sample; without a single entity the check ends as untested.
func (t *T) Sampled() *Sample {
	if t.Env.Sample == nil {
		t.Untested("the run takes no sample of the platform's entities")
	}
	s, err := t.Env.Sample(t.ctx)
	if missing := (*probe.NotRecorded)(nil); errors.As(err, &missing) {
		t.Untested("%v", missing)
	}
	if err != nil {
		t.CantTell("the platform's entities could not be sampled: %v", err)
	}
	if len(s.Entities) == 0 {
		t.Untested("the platform holds no entity to look at: %s", s.Reason)
	}
	return s
}
