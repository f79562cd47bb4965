package probe

import (
	"context"
	"time"
)

// Clock is where a check has its time from. In a run it is the machine's clock, which
// is recorded; in a replay it is the record.
type Clock interface {
	// Now is the time, in UTC without a monotonic part, so that a record holds all of it.
	Now() time.Time
	// Pause waits for d, but not longer than ctx lasts. A replay does not wait.
	Pause(ctx context.Context, d time.Duration)
}

// Machine is the clock of the machine.
type Machine struct{}

// Now implements Clock.
func (Machine) Now() time.Time { return time.Now().UTC().Round(0) }

// Pause implements Clock.
func (Machine) Pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
