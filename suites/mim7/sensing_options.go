package mim7

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// request is where the rules of query options stand.
const request = sensing + "request-data/"

func sensingOptionChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.top.most", Title: "$top limits the number of entities that come",
			Clause: request + "top", Fault: "sensing.top.ignored",
			Body: func(t *T) {
				if _, all := someOf(t, "Datastreams"); len(all) < 3 {
					t.Untested("the service has fewer than three Datastreams")
				}
				for n := 1; n <= 2; n++ {
					r, all := many(t, "/Datastreams", Query("$top", strconv.Itoa(n)))
					t.Holds(r, len(all) <= n, "$top=%d gave %d entities", n, len(all))
				}
			},
		},
		{
			ID: "mim7.sensing.top.first", Title: "$top leaves the first entities of those that there are",
			Clause: request + "top", Fault: "sensing.top.last",
			Body: func(t *T) {
				_, all := someOf(t, "Things", inOrder)
				if len(all) < 3 {
					t.Untested("the service has fewer than three Things")
				}
				r, first := many(t, "/Things", inOrder, Query("$top", "2"))
				t.Holds(r, slices.Equal(ids(t, first), ids(t, all[:2])), "$top=2 gave %v, expected the first two, %v", ids(t, first), ids(t, all[:2]))
			},
		},
		{
			ID: "mim7.sensing.skip.leaves", Title: "$skip leaves out the first entities",
			Clause: request + "skip", Fault: "sensing.skip.ignored",
			Body: func(t *T) {
				_, all := someOf(t, "Things", inOrder)
				if len(all) < 3 {
					t.Untested("the service has fewer than three Things")
				}
				r, rest := many(t, "/Things", inOrder, Query("$skip", "1", "$top", "2"))
				t.Holds(r, slices.Equal(ids(t, rest), ids(t, all[1:3])), "$skip=1 gave %v, expected %v", ids(t, rest), ids(t, all[1:3]))
			},
		},
		{
			ID: "mim7.sensing.count.there", Title: "With $count=true the number of entities is told as @iot.count",
			Clause: request + "count", Fault: "sensing.count.missing",
			Body: func(t *T) {
				r := counting(t, "/Things")
				_, whole := count(t.Object(r), "@iot.count")
				t.Holds(r, whole, "@iot.count is %v, which is no number of entities", t.Object(r)["@iot.count"])
			},
		},
		{
			ID: "mim7.sensing.count.whole", Title: "The count is that of all entities, whatever $top and $skip are",
			Clause: request + "count", Fault: "sensing.count.of-page",
			Body: func(t *T) {
				if _, all := someOf(t, "Things"); len(all) < 3 {
					t.Untested("the service has fewer than three Things")
				}
				var all, part int
				for range 3 { // entities may come and go between two requests, not each time
					whole, one := counting(t, "/Things"), counting(t, "/Things", Query("$top", "1", "$skip", "1"))
					if all, part = counted(t, whole), counted(t, one); all == part {
						return
					}
				}
				t.Expect(part).To(Hold(false, "@iot.count is %d, and %d with $top=1 and $skip=1", all, part))
			},
		},
		{
			ID: "mim7.sensing.count.absent", Title: "With $count=false the number of entities is not told",
			Clause: request + "count", Fault: "sensing.count.always",
			Body: func(t *T) {
				r, _ := many(t, "/Things", Query("$count", "false"))
				t.Holds(r, t.Object(r)["@iot.count"] == nil, "$count=false gave @iot.count, %v", t.Object(r)["@iot.count"])
			},
		},
		{
			ID: "mim7.sensing.order.counted", Title: "A filter is evaluated before entities are counted",
			Clause: request + "order", Fault: "sensing.order.counted-first",
			Body: func(t *T) {
				_, all := someOf(t, "Things")
				if len(all) < 2 {
					t.Untested("the service has fewer than two Things")
				}
				r := counting(t, "/Things", Query("$filter", "id eq "+key(t, all[0])))
				t.Holds(r, counted(t, r) == 1, "@iot.count is %d with a filter for one id", counted(t, r))
			},
		},
		{
			ID: "mim7.sensing.order.skipped", Title: "Entities are put in order before some are skipped and the first ones taken",
			Clause: request + "order", Fault: "sensing.order.skipped-first",
			Body: func(t *T) {
				_, all := someOf(t, "Things", Query("$orderby", "id desc"))
				if len(all) < 3 {
					t.Untested("the service has fewer than three Things")
				}
				r, some := many(t, "/Things", Query("$orderby", "id desc", "$skip", "1", "$top", "1"))
				t.Holds(r, slices.Equal(ids(t, some), ids(t, all[1:2])), "the second one by $orderby=id desc is %v, expected %v", ids(t, some), ids(t, all[1:2]))
			},
		},
		ordered("asc", "$orderby puts entities in ascending order of a property", "result asc", "sensing.orderby.ignored", resultOf),
		ordered("default", "Without asc or desc, $orderby is ascending", "result", "sensing.orderby.plain-ignored", resultOf),
		ordered("desc", "With desc, $orderby puts entities in descending order", "phenomenonTime desc", "sensing.orderby.never-descending", secondOf),
		{
			ID: "mim7.sensing.select.only", Title: "$select brings the properties that are asked for, and no others",
			Clause: request + "select", Fault: "sensing.select.ignored",
			Body: func(t *T) {
				r, all := someOf(t, "Things", Query("$select", "name"))
				for i, e := range all {
					_, has := e["name"]
					t.Holds(r, has, "/value/%d has no name, which is selected", i)
					for _, name := range slices.Sorted(maps.Keys(e)) {
						t.Holds(r, name == "name" || strings.HasPrefix(name, "@iot."), "/value/%d has %s, which is not selected", i, name)
					}
				}
			},
		},
		{
			ID: "mim7.sensing.select.one", Title: "$select works on an entity on its own, and takes several properties",
			Clause: request + "select", Fault: "sensing.select.first-only",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				for _, e := range all {
					r := t.GET(entityPath(t, "Things", e), accepting(mediaJSON), Query("$select", "name,description"))
					t.Require(r).To(HaveStatus(http.StatusOK))
					got := t.Object(r)
					for _, name := range []string{"name", "description"} {
						t.Holds(r, got[name] == e[name], "the selected %s is %v, expected %v", name, got[name], e[name])
					}
					t.Holds(r, got["Datastreams@iot.navigationLink"] == nil, "the link to Datastreams is not selected")
				}
			},
		},
		{
			ID: "mim7.sensing.expand.many", Title: "$expand brings related entities in an array with the answer",
			Clause: request + "expand", Fault: "sensing.expand.ignored",
			Body: func(t *T) {
				_, all := fewOf(t, "Things", Query("$expand", "Datastreams"))
				for _, e := range all {
					inline, is := e["Datastreams"].([]any)
					t.Expect(e).To(Hold(is, "the Thing %v has no array Datastreams", e["@iot.id"]))
					if !is {
						continue
					}
					r, streams := many(t, entityPath(t, "Things", e)+"/Datastreams")
					got, expected := ids(t, objectsOf(inline)), ids(t, streams)
					if t.Object(r)["@iot.nextLink"] == nil && e["Datastreams@iot.nextLink"] == nil {
						slices.Sort(got)
						slices.Sort(expected)
						t.Holds(r, slices.Equal(got, expected), "the Datastreams %v come with the Thing %v, which has %v", got, e["@iot.id"], expected)
					}
				}
			},
		},
		{
			ID: "mim7.sensing.expand.single", Title: "$expand brings a single related entity as an object",
			Clause: request + "expand", Fault: "sensing.expand.single-as-array",
			Body: func(t *T) {
				r, all := someOf(t, "Datastreams", Query("$expand", "Thing,ObservedProperty"))
				for i, e := range all {
					for _, name := range []string{"Thing", "ObservedProperty"} {
						one, is := e[name].(object)
						t.Holds(r, is && one["name"] != nil, "/value/%d has no object %s with a name", i, name)
					}
				}
			},
		},
		{
			ID: "mim7.sensing.expand.nested", Title: "$expand goes on along a path to what related entities are related to",
			Clause: request + "expand", Fault: "sensing.expand.shallow",
			Body: func(t *T) {
				nested(t, "Datastreams/ObservedProperty", func(r *probe.Response, d object) {
					_, is := d["ObservedProperty"].(object)
					t.Holds(r, is, "the expanded Datastream %v has no object ObservedProperty", d["@iot.id"])
				})
			},
		},
		{
			ID: "mim7.sensing.expand.options", Title: "An expansion takes query options of its own in parentheses",
			Clause: request + "expand", Fault: "sensing.expand.options-ignored",
			Body: func(t *T) {
				nested(t, "Datastreams($select=name)", func(r *probe.Response, d object) {
					t.Holds(r, d["name"] != nil && d["unitOfMeasurement"] == nil, "$expand=Datastreams($select=name) gave a Datastream with %s", strings.Join(slices.Sorted(maps.Keys(d)), ", "))
				})
			},
		},
	}
}

