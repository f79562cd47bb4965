package membership

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// today is when the ledgers of these tests are written to.
const today = "2026-03-14T12:00:00Z"

// empty is the file of a ledger without events: to copy it is faster than to make one.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ledger.db")
	l, err := ledger.Open(path)
	if err != nil {
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func openLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	b, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(path, ledger.WithClock(func() time.Time { return at(today) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func enter(t testing.TB, l *ledger.Ledger, facts ...Fact) {
	t.Helper()
	for _, f := range facts {
		if _, err := Enter(t.Context(), l, f); err != nil {
			t.Fatalf("%#v: %v", f, err)
		}
	}
}

// becomes is how a city becomes a member.
func becomes(id, name, country, year string) []Fact {
	return []Fact{
		LetterSigned{Member: id, Name: name, Country: country, By: "M. Ayor", Role: "mayor", On: Date(year + "-01-10")},
		LetterSent{Member: id, To: "secretariat", On: Date(year + "-02-10")},
		BoardApproved{Member: id, By: "Board meeting 7", On: Date(year + "-03-10")},
	}
}

func coordinator(country, person, member, on string) Fact {
	return CoordinatorNominated{Country: country, Person: person, Member: member, On: Date(on)}
}

func proposed() BaselineProposed {
	return BaselineProposed{Decision: "mims-2022", Baseline: "oasc-2022-06-07", By: "Technology Council", On: "2024-01-10",
		Terms: Terms{StartMonths: 12, ImplementMonths: 24, Assurance: SelfTested}}
}

func vote(country, by string, v Vote) VoteCast {
	return VoteCast{Decision: "mims-2022", Country: country, By: by, Vote: v, On: "2024-02-01"}
}

// voted is a Council of three and its votes on the decision mims-2022.
func voted(votes ...Vote) []Fact {
	facts := []Fact{
		coordinator("DK", "D. Ane", "aarhus", "2023-01-01"), coordinator("FI", "F. Inn", "helsinki", "2023-01-01"),
		coordinator("BE", "B. Elge", "ghent", "2023-01-01"), proposed(),
	}
	who := [][2]string{{"DK", "D. Ane"}, {"FI", "F. Inn"}, {"BE", "B. Elge"}}
	for i, v := range votes {
		facts = append(facts, vote(who[i][0], who[i][1], v))
	}
	return facts
}

func TestRules(t *testing.T) {
	conformant := run("r1", "2025-06-01", reports.Conformant, 10)
	certificate := certificateOf(conformant, "c1", "2025-07-01", "2026-07-01")
	self := run("self", "2025-05-20", reports.Conformant, 10)
	filing := BundleFiled{Member: "aarhus", Run: "self", Bundle: strings.Repeat("b", 64), By: "F. Iler", On: "2025-05-21"}
	ofVejle := run("own", "2025-05-20", reports.Conformant, 10, func(f *RunRecorded) { f.Member = "vejle" })
	filedByVejle := BundleFiled{Member: "vejle", Run: ofVejle.Run, Bundle: filing.Bundle, By: "V. Ejle", On: filing.On}
	refusal := CertificateRefused{Member: "aarhus", SelfRun: "self", Witnessed: "r1", Baseline: InitialBaseline, MIMs: []string{"MIM1"},
		Rules: []string{"runs-agree"}, Reason: "a check passed once only", By: "B. Issuer", On: "2025-07-01"}
	refused := func(f func(r *CertificateRefused)) Fact {
		r := refusal
		f(&r)
		return r
	}
	changed := func(f func(c *CertificateIssued)) Fact {
		c := *certificate
		f(&c)
		return c
	}
	toledo, lugo := becomes("toledo", "Toledo", "US", "2024"), becomes("lugo", "Lugo", "US", "2024")
	both := slices.Concat(toledo, lugo)
	founded := ChapterFounded{Country: "US", Name: "United States", Members: []string{"toledo", "lugo"}, On: "2024-06-01"}
	solution := SolutionProven{Solution: "example-systems-broker", Name: "Broker", Provider: "Example Systems", Member: "aarhus", Run: "r1", Finished: at("2025-06-01"), Profile: "sandbox",
		Bundle: strings.Repeat("b", 64), Keys: []string{strings.Repeat("1", 64)}, Baseline: InitialBaseline, MIMs: []string{"MIM1"}, By: "WG", On: "2025-06-02"}
	listed := func(f func(s *SolutionProven)) Fact {
		s := solution
		f(&s)
		return s
	}
	tested := map[Rule]bool{}
	for name, c := range map[string]struct {
		before []Fact
		bad    Fact
		rule   Rule // empty: it is accepted
	}{
		"letter":                                 {nil, toledo[0], ""},
		"letter of a member":                     {nil, LetterSigned{Member: "aarhus", Name: "Aarhus", Country: "DK", By: "x", Role: "y", On: "2024-01-01"}, RuleNewMember},
		"letter of a member by another id":       {nil, LetterSigned{Member: "arhus-2", Name: "ÅARHUS", Country: "DK", By: "x", Role: "y", On: "2024-01-01"}, RuleNewMember},
		"letter twice":                           {toledo[:1], toledo[0], RuleNewMember},
		"letter twice by another id":             {toledo[:1], LetterSigned{Member: "toledo-us", Name: "TOLEDO", Country: "US", By: "x", Role: "y", On: "2024-05-01"}, RuleNewMember},
		"listed after its letter by another id":  {toledo[:1], MemberListed{Member: "toledo-us", Name: "TOLEDO", Country: "US", Source: "list", On: "2024-06-01"}, RuleNewMember},
		"letter by nobody":                       {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", Role: "mayor", On: "2024-01-01"}, RuleWords},
		"letter in no role":                      {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", By: "x", Role: " ", On: "2024-01-01"}, RuleWords},
		"letter of no country":                   {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "USA!", By: "x", Role: "y", On: "2024-01-01"}, RuleWords},
		"letter with a bad id":                   {nil, LetterSigned{Member: "To Ledo", Name: "Toledo", Country: "US", By: "x", Role: "y", On: "2024-01-01"}, RuleWords},
		"letter with no id":                      {nil, LetterSigned{Name: "Toledo", Country: "US", By: "x", Role: "y", On: "2024-01-01"}, RuleWords},
		"letter with the id of OASC":             {nil, LetterSigned{Member: "oasc", Name: "Oasc", Country: "US", By: "x", Role: "y", On: "2024-01-01"}, RuleWords},
		"letter in two lines":                    {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", By: "x\ny", Role: "y", On: "2024-01-01"}, RuleWords},
		"letter on no day":                       {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", By: "x", Role: "y", On: "2023-02-30"}, RuleDate},
		"letter without a day":                   {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", By: "x", Role: "y"}, RuleDate},
		"letter of tomorrow":                     {nil, LetterSigned{Member: "toledo", Name: "Toledo", Country: "US", By: "x", Role: "y", On: "2026-03-15"}, RuleDate},
		"sent":                                   {toledo[:1], toledo[1], ""},
		"sent without a letter":                  {nil, toledo[1], RuleLetterOrder},
		"sent before it is signed":               {toledo[:1], LetterSent{Member: "toledo", To: "secretariat", On: "2024-01-09"}, RuleDate},
		"sent on the same day":                   {toledo[:1], LetterSent{Member: "toledo", To: "secretariat", On: "2024-01-10"}, ""},
		"sent twice":                             {toledo[:2], toledo[1], RuleLetterOrder},
		"sent to nobody":                         {toledo[:1], LetterSent{Member: "toledo", On: "2024-02-10"}, RuleWords},
		"sent by a member":                       {nil, LetterSent{Member: "aarhus", To: "secretariat", On: "2024-02-10"}, RuleLetterOrder},
		"approved":                               {toledo[:2], toledo[2], ""},
		"approved before sent":                   {toledo[:1], toledo[2], RuleLetterOrder},
		"approved before it was sent":            {toledo[:2], BoardApproved{Member: "toledo", By: "Board", On: "2024-02-09"}, RuleDate},
		"approved twice":                         {toledo, toledo[2], RuleLetterOrder},
		"approved by nobody":                     {toledo[:2], BoardApproved{Member: "toledo", On: "2024-03-10"}, RuleWords},
		"listed":                                 {nil, MemberListed{Member: "toledo", Name: "Toledo", Country: "US", Source: "list of 2024", On: "2024-01-01"}, ""},
		"listed though it is a member":           {nil, MemberListed{Member: "aarhus", Name: "Aarhus", Country: "DK", Source: "list", On: "2024-01-01"}, RuleNewMember},
		"listed by another id":                   {nil, MemberListed{Member: "x", Name: "AARHUS", Country: "DK", Source: "list", On: "2024-01-01"}, RuleNewMember},
		"listed after its letter":                {toledo[:1], MemberListed{Member: "toledo", Name: "Toledo", Country: "US", Source: "list", On: "2024-06-01"}, RuleNewMember},
		"listed nowhere":                         {nil, MemberListed{Member: "toledo", Name: "Toledo", Country: "US", On: "2024-01-01"}, RuleWords},
		"listed without an id":                   {nil, MemberListed{Name: "Toledo", Country: "US", Source: "list", On: "2024-01-01"}, RuleWords},
		"listed with a long alias":               {nil, MemberListed{Member: "toledo", Name: "Toledo", Country: "US", Aliases: []string{strings.Repeat("x", 301)}, Source: "list", On: "2024-01-01"}, RuleWords},
		"listed before it is a member":           {nil, MemberListed{Member: "toledo", Name: "Toledo", Country: "US", Source: "list", Since: "2024-02-01", On: "2024-01-01"}, RuleDate},
		"letter after it is listed":              {[]Fact{MemberListed{Member: "toledo", Name: "Toledo", Country: "US", Source: "list", On: "2024-01-01"}}, toledo[0], RuleNewMember},
		"chapter":                                {both, founded, ""},
		"chapter of one":                         {toledo, ChapterFounded{Country: "US", Name: "US", Members: []string{"toledo"}, On: "2024-06-01"}, RuleChapterOfTwo},
		"chapter of none":                        {nil, ChapterFounded{Country: "US", Name: "US", On: "2024-06-01"}, RuleChapterOfTwo},
		"chapter of one twice":                   {toledo, ChapterFounded{Country: "US", Name: "US", Members: []string{"toledo", "toledo"}, On: "2024-06-01"}, RuleChapterOfTwo},
		"chapter of candidates":                  {both[:5], founded, RuleApproved},
		"chapter before approval":                {both, ChapterFounded{Country: "US", Name: "US", Members: []string{"toledo", "lugo"}, On: "2024-03-09"}, RuleApproved},
		"chapter of strangers":                   {both, ChapterFounded{Country: "US", Name: "US", Members: []string{"toledo", "nowhere"}, On: "2024-06-01"}, RuleKnownMember},
		"chapter of another country":             {both, ChapterFounded{Country: "CA", Name: "Canada", Members: []string{"toledo", "lugo"}, On: "2024-06-01"}, RuleChapterCountry},
		"chapter that is there":                  {nil, ChapterFounded{Country: "DK", Name: "Denmark", Members: []string{"aarhus", "vejle"}, On: "2024-06-01"}, RuleChapterOnce},
		"chapter of no country":                  {both, ChapterFounded{Country: "us", Name: "US", Members: []string{"toledo", "lugo"}, On: "2024-06-01"}, RuleWords},
		"chapter twice":                          {append(both, founded), founded, RuleChapterOnce},
		"joining":                                {slices.Concat(both, []Fact{founded}, becomes("austin", "Austin", "US", "2025")), ChapterJoined{Country: "US", Member: "austin", On: "2025-06-01"}, ""},
		"joining twice":                          {append(both, founded), ChapterJoined{Country: "US", Member: "lugo", On: "2025-06-01"}, RuleChapterOnce},
		"joining none":                           {both, ChapterJoined{Country: "US", Member: "lugo", On: "2025-06-01"}, RuleChapterKnown},
		"joining before it is founded":           {slices.Concat(both, []Fact{founded}, becomes("austin", "Austin", "US", "2024")), ChapterJoined{Country: "US", Member: "austin", On: "2024-05-01"}, RuleChapterKnown},
		"joining abroad":                         {toledo, ChapterJoined{Country: "ES", Member: "toledo", On: "2025-06-01"}, RuleChapterCountry},
		"nomination":                             {nil, coordinator("DK", "D. Ane", "aarhus", "2024-01-01"), ""},
		"nomination by a new chapter":            {append(both, founded), coordinator("US", "U. S.", "lugo", "2024-07-01"), ""},
		"nomination by a foreign chapter":        {nil, coordinator("FI", "D. Ane", "aarhus", "2024-01-01"), RuleOwnChapter},
		"nomination by no chapter":               {nil, coordinator("XX", "D. Ane", "aarhus", "2024-01-01"), RuleChapterKnown},
		"nomination of nobody":                   {nil, coordinator("DK", "", "aarhus", "2024-01-01"), RuleWords},
		"nomination of a stranger":               {nil, coordinator("DK", "D. Ane", "nowhere", "2024-01-01"), RuleKnownMember},
		"nomination before the chapter":          {append(both, founded), coordinator("US", "U. S.", "lugo", "2024-05-01"), RuleChapterKnown},
		"nomination twice on a day":              {[]Fact{coordinator("DK", "D. Ane", "aarhus", "2024-01-01")}, coordinator("DK", "D. Ane", "aarhus", "2024-01-01"), RuleOnce},
		"proposal":                               {nil, proposed(), ""},
		"proposal of the initial set":            {nil, func() Fact { p := proposed(); p.Baseline = InitialBaseline; return p }(), RuleOnce},
		"proposal twice":                         {[]Fact{proposed()}, proposed(), RuleOnce},
		"proposal of the same baseline":          {[]Fact{proposed()}, func() Fact { p := proposed(); p.Decision = "again"; return p }(), RuleOnce},
		"proposal of no baseline":                {nil, func() Fact { p := proposed(); p.Baseline = "mims-9"; return p }(), RuleKnownBaseline},
		"proposal by nobody":                     {nil, func() Fact { p := proposed(); p.By = ""; return p }(), RuleWords},
		"proposal without an id":                 {nil, func() Fact { p := proposed(); p.Decision = "A b"; return p }(), RuleWords},
		"proposal with no time":                  {nil, func() Fact { p := proposed(); p.Terms = Terms{24, 12, SelfTested}; return p }(), RuleTimeframe},
		"proposal in place of nothing":           {nil, func() Fact { p := proposed(); p.Replaces = []string{"mims-plus-5.0"}; return p }(), RuleKnownBaseline},
		"vote":                                   {voted(), vote("DK", "d. ane", Yes), ""},
		"vote by no coordinator":                 {voted(), vote("NL", "N. Eder", Yes), RuleCouncilVotes},
		"vote by another person":                 {voted(), vote("DK", "F. Inn", Yes), RuleCouncilVotes},
		"vote by the coordinator of then":        {append(voted(), coordinator("DK", "N. Ew", "vejle", "2024-02-02")), vote("DK", "D. Ane", Yes), ""},
		"vote by the coordinator of later":       {append(voted(), coordinator("DK", "N. Ew", "vejle", "2024-02-02")), vote("DK", "N. Ew", Yes), RuleCouncilVotes},
		"vote twice":                             {voted(Yes), vote("DK", "D. Ane", No), RuleOneVote},
		"vote on nothing":                        {nil, vote("DK", "D. Ane", No), RuleDecisionOpen},
		"vote on the initial set":                {voted(), VoteCast{Decision: InitialBaseline, Country: "DK", By: "D. Ane", Vote: No, On: "2024-02-01"}, RuleDecisionOpen},
		"vote before it is proposed":             {voted(), VoteCast{Decision: "mims-2022", Country: "DK", By: "D. Ane", Vote: Yes, On: "2024-01-09"}, RuleDecisionOpen},
		"vote of maybe":                          {voted(), vote("DK", "D. Ane", "maybe"), RuleWords},
		"vote after it is closed":                {append(voted(Yes), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 1}, "2024-02-10"}), vote("FI", "F. Inn", No), RuleDecisionOpen},
		"closing":                                {voted(Yes, No, Yes), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 2, No: 1}, "2024-02-10"}, ""},
		"closing with a wrong count":             {voted(Yes, No, Yes), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 3}, "2024-02-10"}, RuleMajority},
		"closing a tie as adopted":               {voted(Yes, No), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 1, No: 1}, "2024-02-10"}, RuleMajority},
		"closing before a vote":                  {voted(Yes), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 1}, "2024-01-20"}, RuleDate},
		"closing twice":                          {append(voted(Yes), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 1}, "2024-02-10"}), DecisionClosed{"mims-2022", Adopted, Tally{Yes: 1}, "2024-02-10"}, RuleDecisionOpen},
		"extension":                              {nil, extension("aarhus", "", "2021-06-01", "2020-06-01"), ""},
		"extension for all":                      {nil, extension("", "", "2021-06-01", "2020-06-01"), ""},
		"extension to an earlier day":            {nil, extension("aarhus", "", "2021-01-16", "2020-06-01"), RuleTimeframe},
		"extension twice":                        {[]Fact{extension("aarhus", "", "2021-06-01", "2020-06-01")}, extension("aarhus", "", "2021-06-01", "2020-06-01"), RuleTimeframe},
		"extension for all, twice":               {[]Fact{extension("", "", "2021-06-01", "2020-06-01")}, extension("", "", "2021-06-01", "2020-06-01"), RuleTimeframe},
		"extension back":                         {[]Fact{extension("aarhus", "", "2022-06-01", "2020-06-01")}, extension("aarhus", "", "2021-06-01", "2020-07-01"), RuleTimeframe},
		"extension of an extension":              {[]Fact{extension("aarhus", "", "2021-06-01", "2020-06-01")}, extension("aarhus", "", "2022-06-01", "2021-05-01"), ""},
		"extension of nothing":                   {nil, extension("aarhus", "", "", "2020-06-01"), RuleTimeframe},
		"extension to no day":                    {nil, extension("aarhus", "", "2021-13-01", "2020-06-01"), RuleTimeframe},
		"extension past the end":                 {nil, extension("aarhus", "2022-01-01", "", "2020-06-01"), RuleTimeframe},
		"extension before adoption":              {nil, extension("aarhus", "", "2021-06-01", "2019-01-15"), RuleTimeframe},
		"extension without a reason":             {nil, TimeframeExtended{Baseline: InitialBaseline, Member: "aarhus", ImplementBy: "2022-01-01", By: "x", On: "2020-01-01"}, RuleWords},
		"extension of an unknown MIM":            {nil, TimeframeExtended{Baseline: InitialBaseline, MIM: "MIM7", Member: "aarhus", ImplementBy: "2022-01-01", By: "x", Reason: "y", On: "2020-01-01"}, RuleKnownMIM},
		"extension for a stranger":               {nil, extension("nowhere", "", "2021-06-01", "2020-06-01"), RuleKnownMember},
		"extension of a draft":                   {nil, TimeframeExtended{Baseline: "oasc-2026-06-draft", Member: "aarhus", ImplementBy: "2027-01-01", By: "x", Reason: "y", On: "2020-01-01"}, RuleTimeframe},
		"run":                                    {nil, conformant, ""},
		"run of a candidate":                     {toledo[:1], run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Member = "toledo" }), ""},
		"run twice":                              {[]Fact{conformant}, conformant, RuleOnce},
		"run of two members":                     {[]Fact{conformant}, run("r1", "2025-06-01", reports.Conformant, 10, func(f *RunRecorded) { f.Member = "vejle" }), RuleOnce},
		"run of a stranger":                      {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Member = "nowhere" }), RuleKnownMember},
		"run of tomorrow":                        {nil, run("r1", "2026-03-15", reports.Conformant, 1), RuleDate},
		"run that ends before it starts":         {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Started = f.Finished.Add(1) }), RuleDate},
		"run without an id":                      {nil, run("", "2025-06-01", reports.Conformant, 1), RuleRun},
		"run without a report":                   {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Report = "x" }), RuleRun},
		"run of an unknown baseline":             {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Baseline = "mine" }), RuleKnownBaseline},
		"run of a changed baseline":              {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.BaselineSHA256 = strings.Repeat("0", 64) }), RuleKnownBaseline},
		"run of an unknown MIM":                  {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.MIMs[0].MIM = "MIM9" }), RuleKnownMIM},
		"run of a MIM twice":                     {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.MIMs = append(f.MIMs, f.MIMs[0]) }), RuleOnce},
		"run that contradicts itself":            {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.MIMs[0].Conformant = 0 }), RuleRun},
		"run with too many passed":               {nil, run("r1", "2025-06-01", reports.NonConformant, 11), RuleRun},
		"run certified by itself":                {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Assurance = Certified }), RuleRun},
		"run with a profile of its own":          {nil, run("r1", "2025-06-01", reports.Conformant, 1, func(f *RunRecorded) { f.Profile = "mine" }), RuleRun},
		"run with a verdict of its own":          {nil, run("r1", "2025-06-01", "great", 1), RuleRun},
		"certificate":                            {[]Fact{self, filing, conformant}, certificate, ""},
		"certificate on no run":                  {[]Fact{self, filing}, certificate, RuleCertificate},
		"certificate on another's filing":        {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.Member = "vejle" }), RuleFiling},
		"certificate on another's run":           {[]Fact{ofVejle, filedByVejle, conformant}, changed(func(c *CertificateIssued) { c.Member, c.SelfRun = "vejle", ofVejle.Run }), RuleCertificate},
		"certificate on a failed run":            {[]Fact{self, filing, run("r1", "2025-06-01", reports.NonConformant, 1)}, certificate, RuleCertificate},
		"certificate on a partial run":           {[]Fact{self, filing, run("r1", "2025-06-01", reports.Conformant, 1, partial)}, certificate, RuleCertificate},
		"certificate on an exercise":             {[]Fact{self, filing, run("r1", "2025-06-01", reports.Conformant, 1, reference)}, certificate, RuleCertificate},
		"certificate after a failed run":         {[]Fact{self, filing, conformant, run("r2", "2025-06-02", reports.NonConformant, 1)}, certificate, RuleCertificate},
		"certificate before its run":             {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.On = "2025-05-01" }), RuleDate},
		"certificate with another time":          {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.RunFinished = c.RunFinished.Add(1) }), RuleCertificate},
		"certificate by two eyes":                {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.Issuer = "a. RUNNER" }), RuleFourEyes},
		"certificate by nobody":                  {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.Issuer = "" }), RuleWords},
		"certificate without an end":             {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.ValidUntil = "" }), RuleCertificate},
		"certificate that is over":               {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.ValidUntil = "2025-06-30" }), RuleCertificate},
		"certificate of nothing":                 {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.MIMs = nil }), RuleCertificate},
		"certificate of another MIM":             {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.MIMs = []string{"MIM2"} }), RuleCertificate},
		"certificate of an unknown MIM":          {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.MIMs = []string{"MIM7"} }), RuleKnownMIM},
		"certificate that is self-tested":        {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.Assurance = SelfTested }), RuleCertificate},
		"certificate by one key":                 {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.IssuerKey = c.RunnerKey }), RuleFourEyes},
		"certificate without a key":              {[]Fact{self, filing, conformant}, changed(func(c *CertificateIssued) { c.IssuerKey = "" }), RuleCertificate},
		"certificate that nothing was filed for": {[]Fact{self, conformant}, certificate, RuleFiling},
		"certificate on the run that was filed":  {[]Fact{self, filing}, changed(func(c *CertificateIssued) { c.Run = "self" }), RuleCertificate},
		"filing":                                 {[]Fact{self}, filing, ""},
		"filing twice":                           {[]Fact{self, filing}, filing, RuleOnce},
		"filing of no run":                       {nil, filing, RuleFiling},
		"filing of another's run":                {[]Fact{self}, BundleFiled{Member: "vejle", Run: "self", Bundle: filing.Bundle, By: "x", On: filing.On}, RuleFiling},
		"filing without a digest":                {[]Fact{self}, BundleFiled{Member: "aarhus", Run: "self", By: "x", On: filing.On}, RuleFiling},
		"filing by nobody":                       {[]Fact{self}, BundleFiled{Member: "aarhus", Run: "self", Bundle: filing.Bundle, On: filing.On}, RuleWords},
		"filing before the run":                  {[]Fact{self}, BundleFiled{Member: "aarhus", Run: "self", Bundle: filing.Bundle, By: "x", On: "2025-05-19"}, RuleDate},
		"refusal":                                {[]Fact{self, conformant}, refusal, ""},
		"refusal twice":                          {[]Fact{self, conformant, refusal}, refusal, RuleOnce},
		"refusal for no rule":                    {[]Fact{self, conformant}, refused(func(r *CertificateRefused) { r.Rules = nil }), RuleCertificate},
		"refusal of no run":                      {[]Fact{self}, refusal, RuleCertificate},
		"refusal by nobody":                      {[]Fact{self, conformant}, refused(func(r *CertificateRefused) { r.By = "" }), RuleWords},
		"refusal before the run":                 {[]Fact{self, conformant}, refused(func(r *CertificateRefused) { r.On = "2025-05-31" }), RuleDate},
		"certificate twice":                      {[]Fact{self, filing, conformant, certificate}, certificate, RuleOnce},
		"revocation":                             {[]Fact{self, filing, conformant, certificate}, revocation("c1", "2025-08-01"), ""},
		"revocation of none":                     {nil, revocation("c1", "2025-08-01"), RuleCertificate},
		"revocation twice":                       {[]Fact{self, filing, conformant, certificate, revocation("c1", "2025-08-01")}, revocation("c1", "2025-09-01"), RuleCertificate},
		"revocation before it is issued":         {[]Fact{self, filing, conformant, certificate}, revocation("c1", "2025-06-30"), RuleDate},
		"revocation without a reason":            {[]Fact{self, filing, conformant, certificate}, CertificateRevoked{Certificate: "c1", Member: "aarhus", By: "x", On: "2025-08-01"}, RuleWords},
		"meeting":                                {voted(), CouncilMet{Title: "Spring meeting", Mode: OnSite, Place: "Brussels", Present: []string{"DK", "BE"}, On: "2024-04-01"}, ""},
		"meeting of strangers":                   {voted(), CouncilMet{Title: "Spring meeting", Mode: Remote, Present: []string{"NL"}, On: "2024-04-01"}, RuleCouncilVotes},
		"meeting of the unknown":                 {voted(), CouncilMet{Title: "Spring meeting", Mode: Remote, Present: []string{"XX"}, On: "2024-04-01"}, RuleChapterKnown},
		"meeting with somebody twice":            {voted(), CouncilMet{Title: "Spring meeting", Mode: Remote, Present: []string{"DK", "DK"}, On: "2024-04-01"}, RuleOnce},
		"meeting nowhere":                        {nil, CouncilMet{Title: "Spring meeting", Mode: OnSite, On: "2024-04-01"}, RuleWords},
		"meeting by mail":                        {nil, CouncilMet{Title: "Spring meeting", Mode: "mail", On: "2024-04-01"}, RuleWords},
		"meeting without a title":                {nil, CouncilMet{Title: "!", Mode: Remote, On: "2024-04-01"}, RuleWords},
		"meeting twice":                          {[]Fact{CouncilMet{Title: "Spring meeting", Mode: Remote, On: "2024-04-01"}}, CouncilMet{Title: "spring MEETING", Mode: Remote, On: "2024-04-01"}, RuleOnce},
		"election":                               {nil, Elected{Office: CityRepresentative, Person: "E. Lect", Member: "ghent", On: "2024-05-01"}, ""},
		"election of another year":               {[]Fact{Elected{Office: CityRepresentative, Person: "E. Lect", Member: "ghent", On: "2024-05-01"}}, Elected{Office: CityRepresentative, Person: "E. Lect", Member: "ghent", On: "2025-05-01"}, ""},
		"election twice a year":                  {[]Fact{Elected{Office: CityRepresentative, Person: "E. Lect", Member: "ghent", On: "2024-05-01"}}, Elected{Office: CityRepresentative, Person: "A. Nother", Member: "ghent", On: "2024-06-01"}, RuleElectionPerYear},
		"election into no office":                {nil, Elected{Office: "king", Person: "E. Lect", Member: "ghent", On: "2024-05-01"}, RuleKnownOffice},
		"election of nobody":                     {nil, Elected{Office: CouncilCoordinator, Member: "ghent", On: "2024-05-01"}, RuleWords},
		"election of a candidate":                {toledo[:2], Elected{Office: CouncilCoordinator, Person: "x", Member: "toledo", On: "2024-05-01"}, RuleApproved},
		"solution":                               {nil, solution, ""},
		"solution with more proof":               {[]Fact{solution}, listed(func(s *SolutionProven) { s.Bundle = strings.Repeat("c", 64) }), ""},
		"solution twice":                         {[]Fact{solution}, solution, RuleOnce},
		"solution of no name":                    {nil, listed(func(s *SolutionProven) { s.Name = "" }), RuleWords},
		"solution by another id":                 {nil, listed(func(s *SolutionProven) { s.Solution = "other" }), RuleWords},
		"solution nobody signed":                 {nil, listed(func(s *SolutionProven) { s.Keys = nil }), RuleSolution},
		"solution without a bundle":              {nil, listed(func(s *SolutionProven) { s.Bundle = "" }), RuleSolution},
		"solution of the harness":                {nil, listed(func(s *SolutionProven) { s.Profile = referenceProfile }), RuleSolution},
		"solution of nothing":                    {nil, listed(func(s *SolutionProven) { s.MIMs = nil }), RuleSolution},
		"solution of an unknown MIM":             {nil, listed(func(s *SolutionProven) { s.MIMs = []string{"MIM9"} }), RuleKnownMIM},
		"solution before its run":                {nil, listed(func(s *SolutionProven) { s.On = "2025-05-31" }), RuleDate},
		"solution of a stranger":                 {nil, listed(func(s *SolutionProven) { s.Member = "atlantis" }), RuleKnownMember},
		"practice":                               {nil, Contributed{Member: "aarhus", What: Practice, Title: "Parking for all", URL: "https://example.org/p", On: "2024-05-01"}, ""},
		"practice without a title":               {nil, Contributed{Member: "aarhus", What: Practice, On: "2024-05-01"}, RuleWords},
		"contribution of money":                  {nil, Contributed{Member: "aarhus", What: "money", Title: "A lot", On: "2024-05-01"}, RuleContribution},
		"practice of a stranger":                 {nil, Contributed{Member: "nowhere", What: Practice, Title: "A lot", On: "2024-05-01"}, RuleKnownMember},
		"practice twice":                         {[]Fact{Contributed{Member: "aarhus", What: Practice, Title: "A lot", On: "2024-05-01"}}, Contributed{Member: "aarhus", What: Practice, Title: "A lot", On: "2024-05-01"}, RuleOnce},
	} {
		tested[c.rule] = true
		t.Run(name, func(t *testing.T) {
			l := openLedger(t)
			if len(c.before) > 0 {
				if _, err := EnterAll(t.Context(), l, c.before...); err != nil {
					t.Fatal(err)
				}
			}
			before, err := l.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			e, err := Enter(t.Context(), l, c.bad)
			after, headErr := l.Head(t.Context())
			if headErr != nil {
				t.Fatal(headErr)
			}
			if c.rule == "" {
				if err != nil || after.Count != before.Count+1 || after.Hash != e.Hash {
					t.Fatalf("%v; expected it to be recorded", err)
				}
				if f, err := FactOf(e); err != nil || f.kind() != c.bad.kind() {
					t.Errorf("%v, %v", f, err)
				}
				return
			}
			var refused *RuleError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, expected a RuleError", err)
			}
			if refused.Rule != c.rule || !strings.Contains(err.Error(), string(c.rule)) || !strings.Contains(err.Error(), c.rule.Sentence()) {
				t.Errorf("got %v; expected the rule %s", err, c.rule)
			}
			if after != before {
				t.Error("the ledger changed")
			}
		})
	}
	for _, r := range Rules() {
		if !tested[r] || r.Sentence() == Rule("").Sentence() {
			t.Errorf("the rule %s has no case above that breaks it, or no sentence", r)
		}
	}
}

