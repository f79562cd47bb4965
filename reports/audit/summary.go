// Package audit is the report of an audit: how many entities are as their data
// models say, by type and by attribute, and what is most often wrong with the rest;
// and its forms: text, JSON, CSV, SARIF and a page for people.
package audit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/oasc/mimcheck/reports"
)

// SchemaVersion is the version of the report's form, major.minor: see
// schemas/audit.schema.json.
const SchemaVersion = "1.0"

// Verdict sums an audit up.
type Verdict string

// The verdicts.
const (
	// Conformant: every entity that has a data model is as it says, and all were read.
	Conformant Verdict = "conformant"
	// NonConformant: at least one entity is not.
	NonConformant Verdict = "nonConformant"
	// Inconclusive: none is known to be wrong, but not all could be judged, or none was.
	Inconclusive Verdict = "inconclusive"
)

// ExitCode is the exit code of a command that ends with the verdict.
func (v Verdict) ExitCode() int {
	switch v {
	case Conformant:
		return 0
	case NonConformant:
		return 1
	}
	return 3
}

// Label is the verdict in words.
func (v Verdict) Label() string {
	switch v {
	case Conformant:
		return "Conformant"
	case NonConformant:
		return "Not conformant"
	}
	return "Inconclusive"
}

// Summary is the report of one audit. Lists are sorted: types by IRI, errors by how
// often they were met, what stands in the input by its place.
type Summary struct {
	SchemaVersion string       `json:"schemaVersion"`
	Tool          reports.Tool `json:"tool"`
	Source        Source       `json:"source"`
	Verdict       Verdict      `json:"verdict"`
	Reason        string       `json:"reason"`
	Complete      bool         `json:"complete"` // all that was to be read was read
	Counts        Counts       `json:"counts"`
	Types         []Type       `json:"types"`
	Errors        []Error      `json:"errors"`   // the commonest first
	Findings      []Finding    `json:"findings"` // the first ones, in the order of the input
	Doubts        []Doubt      `json:"doubts,omitempty"`
	Broken        []Broken     `json:"broken,omitempty"` // the first ones
	Notes         []string     `json:"notes,omitempty"`  // what a reader has to know
}

// Source says what was audited.
type Source struct {
	Name   string `json:"name"`             // file name or platform
	File   string `json:"file,omitempty"`   // path as given, when it is a file
	URL    string `json:"url,omitempty"`    // address, when it is a platform
	Sample int    `json:"sample,omitempty"` // entities that were chosen, at most; 0 for all
	Seed   uint64 `json:"seed,omitempty"`   // of the choice
}

// Counts are numbers of entities. Read is the sum of Valid, Invalid, CantTell and
// NoModel; what is Broken is no entity at all.
type Counts struct {
	Read     int64 `json:"read"`
	Valid    int64 `json:"valid"`
	Invalid  int64 `json:"invalid"`
	CantTell int64 `json:"cantTell"`
	NoModel  int64 `json:"noModel"`
	Broken   int64 `json:"broken"`  // lines or items that are no JSON entity
	Unseen   int64 `json:"unseen"`  // entities that were read past and not chosen for the sample
	Repeats  int64 `json:"repeats"` // entities that a platform listed again under another of their types
}

// Add adds other to c.
func (c *Counts) Add(other Counts) {
	c.Read += other.Read
	c.Valid += other.Valid
	c.Invalid += other.Invalid
	c.CantTell += other.CantTell
	c.NoModel += other.NoModel
	c.Broken += other.Broken
	c.Unseen += other.Unseen
	c.Repeats += other.Repeats
}

// Type is what was found about the entities of one type.
type Type struct {
	Name        string       `json:"name"` // as served first
	IRI         string       `json:"iri"`
	Model       string       `json:"model,omitempty"` // id, empty for none
	Via         string       `json:"via,omitempty"`   // how the model was found
	Entities    int64        `json:"entities"`
	Valid       int64        `json:"valid"`
	Invalid     int64        `json:"invalid"`
	CantTell    int64        `json:"cantTell"`
	NoModel     int64        `json:"noModel"`
	Attributes  []Attribute  `json:"attributes"`
	Suggestions []Suggestion `json:"suggestions,omitempty"` // for a type without a model
	Repairs     []string     `json:"repairs,omitempty"`     // known defects of the published schema that were read around
}

// Attribute is what was found about one attribute of a type.
type Attribute struct {
	Name     string `json:"name"`
	Present  int64  `json:"present"`  // entities that have it
	Faulty   int64  `json:"faulty"`   // entities in which something is wrong with it, or that should have it and have not
	InModel  bool   `json:"inModel"`  // the model describes it
	Required bool   `json:"required"` // the model requires it
}

// Suggestion is a model that a type without one may be meant to follow.
type Suggestion struct {
	Model  string   `json:"model"`
	Shared []string `json:"shared"` // attribute names that both have
	Score  float64  `json:"score"`  // share of common names among all, 0 to 1
}

