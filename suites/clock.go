package suites

import (
	"context"
	"errors"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
)

// Now is the time by the recorded clock of the run. A check may look at no other clock,
// so that a replay judges by the same times.
func (t *T) Now() time.Time { return t.clock().Now() }

// Pause waits for d, but not longer than the check has time.
func (t *T) Pause(d time.Duration) { t.clock().Pause(t.ctx, d) }

func (t *T) clock() probe.Clock {
	if t.Env.Clock == nil {
		return probe.Machine{}
	}
	return t.Env.Clock
}

// notRecorded says what a replay lacked for the check that ctx is of; nil when nothing.
func notRecorded(ctx context.Context) error {
	var missing *probe.NotRecorded
	if errors.As(context.Cause(ctx), &missing) {
		return missing
	}
	return nil
}
