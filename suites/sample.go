package suites

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
)

// Sample is a seeded choice of the entities that a platform happens to hold, read
// once a run in the normalised representation, for checks that only observe.
type Sample struct {
	Entities []SampledEntity
	// Taken is when it was read, by the recorded clock of the run.
	Taken time.Time
	// Reason says why there are no entities, when there are none.
	Reason string
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
