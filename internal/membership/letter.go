package membership

import (
	"strings"
	"time"
)

// LetterSigned is the fact that a city signed the Letter of Intent, which makes it a
// candidate.
type LetterSigned struct {
	Member  string   `json:"member"` // the id that the city gets; see NewID
	Name    string   `json:"name"`
	Country string   `json:"country"` // ISO 3166: DK, or GB-SCT
	Aliases []string `json:"aliases,omitempty"`
	By      string   `json:"by"`   // person who signs
	Role    string   `json:"role"` // of that person, such as mayor
	On      Date     `json:"on"`
}

// NewID is the id for a city that is not on the register: the slug of its name,
// with the country where another one has it already.
func NewID(r *Register, name, country string) string {
	id := slug(name)
	if _, taken := r.Get(id); taken || id == council {
		id += "-" + strings.ToLower(country)
	}
	return id
}

func (f LetterSigned) kind() string    { return "LetterSigned" }
func (f LetterSigned) stream() string  { return f.Member }
func (f LetterSigned) key() string     { return letterKey(f.Member) }
func (f LetterSigned) when() time.Time { return f.On.Start() }
func (f LetterSigned) reads() []string { return []string{everyStream} } // the name may be taken under another id

func (f LetterSigned) allowed(_, now *State) error {
	m := Member{ID: f.Member, Name: f.Name, Country: f.Country}
	if err := m.valid(); err != nil {
		return breach(RuleWords, "%v", err)
	}
	if m.ID == "" {
		return breach(RuleWords, "the id of %s is empty: expected %s", f.Name, slug(f.Name))
	}
	if err := said("the name", f.Name, "who signed", f.By, "the role of who signed", f.Role); err != nil {
		return err
	}
	for _, a := range f.Aliases {
		if err := said("an alias", a); err != nil {
			return err
		}
	}
	return isNew(m, now)
}

// isNew checks that a city is not on the register, by its id or by its name.
func isNew(m Member, now *State) error {
	if have := now.members[m.ID]; have != nil {
		return breach(RuleNewMember, "%s is on the register as %s, %s", m.ID, have.Name, have.Stage)
	}
	for _, have := range now.members {
		if have.Country == m.Country && folded(have.Name) == folded(m.Name) {
			return breach(RuleNewMember, "%s (%s) is on the register with the id %s", m.Name, m.Country, have.ID)
		}
	}
	return nil
}

func (f LetterSigned) apply(s *State) {
	s.members[f.Member] = &Member{ID: f.Member, Name: f.Name, Country: f.Country, Aliases: f.Aliases, Stage: LetterIsSigned}
	s.letters[f.Member] = Letter{Signed: f.On, By: f.By, Role: f.Role}
}

// letterKey is the key of what brought a city onto the register: its letter, or a list.
func letterKey(member string) string { return "letter:" + member }

// LetterSent is the fact that the signed Letter of Intent went to the secretariat.
type LetterSent struct {
	Member string `json:"member"`
	To     string `json:"to"` // who of the secretariat received it
	On     Date   `json:"on"`
}

func (f LetterSent) kind() string    { return "LetterSent" }
func (f LetterSent) stream() string  { return f.Member }
func (f LetterSent) key() string     { return "sent:" + f.Member }
func (f LetterSent) when() time.Time { return f.On.Start() }
func (f LetterSent) reads() []string { return []string{f.Member} }

func (f LetterSent) allowed(then, now *State) error {
	if err := inOrder(f.Member, LetterIsSigned, then, now); err != nil {
		return err
	}
	return said("who received the letter", f.To)
}

func (f LetterSent) apply(s *State) {
	if m := s.members[f.Member]; m != nil {
		l := s.letters[f.Member]
		m.Stage, l.Sent = LetterIsSent, f.On
		s.letters[f.Member] = l
	}
}

// BoardApproved is the fact that the Board approved a city, which makes it a member.
type BoardApproved struct {
	Member string `json:"member"`
	By     string `json:"by"` // the meeting or resolution of the Board
	On     Date   `json:"on"`
}

func (f BoardApproved) kind() string    { return "BoardApproved" }
func (f BoardApproved) stream() string  { return f.Member }
func (f BoardApproved) key() string     { return "approval:" + f.Member }
func (f BoardApproved) when() time.Time { return f.On.Start() }
func (f BoardApproved) reads() []string { return []string{f.Member} }

func (f BoardApproved) allowed(then, now *State) error {
	if err := inOrder(f.Member, LetterIsSent, then, now); err != nil {
		return err
	}
	return said("the Board's meeting or resolution", f.By)
}

func (f BoardApproved) apply(s *State) {
	if m := s.members[f.Member]; m != nil {
		l := s.letters[f.Member]
		m.Stage, m.Since, l.Approved = IsMember, f.On, f.On
		s.letters[f.Member] = l
	}
}

// inOrder checks that a city was at a stage then, and still is by all that is recorded.
func inOrder(id string, want Stage, then, now *State) error {
	m := now.members[id]
	if m == nil {
		return breach(RuleLetterOrder, "%.80q has signed no Letter of Intent", id)
	}
	if m.Stage != want {
		return breach(RuleLetterOrder, "the stage of %s is %s: expected %s", m.Name, m.Stage, want)
	}
	before := then.members[id]
	if before == nil || before.Stage != want {
		return breach(RuleDate, "%s reached the stage %s only after that day", m.Name, want)
	}
	return nil
}
