package nearest

import (
	"slices"
	"testing"
)

func TestToNamesTheNearestFirst(t *testing.T) {
	known := []string{"Zaragoza", "Aarhus", "Aalborg"}
	if got := To("arhus", known, 2); !slices.Equal(got, []string{"Aarhus", "Aalborg"}) {
		t.Errorf("got %v", got)
	}
	if got := To("x", known, 9); len(got) != 3 {
		t.Errorf("asked for more than there is: got %v", got)
	}
	if !slices.Equal(known, []string{"Zaragoza", "Aarhus", "Aalborg"}) {
		t.Error("the caller's list was changed")
	}
}
