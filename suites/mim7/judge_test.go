package mim7_test

import (
	"slices"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim7"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim7.Checks()) }

// checksOf are the checks of MIM7 that are for platforms with the feature.
func checksOf(f suites.Feature) []suites.Check {
	return slices.DeleteFunc(mim7.Checks(), func(c suites.Check) bool { return c.Feature != f })
}
