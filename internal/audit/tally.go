package audit

import (
	"cmp"
	"slices"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
	reports "github.com/oasc/mimcheck/reports/audit"
)

// Bounds of what an audit keeps, however large or hostile the input is. What goes
// over a bound is counted and told.
const (
	maxTypes       = 2_000
	maxAttributes  = 1_000 // of one type
	maxErrors      = 2_000 // kinds of error
	maxDoubts      = 500
	maxFindings    = 1_000
	maxBroken      = 1_000
	maxExamples    = 5
	maxSuggestions = 3
)

// elsewhere is where types and attributes over the bounds are counted.
const elsewhere = "(others)"

// tally is what one worker has counted. The workers' tallies are added up at the end.
// Its members are exported so that it can be written to a state file.
type tally struct {
	Counts   reports.Counts
	Kinds    map[string]*kindTally    // by IRI
	Errors   map[errorKey]*errorTally `json:"-"`
	Findings []finding                // the first maxFindings that this worker met
	Doubts   map[string]*reports.Doubt
	Broken   []reports.Broken
	Crowded  map[string]bool // bounds that were reached
}

// kindTally is what was counted of a type.
type kindTally struct {
	Name       string
	IRI        string
	Model      string
	Via        models.Via
	Entities   int64
	Valid      int64
	Invalid    int64
	CantTell   int64
	NoModel    int64
	Attributes map[string]*reports.Attribute // by the model's name, else as served

	known *models.Model
}

// errorTally is what was counted of a kind of error.
type errorTally struct {
	reports.Error
	last int64 // order of the entity that it was met in last
}

// errorKey is what makes errors the same.
type errorKey struct{ Kind, Model, Place, Keyword, Member string }

func newTally() *tally {
	return &tally{Kinds: map[string]*kindTally{}, Errors: map[errorKey]*errorTally{}, Doubts: map[string]*reports.Doubt{}, Crowded: map[string]bool{}}
}

func (t *tally) verdict(v validate.Verdict) {
	t.Counts.Read++
	switch v {
	case validate.Valid:
		t.Counts.Valid++
	case validate.Invalid:
		t.Counts.Invalid++
	case validate.CantTell:
		t.Counts.CantTell++
	default:
		t.Counts.NoModel++
	}
}

func (t *tally) broken(i *Item, line, column int64, reason string) {
	t.Counts.Broken++
	if len(t.Broken) < maxBroken {
		t.Broken = append(t.Broken, reports.Broken{Line: line, Column: column, Where: i.Where, Reason: clip(reason), Order: i.Order})
	}
}

func (t *tally) doubt(i *Item, id, reason string) {
	reason = clip(reason)
	d := t.Doubts[reason]
	if d == nil {
		if len(t.Doubts) >= maxDoubts {
			t.Crowded["reasons for which entities could not be judged"] = true
			reason = elsewhere
		}
		if d = t.Doubts[reason]; d == nil {
			d = &reports.Doubt{Reason: reason, Example: clip(id), Line: i.Line, Order: i.Order}
			t.Doubts[reason] = d
		}
	}
	d.Entities++
}

func (t *tally) kind(kind models.Type) *kindTally {
	k := t.Kinds[kind.IRI]
	if k == nil {
		if len(t.Kinds) >= maxTypes {
			t.Crowded["types"] = true
			kind = models.Type{Served: elsewhere, IRI: elsewhere}
		}
		if k = t.Kinds[kind.IRI]; k == nil {
			k = &kindTally{Name: clip(kind.Short()), IRI: clip(kind.IRI), Attributes: map[string]*reports.Attribute{}}
			t.Kinds[kind.IRI] = k
		}
	}
	return k
}

func (k *kindTally) model(m *models.Model, via models.Via) {
	if k.known == nil {
		k.known, k.Model, k.Via = m, m.ID(), via
	}
}

