package ogc

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Quota of requests: all clients together, in each window of time. It is more than the
// platform can answer.
const (
	quota  = 1_000_000
	window = time.Minute
)

// meter counts the requests of the present window.
type meter struct {
	mu   sync.Mutex
	ends time.Time
	used int
}

// count counts a request and tells how many more the window has, and how long it lasts;
// fewer than none when the request is one too many.
func (m *meter) count(now time.Time) (rest int, lasts time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !now.Before(m.ends) {
		m.ends, m.used = now.Add(window), 0
	}
	m.used++
	return quota - m.used, m.ends.Sub(now)
}

// promise tells in header fields when the data are updated next, each midnight, and what
// the client may still ask for (IETF draft RateLimit header fields for HTTP). It is false
// when that is nothing.
func (c *call) promise() bool {
	now := c.p.clock().UTC()
	h := c.w.Header()
	h.Set("X-Next-Update", now.Truncate(24*time.Hour).Add(24*time.Hour).Format(http.TimeFormat))
	rest, lasts := c.p.meter.count(now)
	h.Set("RateLimit-Policy", fmt.Sprintf(`"requests";q=%d;w=%d`, quota, int(window.Seconds())))
	h.Set("RateLimit", fmt.Sprintf(`"requests";r=%d;t=%d`, max(0, rest), int(lasts.Seconds())))
	return rest >= 0
}
