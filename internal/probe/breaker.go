package probe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
)

// breaker stops asking a platform that is not there, so that a run against it ends
// soon. It opens after some unreachable results in a row, if a request that is
// known to be good gets no answer either, and lets one through now and then.
type breaker struct {
	health *health
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	count int
	open  bool
	why   evidence.Failure
	since time.Time
	next  time.Time // when to try again
}

// unreachable says whether the class is a sign that nobody is there.
func unreachable(c evidence.FailureClass) bool {
	switch c {
	case evidence.Refused, evidence.DNS, evidence.TLS, evidence.Timeout, evidence.Cut, evidence.Storm, evidence.Unavailable:
		return true
	}
	return false
}

// blocked is why nothing is asked now; nil when it may be.
func (b *breaker) blocked(ctx context.Context) *evidence.Failure {
	b.mu.Lock()
	if !b.open {
		b.mu.Unlock()
		return nil
	}
	refusal := &evidence.Failure{Class: b.why.Class, Reason: fmt.Sprintf("the platform is unreachable since %s, so this was not asked: %s",
		b.since.UTC().Format(time.TimeOnly), b.why.Reason)}
	try := !b.now().Before(b.next)
	if try {
		b.next = b.now().Add(b.limits.BreakPause)
	}
	b.mu.Unlock()
	if !try || b.health.check(ctx) != "" {
		return refusal
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open, b.count = false, 0
	return nil
}

// note takes the result of a request into account; nil is an answer.
func (b *breaker) note(ctx context.Context, f *evidence.Failure) {
	b.mu.Lock()
	switch {
	case f == nil:
		b.count = 0
	case unreachable(f.Class) && ctx.Err() == nil: // the end of the check says nothing about the platform
		b.count++
	}
	if b.open || b.count < b.limits.BreakAfter {
		b.mu.Unlock()
		return
	}
	b.count = 0
	b.mu.Unlock()
	if b.health.check(ctx) == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		b.open, b.why, b.since = true, *f, b.now()
		b.next = b.since.Add(b.limits.BreakPause)
	}
}
