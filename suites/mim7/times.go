package mim7

import (
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"
)

func timeChecks() []Check {
	checks := []Check{
		{
			ID: "mim7.datetime.select.covers", Title: "datetime with the temporal extent selects all features",
			Clause: core + "fc-time-response", Fault: "places.datetime.drops-all",
			Body: func(t *T) {
				lasting(t, func(c collection, from, to time.Time) bool {
					return agree(t, c, "datetime over the whole extent selects", "datetime", stamp(from.AddDate(0, 0, -1))+"/"+stamp(to.AddDate(0, 0, 1)))
				})
			},
		},
		{
			ID: "mim7.datetime.select.before", Title: "datetime before the temporal extent does not select all features",
			Clause: core + "fc-time-response", Level: Extended, Fault: "places.datetime.ignored", Hint: timeless,
			Body: func(t *T) {
				lasting(t, func(c collection, from, _ time.Time) bool {
					return fewer(t, c, stamp(from.AddDate(-2, 0, 0))+"/"+stamp(from.AddDate(-1, 0, 0)))
				})
			},
		},
		{
			ID: "mim7.datetime.select.instant", Title: "An instant after the temporal extent does not select all features",
			Clause: core + "fc-time-response", Level: Extended, Fault: "places.datetime.instant-ignored", Hint: timeless,
			Body: func(t *T) {
				lasting(t, func(c collection, _, to time.Time) bool { return fewer(t, c, stamp(to.AddDate(1, 0, 0))) })
			},
		},
		{
			ID: "mim7.datetime.select.openStart", Title: "An interval without start that ends before the extent does not select all features",
			Clause: core + "fc-time-response", Level: Extended, Fault: "places.datetime.open-start-ignored", Hint: timeless,
			Body: func(t *T) {
				lasting(t, func(c collection, from, _ time.Time) bool { return fewer(t, c, "../"+stamp(from.AddDate(-1, 0, 0))) })
			},
		},
		{
			ID: "mim7.datetime.select.openEnd", Title: "An interval without end that begins before the extent selects all features",
			Clause: core + "fc-time-response", Fault: "places.datetime.open-end-empty",
			Body: func(t *T) {
				lasting(t, func(c collection, from, _ time.Time) bool {
					return agree(t, c, "datetime from before the extent on selects", "datetime", stamp(from.AddDate(0, 0, -1))+"/..")
				})
			},
		},
		{
			ID: "mim7.datetime.select.timeless", Title: "datetime selects features that have no temporal geometry",
			Clause: core + "fc-time-response", Level: Extended, Fault: "places.datetime.drops-timeless",
			Hint: "A collection whose extent has no temporal part is taken for one without temporal geometries.",
			Body: func(t *T) {
				_, _, all := listed(t)
				judged := 0
				for _, c := range all {
					if judged == someCollections || c.extent("temporal") != nil || c.body["extent"] == nil {
						continue
					}
					if agree(t, c, "datetime=2000-01-01T00:00:00Z selects", "datetime", "2000-01-01T00:00:00Z") {
						judged++
					}
				}
				if judged == 0 {
					t.Untested("no collection has an extent without a temporal part, and numberMatched")
				}
			},
		},
	}
	for _, form := range []struct {
		name, words string
		value       func(first, last string) string
		fault       string
	}{
		{"instant", "an instant", func(first, _ string) string { return first }, "places.datetime.no-instant"},
		{"offset", "an instant with an offset from UTC", func(first, _ string) string { return strings.TrimSuffix(first, "Z") + "+01:00" }, "places.datetime.no-offset"},
		{"closed", "a closed interval", func(first, last string) string { return first + "/" + last }, "places.datetime.no-interval"},
		{"openEnd", "an interval with two dots for its end", func(first, _ string) string { return first + "/.." }, "places.datetime.no-open-end"},
		{"openStart", "an interval with two dots for its start", func(_, last string) string { return "../" + last }, "places.datetime.no-open-start"},
		{"emptyEnd", "an interval with nothing for its end", func(first, _ string) string { return first + "/" }, "places.datetime.no-empty-end"},
		{"emptyStart", "an interval with nothing for its start", func(_, last string) string { return "/" + last }, "places.datetime.no-empty-start"},
	} {
		checks = append(checks, Check{
			ID: "mim7.datetime.form." + form.name, Title: "datetime takes " + form.words,
			Clause: core + "fc-time-definition", Fault: form.fault,
			Body: func(t *T) {
				c := some(t)[0]
				value := form.value(within(c))
				t.Expect(t.GET(c.items(), accepting(mediaGeoJSON), Query("datetime", value))).To(HaveStatus(200), "datetime=%s", value)
			},
		})
	}
	return checks
}

// timeless is why a platform may be right after all.
const timeless = "Features without temporal geometry are selected by any datetime: but then their collection has no temporal extent."

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// within is two instants of the collection's temporal extent, the one before the other: what
// a form is asked with has to be refused for its form, if at all, and not since nothing is
// there at that time. Without an extent they are those of the standard's own examples.
func within(c collection) (first, last string) {
	from, to := lifetime(c)
	switch {
	case !from.IsZero() && !to.IsZero():
		third := to.Sub(from) / 3
		return stamp(from.Add(third)), stamp(to.Add(-third))
	case !from.IsZero():
		return stamp(from.Add(time.Hour)), stamp(from.Add(24 * time.Hour))
	case !to.IsZero():
		return stamp(to.Add(-24 * time.Hour)), stamp(to.Add(-time.Hour))
	}
	return "2018-02-12T00:00:00Z", "2018-03-18T12:31:12Z"
}

// lifetime is the start and the end of the collection's temporal extent; what is open or
// not told is zero.
func lifetime(c collection) (from, to time.Time) {
	intervals, _ := c.extent("temporal")["interval"].([]any)
	if len(intervals) == 0 {
		return from, to
	}
	pair, _ := intervals[0].([]any)
	if len(pair) != 2 {
		return from, to
	}
	first, _ := pair[0].(string)
	last, _ := pair[1].(string)
	from, _ = time.Parse(time.RFC3339, first) // zero where it is none
	to, _ = time.Parse(time.RFC3339, last)
	return from, to
}

// lasting calls judge for collections whose temporal extent has a start and an end. All
// collections are looked through, since few have one; some of them are judged.
func lasting(t *T, judge func(c collection, from, to time.Time) bool) {
	_, _, all := listed(t)
	judged := 0
	for _, c := range all {
		if judged == someCollections {
			break
		}
		if from, to := lifetime(c); !from.IsZero() && !to.IsZero() && judge(c, from, to) {
			judged++
		}
	}
	if judged == 0 {
		t.Untested("no collection has a temporal extent with start and end, and numberMatched")
	}
}

// fewer expects that a datetime leaves features out: the collection has a temporal
// extent, so that some of its features have a temporal geometry.
func fewer(t *T, c collection, datetime string) bool {
	whole, part := sample(t, c), read(t, c, Query("datetime", datetime, "limit", "1"))
	all, stated := count(whole.document, "numberMatched")
	some, stated2 := count(part.document, "numberMatched")
	if !stated || !stated2 || all == 0 {
		return false
	}
	return expect(t, part.Response, some < all, "datetime=%s is outside the temporal extent of collection %s, and selects all of its %d features", datetime, c.id, all) || true
}
