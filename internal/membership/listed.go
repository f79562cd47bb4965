package membership

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// MemberListed is the fact that a city was taken over as a member from a list, such as
// one that the secretariat keeps, without the dates of its letter. It joins the chapter
// of its country, if there is one.
type MemberListed struct {
	Member    string   `json:"member"`
	Name      string   `json:"name"`
	Country   string   `json:"country"`
	Aliases   []string `json:"aliases,omitempty"`
	Qualifier string   `json:"qualifier,omitempty"`
	Note      string   `json:"note,omitempty"`
	Since     Date     `json:"since,omitempty"` // of membership; empty when the list does not say
	Source    string   `json:"source"`          // which list
	On        Date     `json:"on"`              // day from which it counts
}

func (f MemberListed) kind() string    { return "MemberListed" }
func (f MemberListed) stream() string  { return f.Member }
func (f MemberListed) key() string     { return letterKey(f.Member) }
func (f MemberListed) when() time.Time { return f.On.Start() }
func (f MemberListed) reads() []string { return []string{everyStream} } // the name may be taken under another id

func (f MemberListed) allowed(_, now *State) error {
	m := f.member()
	if err := m.valid(); err != nil {
		return breach(RuleWords, "%v", err)
	}
	if m.ID == "" {
		return breach(RuleWords, "the id of %s is empty: expected %s", f.Name, slug(f.Name))
	}
	if f.Since > f.On {
		return breach(RuleDate, "%s is a member since %s, and listed from %s on", f.Name, f.Since, f.On)
	}
	if err := said("the name", f.Name, "the list that it is taken from", f.Source); err != nil {
		return err
	}
	for _, text := range append([]string{f.Qualifier, f.Note}, f.Aliases...) {
		if err := sayable("what the list says", text); err != nil {
			return err
		}
	}
	return isNew(m, now)
}

func (f MemberListed) member() Member {
	return Member{
		ID: f.Member, Name: f.Name, Country: f.Country, Aliases: f.Aliases, Qualifier: f.Qualifier, Note: f.Note,
		Since: f.Since, Stage: IsMember,
	}
}

func (f MemberListed) apply(s *State) {
	m := f.member()
	s.members[f.Member] = &m
	if c := s.chapters[f.Country]; c != nil {
		s.join(c, f.Member)
	}
}

// ImportMembers enters the members of a list that are not on the register yet, all
// of them or none, and gives their ids. Those that are on it, by id or by name, stay
// as they are.
func ImportMembers(ctx context.Context, l *ledger.Ledger, members []Member, source string, on Date) ([]string, error) {
	events, err := l.Events(ctx)
	if err != nil {
		return nil, err
	}
	s, err := FoldState(events, forever)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	var ids []string
	for _, m := range members {
		if isNew(m, s) != nil {
			continue
		}
		if m.Stage != IsMember {
			return nil, breach(RuleLetterOrder, "%s is listed with the stage %s: enter its letter instead", m.Name, m.Stage)
		}
		facts = append(facts, MemberListed{
			Member: m.ID, Name: m.Name, Country: m.Country, Aliases: m.Aliases, Qualifier: m.Qualifier, Note: m.Note,
			Since: m.Since, Source: source, On: on,
		})
		ids = append(ids, m.ID)
	}
	if len(facts) == 0 {
		return nil, nil
	}
	_, err = EnterAll(ctx, l, facts...)
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// CSV writes the register so that ReadCSV reads it again.
func (r *Register) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{columns()}
	for _, m := range r.members {
		// The first alias may be the printed name or not: as an alias it is found either way.
		rows = append(rows, []string{m.ID, m.Chapter, m.Country, m.Name, "", strings.Join(m.Aliases, aliasSeparator), m.Qualifier, m.Note, string(m.Since), string(m.Stage)})
	}
	return out.WriteAll(rows)
}

// JSON writes the register as a list that ReadJSON reads again.
func (r *Register) JSON(w io.Writer) error {
	members := r.Members()
	for i := range members {
		members[i].Aliases = listed(members[i].Aliases)
	}
	return writeJSON(w, members)
}

// ReadJSON reads members from a JSON list as Register.JSON writes it; id, aliases
// and chapter may be left out.
func ReadJSON(from io.Reader) ([]Member, error) {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	var members []Member
	if err := d.Decode(&members); err != nil {
		return nil, fmt.Errorf("the list of members can't be read: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the list of members: expected one JSON list")
	}
	for i := range members {
		if err := members[i].valid(); err != nil {
			return nil, fmt.Errorf("member %d: %w", i+1, err)
		}
		for _, a := range members[i].Aliases {
			if strings.Contains(a, aliasSeparator) {
				return nil, fmt.Errorf("member %d: alias %q has a semicolon, which separates aliases", i+1, a)
			}
		}
	}
	withIDs(members)
	return members, nil
}
