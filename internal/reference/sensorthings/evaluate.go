package sensorthings

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"
)

// Parts of a time that have a literal of their own.
type (
	day   string // 2025-03-14
	clock string // 09:30:00
)

// holds says whether one of the values is true.
func holds(values []any) bool {
	for _, v := range values {
		if v == true {
			return true
		}
	}
	return false
}

func binary(operator string, left, right expression) expression {
	switch operator {
	case "or":
		return func(e *entity) []any { return []any{holds(left(e)) || holds(right(e))} }
	case "and":
		return func(e *entity) []any { return []any{holds(left(e)) && holds(right(e))} }
	case "add", "sub", "mul", "div", "mod":
		return func(e *entity) []any {
			return each(left(e), right(e), func(a, b any) any { return calculate(operator, a, b) })
		}
	}
	return func(e *entity) []any {
		l, r := left(e), right(e)
		if len(l) == 0 || len(r) == 0 { // null equals null, and nothing else
			same := len(l) == len(r)
			return []any{operator == "eq" && same || operator == "ne" && !same}
		}
		return each(l, r, func(a, b any) any { return compares(operator, a, b) })
	}
}

func each(left, right []any, f func(a, b any) any) []any {
	var all []any
	for _, a := range left {
		for _, b := range right {
			if v := f(a, b); v != nil {
				all = append(all, v)
			}
		}
	}
	return all
}

func calculate(operator string, a, b any) any {
	x, isX := a.(float64)
	y, isY := b.(float64)
	if !isX || !isY {
		return nil
	}
	switch operator {
	case "add":
		return x + y
	case "sub":
		return x - y
	case "mul":
		return x * y
	case "div":
		return x / y
	}
	return math.Mod(x, y)
}

// compares applies a comparison. A time that lasts is equal to the instants within it, and
// before or after what it ends or begins with.
func compares(operator string, a, b any) any {
	if i, lasts := b.(interval); lasts {
		if _, at := a.(time.Time); at {
			return compares(map[string]string{"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq", "ne": "ne"}[operator], i, a)
		}
	}
	if i, lasts := a.(interval); lasts {
		if at, is := b.(time.Time); is {
			within := !at.Before(i.from) && !at.After(i.to)
			switch operator {
			case "eq":
				return within
			case "ne":
				return !within
			case "gt":
				return i.from.After(at)
			case "ge":
				return !i.from.Before(at)
			case "lt":
				return i.to.Before(at)
			}
			return !i.to.After(at)
		}
	}
	c, comparable := compare(a, b)
	if !comparable {
		return operator == "ne"
	}
	switch operator {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	}
	return c <= 0
}

// compare orders two values of one type; false for others.
func compare(a, b any) (int, bool) {
	switch a := a.(type) {
	case float64:
		b, same := b.(float64)
		return cmp.Compare(a, b), same
	case string:
		b, same := b.(string)
		return cmp.Compare(a, b), same
	case day:
		b, same := b.(day)
		return cmp.Compare(a, b), same
	case clock:
		b, same := b.(clock)
		return cmp.Compare(a, b), same
	case time.Time:
		b, same := b.(time.Time)
		return a.Compare(b), same
	case interval:
		b, same := b.(interval)
		return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)), same
	case bool:
		b, same := b.(bool)
		if a == b {
			return 0, same
		}
		if b {
			return -1, same
		}
		return 1, same
	}
	return 0, false
}

// function is one of the built-in ones; of gives nil where an argument is of another type.
type function struct {
	least, most int
	of          func(a []any) any
}

// over applies the function to all combinations of its arguments' values.
func (f function) over(e *entity, arguments []expression, given []any) []any {
	if len(arguments) == 0 {
		if v := f.of(given); v != nil {
			return []any{v}
		}
		return nil
	}
	var all []any
	for _, v := range arguments[0](e) {
		all = append(all, f.over(e, arguments[1:], append(given[:len(given):len(given)], v))...)
	}
	return all
}

