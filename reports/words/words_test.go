package words

import (
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
)

func in(t *testing.T, code string) *Printer {
	t.Helper()
	p, err := In(code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPluralsNumbersAndDatesAreThoseOfTheLanguage(t *testing.T) {
	at := time.Date(2026, 3, 4, 9, 6, 0, 0, time.FixedZone("CET", 3600))
	for code, want := range map[string][]string{ // nothing, one, many, date, duration
		"en": {"no checks", "1 check", "12,345 checks", "4 March 2026, 08:06 UTC", "1.5 s"},
		"de": {"keine Prüfungen", "1 Prüfung", "12.345 Prüfungen", "4. März 2026, 08:06 UTC", "1,5 s"},
		"es": {"ninguna comprobación", "1 comprobación", "12.345 comprobaciones", "4 de marzo de 2026, 8:06 UTC", "1,5 s"},
		"fi": {"ei tarkastuksia", "1 tarkastus", "12 345 tarkastusta", "4. maaliskuuta 2026, 8.06 UTC", "1,5 s"},
		"fr": {"aucune vérification", "1 vérification", "12 345 vérifications", "4 mars 2026, 08:06 UTC", "1,5 s"},
		"it": {"nessuna verifica", "1 verifica", "12.345 verifiche", "4 marzo 2026, 08:06 UTC", "1,5 s"},
		"nl": {"geen controles", "1 controle", "12.345 controles", "4 maart 2026, 08:06 UTC", "1,5 s"}, //nolint:misspell // Dutch
		"pt": {"nenhuma verificação", "1 verificação", "12.345 verificações", "4 de março de 2026, 08:06 UTC", "1,5 s"},
	} {
		p := in(t, code)
		got := []string{p.Say("%d checks", 0), p.Say("%d checks", 1), p.Say("%d checks", 12345), p.Date(at), p.Duration(1500 * time.Millisecond)}
		for i := range want {
			if plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(got[i]); plain != want[i] {
				t.Errorf("%s: %q, want %q", code, got[i], want[i])
			}
		}
	}
}

// French takes nothing for singular where it has no word of its own for nothing.
func TestPluralFormsAreChosenByTheLanguage(t *testing.T) {
	if got := in(t, "fr").Tally(reports.Passed, 0); got != "0 réussie" {
		t.Errorf("got %q", got)
	}
	if got := in(t, "de").Say("In %d checks, %s answered, and not as the standard says. What failed is listed first.", 1, "Aarhus"); !strings.HasPrefix(got, "In 1 Prüfung hat Aarhus") {
		t.Errorf("got %q", got)
	}
	if got := in(t, "fi").Say("In %d checks, %s answered, and not as the standard says. What failed is listed first.", 3, "Aarhus"); !strings.HasPrefix(got, "Aarhus: ") || !strings.Contains(got, " 3 tarkastuksessa") {
		t.Errorf("got %q", got)
	}
}

func TestUnknownLanguagesAreNamed(t *testing.T) {
	for code, want := range map[string]string{"da": "expected one of en (English), de", "fr-FR": "did you mean fr?", "Deutsch": "did you mean de?", "FR": "did you mean fr?"} {
		if _, err := In(code); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", code, err, want)
		}
	}
	if p := in(t, ""); p.Code() != English {
		t.Errorf("no language is %s", p.Code())
	}
}

// What the completeness test looks for, it finds.
func TestFaultsAreFound(t *testing.T) {
	said := map[string]string{"a": "x.go:1", "%d of %s": "x.go:2"}
	good := func() map[string]entry {
		return map[string]entry{"a": {text: "b"}, "%d of %s": {forms: []form{{"zero", "nichts von %[2]s"}, {"other", "%[2]s: %[1]d"}}}}
	}
	if wrong := faults("de", good(), said); len(wrong) > 0 {
		t.Errorf("nothing is wrong, and it says %v", wrong)
	}
	for want, change := range map[string]func(map[string]entry){
		`"a" is missing (x.go:1)`:  func(e map[string]entry) { delete(e, "a") },
		`"c" is said nowhere`:      func(e map[string]entry) { e["c"] = entry{text: "d"} },
		`"a" has the places [1s]`:  func(e map[string]entry) { e["a"] = entry{text: "b %s"} },
		`has the places [1d]`:      func(e map[string]entry) { e["%d of %s"] = entry{forms: []form{{"other", "%d"}}} },
		`has the places [1d 2d]`:   func(e map[string]entry) { e["%d of %s"] = entry{forms: []form{{"other", "%d %d"}}} },
		`no form for other`:        func(e map[string]entry) { e["%d of %s"] = entry{forms: []form{{"one", "%d %s"}}} },
		`has a number and no form`: func(e map[string]entry) { e["%d of %s"] = entry{text: "%d %s"} },
		`"a" has no text`:          func(e map[string]entry) { e["a"] = entry{} },
	} {
		entries := good()
		change(entries)
		if got := strings.Join(faults("de", entries, said), "\n"); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSummaryNeverCallsAnythingElseAPass(t *testing.T) {
	p := InEnglish()
	for _, v := range []reports.Verdict{reports.Conformant, reports.NonConformant, reports.Inconclusive, reports.NotApplicable, "great"} {
		r := fixture.Full()
		r.Verdict.Verdict = v
		got := p.Summary(r)
		if strings.Contains(got, "meets everything") != (v == reports.Conformant) {
			t.Errorf("%s: %s", v, got)
		}
		if p.Verdict(v) == "" || p.Verdict(v) != v.Label() {
			t.Errorf("%s is called %q, and elsewhere %q", v, p.Verdict(v), v.Label())
		}
	}
	for _, o := range reports.Outcomes() {
		if p.Outcome(o) != o.Label() || p.Meaning(o) == "" {
			t.Errorf("%s is called %q, and elsewhere %q", o, p.Outcome(o), o.Label())
		}
	}
}

// No two outcomes and no two verdicts have one name.
func TestNamesTellApart(t *testing.T) {
	for _, l := range Languages() {
		p := in(t, l.Code)
		names := map[string]bool{}
		for _, o := range reports.Outcomes() {
			names[p.Outcome(o)] = true
		}
		verdicts := map[string]bool{}
		for _, v := range []reports.Verdict{reports.Conformant, reports.NonConformant, reports.Inconclusive, reports.NotApplicable} {
			verdicts[p.Verdict(v)] = true
		}
		if len(names) != 5 || len(verdicts) != 4 {
			t.Errorf("%s: outcomes %v, verdicts %v", l.Code, names, verdicts)
		}
	}
}

func TestCaveats(t *testing.T) {
	for name, want := range map[string][]string{
		"conformant":  nil,
		"full":        {"Waived until 2026-12-31 by A. Jensen, Working Group: mim1.entity.create.duplicate (outcome \"Failed\") does not count", "was not needed", "left 2 things"},
		"unreachable": {"draft"},
		"interrupted": {"interrupted", "the suites MIM1, and of them the checks that match core && !need:write"},
	} {
		got := InEnglish().Caveats(fixture.Report(name))
		if len(got) != len(want) {
			t.Errorf("%s: got %q, want %d", name, got, len(want))
			continue
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: got %q, want it to have %q", name, got[i], want[i])
			}
		}
	}
}

func TestFailuresBesideAConformantVerdictAreTold(t *testing.T) {
	r := fixture.Conformant()
	r.Counts.Failed = 2
	if got := InEnglish().Caveats(r); len(got) != 1 || !strings.HasPrefix(got[0], "2 checks failed. None counts") {
		t.Errorf("got %q", got)
	}
	r.Verdict.Verdict, r.Counts.Failed = reports.NonConformant, 0
	if got := InEnglish().Summary(r); !strings.Contains(got, "does not meet") {
		t.Errorf("got %q", got)
	}
}
