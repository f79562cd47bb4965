package mim1

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/reports"
)

// haveAttribute matches an entity, as read, that has an instance of the attribute
// with at least the members of want: the instance with want's datasetId, or the
// default one. Members that a platform adds are none of its business, but for
// those named in without. Times are compared as instants, and a list of one item
// is that item, as JSON-LD compaction has it.
func haveAttribute(name string, want ngsild.Object, without ...string) types.GomegaMatcher {
	return &entityMatcher{what: "attribute " + name, match: func(e ngsild.Object) *reports.Finding {
		datasetID, _ := want["datasetId"].(string)
		got := instance(e, name, datasetID)
		pointer := "/" + name
		if got == nil {
			return &reports.Finding{Pointer: pointer, Expected: compact(want), Actual: compact(e[name]),
				Message: fmt.Sprintf("the entity has no attribute %s%s", name, ofDataset(datasetID))}
		}
		if f := holds(pointer, got, want); f != nil {
			return f
		}
		for _, member := range without {
			if left, there := got[member]; there {
				return &reports.Finding{Pointer: pointer + "/" + member, Expected: "nothing", Actual: compact(left),
					Message: fmt.Sprintf("%s/%s is there (%s) and should not be", pointer, member, compact(left))}
			}
		}
		return nil
	}}
}

// lackAttribute matches an entity, as read, without any instance of the attribute.
func lackAttribute(name string) types.GomegaMatcher {
	return &entityMatcher{what: "no attribute " + name, match: func(e ngsild.Object) *reports.Finding {
		if len(instances(e, name)) == 0 {
			return nil
		}
		return &reports.Finding{Pointer: "/" + name, Expected: "nothing", Actual: compact(e[name]),
			Message: fmt.Sprintf("the entity has attribute %s (%s) and should not", name, compact(e[name]))}
	}}
}

// lackInstance matches an entity, as read, without the attribute's instance of the
// dataset, or without its default instance when datasetID is empty.
func lackInstance(name, datasetID string) types.GomegaMatcher {
	return &entityMatcher{what: "no instance of " + name, match: func(e ngsild.Object) *reports.Finding {
		got := instance(e, name, datasetID)
		if got == nil {
			return nil
		}
		return &reports.Finding{Pointer: "/" + name, Expected: "nothing", Actual: compact(got),
			Message: fmt.Sprintf("the entity has attribute %s%s (%s) and should not", name, ofDataset(datasetID), compact(got))}
	}}
}

// haveMembers matches an object that has at least the members of want.
func haveMembers(want ngsild.Object) types.GomegaMatcher {
	return &entityMatcher{what: "members " + compact(want), match: func(got ngsild.Object) *reports.Finding {
		return holds("", got, want)
	}}
}

// haveTypes matches an entity, as read, with exactly these types, in any order (4.16).
func haveTypes(want ...string) types.GomegaMatcher {
	return &entityMatcher{what: fmt.Sprintf("types %v", want), match: func(e ngsild.Object) *reports.Finding {
		return sameNames("/type", e["type"], want)
	}}
}

// haveScopes matches an entity, as read, with exactly these scopes, in any order (4.18).
func haveScopes(want ...string) types.GomegaMatcher {
	return &entityMatcher{what: fmt.Sprintf("scopes %v", want), match: func(e ngsild.Object) *reports.Finding {
		return sameNames("/scope", e["scope"], want)
	}}
}

// sameNames compares a string or list of strings with a set, as whole names.
func sameNames(pointer string, got any, want []string) *reports.Finding {
	names := texts(got)
	slices.Sort(names)
	want = slices.Sorted(slices.Values(want))
	if slices.Equal(slices.Compact(names), want) {
		return nil
	}
	return &reports.Finding{Pointer: pointer, Expected: compact(want), Actual: compact(got),
		Message: fmt.Sprintf("%s is %s, expected %s", pointer, compact(got), compact(want))}
}