// inOrder asks for entities in the order of their ids, so that two answers compare.
func inOrder(r *probe.Request) { Query("$orderby", "id")(r) }

func counting(t *T, path string, options ...Option) *probe.Response {
	r, _ := many(t, path, append([]Option{Query("$count", "true")}, options...)...)
	return r
}

// counted is the number that an answer tells. One that tells none is for another check.
func counted(t *T, r *probe.Response) int {
	n, whole := count(t.Object(r), "@iot.count")
	if !whole {
		t.CantTell("the answer tells no @iot.count")
	}
	return n
}

func objectsOf(list []any) []object {
	var all []object
	for _, v := range list {
		if o, is := v.(object); is {
			all = append(all, o)
		}
	}
	return all
}

// nested judges the Datastreams that come with Things by an $expand.
func nested(t *T, expand string, judge func(r *probe.Response, d object)) {
	r, all := someOf(t, "Things", Query("$expand", expand))
	judged := 0
	for _, e := range all {
		inline, _ := e["Datastreams"].([]any)
		for _, d := range objectsOf(inline) {
			judged++
			judge(r, d)
		}
	}
	if judged == 0 {
		t.Untested("no Thing comes with Datastreams by $expand, of which there is a check of its own")
	}
}

// ordered judges the order of some Datastreams' observations by what value makes of each.
func ordered(name, title, by, fault string, value func(e object) (float64, bool)) Check {
	_, direction, _ := strings.Cut(by, " ")
	return Check{
		ID: "mim7.sensing.orderby." + name, Title: title, Clause: request + "orderby", Fault: fault,
		Body: func(t *T) {
			differ := false
			for _, of := range readings(t) {
				r, all := many(t, of.path, Query("$orderby", by, "$top", strconv.Itoa(someThings)))
				for i := 1; i < len(all); i++ {
					a, known := value(all[i-1])
					b, too := value(all[i])
					if direction == "desc" {
						a, b = b, a
					}
					differ = differ || known && too && a != b
					t.Holds(r, !known || !too || a <= b, "$orderby=%s gave the Observation %v before %v", by, all[i-1]["@iot.id"], all[i]["@iot.id"])
				}
			}
			if !differ {
				t.Untested("the Observations that were looked at do not differ by what they are put in order of")
			}
		},
	}
}

