package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestFurtherAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Further()) }

func TestFurtherChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Provision(), mim1.Consumption(), mim1.Further())
	if err != nil {
		t.Fatal(err)
	}
	of := map[suites.Feature]int{}
	for _, c := range mim1.Further() {
		of[c.Feature]++
	}
	if n := len(mim1.Further()); n < 60 {
		t.Errorf("there are %d further checks, expected at least 60", n)
	}
	t.Logf("%d checks in all; of the further ones by feature: %v", len(r.All()), of)
}
