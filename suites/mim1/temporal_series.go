package mim1

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// day is when the readings of the checks' own series were made.
const day = "2024-03-01T"

// at is a time of the day.
func at(clock string) string { return day + clock + "Z" }

// reading is a Property as it was observed at a time of the day.
func reading(value any, clock string, more ...any) ngsild.Object {
	return ngsild.Property(value, append([]any{"observedAt", at(clock)}, more...)...)
}

// series is an entity with a past: level was 10, 20, 30 and 40 at 10:00, 11:00, 12:00
// and 13:00, and place is a Relationship that was observed at 10:30.
type series struct {
	id, kind     string
	level, place string // attribute names
	target       string // of place
}

// levels are the instances of the level.
func levels() []any {
	return []any{reading(10, "10:00:00"), reading(20, "11:00:00"), reading(30, "12:00:00"), reading(40, "13:00:00")}
}

// aSeries describes a series, with further attributes given as name, value.
func aSeries(t *T, more ...any) (series, ngsild.Object) {
	s := series{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place"), target: t.URN("Place")}
	return s, ngsild.Entity(s.id, s.kind, append([]any{
		s.level, levels(), s.place, []any{ngsild.Relationship(s.target, "observedAt", at("10:30:00"))},
	}, more...)...)
}

// newSeries creates a series.
func newSeries(t *T, more ...any) series {
	s, e := aSeries(t, more...)
	evolve(t, e)
	return s
}

// evolve creates an evolution; anything but 201 ends the check.
func evolve(t *T, e ngsild.Object, options ...Option) (id string) {
	r := t.POST(evolutions, append([]Option{JSON(e)}, options...)...)
	t.Require(r).To(HaveStatus(201), "a temporal evolution to work on has to be created first")
	return e["id"].(string)
}

// evolution retrieves the temporal evolution of the entity, in whole or in part (6.3.10).
func evolution(t *T, id string, options ...Option) ngsild.Object {
	r := t.GET(evolutionPath(id), options...)
	t.Require(r).To(HaveStatus(200, 206), "the temporal evolution of %s has to be there", id)
	if len(options) > 0 { // which may leave out the id
		return t.Object(r)
	}
	return itself(t, r, id)
}

// within is the temporal query of what was observed from one time of the day until
// before another.
func within(from, until string) Option {
	return Query("timerel", "between", "timeAt", at(from), "endTimeAt", at(until))
}

// everything is a temporal query that all the readings of the checks match.
func everything() Option { return Query("timerel", "after", "timeAt", "2000-01-01T00:00:00Z") }

// mark is an instance of an attribute as far as checks compare it: value, object or
// whatever its member is, and the time.
func mark(value any, moment any) string {
	if t, err := instant(moment); err == nil {
		moment = t.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprintf("%s at %v", compact(unlist(normal(value))), moment)
}

// marks are the instances of an attribute in a normalised evolution.
func marks(e ngsild.Object, name string) []string {
	var out []string
	for _, i := range instances(e, name) {
		out = append(out, mark(valueOf(i), i["observedAt"]))
	}
	slices.Sort(out)
	return out
}

// valueOf is the value of an instance, in whichever member its type has it.
func valueOf(instance ngsild.Object) any {
	kind, _ := instance["type"].(string)
	member, known := valueMember(kind)
	if !known {
		member = "value"
	}
	return instance[member]
}

// pairs are the instances of an attribute in a simplified evolution (4.5.9), whose
// pairs are in the named member.
func pairs(e ngsild.Object, name, member string) []string {
	var out []string
	for _, i := range instances(e, name) {
		for _, p := range list(i[member]) {
			pair := list(p)
			if len(pair) != 2 {
				out = append(out, "no pair: "+compact(p))
				continue
			}
			out = append(out, mark(pair[0], pair[1]))
		}
	}
	slices.Sort(out)
	return out
}

// expect judges the level of the evolution in the answer: it has exactly these
// readings, given as value, time of the day, in any order.
func (s series) expect(t *T, r *probe.Response, readings ...any) {
	t.Require(r).To(HaveStatus(200, 206))
	sameReadings(t, r, marks(t.Object(r), s.level), readings)
}

// sameReadings expects exactly these readings in a normalised or simplified evolution.
// An answer in part (206) that holds none but wanted readings says nothing about those
// that it leaves out.
func sameReadings(t *T, r *probe.Response, got []string, readings []any) {
	var want []string
	for i := 0; i+1 < len(readings); i += 2 {
		want = append(want, mark(readings[i], at(readings[i+1].(string))))
	}
	missing := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return slices.Contains(got, p) })
	extra := slices.DeleteFunc(slices.Clone(got), func(p string) bool { return slices.Contains(want, p) })
	if r.Status == 206 && len(missing) > 0 && len(extra) == 0 && len(got) > 0 {
		t.CantTell("the platform answers in part (206) where an attribute has %d instances, so that this check cannot see the others", len(want))
	}
	t.Expect(got).To(holdReadings(want...))
}