// texts is the strings of a string or of a list of strings.
func texts(v any) []string {
	var out []string
	for _, item := range list(v) {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// list is v when it is a list, nothing when it is null, and else a list of v.
func list(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		return x
	}
	return []any{v}
}

// instances are the instances of an attribute: JSON shows one as an object and
// several as a list of objects (4.5.5).
func instances(e ngsild.Object, name string) []ngsild.Object {
	var out []ngsild.Object
	for _, item := range list(e[name]) {
		if o, ok := item.(ngsild.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// instance is the attribute's instance of a dataset; the default instance, which
// has no datasetId or "@none", when datasetID is empty. It is nil when there is none.
func instance(e ngsild.Object, name, datasetID string) ngsild.Object {
	for _, i := range instances(e, name) {
		of, _ := i["datasetId"].(string)
		if of == datasetID || datasetID == "" && of == "@none" {
			return i
		}
	}
	return nil
}

func ofDataset(id string) string {
	if id == "" {
		return ""
	}
	return " of dataset " + id
}

// holds says what of want the object lacks or holds with another value; members
// that are attributes (objects with a type) are compared in the same lenient way,
// all others whole.
func holds(pointer string, got, want ngsild.Object) *reports.Finding {
	for _, member := range slices.Sorted(maps.Keys(want)) {
		at := pointer + "/" + member
		value, there := got[member]
		if !there {
			return &reports.Finding{Pointer: at, Expected: compact(want[member]), Actual: compact(got),
				Message: fmt.Sprintf("%s is not there, expected %s", at, compact(want[member]))}
		}
		sub, isObject := want[member].(ngsild.Object)
		_, isAttribute := sub["type"].(string)
		if inside, ok := value.(ngsild.Object); ok && isObject && isAttribute && !opaque(member) {
			if f := holds(at, inside, sub); f != nil {
				return f
			}
			continue
		}
		if !sameValue(member, value, want[member]) {
			return &reports.Finding{Pointer: at, Expected: compact(want[member]), Actual: compact(value),
				Message: fmt.Sprintf("%s is %s, expected %s", at, compact(value), compact(want[member]))}
		}
	}
	return nil
}

// opaque says whether a member of an attribute is its value, which has to come
// back whole whatever it looks like (a GeoJSON geometry has a type, too).
func opaque(member string) bool {
	return slices.Contains([]string{"value", "object", "languageMap", "vocab", "json"}, member)
}

func sameValue(member string, got, want any) bool {
	switch member {
	case "observedAt", "createdAt", "modifiedAt":
		a, errA := instant(got)
		b, errB := instant(want)
		return errA == nil && errB == nil && a.Equal(b)
	case "datasetId", "type", "unitCode":
		return compact(got) == compact(want)
	case "value", "object", "languageMap", "vocab":
		return compact(unordered(unlist(normal(got)))) == compact(unordered(unlist(normal(want))))
	}
	return compact(unlist(normal(got))) == compact(unlist(normal(want)))
}

// instant reads a DateTime (4.6.3).
func instant(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%s is no DateTime", compact(v))
	}
	return time.Parse(time.RFC3339Nano, strings.Replace(s, ",", ".", 1))
}

// normal is v as JSON has it, with all numbers as float64.
func normal(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		return v
	}
	return out
}

// unlist replaces each list of one item by the item.
func unlist(v any) any {
	switch x := v.(type) {
	case []any:
		if len(x) == 1 {
			return unlist(x[0])
		}
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = unlist(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, item := range x {
			out[k] = unlist(item)
		}
		return out
	}
	return v
}

// unordered puts the items of lists in one order, but for those of coordinates: a list in
// JSON-LD is a set, and only what the kinds of lists hold has an order to keep (4.5.21).
func unordered(v any) any {
	switch x := v.(type) {
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = unordered(item)
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(compact(a), compact(b)) })
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, item := range x {
			if out[k] = item; k != "coordinates" {
				out[k] = unordered(item)
			}
		}
		return out
	}
	return v
}

// compact is v as JSON for people, with numbers of equal value written alike.
func compact(v any) string {
	b, err := json.Marshal(normal(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// entityMatcher matches an entity as read and tells a mismatch in parts.
type entityMatcher struct {
	what  string
	match func(e ngsild.Object) *reports.Finding // nil when it matches
	last  *reports.Finding
}

func (m *entityMatcher) Match(actual any) (bool, error) {
	e, ok := actual.(ngsild.Object)
	if !ok {
		return false, fmt.Errorf("this matcher looks at an entity, not at %T", actual)
	}
	m.last = m.match(e)
	return m.last == nil, nil
}

func (m *entityMatcher) FailureMessage(any) string        { return m.last.Message }
func (m *entityMatcher) NegatedFailureMessage(any) string { return "expected not " + m.what }
func (m *entityMatcher) Finding(any) reports.Finding      { return *m.last }

var _ Finder = (*entityMatcher)(nil)
