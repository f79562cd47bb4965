package membership

import (
	"context"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Decision is a decision of the Council on a baseline.
type Decision struct {
	ID         string    `json:"id"`
	Baseline   string    `json:"baseline"`
	ProposedBy string    `json:"proposedBy"`
	Proposed   Date      `json:"proposed"`
	Closed     Date      `json:"closed,omitempty"`
	Outcome    Outcome   `json:"outcome"`
	Tally      Tally     `json:"tally"`
	Terms      Terms     `json:"terms"`
	Replaces   []string  `json:"replaces,omitempty"` // baselines that this one takes the place of
	Extended   []Extends `json:"extended,omitempty"` // for all members

	votes map[string]Vote // by country of the chapter
}

// Terms are the timeframe and the proof that an adopted decision asks for.
type Terms struct {
	StartMonths     int       `json:"startMonths"`
	ImplementMonths int       `json:"implementMonths"`
	Assurance       Assurance `json:"assurance"`
}

// Outcome is what became of a decision.
type Outcome string

// The outcomes of a decision.
const (
	Open     Outcome = "open"
	Adopted  Outcome = "adopted"
	Rejected Outcome = "rejected"
)

// Vote is how a member of the Council votes.
type Vote string

// The votes.
const (
	Yes     Vote = "yes"
	No      Vote = "no"
	Abstain Vote = "abstain"
)

// Tally counts votes.
type Tally struct {
	Yes     int `json:"yes"`
	No      int `json:"no"`
	Abstain int `json:"abstain"`
}

// Outcome is what the votes decide: adopted by half of the yes and no votes plus
// one, which for whole votes is more than half of them. Abstentions are recorded and
// not counted; a tie, and no vote at all, reject.
func (t Tally) Outcome() Outcome {
	if t.Yes > t.No {
		return Adopted
	}
	return Rejected
}

// Needed is how many yes votes adopt: half of the yes and no votes, rounded down, plus one.
func (t Tally) Needed() int { return (t.Yes+t.No)/2 + 1 }

// dated is when the decision was adopted, or else proposed.
func (d Decision) dated() Date {
	if d.Outcome == Adopted {
		return d.Closed
	}
	return d.Proposed
}

func (d Decision) tally() Tally {
	var t Tally
	for _, v := range d.votes {
		switch v {
		case Yes:
			t.Yes++
		case No:
			t.No++
		case Abstain:
			t.Abstain++
		}
	}
	return t
}

// InitialBaseline is the set of MIMs that the Council of Cities approved on
// 2019-01-16: a decision that every ledger begins with.
const InitialBaseline = "oasc-2019-01-16"

func initialDecision() (Decision, error) {
	p, err := DefaultPolicy()
	if err != nil {
		return Decision{}, err
	}
	const on = "2019-01-16"
	return Decision{
		ID: InitialBaseline, Baseline: InitialBaseline, ProposedBy: "OASC", Proposed: on, Closed: on, Outcome: Adopted,
		Terms: Terms{p.StartMonths, p.ImplementMonths, p.Assurance},
	}, nil
}

// BaselineProposed is the fact that a baseline was put to the vote of the Council.
type BaselineProposed struct {
	Decision string   `json:"decision"` // id: lower-case letters, digits and hyphens
	Baseline string   `json:"baseline"`
	By       string   `json:"by"`
	Terms    Terms    `json:"terms"`              // zero values are filled in from the policy
	Replaces []string `json:"replaces,omitempty"` // baselines that hold until its timeframe has passed, and no longer
	On       Date     `json:"on"`
}

func (f BaselineProposed) kind() string    { return "BaselineProposed" }
func (f BaselineProposed) stream() string  { return council }
func (f BaselineProposed) key() string     { return "decision:" + f.Decision }
func (f BaselineProposed) when() time.Time { return f.On.Start() }
func (f BaselineProposed) reads() []string { return nil }

// complete fills in the terms that are left open, so that the ledger says what was
// decided even when the policy changes later.
func (f BaselineProposed) complete() (BaselineProposed, error) {
	p, err := DefaultPolicy()
	if err != nil {
		return f, err
	}
	if f.Terms.StartMonths == 0 {
		f.Terms.StartMonths = p.StartMonths
	}
	if f.Terms.ImplementMonths == 0 {
		f.Terms.ImplementMonths = p.ImplementMonths
	}
	if f.Terms.Assurance == "" {
		f.Terms.Assurance = p.Assurance
	}
	return f, nil
}

func (f BaselineProposed) allowed(_, now *State) error {
	if f.Decision == "" || f.Decision != slug(f.Decision) || len(f.Decision) > 80 {
		return breach(RuleWords, "the id of the decision is %.80q: expected at most 80 lower-case letters, digits and hyphens", f.Decision)
	}
	if err := said("who proposes", f.By); err != nil {
		return err
	}
	if _, err := baselineOf(f.Baseline); err != nil {
		return err
	}
	p := Policy{StartMonths: f.Terms.StartMonths, ImplementMonths: f.Terms.ImplementMonths, Assurance: f.Terms.Assurance}
	if err := p.valid(); err != nil {
		return breach(RuleTimeframe, "%v", err)
	}
	for _, d := range now.Decisions() {
		switch {
		case d.ID == f.Decision:
			return breach(RuleOnce, "the decision %s was proposed on %s", d.ID, d.Proposed)
		case d.Baseline == f.Baseline && d.Outcome != Rejected:
			return breach(RuleOnce, "the baseline %s is %s by the decision %s", d.Baseline, d.Outcome, d.ID)
		}
	}
	for _, b := range f.Replaces {
		if !slices.ContainsFunc(now.Decisions(), func(d Decision) bool { return d.Baseline == b && d.Outcome == Adopted }) {
			return breach(RuleKnownBaseline, "%q is to be replaced, and was never adopted", b)
		}
	}
	return nil
}

func (f BaselineProposed) apply(s *State) {
	s.decisions[f.Decision] = &Decision{
		ID: f.Decision, Baseline: f.Baseline, ProposedBy: f.By, Proposed: f.On, Outcome: Open,
		Terms: f.Terms, Replaces: f.Replaces, votes: map[string]Vote{},
	}
}

// VoteCast is the fact that a member of the Council voted on an open decision.
type VoteCast struct {
	Decision string `json:"decision"`
	Country  string `json:"country"` // of the chapter whose coordinator votes
	By       string `json:"by"`      // that coordinator
	Vote     Vote   `json:"vote"`
	On       Date   `json:"on"`
}

func (f VoteCast) kind() string    { return "VoteCast" }
func (f VoteCast) stream() string  { return council }
func (f VoteCast) key() string     { return "vote:" + f.Decision + ":" + f.Country }
func (f VoteCast) when() time.Time { return f.On.Start() }
func (f VoteCast) reads() []string { return nil }

func (f VoteCast) allowed(then, now *State) error {
	d, err := openDecision(f.Decision, then, now)
	if err != nil {
		return err
	}
	if f.Vote != Yes && f.Vote != No && f.Vote != Abstain {
		return breach(RuleWords, "the vote is %.20q: expected yes, no or abstain", f.Vote)
	}
	c := then.chapters[f.Country]
	if c == nil || c.Coordinator == nil {
		return breach(RuleCouncilVotes, "%.20q has no network coordinator in the Council on %s", f.Country, f.On)
	}
	if folded(c.Coordinator.Person) != folded(f.By) {
		return breach(RuleCouncilVotes, "%.80q votes for %s, whose network coordinator is %s on that day", f.By, c.Name, c.Coordinator.Person)
	}
	if v, voted := d.votes[f.Country]; voted {
		return breach(RuleOneVote, "%s voted %s on %s already", c.Name, v, f.Decision)
	}
	return nil
}

func (f VoteCast) apply(s *State) {
	if d := s.decisions[f.Decision]; d != nil && d.votes != nil {
		d.votes[f.Country] = f.Vote
		d.Tally = d.tally()
	}
}

// DecisionClosed is the fact that a vote ended, with its outcome. CloseDecision makes it.
type DecisionClosed struct {
	Decision string  `json:"decision"`
	Outcome  Outcome `json:"outcome"`
	Tally    Tally   `json:"tally"`
	On       Date    `json:"on"`
}

func (f DecisionClosed) kind() string    { return "DecisionClosed" }
func (f DecisionClosed) stream() string  { return council }
func (f DecisionClosed) key() string     { return "closed:" + f.Decision }
func (f DecisionClosed) when() time.Time { return f.On.Start() }
func (f DecisionClosed) reads() []string { return nil }

func (f DecisionClosed) allowed(then, now *State) error {
	d, err := openDecision(f.Decision, then, now)
	if err != nil {
		return err
	}
	if counted := d.tally(); counted != then.decisions[f.Decision].tally() {
		return breach(RuleDate, "votes on %s were cast after %s", f.Decision, f.On)
	} else if f.Tally != counted || f.Outcome != counted.Outcome() {
		return breach(RuleMajority, "%s with %+v was given, the votes are %+v: %d of %d votes are needed, so it is %s",
			f.Outcome, f.Tally, counted, counted.Needed(), counted.Yes+counted.No, counted.Outcome())
	}
	return nil
}

func (f DecisionClosed) apply(s *State) {
	if d := s.decisions[f.Decision]; d != nil {
		d.Closed, d.Outcome, d.Tally = f.On, f.Outcome, f.Tally
	}
}

// openDecision finds a decision that can be voted on then, and still can.
func openDecision(id string, then, now *State) (*Decision, error) {
	d := now.decisions[id]
	switch {
	case d == nil:
		return nil, breach(RuleDecisionOpen, "no decision has the id %.80q", id)
	case d.Outcome != Open:
		return nil, breach(RuleDecisionOpen, "%s was %s on %s", id, d.Outcome, d.Closed)
	case then.decisions[id] == nil:
		return nil, breach(RuleDecisionOpen, "%s was proposed on %s, after that day", id, d.Proposed)
	}
	return d, nil
}

// Propose enters a proposal, with the terms that f leaves open taken from the policy.
func Propose(ctx context.Context, l *ledger.Ledger, f BaselineProposed) (ledger.Event, error) {
	f, err := f.complete()
	if err != nil {
		return ledger.Event{}, err
	}
	return Enter(ctx, l, f)
}

// CloseDecision counts the votes on a decision and enters its outcome.
func CloseDecision(ctx context.Context, l *ledger.Ledger, id string, on Date) (ledger.Event, error) {
	events, err := l.Events(ctx, council)
	if err != nil {
		return ledger.Event{}, err
	}
	s, err := FoldState(events, forever)
	if err != nil {
		return ledger.Event{}, err
	}
	f := DecisionClosed{Decision: id, On: on}
	if d := s.decisions[id]; d != nil {
		f.Tally = d.tally()
		f.Outcome = f.Tally.Outcome()
	}
	return Enter(ctx, l, f) // which counts again, with nobody voting meanwhile
}
