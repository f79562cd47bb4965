package mim0_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites/mim0"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim0.Checks()) }
