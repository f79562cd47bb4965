package membership

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// story makes the events of a ledger without one.
type story struct {
	events []ledger.Event
	kept   map[string][]byte
	keptAt ledger.Head
}

func (s *story) add(facts ...Fact) *story {
	for _, f := range facts {
		data, err := json.Marshal(f)
		if err != nil {
			panic(err)
		}
		s.events = append(s.events, ledger.Event{
			Stream: f.stream(), Position: int64(len(s.events) + 1), Kind: f.kind(), Key: f.key(), Data: data,
		})
	}
	return s
}

func told(facts ...Fact) []ledger.Event { return new(story).add(facts...).events }

// at is a time, given as a day or as RFC 3339.
func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		panic(err)
	}
	return t
}

// run is a run of Aarhus against the initial baseline that tried MIM1.
func run(id, day string, v reports.Verdict, passed int, change ...func(*RunRecorded)) *RunRecorded {
	m := RunMIM{MIM: "MIM1", Claimed: true, Verdict: v, Mandatory: 1, Passed: passed, Checks: 10}
	if v == reports.Conformant {
		m.Conformant = 1
	}
	finished := at(day).Add(12 * time.Hour)
	b, err := baselineOf(InitialBaseline)
	if err != nil {
		panic(err)
	}
	f := &RunRecorded{
		Member: "aarhus", Run: id, Report: strings.Repeat("a", 64), Baseline: b.ID, BaselineSHA256: b.SHA256,
		Profile: "sandbox", Assurance: SelfTested, Started: finished.Add(-time.Minute), Finished: finished, Verdict: v, MIMs: []RunMIM{m},
	}
	for _, c := range change {
		c(f)
	}
	return f
}

func partial(f *RunRecorded)   { f.Partial = true }
func reference(f *RunRecorded) { f.Profile = referenceProfile }
func witnessed(f *RunRecorded) { f.Assurance = Witnessed }
func declared(f *RunRecorded)  { f.MIMs[0].Declared = true }
func twoThirds(f *RunRecorded) { f.MIMs[0].Mandatory, f.MIMs[0].Conformant = 3, 2 }
func otherMIM(f *RunRecorded)  { f.MIMs[0].MIM = "MIM2" }
func draft(f *RunRecorded)     { f.Baseline = "oasc-2026-06-draft" }

func certificateOf(f *RunRecorded, id, on, until string) *CertificateIssued {
	return &CertificateIssued{
		Certificate: id, SHA256: strings.Repeat("c", 64), Member: f.Member, SelfRun: "self", Run: f.Run, RunFinished: f.Finished, Baseline: f.Baseline, MIMs: []string{f.MIMs[0].MIM},
		Assurance: Certified, Runner: "A. Runner", RunnerKey: strings.Repeat("1", 64), Issuer: "B. Issuer", IssuerKey: strings.Repeat("2", 64), On: Date(on), ValidUntil: Date(until),
	}
}

func revocation(id, on string) *CertificateRevoked {
	return &CertificateRevoked{Certificate: id, Member: "aarhus", By: "Working Group", Reason: "the platform was replaced", On: Date(on)}
}

func extension(member, startBy, implementBy, on string) *TimeframeExtended {
	return &TimeframeExtended{Baseline: InitialBaseline, Member: member, StartBy: Date(startBy), ImplementBy: Date(implementBy), By: "Board", Reason: "tender under way", On: Date(on)}
}

// initialDecisions is the decision of 2019-01-16, with the assurance that it asks for.
func initialDecisions(t testing.TB, a Assurance) []Decision {
	t.Helper()
	d, err := initialDecision()
	if err != nil {
		t.Fatal(err)
	}
	d.Terms.Assurance = a
	return []Decision{d}
}

func aarhus(t testing.TB) Member {
	t.Helper()
	m, err := Find("Aarhus")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mim1 computes the status of Aarhus for MIM1.
func mim1(t testing.TB, events []ledger.Event, decisions []Decision, asOf time.Time) MIMStatus {
	t.Helper()
	all, err := StatusOf(events, decisions, aarhus(t), asOf)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].MIM != "MIM1" {
		t.Fatalf("%+v: expected MIM1, MIM2 and MIM3", all)
	}
	return all[0]
}

