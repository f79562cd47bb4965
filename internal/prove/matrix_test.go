package prove

import (
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/harness"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/suites"
)

func TestAFaultIsNoticedByTheChecksThatLookThere(t *testing.T) {
	active, err := faults.Named("entity.create.no-location", "entity.create.overwrites")
	if err != nil {
		t.Fatal(err)
	}
	proof, err := Run(t.Context(), Options{
		Settings: harness.Settings{Filter: "mim1.entity.create.location", StateDir: t.TempDir()},
		Faults:   active, Parallel: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(proof.FalseAlarms) > 0 {
		t.Errorf("false alarms: %v", proof.FalseAlarms)
	}
	if got := proof.Killed["entity.create.no-location"]; !slices.Equal(got, []string{"mim1.entity.create.location"}) {
		t.Errorf("noticed by %v", got)
	}
	if got := proof.Survived(); !slices.Equal(got, []string{"entity.create.overwrites"}) {
		t.Errorf("survived: %v, want the fault that the selected check does not look for", got)
	}
	if proof.Score() != 0.5 || len(proof.Idle()) != 0 || len(proof.Misnamed()) != 0 {
		t.Errorf("score %v, idle %v, misnamed %v", proof.Score(), proof.Idle(), proof.Misnamed())
	}
	var text strings.Builder
	if err := proof.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 faults, 1 noticed (50.0 %)", "faults that no check noticed:\n  entity.create.overwrites", "oasc-2019-01-16/MIM1/access"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text says nothing of %q:\n%s", want, text.String())
		}
	}
}

func TestAnIdleAndAMisnamedCheckAreTold(t *testing.T) {
	p := Proof{Killed: map[string][]string{"f": {"a"}, "g": nil}}
	p.Checks = append(p.Checks, checkNamed("a", "f"), checkNamed("b", "g"))
	if got := p.Idle(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("idle: %v", got)
	}
	if got := p.Misnamed(); len(got) != 1 || !strings.HasPrefix(got[0], "b ") {
		t.Errorf("misnamed: %v", got)
	}
}

func checkNamed(id, fault string) suites.Check { return suites.Check{ID: id, Fault: fault} }
