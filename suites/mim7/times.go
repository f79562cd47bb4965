package mim7

import (
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
	for _, form := range []struct{ name, words, value, fault string }{
		{"instant", "an instant", "2018-02-12T23:20:50Z", "places.datetime.no-instant"},
		{"offset", "an instant with an offset from UTC", "2018-02-12T23:20:50+01:00", "places.datetime.no-offset"},
		{"closed", "a closed interval", "2018-02-12T00:00:00Z/2018-03-18T12:31:12Z", "places.datetime.no-interval"},
		{"openEnd", "an interval with two dots for its end", "2018-02-12T00:00:00Z/..", "places.datetime.no-open-end"},
		{"openStart", "an interval with two dots for its start", "../2018-03-18T12:31:12Z", "places.datetime.no-open-start"},
		{"emptyEnd", "an interval with nothing for its end", "2018-02-12T00:00:00Z/", "places.datetime.no-empty-end"},
		{"emptyStart", "an interval with nothing for its start", "/2018-03-18T12:31:12Z", "places.datetime.no-empty-start"},
	} {
		checks = append(checks, Check{
			ID: "mim7.datetime.form." + form.name, Title: "datetime takes " + form.words,
			Clause: core + "fc-time-definition", Fault: form.fault,
			Body: func(t *T) {
				c := some(t)[0]
				t.Expect(t.GET(c.items(), accepting(mediaGeoJSON), Query("datetime", form.value))).To(HaveStatus(200), "datetime=%s", form.value)
			},
		})
	}
	return checks
}

// timeless is why a platform may be right after all.
const timeless = "Features without temporal geometry are selected by any datetime: but then their collection has no temporal extent."

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// lasting calls judge for collections whose temporal extent has a start and an end. All
// collections are looked through, since few have one; some of them are judged.
func lasting(t *T, judge func(c collection, from, to time.Time) bool) {
	_, _, all := listed(t)
	judged := 0
	for _, c := range all {
		intervals, _ := c.extent("temporal")["interval"].([]any)
		if judged == someCollections || len(intervals) == 0 {
			continue
		}
		pair, _ := intervals[0].([]any)
		if len(pair) != 2 {
			continue
		}
		first, _ := pair[0].(string)
		last, _ := pair[1].(string)
		from, err := time.Parse(time.RFC3339, first)
		to, err2 := time.Parse(time.RFC3339, last)
		if err == nil && err2 == nil && judge(c, from, to) {
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
