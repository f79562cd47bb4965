// Package models is the data-model catalogue: which model an entity type follows,
// the schema of each model, and the reduction of NGSI-LD entities to the
// key-values form that a schema describes.
//
// A catalogue is layered: a small built-in set at the bottom, and over it what the
// user gives: checkouts of Smart Data Models repositories, or a city's own folder of
// JSON Schemas. It never touches the network.
package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/validate"
)

// Catalogue holds the data models that a run knows. It is safe for concurrent use.
// Use it by pointer.
type Catalogue struct {
	sources  []*source // the top layer first
	models   []*Model  // sorted by id, without those that an upper layer replaces
	problems []Problem

	loose  *validate.Validator
	strict *validate.Validator

	index  sync.Once
	byIRI  map[string][]*Model
	byName map[string][]*Model

	mu    sync.Mutex
	names map[string]*namesEntry // by canonical @context
}

// Model is one data model. Its texts are as its publisher wrote them.
type Model struct {
	Name      string // short type name, such as AirQualityObserved
	Subject   string // the repository or folder that it is in, such as dataModel.Environment
	SchemaURL string
	Origin    string // where it was read from: a path, or "built-in"
	Licence   string // as far as it is stated
	Commit    string // of the repository, as far as it is known
	Date      string // of that commit

	catalogue *Catalogue
	source    *source
	file      *file
	context   *file // the @context of its repository, nil for none

	once    sync.Once
	details details
	err     error
}

// ID names the model within its catalogue: SUBJECT/NAME.
func (m *Model) ID() string { return m.Subject + "/" + m.Name }

// Problem is something in a source that cannot be used; the rest of it still is.
type Problem struct {
	Where  string // model id, or path
	Reason string
}

func (p Problem) String() string { return p.Where + ": " + p.Reason }

// Models lists the models, sorted by id.
func (c *Catalogue) Models() []*Model { return slices.Clone(c.models) }

// Problems lists what could not be read when the catalogue was opened. Check finds
// what is wrong with the models themselves.
func (c *Catalogue) Problems() []Problem { return slices.Clone(c.problems) }

// Check compiles every model and lists those that cannot judge, sorted by id.
func (c *Catalogue) Check() []Problem {
	var found []Problem
	for _, m := range c.models {
		if err := m.Err(); err != nil {
			found = append(found, Problem{m.ID(), err.Error()})
		}
	}
	return found
}

// Schema is the model's schema. A broken one judges everything as CantTell.
func (m *Model) Schema() *validate.Schema { return m.catalogue.loose.Schema(m.SchemaURL) }

// StrictSchema is the model's schema with both engines judging where both can.
func (m *Model) StrictSchema() *validate.Schema { return m.catalogue.strict.Schema(m.SchemaURL) }

// Err says why the model cannot judge anything, nil when it can.
func (m *Model) Err() error {
	if err := m.load(); err != nil {
		return err
	}
	return m.Schema().Err()
}

// Document implements validate.Documents: a schema document by any of its addresses.
func (c *Catalogue) Document(url string) (any, error) {
	if f := c.find(url); f != nil {
		doc, err := f.document()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		return doc, nil
	}
	if doc, ok := geoJSONSchema(url); ok {
		return doc, nil
	}
	return nil, fmt.Errorf("%s is not in the catalogue, and nothing is fetched from the network", url)
}

// find is the file that an address stands for in the topmost layer that has it.
func (c *Catalogue) find(address string) *file {
	for _, s := range c.sources {
		if f := s.find(address); f != nil {
			return f
		}
	}
	return nil
}

// Errors of look-ups; test with errors.Is.
var (
	// ErrNoModel: no model of the catalogue is about the type.
	ErrNoModel = errors.New("no data model")
	// ErrAmbiguous: several models are, and nothing says which is meant.
	ErrAmbiguous = errors.New("ambiguous data model")
)

// Match says which model a type follows and how that is known.
type Match struct {
	Model *Model
	Via   Via
}

// Via is how the model of a type was found.
type Via string

// The ways.
const (
	ViaDeclaration Via = "declaration" // the platform's statement names the model
	ViaIRI         Via = "iri"         // the type expands to the IRI that the model has
	ViaOldIRI      Via = "oldIri"      // it expands to the IRI of the older, common @context
)

