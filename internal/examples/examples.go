// Package examples holds the examples that are published with data models against the
// models, by every engine, and finds where the engines differ.
package examples

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// Result is what is said of one entity of an example.
type Result struct {
	File     string             `json:"file"` // below the folder, with slashes
	Kind     string             `json:"kind"` // the file's name, which says the representation
	Line     int64              `json:"line,omitempty"`
	Model    string             `json:"model"`
	Verdict  validate.Verdict   `json:"verdict"` // of both engines together
	Why      string             `json:"why,omitempty"`
	Keywords []string           `json:"keywords,omitempty"` // that an invalid entity breaks, each once
	Opinions []validate.Opinion `json:"opinions,omitempty"` // of each engine by itself
	Note     string             `json:"note,omitempty"`
}

// Disagree says whether one engine takes what another refuses.
func (r Result) Disagree() bool {
	says := func(v validate.Verdict) bool {
		return slices.ContainsFunc(r.Opinions, func(o validate.Opinion) bool { return o.Verdict == v })
	}
	return says(validate.Valid) && says(validate.Invalid)
}

// kinds are the files of examples that are in a representation of NGSI-LD.
// example-normalized.json is NGSIv2, and of no entity that is judged here.
func kinds() map[string]models.Form {
	return map[string]models.Form{
		"example.json": models.KeyValues, "example.jsonld": models.KeyValues,
		"example-normalized.jsonld": models.Normalised, "example-geojsonfeature.json": models.AnyForm,
	}
}

// Check calls f for each entity of the examples in a folder with repositories of Smart
// Data Models, sorted by file; each is held against the model beside it. The error is
// f's, of the context, or says why the folder can't be read.
func Check(ctx context.Context, c *models.Catalogue, folder string, f func(Result) error) error {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*", "examples", "example*.json*"))
	if err != nil {
		return err
	}
	if _, err := os.ReadDir(folder); err != nil {
		return err
	}
	read := 0
	for _, path := range files {
		kind := filepath.Base(path)
		form, ok := kinds()[kind]
		if !ok {
			continue
		}
		name := filepath.Base(filepath.Dir(filepath.Dir(path)))
		subject := filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(path))))
		m, err := c.Find(subject + "/" + name)
		if err != nil {
			continue // a template, or no model that can be told
		}
		read++
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		base := Result{File: filepath.ToSlash(relative), Kind: kind, Model: m.ID(), Verdict: validate.CantTell}
		err = (&entityfile.File{Path: path}).Each(ctx, func(items []entityfile.Item) error {
			for i := range items {
				if err := f(judge(c, m, form, base, &items[i])); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if read == 0 {
		return errors.New("there are no examples in it: expected SUBJECT/MODEL/examples/example.json and the like, as Smart Data Models has them")
	}
	return nil
}

func judge(c *models.Catalogue, m *models.Model, form models.Form, r Result, item *entityfile.Item) Result {
	r.Line = item.Line
	object, err := item.Object()
	if err != nil {
		r.Line, _, r.Why = item.Explain(err)
		return r
	}
	names, err := c.Names(object["@context"])
	if err != nil { // the model is known all the same, by where the example stands
		r.Note = err.Error()
		if names, err = c.Names(nil); err != nil {
			r.Why = err.Error()
			return r
		}
	}
	e := item.Entity(object, form, names)
	r.Verdict = validate.Valid
	for _, fault := range e.Faults {
		r.refuse("ngsi-ld", fault.Pointer+": "+fault.Message)
	}
	j := e.JudgeStrictly(m)
	switch j.Verdict {
	case validate.Invalid:
		for _, x := range j.Errors {
			r.refuse(x.Keyword, x.String())
		}
	case validate.CantTell:
		if r.Verdict == validate.Valid {
			r.Verdict, r.Why = validate.CantTell, j.Reason
		}
	}
	r.Opinions = e.Opinions(m)
	return r
}

func (r *Result) refuse(keyword, why string) {
	if r.Verdict = validate.Invalid; r.Why == "" {
		r.Why = why
	}
	if !slices.Contains(r.Keywords, keyword) {
		r.Keywords = append(r.Keywords, keyword)
	}
}

// Engine is the short name of an engine.
func Engine(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
