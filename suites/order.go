package suites

import (
	"iter"
	"maps"
	"slices"
)

// InOrder gives the members of m by their keys: a check has to do the same each time.
func InOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
