package probe

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter is how long the answer asks to wait (RFC 9110, 10.2.3): in seconds, or
// until a date, counted from the answer's own Date where it has one, so that a
// wrong clock does no harm. A time that has passed is no wait; false without one.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, 1<<31)) * time.Second, true // 68 years are as good as more
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now)), true
}

// safe says whether a request of this method changes nothing (RFC 9110, 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
