package membership

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ledger"
)

// Card is all that is recorded of a member at a time: where it stands with the MIMs
// and, apart from that, its other responsibilities.
type Card struct {
	AsOf          time.Time     `json:"asOf"`
	Member        Member        `json:"member"`
	Letter        Letter        `json:"letter"`
	Chapter       *Chapter      `json:"chapter,omitempty"`
	MIMs          []MIMStatus   `json:"mims"`
	Timeline      []Change      `json:"timeline"`
	Certification Certification `json:"certification"`
	Meetings      []CouncilMet  `json:"meetings"` // of the Council, in which a coordinator from this city took part
	Offices       []Elected     `json:"offices"`  // into which persons from this city were elected
	Contributions []Contributed `json:"contributions"`
}

// Letter is how a Letter of Intent went; days that are not recorded are empty.
type Letter struct {
	Signed   Date   `json:"signed,omitempty"`
	By       string `json:"by,omitempty"`
	Role     string `json:"role,omitempty"`
	Sent     Date   `json:"sent,omitempty"`
	Approved Date   `json:"approved,omitempty"`
}

// CardOf computes the card of the member with an id from the events of all streams,
// or at least of "oasc" and its own.
func CardOf(events []ledger.Event, id string, asOf time.Time) (Card, error) {
	s, err := FoldState(events, asOf)
	if err != nil {
		return Card{}, err
	}
	m, err := s.known(id)
	if err != nil {
		return Card{}, err
	}
	decisions := s.Decisions()
	c := Card{AsOf: asOf.UTC(), Member: *m, Chapter: s.chapterOf(id), Letter: s.letters[id], Certification: s.certification(id, DateOf(asOf)), Meetings: s.metFrom[id], Contributions: s.given[id]}
	for _, e := range s.elections {
		if e.Member == id {
			c.Offices = append(c.Offices, e)
		}
	}
	if c.MIMs, err = StatusOf(events, decisions, *m, asOf); err != nil {
		return Card{}, err
	}
	c.Timeline, err = Timeline(events, decisions, *m, asOf)
	return c, err
}

// WriteCard writes the card of the member with a name at a time, as text or JSON.
func WriteCard(ctx context.Context, w io.Writer, l Reader, name string, asOf time.Time, asJSON bool) error {
	events, err := l.Events(ctx)
	if err != nil {
		return err
	}
	s, err := FoldState(events, asOf)
	if err != nil {
		return err
	}
	r, err := s.Register()
	if err != nil {
		return err
	}
	m, err := r.Find(name)
	if err != nil {
		return err
	}
	c, err := CardOf(events, m.ID, asOf)
	if err != nil {
		return err
	}
	if asJSON {
		return c.JSON(w)
	}
	return c.Text(w)
}

// JSON writes the card as JSON; lists are never null.
func (c Card) JSON(w io.Writer) error {
	c.Member.Aliases = listed(c.Member.Aliases)
	c.MIMs, c.Timeline, c.Meetings = listed(c.MIMs), listed(c.Timeline), listed(c.Meetings)
	c.Offices, c.Contributions = listed(c.Offices), listed(c.Contributions)
	return writeJSON(w, c)
}

// listed is list, or an empty one that JSON shows as [] when there is none.
func listed[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}

// Text writes the card for people.
func (c Card) Text(w io.Writer) error {
	var b strings.Builder
	o := Overview{AsOf: c.AsOf, Members: []MemberStatus{{c.Member, c.MIMs}}}
	if err := o.Text(&b); err != nil {
		return err
	}
	if l := c.Letter; l.Signed != "" {
		fmt.Fprintf(&b, "\nmembership\n")
		for _, step := range []struct {
			on   Date
			what string
		}{{l.Signed, fmt.Sprintf("Letter of Intent signed by %s, %s", l.By, l.Role)}, {l.Sent, "sent to the secretariat"}, {l.Approved, "approved by the Board"}} {
			if step.on != "" {
				fmt.Fprintf(&b, "  %s  %s\n", step.on, step.what)
			}
		}
	}
	if c.Chapter != nil && c.Chapter.Coordinator != nil {
		fmt.Fprintf(&b, "\nchapter %s, network coordinator %s (%s) since %s\n", c.Chapter.Name, c.Chapter.Coordinator.Person, c.Chapter.Coordinator.Member, c.Chapter.Coordinator.Since)
	}
	if len(c.Timeline) > 0 {
		b.WriteString("\ntime line\n")
		if err := writeChanges(&b, c.Timeline); err != nil {
			return err
		}
	}
	if lines := c.Certification.lines(); len(lines) > 0 {
		b.WriteString("\ncertification\n")
		for _, line := range lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if len(c.Meetings)+len(c.Offices)+len(c.Contributions) > 0 {
		b.WriteString("\nother responsibilities\n")
		for _, line := range c.others() {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// alike says whether two changes differ in the MIM only.
func (c Change) alike(o Change) bool {
	return c.At.Equal(o.At) && c.Baseline == o.Baseline && c.From == o.From && c.To == o.To && c.Reason == o.Reason
}

func (c Change) label() string {
	switch {
	case c.From == "":
		return "begins: " + string(c.To)
	case c.To == "":
		return "ends: " + string(c.From)
	}
	return string(c.To)
}

// others are the other responsibilities as lines, by date.
func (c Card) others() []string {
	var lines []string
	for _, m := range c.Meetings {
		lines = append(lines, fmt.Sprintf("%s  Council meeting %s (%s)", m.On, m.Title, strings.TrimSpace(string(m.Mode)+" "+m.Place)))
	}
	for _, e := range c.Offices {
		lines = append(lines, fmt.Sprintf("%s  %s elected %s", e.On, e.Person, e.Office))
	}
	for _, g := range c.Contributions {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s  %s: %s %s", g.On, g.What, g.Title, g.URL), " "))
	}
	slices.Sort(lines)
	return lines
}