// ForType finds the model of an entity type: by the platform's declaration, else by
// the type's IRI. The short name alone says nothing. declared maps type IRIs or short
// names as served to a model, by its name, id or IRI, or to a subject, for its model
// of the type's own name.
func (c *Catalogue) ForType(t Type, declared map[string]string) (Match, error) {
	for _, key := range []string{t.IRI, t.Served} {
		if name, ok := declared[key]; ok && key != "" {
			m, err := c.FindFor(t, name)
			if err != nil {
				return Match{}, fmt.Errorf("type %s is declared to follow %q: %w", t.Served, name, err)
			}
			return Match{m, ViaDeclaration}, nil
		}
	}
	c.index.Do(c.makeIndex)
	switch found := c.byIRI[t.IRI]; len(found) {
	case 0:
	case 1:
		via := ViaIRI
		if !slices.Contains(found[0].IRIs(), t.IRI) {
			via = ViaOldIRI
		}
		return Match{found[0], via}, nil
	default:
		return Match{}, fmt.Errorf("%w: the IRI %s is that of %s; declare which one the type follows", ErrAmbiguous, t.IRI, ids(found))
	}
	hint := ""
	if same := c.byName[t.Short()]; len(same) > 0 {
		hint = fmt.Sprintf(" (a model with this name has the IRI %s: use its @context, or declare the type)", strings.Join(same[0].IRIs(), ", "))
		if len(same[0].IRIs()) == 0 {
			hint = fmt.Sprintf(" (the model %s bears this name, but no @context beside it gives it an IRI: add one, or declare that the type follows it)", same[0].ID())
		}
	}
	return Match{}, fmt.Errorf("%w is known for type %s, which expands to %s%s", ErrNoModel, t.Served, t.IRI, hint)
}

// Find looks a model up by its id, its type IRI or its name. The error is ErrNoModel
// or ErrAmbiguous.
func (c *Catalogue) Find(name string) (*Model, error) {
	c.index.Do(c.makeIndex)
	for _, m := range c.models {
		if m.ID() == name {
			return m, nil
		}
	}
	found := c.byIRI[name]
	if len(found) == 0 {
		found = c.byName[name]
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w is known as %q", ErrNoModel, name)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%w: %q may be any of %s; name one of these", ErrAmbiguous, name, ids(found))
}

// FindFor is Find for what a type is declared to follow, which may also be a subject:
// then it is the subject's model of the type's own name.
func (c *Catalogue) FindFor(t Type, name string) (*Model, error) {
	m, err := c.Find(name)
	if errors.Is(err, ErrNoModel) {
		if ofSubject, none := c.Find(name + "/" + t.Short()); none == nil {
			return ofSubject, nil
		}
	}
	return m, err
}

func ids(models []*Model) string {
	words := make([]string, len(models))
	for i, m := range models {
		words[i] = m.ID()
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// makeIndex maps IRIs and names to models.
func (c *Catalogue) makeIndex() {
	c.byIRI, c.byName = map[string][]*Model{}, map[string][]*Model{}
	add := func(to map[string][]*Model, key string, m *Model) {
		if key != "" && !slices.Contains(to[key], m) {
			to[key] = append(to[key], m)
		}
	}
	for _, m := range c.models {
		add(c.byName, m.Name, m)
		for _, iri := range m.IRIs() {
			add(c.byIRI, iri, m)
		}
	}
	// The older @context that all subjects shared names types by another IRI.
	for _, s := range c.sources {
		f := s.find(unionContext)
		if f == nil {
			continue
		}
		for term, iri := range f.terms() {
			if len(c.byIRI[iri]) > 0 {
				continue
			}
			for _, m := range c.byName[term] {
				add(c.byIRI, iri, m)
			}
		}
	}
}

// unionContext is where the older @context of all subjects is published.
const unionContext = "https://smart-data-models.github.io/data-models/context.jsonld"

func sortModels(models []*Model) {
	slices.SortFunc(models, func(a, b *Model) int { return cmp.Compare(a.ID(), b.ID()) })
}
