package catalogue

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/suites/baselines"
)

// Which requirements ask for verdicts, and of which MIMs, is what the baselines say.
func TestDerivedIsWhatTheBaselinesAskFor(t *testing.T) {
	all, err := baselines.All()
	if err != nil {
		t.Fatal(err)
	}
	verdictOf := regexp.MustCompile(`(?i)\bverdicts? of (MIM\d+)(?: and (MIM\d+))?`)
	want := map[string][]string{}
	for _, b := range all {
		for _, r := range b.Requirements() {
			if found := verdictOf.FindStringSubmatch(r.Check); found != nil {
				want[r.ID] = slices.DeleteFunc(found[1:], func(m string) bool { return m == "" })
			}
		}
	}
	got, err := Derived()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadDerivedRefuses(t *testing.T) {
	r := func(id string) []baselines.Capability {
		return []baselines.Capability{{ID: "c", Requirements: []baselines.Requirement{{ID: id}}}}
	}
	all := []baselines.Baseline{{ID: "b", MIMs: []baselines.MIM{
		{ID: "MIM1", Capabilities: r("b/MIM1/r")}, {ID: "MIM2", Capabilities: r("b/MIM2/r")}, {ID: "MIM3", Capabilities: r("b/MIM3/r")},
	}}}
	if got, err := readDerived([]byte("b/MIM1/r: [MIM2, MIM3]\nb/MIM2/r: [MIM3]\n"), all); err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	for name, w := range map[string]struct{ raw, says string }{
		"no list":             {"b/MIM1/r: MIM2\n", "of the form"},
		"id twice":            {"b/MIM1/r: [MIM2]\nb/MIM1/r: [MIM3]\n", "of the form"},
		"nothing":             {"b/MIM1/r: []\n", "names no MIM"},
		"unknown requirement": {"b/MIM1/q: [MIM2]\n", `"b/MIM1/q" is in no baseline`},
		"unknown MIM":         {"b/MIM1/r: [MIM9]\n", `"MIM9", which is no MIM of b`},
		"itself":              {"b/MIM1/r: [MIM1]\n", "b/MIM1, b/MIM1"},
		"circle of two":       {"b/MIM1/r: [MIM2]\nb/MIM2/r: [MIM1]\n", "b/MIM1, b/MIM2, b/MIM1"},
		"circle of three":     {"b/MIM1/r: [MIM2]\nb/MIM2/r: [MIM3]\nb/MIM3/r: [MIM1]\n", "b/MIM1, b/MIM2, b/MIM3, b/MIM1"},
		"circle further on":   {"b/MIM1/r: [MIM2]\nb/MIM2/r: [MIM3]\nb/MIM3/r: [MIM2]\n", "b/MIM2, b/MIM3, b/MIM2"},
	} {
		if _, err := readDerived([]byte(w.raw), all); err == nil || !strings.Contains(err.Error(), w.says) {
			t.Errorf("%s: %v, expected it to say %q", name, err, w.says)
		}
	}
}
