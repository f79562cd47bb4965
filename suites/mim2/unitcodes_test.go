package mim2

import "testing"

func TestUnitCodes(t *testing.T) {
	codes := unitCodes()
	for _, code := range []string{"CEL", "GQ", "P1", "KMH", "MTS", "A97", "C62", "MTR", "2B", "2N", "59", "13", "14", "15", "D03", "H96"} {
		if !codes[code] {
			t.Errorf("%s is missing", code)
		}
	}
	for _, code := range []string{"", "cel", "°C", "µg/m3", "2D", "A46", "A92", "H97", "XBX", "16", "F09"} {
		if codes[code] {
			t.Errorf("%q is no code", code)
		}
	}
	if n := len(codes); n < 1500 || n > 2200 {
		t.Errorf("%d codes", n)
	}
}
