package sensorthings

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// most is how many entities come at once, at most.
const most = 100

// options are the system query options of a request, or of an expansion (9.3.2, 9.3.3).
type options struct {
	given    url.Values
	filter   expression // nil for none
	order    []ordering
	top      int
	skip     int
	count    bool
	selected []string // properties and navigation properties; empty for all
	expanded map[string]options
}

type ordering struct {
	by         expression
	descending bool
}

// readOptions reads the options of a request for entities of the kind; nil for a property,
// which takes none.
func readOptions(query url.Values, k *kind) (options, error) {
	o := options{given: query, top: most, expanded: map[string]options{}}
	for name, values := range query {
		if !strings.HasPrefix(name, "$") {
			continue // what is not the standard's is the client's own
		}
		if k == nil {
			return o, wrong("a property takes no option " + name)
		}
		if len(values) != 1 {
			return o, wrong("the option " + name + " is given more than once")
		}
		if err := o.read(name, strings.TrimSpace(values[0]), k); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *options) read(name, text string, k *kind) (err error) {
	switch name {
	case "$top":
		o.top, err = whole(name, text)
		o.top = min(o.top, most)
	case "$skip":
		o.skip, err = whole(name, text)
	case "$count":
		if o.count, err = strconv.ParseBool(text); err != nil || text != strings.ToLower(text) || len(text) < 4 {
			return wrong("$count takes true or false")
		}
	case "$filter":
		o.filter, err = parse(text, k)
	case "$orderby":
		o.order, err = orderings(text, k)
	case "$select":
		for _, name := range strings.Split(text, ",") {
			name = strings.TrimSpace(name)
			if name == "@iot.id" {
				name = "id"
			}
			if _, related := k.relation(name); !related && name != "id" && !slices.Contains(k.properties, name) {
				return wrong("a " + k.name + " has no " + name + " to be selected")
			}
			o.selected = append(o.selected, name)
		}
	case "$expand":
		for _, item := range split(text, ',') {
			if err := o.expand(item, k); err != nil {
				return err
			}
		}
	default:
		return wrong("the option " + name + " is unknown")
	}
	return err
}

// expand reads one item: a path of navigation properties, and options in parentheses.
func (o *options) expand(item string, k *kind) error {
	path, inside, has := strings.Cut(strings.TrimSpace(item), "(")
	if has && !strings.HasSuffix(inside, ")") {
		return wrong("the parentheses of the expansion " + item + " do not match")
	}
	first, rest, deeper := strings.Cut(path, "/")
	to, related := k.relation(first)
	if !related {
		return wrong("a " + k.name + " has no " + first + " to be expanded")
	}
	inner, known := o.expanded[first]
	if !known {
		inner = options{given: url.Values{}, top: most, expanded: map[string]options{}}
	}
	if deeper {
		if has {
			rest += "(" + inside
		}
		if err := inner.expand(rest, kindOf(to.to)); err != nil {
			return err
		}
		inner.given.Set("$expand", rest)
	} else if has {
		for _, one := range split(strings.TrimSuffix(inside, ")"), ';') {
			name, value, _ := strings.Cut(strings.TrimSpace(one), "=")
			if err := inner.read(name, strings.TrimSpace(value), kindOf(to.to)); err != nil {
				return err
			}
			inner.given.Set(name, value)
		}
	}
	o.expanded[first] = inner
	return nil
}

// split splits at a separator outside of parentheses and texts.
func split(text string, at rune) []string {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == at && depth == 0:
			parts, start = append(parts, text[start:i]), i+1
		}
	}
	return append(parts, text[start:])
}

func whole(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, wrong(name + " takes a whole number from 0")
	}
	return n, nil
}

func orderings(text string, k *kind) ([]ordering, error) {
	var all []ordering
	for _, item := range split(text, ',') {
		item = strings.TrimSpace(item)
		by, descending := strings.CutSuffix(item, " desc")
		by = strings.TrimSuffix(by, " asc")
		e, err := parse(by, k)
		if err != nil {
			return nil, err
		}
		all = append(all, ordering{e, descending})
	}
	return all, nil
}

func (o options) filtered(all []*entity) []*entity {
	if o.filter == nil {
		return all
	}
	var kept []*entity
	for _, e := range all {
		if holds(o.filter(e)) {
			kept = append(kept, e)
		}
	}
	return kept
}

func (o options) sorted(all []*entity) []*entity {
	if len(o.order) == 0 {
		return all
	}
	return slices.SortedStableFunc(slices.Values(all), func(a, b *entity) int {
		for _, by := range o.order {
			c := first(by.by(a), by.by(b))
			if by.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return cmp.Compare(a.id, b.id)
	})
}

// first compares the first values of two entities; one without any comes first.
func first(a, b []any) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return cmp.Compare(len(a), len(b))
	default:
		c, _ := compare(a[0], b[0])
		return c
	}
}
