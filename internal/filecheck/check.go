// Package filecheck holds the entities of files against data models: JSON, JSON-LD,
// NDJSON and GeoJSON, packed by gzip or not.
package filecheck

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// Checker says what entities are held against.
type Checker struct {
	Catalogue *models.Catalogue
	Model     *models.Model     // of all entities, nil to find it by their types
	Declared  map[string]string // model by type, where the type's IRI does not tell
	Context   any               // @context of entities that have none, nil for the core @context
	Form      models.Form       // representation of the entities, empty to tell it by looking
	Strict    bool              // let both engines judge wherever both can
}

// Result is what is said of one entity, or of what was to be one.
type Result struct {
	File    string           `json:"file"`
	Line    int64            `json:"line,omitempty"`    // at which it begins, from 1
	Column  int64            `json:"column,omitempty"`  // in Unicode characters, from 1
	Pointer string           `json:"pointer,omitempty"` // RFC 6901, of the entity in its JSON document
	ID      string           `json:"id,omitempty"`
	Types   []string         `json:"types,omitempty"` // as served
	Models  []string         `json:"models,omitempty"`
	Verdict validate.Verdict `json:"verdict"`
	Reason  string           `json:"reason,omitempty"` // of cantTell
	Broken  bool             `json:"broken,omitempty"` // there is no entity to judge
	Errors  []Error          `json:"errors,omitempty"` // of invalid
}

// Error is one way in which an entity is not as its model says.
type Error struct {
	Pointer string `json:"pointer"`          // RFC 6901, into the JSON document
	Line    int64  `json:"line,omitempty"`   // of the member that it is about
	Column  int64  `json:"column,omitempty"` // in Unicode characters, from 1
	Model   string `json:"model,omitempty"`
	Keyword string `json:"keyword,omitempty"` // of JSON Schema; empty for what NGSI-LD does not allow
	Member  string `json:"member,omitempty"`  // the name that is missing or not foreseen
	About   string `json:"about,omitempty"`   // the instance or language concerned
	Message string `json:"message"`
}

// File calls f with the result of each entity of a file, in order. What cannot be read
// is a result too, cantTell. The error is f's, that of a context that is done, or a
// *fs.PathError of a file that cannot be opened.
func (c *Checker) File(ctx context.Context, file *entityfile.File, f func(Result) error) error {
	var stopped error // by the receiver or the context
	given := 0
	err := file.Each(ctx, func(items []entityfile.Item) error {
		for i := range items {
			given++
			if stopped = ctx.Err(); stopped != nil {
				return stopped
			}
			if stopped = f(c.judge(file.Path, &items[i])); stopped != nil {
				return stopped
			}
		}
		return nil
	})
	var notOpened *fs.PathError
	switch {
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &notOpened) && notOpened.Op == "open":
		return err
	case err != nil:
		return f(Result{File: file.Path, Broken: true, Verdict: validate.CantTell, Reason: "it can't be read further: " + err.Error()})
	case given == 0:
		return f(Result{File: file.Path, Broken: true, Verdict: validate.CantTell, Reason: "it is empty: expected an entity, or a list of them"})
	}
	return nil
}

func (c *Checker) judge(file string, item *entityfile.Item) Result {
	r := Result{File: file, Line: item.Line, Column: item.Column, Pointer: item.Pointer, Verdict: validate.Valid}
	object, err := item.Object()
	if err != nil {
		var why string
		r.Broken = true
		r.Line, r.Column, why = item.Explain(err)
		r.doubt(why)
		return r
	}
	e, err := c.read(item, object)
	if err != nil {
		r.ID, _ = object["id"].(string)
		r.doubt(err.Error())
		return r
	}
	r.ID = e.ID
	for _, t := range e.Types {
		r.Types = append(r.Types, t.Served)
	}
	for _, fault := range e.Faults {
		r.wrong(item, fault.Pointer, Error{Message: fault.Message})
	}
	for _, m := range c.modelsOf(e, &r) {
		r.Models = append(r.Models, m.ID())
		j := e.Judge(m)
		if c.Strict {
			j = e.JudgeStrictly(m)
		}
		switch j.Verdict {
		case validate.Valid:
		case validate.Invalid:
			for _, x := range j.Errors {
				r.wrong(item, x.Served, Error{Model: m.ID(), Keyword: x.Keyword, Member: x.Member, About: x.About, Message: x.Message})
			}
		default:
			r.doubt(j.Reason)
		}
	}
	return r
}

// wrong adds an error at a pointer into the entity.
func (r *Result) wrong(item *entityfile.Item, pointer string, e Error) {
	r.Verdict = validate.Invalid
	e.Pointer = item.Pointer + item.Served(pointer)
	e.Line, e.Column = item.Locate(pointer)
	r.Errors = append(r.Errors, e)
}

// doubt notes that something could not be judged; what is invalid stays so.
func (r *Result) doubt(reason string) {
	if r.Verdict == validate.Valid {
		r.Verdict = validate.CantTell
	}
	r.Reason = strings.TrimPrefix(r.Reason+"; "+reason, "; ")
}

// modelsOf finds the models of the entity's types, each once.
func (c *Checker) modelsOf(e *models.Entity, r *Result) []*models.Model {
	if c.Model != nil {
		return []*models.Model{c.Model}
	}
	var found []*models.Model
	for _, t := range e.Types {
		match, err := c.Catalogue.ForType(t, c.Declared)
		switch {
		case err != nil:
			r.doubt(err.Error())
		case !slices.Contains(found, match.Model):
			found = append(found, match.Model)
		}
	}
	return found
}

func (c *Checker) read(item *entityfile.Item, object map[string]any) (*models.Entity, error) {
	context, has := object["@context"]
	if !has {
		context = c.Context
	}
	names, err := c.Catalogue.Names(context)
	if errors.Is(err, models.ErrContextUnknown) {
		return nil, fmt.Errorf("%w; add the models that it belongs to by `mimcheck models sync`", err)
	}
	if err != nil {
		return nil, err
	}
	return item.Entity(object, c.Form, names), nil
}
