package mim2

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// subject is one sampled entity as the checks look at it.
type subject struct {
	id     string
	entity *models.Entity
	models []*models.Model // of its types, as far as they have one
}

// view is the sample as one check sees it, and what keeps the check from a full
// judgement.
type view struct {
	t        *suites.T
	subjects []subject
	doubts   []string // why entities or models cannot be judged
	strange  []string // types without a model
	judged   int
	told     map[*models.Model]bool // whose repairs are noted
}

// look reads the run's sample.
func look(t *suites.T) *view {
	if t.Env.Models == nil {
		t.Untested("the run has no data models")
	}
	v := &view{t: t, told: map[*models.Model]bool{}}
	sample := t.Sampled()
	type entity struct{ of int }
	type reading struct {
		*models.Entity
		err error
	}
	for i, s := range sample.Entities {
		e := suites.ReadOnce(sample, entity{i}, func() reading {
			e, err := t.Env.Models.ReadEntity(s.Body, models.Normalised)
			return reading{e, err}
		})
		if e.err != nil {
			v.doubt("entity %s: %v", s.ID, e.err)
			continue
		}
		v.subjects = append(v.subjects, v.resolve(subject{id: s.ID, entity: e.Entity}))
	}
	return v
}

// strictly holds an entity of the sample against a model, once a run.
func strictly(t *suites.T, e *models.Entity, m *models.Model) models.Judgement {
	type held struct {
		*models.Entity
		*models.Model
	}
	return suites.ReadOnce(t.Sampled(), held{e, m}, func() models.Judgement { return e.JudgeStrictly(m) })
}

// resolve finds the models of the subject's types.
func (v *view) resolve(s subject) subject {
	for _, kind := range s.entity.Types {
		match, err := v.t.Env.Models.ForType(kind, v.t.Env.Types)
		switch {
		case err == nil:
			s.models = append(s.models, match.Model)
			v.noteRepairs(match.Model)
		case errors.Is(err, models.ErrNoModel):
			v.strange = addOnce(v.strange, err.Error())
		default:
			v.doubt("%v", err)
		}
	}
	return s
}

// noteRepairs tells which known defects of the model's schema are read around.
func (v *view) noteRepairs(m *models.Model) {
	if v.told[m] {
		return
	}
	v.told[m] = true
	for _, r := range m.Repairs() {
		v.t.Note("Model %s is read with a repair of its published schema: %s.", m.ID(), r)
	}
}

func (v *view) doubt(formatted string, args ...any) {
	v.doubts = addOnce(v.doubts, fmt.Sprintf(formatted, args...))
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// conclude ends the check when nothing, or not all, could be judged. A mismatch that
// was seen before still counts.
func (v *view) conclude(nothing string) {
	switch {
	case len(v.doubts) > 0:
		v.t.CantTell("%s", several(v.doubts))
	case v.judged == 0 && len(v.strange) > 0:
		v.t.Untested("%s: %s", nothing, several(v.strange))
	case v.judged == 0: // every entity was looked at, and what the rule is about is in none
		v.t.Inapplicable("%s", nothing)
	}
}

// several shows the first of some sentences.
func several(sentences []string) string {
	if len(sentences) == 1 {
		return sentences[0]
	}
	return fmt.Sprintf("%s (and %d more)", sentences[0], len(sentences)-1)
}

// eachModelled calls f for each entity and each model of its types.
func (v *view) eachModelled(f func(s subject, m *models.Model)) {
	for _, s := range v.subjects {
		for _, m := range s.models {
			v.judged++
			f(s, m)
		}
	}
}

// each calls f for each entity.
func (v *view) each(f func(s subject)) {
	for _, s := range v.subjects {
		v.judged++
		f(s)
	}
}

// maxFindings bounds the findings of one check: a defect that all entities share is
// told by a few of them.
const maxFindings = 20

// mismatch collects a finding about a sampled entity.
func (v *view) mismatch(f reports.Finding) { v.t.Expect(f).To(never{}) }

// never is a matcher that no finding passes: the finding is the mismatch.
type never struct{}

var _ types.GomegaMatcher = never{}

func (never) Match(any) (bool, error)            { return false, nil }
func (never) FailureMessage(actual any) string   { return actual.(reports.Finding).Message }
func (never) NegatedFailureMessage(any) string   { return "a finding was not expected to match" }
func (never) Finding(actual any) reports.Finding { return actual.(reports.Finding) }

// tally groups mismatches that say the same of many entities.
type tally struct {
	v     *view
	count map[string]int
	order []string
	first map[string]reports.Finding
}

func (v *view) tally() *tally {
	return &tally{v: v, count: map[string]int{}, first: map[string]reports.Finding{}}
}

// add counts a mismatch under what it says; example names the entity.
func (y *tally) add(what, example string, f reports.Finding) {
	if y.count[what]++; y.count[what] == 1 {
		y.order = append(y.order, what)
		f.Message = "entity " + shorten(example) + ": " + what
		y.first[what] = f
	}
}

// shorten cuts what would fill a page.
func shorten(id string) string {
	const most = 160
	if len(id) > most {
		return id[:most] + "…"
	}
	return id
}

// report turns the counted mismatches into findings, in the order of the sample.
func (y *tally) report() {
	for i, what := range y.order {
		if i == maxFindings {
			y.v.mismatch(reports.Finding{Message: fmt.Sprintf("and %d more kinds of mismatch", len(y.order)-maxFindings)})
			return
		}
		f := y.first[what]
		if n := y.count[what]; n > 1 {
			f.Message += fmt.Sprintf(" (and %d more times in the sample)", n-1)
		}
		y.v.mismatch(f)
	}
}

// judge holds each modelled entity against its model and reports the errors that
// belong to the check.
func (v *view) judge(belongs func(f models.Finding, kind models.Kind) bool) {
	y := v.tally()
	v.eachModelled(func(s subject, m *models.Model) {
		j := strictly(v.t, s.entity, m)
		if j.Verdict == validate.CantTell {
			v.doubt("entity %s: %s", s.id, j.Reason)
			v.judged--
			return
		}
		for _, f := range j.Errors {
			if !belongs(f, kindAt(s.entity, f.Served)) {
				continue
			}
			y.add(m.Name+place(f)+": "+f.Message, s.id, reports.Finding{Pointer: f.Served, Expected: f.Schema, Actual: f.Message})
		}
	})
	y.report()
	v.conclude("no sampled entity is of a type with a data model")
}

// place is where in the model's form a finding is, list items told alike.
func place(f models.Finding) string {
	tokens := strings.Split(f.Pointer, "/")
	for i, t := range tokens {
		if t != "" && strings.Trim(t, "0123456789") == "" {
			tokens[i] = "*"
		}
	}
	at := strings.Join(tokens, "/")
	if f.About != "" {
		at += " (" + f.About + ")"
	}
	return at
}

// kindAt is the kind of the attribute that a pointer as served is in.
func kindAt(e *models.Entity, pointer string) models.Kind {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	name = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
	for _, a := range e.Attributes {
		if a.Served == name {
			return a.Kind
		}
	}
	return ""
}
