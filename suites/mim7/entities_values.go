package mim7

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"
)

// valuesOf are the values of an attribute that a feature may show: that of its first
// instance, in each language where it has several.
func valuesOf(attribute any) []any {
	a, is := first(attribute).(object)
	if !is {
		return nil
	}
	for _, member := range []string{"value", "object", "vocab", "json", "valueList", "objectList"} {
		if v, has := a[member]; has {
			if typed, is := v.(object); is && typed["@value"] != nil {
				v = typed["@value"]
			}
			return []any{v}
		}
	}
	languages, _ := a["languageMap"].(object)
	var all []any
	for _, text := range InOrder(languages) {
		all = append(all, text)
	}
	return append(all, languages)
}

// equal says whether a property and an attribute say the same: numbers by value, times by
// the moment, and a list of one as its item.
func equal(a, b any) bool {
	a, b = only(a), only(b)
	switch x := a.(type) {
	case json.Number:
		y, is := b.(json.Number)
		if !is {
			return false
		}
		m, err := x.Float64()
		n, other := y.Float64()
		return err == nil && other == nil && math.Abs(m-n) <= 1e-9*max(math.Abs(m), math.Abs(n))
	case string:
		y, is := b.(string)
		if !is {
			return false
		}
		at, err := time.Parse(time.RFC3339, x)
		then, other := time.Parse(time.RFC3339, y)
		return x == y || err == nil && other == nil && at.Equal(then)
	case []any:
		y, is := b.([]any)
		return is && slices.EqualFunc(x, y, equal)
	case object:
		y, is := b.(object)
		return is && maps.EqualFunc(x, y, equal)
	}
	return a == b
}

func only(v any) any {
	if list, is := v.([]any); is && len(list) == 1 {
		return list[0]
	}
	return v
}

// encoded is a value as JSON, with the members of objects in order.
func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// excerpt is the beginning of a value, for people.
func excerpt(v any) string {
	const most = 120
	runes := []rune(encoded(v))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}
