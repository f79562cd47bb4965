package main

import (
	"os"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ledger"
)

// typed splits a command line at spaces, but not within double quotes.
func typed(line string) []string {
	var list []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}

// candidate records the way of a city to its membership, and the chapter that it joins.
func candidate(t *testing.T) {
	t.Helper()
	for _, line := range []string{
		`member letter sign Villaclara --country ES --by "Ana Ruiz" --role mayor --alias "Vila Clara" --on 2020-02-03`,
		`member letter send villaclara --on 2020-02-05`,
		`member letter approve "Vila Clara" --by "Board meeting of April 2020" --on 2020-04-01`,
		`chapter join Villaclara --on 2020-04-20`,
		`chapter nominate "Ana Ruiz" --member Villaclara --on 2020-05-01`,
		`council propose oasc-2022-06-07 --by "MIMs Working Group" --start-months 6 --implement-months 18 --on 2024-07-01`,
	} {
		mimcheck(t, typed(line)...).want(t, 0, "recorded in")
	}
}

// events counts what the ledger of the test holds.
func events(t *testing.T) int64 {
	t.Helper()
	l, err := ledger.Open(defaultLedger())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	head, err := l.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Count
}

func TestMembershipCommands(t *testing.T) {
	workdir(t)
	candidate(t)
	for _, c := range []struct {
		line string
		says []string
	}{
		{`member list`, []string{"villaclara", "2020-04-01", "Aarhus"}},
		{`member list --country dk`, []string{"Aarhus", "Vejle"}},
		{`member list --format csv --as-of 2020-02-28`, []string{"Villaclara", "letterSent", "id,chapter,country,name"}},
		{`member list --format json`, []string{`"id": "villaclara"`}},
		{`member show "Vila Clara"`, []string{"villaclara", "Spain", "2020-04-01"}},
		{`member show "Valencia, Spain"`, []string{"valencia"}},
		{`chapter found IS Villaclara Aarhus --name Iceland`, nil}, // refused, see below
		{`council vote oasc-2022-06-07 yes --chapter ES --by "ana ruiz" --on 2024-07-02`, []string{"VoteCast"}},
		{`council close oasc-2022-06-07 --on 2024-07-10`, []string{"adopted", "1 yes, 0 no"}},
		{`council decisions`, []string{"oasc-2022-06-07", "adopted", "18 months"}},
		{`council decisions --json`, []string{`"implementMonths": 18`}},
		{`council decisions --as-of 2024-07-05`, []string{"open"}},
		{`extension grant oasc-2022-06-07 --mim MIM1 --member Villaclara --implement-by 2029-01-01 --by Board --reason "new broker"`, []string{"TimeframeExtended"}},
		{`extension grant oasc-2022-06-07 --all --start-by 2025-06-30 --by Council --reason "late text"`, []string{"event 6 of oasc"}},
		{`activity record meeting "Spring meeting" --place Brussels --present ES --on 2024-03-10`, []string{"CouncilMet"}},
		{`activity record meeting "Summer meeting" --remote --on 2024-06-10`, []string{"CouncilMet"}},
		{`activity record election councilCoordinator --person "Ana Ruiz" --member Villaclara --on 2024-03-10`, []string{"Elected"}},
		{`activity record practice "One model of parking" --member Villaclara --url https://example.org/parking --on 2024-03-11`, []string{"Contributed"}},
		{`activity record webinar "Using context" --member Villaclara --on 2024-03-12`, []string{"Contributed"}},
		{`activity record conference "Connected cities" --member Villaclara --on 2024-03-13`, []string{"Contributed"}},
		{`chapter list`, []string{"Ana Ruiz (villaclara) since 2020-05-01"}},
		{`chapter list --json`, []string{`"country": "ES"`}},
		{`member card Villaclara`, []string{"signed by Ana Ruiz, mayor", "Spring meeting (onSite Brussels)", "elected councilCoordinator", "One model of parking", "new broker"}},
		{`member card Villaclara --json`, []string{`"what": "webinar"`}},
		{`member card Villaclara --as-of 2020-02-04`, []string{"letterSigned"}},
		{`status --member Villaclara --timeline`, []string{"2020-04-01", "begins: notStarted", "2021-04-02", "overdue"}},
		{`status --member Villaclara --timeline --json --as-of 2021-01-01`, []string{`"to": "notStarted"`}},
		{`status --member Villaclara --timeline --as-of 2020-03-01`, []string{"letterSent"}},
		{`status --as-of 2026-01-01`, []string{"Villaclara"}},
	} {
		t.Run(c.line, func(t *testing.T) {
			if c.says == nil {
				mimcheck(t, typed(c.line)...).want(t, exitUsage, "chapter-country")
				return
			}
			mimcheck(t, typed(c.line)...).want(t, 0, c.says...)
		})
	}
}