// functions are the built-in query functions (9.3.3.5.2).
func functions() map[string]function {
	text := func(f func(s string) any) function {
		return function{1, 1, func(a []any) any {
			if s, is := a[0].(string); is {
				return f(s)
			}
			return nil
		}}
	}
	texts := func(f func(s, t string) any) function {
		return function{2, 2, func(a []any) any {
			s, is := a[0].(string)
			t, too := a[1].(string)
			if is && too {
				return f(s, t)
			}
			return nil
		}}
	}
	number := func(f func(float64) float64) function {
		return function{1, 1, func(a []any) any {
			if n, is := a[0].(float64); is {
				return f(n)
			}
			return nil
		}}
	}
	at := func(f func(t time.Time) any) function {
		return function{1, 1, func(a []any) any {
			if t, is := a[0].(time.Time); is {
				return f(t.UTC())
			}
			return nil
		}}
	}
	all := map[string]function{
		"substringof": texts(func(s, t string) any { return strings.Contains(t, s) }),
		"contains":    texts(func(s, t string) any { return strings.Contains(s, t) }),
		"startswith":  texts(func(s, t string) any { return strings.HasPrefix(s, t) }),
		"endswith":    texts(func(s, t string) any { return strings.HasSuffix(s, t) }),
		"concat":      texts(func(s, t string) any { return s + t }),
		"indexof": texts(func(s, t string) any {
			if i := strings.Index(s, t); i >= 0 {
				return float64(len([]rune(s[:i])))
			}
			return -1.0
		}),
		"length":  text(func(s string) any { return float64(len([]rune(s))) }),
		"tolower": text(func(s string) any { return strings.ToLower(s) }),
		"toupper": text(func(s string) any { return strings.ToUpper(s) }),
		"trim":    text(func(s string) any { return strings.TrimSpace(s) }),
		"substring": {2, 3, func(a []any) any {
			s, is := a[0].(string)
			from, isNumber := a[1].(float64)
			if !is || !isNumber {
				return nil
			}
			r := []rune(s)
			r = r[min(max(0, int(from)), len(r)):]
			if len(a) == 3 {
				n, _ := a[2].(float64)
				r = r[:min(max(0, int(n)), len(r))]
			}
			return string(r)
		}},
		"round": number(math.Round), "floor": number(math.Floor), "ceiling": number(math.Ceil),
		"year":               at(func(t time.Time) any { return float64(t.Year()) }),
		"month":              at(func(t time.Time) any { return float64(t.Month()) }),
		"day":                at(func(t time.Time) any { return float64(t.Day()) }),
		"hour":               at(func(t time.Time) any { return float64(t.Hour()) }),
		"minute":             at(func(t time.Time) any { return float64(t.Minute()) }),
		"second":             at(func(t time.Time) any { return float64(t.Second()) }),
		"fractionalseconds":  at(func(t time.Time) any { return float64(t.Nanosecond()) / 1e9 }),
		"totaloffsetminutes": at(func(time.Time) any { return 0.0 }),
		"date":               at(func(t time.Time) any { return day(t.Format(time.DateOnly)) }),
		"time":               at(func(t time.Time) any { return clock(t.Format(time.TimeOnly)) }),
		"now":                {0, 0, func([]any) any { return time.Now() }},
		"mindatetime":        {0, 0, func([]any) any { return time.Time{} }},
		"maxdatetime":        {0, 0, func([]any) any { return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }},
		"geo.length":         {1, 1, func(a []any) any { g, _ := a[0].(geom.Geometry); return g.Length() }},
		"st_relate": {3, 3, func(a []any) any {
			g, is := a[0].(geom.Geometry)
			h, too := a[1].(geom.Geometry)
			pattern, _ := a[2].(string)
			if !is || !too {
				return nil
			}
			matrix, err := geom.Relate(g, h)
			if err != nil {
				return nil
			}
			matches, err := geom.RelateMatches(matrix, pattern)
			return err == nil && matches
		}},
		"geo.distance": shapes(func(g, h geom.Geometry) any {
			d, some := geom.Distance(g, h)
			if !some {
				return nil
			}
			return d
		}),
	}
	for name, relates := range map[string]func(a, b geom.Geometry) (bool, error){
		"st_equals": geom.Equals, "st_disjoint": geom.Disjoint, "st_touches": geom.Touches, "st_within": geom.Within,
		"st_overlaps": geom.Overlaps, "st_crosses": geom.Crosses, "st_contains": geom.Contains,
		"st_intersects": intersects, "geo.intersects": intersects,
	} {
		all[name] = shapes(func(g, h geom.Geometry) any {
			so, err := relates(g, h)
			return err == nil && so
		})
	}
	return all
}

func intersects(a, b geom.Geometry) (bool, error) { return geom.Intersects(a, b), nil }

func shapes(f func(g, h geom.Geometry) any) function {
	return function{2, 2, func(a []any) any {
		g, is := a[0].(geom.Geometry)
		h, too := a[1].(geom.Geometry)
		if !is || !too {
			return nil
		}
		return f(g, h)
	}}
}