func (k *kindTally) attribute(served, name string) *reports.Attribute {
	a := k.Attributes[name]
	if a == nil {
		if len(k.Attributes) >= maxAttributes {
			name = elsewhere
		}
		if a = k.Attributes[name]; a == nil {
			a = &reports.Attribute{Name: clip(name)}
			if k.known != nil {
				if described := k.known.Attribute(name); described != nil {
					a.InModel, a.Required = true, described.Required
				}
			} else {
				a.Name = clip(models.LocalName(served))
			}
			k.Attributes[name] = a
		}
	}
	return a
}

// finding counts an error. locate is called for those that are kept: it costs.
func (t *tally) finding(model string, f finding, locate func(*finding)) {
	key := errorKey{f.Type, model, f.Place, f.Keyword, f.Member}
	e := t.Errors[key]
	if e == nil {
		if len(t.Errors) >= maxErrors {
			t.Crowded["kinds of error"] = true
			key = errorKey{Kind: elsewhere, Keyword: "other"}
		}
		if e = t.Errors[key]; e == nil {
			e = &errorTally{Error: reports.Error{Type: key.Kind, Model: key.Model, Place: key.Place, Keyword: key.Keyword, Member: key.Member}}
			t.Errors[key] = e
		}
	}
	e.Count++
	again := len(e.Examples) > 0 && e.Examples[len(e.Examples)-1].Order == f.Order
	if e.last != f.Order {
		e.last = f.Order
		e.Entities++
	}
	keepExample := len(e.Examples) < maxExamples && !again
	keep := len(t.Findings) < maxFindings
	if keepExample || keep {
		locate(&f)
	}
	if keepExample {
		e.Examples = append(e.Examples, f)
	}
	if keep {
		t.Findings = append(t.Findings, f)
	}
}

// add adds what another worker has counted.
func (t *tally) add(o *tally) {
	t.Counts.Add(o.Counts)
	for iri, k := range o.Kinds {
		mine := t.Kinds[iri]
		if mine == nil {
			mine = &kindTally{Name: k.Name, IRI: k.IRI, Model: k.Model, Via: k.Via, known: k.known, Attributes: map[string]*reports.Attribute{}}
			t.Kinds[iri] = mine
		}
		mine.add(k)
	}
	for key, e := range o.Errors {
		mine := t.Errors[key]
		if mine == nil {
			mine = &errorTally{Error: reports.Error{Type: e.Type, Model: e.Model, Place: e.Place, Keyword: e.Keyword, Member: e.Member}}
			t.Errors[key] = mine
		}
		mine.Entities += e.Entities
		mine.Count += e.Count
		mine.Examples = firsts(append(mine.Examples, e.Examples...), maxExamples, func(f finding) int64 { return f.Order })
	}
	for reason, d := range o.Doubts {
		if mine := t.Doubts[reason]; mine == nil {
			copied := *d
			t.Doubts[reason] = &copied
		} else {
			if mine.Entities += d.Entities; d.Order < mine.Order {
				mine.Order, mine.Example, mine.Line = d.Order, d.Example, d.Line
			}
		}
	}
	t.Findings = firsts(append(t.Findings, o.Findings...), maxFindings, func(f finding) int64 { return f.Order })
	t.Broken = firsts(append(t.Broken, o.Broken...), maxBroken, func(b reports.Broken) int64 { return b.Order })
	for what := range o.Crowded {
		t.Crowded[what] = true
	}
}

func (k *kindTally) add(o *kindTally) {
	if k.known == nil {
		k.known, k.Model, k.Via = o.known, cmp.Or(k.Model, o.Model), cmp.Or(k.Via, o.Via)
	}
	k.Entities += o.Entities
	k.Valid += o.Valid
	k.Invalid += o.Invalid
	k.CantTell += o.CantTell
	k.NoModel += o.NoModel
	for name, a := range o.Attributes {
		mine := k.Attributes[name]
		if mine == nil {
			copied := *a
			k.Attributes[name] = &copied
			continue
		}
		mine.Present += a.Present
		mine.Faulty += a.Faulty
	}
}

// firsts are the first most of a list by their order in the input. Each worker meets
// items in that order, so the first of all are among the first of each.
func firsts[T any](list []T, most int, order func(T) int64) []T {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(order(a), order(b)) })
	return slices.Clip(list[:min(len(list), most)])
}
