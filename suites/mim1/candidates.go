package mim1

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// candidates are entities of the check's own among which a query has to choose.
// Each has a label that says on which side of the query's condition it stands.
type candidates struct {
	kind string            // the one type of them all; empty when they differ by type
	attr string            // the attribute in question; empty when there is none
	ids  map[string]string // label -> entity id
}

// candidatesOf creates the labelled entities. One without any attribute is given one: what
// a platform makes of those that have none is for mim1.query.type.bare to see.
func candidatesOf(t *T, entities map[string]ngsild.Object) candidates {
	c := candidates{ids: map[string]string{}}
	for _, label := range slices.Sorted(maps.Keys(entities)) {
		e := entities[label]
		if len(attributesOf(e)) == 0 {
			e[t.Name("other")] = ngsild.Property(label)
		}
		c.ids[label] = create(t, e)
	}
	return c
}

// attributed creates one entity a label, of one fresh type, that differ by one
// attribute; nil stands for an entity without it.
func attributed(t *T, attributes map[string]any) candidates {
	kind, attr := t.Name("Sensor"), t.Name("level")
	entities := map[string]ngsild.Object{}
	for _, label := range slices.Sorted(maps.Keys(attributes)) {
		e, attribute := ngsild.Entity(t.URN("Sensor"), kind), attributes[label]
		if attribute != nil {
			e[attr] = attribute
		}
		entities[label] = e
	}
	c := candidatesOf(t, entities)
	c.kind, c.attr = kind, attr
	return c
}

// valued creates one entity a label, of one fresh type, that differ by the value of
// one Property; nil stands for an entity without it.
func valued(t *T, values map[string]any) candidates {
	attributes := map[string]any{}
	for label, value := range values {
		if value == nil {
			attributes[label] = nil
			continue
		}
		attributes[label] = ngsild.Property(value)
	}
	return attributed(t, attributes)
}

// q is the parameter q with a condition on the attribute in question: c.q(">20").
func (c candidates) q(condition string) Option { return Query("q", c.attr+condition) }

// ofType is the parameter type that all candidates match.
func (c candidates) ofType() Option {
	if c.kind == "" {
		return Query()
	}
	return Query("type", c.kind)
}

// query sends GET /entities for the candidates' type with further options.
func (c candidates) query(t *T, by ...Option) *probe.Response {
	return t.GET(entities, append([]Option{c.ofType(), ample}, by...)...)
}

// ample is a page that holds all candidates of any check, whatever page the platform
// serves by default (5.5.9).
var ample = Query("limit", "100")

// expect queries the candidates and expects exactly those with the labels, in any order.
func (c candidates) expect(t *T, by Option, labels ...string) {
	c.expectIn(t, c.query(t, by), labels...)
}

// expectIn expects that the answer holds exactly the candidates with the labels.
func (c candidates) expectIn(t *T, r *probe.Response, labels ...string) {
	t.Expect(c.labels(entitiesIn(t, r))).To(chooseExactly(labels...))
}

// expectOrRefusal is expect for a query that the standard lets a platform refuse as
// bad data.
func (c candidates) expectOrRefusal(t *T, by Option, labels ...string) {
	r := c.query(t, by)
	if r.Status == 400 {
		t.Expect(r).To(BeProblem(400, ngsild.BadRequestData))
		return
	}
	c.expectIn(t, r, labels...)
}

// labels names the entities by the candidates' labels, and others by their ids.
func (c candidates) labels(found []ngsild.Object) []string {
	names := make([]string, 0, len(found))
	for _, e := range found {
		id, _ := e["id"].(string)
		name := id
		for label, of := range c.ids {
			if of == id {
				name = label
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// entitiesIn requires a 200 answer with an array of entities.
func entitiesIn(t *T, r *probe.Response) []ngsild.Object {
	t.Require(r).To(HaveStatus(200))
	return entityObjects(t, r)
}

// entityObjects requires an array of entities, whatever the status.
func entityObjects(t *T, r *probe.Response) []ngsild.Object { return objectsOf(t, r, "entity") }

// objectsOf requires an array of objects, whatever the status; noun says what they are.
func objectsOf(t *T, r *probe.Response, noun string) []ngsild.Object {
	var found []ngsild.Object
	for i, item := range t.List(r) {
		o, ok := item.(ngsild.Object)
		t.Require(r).To(answering(ok, "item %d of the list is no %s but %s", i, noun, compact(item)))
		found = append(found, o)
	}
	return found
}

// only requires that the answer is one entity and returns it.
func only(t *T, r *probe.Response) ngsild.Object {
	found := entitiesIn(t, r)
	t.Require(r).To(answering(len(found) == 1, "the answer holds %d entities, expected 1", len(found)))
	return found[0]
}

// chooseExactly matches the labels of the entities that a query chose: these, each
// once, in any order (5.7.2 gives none).
func chooseExactly(want ...string) types.GomegaMatcher {
	want = slices.Sorted(slices.Values(want))
	return &choice{want: want}
}

type choice struct{ want []string }

func (m *choice) Match(actual any) (bool, error) {
	got, ok := actual.([]string)
	if !ok {
		return false, fmt.Errorf("this matcher looks at labels, not at %T", actual)
	}
	return slices.Equal(got, m.want), nil
}

func (m *choice) FailureMessage(actual any) string {
	return fmt.Sprintf("the query chose %s, expected exactly %s", choices(actual.([]string)), choices(m.want))
}

func (m *choice) NegatedFailureMessage(any) string {
	return "the query chose exactly " + choices(m.want) + ", expected something else"
}

func (m *choice) Finding(actual any) reports.Finding {
	return reports.Finding{Message: m.FailureMessage(actual), Expected: choices(m.want), Actual: choices(actual.([]string))}
}

func choices(labels []string) string {
	if len(labels) == 0 {
		return "nothing"
	}
	return strings.Join(labels, ", ")
}

// answering matches a response when ok holds; else it tells what is wrong with it.
func answering(ok bool, format string, args ...any) types.GomegaMatcher {
	return &verdict{ok, fmt.Sprintf(format, args...)}
}

type verdict struct {
	ok   bool
	what string
}

func (m *verdict) Match(any) (bool, error)          { return m.ok, nil }
func (m *verdict) FailureMessage(any) string        { return m.what }
func (m *verdict) NegatedFailureMessage(any) string { return "expected not: " + m.what }
func (m *verdict) Finding(any) reports.Finding      { return reports.Finding{Message: m.what} }
