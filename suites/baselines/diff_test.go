package baselines

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func set(id string, mims ...MIM) Baseline {
	for i, m := range mims {
		for j, r := range m.Capabilities[0].Requirements {
			mims[i].Capabilities[0].Requirements[j].ID = id + "/" + m.ID + "/" + r.ID
		}
	}
	return Baseline{ID: id, Status: Approved, Date: "2020-01", MIMs: mims}
}

func of(id, title, subject string, requirements ...Requirement) MIM {
	return MIM{ID: id, Title: title, Subject: subject, Capabilities: []Capability{{ID: "c", Requirements: requirements}}}
}

func TestDiff(t *testing.T) {
	a := set("a",
		of("MIM1", "Context", "context", Requirement{ID: "same", Text: "as before"}, Requirement{ID: "gone", Text: "not kept"},
			Requirement{ID: "changed", Text: "old", Obligation: Optional, Mechanisms: []string{"x"}, Verification: OverHTTP}),
		of("MIM2", "Twins", "digital-twins", Requirement{ID: "key", Text: "about twins"}),
		of("MIM9", "Last", "ai", Requirement{ID: "r"}))
	b := set("b",
		of("MIM1", "Context and more", "context", Requirement{ID: "same", Text: "as before"}, Requirement{ID: "new", Text: "fresh"},
			Requirement{ID: "changed", Text: "new", Obligation: Mandatory, Mechanisms: []string{"x", "y"}, Verification: ByDocument}),
		of("MIM2", "Access", "access", Requirement{ID: "key", Text: "about access"}),
		of("MIM10", "Twins", "digital-twins", Requirement{ID: "s"}))
	d := Diff(a, b)
	if diff := cmp.Diff([]MIMChange{
		{ID: "MIM1", From: "Context", To: "Context and more"},
		{ID: "MIM2", From: "Twins", To: "Access", OtherSubject: true, MovedTo: "MIM10"},
		{ID: "MIM9", From: "Last"},
		{ID: "MIM10", To: "Twins", MovedFrom: "MIM2"},
	}, d.MIMs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a/MIM1/gone", "a/MIM2/key", "a/MIM9/r"}, ids(d.Removed)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b/MIM1/new", "b/MIM2/key", "b/MIM10/s"}, ids(d.Added)); diff != "" {
		t.Error(diff)
	}
	if len(d.Changed) != 1 || d.Changed[0].To.ID != "b/MIM1/changed" {
		t.Fatalf("changed: %v", d.Changed)
	}
	if diff := cmp.Diff([]string{"text", "obligation", "mechanisms", "verification"}, d.Changed[0].Fields); diff != "" {
		t.Error(diff)
	}
	text := d.Text()
	for _, line := range []string{
		"From a (approved, 2020-01) to b (approved, 2020-01)\n",
		"  ~ MIM1: Context is called Context and more\n",
		"  ! MIM2: same number, other subject: Twins, then Access; Twins is MIM10 now\n",
		"  - MIM9 Last\n",
		"  + MIM10 Twins; Twins was MIM2\n",
		"  - MIM1/gone : not kept\n",
		"  + MIM1/new : fresh\n",
		"  ~ MIM1/changed: text, obligation, mechanisms, verification\n      - old\n      + new\n      - optional\n      + mandatory\n      - x\n      + x; y\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("the text lacks %q:\n%s", line, text)
		}
	}
}

func TestDiffOfOneBaselineIsEmpty(t *testing.T) {
	for _, id := range IDs() {
		b := get(t, id)
		d := Diff(b, b)
		if !d.Empty() {
			t.Errorf("%s differs from itself:\n%s", id, d.Text())
		}
		if !strings.Contains(d.Text(), "Nothing differs.") {
			t.Errorf("the text does not say so: %s", d.Text())
		}
	}
}

func TestDiffNotesSameNumberOtherSubject(t *testing.T) {
	d := Diff(get(t, "oasc-2019-01-16"), get(t, "oasc-2026-06-draft"))
	got := map[string]bool{}
	for _, m := range d.MIMs {
		got[m.ID] = m.OtherSubject
	}
	if !got["MIM1"] || !got["MIM3"] || got["MIM2"] {
		t.Errorf("other subjects: %v", got)
	}
	if len(d.Removed) != 18 || len(d.Added) != 85 {
		t.Errorf("%d removed and %d added: expected all 18 and all 85", len(d.Removed), len(d.Added))
	}
}

func ids(requirements []Requirement) []string {
	var all []string
	for _, r := range requirements {
		all = append(all, r.ID)
	}
	return all
}
