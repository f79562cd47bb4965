package probe

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace keeps the session polite: so many attempts a second, so many at once, and
// none while the platform has asked for a pause.
type pace struct {
	limiter *rate.Limiter
	slots   chan struct{}
	perSec  float64

	mu    sync.Mutex
	until time.Time
}

// standardConcurrency is how many requests are under way at once when nobody says.
const standardConcurrency = 16

func newPace(perSecond float64, concurrency int) *pace {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &pace{limiter: rate.NewLimiter(limit, 1), perSec: perSecond,
		slots: make(chan struct{}, orDefault(concurrency, standardConcurrency))}
}

// enter waits for the attempt's turn and returns what ends it.
func (p *pace) enter(ctx context.Context) (leave func(), err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	leave = func() { <-p.slots }
	for {
		wait := p.held()
		if wait <= 0 {
			break
		}
		if err := sleep(ctx, wait); err != nil {
			leave()
			return nil, err
		}
	}
	if err := p.limiter.Wait(ctx); err != nil {
		leave()
		if ctx.Err() == nil { // the limiter sees that the deadline comes first
			err = errTurn
		}
		return nil, err
	}
	return leave, nil
}

// hold keeps every attempt of the session back for d.
func (p *pace) hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

func (p *pace) held() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
