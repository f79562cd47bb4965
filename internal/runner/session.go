package runner

import (
	"context"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
)

// Session is what a run is done over: a platform (*probe.Session), or the record of an
// earlier run (*probe.Replay).
type Session interface {
	Clients
	Surroundings
	// Cleanup removes what the run created.
	Cleanup(ctx context.Context) (probe.CleanupReport, error)
	// Requests is how many requests were sent.
	Requests() int
	// Redact removes the target's secrets from text.
	Redact(text string) string
	// Curl is the command that sends a recorded request again.
	Curl(x evidence.Exchange) string
	// Settle is told that a check has ended.
	Settle(check string)
	// Blobs has the bodies that exchanges refer to.
	Blobs() evidence.Blobs
}

// Surroundings are what a check has beside its client.
type Surroundings interface {
	// Enter begins a check that may take timeout; leave tells how its time ended.
	Enter(ctx context.Context, check string, timeout time.Duration) (_ context.Context, leave func(stopped string) probe.End)
	// Skipped is why the check is not begun; empty when it is.
	Skipped(check, stopped string) string
	Clock(check string) probe.Clock
	Receiver(check string, r probe.Receiver) probe.Receiver
	Topics(check string, t probe.Topics) probe.Topics
	Witness(check string) probe.Witness
}

// plain are surroundings that nobody records.
type plain struct{}

func (plain) Enter(ctx context.Context, _ string, timeout time.Duration) (context.Context, func(string) probe.End) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	return ctx, func(stopped string) probe.End {
		defer cancel()
		return probe.End{Stopped: stopped, Over: ctx.Err() != nil}
	}
}
func (plain) Skipped(_, stopped string) string                   { return stopped }
func (plain) Clock(string) probe.Clock                           { return probe.Machine{} }
func (plain) Receiver(_ string, r probe.Receiver) probe.Receiver { return r }
func (plain) Witness(string) probe.Witness                       { return nil }
func (plain) Topics(_ string, t probe.Topics) probe.Topics       { return t }
