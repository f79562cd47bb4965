package mim8_test

import (
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/suites/mim8"
)

func TestChecks(t *testing.T) { judgetest.Checks(t, mim8.Checks()) }