func TestStatusOf(t *testing.T) {
	conformant := run("r1", "2020-03-01", reports.Conformant, 10)
	for name, c := range map[string]struct {
		facts    []Fact
		asOf     string
		required Assurance
		want     MIMState
		progress MIMState // when it differs
		reason   string
		next     string
		runs     []string
	}{
		"nothing yet":                        {nil, "2019-06-01", SelfTested, NotStarted, "", "No run", "first run until 2020-01-16", nil},
		"on the last day to start":           {nil, "2020-01-16T23:59:59Z", SelfTested, NotStarted, "", "No run", "", nil},
		"on the day after":                   {nil, "2020-01-17", SelfTested, Overdue, NotStarted, "start by 2020-01-16", "Record a first run now", nil},
		"a year later":                       {nil, "2021-01-17", SelfTested, Overdue, NotStarted, "implemented by 2021-01-16", "Record a conformant run now", nil},
		"a failed run":                       {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4)}, "2019-07-01", SelfTested, Experimenting, "", "1 run is recorded", "Raise the share", []string{"r1"}},
		"a run of nothing that answered":     {[]Fact{run("r1", "2019-06-01", reports.Inconclusive, 0)}, "2019-07-01", SelfTested, Experimenting, "", "1 run is recorded", "", []string{"r1"}},
		"an interrupted run":                 {[]Fact{run("r1", "2019-06-01", reports.Inconclusive, 4, partial)}, "2019-07-01", SelfTested, Experimenting, "", "1 run is recorded", "", []string{"r1"}},
		"a partial run is no proof":          {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, partial)}, "2019-07-01", SelfTested, Experimenting, "", "interrupted or filtered", "", []string{"r1"}},
		"not claimed, after a share":         {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4, twoThirds), run("r2", "2019-06-02", reports.NotApplicable, 0)}, "2019-07-01", SelfTested, Implementing, "", "r1", "", []string{"r1"}},
		"the reference platform no proof":    {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, reference)}, "2019-07-01", SelfTested, Experimenting, "", "own reference platform", "the member's own platform", []string{"r1"}},
		"late to start, then a run":          {[]Fact{run("r1", "2020-06-01", reports.NonConformant, 4)}, "2020-07-01", SelfTested, Experimenting, "", "1 run is recorded", "", []string{"r1"}},
		"the run is of another MIM":          {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, otherMIM)}, "2019-07-01", SelfTested, NotStarted, "", "No run", "", nil},
		"the run is of another baseline":     {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, draft)}, "2019-07-01", SelfTested, NotStarted, "", "No run", "", nil},
		"the run is later":                   {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10)}, "2019-06-01T11:59:59Z", SelfTested, NotStarted, "", "No run", "", nil},
		"a rising share":                     {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), run("r2", "2019-06-02", reports.NonConformant, 6)}, "2019-07-01", SelfTested, Implementing, "", "0 of 1 mandatory requirements, 6 of 10 of their checks", "lists first", []string{"r2"}},
		"a share that doesn't rise":          {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), run("r2", "2019-06-02", reports.NonConformant, 4)}, "2019-07-01", SelfTested, Experimenting, "", "2 runs are recorded", "", []string{"r2"}},
		"a share that falls again":           {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), run("r2", "2019-06-02", reports.NonConformant, 6), run("r3", "2019-06-03", reports.NonConformant, 3)}, "2019-07-01", SelfTested, Experimenting, "", "3 runs are recorded", "", []string{"r3"}},
		"a share that no outage lowers":      {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), run("r2", "2019-06-02", reports.NonConformant, 6), run("r3", "2019-06-03", reports.Inconclusive, 0)}, "2019-07-01", SelfTested, Implementing, "", "r2", "", []string{"r2"}},
		"a part of the requirements":         {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4, twoThirds)}, "2019-07-01", SelfTested, Implementing, "", "2 of 3 mandatory requirements", "", []string{"r1"}},
		"implementing, and out of time":      {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4, twoThirds)}, "2021-02-01", SelfTested, Overdue, Implementing, "by 2021-01-16. The run r1", "Record a conformant run now", []string{"r1"}},
		"conformant":                         {[]Fact{conformant}, "2020-03-02", SelfTested, Implemented, "", "The run r1 on 2020-03-01 found it conformant (selfTested); that holds until 2021-03-01", "again before 2021-03-01", []string{"r1"}},
		"conformant on its last day":         {[]Fact{conformant}, "2021-03-01T23:59:59Z", SelfTested, Implemented, "", "", "", []string{"r1"}},
		"expired":                            {[]Fact{conformant}, "2021-03-02", SelfTested, Lapsed, "", "expired after 2021-03-01", "record a conformant run", []string{"r1"}},
		"conformant again":                   {[]Fact{conformant, run("r2", "2021-04-01", reports.Conformant, 10)}, "2021-05-01", SelfTested, Implemented, "", "r2", "", []string{"r2"}},
		"conformant, late":                   {[]Fact{run("r1", "2022-04-01", reports.Conformant, 10)}, "2022-05-01", SelfTested, Implemented, "", "r1", "", []string{"r1"}},
		"a later run fails":                  {[]Fact{conformant, run("r2", "2020-04-01", reports.NonConformant, 9)}, "2020-04-02", SelfTested, Lapsed, "", "the later run r2 on 2020-04-01 found it not conformant", "Repair", []string{"r1", "r2"}},
		"a later partial run fails":          {[]Fact{conformant, run("r2", "2020-04-01", reports.NonConformant, 1, partial)}, "2020-04-02", SelfTested, Lapsed, "", "r2", "", []string{"r1", "r2"}},
		"a later run can't tell":             {[]Fact{conformant, run("r2", "2020-04-01", reports.Inconclusive, 0)}, "2020-04-02", SelfTested, Implemented, "", "r1", "", []string{"r1"}},
		"a later exercise fails":             {[]Fact{conformant, run("r2", "2020-04-01", reports.NonConformant, 0, reference)}, "2020-04-02", SelfTested, Implemented, "", "r1", "", []string{"r1"}},
		"failed, then repaired":              {[]Fact{conformant, run("r2", "2020-04-01", reports.NonConformant, 9), run("r3", "2020-04-03", reports.Conformant, 10)}, "2020-05-01", SelfTested, Implemented, "", "r3", "", []string{"r3"}},
		"lapsed is not overdue":              {[]Fact{conformant}, "2026-01-01", SelfTested, Lapsed, "", "expired", "", []string{"r1"}},
		"too little assurance":               {[]Fact{conformant}, "2020-04-01", Certified, Implementing, "", "but only selfTested", "Working Group", []string{"r1"}},
		"declared, not tested":               {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, declared)}, "2020-04-01", SelfTested, Implementing, "", "but only selfDeclared", "", []string{"r1"}},
		"declared, as was asked":             {[]Fact{run("r1", "2019-06-01", reports.Conformant, 10, declared)}, "2020-04-01", SelfDeclared, Implemented, "", "(selfDeclared)", "", []string{"r1"}},
		"too little, out of time":            {[]Fact{run("r1", "2021-01-01", reports.Conformant, 10)}, "2021-02-01", Certified, Overdue, Implementing, "but only selfTested", "", []string{"r1"}},
		"more assurance than asked for":      {[]Fact{run("r1", "2020-03-01", reports.Conformant, 10, witnessed)}, "2020-04-01", SelfTested, Implemented, "", "witnessed", "", []string{"r1"}},
		"certified":                          {[]Fact{conformant, certificateOf(conformant, "c1", "2020-04-01", "2022-04-01")}, "2022-04-01", Certified, Implemented, "", "The certificate c1 on the run r1", "", []string{"r1"}},
		"certificate expired":                {[]Fact{conformant, certificateOf(conformant, "c1", "2020-04-01", "2022-04-01")}, "2022-04-02", Certified, Lapsed, "", "expired after 2022-04-01", "new certificate", []string{"r1"}},
		"certificate revoked":                {[]Fact{conformant, certificateOf(conformant, "c1", "2020-04-01", "2022-04-01"), revocation("c1", "2020-05-01")}, "2020-05-01", Certified, Lapsed, "", "revoked on 2020-05-01: the platform was replaced", "", []string{"r1"}},
		"revoked with the runs it rests on":  {[]Fact{run("self", "2020-02-20", reports.Conformant, 10), conformant, certificateOf(conformant, "c1", "2020-04-01", "2022-04-01"), revocation("c1", "2020-05-01")}, "2020-05-02", SelfTested, Lapsed, "", "revoked on 2020-05-01", "", []string{"r1"}},
		"revoked on the day of its runs":     {[]Fact{conformant, certificateOf(conformant, "c1", "2020-03-01", "2022-04-01"), revocation("c1", "2020-03-01")}, "2020-03-02", SelfTested, Implementing, "", "but the certificate c1 was revoked on 2020-03-01", "", []string{"r1"}},
		"revoked, and tested anew":           {[]Fact{conformant, certificateOf(conformant, "c1", "2020-04-01", "2022-04-01"), revocation("c1", "2020-05-01"), run("r2", "2020-06-01", reports.Conformant, 10)}, "2020-06-02", SelfTested, Implemented, "", "The run r2", "", []string{"r2"}},
		"revoked after it expired":           {[]Fact{conformant, certificateOf(conformant, "c1", "2020-04-01", "2020-05-01"), revocation("c1", "2020-06-01")}, "2020-07-01", Certified, Lapsed, "", "expired after 2020-05-01", "", []string{"r1"}},
		"a run fails before it is certified": {[]Fact{conformant, run("r2", "2020-03-20", reports.NonConformant, 9), certificateOf(conformant, "c1", "2020-04-01", "2022-04-01")}, "2020-04-02", Certified, Experimenting, "", "2 runs are recorded", "", []string{"r2"}},
		"time to start extended":             {[]Fact{extension("aarhus", "2020-06-01", "", "2019-12-01")}, "2020-06-01", SelfTested, NotStarted, "", "", "until 2020-06-01", nil},
		"time to implement extended":         {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), extension("aarhus", "", "2023-01-01", "2021-03-01")}, "2023-01-01", SelfTested, Experimenting, "", "", "", []string{"r1"}},
		"before it was extended":             {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), extension("aarhus", "", "2023-01-01", "2021-03-01")}, "2021-02-28", SelfTested, Overdue, Experimenting, "", "", []string{"r1"}},
		"after the extension":                {[]Fact{run("r1", "2019-06-01", reports.NonConformant, 4), extension("aarhus", "", "2023-01-01", "2021-03-01")}, "2023-01-02", SelfTested, Overdue, Experimenting, "by 2023-01-01", "", []string{"r1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := mim1(t, told(c.facts...), initialDecisions(t, c.required), at(c.asOf))
			if c.progress == "" {
				c.progress = c.want
			}
			if s.State != c.want || s.Progress != c.progress {
				t.Errorf("%s (%s), expected %s (%s): %s", s.State, s.Progress, c.want, c.progress, s.Reason)
			}
			if !strings.Contains(s.Reason, c.reason) || !strings.Contains(s.Next, c.next) {
				t.Errorf("reason %q, expected %q; next %q, expected %q", s.Reason, c.reason, s.Next, c.next)
			}
			if len(s.Runs)+len(c.runs) > 0 && !slices.Equal(s.Runs, c.runs) {
				t.Errorf("runs %v, expected %v", s.Runs, c.runs)
			}
			if !strings.HasSuffix(s.Reason, ".") || s.Next == "" {
				t.Errorf("expected sentences: %q, %q", s.Reason, s.Next)
			}
		})
	}
}

