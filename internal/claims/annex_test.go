package claims

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/oasc/mimcheck/suites/baselines"
	"github.com/oasc/mimcheck/suites/catalogue"
)

// Every format names every requirement, and every check by which it is tested.
func TestTheAnnexNamesEveryRequirementAndCheck(t *testing.T) {
	a, err := NewAnnex(DefaultBaseline, []string{"MIM2", "MIM3"})
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range a.MIMs {
		for _, q := range m.Requirements {
			named = append(named, q.ID)
			for _, c := range q.Checks {
				named = append(named, c.ID)
			}
		}
	}
	if len(a.MIMs) != 2 || a.MIMs[0].ID != "MIM2" || len(named) < 20 {
		t.Fatalf("got %d MIMs and %d names", len(a.MIMs), len(named))
	}
	for format, write := range map[string]func(*strings.Builder) error{
		"markdown": func(b *strings.Builder) error { return a.WriteMarkdown(b) },
		"html":     func(b *strings.Builder) error { return a.WriteHTML(b) },
		"csv":      func(b *strings.Builder) error { return a.WriteCSV(b) },
	} {
		t.Run(format, func(t *testing.T) {
			var b strings.Builder
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			for _, name := range named {
				if !strings.Contains(b.String(), name) {
					t.Errorf("it does not name %s", name)
				}
			}
			if strings.Contains(b.String(), "MIM1/access") {
				t.Error("it asks for a MIM that was not chosen")
			}
			switch format {
			case "html":
				if _, err := html.Parse(strings.NewReader(b.String())); err != nil || strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<link") {
					t.Errorf("%v: expected one file without scripts", err)
				}
			case "csv":
				if _, err := csv.NewReader(strings.NewReader(b.String())).ReadAll(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// What no check tests is said, with the reason.
func TestTheAnnexSaysWhatIsNotTested(t *testing.T) {
	noCheck, err := catalogue.NoCheck()
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAnnex(DefaultBaseline, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range a.MIMs {
		for _, q := range m.Requirements {
			switch reason := noCheck[q.ID]; {
			case len(q.Checks) == 0 && (reason == "" || !strings.Contains(q.Tested, reason)):
				t.Errorf("%s has no check, and the annex says %q", q.ID, q.Tested)
			case len(q.Checks) > 0 && !strings.Contains(q.Tested, "of the harness"):
				t.Errorf("%s has checks, and the annex says %q", q.ID, q.Tested)
			}
		}
	}
	if _, err := NewAnnex("oasc-1999", nil); err == nil {
		t.Error("an unknown baseline has an annex")
	}
	if _, err := NewAnnex(DefaultBaseline, []string{"MIM9"}); err == nil || !strings.Contains(err.Error(), "MIM9") {
		t.Errorf("got %v", err)
	}
}

// A requirement that follows from other MIMs is tested with them, with or without checks of its own.
func TestTheAnnexNamesTheMIMsThatARequirementFollowsFrom(t *testing.T) {
	const from = "from what it finds about "
	for id, want := range map[string]string{
		"oasc-2026-06-draft/MIM2/R3-C1":  "MIM0 and MIM1,",
		"mims-plus-5.0/MIM1/mim2-models": "MIM2,",
		"oasc-2026-06-draft/MIM2/R4.1":   "",
		"oasc-2026-06-draft/MIM5/gap":    "",
	} {
		baseline, mim, _, _ := baselines.SplitID(id)
		a, err := NewAnnex(baseline, []string{mim})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(a.MIMs[0].Requirements, func(q Asked) bool { return q.ID == id })
		if at < 0 {
			t.Fatalf("the annex has no requirement %s", id)
		}
		if q := a.MIMs[0].Requirements[at]; strings.Contains(q.Tested, from) != (want != "") || !strings.Contains(q.Tested, want) {
			t.Errorf("%s: %q", id, q.Tested)
		}
	}
}