// secondOf is when something was observed, in seconds.
func secondOf(e object) (float64, bool) {
	at, known := instantOf(e)
	return float64(at.UnixMilli()) / 1000, known
}

func sensingPageChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.page.next", Title: "While there are more entities, an answer links to them as @iot.nextLink",
			Clause: request + "pagination", Level: Extended, Fault: "sensing.page.no-next",
			Hint: "What comes with $top may be read as all that was asked for; clients of SensorThings expect the link all the same.",
			Body: func(t *T) {
				if _, all := someOf(t, "Things"); len(all) < 2 {
					t.Untested("the service has fewer than two Things")
				}
				r, _ := many(t, "/Things", Query("$top", "1"))
				next, _ := t.Object(r)["@iot.nextLink"].(string)
				t.Holds(r, next != "", "there are more Things, and no @iot.nextLink")
			},
		},
		{
			ID: "mim7.sensing.page.disjoint", Title: "What @iot.nextLink leads to are other entities than those before",
			Clause: request + "pagination", Fault: "sensing.page.again",
			Body: func(t *T) {
				seen := map[string]bool{}
				sensingPages(t, inOrder, func(r *probe.Response, all []object) {
					for _, id := range ids(t, all) {
						t.Holds(r, !seen[id], "the Thing %s comes on two pages", id)
						seen[id] = true
					}
				})
			},
		},
		{
			ID: "mim7.sensing.page.complete", Title: "All pages together have as many entities as are counted",
			Clause: request + "pagination", Fault: "sensing.page.leaps",
			Body: func(t *T) {
				for range 3 { // entities may come and go meanwhile, not each time
					before := counted(t, counting(t, "/Things"))
					n := 0
					if !sensingPages(t, inOrder, func(_ *probe.Response, all []object) { n += len(all) }) {
						t.Untested("the service has more Things than are read here")
					}
					if n == before {
						return
					}
					if after := counted(t, counting(t, "/Things")); after == before {
						t.Expect(n).To(Hold(false, "the pages have %d Things, and @iot.count is %d", n, before))
						return
					}
				}
				t.CantTell("the number of Things changes all the time")
			},
		},
		{
			ID: "mim7.sensing.page.options", Title: "An @iot.nextLink keeps the query options of the request",
			Clause: request + "pagination", Fault: "sensing.page.forgets",
			Body: func(t *T) {
				if _, all := someOf(t, "Things"); len(all) < 3 {
					t.Untested("the service has fewer than three Things")
				}
				first := true
				sensingPages(t, Query("$select", "name", "$orderby", "id"), func(r *probe.Response, all []object) {
					for i, e := range all {
						t.Holds(r, first || e["description"] == nil, "/value/%d of the next page has a description, and $select=name was asked for", i)
					}
					first = false
				})
			},
		},
	}
}

// sensingPages reads the Things in pages of about a third of them; false when there are
// more pages than are read.
func sensingPages(t *T, asked Option, judge func(r *probe.Response, all []object)) bool {
	total := counted(t, counting(t, "/Things"))
	if total < 2 {
		t.Untested("the service has fewer than two Things")
	}
	r, all := many(t, "/Things", asked, Query("$top", strconv.Itoa(max(1, min(total/3, someThings)))))
	if t.Object(r)["@iot.nextLink"] == nil && len(all) < total {
		r, all = many(t, "/Things", asked) // the service links to what it leaves out by itself alone
	}
	for range somePages {
		judge(r, all)
		next, has := t.Object(r)["@iot.nextLink"].(string)
		if !has || next == "" {
			return true
		}
		r = followed(t, "/Things", next)
		t.Require(r).To(HaveStatus(http.StatusOK), "the @iot.nextLink "+fmt.Sprintf("%q", next))
		all = entitiesIn(t, r)
	}
	return false
}
