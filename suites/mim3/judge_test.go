package mim3_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites/mim3"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim3.Checks()) }
