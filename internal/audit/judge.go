package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/validate"
	reports "github.com/oasc/mimcheck/reports/audit"
)

// judge looks at one item and counts what it finds.
func (a *auditor) judge(t *tally, i *Item) {
	entity, err := a.read(i)
	if err != nil {
		a.unreadable(t, i, entity, err)
		return
	}
	j := judged{item: i, entity: entity}
	for _, f := range entity.Faults {
		j.verdict = validate.Invalid
		j.add(t, "", finding{Place: f.Pointer, Keyword: keywordNGSILD, Message: f.Message, Pointer: f.Pointer})
	}
	for _, kind := range entity.Types {
		j.byType(t, a.modelOf(kind), kind)
	}
	t.verdict(j.verdict)
}

// keywordNGSILD is what findings have for a keyword when it is NGSI-LD itself that
// the entity breaks.
const keywordNGSILD = "ngsi-ld"

type finding = reports.Finding

// judged is an entity while it is judged.
type judged struct {
	item    *Item
	entity  *models.Entity
	verdict validate.Verdict // of what was seen so far; empty for nothing
}

// worse keeps the more serious of two verdicts.
func worse(a, b validate.Verdict) validate.Verdict {
	for _, v := range []validate.Verdict{validate.Invalid, validate.CantTell, validate.Valid} {
		if a == v || b == v {
			return v
		}
	}
	return ""
}

// resolved is the model of a type, kept.
type resolved struct {
	match      models.Match
	err        error
	unmodelled bool // no model is about the type
}

func (a *auditor) modelOf(kind models.Type) resolved {
	if r, ok := a.resolved.Load(kind); ok {
		return r.(resolved)
	}
	match, err := a.options.Models.ForType(kind, a.options.Types)
	r := resolved{match: match, err: err}
	_, byIRI := a.options.Types[kind.IRI]
	_, byName := a.options.Types[kind.Served]
	r.unmodelled = errors.Is(err, models.ErrNoModel) && !byIRI && !byName // a declared model that is not there is no model's absence
	if a.kinds.Add(1) <= maxTypes {
		a.resolved.Store(kind, r)
	}
	return r
}

func (j *judged) byType(t *tally, r resolved, kind models.Type) {
	stat := t.kind(kind)
	stat.Entities++
	switch {
	case r.err == nil:
	case r.unmodelled:
		if j.verdict == validate.Invalid {
			stat.Invalid++
		} else {
			stat.NoModel++
		}
		for _, attribute := range j.entity.Attributes {
			stat.attribute(attribute.Served, models.LocalName(attribute.Served)).Present++
		}
		return
	default:
		stat.CantTell++
		j.verdict = worse(j.verdict, validate.CantTell)
		t.doubt(j.item, j.entity.ID, r.err.Error())
		return
	}
	m := r.match.Model
	stat.model(m, r.match.Via)
	judgement := j.entity.Judge(m)
	verdict := judgement.Verdict
	if len(j.entity.Faults) > 0 {
		verdict = worse(verdict, validate.Invalid)
	}
	j.verdict = worse(j.verdict, verdict)
	switch verdict {
	case validate.Valid:
		stat.Valid++
	case validate.CantTell:
		stat.CantTell++
		t.doubt(j.item, j.entity.ID, judgement.Reason)
	default:
		stat.Invalid++
	}
	for _, attribute := range j.entity.Attributes {
		name := m.NameOf(attribute.IRI)
		if name == "" {
			name = models.LocalName(attribute.Served)
		}
		stat.attribute(attribute.Served, name).Present++
	}
	faulty := map[string]bool{}
	for _, f := range j.entity.Faults {
		served, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		if served = unescape(served); served == "id" || served == "type" {
			continue
		}
		name := m.NameOf(j.entity.Names.Expand(served))
		if name == "" {
			name = models.LocalName(served)
		}
		if attribute := stat.attribute(served, name); !faulty[name] {
			faulty[name] = true
			attribute.Present++ // it was left out of the entity's attributes
			attribute.Faulty++
		}
	}
	for _, f := range judgement.Errors {
		place := starred(f.Pointer)
		name, _, _ := strings.Cut(strings.TrimPrefix(place, "/"), "/")
		if name == "" {
			name = f.Member
		}
		if name = unescape(name); name != "" && !faulty[name] {
			faulty[name] = true
			stat.attribute(name, name).Faulty++
		}
		message := f.Message
		if f.About != "" {
			message += " (" + f.About + ")"
		}
		j.add(t, m.ID(), finding{Type: kind.Short(), Place: place, Keyword: f.Keyword, Member: f.Member, Message: message, Pointer: f.Served, Schema: f.Schema})
	}
}

// add counts a finding; the place in the input is looked up for those that are kept.
func (j *judged) add(t *tally, model string, f finding) {
	f.Entity, f.Order = clip(j.entity.ID), j.item.Order
	if f.Type == "" && len(j.entity.Types) > 0 {
		f.Type = j.entity.Types[0].Short()
	}
	f.Message, f.Pointer, f.Member = clip(f.Message), clip(f.Pointer), clip(f.Member)
	t.finding(model, f, func(f *finding) {
		pointer := f.Pointer
		if f.Keyword == "additionalProperties" && f.Member != "" {
			pointer += "/" + escape(f.Member)
		}
		f.Line, f.Column = j.item.Locate(pointer)
	})
}

