package mim1_test

import (
	"testing"

	"github.com/oasc/mimcheck/suites/mim1"
)

func TestMQTTAgainstTheReferencePlatform(t *testing.T) { judge(t, mim1.MQTT()) }