func TestStatusOfSeveralBaselines(t *testing.T) {
	first := initialDecisions(t, SelfTested)[0]
	second := Decision{
		ID: "second", Baseline: "oasc-2022-06-07", Proposed: "2022-06-07", Closed: "2022-09-30", Outcome: Adopted,
		Terms: Terms{StartMonths: 12, ImplementMonths: 17, Assurance: SelfTested}, Replaces: []string{InitialBaseline},
	}
	rejected := second
	rejected.ID, rejected.Outcome, rejected.Baseline = "third", Rejected, "mims-plus-5.0"
	decisions := []Decision{rejected, second, first}
	for asOf, want := range map[string]string{
		"2019-01-15": "", "2019-01-16": InitialBaseline, "2022-09-29": InitialBaseline,
		"2022-09-30": InitialBaseline + " oasc-2022-06-07",
		"2024-02-29": InitialBaseline + " oasc-2022-06-07", // the last day of the new one's timeframe
		"2024-03-01": "oasc-2022-06-07",
	} {
		all, err := StatusOf(nil, decisions, aarhus(t), at(asOf))
		if err != nil {
			t.Fatal(err)
		}
		var baselines []string
		for _, s := range all {
			baselines = append(baselines, s.Baseline)
		}
		if got := strings.Join(slices.Compact(baselines), " "); got != want {
			t.Errorf("%s: %q, expected %q", asOf, got, want)
		}
	}
}

