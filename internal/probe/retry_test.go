package probe

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        time.Duration
		ok          bool
	}{
		{"", "", 0, false},
		{"2", "", 2 * time.Second, true},
		{" 2 ", "", 2 * time.Second, true},
		{"0", "", 0, true},
		{"-1", "", 0, false},
		{"1.5", "", 0, false},
		{"soon", "", 0, false},
		{"18446744073709551615", "", (1 << 31) * time.Second, true},
		{"18446744073709551616", "", 0, false},
		{at(3 * time.Second), "", 3 * time.Second, true},
		{at(-time.Hour), "", 0, true},
		{at(time.Hour + 4*time.Second), at(time.Hour), 4 * time.Second, true}, // the platform's clock is an hour ahead
		{at(3 * time.Second), "nonsense", 3 * time.Second, true},
	} {
		h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		if got, ok := retryAfter(h, now); got != c.want || ok != c.ok {
			t.Errorf("Retry-After %q with Date %q: got %s, %v, want %s, %v", c.value, c.date, got, ok, c.want, c.ok)
		}
	}
	if _, ok := retryAfter(http.Header{}, now); ok {
		t.Error("a wait was read from no header")
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("2", "Wed, 25 Nov 2026 12:00:00 GMT")
	f.Add("Wed, 25 Nov 2026 12:00:00 GMT", "Wed, 25 Nov 2026 11:00:00 GMT")
	f.Add("Wednesday, 25-Nov-26 12:00:00 GMT", "")
	f.Add("99999999999999999999", "x")
	f.Fuzz(func(t *testing.T, value, date string) {
		got, ok := retryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Now())
		if got < 0 || !ok && got != 0 {
			t.Errorf("got %s, %v", got, ok)
		}
	})
}
