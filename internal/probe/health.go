package probe

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/oasc/mimcheck/internal/evidence"
)

// healthClient is the name under which the exchanges of health questions are kept.
const healthClient = "run.health"

// healthAsks is how often in a row a platform has to answer to count as well: one
// good answer between many bad ones would be luck.
const healthAsks = 3

// health asks the platform a request that is known to be good. Everybody who wants
// to know gets the result of a question that began after they asked, and those who
// wait share one.
type health struct {
	s       *Session
	request Request

	one     sync.Mutex // one question at a time
	mu      sync.Mutex
	waiting *checkup // not begun yet
}

type checkup struct {
	done   chan struct{}
	reason string
}

// check says what is wrong with the platform; empty when it is well.
func (h *health) check(ctx context.Context) (reason string) {
	h.mu.Lock()
	c := h.waiting
	if c == nil {
		c = &checkup{done: make(chan struct{})}
		h.waiting = c
		go h.run(c)
	}
	h.mu.Unlock()
	select {
	case <-c.done:
		return c.reason
	case <-ctx.Done():
		return "the check's time was over before it was known"
	}
}

func (h *health) run(c *checkup) {
	h.one.Lock()
	defer h.one.Unlock()
	h.mu.Lock()
	h.waiting = nil
	h.mu.Unlock()
	defer close(c.done)
	for range healthAsks {
		if f := h.ask(); f != nil {
			c.reason = f.Reason
			return
		}
	}
}

// ask asks once. Those who wait may give up; the session's life bounds it.
func (h *health) ask() *evidence.Failure {
	client := h.s.client(healthClient)
	k, f := client.call(h.request)
	if f != nil {
		return f
	}
	if f := h.s.send(h.s.ctx, k); f != nil {
		return f
	}
	j := judge(k.request, k.last, h.s.opts.Limits)
	switch {
	case j.failure != nil:
		return j.failure
	case (k.last.status < 200 || k.last.status > 299) && !slices.Contains(k.request.Expects, k.last.status):
		return &evidence.Failure{Reason: fmt.Sprintf("%s %s answered %d", k.request.Method, h.s.redact.url(k.url.String()), k.last.status)}
	}
	return nil
}
