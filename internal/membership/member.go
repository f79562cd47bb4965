package membership

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Member is a city or region that is a member of OASC, or is becoming one.
type Member struct {
	ID        string   `json:"id"`      // stable: the slug of its name, with the country where two have it
	Name      string   `json:"name"`    // usual spelling
	Chapter   string   `json:"chapter"` // name of its country's chapter; empty when it has none
	Country   string   `json:"country"` // ISO 3166: DK, or GB-SCT
	Aliases   []string `json:"aliases"` // other spellings and names, the one as printed first
	Qualifier string   `json:"qualifier,omitempty"`
	Note      string   `json:"note,omitempty"`
	// Since is the day on which the Board approved the membership; empty for those
	// of the printed list, who count as members from the first decision on.
	Since Date  `json:"since,omitempty"`
	Stage Stage `json:"stage"`
}

// Stage is how far a city is on its way to membership.
type Stage string

// The stages, in their order.
const (
	LetterIsSigned Stage = "letterSigned" // the Letter of Intent is signed
	LetterIsSent   Stage = "letterSent"   // and sent to the secretariat
	IsMember       Stage = "member"       // and approved by the Board
)

//go:embed data/members.csv
var membersCSV []byte

// founding is the embedded register: the members as OASC's membership flyer lists them.
var founding = sync.OnceValues(func() (*Register, error) {
	members, err := ReadCSV(bytes.NewReader(membersCSV))
	if err != nil {
		return nil, fmt.Errorf("the embedded list of members is wrong, which is a fault of mimcheck: %w", err)
	}
	return NewRegister(members)
})

// columns are those of a register in CSV.
func columns() []string {
	return []string{"id", "chapter", "country", "name", "printed", "aliases", "qualifier", "note", "since", "stage"}
}

// aliasSeparator stands between the names in the column aliases.
const aliasSeparator = ";"

var countryForm = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

// ReadCSV reads members from CSV with the columns id, chapter, country, name,
// printed, aliases (with semicolons between them), qualifier, note, since and stage,
// in any order; all but country and name may be left out. Errors name the line.
func ReadCSV(from io.Reader) ([]Member, error) {
	r := csv.NewReader(from)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("the list of members has no line of column names: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	at := map[string]int{}
	known := columns()
	for i, c := range head {
		if !slices.Contains(known, c) {
			return nil, fmt.Errorf("column %q is unknown: expected %s", c, strings.Join(known, ", "))
		}
		at[c] = i
	}
	for _, c := range []string{"country", "name"} {
		if _, ok := at[c]; !ok {
			return nil, fmt.Errorf("column %s is missing: expected %s", c, strings.Join(known, ", "))
		}
	}
	var members []Member
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			withIDs(members)
			return members, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the list of members: %w", err)
		}
		get := func(column string) string {
			if i, ok := at[column]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		m := Member{
			ID: get("id"), Name: get("name"), Chapter: get("chapter"), Country: get("country"),
			Qualifier: get("qualifier"), Note: get("note"), Since: Date(get("since")), Stage: Stage(get("stage")),
		}
		for _, alias := range append([]string{get("printed")}, strings.Split(get("aliases"), aliasSeparator)...) {
			if alias = strings.TrimSpace(alias); alias != "" {
				m.Aliases = append(m.Aliases, alias)
			}
		}
		if err := m.valid(); err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		members = append(members, m)
	}
}

// valid fills in the stage and says what is wrong with m.
func (m *Member) valid() error {
	if m.Stage == "" {
		m.Stage = IsMember
	}
	switch {
	case slug(m.Name) == "":
		return fmt.Errorf("name %q: expected a name with Latin letters", m.Name)
	case len(slug(m.Name)) > 80:
		return fmt.Errorf("name %.40q…: expected at most 80 letters", m.Name)
	case !countryForm.MatchString(m.Country):
		return fmt.Errorf("country %q of %s: expected a code of ISO 3166 such as DK or GB-SCT", m.Country, m.Name)
	case m.Since != "" && !m.Since.Valid():
		return fmt.Errorf("since %q of %s: expected a date such as 2026-01-31", m.Since, m.Name)
	case m.ID != "" && m.ID != slug(m.ID):
		return fmt.Errorf("id %q of %s: expected lower-case letters, digits and hyphens", m.ID, m.Name)
	case m.ID == council:
		return fmt.Errorf("id %q of %s: it stands for OASC itself", m.ID, m.Name)
	}
	switch m.Stage {
	case LetterIsSigned, LetterIsSent, IsMember:
		return nil
	}
	return fmt.Errorf("stage %q of %s: expected %s, %s or %s", m.Stage, m.Name, LetterIsSigned, LetterIsSent, IsMember)
}

// withIDs gives an id to those that have none: the slug of the name, with the
// country where several have the same name.
func withIDs(members []Member) {
	count := map[string]int{}
	for _, m := range members {
		count[slug(m.Name)]++
	}
	for i := range members {
		m := &members[i]
		if m.ID == "" {
			m.ID = slug(m.Name)
			if count[m.ID] > 1 || m.ID == council {
				m.ID += "-" + strings.ToLower(m.Country)
			}
		}
	}
}
