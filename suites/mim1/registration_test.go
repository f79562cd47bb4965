package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestRegistrationsAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Registrations()) }

func TestRegistrationChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Registrations())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.All()); n < 100 {
		t.Errorf("there are %d checks of context sources, expected at least the 100 that there were", n)
	}
}