func TestStatusOfMembersFromADay(t *testing.T) {
	m := Member{ID: "toledo", Name: "Toledo", Country: "ES", Stage: IsMember, Since: "2023-05-31"}
	decisions := initialDecisions(t, SelfTested)
	if all, err := StatusOf(nil, decisions, m, at("2023-05-30")); all != nil || err != nil {
		t.Errorf("%v, %v: before it was a member, nothing bound it", all, err)
	}
	all, err := StatusOf(nil, decisions, m, at("2023-06-01"))
	if err != nil || all[0].StartBy != "2024-05-31" || all[0].ImplementBy != "2025-05-31" || all[0].State != NotStarted {
		t.Errorf("%+v, %v: the timeframe runs from membership", all, err)
	}
	m.Stage = LetterIsSent
	if all, err := StatusOf(nil, decisions, m, at("2024-06-01")); all != nil || err != nil {
		t.Errorf("%v, %v: a candidate is bound by nothing", all, err)
	}
}

func TestStatusOfExtensionForAll(t *testing.T) {
	events := told(extension("", "2020-06-01", "2022-01-01", "2019-12-01"))
	s, err := FoldState(events, forever)
	if err != nil {
		t.Fatal(err)
	}
	for asOf, want := range map[string]Date{"2019-11-30": "2021-01-16", "2019-12-01": "2022-01-01"} {
		if got := mim1(t, nil, s.Decisions(), at(asOf)); got.ImplementBy != want {
			t.Errorf("%s: implement by %s, expected %s", asOf, got.ImplementBy, want)
		}
	}
	one := extension("aarhus", "", "2023-01-01", "2019-12-01")
	one.MIM = "MIM1"
	all, err := StatusOf(told(one), initialDecisions(t, SelfTested), aarhus(t), at("2020-01-01"))
	if err != nil || all[0].ImplementBy != "2023-01-01" || all[1].ImplementBy != "2021-01-16" {
		t.Errorf("%+v, %v: expected MIM1 to be extended and MIM2 not", all, err)
	}
}

