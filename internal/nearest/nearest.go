// Package nearest finds the known names that a mistyped one may have meant.
package nearest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// To returns at most n of the known names, the nearest to name first, by edit
// distance without regard to case; names at equal distance are in order.
func To(name string, known []string, n int) []string {
	sorted := slices.Clone(known)
	distance := make(map[string]int, len(known))
	for _, k := range known {
		distance[k] = levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k))
	}
	slices.SortFunc(sorted, func(a, b string) int {
		return cmp.Or(distance[a]-distance[b], cmp.Compare(a, b))
	})
	return sorted[:min(n, len(sorted))]
}