// holdReadings matches marks: these, each once, in any order.
func holdReadings(want ...string) types.GomegaMatcher {
	return &readingsMatcher{slices.Sorted(slices.Values(want))}
}

type readingsMatcher struct{ want []string }

func (m *readingsMatcher) Match(actual any) (bool, error) {
	got, ok := actual.([]string)
	if !ok {
		return false, fmt.Errorf("this matcher looks at readings, not at %T", actual)
	}
	return slices.Equal(slices.Sorted(slices.Values(got)), m.want), nil
}

func (m *readingsMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("the instances are %s, expected %s", readingsText(actual.([]string)), readingsText(m.want))
}

func (m *readingsMatcher) NegatedFailureMessage(any) string {
	return "the instances are " + readingsText(m.want) + ", expected others"
}

func (m *readingsMatcher) Finding(actual any) reports.Finding {
	return reports.Finding{Message: m.FailureMessage(actual), Expected: readingsText(m.want), Actual: readingsText(actual.([]string))}
}

func readingsText(marks []string) string {
	if len(marks) == 0 {
		return "none"
	}
	return strings.Join(marks, ", ")
}

// instanceIDs are the ids of the attribute's instances, by their values; a platform
// that has none ends the check, because it should have them but need not (4.5.7).
func instanceIDs(t *T, id, name string) map[string]string {
	out := map[string]string{}
	for _, i := range instances(evolution(t, id, Query("attrs", name)), name) {
		if instanceID, ok := i["instanceId"].(string); ok {
			out[compact(valueOf(i))] = instanceID
		}
	}
	if len(out) == 0 {
		t.Inapplicable("the platform shows no instanceId, which 4.5.7 recommends; without it no instance can be addressed")
	}
	return out
}

// instanceWith is the instance of the level with the value.
func (s series) instanceWith(t *T, value any) (instanceID string) {
	ids := instanceIDs(t, s.id, s.level)
	instanceID, found := ids[compact(value)]
	t.Require(found).To(answering(found, "an instance of %s with value %v has to be there; there are %v", s.level, value, slices.Sorted(maps.Keys(ids))))
	return instanceID
}

// entityIn is the evolution of the entity in the list of an answer, nil when it is
// not there.
func entityIn(t *T, r *probe.Response, id string) ngsild.Object {
	for _, e := range evolutionsIn(t, r) {
		if e["id"] == id {
			return e
		}
	}
	return nil
}

// evolutionsIn requires an answer with an array of evolutions.
func evolutionsIn(t *T, r *probe.Response) []ngsild.Object {
	t.Require(r).To(HaveStatus(200, 206))
	var found []ngsild.Object
	for i, item := range t.List(r) {
		e, ok := item.(ngsild.Object)
		t.Require(r).To(answering(ok, "item %d of the list is no entity but %s", i, compact(item)))
		found = append(found, e)
	}
	slices.SortStableFunc(found, func(a, b ngsild.Object) int {
		x, _ := a["id"].(string)
		y, _ := b["id"].(string)
		return cmp.Compare(x, y)
	})
	return found
}