// starred is a pointer with list items told alike.
func starred(pointer string) string {
	if !strings.ContainsAny(pointer, "0123456789") {
		return pointer
	}
	tokens := strings.Split(pointer, "/")
	for i, token := range tokens {
		if token != "" && strings.Trim(token, "0123456789") == "" {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, "/")
}

func escape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// mostClip bounds the bytes that are kept of one text of the input.
const mostClip = 500

func clip(s string) string {
	if len(s) <= mostClip {
		return s
	}
	return strings.ToValidUTF8(s[:mostClip], "") + "…"
}

// read decodes an item. The entity is there with an error too when its id could be read.
func (a *auditor) read(i *Item) (*models.Entity, error) {
	object, err := i.Object()
	if err != nil {
		return nil, err
	}
	names, err := a.options.Models.NamesWith(object["@context"], a.options.Contexts)
	if err != nil {
		id, _ := object["id"].(string)
		return &models.Entity{ID: id}, doubtful{err}
	}
	return i.Entity(object, models.AnyForm, names), nil
}

// doubtful is the error of an entity that is JSON and cannot be judged.
type doubtful struct{ error }

// unreadable counts an item that could not be read.
func (a *auditor) unreadable(t *tally, i *Item, entity *models.Entity, err error) {
	var doubt doubtful
	if errors.As(err, &doubt) {
		t.verdict(validate.CantTell)
		t.doubt(i, entity.ID, doubt.Error())
		return
	}
	line, column, message := i.Explain(err)
	t.broken(i, line, column, message)
}

// suggest says how an error of the kind is usually mended.
func suggest(e *reports.Error) string {
	example := ""
	if len(e.Examples) > 0 {
		example = e.Examples[0].Message
	}
	switch e.Keyword {
	case keywordNGSILD:
		switch {
		case strings.Contains(example, "datasetId"):
			return "Give each further value of the attribute a datasetId of its own; many targets of one Relationship are a list in its object."
		case strings.Contains(example, "expected one of [Property"):
			return "Write the kind of the attribute as NGSI-LD spells it, such as Property, GeoProperty or Relationship: letters count."
		case strings.Contains(example, "has no member"):
			return "Give the member that the kind has its value in: value of a Property or GeoProperty, object of a Relationship."
		}
		return "Write the attribute as NGSI-LD has it: an object with its kind as type and the member that the kind has its value in."
	case "required":
		return fmt.Sprintf("Give every %s the member %q; if it is there under another name, map that name to the model's IRI in the @context.", e.Type, e.Member)
	case "type":
		switch {
		case strings.Contains(example, "string, expected") && strings.Contains(example, "number"), strings.Contains(example, "string, expected integer"):
			return "Write a number, without quotes."
		case strings.Contains(example, "string, expected boolean"):
			return "Write true and false without quotes."
		case strings.Contains(example, "null"):
			return "Leave an attribute without a value out instead of giving null."
		case strings.HasSuffix(example, "expected array"):
			return "Write the value as a list, even if it is one of one."
		}
		return "Give the value the JSON type that the model says."
	case "enum", "const":
		return "Use one of the model's words, written exactly so: they are case-sensitive and are not translated."
	case "format":
		switch {
		case strings.Contains(example, "date-time"):
			return "Write date-times with seconds and a zone, such as 2026-01-31T08:00:00Z (RFC 3339)."
		case strings.Contains(example, "uri"):
			return "Write a whole URI, such as urn:ngsi-ld:Type:name, without spaces."
		}
		return "Write the text in the format that the model names."
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return "Check the unit: shares are 0 to 1 in most models and not per cent, and angles have a sign."
	case "additionalProperties", "unevaluatedProperties":
		return fmt.Sprintf("Leave the member %q out, or add it to the model.", e.Member)
	case "pattern", "minLength", "maxLength":
		return "Shorten or rewrite the text as the model's pattern and lengths say."
	case "minItems", "maxItems", "uniqueItems", "contains":
		return "Give the list as many items as the model says, each once; leave an empty list out."
	}
	return ""
}

// unmapped says whether a type has no IRI of its own.
func unmapped(iri string) bool { return strings.HasPrefix(iri, ngsild.DefaultVocab) }

// suggestions are the models that a type without one may be meant to follow.
func (a *auditor) suggestions(kind *kindTally) []reports.Suggestion {
	names := make([]string, 0, len(kind.Attributes))
	for name := range kind.Attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	var list []reports.Suggestion
	for _, s := range a.options.Models.Nearest(names, maxSuggestions) {
		if len(s.Shared) > 1 || models.LocalName(kind.Name) == s.Model.Name {
			list = append(list, reports.Suggestion{Model: s.Model.ID(), Shared: s.Shared, Score: s.Score})
		}
	}
	return list
}