// TestStatusOfAMIMThatObligesNobody: the baseline of 2022 makes nothing of MIM3 mandatory.
func TestStatusOfAMIMThatObligesNobody(t *testing.T) {
	d := Decision{ID: "d", Baseline: "oasc-2022-06-07", Closed: "2022-09-30", Outcome: Adopted, Terms: Terms{12, 24, SelfTested}}
	all, err := StatusOf(nil, []Decision{d}, aarhus(t), at("2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if s := all[0]; s.MIM != "MIM1" || s.State != Overdue {
		t.Errorf("%+v", s)
	}
	if s := all[2]; s.MIM != "MIM3" || s.State != NotStarted || s.ImplementBy != "" || !strings.Contains(s.Reason, "nothing of it mandatory") || strings.Contains(s.Next, "until") {
		t.Errorf("%+v", s)
	}
}

func TestStatusOfUnknownEvent(t *testing.T) {
	events := []ledger.Event{{Stream: "aarhus", Seq: 1, Position: 1, Kind: "Novelty", Data: json.RawMessage(`{}`)}}
	if _, err := StatusOf(events, nil, aarhus(t), at("2026-01-01")); err == nil || !strings.Contains(err.Error(), "newer mimcheck") {
		t.Errorf("got %v", err)
	}
	events[0].Kind, events[0].Data = "RunRecorded", json.RawMessage(`{"run":7}`)
	if _, err := StatusOf(events, nil, aarhus(t), at("2026-01-01")); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("got %v", err)
	}
}

