package membership

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
	"github.com/oasc/mimcheck/reports"
)

// MIMState is how far a member is with a MIM; see MIMStatus.
type MIMState string

// The states.
const (
	NotStarted    MIMState = "notStarted"    // nothing is recorded, and there is time
	Experimenting MIMState = "experimenting" // a run is recorded
	Implementing  MIMState = "implementing"  // runs show part of it, or all of it with too little assurance
	Implemented   MIMState = "implemented"   // shown conformant with the assurance asked for, and that still holds
	Lapsed        MIMState = "lapsed"        // it was implemented: the proof expired, was revoked, or a later run failed
	Overdue       MIMState = "overdue"       // the timeframe has passed and it was never implemented
)

// MIMStates lists the states in the order of progress, then those that went wrong.
func MIMStates() []MIMState {
	return []MIMState{NotStarted, Experimenting, Implementing, Implemented, Lapsed, Overdue}
}

// MIMStatus is where a member stands with one MIM of an adopted baseline.
type MIMStatus struct {
	Baseline string   `json:"baseline"`
	MIM      string   `json:"mim"`
	Title    string   `json:"title"`
	State    MIMState `json:"state"`
	// Progress is the state that it would have without the timeframe: it tells an
	// overdue member that experiments from one that never began.
	Progress    MIMState  `json:"progress"`
	Reason      string    `json:"reason"`
	Next        string    `json:"next"`
	Runs        []string  `json:"runs"`        // ids of the runs that the state comes from
	Certificate string    `json:"certificate"` // id of the certificate that it comes from, empty for none
	Assurance   Assurance `json:"assurance"`   // of the proof that holds, or held last; empty for none
	Share       Share     `json:"share"`       // of the newest whole run
	Recorded    int       `json:"recorded"`    // runs of this MIM
	// Obliges: the baseline makes something of the MIM mandatory. A MIM of which it
	// makes nothing mandatory has no timeframe and is never overdue.
	Obliges     bool     `json:"obliges"`
	StartBy     Date     `json:"startBy,omitempty"`
	ImplementBy Date     `json:"implementBy,omitempty"`
	ValidUntil  Date     `json:"validUntil,omitempty"` // last day of the proof that holds
	Extensions  []string `json:"extensions"`           // reasons of what moved the days
}

// Share is how much of a MIM a run found.
type Share struct {
	Conformant int `json:"conformant"` // mandatory requirements
	Mandatory  int `json:"mandatory"`
	Passed     int `json:"passed"` // checks of them
	Checks     int `json:"checks"`
}

// String is the share in words.
func (s Share) String() string {
	return fmt.Sprintf("%d of %d mandatory requirements, %d of %d of their checks", s.Conformant, s.Mandatory, s.Passed, s.Checks)
}

// more says whether s is a larger share than t.
func (s Share) more(t Share) bool {
	a, b := s.Conformant*t.Mandatory, t.Conformant*s.Mandatory
	if a == b {
		a, b = s.Passed*t.Checks, t.Passed*s.Checks
	}
	return a > b
}

// StatusOf computes where a member stands with each MIM of the baselines that are
// adopted at a time, from the events of its stream (others are ignored), in any
// order. It is a pure function: the same events, decisions and time give the same
// status whenever it is computed, and what happens later changes nothing in it.
// A city that is not a member at that time has no MIM to implement: none is given.
func StatusOf(events []ledger.Event, decisions []Decision, m Member, asOf time.Time) ([]MIMStatus, error) {
	h, err := historyOf(events, m, asOf)
	if err != nil {
		return nil, err
	}
	return h.status(decisions, m, asOf)
}

// historyOf takes in what had happened in the member's stream by a time.
func historyOf(events []ledger.Event, m Member, asOf time.Time) (*history, error) {
	facts, err := factsUntil(ofStream(events, m.ID), asOf)
	if err != nil {
		return nil, err
	}
	h := newHistory()
	for _, f := range facts {
		if err := h.add(f); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func ofStream(events []ledger.Event, stream string) []ledger.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e ledger.Event) bool { return e.Stream != stream })
}