// Error is one way in which entities of a type are wrong.
type Error struct {
	Type       string    `json:"type"` // name
	Model      string    `json:"model,omitempty"`
	Place      string    `json:"place"`            // pointer in the model's form, list items as *
	Keyword    string    `json:"keyword"`          // of JSON Schema, or ngsi-ld
	Member     string    `json:"member,omitempty"` // the name that is missing or not foreseen
	Entities   int64     `json:"entities"`         // in which it occurs
	Count      int64     `json:"count"`            // times that it occurs
	Examples   []Finding `json:"examples"`
	Suggestion string    `json:"suggestion,omitempty"`
}

// Finding is one error in one entity.
type Finding struct {
	File    string `json:"-"`      // of the input, where there are several
	Entity  string `json:"entity"` // id
	Type    string `json:"type"`
	Place   string `json:"place"`
	Keyword string `json:"keyword"`
	Member  string `json:"member,omitempty"`
	Message string `json:"message"`
	Pointer string `json:"pointer"`          // RFC 6901, into the entity as read
	Schema  string `json:"schema,omitempty"` // absolute location of the keyword
	Line    int64  `json:"line,omitempty"`   // in the input, from 1
	Column  int64  `json:"column,omitempty"` // in Unicode characters, from 1
	Order   int64  `json:"order"`            // number of the entity in the input, from 1
}

// Doubt is a reason for which entities could not be judged.
type Doubt struct {
	File     string `json:"-"` // of the input, where there are several
	Reason   string `json:"reason"`
	Entities int64  `json:"entities"`
	Example  string `json:"example"` // id of an entity
	Line     int64  `json:"line,omitempty"`
	Order    int64  `json:"order"`
}

// Broken is something in the input that is no entity.
type Broken struct {
	File   string `json:"-"` // of the input, where there are several
	Line   int64  `json:"line,omitempty"`
	Column int64  `json:"column,omitempty"`
	Where  string `json:"where,omitempty"` // for a platform: the request
	Reason string `json:"reason"`
	Order  int64  `json:"order"`
}

// Conclude sets the verdict and its reason from the counts.
func (s *Summary) Conclude() {
	c := s.Counts
	switch {
	case c.Invalid > 0:
		s.Verdict, s.Reason = NonConformant, fmt.Sprintf("%d of %d judged entities are not as their data model or NGSI-LD says", c.Invalid, c.Valid+c.Invalid)
	case c.Broken > 0:
		s.Verdict, s.Reason = Inconclusive, fmt.Sprintf("%d parts of the input could not be read as entities", c.Broken)
	case c.CantTell > 0:
		s.Verdict, s.Reason = Inconclusive, fmt.Sprintf("%d of %d entities allow no judgement", c.CantTell, c.Read)
	case !s.Complete:
		s.Verdict, s.Reason = Inconclusive, "the audit ended before everything was read"
	case c.Valid == 0:
		s.Verdict, s.Reason = Inconclusive, "no entity could be held against a data model"
	case c.NoModel > 0:
		s.Verdict, s.Reason = Conformant, fmt.Sprintf("all %d entities that have a data model are as it says; %d have none and were not judged", c.Valid, c.NoModel)
	default:
		s.Verdict, s.Reason = Conformant, fmt.Sprintf("all %d entities are as their data models say", c.Valid)
	}
}

// Sort brings the lists into their order.
func (s *Summary) Sort() {
	slices.SortFunc(s.Types, func(a, b Type) int { return cmp.Or(cmp.Compare(a.IRI, b.IRI), cmp.Compare(a.Name, b.Name)) })
	for i := range s.Types {
		slices.SortFunc(s.Types[i].Attributes, func(a, b Attribute) int {
			return cmp.Or(-cmp.Compare(a.Faulty, b.Faulty), cmp.Compare(a.Name, b.Name))
		})
	}
	slices.SortFunc(s.Errors, func(a, b Error) int {
		return cmp.Or(-cmp.Compare(a.Entities, b.Entities), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Place, b.Place),
			cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Member, b.Member))
	})
	slices.SortStableFunc(s.Findings, compareFindings)
	for i := range s.Errors {
		slices.SortStableFunc(s.Errors[i].Examples, compareFindings)
	}
	slices.SortFunc(s.Doubts, func(a, b Doubt) int {
		return cmp.Or(-cmp.Compare(a.Entities, b.Entities), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortStableFunc(s.Broken, func(a, b Broken) int { return cmp.Compare(a.Order, b.Order) })
}

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Member, b.Member))
}

// Decode reads a summary that JSON wrote.
func Decode(b []byte) (*Summary, error) {
	var s Summary
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("this is no audit report: %w", err)
	}
	if s.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("this is no audit report of version %s: schemaVersion is %q", SchemaVersion, s.SchemaVersion)
	}
	return &s, nil
}

// LeftOut says how many errors are not among the findings.
func (s *Summary) LeftOut() int64 {
	n := -int64(len(s.Findings))
	for i := range s.Errors {
		n += s.Errors[i].Count
	}
	return max(0, n)
}
