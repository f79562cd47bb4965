package membership

import (
	"slices"
	"strings"
	"testing"
)

func TestSolutionsAreGroupedBySolution(t *testing.T) {
	proof := func(provider, bundle, url, day string, mims ...string) SolutionProven {
		return SolutionProven{Solution: SolutionID(provider, "Broker"), Name: "Broker", Provider: provider, URL: url, Bundle: strings.Repeat(bundle, 64),
			Baseline: InitialBaseline, MIMs: mims, On: Date(day)}
	}
	s, err := FoldState(told(proof("Two", "1", "", "2025-01-01", "MIM1"), proof("One", "2", "https://old.example.org", "2025-01-02", "MIM2"),
		proof("One", "3", "https://new.example.org", "2025-01-03", "MIM1", "MIM2"), proof("One", "4", "", "2026-01-01", "MIM3")), at("2025-06-01"))
	if err != nil {
		t.Fatal(err)
	}
	all := s.Solutions()
	if len(all) != 2 || all[0].ID != "one-broker" || all[1].ID != "two-broker" || len(all[0].Proofs) != 2 || all[0].URL != "https://new.example.org" {
		t.Fatalf("got %+v", all)
	}
	if got := all[0].MIMs(); !slices.Equal(got, []string{InitialBaseline + " MIM1", InitialBaseline + " MIM2"}) {
		t.Errorf("got %v", got)
	}
}
