package catalogue

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/oasc/mimcheck/suites/baselines"
)

//go:embed derived.yaml
var derived []byte

// Derived lists the requirements that ask for the verdict of other MIMs: full
// requirement id -> ids of MIMs of the same baseline. An error is a fault of the project.
func Derived() (map[string][]string, error) {
	all, err := baselines.All()
	if err != nil {
		return nil, err
	}
	return readDerived(derived, all)
}

// readDerived refuses what no verdict could follow from: a requirement or MIM that is in
// no baseline, and MIMs that ask for each other's verdicts in a circle.
func readDerived(raw []byte, all []baselines.Baseline) (map[string][]string, error) {
	from := map[string][]string{}
	if err := yaml.UnmarshalWithOptions(raw, &from, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("derived.yaml has to hold lines of the form ID: [MIM, MIM], each id once: %w", err)
	}
	var wrong []error
	complain := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("derived.yaml: "+format, args...))
	}
	asks := map[string][]string{} // BASELINE/MIM -> those whose verdict it asks for
	known := map[string]bool{}
	for _, b := range all {
		for _, m := range b.MIMs {
			known[b.ID+"/"+m.ID] = true
		}
		for _, r := range b.Requirements() {
			known[r.ID] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(from)) {
		baseline, mim, _, _ := baselines.SplitID(id)
		if !known[id] {
			complain("requirement %q is in no baseline", id)
		}
		if len(from[id]) == 0 {
			complain("%q names no MIM", id)
		}
		for _, m := range from[id] {
			if !known[baseline+"/"+m] {
				complain("%q asks for the verdict of %q, which is no MIM of %s", id, m, baseline)
			}
			asks[baseline+"/"+mim] = append(asks[baseline+"/"+mim], baseline+"/"+m)
		}
	}
	for _, mim := range slices.Sorted(maps.Keys(asks)) {
		if way := circle(mim, asks, nil); way != nil {
			complain("MIMs ask for each other's verdicts in a circle: %s", strings.Join(way, ", "))
		}
	}
	return from, errors.Join(wrong...)
}

// circle is a way from a MIM back to it over what each asks for, nil where there is none.
func circle(mim string, asks map[string][]string, way []string) []string {
	if len(way) > 0 && mim == way[0] {
		return append(way, mim)
	}
	if slices.Contains(way, mim) { // a circle further on, which its own members tell
		return nil
	}
	way = append(slices.Clone(way), mim)
	for _, next := range asks[mim] {
		if found := circle(next, asks, way); found != nil {
			return found
		}
	}
	return nil
}