// history is what the status of a member's MIMs comes from, in as little room as
// that takes: it grows with MIMs and certificates, not with runs.
type history struct {
	policy   Policy
	tracks   map[mimKey]*track
	extended map[string][]Extends // by baseline
	latest   time.Time            // of what was added
}

type mimKey struct{ baseline, mim string }

func newHistory() *history {
	return &history{tracks: map[mimKey]*track{}, extended: map[string][]Extends{}}
}

// add takes in the next fact in the order of time. Facts that are not about MIMs
// change nothing.
func (h *history) add(f Fact) error {
	if h.policy.ValidMonths == nil {
		var err error
		if h.policy, err = DefaultPolicy(); err != nil {
			return err
		}
	}
	if at := f.when(); at.After(h.latest) {
		h.latest = at
	}
	switch f := f.(type) {
	case *RunRecorded:
		for _, m := range f.MIMs {
			h.track(f.Baseline, m.MIM).run(*f, m, h.policy)
		}
	case *CertificateIssued:
		for _, m := range f.MIMs {
			h.track(f.Baseline, m).certify(*f)
		}
	case *CertificateRevoked:
		for _, t := range h.tracks {
			t.revoke(*f)
		}
	case *TimeframeExtended:
		h.extended[f.Baseline] = append(h.extended[f.Baseline], f.extends())
	}
	return nil
}

func (h *history) track(baseline, mim string) *track {
	key := mimKey{baseline, mim}
	if h.tracks[key] == nil {
		h.tracks[key] = &track{}
	}
	return h.tracks[key]
}

// status evaluates the history at a time, which is not before its latest fact.
func (h *history) status(decisions []Decision, m Member, asOf time.Time) ([]MIMStatus, error) {
	if m.Stage != IsMember || m.Since > DateOf(asOf) {
		return nil, nil
	}
	var all []MIMStatus
	for _, d := range inForce(decisions, m, asOf) {
		b, err := baselineOf(d.Baseline)
		if err != nil {
			return nil, err
		}
		timeframe := d.due(m.Since)
		all = slices.Grow(all, len(b.MIMs))
		for i, mim := range b.MIMs {
			days := timeframe
			for _, e := range d.Extended {
				if e.On <= DateOf(asOf) {
					days.extend(e, mim.ID)
				}
			}
			for _, e := range h.extended[d.Baseline] {
				days.extend(e, mim.ID)
			}
			t := h.tracks[mimKey{d.Baseline, mim.ID}]
			if t == nil {
				t = &track{}
			}
			s := MIMStatus{
				Baseline: d.Baseline, MIM: mim.ID, Title: mim.Title, Share: t.share, Recorded: t.runs,
				Obliges: b.obliges[i],
			}
			if s.Obliges {
				s.StartBy, s.ImplementBy, s.Extensions = days.start, days.implement, days.extended
			}
			t.judge(&s, d.Terms.Assurance, m, asOf)
			all = append(all, s)
		}
	}
	return all, nil
}

