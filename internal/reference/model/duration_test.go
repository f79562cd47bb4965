package model

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) { // 4.5.19.1
	start := time.Date(2024, 1, 31, 0, 0, 0, 500, time.UTC)
	for _, c := range []struct {
		text string
		next string // the end of the second one after start; empty if the text is none
	}{
		{"PT1H", "2024-01-31T02:00:00.0000005Z"}, {"P1D", "2024-02-02T00:00:00.0000005Z"}, {"P1W", "2024-02-14T00:00:00.0000005Z"},
		{"P1Y2M3DT4H5M6S", "2026-06-06T08:10:12.0000005Z"}, {"P1M", "2024-03-31T00:00:00.0000005Z"}, {"PT0S", "2024-01-31T00:00:00.0000005Z"}, {"P0D", "2024-01-31T00:00:00.0000005Z"},
		{"", ""}, {"P", ""}, {"PT", ""}, {"1H", ""}, {"PT1.5S", ""}, {"P-1D", ""}, {"P0003-06-04", ""}, {"PT1H1D", ""}, {"hour", ""},
	} {
		d, ok := ParseDuration(c.text)
		if ok != (c.next != "") {
			t.Errorf("%q is a duration: %v", c.text, ok)
		}
		if !ok {
			continue
		}
		if got := d.After(start, 2).Format(time.RFC3339Nano); got != c.next {
			t.Errorf("twice %s after %s is %s, want %s", c.text, start, got, c.next)
		}
		if d.Zero() {
			continue
		}
		for _, n := range []int64{0, 1, 2, 59, 1000} {
			at := d.After(start, n)
			if got := d.Index(start, at); got != n {
				t.Errorf("%s: the start of period %d is in period %d", c.text, n, got)
			}
			if got := d.Index(start, d.After(start, n+1).Add(-1)); got != n {
				t.Errorf("%s: the end of period %d is in period %d", c.text, n, got)
			}
		}
	}
}
