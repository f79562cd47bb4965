package mim1

import (
	"fmt"
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// enoughPast is how many instances an attribute of a sampled entity needs for a check.
const enoughPast = 4

// past is a stretch of the history of a sampled entity, which lies before the sample
// was taken, and that of one of its Properties.
type past struct {
	observed
	whole ngsild.Object // the stretch, normalised
	attr  string
	items []ngsild.Object // of attr, oldest first
}

// histories calls judge for a few of the sampled entities that have a history, with a
// stretch of it; judge says whether it found something to look at.
func histories(t *T, what string, judge func(o observed, e ngsild.Object) bool) {
	judged := false
	before := t.Sampled().Taken.UTC().Format(time.RFC3339)
	some(t, "has an attribute with observedAt", (observed).isMeasured, func(o observed) {
		r := t.GET(evolutionPath(o.ID), Query("timerel", "before", "timeAt", before, "lastN", "20"))
		if r.Status == 404 {
			return // no history of it
		}
		t.Require(r).To(HaveStatus(200, 206))
		judged = judge(o, t.Object(r)) || judged
	})
	if !judged {
		t.Untested("no sampled entity has a history %s", what)
	}
}

// pasts calls judge for a few of the sampled entities that have a history, each with
// one of its Properties: one whose values differ, if there is any.
func pasts(t *T, judge func(p past)) {
	histories(t, fmt.Sprintf("with %d instances of a Property or more", enoughPast), func(o observed, e ngsild.Object) bool {
		p := past{observed: o, whole: e}
		most := 0
		for _, name := range attributesOf(e) {
			items := measurements(e, name)
			if worth := worthOf(items); worth > most {
				p.attr, p.items, most = name, items, worth
			}
		}
		if most > 0 {
			judge(p)
		}
		return most > 0
	})
}

// isMeasured says whether an attribute of the entity tells when it was observed.
func (o observed) isMeasured() (found bool) {
	o.eachInstance(func(_, _ string, a ngsild.Object) { found = found || a["observedAt"] != nil })
	return found
}

// worthOf ranks the instances of Properties: none that has too few, and first those
// whose first values differ.
func worthOf(items []ngsild.Object) int {
	if len(items) < enoughPast {
		return 0
	}
	values := map[string]bool{}
	for _, i := range items[:enoughPast] {
		values[compact(i["value"])] = true
	}
	return 1000*len(values) + len(items)
}

// measurements are the instances of an attribute, oldest first, if it is a numeric
// Property of one dataset whose instances all have times of their own; else nil.
func measurements(e ngsild.Object, name string) []ngsild.Object {
	items := instances(e, name)
	seen := map[int64]bool{}
	for _, i := range items {
		when, err := instant(i["observedAt"])
		_, isNumber := normal(i["value"]).(float64)
		if err != nil || i["type"] != "Property" || !isNumber || i["datasetId"] != nil || seen[when.UnixNano()] {
			return nil
		}
		seen[when.UnixNano()] = true
	}
	slices.SortFunc(items, func(a, b ngsild.Object) int { return timeOf(a).Compare(timeOf(b)) })
	return items
}

func timeOf(instance ngsild.Object) time.Time {
	when, _ := instant(instance["observedAt"]) // measurements have one
	return when
}

// between asks for the Property from its from-th instance until before its until-th.
func (p past) between(from, until int) Option {
	return Query("attrs", p.attr, "timerel", "between",
		"timeAt", timeOf(p.items[from]).UTC().Format(time.RFC3339Nano), "endTimeAt", timeOf(p.items[until]).UTC().Format(time.RFC3339Nano))
}

// marksOf are the marks of instances.
func marksOf(items []ngsild.Object) []string {
	var out []string
	for _, i := range items {
		out = append(out, mark(valueOf(i), i["observedAt"]))
	}
	slices.Sort(out)
	return out
}

// agreesOn expects that the answers to a request hold these instances. Instances may
// come to the past at any time, so that a difference has to show again and again.
func (p past) agreesOn(t *T, want []ngsild.Object, ask func() *probe.Response, read func(e ngsild.Object) []string) {
	agree(t, func() string {
		r := ask()
		var got []string
		if r.Status != 404 {
			t.Require(r).To(HaveStatus(200, 206))
			if v, isList := t.JSON(r).([]any); isList {
				for _, item := range v {
					if e, ok := item.(ngsild.Object); ok && e["id"] == p.ID {
						got = read(e)
					}
				}
			} else {
				got = read(t.Object(r))
			}
		}
		if wanted := marksOf(want); !slices.Equal(got, wanted) {
			return fmt.Sprintf("%s of %s: the instances are %s, expected %s", p.attr, p.ID, readingsText(got), readingsText(wanted))
		}
		return ""
	})
}

// temporalObservation checks whatever history a platform happens to hold of sampled
// entities, and changes nothing.
func temporalObservation() []Check {
	normalised := func(p past) func(ngsild.Object) []string {
		return func(e ngsild.Object) []string { return marks(e, p.attr) }
	}
	checks := []Check{
		{
			ID:     "mim1.temporal.observe.entity",
			Title:  "The evolution of each entity has its id and its types",
			Clause: cim009 + "4.5.6", TestPurposes: []string{"020_01"},
			Fault: "temporal.retrieve.no-type",
			Body: func(t *T) {
				pasts(t, func(p past) {
					t.Expect(p.whole).To(haveMembers(ngsild.Object{"id": p.ID}))
					t.Expect(p.whole).To(haveTypes(p.Types...))
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.instances",
			Title:  "Each instance in an evolution has one of the types of attributes and the value that belongs to it",
			Clause: cim009 + "4.5.7",
			Fault:  "temporal.retrieve.types-lost",
			Body: func(t *T) {
				histories(t, "with instances", func(o observed, e ngsild.Object) (fits bool) {
					for _, name := range attributesOf(e) {
						for _, i := range instances(e, name) {
							kind, _ := i["type"].(string)
							member, known := valueMember(kind)
							t.Expect(kind).To(answering(known, "an instance of %s of %s has type %q, which is no type of attribute", name, o.ID, kind))
							if known {
								t.Expect(i).To(gomega.HaveKey(member), "an instance of %s of %s is a %s", name, o.ID, kind)
							}
							fits = true
						}
					}
					return fits
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.times",
			Title:  "The times in an evolution are DateTimes in UTC, before the time that was asked for",
			Clause: cim009 + "4.6.3",
			Fault:  "temporal.interval.ignored",
			Body: func(t *T) {
				pasts(t, func(p past) {
					r := t.GET(evolutionPath(p.ID), Query("attrs", p.attr, "timerel", "before", "timeAt", timeOf(p.items[2]).UTC().Format(time.RFC3339Nano)))
					t.Require(r).To(HaveStatus(200, 206))
					before := instances(t.Object(r), p.attr)
					t.Expect(before).NotTo(gomega.BeEmpty(), "two instances of %s of %s were observed before", p.attr, p.ID)
					for _, i := range before {
						t.Expect(i["observedAt"]).To(gomega.MatchRegexp(dateTime))
						t.Expect(timeOf(i).Before(timeOf(p.items[2]))).To(gomega.BeTrue(), "%v is not before %v", i["observedAt"], p.items[2]["observedAt"])
					}
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.between",
			Title:  "Asking for a part of an evolution gives the instances of that part",
			Clause: cim009 + "4.11", Since: "1.8.1",
			Fault: "temporal.interval.end-ignored",
			Body: func(t *T) {
				pasts(t, func(p past) {
					p.agreesOn(t, p.items[1:3], func() *probe.Response { return t.GET(evolutionPath(p.ID), p.between(1, 3)) }, normalised(p))
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.last",
			Title:  "lastN=1 gives the newest instance",
			Clause: cim009 + "5.7.3.4", Since: "1.8.1",
			Fault: "temporal.last.ignored",
			Body: func(t *T) {
				pasts(t, func(p past) {
					p.agreesOn(t, p.items[2:3], func() *probe.Response {
						return t.GET(evolutionPath(p.ID), p.between(0, 3), Query("lastN", "1"))
					}, normalised(p))
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.attrs",
			Title:  "Asking for one attribute of an evolution gives that one only",
			Clause: cim009 + "5.7.3.4",
			Fault:  "temporal.retrieve.attrs-ignored",
			Body: func(t *T) {
				pasts(t, func(p past) {
					t.Expect(attributesOf(evolution(t, p.ID, p.between(0, 3)))).To(gomega.ConsistOf(p.attr))
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.simplified",
			Title:  "The simplified representation of an evolution agrees with the normalised one",
			Clause: cim009 + "4.5.9",
			Fault:  "temporal.values.pairs-swapped",
			Body: func(t *T) {
				// Whether the bounds belong to the interval is told since V1.8.1 only (4.11): both have the same.
				pasts(t, func(p past) {
					agree(t, func() string {
						plain, short := t.GET(evolutionPath(p.ID), p.between(0, 3)), t.GET(evolutionPath(p.ID), p.between(0, 3), asValues())
						t.Require(plain).To(HaveStatus(200, 206))
						t.Require(short).To(HaveStatus(200, 206))
						want, got := marks(t.Object(plain), p.attr), pairs(t.Object(short), p.attr, "values")
						if len(want) == 0 || !slices.Equal(got, want) {
							return fmt.Sprintf("%s of %s: the instances are %s, simplified they are %s", p.attr, p.ID, readingsText(want), readingsText(got))
						}
						return ""
					})
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.query",
			Title:  "A query gives the same evolution as its retrieval",
			Clause: cim009 + "5.7.4.4", Since: "1.8.1",
			Fault: "temporal.query.all-instances",
			Body: func(t *T) {
				pasts(t, func(p past) {
					p.agreesOn(t, p.items[1:3], func() *probe.Response {
						return t.GET(evolutions, Query("type", p.kind, "id", p.ID), p.between(1, 3))
					}, normalised(p))
				})
			},
		},
		{
			ID:     "mim1.temporal.observe.totalCount",
			Title:  "totalCount is how many instances there are",
			Clause: cim009 + "4.5.19.1", Since: "1.8.1",
			Fault: "temporal.aggregate.count-of-one-less",
			Body:  aggregatesPasts("totalCount", func(values []float64) float64 { return float64(len(values)) }),
		},
		{
			ID:     "mim1.temporal.observe.max",
			Title:  "max is the greatest value of the instances",
			Clause: cim009 + "4.5.19.1", Since: "1.8.1",
			Fault: "temporal.aggregate.max",
			Body:  aggregatesPasts("max", slices.Max[[]float64]),
		},
		{
			ID:     "mim1.temporal.observe.sum",
			Title:  "sum is the sum of the values of the instances",
			Clause: cim009 + "4.5.19.1", Since: "1.8.1",
			Fault: "temporal.aggregate.sum",
			Body: aggregatesPasts("sum", func(values []float64) (sum float64) {
				for _, v := range values {
					sum += v
				}
				return sum
			}),
		},
		{
			ID:     "mim1.temporal.observe.instanceIds",
			Title:  "The instanceIds in an evolution are URIs, and no two are the same",
			Clause: cim009 + "4.5.7",
			Fault:  "temporal.instance.ids-shared",
			Body: func(t *T) {
				pasts(t, func(p past) {
					seen := map[string]bool{}
					for _, i := range p.items {
						id, ok := i["instanceId"].(string)
						if !ok {
							t.Inapplicable("the platform shows no instanceId, which 4.5.7 recommends")
						}
						t.Expect(id).To(beURI())
						t.Expect(seen[id]).To(gomega.BeFalse(), "%s is the instanceId of two instances", id)
						seen[id] = true
					}
				})
			},
		},
	}
	for i := range checks {
		checks[i].Needs = reads
	}
	return checks
}

// aggregatesPasts is the body of a check that a method, over some instances of a past,
// gives what is computed from them.
func aggregatesPasts(method string, compute func(values []float64) float64) func(*T) {
	return func(t *T) {
		pasts(t, func(p past) {
			var values []float64
			for _, i := range p.items[0:3] {
				v, _ := normal(i["value"]).(float64)
				values = append(values, v)
			}
			want := compute(values)
			agree(t, func() string {
				r := t.GET(evolutionPath(p.ID), p.between(0, 3), aggregated(method, "PT0S"))
				t.Require(r).To(HaveStatus(200, 206))
				got := periodsOf(t, t.Object(r), p.attr, method)
				if len(got) != 1 {
					return fmt.Sprintf("%s of %s has %d periods for %s, expected 1", p.attr, p.ID, len(got), method)
				}
				if !nearly(got[0].value, want) {
					return fmt.Sprintf("%s of %v of %s is %s, expected %v", method, values, p.attr, compact(got[0].value), want)
				}
				return ""
			})
		})
	}
}
