package model

import (
	"regexp"
	"strconv"
	"time"
)

// Duration is an ISO 8601 duration of whole seconds (4.5.19.1): months are of the
// calendar, days have 24 hours, as in UTC.
type Duration struct {
	Months  int
	Seconds int64
}

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$`)

// ParseDuration reads a duration such as P1Y2M3DT4H5M6S.
func ParseDuration(s string) (Duration, bool) {
	m := durationPattern.FindStringSubmatch(s)
	if m == nil || s == "P" || s[len(s)-1] == 'T' {
		return Duration{}, false
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(m[i], 10, 64) // digits by the pattern; empty is zero
		return n
	}
	const hour, day = 3600, 24 * 3600
	return Duration{
		Months:  int(12*number(1) + number(2)),
		Seconds: (7*number(3)+number(4))*day + number(5)*hour + number(6)*60 + number(7),
	}, true
}

// Zero says that the duration is empty.
func (d Duration) Zero() bool { return d == Duration{} }

// After gives the time n durations after t.
func (d Duration) After(t time.Time, n int64) time.Time {
	if d.Months > 0 {
		t = t.AddDate(0, int(n)*d.Months, 0)
	}
	return time.Unix(t.Unix()+n*d.Seconds, int64(t.Nanosecond())).UTC()
}

// Index tells in which of the durations after from the time t is, which is not before
// from: 0 is the first.
func (d Duration) Index(from, t time.Time) int64 {
	const month = 28 * 24 * 3600 // the shortest, so that the estimate is not too small
	n := (t.Unix() - from.Unix()) / (int64(d.Months)*month + d.Seconds)
	for n > 0 && d.After(from, n).After(t) {
		n--
	}
	return n
}