// someFacts draws facts of Aarhus from 2018 to 2024, in any order, also such as the
// rules would refuse: a pure function has to give an answer for them too.
func someFacts(t *rapid.T) []Fact {
	day := func() string {
		return string(DateOf(at("2018-06-01").AddDate(0, 0, rapid.IntRange(0, 2200).Draw(t, "day"))))
	}
	var facts []Fact
	var runs []*RunRecorded
	for i := range rapid.IntRange(0, 12).Draw(t, "facts") {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			facts = append(facts, extension(rapid.SampledFrom([]string{"aarhus", "aalborg"}).Draw(t, "whose"), day(), day(), day()))
		case 1:
			if len(runs) > 0 {
				f := rapid.SampledFrom(runs).Draw(t, "run")
				on := max(day(), string(DateOf(f.Finished)))
				facts = append(facts, certificateOf(f, fmt.Sprintf("c%d", i), on, max(on, day())))
			}
		case 2:
			facts = append(facts, revocation(fmt.Sprintf("c%d", rapid.IntRange(0, 11).Draw(t, "certificate")), day()))
		default:
			verdict := rapid.SampledFrom([]reports.Verdict{reports.Conformant, reports.NonConformant, reports.NonConformant, reports.Inconclusive}).Draw(t, "verdict")
			passed := rapid.IntRange(0, 10).Draw(t, "passed")
			change := rapid.SampledFrom([]func(*RunRecorded){func(*RunRecorded) {}, func(*RunRecorded) {}, partial, reference, witnessed, otherMIM, draft}).Draw(t, "change")
			f := run(fmt.Sprintf("r%d", i), day(), verdict, passed, change)
			runs = append(runs, f)
			facts = append(facts, f)
		}
	}
	return facts
}

func drawnDecisions(t testing.TB, r *rapid.T) []Decision {
	return initialDecisions(t, rapid.SampledFrom([]Assurance{SelfTested, Witnessed, Certified}).Draw(r, "assurance"))
}

func statusOf(t testing.TB, events []ledger.Event, decisions []Decision, asOf time.Time) []MIMStatus {
	t.Helper()
	all, err := StatusOf(events, decisions, aarhus(t), asOf)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestStatusDependsOnTheFactsOnly: neither the order in which events are given nor
// what happens after the date changes the status.
func TestStatusDependsOnTheFactsOnly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		events, decisions := told(someFacts(r)...), drawnDecisions(t, r)
		asOf := at("2018-06-01").AddDate(0, 0, rapid.IntRange(0, 2200).Draw(r, "asOf"))
		want := statusOf(t, events, decisions, asOf)

		if got := statusOf(t, rapid.Permutation(events).Draw(r, "order"), decisions, asOf); !cmp.Equal(got, want) {
			r.Fatalf("another order of the same events gave another status:\n%s", cmp.Diff(want, got))
		}
		until := slices.DeleteFunc(slices.Clone(events), func(e ledger.Event) bool {
			f, err := FactOf(e)
			return err != nil || f.when().After(asOf)
		})
		if got := statusOf(t, until, decisions, asOf); !cmp.Equal(got, want) {
			r.Fatalf("what had not happened yet changed the status:\n%s", cmp.Diff(want, got))
		}
	})
}

// TestOtherResponsibilitiesNeverMixIn: meetings, elections, letters, contributions
// and other members' facts change nothing in the status of the MIMs.
func TestOtherResponsibilitiesNeverMixIn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		facts, decisions := someFacts(r), drawnDecisions(t, r)
		asOf := at("2018-06-01").AddDate(0, 0, rapid.IntRange(0, 2200).Draw(r, "asOf"))
		want := statusOf(t, told(facts...), decisions, asOf)
		on := DateOf(asOf.AddDate(0, 0, -rapid.IntRange(0, 400).Draw(r, "ago")))
		foreign := run("other", string(on), reports.Conformant, 10)
		foreign.Member = "aalborg"
		others := []Fact{
			&CouncilMet{Title: "Spring", Mode: Remote, On: on}, &Elected{Office: CouncilCoordinator, Person: "P", Member: "aarhus", On: on},
			&BundleFiled{Member: "aarhus", Run: "r", On: on}, &CertificateRefused{Member: "aarhus", Rules: []string{"four-eyes"}, On: on}, &SolutionProven{Member: "aarhus", MIMs: []string{"MIM1"}, On: on},
			&Contributed{Member: "aarhus", What: Practice, Title: "T", On: on}, &LetterSigned{Member: "aarhus", Name: "Aarhus", On: on},
			&LetterSent{Member: "aarhus", On: on}, &BoardApproved{Member: "aarhus", On: on},
			&ChapterJoined{Country: "DK", Member: "aarhus", On: on}, &VoteCast{Decision: InitialBaseline, Country: "DK", Vote: No, On: on}, foreign,
		}
		mixed := slices.Clone(facts) // in their order, which counts where two happened at once
		for _, f := range others {
			mixed = slices.Insert(mixed, rapid.IntRange(0, len(mixed)).Draw(r, "place"), f)
		}
		if got := statusOf(t, told(mixed...), decisions, asOf); !cmp.Equal(got, want) {
			r.Fatalf("it mixed in:\n%s", cmp.Diff(want, got))
		}
	})
}