func TestFactsThatBreakARuleAreRefusedByItsName(t *testing.T) {
	workdir(t)
	candidate(t)
	before := events(t)
	for _, c := range []struct{ line, says string }{
		{`member letter sign Villaclara --country ES --by "Ana Ruiz" --role mayor`, "new-member"},
		{`member letter sign Newtown --country Spain --by "Ana Ruiz" --role mayor`, "ISO 3166"},
		{`member letter sign Newtown --country ES --by "Ana Ruiz" --role mayor --on 2020-02-30`, "2026-01-31"},
		{`member letter sign Newtown --country ES --by "Ana Ruiz" --role mayor --on 2999-01-01`, "rule date"},
		{`member letter sign Newtown --country ES --role mayor`, `"by"`},
		{`member letter send Villaclara`, "letter-order"},
		{`member letter approve Vilaclara --by "Board"`, "Villaclara"},
		{`chapter found IS Aarhus --name Iceland`, "chapter-of-two"},
		{`chapter found IS Aarhus Aarhus --name Iceland`, "chapter-of-two"},
		{`chapter join Villaclara`, "chapter-once"},
		{`chapter nominate "Ana Ruiz" --member Villaclara --chapter DK`, "own-chapter"},
		{`council propose oasc-1999 --by WG`, "known-baseline"},
		{`council propose oasc-2022-06-07 --by WG --id again`, "once"},
		{`council vote oasc-2022-06-07 yes --chapter DK --by Nobody`, "council-votes"},
		{`council vote oasc-2022-06-07 maybe --chapter ES --by "Ana Ruiz"`, "yes, no or abstain"},
		{`council vote none yes --chapter ES --by "Ana Ruiz"`, "decision-open"},
		{`council close none`, "decision-open"},
		{`extension grant oasc-2019-01-16 --mim MIM9 --member Aarhus --implement-by 2029-01-01 --by Board --reason "x"`, "known-mim"},
		{`extension grant oasc-2019-01-16 --member Aarhus --implement-by 2020-01-01 --by Board --reason "x"`, "timeframe"},
		{`extension grant oasc-2019-01-16 --implement-by 2029-01-01 --by Board --reason "x"`, "all"},
		{`extension grant oasc-2019-01-16 --all --member Aarhus --implement-by 2029-01-01 --by Board --reason "x"`, "all"},
		{`activity record meeting Spring`, "remote"},
		{`activity record meeting Spring --remote --present DK`, "council-votes"},
		{`activity record election mayor --person "Ana Ruiz" --member Villaclara`, "known-office"},
		{`activity record practice "" --member Villaclara`, "words"},
		{`activity record dinner`, "practice"},
		{`member show Aarhuss`, "Aarhus"},
		{`member card`, "1 arg"},
		{`member list --format xml`, "text, csv or json"},
		{`member list --country Atlantis`, "DK"},
		{`member import list.txt`, "--format"},
		{`member import none.csv`, "none.csv"},
		{`member list --ledger misspelt.db`, "misspelt.db"},
		{`status --timeline`, "--member"},
		{`status --ledger misspelt.db`, "misspelt.db"},
		{`member lst`, "card, import, letter, list, show"},
	} {
		t.Run(c.line, func(t *testing.T) {
			mimcheck(t, typed(c.line)...).want(t, exitUsage, c.says)
		})
	}
	if after := events(t); after != before {
		t.Errorf("the ledger had %d events and has %d: expected no change", before, after)
	}
}

func TestChapterFounded(t *testing.T) {
	workdir(t)
	for _, city := range []string{"Aland", "Boland"} {
		mimcheck(t, "member", "letter", "sign", city, "--country", "IS", "--by", "Jon", "--role", "mayor", "--on", "2024-01-01").want(t, 0)
		mimcheck(t, "member", "letter", "send", city, "--on", "2024-01-02").want(t, 0)
		mimcheck(t, "member", "letter", "approve", city, "--by", "Board", "--on", "2024-01-03").want(t, 0)
	}
	mimcheck(t, "chapter", "found", "IS", "Aland", "Boland", "--name", "Iceland", "--on", "2024-02-01").want(t, 0, "ChapterFounded")
	mimcheck(t, "chapter", "list").want(t, 0, "Iceland", "2024-02-01")
}

func TestMembersAreImported(t *testing.T) {
	workdir(t)
	list := "country,name,since\nDK,Aarhus,\nIS,Newtown,2024-05-01\n"
	if err := os.WriteFile("list.csv", []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	mimcheck(t, "member", "import", "list.csv", "--on", "2024-06-01").want(t, 0, "2 read, 1 were on the register already, 1 added", "newtown")
	mimcheck(t, "member", "import", "list.csv").want(t, 0, "0 added")
	exported := mimcheck(t, "member", "list", "--format", "json")
	exported.want(t, 0, "newtown")
	if err := os.WriteFile("list.json", []byte(exported.out), 0o600); err != nil {
		t.Fatal(err)
	}
	mimcheck(t, "member", "import", "list.json").want(t, 0, "0 added")
	mimcheck(t, "member", "import", "list.json", "--ledger", "other.db").want(t, 0, "1 added")
	if err := os.WriteFile("broken.csv", []byte("country,name\nDenmark,Aarhus\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mimcheck(t, "member", "import", "broken.csv").want(t, exitUsage, "broken.csv: line 2", "ISO 3166")
}
