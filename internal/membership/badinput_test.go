package membership

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/internal/ledger/ledgertest"
	"github.com/oasc/mimcheck/reports"
)

// TestBadInput: the worst that people enter is refused by a rule that is named, and the
// ledger stays as it is, whichever way it is kept. TestRules has all the others.
func TestBadInput(t *testing.T) {
	for kind, place := range ledgertest.Places() {
		t.Run(kind, func(t *testing.T) {
			l, err := ledger.Open(place(t), ledger.WithClock(func() time.Time { return at(today) }))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			recorded := run("r1", "2025-06-01", reports.Conformant, 10)
			before := append(append(voted(Yes), becomes("toledo", "Toledo", "US", "2024")...), recorded)
			if _, err := EnterAll(t.Context(), l, before...); err != nil {
				t.Fatal(err)
			}
			head, err := l.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for name, c := range map[string]struct {
				bad  Fact
				rule Rule
			}{
				"a day that does not exist":      {LetterSigned{Member: "lugo", Name: "Lugo", Country: "ES", By: "x", Role: "y", On: "2023-02-30"}, RuleDate},
				"a day that is still to come":    {LetterSigned{Member: "lugo", Name: "Lugo", Country: "ES", By: "x", Role: "y", On: "2026-03-15"}, RuleDate},
				"an end before its beginning":    {run("r2", "2025-06-01", reports.Conformant, 10, func(f *RunRecorded) { f.Started = f.Finished.Add(1) }), RuleDate},
				"a vote by a member without one": {vote("NL", "N. Eder", Yes), RuleCouncilVotes},
				"a vote by no member":            {vote("XX", "Nobody", Yes), RuleCouncilVotes},
				"a vote in another's name":       {vote("FI", "D. Ane", Yes), RuleCouncilVotes},
				"a second vote":                  {vote("DK", "D. Ane", No), RuleOneVote},
				"the same vote again":            {vote("DK", "D. Ane", Yes), RuleOneVote},
				"a chapter of one":               {ChapterFounded{Country: "US", Name: "US", Members: []string{"toledo"}, On: "2024-06-01"}, RuleChapterOfTwo},
				"a nomination by a foreign one":  {coordinator("FI", "D. Ane", "aarhus", "2024-01-01"), RuleOwnChapter},
				"an unknown MIM":                 {run("r2", "2025-06-01", reports.Conformant, 10, func(f *RunRecorded) { f.MIMs[0].MIM = "MIM9" }), RuleKnownMIM},
				"a run twice":                    {recorded, RuleOnce},
				"a proposal twice":               {proposed(), RuleOnce},
				"approved before it is sent":     {BoardApproved{Member: "lugo", By: "Board", On: "2024-01-01"}, RuleLetterOrder},
			} {
				t.Run(name, func(t *testing.T) {
					_, err := Enter(t.Context(), l, c.bad)
					var refused *RuleError
					if !errors.As(err, &refused) || refused.Rule != c.rule || !strings.Contains(err.Error(), string(c.rule)) {
						t.Errorf("got %v; expected the rule %s", err, c.rule)
					}
					if now, err := l.Head(t.Context()); now != head || err != nil {
						t.Errorf("the ledger changed: %v, %v", now, err)
					}
				})
			}
			if err := l.Verify(t.Context(), head); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNothingIsEnteredIntoACorruptLedger: what a rule has to read, it reads verified.
func TestNothingIsEnteredIntoACorruptLedger(t *testing.T) {
	l := openLedger(t)
	enter(t, l, voted()...)
	db, err := sql.Open("sqlite", l.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{"DROP TRIGGER events_keep_update", "UPDATE events SET data = replace(data, 'D. Ane', 'D. Ave')"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	head, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var corrupt *ledger.CorruptError
	if _, err := Enter(t.Context(), l, vote("DK", "D. Ave", Yes)); !errors.As(err, &corrupt) || corrupt.Position != 1 {
		t.Errorf("got %v, expected a CorruptError at event 1", err)
	}
	if now, err := l.Head(t.Context()); now != head || err != nil {
		t.Errorf("the ledger changed: %v, %v", now, err)
	}
}
