package mim1_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

type object = map[string]any

func readsPast(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/temporal/entities") || strings.HasSuffix(r.URL.Path, "/temporal/entityOperations/query")
}

// inPast is an Answer change of each attribute of each evolution that is shown.
func inPast(edit func(r *http.Request, attribute any) any) func(*http.Request, *faults.Answer) {
	return func(r *http.Request, a *faults.Answer) {
		var v any
		d := json.NewDecoder(bytes.NewReader(a.Body))
		d.UseNumber()
		if a.Status != 200 && a.Status != 206 || d.Decode(&v) != nil {
			return
		}
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		for _, item := range list {
			for name, attribute := range item.(object) {
				if !slices.Contains([]string{"id", "type", "@context", "createdAt", "modifiedAt", "deletedAt"}, name) {
					item.(object)[name] = edit(r, attribute)
				}
			}
		}
		a.Body, _ = json.Marshal(v)
	}
}

// eachList edits each list of instances, pairs or periods in an attribute.
func eachList(attribute any, edit func(list []any) []any) any {
	switch x := attribute.(type) {
	case []any:
		for _, item := range x {
			eachList(item, edit)
		}
		return edit(x)
	case object:
		for member, v := range x {
			if list, ok := v.([]any); ok && member != "value" && member != "object" && member != "valueList" {
				x[member] = edit(list)
			}
		}
	}
	return attribute
}

// temporalLiberties are ways in which a platform may show history otherwise than the
// reference platform and still be right.
func temporalLiberties() []faults.Fault {
	return []faults.Fault{
		{Name: "a bad value of a parameter is an invalid request", On: faults.Op("GET", "/temporal/entities/*"), Answer: func(r *http.Request, a *faults.Answer) {
			q := r.URL.Query()
			badTime := q.Get("timeAt") != "" && !strings.HasPrefix(q.Get("timeAt"), "20") || q.Get("timeAt") != "" && q.Get("timerel") == ""
			known := slices.Contains([]string{"", "before", "after", "between"}, q.Get("timerel")) && slices.Contains([]string{"", "observedAt", "createdAt", "modifiedAt", "deletedAt"}, q.Get("timeproperty"))
			if a.Status == 400 && (badTime || !known) {
				*a = *refusal(400, "InvalidRequest")
			}
		}},
		{Name: "instances in another order", On: readsPast, Answer: inPast(func(r *http.Request, attribute any) any {
			if strings.Contains(r.URL.RawQuery, "aggregatedValues") {
				return attribute // its periods are in the order of time
			}
			return eachList(attribute, func(list []any) []any {
				slices.Reverse(list)
				return list
			})
		})},
		{Name: "one instance as an object", On: readsPast, Answer: inPast(func(_ *http.Request, attribute any) any {
			if list, ok := attribute.([]any); ok && len(list) == 1 {
				return list[0]
			}
			return attribute
		})},
		{Name: "times with fractions", On: readsPast, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Body = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z"`).ReplaceAll(a.Body, []byte(`${1}.000000Z"`))
		}},
		{Name: "numbers with fractions, periods without data, the deviation of a sample", On: readsPast, Answer: inPast(func(r *http.Request, attribute any) any {
			if !strings.Contains(r.URL.RawQuery, "aggregatedValues") {
				return attribute
			}
			deviation := strings.Contains(r.URL.RawQuery, "stddev")
			return eachList(attribute, func(list []any) []any {
				var last any
				for _, item := range list {
					if triple, ok := item.([]any); ok && len(triple) == 3 {
						last = triple[2]
						if n, ok := triple[0].(json.Number); ok {
							f, _ := n.Float64()
							if deviation {
								f *= math.Sqrt(4.0 / 3) // of the four values that the checks use
							}
							triple[0] = json.Number(fmt.Sprintf("%.9f", f))
						}
					}
				}
				if last != nil {
					list = append(list, []any{nil, last, last})
				}
				return list
			})
		})},
		{Name: "pages of two where no limit is asked for", On: faults.Op("GET", "/temporal/entities").WithoutQuery("limit"), Request: func(r *http.Request) {
			q := r.URL.Query()
			q.Set("limit", "2")
			r.URL.RawQuery = q.Encode()
		}},
		{Name: "absolute Location", On: faults.Op("POST", "/temporal/entities"), Answer: func(_ *http.Request, a *faults.Answer) {
			if location := a.Header.Get("Location"); location != "" {
				a.Header.Set("Location", "https://gateway.example"+strings.ReplaceAll(location, ":", "%3A"))
			}
		}},
		{Name: "206 wherever lastN is given", On: faults.Match(readsPast).WithQuery("lastN"), Answer: func(r *http.Request, a *faults.Answer) {
			times := regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`).FindAllString(string(a.Body), -1)
			if a.Status == 200 && len(times) > 0 && !strings.Contains(r.URL.RawQuery, "aggregatedValues") {
				slices.Sort(times)
				a.Status = 206
				a.Header.Set("Content-Range", "DateTime "+times[len(times)-1]+"-"+times[0]+"/"+r.URL.Query().Get("lastN"))
			}
		}},
		{Name: "an empty evolution where nothing is in the interval", On: faults.Op("GET", "/temporal/entities/*").WithQuery("timerel"),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				a := faults.Record(next, r)
				if a.Status == 404 && !r.URL.Query().Has("attrs") {
					q := r.URL.Query()
					for _, name := range []string{"timerel", "timeAt", "endTimeAt", "timeproperty", "lastN"} {
						q.Del(name)
					}
					r.URL.RawQuery = q.Encode()
					if a = faults.Record(next, r); a.Status == 200 {
						var e object
						_ = json.Unmarshal(a.Body, &e)
						a.Body, _ = json.Marshal(object{"id": e["id"], "type": e["type"]})
					}
				}
				a.WriteTo(w)
			}},
	}
}