// TestTally: 50 % of the yes and no votes plus one.
func TestTally(t *testing.T) {
	for _, c := range []struct {
		tally  Tally
		needed int
		want   Outcome
	}{
		{Tally{}, 1, Rejected},                          // nobody voted
		{Tally{Abstain: 5}, 1, Rejected},                // nobody said yes or no
		{Tally{Yes: 1}, 1, Adopted},                     // of one vote, one
		{Tally{Yes: 1, Abstain: 9}, 1, Adopted},         // abstentions are not counted
		{Tally{Yes: 1, No: 1}, 2, Rejected},             // a tie
		{Tally{Yes: 5, No: 5, Abstain: 1}, 6, Rejected}, // a tie
		{Tally{Yes: 6, No: 4}, 6, Adopted},              // half of ten is five, plus one
		{Tally{Yes: 2, No: 1}, 2, Adopted},              // half of three is one and a half: two are more
		{Tally{Yes: 3, No: 2}, 3, Adopted},
		{Tally{Yes: 2, No: 3}, 3, Rejected},
	} {
		if got := c.tally.Outcome(); got != c.want || c.tally.Needed() != c.needed || (got == Adopted) != (c.tally.Yes >= c.needed) {
			t.Errorf("%+v: %s with %d needed, expected %s with %d", c.tally, got, c.tally.Needed(), c.want, c.needed)
		}
	}
}

