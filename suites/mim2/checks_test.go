package mim2_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim2"
)

// Each check passes on the reference platform as it is, and fails with its fault.
func TestChecks(t *testing.T) {
	catalogue, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	judgetest.Checks(t, mim2.Checks(), func(env *suites.Env) { env.Models = catalogue })
}