// TestStatusMeansWhatItSays holds each state to a plain reading of the facts.
func TestStatusMeansWhatItSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		facts, decisions := someFacts(r), drawnDecisions(t, r)
		asOf := at("2018-06-01").AddDate(0, 0, rapid.IntRange(0, 2200).Draw(r, "asOf"))
		if asOf.Before(at("2019-01-16")) {
			return
		}
		s := mim1(t, told(facts...), decisions, asOf)
		runs, conformant, certificates := 0, 0, 0
		for _, f := range facts {
			switch f := f.(type) {
			case *RunRecorded:
				if f.Baseline == InitialBaseline && f.MIMs[0].MIM == "MIM1" && !f.Finished.After(asOf) {
					runs++
					if f.MIMs[0].Verdict == reports.Conformant && !f.Partial && f.Profile != referenceProfile && f.Assurance.level() >= decisions[0].Terms.Assurance.level() {
						conformant++
					}
				}
			case *CertificateIssued:
				if f.Baseline == InitialBaseline && f.MIMs[0] == "MIM1" && !f.On.Start().After(asOf) {
					certificates++
				}
			}
		}
		proven := conformant+certificates > 0
		switch s.State {
		case NotStarted:
			if runs > 0 || proven || s.StartBy.End().Before(asOf) {
				r.Fatalf("%s with %d runs", s.State, runs)
			}
		case Experimenting, Implementing:
			if runs == 0 || !s.ImplementBy.End().After(asOf) {
				r.Fatalf("%s with %d runs: %+v", s.State, runs, s)
			}
		case Implemented:
			if !proven || s.ValidUntil.End().Before(asOf) || s.Assurance.level() < decisions[0].Terms.Assurance.level() {
				r.Fatalf("%s without a proof that holds: %+v", s.State, s)
			}
		case Lapsed:
			if !proven {
				r.Fatalf("%s and never implemented: %+v", s.State, s)
			}
		case Overdue:
			if s.ImplementBy.End().After(asOf) && (s.StartBy.End().After(asOf) || runs > 0) {
				r.Fatalf("%s before its time: %+v", s.State, s)
			}
		default:
			r.Fatalf("state %q", s.State)
		}
		if len(s.Runs) == 0 != (s.Progress == NotStarted) {
			r.Fatalf("%s comes from the runs %v", s.Progress, s.Runs)
		}
	})
}

// TestTimelineAgreesWithStatus: between two changes of the time line, and at each of
// them, the status is the one that the time line says.
func TestTimelineAgreesWithStatus(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		events, decisions := told(someFacts(r)...), drawnDecisions(t, r)
		changes, err := Timeline(events, decisions, aarhus(t), at("2026-01-01"))
		if err != nil {
			r.Fatal(err)
		}
		probe := at("2018-06-01").Add(time.Duration(rapid.Int64Range(0, int64(7*365*24*time.Hour)).Draw(r, "probe")))
		probes := []time.Time{probe}
		for _, c := range changes {
			probes = append(probes, c.At, c.At.Add(-time.Nanosecond))
		}
		for _, p := range probes {
			said := map[string]MIMState{}
			for _, c := range changes {
				if !c.At.After(p) {
					said[c.MIM] = c.To
				}
			}
			computed := map[string]MIMState{}
			for _, s := range statusOf(t, events, decisions, p) {
				computed[s.MIM] = s.State
			}
			if !cmp.Equal(said, computed) {
				r.Fatalf("at %s the time line says %v, the status is %v", p, said, computed)
			}
		}
	})
}

// transitions are all that can happen to the status of a MIM.
var transitions = map[MIMState][]MIMState{
	"":            {NotStarted, Experimenting, Implementing, Implemented, Lapsed}, // never overdue: time begins to run then
	NotStarted:    {Experimenting, Implementing, Implemented, Overdue},
	Experimenting: {Implementing, Implemented, Overdue},
	Implementing:  {Experimenting, Implemented, Overdue},
	Implemented:   {Lapsed},
	Lapsed:        {Implemented},
	Overdue:       {NotStarted, Experimenting, Implementing, Implemented},
}

