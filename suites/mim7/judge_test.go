package mim7_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites/mim7"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim7.Checks()) }
