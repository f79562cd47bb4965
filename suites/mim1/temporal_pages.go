package mim1

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// longPast is how many instances the checks of answers in part work with: one a minute,
// from 10:00. A platform that serves them all at once has nothing to answer in part.
const longPast = 60

// long creates an evolution with a long past of one attribute, and a few instances of
// another one in between.
func long(t *T) (s series, everyMark []string) {
	s = series{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place")}
	var many []any
	for i := range longPast {
		clock := fmt.Sprintf("10:%02d:00", i)
		many = append(many, reading(i, clock))
		everyMark = append(everyMark, mark(i, at(clock)))
	}
	evolve(t, ngsild.Entity(s.id, s.kind, s.level, many,
		s.place, []any{reading("a", "10:05:00"), reading("b", "10:30:00"), reading("c", "10:55:00")}))
	return s, everyMark
}

// fewMarks are the marks of the attribute with few instances.
func fewMarks() []string {
	return []string{mark("a", at("10:05:00")), mark("b", at("10:30:00")), mark("c", at("10:55:00"))}
}

// contentRange is the header of an answer in part (6.3.10). The text of the standard
// writes the unit DateTime, its test suite date-time.
var contentRange = regexp.MustCompile(`(?i)^date-?time (\d{4}-\d\d-\d\dT[\d:]+(?:[.,]\d+)?Z?)-(\d{4}-\d\d-\d\dT[\d:]+(?:[.,]\d+)?Z?)/(\*|\d+)$`)

// part is the range of an answer in part: in the order of the header, which with lastN
// is from the newest. The size is the N of lastN, or "*".
type part struct {
	from, to time.Time
	size     string
}

// rangeOf reads the range of an answer in part; ok is false when it has none.
func rangeOf(r *probe.Response) (p part, ok bool) {
	m := contentRange.FindStringSubmatch(r.Header.Get("Content-Range"))
	if m == nil {
		return p, false
	}
	var errs [2]error
	p.from, errs[0] = instant(zoned(m[1]))
	p.to, errs[1] = instant(zoned(m[2]))
	p.size = m[3]
	return p, errs[0] == nil && errs[1] == nil
}

func zoned(s string) string {
	if s[len(s)-1] == 'Z' {
		return s
	}
	return s + "Z"
}

// inPart requires that an answer is in part; one that is whole leaves a check of such
// answers with nothing to look at.
func inPart(t *T, r *probe.Response) part {
	t.Require(r).To(HaveStatus(200, 206))
	if r.Status == 200 {
		t.Inapplicable("the platform serves an evolution of %d instances at once, and 6.3.10 leaves it to the platform how many it does", longPast)
	}
	p, ok := rangeOf(r)
	t.Require(r).To(answering(ok, "an answer in part (206) needs a header Content-Range: date-time START-END/SIZE (6.3.10), got %q", r.Header.Get("Content-Range")))
	return p
}

// timesOf are the times of all instances in an evolution, sorted.
func timesOf(e ngsild.Object) []time.Time {
	var out []time.Time
	for _, name := range attributesOf(e) {
		for _, i := range instances(e, name) {
			if at, err := instant(i["observedAt"]); err == nil {
				out = append(out, at)
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// holdAll expects all the instances of an attribute in an answer with 200, and the first of
// them in one with 206, which is to hold something, too.
func holdAll(t *T, r *probe.Response, e ngsild.Object, name string, all []string) {
	t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
	shown := marks(e, name)
	if r.Status == 200 {
		t.Expect(shown).To(holdReadings(all...))
		return
	}
	t.Require(shown).NotTo(gomega.BeEmpty(), "the instances that an answer in part begins with")
	t.Expect(shown).To(holdReadings(all[:min(len(shown), len(all))]...), "without lastN an answer in part begins with the oldest ones")
}

// temporalPages checks answers that hold a part of an evolution (6.3.10).
func temporalPages() []Check {
	sinceTen := Query("timerel", "after", "timeAt", at("10:00:00"))
	return []Check{
		{
			ID:     "mim1.temporal.page.whole",
			Title:  "An answer with 200 holds all instances that were asked for; what is not all is answered with 206",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"020_13"}, Since: "1.5.1",
			Fault: "temporal.page.part-as-whole",
			Hint:  "instances beyond the platform's limit are left out without telling",
			Body: func(t *T) {
				s, all := long(t)
				r := t.GET(evolutionPath(s.id), sinceTen)
				t.Require(r).To(HaveStatus(200, 206))
				holdAll(t, r, t.Object(r), s.level, all)
				if r.Status == 200 {
					t.Expect(marks(t.Object(r), s.place)).To(holdReadings(fewMarks()...))
				}
			},
		},
		{
			ID:     "mim1.temporal.page.wholeOfQuery",
			Title:  "The answer to a query with 200 holds all instances that were asked for",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"021_15"}, Since: "1.5.1",
			Fault: "temporal.page.part-as-whole",
			Body: func(t *T) {
				s, all := long(t)
				r := t.GET(evolutions, Query("type", s.kind), sinceTen)
				holdAll(t, r, entityIn(t, r, s.id), s.level, all)
			},
		},
		{
			ID:     "mim1.temporal.page.wholeOfPost",
			Title:  "The answer to a query by POST with 200 holds all instances that were asked for",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"021_16"}, Since: "1.5.1",
			Fault: "temporal.page.part-as-whole",
			Body: func(t *T) {
				s, all := long(t)
				r := postPast(t, ofKind(s.kind, ngsild.Object{"timerel": "after", "timeAt": at("10:00:00")}))
				holdAll(t, r, entityIn(t, r, s.id), s.level, all)
			},
		},
		{
			ID:     "mim1.temporal.page.contentRange",
			Title:  "An answer with 206 tells its range of time in a Content-Range header",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"020_13", "021_15"}, Since: "1.5.1",
			Fault: "temporal.page.no-content-range",
			Body: func(t *T) {
				s, _ := long(t)
				p := inPart(t, t.GET(evolutionPath(s.id), sinceTen))
				t.Expect(p.to.Before(p.from)).To(gomega.BeFalse(), "without lastN the range runs from the oldest to the newest: %v to %v", p.from, p.to)
				inPart(t, t.GET(evolutions, Query("type", s.kind), sinceTen))
			},
		},
		{
			ID:     "mim1.temporal.page.rangeByPost",
			Title:  "An answer with 206 to a query by POST tells its range of time in Content-Range, and all its instances are in it",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"021_15"}, Since: "1.5.1",
			Fault: "temporal.page.no-range-by-post",
			Body: func(t *T) {
				s, _ := long(t)
				r := postPast(t, ofKind(s.kind, ngsild.Object{"timerel": "after", "timeAt": at("10:00:00")}))
				p := inPart(t, r)
				e := entityIn(t, r, s.id)
				t.Require(e).NotTo(gomega.BeNil(), "the entity has to be found")
				for _, when := range timesOf(e) {
					t.Expect(when.Before(p.from) || when.After(p.to)).To(gomega.BeFalse(), "%v is not in the range from %v to %v", when, p.from, p.to)
				}
			},
		},
		{
			ID:     "mim1.temporal.page.inRange",
			Title:  "All instances of an answer with 206 are in its range of time",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"020_13", "020_14"}, Since: "1.5.1",
			Fault: "temporal.page.range-too-short",
			Body: func(t *T) {
				s, _ := long(t)
				r := t.GET(evolutionPath(s.id), sinceTen)
				p := inPart(t, r)
				times := timesOf(t.Object(r))
				t.Require(times).NotTo(gomega.BeEmpty(), "an answer in part holds a part")
				for _, when := range times {
					t.Expect(when.Before(p.from) || when.After(p.to)).To(gomega.BeFalse(), "%v is not in the range from %v to %v", when, p.from, p.to)
				}
			},
		},
		{
			ID:     "mim1.temporal.page.continued",
			Title:  "Asking on from the end of each answer's range gives every instance of every attribute",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"020_13", "020_14"}, Since: "1.5.1",
			Fault: "temporal.page.range-too-far",
			Body: func(t *T) {
				s, all := long(t)
				seen := map[string]map[string]bool{s.level: {}, s.place: {}}
				from := at("10:00:00")
				for range 2 * longPast {
					r := t.GET(evolutionPath(s.id), Query("timerel", "after", "timeAt", from))
					t.Require(r).To(HaveStatus(200, 206))
					e, more := t.Object(r), false
					for name, have := range seen {
						for _, m := range marks(e, name) {
							more = more || !have[m]
							have[m] = true
						}
					}
					if r.Status == 200 || !more {
						break
					}
					from = inPart(t, r).to.Format(time.RFC3339Nano)
				}
				for name, want := range InOrder(map[string][]string{s.level: all, s.place: fewMarks()}) {
					t.Expect(sortedLabels(seen[name])).To(holdReadings(want...), "attribute %s", name)
				}
			},
		},
		{
			ID:     "mim1.temporal.page.backwards",
			Title:  "With lastN an answer in part begins with the newest, and so does its range",
			Clause: cim009 + "6.3.10", TestPurposes: []string{"020_13", "021_15"}, Since: "1.5.1",
			Fault: "temporal.page.range-forwards",
			Body: func(t *T) {
				s, all := long(t)
				r := t.GET(evolutionPath(s.id), sinceTen, Query("lastN", "50"))
				t.Require(r).To(HaveStatus(200, 206))
				shown := marks(t.Object(r), s.level)
				if r.Status == 200 {
					t.Expect(shown).To(holdReadings(all[longPast-50:]...))
					return
				}
				t.Require(shown).NotTo(gomega.BeEmpty(), "the instances that an answer in part begins with")
				t.Expect(shown).To(holdReadings(all[max(0, longPast-len(shown)):]...), "they are the newest ones")
				p := inPart(t, r)
				t.Expect(p.to.After(p.from)).To(gomega.BeFalse(), "with lastN the range runs from the newest to the oldest: %v to %v", p.from, p.to)
			},
		},
		{
			ID:     "mim1.temporal.page.bounds",
			Title:  "Without lastN the range of an answer in part is from timeAt, or from the oldest instance in it where what is before a time is asked for, to the newest",
			Clause: cim009 + "6.3.10", Level: Extended, Since: "1.5.1",
			Fault: "temporal.page.range-wider",
			Body: func(t *T) {
				s, _ := long(t)
				for _, by := range wide() {
					r := t.GET(evolutionPath(s.id), asking(by.timerel, by.timeAt, by.endTimeAt))
					p, times := inPart(t, r), timesOf(t.Object(r))
					t.Require(times).NotTo(gomega.BeEmpty(), "an answer in part holds a part")
					from := times[0]
					if by.timerel != "before" {
						from, _ = instant(at(by.timeAt))
					}
					t.Expect(p).To(beRange(from, times[len(times)-1], "*"), "timerel=%s: %s", by.timerel, r.Header.Get("Content-Range"))
				}
			},
		},
		{
			ID:     "mim1.temporal.page.boundsBackwards",
			Title:  "With lastN the range of an answer in part is from the end of the time asked for, or from the newest instance in it where that has no end, to the oldest, and its size is N",
			Clause: cim009 + "6.3.10", Level: Extended, Since: "1.5.1",
			Fault: "temporal.page.range-wider",
			Body: func(t *T) {
				s, _ := long(t)
				for _, by := range wide() {
					r := t.GET(evolutionPath(s.id), asking(by.timerel, by.timeAt, by.endTimeAt), Query("lastN", "50"))
					p, times := inPart(t, r), timesOf(t.Object(r))
					t.Require(times).NotTo(gomega.BeEmpty(), "an answer in part holds a part")
					from := times[len(times)-1]
					switch by.timerel {
					case "before":
						from, _ = instant(at(by.timeAt))
					case "between":
						from, _ = instant(at(by.endTimeAt))
					}
					t.Expect(p).To(beRange(from, times[0], "50"), "timerel=%s: %s", by.timerel, r.Header.Get("Content-Range"))
				}
			},
		},
		{
			ID:     "mim1.temporal.page.size",
			Title:  "The size in the Content-Range of an answer in part is * without lastN, and with it its N",
			Clause: cim009 + "6.3.10", Level: Extended, Since: "1.5.1",
			Fault: "temporal.page.size-of-part",
			Body: func(t *T) {
				s, _ := long(t)
				t.Expect(inPart(t, t.GET(evolutionPath(s.id), sinceTen)).size).To(gomega.Equal("*"))
				t.Expect(inPart(t, t.GET(evolutionPath(s.id), sinceTen, Query("lastN", "50"))).size).To(gomega.Equal("50"))
			},
		},
	}
}

// asking is a temporal query, with endTimeAt if there is one.
func asking(timerel, timeAt, endTimeAt string) Option {
	q := []string{"timerel", timerel, "timeAt", at(timeAt)}
	if endTimeAt != "" {
		q = append(q, "endTimeAt", at(endTimeAt))
	}
	return Query(q...)
}

// beRange matches a range that has these ends and this size.
func beRange(from, to time.Time, size string) types.GomegaMatcher {
	return gomega.WithTransform(func(p part) string {
		return fmt.Sprintf("%s to %s of %s", p.from.UTC().Format(time.RFC3339Nano), p.to.UTC().Format(time.RFC3339Nano), p.size)
	}, gomega.Equal(fmt.Sprintf("%s to %s of %s", from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano), size)))
}

// interval is an interval of a temporal query (4.11), by times of the day.
type interval struct{ timerel, timeAt, endTimeAt string }

// wide are intervals, one of each kind, with all instances of a long evolution in them.
func wide() []interval {
	return []interval{{"after", "09:00:00", ""}, {"between", "09:00:00", "18:00:00"}, {"before", "18:00:00", ""}}
}