func TestEveryTransitionIsReachable(t *testing.T) {
	seen := map[[2]MIMState]bool{}
	rapid.Check(t, func(r *rapid.T) {
		changes, err := Timeline(told(someFacts(r)...), drawnDecisions(t, r), aarhus(t), at("2026-01-01"))
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range changes {
			if !slices.Contains(transitions[c.From], c.To) {
				r.Fatalf("%s became %s at %s: %s", c.From, c.To, c.At, c.Reason)
			}
			seen[[2]MIMState{c.From, c.To}] = true
		}
	})
	// The draws above find most of them; these stories show each of them for sure.
	rising := []Fact{run("r1", "2019-02-01", reports.NonConformant, 4), run("r2", "2019-03-01", reports.NonConformant, 6)}
	conformant := run("r3", "2019-04-01", reports.Conformant, 10)
	for _, facts := range [][]Fact{
		{run("r0", "2018-12-01", reports.NonConformant, 4)},                               // "" to experimenting
		{run("r0", "2018-12-01", reports.NonConformant, 4, twoThirds)},                    // "" to implementing
		{run("r0", "2018-12-01", reports.Conformant, 10)},                                 // "" to implemented
		{run("r0", "2017-12-01", reports.Conformant, 10)},                                 // "" to lapsed
		{extension("aarhus", "2020-06-01", "", "2020-03-01")},                             // overdue to notStarted
		{conformant, run("r4", "2019-05-01", reports.NonConformant, 4)},                   // implemented to lapsed
		{conformant, run("r4", "2021-05-01", reports.Conformant, 4)},                      // lapsed to implemented
		{run("r4", "2021-05-01", reports.Conformant, 4)},                                  // overdue to implemented
		append(slices.Clone(rising), conformant),                                          // by and by
		append(slices.Clone(rising), run("r3", "2019-04-01", reports.NonConformant, 2)),   // implementing to experimenting
		append(slices.Clone(rising), extension("aarhus", "", "2023-01-01", "2022-01-01")), // overdue to implementing
		{rising[0], extension("aarhus", "", "2023-01-01", "2022-01-01")},                  // overdue to experimenting
		{rising[0], conformant},                                                           // experimenting to implemented
		{run("r1", "2019-02-01", reports.NonConformant, 4, twoThirds)},                    // notStarted to implementing
		{conformant}, // notStarted to implemented
	} {
		changes, err := Timeline(told(facts...), initialDecisions(t, SelfTested), aarhus(t), at("2026-01-01"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			seen[[2]MIMState{c.From, c.To}] = true
		}
	}
	for from, all := range transitions {
		for _, to := range all {
			if !seen[[2]MIMState{from, to}] {
				t.Errorf("nothing leads from %q to %s", from, to)
			}
		}
	}
}

// FuzzFacts: whatever the data of an event is, reading a ledger with it gives a
// status or an error.
func FuzzFacts(f *testing.F) {
	good := run("r1", "2020-03-01", reports.Conformant, 10)
	facts := append([]Fact{good, certificateOf(good, "c1", "2020-04-01", "2022-04-01"), revocation("c1", "2020-05-01"), extension("", "", "2023-01-01", "2020-01-01"),
		BundleFiled{Member: "aarhus"}, CertificateRefused{Member: "aarhus"}, SolutionProven{}, CouncilMet{Present: []string{"DK"}}, Elected{}, Contributed{}, LetterSent{}, MemberListed{}, ChapterFounded{}, ChapterJoined{},
		DecisionClosed{"mims-2022", Adopted, Tally{}, "2024-02-01"}}, voted(Yes)...)
	for _, e := range told(append(facts, becomes("toledo", "Toledo", "US", "2020")...)...) {
		f.Add(e.Stream, e.Kind, []byte(e.Data))
	}
	f.Fuzz(func(t *testing.T, stream, kind string, data []byte) {
		e := ledger.Event{Stream: stream, Seq: 1, Position: 1, Kind: kind, Data: data}
		if _, err := ReadOverview(t.Context(), &story{events: []ledger.Event{e, e}}, "aarhus", at("2024-06-01")); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
		_, _ = CardOf([]ledger.Event{e}, "aarhus", at("2024-06-01"))
	})
}

func TestFactInTheWrongStream(t *testing.T) {
	e := told(run("r1", "2020-03-01", reports.Conformant, 10))[0]
	e.Stream = "vejle"
	if _, err := FactOf(e); err == nil || !strings.Contains(err.Error(), "wrong stream") {
		t.Errorf("got %v", err)
	}
}