func TestTemporalAllowsWhatTheStandardAllows(t *testing.T) {
	if testing.Short() {
		t.Skip("every check over again, in the long run")
	}
	for _, check := range mim1.Temporal() {
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, temporalLiberties()...); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// spared runs the checks of temporal evolution whose ids begin with one of the groups
// against a platform that lacks something which the standard leaves open: none may fail,
// and those whose ids begin with one of the prefixes have to end with the outcome.
func spared(t *testing.T, groups []string, want reports.Outcome, prefixes []string, lack func() faults.Fault) {
	t.Helper()
	for _, check := range mim1.Temporal() {
		isIn := func(list []string) bool {
			return slices.ContainsFunc(list, func(prefix string) bool { return strings.HasPrefix(check.ID, "mim1.temporal."+prefix) })
		}
		begins := isIn(prefixes)
		if !begins && !isIn(groups) {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			r := outcome(t, check, lack())
			if r.Outcome == reports.Failed || begins && r.Outcome != want {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

func TestInstanceIdsAreNotAskedOfAPlatform(t *testing.T) {
	spared(t, []string{"instance.", "interval.modifiedAt", "observe."}, reports.Inapplicable, []string{"instance.modified", "instance.deleted", "observe.instanceIds"},
		func() faults.Fault {
			return faults.Fault{On: readsPast, Answer: inPast(func(_ *http.Request, attribute any) any {
				return eachList(attribute, func(list []any) []any {
					for _, item := range list {
						if o, ok := item.(object); ok {
							delete(o, "instanceId")
						}
					}
					return list
				})
			})}
		})
}

// A platform may take an instance in the form of the text, or in that of ETSI's suite.
func TestInstancesAreSentInEitherForm(t *testing.T) {
	refusing := func(name string, wrong func(o object) bool) faults.Fault {
		return faults.Fault{Name: name, On: faults.Op("PATCH", "/temporal/entities/*/attrs/*/*"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			var o object
			if json.Unmarshal(faults.ReadBody(r), &o) == nil && wrong(o) {
				refusal(400, "BadRequestData").WriteTo(w)
				return
			}
			next.ServeHTTP(w, r)
		}}
	}
	bare := func(o object) bool { return o["value"] != nil }
	for _, form := range []faults.Fault{refusing("in a fragment", bare), refusing("by itself", func(o object) bool { return !bare(o) })} {
		for _, check := range mim1.Temporal() {
			if !strings.HasPrefix(check.ID, "mim1.temporal.instance.modif") && check.ID != "mim1.temporal.interval.modifiedAt" {
				continue
			}
			t.Run(form.Name+"/"+check.ID, func(t *testing.T) {
				t.Parallel()
				if r := outcome(t, check, form); r.Outcome != reports.Passed {
					t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
				}
			})
		}
	}
}

// Before V1.8.1 the bounds of an interval need not be as that version has them.
func TestBoundsOfOlderVersionsAreTheirs(t *testing.T) {
	open := faults.Fault{Name: "after and between without their start", On: faults.Match(readsPast).WithQuery("timeAt"), Request: func(r *http.Request) {
		q := r.URL.Query()
		if at, err := time.Parse(time.RFC3339Nano, q.Get("timeAt")); err == nil && q.Get("timerel") != "before" {
			q.Set("timeAt", at.Add(time.Millisecond).Format(time.RFC3339Nano))
			r.URL.RawQuery = q.Encode()
		}
	}}
	for _, check := range mim1.Temporal() {
		if check.Since != "" || strings.HasPrefix(check.ID, "mim1.temporal.post.") { // whose interval is in the body
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if r := outcome(t, check, open); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// posted remembers which evolutions were made through the temporal API; evolutions of
// other entities are those that the platform writes by itself.
type posted struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (p *posted) has(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/temporal/entities") {
		var e object
		if json.Unmarshal(faults.ReadBody(r), &e) == nil {
			p.ids[fmt.Sprint(e["id"])] = true
		}
	}
	_, id, _ := strings.Cut(r.URL.Path, "/temporal/entities/")
	id, _, _ = strings.Cut(id, "/")
	return p.ids[id]
}

func TestHistoryIsNotAskedOfAPlatform(t *testing.T) {
	spared(t, nil, reports.Inapplicable, []string{"history."}, func() faults.Fault {
		p := &posted{ids: map[string]bool{}}
		return faults.Fault{On: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/temporal/") },
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				mine := p.has(r)
				a := faults.Record(next, r)
				if !mine && r.Method == http.MethodGet && a.Status == 200 && strings.Contains(r.URL.Path, "/temporal/entities/") {
					a = refusal(404, "ResourceNotFound")
				}
				a.WriteTo(w)
			}}
	})
}

// History may be written behind the answer to the change.
func TestHistoryMayComeLater(t *testing.T) {
	for _, check := range mim1.Temporal() {
		if !strings.HasPrefix(check.ID, "mim1.temporal.history.") {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			asked := map[string]int{}
			late := faults.Fault{On: faults.Op("GET", "/temporal/entities/*"), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				mu.Lock()
				asked[r.URL.String()]++
				early := asked[r.URL.String()] < 3
				mu.Unlock()
				if early && r.URL.Query().Has("attrs") {
					refusal(404, "ResourceNotFound").WriteTo(w)
					return
				}
				next.ServeHTTP(w, r)
			}}
			if r := outcome(t, check, late); r.Outcome != reports.Passed {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}

// A platform may answer with very small parts of an evolution.
func TestSmallPartsAreNotHeldAgainstAPlatform(t *testing.T) {
	const most = 2
	spared(t, []string{""}, reports.Passed, []string{"page."}, func() faults.Fault {
		return faults.Fault{On: func(r *http.Request) bool {
			return readsPast(r) && !strings.Contains(r.URL.RawQuery, "aggregatedValues")
		}, Answer: func(r *http.Request, a *faults.Answer) {
			backwards := r.URL.Query().Has("lastN") || a.Status == 206 && backwardsIn(a)
			cut := time.Time{}
			visit := func(f func(times []time.Time)) {
				inPast(func(_ *http.Request, attribute any) any {
					eachTimed(attribute, func(list []any) []any {
						times := timesIn(list)
						f(times)
						return list
					})
					return attribute
				})(r, &faults.Answer{Status: a.Status, Body: a.Body})
			}
			visit(func(times []time.Time) {
				if len(times) <= most {
					return
				}
				slices.SortFunc(times, time.Time.Compare)
				if backwards {
					slices.Reverse(times)
				}
				if bound := times[most-1]; cut.IsZero() || bound.Before(cut) != backwards {
					cut = bound
				}
			})
			if cut.IsZero() {
				return
			}
			first := cut
			inPast(func(_ *http.Request, attribute any) any {
				return eachTimed(attribute, func(list []any) []any {
					kept := []any{}
					for _, item := range list {
						at := timesIn([]any{item})[0]
						if backwards && at.Before(cut) || !backwards && at.After(cut) {
							continue
						}
						if backwards == at.After(first) {
							first = at
						}
						kept = append(kept, item)
					}
					return kept
				})
			})(r, a)
			a.Status = 206
			q, size := r.URL.Query(), "*"
			start := first.UTC().Format(time.RFC3339Nano)
			switch timerel := q.Get("timerel"); {
			case backwards && timerel == "between":
				start = q.Get("endTimeAt")
			case backwards && timerel == "before", !backwards && (timerel == "after" || timerel == "between"):
				start = q.Get("timeAt")
			}
			if q.Has("lastN") {
				size = q.Get("lastN")
			}
			a.Header.Set("Content-Range", "date-time "+start+"-"+cut.UTC().Format(time.RFC3339Nano)+"/"+size)
		}}
	})
}

func backwardsIn(a *faults.Answer) bool {
	from, to, _ := strings.Cut(strings.TrimPrefix(a.Header.Get("Content-Range"), "date-time "), "Z-")
	return from > to
}

// eachTimed edits the list of instances or pairs of an attribute, if all have times.
func eachTimed(attribute any, edit func(list []any) []any) any {
	if list, ok := attribute.([]any); ok && timesIn(list) != nil {
		return edit(list)
	}
	for _, o := range append([]any{attribute}, asList(attribute)...) {
		if o, ok := o.(object); ok {
			for member, v := range o {
				if list, ok := v.([]any); ok && timesIn(list) != nil {
					o[member] = edit(list)
				}
			}
		}
	}
	return attribute
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// timesIn are the times of instances or pairs; nil unless all have one.
func timesIn(list []any) []time.Time {
	var out []time.Time
	for _, item := range list {
		var text string
		switch x := item.(type) {
		case object:
			text, _ = x["observedAt"].(string)
		case []any:
			if len(x) == 2 {
				text, _ = x[1].(string)
			}
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil
		}
		out = append(out, at)
	}
	return out
}

// Observing checks say that they have nothing to look at where there is no history.
func TestObservingAPlatformWithoutHistory(t *testing.T) {
	for _, check := range mim1.Temporal() {
		if !strings.HasPrefix(check.ID, "mim1.temporal.observe.") {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			t.Parallel()
			if !slices.Equal(check.Needs, []suites.Need{suites.NeedRead}) {
				t.Errorf("it needs %v, but only observes", check.Needs)
			}
			gone := faults.Fault{On: readsPast, Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
				refusal(404, "ResourceNotFound").WriteTo(w)
			}}
			if r := outcome(t, check, gone); r.Outcome != reports.Untested || r.Reason == "" {
				t.Errorf("the check ends as %s: %s", r.Outcome, r.Reason)
			}
		})
	}
}
