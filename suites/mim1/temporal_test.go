package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestTemporal(t *testing.T) { judge(t, mim1.Temporal()) }

func TestTemporalChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Temporal())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.All()); n < 150 {
		t.Errorf("there are %d checks of temporal evolution, expected at least the 150 that there were", n)
	}
	for _, c := range r.All() {
		if c.Feature != suites.FeatureTemporal {
			t.Errorf("%s is of feature %q", c.ID, c.Feature)
		}
	}
}
