package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim1"
)

func TestSubscriptionsAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.Subscriptions()) }

func TestSubscriptionChecksAreWellFormed(t *testing.T) {
	r, err := suites.NewRegistry(mim1.Subscriptions())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.All()); n < 200 {
		t.Errorf("there are %d checks of subscriptions, expected at least the 200 that there were", n)
	}
}
