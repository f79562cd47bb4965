package mim6_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites/mim6"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim6.Checks()) }
