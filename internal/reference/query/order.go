package query

import (
	"cmp"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Order is an ordering of entities (4.23, V1.9.1).
type Order struct {
	keys      []orderKey
	reference shape
	collator  *collate.Collator
}

type orderKey struct {
	term       term
	id, kind   bool
	descending bool
	distance   bool
}

// ParseOrder reads orderBy: attribute paths with commas between, each with ;asc,
// ;desc, ;dist-asc or ;dist-desc behind it if wanted. Distances are from the given
// geometry, whose coordinates are the parameter orderFrom; texts are in the order of the language that the collation names (BCP 47), or
// of none.
func ParseOrder(text, collation, geometry string, coordinates any, c *jsonld.Context) (*Order, error) {
	if len(text) > maxLength {
		return nil, problem.TooComplex("orderBy has more than %d characters", maxLength)
	}
	tag := language.Und
	if collation != "" {
		var err error
		if tag, err = language.Parse(collation); err != nil {
			return nil, problem.BadData("collation is %q, which names no language (4.23)", collation)
		}
	}
	o := &Order{collator: collate.New(tag)}
	for item := range strings.SplitSeq(text, ",") {
		path, direction, _ := strings.Cut(item, ";")
		var key orderKey
		switch direction {
		case "", "asc":
		case "desc":
			key.descending = true
		case "dist-asc", "dist-desc":
			key.distance, key.descending = true, direction == "dist-desc"
		default:
			return nil, problem.BadData("orderBy has the direction %q, which is none of asc, desc, dist-asc, dist-desc (4.23)", direction)
		}
		switch c.Expand(path) {
		case "@id":
			key.id = true
		case "@type":
			key.kind = true
		default:
			s := &scanner{what: "orderBy", text: path}
			t, err := parseTerm(s, QOptions{Context: c})
			if err != nil {
				return nil, err
			}
			if s.rest() != "" || t.operator != "" {
				return nil, s.fail("the end of an attribute path")
			}
			key.term = t
		}
		if key.distance {
			if geometry == "" || coordinates == nil || coordinates == "" {
				return nil, problem.BadData("orderBy %s needs orderFrom (4.23)", direction)
			}
			reference, err := parseShape(geometry, coordinates)
			if err != nil {
				return nil, problem.BadData("the geometry of orderBy is not valid: %v", err)
			}
			o.reference = reference
		}
		o.keys = append(o.keys, key)
	}
	return o, nil
}

// Compare orders two entities; those without a value come last. An Order must not
// be used by two goroutines at once.
func (o *Order) Compare(a, b *model.Entity) int {
	for _, key := range o.keys {
		if order := o.compare(key, a, b); order != 0 {
			return order
		}
	}
	return 0
}

func (o *Order) compare(key orderKey, a, b *model.Entity) int {
	x, y := o.value(key, a), o.value(key, b)
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	order := o.compareValues(x, y)
	if key.descending {
		return -order
	}
	return order
}

func (o *Order) value(key orderKey, e *model.Entity) any {
	switch {
	case key.id:
		return e.ID
	case key.kind:
		return strings.Join(e.Types, " ")
	case key.distance:
		for _, a := range e.Attributes[key.term.path[0]] {
			if target, ok := shapeOf(a); ok {
				return metres(distance(o.reference, target))
			}
		}
	}
	for v := range key.term.targets(e) {
		return sortable(v)
	}
	return nil
}

// metres are a distance, which comes before what has no place (4.23.2).
type metres float64

// moment is a Time, a Date or a DateTime; kind is its place among these.
type moment struct {
	kind int
	at   time.Time
}

// sortable is a value as it is ordered: a number, a text, an object, a list, a boolean, a
// moment or nil.
func sortable(v any) any {
	switch v := v.(type) {
	case string, bool, []any:
		return v
	case time.Time:
		return moment{dateTimes, v}
	case map[string]any:
		text, _ := v["@value"].(string)
		if at, ok := parseMoment(text); ok {
			switch v["@type"] {
			case "Time", "https://uri.etsi.org/ngsi-ld/Time":
				return moment{times, at}
			case "Date", "https://uri.etsi.org/ngsi-ld/Date":
				return moment{dates, at}
			default:
				return moment{dateTimes, at}
			}
		}
		return v
	default:
		if number, ok := model.Number(v); ok {
			return number
		}
		return nil
	}
}

// compareValues orders by type first, as 4.23.2 has them, then by value.
func (o *Order) compareValues(x, y any) int {
	if order := cmp.Compare(rank(x), rank(y)); order != 0 {
		return order
	}
	switch x := x.(type) {
	case bool:
		if x == y.(bool) {
			return 0
		} else if x {
			return 1
		}
		return -1
	case float64:
		return cmp.Compare(x, y.(float64))
	case metres:
		return cmp.Compare(x, y.(metres))
	case moment:
		return x.at.Compare(y.(moment).at)
	case string:
		return o.collator.CompareString(x, y.(string))
	default:
		return 0 // objects and lists have no order of their own
	}
}

// Places of the types of values, first to last (4.23.2).
const (
	distances = iota
	numbers
	texts
	objects
	lists
	booleans
	times
	dates
	dateTimes
)

func rank(v any) int {
	switch v := v.(type) {
	case metres:
		return distances
	case float64:
		return numbers
	case string:
		return texts
	case map[string]any:
		return objects
	case []any:
		return lists
	case bool:
		return booleans
	case moment:
		return v.kind
	default:
		return dateTimes
	}
}
