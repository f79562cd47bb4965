package model

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"
)

// Duration is an ISO 8601 duration: months and days are of the calendar.
type Duration struct {
	Months, Days int
	Time         time.Duration
}

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?$`)

// ParseDuration reads a duration such as P1Y2M3DT4H5M6S.
func ParseDuration(s string) (Duration, bool) {
	m := durationPattern.FindStringSubmatch(s)
	if m == nil || s == "P" || s[len(s)-1] == 'T' {
		return Duration{}, false
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // digits by the pattern; empty is zero
		return n
	}
	seconds, _ := strconv.ParseFloat(m[7], 64)
	return Duration{
		Months: 12*number(1) + number(2),
		Days:   7*number(3) + number(4),
		Time:   time.Duration(number(5))*time.Hour + time.Duration(number(6))*time.Minute + time.Duration(seconds*float64(time.Second)),
	}, true
}

// Zero says that the duration is empty.
func (d Duration) Zero() bool { return d == Duration{} }

// After gives the time n durations after t.
func (d Duration) After(t time.Time, n int) time.Time {
	return t.AddDate(0, n*d.Months, n*d.Days).Add(time.Duration(n) * d.Time)
}

// text is a value as JSON, to compare values of any type.
func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}
