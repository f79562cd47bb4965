package membership

import "time"

// Date is a calendar day, YYYY-MM-DD, taken in UTC. Dates compare as strings.
type Date string

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Valid says whether d is a day of the calendar.
func (d Date) Valid() bool {
	_, err := time.Parse(time.DateOnly, string(d))
	return err == nil
}

// Start is the first moment of the day; the zero time when d is not valid.
func (d Date) Start() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// End is the first moment after the day.
func (d Date) End() time.Time { return d.Start().AddDate(0, 0, 1) }

// AddMonths is the same day n months later, or the last day of that month where it
// has no such day: 31 January and one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	t := d.Start()
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}
