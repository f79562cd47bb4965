package models

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Summary tells what the model is without judging anything. A store has it at hand;
// for other sources the schema is read and compiled.
func (m *Model) Summary() Summary {
	if s, ok := m.source.summaries[m.ID()]; ok {
		return s
	}
	return m.summarise()
}

func (m *Model) summarise() Summary {
	s := Summary{ID: m.ID(), Title: m.Title(), Version: m.Version(), Licence: m.StatedLicence(), IRIs: m.IRIs()}
	for _, a := range m.Attributes() {
		s.Attributes = append(s.Attributes, a.Name)
	}
	if err := m.Err(); err != nil {
		s.Broken = err.Error()
	}
	for _, r := range m.Repairs() {
		s.Repairs = append(s.Repairs, r.String())
	}
	return s
}

// Search lists models by words that occur in their id, title or attribute names, the
// best first: all words have to occur somewhere. No word lists all models by id.
func (c *Catalogue) Search(query string) []Summary {
	words := strings.Fields(strings.ToLower(query))
	type hit struct {
		Summary
		score int
	}
	var hits []hit
	for _, m := range c.models {
		s := m.Summary()
		total := 0
		for _, w := range words {
			score := scoreOf(w, m.Name, s)
			if score == 0 {
				total = -1
				break
			}
			total += score
		}
		if total >= 0 {
			hits = append(hits, hit{s, total})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ID, b.ID))
	})
	found := make([]Summary, len(hits))
	for i, h := range hits {
		found[i] = h.Summary
	}
	return found
}

func scoreOf(word, name string, s Summary) int {
	name = strings.ToLower(name)
	switch {
	case name == word:
		return 100
	case strings.HasPrefix(name, word):
		return 50
	case strings.Contains(name, word):
		return 30
	case strings.Contains(strings.ToLower(s.ID), word):
		return 20
	case strings.Contains(strings.ToLower(s.Title), word):
		return 15
	}
	for _, a := range s.Attributes {
		if a = strings.ToLower(a); a == word {
			return 10
		} else if strings.Contains(a, word) {
			return 3
		}
	}
	return 0
}

// Suggestion is a model that a type without one may be meant to follow.
type Suggestion struct {
	Model  *Model
	Shared []string // attribute names that both have, sorted
	Score  float64  // Jaccard index of the attribute names, 0 to 1
}

// everywhere are attribute names that most models have, and that say nothing about
// which one is meant.
var everywhere = []string{
	"id", "type", "name", "description", "alternateName", "source", "dataProvider", "owner", "seeAlso",
	"dateCreated", "dateModified", "location", "address", "areaServed",
}

// Nearest lists the models that share the most attribute names with a type, at most
// n of them, the best first. Names that nearly all models have do not count.
func (c *Catalogue) Nearest(attributes []string, n int) []Suggestion {
	wanted := telling(attributes)
	if len(wanted) == 0 || n <= 0 {
		return nil
	}
	var list []Suggestion
	for _, m := range c.models {
		have := telling(m.Summary().Attributes)
		var shared []string
		for name := range wanted {
			if have[name] {
				shared = append(shared, name)
			}
		}
		if len(shared) == 0 {
			continue
		}
		slices.Sort(shared)
		list = append(list, Suggestion{m, shared, float64(len(shared)) / float64(len(wanted)+len(have)-len(shared))})
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(len(b.Shared), len(a.Shared)), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Model.ID(), b.Model.ID()))
	})
	return list[:min(n, len(list))]
}

func telling(names []string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		if n = LocalName(n); !slices.Contains(everywhere, n) {
			set[n] = true
		}
	}
	return set
}

// Change is one difference between two versions of a model.
type Change struct {
	Model string // id
	What  string // a sentence without its full stop
}

// Diff lists what changed from one catalogue to another, sorted by model. Built-in
// models are left out.
func Diff(from, to *Catalogue) []Change {
	var changes []Change
	before, after := from.given(), to.given()
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if after[id] == nil {
			changes = append(changes, Change{id, "is gone"})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(after)) {
		if before[id] == nil {
			changes = append(changes, Change{id, "is new"})
			continue
		}
		changes = append(changes, diffModels(before[id], after[id])...)
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Model, b.Model) })
	return changes
}

func (c *Catalogue) given() map[string]*Model {
	given := map[string]*Model{}
	for _, m := range c.models {
		if !m.source.builtin {
			given[m.ID()] = m
		}
	}
	return given
}

func diffModels(a, b *Model) []Change {
	var changes []Change
	say := func(formatted string, args ...any) {
		changes = append(changes, Change{b.ID(), fmt.Sprintf(formatted, args...)})
	}
	if a.Version() != b.Version() {
		say("has version %s instead of %s", orNone(b.Version()), orNone(a.Version()))
	}
	if before, after := errorText(a.Err()), errorText(b.Err()); before != after {
		if after == "" {
			say("is no longer broken")
		} else {
			say("is broken: %s", after)
		}
	}
	if before, after := strings.Join(a.IRIs(), " "), strings.Join(b.IRIs(), " "); before != after {
		say("has the type IRI %s instead of %s", orNone(after), orNone(before))
	}
	names := map[string]bool{}
	for _, m := range []*Model{a, b} {
		for _, attribute := range m.Attributes() {
			names[attribute.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := a.Attribute(name), b.Attribute(name)
		switch {
		case was == nil:
			say("has a new attribute %s%s", name, map[bool]string{true: ", which is required"}[is.Required])
		case is == nil:
			say("has no attribute %s any more", name)
		default:
			if was.Required != is.Required {
				say("%s attribute %s", map[bool]string{true: "requires", false: "no longer requires"}[is.Required], name)
			}
			if was.Kind != is.Kind {
				say("has attribute %s as %s instead of %s", name, orNone(string(is.Kind)), orNone(string(was.Kind)))
			}
			if was.IRI != is.IRI {
				say("has attribute %s under %s instead of %s", name, orNone(is.IRI), orNone(was.IRI))
			}
			if was.types != is.types {
				say("takes %s for attribute %s instead of %s", is.types, name, was.types)
			}
		}
	}
	if len(changes) == 0 && !sameDocument(a, b) {
		say("has other constraints or words")
	}
	return changes
}

func sameDocument(a, b *Model) bool {
	x, errA := a.file.read()
	y, errB := b.file.read()
	if errA != nil || errB != nil || bytes.Equal(x, y) {
		return errA == nil && errB == nil
	}
	one, errA := a.file.document()
	other, errB := b.file.document()
	if errA != nil || errB != nil {
		return false
	}
	x, errA = json.Marshal(one)
	y, errB = json.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// String lists the types of a set.
func (t typeSet) String() string {
	if t == anyType {
		return "anything"
	}
	var words []string
	for i, word := range []string{"null", "boolean", "number", "string", "array", "object"} {
		if t&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, " or ")
}
