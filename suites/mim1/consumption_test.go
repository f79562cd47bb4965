package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites/mim1"
)

func TestConsumption(t *testing.T) { judge(t, mim1.Consumption()) }