func TestDecisionFromProposalToStatus(t *testing.T) {
	for name, c := range map[string]struct {
		votes []Vote
		want  Outcome
	}{
		"adopted": {[]Vote{Yes, Yes, No}, Adopted}, "rejected": {[]Vote{Yes, No, No}, Rejected},
		"tie": {[]Vote{Yes, No, Abstain}, Rejected}, "abstained": {[]Vote{Yes, Abstain, Abstain}, Adopted}, "nobody": {nil, Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLedger(t)
			enter(t, l, voted(c.votes...)...)
			if _, err := CloseDecision(t.Context(), l, "mims-2022", "2024-02-29"); err != nil {
				t.Fatal(err)
			}
			o, err := ReadOverview(t.Context(), l, "aarhus", at("2024-06-01"))
			if err != nil {
				t.Fatal(err)
			}
			bound := slices.ContainsFunc(o.Members[0].MIMs, func(s MIMStatus) bool { return s.Baseline == "oasc-2022-06-07" })
			if bound != (c.want == Adopted) {
				t.Errorf("%s, and Aarhus is bound: %v", c.want, bound)
			}
			events, err := l.Events(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s, err := FoldState(events, at("2024-06-01"))
			if err != nil {
				t.Fatal(err)
			}
			all := s.Decisions()
			if d := all[len(all)-1]; d.ID != "mims-2022" || d.Outcome != c.want || d.Closed != "2024-02-29" {
				t.Errorf("%+v", d)
			}
			if c.want == Rejected { // it can be proposed again
				again := proposed()
				again.Decision, again.On = "second-try", "2024-05-01"
				enter(t, l, again)
			}
		})
	}
	l := openLedger(t)
	if _, err := CloseDecision(t.Context(), l, "nothing", "2024-02-29"); err == nil {
		t.Error("a decision that was never proposed was closed")
	}
}

func TestProposeFillsInThePolicy(t *testing.T) {
	l := openLedger(t)
	p := proposed()
	p.Terms = Terms{}
	e, err := Propose(t.Context(), l, p)
	if err != nil || !strings.Contains(string(e.Data), `"terms":{"assurance":"selfTested","implementMonths":24,"startMonths":12}`) {
		t.Errorf("%s, %v", e.Data, err)
	}
}