// inForce are the decisions that bind a member at a time, the oldest first: those
// adopted by then, without those whose replacement has run through its timeframe.
func inForce(decisions []Decision, m Member, asOf time.Time) []Decision {
	today := DateOf(asOf)
	var adopted []Decision
	replaced := map[string]bool{}
	for _, d := range decisions {
		if d.Outcome != Adopted || d.Closed > today {
			continue
		}
		adopted = append(adopted, d)
		if len(d.Replaces) > 0 && today > d.due(m.Since).implement {
			for _, b := range d.Replaces {
				replaced[b] = true
			}
		}
	}
	adopted = slices.DeleteFunc(adopted, func(d Decision) bool { return replaced[d.Baseline] })
	slices.SortFunc(adopted, func(a, b Decision) int {
		if c := strings.Compare(string(a.Closed), string(b.Closed)); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return adopted
}

// track is what is recorded of one MIM, in the order of time.
type track struct {
	runs     int
	latest   runAt
	partial  bool // the latest run was
	onlyOwn  bool // every run so far was against the harness's own reference platform
	measured bool // a whole run of a platform was recorded; then:
	first    Share
	share    Share
	shareRun runAt
	failed   runAt // the newest run of a platform that found it not conformant
	proofs   []proof
	revoked  []revokedRun
}

// revokedRun is one on which a revoked certificate rests: it proves nothing any more.
type revokedRun struct{ run, why string }

type runAt struct {
	id string
	at time.Time
}

// proof is what shows a MIM implemented: a run or a certificate.
type proof struct {
	run         runAt
	selfRun     string // that the member had filed; empty for a run's proof
	certificate string
	assurance   Assurance
	begins      time.Time
	ends        time.Time // first moment at which it shows nothing any more
	cut         string    // why it ended early; empty when it expires
	cutBy       string    // run that cut it
}

// run takes in what a run found for the MIM.
func (t *track) run(f RunRecorded, m RunMIM, p Policy) {
	this := runAt{f.Run, f.Finished}
	own := f.Profile == referenceProfile
	t.onlyOwn = own && (t.runs == 0 || t.onlyOwn)
	t.runs++
	t.latest, t.partial = this, f.Partial
	if own {
		return // an exercise: it shows nothing of the member's platform
	}
	if m.Verdict == reports.NonConformant {
		t.failed = this
		for i := range t.proofs {
			t.proofs[i].cutAt(f.Finished, failure(this), f.Run)
		}
	}
	if f.Partial {
		return // it can show a failure, but neither a share nor conformance
	}
	share := Share{m.Conformant, m.Mandatory, m.Passed, m.Checks}
	judged := m.Verdict == reports.Conformant || m.Verdict == reports.NonConformant || m.Verdict == reports.Inconclusive && m.Passed > 0
	if judged { // else the MIM is not claimed, or the platform did not answer
		if !t.measured {
			t.first = share
		}
		t.measured, t.share, t.shareRun = true, share, this
	}
	if m.Verdict == reports.Conformant {
		a := f.assurance(m)
		shown := proof{run: this, assurance: a, begins: f.Finished, ends: DateOf(f.Finished).AddMonths(p.ValidMonths[a]).End()}
		for _, r := range t.revoked { // later on the same day: a revocation has a day and no hour
			if r.run == f.Run {
				shown.cutAt(f.Finished, r.why, "")
			}
		}
		t.prove(shown)
	}
}

// prove adds a proof by a run in place of the earlier ones of the same assurance that it
// outlives. Of those that began before it the longest stays: the new one may yet be cut
// in the moment in which it begins, as if it had never been.
func (t *track) prove(p proof) {
	outlived := func(old proof) bool {
		return old.certificate == "" && old.assurance == p.assurance && !old.ends.After(p.ends)
	}
	longest := -1
	for i, old := range t.proofs {
		if outlived(old) && old.begins.Before(p.begins) && (longest < 0 || old.ends.After(t.proofs[longest].ends)) {
			longest = i
		}
	}
	var kept []proof
	for i, old := range t.proofs {
		if i == longest || !outlived(old) {
			kept = append(kept, old)
		}
	}
	kept = append(kept, p)
	t.proofs = kept
}

func (t *track) certify(f CertificateIssued) {
	if t.failed.at.After(f.RunFinished) {
		return // that run was recorded only after the certificate had been issued on an earlier one
	}
	t.proofs = append(t.proofs, proof{
		run: runAt{f.Run, f.RunFinished}, selfRun: f.SelfRun, certificate: f.Certificate, assurance: f.Assurance,
		begins: f.On.Start(), ends: f.ValidUntil.End(),
	})
}

func failure(r runAt) string {
	return fmt.Sprintf("the later run %s on %s found it not conformant", r.id, DateOf(r.at))
}

// revoke ends the proof of a certificate, and those of the runs that it rests on: what was
// found wrong with the certificate is wrong with them.
func (t *track) revoke(f CertificateRevoked) {
	var rests []string
	for _, p := range t.proofs {
		if p.certificate == f.Certificate {
			rests = append(rests, p.run.id, p.selfRun)
		}
	}
	why := fmt.Sprintf("the certificate %s was revoked on %s: %s", f.Certificate, f.On, f.Reason)
	for _, run := range rests {
		t.revoked = append(t.revoked, revokedRun{run, why})
	}
	for i, p := range t.proofs {
		if p.certificate == f.Certificate || p.certificate == "" && slices.Contains(rests, p.run.id) {
			t.proofs[i].cutAt(f.On.Start(), why, "")
		}
	}
}

func (p *proof) cutAt(at time.Time, why, run string) {
	if at.Before(p.ends) {
		p.ends, p.cut, p.cutBy = at, why, run
	}
}

// judge fills in the state at a time with its reason and the next step.
func (t *track) judge(s *MIMStatus, required Assurance, m Member, asOf time.Time) {
	holds, weaker, ended := t.strongest(required, asOf)
	command := "mimcheck run --target TARGET.yaml --mim " + s.MIM + " --member " + m.ID
	if s.Baseline != InitialBaseline {
		command += " --baseline " + s.Baseline
	}
	switch {
	case holds != nil:
		s.State, s.Assurance, s.ValidUntil = Implemented, holds.assurance, DateOf(holds.ends.Add(-1))
		s.from(holds)
		s.Reason = fmt.Sprintf("%s found it conformant (%s); that holds until %s.", holds.name(), holds.assurance, s.ValidUntil)
		s.Next = fmt.Sprintf("Run the harness again before %s, and after every change of the platform: %s", s.ValidUntil, command)
	case ended != nil:
		s.State, s.Assurance = Lapsed, ended.assurance
		s.from(ended)
		why := ended.cut
		if why == "" {
			why = "that expired after " + string(DateOf(ended.ends.Add(-1)))
		}
		s.Reason = fmt.Sprintf("%s found it conformant (%s), but %s.", ended.name(), ended.assurance, why)
		s.Next = fmt.Sprintf("Repair what failed, if anything did, and record a conformant run: %s", command)
		if required.level() >= Witnessed.level() {
			s.Next += "; then ask the Working Group for a new certificate."
		}
	case weaker != nil:
		s.State, s.Assurance = Implementing, weaker.assurance
		s.from(weaker)
		s.Reason = fmt.Sprintf("%s found it conformant, but only %s; the Council's decision asks for %s.", weaker.name(), weaker.assurance, required)
		s.Next = fmt.Sprintf("File the bundle of the run with the Working Group, which runs it again%s.", until(s.ImplementBy))
	case t.measured && (t.share.Conformant > 0 || t.share.more(t.first)):
		s.State = Implementing
		s.Runs = []string{t.shareRun.id}
		s.Reason = fmt.Sprintf("The run %s on %s found a part of it: %s.", t.shareRun.id, DateOf(t.shareRun.at), t.share)
		s.Next = fmt.Sprintf("Repair what the report of that run lists first, and run again%s: %s", until(s.ImplementBy), command)
		for _, r := range t.revoked {
			if r.run == t.shareRun.id {
				s.Reason = fmt.Sprintf("The run %s on %s found %s, but %s.", t.shareRun.id, DateOf(t.shareRun.at), t.share, r.why)
			}
		}
	case t.runs > 0:
		s.State = Experimenting
		s.Runs = []string{t.latest.id}
		s.Reason = fmt.Sprintf("%s recorded, the latest on %s (%s), and none that shows it implemented.", reports.Plural(t.runs, "run is", "runs are"), DateOf(t.latest.at), t.latest.id)
		s.Next = fmt.Sprintf("Raise the share of its requirements that are met%s: %s", until(s.ImplementBy), command)
		switch {
		case t.onlyOwn:
			s.Reason = fmt.Sprintf("%s recorded, the latest on %s (%s), all against the harness's own reference platform: they show nothing of the member's.", reports.Plural(t.runs, "run is", "runs are"), DateOf(t.latest.at), t.latest.id)
			s.Next = fmt.Sprintf("Run the harness against the member's own platform%s: %s", until(s.ImplementBy), command)
		case t.partial:
			s.Reason += " The latest was interrupted or filtered: such a run can show what fails, but not that everything is met."
		}
	default:
		s.State = NotStarted
		s.Reason = "No run of it is recorded."
		s.Next = fmt.Sprintf("Record a first run%s: %s", until(s.StartBy), command)
	}
	if !s.Obliges {
		s.Reason += " The baseline makes nothing of it mandatory."
	}
	s.Progress = s.State
	s.overdue(command, DateOf(asOf))
	if s.Runs == nil {
		s.Runs = []string{}
	}
	if s.Extensions == nil {
		s.Extensions = []string{}
	}
}

// until is " until" and the day, or nothing when there is none.
func until(d Date) string {
	if d == "" {
		return ""
	}
	return " until " + string(d)
}

// overdue turns a state that is still on its way into overdue when its last day is over.
func (s *MIMStatus) overdue(command string, today Date) {
	const ask = "; where that needs more time, ask for an extension with its reason."
	switch s.State {
	case NotStarted, Experimenting, Implementing:
	default:
		return
	}
	if !s.Obliges {
		return
	}
	switch {
	case today > s.ImplementBy:
		s.State = Overdue
		s.Reason = fmt.Sprintf("It was to be implemented by %s. %s", s.ImplementBy, s.Reason)
		s.Next = "Record a conformant run now: " + command + ask
	case s.Progress == NotStarted && today > s.StartBy:
		s.State = Overdue
		s.Reason = fmt.Sprintf("Experiments were to start by %s. %s", s.StartBy, s.Reason)
		s.Next = "Record a first run now: " + command + ask
	}
}

// strongest finds the proof that holds at a time with the assurance asked for;
// else the one that did so last; and else the one that holds with less.
func (t *track) strongest(required Assurance, asOf time.Time) (holds, weaker, ended *proof) {
	better := func(p, than *proof) bool {
		if than == nil || p.assurance.level() != than.assurance.level() {
			return than == nil || p.assurance.level() > than.assurance.level()
		}
		return p.ends.After(than.ends)
	}
	for i := range t.proofs {
		p := &t.proofs[i]
		if !p.ends.After(p.begins) {
			continue // cut in the moment in which it began: it never held
		}
		open, enough := p.ends.After(asOf), p.assurance.level() >= required.level()
		switch {
		case open && enough:
			if better(p, holds) {
				holds = p
			}
		case enough:
			if ended == nil || cmp.Or(p.ends.Compare(ended.ends), p.begins.Compare(ended.begins)) > 0 {
				ended = p
			}
		case open:
			if better(p, weaker) {
				weaker = p
			}
		}
	}
	return holds, weaker, ended
}

func (p *proof) name() string {
	if p.certificate != "" {
		return fmt.Sprintf("The certificate %s on the run %s", p.certificate, p.run.id)
	}
	return fmt.Sprintf("The run %s on %s", p.run.id, DateOf(p.run.at))
}

// from names the evidence of a proof.
func (s *MIMStatus) from(p *proof) {
	s.Certificate = p.certificate
	s.Runs = []string{p.run.id}
	if p.cutBy != "" {
		s.Runs = append(s.Runs, p.cutBy)
	}
}
