// Package filecheck holds the entities of files against data models: JSON, JSON-LD,
// NDJSON and GeoJSON, packed by gzip or not.
package filecheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

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
	Line    int              `json:"line,omitempty"`    // of a file with an entity on each line, from 1
	Pointer string           `json:"pointer,omitempty"` // RFC 6901, of the entity in its JSON document
	ID      string           `json:"id,omitempty"`
	Types   []string         `json:"types,omitempty"` // as served
	Models  []string         `json:"models,omitempty"`
	Verdict validate.Verdict `json:"verdict"`
	Reason  string           `json:"reason,omitempty"` // of cantTell
	Errors  []Error          `json:"errors,omitempty"` // of invalid
}

// Error is one way in which an entity is not as its model says.
type Error struct {
	Pointer string `json:"pointer"` // RFC 6901, into the JSON document
	Model   string `json:"model,omitempty"`
	Keyword string `json:"keyword,omitempty"` // of JSON Schema; empty for what NGSI-LD does not allow
	About   string `json:"about,omitempty"`   // the instance or language concerned
	Message string `json:"message"`
}

// File calls f with the result of each entity of a file, in order. What cannot be read
// is a result too, cantTell. The error is f's, or that of a context that is done.
func (c *Checker) File(ctx context.Context, name string, in io.Reader, f func(Result) error) error {
	return documents(name, in, func(d document) error {
		if d.problem != "" {
			return f(Result{File: name, Line: d.line, Verdict: validate.CantTell, Reason: d.problem})
		}
		for _, e := range entitiesOf(d.value) {
			if err := ctx.Err(); err != nil {
				return err
			}
			r := c.judge(e)
			r.File, r.Line, r.Pointer = name, d.line, e.pointer
			if err := f(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Checker) judge(f found) Result {
	r := Result{Verdict: validate.Valid}
	if f.problem != "" {
		r.doubt(f.problem)
		return r
	}
	e, err := c.read(f)
	if err != nil {
		r.ID, _ = f.object["id"].(string)
		r.doubt(err.Error())
		return r
	}
	r.ID = e.ID
	for _, t := range e.Types {
		r.Types = append(r.Types, t.Served)
	}
	for _, fault := range e.Faults {
		r.Verdict = validate.Invalid
		r.Errors = append(r.Errors, Error{Pointer: f.served(fault.Pointer), Message: fault.Message})
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
			r.Verdict = validate.Invalid
			for _, x := range j.Errors {
				r.Errors = append(r.Errors, Error{f.served(x.Served), m.ID(), x.Keyword, x.About, x.Message})
			}
		default:
			r.doubt(j.Reason)
		}
	}
	return r
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

func (c *Checker) read(f found) (*models.Entity, error) {
	context, has := f.object["@context"]
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
	e := models.ReadWith(f.object, c.Form, names)
	if f.geometry == nil {
		return e, nil
	}
	object := maps.Clone(f.object)
	if e.Form == models.Normalised {
		object["location"] = map[string]any{"type": string(models.GeoProperty), "value": f.geometry}
	} else {
		object["location"] = f.geometry
	}
	return models.ReadWith(object, e.Form, names), nil
}
