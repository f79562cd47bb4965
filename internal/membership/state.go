package membership

import (
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// State is what is so at a date: members, chapters, decisions, offices. The status
// of MIMs is computed apart (StatusOf), so that nothing else can mix into it.
type State struct {
	members   map[string]*Member
	letters   map[string]Letter
	chapters  map[string]*Chapter
	decisions map[string]*Decision
	metFrom   map[string][]CouncilMet // meetings, by the city from which somebody took part
	elections []Elected
	given     map[string][]Contributed       // by member
	extended  map[string][]TimeframeExtended // by member, those of its own
	runs      map[string]RunRecorded         // by run id
	filed     map[string]BundleFiled         // by run id
	issued    map[string]*certificate        // by certificate id
	refused   []CertificateRefused
	proven    []SolutionProven
}

// Chapter is the members of one country together.
type Chapter struct {
	Country     string       `json:"country"` // ISO 3166: DK, or GB-SCT
	Name        string       `json:"name"`
	Founded     Date         `json:"founded,omitempty"` // empty for the chapters of the printed list
	Members     []string     `json:"members"`           // ids, sorted
	Coordinator *Coordinator `json:"coordinator,omitempty"`
}

// Coordinator is whom a chapter nominated to the Council.
type Coordinator struct {
	Person string `json:"person"`
	Member string `json:"member"` // id of the person's city
	Since  Date   `json:"since"`
}

// FoldState computes the state at a time from events, which may be of some streams
// only, in any order. It begins with the printed list of members, their chapters and the
// decision of 2019-01-16.
func FoldState(events []ledger.Event, asOf time.Time) (*State, error) {
	facts, err := factsUntil(events, asOf)
	if err != nil {
		return nil, err
	}
	return foldFacts(facts, asOf)
}

// foldFacts computes the state at a time from facts in the order of time.
func foldFacts(facts []Fact, asOf time.Time) (*State, error) {
	s, err := initial()
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		if f.when().After(asOf) {
			break
		}
		f.apply(s)
	}
	return s, nil
}

// factsUntil are the facts that had happened by a time, in the order in which they
// happened; what happened at once in the order in which it was recorded.
func factsUntil(events []ledger.Event, asOf time.Time) ([]Fact, error) {
	type placed struct {
		Fact
		at       time.Time
		position int64
	}
	var all []placed
	for _, e := range events {
		f, err := FactOf(e)
		if err != nil {
			return nil, err
		}
		if at := f.when(); !at.After(asOf) {
			all = append(all, placed{f, at, e.Position})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return int(a.position - b.position)
	})
	facts := make([]Fact, len(all))
	for i, p := range all {
		facts[i] = p.Fact
	}
	return facts, nil
}

// initial is the state before any recorded fact.
func initial() (*State, error) {
	r, err := founding()
	if err != nil {
		return nil, err
	}
	first, err := initialDecision()
	if err != nil {
		return nil, err
	}
	s := &State{
		members: map[string]*Member{}, letters: map[string]Letter{}, chapters: map[string]*Chapter{},
		decisions: map[string]*Decision{first.ID: &first},
		metFrom:   map[string][]CouncilMet{},
		given:     map[string][]Contributed{}, extended: map[string][]TimeframeExtended{},
		runs: map[string]RunRecorded{}, filed: map[string]BundleFiled{}, issued: map[string]*certificate{},
	}
	for _, m := range r.members {
		s.members[m.ID] = &m
		if m.Chapter == "" {
			continue
		}
		c := s.chapters[m.Country]
		if c == nil {
			c = &Chapter{Country: m.Country, Name: m.Chapter}
			s.chapters[m.Country] = c
		}
		c.Members = append(c.Members, m.ID)
	}
	return s, nil
}

// Register is the register of members and candidates.
func (s *State) Register() (*Register, error) {
	members := make([]Member, 0, len(s.members))
	for _, m := range s.members {
		members = append(members, *m)
	}
	return NewRegister(members)
}

// Chapters are the chapters, sorted by country.
func (s *State) Chapters() []Chapter {
	all := make([]Chapter, 0, len(s.chapters))
	for _, c := range s.chapters {
		copied := *c
		copied.Members = slices.Sorted(slices.Values(c.Members))
		all = append(all, copied)
	}
	slices.SortFunc(all, func(a, b Chapter) int { return strings.Compare(a.Country, b.Country) })
	return all
}

// Decisions are the decisions, in the order in which they were adopted or, when
// they were not, proposed.
func (s *State) Decisions() []Decision {
	all := make([]Decision, 0, len(s.decisions))
	for _, d := range s.decisions {
		copied := *d
		copied.votes = nil
		all = append(all, copied)
	}
	slices.SortFunc(all, func(a, b Decision) int {
		if c := strings.Compare(string(a.dated()), string(b.dated())); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// member finds a member that the Board has approved.
func (s *State) member(id string) (*Member, error) {
	m, err := s.known(id)
	if err != nil {
		return nil, err
	}
	if m.Stage != IsMember {
		return nil, breach(RuleApproved, "%s is not a member yet: its stage is %s", m.Name, m.Stage)
	}
	return m, nil
}

// known finds a member or candidate.
func (s *State) known(id string) (*Member, error) {
	m := s.members[id]
	if m == nil {
		return nil, breach(RuleKnownMember, "%.80q is not on the register on that day: expected the id of a member, such as aarhus", id)
	}
	return m, nil
}

func (s *State) chapter(country string) (*Chapter, error) {
	c := s.chapters[country]
	if c == nil {
		return nil, breach(RuleChapterKnown, "%.20q has no chapter on that day: expected the country code of one, such as DK", country)
	}
	return c, nil
}
